//! First pass over a tree: what each scope does with each name.

mod expr;

use bumpalo::Bump;
use rustc_hash::FxHashMap;
use taipan_syntax::TextRange;
use taipan_syntax::ast::*;

use super::check::ScopeCheck;
use super::flags::*;
use super::{
    ComprehensionKind, Part, Scope, ScopeId, ScopeKind, SymbolTable, Symbols, needs_mangling,
};
use crate::codegen::PositionSource;
use crate::failure::{Failure, Result};

/// What the builder must know besides the tree.
#[derive(Clone, Copy, Default)]
pub struct SymtableOptions<'o> {
    /// `from __future__ import annotations` is in force.
    pub future_annotations: bool,
    pub top_level_await: bool,
    /// Tells lines of statements, and the last line with a future statement.
    pub future_lines: Option<(&'o dyn PositionSource, u32)>,
}

/// Nested nodes beyond this are refused.
const MAX_DEPTH: u32 = crate::MAX_DEPTH;

pub(super) struct Builder<'s, 'o> {
    pub(super) table: SymbolTable<'s>,
    pub(super) names: &'s Bump,
    pub(super) options: SymtableOptions<'o>,
    pub(super) stack: Vec<ScopeId>,
    pub(super) private: Option<&'s str>,
    depth: u32,
}

/// Builds and analyses the table of a tree. Mangled names are kept in `names`.
pub fn build<'s>(
    module: &Mod<'s>,
    names: &'s Bump,
    options: SymtableOptions<'_>,
) -> Result<SymbolTable<'s>> {
    let table = SymbolTable {
        scopes: Vec::new(),
        by_node: FxHashMap::default(),
    };
    let mut builder = Builder {
        table,
        names,
        options,
        stack: Vec::new(),
        private: None,
        depth: 0,
    };
    let root = builder.new_scope("top", ScopeKind::Module, None);
    builder.stack.push(root);
    match *module {
        Mod::Module { body, .. } | Mod::Interactive { body } => builder.stmts(body)?,
        Mod::Expression { body } => builder.expr(body)?,
        Mod::FunctionType { argtypes, returns } => {
            builder.exprs(argtypes)?;
            builder.expr(returns)?;
        }
    }
    super::analyze::analyze(&mut builder.table)?;
    Ok(builder.table)
}

