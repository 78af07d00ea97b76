//! Node classes, derived from the node table.

use std::cell::OnceCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;
use taipan_object::generic_alias::new_generic_alias;
use taipan_object::object::alloc_instance;
use taipan_object::str::Str;
use taipan_object::type_new::type_new;
use taipan_object::union::union_or;
use taipan_object::{Args, PyResult, Ref, TypeRef, Value, Vm};
use taipan_syntax::ast::{NODE_SPECS, NodeSpec, requires_end};

use super::base::AstNode;

/// A node class.
pub(super) struct Class {
    pub ty: TypeRef,
    /// Names of the fields, then of the position attributes.
    pub fields: Vec<Ref<Str>>,
    /// The one instance of a class without fields that trees use.
    pub instance: Option<Value>,
}

/// All classes of an interpreter.
pub(super) struct Classes {
    pub base: TypeRef,
    /// Sum types: `stmt`, `expr` …
    sums: Vec<TypeRef>,
    nodes: FxHashMap<&'static str, Class>,
    order: Vec<&'static str>,
    pub names: Names,
}

/// Attribute names that are asked for often.
pub(super) struct Names {
    pub fields: Ref<Str>,
    pub attributes: Ref<Str>,
    pub field_types: Ref<Str>,
    pub positions: [Ref<Str>; 4],
}

/// Names of the position attributes.
pub(super) const POSITIONS: [&str; 4] = ["lineno", "col_offset", "end_lineno", "end_col_offset"];

impl Classes {
    /// The class of a node.
    ///
    /// # Errors
    /// SystemError if the table has no such node.
    pub fn of(&self, vm: &Vm, name: &str) -> PyResult<&Class> {
        self.nodes.get(name).ok_or_else(|| {
            vm.raise_str(
                &vm.exc.system_error,
                format!("no class for the node {name}"),
            )
        })
    }
    /// Every class, bases first.
    pub fn all(&self) -> impl Iterator<Item = &TypeRef> {
        let nodes = self.order.iter().filter_map(|name| self.nodes.get(name));
        std::iter::once(&self.base)
            .chain(&self.sums)
            .chain(nodes.map(|class| &class.ty))
    }
}

#[derive(Default)]
struct State(OnceCell<Rc<Classes>>);

/// The classes; made on first use.
pub(super) fn state(vm: &Vm) -> PyResult<Rc<Classes>> {
    let state = taipan_vm::state::<State>(vm, "_ast");
    if let Some(classes) = state.0.get() {
        return Ok(classes.clone());
    }
    let classes = Rc::new(make(vm)?);
    Ok(state.0.get_or_init(|| classes).clone())
}

/// The classes, if anything has asked for them yet.
pub(super) fn state_if_made(vm: &Vm) -> Option<Rc<Classes>> {
    taipan_vm::state::<State>(vm, "_ast").0.get().cloned()
}

fn make(vm: &Vm) -> PyResult<Classes> {
    let names = Names {
        fields: vm.intern_str("_fields"),
        attributes: vm.intern_str("_attributes"),
        field_types: vm.intern_str("_field_types"),
        positions: POSITIONS.map(|name| vm.intern_str(name)),
    };
    let base = vm.add_native_type::<AstNode>();
    let match_args = vm.intern_str("__match_args__");
    for name in [&names.fields, &names.attributes, &match_args] {
        base.dict.insert_str(vm, name, vm.empty_tuple.to_value());
    }
    let mut classes = Classes {
        base,
        sums: Vec::new(),
        nodes: FxHashMap::default(),
        order: Vec::new(),
        names,
    };
    for group in NODE_SPECS {
        make_group(vm, &mut classes, group)?;
    }
    for spec in NODE_SPECS.iter().copied().flatten() {
        set_field_types(vm, &classes, spec)?;
    }
    Ok(classes)
}

/// The classes of one sum type, or all product types.
fn make_group(vm: &Vm, classes: &mut Classes, group: &'static [NodeSpec]) -> PyResult<()> {
    let Some(first) = group.first() else {
        return Ok(());
    };
    let sum = if first.base == "AST" {
        None
    } else {
        let ty = make_class(vm, classes, first.base, &classes.base, &[], &sum_doc(group))?;
        set_attributes(vm, classes, &ty, first.base, first.attributes);
        classes.sums.push(ty.clone());
        Some(ty)
    };
    for spec in group {
        let base = sum.as_ref().unwrap_or(&classes.base);
        let ty = make_class(vm, classes, spec.name, base, spec.fields, &signature(spec))?;
        for (name, _) in spec.fields.iter().filter(|(_, asdl)| asdl.ends_with('?')) {
            ty.dict.insert_str(vm, &vm.intern_str(name), Value::NONE);
        }
        if sum.is_none() {
            set_attributes(vm, classes, &ty, spec.name, spec.attributes);
        }
        let mut fields: Vec<Ref<Str>> = spec.fields.iter().map(|f| vm.intern_str(f.0)).collect();
        if spec.attributes {
            fields.extend(classes.names.positions.iter().cloned());
        }
        ty.shapes
            .inline_slots
            .set((fields.len() as u32).clamp(2, taipan_object::instance::MAX_INLINE));
        let single = spec.fields.is_empty() && !spec.attributes;
        let instance = single.then(|| alloc_instance(vm, &ty, AstNode).into_value());
        classes.order.push(spec.name);
        classes.nodes.insert(
            spec.name,
            Class {
                ty,
                fields,
                instance,
            },
        );
    }
    Ok(())
}

