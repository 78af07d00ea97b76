//! `Pickler`, and `dump` and `dumps`.

use std::cell::{Cell, RefCell};

use taipan_macros::pymethods;
use taipan_object::dict::Dict;
use taipan_object::native::GetSetDef;
use taipan_object::object::alloc_instance;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::{Args, PyResult, Raised, Ref, TypeRef, Value, Vm, payload};

use super::dump::Dump;
use super::globals::{Globals, cannot_pickle};
use super::memo::Memo;
use super::op::{DEFAULT_PROTOCOL, HIGHEST_PROTOCOL};
use super::proxies::PicklerMemoProxy;
use super::writer::Writer;
use crate::support::Field;

/// `Pickler`.
#[derive(Default)]
pub struct Pickler {
    /// The file's `write`; empty until `__init__` was called.
    write: Field,
    /// Taken out while a dump runs.
    pub memo: RefCell<Memo>,
    dispatch_table: Field,
    buffer_callback: Field,
    /// `persistent_id`, set on the instance.
    persistent_id: Field,
    protocol: Cell<i32>,
    binary: Cell<i32>,
    fast: Cell<i32>,
    fix_imports: Cell<bool>,
    running: Cell<bool>,
}
payload!(
    Pickler,
    gc,
    |this, visit| {
        this.write.visit(visit);
        this.dispatch_table.visit(visit);
        this.buffer_callback.visit(visit);
        this.persistent_id.visit(visit);
        this.memo
            .borrow()
            .iter()
            .for_each(|(object, _)| visit(object));
    },
    clear | this | {
        this.write.clear();
        this.dispatch_table.clear();
        this.buffer_callback.clear();
        this.persistent_id.clear();
        drop(this.memo.take());
    }
);

/// The protocol that an argument asks for.
///
/// # Errors
/// ValueError for one that is not known yet.
fn protocol_argument(vm: &Vm, value: &Value) -> PyResult<i32> {
    if value.is_none() {
        return Ok(DEFAULT_PROTOCOL);
    }
    let n = vm.index_i64(value)?;
    match i32::try_from(n) {
        Ok(n @ 0..=HIGHEST_PROTOCOL) => Ok(n),
        _ if n < 0 => Ok(HIGHEST_PROTOCOL),
        _ => Err(vm.value_error(format!("pickle protocol must be <= {HIGHEST_PROTOCOL}"))),
    }
}

/// What the functions and the class take.
struct Settings {
    protocol: i32,
    fix_imports: bool,
    buffer_callback: Option<Value>,
}

impl Settings {
    fn of(
        vm: &Vm,
        protocol: &Value,
        fix_imports: bool,
        buffer_callback: &Value,
    ) -> PyResult<Settings> {
        let protocol = protocol_argument(vm, protocol)?;
        if !buffer_callback.is_none() && protocol < 5 {
            return Err(vm.value_error("buffer_callback needs protocol >= 5"));
        }
        Ok(Settings {
            protocol,
            fix_imports: fix_imports && protocol < 3,
            buffer_callback: (!buffer_callback.is_none()).then(|| buffer_callback.clone()),
        })
    }
    fn dump<'a>(self, vm: &'a Vm, write: Option<Value>) -> PyResult<Dump<'a>> {
        Ok(Dump {
            vm,
            out: Writer::new(write),
            memo: Memo::default(),
            globals: Globals::get(vm)?,
            protocol: self.protocol,
            binary: self.protocol >= 1,
            fast: false,
            fix_imports: self.fix_imports,
            persistent_id: None,
            reducer_override: None,
            dispatch_table: None,
            buffer_callback: self.buffer_callback,
            nesting: Vec::new(),
            plain_class: None,
        })
    }
}

/// The `write` of a file.
fn write_of(vm: &Vm, file: &Value) -> PyResult {
    match vm.getattr_opt(file, &vm.names.write)? {
        Some(write) => Ok(write),
        None => Err(vm.type_error("file must have a 'write' attribute")),
    }
}

/// `dumps(obj, …)`.
///
/// # Errors
/// PicklingError; what objects raise.
pub fn dumps(
    vm: &Vm,
    object: &Value,
    protocol: &Value,
    fix_imports: bool,
    buffer_callback: &Value,
) -> PyResult {
    let settings = Settings::of(vm, protocol, fix_imports, buffer_callback)?;
    let mut dump = settings.dump(vm, None)?;
    dump.run(object)?;
    let bytes = dump.out.finish(vm)?;
    Ok(vm.new_bytes(bytes).into_value())
}

