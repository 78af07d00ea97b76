//! Instructions that run as in the interpreter, on the window.

use taipan_compiler::opcode::{Instr, KILL_A, KILL_B, KILL_C, Opcode, OperandKind};
use taipan_object::value::encoding;
use taipan_vm::op;

use super::*;
use crate::hir::{Id, Op, Ty};
use crate::profile::Kind;

impl Builder<'_> {
    /// Runs the instruction as the interpreter would, on the window.
    pub(super) fn interpret(&mut self, pc: u32) -> Result<(), Stop> {
        let instr = self.original(pc);
        let Some(opcode) = instr.op() else {
            return Err(Stop::Refused(Refusal::Unsupported("quickened")));
        };
        let ext = self.i.code.code.instrs.get(pc as usize + 1).copied();
        let window = instr.window(ext);
        // Operands into the window.
        let kinds = opcode.operands();
        for (kind, n) in kinds.iter().zip([instr.a(), instr.b(), instr.c()]) {
            if matches!(
                kind,
                OperandKind::Use
                    | OperandKind::UseDef
                    | OperandKind::OptUse
                    | OperandKind::Cell
                    | OperandKind::Local
            ) && n != u16::MAX
            {
                self.flush(u32::from(n));
            }
        }
        if let Some(w) = window {
            for n in w.start
                ..w.start
                    + w.consumed.max(
                        if opcode == Opcode::MatchClass || opcode == Opcode::WithExceptStart {
                            2
                        } else {
                            0
                        },
                    )
            {
                self.flush(n);
            }
            if opcode == Opcode::MatchClass {
                self.flush(u32::from(instr.b()));
            }
        }
        self.promote();
        self.mirror_locals();
        // What the instruction consumes is gone when it raises.
        let before = self.state.clone();
        for (flag, kind, n) in [
            (KILL_A, kinds[0], instr.a()),
            (KILL_B, kinds[1], instr.b()),
            (KILL_C, kinds[2], instr.c()),
        ] {
            if instr.flags() & flag != 0
                && matches!(
                    kind,
                    OperandKind::Use
                        | OperandKind::OptUse
                        | OperandKind::UseDef
                        | OperandKind::Base
                )
            {
                self.state[n as usize] = DEAD;
            }
        }
        if matches!(opcode, Opcode::PopTop | Opcode::StoreFastMaybeNull) {
            let n = if opcode == Opcode::PopTop {
                instr.a()
            } else {
                instr.b()
            };
            self.state[n as usize] = DEAD;
        }
        if let Some(w) = window {
            for n in w.start..w.start + w.consumed {
                self.state[n as usize] = DEAD;
            }
        }
        let _ = before;
        let exit = self.exit_raised();
        let op = match opcode {
            Opcode::Call
            | Opcode::CallMethod
            | Opcode::CallKw
            | Opcode::CallMethodKw
            | Opcode::CallEx => Op::Call { pc },
            _ => Op::Interpret { pc },
        };
        self.f
            .add_inst(self.block, op, Ty::Unit, vec![], Some(exit));
        // Anything may have changed.
        for r in &mut self.state {
            r.facts = Facts {
                exact: r.facts.exact,
                ..Facts::default()
            };
        }
        let hints = self.expected_results(&instr, opcode, &before);
        let defined = |s: &mut Reg| {
            *s = Reg {
                loc: Loc::Mem,
                ..DEAD
            }
        };
        for (kind, n) in kinds.iter().zip([instr.a(), instr.b(), instr.c()]) {
            match kind {
                OperandKind::Def if instr.flags() & taipan_compiler::opcode::DISCARD == 0 => {
                    defined(&mut self.state[n as usize])
                }
                OperandKind::UseDef => defined(&mut self.state[n as usize]),
                OperandKind::Local => {
                    let r = &mut self.state[n as usize];
                    *r = Reg {
                        loc: Loc::Mem,
                        ..DEAD
                    };
                }
                _ => {}
            }
        }
        if let Some(Some((first, count))) = window.map(|w| w.written) {
            for n in first..first + count {
                defined(&mut self.state[n as usize]);
            }
        }
        for (n, sample, hint, item) in hints {
            let r = &mut self.state[n as usize];
            if r.loc == Loc::Mem {
                (r.sample, r.hint, r.item) = (sample, hint, item);
            }
        }
        self.changed();
        Ok(())
    }

    /// What an interpreted instruction is expected to leave: register, sample, type, sample of items.
    pub(super) fn expected_results(
        &self,
        instr: &Instr,
        opcode: Opcode,
        before: &State,
    ) -> Vec<(u32, u64, u64, u64)> {
        let vm = self.i.vm;
        let (a, b) = (u32::from(instr.a()), usize::from(instr.b()));
        match opcode {
            Opcode::UnpackSequence => {
                let source = before[b].sample;
                (0..u32::from(instr.c()))
                    .filter_map(|n| Some((a + n, self.item_of(source, n as usize)?, 0, 0)))
                    .collect()
            }
            Opcode::GetIter => {
                let source = before[b];
                let is = |ty: &taipan_object::TypeRef| {
                    source.hint == ty.as_ptr() as u64
                        || type_of(source.sample) == ty.as_ptr() as u64
                };
                if is(&vm.types.range) {
                    vec![(
                        a,
                        0,
                        vm.types.range_iterator.as_ptr() as u64,
                        encoding::INT_TAG,
                    )]
                } else if is(&vm.types.list) {
                    vec![(
                        a,
                        0,
                        vm.types.list_iterator.as_ptr() as u64,
                        self.item_of(source.sample, 0).unwrap_or(0),
                    )]
                } else {
                    vec![(a, 0, 0, self.item_of(source.sample, 0).unwrap_or(0))]
                }
            }
            Opcode::Call | Opcode::CallMethod
                if instr.flags() & taipan_compiler::opcode::DISCARD == 0 =>
            {
                let callee = before[b].sample;
                if callee == vm.types.range.as_ptr() as u64 {
                    return vec![(a, 0, callee, 0)];
                }
                if callee == vm.types.float.as_ptr() as u64 {
                    return vec![(a, encoding::FLOAT_ZERO, 0, 0)];
                }
                if type_of(callee) == vm.types.function.as_ptr() as u64 {
                    // SAFETY: samples are live words; the type tells the payload.
                    let kinds = unsafe {
                        (*(callee as *const taipan_object::Object<taipan_vm::function::Function>))
                            .payload
                            .code
                            .borrow()
                            .return_kinds
                            .get()
                    };
                    return match kinds {
                        1 => vec![(a, encoding::INT_TAG, 0, 0)],
                        2 => vec![(a, encoding::FLOAT_ZERO, 0, 0)],
                        _ => vec![],
                    };
                }
                vec![]
            }
            Opcode::LoadMethod => {
                let cache = self.i.caches[self.pc as usize];
                let word = self.i.instrs[self.pc as usize];
                if word as u8 == op::LOAD_METHOD_CACHED {
                    vec![(a, cache.words[2], 0, 0), (a + 1, before[b].sample, 0, 0)]
                } else {
                    vec![]
                }
            }
            Opcode::Pow => vec![(a, encoding::FLOAT_ZERO, 0, 0)]
                .into_iter()
                .filter(|_| Kind::of(before[b].sample) == Kind::Float)
                .collect(),
            _ => vec![],
        }
    }

    /// A condition computed on the window by the interpreter's code; operands are consumed.
    pub(super) fn window_condition(&mut self, i: u64, pc: u32, op: Op) -> Id {
        let instr = self.original(pc);
        let kinds = instr
            .op()
            .map(Opcode::operands)
            .unwrap_or([OperandKind::None; 3]);
        for (kind, n) in kinds.iter().zip([instr.a(), instr.b(), instr.c()]) {
            if *kind == OperandKind::Use {
                self.flush(u32::from(n));
            }
        }
        self.promote();
        self.mirror_locals();
        let flags = instr.flags();
        if flags & KILL_A != 0 {
            self.state[a(i) as usize] = DEAD;
        }
        if flags & KILL_B != 0 && kinds[1] == OperandKind::Use {
            self.state[b(i) as usize] = DEAD;
        }
        self.changed();
        let exit = self.exit_raised();
        let v = self
            .f
            .add_inst(self.block, op, Ty::Bool, vec![], Some(exit));
        for r in &mut self.state {
            r.facts = Facts {
                exact: r.facts.exact,
                ..Facts::default()
            };
        }
        self.changed();
        v
    }
}
