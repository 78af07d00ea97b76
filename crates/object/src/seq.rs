//! What the built-in sequences share: indices, comparison, repr, hashing.

use crate::header::Ref;
use crate::slots::CmpOp;
use crate::str::Str;
use crate::ty::{Type, TypeFlags};
use crate::value::Value;
use crate::vm::{PyResult, Raised, Vm};

/// An index for a subscript; IndexError if it is too large.
#[inline]
pub fn subscript_index(vm: &Vm, key: &Value) -> PyResult<isize> {
    if let Some(n) = key.as_small_int() {
        return Ok(n as isize);
    }
    let n = vm.index(key)?;
    n.as_i64().map(|n| n as isize).ok_or_else(|| {
        vm.index_error(format!(
            "cannot fit '{}' into an index-sized integer",
            vm.type_name(key)
        ))
    })
}

/// The place that a possibly negative index means in a sequence of `len` items.
#[inline(always)]
pub fn place(index: isize, len: usize) -> Option<usize> {
    let at = if index < 0 {
        index.wrapping_add(len as isize)
    } else {
        index
    };
    (at >= 0 && (at as usize) < len).then_some(at as usize)
}

/// A bound of `index(value, start, stop)`, clamped to `isize`.
pub fn search_bound(vm: &Vm, bound: Option<&Value>, default: isize) -> PyResult<isize> {
    let Some(bound) = bound else {
        return Ok(default);
    };
    if bound.as_int().is_none() && vm.type_of(bound).slots.index.get().is_none() {
        return Err(vm.type_error("slice indices must be integers or have an __index__ method"));
    }
    vm.index_clamped(bound)
}

/// Start of a search: negative bounds count from the end.
pub fn clamp_start(bound: isize, len: usize) -> usize {
    if bound < 0 {
        (bound.saturating_add(len as isize)).max(0) as usize
    } else {
        bound as usize
    }
}

/// Appends the repr of each item, with `, ` between. `get` gives the items by place.
pub fn repr_items(
    vm: &Vm,
    out: &mut Vec<u8>,
    get: impl Fn(usize) -> Option<Value>,
) -> PyResult<()> {
    let mut index = 0;
    while let Some(item) = get(index) {
        if index > 0 {
            out.extend_from_slice(b", ");
        }
        push_repr(vm, out, &item)?;
        index += 1;
    }
    Ok(())
}

/// Appends `repr(item)`.
pub fn push_repr(vm: &Vm, out: &mut Vec<u8>, item: &Value) -> PyResult<()> {
    vm.repr(item)?.view().push_wtf8(out);
    Ok(())
}

/// Lexicographic comparison. `get` gives the items of each side by place; the
/// sides may change while items are compared.
pub fn compare_sequences(
    vm: &Vm,
    a: impl Fn(usize) -> Option<Value>,
    b: impl Fn(usize) -> Option<Value>,
    lengths: impl Fn() -> (usize, usize),
    op: CmpOp,
) -> PyResult {
    let (m, n) = lengths();
    if m != n && matches!(op, CmpOp::Eq | CmpOp::Ne) {
        return Ok(Value::bool(op == CmpOp::Ne));
    }
    let mut index = 0;
    while let (Some(x), Some(y)) = (a(index), b(index)) {
        if !vm.eq(&x, &y)? {
            return match op {
                CmpOp::Eq => Ok(Value::FALSE),
                CmpOp::Ne => Ok(Value::TRUE),
                _ => vm.compare(&x, &y, op),
            };
        }
        index += 1;
    }
    let (m, n) = lengths();
    Ok(Value::bool(op.holds(m.cmp(&n))))
}

/// The items of a built-in collection that no Python code watches being read.
pub fn plain_items(vm: &Vm, iterable: &Value) -> Option<Vec<Value>> {
    let ty = vm.type_of(iterable);
    let types = &vm.types;
    if ty.is(&types.list) {
        return Some(iterable.downcast::<crate::list::List>()?.to_vec());
    }
    if ty.is(&types.tuple) {
        return Some(iterable.downcast::<crate::tuple::Tuple>()?.items().to_vec());
    }
    if ty.is(&types.dict) {
        return Some(iterable.downcast::<crate::dict::Dict>()?.keys());
    }
    if ty.is(&types.set) || ty.is(&types.frozenset) {
        return Some(iterable.downcast::<crate::set::Set>()?.elements());
    }
    if ty.is(&types.dict_keys) || ty.is(&types.dict_values) || ty.is(&types.dict_items) {
        let view = iterable.downcast::<crate::dict_views::DictView>()?;
        let items = view.dict.items().into_iter();
        return Some(
            items
                .map(|(key, value)| view.part.of(vm, key, value))
                .collect(),
        );
    }
    if ty.is(&types.range) {
        let range = iterable.downcast::<crate::range::Range>()?.small()?;
        let mut items = Vec::new();
        items.try_reserve_exact(range.len as usize).ok()?;
        items.extend((0..range.len as i64).map(|i| vm.new_int(range.start + i * range.step)));
        return Some(items);
    }
    None
}

