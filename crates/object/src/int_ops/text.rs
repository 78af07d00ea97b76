//! Integers as text: decimal and other bases, and the limit on digits.

use dashu_int::{IBig, Sign};

use crate::int::IntRef;
use crate::value::Value;
use crate::vm::{PyResult, Raised, Vm};

/// Numbers shorter than this are never refused, as in CPython.
pub const DIGITS_THRESHOLD: usize = 640;

#[cold]
fn too_long(vm: &Vm, limit: usize) -> Raised {
    vm.value_error(format!(
        "Exceeds the limit ({limit} digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit"
    ))
}

/// The decimal digits of a number, at the end of `buffer`.
#[inline]
pub fn small_digits(mut n: u64, buffer: &mut [u8; 20]) -> &[u8] {
    const PAIRS: [u8; 200] = {
        let mut pairs = [0; 200];
        let mut n = 0;
        while n < 100 {
            pairs[n * 2] = b'0' + (n / 10) as u8;
            pairs[n * 2 + 1] = b'0' + (n % 10) as u8;
            n += 1;
        }
        pairs
    };
    let mut at = buffer.len();
    while n >= 100 {
        let pair = (n % 100) as usize * 2;
        n /= 100;
        at -= 2;
        buffer[at..at + 2].copy_from_slice(&PAIRS[pair..pair + 2]);
    }
    if n >= 10 {
        let pair = n as usize * 2;
        at -= 2;
        buffer[at..at + 2].copy_from_slice(&PAIRS[pair..pair + 2]);
    } else {
        at -= 1;
        buffer[at] = b'0' + n as u8;
    }
    &buffer[at..]
}

/// `str(n)` of an integer that fits a word.
#[inline]
pub fn small_text(vm: &Vm, n: i64) -> Value {
    let mut buffer = [0; 20];
    let len = small_digits(n.unsigned_abs(), &mut buffer).len();
    let mut start = 20 - len;
    if n < 0 {
        start -= 1;
        // The smallest number has 19 digits: there is room for a sign.
        buffer[start] = b'-';
    }
    vm.new_ascii(&buffer[start..]).into_value()
}

/// Decimal text.
///
/// # Errors
/// ValueError beyond `sys.get_int_max_str_digits()` digits.
pub fn decimal(vm: &Vm, n: &IntRef<'_>) -> PyResult<String> {
    match n {
        IntRef::Small(n) => Ok(n.to_string()),
        IntRef::Big(b) => decimal_big(vm, b),
    }
}

/// Words of numbers that the schoolbook method is faster for than the crate.
const SHORT: usize = 12;

/// Decimal text of a short number, by changing the base from 2**32 to 10**9.
fn decimal_short(sign: Sign, words: &[u64]) -> String {
    const BASE: u64 = 1_000_000_000;
    // A block of nine digits takes the place of less than 32 bits.
    let mut blocks = [0u32; SHORT * 2 + 3];
    let mut used = 0;
    for limb in words.iter().rev().flat_map(|w| [w >> 32, w & 0xFFFF_FFFF]) {
        let mut carry = limb;
        for block in &mut blocks[..used] {
            let n = u64::from(*block) << 32 | carry;
            carry = n / BASE;
            *block = (n - carry * BASE) as u32;
        }
        while carry > 0 {
            blocks[used] = (carry % BASE) as u32;
            carry /= BASE;
            used += 1;
        }
    }
    let mut digits = [b'0'; (SHORT * 2 + 3) * 9 + 1];
    let mut at = digits.len();
    for (i, &block) in blocks[..used].iter().enumerate() {
        let (mut n, start) = (block, at);
        while if i + 1 == used { n > 0 } else { start - at < 9 } {
            at -= 1;
            digits[at] = b'0' + (n % 10) as u8;
            n /= 10;
        }
    }
    if used == 0 {
        at -= 1;
    }
    if sign == Sign::Negative {
        at -= 1;
        digits[at] = b'-';
    }
    String::from_utf8_lossy(&digits[at..]).into_owned()
}