fn make_class(
    vm: &Vm,
    classes: &Classes,
    name: &str,
    base: &TypeRef,
    fields: &[(&'static str, &'static str)],
    doc: &str,
) -> PyResult<TypeRef> {
    let fields = fields.iter().map(|f| vm.intern_str(f.0).into_value());
    let fields = vm.new_tuple(fields.collect::<Vec<_>>()).into_value();
    let dict = vm.new_dict();
    dict.insert_str(vm, &classes.names.fields, fields.clone());
    dict.insert_str(vm, &vm.intern_str("__match_args__"), fields);
    let module = vm.intern_str("ast").into_value();
    dict.insert_str(vm, &vm.names.__module__, module);
    let doc = vm.new_str(doc).into_value();
    dict.insert_str(vm, &vm.intern_str("__doc__"), doc);
    let args = [
        vm.intern_str(name).into_value(),
        vm.tuple_value([base.to_value()]),
        dict.into_value(),
    ];
    let class = type_new(vm, &vm.types.type_, Args::positional_only(&args))?;
    match class.downcast_owned() {
        Ok(class) => Ok(class),
        Err(_) => Err(vm.type_error("a node class is no class")),
    }
}

/// `_attributes`, and the defaults of those that may be missing.
fn set_attributes(vm: &Vm, classes: &Classes, ty: &TypeRef, asdl: &str, has: bool) {
    let names = &classes.names;
    let listed: Vec<Value> = match has {
        true => names.positions.iter().map(|n| n.to_value()).collect(),
        false => Vec::new(),
    };
    let listed = vm.new_tuple(listed).into_value();
    ty.dict.insert_str(vm, &names.attributes, listed);
    if has && !requires_end(asdl) {
        for name in &names.positions[2..] {
            ty.dict.insert_str(vm, name, Value::NONE);
        }
    }
}

fn set_field_types(vm: &Vm, classes: &Classes, spec: &NodeSpec) -> PyResult<()> {
    let types = vm.new_dict();
    for (name, asdl) in spec.fields {
        let value = field_type(vm, classes, asdl)?;
        types.insert_str(vm, &vm.intern_str(name), value);
    }
    let ty = classes.of(vm, spec.name)?.ty.clone();
    let types = types.into_value();
    vm.setattr(ty.as_value(), &classes.names.field_types, &types)?;
    vm.setattr(ty.as_value(), &vm.intern_str("__annotations__"), &types)
}

/// The type of a field: `"expr?*"` gives `list[ast.expr]`.
fn field_type(vm: &Vm, classes: &Classes, asdl: &str) -> PyResult {
    let name = asdl.trim_end_matches(['?', '*']);
    let item = match name {
        "identifier" | "string" => vm.types.str.to_value(),
        "int" => vm.types.int.to_value(),
        "constant" => vm.types.object.to_value(),
        _ => match classes.sums.iter().find(|t| t.name.borrow().is_str(name)) {
            Some(sum) => sum.to_value(),
            None => classes.of(vm, name)?.ty.to_value(),
        },
    };
    if asdl.ends_with('*') {
        new_generic_alias(vm, vm.types.list.as_value(), &vm.tuple_value([item]))
    } else if asdl.ends_with('?') {
        union_or(vm, &item, &Value::NONE)
    } else {
        Ok(item)
    }
}

/// `Name(identifier id, expr_context ctx)`.
fn signature(spec: &NodeSpec) -> String {
    if spec.fields.is_empty() {
        return spec.name.to_owned();
    }
    let fields: Vec<String> = spec
        .fields
        .iter()
        .map(|(name, asdl)| format!("{asdl} {name}"))
        .collect();
    format!("{}({})", spec.name, fields.join(", "))
}

/// `stmt = FunctionDef(…)` and the alternatives below one another, or beside one another if none has fields.
fn sum_doc(group: &[NodeSpec]) -> String {
    let name = group.first().map_or("", |spec| spec.base);
    let plain = group.iter().all(|spec| spec.fields.is_empty());
    let separator = match plain {
        true => " | ".to_owned(),
        false => format!("\n{}| ", " ".repeat(name.len() + 1)),
    };
    let all: Vec<String> = group.iter().map(signature).collect();
    format!("{name} = {}", all.join(&separator))
}
