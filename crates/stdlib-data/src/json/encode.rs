//! `make_encoder`: Python objects to JSON text.

use taipan_macros::pymethods;
use taipan_object::dict::Dict;
use taipan_object::list::List;
use taipan_object::object::alloc_instance;
use taipan_object::str::Str;
use taipan_object::text::builder::StrBuilder;
use taipan_object::tuple::Tuple;
use taipan_object::{PyResult, Raised, Ref, TypeRef, Value, Vm, payload};

use super::strings::push_quoted;

/// How strings are written.
enum Quoting {
    Ascii,
    Plain,
    /// By another function.
    Call,
}

/// `make_encoder`.
pub struct Encoder {
    markers: Value,
    default: Value,
    encoder: Value,
    quoting: Quoting,
    indent: Value,
    key_separator: Ref<Str>,
    item_separator: Ref<Str>,
    sort_keys: bool,
    skip_keys: bool,
    allow_nan: bool,
}
payload!(Encoder, gc, |this, visit| {
    visit(&this.markers);
    visit(&this.default);
    visit(&this.encoder);
    visit(&this.indent);
    visit(this.key_separator.as_value());
    visit(this.item_separator.as_value());
});

/// One run of an encoder.
struct Run<'a> {
    vm: &'a Vm,
    encoder: &'a Encoder,
    out: StrBuilder,
}

/// Says where an error happened.
fn with_note<T>(
    vm: &Vm,
    result: PyResult<T>,
    note: impl FnOnce() -> PyResult<String>,
) -> PyResult<T> {
    result.map_err(|raised| {
        let error = vm.take_exception(raised);
        let added = note().and_then(|text| {
            let text = vm.new_str(&text).into_value();
            taipan_object::exception_types::add_note(vm, &error, &text)
        });
        match added {
            Ok(()) => vm.restore(error),
            Err(raised) => raised,
        }
    })
}

