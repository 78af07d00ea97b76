//! Matching the error grammar against tokens, as a PEG parser with memos.
//!
//! Which tokens were looked at matters: the place of a generic error is the
//! furthest token the first pass looked at. So every comparison goes through
//! [`Engine::touch`].

use super::grammar::{Alternative, GRAMMAR, Grammar, Item, Rule};
use crate::SyntaxError;
use crate::lexer::TokenStream;
use crate::parser::{Parser, errors};
use crate::token::TokenKind as T;

/// An error was raised; matching is over.
pub(super) type Matched = Result<bool, Box<SyntaxError>>;

/// Rule depth at which CPython's parser gives up.
const MAX_LEVEL: u32 = 6000;
const UNKNOWN: u32 = u32::MAX;
const NO_MATCH: u32 = u32::MAX - 1;

/// Where a noted item matched: tokens `start..end`, by the given rule if it was one.
#[derive(Clone, Copy)]
pub(super) struct Note {
    pub(super) name: u8,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) rule: &'static str,
}

pub(super) struct Engine<'e, 't, 'a> {
    pub(super) parser: &'e mut Parser<'t, 'a>,
    pub(super) stream: &'e TokenStream,
    grammar: &'static Grammar,
    pub(super) pos: usize,
    /// How many tokens have been looked at.
    pub(super) fill: usize,
    /// Whether `invalid_…` rules take part.
    pub(super) invalid: bool,
    /// For each token, the outcome of each rule with a memo.
    memo: Vec<Option<Box<[u32]>>>,
    memo_slots: Vec<u8>,
    memo_count: usize,
    level: u32,
    pub(super) notes: Vec<Note>,
}

impl<'e, 't, 'a> Engine<'e, 't, 'a> {
    pub(super) fn new(
        parser: &'e mut Parser<'t, 'a>,
        stream: &'e TokenStream,
        start: usize,
    ) -> Self {
        let grammar = &*GRAMMAR;
        let mut memo_slots = Vec::new();
        let mut memo_count = 0;
        for rule in &grammar.rules {
            memo_slots.push(memo_count as u8);
            memo_count += usize::from(rule.memo);
        }
        Self {
            parser,
            stream,
            grammar,
            pos: start,
            fill: start,
            invalid: false,
            memo: Vec::new(),
            memo_slots,
            memo_count,
            level: 0,
            notes: Vec::new(),
        }
    }

    /// Matches a start rule from token `start`, in the first pass or the one with `invalid_…` rules.
    pub(super) fn run(&mut self, rule: &str, start: usize, invalid: bool) -> Matched {
        self.invalid = invalid;
        self.pos = start;
        self.level = 0;
        self.memo = vec![None; self.stream.tokens.len() + 1];
        self.notes.clear();
        match self.grammar.names.get(rule) {
            Some(&rule) => self.rule(rule),
            None => Ok(false),
        }
    }

    /// The kind of the current token, which is thereby looked at. Looking at
    /// the place where the lexer failed raises its error.
    #[inline(never)]
    fn touch(&mut self) -> Result<T, Box<SyntaxError>> {
        let last = self.stream.tokens.len() - 1;
        let at = self.pos.min(last);
        if at >= self.fill {
            self.fill = at + 1;
            if at == last
                && let Some(error) = &self.stream.error
            {
                return Err(error.clone());
            }
        }
        Ok(self.stream.tokens[at].kind)
    }

    // The functions of the recursion stay apart, and what is rare out of them: with
    // everything inlined a rule would take a kilobyte of stack.
    #[inline(never)]
    fn rule(&mut self, index: usize) -> Matched {
        let grammar = self.grammar;
        let rule = &grammar.rules[index];
        if self.level >= MAX_LEVEL {
            return Err(errors::too_deep(
                crate::SyntaxErrorKind::ParserOverflow,
                "Parser stack overflowed - Python source too complex to parse",
            ));
        }
        self.touch()?;
        if !rule.memo {
            return self.rule_body(rule);
        }
        let (start, slot) = (self.pos, self.memo_slots[index] as usize);
        match self.memo[start].as_ref().map_or(UNKNOWN, |row| row[slot]) {
            UNKNOWN => {}
            NO_MATCH => return Ok(false),
            end => {
                self.pos = end as usize;
                return Ok(true);
            }
        }
        let found = self.rule_body(rule)?;
        let count = self.memo_count;
        let row = self.memo[start].get_or_insert_with(|| vec![UNKNOWN; count].into());
        row[slot] = if found { self.pos as u32 } else { NO_MATCH };
        Ok(found)
    }

