//! The module `_symtable`: the compiler's symbol tables.

use std::cell::RefCell;

use taipan_macros::{pymethods, pymodule};
use taipan_object::dict::Dict;
use taipan_object::list::List;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, Vm};

pub use module::MODULE;

/// A scope with its names.
pub struct Entry {
    id: u64,
    name: Ref<Str>,
    symbols: Ref<Dict>,
    varnames: Ref<List>,
    children: RefCell<Ref<List>>,
    nested: bool,
    kind: i64,
    line: i64,
}
taipan_object::payload!(Entry, gc, |this, visit| {
    visit(this.name.as_value());
    visit(this.symbols.as_value());
    visit(this.varnames.as_value());
    visit(this.children.borrow().as_value());
});

#[pymethods(
    name = "symtable entry",
    doc = "A scope of a program.",
    flags(DISALLOW_INSTANTIATION)
)]
impl Entry {
    /// A number that no other scope has.
    #[pygetset]
    fn id(this: &Ref<Entry>) -> u64 {
        this.id
    }
    /// The name of the function or class.
    #[pygetset]
    fn name(this: &Ref<Entry>) -> Ref<Str> {
        this.name.clone()
    }
    /// Names and what the scope does with them.
    #[pygetset]
    fn symbols(this: &Ref<Entry>) -> Ref<Dict> {
        this.symbols.clone()
    }
    /// Parameters in order.
    #[pygetset]
    fn varnames(this: &Ref<Entry>) -> Ref<List> {
        this.varnames.clone()
    }
    /// Scopes inside this one.
    #[pygetset]
    fn children(this: &Ref<Entry>) -> Ref<List> {
        this.children.borrow().clone()
    }
    /// Whether a function is around it.
    #[pygetset]
    fn nested(this: &Ref<Entry>) -> i64 {
        i64::from(this.nested)
    }
    /// What kind of scope it is.
    #[pygetset(name = "type")]
    fn kind(this: &Ref<Entry>) -> i64 {
        this.kind
    }
    /// The line it starts on.
    #[pygetset]
    fn lineno(this: &Ref<Entry>) -> i64 {
        this.line
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Entry>) -> PyResult {
        let text = format!(
            "<symtable entry {}({}), line {}>",
            this.name, this.id, this.line
        );
        Ok(vm.new_str(&text).into_value())
    }
}

