//! The tables of `unicodedata`, read from the texts that `tables/make.py` writes when they are first asked for.

use std::collections::HashMap;
use std::sync::OnceLock;

/// Which database is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Version {
    Unicode16,
    Unicode32,
}

/// What a run of code points has in common.
#[derive(Clone, Copy)]
pub struct Properties {
    start: u32,
    pub category: &'static str,
    pub bidirectional: &'static str,
    pub width: &'static str,
    pub mirrored: bool,
}

/// The values of a number.
#[derive(Clone, Copy, Default)]
pub struct Number {
    pub decimal: Option<u8>,
    pub digit: Option<u8>,
    pub numeric: Option<f64>,
}

fn code_point(text: &str) -> u32 {
    u32::from_str_radix(text, 16).unwrap_or(0)
}

fn runs(text: &'static str) -> Vec<Properties> {
    text.lines()
        .map(|line| {
            let mut fields = line.split(' ');
            let mut next = || fields.next().unwrap_or("");
            Properties {
                start: code_point(next()),
                category: next(),
                bidirectional: match next() {
                    "-" => "",
                    class => class,
                },
                width: next(),
                mirrored: next() == "1",
            }
        })
        .collect()
}

/// The properties of a code point.
pub fn properties(version: Version, c: u32) -> Properties {
    static NEW: OnceLock<Vec<Properties>> = OnceLock::new();
    static OLD: OnceLock<Vec<Properties>> = OnceLock::new();
    let table = match version {
        Version::Unicode16 => NEW.get_or_init(|| runs(include_str!("tables/runs-16.0.txt"))),
        Version::Unicode32 => OLD.get_or_init(|| runs(include_str!("tables/runs-3.2.txt"))),
    };
    let after = table.partition_point(|run| run.start <= c);
    table[after.saturating_sub(1)]
}

/// Whether a code point has a meaning.
pub fn is_assigned(version: Version, c: u32) -> bool {
    properties(version, c).category != "Cn"
}

fn numbers(text: &'static str) -> HashMap<u32, Number> {
    text.lines()
        .map(|line| {
            let mut fields = line.split(' ');
            let mut next = || fields.next().unwrap_or("");
            (
                code_point(next()),
                Number {
                    decimal: next().parse().ok(),
                    digit: next().parse().ok(),
                    numeric: next().parse().ok(),
                },
            )
        })
        .collect()
}

/// The values of a code point as a number.
pub fn number(version: Version, c: u32) -> Number {
    static NEW: OnceLock<HashMap<u32, Number>> = OnceLock::new();
    static OLD: OnceLock<HashMap<u32, Number>> = OnceLock::new();
    if version == Version::Unicode32 {
        let differing = OLD.get_or_init(|| numbers(include_str!("tables/numbers-3.2.txt")));
        if let Some(&number) = differing.get(&c) {
            return number;
        }
    }
    NEW.get_or_init(|| numbers(include_str!("tables/numbers.txt")))
        .get(&c)
        .copied()
        .unwrap_or_default()
}

/// What a code point decomposes to, as the database writes it.
pub fn decomposition(version: Version, c: u32) -> String {
    static TABLE: OnceLock<HashMap<u32, &'static str>> = OnceLock::new();
    if version == Version::Unicode32 && !is_assigned(version, c) {
        return String::new();
    }
    if let Some(syllable) = c.checked_sub(0xAC00).filter(|&n| n < 11172) {
        return hangul(syllable);
    }
    TABLE
        .get_or_init(|| {
            include_str!("tables/decompositions.txt")
                .lines()
                .filter_map(|line| line.split_once(';'))
                .map(|(c, text)| (code_point(c), text))
                .collect()
        })
        .get(&c)
        .map_or_else(String::new, |text| (*text).to_owned())
}

fn hangul(syllable: u32) -> String {
    let (pair, tail) = (syllable / 28, syllable % 28);
    let (lead, vowel) = (0x1100 + pair / 21, 0x1161 + pair % 21);
    match tail {
        0 => format!("{lead:04X} {vowel:04X}"),
        _ => format!("{lead:04X} {vowel:04X} {:04X}", 0x11A7 + tail),
    }
}

/// What Unicode 3.2 decomposed a code point to where that was corrected later.
pub fn before_correction(c: u32) -> Option<u32> {
    if !(0x2F868..=0x2F9BF).contains(&c) {
        return None;
    }
    include_str!("tables/corrections-3.2.txt")
        .lines()
        .filter_map(|line| line.split_once(' '))
        .find(|(from, _)| code_point(from) == c)
        .map(|(_, to)| code_point(to))
}
