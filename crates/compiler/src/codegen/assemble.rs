//! The last step: registers, constants, jumps and tables of a finished code object.

use std::sync::Arc;

use super::Compiler;
use super::optimize::optimize;
use super::unit::{
    CELL, FREE, Ins, NO_HANDLER, NO_RANGE, NOWHERE, TEMP, Unit, UnitKind, position_at,
};
use crate::code::{Code, CodeFlags, Const, Handler, Local, LocalKind, Position};
use crate::opcode::{EXTENDED, FIRST_FAR, Instr, NO_REG, Opcode, OperandKind};
use crate::positions::PositionWriter;
use crate::symtable::{Place, Scope};

/// Where each kind of register begins.
struct Layout {
    cells: u32,
    frees: u32,
    temps: u32,
}

impl Layout {
    fn register(&self, tagged: u32) -> u32 {
        if tagged & TEMP != 0 {
            self.temps + (tagged & !TEMP)
        } else if tagged & CELL != 0 {
            self.cells + (tagged & !CELL)
        } else if tagged & FREE != 0 {
            self.frees + (tagged & !FREE)
        } else {
            tagged
        }
    }
}

impl<'s> Compiler<'s, '_> {
    pub(super) fn assemble_current(&mut self) -> Arc<Code> {
        self.far_entry();
        let kept = optimize(&mut self.u, self.positions);
        let layout = Layout {
            cells: self.u.plain.len() as u32,
            frees: (self.u.plain.len() + self.u.cells.len()) as u32,
            temps: (self.u.plain.len() + self.u.cells.len() + self.u.frees.len()) as u32,
        };
        let registers = layout.temps + self.u.max;
        self.overflow |= registers >= FIRST_FAR;
        let consts = keep_used_consts(&mut self.u, &kept.live);
        let writer = Writer::new(&self.u.code, &kept.live);
        let instrs = writer.instructions(&self.u.code, &layout);
        let positions = self.position_table(&writer);
        let handlers = handlers(&self.u, &writer, &layout);
        let locals = self.locals();
        let names = std::mem::take(&mut self.u.names);
        let names = names.into_iter().map(|n| self.intern(n)).collect();
        let flags = self.code_flags();
        let (arg_count, posonly_count, kwonly_count) = self.u.arg_counts;
        Arc::new(Code {
            instrs,
            consts: consts.into(),
            names,
            locals,
            registers,
            arg_count,
            posonly_count,
            kwonly_count,
            flags,
            name: self.intern(self.u.name),
            qualname: self.u.qualname.clone(),
            filename: self.filename.clone(),
            first_line: self.u.first_line,
            handlers,
            positions,
        })
    }

    /// The dict of locals that found no register is made first of all.
    fn far_entry(&mut self) {
        let Some(reg) = self.u.far else { return };
        let base = self.u.next_temp();
        let ins = Ins {
            op: Opcode::BuildMap,
            flags: 0,
            a: reg,
            b: base,
            c: 0,
            target: NOWHERE,
            handler: NO_HANDLER,
            loc: NO_RANGE,
        };
        self.u.code.insert(0, ins);
        for label in self.u.labels.iter_mut().filter(|l| **l != NOWHERE) {
            *label += 1;
        }
    }

    fn position_table(&self, writer: &Writer) -> Box<[u8]> {
        let mut table = PositionWriter::default();
        let mut last = (NO_RANGE, Position::NONE);
        for (at, ins) in self.u.code.iter().enumerate() {
            for _ in 0..writer.size(at) {
                if ins.loc != last.0 {
                    let position = position_at(self.positions, ins.loc);
                    last = (ins.loc, position);
                }
                table.push(last.1);
            }
        }
        table.finish()
    }

    fn locals(&mut self) -> Box<[Local]> {
        let table = self.table;
        let symbols = &table.scope(self.u.scope).symbols;
        let mut locals =
            Vec::with_capacity(self.u.plain.len() + self.u.cells.len() + self.u.frees.len());
        for index in 0..self.u.plain.len() {
            let (name, hidden) = self.u.plain[index];
            let mut kind = LocalKind::LOCAL;
            if (index as u32) < self.u.params && symbols.place(name) == Place::Cell {
                kind |= LocalKind::CELL;
            }
            if hidden {
                kind |= LocalKind::HIDDEN;
            }
            locals.push(Local {
                name: self.intern(name),
                kind: LocalKind(kind),
            });
        }
        for index in 0..self.u.cells.len() {
            locals.push(Local {
                name: self.intern(self.u.cells[index]),
                kind: LocalKind(LocalKind::CELL),
            });
        }
        for index in 0..self.u.frees.len() {
            locals.push(Local {
                name: self.intern(self.u.frees[index]),
                kind: LocalKind(LocalKind::FREE),
            });
        }
        locals.into()
    }

    fn code_flags(&self) -> CodeFlags {
        let scope: &Scope<'_> = self.table.scope(self.u.scope);
        let mut flags = CodeFlags(self.future.0);
        if scope.is_function_like() {
            flags.insert(CodeFlags::NEWLOCALS | CodeFlags::OPTIMIZED);
            let bits = [
                (scope.nested, CodeFlags::NESTED),
                (scope.varargs, CodeFlags::VARARGS),
                (scope.varkeywords, CodeFlags::VARKEYWORDS),
                (scope.method, CodeFlags::METHOD),
                (self.u.has_docstring, CodeFlags::HAS_DOCSTRING),
            ];
            for (_, bit) in bits.into_iter().filter(|b| b.0) {
                flags.insert(bit);
            }
        }
        match (scope.generator, scope.coroutine) {
            _ if self.u.kind == UnitKind::Class => {}
            (true, true) => flags.insert(CodeFlags::ASYNC_GENERATOR),
            (true, false) => flags.insert(CodeFlags::GENERATOR),
            (false, true) => flags.insert(CodeFlags::COROUTINE),
            (false, false) => {}
        }
        flags
    }
}

