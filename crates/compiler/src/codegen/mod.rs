//! Code generation: a tree and its symbol table to code objects.
//!
//! One [`Unit`](unit::Unit) a code object. Expressions and statements emit
//! instructions with labels and tagged registers (`unit`); `optimize` removes
//! what cannot run and checks that cannot fail; `assemble` lays out the final
//! code with its tables.

mod annotations;
mod assemble;
mod blocks;
mod builtin_calls;
mod calls;
mod class;
mod comprehension;
mod condition;
mod consts;
mod display;
mod driver;
mod exceptions;
mod expr;
mod fstring;
mod function;
mod match_;
mod names;
mod optimize;
mod stmt;
mod type_params;
mod unit;
mod warn;
mod with;

pub use fstring::{Piece as PercentPiece, parse_percent};

pub use driver::{compile, compile_source, compile_str, future_features, symbol_table};

use std::sync::Arc;

use bumpalo::Bump;
use rustc_hash::FxHashSet;
use taipan_syntax::parser::{Mode, ParseOptions};
use taipan_syntax::source::LineIndex;
use taipan_syntax::{SyntaxWarning, TextRange};

use crate::code::{Code, CodeFlags, Position};
use crate::failure::{Failure, Result};
use crate::symtable::{Scope, SymbolTable};
use unit::Unit;

/// Turns ranges of a tree into lines and columns.
pub trait PositionSource {
    fn position(&self, range: TextRange) -> Position;
    /// For an attribute access that spans lines: the last `len` bytes, the name.
    fn attribute_tail(&self, _range: TextRange, _len: u32) -> Option<TextRange> {
        None
    }
    /// `tail` up to the end of `whole`.
    fn extend(&self, tail: TextRange, whole: TextRange) -> TextRange {
        tail.to(whole)
    }
}

/// Positions from the source text that was parsed.
pub struct SourcePositions<'a> {
    pub index: &'a LineIndex,
    last: std::cell::Cell<(u32, u32, u32)>,
}

impl<'a> SourcePositions<'a> {
    pub fn new(index: &'a LineIndex) -> Self {
        Self {
            index,
            last: std::cell::Cell::new((1, 0, 0)),
        }
    }

    fn line_col(&self, offset: u32) -> (u32, u32) {
        let (line, start, end) = self.last.get();
        if offset >= start && offset < end {
            return (line, offset - start);
        }
        // Most positions are on the same line as the last, or a few lines on.
        let (mut line, mut start, mut end) = (line, start, end);
        if offset < start || end == 0 {
            let (found, column) = self.index.line_col(offset);
            (line, start) = (found, offset - column);
            end = self.index.line_start(line + 1).unwrap_or(u32::MAX);
        }
        let mut steps = 0;
        while offset >= end {
            steps += 1;
            if steps > 8 {
                let (found, column) = self.index.line_col(offset);
                (line, start) = (found, offset - column);
            } else {
                line += 1;
                start = end;
            }
            end = self.index.line_start(line + 1).unwrap_or(u32::MAX);
        }
        self.last.set((line, start, end));
        (line, offset - start)
    }
}

impl PositionSource for SourcePositions<'_> {
    fn position(&self, range: TextRange) -> Position {
        let (end_line, end_column) = self.line_col(range.end);
        let (line, column) = self.line_col(range.start);
        Position {
            line: line as i32,
            end_line: end_line as i32,
            column: column as i32,
            end_column: end_column as i32,
        }
    }

    fn attribute_tail(&self, range: TextRange, len: u32) -> Option<TextRange> {
        let end = self.line_col(range.end).0;
        (self.line_col(range.start).0 != end)
            .then(|| TextRange::new(range.end.saturating_sub(len), range.end))
    }
}

/// Positions that whoever made the tree keeps in a list: a node's range is its
/// index, twice; a range over several nodes joins the start of one and the end of another.
pub struct ListPositions<'a> {
    given: &'a [Position],
    /// Positions that the compiler asked for: their indices go on from the given ones.
    derived: std::cell::RefCell<Vec<Position>>,
}

impl<'a> ListPositions<'a> {
    pub fn new(given: &'a [Position]) -> Self {
        Self {
            given,
            derived: std::cell::RefCell::default(),
        }
    }

    fn at(&self, index: u32) -> Option<Position> {
        let index = index as usize;
        match index.checked_sub(self.given.len()) {
            None => self.given.get(index).copied(),
            Some(index) => self.derived.borrow().get(index).copied(),
        }
    }
}

