//! Building an interpreter: the types that need one another first, then the rest.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ptr::NonNull;

use crate::dict::Dict;
use crate::exception_types::exception_spec;
use crate::exceptions::ExceptionTypes;
use crate::function as f;
use crate::header::{Object, ObjectHeader, Payload, Ref, TypeRef};
use crate::heap::Heap;
use crate::names::Names;
use crate::native::{NativeClass, TypeSpec};
use crate::object::Plain;
use crate::slots::Slots;
use crate::str::Str;
use crate::tuple::Tuple;
use crate::ty::{Type, TypeFlags};
use crate::types::Types;
use crate::value::Value;
use crate::vm::{Hooks, Interp, Vm};

/// A description with no methods yet.
pub fn bare<T: Payload>(name: &'static str, flags: TypeFlags) -> TypeSpec {
    TypeSpec {
        name,
        module: "builtins",
        doc: "",
        signature: "",
        flags,
        vtable: T::vtable(),
        fill: |_| {},
        methods: &[],
        getsets: &[],
    }
}

/// The description that a class's `#[pymethods]` gives.
fn native<T: NativeClass>() -> TypeSpec {
    T::spec()
}

impl Interp {
    /// Makes an interpreter with all built-in types of this crate. The machine
    /// adds functions, generators, frames and the modules.
    pub fn new(hash_secret: (u64, u64)) -> Box<Interp> {
        crate::hash::set_secret(hash_secret);
        let heap = Heap::new();
        // The five types that every type object needs are made raw first.
        let raw: [TypeRef; 5] = std::array::from_fn(|_| raw_type(&heap));
        let [type_, object, str_, tuple, dict] = &raw;
        let empty_tuple = crate::tuple::new_tuple(&heap, tuple, std::iter::empty());
        let empty_str = plain_str(&heap, str_, "");
        let interned = crate::intern::InternTable::default();
        let names = Names::new(|text| interned.intern(&plain_str(&heap, str_, text)));
        // Nothing may be freed before its type's payload is written.
        let mut spare = Vec::new();
        for (ty, name, vtable, base) in [
            (type_, "type", Type::vtable(), Some(object)),
            (object, "object", Plain::vtable(), None),
            (str_, "str", Str::vtable(), Some(object)),
            (tuple, "tuple", Tuple::vtable(), Some(object)),
            (dict, "dict", Dict::vtable(), Some(object)),
        ] {
            spare.push(plain_str(&heap, str_, name));
            let name = interned.intern(&spare[spare.len() - 1]);
            let bases = crate::tuple::new_tuple(
                &heap,
                tuple,
                base.map(|b| b.to_value())
                    .into_iter()
                    .collect::<Vec<_>>()
                    .into_iter(),
            );
            // SAFETY: the slot is a type object whose payload was never written.
            unsafe {
                (&raw mut (*ty.as_ptr()).payload).write(Type {
                    vtable,
                    flags: Cell::default(),
                    version: Cell::new(0),
                    slots: Slots::default(),
                    instance_offset: 0,
                    member_count: 0,
                    qualname: RefCell::new(name.to_value()),
                    name: RefCell::new(name),
                    module: "builtins",
                    doc: Cell::new(None),
                    signature: Cell::new(None),
                    base: RefCell::new(base.cloned()),
                    bases: RefCell::new(bases),
                    mro: RefCell::new(vec![ty.clone()]),
                    dict: heap.alloc(dict, Dict::new()),
                    subclasses: RefCell::default(),
                    shapes: Default::default(),
                });
            }
        }
        for ty in [object, str_, tuple, dict] {
            // The reference that a raw type has to itself was never counted.
            std::mem::forget(ty.header().replace_type(type_.clone()));
        }
        drop(spare);
        for ty in [object, str_, tuple, dict] {
            // What the header of a raw type names is not counted.
            std::mem::forget(ty.header().replace_type(type_.clone()));
        }
        let mut types = Types::filled_with(type_);
        types.object = object.clone();
        types.str = str_.clone();
        types.tuple = tuple.clone();
        types.dict = dict.clone();
        let builtins = heap.alloc(dict, Dict::new());
        let modules = heap.alloc(dict, Dict::new());
        let placeholder = empty_tuple.to_value();
        // SAFETY: the pages of `heap` name its address, so it is moved into place before
        // anything else is made, and the pages made so far are told.
        let interp = Box::new(Interp {
            heap,
            exc: ExceptionTypes::filled_with(type_),
            types,
            names,
            interned,
            native_types: RefCell::new(HashMap::default()),
            builtins,
            modules,
            empty_tuple,
            empty_str,
            chars: Vec::new(),
            empty_bytes: placeholder,
            hooks: Cell::new(Hooks::NONE),
            hash_secret,
            next_type_version: Cell::new(1),
            lookup_cache: Default::default(),
            int_max_str_digits: Cell::new(4300),
            bytes_warning: Cell::new(false),
            module_state: RefCell::default(),
            dunders: std::cell::OnceCell::new(),
        });
        interp.heap.adopt_pages();
        let interp = Box::into_raw(interp);
        // SAFETY: the interpreter lives in the box; this thread is the only one.
        unsafe {
            let vm = Vm::new(interp);
            build(interp, &vm);
            Box::from_raw(interp)
        }
    }
}

