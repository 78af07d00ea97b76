//! Functions and lambdas, and entering and leaving the code object of any scope.

use std::sync::Arc;

use taipan_syntax::TextRange;
use taipan_syntax::ast::*;

use super::Compiler;
use super::unit::{Label, NO_RANGE, TEMP, Unit, UnitKind, Val};
use crate::code::{Code, Const};
use crate::failure::{Failure, Result};
use crate::opcode::{FunctionAttribute, Intrinsic1, Intrinsic2, KILL_A, KILL_B, Opcode};
use crate::symtable::flags::UNBOUND_SOMEWHERE;
use crate::symtable::{Part, Place, ScopeId};

/// A finished code object and the names its closure needs.
pub(super) struct Child<'s> {
    pub code: Arc<Code>,
    pub frees: Vec<&'s str>,
}

impl<'s> Compiler<'s, '_> {
    /// Starts a code object; `counts` are positional, positional-only and keyword-only parameters.
    pub(super) fn enter_unit(
        &mut self,
        scope: ScopeId,
        kind: UnitKind,
        name: &'s str,
        line: u32,
        counts: (u32, u32, u32),
    ) {
        let qualname = self.qualname(scope, kind, name);
        let unit = Unit::new(scope, kind, name, qualname, line);
        let outer = std::mem::replace(&mut self.u, unit);
        self.outer.push(outer);
        self.declare_unit(counts);
    }

    /// Registers of parameters and cells, and the instructions that make the cells.
    pub(super) fn declare_unit(&mut self, counts: (u32, u32, u32)) {
        self.u.arg_counts = counts;
        let table = self.table;
        for name in &table.scope(self.u.scope).params {
            self.u.plain_reg(name, false);
            let unbound = table.scope(self.u.scope).symbols.flags(name) & UNBOUND_SOMEWHERE != 0;
            self.u.bound_params.push(!unbound);
        }
        self.u.params = self.u.plain.len() as u32;
        self.declare_cells();
        self.u.loc = NO_RANGE;
        for index in 0..self.u.params {
            let name = self.u.plain[index as usize].0;
            if self.scope().symbols.place(name) == Place::Cell {
                self.u.emit(Opcode::MakeCell, 0, index, 0, 0);
            }
        }
        for index in 0..self.u.cells.len() as u32 {
            self.u
                .emit(Opcode::MakeCell, 0, super::unit::CELL | index, 0, 0);
        }
    }

    /// Finishes the code object and goes back to the one around it.
    pub(super) fn leave_unit(&mut self) -> Child<'s> {
        let outer = self.outer.pop();
        let Some(outer) = outer else {
            return Child {
                code: self.assemble_current(),
                frees: Vec::new(),
            };
        };
        let code = self.assemble_current();
        let unit = std::mem::replace(&mut self.u, outer);
        Child {
            code,
            frees: unit.frees,
        }
    }

    fn qualname(&mut self, scope: ScopeId, kind: UnitKind, name: &'s str) -> Arc<str> {
        // The unit being compiled is the parent. Type-parameter scopes do not show.
        let mut parent = &self.u;
        let mut at = self.outer.len();
        while parent.kind == UnitKind::TypeParams {
            if at == 0 {
                break;
            }
            at -= 1;
            parent = &self.outer[at];
        }
        let named = matches!(
            kind,
            UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Class
        );
        if parent.kind == UnitKind::Module {
            let _ = scope;
            return self.intern(name);
        }
        if named {
            let mangled = self.table.scope(parent.scope).mangle(self.names, name);
            if self.table.scope(parent.scope).symbols.place(mangled) == Place::GlobalExplicit {
                return self.intern(name);
            }
        }
        let locals = matches!(
            parent.kind,
            UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Lambda
        );
        let text = format!(
            "{}{}{name}",
            parent.qualname,
            if locals { ".<locals>." } else { "." }
        );
        text.into()
    }

    /// In a generator or coroutine every exception passes through a last handler (PEP 479).
    pub(super) fn start_generator(&mut self) -> Option<Label> {
        let scope = self.scope();
        if !scope.generator && !scope.coroutine {
            return None;
        }
        let fail = self.u.label();
        self.u.handler = self.u.new_handler(fail, TEMP, true);
        Some(fail)
    }

    pub(super) fn finish_generator(&mut self, fail: Option<Label>) {
        let Some(fail) = fail else { return };
        self.u.handler = super::unit::NO_HANDLER;
        self.u.bind(fail);
        self.u.loc = NO_RANGE;
        let (exc, lasti) = (TEMP, TEMP | 1);
        self.u.emit(
            Opcode::CallIntrinsic1,
            KILL_B,
            exc,
            exc,
            Intrinsic1::StopIterationError as u32,
        );
        self.u.emit(Opcode::Reraise, KILL_A | KILL_B, exc, lasti, 0);
    }

    /// Pushes a function made of a code object, with its closure.
    pub(super) fn push_function(&mut self, child: &Child<'s>) -> u32 {
        let index = self.u.consts.add(Const::Code(child.code.clone()));
        let func = self.u.push();
        self.u.emit(Opcode::MakeFunction, 0, func, index, 0);
        if !child.frees.is_empty() {
            let base = self.u.next_temp();
            for name in &child.frees {
                let from = self.closure_reg(name);
                let cell = self.u.push();
                self.u.emit(Opcode::LoadClosure, 0, cell, from, 0);
            }
            self.u.pop(child.frees.len() as u32);
            self.u
                .emit(Opcode::BuildTuple, 0, base, base, child.frees.len() as u32);
            self.set_attribute(func, base, FunctionAttribute::Closure);
        }
        func
    }

    pub(super) fn set_attribute(&mut self, func: u32, part: u32, attribute: FunctionAttribute) {
        self.u.max = self.u.max.max(self.u.top + 1);
        self.u.emit(
            Opcode::SetFunctionAttribute,
            KILL_B,
            func,
            part,
            attribute as u32,
        );
    }

    /// Sets a part of the function on top to the value computed into the next temporary.
    fn set_next(&mut self, func: u32, attribute: FunctionAttribute) {
        let part = self.u.next_temp();
        self.set_attribute(func, part, attribute);
    }

    /// Evaluates positional defaults into the next temporary; whether there are any.
    fn defaults(&mut self, range: TextRange, args: &'s Arguments<'s>) -> Result<bool> {
        if args.defaults.is_empty() {
            return Ok(false);
        }
        let dst = self.u.next_temp();
        let constants: Option<Vec<Const>> = args.defaults.iter().map(|e| self.fold(e)).collect();
        self.u.loc = range;
        if let Some(items) = constants {
            self.load_const(dst, Const::Tuple(items.into()));
            return Ok(true);
        }
        for default in args.defaults {
            self.push_expr(default)?;
        }
        self.u.pop(args.defaults.len() as u32);
        self.u.loc = range;
        self.u
            .emit(Opcode::BuildTuple, 0, dst, dst, args.defaults.len() as u32);
        Ok(true)
    }

    /// Evaluates keyword-only defaults into the next temporary; whether there are any.
    fn kw_defaults(&mut self, range: TextRange, args: &'s Arguments<'s>) -> Result<bool> {
        let dst = self.u.next_temp();
        let mut count = 0;
        for (arg, default) in args.kwonlyargs.iter().zip(args.kw_defaults) {
            let Some(default) = default else { continue };
            let name = self.mangle(arg.arg);
            self.u.loc = range;
            let reg = self.u.push();
            self.load_str(reg, name);
            self.push_expr(default)?;
            count += 1;
        }
        if count == 0 {
            return Ok(false);
        }
        self.u.pop(2 * count);
        self.u.loc = range;
        self.u.emit(Opcode::BuildMap, 0, dst, dst, count);
        Ok(true)
    }

    fn arg_counts(args: &Arguments<'_>) -> (u32, u32, u32) {
        let posonly = args.posonlyargs.len() as u32;
        (
            posonly + args.args.len() as u32,
            posonly,
            args.kwonlyargs.len() as u32,
        )
    }

    pub(super) fn lambda(
        &mut self,
        e: ExprRef<'s>,
        args: &'s Arguments<'s>,
        body: ExprRef<'s>,
        dst: u32,
    ) -> Result<()> {
        let Some(scope) = self.table.find(e, Part::Body) else {
            return Failure::at(e.range, "lambda without a scope".into());
        };
        let line = self.line_of(e.range);
        self.enter_unit(
            scope,
            UnitKind::Lambda,
            "<lambda>",
            line,
            Self::arg_counts(args),
        );
        let fail = self.start_generator();
        self.return_expr(body)?;
        self.finish_generator(fail);
        let child = self.leave_unit();
        self.u.loc = e.range;
        let func = self.push_function(&child);
        if self.defaults(e.range, args)? {
            self.set_next(func, FunctionAttribute::Defaults);
        }
        if self.kw_defaults(e.range, args)? {
            self.set_next(func, FunctionAttribute::KwDefaults);
        }
        self.u.pop(1);
        self.u.mov(dst, Val::temp(func));
        Ok(())
    }

    /// Returns the value of an expression from the innermost code object.
    pub(super) fn return_expr(&mut self, e: ExprRef<'s>) -> Result<()> {
        if let Some(c) = self.fold(e) {
            self.u.loc = e.range;
            let index = self.const_index(c);
            self.u.emit(Opcode::ReturnConst, 0, 0, index, 0);
            return Ok(());
        }
        let val = self.operand(e)?;
        self.u.release(val);
        self.u.loc = e.range;
        self.u.emit_use(Opcode::ReturnValue, val, None, None);
        Ok(())
    }

    pub(super) fn return_none(&mut self) {
        if !self.u.after_end() {
            let none = self.u.consts.add(Const::None);
            self.u.emit(Opcode::ReturnConst, 0, 0, none, 0);
        }
    }

    /// `def` and `async def`.
    pub(super) fn function_def(&mut self, s: &'s Stmt<'s>) -> Result<()> {
        let (name, args, body, decorators, returns, type_params, is_async) = match s.kind {
            StmtKind::FunctionDef {
                name,
                args,
                body,
                decorator_list,
                returns,
                type_params,
                ..
            } => (
                name,
                args,
                body,
                decorator_list,
                returns,
                type_params,
                false,
            ),
            StmtKind::AsyncFunctionDef {
                name,
                args,
                body,
                decorator_list,
                returns,
                type_params,
                ..
            } => (name, args, body, decorator_list, returns, type_params, true),
            _ => return Ok(()),
        };
        for decorator in decorators {
            self.push_expr(decorator)?;
        }
        let line = self.line_of(decorators.first().map_or(s.range, |d| d.range));
        let range = s.range;
        let def = Def {
            s,
            name,
            args,
            body,
            returns,
            line,
            is_async,
        };
        if type_params.is_empty() {
            self.plain_function(&def, range)?;
        } else {
            self.generic_function(&def, type_params, range)?;
        }
        self.apply_decorators(decorators);
        self.u.pop(1);
        self.u.loc = range;
        let func = TEMP | self.u.top;
        self.u.push();
        self.store_name(name, Val::temp(func));
        self.u.pop(1);
        Ok(())
    }

    /// Calls the pushed decorators, innermost first, with the value on top.
    pub(super) fn apply_decorators(&mut self, decorators: &'s [Expr<'s>]) {
        for decorator in decorators.iter().rev() {
            self.u.loc = decorator.range;
            self.u.pop(2);
            let base = self.u.push();
            self.u.emit(Opcode::Call, 0, base, base, 1);
        }
    }

    /// Pushes the function itself, with defaults and annotations.
    fn plain_function(&mut self, def: &Def<'s>, range: TextRange) -> Result<()> {
        let child = self.function_body(def)?;
        self.u.loc = range;
        let func = self.push_function(&child);
        if self.defaults(range, def.args)? {
            self.set_next(func, FunctionAttribute::Defaults);
        }
        if self.kw_defaults(range, def.args)? {
            self.set_next(func, FunctionAttribute::KwDefaults);
        }
        self.signature_annotations(def, func, range)
    }

    fn generic_function(
        &mut self,
        def: &Def<'s>,
        type_params: &'s [TypeParam<'s>],
        range: TextRange,
    ) -> Result<()> {
        let Some(scope) = self.table.find(def.s, Part::TypeParams) else {
            return Failure::at(range, "type parameters without a scope".into());
        };
        // Defaults are evaluated outside the scope of the type parameters and passed in.
        let base = self.u.push();
        let mut passed = 0;
        let has_defaults = self.defaults(range, def.args)?;
        if has_defaults {
            self.u.push();
            passed += 1;
        }
        let has_kw_defaults = self.kw_defaults(range, def.args)?;
        if has_kw_defaults {
            self.u.push();
            passed += 1;
        }
        let name: &'s str =
            bumpalo::format!(in self.names, "<generic parameters of {}>", def.name).into_bump_str();
        self.enter_unit(scope, UnitKind::TypeParams, name, def.line, (passed, 0, 0));
        self.push_type_params(type_params, range)?;
        let params = TEMP | (self.u.top - 1);
        let child = self.function_body(def)?;
        self.u.loc = range;
        let func = self.push_function(&child);
        let mut register = 0;
        for (has, attribute) in [
            (has_defaults, FunctionAttribute::Defaults),
            (has_kw_defaults, FunctionAttribute::KwDefaults),
        ] {
            if has {
                self.u.emit(
                    Opcode::SetFunctionAttribute,
                    0,
                    func,
                    register,
                    attribute as u32,
                );
                register += 1;
            }
        }
        self.signature_annotations(def, func, range)?;
        // The intrinsic wants the function first.
        let pair = self.u.push_many(2);
        self.u.mov(pair, Val::temp(func));
        self.u.mov(pair + 1, Val::temp(params));
        self.u.pop(4);
        self.u.emit(
            Opcode::CallIntrinsic2,
            0,
            params,
            pair,
            Intrinsic2::SetFunctionTypeParams as u32,
        );
        self.u.emit(Opcode::ReturnValue, KILL_A, params, 0, 0);
        let child = self.leave_unit();
        self.u.loc = range;
        // The function goes below the arguments.
        let made = self.push_function(&child);
        self.u.pop(1);
        self.u.mov(base, Val::temp(made));
        self.u.pop(passed + 1);
        self.u.emit(Opcode::Call, 0, base, base, passed);
        self.u.push();
        Ok(())
    }

    fn function_body(&mut self, def: &Def<'s>) -> Result<Child<'s>> {
        let Some(scope) = self.table.find(def.s, Part::Body) else {
            return Failure::at(def.s.range, "function without a scope".into());
        };
        let kind = if def.is_async {
            UnitKind::AsyncFunction
        } else {
            UnitKind::Function
        };
        self.enter_unit(scope, kind, def.name, def.line, Self::arg_counts(def.args));
        let mut body = def.body;
        if let Some(text) = docstring(def.body) {
            if self.options.optimize < 2 {
                let text = self.intern_text(&clean_doc(text));
                self.u.consts.add(Const::Str(text));
                self.u.has_docstring = true;
            }
            body = &def.body[1..];
        }
        let fail = self.start_generator();
        self.stmts(body)?;
        self.return_none();
        self.finish_generator(fail);
        Ok(self.leave_unit())
    }
}

