//! Objects to trees.

use bumpalo::Bump;
use rustc_hash::FxHashMap;
use taipan_compiler::code::Position;
use taipan_object::bytes::Bytes;
use taipan_object::list::List;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::{PyResult, Raised, Ref, Value, Vm};
use taipan_syntax::TextRange;
use taipan_syntax::ast::{Constant, Mod, NodeSpec, requires_end};
use taipan_syntax::read::{NodeSource, ReadNode};

use super::classes::{Classes, POSITIONS};

/// The tree that a node object stands for, and the positions that its ranges index.
pub(super) fn read<'a>(
    vm: &Vm,
    classes: &Classes,
    arena: &'a Bump,
    object: &Value,
) -> PyResult<(Mod<'a>, Vec<Position>)> {
    let mut objects = Objects {
        vm,
        classes,
        arena,
        positions: Vec::new(),
        names: FxHashMap::default(),
    };
    match Mod::read(&mut objects, object)? {
        Some(module) => Ok((module, objects.positions)),
        None => Err(objects.unexpected(object, "mod")),
    }
}

struct Objects<'v, 'a> {
    vm: &'v Vm,
    classes: &'v Classes,
    arena: &'a Bump,
    positions: Vec<Position>,
    /// Attribute names by where the text lies in the node table.
    names: FxHashMap<(*const u8, usize), Ref<Str>>,
}

impl<'a> Objects<'_, 'a> {
    fn attribute(&mut self, object: &Value, name: &'static str) -> PyResult<Option<Value>> {
        let vm = self.vm;
        let name = self
            .names
            .entry((name.as_ptr(), name.len()))
            .or_insert_with(|| vm.intern_str(name));
        vm.getattr_opt(object, name)
    }

    fn text(&self, value: &Value, what: &str) -> PyResult<&'a str> {
        let vm = self.vm;
        let text = match value.downcast::<Str>() {
            Some(text) if vm.type_of(value).is(&vm.types.str) => text,
            _ => return Err(vm.type_error(format!("AST {what} must be of type str"))),
        };
        let bytes = taipan_object::codecs::utf8::encode_strict(vm, text)?;
        match std::str::from_utf8(&bytes) {
            Ok(text) => Ok(self.arena.alloc_str(text)),
            Err(_) => Err(vm.type_error(format!("AST {what} must be of type str"))),
        }
    }

    fn position(
        &mut self,
        object: &Value,
        asdl: &'static str,
        index: usize,
        default: Option<i32>,
    ) -> PyResult<i32> {
        let name = POSITIONS[index];
        match (self.attribute(object, name)?, default) {
            (None, None) => Err(self.missing(asdl, name)),
            (None, Some(default)) => Ok(default),
            (Some(value), Some(default)) if value.is_none() => Ok(default),
            (Some(value), _) => self.int(&value),
        }
    }

    fn constants(&mut self, items: &[Value]) -> PyResult<&'a [Constant<'a>]> {
        self.enter(" during compilation")?;
        let mut constants = Vec::with_capacity(items.len());
        for item in items {
            constants.push(self.constant(item)?);
        }
        Ok(self.alloc_slice(&constants))
    }

    /// An integer too large for the tree's plain numbers.
    fn big(&self, value: &Value) -> Constant<'a> {
        let digits = value
            .as_int()
            .map_or_else(String::new, |n| n.to_ibig().in_radix(16).to_string());
        Constant::BigInt {
            digits: self.arena.alloc_str(&digits),
            radix: 16,
        }
    }
}

impl<'a> NodeSource<'a> for Objects<'_, 'a> {
    type Object = Value;
    type Error = Raised;

    fn is_none(&self, object: &Value) -> bool {
        object.is_none()
    }

    fn field(&mut self, object: &Value, name: &'static str) -> PyResult<Option<Value>> {
        self.attribute(object, name)
    }

