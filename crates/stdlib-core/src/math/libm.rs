//! The C library's functions of real numbers: CPython calls the same ones, so
//! results are equal to the last bit.

macro_rules! libm {
    ($($name:ident($($arg:ident),*);)*) => {
        mod c {
            unsafe extern "C" { $(pub(super) safe fn $name($($arg: f64),*) -> f64;)* }
        }
        $(#[inline] pub fn $name($($arg: f64),*) -> f64 { c::$name($($arg),*) })*
    };
}

libm! {
    acos(x); acosh(x); asin(x); asinh(x); atan(x); atanh(x); cbrt(x); cos(x); cosh(x); erf(x); erfc(x); exp(x); exp2(x);
    expm1(x); log(x); log10(x); log1p(x); log2(x); sin(x); sinh(x); sqrt(x); tan(x); tanh(x);
    atan2(y, x); fmod(x, y); pow(x, y); remainder(x, y);
    fma(x, y, z);
}

mod c_int {
    unsafe extern "C" {
        pub(super) safe fn ldexp(x: f64, exponent: i32) -> f64;
    }
}

/// `x * 2**exponent`, rounded once.
pub fn ldexp(x: f64, exponent: i32) -> f64 {
    c_int::ldexp(x, exponent)
}

/// Mantissa in [0.5, 1) and exponent of a number; zeros, infinities and NaN have exponent 0.
pub fn frexp(x: f64) -> (f64, i32) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let (scaled, shift) = if x.abs() < f64::MIN_POSITIVE {
        (x * (1u64 << 54) as f64, -54)
    } else {
        (x, 0)
    };
    let bits = scaled.to_bits();
    let exponent = (bits >> 52 & 0x7FF) as i32 - 1022;
    (
        f64::from_bits(bits & !(0x7FF << 52) | 1022 << 52),
        exponent + shift,
    )
}

/// The next number from `x` towards `y`.
pub fn nextafter(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() {
        return x + y;
    }
    if x == y {
        return y;
    }
    if x < y { x.next_up() } else { x.next_down() }
}
