//! The error grammar: its notation, read once, at the first syntax error.
//!
//! `statements.peg` and `expressions.peg` say in which order alternatives are
//! tried, and what is reported when an `invalid_…` rule matches. Notation:
//!
//! * `rule: a | b` tries `a`, then `b` (the first that matches wins); a rule
//!   marked `memo` remembers its outcome at each token, one marked `plain` runs
//!   without the `invalid_…` rules; an
//!   alternative that is just an `invalid_…` rule is skipped in the first pass (but
//!   not one that has more to it: CPython has its reasons, or not).
//! * `'text'` is a token, `"text"` a soft keyword, `NAME` and other upper-case
//!   words a kind of token, lower-case words are rules.
//! * `x?`, `x*`, `x+` as usual; `x % ','` is a list with separators; `&x` and
//!   `!x` look ahead; `~` forbids later alternatives; `&&'x'` must follow.
//! * `a:x` notes where `x` matched, for the report `=> verb …` at the end.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::token::TokenKind;

pub(super) static GRAMMAR: LazyLock<Grammar> = LazyLock::new(Grammar::read);

pub(super) struct Grammar {
    pub(super) rules: Vec<Rule>,
    pub(super) names: HashMap<&'static str, usize>,
}

pub(super) struct Rule {
    pub(super) name: &'static str,
    pub(super) memo: bool,
    pub(super) plain: bool,
    pub(super) alternatives: Vec<Alternative>,
}

pub(super) struct Alternative {
    /// Whether this is an `invalid_…` rule and nothing else.
    pub(super) invalid: bool,
    pub(super) items: Vec<Item>,
    pub(super) report: Option<Report>,
}

