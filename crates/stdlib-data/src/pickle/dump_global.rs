//! Pickling: classes, functions and what else is known by a name.

use taipan_object::dict::Dict;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::{PyResult, Raised, Ref, Value, Vm};

use super::dump::Dump;
use super::globals::{instead, pickling_error_type, with_repr};
use super::op;

/// The names of a dotted name.
pub fn dotted(vm: &Vm, name: &Ref<Str>) -> Vec<Ref<Str>> {
    let view = name.view();
    let mut parts = Vec::new();
    let mut start = 0;
    for end in 0..=view.len() {
        if end == view.len() || view.get(end) == u32::from('.') {
            parts.push(if (start, end) == (0, view.len()) {
                name.clone()
            } else {
                vm.intern(&vm.new_from_view(view.slice(start, end)))
            });
            start = end + 1;
        }
    }
    parts
}

/// `getattr` for each name in turn.
pub fn resolve(vm: &Vm, object: &Value, path: &[Ref<Str>]) -> PyResult {
    let mut found = object.clone();
    for name in path {
        found = vm.getattr(&found, name)?;
    }
    Ok(found)
}

/// A module by its name, imported if it must be.
///
/// # Errors
/// What the import raises.
pub fn module(vm: &Vm, name: &Ref<Str>) -> PyResult {
    if let Some(module) = vm.modules.get_str(name).filter(|m| !m.is_none()) {
        return Ok(module);
    }
    if name.is_empty() {
        return Err(vm.value_error("Empty module name"));
    }
    (vm.hooks.get().import)(vm, &name.to_string())
}

/// The parts of a message about an object.
#[cold]
fn cannot(vm: &Vm, object: &Value, why: &[&[u8]]) -> Raised {
    let text = why.concat();
    with_repr(
        vm,
        &pickling_error_type(vm),
        "Can't pickle ",
        object,
        &String::from_utf8_lossy(&text),
    )
}

