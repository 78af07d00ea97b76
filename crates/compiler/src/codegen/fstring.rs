//! f-strings, t-strings, and `%` formatting that can be done as an f-string.

use taipan_syntax::TextRange;
use taipan_syntax::ast::*;

use super::Compiler;
use super::unit::Val;
use crate::code::Const;
use crate::failure::Result;
use crate::opcode::{KILL_B, Opcode};

/// Longer f-strings are joined from a list.
const LONG: usize = 30;

fn conversion_number(conversion: i32) -> u32 {
    match u8::try_from(conversion) {
        Ok(b's') => 1,
        Ok(b'r') => 2,
        Ok(b'a') => 3,
        _ => 0,
    }
}

impl<'s> Compiler<'s, '_> {
    pub(super) fn joined_str(
        &mut self,
        e: ExprRef<'s>,
        values: &'s [Expr<'s>],
        dst: u32,
    ) -> Result<()> {
        match values {
            [] => {
                self.u.loc = e.range;
                self.load_str(dst, "");
            }
            [one] => self.expr_to(one, dst)?,
            _ if values.len() <= LONG => {
                let base = self.u.next_temp();
                for value in values {
                    self.push_expr(value)?;
                }
                self.u.pop(values.len() as u32);
                self.u.loc = e.range;
                self.u
                    .emit(Opcode::BuildString, 0, dst, base, values.len() as u32);
            }
            _ => {
                self.u.loc = e.range;
                let base = self.u.next_temp();
                self.load_str(base, "");
                let name = self.u.name("join");
                self.u
                    .emit_abi(Opcode::LoadMethod, base, Val::temp(base), name);
                self.u.push_many(2);
                self.unpacked_list(e.range, values, 0, None)?;
                self.u.push();
                self.u.pop(3);
                self.u.loc = e.range;
                self.u.emit(Opcode::CallMethod, 0, dst, base, 1);
            }
        }
        Ok(())
    }

    pub(super) fn formatted_value(
        &mut self,
        e: ExprRef<'s>,
        value: ExprRef<'s>,
        conversion: i32,
        spec: Option<ExprRef<'s>>,
        dst: u32,
    ) -> Result<()> {
        let mut val = match spec {
            Some(spec) => self.operand_before(value, &[spec])?,
            None => self.operand(value)?,
        };
        self.u.loc = e.range;
        let number = conversion_number(conversion);
        if number != 0 {
            self.u.release(val);
            let converted = self.u.push();
            self.u
                .emit_abi(Opcode::ConvertValue, converted, val, number);
            val = Val::temp(converted);
        }
        match spec {
            Some(spec) => {
                let spec = self.operand(spec)?;
                self.u.release(spec);
                self.u.release(val);
                self.u.loc = e.range;
                self.u.emit_abc(Opcode::FormatWithSpec, 0, dst, val, spec);
            }
            None => {
                self.u.release(val);
                self.u.emit_ab(Opcode::FormatSimple, dst, val);
            }
        }
        Ok(())
    }

    pub(super) fn template_str(
        &mut self,
        e: ExprRef<'s>,
        values: &'s [Expr<'s>],
        dst: u32,
    ) -> Result<()> {
        // Strings and interpolations alternate, beginning and ending with a string.
        let strings = self.u.push();
        let mut texts = Vec::new();
        let mut open = false;
        for value in values {
            match value.kind {
                ExprKind::Interpolation { .. } => {
                    if !open {
                        texts.push(self.str_const(""));
                    }
                    open = false;
                }
                ExprKind::Constant {
                    value: Constant::Str(s),
                    ..
                } => {
                    texts.push(Const::Str(self.intern_text(s)));
                    open = true;
                }
                _ => {}
            }
        }
        if !open {
            texts.push(self.str_const(""));
        }
        self.u.loc = e.range;
        self.load_const(strings, Const::Tuple(texts.into()));
        let interpolations = self.u.next_temp();
        let fields: Vec<ExprRef<'s>> = values
            .iter()
            .filter(|v| matches!(v.kind, ExprKind::Interpolation { .. }))
            .collect();
        if fields.len() <= LONG {
            for field in &fields {
                self.push_interpolation(field)?;
            }
            self.u.pop(fields.len() as u32);
            self.u.loc = e.range;
            self.u.emit(
                Opcode::BuildTuple,
                0,
                interpolations,
                interpolations,
                fields.len() as u32,
            );
        } else {
            self.u.loc = e.range;
            let list = self.u.push();
            self.u.emit(Opcode::BuildList, 0, list, list, 0);
            for field in &fields {
                let item = self.push_interpolation(field)?;
                self.u.emit_use(
                    Opcode::ListAppend,
                    Val::kept(list),
                    Some(Val::temp(item)),
                    None,
                );
                self.u.pop(1);
            }
            self.u.pop(1);
            self.u.loc = e.range;
            self.u
                .emit_ab(Opcode::ListToTuple, interpolations, Val::temp(list));
        }
        self.u.pop(1);
        self.u.loc = e.range;
        self.u.emit(Opcode::BuildTemplate, 0, dst, strings, 0);
        Ok(())
    }

    pub(super) fn push_interpolation(&mut self, e: ExprRef<'s>) -> Result<u32> {
        let ExprKind::Interpolation {
            value,
            str,
            conversion,
            format_spec,
        } = e.kind
        else {
            return self.push_expr(e);
        };
        let base = self.push_expr(value)?;
        self.u.loc = e.range;
        let text = self.u.push();
        self.load_str(text, str.0);
        let mut operand = conversion_number(conversion) << 2;
        let mut count = 2;
        if let Some(spec) = format_spec {
            self.push_expr(spec)?;
            operand |= 1;
            count = 3;
        }
        self.u.loc = e.range;
        self.u.pop(count);
        self.u
            .emit(Opcode::BuildInterpolation, 0, base, base, operand);
        Ok(self.u.push())
    }

    /// `"…%s…" % (a, b)` with a literal tuple of the right length, as an f-string.
    pub(super) fn percent_format(
        &mut self,
        e: ExprRef<'s>,
        left: ExprRef<'s>,
        right: ExprRef<'s>,
        dst: u32,
    ) -> Result<bool> {
        let ExprKind::Constant {
            value: Constant::Str(format),
            ..
        } = left.kind
        else {
            return Ok(false);
        };
        let ExprKind::Tuple { elts, .. } = right.kind else {
            return Ok(false);
        };
        if elts
            .iter()
            .any(|e| matches!(e.kind, ExprKind::Starred { .. }))
        {
            return Ok(false);
        }
        let Some(pieces) = parse_percent(format, elts.len()) else {
            return Ok(false);
        };
        if pieces.len() > LONG {
            return Ok(false);
        }
        if let [only] = pieces.as_slice() {
            self.percent_piece(e.range, only, elts, dst)?;
            return Ok(true);
        }
        if pieces.is_empty() {
            self.u.loc = e.range;
            self.load_str(dst, "");
            return Ok(true);
        }
        let base = self.u.next_temp();
        for piece in &pieces {
            let reg = self.u.next_temp();
            self.percent_piece(e.range, piece, elts, reg)?;
            self.u.push();
        }
        self.u.pop(pieces.len() as u32);
        self.u.loc = e.range;
        self.u
            .emit(Opcode::BuildString, 0, dst, base, pieces.len() as u32);
        Ok(true)
    }

    fn percent_piece(
        &mut self,
        range: TextRange,
        piece: &Piece,
        elts: &'s [Expr<'s>],
        dst: u32,
    ) -> Result<()> {
        match piece {
            Piece::Text(text) => {
                self.u.loc = range;
                let c = Const::Str(self.intern_text(text));
                self.load_const(dst, c);
            }
            Piece::Field {
                index,
                conversion,
                spec,
            } => {
                let val = self.operand(&elts[*index])?;
                self.u.release(val);
                self.u.loc = range;
                let converted = self.u.push();
                self.u
                    .emit_abi(Opcode::ConvertValue, converted, val, *conversion);
                if spec.is_empty() {
                    self.u.pop(1);
                    self.u.emit(Opcode::FormatSimple, KILL_B, dst, converted, 0);
                } else {
                    let reg = self.u.push();
                    self.load_str(reg, spec);
                    self.u.pop(2);
                    self.u.emit_abc(
                        Opcode::FormatWithSpec,
                        0,
                        dst,
                        Val::temp(converted),
                        Val::temp(reg),
                    );
                }
            }
        }
        Ok(())
    }
}