/// `dump(obj, file, …)`.
///
/// # Errors
/// PicklingError; what objects and the file raise.
pub fn dump(
    vm: &Vm,
    object: &Value,
    file: &Value,
    protocol: &Value,
    fix_imports: bool,
    buffer_callback: &Value,
) -> PyResult<()> {
    let settings = Settings::of(vm, protocol, fix_imports, buffer_callback)?;
    let mut dump = settings.dump(vm, Some(write_of(vm, file)?))?;
    dump.run(object)?;
    dump.out.finish(vm).map(drop)
}

/// The fields that show as members.
pub static FIELDS: [GetSetDef; 3] = [
    GetSetDef {
        name: "bin",
        doc: "",
        get: |vm, this| number(vm, this, "bin", |p| &p.binary),
        set: Some(|vm, this, value| set_number(vm, this, value, "bin", |p| &p.binary)),
    },
    GetSetDef {
        name: "fast",
        doc: "",
        get: |vm, this| number(vm, this, "fast", |p| &p.fast),
        set: Some(|vm, this, value| set_number(vm, this, value, "fast", |p| &p.fast)),
    },
    GetSetDef {
        name: "dispatch_table",
        doc: "",
        get: |vm, this| {
            let table = receiver(vm, this, "dispatch_table")?.dispatch_table.get();
            table.ok_or_else(|| vm.no_attribute(this, &vm.intern_str("dispatch_table")))
        },
        set: Some(|vm, this, value| {
            let field = &receiver(vm, this, "dispatch_table")?.dispatch_table;
            match value {
                Some(value) => field.set(value.clone()),
                None if field.is_empty() => {
                    return Err(vm.no_attribute(this, &vm.intern_str("dispatch_table")));
                }
                None => field.clear(),
            }
            Ok(())
        }),
    },
];

fn receiver<'a>(vm: &Vm, this: &'a Value, name: &str) -> PyResult<&'a Ref<Pickler>> {
    this.downcast::<Pickler>()
        .ok_or_else(|| taipan_object::args::wrong_receiver(vm, this, name))
}

fn number(vm: &Vm, this: &Value, name: &str, field: fn(&Pickler) -> &Cell<i32>) -> PyResult {
    Ok(vm.new_int(i64::from(field(receiver(vm, this, name)?).get())))
}

fn set_number(
    vm: &Vm,
    this: &Value,
    value: Option<&Value>,
    name: &str,
    field: fn(&Pickler) -> &Cell<i32>,
) -> PyResult<()> {
    let Some(value) = value else {
        return Err(vm.type_error("can't delete numeric/char attribute"));
    };
    let n = vm.index_i64(value)?;
    field(receiver(vm, this, name)?).set(n as i32);
    Ok(())
}

#[cold]
fn in_use(vm: &Vm) -> Raised {
    vm.runtime_error("Pickler object is already used")
}

impl Pickler {
    /// The function that gives persistent identifiers, unless it is the one that gives none.
    fn persistent(vm: &Vm, this: &Ref<Pickler>) -> PyResult<Option<Value>> {
        if let Some(own) = this.persistent_id.get() {
            return Ok(Some(own));
        }
        let name = vm.intern_str("persistent_id");
        let base = vm.add_native_type::<Pickler>();
        let default = base.dict.get_str(&name);
        let found = vm.type_lookup(this.ty(), &name);
        if let (Some(default), Some(found)) = (default, found)
            && default.is(&found)
        {
            return Ok(None);
        }
        vm.getattr(this.as_value(), &name).map(Some)
    }
    fn run(vm: &Vm, this: &Ref<Pickler>, object: &Value, write: Value) -> PyResult<()> {
        let settings = Settings {
            protocol: this.protocol.get(),
            fix_imports: this.fix_imports.get(),
            buffer_callback: this.buffer_callback.get(),
        };
        let mut dump = settings.dump(vm, Some(write))?;
        dump.binary = this.binary.get() != 0;
        dump.fast = this.fast.get() != 0;
        dump.persistent_id = Pickler::persistent(vm, this)?;
        let name = vm.intern_str("reducer_override");
        dump.reducer_override = vm.getattr_opt(this.as_value(), &name)?;
        dump.dispatch_table = this.dispatch_table.get();
        dump.memo = this.memo.take();
        let result = dump.run(object);
        drop(this.memo.replace(std::mem::take(&mut dump.memo)));
        result?;
        dump.out.finish(vm).map(drop)
    }
}

