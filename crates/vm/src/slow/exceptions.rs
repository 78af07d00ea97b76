//! Raising and matching exceptions, `with`.

use taipan_compiler::opcode::{KILL_A, KILL_B, KILL_C, NO_REG};
use taipan_object::exceptions::Exception;
use taipan_object::tuple::Tuple;
use taipan_object::ty::{Type, TypeFlags};
use taipan_object::{PyResult, Raised, Value, Vm};

use super::*;

/// An exception instance from what `raise` got: a class is called.
pub fn make_exception(vm: &Vm, value: &Value, what: &str) -> PyResult {
    if let Some(ty) = value.downcast::<Type>()
        && ty.has(TypeFlags::BASE_EXC_SUBCLASS)
    {
        let e = vm.call(value, &[])?;
        if e.downcast::<Exception>().is_none() {
            return Err(vm.type_error(format!(
                "calling {} should have returned an instance of BaseException, not {}",
                vm.repr(value)?,
                vm.repr(vm.type_of(&e).as_value())?
            )));
        }
        return Ok(e);
    }
    if value.downcast::<Exception>().is_some() {
        return Ok(value.clone());
    }
    Err(vm.type_error(what))
}

/// Leaves an exception pending; whether it was raised before and comes from the handled one.
///
/// # Safety
/// As [`binary`].
#[cold]
pub unsafe fn raise_varargs(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let f = flags(i);
        let mut again = false;
        let _: Raised = match c(i) {
            0 => match vm.handled() {
                Some(e) => {
                    again = true;
                    vm.restore(e)
                }
                None => vm.runtime_error("No active exception to reraise"),
            },
            n => {
                let exc = operand(regs, a(i), f & KILL_A != 0);
                let cause =
                    (n == 2 && b(i) as u16 != NO_REG).then(|| operand(regs, b(i), f & KILL_B != 0));
                raise(vm, &exc, cause)
            }
        };
        crate::finalize::drain(vm);
        again
    }
}

/// `raise exc from cause`.
pub fn raise(vm: &Vm, exc: &Value, cause: Option<Value>) -> Raised {
    let e = match make_exception(vm, exc, "exceptions must derive from BaseException") {
        Ok(e) => e,
        Err(r) => return r,
    };
    if let Some(cause) = cause {
        let cause = if cause.is_none() {
            None
        } else {
            match make_exception(
                vm,
                &cause,
                "exception causes must derive from BaseException",
            ) {
                Ok(c) => Some(c),
                Err(r) => return r,
            }
        };
        if let Some(e) = e.downcast::<Exception>() {
            drop(e.cause.replace(cause));
            e.suppress_context.set(true);
        }
    }
    vm.raise(e)
}

/// # Safety
/// As [`binary`].
pub unsafe fn reraise(vm: &Vm, regs: *mut u64, i: u64) {
    // SAFETY: by the contract.
    unsafe {
        let e = operand(regs, a(i), flags(i) & KILL_A != 0);
        if b(i) as u16 != NO_REG {
            kill(regs, b(i), flags(i) & KILL_B != 0);
        }
        let _ = if e.downcast::<Exception>().is_some() {
            vm.restore(e)
        } else {
            vm.type_error("exceptions must derive from BaseException")
        };
    }
}

fn is_exception_class(v: &Value) -> bool {
    v.downcast::<Type>()
        .is_some_and(|t| t.has(TypeFlags::BASE_EXC_SUBCLASS))
}

/// Whether an exception matches what an `except` clause names.
pub fn exception_matches(vm: &Vm, exception: &Value, clause: &Value) -> PyResult<bool> {
    let bad = || {
        Err(vm.type_error("catching classes that do not inherit from BaseException is not allowed"))
    };
    if let Some(ty) = clause.downcast::<Type>() {
        return if is_exception_class(clause) {
            Ok(vm.is_instance_of(exception, ty))
        } else {
            bad()
        };
    }
    if let Some(classes) = clause.downcast::<Tuple>() {
        if !classes.items().iter().all(is_exception_class) {
            return bad();
        }
        return Ok(classes.items().iter().any(|c| {
            c.downcast::<Type>()
                .is_some_and(|t| vm.is_instance_of(exception, t))
        }));
    }
    bad()
}

/// # Safety
/// As [`binary`].
pub unsafe fn check_exc_match(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let result = exception_matches(vm, &get(regs, b(i)), &get(regs, c(i))).map(Value::bool);
        done_abc(vm, regs, i, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn check_eg_match(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let exception = operand(regs, b(i), flags(i) & KILL_B != 0);
        let clause = operand(regs, c(i), flags(i) & KILL_C != 0);
        match crate::groups::split_for_except_star(vm, &exception, &clause) {
            Ok((matched, rest)) => {
                if !matched.is_none() {
                    let item = vm.handled_item();
                    drop(item.value.replace(Some(matched.clone())));
                }
                put(regs, a(i), rest);
                put(regs, a(i) + 1, matched);
                ended(vm, Ok(()))
            }
            Err(e) => ended(vm, Err(e)),
        }
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn with_except_start(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let exit = get(regs, b(i)).clone();
        let this = *regs.add(b(i) + 1);
        let e = get(regs, c(i)).clone();
        let tb = crate::unwind::traceback_of(&e).unwrap_or(Value::NONE);
        let mut args: smallvec::SmallVec<[Value; 4]> = smallvec::SmallVec::new();
        if this != 0 {
            args.push(Value::borrow_word(&this).clone());
        }
        args.extend([vm.type_of(&e).to_value(), e, tb]);
        let result = vm.call(&exit, &args);
        kill(regs, c(i), flags(i) & KILL_C != 0);
        done(vm, regs, i, result)
    }
}

/// PUSH_EXC_INFO, for compiled code.
///
/// # Safety
/// As [`binary`].
pub unsafe fn push_exc_info(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let e = operand(regs, b(i), flags(i) & KILL_B != 0);
        let old = vm
            .handled_item()
            .value
            .replace(Some(e))
            .unwrap_or(Value::NONE);
        put(regs, a(i), old);
        true
    }
}

/// POP_EXCEPT, for compiled code.
///
/// # Safety
/// As [`binary`].
pub unsafe fn pop_except(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let e = operand(regs, a(i), flags(i) & KILL_A != 0);
        drop(vm.handled_item().value.replace(Some(e)));
        ended(vm, Ok(()))
    }
}