/// A part of a `%` format.
pub enum Piece {
    Text(Vec<u8>),
    /// `conversion` is 1, 2 or 3 for `s`, `r` and `a`.
    Field {
        index: usize,
        conversion: u32,
        spec: String,
    },
}

/// Splits a `%` format that only uses `%s`, `%r`, `%a` and `%%`; `None` for any other.
pub fn parse_percent(format: &[u8], fields: usize) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut text = Vec::new();
    let mut index = 0;
    let mut at = 0;
    while at < format.len() {
        let byte = format[at];
        at += 1;
        if byte != b'%' {
            text.push(byte);
            continue;
        }
        let mut left = false;
        let mut plain = true;
        while let Some(&flag) = format.get(at) {
            match flag {
                b'-' => left = true,
                b'+' | b' ' | b'#' | b'0' => {}
                _ => break,
            }
            plain = false;
            at += 1;
        }
        let digits = |at: &mut usize| {
            let start = *at;
            while format.get(*at).is_some_and(u8::is_ascii_digit) {
                *at += 1;
            }
            (*at - start <= 2).then(|| {
                std::str::from_utf8(&format[start..*at])
                    .unwrap_or("")
                    .to_owned()
            })
        };
        let width = digits(&mut at)?;
        let mut precision = None;
        if format.get(at) == Some(&b'.') {
            at += 1;
            precision = Some(digits(&mut at)?);
        }
        let kind = *format.get(at)?;
        at += 1;
        let conversion = match kind {
            b'%' if plain && width.is_empty() && precision.is_none() => {
                text.push(b'%');
                continue;
            }
            b's' => 1,
            b'r' => 2,
            b'a' => 3,
            _ => return None,
        };
        if index >= fields {
            return None;
        }
        let mut spec = String::new();
        if !width.is_empty() {
            if !left {
                spec.push('>');
            }
            spec.push_str(width.trim_start_matches('0'));
        }
        if let Some(precision) = precision {
            spec.push('.');
            spec.push_str(if precision.is_empty() {
                "0"
            } else {
                &precision
            });
        }
        if !text.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut text)));
        }
        pieces.push(Piece::Field {
            index,
            conversion,
            spec,
        });
        index += 1;
    }
    if index != fields {
        return None;
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    Some(pieces)
}
