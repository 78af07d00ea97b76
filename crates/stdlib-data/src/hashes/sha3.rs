//! The module `_sha3`: SHA-3 and the functions of any size, SHAKE.

use std::cell::RefCell;

use digest::{ExtendableOutput, Update, XofReader};
use taipan_macros::{pymethods, pymodule};
use taipan_object::args::Params;
use taipan_object::bytes::Bytes;
use taipan_object::int::IntRef;
use taipan_object::native::{NativeClass, TypeSpec};
use taipan_object::object::alloc_instance;
use taipan_object::{Args, PyResult, Ref, TypeRef, Value, Vm, payload};

use super::{HashObject, data_arg, either, hex};
use crate::support::once;

pub use module::MODULE;

/// The arguments of the classes.
static PARAMS: [Params; 6] = [
    params("sha3_224"),
    params("sha3_256"),
    params("sha3_384"),
    params("sha3_512"),
    params("shake_128"),
    params("shake_256"),
];

const fn params(name: &'static str) -> Params {
    Params {
        function: name,
        qualified: name,
        names: &["data", "usedforsecurity", "string"],
        positional_only: 0,
        positional: 1,
        required: 0,
        varargs: false,
        varkw: false,
        is_class: true,
    }
}

/// What a class is called with.
fn data_of<'a>(vm: &Vm, cls: &TypeRef, args: &Args<'a>) -> PyResult<Option<&'a Value>> {
    let name = cls.name.borrow().to_string();
    let params = PARAMS
        .iter()
        .find(|p| p.function == name)
        .unwrap_or(&PARAMS[0]);
    let [data, security, string] = params.parse::<3>(vm, args)?;
    if let Some(security) = security {
        vm.is_true(security)?;
    }
    either(vm, data, string)
}

/// Makes an object of SHA-3.
pub(super) fn new_fixed(vm: &Vm, cls: &TypeRef, args: Args<'_>) -> PyResult {
    let data = data_of(vm, cls, &args)?;
    let name = cls.name.borrow().to_string();
    match HashObject::by_class(&name) {
        Some(algorithm) => Ok(HashObject::start(vm, algorithm, data)?.into_value()),
        None => Err(vm.type_error(format!("cannot create '{name}' instances"))),
    }
}

#[pymethods(partial = FACTS, class = "sha3")]
impl HashObject {
    /// Bits of the state that the data do not reach.
    #[pygetset]
    fn _capacity_bits(this: &Ref<HashObject>) -> usize {
        1600 - this.algorithm().block_size * 8
    }
    /// Bits of the state that the data reach.
    #[pygetset]
    fn _rate_bits(this: &Ref<HashObject>) -> usize {
        this.algorithm().block_size * 8
    }
    /// What marks the end of the data.
    #[pygetset]
    fn _suffix(vm: &Vm, _this: &Ref<HashObject>) -> Ref<Bytes> {
        vm.new_bytes(*b"\x06")
    }
}

#[derive(Clone)]
enum State {
    Shake128(::sha3::Shake128),
    Shake256(::sha3::Shake256),
}

impl State {
    fn update(&mut self, data: &[u8]) {
        match self {
            State::Shake128(s) => s.update(data),
            State::Shake256(s) => s.update(data),
        }
    }
    fn read(self, into: &mut [u8]) {
        match self {
            State::Shake128(s) => s.finalize_xof().read(into),
            State::Shake256(s) => s.finalize_xof().read(into),
        }
    }
}

/// `shake_128` and `shake_256`.
pub struct Shake(RefCell<State>);
payload!(Shake);

impl Shake {
    fn class(vm: &Vm, wide: bool) -> TypeRef {
        let name = if wide { "shake_256" } else { "shake_128" };
        once(vm, name, || {
            let spec = TypeSpec {
                name,
                ..Shake::spec()
            };
            vm.make_native_type(&spec, &vm.types.object)
        })
    }
    fn rate(&self) -> usize {
        match *self.0.borrow() {
            State::Shake128(_) => 168,
            State::Shake256(_) => 136,
        }
    }
    fn result(vm: &Vm, this: &Ref<Shake>, length: &Value) -> PyResult<Vec<u8>> {
        let length = vm.index(length)?;
        let negative = match length.as_int() {
            Some(IntRef::Small(n)) => n < 0,
            Some(IntRef::Big(n)) => *n < dashu_int::IBig::ZERO,
            None => false,
        };
        if negative {
            return Err(vm.value_error("Cannot convert negative int"));
        }
        let Some(length) = length.as_i64().filter(|&n| n < 1 << 29) else {
            return Err(vm.value_error("length is too large"));
        };
        let mut out = vec![0; length as usize];
        let state = this.0.borrow().clone();
        state.read(&mut out);
        Ok(out)
    }
}

