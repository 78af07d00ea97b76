//! The payload of `function`.

use std::cell::{Cell, RefCell};

use taipan_object::dict::Dict;
use taipan_object::exceptions::peek;
use taipan_object::tuple::Tuple;
use taipan_object::{Ref, Value, Vm, payload};

use crate::code::PyCode;

/// The payload of `function`.
#[repr(C)]
pub struct Function {
    pub code: RefCell<Ref<PyCode>>,
    pub globals: Ref<Dict>,
    pub builtins: Ref<Dict>,
    /// Tuple of cells, if the code has free variables.
    pub closure: Cell<Option<Ref<Tuple>>>,
    pub defaults: Cell<Option<Value>>,
    pub kwdefaults: Cell<Option<Value>>,
    pub annotations: Cell<Option<Value>>,
    pub annotate: Cell<Option<Value>>,
    pub name: Cell<Option<Value>>,
    pub qualname: Cell<Option<Value>>,
    pub module: Cell<Option<Value>>,
    pub doc: Cell<Option<Value>>,
    pub type_params: Cell<Option<Value>>,
    /// Changes when code or defaults are replaced.
    pub version: Cell<u32>,
    /// Code objects that were replaced: frames that still run them only point to them.
    pub retired: RefCell<Vec<Ref<PyCode>>>,
}

impl Function {
    /// Byte offset in the payload of the word that names the code object.
    pub const CODE_OFFSET: usize = std::mem::offset_of!(Function, code) + code_word_offset();
    /// Byte offsets in the payload of the words that name the globals, the built-ins and the tuple of cells (0: none).
    pub const GLOBALS_OFFSET: usize = std::mem::offset_of!(Function, globals);
    pub const BUILTINS_OFFSET: usize = std::mem::offset_of!(Function, builtins);
    pub const CLOSURE_OFFSET: usize = std::mem::offset_of!(Function, closure);
}

/// Where a `RefCell<Ref<T>>` keeps the reference.
const fn code_word_offset() -> usize {
    // RefCell's layout is not specified; the size tells where the value can lie, `tests` check it.
    size_of::<RefCell<Ref<PyCode>>>() - size_of::<Ref<PyCode>>()
}

/// Whether [`Function::CODE_OFFSET`] is right for this function; compiled code relies on it.
pub fn code_offset_holds(f: &Ref<Function>) -> bool {
    // SAFETY: reads a word inside the payload.
    let word = unsafe {
        *(&raw const **f)
            .cast::<u8>()
            .add(Function::CODE_OFFSET)
            .cast::<u64>()
    };
    word == f.code.borrow().as_ptr() as u64
}

/// The words of the cells of a live function's closure.
///
/// # Safety
/// `function` is the word of a live function.
pub unsafe fn cells(function: u64) -> Vec<u64> {
    // SAFETY: by the contract.
    let f = unsafe { &(*(function as *const taipan_object::Object<Function>)).payload };
    peek_ref(&f.closure).map_or_else(Vec::new, |c| c.items().iter().map(Value::word).collect())
}

/// A new reference to what a cell of references holds.
pub fn peek_ref<T>(cell: &Cell<Option<Ref<T>>>) -> Option<Ref<T>> {
    let r = cell.take();
    cell.set(r.clone());
    r
}

payload!(
    Function,
    gc,
    |this, visit| {
        visit(this.code.borrow().as_value());
        this.retired
            .borrow()
            .iter()
            .for_each(|c| visit(c.as_value()));
        visit(this.globals.as_value());
        visit(this.builtins.as_value());
        if let Some(c) = peek_ref(&this.closure) {
            visit(c.as_value())
        }
        for cell in [
            &this.defaults,
            &this.kwdefaults,
            &this.annotations,
            &this.annotate,
            &this.name,
            &this.qualname,
            &this.module,
            &this.doc,
            &this.type_params,
        ] {
            if let Some(v) = peek(cell) {
                visit(&v)
            }
        }
    },
    clear | this | {
        drop((
            this.closure.take(),
            this.defaults.take(),
            this.kwdefaults.take(),
            this.annotations.take(),
            this.annotate.take(),
            this.type_params.take(),
        ));
    }
);

/// Makes a function of a code object.
pub fn new_function(
    vm: &Vm,
    code: &Ref<PyCode>,
    globals: &Ref<Dict>,
    qualname: Option<Value>,
) -> Ref<Function> {
    let name = vm.intern_str(&code.code.name).into_value();
    let qualname = qualname.unwrap_or_else(|| vm.intern_str(&code.code.qualname).into_value());
    let builtins = builtins_of(vm, globals);
    let doc = if code
        .code
        .flags
        .contains(taipan_compiler::code::CodeFlags::HAS_DOCSTRING)
    {
        code.code
            .consts
            .first()
            .and_then(|c| crate::code::const_value(vm, c).ok())
            .unwrap_or(Value::NONE)
    } else {
        Value::NONE
    };
    let function = Function {
        code: RefCell::new(code.clone()),
        globals: globals.clone(),
        builtins,
        closure: Cell::new(None),
        defaults: Cell::new(None),
        kwdefaults: Cell::new(None),
        annotations: Cell::new(None),
        annotate: Cell::new(None),
        name: Cell::new(Some(name)),
        qualname: Cell::new(Some(qualname)),
        module: Cell::new(globals.get_str(&vm.names.__name__)),
        doc: Cell::new(Some(doc)),
        type_params: Cell::new(None),
        version: Cell::new(0),
        retired: RefCell::default(),
    };
    taipan_object::object::alloc_instance(vm, &vm.types.function, function)
}

/// The built-ins that code with these globals sees: `__builtins__`, a module or dict.
pub fn builtins_of(vm: &Vm, globals: &Ref<Dict>) -> Ref<Dict> {
    match globals.get_str(&vm.names.__builtins__) {
        Some(b) => match b.downcast::<taipan_object::module::Module>() {
            Some(m) => m.dict.clone(),
            None => b
                .downcast_owned::<Dict>()
                .unwrap_or_else(|_| vm.builtins.clone()),
        },
        None => vm.builtins.clone(),
    }
}

/// Sets `__dict__` of an object whose instance part may have one.
pub fn replace_dict(vm: &Vm, object: &Value, value: Option<&Value>) -> taipan_object::PyResult<()> {
    let Some(value) = value else {
        return Err(vm.type_error("cannot delete __dict__"));
    };
    let Some(dict) = value.downcast::<Dict>() else {
        return Err(vm.type_error(format!(
            "__dict__ must be set to a dictionary, not a '{}'",
            vm.type_name(value)
        )));
    };
    match taipan_object::instance::instance_part(object) {
        Some(part) => {
            drop(part.enter_dict_mode(dict.clone()));
            Ok(())
        }
        None => Err(vm.no_attribute(object, &vm.names.__dict__)),
    }
}
