//! The high-level intermediate representation: SSA over blocks with parameters.
//!
//! Values are unboxed where their type is known. Objects stay in the frame's
//! register window, which owns them just as in the interpreter; the window is
//! also where an exit puts everything back ([`Exit`]), so the interpreter can go
//! on at any instruction.
//!
//! | type | meaning |
//! | --- | --- |
//! | `word` | a tagged value, borrowed from a register, an object or a constant |
//! | `int` | an integer of 63 bits, shifted left by one (so that overflow of the tagged range is overflow of 64 bits) |
//! | `float` | an `f64` |
//! | `bool` | 0 or 1 |

use std::fmt::{self, Write};

/// A value: index into [`Function::insts`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(pub u32);

/// A block: index into [`Function::blocks`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlockId(pub u32);

/// An exit: index into [`Function::exits`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ExitId(pub u32);

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}
impl fmt::Debug for BlockId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b{}", self.0)
    }
}

/// The type of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ty {
    /// No value.
    Unit,
    Word,
    Int,
    Float,
    Bool,
}

/// Comparison conditions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cond {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Cond {
    pub fn negated(self) -> Cond {
        match self {
            Cond::Eq => Cond::Ne,
            Cond::Ne => Cond::Eq,
            Cond::Lt => Cond::Ge,
            Cond::Le => Cond::Gt,
            Cond::Gt => Cond::Le,
            Cond::Ge => Cond::Lt,
        }
    }
}

/// A bytecode instruction that helpers run: in the frame `depth` inlined calls down,
/// whose window starts at register `base`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Site {
    pub pc: u32,
    pub base: u32,
    pub depth: u32,
    /// First instruction of the working copy.
    pub instrs: u64,
}

/// Routines of the runtime on words (see `runtime.rs`). Those that may fail give 0 then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Routine {
    /// Appends an owned word to an exact list.
    ListAppend,
    /// Pops the last item of an exact list; 0: it is empty.
    ListPop,
    /// `isinstance` of a class whose metaclass is `type`: True or False.
    IsInstance,
    /// Item of an exact dict: a new reference; 0: no such key (nothing is raised), or one that must be compared.
    DictGet,
    /// Sets an item of an exact dict (dict, key, value, all borrowed); 0: the key must be compared.
    DictSet,
    /// Whether an exact dict has a key: True or False; 0 as above.
    DictContains,
    /// `dict.get(key, default)`: a new reference; 0 as above.
    DictGetDefault,
    /// `dict.setdefault(key, default)`: a new reference; 0 as above.
    DictSetDefault,
    /// `set.add(key)`; 0 as above.
    SetAdd,
    /// A new range of ints: start, stop, step; 0: the step is.
    Range,
    /// An iterator of an exact range, list, tuple, str or dict.
    Iter,
    /// The next character of an exact str iterator: a new reference; 0: there is none.
    StrNext,
    /// A slice of an exact list, tuple or str: object, start, stop, step (borrowed ints or None); 0: not so easy.
    SliceStep,
    /// Decimal text of an int; the second word has the width, plus 128 to fill it up with zeros.
    FormatInt,
    /// A slice of an exact list, tuple or str: object, start, stop (borrowed ints or None); 0: not so easy.
    Slice,
    /// Makes an exact list iterator know that it is at its end.
    Exhaust,
    /// A tuple with so many items (a plain number), which are to be stored at once.
    NewTuple,
    /// An empty list.
    NewList,
    /// Whether two exact strs are equal: True or False.
    StrEq,
    /// Item of an exact str by index.
    StrItem,
    /// Whether an int, str (not rehashed) or tuple of such is in an exact set.
    SetContains,
}

/// The record of an inlined call. The runtime reads it.
#[derive(Clone, Debug)]
pub struct InlineFrame {
    /// The call instruction, in the caller's code.
    pub call: u32,
    /// First instruction of the caller's working copy.
    pub caller: u64,
    /// How deep the record lies: 1 for calls of the compiled function itself.
    pub depth: u32,
    /// The function (kept alive by who calls it).
    pub function: u64,
    /// The code object of the callee.
    pub code: u64,
    /// First register of the callee's window.
    pub base: u32,
    /// The caller's register for the result, in the caller's numbering.
    pub dest: u16,
    pub discard: bool,
    /// `__init__` of a class call: the instance is in the first register.
    pub constructor: bool,
}

