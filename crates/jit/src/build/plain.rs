//! Operations on built-in containers and texts that run no Python code: routines of the
//! runtime instead of interpreted instructions.

use taipan_compiler::opcode::{Instr, KILL_B, KILL_C};
use taipan_object::slice::Slice;
use taipan_object::str::Str;
use taipan_object::value::encoding;
use taipan_object::{Object, Value};
use taipan_vm::op;

use super::calls::Arguments;
use super::*;
use crate::hir::{Id, Op, Routine, Ty};
use crate::profile::Kind;

impl Builder<'_> {
    /// A register's word for a routine that borrows it, never a box of its own.
    fn borrowed(&mut self, n: u32) -> Id {
        if matches!(self.state[n as usize].loc, Loc::Float(_)) {
            self.flush(n);
        }
        self.word(n)
    }

    /// The word of a register that is expected to hold a key whose hash and comparison run no Python
    /// code; the routine looks at it again.
    fn plain_key(&mut self, n: u32) -> Option<Id> {
        let types = &self.i.vm.types;
        if self.kind(n) == Kind::Int {
            self.int(n);
        } else {
            let ty = self.expected_type(n);
            if ty != types.str.as_ptr() as u64 && ty != types.tuple.as_ptr() as u64 {
                return None;
            }
        }
        Some(self.word(n))
    }

    /// `dict[key]`.
    pub(super) fn load_dict_item(&mut self, i: u64) -> bool {
        let (b, c) = (self.b(i), self.c(i));
        let dict = self.i.vm.types.dict.as_ptr() as u64;
        let Some(key) = self.plain_key(c) else {
            return false;
        };
        let object = self.word(b);
        self.guard_exact(b, object, dict);
        let v = self.runtime(Routine::DictGet, vec![object, key]);
        self.guard_not_empty(v, "no such item");
        self.kill_operands(i);
        self.set_learnt(self.a(i), v);
        true
    }

    /// Puts an owned result whose kind the profile may know into a register.
    fn set_learnt(&mut self, to: u32, v: Id) {
        let (sample, hint) = match self.body().profile.result(self.pc) {
            Some(w) if encoding::is_heap(w) => (0, w),
            Some(w) => (w, 0),
            None => (0, 0),
        };
        self.set_owned(to, v, sample, hint);
    }

    /// `dict[key] = value`.
    pub(super) fn store_dict_item(&mut self, i: u64) -> bool {
        let (a, b, c) = (self.a(i), self.b(i), self.c(i));
        let dict = self.i.vm.types.dict.as_ptr() as u64;
        let Some(key) = self.plain_key(b) else {
            return false;
        };
        let value = self.borrowed(c);
        let object = self.word(a);
        self.guard_exact(a, object, dict);
        // What the dict held may be all that keeps a borrowed value alive.
        self.promote();
        let done = self.runtime(Routine::DictSet, vec![object, key, value]);
        self.guard_not_empty(done, "key to compare");
        self.forget();
        self.state.dirty = true;
        self.changed();
        self.kill_operands(i);
        true
    }

    /// `key in dict`.
    pub(super) fn dict_contains(&mut self, key: u32, container: u32) -> Option<Id> {
        let dict = self.i.vm.types.dict.as_ptr() as u64;
        let key = self.plain_key(key)?;
        let object = self.word(container);
        self.guard_exact(container, object, dict);
        let found = self.runtime(Routine::DictContains, vec![object, key]);
        self.guard_not_empty(found, "key to compare");
        let t = self.constant(encoding::TRUE);
        Some(self.emit(Op::WordEq, Ty::Bool, vec![found, t]))
    }

    /// Methods of dicts and sets with plain keys.
    pub(super) fn container_method(
        &mut self,
        i: u64,
        name: &str,
        of: u64,
        args: Arguments,
    ) -> bool {
        let types = &self.i.vm.types;
        let (dict, set) = (types.dict.as_ptr() as u64, types.set.as_ptr() as u64);
        let routine = match (name, args.count) {
            ("get", 2 | 3) if of == dict => Routine::DictGetDefault,
            ("setdefault", 3) if of == dict => Routine::DictSetDefault,
            ("add", 2) if of == set => Routine::SetAdd,
            _ => return false,
        };
        let first = args.first;
        if self.is_general(self.pc) || self.expected_type(first) != of {
            return false;
        }
        let Some(key) = self.plain_key(first + 1) else {
            return false;
        };
        let mut words = vec![self.word(first), key];
        if routine != Routine::SetAdd {
            words.push(match args.count {
                3 => self.borrowed(first + 2),
                _ => self.constant(encoding::NONE),
            });
        }
        self.guard_exact(first, words[0], of);
        let v = self.runtime(routine, words);
        self.guard_not_empty(v, "key to compare");
        self.forget();
        for n in first..first + args.count {
            self.clear(n);
        }
        self.clear(args.callee);
        let (sample, hint) = match self.body().profile.result(self.pc) {
            Some(w) if encoding::is_heap(w) => (0, w),
            Some(w) => (w, 0),
            None => (0, 0),
        };
        self.call_result(i, v, sample, hint);
        true
    }

    // ---- slices

    /// `object[constant slice]`.
    pub(super) fn constant_slice(&mut self, i: u64) -> bool {
        let Some(word) = self.constant_of(self.c(i)) else {
            return false;
        };
        if type_of(word) != self.i.vm.types.slice.as_ptr() as u64 {
            return false;
        }
        // SAFETY: a constant of the code; the type tells the payload.
        let slice = unsafe { &(*(word as *const Object<Slice>)).payload };
        let parts = [&slice.start, &slice.stop, &slice.step].map(|v| v.word());
        if parts
            .iter()
            .any(|&w| w != encoding::NONE && !encoding::is_int(w))
        {
            return false;
        }
        let b = self.b(i);
        let parts = parts.map(|w| self.constant(w));
        let Some((v, ty, sample)) = self.slice(b, parts) else {
            return false;
        };
        self.kill_operands(i);
        self.set_sliced(self.a(i), v, ty, sample);
        true
    }

    /// BUILD_SLICE whose slice is used at once.
    pub(super) fn build_slice(&mut self, i: u64, pc: u32) -> bool {
        let (part, count) = (self.b(i), u32::from(Instr(i).c()));
        let Some(&then) = self.body().instrs.get(pc as usize + 1) else {
            return false;
        };
        let body = self.body();
        if then as u8 != op::LOAD_SUBSCR
            || Instr(then).c() != Instr(i).a()
            || Instr(then).flags() & KILL_C == 0
            || body.pending.contains_key(&(pc + 1))
            || self.is_general(pc)
        {
            return false;
        }
        let object = self.b(then);
        if (part..part + count).contains(&object) {
            return false;
        }
        for n in part..part + count {
            let plain = self.kind(n) == Kind::Int || self.constant_of(n) == Some(encoding::NONE);
            if !plain {
                return false;
            }
        }
        let mut parts = [None; 3];
        for (n, to) in (part..part + count).zip(&mut parts) {
            if self.kind(n) == Kind::Int {
                self.int(n);
            }
            *to = Some(self.word(n));
        }
        let parts = parts.map(|p| match p {
            Some(p) => p,
            None => self.constant(encoding::NONE),
        });
        let Some((v, ty, sample)) = self.slice(object, parts) else {
            return false;
        };
        for n in part..part + count {
            self.clear(n);
        }
        if Instr(then).flags() & KILL_B != 0 {
            self.clear(object);
        }
        self.set_sliced(self.a(then), v, ty, sample);
        true
    }

    /// An owned slice of what a register holds, its type and a sample of it.
    fn slice(&mut self, n: u32, parts: [Id; 3]) -> Option<(Id, u64, u64)> {
        let types = &self.i.vm.types;
        let ty = self.expected_type(n);
        if ![&types.list, &types.tuple, &types.str]
            .iter()
            .any(|t| t.as_ptr() as u64 == ty)
        {
            return None;
        }
        let sample = self.sample(n);
        let object = self.word(n);
        self.guard_exact(n, object, ty);
        let [start, stop, step] = parts;
        let v = self.runtime(Routine::SliceStep, vec![object, start, stop, step]);
        self.guard_not_empty(v, "slice");
        Some((v, ty, sample))
    }

    fn set_sliced(&mut self, to: u32, v: Id, ty: u64, sample: u64) {
        self.set_owned(to, v, sample, ty);
        self.state[to as usize].facts.exact = ty;
    }

    // ---- iterators, ranges

    /// GET_ITER of built-in containers.
    pub(super) fn get_iterator(&mut self, i: u64) -> bool {
        let types = &self.i.vm.types;
        let b = self.b(i);
        let ty = self.expected_type(b);
        let kinds = [
            &types.range,
            &types.list,
            &types.tuple,
            &types.str,
            &types.dict,
        ];
        if self.is_general(self.pc) || !kinds.iter().any(|t| t.as_ptr() as u64 == ty) {
            return false;
        }
        let (sample, hint, item) = self.expected_iterator(&self.state[b as usize]);
        let object = self.word(b);
        self.guard_exact(b, object, ty);
        let v = self.runtime(Routine::Iter, vec![object]);
        self.kill_operands(i);
        let a = self.a(i);
        self.set_owned(a, v, sample, hint);
        self.state[a as usize].item = item;
        true
    }

    /// `range(...)` of ints.
    pub(super) fn call_range(&mut self, i: u64, word: u64, args: Arguments) -> bool {
        let range = self.i.vm.types.range.as_ptr() as u64;
        let (first, count) = (args.first, args.count);
        if word != range || !(1..=3).contains(&count) || self.is_general(self.pc) {
            return false;
        }
        if (first..first + count).any(|n| self.kind(n) != Kind::Int) {
            return false;
        }
        if self.constant_of(args.callee) != Some(word) {
            let w = self.word(args.callee);
            self.guarded(Op::GuardWord(word), Ty::Unit, vec![w], "callee");
        }
        let mut words = Vec::new();
        for n in first..first + count {
            self.int(n);
            words.push(self.word(n));
        }
        if count == 1 {
            words.insert(0, self.constant(encoding::INT_TAG));
        }
        if count < 3 {
            words.push(self.constant(encoding::INT_TAG | 2));
        }
        let v = self.runtime(Routine::Range, words);
        self.guard_not_empty(v, "step of zero");
        for n in first..first + count {
            self.clear(n);
        }
        self.clear(args.callee);
        self.call_result(i, v, 0, range);
        if Instr(i).flags() & taipan_compiler::opcode::DISCARD == 0 {
            let a = self.a(i) as usize;
            self.state[a].facts.exact = range;
        }
        true
    }

    // ---- text

    /// FORMAT_SIMPLE and FORMAT_WITH_SPEC of ints and strs.
    pub(super) fn format(&mut self, i: u64) -> bool {
        let b = self.b(i);
        let str = self.i.vm.types.str.as_ptr() as u64;
        if self.is_general(self.pc) {
            return false;
        }
        let width = match i as u8 {
            op::FORMAT_SIMPLE => 0,
            _ => match self.constant_of(self.c(i)).and_then(|w| self.spec(w)) {
                Some(width) => width,
                None => return false,
            },
        };
        let v = if self.kind(b) == Kind::Int {
            self.int(b);
            let x = self.word(b);
            let width = self.constant(width << 1 | encoding::INT_TAG);
            self.runtime(Routine::FormatInt, vec![x, width])
        } else if width == 0 && self.expected_type(b) == str {
            let w = self.word(b);
            self.guard_exact(b, w, str);
            self.emit(Op::Retain, Ty::Unit, vec![w]);
            w
        } else {
            return false;
        };
        self.kill_operands(i);
        self.set_sliced(self.a(i), v, str, 0);
        true
    }

    /// Width and twice 128 for a leading zero of a specification like `06d`.
    fn spec(&self, word: u64) -> Option<u64> {
        if type_of(word) != self.i.vm.types.str.as_ptr() as u64 {
            return None;
        }
        // SAFETY: a constant of the code; the type tells the payload.
        let text = unsafe { Value::borrow_word(&word) };
        let text = text.downcast::<Str>()?.as_ascii()?;
        let digits = text.strip_suffix('d').unwrap_or(text);
        let (zero, digits) = match digits.strip_prefix('0') {
            Some(rest) => (128, rest),
            None => (0, digits),
        };
        if digits.len() > 2 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let width: u64 = match digits {
            "" => 0,
            _ => digits.parse().ok()?,
        };
        (width < 100).then_some(width | zero)
    }
}
