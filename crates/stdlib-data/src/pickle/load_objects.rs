//! Unpickling: classes and functions by name, instances, and what lies outside the pickle.

use taipan_object::dict::Dict;
use taipan_object::function::GetSet;
use taipan_object::instance::instance_part;
use taipan_object::memoryview::MemoryView;
use taipan_object::object_type::INSTANCE_DICT;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::ty::{Type, TypeFlags};
use taipan_object::{Args, PyResult, Ref, Value, Vm};

use super::dump_global::{dotted, module, renamed, resolve};
use super::globals::{Globals, cannot_unpickle, instead};
use super::load::Load;

/// `Unpickler.find_class`.
///
/// # Errors
/// What the import raises; AttributeError.
pub fn find_class(
    vm: &Vm,
    globals: &Globals,
    protocol: u8,
    fix_imports: bool,
    module_name: &Ref<Str>,
    name: &Ref<Str>,
) -> PyResult {
    let args = [module_name.to_value(), name.to_value()];
    taipan_vm::sys::audit(vm, "pickle.find_class", &args)?;
    let (mut module_name, mut name) = (module_name.clone(), name.clone());
    if protocol < 3 && fix_imports {
        (module_name, name) = renamed(vm, &globals.names, &globals.imports, module_name, name)?;
    }
    let holder = module(vm, &module_name)?;
    if protocol < 4 {
        return vm.getattr(&holder, &name);
    }
    let path = dotted(vm, &name);
    if path.len() == 1 {
        return vm.getattr(&holder, &name);
    }
    match resolve(vm, &holder, &path) {
        Err(e) if vm.exception_is(&vm.exc.attribute_error) => Err(instead(vm, e, |_| {
            match (vm.repr(name.as_value()), vm.repr(module_name.as_value())) {
                (Ok(name), Ok(module)) => vm.raise_str(
                    &vm.exc.attribute_error,
                    format!("Can't resolve path {name} on module {module}"),
                ),
                (Err(e), _) | (_, Err(e)) => e,
            }
        })),
        result => result,
    }
}

/// Stores into the `__dict__` of an instance without making one, where its class keeps attributes in the plain way.
fn store_plain(vm: &Vm, instance: &Value, state: &Ref<Dict>) -> PyResult<bool> {
    let class = vm.type_of(instance);
    let plain = class.has(TypeFlags::HAS_DICT)
        && vm
            .type_lookup(class, &vm.names.__dict__)
            .is_some_and(|found| {
                found
                    .downcast::<GetSet>()
                    .is_some_and(|g| std::ptr::eq(g.def, &raw const INSTANCE_DICT))
            });
    if !plain || instance_part(instance).is_none_or(|part| part.dict().is_some()) {
        return Ok(false);
    }
    let items = state.items();
    if !items.iter().all(|(k, _)| vm.type_of(k).is(&vm.types.str)) {
        return Ok(false);
    }
    for (name, value) in items {
        let Some(name) = name.downcast::<Str>() else {
            continue;
        };
        let name = vm.intern(name);
        let Some(part) = instance_part(instance) else {
            continue;
        };
        let stored = match part.shape().slot_of(&name) {
            _ if part.dict().is_some() => false,
            Some(slot) => {
                drop(part.store(slot, Some(value.clone())));
                true
            }
            None => part.add(&name, value.clone()).is_ok(),
        };
        if !stored && let Some(dict) = vm.instance_dict(instance) {
            dict.insert_str(vm, &name, value);
        }
    }
    Ok(true)
}

