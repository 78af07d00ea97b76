//! `IsoCalendarDate`: the tuple of ISO year, week and weekday.

use taipan_macros::pymethods;
use taipan_object::native::{NativeClass, TypeSpec};
use taipan_object::tuple::Tuple;
use taipan_object::{Args, PyResult, TypeRef, Value, Vm, payload};

use super::params::int;
use crate::support::once;

/// Carries the class's methods; instances are tuples.
pub struct IsoWeek;
payload!(IsoWeek);

/// An item of a receiver.
fn item(vm: &Vm, this: &Value, index: usize, name: &str) -> PyResult {
    match this.downcast::<Tuple>().and_then(|t| t.items().get(index)) {
        Some(item) => Ok(item.clone()),
        None => Err(taipan_object::args::wrong_receiver(vm, this, name)),
    }
}

/// A tuple of a class.
fn make(vm: &Vm, class: &TypeRef, items: [i32; 3]) -> PyResult {
    let plain = vm.tuple_value(items.map(|n| vm.new_int(i64::from(n))));
    match vm.types.tuple.slots.new.get() {
        Some(new) => new(vm, class, Args::positional_only(&[plain])),
        None => Ok(plain),
    }
}

#[pymethods(
    name = "IsoCalendarDate",
    module = "datetime",
    doc = "The result of date.isocalendar() or datetime.isocalendar(): year, week and weekday.",
    signature = ""
)]
impl IsoWeek {
    #[pynew("(year, week, weekday)")]
    fn new(vm: &Vm, cls: &TypeRef, year: &Value, week: &Value, weekday: &Value) -> PyResult {
        let items = [
            int(vm, Some(year), 0)?,
            int(vm, Some(week), 0)?,
            int(vm, Some(weekday), 0)?,
        ];
        make(vm, cls, items)
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Value) -> PyResult {
        let mut out = format!("{}(", vm.type_name(this)).into_bytes();
        for (i, name) in ["year=", ", week=", ", weekday="].iter().enumerate() {
            out.extend_from_slice(name.as_bytes());
            taipan_object::seq::push_repr(vm, &mut out, &item(vm, this, i, "__repr__")?)?;
        }
        out.push(b')');
        Ok(vm.new_wtf8(&out).into_value())
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Value) -> PyResult {
        let items = match this.downcast::<Tuple>() {
            Some(tuple) => vm.tuple_from_slice(tuple.items()).into_value(),
            None => vm.empty_tuple.to_value(),
        };
        Ok(vm.tuple_value([vm.types.tuple.to_value(), vm.tuple_value([items])]))
    }
    #[pygetset]
    fn year(vm: &Vm, this: &Value) -> PyResult {
        item(vm, this, 0, "year")
    }
    #[pygetset]
    fn week(vm: &Vm, this: &Value) -> PyResult {
        item(vm, this, 1, "week")
    }
    #[pygetset]
    fn weekday(vm: &Vm, this: &Value) -> PyResult {
        item(vm, this, 2, "weekday")
    }
}

/// The class, whose layout is that of `tuple`.
fn class(vm: &Vm) -> TypeRef {
    once(vm, "datetime.IsoCalendarDate", || {
        let spec = TypeSpec {
            vtable: vm.types.tuple.vtable,
            ..IsoWeek::spec()
        };
        vm.make_native_type(&spec, &vm.types.tuple)
    })
}

/// `IsoCalendarDate(year, week, weekday)`.
pub fn value(vm: &Vm, year: i32, week: i32, weekday: i32) -> PyResult {
    make(vm, &class(vm), [year, week, weekday])
}