impl Run<'_> {
    fn text(&mut self, text: &Ref<Str>) -> PyResult<()> {
        match self.encoder.quoting {
            Quoting::Ascii => push_quoted(&mut self.out, text.view(), true),
            Quoting::Plain => push_quoted(&mut self.out, text.view(), false),
            Quoting::Call => {
                let vm = self.vm;
                let quoted = vm.call(&self.encoder.encoder, &[text.to_value()])?;
                match quoted.downcast::<Str>() {
                    Some(quoted) => self.out.push(quoted.view()),
                    None => {
                        return Err(vm.type_error(format!(
                            "encoder() must return a string, not {}",
                            vm.type_name(&quoted)
                        )));
                    }
                }
            }
        }
        Ok(())
    }
    fn float_text(&self, value: &Value, x: f64) -> PyResult<String> {
        if x.is_finite() {
            return Ok(taipan_object::float_ops::format::repr(x));
        }
        if !self.encoder.allow_nan {
            let shown = self.vm.repr(value)?;
            return Err(self.vm.value_error(format!(
                "Out of range float values are not JSON compliant: {shown}"
            )));
        }
        Ok(match (x.is_nan(), x > 0.0) {
            (true, _) => "NaN",
            (_, true) => "Infinity",
            _ => "-Infinity",
        }
        .to_owned())
    }
    /// The text of what is not a container or string; `None` for others.
    fn scalar(&self, value: &Value) -> PyResult<Option<String>> {
        Ok(Some(if value.is_none() {
            "null".to_owned()
        } else if value.is_true() {
            "true".to_owned()
        } else if value.is_false() {
            "false".to_owned()
        } else if let Some(n) = value.as_small_int() {
            n.to_string()
        } else if let Some(n) = value.as_int() {
            taipan_object::int_ops::text::decimal(self.vm, &n)?
        } else if let Some(x) = value.as_float() {
            self.float_text(value, x)?
        } else {
            return Ok(None);
        }))
    }
    fn value(&mut self, value: &Value, level: usize) -> PyResult<()> {
        if let Some(text) = value.downcast::<Str>() {
            return self.text(text);
        }
        if let Some(text) = self.scalar(value)? {
            self.out.push_str(&text);
            return Ok(());
        }
        self.vm.check_stack(" while encoding a JSON object")?;
        if let Some(items) = value.downcast::<List>() {
            let items = items.clone();
            return self.guarded(value, |run| run.sequence(value, level, |i| items.get(i)));
        }
        if let Some(items) = value.downcast::<Tuple>() {
            return self.guarded(value, |run| {
                run.sequence(value, level, |i| items.items().get(i).cloned())
            });
        }
        if value.downcast::<Dict>().is_some() {
            return self.guarded(value, |run| run.dict(value, level));
        }
        let vm = self.vm;
        self.guarded(value, |run| {
            let made = vm.call(&run.encoder.default, std::slice::from_ref(value))?;
            let result = run.value(&made, level);
            with_note(vm, result, || {
                Ok(format!("when serializing {} object", vm.type_name(value)))
            })
        })
    }
    /// Notes that a container is being written; one inside itself is an error.
    fn guarded(
        &mut self,
        value: &Value,
        write: impl FnOnce(&mut Self) -> PyResult<()>,
    ) -> PyResult<()> {
        let vm = self.vm;
        let encoder = self.encoder;
        let Some(markers) = encoder.markers.downcast::<Dict>() else {
            return write(self);
        };
        let id = vm.new_uint(value.id());
        if markers.get(vm, &id)?.is_some() {
            return Err(vm.value_error("Circular reference detected"));
        }
        markers.insert(vm, id.clone(), value.clone())?;
        write(self)?;
        markers.remove(vm, &id)?;
        Ok(())
    }
    fn new_line(&mut self, level: usize) {
        if let Some(indent) = self.encoder.indent.downcast::<Str>() {
            self.out.push_char('\n'.into());
            for _ in 0..level {
                self.out.push(indent.view());
            }
        }
    }
    fn sequence(
        &mut self,
        whole: &Value,
        level: usize,
        get: impl Fn(usize) -> Option<Value>,
    ) -> PyResult<()> {
        let (vm, encoder) = (self.vm, self.encoder);
        if get(0).is_none() {
            self.out.push_str("[]");
            return Ok(());
        }
        self.out.push_char('['.into());
        let mut index = 0;
        while let Some(item) = get(index) {
            if index > 0 {
                self.out.push(encoder.item_separator.view());
            }
            self.new_line(level + 1);
            let result = self.value(&item, level + 1);
            with_note(vm, result, || {
                Ok(format!(
                    "when serializing {} item {index}",
                    vm.type_name(whole)
                ))
            })?;
            index += 1;
        }
        self.new_line(level);
        self.out.push_char(']'.into());
        Ok(())
    }
    /// The pairs of a dict, sorted if that is asked for.
    fn pairs(&self, dict: &Value) -> PyResult<Vec<(Value, Value)>> {
        let vm = self.vm;
        let exact = dict.downcast_exact::<Dict>(&vm.types.dict);
        if let Some(exact) = exact.filter(|_| !self.encoder.sort_keys) {
            return Ok(exact.items());
        }
        let items = vm.call_method(dict, &vm.intern_str("items"), &[])?;
        let list = vm.list_value(vm.collect(&items)?);
        if self.encoder.sort_keys {
            vm.call_method(&list, &vm.intern_str("sort"), &[])?;
        }
        let mut pairs = Vec::new();
        for item in list
            .downcast::<List>()
            .map(|l| l.to_vec())
            .unwrap_or_default()
        {
            match item.downcast::<Tuple>().map(|t| t.items()) {
                Some([key, value]) => pairs.push((key.clone(), value.clone())),
                _ => return Err(vm.value_error("items must return 2-tuples")),
            }
        }
        Ok(pairs)
    }
    fn dict(&mut self, dict: &Value, level: usize) -> PyResult<()> {
        let (vm, encoder) = (self.vm, self.encoder);
        if vm.len(dict)? == 0 {
            self.out.push_str("{}");
            return Ok(());
        }
        self.out.push_char('{'.into());
        let mut first = true;
        for (key, value) in self.pairs(dict)? {
            let text = match key.downcast::<Str>() {
                Some(text) => text.clone(),
                None => match self.scalar(&key)? {
                    Some(text) => vm.new_str(&text),
                    None if encoder.skip_keys => continue,
                    None => return Err(self.bad_key(&key)),
                },
            };
            if !std::mem::take(&mut first) {
                self.out.push(encoder.item_separator.view());
            }
            self.new_line(level + 1);
            self.text(&text)?;
            self.out.push(encoder.key_separator.view());
            let result = self.value(&value, level + 1);
            with_note(vm, result, || {
                let shown = vm.repr(&key)?;
                Ok(format!(
                    "when serializing {} item {shown}",
                    vm.type_name(dict)
                ))
            })?;
        }
        if !first {
            self.new_line(level);
        }
        self.out.push_char('}'.into());
        Ok(())
    }
    #[cold]
    fn bad_key(&self, key: &Value) -> Raised {
        self.vm.type_error(format!(
            "keys must be str, int, float, bool or None, not {}",
            self.vm.type_name(key)
        ))
    }
}

