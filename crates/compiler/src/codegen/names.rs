//! Names: where each lives in the unit being compiled, and how it is loaded, stored and deleted.

use taipan_syntax::TextRange;

use super::Compiler;
use super::unit::{CELL, FREE, UnitKind, Val};
use crate::opcode::{KILL_A, KILL_B, Opcode};
use crate::symtable::{Place, ScopeKind, flags};

/// How a name is reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum NameOp {
    /// A fast local.
    Fast(u32),
    /// The content of a cell.
    Deref(u32),
    Global,
    /// The local mapping, then globals and built-ins.
    Name,
    /// In a class body: the local mapping, then a cell of a function around.
    ClassDeref(u32),
    /// In an annotation scope of a class: the class's mapping, then globals or a cell.
    DictOrGlobal,
    DictOrDeref(u32),
    /// In a function with too many locals: an entry of the dict in a register.
    Far(u32),
}

/// Locals beyond this many do not get registers.
const MAX_FAST: usize = 60_000;

impl<'s> Compiler<'s, '_> {
    pub(super) fn mangle(&mut self, name: &'s str) -> &'s str {
        self.table.scope(self.u.scope).mangle(self.names, name)
    }

    /// How a name (not yet mangled) is reached here.
    pub(super) fn resolve(&mut self, name: &'s str) -> NameOp {
        let name = self.mangle(name);
        self.resolve_mangled(name)
    }

    pub(super) fn resolve_mangled(&mut self, name: &'s str) -> NameOp {
        if let Some(found) = self.u.overlay.iter().rev().find(|o| o.0 == name) {
            return found.1;
        }
        if let Some(&op) = self.u.resolved.get(name) {
            return op;
        }
        let op = self.find(name);
        self.u.resolved.insert(name, op);
        op
    }

    fn find(&mut self, name: &'s str) -> NameOp {
        let scope = self.scope();
        let (kind, function_like, sees_class) = (
            scope.kind,
            scope.is_function_like(),
            scope.can_see_class_scope,
        );
        match scope.symbols.place(name) {
            Place::Free if kind == ScopeKind::Class => NameOp::ClassDeref(self.free_reg(name)),
            Place::Free
                if sees_class
                    && name != "__classdict__"
                    && name != "__conditional_annotations__" =>
            {
                NameOp::DictOrDeref(self.free_reg(name))
            }
            Place::Free => NameOp::Deref(self.free_reg(name)),
            Place::Cell => NameOp::Deref(self.cell_reg(name)),
            Place::Local if function_like => {
                if self.u.plain.len() >= MAX_FAST && !self.u.plain_index.contains_key(name) {
                    return NameOp::Far(self.far_dict());
                }
                NameOp::Fast(self.u.plain_reg(name, false))
            }
            Place::GlobalImplicit if function_like && sees_class => NameOp::DictOrGlobal,
            Place::GlobalImplicit if function_like => NameOp::Global,
            Place::GlobalExplicit => NameOp::Global,
            _ if function_like => NameOp::Global,
            _ => NameOp::Name,
        }
    }

    fn far_dict(&mut self) -> u32 {
        if let Some(reg) = self.u.far {
            return reg;
        }
        let reg = self.u.plain_reg(".locals", true);
        self.u.far = Some(reg);
        reg
    }

    /// The register of a cell: the parameter's own, or one of the cells'.
    pub(super) fn cell_reg(&mut self, name: &'s str) -> u32 {
        if let Some(&reg) = self.u.plain_index.get(name)
            && reg < self.u.params
        {
            return reg;
        }
        match self.u.cells.iter().position(|&c| c == name) {
            Some(i) => CELL | i as u32,
            None => {
                self.u.cells.push(name);
                CELL | (self.u.cells.len() as u32 - 1)
            }
        }
    }

    pub(super) fn free_reg(&mut self, name: &'s str) -> u32 {
        match self.u.frees.iter().position(|&c| c == name) {
            Some(i) => FREE | i as u32,
            None => {
                self.u.frees.push(name);
                FREE | (self.u.frees.len() as u32 - 1)
            }
        }
    }

    /// Fixes the registers of cells and free variables, in order of their names.
    pub(super) fn declare_cells(&mut self) {
        let scope = self.table.scope(self.u.scope);
        let mut cells: Vec<&'s str> = Vec::new();
        let mut frees: Vec<&'s str> = Vec::new();
        for symbol in scope.symbols.iter() {
            match symbol.place() {
                Place::Cell => cells.push(symbol.name),
                Place::Free => frees.push(symbol.name),
                _ if symbol.has(flags::DEF_FREE_CLASS) => frees.push(symbol.name),
                _ => {}
            }
        }
        if scope.kind == ScopeKind::Class {
            if scope.needs_class_closure {
                cells.push("__class__");
            }
            if scope.needs_classdict {
                cells.push("__classdict__");
            }
        }
        cells.sort_unstable();
        cells.dedup();
        frees.sort_unstable();
        frees.dedup();
        for name in cells {
            self.cell_reg(name);
        }
        self.u.frees = frees;
    }

    /// The register of a cell or free variable that a child's closure needs.
    pub(super) fn closure_reg(&mut self, name: &'s str) -> u32 {
        if let Some(&(_, NameOp::Deref(reg))) = self.u.overlay.iter().rev().find(|o| o.0 == name) {
            return reg;
        }
        if self.u.kind == UnitKind::Class {
            if self.u.cells.contains(&name) {
                return self.cell_reg(name);
            }
            return self.free_reg(name);
        }
        match self.scope().symbols.place(name) {
            Place::Cell => self.cell_reg(name),
            _ => self.free_reg(name),
        }
    }

    /// Loads a name into `to`.
    pub(super) fn load_name(&mut self, name: &'s str, to: u32) {
        let name = self.mangle(name);
        match self.resolve_mangled(name) {
            NameOp::Fast(reg) => {
                self.u.check_fast(reg);
                self.u.mov(to, Val::kept(reg));
            }
            NameOp::Deref(reg) => self.u.emit(Opcode::LoadDeref, 0, to, reg, 0),
            NameOp::Global => self.name_op(Opcode::LoadGlobal, 0, to, name),
            NameOp::Name => self.name_op(Opcode::LoadName, 0, to, name),
            NameOp::ClassDeref(reg) => {
                let dict = self.u.next_temp();
                self.u.emit(Opcode::LoadLocals, 0, dict, 0, 0);
                self.u
                    .emit(Opcode::LoadFromDictOrDeref, KILL_B, to, dict, reg);
            }
            NameOp::DictOrDeref(reg) => {
                let dict = self.load_classdict();
                self.u
                    .emit(Opcode::LoadFromDictOrDeref, KILL_B, to, dict, reg);
            }
            NameOp::DictOrGlobal => {
                let dict = self.load_classdict();
                let index = self.u.name(name);
                self.dict_or_globals(to, Val::temp(dict), index);
            }
            NameOp::Far(dict) => {
                let index = self.u.name(name);
                self.dict_or_globals(to, Val::kept(dict), index);
            }
        }
    }

    fn dict_or_globals(&mut self, to: u32, dict: Val, index: u32) {
        self.u
            .emit_abi(Opcode::LoadFromDictOrGlobals, to, dict, index);
    }

    fn load_classdict(&mut self) -> u32 {
        let to = self.u.next_temp();
        match self.resolve_mangled("__classdict__") {
            NameOp::Deref(reg) => self.u.emit(Opcode::LoadDeref, 0, to, reg, 0),
            _ => self.u.emit(Opcode::LoadLocals, 0, to, 0, 0),
        }
        to
    }

    fn name_op(&mut self, op: Opcode, flags: u8, a: u32, name: &'s str) {
        let index = self.u.name(name);
        self.u.emit(op, flags, a, index, 0);
    }

    /// Where a value for this name should be computed: its own register, if it has one.
    pub(super) fn store_target(&mut self, name: &'s str) -> Option<u32> {
        match self.resolve(name) {
            NameOp::Fast(reg) => Some(reg),
            _ => None,
        }
    }

    /// Stores a value in a name; a temporary is consumed (its register must be released by the caller).
    pub(super) fn store_name(&mut self, name: &'s str, from: Val) {
        let name = self.mangle(name);
        let flags = if from.kill { KILL_A } else { 0 };
        match self.resolve_mangled(name) {
            NameOp::Fast(reg) => self.u.mov(reg, from),
            NameOp::Deref(reg) | NameOp::ClassDeref(reg) | NameOp::DictOrDeref(reg) => {
                self.u.emit(Opcode::StoreDeref, flags, from.reg, reg, 0)
            }
            NameOp::Global => self.name_op(Opcode::StoreGlobal, flags, from.reg, name),
            NameOp::Far(dict) => {
                let key = self.u.push();
                self.load_str(key, name);
                self.u.emit_use(
                    Opcode::StoreSubscr,
                    Val::kept(dict),
                    Some(Val::temp(key)),
                    Some(from),
                );
                self.u.pop(1);
            }
            NameOp::Name | NameOp::DictOrGlobal => {
                self.name_op(Opcode::StoreName, flags, from.reg, name);
            }
        }
    }

    pub(super) fn delete_name(&mut self, name: &'s str, range: TextRange) {
        self.u.loc = range;
        let name = self.mangle(name);
        match self.resolve_mangled(name) {
            NameOp::Fast(reg) => self.u.emit(Opcode::DeleteFast, 0, reg, 0, 0),
            NameOp::Deref(reg) | NameOp::ClassDeref(reg) | NameOp::DictOrDeref(reg) => {
                self.u.emit(Opcode::DeleteDeref, 0, 0, reg, 0)
            }
            NameOp::Global => self.name_op(Opcode::DeleteGlobal, 0, 0, name),
            NameOp::Far(dict) => {
                let key = self.u.push();
                self.load_str(key, name);
                self.u.emit_use(
                    Opcode::DeleteSubscr,
                    Val::kept(dict),
                    Some(Val::temp(key)),
                    None,
                );
                self.u.pop(1);
            }
            _ => self.name_op(Opcode::DeleteName, 0, 0, name),
        }
    }
}
