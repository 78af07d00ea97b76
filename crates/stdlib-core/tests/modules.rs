//! The modules without the machine: functions are called, classes made and used through their tables.

use taipan_object::exceptions::Exception;
use taipan_object::function::MethodDescriptor;
use taipan_object::list::List;
use taipan_object::module::Module;
use taipan_object::native::{MethodKind, ModuleDef};
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::ty::Type;
use taipan_object::{Args, Interp, PyResult, Ref, Value, Vm};
use taipan_stdlib_core as core;

/// An interpreter with one module, filled.
struct Fixture {
    vm: Vm,
    module: Ref<Module>,
    def: &'static ModuleDef,
}

impl Fixture {
    fn new(def: &'static ModuleDef) -> Fixture {
        let interp = Box::leak(Interp::new((1, 2)));
        // SAFETY: the interpreter is never freed, and only this thread uses it.
        let vm = unsafe { Vm::new(interp) };
        let module = vm.heap.alloc(
            &vm.types.module,
            Module {
                dict: vm.new_dict(),
            },
        );
        if (def.init)(&vm, &module).is_err() {
            panic!("init of {} fails", def.name);
        }
        Fixture { vm, module, def }
    }
    fn show(&self, result: PyResult) -> String {
        match result {
            Ok(value) => self.repr(&value),
            Err(e) => {
                let exception = self.vm.take_exception(e);
                let args = exception
                    .downcast::<Exception>()
                    .map(|e| e.args.borrow().clone());
                let text = args.and_then(|a| {
                    a.items()
                        .first()
                        .map(|v| v.downcast::<Str>().map(|s| s.to_string()))
                });
                format!(
                    "{}: {}",
                    self.vm.type_name(&exception),
                    text.flatten().unwrap_or_default()
                )
            }
        }
    }
    /// `repr` of what needs no method of a built-in class; the rest by their slots.
    fn repr(&self, value: &Value) -> String {
        let all = |items: &[Value]| {
            items
                .iter()
                .map(|v| self.repr(v))
                .collect::<Vec<_>>()
                .join(", ")
        };
        if value.is_none() || value.as_bool().is_some() {
            return format!("{value:?}");
        }
        if let Some(x) = value.as_float() {
            return format!("{x:?}");
        }
        if let Some(n) = value.as_int() {
            return n.to_ibig().to_string();
        }
        if let Some(list) = value.downcast::<List>() {
            return format!("[{}]", all(&list.to_vec()));
        }
        if let Some(tuple) = value.downcast::<Tuple>() {
            return format!(
                "({}{})",
                all(tuple.items()),
                if tuple.len() == 1 { "," } else { "" }
            );
        }
        let text = self.vm.repr(value);
        self.show_text(text)
    }
    fn show_text(&self, text: PyResult<Ref<Str>>) -> String {
        match text {
            Ok(text) => text.to_string(),
            Err(e) => self.show(Err(e)),
        }
    }
    fn attr(&self, name: &str) -> Value {
        self.module
            .dict
            .get_str(&self.vm.intern_str(name))
            .unwrap_or_else(|| panic!("no {name}"))
    }
    /// Calls a function or class of the module.
    fn call(&self, name: &str, args: &[Value]) -> PyResult {
        match self.def.functions.iter().find(|f| f.name == name) {
            Some(f) => {
                assert_eq!(f.kind, MethodKind::Function);
                (f.call)(&self.vm, Args::positional_only(args))
            }
            None => self.make(&self.attr(name), Args::positional_only(args)),
        }
    }
    /// Makes an instance by the slots of its class.
    fn make(&self, class: &Value, args: Args<'_>) -> PyResult {
        let class = class.downcast::<Type>().expect("a class");
        let object = (class.slots.new.get().expect("new"))(&self.vm, class, args)?;
        let init = class.slots.init.get();
        let plain = self.vm.types.object.slots.init.get();
        if let Some(init) = init
            && plain.is_none_or(|p| !std::ptr::fn_addr_eq(p, init))
        {
            init(&self.vm, &object, args)?;
        }
        Ok(object)
    }
    fn text(&self, name: &str, args: &[Value]) -> String {
        let result = self.call(name, args);
        self.show(result)
    }
    /// All items of an iterator, shown.
    fn items(&self, iterator: PyResult) -> String {
        let list = iterator
            .and_then(|it| self.vm.collect(&it))
            .map(|items| self.vm.new_list(items).into_value());
        self.show(list)
    }
    /// Calls a method through its table.
    fn method(&self, object: &Value, name: &str, args: &[Value]) -> PyResult {
        let found = self
            .vm
            .type_lookup(self.vm.type_of(object), &self.vm.intern_str(name))
            .expect("a method");
        let descriptor = found
            .downcast::<MethodDescriptor>()
            .expect("a method descriptor");
        let mut all = vec![object.clone()];
        all.extend_from_slice(args);
        (descriptor.def.call)(&self.vm, Args::positional_only(&all))
    }
    fn int(&self, n: i64) -> Value {
        self.vm.new_int(n)
    }
    fn float(&self, x: f64) -> Value {
        self.vm.new_float(x)
    }
    fn str(&self, text: &str) -> Value {
        self.vm.new_str(text).into_value()
    }
    fn list(&self, items: &[i64]) -> Value {
        self.vm
            .new_list(items.iter().map(|&n| self.int(n)).collect())
            .into_value()
    }
}

