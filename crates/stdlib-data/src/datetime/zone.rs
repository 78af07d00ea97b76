//! `tzinfo` and `timezone`, and how dates and times ask their zone.

use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::slots::CmpOp;
use taipan_object::str::Str;
use taipan_object::{Args, PyResult, Raised, Ref, TypeRef, Value, Vm, payload};

use super::delta::{Delta, Span};
use super::moment::{DateTime, DateTimeRef};
use crate::support::once;

/// `tzinfo`: what a zone knows is up to its subclasses.
pub struct TzInfo;
// Instances of subclasses can be part of cycles through their instance part.
payload!(TzInfo, gc, |_this, _visit| ());

/// `timezone`: a fixed offset.
pub struct Timezone {
    pub offset: Ref<Delta>,
    pub name: Option<Ref<Str>>,
}
payload!(Timezone);

fn is_zone(value: &Value) -> bool {
    value.downcast::<TzInfo>().is_some() || value.downcast::<Timezone>().is_some()
}

/// A `tzinfo` argument; `None` for Python's None.
///
/// # Errors
/// TypeError.
pub fn argument(vm: &Vm, value: Option<&Value>) -> PyResult<Option<Value>> {
    match value {
        None => Ok(None),
        Some(value) if value.is_none() => Ok(None),
        Some(value) if is_zone(value) => Ok(Some(value.clone())),
        Some(value) => Err(vm.type_error(format!(
            "tzinfo argument must be None or of a tzinfo subclass, not type '{}'",
            vm.type_name(value)
        ))),
    }
}

/// The zone in a pickle's state.
///
/// # Errors
/// TypeError.
pub fn state_argument(vm: &Vm, value: Option<&Value>) -> PyResult<Option<Value>> {
    match value {
        Some(value) if !value.is_none() && !is_zone(value) => {
            Err(vm.type_error("bad tzinfo state arg"))
        }
        Some(value) if !value.is_none() => Ok(Some(value.clone())),
        _ => Ok(None),
    }
}

/// `zone.utcoffset(object)` or `zone.dst(object)`, checked; `None` if there is no zone or it says None.
///
/// # Errors
/// TypeError and ValueError for what is no offset; what the zone raises.
pub fn ask_offset(
    vm: &Vm,
    zone: Option<&Value>,
    method: &str,
    object: &Value,
) -> PyResult<Option<Ref<Delta>>> {
    let Some(zone) = zone else { return Ok(None) };
    if let Some(fixed) = zone.downcast::<Timezone>() {
        return Ok((method == "utcoffset").then(|| fixed.offset.clone()));
    }
    let offset = vm.call_method(zone, &vm.intern_str(method), std::slice::from_ref(object))?;
    if offset.is_none() {
        return Ok(None);
    }
    match offset.downcast_owned::<Delta>() {
        Ok(delta) if delta.span.is_offset() => Ok(Some(delta)),
        Ok(delta) => Err(too_long(vm, &delta)),
        Err(other) => Err(vm.type_error(format!(
            "tzinfo.{method}() must return None or timedelta, not '{}'",
            vm.type_name(&other)
        ))),
    }
}

/// ValueError: an offset of a day or more.
#[cold]
fn too_long(vm: &Vm, offset: &Ref<Delta>) -> Raised {
    match vm.repr(offset.as_value()) {
        Ok(shown) => vm.value_error(format!(
            "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not {shown}"
        )),
        Err(e) => e,
    }
}

/// `zone.utcoffset(object)` as a span.
///
/// # Errors
/// As [`ask_offset`].
pub fn ask_span(vm: &Vm, zone: Option<&Value>, object: &Value) -> PyResult<Option<Span>> {
    Ok(ask_offset(vm, zone, "utcoffset", object)?.map(|d| d.span))
}

/// `zone.tzname(object)`.
///
/// # Errors
/// TypeError for what is no text; what the zone raises.
pub fn ask_name(vm: &Vm, zone: Option<&Value>, object: &Value) -> PyResult<Option<Ref<Str>>> {
    let Some(zone) = zone else { return Ok(None) };
    let name = vm.call_method(zone, &vm.intern_str("tzname"), std::slice::from_ref(object))?;
    if name.is_none() {
        return Ok(None);
    }
    name.downcast_owned::<Str>().map(Some).map_err(|other| {
        vm.type_error(format!(
            "tzinfo.tzname() must return None or a string, not '{}'",
            vm.type_name(&other)
        ))
    })
}

