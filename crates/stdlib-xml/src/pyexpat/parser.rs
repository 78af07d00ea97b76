//! `xmlparser`: a parser with its handlers.

use std::cell::{Cell, RefCell};

use taipan_macros::pymethods;
use taipan_object::bytes::Bytes;
use taipan_object::bytes_ops::arg::bytes_like;
use taipan_object::dict::Dict;
use taipan_object::object::alloc_instance;
use taipan_object::str::{Str, StrView};
use taipan_object::{PyResult, Ref, Value, Vm, payload};

use super::dispatch::dispatch;
use super::handlers::Handlers;
use super::{error, error_with};
use crate::engine::account::Limit;
use crate::engine::error::Code;
use crate::engine::event::{Event, Handler};
use crate::engine::input::Encoding;
use crate::engine::{Engine, ParamParsing};

/// How much is read from a file at once.
const CHUNK: usize = 2048;
const BUFFER: usize = 8192;

/// `xmlparser`.
pub struct Parser {
    pub engine: RefCell<Engine>,
    pub handlers: Handlers,
    /// Names that were met, so that equal ones are the same object.
    names: Option<Ref<Dict>>,
    /// An encoding given from outside that the engine does not know.
    encoding: RefCell<Option<String>>,
    /// Character data that waits to be handed on.
    text: RefCell<String>,
    text_size: Cell<usize>,
    buffers: Cell<bool>,
    pub ordered: Cell<bool>,
    pub specified: Cell<bool>,
    prefixes: Cell<bool>,
    last_error: Cell<u8>,
    /// How many handlers are running.
    running: Cell<usize>,
}
payload!(
    Parser,
    gc,
    |this, visit| {
        this.handlers.visit(visit);
        if let Some(names) = &this.names {
            visit(names.as_value());
        }
    },
    clear | this | this.handlers.clear()
);

