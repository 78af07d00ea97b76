//! The two directions between dunder methods and slots.
//!
//! A class made in Python that defines `__add__` gets the slot function
//! `slot_add` below, which looks the method up and calls it. A native class
//! with an `add` slot gets a `wrapper_descriptor` named `__add__`
//! ([`call_wrapper`]).

use crate::header::{Ref, TypeRef};
use crate::memoryview::class_buffer::slot_buffer as class_buffer;
use crate::slots::{CmpOp, SendResult, SlotId, Slots};
use crate::str::Str;
use crate::tuple::Tuple;
use crate::ty::Type;
use crate::value::Value;
use crate::vm::{Args, PyResult, Vm};

/// Looks a dunder up on the type of `this` and calls it with `this` and `args`; `None` if there is none.
fn call_dunder(vm: &Vm, this: &Value, name: &Ref<Str>, args: &[&Value]) -> PyResult<Option<Value>> {
    let Some((function, first)) = vm.lookup_special(this, name)? else {
        return Ok(None);
    };
    let mut all: smallvec::SmallVec<[Value; 4]> = smallvec::SmallVec::new();
    all.extend(first);
    all.extend(args.iter().map(|a| (*a).clone()));
    vm.call(&function, &all).map(Some)
}

fn call_required(vm: &Vm, this: &Value, name: &Ref<Str>, args: &[&Value]) -> PyResult {
    match call_dunder(vm, this, name, args)? {
        Some(v) => Ok(v),
        None => Err(vm.attribute_error(
            format!("'{}' object has no attribute '{name}'", vm.type_name(this)),
            this,
            name,
        )),
    }
}

macro_rules! unary_slots {
    ($($f:ident $name:ident;)*) => { $(
        fn $f(vm: &Vm, this: &Value) -> PyResult { call_required(vm, this, &vm.names.$name, &[]) }
    )* };
}
unary_slots! {
    slot_repr __repr__; slot_str __str__; slot_neg __neg__; slot_pos __pos__; slot_abs __abs__; slot_invert __invert__;
    slot_int __int__; slot_float __float__; slot_index __index__; slot_await __await__; slot_aiter __aiter__; slot_anext __anext__;
}

fn slot_iter(vm: &Vm, this: &Value) -> PyResult {
    match vm.type_lookup(vm.type_of(this), &vm.names.__iter__) {
        Some(f) if f.is_none() => {
            Err(vm.type_error(format!("'{}' object is not iterable", vm.type_name(this))))
        }
        _ => call_required(vm, this, &vm.names.__iter__, &[]),
    }
}

fn slot_next(vm: &Vm, this: &Value) -> PyResult<Option<Value>> {
    match call_required(vm, this, &vm.names.__next__, &[]) {
        Ok(v) => Ok(Some(v)),
        Err(_) if vm.exception_is(&vm.exc.stop_iteration) => {
            let e = vm.take_pending();
            let value = e
                .as_ref()
                .and_then(|e| e.downcast::<crate::exceptions::Exception>())
                .and_then(|e| e.field(0));
            vm.set_stop_value(this, value.unwrap_or(Value::NONE));
            Ok(None)
        }
        Err(e) => Err(e),
    }
}

macro_rules! binary_slots {
    ($($f:ident $slot:ident $name:ident $rname:ident;)*) => { $(
        fn $f(vm: &Vm, a: &Value, b: &Value) -> PyResult {
            binary(vm, a, b, |s| s.$slot.get().is_some_and(|f| std::ptr::fn_addr_eq(f, $f as crate::slots::BinaryFn)), &vm.names.$name, &vm.names.$rname)
        }
    )* };
}
binary_slots! {
    slot_add add __add__ __radd__; slot_sub sub __sub__ __rsub__; slot_mul mul __mul__ __rmul__; slot_matmul matmul __matmul__ __rmatmul__;
    slot_truediv truediv __truediv__ __rtruediv__; slot_floordiv floordiv __floordiv__ __rfloordiv__; slot_rem rem __mod__ __rmod__;
    slot_divmod divmod __divmod__ __rdivmod__; slot_lshift lshift __lshift__ __rlshift__; slot_rshift rshift __rshift__ __rrshift__;
    slot_and and __and__ __rand__; slot_xor xor __xor__ __rxor__; slot_or or __or__ __ror__;
}