#[test]
fn math() {
    let f = Fixture::new(&core::math::MODULE);
    let (i, x) = (|n| f.int(n), |x| f.float(x));
    assert_eq!(f.text("sqrt", &[x(2.0)]), "1.4142135623730951");
    assert!(
        f.text("sqrt", &[x(-1.0)])
            .starts_with("ValueError: expected a nonnegative input, got ")
    );
    assert_eq!(
        f.text("sqrt", &[]),
        "TypeError: math.sqrt() takes exactly one argument (0 given)"
    );
    assert_eq!(
        f.text("sqrt", &[f.str("a")]),
        "TypeError: must be real number, not str"
    );
    assert_eq!(
        f.text("exp", &[x(1000.0)]),
        "OverflowError: math range error"
    );
    assert_eq!(f.text("gamma", &[x(-2.5)]), "-0.9453087204829417");
    assert_eq!(f.text("lgamma", &[x(1000.0)]), "5905.220423209181");
    assert_eq!(f.text("lgamma", &[x(-2.5)]), "-0.05624371649767457");
    assert_eq!(f.text("comb", &[i(70), i(35)]), "112186277816662845432");
    assert_eq!(f.text("perm", &[i(5), i(2)]), "20");
    assert_eq!(f.text("factorial", &[i(25)]), "15511210043330985984000000");
    assert_eq!(
        f.text("factorial", &[i(-1)]),
        "ValueError: factorial() not defined for negative values"
    );
    assert_eq!(f.text("gcd", &[i(12), i(-18)]), "6");
    assert_eq!(f.text("lcm", &[i(-4), i(6)]), "12");
    assert_eq!(f.text("isqrt", &[i(17)]), "4");
    assert_eq!(f.text("hypot", &[x(3.0), x(4.0)]), "5.0");
    assert_eq!(f.text("hypot", &[x(5e-324), x(5e-324)]), "5e-324");
    assert_eq!(
        f.text("dist", &[f.list(&[1, 2]), f.list(&[3, 4])]),
        "2.8284271247461903"
    );
    assert_eq!(
        f.text("fma", &[x(f64::INFINITY), x(0.0), x(1.0)]),
        "ValueError: invalid operation in fma"
    );
    assert_eq!(f.text("frexp", &[x(-2.5)]), "(-0.625, 2)");
    assert_eq!(f.text("modf", &[x(-2.5)]), "(-0.5, -2.0)");
    assert_eq!(
        f.text("floor", &[x(1e30)]),
        "1000000000000000019884624838656"
    );
    assert_eq!(
        f.text("pow", &[x(0.0), x(-1.0)]),
        "ValueError: math domain error"
    );
    assert_eq!(f.text("nextafter", &[x(1.0), x(2.0)]), "1.0000000000000002");
    assert_eq!(
        f.text("log", &[i(0)]),
        "ValueError: expected a positive input"
    );
    assert_eq!(f.text("sumprod", &[f.list(&[1, 2]), f.list(&[3, 4])]), "11");
    assert_eq!(
        f.text("isclose", &[i(1)]),
        "TypeError: isclose() missing required argument 'b' (pos 2)"
    );
    assert_eq!(
        f.text("isclose", &[i(1), i(2), i(3)]),
        "TypeError: isclose() takes exactly 2 positional arguments (3 given)"
    );
    let tenths =
        f.vm.new_list((0..10).map(|_| x(0.1)).collect())
            .into_value();
    assert_eq!(f.text("fsum", &[tenths]), "1.0");
}

