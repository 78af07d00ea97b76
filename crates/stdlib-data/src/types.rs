//! The module `_types`: classes of built-in objects by name.

use taipan_macros::pymodule;

pub use module::MODULE;

/// The classes.
#[pymodule(name = "_types", doc = "The classes of built-in objects.")]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Vm};

    use crate::support::set_module_attr;

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        let t = &vm.types;
        for (name, class) in [
            ("AsyncGeneratorType", &t.async_generator),
            ("BuiltinFunctionType", &t.builtin_function),
            ("BuiltinMethodType", &t.builtin_function),
            ("CapsuleType", &t.capsule),
            ("CellType", &t.cell),
            ("ClassMethodDescriptorType", &t.classmethod_descriptor),
            ("CodeType", &t.code),
            ("CoroutineType", &t.coroutine),
            ("EllipsisType", &t.ellipsis),
            ("FrameType", &t.frame),
            ("FunctionType", &t.function),
            ("GeneratorType", &t.generator),
            ("GenericAlias", &t.generic_alias),
            ("GetSetDescriptorType", &t.getset_descriptor),
            ("LambdaType", &t.function),
            ("MappingProxyType", &t.mappingproxy),
            ("MemberDescriptorType", &t.member_descriptor),
            ("MethodDescriptorType", &t.method_descriptor),
            ("MethodType", &t.method),
            ("MethodWrapperType", &t.method_wrapper),
            ("ModuleType", &t.module),
            ("NoneType", &t.none_type),
            ("NotImplementedType", &t.not_implemented_type),
            ("SimpleNamespace", &t.simple_namespace),
            ("TracebackType", &t.traceback),
            ("UnionType", &t.union),
            ("WrapperDescriptorType", &t.wrapper_descriptor),
        ] {
            // Until it is made, a class is a placeholder, `type` itself.
            if !class.is(&t.type_) {
                set_module_attr(vm, module, name, class.to_value())?;
            }
        }
        Ok(())
    }
}
