//! Second pass: decides where every name of every scope lives.
//!
//! Scopes are visited parents first. A name that a scope uses without binding
//! it is looked for in the function scopes around; where it is found it becomes
//! a cell, and the scopes in between pass it through as a free variable.

use super::flags::*;
use super::{ComprehensionKind, Place, ScopeId, ScopeKind, SymbolTable};
use crate::failure::{Failure, Result};

/// Where the search around a scope ended.
enum Found {
    Binder(ScopeId),
    Global,
    Nowhere,
}

pub(super) fn analyze(table: &mut SymbolTable<'_>) -> Result<()> {
    mark_inlined(table);
    // A scope's index is greater than its parent's, so this visits parents first;
    // names added to a scope by its children are placed when added.
    for index in 0..table.scopes.len() {
        let id = ScopeId(index as u32);
        if !detached(table, id) {
            analyze_scope(table, id)?;
        }
    }
    Ok(())
}

/// Inside an annotation that is never evaluated nothing needs a place.
fn detached(table: &SymbolTable<'_>, id: ScopeId) -> bool {
    let mut at = Some(id);
    while let Some(id) = at {
        if table.scope(id).unevaluated {
            return true;
        }
        at = table.scope(id).parent;
    }
    false
}

fn mark_inlined(table: &mut SymbolTable<'_>) {
    for index in 1..table.scopes.len() {
        let scope = &table.scopes[index];
        let plain = !matches!(
            scope.comprehension,
            ComprehensionKind::None | ComprehensionKind::Generator
        );
        let sees_class = scope
            .parent
            .is_some_and(|p| table.scope(p).can_see_class_scope);
        if !plain || sees_class {
            continue;
        }
        table.scopes[index].inlined = true;
        // The variables of an inlined comprehension are cleared in its host when it begins.
        let host = host(table, ScopeId(index as u32)).0 as usize;
        let bound: Vec<&str> = table.scopes[index]
            .symbols
            .iter()
            .filter(|s| s.has(DEF_LOCAL))
            .map(|s| s.name)
            .collect();
        for name in bound {
            let symbols = &mut table.scopes[host].symbols;
            if let Some(at) = symbols.position(name) {
                symbols.entries[at].flags |= UNBOUND_SOMEWHERE;
            }
        }
    }
}

fn analyze_scope(table: &mut SymbolTable<'_>, id: ScopeId) -> Result<()> {
    let mut at = 0;
    while at < table.scope(id).symbols.len() {
        let symbol = table.scope(id).symbols.entries[at];
        if symbol.place() == Place::Unknown {
            let place = place(table, id, symbol.name, symbol.flags)?;
            // A child may have looked through this scope, never before it was analysed.
            table.scopes[id.0 as usize].symbols.set_place(at, place);
        }
        at += 1;
    }
    Ok(())
}

fn place(table: &mut SymbolTable<'_>, id: ScopeId, name: &str, bits: u32) -> Result<u32> {
    if bits & DEF_GLOBAL != 0 {
        if bits & DEF_NONLOCAL != 0 {
            return directive_error(
                table,
                id,
                name,
                format!("name '{name}' is nonlocal and global"),
            );
        }
        return Ok(GLOBAL_EXPLICIT);
    }
    if bits & DEF_NONLOCAL != 0 {
        if id == table.root() {
            return directive_error(
                table,
                id,
                name,
                "nonlocal declaration not allowed at module level".into(),
            );
        }
        return match search(table, id, name) {
            Found::Binder(binder) => {
                if table.scope(binder).symbols.flags(name) & DEF_TYPE_PARAM != 0 {
                    let message =
                        format!("nonlocal binding not allowed for type parameter '{name}'");
                    return directive_error(table, id, name, message);
                }
                bind_free(table, id, binder, name);
                Ok(FREE)
            }
            _ => directive_error(
                table,
                id,
                name,
                format!("no binding for nonlocal '{name}' found"),
            ),
        };
    }
    if bits & DEF_BOUND != 0 {
        return Ok(LOCAL);
    }
    let scope = table.scope(id);
    if scope.kind == ScopeKind::Class
        && scope.conditional_annotations
        && name == "__conditional_annotations__"
    {
        return Ok(CELL);
    }
    if let Some(class) = visible_class(table, id) {
        let in_class = table.scope(class).symbols.flags(name);
        if in_class & DEF_GLOBAL != 0 {
            return Ok(GLOBAL_EXPLICIT);
        }
        if in_class & DEF_BOUND != 0 && in_class & DEF_NONLOCAL == 0 {
            return Ok(GLOBAL_IMPLICIT);
        }
    }
    Ok(match search(table, id, name) {
        Found::Binder(binder) => {
            let scope = table.scope(id);
            if scope.inlined
                && name == "__class__"
                && table.scope(binder).kind == ScopeKind::Class
                && host(table, id) == binder
            {
                return Ok(GLOBAL_IMPLICIT);
            }
            bind_free(table, id, binder, name);
            FREE
        }
        Found::Global | Found::Nowhere => GLOBAL_IMPLICIT,
    })
}