/// What an instruction does. Operands are in [`Inst::args`]; `exit` names where
/// it leaves to when a guard fails.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Op {
    /// A block parameter.
    Param,
    /// A tagged constant; objects are kept alive by the compiled function.
    Word(u64),
    /// An integer constant, already shifted.
    Int(i64),
    Float(f64),
    Bool(bool),
    /// The word in a register, borrowed.
    LoadReg(u32),
    /// Stores an owned word into a register whose old word is released.
    StoreReg(u32),
    /// Stores an owned or immediate word into a register that holds no heap pointer.
    StoreRegDead(u32),
    /// Releases what a register holds and leaves an empty word.
    ClearReg(u32),
    /// Counts a word up, if it is a heap pointer.
    Retain,
    /// Leaves unless the word is an integer; the integer.
    GuardInt,
    /// Leaves unless the word is a float inside the word; the float.
    GuardFloat,
    /// The float of a word that is a float or small integer; leaves otherwise.
    ToFloat,
    /// Leaves unless the bool is true.
    GuardTrue,
    /// Leaves unless the word equals the constant.
    GuardWord(u64),
    /// Leaves unless the word is a heap object whose type has this version.
    GuardVersion(u64),
    /// Leaves unless the word is a heap object whose type has one of these versions: index into [`Function::sets`].
    GuardVersionIn(u32),
    /// Leaves unless the 64 bits at `word + offset` are among these.
    GuardFieldIn {
        offset: u32,
        set: u32,
    },
    /// Leaves unless the word is a heap object of exactly the type at this address.
    GuardType(u64),
    /// Leaves unless the 64 bits at `word + offset` equal the constant.
    GuardField {
        offset: u32,
        value: u64,
    },
    /// Whether the word is a heap object whose type has this version and that has this shape (0: any).
    HasLayout {
        version: u64,
        shape: u64,
        offset: u32,
    },
    /// The 64 bits at `word + offset`, as a borrowed word; leaves if they are zero.
    LoadField {
        offset: u32,
    },
    /// Replaces the word at `word + offset`: args object, owned word; the old one is released.
    StoreField {
        offset: u32,
    },
    /// Writes the word at `word + offset`, which holds nothing: args object, owned word.
    InitField {
        offset: u32,
    },
    /// Writes the constant at `word + offset`.
    SetField {
        offset: u32,
        value: u64,
    },
    /// The word of entry `index` of the dict at `address`, whose keys version must equal `version`; leaves otherwise.
    LoadDict {
        address: u64,
        version: u64,
        index: u32,
    },
    /// Item of an exact list (args list, int index); leaves on wrong type or range.
    ListItem,
    /// Item of an exact tuple.
    TupleItem,
    /// Leaves unless an index is in the range of an exact list.
    GuardIndex,
    /// Replaces an item of an exact list: args list, int index (in range), owned word.
    SetListItem,
    /// Steps the exact range iterator in the word: the int; a terminator looks at `RangeMore` first.
    RangeNext,
    /// Whether the range iterator (guarded) has items left.
    RangeMore,
    IntAdd,
    IntSub,
    IntMul,
    IntFloorDiv,
    IntMod,
    IntAnd,
    IntOr,
    IntXor,
    IntShl,
    IntShr,
    IntNeg,
    IntCmp(Cond),
    IntToFloat,
    FloatAdd,
    FloatSub,
    FloatMul,
    /// Leaves when the divisor is zero.
    FloatDiv,
    FloatNeg,
    /// Leaves unless the base is positive and the result finite.
    FloatPow,
    FloatCmp(Cond),
    BoolNot,
    BoolOr,
    /// The first int if the bool is true, else the second.
    IntSelect,
    /// Leaves unless so many more calls are allowed.
    GuardDepth(u32),
    /// Raises as a RAISE_VARARGS: always leaves.
    Raise {
        at: Site,
    },
    BoxInt,
    /// May allocate.
    BoxFloat,
    BoxBool,
    /// Whether two words are the same.
    WordEq,
    /// Runs a bytecode instruction as the interpreter would, on the window; leaves raised if it raises.
    Interpret {
        at: Site,
    },
    /// Runs a call instruction on the window.
    Call {
        at: Site,
    },
    /// Calls the Python function in the argument (an owned word, guarded to have this code) on the
    /// window: arguments lie at `first`. The owned result; leaves raised if it raises.
    CallPython {
        at: Site,
        /// The code object of the callee.
        code: u64,
        first: u32,
        argc: u32,
        /// The argument is an instance that the call makes: `__init__` is in the second one.
        constructor: bool,
    },
    /// Calls a routine of the runtime with words (see [`Routine`]).
    Runtime {
        routine: Routine,
        at: Site,
    },
    /// Calls a native function or method on borrowed words: the owned result.
    CallNative {
        function: u64,
        at: Site,
    },
    /// A new instance of the plain class at this address, owned.
    NewInstance {
        class: u64,
    },
    /// Pushes the record of an inlined call: index into [`Function::frames`].
    PushFrame(u32),
    /// Takes the record of an inlined call off (its locals are released).
    PopFrame(u32),
    /// Leaves if finalisers wait to be run.
    Finalizers,
    /// The count of items at `word + offset`, as an int.
    LoadLen {
        offset: u32,
    },
    /// Leaves unless the word is True or False; which.
    GuardBool,
    /// The truth of True, False, None or an int; leaves on anything else.
    SimpleTruth,
    /// Whether an exact list or tuple iterator has an item left; leaves if it is exhausted.
    SequenceMore {
        list: bool,
    },
    /// The next item of such an iterator that has one, borrowed.
    SequenceNext {
        list: bool,
    },
    /// Leaves unless the running record has these globals.
    GuardGlobals(u64),
    /// Whether the frame of a generator stands at instruction `pc`.
    ResumeAt(u32),
    /// Counts a word down, if it is a heap pointer.
    Release,
    /// If the frame so many inlined calls down has a Python object, moves the locals into it.
    DetachFrame(u32),
    /// Truth of the register, by Python's rules, without consuming it; leaves raised if that raises.
    Truth {
        at: Site,
    },
    /// Runs a fused compare-and-jump's comparison on the window: the outcome.
    CompareJump {
        at: Site,
    },
    /// Steps a FOR_ITER on the window: whether there was an item.
    ForIter {
        at: Site,
    },
    /// Sends into a SEND's receiver on the window: whether it yielded.
    Send {
        at: Site,
    },
    /// Polls the eval breaker; leaves if there is work.
    Poll,
    /// Polls the eval breaker before the first instruction and does the work; leaves raised if that raises.
    StartPoll,
}

