//! Methods of connections that hand Python code to SQLite, and those that copy databases.

use std::rc::Rc;
use std::time::Duration;

use taipan_macros::pymethods;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, Value, Vm};

use crate::blob::Blob;
use crate::callbacks::Hook;
use crate::connection::{Connection, c_name};
use crate::errors::{of, of_code, programming, raise};
use crate::raw::{Copying, Db, Handle, SQLITE_DONE, SQLITE_OK};

const BUSY: i32 = 5;
const LOCKED: i32 = 6;
/// The most arguments that SQLite's functions can have.
const LIMIT_FUNCTION_ARG: i32 = 6;

/// Something that is called; none takes away what was set.
fn optional(value: &Value) -> Option<&Value> {
    (!value.is_none()).then_some(value)
}

fn check_count(vm: &Vm, db: &Db, n: i32, name: &str) -> PyResult<()> {
    let most = db.limit(LIMIT_FUNCTION_ARG, -1);
    if n < -1 || n > most {
        return Err(programming(
            vm,
            format!("'{name}' must be between -1 and {most}, not {n}"),
        ));
    }
    Ok(())
}

#[pymethods(partial = HOOKS, class = "Connection")]
impl Connection {
    /// Makes a function of SQL.
    #[pymethod("(self, name, narg, func, *, deterministic=False)")]
    fn create_function(
        vm: &Vm,
        this: &Ref<Connection>,
        name: &Ref<Str>,
        narg: i32,
        func: &Value,
        deterministic: bool,
    ) -> PyResult<()> {
        let db = Connection::usable(vm, this)?;
        check_count(vm, &db, narg, "narg")?;
        let name = c_name(vm, name)?;
        match db.function(&name, narg, optional(func), deterministic) {
            SQLITE_OK => Ok(()),
            _ => Err(of(vm, &db)),
        }
    }
    /// Makes an aggregate of SQL.
    #[pymethod("(self, name, n_arg, aggregate_class)")]
    fn create_aggregate(
        vm: &Vm,
        this: &Ref<Connection>,
        name: &Ref<Str>,
        n_arg: i32,
        aggregate_class: &Value,
    ) -> PyResult<()> {
        let db = Connection::usable(vm, this)?;
        check_count(vm, &db, n_arg, "n_arg")?;
        let name = c_name(vm, name)?;
        match db.aggregate(&name, n_arg, optional(aggregate_class), false) {
            SQLITE_OK => Ok(()),
            _ => Err(of(vm, &db)),
        }
    }
    /// Makes an aggregate of SQL that can be used over windows.
    #[pymethod("(self, name, num_params, aggregate_class, /)")]
    fn create_window_function(
        vm: &Vm,
        this: &Ref<Connection>,
        name: &Ref<Str>,
        num_params: i32,
        aggregate_class: &Value,
    ) -> PyResult<()> {
        let db = Connection::usable(vm, this)?;
        check_count(vm, &db, num_params, "num_params")?;
        let name = c_name(vm, name)?;
        match db.aggregate(&name, num_params, optional(aggregate_class), true) {
            SQLITE_OK => Ok(()),
            _ => Err(of(vm, &db)),
        }
    }
    /// Makes an order of texts.
    #[pymethod("(self, name, callback, /)")]
    fn create_collation(
        vm: &Vm,
        this: &Ref<Connection>,
        name: &Ref<Str>,
        callback: &Value,
    ) -> PyResult<()> {
        let db = Connection::usable(vm, this)?;
        let name = c_name(vm, name)?;
        if !callback.is_none() && vm.type_of(callback).slots.call.get().is_none() {
            return Err(vm.type_error("parameter must be callable"));
        }
        match db.collation(&name, optional(callback)) {
            SQLITE_OK => Ok(()),
            _ => Err(of(vm, &db)),
        }
    }
    /// Sets who is asked whether statements are allowed.
    #[pymethod("(self, authorizer_callback)")]
    fn set_authorizer(vm: &Vm, this: &Ref<Connection>, callback: &Value) -> PyResult<()> {
        let db = Connection::usable(vm, this)?;
        let hook = Hook::new(optional(callback));
        let code = db.authorizer(&hook);
        let old = this.authorizer.replace(hook);
        drop(old);
        match code {
            SQLITE_OK => Ok(()),
            _ => Err(raise(
                vm,
                "OperationalError",
                "Error setting authorizer callback",
            )),
        }
    }
    /// Sets who is called while statements run.
    #[pymethod("(self, progress_handler, n)")]
    fn set_progress_handler(
        vm: &Vm,
        this: &Ref<Connection>,
        handler: &Value,
        n: i32,
    ) -> PyResult<()> {
        let db = Connection::usable(vm, this)?;
        let hook = Hook::new(optional(handler));
        db.progress(&hook, n);
        let old = this.progress.replace(hook);
        drop(old);
        Ok(())
    }
    /// Sets who is told of each statement.
    #[pymethod("(self, trace_callback)")]
    fn set_trace_callback(vm: &Vm, this: &Ref<Connection>, callback: &Value) -> PyResult<()> {
        let db = Connection::usable(vm, this)?;
        let hook = Hook::new(optional(callback));
        db.trace(&hook);
        let old = this.trace.replace(hook);
        drop(old);
        Ok(())
    }
    /// Opens a blob.
    #[pymethod("(self, table, column, rowid, /, *, readonly=False, name='main')")]
    fn blobopen(
        vm: &Vm,
        this: &Ref<Connection>,
        table: &Ref<Str>,
        column: &Ref<Str>,
        rowid: i64,
        readonly: bool,
        name: &Ref<Str>,
    ) -> PyResult<Ref<Blob>> {
        let db = Connection::usable(vm, this)?;
        let (name, table, column) = (c_name(vm, name)?, c_name(vm, table)?, c_name(vm, column)?);
        let opened = Handle::open(vm, &db, [&name, &table, &column], rowid, !readonly);
        let Ok(handle) = opened else {
            return Err(of(vm, &db));
        };
        let handle = Rc::new(handle);
        Connection::remember_blob(this, &handle);
        Ok(Blob::make(vm, this, handle))
    }
    /// Allows extensions to be loaded.
    #[pymethod("(self, enable, /)")]
    fn enable_load_extension(vm: &Vm, this: &Ref<Connection>, enable: bool) -> PyResult<()> {
        let db = Connection::usable(vm, this)?;
        match db.enable_extensions(enable) {
            SQLITE_OK => Ok(()),
            _ => Err(raise(
                vm,
                "OperationalError",
                "Error enabling load extension",
            )),
        }
    }
    /// Loads an extension.
    #[pymethod("(self, name, /, *, entrypoint=None)")]
    fn load_extension(
        vm: &Vm,
        this: &Ref<Connection>,
        name: &Ref<Str>,
        entrypoint: Option<&Ref<Str>>,
    ) -> PyResult<()> {
        let db = Connection::usable(vm, this)?;
        let name = c_name(vm, name)?;
        let entry = match entrypoint {
            Some(entry) => Some(c_name(vm, entry)?),
            None => None,
        };
        db.load_extension(&name, entry.as_deref())
            .map_err(|message| raise(vm, "OperationalError", message))
    }
    /// Copies the database into another connection's.
    #[pymethod("(self, target, *, pages=-1, progress=None, name='main', sleep=0.25)")]
    fn backup(
        vm: &Vm,
        this: &Ref<Connection>,
        target: &Value,
        pages: i32,
        progress: &Value,
        name: &Ref<Str>,
        sleep: &Value,
    ) -> PyResult<()> {
        let Some(target) = target.downcast::<Connection>() else {
            return Err(taipan_object::native::bad_argument(
                vm,
                target,
                "backup",
                "argument 'target'",
                "sqlite3.Connection",
            ));
        };
        let sleep = taipan_stdlib_data::support::seconds(vm, sleep)?;
        if sleep < 0.0 {
            return Err(vm.value_error("sleep must be greater-than or equal to zero"));
        }
        let from = Connection::usable(vm, this)?;
        if target.is(this) {
            return Err(vm.value_error("target cannot be the same connection instance"));
        }
        let to = Connection::usable(vm, target)?;
        if !progress.is_none() && vm.type_of(progress).slots.call.get().is_none() {
            return Err(vm.type_error("progress argument must be a callable"));
        }
        let name = c_name(vm, name)?;
        let Some(copying) = Copying::start(&to, &from, &name) else {
            return Err(of(vm, &to));
        };
        let pages = if pages == 0 { -1 } else { pages };
        loop {
            let code = copying.step(vm, pages);
            if let Some(progress) = optional(progress) {
                let args = [code, copying.remaining(), copying.page_count()];
                vm.call(progress, &args.map(|n| vm.new_int(i64::from(n))))?;
            }
            match code & 0xFF {
                BUSY | LOCKED => {
                    let span = Duration::try_from_secs_f64(sleep).unwrap_or_default();
                    taipan_vm::threads::unlocked(vm, || std::thread::sleep(span));
                    taipan_vm::poll::poll(vm)?;
                }
                SQLITE_OK if code == SQLITE_OK => {}
                _ => break finish(vm, copying, &to, code),
            }
        }
    }
}

fn finish(vm: &Vm, copying: Copying, to: &Db, last: i32) -> PyResult<()> {
    match copying.finish() {
        SQLITE_OK if last == SQLITE_DONE => Ok(()),
        SQLITE_OK => Err(of_code(vm, last)),
        _ => Err(of(vm, to)),
    }
}
