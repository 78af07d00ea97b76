//! Code records and values survive a round trip; damage is noticed.

mod verify_support;

use taipan_compiler::code::{Code, Const};
use taipan_compiler::dis::{self, Options};
use taipan_compiler::marshal::values::{Build, Container, Scalar, Writer, read_value};
use taipan_compiler::marshal::{MarshalError, read_code, reseal, write_code};
use taipan_compiler::verify::verify;

fn everything() -> Code {
    let mut code = verify_support::sample();
    let mut consts = code.consts.into_vec();
    consts.extend([
        Const::True,
        Const::False,
        Const::Ellipsis,
        Const::Int(i64::MIN),
        Const::BigInt {
            negative: true,
            magnitude: [1, 2, 3, 4, 5, 6, 7, 8, 9].into(),
        },
        Const::Float(-0.0),
        Const::Complex(1.0, f64::INFINITY),
        Const::Str([0xED, 0xA0, 0x80].as_slice().into()),
        Const::FrozenSet([Const::None].into()),
        Const::Slice([Const::None, Const::Int(1), Const::Int(2)].into()),
    ]);
    code.consts = consts.into();
    code
}

#[test]
fn code_round_trip() {
    let code = everything();
    let record = write_code(&code);
    let back = read_code(&record).expect("a record just written");
    assert_eq!(format!("{code:?}"), format!("{back:?}"));
    assert_eq!(write_code(&back), record);
    assert_eq!(
        dis::disassemble(&code, Options::default()),
        dis::disassemble(&back, Options::default())
    );
}

/// A small generator of pseudo-random numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }
}

#[test]
fn damage_is_noticed() {
    let record = write_code(&everything());
    for n in 0..record.len() {
        assert!(read_code(&record[..n]).is_err(), "{n} bytes");
    }
    for n in 0..record.len() * 8 {
        let mut bad = record.clone();
        bad[n / 8] ^= 1 << (n % 8);
        assert!(read_code(&bad).is_err(), "bit {n}");
    }
}

#[test]
fn resealed_damage_never_panics() {
    let record = write_code(&everything());
    let mut random = Random(42);
    for _ in 0..30_000 {
        let mut bad = record.clone();
        for _ in 0..=random.below(4) {
            let at = 12 + random.below(bad.len() - 12);
            match random.below(4) {
                0 => bad[at] ^= 1 << random.below(8),
                1 => bad[at] = random.below(256) as u8,
                2 => bad.truncate(at.max(13)),
                _ => {
                    let from = 12 + random.below(bad.len() - 12);
                    let count = random.below(16).min(bad.len() - at.max(from));
                    let piece = bad[from..from + count].to_vec();
                    bad[at..at + count].copy_from_slice(&piece);
                }
            }
        }
        reseal(&mut bad);
        if let Ok(code) = read_code(&bad) {
            let facts = verify(&code).ok();
            let _ = dis::disassemble(
                &code,
                Options {
                    facts: facts.as_ref(),
                    ..Options::default()
                },
            );
            let again = read_code(&write_code(&code)).expect("what was read can be written");
            assert_eq!(format!("{code:?}"), format!("{again:?}"));
        }
    }
}

/// Builds text: enough to see what was read.
struct Text;

impl Build for Text {
    type Value = std::rc::Rc<std::cell::RefCell<String>>;
    type Error = MarshalError;
    fn scalar(&mut self, scalar: Scalar<'_>) -> Result<Self::Value, MarshalError> {
        let text = match scalar {
            Scalar::Str { text, interned } => format!(
                "{:?}{}",
                String::from_utf8_lossy(text),
                if interned { "i" } else { "" }
            ),
            other => format!("{other:?}"),
        };
        Ok(std::rc::Rc::new(text.into()))
    }
    fn empty(&mut self, container: Container, _size: usize) -> Result<Self::Value, MarshalError> {
        Ok(std::rc::Rc::new(format!("{container:?}").into()))
    }
    fn add(&mut self, container: &Self::Value, item: Self::Value) -> Result<(), MarshalError> {
        let item = if std::rc::Rc::ptr_eq(container, &item) {
            "self".to_owned()
        } else {
            item.borrow().clone()
        };
        *container.borrow_mut() += &format!(" {item}");
        Ok(())
    }
    fn insert(
        &mut self,
        dict: &Self::Value,
        key: Self::Value,
        value: Self::Value,
    ) -> Result<(), MarshalError> {
        *dict.borrow_mut() += &format!(" {}={}", key.borrow(), value.borrow());
        Ok(())
    }
    fn closed(
        &mut self,
        container: Container,
        parts: Vec<Self::Value>,
    ) -> Result<Self::Value, MarshalError> {
        let parts: Vec<String> = parts.iter().map(|p| p.borrow().clone()).collect();
        Ok(std::rc::Rc::new(
            format!("{container:?}({})", parts.join(", ")).into(),
        ))
    }
}

