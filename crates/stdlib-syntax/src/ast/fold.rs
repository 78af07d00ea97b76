//! What `compile()` does to a tree before it makes code, for `PyCF_OPTIMIZED_AST`:
//! `__debug__` becomes a constant, `%` formats become f-strings, numbers in
//! patterns are computed, and `-OO` drops docstrings.

use taipan_compiler::codegen::{PercentPiece, parse_percent};
use taipan_object::list::List;
use taipan_object::number::BinOp;
use taipan_object::object::alloc_instance;
use taipan_object::str::Str;
use taipan_object::{PyResult, Value, Vm};

use super::base::AstNode;
use super::classes::Classes;
use super::emit::set;

pub(super) struct Folder<'e> {
    pub vm: &'e Vm,
    pub classes: &'e Classes,
    pub level: u8,
}

impl Folder<'_> {
    /// What stands for a finished node.
    pub(super) fn node(&self, object: Value, name: &str) -> PyResult {
        match name {
            "Name" => self.debug(object),
            "BinOp" => self.percent(object),
            "MatchValue" => {
                let value = self.number(self.get(&object, "value")?)?;
                self.put(&object, "value", &value)?;
                Ok(object)
            }
            "MatchMapping" => {
                if let Some(keys) = self.get(&object, "keys")?.downcast::<List>() {
                    let folded = keys.to_vec().into_iter().map(|key| self.number(key));
                    let folded = folded.collect::<PyResult<Vec<_>>>()?;
                    drop(keys.replace(folded));
                }
                Ok(object)
            }
            "Module" | "FunctionDef" | "AsyncFunctionDef" | "ClassDef" if self.level >= 2 => {
                self.drop_docstring(&object)?;
                Ok(object)
            }
            _ => Ok(object),
        }
    }

    fn get(&self, object: &Value, name: &str) -> PyResult {
        self.vm.getattr_str(object, name)
    }
    fn put(&self, object: &Value, name: &str, value: &Value) -> PyResult<()> {
        self.vm.setattr(object, &self.vm.intern_str(name), value)
    }
    fn is(&self, object: &Value, class: &str) -> PyResult<bool> {
        Ok(self
            .vm
            .type_of(object)
            .is(&self.classes.of(self.vm, class)?.ty))
    }

    /// A new node with fields, in the place of `at`.
    fn make(&self, class: &str, at: &Value, fields: &[Value]) -> PyResult {
        let vm = self.vm;
        let class = self.classes.of(vm, class)?;
        let object = alloc_instance(vm, &class.ty, AstNode).into_value();
        for (name, value) in class.fields.iter().zip(fields) {
            set(vm, &object, name, value.clone())?;
        }
        for name in &self.classes.names.positions {
            set(vm, &object, name, vm.getattr(at, name)?)?;
        }
        Ok(object)
    }
    fn constant(&self, at: &Value, value: Value) -> PyResult {
        self.make("Constant", at, &[value, Value::NONE])
    }

    /// A part of a `%` format, which has no place of its own.
    fn text(&self, at: &Value, value: Value) -> PyResult {
        let text = self.constant(at, value)?;
        for name in &self.classes.names.positions {
            self.vm.setattr(&text, name, &self.vm.new_int(-1))?;
        }
        Ok(text)
    }

    fn debug(&self, object: Value) -> PyResult {
        let id = self.get(&object, "id")?;
        let load = self.is(&self.get(&object, "ctx")?, "Load")?;
        if load && id.downcast::<Str>().is_some_and(|s| s.is_str("__debug__")) {
            return self.constant(&object, Value::bool(self.level == 0));
        }
        Ok(object)
    }

    /// `"…" % (…)` as an f-string.
    fn percent(&self, object: Value) -> PyResult {
        let vm = self.vm;
        if !self.is(&self.get(&object, "op")?, "Mod")? {
            return Ok(object);
        }
        let (left, right) = (self.get(&object, "left")?, self.get(&object, "right")?);
        if !self.is(&left, "Constant")? || !self.is(&right, "Tuple")? {
            return Ok(object);
        }
        let (format, elts) = (self.get(&left, "value")?, self.get(&right, "elts")?);
        let (Some(format), Some(elts)) = (format.downcast::<Str>(), elts.downcast::<List>()) else {
            return Ok(object);
        };
        let elts = elts.to_vec();
        for elt in &elts {
            if self.is(elt, "Starred")? {
                return Ok(object);
            }
        }
        let Some(pieces) = parse_percent(&format.to_wtf8(), elts.len()) else {
            return Ok(object);
        };
        let mut values = Vec::new();
        for piece in pieces {
            values.push(match piece {
                PercentPiece::Text(text) => self.text(&left, vm.new_wtf8(&text).into_value())?,
                PercentPiece::Field {
                    index,
                    conversion,
                    spec,
                } => {
                    let elt = elts.get(index).cloned().unwrap_or(Value::NONE);
                    let letter = match conversion {
                        1 => 's',
                        2 => 'r',
                        _ => 'a',
                    };
                    let spec = match spec.is_empty() {
                        true => Value::NONE,
                        false => self.text(&elt, vm.new_str(&spec).into_value())?,
                    };
                    let conversion = vm.new_int(u32::from(letter).into());
                    self.make("FormattedValue", &elt, &[elt.clone(), conversion, spec])?
                }
            });
        }
        let values = vm.new_list(values).into_value();
        self.make("JoinedStr", &object, &[values])
    }

    /// `-1` and `1 + 2j` in patterns.
    fn number(&self, expr: Value) -> PyResult {
        let vm = self.vm;
        if self.is(&expr, "UnaryOp")? {
            let operand = self.get(&expr, "operand")?;
            if self.is(&self.get(&expr, "op")?, "USub")? && self.is(&operand, "Constant")? {
                let value = vm.negative(&self.get(&operand, "value")?)?;
                return self.constant(&expr, value);
            }
        } else if self.is(&expr, "BinOp")? {
            let left = self.number(self.get(&expr, "left")?)?;
            let right = self.get(&expr, "right")?;
            let op = self.get(&expr, "op")?;
            if self.is(&left, "Constant")? && self.is(&right, "Constant")? {
                let (a, b) = (self.get(&left, "value")?, self.get(&right, "value")?);
                let value = match self.is(&op, "Add")? {
                    true => vm.binary(&a, &b, BinOp::Add)?,
                    false => vm.binary(&a, &b, BinOp::Sub)?,
                };
                return self.constant(&expr, value);
            }
        }
        Ok(expr)
    }

    fn drop_docstring(&self, object: &Value) -> PyResult<()> {
        let body = self.get(object, "body")?;
        let Some(body) = body.downcast::<List>() else {
            return Ok(());
        };
        let Some(first) = body.get(0) else {
            return Ok(());
        };
        if !self.is(&first, "Expr")? {
            return Ok(());
        }
        let value = self.get(&first, "value")?;
        if !self.is(&value, "Constant")? || self.get(&value, "value")?.downcast::<Str>().is_none() {
            return Ok(());
        }
        let mut rest = body.to_vec();
        rest.remove(0);
        if rest.is_empty() {
            let pass = self.make("Pass", &first, &[])?;
            // As wide as the word.
            let column = self.vm.index_i64(&self.get(&first, "col_offset")?)?;
            self.put(&pass, "end_lineno", &self.get(&first, "lineno")?)?;
            self.put(&pass, "end_col_offset", &self.vm.new_int(column + 4))?;
            rest.push(pass);
        }
        drop(body.replace(rest));
        Ok(())
    }
}
