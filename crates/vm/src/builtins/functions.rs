//! The built-in functions.

use taipan_macros::pymodule;

pub use module::MODULE;

/// Functions of the module `builtins`.
#[pymodule(
    name = "builtins",
    doc = "Functions, types and exceptions that are always there."
)]
pub mod module {
    use taipan_object::args::KwArgs;
    use taipan_object::number::BinOp;
    use taipan_object::slots::CmpOp;
    use taipan_object::str::Str;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use crate::builtins::{build_class, compile as comp, print as out, reduce, scope};

    /// Makes a class; the class statement calls it.
    #[pyfunction("(func, name, /, *bases, **kwds)")]
    fn __build_class__(
        vm: &Vm,
        func: &Value,
        name: &Value,
        bases: &[Value],
        kwds: KwArgs<'_>,
    ) -> PyResult {
        build_class::build_class(vm, func, name, bases, kwds)
    }
    /// Imports a module; the import statement calls it.
    #[pyfunction("(name, globals=None, locals=None, fromlist=(), level=0)")]
    fn __import__(
        vm: &Vm,
        name: &Value,
        globals: &Value,
        _locals: &Value,
        fromlist: Option<&Value>,
        level: &Value,
    ) -> PyResult {
        let Some(name) = name.downcast::<Str>() else {
            return Err(vm.type_error("module name must be a string"));
        };
        let empty = vm.empty_tuple.to_value();
        crate::import::import(vm, name, globals, fromlist.unwrap_or(&empty), level)
    }
    /// The absolute value of a number.
    #[pyfunction("(number, /)")]
    fn abs(vm: &Vm, number: &Value) -> PyResult {
        vm.absolute(number)
    }
    /// Whether all items of an iterable are true.
    #[pyfunction("(iterable, /)")]
    fn all(vm: &Vm, iterable: &Value) -> PyResult<bool> {
        Ok(!reduce::find_truth(vm, iterable, false)?)
    }
    /// Whether an item of an iterable is true.
    #[pyfunction("(iterable, /)")]
    fn any(vm: &Vm, iterable: &Value) -> PyResult<bool> {
        reduce::find_truth(vm, iterable, true)
    }
    /// The asynchronous iterator of an object.
    #[pyfunction("(async_iterable, /)")]
    fn aiter(vm: &Vm, object: &Value) -> PyResult {
        let Some(it) = vm.call_special(object, &vm.names.__aiter__, &[])? else {
            return Err(vm.type_error(format!(
                "'{}' object is not an async iterable",
                vm.type_name(object)
            )));
        };
        if vm.lookup_special(&it, &vm.names.__anext__)?.is_none() {
            return Err(vm.type_error(format!(
                "aiter() returned not an async iterator of type '{}'",
                vm.type_name(&it)
            )));
        }
        Ok(it)
    }
    /// The next item of an asynchronous iterator.
    #[pyfunction("(async_iterator, default=<unset>, /)")]
    fn anext(vm: &Vm, async_iterator: &Value, default: Option<&Value>) -> PyResult {
        crate::async_gen::anext(vm, async_iterator, default.cloned())
    }
    /// The representation of an object in ASCII.
    #[pyfunction("(obj, /)")]
    fn ascii(vm: &Vm, object: &Value) -> PyResult<Ref<Str>> {
        vm.ascii(object)
    }
    fn in_base(vm: &Vm, number: &Value, radix: u8) -> PyResult<String> {
        let n = vm.index(number)?;
        match n.as_int() {
            Some(n) => taipan_object::int_ops::text::prefixed(vm, &n, radix),
            None => Err(vm.type_error("not an integer")),
        }
    }
    /// A number in binary.
    #[pyfunction("(number, /)")]
    fn bin(vm: &Vm, number: &Value) -> PyResult<String> {
        in_base(vm, number, 2)
    }
    /// A number in octal.
    #[pyfunction("(number, /)")]
    fn oct(vm: &Vm, number: &Value) -> PyResult<String> {
        in_base(vm, number, 8)
    }
    /// A number in hexadecimal.
    #[pyfunction("(number, /)")]
    fn hex(vm: &Vm, number: &Value) -> PyResult<String> {
        in_base(vm, number, 16)
    }
    /// Calls `sys.breakpointhook`.
    #[pyfunction("(*args, **kws)")]
    fn breakpoint(vm: &Vm, args: &[Value], kws: KwArgs<'_>) -> PyResult {
        let Some(hook) = crate::sys_attr(vm, "breakpointhook") else {
            return Err(vm.runtime_error("lost sys.breakpointhook"));
        };
        crate::util::call_with(vm, &hook, args, kws)
    }
    /// Whether an object can be called.
    #[pyfunction("(obj, /)")]
    fn callable(vm: &Vm, object: &Value) -> bool {
        vm.type_of(object).slots.call.get().is_some()
    }
    /// The character with a code point.
    #[pyfunction("(i, /)")]
    fn chr(vm: &Vm, i: &Value) -> PyResult<Ref<Str>> {
        let n = vm.index(i)?;
        match n.as_i64() {
            Some(c @ 0..0x11_0000) => Ok(vm.new_char(c as u32)),
            _ => Err(vm.value_error("chr() arg not in range(0x110000)")),
        }
    }
    /// Compiles source to a code object or a syntax tree.
    #[pyfunction(
        "(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1)"
    )]
    fn compile(
        vm: &Vm,
        source: &Value,
        filename: &Value,
        mode: &Value,
        flags: i64,
        dont_inherit: bool,
        optimize: i64,
        feature_version: i64,
    ) -> PyResult {
        let given = comp::CompileFlags {
            flags,
            dont_inherit,
            optimize,
            feature_version,
        };
        comp::compile(vm, source, filename, mode, given)
    }
    fn attribute_name<'a>(vm: &Vm, name: &'a Value) -> PyResult<&'a Ref<Str>> {
        name.downcast::<Str>().ok_or_else(|| {
            vm.type_error(format!(
                "attribute name must be string, not '{}'",
                vm.type_name(name)
            ))
        })
    }
    /// Deletes an attribute.
    #[pyfunction("(obj, name, /)")]
    fn delattr(vm: &Vm, object: &Value, name: &Value) -> PyResult<()> {
        vm.delattr(object, attribute_name(vm, name)?)
    }
    /// The names of an object's attributes.
    #[pyfunction("(object=<unset>, /)")]
    fn dir(vm: &Vm, object: Option<&Value>) -> PyResult {
        scope::dir(vm, object)
    }
    /// Quotient and remainder.
    #[pyfunction("(x, y, /)")]
    fn divmod(vm: &Vm, x: &Value, y: &Value) -> PyResult {
        vm.binary(x, y, BinOp::DivMod)
    }
    /// Evaluates an expression.
    #[pyfunction("(source, /, globals=None, locals=None)")]
    fn eval(vm: &Vm, source: &Value, globals: &Value, locals: &Value) -> PyResult {
        comp::eval(vm, source, globals, locals)
    }
    /// Runs code.
    #[pyfunction("(source, /, globals=None, locals=None, *, closure=None)")]
    fn exec(
        vm: &Vm,
        source: &Value,
        globals: &Value,
        locals: &Value,
        closure: &Value,
    ) -> PyResult<()> {
        comp::exec(vm, source, globals, locals, closure)
    }
    /// An object as text, in a format.
    #[pyfunction("(value, format_spec='', /)")]
    fn format(vm: &Vm, value: &Value, format_spec: &Value) -> PyResult<Ref<Str>> {
        let Some(spec) = format_spec.downcast::<Str>() else {
            return Err(vm.type_error(format!(
                "format() argument 2 must be str, not {}",
                vm.type_name(format_spec)
            )));
        };
        vm.format(value, spec)
    }
    /// An attribute, or a default if there is none.
    #[pyfunction("(object, name, default=<unset>, /)")]
    fn getattr(vm: &Vm, object: &Value, name: &Value, default: Option<&Value>) -> PyResult {
        let name = attribute_name(vm, name)?;
        match default {
            None => vm.getattr(object, name),
            Some(default) => Ok(vm
                .getattr_opt(object, name)?
                .unwrap_or_else(|| default.clone())),
        }
    }
    /// The global names of the running code.
    #[pyfunction("()")]
    fn globals(vm: &Vm) -> PyResult {
        Ok(scope::globals(vm)?.into_value())
    }
    /// Whether an object has an attribute.
    #[pyfunction("(obj, name, /)")]
    fn hasattr(vm: &Vm, object: &Value, name: &Value) -> PyResult<bool> {
        Ok(vm.getattr_opt(object, attribute_name(vm, name)?)?.is_some())
    }
    /// The hash of an object.
    #[pyfunction("(obj, /)")]
    fn hash(vm: &Vm, object: &Value) -> PyResult<i64> {
        vm.hash(object)
    }
    /// The identity of an object.
    #[pyfunction("(obj, /)")]
    fn id(object: &Value) -> u64 {
        object.id()
    }
    /// Reads a line from the standard input.
    #[pyfunction("(prompt=<unset>, /)")]
    fn input(vm: &Vm, prompt: Option<&Value>) -> PyResult {
        out::input(vm, prompt)
    }
    /// Whether an object is an instance of a class or of one of several.
    #[pyfunction("(obj, class_or_tuple, /)")]
    fn isinstance(vm: &Vm, object: &Value, class_or_tuple: &Value) -> PyResult<bool> {
        vm.is_instance(object, class_or_tuple)
    }
    /// Whether a class is derived from a class or from one of several.
    #[pyfunction("(class_, class_or_tuple, /)")]
    fn issubclass(vm: &Vm, cls: &Value, class_or_tuple: &Value) -> PyResult<bool> {
        vm.is_subclass(cls, class_or_tuple)
    }
    /// An iterator over an object, or over the results of a callable up to a sentinel.
    #[pyfunction("(object, sentinel=<unset>, /)")]
    fn iter(vm: &Vm, object: &Value, sentinel: Option<&Value>) -> PyResult {
        match sentinel {
            None => vm.iter(object),
            Some(sentinel) if vm.type_of(object).slots.call.get().is_some() => Ok(
                taipan_object::iter::new_callable_iterator(vm, object.clone(), sentinel.clone()),
            ),
            Some(_) => Err(vm.type_error("iter(v, w): v must be callable")),
        }
    }
    /// The number of items in a container.
    #[pyfunction("(obj, /)")]
    fn len(vm: &Vm, object: &Value) -> PyResult<usize> {
        vm.len(object)
    }
    /// The local names of the running code.
    #[pyfunction("()")]
    fn locals(vm: &Vm) -> PyResult {
        scope::locals(vm)
    }
    /// The largest item of an iterable, or the largest argument.
    #[pyfunction("(*args, key=None, default=<unset>)")]
    fn max(vm: &Vm, args: &[Value], key: &Value, default: Option<&Value>) -> PyResult {
        reduce::extreme(vm, "max", CmpOp::Gt, args, Some(key), default)
    }
    /// The smallest item of an iterable, or the smallest argument.
    #[pyfunction("(*args, key=None, default=<unset>)")]
    fn min(vm: &Vm, args: &[Value], key: &Value, default: Option<&Value>) -> PyResult {
        reduce::extreme(vm, "min", CmpOp::Lt, args, Some(key), default)
    }
    /// The next item of an iterator, or a default at its end.
    #[pyfunction("(iterator, default=<unset>, /)")]
    fn next(vm: &Vm, iterator: &Value, default: Option<&Value>) -> PyResult {
        match vm.next(iterator) {
            Ok(Some(item)) => Ok(item),
            Ok(None) => match default {
                Some(default) => {
                    drop(vm.take_stop_value(iterator));
                    Ok(default.clone())
                }
                None => Err(vm.raise_stop_iteration(iterator)),
            },
            Err(_) if default.is_some() && vm.exception_is(&vm.exc.stop_iteration) => {
                drop(vm.take_pending());
                Ok(default.cloned().unwrap_or(Value::NONE))
            }
            Err(e) => Err(e),
        }
    }
    /// Opens a file.
    #[pyfunction(
        "(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)"
    )]
    fn open(
        vm: &Vm,
        file: &Value,
        mode: &Value,
        buffering: &Value,
        encoding: &Value,
        errors: &Value,
        newline: &Value,
        closefd: &Value,
        opener: &Value,
    ) -> PyResult {
        let io = crate::import::import_module(vm, "_io")?;
        let open = vm.getattr_str(&io, "open")?;
        let args = [
            file, mode, buffering, encoding, errors, newline, closefd, opener,
        ]
        .map(Value::clone);
        vm.call(&open, &args)
    }
    /// The code point of a character.
    #[pyfunction("(character, /)")]
    fn ord(vm: &Vm, c: &Value) -> PyResult<i64> {
        let wrong_length = |n: usize| {
            vm.type_error(format!(
                "ord() expected a character, but string of length {n} found"
            ))
        };
        if let Some(s) = c.downcast::<Str>() {
            return if s.len() == 1 {
                Ok(i64::from(s.view().get(0)))
            } else {
                Err(wrong_length(s.len()))
            };
        }
        let bytes = if let Some(b) = c.downcast::<taipan_object::bytes::Bytes>() {
            (b.data.len(), b.data.first().copied())
        } else if let Some(b) = c.downcast::<taipan_object::bytes::ByteArray>() {
            b.with(|b| (b.len(), b.first().copied()))
        } else {
            return Err(vm.type_error(format!(
                "ord() expected string of length 1, but {} found",
                vm.type_name(c)
            )));
        };
        match bytes {
            (1, Some(b)) => Ok(i64::from(b)),
            (n, _) => Err(wrong_length(n)),
        }
    }
    /// A power, or a power modulo a number.
    #[pyfunction("(base, exp, mod=None)")]
    fn pow(vm: &Vm, base: &Value, exp: &Value, modulus: &Value) -> PyResult {
        vm.power(base, exp, modulus)
    }
    /// Writes objects to a stream.
    #[pyfunction("(*args, sep=' ', end='\\n', file=None, flush=False)")]
    fn print(
        vm: &Vm,
        args: &[Value],
        sep: Option<&Value>,
        end: Option<&Value>,
        file: Option<&Value>,
        flush: bool,
    ) -> PyResult<()> {
        out::print(vm, args, sep, end, file, flush)
    }
    /// The representation of an object.
    #[pyfunction("(obj, /)")]
    fn repr(vm: &Vm, object: &Value) -> PyResult<Ref<Str>> {
        vm.repr(object)
    }
    /// A number rounded to a number of decimal places.
    #[pyfunction("(number, ndigits=None)")]
    fn round(vm: &Vm, number: &Value, ndigits: &Value) -> PyResult {
        let Some((function, this)) = vm.lookup_special(number, &vm.names.__round__)? else {
            return Err(vm.type_error(format!(
                "type {} doesn't define __round__ method",
                vm.type_name(number)
            )));
        };
        let mut args: Vec<Value> = this.into_iter().collect();
        if !ndigits.is_none() {
            args.push(ndigits.clone());
        }
        vm.call(&function, &args)
    }
    /// Sets an attribute.
    #[pyfunction("(obj, name, value, /)")]
    fn setattr(vm: &Vm, object: &Value, name: &Value, value: &Value) -> PyResult<()> {
        vm.setattr(object, attribute_name(vm, name)?, value)
    }
    /// A sorted list of the items of an iterable.
    #[pyfunction("(iterable, /, *, key=None, reverse=False)")]
    fn sorted(vm: &Vm, iterable: &Value, key: &Value, reverse: bool) -> PyResult {
        reduce::sorted(vm, iterable, Some(key), reverse)
    }
    /// The sum of the items of an iterable.
    #[pyfunction("(iterable, /, start=0)")]
    fn sum(vm: &Vm, iterable: &Value, start: Option<&Value>) -> PyResult {
        reduce::sum(vm, iterable, start)
    }
    /// The attributes of an object, or the local names.
    #[pyfunction("(object=<unset>, /)")]
    fn vars(vm: &Vm, object: Option<&Value>) -> PyResult {
        scope::vars(vm, object)
    }
}
