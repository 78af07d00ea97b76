//! `sys.stdin`, `sys.stdout`, `sys.stderr`.

use taipan_object::{PyResult, Value, Vm};

use super::{buffered, file_io, text};

/// Makes the standard stream on a descriptor; None if that is closed.
pub fn make(vm: &Vm, fd: i32) -> PyResult {
    if taipan_host::fs::fstat(fd).is_err() {
        return Ok(Value::NONE);
    }
    let config = taipan_vm::config(vm);
    let name = ["<stdin>", "<stdout>", "<stderr>"]
        .get(fd as usize)
        .copied()
        .unwrap_or("<fd>");
    let reading = fd == 0;
    let raw =
        file_io::FileIo::on(vm, fd, reading, !reading, vm.new_str(name).as_value())?.into_value();
    let buffer = if reading {
        vm.call(buffered::reader(vm).as_value(), &[raw, vm.new_int(8192)])?
    } else if config.unbuffered {
        raw
    } else {
        vm.call(buffered::writer(vm).as_value(), &[raw, vm.new_int(8192)])?
    };
    let tty = taipan_host::fd::is_terminal(fd);
    let line_buffering = !reading && (fd == 2 || tty) && !config.unbuffered;
    let (encoding, errors) = &config.io_encoding;
    let errors = match (fd, errors) {
        (2, _) => "backslashreplace",
        (_, Some(e)) => e.as_str(),
        // In UTF-8 mode and in the C locale bytes that are no text survive.
        _ => "surrogateescape_or_strict",
    };
    let errors = if errors == "surrogateescape_or_strict" {
        if c_locale() {
            "surrogateescape"
        } else {
            "strict"
        }
    } else {
        errors
    };
    let newline = if reading {
        Value::NONE
    } else {
        vm.intern_str("\n").into_value()
    };
    let stream = vm.call(
        text::class(vm).as_value(),
        &[
            buffer,
            vm.new_str(encoding.as_deref().unwrap_or("utf-8"))
                .into_value(),
            vm.new_str(errors).into_value(),
            newline,
            Value::bool(line_buffering),
            Value::bool(config.unbuffered && !reading),
        ],
    )?;
    vm.setattr(
        &stream,
        &vm.intern_str("mode"),
        vm.new_str(if reading { "r" } else { "w" }).as_value(),
    )?;
    Ok(stream)
}

/// Whether the locale is one without language.
fn c_locale() -> bool {
    let value = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|n| taipan_host::env::var(n).filter(|v| !v.is_empty()));
    value.is_none_or(|v| [&b"C"[..], b"POSIX", b"C.UTF-8", b"C.utf8", b"UTF-8"].contains(&&v[..]))
}