/// # Safety
/// Nothing else uses the interpreter meanwhile.
unsafe fn build(interp: *mut Interp, vm: &Vm) {
    macro_rules! types {
        ($($field:ident = $spec:expr, $base:ident;)*) => { $(
            let spec: TypeSpec = $spec;
            let base = vm.types.$base.clone();
            let ty = vm.make_native_type(&spec, &base);
            vm.native_types.borrow_mut().entry(spec.vtable as *const _ as usize).or_insert_with(|| ty.clone());
            // SAFETY: by the contract; no reference into `types` is held here.
            unsafe { (&raw mut (*interp).types.$field).write(ty) };
        )* };
    }
    // Filling any type makes instances of the descriptor types, so these are made first and filled later.
    let object = vm.types.object.clone();
    macro_rules! first {
        ($($field:ident = $spec:expr;)*) => {
            $(
                let spec: TypeSpec = $spec;
                let ty = vm.new_type_object(&spec, &object, 0);
                vm.native_types.borrow_mut().entry(spec.vtable as *const _ as usize).or_insert_with(|| ty.clone());
                // SAFETY: by the contract; no reference into `types` is held here.
                unsafe { (&raw mut (*interp).types.$field).write(ty) };
            )*
            vm.fill_native_type(&object, &crate::object_type::object_spec());
            vm.fill_native_type(&vm.types.type_.clone(), &native::<Type>());
            $(vm.fill_native_type(&vm.types.$field.clone(), &$spec);)*
        };
    }
    first! {
        wrapper_descriptor = native::<f::SlotWrapper>();
        method_descriptor = crate::descriptors::method_descriptor_spec(false);
        classmethod_descriptor = crate::descriptors::method_descriptor_spec(true);
        getset_descriptor = native::<f::GetSet>();
        member_descriptor = native::<f::Member>();
        builtin_function = native::<f::NativeFunction>();
        staticmethod = crate::methods::holder_spec(false);
    }
    // The types made raw get what the others get.
    let (type_, str_, tuple, dict) = (
        vm.types.type_.clone(),
        vm.types.str.clone(),
        vm.types.tuple.clone(),
        vm.types.dict.clone(),
    );
    vm.fill_native_type(&str_, &native::<Str>());
    vm.fill_native_type(&tuple, &native::<Tuple>());
    vm.fill_native_type(&dict, &native::<Dict>());
    for ty in [&object, &type_, &str_, &tuple, &dict] {
        vm.native_types
            .borrow_mut()
            .insert(ty.vtable as *const _ as usize, ty.clone());
    }
    types! {
        int = native::<crate::int::Int>(), object;
        bool = crate::int_ops::bool::spec(), int;
        float = native::<crate::float::Float>(), object;
        complex = native::<crate::float::Complex>(), object;
        bytes = native::<crate::bytes::Bytes>(), object;
        bytearray = native::<crate::bytes::ByteArray>(), object;
        memoryview = native::<crate::memoryview::MemoryView>(), object;
        memory_iterator = native::<crate::memoryview::iter::MemoryIterator>(), object;
        bytes_iterator = native::<crate::bytes_ops::iter::BytesIterator>(), object;
        bytearray_iterator = native::<crate::bytes_ops::iter::ByteArrayIterator>(), object;
        str_iterator = native::<crate::text::iter::StrIterator>(), object;
        list = native::<crate::list::List>(), object;
        ellipsis = crate::singletons::ellipsis_spec(), object;
        none_type = crate::singletons::none_spec(), object;
        not_implemented_type = crate::singletons::not_implemented_spec(), object;
        method_wrapper = native::<f::MethodWrapper>(), object;
        method = native::<f::BoundMethod>(), object;
        property = native::<f::Property>(), object;
        classmethod = crate::methods::holder_spec(true), object;
        module = native::<crate::module::Module>(), object;
        super_ = native::<crate::super_type::Super>(), object;
        cell = native::<f::Cell>(), object;
        seq_iterator = native::<crate::iter::SeqIterator>(), object;
        callable_iterator = native::<crate::iter::CallableIterator>(), object;
        list_iterator = native::<crate::iter::ListIterator>(), object;
        list_reverse_iterator = native::<crate::iter::ListReverseIterator>(), object;
        tuple_iterator = native::<crate::iter::TupleIterator>(), object;
        slice = native::<crate::slice::Slice>(), object;
        set = native::<crate::set::Set>(), object;
        frozenset = TypeSpec { vtable: crate::set::Set::vtable(), ..native::<crate::set_methods::FrozenSet>() }, object;
        set_iterator = native::<crate::set_methods::SetIterator>(), object;
        enumerate = native::<crate::functional::Enumerate>(), object;
        zip = native::<crate::functional::Zip>(), object;
        map = native::<crate::functional::Map>(), object;
        filter = native::<crate::functional::Filter>(), object;
        reversed = native::<crate::functional::Reversed>(), object;
        simple_namespace = native::<crate::simple_namespace::SimpleNamespace>(), object;
        generic_alias = native::<crate::generic_alias::GenericAlias>(), object;
        union = native::<crate::union::Union>(), object;
        mappingproxy = native::<crate::mappingproxy::MappingProxy>(), object;
        dict_values = native::<crate::dict_views::DictView>(), object;
        dict_keys = crate::dict_views::set_view_spec("dict_keys"), object;
        dict_items = crate::dict_views::set_view_spec("dict_items"), object;
        dict_key_iterator = crate::dict_views::iterator_spec("dict_keyiterator"), object;
        dict_value_iterator = crate::dict_views::iterator_spec("dict_valueiterator"), object;
        dict_item_iterator = crate::dict_views::iterator_spec("dict_itemiterator"), object;
        dict_reverse_key_iterator = crate::dict_views::iterator_spec("dict_reversekeyiterator"), object;
        dict_reverse_value_iterator = crate::dict_views::iterator_spec("dict_reversevalueiterator"), object;
        dict_reverse_item_iterator = crate::dict_views::iterator_spec("dict_reverseitemiterator"), object;
        range = native::<crate::range::Range>(), object;
        range_iterator = native::<crate::range::RangeIterator>(), object;
        long_range_iterator = native::<crate::range::LongRangeIterator>(), object;
        weakref = native::<crate::weakref::WeakRef>(), object;
        weakproxy = crate::weakref::proxy_spec(false), object;
        weakcallableproxy = crate::weakref::proxy_spec(true), object;
    }
    // SAFETY: by the contract.
    unsafe {
        (&raw mut (*interp).empty_bytes).write(vm.new_bytes(Vec::new()).into_value());
        let chars = (0u32..256)
            .map(|c| vm.from_code_points_sized(&vm.types.str, 1, c, std::iter::once(c)))
            .map(|s| vm.interned.intern(&s))
            .collect();
        (&raw mut (*interp).chars).write(chars);
        let exc = &raw mut (*interp).exc;
        let spec = exception_spec("BaseException", "");
        let base = vm.make_native_type(&spec, &vm.types.object);
        vm.native_types
            .borrow_mut()
            .insert(spec.vtable as *const _ as usize, base.clone());
        (&raw mut (*exc).base_exception).write(base);
        (*exc).build(|name, base, doc| {
            let ty = vm.make_native_type(&exception_spec(name, doc), base);
            crate::exception_types::finish(vm, &ty, name);
            ty
        });
        crate::exception_types::group::add_exception_base(
            vm,
            &vm.exc.exception_group,
            &vm.exc.exception,
        );
    }
}

/// A type object whose payload is still to be written. Its header names itself in place of `type`, uncounted.
fn raw_type(heap: &Heap) -> TypeRef {
    let raw = heap.alloc_zeroed_type();
    // SAFETY: the slot is fresh and zero; count 1 is the reference given out.
    unsafe { Ref::from_raw(NonNull::new_unchecked(raw.cast::<Object<Type>>())) }
}

fn plain_str(heap: &Heap, ty: &TypeRef, text: &str) -> Ref<Str> {
    let s = crate::str::new_raw(heap, ty, 1, true, text.len(), |to| {
        // SAFETY: room for the text was made.
        unsafe { std::ptr::copy_nonoverlapping(text.as_ptr(), to, text.len()) }
    });
    match s {
        Some(s) => s,
        None => std::alloc::handle_alloc_error(std::alloc::Layout::new::<ObjectHeader>()),
    }
}

const _: fn(Value) = drop;