const PRIME_1: u64 = 11_400_714_785_074_694_791;
const PRIME_2: u64 = 14_029_467_366_897_019_727;
const PRIME_5: u64 = 2_870_177_450_012_600_261;

/// The xxHash-like mix of item hashes that tuples and slices use.
#[derive(Clone, Copy)]
pub struct SequenceHash(u64);

impl Default for SequenceHash {
    fn default() -> Self {
        Self(PRIME_5)
    }
}

impl SequenceHash {
    #[inline]
    pub fn add(&mut self, hash: i64) {
        self.0 = self
            .0
            .wrapping_add((hash as u64).wrapping_mul(PRIME_2))
            .rotate_left(31)
            .wrapping_mul(PRIME_1);
    }
    /// The hash of a tuple of `len` items.
    pub fn finish_tuple(self, len: usize) -> i64 {
        SequenceHash(self.0.wrapping_add(len as u64 ^ (PRIME_5 ^ 3_527_539))).finish()
    }
    pub fn finish(self) -> i64 {
        match self.0 as i64 {
            -1 => 1_546_275_796,
            h => h,
        }
    }
}

impl Vm {
    /// A type's name with its module, but for `builtins` and `__main__` (`%T` of CPython's messages).
    pub fn full_type_name(&self, ty: &Ref<Type>) -> String {
        let qualname = ty
            .qualname
            .borrow()
            .downcast::<Str>()
            .map_or_else(|| ty.display_name(), |s| s.to_string());
        let module = if ty.has(TypeFlags::HEAP) {
            match ty
                .dict
                .get_str(&self.names.__module__)
                .and_then(|m| m.downcast::<Str>().map(|s| s.to_string()))
            {
                Some(m) => m,
                None => return qualname,
            }
        } else {
            ty.module.to_owned()
        };
        if module == "builtins" || module == "__main__" {
            qualname
        } else {
            format!("{module}.{qualname}")
        }
    }
    /// The hash of a key, with the message that dicts give for unhashable ones.
    ///
    /// # Errors
    /// TypeError for unhashable keys; what `__hash__` raises.
    #[inline]
    pub fn hash_key(&self, key: &Value) -> PyResult<i64> {
        self.hash(key)
            .map_err(|e| self.unhashable(e, key, "a dict key"))
    }
    /// The hash of a set's element, with the message that sets give for unhashable ones.
    ///
    /// # Errors
    /// TypeError for unhashable elements; what `__hash__` raises.
    #[inline]
    pub fn hash_element(&self, element: &Value) -> PyResult<i64> {
        self.hash(element)
            .map_err(|e| self.unhashable(e, element, "a set element"))
    }
    #[cold]
    fn unhashable(&self, raised: Raised, object: &Value, role: &str) -> Raised {
        let exception = self.take_exception(raised);
        if !self.type_of(&exception).is(&self.exc.type_error) {
            return self.restore(exception);
        }
        match self.str(&exception) {
            Ok(why) => self.type_error(format!(
                "cannot use '{}' as {role} ({why})",
                self.full_type_name(self.type_of(object))
            )),
            Err(e) => e,
        }
    }
    /// A built-in function or type by name, for `__reduce__`.
    pub fn builtin(&self, name: &str) -> PyResult {
        let name = self.intern_str(name);
        self.builtins.get_str(&name).ok_or_else(|| {
            self.raise_str(
                &self.exc.attribute_error,
                format!("module 'builtins' has no attribute '{name}'"),
            )
        })
    }
    /// A list from a vector, as a value.
    #[inline]
    pub fn list_value(&self, items: Vec<Value>) -> Value {
        self.new_list(items).into_value()
    }
    /// A tuple of a few values, as a value.
    #[inline]
    pub fn tuple_value<const N: usize>(&self, items: [Value; N]) -> Value {
        if N == 0 {
            return self.empty_tuple.to_value();
        }
        crate::tuple::new_tuple_of(&self.heap, &self.types.tuple, items).into_value()
    }
}
