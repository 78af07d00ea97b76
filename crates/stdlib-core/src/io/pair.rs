//! `BufferedRWPair`: a reader and a writer as one stream.

use std::cell::RefCell;

use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

use super::{ask, base, buffered, call0, unsupported};

/// `BufferedRWPair`.
#[derive(Default)]
pub struct Pair {
    ends: RefCell<Option<(Value, Value)>>,
}
payload!(
    Pair,
    gc,
    |this, visit| if let Some((r, w)) = &*this.ends.borrow() {
        visit(r);
        visit(w);
    },
    clear | this | drop(this.ends.take())
);

/// `_io.BufferedRWPair`.
pub fn class(vm: &Vm) -> TypeRef {
    vm.add_native_type_with_base::<Pair>(&base::buffered_base(vm))
}

impl Pair {
    fn both(&self, vm: &Vm) -> PyResult<(Value, Value)> {
        match &*self.ends.borrow() {
            Some(ends) => Ok(ends.clone()),
            None => Err(vm.value_error("I/O operation on uninitialized object")),
        }
    }
}

#[pymethods(
    name = "BufferedRWPair",
    module = "_io",
    doc = "A stream that reads from one stream and writes to another.",
    flags(BASETYPE | WEAKREFABLE | HAS_DICT | HAS_INSTANCE_PART)
)]
impl Pair {
    #[pynew("(*args, **kwargs)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        _args: &[Value],
        _kwargs: taipan_object::args::KwArgs<'_>,
    ) -> Value {
        alloc_instance(vm, cls, Pair::default()).into_value()
    }
    #[pyinit("(self, reader, writer, buffer_size=131072, /)")]
    fn init(
        vm: &Vm,
        this: &Ref<Pair>,
        reader: &Value,
        writer: &Value,
        buffer_size: i64,
    ) -> PyResult<()> {
        if !ask(vm, reader, "readable")? {
            return Err(unsupported(vm, "File or stream is not readable."));
        }
        if !ask(vm, writer, "writable")? {
            return Err(unsupported(vm, "File or stream is not writable."));
        }
        let size = vm.new_int(buffer_size);
        let r = vm.call(
            buffered::reader(vm).as_value(),
            &[reader.clone(), size.clone()],
        )?;
        let w = vm.call(buffered::writer(vm).as_value(), &[writer.clone(), size])?;
        let old = this.ends.replace(Some((r, w)));
        drop(old);
        Ok(())
    }
    #[pymethod("(self, size=-1, /)")]
    fn read(vm: &Vm, this: &Ref<Pair>, size: &Value) -> PyResult {
        vm.call_method(
            &this.both(vm)?.0,
            &vm.intern_str("read"),
            std::slice::from_ref(size),
        )
    }
    #[pymethod("(self, size=-1, /)")]
    fn read1(vm: &Vm, this: &Ref<Pair>, size: &Value) -> PyResult {
        vm.call_method(
            &this.both(vm)?.0,
            &vm.intern_str("read1"),
            std::slice::from_ref(size),
        )
    }
    #[pymethod("(self, size=0, /)")]
    fn peek(vm: &Vm, this: &Ref<Pair>, size: &Value) -> PyResult {
        vm.call_method(
            &this.both(vm)?.0,
            &vm.intern_str("peek"),
            std::slice::from_ref(size),
        )
    }
    #[pymethod("(self, buffer, /)")]
    fn readinto(vm: &Vm, this: &Ref<Pair>, buffer: &Value) -> PyResult {
        vm.call_method(
            &this.both(vm)?.0,
            &vm.intern_str("readinto"),
            std::slice::from_ref(buffer),
        )
    }
    #[pymethod("(self, buffer, /)")]
    fn readinto1(vm: &Vm, this: &Ref<Pair>, buffer: &Value) -> PyResult {
        vm.call_method(
            &this.both(vm)?.0,
            &vm.intern_str("readinto1"),
            std::slice::from_ref(buffer),
        )
    }
    #[pymethod("(self, buffer, /)")]
    fn write(vm: &Vm, this: &Ref<Pair>, buffer: &Value) -> PyResult {
        vm.call_method(
            &this.both(vm)?.1,
            &vm.intern_str("write"),
            std::slice::from_ref(buffer),
        )
    }
    #[pymethod("(self, /)")]
    fn flush(vm: &Vm, this: &Ref<Pair>) -> PyResult {
        call0(vm, &this.both(vm)?.1, "flush")
    }
    #[pymethod("(self, /)")]
    fn readable(vm: &Vm, this: &Ref<Pair>) -> PyResult {
        call0(vm, &this.both(vm)?.0, "readable")
    }
    #[pymethod("(self, /)")]
    fn writable(vm: &Vm, this: &Ref<Pair>) -> PyResult {
        call0(vm, &this.both(vm)?.1, "writable")
    }
    #[pymethod("(self, /)")]
    fn isatty(vm: &Vm, this: &Ref<Pair>) -> PyResult<bool> {
        let (r, w) = this.both(vm)?;
        Ok(ask(vm, &w, "isatty")? || ask(vm, &r, "isatty")?)
    }
    #[pymethod("(self, /)")]
    fn close(vm: &Vm, this: &Ref<Pair>) -> PyResult<()> {
        let (r, w) = this.both(vm)?;
        let first = call0(vm, &w, "close").err().map(|e| vm.take_exception(e));
        let second = call0(vm, &r, "close");
        match first {
            Some(e) => Err(vm.restore(e)),
            None => second.map(drop),
        }
    }
    #[pygetset]
    fn closed(vm: &Vm, this: &Ref<Pair>) -> PyResult<bool> {
        base::is_closed(vm, &this.both(vm)?.1)
    }
}
