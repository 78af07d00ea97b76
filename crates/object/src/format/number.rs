//! `__format__` of numbers, and the pieces of `%` formatting.

use super::spec::FormatSpec;
use crate::float_ops::format::{FloatFlags, format_float};
use crate::header::Ref;
use crate::int::IntRef;
use crate::int_ops::text::magnitude_digits;
use crate::str::{Str, StrView};
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// The ASCII parts of a formatted number, in order.
#[derive(Default)]
struct Parts {
    sign: &'static str,
    /// `0x` and the like.
    prefix: String,
    /// Digits before the point.
    digits: String,
    /// The point, the fraction, exponent, percent sign; `inf` and `nan`.
    rest: String,
    /// Digits in a group.
    group: usize,
}

/// `int.__format__`.
pub fn format_int(vm: &Vm, value: &Value, spec: &Ref<Str>) -> PyResult {
    let n = value.as_int().unwrap_or(IntRef::Small(0));
    if spec.is_empty() {
        return vm.str(value).map(Ref::into_value);
    }
    if let (Some(text), Some(n)) = (spec.as_ascii(), value.as_small_int())
        && let Some(text) = format_simple(vm, text.as_bytes(), n)
    {
        return Ok(text);
    }
    let type_name = vm.type_name(value);
    let spec = FormatSpec::parse(vm, spec.view(), 'd', '>', &type_name)?;
    match spec.kind_char() {
        'b' | 'c' | 'd' | 'o' | 'x' | 'X' | 'n' => format_integer(vm, &n, &spec),
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%' => format_real(vm, vm.as_f64(value)?, &spec),
        _ => Err(spec.unknown_kind(vm, &type_name)),
    }
}

/// The commonest specifications, `[#][0][width][,][bdoxX]` with a width below 64; `None`: another one.
fn format_simple(vm: &Vm, spec: &[u8], n: i64) -> Option<Value> {
    let mut rest = spec;
    let mut accept = |c: u8| match rest {
        [first, tail @ ..] if *first == c => {
            rest = tail;
            true
        }
        _ => false,
    };
    let alternate = accept(b'#');
    let zeros = accept(b'0');
    let mut width = 0;
    while let [digit @ b'0'..=b'9', tail @ ..] = rest {
        width = width * 10 + usize::from(digit - b'0');
        rest = tail;
        if width > 63 {
            return None;
        }
    }
    let comma = matches!(rest, [b',', ..]);
    if comma {
        rest = &rest[1..];
    }
    let kind = match rest {
        [] => b'd',
        [kind @ (b'b' | b'd' | b'o' | b'x' | b'X')] => *kind,
        _ => return None,
    };
    if comma && (zeros || kind != b'd') {
        return None;
    }
    // The longest text: 64 digits, a sign and a prefix.
    let mut out = [0u8; 68];
    let mut at = out.len();
    let magnitude = n.unsigned_abs();
    let (mut decimals, mut powers) = ([0; 20], [0; 64]);
    let digits = match kind {
        b'd' => crate::int_ops::text::small_digits(magnitude, &mut decimals),
        _ => {
            let base = match kind {
                b'b' => 2,
                b'o' => 8,
                _ => 16,
            };
            crate::int_ops::text::power_digits(magnitude, base, kind == b'X', &mut powers)
        }
    };
    for (i, digit) in digits.iter().rev().enumerate() {
        if comma && i > 0 && i % 3 == 0 {
            at -= 1;
            out[at] = b',';
        }
        at -= 1;
        out[at] = *digit;
    }
    let prefixed = alternate && kind != b'd';
    let head = usize::from(n < 0) + if prefixed { 2 } else { 0 };
    if zeros {
        while out.len() - at + head < width {
            at -= 1;
            out[at] = b'0';
        }
    }
    if prefixed {
        at -= 2;
        out[at..at + 2].copy_from_slice(&[b'0', kind]);
    }
    if n < 0 {
        at -= 1;
        out[at] = b'-';
    }
    while out.len() - at < width {
        at -= 1;
        out[at] = b' ';
    }
    Some(vm.new_ascii(&out[at..]).into_value())
}

/// The commonest specifications, `[width][.precision](e|f|g|%)`, for finite numbers; `None`: another one.
fn format_simple_float(vm: &Vm, spec: &[u8], x: f64) -> Option<Value> {
    let digits = |rest: &mut &[u8]| {
        let (mut n, start) = (0usize, rest.len());
        while let [digit @ b'0'..=b'9', tail @ ..] = *rest {
            n = n * 10 + usize::from(digit - b'0');
            *rest = tail;
            if n > 60 {
                return None;
            }
        }
        Some((n, start > rest.len()))
    };
    let mut rest = spec;
    if !x.is_finite() || spec.first() == Some(&b'0') {
        return None;
    }
    let (width, _) = digits(&mut rest)?;
    let mut precision = 6;
    if let [b'.', tail @ ..] = rest {
        rest = tail;
        let (n, given) = digits(&mut rest)?;
        precision = given.then_some(n)?;
    }
    let flags = FloatFlags::default();
    let mut text = match rest {
        [kind @ (b'e' | b'f' | b'g')] => format_float(x, *kind as char, precision, flags),
        [b'%'] if (x * 100.0).is_finite() => format_float(x * 100.0, 'f', precision, flags) + "%",
        _ => return None,
    };
    if text.len() < width {
        text.insert_str(0, &" ".repeat(width - text.len()));
    }
    Some(vm.new_ascii(text.as_bytes()).into_value())
}

