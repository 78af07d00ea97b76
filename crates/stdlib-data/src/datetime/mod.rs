//! The module `_datetime`: dates, times, spans and time zones.

mod amount;
mod calendar;
mod date;
mod delta;
mod format;
mod iso;
mod iso_week;
mod local;
mod moment;
mod moment_make;
mod moment_methods;
mod params;
mod time;
mod zone;

use taipan_macros::pymodule;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm};

pub use module::MODULE;

/// The class `datetime`, a subclass of `date` with a layout of its own.
fn datetime_type(vm: &Vm) -> TypeRef {
    vm.add_native_type_with_base::<moment::DateTime>(&vm.add_native_type::<date::Date>())
}

/// A text argument that messages name by its place.
fn text_argument<'a>(
    vm: &Vm,
    value: Option<&'a Value>,
    function: &str,
    place: usize,
) -> PyResult<Option<&'a Ref<Str>>> {
    let Some(value) = value else { return Ok(None) };
    match value.downcast::<Str>() {
        Some(text) => Ok(Some(text)),
        None => {
            let what = format!("argument {place}");
            Err(taipan_object::native::bad_argument(
                vm, value, function, &what, "str",
            ))
        }
    }
}

/// Constants, and the classes' attributes that are instances of them.
#[pymodule(
    name = "_datetime",
    doc = "Dates, times, spans and time zones.",
    classes(
        crate::datetime::date::Date,
        crate::datetime::time::Time,
        crate::datetime::delta::Delta,
        crate::datetime::zone::TzInfo,
    )
)]
#[allow(non_upper_case_globals)]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, TypeRef, Value, Vm};

    use super::calendar::{Hms, MAX_YEAR, MIN_YEAR, Ymd};
    use super::date::Date;
    use super::delta::{Delta, FIELDS, MAX_DAYS, Span, constant};
    use super::moment::DateTime;
    use super::time::Time;
    use super::zone::{self, TzInfo};
    use crate::support::{class_attribute, once, set_module_attr};

    #[pyattr]
    const MINYEAR: i64 = MIN_YEAR as i64;
    #[pyattr]
    const MAXYEAR: i64 = MAX_YEAR as i64;

    const LAST_TIME: Hms = Hms {
        hour: 23,
        minute: 59,
        second: 59,
        micro: 999_999,
    };
    const FIRST_DAY: Ymd = Ymd {
        year: 1,
        month: 1,
        day: 1,
    };
    const LAST_DAY: Ymd = Ymd {
        year: 9999,
        month: 12,
        day: 31,
    };

    fn limits(vm: &Vm, class: &TypeRef, min: Value, max: Value, resolution: Value) {
        class_attribute(vm, class, "min", min);
        class_attribute(vm, class, "max", max);
        class_attribute(vm, class, "resolution", resolution);
    }

    /// `timezone` of minutes east of UTC.
    fn zone_of_minutes(vm: &Vm, minutes: i64) -> PyResult {
        zone::fixed(vm, Delta::of_seconds(vm, minutes * 60)?, None)
    }

    /// What the classes have as attributes; once an interpreter.
    fn fill_classes(vm: &Vm) -> PyResult<()> {
        let delta = vm.add_native_type::<Delta>();
        vm.add_native_members(&delta, &FIELDS);
        let micro = constant(
            vm,
            "datetime.resolution",
            Span {
                micros: 1,
                ..Span::ZERO
            },
        );
        let longest = Span {
            days: MAX_DAYS as i32,
            seconds: 86_399,
            micros: 999_999,
        };
        let shortest = Span {
            days: -MAX_DAYS as i32,
            ..Span::ZERO
        };
        let span = |span| Delta::value(vm, span);
        limits(vm, &delta, span(shortest), span(longest), micro.clone());
        let day = span(Span {
            days: 1,
            ..Span::ZERO
        });
        let date = vm.add_native_type::<Date>();
        let value = |day| Date::value(vm, day);
        limits(vm, &date, value(FIRST_DAY), value(LAST_DAY), day);
        let value = |time| Time::value(vm, time, None, false);
        let time = vm.add_native_type::<Time>();
        limits(
            vm,
            &time,
            value(Hms::default()),
            value(LAST_TIME),
            micro.clone(),
        );
        let class = super::datetime_type(vm);
        let min = DateTime::of_class(vm, &class, FIRST_DAY, Hms::default(), None, false)?;
        let max = DateTime::of_class(vm, &class, LAST_DAY, LAST_TIME, None, false)?;
        limits(vm, &class, min, max, micro);
        let class = zone::zone_type(vm);
        class_attribute(vm, &class, "utc", zone::utc(vm));
        class_attribute(vm, &class, "min", zone_of_minutes(vm, -1439)?);
        class_attribute(vm, &class, "max", zone_of_minutes(vm, 1439)?);
        Ok(())
    }

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        vm.add_native_type::<TzInfo>();
        once(vm, "datetime.classes", || fill_classes(vm))?;
        let set = |name: &str, value: Value| set_module_attr(vm, module, name, value);
        set("datetime", super::datetime_type(vm).into_value())?;
        set("timezone", zone::zone_type(vm).into_value())?;
        set("UTC", zone::utc(vm))
    }
}
