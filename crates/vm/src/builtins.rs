//! The module `builtins`.

use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, Value, Vm};

/// `ascii(object)`.
pub fn ascii(vm: &Vm, object: &Value) -> PyResult<Ref<Str>> {
    let text = vm.repr(object)?;
    if text.is_ascii() {
        return Ok(text);
    }
    let mut out = String::with_capacity(text.len() * 2);
    for c in text.view().iter() {
        match c {
            0..0x80 => out.push(c as u8 as char),
            0x80..0x100 => out.push_str(&format!("\\x{c:02x}")),
            0x100..0x10000 => out.push_str(&format!("\\u{c:04x}")),
            _ => out.push_str(&format!("\\U{c:08x}")),
        }
    }
    Ok(vm.new_str(&out))
}

/// Adds the built-in functions to the interpreter.
pub fn install(vm: &Vm) {
    static PRINT: taipan_object::native::MethodDef = taipan_object::native::MethodDef {
        name: "print",
        doc: "",
        signature: "",
        kind: taipan_object::native::MethodKind::Function,
        call: |vm, args| {
            let mut line = String::new();
            for (i, v) in args.positional().iter().enumerate() {
                if i > 0 {
                    line.push(' ');
                }
                line.push_str(&vm.str(v)?.to_string());
            }
            println!("{line}");
            Ok(Value::NONE)
        },
    };
    let f = taipan_object::function::NativeFunction { def: &PRINT, this: None, module: None };
    vm.builtins.insert_str(vm, &vm.intern_str("print"), vm.heap.alloc(&vm.types.builtin_function, f).into_value());
    vm.builtins.insert_str(vm, &vm.intern_str("range"), vm.types.range.to_value());
}
