//! The module `_hmac`: keyed hashes (RFC 2104).

use std::cell::RefCell;

use digest::DynDigest;
use taipan_macros::{pymethods, pymodule};
use taipan_object::bytes::Bytes;
use taipan_object::object::alloc_instance;
use taipan_object::str::Str;
use taipan_object::{PyResult, Raised, Ref, TypeRef, Value, Vm, payload};

use super::{ALGORITHMS, Algorithm, data_arg, hex};

pub use module::MODULE;

/// `_hmac.UnknownHashError`.
fn unknown_class(vm: &Vm) -> TypeRef {
    crate::support::exception(vm, "_hmac.UnknownHashError", &vm.exc.value_error)
}

#[cold]
fn unknown(vm: &Vm, name: &Value) -> Raised {
    match vm.repr(name) {
        Ok(shown) => vm.raise_str(
            &unknown_class(vm),
            format!("unsupported hash type: {shown}"),
        ),
        Err(error) => error,
    }
}

/// The hash function with a name.
fn algorithm(vm: &Vm, name: &Value) -> PyResult<&'static Algorithm> {
    let text = name.downcast::<Str>().map(|s| s.to_string());
    let wanted = text.map(|t| t.to_ascii_lowercase().replace('-', "_"));
    ALGORITHMS
        .iter()
        .copied()
        .find(|a| wanted.as_deref() == Some(a.name))
        .ok_or_else(|| unknown(vm, name))
}

/// A key as long as a block, combined with a byte.
fn pad(key: &[u8], block: usize, with: u8) -> Vec<u8> {
    let mut out = vec![with; block];
    for (place, byte) in out.iter_mut().zip(key) {
        *place ^= byte;
    }
    out
}

/// Inner and outer hash of a keyed hash.
struct Keyed {
    inner: Box<dyn DynDigest>,
    outer: Box<dyn DynDigest>,
}

impl Keyed {
    fn new(algorithm: &Algorithm, key: &[u8]) -> Keyed {
        let hashed;
        let mut key = key;
        if key.len() > algorithm.block_size {
            let mut hash = (algorithm.make)();
            hash.update(key);
            hashed = hash.finalize();
            key = &hashed;
        }
        let (mut inner, mut outer) = ((algorithm.make)(), (algorithm.make)());
        inner.update(&pad(key, algorithm.block_size, 0x36));
        outer.update(&pad(key, algorithm.block_size, 0x5C));
        Keyed { inner, outer }
    }
    fn duplicate(&self) -> Keyed {
        Keyed {
            inner: self.inner.box_clone(),
            outer: self.outer.box_clone(),
        }
    }
    fn finish(self) -> Box<[u8]> {
        let Keyed { inner, mut outer } = self;
        outer.update(&inner.finalize());
        outer.finalize()
    }
}

/// A keyed hash with BLAKE2.
fn blake2(key: &[u8], message: &[u8], wide: bool) -> Vec<u8> {
    let block = if wide { 128 } else { 64 };
    let hash = |parts: &[&[u8]]| super::blake2::plain(wide, parts);
    let hashed;
    let mut key = key;
    if key.len() > block {
        hashed = hash(&[key]);
        key = &hashed;
    }
    let inner = hash(&[&pad(key, block, 0x36), message]);
    hash(&[&pad(key, block, 0x5C), &inner])
}

/// `HMAC`.
pub struct Hmac {
    algorithm: &'static Algorithm,
    state: RefCell<Keyed>,
}
payload!(Hmac);

impl Hmac {
    fn result(&self) -> Box<[u8]> {
        let state = self.state.borrow().duplicate();
        state.finish()
    }
    fn make(vm: &Vm, algorithm: &'static Algorithm, state: Keyed) -> Ref<Hmac> {
        let object = Hmac {
            algorithm,
            state: RefCell::new(state),
        };
        alloc_instance(vm, &vm.add_native_type::<Hmac>(), object)
    }
}

#[pymethods(
    name = "HMAC",
    module = "_hmac",
    doc = "",
    signature = "",
    flags(DISALLOW_INSTANTIATION)
)]
impl Hmac {
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Hmac>) -> PyResult {
        let text = format!(
            "<{} HMAC object @ {:#x}>",
            this.algorithm.name,
            this.as_value().id()
        );
        Ok(vm.new_str(&text).into_value())
    }
    /// Hashes more data.
    #[pymethod("(self, msg)")]
    fn update(vm: &Vm, this: &Ref<Hmac>, msg: &Value) -> PyResult<()> {
        let data = data_arg(vm, msg)?;
        this.state.borrow_mut().inner.update(&data);
        Ok(())
    }
    /// The keyed hash of all data so far.
    #[pymethod("(self, /)")]
    fn digest(vm: &Vm, this: &Ref<Hmac>) -> Ref<Bytes> {
        vm.new_bytes(this.result())
    }
    /// The keyed hash of all data so far as hexadecimal digits.
    #[pymethod("(self, /)")]
    fn hexdigest(this: &Ref<Hmac>) -> String {
        hex(&this.result())
    }
    /// An object that goes on from here by itself.
    #[pymethod("(self, /)")]
    fn copy(vm: &Vm, this: &Ref<Hmac>) -> Ref<Hmac> {
        let state = this.state.borrow().duplicate();
        Hmac::make(vm, this.algorithm, state)
    }
    /// Bytes in a block of the function.
    #[pygetset]
    fn block_size(this: &Ref<Hmac>) -> usize {
        this.algorithm.block_size
    }
    /// Bytes in a hash.
    #[pygetset]
    fn digest_size(this: &Ref<Hmac>) -> usize {
        this.algorithm.digest_size
    }
    /// The name of the function.
    #[pygetset]
    fn name(this: &Ref<Hmac>) -> String {
        format!("hmac-{}", this.algorithm.name)
    }
}

