//! Guesses: what values will be like.

use taipan_compiler::opcode::{DISCARD, Instr, Opcode};
use taipan_object::TypeRef;
use taipan_object::value::encoding;
use taipan_vm::function::Function as PyFunction;
use taipan_vm::op;

use super::*;
use crate::profile::Kind;

/// Samples of numbers, for what functions return.
fn sample_of_kinds(kinds: u8) -> u64 {
    match kinds {
        1 => encoding::INT_TAG,
        2 => encoding::FLOAT_ZERO,
        _ => 0,
    }
}

impl Builder<'_> {
    /// What an interpreted instruction is expected to leave: register, sample, type, sample of items.
    pub(super) fn expected_results(
        &self,
        instr: &Instr,
        opcode: Opcode,
        before: &State,
    ) -> Vec<(u32, u64, u64, u64)> {
        let vm = self.i.vm;
        let base = self.body().base;
        let a = u32::from(instr.a()) + base;
        let b = usize::from(instr.b()) + base as usize;
        let of = |ty: &TypeRef| ty.as_ptr() as u64;
        let known = match opcode {
            Opcode::UnpackSequence => {
                let source = before[b].sample;
                return (0..u32::from(instr.c()))
                    .filter_map(|n| Some((a + n, self.item_of(source, n as usize)?, 0, 0)))
                    .collect();
            }
            Opcode::GetIter => Some(self.expected_iterator(&before[b])),
            Opcode::Call | Opcode::CallMethod if instr.flags() & DISCARD == 0 => {
                self.expected_of_call(before[b].sample)
            }
            Opcode::LoadMethod => {
                let cache = self.cache(self.pc);
                let word = self.body().instrs[self.pc as usize];
                if word as u8 == op::LOAD_METHOD_CACHED {
                    return vec![(a, cache.words[2], 0, 0), (a + 1, before[b].sample, 0, 0)];
                }
                None
            }
            Opcode::Pow if Kind::of(before[b].sample) == Kind::Float => {
                Some((encoding::FLOAT_ZERO, 0, 0))
            }
            Opcode::BuildList => Some((0, of(&vm.types.list), 0)),
            Opcode::BuildTuple => Some((0, of(&vm.types.tuple), 0)),
            Opcode::BuildMap => Some((0, of(&vm.types.dict), 0)),
            Opcode::BuildSet => Some((0, of(&vm.types.set), 0)),
            Opcode::BuildString | Opcode::FormatSimple | Opcode::FormatWithSpec => {
                Some((0, of(&vm.types.str), 0))
            }
            Opcode::Contains
            | Opcode::NotContains
            | Opcode::Not
            | Opcode::ToBool
            | Opcode::CheckExcMatch => Some((encoding::TRUE, 0, 0)),
            Opcode::LoadSlice => {
                let ty = self.expected_type_of(&before[b]);
                (ty != 0).then_some((before[b].sample, ty, 0))
            }
            _ => None,
        };
        match known.filter(|k| *k != (0, 0, 0)) {
            Some((sample, hint, item)) => vec![(a, sample, hint, item)],
            None => match self.body().profile.result(self.pc) {
                Some(w) if encoding::is_heap(w) => vec![(a, 0, w, 0)],
                Some(w) => vec![(a, w, 0, 0)],
                None => vec![],
            },
        }
    }

    pub(super) fn expected_iterator(&self, source: &Reg) -> (u64, u64, u64) {
        let types = &self.i.vm.types;
        let ty = self.expected_type_of(source);
        let item = self.item_of(source.sample, 0).unwrap_or(0);
        if ty == types.range.as_ptr() as u64 {
            (0, types.range_iterator.as_ptr() as u64, encoding::INT_TAG)
        } else if ty == types.list.as_ptr() as u64 {
            (0, types.list_iterator.as_ptr() as u64, item)
        } else if ty == types.tuple.as_ptr() as u64 {
            (0, types.tuple_iterator.as_ptr() as u64, item)
        } else if ty == types.str.as_ptr() as u64 {
            (0, types.str_iterator.as_ptr() as u64, 0)
        } else if ty == types.generator.as_ptr() as u64 {
            (source.sample, ty, 0)
        } else {
            (0, 0, item)
        }
    }

    fn expected_of_call(&self, callee: u64) -> Option<(u64, u64, u64)> {
        let types = &self.i.vm.types;
        if callee == types.float.as_ptr() as u64 {
            return Some((encoding::FLOAT_ZERO, 0, 0));
        }
        if callee == types.int.as_ptr() as u64 {
            return Some((encoding::INT_TAG, 0, 0));
        }
        if callee == types.bool.as_ptr() as u64 {
            return Some((encoding::TRUE, 0, 0));
        }
        if type_of(callee) == types.type_.as_ptr() as u64 {
            return Some((0, callee, 0));
        }
        let f = self.python_function(callee)?;
        let sample = sample_of_kinds(f.code.borrow().return_kinds.get());
        (sample != 0).then_some((sample, 0, 0))
    }

    /// A sample of what a function returns.
    pub(super) fn returned_sample(&self, code: &PyCode) -> u64 {
        sample_of_kinds(code.return_kinds.get())
    }

    /// The function that a sample is.
    pub(super) fn python_function(&self, word: u64) -> Option<&PyFunction> {
        if type_of(word) != self.i.vm.types.function.as_ptr() as u64 {
            return None;
        }
        // SAFETY: samples are live words; the type tells the payload.
        Some(unsafe { &(*(word as *const taipan_object::Object<PyFunction>)).payload })
    }

    /// Address of the type that a register is expected to hold, 0 if none or an immediate is.
    pub(super) fn expected_type(&self, n: u32) -> u64 {
        self.expected_type_of(&self.state[n as usize])
    }
    pub(super) fn expected_type_of(&self, r: &Reg) -> u64 {
        match type_of(r.sample) {
            0 if r.sample == 0 => r.hint,
            ty => ty,
        }
    }

    /// Where objects of a type keep their length; `None` for other types.
    pub(super) fn len_offset(&self, ty: u64) -> Option<u32> {
        let types = &self.i.vm.types;
        if ty == 0 {
            None
        } else if ty == types.list.as_ptr() as u64 {
            Some(taipan_object::list::List::LEN_OFFSET as u32)
        } else if ty == types.tuple.as_ptr() as u64 {
            Some(taipan_object::tuple::Tuple::LEN_OFFSET as u32)
        } else if ty == types.dict.as_ptr() as u64 {
            Some(taipan_object::dict::Dict::LEN_OFFSET as u32)
        } else {
            None
        }
    }

    /// An item of a sample that is an exact list or tuple.
    pub(super) fn item_of(&self, container: u64, n: usize) -> Option<u64> {
        if !encoding::is_heap(container) {
            return None;
        }
        // SAFETY: samples are live words.
        unsafe { taipan_vm::iterate::index_fast(self.i.vm, container, n as i64) }
    }

    pub(super) fn sample_item(&self, container: u64, index: u32) -> u64 {
        let n = match self.sample(index) {
            w if encoding::is_int(w) => encoding::as_int(w),
            _ => 0,
        };
        if !encoding::is_heap(container) {
            return 0;
        }
        // SAFETY: samples are live words.
        let at = |n: i64| unsafe { taipan_vm::iterate::index_fast(self.i.vm, container, n) };
        at(n).or_else(|| at(0)).unwrap_or(0)
    }

    /// A sample of what an iterator gives.
    pub(super) fn sample_iterated(&self, it: u64) -> u64 {
        use taipan_object::Object;
        use taipan_object::iter::{ListIterator, TupleIterator};
        let types = &self.i.vm.types;
        // SAFETY: the sample is a live iterator of the type tested.
        unsafe {
            if type_of(it) == types.list_iterator.as_ptr() as u64 {
                let iterator = &(*(it as *const Object<ListIterator>)).payload;
                iterator
                    .list
                    .with(|l| l.and_then(|l| self.item_of(l.as_value().word(), 0)))
                    .unwrap_or(0)
            } else if type_of(it) == types.tuple_iterator.as_ptr() as u64 {
                let iterator = &(*(it as *const Object<TupleIterator>)).payload;
                iterator
                    .tuple
                    .with(|t| t.and_then(|t| self.item_of(t.as_value().word(), 0)))
                    .unwrap_or(0)
            } else {
                0
            }
        }
    }
}