/// The function and the numbers.
#[pymodule(
    name = "_symtable",
    doc = "Symbol tables of the compiler.",
    classes(super::Entry)
)]
pub mod module {
    use bumpalo::Bump;
    use taipan_compiler::codegen::{
        CompileMode, CompileOptions, PositionSource, SourcePositions, symbol_table,
    };
    use taipan_compiler::symtable::{ScopeId, SymbolTable, flags};
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, TypeRef, Value, Vm};
    use taipan_syntax::parser;
    use taipan_vm::builtins::compile::{Source, raise_syntax_error};

    use super::Entry;

    /// Bits of a name that Python knows.
    const VISIBLE: u32 = (1 << 16) - 1;

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        // The class itself is not shown.
        drop(module.dict.remove_str(vm, &vm.intern_str("symtable entry")));
        let numbers = [
            ("USE", flags::USE),
            ("DEF_GLOBAL", flags::DEF_GLOBAL),
            ("DEF_NONLOCAL", flags::DEF_NONLOCAL),
            ("DEF_LOCAL", flags::DEF_LOCAL),
            ("DEF_PARAM", flags::DEF_PARAM),
            ("DEF_TYPE_PARAM", flags::DEF_TYPE_PARAM),
            ("DEF_FREE_CLASS", flags::DEF_FREE_CLASS),
            ("DEF_IMPORT", flags::DEF_IMPORT),
            (
                "DEF_BOUND",
                flags::DEF_LOCAL | flags::DEF_PARAM | flags::DEF_IMPORT,
            ),
            ("DEF_ANNOT", flags::DEF_ANNOT),
            ("DEF_COMP_ITER", flags::DEF_COMP_ITER),
            ("DEF_COMP_CELL", flags::DEF_COMP_CELL),
            ("TYPE_FUNCTION", 0),
            ("TYPE_CLASS", 1),
            ("TYPE_MODULE", 2),
            ("TYPE_ANNOTATION", 3),
            ("TYPE_TYPE_ALIAS", 4),
            ("TYPE_TYPE_PARAMETERS", 5),
            ("TYPE_TYPE_VARIABLE", 6),
            ("LOCAL", flags::LOCAL),
            ("GLOBAL_EXPLICIT", flags::GLOBAL_EXPLICIT),
            ("GLOBAL_IMPLICIT", flags::GLOBAL_IMPLICIT),
            ("FREE", flags::FREE),
            ("CELL", flags::CELL),
            ("SCOPE_OFF", flags::SCOPE_OFFSET),
            ("SCOPE_MASK", flags::SCOPE_MASK),
        ];
        for (name, number) in numbers {
            let number = vm.new_int(number.into());
            module.dict.insert_str(vm, &vm.intern_str(name), number);
        }
        Ok(())
    }

    /// The symbol table of a program.
    #[pyfunction("(source, filename, startstr, /)")]
    fn symtable(
        vm: &Vm,
        source: &Value,
        filename: &Value,
        startstr: &Ref<taipan_object::str::Str>,
    ) -> PyResult {
        let filename = taipan_vm::util::fs_text(vm, filename)?;
        let mode = match startstr.to_string().as_str() {
            "exec" => CompileMode::Exec,
            "eval" => CompileMode::Eval,
            "single" => CompileMode::Single,
            _ => {
                return Err(vm.value_error("symtable() arg 3 must be 'exec' or 'eval' or 'single'"));
            }
        };
        let source = Source::of(vm, source, "symtable", "string or bytes")?;
        let text = source.text(vm, &filename)?;
        let options = CompileOptions {
            source: Some(&text),
            ..CompileOptions::new(&filename, mode)
        };
        let arena = Bump::new();
        let parsed = parser::parse(&text, &arena, mode.parse_mode(), options.parse_options());
        let positions = SourcePositions::new(&parsed.line_index);
        let table = match parsed.module {
            Ok(module) => symbol_table(&module, &arena, &positions, &options),
            Err(e) => Err(e),
        };
        let table = match table {
            Ok(table) => table,
            Err(e) => return Err(raise_syntax_error(vm, &e, &filename)),
        };
        let Some(class) = vm.native_type::<Entry>() else {
            return Err(vm.runtime_error("the class of symbol tables is gone"));
        };
        entry(vm, &class, &table, &positions, table.root())
    }

    fn entry(
        vm: &Vm,
        class: &TypeRef,
        table: &SymbolTable<'_>,
        positions: &dyn PositionSource,
        id: ScopeId,
    ) -> PyResult {
        vm.check_stack(" during compilation")?;
        let scope = table.scope(id);
        let symbols = vm.new_dict();
        for symbol in scope.symbols.iter() {
            let bits = vm.new_int((symbol.flags & VISIBLE).into());
            symbols.insert_str(vm, &vm.intern_str(symbol.name), bits);
        }
        let params = scope
            .params
            .iter()
            .map(|name| vm.intern_str(name).into_value());
        let varnames = vm.new_list(params.collect());
        let children = scope
            .children
            .iter()
            .map(|child| entry(vm, class, table, positions, *child))
            .collect::<PyResult<Vec<Value>>>()?;
        let entry = Entry {
            id: 0,
            name: vm.intern_str(scope.name),
            symbols,
            varnames,
            children: std::cell::RefCell::new(vm.new_list(children)),
            nested: scope.nested,
            kind: scope.kind as i64,
            line: scope
                .range
                .map_or(0, |range| positions.position(range).line.into()),
        };
        // The dict lives as long as the entry, so its address tells entries apart.
        let id = entry.symbols.as_value().id();
        Ok(vm.heap.alloc(class, Entry { id, ..entry }).into_value())
    }
}
