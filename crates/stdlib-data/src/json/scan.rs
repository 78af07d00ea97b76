//! `make_scanner`: JSON text to Python objects.

use std::cell::RefCell;

use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::str::{Str, StrView};
use taipan_object::{PyResult, Raised, Ref, TypeRef, Value, Vm, payload};

use super::{decode_error, strings, text_arg};

/// `make_scanner`.
pub struct Scanner {
    strict: bool,
    object_hook: Value,
    object_pairs_hook: Value,
    parse_float: Value,
    parse_int: Value,
    parse_constant: Value,
}
payload!(Scanner, gc, |this, visit| {
    visit(&this.object_hook);
    visit(&this.object_pairs_hook);
    visit(&this.parse_float);
    visit(&this.parse_int);
    visit(&this.parse_constant);
});

/// Keys that were seen: equal keys become one object.
struct Keys(RefCell<Vec<Option<Ref<Str>>>>);

const KEY_PLACES: usize = 256;

impl Keys {
    fn new() -> Keys {
        Keys(RefCell::new(vec![None; KEY_PLACES]))
    }
    /// A key that is a piece of an ASCII document.
    fn get(&self, vm: &Vm, text: &str) -> Ref<Str> {
        let bytes = text.as_bytes();
        let place = match bytes {
            [] => 0,
            [first, .., last] => {
                (usize::from(*first) * 31 + usize::from(*last) * 7 + bytes.len()) % KEY_PLACES
            }
            [only] => usize::from(*only) % KEY_PLACES,
        };
        let known = &mut self.0.borrow_mut()[place];
        match known {
            Some(key) if key.as_ascii() == Some(text) => key.clone(),
            _ => {
                let key = vm.new_str(text);
                *known = Some(key.clone());
                key
            }
        }
    }
}

/// One scan of a document.
struct Scan<'a> {
    vm: &'a Vm,
    scanner: &'a Scanner,
    document: &'a Ref<Str>,
    view: StrView<'a>,
    len: usize,
    keys: Keys,
}

/// StopIteration with an index: there is no value here.
#[cold]
fn nothing_at(vm: &Vm, at: usize) -> Raised {
    taipan_object::exceptions::raise_new(vm, &vm.exc.stop_iteration, &[vm.new_int(at as i64)])
}

