//! Code generation: what programs compile to, and what they may not say.

use std::sync::Arc;

use taipan_compiler::code::{Code, CodeFlags, Const, LocalKind};
use taipan_compiler::opcode::Opcode;
use taipan_compiler::positions::position_of;
use taipan_compiler::{CompileMode, CompileOptions, compile_source, dis, verify};

fn compile(source: &str) -> Arc<Code> {
    let compiled = compile_source(
        source.as_bytes(),
        &CompileOptions::new("<test>", CompileMode::Exec),
    );
    let code = compiled
        .unwrap_or_else(|e| panic!("{}: {source}", e.message))
        .code;
    verify_all(&code);
    code
}

fn nested(code: &Code) -> impl Iterator<Item = &Arc<Code>> {
    code.consts.iter().filter_map(|c| match c {
        Const::Code(code) => Some(code),
        _ => None,
    })
}

fn verify_all(code: &Code) {
    if let Err(error) = verify::verify(code) {
        panic!(
            "{}: {error}\n{}",
            code.qualname,
            dis::disassemble(code, dis::Options::default())
        );
    }
    nested(code).for_each(|c| verify_all(c));
}

/// The first function of a program.
fn function(source: &str) -> Arc<Code> {
    let module = compile(source);
    let found = nested(&module).next().cloned();
    found.unwrap_or_else(|| panic!("no function in {source}"))
}

fn ops(code: &Code) -> Vec<Opcode> {
    code.instrs.iter().filter_map(|i| i.op()).collect()
}

fn error(source: &str) -> (String, u32, u32) {
    match compile_source(
        source.as_bytes(),
        &CompileOptions::new("<test>", CompileMode::Exec),
    ) {
        Ok(_) => panic!("compiled: {source}"),
        Err(e) => (e.message, e.line, e.column),
    }
}

fn locals(code: &Code, bit: u8) -> Vec<&str> {
    code.locals
        .iter()
        .filter(|l| l.kind.has(bit))
        .map(|l| l.name.as_ref())
        .collect()
}

#[test]
fn operands_are_read_where_they_stand() {
    use Opcode::*;
    assert_eq!(
        ops(&function("def f(a, b): return a + b")),
        [Add, ReturnValue]
    );
    assert_eq!(
        ops(&function("def f(a):\n a = a + 1\n return a")),
        [AddImm, ReturnValue]
    );
    assert_eq!(
        ops(&function("def f(a):\n if a < 3: return 1\n return 2")),
        [JumpLtImm, ReturnConst, ReturnConst]
    );
}

#[test]
fn a_named_expression_does_not_change_an_earlier_operand() {
    let code = function("def f(x): return x + (x := 2)");
    assert_eq!(ops(&code)[0], Opcode::Move);
    let code = function("def f(x): return x, (x := 2)");
    assert_eq!(ops(&code)[0], Opcode::Move);
}

#[test]
fn locals_are_checked_only_where_they_may_be_unbound() {
    let checks = |s: &str| {
        ops(&function(s))
            .iter()
            .filter(|o| **o == Opcode::CheckFast)
            .count()
    };
    assert_eq!(checks("def f():\n x = 1\n return x"), 0);
    assert_eq!(checks("def f(a):\n if a: x = 1\n return x, x"), 1);
    assert_eq!(checks("def f(a):\n del a\n return a"), 1);
    assert_eq!(
        checks("def f(a):\n try: x = g()\n except E: pass\n return x"),
        1
    );
    assert_eq!(checks("def f(a):\n for x in a: pass\n return x"), 1);
    assert_eq!(
        checks("def f(a):\n for x in a: y = x\n else: y = 2\n return y"),
        0
    );
}

#[test]
fn cells_and_free_variables() {
    let outer = function("def f(a):\n b = 1\n def g(): return a, b, c\n c = 2\n return g");
    assert_eq!(locals(&outer, LocalKind::CELL), ["a", "b", "c"]);
    let inner = nested(&outer)
        .next()
        .map(|c| locals(c, LocalKind::FREE).join(","));
    assert_eq!(inner.as_deref(), Some("a,b,c"));
}

#[test]
fn a_class_body_may_assign_to_a_nonlocal() {
    let outer = function("def f():\n n = 1\n class C:\n  nonlocal n\n  n = 2\n  del n\n return n");
    let class = nested(&outer).next().map(|c| ops(c)).unwrap_or_default();
    assert!(class.contains(&Opcode::StoreDeref) && class.contains(&Opcode::DeleteDeref));
}

#[test]
fn comprehensions_are_inlined() {
    let code = function("def f(a): return [x * 2 for x in a if x]");
    assert_eq!(nested(&code).count(), 0);
    let code = function("def f(a): return (x for x in a)");
    assert_eq!(nested(&code).count(), 1);
}

