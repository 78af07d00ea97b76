//! Sums, norms and products of floats that lose nothing: double-length and
//! triple-length arithmetic.

use super::libm::{frexp, ldexp};

/// A number as the exact sum of two.
#[derive(Clone, Copy)]
struct Double {
    hi: f64,
    lo: f64,
}

/// The exact sum if |a| ≥ |b|.
fn fast_sum(a: f64, b: f64) -> Double {
    let hi = a + b;
    Double {
        hi,
        lo: (a - hi) + b,
    }
}

/// The exact sum.
fn exact_sum(a: f64, b: f64) -> Double {
    let hi = a + b;
    let z = hi - a;
    Double {
        hi,
        lo: (a - (hi - z)) + (b - z),
    }
}

/// The exact product.
fn exact_product(a: f64, b: f64) -> Double {
    let hi = a * b;
    Double {
        hi,
        lo: a.mul_add(b, -hi),
    }
}

/// The length of a vector of non-negative numbers, of which `max` is the largest.
pub fn vector_norm(vector: &[f64], max: f64, found_nan: bool) -> f64 {
    if max.is_infinite() {
        return max;
    }
    if found_nan {
        return f64::NAN;
    }
    if max == 0.0 || vector.len() <= 1 {
        return max;
    }
    let (_, exponent) = frexp(max);
    if exponent < -1023 {
        // 1 / scale would overflow: bring subnormal numbers up first.
        let scaled: Vec<f64> = vector.iter().map(|x| x / f64::MIN_POSITIVE).collect();
        return f64::MIN_POSITIVE * vector_norm(&scaled, max / f64::MIN_POSITIVE, found_nan);
    }
    let scale = ldexp(1.0, -exponent);
    let (mut csum, mut frac1, mut frac2) = (1.0, 0.0, 0.0);
    for x in vector {
        let x = x * scale;
        let product = exact_product(x, x);
        let sum = fast_sum(csum, product.hi);
        csum = sum.hi;
        frac1 += product.lo;
        frac2 += sum.lo;
    }
    let mut h = (csum - 1.0 + (frac1 + frac2)).sqrt();
    // One differential correction of the root.
    let product = exact_product(-h, h);
    let sum = fast_sum(csum, product.hi);
    csum = sum.hi;
    frac1 += product.lo;
    frac2 += sum.lo;
    let x = csum - 1.0 + (frac1 + frac2);
    h += x / (2.0 * h);
    h / scale
}

/// A sum of products in three numbers.
#[derive(Clone, Copy, Default)]
pub struct Triple {
    pub hi: f64,
    lo: f64,
    tiny: f64,
}

impl Triple {
    /// `self + x * y`.
    pub fn plus_product(self, x: f64, y: f64) -> Triple {
        let product = exact_product(x, y);
        let sum = exact_sum(self.hi, product.hi);
        let r1 = exact_sum(self.lo, product.lo);
        let r2 = exact_sum(r1.hi, sum.lo);
        Triple {
            hi: sum.hi,
            lo: r2.hi,
            tiny: self.tiny + r1.lo + r2.lo,
        }
    }
    pub fn value(self) -> f64 {
        self.hi + exact_sum(self.lo, self.tiny).hi
    }
}

/// Why an exact sum has no value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SumError {
    /// inf and -inf together.
    Infinities,
    Overflow,
}

/// Shewchuk's exact sum, rounded once at the end.
#[derive(Default)]
pub struct ExactSum {
    /// Partial sums of increasing size without overlap.
    partials: Vec<f64>,
    /// Sums of the terms that are not finite.
    special: f64,
    infinities: f64,
}

impl ExactSum {
    pub fn add(&mut self, term: f64) -> Result<(), SumError> {
        let mut x = term;
        let mut kept = 0;
        for at in 0..self.partials.len() {
            let mut y = self.partials[at];
            if x.abs() < y.abs() {
                std::mem::swap(&mut x, &mut y);
            }
            let sum = fast_sum(x, y);
            if sum.lo != 0.0 {
                self.partials[kept] = sum.lo;
                kept += 1;
            }
            x = sum.hi;
        }
        self.partials.truncate(kept);
        if x == 0.0 {
            return Ok(());
        }
        if x.is_finite() {
            self.partials.push(x);
            return Ok(());
        }
        if term.is_finite() {
            return Err(SumError::Overflow);
        }
        if term.is_infinite() {
            self.infinities += term;
        }
        self.special += term;
        self.partials.clear();
        Ok(())
    }

    pub fn value(&self) -> Result<f64, SumError> {
        if self.special != 0.0 {
            return if self.infinities.is_nan() {
                Err(SumError::Infinities)
            } else {
                Ok(self.special)
            };
        }
        let mut rest = self.partials.as_slice();
        let Some((&last, before)) = rest.split_last() else {
            return Ok(0.0);
        };
        rest = before;
        let mut hi = last;
        let mut lo = 0.0;
        while let Some((&y, before)) = rest.split_last() {
            rest = before;
            let sum = fast_sum(hi, y);
            hi = sum.hi;
            lo = sum.lo;
            if lo != 0.0 {
                break;
            }
        }
        // Halfway cases are decided by the partials below.
        if let Some(&next) = rest.last()
            && (lo < 0.0 && next < 0.0 || lo > 0.0 && next > 0.0)
        {
            let y = lo * 2.0;
            let x = hi + y;
            if y == x - hi {
                hi = x;
            }
        }
        Ok(hi)
    }
}
