//! Arithmetic and comparisons on unboxed numbers.

use taipan_compiler::opcode::Instr;
use taipan_object::value::encoding;
use taipan_vm::op;

use super::*;
use crate::hir::{Cond, Id, Op, Ty};
use crate::profile::Kind;

impl Builder<'_> {
    pub(super) fn profile_kind(&self, pc: u32, guess: Kind) -> Kind {
        self.i.profile.kind_at(pc).unwrap_or(guess)
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
        self.profile_kind(pc, guess)
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
        let (x, y) = (b(i), c(i));
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
                match self.arithmetic_kind(pc, self.kind(b(i)), Kind::Int) {
                    Kind::Int => {
                        let x = self.int(b(i));
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
                        let x = self.float(b(i));
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
            op::NEG => match self.profile_kind(pc, self.kind(b(i))) {
                Kind::Int => {
                    let x = self.int(b(i));
                    let v = self.guarded(Op::IntNeg, Ty::Int, vec![x], "overflow");
                    self.result(i, Loc::Int(v), encoding::INT_TAG);
                }
                Kind::Float => {
                    let x = self.float(b(i));
                    let v = self.emit(Op::FloatNeg, Ty::Float, vec![x]);
                    self.result(i, Loc::Float(v), encoding::FLOAT_ZERO);
                }
                _ => self.interpret(pc)?,
            },
            op::NOT | op::TO_BOOL if matches!(self.state[b(i) as usize].loc, Loc::Bool(_)) => {
                let Loc::Bool(x) = self.state[b(i) as usize].loc else {
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
                match self.compare_numbers(pc, b(i), c(i), cond) {
                    Some(v) => self.result(i, Loc::Bool(v), encoding::TRUE),
                    None => self.interpret(pc)?,
                }
            }
            op::IS | op::IS_NOT => {
                let (x, y) = (self.word(b(i)), self.word(c(i)));
                let mut v = self.emit(Op::WordEq, Ty::Bool, vec![x, y]);
                if i as u8 == op::IS_NOT {
                    v = self.emit(Op::BoolNot, Ty::Bool, vec![v]);
                }
                self.result(i, Loc::Bool(v), encoding::TRUE);
            }
            _ => self.interpret(pc)?,
        }
        Ok(next)
    }
}
