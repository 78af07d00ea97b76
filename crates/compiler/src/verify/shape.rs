//! Rules 1 to 10: each instruction by itself, and the code object as a whole.

use super::{MAX_INSTRS, MAX_REGISTERS, Rule, VerifyError};
use crate::code::{Code, CodeFlags, Const, LocalKind};
use crate::opcode::*;

/// What the first pass leaves for the second.
pub(super) struct Shape {
    /// A bit for each instruction that starts a block.
    pub(super) leaders: Vec<u64>,
}

impl Shape {
    fn lead(&mut self, at: u32) {
        self.leaders[(at >> 6) as usize] |= 1 << (at & 63);
    }
}

struct Checker<'a> {
    code: &'a Code,
    locals: u32,
    /// One past the highest register that an operand may name.
    near: u32,
    shape: Shape,
}

type Checked<T = ()> = Result<T, VerifyError>;

pub(super) fn check(code: &Code) -> Checked<Shape> {
    frame(code)?;
    let count = code.instrs.len();
    let mut checker = Checker {
        code,
        locals: code.locals.len() as u32,
        near: code.registers.min(FIRST_FAR),
        shape: Shape {
            leaders: vec![0; count / 64 + 1],
        },
    };
    let mut at = 0;
    while at < count as u32 {
        at = checker.instr(at)?;
    }
    checker.handlers()?;
    checker.shape.lead(0);
    Ok(checker.shape)
}

fn fail<T>(rule: Rule, at: u32, detail: impl Into<u32>) -> Checked<T> {
    Err(VerifyError {
        rule,
        at,
        detail: detail.into(),
    })
}

/// Rules 8 and 22.
fn frame(code: &Code) -> Checked {
    if code.instrs.len() > MAX_INSTRS || code.registers > MAX_REGISTERS {
        return fail(Rule::Size, 0, code.registers);
    }
    if code.instrs.is_empty() {
        return fail(Rule::Falls, 0, 0u32);
    }
    let locals = code.locals.len();
    if locals > code.registers as usize {
        return fail(Rule::Frame, 0, code.registers);
    }
    let stars = u64::from(code.flags.contains(CodeFlags::VARARGS))
        + u64::from(code.flags.contains(CodeFlags::VARKEYWORDS));
    let parameters = u64::from(code.arg_count) + u64::from(code.kwonly_count) + stars;
    if parameters > locals as u64 || code.posonly_count > code.arg_count {
        return fail(Rule::Frame, 0, code.arg_count);
    }
    let free = code.free_count();
    for (n, local) in code.locals.iter().enumerate() {
        let is_free = local.kind.has(LocalKind::FREE);
        let clash =
            is_free && (local.kind.has(LocalKind::LOCAL) || local.kind.has(LocalKind::CELL));
        let untyped =
            !is_free && !local.kind.has(LocalKind::LOCAL) && !local.kind.has(LocalKind::CELL);
        let misplaced = is_free != (n >= locals - free);
        if clash
            || untyped
            || misplaced
            || (n as u64) < parameters && !local.kind.has(LocalKind::LOCAL)
        {
            return fail(Rule::Frame, 0, n as u32);
        }
    }
    Ok(())
}

/// The flags that mean something for an opcode, kill flags aside.
const fn plain_flags(op: Opcode) -> u8 {
    use Opcode::*;
    match op {
        Add | Sub | Mul | MatMul | Div | FloorDiv | Mod | Pow | LShift | RShift | And | Or
        | Xor | AddImm | SubImm => INPLACE,
        JumpLt | JumpLe | JumpEq | JumpNe | JumpGt | JumpGe | JumpLtImm | JumpLeImm | JumpEqImm
        | JumpNeImm | JumpGtImm | JumpGeImm | JumpIs | JumpIn => IF_FALSE,
        Call | CallMethod | CallKw | CallMethodKw | CallEx => DISCARD,
        _ => 0,
    }
}

/// All flags that may be set for an opcode.
const fn allowed_flags(op: Opcode) -> u8 {
    let kinds = op.operands();
    let mut flags = plain_flags(op);
    let mut k = 0;
    while k < 3 {
        if matches!(kinds[k], OperandKind::Use | OperandKind::OptUse) {
            flags |= KILL_A << k;
        }
        k += 1;
    }
    if matches!(op, Opcode::MatchClass) {
        flags |= KILL_B;
    }
    flags
}

static ALLOWED_FLAGS: [u8; Opcode::COUNT] = {
    let mut table = [0; Opcode::COUNT];
    let mut n = 0;
    while n < Opcode::COUNT {
        table[n] = allowed_flags(Opcode::ALL[n]);
        n += 1;
    }
    table
};

