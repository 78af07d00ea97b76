//! Constant folding: what an expression is, if that is known before running.
//!
//! The limits on the size of results are CPython's, so that a folded program
//! and its code objects stay small.

use std::sync::Arc;

use dashu_int::ops::BitTest;
use dashu_int::{IBig, Sign, UBig};
use taipan_syntax::ast::{CmpOp, Constant, Expr, ExprKind, Operator, UnaryOp};

use crate::code::Const;

const MAX_INT_BITS: usize = 128;
const MAX_COLLECTION: usize = 256;
const MAX_TEXT: usize = 4096;
/// CPython joins constants of any size.
const MAX_SUM: usize = 1 << 20;
const MAX_TOTAL_ITEMS: usize = 1024;

/// The value of an expression that is constant.
pub fn fold(e: &Expr<'_>, optimize: u8) -> Option<Const> {
    match e.kind {
        ExprKind::Constant { value, .. } => Some(constant(&value)),
        ExprKind::Name {
            id: "__debug__",
            ctx: taipan_syntax::ast::ExprContext::Load,
        } => Some(truth(optimize == 0)),
        ExprKind::UnaryOp { op, operand } => unary(op, fold(operand, optimize)?),
        ExprKind::BinOp { .. } => fold_chain(e, optimize),
        ExprKind::Tuple { elts, .. } => {
            // The last element first: most tuples that are not constant say so early.
            if let Some(last) = elts.last() {
                fold(last, optimize)?;
            }
            let items = elts
                .iter()
                .map(|e| fold(e, optimize))
                .collect::<Option<Vec<_>>>()?;
            Some(Const::Tuple(items.into()))
        }
        ExprKind::Slice { lower, upper, step } => {
            let part = |e: Option<&Expr<'_>>| e.map_or(Some(Const::None), |e| fold(e, optimize));
            Some(Const::Slice(Arc::new([
                part(lower)?,
                part(upper)?,
                part(step)?,
            ])))
        }
        ExprKind::Subscript {
            value,
            slice,
            ctx: taipan_syntax::ast::ExprContext::Load,
        } => {
            if matches!(
                value.kind,
                ExprKind::Name { .. } | ExprKind::Attribute { .. } | ExprKind::Call { .. }
            ) {
                return None;
            }
            let index = fold(slice, optimize)?;
            subscript(&fold(value, optimize)?, &index)
        }
        _ => None,
    }
}

/// `a + b + c …` without recursion into the left side.
fn fold_chain(e: &Expr<'_>, optimize: u8) -> Option<Const> {
    let mut chain = Vec::new();
    let mut at = e;
    while let ExprKind::BinOp { left, op, right } = at.kind {
        // Most chains that are not constant say so at a right side.
        chain.push((op, fold(right, optimize)?));
        at = left;
    }
    let mut value = fold(at, optimize)?;
    for (op, right) in chain.iter().rev() {
        value = binary(*op, &value, right)?;
    }
    Some(value)
}

/// A display that only `in` or a loop looks at, as a constant.
pub fn fold_display(e: &Expr<'_>, optimize: u8) -> Option<Const> {
    let (elts, set) = match e.kind {
        ExprKind::List { elts, .. } => (elts, false),
        ExprKind::Set { elts } => (elts, true),
        _ => return None,
    };
    let items = elts
        .iter()
        .map(|e| fold(e, optimize))
        .collect::<Option<Vec<_>>>()?;
    Some(if set {
        Const::FrozenSet(dedupe(items).into())
    } else {
        Const::Tuple(items.into())
    })
}

fn dedupe(items: Vec<Const>) -> Vec<Const> {
    let mut unique: Vec<Const> = Vec::with_capacity(items.len());
    for item in items {
        if !unique.iter().any(|u| same(u, &item)) {
            unique.push(item);
        }
    }
    unique
}

