//! `BaseException`, and the descriptions of the built-in exception classes.

use taipan_macros::pymethods;

use crate::dict::Dict;
use crate::exceptions::{Exception, peek};
use crate::header::{Ref, TypeRef};
use crate::list::List;
use crate::native::{GetSetDef, MethodDef, NativeClass, TypeSpec};
use crate::object::alloc_instance;
use crate::slots::{SlotId, Slots};
use crate::str::Str;
use crate::tuple::Tuple;
use crate::ty::TypeFlags;
use crate::value::Value;
use crate::vm::{Args, PyResult, Raised, Vm};

/// Sets the class's own attributes from constructor arguments. Wrong arguments leave them unset.
pub fn init_fields(vm: &Vm, e: &Ref<Exception>, args: &Ref<Tuple>) {
    let ty = e.ty();
    if ty.slots.address(SlotId::init) == vm.exc.base_exception.slots.address(SlotId::init) {
        return;
    }
    let done = if ty.is_subtype(&vm.exc.os_error) {
        crate::os_error::fill(vm, e, args.items())
    } else if ty.is_subtype(&vm.exc.base_exception_group) {
        crate::exception_group::fill(vm, e, args.items())
    } else {
        ty.slots.init.get().map_or(Ok(()), |init| {
            init(vm, e.as_value(), Args::positional_only(args.items()))
        })
    };
    if done.is_err() {
        drop(vm.take_pending());
    }
}

/// Appends a note to an exception.
///
/// # Errors
/// TypeError if the note is no text or `__notes__` no list.
pub fn add_note(vm: &Vm, e: &Value, note: &Value) -> PyResult<()> {
    if note.downcast::<Str>().is_none() {
        return Err(vm.type_error(format!("note must be a str, not '{}'", vm.type_name(note))));
    }
    let notes = match vm.getattr_opt(e, &vm.names.__notes__)? {
        Some(notes) => notes,
        None => {
            let notes = vm.list_value(Vec::new());
            vm.setattr(e, &vm.names.__notes__, &notes)?;
            notes
        }
    };
    match notes.downcast::<List>() {
        Some(list) => {
            list.push(note.clone());
            Ok(())
        }
        None => Err(vm.type_error("Cannot add note: __notes__ is not a list")),
    }
}

/// The exception payload of a receiver.
pub(crate) fn exception<'a>(vm: &Vm, this: &'a Value) -> PyResult<&'a Ref<Exception>> {
    this.downcast::<Exception>()
        .ok_or_else(|| crate::args::wrong_receiver(vm, this, "args"))
}

/// TypeError "X() takes no keyword arguments".
pub(crate) fn no_keywords(vm: &Vm, ty: &TypeRef, args: &Args<'_>) -> PyResult<()> {
    if args.keyword_count() == 0 {
        return Ok(());
    }
    Err(vm.type_error(format!(
        "{}() takes no keyword arguments",
        ty.display_name()
    )))
}

/// What `BaseException.__init__` does.
pub(crate) fn set_args(vm: &Vm, e: &Ref<Exception>, args: &[Value]) {
    let same = {
        let old = e.args.borrow();
        old.len() == args.len() && old.items().iter().zip(args).all(|(a, b)| a.is(b))
    };
    if !same {
        let old = e.args.replace(vm.tuple_from_slice(args));
        drop(old);
    }
}

/// A class's name without its module.
pub(crate) fn short_name(ty: &TypeRef) -> String {
    ty.name.borrow().to_string()
}

fn checked_exception(vm: &Vm, value: &Value, what: &str) -> PyResult<Option<Value>> {
    if value.is_none() {
        return Ok(None);
    }
    if value.downcast::<Exception>().is_none() {
        return Err(vm.type_error(format!(
            "exception {what} must be None or derive from BaseException"
        )));
    }
    Ok(Some(value.clone()))
}

fn no_delete(vm: &Vm, name: &str) -> Raised {
    vm.type_error(format!("{name} may not be deleted"))
}

/// Sets `__traceback__`.
///
/// # Errors
/// TypeError if the value is neither a traceback nor None.
pub fn set_traceback(vm: &Vm, e: &Ref<Exception>, value: &Value) -> PyResult<()> {
    if !value.is_none() && !vm.is_instance_of(value, &vm.types.traceback) {
        return Err(vm.type_error("__traceback__ must be a traceback or None"));
    }
    drop(
        e.traceback
            .replace(Some(value.clone()).filter(|v| !v.is_none())),
    );
    Ok(())
}

