//! What the module `site` adds to the built-ins: `exit`, `quit`, `help`, `copyright`, `credits`, `license`.

use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::{Args, PyResult, Ref, Value, Vm, payload};

/// `exit` and `quit`.
pub struct Quitter {
    name: &'static str,
}
payload!(Quitter);

#[pymethods(
    name = "Quitter",
    module = "_sitebuiltins",
    doc = "Ends the program when called."
)]
impl Quitter {
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Quitter>) -> PyResult {
        Ok(vm
            .new_str(&format!("Use {}() or Ctrl-D (i.e. EOF) to exit", this.name))
            .into_value())
    }
    #[pyslot]
    fn call(vm: &Vm, this: &Ref<Quitter>, args: Args<'_>) -> PyResult {
        let _ = this;
        let code = args.values.first().cloned().unwrap_or(Value::NONE);
        if let Some(stdin) = crate::sys_attr(vm, "stdin").filter(|s| !s.is_none())
            && vm
                .call_method(&stdin, &vm.intern_str("close"), &[])
                .is_err()
        {
            drop(vm.take_pending());
        }
        let given: &[Value] = if code.is_none() {
            &[]
        } else {
            std::slice::from_ref(&code)
        };
        let e = taipan_object::exceptions::new_exception(vm, &vm.exc.system_exit, given);
        if let Some(x) = e.downcast::<taipan_object::exceptions::Exception>() {
            x.set_field(0, Some(code));
        }
        Err(vm.raise(e))
    }
    #[pygetset]
    fn name(this: &Ref<Quitter>) -> &'static str {
        this.name
    }
}

/// `help`: pydoc, loaded when it is first called.
pub struct Helper;
payload!(Helper);

#[pymethods(
    name = "_Helper",
    module = "_sitebuiltins",
    doc = "Shows help on an object, or starts the help prompt."
)]
impl Helper {
    #[pyslot]
    fn repr(vm: &Vm, _this: &Value) -> PyResult {
        Ok(vm
            .new_str("Type help() for interactive help, or help(object) for help about object.")
            .into_value())
    }
    #[pyslot]
    fn call(vm: &Vm, _this: &Value, args: Args<'_>) -> PyResult {
        let pydoc = crate::import::import_module(vm, "pydoc")?;
        let help = vm.getattr_str(&pydoc, "help")?;
        vm.call_args(&help, args)
    }
}

/// `copyright`, `credits`, `license`: text shown when called or printed.
pub struct Printer {
    name: &'static str,
    text: &'static str,
}
payload!(Printer);

#[pymethods(name = "_Printer", module = "_sitebuiltins", doc = "Shows a text.")]
impl Printer {
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Printer>) -> PyResult {
        let text = if this.name == "license" {
            "Type license() to see the full license text"
        } else {
            this.text
        };
        Ok(vm.new_str(text).into_value())
    }
    #[pyslot]
    fn call(vm: &Vm, this: &Ref<Printer>, _args: Args<'_>) -> PyResult {
        super::print::print(
            vm,
            &[vm.new_str(this.text).into_value()],
            None,
            None,
            None,
            false,
        )?;
        Ok(Value::NONE)
    }
}

/// Adds the names to the built-ins.
///
/// # Errors
/// Only if there is no memory.
pub fn install(vm: &Vm) -> PyResult<()> {
    let set = |name: &str, value: Value| vm.builtins.insert_str(vm, &vm.intern_str(name), value);
    let quitter = vm.add_native_type::<Quitter>();
    for name in ["exit", "quit"] {
        set(
            name,
            alloc_instance(vm, &quitter, Quitter { name }).into_value(),
        );
    }
    set(
        "help",
        alloc_instance(vm, &vm.add_native_type::<Helper>(), Helper).into_value(),
    );
    let printer = vm.add_native_type::<Printer>();
    for (name, text) in [
        (
            "copyright",
            "Copyright (c) the Taipan authors.\nAll Rights Reserved.",
        ),
        (
            "credits",
            "Taipan is made by its authors; the Python language and its library by the Python community.",
        ),
        (
            "license",
            "Taipan is available under the MIT or Apache-2.0 license, at your choice.",
        ),
    ] {
        set(
            name,
            alloc_instance(vm, &printer, Printer { name, text }).into_value(),
        );
    }
    Ok(())
}
