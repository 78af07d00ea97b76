//! Arithmetic and comparison of numbers inside the word, for the interpreter's
//! operators: each function answers only what it can without a call to Python
//! and says `None` otherwise, so that the caller takes the general path.
//!
//! Small integers have 63 bits, so sums and differences of two never overflow
//! an `i64`; results that leave the 63 bits become heap integers. Bools take
//! the general path.

use crate::slots::CmpOp;
use crate::value::{Value, encoding};
use crate::vm::Vm;

/// Both operands as floats, if at least one is a float inside the word and the
/// other one is too or is an integer that `f64` holds exactly.
#[inline(always)]
fn float_pair(a: &Value, b: &Value) -> Option<(f64, f64)> {
    match (a.as_small_float(), b.as_small_float()) {
        (Some(x), Some(y)) => Some((x, y)),
        (Some(x), None) => Some((x, exact_float(b)?)),
        (None, Some(y)) => Some((exact_float(a)?, y)),
        (None, None) => None,
    }
}

/// A small integer as the nearest float, as mixed arithmetic converts it.
#[inline(always)]
fn exact_float(v: &Value) -> Option<f64> {
    v.as_small_int().map(|n| n as f64)
}

#[inline(always)]
fn int_pair(a: &Value, b: &Value) -> Option<(i64, i64)> {
    // The tag is one bit, so one test does for both operands.
    let (x, y) = (a.word(), b.word());
    encoding::is_int(x & y).then(|| (encoding::as_int(x), encoding::as_int(y)))
}

/// `a + b` of small integers.
#[inline]
pub fn int_add(vm: &Vm, a: &Value, b: &Value) -> Option<Value> {
    int_pair(a, b).map(|(x, y)| vm.new_int(x + y))
}
/// `a - b` of small integers.
#[inline]
pub fn int_sub(vm: &Vm, a: &Value, b: &Value) -> Option<Value> {
    int_pair(a, b).map(|(x, y)| vm.new_int(x - y))
}
/// `a * b` of small integers.
#[inline]
pub fn int_mul(vm: &Vm, a: &Value, b: &Value) -> Option<Value> {
    let (x, y) = int_pair(a, b)?;
    Some(match x.checked_mul(y) {
        Some(n) => vm.new_int(n),
        None => vm.new_bigint(dashu_int::IBig::from(i128::from(x) * i128::from(y))),
    })
}
/// `a // b` of small integers; `None` for a zero divisor.
#[inline]
pub fn int_floordiv(vm: &Vm, a: &Value, b: &Value) -> Option<Value> {
    let (x, y) = int_pair(a, b).filter(|p| p.1 != 0)?;
    Some(vm.new_int(floor_div(x, y)))
}
/// `a % b` of small integers; `None` for a zero divisor.
#[inline]
pub fn int_rem(_: &Vm, a: &Value, b: &Value) -> Option<Value> {
    let (x, y) = int_pair(a, b).filter(|p| p.1 != 0)?;
    Value::small_int(floor_rem(x, y))
}
/// `a & b` of small integers.
#[inline]
pub fn int_and(a: &Value, b: &Value) -> Option<Value> {
    int_pair(a, b).and_then(|(x, y)| Value::small_int(x & y))
}
/// `a | b` of small integers.
#[inline]
pub fn int_or(a: &Value, b: &Value) -> Option<Value> {
    int_pair(a, b).and_then(|(x, y)| Value::small_int(x | y))
}
/// `a ^ b` of small integers.
#[inline]
pub fn int_xor(a: &Value, b: &Value) -> Option<Value> {
    int_pair(a, b).and_then(|(x, y)| Value::small_int(x ^ y))
}
/// `a << b` of small integers whose result is small too.
#[inline]
pub fn int_lshift(a: &Value, b: &Value) -> Option<Value> {
    let (x, y) = int_pair(a, b).filter(|p| (0..63).contains(&p.1))?;
    let n = x << y;
    if n >> y == x {
        Value::small_int(n)
    } else {
        None
    }
}
/// `a >> b` of small integers.
#[inline]
pub fn int_rshift(a: &Value, b: &Value) -> Option<Value> {
    let (x, y) = int_pair(a, b).filter(|p| p.1 >= 0)?;
    Value::small_int(x >> y.min(63))
}
/// `-a` of a number inside the word.
#[inline]
pub fn negative(vm: &Vm, a: &Value) -> Option<Value> {
    match a.as_small_int() {
        Some(n) => Some(vm.new_int(-n)),
        None => a.as_small_float().map(|x| vm.new_float(-x)),
    }
}

