//! Expressions back to source text, as CPython keeps annotations under
//! `from __future__ import annotations`.

use crate::ast::{
    Arguments, Comprehension, Constant, Expr, ExprKind, ExprRef, Keyword, Operator, UnaryOp,
};
use crate::repr;

/// How tightly a place binds; an expression that binds less is parenthesised.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Level(u8);

const TUPLE: Level = Level(0);
const TEST: Level = Level(1);
const OR: Level = Level(2);
const AND: Level = Level(3);
const NOT: Level = Level(4);
const CMP: Level = Level(5);
const EXPR: Level = Level(6);
const BIT_XOR: Level = Level(7);
const BIT_AND: Level = Level(8);
const SHIFT: Level = Level(9);
const ARITH: Level = Level(10);
const TERM: Level = Level(11);
const FACTOR: Level = Level(12);
const POWER: Level = Level(13);
const AWAIT: Level = Level(14);
const ATOM: Level = Level(15);

impl Level {
    fn next(self) -> Level {
        Level(self.0 + 1)
    }
}

/// The text of an expression.
pub fn unparse_expr(expr: &Expr) -> String {
    let mut writer = Writer { out: Vec::new() };
    writer.expr(expr, TEST);
    writer.finish()
}

struct Writer {
    /// WTF-8 while f-strings are put together; text at the end.
    out: Vec<u8>,
}

impl Writer {
    fn finish(self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }

