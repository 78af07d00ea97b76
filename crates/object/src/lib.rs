//! Values, heap, types, built-in containers, numbers and text.
//!
//! Everything that may run Python code takes a [`Vm`]. What needs the machine
//! (calling functions written in Python, import, warnings) goes through the
//! slots of types that the machine makes and through [`vm::Hooks`].

extern crate self as taipan_object;

pub mod args;
pub mod attr;
pub mod bootstrap;
pub mod buffer;
pub mod bytes;
pub mod bytes_ops;
pub mod cell_type;
pub mod cells;
pub mod codecs;
pub mod complex_ops;
pub mod descriptors;
pub mod dict;
pub mod dict_methods;
pub mod dict_views;
pub mod exception_types;
pub mod exceptions;
pub mod float;
pub mod float_ops;
pub mod format;
pub mod function;
pub mod functional;
pub mod gc;
pub mod generic_alias;
pub mod hash;
pub mod header;
pub mod heap;
pub mod instance;
pub mod int;
pub mod int_ops;
pub mod intern;
pub mod iter;
pub mod list;
pub mod list_methods;
pub mod lookup_cache;
pub mod mappingproxy;
pub mod memoryview;
pub mod methods;
pub mod module;
pub mod names;
pub mod native;
pub mod number;
pub mod number_fast;
pub mod object;
pub mod object_type;
pub mod property;
pub mod range;
pub mod reduce;
pub mod seq;
pub mod set;
pub mod set_methods;
pub mod simple_namespace;
pub mod singletons;
pub mod slice;
pub mod slot_update;
pub mod slot_wrappers;
pub mod slots;
pub mod sort;
pub mod str;
pub mod str_new;
pub mod struct_sequence;
pub mod super_type;
pub mod text;
pub mod tuple;
pub mod tuple_methods;
pub mod ty;
pub mod type_attributes;
pub mod type_bases;
pub mod type_new;
pub mod type_ops;
pub mod type_type;
pub mod types;
pub mod union;
pub mod util;
pub mod value;
pub mod vm;
pub mod watch;
pub mod weakref;

pub use header::{Object, ObjectHeader, Payload, PayloadVTable, Ref, TypeRef};
pub use value::Value;
pub use vm::{Args, Interp, PyResult, Raised, Vm};
