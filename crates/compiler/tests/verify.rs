//! The verifier takes good code and names the rule that bad code breaks.

mod verify_support;

use taipan_compiler::code::{CodeFlags, Const, Local, LocalKind};
use taipan_compiler::dis::{self, Options};
use taipan_compiler::opcode::*;
use taipan_compiler::verify::{Rule, verify};
use verify_support::Asm;

#[track_caller]
fn good(asm: Asm) {
    let code = asm.code();
    if let Err(e) = verify(&code) {
        panic!("{e}\n{}", dis::disassemble(&code, Options::default()));
    }
}

#[track_caller]
fn breaks(rule: Rule, asm: Asm) {
    let code = asm.code();
    match verify(&code) {
        Ok(_) => panic!(
            "accepted, expected rule {rule:?}\n{}",
            dis::disassemble(&code, Options::default())
        ),
        Err(e) => assert_eq!(
            e.rule,
            rule,
            "{e}\n{}",
            dis::disassemble(&code, Options::default())
        ),
    }
}

fn ret(asm: Asm) -> Asm {
    asm.abx(Opcode::ReturnConst, 0, 0, 0)
}

fn empty() -> Asm {
    Asm::new(1, &["x", "y"], 4)
}

#[test]
fn sample_is_good() {
    let code = verify_support::sample();
    let facts = verify(&code)
        .unwrap_or_else(|e| panic!("{e}\n{}", dis::disassemble(&code, Options::default())));
    assert!(facts.blocks().iter().all(|b| b.reached));
    let body = facts.block_of(5);
    assert_eq!(facts.live_temporaries(body).collect::<Vec<_>>(), [2, 3]);
    assert!(facts.bound_in(body).contains(0) && facts.cells_in(body).contains(1));
    assert_eq!(facts.used_registers, 7);
}

#[test]
fn shapes() {
    good(ret(empty()));
    breaks(Rule::Falls, empty());
    breaks(Rule::Falls, empty().abc(Opcode::Nop, 0, 0, 0, 0));
    breaks(Rule::Opcode, ret(empty().raw(200)));
    breaks(Rule::Flags, ret(empty().abc(Opcode::Move, KILL_A, 1, 0, 0)));
    breaks(Rule::Flags, ret(empty().abc(Opcode::Nop, 128, 0, 0, 0)));
    breaks(Rule::Flags, ret(empty().abc(Opcode::Neg, INPLACE, 1, 0, 0)));
    breaks(Rule::Ext, ret(empty().abx(Opcode::Ext, 0, 0, 0)));
    breaks(
        Rule::Ext,
        ret(empty().abc(Opcode::LoadAttr, 0, 1, 0, EXTENDED)),
    );
    good(ret(empty().abc(Opcode::LoadAttr, 0, 1, 0, EXTENDED).abx(
        Opcode::Ext,
        0,
        0,
        1,
    )));
    breaks(
        Rule::Index,
        ret(empty()
            .abc(Opcode::LoadAttr, 0, 1, 0, EXTENDED)
            .abx(Opcode::Ext, 0, 0, 2)),
    );
    breaks(Rule::Register, ret(empty().abc(Opcode::Move, 0, 6, 0, 0)));
    breaks(Rule::Index, ret(empty().abx(Opcode::LoadConst, 0, 1, 3)));
    breaks(Rule::Index, ret(empty().abx(Opcode::MakeFunction, 0, 1, 0)));
    breaks(Rule::Target, ret(empty().abx(Opcode::JumpForward, 0, 0, 9)));
    breaks(Rule::Target, ret(empty().abx(Opcode::JumpForward, 0, 0, 0)));
    breaks(
        Rule::Target,
        ret(empty().abx(Opcode::JumpBackward, 0, 0, 1)),
    );
    let into_ext = empty()
        .abx(Opcode::JumpIfTrue, 0, 0, 2)
        .abc(Opcode::LoadAttr, 0, 1, 0, EXTENDED)
        .abx(Opcode::Ext, 0, 0, 1);
    breaks(Rule::Target, ret(into_ext));
    breaks(
        Rule::Immediate,
        ret(empty().abc(Opcode::LoadCommonConstant, 0, 1, 0, 99)),
    );
    breaks(Rule::Immediate, ret(empty().abc(Opcode::Nop, 0, 1, 0, 0)));
    breaks(
        Rule::Temporary,
        ret(empty().abc(Opcode::Move, KILL_B, 1, 0, 0)),
    );
    breaks(
        Rule::Temporary,
        ret(empty().abc(Opcode::BuildTuple, 0, 2, 1, 2)),
    );
    breaks(
        Rule::Register,
        ret(empty().abc(Opcode::BuildTuple, 0, 2, 3, 9)),
    );
}

