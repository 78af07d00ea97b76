//! The values of number tokens.

use crate::ast::Constant;
use bumpalo::{Bump, collections::String as ArenaString};

/// How many digits a decimal integer may have (`sys.int_info.default_max_str_digits`).
pub const MAX_DECIMAL_DIGITS: usize = 4300;

/// The value of a number token. The error is the message of a `SyntaxError`.
pub fn number<'a>(text: &str, arena: &'a Bump) -> Result<Constant<'a>, String> {
    let mut digits = ArenaString::with_capacity_in(text.len(), arena);
    digits.extend(text.chars().filter(|&c| c != '_'));
    let lower = |at: usize| digits.as_bytes().get(at).map(u8::to_ascii_lowercase);
    let radix = match (lower(0), lower(1)) {
        (Some(b'0'), Some(b'x')) => 16,
        (Some(b'0'), Some(b'o')) => 8,
        (Some(b'0'), Some(b'b')) => 2,
        _ => 10,
    };
    let digits: &'a str = digits.into_bump_str();
    if radix != 10 {
        return integer(&digits[2..], radix);
    }
    if let Some(imaginary) = digits.strip_suffix(['j', 'J']) {
        return float(imaginary).map(Constant::Imaginary);
    }
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        return integer(digits, 10);
    }
    float(digits).map(Constant::Float)
}

fn float(text: &str) -> Result<f64, String> {
    text.parse()
        .map_err(|_| format!("could not convert string to float: '{text}'"))
}

fn integer(digits: &str, radix: u8) -> Result<Constant<'_>, String> {
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Ok(Constant::Int(0));
    }
    if let Ok(small) = i64::from_str_radix(digits, u32::from(radix)) {
        return Ok(Constant::Int(small));
    }
    if !digits
        .bytes()
        .all(|b| char::from(b).is_digit(u32::from(radix)))
    {
        return Err("invalid integer literal".to_owned());
    }
    if radix == 10 && digits.len() > MAX_DECIMAL_DIGITS {
        return Err(format!(
            "Exceeds the limit ({MAX_DECIMAL_DIGITS} digits) for integer string conversion: value has {} digits; \
             use sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer \
             literals to avoid decimal conversion limits.",
            digits.len()
        ));
    }
    Ok(Constant::BigInt { digits, radix })
}
