//! Bytecode as readable text, and as a stream of decoded instructions.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use crate::code::{Code, Const, Handler, LocalKind, Position};
use crate::opcode::*;
use crate::positions::PositionReader;
use crate::verify::Facts;

mod repr;

pub use repr::const_repr;
pub(crate) use repr::float_repr as float_text;

/// What [`disassemble`] shows.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Offsets (twice the instruction index), as in tracebacks.
    pub offsets: bool,
    /// Line numbers.
    pub lines: bool,
    /// Code objects among the constants, after their owner.
    pub nested: bool,
    /// What the verifier found: shows the temporaries that are live at the start of each block. Only for the outer code.
    pub facts: Option<&'a Facts>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            offsets: true,
            lines: true,
            nested: true,
            facts: None,
        }
    }
}

/// How an instruction uses a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Read,
    Written,
    Updated,
    /// Holds a cell.
    Cell,
    /// A local that may be unbound.
    Local,
}

/// A decoded operand.
#[derive(Clone, Copy, Debug)]
pub enum Operand<'a> {
    None,
    Register {
        register: u32,
        role: Role,
        dies: bool,
    },
    /// Consecutive temporaries.
    Window {
        start: u32,
        count: u32,
        role: Role,
    },
    Number(i64),
    /// A number that stands for a named thing: an intrinsic, a special method …
    Named {
        number: u32,
        name: &'static str,
    },
    Name {
        index: u32,
        name: &'a str,
    },
    Const {
        index: u32,
        value: &'a Const,
    },
    Target(u32),
    /// An index that does not exist.
    Bad(u32),
}

/// A decoded instruction.
#[derive(Clone, Debug)]
pub struct Instruction<'a> {
    pub index: u32,
    pub raw: Instr,
    /// None for an opcode byte that is not a compiled one.
    pub op: Option<Opcode>,
    /// In the order a, b, c; 32-bit operands stand at b.
    pub operands: [Operand<'a>; 3],
    pub position: Position,
    pub is_jump_target: bool,
    pub handler: Option<&'a Handler>,
}

impl Instruction<'_> {
    /// The offset that Python sees.
    pub fn offset(&self) -> u32 {
        self.index.wrapping_mul(2)
    }
    pub fn name(&self) -> &'static str {
        self.op.map_or("<unknown>", Opcode::name)
    }
    /// Where it may jump.
    pub fn target(&self) -> Option<u32> {
        self.operands.iter().find_map(|o| {
            if let Operand::Target(t) = o {
                Some(*t)
            } else {
                None
            }
        })
    }
}

/// Decodes every instruction, `EXT` words included. Never fails: nonsense shows as such.
pub fn instructions(code: &Code) -> impl Iterator<Item = Instruction<'_>> {
    let mut targets: Vec<u32> = code.handlers.iter().map(|h| h.target).collect();
    targets.extend((0..code.instrs.len() as u32).filter_map(|n| target_of(code, n)));
    targets.sort_unstable();
    let mut positions = PositionReader::new(&code.positions);
    let mut run = (Position::NONE, 0u32);
    code.instrs.iter().enumerate().map(move |(n, &raw)| {
        let index = n as u32;
        while run.1 == 0 {
            run = positions.next().unwrap_or((Position::NONE, u32::MAX));
        }
        run.1 -= 1;
        Instruction {
            index,
            raw,
            op: raw.op(),
            operands: decode(code, index),
            position: run.0,
            is_jump_target: targets.binary_search(&index).is_ok(),
            handler: code.handler_at(index),
        }
    })
}

fn ext_of(code: &Code, index: u32) -> Option<Instr> {
    code.instrs
        .get(index as usize + 1)
        .copied()
        .filter(|i| i.op() == Some(Opcode::Ext))
}

