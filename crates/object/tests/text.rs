//! Methods of str, bytes and bytearray do what CPython's do: the cases of
//! `text/cases.txt`, which `text/generate.py` writes.

use taipan_object::bytes::Bytes;
use taipan_object::dict::Dict;
use taipan_object::exceptions::Exception;
use taipan_object::function::{
    GetSet, MethodDescriptor, MethodHolder, NativeFunction, SlotWrapper,
};
use taipan_object::list::List;
use taipan_object::number::BinOp;
use taipan_object::slot_wrappers::call_wrapper;
use taipan_object::slots::CmpOp;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::ty::Type;
use taipan_object::{Args, Interp, PyResult, TypeRef, Value, Vm};

/// Reads Python literals.
struct Reader<'a> {
    vm: &'a Vm,
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }
    fn accept(&mut self, s: &str) -> bool {
        let found = self.text[self.at..].starts_with(s.as_bytes());
        self.at += if found { s.len() } else { 0 };
        found
    }
    fn items(&mut self, close: u8) -> Vec<Value> {
        let mut items = Vec::new();
        while self.peek() != close {
            items.push(self.value());
            let _ = self.accept(",");
            let _ = self.accept(" ");
        }
        self.at += 1;
        items
    }
    fn value(&mut self) -> Value {
        let vm = self.vm;
        for (name, value) in [
            ("None", Value::NONE),
            ("True", Value::TRUE),
            ("False", Value::FALSE),
        ] {
            if self.accept(name) {
                return value;
            }
        }
        if self.accept("bytearray(") {
            let data = self.value();
            self.at += 1;
            return vm
                .new_bytearray(data.downcast::<Bytes>().unwrap().data.to_vec())
                .into_value();
        }
        if self.accept("slice(") {
            let mut items = self.items(b')').into_iter();
            let mut next = || items.next().unwrap();
            return vm.new_slice(next(), next(), next()).into_value();
        }
        match self.peek() {
            b'(' => {
                self.at += 1;
                vm.new_tuple(self.items(b')')).into_value()
            }
            b'[' => {
                self.at += 1;
                vm.new_list(self.items(b']')).into_value()
            }
            b'{' => {
                self.at += 1;
                let dict = vm.new_dict();
                while self.peek() != b'}' {
                    let key = self.value();
                    assert!(self.accept(": "));
                    dict.insert(vm, key, self.value()).unwrap();
                    let _ = self.accept(", ");
                }
                self.at += 1;
                dict.into_value()
            }
            b'b' => {
                self.at += 1;
                let points: Vec<u8> = self.string().into_iter().map(|c| c as u8).collect();
                vm.new_bytes(points).into_value()
            }
            b'\'' | b'"' => vm.new_from_code_points(&self.string()).into_value(),
            _ => self.number(),
        }
    }
    fn number(&mut self) -> Value {
        let start = self.at;
        while matches!(self.peek(), b'-' | b'0'..=b'9' | b'.') {
            self.at += 1;
        }
        let text = std::str::from_utf8(&self.text[start..self.at]).unwrap();
        if text.contains('.') {
            return self.vm.new_float(text.parse().unwrap());
        }
        self.vm.new_bigint(
            text.parse()
                .unwrap_or_else(|_| panic!("no number: {text:?}")),
        )
    }
    fn string(&mut self) -> Vec<u32> {
        let quote = self.peek();
        self.at += 1;
        let mut out = Vec::new();
        loop {
            let c = self.peek();
            self.at += 1;
            if c == quote {
                return out;
            }
            if c != b'\\' {
                out.push(u32::from(c));
                continue;
            }
            let kind = self.peek();
            self.at += 1;
            let digits = match kind {
                b'x' => 2,
                b'u' => 4,
                b'U' => 8,
                _ => {
                    out.push(match kind {
                        b'n' => 10,
                        b'r' => 13,
                        b't' => 9,
                        c => u32::from(c),
                    });
                    continue;
                }
            };
            let text = std::str::from_utf8(&self.text[self.at..self.at + digits]).unwrap();
            out.push(u32::from_str_radix(text, 16).unwrap());
            self.at += digits;
        }
    }
}

fn read(vm: &Vm, text: &str) -> Value {
    Reader {
        vm,
        text: text.as_bytes(),
        at: 0,
    }
    .value()
}