#[test]
fn itertools() {
    let f = Fixture::new(&core::itertools::MODULE);
    let i = |n| f.int(n);
    let items = |name: &str, args: &[Value]| f.items(f.call(name, args));
    assert_eq!(f.text("count", &[i(5), i(2)]), "count(5, 2)");
    assert_eq!(
        items("islice", &[f.list(&[0, 1, 2, 3, 4, 5]), i(1), i(6), i(2)]),
        "[1, 3, 5]"
    );
    assert_eq!(
        items("islice", &[f.list(&[0]), i(-1)]),
        "ValueError: Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize."
    );
    assert_eq!(
        items("combinations", &[f.list(&[1, 2, 3]), i(2)]),
        "[(1, 2), (1, 3), (2, 3)]"
    );
    assert_eq!(
        items("combinations_with_replacement", &[f.list(&[1, 2]), i(2)]),
        "[(1, 1), (1, 2), (2, 2)]"
    );
    assert_eq!(
        items("permutations", &[f.list(&[1, 2, 3])]),
        "[(1, 2, 3), (1, 3, 2), (2, 1, 3), (2, 3, 1), (3, 1, 2), (3, 2, 1)]"
    );
    assert_eq!(
        items("permutations", &[f.list(&[1, 2, 3]), i(1)]),
        "[(1,), (2,), (3,)]"
    );
    assert_eq!(
        items("product", &[f.list(&[1, 2]), f.list(&[3, 4])]),
        "[(1, 3), (1, 4), (2, 3), (2, 4)]"
    );
    assert_eq!(items("product", &[]), "[()]");
    assert_eq!(
        items("chain", &[f.list(&[1]), f.list(&[]), f.list(&[2])]),
        "[1, 2]"
    );
    assert_eq!(
        items("batched", &[f.list(&[1, 2, 3]), i(2)]),
        "[(1, 2), (3,)]"
    );
    assert_eq!(
        items("batched", &[f.list(&[1]), i(0)]),
        "ValueError: n must be at least one"
    );
    assert_eq!(items("pairwise", &[f.list(&[1, 2, 3])]), "[(1, 2), (2, 3)]");
    assert_eq!(
        items("zip_longest", &[f.list(&[1]), f.list(&[2, 3])]),
        "[(1, 2), (None, 3)]"
    );
    assert_eq!(items("accumulate", &[f.list(&[1, 2, 3])]), "[1, 3, 6]");
    assert_eq!(
        items("compress", &[f.list(&[1, 2, 3]), f.list(&[1, 0, 1])]),
        "[1, 3]"
    );
    assert_eq!(items("filterfalse", &[Value::NONE, f.list(&[0, 1])]), "[0]");
    assert_eq!(items("repeat", &[i(7), i(2)]), "[7, 7]");
    assert_eq!(
        f.text("takewhile", &[i(1)]),
        "TypeError: takewhile expected 2 arguments, got 1"
    );
    let Ok(groups) = f.call("groupby", &[f.list(&[1, 1, 2])]) else {
        panic!("groupby")
    };
    let mut seen = Vec::new();
    while let Ok(Some(pair)) = f.vm.next(&groups) {
        let Ok(parts) = f.vm.collect(&pair) else {
            panic!("pair")
        };
        seen.push(f.items(Ok(parts[1].clone())));
    }
    assert_eq!(seen, ["[1, 1]", "[2]"]);
    let Ok(tees) = f
        .call("tee", &[f.list(&(0..100).collect::<Vec<_>>())])
        .and_then(|t| f.vm.collect(&t))
    else {
        panic!("tee")
    };
    assert_eq!(f.items(Ok(tees[0].clone())), f.items(Ok(tees[1].clone())));
}

#[test]
fn heaps_and_bisection() {
    let f = Fixture::new(&core::heapq::MODULE);
    let heap = f.list(&[5, 3, 1, 4, 1]);
    assert_eq!(f.text("heapify", std::slice::from_ref(&heap)), "None");
    let mut sorted = Vec::new();
    while let Ok(item) = f.call("heappop", std::slice::from_ref(&heap)) {
        sorted.push(item.as_small_int());
    }
    assert_eq!(sorted, [1, 1, 3, 4, 5].map(Some));
    assert_eq!(
        f.text("heappush", &[f.vm.empty_tuple.to_value(), f.int(1)]),
        "TypeError: heappush() argument 1 must be list, not tuple"
    );
    let f = Fixture::new(&core::bisect::MODULE);
    assert_eq!(
        f.text("bisect_left", &[f.list(&[1, 2, 2, 3]), f.int(2)]),
        "1"
    );
    assert_eq!(
        f.text("bisect_right", &[f.list(&[1, 2, 2, 3]), f.int(2)]),
        "3"
    );
    let list = f.list(&[1, 3]);
    assert_eq!(f.text("insort_right", &[list.clone(), f.int(2)]), "None");
    assert_eq!(f.show(Ok(list)), "[1, 2, 3]");
}

