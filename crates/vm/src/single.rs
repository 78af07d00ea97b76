//! Single instructions for compiled code: exactly what the interpreter loop does
//! where it has no fast path.

use taipan_object::Vm;
use taipan_object::number::BinOp;
use taipan_object::slots::CmpOp;
use taipan_object::value::encoding::is_heap;

use crate::call::{self, Entered};
use crate::frame::{ENTRY, Frame};
use crate::op::*;
use crate::slow::{self, a, b, c};
use crate::{interp, quicken};

/// Executes the instruction at `pc` (as the compiler made it) on the window.
/// `false`: an exception is pending.
///
/// # Safety
/// `frame` is the running frame, its code verified, the instruction none that
/// jumps, calls, returns or suspends.
pub unsafe fn step(vm: &Vm, frame: *mut Frame, regs: *mut u64, pc: u32) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let code = (*frame).code();
        let i = code.code.instrs[pc as usize].0;
        (*frame).pc = code.instrs.get().add(pc as usize + 1);
        match i as u8 {
            LOAD_CONST => {
                let v = (*(*frame).consts.add(slow::bc(i))).clone();
                slow::put(regs, a(i), v);
                true
            }
            MOVE => {
                let v = slow::operand(
                    regs,
                    b(i),
                    slow::flags(i) & taipan_compiler::opcode::KILL_B != 0,
                );
                slow::put(regs, a(i), v);
                slow::ended(vm, Ok(()))
            }
            CHECK_FAST => *regs.add(a(i)) != 0 || slow::unbound_local(vm, frame, a(i)),
            DELETE_FAST => {
                if *regs.add(a(i)) == 0 {
                    return slow::unbound_local(vm, frame, a(i));
                }
                drop(slow::take(regs, a(i)));
                slow::ended(vm, Ok(()))
            }
            LOAD_FAST_AND_CLEAR | STORE_FAST_MAYBE_NULL => {
                let w = regs.add(b(i)).replace(0);
                let old = regs.add(a(i)).replace(w);
                if is_heap(old) {
                    drop(taipan_object::Value::from_word(old));
                }
                slow::ended(vm, Ok(()))
            }
            PUSH_NULL => {
                slow::put_or_null(regs, a(i), None);
                true
            }
            POP_TOP => {
                drop(slow::take(regs, a(i)));
                slow::ended(vm, Ok(()))
            }
            MAKE_CELL => slow::make_cell(vm, regs, a(i)),
            LOAD_DEREF => slow::load_deref(vm, frame, regs, i),
            STORE_DEREF => slow::store_deref(vm, regs, i),
            DELETE_DEREF => slow::delete_deref(vm, frame, regs, i),
            LOAD_FROM_DICT_OR_DEREF => slow::load_from_dict_or_deref(vm, frame, regs, i),
            LOAD_CLOSURE => {
                slow::put(regs, a(i), slow::get(regs, b(i)).clone());
                true
            }
            LOAD_GLOBAL => quicken::load_global(vm, frame, regs, i),
            STORE_GLOBAL => slow::store_global(vm, frame, regs, i),
            DELETE_GLOBAL => slow::delete_global(vm, frame, i),
            LOAD_NAME => slow::load_name(vm, frame, regs, i),
            STORE_NAME => slow::store_name(vm, frame, regs, i),
            DELETE_NAME => slow::delete_name(vm, frame, i),
            LOAD_LOCALS => slow::load_locals(vm, frame, regs, i),
            LOAD_FROM_DICT_OR_GLOBALS => slow::load_from_dict_or_globals(vm, frame, regs, i),
            LOAD_BUILD_CLASS => slow::load_build_class(vm, frame, regs, i),
            LOAD_COMMON_CONSTANT => slow::load_common_constant(vm, regs, i),
            SETUP_ANNOTATIONS => slow::setup_annotations(vm, frame),
            ADD => slow::binary(vm, regs, i, BinOp::Add),
            SUB => slow::binary(vm, regs, i, BinOp::Sub),
            MUL => slow::binary(vm, regs, i, BinOp::Mul),
            MAT_MUL => slow::binary(vm, regs, i, BinOp::MatMul),
            DIV => slow::binary(vm, regs, i, BinOp::TrueDiv),
            FLOOR_DIV => slow::binary(vm, regs, i, BinOp::FloorDiv),
            MOD => slow::binary(vm, regs, i, BinOp::Rem),
            POW => slow::binary(vm, regs, i, BinOp::Pow),
            LSHIFT => slow::binary(vm, regs, i, BinOp::LShift),
            RSHIFT => slow::binary(vm, regs, i, BinOp::RShift),
            AND => slow::binary(vm, regs, i, BinOp::And),
            OR => slow::binary(vm, regs, i, BinOp::Or),
            XOR => slow::binary(vm, regs, i, BinOp::Xor),
            ADD_IMM => slow::binary_imm(vm, regs, i, BinOp::Add, i64::from(c(i) as u16 as i16)),
            SUB_IMM => slow::binary_imm(vm, regs, i, BinOp::Sub, i64::from(c(i) as u16 as i16)),
            NEG => slow::unary(vm, regs, i, Vm::negative),
            POS => slow::unary(vm, regs, i, Vm::positive),
            INVERT => slow::unary(vm, regs, i, Vm::invert),
            NOT => slow::not(vm, regs, i),
            TO_BOOL => slow::to_bool(vm, regs, i),
            CMP_LT => slow::compare(vm, regs, i, CmpOp::Lt),
            CMP_LE => slow::compare(vm, regs, i, CmpOp::Le),
            CMP_EQ => slow::compare(vm, regs, i, CmpOp::Eq),
            CMP_NE => slow::compare(vm, regs, i, CmpOp::Ne),
            CMP_GT => slow::compare(vm, regs, i, CmpOp::Gt),
            CMP_GE => slow::compare(vm, regs, i, CmpOp::Ge),
            CONTAINS => slow::contains(vm, regs, i, true),
            NOT_CONTAINS => slow::contains(vm, regs, i, false),
            LOAD_ATTR => quicken::load_attr(vm, frame, regs, i),
            STORE_ATTR => quicken::store_attr(vm, frame, regs, i),
            DELETE_ATTR => slow::delete_attr(vm, frame, regs, i),
            LOAD_METHOD => quicken::load_method(vm, frame, regs, i),
            LOAD_SUPER_ATTR => slow::load_super_attr(vm, frame, regs, i),
            LOAD_SUPER_METHOD => slow::load_super_method(vm, frame, regs, i),
            LOAD_SPECIAL => slow::load_special(vm, regs, i),
            LOAD_SUBSCR => slow::load_subscr(vm, regs, i),
            STORE_SUBSCR => slow::store_subscr(vm, regs, i),
            DELETE_SUBSCR => slow::delete_subscr(vm, regs, i),
            LOAD_SLICE => slow::load_slice(vm, regs, i),
            STORE_SLICE => slow::store_slice(vm, regs, i),
            BUILD_TUPLE => slow::build_tuple(vm, regs, i),
            BUILD_LIST => slow::build_list(vm, regs, i),
            BUILD_SET => slow::build_set(vm, regs, i),
            BUILD_MAP => slow::build_map(vm, regs, i),
            BUILD_STRING => slow::build_string(vm, regs, i),
            BUILD_SLICE => slow::build_slice(vm, regs, i),
            BUILD_INTERPOLATION => slow::build_interpolation(vm, regs, i),
            BUILD_TEMPLATE => slow::build_template(vm, regs, i),
            LIST_APPEND => slow::list_append(vm, regs, i),
            LIST_EXTEND => slow::list_extend(vm, regs, i),
            LIST_TO_TUPLE => slow::list_to_tuple(vm, regs, i),
            SET_ADD => slow::set_add(vm, regs, i),
            SET_UPDATE => slow::set_update(vm, regs, i),
            MAP_ADD => slow::map_add(vm, regs, i),
            DICT_UPDATE => slow::dict_update(vm, regs, i),
            DICT_MERGE => slow::dict_merge(vm, regs, i),
            UNPACK_SEQUENCE => slow::unpack_sequence(vm, regs, i),
            UNPACK_EX => slow::unpack_ex(vm, regs, i, 0),
            CONVERT_VALUE => slow::convert_value(vm, regs, i),
            FORMAT_SIMPLE => slow::format_simple(vm, regs, i),
            FORMAT_WITH_SPEC => slow::format_with_spec(vm, regs, i),
            CALL_INTRINSIC1 => slow::intrinsic1(vm, frame, regs, i),
            CALL_INTRINSIC2 => slow::intrinsic2(vm, frame, regs, i),
            MAKE_FUNCTION => slow::make_function(vm, frame, regs, i),
            SET_FUNCTION_ATTRIBUTE => slow::set_function_attribute(vm, regs, i),
            GET_ITER => slow::get_iter(vm, regs, i),
            GET_YIELD_FROM_ITER => slow::get_yield_from_iter(vm, frame, regs, i),
            GET_AITER => slow::get_aiter(vm, regs, i),
            GET_ANEXT => slow::get_anext(vm, regs, i),
            PUSH_EXC_INFO => slow::push_exc_info(vm, regs, i),
            POP_EXCEPT => slow::pop_except(vm, regs, i),
            CHECK_EXC_MATCH => slow::check_exc_match(vm, regs, i),
            CHECK_EG_MATCH => slow::check_eg_match(vm, regs, i),
            WITH_EXCEPT_START => slow::with_except_start(vm, regs, i),
            GET_LEN => slow::get_len(vm, regs, i),
            MATCH_MAPPING => slow::match_kind(vm, regs, i, taipan_object::ty::TypeFlags::MAPPING),
            MATCH_SEQUENCE => slow::match_kind(vm, regs, i, taipan_object::ty::TypeFlags::SEQUENCE),
            MATCH_KEYS => slow::match_keys(vm, regs, i),
            MATCH_CLASS => slow::match_class(vm, regs, i),
            IMPORT_NAME => slow::import_name(vm, frame, regs, i),
            IMPORT_FROM => slow::import_from(vm, frame, regs, i),
            _ => {
                let _ = vm.raise_str(&vm.exc.system_error, "instruction cannot be run alone");
                false
            }
        }
    }
}

