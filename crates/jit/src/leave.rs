//! Ways back to the interpreter: what exits of compiled code have in common.
//!
//! Machine code only stores raw values into the window and names the exit. Here
//! values are boxed and counted, missing records pushed, the program counter set.

use std::cell::Cell;

use taipan_object::value::encoding;
use taipan_object::{Object, ObjectHeader, Vm};
use taipan_vm::call::{CONTINUE, RAISED};
use taipan_vm::code::PyCode;
use taipan_vm::finalize;
use taipan_vm::frame::Frame;
use taipan_vm::machine::Machine;

use crate::hir::{Exit, Function, InlineFrame, Op, Ty};
use crate::runtime;

/// An exit is looked at whenever it has been taken so many times more.
const LOOK: u32 = 64;

/// How a register gets its word.
#[derive(Clone, Copy, Debug)]
pub enum Fill {
    /// A constant: nothing is in the window yet.
    Constant(u64),
    /// The window has a borrowed word.
    Word,
    /// A shifted integer.
    Int,
    /// The bits of a float.
    Float,
    /// 0 or 1.
    Bool,
}

/// What is to be done at an exit.
pub struct Record {
    fills: Box<[(u32, Fill)]>,
    frames: Box<[*const InlineFrame]>,
    pc: *const u64,
    keeps_pc: bool,
    depth: u32,
    raised: bool,
    handled: bool,
    drain: bool,
    /// Leaving here tells that a guess was wrong.
    failure: bool,
    counter: *const Cell<u32>,
    /// The code that was compiled.
    owner: *const Object<PyCode>,
}

/// Whether taking an exit again and again says that the code is to be made anew.
pub fn is_failure(exit: &Exit) -> bool {
    !exit.raised
        && !matches!(
            exit.reason,
            "return" | "poll" | "raise" | "depth" | "finalizers"
        )
}

/// The way in which an exit fills a register from a value.
pub fn fill(f: &Function, value: crate::hir::Id) -> Fill {
    let inst = f.inst(value);
    match (inst.op, inst.ty) {
        (Op::Word(w), _) => Fill::Constant(w),
        (Op::Int(n), _) => Fill::Constant(n as u64 | 1),
        (Op::Bool(b), _) => Fill::Constant(if b { encoding::TRUE } else { encoding::FALSE }),
        (_, Ty::Int) => Fill::Int,
        (_, Ty::Float) => Fill::Float,
        (_, Ty::Bool) => Fill::Bool,
        _ => Fill::Word,
    }
}

/// The records of a function's exits.
pub fn records(
    f: &Function,
    frames: &[InlineFrame],
    counters: &[Cell<u32>],
    owner: *const Object<PyCode>,
) -> Box<[Record]> {
    let record = |(exit, counter): (&Exit, &Cell<u32>)| Record {
        fills: exit
            .spills
            .iter()
            .map(|s| (s.register, fill(f, s.value)))
            .collect(),
        frames: exit
            .frames
            .iter()
            .map(|n| std::ptr::from_ref(&frames[*n as usize]))
            .collect(),
        pc: (exit.instrs + (u64::from(exit.pc) + u64::from(exit.raised)) * 8) as *const u64,
        keeps_pc: exit.keeps_pc,
        depth: exit.depth,
        raised: exit.raised,
        handled: exit.handler.is_some(),
        drain: exit.drain,
        failure: is_failure(exit),
        counter,
        owner,
    };
    f.exits.iter().zip(counters).map(record).collect()
}

/// Leaves compiled code: what it is to return.
pub unsafe extern "C" fn leave(
    vm: *const Vm,
    frame: *mut Frame,
    regs: *mut u64,
    record: *const Record,
) -> u64 {
    // SAFETY: compiled code hands over its frame, its window and one of its own records.
    unsafe {
        let (vm_ref, r) = (&*vm, &*record);
        for &(register, how) in &r.fills {
            let at = regs.add(register as usize);
            let raw = *at;
            *at = match how {
                Fill::Constant(w) => retained(w),
                Fill::Word => retained(raw),
                Fill::Int => raw | 1,
                Fill::Float => vm_ref.new_float(f64::from_bits(raw)).into_word(),
                Fill::Bool if raw & 0xFF != 0 => encoding::TRUE,
                Fill::Bool => encoding::FALSE,
            };
        }
        for &inlined in &r.frames {
            runtime::push_inlined(vm, regs, inlined);
        }
        // Compiled callers do not write this.
        (*frame).consts = (*r.owner).payload.consts.get();
        let running = match r.depth {
            0 => frame,
            _ => Machine::of(vm_ref).current.get(),
        };
        if !r.keeps_pc {
            (*running).pc = r.pc;
        }
        if r.handled {
            runtime::catch(vm);
            return 0;
        }
        if r.drain {
            finalize::drain(vm_ref);
        }
        let count = (*r.counter).get().wrapping_add(1);
        (*r.counter).set(count);
        if r.failure && count.is_multiple_of(LOOK) {
            crate::exit_hot(vm_ref, r.owner);
        }
        if r.raised { RAISED } else { CONTINUE }
    }
}

unsafe fn retained(word: u64) -> u64 {
    if encoding::is_heap(word) {
        // SAFETY: a live word.
        unsafe { (*(word as *const ObjectHeader)).retain() };
    }
    word
}