impl Load<'_> {
    fn class(&self, module: &Ref<Str>, name: &Ref<Str>) -> PyResult {
        match &self.find_class {
            Some(find) => {
                let args = [module.to_value(), name.to_value()];
                self.vm.call(&find.clone(), &args)
            }
            None => find_class(
                self.vm,
                &self.globals,
                self.protocol,
                self.fix_imports,
                module,
                name,
            ),
        }
    }
    /// A name in a line.
    fn line_text(&mut self, encoding: &str) -> PyResult<Ref<Str>> {
        let vm = self.vm;
        let line = self.reader.text_line(vm)?;
        if line.is_ascii() {
            return Ok(vm.new_ascii(&line));
        }
        let bytes = vm.new_bytes(line).into_value();
        taipan_object::codecs::registry::decode_text(vm, &bytes, &vm.intern_str(encoding), None)
    }
    pub fn load_global(&mut self) -> PyResult<()> {
        let module = self.line_text("utf-8")?;
        let name = self.line_text("utf-8")?;
        let found = self.class(&module, &name)?;
        self.push(found);
        Ok(())
    }
    pub fn load_stack_global(&mut self) -> PyResult<()> {
        let vm = self.vm;
        let name = self.pop()?;
        let module = self.pop()?;
        let exact = |v: &Value| v.downcast_exact::<Str>(&vm.types.str).cloned();
        let (Some(module), Some(name)) = (exact(&module), exact(&name)) else {
            return Err(cannot_unpickle(vm, "STACK_GLOBAL requires str"));
        };
        let found = self.class(&module, &name)?;
        self.push(found);
        Ok(())
    }
    pub fn load_extension(&mut self, code: i64) -> PyResult<()> {
        let vm = self.vm;
        let number = vm.new_int(code);
        let globals = self.globals.clone();
        if let Some(known) = globals.extension_cache.get(vm, &number)? {
            self.push(known);
            return Ok(());
        }
        let Some(pair) = globals.inverted_extensions.get(vm, &number)? else {
            if code <= 0 {
                return Err(cannot_unpickle(vm, "EXT specifies code <= 0"));
            }
            return Err(vm.value_error(format!("unregistered extension code {code}")));
        };
        let text = |v: &Value| v.downcast::<Str>().cloned();
        let Some([module, name]) = pair.downcast::<Tuple>().map(|t| t.items()) else {
            return Err(bad_registry(vm, code));
        };
        let (Some(module), Some(name)) = (text(module), text(name)) else {
            return Err(bad_registry(vm, code));
        };
        let found = self.class(&module, &name)?;
        globals.extension_cache.insert(vm, number, found.clone())?;
        self.push(found);
        Ok(())
    }

    // ---- instances

    pub fn load_reduce(&mut self) -> PyResult<()> {
        let vm = self.vm;
        let args = self.pop()?;
        let function = self.pop()?;
        let Some(args) = args.downcast::<Tuple>() else {
            return Err(vm.type_error("argument list must be a tuple"));
        };
        let made = vm.call(&function, args.items())?;
        self.push(made);
        Ok(())
    }
    pub fn load_newobj(&mut self, with_keywords: bool) -> PyResult<()> {
        let vm = self.vm;
        let code = if with_keywords { "NEWOBJ_EX" } else { "NEWOBJ" };
        let kwargs = match with_keywords {
            true => Some(self.pop()?),
            false => None,
        };
        let args = self.pop()?;
        let class = self.pop()?;
        let wrong = |what: &str, expected: &str, value: &Value| {
            cannot_unpickle(
                vm,
                format!(
                    "{code} {what} argument must be a {expected}, not {}",
                    vm.type_name(value)
                ),
            )
        };
        let Some(class) = class.downcast::<Type>() else {
            return Err(wrong("class", "type", &class));
        };
        let Some(new) = class.slots.new.get() else {
            return Err(cannot_unpickle(
                vm,
                format!(
                    "{code} class argument '{}' doesn't have __new__",
                    class.display_name()
                ),
            ));
        };
        let Some(args) = args.downcast::<Tuple>() else {
            return Err(wrong("args", "tuple", &args));
        };
        let made = match &kwargs {
            None => new(vm, class, Args::positional_only(args.items()))?,
            Some(kwargs) => {
                let Some(kwargs) = kwargs.downcast::<Dict>() else {
                    return Err(wrong("kwargs", "dict", kwargs));
                };
                let (names, values): (Vec<Value>, Vec<Value>) = kwargs.items().into_iter().unzip();
                if names.iter().any(|n| n.downcast::<Str>().is_none()) {
                    return Err(vm.type_error("keywords must be strings"));
                }
                let mut all = args.items().to_vec();
                all.extend(values);
                let names = vm.new_tuple(names);
                let keywords = (!names.is_empty()).then_some(&names);
                let call = Args {
                    values: &all,
                    keywords,
                };
                new(vm, class, call)?
            }
        };
        self.push(made);
        Ok(())
    }
    fn instantiate(&mut self, class: &Value, args: &[Value]) -> PyResult<()> {
        let vm = self.vm;
        let made = if args.is_empty()
            && class.downcast::<Type>().is_some()
            && vm
                .getattr_opt(class, &vm.intern_str("__getinitargs__"))?
                .is_none()
        {
            vm.call_method(class, &vm.names.__new__, std::slice::from_ref(class))?
        } else {
            vm.call(class, args)?
        };
        self.push(made);
        Ok(())
    }
    pub fn load_inst(&mut self) -> PyResult<()> {
        // The mark must be there before a class is looked for.
        if self.marks.is_empty() {
            return Err(cannot_unpickle(self.vm, "could not find MARK"));
        }
        let module = self.line_text("ascii")?;
        let name = self.line_text("ascii")?;
        let class = self.class(&module, &name)?;
        let args = self.pop_mark()?;
        self.instantiate(&class, &args)
    }
    pub fn load_obj(&mut self) -> PyResult<()> {
        let items = self.pop_mark()?;
        match items.split_first() {
            Some((class, args)) => self.instantiate(class, args),
            None => Err(self.underflow()),
        }
    }
    pub fn load_build(&mut self) -> PyResult<()> {
        let vm = self.vm;
        let mut state = self.pop()?;
        let instance = self.top()?;
        if let Some(set) = vm.getattr_opt(&instance, &vm.names.__setstate__)? {
            return vm.call(&set, &[state]).map(drop);
        }
        let mut slots = Value::NONE;
        if let Some([first, second]) = state.downcast::<Tuple>().map(|t| t.items()) {
            (state, slots) = (first.clone(), second.clone());
        }
        if !state.is_none() {
            let Some(attributes) = state.downcast::<Dict>() else {
                return Err(cannot_unpickle(vm, "state is not a dictionary"));
            };
            if !store_plain(vm, &instance, attributes)? {
                let dict = vm.getattr(&instance, &vm.names.__dict__)?;
                for (name, value) in attributes.items() {
                    let name = match name.downcast_exact::<Str>(&vm.types.str) {
                        Some(text) => vm.intern(text).into_value(),
                        None => name,
                    };
                    vm.set_item(&dict, &name, &value)?;
                }
            }
        }
        if slots.is_none() {
            return Ok(());
        }
        let Some(slots) = slots.downcast::<Dict>() else {
            return Err(cannot_unpickle(vm, "slot state is not a dictionary"));
        };
        for (name, value) in slots.items() {
            match name.downcast::<Str>() {
                Some(name) => vm.setattr(&instance, name, &value)?,
                None => {
                    return Err(vm.type_error(format!(
                        "attribute name must be string, not '{}'",
                        vm.type_name(&name)
                    )));
                }
            }
        }
        Ok(())
    }

    // ---- what lies elsewhere

    pub fn load_persid(&mut self) -> PyResult<()> {
        let vm = self.vm;
        let line = self.reader.line(vm)?;
        if !line.is_ascii() {
            return Err(cannot_unpickle(
                vm,
                "persistent IDs in protocol 0 must be ASCII strings",
            ));
        }
        let id = vm.new_ascii(&line).into_value();
        self.load_persistent(id)
    }
    pub fn load_persistent(&mut self, id: Value) -> PyResult<()> {
        let Some(load) = self.persistent_load.clone() else {
            return Err(no_persistent(self.vm));
        };
        let found = self.vm.call(&load, &[id])?;
        self.push(found);
        Ok(())
    }
    pub fn load_next_buffer(&mut self) -> PyResult<()> {
        let vm = self.vm;
        let Some(buffers) = self.buffers.clone() else {
            return Err(cannot_unpickle(
                vm,
                "pickle stream refers to out-of-band data but no *buffers* argument was given",
            ));
        };
        match vm.next(&buffers)? {
            Some(buffer) => self.push(buffer),
            None => return Err(cannot_unpickle(vm, "not enough out-of-band buffers")),
        }
        Ok(())
    }
    pub fn load_readonly_buffer(&mut self) -> PyResult<()> {
        let vm = self.vm;
        let buffer = self.top()?;
        let view: Ref<MemoryView> = taipan_object::memoryview::view_of(vm, &buffer, false)?;
        let view = view.into_value();
        let readonly = vm.getattr_str(&view, "readonly")?;
        if vm.is_true(&readonly)? {
            return Ok(());
        }
        let view = vm.call_method(&view, &vm.intern_str("toreadonly"), &[])?;
        drop(self.pop()?);
        self.push(view);
        Ok(())
    }
}

#[cold]
fn bad_registry(vm: &Vm, code: i64) -> taipan_object::Raised {
    vm.value_error(format!(
        "_inverted_registry[{code}] isn't a 2-tuple of strings"
    ))
}

/// UnpicklingError: nobody knows what the identifier stands for.
#[cold]
pub fn no_persistent(vm: &Vm) -> taipan_object::Raised {
    cannot_unpickle(
        vm,
        "A load persistent id instruction was encountered, but no persistent_load function was specified.",
    )
}
