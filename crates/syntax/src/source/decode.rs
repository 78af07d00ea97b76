//! Source bytes to text: byte order mark and encoding declaration (PEP 263).

use crate::{SyntaxError, SyntaxErrorKind};
use encoding_rs::{DecoderResult, Encoding};
use std::borrow::Cow;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Decodes source bytes to text. A byte order mark is not part of the text;
/// newlines stay as they are.
///
/// `filename` is named in some messages when the source is a program file that
/// is run; pass an empty name for `compile()` and imports.
pub fn decode<'s>(bytes: &'s [u8], filename: &str) -> Result<Cow<'s, str>, SyntaxError> {
    if let Some(at) = memchr::memchr(0, bytes) {
        return Err(null_byte(bytes, at, filename));
    }
    let (bom, body) = match bytes.strip_prefix(BOM) {
        Some(rest) => (true, rest),
        None => (false, bytes),
    };
    let declared = declaration(body);
    let name = declared.map_or_else(|| "utf-8".to_owned(), normal_name);
    if bom && name != "utf-8" {
        return Err(bom_conflict(body, &name));
    }
    match name.as_str() {
        "utf-8" | "utf8" | "u8" | "cp65001" => match std::str::from_utf8(body) {
            Ok(text) => Ok(Cow::Borrowed(text)),
            Err(e) => Err(not_utf8(body, e.valid_up_to(), filename)),
        },
        "iso-8859-1" | "latin1" | "l1" | "8859" | "cp819" => Ok(latin1(body)),
        "ascii" | "us-ascii" | "646" => ascii(body),
        _ => other(body, &name),
    }
}

/// The encoding that the first or second line declares.
fn declaration(bytes: &[u8]) -> Option<&str> {
    let mut rest = bytes;
    for _ in 0..2 {
        let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let (line, tail) = rest.split_at(end);
        let blanks = line
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t' | 0x0C))
            .count();
        match line.get(blanks) {
            None => {}
            Some(b'#') => {
                if let Some(name) = declared_in(&line[blanks..]) {
                    return Some(name);
                }
            }
            // Only comments may come before a declaration.
            Some(_) => return None,
        }
        rest = tail
            .strip_prefix(b"\r\n")
            .or_else(|| tail.get(1..))
            .unwrap_or(&[]);
    }
    None
}

/// The name behind `coding:` or `coding=` in a comment.
fn declared_in(comment: &[u8]) -> Option<&str> {
    for at in memchr::memmem::find_iter(comment, b"coding") {
        let rest = &comment[at + 6..];
        if !matches!(rest.first(), Some(b':' | b'=')) {
            continue;
        }
        let rest = rest[1..].trim_ascii_start();
        let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        let length = rest.iter().take_while(|b| is_name(b)).count();
        if length > 0 {
            return std::str::from_utf8(&rest[..length]).ok();
        }
    }
    None
}

/// Folds the many ways of writing the two most usual encodings.
fn normal_name(name: &str) -> String {
    let folded: String = name
        .chars()
        .map(|c| {
            if c == '_' {
                '-'
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect();
    let is = |base: &str| {
        folded
            .strip_prefix(base)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    if is("utf-8") {
        "utf-8".to_owned()
    } else if is("latin-1") || is("iso-8859-1") || is("iso-latin-1") {
        "iso-8859-1".to_owned()
    } else {
        folded
    }
}

fn latin1(bytes: &[u8]) -> Cow<'_, str> {
    encoding_rs::mem::decode_latin1(bytes)
}

fn ascii(bytes: &[u8]) -> Result<Cow<'_, str>, SyntaxError> {
    match bytes.iter().position(|b| !b.is_ascii()) {
        Some(at) => Err(undecodable(
            "ascii",
            bytes[at],
            at,
            "ordinal not in range(128)",
        )),
        None => Ok(String::from_utf8_lossy(bytes)),
    }
}

fn other<'s>(bytes: &'s [u8], name: &str) -> Result<Cow<'s, str>, SyntaxError> {
    let codec = name.replace('-', "_");
    let label = match codec.as_str() {
        "mac_roman" => "macintosh",
        "mac_cyrillic" => "x-mac-cyrillic",
        "cp932" | "sjis" | "shiftjis" => "shift_jis",
        "cp949" | "euckr" | "uhc" => "euc-kr",
        "cp936" => "gbk",
        "eucjp" | "ujis" => "euc-jp",
        "cp874" => "windows-874",
        _ => name,
    };
    let unknown = || position_free(format!("unknown encoding: {name}"));
    // Labels that mean something else to Python, or are no source encodings.
    let refused = label.starts_with("utf-16")
        || label.starts_with("ucs")
        || matches!(label, "unicode" | "x-user-defined");
    if refused {
        return Err(unknown());
    }
    let encoding = Encoding::for_label_no_replacement(label.as_bytes()).ok_or_else(unknown)?;
    let text = decode_with(encoding, bytes).map_err(|at| {
        undecodable(
            &codec,
            bytes.get(at).copied().unwrap_or(0),
            at,
            "illegal multibyte sequence",
        )
    })?;
    // Browsers give holes of these tables to the C1 controls; Python has holes.
    if encoding.is_single_byte() && !label.starts_with("iso-8859") && !label.starts_with("koi8") {
        let hole = text
            .chars()
            .position(|c| ('\u{80}'..='\u{9f}').contains(&c));
        if let Some(at) = hole {
            return Err(undecodable(
                "charmap",
                bytes[at],
                at,
                "character maps to <undefined>",
            ));
        }
    }
    Ok(Cow::Owned(text))
}

