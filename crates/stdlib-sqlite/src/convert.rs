//! Values on their way into SQLite and out of it.

use taipan_object::bytes_ops::arg::{bytes_like, bytes_like_opt};
use taipan_object::dict::Dict;
use taipan_object::list::List;
use taipan_object::str::{Str, StrView};
use taipan_object::tuple::Tuple;
use taipan_object::{PyResult, Raised, Ref, Value, Vm};

use crate::errors::{of, programming};
use crate::raw::{Datum, SQLITE_OK, Statement};
use crate::state::{adapters, adapts_basic};

#[cold]
pub fn too_large(vm: &Vm) -> Raised {
    vm.overflow_error("Python int too large to convert to SQLite INTEGER")
}

/// Text in UTF-8.
pub fn utf8(vm: &Vm, text: &Ref<Str>) -> PyResult<Vec<u8>> {
    if let StrView::Ascii(text) = text.view() {
        return Ok(text.as_bytes().to_vec());
    }
    let bytes = taipan_object::codecs::encode(vm, text, None, None)?;
    Ok(bytes_like(vm, &bytes)?.to_vec())
}

/// Text of SQLite as a str.
pub fn text_value(vm: &Vm, bytes: &[u8]) -> PyResult {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(vm.new_str(text).into_value());
    }
    let object = vm.new_bytes(bytes);
    let text = taipan_object::codecs::decode(vm, object.as_value(), bytes, None, None)?;
    Ok(text.into_value())
}

/// A value of SQLite that is no text.
pub fn outgoing(vm: &Vm, datum: &Datum<'_>) -> Value {
    match *datum {
        Datum::Null => Value::NONE,
        Datum::Int(n) => vm.new_int(n),
        Datum::Float(x) => vm.new_float(x),
        Datum::Text(bytes) | Datum::Blob(bytes) => vm.new_bytes(bytes).into_value(),
    }
}

/// Adapts an object to a protocol; none if nobody can.
pub fn adapt(vm: &Vm, object: &Value, protocol: &Value) -> PyResult<Option<Value>> {
    let key = vm.tuple_value([vm.type_of(object).to_value(), protocol.clone()]);
    if let Some(adapter) = adapters(vm).get(vm, &key)? {
        return vm.call(&adapter, std::slice::from_ref(object)).map(Some);
    }
    for (on, name, with) in [
        (protocol, "__adapt__", object),
        (object, "__conform__", protocol),
    ] {
        let Some(method) = vm.getattr_opt(on, &vm.intern_str(name))? else {
            continue;
        };
        let adapted = vm.call(&method, std::slice::from_ref(with));
        // A TypeError means that it cannot.
        match vm.ignore(adapted, &vm.exc.type_error)? {
            Some(value) if !value.is_none() => return Ok(Some(value)),
            _ => {}
        }
    }
    Ok(None)
}

fn is_basic(vm: &Vm, value: &Value) -> bool {
    let class = vm.type_of(value);
    [
        &vm.types.int,
        &vm.types.float,
        &vm.types.str,
        &vm.types.bytearray,
    ]
    .iter()
    .any(|t| class.is(t))
}

fn adapted(vm: &Vm, value: &Value) -> PyResult {
    if !adapts_basic(vm) && is_basic(vm, value) {
        return Ok(value.clone());
    }
    let protocol = crate::state::class_value::<crate::row::PrepareProtocol>(vm);
    Ok(adapt(vm, value, &protocol)?.unwrap_or_else(|| value.clone()))
}

fn bind_one(vm: &Vm, statement: &Statement, index: i32, value: &Value) -> PyResult<()> {
    let value = adapted(vm, value)?;
    let code = if value.is_none() {
        statement.bind(index, &Datum::Null)
    } else if let Some(n) = value.as_int() {
        let n = n.to_i64().ok_or_else(|| too_large(vm))?;
        statement.bind(index, &Datum::Int(n))
    } else if let Some(x) = value.as_float() {
        statement.bind(index, &Datum::Float(x))
    } else if let Some(text) = value.downcast::<Str>() {
        let bytes = utf8(vm, text)?;
        statement.bind(index, &Datum::Text(&bytes))
    } else if let Some(bytes) = bytes_like_opt(vm, &value)? {
        statement.bind(index, &Datum::Blob(&bytes))
    } else {
        return Err(programming(
            vm,
            format!(
                "Error binding parameter {index}: type '{}' is not supported",
                vm.type_name(&value)
            ),
        ));
    };
    if code == SQLITE_OK {
        Ok(())
    } else {
        Err(of(vm, &statement.db))
    }
}

/// Binds the parameters of a statement: a sequence or a mapping.
pub fn bind(vm: &Vm, statement: &Statement, parameters: &Value) -> PyResult<()> {
    let needed = statement.parameters();
    let is_dict = parameters.downcast::<Dict>().is_some();
    let is_plain =
        parameters.downcast::<Tuple>().is_some() || parameters.downcast::<List>().is_some();
    if is_plain || !is_dict && vm.is_sequence(parameters) {
        let given = vm.len(parameters)?;
        if given != needed as usize {
            return Err(programming(
                vm,
                format!(
                    "Incorrect number of bindings supplied. The current statement uses {needed}, and there are {given} supplied."
                ),
            ));
        }
        for index in 1..=needed {
            if let Some(name) = statement.parameter_name(index)
                && !name.starts_with('?')
            {
                return Err(programming(
                    vm,
                    format!(
                        "Binding {index} ('{name}') is a named parameter, but you supplied a sequence which requires nameless (qmark) placeholders."
                    ),
                ));
            }
            let value = vm.get_item(parameters, &vm.new_int(i64::from(index - 1)))?;
            bind_one(vm, statement, index, &value)?;
        }
        return Ok(());
    }
    let is_mapping = is_dict || vm.type_of(parameters).slots.getitem.get().is_some();
    if !is_mapping {
        return Err(programming(vm, "parameters are of unsupported type"));
    }
    for index in 1..=needed {
        let Some(name) = statement.parameter_name(index) else {
            return Err(programming(
                vm,
                format!(
                    "Binding {index} has no name, but you supplied a dictionary (which has only names)."
                ),
            ));
        };
        let name = &name[1..];
        let found = vm.get_item(parameters, &vm.new_str(name).into_value());
        let Some(value) = vm.ignore(found, &vm.exc.lookup_error)? else {
            return Err(programming(
                vm,
                format!("You did not supply a value for binding parameter :{name}."),
            ));
        };
        bind_one(vm, statement, index, &value)?;
    }
    Ok(())
}

/// SQL without the white space and comments before it; none if there is nothing else.
pub fn after_comments(sql: &[u8]) -> Option<&[u8]> {
    let mut rest = sql;
    loop {
        match rest {
            [] => return None,
            [b' ' | b'\t' | b'\r' | b'\n' | b'\x0C', tail @ ..] => rest = tail,
            [b'-', b'-', ..] => {
                let end = rest.iter().position(|&b| b == b'\n')?;
                rest = &rest[end + 1..];
            }
            [b'/', b'*', tail @ ..] => {
                let end = tail.windows(2).position(|w| w == b"*/")?;
                rest = &tail[end + 2..];
            }
            _ => return Some(rest),
        }
    }
}

/// Whether SQL changes rows.
pub fn is_dml(sql: &[u8]) -> bool {
    let Some(sql) = after_comments(sql) else {
        return false;
    };
    [&b"insert"[..], b"update", b"delete", b"replace"]
        .iter()
        .any(|word| {
            sql.get(..word.len())
                .is_some_and(|s| s.eq_ignore_ascii_case(word))
        })
}
