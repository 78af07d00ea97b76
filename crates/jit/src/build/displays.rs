//! Small tuples and lists, made without the interpreter: nothing can look on.

use taipan_compiler::opcode::Instr;
use taipan_object::tuple::Tuple;

use super::*;
use crate::hir::{Id, Op, Routine, Ty};

/// Most items of a tuple whose items are stored one by one.
const MOST_ITEMS: u32 = 8;
/// The same for lists.
const MOST_LIST_ITEMS: u32 = 2;

impl Builder<'_> {
    /// BUILD_TUPLE; `false`: the interpreter does it.
    pub(super) fn build_tuple(&mut self, i: u64) -> bool {
        let (first, count) = (self.b(i), u32::from(Instr(i).c()));
        if count == 0 || count > MOST_ITEMS {
            return false;
        }
        let items: Vec<Id> = (first..first + count)
            .map(|n| self.owned(n, true))
            .collect();
        let length = self.constant(u64::from(count));
        let tuple = self.runtime(Routine::NewTuple, vec![length]);
        for (n, item) in items.into_iter().enumerate() {
            let offset = (Tuple::ITEMS_OFFSET + n * 8) as u32;
            self.emit(Op::InitField { offset }, Ty::Unit, vec![tuple, item]);
        }
        self.put_display(i, tuple, self.i.vm.types.tuple.as_ptr() as u64);
        true
    }

    /// BUILD_LIST of few items; `false`: the interpreter does it.
    pub(super) fn build_list(&mut self, i: u64) -> bool {
        let (first, count) = (self.b(i), u32::from(Instr(i).c()));
        if count > MOST_LIST_ITEMS {
            return false;
        }
        let items: Vec<Id> = (first..first + count)
            .map(|n| self.owned(n, true))
            .collect();
        let list = self.runtime(Routine::NewList, vec![]);
        for item in items {
            self.runtime(Routine::ListAppend, vec![list, item]);
        }
        self.put_display(i, list, self.i.vm.types.list.as_ptr() as u64);
        true
    }

    fn put_display(&mut self, i: u64, object: Id, ty: u64) {
        let to = self.a(i);
        self.set_owned(to, object, 0, ty);
        self.state[to as usize].facts.exact = ty;
    }
}
