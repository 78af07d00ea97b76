//! Making functions, intrinsics, import.

use taipan_compiler::opcode::{FunctionAttribute, Intrinsic1, Intrinsic2, KILL_A, KILL_B};
use taipan_object::dict::Dict;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::{PyResult, Ref, Value, Vm};

use super::*;
use crate::code::PyCode;
use crate::function::{Function, new_function};

/// # Safety
/// As [`binary`].
#[inline(never)]
pub unsafe fn make_function(vm: &Vm, frame: *mut Frame, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let result = match (*(*frame).consts.add(bc(i))).downcast::<PyCode>() {
            Some(code) => {
                // What the compiler made needs no verification; the same holds for what it contains.
                if (*frame).code().verified.get() && (*frame).code().trusted.get() {
                    code.verified.set(true);
                    code.trusted.set(true);
                }
                Ok(new_function(vm, code, (*frame).globals(), None).into_value())
            }
            None => Err(vm.raise_str(&vm.exc.system_error, "MAKE_FUNCTION without code")),
        };
        done(vm, regs, i, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn set_function_attribute(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let value = operand(regs, b(i), flags(i) & KILL_B != 0);
        let result = match get(regs, a(i)).downcast::<Function>() {
            Some(f) => {
                match FunctionAttribute::from_u16(c(i) as u16) {
                    Some(FunctionAttribute::Defaults) => drop(f.defaults.replace(Some(value))),
                    Some(FunctionAttribute::KwDefaults) => drop(f.kwdefaults.replace(Some(value))),
                    Some(FunctionAttribute::Annotations) => {
                        drop(f.annotations.replace(Some(value)))
                    }
                    Some(FunctionAttribute::Annotate) => drop(f.annotate.replace(Some(value))),
                    Some(FunctionAttribute::Closure) => {
                        drop(f.closure.replace(closure_of(vm, f, value)))
                    }
                    None => {}
                }
                Ok(())
            }
            None => Err(vm.raise_str(&vm.exc.system_error, "not a function")),
        };
        ended(vm, result)
    }
}

/// A closure tuple, if it fits the code: cells only, as many as free variables.
fn closure_of(_: &Vm, f: &Ref<Function>, value: Value) -> Option<Ref<Tuple>> {
    let t = value.downcast_owned::<Tuple>().ok()?;
    let fits = t.len() == f.code.borrow().free_count as usize
        && t.items()
            .iter()
            .all(|c| c.downcast::<taipan_object::function::Cell>().is_some());
    fits.then_some(t)
}

/// # Safety
/// As [`binary`].
pub unsafe fn intrinsic1(vm: &Vm, frame: *mut Frame, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let x = operand(regs, b(i), flags(i) & KILL_B != 0);
        let result = match Intrinsic1::from_u16(c(i) as u16) {
            Some(Intrinsic1::Print) => print_expression(vm, &x),
            Some(Intrinsic1::ImportStar) => {
                crate::import::import_star(vm, frame, &x).map(|()| Value::NONE)
            }
            Some(Intrinsic1::StopIterationError) => {
                Ok(crate::gen_type::stop_iteration_error(vm, frame, x.clone()))
            }
            Some(Intrinsic1::AsyncGenWrap) => crate::async_gen::wrap(vm, x.clone()),
            Some(Intrinsic1::TypeVar) => crate::typing::type_var(vm, &x, None, None),
            Some(Intrinsic1::ParamSpec) => crate::typing::param_spec(vm, &x),
            Some(Intrinsic1::TypeVarTuple) => crate::typing::type_var_tuple(vm, &x),
            Some(Intrinsic1::SubscriptGeneric) => crate::typing::subscript_generic(vm, &x),
            Some(Intrinsic1::TypeAlias) => crate::typing::type_alias(vm, &x),
            None => Err(vm.raise_str(&vm.exc.system_error, "unknown intrinsic")),
        };
        drop(x);
        done(vm, regs, i, result)
    }
}

fn print_expression(vm: &Vm, value: &Value) -> PyResult {
    let hook = crate::sys_attr(vm, "displayhook")
        .ok_or_else(|| vm.runtime_error("lost sys.displayhook"))?;
    vm.call(&hook, std::slice::from_ref(value))
}

/// # Safety
/// As [`binary`].
pub unsafe fn intrinsic2(vm: &Vm, _frame: *mut Frame, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let (x, y) = (take(regs, b(i)), take(regs, b(i) + 1));
        let result = match Intrinsic2::from_u16(c(i) as u16) {
            Some(Intrinsic2::PrepReraiseStar) => crate::groups::prep_reraise_star(vm, &x, &y),
            Some(Intrinsic2::TypeVarWithBound) => {
                crate::typing::type_var(vm, &x, Some(y.clone()), None)
            }
            Some(Intrinsic2::TypeVarWithConstraints) => {
                crate::typing::type_var(vm, &x, None, Some(y.clone()))
            }
            Some(Intrinsic2::SetFunctionTypeParams) => {
                if let Some(f) = x.downcast::<Function>() {
                    drop(f.type_params.replace(Some(y.clone())));
                }
                Ok(x.clone())
            }
            Some(Intrinsic2::SetTypeparamDefault) => {
                crate::typing::set_default(vm, &x, y.clone()).map(|()| x.clone())
            }
            None => Err(vm.raise_str(&vm.exc.system_error, "unknown intrinsic")),
        };
        drop((x, y));
        done(vm, regs, i, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn import_name(vm: &Vm, frame: *mut Frame, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let name = name_c(frame, i).clone();
        let (level, fromlist) = (take(regs, b(i)), take(regs, b(i) + 1));
        let globals = (*frame).globals().clone();
        let locals = if (*frame).locals != 0 {
            Value::borrow_word(&(*frame).locals).clone()
        } else {
            Value::NONE
        };
        let result = match (*frame).builtins().get_str(&vm.names.__import__) {
            Some(import) => {
                let native = import
                    .downcast::<taipan_object::function::NativeFunction>()
                    .is_some_and(|f| f.def.name == "__import__");
                if native {
                    crate::import::import_name(vm, &name, &globals, &fromlist, &level)
                } else {
                    vm.call(
                        &import,
                        &[
                            name.to_value(),
                            globals.to_value(),
                            locals,
                            fromlist.clone(),
                            level.clone(),
                        ],
                    )
                }
            }
            None => Err(vm.raise_str(&vm.exc.import_error, "__import__ not found")),
        };
        drop((level, fromlist));
        done(vm, regs, i, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn import_from(vm: &Vm, frame: *mut Frame, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let name = name_c(frame, i).clone();
        let result = crate::import::import_from(vm, &get(regs, b(i)), &name);
        done_ab(vm, regs, i, result)
    }
}

const _: (u8, fn(&Ref<Dict>, &Ref<Str>)) = (KILL_A, |_, _| ());
