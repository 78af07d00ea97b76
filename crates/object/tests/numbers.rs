//! Operations on numbers give what CPython 3.14 gives: runs the table that
//! `numbers/generate.py` writes. `TAIPAN_NUMBER_CASES` names a larger one.

use dashu_int::IBig;
use taipan_object::bytes::Bytes;
use taipan_object::exceptions::Exception;
use taipan_object::function::{GetSet, MethodDescriptor};
use taipan_object::number::BinOp;
use taipan_object::slots::CmpOp;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::{Args, Interp, PyResult, TypeRef, Value, Vm};

fn float_of(text: &str) -> f64 {
    if text == "nan" {
        f64::NAN
    } else {
        f64::from_bits(u64::from_str_radix(text, 16).expect("bits"))
    }
}

fn show_float(x: f64) -> String {
    if x.is_nan() {
        "nan".to_owned()
    } else {
        format!("{:016x}", x.to_bits())
    }
}

fn unescape(text: &str) -> Vec<u32> {
    let mut out = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let hex = |n: usize, chars: &mut std::str::Chars<'_>| {
            u32::from_str_radix(&chars.take(n).collect::<String>(), 16).expect("hex")
        };
        out.push(match c {
            '\\' => match chars.next() {
                Some('x') => hex(2, &mut chars),
                Some('u') => hex(4, &mut chars),
                Some('U') => hex(8, &mut chars),
                Some('n') => 10,
                Some('t') => 9,
                Some('r') => 13,
                c => c.map_or(0, u32::from),
            },
            c => u32::from(c),
        });
    }
    out
}

#[expect(clippy::match_overlapping_arm, reason = "the narrower arms come first")]
fn escape(points: impl Iterator<Item = u32>) -> String {
    let mut out = String::new();
    for c in points {
        match c {
            9 => out.push_str("\\t"),
            10 => out.push_str("\\n"),
            13 => out.push_str("\\r"),
            92 => out.push_str("\\\\"),
            32..127 => out.push(c as u8 as char),
            0..256 => out.push_str(&format!("\\x{c:02x}")),
            0..0x10000 => out.push_str(&format!("\\u{c:04x}")),
            _ => out.push_str(&format!("\\U{c:08x}")),
        }
    }
    out
}

fn read(vm: &Vm, text: &str) -> Value {
    let rest = &text[1..];
    match &text[..1] {
        "N" => Value::NONE,
        "T" => Value::TRUE,
        "F" => Value::FALSE,
        "i" => vm.new_bigint(IBig::from_str_radix(rest, 16).expect("hex")),
        "f" => vm.new_float(float_of(rest)),
        "c" => {
            let (re, im) = rest.split_once(',').expect("two parts");
            vm.new_complex(float_of(re), float_of(im))
        }
        "s" => vm.new_from_code_points(&unescape(rest)).into_value(),
        "b" => {
            let byte = |i: usize| u8::from_str_radix(&rest[2 * i..2 * i + 2], 16).expect("hex");
            vm.new_bytes((0..rest.len() / 2).map(byte).collect::<Vec<u8>>())
                .into_value()
        }
        _ => {
            let items = rest
                .trim_end_matches(')')
                .split(' ')
                .filter(|s| !s.is_empty());
            vm.new_tuple(items.map(|s| read(vm, s)).collect::<Vec<_>>())
                .into_value()
        }
    }
}

fn show(vm: &Vm, v: &Value) -> String {
    if v.is_none() {
        return "N".to_owned();
    }
    if v.is_not_implemented() {
        return "NI".to_owned();
    }
    if let Some(b) = v.as_bool() {
        return if b { "T" } else { "F" }.to_owned();
    }
    if let Some(n) = v.as_int() {
        assert!(vm.type_of(v).is(&vm.types.int));
        let n = n.to_ibig();
        let fits = i64::try_from(&n).ok().and_then(Value::small_int).is_some();
        assert_eq!(fits, v.as_small_int().is_some(), "{n} is not canonical");
        return format!("i{}", n.in_radix(16));
    }
    if let Some(x) = v.as_float() {
        return format!("f{}", show_float(x));
    }
    if let Some((re, im)) = v.as_complex() {
        return format!("c{},{}", show_float(re), show_float(im));
    }
    if let Some(s) = v.downcast::<Str>() {
        return format!("s{}", escape(s.view().iter()));
    }
    if let Some(b) = v.downcast::<Bytes>() {
        return format!(
            "b{}",
            b.data
                .iter()
                .map(|b| format!("{b:02x}"))
                .collect::<String>()
        );
    }
    let Some(t) = v.downcast::<Tuple>() else {
        return format!("{v:?}");
    };
    format!(
        "({})",
        t.items()
            .iter()
            .map(|v| show(vm, v))
            .collect::<Vec<_>>()
            .join(" ")
    )
}

const OPERATORS: [(&str, BinOp); 13] = [
    ("+", BinOp::Add),
    ("-", BinOp::Sub),
    ("*", BinOp::Mul),
    ("/", BinOp::TrueDiv),
    ("//", BinOp::FloorDiv),
    ("%", BinOp::Rem),
    ("divmod", BinOp::DivMod),
    ("**", BinOp::Pow),
    ("<<", BinOp::LShift),
    (">>", BinOp::RShift),
    ("&", BinOp::And),
    ("|", BinOp::Or),
    ("^", BinOp::Xor),
];

