//! `property`.

use taipan_macros::pymethods;

use crate::function::{Property, PropertyParts};
use crate::header::{Ref, TypeRef};
use crate::object::alloc_instance;
use crate::value::Value;
use crate::vm::{Args, PyResult, Raised, Vm};

fn unless_none(value: Option<&Value>) -> Option<Value> {
    value.filter(|v| !v.is_none()).cloned()
}

/// The name that messages use: given by the class body, or the getter's.
fn name_of(vm: &Vm, this: &Property) -> PyResult<Option<Value>> {
    let (name, get) = {
        let parts = this.parts.borrow();
        (parts.name.clone(), parts.get.clone())
    };
    match (name, get) {
        (Some(name), _) => Ok(Some(name)),
        (None, Some(get)) => vm.getattr_opt(&get, &vm.names.__name__),
        (None, None) => Ok(None),
    }
}

#[cold]
fn missing(vm: &Vm, this: &Property, object: &Value, what: &str) -> Raised {
    let shown = || -> PyResult<String> {
        let class = vm.repr(&vm.type_of(object).qualname.borrow().clone())?;
        Ok(match name_of(vm, this)? {
            Some(name) => format!(
                "property {} of {class} object has no {what}",
                vm.repr(&name)?
            ),
            None => format!("property of {class} object has no {what}"),
        })
    };
    match shown() {
        Ok(message) => vm.raise_str(&vm.exc.attribute_error, message),
        Err(e) => e,
    }
}

/// A property like `this` with one function replaced.
fn with_parts(
    vm: &Vm,
    this: &Ref<Property>,
    get: Option<&Value>,
    set: Option<&Value>,
    delete: Option<&Value>,
) -> PyResult {
    let (args, name) = {
        let parts = this.parts.borrow();
        let pick = |new: Option<&Value>, old: &Option<Value>| {
            unless_none(new)
                .or_else(|| old.clone())
                .unwrap_or(Value::NONE)
        };
        let get = pick(get, &parts.get);
        let doc = if parts.getter_doc && !get.is_none() {
            Value::NONE
        } else {
            parts.doc.clone().unwrap_or(Value::NONE)
        };
        (
            [get, pick(set, &parts.set), pick(delete, &parts.delete), doc],
            parts.name.clone(),
        )
    };
    let new = vm.call(this.ty().as_value(), &args)?;
    if let Some(new) = new.downcast::<Property>() {
        let old = std::mem::replace(&mut new.parts.borrow_mut().name, name);
        drop(old);
    }
    Ok(new)
}

/// Gives a property its documentation: the one passed, or the getter's.
fn set_up_doc(
    vm: &Vm,
    this: &Ref<Property>,
    get: Option<&Value>,
    doc: Option<Value>,
) -> PyResult<()> {
    let given = doc.is_some();
    let doc = match (doc, get) {
        (Some(doc), _) => Some(doc),
        (None, Some(get)) => vm
            .getattr_opt(get, &vm.names.__doc__)?
            .filter(|d| !d.is_none()),
        (None, None) => None,
    };
    let from_getter = !given && doc.is_some();
    if this.ty().is(&vm.types.property) {
        let mut parts = this.parts.borrow_mut();
        parts.getter_doc = from_getter;
        let old = std::mem::replace(&mut parts.doc, doc);
        drop(parts);
        drop(old);
        return Ok(());
    }
    // The class's own `__doc__` hides that of `property`, so subclasses keep it in the instance.
    this.parts.borrow_mut().getter_doc = from_getter;
    let set = vm.setattr(
        this.as_value(),
        &vm.names.__doc__,
        &doc.unwrap_or(Value::NONE),
    );
    if given {
        set
    } else {
        vm.ignore(set, &vm.exc.attribute_error).map(drop)
    }
}

