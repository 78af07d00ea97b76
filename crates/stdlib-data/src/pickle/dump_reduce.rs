//! Pickling: objects as calls, with what `__reduce_ex__` gives.

use taipan_object::dict::Dict;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::ty::Type;
use taipan_object::{Args, PyResult, Ref, Value, Vm};

use super::dump::Dump;
use super::globals::{cannot_pickle, noted, type_name};
use super::op;

/// What follows the call in a reduced object.
struct Rest<'a> {
    state: Option<&'a Value>,
    list_items: Option<&'a Value>,
    dict_items: Option<&'a Value>,
    state_setter: Option<&'a Value>,
}

fn is_callable(vm: &Vm, value: &Value) -> bool {
    vm.type_of(value).slots.call.get().is_some()
}

/// Checks the parts behind the arguments.
fn rest<'a>(vm: &Vm, parts: &'a [Value]) -> PyResult<Rest<'a>> {
    let part = |i: usize| parts.get(i).filter(|p| !p.is_none());
    let bad = |place: &str, expected: &str, value: &Value| {
        cannot_pickle(
            vm,
            format!(
                "{place} item of the tuple returned by __reduce__ must be {expected}, not {}",
                type_name(vm, value)
            ),
        )
    };
    for (index, place) in [(3, "fourth"), (4, "fifth")] {
        if let Some(items) = part(index)
            && vm.type_of(items).slots.iternext.get().is_none()
        {
            return Err(bad(place, "an iterator", items));
        }
    }
    if let Some(setter) = part(5)
        && !is_callable(vm, setter)
    {
        return Err(bad("sixth", "callable", setter));
    }
    Ok(Rest {
        state: part(2),
        list_items: part(3),
        dict_items: part(4),
        state_setter: part(5),
    })
}

