//! The module `_abc`: abstract base classes.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use taipan_macros::pymodule;
use taipan_object::weakref::{WeakRef, new_ref};
use taipan_object::{PyResult, Value, Vm, payload};

pub use module::MODULE;

/// Classes by identity, referred to weakly.
#[derive(Default)]
struct WeakClasses(RefCell<Entries>);

#[derive(Default)]
struct Entries {
    /// Address of the class and a weak reference to it; an entry of a class that is gone counts for nothing.
    by_address: HashMap<u64, Value>,
    /// Size at which entries of dead classes are dropped.
    limit: usize,
}

impl WeakClasses {
    fn contains(&self, class: &Value) -> bool {
        let entries = self.0.borrow();
        entries.by_address.get(&class.id()).is_some_and(is_alive)
    }
    fn add(&self, vm: &Vm, class: &Value) -> PyResult<()> {
        let reference = new_ref(vm, &vm.types.weakref, class, None)?;
        let mut dead = Vec::new();
        let mut entries = self.0.borrow_mut();
        if entries.by_address.len() >= entries.limit {
            dead.extend(entries.by_address.extract_if(|_, r| !is_alive(r)));
            entries.limit = (entries.by_address.len() * 2).max(16);
        }
        let old = entries.by_address.insert(class.id(), reference);
        drop(entries);
        drop((old, dead));
        Ok(())
    }
    /// The classes that live.
    fn all(&self) -> Vec<Value> {
        let entries = self.0.borrow();
        entries.by_address.values().filter_map(referent).collect()
    }
    fn clear(&self) {
        let old = self.0.take();
        drop(old);
    }
    fn visit(&self, visit: &mut dyn FnMut(&Value)) {
        self.0.borrow().by_address.values().for_each(visit);
    }
}

fn referent(reference: &Value) -> Option<Value> {
    reference.downcast::<WeakRef>().and_then(|r| r.get())
}
fn is_alive(reference: &Value) -> bool {
    referent(reference).is_some()
}

/// `_abc._abc_data`: what an abstract class knows of its virtual subclasses.
#[derive(Default)]
pub struct Data {
    registry: WeakClasses,
    cache: WeakClasses,
    negative: WeakClasses,
    /// The state of all registries that `negative` belongs to.
    version: Cell<u64>,
}
payload!(
    Data,
    gc,
    |this, visit| [&this.registry, &this.cache, &this.negative]
        .into_iter()
        .for_each(|c| c.visit(visit)),
    clear
        | this
        | [&this.registry, &this.cache, &this.negative]
            .into_iter()
            .for_each(WeakClasses::clear)
);

/// How often anything was registered.
#[derive(Default)]
struct Counter(Cell<u64>);

/// Functions of the module `_abc`.
#[pymodule(name = "_abc", doc = "Abstract base classes.")]
pub mod module {
    use taipan_object::native::{MethodDef, TypeSpec};
    use taipan_object::str::Str;
    use taipan_object::ty::{Type, TypeFlags};
    use taipan_object::{Payload, PyResult, Ref, TypeRef, Value, Vm};

    use super::{Counter, Data, WeakClasses};

    const IMPL: &str = "_abc_impl";

    fn counter(vm: &Vm) -> std::rc::Rc<Counter> {
        taipan_vm::state::<Counter>(vm, "abc.counter")
    }
    fn data_type(vm: &Vm) -> TypeRef {
        if let Some(ty) = vm.native_type::<Data>() {
            return ty;
        }
        let spec = TypeSpec {
            name: "_abc_data",
            module: "_abc",
            doc: "",
            signature: "",
            flags: TypeFlags::default(),
            vtable: Data::vtable(),
            fill: |_| {},
            methods: &[] as &[&[MethodDef]],
            getsets: &[],
        };
        crate::state::once(vm, "abc.data", || {
            vm.make_native_type(&spec, &vm.types.object)
        })
    }
    fn data_of(vm: &Vm, class: &Value) -> PyResult<Ref<Data>> {
        let data = vm.getattr_str(class, IMPL)?;
        data.downcast_owned::<Data>()
            .map_err(|_| vm.type_error("_abc_impl is set to a wrong type"))
    }