impl PositionSource for ListPositions<'_> {
    fn position(&self, range: TextRange) -> Position {
        match (self.at(range.start), self.at(range.end)) {
            (Some(first), Some(last)) => Position {
                end_line: last.end_line,
                end_column: last.end_column,
                ..first
            },
            (Some(only), None) => only,
            (None, _) => Position::NONE,
        }
    }

    fn attribute_tail(&self, range: TextRange, len: u32) -> Option<TextRange> {
        let p = self.position(range);
        if p.line == p.end_line {
            return None;
        }
        let mut derived = self.derived.borrow_mut();
        let index = (self.given.len() + derived.len()) as u32;
        derived.push(Position {
            line: p.end_line,
            column: p.end_column.saturating_sub(len as i32).max(0),
            ..p
        });
        Some(TextRange::new(index, index))
    }
}

/// How a tree is to be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompileMode {
    Exec,
    Eval,
    Single,
    FuncType,
}

impl CompileMode {
    /// What the parser is told.
    pub fn parse_mode(self) -> Mode {
        match self {
            CompileMode::Exec => Mode::Module,
            CompileMode::Eval => Mode::Expression,
            CompileMode::Single => Mode::Interactive,
            CompileMode::FuncType => Mode::FunctionType,
        }
    }
}

/// What `compile()` is told.
#[derive(Clone, Copy)]
pub struct CompileOptions<'o> {
    pub filename: &'o str,
    pub mode: CompileMode,
    /// 0, 1 (`-O`) or 2 (`-OO`).
    pub optimize: u8,
    /// Future features in force from outside (`compile(…, flags)`).
    pub future: CodeFlags,
    pub top_level_await: bool,
    /// How source text is parsed.
    pub parse: ParseOptions,
    /// The source, if errors are to show its lines (`SyntaxError.text`).
    pub source: Option<&'o str>,
}

impl<'o> CompileOptions<'o> {
    /// How to parse, future features from outside included.
    pub fn parse_options(&self) -> ParseOptions {
        ParseOptions {
            barry_as_flufl: self.future.contains(CodeFlags::FUTURE_BARRY_AS_BDFL),
            ..self.parse
        }
    }

    pub fn new(filename: &'o str, mode: CompileMode) -> Self {
        Self {
            filename,
            mode,
            optimize: 0,
            future: CodeFlags(0),
            top_level_await: false,
            parse: ParseOptions::default(),
            source: None,
        }
    }
}

/// What compiling gives.
#[derive(Debug)]
pub struct Compiled {
    pub code: Arc<Code>,
    pub warnings: Vec<SyntaxWarning>,
}

/// The state of one compilation.
pub(crate) struct Compiler<'s, 'o> {
    table: &'o SymbolTable<'s>,
    names: &'s Bump,
    options: CompileOptions<'o>,
    /// Future features, those of the tree included.
    future: CodeFlags,
    positions: &'o dyn PositionSource,
    filename: Arc<str>,
    /// The code object being written, and those around it.
    u: Unit<'s>,
    outer: Vec<Unit<'s>>,
    /// A code object needed more registers than instructions can name.
    overflow: bool,
    warnings: Vec<SyntaxWarning>,
    interned: FxHashSet<Arc<str>>,
    texts: FxHashSet<Arc<[u8]>>,
    depth: u32,
    /// Above zero in code that cannot run or is compiled a second time: no warnings.
    quiet: u32,
}

impl<'s> Compiler<'s, '_> {
    fn scope(&self) -> &Scope<'s> {
        self.table.scope(self.u.scope)
    }

    fn intern(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.interned.get(name) {
            return known.clone();
        }
        let new: Arc<str> = name.into();
        self.interned.insert(new.clone());
        new
    }

    fn intern_text(&mut self, text: &[u8]) -> Arc<[u8]> {
        if let Some(known) = self.texts.get(text) {
            return known.clone();
        }
        let new: Arc<[u8]> = text.into();
        self.texts.insert(new.clone());
        new
    }

    fn future_annotations(&self) -> bool {
        self.future.contains(CodeFlags::FUTURE_ANNOTATIONS)
    }

    fn line_of(&self, range: TextRange) -> u32 {
        self.positions.position(range).line.max(0) as u32
    }

    fn deeper(&mut self, range: TextRange) -> Result<()> {
        self.depth += 1;
        if self.depth > crate::MAX_DEPTH {
            Failure::too_deep(range)
        } else {
            Ok(())
        }
    }
}
