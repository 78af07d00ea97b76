//! Locals, cells, globals and names in mappings.

use taipan_compiler::opcode::{CommonConstant, KILL_A};
use taipan_object::dict::Dict;
use taipan_object::function::Cell as PyCell;
use taipan_object::str::Str;
use taipan_object::value::encoding::is_heap;
use taipan_object::{PyResult, Raised, Ref, Value, Vm};

use super::*;

/// NameError with `name` set.
#[cold]
pub fn name_error(vm: &Vm, message: impl AsRef<str>, name: &Ref<Str>) -> Raised {
    let message = vm.new_str(message.as_ref()).into_value();
    let e = taipan_object::exceptions::new_exception(vm, &vm.exc.name_error, &[message]);
    if let Some(e) = e.downcast::<taipan_object::exceptions::Exception>() {
        e.set_field(0, Some(name.to_value()));
    }
    vm.raise(e)
}

/// # Safety
/// `n` is a fast local of the frame.
#[cold]
pub unsafe fn unbound_local(vm: &Vm, frame: *mut Frame, n: usize) -> bool {
    // SAFETY: by the contract.
    let name = unsafe { (*frame).code().code.locals[n].name.clone() };
    let _ = vm.raise_str(
        &vm.exc.unbound_local_error,
        format!("cannot access local variable '{name}' where it is not associated with a value"),
    );
    false
}

/// # Safety
/// `n` is a cell or free variable of the frame.
#[cold]
pub unsafe fn unbound_cell(vm: &Vm, frame: *mut Frame, n: usize) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let local = &(*frame).code().code.locals[n];
        if local.kind.has(taipan_compiler::code::LocalKind::FREE) {
            let name = vm.intern_str(&local.name);
            let _ = name_error(
                vm,
                format!(
                    "cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
                ),
                &name,
            );
            return false;
        }
        unbound_local(vm, frame, n)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn make_cell(vm: &Vm, regs: *mut u64, n: usize) -> bool {
    // SAFETY: verified register.
    unsafe {
        let word = regs.add(n).replace(0);
        let cell = PyCell::default();
        if word != 0 {
            cell.value.set(Some(Value::from_word(word)));
        }
        regs.add(n)
            .write(vm.heap.alloc(&vm.types.cell, cell).into_value().into_word());
    }
    true
}

/// # Safety
/// As [`binary`].
pub unsafe fn store_global(vm: &Vm, frame: *mut Frame, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let value = operand(regs, a(i), flags(i) & KILL_A != 0);
        let name = name_bc(frame, i);
        (*frame).globals().insert_str(vm, name, value);
        crate::quicken::store_global(vm, frame, name);
        ended(vm, Ok(()))
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn delete_global(vm: &Vm, frame: *mut Frame, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let name = name_bc(frame, i);
        let result = match (*frame).globals().remove_str(vm, name) {
            Some(_) => Ok(()),
            None => Err(name_error(
                vm,
                format!("name '{name}' is not defined"),
                name,
            )),
        };
        ended(vm, result)
    }
}

/// A global or built-in; `None` if there is none.
pub fn global_or_builtin(
    vm: &Vm,
    globals: &Ref<Dict>,
    builtins: &Ref<Dict>,
    name: &Ref<Str>,
) -> PyResult<Option<Value>> {
    // Instances of subclasses of dict may be globals of `exec`.
    let find = |dict: &Ref<Dict>| -> PyResult<Option<Value>> {
        if dict.ty().is(&vm.types.dict) {
            return Ok(dict.get_str(name));
        }
        let r = vm.get_item(dict.as_value(), name.as_value());
        vm.ignore(r, &vm.exc.key_error)
    };
    match find(globals)? {
        Some(v) => Ok(Some(v)),
        None => find(builtins),
    }
}

/// The value of a name in a mapping of locals; `None` if it has none.
fn in_mapping(vm: &Vm, mapping: &Value, name: &Ref<Str>) -> PyResult<Option<Value>> {
    if let Some(dict) = mapping.downcast_exact::<Dict>(&vm.types.dict) {
        return Ok(dict.get_str(name));
    }
    let r = vm.get_item(mapping, name.as_value());
    vm.ignore(r, &vm.exc.key_error)
}

/// The frame's mapping of locals: that of a module, class or `exec`.
unsafe fn locals_mapping<'f>(vm: &Vm, frame: *mut Frame) -> PyResult<&'f Value> {
    // SAFETY: the frame is live; the word is owned by it.
    unsafe {
        if (*frame).locals == 0 {
            return Err(vm.raise_str(&vm.exc.system_error, "no locals"));
        }
        Ok(Value::borrow_word(&(*frame).locals))
    }
}

