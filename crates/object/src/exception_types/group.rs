//! `BaseExceptionGroup` and `ExceptionGroup`.

use taipan_macros::pymethods;

use super::{exception, no_keywords, set_args, short_name};
use crate::exceptions::{Exception, peek};
use crate::header::{Ref, TypeRef};
use crate::list::List;
use crate::native::GetSetDef;
use crate::object::alloc_instance;
use crate::str::Str;
use crate::tuple::Tuple;
use crate::ty::{Type, TypeFlags};
use crate::value::Value;
use crate::vm::{Args, PyResult, Vm};

const MESSAGE: usize = 0;
const EXCEPTIONS: usize = 1;
/// The repr of what the exceptions were given in, if that was neither a list nor a tuple.
const SHOWN: usize = 2;

fn read_only(vm: &Vm, _: &Value, _: Option<&Value>) -> PyResult<()> {
    Err(vm.raise_str(&vm.exc.attribute_error, "readonly attribute"))
}

pub(crate) const FIELDS: &[GetSetDef] = &[
    GetSetDef {
        name: "message",
        doc: "",
        get: |vm, this| Ok(exception(vm, this)?.field(MESSAGE).unwrap_or(Value::NONE)),
        set: Some(read_only),
    },
    GetSetDef {
        name: "exceptions",
        doc: "",
        get: |vm, this| {
            Ok(exception(vm, this)?
                .field(EXCEPTIONS)
                .unwrap_or(Value::NONE))
        },
        set: Some(read_only),
    },
];

fn is_exception(vm: &Vm, value: &Value) -> bool {
    vm.is_instance_of(value, &vm.exc.exception)
}

/// Checks the arguments of a group; what the group holds.
fn check<'a>(vm: &Vm, args: &'a [Value]) -> PyResult<(&'a Ref<Str>, Ref<Tuple>)> {
    let [message, exceptions] = args else {
        return Err(vm.type_error(format!(
            "BaseExceptionGroup.__new__() takes exactly 2 arguments ({} given)",
            args.len()
        )));
    };
    let Some(message) = message.downcast::<Str>() else {
        let got = if message.is_none() {
            "None".to_owned()
        } else {
            vm.type_name(message)
        };
        return Err(vm.type_error(format!(
            "BaseExceptionGroup.__new__() argument 1 must be str, not {got}"
        )));
    };
    if !vm.is_sequence(exceptions) {
        return Err(vm.type_error("second argument (exceptions) must be a sequence"));
    }
    let exceptions = vm.to_tuple(exceptions)?;
    if exceptions.is_empty() {
        return Err(vm.value_error("second argument (exceptions) must be a non-empty sequence"));
    }
    for (i, e) in exceptions.items().iter().enumerate() {
        if e.downcast::<Exception>().is_none() {
            return Err(vm.value_error(format!(
                "Item {i} of second argument (exceptions) is not an exception"
            )));
        }
    }
    Ok((message, exceptions))
}

/// The class that a group of these exceptions gets.
fn choose_class<'a>(vm: &'a Vm, cls: &'a TypeRef, exceptions: &Tuple) -> PyResult<&'a TypeRef> {
    let nested = !exceptions.items().iter().all(|e| is_exception(vm, e));
    if cls.is(&vm.exc.base_exception_group) {
        return Ok(if nested { cls } else { &vm.exc.exception_group });
    }
    if nested && cls.is(&vm.exc.exception_group) {
        return Err(vm.type_error("Cannot nest BaseExceptions in an ExceptionGroup"));
    }
    if nested && cls.is_subtype(&vm.exc.exception) {
        return Err(vm.type_error(format!(
            "Cannot nest BaseExceptions in '{}'",
            cls.display_name()
        )));
    }
    Ok(cls)
}

/// Sets the fields of a group made without `__new__`.
pub(crate) fn fill(vm: &Vm, e: &Ref<Exception>, args: &[Value]) -> PyResult<()> {
    let (message, exceptions) = check(vm, args)?;
    e.set_field(MESSAGE, Some(message.to_value()));
    e.set_field(EXCEPTIONS, Some(exceptions.into_value()));
    Ok(())
}

/// The exceptions of a group; `None` for other exceptions.
pub fn exceptions_of(vm: &Vm, e: &Value) -> Option<Ref<Tuple>> {
    let e = e
        .downcast::<Exception>()
        .filter(|e| e.ty().is_subtype(&vm.exc.base_exception_group))?;
    e.field(EXCEPTIONS)?.downcast_owned::<Tuple>().ok()
}

