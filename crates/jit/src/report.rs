//! What was compiled and how it went, for `taipan explain` and `-X jit-stats`.
//!
//! Nothing is recorded until [`record`] asks for it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::rc::Rc;
use std::sync::Arc;

use taipan_compiler::code::Code;

use crate::build::Refusal;
use crate::hir::{Function, Id, Inlined, Op, ty_name};
use crate::lower::Lowered;

/// How machine code is entered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entry {
    /// When the function is called.
    Start,
    /// From the interpreter, in the middle of a running loop whose first instruction this is.
    Loop(u32),
}

/// A line of text and the bytecode instruction it comes from.
#[derive(Clone, Debug)]
pub struct Line {
    pub pc: Option<u32>,
    pub text: String,
}

/// An instruction of machine code.
#[derive(Clone, Debug)]
pub struct MachineLine {
    pub offset: u32,
    pub pc: Option<u32>,
    pub text: String,
}

/// A way back to the interpreter.
#[derive(Clone, Debug)]
pub struct ExitReport {
    pub pc: u32,
    /// An exception is raised there.
    pub raised: bool,
    pub reason: &'static str,
    /// How often it was taken.
    pub count: u32,
}

/// How the instructions that call or need the interpreter's help are done.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct Calls {
    /// Of Python functions whose machine code or bytecode is entered straight away.
    pub direct: u32,
    /// Through the interpreter's own call.
    pub general: u32,
    /// Other instructions that call the interpreter's function for them.
    pub interpreted: u32,
}

/// One compilation that came to machine code.
#[derive(Clone, Debug)]
pub struct Body {
    pub code: Arc<Code>,
    pub entry: Entry,
    /// A later compilation took its place.
    pub replaced: bool,
    /// Its guesses failed so often that the interpreter runs it again.
    pub given_up: bool,
    /// Guards by what they check.
    pub guards: BTreeMap<&'static str, u32>,
    pub calls: Calls,
    pub inlined: Vec<Inlined>,
    pub exits: Vec<ExitReport>,
    pub hir: Vec<Line>,
    pub machine_code: Vec<u8>,
    pub machine: Vec<MachineLine>,
}

/// One compilation.
#[derive(Clone, Debug)]
pub enum Compilation {
    Done(Box<Body>),
    Refused {
        code: Arc<Code>,
        entry: Entry,
        reason: String,
    },
}

struct Record {
    body: Compilation,
    counters: Option<Rc<[Cell<u32>]>>,
}

thread_local! {
    static ON: Cell<bool> = const { Cell::new(false) };
    static RECORDS: RefCell<Vec<Record>> = const { RefCell::new(Vec::new()) };
}

/// From now on this thread's compilations are recorded; those recorded before are forgotten.
pub fn record() {
    ON.set(true);
    RECORDS.with_borrow_mut(Vec::clear);
}

pub(crate) fn recording() -> bool {
    ON.get()
}

/// This thread's compilations so far, in order.
pub fn compilations() -> Vec<Compilation> {
    RECORDS.with_borrow(|records| {
        records
            .iter()
            .enumerate()
            .map(|(n, r)| {
                let mut body = r.body.clone();
                if let (Compilation::Done(b), Some(counters)) = (&mut body, &r.counters) {
                    for (exit, count) in b.exits.iter_mut().zip(&**counters) {
                        exit.count = count.get();
                    }
                    b.replaced = records[n + 1..].iter().any(|later| {
                        matches!(&later.body, Compilation::Done(l)
                            if Arc::ptr_eq(&l.code, &b.code) && l.entry == b.entry)
                    });
                }
                body
            })
            .collect()
    })
}

fn entry(header: Option<u32>) -> Entry {
    header.map_or(Entry::Start, Entry::Loop)
}

