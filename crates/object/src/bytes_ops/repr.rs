//! `repr` of bytes.

use crate::header::Ref;
use crate::str::Str;
use crate::vm::Vm;

fn push(out: &mut Vec<u8>, b: u8, escaped: impl Fn(u8) -> bool) {
    match b {
        b'\t' => out.extend_from_slice(b"\\t"),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        _ if escaped(b) => out.extend_from_slice(&[b'\\', b]),
        b' '..=b'~' => out.push(b),
        _ => out.extend_from_slice(format!("\\x{b:02x}").as_bytes()),
    }
}

fn quote(data: &[u8]) -> u8 {
    if data.contains(&b'\'') && !data.contains(&b'"') {
        b'"'
    } else {
        b'\''
    }
}

/// `b'…'`.
pub fn bytes(vm: &Vm, data: &[u8]) -> Ref<Str> {
    let quote = quote(data);
    let mut out = Vec::with_capacity(data.len() + 3);
    out.extend_from_slice(&[b'b', quote]);
    data.iter()
        .for_each(|&b| push(&mut out, b, |b| b == quote || b == b'\\'));
    out.push(quote);
    vm.new_ascii(&out)
}

/// `name(b'…')`: single quotes are escaped whatever the outer ones are.
pub fn bytearray(vm: &Vm, name: &str, data: &[u8]) -> Ref<Str> {
    let quote = quote(data);
    let mut out = Vec::with_capacity(data.len() + 3);
    out.extend_from_slice(&[b'(', b'b', quote]);
    data.iter()
        .for_each(|&b| push(&mut out, b, |b| b == b'\'' || b == b'\\'));
    out.extend_from_slice(&[quote, b')']);
    vm.new_str(&format!("{name}{}", String::from_utf8_lossy(&out)))
}
