//! Universal newlines.

use std::cell::{Cell, RefCell};

use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::str::Str;
use taipan_object::text::builder::StrBuilder;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

const CR: u8 = 1;
const LF: u8 = 2;
const CRLF: u8 = 4;

/// What newlines text had, and a carriage return that may be half of one.
#[derive(Default)]
pub struct State {
    pub pending_cr: Cell<bool>,
    pub seen: Cell<u8>,
}

impl State {
    /// Looks at text that was decoded, and with `translate` makes every newline `\n`.
    pub fn decode(
        &self,
        vm: &Vm,
        text: Ref<Str>,
        translate: bool,
        last: bool,
    ) -> PyResult<Ref<Str>> {
        if self.pending_cr.get() || !text.is_empty() {
            let has_cr = match text.as_ascii() {
                Some(t) => t.as_bytes().contains(&b'\r'),
                None => text.view().iter().any(|c| c == 13),
            };
            if !has_cr && !self.pending_cr.get() {
                if self.seen.get() & LF == 0 && text.view().iter().any(|c| c == 10) {
                    self.seen.set(self.seen.get() | LF);
                }
                return Ok(text);
            }
        } else {
            return Ok(text);
        }
        let mut points: Vec<u32> = Vec::with_capacity(text.len() + 1);
        if self.pending_cr.get() && (!text.is_empty() || last) {
            points.push(13);
            self.pending_cr.set(false);
        }
        points.extend(text.view().iter());
        if !last && points.last() == Some(&13) {
            points.pop();
            self.pending_cr.set(true);
        }
        let mut out = StrBuilder::with_capacity(points.len());
        let mut seen = self.seen.get();
        let mut i = 0;
        while i < points.len() {
            match points[i] {
                13 if points.get(i + 1) == Some(&10) => {
                    seen |= CRLF;
                    if !translate {
                        out.push_char(13);
                    }
                    out.push_char(10);
                    i += 1;
                }
                13 => {
                    seen |= CR;
                    out.push_char(if translate { 10 } else { 13 });
                }
                10 => {
                    seen |= LF;
                    out.push_char(10);
                }
                c => out.push_char(c),
            }
            i += 1;
        }
        self.seen.set(seen);
        out.finish(vm)
    }
    /// `newlines`: None, one kind, or a tuple of kinds.
    pub fn newlines(&self, vm: &Vm) -> Value {
        let seen = self.seen.get();
        let kinds: Vec<Value> = [(CR, "\r"), (LF, "\n"), (CRLF, "\r\n")]
            .iter()
            .filter(|(bit, _)| seen & bit != 0)
            .map(|(_, text)| vm.intern_str(text).into_value())
            .collect();
        match <[Value; 1]>::try_from(kinds) {
            Ok([one]) => one,
            Err(kinds) if kinds.is_empty() => Value::NONE,
            Err(kinds) => vm.new_tuple(kinds).into_value(),
        }
    }
}

/// `IncrementalNewlineDecoder`.
#[derive(Default)]
pub struct Decoder {
    inner: RefCell<Option<Value>>,
    translate: Cell<bool>,
    state: State,
}
payload!(
    Decoder,
    gc,
    |this, visit| this.inner.borrow().iter().for_each(visit),
    clear | this | drop(this.inner.take())
);

/// `_io.IncrementalNewlineDecoder`.
pub fn class(vm: &Vm) -> TypeRef {
    vm.add_native_type::<Decoder>()
}

#[pymethods(
    name = "IncrementalNewlineDecoder",
    module = "_io",
    doc = "A decoder that makes newlines alike.",
    flags(BASETYPE | WEAKREFABLE)
)]
impl Decoder {
    #[pynew("(*args, **kwargs)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        _args: &[Value],
        _kwargs: taipan_object::args::KwArgs<'_>,
    ) -> Value {
        alloc_instance(vm, cls, Decoder::default()).into_value()
    }
    #[pyinit("(self, decoder, translate, errors='strict')")]
    fn init(
        this: &Ref<Decoder>,
        decoder: &Value,
        translate: bool,
        _errors: Option<&Value>,
    ) -> PyResult<()> {
        let old = this
            .inner
            .replace((!decoder.is_none()).then(|| decoder.clone()));
        drop(old);
        this.translate.set(translate);
        this.state.pending_cr.set(false);
        this.state.seen.set(0);
        Ok(())
    }
    /// Decodes text.
    #[pymethod("(self, input, final=False)")]
    fn decode(vm: &Vm, this: &Ref<Decoder>, input: &Value, last: bool) -> PyResult<Ref<Str>> {
        let inner = this.inner.borrow().clone();
        let text = match inner {
            None => input.clone(),
            Some(inner) => vm.call_method(
                &inner,
                &vm.intern_str("decode"),
                &[input.clone(), Value::bool(last)],
            )?,
        };
        match text.downcast_owned::<Str>() {
            Ok(text) => this.state.decode(vm, text, this.translate.get(), last),
            Err(other) => Err(vm.type_error(format!(
                "decoder should return a string result, not '{}'",
                vm.type_name(&other)
            ))),
        }
    }
    /// The decoder's state.
    #[pymethod("(self, /)")]
    fn getstate(vm: &Vm, this: &Ref<Decoder>) -> PyResult {
        let inner = this.inner.borrow().clone();
        let (buffer, flag) = match inner {
            None => (vm.empty_bytes.clone(), 0),
            Some(inner) => {
                let state = super::call0(vm, &inner, "getstate")?;
                (
                    vm.get_item(&state, &vm.new_int(0))?,
                    vm.index_i64(&vm.get_item(&state, &vm.new_int(1))?)?,
                )
            }
        };
        Ok(vm.tuple_value([
            buffer,
            vm.new_int(flag << 1 | i64::from(this.state.pending_cr.get())),
        ]))
    }
    /// Sets the decoder's state.
    #[pymethod("(self, state, /)")]
    fn setstate(vm: &Vm, this: &Ref<Decoder>, state: &Value) -> PyResult<()> {
        if state
            .downcast::<taipan_object::tuple::Tuple>()
            .is_none_or(|t| t.len() != 2)
        {
            return Err(vm.type_error("state argument must be a tuple"));
        }
        let (buffer, flag) = (
            vm.get_item(state, &vm.new_int(0))?,
            vm.index_i64(&vm.get_item(state, &vm.new_int(1))?)?,
        );
        this.state.pending_cr.set(flag & 1 != 0);
        let inner = this.inner.borrow().clone();
        if let Some(inner) = inner {
            let state = vm.tuple_value([buffer, vm.new_int(flag >> 1)]);
            vm.call_method(&inner, &vm.intern_str("setstate"), &[state])?;
        }
        Ok(())
    }
    /// Forgets what came before.
    #[pymethod("(self, /)")]
    fn reset(vm: &Vm, this: &Ref<Decoder>) -> PyResult<()> {
        this.state.pending_cr.set(false);
        this.state.seen.set(0);
        let inner = this.inner.borrow().clone();
        match inner {
            Some(inner) => super::call0(vm, &inner, "reset").map(drop),
            None => Ok(()),
        }
    }
    #[pygetset]
    fn newlines(vm: &Vm, this: &Ref<Decoder>) -> Value {
        this.state.newlines(vm)
    }
}