/// `a op b` where at least one class was made in Python. `mine` tells whether a type's slot is this very function.
fn binary(
    vm: &Vm,
    a: &Value,
    b: &Value,
    mine: impl Fn(&Slots) -> bool,
    name: &Ref<Str>,
    rname: &Ref<Str>,
) -> PyResult {
    let (ta, tb) = (vm.type_of(a), vm.type_of(b));
    let mut reflect = !ta.is(tb) && mine(&tb.slots);
    if mine(&ta.slots) {
        if reflect && tb.is_subtype(ta) && overrides(vm, ta, tb, rname) {
            if let Some(r) = call_dunder(vm, b, rname, &[a])?
                && !r.is_not_implemented()
            {
                return Ok(r);
            }
            reflect = false;
        }
        if let Some(r) = call_dunder(vm, a, name, &[b])?
            && !r.is_not_implemented()
        {
            return Ok(r);
        }
    }
    if reflect && let Some(r) = call_dunder(vm, b, rname, &[a])? {
        return Ok(r);
    }
    Ok(Value::NOT_IMPLEMENTED)
}

/// Whether a subclass brings its own version of a method.
fn overrides(vm: &Vm, base: &TypeRef, sub: &TypeRef, name: &Ref<Str>) -> bool {
    match (vm.type_lookup(base, name), vm.type_lookup(sub, name)) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(x), Some(y)) => !x.is(&y),
    }
}

macro_rules! inplace_slots {
    ($($f:ident $name:ident;)*) => { $(
        fn $f(vm: &Vm, a: &Value, b: &Value) -> PyResult {
            Ok(call_dunder(vm, a, &vm.names.$name, &[b])?.unwrap_or(Value::NOT_IMPLEMENTED))
        }
    )* };
}
inplace_slots! {
    slot_iadd __iadd__; slot_isub __isub__; slot_imul __imul__; slot_imatmul __imatmul__; slot_itruediv __itruediv__;
    slot_ifloordiv __ifloordiv__; slot_irem __imod__; slot_ilshift __ilshift__; slot_irshift __irshift__; slot_iand __iand__;
    slot_ixor __ixor__; slot_ior __ior__;
}

fn slot_pow(vm: &Vm, a: &Value, b: &Value, c: &Value) -> PyResult {
    if c.is_none() {
        let mine = |s: &Slots| {
            s.pow
                .get()
                .is_some_and(|f| std::ptr::fn_addr_eq(f, slot_pow as crate::slots::TernaryFn))
        };
        return binary(vm, a, b, mine, &vm.names.__pow__, &vm.names.__rpow__);
    }
    for (this, name, args) in [
        (a, &vm.names.__pow__, [b, c]),
        (b, &vm.names.__rpow__, [a, c]),
    ] {
        if let Some(r) = call_dunder(vm, this, name, &args)?
            && !r.is_not_implemented()
        {
            return Ok(r);
        }
    }
    Ok(Value::NOT_IMPLEMENTED)
}
fn slot_ipow(vm: &Vm, a: &Value, b: &Value, _: &Value) -> PyResult {
    Ok(call_dunder(vm, a, &vm.names.__ipow__, &[b])?.unwrap_or(Value::NOT_IMPLEMENTED))
}

