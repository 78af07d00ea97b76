//! From a tree, or source text, to a code object.

use std::sync::Arc;

use bumpalo::Bump;
use rustc_hash::FxHashSet;
use taipan_syntax::ast::{ExprKind, ExprRef, Mod, Stmt, StmtKind};
use taipan_syntax::parser;
use taipan_syntax::source::decode;
use taipan_syntax::{SyntaxError, SyntaxErrorKind, SyntaxWarning, TextRange};

use super::unit::{NO_RANGE, Unit, UnitKind, Val};
use super::{CompileOptions, Compiled, Compiler, PositionSource, SourcePositions};
use crate::code::{Code, CodeFlags};
use crate::failure::{Failure, FailureData, Result};
use crate::opcode::Opcode;
use crate::symtable::{SymbolTable, SymtableOptions, build};

/// Compiles a tree.
pub fn compile(
    module: &Mod<'_>,
    positions: &dyn PositionSource,
    options: &CompileOptions<'_>,
) -> std::result::Result<Compiled, Box<SyntaxError>> {
    let names = Bump::new();
    let mut warnings = Vec::new();
    match compile_tree(module, &names, positions, options, &mut warnings) {
        Ok(code) => Ok(Compiled { code, warnings }),
        Err(failure) => Err(Box::new(syntax_error(
            *failure.0,
            positions,
            options.source,
        ))),
    }
}

/// Decodes, parses and compiles source text.
pub fn compile_source(
    source: &[u8],
    options: &CompileOptions<'_>,
) -> std::result::Result<Compiled, Box<SyntaxError>> {
    let text = decode(source, options.filename).map_err(Box::new)?;
    compile_str(&text, options)
}

/// Parses and compiles source text.
pub fn compile_str(
    text: &str,
    options: &CompileOptions<'_>,
) -> std::result::Result<Compiled, Box<SyntaxError>> {
    let arena = Bump::with_capacity(text.len() * 8);
    let mode = options.mode.parse_mode();
    let parsed = parser::parse(text, &arena, mode, options.parse_options());
    let module = parsed.module?;
    let positions = SourcePositions::new(&parsed.line_index);
    let mut compiled = compile(&module, &positions, options)?;
    compiled.warnings.splice(0..0, parsed.warnings);
    Ok(compiled)
}

/// The future features that a tree asks for.
pub fn future_features(module: &Mod<'_>) -> Option<CodeFlags> {
    crate::future::scan(module, &|_| 0).ok().map(|f| f.flags)
}

fn syntax_error(
    failure: FailureData,
    positions: &dyn PositionSource,
    source: Option<&str>,
) -> SyntaxError {
    let start = positions.position(failure.range);
    let end = failure.end.map_or(start, |range| positions.position(range));
    let line = start.line.max(0) as u32;
    let text = source
        .and_then(|s| s.split_inclusive('\n').nth((line as usize).checked_sub(1)?))
        .map(str::to_owned);
    SyntaxError {
        kind: failure.kind,
        message: failure.message,
        line,
        column: (start.column + 1).max(0) as u32,
        end_line: end.end_line.max(0) as u32,
        end_column: end.end_column + 1,
        text,
        range: Some(failure.range),
    }
}

/// The symbol table of a tree; mangled names are kept in `names`.
pub fn symbol_table<'s>(
    module: &Mod<'s>,
    names: &'s Bump,
    positions: &dyn PositionSource,
    options: &CompileOptions<'_>,
) -> std::result::Result<SymbolTable<'s>, Box<SyntaxError>> {
    match build_table(module, names, positions, options) {
        Ok((table, _)) => Ok(table),
        Err(failure) => Err(Box::new(syntax_error(
            *failure.0,
            positions,
            options.source,
        ))),
    }
}

/// The symbol table and the future features in force.
fn build_table<'s>(
    module: &Mod<'s>,
    names: &'s Bump,
    positions: &dyn PositionSource,
    options: &CompileOptions<'_>,
) -> Result<(SymbolTable<'s>, CodeFlags)> {
    let line_of = |range| positions.position(range).line;
    let future = crate::future::scan(module, &line_of)?;
    let last_future_line = future.last.map_or(0, |range| line_of(range).max(0) as u32);
    let features = future.flags | options.future;
    let table_options = SymtableOptions {
        future_annotations: features.contains(CodeFlags::FUTURE_ANNOTATIONS),
        top_level_await: options.top_level_await,
        future_lines: Some((positions, last_future_line)),
    };
    Ok((build(module, names, table_options)?, features))
}