/// `ascii(value)`, of what the cases hold.
fn show(vm: &Vm, value: &Value) -> String {
    let list = |items: &[Value]| {
        items
            .iter()
            .map(|v| show(vm, v))
            .collect::<Vec<_>>()
            .join(", ")
    };
    if let Some(b) = value.as_bool() {
        return if b { "True" } else { "False" }.to_owned();
    }
    if value.is_none() {
        return "None".to_owned();
    }
    if value.is_not_implemented() {
        return "NotImplemented".to_owned();
    }
    if let Some(n) = value.as_int() {
        return n.to_ibig().to_string();
    }
    if let Some(t) = value.downcast::<Tuple>() {
        return format!(
            "({}{})",
            list(t.items()),
            if t.len() == 1 { "," } else { "" }
        );
    }
    if let Some(l) = value.downcast::<List>() {
        return format!("[{}]", list(&l.to_vec()));
    }
    if let Some(d) = value.downcast::<Dict>() {
        let items: Vec<_> = d
            .items()
            .iter()
            .map(|(k, v)| format!("{}: {}", show(vm, k), show(vm, v)))
            .collect();
        return format!("{{{}}}", items.join(", "));
    }
    vm.ascii(value).unwrap().to_string()
}

fn class(vm: &Vm, name: &str) -> Value {
    match name {
        "str" => &vm.types.str,
        "bytes" => &vm.types.bytes,
        _ => &vm.types.bytearray,
    }
    .to_value()
}

/// Calls a method as it stands in its class, which needs no callable descriptors.
fn call(vm: &Vm, this: &Value, ty: &TypeRef, name: &str, args: &[Value]) -> PyResult {
    let found = vm
        .type_lookup(ty, &vm.intern_str(name))
        .unwrap_or_else(|| panic!("no {name}"));
    let mut all = vec![this.clone()];
    if let Some(holder) = found.downcast::<MethodHolder>() {
        let function = holder.function.borrow().clone().unwrap();
        let def = function.downcast::<NativeFunction>().unwrap().def;
        return (def.call)(vm, Args::positional_only(args));
    }
    all.extend(args.iter().cloned());
    if let Some(method) = found.downcast::<MethodDescriptor>() {
        return (method.def.call)(vm, Args::positional_only(&all));
    }
    let wrapper = found.downcast::<SlotWrapper>().unwrap();
    call_wrapper(
        vm,
        wrapper.slot,
        wrapper.name,
        &wrapper.ty,
        Args::positional_only(&all),
    )
}

fn construct(vm: &Vm, class: &Value, args: &[Value]) -> PyResult {
    let ty = class.downcast::<Type>().unwrap();
    let args = Args::positional_only(args);
    let made = ty.slots.new.get().unwrap()(vm, ty, args)?;
    if ty.is(&vm.types.bytearray) {
        ty.slots.init.get().unwrap()(vm, &made, args)?;
    }
    Ok(made)
}

/// `view|format|shape|what`: a memoryview of the receiver, cast, and what is done with it.
fn run_view(vm: &Vm, op: &str, this: &Value, args: &[Value]) -> PyResult {
    let parts: Vec<&str> = op.split('|').collect();
    let [_, format, shape, name] = parts[..] else {
        panic!("{op}")
    };
    let ty = &vm.types.memoryview;
    let mut view = construct(vm, ty.as_value(), std::slice::from_ref(this))?;
    if !format.is_empty() {
        let mut cast = vec![vm.new_str(format).into_value()];
        if !shape.is_empty() {
            cast.push(read(vm, shape));
        }
        view = call(vm, &view, ty, "cast", &cast)?;
    }
    let plain = |found: Value| match vm.type_of(&found).is(ty) {
        true => call(vm, &found, ty, "tolist", &[]),
        false => Ok(found),
    };
    match name {
        "==" => vm.compare(&view, &args[0], CmpOp::Eq),
        "iter" => run(vm, "iter", &view, args),
        "[]" => plain(vm.get_item(&view, &args[0])?),
        "[]=" => vm
            .set_item(&view, &args[0], &args[1])
            .map(|()| this.clone()),
        _ => {
            let found = vm.type_lookup(ty, &vm.intern_str(name)).unwrap();
            match found.downcast::<GetSet>() {
                Some(attribute) => (attribute.def.get)(vm, &view),
                None => plain(call(vm, &view, ty, name, args)?),
            }
        }
    }
}

