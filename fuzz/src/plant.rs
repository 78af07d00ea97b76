//! Plants faults into good code: the verifier must reject every one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use taipan_compiler::code::{Code, Const, LocalKind};
use taipan_compiler::dis::{self, Options};
use taipan_compiler::opcode::*;
use taipan_compiler::verify::{Facts, verify};

use crate::arguments::Arguments;
use crate::random::Random;
use crate::targets::all_codes;
use crate::{corpus, sample};

/// A fault: changes the code and returns true, or finds no place for it.
type Fault = fn(&mut Code, &Facts, &mut Random) -> bool;

/// The kinds of faults; a fault's number is its place here.
const FAULTS: &[(&str, Fault)] = &[
    ("an unknown opcode", unknown_opcode),
    ("a register that does not exist", far_register),
    ("a constant that does not exist", no_constant),
    ("a jump outside", wild_jump),
    ("an end that runs on", runs_on),
    ("a temporary killed twice", killed_twice),
    ("a named local killed", killed_local),
    ("a handler that starts among the locals", low_handler),
    ("a cell that is never made", no_cell),
    ("more parameters than locals", many_parameters),
    ("a window one longer", long_window),
    ("an EXT word gone", no_ext),
    ("a live temporary overwritten", overwritten),
];

/// Plants until the time is over; true if everything was rejected.
pub fn run(arguments: &Arguments) -> bool {
    let texts = corpus::inputs(&arguments.corpus);
    let mut codes = all_codes(&sample::by_hand());
    let compiled = texts
        .iter()
        .step_by(7)
        .filter_map(|t| sample::compile(std::str::from_utf8(t).ok()?));
    codes.extend(compiled.flat_map(|code| all_codes(&code)));
    let mut random = Random::new(arguments.seed);
    let end = Instant::now() + Duration::from_secs(arguments.seconds);
    let mut planted = vec![0u64; FAULTS.len()];
    let mut accepted = 0;
    while Instant::now() < end && accepted < 10 {
        let kind = arguments
            .plant
            .map_or_else(|| random.below(FAULTS.len()), |k| k.min(FAULTS.len() - 1));
        let Some(code) = random.one_of(&codes) else {
            break;
        };
        let Ok(facts) = verify(code) else { continue };
        let mut bad: Code = Code::clone(code);
        if !FAULTS[kind].1(&mut bad, &facts, &mut random) {
            continue;
        }
        planted[kind] += 1;
        if verify(&bad).is_ok() {
            accepted += 1;
            report(kind, code, &bad);
        }
    }
    for (kind, (name, _)) in FAULTS.iter().enumerate() {
        println!("{kind:2} {name}: {} planted", planted[kind]);
    }
    println!("{} code objects, {accepted} faults accepted", codes.len());
    accepted == 0
}

fn report(kind: usize, good: &Arc<Code>, bad: &Code) {
    println!(
        "ACCEPTED {kind} {} in {} of {}:{}",
        FAULTS[kind].0, good.qualname, good.filename, good.first_line
    );
    let changed = good
        .instrs
        .iter()
        .zip(&bad.instrs)
        .position(|(a, b)| a != b);
    if let Some(n) = changed {
        println!(
            "  instruction {n}: {:?} became {:?}",
            good.instrs[n], bad.instrs[n]
        );
    }
    println!(
        "{}",
        dis::disassemble(
            bad,
            Options {
                nested: false,
                ..Options::default()
            }
        )
    );
}

/// An instruction that can be reached and satisfies a condition, from a random place on.
fn find(
    code: &Code,
    facts: &Facts,
    random: &mut Random,
    wanted: impl Fn(Opcode, Instr) -> bool,
) -> Option<usize> {
    let count = code.instrs.len();
    let start = random.below(count);
    (0..count).map(|n| (start + n) % count).find(|&n| {
        let reached = facts.blocks()[facts.block_of(n as u32)].reached;
        reached
            && code.instrs[n]
                .op()
                .is_some_and(|op| wanted(op, code.instrs[n]))
    })
}

fn set_op(code: &mut Code, at: usize, instr: Instr) -> bool {
    code.instrs[at] = instr;
    true
}

fn unknown_opcode(code: &mut Code, _: &Facts, random: &mut Random) -> bool {
    let at = random.below(code.instrs.len());
    let op = Opcode::COUNT + random.below(256 - Opcode::COUNT);
    set_op(code, at, code.instrs[at].with_op_byte(op as u8))
}

fn far_register(code: &mut Code, facts: &Facts, random: &mut Random) -> bool {
    let uses =
        |op: Opcode, _| op.operands()[1] == OperandKind::Use && op.operands()[2] != OperandKind::Hi;
    let Some(at) = find(code, facts, random, uses) else {
        return false;
    };
    let register = (code.registers as usize + random.below(1000)) as u64;
    let bits = code.instrs[at].0 & !(0xFFFF << 32) | (register & 0xFFFF) << 32;
    register < 0xFFFF && set_op(code, at, Instr(bits))
}

fn no_constant(code: &mut Code, facts: &Facts, random: &mut Random) -> bool {
    let Some(at) = find(code, facts, random, |op, _| {
        op.operands()[1] == OperandKind::Const32
    }) else {
        return false;
    };
    let index = code.consts.len() + random.below(1 << 20);
    set_op(code, at, code.instrs[at].with_bc(index as u32))
}

