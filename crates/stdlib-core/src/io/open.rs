//! `open`.

use taipan_object::str::Str;
use taipan_object::{PyResult, Value, Vm};

use super::{BUFFER_SIZE, ask, buffered, call0, file_io, text};

/// The arguments of `open`.
pub struct Request<'a> {
    pub file: &'a Value,
    pub mode: Option<&'a Value>,
    pub buffering: i64,
    pub encoding: &'a Value,
    pub errors: &'a Value,
    pub newline: &'a Value,
    pub closefd: bool,
    pub opener: &'a Value,
}

/// A mode's letters, told apart.
#[derive(Default)]
struct Mode {
    kind: Option<char>,
    plus: bool,
    text: bool,
    binary: bool,
}

fn read_mode(vm: &Vm, mode: &str) -> PyResult<Mode> {
    let mut m = Mode::default();
    let invalid = || vm.value_error(format!("invalid mode: '{mode}'"));
    for (i, c) in mode.char_indices() {
        if mode[..i].contains(c) {
            return Err(invalid());
        }
        match c {
            'r' | 'w' | 'a' | 'x' => {
                if m.kind.is_some() {
                    return Err(
                        vm.value_error("must have exactly one of create/read/write/append mode")
                    );
                }
                m.kind = Some(c);
            }
            '+' => m.plus = true,
            't' => m.text = true,
            'b' => m.binary = true,
            _ => return Err(invalid()),
        }
    }
    if m.text && m.binary {
        return Err(vm.value_error("can't have text and binary mode at once"));
    }
    if m.kind.is_none() {
        return Err(vm.value_error("must have exactly one of create/read/write/append mode"));
    }
    Ok(m)
}

/// Opens a file.
///
/// # Errors
/// OSError; ValueError for arguments that do not fit.
pub fn open(vm: &Vm, r: &Request<'_>) -> PyResult {
    let file = if r.file.as_i64().is_some()
        || r.file.downcast::<Str>().is_some()
        || vm.is_instance_of(r.file, &vm.types.bytes)
    {
        r.file.clone()
    } else {
        match vm.call_special(r.file, &vm.intern_str("__fspath__"), &[])? {
            Some(p) => p,
            None => {
                return Err(vm.type_error(format!(
                    "expected str, bytes or os.PathLike object, not {}",
                    vm.type_name(r.file)
                )));
            }
        }
    };
    let mode_text = match r.mode {
        None => "r".to_owned(),
        Some(m) => match m.downcast::<Str>() {
            Some(s) => s.to_string(),
            None => {
                return Err(vm.type_error(format!(
                    "open() argument 'mode' must be str, not {}",
                    vm.type_name(m)
                )));
            }
        },
    };
    let mode = read_mode(vm, &mode_text)?;
    let binary_only = |given: &Value, what: &str| {
        if mode.binary && !given.is_none() {
            Err(vm.value_error(format!("binary mode doesn't take {what} argument")))
        } else {
            Ok(())
        }
    };
    binary_only(r.encoding, "an encoding")?;
    binary_only(r.errors, "an errors")?;
    binary_only(r.newline, "a newline")?;
    let raw_mode: String = mode
        .kind
        .into_iter()
        .chain(mode.plus.then_some('+'))
        .collect();
    let raw =
        taipan_object::object::alloc_instance(vm, &file_io::class(vm), file_io::FileIo::empty());
    file_io::FileIo::open(&raw, vm, &file, &raw_mode, r.closefd, r.opener)?;
    let raw = raw.into_value();
    match wrap(vm, r, &mode, &mode_text, &raw) {
        Ok(stream) => Ok(stream),
        Err(e) => {
            let e = vm.take_exception(e);
            if call0(vm, &raw, "close").is_err() {
                drop(vm.take_pending());
            }
            Err(vm.restore(e))
        }
    }
}

fn wrap(vm: &Vm, r: &Request<'_>, mode: &Mode, mode_text: &str, raw: &Value) -> PyResult {
    let mut buffering = r.buffering;
    let tty = buffering < 0 && ask(vm, raw, "isatty")?;
    let line_buffering = buffering == 1 && !mode.binary || tty;
    if buffering == 1 && mode.binary {
        let text = "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used";
        taipan_vm::warnings::warn(vm, &vm.exc.runtime_warning, text, 1)?;
    }
    if buffering == 1 || buffering < 0 {
        buffering = BUFFER_SIZE as i64;
    }
    if buffering == 0 {
        return if mode.binary {
            Ok(raw.clone())
        } else {
            Err(vm.value_error("can't have unbuffered text I/O"))
        };
    }
    let class = if mode.plus {
        buffered::random(vm)
    } else if mode.kind == Some('r') {
        buffered::reader(vm)
    } else {
        buffered::writer(vm)
    };
    let buffer = vm.call(class.as_value(), &[raw.clone(), vm.new_int(buffering)])?;
    if mode.binary {
        return Ok(buffer);
    }
    let stream = vm.call(
        text::class(vm).as_value(),
        &[
            buffer,
            r.encoding.clone(),
            r.errors.clone(),
            r.newline.clone(),
            Value::bool(line_buffering),
        ],
    )?;
    vm.setattr(
        &stream,
        &vm.intern_str("mode"),
        vm.new_str(mode_text).as_value(),
    )?;
    Ok(stream)
}
