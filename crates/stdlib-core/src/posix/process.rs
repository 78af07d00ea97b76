//! Processes and their environment.

use taipan_macros::pymodule;
use taipan_object::struct_sequence::Layout;

macro_rules! layout {
    ($id:ident, $name:literal, [$($field:literal),*]) => {
        static $id: Layout = Layout { name: $name, doc: "", visible: &[$($field),*], hidden: &[], constructible: true };
    };
}
layout!(
    UNAME,
    "posix.uname_result",
    ["sysname", "nodename", "release", "version", "machine"]
);
layout!(
    TIMES,
    "posix.times_result",
    [
        "user",
        "system",
        "children_user",
        "children_system",
        "elapsed"
    ]
);
layout!(TERMINAL, "os.terminal_size", ["columns", "lines"]);

/// Functions.
#[pymodule(partial, name = "posix")]
pub mod functions {
    use taipan_host::process as p;
    use taipan_object::dict::Dict;
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use super::{TERMINAL, TIMES, UNAME};
    use crate::posix::{error, path};

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        for (name, layout) in [
            ("uname_result", &UNAME),
            ("times_result", &TIMES),
            ("terminal_size", &TERMINAL),
        ] {
            let ty = vm.struct_sequence_type(layout)?;
            module
                .dict
                .insert_str(vm, &vm.intern_str(name), ty.into_value());
        }
        let names = vm.new_dict();
        for (name, n) in [
            ("SC_PAGESIZE", taipan_host::errno::_SC_PAGESIZE),
            ("SC_PAGE_SIZE", taipan_host::errno::_SC_PAGESIZE),
            (
                "SC_NPROCESSORS_ONLN",
                taipan_host::errno::_SC_NPROCESSORS_ONLN,
            ),
            (
                "SC_NPROCESSORS_CONF",
                taipan_host::errno::_SC_NPROCESSORS_CONF,
            ),
            ("SC_CLK_TCK", taipan_host::errno::_SC_CLK_TCK),
            ("SC_OPEN_MAX", taipan_host::errno::_SC_OPEN_MAX),
            ("SC_ARG_MAX", taipan_host::errno::_SC_ARG_MAX),
            ("SC_PHYS_PAGES", taipan_host::errno::_SC_PHYS_PAGES),
            ("SC_SEM_NSEMS_MAX", taipan_host::errno::_SC_SEM_NSEMS_MAX),
            ("SC_IOV_MAX", taipan_host::errno::_SC_IOV_MAX),
        ] {
            names.insert_str(vm, &vm.intern_str(name), vm.new_int(n.into()));
        }
        module
            .dict
            .insert_str(vm, &vm.intern_str("sysconf_names"), names.into_value());
        Ok(())
    }
    /// The number of the process.
    #[pyfunction("()")]
    fn getpid() -> u32 {
        taipan_host::env::pid()
    }
    /// The number of the parent process.
    #[pyfunction("()")]
    fn getppid() -> u32 {
        p::getppid()
    }
    /// The user.
    #[pyfunction("()")]
    fn getuid() -> u32 {
        p::getuid()
    }
    /// The effective user.
    #[pyfunction("()")]
    fn geteuid() -> u32 {
        p::geteuid()
    }
    /// The group.
    #[pyfunction("()")]
    fn getgid() -> u32 {
        p::getgid()
    }
    /// The effective group.
    #[pyfunction("()")]
    fn getegid() -> u32 {
        p::getegid()
    }
    /// The process group.
    #[pyfunction("()")]
    fn getpgrp() -> u32 {
        p::getpgrp()
    }
    /// The groups of the process.
    #[pyfunction("()")]
    fn getgroups(vm: &Vm) -> PyResult {
        let groups = p::groups().map_err(|e| error(vm, &e))?;
        Ok(vm.list_value(groups.into_iter().map(|g| vm.new_int(g.into())).collect()))
    }
    fn done(vm: &Vm, r: std::io::Result<i32>) -> PyResult<()> {
        r.map(drop).map_err(|e| error(vm, &e))
    }
    /// The group of a process.
    #[pyfunction("(pid)")]
    fn getpgid(vm: &Vm, pid: i32) -> PyResult<i32> {
        p::getpgid(pid).map_err(|e| error(vm, &e))
    }
    /// Puts a process into a group.
    #[pyfunction("(pid, pgrp, /)")]
    fn setpgid(vm: &Vm, pid: i32, pgrp: i32) -> PyResult<()> {
        done(vm, p::setpgid(pid, pgrp))
    }
    /// The session of a process.
    #[pyfunction("(pid, /)")]
    fn getsid(vm: &Vm, pid: i32) -> PyResult<i32> {
        p::getsid(pid).map_err(|e| error(vm, &e))
    }
    /// Starts a session.
    #[pyfunction("()")]
    fn setsid(vm: &Vm) -> PyResult<()> {
        done(vm, p::setsid())
    }
    /// Sets the user.
    #[pyfunction("(uid, /)")]
    fn setuid(vm: &Vm, uid: i64) -> PyResult<()> {
        done(vm, p::setuid(uid as u32))
    }
    /// Sets the group.
    #[pyfunction("(gid, /)")]
    fn setgid(vm: &Vm, gid: i64) -> PyResult<()> {
        done(vm, p::setgid(gid as u32))
    }
    /// Changes the priority.
    #[pyfunction("(increment, /)")]
    fn nice(vm: &Vm, increment: i32) -> PyResult<i32> {
        p::nice(increment).map_err(|e| error(vm, &e))
    }
    /// Sets the mask of new files' access rights.
    #[pyfunction("(mask, /)")]
    fn umask(mask: i32) -> u32 {
        p::umask(mask as u32)
    }
    /// Sends a signal to a process.
    #[pyfunction("(pid, signal, /)")]
    fn kill(vm: &Vm, pid: i32, signal: i32) -> PyResult<()> {
        done(vm, p::kill(pid, signal))?;
        (vm.hooks.get().poll)(vm)
    }
    /// Sends a signal to a group.
    #[pyfunction("(pgid, signal, /)")]
    fn killpg(vm: &Vm, pgid: i32, signal: i32) -> PyResult<()> {
        done(vm, p::killpg(pgid, signal))
    }
    /// Ends the process at once.
    #[pyfunction("(status)")]
    fn _exit(status: i32) {
        p::exit_now(status)
    }
    /// Ends the process with SIGABRT.
    #[pyfunction("()")]
    fn abort() {
        p::abort()
    }
    /// Makes a copy of the process: 0 in the child.
    #[pyfunction("()")]
    fn fork(vm: &Vm) -> PyResult<i32> {
        let hooks = taipan_vm::state::<ForkHooks>(vm, "posix.fork");
        hooks.run(vm, 0);
        let result = taipan_vm::threads::fork(vm);
        if matches!(result, Ok(0)) {
            crate::thread::after_fork(vm);
        }
        hooks.run(vm, if matches!(result, Ok(0)) { 1 } else { 2 });
        result.map_err(|e| error(vm, &e))
    }
    /// Functions to call around a fork: before it, in the child, in the parent.
    #[derive(Default)]
    struct ForkHooks([std::cell::RefCell<Vec<Value>>; 3]);

    impl ForkHooks {
        /// Calls the functions of one kind; those before a fork the last one first.
        fn run(&self, vm: &Vm, kind: usize) {
            let mut all = self.0[kind].borrow().clone();
            if kind == 0 {
                all.reverse();
            }
            for function in all {
                if let Err(raised) = vm.call(&function, &[]) {
                    let e = vm.take_exception(raised);
                    (vm.hooks.get().unraisable)(
                        vm,
                        e,
                        "Exception ignored in fork hook",
                        Some(&function),
                    );
                }
            }
        }
    }
    /// Functions to call around a fork.
    #[pyfunction("(*, before=<unset>, after_in_child=<unset>, after_in_parent=<unset>)")]
    fn register_at_fork(
        vm: &Vm,
        before: Option<&Value>,
        after_in_child: Option<&Value>,
        after_in_parent: Option<&Value>,
    ) -> PyResult<()> {
        let given = [
            ("before", before),
            ("after_in_child", after_in_child),
            ("after_in_parent", after_in_parent),
        ];
        if given.iter().all(|(_, f)| f.is_none()) {
            return Err(vm.type_error("At least one argument is required."));
        }
        for (name, function) in &given {
            if function.is_some_and(|f| vm.type_of(f).slots.call.get().is_none()) {
                return Err(vm.type_error(format!(
                    "'{name}' must be callable, not {}",
                    function.map_or(String::new(), |f| vm.type_name(f))
                )));
            }
        }
        let hooks = taipan_vm::state::<ForkHooks>(vm, "posix.fork");
        for (kind, (_, function)) in given.iter().enumerate() {
            hooks.0[kind].borrow_mut().extend(function.cloned());
        }
        Ok(())
    }
    fn arguments(vm: &Vm, args: &Value, function: &str) -> PyResult<Vec<Vec<u8>>> {
        let items = vm.collect(args)?;
        if items.is_empty() {
            return Err(vm.value_error(format!("{function}() arg 2 must not be empty")));
        }
        items
            .iter()
            .map(|a| taipan_vm::util::fs_bytes(vm, a))
            .collect()
    }
    /// Runs a program in place of this one.
    #[pyfunction("(path, argv, /)")]
    fn execv(vm: &Vm, file: &Value, argv: &Value) -> PyResult<()> {
        let f = path(vm, file, "execv", false)?;
        let argv = arguments(vm, argv, "execv")?;
        taipan_vm::sys::flush_streams(vm);
        Err(f.error(vm, &p::exec(&f.bytes, &argv, None)))
    }
    /// Runs a program in place of this one, with an environment.
    #[pyfunction("(path, argv, env)")]
    fn execve(vm: &Vm, file: &Value, argv: &Value, env: &Value) -> PyResult<()> {
        let f = path(vm, file, "execve", false)?;
        let argv = arguments(vm, argv, "execve")?;
        let mut list = Vec::new();
        let items = match env.downcast::<Dict>() {
            Some(d) => d.items(),
            None => {
                let keys = vm.call_method(env, &vm.intern_str("keys"), &[])?;
                let mut items = Vec::new();
                for k in vm.collect(&keys)? {
                    let v = vm.get_item(env, &k)?;
                    items.push((k, v));
                }
                items
            }
        };
        for (k, v) in items {
            let mut pair = taipan_vm::util::fs_bytes(vm, &k)?;
            pair.push(b'=');
            pair.extend(taipan_vm::util::fs_bytes(vm, &v)?);
            list.push(pair);
        }
        Err(f.error(vm, &p::exec(&f.bytes, &argv, Some(&list))))
    }
    /// Waits for a child.
    #[pyfunction("(pid, options, /)")]
    fn waitpid(vm: &Vm, pid: i32, options: i32) -> PyResult {
        loop {
            match taipan_vm::threads::unlocked(vm, || p::wait(pid, options)) {
                Ok((pid, status)) => {
                    return Ok(vm.tuple_value([vm.new_int(pid.into()), vm.new_int(status.into())]));
                }
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => (vm.hooks.get().poll)(vm)?,
                Err(e) => return Err(error(vm, &e)),
            }
        }
    }
    /// Waits for any child.
    #[pyfunction("()")]
    fn wait(vm: &Vm) -> PyResult {
        waitpid(vm, -1, 0)
    }
    /// Runs a command of the shell.
    #[pyfunction("(command)")]
    fn system(vm: &Vm, command: &Value) -> PyResult<i32> {
        let command = taipan_vm::util::fs_bytes(vm, command)?;
        taipan_vm::threads::unlocked(vm, || p::system(&command)).map_err(|e| error(vm, &e))
    }
    fn signaled(status: i32) -> bool {
        (status & 0x7F) != 0 && (status & 0x7F) != 0x7F
    }
    /// Whether a child ended by itself.
    #[pyfunction("(status)")]
    fn WIFEXITED(status: i32) -> bool {
        status & 0x7F == 0
    }
    /// The exit code of a child.
    #[pyfunction("(status)")]
    fn WEXITSTATUS(status: i32) -> i32 {
        status >> 8 & 0xFF
    }
    /// Whether a child died of a signal.
    #[pyfunction("(status)")]
    fn WIFSIGNALED(status: i32) -> bool {
        signaled(status)
    }
    /// The signal that a child died of.
    #[pyfunction("(status)")]
    fn WTERMSIG(status: i32) -> i32 {
        status & 0x7F
    }
    /// Whether a child is stopped.
    #[pyfunction("(status)")]
    fn WIFSTOPPED(status: i32) -> bool {
        status & 0xFF == 0x7F
    }
    /// The signal that stopped a child.
    #[pyfunction("(status)")]
    fn WSTOPSIG(status: i32) -> i32 {
        status >> 8 & 0xFF
    }
    /// Whether a child left a core file.
    #[pyfunction("(status, /)")]
    fn WCOREDUMP(status: i32) -> bool {
        status & 0x80 != 0
    }
    /// Whether a stopped child went on.
    #[pyfunction("(status)")]
    fn WIFCONTINUED(status: i32) -> bool {
        status == 0xFFFF
    }
    /// The exit code of a status.
    #[pyfunction("(status)")]
    fn waitstatus_to_exitcode(vm: &Vm, status: i32) -> PyResult<i32> {
        if status & 0x7F == 0 {
            return Ok(status >> 8 & 0xFF);
        }
        if signaled(status) {
            return Ok(-(status & 0x7F));
        }
        Err(vm.value_error(if status & 0xFF == 0x7F {
            format!(
                "process stopped by delivery of signal {}",
                status >> 8 & 0xFF
            )
        } else {
            format!("invalid wait status: {status}")
        }))
    }
    /// The name and kind of the system.
    #[pyfunction("()")]
    fn uname(vm: &Vm) -> PyResult {
        let parts = p::uname().map_err(|e| error(vm, &e))?;
        vm.new_struct_sequence(
            &UNAME,
            parts.iter().map(|t| vm.new_str(t).into_value()).collect(),
            Vec::new(),
        )
    }
    /// Processor times.
    #[pyfunction("()")]
    fn times(vm: &Vm) -> PyResult {
        vm.new_struct_sequence(
            &TIMES,
            p::times().iter().map(|t| vm.new_float(*t)).collect(),
            Vec::new(),
        )
    }
    /// How many processors there are.
    #[pyfunction("()")]
    fn cpu_count(vm: &Vm) -> Option<usize> {
        taipan_vm::config(vm)
            .cpu_count
            .map_or_else(p::cpu_count, |n| Some(n as usize))
    }
    /// The processors that a process may use.
    #[pyfunction("(pid, /)")]
    fn sched_getaffinity(vm: &Vm, _pid: i32) -> PyResult {
        let all = (0..p::cpu_count().unwrap_or(1))
            .map(|n| vm.new_int(n as i64))
            .collect();
        vm.call(vm.types.set.as_value(), &[vm.list_value(all)])
    }
    /// Lets other processes run.
    #[pyfunction("()")]
    fn sched_yield() {
        taipan_host::time::sleep(std::time::Duration::ZERO);
    }
    /// The load of the machine.
    #[pyfunction("()")]
    fn getloadavg(vm: &Vm) -> PyResult {
        match p::load() {
            Some(l) => Ok(vm.tuple_value(l.map(|x| vm.new_float(x)))),
            None => Err(vm.raise_str(&vm.exc.os_error, "Load averages are unobtainable")),
        }
    }
    /// Columns and lines of a terminal.
    #[pyfunction("(fd=1, /)")]
    fn get_terminal_size(vm: &Vm, fd: i32) -> PyResult {
        let (columns, lines) = p::terminal_size(fd).map_err(|e| error(vm, &e))?;
        vm.new_struct_sequence(
            &TERMINAL,
            vec![vm.new_int(columns.into()), vm.new_int(lines.into())],
            Vec::new(),
        )
    }
    /// A limit or property of the system.
    #[pyfunction("(name, /)")]
    fn sysconf(vm: &Vm, name: &Value) -> PyResult<i64> {
        let n = match name.downcast::<taipan_object::str::Str>() {
            Some(s) => {
                let posix = taipan_vm::import::import_module(vm, "posix")?;
                let names = vm.getattr_str(&posix, "sysconf_names")?;
                match names.downcast::<Dict>().and_then(|d| d.get_str(s)) {
                    Some(n) => vm.index_i64(&n)?,
                    None => return Err(vm.value_error("unrecognized configuration name")),
                }
            }
            None => vm.index_i64(name)?,
        };
        p::sysconf(n as i32).map_err(|e| error(vm, &e))
    }
}
