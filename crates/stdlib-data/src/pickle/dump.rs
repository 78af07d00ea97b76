//! Pickling: which object is written how.

use std::rc::Rc;

use taipan_object::bytes::{ByteArray, Bytes};
use taipan_object::dict::Dict;
use taipan_object::int::IntRef;
use taipan_object::list::List;
use taipan_object::set::Set;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::{PyResult, Raised, TypeRef, Value, Vm};
use taipan_vm::function::Function;

use super::buffer::PickleBuffer;
use super::globals::{Globals, cannot_pickle, noted, type_name};
use super::memo::Memo;
use super::op;
use super::writer::Writer;

/// Objects inside one another from which on fast mode looks for cycles.
const FAST_NESTING: usize = 50;

/// One call of `dump`.
pub struct Dump<'a> {
    pub vm: &'a Vm,
    pub out: Writer,
    pub memo: Memo,
    pub globals: Rc<Globals>,
    pub protocol: i32,
    pub binary: bool,
    /// Writes nothing into the memo.
    pub fast: bool,
    pub fix_imports: bool,
    pub persistent_id: Option<Value>,
    pub reducer_override: Option<Value>,
    pub dispatch_table: Option<Value>,
    pub buffer_callback: Option<Value>,
    /// Containers being written in fast mode.
    pub nesting: Vec<u64>,
    /// The last class whose instances are plain, with its version then.
    pub plain_class: Option<(TypeRef, u64)>,
}

