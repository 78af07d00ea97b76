//! Struct sequences: tuples whose items have names too (`sys.version_info`, `os.stat_result`).
//!
//! The items that the tuple shows come first; further fields are attributes
//! only and lie in member slots of the instance.

use taipan_macros::pymethods;

use crate::dict::Dict;
use crate::header::{Ref, TypeRef};
use crate::native::{MethodDef, MethodKind};
use crate::str::Str;
use crate::tuple::Tuple;
use crate::ty::TypeFlags;
use crate::type_ops::ClassSpec;
use crate::value::Value;
use crate::vm::{Args, PyResult, Vm};

/// The descriptor of a field that the tuple shows.
struct Field {
    index: usize,
    name: &'static str,
}
crate::payload!(Field);

#[pymethods(name = "member_descriptor", doc = "")]
impl Field {
    #[pyslot]
    fn descr_get(
        _vm: &Vm,
        this: &Value,
        object: Option<&Value>,
        _owner: Option<&Value>,
    ) -> PyResult {
        let field = this
            .downcast::<Field>()
            .zip(object.and_then(|o| o.downcast::<Tuple>()));
        Ok(field
            .and_then(|(f, t)| t.items().get(f.index).cloned())
            .unwrap_or_else(|| this.clone()))
    }
    #[pyslot]
    fn descr_set(vm: &Vm, _this: &Value, _object: &Value, _value: Option<&Value>) -> PyResult<()> {
        Err(vm.raise_str(&vm.exc.attribute_error, "readonly attribute"))
    }
    #[pygetset]
    fn __name__(this: &Ref<Field>) -> &'static str {
        this.name
    }
    #[pygetset]
    fn __doc__(_this: &Ref<Field>) -> Option<Value> {
        None
    }
}

/// What a struct sequence's fields are called. Fields named `""` are only items.
pub struct Layout {
    /// With its module: `time.struct_time`.
    pub name: &'static str,
    pub doc: &'static str,
    pub visible: &'static [&'static str],
    /// Fields that are attributes but no items.
    pub hidden: &'static [&'static str],
    /// Programs may make instances from a sequence.
    pub constructible: bool,
}

/// The type made from a layout, with the layout behind it.
struct Known {
    types: std::cell::RefCell<Vec<(TypeRef, &'static Layout)>>,
}

fn known(vm: &Vm) -> std::rc::Rc<Known> {
    let found = vm.module_state.borrow().get("struct_sequences").cloned();
    if let Some(known) = found.and_then(|k| k.downcast::<Known>().ok()) {
        return known;
    }
    let new = std::rc::Rc::new(Known {
        types: Default::default(),
    });
    vm.module_state
        .borrow_mut()
        .insert("struct_sequences", new.clone());
    new
}

fn layout_of(vm: &Vm, ty: &TypeRef) -> Option<&'static Layout> {
    known(vm)
        .types
        .borrow()
        .iter()
        .find(|(t, _)| ty.is_subtype(t))
        .map(|(_, l)| *l)
}

