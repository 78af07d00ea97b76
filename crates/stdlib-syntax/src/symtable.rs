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
    use taipan_compiler::code::CodeFlags;
    use taipan_compiler::codegen::{
        CompileMode, CompileOptions, PositionSource, SourcePositions, future_features, symbol_table,
    };
    use taipan_compiler::symtable::{Scope, ScopeId, ScopeKind, SymbolTable, flags};
    use taipan_object::dict::Dict;
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
        let mut future = false;
        let table = match parsed.module {
            Ok(module) => {
                let features = future_features(&module);
                future = features.is_some_and(|f| f.contains(CodeFlags::FUTURE_ANNOTATIONS));
                symbol_table(&module, &arena, &positions, &options)
            }
            Err(e) => Err(e),
        };
        let table = match table {
            Ok(table) => table,
            Err(e) => return Err(raise_syntax_error(vm, &e, &filename)),
        };
        let Some(class) = vm.native_type::<Entry>() else {
            return Err(vm.runtime_error("the class of symbol tables is gone"));
        };
        let shower = Shower {
            vm,
            class: &class,
            table: &table,
            positions: &positions,
            annotations: !future,
        };
        Ok(shower.entry(table.root())?.into_value())
    }

    struct Shower<'t> {
        vm: &'t Vm,
        class: &'t TypeRef,
        table: &'t SymbolTable<'t>,
        positions: &'t dyn PositionSource,
        /// Annotations are evaluated: every function has a scope for them.
        annotations: bool,
    }

    /// The names of scopes without the brackets that code objects have.
    fn shown_name(name: &str) -> &str {
        name.trim_start_matches('<').trim_end_matches('>')
    }

    impl Shower<'_> {
        fn line(&self, scope: &Scope<'_>) -> i64 {
            scope
                .range
                .map_or(0, |range| self.positions.position(range).line.into())
        }

        fn add(&self, symbols: &Ref<Dict>, name: &str, bits: u32) {
            let bits = self.vm.new_int((bits & VISIBLE).into());
            symbols.insert_str(self.vm, &self.vm.intern_str(name), bits);
        }

        fn entry(&self, id: ScopeId) -> PyResult<Ref<Entry>> {
            let vm = self.vm;
            vm.check_stack(" during compilation")?;
            let scope = self.table.scope(id);
            let symbols = vm.new_dict();
            for symbol in scope.symbols.iter() {
                self.add(&symbols, symbol.name, symbol.flags);
            }
            let mut children = Vec::new();
            self.children(scope, &symbols, &mut children)?;
            if scope.kind == ScopeKind::Class || scope.can_see_class_scope {
                self.mark_free(scope, &symbols, &children)?;
            }
            let params = scope.params.iter();
            let params = params.map(|name| vm.intern_str(name).into_value());
            Ok(self.make(
                shown_name(scope.name),
                symbols,
                params.collect(),
                children,
                scope.nested,
                (scope.kind as i64, self.line(scope)),
            ))
        }

        fn make(
            &self,
            name: &str,
            symbols: Ref<Dict>,
            params: Vec<Value>,
            children: Vec<Value>,
            nested: bool,
            (kind, line): (i64, i64),
        ) -> Ref<Entry> {
            let vm = self.vm;
            let entry = Entry {
                // The dict lives as long as the entry, so its address tells entries apart.
                id: symbols.as_value().id(),
                name: vm.intern_str(name),
                symbols,
                varnames: vm.new_list(params),
                children: std::cell::RefCell::new(vm.new_list(children)),
                nested,
                kind,
                line,
            };
            vm.heap.alloc(self.class, entry)
        }

        /// Marks the names of a class that scopes inside it take from around the class.
        fn mark_free(
            &self,
            scope: &Scope<'_>,
            symbols: &Ref<Dict>,
            children: &[Value],
        ) -> PyResult<()> {
            let vm = self.vm;
            for child in children.iter().filter_map(|c| c.downcast::<Entry>()) {
                for (name, bits) in child.symbols.items() {
                    let place = bits.as_i64().unwrap_or(0) >> flags::SCOPE_OFFSET;
                    let own = scope.kind == ScopeKind::Class
                        && name
                            .downcast::<taipan_object::str::Str>()
                            .is_some_and(|n| n.is_str("__class__") || n.is_str("__classdict__"));
                    if place != i64::from(flags::FREE) || own {
                        continue;
                    }
                    if let Some(known) = symbols.get(vm, &name)?.and_then(|b| b.as_i64()) {
                        // What only passes through has no other mark, and a cell ends the search.
                        let passes = known & i64::from((1 << flags::SCOPE_OFFSET) - 1) == 0;
                        let cell = known >> flags::SCOPE_OFFSET == i64::from(flags::CELL);
                        if !passes && !cell {
                            let marked = known | i64::from(flags::DEF_FREE_CLASS);
                            symbols.insert(vm, name, vm.new_int(marked))?;
                        }
                    }
                }
            }
            Ok(())
        }

        /// The scopes inside a scope. Inlined comprehensions are part of it: their
        /// names and scopes become its own.
        fn children(
            &self,
            scope: &Scope<'_>,
            symbols: &Ref<Dict>,
            out: &mut Vec<Value>,
        ) -> PyResult<()> {
            let vm = self.vm;
            vm.check_stack(" during compilation")?;
            let mut previous: Option<&Scope<'_>> = None;
            for id in &scope.children {
                let child = self.table.scope(*id);
                if child.inlined {
                    let inner = self.entry(*id)?;
                    for (name, bits) in inner.symbols.items() {
                        let low = i64::from((1 << flags::SCOPE_OFFSET) - 1);
                        let bits = bits.as_i64().unwrap_or(0);
                        if bits & i64::from(flags::DEF_PARAM) != 0 {
                            continue;
                        }
                        let merged = match symbols.get(vm, &name)?.and_then(|b| b.as_i64()) {
                            None => bits,
                            // A name that only passed through is used now.
                            Some(known) if known & low == 0 => known | bits & low,
                            Some(_) => continue,
                        };
                        symbols.insert(vm, name, vm.new_int(merged))?;
                    }
                    out.extend(inner.children.borrow().to_vec());
                } else {
                    let line = self.line(child);
                    let own = previous
                        .is_some_and(|p| p.kind == ScopeKind::Annotation && self.line(p) == line);
                    let is_def = child.kind == ScopeKind::Function && !child.name.starts_with('<');
                    if is_def && !own && self.annotations {
                        out.push(self.no_annotations(scope, child, line));
                    }
                    out.push(self.entry(*id)?.into_value());
                }
                previous = Some(child);
            }
            Ok(())
        }

        /// The scope of the annotations of a function that has none.
        fn no_annotations(&self, scope: &Scope<'_>, function: &Scope<'_>, line: i64) -> Value {
            let symbols = self.vm.new_dict();
            let local = flags::LOCAL << flags::SCOPE_OFFSET;
            self.add(&symbols, ".format", local | flags::DEF_PARAM | flags::USE);
            if scope.kind == ScopeKind::Class || scope.can_see_class_scope {
                let free = flags::FREE << flags::SCOPE_OFFSET;
                self.add(&symbols, "__classdict__", free | flags::USE);
            }
            let params = vec![self.vm.intern_str(".format").into_value()];
            let kind = ScopeKind::Annotation as i64;
            let made = self.make(
                "__annotate__",
                symbols,
                params,
                Vec::new(),
                function.nested,
                (kind, line),
            );
            made.into_value()
        }
    }
}
