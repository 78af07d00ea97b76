//! `Unpickler`, and `load` and `loads`.

use std::cell::{Cell, RefCell};

use taipan_macros::pymethods;
use taipan_object::bytes::Bytes;
use taipan_object::dict::Dict;
use taipan_object::object::alloc_instance;
use taipan_object::str::Str;
use taipan_object::{Args, PyResult, Raised, Ref, TypeRef, Value, Vm, payload};

use super::globals::{Globals, cannot_unpickle};
use super::load::Load;
use super::load_objects::{find_class, no_persistent};
use super::proxies::UnpicklerMemoProxy;
use super::reader::{FileMethods, Reader};
use super::slots::Slots;
use crate::support::Field;

/// `Unpickler`.
#[derive(Default)]
pub struct Unpickler {
    /// The methods of the file: `read`, `readline`, `peek`; empty until `__init__` was called.
    read: Field,
    readline: Field,
    peek: Field,
    buffers: Field,
    encoding: Field,
    errors: Field,
    /// `persistent_load`, set on the instance.
    persistent_load: Field,
    /// Taken out while a load runs.
    pub memo: RefCell<Slots>,
    /// That of the pickle being read, for `find_class`.
    protocol: Cell<u8>,
    fix_imports: Cell<bool>,
    running: Cell<bool>,
}
payload!(
    Unpickler,
    gc,
    |this, visit| {
        for field in this.fields() {
            field.visit(visit);
        }
        this.memo
            .borrow()
            .iter()
            .for_each(|(_, object)| visit(object));
    },
    clear | this | {
        for field in this.fields() {
            field.clear();
        }
        drop(this.memo.take());
    }
);

/// What the functions and the class take besides the file.
pub struct Options<'a> {
    pub fix_imports: bool,
    pub encoding: &'a Ref<Str>,
    pub errors: &'a Ref<Str>,
    pub buffers: Option<&'a Value>,
}

impl Options<'_> {
    fn load<'v>(&self, vm: &'v Vm, reader: Reader) -> PyResult<Load<'v>> {
        let buffers = self.buffers.map(|b| vm.iter(b)).transpose()?;
        Ok(Load {
            vm,
            reader,
            stack: Vec::new(),
            marks: Vec::new(),
            memo: Slots::default(),
            globals: Globals::get(vm)?,
            protocol: 0,
            fix_imports: self.fix_imports,
            encoding: self.encoding.clone(),
            errors: self.errors.clone(),
            buffers,
            persistent_load: None,
            find_class: None,
        })
    }
}

/// What a pickle is read by.
fn methods_of(vm: &Vm, file: &Value) -> PyResult<FileMethods> {
    let peek = vm.getattr_opt(file, &vm.intern_str("peek"))?;
    let read = vm.getattr_opt(file, &vm.names.read)?;
    let readline = vm.getattr_opt(file, &vm.names.readline)?;
    match (read, readline) {
        (Some(read), Some(readline)) => Ok(FileMethods {
            read,
            readline,
            peek,
        }),
        _ => Err(vm.type_error("file must have 'read' and 'readline' attributes")),
    }
}

/// `loads(data, …)`.
///
/// # Errors
/// UnpicklingError; what objects raise.
pub fn loads(vm: &Vm, data: &Value, options: &Options<'_>) -> PyResult {
    let bytes = match data.downcast::<Bytes>() {
        Some(bytes) => bytes.clone(),
        None => {
            let bytes = taipan_object::bytes_ops::arg::bytes_like(vm, data)?;
            vm.new_bytes(&bytes[..])
        }
    };
    options.load(vm, Reader::new(bytes, None))?.run()
}

/// A reader of a file.
fn file_reader(vm: &Vm, methods: FileMethods) -> Reader {
    Reader::new(vm.new_bytes(&b""[..]), Some(methods))
}

/// `load(file, …)`.
///
/// # Errors
/// UnpicklingError; what objects and the file raise.
pub fn load(vm: &Vm, file: &Value, options: &Options<'_>) -> PyResult {
    let reader = file_reader(vm, methods_of(vm, file)?);
    options.load(vm, reader)?.run()
}

