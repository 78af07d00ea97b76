//! The instruction set: one table.
//!
//! An instruction is 64 bits: opcode, flags and three 16-bit operands `a`,
//! `b`, `c`; some instructions read `b` and `c` together as one 32-bit operand
//! `bc`. Registers are a frame's window: first the *fast locals* (parameters,
//! locals, cells, free variables), then temporaries.
//!
//! # Ownership
//! Every register owns what it holds. Operands are read borrowed. A flag
//! [`KILL_A`], [`KILL_B`] or [`KILL_C`] says that the operand is a temporary
//! whose last use this is: the instruction consumes it (moves it out, or
//! releases it and leaves a word that is no heap pointer). Named locals are
//! never killed, except by `RETURN_VALUE`, which moves. A register that is not
//! live never holds a heap pointer, so writing a register may always release
//! what stood there before, and unwinding may release every heap pointer it
//! finds. When an instruction raises, its killed operands have been consumed.
//!
//! # Windows
//! An operand of kind [`OperandKind::Base`] is the first of several consecutive
//! temporaries; [`Instr::window`] tells how many are consumed and written.
//!
//! # Wide operands
//! Names and constants that need more than 16 bits stand in `bc`, or, where `c`
//! is [`EXTENDED`], in the `bc` of the [`Opcode::Ext`] instruction that follows.
//! Registers above 65,000 are reached only by `LOAD_FAR` and `STORE_FAR`.

use std::fmt;

/// Operand `a` is a temporary that dies here.
pub const KILL_A: u8 = 1;
/// Operand `b` is a temporary that dies here.
pub const KILL_B: u8 = 2;
/// Operand `c` is a temporary that dies here.
pub const KILL_C: u8 = 4;
/// In a binary operator: the statement was augmented (`+=`).
pub const INPLACE: u8 = 8;
/// In a compare-and-jump: jump when the comparison is false.
pub const IF_FALSE: u8 = 8;
/// In a call: the result is dropped, `a` is not written.
pub const DISCARD: u8 = 16;

/// A 16-bit operand that says "see the following `EXT`".
pub const EXTENDED: u16 = 0xFFFF;
/// A register operand that stands for "none".
pub const NO_REG: u16 = 0xFFFF;
/// Registers at and above this index are "far".
pub const FIRST_FAR: u32 = 65_000;

/// What an operand is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperandKind {
    /// Not used; zero.
    None,
    /// A register that is written.
    Def,
    /// A register that is read.
    Use,
    /// A register that is read and written (its kill flag must be clear).
    UseDef,
    /// A register that is read, or `NO_REG`.
    OptUse,
    /// A fast local that holds a cell.
    Cell,
    /// A fast local that may be unbound (read or cleared).
    Local,
    /// First register of a window.
    Base,
    /// Unsigned 16-bit immediate.
    Imm,
    /// Signed 16-bit immediate.
    SImm,
    /// Index into `names`, or `EXTENDED`.
    Name,
    /// Forward or backward distance in instructions from the next instruction, signed 16-bit, or `EXTENDED` as `i16` (-1): absolute target in the following `EXT`.
    Jump,
    /// `bc`: index into `consts`.
    Const32,
    /// `bc`: index into `names`.
    Name32,
    /// `bc`: absolute target, as an instruction index.
    Jump32,
    /// `bc`: unsigned 32-bit immediate.
    Imm32,
    /// `c`, taken by a 32-bit operand that starts at `b`.
    Hi,
}

/// How an instruction goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// To the next instruction.
    Next,
    /// Only to its target.
    Jump,
    /// To its target or the next.
    Branch,
    /// Nowhere: returns or raises.
    End,
}