pub(crate) fn refused(code: &Arc<Code>, header: Option<u32>, why: &Refusal) {
    if !recording() {
        return;
    }
    let reason = match why {
        Refusal::Unsupported(what) => format!("{what}: only the interpreter does this"),
        Refusal::TooLarge => "too large".to_owned(),
        Refusal::Unstable => "the types of its variables do not settle".to_owned(),
    };
    let body = Compilation::Refused {
        code: code.clone(),
        entry: entry(header),
        reason,
    };
    let record = Record {
        body,
        counters: None,
    };
    RECORDS.with_borrow_mut(|r| r.push(record));
}

pub(crate) fn gave_up(code: &Arc<Code>) {
    RECORDS.with_borrow_mut(|records| {
        for r in records {
            if let Compilation::Done(b) = &mut r.body
                && Arc::ptr_eq(&b.code, code)
            {
                b.given_up = true;
            }
        }
    });
}

pub(crate) fn compiled(
    code: &Arc<Code>,
    header: Option<u32>,
    function: &Function,
    lowered: &Lowered,
    counters: &Rc<[Cell<u32>]>,
) {
    if !recording() {
        return;
    }
    let mut guards = BTreeMap::new();
    let mut calls = Calls::default();
    for (n, inst) in function.insts.iter().enumerate() {
        match inst.op {
            Op::CallPython { .. } | Op::CallNative { .. } => calls.direct += 1,
            Op::Call { .. } => calls.general += 1,
            Op::Interpret { .. }
            | Op::Truth { .. }
            | Op::CompareJump { .. }
            | Op::ForIter { .. } => calls.interpreted += 1,
            _ => {}
        }
        if let Some(what) = guard(function, Id(n as u32)) {
            *guards.entry(what).or_insert(0) += 1;
        }
    }
    let exits = function
        .exits
        .iter()
        .map(|e| ExitReport {
            pc: e.place,
            raised: e.raised,
            reason: e.reason,
            count: 0,
        })
        .collect();
    let places = &lowered.places;
    let end = places.iter().map(|p| p.1).max().unwrap_or(0);
    let machine = crate::disasm::disassemble(&lowered.code, end)
        .into_iter()
        .map(|(offset, text)| {
            // Moves between registers have no place of their own: they belong to what is before.
            let at = places.partition_point(|&(start, ..)| start <= offset);
            MachineLine {
                offset,
                pc: places[..at].last().map(|&(.., pc)| pc),
                text,
            }
        })
        .collect();
    let body = Body {
        code: code.clone(),
        entry: entry(header),
        replaced: false,
        given_up: false,
        guards,
        calls,
        inlined: function.inlined.clone(),
        exits,
        hir: hir_lines(function),
        machine_code: lowered.code.clone(),
        machine,
    };
    let record = Record {
        body: Compilation::Done(Box::new(body)),
        counters: Some(counters.clone()),
    };
    RECORDS.with_borrow_mut(|r| r.push(record));
}

/// What a guard checks; `None` for an instruction that is none.
fn guard(function: &Function, id: Id) -> Option<&'static str> {
    let inst = function.inst(id);
    let exit = inst.exit?;
    if function.exits.get(exit.0 as usize).is_none_or(|e| e.raised) {
        return None;
    }
    Some(match inst.op {
        Op::GuardInt => "value is an int",
        Op::GuardFloat | Op::ToFloat => "value is a float",
        Op::GuardTrue => "condition holds",
        Op::GuardWord(_) => "value is the same object",
        Op::GuardVersion(_) => "class is unchanged",
        Op::GuardType(_) => "value is of this type",
        Op::GuardField { .. } => "object has the same layout",
        Op::LoadField { .. } => "attribute is set",
        Op::LoadDict { .. } => "global names are unchanged",
        Op::ListItem | Op::TupleItem | Op::SetListItem => "index is in range",
        Op::IntAdd | Op::IntSub | Op::IntMul | Op::IntShl | Op::IntNeg => "result fits a small int",
        Op::IntFloorDiv | Op::IntMod | Op::FloatDiv => "divisor is usual",
        Op::GuardVersionIn(_) | Op::GuardFieldIn { .. } | Op::HasLayout { .. } => {
            "object has one of these layouts"
        }
        Op::GuardBool => "value is a bool",
        Op::GuardIndex => "index is in range",
        Op::GuardDepth(_) => "recursion limit is far",
        Op::GuardGlobals(_) => "function has these globals",
        Op::Finalizers => "no finaliser waits",
        Op::Poll => "nothing waits (signals, collections)",
        _ => "other",
    })
}

