//! Compiled code: immutable, shareable between threads and interpreters.

use std::sync::Arc;

use crate::opcode::Instr;

/// A constant of a code object.
#[derive(Clone, Debug)]
pub enum Const {
    None,
    True,
    False,
    Ellipsis,
    Int(i64),
    /// An integer that needs more than 64 bits: sign and little-endian magnitude.
    BigInt {
        negative: bool,
        magnitude: Box<[u8]>,
    },
    Float(f64),
    Complex(f64, f64),
    /// UTF-8 that may hold surrogates; a pair of them stays two.
    Str(Arc<[u8]>),
    Bytes(Arc<[u8]>),
    Tuple(Arc<[Const]>),
    FrozenSet(Arc<[Const]>),
    /// `slice(a, b, c)`: 3.14 folds constant slices.
    Slice(Arc<[Const; 3]>),
    Code(Arc<Code>),
}

bitflags_lite! {
    /// `co_flags`, with CPython's numbers.
    pub struct CodeFlags: u32 {
        OPTIMIZED = 0x1, NEWLOCALS = 0x2, VARARGS = 0x4, VARKEYWORDS = 0x8, NESTED = 0x10, GENERATOR = 0x20,
        COROUTINE = 0x80, ITERABLE_COROUTINE = 0x100, ASYNC_GENERATOR = 0x200, FUTURE_ANNOTATIONS = 0x100_0000,
        FUTURE_BARRY_AS_BDFL = 0x40_0000, FUTURE_GENERATOR_STOP = 0x80_0000, HAS_DOCSTRING = 0x400_0000, METHOD = 0x800_0000,
    }
}

/// What a fast local is. A cell parameter is both `Local` (by position) and a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalKind(pub u8);

impl LocalKind {
    pub const LOCAL: u8 = 0x20;
    pub const CELL: u8 = 0x40;
    pub const FREE: u8 = 0x80;
    /// Only lives inside an inlined comprehension (PEP 709).
    pub const HIDDEN: u8 = 0x10;
    pub fn has(self, bit: u8) -> bool {
        self.0 & bit != 0
    }
}

/// A fast local: registers `0..locals.len()` in this order. Parameters come
/// first (positional, keyword-only, `*args`, `**kwargs`), then other locals,
/// then cells that are not parameters, then free variables.
#[derive(Clone, Debug)]
pub struct Local {
    pub name: Arc<str>,
    pub kind: LocalKind,
}

/// A range of instructions whose exceptions go to a handler.
///
/// Entries are sorted by `start` and do not overlap. To enter a handler the
/// machine releases every register from `depth` on, puts the exception into
/// register `depth` and, with `lasti`, the index of the raising instruction
/// into `depth + 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// First instruction covered.
    pub start: u32,
    /// One past the last.
    pub end: u32,
    pub target: u32,
    /// Absolute register index.
    pub depth: u32,
    pub lasti: bool,
}

/// Where an instruction comes from. Lines count from 1, columns are UTF-8
/// bytes from 0; -1 stands for "none".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub line: i32,
    pub end_line: i32,
    pub column: i32,
    pub end_column: i32,
}

impl Position {
    pub const NONE: Position = Position {
        line: -1,
        end_line: -1,
        column: -1,
        end_column: -1,
    };
}

/// A compiled body: module, function, class body, comprehension, annotation
/// scope …
#[derive(Clone, Debug)]
pub struct Code {
    pub instrs: Box<[Instr]>,
    pub consts: Box<[Const]>,
    pub names: Box<[Arc<str>]>,
    pub locals: Box<[Local]>,
    /// Size of the register window: fast locals and temporaries.
    pub registers: u32,
    /// Positional parameters, positional-only ones included.
    pub arg_count: u32,
    pub posonly_count: u32,
    pub kwonly_count: u32,
    pub flags: CodeFlags,
    pub name: Arc<str>,
    pub qualname: Arc<str>,
    pub filename: Arc<str>,
    pub first_line: u32,
    pub handlers: Box<[Handler]>,
    /// Encoded positions, one an instruction: see [`crate::positions`].
    pub positions: Box<[u8]>,
}

impl Code {
    /// Parameters of every kind, `*args` and `**kwargs` included: the number of registers filled at a call.
    pub fn parameter_count(&self) -> u32 {
        self.arg_count
            + self.kwonly_count
            + u32::from(self.flags.contains(CodeFlags::VARARGS))
            + u32::from(self.flags.contains(CodeFlags::VARKEYWORDS))
    }
    /// How many free variables there are; they are the last fast locals.
    pub fn free_count(&self) -> usize {
        self.locals
            .iter()
            .rev()
            .take_while(|l| l.kind.has(LocalKind::FREE))
            .count()
    }
    /// Whether a call makes a generator, coroutine or asynchronous generator instead of running.
    pub fn is_generator_like(&self) -> bool {
        self.flags
            .intersects(CodeFlags::GENERATOR | CodeFlags::COROUTINE | CodeFlags::ASYNC_GENERATOR)
    }
    /// The handler that covers an instruction.
    pub fn handler_at(&self, instr: u32) -> Option<&Handler> {
        let after = self.handlers.partition_point(|h| h.start <= instr);
        self.handlers[..after].last().filter(|h| instr < h.end)
    }
}
