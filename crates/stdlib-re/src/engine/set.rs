//! Sets of characters: a table for the first 256, rules for the rest.

use super::chars::{Fold, ascii_upper, in_category, unicode_upper};
use super::codes::category;

/// A part of a set. The first one that holds the character decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    Char(u32),
    Range(u32, u32),
    /// As `Range`, or the upper-case form lies in it.
    RangeIgnore(u32, u32),
    Category(u32),
    /// The first 256 code points.
    Bitmap([u32; 8]),
    /// The first 65536 code points in chunks of 256: which chunk, the chunks.
    Chunks(Box<[u8; 256]>, Box<[[u32; 8]]>),
    /// From here on, what is found is not in the set.
    Negate,
}

/// Which characters from 256 on are in a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wide {
    None,
    All,
    Category(u32),
    Items {
        items: Box<[Item]>,
        fold: Fold,
        inverted: bool,
    },
}

/// A set of characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CharSet {
    pub table: [bool; 256],
    pub wide: Wide,
}

fn bit(map: &[u32; 8], c: u32) -> bool {
    map[(c >> 5 & 7) as usize] >> (c & 31) & 1 != 0
}

fn evaluate(items: &[Item], c: u32) -> bool {
    let mut found = true;
    for item in items {
        let holds = match item {
            Item::Char(x) => *x == c,
            Item::Range(low, high) => (*low..=*high).contains(&c),
            Item::RangeIgnore(low, high) => {
                (*low..=*high).contains(&c) || (*low..=*high).contains(&unicode_upper(c))
            }
            Item::Category(code) => in_category(*code, c),
            Item::Bitmap(map) => c < 256 && bit(map, c),
            Item::Chunks(which, chunks) => {
                c < 0x10000
                    && chunks
                        .get(usize::from(which[(c >> 8) as usize]))
                        .is_some_and(|map| bit(map, c))
            }
            Item::Negate => {
                found = !found;
                false
            }
        };
        if holds {
            return found;
        }
    }
    !found
}

fn either_case(items: &[Item], lower: u32, c: u32) -> bool {
    let upper = ascii_upper(c);
    evaluate(items, lower) || upper != lower && evaluate(items, upper)
}

fn evaluate_folded(items: &[Item], fold: Fold, inverted: bool, c: u32) -> bool {
    let lower = fold.lower(c);
    let found = match items {
        _ if fold != Fold::Locale => evaluate(items, lower),
        // Neither case may be in what is negated.
        [Item::Negate, rest @ ..] => !either_case(rest, lower, c),
        _ => either_case(items, lower, c),
    };
    found != inverted
}

/// Whether an item treats all characters from 256 on alike.
fn is_narrow(item: &Item) -> bool {
    match item {
        Item::Char(c) => *c < 256,
        Item::Range(low, high) => *high < 256 || *low <= 256 && *high >= 0x10_FFFF,
        Item::RangeIgnore(..) | Item::Chunks(..) => false,
        Item::Category(code) => *code < category::UNI_DIGIT,
        Item::Bitmap(_) | Item::Negate => true,
    }
}

impl CharSet {
    /// A set of characters `c` such that the items hold `fold(c)`; inverted: that they do not.
    pub fn new(items: Vec<Item>, fold: Fold, inverted: bool) -> CharSet {
        let mut table = [false; 256];
        for (c, entry) in table.iter_mut().enumerate() {
            *entry = evaluate_folded(&items, fold, inverted, c as u32);
        }
        let wide = match &items[..] {
            all if fold != Fold::Unicode && all.iter().all(is_narrow) => {
                if evaluate_folded(all, fold, inverted, 256) {
                    Wide::All
                } else {
                    Wide::None
                }
            }
            [Item::Category(code)] if fold == Fold::None => {
                Wide::Category(code ^ u32::from(inverted))
            }
            [Item::Negate, Item::Category(code)] if fold == Fold::None => {
                Wide::Category(code ^ 1 ^ u32::from(inverted))
            }
            _ => Wide::Items {
                items: items.into(),
                fold,
                inverted,
            },
        };
        CharSet { table, wide }
    }

    #[inline(always)]
    pub fn contains(&self, c: u32) -> bool {
        match self.table.get(c as usize) {
            Some(&found) => found,
            None => self.contains_wide(c),
        }
    }
    #[inline]
    fn contains_wide(&self, c: u32) -> bool {
        match &self.wide {
            Wide::None => false,
            Wide::All => true,
            Wide::Category(code) => in_category(*code, c),
            Wide::Items {
                items,
                fold,
                inverted,
            } => evaluate_folded(items, *fold, *inverted, c),
        }
    }
    /// Whether all its characters are word characters.
    pub fn is_within_words(&self, unicode: bool) -> bool {
        let wide = match self.wide {
            Wide::None => true,
            Wide::Category(code) => {
                unicode && matches!(code, category::UNI_WORD | category::UNI_DIGIT)
            }
            _ => false,
        };
        wide && (0..256).all(|c| !self.table[c as usize] || super::chars::is_word(c, unicode))
    }
}
