//! Pickling: numbers, text and bytes.

use taipan_object::bytes::{ByteArray, Bytes};
use taipan_object::int::IntRef;
use taipan_object::str::{Str, StrView};
use taipan_object::{PyResult, Ref};

use super::buffer::PickleBuffer;
use super::dump::Dump;
use super::globals::cannot_pickle;
use super::op;

/// The shortest little-endian two's complement.
fn two_complement(n: &IntRef<'_>) -> Vec<u8> {
    use taipan_object::int_ops::bytes::from_bytes;
    let mut bytes = match n {
        IntRef::Small(n) => n.to_le_bytes().to_vec(),
        IntRef::Big(n) => {
            let zero = dashu_int::IBig::ZERO;
            let negative = **n < zero;
            // The complement of a negative number has no more bits than the number.
            let magnitude = if negative {
                !(*n).clone()
            } else {
                (*n).clone()
            };
            let mut bytes = dashu_int::UBig::try_from(magnitude)
                .map(|m| m.to_le_bytes().to_vec())
                .unwrap_or_default();
            if negative {
                bytes.iter_mut().for_each(|b| *b = !*b);
            }
            bytes.push(if negative { 0xFF } else { 0 });
            debug_assert!(from_bytes(&bytes, true, true) == **n);
            bytes
        }
    };
    while let [.., before, last] = bytes[..] {
        let spare = (last == 0 && before < 0x80) || (last == 0xFF && before >= 0x80);
        if !spare {
            break;
        }
        bytes.pop();
    }
    bytes
}

