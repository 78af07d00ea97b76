//! Arithmetic and comparisons on unboxed numbers.

use taipan_compiler::opcode::Instr;
use taipan_object::value::encoding;
use taipan_vm::op;

use super::*;
use crate::hir::{Cond, Id, Op, Routine, Ty};
use crate::profile::Kind;

impl Builder<'_> {
    pub(super) fn profile_kind(&self, pc: u32, guess: Kind) -> Kind {
        self.body().profile.kind_at(pc).unwrap_or(guess)
    }

    /// The kind of arithmetic for two operands.
    pub(super) fn arithmetic_kind(&self, pc: u32, x: Kind, y: Kind) -> Kind {
        let guess = match (x, y) {
            (Kind::Int | Kind::Unknown, Kind::Int)
            | (Kind::Int, Kind::Unknown)
            | (Kind::Unknown, Kind::Unknown) => Kind::Int,
            (Kind::Float, Kind::Float | Kind::Int | Kind::Unknown)
            | (Kind::Int | Kind::Unknown, Kind::Float) => Kind::Float,
            _ => Kind::Other,
        };
        match self.profile_kind(pc, guess) {
            // Two ints are never computed as floats.
            Kind::Float if x == Kind::Int && y == Kind::Int => Kind::Other,
            kind => kind,
        }
    }

    /// A register's number as a float without loss: leaves for ints beyond 2**53.
    pub(super) fn exact_float(&mut self, n: u32) -> Id {
        const EXACT: i64 = 1 << 53;
        if self.kind(n) == Kind::Int {
            let v = self.int(n);
            for (cond, bound) in [(Cond::Le, EXACT), (Cond::Ge, -EXACT)] {
                let limit = self.emit(Op::Int(bound << 1), Ty::Int, vec![]);
                let fits = self.emit(Op::IntCmp(cond), Ty::Bool, vec![v, limit]);
                self.guarded(Op::GuardTrue, Ty::Unit, vec![fits], "large int");
            }
            return self.emit(Op::IntToFloat, Ty::Float, vec![v]);
        }
        self.float(n)
    }

    pub(super) fn compare_numbers(&mut self, pc: u32, x: u32, y: u32, cond: Cond) -> Option<Id> {
        match self.arithmetic_kind(pc, self.kind(x), self.kind(y)) {
            Kind::Int => {
                let (x, y) = (self.int(x), self.int(y));
                Some(self.emit(Op::IntCmp(cond), Ty::Bool, vec![x, y]))
            }
            Kind::Float if self.kind(x) != Kind::Int || self.kind(y) != Kind::Int => {
                let (x, y) = (self.exact_float(x), self.exact_float(y));
                Some(self.emit(Op::FloatCmp(cond), Ty::Bool, vec![x, y]))
            }
            _ => None,
        }
    }

    pub(super) fn arithmetic(&mut self, i: u64, pc: u32) -> Result<bool, Stop> {
        let (x, y) = (self.b(i), self.c(i));
        let byte = i as u8;
        let kind = self.arithmetic_kind(pc, self.kind(x), self.kind(y));
        match (kind, byte) {
            (Kind::Int, op::DIV) | (Kind::Float, op::DIV) => {
                // Float division converts as CPython does; int division must be exact.
                let exact = self.kind(x) == Kind::Int && self.kind(y) == Kind::Int;
                let (x, y) = if exact {
                    (self.exact_float(x), self.exact_float(y))
                } else {
                    (self.float(x), self.float(y))
                };
                let v = self.guarded(Op::FloatDiv, Ty::Float, vec![x, y], "division by zero");
                self.result(i, Loc::Float(v), encoding::FLOAT_ZERO);
            }
            (Kind::Int, _) => {
                let (x, y) = (self.int(x), self.int(y));
                let (op, may_leave) = match byte {
                    op::ADD => (Op::IntAdd, true),
                    op::SUB => (Op::IntSub, true),
                    op::MUL => (Op::IntMul, true),
                    op::FLOOR_DIV => (Op::IntFloorDiv, true),
                    op::MOD => (Op::IntMod, true),
                    op::LSHIFT => (Op::IntShl, true),
                    op::RSHIFT => (Op::IntShr, true),
                    op::AND => (Op::IntAnd, false),
                    op::OR => (Op::IntOr, false),
                    _ => (Op::IntXor, false),
                };
                let v = if may_leave {
                    self.guarded(op, Ty::Int, vec![x, y], "overflow")
                } else {
                    self.emit(op, Ty::Int, vec![x, y])
                };
                self.result(i, Loc::Int(v), encoding::INT_TAG);
            }
            (Kind::Float, op::ADD | op::SUB | op::MUL) => {
                let (x, y) = (self.float(x), self.float(y));
                let op = match byte {
                    op::ADD => Op::FloatAdd,
                    op::SUB => Op::FloatSub,
                    _ => Op::FloatMul,
                };
                let v = self.emit(op, Ty::Float, vec![x, y]);
                self.result(i, Loc::Float(v), encoding::FLOAT_ZERO);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Operators.
    pub(super) fn operators(&mut self, i: u64, pc: u32) -> Result<Option<u32>, Stop> {
        let next = Some(pc + 1);
        let _flags = Instr(i).flags();
        let byte = i as u8;
        match byte {
            op::ADD
            | op::SUB
            | op::MUL
            | op::FLOOR_DIV
            | op::MOD
            | op::DIV
            | op::AND
            | op::OR
            | op::XOR
            | op::LSHIFT
            | op::RSHIFT => {
                if !self.arithmetic(i, pc)? {
                    self.interpret(pc)?;
                }
            }
            op::ADD_IMM | op::SUB_IMM => {
                let imm = i64::from(Instr(i).c() as i16);
                match self.arithmetic_kind(pc, self.kind(self.b(i)), Kind::Int) {
                    Kind::Int => {
                        let x = self.int(self.b(i));
                        let y = self.emit(Op::Int(imm << 1), Ty::Int, vec![]);
                        let op = if i as u8 == op::ADD_IMM {
                            Op::IntAdd
                        } else {
                            Op::IntSub
                        };
                        let v = self.guarded(op, Ty::Int, vec![x, y], "overflow");
                        self.result(i, Loc::Int(v), encoding::INT_TAG);
                    }
                    Kind::Float => {
                        let x = self.float(self.b(i));
                        let y = self.emit(Op::Float(imm as f64), Ty::Float, vec![]);
                        let op = if i as u8 == op::ADD_IMM {
                            Op::FloatAdd
                        } else {
                            Op::FloatSub
                        };
                        let v = self.emit(op, Ty::Float, vec![x, y]);
                        self.result(i, Loc::Float(v), encoding::FLOAT_ZERO);
                    }
                    _ => self.interpret(pc)?,
                }
            }
            op::NEG => match self.arithmetic_kind(pc, self.kind(self.b(i)), self.kind(self.b(i))) {
                Kind::Int => {
                    let x = self.int(self.b(i));
                    let v = self.guarded(Op::IntNeg, Ty::Int, vec![x], "overflow");
                    self.result(i, Loc::Int(v), encoding::INT_TAG);
                }
                Kind::Float => {
                    let x = self.float(self.b(i));
                    let v = self.emit(Op::FloatNeg, Ty::Float, vec![x]);
                    self.result(i, Loc::Float(v), encoding::FLOAT_ZERO);
                }
                _ => self.interpret(pc)?,
            },
            op::NOT | op::TO_BOOL => {
                let Some(x) = self.truth_of(self.b(i), pc) else {
                    self.interpret(pc)?;
                    return Ok(next);
                };
                let v = if i as u8 == op::NOT {
                    self.emit(Op::BoolNot, Ty::Bool, vec![x])
                } else {
                    x
                };
                self.result(i, Loc::Bool(v), encoding::TRUE);
            }
            op::CMP_LT | op::CMP_LE | op::CMP_EQ | op::CMP_NE | op::CMP_GT | op::CMP_GE => {
                let cond = [Cond::Lt, Cond::Le, Cond::Eq, Cond::Ne, Cond::Gt, Cond::Ge]
                    [(i as u8 - op::CMP_LT) as usize];
                match self.compare(pc, self.b(i), self.c(i), cond) {
                    Some(v) => self.result(i, Loc::Bool(v), encoding::TRUE),
                    None => self.interpret(pc)?,
                }
            }
            op::IS | op::IS_NOT => {
                let (x, y) = (self.word(self.b(i)), self.word(self.c(i)));
                let mut v = self.emit(Op::WordEq, Ty::Bool, vec![x, y]);
                if i as u8 == op::IS_NOT {
                    v = self.emit(Op::BoolNot, Ty::Bool, vec![v]);
                }
                self.result(i, Loc::Bool(v), encoding::TRUE);
            }
            op::POW if self.power(i, pc) => {}
            op::CONTAINS | op::NOT_CONTAINS => match self.contains(pc, self.b(i), self.c(i)) {
                Some(mut v) => {
                    if i as u8 == op::NOT_CONTAINS {
                        v = self.emit(Op::BoolNot, Ty::Bool, vec![v]);
                    }
                    self.result(i, Loc::Bool(v), encoding::TRUE);
                }
                None => self.interpret(pc)?,
            },
            _ => self.interpret(pc)?,
        }
        Ok(next)
    }

    /// A comparison that runs no Python code.
    pub(super) fn compare(&mut self, pc: u32, x: u32, y: u32, cond: Cond) -> Option<Id> {
        if let Some(v) = self.compare_numbers(pc, x, y, cond) {
            return Some(v);
        }
        let str = self.i.vm.types.str.as_ptr() as u64;
        if matches!(cond, Cond::Eq | Cond::Ne)
            && !self.is_general(pc)
            && self.expected_type(x) == str
            && self.expected_type(y) == str
        {
            let (v, w) = (self.word(x), self.word(y));
            self.guard_exact(x, v, str);
            self.guard_exact(y, w, str);
            let equal = self.runtime(Routine::StrEq, vec![v, w]);
            let t = self.constant(encoding::TRUE);
            let v = self.emit(Op::WordEq, Ty::Bool, vec![equal, t]);
            return Some(match cond {
                Cond::Eq => v,
                _ => self.emit(Op::BoolNot, Ty::Bool, vec![v]),
            });
        }
        None
    }

    /// Membership that runs no Python code: of ints and strs in sets.
    pub(super) fn contains(&mut self, pc: u32, x: u32, container: u32) -> Option<Id> {
        let types = &self.i.vm.types;
        let (str, set) = (types.str.as_ptr() as u64, types.set.as_ptr() as u64);
        if !self.is_general(pc) && self.expected_type(container) == types.dict.as_ptr() as u64 {
            return self.dict_contains(x, container);
        }
        if self.is_general(pc) || self.expected_type(container) != set {
            return None;
        }
        if self.kind(x) == Kind::Int {
            self.int(x);
        } else if self.expected_type(x) == str {
            let w = self.word(x);
            self.guard_exact(x, w, str);
        } else {
            return None;
        }
        let (x, s) = (self.word(x), self.word(container));
        self.guard_exact(container, s, set);
        let found = self.runtime(Routine::SetContains, vec![s, x]);
        // What the set cannot tell without running code is left to the interpreter.
        self.guard_not_empty(found, "key to compare");
        let t = self.constant(encoding::TRUE);
        Some(self.emit(Op::WordEq, Ty::Bool, vec![found, t]))
    }

    /// A float to a float power.
    fn power(&mut self, i: u64, pc: u32) -> bool {
        let (x, y) = (self.b(i), self.c(i));
        if self.is_general(pc) || self.kind(x) != Kind::Float {
            return false;
        }
        if !matches!(self.kind(y), Kind::Float | Kind::Int) {
            return false;
        }
        let (x, y) = (self.float(x), self.float(y));
        let v = self.guarded(Op::FloatPow, Ty::Float, vec![x, y], "power");
        self.result(i, Loc::Float(v), encoding::FLOAT_ZERO);
        true
    }
}
