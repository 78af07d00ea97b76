//! Text of dates and times: ISO forms and `strftime`.

use taipan_object::str::Str;
use taipan_object::text::builder::StrBuilder;
use taipan_object::{PyResult, Ref, Value, Vm};

use super::calendar::{Hms, Ymd};
use super::zone;

pub fn iso_date(day: Ymd) -> String {
    format!("{:04}-{:02}-{:02}", day.year, day.month, day.day)
}

/// A time as `isoformat` shows it.
///
/// # Errors
/// ValueError for an unknown `timespec`.
pub fn iso_time(vm: &Vm, time: Hms, timespec: Option<&Ref<Str>>) -> PyResult<String> {
    let Hms {
        hour,
        minute,
        second,
        micro,
    } = time;
    let spec = timespec.map_or("auto", |s| s.as_ascii().unwrap_or(""));
    let spec = match spec {
        "auto" if micro != 0 => "microseconds",
        "auto" => "seconds",
        spec => spec,
    };
    Ok(match spec {
        "hours" => format!("{hour:02}"),
        "minutes" => format!("{hour:02}:{minute:02}"),
        "seconds" => format!("{hour:02}:{minute:02}:{second:02}"),
        "milliseconds" => format!("{hour:02}:{minute:02}:{second:02}.{:03}", micro / 1000),
        "microseconds" => format!("{hour:02}:{minute:02}:{second:02}.{micro:06}"),
        _ => return Err(vm.value_error("Unknown timespec value")),
    })
}

pub fn ctime(day: Ymd, time: Hms) -> String {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let month = usize::from(day.month).wrapping_sub(1);
    format!(
        "{} {} {:2} {:02}:{:02}:{:02} {:04}",
        DAYS[day.weekday() as usize],
        MONTHS.get(month).unwrap_or(&"???"),
        day.day,
        time.hour,
        time.minute,
        time.second,
        day.year
    )
}

/// `time.struct_time` of a day and a time.
pub fn time_tuple(vm: &Vm, day: Ymd, time: Hms, dst: i64) -> PyResult {
    let fields = [
        i64::from(day.year),
        i64::from(day.month),
        i64::from(day.day),
        i64::from(time.hour),
        i64::from(time.minute),
        i64::from(time.second),
        i64::from(day.weekday()),
        i64::from(day.yearday()),
        dst,
    ];
    let module = (vm.hooks.get().import)(vm, "time")?;
    let class = vm.getattr_str(&module, "struct_time")?;
    let fields = vm.tuple_value(fields.map(|n| vm.new_int(n)));
    vm.call(&class, &[fields])
}

/// What `strftime` needs to know of an object.
pub struct Shown<'a> {
    pub micro: u32,
    pub zone: Option<Value>,
    /// What the zone is asked about.
    pub argument: &'a Value,
    pub tuple: Value,
}

/// Formats by `time.strftime`, after the codes that it does not know.
///
/// # Errors
/// Those of the zone and of `time.strftime`.
pub fn strftime(vm: &Vm, shown: &Shown<'_>, format: &Ref<Str>) -> PyResult {
    let module = (vm.hooks.get().import)(vm, "time")?;
    let function = vm.getattr_str(&module, "strftime")?;
    let view = format.view();
    let mut out = StrBuilder::with_capacity(view.len() + 16);
    let mut chars = view.iter().peekable();
    let percent = u32::from('%');
    while let Some(c) = chars.next() {
        if c != percent {
            out.push_char(c);
            continue;
        }
        let Some(code) = chars.next() else {
            out.push_char(percent);
            break;
        };
        match char::from_u32(code).unwrap_or(' ') {
            'f' => out.push_str(&format!("{:06}", shown.micro)),
            'z' => out.push_str(&offset(vm, shown, "")?),
            ':' if chars.peek() == Some(&u32::from('z')) => {
                chars.next();
                out.push_str(&offset(vm, shown, ":")?);
            }
            'Z' => {
                if let Some(name) = zone::ask_name(vm, shown.zone.as_ref(), shown.argument)? {
                    let text = [vm.new_str("%"), vm.new_str("%%")].map(Ref::into_value);
                    let name = vm.call_method(name.as_value(), &vm.intern_str("replace"), &text)?;
                    match name.downcast::<Str>() {
                        Some(name) => out.push(name.view()),
                        None => {
                            return Err(vm.type_error("tzname.replace() did not return a string"));
                        }
                    }
                }
            }
            code @ ('Y' | 'G' | 'C' | 'F') => out.push_str(&century(vm, shown, code, &function)?),
            _ => {
                out.push_char(percent);
                out.push_char(code);
            }
        }
    }
    let format = out.finish(vm)?.into_value();
    vm.call(&function, &[format, shown.tuple.clone()])
}

fn offset(vm: &Vm, shown: &Shown<'_>, colon: &str) -> PyResult<String> {
    let span = zone::ask_span(vm, shown.zone.as_ref(), shown.argument)?;
    Ok(span.map_or_else(String::new, |span| zone::offset_text(span, colon)))
}

/// Years with all their digits, which the system's `strftime` does not give for early ones.
fn century(vm: &Vm, shown: &Shown<'_>, code: char, strftime: &Value) -> PyResult<String> {
    let year = if code == 'G' {
        let pattern = vm.new_str("%G").into_value();
        let text = vm.call(strftime, &[pattern, shown.tuple.clone()])?;
        let int = vm.call(vm.types.int.as_value(), &[text])?;
        vm.index_i64(&int)?
    } else {
        let first = vm.get_item(&shown.tuple, &vm.new_int(0))?;
        vm.index_i64(&first)?
    };
    Ok(match code {
        'C' => format!("{:02}", year / 100),
        'F' => format!("{year:04}-%m-%d"),
        _ => format!("{year:04}"),
    })
}

/// `__format__`: `str()` for an empty format, else `strftime`.
pub fn format_object(vm: &Vm, this: &Value, format: &Ref<Str>) -> PyResult {
    if format.is_empty() {
        return vm.str(this).map(Ref::into_value);
    }
    vm.call_method(this, &vm.intern_str("strftime"), &[format.to_value()])
}

/// A parser of `_strptime`, called for a class.
pub fn strptime(
    vm: &Vm,
    parser: &str,
    class: &Value,
    text: &Ref<Str>,
    format: &Ref<Str>,
) -> PyResult {
    let module = (vm.hooks.get().import)(vm, "_strptime")?;
    let function = vm.getattr_str(&module, parser)?;
    vm.call(
        &function,
        &[class.clone(), text.to_value(), format.to_value()],
    )
}
