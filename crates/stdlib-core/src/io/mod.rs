//! The module `_io`: files, buffers, text streams.

#![allow(non_snake_case, reason = "methods are named as Python names them")]

mod base;
mod buffered;
mod bytes_io;
mod file_io;
mod newline;
mod open;
mod pair;
mod std_streams;
mod string_io;
mod text;
mod text_codec;
mod text_read;

use taipan_macros::pymodule;
use taipan_object::{PyResult, Raised, TypeRef, Value, Vm};

pub use module::MODULE;

/// `io.DEFAULT_BUFFER_SIZE`.
pub const BUFFER_SIZE: usize = 128 * 1024;

/// Makes the standard streams and `print` ours.
pub fn install(vm: &Vm) {
    taipan_vm::stdio::set_hooks(vm, std_streams::make, text::print_to);
}

/// `io.UnsupportedOperation`.
pub fn unsupported(vm: &Vm, what: &str) -> Raised {
    match unsupported_class(vm) {
        Ok(class) => {
            let message = vm.new_str(what).into_value();
            match vm.call(class.as_value(), &[message]) {
                Ok(e) => vm.raise(e),
                Err(e) => e,
            }
        }
        Err(e) => e,
    }
}

fn unsupported_class(vm: &Vm) -> PyResult<TypeRef> {
    let known = vm.module_state.borrow().get("io.unsupported").cloned();
    if let Some(known) = known.and_then(|k| k.downcast::<TypeRef>().ok()) {
        return Ok((*known).clone());
    }
    let namespace = vm.new_dict();
    namespace.insert_str(vm, &vm.names.__module__, vm.intern_str("io").into_value());
    let bases = vm.tuple_value([vm.exc.os_error.to_value(), vm.exc.value_error.to_value()]);
    let class = vm.call(
        vm.types.type_.as_value(),
        &[
            vm.intern_str("UnsupportedOperation").into_value(),
            bases,
            namespace.into_value(),
        ],
    )?;
    match class.downcast_owned::<taipan_object::ty::Type>() {
        Ok(class) => {
            vm.module_state
                .borrow_mut()
                .insert("io.unsupported", std::rc::Rc::new(class.clone()));
            Ok(class)
        }
        Err(_) => Err(vm.type_error("UnsupportedOperation is no class")),
    }
}

/// Calls a method without arguments.
pub fn call0(vm: &Vm, object: &Value, name: &str) -> PyResult {
    vm.call_method(object, &vm.intern_str(name), &[])
}

/// A truth that a method gives.
pub fn ask(vm: &Vm, object: &Value, name: &str) -> PyResult<bool> {
    let r = call0(vm, object, name)?;
    vm.is_true(&r)
}

/// A size argument: `None` for None and negative numbers.
pub fn size_arg(vm: &Vm, size: &Value) -> PyResult<Option<usize>> {
    if size.is_none() {
        return Ok(None);
    }
    match vm.index(size) {
        Ok(n) => Ok(n
            .as_i64()
            .map_or(Some(usize::MAX), |n| usize::try_from(n).ok())),
        Err(_) if vm.exception_is(&vm.exc.type_error) => {
            drop(vm.take_pending());
            Err(vm.type_error(format!(
                "argument should be integer or None, not '{}'",
                vm.type_name(size)
            )))
        }
        Err(e) => Err(e),
    }
}

/// Functions and classes of the module `_io`.
#[pymodule(name = "_io", doc = "Files, buffers and text streams.")]
#[allow(non_upper_case_globals)]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, TypeRef, Value, Vm};

    use super::{base, buffered, bytes_io, file_io, newline, pair, string_io, text};

    #[pyattr]
    const DEFAULT_BUFFER_SIZE: usize = super::BUFFER_SIZE;

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        let set =
            |name: &str, value: Value| module.dict.insert_str(vm, &vm.intern_str(name), value);
        let classes: [TypeRef; 14] = [
            base::io_base(vm),
            base::raw_base(vm),
            base::buffered_base(vm),
            base::text_base(vm),
            file_io::class(vm),
            bytes_io::class(vm),
            buffered::reader(vm),
            buffered::writer(vm),
            buffered::random(vm),
            pair::class(vm),
            string_io::class(vm),
            text::class(vm),
            newline::class(vm),
            bytes_io::buffer_class(vm),
        ];
        for class in classes {
            let name = class.name.borrow().to_string();
            set(&name, class.into_value());
        }
        set(
            "UnsupportedOperation",
            super::unsupported_class(vm)?.into_value(),
        );
        set("BlockingIOError", vm.exc.blocking_io_error.to_value());
        Ok(())
    }

    /// Opens a file.
    #[pyfunction(
        "(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)"
    )]
    fn open(
        vm: &Vm,
        file: &Value,
        mode: Option<&Value>,
        buffering: i64,
        encoding: &Value,
        errors: &Value,
        newline: &Value,
        closefd: bool,
        opener: &Value,
    ) -> PyResult {
        super::open::open(
            vm,
            &super::open::Request {
                file,
                mode,
                buffering,
                encoding,
                errors,
                newline,
                closefd,
                opener,
            },
        )
    }
    /// Opens a file of code.
    #[pyfunction("(path)")]
    fn open_code(vm: &Vm, path: &Value) -> PyResult {
        let none = Value::NONE;
        let mode = vm.intern_str("rb").into_value();
        super::open::open(
            vm,
            &super::open::Request {
                file: path,
                mode: Some(&mode),
                buffering: -1,
                encoding: &none,
                errors: &none,
                newline: &none,
                closefd: true,
                opener: &none,
            },
        )
    }
    /// The encoding to use where none was given.
    #[pyfunction("(encoding, stacklevel=2, /)")]
    fn text_encoding(vm: &Vm, encoding: &Value, _stacklevel: i64) -> Value {
        if encoding.is_none() {
            vm.intern_str("utf-8").into_value()
        } else {
            encoding.clone()
        }
    }
}
