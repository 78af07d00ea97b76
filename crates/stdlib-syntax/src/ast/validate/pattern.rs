//! Rules of patterns.

use taipan_object::PyResult;
use taipan_syntax::ast::*;

use super::{Check, Use};

fn is_number(e: &Expr<'_>, complex: bool) -> bool {
    matches!(
        e.kind,
        ExprKind::Constant { value: Constant::Int(_) | Constant::BigInt { .. } | Constant::Float(_), .. } if !complex
    ) || matches!(
        e.kind,
        ExprKind::Constant { value: Constant::Imaginary(_) | Constant::Complex(..), .. } if complex
    )
}

/// `-1`, or `1`; with `complex` also `1j`.
fn is_literal_number(e: &Expr<'_>, complex: bool, negative: bool) -> bool {
    match e.kind {
        ExprKind::UnaryOp {
            op: UnaryOp::USub,
            operand,
        } if negative => is_literal_number(operand, complex, false),
        _ => is_number(e, false) || complex && is_number(e, true),
    }
}

impl Check<'_> {
    fn capture(&self, name: Option<&str>) -> PyResult<()> {
        match name {
            Some("_") => self.error("can't capture name '_' in patterns"),
            Some(name) => self.name(name),
            None => Ok(()),
        }
    }

    /// The expression of a value pattern, or a key.
    fn pattern_value(&self, e: &Expr<'_>) -> PyResult<()> {
        self.expr(e, Use::Load)?;
        match e.kind {
            ExprKind::Constant {
                value:
                    Constant::Int(_)
                    | Constant::BigInt { .. }
                    | Constant::Float(_)
                    | Constant::Imaginary(_)
                    | Constant::Complex(..)
                    | Constant::Bytes(_)
                    | Constant::Str(_),
                ..
            }
            | ExprKind::Attribute { .. }
            | ExprKind::JoinedStr { .. }
            | ExprKind::TemplateStr { .. } => Ok(()),
            ExprKind::Constant { .. } => {
                self.error("unexpected constant inside of a literal pattern")
            }
            ExprKind::UnaryOp { .. } if is_literal_number(e, true, true) => Ok(()),
            ExprKind::BinOp {
                left,
                op: Operator::Add | Operator::Sub,
                right,
            } if is_literal_number(left, false, true) && is_number(right, true) => Ok(()),
            _ => self.error("patterns may only match literals and attribute lookups"),
        }
    }

    fn patterns(&self, all: &[Pattern<'_>], star: bool) -> PyResult<()> {
        all.iter().try_for_each(|p| self.pattern(p, star))
    }

    pub(super) fn pattern(&self, p: &Pattern<'_>, star: bool) -> PyResult<()> {
        self.range(p.range)?;
        self.deeper()?;
        match p.kind {
            PatternKind::MatchValue { value } => self.pattern_value(value),
            PatternKind::MatchSingleton { value } => match value {
                Constant::None | Constant::True | Constant::False => Ok(()),
                _ => self.error("MatchSingleton can only contain True, False and None"),
            },
            PatternKind::MatchSequence { patterns } => self.patterns(patterns, true),
            PatternKind::MatchMapping {
                keys,
                patterns,
                rest,
            } => {
                if keys.len() != patterns.len() {
                    return self
                        .error("MatchMapping doesn't have the same number of keys as patterns");
                }
                self.capture(rest)?;
                for key in keys {
                    let single = matches!(
                        key.kind,
                        ExprKind::Constant {
                            value: Constant::None | Constant::True | Constant::False,
                            ..
                        }
                    );
                    if !single {
                        self.pattern_value(key)?;
                    }
                }
                self.patterns(patterns, false)
            }
            PatternKind::MatchClass {
                cls,
                patterns,
                kwd_attrs,
                kwd_patterns,
            } => {
                if kwd_attrs.len() != kwd_patterns.len() {
                    return self.error(
                        "MatchClass doesn't have the same number of keyword attributes as patterns",
                    );
                }
                self.expr(cls, Use::Load)?;
                let mut at = cls;
                while let ExprKind::Attribute { value, .. } = at.kind {
                    at = value;
                }
                if !matches!(at.kind, ExprKind::Name { .. }) {
                    return self
                        .error("MatchClass cls field can only contain Name or Attribute nodes.");
                }
                kwd_attrs.iter().try_for_each(|name| self.name(name))?;
                self.patterns(patterns, false)?;
                self.patterns(kwd_patterns, false)
            }
            PatternKind::MatchStar { name } => match star {
                true => self.capture(name),
                false => self.error("can't use MatchStar here"),
            },
            PatternKind::MatchAs { pattern, name } => {
                self.capture(name)?;
                match pattern {
                    None => Ok(()),
                    Some(_) if name.is_none() => {
                        self.error("MatchAs must specify a target name if a pattern is given")
                    }
                    Some(pattern) => self.pattern(pattern, false),
                }
            }
            PatternKind::MatchOr { patterns } => {
                if patterns.len() < 2 {
                    return self.error("MatchOr requires at least 2 patterns");
                }
                self.patterns(patterns, false)
            }
        }
    }
}
