//! The built-in types of an interpreter.

use crate::header::TypeRef;

macro_rules! types {
    ($($field:ident),* $(,)?) => {
        /// Built-in types that native code refers to.
        pub struct Types { $(pub $field: TypeRef),* }
        impl Types {
            /// All fields start as `placeholder` and are set while the interpreter is built.
            pub(crate) fn filled_with(placeholder: &TypeRef) -> Types { Types { $($field: placeholder.clone()),* } }
        }
    };
}

types! {
    object, type_, int, bool, float, complex, str, bytes, bytearray, memoryview,
    tuple, list, dict, set, frozenset, range, slice, ellipsis, none_type, not_implemented_type,
    function, builtin_function, method_descriptor, classmethod_descriptor, wrapper_descriptor, method_wrapper,
    getset_descriptor, member_descriptor, method, property, classmethod, staticmethod, super_, module, cell,
    mappingproxy, simple_namespace, code, frame, traceback, generator, coroutine, async_generator, coroutine_wrapper,
    async_generator_asend, async_generator_athrow, async_generator_wrapped_value, anext_awaitable,
    seq_iterator, callable_iterator, tuple_iterator, list_iterator, list_reverse_iterator, str_iterator, bytes_iterator,
    bytearray_iterator, range_iterator, long_range_iterator, set_iterator, memory_iterator,
    dict_keys, dict_values, dict_items, dict_key_iterator, dict_value_iterator, dict_item_iterator,
    dict_reverse_key_iterator, dict_reverse_value_iterator, dict_reverse_item_iterator,
    enumerate, zip, map, filter, reversed, generic_alias, union, weakref, weakproxy, weakcallableproxy, capsule,
    template, interpolation, template_iterator,
}
