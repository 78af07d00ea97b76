//! `TaskStepMethWrapper`: a task's next step, as the loop calls it.

use taipan_macros::pymethods;
use taipan_object::{Args, PyResult, Ref, Value, Vm, payload};
use taipan_stdlib_data::support::Field;

use super::future::Future;
use super::task;

/// `TaskStepMethWrapper`.
pub struct StepWrapper {
    task: Field,
    exception: Field,
}
payload!(
    StepWrapper,
    gc,
    |this, visit| {
        this.task.visit(visit);
        this.exception.visit(visit);
    },
    clear | this | {
        this.task.clear();
        this.exception.clear();
    }
);

impl StepWrapper {
    /// The next step of a task, with an exception or without.
    pub fn make(vm: &Vm, task: &Ref<Future>, exception: Option<Value>) -> Value {
        let step = StepWrapper {
            task: Field::new(task.to_value()),
            exception: exception.map_or_else(Field::empty, Field::new),
        };
        vm.heap
            .alloc(&vm.add_native_type::<StepWrapper>(), step)
            .into_value()
    }
}

#[pymethods(
    name = "TaskStepMethWrapper",
    module = "_asyncio",
    doc = "",
    flags(DISALLOW_INSTANTIATION)
)]
impl StepWrapper {
    #[pyslot]
    fn call(vm: &Vm, this: &Ref<StepWrapper>, args: Args<'_>) -> PyResult {
        if args.keyword_count() > 0 {
            return Err(vm.type_error("function takes no keyword arguments"));
        }
        if !args.values.is_empty() {
            return Err(vm.type_error("function takes no positional arguments"));
        }
        let object = this.task.get().unwrap_or(Value::NONE);
        let Some(task) = object.downcast::<Future>() else {
            return Err(vm.runtime_error("uninitialized Task object"));
        };
        task::step(vm, task, this.exception.get())?;
        Ok(Value::NONE)
    }
    #[pygetset]
    fn __self__(this: &Ref<StepWrapper>) -> Option<Value> {
        this.task.get()
    }
}
