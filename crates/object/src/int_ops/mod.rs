//! What `int` and `bool` can do.

pub mod arith;
pub mod bits;
pub mod bool;
pub mod bytes;
pub mod class;
pub mod digits;
pub mod division;
pub mod parse;
pub mod power;
pub mod text;

use dashu_int::{IBig, Sign};

use crate::int::IntRef;
use crate::vm::{PyResult, Vm};

/// Binds a name to `&IBig` for an [`IntRef`]; small ones do not allocate.
macro_rules! big {
    ($name:ident = $operand:expr) => {
        let owned;
        let $name: &dashu_int::IBig = match $operand {
            crate::int::IntRef::Small(n) => {
                owned = dashu_int::IBig::from(n);
                &owned
            }
            crate::int::IntRef::Big(b) => b,
        };
    };
}
pub(crate) use big;

/// Both operands as integers, or NotImplemented from the calling function.
macro_rules! int_operands {
    ($a:expr, $b:expr) => {
        match ($a.as_int(), $b.as_int()) {
            (Some(x), Some(y)) => (x, y),
            _ => return Ok(crate::value::Value::NOT_IMPLEMENTED),
        }
    };
}
pub(crate) use int_operands;

impl IntRef<'_> {
    pub fn is_zero(&self) -> bool {
        match self {
            IntRef::Small(n) => *n == 0,
            IntRef::Big(b) => b.is_zero(),
        }
    }
    pub fn is_negative(&self) -> bool {
        match self {
            IntRef::Small(n) => *n < 0,
            IntRef::Big(b) => b.sign() == Sign::Negative,
        }
    }
    /// Bits of the absolute value.
    pub fn bit_length(&self) -> usize {
        match self {
            IntRef::Small(n) => 64 - n.unsigned_abs().leading_zeros() as usize,
            IntRef::Big(b) => bit_length(b),
        }
    }
}

/// Bits of the absolute value.
pub fn bit_length(b: &IBig) -> usize {
    let words = b.as_sign_words().1;
    words
        .last()
        .map_or(0, |top| words.len() * 64 - top.leading_zeros() as usize)
}

/// Fails with MemoryError unless there is room for a number of so many bits:
/// the big-integer crate would abort the process.
pub fn reserve_bits(vm: &Vm, bits: u128) -> PyResult<()> {
    // Below this the allocator's own checks are as good as any.
    const ALWAYS: u128 = 1 << 26;
    if bits < ALWAYS {
        return Ok(());
    }
    // Results of the crate's algorithms need about three times the size for a while.
    let bytes = usize::try_from(bits / 8 * 3)
        .ok()
        .filter(|&n| n <= isize::MAX as usize)
        .ok_or_else(|| vm.memory_error())?;
    Vec::<u8>::new()
        .try_reserve_exact(bytes)
        .map_err(|_| vm.memory_error())
}