impl Parser {
    pub fn new(engine: Engine, names: Option<Ref<Dict>>, encoding: Option<String>) -> Parser {
        Parser {
            engine: RefCell::new(engine),
            handlers: Handlers::default(),
            names,
            encoding: RefCell::new(encoding),
            text: RefCell::default(),
            text_size: Cell::new(BUFFER),
            buffers: Cell::new(false),
            ordered: Cell::new(false),
            specified: Cell::new(false),
            prefixes: Cell::new(false),
            last_error: Cell::new(0),
            running: Cell::new(0),
        }
    }
    /// A name as an object, the same one each time.
    pub fn name(&self, vm: &Vm, text: &str) -> PyResult {
        let text = vm.new_str(text);
        let Some(names) = &self.names else {
            return Ok(text.into_value());
        };
        if let Some(known) = names.get(vm, text.as_value())? {
            return Ok(known);
        }
        names.insert(vm, text.to_value(), text.to_value())?;
        Ok(text.into_value())
    }
    pub fn has(&self, handler: Handler) -> bool {
        self.handlers.get(handler).is_some()
    }
    pub fn set_handler(&self, handler: Handler, value: Option<Value>) {
        self.handlers.set(handler, value);
        self.engine.borrow_mut().want = self.handlers.bits();
    }
    /// Hands on the character data that waits.
    pub fn flush(vm: &Vm, this: &Ref<Parser>) -> PyResult<()> {
        let text = this.text.take();
        if text.is_empty() {
            return Ok(());
        }
        Parser::call_characters(vm, this, &text)
    }
    fn call_characters(vm: &Vm, this: &Ref<Parser>, text: &str) -> PyResult<()> {
        match this.handlers.get(Handler::CharacterData) {
            Some(function) => vm
                .call(&function, &[vm.new_str(text).into_value()])
                .map(drop),
            None => Ok(()),
        }
    }
    /// Takes character data.
    pub fn characters(vm: &Vm, this: &Ref<Parser>, text: &str) -> PyResult<()> {
        if !this.buffers.get() {
            return Parser::call_characters(vm, this, text);
        }
        let size = this.text_size.get();
        if this.text.borrow().len() + text.len() > size {
            Parser::flush(vm, this)?;
            // The handler may have taken itself away.
            if !this.has(Handler::CharacterData) {
                return Ok(());
            }
        }
        if text.len() > size {
            return Parser::call_characters(vm, this, text);
        }
        this.text.borrow_mut().push_str(text);
        Ok(())
    }
    /// The characters of all bytes in an encoding that the codecs know.
    pub fn table(vm: &Vm, name: &str) -> PyResult<Option<Box<[i32; 256]>>> {
        let all: Vec<u8> = (0..=255).collect();
        let object = vm.new_bytes(all);
        let text = taipan_object::codecs::decode(
            vm,
            object.as_value(),
            &object.data,
            Some(&vm.new_str(name)),
            Some(&vm.new_str("replace")),
        )?;
        if text.len() != 256 {
            return Err(vm.value_error("multi-byte encodings are not supported"));
        }
        let mut table = Box::new([-1; 256]);
        for (place, c) in table.iter_mut().zip(text.view().iter()) {
            if c != 0xFFFD {
                *place = c as i32;
            }
        }
        Ok(Some(table))
    }
    /// ExpatError for where the engine stands.
    fn fail(vm: &Vm, this: &Parser, code: Code) -> taipan_object::Raised {
        this.last_error.set(code as u8);
        let at = this.engine.borrow().position();
        error(vm, code, at.line, at.column)
    }
    /// Handles all events that are there. What a handler raises is kept until the text is used up, without handlers.
    fn run(vm: &Vm, this: &Ref<Parser>) -> PyResult<()> {
        let mut raised = None;
        loop {
            let next = this.engine.borrow_mut().next();
            let event = match next {
                Ok(Some(event)) => event,
                Ok(None) => break,
                Err(failure) if raised.is_none() => {
                    return Err(Parser::fail(vm, this, failure.code));
                }
                Err(_) => break,
            };
            let asks = matches!(event, Event::NotStandalone | Event::ExternalEntity { .. });
            if raised.is_some() {
                if asks {
                    this.engine.borrow_mut().answer(false);
                }
                continue;
            }
            this.running.set(this.running.get() + 1);
            let outcome = dispatch(vm, this, event);
            this.running.set(this.running.get() - 1);
            match outcome {
                Ok(goes_on) if asks => this.engine.borrow_mut().answer(goes_on),
                Ok(_) => {}
                Err(e) => {
                    raised = Some(vm.take_exception(e));
                    this.handlers.clear();
                    this.text.borrow_mut().clear();
                    this.engine.borrow_mut().want = 0;
                    if asks {
                        this.engine.borrow_mut().answer(false);
                    }
                }
            }
        }
        match raised {
            Some(exception) => Err(vm.restore(exception)),
            None => Parser::flush(vm, this),
        }
    }
    fn parse(vm: &Vm, this: &Ref<Parser>, data: &[u8], is_final: bool) -> PyResult<i64> {
        let unknown = this.encoding.take();
        if let Some(name) = unknown
            && let Some(table) = Parser::table(vm, &name)?
        {
            match Encoding::table(table) {
                Some(encoding) => this.engine.borrow_mut().fix_encoding(encoding),
                None => return Err(Parser::fail(vm, this, Code::UnknownEncoding)),
            }
        }
        let fed = this.engine.borrow_mut().feed(data, is_final);
        if let Err(failure) = fed {
            return Err(Parser::fail(vm, this, failure.code));
        }
        Parser::run(vm, this)?;
        Ok(1)
    }
    /// An error of a setting, where the engine stands.
    fn refuse(vm: &Vm, this: &Parser, text: &str) -> taipan_object::Raised {
        this.last_error.set(Code::InvalidArgument as u8);
        let at = this.engine.borrow().position();
        error_with(vm, text, Code::InvalidArgument, at.line, at.column)
    }
    fn set_threshold(
        vm: &Vm,
        this: &Parser,
        value: &Value,
        limit: fn(&Engine) -> &Limit,
    ) -> PyResult<()> {
        let Some(n) = value.as_int() else {
            return Err(vm.type_error(format!(
                "expected int for threshold, got {}",
                vm.type_name(value)
            )));
        };
        let n = match n.to_i64() {
            Some(n) => {
                u64::try_from(n).map_err(|_| vm.value_error("Cannot convert negative int"))?
            }
            None => u64::try_from(&n.to_ibig()).map_err(|_| {
                vm.overflow_error("Python int too large to convert to C unsigned long long")
            })?,
        };
        let engine = this.engine.borrow();
        if !engine.is_root() {
            drop(engine);
            return Err(Parser::refuse(vm, this, "parser must be a root parser"));
        }
        limit(&engine).threshold.set(n);
        Ok(())
    }
    fn set_factor(
        vm: &Vm,
        this: &Parser,
        factor: f64,
        limit: fn(&Engine) -> &Limit,
    ) -> PyResult<()> {
        let engine = this.engine.borrow();
        if !engine.is_root() {
            drop(engine);
            return Err(Parser::refuse(vm, this, "parser must be a root parser"));
        }
        if factor.is_nan() || factor < 1.0 {
            drop(engine);
            let text = "'max_factor' must be at least 1.0";
            return Err(Parser::refuse(vm, this, text));
        }
        limit(&engine).factor.set(factor as f32);
        Ok(())
    }
}