fn run(vm: &Vm, op: &str, this: &Value, args: &[Value]) -> PyResult {
    let text = || this.downcast::<Str>().unwrap().to_string();
    let compare = |op| {
        let f = vm.type_of(this).slots.richcompare.get().unwrap();
        f(vm, this, &args[0], op)
    };
    match op {
        "+" => vm.binary(this, &args[0], BinOp::Add),
        "*" => vm.type_of(this).slots.repeat.get().unwrap()(vm, this, vm.index_isize(&args[0])?),
        "%" => vm.binary(this, &args[0], BinOp::Rem),
        "in" => vm.contains(this, &args[0]).map(Value::bool),
        "[]" => vm.get_item(this, &args[0]),
        "<" => compare(CmpOp::Lt),
        "<=" => compare(CmpOp::Le),
        "==" => compare(CmpOp::Eq),
        "!=" => compare(CmpOp::Ne),
        ">" => compare(CmpOp::Gt),
        ">=" => compare(CmpOp::Ge),
        "repr" => vm.repr(this).map(|s| s.into_value()),
        "iter" => {
            let mut items = Vec::new();
            vm.for_each(this, |v| {
                items.push(v);
                Ok(())
            })?;
            Ok(vm.new_list(items).into_value())
        }
        "new" => construct(vm, &class(vm, &text()), args),
        _ if op.starts_with("view|") => run_view(vm, op, this, args),
        _ => match op.split_once(':') {
            Some(("codecs", name)) => {
                let functions = taipan_object::codecs::module::MODULE.functions;
                let def = functions.iter().find(|f| f.name == name).unwrap();
                let mut all = vec![this.clone()];
                all.extend(args.iter().cloned());
                (def.call)(vm, Args::positional_only(&all))
            }
            Some(("static", name)) => {
                let class = class(vm, &text());
                call(vm, &class, class.downcast::<Type>().unwrap(), name, args)
            }
            Some(("mutate", name)) => {
                let result = call(vm, this, vm.type_of(this), name, args)?;
                let result = if result.is(this) { Value::NONE } else { result };
                Ok(vm.new_tuple([result, this.clone()]).into_value())
            }
            _ => call(vm, this, vm.type_of(this), op, args),
        },
    }
}

fn message(vm: &Vm, error: &Value) -> String {
    let e = error.downcast::<Exception>().unwrap();
    let args = e.args.borrow().clone();
    let ty = vm.type_name(error);
    let text = match args.items() {
        _ if ty.starts_with("UnicodeE") || ty.starts_with("UnicodeD") => {
            return format!("!{ty}: {}", unicode_message(vm, e));
        }
        [] => String::new(),
        [only] if ty == "KeyError" => {
            let shown = vm.repr(only).unwrap();
            shown.to_string()
        }
        [only, ..] => vm.str(only).unwrap().to_string(),
    };
    let shown = vm.ascii(vm.new_str(&text).as_value()).unwrap().to_string();
    format!("!{ty}: {}", &shown[1..shown.len() - 1])
}

/// The message of a Unicode error, from its attributes.
fn unicode_message(vm: &Vm, e: &Exception) -> String {
    let fields: Vec<Value> = (0..5).map(|i| e.field(i).unwrap()).collect();
    let number = |i: usize| fields[i].as_i64().unwrap() as usize;
    let (start, end) = (number(2), number(3));
    let encoding = vm.str(&fields[0]).unwrap();
    let reason = vm.str(&fields[4]).unwrap();
    let place = if end == start + 1 {
        format!("in position {start}")
    } else {
        format!("in position {start}-{}", end - 1)
    };
    let what = if let Some(s) = fields[1].downcast::<Str>() {
        let c = s.view().get(start);
        let escape = if c < 256 {
            format!("\\\\x{c:02x}")
        } else if c < 65536 {
            format!("\\\\u{c:04x}")
        } else {
            format!("\\\\U{c:08x}")
        };
        if end == start + 1 {
            format!("encode character '{escape}'")
        } else {
            "encode characters".to_owned()
        }
    } else {
        let b = fields[1].downcast::<Bytes>().unwrap().data[start];
        if end == start + 1 {
            format!("decode byte 0x{b:02x}")
        } else {
            "decode bytes".to_owned()
        }
    };
    let shown = format!("'{encoding}' codec can't {what} {place}: {reason}");
    let quoted = vm
        .repr_str(&vm.new_str(&shown.replace("\\\\", "\\")))
        .unwrap()
        .to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

#[test]
fn methods_do_what_cpython_does() {
    let interp = Interp::new((0, 0));
    // SAFETY: the interpreter outlives the thread state, which is the only one.
    let vm = unsafe { Vm::new(&*interp) };
    let cases = std::env::var("TEXT_CASES").unwrap_or_else(|_| {
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/text/cases.txt").to_owned()
    });
    let cases = std::fs::read_to_string(cases).unwrap();
    let mut wrong = 0;
    for line in cases.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [op, this, args, expected] = fields[..] else {
            panic!("{line}")
        };
        let this = read(&vm, this);
        let args = read(&vm, args);
        let args = args.downcast::<Tuple>().unwrap();
        let got = match run(&vm, op, &this, args.items()) {
            Ok(value) => show(&vm, &value),
            Err(e) => message(&vm, &vm.take_exception(e)),
        };
        if got != expected {
            wrong += 1;
            if wrong <= 60 {
                eprintln!(
                    "{op} {} {}\n  expected {expected}\n  got      {got}",
                    fields[1], fields[2]
                );
            }
        }
    }
    assert_eq!(wrong, 0, "cases that differ from CPython");
}
