//! The exponential function and hyperbolic functions.

use std::f64::consts::E;

use taipan_stdlib_core::math::libm::{
    cos, cosh as cosh_real, exp as exp_real, log as ln, sin, sinh as sinh_real, tan,
    tanh as tanh_real,
};

use super::functions::{LARGE, special};
use super::{Complex, Failure, Outcome, complex, tables};

const INF: f64 = f64::INFINITY;

/// Whether the imaginary part turns an infinite real part somewhere.
fn turns(z: Complex) -> bool {
    z.re.is_infinite() && z.im.is_finite() && z.im != 0.0
}

/// A size in the direction of an angle.
fn towards(size: f64, angle: f64) -> Complex {
    complex(size.copysign(cos(angle)), size.copysign(sin(angle)))
}

/// A result that must be finite.
fn in_range(z: Complex) -> Outcome {
    if z.re.is_infinite() || z.im.is_infinite() {
        Err(Failure::Range)
    } else {
        Ok(z)
    }
}

pub fn exp(z: Complex) -> Outcome {
    if z.im.is_infinite() && (z.re.is_finite() || z.re == INF) {
        return Err(Failure::Domain);
    }
    if turns(z) {
        return Ok(towards(if z.re > 0.0 { INF } else { 0.0 }, z.im));
    }
    if let Some(result) = special(&tables::EXP, z) {
        return Ok(result);
    }
    in_range(if z.re > ln(LARGE) {
        let size = exp_real(z.re - 1.0);
        complex(size * cos(z.im) * E, size * sin(z.im) * E)
    } else {
        let size = exp_real(z.re);
        complex(size * cos(z.im), size * sin(z.im))
    })
}

pub fn cosh(z: Complex) -> Outcome {
    if z.im.is_infinite() && !z.re.is_nan() {
        return Err(Failure::Domain);
    }
    if turns(z) {
        let w = towards(INF, z.im);
        return Ok(if z.re > 0.0 { w } else { complex(w.re, -w.im) });
    }
    if let Some(result) = special(&tables::COSH, z) {
        return Ok(result);
    }
    in_range(if z.re.abs() > ln(LARGE) {
        let less = z.re - 1.0_f64.copysign(z.re);
        complex(
            cos(z.im) * cosh_real(less) * E,
            sin(z.im) * sinh_real(less) * E,
        )
    } else {
        complex(cos(z.im) * cosh_real(z.re), sin(z.im) * sinh_real(z.re))
    })
}

pub fn sinh(z: Complex) -> Outcome {
    if z.im.is_infinite() && !z.re.is_nan() {
        return Err(Failure::Domain);
    }
    if turns(z) {
        let w = towards(INF, z.im);
        return Ok(if z.re > 0.0 { w } else { complex(-w.re, w.im) });
    }
    if let Some(result) = special(&tables::SINH, z) {
        return Ok(result);
    }
    in_range(if z.re.abs() > ln(LARGE) {
        let less = z.re - 1.0_f64.copysign(z.re);
        complex(
            cos(z.im) * sinh_real(less) * E,
            sin(z.im) * cosh_real(less) * E,
        )
    } else {
        complex(cos(z.im) * sinh_real(z.re), sin(z.im) * cosh_real(z.re))
    })
}

pub fn tanh(z: Complex) -> Outcome {
    if z.im.is_infinite() && z.re.is_finite() {
        return Err(Failure::Domain);
    }
    if turns(z) {
        let side = 1.0_f64.copysign(z.re);
        return Ok(complex(side, 0.0_f64.copysign(2.0 * sin(z.im) * cos(z.im))));
    }
    if let Some(result) = special(&tables::TANH, z) {
        return Ok(result);
    }
    if z.re.abs() > ln(LARGE) {
        return Ok(complex(
            1.0_f64.copysign(z.re),
            4.0 * sin(z.im) * cos(z.im) * exp_real(-2.0 * z.re.abs()),
        ));
    }
    let (tx, ty) = (tanh_real(z.re), tan(z.im));
    let cx = 1.0 / cosh_real(z.re);
    let both = tx * ty;
    let denominator = 1.0 + both * both;
    Ok(complex(
        tx * (1.0 + ty * ty) / denominator,
        ((ty / denominator) * cx) * cx,
    ))
}

pub fn rect(r: f64, phi: f64) -> Outcome {
    if phi.is_infinite() && r != 0.0 && !r.is_nan() {
        return Err(Failure::Domain);
    }
    let z = complex(r, phi);
    if turns(z) {
        let w = towards(INF, phi);
        return Ok(if r > 0.0 { w } else { complex(-w.re, -w.im) });
    }
    if let Some(result) = special(&tables::RECT, z) {
        return Ok(result);
    }
    Ok(if phi == 0.0 {
        complex(r, r * phi)
    } else {
        complex(r * cos(phi), r * sin(phi))
    })
}