/// The text of an argument in UTF-8.
fn utf8(vm: &Vm, text: &Ref<Str>) -> PyResult<Vec<u8>> {
    if let StrView::Ascii(text) = text.view() {
        return Ok(text.as_bytes().to_vec());
    }
    let bytes = taipan_object::codecs::encode(vm, text, None, None)?;
    Ok(bytes_like(vm, &bytes)?.to_vec())
}

#[allow(non_snake_case)]
#[pymethods(
    name = "xmlparser",
    module = "pyexpat",
    doc = "XML parser",
    flags(DISALLOW_INSTANTIATION),
    extra(super::handlers::HANDLERS, ATTRIBUTES)
)]
impl Parser {
    /// Parses XML data; isfinal says that it is the last.
    #[pymethod("(self, data, isfinal=False, /)")]
    fn Parse(vm: &Vm, this: &Ref<Parser>, data: &Value, isfinal: bool) -> PyResult<i64> {
        if let Some(text) = data.downcast::<Str>() {
            let bytes = utf8(vm, text)?;
            drop(this.encoding.take());
            if !this.engine.borrow().has_started() {
                this.engine.borrow_mut().fix_encoding(Encoding::Utf8);
            }
            return Parser::parse(vm, this, &bytes, isfinal);
        }
        let bytes = bytes_like(vm, data)?.to_vec();
        Parser::parse(vm, this, &bytes, isfinal)
    }
    /// Parses XML data from a file.
    #[pymethod("(self, file, /)")]
    fn ParseFile(vm: &Vm, this: &Ref<Parser>, file: &Value) -> PyResult<i64> {
        let Some(read) = vm.getattr_opt(file, &vm.intern_str("read"))? else {
            return Err(vm.type_error("argument must have 'read' attribute"));
        };
        loop {
            let data = vm.call(&read, &[vm.new_int(CHUNK as i64)])?;
            let is_bytes =
                data.downcast::<Bytes>().is_some() || vm.is_instance_of(&data, &vm.types.bytearray);
            if !is_bytes {
                return Err(vm.type_error(format!(
                    "read() did not return a bytes object (type={})",
                    vm.type_name(&data)
                )));
            }
            let bytes = bytes_like(vm, &data)?.to_vec();
            if bytes.len() > CHUNK {
                return Err(vm.value_error(format!(
                    "read() returned too much data: {CHUNK} bytes requested, {} returned",
                    bytes.len()
                )));
            }
            let done = Parser::parse(vm, this, &bytes, bytes.is_empty())?;
            if bytes.is_empty() {
                return Ok(done);
            }
        }
    }
    /// Sets the base address of identifiers.
    #[pymethod("(self, base, /)")]
    fn SetBase(this: &Ref<Parser>, base: &Ref<Str>) {
        this.engine.borrow_mut().base = Some(base.to_string().into());
    }
    /// The base address of identifiers.
    #[pymethod("(self, /)")]
    fn GetBase(this: &Ref<Parser>) -> Option<String> {
        this.engine.borrow().base.as_ref().map(ToString::to_string)
    }
    /// The text of the event that is being handled, and what follows.
    #[pymethod("(self, /)")]
    fn GetInputContext(vm: &Vm, this: &Ref<Parser>) -> Option<Ref<Bytes>> {
        if this.running.get() == 0 {
            return None;
        }
        Some(vm.new_bytes(this.engine.borrow().context().to_vec()))
    }
    /// A parser for an external entity of this parser's document.
    #[pymethod("(self, context, encoding=<unset>, /)")]
    fn ExternalEntityParserCreate(
        vm: &Vm,
        this: &Ref<Parser>,
        context: &Value,
        encoding: Option<&Ref<Str>>,
    ) -> PyResult<Ref<Parser>> {
        let context = match context.downcast::<Str>() {
            Some(text) => Some(text.to_string()),
            None if context.is_none() => None,
            None => {
                let function = "ExternalEntityParserCreate";
                return Err(taipan_object::native::bad_argument(
                    vm,
                    context,
                    function,
                    "argument 1",
                    "str or None",
                ));
            }
        };
        let encoding = encoding.map(|e| e.to_string());
        let known = encoding.as_deref().and_then(|e| Encoding::named(e, None));
        let unknown = encoding.filter(|_| known.is_none());
        let engine = this.engine.borrow().external(context.as_deref(), known);
        let mut inner = Parser::new(engine, this.names.clone(), unknown);
        inner.handlers = this.handlers.copy();
        for (to, from) in [
            (&inner.buffers, &this.buffers),
            (&inner.ordered, &this.ordered),
            (&inner.specified, &this.specified),
            (&inner.prefixes, &this.prefixes),
        ] {
            to.set(from.get());
        }
        inner.text_size.set(this.text_size.get());
        Ok(alloc_instance(vm, &vm.add_native_type::<Parser>(), inner))
    }
    /// Says when external parameter entities are read; whether that could be set.
    #[pymethod("(self, flag, /)")]
    fn SetParamEntityParsing(this: &Ref<Parser>, flag: i32) -> i64 {
        let params = match flag {
            0 => ParamParsing::Never,
            1 => ParamParsing::UnlessStandalone,
            2 => ParamParsing::Always,
            _ => return 0,
        };
        i64::from(this.engine.borrow_mut().set_params(params))
    }
    /// Asks for an external subset even if the document names none.
    #[pymethod("(self, flag=True, /)")]
    fn UseForeignDTD(vm: &Vm, this: &Ref<Parser>, flag: bool) -> PyResult<()> {
        let set = this.engine.borrow_mut().set_foreign_dtd(flag);
        set.map_err(|code| Parser::fail(vm, this, code))
    }
    /// Sets from how many bytes on expansion is limited.
    #[pymethod("(self, threshold, /)")]
    fn SetBillionLaughsAttackProtectionActivationThreshold(
        vm: &Vm,
        this: &Ref<Parser>,
        threshold: &Value,
    ) -> PyResult<()> {
        Parser::set_threshold(vm, this, threshold, |e| &e.account.expansion)
    }
    /// Sets how many times its size a document may expand to.
    #[pymethod("(self, max_factor, /)")]
    fn SetBillionLaughsAttackProtectionMaximumAmplification(
        vm: &Vm,
        this: &Ref<Parser>,
        max_factor: f64,
    ) -> PyResult<()> {
        Parser::set_factor(vm, this, max_factor, |e| &e.account.expansion)
    }
    /// Sets from how many bytes on memory is limited.
    #[pymethod("(self, threshold, /)")]
    fn SetAllocTrackerActivationThreshold(
        vm: &Vm,
        this: &Ref<Parser>,
        threshold: &Value,
    ) -> PyResult<()> {
        Parser::set_threshold(vm, this, threshold, |e| &e.account.allocation)
    }
    /// Sets how many times its size a document may take of memory.
    #[pymethod("(self, max_factor, /)")]
    fn SetAllocTrackerMaximumAmplification(
        vm: &Vm,
        this: &Ref<Parser>,
        max_factor: f64,
    ) -> PyResult<()> {
        Parser::set_factor(vm, this, max_factor, |e| &e.account.allocation)
    }
    /// Says whether incomplete tokens wait for much more text before they are tried again.
    #[pymethod("(self, enabled, /)")]
    fn SetReparseDeferralEnabled(this: &Ref<Parser>, enabled: bool) {
        this.engine.borrow_mut().defers = enabled;
    }
    /// Whether incomplete tokens wait for much more text before they are tried again.
    #[pymethod("(self, /)")]
    fn GetReparseDeferralEnabled(this: &Ref<Parser>) -> bool {
        this.engine.borrow().defers
    }
}