unsafe fn load_name_value(vm: &Vm, frame: *mut Frame, name: &Ref<Str>) -> PyResult {
    // SAFETY: the frame is live.
    unsafe {
        let mapping = locals_mapping(vm, frame)?.clone();
        if let Some(v) = in_mapping(vm, &mapping, name)? {
            return Ok(v);
        }
        match global_or_builtin(vm, (*frame).globals(), (*frame).builtins(), name)? {
            Some(v) => Ok(v),
            None => Err(name_error(
                vm,
                format!("name '{name}' is not defined"),
                name,
            )),
        }
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn load_name(vm: &Vm, frame: *mut Frame, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let result = load_name_value(vm, frame, name_bc(frame, i));
        done(vm, regs, i, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn store_name(vm: &Vm, frame: *mut Frame, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let value = operand(regs, a(i), flags(i) & KILL_A != 0);
        let name = name_bc(frame, i);
        let result = locals_mapping(vm, frame).cloned().and_then(|mapping| {
            match mapping.downcast_exact::<Dict>(&vm.types.dict) {
                Some(dict) => {
                    dict.insert_str(vm, name, value);
                    Ok(())
                }
                None => vm.set_item(&mapping, name.as_value(), &value),
            }
        });
        ended(vm, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn delete_name(vm: &Vm, frame: *mut Frame, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let name = name_bc(frame, i);
        let result = locals_mapping(vm, frame).cloned().and_then(|mapping| {
            let removed = match mapping.downcast_exact::<Dict>(&vm.types.dict) {
                Some(dict) => dict.remove_str(vm, name).is_some(),
                None => {
                    let r = vm.del_item(&mapping, name.as_value());
                    vm.ignore(r, &vm.exc.key_error)?.is_some()
                }
            };
            if removed {
                Ok(())
            } else {
                Err(name_error(
                    vm,
                    format!("name '{name}' is not defined"),
                    name,
                ))
            }
        });
        ended(vm, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn load_locals(vm: &Vm, frame: *mut Frame, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let result = locals_mapping(vm, frame).cloned();
        done(vm, regs, i, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn load_from_dict_or_globals(
    vm: &Vm,
    frame: *mut Frame,
    regs: *mut u64,
    i: u64,
) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let name = name_c(frame, i);
        let mapping = get(regs, b(i)).clone();
        let result = in_mapping(vm, &mapping, name).and_then(|found| match found {
            Some(v) => Ok(v),
            None => match global_or_builtin(vm, (*frame).globals(), (*frame).builtins(), name)? {
                Some(v) => Ok(v),
                None => Err(name_error(
                    vm,
                    format!("name '{name}' is not defined"),
                    name,
                )),
            },
        });
        done_ab(vm, regs, i, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn load_from_dict_or_deref(vm: &Vm, frame: *mut Frame, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let name = vm.intern_str(&(*frame).code().code.locals[c(i)].name);
        let mapping = get(regs, b(i)).clone();
        let result = match in_mapping(vm, &mapping, &name) {
            Ok(Some(v)) => Ok(v),
            Ok(None) => match get(regs, c(i))
                .downcast::<PyCell>()
                .and_then(|cell| cell.get())
            {
                Some(v) => Ok(v),
                None => {
                    unbound_cell(vm, frame, c(i));
                    Err(Raised::assume_pending())
                }
            },
            Err(e) => Err(e),
        };
        done_ab(vm, regs, i, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn load_build_class(vm: &Vm, frame: *mut Frame, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let result = match (*frame).builtins().get_str(&vm.names.__build_class__) {
            Some(f) => Ok(f),
            None => Err(vm.raise_str(&vm.exc.name_error, "__build_class__ not found")),
        };
        done(vm, regs, i, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn load_common_constant(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    let builtin = |name: &str| {
        vm.builtins
            .get_str(&vm.intern_str(name))
            .ok_or_else(|| vm.raise_str(&vm.exc.name_error, name))
    };
    let result = match CommonConstant::from_u16(c(i) as u16) {
        Some(CommonConstant::AssertionError) => Ok(vm.exc.assertion_error.to_value()),
        Some(CommonConstant::NotImplementedError) => Ok(vm.exc.not_implemented_error.to_value()),
        Some(CommonConstant::Tuple) => Ok(vm.types.tuple.to_value()),
        Some(CommonConstant::All) => builtin("all"),
        Some(CommonConstant::Any) => builtin("any"),
        None => Err(vm.raise_str(&vm.exc.system_error, "unknown common constant")),
    };
    // SAFETY: by the contract.
    unsafe { done(vm, regs, i, result) }
}

/// # Safety
/// As [`binary`].
pub unsafe fn setup_annotations(vm: &Vm, frame: *mut Frame) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let result = locals_mapping(vm, frame).cloned().and_then(|mapping| {
            let name = &vm.names.__annotations__;
            if in_mapping(vm, &mapping, name)?.is_none() {
                vm.set_item(&mapping, name.as_value(), vm.new_dict().as_value())?;
            }
            Ok(())
        });
        ended(vm, result)
    }
}

const _: fn(u64) -> bool = is_heap;

/// LOAD_DEREF, for compiled code.
///
/// # Safety
/// As [`binary`].
pub unsafe fn load_deref(vm: &Vm, frame: *mut Frame, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        match get(regs, b(i))
            .downcast::<PyCell>()
            .and_then(|cell| cell.get())
        {
            Some(v) => done(vm, regs, i, Ok(v)),
            None => unbound_cell(vm, frame, b(i)),
        }
    }
}

/// STORE_DEREF, for compiled code.
///
/// # Safety
/// As [`binary`].
pub unsafe fn store_deref(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let value = operand(regs, a(i), flags(i) & KILL_A != 0);
        if let Some(cell) = get(regs, b(i)).downcast::<PyCell>() {
            drop(cell.value.replace(Some(value)));
        }
        ended(vm, Ok(()))
    }
}

/// DELETE_DEREF, for compiled code.
///
/// # Safety
/// As [`binary`].
pub unsafe fn delete_deref(vm: &Vm, frame: *mut Frame, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        match get(regs, b(i))
            .downcast::<PyCell>()
            .and_then(|cell| cell.value.take())
        {
            Some(_) => ended(vm, Ok(())),
            None => unbound_cell(vm, frame, b(i)),
        }
    }
}
