//! The built-in exception classes: what they add to each other, and what their parts share.

mod base;
mod fields;
pub mod group;
pub mod os_error;
mod simple;
mod syntax_error;
mod unicode_error;

use crate::exceptions::Exception;
use crate::header::{Ref, TypeRef};
use crate::list::List;
use crate::native::{GetSetDef, MethodDef, NativeClass, TypeSpec};
use crate::slots::{SlotId, Slots};
use crate::str::Str;
use crate::tuple::Tuple;
use crate::ty::TypeFlags;
use crate::value::Value;
use crate::vm::{Args, PyResult, Vm};

pub use base::set_traceback;

/// Sets the class's own attributes from constructor arguments. Wrong arguments leave them unset.
pub fn init_fields(vm: &Vm, e: &Ref<Exception>, args: &Ref<Tuple>) {
    let ty = e.ty();
    let init = ty.slots.address(SlotId::init);
    let like = |other: &TypeRef| init == other.slots.address(SlotId::init);
    if like(&vm.exc.base_exception) {
        return;
    }
    let done = if like(&vm.exc.os_error) {
        os_error::fill(vm, e, args.items())
    } else if like(&vm.exc.base_exception_group) {
        group::fill(vm, e, args.items())
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

/// What a class adds to its base.
struct Extra {
    fill: fn(&Slots),
    methods: &'static [&'static [MethodDef]],
    getsets: &'static [&'static [GetSetDef]],
    /// Attributes that show as members, not as computed ones.
    members: &'static [GetSetDef],
}

fn extra(name: &str) -> Extra {
    let with = |fill, members| Extra {
        fill,
        methods: &[],
        getsets: &[],
        members,
    };
    match name {
        "StopIteration" => with(simple::stop_iteration, simple::VALUE),
        "SystemExit" => with(simple::system_exit, simple::CODE),
        "KeyError" => with(simple::key_error, &[]),
        "NameError" => with(simple::name_error, simple::NAME),
        "AttributeError" => Extra {
            methods: &[simple::attribute_error::METHODS],
            ..with(simple::attribute_error::METHODS_SLOTS, simple::ATTRIBUTE)
        },
        "ImportError" => Extra {
            methods: &[simple::import_error::METHODS],
            ..with(simple::import_error::METHODS_SLOTS, simple::IMPORT)
        },
        "SyntaxError" => with(syntax_error::METHODS_SLOTS, syntax_error::FIELDS),
        "OSError" => Extra {
            methods: &[os_error::METHODS],
            getsets: &[os_error::METHODS_GETSETS],
            ..with(os_error::METHODS_SLOTS, os_error::FIELDS)
        },
        "UnicodeDecodeError" => with(unicode_error::decode, unicode_error::FIELDS),
        "UnicodeEncodeError" => with(unicode_error::encode, unicode_error::FIELDS),
        "UnicodeTranslateError" => with(unicode_error::translate, unicode_error::FIELDS),
        "BaseExceptionGroup" => Extra {
            methods: &[group::METHODS],
            ..with(group::METHODS_SLOTS, group::FIELDS)
        },
        _ => with(|_| {}, &[]),
    }
}

/// The description of a built-in exception class; [`finish`] adds the rest.
pub fn exception_spec(name: &'static str, doc: &'static str) -> TypeSpec {
    let base = Exception::spec();
    if name == "BaseException" {
        return base;
    }
    let Extra {
        fill,
        methods,
        getsets,
        ..
    } = extra(name);
    TypeSpec {
        name,
        module: "builtins",
        doc,
        signature: "",
        flags: TypeFlags::BASETYPE | TypeFlags::BASE_EXC_SUBCLASS,
        vtable: base.vtable,
        fill,
        methods,
        getsets,
    }
}

/// Adds members and `__new__` to a fresh built-in exception class.
pub(crate) fn finish(vm: &Vm, ty: &TypeRef, name: &str) {
    vm.add_native_members(ty, extra(name).members);
    let base = ty.base.borrow().as_ref().map(short_name);
    if !inherits_new(name, base.as_deref().unwrap_or_default()) {
        vm.give_own_new(ty);
    }
}

/// Whether `__new__` does not show in the class itself, but in a base.
fn inherits_new(name: &str, base: &str) -> bool {
    const FILLED_BY_INIT: &[&str] = &[
        "AttributeError",
        "ImportError",
        "KeyError",
        "NameError",
        "StopIteration",
        "SyntaxError",
        "SystemExit",
    ];
    const BASES: &[&str] = &[
        "BaseExceptionGroup",
        "ConnectionError",
        "ImportError",
        "IndentationError",
        "NameError",
        "OSError",
        "SyntaxError",
    ];
    FILLED_BY_INIT.contains(&name) || BASES.contains(&base)
}
