//! Operators and brackets.

use super::{Interpolated, Lexer, MAX_BRACKETS, OpenBracket, failure::Lexed, failure::Place};
use crate::token::TokenKind::{self, *};

impl Lexer<'_> {
    /// An operator, a bracket, or a character that has no place in Python.
    pub(super) fn operator(&mut self, byte: u8, start: usize) -> Lexed<()> {
        if !self.interpolated.is_empty() && byte == b':' && self.starts_format_spec() {
            self.push(Colon, start, start + 1);
            self.pos = start + 1;
            return Ok(());
        }
        let (second, third) = (self.byte(start + 1), self.byte(start + 2));
        let (kind, length) = match (byte, second) {
            // Python's `tokenize` knows no `<>`.
            (b'<', b'>') if self.options.extra_tokens => (Less, 1),
            _ => operator_at(byte, second, third),
        };
        if length == 1 {
            match kind {
                LPar | LSqb | LBrace => self.open(byte, start)?,
                RPar | RSqb | RBrace => self.close(byte, start)?,
                Op if byte < 0x20 || byte == 0x7F => {
                    return self.fail(
                        start + 1,
                        format!("invalid non-printable character U+{byte:04X}"),
                    );
                }
                Equal => {
                    if let Some(state) = self.interpolated.last_mut()
                        && state.depth - state.field_depth == 1
                    {
                        state.in_debug = true;
                    }
                }
                _ => {}
            }
        }
        self.push(kind, start, start + length);
        self.pos = start + length;
        Ok(())
    }

    /// Whether a colon here ends the expression of a field.
    fn starts_format_spec(&mut self) -> bool {
        let Some(state) = self.interpolated.last_mut() else {
            return false;
        };
        if state.field_depth < 0 || state.depth - 1 != state.field_depth {
            return false;
        }
        state.in_format_spec = true;
        self.in_text = true;
        true
    }

    fn open(&mut self, bracket: u8, at: usize) -> Lexed<()> {
        if self.brackets.len() >= MAX_BRACKETS {
            return self.fail(at + 1, "too many nested parentheses");
        }
        self.brackets.push(OpenBracket {
            bracket,
            offset: at as u32,
        });
        if let Some(state) = self.interpolated.last_mut() {
            state.depth += 1;
        }
        Ok(())
    }

    fn close(&mut self, bracket: u8, at: usize) -> Lexed<()> {
        if let Some(state) = self.interpolated.last()
            && state.depth == 0
            && bracket == b'}'
        {
            let message = format!("{}-string: single '}}' is not allowed", state.letter());
            return self.fail(at + 1, message);
        }
        match self.brackets.pop() {
            None if self.options.extra_tokens => {}
            None => return self.fail(at + 1, format!("unmatched '{}'", char::from(bracket))),
            Some(open) if partner(open.bracket) == bracket || self.options.extra_tokens => {}
            Some(open) => {
                self.brackets.push(open);
                return self.mismatch(open, bracket, at);
            }
        }
        let Some(state) = self.interpolated.last_mut() else {
            return Ok(());
        };
        state.depth -= 1;
        if state.depth < 0 {
            let message = unmatched_in(state, bracket);
            return self.fail(at + 1, message);
        }
        if bracket == b'}' && state.depth == state.field_depth {
            state.field_depth -= 1;
            state.in_format_spec = false;
            state.in_debug = false;
            self.in_text = true;
        }
        Ok(())
    }

    #[cold]
    fn mismatch(&mut self, open: OpenBracket, bracket: u8, at: usize) -> Lexed<()> {
        if let Some(state) = self.interpolated.last()
            && open.bracket == b'{'
            && state.depth - 1 == state.field_depth
        {
            let message = unmatched_in(state, bracket);
            return self.fail(at + 1, message);
        }
        let (closing, opening) = (char::from(bracket), char::from(open.bracket));
        let mut message = format!(
            "closing parenthesis '{closing}' does not match opening parenthesis '{opening}'"
        );
        let line = Place::of(self.source, open.offset as usize).line;
        if line != Place::of(self.source, at).line {
            message += &format!(" on line {line}");
        }
        self.fail(at + 1, message)
    }
}

fn unmatched_in(state: &Interpolated, bracket: u8) -> std::string::String {
    format!(
        "{}-string: unmatched '{}'",
        state.letter(),
        char::from(bracket)
    )
}

fn partner(bracket: u8) -> u8 {
    match bracket {
        b'(' => b')',
        b'[' => b']',
        _ => b'}',
    }
}

/// The longest operator that starts with these bytes, and its length.
#[inline]
fn operator_at(first: u8, second: u8, third: u8) -> (TokenKind, usize) {
    let doubled = first == second;
    let equals = second == b'=';
    let or_equal = |plain, with_equal| if equals { (with_equal, 2) } else { (plain, 1) };
    match first {
        b'(' => (LPar, 1),
        b')' => (RPar, 1),
        b',' => (Comma, 1),
        b'.' if doubled && third == b'.' => (Ellipsis, 3),
        b'.' => (Dot, 1),
        b':' => or_equal(Colon, ColonEqual),
        b'=' => or_equal(Equal, EqEqual),
        b'[' => (LSqb, 1),
        b']' => (RSqb, 1),
        b'{' => (LBrace, 1),
        b'}' => (RBrace, 1),
        b';' => (Semi, 1),
        b'~' => (Tilde, 1),
        b'+' => or_equal(Plus, PlusEqual),
        b'-' if second == b'>' => (RArrow, 2),
        b'-' => or_equal(Minus, MinEqual),
        b'*' if doubled => or_longer(third, DoubleStar, DoubleStarEqual),
        b'*' => or_equal(Star, StarEqual),
        b'/' if doubled => or_longer(third, DoubleSlash, DoubleSlashEqual),
        b'/' => or_equal(Slash, SlashEqual),
        b'%' => or_equal(Percent, PercentEqual),
        b'@' => or_equal(At, AtEqual),
        b'&' => or_equal(Amper, AmperEqual),
        b'|' => or_equal(VBar, VBarEqual),
        b'^' => or_equal(Circumflex, CircumflexEqual),
        b'<' if doubled => or_longer(third, LeftShift, LeftShiftEqual),
        b'<' if second == b'>' => (NotEqual, 2),
        b'<' => or_equal(Less, LessEqual),
        b'>' if doubled => or_longer(third, RightShift, RightShiftEqual),
        b'>' => or_equal(Greater, GreaterEqual),
        b'!' => or_equal(Exclamation, NotEqual),
        _ => (Op, 1),
    }
}

fn or_longer(third: u8, two: TokenKind, three: TokenKind) -> (TokenKind, usize) {
    if third == b'=' { (three, 3) } else { (two, 2) }
}