fn slot_hash(vm: &Vm, this: &Value) -> PyResult<i64> {
    let found = vm.type_lookup(vm.type_of(this), &vm.names.__hash__);
    if found.is_none_or(|f| f.is_none()) {
        return Err(vm.type_error(format!("unhashable type: '{}'", vm.type_name(this))));
    }
    let r = call_required(vm, this, &vm.names.__hash__, &[])?;
    let h = match r.as_int() {
        None => return Err(vm.type_error("__hash__ method should return an integer")),
        Some(n) => match n.to_i64() {
            Some(n) => n,
            None => vm.hash(&r)?,
        },
    };
    Ok(if h == -1 { -2 } else { h })
}

fn slot_richcompare(vm: &Vm, a: &Value, b: &Value, op: CmpOp) -> PyResult {
    let name = match op {
        CmpOp::Lt => &vm.names.__lt__,
        CmpOp::Le => &vm.names.__le__,
        CmpOp::Eq => &vm.names.__eq__,
        CmpOp::Ne => &vm.names.__ne__,
        CmpOp::Gt => &vm.names.__gt__,
        CmpOp::Ge => &vm.names.__ge__,
    };
    match vm.type_lookup(vm.type_of(a), name) {
        Some(f) if f.is_none() => Err(vm.type_error("'NoneType' object is not callable")),
        _ => Ok(call_dunder(vm, a, name, &[b])?.unwrap_or(Value::NOT_IMPLEMENTED)),
    }
}

fn slot_bool(vm: &Vm, this: &Value) -> PyResult<bool> {
    match call_dunder(vm, this, &vm.names.__bool__, &[])? {
        Some(r) => r.as_bool().ok_or_else(|| {
            vm.type_error(format!(
                "__bool__ should return bool, returned {}",
                vm.type_name(&r)
            ))
        }),
        None if vm.type_of(this).slots.len.get().is_some() => Ok(vm.len(this)? != 0),
        None => Ok(true),
    }
}

fn slot_len(vm: &Vm, this: &Value) -> PyResult<usize> {
    let r = call_required(vm, this, &vm.names.__len__, &[])?;
    let n = vm.index(&r)?;
    match n.as_i64() {
        Some(n) if n >= 0 => Ok(n as usize),
        None if n
            .as_int()
            .is_some_and(|i| i.to_ibig() > dashu_int::IBig::ZERO) =>
        {
            Err(vm.overflow_error(format!(
                "cannot fit '{}' into an index-sized integer",
                vm.type_name(&r)
            )))
        }
        _ => Err(vm.value_error("__len__() should return >= 0")),
    }
}