#[pymethods(
    name = "BaseException",
    doc = "The base of all exceptions.",
    flags(BASETYPE | BASE_EXC_SUBCLASS | HAS_DICT)
)]
impl Exception {
    #[pyslot(new)]
    fn make(vm: &Vm, cls: &TypeRef, args: Args<'_>) -> PyResult {
        let args = vm.tuple_from_slice(args.positional());
        Ok(alloc_instance(vm, cls, Exception::new(args)).into_value())
    }
    #[pyslot]
    fn init(vm: &Vm, this: &Ref<Exception>, args: Args<'_>) -> PyResult<()> {
        no_keywords(vm, this.ty(), &args)?;
        set_args(vm, this, args.values);
        Ok(())
    }
    #[pyslot]
    fn str(vm: &Vm, this: &Ref<Exception>) -> PyResult {
        let args = this.args.borrow().clone();
        Ok(match args.items() {
            [] => vm.empty_str.to_value(),
            [one] => vm.str(one)?.into_value(),
            _ => vm.str(args.as_value())?.into_value(),
        })
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Exception>) -> PyResult {
        let args = this.args.borrow().clone();
        let mut out = short_name(this.ty()).into_bytes();
        match args.items() {
            [one] => {
                out.push(b'(');
                crate::seq::push_repr(vm, &mut out, one)?;
                out.push(b')');
            }
            _ => crate::seq::push_repr(vm, &mut out, args.as_value())?,
        }
        Ok(vm.new_wtf8(&out).into_value())
    }

    #[pygetset]
    fn args(this: &Ref<Exception>) -> Ref<Tuple> {
        this.args.borrow().clone()
    }
    #[pysetter(args)]
    fn set_args(vm: &Vm, this: &Ref<Exception>, value: Option<&Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(no_delete(vm, "args"));
        };
        let new = vm.to_tuple(value)?;
        let old = this.args.replace(new);
        drop(old);
        Ok(())
    }
    #[pygetset]
    fn __traceback__(this: &Ref<Exception>) -> Option<Value> {
        peek(&this.traceback)
    }
    #[pysetter(__traceback__)]
    fn set_traceback(vm: &Vm, this: &Ref<Exception>, value: Option<&Value>) -> PyResult<()> {
        match value {
            Some(value) => set_traceback(vm, this, value),
            None => Err(no_delete(vm, "__traceback__")),
        }
    }
    #[pygetset]
    fn __context__(this: &Ref<Exception>) -> Option<Value> {
        peek(&this.context)
    }
    #[pysetter(__context__)]
    fn set_context(vm: &Vm, this: &Ref<Exception>, value: Option<&Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(no_delete(vm, "__context__"));
        };
        drop(
            this.context
                .replace(checked_exception(vm, value, "context")?),
        );
        Ok(())
    }
    #[pygetset]
    fn __cause__(this: &Ref<Exception>) -> Option<Value> {
        peek(&this.cause)
    }
    #[pysetter(__cause__)]
    fn set_cause(vm: &Vm, this: &Ref<Exception>, value: Option<&Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(no_delete(vm, "__cause__"));
        };
        drop(this.cause.replace(checked_exception(vm, value, "cause")?));
        this.suppress_context.set(true);
        Ok(())
    }
    #[pygetset]
    fn __suppress_context__(this: &Ref<Exception>) -> bool {
        this.suppress_context.get()
    }
    #[pysetter(__suppress_context__)]
    fn set_suppress_context(vm: &Vm, this: &Ref<Exception>, value: Option<&Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(vm.type_error("can't delete numeric/char attribute"));
        };
        let Some(on) = value.as_bool() else {
            return Err(vm.type_error("attribute value type must be bool"));
        };
        this.suppress_context.set(on);
        Ok(())
    }
    #[pygetset]
    fn __dict__(vm: &Vm, this: &Value) -> PyResult {
        crate::object_type::get_dict(vm, this)
    }
    #[pysetter(__dict__)]
    fn set_dict(vm: &Vm, this: &Value, value: Option<&Value>) -> PyResult<()> {
        crate::object_type::set_dict(vm, this, value)
    }

    /// Sets the traceback and returns the exception.
    #[pymethod("(self, object, /)")]
    fn with_traceback(vm: &Vm, this: &Ref<Exception>, object: &Value) -> PyResult {
        set_traceback(vm, this, object)?;
        Ok(this.to_value())
    }
    /// Adds a note, which tracebacks show.
    #[pymethod("(self, object, /)")]
    fn add_note(vm: &Vm, this: &Value, object: &Ref<Str>) -> PyResult<()> {
        add_note(vm, this, object.as_value())
    }
    /// Sets attributes from a dict.
    #[pymethod("(self, object, /)")]
    fn __setstate__(vm: &Vm, this: &Value, object: &Value) -> PyResult<()> {
        if object.is_none() {
            return Ok(());
        }
        let Some(state) = object.downcast::<Dict>() else {
            return Err(vm.type_error("state is not a dictionary"));
        };
        for (name, value) in state.items() {
            let Some(name) = name.downcast::<Str>() else {
                return Err(vm.type_error(format!(
                    "attribute name must be string, not '{}'",
                    vm.type_name(&name)
                )));
            };
            vm.setattr(this, name, &value)?;
        }
        Ok(())
    }
    /// Helper for pickle.
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<Exception>) -> Value {
        let args = this.args.borrow().to_value();
        reduce_with(vm, this, args, own_dict(vm, this.as_value()))
    }
}