/// Decodes all, or gives the offset of the first bad byte.
fn decode_with(encoding: &'static Encoding, bytes: &[u8]) -> Result<String, usize> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let capacity = decoder
        .max_utf8_buffer_length_without_replacement(bytes.len())
        .unwrap_or(bytes.len() * 4 + 16);
    let mut text = String::with_capacity(capacity);
    let (result, read) = decoder.decode_to_string_without_replacement(bytes, &mut text, true);
    match result {
        DecoderResult::InputEmpty => Ok(text),
        DecoderResult::Malformed(bad, after) => {
            Err(read.saturating_sub(usize::from(bad) + usize::from(after)))
        }
        DecoderResult::OutputFull => Err(read),
    }
}

fn error(kind: SyntaxErrorKind, message: String) -> SyntaxError {
    SyntaxError {
        kind,
        message,
        line: 0,
        column: 0,
        end_line: 0,
        end_column: 0,
        text: None,
        range: None,
    }
}

fn position_free(message: String) -> SyntaxError {
    error(SyntaxErrorKind::Unicode, message)
}

fn undecodable(codec: &str, byte: u8, at: usize, reason: &str) -> SyntaxError {
    position_free(format!(
        "'{codec}' codec can't decode byte 0x{byte:02x} in position {at}: {reason}"
    ))
}

/// The number and the extent of the line that holds `at`.
fn line_of(bytes: &[u8], at: usize) -> (u32, usize, usize) {
    let before = &bytes[..at];
    let line = super::count_newlines(before) + 1;
    let start = memchr::memrchr2(b'\n', b'\r', before).map_or(0, |n| n + 1);
    let end = memchr::memchr2(b'\n', b'\r', &bytes[at..]).map_or(bytes.len(), |n| at + n);
    (line, start, end)
}

fn null_byte(bytes: &[u8], at: usize, filename: &str) -> SyntaxError {
    if filename.is_empty() {
        return error(
            SyntaxErrorKind::SyntaxError,
            "source code string cannot contain null bytes".to_owned(),
        );
    }
    let (line, start, _) = line_of(bytes, at);
    SyntaxError {
        line,
        end_line: line,
        text: Some(String::from_utf8_lossy(&bytes[start..at]).into_owned()),
        ..error(
            SyntaxErrorKind::SyntaxError,
            "source code cannot contain null bytes".to_owned(),
        )
    }
}

fn bom_conflict(body: &[u8], name: &str) -> SyntaxError {
    let end = memchr::memchr2(b'\n', b'\r', body).unwrap_or(body.len());
    let text = String::from_utf8_lossy(&body[..end]).into_owned();
    let end_column = text.chars().count() as i32;
    let message = format!("encoding problem: {name} with BOM");
    SyntaxError {
        line: 1,
        end_line: 1,
        end_column,
        text: Some(text),
        ..error(SyntaxErrorKind::SyntaxError, message)
    }
}

fn not_utf8(body: &[u8], at: usize, filename: &str) -> SyntaxError {
    let (line, start, end) = line_of(body, at);
    let column = String::from_utf8_lossy(&body[start..at]).chars().count() as u32 + 1;
    let file = if filename.is_empty() {
        String::new()
    } else {
        format!(" in file {filename}")
    };
    let message = format!(
        "Non-UTF-8 code starting with '\\x{:02x}'{file} on line {line}, but no encoding declared; \
         see https://peps.python.org/pep-0263/ for details",
        body[at]
    );
    SyntaxError {
        line,
        column,
        end_line: line,
        end_column: column as i32,
        text: Some(String::from_utf8_lossy(&body[start..end]).into_owned()),
        ..error(SyntaxErrorKind::SyntaxError, message)
    }
}