fn format_integer(vm: &Vm, n: &IntRef<'_>, spec: &FormatSpec) -> PyResult {
    if spec.precision.is_some() {
        return Err(vm.value_error("Precision not allowed in integer format specifier"));
    }
    if spec.no_negative_zero {
        return Err(
            vm.value_error("Negative zero coercion (z) not allowed in integer format specifier")
        );
    }
    let kind = spec.kind_char();
    if kind == 'c' {
        return format_char(vm, n, spec);
    }
    let base = match kind {
        'b' => 2,
        'o' => 8,
        'x' | 'X' => 16,
        _ => 10,
    };
    let (negative, digits) = magnitude_digits(vm, n, base, kind == 'X')?;
    let prefix = if spec.alternate && base != 10 {
        format!("0{kind}")
    } else {
        String::new()
    };
    let group = if base == 10 { 3 } else { 4 };
    lay_out(
        vm,
        Parts {
            sign: sign_text(negative, spec.sign),
            prefix,
            digits,
            group,
            ..Parts::default()
        },
        spec,
    )
}

fn format_char(vm: &Vm, n: &IntRef<'_>, spec: &FormatSpec) -> PyResult {
    if spec.sign != 0 {
        return Err(vm.value_error("Sign not allowed with integer format specifier 'c'"));
    }
    if spec.alternate {
        return Err(
            vm.value_error("Alternate form (#) not allowed with integer format specifier 'c'")
        );
    }
    let Some(n) = n.to_i64() else {
        return Err(vm.overflow_error("Python int too large to convert to C long"));
    };
    let Some(c) = u32::try_from(n).ok().filter(|c| *c <= 0x10FFFF) else {
        return Err(vm.overflow_error("%c arg not in range(0x110000)"));
    };
    let text = vm.new_char(c);
    super::text::pad(
        vm,
        text.view(),
        spec.width.unwrap_or(0),
        spec.align,
        spec.fill,
    )
    .map(Ref::into_value)
}

fn sign_text(negative: bool, wanted: u8) -> &'static str {
    match (negative, wanted) {
        (true, _) => "-",
        (_, b'+') => "+",
        (_, b' ') => " ",
        _ => "",
    }
}

/// `float.__format__`.
pub fn format_float_object(vm: &Vm, value: &Value, spec: &Ref<Str>) -> PyResult {
    if spec.is_empty() {
        return vm.str(value).map(Ref::into_value);
    }
    let x = value.as_float().unwrap_or(0.0);
    if let Some(text) = spec.as_ascii()
        && let Some(text) = format_simple_float(vm, text.as_bytes(), x)
    {
        return Ok(text);
    }
    let type_name = vm.type_name(value);
    let spec = FormatSpec::parse(vm, spec.view(), '\0', '>', &type_name)?;
    match spec.kind_char() {
        '\0' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n' | '%' => format_real(vm, x, &spec),
        _ => Err(spec.unknown_kind(vm, &type_name)),
    }
}

/// Refuses more digits than memory holds.
fn check_precision(vm: &Vm, precision: Option<usize>) -> PyResult<()> {
    match precision {
        Some(p) if p > i32::MAX as usize => Err(vm.value_error("precision too big")),
        Some(p) => Vec::<u8>::new()
            .try_reserve_exact(p)
            .map_err(|_| vm.memory_error()),
        None => Ok(()),
    }
}

/// A real number as a presentation type gives it: whether to show a minus, and the text without sign.
fn real_text(
    x: f64,
    kind: char,
    precision: Option<usize>,
    spec: &FormatSpec,
    add_dot_0: bool,
) -> (bool, String) {
    let (kind, precision, add_dot_0) = match (kind, precision) {
        ('\0', None) => ('r', 0, add_dot_0),
        ('\0', Some(p)) => ('g', p, add_dot_0),
        ('n', p) => ('g', p.unwrap_or(6), false),
        (kind, p) => (kind, p.unwrap_or(6), false),
    };
    let flags = FloatFlags {
        alternate: spec.alternate,
        add_dot_0,
        plus: false,
    };
    let mut text = match kind {
        '%' => format_float(x * 100.0, 'f', precision, flags) + "%",
        _ => format_float(x, kind, precision, flags),
    };
    let negative = text.starts_with('-');
    if negative {
        text.remove(0);
    }
    let mantissa = text.bytes().take_while(|c| !matches!(c, b'e' | b'E'));
    let zero = x.is_finite() && !mantissa.into_iter().any(|c| matches!(c, b'1'..=b'9'));
    (negative && !(zero && spec.no_negative_zero), text)
}