impl Op {
    /// Whether the instruction may always leave instead: nothing has been done yet that
    /// the interpreter would do again.
    pub fn is_plain_guard(self) -> bool {
        matches!(
            self,
            Op::GuardInt
                | Op::GuardFloat
                | Op::GuardBool
                | Op::SimpleTruth
                | Op::GuardWord(_)
                | Op::GuardVersion(_)
                | Op::GuardVersionIn(_)
                | Op::GuardType(_)
                | Op::GuardField { .. }
                | Op::GuardFieldIn { .. }
                | Op::GuardIndex
                | Op::GuardDepth(_)
                | Op::LoadField { .. }
                | Op::LoadDict { .. }
                | Op::ListItem
                | Op::TupleItem
                | Op::IntAdd
                | Op::IntSub
                | Op::IntMul
                | Op::IntFloorDiv
                | Op::IntMod
                | Op::IntShl
                | Op::IntShr
                | Op::FloatDiv
                | Op::Finalizers
                | Op::Poll
        )
    }
    /// Whether the instruction has effects beyond its value, or may leave.
    pub fn is_pure(self) -> bool {
        matches!(
            self,
            Op::Param
                | Op::Word(_)
                | Op::Int(_)
                | Op::Float(_)
                | Op::Bool(_)
                | Op::LoadReg(_)
                | Op::IntAnd
                | Op::IntOr
                | Op::IntXor
                | Op::IntCmp(_)
                | Op::IntToFloat
                | Op::FloatAdd
                | Op::FloatSub
                | Op::FloatMul
                | Op::FloatNeg
                | Op::FloatCmp(_)
                | Op::BoolNot
                | Op::BoxInt
                | Op::BoxFloat
                | Op::BoxBool
                | Op::WordEq
                | Op::RangeMore
        )
    }
}

