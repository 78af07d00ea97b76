//! `taipan explain`: what happens to a program at each stage, beside its source lines.
//!
//! A file a stage; each gives text (through [`page`]) and JSON ([`json`]).

mod bytecode;
mod jit;
mod json;
mod options;
mod page;
mod program;
mod pyc;
mod run;
mod symbols;
mod tokens;
mod tree;
mod value;

use std::sync::Arc;

use bumpalo::Bump;
use taipan_compiler::code::Code;
use taipan_compiler::codegen::{
    CompileMode, CompileOptions, SourcePositions, compile, symbol_table,
};
use taipan_host::{env, fd};
use taipan_syntax::ast::Mod;
use taipan_syntax::error::{SyntaxError, SyntaxErrorKind};
use taipan_syntax::parser::{self, Mode, ParseOptions};
use taipan_syntax::source::{LineIndex, decode};

use json::Json;
use options::{Input, Options, Stage};
use page::Page;

/// The program that is explained.
pub struct Explained<'x> {
    options: &'x Options,
    /// As it was given.
    filename: String,
    /// As the program's code names it.
    path: String,
    text: &'x str,
    /// The lines that are asked for.
    ranges: Vec<(u32, u32)>,
    stack_limit: usize,
}

impl Explained<'_> {
    /// Whether what belongs to a line is to be shown.
    fn shows(&self, line: u32) -> bool {
        self.ranges.iter().any(|&(a, b)| (a..=b).contains(&line))
    }
    fn shows_all(&self) -> bool {
        self.ranges == [(1, u32::MAX)]
    }
}

/// Text in quotes, as Python writes it.
fn quoted(text: &str) -> String {
    taipan_syntax::repr::string(text.as_bytes())
}

fn complain(text: &str) {
    let _ = fd::write_all(2, text.as_bytes());
}

/// Runs the command; `args` are the process's. The exit code.
pub fn command(args: &[Vec<u8>], stack_limit: usize) -> i32 {
    let options = match options::parse(args.get(2..).unwrap_or(&[])) {
        Ok(options) => options,
        Err((text, code)) => {
            let _ = fd::write_all(if code == 0 { 1 } else { 2 }, text.as_bytes());
            return code.into();
        }
    };
    let mut path = "<string>".to_owned();
    let (filename, bytes) = match &options.input {
        Input::Command(text) => ("<string>".to_owned(), [&text[..], b"\n"].concat()),
        Input::File(file) => {
            let name = String::from_utf8_lossy(file).into_owned();
            path = String::from_utf8_lossy(&crate::run::absolute(file)).into_owned();
            match taipan_host::fs::read(file) {
                Ok(bytes) => (name, bytes),
                Err(e) => {
                    let number = e.raw_os_error().unwrap_or(0);
                    let why = taipan_host::strerror(number);
                    complain(&format!(
                        "taipan explain: can't open file '{name}': [Errno {number}] {why}\n"
                    ));
                    return 2;
                }
            }
        }
    };
    let text = match decode(&bytes, &filename) {
        Ok(text) => text,
        Err(e) => {
            complain(&error_text(&e, &filename));
            return 1;
        }
    };
    let ranges = vec![options.lines.unwrap_or((1, u32::MAX))];
    let mut x = Explained {
        options: &options,
        filename,
        path,
        text: &text,
        ranges,
        stack_limit,
    };
    let (out, code) = explain(&mut x);
    if let Err(e) = fd::write_all(1, out.as_bytes())
        && e.raw_os_error() != Some(taipan_host::errno::EPIPE)
    {
        complain(&format!("taipan explain: {e}\n"));
        return 1;
    }
    code
}

/// The text or JSON of all stages, and the exit code.
fn explain(x: &mut Explained<'_>) -> (String, i32) {
    let arena = Bump::new();
    let names = Bump::new();
    let text = x.text;
    let parsed = parser::parse(text, &arena, Mode::Module, ParseOptions::default());
    let index = &parsed.line_index;
    let module = match &parsed.module {
        Ok(module) => module,
        Err(e) => return only_tokens(x, e),
    };
    if let Some(function) = &x.options.function {
        let found = tree::find_function(module, function, index);
        if found.is_empty() {
            complain(&format!(
                "taipan explain: {} has no function or class '{function}'\n",
                x.filename
            ));
            return (String::new(), 1);
        }
        let (first, last) = x.ranges[0];
        x.ranges = found
            .into_iter()
            .map(|(a, b)| (a.max(first), b.min(last)))
            .collect();
    }
    let filename = x.path.clone();
    let compile_options = CompileOptions {
        optimize: x.options.optimize,
        source: Some(text),
        ..CompileOptions::new(&filename, CompileMode::Exec)
    };
    let positions = SourcePositions::new(index);
    let code = match compile(module, &positions, &compile_options) {
        Ok(compiled) => compiled.code,
        Err(e) => return only_tokens(x, &e),
    };
    let table = match symbol_table(module, &names, &positions, &compile_options) {
        Ok(table) => table,
        Err(e) => return only_tokens(x, &e),
    };
    let sources = Sources {
        module,
        index,
        table: &table,
        code: &code,
    };
    let out = if x.options.json {
        let stages = x.options.stages.iter().map(|&s| stage_json(x, s, &sources));
        let document = Json::object([
            ("file", Json::text(&x.filename)),
            ("python", Json::text(taipan_vm::sys::PYTHON_VERSION)),
            ("stages", Json::list(stages)),
        ]);
        format!("{document}\n")
    } else {
        let mut page = Page::new(text, wants_color());
        for &stage in &x.options.stages {
            page.stage(stage.name(), stage.does());
            stage_text(x, stage, &sources, &mut page);
        }
        page.finish()
    };
    (out, 0)
}