#[pymethods(
    name = "property",
    doc = "An attribute that functions read, set and delete.",
    signature = "(fget=None, fset=None, fdel=None, doc=None)",
    flags(BASETYPE)
)]
impl Property {
    #[pyslot(new)]
    fn make(vm: &Vm, cls: &TypeRef, _args: Args<'_>) -> PyResult {
        Ok(alloc_instance(vm, cls, Property::default()).into_value())
    }
    #[pyinit("(fget=None, fset=None, fdel=None, doc=None)")]
    fn init(
        vm: &Vm,
        this: &Ref<Property>,
        fget: Option<&Value>,
        fset: Option<&Value>,
        fdel: Option<&Value>,
        doc: Option<&Value>,
    ) -> PyResult<()> {
        let parts = PropertyParts {
            get: unless_none(fget),
            set: unless_none(fset),
            delete: unless_none(fdel),
            doc: None,
            name: None,
            getter_doc: false,
        };
        let old = this.parts.replace(parts);
        drop(old);
        set_up_doc(vm, this, fget.filter(|f| !f.is_none()), unless_none(doc))
    }
    #[pyslot]
    fn descr_get(
        vm: &Vm,
        this: &Value,
        object: Option<&Value>,
        _owner: Option<&Value>,
    ) -> PyResult {
        let (Some(property), Some(object)) =
            (this.downcast::<Property>(), object.filter(|o| !o.is_none()))
        else {
            return Ok(this.clone());
        };
        let get = property.parts.borrow().get.clone();
        match get {
            Some(get) => vm.call(&get, std::slice::from_ref(object)),
            None => Err(missing(vm, property, object, "getter")),
        }
    }
    #[pyslot]
    fn descr_set(
        vm: &Vm,
        this: &Ref<Property>,
        object: &Value,
        value: Option<&Value>,
    ) -> PyResult<()> {
        let function = {
            let parts = this.parts.borrow();
            if value.is_some() {
                parts.set.clone()
            } else {
                parts.delete.clone()
            }
        };
        let Some(function) = function else {
            return Err(missing(
                vm,
                this,
                object,
                if value.is_some() { "setter" } else { "deleter" },
            ));
        };
        match value {
            Some(value) => vm.call(&function, &[object.clone(), value.clone()]),
            None => vm.call(&function, std::slice::from_ref(object)),
        }
        .map(drop)
    }

    /// A copy with another getter.
    #[pymethod("(self, fget, /)")]
    fn getter(vm: &Vm, this: &Ref<Property>, fget: &Value) -> PyResult {
        with_parts(vm, this, Some(fget), None, None)
    }
    /// A copy with another setter.
    #[pymethod("(self, fset, /)")]
    fn setter(vm: &Vm, this: &Ref<Property>, fset: &Value) -> PyResult {
        with_parts(vm, this, None, Some(fset), None)
    }
    /// A copy with another deleter.
    #[pymethod("(self, fdel, /)")]
    fn deleter(vm: &Vm, this: &Ref<Property>, fdel: &Value) -> PyResult {
        with_parts(vm, this, None, None, Some(fdel))
    }
    /// Tells the property its name in a class.
    #[pymethod("(self, *args)")]
    fn __set_name__(vm: &Vm, this: &Ref<Property>, args: &[Value]) -> PyResult<()> {
        let [_, name] = args else {
            return Err(vm.type_error(format!(
                "__set_name__() takes 2 positional arguments but {} were given",
                args.len()
            )));
        };
        let old = this.parts.borrow_mut().name.replace(name.clone());
        drop(old);
        Ok(())
    }

    #[pygetset]
    fn fget(this: &Ref<Property>) -> Option<Value> {
        this.parts.borrow().get.clone()
    }
    #[pygetset]
    fn fset(this: &Ref<Property>) -> Option<Value> {
        this.parts.borrow().set.clone()
    }
    #[pygetset]
    fn fdel(this: &Ref<Property>) -> Option<Value> {
        this.parts.borrow().delete.clone()
    }
    #[pygetset]
    fn __doc__(this: &Ref<Property>) -> Option<Value> {
        this.parts.borrow().doc.clone()
    }
    #[pysetter(__doc__)]
    fn set_doc(_vm: &Vm, this: &Ref<Property>, value: Option<&Value>) -> PyResult<()> {
        let old = std::mem::replace(&mut this.parts.borrow_mut().doc, value.cloned());
        drop(old);
        Ok(())
    }
    #[pygetset]
    fn __name__(vm: &Vm, this: &Ref<Property>) -> PyResult {
        match name_of(vm, this)? {
            Some(name) => Ok(name),
            None => {
                let message = format!(
                    "'{}' object has no attribute '__name__'",
                    this.ty().display_name()
                );
                Err(vm.attribute_error(message, this.as_value(), &vm.names.__name__))
            }
        }
    }
    #[pysetter(__name__)]
    fn set_name(_vm: &Vm, this: &Ref<Property>, value: Option<&Value>) -> PyResult<()> {
        let old = std::mem::replace(&mut this.parts.borrow_mut().name, value.cloned());
        drop(old);
        Ok(())
    }
    #[pygetset]
    fn __isabstractmethod__(vm: &Vm, this: &Ref<Property>) -> PyResult<bool> {
        let parts = {
            let p = this.parts.borrow();
            [p.get.clone(), p.set.clone(), p.delete.clone()]
        };
        for part in parts.iter().flatten() {
            if crate::methods::is_abstract(vm, part)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