macro_rules! opcodes {
    ($($(#[doc = $doc:literal])* $name:ident $py:literal ($a:ident, $b:ident, $c:ident) $flow:ident;)*) => {
        /// Operation codes, as compiled. The virtual machine adds its own quickened forms beyond these.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Opcode { $($(#[doc = $doc])* $name),* }

        impl Opcode {
            pub const ALL: &'static [Opcode] = &[$(Opcode::$name),*];
            pub const COUNT: usize = Self::ALL.len();

            /// The name that `dis` shows.
            pub const fn name(self) -> &'static str {
                match self { $(Opcode::$name => $py),* }
            }
            /// One sentence on what it does.
            pub const fn doc(self) -> &'static str {
                match self { $(Opcode::$name => concat!($($doc),*)),* }
            }
            /// What its operands are.
            #[inline]
            pub const fn operands(self) -> [OperandKind; 3] {
                const KINDS: [[OperandKind; 3]; Opcode::COUNT] = [$([OperandKind::$a, OperandKind::$b, OperandKind::$c]),*];
                KINDS[self as usize]
            }
            #[inline]
            pub const fn flow(self) -> Flow {
                const FLOWS: [Flow; Opcode::COUNT] = [$(Flow::$flow),*];
                FLOWS[self as usize]
            }
            /// The opcode with this number.
            #[inline]
            pub fn from_u8(byte: u8) -> Option<Opcode> {
                Self::ALL.get(byte as usize).copied()
            }
        }
    };
}