/// Executes a call instruction to its end. `false`: an exception is pending.
///
/// # Safety
/// As [`step`], for a call instruction.
pub unsafe fn call(vm: &Vm, frame: *mut Frame, regs: *mut u64, pc: u32) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let code = (*frame).code();
        let i = code.code.instrs[pc as usize].0;
        (*frame).pc = code.instrs.get().add(pc as usize + 1);
        let base = b(i);
        let entered = match i as u8 {
            CALL => call::call(vm, frame, regs, i, base, base + 1, c(i), ENTRY),
            CALL_METHOD if *regs.add(base + 1) == 0 => {
                call::call(vm, frame, regs, i, base, base + 2, c(i), ENTRY)
            }
            CALL_METHOD => call::call(vm, frame, regs, i, base, base + 1, c(i) + 1, ENTRY),
            CALL_KW => call::call_kw(vm, frame, regs, i, base, base + 1, c(i), ENTRY),
            CALL_METHOD_KW if *regs.add(base + 1) == 0 => {
                call::call_kw(vm, frame, regs, i, base, base + 2, c(i), ENTRY)
            }
            CALL_METHOD_KW => call::call_kw(vm, frame, regs, i, base, base + 1, c(i) + 1, ENTRY),
            _ => call::call_ex(vm, frame, regs, i),
        };
        match entered {
            Entered::Done | Entered::Observed => true,
            Entered::Raised | Entered::Left => false,
            Entered::Frame(callee) => {
                if vm.check_stack("").is_err() {
                    // Unwinds the callee at its first instruction.
                    (*callee).pc = (*callee).pc.add(1);
                    return match crate::unwind::unwind(vm, callee) {
                        crate::unwind::Unwound::Handler(f) => {
                            finish(vm, regs, i, interp::run(vm, f))
                        }
                        crate::unwind::Unwound::Left => false,
                    };
                }
                finish(vm, regs, i, interp::run(vm, callee))
            }
        }
    }
}