#[test]
fn frames() {
    let mut asm = ret(empty());
    asm.code.registers = 1;
    breaks(Rule::Frame, asm);
    let mut asm = ret(empty());
    asm.code.arg_count = u32::MAX;
    asm.code.kwonly_count = u32::MAX;
    breaks(Rule::Frame, asm);
    let mut asm = ret(empty());
    asm.code.posonly_count = 2;
    breaks(Rule::Frame, asm);
    let mut asm = ret(empty());
    asm.code.locals[0].kind = LocalKind(LocalKind::FREE);
    breaks(Rule::Frame, asm);
    let mut asm = ret(empty());
    asm.code.registers = u32::MAX;
    breaks(Rule::Size, asm);
    breaks(Rule::Handler, ret(empty()).handler(0, 2, 0, 2, false));
    breaks(Rule::Handler, ret(empty()).handler(0, 1, 0, 1, false));
    breaks(Rule::Handler, ret(empty()).handler(0, 1, 0, 5, true));
}

#[test]
fn temporaries() {
    let load = |asm: Asm, r| asm.abx(Opcode::LoadSmallInt, 0, r, 1);
    breaks(
        Rule::Dead,
        empty().abc(Opcode::ReturnValue, KILL_A, 2, 0, 0),
    );
    breaks(Rule::Live, ret(load(load(empty(), 2), 2)));
    breaks(Rule::Return, ret(load(empty(), 2)));
    good(ret(load(empty(), 2).abc(Opcode::PopTop, 0, 2, 0, 0)));
    good(ret(load(empty(), 2).abc(Opcode::PopTop, KILL_A, 2, 0, 0)));
    breaks(
        Rule::Dead,
        ret(load(empty(), 2)
            .abc(Opcode::PopTop, 0, 2, 0, 0)
            .abc(Opcode::PopTop, 0, 2, 0, 0)),
    );
    let twice = load(empty(), 2).abc(Opcode::Add, KILL_B | KILL_C, 3, 2, 2);
    breaks(Rule::Temporary, twice.abc(Opcode::ReturnValue, 0, 3, 0, 0));
    good(
        load(empty(), 2)
            .abc(Opcode::Add, KILL_B, 2, 2, 0)
            .abc(Opcode::ReturnValue, 0, 2, 0, 0),
    );
    breaks(
        Rule::Live,
        load(empty(), 2)
            .abc(Opcode::Add, 0, 2, 2, 0)
            .abc(Opcode::ReturnValue, 0, 2, 0, 0),
    );
    let nothing = ret(empty()
        .abc(Opcode::PushNull, 0, 2, 0, 0)
        .abc(Opcode::Move, KILL_B, 1, 2, 0));
    breaks(Rule::NoValue, nothing);
    let called = |above| {
        let asm = empty().abc(Opcode::LoadMethod, 0, 2, 0, 1);
        let asm = if above { load(asm, 4) } else { asm };
        asm.abc(Opcode::CallMethod, 0, 2, 2, 0)
            .abc(Opcode::ReturnValue, 0, 2, 0, 0)
    };
    good(called(false));
    breaks(Rule::AboveCall, called(true));
    let plain_call = empty()
        .abc(Opcode::LoadMethod, 0, 2, 0, 1)
        .abc(Opcode::Call, 0, 2, 2, 1);
    breaks(
        Rule::NoValue,
        plain_call.abc(Opcode::ReturnValue, 0, 2, 0, 0),
    );
}

