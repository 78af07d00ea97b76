//! Values to bytes, in CPython's form (code has a form of our own).

use std::collections::HashMap;

use taipan_object::bytes::{ByteArray, Bytes};
use taipan_object::dict::Dict;
use taipan_object::float::Complex;
use taipan_object::list::List;
use taipan_object::slice::Slice;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::{PyResult, Value, Vm};
use taipan_vm::code::PyCode;

const FLAG_REF: u8 = 0x80;
const MAX_DEPTH: usize = 2000;

struct Writer<'v> {
    vm: &'v Vm,
    out: Vec<u8>,
    version: i64,
    allow_code: bool,
    known: HashMap<u64, u32>,
    kept: Vec<Value>,
}

/// The bytes of a value.
///
/// # Errors
/// ValueError for values that have no such form.
pub fn write(vm: &Vm, value: &Value, version: i64, allow_code: bool) -> PyResult<Vec<u8>> {
    let mut w = Writer {
        vm,
        out: Vec::new(),
        version,
        allow_code,
        known: HashMap::new(),
        kept: Vec::new(),
    };
    w.value(value, 0)?;
    Ok(w.out)
}

impl Writer<'_> {
    fn size(&mut self, n: usize) -> PyResult<()> {
        match i32::try_from(n) {
            Ok(n) => {
                self.out.extend_from_slice(&n.to_le_bytes());
                Ok(())
            }
            Err(_) => Err(self.vm.value_error("object too large to marshal")),
        }
    }
    /// Writes a reference to an object that was written before; else notes it and gives the flag for its type byte.
    fn reference(&mut self, value: &Value) -> Option<u8> {
        if self.version < 3 || value.header().is_none_or(|h| h.count() == 1) {
            return Some(0);
        }
        if let Some(&n) = self.known.get(&value.id()) {
            self.out.push(b'r');
            self.out.extend_from_slice(&n.to_le_bytes());
            return None;
        }
        let n = self.known.len() as u32;
        self.known.insert(value.id(), n);
        self.kept.push(value.clone());
        Some(FLAG_REF)
    }
    fn items(&mut self, items: &[Value], depth: usize) -> PyResult<()> {
        items.iter().try_for_each(|i| self.value(i, depth + 1))
    }
    fn value(&mut self, value: &Value, depth: usize) -> PyResult<()> {
        let vm = self.vm;
        if depth > MAX_DEPTH {
            return Err(vm.value_error("object too deeply nested to marshal"));
        }
        let ty = vm.type_of(value);
        let t = &vm.types;
        if value.is_none() {
            self.out.push(b'N');
        } else if value.is_true() {
            self.out.push(b'T');
        } else if value.is_false() {
            self.out.push(b'F');
        } else if value.is(&Value::ELLIPSIS) {
            self.out.push(b'.');
        } else if value.is(vm.exc.stop_iteration.as_value()) {
            self.out.push(b'S');
        } else if ty.is(&t.int) {
            return self.int(value);
        } else if ty.is(&t.float) {
            self.out.push(b'g');
            self.out
                .extend_from_slice(&value.as_float().unwrap_or(0.0).to_le_bytes());
        } else if let Some(z) = value.downcast_exact::<Complex>(&t.complex) {
            self.out.push(b'y');
            self.out.extend_from_slice(&z.re.to_le_bytes());
            self.out.extend_from_slice(&z.im.to_le_bytes());
        } else {
            return self.object(value, depth);
        }
        Ok(())
    }
    fn int(&mut self, value: &Value) -> PyResult<()> {
        if let Some(n) = value.as_i64().and_then(|n| i32::try_from(n).ok()) {
            self.out.push(b'i');
            self.out.extend_from_slice(&n.to_le_bytes());
            return Ok(());
        }
        let Some(n) = value.as_int() else {
            return Err(self.vm.value_error("unmarshallable object"));
        };
        let (sign, magnitude) = n.to_ibig().into_parts();
        let bytes = magnitude.to_le_bytes();
        // Digits of 15 bits.
        let mut digits = Vec::new();
        let (mut acc, mut bits) = (0u32, 0);
        for b in bytes {
            acc |= u32::from(b) << bits;
            bits += 8;
            if bits >= 15 {
                digits.push((acc & 0x7FFF) as u16);
                acc >>= 15;
                bits -= 15;
            }
        }
        if acc != 0 {
            digits.push(acc as u16);
        }
        while digits.last() == Some(&0) {
            digits.pop();
        }
        self.out.push(b'l');
        let count = digits.len() as i32;
        self.out.extend_from_slice(
            &(if sign == dashu_int::Sign::Negative {
                -count
            } else {
                count
            })
            .to_le_bytes(),
        );
        digits
            .iter()
            .for_each(|d| self.out.extend_from_slice(&d.to_le_bytes()));
        Ok(())
    }
    fn object(&mut self, value: &Value, depth: usize) -> PyResult<()> {
        let vm = self.vm;
        let t = &vm.types;
        let Some(flag) = self.reference(value) else {
            return Ok(());
        };
        if let Some(s) = value.downcast_exact::<Str>(&t.str) {
            let text = s.to_wtf8();
            match s.as_ascii() {
                Some(_) if self.version >= 4 && text.len() < 256 => {
                    self.out.push(b'z' | flag);
                    self.out.push(text.len() as u8);
                }
                Some(_) if self.version >= 4 => {
                    self.out.push(b'a' | flag);
                    self.size(text.len())?;
                }
                _ => {
                    self.out.push(b'u' | flag);
                    self.size(text.len())?;
                }
            }
            self.out.extend_from_slice(&text);
        } else if let Some(b) = value.downcast_exact::<Bytes>(&t.bytes) {
            self.out.push(b's' | flag);
            self.size(b.data.len())?;
            self.out.extend_from_slice(&b.data);
        } else if let Some(items) = value.downcast_exact::<Tuple>(&t.tuple) {
            if self.version >= 4 && items.len() < 256 {
                self.out.push(b')' | flag);
                self.out.push(items.len() as u8);
            } else {
                self.out.push(b'(' | flag);
                self.size(items.len())?;
            }
            self.items(items.items(), depth)?;
        } else if let Some(list) = value.downcast_exact::<List>(&t.list) {
            self.out.push(b'[' | flag);
            let items = list.to_vec();
            self.size(items.len())?;
            self.items(&items, depth)?;
        } else if let Some(dict) = value.downcast_exact::<Dict>(&t.dict) {
            self.out.push(b'{' | flag);
            for (k, v) in dict.items() {
                self.value(&k, depth + 1)?;
                self.value(&v, depth + 1)?;
            }
            self.out.push(b'0');
        } else if vm.type_of(value).is(&t.set) || vm.type_of(value).is(&t.frozenset) {
            self.out.push(
                if vm.type_of(value).is(&t.set) {
                    b'<'
                } else {
                    b'>'
                } | flag,
            );
            // Sorted by their stored form, so that equal sets give equal bytes.
            let mut items = Vec::new();
            for item in vm.collect(value)? {
                items.push((
                    write(vm, &item, self.version.min(2), self.allow_code)?,
                    item,
                ));
            }
            items.sort_by(|a, b| a.0.cmp(&b.0));
            self.size(items.len())?;
            for (_, item) in items {
                self.value(&item, depth + 1)?;
            }
        } else if let Some(slice) = value.downcast_exact::<Slice>(&t.slice) {
            if self.version < 5 {
                return Err(vm.value_error("unmarshallable object"));
            }
            self.out.push(b':' | flag);
            self.items(
                &[slice.start.clone(), slice.stop.clone(), slice.step.clone()],
                depth,
            )?;
        } else if let Some(code) = value.downcast::<PyCode>() {
            if !self.allow_code {
                return Err(vm.value_error("marshalling code objects is disallowed"));
            }
            let record = taipan_compiler::marshal::write_code(&code.code);
            self.out.push(b'c' | flag);
            self.size(record.len())?;
            self.out.extend_from_slice(&record);
        } else {
            let bytes = if let Some(b) = value.downcast_exact::<ByteArray>(&t.bytearray) {
                Some(b.with(|b| b.clone()))
            } else if vm.type_of(value).has(taipan_object::ty::TypeFlags::HEAP) {
                None
            } else {
                taipan_vm::util::buffer_bytes(vm, value)?
            };
            let Some(bytes) = bytes else {
                return Err(vm.value_error("unmarshallable object"));
            };
            self.out.push(b's' | flag);
            self.size(bytes.len())?;
            self.out.extend_from_slice(&bytes);
        }
        Ok(())
    }
}
