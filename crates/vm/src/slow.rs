//! What instructions do when the loop has no fast path: moving values, operators,
//! names, attributes and items. Building, iteration, exceptions and matching
//! continue in the submodules.
//!
//! Each function does a whole instruction: reads its operands, consumes the
//! killed ones, writes the destination, and returns whether it succeeded
//! (`false`: an exception is pending).

mod build;
mod exceptions;
mod functions;
mod iteration;
mod matching;
mod names;

pub use build::*;
pub use exceptions::*;
pub use functions::*;
pub use iteration::*;
pub use matching::*;
pub use names::*;

use taipan_compiler::opcode::{EXTENDED, INPLACE, KILL_A, KILL_B, KILL_C, SpecialMethod};
use taipan_object::number::BinOp;
use taipan_object::slots::CmpOp;
use taipan_object::str::Str;
use taipan_object::value::encoding::{is_float, is_heap, is_int};
use taipan_object::{PyResult, Ref, Value, Vm};

use crate::fast;
use crate::frame::Frame;

#[inline(always)]
pub fn a(i: u64) -> usize {
    (i >> 16) as u16 as usize
}
#[inline(always)]
pub fn b(i: u64) -> usize {
    (i >> 32) as u16 as usize
}
#[inline(always)]
pub fn c(i: u64) -> usize {
    (i >> 48) as u16 as usize
}
#[inline(always)]
pub fn bc(i: u64) -> usize {
    (i >> 32) as u32 as usize
}
#[inline(always)]
pub fn flags(i: u64) -> u8 {
    (i >> 8) as u8
}

/// A register's word, borrowed. It is a copy: code that runs meanwhile may change the
/// register through `f_locals`, which keeps the old value alive until the frame ends.
pub(crate) struct Operand(u64);

impl std::ops::Deref for Operand {
    type Target = Value;
    #[inline(always)]
    fn deref(&self) -> &Value {
        // SAFETY: `get` makes valid words only, whose owner outlives the instruction.
        unsafe { Value::borrow_word(&self.0) }
    }
}

/// Borrows a register's value. An empty register reads as None (only hostile code gets there).
#[inline(always)]
pub(crate) unsafe fn get(regs: *mut u64, n: usize) -> Operand {
    // SAFETY: verified register; the value lives during the instruction.
    let word = unsafe { *regs.add(n) };
    Operand(if word == 0 {
        taipan_object::value::encoding::NONE
    } else {
        word
    })
}

/// Writes a register, releasing what stood there.
#[inline(always)]
pub unsafe fn put(regs: *mut u64, n: usize, value: Value) {
    // SAFETY: verified register; heap words in it are owned.
    unsafe {
        let old = regs.add(n).replace(value.into_word());
        if is_heap(old) {
            drop(Value::from_word(old));
        }
    }
}

/// Moves a value out of a register.
#[inline(always)]
pub unsafe fn take(regs: *mut u64, n: usize) -> Value {
    // SAFETY: verified live register.
    unsafe {
        let word = regs.add(n).replace(0);
        if word == 0 {
            Value::NONE
        } else {
            Value::from_word(word)
        }
    }
}

/// Takes an operand: moved if killed, else a new reference.
#[inline(always)]
pub unsafe fn operand(regs: *mut u64, n: usize, killed: bool) -> Value {
    // SAFETY: as above.
    unsafe {
        if killed {
            take(regs, n)
        } else {
            get(regs, n).clone()
        }
    }
}

/// Releases an operand if it is killed.
#[inline(always)]
pub unsafe fn kill(regs: *mut u64, n: usize, killed: bool) {
    if killed {
        // SAFETY: as above.
        drop(unsafe { take(regs, n) });
    }
}

/// Consumes killed b and c, writes a, runs due finalisers.
#[inline(always)]
pub unsafe fn done_abc(vm: &Vm, regs: *mut u64, i: u64, result: PyResult) -> bool {
    let f = flags(i);
    // SAFETY: verified operands.
    unsafe {
        kill(regs, b(i), f & KILL_B != 0);
        kill(regs, c(i), f & KILL_C != 0);
        done(vm, regs, i, result)
    }
}