impl Dump<'_> {
    /// Saves a part of an object, which a note names if that fails.
    pub fn save_part(&mut self, part: &Value, object: Option<&Value>, what: &str) -> PyResult<()> {
        let saved = self.save(part);
        let vm = self.vm;
        match object {
            Some(object) => noted(vm, saved, || {
                Ok(format!("when serializing {} {what}", type_name(vm, object)).into_bytes())
            }),
            None => saved,
        }
    }

    /// Writes the call that makes an object, and what is to be done with the result.
    ///
    /// # Errors
    /// PicklingError; what objects raise.
    pub fn save_reduce(&mut self, parts: &[Value], object: Option<&Value>) -> PyResult<()> {
        let vm = self.vm;
        let ([function, arguments, ..], 2..=6) = (parts, parts.len()) else {
            return Err(cannot_pickle(
                vm,
                "tuple returned by __reduce__ must contain 2 through 6 elements",
            ));
        };
        if !is_callable(vm, function) {
            return Err(cannot_pickle(
                vm,
                format!(
                    "first item of the tuple returned by __reduce__ must be callable, not {}",
                    type_name(vm, function)
                ),
            ));
        }
        let Some(arguments) = arguments.downcast::<Tuple>() else {
            return Err(cannot_pickle(
                vm,
                format!(
                    "second item of the tuple returned by __reduce__ must be a tuple, not {}",
                    type_name(vm, arguments)
                ),
            ));
        };
        let rest = rest(vm, parts)?;
        let name = match self.protocol >= 2 {
            true => vm.getattr_opt(function, &vm.names.__name__)?,
            false => None,
        };
        let named = |text: &str| {
            let name = name.as_ref().and_then(|n| n.downcast::<Str>());
            name.is_some_and(|n| n.is_str(text))
        };
        if named("__newobj_ex__") {
            self.save_newobj_ex(arguments, object)?;
        } else if named("__newobj__") {
            self.save_newobj(arguments, object)?;
        } else {
            self.save_part(function, object, "reconstructor")?;
            self.save_part(arguments.as_value(), object, "reconstructor arguments")?;
            self.out.byte(op::REDUCE);
        }
        if let Some(object) = object {
            // An object that is in the memo by now holds itself: what was made is thrown away.
            match self.memo.get(object) {
                Some(index) => {
                    self.out.byte(op::POP);
                    self.fetch(index);
                }
                None => self.memoize(object),
            }
        }
        self.save_rest(&rest, object)
    }
    fn save_rest(&mut self, rest: &Rest<'_>, object: Option<&Value>) -> PyResult<()> {
        if let Some(items) = rest.list_items {
            self.save_appends(items, object)?;
        }
        if let Some(items) = rest.dict_items {
            self.save_setitems(items, object)?;
        }
        let Some(state) = rest.state else {
            return Ok(());
        };
        let Some(setter) = rest.state_setter else {
            self.save_part(state, object, "state")?;
            self.out.byte(op::BUILD);
            return Ok(());
        };
        self.save_part(setter, object, "state setter")?;
        if let Some(object) = object {
            self.save(object)?;
        }
        self.save_part(state, object, "state")?;
        // The setter changes the object; what it returns does not matter.
        self.out.put(&[op::TUPLE2, op::REDUCE, op::POP]);
        Ok(())
    }

    /// The class in the arguments of `__newobj__`, which must be that of the object.
    fn check_class(&self, class: &Value, object: Option<&Value>, function: &str) -> PyResult<()> {
        let vm = self.vm;
        if class.downcast::<Type>().is_none() {
            return Err(cannot_pickle(
                vm,
                format!(
                    "first argument to {function}() must be a class, not {}",
                    type_name(vm, class)
                ),
            ));
        }
        let Some(object) = object else { return Ok(()) };
        let own = vm.getattr(object, &vm.names.__class__)?;
        if own.is(class) {
            return Ok(());
        }
        let mut message = format!("first argument to {function}() must be ").into_bytes();
        taipan_object::seq::push_repr(vm, &mut message, &own)?;
        message.extend_from_slice(b", not ");
        taipan_object::seq::push_repr(vm, &mut message, class)?;
        Err(cannot_pickle(vm, String::from_utf8_lossy(&message)))
    }
    fn save_newobj(&mut self, arguments: &Ref<Tuple>, object: Option<&Value>) -> PyResult<()> {
        let vm = self.vm;
        let [class, arguments @ ..] = arguments.items() else {
            return Err(cannot_pickle(
                vm,
                "__newobj__ expected at least 1 argument, got 0",
            ));
        };
        self.check_class(class, object, "__newobj__")?;
        self.save_part(class, object, "class")?;
        let arguments = vm.tuple_from_slice(arguments).into_value();
        self.save_part(&arguments, object, "__new__ arguments")?;
        self.out.byte(op::NEWOBJ);
        Ok(())
    }
    fn save_newobj_ex(&mut self, arguments: &Ref<Tuple>, object: Option<&Value>) -> PyResult<()> {
        let vm = self.vm;
        let [class, args, kwargs] = arguments.items() else {
            return Err(cannot_pickle(
                vm,
                format!(
                    "__newobj_ex__ expected 3 arguments, got {}",
                    arguments.len()
                ),
            ));
        };
        // Unlike for `__newobj__`, it may be another class.
        self.check_class(class, None, "__newobj_ex__")?;
        let bad = |place: &str, expected: &str, value: &Value| {
            cannot_pickle(
                vm,
                format!(
                    "{place} argument to __newobj_ex__() must be a {expected}, not {}",
                    type_name(vm, value)
                ),
            )
        };
        let Some(positional) = args.downcast::<Tuple>() else {
            return Err(bad("second", "tuple", args));
        };
        let Some(keywords) = kwargs.downcast::<Dict>() else {
            return Err(bad("third", "dict", kwargs));
        };
        if self.protocol >= 4 {
            self.save_part(class, object, "class")?;
            self.save_part(args, object, "__new__ arguments")?;
            self.save_part(kwargs, object, "__new__ arguments")?;
            self.out.byte(op::NEWOBJ_EX);
            return Ok(());
        }
        // Older protocols call a partial function.
        let mut values = vec![vm.getattr(class, &vm.names.__new__)?, class.clone()];
        values.extend(positional.items().iter().cloned());
        let (names, given): (Vec<Value>, Vec<Value>) = keywords.items().into_iter().unzip();
        values.extend(given);
        let names = vm.new_tuple(names);
        let call = Args {
            values: &values,
            keywords: Some(&names),
        };
        let partial = vm.call_args(&self.globals.partial.clone(), call)?;
        self.save_part(&partial, object, "reconstructor")?;
        self.save(vm.empty_tuple.as_value())?;
        self.out.byte(op::REDUCE);
        Ok(())
    }
}