fn run(vm: &Vm, op: &str, a: &[Value]) -> PyResult {
    if let Some((_, op)) = OPERATORS.iter().find(|o| o.0 == op) {
        return vm.binary(&a[0], &a[1], *op);
    }
    match op {
        "pow" => vm.power(&a[0], &a[1], &a[2]),
        "<" => vm.compare(&a[0], &a[1], CmpOp::Lt),
        "==" => vm.compare(&a[0], &a[1], CmpOp::Eq),
        ">=" => vm.compare(&a[0], &a[1], CmpOp::Ge),
        "neg" => vm.negative(&a[0]),
        "pos" => vm.positive(&a[0]),
        "abs" => vm.absolute(&a[0]),
        "~" => vm.invert(&a[0]),
        "hash" => vm.hash(&a[0]).map(|h| vm.new_int(h)),
        "repr" => vm.repr(&a[0]).map(|s| s.into_value()),
        "truth" => vm.is_true(&a[0]).map(Value::bool),
        "format" => call_native(vm, vm.type_of(&a[0]), "__format__", a),
        _ if op.starts_with('.') => call_native(vm, vm.type_of(&a[0]), &op[1..], a),
        _ if op.starts_with('@') => call_native(vm, vm.type_of(&a[0]), &op[1..], a),
        _ => call_class(vm, op, a),
    }
}

/// Calls what a class has by a name: the descriptors themselves belong to other tests.
fn call_native(vm: &Vm, class: &TypeRef, name: &str, args: &[Value]) -> PyResult {
    let found = vm
        .type_lookup(class, &vm.intern_str(name))
        .expect("an attribute");
    if let Some(method) = found.downcast::<MethodDescriptor>() {
        return (method.def.call)(vm, Args::positional_only(args));
    }
    let attribute = found.downcast::<GetSet>().expect("a computed attribute");
    (attribute.def.get)(vm, &args[0])
}

fn call_class(vm: &Vm, op: &str, a: &[Value]) -> PyResult {
    let (class, method) = op.split_once('.').unwrap_or((op, ""));
    let class = match class {
        "int" => &vm.types.int,
        "float" => &vm.types.float,
        "complex" => &vm.types.complex,
        _ => &vm.types.bool,
    };
    if !method.is_empty() {
        let args: Vec<Value> = std::iter::once(class.to_value())
            .chain(a.iter().cloned())
            .collect();
        return call_native(vm, class, method, &args);
    }
    let new = class.slots.new.get().expect("a constructor");
    new(vm, class, Args::positional_only(a))
}

fn outcome(vm: &Vm, result: PyResult) -> String {
    match result {
        Ok(v) => show(vm, &v),
        Err(raised) => {
            let e = vm.take_exception(raised);
            let name = vm.type_name(&e);
            if name == "MemoryError" {
                return "!MemoryError".to_owned();
            }
            let args = e
                .downcast::<Exception>()
                .expect("an exception")
                .args
                .borrow()
                .clone();
            let message = match args.items() {
                [one] => vm
                    .str(one)
                    .map(|s| s.view().iter().collect::<Vec<_>>())
                    .unwrap_or_default(),
                _ => "(34, 'Numerical result out of range')"
                    .chars()
                    .map(u32::from)
                    .collect(),
            };
            format!(
                "!{}",
                escape(format!("{name}: ").chars().map(u32::from).chain(message))
            )
        }
    }
}

#[test]
fn operations_give_what_cpython_gives() {
    let interp = Interp::new((1, 2));
    // SAFETY: the interpreter outlives the thread state, which is the only one.
    let vm = unsafe { Vm::new(&*interp) };
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/numbers/cases.txt").to_owned();
    let table = std::fs::read_to_string(std::env::var("TAIPAN_NUMBER_CASES").unwrap_or(committed))
        .expect("the table");
    let (mut failures, mut count) = (0, 0);
    for line in table.lines() {
        let (input, expected) = line.split_once("\t=>\t").expect("a case");
        let mut fields = input.split('\t');
        let op = fields.next().expect("an operation");
        let args: Vec<Value> = fields.map(|f| read(&vm, f)).collect();
        let actual = outcome(&vm, run(&vm, op, &args));
        count += 1;
        // Messages that show objects whose `repr` is not there yet end before it.
        let shown = actual
            .find("object at 0x")
            .and_then(|end| actual[..end].rfind('<'));
        let same = match shown {
            Some(end) => expected.starts_with(&actual[..end]),
            None => actual == expected,
        };
        if !same {
            failures += 1;
            if failures <= 70 {
                let short = |s: &str| s.chars().take(170).collect::<String>();
                eprintln!(
                    "{}\n  expected {}\n  got      {}",
                    short(input),
                    short(expected),
                    short(&actual)
                );
            }
        }
    }
    assert_eq!(failures, 0, "of {count} cases");
}