/// An offset as `+HH:MM[:SS[.ffffff]]`.
pub fn offset_text(span: Span, colon: &str) -> String {
    let micros = span.total_micros();
    let sign = if span.days < 0 { '-' } else { '+' };
    let micros = micros.unsigned_abs();
    let (seconds, micros) = (micros / 1_000_000, micros % 1_000_000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let mut text = format!("{sign}{hours:02}{colon}{minutes:02}");
    if seconds != 0 || micros != 0 {
        text.push_str(&format!("{colon}{seconds:02}"));
    }
    if micros != 0 {
        text.push_str(&format!(".{micros:06}"));
    }
    text
}

/// `timezone.utc`.
pub fn utc(vm: &Vm) -> Value {
    once(vm, "datetime.utc", || {
        let offset = Delta::make(vm, &vm.add_native_type::<Delta>(), Span::ZERO);
        plain(vm, offset, None)
    })
}

/// A `timezone` that is not checked.
fn plain(vm: &Vm, offset: Ref<Delta>, name: Option<Ref<Str>>) -> Value {
    alloc_instance(vm, &zone_type(vm), Timezone { offset, name }).into_value()
}

/// The class `timezone`.
pub fn zone_type(vm: &Vm) -> TypeRef {
    vm.add_native_type_with_base::<Timezone>(&vm.add_native_type::<TzInfo>())
}

/// A `timezone`.
///
/// # Errors
/// ValueError for a day or more.
pub fn fixed(vm: &Vm, offset: Ref<Delta>, name: Option<Ref<Str>>) -> PyResult {
    if name.is_none() && offset.span == Span::ZERO {
        return Ok(utc(vm));
    }
    if !offset.span.is_offset() {
        return Err(too_long(vm, &offset));
    }
    Ok(plain(vm, offset, name))
}

/// The zone of an offset in seconds and microseconds.
///
/// # Errors
/// ValueError for a day or more.
pub fn of_offset(vm: &Vm, offset: Option<(i32, i32)>) -> PyResult<Option<Value>> {
    let Some((seconds, micros)) = offset else {
        return Ok(None);
    };
    let micros = i128::from(seconds) * 1_000_000 + i128::from(micros);
    let span = Span::of_micros(vm, micros)?;
    let delta = Delta::make(vm, &vm.add_native_type::<Delta>(), span);
    fixed(vm, delta, None).map(Some)
}

#[cold]
fn missing(vm: &Vm, method: &str) -> Raised {
    vm.not_implemented_error(format!("a tzinfo subclass must implement {method}()"))
}

/// The argument of `fromutc`, whose zone must be the receiver.
fn of_this_zone<'a>(vm: &Vm, this: &Value, dt: &'a Value) -> PyResult<&'a Ref<DateTime>> {
    let Some(dt) = dt.downcast::<DateTime>() else {
        return Err(vm.type_error("fromutc: argument must be a datetime"));
    };
    if !dt.zone.get().is_some_and(|z| z.is(this)) {
        return Err(vm.value_error("fromutc: dt.tzinfo is not self"));
    }
    Ok(dt)
}

#[pymethods(
    name = "tzinfo",
    module = "datetime",
    doc = "The base of classes that know the offsets of a time zone.",
    signature = "",
    flags(BASETYPE)
)]
impl TzInfo {
    #[pyslot]
    fn new(vm: &Vm, cls: &TypeRef, _args: Args<'_>) -> PyResult {
        Ok(alloc_instance(vm, cls, TzInfo).into_value())
    }
    /// datetime -> string name of time zone.
    #[pymethod("(self, object, /)")]
    fn tzname(vm: &Vm, _this: &Value, _object: &Value) -> PyResult {
        Err(missing(vm, "tzname"))
    }
    /// datetime -> timedelta showing offset from UTC, negative values indicating West of UTC
    #[pymethod("(self, object, /)")]
    fn utcoffset(vm: &Vm, _this: &Value, _object: &Value) -> PyResult {
        Err(missing(vm, "utcoffset"))
    }
    /// datetime -> DST offset as timedelta positive east of UTC.
    #[pymethod("(self, object, /)")]
    fn dst(vm: &Vm, _this: &Value, _object: &Value) -> PyResult {
        Err(missing(vm, "dst"))
    }
    /// datetime in UTC -> datetime in local time.
    #[pymethod("(self, object, /)")]
    fn fromutc(vm: &Vm, this: &Value, object: &Value) -> PyResult {
        let dt = of_this_zone(vm, this, object)?;
        let Some(offset) = ask_offset(vm, Some(this), "utcoffset", object)? else {
            return Err(vm.value_error("fromutc: non-None utcoffset() result required"));
        };
        let Some(dst) = ask_offset(vm, Some(this), "dst", object)? else {
            return Err(vm.value_error("fromutc: non-None dst() result required"));
        };
        let standard = offset.span.total_micros() - dst.span.total_micros();
        let result = dt.plus(vm, standard)?;
        let zone = result.downcast::<DateTime>().and_then(|dt| dt.zone.get());
        let Some(dst) = ask_offset(vm, zone.as_ref(), "dst", &result)? else {
            return Err(
                vm.value_error("fromutc: tz.dst() gave inconsistent results; cannot convert")
            );
        };
        match result.downcast::<DateTime>() {
            Some(dt) if dst.span != Span::ZERO => dt.plus(vm, dst.span.total_micros()),
            _ => Ok(result),
        }
    }
    /// -> (cls, state)
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Value) -> PyResult {
        let args = match vm.getattr_opt(this, &vm.intern_str("__getinitargs__"))? {
            Some(get) => vm.call(&get, &[])?,
            None => vm.empty_tuple.to_value(),
        };
        let state = vm.call_method(this, &vm.names.__getstate__, &[])?;
        Ok(vm.tuple_value([vm.type_of(this).to_value(), args, state]))
    }
}

