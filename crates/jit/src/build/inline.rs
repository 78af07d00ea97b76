//! Calls of small Python functions become part of the caller.
//!
//! The callee's window lies over the arguments, as in the interpreter. Its record is
//! pushed only before something could look at it; exits push what is missing.

use taipan_compiler::opcode::{DISCARD, Instr};
use taipan_object::Ref;
use taipan_object::tuple::Tuple;
use taipan_object::value::encoding;
use taipan_vm::function::Function;
use taipan_vm::op;

use super::*;
use crate::hir::{Id, InlineFrame, Inlined, Op, Ty};

/// Most instructions of a callee.
const MOST_INSTRUCTIONS: usize = 70;
/// Most instructions of HIR before calls stay calls; and before calls of tiny functions do.
/// More costs time to compile and makes programs no faster.
const BUDGET: usize = 300;
const TINY_BUDGET: usize = 1000;
const TINY: usize = 12;
/// How often a small function is built into itself, and what is small.
const MOST_ITSELF: usize = 1;
const MOST_RECURSIVE: usize = 30;
/// Most calls around an instruction.
const MOST_DEPTH: usize = 3;

impl<'a> Builder<'a> {
    /// Whether the callee of a call may be built into this function.
    pub(super) fn can_inline(&self, pc: u32, code: &Ref<PyCode>, first: u32) -> bool {
        let address = code.as_ptr() as u64;
        let instrs = &code.code.instrs;
        let budget = if instrs.len() <= TINY {
            TINY_BUDGET
        } else {
            BUDGET
        };
        let limit = self.i.code.register_count as usize + OVERHANG;
        self.bodies.len() <= MOST_DEPTH
            && instrs.len() <= MOST_INSTRUCTIONS
            && self.f.insts.len() < budget
            && (first + code.register_count) as usize <= limit
            && code.code.handlers.is_empty()
            && !self.i.code.is_generator
            && self.bodies.iter().filter(|b| b.address == address).count() <= MOST_ITSELF
            && (self.bodies.iter().all(|b| b.address != address) || instrs.len() <= MOST_RECURSIVE)
            && !self.lessons.no_inline.contains(&(self.body().id, pc))
    }

    /// Leaves where one more call would be too deep.
    pub(super) fn guard_depth(&mut self) {
        let missing = self.bodies.len() as u32 - self.state.pushed;
        self.guarded(Op::GuardDepth(missing), Ty::Unit, vec![], "depth");
    }

    /// Builds the callee, whose closure has these `cells`; where it returns the caller goes on.
    #[expect(clippy::too_many_arguments, reason = "what a call is made of")]
    pub(super) fn inline(
        &mut self,
        i: u64,
        pc: u32,
        function: u64,
        code: &Ref<PyCode>,
        first: u32,
        argc: u32,
        constructor: bool,
        cells: &[(Id, u64)],
    ) -> Result<Option<u32>, Stop> {
        // SAFETY: `Function::keep` keeps the code alive; the builder does not outlive it.
        let body: &'a PyCode = unsafe { &(*code.as_ptr()).payload };
        let Some(f) = self.python_function(function) else {
            return Err(self.unsupported("callee"));
        };
        let (globals, builtins) = (f.globals.as_ptr() as u64, f.builtins.as_ptr() as u64);
        let caller = self.body();
        let discard = Instr(i).flags() & DISCARD != 0;
        let dest = (!discard).then(|| self.a(i));
        let frame = InlineFrame {
            call: pc,
            caller: caller.code.instrs.get() as u64,
            depth: self.bodies.len() as u32,
            function,
            code: code.as_ptr() as u64,
            base: first,
            dest: Instr(i).a(),
            discard,
            constructor,
        };
        let number = self.f.frames.len() as u32;
        self.f.frames.push(frame);
        self.f.inlined.push(Inlined {
            pc: self.place(),
            callee: code.code.qualname.to_string(),
        });
        let n = body.code.instrs.len();
        // SAFETY: the working copy and caches have an entry an instruction and live as long as the code.
        let (instrs, caches) = unsafe {
            (
                std::slice::from_raw_parts(body.instrs.get().cast_const(), n),
                std::slice::from_raw_parts(body.caches.get().cast_const(), n),
            )
        };
        let id = self.next_body;
        self.next_body += 1;
        self.bodies.push(Body {
            code: body,
            address: code.as_ptr() as u64,
            instrs,
            caches,
            base: first,
            globals,
            builtins,
            profile: crate::profile_of(body),
            id,
            call: pc,
            dest,
            constructor,
            frame: number,
            returns: Vec::new(),
            headers: find_headers(body),
            known: HashMap::new(),
            pending: HashMap::new(),
            handlers: HashMap::new(),
            queue: BTreeSet::new(),
            peeled: HashSet::new(),
        });
        self.pc = 0;
        self.changed();
        // Other locals are empty, but for the cells of a closure.
        let free = first + body.local_count - cells.len() as u32;
        for n in first + argc..first + body.local_count {
            self.clear(n);
            if let Some(at) = n.checked_sub(free) {
                let (word, sample) = cells[at as usize];
                self.emit(Op::Retain, Ty::Unit, vec![word]);
                self.set_owned(n, word, sample, 0);
            } else {
                let empty = self.constant(0);
                self.emit(Op::StoreRegDead(n), Ty::Unit, vec![empty]);
            }
        }
        if self.body().headers.contains_key(&0) {
            self.begin_header(0)?;
        }
        self.walk(0)?;
        self.drain_queue()?;
        let returns = self.bodies.pop().map(|b| b.returns).unwrap_or_default();
        self.go_on(pc, returns)
    }