/// Operands that must be temporaries although their kind does not say so.
const fn temporaries(op: Opcode) -> u8 {
    use Opcode::*;
    match op {
        PushNull | PopTop | LoadFastAndClear => KILL_A,
        StoreFastMaybeNull | ForIter | Send | CleanupThrow => KILL_B,
        EndAsyncFor => KILL_A | KILL_B,
        _ => 0,
    }
}

impl Checker<'_> {
    /// Checks one instruction; returns the index of the next.
    fn instr(&mut self, at: u32) -> Checked<u32> {
        let instr = self.code.instrs[at as usize];
        let Some(op) = instr.op() else {
            return fail(Rule::Opcode, at, instr.op_byte());
        };
        if op == Opcode::Ext {
            return fail(Rule::Ext, at, 0u32);
        }
        let flags = instr.flags();
        if flags & !ALLOWED_FLAGS[op as usize] != 0 {
            return fail(Rule::Flags, at, flags);
        }
        let kinds = op.operands();
        let takes_ext = instr.c() == EXTENDED
            && (matches!(kinds[2], OperandKind::Name | OperandKind::Jump)
                || op == Opcode::UnpackEx);
        let mut ext = None;
        let mut next = at + 1;
        if takes_ext {
            let Some(&word) = self.code.instrs.get(next as usize) else {
                return fail(Rule::Ext, at, 0u32);
            };
            if word.op() != Some(Opcode::Ext) || word.flags() != 0 || word.a() != 0 {
                return fail(Rule::Ext, at, 0u32);
            }
            ext = Some(word);
            next += 1;
        }
        let values = [instr.a(), instr.b(), instr.c()];
        for (k, kind) in kinds.into_iter().enumerate() {
            self.operand(
                at,
                next,
                instr,
                ext,
                kind,
                values[k],
                flags >> k & 1 != 0,
                op,
            )?;
        }
        self.temporaries(at, op, flags, kinds, values)?;
        if let Some(window) = instr.window(ext) {
            self.window(at, op, instr, window)?;
        }
        immediate(at, op, instr)?;
        if op.flow() != Flow::Next && (next as usize) < self.code.instrs.len() {
            self.shape.lead(next);
        }
        Ok(next)
    }

    fn operand(
        &mut self,
        at: u32,
        next: u32,
        instr: Instr,
        ext: Option<Instr>,
        kind: OperandKind,
        value: u16,
        killed: bool,
        op: Opcode,
    ) -> Checked {
        let reg = u32::from(value);
        match kind {
            OperandKind::None => {
                // A 32-bit operand covers `c` too and says so with `Hi`.
                if value != 0 {
                    return fail(Rule::Immediate, at, value);
                }
            }
            OperandKind::Def if instr.flags() & DISCARD != 0 => {}
            OperandKind::Def | OperandKind::Use | OperandKind::UseDef => self.near(at, reg)?,
            OperandKind::OptUse if value == NO_REG => {
                if killed {
                    return fail(Rule::Flags, at, instr.flags());
                }
            }
            OperandKind::OptUse => self.near(at, reg)?,
            OperandKind::Local | OperandKind::Cell => {
                let Some(local) = self.code.locals.get(reg as usize) else {
                    return fail(Rule::Register, at, reg);
                };
                let is_cell = local.kind.has(LocalKind::CELL) || local.kind.has(LocalKind::FREE);
                if kind == OperandKind::Cell && !is_cell
                    || op == Opcode::MakeCell && !local.kind.has(LocalKind::CELL)
                {
                    return fail(Rule::Cell, at, reg);
                }
            }
            OperandKind::Imm32 if matches!(op, Opcode::LoadFar | Opcode::StoreFar) => {
                if instr.bc() >= self.code.registers {
                    return fail(Rule::Register, at, instr.bc());
                }
            }
            OperandKind::Base
            | OperandKind::Imm
            | OperandKind::SImm
            | OperandKind::Imm32
            | OperandKind::Hi => {}
            OperandKind::Name => {
                let index = ext.map_or(reg, Instr::bc);
                if index as usize >= self.code.names.len() {
                    return fail(Rule::Index, at, index);
                }
            }
            OperandKind::Name32 => {
                if instr.bc() as usize >= self.code.names.len() {
                    return fail(Rule::Index, at, instr.bc());
                }
            }
            OperandKind::Const32 => match self.code.consts.get(instr.bc() as usize) {
                Some(Const::Code(_)) => {}
                Some(_) if op != Opcode::MakeFunction => {}
                _ => return fail(Rule::Index, at, instr.bc()),
            },
            OperandKind::Jump => {
                let target = match ext {
                    Some(word) => i64::from(word.bc()),
                    None => i64::from(next) + i64::from(value as i16),
                };
                self.target(at, target, op)?;
            }
            OperandKind::Jump32 => self.target(at, i64::from(instr.bc()), op)?,
        }
        Ok(())
    }

    fn near(&self, at: u32, reg: u32) -> Checked {
        if reg < self.near {
            Ok(())
        } else {
            fail(Rule::Register, at, reg)
        }
    }

    fn target(&mut self, at: u32, target: i64, op: Opcode) -> Checked {
        let wrong_way = match op {
            Opcode::JumpForward => target <= i64::from(at),
            Opcode::JumpBackward => target > i64::from(at),
            _ => false,
        };
        match u32::try_from(target) {
            Ok(target) if self.starts(target) && !wrong_way => {
                self.shape.lead(target);
                Ok(())
            }
            _ => fail(Rule::Target, at, target as u32),
        }
    }

    /// Whether an instruction starts here.
    fn starts(&self, at: u32) -> bool {
        self.code
            .instrs
            .get(at as usize)
            .is_some_and(|i| i.op_byte() != Opcode::Ext as u8)
    }

    /// Rule 10.
    fn temporaries(
        &self,
        at: u32,
        op: Opcode,
        flags: u8,
        kinds: [OperandKind; 3],
        values: [u16; 3],
    ) -> Checked {
        let kills = flags & (KILL_A | KILL_B | KILL_C);
        let kills = if op == Opcode::ReturnValue { 0 } else { kills };
        let must = kills | temporaries(op);
        if must == 0 {
            return Ok(());
        }
        for k in 0..3 {
            if must >> k & 1 == 0 {
                continue;
            }
            let reg = u32::from(values[k]);
            if reg < self.locals {
                return fail(Rule::Temporary, at, reg);
            }
            for j in 0..3 {
                let reads = matches!(
                    kinds[j],
                    OperandKind::Use | OperandKind::OptUse | OperandKind::UseDef
                );
                if j != k && reads && values[j] == values[k] {
                    return fail(Rule::Temporary, at, reg);
                }
            }
        }
        Ok(())
    }

    fn window(&self, at: u32, op: Opcode, instr: Instr, window: Window) -> Checked {
        let ranges = [
            (window.start, window.consumed),
            window.written.unwrap_or((0, 0)),
        ];
        for (start, count) in ranges {
            if count == 0 {
                continue;
            }
            if start < self.locals {
                return fail(Rule::Temporary, at, start);
            }
            if start + count > self.code.registers {
                return fail(Rule::Register, at, start + count - 1);
            }
        }
        let b = u32::from(instr.b());
        match op {
            Opcode::MatchClass => self.near(at, b),
            Opcode::WithExceptStart if b < self.locals => fail(Rule::Temporary, at, b),
            Opcode::WithExceptStart if b + 2 > self.code.registers => {
                fail(Rule::Register, at, b + 1)
            }
            _ => Ok(()),
        }
    }

    /// Rule 9.
    fn handlers(&mut self) -> Checked {
        let count = self.code.instrs.len() as u32;
        let mut last_end = 0;
        for (n, h) in self.code.handlers.iter().enumerate() {
            let ordered = last_end <= h.start && h.start < h.end && h.end <= count;
            let starts = self.starts(h.start)
                && (h.end == count || self.starts(h.end))
                && self.starts(h.target);
            let entry = u64::from(h.depth) + 1 + u64::from(h.lasti);
            if !ordered
                || !starts
                || h.depth < self.locals
                || entry > u64::from(self.code.registers)
            {
                return fail(Rule::Handler, h.start, n as u32);
            }
            last_end = h.end;
            self.shape.lead(h.start);
            self.shape.lead(h.target);
            if h.end < count {
                self.shape.lead(h.end);
            }
        }
        Ok(())
    }
}