#[pymethods(
    name = "shake",
    module = "_sha3",
    doc = "A hash object whose results have the size that is asked for."
)]
impl Shake {
    #[pyslot]
    fn new(vm: &Vm, cls: &TypeRef, args: Args<'_>) -> PyResult {
        let data = data_of(vm, cls, &args)?;
        let mut state = if cls.name.borrow().is_str("shake_256") {
            State::Shake256(Default::default())
        } else {
            State::Shake128(Default::default())
        };
        if let Some(data) = data {
            state.update(&data_arg(vm, data)?);
        }
        Ok(alloc_instance(vm, cls, Shake(RefCell::new(state))).into_value())
    }
    /// Hashes more data.
    #[pymethod("(self, data, /)")]
    fn update(vm: &Vm, this: &Ref<Shake>, data: &Value) -> PyResult<()> {
        let data = data_arg(vm, data)?;
        this.0.borrow_mut().update(&data);
        Ok(())
    }
    /// The hash of all data so far.
    #[pymethod("(self, length)")]
    fn digest(vm: &Vm, this: &Ref<Shake>, length: &Value) -> PyResult<Ref<Bytes>> {
        Ok(vm.new_bytes(Shake::result(vm, this, length)?))
    }
    /// The hash of all data so far as hexadecimal digits.
    #[pymethod("(self, length)")]
    fn hexdigest(vm: &Vm, this: &Ref<Shake>, length: &Value) -> PyResult<String> {
        Ok(hex(&Shake::result(vm, this, length)?))
    }
    /// An object that goes on from here by itself.
    #[pymethod("(self, /)")]
    fn copy(vm: &Vm, this: &Ref<Shake>) -> Ref<Shake> {
        let state = this.0.borrow().clone();
        alloc_instance(vm, this.ty(), Shake(RefCell::new(state)))
    }
    /// Bytes in a block of the function.
    #[pygetset]
    fn block_size(this: &Ref<Shake>) -> usize {
        this.rate()
    }
    /// Results have any size.
    #[pygetset]
    fn digest_size(_this: &Ref<Shake>) -> usize {
        0
    }
    /// The name of the function.
    #[pygetset]
    fn name(this: &Ref<Shake>) -> &'static str {
        if this.rate() == 168 {
            "shake_128"
        } else {
            "shake_256"
        }
    }
    /// Bits of the state that the data do not reach.
    #[pygetset]
    fn _capacity_bits(this: &Ref<Shake>) -> usize {
        1600 - this.rate() * 8
    }
    /// Bits of the state that the data reach.
    #[pygetset]
    fn _rate_bits(this: &Ref<Shake>) -> usize {
        this.rate() * 8
    }
    /// What marks the end of the data.
    #[pygetset]
    fn _suffix(vm: &Vm, _this: &Ref<Shake>) -> Ref<Bytes> {
        vm.new_bytes(*b"\x1f")
    }
}

/// The classes.
#[pymodule(name = "_sha3", doc = "The hash functions of SHA-3.")]
#[allow(non_upper_case_globals)]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Vm};

    use crate::hashes::{self, ALGORITHMS, HashObject};
    use crate::support::set_module_attr;

    #[pyattr]
    const _GIL_MINSIZE: i64 = hashes::MIN_SIZE;
    #[pyattr]
    const implementation: &str = "RustCrypto";

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        for algorithm in ALGORITHMS.iter().filter(|a| a.module == "_sha3") {
            let class = HashObject::class(vm, algorithm);
            set_module_attr(vm, module, algorithm.class, class.into_value())?;
        }
        set_module_attr(
            vm,
            module,
            "shake_128",
            super::Shake::class(vm, false).into_value(),
        )?;
        set_module_attr(
            vm,
            module,
            "shake_256",
            super::Shake::class(vm, true).into_value(),
        )
    }
}
