//! The module `array`.

mod class;
mod iterator;
mod kind;
mod methods;
mod pickle;

use taipan_macros::pymodule;

pub use class::Array;
pub use module::MODULE;

/// The class, and what pickles call.
#[pymodule(
    name = "array",
    doc = "Sequences of numbers of one size.",
    classes(crate::array::class::Array)
)]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use super::Array;
    use super::kind::KINDS;
    use crate::support::{class_attribute, set_module_attr, unhashable};

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        let class = vm.add_native_type::<Array>();
        unhashable(vm, &class);
        class_attribute(
            vm,
            &class,
            "__module__",
            vm.intern_str("array").into_value(),
        );
        set_module_attr(vm, module, "ArrayType", class.into_value())?;
        let codes: String = KINDS.iter().map(|k| k.code).collect();
        set_module_attr(vm, module, "typecodes", vm.new_str(&codes).into_value())
    }

    /// Makes an array from the bytes of another machine's.
    #[pyfunction("(arraytype, typecode, mformat_code, items, /)")]
    fn _array_reconstructor(
        vm: &Vm,
        arraytype: &Value,
        typecode: &Value,
        mformat_code: i32,
        items: &Value,
    ) -> PyResult {
        super::pickle::reconstruct(vm, arraytype, typecode, mformat_code, items)
    }
}