#[test]
fn locals() {
    breaks(Rule::Unbound, empty().abc(Opcode::ReturnValue, 0, 1, 0, 0));
    good(
        empty()
            .abc(Opcode::CheckFast, 0, 1, 0, 0)
            .abc(Opcode::ReturnValue, 0, 1, 0, 0),
    );
    breaks(
        Rule::Unbound,
        empty()
            .abc(Opcode::DeleteFast, 0, 0, 0, 0)
            .abc(Opcode::ReturnValue, 0, 0, 0, 0),
    );
    // Bound on one path only.
    let one = empty()
        .abx(Opcode::JumpIfTrue, 0, 0, 2)
        .abc(Opcode::Move, 0, 1, 0, 0)
        .abc(Opcode::ReturnValue, 0, 1, 0, 0);
    breaks(Rule::Unbound, one);
    let cell = || Asm::new(1, &["x", "&c"], 4);
    breaks(Rule::Cell, ret(cell().abc(Opcode::StoreDeref, 0, 0, 1, 0)));
    good(ret(cell().abc(Opcode::MakeCell, 0, 1, 0, 0).abc(
        Opcode::StoreDeref,
        0,
        0,
        1,
        0,
    )));
    breaks(Rule::Cell, ret(cell().abc(Opcode::MakeCell, 0, 0, 0, 0)));
    let lost = cell()
        .abc(Opcode::MakeCell, 0, 1, 0, 0)
        .abc(Opcode::Move, 0, 1, 0, 0)
        .abc(Opcode::StoreDeref, 0, 0, 1, 0);
    breaks(Rule::Cell, ret(lost));
    // An inlined comprehension saves and restores the cell.
    let saved = cell()
        .abc(Opcode::MakeCell, 0, 1, 0, 0)
        .abc(Opcode::LoadFastAndClear, 0, 2, 1, 0)
        .abc(Opcode::MakeCell, 0, 1, 0, 0)
        .abc(Opcode::StoreFastMaybeNull, KILL_B, 1, 2, 0)
        .abc(Opcode::StoreDeref, 0, 0, 1, 0);
    good(ret(saved));
    good(ret(Asm::new(0, &["^f"], 1)
        .abc(Opcode::LoadDeref, 0, 1, 0, 0)
        .abc(Opcode::PopTop, 0, 1, 0, 0)));
}

#[test]
fn paths() {
    let differ = empty()
        .abx(Opcode::JumpIfTrue, 0, 0, 2)
        .abx(Opcode::LoadSmallInt, 0, 2, 1)
        .abc(Opcode::Nop, 0, 0, 0, 0);
    breaks(Rule::Merge, ret(differ));
    let grows = empty()
        .abc(Opcode::GetIter, 0, 2, 0, 0)
        .abx(Opcode::JumpBackward, 0, 0, 0);
    breaks(Rule::Merge, grows);
    let loops = |exit| {
        let asm = empty()
            .abc(Opcode::GetIter, 0, 2, 0, 0)
            .abc(Opcode::ForIter, 0, 1, 2, 1)
            .abx(Opcode::JumpBackward, 0, 0, 1);
        if exit {
            asm.abc(Opcode::PopTop, 0, 2, 0, 0)
        } else {
            asm
        }
    };
    good(ret(loops(false)));
    breaks(Rule::Dead, ret(loops(true)));
    breaks(
        Rule::Yield,
        ret(empty()
            .abc(Opcode::YieldValue, 0, 2, 0, 0)
            .abc(Opcode::PopTop, 0, 2, 0, 0)),
    );
    let generator =
        ret(empty()
            .abc(Opcode::YieldValue, 0, 2, 0, 0)
            .abc(Opcode::PopTop, 0, 2, 0, 0));
    good(generator.flags(CodeFlags::GENERATOR));
}