/// Consumes killed b, writes a, runs due finalisers.
#[inline(always)]
pub unsafe fn done_ab(vm: &Vm, regs: *mut u64, i: u64, result: PyResult) -> bool {
    // SAFETY: verified operands.
    unsafe {
        kill(regs, b(i), flags(i) & KILL_B != 0);
        done(vm, regs, i, result)
    }
}

/// Writes a, runs due finalisers.
#[inline(always)]
pub unsafe fn done(vm: &Vm, regs: *mut u64, i: u64, result: PyResult) -> bool {
    let ok = match result {
        Ok(value) => {
            // SAFETY: verified operand.
            unsafe { put(regs, a(i), value) };
            true
        }
        Err(_) => false,
    };
    crate::finalize::drain(vm);
    ok
}

/// For instructions without destination.
#[inline(always)]
pub fn ended(vm: &Vm, result: PyResult<()>) -> bool {
    crate::finalize::drain(vm);
    result.is_ok()
}

/// The name operand in `c` (or in the EXT that follows).
pub unsafe fn name_c<'f>(frame: *mut Frame, i: u64) -> &'f Ref<Str> {
    // SAFETY: verified index; names live as long as the code.
    unsafe {
        let n = c(i);
        let n = if n as u16 == EXTENDED {
            bc(*(*frame).pc)
        } else {
            n
        };
        &(*(*frame).code).payload.names()[n]
    }
}

/// The name operand in `bc`.
pub unsafe fn name_bc<'f>(frame: *mut Frame, i: u64) -> &'f Ref<Str> {
    // SAFETY: as above.
    unsafe { &(*(*frame).code).payload.names()[bc(i)] }
}

// ---- operators

/// # Safety
/// Here and below: the instruction is verified and `regs` is the running frame's window.
#[inline(never)]
pub unsafe fn binary(vm: &Vm, regs: *mut u64, i: u64, op: BinOp) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let (x, y) = (&get(regs, b(i)), &get(regs, c(i)));
        if op == BinOp::Add
            && is_heap(x.word())
            && is_heap(y.word())
            && (a(i) == b(i) || flags(i) & KILL_B != 0)
        {
            // `s += t`: grow the string in place when nobody else sees it.
            if let (Some(s), Some(t)) = (
                x.downcast_exact::<Str>(&vm.types.str),
                y.downcast_exact::<Str>(&vm.types.str),
            ) && s.try_append(t)
            {
                let s = take(regs, b(i));
                kill(regs, c(i), flags(i) & KILL_C != 0);
                put(regs, a(i), s);
                return true;
            }
        }
        if op == BinOp::Add
            && let (Some(s), Some(t)) = (
                x.downcast_exact::<Str>(&vm.types.str),
                y.downcast_exact::<Str>(&vm.types.str),
            )
        {
            let result = vm.str_concat(s, t).map(Ref::into_value);
            return done_abc(vm, regs, i, result);
        }
        let result = match mixed(x, y, op) {
            Some(x) => Ok(vm.new_float(x)),
            None if flags(i) & INPLACE != 0 => vm.binary_inplace(x, y, op),
            None => vm.binary(x, y, op),
        };
        done_abc(vm, regs, i, result)
    }
}

/// Arithmetic of a float and an integer that is exact as a float, and the quotient of two such.
#[inline(always)]
fn mixed(x: &Value, y: &Value, op: BinOp) -> Option<f64> {
    if is_heap(x.word()) || is_heap(y.word()) {
        return None;
    }
    let float = |v: &Value| {
        let exact = |n: &i64| n.unsigned_abs() < 1 << 53;
        v.as_small_float()
            .or_else(|| v.as_small_int().filter(exact).map(|n| n as f64))
    };
    if op != BinOp::TrueDiv && !is_float(x.word()) && !is_float(y.word()) {
        return None;
    }
    let (p, q) = (float(x)?, float(y)?);
    match op {
        BinOp::Add => Some(p + q),
        BinOp::Sub => Some(p - q),
        BinOp::Mul => Some(p * q),
        BinOp::TrueDiv if q != 0.0 => Some(p / q),
        _ => None,
    }
}

