//! The module `_sha1`.

use taipan_macros::pymodule;

pub use module::MODULE;

/// Functions and classes.
#[pymodule(name = "_sha1", doc = "The hash function sha1.")]
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
        let class = HashObject::class(vm, &hashes::SHA1);
        set_module_attr(vm, module, "SHA1Type", class.into_value())?;
        Ok(())
    }

    /// A new SHA1 hash object.
    #[pyfunction("(data=<unset>, *, usedforsecurity=True, string=<unset>)")]
    fn sha1(
        vm: &Vm,
        data: Option<&Value>,
        _usedforsecurity: bool,
        string: Option<&Value>,
    ) -> PyResult<Ref<HashObject>> {
        let data = hashes::either(vm, data, string)?;
        HashObject::start(vm, &hashes::SHA1, data)
    }
}
