//! Calls: plain, of methods, with keywords, with stars, and of `super()`.

use taipan_syntax::TextRange;
use taipan_syntax::ast::*;

use super::Compiler;
use super::unit::{UnitKind, Val};
use crate::code::Const;
use crate::failure::Result;
use crate::opcode::{DISCARD, Opcode};
use crate::symtable::Place;

/// Calls with more arguments than this pass them in a tuple and a dict.
const MAX_ARGS: usize = 4096;

impl<'s> Compiler<'s, '_> {
    /// A call; without a destination the result is dropped.
    pub(super) fn call(
        &mut self,
        e: ExprRef<'s>,
        func: ExprRef<'s>,
        args: &'s [Expr<'s>],
        keywords: &'s [Keyword<'s>],
        dst: Option<u32>,
    ) -> Result<()> {
        self.check_caller(func);
        if self.builtin_over_generator(e, func, args, keywords, dst)? {
            return Ok(());
        }
        let plain = !args
            .iter()
            .any(|a| matches!(a.kind, ExprKind::Starred { .. }))
            && keywords.iter().all(|k| k.arg.is_some())
            && args.len() + keywords.len() < MAX_ARGS;
        if !plain {
            let base = self.push_expr(func)?;
            return self.call_ex(e.range, base, args, keywords, 0, dst);
        }
        if let ExprKind::Attribute { value, attr, .. } = func.kind {
            return self.method_call(e, func, value, attr, args, keywords, dst);
        }
        let base = self.push_expr(func)?;
        let count = self.push_args(args, keywords)?;
        self.u.loc = e.range;
        let op = if keywords.is_empty() {
            Opcode::Call
        } else {
            Opcode::CallKw
        };
        self.finish_call(op, base, count, 1, !keywords.is_empty(), dst);
        Ok(())
    }

    fn finish_call(
        &mut self,
        op: Opcode,
        base: u32,
        count: u32,
        fixed: u32,
        keywords: bool,
        dst: Option<u32>,
    ) {
        self.u.pop(count + fixed + u32::from(keywords));
        match dst {
            Some(dst) => self.u.emit(op, 0, dst, base, count),
            None => self.u.emit(op, DISCARD, 0, base, count),
        }
    }

    fn method_call(
        &mut self,
        e: ExprRef<'s>,
        func: ExprRef<'s>,
        value: ExprRef<'s>,
        attr: &'s str,
        args: &'s [Expr<'s>],
        keywords: &'s [Keyword<'s>],
        dst: Option<u32>,
    ) -> Result<()> {
        let mangled = self.mangle(attr);
        let base = self.u.next_temp();
        let tail = self.attr_loc(func, attr);
        if attr != "__class__"
            && let Some(window) = self.super_window(value)?
        {
            let name = self.u.name(mangled);
            self.u.pop(3);
            self.u.loc = tail;
            self.u.emit(Opcode::LoadSuperMethod, 0, base, window, name);
        } else {
            let val = self.operand(value)?;
            self.u.release(val);
            let name = self.u.name(mangled);
            self.u.loc = tail;
            self.u.emit_abi(Opcode::LoadMethod, base, val, name);
        }
        self.u.push_many(2);
        let count = self.push_args(args, keywords)?;
        self.u.loc = if tail == func.range {
            e.range
        } else {
            self.call_tail(e, tail)
        };
        let op = if keywords.is_empty() {
            Opcode::CallMethod
        } else {
            Opcode::CallMethodKw
        };
        self.finish_call(op, base, count, 2, !keywords.is_empty(), dst);
        Ok(())
    }

    /// A method call that spans lines is shown from the method's name on.
    fn call_tail(&self, e: &Expr<'s>, tail: TextRange) -> TextRange {
        self.positions.extend(tail, e.range)
    }

    /// Pushes positional and keyword arguments and the tuple of keyword names; gives the number of arguments.
    fn push_args(&mut self, args: &'s [Expr<'s>], keywords: &'s [Keyword<'s>]) -> Result<u32> {
        for arg in args {
            self.push_expr(arg)?;
        }
        self.check_keywords(keywords)?;
        if !keywords.is_empty() {
            let mut names = Vec::with_capacity(keywords.len());
            for keyword in keywords {
                self.push_expr(keyword.value)?;
                let name = keyword.arg.unwrap_or("");
                names.push(self.str_const(name));
            }
            let reg = self.u.push();
            self.load_const(reg, Const::Tuple(names.into()));
        }
        Ok((args.len() + keywords.len()) as u32)
    }

    /// A call through a tuple and a dict; the function is pushed, and so are
    /// `extra` arguments that precede the others.
    pub(super) fn call_ex(
        &mut self,
        range: TextRange,
        base: u32,
        args: &'s [Expr<'s>],
        keywords: &'s [Keyword<'s>],
        extra: u32,
        dst: Option<u32>,
    ) -> Result<()> {
        self.check_keywords(keywords)?;
        self.u.loc = range;
        match args {
            [
                Expr {
                    kind: ExprKind::Starred { value, .. },
                    ..
                },
            ] if extra == 0 => {
                self.push_expr(value)?;
            }
            _ => {
                self.unpacked_list(range, args, extra, None)?;
                self.u.loc = range;
                let list = self.u.push();
                self.u.emit_ab(Opcode::ListToTuple, list, Val::temp(list));
            }
        }
        if keywords.is_empty() {
            self.u.loc = range;
            let reg = self.u.push();
            self.u.emit(Opcode::PushNull, 0, reg, 0, 0);
        } else {
            self.keyword_dict(range, base, keywords)?;
        }
        self.u.pop(3);
        self.u.loc = range;
        match dst {
            Some(dst) => self.u.emit(Opcode::CallEx, 0, dst, base, 0),
            None => self.u.emit(Opcode::CallEx, DISCARD, 0, base, 0),
        }
        Ok(())
    }

    fn keyword_dict(
        &mut self,
        range: TextRange,
        func: u32,
        keywords: &'s [Keyword<'s>],
    ) -> Result<()> {
        let dict = self.u.next_temp();
        let named = keywords
            .iter()
            .take(15)
            .take_while(|k| k.arg.is_some())
            .count();
        self.u.loc = range;
        for keyword in &keywords[..named] {
            self.push_keyword_name(keyword);
            self.push_expr(keyword.value)?;
        }
        self.u.pop(2 * named as u32);
        self.u.loc = range;
        self.u.emit(Opcode::BuildMap, 0, dict, dict, named as u32);
        self.u.push();
        for keyword in &keywords[named..] {
            if keyword.arg.is_some() {
                // A name that a mapping before it gave already is an error too: merged as a dict of one.
                let pair = self.u.next_temp();
                self.push_keyword_name(keyword);
                self.push_expr(keyword.value)?;
                self.u.pop(2);
                self.u.loc = range;
                self.u.emit(Opcode::BuildMap, 0, pair, pair, 1);
                self.u.emit_use(
                    Opcode::DictMerge,
                    Val::kept(dict),
                    Some(Val::temp(pair)),
                    Some(Val::kept(func)),
                );
            } else {
                let val = self.operand(keyword.value)?;
                self.u.release(val);
                self.u.loc = range;
                self.u.emit_use(
                    Opcode::DictMerge,
                    Val::kept(dict),
                    Some(val),
                    Some(Val::kept(func)),
                );
            }
        }
        Ok(())
    }

    fn push_keyword_name(&mut self, keyword: &'s Keyword<'s>) {
        let name = keyword.arg.unwrap_or("");
        let reg = self.u.push();
        self.load_str(reg, name);
    }

    /// For `super()` and `super(a, b)`: pushes `super`, the class and the object.
    pub(super) fn super_window(&mut self, e: ExprRef<'s>) -> Result<Option<u32>> {
        let ExprKind::Call {
            func,
            args,
            keywords,
        } = e.kind
        else {
            return Ok(None);
        };
        let ExprKind::Name {
            id: "super",
            ctx: ExprContext::Load,
        } = func.kind
        else {
            return Ok(None);
        };
        if !keywords.is_empty() || !matches!(args.len(), 0 | 2) {
            return Ok(None);
        }
        if args
            .iter()
            .any(|a| matches!(a.kind, ExprKind::Starred { .. }))
        {
            return Ok(None);
        }
        let root = self.table.scope(self.table.root());
        let scope = self.scope();
        let shadowed = scope.symbols.place("super") != Place::GlobalImplicit
            || root.symbols.place("super") == Place::Local;
        let function = matches!(
            self.u.kind,
            UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Lambda
        );
        if shadowed || !function {
            return Ok(None);
        }
        if args.is_empty()
            && (self.u.arg_counts.0 == 0 || scope.symbols.place("__class__") != Place::Free)
        {
            return Ok(None);
        }
        let window = self.push_expr(func)?;
        if let [class, object] = args {
            self.push_expr(class)?;
            self.push_expr(object)?;
            return Ok(Some(window));
        }
        self.u.loc = e.range;
        let class = self.u.push();
        self.load_name("__class__", class);
        let first = self.u.plain[0].0;
        let object = self.u.push();
        self.load_name(first, object);
        Ok(Some(window))
    }
}