/// Drops constants that only unreachable code used; the first may be the docstring and stays.
fn keep_used_consts(unit: &mut Unit<'_>, live: &[bool]) -> Vec<Const> {
    let items = std::mem::take(&mut unit.consts).into_items();
    let uses = |op| {
        matches!(
            op,
            Opcode::LoadConst | Opcode::ReturnConst | Opcode::MakeFunction
        )
    };
    let mut used = vec![false; items.len()];
    if unit.has_docstring && !used.is_empty() {
        used[0] = true;
    }
    for (ins, _) in unit
        .code
        .iter()
        .zip(live)
        .filter(|(i, l)| **l && uses(i.op))
    {
        used[ins.b as usize] = true;
    }
    let mut index = vec![0u32; items.len()];
    let mut kept = Vec::with_capacity(items.len());
    for (at, item) in items.into_iter().enumerate() {
        index[at] = kept.len() as u32;
        if used[at] {
            kept.push(item);
        }
    }
    for ins in unit.code.iter_mut().filter(|i| uses(i.op)) {
        ins.b = index[ins.b as usize];
    }
    kept
}

/// Final instruction indices.
struct Writer {
    /// Where each instruction starts; one more entry for the end.
    offsets: Vec<u32>,
    extended: Vec<bool>,
}

impl Writer {
    fn new(code: &[Ins], live: &[bool]) -> Writer {
        let mut extended: Vec<bool> = code
            .iter()
            .zip(live)
            .map(|(ins, l)| *l && needs_ext(ins))
            .collect();
        loop {
            let mut offsets = Vec::with_capacity(code.len() + 1);
            let mut at = 0;
            for index in 0..code.len() {
                offsets.push(at);
                at += u32::from(live[index]) + u32::from(extended[index]);
            }
            offsets.push(at);
            let mut grown = false;
            for (index, ins) in code.iter().enumerate() {
                if live[index] && !extended[index] && ins.op.operands()[2] == OperandKind::Jump {
                    let distance =
                        i64::from(offsets[ins.target as usize]) - i64::from(offsets[index] + 1);
                    if i16::try_from(distance).is_err() || distance == -1 {
                        extended[index] = true;
                        grown = true;
                    }
                }
            }
            if !grown {
                return Writer { offsets, extended };
            }
        }
    }

