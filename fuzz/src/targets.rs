//! What is run on each input. A target panics if something is wrong.

use std::sync::Arc;

use bumpalo::Bump;
use taipan_compiler::code::{Code, Const};
use taipan_compiler::dis::{self, Options};
use taipan_compiler::marshal::values::{Build, Container, Scalar, read_value};
use taipan_compiler::marshal::{MarshalError, read_code, write_code};
use taipan_compiler::verify::verify;

use crate::oracle;
use crate::random::Random;
use taipan_syntax::lexer::{LexOptions, tokenize};

/// The walk looks at all registers at every call.
const MAX_WALKED_REGISTERS: u32 = 4096;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Lexer,
    Parser,
    Compiler,
    Marshal,
    Regex,
}

impl Target {
    pub const ALL: &'static [(&'static str, Target)] = &[
        ("lexer", Target::Lexer),
        ("parser", Target::Parser),
        ("compiler", Target::Compiler),
        ("marshal", Target::Marshal),
        ("regex", Target::Regex),
    ];

    pub fn named(name: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(n, _)| *n == name).map(|&(_, t)| t);
        found.ok_or_else(|| format!("unknown target {name}"))
    }
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|&&(_, t)| t == self)
            .map_or("", |(n, _)| n)
    }
    /// Whether inputs are Python text.
    pub fn takes_text(self) -> bool {
        !matches!(self, Target::Marshal | Target::Regex)
    }
    /// Whether inputs are stored code.
    pub fn takes_records(self) -> bool {
        self == Target::Marshal
    }

    pub fn run(self, input: &[u8]) {
        match self {
            Target::Lexer => lexer(&String::from_utf8_lossy(input)),
            Target::Parser => parser(&String::from_utf8_lossy(input)),
            Target::Compiler => compiler(&String::from_utf8_lossy(input)),
            Target::Marshal => marshal(input),
            Target::Regex => crate::regex::run(input),
        }
    }
}

fn lexer(source: &str) {
    let plain = LexOptions::default();
    let commented = LexOptions {
        type_comments: true,
        ..plain
    };
    let full = LexOptions {
        extra_tokens: true,
        ..plain
    };
    for options in [plain, commented, full] {
        let stream = tokenize(source, options);
        let mut last = 0;
        for token in &stream.tokens {
            let (start, end) = (token.range.start, token.range.end);
            assert!(
                start <= end && end as usize <= source.len(),
                "{token:?} lies outside"
            );
            assert!(start >= last, "{token:?} begins before the one before it");
            assert!(
                source.is_char_boundary(start as usize) && source.is_char_boundary(end as usize),
                "{token:?} splits a character"
            );
            last = start;
        }
    }
}

fn parser(source: &str) {
    let arena = Bump::new();
    let parsed =
        taipan_syntax::parser::parse(source, &arena, Default::default(), Default::default());
    if let Ok(module) = &parsed.module {
        let _ = taipan_syntax::dump::dump(module, source, &parsed.line_index);
    }
}

/// What the code generator makes must pass the verifier and survive storage.
fn compiler(source: &str) {
    if let Some(code) = crate::sample::compile(source) {
        check_code(&code);
    }
}

/// Verifies a code object and all inside it, and stores and reads it.
pub fn check_code(code: &Arc<Code>) {
    for each in all_codes(code) {
        if let Err(e) = verify(&each) {
            panic!(
                "{} ({}): {e}\n{}",
                each.qualname,
                each.first_line,
                dis::disassemble(&each, Options::default())
            );
        }
        walk(&each, "");
    }
    let record = write_code(code);
    match read_code(&record) {
        Ok(back) => assert_eq!(
            write_code(&back),
            record,
            "a stored code object changes when it is read"
        ),
        Err(e) => panic!("what was written cannot be read: {e}"),
    }
}

/// Random paths through verified code meet nothing that it forbids.
fn walk(code: &Code, text: &str) {
    if code.registers > MAX_WALKED_REGISTERS {
        return;
    }
    let mut random = Random::new(code.instrs.len() as u64);
    for _ in 0..20 {
        if let Err(e) = oracle::walk(code, &mut random, 200) {
            panic!("verified code goes wrong: {e}\n{text}");
        }
    }
}

/// A code object and those inside it.
pub fn all_codes(code: &Arc<Code>) -> Vec<Arc<Code>> {
    let mut found = vec![code.clone()];
    let mut next = 0;
    while let Some(code) = found.get(next).cloned() {
        found.extend(code.consts.iter().filter_map(|c| {
            if let Const::Code(inner) = c {
                Some(inner.clone())
            } else {
                None
            }
        }));
        next += 1;
    }
    found
}

/// Damaged records and values are refused or harmless.
fn marshal(input: &[u8]) {
    if let Ok(code) = read_code(input) {
        for each in all_codes(&code) {
            let facts = verify(&each).ok();
            let text = dis::disassemble(
                &each,
                Options {
                    facts: facts.as_ref(),
                    nested: false,
                    ..Options::default()
                },
            );
            if facts.is_some() {
                walk(&each, &text);
            }
        }
        assert!(
            read_code(&write_code(&code)).is_ok(),
            "what was read cannot be written and read again"
        );
    }
    let mut rest = input;
    let _ = read_value(&mut rest, &mut Counter(0));
}

/// Counts what it is told to build.
struct Counter(usize);

impl Build for Counter {
    type Value = usize;
    type Error = MarshalError;
    fn scalar(&mut self, _: Scalar<'_>) -> Result<usize, MarshalError> {
        self.0 += 1;
        Ok(self.0)
    }
    fn empty(&mut self, _: Container, _: usize) -> Result<usize, MarshalError> {
        self.0 += 1;
        Ok(self.0)
    }
    fn add(&mut self, _: &usize, _: usize) -> Result<(), MarshalError> {
        Ok(())
    }
    fn insert(&mut self, _: &usize, _: usize, _: usize) -> Result<(), MarshalError> {
        Ok(())
    }
    fn closed(&mut self, _: Container, parts: Vec<usize>) -> Result<usize, MarshalError> {
        Ok(parts.len())
    }
}
