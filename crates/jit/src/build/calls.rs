//! Calls and returns.

use taipan_compiler::opcode::Instr;
use taipan_object::value::encoding;
use taipan_vm::op;

use super::*;
use crate::hir::{Op, Term, Ty};
use crate::profile::Kind;

impl Builder<'_> {
    /// Calls a Python function that the sample of the callee's register names, with
    /// machine code of its own, without leaving compiled code. Whether it could.
    pub(super) fn call_python(&mut self, i: u64, pc: u32) -> bool {
        let vm = self.i.vm;
        let method = i as u8 == op::CALL_METHOD;
        let callee = b(i);
        let word = self.sample(callee);
        if type_of(word) != vm.types.function.as_ptr() as u64 {
            return false;
        }
        // SAFETY: samples are live words; the type tells the payload.
        let function = unsafe {
            &(*(word as *const taipan_object::Object<taipan_vm::function::Function>)).payload
        };
        let code = function.code.borrow().clone();
        // SAFETY: as above; the word is a live function.
        if !unsafe { taipan_vm::function::code_offset_holds(&*(&raw const word).cast()) } {
            return false;
        }
        let argc = c(i) + u32::from(method);
        let first = callee + 1;
        if method && self.sample(first) == 0
            || code.simple_args != argc
            || code.is_generator
            || code.free_count > 0
            || code.instrs.get().is_null()
            || code.caches.get().is_null()
            || code.register_count > 200
        {
            return false;
        }
        for n in first..first + argc {
            self.flush(n);
        }
        self.flush(callee);
        self.promote();
        self.mirror_locals();
        self.changed();
        let w = self.emit(Op::LoadReg(callee), Ty::Word, vec![]);
        self.guarded(Op::GuardWord(word), Ty::Unit, vec![w], "callee");
        if method {
            let this = self.emit(Op::LoadReg(first), Ty::Word, vec![]);
            let empty = self.emit(Op::Word(0), Ty::Word, vec![]);
            let same = self.emit(Op::WordEq, Ty::Bool, vec![this, empty]);
            let bound = self.emit(Op::BoolNot, Ty::Bool, vec![same]);
            self.guarded(Op::GuardTrue, Ty::Unit, vec![bound], "no self");
        }
        self.guarded(
            Op::GuardField {
                offset: 16 + taipan_vm::function::Function::CODE_OFFSET as u32,
                value: code.as_ptr() as u64,
            },
            Ty::Unit,
            vec![w],
            "code of callee",
        );
        for n in callee..first + argc {
            self.state[n as usize] = DEAD;
        }
        self.changed();
        let exit = self.exit_raised();
        let discard = Instr(i).flags() & taipan_compiler::opcode::DISCARD != 0;
        let kinds = code.return_kinds.get();
        let v = self.f.add_inst(
            self.block,
            Op::CallPython {
                pc,
                function: word,
                first,
                argc,
            },
            Ty::Word,
            vec![],
            Some(exit),
        );
        for r in &mut self.state {
            r.facts = Facts {
                exact: r.facts.exact,
                ..Facts::default()
            };
        }
        if discard {
            self.emit(Op::Release, Ty::Unit, vec![v]);
        } else {
            self.clear(a(i));
            self.emit(Op::StoreRegDead(a(i)), Ty::Unit, vec![v]);
            let sample = match kinds {
                1 => encoding::INT_TAG,
                2 => encoding::FLOAT_ZERO,
                _ => 0,
            };
            self.state[a(i) as usize] = Reg {
                loc: Loc::Mem,
                sample,
                ..DEAD
            };
        }
        self.changed();
        true
    }

    /// Calls, returns, raises.
    pub(super) fn leaving(&mut self, i: u64, pc: u32) -> Result<Option<u32>, Stop> {
        let next = Some(pc + 1);
        let _flags = Instr(i).flags();
        let byte = i as u8;
        match byte {
            op::CALL | op::CALL_METHOD => {
                if self.i.profile.kind_at(pc) == Some(Kind::Other) || !self.call_python(i, pc) {
                    self.interpret(pc)?;
                }
            }
            op::RETURN_VALUE => {
                if self.i.osr {
                    let exit = self.exit_here("return");
                    self.close(Term::Leave(exit));
                    return Ok(None);
                }
                self.promote_except(a(i));
                let killed = a(i) >= self.i.code.local_count;
                let value = match self.state[a(i) as usize].loc {
                    Loc::Mem => {
                        let _ = killed;
                        let w = self.emit(Op::LoadReg(a(i)), Ty::Word, vec![]);
                        let none = self.emit(Op::Word(encoding::NONE), Ty::Word, vec![]);
                        self.emit(Op::StoreRegDead(a(i)), Ty::Unit, vec![none]);
                        w
                    }
                    Loc::Borrow(v) => {
                        self.emit(Op::Retain, Ty::Unit, vec![v]);
                        v
                    }
                    _ => self.word(a(i)),
                };
                self.release_locals();
                self.close(Term::Return(value));
                return Ok(None);
            }
            op::RETURN_CONST => {
                if self.i.osr {
                    let exit = self.exit_here("return");
                    self.close(Term::Leave(exit));
                    return Ok(None);
                }
                let w = self.i.code.const_values()[Instr(i).bc() as usize].word();
                let v = self.emit(Op::Word(w), Ty::Word, vec![]);
                self.emit(Op::Retain, Ty::Unit, vec![v]);
                self.release_locals();
                self.close(Term::Return(v));
                return Ok(None);
            }
            op::RAISE_VARARGS | op::RERAISE => {
                let exit = self.exit_here("raise");
                self.close(Term::Leave(exit));
                return Ok(None);
            }
            _ => self.interpret(pc)?,
        }
        Ok(next)
    }
}
