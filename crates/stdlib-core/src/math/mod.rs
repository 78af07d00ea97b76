//! The module `math`.

mod gamma;
mod integers;
mod iterables;
pub mod libm;
mod reals;
mod sums;

use taipan_macros::pymodule;

pub use module::MODULE;

/// Constants; the functions are in the files beside.
#[pymodule(
    name = "math",
    doc = "Mathematical functions, as the C standard defines them, and functions of integers and iterables.",
    extra(
        crate::math::reals::functions,
        crate::math::integers::functions,
        crate::math::iterables::functions
    )
)]
pub mod module {
    #[pyattr(name = "pi")]
    const PI: f64 = std::f64::consts::PI;
    #[pyattr(name = "e")]
    const E: f64 = std::f64::consts::E;
    #[pyattr(name = "tau")]
    const TAU: f64 = std::f64::consts::TAU;
    #[pyattr(name = "inf")]
    const INF: f64 = f64::INFINITY;
    #[pyattr(name = "nan")]
    const NAN: f64 = f64::NAN;
}
