//! Good code objects to start from.

use std::sync::Arc;

use taipan_compiler::code::{Code, CodeFlags, Const, Handler, Local, LocalKind};
use taipan_compiler::opcode::*;
use taipan_compiler::{CompileMode, CompileOptions, compile_source};

/// Compiles Python text; None if it is no program.
pub fn compile(source: &str) -> Option<Arc<Code>> {
    let options = CompileOptions::new("<fuzz>", CompileMode::Exec);
    let compiled = compile_source(source.as_bytes(), &options);
    compiled.ok().map(|compiled| compiled.code)
}

/// A function assembled by hand: a loop, a method call under a handler, a cell.
pub fn by_hand() -> Arc<Code> {
    let abc = Instr::abc;
    let local = |name: &str, kind| Local {
        name: name.into(),
        kind: LocalKind(kind),
    };
    Arc::new(Code {
        instrs: [
            abc(Opcode::MakeCell, 0, 1, 0, 0),
            Instr::abx(Opcode::LoadConst, 0, 2, 1),
            abc(Opcode::StoreDeref, KILL_A, 2, 1, 0),
            abc(Opcode::GetIter, 0, 2, 0, 0),
            abc(Opcode::ForIter, 0, 3, 2, 8),
            abc(Opcode::LoadMethod, KILL_B, 4, 3, 0),
            abc(Opcode::Move, 0, 6, 0, 0),
            abc(Opcode::CallMethod, DISCARD, 0, 4, 1),
            Instr::abx(Opcode::JumpBackward, 0, 0, 4),
            abc(Opcode::PushExcInfo, 0, 3, 4, 0),
            abc(Opcode::PopTop, KILL_A, 4, 0, 0),
            abc(Opcode::PopExcept, KILL_A, 3, 0, 0),
            Instr::abx(Opcode::JumpBackward, 0, 0, 4),
            abc(Opcode::LoadDeref, 0, 2, 1, 0),
            abc(Opcode::LoadAttr, KILL_B, 2, 2, EXTENDED),
            Instr::abx(Opcode::Ext, 0, 0, 1),
            abc(Opcode::ReturnValue, KILL_A, 2, 0, 0),
        ]
        .into(),
        consts: [Const::None, Const::Int(7)].into(),
        names: ["append".into(), "name".into()].into(),
        locals: [local("x", LocalKind::LOCAL), local("y", LocalKind::CELL)].into(),
        registers: 8,
        arg_count: 1,
        posonly_count: 0,
        kwonly_count: 0,
        flags: CodeFlags(3),
        name: "f".into(),
        qualname: "f".into(),
        filename: "sample.py".into(),
        first_line: 1,
        handlers: [Handler {
            start: 6,
            end: 8,
            target: 9,
            depth: 4,
            lasti: false,
        }]
        .into(),
        positions: Box::new([]),
    })
}
