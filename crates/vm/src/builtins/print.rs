//! `print` and `input`.

use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, Value, Vm};

fn text_option<'a>(
    vm: &Vm,
    value: Option<&'a Value>,
    name: &str,
) -> PyResult<Option<&'a Ref<Str>>> {
    match value {
        None => Ok(None),
        Some(v) if v.is_none() => Ok(None),
        Some(v) => match v.downcast::<Str>() {
            Some(s) => Ok(Some(s)),
            None => Err(vm.type_error(format!(
                "{name} must be None or a string, not {}",
                vm.type_name(v)
            ))),
        },
    }
}

/// `print(*args, sep, end, file, flush)`.
///
/// # Errors
/// What `str` and the stream raise.
pub fn print(
    vm: &Vm,
    args: &[Value],
    sep: Option<&Value>,
    end: Option<&Value>,
    file: Option<&Value>,
    flush: bool,
) -> PyResult<()> {
    let file = match file.filter(|f| !f.is_none()) {
        Some(f) => f.clone(),
        None => match crate::sys_attr(vm, "stdout") {
            None => return Err(vm.runtime_error("lost sys.stdout")),
            Some(f) if f.is_none() => return Ok(()),
            Some(f) => f,
        },
    };
    let sep = text_option(vm, sep, "sep")?;
    let end = text_option(vm, end, "end")?;
    if let Some(printer) = crate::stdio::printer(vm)
        && printer(vm, &file, &vm.empty_str)?
    {
        let mut line = Vec::with_capacity(64);
        let failure = join(vm, args, sep, end, &mut line)
            .err()
            .map(|e| vm.take_exception(e));
        let line = vm.new_wtf8(&line);
        // Showing the objects may have replaced the stream's `write`.
        if !printer(vm, &file, &line)? {
            vm.call_method(&file, &vm.intern_str("write"), &[line.into_value()])?;
        }
        if let Some(e) = failure {
            return Err(vm.restore(e));
        }
        if flush {
            vm.call_method(&file, &vm.intern_str("flush"), &[])?;
        }
        return Ok(());
    }
    let write = vm.getattr_str(&file, "write")?;
    let space = vm.intern_str(" ").into_value();
    let newline = vm.intern_str("\n").into_value();
    for (i, v) in args.iter().enumerate() {
        if i > 0 {
            let sep = sep.map_or(&space, |s| s.as_value());
            vm.call(&write, std::slice::from_ref(sep))?;
        }
        let text = vm.str(v)?.into_value();
        vm.call(&write, std::slice::from_ref(&text))?;
    }
    let end = end.map_or(&newline, |s| s.as_value());
    vm.call(&write, std::slice::from_ref(end))?;
    if flush {
        vm.call_method(&file, &vm.intern_str("flush"), &[])?;
    }
    Ok(())
}

/// The whole text of a call, or what comes before the object that cannot be shown.
fn join(
    vm: &Vm,
    args: &[Value],
    sep: Option<&Ref<Str>>,
    end: Option<&Ref<Str>>,
    line: &mut Vec<u8>,
) -> PyResult<()> {
    for (i, v) in args.iter().enumerate() {
        if i > 0 {
            match sep {
                Some(s) => s.view().push_wtf8(line),
                None => line.push(b' '),
            }
        }
        match v.as_small_int() {
            Some(n) => {
                let _ = std::io::Write::write_fmt(line, format_args!("{n}"));
            }
            None => vm.str(v)?.view().push_wtf8(line),
        }
    }
    match end {
        Some(s) => s.view().push_wtf8(line),
        None => line.push(b'\n'),
    }
    Ok(())
}

/// `input(prompt)`.
///
/// # Errors
/// EOFError at the end of the input; what the streams raise.
pub fn input(vm: &Vm, prompt: Option<&Value>) -> PyResult {
    let stream = |name: &str| match crate::sys_attr(vm, name) {
        Some(s) if !s.is_none() => Ok(s),
        _ => Err(vm.runtime_error(format!("lost sys.{name}"))),
    };
    let (stdin, stdout, stderr) = (stream("stdin")?, stream("stdout")?, stream("stderr")?);
    let flush = vm.intern_str("flush");
    let flushed = vm.call_method(&stderr, &flush, &[]);
    if flushed.is_err() {
        drop(vm.take_pending());
    }
    if let Some(prompt) = prompt {
        let text = vm.str(prompt)?.into_value();
        vm.call_method(&stdout, &vm.intern_str("write"), &[text])?;
    }
    if vm.call_method(&stdout, &flush, &[]).is_err() {
        drop(vm.take_pending());
    }
    let line = vm.call_method(&stdin, &vm.intern_str("readline"), &[])?;
    let Some(line) = line.downcast::<Str>() else {
        return Err(vm.type_error("object.readline() returned non-string"));
    };
    if line.is_empty() {
        return Err(vm.raise_str(&vm.exc.eof_error, "EOF when reading a line"));
    }
    let n = line.len();
    let n = if line.view().get(n - 1) == u32::from(b'\n') {
        n - 1
    } else {
        n
    };
    let view = line.view().slice(0, n);
    let mut text = Vec::with_capacity(n);
    view.push_wtf8(&mut text);
    Ok(vm.new_wtf8(&text).into_value())
}