impl<'s> Builder<'s, '_> {
    pub(super) fn cur(&mut self) -> &mut Scope<'s> {
        let id = self.cur_id();
        &mut self.table.scopes[id.0 as usize]
    }

    fn cur_id(&self) -> ScopeId {
        self.stack.last().copied().unwrap_or(ScopeId(0))
    }

    fn new_scope(&mut self, name: &'s str, kind: ScopeKind, range: Option<TextRange>) -> ScopeId {
        let id = ScopeId(self.table.scopes.len() as u32);
        let parent = self.stack.last().copied();
        let nested = parent.is_some_and(|p| {
            let p = self.table.scope(p);
            p.nested || p.is_function_like()
        });
        self.table.scopes.push(Scope {
            kind,
            name,
            range,
            parent,
            children: Vec::new(),
            symbols: Symbols::default(),
            params: Vec::new(),
            nested,
            comprehension: ComprehensionKind::None,
            generator: false,
            coroutine: false,
            returns_value: false,
            varargs: false,
            varkeywords: false,
            method: false,
            needs_class_closure: false,
            needs_classdict: false,
            can_see_class_scope: false,
            inlined: false,
            annotations_used: false,
            conditional_annotations: false,
            annotation_block: None,
            unevaluated: false,
            private: self.private,
            mangled_names: None,
            directives: Vec::new(),
            comp_iter_target: false,
            comp_iter_expr: parent.map_or(0, |p| self.table.scope(p).comp_iter_expr),
            in_conditional_block: false,
            in_unevaluated_annotation: false,
            scope_info: "",
        });
        id
    }

    /// Enters a scope made before.
    fn enter_existing(&mut self, id: ScopeId) -> Result<()> {
        let detached = self.table.scope(id).unevaluated;
        if !detached {
            self.cur().children.push(id);
        }
        self.stack.push(id);
        Ok(())
    }

    fn enter<T>(
        &mut self,
        name: &'s str,
        kind: ScopeKind,
        node: &T,
        part: Part,
        range: TextRange,
    ) -> Result<ScopeId> {
        let id = self.new_scope(name, kind, Some(range));
        self.table
            .by_node
            .insert((node as *const T as usize, part), id);
        if kind == ScopeKind::Annotation && self.options.future_annotations {
            self.table.scopes[id.0 as usize].unevaluated = true;
        }
        self.table.scopes[id.0 as usize].method =
            kind == ScopeKind::Function && self.cur().kind == ScopeKind::Class;
        self.enter_existing(id)?;
        if matches!(
            kind,
            ScopeKind::Annotation | ScopeKind::TypeVariable | ScopeKind::TypeAlias
        ) {
            self.add(".format", DEF_PARAM | USE, range)?;
        }
        Ok(id)
    }

    fn exit(&mut self) {
        self.stack.pop();
    }

    /// Lets the current (annotation or type) scope see the names of the class around it.
    fn see_class(&mut self, range: TextRange) -> Result<()> {
        self.cur().can_see_class_scope = true;
        self.add("__classdict__", USE, range)
    }

    /// Whether a new annotation scope here would see a class's names.
    fn in_class(&mut self) -> bool {
        let cur = self.cur();
        cur.kind == ScopeKind::Class || cur.can_see_class_scope
    }

    pub(super) fn mangle(&mut self, name: &'s str) -> &'s str {
        let Some(class) = self.private else {
            return name;
        };
        if !needs_mangling(name) {
            return name;
        }
        if self
            .cur()
            .mangled_names
            .as_ref()
            .is_some_and(|only| !only.contains(&name))
        {
            return name;
        }
        mangle_in(self.names, class, name)
    }

    pub(super) fn add(&mut self, name: &'s str, bits: u32, range: TextRange) -> Result<()> {
        let id = self.cur_id();
        self.add_to(id, name, bits, range)
    }

    fn add_to(
        &mut self,
        id: ScopeId,
        name: &'s str,
        mut bits: u32,
        range: TextRange,
    ) -> Result<()> {
        let name = self.mangle(name);
        let scope = &mut self.table.scopes[id.0 as usize];
        let before = scope.symbols.flags(name);
        if bits & DEF_PARAM != 0 && before & DEF_PARAM != 0 {
            return Failure::at(
                range,
                format!("duplicate argument '{name}' in function definition"),
            );
        }
        if bits & DEF_TYPE_PARAM != 0 && before & DEF_TYPE_PARAM != 0 {
            return Failure::at(range, format!("duplicate type parameter '{name}'"));
        }
        if scope.comp_iter_target {
            if before & (DEF_GLOBAL | DEF_NONLOCAL) != 0 {
                return Failure::at(
                    range,
                    format!(
                        "comprehension inner loop cannot rebind assignment expression target '{name}'"
                    ),
                );
            }
            bits |= DEF_COMP_ITER;
        }
        scope.symbols.add(name, bits);
        if bits & DEF_PARAM != 0 {
            scope.params.push(name);
        } else if bits & DEF_GLOBAL != 0 {
            self.table.scopes[0].symbols.add(name, DEF_GLOBAL);
        }
        Ok(())
    }

    fn lookup(&mut self, name: &'s str) -> u32 {
        let name = self.mangle(name);
        self.cur().symbols.flags(name)
    }

    fn directive(&mut self, name: &'s str, range: TextRange) {
        let name = self.mangle(name);
        self.cur().directives.push((name, range));
    }

    fn deeper(&mut self, range: TextRange) -> Result<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            Failure::too_deep(range)
        } else {
            Ok(())
        }
    }

    pub(super) fn stmts(&mut self, body: &'s [Stmt<'s>]) -> Result<()> {
        body.iter().try_for_each(|s| self.stmt(s))
    }

    fn conditional(&mut self, visit: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let before = std::mem::replace(&mut self.cur().in_conditional_block, true);
        let result = visit(self);
        self.cur().in_conditional_block = before;
        result
    }

    fn stmt(&mut self, s: &'s Stmt<'s>) -> Result<()> {
        self.deeper(s.range)?;
        self.stmt_kind(s)?;
        self.depth -= 1;
        Ok(())
    }

    fn stmt_kind(&mut self, s: &'s Stmt<'s>) -> Result<()> {
        use StmtKind::*;
        match s.kind {
            FunctionDef {
                name,
                args,
                body,
                decorator_list,
                returns,
                type_params,
                ..
            } => {
                self.function(
                    s,
                    name,
                    args,
                    body,
                    decorator_list,
                    returns,
                    type_params,
                    false,
                )?;
            }
            AsyncFunctionDef {
                name,
                args,
                body,
                decorator_list,
                returns,
                type_params,
                ..
            } => {
                self.function(
                    s,
                    name,
                    args,
                    body,
                    decorator_list,
                    returns,
                    type_params,
                    true,
                )?;
            }
            ClassDef {
                name,
                bases,
                keywords,
                body,
                decorator_list,
                type_params,
            } => {
                self.class(s, name, bases, keywords, body, decorator_list, type_params)?;
            }
            TypeAlias {
                name,
                type_params,
                value,
            } => self.type_alias(s, name, type_params, value)?,
            Return { value } => {
                if let Some(value) = value {
                    self.expr(value)?;
                    self.cur().returns_value = true;
                }
            }
            Delete { targets } => self.exprs(targets)?,
            Assign { targets, value, .. } => {
                self.exprs(targets)?;
                self.expr(value)?;
            }
            AugAssign { target, value, .. } => {
                self.expr(target)?;
                self.expr(value)?;
            }
            AnnAssign {
                target,
                annotation,
                value,
                simple,
            } => self.ann_assign(s, target, annotation, value, simple)?,
            For {
                target,
                iter,
                body,
                orelse,
                ..
            } => self.for_loop(target, iter, body, orelse)?,
            AsyncFor {
                target,
                iter,
                body,
                orelse,
                ..
            } => {
                self.check_async_stmt(s.range, "async for")?;
                self.for_loop(target, iter, body, orelse)?;
            }
            While { test, body, orelse } => {
                self.expr(test)?;
                self.conditional(|b| {
                    b.stmts(body)?;
                    b.stmts(orelse)
                })?;
            }
            If { test, body, orelse } => {
                self.expr(test)?;
                self.conditional(|b| {
                    b.stmts(body)?;
                    b.stmts(orelse)
                })?;
            }
            With { items, body, .. } => self.with(items, body)?,
            AsyncWith { items, body, .. } => {
                self.check_async_stmt(s.range, "async with")?;
                self.with(items, body)?;
            }
            Match { subject, cases } => {
                self.expr(subject)?;
                self.conditional(|b| cases.iter().try_for_each(|c| b.case(c)))?;
            }
            Raise { exc, cause } => {
                self.opt_expr(exc)?;
                self.opt_expr(cause)?;
            }
            Try {
                body,
                handlers,
                orelse,
                finalbody,
            }
            | TryStar {
                body,
                handlers,
                orelse,
                finalbody,
            } => {
                self.conditional(|b| {
                    b.stmts(body)?;
                    handlers.iter().try_for_each(|h| b.handler(h))?;
                    b.stmts(orelse)?;
                    b.stmts(finalbody)
                })?;
            }
            Assert { test, msg } => {
                self.expr(test)?;
                self.opt_expr(msg)?;
            }
            Import { names } | ImportFrom { names, .. } => {
                for alias in names {
                    self.alias(alias)?;
                }
                self.check_future(s)?;
            }
            Global { names } => self.global(s, names, true)?,
            Nonlocal { names } => self.global(s, names, false)?,
            Expr { value } => self.expr(value)?,
            Pass {} | Break {} | Continue {} => {}
        }
        Ok(())
    }

    fn for_loop(
        &mut self,
        target: ExprRef<'s>,
        iter: ExprRef<'s>,
        body: &'s [Stmt<'s>],
        orelse: &'s [Stmt<'s>],
    ) -> Result<()> {
        self.expr(target)?;
        self.expr(iter)?;
        self.conditional(|b| {
            b.stmts(body)?;
            b.stmts(orelse)
        })
    }

    fn with(&mut self, items: &'s [WithItem<'s>], body: &'s [Stmt<'s>]) -> Result<()> {
        self.conditional(|b| {
            for item in items {
                b.expr(item.context_expr)?;
                b.opt_expr(item.optional_vars)?;
            }
            b.stmts(body)
        })
    }

    fn handler(&mut self, handler: &'s ExceptHandler<'s>) -> Result<()> {
        let (ty, name, body) = handler.parts();
        self.opt_expr(ty)?;
        if let Some(name) = name {
            self.check_name(name, ExprContext::Store, handler.range)?;
            self.add(name, DEF_LOCAL | UNBOUND_SOMEWHERE, handler.range)?;
        }
        self.stmts(body)
    }

    fn check_future(&self, s: &'s Stmt<'s>) -> Result<()> {
        if let StmtKind::ImportFrom {
            module: Some("__future__"),
            level: 0,
            ..
        } = s.kind
            && let Some((positions, last)) = self.options.future_lines
            && positions.position(s.range).line > last as i32
        {
            let message = "from __future__ imports must occur at the beginning of the file";
            return Failure::at(s.range, message.into());
        }
        Ok(())
    }

    fn alias(&mut self, alias: &'s Alias<'s>) -> Result<()> {
        if alias.name == "*" {
            if self.cur().kind != ScopeKind::Module {
                return Failure::at(alias.range, "import * only allowed at module level".into());
            }
            return Ok(());
        }
        let stored = match alias.asname {
            Some(name) => name,
            None => alias.name.split('.').next().unwrap_or(alias.name),
        };
        self.check_name(stored, ExprContext::Store, alias.range)?;
        self.add(stored, DEF_IMPORT, alias.range)
    }

    fn global(&mut self, s: &'s Stmt<'s>, names: &'s [&'s str], global: bool) -> Result<()> {
        let word = if global { "global" } else { "nonlocal" };
        for &name in names {
            let before = self.lookup(name);
            let message = if before & DEF_PARAM != 0 {
                format!("name '{name}' is parameter and {word}")
            } else if before & USE != 0 {
                format!("name '{name}' is used prior to {word} declaration")
            } else if before & DEF_ANNOT != 0 {
                format!("annotated name '{name}' can't be {word}")
            } else if before & (DEF_LOCAL | DEF_TYPE_PARAM) != 0 {
                format!("name '{name}' is assigned to before {word} declaration")
            } else {
                self.add(
                    name,
                    if global { DEF_GLOBAL } else { DEF_NONLOCAL },
                    s.range,
                )?;
                self.directive(name, s.range);
                continue;
            };
            return Failure::at(s.range, message);
        }
        Ok(())
    }

    fn ann_assign(
        &mut self,
        s: &'s Stmt<'s>,
        target: ExprRef<'s>,
        annotation: ExprRef<'s>,
        value: Option<ExprRef<'s>>,
        simple: bool,
    ) -> Result<()> {
        if let ExprKind::Name { id, .. } = target.kind {
            self.check_name(id, ExprContext::Store, target.range)?;
            let before = self.lookup(id);
            if simple && before & (DEF_GLOBAL | DEF_NONLOCAL) != 0 && self.cur_id() != ScopeId(0) {
                let word = if before & DEF_GLOBAL != 0 {
                    "global"
                } else {
                    "nonlocal"
                };
                return Failure::at(s.range, format!("annotated name '{id}' can't be {word}"));
            }
            if simple {
                self.add(id, DEF_ANNOT | DEF_LOCAL, target.range)?;
            } else if value.is_some() {
                self.add(id, DEF_LOCAL, target.range)?;
            }
        } else {
            self.expr(target)?;
        }
        self.annotation(annotation)?;
        self.opt_expr(value)
    }

    /// An annotation of a variable: it belongs to the one annotation scope of the scope it stands in.
    fn annotation(&mut self, annotation: ExprRef<'s>) -> Result<()> {
        let range = annotation.range;
        let unevaluated = self.cur().kind == ScopeKind::Function;
        let cur = self.cur();
        let conditional = cur.kind == ScopeKind::Module
            || cur.kind == ScopeKind::Class && cur.in_conditional_block;
        if conditional && !cur.conditional_annotations {
            cur.conditional_annotations = true;
            self.add("__conditional_annotations__", USE, range)?;
        }
        let owner = self.cur_id();
        let in_class = self.in_class();
        match self.cur().annotation_block {
            None => {
                let id = self.new_scope("__annotate__", ScopeKind::Annotation, Some(range));
                self.table.scopes[owner.0 as usize].annotation_block = Some(id);
                self.table.scopes[id.0 as usize].unevaluated =
                    unevaluated || self.options.future_annotations;
                self.enter_existing(id)?;
                self.add(".format", DEF_PARAM | USE, range)?;
                if in_class {
                    self.see_class(range)?;
                }
            }
            Some(id) => self.stack.push(id),
        }
        if conditional && self.table.scope(owner).kind == ScopeKind::Class {
            self.add("__conditional_annotations__", USE, range)?;
        }
        let before = self.cur().in_unevaluated_annotation;
        self.cur().in_unevaluated_annotation = unevaluated;
        self.expr(annotation)?;
        self.cur().in_unevaluated_annotation = before;
        self.exit();
        self.table.scopes[owner.0 as usize].annotations_used |= !unevaluated;
        Ok(())
    }

    fn function(
        &mut self,
        s: &'s Stmt<'s>,
        name: &'s str,
        args: &'s Arguments<'s>,
        body: &'s [Stmt<'s>],
        decorators: &'s [Expr<'s>],
        returns: Option<ExprRef<'s>>,
        type_params: &'s [TypeParam<'s>],
        is_async: bool,
    ) -> Result<()> {
        self.check_name(name, ExprContext::Store, s.range)?;
        self.add(name, DEF_LOCAL, s.range)?;
        self.exprs(args.defaults)?;
        let mut has_kw_defaults = false;
        for default in args.kw_defaults.iter().flatten() {
            has_kw_defaults = true;
            self.expr(default)?;
        }
        self.exprs(decorators)?;
        let method = self.cur().kind == ScopeKind::Class;
        if !type_params.is_empty() {
            self.enter_type_params(s, name, false)?;
            if !args.defaults.is_empty() {
                self.add(".defaults", DEF_PARAM, s.range)?;
            }
            if has_kw_defaults {
                self.add(".kwdefaults", DEF_PARAM, s.range)?;
            }
            self.type_params(type_params)?;
        }
        let id = self.new_scope(name, ScopeKind::Function, Some(s.range));
        self.table
            .by_node
            .insert((s as *const Stmt<'_> as usize, Part::Body), id);
        let scope = &mut self.table.scopes[id.0 as usize];
        scope.method = method;
        scope.coroutine = is_async;
        self.annotations(s, args, returns)?;
        self.enter_existing(id)?;
        self.arguments(args)?;
        self.stmts(body)?;
        self.exit();
        if !type_params.is_empty() {
            self.exit();
        }
        Ok(())
    }

    /// The annotations of a signature: a scope of their own.
    fn annotations(
        &mut self,
        s: &'s Stmt<'s>,
        args: &'s Arguments<'s>,
        returns: Option<ExprRef<'s>>,
    ) -> Result<()> {
        let in_class = self.in_class();
        let all = all_args(args);
        // CPython has an annotation scope for every function, used or not: a class with methods has `__classdict__`.
        if !self.options.future_annotations && self.cur().kind == ScopeKind::Class {
            self.cur().needs_classdict = true;
        }
        if returns.is_none() && !all.clone().any(|a| a.annotation.is_some()) {
            return Ok(());
        }
        self.enter(
            "__annotate__",
            ScopeKind::Annotation,
            args,
            Part::Annotations,
            s.range,
        )?;
        self.cur().annotations_used = true;
        if in_class {
            self.see_class(s.range)?;
        }
        for arg in all {
            self.opt_expr(arg.annotation)?;
        }
        self.opt_expr(returns)?;
        self.exit();
        Ok(())
    }

    fn arguments(&mut self, args: &'s Arguments<'s>) -> Result<()> {
        let plain = args
            .posonlyargs
            .iter()
            .chain(args.args)
            .chain(args.kwonlyargs);
        for arg in plain.chain(args.vararg).chain(args.kwarg) {
            self.check_name(arg.arg, ExprContext::Store, arg.range)?;
            self.add(arg.arg, DEF_PARAM, arg.range)?;
        }
        self.cur().varargs = args.vararg.is_some();
        self.cur().varkeywords = args.kwarg.is_some();
        Ok(())
    }

    fn enter_type_params(&mut self, s: &'s Stmt<'s>, name: &'s str, class: bool) -> Result<()> {
        let in_class = self.cur().kind == ScopeKind::Class;
        self.enter(
            name,
            ScopeKind::TypeParameters,
            s,
            Part::TypeParams,
            s.range,
        )?;
        if in_class {
            self.see_class(s.range)?;
        }
        if class {
            self.add(".type_params", DEF_LOCAL | USE, s.range)?;
            self.add(".generic_base", DEF_LOCAL | USE, s.range)?;
        }
        Ok(())
    }

    fn type_params(&mut self, params: &'s [TypeParam<'s>]) -> Result<()> {
        params.iter().try_for_each(|p| self.type_param(p))
    }

    fn type_param(&mut self, param: &'s TypeParam<'s>) -> Result<()> {
        let (name, bound, default, what) = match param.kind {
            TypeParamKind::TypeVar {
                name,
                bound,
                default_value,
            } => (name, bound, default_value, "a TypeVar default"),
            TypeParamKind::ParamSpec {
                name,
                default_value,
            } => (name, None, default_value, "a ParamSpec default"),
            TypeParamKind::TypeVarTuple {
                name,
                default_value,
            } => (name, None, default_value, "a TypeVarTuple default"),
        };
        self.check_name(name, ExprContext::Store, param.range)?;
        if name == "__classdict__" {
            let message = format!("reserved name '{name}' cannot be used for type parameter");
            return Failure::at(param.range, message);
        }
        if let Some(only) = &mut self.cur().mangled_names {
            only.push(name);
        }
        self.add(name, DEF_TYPE_PARAM | DEF_LOCAL, param.range)?;
        if let Some(bound) = bound {
            let tuple = matches!(bound.kind, ExprKind::Tuple { .. });
            let what = if tuple {
                "a TypeVar constraint"
            } else {
                "a TypeVar bound"
            };
            self.type_variable(param, Part::Bound, name, bound, what)?;
        }
        if let Some(default) = default {
            self.type_variable(param, Part::Default, name, default, what)?;
        }
        Ok(())
    }

    fn type_variable(
        &mut self,
        param: &'s TypeParam<'s>,
        part: Part,
        name: &'s str,
        value: ExprRef<'s>,
        what: &'static str,
    ) -> Result<()> {
        let in_class = self.cur().can_see_class_scope;
        self.enter(name, ScopeKind::TypeVariable, param, part, value.range)?;
        self.cur().scope_info = what;
        if in_class {
            self.see_class(value.range)?;
        }
        self.expr(value)?;
        self.exit();
        Ok(())
    }

    fn type_alias(
        &mut self,
        s: &'s Stmt<'s>,
        name: ExprRef<'s>,
        type_params: &'s [TypeParam<'s>],
        value: ExprRef<'s>,
    ) -> Result<()> {
        self.expr(name)?;
        let id = match name.kind {
            ExprKind::Name { id, .. } => id,
            _ => "",
        };
        if !type_params.is_empty() {
            self.enter_type_params(s, id, false)?;
            self.type_params(type_params)?;
        }
        let in_class = self.in_class();
        self.enter(id, ScopeKind::TypeAlias, s, Part::Body, s.range)?;
        if in_class {
            self.see_class(value.range)?;
        }
        self.expr(value)?;
        self.exit();
        if !type_params.is_empty() {
            self.exit();
        }
        Ok(())
    }

    fn class(
        &mut self,
        s: &'s Stmt<'s>,
        name: &'s str,
        bases: &'s [Expr<'s>],
        keywords: &'s [Keyword<'s>],
        body: &'s [Stmt<'s>],
        decorators: &'s [Expr<'s>],
        type_params: &'s [TypeParam<'s>],
    ) -> Result<()> {
        self.check_name(name, ExprContext::Store, s.range)?;
        self.add(name, DEF_LOCAL, s.range)?;
        self.exprs(decorators)?;
        let outer_private = self.private;
        if !type_params.is_empty() {
            self.enter_type_params(s, name, true)?;
            // Bases see the surrounding class's mangling except for the type parameters themselves.
            self.cur().mangled_names = Some(Vec::new());
            self.private = Some(name);
            self.cur().private = Some(name);
            self.type_params(type_params)?;
        }
        self.exprs(bases)?;
        self.keywords(keywords)?;
        self.private = Some(name);
        self.enter(name, ScopeKind::Class, s, Part::Body, s.range)?;
        if !type_params.is_empty() {
            self.add("__type_params__", DEF_LOCAL, s.range)?;
            self.add(".type_params", USE, s.range)?;
        }
        self.stmts(body)?;
        self.exit();
        if !type_params.is_empty() {
            self.exit();
        }
        self.private = outer_private;
        Ok(())
    }

    fn keywords(&mut self, keywords: &'s [Keyword<'s>]) -> Result<()> {
        for keyword in keywords {
            if let Some(name) = keyword.arg {
                self.check_name(name, ExprContext::Store, keyword.range)?;
            }
            self.expr(keyword.value)?;
        }
        Ok(())
    }

    fn case(&mut self, case: &'s MatchCase<'s>) -> Result<()> {
        self.pattern(case.pattern)?;
        self.opt_expr(case.guard)?;
        self.stmts(case.body)
    }

    fn bind_pattern(&mut self, name: Option<&'s str>, range: TextRange) -> Result<()> {
        let Some(name) = name else { return Ok(()) };
        self.check_name(name, ExprContext::Store, range)?;
        self.add(name, DEF_LOCAL, range)
    }

    fn pattern(&mut self, p: &'s Pattern<'s>) -> Result<()> {
        use PatternKind::*;
        self.deeper(p.range)?;
        match p.kind {
            MatchValue { value } => self.expr(value)?,
            MatchSingleton { .. } => {}
            MatchSequence { patterns } | MatchOr { patterns } => {
                patterns.iter().try_for_each(|p| self.pattern(p))?
            }
            MatchMapping {
                keys,
                patterns,
                rest,
            } => {
                self.exprs(keys)?;
                patterns.iter().try_for_each(|p| self.pattern(p))?;
                self.bind_pattern(rest, p.range)?;
            }
            MatchClass {
                cls,
                patterns,
                kwd_attrs,
                kwd_patterns,
            } => {
                self.expr(cls)?;
                patterns.iter().try_for_each(|p| self.pattern(p))?;
                for (i, attr) in kwd_attrs.iter().enumerate() {
                    let range = kwd_patterns.get(i).map_or(p.range, |k| k.range);
                    self.check_name(attr, ExprContext::Store, range)?;
                }
                kwd_patterns.iter().try_for_each(|p| self.pattern(p))?;
            }
            MatchStar { name } => self.bind_pattern(name, p.range)?,
            MatchAs { pattern, name } => {
                if let Some(pattern) = pattern {
                    self.pattern(pattern)?;
                }
                self.bind_pattern(name, p.range)?;
            }
        }
        self.depth -= 1;
        Ok(())
    }
}