/// The HIR, a line an instruction, each with its place.
fn hir_lines(function: &Function) -> Vec<Line> {
    let mut lines = Vec::new();
    for (n, block) in function.blocks.iter().enumerate() {
        let mut pc = block.pc;
        let mut head = format!("b{n}(");
        for (i, p) in block.params.iter().enumerate() {
            // Writing to a string cannot fail.
            let comma = if i > 0 { ", " } else { "" };
            let _ = write!(head, "{comma}{p:?}: {}", ty_name(function.inst(*p).ty));
        }
        head.push_str(if block.cold { "): cold" } else { "):" });
        lines.push(Line {
            pc: Some(pc),
            text: head,
        });
        for &id in &block.insts {
            pc = function.place(id).unwrap_or(pc);
            lines.push(Line {
                pc: Some(pc),
                text: format!("  {}", function.inst_text(id)),
            });
        }
        lines.push(Line {
            pc: Some(pc),
            text: format!("  {}", block.term),
        });
    }
    for (n, e) in function.exits.iter().enumerate() {
        let mut text = format!("x{n}: back to the interpreter, {}", e.reason);
        for s in &e.spills {
            let _ = write!(text, " r{}={:?}", s.register, s.value);
        }
        lines.push(Line {
            pc: Some(e.place),
            text,
        });
    }
    lines
}

/// The text of `-X jit-stats`: what was compiled, refused, left.
pub fn statistics() -> String {
    let stats = crate::stats();
    let mut out = format!(
        "JIT: {} functions and {} loops compiled to {} bytes, {} refused, {} compiled again\n",
        stats.functions, stats.loops, stats.code_bytes, stats.refused, stats.recompiled
    );
    let _ = writeln!(
        out,
        "  time: {:?} building, {:?} making machine code",
        stats.building, stats.lowering
    );
    let mut exits: BTreeMap<(String, u32, &'static str), u32> = BTreeMap::new();
    let mut refusals: BTreeMap<(String, String), u32> = BTreeMap::new();
    for c in compilations() {
        match c {
            Compilation::Done(b) => {
                for e in b.exits.iter().filter(|e| e.count > 0) {
                    let line = crate::report::line_of(&b.code, e.pc);
                    let key = (b.code.qualname.to_string(), line, e.reason);
                    *exits.entry(key).or_default() += e.count;
                }
            }
            Compilation::Refused { code, reason, .. } => {
                *refusals
                    .entry((code.qualname.to_string(), reason))
                    .or_default() += 1;
            }
        }
    }
    let mut exits: Vec<_> = exits.into_iter().collect();
    exits.sort_by_key(|e| std::cmp::Reverse(e.1));
    let total: u64 = exits.iter().map(|e| u64::from(e.1)).sum();
    let _ = writeln!(out, "  exits to the interpreter: {total}");
    for ((name, line, reason), count) in exits.iter().take(20) {
        let _ = writeln!(out, "  {count:>8}  {name}, line {line}: {reason}");
    }
    for ((name, reason), count) in &refusals {
        let _ = writeln!(out, "  refused {count} times: {name}: {reason}");
    }
    out
}

/// The source line of a bytecode instruction, 0 if it has none.
pub fn line_of(code: &Code, pc: u32) -> u32 {
    taipan_compiler::positions::position_of(&code.positions, pc)
        .line
        .max(0) as u32
}
