//! Weak references: the table from objects to their weak references, `ref`, and proxies.
//!
//! A weak reference holds its referent's address without a count. The table
//! knows every weak reference to an object, so that the heap can clear them
//! when the object dies; callbacks go onto the queue of finalisers.

mod proxy;
mod reference;
mod table;

pub(crate) use proxy::proxy_spec;
pub use proxy::{CallableProxy, Proxy, new_proxy};
pub use reference::{WeakRef, new_ref};
pub use table::{WeakLink, WeakTable};
pub(crate) use table::{as_link, call_callback, run_due_callback};
