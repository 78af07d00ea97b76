//! Matching arguments to the parameters of a Python function, with CPython's
//! error messages (language reference, "Calls").

use smallvec::SmallVec;
use taipan_compiler::code::CodeFlags;
use taipan_object::dict::Dict;
use taipan_object::exceptions::peek;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::{PyResult, Raised, Ref, Value, Vm};

use crate::code::PyCode;
use crate::function::Function;

type Values = SmallVec<[Value; 8]>;

/// Matches the `argc` values at `window` (with `keywords` = 1, the last ones are named by
/// the tuple in the register behind them) and leaves one value a parameter there.
///
/// # Errors
/// TypeError; the values are released.
///
/// # Safety
/// The window holds the values and has room for the parameters.
pub unsafe fn bind_window(
    vm: &Vm,
    f: &Ref<Function>,
    window: *mut u64,
    argc: usize,
    keywords: usize,
) -> PyResult<()> {
    // SAFETY: by the contract.
    if unsafe { bind_in_place(vm, f, window, argc, keywords) } {
        return Ok(());
    }
    // SAFETY: by the contract.
    let (values, names) = unsafe {
        let values: Values = (0..argc)
            .map(|n| Value::from_word(window.add(n).replace(0)))
            .collect();
        let names = (keywords > 0).then(|| Value::from_word(window.add(argc).replace(0)));
        (values, names)
    };
    let names = names.and_then(|n| n.downcast_owned::<Tuple>().ok());
    // SAFETY: by the contract.
    unsafe {
        bind(
            vm,
            f,
            values,
            names.as_ref().map_or(&[], |n| n.items()),
            window,
        )
    }
}

/// Most keyword arguments and parameters of calls that [`bind_in_place`] sees to.
const FEW_KEYWORDS: usize = 8;
const FEW_PARAMETERS: usize = 32;

/// As [`bind_window`] for the common calls: what each parameter gets is found out before
/// anything moves. `false`: nothing was changed, the general way decides.
///
/// # Safety
/// As [`bind_window`].
unsafe fn bind_in_place(
    vm: &Vm,
    f: &Ref<Function>,
    window: *mut u64,
    argc: usize,
    keywords: usize,
) -> bool {
    /// A keyword argument that goes into the mapping.
    const MAPPED: usize = usize::MAX;
    // SAFETY: cells are only read; the window holds `argc` values and the names behind them.
    unsafe {
        let code = &*f.code.as_ptr();
        let c = &code.code;
        let positional = c.arg_count as usize;
        let named = positional + c.kwonly_count as usize;
        let names: &[Value] = if keywords > 0 {
            match Value::borrow_word(&*window.add(argc)).downcast::<Tuple>() {
                Some(names) => names.items(),
                None => return false,
            }
        } else {
            &[]
        };
        let Some(given) = argc.checked_sub(names.len()) else {
            return false;
        };
        let has_varargs = c.flags.contains(CodeFlags::VARARGS);
        let has_mapping = c.flags.contains(CodeFlags::VARKEYWORDS);
        if names.len() > FEW_KEYWORDS
            || named > FEW_PARAMETERS
            || (given > positional && !has_varargs)
        {
            return false;
        }
        let mut filled = (1u64 << given.min(positional)) - 1;
        let mut places = [MAPPED; FEW_KEYWORDS];
        for (place, name) in places.iter_mut().zip(names) {
            let Some(text) = name.downcast_exact::<Str>(&vm.types.str) else {
                return false;
            };
            let found =
                (c.posonly_count as usize..named).find(|&n| text.is_ascii_str(&c.locals[n].name));
            match found {
                Some(n) if filled >> n & 1 != 0 => return false,
                Some(n) => {
                    filled |= 1 << n;
                    *place = n;
                }
                None if has_mapping && text.is_ascii() => {}
                None => return false,
            }
        }
        let defaults = match (*f.defaults.as_ptr()).as_ref() {
            Some(defaults) => match defaults.downcast::<Tuple>() {
                Some(defaults) => defaults.items(),
                None => return false,
            },
            None => &[],
        };
        let first_default = positional.saturating_sub(defaults.len());
        if (given..first_default).any(|n| filled >> n & 1 == 0) {
            return false;
        }
        let mut by_name: SmallVec<[(usize, Value); 4]> = SmallVec::new();
        for n in (positional..named).filter(|&n| filled >> n & 1 == 0) {
            let mapping = (*f.kwdefaults.as_ptr()).as_ref();
            let value = mapping
                .and_then(|d| d.downcast::<Dict>())
                .and_then(|d| d.get_str(&vm.intern_str(&c.locals[n].name)));
            match value {
                Some(value) => by_name.push((n, value)),
                None => return false,
            }
        }
        // Nothing fails from here on.
        let names_word = if keywords > 0 {
            window.add(argc).replace(0)
        } else {
            0
        };
        let mut moved = [0u64; FEW_KEYWORDS];
        for (n, word) in moved.iter_mut().enumerate().take(names.len()) {
            *word = window.add(given + n).replace(0);
        }
        let rest = has_varargs.then(|| {
            let extra = given.saturating_sub(positional);
            vm.new_tuple(
                (positional..positional + extra)
                    .map(|n| Value::from_word(window.add(n).replace(0))),
            )
        });
        for n in given.min(positional)..c.parameter_count() as usize {
            window.add(n).write(0);
        }
        let mapping = has_mapping.then(|| vm.new_dict());
        for ((name, place), word) in names.iter().zip(places).zip(moved) {
            if place != MAPPED {
                window.add(place).write(word);
            } else if let (Some(mapping), Some(name)) = (&mapping, name.downcast::<Str>()) {
                mapping.insert_str(vm, name, Value::from_word(word));
            }
        }
        for n in (first_default..positional).filter(|&n| *window.add(n) == 0) {
            let value = &defaults[n + defaults.len() - positional];
            window.add(n).write(value.clone().into_word());
        }
        for (n, value) in by_name {
            window.add(n).write(value.into_word());
        }
        if let Some(rest) = rest {
            window.add(named).write(rest.into_value().into_word());
        }
        if let Some(mapping) = mapping {
            let last = c.parameter_count() as usize - 1;
            window.add(last).write(mapping.into_value().into_word());
        }
        if names_word != 0 {
            drop(Value::from_word(names_word));
        }
        true
    }
}

