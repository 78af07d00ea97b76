//! The module `_sre`.

use taipan_macros::pymodule;

pub use module::MODULE;

/// Functions; the classes are in the files beside.
#[pymodule(
    name = "_sre",
    doc = "The regular expression engine, for the module re.",
    classes(
        crate::pattern::Pattern,
        crate::match_object::Match,
        crate::scanner::Scanner,
        crate::template::Template,
    )
)]
pub mod module {
    use taipan_object::dict::Dict;
    use taipan_object::list::List;
    use taipan_object::module::Module;
    use taipan_object::native::bad_argument;
    use taipan_object::tuple::Tuple;
    use taipan_object::{Payload, PyResult, Ref, Value, Vm};

    use crate::engine::chars;
    use crate::engine::codes;
    use crate::match_object::{self, Match};
    use crate::pattern::{self, Pattern};
    use crate::scanner::{self, Scanner};
    use crate::template::Template;

    #[pyattr]
    const MAGIC: i64 = codes::MAGIC as i64;
    /// Bytes of a code.
    #[pyattr]
    const CODESIZE: i64 = 4;
    #[pyattr]
    const MAXREPEAT: i64 = codes::MAX_REPEAT as i64;
    #[pyattr]
    const MAXGROUPS: i64 = codes::MAX_GROUPS as i64;

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        vm.add_native_members(&vm.add_native_type::<Pattern>(), pattern::FIELDS_GETSETS);
        vm.add_native_members(&vm.add_native_type::<Match>(), match_object::FIELDS_GETSETS);
        vm.add_native_members(&vm.add_native_type::<Scanner>(), scanner::FIELDS_GETSETS);
        // The classes are reached through their instances.
        for name in ["Pattern", "Match", "SRE_Scanner", "SRE_Template"] {
            drop(module.dict.remove_str(vm, &vm.intern_str(name)));
        }
        Ok(())
    }

    fn instance<'a, T: Payload>(
        vm: &Vm,
        value: &'a Value,
        function: &str,
        what: &str,
        class: &str,
    ) -> PyResult<&'a Ref<T>> {
        value
            .downcast::<T>()
            .ok_or_else(|| bad_argument(vm, value, function, what, class))
    }

    /// A pattern of the codes that re._compiler made.
    #[pyfunction("(pattern, flags, code, groups, groupindex, indexgroup)")]
    fn compile(
        vm: &Vm,
        pattern: &Value,
        flags: i32,
        code: &Value,
        groups: isize,
        groupindex: &Value,
        indexgroup: &Value,
    ) -> PyResult<Ref<Pattern>> {
        let code = instance::<List>(vm, code, "compile", "argument 'code'", "list")?;
        let index = instance::<Dict>(vm, groupindex, "compile", "argument 'groupindex'", "dict")?;
        let names = instance::<Tuple>(vm, indexgroup, "compile", "argument 'indexgroup'", "tuple")?;
        crate::compile::compile(vm, pattern, flags, code, groups, index, names)
    }
    /// A template of the parts that re._parser found in a replacement text.
    #[pyfunction("(pattern, template, /)")]
    fn template(vm: &Vm, _pattern: &Value, template: &Value) -> PyResult<Ref<Template>> {
        let parts = instance::<List>(vm, template, "template", "argument 2", "list")?;
        crate::template::new(vm, parts)
    }
    /// Bytes of a code.
    #[pyfunction("()")]
    fn getcodesize() -> i64 {
        CODESIZE
    }
    /// Whether a character has another case, in ASCII.
    #[pyfunction("(character, /)")]
    fn ascii_iscased(character: i32) -> bool {
        let c = character as u32;
        chars::ascii_lower(c) != c || chars::ascii_upper(c) != c
    }
    /// Whether a character has another case.
    #[pyfunction("(character, /)")]
    fn unicode_iscased(character: i32) -> bool {
        let c = character as u32;
        chars::unicode_lower(c) != c || chars::unicode_upper(c) != c
    }
    /// The lower-case form of a character of ASCII.
    #[pyfunction("(character, /)")]
    fn ascii_tolower(character: i32) -> i32 {
        chars::ascii_lower(character as u32) as i32
    }
    /// The lower-case form of a character.
    #[pyfunction("(character, /)")]
    fn unicode_tolower(character: i32) -> i32 {
        chars::unicode_lower(character as u32) as i32
    }
}