/// # Safety
/// As [`binary`].
#[inline(never)]
pub unsafe fn binary_imm(vm: &Vm, regs: *mut u64, i: u64, op: BinOp, imm: i64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let x = &*get(regs, b(i));
        let y = Value::small_int(imm).unwrap_or(Value::NONE);
        let fast = if is_float(x.word()) {
            let x = x.as_small_float().unwrap_or(0.0);
            Value::small_float(if op == BinOp::Add {
                x + imm as f64
            } else {
                x - imm as f64
            })
        } else {
            None
        };
        let result = match fast {
            Some(v) => Ok(v),
            None if flags(i) & INPLACE != 0 => vm.binary_inplace(x, &y, op),
            None => vm.binary(x, &y, op),
        };
        done_ab(vm, regs, i, result)
    }
}

/// # Safety
/// As [`binary`].
#[inline(never)]
pub unsafe fn unary(vm: &Vm, regs: *mut u64, i: u64, f: fn(&Vm, &Value) -> PyResult) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let x = &*get(regs, b(i));
        let result = match x.as_small_float() {
            Some(v) if f as usize == Vm::negative as fn(&Vm, &Value) -> PyResult as usize => {
                Ok(vm.new_float(-v))
            }
            _ => f(vm, x),
        };
        done_ab(vm, regs, i, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn not(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let result = vm.is_true(&get(regs, b(i))).map(|t| Value::bool(!t));
        done_ab(vm, regs, i, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn to_bool(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let result = vm.is_true(&get(regs, b(i))).map(Value::bool);
        done_ab(vm, regs, i, result)
    }
}

/// # Safety
/// As [`binary`].
#[inline(never)]
pub unsafe fn compare(vm: &Vm, regs: *mut u64, i: u64, op: CmpOp) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let (x, y) = (&get(regs, b(i)), &get(regs, c(i)));
        let result = compare_values(vm, x, y, op);
        done_abc(vm, regs, i, result)
    }
}

fn compare_values(vm: &Vm, x: &Value, y: &Value, op: CmpOp) -> PyResult {
    if let (Some(s), Some(t)) = (
        x.downcast_exact::<Str>(&vm.types.str),
        y.downcast_exact::<Str>(&vm.types.str),
    ) {
        match op {
            CmpOp::Eq => return Ok(Value::bool(s.is(t) || s.same_text(t))),
            CmpOp::Ne => return Ok(Value::bool(!s.is(t) && !s.same_text(t))),
            _ => {}
        }
    }
    vm.compare(x, y, op)
}

/// # Safety
/// As [`binary`].
#[inline(never)]
pub unsafe fn compare_jump(vm: &Vm, regs: *mut u64, i: u64, op: CmpOp) -> PyResult<bool> {
    // SAFETY: by the contract.
    unsafe {
        let (x, y) = (&get(regs, a(i)), &get(regs, b(i)));
        let result = compare_values(vm, x, y, op).and_then(|r| vm.is_true(&r));
        kill(regs, a(i), flags(i) & KILL_A != 0);
        kill(regs, b(i), flags(i) & KILL_B != 0);
        crate::finalize::drain(vm);
        result
    }
}

/// # Safety
/// As [`binary`].
#[inline(never)]
pub unsafe fn compare_imm_jump(
    vm: &Vm,
    regs: *mut u64,
    i: u64,
    op: CmpOp,
    imm: i64,
) -> PyResult<bool> {
    // SAFETY: by the contract.
    unsafe {
        let x = &*get(regs, a(i));
        let y = Value::small_int(imm).unwrap_or(Value::NONE);
        let result = match x.as_small_float() {
            Some(x) => Ok(x
                .partial_cmp(&(imm as f64))
                .map_or(op == CmpOp::Ne, |o| op.holds(o))),
            None => vm.compare(x, &y, op).and_then(|r| vm.is_true(&r)),
        };
        kill(regs, a(i), flags(i) & KILL_A != 0);
        crate::finalize::drain(vm);
        result
    }
}

