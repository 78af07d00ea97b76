//! `str.__format__`.

use crate::format::spec::FormatSpec;
use crate::header::Ref;
use crate::str::{Str, StrView};
use crate::text::fill::width_of;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// `format(text, spec)` for a str or an instance of a subclass.
pub fn format_str(vm: &Vm, value: &Value, spec: &Ref<Str>) -> PyResult<Ref<Str>> {
    let Some(this) = value.downcast::<Str>() else {
        return Err(vm.type_error(format!(
            "descriptor '__format__' requires a 'str' object but received a '{}'",
            vm.type_name(value)
        )));
    };
    if spec.is_empty() {
        return if this.ty().is(&vm.types.str) {
            Ok(this.clone())
        } else {
            vm.str(value)
        };
    }
    let spec = FormatSpec::parse(vm, spec.view(), 's', '<', &vm.type_name(value))?;
    if spec.kind != u32::from('s') {
        return Err(spec.unknown_kind(vm, &vm.type_name(value)));
    }
    if spec.sign != 0 {
        let what = if spec.sign == b' ' { "Space" } else { "Sign" };
        return Err(vm.value_error(format!("{what} not allowed in string format specifier")));
    }
    if spec.no_negative_zero {
        return Err(
            vm.value_error("Negative zero coercion (z) not allowed in string format specifier")
        );
    }
    if spec.alternate {
        return Err(vm.value_error("Alternate form (#) not allowed in string format specifier"));
    }
    if spec.align == b'=' {
        return Err(vm.value_error("'=' alignment not allowed in string format specifier"));
    }
    let view = this.view();
    let cut = spec.precision.map_or(view.len(), |p| p.min(view.len()));
    if cut == view.len() && spec.width.is_none_or(|w| w <= cut) {
        return Ok(vm.copy_to_plain_str(this));
    }
    pad(
        vm,
        view.slice(0, cut),
        spec.width.unwrap_or(0),
        spec.align,
        spec.fill,
    )
}

/// Text padded to a width with `fill`, aligned by `<`, `>` or `^`.
///
/// # Errors
/// MemoryError.
pub fn pad(vm: &Vm, view: StrView<'_>, width: usize, align: u8, fill: u32) -> PyResult<Ref<Str>> {
    let missing = width.saturating_sub(view.len());
    let left = match align {
        b'>' | b'=' => missing,
        b'^' => missing / 2,
        _ => 0,
    };
    pad_sides(vm, view, left, missing - left, fill)
}

/// Text with `left` and `right` fill characters around it.
///
/// # Errors
/// MemoryError.
pub fn pad_sides(
    vm: &Vm,
    view: StrView<'_>,
    left: usize,
    right: usize,
    fill: u32,
) -> PyResult<Ref<Str>> {
    if left + right == 0 {
        return Ok(vm.new_from_view(view));
    }
    let (kind, ascii) = width_of(view.max_code_point().max(fill));
    vm.fill_str(kind, ascii, view.len() + left + right, |out| {
        out.push_repeated(fill, left);
        out.push(view);
        out.push_repeated(fill, right);
    })
}