/// A keyed hash at once.
fn compute(
    vm: &Vm,
    algorithm: &'static Algorithm,
    key: &Value,
    msg: &Value,
) -> PyResult<Ref<Bytes>> {
    let mut state = Keyed::new(algorithm, &data_arg(vm, key)?);
    state.inner.update(&data_arg(vm, msg)?);
    Ok(vm.new_bytes(state.finish()))
}

/// Functions and the class.
#[pymodule(
    name = "_hmac",
    doc = "Keyed hashes.",
    classes(crate::hashes::hmac::Hmac)
)]
pub mod module {
    use taipan_object::bytes::Bytes;
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use super::{Hmac, Keyed, algorithm, blake2, compute, data_arg};
    use crate::hashes;

    #[pyattr]
    const _GIL_MINSIZE: i64 = hashes::MIN_SIZE;

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        let class = super::unknown_class(vm).into_value();
        crate::support::set_module_attr(vm, module, "UnknownHashError", class)
    }

    /// A new keyed hash object.
    #[pyfunction("(key, msg=None, digestmod=None)")]
    fn new(vm: &Vm, key: &Value, msg: &Value, digestmod: &Value) -> PyResult<Ref<Hmac>> {
        if digestmod.is_none() {
            return Err(vm.type_error("new() missing 1 required argument 'digestmod'"));
        }
        let algorithm = algorithm(vm, digestmod)?;
        let mut state = Keyed::new(algorithm, &data_arg(vm, key)?);
        if !msg.is_none() {
            state.inner.update(&data_arg(vm, msg)?);
        }
        Ok(Hmac::make(vm, algorithm, state))
    }
    /// The keyed hash of a message.
    #[pyfunction("(key, msg, digest)")]
    fn compute_digest(vm: &Vm, key: &Value, msg: &Value, digest: &Value) -> PyResult<Ref<Bytes>> {
        compute(vm, algorithm(vm, digest)?, key, msg)
    }
    /// The keyed hash of a message by BLAKE2s.
    #[pyfunction("(key, msg, /)")]
    fn compute_blake2s_32(vm: &Vm, key: &Value, msg: &Value) -> PyResult<Ref<Bytes>> {
        let hash = blake2(&data_arg(vm, key)?, &data_arg(vm, msg)?, false);
        Ok(vm.new_bytes(hash))
    }
    /// The keyed hash of a message by BLAKE2b.
    #[pyfunction("(key, msg, /)")]
    fn compute_blake2b_32(vm: &Vm, key: &Value, msg: &Value) -> PyResult<Ref<Bytes>> {
        let hash = blake2(&data_arg(vm, key)?, &data_arg(vm, msg)?, true);
        Ok(vm.new_bytes(hash))
    }
    /// The keyed hash of a message by MD5.
    #[pyfunction("(key, msg, /)")]
    fn compute_md5(vm: &Vm, key: &Value, msg: &Value) -> PyResult<Ref<Bytes>> {
        compute(vm, &hashes::MD5, key, msg)
    }
    /// The keyed hash of a message by SHA1.
    #[pyfunction("(key, msg, /)")]
    fn compute_sha1(vm: &Vm, key: &Value, msg: &Value) -> PyResult<Ref<Bytes>> {
        compute(vm, &hashes::SHA1, key, msg)
    }
    /// The keyed hash of a message by SHA224.
    #[pyfunction("(key, msg, /)")]
    fn compute_sha224(vm: &Vm, key: &Value, msg: &Value) -> PyResult<Ref<Bytes>> {
        compute(vm, &hashes::SHA224, key, msg)
    }
    /// The keyed hash of a message by SHA256.
    #[pyfunction("(key, msg, /)")]
    fn compute_sha256(vm: &Vm, key: &Value, msg: &Value) -> PyResult<Ref<Bytes>> {
        compute(vm, &hashes::SHA256, key, msg)
    }
    /// The keyed hash of a message by SHA384.
    #[pyfunction("(key, msg, /)")]
    fn compute_sha384(vm: &Vm, key: &Value, msg: &Value) -> PyResult<Ref<Bytes>> {
        compute(vm, &hashes::SHA384, key, msg)
    }
    /// The keyed hash of a message by SHA512.
    #[pyfunction("(key, msg, /)")]
    fn compute_sha512(vm: &Vm, key: &Value, msg: &Value) -> PyResult<Ref<Bytes>> {
        compute(vm, &hashes::SHA512, key, msg)
    }
    /// The keyed hash of a message by SHA3-224.
    #[pyfunction("(key, msg, /)")]
    fn compute_sha3_224(vm: &Vm, key: &Value, msg: &Value) -> PyResult<Ref<Bytes>> {
        compute(vm, &hashes::SHA3_224, key, msg)
    }
    /// The keyed hash of a message by SHA3-256.
    #[pyfunction("(key, msg, /)")]
    fn compute_sha3_256(vm: &Vm, key: &Value, msg: &Value) -> PyResult<Ref<Bytes>> {
        compute(vm, &hashes::SHA3_256, key, msg)
    }
    /// The keyed hash of a message by SHA3-384.
    #[pyfunction("(key, msg, /)")]
    fn compute_sha3_384(vm: &Vm, key: &Value, msg: &Value) -> PyResult<Ref<Bytes>> {
        compute(vm, &hashes::SHA3_384, key, msg)
    }
    /// The keyed hash of a message by SHA3-512.
    #[pyfunction("(key, msg, /)")]
    fn compute_sha3_512(vm: &Vm, key: &Value, msg: &Value) -> PyResult<Ref<Bytes>> {
        compute(vm, &hashes::SHA3_512, key, msg)
    }
}
