//! Literals: numbers, strings, f-strings (PEP 701) and t-strings (PEP 750).

use super::{Failed, Parse, Parser, take_slice};
use crate::TextRange;
use crate::ast::{Constant, Expr, ExprKind, ExprRef, Text, TypeComment};
use crate::error::{SyntaxWarning, WarningCategory};
use crate::literal::{self, LiteralError};
use crate::token::{Token, TokenKind as T};

/// Rule levels that a replacement field costs in CPython's parser.
const FIELD_LEVELS: u32 = 20;

/// The two kinds of strings with fields.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Flavour {
    Format,
    Template,
}

impl Flavour {
    fn middle(self) -> T {
        if self == Self::Format {
            T::FStringMiddle
        } else {
            T::TStringMiddle
        }
    }
    fn end(self) -> T {
        if self == Self::Format {
            T::FStringEnd
        } else {
            T::TStringEnd
        }
    }
    pub(super) fn letter(self) -> char {
        if self == Self::Format { 'f' } else { 't' }
    }
}

impl<'a> Parser<'_, 'a> {
    /// The value of a number token.
    #[inline]
    pub(super) fn number(&mut self, token: Token) -> Parse<Constant<'a>> {
        let text = self.text(token);
        // Most numbers are short and decimal.
        if text.len() < 10
            && (text.len() == 1 || !text.starts_with('0'))
            && text.bytes().all(|b| b.is_ascii_digit())
        {
            return Ok(Constant::Int(
                text.bytes().fold(0, |n, b| n * 10 + i64::from(b - b'0')),
            ));
        }
        if text.contains('_') {
            self.since(6, "Underscores in numeric literals are", token)?;
        }
        literal::number(text, self.arena).or_else(|message| {
            let error = self.error_at(token.range, &message);
            self.refuse(error)
        })
    }

    /// `strings`: adjacent literals are one. Strings and f-strings mix, t-strings
    /// stand with t-strings only.
    pub(super) fn parse_strings(&mut self) -> Parse<Expr<'a>> {
        let start = self.start();
        if self.at(T::String)
            && !matches!(self.peek(1), T::String | T::FStringStart | T::TStringStart)
        {
            return self.parse_string_token();
        }
        let base = self.scratch.exprs.len();
        let (mut formatted, mut has_bytes, mut has_text) = (false, false, false);
        let template = self.at(T::TStringStart);
        loop {
            match self.kind() {
                T::TStringStart if template && self.options.feature_version < 14 => {
                    self.nested(FIELD_LEVELS, |p| p.parse_interpolated(Flavour::Template))?;
                    self.since(14, "t-strings are", self.previous())?;
                }
                T::String if !template => {
                    let part = self.parse_string_token()?;
                    let is_bytes = matches!(
                        part.kind,
                        ExprKind::Constant {
                            value: Constant::Bytes(_),
                            ..
                        }
                    );
                    has_bytes |= is_bytes;
                    has_text |= !is_bytes;
                    self.scratch.exprs.push(part);
                }
                T::FStringStart if !template => {
                    (formatted, has_text) = (true, true);
                    self.nested(FIELD_LEVELS, |p| p.parse_interpolated(Flavour::Format))?;
                }
                T::TStringStart if template => {
                    self.nested(FIELD_LEVELS, |p| p.parse_interpolated(Flavour::Template))?
                }
                T::String | T::FStringStart | T::TStringStart => return Err(Failed),
                _ => break,
            }
        }
        if has_bytes && has_text {
            let error = self.error_at_token(self.token(), "cannot mix bytes and nonbytes literals");
            return self.refuse(error);
        }
        let range = self.range_from(start);
        let values = self.join_parts(base, formatted || template);
        Ok(match (values, formatted, template) {
            ([constant], false, false) => Expr::new(range, constant.kind),
            (values, _, true) => Expr::new(range, ExprKind::TemplateStr { values }),
            (values, ..) => Expr::new(range, ExprKind::JoinedStr { values }),
        })
    }

    /// `STRING`
    pub(super) fn parse_string_token(&mut self) -> Parse<Expr<'a>> {
        let token = self.bump();
        let text = self.text(token);
        let mut warning = None;
        match literal::string(text, self.arena, &mut |w| warning = Some(w)) {
            Ok(part) => {
                if let Some(warning) = warning {
                    self.warn_escape(token, warning);
                }
                let value = if part.is_bytes {
                    Constant::Bytes(part.value)
                } else {
                    Constant::Str(part.value)
                };
                let kind = TypeComment(part.u_prefix.then_some("u"));
                Ok(Expr::new(token.range, ExprKind::Constant { value, kind }))
            }
            Err(error) => self.literal_error(token, &error),
        }
    }

    fn warn_escape(&mut self, token: Token, warning: literal::EscapeWarning) {
        let at = token.range.start + warning.offset;
        let range = TextRange::new(at, (at + 2).min(token.range.end));
        let line = self.line(at);
        self.warnings.push(SyntaxWarning {
            category: WarningCategory::SyntaxWarning,
            message: warning.message,
            line,
            range,
        });
    }

    fn literal_error<T>(&mut self, token: Token, error: &LiteralError) -> Parse<T> {
        let error = self.error_at(token.range, error.message());
        self.refuse(error)
    }

    /// `fstring` or `tstring`: pushes its text and fields, empty text left out.
    fn parse_interpolated(&mut self, flavour: Flavour) -> Parse<()> {
        let prefix = self.bump();
        let raw = self
            .text(prefix)
            .bytes()
            .take_while(|b| b.is_ascii_alphabetic())
            .any(|b| b.eq_ignore_ascii_case(&b'r'));
        // CPython decodes the text when it has read the whole string.
        let mut failure = None;
        loop {
            if self.at(T::LBrace) {
                self.parse_field(flavour, flavour, raw)?;
            } else if self.at(flavour.middle()) {
                if let Err(error) = self.parse_text(raw) {
                    failure.get_or_insert(error);
                }
            } else {
                let end = self.expect(flavour.end())?;
                return match failure {
                    Some(error) => self.literal_error(end, &error),
                    None => Ok(()),
                };
            }
        }
    }

    /// Text between fields: pushes a constant unless it is empty.
    fn parse_text(&mut self, raw: bool) -> Result<(), LiteralError> {
        let token = self.bump();
        let mut warning = None;
        let on_warning = &mut |w| warning = Some(w);
        let text = literal::fstring_middle(self.text(token), raw, self.arena, on_warning)?;
        if let Some(warning) = warning {
            self.warn_escape(token, warning);
        }
        if !text.is_empty() {
            let kind = ExprKind::Constant {
                value: Constant::Str(text),
                kind: TypeComment(None),
            };
            self.scratch.exprs.push(Expr::new(token.range, kind));
        }
        Ok(())
    }

    /// A replacement field, at its brace: pushes the value, and before it the
    /// text of `{value=}`. Fields inside a template's format specification are
    /// those of f-strings.
    fn parse_field(&mut self, flavour: Flavour, lexed_as: Flavour, raw: bool) -> Parse<()> {
        let open = self.bump().range;
        let value = self.parse_annotated_rhs()?;
        let value_end = self.start();
        let debug = self.eat(T::Equal);
        let text_range = TextRange::new(open.end, self.start());
        let mut conversion = self.parse_conversion(lexed_as)?;
        let format_spec = if self.at(T::Colon) {
            Some(self.parse_format_spec(lexed_as, raw)?)
        } else {
            None
        };
        let close = self.expect(T::RBrace)?;
        if debug && conversion == -1 && format_spec.is_none() {
            conversion = i32::from(b'r');
        }
        if debug {
            let text = self.field_text(text_range);
            let kind = ExprKind::Constant {
                value: Constant::Str(text.as_bytes()),
                kind: TypeComment(None),
            };
            self.scratch.exprs.push(Expr::new(text_range, kind));
        }
        let value = self.alloc(value);
        let kind = match flavour {
            Flavour::Format => ExprKind::FormattedValue {
                value,
                conversion,
                format_spec,
            },
            Flavour::Template => {
                let text = self.field_text(TextRange::new(open.end, value_end));
                ExprKind::Interpolation {
                    value,
                    str: Text(text),
                    conversion,
                    format_spec,
                }
            }
        };
        self.scratch
            .exprs
            .push(Expr::new(TextRange::new(open.start, close.range.end), kind));
        Ok(())
    }

    /// `['!' NAME]`: the code point of the conversion, or -1.
    fn parse_conversion(&mut self, flavour: Flavour) -> Parse<i32> {
        if !self.at(T::Exclamation) {
            return Ok(-1);
        }
        let mark = self.bump();
        let name = self.expect(T::Name)?;
        let letter = flavour.letter();
        if mark.range.end != name.range.start {
            let range = mark.range.to(name.range);
            let error = self.error_at(
                range,
                &format!(
                    "{letter}-string: conversion type must come right after the exclamation mark"
                ),
            );
            return self.refuse(error);
        }
        match self.text(name) {
            "s" => Ok(i32::from(b's')),
            "r" => Ok(i32::from(b'r')),
            "a" => Ok(i32::from(b'a')),
            text => {
                let message = format!(
                    "{letter}-string: invalid conversion character '{text}': expected 's', 'r', or 'a'"
                );
                let error = self.error_at(name.range, &message);
                self.refuse(error)
            }
        }
    }

    /// `full_format_spec`, at its colon.
    fn parse_format_spec(&mut self, flavour: Flavour, raw: bool) -> Parse<ExprRef<'a>> {
        let start = self.bump().range.start;
        let base = self.scratch.exprs.len();
        loop {
            if self.at(T::LBrace) {
                self.nested(FIELD_LEVELS, |p| {
                    p.parse_field(Flavour::Format, flavour, raw)
                })?;
            } else if self.at(flavour.middle()) {
                let token = self.token();
                if let Err(error) = self.parse_text(raw) {
                    return self.literal_error(token, &error);
                }
            } else {
                break;
            }
        }
        let range = self.range_from(start);
        let values = self.join_parts(base, true);
        Ok(self.alloc(Expr::new(range, ExprKind::JoinedStr { values })))
    }

    /// The source of a field's expression, without its comments.
    fn field_text(&self, range: TextRange) -> &'a str {
        let text = &self.source[range.start as usize..range.end as usize];
        if !text.contains(['#', '\r']) {
            return text;
        }
        let mut kept = bumpalo::collections::String::new_in(self.arena);
        let first = self.tokens.partition_point(|t| t.range.start < range.start);
        let mut at = range.start;
        for token in self.tokens[first..]
            .iter()
            .take_while(|t| t.range.start <= range.end)
        {
            // Comments stand between tokens only.
            let mut gap = &self.source[at as usize..token.range.start.max(at) as usize];
            while let Some(hash) = gap.find('#') {
                kept.push_str(&gap[..hash]);
                let rest = &gap[hash..];
                gap = &rest[rest.find(['\n', '\r']).unwrap_or(rest.len())..];
            }
            kept.push_str(gap);
            if token.range.start >= range.end {
                break;
            }
            kept.push_str(
                &self.source[token.range.start.max(at) as usize..token.range.end as usize],
            );
            at = token.range.end.max(at);
        }
        if kept.contains('\r') {
            let unified = kept.replace("\r\n", "\n").replace('\r', "\n");
            return self.arena.alloc_str(&unified);
        }
        kept.into_bump_str()
    }

    /// Merges adjacent constants among the parts pushed since `base`, and drops
    /// empty ones where there are fields.
    fn join_parts(&mut self, base: usize, drop_empty: bool) -> &'a [Expr<'a>] {
        let mut kept = base;
        let mut at = base;
        while at < self.scratch.exprs.len() {
            let first = self.scratch.exprs[at];
            at += 1;
            let ExprKind::Constant { value, kind } = first.kind else {
                self.scratch.exprs[kept] = first;
                kept += 1;
                continue;
            };
            let (mut bytes, is_bytes) = constant_bytes(value);
            let mut range = first.range;
            self.scratch.bytes.clear();
            while let Some(Expr {
                range: next,
                kind: ExprKind::Constant { value, .. },
            }) = self.scratch.exprs.get(at)
            {
                if self.scratch.bytes.is_empty() {
                    self.scratch.bytes.extend_from_slice(bytes);
                }
                self.scratch
                    .bytes
                    .extend_from_slice(constant_bytes(*value).0);
                range = range.to(*next);
                at += 1;
            }
            if range != first.range {
                bytes = self.arena.alloc_slice_copy(&self.scratch.bytes);
            }
            if bytes.is_empty() && drop_empty {
                continue;
            }
            let value = if is_bytes {
                Constant::Bytes(bytes)
            } else {
                Constant::Str(bytes)
            };
            self.scratch.exprs[kept] = Expr::new(range, ExprKind::Constant { value, kind });
            kept += 1;
        }
        self.scratch.exprs.truncate(kept);
        take_slice!(self, exprs, base)
    }
}

fn constant_bytes(value: Constant<'_>) -> (&[u8], bool) {
    match value {
        Constant::Str(bytes) => (bytes, false),
        Constant::Bytes(bytes) => (bytes, true),
        _ => (&[], false),
    }
}