fn target_of(code: &Code, index: u32) -> Option<u32> {
    let instr = code.instrs[index as usize];
    let kinds = instr.op()?.operands();
    if kinds[1] == OperandKind::Jump32 {
        return Some(instr.bc());
    }
    if kinds[2] != OperandKind::Jump {
        return None;
    }
    match ext_of(code, index) {
        Some(ext) if instr.c() == EXTENDED => Some(ext.bc()),
        _ => Some((index + 1).wrapping_add_signed((instr.c() as i16).into())),
    }
}

fn decode(code: &Code, index: u32) -> [Operand<'_>; 3] {
    let instr = code.instrs[index as usize];
    let Some(op) = instr.op() else {
        return [Operand::None; 3];
    };
    let ext = ext_of(code, index);
    let kinds = op.operands();
    let values = [instr.a(), instr.b(), instr.c()];
    let mut out = [Operand::None; 3];
    for k in 0..3 {
        let value = values[k];
        let register = |role| Operand::Register {
            register: value.into(),
            role,
            dies: instr.flags() >> k & 1 != 0,
        };
        out[k] = match kinds[k] {
            OperandKind::Def if instr.flags() & DISCARD != 0 => Operand::None,
            OperandKind::OptUse if value == NO_REG => Operand::None,
            OperandKind::None | OperandKind::Hi => Operand::None,
            OperandKind::Def => register(Role::Written),
            OperandKind::Use | OperandKind::OptUse => register(Role::Read),
            OperandKind::UseDef => register(Role::Updated),
            OperandKind::Cell => register(Role::Cell),
            OperandKind::Local => register(Role::Local),
            OperandKind::Base => window(instr, ext, k),
            OperandKind::Imm => immediate(op, value),
            OperandKind::SImm => Operand::Number((value as i16).into()),
            OperandKind::Name => name(
                code,
                if value == EXTENDED {
                    ext.map_or(value.into(), Instr::bc)
                } else {
                    value.into()
                },
            ),
            OperandKind::Name32 => name(code, instr.bc()),
            OperandKind::Const32 => match code.consts.get(instr.bc() as usize) {
                Some(value) => Operand::Const {
                    index: instr.bc(),
                    value,
                },
                None => Operand::Bad(instr.bc()),
            },
            OperandKind::Imm32 if op == Opcode::LoadSmallInt => {
                Operand::Number((instr.bc() as i32).into())
            }
            OperandKind::Imm32 if op == Opcode::LoadFar => Operand::Register {
                register: instr.bc(),
                role: Role::Read,
                dies: instr.bc() as usize >= code.locals.len(),
            },
            OperandKind::Imm32 if op == Opcode::StoreFar => Operand::Register {
                register: instr.bc(),
                role: Role::Written,
                dies: false,
            },
            OperandKind::Imm32 => Operand::Number(instr.bc().into()),
            OperandKind::Jump | OperandKind::Jump32 => {
                target_of(code, index).map_or(Operand::None, Operand::Target)
            }
        };
    }
    out
}

fn name(code: &Code, index: u32) -> Operand<'_> {
    match code.names.get(index as usize) {
        Some(name) => Operand::Name { index, name },
        None => Operand::Bad(index),
    }
}

fn window(instr: Instr, ext: Option<Instr>, operand: usize) -> Operand<'static> {
    let Some(window) = instr.window(ext) else {
        return Operand::None;
    };
    match (operand, window.written) {
        (0, Some((start, count))) => Operand::Window {
            start,
            count,
            role: Role::Written,
        },
        _ => {
            let (start, count) = match instr.op() {
                Some(Opcode::MatchClass) => (instr.b().into(), 3),
                Some(Opcode::WithExceptStart) => (instr.b().into(), 2),
                _ => (window.start, window.consumed),
            };
            Operand::Window {
                start,
                count,
                role: Role::Read,
            }
        }
    }
}

