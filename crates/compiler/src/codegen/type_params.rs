//! Type parameters (PEP 695, 696) and `type` statements.

use taipan_syntax::TextRange;
use taipan_syntax::ast::*;

use super::Compiler;
use super::unit::{TEMP, UnitKind, Val};
use crate::code::Const;
use crate::failure::{Failure, Result};
use crate::opcode::{FunctionAttribute, Intrinsic1, Intrinsic2, KILL_A, KILL_B, Opcode};
use crate::symtable::Part;

impl<'s> Compiler<'s, '_> {
    /// Makes the type parameters, binds their names and pushes their tuple.
    pub(super) fn push_type_params(
        &mut self,
        params: &'s [TypeParam<'s>],
        range: TextRange,
    ) -> Result<()> {
        let base = self.u.next_temp();
        let mut seen_default = false;
        for param in params {
            let (name, default) = match param.kind {
                TypeParamKind::TypeVar {
                    name,
                    default_value,
                    ..
                }
                | TypeParamKind::ParamSpec {
                    name,
                    default_value,
                }
                | TypeParamKind::TypeVarTuple {
                    name,
                    default_value,
                } => (name, default_value),
            };
            if seen_default && default.is_none() {
                let message =
                    format!("non-default type parameter '{name}' follows default type parameter");
                return Failure::at(param.range, message);
            }
            seen_default |= default.is_some();
            self.push_type_param(param)?;
        }
        self.u.pop(params.len() as u32);
        self.u.loc = range;
        self.u
            .emit(Opcode::BuildTuple, 0, base, base, params.len() as u32);
        self.u.push();
        Ok(())
    }

    fn push_type_param(&mut self, param: &'s TypeParam<'s>) -> Result<()> {
        let (name, bound, default, plain) = match param.kind {
            TypeParamKind::TypeVar {
                name,
                bound,
                default_value,
            } => (name, bound, default_value, Intrinsic1::TypeVar),
            TypeParamKind::ParamSpec {
                name,
                default_value,
            } => (name, None, default_value, Intrinsic1::ParamSpec),
            TypeParamKind::TypeVarTuple {
                name,
                default_value,
            } => (name, None, default_value, Intrinsic1::TypeVarTuple),
        };
        self.u.loc = param.range;
        let reg = self.u.push();
        let mangled = self.mangle(name);
        self.load_str(reg, name);
        match bound {
            Some(bound) => {
                let constraints = matches!(bound.kind, ExprKind::Tuple { .. });
                self.push_value_function(param, Part::Bound, name, bound, bound.range)?;
                self.u.loc = param.range;
                self.u.pop(1);
                let which = if constraints {
                    Intrinsic2::TypeVarWithConstraints
                } else {
                    Intrinsic2::TypeVarWithBound
                };
                self.u
                    .emit(Opcode::CallIntrinsic2, 0, reg, reg, which as u32);
            }
            None => self
                .u
                .emit(Opcode::CallIntrinsic1, KILL_B, reg, reg, plain as u32),
        }
        if let Some(default) = default {
            self.push_value_function(param, Part::Default, name, default, default.range)?;
            self.u.loc = param.range;
            self.u.pop(1);
            self.u.emit(
                Opcode::CallIntrinsic2,
                0,
                reg,
                reg,
                Intrinsic2::SetTypeparamDefault as u32,
            );
        }
        self.u.loc = param.range;
        let _ = mangled;
        self.store_name(name, Val::kept(reg));
        Ok(())
    }

    /// Pushes the function that evaluates a bound, a default or an alias's value.
    fn push_value_function<T>(
        &mut self,
        node: &T,
        part: Part,
        name: &'s str,
        value: ExprRef<'s>,
        range: TextRange,
    ) -> Result<u32> {
        let Some(scope) = self.table.find(node, part) else {
            return Failure::at(value.range, "type expression without a scope".into());
        };
        let line = self.line_of(value.range);
        self.enter_unit(scope, UnitKind::Annotations, name, line, (1, 1, 0));
        self.check_format(range);
        match value.kind {
            // `*Ts` as a default is the unpacked tuple's only element.
            ExprKind::Starred { value: inner, .. } => {
                let item = self.push_expr(inner)?;
                self.u.loc = value.range;
                self.u.pop(1);
                self.u.emit(Opcode::UnpackSequence, KILL_B, item, item, 1);
                self.u.emit(Opcode::ReturnValue, KILL_A, item, 0, 0);
            }
            _ => self.return_expr(value)?,
        }
        let child = self.leave_unit();
        self.u.loc = value.range;
        let func = self.push_function(&child);
        let defaults = self.u.next_temp();
        self.load_const(defaults, Const::Tuple([Const::Int(1)].into()));
        self.set_attribute(func, defaults, FunctionAttribute::Defaults);
        Ok(func)
    }

    /// Annotation functions refuse formats that need more than running them.
    pub(super) fn check_format(&mut self, range: TextRange) {
        self.u.loc = range;
        let body = self.u.label();
        self.u.jump_cmp(
            Opcode::JumpGtImm,
            crate::opcode::IF_FALSE,
            Val::kept(0),
            Val::kept(2),
            body,
        );
        let error = self.u.next_temp();
        let which = crate::opcode::CommonConstant::NotImplementedError as u32;
        self.u.emit(Opcode::LoadCommonConstant, 0, error, 0, which);
        self.u.emit(
            Opcode::RaiseVarargs,
            KILL_A,
            error,
            u32::from(crate::opcode::NO_REG),
            1,
        );
        self.u.bind(body);
    }

    pub(super) fn type_alias(
        &mut self,
        s: &'s Stmt<'s>,
        name: ExprRef<'s>,
        params: &'s [TypeParam<'s>],
        value: ExprRef<'s>,
    ) -> Result<()> {
        let ExprKind::Name { id, .. } = name.kind else {
            return Failure::at(name.range, "type alias name must be a Name".into());
        };
        let line = self.line_of(s.range);
        if params.is_empty() {
            self.alias_value(s, id, None, value)?;
        } else {
            let Some(scope) = self.table.find(s, Part::TypeParams) else {
                return Failure::at(s.range, "type parameters without a scope".into());
            };
            let unit_name: &'s str =
                bumpalo::format!(in self.names, "<generic parameters of {}>", id).into_bump_str();
            self.enter_unit(scope, UnitKind::TypeParams, unit_name, line, (0, 0, 0));
            self.alias_value(s, id, Some(params), value)?;
            self.u.pop(1);
            let result = TEMP | self.u.top;
            self.u.emit(Opcode::ReturnValue, KILL_A, result, 0, 0);
            let child = self.leave_unit();
            self.u.loc = s.range;
            let base = self.push_function(&child);
            self.u.emit(Opcode::Call, 0, base, base, 0);
        }
        let alias = TEMP | (self.u.top - 1);
        self.u.loc = s.range;
        self.store_name(id, Val::temp(alias));
        self.u.pop(1);
        Ok(())
    }

    /// Pushes the alias made of name, type parameters and value function.
    fn alias_value(
        &mut self,
        s: &'s Stmt<'s>,
        id: &'s str,
        params: Option<&'s [TypeParam<'s>]>,
        value: ExprRef<'s>,
    ) -> Result<()> {
        self.u.loc = s.range;
        let base = self.u.push();
        self.load_str(base, id);
        match params {
            Some(params) => self.push_type_params(params, s.range)?,
            None => {
                let none = self.u.push();
                self.u.none(none);
            }
        }
        self.push_value_function(s, Part::Body, id, value, s.range)?;
        self.u.loc = s.range;
        self.u.pop(3);
        self.u.emit(Opcode::BuildTuple, 0, base, base, 3);
        self.u.emit(
            Opcode::CallIntrinsic1,
            KILL_B,
            base,
            base,
            Intrinsic1::TypeAlias as u32,
        );
        self.u.push();
        Ok(())
    }
}
