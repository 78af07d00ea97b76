//! Loops over the text: runs of single characters, and places where a match can begin.

use super::chars::Char;
use super::program::{Filter, Program, Start};
use super::set::CharSet;
use super::tree::Single;

/// Whether a single matches a character.
#[inline(always)]
pub fn holds(single: Single, sets: &[CharSet], c: u32) -> bool {
    match single {
        Single::Any => c != 0x0A,
        Single::All => true,
        Single::Char(x) => c == x,
        Single::Not(x) => c != x,
        Single::Set(index) => sets[index as usize].contains(c),
    }
}

/// The end of the run of a single from `from` on, at most `limit` (which is in the text).
#[inline]
pub fn run<C: Char>(
    single: Single,
    sets: &[CharSet],
    text: &[C],
    from: usize,
    limit: usize,
) -> usize {
    let part = &text[from..limit];
    let len = match single {
        Single::All => None,
        Single::Any => C::find(part, 0x0A),
        Single::Not(c) => C::find(part, c),
        Single::Char(x) => part.iter().position(|c| c.point() != x),
        Single::Set(index) => {
            let set = &sets[index as usize];
            if C::WIDE {
                part.iter().position(|c| !set.contains(c.point()))
            } else {
                part.iter()
                    .position(|c| !set.table[usize::from(c.point() as u8)])
            }
        }
    };
    len.map_or(limit, |n| from + n)
}

impl Filter {
    #[inline(always)]
    fn holds(&self, c: u32) -> bool {
        match self {
            Filter::Anywhere => true,
            Filter::Char(x) => *x == c,
            Filter::Table(table, wide) => table.get(c as usize).copied().unwrap_or(*wide),
        }
    }
    /// The last place from `low` to `high` where what follows can begin.
    #[inline]
    pub fn last<C: Char>(&self, text: &[C], low: usize, high: usize) -> Option<usize> {
        match self {
            Filter::Anywhere => Some(high),
            Filter::Char(c) => {
                let end = text.len().min(high + 1);
                C::rfind(text.get(low..end)?, *c).map(|n| low + n)
            }
            Filter::Table(..) => {
                let end = text.len().min(high + 1);
                let part = text.get(low..end)?;
                part.iter()
                    .rposition(|c| self.holds(c.point()))
                    .map(|n| low + n)
            }
        }
    }
    /// The first place from `from` to `limit` where what follows can begin, with nothing but `single` before it.
    #[inline]
    pub fn first<C: Char>(
        &self,
        single: Single,
        sets: &[CharSet],
        text: &[C],
        from: usize,
        limit: usize,
    ) -> Option<usize> {
        match (self, single) {
            (Filter::Anywhere, _) => return Some(from),
            (Filter::Char(c), Single::All) => {
                let end = text.len().min(limit + 1);
                return C::find(text.get(from..end)?, *c).map(|n| from + n);
            }
            (Filter::Char(c), Single::Any | Single::Not(_)) => {
                let end = text.len().min(limit + 1);
                let part = text.get(from..end)?;
                let stop = if let Single::Not(x) = single { x } else { 0x0A };
                let (Ok(c), Ok(stop)) = (u8::try_from(*c), u8::try_from(stop)) else {
                    return self.first_of(single, sets, text, from, limit);
                };
                if let Some(bytes) = C::bytes(part) {
                    let at = memchr::memchr2(c, stop, bytes)?;
                    return (bytes[at] == c).then_some(from + at);
                }
            }
            _ => {}
        }
        self.first_of(single, sets, text, from, limit)
    }
    fn first_of<C: Char>(
        &self,
        single: Single,
        sets: &[CharSet],
        text: &[C],
        from: usize,
        limit: usize,
    ) -> Option<usize> {
        let mut at = from;
        loop {
            let c = text.get(at)?.point();
            if self.holds(c) {
                return Some(at);
            }
            if at >= limit || !holds(single, sets, c) {
                return None;
            }
            at += 1;
        }
    }
}

/// The first place from `from` on where a match can begin.
#[inline]
pub fn candidate<C: Char>(program: &Program, text: &[C], from: usize) -> Option<usize> {
    let rest = &text[from..];
    let found = match &program.start {
        Start::Anywhere => Some(0),
        Start::Begin => (from == 0).then_some(0),
        Start::BeginLine => {
            if from == 0 || text[from - 1].point() == 0x0A {
                Some(0)
            } else {
                C::find(rest, 0x0A).map(|n| n + 1)
            }
        }
        Start::Char(c) => C::find(rest, *c),
        Start::Few(few, table) => match (C::bytes(rest), &few[..]) {
            (Some(bytes), [a, b]) => memchr::memchr2(*a, *b, bytes),
            (Some(bytes), [a, b, c]) => memchr::memchr3(*a, *b, *c, bytes),
            _ => rest
                .iter()
                .position(|c| table.get(c.point() as usize) == Some(&true)),
        },
        Start::Table(table, wide) => {
            if C::WIDE {
                rest.iter()
                    .position(|c| table.get(c.point() as usize).copied().unwrap_or(*wide))
            } else {
                rest.iter()
                    .position(|c| table[usize::from(c.point() as u8)])
            }
        }
        Start::Literal(text, finder) => match C::bytes(rest) {
            Some(bytes) => finder.as_ref()?.find(bytes),
            None => find_literal(rest, text),
        },
    };
    found.map(|n| from + n)
}

fn find_literal<C: Char>(text: &[C], literal: &[u32]) -> Option<usize> {
    let (&first, rest) = literal.split_first()?;
    let mut from = 0;
    loop {
        let at = from + C::find(text.get(from..)?, first)?;
        let tail = text.get(at + 1..at + 1 + rest.len())?;
        if tail.iter().zip(rest).all(|(c, x)| c.point() == *x) {
            return Some(at);
        }
        from = at + 1;
    }
}
