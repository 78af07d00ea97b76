//! Opcode bytes for the interpreter loop: those of the instruction set
//! ([`Opcode`]) and the quickened forms that exist only in a working copy.

#![expect(clippy::identity_op, reason = "the first quickened form is number 0")]

use taipan_compiler::opcode::Opcode as O;

pub const NOP: u8 = O::Nop as u8;
pub const EXT: u8 = O::Ext as u8;
pub const LOAD_CONST: u8 = O::LoadConst as u8;
pub const LOAD_SMALL_INT: u8 = O::LoadSmallInt as u8;
pub const MOVE: u8 = O::Move as u8;
pub const CHECK_FAST: u8 = O::CheckFast as u8;
pub const DELETE_FAST: u8 = O::DeleteFast as u8;
pub const LOAD_FAST_AND_CLEAR: u8 = O::LoadFastAndClear as u8;
pub const STORE_FAST_MAYBE_NULL: u8 = O::StoreFastMaybeNull as u8;
pub const PUSH_NULL: u8 = O::PushNull as u8;
pub const POP_TOP: u8 = O::PopTop as u8;
pub const LOAD_FAR: u8 = O::LoadFar as u8;
pub const STORE_FAR: u8 = O::StoreFar as u8;
pub const MAKE_CELL: u8 = O::MakeCell as u8;
pub const LOAD_DEREF: u8 = O::LoadDeref as u8;
pub const STORE_DEREF: u8 = O::StoreDeref as u8;
pub const DELETE_DEREF: u8 = O::DeleteDeref as u8;
pub const LOAD_FROM_DICT_OR_DEREF: u8 = O::LoadFromDictOrDeref as u8;
pub const LOAD_CLOSURE: u8 = O::LoadClosure as u8;
pub const LOAD_GLOBAL: u8 = O::LoadGlobal as u8;
pub const STORE_GLOBAL: u8 = O::StoreGlobal as u8;
pub const DELETE_GLOBAL: u8 = O::DeleteGlobal as u8;
pub const LOAD_NAME: u8 = O::LoadName as u8;
pub const STORE_NAME: u8 = O::StoreName as u8;
pub const DELETE_NAME: u8 = O::DeleteName as u8;
pub const LOAD_LOCALS: u8 = O::LoadLocals as u8;
pub const LOAD_FROM_DICT_OR_GLOBALS: u8 = O::LoadFromDictOrGlobals as u8;
pub const LOAD_BUILD_CLASS: u8 = O::LoadBuildClass as u8;
pub const LOAD_COMMON_CONSTANT: u8 = O::LoadCommonConstant as u8;
pub const SETUP_ANNOTATIONS: u8 = O::SetupAnnotations as u8;
pub const ADD: u8 = O::Add as u8;
pub const SUB: u8 = O::Sub as u8;
pub const MUL: u8 = O::Mul as u8;
pub const MAT_MUL: u8 = O::MatMul as u8;
pub const DIV: u8 = O::Div as u8;
pub const FLOOR_DIV: u8 = O::FloorDiv as u8;
pub const MOD: u8 = O::Mod as u8;
pub const POW: u8 = O::Pow as u8;
pub const LSHIFT: u8 = O::LShift as u8;
pub const RSHIFT: u8 = O::RShift as u8;
pub const AND: u8 = O::And as u8;
pub const OR: u8 = O::Or as u8;
pub const XOR: u8 = O::Xor as u8;
pub const ADD_IMM: u8 = O::AddImm as u8;
pub const SUB_IMM: u8 = O::SubImm as u8;
pub const NEG: u8 = O::Neg as u8;
pub const POS: u8 = O::Pos as u8;
pub const INVERT: u8 = O::Invert as u8;
pub const NOT: u8 = O::Not as u8;
pub const TO_BOOL: u8 = O::ToBool as u8;
pub const CMP_LT: u8 = O::CmpLt as u8;
pub const CMP_LE: u8 = O::CmpLe as u8;
pub const CMP_EQ: u8 = O::CmpEq as u8;
pub const CMP_NE: u8 = O::CmpNe as u8;
pub const CMP_GT: u8 = O::CmpGt as u8;
pub const CMP_GE: u8 = O::CmpGe as u8;
pub const IS: u8 = O::Is as u8;
pub const IS_NOT: u8 = O::IsNot as u8;
pub const CONTAINS: u8 = O::Contains as u8;
pub const NOT_CONTAINS: u8 = O::NotContains as u8;
pub const JUMP_FORWARD: u8 = O::JumpForward as u8;
pub const JUMP_BACKWARD: u8 = O::JumpBackward as u8;
pub const JUMP_NO_INTERRUPT: u8 = O::JumpNoInterrupt as u8;
pub const JUMP_IF_TRUE: u8 = O::JumpIfTrue as u8;
pub const JUMP_IF_FALSE: u8 = O::JumpIfFalse as u8;
pub const JUMP_IF_NONE: u8 = O::JumpIfNone as u8;
pub const JUMP_IF_NOT_NONE: u8 = O::JumpIfNotNone as u8;
pub const JUMP_LT: u8 = O::JumpLt as u8;
pub const JUMP_LE: u8 = O::JumpLe as u8;
pub const JUMP_EQ: u8 = O::JumpEq as u8;
pub const JUMP_NE: u8 = O::JumpNe as u8;
pub const JUMP_GT: u8 = O::JumpGt as u8;
pub const JUMP_GE: u8 = O::JumpGe as u8;
pub const JUMP_LT_IMM: u8 = O::JumpLtImm as u8;
pub const JUMP_LE_IMM: u8 = O::JumpLeImm as u8;
pub const JUMP_EQ_IMM: u8 = O::JumpEqImm as u8;
pub const JUMP_NE_IMM: u8 = O::JumpNeImm as u8;
pub const JUMP_GT_IMM: u8 = O::JumpGtImm as u8;
pub const JUMP_GE_IMM: u8 = O::JumpGeImm as u8;
pub const JUMP_IS: u8 = O::JumpIs as u8;
pub const JUMP_IN: u8 = O::JumpIn as u8;
pub const LOAD_ATTR: u8 = O::LoadAttr as u8;
pub const STORE_ATTR: u8 = O::StoreAttr as u8;
pub const DELETE_ATTR: u8 = O::DeleteAttr as u8;
pub const LOAD_METHOD: u8 = O::LoadMethod as u8;
pub const LOAD_SUPER_ATTR: u8 = O::LoadSuperAttr as u8;
pub const LOAD_SUPER_METHOD: u8 = O::LoadSuperMethod as u8;
pub const LOAD_SPECIAL: u8 = O::LoadSpecial as u8;
pub const LOAD_SUBSCR: u8 = O::LoadSubscr as u8;
pub const STORE_SUBSCR: u8 = O::StoreSubscr as u8;
pub const DELETE_SUBSCR: u8 = O::DeleteSubscr as u8;
pub const LOAD_SLICE: u8 = O::LoadSlice as u8;
pub const STORE_SLICE: u8 = O::StoreSlice as u8;
pub const BUILD_TUPLE: u8 = O::BuildTuple as u8;
pub const BUILD_LIST: u8 = O::BuildList as u8;
pub const BUILD_SET: u8 = O::BuildSet as u8;
pub const BUILD_MAP: u8 = O::BuildMap as u8;
pub const BUILD_STRING: u8 = O::BuildString as u8;
pub const BUILD_SLICE: u8 = O::BuildSlice as u8;
pub const BUILD_INTERPOLATION: u8 = O::BuildInterpolation as u8;
pub const BUILD_TEMPLATE: u8 = O::BuildTemplate as u8;
pub const LIST_APPEND: u8 = O::ListAppend as u8;
pub const LIST_EXTEND: u8 = O::ListExtend as u8;
pub const LIST_TO_TUPLE: u8 = O::ListToTuple as u8;
pub const SET_ADD: u8 = O::SetAdd as u8;
pub const SET_UPDATE: u8 = O::SetUpdate as u8;
pub const MAP_ADD: u8 = O::MapAdd as u8;
pub const DICT_UPDATE: u8 = O::DictUpdate as u8;
pub const DICT_MERGE: u8 = O::DictMerge as u8;
pub const UNPACK_SEQUENCE: u8 = O::UnpackSequence as u8;
pub const UNPACK_EX: u8 = O::UnpackEx as u8;
pub const CONVERT_VALUE: u8 = O::ConvertValue as u8;
pub const FORMAT_SIMPLE: u8 = O::FormatSimple as u8;
pub const FORMAT_WITH_SPEC: u8 = O::FormatWithSpec as u8;
pub const CALL: u8 = O::Call as u8;
pub const CALL_METHOD: u8 = O::CallMethod as u8;
pub const CALL_KW: u8 = O::CallKw as u8;
pub const CALL_METHOD_KW: u8 = O::CallMethodKw as u8;
pub const CALL_EX: u8 = O::CallEx as u8;
pub const CALL_INTRINSIC1: u8 = O::CallIntrinsic1 as u8;
pub const CALL_INTRINSIC2: u8 = O::CallIntrinsic2 as u8;
pub const MAKE_FUNCTION: u8 = O::MakeFunction as u8;
pub const SET_FUNCTION_ATTRIBUTE: u8 = O::SetFunctionAttribute as u8;
pub const RETURN_VALUE: u8 = O::ReturnValue as u8;
pub const RETURN_CONST: u8 = O::ReturnConst as u8;
pub const GET_ITER: u8 = O::GetIter as u8;
pub const FOR_ITER: u8 = O::ForIter as u8;
pub const YIELD_VALUE: u8 = O::YieldValue as u8;
pub const GET_YIELD_FROM_ITER: u8 = O::GetYieldFromIter as u8;
pub const SEND: u8 = O::Send as u8;
pub const CLEANUP_THROW: u8 = O::CleanupThrow as u8;
pub const GET_AWAITABLE: u8 = O::GetAwaitable as u8;
pub const GET_AITER: u8 = O::GetAiter as u8;
pub const GET_ANEXT: u8 = O::GetAnext as u8;
pub const END_ASYNC_FOR: u8 = O::EndAsyncFor as u8;
pub const RAISE_VARARGS: u8 = O::RaiseVarargs as u8;
pub const PUSH_EXC_INFO: u8 = O::PushExcInfo as u8;
pub const POP_EXCEPT: u8 = O::PopExcept as u8;
pub const RERAISE: u8 = O::Reraise as u8;
pub const CHECK_EXC_MATCH: u8 = O::CheckExcMatch as u8;
pub const CHECK_EG_MATCH: u8 = O::CheckEgMatch as u8;
pub const WITH_EXCEPT_START: u8 = O::WithExceptStart as u8;
pub const GET_LEN: u8 = O::GetLen as u8;
pub const MATCH_MAPPING: u8 = O::MatchMapping as u8;
pub const MATCH_SEQUENCE: u8 = O::MatchSequence as u8;
pub const MATCH_KEYS: u8 = O::MatchKeys as u8;
pub const MATCH_CLASS: u8 = O::MatchClass as u8;
pub const IMPORT_NAME: u8 = O::ImportName as u8;
pub const IMPORT_FROM: u8 = O::ImportFrom as u8;