fn immediate(op: Opcode, value: u16) -> Operand<'static> {
    let name = match op {
        Opcode::LoadCommonConstant => CommonConstant::from_u16(value).map(CommonConstant::name),
        Opcode::LoadSpecial => SpecialMethod::from_u16(value).map(SpecialMethod::name),
        Opcode::CallIntrinsic1 => Intrinsic1::from_u16(value).map(Intrinsic1::name),
        Opcode::CallIntrinsic2 => Intrinsic2::from_u16(value).map(Intrinsic2::name),
        Opcode::SetFunctionAttribute => {
            FunctionAttribute::from_u16(value).map(FunctionAttribute::name)
        }
        Opcode::ConvertValue => match value {
            1 => Some("str"),
            2 => Some("repr"),
            3 => Some("ascii"),
            _ => None,
        },
        _ => None,
    };
    match name {
        Some(name) => Operand::Named {
            number: value.into(),
            name,
        },
        None => Operand::Number(value.into()),
    }
}

/// Readable text: one line an instruction.
///
/// `x` is a named local, `%3` a temporary (numbered from the first one), `%3*`
/// a temporary that dies there, `L1` a jump target.
pub fn disassemble(code: &Code, options: Options<'_>) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = Printer::new(code, options).print(&mut out);
    if options.nested {
        let mut stack: Vec<&Const> = code.consts.iter().rev().collect();
        while let Some(value) = stack.pop() {
            if let Const::Code(nested) = value {
                let _ = writeln!(
                    out,
                    "\nDisassembly of {} (line {}):",
                    nested.qualname, nested.first_line
                );
                let _ = Printer::new(
                    nested,
                    Options {
                        facts: None,
                        ..options
                    },
                )
                .print(&mut out);
                stack.extend(nested.consts.iter().rev());
            }
        }
    }
    out
}

/// An instruction as [`disassemble`] shows it.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    pub instruction: Instruction<'a>,
    /// `L1` … if something jumps here.
    pub label: Option<String>,
    pub operands: String,
}

/// The instructions of a code object, nested ones left out, as text.
pub fn lines(code: &Code) -> Vec<Line<'_>> {
    let printer = Printer::new(code, Options::default());
    instructions(code)
        .map(|instruction| Line {
            label: instruction
                .is_jump_target
                .then(|| printer.label(instruction.index)),
            operands: printer.operands(&instruction),
            instruction,
        })
        .collect()
}

/// A local's name, or a temporary's number.
pub fn register_name(code: &Code, register: u32) -> String {
    match code.locals.get(register as usize) {
        Some(local) if local.kind.has(LocalKind::HIDDEN) => format!("{}'", local.name),
        Some(local) => local.name.to_string(),
        None => format!("%{}", register as usize - code.locals.len()),
    }
}

struct Printer<'a> {
    code: &'a Code,
    options: Options<'a>,
    labels: BTreeMap<u32, u32>,
}

impl<'a> Printer<'a> {
    fn new(code: &'a Code, options: Options<'a>) -> Self {
        let mut labels = BTreeMap::new();
        for i in instructions(code).filter(|i| i.is_jump_target) {
            let number = labels.len() as u32 + 1;
            labels.insert(i.index, number);
        }
        Self {
            code,
            options,
            labels,
        }
    }

    fn print(&self, out: &mut String) -> fmt::Result {
        let mut line = -1;
        let mut at_start = true;
        for i in instructions(self.code) {
            self.block_facts(out, i.index)?;
            if self.options.lines {
                let new = i.position.line != line && i.op != Some(Opcode::Ext);
                if new && !at_start {
                    out.push('\n');
                }
                match i.position.line {
                    _ if !new => write!(out, "{:6}", "")?,
                    -1 => write!(out, "{:>6}", "--")?,
                    n => write!(out, "{n:>6}")?,
                }
                if new {
                    line = i.position.line;
                }
            }
            at_start = false;
            match self.labels.get(&i.index) {
                Some(n) => write!(out, " {:>6}", format!("L{n}:"))?,
                None => write!(out, " {:6}", "")?,
            }
            if self.options.offsets {
                write!(out, " {:>6}", i.offset())?;
            }
            let operands = self.operands(&i);
            match operands.is_empty() {
                true => writeln!(out, "  {}", i.name())?,
                false => writeln!(out, "  {:<26} {operands}", i.name())?,
            }
        }
        self.exception_table(out)
    }

