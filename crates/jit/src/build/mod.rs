//! Bytecode to HIR by abstract interpretation of the register window.
//!
//! For each register the builder knows where its value is ([`Loc`]): in the
//! window, unboxed in a value, borrowed in a value, or nowhere (dead). Types are
//! guessed from *samples*: compilation happens while the frame is at hand, so the
//! builder follows the words that the registers hold right now through the
//! instructions (an attribute's sample is what the sample object holds). Guesses
//! become guards; where they failed before, the profile of the code says so.
//!
//! Calls of small Python functions are built into the caller ([`inline`]): the
//! callee's window lies over the arguments as in the interpreter, and the record
//! of the call is pushed only where something could look at it.

mod attributes;
mod calls;
mod control;
mod displays;
mod emit;
mod general;
mod inline;
mod items;
mod iteration;
mod natives;
mod numbers;
mod plain;
mod registers;
mod samples;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::{Index, IndexMut};

use taipan_compiler::opcode::{EXTENDED, Flow, Instr, Opcode, OperandKind};
use taipan_object::value::encoding;
use taipan_object::{ObjectHeader, Vm};
use taipan_vm::code::{Cache, PyCode};
use taipan_vm::op;

use crate::hir::{BlockId, ExitId, Function, Id, Site};
use crate::profile::{Kind, Profile};

/// Registers beyond the window that inlined callees may use: callers leave this margin (`Machine::enter`).
const OVERHANG: usize = 60;
/// Loops of at most so many instructions are built twice: see `Builder::begin_header`.
const LONGEST_PEELED: u32 = 160;
/// No loop is built twice any more in a function of so many HIR instructions.
const MOST_PEELED: usize = 6_000;

/// Where a register's value is.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Loc {
    /// In the window, owned by it.
    Mem,
    Int(Id),
    Float(Id),
    Bool(Id),
    /// A word that something else keeps alive; the window holds nothing.
    Borrow(Id, Lender),
    /// Nothing; the window holds no heap pointer.
    Dead,
}

/// What keeps a borrowed word alive.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Lender {
    /// An object: until anything is changed.
    Object,
    /// A register that owns it: until the register is written.
    Register(u32),
    /// The code.
    Constant,
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
    facts: Facts,
    /// A word of the kind expected here; 0: none known.
    sample: u64,
    /// Address of the type expected here, where there is no sample; 0: none known.
    hint: u64,
    /// For iterators: a sample of what they give.
    item: u64,
    /// An unboxed value whose word, which is no heap pointer, is in the window too.
    mirrored: bool,
    /// The word in the window, where it has been read already.
    cached: Option<Id>,
    /// The instruction that chose among several methods, when this is one of them.
    choice: Option<(u32, u32)>,
    /// For the second register of a method: whether it holds self; unknown otherwise.
    bound: Option<bool>,
}

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
    cached: None,
    choice: None,
    bound: None,
};

/// What is known at a point of the code.
#[derive(Clone, PartialEq, Debug)]
struct State {
    regs: Vec<Reg>,
    /// How many of the inlined calls that surround this point have their record pushed.
    pushed: u32,
    /// Something was released since the finalisers were last looked at.
    dirty: bool,
}

impl Index<usize> for State {
    type Output = Reg;
    fn index(&self, n: usize) -> &Reg {
        &self.regs[n]
    }
}
impl IndexMut<usize> for State {
    fn index_mut(&mut self, n: usize) -> &mut Reg {
        &mut self.regs[n]
    }
}

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
    let mut lessons = Lessons::default();
    for _ in 0..32 {
        let mut b = Builder::new(input, &lessons);
        match b.run() {
            Ok(()) => return Ok(b.f),
            Err(Stop::Refused(r)) => return Err(r),
            Err(Stop::Demote(body, header, register)) => {
                if !lessons.in_memory.insert((body, header, register)) {
                    return Err(Refusal::Unstable);
                }
            }
            Err(Stop::CannotInline(site)) => {
                lessons.no_inline.insert(site);
            }
        }
    }
    Err(Refusal::Unstable)
}

