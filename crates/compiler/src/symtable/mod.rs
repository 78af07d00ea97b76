//! Symbol tables: which scope every name of a tree belongs to.
//!
//! [`build`] visits the tree and notes what each scope does with each name
//! (`builder`), then decides where every name lives (`analyze`). The code
//! generator looks scopes up by the node they belong to; the `symtable` module
//! and `explain` look at the same table through [`Scope`] and [`dump`].

mod analyze;
mod builder;
mod check;

use rustc_hash::FxHashMap;
use taipan_syntax::TextRange;

pub use builder::{SymtableOptions, all_args, build};

/// What a scope does with a name, and (in the high bits) where the name lives;
/// the numbers are those of CPython's `_symtable`.
pub mod flags {
    pub const DEF_GLOBAL: u32 = 1;
    pub const DEF_LOCAL: u32 = 2;
    pub const DEF_PARAM: u32 = 4;
    pub const DEF_NONLOCAL: u32 = 8;
    pub const USE: u32 = 16;
    pub const DEF_FREE_CLASS: u32 = 64;
    pub const DEF_IMPORT: u32 = 128;
    pub const DEF_ANNOT: u32 = 256;
    pub const DEF_COMP_ITER: u32 = 512;
    pub const DEF_TYPE_PARAM: u32 = 1024;
    pub const DEF_COMP_CELL: u32 = 2048;
    pub const DEF_BOUND: u32 = DEF_LOCAL | DEF_PARAM | DEF_IMPORT | DEF_TYPE_PARAM;
    pub const SCOPE_OFFSET: u32 = 12;
    pub const SCOPE_MASK: u32 = 15;
    pub const LOCAL: u32 = 1;
    pub const GLOBAL_EXPLICIT: u32 = 2;
    pub const GLOBAL_IMPLICIT: u32 = 3;
    pub const FREE: u32 = 4;
    pub const CELL: u32 = 5;
    /// Not CPython's: the name is the target of a named expression somewhere in the scope.
    pub const NAMED_TARGET: u32 = 1 << 20;
    /// Not CPython's: something in the scope unbinds the name.
    pub const UNBOUND_SOMEWHERE: u32 = 1 << 21;
}

/// Where a name lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Unknown,
    Local,
    GlobalExplicit,
    GlobalImplicit,
    Free,
    Cell,
}

/// What one scope does with one name.
#[derive(Clone, Copy, Debug)]
pub struct Symbol<'s> {
    pub name: &'s str,
    pub flags: u32,
}

impl Symbol<'_> {
    pub fn has(&self, bits: u32) -> bool {
        self.flags & bits != 0
    }
    pub fn place(&self) -> Place {
        place_of(self.flags)
    }
}

fn place_of(bits: u32) -> Place {
    match bits >> flags::SCOPE_OFFSET & flags::SCOPE_MASK {
        flags::LOCAL => Place::Local,
        flags::GLOBAL_EXPLICIT => Place::GlobalExplicit,
        flags::GLOBAL_IMPLICIT => Place::GlobalImplicit,
        flags::FREE => Place::Free,
        flags::CELL => Place::Cell,
        _ => Place::Unknown,
    }
}

/// The symbols of a scope in order of first mention.
#[derive(Default)]
pub struct Symbols<'s> {
    entries: Vec<Symbol<'s>>,
    /// Only for scopes with many names.
    index: Option<FxHashMap<&'s str, u32>>,
}

/// Above this many names a scope gets a hash index.
const LINEAR: usize = 12;

impl<'s> Symbols<'s> {
    fn position(&self, name: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(name).map(|&i| i as usize),
            None => self.entries.iter().position(|s| s.name == name),
        }
    }
    pub fn get(&self, name: &str) -> Option<&Symbol<'s>> {
        self.position(name).map(|i| &self.entries[i])
    }
    /// The flags of a name; 0 if the scope does not know it.
    pub fn flags(&self, name: &str) -> u32 {
        self.get(name).map_or(0, |s| s.flags)
    }
    pub fn place(&self, name: &str) -> Place {
        place_of(self.flags(name))
    }
    pub fn iter(&self) -> std::slice::Iter<'_, Symbol<'s>> {
        self.entries.iter()
    }
    pub fn len(&self) -> usize {
        self.entries.len()
    }
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
    fn add(&mut self, name: &'s str, bits: u32) -> u32 {
        if let Some(i) = self.position(name) {
            self.entries[i].flags |= bits;
            return self.entries[i].flags;
        }
        let at = self.entries.len();
        self.entries.push(Symbol { name, flags: bits });
        match &mut self.index {
            Some(index) => {
                index.insert(name, at as u32);
            }
            None if at >= LINEAR => {
                self.index = Some(
                    self.entries
                        .iter()
                        .enumerate()
                        .map(|(i, s)| (s.name, i as u32))
                        .collect(),
                );
            }
            None => {}
        }
        bits
    }
    fn set_place(&mut self, at: usize, place: u32) {
        let e = &mut self.entries[at];
        e.flags =
            e.flags & !(flags::SCOPE_MASK << flags::SCOPE_OFFSET) | place << flags::SCOPE_OFFSET;
    }
}

/// Index of a scope in its [`SymbolTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScopeId(pub u32);

/// The kinds of scopes, numbered as `_symtable` numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    Function = 0,
    Class = 1,
    Module = 2,
    Annotation = 3,
    TypeAlias = 4,
    TypeParameters = 5,
    TypeVariable = 6,
}