/// The truth of operand a, for jumps.
///
/// # Safety
/// As [`binary`].
#[inline(never)]
pub unsafe fn truth(vm: &Vm, regs: *mut u64, i: u64) -> PyResult<bool> {
    // SAFETY: by the contract.
    unsafe {
        let result = vm.is_true(&get(regs, a(i)));
        kill(regs, a(i), flags(i) & KILL_A != 0);
        crate::finalize::drain(vm);
        result
    }
}

#[inline(always)]
fn contains_value(vm: &Vm, container: &Value, item: &Value) -> PyResult<bool> {
    match fast::contains(vm, container, item) {
        Some(result) => result,
        None => vm.contains(container, item),
    }
}

/// # Safety
/// As [`binary`].
#[inline(never)]
pub unsafe fn contains(vm: &Vm, regs: *mut u64, i: u64, sense: bool) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let result =
            contains_value(vm, &get(regs, c(i)), &get(regs, b(i))).map(|r| Value::bool(r == sense));
        done_abc(vm, regs, i, result)
    }
}

/// # Safety
/// As [`binary`].
#[inline(never)]
pub unsafe fn contains_jump(vm: &Vm, regs: *mut u64, i: u64) -> PyResult<bool> {
    // SAFETY: by the contract.
    unsafe {
        let result = contains_value(vm, &get(regs, b(i)), &get(regs, a(i)));
        kill(regs, a(i), flags(i) & KILL_A != 0);
        kill(regs, b(i), flags(i) & KILL_B != 0);
        crate::finalize::drain(vm);
        result
    }
}

// ---- attributes and items

/// # Safety
/// As [`binary`].
pub unsafe fn delete_attr(vm: &Vm, frame: *mut Frame, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let result = vm.delattr(&get(regs, a(i)), name_c(frame, i));
        kill(regs, a(i), flags(i) & KILL_A != 0);
        ended(vm, result)
    }
}

/// # Safety
/// As [`binary`].
#[inline(never)]
pub unsafe fn load_subscr(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let (x, y) = (&get(regs, b(i)), &get(regs, c(i)));
        let result = match fast::get_item(vm, x, y) {
            Some(result) => result,
            None => vm.get_item(x, y),
        };
        done_abc(vm, regs, i, result)
    }
}