#[test]
fn constants_are_folded() {
    let returned = |s: &str| {
        let code = function(s);
        assert_eq!(ops(&code), [Opcode::ReturnConst], "{s}");
        code.consts[code.instrs[0].bc() as usize].clone()
    };
    assert!(matches!(
        returned("def f(): return 2 ** 10 - 24"),
        Const::Int(1000)
    ));
    assert!(matches!(
        returned("def f(): return -7 // 2"),
        Const::Int(-4)
    ));
    assert!(matches!(returned("def f(): return -7 % 3"), Const::Int(2)));
    assert!(matches!(returned("def f(): return (1, 'a' 'b')[1]"), Const::Str(s) if &*s == b"ab"));
    assert!(
        matches!(returned("def f(): return 1 + 2j"), Const::Complex(re, im) if re == 1.0 && im == 2.0)
    );
    assert!(matches!(returned("def f(): return not 1"), Const::False));
    assert!(matches!(
        returned("def f(): return True & False"),
        Const::False
    ));
    assert_eq!(
        ops(&function("def f(): return 1 / 0"))[0],
        Opcode::LoadSmallInt
    );
    assert_eq!(
        ops(&function("def f():\n if 0: g()\n return 1")),
        [Opcode::Nop, Opcode::ReturnConst]
    );
}

#[test]
fn equal_constants_of_different_types_stay_apart() {
    let code = function("def f(): return [0.0, -0.0, 0, False, 1, True]");
    let tuple = code.consts.iter().find_map(|c| match c {
        Const::Tuple(items) => Some(items.len()),
        _ => None,
    });
    assert_eq!(tuple, Some(6));
    let code = function("def f(): return g(0.0), g(-0.0), g(True), g(1.0)");
    assert_eq!(code.consts.len(), 4);
}

#[test]
fn docstrings() {
    let code = function("def f():\n    '''One\n        two\n      three\n    '''\n    return 'x'");
    assert!(code.flags.contains(CodeFlags::HAS_DOCSTRING));
    assert!(matches!(&code.consts[0], Const::Str(s) if &**s == b"One\n  two\nthree\n"));
}

#[test]
fn positions_are_those_of_tracebacks() {
    let code = function("def f(a):\n  return (a.b\n    .c(1,\n  2) + a.d[3])\n");
    let at = |op: Opcode| {
        let index = ops(&code)
            .iter()
            .position(|o| *o == op)
            .unwrap_or_else(|| panic!("no {op:?}"));
        let p = position_of(&code.positions, index as u32);
        (p.line, p.column, p.end_line, p.end_column)
    };
    assert_eq!(at(Opcode::CallMethod), (3, 5, 4, 4));
    assert_eq!(at(Opcode::LoadMethod), (3, 5, 3, 6));
    assert_eq!(at(Opcode::LoadSubscr), (4, 7, 4, 13));
    assert_eq!(at(Opcode::Add), (2, 10, 4, 13));
}

#[test]
fn errors() {
    let cases: &[(&str, &str, u32, u32)] = &[
        ("return 1", "'return' outside function", 1, 1),
        ("break", "'break' outside loop", 1, 1),
        (
            "def f(x, x): 0",
            "duplicate argument 'x' in function definition",
            1,
            10,
        ),
        (
            "def f():\n x\n global x",
            "name 'x' is used prior to global declaration",
            3,
            2,
        ),
        (
            "nonlocal x",
            "nonlocal declaration not allowed at module level",
            1,
            1,
        ),
        (
            "def f():\n nonlocal x",
            "no binding for nonlocal 'x' found",
            2,
            2,
        ),
        (
            "x = 1\nfrom __future__ import annotations",
            "from __future__ imports must occur at the beginning of the file",
            2,
            1,
        ),
        ("from __future__ import braces", "not a chance", 1, 24),
        (
            "a, *b, *c = d",
            "multiple starred expressions in assignment",
            1,
            1,
        ),
        (
            "*a = b",
            "starred assignment target must be in a list or tuple",
            1,
            1,
        ),
        (
            "[i := 0 for i in x]",
            "assignment expression cannot rebind comprehension iteration variable 'i'",
            1,
            2,
        ),
        ("def f(): await x", "'await' outside async function", 1, 10),
        (
            "async def f():\n yield 1\n return 2",
            "'return' with value in async generator",
            3,
            2,
        ),
        (
            "match x:\n case a | b: 0",
            "name capture 'a' makes remaining patterns unreachable",
            2,
            7,
        ),
        (
            "match x:\n case [a, a]: 0",
            "multiple assignments to name 'a' in pattern",
            2,
            11,
        ),
        (
            "match x:\n case [a] | [b]: 0",
            "alternative patterns bind different names",
            2,
            7,
        ),
        ("__debug__ = 1", "cannot assign to __debug__", 1, 1),
    ];
    for &(source, message, line, column) in cases {
        assert_eq!(
            error(source),
            (message.to_owned(), line, column),
            "{source}"
        );
    }
}