    /// A number that changes with every registration.
    #[pyfunction("()")]
    fn get_cache_token(vm: &Vm) -> u64 {
        counter(vm).0.get()
    }

    /// Makes a class abstract: finds its abstract methods.
    #[pyfunction("(cls_, /)")]
    fn _abc_init(vm: &Vm, class: &Value) -> PyResult<()> {
        let Some(ty) = class.downcast::<Type>() else {
            return Err(vm.type_error("_abc_init() argument must be a class"));
        };
        let mut names: Vec<Value> = Vec::new();
        let is_abstract = |v: &Value| -> PyResult<bool> {
            match vm.getattr_opt(v, &vm.names.__isabstractmethod__)? {
                Some(flag) => vm.is_true(&flag),
                None => Ok(false),
            }
        };
        for (name, value) in ty.dict.items() {
            if is_abstract(&value)? {
                names.push(name);
            }
        }
        let bases = ty.bases.borrow().clone();
        for base in bases.items() {
            let Some(inherited) = vm.getattr_opt(base, &vm.names.__abstractmethods__)? else {
                continue;
            };
            for name in vm.collect(&inherited)? {
                let Some(text) = name.downcast::<Str>() else {
                    continue;
                };
                if let Some(v) = vm.getattr_opt(class, text)?
                    && is_abstract(&v)?
                {
                    names.push(name);
                }
            }
        }
        let names = vm.list_value(names);
        let set = vm.call(vm.types.frozenset.as_value(), &[names])?;
        vm.setattr(class, &vm.names.__abstractmethods__, &set)?;
        let data = vm.heap.alloc(&data_type(vm), Data::default());
        data.version.set(counter(vm).0.get());
        vm.setattr(class, &vm.intern_str(IMPL), data.as_value())?;
        // The flags of `Sequence` and `Mapping` for `match`.
        let flags_name = vm.intern_str("__abc_tpflags__");
        if let Some(flags) = ty.dict.get_str(&flags_name)
            && let Some(n) = flags.as_i64()
        {
            let both = (TypeFlags::SEQUENCE | TypeFlags::MAPPING).0 as i64;
            if n & both == both {
                return Err(vm.type_error(
                    "__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING",
                ));
            }
            for flag in [TypeFlags::SEQUENCE, TypeFlags::MAPPING] {
                if n & flag.0 as i64 != 0 {
                    ty.set_flag(flag, true);
                }
            }
            vm.delattr(class, &flags_name)?;
        }
        Ok(())
    }

    /// Makes a class a virtual subclass.
    #[pyfunction("(cls_, subclass, /)")]
    fn _abc_register(vm: &Vm, class: &Value, subclass: &Value) -> PyResult {
        let Some(sub) = subclass.downcast::<Type>() else {
            return Err(vm.type_error("Can only register classes"));
        };
        if vm.is_subclass(subclass, class)? {
            return Ok(subclass.clone());
        }
        if vm.is_subclass(class, subclass)? {
            return Err(vm.runtime_error("Refusing to create an inheritance cycle"));
        }
        let data = data_of(vm, class)?;
        if !data.registry.contains(subclass) {
            data.registry.add(vm, subclass)?;
        }
        let counter = counter(vm);
        counter.0.set(counter.0.get() + 1);
        if let Some(ty) = class.downcast::<Type>() {
            for flag in [TypeFlags::SEQUENCE, TypeFlags::MAPPING] {
                if ty.has(flag) {
                    set_below(sub, flag);
                }
            }
        }
        Ok(subclass.clone())
    }
    fn set_below(ty: &TypeRef, flag: TypeFlags) {
        if ty.has(flag) {
            return;
        }
        ty.set_flag(flag, true);
        for sub in taipan_object::type_ops::subclasses(ty) {
            set_below(&sub, flag);
        }
    }