/// The instance dict if it has entries.
pub(crate) fn own_dict(vm: &Vm, e: &Value) -> Option<Value> {
    vm.instance_dict(e)
        .filter(|d| !d.is_empty())
        .map(Ref::into_value)
}

/// `(class, args)` or `(class, args, state)`.
pub(crate) fn reduce_with(vm: &Vm, e: &Ref<Exception>, args: Value, state: Option<Value>) -> Value {
    let class = e.ty().to_value();
    match state {
        Some(state) => vm.tuple_value([class, args, state]),
        None => vm.tuple_value([class, args]),
    }
}

fn get_field<const I: usize>(vm: &Vm, this: &Value) -> PyResult {
    Ok(exception(vm, this)?.field(I).unwrap_or(Value::NONE))
}
fn set_field<const I: usize>(vm: &Vm, this: &Value, value: Option<&Value>) -> PyResult<()> {
    exception(vm, this)?.set_field(I, value.cloned());
    Ok(())
}

/// A plain attribute kept in field `I`.
pub(crate) const fn field<const I: usize>(name: &'static str) -> GetSetDef {
    GetSetDef {
        name,
        doc: "",
        get: get_field::<I>,
        set: Some(set_field::<I>),
    }
}

/// What a class adds to its base.
struct Extra {
    fill: fn(&Slots),
    methods: &'static [&'static [MethodDef]],
    getsets: &'static [&'static [GetSetDef]],
}

fn extra(name: &str) -> Extra {
    use crate::exception_simple as simple;
    let fields = |fill, getsets| Extra {
        fill,
        methods: &[],
        getsets,
    };
    match name {
        "StopIteration" => fields(simple::stop_iteration, const { &[simple::VALUE] }),
        "SystemExit" => fields(simple::system_exit, const { &[simple::CODE] }),
        "KeyError" => fields(simple::key_error, &[]),
        "NameError" => fields(simple::name_error, const { &[simple::NAME] }),
        "AttributeError" => Extra {
            fill: simple::attribute_error::METHODS_SLOTS,
            methods: &[simple::attribute_error::METHODS],
            getsets: &[simple::ATTRIBUTE],
        },
        "ImportError" => Extra {
            fill: simple::import_error::METHODS_SLOTS,
            methods: &[simple::import_error::METHODS],
            getsets: &[simple::IMPORT],
        },
        "SyntaxError" => Extra {
            fill: simple::syntax_error::METHODS_SLOTS,
            methods: &[simple::syntax_error::METHODS],
            getsets: &[simple::syntax_error::FIELDS],
        },
        "OSError" => Extra {
            fill: crate::os_error::METHODS_SLOTS,
            methods: &[crate::os_error::METHODS],
            getsets: &[crate::os_error::FIELDS, crate::os_error::METHODS_GETSETS],
        },
        "UnicodeDecodeError" => fields(
            crate::unicode_error::decode,
            const { &[crate::unicode_error::FIELDS] },
        ),
        "UnicodeEncodeError" => fields(
            crate::unicode_error::encode,
            const { &[crate::unicode_error::FIELDS] },
        ),
        "UnicodeTranslateError" => fields(
            crate::unicode_error::translate,
            const { &[crate::unicode_error::FIELDS] },
        ),
        "BaseExceptionGroup" => Extra {
            fill: crate::exception_group::METHODS_SLOTS,
            methods: &[crate::exception_group::METHODS],
            getsets: &[crate::exception_group::FIELDS],
        },
        _ => fields(|_| {}, &[]),
    }
}

/// The description of a built-in exception class.
pub fn exception_spec(name: &'static str, doc: &'static str) -> TypeSpec {
    let base = Exception::spec();
    if name == "BaseException" {
        return base;
    }
    let flags = TypeFlags::BASETYPE | TypeFlags::BASE_EXC_SUBCLASS;
    let Extra {
        fill,
        methods,
        getsets,
    } = extra(name);
    TypeSpec {
        name,
        module: "builtins",
        doc,
        signature: "",
        flags,
        vtable: base.vtable,
        fill,
        methods,
        getsets,
    }
}