/// What failed attempts to build have taught.
#[derive(Default)]
struct Lessons {
    /// Registers (by body and loop header) that stay in the window there.
    in_memory: HashSet<(u32, u32, u32)>,
    /// Calls (by number of the body and instruction) that cannot be inlined.
    no_inline: HashSet<(u32, u32)>,
}

enum Stop {
    Refused(Refusal),
    /// This register changes its type around this loop: keep it in the window there.
    Demote(u32, u32, u32),
    /// The callee of this call has something that only the interpreter does.
    CannotInline((u32, u32)),
}

/// The function itself, or the callee of an inlined call.
struct Body<'a> {
    code: &'a PyCode,
    address: u64,
    instrs: &'a [u64],
    caches: &'a [Cache],
    /// First register of the window.
    base: u32,
    globals: u64,
    builtins: u64,
    profile: &'a Profile,
    /// Numbers bodies in the order in which they are met.
    id: u32,
    /// Instruction of the caller, its register for the result, what `__init__` gives.
    call: u32,
    dest: Option<u32>,
    constructor: bool,
    /// Its record: index into [`Function::frames`].
    frame: u32,
    /// Where it returned.
    returns: Vec<(BlockId, State)>,
    headers: HashMap<u32, HeaderInfo>,
    /// Blocks begun by instruction index, and the state that they start with.
    known: HashMap<u32, (BlockId, State)>,
    /// Edges that wait for their forward target: from block, state there.
    pending: HashMap<u32, Vec<(BlockId, State)>>,
    /// Handlers by instruction: the block that exceptions lead to.
    handlers: HashMap<u32, BlockId>,
    queue: BTreeSet<u32>,
    /// Loops whose first round is being built, or has been, ahead of the loop itself.
    peeled: HashSet<u32>,
}

struct Builder<'a> {
    i: &'a Input<'a>,
    lessons: &'a Lessons,
    f: Function,
    block: BlockId,
    state: State,
    bodies: Vec<Body<'a>>,
    next_body: u32,
    exit_cache: Option<(u32, ExitId)>,
    pc: u32,
    /// Methods that a place chooses among: function and facts about self.
    choices: HashMap<(u32, u32), Vec<(u64, Facts)>>,
    /// Where a generator can be resumed: instruction, block.
    resumes: Vec<(u32, BlockId)>,
}

#[derive(Default, Clone)]
struct HeaderInfo {
    /// Registers that arithmetic or iteration in the loop writes.
    written: HashSet<u32>,
    /// The last jump back.
    end: u32,
    /// There is no loop inside, and nothing that must be built only once.
    simple: bool,
}

/// Loop headers and what their loops write.
fn find_headers(code: &PyCode) -> HashMap<u32, HeaderInfo> {
    let mut headers: HashMap<u32, HeaderInfo> = HashMap::new();
    for (pc, &word) in code.code.instrs.iter().enumerate() {
        let target = word.bc();
        if word.op() == Some(Opcode::JumpBackward)
            || word.op() == Some(Opcode::JumpNoInterrupt) && target <= pc as u32
        {
            let info = headers.entry(target).or_default();
            info.end = info.end.max(pc as u32);
            for instr in &code.code.instrs[target as usize..pc] {
                let Some(o) = instr.op() else { continue };
                for (kind, n) in o.operands().iter().zip([instr.a(), instr.b(), instr.c()]) {
                    if matches!(
                        kind,
                        OperandKind::Def | OperandKind::UseDef | OperandKind::Local
                    ) {
                        info.written.insert(u32::from(n));
                    }
                }
                if let Some(Some((first, count))) = instr.window(None).map(|w| w.written) {
                    info.written.extend(first..first + count);
                }
            }
        }
    }
    let starts: Vec<u32> = headers.keys().copied().collect();
    for (&start, info) in &mut headers {
        let inner = starts.iter().any(|&h| h > start && h <= info.end);
        let once = code.code.instrs[start as usize..=info.end as usize]
            .iter()
            .any(|i| matches!(i.op(), Some(Opcode::YieldValue | Opcode::Send)));
        info.simple = !inner && !once && info.end - start < LONGEST_PEELED;
    }
    headers
}