    /// `isinstance` with virtual subclasses.
    #[pyfunction("(cls_, instance, /)")]
    fn _abc_instancecheck(vm: &Vm, class: &Value, instance: &Value) -> PyResult {
        let data = data_of(vm, class)?;
        let subclass = vm.getattr(instance, &vm.names.__class__)?;
        if data.cache.contains(&subclass) {
            return Ok(Value::TRUE);
        }
        let actual = vm.type_of(instance).to_value();
        let check = vm.names.__subclasscheck__.clone();
        if actual.is(&subclass) {
            if data.version.get() == counter(vm).0.get() && data.negative.contains(&subclass) {
                return Ok(Value::FALSE);
            }
            return vm.call_method(class, &check, &[subclass]);
        }
        let result = vm.call_method(class, &check, &[subclass])?;
        if vm.is_true(&result)? {
            return Ok(result);
        }
        vm.call_method(class, &check, &[actual])
    }

    /// `issubclass` with virtual subclasses.
    #[pyfunction("(cls_, subclass, /)")]
    fn _abc_subclasscheck(vm: &Vm, class: &Value, subclass: &Value) -> PyResult<bool> {
        let Some(sub) = subclass.downcast::<Type>() else {
            return Err(vm.type_error("issubclass() arg 1 must be a class"));
        };
        vm.check_stack(" in __subclasscheck__")?;
        let data = data_of(vm, class)?;
        if data.cache.contains(subclass) {
            return Ok(true);
        }
        let now = counter(vm).0.get();
        if data.version.get() < now {
            data.negative.clear();
            data.version.set(now);
        } else if data.negative.contains(subclass) {
            return Ok(false);
        }
        let yes = || {
            data.cache.add(vm, subclass)?;
            Ok(true)
        };
        let hook = vm.call_method(
            class,
            &vm.intern_str("__subclasshook__"),
            std::slice::from_ref(subclass),
        )?;
        if hook.is_true() {
            return yes();
        }
        if hook.is_false() {
            data.negative.add(vm, subclass)?;
            return Ok(false);
        }
        if !hook.is_not_implemented() {
            return Err(vm.raise_str(
                &vm.exc.assertion_error,
                "__subclasshook__ must return either False, True, or NotImplemented",
            ));
        }
        if let Some(ty) = class.downcast::<Type>()
            && sub.is_subtype(ty)
        {
            return yes();
        }
        for registered in data.registry.all() {
            if vm.is_subclass(subclass, &registered)? {
                return yes();
            }
        }
        let below = vm.call_method(class, &vm.intern_str("__subclasses__"), &[])?;
        for s in vm.collect(&below)? {
            if vm.is_subclass(subclass, &s)? {
                return yes();
            }
        }
        data.negative.add(vm, subclass)?;
        Ok(false)
    }

    /// Registry, cache, negative cache and its version, for debugging.
    #[pyfunction("(cls_, /)")]
    fn _get_dump(vm: &Vm, class: &Value) -> PyResult {
        let data = data_of(vm, class)?;
        let set = |classes: &WeakClasses| {
            let references = classes.0.borrow().by_address.values().cloned().collect();
            vm.call(vm.types.set.as_value(), &[vm.list_value(references)])
        };
        Ok(vm.tuple_value([
            set(&data.registry)?,
            set(&data.cache)?,
            set(&data.negative)?,
            vm.new_uint(data.version.get()),
        ]))
    }
    /// Empties the registry.
    #[pyfunction("(cls_, /)")]
    fn _reset_registry(vm: &Vm, class: &Value) -> PyResult<()> {
        data_of(vm, class)?.registry.clear();
        Ok(())
    }
    /// Empties the caches.
    #[pyfunction("(cls_, /)")]
    fn _reset_caches(vm: &Vm, class: &Value) -> PyResult<()> {
        let data = data_of(vm, class)?;
        data.cache.clear();
        data.negative.clear();
        Ok(())
    }
}