/// Constants that are the same object: equal in type, sign and value.
pub fn same(a: &Const, b: &Const) -> bool {
    match (a, b) {
        (Const::None, Const::None) | (Const::True, Const::True) | (Const::False, Const::False) => {
            true
        }
        (Const::Ellipsis, Const::Ellipsis) => true,
        (Const::Int(a), Const::Int(b)) => a == b,
        (
            Const::BigInt {
                negative: n,
                magnitude: m,
            },
            Const::BigInt {
                negative,
                magnitude,
            },
        ) => n == negative && m == magnitude,
        (Const::Float(a), Const::Float(b)) => a.to_bits() == b.to_bits(),
        (Const::Complex(a, b), Const::Complex(c, d)) => {
            a.to_bits() == c.to_bits() && b.to_bits() == d.to_bits()
        }
        (Const::Str(a), Const::Str(b)) | (Const::Bytes(a), Const::Bytes(b)) => a == b,
        (Const::Tuple(a), Const::Tuple(b)) | (Const::FrozenSet(a), Const::FrozenSet(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b))
        }
        (Const::Slice(a), Const::Slice(b)) => a.iter().zip(b.iter()).all(|(a, b)| same(a, b)),
        _ => false,
    }
}

pub fn truth(b: bool) -> Const {
    if b { Const::True } else { Const::False }
}

/// A constant node's value.
pub fn constant(value: &Constant<'_>) -> Const {
    match *value {
        Constant::None => Const::None,
        Constant::True => Const::True,
        Constant::False => Const::False,
        Constant::Ellipsis => Const::Ellipsis,
        Constant::Str(s) => Const::Str(s.into()),
        Constant::Bytes(b) => Const::Bytes(b.into()),
        Constant::Int(n) => Const::Int(n),
        Constant::BigInt { digits, radix } => {
            big(IBig::from_str_radix(digits, u32::from(radix)).unwrap_or(IBig::ZERO))
        }
        Constant::Float(f) => Const::Float(f),
        Constant::Imaginary(f) => Const::Complex(0.0, f),
        Constant::Complex(re, im) => Const::Complex(re, im),
        Constant::Tuple(items) => Const::Tuple(items.iter().map(constant).collect()),
        Constant::FrozenSet(items) => Const::FrozenSet(items.iter().map(constant).collect()),
    }
}

/// The truth of a constant.
pub fn is_true(c: &Const) -> bool {
    match c {
        Const::None | Const::False => false,
        Const::Int(n) => *n != 0,
        Const::Float(f) => *f != 0.0,
        Const::Complex(a, b) => *a != 0.0 || *b != 0.0,
        Const::Str(s) | Const::Bytes(s) => !s.is_empty(),
        Const::Tuple(items) | Const::FrozenSet(items) => !items.is_empty(),
        _ => true,
    }
}

fn big(n: IBig) -> Const {
    if let Ok(small) = i64::try_from(&n) {
        return Const::Int(small);
    }
    let (sign, magnitude) = n.into_parts();
    Const::BigInt {
        negative: sign == Sign::Negative,
        magnitude: magnitude.to_le_bytes(),
    }
}

fn integer(c: &Const) -> Option<IBig> {
    Some(match c {
        Const::True => IBig::ONE,
        Const::False => IBig::ZERO,
        Const::Int(n) => IBig::from(*n),
        Const::BigInt {
            negative,
            magnitude,
        } => {
            let sign = if *negative {
                Sign::Negative
            } else {
                Sign::Positive
            };
            IBig::from_parts(sign, UBig::from_le_bytes(magnitude))
        }
        _ => return None,
    })
}

fn float(c: &Const) -> Option<f64> {
    match c {
        Const::Float(f) => Some(*f),
        Const::True => Some(1.0),
        Const::False => Some(0.0),
        // Beyond 2**53 the conversion rounds, which the interpreter does just as well.
        Const::Int(n) if n.unsigned_abs() < 1 << 53 => Some(*n as f64),
        _ => None,
    }
}

