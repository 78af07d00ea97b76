//! Small helpers of native functions.

use taipan_object::args::KwArgs;
use taipan_object::bytes::{ByteArray, Bytes};
use taipan_object::str::Str;
use taipan_object::{Args, PyResult, Value, Vm};

/// `callable(*args, **kwargs)`.
///
/// # Errors
/// What the call raises.
pub fn call_with(vm: &Vm, callable: &Value, args: &[Value], kwargs: KwArgs<'_>) -> PyResult {
    let mut values = args.to_vec();
    let mut names = Vec::new();
    for (name, value) in kwargs.iter() {
        names.push(name.to_value());
        values.push(value.clone());
    }
    if names.is_empty() {
        return vm.call(callable, &values);
    }
    let names = vm.new_tuple(names);
    vm.call_args(
        callable,
        Args {
            values: &values,
            keywords: Some(&names),
        },
    )
}

/// A copy of the bytes of an object that has a buffer; `None` if it has none.
///
/// # Errors
/// What the object's buffer protocol raises.
pub fn buffer_bytes(vm: &Vm, object: &Value) -> PyResult<Option<Vec<u8>>> {
    if let Some(b) = object.downcast::<Bytes>() {
        return Ok(Some(b.data.to_vec()));
    }
    if let Some(b) = object.downcast::<ByteArray>() {
        return Ok(Some(b.with(|b| b.clone())));
    }
    match vm.type_of(object).slots.buffer.get() {
        None => Ok(None),
        Some(get) => {
            let buffer = get(vm, object, false)?;
            Ok(Some(buffer.to_vec()))
        }
    }
}

/// A path as text (`os.fsdecode(os.fspath(path))`); undecodable bytes become lossy.
///
/// # Errors
/// TypeError if it is no path.
pub fn fs_text(vm: &Vm, path: &Value) -> PyResult<String> {
    Ok(String::from_utf8_lossy(&fs_bytes(vm, path)?).into_owned())
}

/// A path as the bytes that the system knows it by.
///
/// # Errors
/// TypeError if it is no path.
pub fn fs_bytes(vm: &Vm, path: &Value) -> PyResult<Vec<u8>> {
    if let Some(s) = path.downcast::<Str>() {
        return Ok(text_to_fs(s));
    }
    if let Some(b) = path.downcast::<Bytes>() {
        return Ok(b.data.to_vec());
    }
    let Some(p) = vm.call_special(path, &vm.intern_str("__fspath__"), &[])? else {
        return Err(vm.type_error(format!(
            "expected str, bytes or os.PathLike object, not {}",
            vm.type_name(path)
        )));
    };
    if p.downcast::<Str>().is_none() && p.downcast::<Bytes>().is_none() {
        return Err(vm.type_error(format!(
            "expected {}.__fspath__() to return str or bytes, not {}",
            vm.type_name(path),
            vm.type_name(&p)
        )));
    }
    fs_bytes(vm, &p)
}

/// Text as file system bytes: UTF-8 with lone surrogates U+DC80..U+DCFF as the bytes that they stand for.
pub fn text_to_fs(s: &Str) -> Vec<u8> {
    if let Some(text) = s.as_ascii() {
        return text.as_bytes().to_vec();
    }
    let mut out = Vec::with_capacity(s.len() + 8);
    for c in s.view().iter() {
        match c {
            0xDC80..=0xDCFF => out.push((c - 0xDC00) as u8),
            _ => taipan_object::str::push_code_point(&mut out, c),
        }
    }
    out
}

/// File system bytes as text: what is no UTF-8 becomes lone surrogates (`surrogateescape`).
pub fn fs_to_text(vm: &Vm, bytes: &[u8]) -> Value {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return vm.new_str(text).into_value();
    }
    let mut out = Vec::with_capacity(bytes.len() * 2);
    for chunk in bytes.utf8_chunks() {
        out.extend_from_slice(chunk.valid().as_bytes());
        for &b in chunk.invalid() {
            taipan_object::str::push_code_point(&mut out, 0xDC00 + u32::from(b));
        }
    }
    vm.new_wtf8(&out).into_value()
}

/// Gives the memory of a writable buffer to `f`, which runs no Python code.
///
/// # Errors
/// TypeError for objects without one.
pub fn with_writable<R>(vm: &Vm, object: &Value, f: impl FnOnce(&mut [u8]) -> R) -> PyResult<R> {
    let bad = |vm: &Vm| {
        vm.type_error(format!(
            "a read-write bytes-like object is required, not '{}'",
            vm.type_name(object)
        ))
    };
    if let Some(b) = object.downcast::<ByteArray>() {
        return Ok(b.with(|v| f(v)));
    }
    let Some(get) = vm
        .type_of(object)
        .slots
        .buffer
        .get()
        .filter(|_| object.downcast::<Bytes>().is_none())
    else {
        return Err(bad(vm));
    };
    let buffer = get(vm, object, true)?;
    if buffer.readonly || !buffer.is_c_contiguous() {
        return Err(bad(vm));
    }
    // SAFETY: the owner keeps len writable bytes at ptr while the buffer is held; nothing else runs meanwhile.
    Ok(f(unsafe {
        std::slice::from_raw_parts_mut(buffer.ptr, buffer.len)
    }))
}

/// The bytes of any object with a buffer.
///
/// # Errors
/// TypeError for objects without one.
pub fn bytes_of(vm: &Vm, object: &Value) -> PyResult<Vec<u8>> {
    match buffer_bytes(vm, object)? {
        Some(b) => Ok(b),
        None => Err(vm.type_error(format!(
            "a bytes-like object is required, not '{}'",
            vm.type_name(object)
        ))),
    }
}