// Quickened forms; each falls back to the form it came from when its cache does not match.
pub const LOAD_GLOBAL_MODULE: u8 = O::COUNT as u8 + 0;
pub const LOAD_GLOBAL_BUILTIN: u8 = O::COUNT as u8 + 1;
pub const LOAD_ATTR_SLOT: u8 = O::COUNT as u8 + 2;
pub const LOAD_ATTR_MODULE: u8 = O::COUNT as u8 + 3;
pub const LOAD_ATTR_CLASS: u8 = O::COUNT as u8 + 4;
pub const STORE_ATTR_SLOT: u8 = O::COUNT as u8 + 5;
pub const STORE_ATTR_ADD: u8 = O::COUNT as u8 + 6;
pub const LOAD_METHOD_CACHED: u8 = O::COUNT as u8 + 7;
pub const LOAD_METHOD_MODULE: u8 = O::COUNT as u8 + 8;
pub const STORE_GLOBAL_CACHED: u8 = O::COUNT as u8 + 9;
pub const LOAD_ATTR_POLY: u8 = O::COUNT as u8 + 10;
pub const LOAD_ATTR_MEGA: u8 = O::COUNT as u8 + 11;
pub const STORE_ATTR_POLY: u8 = O::COUNT as u8 + 12;
pub const STORE_ATTR_MEGA: u8 = O::COUNT as u8 + 13;
pub const LOAD_METHOD_POLY: u8 = O::COUNT as u8 + 14;
pub const LOAD_METHOD_MEGA: u8 = O::COUNT as u8 + 15;
pub const LOAD_ATTR_TYPE: u8 = O::COUNT as u8 + 16;
pub const LOAD_METHOD_TYPE: u8 = O::COUNT as u8 + 17;