fn split_parts(negative: bool, text: &str, spec: &FormatSpec) -> Parts {
    let whole = text.bytes().take_while(u8::is_ascii_digit).count();
    let mut rest = text[whole..].to_owned();
    if spec.fraction_grouping != 0 && rest.starts_with('.') {
        let fraction = rest[1..].bytes().take_while(u8::is_ascii_digit).count();
        let mut grouped = String::from(".");
        for (i, c) in rest[1..=fraction].chars().enumerate() {
            if i > 0 && i % 3 == 0 {
                grouped.push(spec.fraction_grouping as char);
            }
            grouped.push(c);
        }
        grouped.push_str(&rest[1 + fraction..]);
        rest = grouped;
    }
    Parts {
        sign: sign_text(negative, spec.sign),
        digits: text[..whole].to_owned(),
        rest,
        group: 3,
        ..Parts::default()
    }
}

fn format_real(vm: &Vm, x: f64, spec: &FormatSpec) -> PyResult {
    check_precision(vm, spec.precision)?;
    let (negative, text) = real_text(x, spec.kind_char(), spec.precision, spec, true);
    lay_out(vm, split_parts(negative, &text, spec), spec)
}

/// `complex.__format__`.
pub fn format_complex_object(vm: &Vm, value: &Value, spec: &Ref<Str>) -> PyResult {
    if spec.is_empty() {
        return vm.str(value).map(Ref::into_value);
    }
    let (re, im) = value.as_complex().unwrap_or_default();
    let type_name = vm.type_name(value);
    let spec = FormatSpec::parse(vm, spec.view(), '\0', '>', &type_name)?;
    let kind = spec.kind_char();
    if !matches!(kind, '\0' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n') {
        return Err(spec.unknown_kind(vm, &type_name));
    }
    if spec.fill == u32::from('0') {
        return Err(vm.value_error("Zero padding is not allowed in complex format specifier"));
    }
    if spec.align == b'=' {
        return Err(vm.value_error("'=' alignment flag is not allowed in complex format specifier"));
    }
    check_precision(vm, spec.precision)?;
    // Without a type the text is that of `repr`: parentheses, and no positive zero as real part.
    let bare = kind == '\0';
    let skip_real = bare && re == 0.0 && re.is_sign_positive();
    let mut out = String::new();
    let mut push = |x: f64, sign: u8| {
        let (negative, text) = real_text(x, kind, spec.precision, &spec, false);
        let parts = split_parts(negative, &text, &FormatSpec { sign, ..spec });
        out.push_str(parts.sign);
        out.push_str(&group(&parts.digits, spec.grouping, parts.group, 0));
        out.push_str(&parts.rest);
    };
    if !skip_real {
        push(re, spec.sign);
    }
    push(im, if skip_real { spec.sign } else { b'+' });
    out.push('j');
    if bare && !skip_real {
        out = format!("({out})");
    }
    super::text::pad(
        vm,
        StrView::Ascii(&out),
        spec.width.unwrap_or(0),
        spec.align,
        spec.fill,
    )
    .map(Ref::into_value)
}

/// Puts separators between groups of digits and zeros before them, up to `least` characters.
fn group(digits: &str, separator: u8, size: usize, least: usize) -> String {
    if digits.is_empty() {
        return String::new();
    }
    if separator == 0 {
        let mut out = "0".repeat(least.saturating_sub(digits.len()));
        out.push_str(digits);
        return out;
    }
    // Written from the right.
    let mut reversed = Vec::with_capacity(digits.len().max(least) * 4 / 3 + 1);
    let mut left = digits.bytes().rev();
    let mut count = 0;
    loop {
        let next = left.next();
        if next.is_none() && reversed.len() >= least {
            break;
        }
        if count > 0 && count % size == 0 {
            reversed.push(separator);
        }
        reversed.push(next.unwrap_or(b'0'));
        count += 1;
    }
    reversed.iter().rev().map(|&c| c as char).collect()
}

/// Puts the parts together and pads them.
fn lay_out(vm: &Vm, parts: Parts, spec: &FormatSpec) -> PyResult {
    let width = spec.width.unwrap_or(0);
    let room = width.saturating_mul(4).min(isize::MAX as usize);
    Vec::<u8>::new()
        .try_reserve_exact(room)
        .map_err(|_| vm.memory_error())?;
    let fixed = parts.sign.len() + parts.prefix.len() + parts.rest.len();
    let zero_filled = spec.fill == u32::from('0') && spec.align == b'=';
    let least = if zero_filled {
        width.saturating_sub(fixed)
    } else {
        0
    };
    let head = format!("{}{}", parts.sign, parts.prefix);
    let tail = group(&parts.digits, spec.grouping, parts.group, least) + &parts.rest;
    let missing = width.saturating_sub(head.len() + tail.len());
    if spec.align == b'=' && missing > 0 {
        let fill = std::iter::repeat_n(spec.fill, missing);
        let points = head
            .bytes()
            .map(u32::from)
            .chain(fill)
            .chain(tail.bytes().map(u32::from));
        return Ok(vm
            .from_code_points_sized(&vm.types.str, width, spec.fill.max(0x7F), points)
            .into_value());
    }
    let body = head + &tail;
    super::text::pad(vm, StrView::Ascii(&body), width, spec.align, spec.fill).map(Ref::into_value)
}