/// An instruction.
#[derive(Clone, Debug)]
pub struct Inst {
    pub op: Op,
    pub ty: Ty,
    pub args: Vec<Id>,
    pub exit: Option<ExitId>,
}

/// How a block ends.
#[derive(Clone, Debug)]
pub enum Term {
    Jump(BlockId, Vec<Id>),
    Branch {
        cond: Id,
        then: (BlockId, Vec<Id>),
        otherwise: (BlockId, Vec<Id>),
    },
    /// Returns an owned word: locals are released, the record is given back.
    Return(Id),
    /// Hands an owned word out of a generator's body, which goes on behind instruction `1`.
    Yield(Id, u32),
    /// Always leaves.
    Leave(ExitId),
    /// Not yet set.
    Open,
}

#[derive(Clone, Debug)]
pub struct Block {
    pub params: Vec<Id>,
    pub insts: Vec<Id>,
    pub term: Term,
    /// Bytecode instruction that the block starts with.
    pub pc: u32,
    /// Rarely run: guards' edges, exits.
    pub cold: bool,
    /// Where exceptions raised in this block are handled.
    pub handlers: Vec<BlockId>,
}

/// A register whose value is not in the window, at an exit.
#[derive(Clone, Debug)]
pub struct Spill {
    pub register: u32,
    pub value: Id,
}

/// A way back to the interpreter: instruction `pc` is executed (again) there.
#[derive(Clone, Debug)]
pub struct Exit {
    pub pc: u32,
    /// An exception is pending: the interpreter unwinds from `pc`.
    pub raised: bool,
    pub spills: Vec<Spill>,
    /// Why, for statistics.
    pub reason: &'static str,
    /// The instruction of the compiled function itself, for reports.
    pub place: u32,
    /// The code object that `pc` belongs to, and first instruction of its working copy.
    pub code: u64,
    pub instrs: u64,
    /// Records to push on the way, outermost first: indices into [`Function::frames`].
    pub frames: Vec<u32>,
    /// How deep the frame lies that goes on.
    pub depth: u32,
    /// Finalisers wait.
    pub drain: bool,
    /// The program counter in the frame is right already.
    pub keeps_pc: bool,
    /// The exception is handled in this function, in this block.
    pub handler: Option<BlockId>,
}

/// A function on its way to machine code.
#[derive(Clone, Debug, Default)]
pub struct Function {
    pub name: String,
    pub insts: Vec<Inst>,
    pub blocks: Vec<Block>,
    pub exits: Vec<Exit>,
    /// The bytecode instruction that each of `insts` comes from (of the outer function, where a call was inlined).
    pub places: Vec<u32>,
    /// The bytecode instruction that new instructions belong to.
    pub at: u32,
    /// Calls whose callee was built into this function.
    pub inlined: Vec<Inlined>,
    /// Records of inlined calls.
    pub frames: Vec<InlineFrame>,
    /// Forms of instructions that the code relies on: code object, instruction.
    pub forms: Vec<(u64, u32, crate::profile::Seen)>,
    /// Sets of numbers that guards look for, sorted.
    pub sets: Vec<Box<[u64]>>,
    /// Objects that the code names and nothing else keeps.
    pub keep: Vec<taipan_object::Value>,
}

/// A call that is no call any more.
#[derive(Clone, Debug)]
pub struct Inlined {
    /// The call instruction.
    pub pc: u32,
    /// Qualified name of the callee.
    pub callee: String,
}

