//! The module `_struct`.

mod class;
mod format;
mod value;

use taipan_macros::pymodule;
use taipan_object::type_ops::ClassSpec;
use taipan_object::{Raised, TypeRef, Vm};

pub use module::MODULE;

/// `struct.error`.
fn error_class(vm: &Vm) -> TypeRef {
    crate::state::once(vm, "struct.error", || {
        let dict = vm.new_dict();
        dict.insert_str(vm, &vm.names.__module__, vm.new_str("struct").into_value());
        let spec = ClassSpec {
            name: vm.intern_str("error"),
            qualname: vm.new_str("error").into_value(),
            bases: vec![vm.exc.exception.clone()],
            dict,
            members: Vec::new(),
            add_dict: true,
            add_weakref: true,
        };
        vm.new_class(&vm.types.type_, spec).unwrap_or_else(|_| {
            drop(vm.take_pending());
            vm.exc.exception.clone()
        })
    })
}

/// A `struct.error` with a message.
#[cold]
fn error(vm: &Vm, message: impl AsRef<str>) -> Raised {
    vm.raise_str(&error_class(vm), message)
}

/// Functions.
#[pymodule(
    name = "_struct",
    doc = "Conversion between values and packed binary data.",
    classes(crate::structs::class::Struct, crate::structs::class::UnpackIterator)
)]
pub mod module {
    use taipan_object::args::set_module_attr;
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use crate::structs::class;
    use crate::structs::format::{self, cached};

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        // The class of the iterator has no public name.
        drop(
            module
                .dict
                .remove_str(vm, &vm.intern_str("unpack_iterator")),
        );
        set_module_attr(
            vm,
            module,
            "error",
            crate::structs::error_class(vm).into_value(),
        )
    }

    /// Forgets the compiled formats.
    #[pyfunction("()")]
    fn _clearcache(vm: &Vm) {
        format::clear_cache(vm);
    }
    /// The number of bytes that a format describes.
    #[pyfunction("(format, /)")]
    fn calcsize(vm: &Vm, format: &Value) -> PyResult<usize> {
        Ok(cached(vm, format)?.size)
    }
    /// Packs values into bytes: pack(format, v1, v2, ...).
    #[pyfunction("(*args)")]
    fn pack(vm: &Vm, args: &[Value]) -> PyResult {
        let Some((format, values)) = args.split_first() else {
            return Err(vm.type_error("missing format argument"));
        };
        class::pack(vm, &*cached(vm, format)?, values)
    }
    /// Packs values into a buffer: pack_into(format, buffer, offset, v1, v2, ...).
    #[pyfunction("(*args)")]
    fn pack_into(vm: &Vm, args: &[Value]) -> PyResult<()> {
        let Some((format, args)) = args.split_first() else {
            return Err(vm.type_error("missing format argument"));
        };
        class::pack_into(vm, &*cached(vm, format)?, args)
    }
    /// The values in a buffer whose size is that of the format.
    #[pyfunction("(format, buffer, /)")]
    fn unpack(vm: &Vm, format: &Value, buffer: &Value) -> PyResult {
        class::unpack(vm, &*cached(vm, format)?, buffer)
    }
    /// The values in a buffer from an offset on.
    #[pyfunction("(format, /, buffer, offset=0)")]
    fn unpack_from(vm: &Vm, format: &Value, buffer: &Value, offset: isize) -> PyResult {
        class::unpack_from(vm, &*cached(vm, format)?, buffer, offset)
    }
    /// An iterator over the tuples of values in a buffer.
    #[pyfunction("(format, buffer, /)")]
    fn iter_unpack(vm: &Vm, format: &Value, buffer: &Value) -> PyResult {
        class::iter_unpack(vm, cached(vm, format)?, buffer)
    }
}