fn slot_getitem(vm: &Vm, this: &Value, key: &Value) -> PyResult {
    call_required(vm, this, &vm.names.__getitem__, &[key])
}
fn slot_setitem(vm: &Vm, this: &Value, key: &Value, value: Option<&Value>) -> PyResult<()> {
    let r = match value {
        Some(value) => call_dunder(vm, this, &vm.names.__setitem__, &[key, value])?,
        None => call_dunder(vm, this, &vm.names.__delitem__, &[key])?,
    };
    match r {
        Some(_) => Ok(()),
        None => {
            let name = if value.is_some() {
                &vm.names.__setitem__
            } else {
                &vm.names.__delitem__
            };
            Err(vm.attribute_error(name.to_string(), this, name))
        }
    }
}
fn slot_contains(vm: &Vm, this: &Value, item: &Value) -> PyResult<bool> {
    match vm.type_lookup(vm.type_of(this), &vm.names.__contains__) {
        Some(f) if f.is_none() => Err(vm.type_error(format!(
            "'{}' object is not a container",
            vm.type_name(this)
        ))),
        Some(_) => {
            let r = call_required(vm, this, &vm.names.__contains__, &[item])?;
            vm.is_true(&r)
        }
        None => {
            let it = vm.iter(this)?;
            while let Some(x) = vm.next(&it)? {
                if vm.eq(&x, item)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
    }
}

fn slot_call(vm: &Vm, this: &Value, args: Args<'_>) -> PyResult {
    let Some((function, first)) = vm.lookup_special(this, &vm.names.__call__)? else {
        return Err(vm.type_error(format!("'{}' object is not callable", vm.type_name(this))));
    };
    vm.check_stack("")?;
    match first {
        Some(first) => {
            let mut all: smallvec::SmallVec<[Value; 6]> = smallvec::smallvec![first];
            all.extend(args.values.iter().cloned());
            vm.call_args(
                &function,
                Args {
                    values: &all,
                    keywords: args.keywords,
                },
            )
        }
        None => vm.call_args(&function, args),
    }
}

fn slot_new(vm: &Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let new = vm.getattr(ty.as_value(), &vm.names.__new__)?;
    let mut all: smallvec::SmallVec<[Value; 6]> = smallvec::smallvec![ty.to_value()];
    all.extend(args.values.iter().cloned());
    vm.call_args(
        &new,
        Args {
            values: &all,
            keywords: args.keywords,
        },
    )
}

fn slot_init(vm: &Vm, this: &Value, args: Args<'_>) -> PyResult<()> {
    let Some((function, first)) = vm.lookup_special(this, &vm.names.__init__)? else {
        return Ok(());
    };
    let r = match first {
        Some(first) => {
            let mut all: smallvec::SmallVec<[Value; 6]> = smallvec::smallvec![first];
            all.extend(args.values.iter().cloned());
            vm.call_args(
                &function,
                Args {
                    values: &all,
                    keywords: args.keywords,
                },
            )?
        }
        None => vm.call_args(&function, args)?,
    };
    if r.is_none() {
        Ok(())
    } else {
        Err(vm.type_error(format!(
            "__init__() should return None, not '{}'",
            vm.type_name(&r)
        )))
    }
}

/// A class with `__getattribute__` or `__getattr__` of its own.
fn slot_getattro(vm: &Vm, this: &Value, name: &Ref<Str>) -> PyResult {
    let ty = vm.type_of(this);
    let hook = vm.type_lookup(ty, &vm.names.__getattr__);
    let native = match vm.type_lookup(ty, &vm.names.__getattribute__) {
        None => Some(crate::attr::generic_getattr as crate::slots::GetAttrFn),
        Some(f) => f
            .downcast::<crate::function::SlotWrapper>()
            .filter(|w| w.slot == SlotId::getattro && ty.is_subtype(&w.ty))
            .and_then(|w| w.ty.slots.getattro.get()),
    };
    let first = if let Some(native) = native {
        if hook.is_some()
            && std::ptr::fn_addr_eq(
                native,
                crate::attr::generic_getattr as crate::slots::GetAttrFn,
            )
        {
            match crate::attr::generic_getattr_opt(vm, this, name)? {
                Some(v) => return Ok(v),
                None => {
                    return call_required(vm, this, &vm.names.__getattr__, &[name.as_value()]);
                }
            }
        }
        native(vm, this, name)
    } else {
        call_required(vm, this, &vm.names.__getattribute__, &[name.as_value()])
    };
    match first {
        Err(_) if hook.is_some() && vm.exception_is(&vm.exc.attribute_error) => {
            drop(vm.take_pending());
            call_required(vm, this, &vm.names.__getattr__, &[name.as_value()])
        }
        r => r,
    }
}

fn slot_setattro(vm: &Vm, this: &Value, name: &Ref<Str>, value: Option<&Value>) -> PyResult<()> {
    match value {
        Some(value) => {
            call_required(vm, this, &vm.names.__setattr__, &[name.as_value(), value]).map(drop)
        }
        None => call_required(vm, this, &vm.names.__delattr__, &[name.as_value()]).map(drop),
    }
}

fn slot_descr_get(
    vm: &Vm,
    this: &Value,
    object: Option<&Value>,
    owner: Option<&Value>,
) -> PyResult {
    let none = Value::NONE;
    match call_dunder(
        vm,
        this,
        &vm.names.__get__,
        &[object.unwrap_or(&none), owner.unwrap_or(&none)],
    )? {
        Some(v) => Ok(v),
        None => Ok(this.clone()),
    }
}
fn slot_descr_set(vm: &Vm, this: &Value, object: &Value, value: Option<&Value>) -> PyResult<()> {
    let r = match value {
        Some(value) => call_dunder(vm, this, &vm.names.__set__, &[object, value])?,
        None => call_dunder(vm, this, &vm.names.__delete__, &[object])?,
    };
    match r {
        Some(_) => Ok(()),
        None => {
            let name = if value.is_some() {
                &vm.names.__set__
            } else {
                &vm.names.__delete__
            };
            Err(vm.attribute_error(name.to_string(), this, name))
        }
    }
}

fn slot_finalize(vm: &Vm, this: &Value) {
    let pending = vm.take_pending();
    if let Err(_) = call_dunder(vm, this, &vm.names.__del__, &[])
        && let Some(e) = vm.take_pending()
    {
        let function = vm
            .type_lookup(vm.type_of(this), &vm.names.__del__)
            .unwrap_or(Value::NONE);
        let shown = match vm.repr(&function) {
            Ok(shown) => shown.to_string(),
            Err(_) => {
                drop(vm.take_pending());
                "<unknown>".to_owned()
            }
        };
        let message = format!("Exception ignored while calling deallocator {shown}");
        (vm.hooks.get().unraisable)(vm, e, &message, None);
    }
    if let Some(e) = pending {
        let _ = vm.restore(e);
    }
}

fn slot_send(vm: &Vm, this: &Value, value: Value) -> PyResult<SendResult> {
    let r = if value.is_none() {
        return match vm.next(this) {
            Ok(Some(v)) => Ok(SendResult::Yielded(v)),
            Ok(None) => Ok(SendResult::Returned(Value::NONE)),
            Err(e) => Err(e),
        };
    } else {
        vm.call_method(this, &vm.names.send, &[value])
    };
    r.map(SendResult::Yielded)
}

/// Sets a slot to the function that looks its dunder up.
pub(crate) fn install(s: &Slots, id: SlotId) {
    macro_rules! table {
        ($($slot:ident = $f:ident;)*) => {
            match id { $(SlotId::$slot => s.$slot.set(Some($f)),)* _ => {} }
        };
    }
    table! {
        new = slot_new; init = slot_init; call = slot_call; repr = slot_repr; str = slot_str; hash = slot_hash;
        richcompare = slot_richcompare; getattro = slot_getattro; setattro = slot_setattro; iter = slot_iter; iternext = slot_next;
        buffer = class_buffer; descr_get = slot_descr_get; descr_set = slot_descr_set; finalize = slot_finalize;
        len = slot_len; getitem = slot_getitem; setitem = slot_setitem; contains = slot_contains;
        add = slot_add; sub = slot_sub; mul = slot_mul; matmul = slot_matmul; truediv = slot_truediv; floordiv = slot_floordiv;
        rem = slot_rem; divmod = slot_divmod; pow = slot_pow; lshift = slot_lshift; rshift = slot_rshift; and = slot_and;
        xor = slot_xor; or = slot_or; iadd = slot_iadd; isub = slot_isub; imul = slot_imul; imatmul = slot_imatmul;
        itruediv = slot_itruediv; ifloordiv = slot_ifloordiv; irem = slot_irem; ipow = slot_ipow; ilshift = slot_ilshift;
        irshift = slot_irshift; iand = slot_iand; ixor = slot_ixor; ior = slot_ior; neg = slot_neg; pos = slot_pos; abs = slot_abs;
        invert = slot_invert; bool = slot_bool; int = slot_int; float = slot_float; index = slot_index;
        r#await = slot_await; aiter = slot_aiter; anext = slot_anext; send = slot_send;
    }
}

fn wrong_args(vm: &Vm, name: &str, expected: usize, got: usize) -> crate::vm::Raised {
    if expected == 2 {
        return vm.type_error(format!("{name} expected 2 arguments, got {got}"));
    }
    let s = if expected == 1 { "" } else { "s" };
    vm.type_error(format!("expected {expected} argument{s}, got {got}"))
}

/// TypeError for a call with other than one or two arguments.
fn wrong_range(vm: &Vm, name: &str, got: usize) -> crate::vm::Raised {
    if name != "__get__" {
        return vm.type_error(format!("expected 1 or 2 arguments, got {got}"));
    }
    let bound = if got == 0 {
        "at least 1 argument"
    } else {
        "at most 2 arguments"
    };
    vm.type_error(format!("{name} expected {bound}, got {got}"))
}

fn item_index(vm: &Vm, object: &Value, key: &Value) -> PyResult<Value> {
    let _ = object;
    vm.index(key)
}

/// Calls a slot as its dunder method: `args.values[0]` is `self`.
pub fn call_wrapper(
    vm: &Vm,
    id: SlotId,
    name: &'static str,
    owner: &TypeRef,
    args: Args<'_>,
) -> PyResult {
    let this = &args.values[0];
    if id == SlotId::init {
        return match owner.slots.init.get() {
            Some(f) => f(vm, this, args.skip_first()).map(|()| Value::NONE),
            None => Ok(Value::NONE),
        };
    }
    if id == SlotId::call {
        return match owner.slots.call.get() {
            Some(f) => f(vm, this, args.skip_first()),
            None => Ok(Value::NONE),
        };
    }
    if args.keyword_count() > 0 {
        return Err(vm.type_error(format!("wrapper {name}() takes no keyword arguments")));
    }
    let rest = &args.values[1..];
    let slots = &owner.slots;
    let exactly = |n: usize| {
        if rest.len() == n {
            Ok(())
        } else {
            Err(wrong_args(vm, name, n, rest.len()))
        }
    };
    let missing = || Ok(Value::NOT_IMPLEMENTED);
    macro_rules! unary {
        ($slot:ident) => {{
            exactly(0)?;
            slots.$slot.get().map_or_else(missing, |f| f(vm, this))
        }};
    }
    macro_rules! binary {
        ($slot:ident, $reflected:literal) => {{
            exactly(1)?;
            match slots.$slot.get() {
                Some(f) if name == $reflected => f(vm, &rest[0], this),
                Some(f) => f(vm, this, &rest[0]),
                None => missing(),
            }
        }};
    }
    match id {
        SlotId::repr => unary!(repr),
        SlotId::str => unary!(str),
        SlotId::hash => {
            exactly(0)?;
            slots
                .hash
                .get()
                .map_or_else(missing, |f| Ok(vm.new_int(f(vm, this)?)))
        }
        SlotId::richcompare => {
            exactly(1)?;
            let op = CmpOp::ALL
                .into_iter()
                .find(|op| op.dunder() == name)
                .unwrap_or(CmpOp::Eq);
            slots
                .richcompare
                .get()
                .map_or_else(missing, |f| f(vm, this, &rest[0], op))
        }
        SlotId::getattro => {
            exactly(1)?;
            let Some(attr) = rest[0].downcast::<Str>() else {
                return Err(vm.type_error(format!(
                    "attribute name must be string, not '{}'",
                    vm.type_name(&rest[0])
                )));
            };
            slots
                .getattro
                .get()
                .map_or_else(missing, |f| f(vm, this, attr))
        }
        SlotId::setattro => {
            exactly(if name == "__setattr__" { 2 } else { 1 })?;
            let Some(attr) = rest[0].downcast::<Str>() else {
                return Err(vm.type_error(format!(
                    "attribute name must be string, not '{}'",
                    vm.type_name(&rest[0])
                )));
            };
            crate::type_ops::check_setattr_wrapper(vm, this, owner, name)?;
            let attr = vm.intern(attr);
            slots.setattro.get().map_or_else(missing, |f| {
                f(vm, this, &attr, rest.get(1)).map(|()| Value::NONE)
            })
        }
        SlotId::iter => unary!(iter),
        SlotId::iternext => {
            exactly(0)?;
            let Some(f) = slots.iternext.get() else {
                return missing();
            };
            match f(vm, this)? {
                Some(v) => Ok(v),
                None => Err(vm.raise_stop_iteration(this)),
            }
        }
        SlotId::descr_get => {
            if rest.is_empty() || rest.len() > 2 {
                return Err(wrong_range(vm, name, rest.len()));
            }
            let object = Some(&rest[0]).filter(|o| !o.is_none());
            let owner_arg = rest.get(1).filter(|o| !o.is_none());
            if object.is_none() && owner_arg.is_none() {
                return Err(vm.type_error("__get__(None, None) is invalid"));
            }
            slots
                .descr_get
                .get()
                .map_or_else(missing, |f| f(vm, this, object, owner_arg))
        }
        SlotId::descr_set => {
            exactly(if name == "__set__" { 2 } else { 1 })?;
            slots.descr_set.get().map_or_else(missing, |f| {
                f(vm, this, &rest[0], rest.get(1)).map(|()| Value::NONE)
            })
        }
        SlotId::finalize => {
            exactly(0)?;
            if let Some(f) = slots.finalize.get() {
                f(vm, this);
            }
            Ok(Value::NONE)
        }
        SlotId::len => {
            exactly(0)?;
            slots
                .len
                .get()
                .map_or_else(missing, |f| Ok(vm.new_uint(f(vm, this)? as u64)))
        }
        SlotId::getitem => {
            exactly(1)?;
            slots
                .getitem
                .get()
                .map_or_else(missing, |f| f(vm, this, &rest[0]))
        }
        SlotId::setitem => {
            exactly(if name == "__setitem__" { 2 } else { 1 })?;
            slots.setitem.get().map_or_else(missing, |f| {
                f(vm, this, &rest[0], rest.get(1)).map(|()| Value::NONE)
            })
        }
        SlotId::contains => {
            exactly(1)?;
            slots
                .contains
                .get()
                .map_or_else(missing, |f| Ok(Value::bool(f(vm, this, &rest[0])?)))
        }
        SlotId::concat | SlotId::iconcat => {
            exactly(1)?;
            let f = if id == SlotId::concat {
                slots.concat.get()
            } else {
                slots.iconcat.get()
            };
            f.map_or_else(missing, |f| f(vm, this, &rest[0]))
        }
        SlotId::repeat | SlotId::irepeat => {
            exactly(1)?;
            let n = item_index(vm, this, &rest[0])?;
            let n = vm.index_isize(&n)?;
            let f = if id == SlotId::repeat {
                slots.repeat.get()
            } else {
                slots.irepeat.get()
            };
            f.map_or_else(missing, |f| f(vm, this, n))
        }
        SlotId::add => binary!(add, "__radd__"),
        SlotId::sub => binary!(sub, "__rsub__"),
        SlotId::mul => binary!(mul, "__rmul__"),
        SlotId::matmul => binary!(matmul, "__rmatmul__"),
        SlotId::truediv => binary!(truediv, "__rtruediv__"),
        SlotId::floordiv => binary!(floordiv, "__rfloordiv__"),
        SlotId::rem => binary!(rem, "__rmod__"),
        SlotId::divmod => binary!(divmod, "__rdivmod__"),
        SlotId::lshift => binary!(lshift, "__rlshift__"),
        SlotId::rshift => binary!(rshift, "__rrshift__"),
        SlotId::and => binary!(and, "__rand__"),
        SlotId::xor => binary!(xor, "__rxor__"),
        SlotId::or => binary!(or, "__ror__"),
        SlotId::iadd => binary!(iadd, ""),
        SlotId::isub => binary!(isub, ""),
        SlotId::imul => binary!(imul, ""),
        SlotId::imatmul => binary!(imatmul, ""),
        SlotId::itruediv => binary!(itruediv, ""),
        SlotId::ifloordiv => binary!(ifloordiv, ""),
        SlotId::irem => binary!(irem, ""),
        SlotId::ilshift => binary!(ilshift, ""),
        SlotId::irshift => binary!(irshift, ""),
        SlotId::iand => binary!(iand, ""),
        SlotId::ixor => binary!(ixor, ""),
        SlotId::ior => binary!(ior, ""),
        SlotId::pow | SlotId::ipow => {
            if rest.is_empty() || rest.len() > 2 {
                return Err(wrong_range(vm, name, rest.len()));
            }
            let none = Value::NONE;
            let third = rest.get(1).unwrap_or(&none);
            let f = if id == SlotId::pow {
                slots.pow.get()
            } else {
                slots.ipow.get()
            };
            match f {
                Some(f) if name == "__rpow__" => f(vm, &rest[0], this, third),
                Some(f) => f(vm, this, &rest[0], third),
                None => missing(),
            }
        }
        SlotId::neg => unary!(neg),
        SlotId::pos => unary!(pos),
        SlotId::abs => unary!(abs),
        SlotId::invert => unary!(invert),
        SlotId::bool => {
            exactly(0)?;
            slots
                .bool
                .get()
                .map_or_else(missing, |f| Ok(Value::bool(f(vm, this)?)))
        }
        SlotId::int => unary!(int),
        SlotId::float => unary!(float),
        SlotId::index => unary!(index),
        SlotId::r#await => unary!(r#await),
        SlotId::aiter => unary!(aiter),
        SlotId::anext => unary!(anext),
        SlotId::buffer => {
            exactly(1)?;
            crate::memoryview::class_buffer::call_buffer(vm, this, &rest[0])
        }
        SlotId::new | SlotId::init | SlotId::call | SlotId::send | SlotId::wants_finalizer => {
            missing()
        }
    }
}

/// Calls `type.__new__`-like slots: `T.__new__(cls, …)`.
pub fn call_new(vm: &Vm, owner: &TypeRef, args: Args<'_>) -> PyResult {
    let name = owner.display_name();
    let Some(first) = args.positional().first() else {
        return Err(vm.type_error(format!("{name}.__new__(): not enough arguments")));
    };
    let Some(ty) = first.downcast::<Type>() else {
        return Err(vm.type_error(format!(
            "{name}.__new__(X): X is not a type object ({})",
            vm.type_name(first)
        )));
    };
    if !ty.is_subtype(owner) {
        let sub = ty.display_name();
        return Err(vm.type_error(format!(
            "{name}.__new__({sub}): {sub} is not a subtype of {name}"
        )));
    }
    // The native class whose layout instances have must have the same `__new__`.
    let native = crate::object_type::native_base(ty);
    if native.slots.address(SlotId::new) != owner.slots.address(SlotId::new)
        || !std::ptr::eq(native.vtable, owner.vtable)
    {
        let sub = ty.display_name();
        return Err(vm.type_error(format!(
            "{name}.__new__({sub}) is not safe, use {}.__new__()",
            native.display_name()
        )));
    }
    match owner.slots.new.get() {
        Some(f) => f(vm, ty, args.skip_first()),
        None => Err(vm.type_error(format!("cannot create '{name}' instances"))),
    }
}

/// The keyword names of a call, for messages.
pub fn keyword_names(args: &Args<'_>) -> Vec<String> {
    args.keywords.map_or_else(Vec::new, |k: &Ref<Tuple>| {
        k.items()
            .iter()
            .map(|n| {
                n.downcast::<Str>()
                    .map_or_else(String::new, |s| s.to_string())
            })
            .collect()
    })
}
