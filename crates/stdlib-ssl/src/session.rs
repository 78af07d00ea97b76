//! `SSLSession`.

use taipan_macros::pymethods;
use taipan_object::bytes::Bytes;
use taipan_object::slots::CmpOp;
use taipan_object::{PyResult, Ref, Value, Vm, payload};
use taipan_openssl::Session;

use crate::context::SslContext;

/// A session and the context that it belongs to.
pub struct SslSession {
    pub session: Session,
    pub context: Ref<SslContext>,
}
payload!(SslSession, gc, |this, visit| visit(this.context.as_value()));

impl SslSession {
    pub fn make(vm: &Vm, session: Session, context: Ref<SslContext>) -> Ref<SslSession> {
        let class = vm.add_native_type::<SslSession>();
        vm.heap.alloc(&class, SslSession { session, context })
    }
}

#[pymethods(
    name = "SSLSession",
    module = "_ssl",
    doc = "What a connection can be resumed with.",
    flags(DISALLOW_INSTANTIATION)
)]
impl SslSession {
    #[pyslot]
    fn richcompare(_vm: &Vm, this: &Ref<SslSession>, other: &Value, op: CmpOp) -> PyResult {
        let other = other.downcast::<SslSession>();
        let (Some(other), CmpOp::Eq | CmpOp::Ne) = (other, op) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let same = this.is(other) || this.session.id() == other.session.id();
        Ok(Value::bool(same == (op == CmpOp::Eq)))
    }
    /// Whether the server gave a ticket.
    #[pygetset]
    fn has_ticket(this: &Ref<SslSession>) -> bool {
        this.session.has_ticket()
    }
    /// The identifier.
    #[pygetset]
    fn id(vm: &Vm, this: &Ref<SslSession>) -> Ref<Bytes> {
        vm.new_bytes(this.session.id())
    }
    /// For how many seconds the server may accept the ticket; None without a ticket.
    #[pygetset]
    fn ticket_lifetime_hint(this: &Ref<SslSession>) -> u64 {
        this.session.ticket_lifetime()
    }
    /// When it began, in seconds since 1970.
    #[pygetset]
    fn time(this: &Ref<SslSession>) -> i64 {
        this.session.time()
    }
    /// For how many seconds it is good.
    #[pygetset]
    fn timeout(this: &Ref<SslSession>) -> i64 {
        this.session.timeout()
    }
}
