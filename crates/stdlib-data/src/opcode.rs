//! The module `_opcode`: facts about Taipan's instruction set.

use taipan_compiler::opcode::{Flow, Opcode, OperandKind};
use taipan_macros::pymodule;

pub use module::MODULE;

fn has(opcode: Opcode, test: impl Fn(OperandKind) -> bool) -> bool {
    opcode.operands().into_iter().any(test)
}

/// Functions.
#[pymodule(name = "_opcode", doc = "Facts about the instruction set.")]
pub mod module {
    use taipan_compiler::opcode::{Intrinsic1, Intrinsic2, SpecialMethod};
    use taipan_object::{PyResult, Value, Vm};

    use super::{Flow, Opcode, OperandKind, has};

    #[pyattr]
    const ENABLE_SPECIALIZATION: bool = true;
    #[pyattr]
    const ENABLE_SPECIALIZATION_FT: bool = false;

    fn find(number: i32) -> Option<Opcode> {
        u8::try_from(number).ok().and_then(Opcode::from_u8)
    }
    fn is(number: i32, test: impl Fn(Opcode) -> bool) -> bool {
        find(number).is_some_and(test)
    }

    /// Registers have no stack: every instruction has the effect zero.
    #[pyfunction("(opcode, oparg=None, /, *, jump=None)")]
    fn stack_effect(vm: &Vm, opcode: i32, oparg: &Value, jump: &Value) -> PyResult<i64> {
        if !jump.is_none() && jump.as_bool().is_none() {
            return Err(vm.value_error("stack_effect: jump must be False, True or None"));
        }
        if !oparg.is_none() {
            vm.index_i64(oparg)?;
        }
        match find(opcode) {
            Some(_) => Ok(0),
            None => Err(vm.value_error("invalid opcode or oparg")),
        }
    }
    /// Whether there is an instruction with this number.
    #[pyfunction("(opcode)")]
    fn is_valid(opcode: i32) -> bool {
        find(opcode).is_some()
    }
    /// Whether the instruction has an operand.
    #[pyfunction("(opcode)")]
    fn has_arg(opcode: i32) -> bool {
        is(opcode, |o| has(o, |k| k != OperandKind::None))
    }
    /// Whether the instruction reads a constant.
    #[pyfunction("(opcode)")]
    fn has_const(opcode: i32) -> bool {
        is(opcode, |o| has(o, |k| k == OperandKind::Const32))
    }
    /// Whether the instruction uses a name.
    #[pyfunction("(opcode)")]
    fn has_name(opcode: i32) -> bool {
        is(opcode, |o| {
            has(o, |k| matches!(k, OperandKind::Name | OperandKind::Name32))
        })
    }
    /// Whether the instruction can jump.
    #[pyfunction("(opcode)")]
    fn has_jump(opcode: i32) -> bool {
        is(opcode, |o| matches!(o.flow(), Flow::Jump | Flow::Branch))
    }
    /// Whether the instruction uses a cell.
    #[pyfunction("(opcode)")]
    fn has_free(opcode: i32) -> bool {
        is(opcode, |o| has(o, |k| k == OperandKind::Cell))
    }
    /// Whether the instruction uses a local variable that may be unbound.
    #[pyfunction("(opcode)")]
    fn has_local(opcode: i32) -> bool {
        is(opcode, |o| has(o, |k| k == OperandKind::Local))
    }
    /// Whether the instruction sets up an exception handler; tables do that here.
    #[pyfunction("(opcode)")]
    fn has_exc(_opcode: i32) -> bool {
        false
    }
    /// Statistics of specialisation; none are kept.
    #[pyfunction("()")]
    fn get_specialization_stats() {}
    /// Names and signs of the binary operators.
    #[pyfunction("()")]
    fn get_nb_ops(vm: &Vm) -> Value {
        const OPS: [(&str, &str); 27] = [
            ("NB_ADD", "+"),
            ("NB_AND", "&"),
            ("NB_FLOOR_DIVIDE", "//"),
            ("NB_LSHIFT", "<<"),
            ("NB_MATRIX_MULTIPLY", "@"),
            ("NB_MULTIPLY", "*"),
            ("NB_REMAINDER", "%"),
            ("NB_OR", "|"),
            ("NB_POWER", "**"),
            ("NB_RSHIFT", ">>"),
            ("NB_SUBTRACT", "-"),
            ("NB_TRUE_DIVIDE", "/"),
            ("NB_XOR", "^"),
            ("NB_INPLACE_ADD", "+="),
            ("NB_INPLACE_AND", "&="),
            ("NB_INPLACE_FLOOR_DIVIDE", "//="),
            ("NB_INPLACE_LSHIFT", "<<="),
            ("NB_INPLACE_MATRIX_MULTIPLY", "@="),
            ("NB_INPLACE_MULTIPLY", "*="),
            ("NB_INPLACE_REMAINDER", "%="),
            ("NB_INPLACE_OR", "|="),
            ("NB_INPLACE_POWER", "**="),
            ("NB_INPLACE_RSHIFT", ">>="),
            ("NB_INPLACE_SUBTRACT", "-="),
            ("NB_INPLACE_TRUE_DIVIDE", "/="),
            ("NB_INPLACE_XOR", "^="),
            ("NB_SUBSCR", "[]"),
        ];
        let pairs = OPS.map(|(name, sign)| {
            vm.tuple_value([
                vm.intern_str(name).into_value(),
                vm.intern_str(sign).into_value(),
            ])
        });
        vm.list_value(pairs.to_vec())
    }
    fn names(vm: &Vm, names: impl Iterator<Item = &'static str>) -> Value {
        vm.list_value(names.map(|n| vm.intern_str(n).into_value()).collect())
    }
    /// Names of the intrinsics of one operand.
    #[pyfunction("()")]
    fn get_intrinsic1_descs(vm: &Vm) -> Value {
        names(vm, Intrinsic1::ALL.iter().map(|i| i.name()))
    }
    /// Names of the intrinsics of two operands.
    #[pyfunction("()")]
    fn get_intrinsic2_descs(vm: &Vm) -> Value {
        names(vm, Intrinsic2::ALL.iter().map(|i| i.name()))
    }
    /// Names of the special methods that an instruction looks up.
    #[pyfunction("()")]
    fn get_special_method_names(vm: &Vm) -> Value {
        names(vm, SpecialMethod::ALL.iter().map(|m| m.name()))
    }
    /// The executor at a place of code; there are none here.
    #[pyfunction("(code, offset)")]
    fn get_executor(vm: &Vm, _code: &Value, _offset: i32) -> PyResult<()> {
        Err(vm.runtime_error("Executors are not available in this build"))
    }
}
