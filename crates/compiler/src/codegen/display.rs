//! Tuple, list, set and dict displays, with and without stars.

use taipan_syntax::TextRange;
use taipan_syntax::ast::*;

use super::Compiler;
use super::unit::Val;
use crate::code::Const;
use crate::failure::Result;
use crate::opcode::Opcode;

/// Displays longer than this are built item by item.
const LONG: usize = 30;

fn starred(elts: &[Expr<'_>]) -> bool {
    elts.iter()
        .any(|e| matches!(e.kind, ExprKind::Starred { .. }))
}

impl<'s> Compiler<'s, '_> {
    pub(super) fn tuple(&mut self, e: ExprRef<'s>, elts: &'s [Expr<'s>], dst: u32) -> Result<()> {
        if let Some(c) = self.fold(e) {
            self.u.loc = e.range;
            self.load_const(dst, c);
            return Ok(());
        }
        if !starred(elts) && elts.len() <= LONG {
            return self.build(e.range, Opcode::BuildTuple, elts, dst);
        }
        self.unpacked_list(e.range, elts, 0, None)?;
        let list = self.u.next_temp();
        self.u.loc = e.range;
        self.u.emit_ab(Opcode::ListToTuple, dst, Val::temp(list));
        Ok(())
    }

    fn build(
        &mut self,
        range: TextRange,
        op: Opcode,
        elts: &'s [Expr<'s>],
        dst: u32,
    ) -> Result<()> {
        let base = self.u.next_temp();
        for elt in elts {
            self.push_expr(elt)?;
        }
        self.u.pop(elts.len() as u32);
        self.u.loc = range;
        self.u.emit(op, 0, dst, base, elts.len() as u32);
        Ok(())
    }

    fn all_constant(&self, elts: &'s [Expr<'s>]) -> Option<Vec<Const>> {
        if elts.len() <= 2 {
            return None;
        }
        elts.iter().map(|e| self.fold(e)).collect()
    }

    pub(super) fn list(&mut self, e: ExprRef<'s>, elts: &'s [Expr<'s>], dst: u32) -> Result<()> {
        if let Some(items) = self.all_constant(elts) {
            return self.constant_display(
                e.range,
                Opcode::BuildList,
                Opcode::ListExtend,
                Const::Tuple(items.into()),
                dst,
            );
        }
        if !starred(elts) && elts.len() <= LONG {
            return self.build(e.range, Opcode::BuildList, elts, dst);
        }
        self.unpacked_list(e.range, elts, 0, None)?;
        let list = self.u.next_temp();
        self.u.mov(dst, Val::temp(list));
        Ok(())
    }

    pub(super) fn set(&mut self, e: ExprRef<'s>, elts: &'s [Expr<'s>], dst: u32) -> Result<()> {
        if self.all_constant(elts).is_some()
            && let Some(c) = crate::fold::fold_display(e, self.options.optimize)
        {
            return self.constant_display(e.range, Opcode::BuildSet, Opcode::SetUpdate, c, dst);
        }
        if !starred(elts) && elts.len() <= LONG {
            return self.build(e.range, Opcode::BuildSet, elts, dst);
        }
        self.unpacked_list(
            e.range,
            elts,
            0,
            Some((Opcode::BuildSet, Opcode::SetAdd, Opcode::SetUpdate)),
        )?;
        let set = self.u.next_temp();
        self.u.mov(dst, Val::temp(set));
        Ok(())
    }

    fn constant_display(
        &mut self,
        range: TextRange,
        build: Opcode,
        extend: Opcode,
        items: Const,
        dst: u32,
    ) -> Result<()> {
        self.u.loc = range;
        let into = self.u.push();
        self.u.emit(build, 0, into, into, 0);
        let from = self.u.push();
        self.load_const(from, items);
        self.u
            .emit_use(extend, Val::kept(into), Some(Val::temp(from)), None);
        self.u.pop(2);
        self.u.mov(dst, Val::temp(into));
        Ok(())
    }

    /// Builds a list (or set) of elements, some starred, in the next temporary
    /// (not pushed); `extra` values on top of the temporaries come first.
    pub(super) fn unpacked_list(
        &mut self,
        range: TextRange,
        elts: &'s [Expr<'s>],
        extra: u32,
        ops: Option<(Opcode, Opcode, Opcode)>,
    ) -> Result<()> {
        let (build, add, extend) =
            ops.unwrap_or((Opcode::BuildList, Opcode::ListAppend, Opcode::ListExtend));
        let first_star = elts
            .iter()
            .position(|e| matches!(e.kind, ExprKind::Starred { .. }))
            .unwrap_or(elts.len());
        let direct = if elts.len() > LONG { 0 } else { first_star };
        for elt in &elts[..direct] {
            self.push_expr(elt)?;
        }
        self.u.pop(direct as u32 + extra);
        self.u.loc = range;
        let into = self.u.push();
        self.u.emit(build, 0, into, into, direct as u32 + extra);
        for elt in &elts[direct..] {
            let (op, item) = match elt.kind {
                ExprKind::Starred { value, .. } => (extend, value),
                _ => (add, elt),
            };
            let val = self.operand(item)?;
            self.u.release(val);
            self.u.loc = range;
            self.u.emit_use(op, Val::kept(into), Some(val), None);
        }
        self.u.pop(1);
        Ok(())
    }

    pub(super) fn dict(
        &mut self,
        e: ExprRef<'s>,
        keys: &'s [Option<ExprRef<'s>>],
        values: &'s [Expr<'s>],
        dst: u32,
    ) -> Result<()> {
        let short = keys.len() <= LONG / 2;
        let direct = if short {
            keys.iter().take_while(|k| k.is_some()).count()
        } else {
            0
        };
        let base = self.u.next_temp();
        for (key, value) in keys.iter().zip(values).take(direct) {
            if let Some(key) = key {
                self.push_expr(key)?;
            }
            self.push_expr(value)?;
        }
        self.u.pop(2 * direct as u32);
        self.u.loc = e.range;
        if direct == keys.len() {
            self.u.emit(Opcode::BuildMap, 0, dst, base, direct as u32);
            return Ok(());
        }
        self.u.emit(Opcode::BuildMap, 0, base, base, direct as u32);
        self.u.push();
        for (key, value) in keys.iter().zip(values).skip(direct) {
            let Some(key) = key else {
                let val = self.operand(value)?;
                self.u.release(val);
                self.u.loc = e.range;
                self.u
                    .emit_use(Opcode::DictUpdate, Val::kept(base), Some(val), None);
                continue;
            };
            let key = self.operand_before(key, &[value])?;
            let value = self.operand(value)?;
            self.u.release(value);
            self.u.release(key);
            self.u.loc = e.range;
            self.u
                .emit_use(Opcode::MapAdd, Val::kept(base), Some(key), Some(value));
        }
        self.u.pop(1);
        self.u.mov(dst, Val::temp(base));
        Ok(())
    }
}
