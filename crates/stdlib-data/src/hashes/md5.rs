//! The module `_md5`.

use taipan_macros::pymodule;

pub use module::MODULE;

/// Functions and classes.
#[pymodule(name = "_md5", doc = "The hash function md5.")]
#[allow(non_upper_case_globals)]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use crate::hashes::{self, HashObject};
    use crate::support::set_module_attr;

    #[pyattr]
    const _GIL_MINSIZE: i64 = hashes::MIN_SIZE;

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        let class = HashObject::class(vm, &hashes::MD5);
        set_module_attr(vm, module, "MD5Type", class.into_value())?;
        Ok(())
    }

    /// A new MD5 hash object.
    #[pyfunction("(data=<unset>, *, usedforsecurity=True, string=<unset>)")]
    fn md5(
        vm: &Vm,
        data: Option<&Value>,
        _usedforsecurity: bool,
        string: Option<&Value>,
    ) -> PyResult<Ref<HashObject>> {
        let data = hashes::either(vm, data, string)?;
        HashObject::start(vm, &hashes::MD5, data)
    }
}