/// Matches values, the last `names.len()` of which are named, and writes one value a parameter to `window`.
///
/// # Errors
/// TypeError; nothing is left at `window`.
///
/// # Safety
/// `window` has room for the parameters.
pub unsafe fn bind(
    vm: &Vm,
    f: &Ref<Function>,
    values: Values,
    names: &[Value],
    window: *mut u64,
) -> PyResult<()> {
    let code = f.code.borrow().clone();
    let slots = match_arguments(vm, f, &code, values, names)?;
    for (n, slot) in slots.into_iter().enumerate() {
        // SAFETY: by the contract.
        unsafe { window.add(n).write(slot.map_or(0, Value::into_word)) };
    }
    Ok(())
}

fn match_arguments(
    vm: &Vm,
    f: &Ref<Function>,
    code: &Ref<PyCode>,
    values: Values,
    names: &[Value],
) -> PyResult<SmallVec<[Option<Value>; 10]>> {
    let c = &code.code;
    let positional = c.arg_count as usize;
    let named = positional + c.kwonly_count as usize;
    let total = c.parameter_count() as usize;
    let given = values.len() - names.len();
    let mut slots: SmallVec<[Option<Value>; 10]> = SmallVec::new();
    slots.resize_with(total, || None);
    let mut values = values.into_iter();
    let mut extra: Vec<Value> = Vec::new();
    for (n, value) in values.by_ref().take(given).enumerate() {
        if n < positional {
            slots[n] = Some(value);
        } else {
            extra.push(value);
        }
    }
    let has_varargs = c.flags.contains(CodeFlags::VARARGS);
    let varkw: Option<Ref<Dict>> = c
        .flags
        .contains(CodeFlags::VARKEYWORDS)
        .then(|| vm.new_dict());
    let parameter_name = |n: usize| vm.intern_str(&c.locals[n].name);
    for (name, value) in names.iter().zip(values) {
        let Some(text) = name.downcast::<Str>() else {
            return Err(vm.type_error(format!("{}() keywords must be strings", qualname(f))));
        };
        let found = (c.posonly_count as usize..named).find(|&n| text.is_str(&c.locals[n].name));
        match found {
            Some(n) if slots[n].is_some() => {
                return Err(vm.type_error(format!(
                    "{}() got multiple values for argument '{text}'",
                    qualname(f)
                )));
            }
            Some(n) => slots[n] = Some(value),
            None => match &varkw {
                Some(dict) => dict.insert(vm, name.clone(), value)?,
                None => return Err(unexpected_keyword(vm, f, code, text, names)),
            },
        }
    }
    let defaults = peek(&f.defaults).and_then(|d| d.downcast_owned::<Tuple>().ok());
    let default_count = defaults.as_ref().map_or(0, |d| d.len());
    if !extra.is_empty() && !has_varargs {
        return Err(too_many(vm, f, code, given, default_count, &slots));
    }
    if given < positional {
        let first_default = positional.saturating_sub(default_count);
        let missing: Vec<usize> = (given..first_default)
            .filter(|&n| slots[n].is_none())
            .collect();
        if !missing.is_empty() {
            return Err(missing_arguments(
                vm,
                f,
                "positional",
                missing.iter().map(|&n| parameter_name(n)).collect(),
            ));
        }
        if let Some(defaults) = &defaults {
            for n in given.max(first_default)..positional {
                if slots[n].is_none() {
                    slots[n] = defaults
                        .items()
                        .get(n + default_count - positional)
                        .cloned();
                }
            }
        }
    }
    if c.kwonly_count > 0 {
        let kwdefaults = peek(&f.kwdefaults).and_then(|d| d.downcast_owned::<Dict>().ok());
        let mut missing = Vec::new();
        for (n, slot) in slots.iter_mut().enumerate().take(named).skip(positional) {
            if slot.is_none() {
                let name = parameter_name(n);
                *slot = kwdefaults.as_ref().and_then(|d| d.get_str(&name));
                if slot.is_none() {
                    missing.push(name);
                }
            }
        }
        if !missing.is_empty() {
            return Err(missing_arguments(vm, f, "keyword-only", missing));
        }
    }
    if has_varargs {
        slots[named] = Some(vm.new_tuple(extra).into_value());
    }
    if let Some(dict) = varkw {
        slots[total - 1] = Some(dict.into_value());
    }
    Ok(slots)
}