/// What `split` and `subgroup` look for.
enum Matcher<'a> {
    Class(&'a Value),
    Predicate(&'a Value),
}

fn matcher<'a>(vm: &Vm, value: &'a Value) -> PyResult<Matcher<'a>> {
    let is_class = |v: &Value| {
        v.downcast::<Type>()
            .is_some_and(|t| t.has(TypeFlags::BASE_EXC_SUBCLASS))
    };
    if is_class(value)
        || value
            .downcast::<Tuple>()
            .is_some_and(|t| t.items().iter().all(is_class))
    {
        return Ok(Matcher::Class(value));
    }
    if value.downcast::<Type>().is_none() && vm.type_of(value).slots.call.get().is_some() {
        return Ok(Matcher::Predicate(value));
    }
    Err(vm.type_error("expected an exception type, a tuple of exception types, or a callable (other than a class)"))
}

impl Matcher<'_> {
    fn matches(&self, vm: &Vm, e: &Value) -> PyResult<bool> {
        match self {
            Matcher::Class(class) => match class.downcast::<Tuple>() {
                Some(classes) => Ok(classes
                    .items()
                    .iter()
                    .filter_map(|c| c.downcast::<Type>())
                    .any(|c| vm.is_instance_of(e, c))),
                None => Ok(class
                    .downcast::<Type>()
                    .is_some_and(|c| vm.is_instance_of(e, c))),
            },
            Matcher::Predicate(f) => {
                let r = vm.call(f, std::slice::from_ref(e))?;
                vm.is_true(&r)
            }
        }
    }
}

/// A group like `group` of some of its exceptions; `None` for none.
pub fn subset(vm: &Vm, group: &Value, exceptions: Vec<Value>) -> PyResult<Option<Value>> {
    if exceptions.is_empty() {
        return Ok(None);
    }
    let list = vm.list_value(exceptions);
    let made = vm.call_method(group, &vm.intern_str("derive"), &[list])?;
    if !vm.is_instance_of(&made, &vm.exc.base_exception_group) {
        return Err(vm.type_error("derive must return an instance of BaseExceptionGroup"));
    }
    if let (Some(to), Some(from)) = (made.downcast::<Exception>(), group.downcast::<Exception>()) {
        drop(to.traceback.replace(peek(&from.traceback)));
        drop(to.context.replace(peek(&from.context)));
        drop(to.cause.replace(peek(&from.cause)));
        to.suppress_context.set(from.suppress_context.get());
    }
    if let Some(notes) = vm.getattr_opt(group, &vm.names.__notes__)?
        && vm.is_sequence(&notes)
    {
        let copy = vm.list_value(vm.collect(&notes)?);
        vm.setattr(&made, &vm.names.__notes__, &copy)?;
    }
    Ok(Some(made))
}

/// The parts of an exception that match and that do not; the second only if `want_rest`.
fn split(
    vm: &Vm,
    e: &Value,
    matcher: &Matcher<'_>,
    want_rest: bool,
) -> PyResult<(Option<Value>, Option<Value>)> {
    vm.check_stack(" in exceptiongroup_split_recursive")?;
    if matcher.matches(vm, e)? {
        return Ok((Some(e.clone()), None));
    }
    let Some(exceptions) = exceptions_of(vm, e) else {
        return Ok((None, want_rest.then(|| e.clone())));
    };
    let (mut matching, mut rest) = (Vec::new(), Vec::new());
    for inner in exceptions.items() {
        let (m, r) = split(vm, inner, matcher, want_rest)?;
        matching.extend(m);
        rest.extend(r);
    }
    let matching = subset(vm, e, matching)?;
    Ok((
        matching,
        if want_rest {
            subset(vm, e, rest)?
        } else {
            None
        },
    ))
}

