//! Prints facts about compiled programs in a form that CPython can print too:
//! `facts FILE` for the snippets in FILE (separated by NUL), `facts --code FILE…` for code objects.

use taipan_compiler::code::{Code, Const, LocalKind};
use taipan_compiler::opcode::Opcode;
use taipan_compiler::positions::position_of;
use taipan_compiler::{CompileMode, CompileOptions, compile_source};

fn snippets(path: &str) -> std::io::Result<()> {
    let all = std::fs::read(path)?;
    for (i, source) in all.split(|&b| b == 0).enumerate() {
        let options = CompileOptions::new("<s>", CompileMode::Exec);
        match compile_source(source, &options) {
            Ok(compiled) => {
                let warnings: Vec<String> = compiled
                    .warnings
                    .iter()
                    .map(|w| format!("{}: {}", w.line, w.message))
                    .collect();
                println!("{i} ok {}", warnings.join(" | "));
            }
            Err(e) => println!(
                "{i} {:?} {}:{}-{}:{} {}",
                e.kind, e.line, e.column, e.end_line, e.end_column, e.message
            ),
        }
    }
    Ok(())
}

fn interesting(op: Opcode) -> Option<&'static str> {
    use Opcode::*;
    Some(match op {
        Call | CallMethod | CallKw | CallMethodKw | CallEx => "call",
        LoadAttr | LoadMethod => "attr",
        StoreAttr => "storeattr",
        Add | Sub | Mul | MatMul | Div | FloorDiv | Mod | Pow | LShift | RShift | And | Or
        | Xor | AddImm | SubImm => "binary",
        LoadGlobal | LoadName => "global",
        StoreName | StoreGlobal => "store",
        RaiseVarargs => "raise",
        ImportName => "import",
        GetIter => "iter",
        YieldValue => "yield",
        _ => return None,
    })
}

fn code(c: &Code) {
    let pick = |bit: u8| {
        let mut names: Vec<&str> = c
            .locals
            .iter()
            .filter(|l| l.kind.has(bit))
            .map(|l| l.name.as_ref())
            .collect();
        names.sort_unstable();
        names.dedup();
        names.join(",")
    };
    println!(
        "{} {} {} args={},{},{} flags={:#x} locals={} cells={} frees={}",
        c.first_line,
        c.name,
        c.qualname,
        c.arg_count,
        c.posonly_count,
        c.kwonly_count,
        c.flags.0,
        pick(LocalKind::LOCAL),
        pick(LocalKind::CELL),
        pick(LocalKind::FREE)
    );
    let mut lines = Vec::new();
    for (at, ins) in c.instrs.iter().enumerate() {
        let Some(op) = ins.op() else { continue };
        if let Some(kind) = interesting(op) {
            let p = position_of(&c.positions, at as u32);
            if p.line >= 0 {
                lines.push(format!(
                    "  {kind} {}:{}-{}:{}",
                    p.line, p.column, p.end_line, p.end_column
                ));
            }
        }
    }
    lines.sort();
    lines.dedup();
    for line in lines {
        println!("{line}");
    }
    for constant in &c.consts {
        if let Const::Code(inner) = constant {
            code(inner);
        }
    }
}

fn main() -> std::io::Result<()> {
    let mut args = std::env::args().skip(1).peekable();
    if args.peek().is_some_and(|a| a == "--code") {
        for path in args.skip(1) {
            println!("# {path}");
            let source = std::fs::read(&path)?;
            if let Ok(compiled) =
                compile_source(&source, &CompileOptions::new(&path, CompileMode::Exec))
            {
                code(&compiled.code);
            }
        }
        return Ok(());
    }
    args.try_for_each(|path| snippets(&path))
}