pub(super) enum Item {
    Token(TokenKind),
    Soft(&'static str),
    AnySoft,
    Rule(usize),
    Group(Vec<Alternative>),
    Optional(Box<Item>),
    Star(Box<Item>),
    Plus(Box<Item>),
    /// Elements with a separator between them.
    List(Box<Item>, TokenKind),
    And(Box<Item>),
    Not(Box<Item>),
    Cut,
    Forced(TokenKind),
    Note(u8, Box<Item>),
}

/// What to do when an alternative matched.
pub(super) struct Report {
    pub(super) verb: &'static str,
    pub(super) notes: Vec<u8>,
    pub(super) message: String,
}

const SOURCES: [&str; 2] = [
    include_str!("statements.peg"),
    include_str!("expressions.peg"),
];

impl Grammar {
    fn read() -> Self {
        let words: Vec<&'static str> = SOURCES.iter().flat_map(|s| split(s)).collect();
        let is_head = |at: usize| {
            let mut colon = at + 1;
            while matches!(words.get(colon), Some(&("memo" | "plain"))) {
                colon += 1;
            }
            // Notes (`a:x`) are a single letter.
            words.get(colon) == Some(&":")
                && words[at].len() > 1
                && !matches!(words[at], "memo" | "plain")
        };
        let heads: Vec<usize> = (0..words.len()).filter(|&at| is_head(at)).collect();
        let mut names = HashMap::new();
        for (index, &head) in heads.iter().enumerate() {
            names.insert(words[head], index);
        }
        let mut rules = Vec::new();
        for (index, &head) in heads.iter().enumerate() {
            let end = heads.get(index + 1).copied().unwrap_or(words.len());
            let colon = head + words[head..end].iter().position(|w| *w == ":").unwrap_or(0);
            let marks = &words[head + 1..colon];
            let mut reader = Reader {
                words: &words[colon + 1..end],
                at: 0,
                names: &names,
            };
            rules.push(Rule {
                name: words[head],
                memo: marks.contains(&"memo"),
                plain: marks.contains(&"plain"),
                alternatives: reader.alternatives(),
            });
        }
        Self { rules, names }
    }
}

/// Splits the notation into words; comments are dropped.
fn split(source: &'static str) -> Vec<&'static str> {
    let mut words = Vec::new();
    for line in source.lines() {
        let mut rest = line.trim_start();
        if rest.starts_with('#') {
            continue;
        }
        while let Some(first) = rest.chars().next() {
            let length = match first {
                '\'' | '"' => closing_quote(rest, first),
                '=' => 2,
                '&' if rest.starts_with("&&") => 2,
                c if c.is_ascii_alphanumeric() || c == '_' => rest
                    .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .unwrap_or(rest.len()),
                _ => 1,
            };
            words.push(&rest[..length]);
            rest = rest[length..].trim_start();
        }
    }
    words
}

/// The length of a quoted word; a backslash keeps the next quote from ending it.
fn closing_quote(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if c == quote && !escaped {
            return at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    text.len()
}

struct Reader<'w> {
    words: &'w [&'static str],
    at: usize,
    names: &'w HashMap<&'static str, usize>,
}

impl Reader<'_> {
    fn peek(&self) -> &'static str {
        self.words.get(self.at).copied().unwrap_or("")
    }

    fn next(&mut self) -> &'static str {
        let word = self.peek();
        self.at += 1;
        word
    }

    fn eat(&mut self, word: &str) -> bool {
        let found = self.peek() == word;
        self.at += usize::from(found);
        found
    }

    fn alternatives(&mut self) -> Vec<Alternative> {
        let mut alternatives = vec![self.alternative()];
        while self.eat("|") {
            alternatives.push(self.alternative());
        }
        alternatives
    }

    fn alternative(&mut self) -> Alternative {
        let mut items = Vec::new();
        let invalid = self.peek().starts_with("invalid_");
        while !matches!(self.peek(), "" | "|" | ")" | "=>") {
            items.push(self.item());
        }
        let report = self.eat("=>").then(|| self.report());
        let invalid = invalid && items.len() == 1;
        Alternative {
            invalid,
            items,
            report,
        }
    }

    fn report(&mut self) -> Report {
        let verb = self.next();
        let mut notes = Vec::new();
        while self.peek().len() == 1 && self.peek() != "|" && self.peek() != ")" {
            notes.push(self.next().as_bytes()[0]);
        }
        let message = if self.peek().starts_with('"') {
            unquote(self.next()).replace("\\\"", "\"")
        } else {
            String::new()
        };
        Report {
            verb,
            notes,
            message,
        }
    }

    fn item(&mut self) -> Item {
        if self.peek().len() == 1 && self.words.get(self.at + 1) == Some(&":") {
            let note = self.next().as_bytes()[0];
            self.next();
            return Item::Note(note, Box::new(self.item()));
        }
        let item = match self.next() {
            "&" => return Item::And(Box::new(self.item())),
            "!" => return Item::Not(Box::new(self.item())),
            "&&" => return Item::Forced(token_kind(unquote(self.next()))),
            "~" => return Item::Cut,
            "(" => {
                let group = Item::Group(self.alternatives());
                self.eat(")");
                group
            }
            "SOFT_KEYWORD" => Item::AnySoft,
            word if word.starts_with('\'') => Item::Token(token_kind(unquote(word))),
            word if word.starts_with('"') => Item::Soft(unquote(word)),
            word if word.starts_with(|c: char| c.is_ascii_uppercase()) => {
                Item::Token(token_kind(word))
            }
            word => Item::Rule(
                self.names
                    .get(word)
                    .copied()
                    .unwrap_or_else(|| panic!("the error grammar has no rule {word}")),
            ),
        };
        match self.peek() {
            "?" => {
                self.next();
                Item::Optional(Box::new(item))
            }
            "*" => {
                self.next();
                Item::Star(Box::new(item))
            }
            "+" => {
                self.next();
                Item::Plus(Box::new(item))
            }
            "%" => {
                self.next();
                Item::List(Box::new(item), token_kind(unquote(self.next())))
            }
            _ => item,
        }
    }
}

fn unquote(word: &'static str) -> &'static str {
    &word[1..word.len().max(2) - 1]
}

/// A token by its text, or by its name in Python's `token` module.
fn token_kind(word: &str) -> TokenKind {
    let named = |kind: &&TokenKind| {
        if kind.text().is_empty() {
            kind.python_name() == word
        } else {
            kind.text() == word
        }
    };
    TokenKind::ALL
        .iter()
        .find(named)
        .copied()
        .unwrap_or_else(|| panic!("the error grammar knows no token {word}"))
}
