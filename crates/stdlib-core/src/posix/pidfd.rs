//! Waiting for children by kind (`waitid`), and descriptors that stand for processes.

use taipan_macros::pymodule;
use taipan_object::struct_sequence::Layout;

static WAITED: Layout = Layout {
    name: "posix.waitid_result",
    doc: "What waitid tells of a child.",
    visible: &["si_pid", "si_uid", "si_signo", "si_status", "si_code"],
    hidden: &[],
    constructible: true,
};

/// Functions.
#[pymodule(partial, name = "posix")]
pub mod functions {
    use taipan_host::process as p;
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use super::WAITED;
    use crate::posix::error;

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        let ty = vm.struct_sequence_type(&WAITED)?.into_value();
        for (name, value) in [
            ("waitid_result", ty),
            ("P_PIDFD", vm.new_int(3)),
            ("PIDFD_NONBLOCK", vm.new_int(0o4000)),
        ] {
            module.dict.insert_str(vm, &vm.intern_str(name), value);
        }
        Ok(())
    }
    /// A descriptor that stands for a process.
    #[pyfunction("(pid, flags=0)")]
    fn pidfd_open(vm: &Vm, pid: i32, flags: i32) -> PyResult<i32> {
        p::open_pidfd(pid, flags as u32).map_err(|e| error(vm, &e))
    }
    /// Waits for children of a kind: by number, group or descriptor.
    #[pyfunction("(idtype, id, options, /)")]
    fn waitid(vm: &Vm, idtype: i32, id: i64, options: i32) -> PyResult {
        loop {
            let call = || p::wait_id(idtype as u32, id as u32, options);
            match taipan_vm::threads::unlocked(vm, call) {
                Ok(None) => return Ok(Value::NONE),
                Ok(Some(child)) => {
                    let fields = vec![
                        vm.new_int(child.pid.into()),
                        vm.new_int(child.uid.into()),
                        vm.new_int(child.signal.into()),
                        vm.new_int(child.status.into()),
                        vm.new_int(child.code.into()),
                    ];
                    return vm.new_struct_sequence(&WAITED, fields, Vec::new());
                }
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => (vm.hooks.get().poll)(vm)?,
                Err(e) => return Err(error(vm, &e)),
            }
        }
    }
}