unsafe fn finish(vm: &Vm, regs: *mut u64, i: u64, result: taipan_object::PyResult) -> bool {
    match result {
        Ok(v) => {
            if slow::flags(i) & taipan_compiler::opcode::DISCARD != 0 {
                drop(v);
            } else {
                // SAFETY: the destination is verified.
                unsafe { slow::put(regs, a(i), v) };
            }
            slow::ended(vm, Ok(()))
        }
        Err(_) => false,
    }
}

/// The comparison of a fused compare-and-jump, or of JUMP_IF_IN.
///
/// # Errors
/// What the comparison raises.
///
/// # Safety
/// As [`step`], for such an instruction.
pub unsafe fn compare_jump(
    vm: &Vm,
    frame: *mut Frame,
    regs: *mut u64,
    pc: u32,
) -> taipan_object::PyResult<bool> {
    const OPS: [CmpOp; 6] = [
        CmpOp::Lt,
        CmpOp::Le,
        CmpOp::Eq,
        CmpOp::Ne,
        CmpOp::Gt,
        CmpOp::Ge,
    ];
    // SAFETY: by the contract.
    unsafe {
        let code = (*frame).code();
        let i = code.code.instrs[pc as usize].0;
        (*frame).pc = code.instrs.get().add(pc as usize + 1);
        let op = i as u8;
        if (JUMP_LT..=JUMP_GE).contains(&op) {
            slow::compare_jump(vm, regs, i, OPS[(op - JUMP_LT) as usize])
        } else if (JUMP_LT_IMM..=JUMP_GE_IMM).contains(&op) {
            slow::compare_imm_jump(
                vm,
                regs,
                i,
                OPS[(op - JUMP_LT_IMM) as usize],
                i64::from(b(i) as u16 as i16),
            )
        } else {
            slow::contains_jump(vm, regs, i)
        }
    }
}
