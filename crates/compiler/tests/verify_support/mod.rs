//! Assembles code objects by hand.
#![allow(dead_code, reason = "each test program uses a part")]

use std::sync::Arc;

use taipan_compiler::code::{Code, CodeFlags, Const, Handler, Local, LocalKind, Position};
use taipan_compiler::opcode::{Instr, Opcode};
use taipan_compiler::positions::PositionWriter;

/// A code object under construction.
pub struct Asm {
    pub code: Code,
    pub instrs: Vec<Instr>,
    pub lines: Vec<i32>,
    pub line: i32,
}

impl Asm {
    /// Locals are parameters as far as `args` says; a name that starts with `&` is a cell, with `^` free.
    pub fn new(args: u32, locals: &[&str], temporaries: u32) -> Self {
        let locals: Vec<Local> = locals
            .iter()
            .enumerate()
            .map(|(n, name)| {
                let own = if (n as u32) < args {
                    LocalKind::LOCAL
                } else {
                    0
                };
                let kind = match name.as_bytes()[0] {
                    b'&' => LocalKind::CELL | own,
                    b'^' => LocalKind::FREE,
                    _ => LocalKind::LOCAL,
                };
                Local {
                    name: name.trim_start_matches(['&', '^']).into(),
                    kind: LocalKind(kind),
                }
            })
            .collect();
        let code = Code {
            instrs: Box::new([]),
            consts: vec![
                Const::None,
                Const::Int(7),
                Const::Str(Arc::from(&b"it's"[..])),
            ]
            .into(),
            names: vec!["print".into(), "name".into()].into(),
            registers: locals.len() as u32 + temporaries,
            locals: locals.into(),
            arg_count: args,
            posonly_count: 0,
            kwonly_count: 0,
            flags: CodeFlags(3),
            name: "f".into(),
            qualname: "f".into(),
            filename: "test.py".into(),
            first_line: 1,
            handlers: Box::new([]),
            positions: Box::new([]),
        };
        Self {
            code,
            instrs: Vec::new(),
            lines: Vec::new(),
            line: 1,
        }
    }

    pub fn abc(mut self, op: Opcode, flags: u8, a: u16, b: u16, c: u16) -> Self {
        self.instrs.push(Instr::abc(op, flags, a, b, c));
        self.lines.push(self.line);
        self.line += 1;
        self
    }
    pub fn abx(mut self, op: Opcode, flags: u8, a: u16, bc: u32) -> Self {
        self.instrs.push(Instr::abx(op, flags, a, bc));
        self.lines.push(self.line);
        self
    }
    pub fn raw(mut self, bits: u64) -> Self {
        self.instrs.push(Instr(bits));
        self.lines.push(self.line);
        self
    }
    pub fn handler(mut self, start: u32, end: u32, target: u32, depth: u32, lasti: bool) -> Self {
        let mut handlers = self.code.handlers.into_vec();
        handlers.push(Handler {
            start,
            end,
            target,
            depth,
            lasti,
        });
        self.code.handlers = handlers.into();
        self
    }
    pub fn flags(mut self, flags: CodeFlags) -> Self {
        self.code.flags.insert(flags);
        self
    }
    pub fn constant(mut self, value: Const) -> Self {
        let mut consts = self.code.consts.into_vec();
        consts.push(value);
        self.code.consts = consts.into();
        self
    }
    pub fn code(mut self) -> Code {
        let mut positions = PositionWriter::default();
        for &line in &self.lines {
            positions.push(Position {
                line,
                end_line: line,
                column: 0,
                end_column: 4,
            });
        }
        self.code.positions = positions.finish();
        self.code.instrs = self.instrs.into();
        self.code
    }
}

/// A function with most of what there is: a loop, a call, a handler with a
/// method call inside, a nested function.
pub fn sample() -> Code {
    use taipan_compiler::opcode::*;
    let inner = Asm::new(0, &["^y"], 1)
        .abc(Opcode::LoadDeref, 0, 1, 0, 0)
        .abc(Opcode::ReturnValue, KILL_A, 1, 0, 0)
        .code();
    // Locals x, y (cell); temporaries 2…
    Asm::new(1, &["x", "&y"], 8)
        .constant(Const::Code(Arc::new(inner)))
        .constant(Const::Tuple(
            [
                Const::Int(-5),
                Const::Float(1.5),
                Const::Bytes(Arc::from(&b"\0a'"[..])),
            ]
            .into(),
        ))
        .abc(Opcode::MakeCell, 0, 1, 0, 0) // 0
        .abx(Opcode::LoadConst, 0, 2, 1)
        .abc(Opcode::StoreDeref, KILL_A, 2, 1, 0)
        .abc(Opcode::GetIter, 0, 2, 0, 0)
        .abc(Opcode::ForIter, 0, 3, 2, 8) // 4: to 13
        .abc(Opcode::LoadMethod, KILL_B, 4, 3, 1)
        .abc(Opcode::Move, 0, 6, 0, 0)
        .abc(Opcode::CallMethod, DISCARD, 0, 4, 1) // 7, covered 5..8
        .abx(Opcode::JumpBackward, 0, 0, 4)
        .abc(Opcode::PushExcInfo, 0, 3, 4, 0) // 9: handler, depth 4
        .abc(Opcode::PopTop, KILL_A, 4, 0, 0)
        .abc(Opcode::PopExcept, KILL_A, 3, 0, 0)
        .abx(Opcode::JumpBackward, 0, 0, 4)
        .abx(Opcode::MakeFunction, 0, 2, 3) // 13
        .abc(Opcode::LoadClosure, 0, 3, 1, 0)
        .abc(Opcode::BuildTuple, 0, 3, 3, 1)
        .abc(
            Opcode::SetFunctionAttribute,
            KILL_B,
            2,
            3,
            FunctionAttribute::Closure as u16,
        )
        .abc(Opcode::ReturnValue, KILL_A, 2, 0, 0)
        .handler(6, 8, 9, 4, false)
        .code()
}