impl Vm {
    /// The type of a layout, made on first use.
    ///
    /// # Errors
    /// Only if there is no memory.
    pub fn struct_sequence_type(&self, layout: &'static Layout) -> PyResult<TypeRef> {
        if let Some((ty, _)) = known(self)
            .types
            .borrow()
            .iter()
            .find(|(_, l)| std::ptr::eq(*l, layout))
        {
            return Ok(ty.clone());
        }
        let (module, name) = layout
            .name
            .rsplit_once('.')
            .unwrap_or(("builtins", layout.name));
        let dict = self.new_dict();
        let set = |name: &str, value: Value| dict.insert_str(self, &self.intern_str(name), value);
        set("__module__", self.intern_str(module).into_value());
        set("__doc__", self.new_str(layout.doc).into_value());
        let field_type = self.add_native_type::<Field>();
        for (index, &name) in layout
            .visible
            .iter()
            .enumerate()
            .filter(|(_, n)| !n.is_empty())
        {
            set(
                name,
                self.heap
                    .alloc(&field_type, Field { index, name })
                    .into_value(),
            );
        }
        let names: Vec<Value> = layout
            .visible
            .iter()
            .filter(|n| !n.is_empty())
            .map(|n| self.intern_str(n).into_value())
            .collect();
        let unnamed = layout.visible.len() - names.len();
        set(
            "n_sequence_fields",
            self.new_int(layout.visible.len() as i64),
        );
        set(
            "n_fields",
            self.new_int((layout.visible.len() + layout.hidden.len()) as i64),
        );
        set("n_unnamed_fields", self.new_int(unnamed as i64));
        set("__match_args__", self.new_tuple(names).into_value());
        let name = self.intern_str(name);
        let ty = self.new_class(
            &self.types.type_,
            ClassSpec {
                qualname: name.to_value(),
                name,
                bases: vec![self.types.tuple.clone()],
                dict: dict.clone(),
                members: layout.hidden.iter().map(|n| self.intern_str(n)).collect(),
                add_dict: false,
                add_weakref: false,
            },
        )?;
        ty.set_flag(TypeFlags::BASETYPE, false);
        ty.slots.repr.set(Some(repr));
        ty.slots
            .new
            .set(Some(if layout.constructible { new } else { no_new }));
        for def in &METHODS {
            let descriptor = crate::function::MethodDescriptor {
                def,
                ty: ty.clone(),
            };
            dict.insert_str(
                self,
                &self.intern_str(def.name),
                self.heap
                    .alloc(&self.types.method_descriptor, descriptor)
                    .into_value(),
            );
        }
        known(self).types.borrow_mut().push((ty.clone(), layout));
        Ok(ty)
    }

    /// An instance with the items and the hidden fields in the layout's order.
    ///
    /// # Errors
    /// Only if there is no memory.
    pub fn new_struct_sequence(
        &self,
        layout: &'static Layout,
        items: Vec<Value>,
        hidden: Vec<Value>,
    ) -> PyResult {
        let ty = self.struct_sequence_type(layout)?;
        make(self, &ty, layout, items, hidden)
    }
}

fn make(
    vm: &Vm,
    ty: &TypeRef,
    layout: &'static Layout,
    items: Vec<Value>,
    hidden: Vec<Value>,
) -> PyResult {
    let object = crate::tuple::new_tuple(&vm.heap, ty, items.into_iter()).into_value();
    for (name, value) in layout.hidden.iter().zip(hidden) {
        crate::attr::generic_setattr(vm, &object, &vm.intern_str(name), Some(&value))?;
    }
    Ok(object)
}

fn repr(vm: &Vm, object: &Value) -> PyResult {
    let (Some(tuple), Some(layout)) = (
        object.downcast::<Tuple>(),
        layout_of(vm, vm.type_of(object)),
    ) else {
        return Ok(vm.new_str("()").into_value());
    };
    let mut out = format!("{}(", layout.name).into_bytes();
    let mut first = true;
    // Items without a name are shown under those of the first hidden fields.
    let mut substitutes = layout.hidden.iter();
    for (name, value) in layout.visible.iter().zip(tuple.items()) {
        let name = if name.is_empty() {
            substitutes.next().unwrap_or(name)
        } else {
            name
        };
        if !first {
            out.extend_from_slice(b", ");
        }
        first = false;
        if !name.is_empty() {
            out.extend_from_slice(name.as_bytes());
            out.push(b'=');
        }
        vm.repr(value)?.view().push_wtf8(&mut out);
    }
    out.push(b')');
    Ok(vm.new_wtf8(&out).into_value())
}

fn no_new(vm: &Vm, ty: &TypeRef, _: Args<'_>) -> PyResult {
    let name = layout_of(vm, ty).map_or("", |l| l.name);
    Err(vm.type_error(format!("cannot create '{name}' instances")))
}

