//! `BaseException`.

use taipan_macros::pymethods;

use super::{add_note, no_keywords, own_dict, reduce_with, set_args, short_name};
use crate::dict::Dict;
use crate::exceptions::{Exception, peek};
use crate::header::{Ref, TypeRef};
use crate::object::alloc_instance;
use crate::str::Str;
use crate::tuple::Tuple;
use crate::value::Value;
use crate::vm::{Args, PyResult, Raised, Vm};

fn checked_exception(vm: &Vm, value: &Value, what: &str) -> PyResult<Option<Value>> {
    if value.is_none() {
        return Ok(None);
    }
    if value.downcast::<Exception>().is_none() {
        return Err(vm.type_error(format!(
            "exception {what} must be None or derive from BaseException"
        )));
    }
    Ok(Some(value.clone()))
}

fn no_delete(vm: &Vm, name: &str) -> Raised {
    vm.type_error(format!("{name} may not be deleted"))
}

/// Sets `__traceback__`.
///
/// # Errors
/// TypeError if the value is neither a traceback nor None.
pub fn set_traceback(vm: &Vm, e: &Ref<Exception>, value: &Value) -> PyResult<()> {
    if !value.is_none() && !vm.is_instance_of(value, &vm.types.traceback) {
        return Err(vm.type_error("__traceback__ must be a traceback or None"));
    }
    drop(
        e.traceback
            .replace(Some(value.clone()).filter(|v| !v.is_none())),
    );
    Ok(())
}

#[pymethods(
    name = "BaseException",
    doc = "The base of all exceptions.",
    flags(BASETYPE | BASE_EXC_SUBCLASS | HAS_DICT)
)]
impl Exception {
    #[pyslot(new)]
    fn make(vm: &Vm, cls: &TypeRef, args: Args<'_>) -> PyResult {
        let args = vm.tuple_from_slice(args.positional());
        Ok(alloc_instance(vm, cls, Exception::new(args)).into_value())
    }
    #[pyslot]
    fn init(vm: &Vm, this: &Ref<Exception>, args: Args<'_>) -> PyResult<()> {
        no_keywords(vm, this.ty(), &args)?;
        set_args(vm, this, args.values);
        Ok(())
    }
    #[pyslot]
    fn str(vm: &Vm, this: &Ref<Exception>) -> PyResult {
        let args = this.args.borrow().clone();
        Ok(match args.items() {
            [] => vm.empty_str.to_value(),
            [one] => vm.str(one)?.into_value(),
            _ => vm.str(args.as_value())?.into_value(),
        })
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Exception>) -> PyResult {
        let args = this.args.borrow().clone();
        let mut out = short_name(this.ty()).into_bytes();
        match args.items() {
            [one] => {
                out.push(b'(');
                crate::seq::push_repr(vm, &mut out, one)?;
                out.push(b')');
            }
            _ => crate::seq::push_repr(vm, &mut out, args.as_value())?,
        }
        Ok(vm.new_wtf8(&out).into_value())
    }

    #[pygetset]
    fn args(this: &Ref<Exception>) -> Ref<Tuple> {
        this.args.borrow().clone()
    }
    #[pysetter(args)]
    fn set_args(vm: &Vm, this: &Ref<Exception>, value: Option<&Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(no_delete(vm, "args"));
        };
        let new = vm.to_tuple(value)?;
        let old = this.args.replace(new);
        drop(old);
        Ok(())
    }
    #[pygetset]
    fn __traceback__(this: &Ref<Exception>) -> Option<Value> {
        peek(&this.traceback)
    }
    #[pysetter(__traceback__)]
    fn set_traceback(vm: &Vm, this: &Ref<Exception>, value: Option<&Value>) -> PyResult<()> {
        match value {
            Some(value) => set_traceback(vm, this, value),
            None => Err(no_delete(vm, "__traceback__")),
        }
    }
    #[pygetset]
    fn __context__(this: &Ref<Exception>) -> Option<Value> {
        peek(&this.context)
    }
    #[pysetter(__context__)]
    fn set_context(vm: &Vm, this: &Ref<Exception>, value: Option<&Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(no_delete(vm, "__context__"));
        };
        drop(
            this.context
                .replace(checked_exception(vm, value, "context")?),
        );
        Ok(())
    }
    #[pygetset]
    fn __cause__(this: &Ref<Exception>) -> Option<Value> {
        peek(&this.cause)
    }
    #[pysetter(__cause__)]
    fn set_cause(vm: &Vm, this: &Ref<Exception>, value: Option<&Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(no_delete(vm, "__cause__"));
        };
        drop(this.cause.replace(checked_exception(vm, value, "cause")?));
        this.suppress_context.set(true);
        Ok(())
    }
    #[pygetset]
    fn __suppress_context__(this: &Ref<Exception>) -> bool {
        this.suppress_context.get()
    }
    #[pysetter(__suppress_context__)]
    fn set_suppress_context(vm: &Vm, this: &Ref<Exception>, value: Option<&Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(vm.type_error("can't delete numeric/char attribute"));
        };
        let Some(on) = value.as_bool() else {
            return Err(vm.type_error("attribute value type must be bool"));
        };
        this.suppress_context.set(on);
        Ok(())
    }
    #[pygetset]
    fn __dict__(vm: &Vm, this: &Value) -> PyResult {
        crate::object_type::get_dict(vm, this)
    }
    #[pysetter(__dict__)]
    fn set_dict(vm: &Vm, this: &Value, value: Option<&Value>) -> PyResult<()> {
        if value.is_none() {
            return Err(vm.type_error("cannot delete __dict__"));
        }
        crate::object_type::set_dict(vm, this, value)
    }

    /// Sets the traceback and returns the exception.
    #[pymethod("(self, object, /)")]
    fn with_traceback(vm: &Vm, this: &Ref<Exception>, object: &Value) -> PyResult {
        set_traceback(vm, this, object)?;
        Ok(this.to_value())
    }
    /// Adds a note, which tracebacks show.
    #[pymethod("(self, object, /)")]
    fn add_note(vm: &Vm, this: &Value, object: &Ref<Str>) -> PyResult<()> {
        add_note(vm, this, object.as_value())
    }
    /// Sets attributes from a dict.
    #[pymethod("(self, object, /)")]
    fn __setstate__(vm: &Vm, this: &Value, object: &Value) -> PyResult<()> {
        if object.is_none() {
            return Ok(());
        }
        let Some(state) = object.downcast::<Dict>() else {
            return Err(vm.type_error("state is not a dictionary"));
        };
        for (name, value) in state.items() {
            let Some(name) = name.downcast::<Str>() else {
                return Err(vm.type_error(format!(
                    "attribute name must be string, not '{}'",
                    vm.type_name(&name)
                )));
            };
            vm.setattr(this, name, &value)?;
        }
        Ok(())
    }
    /// Helper for pickle.
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<Exception>) -> Value {
        let args = this.args.borrow().to_value();
        reduce_with(vm, this, args, own_dict(vm, this.as_value()))
    }
}
