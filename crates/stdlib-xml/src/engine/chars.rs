//! What the characters of a document may be. All texts are well-formed UTF-8.

use super::names::{PARTS, STARTS};

/// White space of markup.
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Whether a character may stand in a document at all.
pub fn is_char(c: u32) -> bool {
    matches!(c, 0x9 | 0xA | 0xD | 0x20..=0xD7FF | 0xE000..=0xFFFD | 0x10000..=0x10FFFF)
}

/// The length of the character that starts with a byte.
pub fn width(first: u8) -> usize {
    match first {
        0..0x80 => 1,
        0x80..0xE0 => 2,
        0xE0..0xF0 => 3,
        _ => 4,
    }
}

/// The character at an offset and its length in bytes; none at the end.
pub fn char_at(text: &[u8], at: usize) -> Option<(u32, usize)> {
    let first = *text.get(at)?;
    let n = width(first);
    let bits = if n == 1 {
        u32::from(first)
    } else {
        u32::from(first) & (0x7F >> n)
    };
    let rest = text.get(at + 1..at + n)?;
    let c = rest.iter().fold(bits, |c, &b| c << 6 | u32::from(b & 0x3F));
    Some((c, n))
}

fn listed(table: &[(u16, u16)], c: u32) -> bool {
    let Ok(c) = u16::try_from(c) else {
        return false;
    };
    let after = table.partition_point(|&(first, _)| first <= c);
    after > 0 && c <= table[after - 1].1
}

/// Whether names may start with a character; colons are left to the caller.
pub fn is_name_start(c: u32) -> bool {
    match u8::try_from(c) {
        Ok(b) if b < 0x80 => b.is_ascii_alphabetic() || b == b'_',
        _ => listed(STARTS, c),
    }
}

/// Whether a character may stand in names; colons are left to the caller.
pub fn is_name_part(c: u32) -> bool {
    match u8::try_from(c) {
        Ok(b) if b < 0x80 => b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'),
        _ => listed(PARTS, c),
    }
}

/// Whether a character may stand in a public identifier.
pub fn is_public_id(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b" \r\n-'()+,./:=?;!*#@$_%".contains(&b)
}

/// Bytes that do not end a run of plain character data.
pub fn is_plain(b: u8) -> bool {
    match b {
        b'<' | b'&' | b'\n' | b'\r' | b']' => false,
        0xEF => false,
        _ => b >= 0x20 || b == b'\t',
    }
}

/// Whether the character at an offset is forbidden.
pub fn is_bad(text: &[u8], at: usize) -> bool {
    match text[at] {
        b'\t' | b'\n' | b'\r' => false,
        0..0x20 => true,
        0xEF => char_at(text, at).is_some_and(|(c, _)| !is_char(c)),
        _ => false,
    }
}

/// ASCII characters that mean something in markup: an encoding must not move them.
pub fn is_significant(c: u32) -> bool {
    matches!(c, 9 | 10 | 13 | 32..=126) && !b"$@\\^`{}~".contains(&(c as u8))
}

/// Owned text of bytes that are well-formed.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Text with all ends of lines as `\n`.
pub fn with_newlines(bytes: &[u8]) -> String {
    let all = text(bytes);
    if all.contains('\r') {
        all.replace("\r\n", "\n").replace('\r', "\n")
    } else {
        all
    }
}