    fn block_facts(&self, out: &mut String, index: u32) -> fmt::Result {
        let Some(facts) = self.options.facts else {
            return Ok(());
        };
        let block = facts.block_of(index);
        if facts.blocks().get(block).is_none_or(|b| b.start != index) {
            return Ok(());
        }
        write!(out, "  -- block {block}")?;
        if !facts.blocks()[block].reached {
            out.push_str(", never reached");
        }
        for r in facts.live_temporaries(block) {
            write!(out, " {}", self.register(r))?;
        }
        writeln!(out)
    }

    fn exception_table(&self, out: &mut String) -> fmt::Result {
        if self.code.handlers.is_empty() {
            return Ok(());
        }
        writeln!(out, "ExceptionTable:")?;
        for h in &self.code.handlers {
            let last = h.end.saturating_sub(1).saturating_mul(2);
            let lasti = if h.lasti { " lasti" } else { "" };
            let first = h.start.saturating_mul(2);
            writeln!(
                out,
                "  {first} to {last} -> {} [{}]{lasti}",
                self.label(h.target),
                self.register(h.depth)
            )?;
        }
        Ok(())
    }

    fn label(&self, target: u32) -> String {
        match self.labels.get(&target) {
            Some(n) => format!("L{n}"),
            None => format!("to {}?", u64::from(target) * 2),
        }
    }

    fn register(&self, register: u32) -> String {
        register_name(self.code, register)
    }

    /// `result = operand, operand`.
    fn operands(&self, i: &Instruction<'_>) -> String {
        let mut result = None;
        let mut rest: Vec<String> = Vec::new();
        for operand in &i.operands {
            let written = |role| matches!(role, Role::Written | Role::Updated);
            let text = match *operand {
                Operand::None => continue,
                Operand::Register { register, dies, .. } => {
                    format!("{}{}", self.register(register), if dies { "*" } else { "" })
                }
                Operand::Window { count: 0, .. } => continue,
                Operand::Window {
                    start, count: 1, ..
                } => self.register(start),
                Operand::Window { start, count, .. } => {
                    format!(
                        "{}..{}",
                        self.register(start),
                        self.register(start.saturating_add(count - 1))
                    )
                }
                Operand::Number(n) => n.to_string(),
                Operand::Named { name, .. } => name.to_owned(),
                Operand::Name { name, .. } => name.to_owned(),
                Operand::Const { value, .. } => const_repr(value),
                Operand::Target(target) => format!("to {}", self.label(target)),
                Operand::Bad(n) => format!("<bad {n}>"),
            };
            match *operand {
                Operand::Register { role, .. } | Operand::Window { role, .. }
                    if written(role) && result.is_none() =>
                {
                    if role == Role::Updated {
                        rest.push(text.clone());
                    }
                    result = Some(text);
                }
                _ => rest.push(text),
            }
        }
        let mut text = match result {
            Some(result) if rest.is_empty() => format!("{result} ="),
            Some(result) => format!("{result} = {}", rest.join(", ")),
            None => rest.join(", "),
        };
        let flags = i.raw.flags();
        let extra = match i.op {
            Some(op) if flags & IF_FALSE != 0 && op.flow() == Flow::Branch => " (if false)",
            Some(_) if flags & INPLACE != 0 => " (in place)",
            Some(_) if flags & DISCARD != 0 => " (discard)",
            None => return format!("{:#018x}", i.raw.0),
            _ => "",
        };
        text.push_str(extra);
        text
    }
}
