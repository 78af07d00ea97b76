//! Scanning of what content and document types have in common: names, references, comments, instructions.
//!
//! Scanners take a text and an offset, and give where the thing ends, or why it does not.

use super::chars::{char_at, is_bad, is_name_part, is_name_start, is_space, width};

/// Why there is no whole thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The text ends inside it.
    Partial,
    /// The character at this offset does not belong there.
    Bad(usize),
}

pub type Scan<T> = Result<T, Stop>;

/// Whether a name may start here.
pub fn starts_name(text: &[u8], at: usize, colons: bool) -> Scan<bool> {
    match char_at(text, at) {
        None => Err(Stop::Partial),
        Some((c, _)) => Ok(is_name_start(c) || colons && c == u32::from(b':')),
    }
}

/// The end of the name characters from here on, which may be the end of the text.
pub fn name_end(text: &[u8], mut at: usize, colons: bool) -> usize {
    while let Some((c, n)) = char_at(text, at)
        && (is_name_part(c) || colons && c == u32::from(b':'))
    {
        at += n;
    }
    at
}

/// A name that something follows: its end.
pub fn name(text: &[u8], at: usize, colons: bool) -> Scan<usize> {
    if !starts_name(text, at, colons)? {
        return Err(Stop::Bad(at));
    }
    match name_end(text, at, colons) {
        end if end == text.len() => Err(Stop::Partial),
        end => Ok(end),
    }
}

/// A name of an element or attribute: its end. With namespaces it has one colon at most.
pub fn qualified(text: &[u8], at: usize, namespaces: bool) -> Scan<usize> {
    let end = name(text, at, !namespaces)?;
    if namespaces && text[end] == b':' {
        let end = name(text, end + 1, false)?;
        return if text[end] == b':' {
            Err(Stop::Bad(end))
        } else {
            Ok(end)
        };
    }
    Ok(end)
}

/// What follows `&`.
#[derive(Clone, Copy)]
pub enum Reference {
    /// The bounds of an entity's name.
    Entity(usize, usize),
    /// A character; none if there is none with this number.
    Char(Option<char>),
}

/// A reference from its `&` on, and its end.
pub fn reference(text: &[u8], at: usize, colons: bool) -> Scan<(Reference, usize)> {
    let start = at + 1;
    if text.get(start) == Some(&b'#') {
        return char_reference(text, start + 1);
    }
    let end = name(text, start, colons)?;
    if text[end] != b';' {
        return Err(Stop::Bad(end));
    }
    Ok((Reference::Entity(start, end), end + 1))
}

fn char_reference(text: &[u8], mut at: usize) -> Scan<(Reference, usize)> {
    let radix = match text.get(at) {
        Some(b'x') => 16,
        _ => 10,
    };
    at += usize::from(radix == 16);
    let (first, mut n) = (at, 0_u32);
    loop {
        let Some(&byte) = text.get(at) else {
            return Err(Stop::Partial);
        };
        match char::from(byte).to_digit(radix) {
            Some(digit) => n = n.saturating_mul(radix).saturating_add(digit),
            None if byte == b';' && at > first => break,
            None => return Err(Stop::Bad(at)),
        }
        at += 1;
    }
    let c = char::from_u32(n).filter(|_| super::chars::is_char(n));
    Ok((Reference::Char(c), at + 1))
}

/// A comment from its `<!-` on: the bounds of its text, and its end.
pub fn comment(text: &[u8], at: usize) -> Scan<(usize, usize, usize)> {
    match text.get(at + 3) {
        None => return Err(Stop::Partial),
        Some(b'-') => {}
        Some(_) => return Err(Stop::Bad(at + 3)),
    }
    let start = at + 4;
    let mut i = start;
    while i < text.len() {
        if text[i] == b'-' {
            match (text.get(i + 1), text.get(i + 2)) {
                (Some(b'-'), Some(b'>')) => return Ok((start, i, i + 3)),
                (Some(b'-'), Some(_)) => return Err(Stop::Bad(i + 2)),
                (None, _) | (Some(b'-'), None) => return Err(Stop::Partial),
                _ => {}
            }
        }
        if is_bad(text, i) {
            return Err(Stop::Bad(i));
        }
        i += width(text[i]);
    }
    Err(Stop::Partial)
}

/// A processing instruction: the bounds of target and data, and its end.
pub struct Instruction {
    pub target: (usize, usize),
    pub data: (usize, usize),
    pub end: usize,
    /// It is the declaration `<?xml … ?>`.
    pub declares: bool,
}

/// A processing instruction from its `<?` on.
pub fn instruction(text: &[u8], at: usize, colons: bool) -> Scan<Instruction> {
    let start = at + 2;
    let end = name(text, start, colons)?;
    let target = &text[start..end];
    let declares = target == b"xml";
    if !declares && target.eq_ignore_ascii_case(b"xml") {
        return Err(Stop::Bad(end));
    }
    let mut i = end;
    if text[i] == b'?' {
        return match text.get(i + 1) {
            None => Err(Stop::Partial),
            Some(b'>') => Ok(Instruction {
                target: (start, end),
                data: (end, end),
                end: i + 2,
                declares,
            }),
            Some(_) => Err(Stop::Bad(i + 1)),
        };
    }
    if !is_space(text[i]) {
        return Err(Stop::Bad(i));
    }
    while i < text.len() {
        if text[i] == b'?' {
            match text.get(i + 1) {
                None => return Err(Stop::Partial),
                Some(b'>') => {
                    let data = skip_space(text, end).min(i);
                    return Ok(Instruction {
                        target: (start, end),
                        data: (data, i),
                        end: i + 2,
                        declares,
                    });
                }
                Some(_) => {}
            }
        }
        if is_bad(text, i) {
            return Err(Stop::Bad(i));
        }
        i += width(text[i]);
    }
    Err(Stop::Partial)
}

/// The first offset from here on that is no white space.
pub fn skip_space(text: &[u8], at: usize) -> usize {
    let n = text[at..].iter().take_while(|&&b| is_space(b)).count();
    at + n
}