opcodes! {
    /// Does nothing.
    Nop "NOP" (None, None, None) Next;
    /// Operand of the instruction before it.
    Ext "EXT" (None, Imm32, Hi) Next;

    // ---- moving values
    /// a = consts[bc].
    LoadConst "LOAD_CONST" (Def, Const32, Hi) Next;
    /// a = the integer bc, as a signed 32-bit number.
    LoadSmallInt "LOAD_SMALL_INT" (Def, Imm32, Hi) Next;
    /// a = b; with KILL_B between temporaries it may be "no value".
    Move "MOVE" (Def, Use, None) Next;
    /// Raises UnboundLocalError (NameError for a free variable) if local a is unbound.
    CheckFast "CHECK_FAST" (Local, None, None) Next;
    /// Unbinds local a; raises if it is unbound.
    DeleteFast "DELETE_FAST" (Local, None, None) Next;
    /// a = b, which may be unbound; b becomes unbound.
    LoadFastAndClear "LOAD_FAST_AND_CLEAR" (Def, Local, None) Next;
    /// Local a = temporary b, which may hold "unbound"; b dies.
    StoreFastMaybeNull "STORE_FAST_MAYBE_NULL" (Local, Use, None) Next;
    /// a = "no value".
    PushNull "PUSH_NULL" (Def, None, None) Next;
    /// Releases temporary a, which may hold "no value".
    PopTop "POP_TOP" (Use, None, None) Next;
    /// a = far register bc (moved if a temporary; raises like CHECK_FAST if it is an unbound local).
    LoadFar "LOAD_FAR" (Def, Imm32, Hi) Next;
    /// Far register bc = a.
    StoreFar "STORE_FAR" (Use, Imm32, Hi) Next;

    // ---- cells, names, globals
    /// Puts the value of local a (or nothing) into a new cell in a.
    MakeCell "MAKE_CELL" (Local, None, None) Next;
    /// a = content of cell b; raises if empty.
    LoadDeref "LOAD_DEREF" (Def, Cell, None) Next;
    /// Content of cell b = a.
    StoreDeref "STORE_DEREF" (Use, Cell, None) Next;
    /// Empties cell b; raises if empty.
    DeleteDeref "DELETE_DEREF" (None, Cell, None) Next;
    /// a = mapping b [name of cell c], else content of cell c.
    LoadFromDictOrDeref "LOAD_FROM_DICT_OR_DEREF" (Def, Use, Cell) Next;
    /// a = the cell b itself.
    LoadClosure "LOAD_CLOSURE" (Def, Cell, None) Next;
    /// a = global or built-in names[bc].
    LoadGlobal "LOAD_GLOBAL" (Def, Name32, Hi) Next;
    /// Global names[bc] = a.
    StoreGlobal "STORE_GLOBAL" (Use, Name32, Hi) Next;
    /// Deletes global names[bc].
    DeleteGlobal "DELETE_GLOBAL" (None, Name32, Hi) Next;
    /// a = names[bc] from the frame's local mapping, globals or built-ins.
    LoadName "LOAD_NAME" (Def, Name32, Hi) Next;
    /// names[bc] in the frame's local mapping = a.
    StoreName "STORE_NAME" (Use, Name32, Hi) Next;
    /// Deletes names[bc] from the frame's local mapping.
    DeleteName "DELETE_NAME" (None, Name32, Hi) Next;
    /// a = the frame's local mapping.
    LoadLocals "LOAD_LOCALS" (Def, None, None) Next;
    /// a = mapping b [names[c]], else the global or built-in.
    LoadFromDictOrGlobals "LOAD_FROM_DICT_OR_GLOBALS" (Def, Use, Name) Next;
    /// a = `__build_class__`.
    LoadBuildClass "LOAD_BUILD_CLASS" (Def, None, None) Next;
    /// a = well-known object c: see [`CommonConstant`].
    LoadCommonConstant "LOAD_COMMON_CONSTANT" (Def, None, Imm) Next;
    /// Makes sure that the local mapping has `__annotations__`.
    SetupAnnotations "SETUP_ANNOTATIONS" (None, None, None) Next;

    // ---- operators
    /// a = b + c.
    Add "BINARY_ADD" (Def, Use, Use) Next;
    /// a = b - c.
    Sub "BINARY_SUBTRACT" (Def, Use, Use) Next;
    /// a = b * c.
    Mul "BINARY_MULTIPLY" (Def, Use, Use) Next;
    /// a = b @ c.
    MatMul "BINARY_MATRIX_MULTIPLY" (Def, Use, Use) Next;
    /// a = b / c.
    Div "BINARY_TRUE_DIVIDE" (Def, Use, Use) Next;
    /// a = b // c.
    FloorDiv "BINARY_FLOOR_DIVIDE" (Def, Use, Use) Next;
    /// a = b % c.
    Mod "BINARY_REMAINDER" (Def, Use, Use) Next;
    /// a = b ** c.
    Pow "BINARY_POWER" (Def, Use, Use) Next;
    /// a = b << c.
    LShift "BINARY_LSHIFT" (Def, Use, Use) Next;
    /// a = b >> c.
    RShift "BINARY_RSHIFT" (Def, Use, Use) Next;
    /// a = b & c.
    And "BINARY_AND" (Def, Use, Use) Next;
    /// a = b | c.
    Or "BINARY_OR" (Def, Use, Use) Next;
    /// a = b ^ c.
    Xor "BINARY_XOR" (Def, Use, Use) Next;
    /// a = b + the integer c.
    AddImm "BINARY_ADD_IMM" (Def, Use, SImm) Next;
    /// a = b - the integer c.
    SubImm "BINARY_SUBTRACT_IMM" (Def, Use, SImm) Next;
    /// a = -b.
    Neg "UNARY_NEGATIVE" (Def, Use, None) Next;
    /// a = +b.
    Pos "UNARY_POSITIVE" (Def, Use, None) Next;
    /// a = ~b.
    Invert "UNARY_INVERT" (Def, Use, None) Next;
    /// a = not b.
    Not "UNARY_NOT" (Def, Use, None) Next;
    /// a = bool(b).
    ToBool "TO_BOOL" (Def, Use, None) Next;
    /// a = b < c.
    CmpLt "COMPARE_LT" (Def, Use, Use) Next;
    /// a = b <= c.
    CmpLe "COMPARE_LE" (Def, Use, Use) Next;
    /// a = b == c.
    CmpEq "COMPARE_EQ" (Def, Use, Use) Next;
    /// a = b != c.
    CmpNe "COMPARE_NE" (Def, Use, Use) Next;
    /// a = b > c.
    CmpGt "COMPARE_GT" (Def, Use, Use) Next;
    /// a = b >= c.
    CmpGe "COMPARE_GE" (Def, Use, Use) Next;
    /// a = b is c.
    Is "IS_OP" (Def, Use, Use) Next;
    /// a = b is not c.
    IsNot "IS_NOT_OP" (Def, Use, Use) Next;
    /// a = b in c.
    Contains "CONTAINS_OP" (Def, Use, Use) Next;
    /// a = b not in c.
    NotContains "NOT_CONTAINS_OP" (Def, Use, Use) Next;

    // ---- jumps
    /// Goes on at bc, forwards.
    JumpForward "JUMP_FORWARD" (None, Jump32, Hi) Jump;
    /// Goes on at bc, backwards; polls the eval breaker, counts the loop.
    JumpBackward "JUMP_BACKWARD" (None, Jump32, Hi) Jump;
    /// Goes on at bc, without polling.
    JumpNoInterrupt "JUMP_BACKWARD_NO_INTERRUPT" (None, Jump32, Hi) Jump;
    /// To bc if a is true.
    JumpIfTrue "POP_JUMP_IF_TRUE" (Use, Jump32, Hi) Branch;
    /// To bc if a is false.
    JumpIfFalse "POP_JUMP_IF_FALSE" (Use, Jump32, Hi) Branch;
    /// To bc if a is None.
    JumpIfNone "POP_JUMP_IF_NONE" (Use, Jump32, Hi) Branch;
    /// To bc if a is not None.
    JumpIfNotNone "POP_JUMP_IF_NOT_NONE" (Use, Jump32, Hi) Branch;
    /// Forward by c if a < b (sense by IF_FALSE).
    JumpLt "JUMP_IF_LT" (Use, Use, Jump) Branch;
    /// Forward by c if a <= b.
    JumpLe "JUMP_IF_LE" (Use, Use, Jump) Branch;
    /// Forward by c if a == b.
    JumpEq "JUMP_IF_EQ" (Use, Use, Jump) Branch;
    /// Forward by c if a != b.
    JumpNe "JUMP_IF_NE" (Use, Use, Jump) Branch;
    /// Forward by c if a > b.
    JumpGt "JUMP_IF_GT" (Use, Use, Jump) Branch;
    /// Forward by c if a >= b.
    JumpGe "JUMP_IF_GE" (Use, Use, Jump) Branch;
    /// Forward by c if a < the integer b.
    JumpLtImm "JUMP_IF_LT_IMM" (Use, SImm, Jump) Branch;
    /// Forward by c if a <= the integer b.
    JumpLeImm "JUMP_IF_LE_IMM" (Use, SImm, Jump) Branch;
    /// Forward by c if a == the integer b.
    JumpEqImm "JUMP_IF_EQ_IMM" (Use, SImm, Jump) Branch;
    /// Forward by c if a != the integer b.
    JumpNeImm "JUMP_IF_NE_IMM" (Use, SImm, Jump) Branch;
    /// Forward by c if a > the integer b.
    JumpGtImm "JUMP_IF_GT_IMM" (Use, SImm, Jump) Branch;
    /// Forward by c if a >= the integer b.
    JumpGeImm "JUMP_IF_GE_IMM" (Use, SImm, Jump) Branch;
    /// Forward by c if a is b.
    JumpIs "JUMP_IF_IS" (Use, Use, Jump) Branch;
    /// Forward by c if a in b.
    JumpIn "JUMP_IF_IN" (Use, Use, Jump) Branch;

    // ---- attributes and items
    /// a = b.names[c].
    LoadAttr "LOAD_ATTR" (Def, Use, Name) Next;
    /// a.names[c] = b.
    StoreAttr "STORE_ATTR" (Use, Use, Name) Next;
    /// del a.names[c].
    DeleteAttr "DELETE_ATTR" (Use, None, Name) Next;
    /// a, a+1 = the function and b (moved) if b.names[c] is a method, else the attribute and "no value".
    LoadMethod "LOAD_METHOD" (Base, Use, Name) Next;
    /// a = super attribute names[c]; b, b+1, b+2 = `super`, the class, self. Consumes them.
    LoadSuperAttr "LOAD_SUPER_ATTR" (Def, Base, Name) Next;
    /// a, a+1 = as LOAD_METHOD, on `super`; b, b+1, b+2 as above, consumed (a may equal b).
    LoadSuperMethod "LOAD_SUPER_METHOD" (Base, Base, Name) Next;
    /// a, a+1 = special method c ([`SpecialMethod`]) of b and b, as LOAD_METHOD; b is not consumed unless killed.
    LoadSpecial "LOAD_SPECIAL" (Base, Use, Imm) Next;
    /// a = b[c].
    LoadSubscr "BINARY_SUBSCR" (Def, Use, Use) Next;
    /// a[b] = c.
    StoreSubscr "STORE_SUBSCR" (Use, Use, Use) Next;
    /// del a[b].
    DeleteSubscr "DELETE_SUBSCR" (Use, Use, None) Next;
    /// a = b[b+1:b+2]; consumes the three.
    LoadSlice "BINARY_SLICE" (Def, Base, None) Next;
    /// a[a+1:a+2] = a+3; consumes the four.
    StoreSlice "STORE_SLICE" (Base, None, None) Next;

    // ---- building
    /// a = tuple of the c temporaries from b.
    BuildTuple "BUILD_TUPLE" (Def, Base, Imm) Next;
    /// a = list of the c temporaries from b.
    BuildList "BUILD_LIST" (Def, Base, Imm) Next;
    /// a = set of the c temporaries from b.
    BuildSet "BUILD_SET" (Def, Base, Imm) Next;
    /// a = dict of the c pairs from b.
    BuildMap "BUILD_MAP" (Def, Base, Imm) Next;
    /// a = concatenation of the c strings from b.
    BuildString "BUILD_STRING" (Def, Base, Imm) Next;
    /// a = slice of the c (2 or 3) temporaries from b.
    BuildSlice "BUILD_SLICE" (Def, Base, Imm) Next;
    /// a = interpolation of value b, text b+1 and, if c has bit 0, format spec b+2; conversion is c >> 2.
    BuildInterpolation "BUILD_INTERPOLATION" (Def, Base, Imm) Next;
    /// a = template of the tuple of strings b and the tuple of interpolations b+1.
    BuildTemplate "BUILD_TEMPLATE" (Def, Base, None) Next;
    /// Appends b to list a.
    ListAppend "LIST_APPEND" (Use, Use, None) Next;
    /// Extends list a by iterable b.
    ListExtend "LIST_EXTEND" (Use, Use, None) Next;
    /// a = tuple of list b.
    ListToTuple "LIST_TO_TUPLE" (Def, Use, None) Next;
    /// Adds b to set a.
    SetAdd "SET_ADD" (Use, Use, None) Next;
    /// Updates set a by iterable b.
    SetUpdate "SET_UPDATE" (Use, Use, None) Next;
    /// Dict a [b] = c.
    MapAdd "MAP_ADD" (Use, Use, Use) Next;
    /// Updates dict a by mapping b.
    DictUpdate "DICT_UPDATE" (Use, Use, None) Next;
    /// Updates dict a by mapping b as `**` of a call of c: a repeated key is an error.
    DictMerge "DICT_MERGE" (Use, Use, Use) Next;
    /// a … a+c-1 = the c items of b.
    UnpackSequence "UNPACK_SEQUENCE" (Base, Use, Imm) Next;
    /// a … = items of b: (c & 255) before the list, then the list, then c >> 8 after it (or both counts in EXT: before in the low half).
    UnpackEx "UNPACK_EX" (Base, Use, Imm) Next;
    /// a = str, repr or ascii (c = 1, 2, 3) of b.
    ConvertValue "CONVERT_VALUE" (Def, Use, Imm) Next;
    /// a = format(b, "").
    FormatSimple "FORMAT_SIMPLE" (Def, Use, None) Next;
    /// a = format(b, c).
    FormatWithSpec "FORMAT_WITH_SPEC" (Def, Use, Use) Next;

    // ---- calls and functions
    /// a = call of b with the c arguments from b+1; consumes all.
    Call "CALL" (Def, Base, Imm) Next;
    /// a = call of b with the c arguments from b+2, preceded by b+1 if that is a value; consumes all.
    CallMethod "CALL_METHOD" (Def, Base, Imm) Next;
    /// As CALL; the last of the c arguments are keyword arguments named by the tuple that follows them.
    CallKw "CALL_KW" (Def, Base, Imm) Next;
    /// As CALL_METHOD, with keyword names as CALL_KW.
    CallMethodKw "CALL_METHOD_KW" (Def, Base, Imm) Next;
    /// a = call of b with argument tuple (or iterable) b+1 and keyword dict b+2 (or "no value"); consumes the three.
    CallEx "CALL_FUNCTION_EX" (Def, Base, None) Next;
    /// a = intrinsic c ([`Intrinsic1`]) of b.
    CallIntrinsic1 "CALL_INTRINSIC_1" (Def, Use, Imm) Next;
    /// a = intrinsic c ([`Intrinsic2`]) of b and b+1; consumes both.
    CallIntrinsic2 "CALL_INTRINSIC_2" (Def, Base, Imm) Next;
    /// a = function of code consts[bc].
    MakeFunction "MAKE_FUNCTION" (Def, Const32, Hi) Next;
    /// Sets part c ([`FunctionAttribute`]) of function a to b.
    SetFunctionAttribute "SET_FUNCTION_ATTRIBUTE" (Use, Use, Imm) Next;
    /// Returns a (moved).
    ReturnValue "RETURN_VALUE" (Use, None, None) End;
    /// Returns consts[bc].
    ReturnConst "RETURN_CONST" (None, Const32, Hi) End;

    // ---- iteration, generators, coroutines
    /// a = iter(b).
    GetIter "GET_ITER" (Def, Use, None) Next;
    /// a = next item of b; at the end releases temporary b and jumps by c.
    ForIter "FOR_ITER" (Def, Use, Jump) Branch;
    /// Yields b; when resumed, a = the value sent.
    YieldValue "YIELD_VALUE" (Def, Use, None) Next;
    /// a = iterator of `yield from b` (a generator or coroutine passes as it is).
    GetYieldFromIter "GET_YIELD_FROM_ITER" (Def, Use, None) Next;
    /// Sends a into b: a = the value yielded; when b is done a = its return value, and jumps by c (b dies there if killed).
    Send "SEND" (UseDef, Use, Jump) Branch;
    /// After an exception in a delegating yield: if exception b is StopIteration, a = its value and jumps by c (b is released), else raises it again; never goes on to the next. Restores nothing else.
    CleanupThrow "CLEANUP_THROW" (Def, Use, Jump) Branch;
    /// a = awaitable iterator of b; c = 0, 1 (`__aenter__`), 2 (`__aexit__`) for the message.
    GetAwaitable "GET_AWAITABLE" (Def, Use, Imm) Next;
    /// a = b.__aiter__().
    GetAiter "GET_AITER" (Def, Use, None) Next;
    /// a = awaitable of b.__anext__().
    GetAnext "GET_ANEXT" (Def, Use, None) Next;
    /// Ends an `async for`: if exception b is StopAsyncIteration releases it and iterator a, else raises it.
    EndAsyncFor "END_ASYNC_FOR" (Use, Use, None) Next;

    // ---- exceptions, with
    /// Raises: c = 0 again the handled exception, 1 a, 2 a from b.
    RaiseVarargs "RAISE_VARARGS" (OptUse, OptUse, Imm) End;
    /// Makes exception b the handled one; a = the one handled before (or None).
    PushExcInfo "PUSH_EXC_INFO" (Def, Use, None) Next;
    /// Makes a (an exception or None) the handled one again.
    PopExcept "POP_EXCEPT" (Use, None, None) Next;
    /// Raises exception a again; b, if any, holds the instruction index it was first raised at.
    Reraise "RERAISE" (Use, OptUse, None) End;
    /// a = whether exception b matches c (`except c`).
    CheckExcMatch "CHECK_EXC_MATCH" (Def, Use, Use) Next;
    /// a, a+1 = rest and match (or None each) of splitting b by c (`except* c`).
    CheckEgMatch "CHECK_EG_MATCH" (Base, Use, Use) Next;
    /// a = call of exit function b, self b+1 (or "no value") with exception c; consumes nothing.
    WithExceptStart "WITH_EXCEPT_START" (Def, Base, Use) Next;

    // ---- matching
    /// a = len(b).
    GetLen "GET_LEN" (Def, Use, None) Next;
    /// a = whether b is a mapping for `match`.
    MatchMapping "MATCH_MAPPING" (Def, Use, None) Next;
    /// a = whether b is a sequence for `match`.
    MatchSequence "MATCH_SEQUENCE" (Def, Use, None) Next;
    /// a = tuple of values of mapping b for the keys in tuple c, or None.
    MatchKeys "MATCH_KEYS" (Def, Use, Use) Next;
    /// a = tuple of attributes of subject b for class b+1, c positional patterns and the names in tuple b+2, or None; consumes b+1 and b+2, and b where killed.
    MatchClass "MATCH_CLASS" (Def, Base, Imm) Next;

    // ---- import
    /// a = `__import__(names[c], globals, locals, fromlist, level)`; b, b+1 = level, fromlist, consumed.
    ImportName "IMPORT_NAME" (Def, Base, Name) Next;
    /// a = attribute names[c] of module b, or its submodule.
    ImportFrom "IMPORT_FROM" (Def, Use, Name) Next;
}