/// What the stages look at.
struct Sources<'a> {
    module: &'a Mod<'a>,
    index: &'a LineIndex,
    table: &'a taipan_compiler::symtable::SymbolTable<'a>,
    code: &'a Arc<Code>,
}

fn stage_text(x: &Explained<'_>, stage: Stage, s: &Sources<'_>, page: &mut Page<'_>) {
    match stage {
        Stage::Tokens => tokens::show(x, page),
        Stage::Ast => tree::show(x, s.module, s.index, page),
        Stage::Symbols => symbols::show(x, s.table, s.index, page),
        Stage::Bytecode => bytecode::show(x, s.code, page),
        Stage::Pyc => pyc::show(x, page),
        Stage::Run => run::show(x, page),
        Stage::Jit => jit::show(x, s.code, page),
    }
}

fn stage_json(x: &Explained<'_>, stage: Stage, s: &Sources<'_>) -> Json {
    match stage {
        Stage::Tokens => tokens::json(x),
        Stage::Ast => tree::json(x, s.module, s.index),
        Stage::Symbols => symbols::json(x, s.table, s.index),
        Stage::Bytecode => bytecode::json(x, s.code),
        Stage::Pyc => pyc::json(x),
        Stage::Run => run::json(x),
        Stage::Jit => jit::json(x, s.code),
    }
}

fn wants_color() -> bool {
    let set = |name: &str| env::var(name).is_some_and(|v| !v.is_empty());
    fd::is_terminal(1) && !set("NO_COLOR") && env::var("TERM").is_none_or(|t| t != b"dumb")
}

/// A program with a syntax error passes the first stage only.
fn only_tokens(x: &Explained<'_>, e: &SyntaxError) -> (String, i32) {
    let tokens = x.options.stages.contains(&Stage::Tokens);
    let out = if x.options.json {
        let stages = tokens.then(|| tokens::json(x));
        let error = Json::object([
            ("type", Json::text(error_kind(e))),
            ("message", Json::text(&e.message)),
            ("line", e.line.into()),
            ("column", e.column.into()),
        ]);
        let document = Json::object([
            ("file", Json::text(&x.filename)),
            ("python", Json::text(taipan_vm::sys::PYTHON_VERSION)),
            ("stages", Json::list(stages)),
            ("error", error),
        ]);
        format!("{document}\n")
    } else {
        let mut page = Page::new(x.text, wants_color());
        if tokens {
            page.stage(Stage::Tokens.name(), Stage::Tokens.does());
            tokens::show(x, &mut page);
            page.plain("");
        }
        page.plain("The later stages are not reached:");
        page.plain(&error_text(e, &x.filename));
        page.finish()
    };
    (out, 1)
}

fn error_kind(e: &SyntaxError) -> &'static str {
    match e.kind {
        SyntaxErrorKind::IndentationError => "IndentationError",
        SyntaxErrorKind::TabError => "TabError",
        SyntaxErrorKind::TooDeep => "RecursionError",
        _ => "SyntaxError",
    }
}

fn error_text(e: &SyntaxError, filename: &str) -> String {
    let mut out = format!("  File \"{filename}\", line {}\n", e.line);
    if let Some(text) = &e.text {
        let line = text.trim_end();
        let stripped = line.trim_start();
        let removed = line.chars().count() - stripped.chars().count();
        out.push_str(&format!("    {stripped}\n"));
        let column = (e.column as usize).saturating_sub(1 + removed);
        let width = match e.end_column {
            end if e.end_line == e.line && end > e.column as i32 => {
                end as usize - e.column as usize
            }
            _ => 1,
        };
        if e.column > 0 {
            out.push_str(&format!("    {:column$}{}\n", "", "^".repeat(width)));
        }
    }
    out.push_str(&format!("{}: {}\n", error_kind(e), e.message));
    out
}