impl<'a> Builder<'a> {
    fn new(input: &'a Input<'a>, lessons: &'a Lessons) -> Self {
        let locals = input.code.local_count as usize;
        let registers = input.code.register_count as usize;
        let parameters = input.code.parameter_count as usize;
        let free = locals - input.code.free_count as usize;
        let regs = (0..registers + OVERHANG)
            .map(|n| {
                let sample = input.window.get(n).copied().unwrap_or(0);
                // Temporaries that are live at a loop header hold something; those that are not hold no heap pointer.
                // At the start of a function other locals than parameters and free variables are empty.
                let full = if n < locals {
                    input.osr || input.code.is_generator || n < parameters || n >= free
                } else {
                    encoding::is_heap(sample)
                };
                if !full && n >= locals && input.osr && sample != 0 {
                    // Live or left over: whichever it is, it lies in the window, and nothing is to be guessed from it.
                    return Reg {
                        loc: Loc::Mem,
                        sample: encoding::NONE,
                        ..DEAD
                    };
                }
                if full {
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
        // SAFETY: code payloads lie in objects.
        let address = std::ptr::from_ref(input.code) as u64 - 16;
        let body = Body {
            code: input.code,
            address,
            instrs: input.instrs,
            caches: input.caches,
            base: 0,
            globals: input.globals,
            builtins: input.builtins,
            profile: input.profile,
            id: 0,
            call: 0,
            dest: None,
            constructor: false,
            frame: 0,
            returns: Vec::new(),
            headers: find_headers(input.code),
            known: HashMap::new(),
            pending: HashMap::new(),
            handlers: HashMap::new(),
            queue: BTreeSet::new(),
            peeled: HashSet::new(),
        };
        Self {
            i: input,
            lessons,
            f,
            block,
            state: State {
                regs,
                pushed: 0,
                dirty: false,
            },
            bodies: vec![body],
            next_body: 1,
            exit_cache: None,
            pc: input.start,
            choices: HashMap::new(),
            resumes: Vec::new(),
        }
    }

    /// The body that is being built.
    fn body(&self) -> &Body<'a> {
        // There is always the function itself.
        &self.bodies[self.bodies.len() - 1]
    }
    fn body_mut(&mut self) -> &mut Body<'a> {
        let last = self.bodies.len() - 1;
        &mut self.bodies[last]
    }
    /// How many inlined calls surround this point.
    fn depth(&self) -> u32 {
        self.bodies.len() as u32 - 1
    }
    fn is_inlined(&self) -> bool {
        self.bodies.len() > 1
    }
    fn a(&self, i: u64) -> u32 {
        u32::from(Instr(i).a()) + self.body().base
    }
    fn b(&self, i: u64) -> u32 {
        u32::from(Instr(i).b()) + self.body().base
    }
    fn c(&self, i: u64) -> u32 {
        u32::from(Instr(i).c()) + self.body().base
    }
    /// The site of an instruction, for helpers.
    fn site(&self, pc: u32) -> Site {
        Site {
            pc,
            base: self.body().base,
            depth: self.depth(),
            instrs: self.body().code.instrs.get() as u64,
        }
    }
    fn original(&self, pc: u32) -> Instr {
        self.body().code.code.instrs[pc as usize]
    }
    fn cache(&self, pc: u32) -> Cache {
        self.body().caches[pc as usize]
    }
    /// Whether guesses at an instruction have failed for good.
    fn is_general(&self, pc: u32) -> bool {
        self.body().profile.kind_at(pc) == Some(Kind::Other)
    }

    fn instruction(&mut self, pc: u32) -> Result<Option<u32>, Stop> {
        let i = self.body().instrs[pc as usize];
        let opcode = self.original(pc).op();
        let byte = i as u8;
        match byte {
            op::NOP
            | op::EXT
            | op::LOAD_SMALL_INT
            | op::LOAD_CONST
            | op::MOVE
            | op::CHECK_FAST
            | op::POP_TOP
            | op::PUSH_NULL => self.moves(i, pc),
            op::ADD..=op::TO_BOOL | op::CMP_LT..=op::IS_NOT => self.operators(i, pc),
            op::JUMP_FORWARD..=op::JUMP_IN => self.jumps(i, pc),
            op::LOAD_GLOBAL
            | op::LOAD_GLOBAL_MODULE
            | op::LOAD_GLOBAL_BUILTIN
            | op::LOAD_ATTR
            | op::STORE_ATTR
            | op::LOAD_METHOD
            | op::LOAD_ATTR_SLOT
            | op::LOAD_METHOD_CACHED
            | op::LOAD_ATTR_MODULE
            | op::LOAD_METHOD_MODULE
            | op::LOAD_ATTR_CLASS
            | op::STORE_ATTR_SLOT
            | op::STORE_ATTR_ADD
            | op::LOAD_ATTR_POLY..=op::LOAD_METHOD_TYPE
            | op::LOAD_DEREF => self.names(i, pc),
            op::LOAD_SUBSCR | op::STORE_SUBSCR | op::UNPACK_SEQUENCE | op::LOAD_SLICE => {
                self.subscripts(i, pc)
            }
            op::FOR_ITER => self.for_iter(i, pc),
            op::GET_ITER if self.get_iterator(i) => Ok(Some(pc + 1)),
            op::BUILD_SLICE if self.build_slice(i, pc) => Ok(Some(pc + 2)),
            op::FORMAT_SIMPLE | op::FORMAT_WITH_SPEC if self.format(i) => Ok(Some(pc + 1)),
            op::YIELD_VALUE | op::SEND if self.is_generator() => self.yields(i, pc),
            op::BUILD_TUPLE if self.build_tuple(i) => Ok(Some(pc + 1)),
            op::BUILD_LIST if self.build_list(i) => Ok(Some(pc + 1)),
            op::LOAD_SUPER_METHOD => self.load_super_method(i, pc),
            op::CALL | op::CALL_METHOD => self.calls(i, pc),
            op::RETURN_VALUE | op::RETURN_CONST | op::RAISE_VARARGS | op::RERAISE => {
                self.leaving(i, pc)
            }
            op::YIELD_VALUE
            | op::SEND
            | op::CLEANUP_THROW
            | op::END_ASYNC_FOR
            | op::GET_AWAITABLE => {
                if self.is_generator() && byte != op::GET_AWAITABLE {
                    self.leave("rare");
                    return Ok(None);
                }
                Err(self.unsupported("generator"))
            }
            op::LOAD_FAR | op::STORE_FAR => Err(self.unsupported("far registers")),
            op::UNPACK_EX if Instr(i).c() == EXTENDED => Err(self.unsupported("wide unpacking")),
            _ => {
                if opcode.is_some_and(|o| o.flow() != Flow::Next) {
                    return Err(self.unsupported("control flow"));
                }
                self.interpret(pc)?;
                Ok(Some(pc + 1))
            }
        }
    }

    /// Gives up building: the innermost inlined call, if there is one.
    fn unsupported(&self, what: &'static str) -> Stop {
        if self.is_inlined() {
            let caller = &self.bodies[self.bodies.len() - 2];
            Stop::CannotInline((caller.id, self.body().call))
        } else {
            Stop::Refused(Refusal::Unsupported(what))
        }
    }

    /// Whether the function itself is a generator's body.
    fn is_generator(&self) -> bool {
        self.i.code.is_generator && !self.is_inlined()
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
const KIND_BORROW: u8 = 6;

fn loc_kind(l: Loc) -> u8 {
    match l {
        Loc::Int(_) => KIND_INT,
        Loc::Float(_) => KIND_FLOAT,
        Loc::Bool(_) => KIND_BOOL,
        Loc::Borrow(_, Lender::Constant | Lender::Register(_)) => KIND_BORROW,
        Loc::Mem | Loc::Borrow(..) => KIND_MEM,
        Loc::Dead => KIND_DEAD,
    }
}