#[pymethods(
    name = "Pickler",
    module = "_pickle",
    doc = "Writes pickles to a file.\n\nThe file has a method write() that takes bytes. Protocols are 0 to 5, the default is 5; a negative one means the highest. With fix_imports and a protocol below 3, names are written as Python 2 knew them. Buffers for which buffer_callback returns a false value are left out of the pickle.",
    flags(BASETYPE)
)]
impl Pickler {
    #[pyslot(new)]
    fn make(vm: &Vm, cls: &TypeRef, _args: Args<'_>) -> PyResult {
        Ok(alloc_instance(vm, cls, Pickler::default()).into_value())
    }
    #[pyinit("(file, protocol=None, fix_imports=True, buffer_callback=None)")]
    fn init(
        vm: &Vm,
        this: &Ref<Pickler>,
        file: &Value,
        protocol: &Value,
        fix_imports: bool,
        buffer_callback: &Value,
    ) -> PyResult<()> {
        if this.running.get() {
            return Err(in_use(vm));
        }
        // In case of multiple __init__() calls, clear previous content.
        this.write.clear();
        let settings = Settings::of(vm, protocol, fix_imports, buffer_callback)?;
        this.write.set(write_of(vm, file)?);
        this.protocol.set(settings.protocol);
        this.binary.set(i32::from(settings.protocol >= 1));
        this.fast.set(0);
        this.fix_imports.set(settings.fix_imports);
        match settings.buffer_callback {
            Some(callback) => this.buffer_callback.set(callback),
            None => this.buffer_callback.clear(),
        }
        drop(this.memo.take());
        let name = vm.intern_str("dispatch_table");
        if let Some(table) = vm.getattr_opt(this.as_value(), &name)? {
            this.dispatch_table.set(table);
        }
        Ok(())
    }
    #[pyslot]
    fn getattro(vm: &Vm, this: &Ref<Pickler>, name: &Ref<Str>) -> PyResult {
        if name.is_str("persistent_id")
            && let Some(own) = this.persistent_id.get()
        {
            return Ok(own);
        }
        taipan_object::attr::generic_getattr(vm, this.as_value(), name)
    }
    #[pyslot]
    fn setattro(
        vm: &Vm,
        this: &Ref<Pickler>,
        name: &Ref<Str>,
        value: Option<&Value>,
    ) -> PyResult<()> {
        if !name.is_str("persistent_id") {
            return taipan_object::attr::generic_setattr(vm, this.as_value(), name, value);
        }
        match value {
            Some(value) => this.persistent_id.set(value.clone()),
            None if this.persistent_id.is_empty() => {
                return Err(vm.no_attribute(this.as_value(), name));
            }
            None => this.persistent_id.clear(),
        }
        Ok(())
    }
    /// Write a pickled representation of the given object to the open file.
    #[pymethod("(self, obj, /)")]
    fn dump(vm: &Vm, this: &Ref<Pickler>, obj: &Value) -> PyResult<()> {
        let Some(write) = this.write.get() else {
            return Err(cannot_pickle(
                vm,
                format!(
                    "Pickler.__init__() was not called by {}.__init__()",
                    vm.type_name(this.as_value())
                ),
            ));
        };
        if this.running.replace(true) {
            return Err(in_use(vm));
        }
        let result = Pickler::run(vm, this, obj, write);
        this.running.set(false);
        result
    }
    /// Clears the pickler's "memo".
    ///
    /// The memo remembers which objects the pickler has already seen, so that shared or recursive objects are pickled by reference and not by value.
    #[pymethod("(self, /)")]
    fn clear_memo(_vm: &Vm, this: &Ref<Pickler>) {
        drop(this.memo.take());
    }
    /// None; subclasses give the identifiers of objects that lie elsewhere.
    #[pymethod("(self, obj, /)")]
    fn persistent_id(_vm: &Vm, _this: &Ref<Pickler>, _obj: &Value) {}
    #[pygetset]
    fn memo(vm: &Vm, this: &Ref<Pickler>) -> Value {
        PicklerMemoProxy::of(vm, this)
    }
    #[pysetter(memo)]
    fn set_memo(vm: &Vm, this: &Ref<Pickler>, value: Option<&Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(vm.type_error("attribute deletion is not supported"));
        };
        let mut memo = Memo::default();
        if let Some(proxy) = value.downcast::<PicklerMemoProxy>() {
            for (object, index) in proxy.pickler.memo.borrow().iter() {
                memo.insert(object, index);
            }
        } else if let Some(dict) = value.downcast::<Dict>() {
            for (_, pair) in dict.items() {
                let Some([index, object]) = pair.downcast::<Tuple>().map(|t| t.items()) else {
                    return Err(vm.type_error("'memo' values must be 2-item tuples"));
                };
                let index = vm.index_i64(index)?;
                memo.insert(object, index as u64);
            }
        } else {
            return Err(vm.type_error(format!(
                "'memo' attribute must be a PicklerMemoProxy object or dict, not {}",
                vm.type_name(value)
            )));
        }
        drop(this.memo.replace(memo));
        Ok(())
    }
}