fn unary(op: UnaryOp, c: Const) -> Option<Const> {
    Some(match (op, &c) {
        (UnaryOp::Not, _) => truth(!is_true(&c)),
        (UnaryOp::USub, Const::Float(f)) => Const::Float(-f),
        (UnaryOp::USub, Const::Complex(a, b)) => Const::Complex(-a, -b),
        (UnaryOp::UAdd, Const::Float(_) | Const::Complex(..)) => c,
        (UnaryOp::USub, Const::Int(n)) if *n != i64::MIN => Const::Int(-n),
        (UnaryOp::USub, _) => big(-integer(&c)?),
        (UnaryOp::UAdd, _) => big(integer(&c)?),
        // `~True` warns when it runs.
        (UnaryOp::Invert, Const::True | Const::False) => return None,
        (UnaryOp::Invert, _) => big(-(integer(&c)? + IBig::ONE)),
    })
}

pub(crate) fn binary(op: Operator, a: &Const, b: &Const) -> Option<Const> {
    match (a, b) {
        (Const::Str(x), Const::Str(y)) if op == Operator::Add => concat(x, y).map(Const::Str),
        (Const::Bytes(x), Const::Bytes(y)) if op == Operator::Add => concat(x, y).map(Const::Bytes),
        (Const::Tuple(x), Const::Tuple(y)) if op == Operator::Add => (x.len() + y.len()
            <= MAX_COLLECTION)
            .then(|| Const::Tuple(x.iter().chain(y.iter()).cloned().collect())),
        (Const::Str(_) | Const::Bytes(_) | Const::Tuple(_), _) if op == Operator::Mult => {
            repeat(a, b)
        }
        (_, Const::Str(_) | Const::Bytes(_) | Const::Tuple(_)) if op == Operator::Mult => {
            repeat(b, a)
        }
        (Const::Complex(..), _) | (_, Const::Complex(..)) => complex_op(op, a, b),
        (Const::Float(_), _) | (_, Const::Float(_)) => float_op(op, float(a)?, float(b)?),
        _ => integer_op(op, a, b),
    }
}

fn concat(a: &[u8], b: &[u8]) -> Option<Arc<[u8]>> {
    // A surrogate pair must not come together from two halves in WTF-8.
    let split = a.len() >= 3 && a[a.len() - 3] == 0xED && a[a.len() - 2] >= 0xA0;
    (a.len() + b.len() <= MAX_SUM && !split).then(|| [a, b].concat().into())
}

fn repeat(sequence: &Const, count: &Const) -> Option<Const> {
    let &Const::Int(n) = count else { return None };
    let n = usize::try_from(n.max(0)).ok()?;
    match sequence {
        Const::Str(s) if s.len().checked_mul(n)? <= MAX_TEXT && !s.contains(&0xED) => {
            Some(Const::Str(s.repeat(n).into()))
        }
        Const::Bytes(s) if s.len().checked_mul(n)? <= MAX_TEXT => {
            Some(Const::Bytes(s.repeat(n).into()))
        }
        Const::Tuple(items) if items.len().checked_mul(n)? <= MAX_COLLECTION => {
            if n > 0 && total_items(items, MAX_TOTAL_ITEMS / n).is_none() {
                return None;
            }
            let all = std::iter::repeat_n(items.iter().cloned(), n).flatten();
            Some(Const::Tuple(all.collect()))
        }
        _ => None,
    }
}

fn total_items(items: &[Const], mut left: usize) -> Option<usize> {
    for item in items {
        left = left.checked_sub(1)?;
        if let Const::Tuple(inner) | Const::FrozenSet(inner) = item {
            left = total_items(inner, left)?;
        }
    }
    Some(left)
}

fn float_op(op: Operator, a: f64, b: f64) -> Option<Const> {
    Some(Const::Float(match op {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mult => a * b,
        Operator::Div if b != 0.0 => a / b,
        Operator::Pow if a > 0.0 && a.is_finite() && b.is_finite() => {
            let result = a.powf(b);
            if !result.is_finite() {
                return None;
            }
            result
        }
        _ => return None,
    }))
}