fn read(bytes: &[u8]) -> Result<String, String> {
    let mut input = bytes;
    read_value(&mut input, &mut Text)
        .map(|v| v.borrow().clone())
        .map_err(|e| e.to_string())
}

#[test]
fn values_of_cpython() {
    // marshal.dumps((1, [2.5, None], {"a": b"x"}, 1 << 40, slice(1, 2, None), frozenset({3}), "é")) of CPython 3.14.
    let mut w = Writer::new(5);
    w.tuple(3).unwrap();
    w.int(1);
    w.list(2).unwrap();
    w.float(2.5);
    w.none();
    w.dict();
    w.str(b"a", true).unwrap();
    w.bytes(b"x").unwrap();
    w.end_dict();
    assert_eq!(
        read(&w.finish()).unwrap(),
        "Tuple(Int(1), List Float(2.5) None, Dict \"a\"i=Bytes([120]))"
    );
    assert_eq!(
        read(b"l\x03\x00\x00\x00\x00\x00\x00\x00\x00\x04").unwrap(),
        "Long { negative: false, digits: [0, 0, 1024] }"
    );
    assert_eq!(read(b"\xdb\x01\0\0\0r\0\0\0\0").unwrap(), "List self");
    let mut w = Writer::new(4);
    w.int(1 << 40);
    assert_eq!(w.finish(), b"l\x03\x00\x00\x00\x00\x00\x00\x00\x00\x04");
    let mut w = Writer::new(4);
    w.big_int(true, &(1u64 << 40).to_le_bytes()).unwrap();
    assert_eq!(w.finish(), b"l\xfd\xff\xff\xff\x00\x00\x00\x00\x00\x04");
}

#[test]
fn bad_values() {
    for (bytes, message) in [
        (&b""[..], "EOF read where object expected"),
        (b"i\0\0", "marshal data too short"),
        (b"?", "bad marshal data (unknown type code)"),
        (b"Q", "bad marshal data (unknown type code)"),
        (b"0", "NULL object in marshal data for object"),
        (b"[\x01\0\0\x000", "NULL object in marshal data for list"),
        (
            b"[\xff\xff\xff\xff",
            "bad marshal data (list size out of range)",
        ),
        (
            b"(\xff\xff\xff\xff",
            "bad marshal data (tuple size out of range)",
        ),
        (
            b"s\xff\xff\xff\xff",
            "bad marshal data (bytes object size out of range)",
        ),
        (b"l\0\0\0\x80", "bad marshal data (long size out of range)"),
        (
            b"l\x01\0\0\0\0\x80",
            "bad marshal data (digit out of range in long)",
        ),
        (
            b"l\x01\0\0\0\0\0",
            "bad marshal data (unnormalized long data)",
        ),
        (b"r\x01\0\0\0", "bad marshal data (invalid reference)"),
        (b"\xa9\x01r\0\0\0\0", "bad marshal data (invalid reference)"),
    ] {
        assert_eq!(read(bytes).unwrap_err(), message, "{bytes:?}");
    }
    let deep = b")\x01".repeat(100_000);
    assert_eq!(read(&deep).unwrap_err(), "recursion limit exceeded");
    assert_eq!(
        read(b"[\xff\xff\xff\x7fN").unwrap_err(),
        "EOF read where object expected"
    );
    let mut random = Random(1);
    for _ in 0..100_000 {
        let kinds = b"0NFTS.iIfgxyl str([{cu<>:aAzZ)\xa8\xa9\xdb\xfb";
        let bytes: Vec<u8> = (0..random.below(40))
            .map(|_| {
                if random.below(3) == 0 {
                    kinds[random.below(kinds.len())]
                } else {
                    random.below(4) as u8
                }
            })
            .collect();
        let _ = read(&bytes);
    }
}