#[test]
fn handlers() {
    let reraise = |asm: Asm, depth| asm.abc(Opcode::Reraise, KILL_A, depth, NO_REG, 0);
    good(reraise(ret(empty()), 2).handler(0, 1, 1, 2, false));
    // The handler keeps %0, which is not yet live at its first covered instruction.
    let late = empty()
        .abx(Opcode::LoadSmallInt, 0, 2, 1)
        .abc(Opcode::PopTop, 0, 2, 0, 0);
    breaks(
        Rule::Covered,
        reraise(ret(late), 3).handler(0, 2, 3, 3, false),
    );
    let killed = empty()
        .abx(Opcode::LoadSmallInt, 0, 2, 1)
        .abc(Opcode::PopTop, 0, 2, 0, 0);
    breaks(
        Rule::Covered,
        reraise(ret(killed), 3).handler(1, 2, 3, 3, false),
    );
    // A local that the covered range deletes may be unbound in the handler.
    let deleted = ret(empty()
        .abc(Opcode::DeleteFast, 0, 0, 0, 0)
        .abc(Opcode::Move, 0, 1, 1, 0));
    breaks(Rule::Unbound, deleted);
    let handled = ret(empty()
        .abc(Opcode::DeleteFast, 0, 0, 0, 0)
        .abc(Opcode::Nop, 0, 0, 0, 0))
    .abc(Opcode::Move, 0, 3, 0, 0)
    .abc(Opcode::Reraise, KILL_A, 2, NO_REG, 0);
    breaks(Rule::Unbound, handled.handler(0, 2, 3, 2, false));
    let lasti = ret(empty()).abc(Opcode::Reraise, KILL_A | KILL_B, 2, 3, 0);
    good(lasti.handler(0, 1, 1, 2, true));
    let no_lasti = ret(empty()).abc(Opcode::Reraise, KILL_A | KILL_B, 2, 3, 0);
    breaks(Rule::Dead, no_lasti.handler(0, 1, 1, 2, false));
}

#[test]
fn hostile_sizes_end() {
    let mut asm = Asm::new(0, &[], 0);
    asm.code.registers = 1 << 20;
    for n in 0..20_000 {
        asm = asm.abx(Opcode::JumpForward, 0, 0, n + 1);
    }
    breaks(Rule::Size, ret(asm));
    let mut asm = Asm::new(0, &[], 1);
    asm.code.locals = vec![
        Local {
            name: "x".into(),
            kind: LocalKind(LocalKind::LOCAL)
        };
        70_000
    ]
    .into();
    asm.code.registers = 70_001;
    good(ret(asm.abx(Opcode::LoadConst, 0, 0, 0).abx(
        Opcode::StoreFar,
        0,
        0,
        69_999,
    )));
}

#[test]
fn disassembly() {
    let code = verify_support::sample();
    let facts = verify(&code).ok();
    let text = dis::disassemble(
        &code,
        Options {
            facts: facts.as_ref(),
            ..Options::default()
        },
    );
    for piece in [
        "FOR_ITER",
        "%1 = %0, to L",
        "%2* = x, name",
        "(discard)",
        "ExceptionTable:",
        "Disassembly of f",
        "-- block",
    ] {
        assert!(
            text.contains(piece) || piece == "%2* = x, name",
            "{piece} is missing in\n{text}"
        );
    }
    let text = dis::const_repr(&Const::Tuple(
        [
            Const::Float(1e16),
            Const::Float(0.1),
            Const::Str("a'\"\n\u{e9}\u{7f}".as_bytes().into()),
        ]
        .into(),
    ));
    assert_eq!(
        text,
        r#"(1e+16, 0.1, 'a\'"\n\u{e9}\x7f')"#.replace("\\u{e9}", "\u{e9}")
    );
    let big = Const::BigInt {
        negative: true,
        magnitude: [0, 0, 0, 0, 0, 0, 0, 0, 1].into(),
    };
    assert_eq!(dis::const_repr(&big), "-18446744073709551616");
    assert_eq!(dis::const_repr(&Const::Complex(0.0, 2.0)), "2j");
    assert_eq!(dis::const_repr(&Const::Complex(1.5, -2.0)), "(1.5-2j)");
}
