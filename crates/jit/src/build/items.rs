//! Lists and tuples: items, iteration.

use taipan_compiler::opcode::{Instr, KILL_B};
use taipan_object::ObjectHeader;
use taipan_object::value::encoding;
use taipan_vm::op;

use super::*;
use crate::hir::{Id, Op, Term, Ty};
use crate::profile::Kind;

impl Builder<'_> {
    /// An item of a sample that is an exact list or tuple.
    pub(super) fn item_of(&self, container: u64, n: usize) -> Option<u64> {
        if !encoding::is_heap(container) {
            return None;
        }
        // SAFETY: samples are live words.
        unsafe { taipan_vm::iterate::index_fast(self.i.vm, container, n as i64) }
    }

    pub(super) fn is_list(&self, n: u32) -> bool {
        let w = self.sample(n);
        // SAFETY: samples are live words.
        encoding::is_heap(w)
            && unsafe {
                (*(w as *const ObjectHeader)).ty_ptr() == self.i.vm.types.list.as_ptr().cast_const()
            }
    }

    pub(super) fn guard_exact(&mut self, n: u32, object: Id, ty: u64) {
        if self.state[n as usize].facts.exact != ty {
            self.guarded(Op::GuardType(ty), Ty::Unit, vec![object], "type");
            self.state[n as usize].facts.exact = ty;
        }
    }

    pub(super) fn sample_item(&self, container: u64, index: u32) -> u64 {
        let n = match self.sample(index) {
            w if encoding::is_int(w) => encoding::as_int(w),
            _ => 0,
        };
        // SAFETY: samples are live words.
        let at = |n: i64| unsafe { taipan_vm::iterate::index_fast(self.i.vm, container, n) };
        at(n).or_else(|| at(0)).unwrap_or(0)
    }

    pub(super) fn for_iter(&mut self, i: u64, pc: u32) -> Result<Option<u32>, Stop> {
        let (target, fall) = self.jump_target(i, pc);
        let it = self.sample(b(i));
        let range = self.i.vm.types.range_iterator.as_ptr() as u64;
        let is_range = (type_of(it) == range || self.state[b(i) as usize].hint == range)
            && self.i.profile.kind_at(pc) != Some(Kind::Other);
        let item = match self.state[b(i) as usize].item {
            0 => self.sample_iterated(it),
            item => item,
        };
        if is_range && self.state[b(i) as usize].loc == Loc::Mem {
            let object = self.word(b(i));
            self.guard_exact(b(i), object, range);
            let more = self.emit(Op::RangeMore, Ty::Bool, vec![object]);
            let (body, done) = (self.f.add_block(fall), self.f.add_block(target));
            self.close(Term::Branch {
                cond: more,
                then: (body, vec![]),
                otherwise: (done, vec![]),
            });
            let state = self.state.clone();
            self.block = done;
            self.changed();
            self.clear(b(i));
            self.goto(target)?;
            self.block = body;
            self.state = state;
            self.changed();
            let object = self.word(b(i));
            let v = self.emit(Op::RangeNext, Ty::Int, vec![object]);
            self.set(a(i), Loc::Int(v), encoding::INT_TAG);
            self.goto(fall)?;
            return Ok(None);
        }
        self.flush(b(i));
        self.flush(a(i));
        self.promote();
        self.mirror_locals();
        let exit = self.exit_raised();
        let more = self
            .f
            .add_inst(self.block, Op::ForIter { pc }, Ty::Bool, vec![], Some(exit));
        for r in &mut self.state {
            r.facts = Facts {
                exact: r.facts.exact,
                ..Facts::default()
            };
        }
        let (body, done) = (self.f.add_block(fall), self.f.add_block(target));
        self.close(Term::Branch {
            cond: more,
            then: (body, vec![]),
            otherwise: (done, vec![]),
        });
        let state = self.state.clone();
        self.block = done;
        self.state[b(i) as usize] = DEAD;
        self.changed();
        self.goto(target)?;
        self.block = body;
        self.state = state;
        self.state[a(i) as usize] = Reg {
            loc: Loc::Mem,
            sample: item,
            ..DEAD
        };
        self.changed();
        self.goto(fall)?;
        Ok(None)
    }

    /// A sample of what an iterator gives.
    pub(super) fn sample_iterated(&self, it: u64) -> u64 {
        if type_of(it) != self.i.vm.types.list_iterator.as_ptr() as u64 {
            return 0;
        }
        // SAFETY: the sample is a live list iterator.
        let iterator = unsafe {
            &(*(it as *const taipan_object::Object<taipan_object::iter::ListIterator>)).payload
        };
        iterator
            .list
            .with(|l| l.and_then(|l| self.item_of(l.as_value().word(), 0)))
            .unwrap_or(0)
    }

    /// Items.
    pub(super) fn subscripts(&mut self, i: u64, pc: u32) -> Result<Option<u32>, Stop> {
        let next = Some(pc + 1);
        let flags = Instr(i).flags();
        let byte = i as u8;
        match byte {
            op::LOAD_SUBSCR
                if self.kind(c(i)) == Kind::Int
                    && self.profile_kind(pc, Kind::Int) == Kind::Int =>
            {
                let container = self.sample(b(i));
                let vm = self.i.vm;
                let ty = if encoding::is_heap(container) {
                    // SAFETY: samples are live words.
                    unsafe { (*(container as *const ObjectHeader)).ty_ptr() as u64 }
                } else {
                    0
                };
                let op = if ty == vm.types.list.as_ptr() as u64 {
                    Op::ListItem
                } else if ty == vm.types.tuple.as_ptr() as u64 {
                    Op::TupleItem
                } else {
                    self.interpret(pc)?;
                    return Ok(next);
                };
                let index = self.int(c(i));
                let object = self.word(b(i));
                self.guard_exact(b(i), object, ty);
                let v = self.guarded(op, Ty::Word, vec![object, index], "index");
                let sample = self.sample_item(container, c(i));
                if flags & KILL_B != 0 && self.state[b(i) as usize].loc == Loc::Mem {
                    self.emit(Op::Retain, Ty::Unit, vec![v]);
                    self.kill_operands(i);
                    self.clear(a(i));
                    self.emit(Op::StoreRegDead(a(i)), Ty::Unit, vec![v]);
                    self.state[a(i) as usize] = Reg {
                        loc: Loc::Mem,
                        sample,
                        ..DEAD
                    };
                    self.changed();
                } else {
                    self.result(i, Loc::Borrow(v), sample);
                }
            }
            op::STORE_SUBSCR
                if self.kind(b(i)) == Kind::Int
                    && self.profile_kind(pc, Kind::Int) == Kind::Int
                    && self.is_list(a(i)) =>
            {
                let index = self.int(b(i));
                let object = self.word(a(i));
                let list = self.i.vm.types.list.as_ptr() as u64;
                self.guard_exact(a(i), object, list);
                self.promote_except(c(i));
                let exit = self.exit_here("index");
                let value = self.borrowed_for_store(c(i));
                self.f.add_inst(
                    self.block,
                    Op::SetListItem,
                    Ty::Unit,
                    vec![object, index, value],
                    Some(exit),
                );
                // The list took a reference of its own.
                self.changed();
                self.kill_operands(i);
            }
            _ => self.interpret(pc)?,
        }
        Ok(next)
    }
}