fn qualname(f: &Ref<Function>) -> String {
    peek(&f.qualname)
        .and_then(|q| q.downcast::<Str>().map(|s| s.to_string()))
        .unwrap_or_default()
}

#[cold]
fn unexpected_keyword(
    vm: &Vm,
    f: &Ref<Function>,
    code: &Ref<PyCode>,
    name: &Ref<Str>,
    names: &[Value],
) -> Raised {
    let c = &code.code;
    let positional_only: Vec<String> = (0..c.posonly_count as usize)
        .filter(|&n| {
            names.iter().any(|k| {
                k.downcast::<Str>()
                    .is_some_and(|k| k.is_str(&c.locals[n].name))
            })
        })
        .map(|n| c.locals[n].name.to_string())
        .collect();
    if !positional_only.is_empty() {
        return vm.type_error(format!(
            "{}() got some positional-only arguments passed as keyword arguments: '{}'",
            qualname(f),
            positional_only.join(", ")
        ));
    }
    let candidates: Vec<&str> = (c.posonly_count as usize..(c.arg_count + c.kwonly_count) as usize)
        .map(|n| &*c.locals[n].name)
        .collect();
    let hint = crate::suggest::closest(&name.to_string(), &candidates)
        .map_or_else(String::new, |s| format!(". Did you mean '{s}'?"));
    vm.type_error(format!(
        "{}() got an unexpected keyword argument '{name}'{hint}",
        qualname(f)
    ))
}

#[cold]
fn too_many(
    vm: &Vm,
    f: &Ref<Function>,
    code: &Ref<PyCode>,
    given: usize,
    default_count: usize,
    slots: &[Option<Value>],
) -> Raised {
    let c = &code.code;
    let positional = c.arg_count as usize;
    let kwonly_given = slots[positional..positional + c.kwonly_count as usize]
        .iter()
        .filter(|s| s.is_some())
        .count();
    let (plural, takes) = if default_count > 0 {
        (
            true,
            format!(
                "from {} to {positional}",
                positional - default_count.min(positional)
            ),
        )
    } else {
        (positional != 1, positional.to_string())
    };
    let given_text = if kwonly_given > 0 {
        format!(
            "{given} positional argument{} (and {kwonly_given} keyword-only argument{}) were",
            if given == 1 { "" } else { "s" },
            if kwonly_given == 1 { "" } else { "s" }
        )
    } else if given == 1 {
        "1 was".to_owned()
    } else {
        format!("{given} were")
    };
    vm.type_error(format!(
        "{}() takes {takes} positional argument{} but {given_text} given",
        qualname(f),
        if plural { "s" } else { "" }
    ))
}

#[cold]
fn missing_arguments(vm: &Vm, f: &Ref<Function>, kind: &str, names: Vec<Ref<Str>>) -> Raised {
    let quoted: Vec<String> = names.iter().map(|n| format!("'{n}'")).collect();
    let list = match quoted.as_slice() {
        [one] => one.clone(),
        [a, b] => format!("{a} and {b}"),
        [init @ .., last] => format!("{}, and {last}", init.join(", ")),
        [] => String::new(),
    };
    vm.type_error(format!(
        "{}() missing {} required {kind} argument{}: {list}",
        qualname(f),
        names.len(),
        if names.len() == 1 { "" } else { "s" }
    ))
}