fn decimal_big(vm: &Vm, b: &IBig) -> PyResult<String> {
    let limit = vm.int_max_str_digits.get() as usize;
    let bits = super::bit_length(b);
    // A digit takes more than 3.32 bits: refuse what is surely too long before the work.
    let limited = limit > 0 && bits > DIGITS_THRESHOLD * 3;
    if limited && bits / 10 * 3 > limit {
        return Err(too_long(vm, limit));
    }
    let (sign, words) = b.as_sign_words();
    let text = if words.len() <= SHORT {
        decimal_short(sign, words)
    } else {
        b.to_string()
    };
    let digits = text.len() - usize::from(b.sign() == Sign::Negative);
    if limited && digits > limit.max(DIGITS_THRESHOLD) {
        return Err(too_long(vm, limit));
    }
    Ok(text)
}

/// The absolute value's digits in base 2, 8, 10 or 16 and whether the number is negative.
pub fn magnitude_digits(
    vm: &Vm,
    n: &IntRef<'_>,
    base: u8,
    upper: bool,
) -> PyResult<(bool, String)> {
    let negative = n.is_negative();
    let text = match n {
        _ if base == 10 => {
            let text = decimal(vm, n)?;
            if negative { text[1..].to_owned() } else { text }
        }
        IntRef::Small(n) => {
            let n = n.unsigned_abs();
            match (base, upper) {
                (2, _) => format!("{n:b}"),
                (8, _) => format!("{n:o}"),
                (_, true) => format!("{n:X}"),
                _ => format!("{n:x}"),
            }
        }
        IntRef::Big(b) => {
            super::reserve_bits(vm, super::bit_length(b) as u128 * 8)?;
            let text = b.in_radix(base).to_string();
            let text = if negative { text[1..].to_owned() } else { text };
            if upper {
                text.to_ascii_uppercase()
            } else {
                text
            }
        }
    };
    Ok((negative, text))
}

/// The digits of a number in base 2, 8 or 16, at the end of `buffer`.
pub fn power_digits(mut n: u64, base: u8, upper: bool, buffer: &mut [u8; 64]) -> &[u8] {
    let bits = base.trailing_zeros();
    let digits: &[u8; 16] = if upper {
        b"0123456789ABCDEF"
    } else {
        b"0123456789abcdef"
    };
    let mut at = buffer.len();
    loop {
        at -= 1;
        buffer[at] = digits[(n & (u64::from(base) - 1)) as usize];
        n >>= bits;
        if n == 0 {
            return &buffer[at..];
        }
    }
}

/// Text with sign and prefix, as `bin`, `oct` and `hex` give it.
pub fn prefixed(vm: &Vm, n: &IntRef<'_>, base: u8) -> PyResult<String> {
    if let IntRef::Small(n) = n {
        let (sign, n) = (if *n < 0 { "-" } else { "" }, n.unsigned_abs());
        let mut buffer = [0; 64];
        let digits = power_digits(n, base, false, &mut buffer);
        let mut text = String::with_capacity(digits.len() + 3);
        text.push_str(sign);
        text.push_str(match base {
            2 => "0b",
            8 => "0o",
            _ => "0x",
        });
        text.push_str(std::str::from_utf8(digits).unwrap_or_default());
        return Ok(text);
    }
    let (negative, digits) = magnitude_digits(vm, n, base, false)?;
    let prefix = match base {
        2 => "0b",
        8 => "0o",
        16 => "0x",
        _ => "",
    };
    Ok(format!(
        "{}{prefix}{digits}",
        if negative { "-" } else { "" }
    ))
}

/// `repr(a)`.
pub fn repr(vm: &Vm, a: &Value) -> PyResult {
    if let Some(n) = a.as_small_int() {
        return Ok(small_text(vm, n));
    }
    let Some(n) = a.as_int() else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let text = decimal(vm, &n)?;
    Ok(vm.new_ascii(text.as_bytes()).into_value())
}