/// # Safety
/// As [`binary`].
#[inline(never)]
pub unsafe fn store_subscr(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let f = flags(i);
        let value = operand(regs, c(i), f & KILL_C != 0);
        let (object, key) = (get(regs, a(i)), get(regs, b(i)));
        let result = match fast::set_item(vm, &object, &key, value) {
            Ok(result) => result,
            Err(value) => vm.set_item(&object, &key, &value),
        };
        kill(regs, a(i), f & KILL_A != 0);
        kill(regs, b(i), f & KILL_B != 0);
        ended(vm, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn delete_subscr(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let result = vm.del_item(&get(regs, a(i)), &get(regs, b(i)));
        kill(regs, a(i), flags(i) & KILL_A != 0);
        kill(regs, b(i), flags(i) & KILL_B != 0);
        ended(vm, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn load_slice(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let (object, start, stop) = (take(regs, b(i)), take(regs, b(i) + 1), take(regs, b(i) + 2));
        if let Some(part) = fast::slice(vm, &object, &start, &stop) {
            drop(object);
            return done(vm, regs, i, Ok(part));
        }
        let result = vm.new_slice(start, stop, Value::NONE);
        let result = vm.get_item(&object, result.as_value());
        drop(object);
        done(vm, regs, i, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn store_slice(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let n = a(i);
        let (object, start, stop, value) = (
            take(regs, n),
            take(regs, n + 1),
            take(regs, n + 2),
            take(regs, n + 3),
        );
        let value = match fast::assign_slice(vm, &object, &start, &stop, value) {
            Ok(()) => {
                drop(object);
                return ended(vm, Ok(()));
            }
            Err(value) => value,
        };
        let slice = vm.new_slice(start, stop, Value::NONE);
        let result = vm.set_item(&object, slice.as_value(), &value);
        drop((object, value, slice));
        ended(vm, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn load_special(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let object = &*get(regs, b(i));
        let which = SpecialMethod::from_u16(c(i) as u16);
        let name = match which {
            Some(SpecialMethod::Enter) | None => &vm.names.__enter__,
            Some(SpecialMethod::Exit) => &vm.names.__exit__,
            Some(SpecialMethod::AEnter) => &vm.names.__aenter__,
            Some(SpecialMethod::AExit) => &vm.names.__aexit__,
        };
        let found = match vm.lookup_special(object, name) {
            Ok(Some(found)) => found,
            Ok(None) => {
                let _ = missing_context_method(vm, object, which);
                kill(regs, b(i), flags(i) & KILL_B != 0);
                return ended(vm, Err(taipan_object::Raised::assume_pending()));
            }
            Err(e) => {
                kill(regs, b(i), flags(i) & KILL_B != 0);
                return ended(vm, Err(e));
            }
        };
        kill(regs, b(i), flags(i) & KILL_B != 0);
        let (function, this) = found;
        put(regs, a(i), function);
        put_or_null(regs, a(i) + 1, this);
        crate::finalize::drain(vm);
        true
    }
}

pub unsafe fn put_or_null(regs: *mut u64, n: usize, value: Option<Value>) {
    // SAFETY: verified register.
    unsafe {
        let old = regs.add(n).replace(value.map_or(0, Value::into_word));
        if is_heap(old) {
            drop(Value::from_word(old));
        }
    }
}

#[cold]
fn missing_context_method(
    vm: &Vm,
    object: &Value,
    which: Option<SpecialMethod>,
) -> taipan_object::Raised {
    let ty = vm.type_name(object);
    let has = |name: &Ref<Str>| vm.type_lookup(vm.type_of(object), name).is_some();
    let (kind, missed, other) = match which {
        Some(SpecialMethod::AEnter) => (
            "asynchronous context manager",
            "__aenter__",
            has(&vm.names.__enter__) && has(&vm.names.__exit__),
        ),
        Some(SpecialMethod::AExit) => (
            "asynchronous context manager",
            "__aexit__",
            has(&vm.names.__enter__) && has(&vm.names.__exit__),
        ),
        Some(SpecialMethod::Exit) => (
            "context manager",
            "__exit__",
            has(&vm.names.__aenter__) && has(&vm.names.__aexit__),
        ),
        _ => (
            "context manager",
            "__enter__",
            has(&vm.names.__aenter__) && has(&vm.names.__aexit__),
        ),
    };
    let hint = match (other, kind) {
        (true, "context manager") => {
            " but it supports the asynchronous context manager protocol. Did you mean to use 'async with'?"
        }
        (true, _) => " but it supports the context manager protocol. Did you mean to use 'with'?",
        _ => "",
    };
    vm.type_error(format!(
        "'{ty}' object does not support the {kind} protocol (missed {missed} method){hint}"
    ))
}

/// # Safety
/// As [`binary`].
pub unsafe fn load_super_attr(vm: &Vm, frame: *mut Frame, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let n = b(i);
        let (function, class, this) = (take(regs, n), take(regs, n + 1), take(regs, n + 2));
        let name = name_c(frame, i).clone();
        let result = crate::super_::super_attr(vm, &function, &class, &this, &name);
        drop((function, class, this));
        done(vm, regs, i, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn load_super_method(vm: &Vm, frame: *mut Frame, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let n = b(i);
        let (function, class, this) = (take(regs, n), take(regs, n + 1), take(regs, n + 2));
        let known = function.is(vm.types.super_.as_value());
        if known && let Some(found) = crate::quicken::super_method(vm, frame, &class, &this) {
            put(regs, a(i), found);
            put(regs, a(i) + 1, this);
            drop((function, class));
            crate::finalize::drain(vm);
            return true;
        }
        let name = name_c(frame, i).clone();
        let result = crate::super_::super_method(vm, &function, &class, &this, &name);
        if known && let Ok((found, Some(_))) = &result {
            crate::quicken::learn_super(vm, frame, &class, &this, found);
        }
        match result {
            Ok((function, this)) => {
                put(regs, a(i), function);
                put_or_null(regs, a(i) + 1, this);
                crate::finalize::drain(vm);
                true
            }
            Err(e) => ended(vm, Err(e)),
        }
    }
}

const _: fn(u64) -> bool = is_int;