#[pymethods(
    name = "Encoder",
    module = "_json",
    doc = "Encodes objects as JSON text.",
    signature = ""
)]
impl Encoder {
    #[pynew(
        "(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)",
        name = "make_encoder"
    )]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        markers: &Value,
        default: &Value,
        encoder: &Value,
        indent: &Value,
        key_separator: &Ref<Str>,
        item_separator: &Ref<Str>,
        sort_keys: bool,
        skipkeys: bool,
        allow_nan: bool,
    ) -> PyResult<Ref<Encoder>> {
        if !markers.is_none() && markers.downcast::<Dict>().is_none() {
            return Err(vm.type_error(format!(
                "make_encoder() argument 1 must be dict or None, not {}",
                vm.type_name(markers)
            )));
        }
        let module = taipan_vm::import::import_module(vm, "_json")?;
        let is = |name: &str| vm.getattr_str(&module, name).map(|f| f.is(encoder));
        let quoting = if is("encode_basestring_ascii")? {
            Quoting::Ascii
        } else if is("encode_basestring")? {
            Quoting::Plain
        } else {
            Quoting::Call
        };
        let made = Encoder {
            markers: markers.clone(),
            default: default.clone(),
            encoder: encoder.clone(),
            quoting,
            indent: indent.clone(),
            key_separator: key_separator.clone(),
            item_separator: item_separator.clone(),
            sort_keys,
            skip_keys: skipkeys,
            allow_nan,
        };
        Ok(alloc_instance(vm, cls, made))
    }
    #[pycall("(obj, _current_indent_level)", name = "_iterencode")]
    fn call(vm: &Vm, this: &Ref<Encoder>, obj: &Value, level: isize) -> PyResult {
        let mut run = Run {
            vm,
            encoder: this,
            out: StrBuilder::new(),
        };
        run.value(obj, level.max(0) as usize)?;
        Ok(vm.tuple_value([run.out.finish(vm)?.into_value()]))
    }
    #[pygetset]
    fn markers(this: &Ref<Encoder>) -> Value {
        this.markers.clone()
    }
    #[pygetset]
    fn default(this: &Ref<Encoder>) -> Value {
        this.default.clone()
    }
    #[pygetset]
    fn encoder(this: &Ref<Encoder>) -> Value {
        this.encoder.clone()
    }
    #[pygetset]
    fn indent(this: &Ref<Encoder>) -> Value {
        this.indent.clone()
    }
    #[pygetset]
    fn key_separator(this: &Ref<Encoder>) -> Ref<Str> {
        this.key_separator.clone()
    }
    #[pygetset]
    fn item_separator(this: &Ref<Encoder>) -> Ref<Str> {
        this.item_separator.clone()
    }
    #[pygetset]
    fn sort_keys(this: &Ref<Encoder>) -> bool {
        this.sort_keys
    }
    #[pygetset]
    fn skipkeys(this: &Ref<Encoder>) -> bool {
        this.skip_keys
    }
}