/// A loaded module that has the object under a name.
fn search(vm: &Vm, object: &Value, path: &[Ref<Str>]) -> PyResult<Option<Ref<Str>>> {
    for (name, module) in vm.modules.items() {
        let Ok(name) = name.downcast_owned::<Str>() else {
            continue;
        };
        if name.is_str("__main__") || name.is_str("__mp_main__") || module.is_none() {
            continue;
        }
        let found = resolve(vm, &module, path);
        if vm
            .ignore(found, &vm.exc.attribute_error)?
            .is_some_and(|f| f.is(object))
        {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// The module in which an object is found under a name.
fn module_of(vm: &Vm, object: &Value, name: &Ref<Str>, path: &[Ref<Str>]) -> PyResult<Ref<Str>> {
    let told = vm
        .getattr_opt(object, &vm.names.__module__)?
        .filter(|m| !m.is_none());
    if path.iter().any(|p| p.is_str("<locals>")) {
        return Err(with_repr(
            vm,
            &pickling_error_type(vm),
            "Can't pickle local object ",
            object,
            "",
        ));
    }
    let module_name = match told {
        Some(told) => match told.downcast_owned::<Str>() {
            Ok(told) => told,
            Err(other) => {
                return Err(vm.type_error(format!(
                    "module name must be a string, not {}",
                    vm.type_name(&other)
                )));
            }
        },
        None => match search(vm, object, path)? {
            Some(found) => return Ok(found),
            None => vm.names.__main__.clone(),
        },
    };
    let holder = match module(vm, &module_name) {
        Ok(holder) => holder,
        Err(e) => {
            let expected = [&vm.exc.import_error, &vm.exc.value_error, &vm.exc.key_error];
            if !expected.iter().any(|ty| vm.exception_is(ty)) {
                return Err(e);
            }
            return Err(instead(vm, e, |error| match vm.str(error) {
                Ok(text) => cannot(vm, object, &[b": ", &text.to_wtf8()]),
                Err(e) => e,
            }));
        }
    };
    let place = [module_name.to_wtf8(), name.to_wtf8()].join(&b'.');
    match resolve(vm, &holder, path) {
        Ok(found) if found.is(object) => Ok(module_name),
        Ok(_) => Err(cannot(
            vm,
            object,
            &[b": it's not the same object as ", &place],
        )),
        Err(e) if vm.exception_is(&vm.exc.attribute_error) => Err(instead(vm, e, |_| {
            cannot(vm, object, &[b": it's not found as ", &place])
        })),
        Err(e) => Err(e),
    }
}

impl Dump<'_> {
    /// Classes of singletons have no name to be found by.
    pub fn save_type(&mut self, object: &Value) -> PyResult<()> {
        let vm = self.vm;
        let types = &vm.types;
        let singletons = [
            (&types.none_type, Value::NONE),
            (&types.ellipsis, Value::ELLIPSIS),
            (&types.not_implemented_type, Value::NOT_IMPLEMENTED),
        ];
        for (class, singleton) in singletons {
            if object.is(class.as_value()) {
                let parts = [types.type_.to_value(), vm.tuple_value([singleton])];
                return self.save_reduce(&parts, Some(object));
            }
        }
        self.save_global(object, None)
    }
    /// Writes an object as the name that it is found by.
    ///
    /// # Errors
    /// PicklingError; what attributes raise.
    pub fn save_global(&mut self, object: &Value, name: Option<&Value>) -> PyResult<()> {
        let vm = self.vm;
        let name = match name {
            Some(name) => name.clone(),
            None => match vm.getattr_opt(object, &vm.names.__qualname__)? {
                Some(name) => name,
                None => vm.getattr(object, &vm.names.__name__)?,
            },
        };
        let name = name.downcast_owned::<Str>().map_err(|other| {
            vm.type_error(format!(
                "name must be a string, not {}",
                vm.type_name(&other)
            ))
        })?;
        let path = dotted(vm, &name);
        let module_name = module_of(vm, object, &name, &path)?;
        if self.protocol >= 2 && self.save_extension(&module_name, &name)? {
            return Ok(());
        }
        if self.protocol >= 4 {
            self.save(module_name.as_value())?;
            self.save(name.as_value())?;
            self.out.byte(op::STACK_GLOBAL);
        } else {
            self.save_old_global(&module_name, &path)?;
        }
        self.memoize(object);
        Ok(())
    }
    /// Writes the number that `copyreg` knows an object by; whether it knows one.
    fn save_extension(&mut self, module: &Ref<Str>, name: &Ref<Str>) -> PyResult<bool> {
        let vm = self.vm;
        if self.globals.extensions.is_empty() {
            return Ok(false);
        }
        let key = vm.tuple_value([module.to_value(), name.to_value()]);
        let Some(code) = self.globals.extensions.clone().get(vm, &key)? else {
            return Ok(false);
        };
        let code = vm.index_i64(&code)?;
        match code {
            1..=0xFF => self.out.put(&[op::EXT1, code as u8]),
            0x100..=0xFFFF => {
                let [a, b] = (code as u16).to_le_bytes();
                self.out.put(&[op::EXT2, a, b]);
            }
            0x1_0000..=0x7FFF_FFFF => {
                self.out.byte(op::EXT4);
                self.out.put(&(code as u32).to_le_bytes());
            }
            _ => {
                return Err(vm.runtime_error(format!("extension code {code} is out of range")));
            }
        }
        Ok(true)
    }
    /// Before protocol 4 only a module's own names can be said; the rest is attributes.
    fn save_old_global(&mut self, module: &Ref<Str>, path: &[Ref<Str>]) -> PyResult<()> {
        let vm = self.vm;
        let Some((top, attributes)) = path.split_first() else {
            return Ok(());
        };
        let getattr = vm.builtin("getattr")?;
        for _ in attributes {
            self.save(&getattr)?;
            if self.protocol < 2 {
                self.out.byte(op::MARK);
            }
        }
        let (mut module, mut top) = (module.clone(), top.clone());
        if self.protocol < 3 && self.fix_imports {
            (module, top) = self.old_names(module, top)?;
        }
        let module_text = self.identifier(&module, "module")?;
        let name_text = self.identifier(&top, "global")?;
        self.out.byte(op::GLOBAL);
        self.out.put(&module_text);
        self.out.byte(b'\n');
        self.out.put(&name_text);
        self.out.byte(b'\n');
        for attribute in attributes {
            self.save(attribute.as_value())?;
            self.out.byte(if self.protocol < 2 {
                op::TUPLE
            } else {
                op::TUPLE2
            });
            self.out.byte(op::REDUCE);
        }
        Ok(())
    }
    /// The names that Python 2 had.
    fn old_names(&self, module: Ref<Str>, name: Ref<Str>) -> PyResult<(Ref<Str>, Ref<Str>)> {
        renamed(
            self.vm,
            &self.globals.reverse_names,
            &self.globals.reverse_imports,
            module,
            name,
        )
    }
    /// A name in the encoding of the protocol.
    fn identifier(&self, name: &Ref<Str>, kind: &str) -> PyResult<Vec<u8>> {
        let vm = self.vm;
        let ascii = self.protocol < 3;
        if name.is_ascii() {
            return Ok(name.to_wtf8());
        }
        let encoding = vm.intern_str(if ascii { "ascii" } else { "utf-8" });
        match taipan_object::codecs::registry::encode_text(vm, name, &encoding, None) {
            Ok(_) => Ok(name.to_wtf8()),
            Err(e) if vm.exception_is(&vm.exc.unicode_encode_error) => Err(instead(vm, e, |_| {
                with_repr(
                    vm,
                    &pickling_error_type(vm),
                    &format!("can't pickle {kind} identifier "),
                    name.as_value(),
                    &format!(" using pickle protocol {}", self.protocol),
                )
            })),
            Err(e) => Err(e),
        }
    }
}

/// A module and a name by tables of names and of modules.
pub fn renamed(
    vm: &Vm,
    names: &Ref<Dict>,
    modules: &Ref<Dict>,
    module: Ref<Str>,
    name: Ref<Str>,
) -> PyResult<(Ref<Str>, Ref<Str>)> {
    let text = |value: &Value| value.downcast::<Str>().cloned();
    let key = vm.tuple_value([module.to_value(), name.to_value()]);
    if let Some(found) = names.get(vm, &key)? {
        if let Some([module, name]) = found.downcast::<Tuple>().map(|t| t.items())
            && let (Some(module), Some(name)) = (text(module), text(name))
        {
            return Ok((module, name));
        }
        return Err(vm.runtime_error("_compat_pickle's names should be pairs of strings"));
    }
    match modules.get(vm, module.as_value())? {
        Some(found) => match text(&found) {
            Some(found) => Ok((found, name)),
            None => Err(vm.runtime_error("_compat_pickle's modules should be strings")),
        },
        None => Ok((module, name)),
    }
}
