//! Unpickling: the loop over a pickle's codes, its stack, and what pushes plain values.

use std::rc::Rc;

use taipan_object::bytes::ByteArray;
use taipan_object::codecs::{escapes, registry, utf8};
use taipan_object::str::Str;
use taipan_object::{PyResult, Raised, Ref, Value, Vm};

use super::globals::{Globals, cannot_unpickle};
use super::op;
use super::reader::Reader;
use super::slots::Slots;

/// One call of `load`.
pub struct Load<'a> {
    pub vm: &'a Vm,
    pub reader: Reader,
    pub stack: Vec<Value>,
    /// Heights of the stack at the marks.
    pub marks: Vec<usize>,
    pub memo: Slots,
    pub globals: Rc<Globals>,
    pub protocol: u8,
    pub fix_imports: bool,
    /// For text of Python 2: an encoding, or "bytes".
    pub encoding: Ref<Str>,
    pub errors: Ref<Str>,
    /// An iterator over the buffers that are not in the pickle.
    pub buffers: Option<Value>,
    /// `persistent_load`, unless it is the one that refuses.
    pub persistent_load: Option<Value>,
    /// `find_class`, if a subclass has its own.
    pub find_class: Option<Value>,
}

impl Load<'_> {
    // ---- the stack

    #[inline(always)]
    pub fn push(&mut self, value: Value) {
        self.stack.push(value);
    }
    /// What lies below belongs to an open mark.
    #[inline(always)]
    pub fn fence(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }
    #[cold]
    pub fn underflow(&self) -> Raised {
        cannot_unpickle(
            self.vm,
            if self.marks.is_empty() {
                "unpickling stack underflow"
            } else {
                "unexpected MARK found"
            },
        )
    }
    #[inline(always)]
    pub fn pop(&mut self) -> PyResult<Value> {
        if self.stack.len() > self.fence()
            && let Some(value) = self.stack.pop()
        {
            return Ok(value);
        }
        Err(self.underflow())
    }
    /// A new reference to the top value.
    #[inline(always)]
    pub fn top(&self) -> PyResult<Value> {
        match self.stack.last() {
            Some(value) if self.stack.len() > self.fence() => Ok(value.clone()),
            _ => Err(self.underflow()),
        }
    }
    /// The values since the last mark, which is taken off.
    #[inline]
    pub fn pop_mark(&mut self) -> PyResult<Vec<Value>> {
        match self.marks.pop() {
            Some(mark) => Ok(self.stack.split_off(mark)),
            None => Err(cannot_unpickle(self.vm, "could not find MARK")),
        }
    }

    // ---- the loop

    /// Reads one object.
    ///
    /// # Errors
    /// UnpicklingError, EOFError; what objects raise.
    pub fn run(&mut self) -> PyResult {
        self.run_noting(|_| ())
    }
    /// As [`Load::run`]; `note` is told the protocol.
    ///
    /// # Errors
    /// The same.
    pub fn run_noting(&mut self, note: impl Fn(u8)) -> PyResult {
        loop {
            let code = self.reader.code(self.vm)?;
            if code == op::STOP {
                break;
            }
            self.step(code)?;
            if code == op::PROTO {
                note(self.protocol);
            }
        }
        self.reader.skip(self.vm)?;
        self.pop()
    }
    #[inline(always)]
    fn step(&mut self, code: u8) -> PyResult<()> {
        let vm = self.vm;
        match code {
            op::MARK => self.marks.push(self.stack.len()),
            op::NONE => self.push(Value::NONE),
            op::NEWTRUE => self.push(Value::TRUE),
            op::NEWFALSE => self.push(Value::FALSE),
            op::BININT1 => {
                let [n] = self.reader.array(vm)?;
                self.push(vm.new_int(i64::from(n)));
            }
            op::BININT2 => {
                let n = u16::from_le_bytes(self.reader.array(vm)?);
                self.push(vm.new_int(i64::from(n)));
            }
            op::BININT => {
                let n = i32::from_le_bytes(self.reader.array(vm)?);
                self.push(vm.new_int(i64::from(n)));
            }
            op::BINFLOAT => {
                let x = f64::from_be_bytes(self.reader.array(vm)?);
                self.push(vm.new_float(x));
            }
            op::SHORT_BINUNICODE => {
                let [len] = self.reader.array(vm)?;
                self.load_utf8(usize::from(len))?;
            }
            op::BINUNICODE => {
                let len = u32::from_le_bytes(self.reader.array(vm)?);
                self.load_utf8(len as usize)?;
            }
            op::MEMOIZE => {
                let value = self.top()?;
                self.memo.put(self.memo.len() as u64, value);
            }
            op::BINGET => {
                let [index] = self.reader.array(vm)?;
                self.load_memo(u64::from(index))?;
            }
            op::LONG_BINGET => {
                let index = u32::from_le_bytes(self.reader.array(vm)?);
                self.load_memo(u64::from(index))?;
            }
            op::BINPUT => {
                let [index] = self.reader.array(vm)?;
                let value = self.top()?;
                self.memo.put(u64::from(index), value);
            }
            op::LONG_BINPUT => {
                let index = u32::from_le_bytes(self.reader.array(vm)?);
                let value = self.top()?;
                self.memo.put(u64::from(index), value);
            }
            op::EMPTY_TUPLE => self.push(vm.empty_tuple.to_value()),
            op::EMPTY_LIST => self.push(vm.list_value(Vec::new())),
            op::EMPTY_DICT => self.push(vm.new_dict().into_value()),
            op::TUPLE1 => self.load_short_tuple(1)?,
            op::TUPLE2 => self.load_short_tuple(2)?,
            op::TUPLE3 => self.load_short_tuple(3)?,
            op::TUPLE => {
                let items = self.pop_mark()?;
                self.push(vm.new_tuple(items).into_value());
            }
            op::APPEND => self.load_append()?,
            op::APPENDS => self.load_appends()?,
            op::SETITEM => self.load_setitem()?,
            op::SETITEMS => self.load_setitems()?,
            _ => self.step_other(code)?,
        }
        Ok(())
    }
    /// The codes that are less frequent.
    #[inline(never)]
    fn step_other(&mut self, code: u8) -> PyResult<()> {
        let vm = self.vm;
        match code {
            op::REDUCE => self.load_reduce(),
            op::BUILD => self.load_build(),
            op::NEWOBJ => self.load_newobj(false),
            op::NEWOBJ_EX => self.load_newobj(true),
            op::STACK_GLOBAL => self.load_stack_global(),
            op::GLOBAL => self.load_global(),
            op::FRAME => {
                let len = u64::from_le_bytes(self.reader.array(vm)?);
                if len > isize::MAX as u64 {
                    return Err(vm.overflow_error(format!(
                        "FRAME length exceeds system's maximum of {} bytes",
                        isize::MAX
                    )));
                }
                self.reader.frame(vm, len as usize)
            }
            op::PROTO => self.load_proto(),
            op::EMPTY_SET => {
                self.push(vm.new_set().into_value());
                Ok(())
            }
            op::ADDITEMS => self.load_additems(),
            op::FROZENSET => self.load_frozenset(),
            op::LIST => {
                let items = self.pop_mark()?;
                self.push(vm.list_value(items));
                Ok(())
            }
            op::DICT => self.load_dict(),
            op::SHORT_BINBYTES => {
                let [len] = self.reader.array(vm)?;
                self.load_bytes(usize::from(len))
            }
            op::BINBYTES => {
                let len = u32::from_le_bytes(self.reader.array(vm)?);
                self.load_bytes(len as usize)
            }
            op::BINBYTES8 => {
                let len = u64::from_le_bytes(self.reader.array(vm)?);
                let len = self.size(len, "BINBYTES8")?;
                self.load_bytes(len)
            }
            op::BYTEARRAY8 => {
                let len = u64::from_le_bytes(self.reader.array(vm)?);
                let len = self.size(len, "BYTEARRAY8")?;
                let data = self.reader.take(vm, len)?.to_vec();
                let array = vm.heap.alloc(&vm.types.bytearray, ByteArray::new(data));
                self.push(array.into_value());
                Ok(())
            }
            op::BINUNICODE8 => {
                let len = u64::from_le_bytes(self.reader.array(vm)?);
                let len = self.size(len, "BINUNICODE8")?;
                self.load_utf8(len)
            }
            op::LONG1 => {
                let [len] = self.reader.array(vm)?;
                self.load_binary_long(usize::from(len))
            }
            op::LONG4 => {
                let len = i32::from_le_bytes(self.reader.array(vm)?);
                match usize::try_from(len) {
                    Ok(len) => self.load_binary_long(len),
                    Err(_) => Err(cannot_unpickle(vm, "LONG pickle has negative byte count")),
                }
            }
            op::POP => self.load_pop(),
            op::POP_MARK => self.pop_mark().map(drop),
            op::DUP => {
                let value = self.top()?;
                self.push(value);
                Ok(())
            }
            _ => self.step_rare(code),
        }
    }
    /// Codes of text pickles, and those that few pickles have.
    fn step_rare(&mut self, code: u8) -> PyResult<()> {
        let vm = self.vm;
        match code {
            op::INT => self.load_int(),
            op::LONG => self.load_long(),
            op::FLOAT => self.load_float(),
            op::STRING => self.load_string(),
            op::UNICODE => self.load_unicode(),
            op::BINSTRING => {
                let len = i32::from_le_bytes(self.reader.array(vm)?);
                match usize::try_from(len) {
                    Ok(len) => self.load_old_string(len),
                    Err(_) => Err(cannot_unpickle(
                        vm,
                        "BINSTRING pickle has negative byte count",
                    )),
                }
            }
            op::SHORT_BINSTRING => {
                let [len] = self.reader.array(vm)?;
                self.load_old_string(usize::from(len))
            }
            op::GET => {
                let index = self.line_number()?;
                match u64::try_from(index) {
                    Ok(index) => self.load_memo(index),
                    Err(_) => Err(self.no_memo(index)),
                }
            }
            op::PUT => {
                let index = self.line_number()?;
                let value = self.top()?;
                match u64::try_from(index) {
                    Ok(index) => self.memo.put(index, value),
                    Err(_) => return Err(vm.value_error("negative PUT argument")),
                }
                Ok(())
            }
            op::INST => self.load_inst(),
            op::OBJ => self.load_obj(),
            op::PERSID => self.load_persid(),
            op::BINPERSID => {
                let id = self.pop()?;
                self.load_persistent(id)
            }
            op::EXT1 => {
                let [code] = self.reader.array(vm)?;
                self.load_extension(i64::from(code))
            }
            op::EXT2 => {
                let code = u16::from_le_bytes(self.reader.array(vm)?);
                self.load_extension(i64::from(code))
            }
            op::EXT4 => {
                let code = i32::from_le_bytes(self.reader.array(vm)?);
                self.load_extension(i64::from(code))
            }
            op::NEXT_BUFFER => self.load_next_buffer(),
            op::READONLY_BUFFER => self.load_readonly_buffer(),
            b' '..=b'~' if code != b'\'' && code != b'\\' => Err(cannot_unpickle(
                vm,
                format!("invalid load key, '{}'.", char::from(code)),
            )),
            _ => Err(cannot_unpickle(
                vm,
                format!("invalid load key, '\\x{code:02x}'."),
            )),
        }
    }

    // ---- plain values

    /// A length that memory may have.
    fn size(&self, len: u64, what: &str) -> PyResult<usize> {
        if len > isize::MAX as u64 {
            return Err(self.vm.overflow_error(format!(
                "{what} exceeds system's maximum size of {} bytes",
                isize::MAX
            )));
        }
        Ok(len as usize)
    }
    fn load_proto(&mut self) -> PyResult<()> {
        let [protocol] = self.reader.array(self.vm)?;
        if i32::from(protocol) > op::HIGHEST_PROTOCOL {
            return Err(self
                .vm
                .value_error(format!("unsupported pickle protocol: {protocol}")));
        }
        self.protocol = protocol;
        Ok(())
    }
    #[inline(always)]
    fn load_utf8(&mut self, len: usize) -> PyResult<()> {
        let vm = self.vm;
        let bytes = self.reader.take(vm, len)?;
        let text = if bytes.is_ascii() {
            vm.new_ascii(bytes)
        } else {
            let bytes = bytes.to_vec();
            let handler = taipan_object::codecs::errors::Handler::SurrogatePass;
            utf8::decode(vm, &bytes, &handler, true)?.0
        };
        self.push(text.into_value());
        Ok(())
    }
    fn load_bytes(&mut self, len: usize) -> PyResult<()> {
        let vm = self.vm;
        let bytes = vm.new_bytes(self.reader.take(vm, len)?);
        self.push(bytes.into_value());
        Ok(())
    }
    fn load_binary_long(&mut self, len: usize) -> PyResult<()> {
        let vm = self.vm;
        let bytes = self.reader.take(vm, len)?;
        let n = taipan_object::int_ops::bytes::from_bytes(bytes, true, true);
        self.push(vm.new_bigint(n));
        Ok(())
    }
    #[inline]
    fn load_short_tuple(&mut self, len: usize) -> PyResult<()> {
        let vm = self.vm;
        let start = match self.stack.len().checked_sub(len) {
            Some(start) if start >= self.fence() => start,
            _ => return Err(self.underflow()),
        };
        let tuple = vm.new_tuple(self.stack.drain(start..)).into_value();
        self.push(tuple);
        Ok(())
    }
    #[inline]
    fn load_memo(&mut self, index: u64) -> PyResult<()> {
        match self.memo.get(index) {
            Some(value) => self.push(value),
            None => return Err(self.no_memo(index as i64)),
        }
        Ok(())
    }
    #[cold]
    fn no_memo(&self, index: i64) -> Raised {
        cannot_unpickle(self.vm, format!("Memo value not found at index {index}"))
    }
    fn load_pop(&mut self) -> PyResult<()> {
        if self.marks.last() == Some(&self.stack.len()) {
            self.marks.pop();
            return Ok(());
        }
        self.pop().map(drop)
    }

    // ---- values in lines of text

    /// The number that text shows; messages show the end of its line, too.
    fn parse_long(&self, text: &[u8]) -> PyResult {
        let text = format!("{}\n", String::from_utf8_lossy(text));
        taipan_object::int_ops::parse::parse_str(self.vm, &self.vm.new_str(&text), 10)
    }
    /// The number in a line.
    fn line_number(&mut self) -> PyResult<i64> {
        let line = self.reader.text_line(self.vm)?;
        let n = self.parse_long(&line)?;
        match n.as_i64() {
            Some(n) => Ok(n),
            None => Err(self
                .vm
                .overflow_error("Python int too large to convert to C ssize_t")),
        }
    }
    fn load_int(&mut self) -> PyResult<()> {
        let vm = self.vm;
        let line = self.reader.text_line(vm)?;
        let value = match &line[..] {
            b"00" => Value::FALSE,
            b"01" => Value::TRUE,
            text => match self.parse_long(text) {
                Err(_) if vm.exception_is(&vm.exc.value_error) => {
                    drop(vm.take_pending());
                    return Err(vm.value_error("could not convert string to int"));
                }
                result => result?,
            },
        };
        self.push(value);
        Ok(())
    }
    fn load_long(&mut self) -> PyResult<()> {
        let line = self.reader.text_line(self.vm)?;
        let text = line.strip_suffix(b"L").unwrap_or(&line);
        let n = self.parse_long(text)?;
        self.push(n);
        Ok(())
    }
    fn load_float(&mut self) -> PyResult<()> {
        let vm = self.vm;
        let line = self.reader.text_line(vm)?;
        match taipan_object::float_ops::parse::parse(&line) {
            Some(x) => self.push(vm.new_float(x)),
            None => {
                return Err(vm.value_error(format!(
                    "could not convert string to float: '{}\n'",
                    String::from_utf8_lossy(&line)
                )));
            }
        }
        Ok(())
    }
    fn load_unicode(&mut self) -> PyResult<()> {
        let vm = self.vm;
        let line = self.reader.line(vm)?;
        let handler = taipan_object::codecs::errors::Handler::Strict;
        let (text, _) = escapes::decode_raw(vm, &line, &handler, true)?;
        self.push(text.into_value());
        Ok(())
    }
    fn load_string(&mut self) -> PyResult<()> {
        let vm = self.vm;
        let line = self.reader.line(vm)?;
        let inner = match &line[..] {
            [b'\'', inner @ .., b'\''] | [b'"', inner @ .., b'"'] => inner,
            _ => {
                let message = "the STRING opcode argument must be quoted";
                return Err(cannot_unpickle(vm, message));
            }
        };
        let bytes = escapes::decode_bytes(vm, inner, "strict")?;
        self.push_old_string(bytes)
    }
    fn load_old_string(&mut self, len: usize) -> PyResult<()> {
        let bytes = self.reader.take(self.vm, len)?.to_vec();
        self.push_old_string(bytes)
    }
    /// A string of Python 2, which is text or bytes.
    fn push_old_string(&mut self, bytes: Vec<u8>) -> PyResult<()> {
        let vm = self.vm;
        let bytes = vm.new_bytes(bytes).into_value();
        if self.encoding.is_str("bytes") {
            self.push(bytes);
            return Ok(());
        }
        let text = registry::decode_text(vm, &bytes, &self.encoding, Some(&self.errors))?;
        self.push(text.into_value());
        Ok(())
    }
}
