//! The tokens of prologs and document types.

use super::chars::{is_bad, is_space, width};
use super::model::Quantifier;
use super::scan::{
    Instruction, Scan, Stop, comment, instruction, name, name_end, skip_space, starts_name,
};

/// A token. Offsets of what is inside it are in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    Space,
    Comment(usize, usize),
    Instruction {
        target: (usize, usize),
        data: (usize, usize),
    },
    XmlDecl,
    /// `<!NAME`; the offset of the name.
    DeclOpen(usize),
    /// The `<` of the first element, which is not part of the token.
    InstanceStart,
    /// `<![`
    SectionOpen,
    /// `]]>`
    SectionClose,
    Literal,
    Percent,
    ParamRef,
    OpenBracket,
    CloseBracket,
    OpenParen,
    CloseParen(Quantifier),
    Name(Quantifier),
    /// A name with a colon, when there are namespaces.
    Prefixed(Quantifier),
    NmWord,
    Comma,
    Or,
    PoundName,
    DeclClose,
}

/// A token, its end, and whether more text could make it longer.
pub type Found = (Token, usize, bool);

/// The token at an offset that is not the end.
pub fn token(text: &[u8], at: usize, colons: bool) -> Scan<Found> {
    let one = |t| Ok((t, at + 1, false));
    match text[at] {
        b' ' | b'\t' | b'\n' | b'\r' => {
            let end = skip_space(text, at);
            // A return at the end may be half an end of line.
            let open = end == text.len() && text[end - 1] == b'\r';
            Ok((Token::Space, end, open))
        }
        b'<' => markup(text, at, colons),
        b'"' | b'\'' => literal(text, at),
        b'%' => percent(text, at, colons),
        b',' => one(Token::Comma),
        b'[' => one(Token::OpenBracket),
        b']' => match (text.get(at + 1), text.get(at + 2)) {
            (None, _) => Ok((Token::CloseBracket, at + 1, true)),
            (Some(b']'), None) => Err(Stop::Partial),
            (Some(b']'), Some(b'>')) => Ok((Token::SectionClose, at + 3, false)),
            _ => one(Token::CloseBracket),
        },
        b'(' => one(Token::OpenParen),
        b')' => close_paren(text, at),
        b'|' => one(Token::Or),
        b'>' => one(Token::DeclClose),
        b'#' => pound(text, at, colons),
        _ => word(text, at, colons),
    }
}

fn markup(text: &[u8], at: usize, colons: bool) -> Scan<Found> {
    match text.get(at + 1) {
        None => Err(Stop::Partial),
        Some(b'!') => match text.get(at + 2) {
            None => Err(Stop::Partial),
            Some(b'-') => {
                let (start, end, after) = comment(text, at)?;
                Ok((Token::Comment(start, end), after, false))
            }
            Some(b'[') => Ok((Token::SectionOpen, at + 3, false)),
            Some(_) => declaration(text, at),
        },
        Some(b'?') => {
            let Instruction {
                target,
                data,
                end,
                declares,
            } = instruction(text, at, colons)?;
            let token = if declares {
                Token::XmlDecl
            } else {
                Token::Instruction { target, data }
            };
            Ok((token, end, false))
        }
        Some(_) if starts_name(text, at + 1, colons)? => Ok((Token::InstanceStart, at, false)),
        Some(_) => Err(Stop::Bad(at + 1)),
    }
}

fn declaration(text: &[u8], at: usize) -> Scan<Found> {
    if !starts_name(text, at + 2, false)? {
        return Err(Stop::Bad(at + 2));
    }
    let mut i = at + 2;
    while let Some(&b) = text.get(i) {
        match b {
            b'%' => match text.get(i + 1) {
                None => return Err(Stop::Partial),
                Some(&b) if is_space(b) || b == b'%' => return Err(Stop::Bad(i)),
                Some(_) => return Ok((Token::DeclOpen(at + 2), i, false)),
            },
            _ if is_space(b) => return Ok((Token::DeclOpen(at + 2), i, false)),
            _ if b.is_ascii_alphabetic() || b == b'_' => i += 1,
            _ => return Err(Stop::Bad(i)),
        }
    }
    Err(Stop::Partial)
}