/// Quotient rounded towards minus infinity; `y` is not zero.
#[inline(always)]
pub fn floor_div(x: i64, y: i64) -> i64 {
    let q = x.wrapping_div(y);
    if x.wrapping_rem(y) != 0 && (x < 0) != (y < 0) {
        q - 1
    } else {
        q
    }
}
/// Remainder with the divisor's sign; `y` is not zero.
#[inline(always)]
pub fn floor_rem(x: i64, y: i64) -> i64 {
    let r = x.wrapping_rem(y);
    if r != 0 && (r < 0) != (y < 0) {
        r + y
    } else {
        r
    }
}

/// `a + b` of numbers inside the word.
#[inline]
pub fn add(vm: &Vm, a: &Value, b: &Value) -> Option<Value> {
    int_add(vm, a, b).or_else(|| float_pair(a, b).map(|(x, y)| vm.new_float(x + y)))
}
/// `a - b` of numbers inside the word.
#[inline]
pub fn sub(vm: &Vm, a: &Value, b: &Value) -> Option<Value> {
    int_sub(vm, a, b).or_else(|| float_pair(a, b).map(|(x, y)| vm.new_float(x - y)))
}
/// `a * b` of numbers inside the word.
#[inline]
pub fn mul(vm: &Vm, a: &Value, b: &Value) -> Option<Value> {
    int_mul(vm, a, b).or_else(|| float_pair(a, b).map(|(x, y)| vm.new_float(x * y)))
}
/// `a / b` of numbers inside the word; `None` for a zero divisor and for
/// integers that `f64` does not hold exactly.
#[inline]
pub fn truediv(vm: &Vm, a: &Value, b: &Value) -> Option<Value> {
    let (x, y) = match int_pair(a, b) {
        Some((x, y)) if x.unsigned_abs() <= 1 << 53 && y.unsigned_abs() <= 1 << 53 => {
            (x as f64, y as f64)
        }
        Some(_) => return None,
        None => float_pair(a, b)?,
    };
    (y != 0.0).then(|| vm.new_float(x / y))
}
/// `a // b` of numbers inside the word; `None` for a zero divisor.
#[inline]
pub fn floordiv(vm: &Vm, a: &Value, b: &Value) -> Option<Value> {
    int_floordiv(vm, a, b).or_else(|| {
        let (x, y) = float_pair(a, b).filter(|p| p.1 != 0.0)?;
        Some(vm.new_float(crate::float_ops::floor_divmod(x, y).0))
    })
}
/// `a % b` of numbers inside the word; `None` for a zero divisor.
#[inline]
pub fn rem(vm: &Vm, a: &Value, b: &Value) -> Option<Value> {
    int_rem(vm, a, b).or_else(|| {
        let (x, y) = float_pair(a, b).filter(|p| p.1 != 0.0)?;
        Some(vm.new_float(crate::float_ops::floor_rem(x, y)))
    })
}

/// `a op b` of numbers inside the word; `None` also for a float and an integer
/// that `f64` does not hold exactly.
#[inline]
pub fn compare(a: &Value, b: &Value, op: CmpOp) -> Option<bool> {
    if let Some((x, y)) = int_pair(a, b) {
        return Some(match op {
            CmpOp::Lt => x < y,
            CmpOp::Le => x <= y,
            CmpOp::Eq => x == y,
            CmpOp::Ne => x != y,
            CmpOp::Gt => x > y,
            CmpOp::Ge => x >= y,
        });
    }
    for v in [a, b] {
        if v.as_small_int().is_some_and(|n| n.unsigned_abs() > 1 << 53) {
            return None;
        }
    }
    float_pair(a, b).map(|(x, y)| compare_floats(x, y, op))
}

/// Python's comparison of floats: every order with a NaN is false.
#[inline(always)]
pub fn compare_floats(x: f64, y: f64, op: CmpOp) -> bool {
    match op {
        CmpOp::Lt => x < y,
        CmpOp::Le => x <= y,
        CmpOp::Eq => x == y,
        CmpOp::Ne => x != y,
        CmpOp::Gt => x > y,
        CmpOp::Ge => x >= y,
    }
}
