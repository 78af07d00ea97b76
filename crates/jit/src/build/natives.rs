//! Calls of native functions and methods.

use taipan_compiler::opcode::{DISCARD, Instr};
use taipan_object::function::{MethodDescriptor, NativeFunction};
use taipan_object::native::MethodDef;
use taipan_object::ty::Type;
use taipan_object::value::encoding;
use taipan_object::{Object, Value};

use super::calls::Arguments;
use super::*;
use crate::hir::{Cond, Id, Op, Routine, Ty};
use crate::profile::Kind;

/// Most arguments of a direct call.
const MOST_ARGUMENTS: u32 = 6;

impl Builder<'_> {
    /// Calls a native function or method; `None`: it is no such thing.
    pub(super) fn call_native(
        &mut self,
        i: u64,
        pc: u32,
        word: u64,
        args: Arguments,
        certain: bool,
    ) -> Option<Option<u32>> {
        let types = &self.i.vm.types;
        let ty = type_of(word);
        // SAFETY: samples are live words; the type tells the payload.
        let (def, of): (&'static MethodDef, u64) = unsafe {
            if ty == types.builtin_function.as_ptr() as u64 {
                let f = &(*(word as *const Object<NativeFunction>)).payload;
                if f.this.is_some() {
                    return None;
                }
                (f.def, 0)
            } else if ty == types.method_descriptor.as_ptr() as u64 {
                let f = &(*(word as *const Object<MethodDescriptor>)).payload;
                (f.def, f.ty.as_ptr() as u64)
            } else {
                return None;
            }
        };
        if args.count > MOST_ARGUMENTS {
            return None;
        }
        if of != 0 {
            // The guard of a method that was looked up has told the type of self.
            let this = self.expected_type(args.first);
            if !certain && this != of || args.count == 0 {
                return None;
            }
        }
        let w = self.word(args.callee);
        if !certain {
            self.guarded(Op::GuardWord(word), Ty::Unit, vec![w], "callee");
            // SAFETY: a live word.
            self.f
                .keep
                .push(unsafe { Value::borrow_word(&word).clone() });
            if of != 0 {
                let this = self.word(args.first);
                self.guard_exact(args.first, this, of);
            }
        }
        if self.intrinsic(i, word, def, of, args) {
            return Some(Some(pc + 1));
        }
        self.call_definition(i, def, args);
        Some(Some(pc + 1))
    }

    fn call_definition(&mut self, i: u64, def: &'static MethodDef, args: Arguments) {
        let all = args.first..args.first + args.count;
        for n in all.clone() {
            if matches!(self.state[n as usize].loc, Loc::Float(_)) {
                self.flush(n);
            }
        }
        self.observe();
        let words: Vec<Id> = all.clone().map(|n| self.word(n)).collect();
        let exit = self.exit_raised();
        let at = self.site(self.pc);
        let v = self.emit_leaving(
            Op::CallNative {
                function: def.call as *const () as u64,
                at,
            },
            Ty::Word,
            words,
            exit,
        );
        self.observed();
        for n in all {
            self.clear(n);
        }
        self.clear(args.callee);
        self.state.dirty = true;
        let (sample, hint) = self.expected_of_native(def.name);
        self.call_result(i, v, sample, hint);
    }

    /// What well-known functions and methods give.
    fn expected_of_native(&self, name: &str) -> (u64, u64) {
        let types = &self.i.vm.types;
        match name {
            "len" | "ord" | "find" | "index" | "count" | "rfind" | "hash" => (encoding::INT_TAG, 0),
            "startswith" | "endswith" | "isdigit" | "isalpha" | "isupper" | "islower"
            | "isspace" | "isinstance" | "hasattr" | "callable" | "issubclass" | "any" | "all" => {
                (encoding::TRUE, 0)
            }
            "split" | "sorted" | "rsplit" | "splitlines" => (0, types.list.as_ptr() as u64),
            "join" | "upper" | "lower" | "strip" | "lstrip" | "rstrip" | "replace" | "format"
            | "chr" | "repr" | "title" | "zfill" | "ljust" | "rjust" => {
                (0, types.str.as_ptr() as u64)
            }
            "sqrt" | "sin" | "cos" | "exp" | "log" | "atan2" | "fabs" => (encoding::FLOAT_ZERO, 0),
            _ => match self.body().profile.result(self.pc) {
                Some(w) if encoding::is_heap(w) => (0, w),
                Some(w) => (w, 0),
                None => (0, 0),
            },
        }
    }

    /// What needs no call, or one that runs no Python code.
    fn intrinsic(
        &mut self,
        i: u64,
        word: u64,
        def: &'static MethodDef,
        of: u64,
        args: Arguments,
    ) -> bool {
        if of != 0 && self.container_method(i, def.name, of, args) {
            return true;
        }
        let types = &self.i.vm.types;
        let list = types.list.as_ptr() as u64;
        let first = args.first;
        match (def.name, args.count) {
            ("append", 2) if of == list && self.certain_type(first, list) => {
                let object = self.word(first);
                self.guard_exact(first, object, list);
                let value = self.owned(first + 1, true);
                self.runtime(Routine::ListAppend, vec![object, value]);
                self.end_intrinsic(args);
                let none = self.constant(encoding::NONE);
                self.give(i, Loc::Borrow(none, Lender::Constant), encoding::NONE);
                true
            }
            ("pop", 1) if of == list && self.certain_type(first, list) => {
                let object = self.word(first);
                self.guard_exact(first, object, list);
                let v = self.runtime(Routine::ListPop, vec![object]);
                self.guard_not_empty(v, "empty list");
                self.end_intrinsic(args);
                self.call_result(i, v, 0, 0);
                true
            }
            ("len", 1) if self.is_builtin("len", word) => {
                let ty = self.expected_type(first);
                let Some(offset) = self.len_offset(ty) else {
                    return false;
                };
                let object = self.word(first);
                self.guard_exact(first, object, ty);
                let v = self.emit(Op::LoadLen { offset }, Ty::Int, vec![object]);
                self.end_intrinsic(args);
                self.give(i, Loc::Int(v), encoding::INT_TAG);
                true
            }
            ("isinstance", 2) if self.is_builtin("isinstance", word) => self.instance_test(i, args),
            ("min" | "max", 2)
                if self.is_builtin(def.name, word)
                    && self.kind(first) == Kind::Int
                    && self.kind(first + 1) == Kind::Int =>
            {
                let (x, y) = (self.int(first), self.int(first + 1));
                // Of equal ones either will do: they are the same word.
                let cond = if def.name == "min" {
                    Cond::Le
                } else {
                    Cond::Ge
                };
                let c = self.emit(Op::IntCmp(cond), Ty::Bool, vec![x, y]);
                let v = self.emit(Op::IntSelect, Ty::Int, vec![c, x, y]);
                self.end_intrinsic(args);
                self.give(i, Loc::Int(v), encoding::INT_TAG);
                true
            }
            ("abs", 1) if self.is_builtin("abs", word) && self.kind(first) == Kind::Int => {
                let x = self.int(first);
                let minus = self.guarded(Op::IntNeg, Ty::Int, vec![x], "overflow");
                let zero = self.emit(Op::Int(0), Ty::Int, vec![]);
                let c = self.emit(Op::IntCmp(Cond::Ge), Ty::Bool, vec![x, zero]);
                let v = self.emit(Op::IntSelect, Ty::Int, vec![c, x, minus]);
                self.end_intrinsic(args);
                self.give(i, Loc::Int(v), encoding::INT_TAG);
                true
            }
            _ => false,
        }
    }

    /// `isinstance` of a class whose metaclass is `type`.
    fn instance_test(&mut self, i: u64, args: Arguments) -> bool {
        let class = args.first + 1;
        let sample = self.sample(class);
        let meta = self.i.vm.types.type_.as_ptr() as u64;
        if type_of(sample) != meta {
            return false;
        }
        // SAFETY: the sample is a live type.
        if unsafe { Value::borrow_word(&sample) }
            .downcast::<Type>()
            .is_none()
        {
            return false;
        }
        let c = self.word(class);
        self.guard_exact(class, c, meta);
        let x = self.word(args.first);
        let v = self.runtime(Routine::IsInstance, vec![x, c]);
        self.guard_not_empty(v, "__class__");
        let t = self.constant(encoding::TRUE);
        let v = self.emit(Op::WordEq, Ty::Bool, vec![v, t]);
        self.end_intrinsic(args);
        self.give(i, Loc::Bool(v), encoding::TRUE);
        true
    }

    /// Whether the register is expected to hold exactly this type.
    fn certain_type(&self, n: u32, ty: u64) -> bool {
        let expected = self.expected_type(n);
        expected == ty || expected == 0
    }

    fn is_builtin(&self, name: &str, word: u64) -> bool {
        let name = self.i.vm.intern_str(name);
        self.i
            .vm
            .builtins
            .get_str(&name)
            .is_some_and(|v| v.word() == word)
    }

    /// Releases the arguments and the callable.
    fn end_intrinsic(&mut self, args: Arguments) {
        for n in args.first..args.first + args.count {
            self.clear(n);
        }
        self.clear(args.callee);
    }

    /// An unboxed or constant result.
    fn give(&mut self, i: u64, loc: Loc, sample: u64) {
        if Instr(i).flags() & DISCARD == 0 {
            self.set(self.a(i), loc, sample);
        }
    }
}
