//! `StringIO`: a text file in memory.

use std::cell::{Cell, RefCell};

use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::str::Str;
use taipan_object::text::builder::StrBuilder;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

use super::{base, newline::State, size_arg};

/// The text: gathered as it is written at the end, or as characters once it is used otherwise.
enum Text {
    Growing(StrBuilder),
    Points(Vec<u32>),
}

/// `StringIO`.
pub struct StringIo {
    text: RefCell<Text>,
    at: Cell<usize>,
    closed: Cell<bool>,
    /// What `\n` is written as; `None`: as it is.
    write_as: RefCell<Option<&'static str>>,
    /// What ends a line when reading; empty: any newline.
    line_end: Cell<&'static str>,
    translate: Cell<bool>,
    universal: Cell<bool>,
    newlines: State,
}
payload!(StringIo, gc, |_this, _visit| ());

/// `_io.StringIO`.
pub fn class(vm: &Vm) -> TypeRef {
    vm.add_native_type_with_base::<StringIo>(&base::text_base(vm))
}

/// The newline argument of text streams.
pub fn newline_arg(vm: &Vm, newline: &Value) -> PyResult<Option<&'static str>> {
    if newline.is_none() {
        return Ok(None);
    }
    let Some(s) = newline.downcast::<Str>() else {
        return Err(vm.type_error(format!(
            "newline must be str or None, not {}",
            vm.type_name(newline)
        )));
    };
    match s.to_string().as_str() {
        "" => Ok(Some("")),
        "\n" => Ok(Some("\n")),
        "\r" => Ok(Some("\r")),
        "\r\n" => Ok(Some("\r\n")),
        _ => Err(vm.value_error(format!("illegal newline value: {}", vm.repr(newline)?))),
    }
}

impl StringIo {
    fn check(&self, vm: &Vm) -> PyResult<()> {
        if self.closed.get() {
            Err(vm.value_error("I/O operation on closed file"))
        } else {
            Ok(())
        }
    }
    /// Works on the characters.
    fn points<R>(&self, f: impl FnOnce(&mut Vec<u32>) -> R) -> R {
        let mut text = self.text.borrow_mut();
        if let Text::Growing(b) = &*text {
            let points = b.view().iter().collect();
            *text = Text::Points(points);
        }
        match &mut *text {
            Text::Points(p) => f(p),
            Text::Growing(_) => f(&mut Vec::new()),
        }
    }
    fn len(&self) -> usize {
        match &*self.text.borrow() {
            Text::Growing(b) => b.len(),
            Text::Points(p) => p.len(),
        }
    }
    fn put(&self, vm: &Vm, text: &Ref<Str>) -> PyResult<()> {
        let text = if self.universal.get() {
            self.newlines
                .decode(vm, text.clone(), self.translate.get(), true)?
        } else {
            text.clone()
        };
        let text = match *self.write_as.borrow() {
            Some(nl) if text.view().iter().any(|c| c == 10) => {
                let mut b = StrBuilder::with_capacity(text.len() + 8);
                for c in text.view().iter() {
                    if c == 10 {
                        b.push_str(nl)
                    } else {
                        b.push_char(c)
                    }
                }
                b.finish(vm)?
            }
            _ => text,
        };
        let at = self.at.get();
        if let Text::Growing(b) = &mut *self.text.borrow_mut()
            && b.len() == at
        {
            b.push(text.view());
            self.at.set(at + text.len());
            return Ok(());
        }
        self.points(|p| {
            if at > p.len() {
                p.resize(at, 0);
            }
            for (i, c) in text.view().iter().enumerate() {
                match p.get_mut(at + i) {
                    Some(place) => *place = c,
                    None => p.push(c),
                }
            }
        });
        self.at.set(at + text.len());
        Ok(())
    }
    fn take(&self, vm: &Vm, n: Option<usize>) -> Value {
        let at = self.at.get();
        let (text, end) = self.points(|p| {
            let start = at.min(p.len());
            let end = n.map_or(p.len(), |n| start.saturating_add(n).min(p.len()));
            (vm.new_from_code_points(&p[start..end]).into_value(), end)
        });
        if end > at {
            self.at.set(end);
        }
        text
    }
    fn line_len(&self, limit: Option<usize>) -> usize {
        let (at, end, universal) = (
            self.at.get(),
            self.line_end.get(),
            self.universal.get() && !self.translate.get(),
        );
        let n = self.points(|p| {
            let rest = &p[at.min(p.len())..];
            if universal {
                return match rest.iter().position(|&c| c == 10 || c == 13) {
                    Some(i) if rest[i] == 13 && rest.get(i + 1) == Some(&10) => i + 2,
                    Some(i) => i + 1,
                    None => rest.len(),
                };
            }
            if let [only] = end.as_bytes() {
                let only = u32::from(*only);
                return rest
                    .iter()
                    .position(|&c| c == only)
                    .map_or(rest.len(), |i| i + 1);
            }
            let end: Vec<u32> = end.chars().map(u32::from).collect();
            rest.windows(end.len().max(1))
                .position(|w| w == end)
                .map_or(rest.len(), |i| i + end.len())
        });
        limit.map_or(n, |l| n.min(l))
    }
    fn all(&self, vm: &Vm) -> Value {
        match &*self.text.borrow() {
            Text::Growing(b) => vm.new_from_view(b.view()).into_value(),
            Text::Points(p) => vm.new_from_code_points(p).into_value(),
        }
    }
}