#[allow(non_snake_case)]
#[pymethods(partial = ATTRIBUTES, class = "xmlparser")]
impl Parser {
    #[pygetset]
    fn intern(this: &Ref<Parser>) -> Option<Ref<Dict>> {
        this.names.clone()
    }
    #[pygetset]
    fn ErrorCode(this: &Ref<Parser>) -> i64 {
        i64::from(this.last_error.get())
    }
    #[pygetset]
    fn ErrorLineNumber(this: &Ref<Parser>) -> u64 {
        this.engine.borrow().position().line
    }
    #[pygetset]
    fn ErrorColumnNumber(this: &Ref<Parser>) -> u64 {
        this.engine.borrow().position().column
    }
    #[pygetset]
    fn ErrorByteIndex(this: &Ref<Parser>) -> i64 {
        this.byte_index()
    }
    #[pygetset]
    fn CurrentLineNumber(this: &Ref<Parser>) -> u64 {
        this.engine.borrow().position().line
    }
    #[pygetset]
    fn CurrentColumnNumber(this: &Ref<Parser>) -> u64 {
        this.engine.borrow().position().column
    }
    #[pygetset]
    fn CurrentByteIndex(this: &Ref<Parser>) -> i64 {
        this.byte_index()
    }
    #[pygetset]
    fn buffer_size(this: &Ref<Parser>) -> usize {
        this.text_size.get()
    }
    #[pysetter(buffer_size)]
    fn set_buffer_size(vm: &Vm, this: &Ref<Parser>, value: Option<&Value>) -> PyResult<()> {
        let value = value.ok_or_else(|| vm.runtime_error("Cannot delete attribute"))?;
        if value.as_int().is_none() {
            return Err(vm.type_error("buffer_size must be an integer"));
        }
        let size = vm.index_i64(value)?;
        if size <= 0 {
            return Err(vm.value_error("buffer_size must be greater than zero"));
        }
        if size > i64::from(i32::MAX) {
            return Err(
                vm.value_error(format!("buffer_size must not be greater than {}", i32::MAX))
            );
        }
        if size as usize != this.text_size.get() {
            Parser::flush(vm, this)?;
            this.text_size.set(size as usize);
        }
        Ok(())
    }
    #[pygetset]
    fn buffer_text(this: &Ref<Parser>) -> bool {
        this.buffers.get()
    }
    #[pysetter(buffer_text)]
    fn set_buffer_text(vm: &Vm, this: &Ref<Parser>, value: Option<&Value>) -> PyResult<()> {
        let on = flag(vm, value)?;
        if !on {
            Parser::flush(vm, this)?;
        }
        this.buffers.set(on);
        Ok(())
    }
    #[pygetset]
    fn buffer_used(this: &Ref<Parser>) -> usize {
        this.text.borrow().len()
    }
    #[pygetset]
    fn namespace_prefixes(this: &Ref<Parser>) -> bool {
        this.prefixes.get()
    }
    #[pysetter(namespace_prefixes)]
    fn set_namespace_prefixes(vm: &Vm, this: &Ref<Parser>, value: Option<&Value>) -> PyResult<()> {
        let on = flag(vm, value)?;
        this.prefixes.set(on);
        this.engine.borrow_mut().set_triplets(on);
        Ok(())
    }
    #[pygetset]
    fn ordered_attributes(this: &Ref<Parser>) -> bool {
        this.ordered.get()
    }
    #[pysetter(ordered_attributes)]
    fn set_ordered_attributes(vm: &Vm, this: &Ref<Parser>, value: Option<&Value>) -> PyResult<()> {
        this.ordered.set(flag(vm, value)?);
        Ok(())
    }
    #[pygetset]
    fn specified_attributes(this: &Ref<Parser>) -> bool {
        this.specified.get()
    }
    #[pysetter(specified_attributes)]
    fn set_specified_attributes(
        vm: &Vm,
        this: &Ref<Parser>,
        value: Option<&Value>,
    ) -> PyResult<()> {
        this.specified.set(flag(vm, value)?);
        Ok(())
    }
}

impl Parser {
    fn byte_index(&self) -> i64 {
        let engine = self.engine.borrow();
        if engine.has_started() {
            engine.position().byte as i64
        } else {
            -1
        }
    }
}

fn flag(vm: &Vm, value: Option<&Value>) -> PyResult<bool> {
    match value {
        Some(value) => vm.is_true(value),
        None => Err(vm.runtime_error("Cannot delete attribute")),
    }
}