    #[inline(never)]
    fn rule_body(&mut self, rule: &'static Rule) -> Matched {
        let invalid = self.invalid;
        self.invalid &= !rule.plain;
        self.level += 1;
        let notes = self.notes.len();
        let found = self.alternatives(&rule.alternatives)?;
        // A rule's notes are its own, unless it hands them up.
        let keep = rule
            .alternatives
            .iter()
            .any(|a| a.report.as_ref().is_some_and(|r| r.verb == "keep"));
        if !(found && keep) {
            self.notes.truncate(notes);
        }
        self.level -= 1;
        self.invalid = invalid;
        Ok(found)
    }

    #[inline(never)]
    fn alternatives(&mut self, alternatives: &'static [Alternative]) -> Matched {
        let (start, notes) = (self.pos, self.notes.len());
        for alternative in alternatives {
            if alternative.invalid && !self.invalid {
                continue;
            }
            let mut cut = false;
            let mut found = true;
            for item in &alternative.items {
                if matches!(item, Item::Cut) {
                    cut = true;
                } else if !self.item(item)? {
                    found = false;
                    break;
                }
            }
            if found {
                // A report that finds nothing wrong ends the rule without a match.
                let result = match &alternative.report {
                    Some(report) => self.report(report, notes)?,
                    None => true,
                };
                if !result {
                    self.pos = start;
                }
                return Ok(result);
            }
            self.pos = start;
            self.notes.truncate(notes);
            if cut {
                break;
            }
        }
        Ok(false)
    }

    #[inline(never)]
    fn item(&mut self, item: &'static Item) -> Matched {
        match item {
            Item::Token(kind) => self.token(*kind),
            Item::Soft(word) => self.soft_keyword(&[word]),
            Item::AnySoft => self.soft_keyword(&["_", "case", "match", "type"]),
            Item::Rule(rule) => self.rule(*rule),
            Item::Group(alternatives) => self.alternatives(alternatives),
            Item::Optional(item) => self.item(item).map(|_| true),
            Item::Star(item) => self.many(item).map(|_| true),
            Item::Plus(item) => self.many(item),
            Item::List(item, separator) => self.list(item, *separator),
            Item::And(item) => self.look_ahead(item),
            Item::Not(item) => self.look_ahead(item).map(|found| !found),
            Item::Cut => Ok(true),
            Item::Forced(kind) => self.forced(*kind),
            Item::Note(name, item) => {
                let start = self.pos;
                let found = self.item(item)?;
                if found {
                    self.note_down(*name, start, item);
                }
                Ok(found)
            }
        }
    }

    #[inline(never)]
    fn note_down(&mut self, name: u8, start: usize, item: &'static Item) {
        let rule = match item {
            Item::Rule(rule) => self.grammar.rules[*rule].name,
            _ => "",
        };
        let end = self.pos;
        self.notes.push(Note {
            name,
            start,
            end,
            rule,
        });
    }

    #[inline(never)]
    fn soft_keyword(&mut self, words: &[&str]) -> Matched {
        let found = self.touch()? == T::Name
            && words.contains(&self.parser.text(self.stream.tokens[self.pos]));
        self.pos += usize::from(found);
        Ok(found)
    }

    #[inline(never)]
    fn forced(&mut self, kind: T) -> Matched {
        if self.token(kind)? {
            return Ok(true);
        }
        Err(self.error_at_token(self.pos, &format!("expected '{}'", kind.text())))
    }

    #[inline(never)]
    fn token(&mut self, kind: T) -> Matched {
        let found = self.touch()? == kind;
        if found && self.pos < self.stream.tokens.len() {
            self.pos += 1;
        }
        Ok(found)
    }

    #[inline(never)]
    fn look_ahead(&mut self, item: &'static Item) -> Matched {
        let (start, notes) = (self.pos, self.notes.len());
        let found = self.item(item)?;
        self.pos = start;
        self.notes.truncate(notes);
        Ok(found)
    }

    #[inline(never)]
    fn many(&mut self, item: &'static Item) -> Matched {
        let start = self.pos;
        loop {
            let before = self.pos;
            if !self.item(item)? {
                self.pos = before;
                break;
            }
            if self.pos == before {
                break;
            }
        }
        Ok(self.pos > start)
    }

    #[inline(never)]
    fn list(&mut self, item: &'static Item, separator: T) -> Matched {
        if !self.item(item)? {
            return Ok(false);
        }
        loop {
            let before = self.pos;
            if !(self.token(separator)? && self.item(item)?) {
                self.pos = before;
                return Ok(true);
            }
        }
    }
}
