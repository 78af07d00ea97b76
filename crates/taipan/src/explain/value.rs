//! Values as short texts, made without running any Python code.

use taipan_object::dict::Dict;
use taipan_object::exceptions::Exception;
use taipan_object::function::{BoundMethod, Cell};
use taipan_object::list::List;
use taipan_object::module::Module;
use taipan_object::set::Set;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::ty::Type;
use taipan_object::{Value, Vm};
use taipan_vm::code::PyCode;
use taipan_vm::function::Function;

/// Longest text of one value, in characters.
const MAX: usize = 60;
/// Most items of a container that are shown.
const ITEMS: usize = 6;

/// A value as `repr` shows it if that needs no Python code; cut short.
pub fn short(vm: &Vm, value: &Value) -> String {
    cut(text(vm, value, 0))
}

fn cut(text: String) -> String {
    if text.chars().count() <= MAX {
        return text;
    }
    let mut cut: String = text.chars().take(MAX - 3).collect();
    cut.push_str("...");
    cut
}

fn text(vm: &Vm, value: &Value, depth: u32) -> String {
    let ty = vm.type_of(value).as_ptr();
    let t = &vm.types;
    let is = |other: &taipan_object::TypeRef| std::ptr::eq(ty, other.as_ptr());
    if let Some(s) = value.downcast::<Str>().filter(|s| s.len() > 10 * MAX) {
        let start: String = s.to_string().chars().take(MAX).collect();
        return plain_repr(vm, vm.new_str(&start).as_value());
    }
    let plain = [
        &t.none_type,
        &t.bool,
        &t.int,
        &t.float,
        &t.complex,
        &t.str,
        &t.bytes,
        &t.range,
        &t.ellipsis,
    ];
    if plain.into_iter().any(is) {
        return plain_repr(vm, value);
    }
    if depth > 2 {
        return "...".to_owned();
    }
    let join = |open: &str, items: &[Value], close: &str| {
        let mut out: Vec<String> = items
            .iter()
            .take(ITEMS)
            .map(|v| text(vm, v, depth + 1))
            .collect();
        if items.len() > ITEMS {
            out.push("...".to_owned());
        }
        format!("{open}{}{close}", out.join(", "))
    };
    if let Some(items) = value.downcast::<List>().filter(|_| is(&t.list)) {
        return join("[", &items.with(|l| l.clone()), "]");
    }
    if let Some(items) = value.downcast::<Tuple>().filter(|_| is(&t.tuple)) {
        let close = if items.len() == 1 { ",)" } else { ")" };
        return join("(", items.items(), close);
    }
    if let Some(items) = value.downcast::<Set>().filter(|_| is(&t.set)) {
        let elements = items.elements();
        return match elements.is_empty() {
            true => "set()".to_owned(),
            false => join("{", &elements, "}"),
        };
    }
    if let Some(dict) = value.downcast::<Dict>().filter(|_| is(&t.dict)) {
        let items = dict.items();
        let mut out: Vec<String> = items
            .iter()
            .take(ITEMS)
            .map(|(k, v)| format!("{}: {}", text(vm, k, depth + 1), text(vm, v, depth + 1)))
            .collect();
        if items.len() > ITEMS {
            out.push("...".to_owned());
        }
        return format!("{{{}}}", out.join(", "));
    }
    named(vm, value, depth)
}

fn named(vm: &Vm, value: &Value, depth: u32) -> String {
    if let Some(f) = value.downcast::<Function>() {
        return format!("<function {}>", f.code.borrow().code.qualname);
    }
    if let Some(m) = value.downcast::<BoundMethod>() {
        return format!("<method {}>", text(vm, &m.function, depth + 1));
    }
    if let Some(c) = value.downcast::<PyCode>() {
        return format!("<code {}>", c.code.qualname);
    }
    if let Some(c) = value.downcast::<Type>() {
        return format!("<class {}>", c.display_name());
    }
    if let Some(c) = value.downcast::<Cell>() {
        return match c.get() {
            Some(v) => format!("cell({})", text(vm, &v, depth + 1)),
            None => "cell()".to_owned(),
        };
    }
    if let Some(m) = value.downcast::<Module>() {
        let name = m.dict.get_str(&vm.intern_str("__name__"));
        let name = name
            .as_ref()
            .and_then(|n| n.downcast::<Str>())
            .map_or_else(|| "?".to_owned(), |n| n.to_string());
        return format!("<module {name}>");
    }
    if let Some(e) = value.downcast::<Exception>() {
        let args: Vec<String> = e
            .args
            .borrow()
            .items()
            .iter()
            .map(|a| text(vm, a, depth + 1))
            .collect();
        return format!("{}({})", vm.type_name(value), args.join(", "));
    }
    if std::ptr::eq(
        vm.type_of(value).as_ptr(),
        vm.types.builtin_function.as_ptr(),
    ) {
        return plain_repr(vm, value);
    }
    format!("<{}>", vm.type_name(value))
}

/// `repr` of a value whose class is a built-in one.
fn plain_repr(vm: &Vm, value: &Value) -> String {
    match vm.repr(value) {
        Ok(text) => text.to_string(),
        Err(raised) => {
            drop(vm.take_exception(raised));
            format!("<{}>", vm.type_name(value))
        }
    }
}
