//! Items of lists, tuples, dicts and strs; unpacking, slices.

use taipan_compiler::opcode::{Instr, KILL_B, KILL_C};
use taipan_object::tuple::Tuple;
use taipan_object::value::encoding;
use taipan_vm::op;

use super::*;
use crate::hir::{Id, Op, Routine, Ty};
use crate::profile::Kind;

impl Builder<'_> {
    pub(super) fn guard_exact(&mut self, n: u32, object: Id, ty: u64) {
        if self.state[n as usize].facts.exact != ty {
            self.guarded(Op::GuardType(ty), Ty::Unit, vec![object], "type");
            self.state[n as usize].facts.exact = ty;
            if self.state[n as usize].sample == 0 {
                self.state[n as usize].hint = ty;
            }
        }
    }

    /// Calls a routine that runs no Python code and raises nothing.
    pub(super) fn runtime(&mut self, routine: Routine, args: Vec<Id>) -> Id {
        let at = self.site(self.pc);
        self.emit(Op::Runtime { routine, at }, Ty::Word, args)
    }

    /// Items.
    pub(super) fn subscripts(&mut self, i: u64, pc: u32) -> Result<Option<u32>, Stop> {
        let next = Some(pc + 1);
        if self.is_general(pc) {
            self.interpret(pc)?;
            return Ok(next);
        }
        let done = match i as u8 {
            op::LOAD_SUBSCR => self.load_item(i),
            op::STORE_SUBSCR => self.store_item(i, pc),
            op::UNPACK_SEQUENCE => self.unpack(i),
            _ => self.load_slice(i),
        };
        if !done {
            self.interpret(pc)?;
        }
        Ok(next)
    }

    fn load_item(&mut self, i: u64) -> bool {
        let types = &self.i.vm.types;
        let (list, tuple, dict, str) = (
            types.list.as_ptr() as u64,
            types.tuple.as_ptr() as u64,
            types.dict.as_ptr() as u64,
            types.str.as_ptr() as u64,
        );
        let (b, c) = (self.b(i), self.c(i));
        let ty = self.expected_type(b);
        if self.constant_slice(i) {
            return true;
        }
        let int = matches!(self.kind(c), Kind::Int | Kind::Unknown);
        if int && (ty == list || ty == tuple) {
            let container = self.sample(b);
            let op = if ty == list {
                Op::ListItem
            } else {
                Op::TupleItem
            };
            let index = self.int(c);
            let object = self.word(b);
            self.guard_exact(b, object, ty);
            let v = self.guarded(op, Ty::Word, vec![object, index], "index");
            let sample = self.sample_item(container, c);
            self.result(i, Loc::Borrow(v, Lender::Object), sample);
            return true;
        }
        if ty == dict {
            return self.load_dict_item(i);
        }
        if !int || ty != str {
            return false;
        }
        self.int(c);
        let (object, index) = (self.word(b), self.word(c));
        self.guard_exact(b, object, ty);
        let v = self.runtime(Routine::StrItem, vec![object, index]);
        self.guard_not_empty(v, "no such item");
        self.kill_operands(i);
        let hint = if ty == str { str } else { 0 };
        let sample = self.body().profile.result(self.pc).unwrap_or(0);
        let sample = if encoding::is_heap(sample) { 0 } else { sample };
        self.set_owned(self.a(i), v, sample, hint);
        true
    }

    fn store_item(&mut self, i: u64, pc: u32) -> bool {
        let types = &self.i.vm.types;
        let (list, dict) = (types.list.as_ptr() as u64, types.dict.as_ptr() as u64);
        let (a, b, c) = (self.a(i), self.b(i), self.c(i));
        let ty = self.expected_type(a);
        let kill = Instr(i).flags() & KILL_C != 0;
        if ty == list
            && matches!(self.kind(b), Kind::Int | Kind::Unknown)
            && self.profile_kind(pc, Kind::Int) == Kind::Int
        {
            let index = self.int(b);
            let object = self.word(a);
            self.guard_exact(a, object, list);
            self.guarded(Op::GuardIndex, Ty::Unit, vec![object, index], "index");
            self.promote_except(c);
            let value = self.owned(c, kill);
            self.emit(Op::SetListItem, Ty::Unit, vec![object, index, value]);
            self.state.dirty = true;
            self.changed();
            self.kill_operands(i);
            return true;
        }
        if ty == dict {
            return self.store_dict_item(i);
        }
        false
    }

    /// Unpacks an exact tuple or list of the right length.
    fn unpack(&mut self, i: u64) -> bool {
        let types = &self.i.vm.types;
        let (list, tuple) = (types.list.as_ptr() as u64, types.tuple.as_ptr() as u64);
        let (a, b) = (self.a(i), self.b(i));
        let count = u32::from(Instr(i).c());
        let ty = self.expected_type(b);
        if ty != tuple && ty != list || count > 16 {
            return false;
        }
        let container = self.sample(b);
        let object = self.word(b);
        self.guard_exact(b, object, ty);
        let len = if ty == tuple {
            Tuple::LEN_OFFSET
        } else {
            taipan_object::list::List::LEN_OFFSET
        };
        self.guarded(
            Op::GuardField {
                offset: len as u32,
                value: u64::from(count),
            },
            Ty::Unit,
            vec![object],
            "length",
        );
        let mut items = Vec::new();
        for n in 0..count {
            let v = if ty == tuple {
                let offset = Tuple::ITEMS_OFFSET as u32 + n * 8;
                self.guarded(Op::LoadField { offset }, Ty::Word, vec![object], "item")
            } else {
                let index = self.emit(Op::Int(i64::from(n) << 1), Ty::Int, vec![]);
                self.guarded(Op::ListItem, Ty::Word, vec![object, index], "item")
            };
            items.push((v, self.item_of(container, n as usize).unwrap_or(0)));
        }
        // The source may be the only owner of the items, and its register one of theirs.
        let killed = Instr(i).flags() & KILL_B != 0;
        let source = match self.state[b as usize].loc {
            Loc::Mem if killed => {
                for (v, _) in &items {
                    self.emit(Op::Retain, Ty::Unit, vec![*v]);
                }
                Some(self.owned(b, true))
            }
            _ => {
                if killed {
                    self.state[b as usize] = DEAD;
                }
                None
            }
        };
        for (n, (v, sample)) in items.into_iter().enumerate() {
            let to = a + n as u32;
            if source.is_some() {
                self.set_owned(to, v, sample, 0);
            } else {
                self.state[to as usize] = Reg {
                    loc: Loc::Borrow(v, Lender::Object),
                    sample,
                    ..DEAD
                };
            }
        }
        if let Some(w) = source {
            self.promote();
            self.emit(Op::Release, Ty::Unit, vec![w]);
            self.state.dirty = true;
        }
        self.changed();
        true
    }

    fn load_slice(&mut self, i: u64) -> bool {
        let types = &self.i.vm.types;
        let b = self.b(i);
        let ty = self.expected_type(b);
        if ![&types.list, &types.tuple, &types.str]
            .iter()
            .any(|t| t.as_ptr() as u64 == ty)
        {
            return false;
        }
        let sample = self.sample(b);
        let words = [self.word(b), self.word(b + 1), self.word(b + 2)];
        self.guard_exact(b, words[0], ty);
        self.promote();
        let words = vec![self.word(b), words[1], words[2]];
        let v = self.runtime(Routine::Slice, words);
        self.guard_not_empty(v, "slice");
        for n in b..b + 3 {
            self.clear(n);
        }
        self.set_owned(self.a(i), v, sample, ty);
        true
    }
}
