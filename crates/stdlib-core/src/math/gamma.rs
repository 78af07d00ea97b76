//! Γ and its logarithm by the Lanczos approximation (g = 6.0246…, 13 terms),
//! in the form that CPython evaluates, so that results are equal.

use super::libm::{cos, exp, fmod, log, pow, sin};

/// What went wrong in a function of real numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    Domain,
    Range,
}

const G: f64 = 6.024_680_040_776_729_583_740_234_375;
const G_MINUS_HALF: f64 = 5.524_680_040_776_729_583_740_234_375;
const LOG_PI: f64 = 1.144_729_885_849_400_174_143_427_351_353_058_711_647;

/// Numerator and denominator of the Lanczos sum, from the constant term up.
const LANCZOS: [(f64, f64); 13] = [
    (23531376880.410759688572007674451636754734846804940, 0.0),
    (
        42919803642.649098768957899047001988850926355848959,
        39916800.0,
    ),
    (
        35711959237.355668049440185451547166705960488635843,
        120543840.0,
    ),
    (
        17921034426.037209699919755754458931112671403265390,
        150917976.0,
    ),
    (
        6039542586.3520280050642916443072979210699388420708,
        105258076.0,
    ),
    (
        1439720407.3117216736632230727949123939715485786372,
        45995730.0,
    ),
    (
        248874557.86205415651146038641322942321632125127801,
        13339535.0,
    ),
    (
        31426415.585400194380614231628318205362874684987640,
        2637558.0,
    ),
    (
        2876370.6289353724412254090516208496135991145378768,
        357423.0,
    ),
    (186056.26539522349504029498971604569928220784236328, 32670.0),
    (8071.6720023658162106380029022722506138218516325024, 1925.0),
    (210.82427775157934587250973392071336271166969580291, 66.0),
    (2.5066282746310002701649081771338373386264310793408, 1.0),
];

fn lanczos_sum(x: f64) -> f64 {
    let (mut num, mut den) = (0.0, 0.0);
    // Two directions of evaluation, so that neither overflows.
    if x < 5.0 {
        for (n, d) in LANCZOS.iter().rev() {
            num = num * x + n;
            den = den * x + d;
        }
    } else {
        for (n, d) in LANCZOS {
            num = num / x + n;
            den = den / x + d;
        }
    }
    num / den
}

/// sin(πx), exact at integers.
fn sinpi(x: f64) -> f64 {
    use std::f64::consts::PI;
    let y = fmod(x.abs(), 2.0);
    let r = match (2.0 * y).round() as i32 {
        0 => sin(PI * y),
        1 => cos(PI * (y - 0.5)),
        2 => sin(PI * (1.0 - y)),
        3 => -cos(PI * (y - 1.5)),
        _ => sin(PI * (y - 2.0)),
    };
    1f64.copysign(x) * r
}

/// Γ(x).
pub fn gamma(x: f64) -> Result<f64, Failure> {
    if !x.is_finite() {
        return if x.is_nan() || x > 0.0 {
            Ok(x)
        } else {
            Err(Failure::Domain)
        };
    }
    if x == 0.0 {
        return Err(Failure::Domain);
    }
    if x == x.floor() {
        if x < 0.0 {
            return Err(Failure::Domain);
        }
        if x <= 23.0 {
            return Ok((2..x as u64).map(|n| n as f64).product());
        }
    }
    let absx = x.abs();
    if absx < 1e-20 {
        let r = 1.0 / x;
        return if r.is_infinite() {
            Err(Failure::Range)
        } else {
            Ok(r)
        };
    }
    if absx > 200.0 {
        return if x < 0.0 {
            Ok(0.0 / sinpi(x))
        } else {
            Err(Failure::Range)
        };
    }
    let y = absx + G_MINUS_HALF;
    let z = if absx > G_MINUS_HALF {
        (y - absx) - G_MINUS_HALF
    } else {
        (y - G_MINUS_HALF) - absx
    };
    let z = z * G / y;
    let mut r;
    if x < 0.0 {
        r = -std::f64::consts::PI / sinpi(absx) / absx * exp(y) / lanczos_sum(absx);
        r -= z * r;
        if absx < 140.0 {
            r /= pow(y, absx - 0.5);
        } else {
            let root = pow(y, absx / 2.0 - 0.25);
            r /= root;
            r /= root;
        }
    } else {
        r = lanczos_sum(absx) / exp(y);
        r += z * r;
        if absx < 140.0 {
            r *= pow(y, absx - 0.5);
        } else {
            let root = pow(y, absx / 2.0 - 0.25);
            r *= root;
            r *= root;
        }
    }
    if r.is_infinite() {
        Err(Failure::Range)
    } else {
        Ok(r)
    }
}

/// log |Γ(x)|.
pub fn lgamma(x: f64) -> Result<f64, Failure> {
    if !x.is_finite() {
        return Ok(if x.is_nan() { x } else { f64::INFINITY });
    }
    if x == x.floor() && x <= 2.0 {
        return if x <= 0.0 {
            Err(Failure::Domain)
        } else {
            Ok(0.0)
        };
    }
    let absx = x.abs();
    if absx < 1e-20 {
        return Ok(-log(absx));
    }
    let mut r = log(lanczos_sum(absx)) - G;
    r += (absx - 0.5) * (log(absx + G - 0.5) - 1.0);
    if x < 0.0 {
        r = LOG_PI - log(sinpi(absx).abs()) - log(absx) - r;
    }
    if r.is_infinite() {
        Err(Failure::Range)
    } else {
        Ok(r)
    }
}