/// The class whose namespace an annotation or type scope sees.
fn visible_class(table: &SymbolTable<'_>, id: ScopeId) -> Option<ScopeId> {
    let mut at = id;
    while table.scope(at).can_see_class_scope {
        at = table.scope(at).parent?;
        if table.scope(at).kind == ScopeKind::Class {
            return Some(at);
        }
    }
    None
}

/// Names that a class body provides to the functions in it.
fn class_provides(name: &str) -> bool {
    matches!(
        name,
        "__class__" | "__classdict__" | "__conditional_annotations__"
    )
}

fn search(table: &SymbolTable<'_>, id: ScopeId, name: &str) -> Found {
    let mut at = id;
    while let Some(parent) = table.scope(at).parent {
        at = parent;
        let scope = table.scope(at);
        match scope.kind {
            ScopeKind::Module => return Found::Nowhere,
            ScopeKind::Class => {
                if class_provides(name) {
                    return Found::Binder(at);
                }
                continue;
            }
            _ => {}
        }
        let bits = scope.symbols.flags(name);
        if bits & DEF_GLOBAL != 0 {
            return Found::Global;
        }
        if bits & DEF_NONLOCAL == 0 && bits & DEF_BOUND != 0 {
            return Found::Binder(at);
        }
    }
    Found::Nowhere
}

/// The scope whose code a comprehension is inlined into.
pub(crate) fn host(table: &SymbolTable<'_>, id: ScopeId) -> ScopeId {
    let mut at = id;
    while table.scope(at).inlined {
        match table.scope(at).parent {
            Some(parent) => at = parent,
            None => break,
        }
    }
    at
}

/// `id` uses `name`, which `binder` binds: makes the way between them.
fn bind_free(table: &mut SymbolTable<'_>, id: ScopeId, binder: ScopeId, name: &str) {
    let shares_code = host(table, id) == binder || host(table, id) == host(table, binder);
    let Some(interned) = table.scope(id).symbols.get(name).map(|s| s.name) else {
        return;
    };
    let mut at = id;
    while let Some(parent) = table.scope(at).parent {
        at = parent;
        if at == binder {
            break;
        }
        let scope = &mut table.scopes[at.0 as usize];
        match scope.symbols.position(interned) {
            None => {
                scope.symbols.add(interned, FREE << SCOPE_OFFSET);
            }
            Some(i) => {
                let bits = scope.symbols.entries[i].flags;
                if scope.kind == ScopeKind::Class && bits & (DEF_BOUND | DEF_GLOBAL) != 0 {
                    scope.symbols.entries[i].flags |= DEF_FREE_CLASS;
                } else if scope.symbols.entries[i].place() != Place::Free {
                    scope.symbols.set_place(i, FREE);
                }
            }
        }
    }
    if table.scope(binder).kind == ScopeKind::Class {
        let scope = &mut table.scopes[binder.0 as usize];
        match name {
            "__class__" => scope.needs_class_closure = true,
            "__classdict__" => scope.needs_classdict = true,
            _ => make_cell(table, binder, interned),
        }
    } else if !shares_code {
        make_cell(table, binder, interned);
    }
}

fn make_cell(table: &mut SymbolTable<'_>, binder: ScopeId, name: &str) {
    let scope = &mut table.scopes[binder.0 as usize];
    if let Some(i) = scope.symbols.position(name) {
        scope.symbols.set_place(i, CELL);
    }
    // The same register serves a comprehension's variable and its host's.
    if table.scope(binder).inlined {
        let host = host(table, binder);
        let scope = &mut table.scopes[host.0 as usize];
        if scope.is_function_like()
            && let Some(i) = scope.symbols.position(name)
        {
            scope.symbols.entries[i].flags |= DEF_COMP_CELL;
            if scope.symbols.entries[i].place() == Place::Local {
                scope.symbols.set_place(i, CELL);
            }
        }
    }
}

fn directive_error<T>(
    table: &SymbolTable<'_>,
    id: ScopeId,
    name: &str,
    message: String,
) -> Result<T> {
    let scope = table.scope(id);
    let found = scope.directives().iter().find(|d| d.0 == name).map(|d| d.1);
    Failure::at(found.or(scope.range).unwrap_or_default(), message)
}