#[test]
fn warnings() {
    let warned = |source: &str| {
        let options = CompileOptions::new("<test>", CompileMode::Exec);
        let compiled = compile_source(source.as_bytes(), &options);
        let all = compiled.map(|c| c.warnings).unwrap_or_default();
        all.into_iter()
            .map(|w| w.message)
            .collect::<Vec<_>>()
            .join("|")
    };
    assert_eq!(
        warned("x is 1"),
        "\"is\" with 'int' literal. Did you mean \"==\"?"
    );
    assert_eq!(
        warned("(1)(2)"),
        "'int' object is not callable; perhaps you missed a comma?"
    );
    assert_eq!(
        warned("assert (x, 'y')"),
        "assertion is always true, perhaps remove parentheses?"
    );
    assert_eq!(
        warned("def f():\n try: g()\n finally: return 1"),
        "'return' in a 'finally' block"
    );
    assert_eq!(
        warned("[1]['a']"),
        "list indices must be integers or slices, not str; perhaps you missed a comma?"
    );
}

#[test]
fn everything_is_verified() {
    let programs = [
        "def f():\n with a as b, c: return d(b)\n",
        "def f(x):\n for i in x:\n  try:\n   with i: continue\n  finally:\n   if g(): break\n",
        "def f(x):\n try: return a(x)\n except E as e: return e\n except F: raise G from x\n else: b\n finally: c\n",
        "def f():\n try: a\n except* E as e: b\n except* F: c\n finally: d\n",
        "async def f(x):\n async with a as b: return [i async for i in x if await i]\n",
        "async def f(x):\n async for i in x:\n  if i: break\n  yield i\n else: await b\n",
        "def f(x):\n match x:\n  case {'a': [1, *_, y], **r} | [y, r] if y: return r\n  case C(a.b, q=None) as z: z\n  case _: 0\n",
        "def f(a): return a < b < c() < 3 and (x if a < g() < h() else y)\n",
        "class C[*Ts, T: (int, str) = int, **P = [int]](B[T], *z, metaclass=M):\n x: T\n if x: y: 1\n def f[U](self, a: U = 1, *, k=2) -> T: return super().f(self.__p)\n",
        "type X[T] = list[T]\ntype Y = X\n",
        "def f(x, *a, **k): return g(x, *a, k=1, **k), {**k, 1: x}, [*a, x], {*a}, f'{x!r:>{a}}', t'{x}y{a:z}'\n",
        "def f(x):\n x.a += 1; x[0] -= f(); x[1:2] = x[f():]; del x.b, x[2]\n (a, [b, *c]), d.e = x\n",
        "def f(x): return [[y for y in x if y] for x in (lambda: [lambda: x for x in x])()]\n",
        "def f(*, a=1, b): return lambda c, /, d=a: (yield c)\n",
        "x: int = 1\nfor i in x:\n y: str\n",
    ];
    for program in programs {
        compile(program);
        for optimize in [1, 2] {
            let mut options = CompileOptions::new("<test>", CompileMode::Exec);
            options.optimize = optimize;
            if let Ok(compiled) = compile_source(program.as_bytes(), &options) {
                verify_all(&compiled.code);
            }
        }
    }
}

#[test]
fn very_large_programs() {
    let many = |n: usize, line: &dyn Fn(usize) -> String| (0..n).map(line).collect::<String>();
    compile(&format!(
        "def f():\n{} return v1, v69999\n",
        many(70_000, &|i| format!(" v{i} = {i}\n"))
    ));
    compile(&format!(
        "x = [\n{}]\n",
        many(70_000, &|i| format!("a({i}.5),\n"))
    ));
    compile(&many(66_000, &|i| format!("n{i}.a{i}\n")));
    compile(&format!("f({})", "a, ".repeat(66_000)));
    compile(&format!("for i in x:\n{}", " x = y + 1\n".repeat(40_000)));
    compile(&format!("x = {}a", "a + ".repeat(2000)));
}

#[test]
fn deep_programs_are_refused() {
    let source = format!("x = a{}", ".b".repeat(20_000));
    let result = compile_source(
        source.as_bytes(),
        &CompileOptions::new("<test>", CompileMode::Exec),
    );
    assert!(result.is_err());
}
