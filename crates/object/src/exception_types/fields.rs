//! Descriptors of the attributes that exception classes keep in [`Exception::fields`].
//!
//! [`Exception::fields`]: crate::exceptions::Exception::fields

use super::exception;
use crate::native::GetSetDef;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

fn get_field<const I: usize>(vm: &Vm, this: &Value) -> PyResult {
    Ok(exception(vm, this)?.field(I).unwrap_or(Value::NONE))
}
fn set_field<const I: usize>(vm: &Vm, this: &Value, value: Option<&Value>) -> PyResult<()> {
    exception(vm, this)?.set_field(I, value.cloned());
    Ok(())
}

/// A plain attribute kept in field `I`.
pub(crate) const fn field<const I: usize>(name: &'static str) -> GetSetDef {
    GetSetDef {
        name,
        doc: "",
        get: get_field::<I>,
        set: Some(set_field::<I>),
    }
}
