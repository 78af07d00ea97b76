//! Character properties, as CPython 3.14 (Unicode 16) sees them.

use unicode_general_category::{GeneralCategory, get_general_category};

/// Whether `repr` shows the character as it is.
pub fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return (' '..='~').contains(&c);
    }
    !matches!(
        get_general_category(c),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::Surrogate
            | GeneralCategory::PrivateUse
            | GeneralCategory::Unassigned
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::SpaceSeparator
    )
}

/// Whether the character may start an identifier (besides `_`).
pub fn is_xid_start(c: char) -> bool {
    unicode_ident::is_xid_start(c) && is_assigned(c)
}

/// Whether the character may go on an identifier.
pub fn is_xid_continue(c: char) -> bool {
    unicode_ident::is_xid_continue(c) && is_assigned(c)
}

/// The tables of identifiers know a later Unicode than CPython 3.14.
fn is_assigned(c: char) -> bool {
    c.is_ascii() || get_general_category(c) != GeneralCategory::Unassigned
}

/// The character of a name or alias, as in `\N{name}`: any case, but no
/// other liberty.
pub fn character_named(name: &str) -> Option<char> {
    const TANGUT: &str = "TANGUT IDEOGRAPH-";
    if let Some((prefix, digits)) = name.split_at_checked(TANGUT.len())
        && prefix.eq_ignore_ascii_case(TANGUT)
    {
        let code = u32::from_str_radix(digits, 16)
            .ok()
            .filter(|_| digits.len() == 5)?;
        return matches!(code, 0x17000..=0x187F7 | 0x18D00..=0x18D08)
            .then(|| char::from_u32(code))?;
    }
    let found = unicode_names2::character(name).filter(|&c| is_assigned(c))?;
    let official = unicode_names2::name(found).map(|official| official.to_string());
    if official.is_some_and(|official| official.eq_ignore_ascii_case(name)) {
        return Some(found);
    }
    // The table also finds names written with other blanks and hyphens. Of
    // aliases it does not tell the exact form; these have single blanks and no
    // code in them.
    let is_official = |other: char| {
        unicode_names2::name(other).is_some_and(|n| loosely_equal(&n.to_string(), name))
    };
    let tidy = !name.contains('_') && name.split(' ').all(|word| !word.is_empty());
    let numbered = name
        .rsplit('-')
        .next()
        .is_some_and(|end| end.starts_with('0') && end.len() > 4);
    (tidy && !numbered && !is_official(found)).then_some(found)
}

fn loosely_equal(one: &str, other: &str) -> bool {
    let letters = |text: &str| {
        let kept = text.bytes().filter(u8::is_ascii_alphanumeric);
        kept.map(|b| b.to_ascii_uppercase()).collect::<Vec<_>>()
    };
    letters(one) == letters(other)
}
