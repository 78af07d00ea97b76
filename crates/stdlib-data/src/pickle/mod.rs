//! The module `_pickle`: objects as bytes.

mod buffer;
mod dump;
mod dump_atoms;
mod dump_containers;
mod dump_global;
mod dump_instance;
mod dump_reduce;
mod globals;
mod load;
mod load_containers;
mod load_objects;
mod memo;
mod op;
mod pickler;
mod proxies;
mod reader;
mod slots;
mod unpickler;
mod writer;

use taipan_macros::pymodule;

pub use module::MODULE;

/// Functions; the classes are in the files beside.
#[pymodule(
    name = "_pickle",
    doc = "Objects as bytes and back.",
    classes(
        crate::pickle::buffer::PickleBuffer,
        crate::pickle::pickler::Pickler,
        crate::pickle::unpickler::Unpickler,
    )
)]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::str::Str;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use super::globals::{pickle_error, pickling_error_type, unpickling_error_type};
    use super::pickler::{self, Pickler};
    use super::unpickler::{self, Options};
    use crate::support::{once, set_module_attr};

    /// Write a pickled representation of obj to the open file object file.
    ///
    /// The same as Pickler(file, protocol).dump(obj).
    #[pyfunction("(obj, file, protocol=None, *, fix_imports=True, buffer_callback=None)")]
    fn dump(
        vm: &Vm,
        obj: &Value,
        file: &Value,
        protocol: &Value,
        fix_imports: bool,
        buffer_callback: &Value,
    ) -> PyResult<()> {
        pickler::dump(vm, obj, file, protocol, fix_imports, buffer_callback)
    }
    /// Return the pickled representation of the object as a bytes object.
    #[pyfunction("(obj, protocol=None, *, fix_imports=True, buffer_callback=None)")]
    fn dumps(
        vm: &Vm,
        obj: &Value,
        protocol: &Value,
        fix_imports: bool,
        buffer_callback: &Value,
    ) -> PyResult {
        pickler::dumps(vm, obj, protocol, fix_imports, buffer_callback)
    }
    /// Read and return an object from the pickle data stored in a file.
    ///
    /// The same as Unpickler(file).load(). Bytes past the pickled representation are left in the file.
    #[pyfunction("(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())")]
    fn load(
        vm: &Vm,
        file: &Value,
        fix_imports: bool,
        encoding: &Ref<Str>,
        errors: &Ref<Str>,
        buffers: &Value,
    ) -> PyResult {
        let options = Options {
            fix_imports,
            encoding,
            errors,
            buffers: given(vm, buffers),
        };
        unpickler::load(vm, file, &options)
    }
    /// Read and return an object from the given pickle data.
    ///
    /// Bytes past the pickled representation are ignored.
    #[pyfunction("(data, /, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())")]
    fn loads(
        vm: &Vm,
        data: &Value,
        fix_imports: bool,
        encoding: &Ref<Str>,
        errors: &Ref<Str>,
        buffers: &Value,
    ) -> PyResult {
        let options = Options {
            fix_imports,
            encoding,
            errors,
            buffers: given(vm, buffers),
        };
        unpickler::loads(vm, data, &options)
    }
    /// An empty tuple stands for no buffers, as None does.
    fn given<'a>(vm: &Vm, buffers: &'a Value) -> Option<&'a Value> {
        let nothing = buffers.is_none() || buffers.is(vm.empty_tuple.as_value());
        (!nothing).then_some(buffers)
    }

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        once(vm, "_pickle.classes", || {
            let class = vm.add_native_type::<Pickler>();
            vm.add_native_members(&class, &pickler::FIELDS);
            super::proxies::prepare(vm);
        });
        let set = |name: &str, value: Value| set_module_attr(vm, module, name, value);
        set("PickleError", pickle_error(vm).into_value())?;
        set("PicklingError", pickling_error_type(vm).into_value())?;
        set("UnpicklingError", unpickling_error_type(vm).into_value())
    }
}
