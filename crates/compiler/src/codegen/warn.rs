//! Warnings about code that is legal and surely wrong, and checks of keywords.

use rustc_hash::FxHashSet;
use taipan_syntax::ast::*;
use taipan_syntax::{SyntaxWarning, TextRange, WarningCategory};

use super::Compiler;
use crate::failure::{Failure, Result};

impl<'s> Compiler<'s, '_> {
    pub(super) fn warn(&mut self, range: TextRange, message: String) {
        if self.quiet > 0 {
            return;
        }
        let line = self.line_of(range);
        self.warnings.push(SyntaxWarning {
            category: WarningCategory::SyntaxWarning,
            message,
            line,
            range,
        });
    }

    /// The type of a literal, for messages; `None` if the type is not known.
    fn literal_type(&self, e: &Expr<'s>) -> Option<&'static str> {
        Some(match e.kind {
            ExprKind::Tuple { .. } => "tuple",
            ExprKind::List { .. } | ExprKind::ListComp { .. } => "list",
            ExprKind::Dict { .. } | ExprKind::DictComp { .. } => "dict",
            ExprKind::Set { .. } | ExprKind::SetComp { .. } => "set",
            ExprKind::GeneratorExp { .. } => "generator",
            ExprKind::Lambda { .. } => "function",
            ExprKind::JoinedStr { .. } => "str",
            ExprKind::TemplateStr { .. } => "string.templatelib.Template",
            ExprKind::Interpolation { .. } => "string.templatelib.Interpolation",
            ExprKind::Constant { value, .. } => const_type(&value),
            _ => return None,
        })
    }

    pub(super) fn check_caller(&mut self, func: &Expr<'s>) {
        if matches!(func.kind, ExprKind::Lambda { .. }) {
            return;
        }
        if let Some(ty) = self.literal_type(func) {
            self.warn(
                func.range,
                format!("'{ty}' object is not callable; perhaps you missed a comma?"),
            );
        }
    }

    pub(super) fn check_subscripter(&mut self, value: &Expr<'s>) {
        let bad = match value.kind {
            ExprKind::Constant { value, .. } => !matches!(
                value,
                Constant::Str(_) | Constant::Bytes(_) | Constant::Tuple(_)
            ),
            ExprKind::Set { .. }
            | ExprKind::SetComp { .. }
            | ExprKind::GeneratorExp { .. }
            | ExprKind::TemplateStr { .. }
            | ExprKind::Interpolation { .. }
            | ExprKind::Lambda { .. } => true,
            _ => false,
        };
        if bad && let Some(ty) = self.literal_type(value) {
            self.warn(
                value.range,
                format!("'{ty}' object is not subscriptable; perhaps you missed a comma?"),
            );
        }
    }

    pub(super) fn check_index(&mut self, e: &Expr<'s>, value: &Expr<'s>, slice: &Expr<'s>) {
        let index = match slice.kind {
            ExprKind::Constant {
                value: Constant::Int(_) | Constant::BigInt { .. } | Constant::True | Constant::False,
                ..
            } => return,
            ExprKind::Slice { .. } => return,
            ExprKind::UnaryOp { .. } | ExprKind::BinOp { .. } => return,
            _ => self.literal_type(slice),
        };
        let Some(index) = index else { return };
        let sequence = matches!(
            value.kind,
            ExprKind::Constant {
                value: Constant::Str(_) | Constant::Bytes(_),
                ..
            } | ExprKind::Tuple { .. }
                | ExprKind::List { .. }
                | ExprKind::ListComp { .. }
                | ExprKind::JoinedStr { .. }
        );
        if sequence && let Some(ty) = self.literal_type(value) {
            self.warn(
                e.range,
                format!("{ty} indices must be integers or slices, not {index}; perhaps you missed a comma?"),
            );
        }
    }

    /// `is` with a literal compares identities of values.
    pub(super) fn check_compare(
        &mut self,
        e: &Expr<'s>,
        left: &Expr<'s>,
        ops: &[CmpOp],
        comparators: &[Expr<'s>],
    ) {
        let mut l = left;
        for (op, r) in ops.iter().zip(comparators) {
            if matches!(op, CmpOp::Is | CmpOp::IsNot) {
                let ty = literal_operand(l).or_else(|| literal_operand(r));
                if let Some(ty) = ty {
                    let message = if *op == CmpOp::Is {
                        format!("\"is\" with '{ty}' literal. Did you mean \"==\"?")
                    } else {
                        format!("\"is not\" with '{ty}' literal. Did you mean \"!=\"?")
                    };
                    self.warn(e.range, message);
                }
            }
            l = r;
        }
    }

    pub(super) fn check_keywords(&mut self, keywords: &[Keyword<'s>]) -> Result<()> {
        if keywords.len() < 2 {
            return Ok(());
        }
        let mut seen = FxHashSet::default();
        for keyword in keywords {
            if let Some(name) = keyword.arg
                && !seen.insert(name)
            {
                return Failure::at(keyword.range, format!("keyword argument repeated: {name}"));
            }
        }
        Ok(())
    }
}

fn literal_operand(e: &Expr<'_>) -> Option<&'static str> {
    match e.kind {
        ExprKind::Constant { value, .. } => match value {
            Constant::None | Constant::True | Constant::False | Constant::Ellipsis => None,
            other => Some(const_type(&other)),
        },
        ExprKind::Tuple { .. } if crate::fold::fold(e, 0).is_some() => Some("tuple"),
        _ => None,
    }
}

pub(super) fn const_type(c: &Constant<'_>) -> &'static str {
    match c {
        Constant::None => "NoneType",
        Constant::True | Constant::False => "bool",
        Constant::Ellipsis => "ellipsis",
        Constant::Str(_) => "str",
        Constant::Bytes(_) => "bytes",
        Constant::Int(_) | Constant::BigInt { .. } => "int",
        Constant::Float(_) => "float",
        Constant::Imaginary(_) | Constant::Complex(..) => "complex",
        Constant::Tuple(_) => "tuple",
        Constant::FrozenSet(_) => "frozenset",
    }
}
