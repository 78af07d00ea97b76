//! The methods that `bytes` and `bytearray` share.

use taipan_macros::pymethods;

use super::arg::{BytesArg, SubArg, bytes_like, bytes_like_opt};
use super::{ByteString, hex, ops};
use crate::bytes::{ByteArray, Bytes};
use crate::header::Ref;
use crate::list::List;
use crate::str::Str;
use crate::text::search::bounds;
use crate::tuple::Tuple;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// Looks for bytes in a part of others.
fn look<T: ByteString>(
    vm: &Vm,
    this: &T,
    sub: &[u8],
    start: &Value,
    end: &Value,
    search: fn(&[u8], &[u8]) -> Option<usize>,
) -> PyResult<Option<usize>> {
    let part = bounds(vm, start, end, this.read(<[u8]>::len))?;
    let Some((start, end)) = part else {
        return Ok(None);
    };
    Ok(this.read(|d| search(d.get(start..end)?, sub).map(|i| i + start)))
}

fn position(found: Option<usize>) -> i64 {
    found.map_or(-1, |i| i as i64)
}

fn must(vm: &Vm, found: Option<usize>) -> PyResult<usize> {
    found.ok_or_else(|| vm.value_error("subsection not found"))
}

fn affix<T: ByteString>(
    vm: &Vm,
    this: &T,
    what: &Value,
    start: &Value,
    end: &Value,
    at_start: bool,
) -> PyResult<bool> {
    let part = bounds(vm, start, end, this.read(<[u8]>::len))?;
    let matches = |affix: &[u8]| {
        let Some((start, end)) = part else {
            return false;
        };
        this.read(|d| {
            d.get(start..end).is_some_and(|d| {
                if at_start {
                    d.starts_with(affix)
                } else {
                    d.ends_with(affix)
                }
            })
        })
    };
    if let Some(tuple) = what.downcast::<Tuple>() {
        for item in tuple.items() {
            if matches(&bytes_like(vm, item)?) {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    match bytes_like_opt(vm, what)? {
        Some(affix) => Ok(matches(&affix)),
        None => {
            let name = if at_start { "startswith" } else { "endswith" };
            let given = vm.type_name(what);
            Err(vm.type_error(format!(
                "{name} first arg must be bytes or a tuple of bytes, not {given}"
            )))
        }
    }
}

fn pieces<T: ByteString>(
    vm: &Vm,
    this: &T,
    cut: impl FnOnce(&[u8]) -> Vec<(usize, usize)>,
) -> Ref<List> {
    let parts: Vec<Vec<u8>> =
        this.read(|d| cut(d).into_iter().map(|(a, b)| d[a..b].to_vec()).collect());
    vm.new_list(parts.into_iter().map(|p| T::make(vm, p)).collect())
}

fn limit(max: isize) -> usize {
    usize::try_from(max).unwrap_or(usize::MAX)
}

fn non_empty<'a>(vm: &Vm, sep: BytesArg<'a>) -> PyResult<BytesArg<'a>> {
    if sep.is_empty() {
        Err(vm.value_error("empty separator"))
    } else {
        Ok(sep)
    }
}

fn partition<T: ByteString>(vm: &Vm, this: &T, sep: &Value, last: bool) -> PyResult<Ref<Tuple>> {
    let sep = non_empty(vm, bytes_like(vm, sep)?)?;
    let parts = this.read(|d| {
        let found = if last {
            ops::rfind(d, &sep)
        } else {
            ops::find(d, &sep)
        };
        match found {
            Some(at) => [d[..at].to_vec(), sep.to_vec(), d[at + sep.len()..].to_vec()],
            None if last => [Vec::new(), Vec::new(), d.to_vec()],
            None => [d.to_vec(), Vec::new(), Vec::new()],
        }
    });
    Ok(vm.new_tuple(parts.map(|p| T::make(vm, p))))
}

fn strip<T: ByteString>(
    vm: &Vm,
    this: &T,
    chars: &Value,
    left: bool,
    right: bool,
) -> PyResult<Value> {
    let cut = |drop: &dyn Fn(u8) -> bool| {
        let part = this.read(|d| {
            let (a, b) = ops::strip(d, left, right, drop);
            d[a..b].to_vec()
        });
        T::make(vm, part)
    };
    if chars.is_none() {
        return Ok(cut(&ops::is_space));
    }
    let set = bytes_like(vm, chars)?;
    Ok(cut(&|b| set.contains(&b)))
}

fn fill_byte(vm: &Vm, fill: Option<&Value>, name: &str) -> PyResult<u8> {
    let Some(fill) = fill else { return Ok(b' ') };
    let found = if let Some(b) = fill.downcast::<Bytes>() {
        Some(b.data.to_vec())
    } else {
        fill.downcast::<ByteArray>().map(|b| b.read(<[u8]>::to_vec))
    };
    match found.as_deref() {
        Some([b]) => Ok(*b),
        Some(other) => Err(vm.type_error(format!(
            "{name}(): argument 2 must be a byte string of length 1, not a {} object of length {}",
            vm.type_name(fill),
            other.len()
        ))),
        None => Err(vm.type_error(format!(
            "{name}() argument 2 must be a byte string of length 1, not {}",
            vm.type_name(fill)
        ))),
    }
}

fn padded<T: ByteString>(
    vm: &Vm,
    this: &T,
    left: usize,
    right: usize,
    fill: u8,
) -> PyResult<Value> {
    let out = this
        .read(|d| ops::pad(d, left, right, fill))
        .ok_or_else(|| vm.memory_error())?;
    Ok(T::make(vm, out))
}

fn missing<T: ByteString>(this: &T, width: isize) -> usize {
    usize::try_from(width)
        .unwrap_or(0)
        .saturating_sub(this.read(<[u8]>::len))
}

fn all<T: ByteString>(this: &T, f: fn(&u8) -> bool) -> bool {
    this.read(|d| !d.is_empty() && d.iter().all(f))
}

fn map<T: ByteString>(vm: &Vm, this: &T, f: impl FnOnce(&[u8]) -> Vec<u8>) -> Value {
    T::make(vm, this.read(f))
}

/// `sep.join(iterable)`.
fn join<T: ByteString>(vm: &Vm, this: &T, iterable: &Value) -> PyResult<Value> {
    let is_sequence =
        iterable.downcast::<List>().is_some() || iterable.downcast::<Tuple>().is_some();
    if !is_sequence && vm.type_of(iterable).slots.iter.get().is_none() && !vm.is_sequence(iterable)
    {
        return Err(vm.type_error("can only join an iterable"));
    }
    let items = vm.collect(iterable)?;
    let mut out = Vec::new();
    let sep = this.read(<[u8]>::to_vec);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(&sep);
        }
        let wrong = || {
            let name = vm.type_name(item);
            vm.type_error(format!(
                "sequence item {index}: expected a bytes-like object, {name} found"
            ))
        };
        match bytes_like_opt(vm, item) {
            Ok(Some(bytes)) => {
                if out.try_reserve(bytes.len()).is_err() {
                    return Err(vm.memory_error());
                }
                out.extend_from_slice(&bytes);
            }
            Ok(None) => return Err(wrong()),
            Err(_) => {
                drop(vm.take_pending());
                return Err(wrong());
            }
        }
    }
    Ok(T::make(vm, out))
}

