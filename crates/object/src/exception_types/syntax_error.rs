//! `SyntaxError`: the place from the second argument, and `str()`.

use taipan_macros::pymethods;

use super::fields::field;
use super::{no_keywords, set_args};
use crate::exceptions::Exception;
use crate::header::Ref;
use crate::native::GetSetDef;
use crate::str::Str;
use crate::value::Value;
use crate::vm::{Args, PyResult, Vm};

pub(crate) const FIELDS: &[GetSetDef] = &[
    field::<0>("msg"),
    field::<1>("filename"),
    field::<2>("lineno"),
    field::<3>("offset"),
    field::<4>("text"),
    field::<5>("end_lineno"),
    field::<6>("end_offset"),
    field::<7>("print_file_and_line"),
    field::<8>("_metadata"),
];

/// Fills the place from `(filename, lineno, offset, text[, end_lineno, end_offset[, metadata]])`.
fn set_place(vm: &Vm, e: &Ref<Exception>, place: &Value) -> PyResult<()> {
    let place = vm.to_tuple(place)?;
    let n = place.len();
    if !(4..=7).contains(&n) {
        let (bound, count) = if n < 4 { ("least", 4) } else { ("most", 7) };
        return Err(vm.type_error(format!(
            "function takes at {bound} {count} arguments ({n} given)"
        )));
    }
    const TARGETS: [usize; 7] = [1, 2, 3, 4, 5, 6, 8];
    for index in [5, 6, 8] {
        e.set_field(index, None);
    }
    for (value, index) in place.items().iter().zip(TARGETS) {
        e.set_field(index, Some(value.clone()));
    }
    if n == 5 {
        return Err(vm.type_error("end_offset must be provided when end_lineno is provided"));
    }
    Ok(())
}

#[pymethods(partial = METHODS, class = "SyntaxError")]
impl Exception {
    #[pyslot(init)]
    fn syntax_init(vm: &Vm, this: &Ref<Exception>, args: Args<'_>) -> PyResult<()> {
        no_keywords(vm, this.ty(), &args)?;
        set_args(vm, this, args.values);
        if let Some(message) = args.values.first() {
            this.set_field(0, Some(message.clone()));
        }
        match args.values {
            [_, place] => set_place(vm, this, place),
            _ => Ok(()),
        }
    }
    #[pyslot(str)]
    fn syntax_str(vm: &Vm, this: &Ref<Exception>) -> PyResult {
        let message = vm.str(&this.field(0).unwrap_or(Value::NONE))?;
        let file = this.field(1).and_then(|f| f.downcast_owned::<Str>().ok());
        // A line number that no machine word holds shows as -1.
        let line = this
            .field(2)
            .filter(|l| vm.type_of(l).is(&vm.types.int))
            .map(|l| l.as_i64().unwrap_or(-1));
        let mut out = message.to_wtf8();
        let file = file.map(|f| {
            let text = f.to_wtf8();
            let start = text.iter().rposition(|&b| b == b'/').map_or(0, |i| i + 1);
            text[start..].to_vec()
        });
        match (file, line) {
            (None, None) => return Ok(message.into_value()),
            (Some(file), Some(line)) => {
                out.extend_from_slice(b" (");
                out.extend_from_slice(&file);
                out.extend_from_slice(format!(", line {line})").as_bytes());
            }
            (Some(file), None) => {
                out.extend_from_slice(b" (");
                out.extend_from_slice(&file);
                out.push(b')');
            }
            (None, Some(line)) => out.extend_from_slice(format!(" (line {line})").as_bytes()),
        }
        Ok(vm.new_wtf8(&out).into_value())
    }
}