/// Checks the argument of a method of `timezone`.
fn check_argument(vm: &Vm, object: &Value, method: &str) -> PyResult<()> {
    if object.is_none() || object.downcast::<DateTime>().is_some() {
        return Ok(());
    }
    Err(vm.type_error(format!(
        "{method}(dt) argument must be a datetime instance or None, not {}",
        vm.type_name(object)
    )))
}

#[pymethods(
    name = "timezone",
    module = "datetime",
    doc = "A time zone of a fixed offset from UTC.",
    signature = ""
)]
impl Timezone {
    #[pynew("(offset, name=<unset>)")]
    fn new(vm: &Vm, _cls: &TypeRef, offset: &Value, name: Option<&Value>) -> PyResult {
        let bad = |place: usize, expected: &str, value: &Value| {
            let what = format!("argument {place}");
            taipan_object::native::bad_argument(vm, value, "timezone", &what, expected)
        };
        let Some(delta) = offset.downcast::<Delta>() else {
            return Err(bad(1, "datetime.timedelta", offset));
        };
        let name = match name {
            None => None,
            Some(name) => match name.downcast::<Str>() {
                Some(name) => Some(name.clone()),
                None => return Err(bad(2, "str", name)),
            },
        };
        fixed(vm, delta.clone(), name)
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Timezone>) -> PyResult {
        if this.as_value().is(&utc(vm)) {
            return Ok(vm.new_str("datetime.timezone.utc").into_value());
        }
        let mut out = format!("{}(", this.ty().display_name()).into_bytes();
        taipan_object::seq::push_repr(vm, &mut out, this.offset.as_value())?;
        if let Some(name) = &this.name {
            out.extend_from_slice(b", ");
            taipan_object::seq::push_repr(vm, &mut out, name.as_value())?;
        }
        out.push(b')');
        Ok(vm.new_wtf8(&out).into_value())
    }
    #[pyslot]
    fn str(vm: &Vm, this: &Ref<Timezone>) -> PyResult {
        Ok(match &this.name {
            Some(name) => name.to_value(),
            None if this.offset.span == Span::ZERO => vm.new_str("UTC").into_value(),
            None => {
                let text = format!("UTC{}", offset_text(this.offset.span, ":"));
                vm.new_str(&text).into_value()
            }
        })
    }
    #[pyslot]
    fn hash(vm: &Vm, this: &Ref<Timezone>) -> PyResult<i64> {
        vm.hash(this.offset.as_value())
    }
    #[pyslot]
    fn richcompare(_vm: &Vm, this: &Ref<Timezone>, other: &Value, op: CmpOp) -> PyResult {
        Ok(match (other.downcast::<Timezone>(), op) {
            (Some(other), CmpOp::Eq | CmpOp::Ne) => {
                Value::bool(op.holds(this.offset.span.cmp(&other.offset.span)))
            }
            _ => Value::NOT_IMPLEMENTED,
        })
    }
    /// The name, or one made of the offset.
    #[pymethod("(self, object, /)")]
    fn tzname(vm: &Vm, this: &Ref<Timezone>, object: &Value) -> PyResult {
        check_argument(vm, object, "tzname")?;
        Timezone::str(vm, this)
    }
    /// The fixed offset.
    #[pymethod("(self, object, /)")]
    fn utcoffset(vm: &Vm, this: &Ref<Timezone>, object: &Value) -> PyResult<Ref<Delta>> {
        check_argument(vm, object, "utcoffset")?;
        Ok(this.offset.clone())
    }
    /// None.
    #[pymethod("(self, object, /)")]
    fn dst(vm: &Vm, _this: &Ref<Timezone>, object: &Value) -> PyResult<()> {
        check_argument(vm, object, "dst")
    }
    /// datetime in UTC -> datetime in local time.
    #[pymethod("(self, object, /)")]
    fn fromutc(vm: &Vm, this: &Ref<Timezone>, object: &Value) -> PyResult {
        let dt = of_this_zone(vm, this.as_value(), object)?;
        dt.plus(vm, this.offset.span.total_micros())
    }
    /// pickle support
    #[pymethod("(self, /)")]
    fn __getinitargs__(vm: &Vm, this: &Ref<Timezone>) -> PyResult {
        let offset = this.offset.to_value();
        Ok(match &this.name {
            Some(name) => vm.tuple_value([offset, name.to_value()]),
            None => vm.tuple_value([offset]),
        })
    }
}