fn translate<T: ByteString>(
    vm: &Vm,
    this: &T,
    table: &Value,
    delete: Option<&Value>,
) -> PyResult<Value> {
    let table = if table.is_none() {
        None
    } else {
        Some(bytes_like(vm, table)?)
    };
    if table.as_ref().is_some_and(|t| t.len() != 256) {
        return Err(vm.value_error("translation table must be 256 characters long"));
    }
    let mut gone = [false; 256];
    if let Some(delete) = delete {
        bytes_like(vm, delete)?
            .iter()
            .for_each(|&b| gone[usize::from(b)] = true);
    }
    Ok(map(vm, this, |d| {
        let kept = d.iter().filter(|&&b| !gone[usize::from(b)]);
        match &table {
            Some(table) => kept.map(|&b| table[usize::from(b)]).collect(),
            None => kept.copied().collect(),
        }
    }))
}

/// `maketrans(from, to)`: always bytes.
fn maketrans(vm: &Vm, from: &[u8], to: &[u8]) -> PyResult<Ref<Bytes>> {
    if from.len() != to.len() {
        return Err(vm.value_error("maketrans arguments must have same length"));
    }
    let mut table: Vec<u8> = (0..=255).collect();
    from.iter()
        .zip(to)
        .for_each(|(&f, &t)| table[usize::from(f)] = t);
    Ok(vm.new_bytes(table))
}

