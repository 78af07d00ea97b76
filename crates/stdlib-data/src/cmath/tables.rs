//! What the functions give for arguments that are not finite (C99, annex G).
//!
//! Rows by the real part, columns by the imaginary part: -inf, negative, -0, 0,
//! positive, inf, NaN. Places that are never looked at hold NaN.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

const INF: f64 = f64::INFINITY;
const N: f64 = f64::NAN;
const THREE_QUARTERS: f64 = 3.0 * FRAC_PI_4;

/// Real and imaginary part by the kinds of the argument's parts.
pub type Table = [[(f64, f64); 7]; 7];

#[rustfmt::skip]
pub const ACOS: Table = [
    [(THREE_QUARTERS, INF), (PI, INF), (PI, INF), (PI, -INF), (PI, -INF), (THREE_QUARTERS, -INF), (N, INF)],
    [(FRAC_PI_2, INF), (N, N), (N, N), (N, N), (N, N), (FRAC_PI_2, -INF), (N, N)],
    [(FRAC_PI_2, INF), (N, N), (N, N), (N, N), (N, N), (FRAC_PI_2, -INF), (FRAC_PI_2, N)],
    [(FRAC_PI_2, INF), (N, N), (N, N), (N, N), (N, N), (FRAC_PI_2, -INF), (FRAC_PI_2, N)],
    [(FRAC_PI_2, INF), (N, N), (N, N), (N, N), (N, N), (FRAC_PI_2, -INF), (N, N)],
    [(FRAC_PI_4, INF), (0.0, INF), (0.0, INF), (0.0, -INF), (0.0, -INF), (FRAC_PI_4, -INF), (N, INF)],
    [(N, INF), (N, N), (N, N), (N, N), (N, N), (N, -INF), (N, N)],
];
#[rustfmt::skip]
pub const ACOSH: Table = [
    [(INF, -THREE_QUARTERS), (INF, -PI), (INF, -PI), (INF, PI), (INF, PI), (INF, THREE_QUARTERS), (INF, N)],
    [(INF, -FRAC_PI_2), (N, N), (N, N), (N, N), (N, N), (INF, FRAC_PI_2), (N, N)],
    [(INF, -FRAC_PI_2), (N, N), (N, N), (N, N), (N, N), (INF, FRAC_PI_2), (N, FRAC_PI_2)],
    [(INF, -FRAC_PI_2), (N, N), (N, N), (N, N), (N, N), (INF, FRAC_PI_2), (N, FRAC_PI_2)],
    [(INF, -FRAC_PI_2), (N, N), (N, N), (N, N), (N, N), (INF, FRAC_PI_2), (N, N)],
    [(INF, -FRAC_PI_4), (INF, -0.0), (INF, -0.0), (INF, 0.0), (INF, 0.0), (INF, FRAC_PI_4), (INF, N)],
    [(INF, N), (N, N), (N, N), (N, N), (N, N), (INF, N), (N, N)],
];
#[rustfmt::skip]
pub const ASINH: Table = [
    [(-INF, -FRAC_PI_4), (-INF, -0.0), (-INF, -0.0), (-INF, 0.0), (-INF, 0.0), (-INF, FRAC_PI_4), (-INF, N)],
    [(-INF, -FRAC_PI_2), (N, N), (N, N), (N, N), (N, N), (-INF, FRAC_PI_2), (N, N)],
    [(-INF, -FRAC_PI_2), (N, N), (N, N), (N, N), (N, N), (-INF, FRAC_PI_2), (N, N)],
    [(INF, -FRAC_PI_2), (N, N), (N, N), (N, N), (N, N), (INF, FRAC_PI_2), (N, N)],
    [(INF, -FRAC_PI_2), (N, N), (N, N), (N, N), (N, N), (INF, FRAC_PI_2), (N, N)],
    [(INF, -FRAC_PI_4), (INF, -0.0), (INF, -0.0), (INF, 0.0), (INF, 0.0), (INF, FRAC_PI_4), (INF, N)],
    [(INF, N), (N, N), (N, -0.0), (N, 0.0), (N, N), (INF, N), (N, N)],
];
#[rustfmt::skip]
pub const ATANH: Table = [
    [(-0.0, -FRAC_PI_2), (-0.0, -FRAC_PI_2), (-0.0, -FRAC_PI_2), (-0.0, FRAC_PI_2), (-0.0, FRAC_PI_2), (-0.0, FRAC_PI_2), (-0.0, N)],
    [(-0.0, -FRAC_PI_2), (N, N), (N, N), (N, N), (N, N), (-0.0, FRAC_PI_2), (N, N)],
    [(-0.0, -FRAC_PI_2), (N, N), (N, N), (N, N), (N, N), (-0.0, FRAC_PI_2), (-0.0, N)],
    [(0.0, -FRAC_PI_2), (N, N), (N, N), (N, N), (N, N), (0.0, FRAC_PI_2), (0.0, N)],
    [(0.0, -FRAC_PI_2), (N, N), (N, N), (N, N), (N, N), (0.0, FRAC_PI_2), (N, N)],
    [(0.0, -FRAC_PI_2), (0.0, -FRAC_PI_2), (0.0, -FRAC_PI_2), (0.0, FRAC_PI_2), (0.0, FRAC_PI_2), (0.0, FRAC_PI_2), (0.0, N)],
    [(0.0, -FRAC_PI_2), (N, N), (N, N), (N, N), (N, N), (0.0, FRAC_PI_2), (N, N)],
];
#[rustfmt::skip]
pub const COSH: Table = [
    [(N, N), (-INF, INF), (INF, 0.0), (INF, -0.0), (-INF, -INF), (N, N), (INF, N)],
    [(N, N), (N, N), (N, N), (N, N), (N, N), (N, N), (N, N)],
    [(N, N), (N, N), (N, N), (N, N), (N, N), (N, N), (N, 0.0)],
    [(N, N), (N, N), (N, N), (N, N), (N, N), (N, N), (N, 0.0)],
    [(N, N), (N, N), (N, N), (N, N), (N, N), (N, N), (N, N)],
    [(N, N), (-INF, -INF), (INF, -0.0), (INF, 0.0), (-INF, INF), (N, N), (INF, N)],
    [(N, N), (N, N), (N, 0.0), (N, 0.0), (N, N), (N, N), (N, N)],
];
#[rustfmt::skip]
pub const EXP: Table = [
    [(0.0, 0.0), (-0.0, -0.0), (0.0, -0.0), (0.0, 0.0), (-0.0, 0.0), (0.0, 0.0), (0.0, 0.0)],
    [(N, N), (N, N), (N, N), (N, N), (N, N), (N, N), (N, N)],
    [(N, N), (N, N), (N, N), (N, N), (N, N), (N, N), (N, N)],
    [(N, N), (N, N), (N, N), (N, N), (N, N), (N, N), (N, N)],
    [(N, N), (N, N), (N, N), (N, N), (N, N), (N, N), (N, N)],
    [(N, N), (-INF, -INF), (INF, -0.0), (INF, 0.0), (-INF, INF), (N, N), (INF, N)],
    [(N, N), (N, N), (N, -0.0), (N, 0.0), (N, N), (N, N), (N, N)],
];
#[rustfmt::skip]
pub const LOG: Table = [
    [(INF, -THREE_QUARTERS), (INF, -PI), (INF, -PI), (INF, PI), (INF, PI), (INF, THREE_QUARTERS), (INF, N)],
    [(INF, -FRAC_PI_2), (N, N), (N, N), (N, N), (N, N), (INF, FRAC_PI_2), (N, N)],
    [(INF, -FRAC_PI_2), (N, N), (N, N), (N, N), (N, N), (INF, FRAC_PI_2), (N, N)],
    [(INF, -FRAC_PI_2), (N, N), (N, N), (N, N), (N, N), (INF, FRAC_PI_2), (N, N)],
    [(INF, -FRAC_PI_2), (N, N), (N, N), (N, N), (N, N), (INF, FRAC_PI_2), (N, N)],
    [(INF, -FRAC_PI_4), (INF, -0.0), (INF, -0.0), (INF, 0.0), (INF, 0.0), (INF, FRAC_PI_4), (INF, N)],
    [(INF, N), (N, N), (N, N), (N, N), (N, N), (INF, N), (N, N)],
];
#[rustfmt::skip]
pub const SINH: Table = [
    [(N, N), (INF, -INF), (-INF, -0.0), (-INF, 0.0), (INF, INF), (N, N), (INF, N)],
    [(N, N), (N, N), (N, N), (N, N), (N, N), (N, N), (N, N)],
    [(N, N), (N, N), (N, N), (N, N), (N, N), (N, N), (0.0, N)],
    [(N, N), (N, N), (N, N), (N, N), (N, N), (N, N), (0.0, N)],
    [(N, N), (N, N), (N, N), (N, N), (N, N), (N, N), (N, N)],
    [(N, N), (-INF, -INF), (INF, -0.0), (INF, 0.0), (-INF, INF), (N, N), (INF, N)],
    [(N, N), (N, N), (N, -0.0), (N, 0.0), (N, N), (N, N), (N, N)],
];
#[rustfmt::skip]
pub const SQRT: Table = [
    [(INF, -INF), (0.0, -INF), (0.0, -INF), (0.0, INF), (0.0, INF), (INF, INF), (N, INF)],
    [(INF, -INF), (N, N), (N, N), (N, N), (N, N), (INF, INF), (N, N)],
    [(INF, -INF), (N, N), (N, N), (N, N), (N, N), (INF, INF), (N, N)],
    [(INF, -INF), (N, N), (N, N), (N, N), (N, N), (INF, INF), (N, N)],
    [(INF, -INF), (N, N), (N, N), (N, N), (N, N), (INF, INF), (N, N)],
    [(INF, -INF), (INF, -0.0), (INF, -0.0), (INF, 0.0), (INF, 0.0), (INF, INF), (INF, N)],
    [(INF, -INF), (N, N), (N, N), (N, N), (N, N), (INF, INF), (N, N)],
];
#[rustfmt::skip]
pub const TANH: Table = [
    [(-1.0, 0.0), (-1.0, 0.0), (-1.0, -0.0), (-1.0, 0.0), (-1.0, -0.0), (-1.0, 0.0), (-1.0, 0.0)],
    [(N, N), (N, N), (N, N), (N, N), (N, N), (N, N), (N, N)],
    [(N, N), (N, N), (N, N), (N, N), (N, N), (N, N), (-0.0, N)],
    [(N, N), (N, N), (N, N), (N, N), (N, N), (N, N), (0.0, N)],
    [(N, N), (N, N), (N, N), (N, N), (N, N), (N, N), (N, N)],
    [(1.0, 0.0), (1.0, 0.0), (1.0, -0.0), (1.0, 0.0), (1.0, -0.0), (1.0, 0.0), (1.0, 0.0)],
    [(N, N), (N, N), (N, -0.0), (N, 0.0), (N, N), (N, N), (N, N)],
];
#[rustfmt::skip]
pub const RECT: Table = [
    [(N, N), (INF, INF), (-INF, 0.0), (-INF, -0.0), (INF, -INF), (N, N), (INF, N)],
    [(N, N), (N, N), (N, N), (N, N), (N, N), (N, N), (N, N)],
    [(0.0, 0.0), (N, N), (N, N), (N, N), (N, N), (0.0, 0.0), (0.0, 0.0)],
    [(0.0, 0.0), (N, N), (N, N), (N, N), (N, N), (0.0, 0.0), (0.0, 0.0)],
    [(N, N), (N, N), (N, N), (N, N), (N, N), (N, N), (N, N)],
    [(N, N), (-INF, -INF), (INF, -0.0), (INF, 0.0), (-INF, INF), (N, N), (INF, N)],
    [(N, N), (N, N), (N, 0.0), (N, 0.0), (N, N), (N, N), (N, N)],
];
