//! Bytecode to HIR by abstract interpretation of the register window.
//!
//! For each register the builder knows where its value is ([`Loc`]): in the
//! window, unboxed in a value, borrowed in a value, or nowhere (dead). Types are
//! guessed from *samples*: compilation happens while the frame is at hand, so the
//! builder follows the words that the registers hold right now through the
//! instructions (an attribute's sample is what the sample object holds). Guesses
//! become guards; where they failed before, the profile of the code says so.

mod attributes;
mod calls;
mod control;
mod emit;
mod general;
mod items;
mod numbers;
mod registers;

use std::collections::{BTreeSet, HashMap, HashSet};

use taipan_compiler::opcode::{EXTENDED, Instr, Opcode, OperandKind};
use taipan_object::value::encoding;
use taipan_object::{ObjectHeader, Vm};
use taipan_vm::code::{Cache, PyCode};
use taipan_vm::op;

use crate::hir::{BlockId, ExitId, Function, Id};
use crate::profile::{Kind, Profile};

/// Where a register's value is.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Loc {
    /// In the window, owned by it.
    Mem,
    Int(Id),
    Float(Id),
    Bool(Id),
    /// A word borrowed from an object; the window holds nothing.
    Borrow(Id),
    /// Nothing; the window holds no heap pointer.
    Dead,
}

/// What is known of the object that a register holds.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
struct Facts {
    version: u64,
    shape: u64,
    exact: u64,
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Reg {
    loc: Loc,
    /// The window may hold a heap pointer (only with `Loc::Mem`).
    facts: Facts,
    /// A word of the kind expected here; 0: none known.
    sample: u64,
    /// Address of the type expected here, where there is no sample; 0: none known.
    hint: u64,
    /// For iterators: a sample of what they give.
    item: u64,
    /// Unboxed, but the window holds the value too: frames may be looked at during calls.
    mirrored: bool,
}

type State = Vec<Reg>;

const DEAD: Reg = Reg {
    loc: Loc::Dead,
    facts: Facts {
        version: 0,
        shape: 0,
        exact: 0,
    },
    sample: 0,
    hint: 0,
    item: 0,
    mirrored: false,
};

/// Why a function is not compiled.
#[derive(Debug)]
pub enum Refusal {
    /// An instruction that only the interpreter runs.
    Unsupported(&'static str),
    TooLarge,
    /// Loop-carried types did not settle.
    Unstable,
}

/// What the builder needs to know.
pub struct Input<'a> {
    pub vm: &'a Vm,
    pub code: &'a PyCode,
    /// The working copy of the instructions and its caches.
    pub instrs: &'a [u64],
    pub caches: &'a [Cache],
    /// First instruction: 0, or a loop header.
    pub start: u32,
    /// Words in the registers right now, for samples.
    pub window: &'a [u64],
    pub globals: u64,
    pub builtins: u64,
    pub profile: &'a Profile,
    pub osr: bool,
}

/// Builds the HIR of a function from an instruction on.
pub fn build(input: &Input<'_>) -> Result<Function, Refusal> {
    if input.instrs.len() > 6000 {
        return Err(Refusal::TooLarge);
    }
    let mut in_memory: HashSet<(u32, u32)> = HashSet::new();
    for _ in 0..24 {
        let mut b = Builder::new(input, &in_memory);
        match b.run() {
            Ok(()) => return Ok(b.f),
            Err(Stop::Refused(r)) => return Err(r),
            Err(Stop::Demote(header, register)) => {
                if !in_memory.insert((header, register)) {
                    return Err(Refusal::Unstable);
                }
            }
        }
    }
    Err(Refusal::Unstable)
}

enum Stop {
    Refused(Refusal),
    /// This register changes its type around this loop: keep it in the window there.
    Demote(u32, u32),
}

struct Builder<'a> {
    i: &'a Input<'a>,
    in_memory: &'a HashSet<(u32, u32)>,
    f: Function,
    block: BlockId,
    state: State,
    headers: HashMap<u32, HeaderInfo>,
    /// Blocks begun by instruction index, and the state that they start with.
    known: HashMap<u32, (BlockId, State)>,
    /// Edges that wait for their forward target: from block, state there.
    pending: HashMap<u32, Vec<(BlockId, State)>>,
    queue: BTreeSet<u32>,
    exit_cache: Option<(u32, ExitId)>,
    pc: u32,
}

#[derive(Default, Clone)]
struct HeaderInfo {
    /// Registers that arithmetic or iteration in the loop writes.
    written: HashSet<u32>,
}

fn a(i: u64) -> u32 {
    u32::from(Instr(i).a())
}
fn b(i: u64) -> u32 {
    u32::from(Instr(i).b())
}
fn c(i: u64) -> u32 {
    u32::from(Instr(i).c())
}

