//! What may not stand in a scope: assignment to `__debug__`, `yield` in
//! annotations and comprehensions, `await` outside asynchronous functions.

use taipan_syntax::TextRange;
use taipan_syntax::ast::ExprContext;

use super::builder::Builder;
use super::{ComprehensionKind, ScopeKind};
use crate::failure::{Failure, Result};

pub(super) trait ScopeCheck {
    fn check_name(&mut self, name: &str, ctx: ExprContext, range: TextRange) -> Result<()>;
    fn refuse_in_annotation(&mut self, what: &str, range: TextRange) -> Result<()>;
    fn refuse_in_comprehension(&mut self, range: TextRange) -> Result<()>;
    fn check_await(&mut self, range: TextRange) -> Result<()>;
    fn check_async_stmt(&mut self, range: TextRange, what: &str) -> Result<()>;
    fn check_async_comprehension(&mut self, range: TextRange) -> Result<()>;
}

impl ScopeCheck for Builder<'_, '_> {
    fn check_name(&mut self, name: &str, ctx: ExprContext, range: TextRange) -> Result<()> {
        if name != "__debug__" {
            return Ok(());
        }
        match ctx {
            ExprContext::Load => Ok(()),
            ExprContext::Store => Failure::at(range, "cannot assign to __debug__".into()),
            ExprContext::Del => Failure::at(range, "cannot delete __debug__".into()),
        }
    }

    fn refuse_in_annotation(&mut self, what: &str, range: TextRange) -> Result<()> {
        let scope = self.cur();
        let place = match scope.kind {
            ScopeKind::Annotation => "an annotation",
            ScopeKind::TypeVariable => scope.scope_info(),
            ScopeKind::TypeAlias => "a type alias",
            ScopeKind::TypeParameters => "the definition of a generic",
            _ if scope.in_unevaluated_annotation() => "an annotation",
            _ => return Ok(()),
        };
        Failure::at(range, format!("{what} cannot be used within {place}"))
    }

    fn refuse_in_comprehension(&mut self, range: TextRange) -> Result<()> {
        let place = match self.cur().comprehension {
            ComprehensionKind::None => return Ok(()),
            ComprehensionKind::List => "list comprehension",
            ComprehensionKind::Set => "set comprehension",
            ComprehensionKind::Dict => "dict comprehension",
            ComprehensionKind::Generator => "generator expression",
        };
        Failure::at(range, format!("'yield' inside {place}"))
    }

    fn check_await(&mut self, range: TextRange) -> Result<()> {
        if self.options.top_level_await && self.at_top_level() {
            return Ok(());
        }
        let scope = self.cur();
        if !scope.is_function_like() {
            return Failure::at(range, "'await' outside function".into());
        }
        if !scope.coroutine && scope.comprehension == ComprehensionKind::None {
            return Failure::at(range, "'await' outside async function".into());
        }
        Ok(())
    }

    fn check_async_stmt(&mut self, range: TextRange, what: &str) -> Result<()> {
        if self.options.top_level_await && self.at_top_level() {
            self.cur().coroutine = true;
            return Ok(());
        }
        if self.cur().is_function_like() && self.cur().coroutine {
            return Ok(());
        }
        Failure::at(range, format!("'{what}' outside async function"))
    }

    /// Asynchronous list, set and dict comprehensions need an asynchronous function around them.
    fn check_async_comprehension(&mut self, range: TextRange) -> Result<()> {
        if self.options.top_level_await && self.at_top_level() {
            return Ok(());
        }
        let scope = self.cur();
        let inside = scope.comprehension != ComprehensionKind::None;
        if scope.is_function_like() && (scope.coroutine || inside) {
            return Ok(());
        }
        Failure::at(
            range,
            "asynchronous comprehension outside of an asynchronous function".into(),
        )
    }
}

impl Builder<'_, '_> {
    fn at_top_level(&mut self) -> bool {
        self.cur().kind == ScopeKind::Module
    }
}
