//! The module `_random`.

mod twister;

use std::cell::RefCell;

use dashu_int::{IBig, UBig};
use taipan_macros::{pymethods, pymodule};
use taipan_object::int::IntRef;
use taipan_object::object::alloc_instance;
use taipan_object::tuple::Tuple;
use taipan_object::{Args, PyResult, Ref, TypeRef, Value, Vm, payload};

use twister::{Twister, WORDS};

pub use module::MODULE;

/// The module has only its class.
#[pymodule(
    name = "_random",
    doc = "The generator of random numbers.",
    classes(crate::random::Random)
)]
pub mod module {}

/// `Random`.
pub struct Random(RefCell<Box<Twister>>);
payload!(Random);

/// The words that a seed stands for.
fn key_of(vm: &Vm, seed: &Value) -> PyResult<Vec<u32>> {
    let magnitude: UBig = match seed.as_int() {
        Some(IntRef::Small(n)) => UBig::from(n.unsigned_abs()),
        Some(IntRef::Big(n)) => n.clone().into_parts().1,
        None => UBig::from(vm.hash(seed)? as u64),
    };
    let bytes = magnitude.to_le_bytes();
    let mut key: Vec<u32> = bytes
        .chunks(4)
        .map(|chunk| {
            let mut word = [0; 4];
            word[..chunk.len()].copy_from_slice(chunk);
            u32::from_le_bytes(word)
        })
        .collect();
    if key.is_empty() {
        key.push(0);
    }
    Ok(key)
}

/// Words from the system; from the clock if it has none.
fn random_key() -> Vec<u32> {
    let mut bytes = [0_u8; WORDS * 4];
    let good = bytes.chunks_mut(256).all(taipan_host::env::random);
    if !good {
        let now = taipan_host::time::system_ns() as u64;
        let pid = taipan_host::env::pid();
        return vec![now as u32, (now >> 32) as u32, pid];
    }
    bytes
        .chunks_exact(4)
        .map(|c| u32::from_le_bytes([c[0], c[1], c[2], c[3]]))
        .collect()
}

impl Random {
    fn reseed(vm: &Vm, this: &Ref<Random>, seed: Option<&Value>) -> PyResult<()> {
        let key = match seed {
            Some(seed) if !seed.is_none() => key_of(vm, seed)?,
            _ => random_key(),
        };
        **this.0.borrow_mut() = Twister::from_key(&key);
        Ok(())
    }
}

#[pymethods(
    name = "Random",
    module = "_random",
    doc = "Random() -> create a random number generator with its own internal state.",
    signature = "",
    flags(BASETYPE)
)]
impl Random {
    #[pyslot]
    fn new(vm: &Vm, cls: &TypeRef, _: Args<'_>) -> PyResult {
        let state = Random(RefCell::new(Box::new(Twister::blank())));
        Ok(alloc_instance(vm, cls, state).into_value())
    }
    #[pyslot]
    fn init(vm: &Vm, this: &Ref<Random>, args: Args<'_>) -> PyResult<()> {
        if args.keyword_count() > 0 {
            return Err(vm.type_error("Random() takes no keyword arguments"));
        }
        match args.values {
            [] => Random::reseed(vm, this, None),
            [seed] => Random::reseed(vm, this, Some(seed)),
            more => Err(vm.type_error(format!(
                "Random expected at most 1 argument, got {}",
                more.len()
            ))),
        }
    }
    /// A float from 0 up to 1.
    #[pymethod("(self, /)")]
    fn random(this: &Ref<Random>) -> f64 {
        this.0.borrow_mut().next_float()
    }
    /// Starts from a seed; from the system's randomness without one.
    #[pymethod("(self, n=None, /)")]
    fn seed(vm: &Vm, this: &Ref<Random>, n: &Value) -> PyResult<()> {
        Random::reseed(vm, this, Some(n))
    }
    /// The state, as a tuple of integers.
    #[pymethod("(self, /)")]
    fn getstate(vm: &Vm, this: &Ref<Random>) -> Value {
        let state = this.0.borrow();
        let mut items: Vec<Value> = state
            .words
            .iter()
            .map(|&w| vm.new_int(i64::from(w)))
            .collect();
        items.push(vm.new_int(state.index as i64));
        vm.new_tuple(items).into_value()
    }
    /// Restores a state that getstate() gave.
    #[pymethod("(self, state, /)")]
    fn setstate(vm: &Vm, this: &Ref<Random>, state: &Value) -> PyResult<()> {
        let Some(state) = state.downcast::<Tuple>() else {
            return Err(vm.type_error("state vector must be a tuple"));
        };
        if state.len() != WORDS + 1 {
            return Err(vm.value_error("state vector is the wrong size"));
        }
        let mut twister = Box::new(Twister::blank());
        for (word, item) in twister.words.iter_mut().zip(state.items()) {
            if item.as_int().is_none() {
                return Err(vm.type_error("an integer is required"));
            }
            *word = crate::numbers::unsigned_long(vm, item)? as u32;
        }
        let last = &state.items()[WORDS];
        if last.as_int().is_none() {
            return Err(vm.type_error("an integer is required"));
        }
        let index = vm.index_i64(last)?;
        twister.index = usize::try_from(index)
            .ok()
            .filter(|&i| i <= WORDS)
            .ok_or_else(|| vm.value_error("invalid state"))?;
        *this.0.borrow_mut() = twister;
        Ok(())
    }
    /// An integer of k random bits.
    #[pymethod("(self, k, /)")]
    fn getrandbits(vm: &Vm, this: &Ref<Random>, k: &Value) -> PyResult {
        let index = vm.index(k)?;
        let bits = match index.as_int() {
            Some(IntRef::Small(n)) if n < 0 => None,
            Some(IntRef::Big(n)) if *n < IBig::ZERO => None,
            Some(IntRef::Small(n)) => Some(n as u64),
            Some(IntRef::Big(n)) => Some(
                u64::try_from(n)
                    .map_err(|_| vm.overflow_error("Python int too large for C uint64_t"))?,
            ),
            None => None,
        };
        let Some(bits) = bits else {
            return Err(vm.value_error("Cannot convert negative int"));
        };
        if bits == 0 {
            return Ok(vm.new_int(0));
        }
        let mut state = this.0.borrow_mut();
        if bits <= 32 {
            return Ok(vm.new_int(i64::from(state.next() >> (32 - bits))));
        }
        taipan_object::int_ops::reserve_bits(vm, u128::from(bits))?;
        let mut bytes = Vec::new();
        let words = bits.div_ceil(32);
        if bytes.try_reserve_exact(words as usize * 4).is_err() {
            return Err(vm.memory_error());
        }
        let mut left = bits;
        for _ in 0..words {
            let word = state.next();
            let word = if left < 32 { word >> (32 - left) } else { word };
            bytes.extend_from_slice(&word.to_le_bytes());
            left = left.saturating_sub(32);
        }
        Ok(vm.new_bigint(IBig::from(UBig::from_le_bytes(&bytes))))
    }
}