impl<'a> Builder<'a> {
    fn new(input: &'a Input<'a>, in_memory: &'a HashSet<(u32, u32)>) -> Self {
        let mut headers: HashMap<u32, HeaderInfo> = HashMap::new();
        for (pc, &word) in input.code.code.instrs.iter().enumerate() {
            if word.op() == Some(Opcode::JumpBackward) {
                let target = word.bc();
                let info = headers.entry(target).or_default();
                for instr in &input.code.code.instrs[target as usize..pc] {
                    if let Some(o) = instr.op()
                        && o.operands()[0] == OperandKind::Def
                        && o != Opcode::LoadConst
                    {
                        info.written.insert(u32::from(instr.a()));
                    }
                }
            }
        }
        let locals = input.code.local_count as usize;
        let state = (0..input.code.register_count as usize)
            .map(|n| {
                let sample = input.window.get(n).copied().unwrap_or(0);
                // Temporaries that are live at a loop header hold something (iterators); the others hold no heap pointer.
                if n < locals || encoding::is_heap(sample) {
                    Reg {
                        loc: Loc::Mem,
                        sample,
                        ..DEAD
                    }
                } else {
                    Reg { sample, ..DEAD }
                }
            })
            .collect();
        let mut f = Function {
            name: format!("{}@{}", input.code.code.qualname, input.start),
            ..Function::default()
        };
        let block = f.add_block(input.start);
        Self {
            i: input,
            in_memory,
            f,
            block,
            state,
            headers,
            known: HashMap::new(),
            pending: HashMap::new(),
            queue: BTreeSet::new(),
            exit_cache: None,
            pc: input.start,
        }
    }

    fn original(&self, pc: u32) -> Instr {
        self.i.code.code.instrs[pc as usize]
    }

    fn instruction(&mut self, pc: u32) -> Result<Option<u32>, Stop> {
        let i = self.i.instrs[pc as usize];
        let opcode = self.original(pc).op();
        let byte = i as u8;
        let optimistic = matches!(
            byte,
            op::LOAD_GLOBAL_MODULE
                | op::LOAD_GLOBAL_BUILTIN
                | op::LOAD_ATTR_SLOT
                | op::STORE_ATTR_SLOT
                | op::STORE_ATTR_ADD
                | op::LOAD_SUBSCR
                | op::STORE_SUBSCR
                | op::LOAD_DEREF
                | op::LOAD_METHOD_CACHED
                | op::LOAD_ATTR_CLASS
                | op::LOAD_ATTR_MODULE
                | op::LOAD_METHOD_MODULE
        );
        if optimistic && self.i.profile.kind_at(pc) == Some(Kind::Other) {
            self.interpret(pc)?;
            return Ok(Some(pc + 1));
        }
        match byte {
            op::NOP
            | op::EXT
            | op::LOAD_SMALL_INT
            | op::LOAD_CONST
            | op::MOVE
            | op::CHECK_FAST
            | op::POP_TOP => self.moves(i, pc),
            op::ADD..=op::TO_BOOL | op::CMP_LT..=op::IS_NOT => self.operators(i, pc),
            op::JUMP_FORWARD..=op::JUMP_IN => self.jumps(i, pc),
            op::LOAD_GLOBAL_MODULE
            | op::LOAD_GLOBAL_BUILTIN
            | op::LOAD_ATTR_SLOT
            | op::LOAD_METHOD_CACHED
            | op::LOAD_ATTR_MODULE
            | op::LOAD_METHOD_MODULE
            | op::LOAD_ATTR_CLASS
            | op::STORE_ATTR_SLOT
            | op::STORE_ATTR_ADD
            | op::LOAD_DEREF => self.names(i, pc),
            op::LOAD_SUBSCR | op::STORE_SUBSCR => self.subscripts(i, pc),
            op::FOR_ITER => self.for_iter(i, pc),
            op::CALL
            | op::CALL_METHOD
            | op::RETURN_VALUE
            | op::RETURN_CONST
            | op::RAISE_VARARGS
            | op::RERAISE => self.leaving(i, pc),
            op::YIELD_VALUE
            | op::SEND
            | op::CLEANUP_THROW
            | op::END_ASYNC_FOR
            | op::GET_AWAITABLE => Err(Stop::Refused(Refusal::Unsupported("generator"))),
            op::LOAD_FAR | op::STORE_FAR => {
                Err(Stop::Refused(Refusal::Unsupported("far registers")))
            }
            op::UNPACK_EX if Instr(i).c() == EXTENDED => {
                Err(Stop::Refused(Refusal::Unsupported("wide unpacking")))
            }
            _ => {
                if opcode.is_some_and(|o| o.flow() != taipan_compiler::opcode::Flow::Next) {
                    return Err(Stop::Refused(Refusal::Unsupported("control flow")));
                }
                self.interpret(pc)?;
                Ok(Some(pc + 1))
            }
        }
    }
}

/// Address of the type of a sample, 0 for immediates.
fn type_of(word: u64) -> u64 {
    // SAFETY: samples are live words.
    if encoding::is_heap(word) {
        unsafe { (*(word as *const ObjectHeader)).ty_ptr() as u64 }
    } else {
        0
    }
}

const KIND_INT: u8 = 1;
const KIND_FLOAT: u8 = 2;
const KIND_BOOL: u8 = 3;
const KIND_MEM: u8 = 4;
const KIND_DEAD: u8 = 5;

fn loc_kind(l: Loc) -> u8 {
    match l {
        Loc::Int(_) => KIND_INT,
        Loc::Float(_) => KIND_FLOAT,
        Loc::Bool(_) => KIND_BOOL,
        Loc::Mem | Loc::Borrow(_) => KIND_MEM,
        Loc::Dead => KIND_DEAD,
    }
}