/// The parameters in the order in which annotations are evaluated.
pub fn all_args<'s>(args: &'s Arguments<'s>) -> impl Iterator<Item = &'s Arg<'s>> + Clone {
    let first = args.posonlyargs.iter().chain(args.args);
    first
        .chain(args.vararg)
        .chain(args.kwonlyargs)
        .chain(args.kwarg)
}

/// A private name as seen outside its class.
pub fn mangle_in<'s>(names: &'s Bump, class: &str, name: &'s str) -> &'s str {
    let class = class.trim_start_matches('_');
    if class.is_empty() {
        return name;
    }
    bumpalo::format!(in names, "_{}{}", class, name).into_bump_str()
}

impl<'s> Scope<'s> {
    /// The name as this scope knows it.
    pub fn mangle(&self, names: &'s Bump, name: &'s str) -> &'s str {
        match self.private {
            Some(class) if needs_mangling(name) => match &self.mangled_names {
                Some(only) if !only.contains(&name) => name,
                _ => mangle_in(names, class, name),
            },
            _ => name,
        }
    }
    pub(super) fn scope_info(&self) -> &'static str {
        self.scope_info
    }
    pub(super) fn directives(&self) -> &[(&'s str, TextRange)] {
        &self.directives
    }
    pub(super) fn in_unevaluated_annotation(&self) -> bool {
        self.in_unevaluated_annotation
    }
}