impl Dump<'_> {
    #[inline]
    pub fn save_int(&mut self, n: &IntRef<'_>) {
        let small = match n {
            IntRef::Small(n) => i32::try_from(*n).ok(),
            IntRef::Big(_) => n.to_i64().and_then(|n| i32::try_from(n).ok()),
        };
        match small {
            Some(n) if !self.binary => self.out.put(format!("{}{n}\n", op::INT as char).as_bytes()),
            Some(n @ 0..=0xFF) => self.out.put(&[op::BININT1, n as u8]),
            Some(n @ 0..=0xFFFF) => {
                let [a, b] = (n as u16).to_le_bytes();
                self.out.put(&[op::BININT2, a, b]);
            }
            Some(n) => {
                let [a, b, c, d] = n.to_le_bytes();
                self.out.put(&[op::BININT, a, b, c, d]);
            }
            None => self.save_long(n),
        }
    }
    fn save_long(&mut self, n: &IntRef<'_>) {
        if self.protocol < 2 {
            let text = match n {
                IntRef::Small(n) => n.to_string(),
                IntRef::Big(n) => n.to_string(),
            };
            self.out
                .put(format!("{}{text}L\n", op::LONG as char).as_bytes());
            return;
        }
        let bytes = two_complement(n);
        match u8::try_from(bytes.len()) {
            Ok(len) => self.out.put(&[op::LONG1, len]),
            Err(_) => {
                self.out.byte(op::LONG4);
                self.out.put(&(bytes.len() as u32).to_le_bytes());
            }
        }
        self.out.put(&bytes);
    }
    pub fn save_float(&mut self, x: f64) {
        if self.binary {
            self.out.byte(op::BINFLOAT);
            self.out.put(&x.to_be_bytes());
        } else {
            let text = taipan_object::float_ops::format::repr(x);
            self.out
                .put(format!("{}{text}\n", op::FLOAT as char).as_bytes());
        }
    }
    pub fn save_str(&mut self, text: &Ref<Str>) -> PyResult<()> {
        if !self.binary {
            self.out.byte(op::UNICODE);
            let escaped = raw_escaped(text.view());
            self.out.put(&escaped);
            self.out.byte(b'\n');
        } else if let StrView::Ascii(ascii) = text.view() {
            self.save_utf8(ascii.as_bytes())?;
        } else {
            self.save_utf8(&text.to_wtf8())?;
        }
        self.memoize(text.as_value());
        Ok(())
    }
    #[inline]
    fn save_utf8(&mut self, bytes: &[u8]) -> PyResult<()> {
        let len = bytes.len();
        if len <= 0xFF && self.protocol >= 4 {
            self.out.put(&[op::SHORT_BINUNICODE, len as u8]);
            self.out.put(bytes);
            return Ok(());
        }
        self.save_long_data(op::BINUNICODE, op::BINUNICODE8, bytes, "string", None)
    }
    /// Data with a length of four bytes, or of eight from protocol 4 on.
    fn save_long_data(
        &mut self,
        code: u8,
        code8: u8,
        data: &[u8],
        what: &str,
        object: Option<&taipan_object::Value>,
    ) -> PyResult<()> {
        let mut header = [0; 9];
        let header = match u32::try_from(data.len()) {
            Ok(len) => {
                header[0] = code;
                header[1..5].copy_from_slice(&len.to_le_bytes());
                &header[..5]
            }
            Err(_) if self.protocol >= 4 => {
                header[0] = code8;
                header[1..].copy_from_slice(&(data.len() as u64).to_le_bytes());
                &header[..]
            }
            Err(_) => {
                return Err(self.vm.overflow_error(format!(
                    "serializing a {what} larger than 4 GiB requires pickle protocol 4 or higher"
                )));
            }
        };
        self.out.put_data(self.vm, header, data, object)
    }
    pub fn save_bytes(&mut self, bytes: &Ref<Bytes>) -> PyResult<()> {
        let vm = self.vm;
        let object = bytes.as_value();
        if self.protocol >= 3 {
            self.put_bytes(&bytes.data, Some(object))?;
            self.memoize(object);
            return Ok(());
        }
        if bytes.data.is_empty() {
            let parts = [vm.types.bytes.to_value(), vm.empty_tuple.to_value()];
            return self.save_reduce(&parts, Some(object));
        }
        // Python 2 has no such bytes: they are text that is encoded again.
        let text = vm.new_from_view(StrView::Latin1(&bytes.data)).into_value();
        let args = vm.tuple_value([text, vm.new_str("latin1").into_value()]);
        let parts = [self.globals.encode.clone(), args];
        self.save_reduce(&parts, Some(object))
    }
    fn put_bytes(&mut self, data: &[u8], object: Option<&taipan_object::Value>) -> PyResult<()> {
        match u8::try_from(data.len()) {
            Ok(len) => {
                self.out.put(&[op::SHORT_BINBYTES, len]);
                self.out.put(data);
                Ok(())
            }
            Err(_) => {
                self.save_long_data(op::BINBYTES, op::BINBYTES8, data, "bytes object", object)
            }
        }
    }
    fn put_bytearray(&mut self, data: &[u8]) -> PyResult<()> {
        let mut header = [op::BYTEARRAY8; 9];
        header[1..].copy_from_slice(&(data.len() as u64).to_le_bytes());
        self.out.put_data(self.vm, &header, data, None)
    }
    pub fn save_bytearray(&mut self, array: &Ref<ByteArray>) -> PyResult<()> {
        let vm = self.vm;
        let object = array.as_value();
        let data = array.with(|data| data.clone());
        if self.protocol >= 5 {
            self.put_bytearray(&data)?;
            self.memoize(object);
            return Ok(());
        }
        let args = if data.is_empty() {
            vm.empty_tuple.to_value()
        } else {
            vm.tuple_value([vm.new_bytes(data).into_value()])
        };
        let parts = [vm.types.bytearray.to_value(), args];
        self.save_reduce(&parts, Some(object))
    }
    pub fn save_buffer(&mut self, buffer: &Ref<PickleBuffer>) -> PyResult<()> {
        let vm = self.vm;
        if self.protocol < 5 {
            return Err(cannot_pickle(
                vm,
                "PickleBuffer can only be pickled with protocol >= 5",
            ));
        }
        let view = buffer.request(vm)?;
        if !PickleBuffer::is_contiguous(&view) {
            return Err(cannot_pickle(
                vm,
                "PickleBuffer can not be pickled when pointing to a non-contiguous buffer",
            ));
        }
        let in_band = match self.buffer_callback.clone() {
            None => true,
            Some(callback) => {
                let answer = vm.call(&callback, std::slice::from_ref(buffer.as_value()))?;
                vm.is_true(&answer)?
            }
        };
        if !in_band {
            self.out.byte(op::NEXT_BUFFER);
            if view.readonly {
                self.out.byte(op::READONLY_BUFFER);
            }
            return Ok(());
        }
        let data = view.bytes().to_vec();
        if view.readonly {
            self.put_bytes(&data, None)?;
        } else {
            self.put_bytearray(&data)?;
        }
        self.memoize(buffer.as_value());
        Ok(())
    }
}

/// Text in one line of Latin-1, the rest escaped.
fn raw_escaped(text: StrView<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for c in text.iter() {
        match c {
            0x1_0000.. => out.extend_from_slice(format!("\\U{c:08x}").as_bytes()),
            0x100.. | 0 | 0x0A | 0x0D | 0x1A | 0x5C => {
                out.extend_from_slice(format!("\\u{c:04x}").as_bytes());
            }
            c => out.push(c as u8),
        }
    }
    out
}
