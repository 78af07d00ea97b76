//! From the arguments of `_sre.compile` to a pattern.

use std::cell::Cell;

use taipan_object::dict::Dict;
use taipan_object::list::List;
use taipan_object::tuple::Tuple;
use taipan_object::{PyResult, Ref, Value, Vm};

use crate::engine::{CompileError, compile as compile_codes};
use crate::match_object::Match;
use crate::pattern::Pattern;
use crate::subject::Subject;

/// The codes of a list.
fn codes(vm: &Vm, list: &Ref<List>) -> PyResult<Vec<u32>> {
    let mut codes = Vec::with_capacity(list.len());
    for item in list.to_vec() {
        let Some(n) = item.as_int() else {
            return Err(vm.type_error("an integer is required"));
        };
        match n.to_i64() {
            Some(n) if n < 0 => {
                return Err(vm.overflow_error("can't convert negative value to unsigned int"));
            }
            Some(n) => match u32::try_from(n) {
                Ok(n) => codes.push(n),
                Err(_) => {
                    return Err(vm.overflow_error("regular expression code size limit exceeded"));
                }
            },
            None => {
                return Err(vm.overflow_error("Python int too large to convert to C unsigned long"));
            }
        }
    }
    Ok(codes)
}

/// `_sre.compile`.
///
/// # Errors
/// TypeError, OverflowError; RuntimeError for codes that are not well-formed.
pub fn compile(
    vm: &Vm,
    pattern: &Value,
    flags: i32,
    code: &Ref<List>,
    groups: isize,
    group_index: &Ref<Dict>,
    index_group: &Ref<Tuple>,
) -> PyResult<Ref<Pattern>> {
    let codes = codes(vm, code)?;
    let is_bytes = if pattern.is_none() {
        None
    } else {
        Some(Subject::new(vm, pattern)?.is_bytes())
    };
    let invalid = || vm.runtime_error("invalid SRE code");
    let groups = u32::try_from(groups).map_err(|_| invalid())?;
    let mut raised = Cell::new(None);
    let room = || match vm.check_stack(" during compilation") {
        Ok(()) => true,
        Err(e) => {
            raised.set(Some(e));
            false
        }
    };
    let compiled = compile_codes(&codes, groups, &room);
    let program = match compiled {
        Ok(program) => program,
        Err(CompileError::Invalid) => return Err(invalid()),
        Err(CompileError::Depth) => {
            return Err(raised.get_mut().take().unwrap_or_else(invalid));
        }
    };
    let class = vm.add_native_type::<Pattern>();
    let pattern = Pattern {
        pattern: pattern.clone(),
        flags,
        groups: groups as usize,
        group_index: group_index.clone(),
        index_group: index_group.clone(),
        is_bytes,
        codes: codes.iter().flat_map(|c| c.to_ne_bytes()).collect(),
        program,
        match_class: vm.add_native_type::<Match>(),
        scratch: Cell::new(None),
    };
    Ok(vm.heap.alloc(&class, pattern))
}