/// Rule 7 for immediates whose meaning is a number in a small range.
fn immediate(at: u32, op: Opcode, instr: Instr) -> Checked {
    let c = instr.c();
    let fine = match op {
        Opcode::LoadCommonConstant => CommonConstant::from_u16(c).is_some(),
        Opcode::LoadSpecial => SpecialMethod::from_u16(c).is_some(),
        Opcode::CallIntrinsic1 => Intrinsic1::from_u16(c).is_some(),
        Opcode::CallIntrinsic2 => Intrinsic2::from_u16(c).is_some(),
        Opcode::SetFunctionAttribute => FunctionAttribute::from_u16(c).is_some(),
        Opcode::BuildSlice => c == 2 || c == 3,
        Opcode::BuildInterpolation => c & 2 == 0 && c >> 2 <= 3,
        Opcode::ConvertValue => (1..=3).contains(&c),
        Opcode::GetAwaitable => c <= 2,
        Opcode::CallKw | Opcode::CallMethodKw => c >= 1,
        Opcode::RaiseVarargs => {
            c <= 2 && (c >= 1) == (instr.a() != NO_REG) && (c == 2) == (instr.b() != NO_REG)
        }
        _ => true,
    };
    if fine {
        Ok(())
    } else {
        fail(Rule::Immediate, at, c)
    }
}