fn literal(text: &[u8], at: usize) -> Scan<Found> {
    let quote = text[at];
    let mut i = at + 1;
    while i < text.len() {
        if text[i] == quote {
            return match text.get(i + 1) {
                None => Ok((Token::Literal, i + 1, true)),
                Some(&b) if is_space(b) || matches!(b, b'>' | b'%' | b'[') => {
                    Ok((Token::Literal, i + 1, false))
                }
                Some(_) => Err(Stop::Bad(i + 1)),
            };
        }
        if is_bad(text, i) {
            return Err(Stop::Bad(i));
        }
        i += width(text[i]);
    }
    Err(Stop::Partial)
}

fn percent(text: &[u8], at: usize, colons: bool) -> Scan<Found> {
    match text.get(at + 1) {
        None => return Err(Stop::Partial),
        Some(&b) if is_space(b) || b == b'%' => return Ok((Token::Percent, at + 1, false)),
        Some(_) => {}
    }
    let end = name(text, at + 1, colons)?;
    if text[end] == b';' {
        Ok((Token::ParamRef, end + 1, false))
    } else {
        Err(Stop::Bad(end))
    }
}

fn quantifier(b: u8) -> Option<Quantifier> {
    match b {
        b'?' => Some(Quantifier::Optional),
        b'*' => Some(Quantifier::Any),
        b'+' => Some(Quantifier::Some),
        _ => None,
    }
}

fn close_paren(text: &[u8], at: usize) -> Scan<Found> {
    let plain = Token::CloseParen(Quantifier::Once);
    match text.get(at + 1) {
        None => Ok((plain, at + 1, true)),
        Some(&b) => match quantifier(b) {
            Some(q) => Ok((Token::CloseParen(q), at + 2, false)),
            None if is_space(b) || b">,|)".contains(&b) => Ok((plain, at + 1, false)),
            None => Err(Stop::Bad(at + 1)),
        },
    }
}

fn pound(text: &[u8], at: usize, colons: bool) -> Scan<Found> {
    if !starts_name(text, at + 1, colons)? {
        return Err(Stop::Bad(at + 1));
    }
    let end = name_end(text, at + 1, colons);
    match text.get(end) {
        None => Ok((Token::PoundName, end, true)),
        Some(&b) if is_space(b) || b")>%|".contains(&b) => Ok((Token::PoundName, end, false)),
        Some(_) => Err(Stop::Bad(end)),
    }
}

fn word(text: &[u8], at: usize, colons: bool) -> Scan<Found> {
    let is_name = starts_name(text, at, colons)?;
    let mut end = name_end(text, at, colons);
    if end == at && text[at] != b':' {
        return Err(Stop::Bad(at));
    }
    let mut kind = if is_name {
        Token::Name(Quantifier::Once)
    } else {
        Token::NmWord
    };
    // With namespaces, the first colon makes a prefix and a second one an ordinary token.
    while text.get(end) == Some(&b':') && !colons {
        kind = match kind {
            Token::Name(_) => match text.get(end + 1) {
                None => return Err(Stop::Partial),
                Some(_) if name_end(text, end + 1, false) > end + 1 => {
                    Token::Prefixed(Quantifier::Once)
                }
                Some(_) => Token::NmWord,
            },
            _ => Token::NmWord,
        };
        end = name_end(text, end + 1, false);
    }
    let Some(&b) = text.get(end) else {
        return Ok((kind, end, true));
    };
    if let Some(q) = quantifier(b) {
        return match kind {
            Token::Name(_) => Ok((Token::Name(q), end + 1, false)),
            Token::Prefixed(_) => Ok((Token::Prefixed(q), end + 1, false)),
            _ => Err(Stop::Bad(end)),
        };
    }
    if is_space(b) || b">),|[%".contains(&b) {
        Ok((kind, end, false))
    } else {
        Err(Stop::Bad(end))
    }
}
