//! Trees to objects.

use taipan_compiler::codegen::PositionSource;
use taipan_compiler::fold::constant;
use taipan_object::instance::instance_part;
use taipan_object::object::alloc_instance;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, Value, Vm};
use taipan_syntax::ast::{Field, Mod, Node};
use taipan_vm::code::const_value;

use super::base::AstNode;
use super::classes::Classes;
use super::fold::Folder;

/// The objects of a tree. With `optimize` they are those of the tree as it is compiled.
pub(super) fn emit(
    vm: &Vm,
    classes: &Classes,
    module: &Mod<'_>,
    positions: &dyn PositionSource,
    optimize: Option<u8>,
) -> PyResult {
    let folder = optimize.map(|level| Folder { vm, classes, level });
    let emitter = Emitter {
        vm,
        classes,
        positions,
        folder,
    };
    emitter.node(module)
}

struct Emitter<'e> {
    vm: &'e Vm,
    classes: &'e Classes,
    positions: &'e dyn PositionSource,
    folder: Option<Folder<'e>>,
}

/// Sets a field of a fresh node.
pub(super) fn set(vm: &Vm, object: &Value, name: &Ref<Str>, value: Value) -> PyResult<()> {
    match instance_part(object) {
        Some(part) => match part.add(name, value) {
            Ok(()) => Ok(()),
            Err(value) => vm.setattr(object, name, &value),
        },
        None => vm.setattr(object, name, &value),
    }
}

impl Emitter<'_> {
    fn node<'a>(&self, node: &dyn Node<'a>) -> PyResult {
        let vm = self.vm;
        let class = self.classes.of(vm, node.name())?;
        if let Some(single) = &class.instance {
            return Ok(single.clone());
        }
        vm.check_stack(" during ast construction")?;
        let object = alloc_instance(vm, &class.ty, AstNode).into_value();
        let mut names = class.fields.iter();
        let mut result = Ok(());
        node.for_each_field(&mut |_, field| {
            if let (Ok(()), Some(name)) = (&result, names.next()) {
                result = self
                    .field(field)
                    .and_then(|value| set(vm, &object, name, value));
            }
        });
        result?;
        if let Some(range) = node.position() {
            let p = self.positions.position(range);
            for (name, n) in names.zip([p.line, p.column, p.end_line, p.end_column]) {
                set(vm, &object, name, vm.new_int(n.into()))?;
            }
        }
        match &self.folder {
            Some(folder) => folder.node(object, node.name()),
            None => Ok(object),
        }
    }

    fn list<T>(&self, items: impl Iterator<Item = T>, make: impl Fn(T) -> PyResult) -> PyResult {
        let items = items.map(make).collect::<PyResult<Vec<_>>>()?;
        Ok(self.vm.new_list(items).into_value())
    }

    fn name(&self, text: &str) -> PyResult {
        Ok(self.vm.intern_str(text).into_value())
    }

    fn field(&self, field: Field<'_, '_>) -> PyResult {
        let vm = self.vm;
        match field {
            Field::Identifier(text) | Field::OptIdentifier(Some(text)) => self.name(text),
            Field::Str(text) | Field::OptString(Some(text)) => Ok(vm.new_str(text).into_value()),
            Field::OptIdentifier(None) | Field::OptString(None) | Field::OptNode(None) => {
                Ok(Value::NONE)
            }
            Field::Identifiers(names) => self.list(names.iter(), |name| self.name(name)),
            Field::Int(n) => Ok(vm.new_int(n)),
            Field::Constant(value) => const_value(vm, &constant(value)),
            Field::Node(node) | Field::OptNode(Some(node)) => self.node(node),
            Field::Nodes(nodes) => self.list(nodes.iter(), |node| self.node(node)),
            Field::OptNodes(nodes) => self.list(nodes.iter(), |node| match node {
                Some(node) => self.node(*node),
                None => Ok(Value::NONE),
            }),
        }
    }
}