fn compile_tree<'s>(
    module: &Mod<'s>,
    names: &'s Bump,
    positions: &dyn PositionSource,
    options: &CompileOptions<'_>,
    warnings: &mut Vec<SyntaxWarning>,
) -> Result<Arc<Code>> {
    let (table, features) = build_table(module, names, positions, options)?;
    let filename: Arc<str> = options.filename.into();
    let qualname: Arc<str> = "<module>".into();
    let mut compiler = Compiler {
        table: &table,
        names,
        options: *options,
        future: features,
        positions,
        filename,
        u: Unit::new(table.root(), UnitKind::Module, "<module>", qualname, 1),
        outer: Vec::new(),
        overflow: false,
        warnings: Vec::new(),
        interned: FxHashSet::default(),
        texts: FxHashSet::default(),
        depth: 0,
        quiet: 0,
    };
    let result = compiler.module(module);
    warnings.append(&mut compiler.warnings);
    result?;
    let child = compiler.leave_unit();
    if compiler.overflow {
        let mut failure = Failure::new(TextRange::default(), "too many registers".into());
        failure.0.kind = SyntaxErrorKind::TooDeep;
        return Err(failure);
    }
    Ok(child.code)
}

impl<'s> Compiler<'s, '_> {
    fn module(&mut self, module: &Mod<'s>) -> Result<()> {
        self.declare_unit((0, 0, 0));
        let fail = self.start_generator();
        match *module {
            Mod::Module { body, .. } => self.module_body(body, true)?,
            Mod::Interactive { body } => self.module_body(body, false)?,
            Mod::Expression { body } => self.expression_body(body)?,
            Mod::FunctionType { returns, .. } => self.expression_body(returns)?,
        }
        self.finish_generator(fail);
        Ok(())
    }

    fn expression_body(&mut self, body: ExprRef<'s>) -> Result<()> {
        self.return_expr(body)
    }

    fn module_body(&mut self, body: &'s [Stmt<'s>], docstring: bool) -> Result<()> {
        // The function that evaluates annotations exists before anything runs; its code comes last.
        let annotated = !self.future_annotations()
            && self.scope().conditional_annotations
            && has_annotations(body);
        let first = body.first().map_or(NO_RANGE, |s| s.range);
        self.u.loc = first;
        let mut place = None;
        if self.scope().conditional_annotations && !self.future_annotations() {
            if annotated {
                let index = self.u.consts.reserve();
                let func = self.u.push();
                self.u.emit(Opcode::MakeFunction, 0, func, index, 0);
                self.store_name("__annotate__", Val::temp(func));
                self.u.pop(1);
                place = Some((index, self.u.code.len()));
            }
            self.empty_conditions();
        }
        if docstring {
            self.body(body)?
        } else {
            self.stmts(body)?
        }
        if !self.u.after_end() {
            self.return_none();
        }
        if let Some((index, after)) = place {
            match self.deferred_annotations(first)? {
                Some(child) => self
                    .u
                    .consts
                    .replace(index, crate::code::Const::Code(child.code)),
                None => {
                    for ins in &mut self.u.code[after - 2..after] {
                        ins.op = Opcode::Nop;
                        ins.flags = 0;
                        ins.loc = NO_RANGE;
                    }
                }
            }
        }
        debug_assert_eq!(self.u.top, 0);
        Ok(())
    }
}

/// Whether a body has annotations of plain names, at any depth of blocks.
fn has_annotations(body: &[Stmt<'_>]) -> bool {
    body.iter().any(|s| match s.kind {
        StmtKind::AnnAssign { target, simple, .. } => {
            simple && matches!(target.kind, ExprKind::Name { .. })
        }
        StmtKind::For { body, orelse, .. }
        | StmtKind::AsyncFor { body, orelse, .. }
        | StmtKind::While { body, orelse, .. }
        | StmtKind::If { body, orelse, .. } => has_annotations(body) || has_annotations(orelse),
        StmtKind::With { body, .. } | StmtKind::AsyncWith { body, .. } => has_annotations(body),
        StmtKind::Match { cases, .. } => cases.iter().any(|c| has_annotations(c.body)),
        StmtKind::Try {
            body,
            handlers,
            orelse,
            finalbody,
        }
        | StmtKind::TryStar {
            body,
            handlers,
            orelse,
            finalbody,
        } => {
            has_annotations(body)
                || handlers.iter().any(|h| has_annotations(h.parts().2))
                || has_annotations(orelse)
                || has_annotations(finalbody)
        }
        _ => false,
    })
}