impl Function {
    /// The bytecode instruction that an instruction comes from.
    pub fn place(&self, id: Id) -> Option<u32> {
        self.places.get(id.0 as usize).copied()
    }
    /// An instruction as text.
    pub fn inst_text(&self, id: Id) -> String {
        let inst = self.inst(id);
        let mut line = String::new();
        // Writing to a string cannot fail.
        if inst.ty != Ty::Unit {
            let _ = write!(line, "{id:?}: {} = ", ty_name(inst.ty));
        }
        let _ = write!(line, "{:?}", inst.op);
        for a in &inst.args {
            let _ = write!(line, " {a:?}");
        }
        if let Some(e) = inst.exit {
            let _ = write!(line, " ! x{}", e.0);
        }
        line
    }
    pub fn inst(&self, id: Id) -> &Inst {
        &self.insts[id.0 as usize]
    }
    pub fn block(&self, id: BlockId) -> &Block {
        &self.blocks[id.0 as usize]
    }
    pub fn add_block(&mut self, pc: u32) -> BlockId {
        self.blocks.push(Block {
            params: Vec::new(),
            insts: Vec::new(),
            term: Term::Open,
            pc,
            cold: false,
            handlers: Vec::new(),
        });
        BlockId(self.blocks.len() as u32 - 1)
    }
    pub fn add_param(&mut self, block: BlockId, ty: Ty) -> Id {
        self.places.push(self.at);
        self.insts.push(Inst {
            op: Op::Param,
            ty,
            args: Vec::new(),
            exit: None,
        });
        let id = Id(self.insts.len() as u32 - 1);
        self.blocks[block.0 as usize].params.push(id);
        id
    }
    pub fn add_inst(
        &mut self,
        block: BlockId,
        op: Op,
        ty: Ty,
        args: Vec<Id>,
        exit: Option<ExitId>,
    ) -> Id {
        self.places.push(self.at);
        self.insts.push(Inst { op, ty, args, exit });
        let id = Id(self.insts.len() as u32 - 1);
        self.blocks[block.0 as usize].insts.push(id);
        id
    }
    /// The number of a set.
    pub fn add_set(&mut self, mut members: Vec<u64>) -> u32 {
        members.sort_unstable();
        members.dedup();
        let known = self.sets.iter().position(|s| **s == *members);
        known.unwrap_or_else(|| {
            self.sets.push(members.into_boxed_slice());
            self.sets.len() - 1
        }) as u32
    }
    pub fn add_exit(&mut self, exit: Exit) -> ExitId {
        self.exits.push(exit);
        ExitId(self.exits.len() as u32 - 1)
    }
    /// The blocks that a block may go to, with the arguments passed.
    pub fn successors(&self, block: BlockId) -> Vec<(BlockId, &[Id])> {
        let mut to: Vec<(BlockId, &[Id])> = match &self.block(block).term {
            Term::Jump(b, args) => vec![(*b, args)],
            Term::Branch {
                then, otherwise, ..
            } => vec![(then.0, &then.1), (otherwise.0, &otherwise.1)],
            Term::Return(_) | Term::Yield(..) | Term::Leave(_) | Term::Open => Vec::new(),
        };
        for h in &self.block(block).handlers {
            to.push((*h, &[]));
        }
        to
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Term::Jump(b, args) => write!(f, "jump {b:?}{args:?}"),
            Term::Branch {
                cond,
                then,
                otherwise,
            } => write!(
                f,
                "branch {cond:?} {:?}{:?} {:?}{:?}",
                then.0, then.1, otherwise.0, otherwise.1
            ),
            Term::Return(v) => write!(f, "return {v:?}"),
            Term::Yield(v, pc) => write!(f, "yield {v:?} {pc}"),
            Term::Leave(e) => write!(f, "leave x{}", e.0),
            Term::Open => write!(f, "open"),
        }
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "function {} {{", self.name)?;
        for (n, block) in self.blocks.iter().enumerate() {
            write!(f, "b{n}(")?;
            for (i, p) in block.params.iter().enumerate() {
                write!(
                    f,
                    "{}{p:?}: {}",
                    if i > 0 { ", " } else { "" },
                    ty_name(self.inst(*p).ty)
                )?;
            }
            writeln!(
                f,
                "):  ; pc {}{}",
                block.pc,
                if block.cold { " cold" } else { "" }
            )?;
            for &id in &block.insts {
                writeln!(f, "    {}", self.inst_text(id))?;
            }
            writeln!(f, "    {}", block.term)?;
        }
        for (n, e) in self.exits.iter().enumerate() {
            write!(
                f,
                "x{n}: pc {}{} {}",
                e.pc,
                if e.raised { " raised" } else { "" },
                e.reason
            )?;
            for s in &e.spills {
                write!(f, " r{}={:?}", s.register, s.value)?;
            }
            writeln!(f)?;
        }
        writeln!(f, "}}")
    }
}

pub(crate) fn ty_name(ty: Ty) -> &'static str {
    match ty {
        Ty::Unit => "unit",
        Ty::Word => "word",
        Ty::Int => "int",
        Ty::Float => "float",
        Ty::Bool => "bool",
    }
}
