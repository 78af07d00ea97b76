//! `repr` and `ascii` of text.

use super::builder::StrBuilder;
use super::unicode::is_printable;
use crate::header::Ref;
use crate::str::{Str, StrView};
use crate::vm::{PyResult, Vm};

/// Appends a character as an escape sequence: `\x..`, `\u....` or `\U........`.
pub fn push_escape(out: &mut StrBuilder, c: u32) {
    out.push_str(&match c {
        0..0x100 => format!("\\x{c:02x}"),
        0x100..0x10000 => format!("\\u{c:04x}"),
        _ => format!("\\U{c:08x}"),
    });
}

/// The quote that `repr` takes: a single one unless only single ones occur.
fn quote(view: StrView<'_>) -> char {
    let has = |c: char| view.iter().any(|x| x == u32::from(c));
    if has('\'') && !has('"') { '"' } else { '\'' }
}

fn quoted(vm: &Vm, view: StrView<'_>, shown: impl Fn(u32) -> bool) -> PyResult<Ref<Str>> {
    let quote = u32::from(quote(view));
    let mut out = StrBuilder::with_capacity(view.len() + 2);
    out.push_char(quote);
    for c in view.iter() {
        match c {
            0x5C => out.push_str("\\\\"),
            0x0A => out.push_str("\\n"),
            0x0D => out.push_str("\\r"),
            0x09 => out.push_str("\\t"),
            _ if c == quote => {
                out.push_char(0x5C);
                out.push_char(c);
            }
            _ if shown(c) => out.push_char(c),
            _ => push_escape(&mut out, c),
        }
    }
    out.push_char(quote);
    out.finish(vm)
}

impl Vm {
    /// `repr(text)`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn repr_str(&self, s: &Ref<Str>) -> PyResult<Ref<Str>> {
        if let Some(text) = s.as_ascii()
            && text
                .bytes()
                .all(|b| matches!(b, 0x20..0x7F) && b != b'\\' && b != b'\'')
        {
            return self.fill_str(1, true, text.len() + 2, |out| {
                out.push_char(0x27);
                out.push(s.view());
                out.push_char(0x27);
            });
        }
        quoted(self, s.view(), is_printable)
    }
    /// `ascii(text)` of what `repr` gave: other characters become escapes.
    ///
    /// # Errors
    /// MemoryError.
    pub fn ascii_escaped(&self, s: &Ref<Str>) -> PyResult<Ref<Str>> {
        if s.is_ascii() {
            return Ok(s.clone());
        }
        let mut out = StrBuilder::with_capacity(s.len() + 8);
        for c in s.view().iter() {
            if c < 0x80 {
                out.push_char(c)
            } else {
                push_escape(&mut out, c)
            }
        }
        out.finish(self)
    }
    /// `ascii(object)`.
    ///
    /// # Errors
    /// What `repr` raises.
    pub fn ascii(&self, object: &crate::value::Value) -> PyResult<Ref<Str>> {
        let shown = self.repr(object)?;
        self.ascii_escaped(&shown)
    }
}
