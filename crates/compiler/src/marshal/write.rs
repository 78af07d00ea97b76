//! Writes code records.

use std::collections::HashMap;

use super::{FORMAT_VERSION, RAW_INSTR, RECORD_HEADER, RECORD_MAGIC, Tag, reseal};
use crate::code::{Code, Const};
use crate::opcode::Instr;

/// The record of a code object and all that it holds.
pub fn write_code(code: &Code) -> Vec<u8> {
    let mut writer = Writer {
        out: Vec::with_capacity(256 + code.instrs.len() * 8),
        strings: HashMap::new(),
    };
    writer.out.extend_from_slice(RECORD_MAGIC);
    writer.out.push(FORMAT_VERSION);
    writer.out.resize(RECORD_HEADER, 0);
    writer.code(code);
    reseal(&mut writer.out);
    writer.out
}

struct Writer<'a> {
    out: Vec<u8>,
    strings: HashMap<&'a [u8], u64>,
}

impl<'a> Writer<'a> {
    fn number(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.out.push(n as u8 | 0x80);
            n >>= 7;
        }
        self.out.push(n as u8);
    }

    fn count(&mut self, n: usize) {
        self.number(n as u64);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.out.extend_from_slice(bytes);
    }

    /// Zero and the text the first time, then the number of the string, from one.
    fn string(&mut self, text: &'a [u8]) {
        if let Some(&n) = self.strings.get(text) {
            self.number(n);
            return;
        }
        self.strings.insert(text, self.strings.len() as u64 + 1);
        self.number(0);
        self.bytes(text);
    }

    fn code(&mut self, code: &'a Code) {
        self.string(code.name.as_bytes());
        self.string(code.qualname.as_bytes());
        self.string(code.filename.as_bytes());
        for n in [
            code.registers,
            code.arg_count,
            code.posonly_count,
            code.kwonly_count,
            code.flags.0,
            code.first_line,
        ] {
            self.number(n.into());
        }
        self.count(code.locals.len());
        for local in &code.locals {
            self.out.push(local.kind.0);
            self.string(local.name.as_bytes());
        }
        self.count(code.names.len());
        for name in &code.names {
            self.string(name.as_bytes());
        }
        self.count(code.handlers.len());
        for h in &code.handlers {
            for n in [h.start, h.end, h.target, h.depth] {
                self.number(n.into());
            }
            self.out.push(h.lasti.into());
        }
        self.count(code.instrs.len());
        for &instr in &code.instrs {
            self.instr(instr);
        }
        self.bytes(&code.positions);
        self.count(code.consts.len());
        for value in &code.consts {
            self.value(value);
        }
    }

    /// Opcode, flags with a mask of the operands that are not zero, those operands.
    fn instr(&mut self, instr: Instr) {
        if instr.flags() > 31 || instr.op_byte() == RAW_INSTR {
            self.out.push(RAW_INSTR);
            self.out.extend_from_slice(&instr.0.to_le_bytes());
            return;
        }
        let operands = [instr.a(), instr.b(), instr.c()];
        let mask = (0..3).fold(0, |mask, k| mask | u8::from(operands[k] != 0) << k);
        self.out.push(instr.op_byte());
        self.out.push(instr.flags() << 3 | mask);
        for n in operands.into_iter().filter(|&n| n != 0) {
            self.number(n.into());
        }
    }

    fn value(&mut self, value: &'a Const) {
        let tag = match value {
            Const::None => Tag::None,
            Const::True => Tag::True,
            Const::False => Tag::False,
            Const::Ellipsis => Tag::Ellipsis,
            Const::Int(_) => Tag::Int,
            Const::BigInt {
                negative: false, ..
            } => Tag::Positive,
            Const::BigInt { negative: true, .. } => Tag::Negative,
            Const::Float(_) => Tag::Float,
            Const::Complex(..) => Tag::Complex,
            Const::Str(_) => Tag::Str,
            Const::Bytes(_) => Tag::Bytes,
            Const::Tuple(_) => Tag::Tuple,
            Const::FrozenSet(_) => Tag::FrozenSet,
            Const::Slice(_) => Tag::Slice,
            Const::Code(_) => Tag::Code,
        };
        self.out.push(tag as u8);
        match value {
            Const::None | Const::True | Const::False | Const::Ellipsis => {}
            Const::Int(n) => self.number(((n << 1) ^ (n >> 63)) as u64),
            Const::BigInt { magnitude, .. } => self.bytes(magnitude),
            Const::Float(f) => self.float(*f),
            Const::Complex(re, im) => {
                self.float(*re);
                self.float(*im);
            }
            Const::Str(text) => self.string(text),
            Const::Bytes(bytes) => self.bytes(bytes),
            Const::Tuple(items) | Const::FrozenSet(items) => {
                self.count(items.len());
                items.iter().for_each(|item| self.value(item));
            }
            Const::Slice(parts) => parts.iter().for_each(|part| self.value(part)),
            Const::Code(code) => self.code(code),
        }
    }

    fn float(&mut self, f: f64) {
        self.out.extend_from_slice(&f.to_bits().to_le_bytes());
    }
}
