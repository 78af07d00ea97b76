//! Hash objects of functions with results of one size. The classes share their Rust type.

use std::cell::RefCell;

use digest::DynDigest;
use taipan_macros::pymethods;
use taipan_object::bytes::Bytes;
use taipan_object::native::{NativeClass, TypeSpec};
use taipan_object::object::alloc_instance;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

use super::{ALGORITHMS, Algorithm, data_arg, hex};
use crate::support::once;

/// A hash object.
pub struct HashObject {
    algorithm: &'static Algorithm,
    state: RefCell<Box<dyn DynDigest>>,
}
payload!(HashObject);

impl HashObject {
    /// The class of a function's objects.
    pub fn class(vm: &Vm, algorithm: &'static Algorithm) -> TypeRef {
        once(vm, algorithm.name, || {
            let sha3 = algorithm.module == "_sha3";
            let spec = TypeSpec {
                name: algorithm.class,
                module: algorithm.module,
                ..HashObject::spec()
            };
            if !sha3 {
                return vm.make_native_type(&spec, &vm.types.object);
            }
            let spec = TypeSpec {
                doc: "A hash object of the SHA-3 family.",
                flags: taipan_object::ty::TypeFlags::default(),
                fill: |slots| slots.new.set(Some(super::sha3::new_fixed)),
                getsets: &[HASH_GETSETS, super::sha3::FACTS_GETSETS],
                methods: &[HASH],
                ..spec
            };
            vm.make_native_type(&spec, &vm.types.object)
        })
    }
    /// A new object that has hashed the data, if there are some.
    pub fn start(
        vm: &Vm,
        algorithm: &'static Algorithm,
        data: Option<&Value>,
    ) -> PyResult<Ref<HashObject>> {
        let mut state = (algorithm.make)();
        if let Some(data) = data {
            state.update(&data_arg(vm, data)?);
        }
        Ok(HashObject::with_state(vm, algorithm, state))
    }
    fn with_state(
        vm: &Vm,
        algorithm: &'static Algorithm,
        state: Box<dyn DynDigest>,
    ) -> Ref<HashObject> {
        let object = HashObject {
            algorithm,
            state: RefCell::new(state),
        };
        alloc_instance(vm, &HashObject::class(vm, algorithm), object)
    }
    pub fn algorithm(&self) -> &'static Algorithm {
        self.algorithm
    }
    fn result(&self) -> Box<[u8]> {
        let copy = self.state.borrow().box_clone();
        copy.finalize()
    }
    /// The function whose class has a name.
    pub fn by_class(name: &str) -> Option<&'static Algorithm> {
        ALGORITHMS.iter().copied().find(|a| a.class == name)
    }
}

/// The name of the class in messages is that of the family.
#[pymethods(
    name = "hash",
    module = "_hashlib",
    doc = "",
    flags(DISALLOW_INSTANTIATION),
    extra(crate::hashes::object::HASH)
)]
impl HashObject {}

#[pymethods(partial = HASH, class = "hash")]
impl HashObject {
    /// Hashes more data.
    #[pymethod("(self, obj, /)")]
    fn update(vm: &Vm, this: &Ref<HashObject>, obj: &Value) -> PyResult<()> {
        let data = data_arg(vm, obj)?;
        this.state.borrow_mut().update(&data);
        Ok(())
    }
    /// The hash of all data so far.
    #[pymethod("(self, /)")]
    fn digest(vm: &Vm, this: &Ref<HashObject>) -> Ref<Bytes> {
        vm.new_bytes(this.result())
    }
    /// The hash of all data so far as hexadecimal digits.
    #[pymethod("(self, /)")]
    fn hexdigest(this: &Ref<HashObject>) -> String {
        hex(&this.result())
    }
    /// An object that goes on from here by itself.
    #[pymethod("(self, /)")]
    fn copy(vm: &Vm, this: &Ref<HashObject>) -> Ref<HashObject> {
        let state = this.state.borrow().box_clone();
        HashObject::with_state(vm, this.algorithm, state)
    }
    /// Bytes in a block of the function.
    #[pygetset]
    fn block_size(this: &Ref<HashObject>) -> usize {
        this.algorithm.block_size
    }
    /// Bytes in a hash.
    #[pygetset]
    fn digest_size(this: &Ref<HashObject>) -> usize {
        this.algorithm.digest_size
    }
    /// The name of the function.
    #[pygetset]
    fn name(this: &Ref<HashObject>) -> &'static str {
        this.algorithm.name
    }
}
