//! Values from bytes.

use taipan_object::{PyResult, Raised, Value, Vm};

const MAX_DEPTH: usize = 2000;

struct Reader<'v> {
    vm: &'v Vm,
    bytes: &'v [u8],
    at: usize,
    allow_code: bool,
    refs: Vec<Option<Value>>,
}

/// A value and how many bytes it took.
///
/// # Errors
/// EOFError, ValueError, TypeError for bad data.
pub fn read(vm: &Vm, bytes: &[u8], allow_code: bool) -> PyResult<(Value, usize)> {
    let mut r = Reader {
        vm,
        bytes,
        at: 0,
        allow_code,
        refs: Vec::new(),
    };
    match r.value(0)? {
        Some(v) => Ok((v, r.at)),
        None => Err(vm.type_error("NULL object in marshal data for object")),
    }
}

impl<'v> Reader<'v> {
    fn short(&self) -> Raised {
        self.vm
            .raise_str(&self.vm.exc.eof_error, "marshal data too short")
    }
    fn bad(&self, what: &str) -> Raised {
        self.vm.value_error(format!("bad marshal data ({what})"))
    }
    fn take(&mut self, n: usize) -> PyResult<&'v [u8]> {
        match self.bytes.get(self.at..).and_then(|rest| rest.get(..n)) {
            Some(b) => {
                self.at += n;
                Ok(b)
            }
            None => Err(self.short()),
        }
    }
    fn byte(&mut self) -> PyResult<u8> {
        Ok(self.take(1)?[0])
    }
    fn long(&mut self) -> PyResult<i32> {
        let b = self.take(4)?;
        Ok(i32::from_le_bytes([b[0], b[1], b[2], b[3]]))
    }
    fn double(&mut self) -> PyResult<f64> {
        let b = self.take(8)?;
        let mut a = [0; 8];
        a.copy_from_slice(b);
        Ok(f64::from_le_bytes(a))
    }
    fn text_float(&mut self) -> PyResult<f64> {
        let n = self.byte()? as usize;
        let text = self.take(n)?;
        std::str::from_utf8(text)
            .ok()
            .and_then(|t| t.trim().parse().ok())
            .ok_or_else(|| self.bad("string size out of range"))
    }
    fn size(&mut self, what: &str) -> PyResult<usize> {
        let n = self.long()?;
        usize::try_from(n).map_err(|_| self.bad(&format!("{what} size out of range")))
    }
    /// A number of items, each of which takes at least a byte.
    fn count(&mut self, what: &str) -> PyResult<usize> {
        let n = self.size(what)?;
        if n > self.bytes.len() - self.at {
            Err(self.short())
        } else {
            Ok(n)
        }
    }
    fn item(&mut self, depth: usize, what: &str) -> PyResult {
        match self.value(depth + 1)? {
            Some(v) => Ok(v),
            None => Err(self
                .vm
                .type_error(format!("NULL object in marshal data for {what}"))),
        }
    }
    fn items(&mut self, n: usize, depth: usize, what: &str) -> PyResult<Vec<Value>> {
        (0..n).map(|_| self.item(depth, what)).collect()
    }
    fn big(&mut self) -> PyResult {
        let n = self.long()?;
        let count = n.unsigned_abs() as usize;
        let digits = self.take(count * 2)?;
        let mut bytes = Vec::with_capacity(count * 2 + 2);
        let (mut acc, mut bits) = (0u32, 0);
        for (i, d) in digits.chunks_exact(2).enumerate() {
            let d = u16::from_le_bytes([d[0], d[1]]);
            if d > 0x7FFF {
                return Err(self.bad("digit out of range in long"));
            }
            if i + 1 == count && d == 0 {
                return Err(self.bad("unnormalized long data"));
            }
            acc |= u32::from(d) << bits;
            bits += 15;
            while bits >= 8 {
                bytes.push(acc as u8);
                acc >>= 8;
                bits -= 8;
            }
        }
        if bits > 0 {
            bytes.push(acc as u8);
        }
        let magnitude = dashu_int::IBig::from(dashu_int::UBig::from_le_bytes(&bytes));
        Ok(self
            .vm
            .new_bigint(if n < 0 { -magnitude } else { magnitude }))
    }
    fn text(&mut self, n: usize, utf8: bool, intern: bool) -> PyResult {
        let vm = self.vm;
        let bytes = self.take(n)?;
        let s = if utf8 {
            let handler =
                taipan_object::codecs::errors::Handler::of(Some(&vm.intern_str("surrogatepass")));
            taipan_object::codecs::utf8::decode(vm, bytes, &handler, true)?.0
        } else {
            vm.new_from_view(taipan_object::str::StrView::Latin1(bytes))
        };
        Ok(if intern {
            vm.intern(&s).into_value()
        } else {
            s.into_value()
        })
    }
    /// `None` at the mark that ends a dict.
    fn value(&mut self, depth: usize) -> PyResult<Option<Value>> {
        let vm = self.vm;
        if depth > MAX_DEPTH {
            return Err(vm.value_error("recursion limit exceeded"));
        }
        let Some(&byte) = self.bytes.get(self.at) else {
            return Err(vm.raise_str(&vm.exc.eof_error, "EOF read where object expected"));
        };
        self.at += 1;
        let (kind, flagged) = (byte & 0x7F, byte & 0x80 != 0);
        // Containers hold a place in the list of references before their items.
        let place = flagged.then(|| {
            self.refs.push(None);
            self.refs.len() - 1
        });
        let value = match kind {
            b'0' => return Ok(None),
            b'N' => Value::NONE,
            b'T' => Value::TRUE,
            b'F' => Value::FALSE,
            b'.' => Value::ELLIPSIS,
            b'S' => vm.exc.stop_iteration.to_value(),
            b'i' => {
                let n = self.long()?;
                vm.new_int(n.into())
            }
            b'I' => {
                let b = self.take(8)?;
                let mut a = [0; 8];
                a.copy_from_slice(b);
                vm.new_int(i64::from_le_bytes(a))
            }
            b'l' => self.big()?,
            b'g' => vm.new_float(self.double()?),
            b'f' => vm.new_float(self.text_float()?),
            b'y' => {
                let (re, im) = (self.double()?, self.double()?);
                vm.new_complex(re, im)
            }
            b'x' => {
                let (re, im) = (self.text_float()?, self.text_float()?);
                vm.new_complex(re, im)
            }
            b'z' | b'Z' => {
                let n = self.byte()? as usize;
                self.text(n, false, kind == b'Z')?
            }
            b'a' | b'A' => {
                let n = self.size("string")?;
                self.text(n, false, kind == b'A')?
            }
            b'u' | b't' => {
                let n = self.size("string")?;
                self.text(n, true, kind == b't')?
            }
            b's' => {
                let n = self.size("bytes object")?;
                vm.new_bytes(self.take(n)?.to_vec()).into_value()
            }
            b')' | b'(' => {
                let n = if kind == b')' {
                    self.byte()? as usize
                } else {
                    self.count("tuple")?
                };
                vm.new_tuple(self.items(n, depth, "tuple")?).into_value()
            }
            b'[' => {
                let n = self.count("list")?;
                let list = vm.new_list(Vec::new());
                if let Some(p) = place {
                    self.refs[p] = Some(list.to_value());
                }
                for _ in 0..n {
                    let item = self.item(depth, "list")?;
                    list.push(item);
                }
                list.into_value()
            }
            b'{' => {
                let dict = vm.new_dict();
                if let Some(p) = place {
                    self.refs[p] = Some(dict.to_value());
                }
                while let Some(key) = self.value(depth + 1)? {
                    let Some(value) = self.value(depth + 1)? else {
                        break;
                    };
                    dict.insert(vm, key, value)?;
                }
                dict.into_value()
            }
            b'<' | b'>' => {
                let n = self.count("set")?;
                let items = vm.list_value(self.items(n, depth, "set")?);
                let ty = if kind == b'<' {
                    &vm.types.set
                } else {
                    &vm.types.frozenset
                };
                vm.call(ty.as_value(), &[items])?
            }
            b':' => {
                let parts = self.items(3, depth, "slice")?;
                vm.call(vm.types.slice.as_value(), &parts)?
            }
            b'c' => {
                if !self.allow_code {
                    return Err(vm.value_error("unmarshalling code objects is disallowed"));
                }
                let n = self.size("code object")?;
                let record = self.take(n)?;
                match taipan_compiler::marshal::read_code(record) {
                    Ok(code) => taipan_vm::code::new_code(vm, code, false).into_value(),
                    Err(e) => return Err(vm.value_error(format!("bad marshal data ({e})"))),
                }
            }
            b'r' => {
                let n = self.long()?;
                match usize::try_from(n)
                    .ok()
                    .and_then(|n| self.refs.get(n))
                    .cloned()
                    .flatten()
                {
                    Some(v) => v,
                    None => return Err(self.bad("invalid reference")),
                }
            }
            _ => return Err(self.bad("unknown type code")),
        };
        if let Some(p) = place {
            self.refs[p] = Some(value.clone());
        }
        Ok(Some(value))
    }
}