#[cold]
fn in_use(vm: &Vm) -> Raised {
    vm.runtime_error("Unpickler object is already used")
}

/// Whether a class has another attribute than `Unpickler` itself.
fn overrides(vm: &Vm, this: &Ref<Unpickler>, name: &Ref<Str>) -> bool {
    let base = vm.add_native_type::<Unpickler>();
    let default = base.dict.get_str(name);
    match (default, vm.type_lookup(this.ty(), name)) {
        (Some(default), Some(found)) => !default.is(&found),
        _ => true,
    }
}

impl Unpickler {
    fn fields(&self) -> [&Field; 7] {
        [
            &self.read,
            &self.readline,
            &self.peek,
            &self.buffers,
            &self.encoding,
            &self.errors,
            &self.persistent_load,
        ]
    }
    fn run(vm: &Vm, this: &Ref<Unpickler>, methods: FileMethods) -> PyResult {
        let text = |field: &Field| -> Ref<Str> {
            let text = field.get().and_then(|t| t.downcast_owned::<Str>().ok());
            text.unwrap_or_else(|| vm.empty_str.clone())
        };
        let (encoding, errors) = (text(&this.encoding), text(&this.errors));
        let options = Options {
            fix_imports: this.fix_imports.get(),
            encoding: &encoding,
            errors: &errors,
            buffers: None,
        };
        let mut load = options.load(vm, file_reader(vm, methods))?;
        load.buffers = this.buffers.get();
        let name = vm.intern_str("persistent_load");
        load.persistent_load = match this.persistent_load.get() {
            Some(own) => Some(own),
            None if overrides(vm, this, &name) => Some(vm.getattr(this.as_value(), &name)?),
            None => None,
        };
        let name = vm.intern_str("find_class");
        // Instances of subclasses may have an attribute of that name.
        if !this.ty().is(&vm.add_native_type::<Unpickler>()) {
            load.find_class = Some(vm.getattr(this.as_value(), &name)?);
        }
        load.memo = this.memo.take();
        let result = load.run_for(this);
        drop(this.memo.replace(std::mem::take(&mut load.memo)));
        result
    }
}

impl Load<'_> {
    /// Reads one object for an unpickler, whose `find_class` wants to know the protocol.
    fn run_for(&mut self, owner: &Ref<Unpickler>) -> PyResult {
        owner.protocol.set(0);
        self.run_noting(|protocol| owner.protocol.set(protocol))
    }
}

