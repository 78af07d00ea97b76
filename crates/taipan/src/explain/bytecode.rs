//! The stage `bytecode`.

use std::collections::BTreeMap;
use std::sync::Arc;

use taipan_compiler::code::{Code, Const};
use taipan_compiler::dis::{self, Line, Operand, Role, const_repr, register_name};
use taipan_compiler::opcode::Opcode;

use super::Explained;
use super::json::Json;
use super::page::Page;

/// A code object and those inside it, in the order of the source.
pub fn all(code: &Arc<Code>) -> Vec<Arc<Code>> {
    let mut out = Vec::new();
    let mut stack = vec![code.clone()];
    while let Some(code) = stack.pop() {
        for value in code.consts.iter().rev() {
            if let Const::Code(inner) = value {
                stack.push(inner.clone());
            }
        }
        out.push(code);
    }
    out
}

/// What a code object is, for headings: `function f(a, b)`.
pub fn title(code: &Code) -> String {
    if &*code.name == "<module>" {
        return "module".to_owned();
    }
    let parameters: Vec<&str> = code
        .locals
        .iter()
        .take(code.parameter_count() as usize)
        .map(|l| &*l.name)
        .collect();
    format!(
        "{}({}), line {}",
        code.qualname,
        parameters.join(", "),
        code.first_line
    )
}

/// The registers that an instruction reads and writes.
pub fn registers(line: &Line<'_>) -> (Vec<u32>, Vec<u32>) {
    let (mut reads, mut writes) = (Vec::new(), Vec::new());
    let op = line.instruction.op;
    for operand in &line.instruction.operands {
        let (registers, role) = match *operand {
            Operand::Register { register, role, .. } => (register..register + 1, role),
            Operand::Window { start, count, role } => (start..start + count, role),
            _ => continue,
        };
        let stores = matches!(
            op,
            Some(Opcode::StoreDeref | Opcode::MakeCell | Opcode::StoreFastMaybeNull)
        );
        match role {
            Role::Read => reads.extend(registers),
            Role::Written => writes.extend(registers),
            Role::Updated => {
                reads.extend(registers.clone());
                writes.extend(registers);
            }
            Role::Cell | Role::Local if stores => writes.extend(registers),
            Role::Cell | Role::Local => reads.extend(registers),
        }
    }
    (reads, writes)
}

/// The line that an instruction is shown under: its own, or that of the instructions before it.
fn line_after(previous: u32, line: &Line<'_>) -> u32 {
    u32::try_from(line.instruction.position.line)
        .ok()
        .filter(|&n| n > 0)
        .unwrap_or(previous)
}

pub fn show(x: &Explained<'_>, code: &Arc<Code>, page: &mut Page<'_>) {
    let mut used = BTreeMap::new();
    for code in all(code) {
        let lines = dis::lines(&code);
        let mut at = code.first_line;
        let mut shown = Vec::new();
        for line in &lines {
            at = line_after(at, line);
            if x.shows(at) {
                shown.push((at, line));
            }
        }
        if shown.is_empty() {
            continue;
        }
        page.heading(&title(&code));
        let mut last = 0;
        for (at, line) in shown {
            if at != last {
                last = at;
                page.source(at);
            }
            let i = &line.instruction;
            let label = line
                .label
                .as_ref()
                .map_or(String::new(), |l| format!("{l}:"));
            page.under(&format!(
                "{label:<5}{:>4}  {:<24} {}",
                i.index,
                i.name(),
                line.operands
            ));
            if let Some(op) = i.op {
                used.insert(op.name(), op.doc());
            }
        }
        for h in &code.handlers {
            page.note(&format!(
                "       an exception in {} to {} goes on at {}, in {}",
                h.start,
                h.end.saturating_sub(1),
                h.target,
                register_name(&code, h.depth)
            ));
        }
    }
    if !used.is_empty() {
        page.heading("what the instructions do (a, b, c: the operands in order)");
    }
    for (name, doc) in used {
        page.note(&format!("  {name:<26}{}", doc.trim()));
    }
}

fn instruction_json(code: &Code, line: &Line<'_>) -> Json {
    let i = &line.instruction;
    let (reads, writes) = registers(line);
    let names = |list: &[u32]| Json::list(list.iter().map(|&r| Json::text(register_name(code, r))));
    Json::object([
        ("index", i.index.into()),
        ("line", i.position.line.into()),
        ("end_line", i.position.end_line.into()),
        ("column", i.position.column.into()),
        ("end_column", i.position.end_column.into()),
        ("name", Json::text(i.name())),
        ("operands", Json::text(&line.operands)),
        ("label", Json::option(line.label.as_ref(), Json::text)),
        ("target", Json::option(i.target(), Json::from)),
        ("reads", names(&reads)),
        ("writes", names(&writes)),
        ("does", Json::option(i.op, |op| Json::text(op.doc().trim()))),
    ])
}

pub fn json(x: &Explained<'_>, code: &Arc<Code>) -> Json {
    let mut objects = Vec::new();
    for code in all(code) {
        let mut at = code.first_line;
        let mut instructions = Vec::new();
        for line in dis::lines(&code) {
            at = line_after(at, &line);
            if x.shows(at) {
                instructions.push(instruction_json(&code, &line));
            }
        }
        if instructions.is_empty() {
            continue;
        }
        let handlers = code.handlers.iter().map(|h| {
            Json::object([
                ("start", h.start.into()),
                ("end", h.end.into()),
                ("target", h.target.into()),
                ("register", Json::text(register_name(&code, h.depth))),
            ])
        });
        objects.push(Json::object([
            ("name", Json::text(&*code.name)),
            ("qualname", Json::text(&*code.qualname)),
            ("first_line", code.first_line.into()),
            ("parameters", code.parameter_count().into()),
            ("registers", code.registers.into()),
            (
                "locals",
                Json::list(code.locals.iter().map(|l| Json::text(&*l.name))),
            ),
            (
                "constants",
                Json::list(code.consts.iter().map(|c| Json::text(const_repr(c)))),
            ),
            (
                "names",
                Json::list(code.names.iter().map(|n| Json::text(&**n))),
            ),
            ("instructions", Json::List(instructions)),
            ("handlers", Json::list(handlers)),
        ]));
    }
    Json::object([
        ("stage", Json::text("bytecode")),
        ("code", Json::List(objects)),
    ])
}
