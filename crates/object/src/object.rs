//! The object protocol: what operators and built-in functions do to any object.

use crate::header::{Object, Payload, Ref, TypeRef};
use crate::instance;
use crate::slots::CmpOp;
use crate::str::Str;
use crate::tuple::Tuple;
use crate::value::{Value, encoding};
use crate::vm::{Args, PyResult, Raised, Vm};

/// Makes an instance of `ty` (or a subclass of the payload's own type) with its instance part.
#[inline]
pub fn alloc_instance<T: Payload>(vm: &Vm, ty: &TypeRef, payload: T) -> Ref<T> {
    let part = instance::part_size(ty);
    let object = vm
        .heap
        .alloc_sized(ty, size_of::<Object<T>>() + part, payload);
    if part > 0 {
        // SAFETY: made just now with room for the part.
        unsafe { instance::init_instance_part(ty, object.as_ptr().cast()) };
    }
    object
}

/// The payload of `object` and of plain classes: nothing.
pub struct Plain;
// Instances of classes can be part of cycles through their instance part.
crate::payload!(Plain, gc, |_this, _visit| ());

impl Vm {
    /// `type(object)`, without counting.
    #[inline(always)]
    pub fn type_of<'a>(&'a self, object: &'a Value) -> &'a TypeRef {
        match object.header() {
            Some(header) => header.ty(),
            None => self.type_of_immediate(object.word()),
        }
    }
    #[inline]
    fn type_of_immediate(&self, word: u64) -> &TypeRef {
        if encoding::is_int(word) {
            &self.types.int
        } else if encoding::is_float(word) {
            &self.types.float
        } else {
            match word {
                encoding::NONE => &self.types.none_type,
                encoding::TRUE | encoding::FALSE => &self.types.bool,
                encoding::ELLIPSIS => &self.types.ellipsis,
                _ => &self.types.not_implemented_type,
            }
        }
    }
    /// The class name of an object, for messages.
    pub fn type_name(&self, object: &Value) -> String {
        self.type_of(object).display_name()
    }

    // ---- making objects

    pub fn new_tuple<I>(&self, items: I) -> Ref<Tuple>
    where
        I: IntoIterator<Item = Value>,
        I::IntoIter: ExactSizeIterator,
    {
        let items = items.into_iter();
        if items.len() == 0 {
            self.empty_tuple.clone()
        } else {
            crate::tuple::new_tuple(&self.heap, &self.types.tuple, items)
        }
    }
    pub fn new_list(&self, items: Vec<Value>) -> Ref<crate::list::List> {
        self.heap
            .alloc(&self.types.list, crate::list::List::new(items))
    }
    pub fn new_dict(&self) -> Ref<crate::dict::Dict> {
        self.heap.alloc(&self.types.dict, crate::dict::Dict::new())
    }

    // ---- truth, comparison

    /// `bool(object)`.
    #[inline]
    pub fn is_true(&self, object: &Value) -> PyResult<bool> {
        match object.word() {
            encoding::TRUE => Ok(true),
            encoding::FALSE | encoding::NONE => Ok(false),
            w if encoding::is_int(w) => Ok(w != encoding::INT_TAG),
            w if encoding::is_float(w) => Ok(encoding::as_float(w) != 0.0),
            _ => self.is_true_slow(object),
        }
    }
    fn is_true_slow(&self, object: &Value) -> PyResult<bool> {
        let slots = &self.type_of(object).slots;
        if let Some(f) = slots.bool.get() {
            f(self, object)
        } else if let Some(f) = slots.len.get() {
            Ok(f(self, object)? != 0)
        } else {
            Ok(true)
        }
    }