macro_rules! shared {
    ($class:ident, $name:tt, $table:ident) => {
        #[pymethods(partial = $table, class = $name)]
        impl $class {
            /// The lowest index at which the bytes are found, or -1.
            #[pymethod("(self, sub, start=None, end=None, /)")]
            fn find(
                vm: &Vm,
                this: &Ref<$class>,
                sub: SubArg<'_>,
                start: &Value,
                end: &Value,
            ) -> PyResult<i64> {
                look(vm, &**this, &sub, start, end, ops::find).map(position)
            }
            /// The highest index at which the bytes are found, or -1.
            #[pymethod("(self, sub, start=None, end=None, /)")]
            fn rfind(
                vm: &Vm,
                this: &Ref<$class>,
                sub: SubArg<'_>,
                start: &Value,
                end: &Value,
            ) -> PyResult<i64> {
                look(vm, &**this, &sub, start, end, ops::rfind).map(position)
            }
            /// As find, but ValueError if the bytes are not found.
            #[pymethod("(self, sub, start=None, end=None, /)")]
            fn index(
                vm: &Vm,
                this: &Ref<$class>,
                sub: SubArg<'_>,
                start: &Value,
                end: &Value,
            ) -> PyResult<usize> {
                must(vm, look(vm, &**this, &sub, start, end, ops::find)?)
            }
            /// As rfind, but ValueError if the bytes are not found.
            #[pymethod("(self, sub, start=None, end=None, /)")]
            fn rindex(
                vm: &Vm,
                this: &Ref<$class>,
                sub: SubArg<'_>,
                start: &Value,
                end: &Value,
            ) -> PyResult<usize> {
                must(vm, look(vm, &**this, &sub, start, end, ops::rfind)?)
            }
            /// How often the bytes occur without overlapping themselves.
            #[pymethod("(self, sub, start=None, end=None, /)")]
            fn count(
                vm: &Vm,
                this: &Ref<$class>,
                sub: SubArg<'_>,
                start: &Value,
                end: &Value,
            ) -> PyResult<usize> {
                let found = look(vm, &**this, &sub, start, end, |h, n| Some(ops::count(h, n)))?;
                // The search gives a count behind the offset of the part.
                Ok(match bounds(vm, start, end, this.read(<[u8]>::len))? {
                    Some((start, _)) => found.map_or(0, |n| n - start),
                    None => 0,
                })
            }
            /// The bytes with occurrences of some replaced by others.
            #[pymethod("(self, old, new, count=-1, /)")]
            fn replace(
                vm: &Vm,
                this: &Ref<$class>,
                old: BytesArg<'_>,
                new: BytesArg<'_>,
                count: isize,
            ) -> PyResult<Value> {
                match this.read(|d| ops::replace(d, &old, &new, limit(count))) {
                    Some(out) => Ok(<$class>::make(vm, out)),
                    None => Err(vm.overflow_error("replace bytes is too long")),
                }
            }
            /// Whether the bytes start with a prefix, or with one of several.
            #[pymethod("(self, prefix, start=None, end=None, /)")]
            fn startswith(
                vm: &Vm,
                this: &Ref<$class>,
                prefix: &Value,
                start: &Value,
                end: &Value,
            ) -> PyResult<bool> {
                affix(vm, &**this, prefix, start, end, true)
            }
            /// Whether the bytes end with a suffix, or with one of several.
            #[pymethod("(self, suffix, start=None, end=None, /)")]
            fn endswith(
                vm: &Vm,
                this: &Ref<$class>,
                suffix: &Value,
                start: &Value,
                end: &Value,
            ) -> PyResult<bool> {
                affix(vm, &**this, suffix, start, end, false)
            }
            /// The bytes without the prefix, if they have it.
            #[pymethod("(self, prefix, /)")]
            fn removeprefix(vm: &Vm, this: &Ref<$class>, prefix: BytesArg<'_>) -> Value {
                map(vm, &**this, |d| {
                    d.strip_prefix(&*prefix).unwrap_or(d).to_vec()
                })
            }
            /// The bytes without the suffix, if they have it.
            #[pymethod("(self, suffix, /)")]
            fn removesuffix(vm: &Vm, this: &Ref<$class>, suffix: BytesArg<'_>) -> Value {
                map(vm, &**this, |d| {
                    d.strip_suffix(&*suffix).unwrap_or(d).to_vec()
                })
            }
            /// The parts between separators, or between whitespace.
            #[pymethod("(self, sep=None, maxsplit=-1)")]
            fn split(
                vm: &Vm,
                this: &Ref<$class>,
                sep: Option<BytesArg<'_>>,
                maxsplit: isize,
            ) -> PyResult<Ref<List>> {
                Ok(match sep {
                    None => pieces(vm, &**this, |d| ops::words(d, limit(maxsplit))),
                    Some(sep) => {
                        let sep = non_empty(vm, sep)?;
                        pieces(vm, &**this, |d| ops::split(d, &sep, limit(maxsplit)))
                    }
                })
            }
            /// As split, but splits are counted from the right.
            #[pymethod("(self, sep=None, maxsplit=-1)")]
            fn rsplit(
                vm: &Vm,
                this: &Ref<$class>,
                sep: Option<BytesArg<'_>>,
                maxsplit: isize,
            ) -> PyResult<Ref<List>> {
                Ok(match sep {
                    None => pieces(vm, &**this, |d| ops::rwords(d, limit(maxsplit))),
                    Some(sep) => {
                        let sep = non_empty(vm, sep)?;
                        pieces(vm, &**this, |d| ops::rsplit(d, &sep, limit(maxsplit)))
                    }
                })
            }
            /// The lines, with their ends if asked for.
            #[pymethod("(self, keepends=False)")]
            fn splitlines(vm: &Vm, this: &Ref<$class>, keepends: bool) -> Ref<List> {
                pieces(vm, &**this, |d| ops::lines(d, keepends))
            }
            /// What stands before the first separator, the separator, and what stands after it.
            #[pymethod("(self, sep, /)")]
            fn partition(vm: &Vm, this: &Ref<$class>, sep: &Value) -> PyResult<Ref<Tuple>> {
                partition(vm, &**this, sep, false)
            }
            /// What stands before the last separator, the separator, and what stands after it.
            #[pymethod("(self, sep, /)")]
            fn rpartition(vm: &Vm, this: &Ref<$class>, sep: &Value) -> PyResult<Ref<Tuple>> {
                partition(vm, &**this, sep, true)
            }
            /// The bytes of an iterable's items with these between them.
            #[pymethod("(self, iterable_of_bytes, /)")]
            fn join(vm: &Vm, this: &Ref<$class>, iterable_of_bytes: &Value) -> PyResult<Value> {
                join(vm, &**this, iterable_of_bytes)
            }
            /// The bytes without the whitespace, or the given bytes, at both ends.
            #[pymethod("(self, bytes=None, /)")]
            fn strip(vm: &Vm, this: &Ref<$class>, bytes: &Value) -> PyResult<Value> {
                strip(vm, &**this, bytes, true, true)
            }
            /// The bytes without the whitespace, or the given bytes, at the start.
            #[pymethod("(self, bytes=None, /)")]
            fn lstrip(vm: &Vm, this: &Ref<$class>, bytes: &Value) -> PyResult<Value> {
                strip(vm, &**this, bytes, true, false)
            }
            /// The bytes without the whitespace, or the given bytes, at the end.
            #[pymethod("(self, bytes=None, /)")]
            fn rstrip(vm: &Vm, this: &Ref<$class>, bytes: &Value) -> PyResult<Value> {
                strip(vm, &**this, bytes, false, true)
            }
            /// The bytes in the middle of a line of this width.
            #[pymethod("(self, width, fillchar=<unset>, /)")]
            fn center(
                vm: &Vm,
                this: &Ref<$class>,
                width: isize,
                fillchar: Option<&Value>,
            ) -> PyResult<Value> {
                let fill = fill_byte(vm, fillchar, "center")?;
                let n = missing(&**this, width);
                let left = n / 2 + (n & width as usize & 1);
                padded(vm, &**this, left, n - left, fill)
            }
            /// The bytes at the left of a line of this width.
            #[pymethod("(self, width, fillchar=<unset>, /)")]
            fn ljust(
                vm: &Vm,
                this: &Ref<$class>,
                width: isize,
                fillchar: Option<&Value>,
            ) -> PyResult<Value> {
                let fill = fill_byte(vm, fillchar, "ljust")?;
                padded(vm, &**this, 0, missing(&**this, width), fill)
            }
            /// The bytes at the right of a line of this width.
            #[pymethod("(self, width, fillchar=<unset>, /)")]
            fn rjust(
                vm: &Vm,
                this: &Ref<$class>,
                width: isize,
                fillchar: Option<&Value>,
            ) -> PyResult<Value> {
                let fill = fill_byte(vm, fillchar, "rjust")?;
                padded(vm, &**this, missing(&**this, width), 0, fill)
            }
            /// The bytes with zeros at the left, behind a sign.
            #[pymethod("(self, width, /)")]
            fn zfill(vm: &Vm, this: &Ref<$class>, width: isize) -> PyResult<Value> {
                let n = missing(&**this, width);
                let mut out = this
                    .read(|d| ops::pad(d, n, 0, b'0'))
                    .ok_or_else(|| vm.memory_error())?;
                if n > 0 && matches!(out.get(n), Some(b'+' | b'-')) {
                    out.swap(0, n);
                }
                Ok(<$class>::make(vm, out))
            }
            /// The bytes with tabs replaced by spaces.
            #[pymethod("(self, tabsize=8)")]
            fn expandtabs(vm: &Vm, this: &Ref<$class>, tabsize: i32) -> PyResult<Value> {
                let tab = usize::try_from(tabsize).unwrap_or(0);
                match this.read(|d| ops::expand_tabs(d, tab)) {
                    Some(out) => Ok(<$class>::make(vm, out)),
                    None => Err(vm.overflow_error("result too long")),
                }
            }
            /// The bytes with each replaced by what the table has for it, without those to delete.
            #[pymethod("(self, table, /, delete=<unset>)")]
            fn translate(
                vm: &Vm,
                this: &Ref<$class>,
                table: &Value,
                delete: Option<&Value>,
            ) -> PyResult<Value> {
                translate(vm, &**this, table, delete)
            }
            /// A table for translate.
            #[pystaticmethod("(frm, to, /)")]
            fn maketrans(vm: &Vm, frm: BytesArg<'_>, to: BytesArg<'_>) -> PyResult<Ref<Bytes>> {
                maketrans(vm, &frm, &to)
            }
            /// ASCII letters in upper case.
            #[pymethod("(self)")]
            fn upper(vm: &Vm, this: &Ref<$class>) -> Value {
                map(vm, &**this, <[u8]>::to_ascii_uppercase)
            }
            /// ASCII letters in lower case.
            #[pymethod("(self)")]
            fn lower(vm: &Vm, this: &Ref<$class>) -> Value {
                map(vm, &**this, <[u8]>::to_ascii_lowercase)
            }
            /// ASCII letters with their case swapped.
            #[pymethod("(self)")]
            fn swapcase(vm: &Vm, this: &Ref<$class>) -> Value {
                map(vm, &**this, |d| {
                    d.iter()
                        .map(|&b| if b.is_ascii_alphabetic() { b ^ 0x20 } else { b })
                        .collect()
                })
            }
            /// The first byte in upper case, the others in lower case.
            #[pymethod("(self)")]
            fn capitalize(vm: &Vm, this: &Ref<$class>) -> Value {
                map(vm, &**this, |d| {
                    let mut out = d.to_ascii_lowercase();
                    out.iter_mut()
                        .take(1)
                        .for_each(|b| b.make_ascii_uppercase());
                    out
                })
            }
            /// Each ASCII word in title case.
            #[pymethod("(self)")]
            fn title(vm: &Vm, this: &Ref<$class>) -> Value {
                map(vm, &**this, ops::title)
            }
            /// Whether there are bytes and all are ASCII letters.
            #[pymethod("(self)")]
            fn isalpha(this: &Ref<$class>) -> bool {
                all(&**this, u8::is_ascii_alphabetic)
            }
            /// Whether there are bytes and all are ASCII letters or digits.
            #[pymethod("(self)")]
            fn isalnum(this: &Ref<$class>) -> bool {
                all(&**this, u8::is_ascii_alphanumeric)
            }
            /// Whether all bytes are ASCII.
            #[pymethod("(self)")]
            fn isascii(this: &Ref<$class>) -> bool {
                this.read(<[u8]>::is_ascii)
            }
            /// Whether there are bytes and all are ASCII digits.
            #[pymethod("(self)")]
            fn isdigit(this: &Ref<$class>) -> bool {
                all(&**this, u8::is_ascii_digit)
            }
            /// Whether there are bytes and all are ASCII whitespace.
            #[pymethod("(self)")]
            fn isspace(this: &Ref<$class>) -> bool {
                all(&**this, |&b| ops::is_space(b))
            }
            /// Whether there are cased letters and all are lower case.
            #[pymethod("(self)")]
            fn islower(this: &Ref<$class>) -> bool {
                this.read(|d| ops::is_case(d, u8::is_ascii_lowercase, u8::is_ascii_uppercase))
            }
            /// Whether there are cased letters and all are upper case.
            #[pymethod("(self)")]
            fn isupper(this: &Ref<$class>) -> bool {
                this.read(|d| ops::is_case(d, u8::is_ascii_uppercase, u8::is_ascii_lowercase))
            }
            /// Whether each word is in title case and there is one.
            #[pymethod("(self)")]
            fn istitle(this: &Ref<$class>) -> bool {
                this.read(ops::is_title)
            }
            /// The bytes in hexadecimal, with separators between groups if asked for.
            #[pymethod("(self, sep=<unset>, bytes_per_sep=1)")]
            fn hex(
                vm: &Vm,
                this: &Ref<$class>,
                sep: Option<&Value>,
                bytes_per_sep: i32,
            ) -> PyResult<Ref<Str>> {
                let data = this.read(<[u8]>::to_vec);
                hex::hex(vm, &data, sep, bytes_per_sep)
            }
            /// The bytes decoded as text.
            #[pymethod("(self, encoding='utf-8', errors='strict')")]
            fn decode(
                vm: &Vm,
                this: &Ref<$class>,
                encoding: Option<&Ref<Str>>,
                errors: Option<&Ref<Str>>,
            ) -> PyResult<Ref<Str>> {
                super::construct::decode(vm, this.as_value(), encoding, errors)
            }
        }
    };
}

shared!(Bytes, "bytes", BYTES_SHARED);
shared!(ByteArray, "bytearray", BYTEARRAY_SHARED);