impl Scan<'_> {
    /// The character at an index as a byte; 0 at the end and for what is not ASCII.
    #[inline]
    fn at(&self, index: usize) -> u8 {
        if index >= self.len {
            return 0;
        }
        match self.view {
            StrView::Ascii(text) => text.as_bytes()[index],
            view => u8::try_from(view.get(index)).unwrap_or(0),
        }
    }
    #[inline]
    fn skip_space(&self, mut at: usize) -> usize {
        while matches!(self.at(at), b' ' | b'\t' | b'\n' | b'\r') {
            at += 1;
        }
        at
    }
    fn fail<T>(&self, message: &str, at: usize) -> PyResult<T> {
        Err(decode_error(self.vm, message, self.document, at))
    }
    fn starts_with(&self, at: usize, word: &str) -> bool {
        word.bytes().enumerate().all(|(i, b)| self.at(at + i) == b)
    }
    /// The value at an index, and the index after it.
    fn value(&self, at: usize) -> PyResult<(Value, usize)> {
        let vm = self.vm;
        let constant = |word: &str| {
            let name = vm.intern_str(word).into_value();
            let value = vm.call(&self.scanner.parse_constant, &[name])?;
            Ok((value, at + word.len()))
        };
        match self.at(at) {
            b'"' => {
                let (text, next) = strings::scan(vm, self.document, at + 1, self.scanner.strict)?;
                Ok((text.into_value(), next))
            }
            b'{' => {
                vm.check_stack(" while decoding a JSON object from a unicode string")?;
                self.object(at + 1)
            }
            b'[' => {
                vm.check_stack(" while decoding a JSON array from a unicode string")?;
                self.array(at + 1)
            }
            b'n' if self.starts_with(at, "null") => Ok((Value::NONE, at + 4)),
            b't' if self.starts_with(at, "true") => Ok((Value::TRUE, at + 4)),
            b'f' if self.starts_with(at, "false") => Ok((Value::FALSE, at + 5)),
            b'N' if self.starts_with(at, "NaN") => constant("NaN"),
            b'I' if self.starts_with(at, "Infinity") => constant("Infinity"),
            b'-' if self.starts_with(at, "-Infinity") => constant("-Infinity"),
            b'-' | b'0'..=b'9' => self.number(at),
            _ => Err(nothing_at(vm, at)),
        }
    }
    fn number(&self, start: usize) -> PyResult<(Value, usize)> {
        let vm = self.vm;
        let mut at = start + usize::from(self.at(start) == b'-');
        let digits = |mut at: usize| {
            while self.at(at).is_ascii_digit() {
                at += 1;
            }
            at
        };
        match self.at(at) {
            b'0' => at += 1,
            b'1'..=b'9' => at = digits(at + 1),
            _ => return Err(nothing_at(vm, start)),
        }
        let mut is_float = false;
        if self.at(at) == b'.' && self.at(at + 1).is_ascii_digit() {
            is_float = true;
            at = digits(at + 2);
        }
        if matches!(self.at(at), b'e' | b'E') {
            let sign = usize::from(matches!(self.at(at + 1), b'+' | b'-'));
            let end = digits(at + 1 + sign);
            if end > at + 1 + sign {
                is_float = true;
                at = end;
            }
        }
        let text: String = (start..at).map(|i| char::from(self.at(i))).collect();
        let (parse, own) = if is_float {
            (&self.scanner.parse_float, &vm.types.float)
        } else {
            (&self.scanner.parse_int, &vm.types.int)
        };
        if parse.is(own.as_value()) {
            if is_float {
                if let Ok(x) = text.parse::<f64>() {
                    return Ok((vm.new_float(x), at));
                }
            } else if text.len() < 19
                && let Ok(n) = text.parse::<i64>()
            {
                return Ok((vm.new_int(n), at));
            }
        }
        let text = vm.new_str(&text).into_value();
        Ok((vm.call(parse, &[text])?, at))
    }
    fn array(&self, start: usize) -> PyResult<(Value, usize)> {
        let mut items = Vec::new();
        let mut at = self.skip_space(start);
        if self.at(at) == b']' {
            return Ok((self.vm.list_value(items), at + 1));
        }
        loop {
            let (item, next) = self.value(at)?;
            items.push(item);
            at = self.skip_space(next);
            match self.at(at) {
                b']' => return Ok((self.vm.list_value(items), at + 1)),
                b',' => {}
                _ => return self.fail("Expecting ',' delimiter", at),
            }
            let comma = at;
            at = self.skip_space(at + 1);
            if self.at(at) == b']' {
                return self.fail("Illegal trailing comma before end of array", comma);
            }
        }
    }
    /// The key that begins after a quote, and the index after it.
    fn key(&self, start: usize) -> PyResult<(Ref<Str>, usize)> {
        if let StrView::Ascii(text) = self.view {
            let bytes = &text.as_bytes()[start..];
            let end = bytes
                .iter()
                .position(|&b| b == b'"' || b == b'\\' || b < 0x20);
            if let Some(end) = end.filter(|&end| bytes[end] == b'"') {
                let key = self.keys.get(self.vm, &text[start..start + end]);
                return Ok((key, start + end + 1));
            }
        }
        strings::scan(self.vm, self.document, start, self.scanner.strict)
    }
    fn object(&self, start: usize) -> PyResult<(Value, usize)> {
        let vm = self.vm;
        let want_pairs = !self.scanner.object_pairs_hook.is_none();
        let dict = vm.new_dict();
        let mut pairs = Vec::new();
        let mut at = self.skip_space(start);
        if self.at(at) != b'}' {
            loop {
                if self.at(at) != b'"' {
                    return self.fail("Expecting property name enclosed in double quotes", at);
                }
                let (key, next) = self.key(at + 1)?;
                at = self.skip_space(next);
                if self.at(at) != b':' {
                    return self.fail("Expecting ':' delimiter", at);
                }
                at = self.skip_space(at + 1);
                let (value, next) = self.value(at)?;
                if want_pairs {
                    pairs.push(vm.tuple_value([key.into_value(), value]));
                } else {
                    dict.insert_str(vm, &key, value);
                }
                at = self.skip_space(next);
                match self.at(at) {
                    b'}' => break,
                    b',' => {}
                    _ => return self.fail("Expecting ',' delimiter", at),
                }
                let comma = at;
                at = self.skip_space(at + 1);
                if self.at(at) == b'}' {
                    return self.fail("Illegal trailing comma before end of object", comma);
                }
            }
        }
        let value = if want_pairs {
            let pairs = vm.list_value(pairs);
            vm.call(&self.scanner.object_pairs_hook, &[pairs])?
        } else if !self.scanner.object_hook.is_none() {
            vm.call(&self.scanner.object_hook, &[dict.into_value()])?
        } else {
            dict.into_value()
        };
        Ok((value, at + 1))
    }
}

#[pymethods(
    name = "Scanner",
    module = "_json",
    doc = "Scans JSON text.",
    signature = ""
)]
impl Scanner {
    #[pynew("(context)", name = "make_scanner")]
    fn new(vm: &Vm, cls: &TypeRef, context: &Value) -> PyResult<Ref<Scanner>> {
        let get = |name: &str| vm.getattr_str(context, name);
        let strict = get("strict")?;
        let scanner = Scanner {
            strict: vm.is_true(&strict)?,
            object_hook: get("object_hook")?,
            object_pairs_hook: get("object_pairs_hook")?,
            parse_float: get("parse_float")?,
            parse_int: get("parse_int")?,
            parse_constant: get("parse_constant")?,
        };
        Ok(alloc_instance(vm, cls, scanner))
    }
    #[pycall("(string, idx)", name = "scan_once")]
    fn call(vm: &Vm, this: &Ref<Scanner>, string: &Value, idx: isize) -> PyResult {
        let document = text_arg(vm, string)?;
        let Ok(at) = usize::try_from(idx) else {
            return Err(vm.value_error("idx cannot be negative"));
        };
        let scan = Scan {
            vm,
            scanner: this,
            document,
            view: document.view(),
            len: document.len(),
            keys: Keys::new(),
        };
        let (value, next) = scan.value(at)?;
        Ok(vm.tuple_value([value, vm.new_int(next as i64)]))
    }
    #[pygetset]
    fn strict(this: &Ref<Scanner>) -> bool {
        this.strict
    }
    #[pygetset]
    fn object_hook(this: &Ref<Scanner>) -> Value {
        this.object_hook.clone()
    }
    #[pygetset]
    fn object_pairs_hook(this: &Ref<Scanner>) -> Value {
        this.object_pairs_hook.clone()
    }
    #[pygetset]
    fn parse_float(this: &Ref<Scanner>) -> Value {
        this.parse_float.clone()
    }
    #[pygetset]
    fn parse_int(this: &Ref<Scanner>) -> Value {
        this.parse_int.clone()
    }
    #[pygetset]
    fn parse_constant(this: &Ref<Scanner>) -> Value {
        this.parse_constant.clone()
    }
}