    /// `a op b`.
    ///
    /// # Errors
    /// TypeError if the types do not support the comparison; what the comparison raises.
    pub fn compare(&self, a: &Value, b: &Value, op: CmpOp) -> PyResult {
        if let (Some(x), Some(y)) = (a.as_small_int(), b.as_small_int()) {
            return Ok(Value::bool(op.holds(x.cmp(&y))));
        }
        self.check_stack(" in comparison")?;
        let (ta, tb) = (self.type_of(a), self.type_of(b));
        let mut tried_reflected = false;
        if !ta.is(tb)
            && tb.is_subtype(ta)
            && let Some(f) = tb.slots.richcompare.get()
        {
            tried_reflected = true;
            let r = f(self, b, a, op.swapped())?;
            if !r.is_not_implemented() {
                return Ok(r);
            }
        }
        if let Some(f) = ta.slots.richcompare.get() {
            let r = f(self, a, b, op)?;
            if !r.is_not_implemented() {
                return Ok(r);
            }
        }
        if !tried_reflected && let Some(f) = tb.slots.richcompare.get() {
            let r = f(self, b, a, op.swapped())?;
            if !r.is_not_implemented() {
                return Ok(r);
            }
        }
        match op {
            CmpOp::Eq => Ok(Value::bool(a.is(b))),
            CmpOp::Ne => Ok(Value::bool(!a.is(b))),
            _ => Err(self.type_error(format!(
                "'{}' not supported between instances of '{}' and '{}'",
                op.text(),
                self.type_name(a),
                self.type_name(b)
            ))),
        }
    }
    pub fn compare_bool(&self, a: &Value, b: &Value, op: CmpOp) -> PyResult<bool> {
        // Identity implies equality here, as in containers' comparisons.
        if a.is(b) && matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return Ok(op == CmpOp::Eq);
        }
        let r = self.compare(a, b, op)?;
        self.is_true(&r)
    }
    /// Whether two objects are identical or equal, as containers compare.
    #[inline]
    pub fn eq(&self, a: &Value, b: &Value) -> PyResult<bool> {
        if a.is(b) {
            return Ok(true);
        }
        if let (Some(_), Some(_)) = (a.as_small_int(), b.as_small_int()) {
            return Ok(false);
        }
        if let (Some(x), Some(y)) = (
            a.downcast_exact::<Str>(&self.types.str),
            b.downcast_exact::<Str>(&self.types.str),
        ) {
            return Ok(x.same_text(y));
        }
        self.compare_bool(a, b, CmpOp::Eq)
    }

    // ---- text

    /// `repr(object)`.
    pub fn repr(&self, object: &Value) -> PyResult<Ref<Str>> {
        self.check_stack(" while getting the repr of an object")?;
        let ty = self.type_of(object);
        let Some(f) = ty.slots.repr.get() else {
            return Ok(self.new_str(&format!(
                "<{} object at {:#x}>",
                ty.display_name(),
                object.id()
            )));
        };
        let result = f(self, object)?;
        result.downcast_owned::<Str>().map_err(|r| {
            self.type_error(format!(
                "__repr__ returned non-string (type {})",
                self.type_name(&r)
            ))
        })
    }
    /// `str(object)`.
    pub fn str(&self, object: &Value) -> PyResult<Ref<Str>> {
        if let Some(s) = object.downcast_exact::<Str>(&self.types.str) {
            return Ok(s.clone());
        }
        self.check_stack(" while getting the str of an object")?;
        let Some(f) = self.type_of(object).slots.str.get() else {
            return self.repr(object);
        };
        let result = f(self, object)?;
        result.downcast_owned::<Str>().map_err(|r| {
            self.type_error(format!(
                "__str__ returned non-string (type {})",
                self.type_name(&r)
            ))
        })
    }

    // ---- calls

    /// Calls an object.
    #[inline]
    pub fn call_args(&self, callable: &Value, args: Args<'_>) -> PyResult {
        match self.type_of(callable).slots.call.get() {
            Some(f) => f(self, callable, args),
            None => Err(self.type_error(format!(
                "'{}' object is not callable",
                self.type_name(callable)
            ))),
        }
    }
    /// Calls an object with positional arguments.
    #[inline]
    pub fn call(&self, callable: &Value, args: &[Value]) -> PyResult {
        self.call_args(callable, Args::positional_only(args))
    }
    /// Calls a method: looks `name` up on `object` and calls it.
    pub fn call_method(&self, object: &Value, name: &Ref<Str>, args: &[Value]) -> PyResult {
        let (function, this) = self.get_method(object, name)?;
        match this {
            Some(this) => {
                let mut all: smallvec::SmallVec<[Value; 6]> = smallvec::smallvec![this];
                all.extend(args.iter().cloned());
                self.call(&function, &all)
            }
            None => self.call(&function, args),
        }
    }
    /// Looks a special method up on the type of `object` and calls it; `None` if there is none.
    pub fn call_special(
        &self,
        object: &Value,
        name: &Ref<Str>,
        args: &[Value],
    ) -> PyResult<Option<Value>> {
        let Some((function, this)) = self.lookup_special(object, name)? else {
            return Ok(None);
        };
        let mut all: smallvec::SmallVec<[Value; 6]> = smallvec::SmallVec::new();
        all.extend(this);
        all.extend(args.iter().cloned());
        self.call(&function, &all).map(Some)
    }

    // ---- iteration

    /// `iter(object)`.
    pub fn iter(&self, object: &Value) -> PyResult {
        let ty = self.type_of(object);
        if let Some(f) = ty.slots.iter.get() {
            let it = f(self, object)?;
            if self.type_of(&it).slots.iternext.get().is_none() {
                return Err(self.type_error(format!(
                    "iter() returned non-iterator of type '{}'",
                    self.type_name(&it)
                )));
            }
            return Ok(it);
        }
        if ty.slots.getitem.get().is_some()
            && !ty.has(crate::ty::TypeFlags::MAPPING)
            && self.is_sequence(object)
        {
            return Ok(crate::iter::new_seq_iterator(self, object.clone()));
        }
        Err(self.type_error(format!("'{}' object is not iterable", ty.display_name())))
    }
    /// Whether an object supports the sequence protocol (`PySequence_Check`).
    pub fn is_sequence(&self, object: &Value) -> bool {
        let ty = self.type_of(object);
        !ty.flags
            .get()
            .intersects(crate::ty::TypeFlags::DICT_SUBCLASS | crate::ty::TypeFlags::SUBSCRIPT_ONLY)
            && ty.slots.getitem.get().is_some()
    }
    /// The next item of an iterator; `None` at the end.
    #[inline]
    pub fn next(&self, iterator: &Value) -> PyResult<Option<Value>> {
        match self.type_of(iterator).slots.iternext.get() {
            Some(f) => f(self, iterator),
            None => Err(self.type_error(format!(
                "'{}' object is not an iterator",
                self.type_name(iterator)
            ))),
        }
    }
    /// Calls `f` with each item of an iterable.
    pub fn for_each(
        &self,
        iterable: &Value,
        mut f: impl FnMut(Value) -> PyResult<()>,
    ) -> PyResult<()> {
        if let Some(list) = iterable.downcast_exact::<crate::list::List>(&self.types.list) {
            let mut i = 0;
            while let Some(item) = list.get(i) {
                f(item)?;
                i += 1;
            }
            return Ok(());
        }
        if let Some(tuple) = iterable.downcast_exact::<Tuple>(&self.types.tuple) {
            let tuple = tuple.clone();
            return tuple.items().iter().try_for_each(|item| f(item.clone()));
        }
        let it = self.iter(iterable)?;
        let next = self.type_of(&it).slots.iternext.get();
        let Some(next) = next else {
            return Err(self.type_error("not an iterator"));
        };
        while let Some(item) = next(self, &it)? {
            f(item)?;
        }
        Ok(())
    }
    /// All items of an iterable.
    pub fn collect(&self, iterable: &Value) -> PyResult<Vec<Value>> {
        if let Some(items) = crate::seq::plain_items(self, iterable) {
            return Ok(items);
        }
        let it = self.iter(iterable)?;
        let mut items = Vec::with_capacity(self.length_hint(iterable, 0)?.min(1 << 20));
        let next = self.type_of(&it).slots.iternext.get();
        let Some(next) = next else {
            return Err(self.type_error("not an iterator"));
        };
        while let Some(item) = next(self, &it)? {
            items.push(item);
        }
        Ok(items)
    }
    /// `operator.length_hint(object, default)`.
    pub fn length_hint(&self, object: &Value, default: usize) -> PyResult<usize> {
        if let Some(f) = self.type_of(object).slots.len.get() {
            match f(self, object) {
                Ok(n) => return Ok(n),
                Err(_) if self.exception_is(&self.exc.type_error) => drop(self.take_pending()),
                Err(e) => return Err(e),
            }
        }
        let hint = self.call_special(object, &self.names.__length_hint__, &[]);
        let Some(hint) = self.ignore(hint, &self.exc.type_error)?.flatten() else {
            return Ok(default);
        };
        if hint.is_not_implemented() {
            return Ok(default);
        }
        match hint.as_int() {
            None => Err(self.type_error(format!(
                "__length_hint__ must be an integer, not {}",
                self.type_name(&hint)
            ))),
            Some(n) => match n.to_i64() {
                Some(n) if n >= 0 => Ok(n as usize),
                Some(_) => Err(self.value_error("__length_hint__() should return >= 0")),
                None => Err(self.overflow_error("Python int too large to convert to C ssize_t")),
            },
        }
    }

    // ---- containers

    /// `len(object)`.
    pub fn len(&self, object: &Value) -> PyResult<usize> {
        match self.type_of(object).slots.len.get() {
            Some(f) => f(self, object),
            None => Err(self.type_error(format!(
                "object of type '{}' has no len()",
                self.type_name(object)
            ))),
        }
    }
    /// `object[key]`.
    pub fn get_item(&self, object: &Value, key: &Value) -> PyResult {
        let ty = self.type_of(object);
        if let Some(f) = ty.slots.getitem.get() {
            return f(self, object, key);
        }
        if let Some(class) = object.downcast::<crate::ty::Type>() {
            // `type` itself is subscriptable although its instances are not by default.
            if class.is(&self.types.type_) {
                return crate::generic_alias::new_generic_alias(self, object, key);
            }
            if let Some(f) = self.getattr_opt(object, &self.names.__class_getitem__)?
                && !f.is_none()
            {
                return self.call(&f, std::slice::from_ref(key));
            }
            return Err(self.type_error(format!(
                "type '{}' is not subscriptable",
                class.name.borrow()
            )));
        }
        Err(self.type_error(format!(
            "'{}' object is not subscriptable",
            ty.display_name()
        )))
    }
    /// `object[key] = value`.
    pub fn set_item(&self, object: &Value, key: &Value, value: &Value) -> PyResult<()> {
        match self.type_of(object).slots.setitem.get() {
            Some(f) => f(self, object, key, Some(value)),
            None => Err(self.type_error(format!(
                "'{}' object does not support item assignment",
                self.type_name(object)
            ))),
        }
    }
    /// `del object[key]`.
    pub fn del_item(&self, object: &Value, key: &Value) -> PyResult<()> {
        match self.type_of(object).slots.setitem.get() {
            Some(f) => f(self, object, key, None),
            None => Err(self.no_item_deletion(object, key)),
        }
    }
    /// Sequences are asked with an integer, and word the refusal their own way.
    fn no_item_deletion(&self, object: &Value, key: &Value) -> Raised {
        let ty = self.type_of(object);
        let sequence = ty.has(crate::ty::TypeFlags::HEAP) || ty.slots.len.get().is_some();
        let integer = key.as_int().is_some() || self.type_of(key).slots.index.get().is_some();
        let verb = if sequence && integer {
            "doesn't"
        } else {
            "does not"
        };
        self.type_error(format!(
            "'{}' object {verb} support item deletion",
            self.type_name(object)
        ))
    }
    /// `item in container`.
    pub fn contains(&self, container: &Value, item: &Value) -> PyResult<bool> {
        let ty = self.type_of(container);
        if let Some(f) = ty.slots.contains.get() {
            return f(self, container, item);
        }
        let it = match self.iter(container) {
            Ok(it) => it,
            Err(_) if self.exception_is(&self.exc.type_error) => {
                drop(self.take_pending());
                return Err(self.type_error(format!(
                    "argument of type '{}' is not a container or iterable",
                    ty.display_name()
                )));
            }
            Err(e) => return Err(e),
        };
        while let Some(x) = self.next(&it)? {
            if self.eq(&x, item)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    // ---- classes

    /// `isinstance(object, class_or_tuple)`.
    pub fn is_instance(&self, object: &Value, class: &Value) -> PyResult<bool> {
        if let Some(ty) = class.downcast::<crate::ty::Type>() {
            if self.type_of(object).is(ty) {
                return Ok(true);
            }
            // Classes whose metaclass is `type` itself need no hook.
            if class.header().is_some_and(|h| h.ty().is(&self.types.type_)) {
                return crate::type_ops::recursive_isinstance(self, object, class);
            }
        }
        if let Some(classes) = class
            .downcast::<Tuple>()
            .or_else(|| crate::union::classes_of(class))
        {
            self.check_stack(" in __instancecheck__")?;
            let classes = classes.clone();
            for c in classes.items() {
                if self.is_instance(object, c)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        if let Some(r) = self.call_special(
            class,
            &self.names.__instancecheck__,
            std::slice::from_ref(object),
        )? {
            return self.is_true(&r);
        }
        crate::type_ops::recursive_isinstance(self, object, class)
    }
    /// `issubclass(class, class_or_tuple)`.
    pub fn is_subclass(&self, class: &Value, of: &Value) -> PyResult<bool> {
        if of.downcast::<crate::ty::Type>().is_some()
            && of.header().is_some_and(|h| h.ty().is(&self.types.type_))
        {
            return if class.is(of) {
                Ok(true)
            } else {
                crate::type_ops::recursive_issubclass(self, class, of)
            };
        }
        if let Some(classes) = of
            .downcast::<Tuple>()
            .or_else(|| crate::union::classes_of(of))
        {
            self.check_stack(" in __subclasscheck__")?;
            let classes = classes.clone();
            for c in classes.items() {
                if self.is_subclass(class, c)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        if let Some(r) = self.call_special(
            of,
            &self.names.__subclasscheck__,
            std::slice::from_ref(class),
        )? {
            return self.is_true(&r);
        }
        crate::type_ops::recursive_issubclass(self, class, of)
    }
}
