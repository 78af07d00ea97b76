//! The declaration `<?xml … ?>` of a document or an external entity.

use super::chars::is_space;
use super::scan::skip_space;

/// What it says.
#[derive(Default)]
pub struct Declaration {
    pub version: Option<String>,
    /// The encoding's name and where it stands.
    pub encoding: Option<(String, usize)>,
    pub standalone: Option<bool>,
}

struct Pseudo {
    name: (usize, usize),
    value: (usize, usize),
    end: usize,
}

/// One `name="value"`; none at the end.
fn pseudo(text: &[u8], mut at: usize, end: usize) -> Result<Option<Pseudo>, usize> {
    let space = skip_space(text, at).min(end);
    if space == end {
        return Ok(None);
    }
    if space == at {
        return Err(at);
    }
    at = space;
    let length = text[at..end]
        .iter()
        .take_while(|&&b| b != b'=' && b < 0x80 && !is_space(b))
        .count();
    let name = (at, at + length);
    at = skip_space(text, name.1).min(end);
    if length == 0 || at == end || text[at] != b'=' {
        return Err(at);
    }
    at = skip_space(text, at + 1).min(end);
    let quote = text[at..end].first().copied().unwrap_or(0);
    if quote != b'"' && quote != b'\'' {
        return Err(at);
    }
    let start = at + 1;
    for (i, &b) in text[start..end].iter().enumerate() {
        if b == quote {
            return Ok(Some(Pseudo {
                name,
                value: (start, start + i),
                end: start + i + 1,
            }));
        }
        if !b.is_ascii_alphanumeric() && !matches!(b, b'.' | b'-' | b'_') {
            return Err(start + i);
        }
    }
    Err(end)
}

/// Reads a declaration from its `<?xml` to the end of its `?>`; the offset of what is wrong with it.
pub fn parse(text: &[u8], start: usize, end: usize, in_entity: bool) -> Result<Declaration, usize> {
    let (mut at, end) = (start + 5, end - 2);
    let owned = |(a, b): (usize, usize)| super::chars::text(&text[a..b]);
    let mut found = Declaration::default();
    let Some(mut next) = pseudo(text, at, end)? else {
        return Err(end);
    };
    if &text[next.name.0..next.name.1] == b"version" {
        let version = owned(next.value);
        let minor = version.strip_prefix("1.").unwrap_or("");
        if minor.is_empty() || !minor.bytes().all(|b| b.is_ascii_digit()) {
            return Err(next.value.0);
        }
        found.version = Some(version);
        at = next.end;
        match pseudo(text, at, end)? {
            Some(more) => next = more,
            // A text declaration must say the encoding.
            None if in_entity => return Err(end),
            None => return Ok(found),
        }
    } else if !in_entity {
        return Err(next.name.0);
    }
    if &text[next.name.0..next.name.1] == b"encoding" {
        if !text[next.value.0].is_ascii_alphabetic() {
            return Err(next.value.0);
        }
        found.encoding = Some((owned(next.value), next.value.0));
        at = next.end;
        match pseudo(text, at, end)? {
            Some(more) => next = more,
            None => return Ok(found),
        }
    }
    if &text[next.name.0..next.name.1] != b"standalone" || in_entity {
        return Err(next.name.0);
    }
    found.standalone = match &text[next.value.0..next.value.1] {
        b"yes" => Some(true),
        b"no" => Some(false),
        _ => return Err(next.value.0),
    };
    match pseudo(text, next.end, end)? {
        None => Ok(found),
        Some(more) => Err(more.name.0),
    }
}
