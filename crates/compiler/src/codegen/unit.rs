//! A code object in the making: instructions with labels and tagged registers.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use taipan_syntax::TextRange;
use taipan_syntax::ast::Stmt;

use super::blocks::Block;
use super::consts::Consts;
use super::names::NameOp;
use super::{Compiler, PositionSource};
use crate::code::{Const, Position};
use crate::opcode::{KILL_A, KILL_B, KILL_C, Opcode};
use crate::symtable::ScopeId;

/// A register with this bit is a temporary; the rest is its height on the stack of temporaries.
pub(super) const TEMP: u32 = 1 << 31;
/// A cell that is not a parameter.
pub(super) const CELL: u32 = 1 << 30;
/// A free variable.
pub(super) const FREE: u32 = 1 << 29;

/// No label.
pub(super) const NOWHERE: u32 = u32::MAX;
/// No handler.
pub(super) const NO_HANDLER: u32 = u32::MAX;

/// A range that stands for "no position".
pub(super) const NO_RANGE: TextRange = TextRange::new(u32::MAX, u32::MAX);

/// The end of a range that stands for the start of the line numbered by its start.
const LINE_START: u32 = u32::MAX - 1;

/// A position at the start of a line.
pub(super) fn at_line(line: u32) -> TextRange {
    TextRange::new(line, LINE_START)
}

/// The position of an instruction's range, special ranges included.
pub(super) fn position_at(positions: &dyn PositionSource, loc: TextRange) -> Position {
    if loc == NO_RANGE {
        return Position::NONE;
    }
    if loc.end == LINE_START {
        let line = loc.start as i32;
        return Position {
            line,
            end_line: line,
            column: 0,
            end_column: 0,
        };
    }
    positions.position(loc)
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Label(pub u32);

/// An instruction before layout.
#[derive(Clone, Copy)]
pub(super) struct Ins {
    pub op: Opcode,
    pub flags: u8,
    pub a: u32,
    pub b: u32,
    pub c: u32,
    /// Label, later instruction index, of the jump.
    pub target: u32,
    pub handler: u32,
    pub loc: TextRange,
}

/// Where exceptions go, before layout.
#[derive(Clone, Copy)]
pub(super) struct HandlerInfo {
    pub target: Label,
    /// A tagged register.
    pub depth: u32,
    pub lasti: bool,
}

/// A value in a register: a local, or a temporary to be killed by its user.
#[derive(Clone, Copy)]
pub(super) struct Val {
    pub reg: u32,
    pub kill: bool,
}

impl Val {
    pub(super) fn temp(reg: u32) -> Val {
        Val { reg, kill: true }
    }
    pub(super) fn kept(reg: u32) -> Val {
        Val { reg, kill: false }
    }
}

/// What a unit compiles.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum UnitKind {
    Module,
    Class,
    Function,
    AsyncFunction,
    Lambda,
    Comprehension,
    TypeParams,
    Annotations,
}

/// A variable annotation waiting for `__annotate__`.
pub(super) struct Deferred<'s> {
    pub stmt: &'s Stmt<'s>,
    pub condition: Option<u32>,
}

