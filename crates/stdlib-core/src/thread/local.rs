//! `_local`: an object with other attributes in each thread.

use std::cell::RefCell;

use taipan_macros::pymethods;
use taipan_object::attr::generic_getattr;
use taipan_object::dict::Dict;
use taipan_object::object::alloc_instance;
use taipan_object::str::Str;
use taipan_object::{Args, PyResult, Ref, TypeRef, Value, Vm, payload};
use taipan_vm::machine::Machine;

/// The payload of `_local`.
pub struct Local {
    /// What the constructor was given: `__init__` gets it in each thread.
    args: Vec<Value>,
    names: Option<Ref<taipan_object::tuple::Tuple>>,
    /// Attributes by the number of the machine that runs the thread.
    dicts: RefCell<Vec<(u64, Ref<Dict>)>>,
}
payload!(
    Local,
    gc,
    |this, visit| {
        this.args.iter().for_each(&mut *visit);
        if let Some(names) = &this.names {
            visit(names.as_value());
        }
        this.dicts
            .borrow()
            .iter()
            .for_each(|(_, d)| visit(d.as_value()));
    },
    clear | this | drop(this.dicts.take())
);

/// The attributes of the running thread; made, and the object initialised, when it comes first.
fn attributes(vm: &Vm, this: &Ref<Local>) -> PyResult<Ref<Dict>> {
    let key = Machine::of(vm).number;
    let known = {
        let dicts = this.dicts.borrow();
        dicts
            .iter()
            .find(|(k, _)| *k == key)
            .map(|(_, d)| d.clone())
    };
    if let Some(known) = known {
        return Ok(known);
    }
    let dict = vm.new_dict();
    // Threads that have ended leave their attributes behind until another one comes.
    let mut gone = Vec::new();
    {
        let mut dicts = this.dicts.borrow_mut();
        let alive = taipan_vm::threads::numbers(vm);
        let mut at = 0;
        while at < dicts.len() {
            if alive.contains(&dicts[at].0) {
                at += 1;
            } else {
                gone.push(dicts.swap_remove(at));
            }
        }
        dicts.push((key, dict.clone()));
    }
    drop(gone);
    let class = vm.type_of(this.as_value()).clone();
    if let Some(init) = class.slots.init.get()
        && !vm
            .types
            .object
            .slots
            .init
            .get()
            .is_some_and(|own| std::ptr::fn_addr_eq(own, init))
    {
        let args = Args {
            values: &this.args,
            keywords: this.names.as_ref(),
        };
        if let Err(raised) = init(vm, this.as_value(), args) {
            let gone = {
                let mut dicts = this.dicts.borrow_mut();
                let at = dicts.iter().position(|(k, _)| *k == key);
                at.map(|at| dicts.swap_remove(at))
            };
            drop(gone);
            return Err(raised);
        }
    }
    Ok(dict)
}

/// Drops what a thread that ends has set in any `_local` object that it used.
pub(super) fn forget_thread(vm: &Vm, used: &[Value]) {
    let key = Machine::of(vm).number;
    for object in used {
        let local = object
            .downcast::<taipan_object::weakref::WeakRef>()
            .and_then(|r| r.get())
            .and_then(|o| o.downcast_owned::<Local>().ok());
        if let Some(local) = local {
            let gone = {
                let mut dicts = local.dicts.borrow_mut();
                let at = dicts.iter().position(|(k, _)| *k == key);
                at.map(|at| dicts.swap_remove(at))
            };
            drop(gone);
        }
    }
}

#[pymethods(
    name = "_local",
    module = "_thread",
    doc = "Attributes of each thread.",
    flags(BASETYPE | WEAKREFABLE)
)]
impl Local {
    #[pyslot(new)]
    fn make(vm: &Vm, cls: &TypeRef, args: Args<'_>) -> PyResult {
        let plain = |slot: Option<taipan_object::slots::InitFn>| {
            vm.types
                .object
                .slots
                .init
                .get()
                .zip(slot)
                .is_none_or(|(a, b)| std::ptr::fn_addr_eq(a, b))
        };
        if !args.values.is_empty() && plain(cls.slots.init.get()) {
            return Err(vm.type_error("Initialization arguments are not supported"));
        }
        let local = Local {
            args: args.values.to_vec(),
            names: args.keywords.cloned(),
            dicts: RefCell::default(),
        };
        let this = alloc_instance(vm, cls, local);
        // The constructor itself runs `__init__` in the thread that makes the object.
        this.dicts
            .borrow_mut()
            .push((Machine::of(vm).number, vm.new_dict()));
        super::handle::note_local(vm, this.as_value())?;
        Ok(this.into_value())
    }
    #[pyslot]
    fn getattro(vm: &Vm, this: &Ref<Local>, name: &Ref<Str>) -> PyResult {
        let dict = attributes(vm, this)?;
        super::handle::note_local(vm, this.as_value())?;
        if name.is_str("__dict__") {
            return Ok(dict.into_value());
        }
        let class = vm.type_of(this.as_value()).clone();
        let found = vm.type_lookup(&class, name);
        let is_data = found
            .as_ref()
            .is_some_and(|f| vm.type_of(f).slots.descr_set.get().is_some());
        if !is_data && let Some(value) = dict.get_str(name) {
            return Ok(value);
        }
        if found.is_some() {
            return generic_getattr(vm, this.as_value(), name);
        }
        Err(vm.no_attribute(this.as_value(), name))
    }
    #[pyslot]
    fn setattro(
        vm: &Vm,
        this: &Ref<Local>,
        name: &Ref<Str>,
        value: Option<&Value>,
    ) -> PyResult<()> {
        let dict = attributes(vm, this)?;
        super::handle::note_local(vm, this.as_value())?;
        if name.is_str("__dict__") {
            return Err(vm.raise_str(
                &vm.exc.attribute_error,
                format!(
                    "'{}' object attribute '__dict__' is read-only",
                    vm.type_of(this.as_value()).display_name()
                ),
            ));
        }
        let class = vm.type_of(this.as_value()).clone();
        if let Some(found) = vm.type_lookup(&class, name)
            && let Some(set) = vm.type_of(&found).slots.descr_set.get()
        {
            return set(vm, &found, this.as_value(), value);
        }
        match value {
            Some(value) => {
                dict.insert_str(vm, name, value.clone());
                Ok(())
            }
            None => match dict.remove(vm, name.as_value())? {
                Some(_) => Ok(()),
                None => Err(vm.no_attribute(this.as_value(), name)),
            },
        }
    }
}