fn wild_jump(code: &mut Code, facts: &Facts, random: &mut Random) -> bool {
    let Some(at) = find(code, facts, random, |op, _| {
        op.operands()[1] == OperandKind::Jump32
    }) else {
        return false;
    };
    let target = code.instrs.len() + random.below(1000);
    set_op(code, at, code.instrs[at].with_bc(target as u32))
}

fn runs_on(code: &mut Code, facts: &Facts, _: &mut Random) -> bool {
    let last = code.instrs.len() - 1;
    let reached = facts.blocks()[facts.block_of(last as u32)].reached;
    reached
        && code.instrs[last].op() != Some(Opcode::Ext)
        && set_op(code, last, Instr::abc(Opcode::Nop, 0, 0, 0, 0))
}

/// The killing instruction is followed by another that kills the same.
fn killed_twice(code: &mut Code, facts: &Facts, random: &mut Random) -> bool {
    let kills = |op: Opcode, i: Instr| {
        op == Opcode::PopTop || i.flags() & KILL_B != 0 && op.flow() == Flow::Next
    };
    let Some(at) = find(code, facts, random, kills) else {
        return false;
    };
    let dead = if code.instrs[at].op() == Some(Opcode::PopTop) {
        code.instrs[at].a()
    } else {
        code.instrs[at].b()
    };
    let next = at + 1;
    let same_block =
        facts.block_of(at as u32) == facts.block_of(next as u32) && next < code.instrs.len();
    let rewritten = code.instrs[at].op().is_some_and(|op| {
        let [a, ..] = op.operands();
        matches!(a, OperandKind::Def | OperandKind::Base) && code.instrs[at].a() <= dead
    });
    if !same_block || rewritten || code.instrs[next].op() == Some(Opcode::Ext) {
        return false;
    }
    set_op(code, next, Instr::abc(Opcode::PopTop, KILL_A, dead, 0, 0))
}

fn killed_local(code: &mut Code, facts: &Facts, random: &mut Random) -> bool {
    let locals = code.locals.len();
    let reads =
        |op: Opcode, i: Instr| op.operands()[1] == OperandKind::Use && (i.b() as usize) < locals;
    let Some(at) = find(code, facts, random, reads) else {
        return false;
    };
    set_op(
        code,
        at,
        code.instrs[at].with_flags(code.instrs[at].flags() | KILL_B),
    )
}

fn low_handler(code: &mut Code, _: &Facts, random: &mut Random) -> bool {
    let n = random.below(code.handlers.len());
    let locals = code.locals.len() as u32;
    match code.handlers.get_mut(n) {
        Some(h) if locals > 0 => h.depth = locals - 1,
        Some(h) => h.depth = code.registers,
        None => return false,
    }
    true
}

fn no_cell(code: &mut Code, facts: &Facts, random: &mut Random) -> bool {
    let made = code
        .instrs
        .iter()
        .position(|i| i.op() == Some(Opcode::MakeCell));
    let Some(at) = made else { return false };
    let cell = code.instrs[at].a();
    let again = code.instrs[at + 1..]
        .iter()
        .any(|i| i.op() == Some(Opcode::MakeCell) && i.a() == cell);
    let used = |op: Opcode, i: Instr| op.operands()[1] == OperandKind::Cell && i.b() == cell;
    let is_used = find(code, facts, random, used).is_some();
    !again && is_used && set_op(code, at, Instr::abc(Opcode::Nop, 0, 0, 0, 0))
}

fn many_parameters(code: &mut Code, _: &Facts, random: &mut Random) -> bool {
    code.arg_count = (code.locals.len() + 1 + random.below(100)) as u32;
    debug_assert!(code.locals.iter().all(|l| l.kind != LocalKind(0)));
    true
}

/// The window takes one register more, which is dead or does not exist.
fn long_window(code: &mut Code, facts: &Facts, random: &mut Random) -> bool {
    let calls = |op: Opcode, _| matches!(op, Opcode::Call | Opcode::CallMethod);
    let Some(at) = find(code, facts, random, calls) else {
        return false;
    };
    set_op(code, at, code.instrs[at].with_c(code.instrs[at].c() + 1))
}

fn no_ext(code: &mut Code, facts: &Facts, random: &mut Random) -> bool {
    let Some(at) = find(code, facts, random, |op, _| op == Opcode::Ext) else {
        return false;
    };
    set_op(code, at, Instr::abc(Opcode::Nop, 0, 0, 0, 0))
}

/// Another value is loaded where the iterator of a loop lives.
fn overwritten(code: &mut Code, facts: &Facts, random: &mut Random) -> bool {
    let Some(at) = find(code, facts, random, |op, _| op == Opcode::ForIter) else {
        return false;
    };
    let iterator = code.instrs[at].b();
    let body = at + 1;
    let fits = body < code.instrs.len()
        && !code.consts.is_empty()
        && !matches!(code.consts[0], Const::Code(_));
    fits && code.instrs[body].op() != Some(Opcode::Ext)
        && set_op(code, body, Instr::abx(Opcode::LoadConst, 0, iterator, 0))
}