macro_rules! numbered {
    ($($(#[$m:meta])* $enum:ident { $($(#[$vm:meta])* $name:ident $py:literal),* $(,)? })*) => { $(
        $(#[$m])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u16)]
        pub enum $enum { $($(#[$vm])* $name),* }
        impl $enum {
            pub const ALL: &'static [$enum] = &[$(Self::$name),*];
            /// The name that `dis` shows.
            pub const fn name(self) -> &'static str { match self { $(Self::$name => $py),* } }
            pub fn from_u16(n: u16) -> Option<Self> { Self::ALL.get(n as usize).copied() }
        }
    )* };
}

numbered! {
    /// Objects that `LOAD_COMMON_CONSTANT` knows.
    CommonConstant { AssertionError "AssertionError", NotImplementedError "NotImplementedError", Tuple "tuple", All "all", Any "any" }
    /// Special methods that `LOAD_SPECIAL` looks up on the type.
    SpecialMethod { Enter "__enter__", Exit "__exit__", AEnter "__aenter__", AExit "__aexit__" }
    /// Intrinsics of one operand.
    Intrinsic1 {
        /// Calls `sys.displayhook` (interactive mode).
        Print "INTRINSIC_PRINT",
        /// `from module import *` into the frame's local mapping.
        ImportStar "INTRINSIC_IMPORT_STAR",
        /// Turns StopIteration that leaves a generator into RuntimeError (PEP 479), StopAsyncIteration for async generators.
        StopIterationError "INTRINSIC_STOPITERATION_ERROR",
        /// Wraps a value yielded by an async generator.
        AsyncGenWrap "INTRINSIC_ASYNC_GEN_WRAP",
        TypeVar "INTRINSIC_TYPEVAR", ParamSpec "INTRINSIC_PARAMSPEC", TypeVarTuple "INTRINSIC_TYPEVARTUPLE",
        /// `Generic[params]` for a class with type parameters.
        SubscriptGeneric "INTRINSIC_SUBSCRIPT_GENERIC",
        /// Operand: tuple (name, type parameters or None, value function).
        TypeAlias "INTRINSIC_TYPEALIAS",
    }
    /// Intrinsics of two operands.
    Intrinsic2 {
        /// Combines what the `except*` clauses left: original exception, list of raised and rest.
        PrepReraiseStar "INTRINSIC_PREP_RERAISE_STAR",
        TypeVarWithBound "INTRINSIC_TYPEVAR_WITH_BOUND", TypeVarWithConstraints "INTRINSIC_TYPEVAR_WITH_CONSTRAINTS",
        /// Function, type parameter tuple; gives the function.
        SetFunctionTypeParams "INTRINSIC_SET_FUNCTION_TYPE_PARAMS",
        /// Type parameter, default function; gives the type parameter.
        SetTypeparamDefault "INTRINSIC_SET_TYPEPARAM_DEFAULT",
    }
    /// Parts of a function that `SET_FUNCTION_ATTRIBUTE` sets.
    FunctionAttribute { Defaults "defaults", KwDefaults "kwdefaults", Annotations "annotations", Closure "closure", Annotate "annotate" }
}

/// One instruction.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Instr(pub u64);

impl Instr {
    pub const fn abc(op: Opcode, flags: u8, a: u16, b: u16, c: u16) -> Self {
        Self(
            op as u64
                | (flags as u64) << 8
                | (a as u64) << 16
                | (b as u64) << 32
                | (c as u64) << 48,
        )
    }
    pub const fn abx(op: Opcode, flags: u8, a: u16, bc: u32) -> Self {
        Self(op as u64 | (flags as u64) << 8 | (a as u64) << 16 | (bc as u64) << 32)
    }
    /// The raw opcode byte; it may be a quickened one.
    pub const fn op_byte(self) -> u8 {
        self.0 as u8
    }
    #[inline]
    pub fn op(self) -> Option<Opcode> {
        Opcode::from_u8(self.op_byte())
    }
    pub const fn flags(self) -> u8 {
        (self.0 >> 8) as u8
    }
    pub const fn a(self) -> u16 {
        (self.0 >> 16) as u16
    }
    pub const fn b(self) -> u16 {
        (self.0 >> 32) as u16
    }
    pub const fn c(self) -> u16 {
        (self.0 >> 48) as u16
    }
    pub const fn bc(self) -> u32 {
        (self.0 >> 32) as u32
    }
    /// The same instruction with another opcode byte.
    pub const fn with_op_byte(self, op: u8) -> Self {
        Self(self.0 & !0xFF | op as u64)
    }
    pub const fn with_flags(self, flags: u8) -> Self {
        Self(self.0 & !0xFF00 | (flags as u64) << 8)
    }
    pub const fn with_bc(self, bc: u32) -> Self {
        Self(self.0 & 0xFFFF_FFFF | (bc as u64) << 32)
    }
    pub const fn with_c(self, c: u16) -> Self {
        Self(self.0 & 0xFFFF_FFFF_FFFF | (c as u64) << 48)
    }
    /// Where the window operand starts and how many registers are consumed from
    /// and written to it.
    pub fn window(self, ext: Option<Instr>) -> Option<Window> {
        use Opcode::*;
        let (b, c) = (u32::from(self.b()), u32::from(self.c()));
        let consumed = |start: u32, consumed: u32| {
            Some(Window {
                start,
                consumed,
                written: None,
            })
        };
        let a = u32::from(self.a());
        match self.op()? {
            Call => consumed(b, c + 1),
            CallMethod | CallKw => consumed(b, c + 2),
            CallMethodKw => consumed(b, c + 3),
            CallEx | LoadSlice => consumed(b, 3),
            BuildTuple | BuildList | BuildSet | BuildString | BuildSlice => consumed(b, c),
            BuildMap => consumed(b, 2 * c),
            BuildInterpolation => consumed(b, 2 + (c & 1)),
            BuildTemplate | CallIntrinsic2 | ImportName => consumed(b, 2),
            LoadSuperAttr => consumed(b, 3),
            StoreSlice => consumed(a, 4),
            MatchClass => consumed(b + 1, 2),
            WithExceptStart => consumed(b, 0),
            LoadMethod | LoadSpecial | CheckEgMatch => Some(Window {
                start: 0,
                consumed: 0,
                written: Some((a, 2)),
            }),
            LoadSuperMethod => Some(Window {
                start: b,
                consumed: 3,
                written: Some((a, 2)),
            }),
            UnpackSequence => Some(Window {
                start: 0,
                consumed: 0,
                written: Some((a, c)),
            }),
            UnpackEx => {
                let (before, after) = match ext {
                    Some(e) if self.c() == EXTENDED => (e.bc() & 0xFFFF, e.bc() >> 16),
                    _ => (c & 255, c >> 8),
                };
                Some(Window {
                    start: 0,
                    consumed: 0,
                    written: Some((a, before + 1 + after)),
                })
            }
            _ => None,
        }
    }
}

/// The registers that a window operand touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub start: u32,
    /// How many registers from `start` on are consumed.
    pub consumed: u32,
    /// First register and number of registers that are written.
    pub written: Option<(u32, u32)>,
}

impl fmt::Debug for Instr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.op() {
            Some(op) => write!(
                f,
                "{} f={:#x} a={} b={} c={}",
                op.name(),
                self.flags(),
                self.a(),
                self.b(),
                self.c()
            ),
            None => write!(f, "op{} {:#018x}", self.op_byte(), self.0),
        }
    }
}

const _: () = assert!(Opcode::COUNT < 160, "leave room for quickened opcodes");
