//! Roots, logarithms and inverse functions.
//!
//! Large and tiny arguments are scaled, so that nothing overflows on the way
//! (Kahan, "Branch cuts for complex elementary functions").

use std::f64::consts::{FRAC_PI_2, LN_2};

use taipan_stdlib_core::math::libm::{asinh as asinh_real, atan2, ldexp, log as ln, log1p};

use super::{Complex, Failure, Outcome, complex, tables};
use tables::Table;

/// Numbers above this are halved before they are squared.
pub const LARGE: f64 = f64::MAX / 4.0;

/// The row or column of a table for a part of a number.
fn kind(x: f64) -> usize {
    if x.is_nan() {
        6
    } else if x == 0.0 {
        2 + usize::from(x.is_sign_positive())
    } else if x.is_finite() {
        1 + 3 * usize::from(x > 0.0)
    } else {
        5 * usize::from(x > 0.0)
    }
}

/// The result for an argument that is not finite; `None` if it is.
pub fn special(table: &Table, z: Complex) -> Option<Complex> {
    if z.re.is_finite() && z.im.is_finite() {
        return None;
    }
    let (re, im) = table[kind(z.re)][kind(z.im)];
    Some(complex(re, im))
}

/// The angle of a number.
pub fn angle(z: Complex) -> f64 {
    atan2(z.im, z.re)
}

fn is_large(z: Complex) -> bool {
    z.re.abs() > LARGE || z.im.abs() > LARGE
}

/// The logarithm of a large number's size.
fn ln_of_large(z: Complex) -> f64 {
    ln(f64::hypot(z.re / 2.0, z.im / 2.0)) + LN_2 * 2.0
}

pub fn sqrt(z: Complex) -> Complex {
    /// Powers of two by which tiny numbers are scaled up, and their roots down.
    const UP: i32 = 53;
    const DOWN: i32 = -27;
    if let Some(result) = special(&tables::SQRT, z) {
        // The sign of an infinite imaginary part stays.
        return result;
    }
    if z.re == 0.0 && z.im == 0.0 {
        return complex(0.0, z.im);
    }
    let (ax, ay) = (z.re.abs(), z.im.abs());
    let tiny = ax < f64::MIN_POSITIVE && ay < f64::MIN_POSITIVE;
    let s = if tiny {
        let ax = ldexp(ax, UP);
        ldexp((ax + f64::hypot(ax, ldexp(ay, UP))).sqrt(), DOWN)
    } else {
        let ax = ax / 8.0;
        2.0 * (ax + f64::hypot(ax, ay / 8.0)).sqrt()
    };
    let d = ay / (2.0 * s);
    if z.re >= 0.0 {
        complex(s, d.copysign(z.im))
    } else {
        complex(d, s.copysign(z.im))
    }
}

pub fn log(z: Complex) -> Outcome {
    if let Some(result) = special(&tables::LOG, z) {
        return Ok(result);
    }
    let (ax, ay) = (z.re.abs(), z.im.abs());
    let re = if is_large(z) {
        ln(f64::hypot(ax / 2.0, ay / 2.0)) + LN_2
    } else if ax < f64::MIN_POSITIVE && ay < f64::MIN_POSITIVE {
        if ax == 0.0 && ay == 0.0 {
            return Err(Failure::Domain);
        }
        ln(f64::hypot(ldexp(ax, 53), ldexp(ay, 53))) - 53.0 * LN_2
    } else {
        let h = f64::hypot(ax, ay);
        if (0.71..=1.73).contains(&h) {
            let (more, less) = (ax.max(ay), ax.min(ay));
            log1p((more - 1.0) * (more + 1.0) + less * less) / 2.0
        } else {
            ln(h)
        }
    };
    Ok(complex(re, angle(z)))
}

pub fn acos(z: Complex) -> Outcome {
    if let Some(result) = special(&tables::ACOS, z) {
        return Ok(result);
    }
    if is_large(z) {
        let size = ln_of_large(z);
        // Two cases, so that signed zeros fall on the right side of the cut.
        let im = if z.re < 0.0 {
            -size.copysign(z.im)
        } else {
            size.copysign(-z.im)
        };
        return Ok(complex(atan2(z.im.abs(), z.re), im));
    }
    let s1 = sqrt(complex(1.0 - z.re, -z.im));
    let s2 = sqrt(complex(1.0 + z.re, z.im));
    Ok(complex(
        2.0 * atan2(s1.re, s2.re),
        asinh_real(s2.re * s1.im - s2.im * s1.re),
    ))
}

pub fn acosh(z: Complex) -> Outcome {
    if let Some(result) = special(&tables::ACOSH, z) {
        return Ok(result);
    }
    if is_large(z) {
        return Ok(complex(ln_of_large(z), angle(z)));
    }
    let s1 = sqrt(complex(z.re - 1.0, z.im));
    let s2 = sqrt(complex(z.re + 1.0, z.im));
    Ok(complex(
        asinh_real(s1.re * s2.re + s1.im * s2.im),
        2.0 * atan2(s1.im, s2.re),
    ))
}

pub fn asinh(z: Complex) -> Outcome {
    if let Some(result) = special(&tables::ASINH, z) {
        return Ok(result);
    }
    if is_large(z) {
        let size = ln_of_large(z);
        let re = if z.im >= 0.0 {
            size.copysign(z.re)
        } else {
            -size.copysign(-z.re)
        };
        return Ok(complex(re, atan2(z.im, z.re.abs())));
    }
    let s1 = sqrt(complex(1.0 + z.im, -z.re));
    let s2 = sqrt(complex(1.0 - z.im, z.re));
    Ok(complex(
        asinh_real(s1.re * s2.im - s2.re * s1.im),
        atan2(z.im, s1.re * s2.re - s1.im * s2.im),
    ))
}

pub fn atanh(z: Complex) -> Outcome {
    if let Some(result) = special(&tables::ATANH, z) {
        return Ok(result);
    }
    if z.re.is_sign_negative() {
        return atanh(complex(-z.re, -z.im)).map(|w| complex(-w.re, -w.im));
    }
    let ay = z.im.abs();
    let root_of_large = LARGE.sqrt();
    if z.re > root_of_large || ay > root_of_large {
        // atanh(z) is about 1/z, a quarter turn aside.
        let h = f64::hypot(z.re / 2.0, z.im / 2.0);
        return Ok(complex(z.re / 4.0 / h / h, -FRAC_PI_2.copysign(-z.im)));
    }
    if z.re == 1.0 && ay < f64::MIN_POSITIVE.sqrt() {
        if ay == 0.0 {
            return Err(Failure::Domain);
        }
        return Ok(complex(
            -ln(ay.sqrt() / f64::hypot(ay, 2.0).sqrt()),
            (atan2(2.0, -ay) / 2.0).copysign(z.im),
        ));
    }
    let rest = 1.0 - z.re;
    Ok(complex(
        log1p(4.0 * z.re / (rest * rest + ay * ay)) / 4.0,
        -atan2(-2.0 * z.im, rest * (1.0 + z.re) - ay * ay) / 2.0,
    ))
}