#[test]
fn collections() {
    let f = Fixture::new(&core::collections::MODULE);
    let Ok(deque) = f.call("deque", &[f.list(&[1, 2, 3]), f.int(3)]) else {
        panic!("deque")
    };
    let method = |name: &str, args: &[Value]| f.show(f.method(&deque, name, args));
    assert_eq!(f.show(Ok(deque.clone())), "deque([1, 2, 3], maxlen=3)");
    assert_eq!(method("append", &[f.int(4)]), "None");
    assert_eq!(f.show(Ok(deque.clone())), "deque([2, 3, 4], maxlen=3)");
    assert_eq!(method("rotate", &[]), "None");
    assert_eq!(f.show(Ok(deque.clone())), "deque([4, 2, 3], maxlen=3)");
    assert_eq!(method("index", &[f.int(3)]), "2");
    assert_eq!(
        method("insert", &[f.int(0), f.int(3)]),
        "IndexError: deque already at its maximum size"
    );
    assert_eq!(
        method("append", &[]),
        "TypeError: deque.append() takes exactly one argument (0 given)"
    );
    assert_eq!(method("pop", &[]), "3");
    assert_eq!(f.items(Ok(deque.clone())), "[4, 2]");
    assert_eq!(
        f.text("deque", &[f.int(1)]),
        "TypeError: 'int' object is not iterable"
    );
}

#[test]
fn operators() {
    let f = Fixture::new(&core::operator::MODULE);
    assert_eq!(f.text("add", &[f.int(1), f.int(2)]), "3");
    assert_eq!(
        f.text("add", &[f.int(1)]),
        "TypeError: add expected 2 arguments, got 1"
    );
    assert_eq!(
        f.text("indexOf", &[f.list(&[1, 2]), f.int(3)]),
        "ValueError: sequence.index(x): x not in sequence"
    );
    assert_eq!(f.text("itemgetter", &[f.int(1)]), "operator.itemgetter(1)");
    let Ok(getter) = f.call("itemgetter", &[f.int(1), f.int(0)]) else {
        panic!("itemgetter")
    };
    assert_eq!(f.show(f.vm.call(&getter, &[f.list(&[5, 6])])), "(6, 5)");
}

#[test]
fn ordered_dicts() {
    let f = Fixture::new(&core::collections::MODULE);
    let Ok(dict) = f.call("OrderedDict", &[]) else {
        panic!("OrderedDict")
    };
    for n in 1..=3 {
        assert!(f.vm.set_item(&dict, &f.int(n), &f.int(n * n)).is_ok());
    }
    let method = |name: &str, args: &[Value]| f.show(f.method(&dict, name, args));
    assert_eq!(f.items(Ok(dict.clone())), "[1, 2, 3]");
    assert_eq!(method("move_to_end", &[f.int(1)]), "None");
    assert_eq!(f.items(Ok(dict.clone())), "[2, 3, 1]");
    assert_eq!(method("move_to_end", &[f.int(1), Value::FALSE]), "None");
    assert_eq!(f.items(Ok(dict.clone())), "[1, 2, 3]");
    assert_eq!(method("popitem", &[Value::FALSE]), "(1, 1)");
    assert_eq!(method("popitem", &[]), "(3, 9)");
    assert_eq!(method("pop", &[f.int(9), Value::NONE]), "None");
    assert_eq!(f.items(f.method(&dict, "items", &[])), "[(2, 4)]");
    let Ok(iterator) = f.vm.iter(&dict) else {
        panic!("iter")
    };
    assert!(f.vm.set_item(&dict, &f.int(7), &f.int(7)).is_ok());
    assert_eq!(
        f.show(f.vm.next(&iterator).map(|n| n.unwrap_or(Value::NONE))),
        "RuntimeError: OrderedDict mutated during iteration"
    );
    let Ok(counts) = f.call("defaultdict", &[Value::NONE]) else {
        panic!("defaultdict")
    };
    assert!(
        f.call("_count_elements", &[counts.clone(), f.list(&[1, 2, 1])])
            .is_ok()
    );
    assert_eq!(f.show(f.vm.get_item(&counts, &f.int(1))), "2");
}