    fn size(&self, at: usize) -> u32 {
        self.offsets[at + 1] - self.offsets[at]
    }

    fn instructions(&self, code: &[Ins], layout: &Layout) -> Box<[Instr]> {
        let mut out = Vec::with_capacity(self.offsets.last().copied().unwrap_or(0) as usize);
        for (at, ins) in code.iter().enumerate() {
            if self.size(at) > 0 {
                self.write(at, ins, layout, &mut out);
            }
        }
        out.into_boxed_slice()
    }

    fn write(&self, at: usize, ins: &Ins, layout: &Layout, out: &mut Vec<Instr>) {
        let kinds = ins.op.operands();
        let [a, b, c] = [0, 1, 2].map(|i| operand(kinds[i], [ins.a, ins.b, ins.c][i], layout));
        let a = a as u16;
        match kinds[1] {
            OperandKind::Const32 | OperandKind::Name32 | OperandKind::Imm32 => {
                out.push(Instr::abx(ins.op, ins.flags, a, ins.b));
                return;
            }
            OperandKind::Jump32 => {
                out.push(Instr::abx(
                    ins.op,
                    ins.flags,
                    a,
                    self.offsets[ins.target as usize],
                ));
                return;
            }
            _ => {}
        }
        let b = b as u16;
        let ext = self.extended[at];
        let (c, more) = match kinds[2] {
            OperandKind::Jump => {
                let target = self.offsets[ins.target as usize];
                let distance = target.wrapping_sub(self.offsets[at] + 1);
                (distance as u16, target)
            }
            _ if ins.op == Opcode::UnpackEx => {
                (((ins.c & 0xFF) | ((ins.c >> 16) << 8)) as u16, ins.c)
            }
            _ => (c as u16, c),
        };
        if ext {
            out.push(Instr::abc(ins.op, ins.flags, a, b, EXTENDED));
            out.push(Instr::abx(Opcode::Ext, 0, 0, more));
        } else {
            out.push(Instr::abc(ins.op, ins.flags, a, b, c));
        }
    }
}

fn needs_ext(ins: &Ins) -> bool {
    match ins.op.operands()[2] {
        OperandKind::Name => ins.c >= u32::from(EXTENDED),
        _ if ins.op == Opcode::UnpackEx => {
            let (before, after) = (ins.c & 0xFFFF, ins.c >> 16);
            before > 255 || after > 255 || (before == 255 && after == 255)
        }
        _ => false,
    }
}

fn operand(kind: OperandKind, value: u32, layout: &Layout) -> u32 {
    use OperandKind::*;
    match kind {
        OptUse if value == u32::from(NO_REG) => value,
        Def | Use | UseDef | OptUse | Cell | Local | Base => layout.register(value),
        _ => value,
    }
}

fn handlers(unit: &Unit<'_>, writer: &Writer, layout: &Layout) -> Box<[Handler]> {
    let mut out: Vec<Handler> = Vec::new();
    let mut last = NO_HANDLER;
    for (at, ins) in unit.code.iter().enumerate() {
        let size = writer.size(at);
        if size == 0 {
            continue;
        }
        let start = writer.offsets[at];
        if ins.handler != NO_HANDLER {
            match out.last_mut() {
                Some(open) if last == ins.handler && open.end == start => open.end += size,
                _ => {
                    let info = unit.handlers[ins.handler as usize];
                    let target = writer.offsets[unit.labels[info.target.0 as usize] as usize];
                    let depth = layout.register(info.depth);
                    out.push(Handler {
                        start,
                        end: start + size,
                        target,
                        depth,
                        lasti: info.lasti,
                    });
                }
            }
        }
        last = ins.handler;
    }
    out.into()
}