fn complex_op(op: Operator, a: &Const, b: &Const) -> Option<Const> {
    // 3.14 mixes real and complex operands without widening the real one.
    let parts = |c: &Const| match c {
        Const::Complex(re, im) => Some((*re, Some(*im))),
        _ => float(c).map(|f| (f, None)),
    };
    let ((ar, ai), (br, bi)) = (parts(a)?, parts(b)?);
    let (re, im) = match (op, ai, bi) {
        (Operator::Add, Some(ai), Some(bi)) => (ar + br, ai + bi),
        (Operator::Add, Some(i), None) | (Operator::Add, None, Some(i)) => (ar + br, i),
        (Operator::Sub, Some(ai), Some(bi)) => (ar - br, ai - bi),
        (Operator::Sub, Some(ai), None) => (ar - br, ai),
        (Operator::Sub, None, Some(bi)) => (ar - br, -bi),
        _ => return None,
    };
    Some(Const::Complex(re, im))
}

fn integer_op(op: Operator, a: &Const, b: &Const) -> Option<Const> {
    if let (Const::True | Const::False, Const::True | Const::False) = (a, b) {
        let (x, y) = (is_true(a), is_true(b));
        match op {
            Operator::BitAnd => return Some(truth(x & y)),
            Operator::BitOr => return Some(truth(x | y)),
            Operator::BitXor => return Some(truth(x ^ y)),
            _ => {}
        }
    }
    let (a, b) = (integer(a)?, integer(b)?);
    Some(match op {
        Operator::Add => big(a + b),
        Operator::Sub => big(a - b),
        Operator::Mult => {
            if a.bit_len() + b.bit_len() > MAX_INT_BITS {
                return None;
            }
            big(a * b)
        }
        Operator::Div => {
            let (a, b) = (i64::try_from(&a).ok()?, i64::try_from(&b).ok()?);
            if b == 0 || a.unsigned_abs() >= 1 << 53 || b.unsigned_abs() >= 1 << 53 {
                return None;
            }
            Const::Float(a as f64 / b as f64)
        }
        Operator::FloorDiv | Operator::Mod => {
            if b == IBig::ZERO {
                return None;
            }
            let mut quotient = &a / &b;
            let mut rest = &a - &quotient * &b;
            if rest != IBig::ZERO && (rest < IBig::ZERO) != (b < IBig::ZERO) {
                quotient -= IBig::ONE;
                rest += b;
            }
            big(if op == Operator::Mod { rest } else { quotient })
        }
        Operator::Pow => {
            let exponent = usize::try_from(&b).ok()?;
            if a.bit_len().checked_mul(exponent)? > MAX_INT_BITS {
                return None;
            }
            big(a.pow(exponent))
        }
        Operator::LShift => {
            let by = usize::try_from(&b).ok()?;
            if by > MAX_INT_BITS || a != IBig::ZERO && a.bit_len() + by > MAX_INT_BITS {
                return None;
            }
            big(a << by)
        }
        Operator::RShift => {
            let by = usize::try_from(&b).ok()?;
            big(a >> by.min(1 << 20))
        }
        Operator::BitAnd => big(a & b),
        Operator::BitOr => big(a | b),
        Operator::BitXor => big(a ^ b),
        Operator::MatMult => return None,
    })
    .filter(|c| !(matches!(c, Const::BigInt { magnitude, .. } if magnitude.len() > 1 << 12)))
}

fn subscript(value: &Const, index: &Const) -> Option<Const> {
    let n = match index {
        Const::Int(n) => *n,
        Const::True => 1,
        Const::False => 0,
        _ => return None,
    };
    let at = |len: usize| {
        usize::try_from(if n < 0 { n + len as i64 } else { n })
            .ok()
            .filter(|&i| i < len)
    };
    match value {
        Const::Tuple(items) => Some(items[at(items.len())?].clone()),
        Const::Bytes(bytes) => Some(Const::Int(i64::from(bytes[at(bytes.len())?]))),
        Const::Str(s) => {
            let text = std::str::from_utf8(s).ok()?;
            let len = text.chars().count();
            let c = text.chars().nth(at(len)?)?;
            Some(Const::Str(c.encode_utf8(&mut [0; 4]).as_bytes().into()))
        }
        _ => None,
    }
}

/// Whether an operator is `in` or `not in`.
pub fn is_membership(op: CmpOp) -> bool {
    matches!(op, CmpOp::In | CmpOp::NotIn)
}
