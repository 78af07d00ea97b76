//! Quoted-printable data (RFC 1521).

use super::hex_value;

/// Longest line that is written.
const LINE: usize = 76;

pub fn decode(data: &[u8], header: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len());
    let mut at = 0;
    while let Some(&ch) = data.get(at) {
        at += 1;
        if ch == b'_' && header {
            out.push(b' ');
            continue;
        }
        if ch != b'=' {
            out.push(ch);
            continue;
        }
        match data.get(at) {
            None => break,
            // A soft line break.
            Some(b'\n' | b'\r') => {
                while data.get(at).is_some_and(|&c| c != b'\n') {
                    at += 1;
                }
                at += 1;
            }
            // Some encoders do not quote the sign itself.
            Some(b'=') => {
                out.push(b'=');
                at += 1;
            }
            Some(&high) => match (
                hex_value(high),
                data.get(at + 1).and_then(|&c| hex_value(c)),
            ) {
                (Some(high), Some(low)) => {
                    out.push(high << 4 | low);
                    at += 2;
                }
                _ => out.push(b'='),
            },
        }
    }
    out
}

/// What is encoded how.
#[derive(Clone, Copy)]
pub struct Options {
    pub tabs: bool,
    pub text: bool,
    pub header: bool,
}

fn push_quoted(out: &mut Vec<u8>, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.extend_from_slice(&[
        b'=',
        DIGITS[usize::from(byte >> 4)],
        DIGITS[usize::from(byte & 15)],
    ]);
}

/// Whether a byte must be quoted at its place.
fn must_quote(data: &[u8], at: usize, column: usize, how: Options) -> bool {
    let (ch, next) = (data[at], data.get(at + 1));
    let end = matches!(ch, b'\r' | b'\n');
    let blank = matches!(ch, b' ' | b'\t');
    ch > 126
        || ch == b'='
        || (how.header && ch == b'_')
        // A line that is only a dot would end a message.
        || (ch == b'.' && column == 0 && matches!(next, None | Some(b'\n' | b'\r' | 0)))
        || (!how.text && end)
        || (blank && next.is_none())
        || (ch < 33 && !end && (how.tabs || !blank))
}

pub fn encode(data: &[u8], how: Options) -> Vec<u8> {
    let newline: &[u8] = match data.iter().position(|&c| c == b'\n') {
        Some(at) if at > 0 && data[at - 1] == b'\r' => b"\r\n",
        _ => b"\n",
    };
    let mut out = Vec::with_capacity(data.len() + data.len() / 8);
    let (mut at, mut column) = (0, 0);
    let soft_break = |out: &mut Vec<u8>| {
        out.push(b'=');
        out.extend_from_slice(newline);
    };
    while let Some(&ch) = data.get(at) {
        if must_quote(data, at, column, how) {
            if column + 3 >= LINE {
                soft_break(&mut out);
                column = 0;
            }
            push_quoted(&mut out, ch);
            at += 1;
            column += 3;
        } else if how.text && (ch == b'\n' || (ch == b'\r' && data.get(at + 1) == Some(&b'\n'))) {
            column = 0;
            // Blanks at the end of a line would get lost.
            if let Some(&blank @ (b' ' | b'\t')) = out.last() {
                out.pop();
                push_quoted(&mut out, blank);
            }
            out.extend_from_slice(newline);
            at += if ch == b'\r' { 2 } else { 1 };
        } else {
            if data.get(at + 1).is_some_and(|&c| c != b'\n') && column + 1 >= LINE {
                soft_break(&mut out);
                column = 0;
            }
            column += 1;
            out.push(if how.header && ch == b' ' { b'_' } else { ch });
            at += 1;
        }
    }
    out
}