impl ScopeKind {
    /// What `symtable.SymbolTable.get_type()` says.
    pub fn name(self) -> &'static str {
        match self {
            ScopeKind::Function => "function",
            ScopeKind::Class => "class",
            ScopeKind::Module => "module",
            ScopeKind::Annotation => "annotation",
            ScopeKind::TypeAlias => "type alias",
            ScopeKind::TypeParameters => "type parameters",
            ScopeKind::TypeVariable => "type variable",
        }
    }
}

/// Which comprehension a function scope is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComprehensionKind {
    None,
    List,
    Set,
    Dict,
    Generator,
}

/// One scope.
pub struct Scope<'s> {
    pub kind: ScopeKind,
    pub name: &'s str,
    /// The node it comes from; `None` for the module.
    pub range: Option<TextRange>,
    pub parent: Option<ScopeId>,
    pub children: Vec<ScopeId>,
    pub symbols: Symbols<'s>,
    /// Parameters in the order of `co_varnames`.
    pub params: Vec<&'s str>,
    pub nested: bool,
    pub comprehension: ComprehensionKind,
    pub generator: bool,
    pub coroutine: bool,
    /// `yield`, `return value`: for messages and flags.
    pub returns_value: bool,
    pub varargs: bool,
    pub varkeywords: bool,
    /// A def directly in a class body.
    pub method: bool,
    pub needs_class_closure: bool,
    pub needs_classdict: bool,
    pub can_see_class_scope: bool,
    /// Compiled into the code of its parent (PEP 709).
    pub inlined: bool,
    pub annotations_used: bool,
    pub conditional_annotations: bool,
    pub annotation_block: Option<ScopeId>,
    /// An annotation that nothing evaluates: no code is made and lookups skip it.
    pub unevaluated: bool,
    /// The class whose private names are mangled here.
    private: Option<&'s str>,
    /// In a type-parameter scope: the only names to mangle (the parameters of a class).
    mangled_names: Option<Vec<&'s str>>,
    directives: Vec<(&'s str, TextRange)>,
    /// State of the visit.
    comp_iter_target: bool,
    comp_iter_expr: u32,
    in_conditional_block: bool,
    in_unevaluated_annotation: bool,
    scope_info: &'static str,
}

impl Scope<'_> {
    /// Whether its locals are fast: functions and everything compiled as one.
    pub fn is_function_like(&self) -> bool {
        !matches!(self.kind, ScopeKind::Class | ScopeKind::Module)
    }
}

/// What part of a node a scope belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Part {
    Body,
    TypeParams,
    Annotations,
    Bound,
    Default,
}

/// The scopes of a tree; the first is the module's.
pub struct SymbolTable<'s> {
    pub scopes: Vec<Scope<'s>>,
    by_node: FxHashMap<(usize, Part), ScopeId>,
}

impl<'s> SymbolTable<'s> {
    pub fn root(&self) -> ScopeId {
        ScopeId(0)
    }
    pub fn scope(&self, id: ScopeId) -> &Scope<'s> {
        &self.scopes[id.0 as usize]
    }
    /// The scope of a part of a node, if it has one.
    pub fn find<T>(&self, node: &T, part: Part) -> Option<ScopeId> {
        self.by_node
            .get(&(node as *const T as usize, part))
            .copied()
    }
}

/// `__x` inside class `_C` becomes `_C__x`.
pub fn needs_mangling(name: &str) -> bool {
    name.starts_with("__") && !name.ends_with("__") && !name.contains('.')
}

/// The table as text: one line a scope, indented names below.
pub fn dump(table: &SymbolTable<'_>) -> String {
    let mut out = String::new();
    dump_scope(table, table.root(), 0, &mut out);
    out
}

fn dump_scope(table: &SymbolTable<'_>, id: ScopeId, depth: usize, out: &mut String) {
    use std::fmt::Write;
    let scope = table.scope(id);
    let pad = "  ".repeat(depth);
    let _ = write!(out, "{pad}{} {}", scope.kind.name(), scope.name);
    let notes = [
        (scope.nested, "nested"),
        (scope.generator, "generator"),
        (scope.coroutine, "coroutine"),
        (scope.inlined, "inlined"),
        (scope.needs_class_closure, "needs __class__"),
        (scope.needs_classdict, "needs __classdict__"),
    ];
    for (_, note) in notes.iter().filter(|n| n.0) {
        let _ = write!(out, " [{note}]");
    }
    out.push('\n');
    for symbol in scope.symbols.iter() {
        let _ = write!(out, "{pad}  {}: {:?}", symbol.name, symbol.place());
        let names = [
            (flags::DEF_GLOBAL, "global"),
            (flags::DEF_NONLOCAL, "nonlocal"),
            (flags::DEF_PARAM, "parameter"),
            (flags::DEF_LOCAL, "assigned"),
            (flags::DEF_IMPORT, "imported"),
            (flags::DEF_TYPE_PARAM, "type parameter"),
            (flags::DEF_ANNOT, "annotated"),
            (flags::DEF_COMP_ITER, "comprehension target"),
            (flags::DEF_FREE_CLASS, "free through class"),
            (flags::USE, "used"),
        ];
        for (_, what) in names.iter().filter(|n| symbol.has(n.0)) {
            let _ = write!(out, ", {what}");
        }
        out.push('\n');
    }
    for &child in &scope.children {
        dump_scope(table, child, depth + 1, out);
    }
}
