//! Calls and returns.

use taipan_compiler::opcode::{DISCARD, Instr, NO_REG, Opcode};
use taipan_object::slots::SlotId;
use taipan_object::ty::{Type, TypeFlags};
use taipan_object::{Ref, Value};
use taipan_vm::function::Function as PyFunction;
use taipan_vm::op;

use super::*;
use crate::hir::{Id, Op, Term, Ty};

/// The arguments of a call: the callable's register, the first argument's, their number.
#[derive(Clone, Copy)]
pub(super) struct Arguments {
    pub callee: u32,
    pub first: u32,
    pub count: u32,
}

impl Builder<'_> {
    /// CALL and CALL_METHOD.
    pub(super) fn calls(&mut self, i: u64, pc: u32) -> Result<Option<u32>, Stop> {
        let callee = self.b(i);
        let count = u32::from(Instr(i).c());
        let method = i as u8 == op::CALL_METHOD;
        let args = match self.state[callee as usize + 1].bound {
            Some(true) if method => Arguments {
                callee,
                first: callee + 1,
                count: count + 1,
            },
            Some(false) if method => Arguments {
                callee,
                first: callee + 2,
                count,
            },
            _ if method => {
                self.interpret(pc)?;
                return Ok(Some(pc + 1));
            }
            _ => Arguments {
                callee,
                first: callee + 1,
                count,
            },
        };
        if self.is_general(pc) || count >= 250 {
            self.interpret(pc)?;
            return Ok(Some(pc + 1));
        }
        let cases = self.state[callee as usize]
            .choice
            .and_then(|key| self.choices.get(&key).cloned());
        let Some(cases) = cases else {
            let word = self
                .constant_of(callee)
                .unwrap_or_else(|| self.sample(callee));
            return self.call_or_interpret(i, pc, word, args);
        };
        let mut edges = Vec::new();
        let last = cases.len() - 1;
        for (n, (function, facts)) in cases.into_iter().enumerate() {
            let (w, k) = (self.word(callee), self.constant(function));
            let same = self.emit(Op::WordEq, Ty::Bool, vec![w, k]);
            let before;
            let mut other = self.block;
            if n < last {
                let yes;
                (yes, other) = (self.f.add_block(pc), self.f.add_block(pc));
                self.split(same, yes, other);
                before = Some(self.state.clone());
                self.block = yes;
                self.changed();
            } else {
                self.guarded(Op::GuardTrue, Ty::Unit, vec![same], "method");
                before = None;
            }
            // Only if nothing happened since the method was chosen is the layout still what it was.
            if self.state[callee as usize].loc != Loc::Mem {
                self.state[callee as usize].loc = Loc::Borrow(k, Lender::Object);
                self.state[callee as usize + 1].facts = facts;
            }
            self.state[callee as usize].choice = None;
            self.state[callee as usize].sample = function;
            if self.call_or_interpret(i, pc, function, args)?.is_some() {
                edges.push((self.block, self.state.clone()));
            }
            if let Some(state) = before {
                self.block = other;
                self.state = state;
                self.pc = pc;
                self.changed();
            }
        }
        self.go_on(pc, edges)
    }

    /// Goes on behind a call where several blocks end.
    pub(super) fn go_on(
        &mut self,
        pc: u32,
        edges: Vec<(BlockId, State)>,
    ) -> Result<Option<u32>, Stop> {
        if edges.is_empty() {
            return Ok(None);
        }
        self.pc = pc + 1;
        self.join_edges(pc + 1, edges)?;
        Ok(Some(pc + 1))
    }

    fn call_or_interpret(
        &mut self,
        i: u64,
        pc: u32,
        word: u64,
        args: Arguments,
    ) -> Result<Option<u32>, Stop> {
        let types = &self.i.vm.types;
        let ty = type_of(word);
        let certain = self.constant_of(args.callee) == Some(word);
        let done = if ty == 0 {
            None
        } else if ty == types.function.as_ptr() as u64 {
            self.call_function(i, pc, word, args, certain)?
        } else if self.call_range(i, word, args) {
            Some(Some(pc + 1))
        } else if ty == types.type_.as_ptr() as u64 {
            self.call_class(i, pc, word, args)?
        } else {
            self.call_native(i, pc, word, args, certain)
        };
        match done {
            Some(next) => Ok(next),
            None => {
                self.interpret(pc)?;
                Ok(Some(pc + 1))
            }
        }
    }

    /// Guards that a function has these globals and built-ins: one with the same code may have others.
    fn guard_names(&mut self, function: Id, globals: u64, builtins: u64) {
        let fields = [
            (PyFunction::GLOBALS_OFFSET, globals),
            (PyFunction::BUILTINS_OFFSET, builtins),
        ];
        for (offset, value) in fields {
            let offset = 16 + offset as u32;
            let op = Op::GuardField { offset, value };
            self.guarded(op, Ty::Unit, vec![function], "globals of callee");
        }
    }

    /// Guards that a register holds this function with its present code.
    fn guard_function(&mut self, callee: u32, word: u64, code: u64, certain: bool) -> Id {
        let mut w = self.word(callee);
        if !certain {
            self.guarded(Op::GuardWord(word), Ty::Unit, vec![w], "callee");
            // It is that object; another function may lie there by now, or something else.
            w = self.constant(word);
            let ty = self.i.vm.types.function.as_ptr() as u64;
            self.guard_exact(callee, w, ty);
        }
        self.guarded(
            Op::GuardField {
                offset: 16 + PyFunction::CODE_OFFSET as u32,
                value: code,
            },
            Ty::Unit,
            vec![w],
            "code of callee",
        );
        w
    }

    /// Calls a Python function; `None`: it is none that can be called directly.
    fn call_function(
        &mut self,
        i: u64,
        pc: u32,
        word: u64,
        args: Arguments,
        certain: bool,
    ) -> Result<Option<Option<u32>>, Stop> {
        let Some(f) = self.python_function(word) else {
            return Ok(None);
        };
        let code = f.code.borrow().clone();
        let (globals, builtins) = (f.globals.as_ptr() as u64, f.builtins.as_ptr() as u64);
        // SAFETY: the word is a live function.
        if !unsafe { taipan_vm::function::code_offset_holds(&*(&raw const word).cast()) } {
            return Ok(None);
        }
        if code.simple_args != args.count
            || code.is_generator
            || code.instrs.get().is_null()
            || code.caches.get().is_null()
            || code.register_count > 200
            || self.i.code.is_generator
        {
            return Ok(None);
        }
        let address = code.as_ptr() as u64;
        if address != self.bodies[0].address {
            self.f.keep.push(code.to_value());
        }
        // Without a record of the call something else must keep the function until it returns.
        let kept = match self.state[args.callee as usize].loc {
            Loc::Borrow(_, Lender::Object) => certain,
            Loc::Borrow(..) => true,
            _ => false,
        };
        let w = self.guard_function(args.callee, word, address, certain);
        if kept && self.can_inline(pc, &code, args.first) {
            if !certain {
                self.guard_names(w, globals, builtins);
            }
            let cells = self.cells_of(word, certain);
            self.guard_depth();
            self.clear(args.callee);
            return self
                .inline(i, pc, word, &code, args.first, args.count, false, &cells)
                .map(Some);
        }
        self.emit(Op::Retain, Ty::Unit, vec![w]);
        for n in args.first..args.first + args.count {
            self.flush(n);
        }
        self.clear(args.callee);
        self.observe();
        for n in args.first..args.first + args.count {
            self.consume(n);
        }
        let exit = self.exit_raised();
        let at = self.site(pc);
        let v = self.emit_leaving(
            Op::CallPython {
                at,
                code: address,
                first: args.first,
                argc: args.count,
                constructor: false,
            },
            Ty::Word,
            vec![w],
            exit,
        );
        self.observed();
        self.state.dirty = true;
        let sample = self.returned_sample(&code);
        self.call_result(i, v, sample, 0);
        Ok(Some(Some(pc + 1)))
    }

    /// Where the owned result of a call goes.
    pub(super) fn call_result(&mut self, i: u64, v: Id, sample: u64, hint: u64) {
        if Instr(i).flags() & DISCARD != 0 {
            self.promote();
            self.emit(Op::Release, Ty::Unit, vec![v]);
            self.state.dirty = true;
        } else {
            self.set_owned(self.a(i), v, sample, hint);
        }
    }

    /// Calls a plain class whose `__init__` can be inlined.
    fn call_class(
        &mut self,
        i: u64,
        pc: u32,
        word: u64,
        args: Arguments,
    ) -> Result<Option<Option<u32>>, Stop> {
        let vm = self.i.vm;
        // SAFETY: the sample is a live type.
        let class = unsafe { Value::borrow_word(&word) };
        let Some(class) = class.downcast::<Type>() else {
            return Ok(None);
        };
        let object = &vm.types.object;
        let plain = std::ptr::eq(class.vtable, object.vtable)
            && class.has(TypeFlags::HEAP)
            && !class.has(TypeFlags::IS_ABSTRACT)
            && class.slots.address(SlotId::new) == object.slots.address(SlotId::new)
            && args.first == args.callee + 1;
        if !plain || self.i.code.is_generator {
            return Ok(None);
        }
        let Some(init) = vm.type_lookup(class, &vm.names.__init__) else {
            return Ok(None);
        };
        let Some(f) = self.python_function(init.word()) else {
            return Ok(None);
        };
        let code: Ref<PyCode> = f.code.borrow().clone();
        if code.simple_args != args.count + 1
            || code.is_generator
            || code.instrs.get().is_null()
            || code.caches.get().is_null()
            || !self.can_inline(pc, &code, args.callee)
            || writes_first(&code)
        {
            return Ok(None);
        }
        let version = vm.type_version(class);
        if version == 0 {
            return Ok(None);
        }
        let w = self.word(args.callee);
        self.guarded(Op::GuardWord(word), Ty::Unit, vec![w], "class");
        // Something else may lie there by now.
        self.guard_exact(args.callee, w, type_of(word));
        let offset = 16 + std::mem::offset_of!(Type, version) as u32;
        self.guarded(
            Op::GuardField {
                offset,
                value: version,
            },
            Ty::Unit,
            vec![w],
            "class changed",
        );
        let function = self.constant(init.word());
        self.guarded(
            Op::GuardField {
                offset: 16 + PyFunction::CODE_OFFSET as u32,
                value: code.as_ptr() as u64,
            },
            Ty::Unit,
            vec![function],
            "code of callee",
        );
        self.guard_depth();
        self.f.keep.push(code.to_value());
        let instance = self.emit(Op::NewInstance { class: word }, Ty::Word, vec![]);
        self.set_owned(args.callee, instance, 0, word);
        self.state[args.callee as usize].facts.version = version;
        let cells = self.cells_of(init.word(), true);
        self.inline(
            i,
            pc,
            init.word(),
            &code,
            args.callee,
            args.count + 1,
            true,
            &cells,
        )
        .map(Some)
    }

    /// Returns, raises.
    pub(super) fn leaving(&mut self, i: u64, pc: u32) -> Result<Option<u32>, Stop> {
        let byte = i as u8;
        if matches!(byte, op::RAISE_VARARGS | op::RERAISE) {
            return self.raises(i, pc);
        }
        if self.is_inlined() {
            self.return_inlined(i)?;
            return Ok(None);
        }
        if self.i.osr || self.i.code.is_generator {
            self.leave("return");
            return Ok(None);
        }
        let value = if byte == op::RETURN_CONST {
            let w = self.body().code.const_values()[Instr(i).bc() as usize].word();
            let v = self.constant(w);
            self.emit(Op::Retain, Ty::Unit, vec![v]);
            v
        } else {
            let n = self.a(i);
            self.promote_except(n);
            self.owned(n, true)
        };
        self.emit(Op::DetachFrame(0), Ty::Unit, vec![]);
        self.release_locals();
        self.close(Term::Return(value));
        Ok(None)
    }

    /// A raise that this function handles stays here; others are left to the interpreter.
    fn raises(&mut self, i: u64, pc: u32) -> Result<Option<u32>, Stop> {
        let body = self.body();
        let handled = body.code.code.handler_at(pc).is_some();
        let opcode = self.original(pc).op();
        if !handled
            || self.is_inlined()
            || self.i.code.is_generator
            || opcode != Some(Opcode::RaiseVarargs)
            || Instr(i).c() == 0
        {
            self.leave("raise");
            return Ok(None);
        }
        let instr = Instr(i);
        for n in [instr.a(), instr.b()] {
            if n != NO_REG {
                self.flush(u32::from(n) + self.body().base);
            }
        }
        self.observe();
        for n in [instr.a(), instr.b()] {
            let at = u32::from(n) + self.body().base;
            if n != NO_REG && at >= self.body().base + self.body().code.local_count {
                self.consume(at);
            }
        }
        let exit = self.exit_raised();
        let at = self.site(pc);
        // Never succeeds.
        self.emit_leaving(Op::Raise { at }, Ty::Unit, vec![], exit);
        self.close(Term::Leave(exit));
        Ok(None)
    }
}

/// Whether a function's body binds its first parameter anew.
fn writes_first(code: &PyCode) -> bool {
    code.code.instrs.iter().any(|i| {
        i.op().is_some_and(|o| {
            let kinds = o.operands();
            [i.a(), i.b(), i.c()].iter().zip(kinds).any(|(&n, k)| {
                n == 0
                    && matches!(
                        k,
                        OperandKind::Def
                            | OperandKind::UseDef
                            | OperandKind::Local
                            | OperandKind::Cell
                    )
            })
        })
    })
}