/// The parts of a `def` that its several scopes share.
pub(super) struct Def<'s> {
    pub s: &'s Stmt<'s>,
    pub name: &'s str,
    pub args: &'s Arguments<'s>,
    pub body: &'s [Stmt<'s>],
    pub returns: Option<ExprRef<'s>>,
    pub line: u32,
    pub is_async: bool,
}

/// The docstring a body begins with.
pub(super) fn docstring<'s>(body: &'s [Stmt<'s>]) -> Option<&'s [u8]> {
    match body.first()?.kind {
        StmtKind::Expr { value } => match value.kind {
            ExprKind::Constant {
                value: Constant::Str(text),
                ..
            } => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// Removes the common indentation of all lines but the first, and the first line's own.
pub(super) fn clean_doc(text: &[u8]) -> Vec<u8> {
    let text = expand_tabs(text);
    let first = text.iter().take_while(|&&b| b == b' ').count();
    let mut margin = usize::MAX;
    for line in text.split(|&b| b == b'\n').skip(1) {
        let indent = line.iter().take_while(|&&b| b == b' ').count();
        if indent < line.len() {
            margin = margin.min(indent);
        }
    }
    if margin == usize::MAX {
        margin = 0;
    }
    if first == 0 && margin == 0 {
        return text;
    }
    let mut out = Vec::with_capacity(text.len());
    for (i, line) in text.split(|&b| b == b'\n').enumerate() {
        if i == 0 {
            out.extend_from_slice(&line[first.min(line.len())..]);
            continue;
        }
        out.push(b'\n');
        let indent = line.iter().take_while(|&&b| b == b' ').count().min(margin);
        out.extend_from_slice(&line[indent..]);
    }
    out
}

fn expand_tabs(text: &[u8]) -> Vec<u8> {
    if !text.contains(&b'\t') {
        return text.to_vec();
    }
    let mut out = Vec::with_capacity(text.len());
    let mut column = 0;
    for &byte in text {
        match byte {
            b'\t' => {
                let fill = 8 - column % 8;
                out.resize(out.len() + fill, b' ');
                column += fill;
            }
            b'\n' | b'\r' => {
                out.push(byte);
                column = 0;
            }
            _ => {
                out.push(byte);
                // Continuation bytes are no columns of their own.
                if byte & 0xC0 != 0x80 {
                    column += 1;
                }
            }
        }
    }
    out
}
