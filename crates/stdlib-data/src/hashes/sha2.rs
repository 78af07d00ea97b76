//! The module `_sha2`.

use taipan_macros::pymodule;

pub use module::MODULE;

/// Functions and classes.
#[pymodule(
    name = "_sha2",
    doc = "The hash functions sha224, sha256, sha384, sha512."
)]
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
        let class = HashObject::class(vm, &hashes::SHA224);
        set_module_attr(vm, module, "SHA224Type", class.into_value())?;
        let class = HashObject::class(vm, &hashes::SHA256);
        set_module_attr(vm, module, "SHA256Type", class.into_value())?;
        let class = HashObject::class(vm, &hashes::SHA384);
        set_module_attr(vm, module, "SHA384Type", class.into_value())?;
        let class = HashObject::class(vm, &hashes::SHA512);
        set_module_attr(vm, module, "SHA512Type", class.into_value())?;
        Ok(())
    }

    /// A new SHA224 hash object.
    #[pyfunction("(data=<unset>, *, usedforsecurity=True, string=<unset>)")]
    fn sha224(
        vm: &Vm,
        data: Option<&Value>,
        _usedforsecurity: bool,
        string: Option<&Value>,
    ) -> PyResult<Ref<HashObject>> {
        let data = hashes::either(vm, data, string)?;
        HashObject::start(vm, &hashes::SHA224, data)
    }

    /// A new SHA256 hash object.
    #[pyfunction("(data=<unset>, *, usedforsecurity=True, string=<unset>)")]
    fn sha256(
        vm: &Vm,
        data: Option<&Value>,
        _usedforsecurity: bool,
        string: Option<&Value>,
    ) -> PyResult<Ref<HashObject>> {
        let data = hashes::either(vm, data, string)?;
        HashObject::start(vm, &hashes::SHA256, data)
    }

    /// A new SHA384 hash object.
    #[pyfunction("(data=<unset>, *, usedforsecurity=True, string=<unset>)")]
    fn sha384(
        vm: &Vm,
        data: Option<&Value>,
        _usedforsecurity: bool,
        string: Option<&Value>,
    ) -> PyResult<Ref<HashObject>> {
        let data = hashes::either(vm, data, string)?;
        HashObject::start(vm, &hashes::SHA384, data)
    }

    /// A new SHA512 hash object.
    #[pyfunction("(data=<unset>, *, usedforsecurity=True, string=<unset>)")]
    fn sha512(
        vm: &Vm,
        data: Option<&Value>,
        _usedforsecurity: bool,
        string: Option<&Value>,
    ) -> PyResult<Ref<HashObject>> {
        let data = hashes::either(vm, data, string)?;
        HashObject::start(vm, &hashes::SHA512, data)
    }
}
