//! Floats as text: the shortest text that reads back, and fixed precision.

/// Options of [`format_float`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FloatFlags {
    /// `#`: keep the point and trailing zeros.
    pub alternate: bool,
    /// Write `.0` behind integral numbers without exponent.
    pub add_dot_0: bool,
    /// Write `+` before positive numbers.
    pub plus: bool,
}

/// No finite float has more decimals, or significant digits.
const MAX_DECIMALS: usize = 1074;
const MAX_DIGITS: usize = 800;

/// The shortest decimal digits that read back as the finite positive `x`, and
/// where the point stands among them.
fn shortest(x: f64) -> (String, i32) {
    if x == 0.0 {
        return ("0".to_owned(), 1);
    }
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(x);
    let (mantissa, exponent) = text
        .split_once('e')
        .map_or((text, 0), |(m, e)| (m, e.parse::<i32>().unwrap_or(0)));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = String::with_capacity(20);
    digits.push_str(whole);
    digits.push_str(fraction);
    let leading = digits.len() - digits.trim_start_matches('0').len();
    let point = whole.len() as i32 + exponent - leading as i32;
    let digits = digits[leading..].trim_end_matches('0');
    (digits.to_owned(), point)
}

/// `count` correctly rounded digits of the finite `x`, which is not negative.
fn rounded(x: f64, count: usize) -> (String, i32) {
    let kept = count.clamp(1, MAX_DIGITS);
    let text = format!("{x:.*e}", kept - 1);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mut digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    digits.extend(std::iter::repeat_n('0', count.saturating_sub(kept)));
    (digits, exponent.parse::<i32>().unwrap_or(0) + 1)
}

/// The text of a float as `%e`, `%f`, `%g` (upper case too) give it, or `r` for
/// `repr`, which takes no precision. A sign is written for negative numbers.
pub fn format_float(x: f64, kind: char, precision: usize, flags: FloatFlags) -> String {
    let upper = kind.is_ascii_uppercase();
    let mut out = String::new();
    if x.is_sign_negative() && !x.is_nan() {
        out.push('-');
    } else if flags.plus {
        out.push('+');
    }
    if !x.is_finite() {
        out.push_str(match (x.is_nan(), upper) {
            (true, false) => "nan",
            (true, true) => "NAN",
            (false, false) => "inf",
            (false, true) => "INF",
        });
        return out;
    }
    let x = x.abs();
    match kind.to_ascii_lowercase() {
        'f' => {
            let kept = precision.min(MAX_DECIMALS);
            std::fmt::Write::write_fmt(&mut out, format_args!("{x:.kept$}")).unwrap_or(());
            out.extend(std::iter::repeat_n('0', precision - kept));
            if precision == 0 && flags.alternate {
                out.push('.');
            }
        }
        'e' => {
            let (digits, point) = rounded(x, precision.saturating_add(1));
            push_exponential(&mut out, &digits, point - 1, flags.alternate, upper);
        }
        'g' => {
            let precision = precision.max(1);
            let (digits, point) = rounded(x, precision);
            let limit = precision as i64 - i64::from(flags.add_dot_0);
            let digits = if flags.alternate {
                digits.as_str()
            } else {
                trim_zeros(&digits)
            };
            if i64::from(point) <= -4 || i64::from(point) > limit {
                push_exponential(&mut out, digits, point - 1, flags.alternate, upper);
            } else {
                push_fixed(&mut out, digits, point, flags);
            }
        }
        _ => {
            let (digits, point) = shortest(x);
            if point <= -4 || point > 16 {
                push_exponential(&mut out, &digits, point - 1, flags.alternate, upper);
            } else {
                push_fixed(&mut out, &digits, point, flags);
            }
        }
    }
    out
}

/// Without trailing zeros, but at least one digit.
fn trim_zeros(digits: &str) -> &str {
    let trimmed = digits.trim_end_matches('0');
    if trimmed.is_empty() {
        &digits[..1]
    } else {
        trimmed
    }
}

fn push_exponential(out: &mut String, digits: &str, exponent: i32, alternate: bool, upper: bool) {
    out.push_str(&digits[..1]);
    if digits.len() > 1 || alternate {
        out.push('.');
        out.push_str(&digits[1..]);
    }
    let letter = if upper { 'E' } else { 'e' };
    let sign = if exponent < 0 { '-' } else { '+' };
    std::fmt::Write::write_fmt(
        out,
        format_args!("{letter}{sign}{:02}", exponent.unsigned_abs()),
    )
    .unwrap_or(());
}

fn push_fixed(out: &mut String, digits: &str, point: i32, flags: FloatFlags) {
    let zeros = |n: usize| std::iter::repeat_n('0', n);
    let fraction = match usize::try_from(point) {
        Ok(point) if point > 0 => {
            let whole = point.min(digits.len());
            out.push_str(&digits[..whole]);
            out.extend(zeros(point - whole));
            out.push('.');
            &digits[whole..]
        }
        _ => {
            out.push_str("0.");
            out.extend(zeros(point.unsigned_abs() as usize));
            digits
        }
    };
    out.push_str(fraction);
    if out.ends_with('.') {
        if flags.add_dot_0 {
            out.push('0');
        } else if !flags.alternate {
            out.pop();
        }
    }
}

/// `repr(x)`.
pub fn repr(x: f64) -> String {
    format_float(
        x,
        'r',
        0,
        FloatFlags {
            add_dot_0: true,
            ..FloatFlags::default()
        },
    )
}