pub(super) struct Unit<'s> {
    pub scope: ScopeId,
    pub kind: UnitKind,
    pub name: &'s str,
    pub qualname: Arc<str>,
    pub first_line: u32,
    pub code: Vec<Ins>,
    /// Instruction index each label stands before.
    pub labels: Vec<u32>,
    last_bound: u32,
    pub handlers: Vec<HandlerInfo>,
    /// The handler in force.
    pub handler: u32,
    pub loc: TextRange,
    /// Height of the stack of temporaries, and how high it ever was.
    pub top: u32,
    pub max: u32,
    pub consts: Consts,
    pub has_docstring: bool,
    pub names: Vec<&'s str>,
    pub name_index: FxHashMap<&'s str, u32>,
    /// Registers of plain locals: names and whether they are hidden.
    pub plain: Vec<(&'s str, bool)>,
    pub plain_index: FxHashMap<&'s str, u32>,
    pub params: u32,
    /// Which parameters nothing in the scope unbinds.
    pub bound_params: Vec<bool>,
    pub arg_counts: (u32, u32, u32),
    pub cells: Vec<&'s str>,
    pub frees: Vec<&'s str>,
    pub resolved: FxHashMap<&'s str, NameOp>,
    /// Names that inlined comprehensions redefine, innermost last.
    pub overlay: Vec<(&'s str, NameOp)>,
    pub inlined_depth: u32,
    pub blocks: Vec<Block<'s>>,
    pub deferred: Vec<Deferred<'s>>,
    pub next_condition: u32,
    pub conditional: bool,
    pub static_attributes: Vec<&'s str>,
    /// More locals than registers can name: those from here on live in this dict.
    pub far: Option<u32>,
}

impl<'s> Unit<'s> {
    pub(super) fn new(
        scope: ScopeId,
        kind: UnitKind,
        name: &'s str,
        qualname: Arc<str>,
        first_line: u32,
    ) -> Self {
        Unit {
            scope,
            kind,
            name,
            qualname,
            first_line,
            code: Vec::with_capacity(64),
            labels: Vec::new(),
            last_bound: 0,
            handlers: Vec::new(),
            handler: NO_HANDLER,
            loc: NO_RANGE,
            top: 0,
            max: 0,
            consts: Consts::default(),
            has_docstring: false,
            names: Vec::new(),
            name_index: FxHashMap::default(),
            plain: Vec::new(),
            plain_index: FxHashMap::default(),
            params: 0,
            bound_params: Vec::new(),
            arg_counts: (0, 0, 0),
            cells: Vec::new(),
            frees: Vec::new(),
            resolved: FxHashMap::default(),
            overlay: Vec::new(),
            inlined_depth: 0,
            blocks: Vec::new(),
            deferred: Vec::new(),
            next_condition: 0,
            conditional: false,
            static_attributes: Vec::new(),
            far: None,
        }
    }

    /// The register of a plain local.
    pub(super) fn plain_reg(&mut self, name: &'s str, hidden: bool) -> u32 {
        if let Some(&reg) = self.plain_index.get(name) {
            if !hidden {
                self.plain[reg as usize].1 = false;
            }
            return reg;
        }
        let reg = self.plain.len() as u32;
        self.plain.push((name, hidden));
        self.plain_index.insert(name, reg);
        reg
    }

    pub(super) fn name(&mut self, name: &'s str) -> u32 {
        let next = self.names.len() as u32;
        let index = *self.name_index.entry(name).or_insert(next);
        if index == next {
            self.names.push(name);
        }
        index
    }

    // ---- temporaries

    /// The temporary that would be pushed next.
    pub(super) fn next_temp(&mut self) -> u32 {
        self.max = self.max.max(self.top + 1);
        TEMP | self.top
    }

    pub(super) fn push(&mut self) -> u32 {
        let reg = self.next_temp();
        self.top += 1;
        reg
    }

    pub(super) fn push_many(&mut self, n: u32) -> u32 {
        let reg = TEMP | self.top;
        self.top += n;
        self.max = self.max.max(self.top);
        reg
    }

    pub(super) fn pop(&mut self, n: u32) {
        debug_assert!(self.top >= n);
        self.top -= n;
    }

    /// Ends the life of an operand at compile time (the instruction's kill flag ends it at run time).
    pub(super) fn release(&mut self, val: Val) {
        if val.kill {
            debug_assert_eq!(val.reg, TEMP | (self.top - 1));
            self.top -= 1;
        }
    }

    // ---- labels and handlers

    pub(super) fn label(&mut self) -> Label {
        self.labels.push(NOWHERE);
        Label(self.labels.len() as u32 - 1)
    }

    pub(super) fn bind(&mut self, label: Label) {
        self.labels[label.0 as usize] = self.code.len() as u32;
        self.last_bound = self.code.len() as u32;
    }

    pub(super) fn here(&mut self) -> Label {
        let label = self.label();
        self.bind(label);
        label
    }

    pub(super) fn new_handler(&mut self, target: Label, depth: u32, lasti: bool) -> u32 {
        self.handlers.push(HandlerInfo {
            target,
            depth,
            lasti,
        });
        self.max = self.max.max((depth & !TEMP) + 1 + u32::from(lasti));
        self.handlers.len() as u32 - 1
    }

    // ---- instructions

    fn ins(&mut self, op: Opcode, flags: u8, a: u32, b: u32, c: u32, target: u32) {
        self.code.push(Ins {
            op,
            flags,
            a,
            b,
            c,
            target,
            handler: self.handler,
            loc: self.loc,
        });
    }

    pub(super) fn emit(&mut self, op: Opcode, flags: u8, a: u32, b: u32, c: u32) {
        self.ins(op, flags, a, b, c, NOWHERE);
    }

    /// a = op(b).
    pub(super) fn emit_ab(&mut self, op: Opcode, a: u32, b: Val) {
        self.ins(op, if b.kill { KILL_B } else { 0 }, a, b.reg, 0, NOWHERE);
    }

    /// a = op(b, immediate c).
    pub(super) fn emit_abi(&mut self, op: Opcode, a: u32, b: Val, c: u32) {
        self.ins(op, if b.kill { KILL_B } else { 0 }, a, b.reg, c, NOWHERE);
    }

    /// a = op(b, c).
    pub(super) fn emit_abc(&mut self, op: Opcode, flags: u8, a: u32, b: Val, c: Val) {
        let kills = if b.kill { KILL_B } else { 0 } | if c.kill { KILL_C } else { 0 };
        self.ins(op, flags | kills, a, b.reg, c.reg, NOWHERE);
    }

    /// op(a, …) where all three may be killed.
    pub(super) fn emit_use(&mut self, op: Opcode, a: Val, b: Option<Val>, c: Option<Val>) {
        let kill = |v: Option<Val>, bit| if v.is_some_and(|v| v.kill) { bit } else { 0 };
        let flags = kill(Some(a), KILL_A) | kill(b, KILL_B) | kill(c, KILL_C);
        self.ins(
            op,
            flags,
            a.reg,
            b.map_or(0, |v| v.reg),
            c.map_or(0, |v| v.reg),
            NOWHERE,
        );
    }

    pub(super) fn jump(&mut self, op: Opcode, to: Label) {
        self.ins(op, 0, 0, 0, 0, to.0);
    }

    pub(super) fn jump_on(&mut self, op: Opcode, a: Val, to: Label) {
        self.ins(op, if a.kill { KILL_A } else { 0 }, a.reg, 0, 0, to.0);
    }

    pub(super) fn jump_cmp(&mut self, op: Opcode, flags: u8, a: Val, b: Val, to: Label) {
        let kills = if a.kill { KILL_A } else { 0 } | if b.kill { KILL_B } else { 0 };
        self.ins(op, flags | kills, a.reg, b.reg, 0, to.0);
    }

    /// An instruction with destination `a`, operand `b` and a jump.
    pub(super) fn jump_ab(&mut self, op: Opcode, flags: u8, a: u32, b: u32, to: Label) {
        self.ins(op, flags, a, b, 0, to.0);
    }

    pub(super) fn pop_top(&mut self, reg: u32) {
        self.ins(Opcode::PopTop, KILL_A, reg, 0, 0, NOWHERE);
    }

    pub(super) fn mov(&mut self, to: u32, from: Val) {
        if to != from.reg {
            self.emit_ab(Opcode::Move, to, from);
        }
    }

    /// Checks that a local is bound; parameters that nothing unbinds always are.
    pub(super) fn check_fast(&mut self, reg: u32) {
        if !self.bound_params.get(reg as usize).is_some_and(|b| *b) {
            self.emit(Opcode::CheckFast, 0, reg, 0, 0);
        }
    }

    pub(super) fn none(&mut self, to: u32) {
        let index = self.consts.add(Const::None);
        self.emit(Opcode::LoadConst, 0, to, index, 0);
    }

    /// Whether the code after the last instruction can only be reached by a label.
    pub(super) fn after_end(&self) -> bool {
        self.code.last().is_some_and(|i| {
            matches!(
                i.op.flow(),
                crate::opcode::Flow::End | crate::opcode::Flow::Jump
            )
        }) && self.last_bound != self.code.len() as u32
    }
}

impl<'s> Compiler<'s, '_> {
    /// a = constant.
    pub(super) fn load_const(&mut self, to: u32, c: Const) {
        if let Const::Int(n) = c
            && let Ok(small) = i32::try_from(n)
        {
            self.u.emit(Opcode::LoadSmallInt, 0, to, small as u32, 0);
            return;
        }
        let index = self.const_index(c);
        self.u.emit(Opcode::LoadConst, 0, to, index, 0);
    }

    /// Index of a constant, its text shared.
    pub(super) fn const_index(&mut self, c: Const) -> u32 {
        let c = match c {
            Const::Str(s) => Const::Str(self.intern_text(&s)),
            other => other,
        };
        self.u.consts.add(c)
    }

    pub(super) fn load_str(&mut self, to: u32, s: &str) {
        let text = self.intern_text(s.as_bytes());
        let index = self.u.consts.add(Const::Str(text));
        self.u.emit(Opcode::LoadConst, 0, to, index, 0);
    }

    pub(super) fn str_const(&mut self, s: &str) -> Const {
        Const::Str(self.intern_text(s.as_bytes()))
    }
}