impl Dump<'_> {
    /// Writes a whole pickle; the bytes, unless they went to a file.
    ///
    /// # Errors
    /// PicklingError; what objects raise.
    pub fn run(&mut self, object: &Value) -> PyResult<()> {
        if self.protocol >= 2 {
            self.out.put(&[op::PROTO, self.protocol as u8]);
            self.out.framing = self.protocol >= 4;
        }
        self.save(object)?;
        self.out.byte(op::STOP);
        Ok(())
    }

    // ---- the memo

    /// Numbers an object.
    #[inline]
    pub fn memoize(&mut self, object: &Value) {
        if self.fast {
            return;
        }
        let index = self.memo.len() as u64;
        self.memo.insert(object, index);
        if self.protocol >= 4 {
            self.out.byte(op::MEMOIZE);
        } else if !self.binary {
            self.out
                .put(format!("{}{index}\n", op::PUT as char).as_bytes());
        } else if index < 256 {
            self.out.put(&[op::BINPUT, index as u8]);
        } else {
            self.out.byte(op::LONG_BINPUT);
            self.out.put(&(index as u32).to_le_bytes());
        }
    }
    /// Refers to an object that was written before.
    pub fn fetch(&mut self, index: u64) {
        if !self.binary {
            self.out
                .put(format!("{}{index}\n", op::GET as char).as_bytes());
        } else if index < 256 {
            self.out.put(&[op::BINGET, index as u8]);
        } else {
            self.out.byte(op::LONG_BINGET);
            self.out.put(&(index as u32).to_le_bytes());
        }
    }

    // ---- any object

    /// Writes an object.
    ///
    /// # Errors
    /// PicklingError; what objects raise.
    pub fn save(&mut self, object: &Value) -> PyResult<()> {
        self.out.boundary(self.vm)?;
        if self.persistent_id.is_some() && self.save_persistent(object)? {
            return Ok(());
        }
        self.save_object(object)
    }
    /// Writes an object by the identifier that `persistent_id` gives; whether it gave one.
    #[inline(never)]
    fn save_persistent(&mut self, object: &Value) -> PyResult<bool> {
        let Some(ask) = self.persistent_id.clone() else {
            return Ok(false);
        };
        let vm = self.vm;
        let id = vm.call(&ask, std::slice::from_ref(object))?;
        if id.is_none() {
            return Ok(false);
        }
        if self.binary {
            self.out.boundary(vm)?;
            self.save_object(&id)?;
            self.out.byte(op::BINPERSID);
            return Ok(true);
        }
        let text = vm.str(&id)?;
        let Some(text) = text.as_ascii() else {
            let encoding = vm.intern_str("ascii");
            let failed = taipan_object::codecs::registry::encode_text(vm, &text, &encoding, None);
            let message = "persistent IDs in protocol 0 must be ASCII strings";
            return Err(match failed {
                Err(e) => super::globals::instead(vm, e, |_| cannot_pickle(vm, message)),
                Ok(_) => cannot_pickle(vm, message),
            });
        };
        self.out.byte(op::PERSID);
        self.out.put(text.as_bytes());
        self.out.byte(b'\n');
        Ok(true)
    }
    #[inline]
    fn save_object(&mut self, object: &Value) -> PyResult<()> {
        if let Some(n) = object.as_small_int() {
            self.save_int(&IntRef::Small(n));
            return Ok(());
        }
        if let Some(x) = object.as_small_float() {
            self.save_float(x);
            return Ok(());
        }
        if object.is_none() {
            self.out.byte(op::NONE);
            return Ok(());
        }
        if let Some(b) = object.as_bool() {
            match (b, self.protocol >= 2) {
                (true, true) => self.out.byte(op::NEWTRUE),
                (false, true) => self.out.byte(op::NEWFALSE),
                (true, false) => self.out.put(b"I01\n"),
                (false, false) => self.out.put(b"I00\n"),
            }
            return Ok(());
        }
        let types = &self.vm.types;
        let class = self.vm.type_of(object);
        if class.is(&types.str) {
            if let Some(index) = self.memo.get(object) {
                self.fetch(index);
                return Ok(());
            }
            return match object.downcast::<Str>() {
                Some(text) => self.save_str(text),
                None => Ok(()),
            };
        }
        if class.is(&types.int) {
            if let Some(n) = object.as_int() {
                self.save_int(&n);
            }
            return Ok(());
        }
        if class.is(&types.float) {
            self.save_float(object.as_float().unwrap_or(0.0));
            return Ok(());
        }
        if let Some(index) = self.memo.get(object) {
            self.fetch(index);
            return Ok(());
        }
        self.save_container(object)
    }
    fn save_container(&mut self, object: &Value) -> PyResult<()> {
        let vm = self.vm;
        let types = &vm.types;
        let class = vm.type_of(object);
        if class.is(&types.bytes)
            && let Some(bytes) = object.downcast::<Bytes>()
        {
            return self.save_bytes(bytes);
        }
        vm.check_stack(" while pickling an object")?;
        if class.is(&types.dict)
            && let Some(dict) = object.downcast::<Dict>()
        {
            return self.fast_guard(object, |dump| dump.save_dict(dict));
        }
        if class.is(&types.list)
            && let Some(list) = object.downcast::<List>()
        {
            return self.fast_guard(object, |dump| dump.save_list(list));
        }
        if class.is(&types.tuple)
            && let Some(tuple) = object.downcast::<Tuple>()
        {
            return self.fast_guard(object, |dump| dump.save_tuple(tuple));
        }
        if (class.is(&types.set) || class.is(&types.frozenset))
            && let Some(set) = object.downcast::<Set>()
        {
            let frozen = class.is(&types.frozenset);
            return self.fast_guard(object, |dump| match frozen {
                true => dump.save_frozenset(set),
                false => dump.save_set(set),
            });
        }
        if class.is(&types.bytearray)
            && let Some(array) = object.downcast::<ByteArray>()
        {
            return self.save_bytearray(array);
        }
        if let Some(buffer) = object.downcast::<PickleBuffer>() {
            return self.save_buffer(buffer);
        }
        self.save_other(object)
    }
    /// In fast mode there is no memo that would end a cycle.
    fn fast_guard(
        &mut self,
        object: &Value,
        save: impl FnOnce(&mut Self) -> PyResult<()>,
    ) -> PyResult<()> {
        if !self.fast {
            return save(self);
        }
        if self.nesting.len() >= FAST_NESTING && self.nesting.contains(&object.id()) {
            return Err(self.vm.value_error(format!(
                "fast mode: can't pickle cyclic objects including object type {} at {:#x}",
                type_name(self.vm, object),
                object.id()
            )));
        }
        self.nesting.push(object.id());
        let result = save(self);
        self.nesting.pop();
        result
    }
    /// Objects that are named, and those that know how they are made.
    fn save_other(&mut self, object: &Value) -> PyResult<()> {
        let vm = self.vm;
        if let Some(reduce) = self.reducer_override.clone() {
            let reduced = vm.call(&reduce, std::slice::from_ref(object))?;
            if !reduced.is_not_implemented() {
                return self.save_reduced(object, &reduced);
            }
        }
        let class = vm.type_of(object).clone();
        if class.is(&vm.types.type_) {
            return self.save_type(object);
        }
        if object.downcast::<Function>().is_some() {
            return self.save_global(object, None);
        }
        let reducer = match self.dispatch_table.clone() {
            None => self.globals.dispatch_table.get(vm, class.as_value())?,
            Some(table) => match table.downcast_exact::<Dict>(&vm.types.dict) {
                Some(table) => table.get(vm, class.as_value())?,
                None => {
                    let found = vm.get_item(&table, class.as_value());
                    vm.ignore(found, &vm.exc.key_error)?
                }
            },
        };
        let reduced = match reducer {
            Some(reducer) => vm.call(&reducer, std::slice::from_ref(object))?,
            None if class.is_subtype(&vm.types.type_) => return self.save_global(object, None),
            None if self.save_plain(object)? => return Ok(()),
            None => self.reduce(object)?,
        };
        self.save_reduced(object, &reduced)
    }
    /// Asks an object how it is made.
    fn reduce(&self, object: &Value) -> PyResult {
        let vm = self.vm;
        if let Some(reduce) = vm.getattr_opt(object, &vm.names.__reduce_ex__)? {
            return vm.call(&reduce, &[vm.new_int(i64::from(self.protocol))]);
        }
        match vm.getattr_opt(object, &vm.names.__reduce__)? {
            Some(reduce) => vm.call(&reduce, &[]),
            None => Err(cannot_pickle(
                vm,
                format!("Can't pickle {} object", type_name(vm, object)),
            )),
        }
    }
    /// Writes what a reducer gave: a global's name, or a call with its arguments.
    fn save_reduced(&mut self, object: &Value, reduced: &Value) -> PyResult<()> {
        let vm = self.vm;
        if reduced.downcast::<Str>().is_some() {
            return self.save_global(object, Some(reduced));
        }
        let result = match reduced.downcast::<Tuple>() {
            Some(parts) => self.save_reduce(parts.clone().items(), Some(object)),
            None => Err(not_reduced(vm, reduced)),
        };
        noted(vm, result, || {
            Ok(format!("when serializing {} object", type_name(vm, object)).into_bytes())
        })
    }
}

#[cold]
fn not_reduced(vm: &Vm, reduced: &Value) -> Raised {
    cannot_pickle(
        vm,
        format!(
            "__reduce__ must return a string or tuple, not {}",
            type_name(vm, reduced)
        ),
    )
}