#[pymethods(
    name = "Unpickler",
    module = "_pickle",
    doc = "Reads pickles from a file.\n\nThe file has methods read(n) and readline() that return bytes. Names and strings of Python 2 are read as fix_imports, encoding and errors say; an encoding of \"bytes\" leaves its strings as bytes. Buffers that are not in the pickle are taken from buffers, an iterable.",
    flags(BASETYPE)
)]
impl Unpickler {
    #[pyslot(new)]
    fn make(vm: &Vm, cls: &TypeRef, _args: Args<'_>) -> PyResult {
        Ok(alloc_instance(vm, cls, Unpickler::default()).into_value())
    }
    #[pyinit("(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())")]
    fn init(
        vm: &Vm,
        this: &Ref<Unpickler>,
        file: &Value,
        fix_imports: bool,
        encoding: &Ref<Str>,
        errors: &Ref<Str>,
        buffers: &Value,
    ) -> PyResult<()> {
        if this.running.get() {
            return Err(in_use(vm));
        }
        this.read.clear();
        let methods = methods_of(vm, file)?;
        this.peek.clear();
        if let Some(peek) = methods.peek {
            this.peek.set(peek);
        }
        this.readline.set(methods.readline);
        this.encoding.set(encoding.to_value());
        this.errors.set(errors.to_value());
        this.buffers.clear();
        let none = buffers.is_none() || buffers.is(vm.empty_tuple.as_value());
        if !none {
            this.buffers.set(vm.iter(buffers)?);
        }
        this.fix_imports.set(fix_imports);
        drop(this.memo.take());
        this.protocol.set(0);
        this.read.set(methods.read);
        Ok(())
    }
    #[pyslot]
    fn getattro(vm: &Vm, this: &Ref<Unpickler>, name: &Ref<Str>) -> PyResult {
        if name.is_str("persistent_load")
            && let Some(own) = this.persistent_load.get()
        {
            return Ok(own);
        }
        taipan_object::attr::generic_getattr(vm, this.as_value(), name)
    }
    #[pyslot]
    fn setattro(
        vm: &Vm,
        this: &Ref<Unpickler>,
        name: &Ref<Str>,
        value: Option<&Value>,
    ) -> PyResult<()> {
        if !name.is_str("persistent_load") {
            return taipan_object::attr::generic_setattr(vm, this.as_value(), name, value);
        }
        match value {
            Some(value) => this.persistent_load.set(value.clone()),
            None if this.persistent_load.is_empty() => {
                return Err(vm.no_attribute(this.as_value(), name));
            }
            None => this.persistent_load.clear(),
        }
        Ok(())
    }
    /// Load a pickle.
    ///
    /// Read a pickled object representation from the open file object given in the constructor, and return the reconstituted object hierarchy specified therein.
    #[pymethod("(self, /)")]
    fn load(vm: &Vm, this: &Ref<Unpickler>) -> PyResult {
        let (Some(read), Some(readline)) = (this.read.get(), this.readline.get()) else {
            return Err(cannot_unpickle(
                vm,
                format!(
                    "Unpickler.__init__() was not called by {}.__init__()",
                    vm.type_name(this.as_value())
                ),
            ));
        };
        if this.running.replace(true) {
            return Err(in_use(vm));
        }
        let methods = FileMethods {
            read,
            readline,
            peek: this.peek.get(),
        };
        let result = Unpickler::run(vm, this, methods);
        this.running.set(false);
        result
    }
    /// Raises UnpicklingError; subclasses find the object of an identifier.
    #[pymethod("(self, pid, /)")]
    fn persistent_load(vm: &Vm, _this: &Ref<Unpickler>, _pid: &Value) -> PyResult {
        Err(no_persistent(vm))
    }
    /// Return an object from a specified module.
    ///
    /// If necessary, the module will be imported. Subclasses may override this method. It is called for whatever a pickle names, functions as well.
    #[pymethod("(self, module_name, global_name, /)")]
    fn find_class(
        vm: &Vm,
        this: &Ref<Unpickler>,
        module_name: &Value,
        global_name: &Value,
    ) -> PyResult {
        let (Some(module), Some(name)) =
            (module_name.downcast::<Str>(), global_name.downcast::<Str>())
        else {
            return Err(vm.type_error("find_class() arguments must be str"));
        };
        let globals = Globals::get(vm)?;
        let (protocol, fix_imports) = (this.protocol.get(), this.fix_imports.get());
        find_class(vm, &globals, protocol, fix_imports, module, name)
    }
    #[pygetset]
    fn memo(vm: &Vm, this: &Ref<Unpickler>) -> Value {
        UnpicklerMemoProxy::of(vm, this)
    }
    #[pysetter(memo)]
    fn set_memo(vm: &Vm, this: &Ref<Unpickler>, value: Option<&Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(vm.type_error("attribute deletion is not supported"));
        };
        let mut memo = Slots::default();
        if let Some(proxy) = value.downcast::<UnpicklerMemoProxy>() {
            for (index, object) in proxy.unpickler.memo.borrow().iter() {
                memo.put(index, object.clone());
            }
        } else if let Some(dict) = value.downcast::<Dict>() {
            for (key, object) in dict.items() {
                if key.as_int().is_none() {
                    return Err(vm.type_error("memo key must be integers"));
                }
                match u64::try_from(vm.index_i64(&key)?) {
                    Ok(index) => memo.put(index, object),
                    Err(_) => {
                        return Err(vm.value_error("memo key must be positive integers."));
                    }
                }
            }
        } else {
            return Err(vm.type_error(format!(
                "'memo' attribute must be an UnpicklerMemoProxy object or dict, not {}",
                vm.type_name(value)
            )));
        }
        drop(this.memo.replace(memo));
        Ok(())
    }
}