    fn put(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn parenthesised(&mut self, parens: bool, write: impl FnOnce(&mut Self)) {
        if parens {
            self.put("(");
        }
        write(self);
        if parens {
            self.put(")");
        }
    }

    fn separated<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.put(", ");
            }
            write(self, item);
        }
    }

    fn expr(&mut self, expr: &Expr, level: Level) {
        match &expr.kind {
            ExprKind::BoolOp { op, values } => {
                let own = if op.text() == "and" { AND } else { OR };
                self.parenthesised(level > own, |w| {
                    for (i, value) in values.iter().enumerate() {
                        if i > 0 {
                            w.put(&format!(" {} ", op.text()));
                        }
                        w.expr(value, own.next());
                    }
                });
            }
            ExprKind::NamedExpr { target, value } => self.parenthesised(level > TUPLE, |w| {
                w.expr(target, ATOM);
                w.put(" := ");
                w.expr(value, ATOM);
            }),
            ExprKind::BinOp { left, op, right } => self.binary(left, *op, right, level),
            ExprKind::UnaryOp { op, operand } => {
                let own = if *op == UnaryOp::Not { NOT } else { FACTOR };
                self.parenthesised(level > own, |w| {
                    w.put(op.text());
                    if *op == UnaryOp::Not {
                        w.put(" ");
                    }
                    w.expr(operand, own);
                });
            }
            ExprKind::Lambda { args, body } => self.parenthesised(level > TEST, |w| {
                w.put("lambda");
                w.arguments(args);
                w.put(": ");
                w.expr(body, TEST);
            }),
            ExprKind::IfExp { test, body, orelse } => self.parenthesised(level > TEST, |w| {
                w.expr(body, TEST.next());
                w.put(" if ");
                w.expr(test, TEST.next());
                w.put(" else ");
                w.expr(orelse, TEST);
            }),
            ExprKind::Compare {
                left,
                ops,
                comparators,
            } => self.parenthesised(level > CMP, |w| {
                w.expr(left, CMP.next());
                for (op, right) in ops.iter().zip(*comparators) {
                    w.put(&format!(" {} ", op.text()));
                    w.expr(right, CMP.next());
                }
            }),
            ExprKind::Await { value } => self.parenthesised(level > AWAIT, |w| {
                w.put("await ");
                w.expr(value, ATOM);
            }),
            ExprKind::Yield { value: None } => self.put("(yield)"),
            ExprKind::Yield { value: Some(value) } => self.around("(yield ", value, TEST, ")"),
            ExprKind::YieldFrom { value } => self.around("(yield from ", value, TEST, ")"),
            ExprKind::Tuple { elts: [], .. } => self.put("()"),
            ExprKind::Tuple { elts, .. } => self.parenthesised(level > TUPLE, |w| {
                w.separated(elts, |w, elt| w.expr(elt, TEST));
                if elts.len() == 1 {
                    w.put(",");
                }
            }),
            ExprKind::Starred { value, .. } => self.around("*", value, EXPR, ""),
            ExprKind::Name { id, .. } => self.put(id),
            ExprKind::Constant { value, kind } => {
                self.put(kind.0.unwrap_or(""));
                self.put(&constant(value));
            }
            _ => self.display_or_trailer(expr),
        }
    }

    /// What is always an atom or a primary.
    fn display_or_trailer(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Dict { keys, values } => {
                self.put("{");
                for (i, (key, value)) in keys.iter().zip(*values).enumerate() {
                    if i > 0 {
                        self.put(", ");
                    }
                    match key {
                        Some(key) => {
                            self.around("", key, TEST, ": ");
                            self.expr(value, TEST);
                        }
                        None => self.around("**", value, EXPR, ""),
                    }
                }
                self.put("}");
            }
            ExprKind::Set { elts } => self.elements("{", elts, "}"),
            ExprKind::List { elts, .. } => self.elements("[", elts, "]"),
            ExprKind::ListComp { elt, generators } => self.comprehension("[", elt, generators, "]"),
            ExprKind::SetComp { elt, generators } => self.comprehension("{", elt, generators, "}"),
            ExprKind::GeneratorExp { elt, generators } => {
                self.comprehension("(", elt, generators, ")")
            }
            ExprKind::DictComp {
                key,
                value,
                generators,
            } => {
                self.around("{", key, TEST, ": ");
                self.comprehension("", value, generators, "}");
            }
            ExprKind::Call {
                func,
                args,
                keywords,
            } => self.call(func, args, keywords),
            ExprKind::Attribute { value, attr, .. } => {
                self.expr(value, ATOM);
                let integer = matches!(
                    value.kind,
                    ExprKind::Constant {
                        value: Constant::Int(_) | Constant::BigInt { .. },
                        ..
                    }
                );
                self.put(if integer { " ." } else { "." });
                self.put(attr);
            }
            ExprKind::Subscript { value, slice, .. } => {
                self.expr(value, ATOM);
                self.around("[", slice, TUPLE, "]");
            }
            ExprKind::Slice { lower, upper, step } => {
                self.optional(lower);
                self.put(":");
                self.optional(upper);
                if step.is_some() {
                    self.put(":");
                    self.optional(step);
                }
            }
            ExprKind::JoinedStr { .. } | ExprKind::FormattedValue { .. } => {
                self.interpolated("f", expr)
            }
            ExprKind::TemplateStr { .. } | ExprKind::Interpolation { .. } => {
                self.interpolated("t", expr)
            }
            // Everything else is written by `expr`.
            _ => {}
        }
    }

    fn around(&mut self, before: &str, expr: &Expr, level: Level, after: &str) {
        self.put(before);
        self.expr(expr, level);
        self.put(after);
    }

    fn optional(&mut self, expr: &Option<ExprRef>) {
        if let Some(expr) = expr {
            self.expr(expr, TEST);
        }
    }

    fn elements(&mut self, open: &str, elts: &[Expr], close: &str) {
        self.put(open);
        self.separated(elts, |w, elt| w.expr(elt, TEST));
        self.put(close);
    }

    fn binary(&mut self, left: &Expr, op: Operator, right: &Expr, level: Level) {
        let own = match op {
            Operator::Add | Operator::Sub => ARITH,
            Operator::Mult
            | Operator::MatMult
            | Operator::Div
            | Operator::Mod
            | Operator::FloorDiv => TERM,
            Operator::LShift | Operator::RShift => SHIFT,
            Operator::BitOr => EXPR,
            Operator::BitXor => BIT_XOR,
            Operator::BitAnd => BIT_AND,
            Operator::Pow => POWER,
        };
        let (left_level, right_level) = if op == Operator::Pow {
            (own.next(), own)
        } else {
            (own, own.next())
        };
        self.parenthesised(level > own, |w| {
            w.expr(left, left_level);
            w.put(&format!(" {} ", op.text()));
            w.expr(right, right_level);
        });
    }

    fn call(&mut self, func: &Expr, args: &[Expr], keywords: &[Keyword]) {
        self.expr(func, ATOM);
        if let ([only], []) = (args, keywords)
            && matches!(only.kind, ExprKind::GeneratorExp { .. })
        {
            return self.expr(only, TEST);
        }
        self.put("(");
        self.separated(args, |w, arg| w.expr(arg, TEST));
        if !args.is_empty() && !keywords.is_empty() {
            self.put(", ");
        }
        self.separated(keywords, |w, keyword| {
            match keyword.arg {
                Some(name) => w.put(&format!("{name}=")),
                None => w.put("**"),
            }
            w.expr(keyword.value, TEST);
        });
        self.put(")");
    }

    fn comprehension(&mut self, open: &str, elt: &Expr, generators: &[Comprehension], close: &str) {
        self.around(open, elt, TEST, "");
        for clause in generators {
            self.put(if clause.is_async {
                " async for "
            } else {
                " for "
            });
            self.around("", clause.target, TUPLE, " in ");
            self.expr(clause.iter, TEST.next());
            for condition in clause.ifs {
                self.around(" if ", condition, TEST.next(), "");
            }
        }
        self.put(close);
    }

    /// The parameters of a lambda.
    fn arguments(&mut self, args: &Arguments) {
        let positional = args.posonlyargs.len() + args.args.len();
        // CPython writes `lambda*args: …`.
        let mut separator = if positional > 0 { " " } else { "" };
        let first_default = positional.saturating_sub(args.defaults.len());
        for (i, arg) in args.posonlyargs.iter().chain(args.args).enumerate() {
            self.parameter(&mut separator, arg.arg);
            if let Some(default) = i
                .checked_sub(first_default)
                .and_then(|d| args.defaults.get(d))
            {
                self.around("=", default, TEST, "");
            }
            if i + 1 == args.posonlyargs.len() {
                self.put(", /");
            }
        }
        if let Some(vararg) = args.vararg {
            self.parameter(&mut separator, &format!("*{}", vararg.arg));
        } else if !args.kwonlyargs.is_empty() {
            self.parameter(&mut separator, "*");
        }
        for (i, arg) in args.kwonlyargs.iter().enumerate() {
            self.parameter(&mut separator, arg.arg);
            if let Some(Some(default)) = args.kw_defaults.get(i) {
                self.around("=", default, TEST, "");
            }
        }
        if let Some(kwarg) = args.kwarg {
            self.parameter(&mut separator, &format!("**{}", kwarg.arg));
        }
    }

    fn parameter(&mut self, separator: &mut &'static str, text: &str) {
        self.put(std::mem::replace(separator, ", "));
        self.put(text);
    }

    fn interpolated(&mut self, prefix: &str, expr: &Expr) {
        let mut body = Writer { out: Vec::new() };
        body.text_or_field(expr);
        self.put(prefix);
        self.put(&repr::string(&body.out));
    }

    /// The inside of an f-string: text with doubled braces, and fields.
    fn text_or_field(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::JoinedStr { values } | ExprKind::TemplateStr { values } => {
                for value in *values {
                    self.text_or_field(value);
                }
            }
            ExprKind::Constant {
                value: Constant::Str(text),
                ..
            } => {
                for &byte in *text {
                    self.out.push(byte);
                    if matches!(byte, b'{' | b'}') {
                        self.out.push(byte);
                    }
                }
            }
            ExprKind::FormattedValue {
                value,
                conversion,
                format_spec,
            } => {
                let mut inner = Writer { out: Vec::new() };
                inner.expr(value, TEST.next());
                self.replacement(&inner.out, *conversion, format_spec);
            }
            ExprKind::Interpolation {
                str,
                conversion,
                format_spec,
                ..
            } => {
                self.replacement(str.0.as_bytes(), *conversion, format_spec);
            }
            _ => self.expr(expr, TEST),
        }
    }

    fn replacement(&mut self, value: &[u8], conversion: i32, format_spec: &Option<ExprRef>) {
        // `{{` would be a brace, not a field.
        self.put(if value.first() == Some(&b'{') {
            "{ "
        } else {
            "{"
        });
        self.out.extend_from_slice(value);
        if let Some(letter) = u32::try_from(conversion).ok().and_then(char::from_u32) {
            self.put(&format!("!{letter}"));
        }
        if let Some(spec) = format_spec {
            self.put(":");
            self.text_or_field(spec);
        }
        self.put("}");
    }
}

/// A constant as source text: infinity has no other literal than an overflow.
fn constant(value: &Constant) -> String {
    match value {
        Constant::Ellipsis => "...".to_owned(),
        Constant::Float(x) if x.is_infinite() => "1e309".to_owned(),
        Constant::Imaginary(x) if x.is_infinite() => "1e309j".to_owned(),
        Constant::Tuple(items) => {
            let inner: Vec<String> = items.iter().map(constant).collect();
            let comma = if items.len() == 1 { "," } else { "" };
            format!("({}{comma})", inner.join(", "))
        }
        _ => repr::constant(value),
    }
}