// Parts of the instruction before `pc` (the program counter is advanced before
// an arm runs). Reading an operand from memory costs one instruction, taking it
// out of the word three.

/// A field of `bits` bits at bit `at` of the word before `pc`.
macro_rules! field {
    ($name:ident, $ty:ty, $at:expr, $result:ty) => {
        /// # Safety
        /// `pc` stands behind an instruction.
        #[inline(always)]
        pub unsafe fn $name(pc: *const u64) -> $result {
            // SAFETY: by the contract.
            unsafe {
                let word = pc.sub(1);
                if cfg!(target_endian = "little") {
                    word.cast::<u8>().add($at / 8).cast::<$ty>().read() as $result
                } else {
                    (*word >> $at) as $ty as $result
                }
            }
        }
    };
}
field!(operand_flags, u8, 8, u8);
field!(operand_a, u16, 16, usize);
field!(operand_b, u16, 32, usize);
field!(operand_c, u16, 48, usize);
field!(operand_bc, u32, 32, usize);

/// The opcode of the instruction at `pc`.
///
/// # Safety
/// `pc` stands at an instruction.
#[inline(always)]
pub unsafe fn opcode_at(pc: *const u64) -> u8 {
    // SAFETY: by the contract.
    unsafe {
        if cfg!(target_endian = "little") {
            *pc.cast::<u8>()
        } else {
            *pc as u8
        }
    }
}

/// Nothing at all, but the compiler must leave it where it stands: it keeps blocks and
/// loops from being joined or turned into something else.
#[inline(always)]
pub fn barrier() {
    // SAFETY: no instruction.
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    unsafe {
        std::arch::asm!("", options(nomem, nostack, preserves_flags));
    }
}