fn new(vm: &Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let Some(layout) = layout_of(vm, ty) else {
        return no_new(vm, ty, args);
    };
    let name = layout.name;
    let mut values: Vec<&Value> = args.positional().iter().collect();
    for (key, value) in args.keyword_args() {
        match key.downcast::<Str>() {
            Some(k) if k.is_str("sequence") && values.is_empty() => values.push(value),
            Some(k) if k.is_str("dict") && values.len() == 1 => values.push(value),
            _ => return Err(vm.type_error(format!("{name}() got an unexpected keyword argument"))),
        }
    }
    let (sequence, dict) = match values[..] {
        [s] => (s, None),
        [s, d] => (s, Some(d)),
        _ => return Err(vm.type_error(format!("{name}() takes a sequence and an optional dict"))),
    };
    let dict = match dict {
        None => None,
        Some(d) => match d.downcast::<Dict>() {
            Some(d) => Some(d.clone()),
            None => {
                return Err(vm.type_error(format!("{name}() takes a dict as second arg, if any")));
            }
        },
    };
    let Some(mut items) = vm
        .iter(sequence)
        .ok()
        .and_then(|_| vm.collect(sequence).ok())
    else {
        drop(vm.take_pending());
        return Err(vm.type_error("constructor requires a sequence"));
    };
    let (least, most) = (
        layout.visible.len(),
        layout.visible.len() + layout.hidden.len(),
    );
    if items.len() < least || items.len() > most {
        let bound = match (least == most, items.len() < least) {
            (true, _) => format!("a {least}-sequence"),
            (false, true) => format!("an at least {least}-sequence"),
            (false, false) => format!("an at most {most}-sequence"),
        };
        return Err(vm.type_error(format!(
            "{name}() takes {bound} ({}-sequence given)",
            items.len()
        )));
    }
    let mut hidden = items.split_off(least);
    for field in &layout.hidden[hidden.len()..] {
        let given = dict.as_ref().and_then(|d| d.get_str(&vm.intern_str(field)));
        hidden.push(given.unwrap_or(Value::NONE));
    }
    make(vm, ty, layout, items, hidden)
}

static METHODS: [MethodDef; 2] = [
    MethodDef {
        name: "__reduce__",
        doc: "Helper for pickle.",
        signature: "($self, /)",
        kind: MethodKind::Instance,
        call: |vm, args| {
            let Some((this, tuple)) = args
                .values
                .first()
                .and_then(|t| Some((t, t.downcast::<Tuple>()?)))
            else {
                return Err(vm.type_error("__reduce__ needs a struct sequence"));
            };
            let hidden = vm.new_dict();
            for name in layout_of(vm, vm.type_of(this)).map_or(&[][..], |l| l.hidden) {
                let name = vm.intern_str(name);
                if let Some(v) = vm.getattr_opt(this, &name)? {
                    hidden.insert_str(vm, &name, v);
                }
            }
            let items = vm.new_tuple(tuple.items().to_vec()).into_value();
            let state = vm.tuple_value([items, hidden.into_value()]);
            Ok(vm.tuple_value([vm.type_of(this).to_value(), state]))
        },
    },
    MethodDef {
        name: "__replace__",
        doc: "A copy with some fields replaced.",
        signature: "($self, /, **changes)",
        kind: MethodKind::Instance,
        call: |vm, args| {
            let Some((this, tuple)) = args
                .values
                .first()
                .and_then(|t| Some((t, t.downcast::<Tuple>()?)))
            else {
                return Err(vm.type_error("__replace__ needs a struct sequence"));
            };
            let Some(layout) = layout_of(vm, vm.type_of(this)) else {
                return Err(vm.type_error("not a struct sequence"));
            };
            if args.positional().len() > 1 {
                return Err(vm.type_error("__replace__() takes no positional arguments"));
            }
            let mut items = tuple.items().to_vec();
            let mut hidden = Vec::new();
            for name in layout.hidden {
                hidden.push(
                    vm.getattr_opt(this, &vm.intern_str(name))?
                        .unwrap_or(Value::NONE),
                );
            }
            for (key, value) in args.keyword_args() {
                let key = key
                    .downcast::<Str>()
                    .map_or_else(String::new, |k| k.to_string());
                if let Some(i) = layout
                    .visible
                    .iter()
                    .position(|n| *n == key && !n.is_empty())
                {
                    items[i] = value.clone();
                } else if let Some(i) = layout.hidden.iter().position(|n| *n == key) {
                    hidden[i] = value.clone();
                } else {
                    return Err(vm.type_error(format!("Got unexpected field name(s): ['{key}']")));
                }
            }
            make(vm, vm.type_of(this), layout, items, hidden)
        },
    },
];
