//! `FutureIter`: what `await future` drives.

use taipan_macros::pymethods;
use taipan_object::slots::SendResult;
use taipan_object::{PyResult, Ref, Value, Vm, payload};
use taipan_stdlib_data::support::Field;
use taipan_vm::gen_type::{Thrown, warn_old_throw};

use super::future::Future;

/// `FutureIter`.
pub struct FutureIter {
    /// Gone when the iteration is over.
    future: Field,
}
payload!(
    FutureIter,
    gc,
    |this, visit| this.future.visit(visit),
    clear | this | this.future.clear()
);

impl FutureIter {
    /// An iterator over a future.
    pub fn over(vm: &Vm, future: &Ref<Future>) -> PyResult {
        future.event_loop(vm)?;
        let iter = FutureIter {
            future: Field::new(future.to_value()),
        };
        Ok(vm
            .heap
            .alloc(&vm.add_native_type::<FutureIter>(), iter)
            .into_value())
    }

    fn step(&self, vm: &Vm) -> PyResult<SendResult> {
        let Some(object) = self.future.get() else {
            return Ok(SendResult::Returned(Value::NONE));
        };
        let Some(future) = object.downcast::<Future>() else {
            return Ok(SendResult::Returned(Value::NONE));
        };
        if !future.is_done() {
            if future.blocking.replace(true) {
                return Err(vm.runtime_error("await wasn't used with future"));
            }
            return Ok(SendResult::Yielded(object));
        }
        self.future.clear();
        future.result(vm).map(SendResult::Returned)
    }
}

#[pymethods(
    name = "FutureIter",
    module = "_asyncio",
    doc = "",
    flags(DISALLOW_INSTANTIATION)
)]
impl FutureIter {
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<FutureIter>) -> PyResult<Option<Value>> {
        match this.step(vm)? {
            SendResult::Yielded(value) => Ok(Some(value)),
            SendResult::Returned(value) => {
                vm.set_stop_value(this.as_value(), value);
                Ok(None)
            }
        }
    }
    #[pyslot]
    fn send(vm: &Vm, this: &Ref<FutureIter>, _value: Value) -> PyResult<SendResult> {
        this.step(vm)
    }
    /// Goes on; the argument does not matter.
    #[pymethod("(self, value, /)", name = "send")]
    fn py_send(vm: &Vm, this: &Ref<FutureIter>, _value: &Value) -> PyResult {
        match this.step(vm)? {
            SendResult::Yielded(value) => Ok(value),
            SendResult::Returned(value) => {
                vm.set_stop_value(this.as_value(), value);
                Err(vm.raise_stop_iteration(this.as_value()))
            }
        }
    }
    /// Raises an exception where the future is awaited.
    #[pymethod("(self, type, val=<unset>, tb=<unset>, /)")]
    fn throw(
        vm: &Vm,
        this: &Ref<FutureIter>,
        r#type: &Value,
        val: Option<Value>,
        tb: Option<Value>,
    ) -> PyResult {
        warn_old_throw(vm, "throw", val.as_ref())?;
        let thrown = Thrown {
            kind: r#type,
            value: val.as_ref(),
            traceback: tb.as_ref(),
        };
        this.future.clear();
        let exception = thrown.exception(vm)?;
        Err(vm.restore(exception))
    }
    /// Gives the future up.
    #[pymethod("(self, /)")]
    fn close(this: &Ref<FutureIter>) {
        this.future.clear();
    }
}