    /// The cells of the closure of a function, each with the one that is there now. `certain`: it is
    /// always this very function, whose cells are constants therefore.
    pub(super) fn cells_of(&mut self, function: u64, certain: bool) -> Vec<(Id, u64)> {
        // SAFETY: it is a live function: `python_function` has found it to be one.
        let now = unsafe { taipan_vm::function::cells(function) };
        if certain || now.is_empty() {
            return now.iter().map(|&w| (self.constant(w), w)).collect();
        }
        let f = self.constant(function);
        let offset = 16 + Function::CLOSURE_OFFSET as u32;
        let closure = self.guarded(Op::LoadField { offset }, Ty::Word, vec![f], "closure");
        let mut offset = Tuple::ITEMS_OFFSET as u32;
        let mut cells = Vec::with_capacity(now.len());
        for w in now {
            let cell = self.guarded(Op::LoadField { offset }, Ty::Word, vec![closure], "cell");
            cells.push((cell, w));
            offset += 8;
        }
        cells
    }

    /// A return of an inlined call: the result goes to the caller's register.
    pub(super) fn return_inlined(&mut self, i: u64) -> Result<(), Stop> {
        let body = self.body();
        let (base, end) = (body.base, body.base + body.code.register_count);
        let constructor = body.constructor;
        let mut result = DEAD;
        let mut owned = None;
        if i as u8 == op::RETURN_CONST {
            let w = body.code.const_values()[Instr(i).bc() as usize].word();
            if constructor && w != encoding::NONE {
                return Err(self.unsupported("__init__"));
            }
            result.loc = self.unboxed_constant(w);
            result.sample = w;
        } else {
            if constructor {
                return Err(self.unsupported("__init__"));
            }
            let n = self.a(i);
            result = self.state[n as usize];
            let frees = (base..end).any(|r| r != n && self.state[r as usize].loc == Loc::Mem);
            match result.loc {
                Loc::Borrow(_, Lender::Constant) => {}
                Loc::Borrow(_, Lender::Register(r)) if r < base => {}
                Loc::Borrow(_, Lender::Object) if !frees => {}
                Loc::Mem | Loc::Borrow(..) => owned = Some(self.owned(n, true)),
                _ => {}
            }
        }
        let pushed = self.state.pushed as usize == self.bodies.len() - 1;
        if pushed {
            self.emit(Op::DetachFrame(self.depth()), Ty::Unit, vec![]);
        }
        if constructor {
            owned = Some(self.owned(base, true));
        }
        self.release_locals();
        for n in base..end {
            self.clear(n);
        }
        if pushed {
            let frame = self.body().frame;
            self.emit(Op::PopFrame(frame), Ty::Unit, vec![]);
            self.state.pushed -= 1;
            self.state.dirty = true;
        }
        self.give_result(owned, result);
        self.changed();
        let edge = (self.block, self.state.clone());
        self.body_mut().returns.push(edge);
        Ok(())
    }

    /// Puts what an inlined call returns where the caller wants it.
    fn give_result(&mut self, mut owned: Option<Id>, result: Reg) {
        let Some(dest) = self.body().dest else {
            if let Some(v) = owned {
                self.promote();
                self.emit(Op::Release, Ty::Unit, vec![v]);
                self.state.dirty = true;
            }
            return;
        };
        if matches!(result.loc, Loc::Borrow(_, Lender::Register(r)) if r == dest) && owned.is_none()
        {
            // `x = f(x)` that returns its argument: it is there.
            return;
        }
        if let Loc::Borrow(v, Lender::Object) = result.loc
            && owned.is_none()
            && self.state[dest as usize].loc == Loc::Mem
        {
            // What it is borrowed from may go with the old value.
            self.emit(Op::Retain, Ty::Unit, vec![v]);
            owned = Some(v);
        }
        match owned {
            Some(v) => self.set_owned(dest, v, result.sample, result.hint),
            None => self.set(dest, result.loc, result.sample),
        }
        let r = &mut self.state[dest as usize];
        r.hint = result.hint;
        r.facts = result.facts;
    }
}
