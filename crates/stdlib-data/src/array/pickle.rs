//! Pickles of arrays: the items of any machine, by a code for their form.

use dashu_int::{IBig, UBig};
use taipan_object::bytes::Bytes;
use taipan_object::ty::Type;
use taipan_object::{PyResult, Ref, Value, Vm};

use super::Array;
use super::class::kind_arg;
use super::kind::{Class, Kind};

/// The codes: unsigned and signed integers, floats, then UTF-16 and UTF-32, little and big end first.
const LAST_FORM: i32 = 21;

/// The code of a kind's items on this machine.
fn form(kind: Kind) -> i32 {
    let big = i32::from(cfg!(target_endian = "big"));
    match (kind.class, kind.size) {
        (Class::Unsigned, 1) => 0,
        (Class::Signed, 1) => 1,
        (Class::Unsigned, 2) => 2 + big,
        (Class::Signed, 2) => 4 + big,
        (Class::Unsigned, 4) => 6 + big,
        (Class::Signed, 4) => 8 + big,
        (Class::Unsigned, _) => 10 + big,
        (Class::Signed, _) => 12 + big,
        (Class::Float, 4) => 14 + big,
        (Class::Float, _) => 16 + big,
        (Class::Char, _) => 20 + big,
    }
}

/// `__reduce_ex__`.
pub fn reduce(vm: &Vm, this: &Ref<Array>, protocol: &Value) -> PyResult {
    if protocol.as_int().is_none() {
        return Err(vm.type_error("__reduce_ex__ argument should be an integer"));
    }
    let protocol = vm.index_i64(protocol)?;
    let state = vm
        .getattr_opt(this.as_value(), &vm.names.__dict__)?
        .unwrap_or(Value::NONE);
    let class = this.ty().to_value();
    let code = vm
        .intern_str(this.kind.code.encode_utf8(&mut [0; 4]))
        .into_value();
    if protocol < 3 {
        let items = vm.list_value(this.to_values(vm)?);
        let args = vm.tuple_value([code, items]);
        return Ok(vm.tuple_value([class, args, state]));
    }
    let module = taipan_vm::import::import_module(vm, "array")?;
    let rebuild = vm.getattr_str(&module, "_array_reconstructor")?;
    let items = vm.new_bytes(this.items.borrow().clone()).into_value();
    let args = vm.tuple_value([class, code, vm.new_int(form(this.kind).into()), items]);
    Ok(vm.tuple_value([rebuild, args, state]))
}

/// One item of any integer or float form.
fn item(vm: &Vm, class: Class, big_endian: bool, bytes: &[u8]) -> Value {
    let mut little = bytes.to_vec();
    if big_endian {
        little.reverse();
    }
    match class {
        Class::Float if little.len() == 4 => {
            let word = [little[0], little[1], little[2], little[3]];
            vm.new_float(f32::from_le_bytes(word).into())
        }
        Class::Float => {
            let mut word = [0; 8];
            word.copy_from_slice(&little);
            vm.new_float(f64::from_le_bytes(word))
        }
        _ => {
            let number = IBig::from(UBig::from_le_bytes(&little));
            let negative = class == Class::Signed && little.last().is_some_and(|b| b & 0x80 != 0);
            vm.new_bigint(if negative {
                number - (IBig::ONE << (little.len() * 8))
            } else {
                number
            })
        }
    }
}

/// The kind of this machine for integers of a size.
fn integer_code(class: Class, size: usize, wanted: char) -> char {
    let wanted_fits = Kind::find(wanted as u32).is_some_and(|k| k.class == class && k.size == size);
    match (wanted_fits, class, size) {
        (true, ..) => wanted,
        (_, Class::Signed, 1) => 'b',
        (_, Class::Signed, 2) => 'h',
        (_, Class::Signed, 4) => 'i',
        (_, Class::Signed, _) => 'l',
        (_, _, 1) => 'B',
        (_, _, 2) => 'H',
        (_, _, 4) => 'I',
        _ => 'L',
    }
}

/// `_array_reconstructor`.
pub fn reconstruct(
    vm: &Vm,
    class: &Value,
    typecode: &Value,
    form_code: i32,
    items: &Value,
) -> PyResult {
    let Some(class) = class.downcast::<Type>() else {
        return Err(vm.type_error(format!(
            "first argument must be a type object, not {}",
            vm.type_name(class)
        )));
    };
    if !class.is_subtype(&vm.add_native_type::<Array>()) {
        return Err(vm.type_error(format!(
            "{} is not a subtype of array.array",
            class.display_name()
        )));
    }
    let Ok(kind) = kind_arg(vm, typecode, "_array_reconstructor", "argument 2")? else {
        return Err(vm.value_error("second argument must be a valid type code"));
    };
    if !(0..=LAST_FORM).contains(&form_code) {
        return Err(vm.value_error("third argument must be a valid machine format code."));
    }
    let Some(bytes) = items.downcast::<Bytes>() else {
        return Err(vm.type_error(format!(
            "fourth argument should be bytes, not {}",
            vm.type_name(items)
        )));
    };
    let make = |code: char, items: Value| {
        let code = vm.intern_str(code.encode_utf8(&mut [0; 4])).into_value();
        vm.call(class.as_value(), &[code, items])
    };
    if form_code == form(kind) {
        return make(kind.code, items.clone());
    }
    let data = &bytes.data;
    let big_endian = form_code > 1 && form_code % 2 == 1;
    let uneven = || vm.value_error("string length not a multiple of item size");
    if form_code >= 18 {
        let name = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"][form_code as usize - 18];
        let text = vm.call_method(
            items,
            &vm.intern_str("decode"),
            &[vm.intern_str(name).into_value()],
        )?;
        return make(kind.code, text);
    }
    let (class_of_item, size) = match form_code {
        0 => (Class::Unsigned, 1),
        1 => (Class::Signed, 1),
        14 | 15 => (Class::Float, 4),
        16 | 17 => (Class::Float, 8),
        n => {
            let class = if (n - 2) / 2 % 2 == 0 {
                Class::Unsigned
            } else {
                Class::Signed
            };
            (class, 2 << ((n - 2) / 4))
        }
    };
    if !data.len().is_multiple_of(size) {
        return Err(uneven());
    }
    let values = data
        .chunks_exact(size)
        .map(|bytes| item(vm, class_of_item, big_endian, bytes))
        .collect();
    let code = if class_of_item == Class::Float {
        kind.code
    } else {
        integer_code(class_of_item, size, kind.code)
    };
    make(code, vm.list_value(values))
}
