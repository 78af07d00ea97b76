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
    unicode_ident::is_xid_start(c)
}

/// Whether the character may go on an identifier.
pub fn is_xid_continue(c: char) -> bool {
    unicode_ident::is_xid_continue(c)
}

/// The character of a name or alias, as in `\N{name}`.
pub fn character_named(name: &str) -> Option<char> {
    unicode_names2::character(name)
}
