//! What the built-in exception classes do beyond their payload.

use crate::header::Ref;
use crate::exceptions::Exception;
use crate::tuple::Tuple;
use crate::vm::Vm;

/// Sets the class's own attributes from constructor arguments.
pub fn init_fields(_vm: &Vm, _e: &Ref<Exception>, _args: &Ref<Tuple>) {}