#[pymethods(
    name = "StringIO",
    module = "_io",
    doc = "A text file in memory.",
    flags(BASETYPE | WEAKREFABLE | HAS_DICT | HAS_INSTANCE_PART)
)]
impl StringIo {
    #[pynew("(*args, **kwargs)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        _args: &[Value],
        _kwargs: taipan_object::args::KwArgs<'_>,
    ) -> Value {
        let io = StringIo {
            text: RefCell::new(Text::Growing(StrBuilder::new())),
            at: Cell::new(0),
            closed: Cell::new(false),
            write_as: RefCell::new(None),
            line_end: Cell::new("\n"),
            translate: Cell::new(false),
            universal: Cell::new(false),
            newlines: State::default(),
        };
        alloc_instance(vm, cls, io).into_value()
    }
    #[pyinit("(self, initial_value='', newline='\\n')")]
    fn init(
        vm: &Vm,
        this: &Ref<StringIo>,
        initial_value: Option<&Value>,
        newline: Option<&Value>,
    ) -> PyResult<()> {
        let newline = match newline {
            Some(n) => newline_arg(vm, n)?,
            None => Some("\n"),
        };
        let initial = match initial_value.filter(|v| !v.is_none()) {
            Some(v) => match v.downcast::<Str>() {
                Some(s) => Some(s.clone()),
                None => {
                    return Err(vm.type_error(format!(
                        "initial_value must be str or None, not {}",
                        vm.type_name(v)
                    )));
                }
            },
            None => None,
        };
        this.closed.set(false);
        this.at.set(0);
        *this.text.borrow_mut() = Text::Growing(StrBuilder::new());
        this.universal.set(matches!(newline, None | Some("")));
        this.translate.set(newline.is_none());
        *this.write_as.borrow_mut() = newline.filter(|n| !matches!(*n, "" | "\n"));
        this.line_end
            .set(newline.filter(|n| !n.is_empty()).unwrap_or("\n"));
        this.newlines.seen.set(0);
        if let Some(text) = initial {
            this.put(vm, &text)?;
            this.at.set(0);
        }
        Ok(())
    }
    #[pyslot]
    fn finalize(vm: &Vm, this: &Value) {
        if vm.type_of(this).has(taipan_object::ty::TypeFlags::HEAP) {
            base::finalize(vm, this);
        }
    }
    #[pymethod("(self, s, /)")]
    fn write(vm: &Vm, this: &Ref<StringIo>, s: &Value) -> PyResult<usize> {
        let Some(text) = s.downcast::<Str>() else {
            return Err(vm.type_error(format!(
                "string argument expected, got '{}'",
                vm.type_name(s)
            )));
        };
        this.check(vm)?;
        if !text.is_empty() {
            this.put(vm, text)?;
        }
        Ok(text.len())
    }
    #[pymethod("(self, size=-1, /)")]
    fn read(vm: &Vm, this: &Ref<StringIo>, size: &Value) -> PyResult {
        let n = size_arg(vm, size)?;
        this.check(vm)?;
        Ok(this.take(vm, n))
    }
    #[pymethod("(self, size=-1, /)")]
    fn readline(vm: &Vm, this: &Ref<StringIo>, size: &Value) -> PyResult {
        let n = size_arg(vm, size)?;
        this.check(vm)?;
        let n = this.line_len(n);
        Ok(this.take(vm, Some(n)))
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<StringIo>) -> PyResult<Option<Value>> {
        this.check(vm)?;
        let line = if vm
            .type_of(this.as_value())
            .has(taipan_object::ty::TypeFlags::HEAP)
        {
            super::call0(vm, this.as_value(), "readline")?
        } else {
            let n = this.line_len(None);
            this.take(vm, Some(n))
        };
        Ok((vm.len(&line)? > 0).then_some(line))
    }
    /// All text.
    #[pymethod("(self, /)")]
    fn getvalue(vm: &Vm, this: &Ref<StringIo>) -> PyResult {
        this.check(vm)?;
        Ok(this.all(vm))
    }
    #[pymethod("(self, /)")]
    fn tell(vm: &Vm, this: &Ref<StringIo>) -> PyResult<usize> {
        this.check(vm)?;
        Ok(this.at.get())
    }
    #[pymethod("(self, pos, whence=0, /)")]
    fn seek(vm: &Vm, this: &Ref<StringIo>, pos: i64, whence: i64) -> PyResult<usize> {
        this.check(vm)?;
        match whence {
            0 if pos < 0 => return Err(vm.value_error(format!("Negative seek position {pos}"))),
            0 => this.at.set(pos as usize),
            1 | 2 if pos != 0 => {
                return Err(vm.raise_str(&vm.exc.os_error, "Can't do nonzero cur-relative seeks"));
            }
            1 => {}
            2 => this.at.set(this.len()),
            _ => {
                return Err(
                    vm.value_error(format!("Invalid whence ({whence}, should be 0, 1 or 2)"))
                );
            }
        }
        Ok(this.at.get())
    }
    #[pymethod("(self, pos=None, /)")]
    fn truncate(vm: &Vm, this: &Ref<StringIo>, pos: &Value) -> PyResult<usize> {
        this.check(vm)?;
        let n = if pos.is_none() {
            this.at.get() as i64
        } else {
            vm.index_i64(pos)?
        };
        let Ok(n) = usize::try_from(n) else {
            return Err(vm.value_error(format!("Negative size value {n}")));
        };
        if n < this.len() {
            this.points(|p| p.truncate(n));
        }
        Ok(n)
    }
    #[pymethod("(self, /)")]
    fn close(this: &Ref<StringIo>) {
        this.closed.set(true);
        *this.text.borrow_mut() = Text::Growing(StrBuilder::new());
    }
    #[pymethod("(self, /)")]
    fn seekable(vm: &Vm, this: &Ref<StringIo>) -> PyResult<bool> {
        this.check(vm).map(|()| true)
    }
    #[pymethod("(self, /)")]
    fn readable(vm: &Vm, this: &Ref<StringIo>) -> PyResult<bool> {
        this.check(vm).map(|()| true)
    }
    #[pymethod("(self, /)")]
    fn writable(vm: &Vm, this: &Ref<StringIo>) -> PyResult<bool> {
        this.check(vm).map(|()| true)
    }
    #[pygetset]
    fn closed(this: &Ref<StringIo>) -> bool {
        this.closed.get()
    }
    #[pygetset]
    fn line_buffering(vm: &Vm, this: &Ref<StringIo>) -> PyResult<bool> {
        this.check(vm).map(|()| false)
    }
    #[pygetset]
    fn newlines(vm: &Vm, this: &Ref<StringIo>) -> PyResult {
        this.check(vm)?;
        Ok(if this.universal.get() {
            this.newlines.newlines(vm)
        } else {
            Value::NONE
        })
    }
    #[pymethod("(self, /)")]
    fn __getstate__(vm: &Vm, this: &Ref<StringIo>) -> PyResult {
        this.check(vm)?;
        let newline = match (
            this.universal.get(),
            this.translate.get(),
            *this.write_as.borrow(),
        ) {
            (true, true, _) => Value::NONE,
            (true, false, _) => vm.empty_str.to_value(),
            (_, _, Some(n)) => vm.intern_str(n).into_value(),
            _ => vm.intern_str("\n").into_value(),
        };
        let dict = vm
            .instance_dict(this.as_value())
            .filter(|d| !d.is_empty())
            .map_or(Value::NONE, |d| {
                vm.heap.alloc(&vm.types.dict, d.copy()).into_value()
            });
        Ok(vm.tuple_value([
            this.all(vm),
            newline,
            vm.new_int(this.at.get() as i64),
            dict,
        ]))
    }
    #[pymethod("(self, state, /)")]
    fn __setstate__(vm: &Vm, this: &Ref<StringIo>, state: &Value) -> PyResult<()> {
        let Some([value, newline, at, dict]) = state
            .downcast::<taipan_object::tuple::Tuple>()
            .map(|t| t.items().to_vec())
            .and_then(|v| <[Value; 4]>::try_from(v).ok())
        else {
            return Err(vm.type_error(format!(
                "{}.__setstate__ argument should be 4-tuple, got {}",
                vm.type_name(this.as_value()),
                vm.type_name(state)
            )));
        };
        StringIo::init(vm, this, None, Some(&newline))?;
        if let Some(text) = value.downcast::<Str>() {
            let points = text.view().iter().collect();
            *this.text.borrow_mut() = Text::Points(points);
        }
        let at = vm.index_i64(&at)?;
        let Ok(at) = usize::try_from(at) else {
            return Err(vm.value_error("position value cannot be negative"));
        };
        this.at.set(at);
        if let Some(d) = dict.downcast::<taipan_object::dict::Dict>()
            && let Some(own) = vm.instance_dict(this.as_value())
        {
            for (k, v) in d.items() {
                own.insert(vm, k, v)?;
            }
        }
        Ok(())
    }
}