    fn class(
        &mut self,
        object: &Value,
        specs: &'static [NodeSpec],
        asdl: &'static str,
    ) -> PyResult<&'static NodeSpec> {
        let vm = self.vm;
        let ty = vm.type_of(object);
        for spec in specs {
            if self.classes.of(vm, spec.name)?.ty.is(ty) {
                return Ok(spec);
            }
        }
        for spec in specs {
            if ty.is_subtype(&self.classes.of(vm, spec.name)?.ty) {
                return Ok(spec);
            }
        }
        Err(self.unexpected(object, asdl))
    }

    fn range(&mut self, object: &Value, asdl: &'static str) -> PyResult<TextRange> {
        let line = self.position(object, asdl, 0, None)?;
        let column = self.position(object, asdl, 1, None)?;
        let may_lack_end = !requires_end(asdl);
        let end_line = self.position(object, asdl, 2, may_lack_end.then_some(line))?;
        let end_column = self.position(object, asdl, 3, may_lack_end.then_some(column))?;
        let index = self.positions.len() as u32;
        self.positions.push(Position {
            line,
            end_line,
            column,
            end_column,
        });
        Ok(TextRange::new(index, index))
    }

    fn items(
        &mut self,
        object: &Value,
        owner: &'static str,
        field: &'static str,
    ) -> PyResult<Vec<Value>> {
        match object.downcast::<List>() {
            Some(list) => Ok(list.to_vec()),
            None => Err(self.vm.type_error(format!(
                "{owner} field \"{field}\" must be a list, not a {}",
                self.vm.type_name(object)
            ))),
        }
    }

    fn identifier(&mut self, object: &Value) -> PyResult<&'a str> {
        self.text(object, "identifier")
    }
    fn string(&mut self, object: &Value) -> PyResult<&'a str> {
        self.text(object, "string")
    }

    fn int(&mut self, object: &Value) -> PyResult<i32> {
        let vm = self.vm;
        if object.as_int().is_none() {
            let shown = vm.repr(object)?;
            return Err(vm.value_error(format!("invalid integer value: {}", shown)));
        }
        object
            .as_i64()
            .and_then(|n| i32::try_from(n).ok())
            .ok_or_else(|| vm.overflow_error("Python int too large to convert to C int"))
    }

    fn constant(&mut self, value: &Value) -> PyResult<Constant<'a>> {
        let vm = self.vm;
        if value.is_none() {
            return Ok(Constant::None);
        }
        if let Some(truth) = value.as_bool() {
            return Ok(if truth {
                Constant::True
            } else {
                Constant::False
            });
        }
        if value.is(&Value::ELLIPSIS) {
            return Ok(Constant::Ellipsis);
        }
        let (ty, types) = (vm.type_of(value), &vm.types);
        if ty.is(&types.int) {
            return Ok(value
                .as_i64()
                .map_or_else(|| self.big(value), Constant::Int));
        }
        if ty.is(&types.float) {
            return vm.as_f64(value).map(Constant::Float);
        }
        if ty.is(&types.complex) {
            let part = |name| vm.as_f64(&vm.getattr_str(value, name)?);
            let (re, im) = (part("real")?, part("imag")?);
            let plain = re == 0.0 && re.is_sign_positive();
            return Ok(match plain {
                true => Constant::Imaginary(im),
                false => Constant::Complex(re, im),
            });
        }
        if let Some(text) = value.downcast_exact::<Str>(&types.str) {
            return Ok(Constant::Str(self.alloc_slice(&text.to_wtf8())));
        }
        if ty.is(&types.bytes)
            && let Some(bytes) = value.downcast::<Bytes>()
        {
            return Ok(Constant::Bytes(self.alloc_slice(&bytes.data)));
        }
        if let Some(tuple) = value.downcast_exact::<Tuple>(&types.tuple) {
            return self.constants(tuple.items()).map(Constant::Tuple);
        }
        if ty.is(&types.frozenset) {
            let items = vm.collect(value)?;
            return self.constants(&items).map(Constant::FrozenSet);
        }
        Err(vm.type_error(format!(
            "got an invalid type in Constant: {}",
            ty.display_name()
        )))
    }

    fn enter(&mut self, doing: &'static str) -> PyResult<()> {
        self.vm.check_stack(doing)
    }

    fn missing(&mut self, owner: &'static str, field: &'static str) -> Raised {
        self.vm
            .type_error(format!("required field \"{field}\" missing from {owner}"))
    }
    fn required(&mut self, owner: &'static str, field: &'static str) -> Raised {
        self.vm
            .value_error(format!("field '{field}' is required for {owner}"))
    }
    fn none_in_list(&mut self, asdl: &'static str) -> Raised {
        let what = match asdl {
            "stmt" => "statement",
            "expr" => "expression",
            other => other,
        };
        self.vm
            .value_error(format!("None disallowed in {what} list"))
    }
    fn unexpected(&mut self, object: &Value, asdl: &'static str) -> Raised {
        match self.vm.repr(object) {
            Ok(shown) => self
                .vm
                .type_error(format!("expected some sort of {asdl}, but got {}", shown)),
            Err(raised) => raised,
        }
    }

    fn alloc<T: Copy>(&self, value: T) -> &'a T {
        self.arena.alloc(value)
    }
    fn alloc_slice<T: Copy>(&self, values: &[T]) -> &'a [T] {
        self.arena.alloc_slice_copy(values)
    }
}