#[pymethods(partial = METHODS, class = "BaseExceptionGroup")]
impl Exception {
    #[pyslot(new)]
    fn group_new(vm: &Vm, cls: &TypeRef, args: Args<'_>) -> PyResult {
        let (message, exceptions) = check(vm, args.positional())?;
        let cls = choose_class(vm, cls, &exceptions)?;
        let given = &args.positional()[1];
        let shown = if given.downcast::<List>().is_none() && given.downcast::<Tuple>().is_none() {
            Some(vm.repr(given)?.into_value())
        } else {
            None
        };
        let e = alloc_instance(
            vm,
            cls,
            Exception::new(vm.tuple_from_slice(args.positional())),
        );
        e.set_field(MESSAGE, Some(message.to_value()));
        e.set_field(EXCEPTIONS, Some(exceptions.into_value()));
        if shown.is_some() {
            e.set_field(SHOWN, shown);
        }
        Ok(e.into_value())
    }
    #[pyslot(init)]
    fn group_init(vm: &Vm, this: &Ref<Exception>, args: Args<'_>) -> PyResult<()> {
        no_keywords(vm, this.ty(), &args)?;
        set_args(vm, this, args.values);
        Ok(())
    }
    #[pyslot(str)]
    fn group_str(vm: &Vm, this: &Ref<Exception>) -> PyResult {
        let message = vm.str(&this.field(MESSAGE).unwrap_or(Value::NONE))?;
        let count = exceptions_of(vm, this.as_value()).map_or(0, |e| e.len());
        let plural = if count == 1 { "" } else { "s" };
        let mut out = message.to_wtf8();
        out.extend_from_slice(format!(" ({count} sub-exception{plural})").as_bytes());
        Ok(vm.new_wtf8(&out).into_value())
    }
    /// The exceptions are shown as they were when the group was made, in the kind of sequence that was given.
    #[pyslot(repr)]
    fn group_repr(vm: &Vm, this: &Ref<Exception>) -> PyResult {
        let args = this.args.borrow().clone();
        let exceptions =
            exceptions_of(vm, this.as_value()).unwrap_or_else(|| vm.empty_tuple.clone());
        let mut out = short_name(this.ty()).into_bytes();
        out.push(b'(');
        crate::seq::push_repr(vm, &mut out, &this.field(MESSAGE).unwrap_or(Value::NONE))?;
        out.extend_from_slice(b", ");
        match (this.field(SHOWN), args.items()) {
            (Some(shown), _) => vm.str(&shown)?.view().push_wtf8(&mut out),
            (None, [_, given]) if given.downcast::<List>().is_some() => {
                let list = vm.list_value(exceptions.items().to_vec());
                crate::seq::push_repr(vm, &mut out, &list)?;
            }
            _ => crate::seq::push_repr(vm, &mut out, exceptions.as_value())?,
        }
        out.push(b')');
        Ok(vm.new_wtf8(&out).into_value())
    }
    /// A group of other exceptions with the same message.
    #[pymethod("(self, excs, /)")]
    fn derive(vm: &Vm, this: &Ref<Exception>, excs: &Value) -> PyResult {
        let message = this.field(MESSAGE).unwrap_or(Value::NONE);
        vm.call(
            vm.exc.base_exception_group.as_value(),
            &[message, excs.clone()],
        )
    }
    /// The part that matches and the rest; None for an empty one.
    #[pymethod("(self, matcher_value, /)")]
    fn split(vm: &Vm, this: &Value, matcher_value: &Value) -> PyResult {
        let (matching, rest) = split(vm, this, &matcher(vm, matcher_value)?, true)?;
        Ok(vm.tuple_value([matching.unwrap_or(Value::NONE), rest.unwrap_or(Value::NONE)]))
    }
    /// The part that matches, or None.
    #[pymethod("(self, matcher_value, /)")]
    fn subgroup(vm: &Vm, this: &Value, matcher_value: &Value) -> PyResult<Option<Value>> {
        Ok(split(vm, this, &matcher(vm, matcher_value)?, false)?.0)
    }
    #[pyclassmethod("(cls, object, /)", name = "__class_getitem__")]
    fn group_getitem(vm: &Vm, cls: &Value, object: &Value) -> PyResult {
        crate::generic_alias::new_generic_alias(vm, cls, object)
    }
}

/// Makes `Exception` the second base of `ExceptionGroup`.
pub(crate) fn add_exception_base(vm: &Vm, group: &TypeRef, exception: &TypeRef) {
    let base_group = group.base.borrow().clone();
    let Some(base_group) = base_group else { return };
    let bases = vm.new_tuple([base_group.to_value(), exception.to_value()]);
    drop(group.bases.replace(bases));
    exception
        .subclasses
        .borrow_mut()
        .push(group.as_ptr().cast());
    let mut mro = vec![group.clone(), base_group, exception.clone()];
    mro.extend(exception.mro.borrow().iter().skip(1).cloned());
    drop(group.mro.replace(mro));
}
