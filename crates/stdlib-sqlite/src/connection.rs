//! `Connection`: a database with its settings and its cache of statements.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::ffi::{CStr, CString};
use std::rc::{Rc, Weak};

use taipan_macros::pymethods;
use taipan_object::args::KwArgs;
use taipan_object::object::alloc_instance;
use taipan_object::str::Str;
use taipan_object::{PyResult, Raised, Ref, TypeRef, Value, Vm, payload};
use taipan_stdlib_core::field::Field;

use crate::callbacks::Hook;
use crate::convert::{after_comments, is_dml, utf8};
use crate::cursor::{Cursor, failure};
use crate::errors::{class, of_code, programming, raise, with_code};
use crate::raw::{Db, Handle, Statement, c_text};

pub const LIMIT_SQL_LENGTH: i32 = 1;
/// Transactions as before PEP 249's `autocommit`.
pub const LEGACY: i32 = -1;
const LEVELS: [&str; 4] = ["", "DEFERRED", "IMMEDIATE", "EXCLUSIVE"];

/// `Connection`.
#[derive(Default)]
pub struct Connection {
    db: RefCell<Option<Rc<Db>>>,
    thread: Cell<u64>,
    checks_thread: Cell<bool>,
    pub detect: Cell<i32>,
    /// What implicit transactions begin with; none if there are none.
    isolation: Cell<Option<&'static str>>,
    autocommit: Cell<i32>,
    cache: RefCell<VecDeque<(Vec<u8>, Rc<Statement>)>>,
    cache_size: Cell<usize>,
    row_factory: Field,
    pub text_factory: Field,
    blobs: RefCell<Vec<Weak<Handle>>>,
    pub authorizer: RefCell<Hook>,
    pub progress: RefCell<Hook>,
    pub trace: RefCell<Hook>,
}
payload!(
    Connection,
    gc,
    |this, visit| {
        this.row_factory.visit(visit);
        this.text_factory.visit(visit);
        this.authorizer.borrow().visit(visit);
        this.progress.borrow().visit(visit);
        this.trace.borrow().visit(visit);
    },
    clear | this | {
        this.row_factory.clear();
        this.text_factory.clear();
    }
);

impl Drop for Connection {
    fn drop(&mut self) {
        // The hooks must outlive the database's use of them.
        self.shut(None);
    }
}

impl Connection {
    pub fn check_thread(vm: &Vm, this: &Connection) -> PyResult<()> {
        let (made, now) = (this.thread.get(), vm.thread_id.get());
        if this.db.borrow().is_some() && this.checks_thread.get() && made != now {
            return Err(programming(
                vm,
                format!(
                    "SQLite objects created in a thread can only be used in that same thread. The object was created in thread id {made} and this is thread id {now}."
                ),
            ));
        }
        Ok(())
    }
    /// The open database.
    pub fn db(vm: &Vm, this: &Connection) -> PyResult<Rc<Db>> {
        match &*this.db.borrow() {
            None => Err(programming(vm, "Base Connection.__init__ not called.")),
            Some(db) if !db.is_open() => {
                Err(programming(vm, "Cannot operate on a closed database."))
            }
            Some(db) => Ok(db.clone()),
        }
    }
    /// The open database, in the right thread.
    pub fn usable(vm: &Vm, this: &Connection) -> PyResult<Rc<Db>> {
        Connection::check_thread(vm, this)?;
        Connection::db(vm, this)
    }
    /// A failure of SQLite as an exception.
    pub fn failed(vm: &Vm, db: &Db) -> Raised {
        failure(vm, db)
    }
    /// Closes what there is.
    fn shut(&self, vm: Option<&Vm>) {
        for blob in self.blobs.take() {
            if let Some(blob) = blob.upgrade() {
                blob.close();
            }
        }
        drop(self.cache.take());
        let db = self.db.borrow().clone();
        if let Some(db) = db {
            db.unhook();
            db.close(vm);
        }
    }
    /// A statement for a text, from the cache if one is free there.
    pub fn statement(vm: &Vm, this: &Ref<Connection>, sql: &Ref<Str>) -> PyResult<Rc<Statement>> {
        let text = utf8(vm, sql)?;
        let mut cache = this.cache.borrow_mut();
        if let Some(index) = cache.iter().position(|(known, _)| *known == text)
            && let Some(entry) = cache.remove(index)
        {
            let statement = entry.1.clone();
            if !statement.in_use.get() {
                cache.push_back(entry);
                return Ok(statement);
            }
        }
        drop(cache);
        let statement = Connection::prepare(vm, this, &text)?;
        let mut cache = this.cache.borrow_mut();
        if this.cache_size.get() > 0 {
            cache.push_back((text, statement.clone()));
        }
        let mut old = Vec::new();
        while cache.len() > this.cache_size.get() {
            old.extend(cache.pop_front());
        }
        drop(cache);
        drop(old);
        Ok(statement)
    }
    fn prepare(vm: &Vm, this: &Ref<Connection>, text: &[u8]) -> PyResult<Rc<Statement>> {
        let db = Connection::db(vm, this)?;
        if text.len() > db.limit(LIMIT_SQL_LENGTH, -1).max(0) as usize {
            return Err(raise(vm, "DataError", "query string is too large"));
        }
        let Some(sql) = c_text(text) else {
            return Err(programming(vm, "the query contains a null character"));
        };
        let Ok((statement, used)) = db.prepare(vm, &sql) else {
            return Err(Connection::failed(vm, &db));
        };
        if after_comments(&text[used.min(text.len())..]).is_some() {
            return Err(programming(
                vm,
                "You can only execute one statement at a time.",
            ));
        }
        statement.is_dml.set(is_dml(text));
        Ok(Rc::new(statement))
    }
    fn sql(vm: &Vm, this: &Connection, sql: &CStr) -> PyResult<()> {
        let db = Connection::db(vm, this)?;
        db.run(vm, sql).map_err(|_| Connection::failed(vm, &db))
    }
    /// Begins the transaction that changes of rows need, if that is how this connection works.
    pub fn begin(vm: &Vm, this: &Connection) -> PyResult<()> {
        if this.autocommit.get() != LEGACY {
            return Ok(());
        }
        match this.isolation.get() {
            None => Ok(()),
            Some(level) => {
                let sql = CString::new(format!("BEGIN {level}")).unwrap_or_default();
                Connection::sql(vm, this, &sql)
            }
        }
    }
    pub fn commit_before_script(vm: &Vm, this: &Connection) -> PyResult<()> {
        if this.autocommit.get() == LEGACY && !Connection::db(vm, this)?.is_autocommit() {
            return Connection::sql(vm, this, c"COMMIT");
        }
        Ok(())
    }
    /// Ends a transaction.
    fn end(vm: &Vm, this: &Connection, sql: &CStr) -> PyResult<()> {
        let db = Connection::usable(vm, this)?;
        if this.autocommit.get() == LEGACY {
            if db.is_autocommit() {
                return Ok(());
            }
            return Connection::sql(vm, this, sql);
        }
        if this.autocommit.get() == 0 {
            Connection::sql(vm, this, sql)?;
            return Connection::sql(vm, this, c"BEGIN");
        }
        Ok(())
    }
    fn level(vm: &Vm, value: &Value) -> PyResult<Option<&'static str>> {
        if value.is_none() {
            return Ok(None);
        }
        let Some(text) = value.downcast::<Str>() else {
            return Err(vm.type_error("isolation_level must be str or None"));
        };
        let text = text.to_string();
        if text.contains('\0') {
            return Err(vm.value_error("embedded null character"));
        }
        let known = LEVELS
            .iter()
            .find(|level| level.eq_ignore_ascii_case(&text));
        known.copied().map(Some).ok_or_else(|| {
            vm.value_error(
                "isolation_level string must be '', 'DEFERRED', 'IMMEDIATE', or 'EXCLUSIVE'",
            )
        })
    }
    fn autocommit_mode(vm: &Vm, value: &Value) -> PyResult<i32> {
        match value.as_bool() {
            Some(on) => return Ok(i32::from(on)),
            None if value.as_i64() == Some(i64::from(LEGACY)) => return Ok(LEGACY),
            None => {}
        }
        Err(vm.value_error("autocommit must be True, False, or sqlite3.LEGACY_TRANSACTION_CONTROL"))
    }
    fn new_cursor(vm: &Vm, this: &Ref<Connection>, factory: Option<&Value>) -> PyResult {
        Connection::usable(vm, this)?;
        let class = vm.add_native_type::<Cursor>();
        let made = match factory {
            Some(factory) => vm.call(factory, &[this.to_value()])?,
            None => vm.call(class.as_value(), &[this.to_value()])?,
        };
        if made.downcast::<Cursor>().is_none() {
            return Err(vm.type_error(format!(
                "factory must return a cursor, not {}",
                vm.type_name(&made)
            )));
        }
        if let Some(rows) = this.row_factory.get().filter(|f| !f.is_none()) {
            vm.setattr(&made, &vm.intern_str("row_factory"), &rows)?;
        }
        Ok(made)
    }
    fn by_cursor(vm: &Vm, this: &Ref<Connection>, method: &str, args: &[Value]) -> PyResult {
        let cursor = Connection::new_cursor(vm, this, None)?;
        vm.call_method(&cursor, &vm.intern_str(method), args)
    }
    pub fn remember_blob(this: &Connection, handle: &Rc<Handle>) {
        let mut blobs = this.blobs.borrow_mut();
        blobs.retain(|b| b.strong_count() > 0);
        blobs.push(Rc::downgrade(handle));
    }
}

/// `Statement`: what calling a connection gives.
pub struct Prepared(Rc<Statement>);
payload!(Prepared);

#[pymethods(
    name = "Statement",
    module = "sqlite3",
    doc = "",
    flags(DISALLOW_INSTANTIATION)
)]
impl Prepared {
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Prepared>) -> PyResult {
        Ok(vm
            .new_str(&format!(
                "<sqlite3.Statement object at {:#x}>",
                Rc::as_ptr(&this.0).addr()
            ))
            .into_value())
    }
}

fn delete_refused(vm: &Vm) -> Raised {
    vm.raise_str(&vm.exc.attribute_error, "cannot delete attribute")
}

/// Warns of arguments by position that will be taken by keyword only.
pub fn warn_positional(vm: &Vm, args: &[Value]) -> PyResult<()> {
    if args.len() <= 1 {
        return Ok(());
    }
    let message = "Passing more than 1 positional argument to sqlite3.connect() is deprecated. Parameters 'timeout', 'detect_types', 'isolation_level', 'check_same_thread', 'factory', 'cached_statements' and 'uri' will become keyword-only parameters in Python 3.15.";
    (vm.hooks.get().warn)(vm, &vm.exc.deprecation_warning, message, 1)
}

#[pymethods(
    name = "Connection",
    module = "sqlite3",
    doc = "SQLite database connection object.",
    flags(BASETYPE),
    extra(crate::connection::ATTRIBUTES, crate::hooks::HOOKS)
)]
impl Connection {
    #[pynew("(*args, **kwargs)")]
    fn new(vm: &Vm, cls: &TypeRef, _args: &[Value], _kwargs: KwArgs<'_>) -> Value {
        alloc_instance(vm, cls, Connection::default()).into_value()
    }
    #[pyinit(
        "(database, timeout=5.0, detect_types=0, isolation_level='', check_same_thread=True, factory=<unset>, cached_statements=128, uri=False, *, autocommit=-1)"
    )]
    fn start(
        vm: &Vm,
        this: &Ref<Connection>,
        database: &Value,
        timeout: f64,
        detect_types: i32,
        isolation_level: &Value,
        check_same_thread: bool,
        _factory: Option<&Value>,
        cached_statements: i32,
        uri: bool,
        autocommit: &Value,
    ) -> PyResult<()> {
        let path = taipan_vm::util::fs_bytes(vm, database)?;
        let isolation = Connection::level(vm, isolation_level)?;
        let autocommit = Connection::autocommit_mode(vm, autocommit)?;
        let Some(path) = c_text(path) else {
            return Err(vm.value_error("embedded null byte"));
        };
        if this.db.borrow().is_some() {
            Connection::check_thread(vm, this)?;
            this.shut(Some(vm));
            drop(this.db.take());
        }
        let opened = Db::open(vm, &path, uri, (timeout * 1000.0) as i32);
        let db = opened.map_err(|(code, message)| with_code(vm, code, &message))?;
        *this.db.borrow_mut() = Some(db);
        this.thread.set(vm.thread_id.get());
        this.checks_thread.set(check_same_thread);
        this.detect.set(detect_types);
        this.isolation.set(isolation);
        this.autocommit.set(autocommit);
        this.cache_size.set(cached_statements.max(0) as usize);
        this.row_factory.set(Value::NONE);
        this.text_factory.set(vm.types.str.to_value());
        if autocommit == 0 {
            Connection::sql(vm, this, c"BEGIN")?;
        }
        Ok(())
    }
    #[pyslot(finalize)]
    fn finalize_slot(vm: &Vm, this: &Value) {
        let Some(connection) = this.downcast::<Connection>() else {
            return;
        };
        let is_open = connection
            .db
            .borrow()
            .as_ref()
            .is_some_and(|db| db.is_open());
        if !is_open {
            return;
        }
        let pending = vm.take_pending();
        let shown = vm
            .repr(this)
            .map_or_else(|_| String::new(), |r| r.to_string());
        let message = format!("unclosed database in {shown}");
        let warned = (vm.hooks.get().warn)(vm, &vm.exc.resource_warning, &message, 1);
        if let Err(raised) = warned {
            let exception = vm.take_exception(raised);
            let text = "Exception ignored while finalizing database connection";
            (vm.hooks.get().unraisable)(vm, exception, text, Some(this));
        }
        connection.shut(Some(vm));
        if let Some(exception) = pending {
            let _ = vm.restore(exception);
        }
    }
    #[pycall("(sql, /)")]
    fn prepare_call(vm: &Vm, this: &Ref<Connection>, sql: &Value) -> PyResult {
        Connection::usable(vm, this)?;
        let Some(sql) = sql.downcast::<Str>() else {
            return Err(vm.type_error(format!("argument 1 must be str, not {}", vm.type_name(sql))));
        };
        let statement = Connection::prepare(vm, this, &utf8(vm, sql)?)?;
        let class = vm.add_native_type::<Prepared>();
        Ok(vm.heap.alloc(&class, Prepared(statement)).into_value())
    }
    /// A cursor.
    #[pymethod("(self, factory=<unset>)")]
    fn cursor(vm: &Vm, this: &Ref<Connection>, factory: Option<&Value>) -> PyResult {
        Connection::new_cursor(vm, this, factory)
    }
    /// Closes the connection.
    #[pymethod("(self, /)")]
    fn close(vm: &Vm, this: &Ref<Connection>) -> PyResult<()> {
        Connection::check_thread(vm, this)?;
        let db = this.db.borrow().clone();
        let Some(db) = db else {
            return Err(programming(vm, "Base Connection.__init__ not called."));
        };
        if db.is_open() && this.autocommit.get() == 0 && !db.is_autocommit() {
            Connection::sql(vm, this, c"ROLLBACK")?;
        }
        this.shut(Some(vm));
        Ok(())
    }
    /// Commits the open transaction.
    #[pymethod("(self, /)")]
    fn commit(vm: &Vm, this: &Ref<Connection>) -> PyResult<()> {
        Connection::end(vm, this, c"COMMIT")
    }
    /// Rolls the open transaction back.
    #[pymethod("(self, /)")]
    fn rollback(vm: &Vm, this: &Ref<Connection>) -> PyResult<()> {
        Connection::end(vm, this, c"ROLLBACK")
    }
    /// Runs an SQL statement with a new cursor.
    #[pymethod("(self, sql, parameters=<unset>, /)")]
    fn execute(
        vm: &Vm,
        this: &Ref<Connection>,
        sql: &Value,
        parameters: Option<&Value>,
    ) -> PyResult {
        let mut args = vec![sql.clone()];
        args.extend(parameters.cloned());
        Connection::by_cursor(vm, this, "execute", &args)
    }
    /// Runs an SQL statement for each set of parameters with a new cursor.
    #[pymethod("(self, sql, parameters, /)")]
    fn executemany(vm: &Vm, this: &Ref<Connection>, sql: &Value, parameters: &Value) -> PyResult {
        Connection::by_cursor(vm, this, "executemany", &[sql.clone(), parameters.clone()])
    }
    /// Runs many SQL statements with a new cursor.
    #[pymethod("(self, sql_script, /)")]
    fn executescript(vm: &Vm, this: &Ref<Connection>, script: &Value) -> PyResult {
        Connection::by_cursor(vm, this, "executescript", std::slice::from_ref(script))
    }
    #[pymethod("(self, /)")]
    fn __enter__(vm: &Vm, this: &Ref<Connection>) -> PyResult<Ref<Connection>> {
        Connection::db(vm, this)?;
        Ok(this.clone())
    }
    /// Commits, or rolls back if there was an exception.
    #[pymethod("(self, type, value, traceback, /)")]
    fn __exit__(
        vm: &Vm,
        this: &Ref<Connection>,
        kind: &Value,
        _value: &Value,
        _traceback: &Value,
    ) -> PyResult<bool> {
        if !kind.is_none() {
            Connection::end(vm, this, c"ROLLBACK")?;
            return Ok(false);
        }
        if let Err(raised) = Connection::end(vm, this, c"COMMIT") {
            let exception = vm.take_exception(raised);
            // The database is left as it was; a failure of that comes with the first as its context.
            Connection::end(vm, this, c"ROLLBACK")?;
            return Err(vm.restore(exception));
        }
        Ok(false)
    }
    /// Stops statements that run in other threads.
    #[pymethod("(self, /)")]
    fn interrupt(vm: &Vm, this: &Ref<Connection>) -> PyResult<()> {
        Connection::db(vm, this)?.interrupt();
        Ok(())
    }
    /// The statements that make a copy of the database.
    #[pymethod("(self, *, filter=None)")]
    fn iterdump(vm: &Vm, this: &Ref<Connection>, filter: &Value) -> PyResult {
        Connection::db(vm, this)?;
        let module = taipan_vm::import::import_module(vm, "sqlite3.dump")?;
        let function = vm.getattr(&module, &vm.intern_str("_iterdump"))?;
        let names = vm.tuple_value([vm.intern_str("filter").into_value()]);
        let names = names.downcast_owned().ok();
        vm.call_args(
            &function,
            taipan_object::Args {
                values: &[this.to_value(), filter.clone()],
                keywords: names.as_ref(),
            },
        )
    }
    /// The bytes of a database.
    #[pymethod("(self, *, name='main')")]
    fn serialize(vm: &Vm, this: &Ref<Connection>, name: &Ref<Str>) -> PyResult {
        let db = Connection::usable(vm, this)?;
        let c_name = c_name(vm, name)?;
        match db.serialize(vm, &c_name) {
            Some(bytes) => Ok(vm.new_bytes(bytes).into_value()),
            None => Err(raise(
                vm,
                "OperationalError",
                format!("unable to serialize '{name}'"),
            )),
        }
    }
    /// Puts a database in the place of another.
    #[pymethod("(self, data, /, *, name='main')")]
    fn deserialize(vm: &Vm, this: &Ref<Connection>, data: &Value, name: &Ref<Str>) -> PyResult<()> {
        let bytes = match data.downcast::<Str>() {
            Some(text) => utf8(vm, text)?,
            None => taipan_object::bytes_ops::arg::bytes_like(vm, data)?.to_vec(),
        };
        let db = Connection::usable(vm, this)?;
        match db.deserialize(vm, &bytes, &c_name(vm, name)?) {
            crate::raw::SQLITE_OK => Ok(()),
            _ => Err(Connection::failed(vm, &db)),
        }
    }
    /// A limit.
    #[pymethod("(self, category, /)")]
    fn getlimit(vm: &Vm, this: &Ref<Connection>, category: i32) -> PyResult<i32> {
        limit(vm, this, category, -1)
    }
    /// Sets a limit; the old one.
    #[pymethod("(self, category, limit, /)")]
    fn setlimit(vm: &Vm, this: &Ref<Connection>, category: i32, new: i32) -> PyResult<i32> {
        limit(vm, this, category, new)
    }
    /// A switch of the database.
    #[pymethod("(self, op, /)")]
    fn getconfig(vm: &Vm, this: &Ref<Connection>, op: i32) -> PyResult<bool> {
        config(vm, this, op, None)
    }
    /// Sets a switch of the database.
    #[pymethod("(self, op, enable=True, /)")]
    fn setconfig(vm: &Vm, this: &Ref<Connection>, op: i32, enable: bool) -> PyResult<()> {
        if config(vm, this, op, Some(enable))? != enable {
            return Err(raise(
                vm,
                "OperationalError",
                format!("Unable to set config {op}"),
            ));
        }
        Ok(())
    }
}

/// A name of SQL.
pub fn c_name(vm: &Vm, name: &Ref<Str>) -> PyResult<CString> {
    c_text(utf8(vm, name)?).ok_or_else(|| vm.value_error("embedded null character"))
}

fn limit(vm: &Vm, this: &Ref<Connection>, category: i32, new: i32) -> PyResult<i32> {
    let db = Connection::usable(vm, this)?;
    match db.limit(category, new) {
        old if old >= 0 => Ok(old),
        _ => Err(programming(vm, "'category' is out of bounds")),
    }
}

fn config(vm: &Vm, this: &Ref<Connection>, op: i32, set: Option<bool>) -> PyResult<bool> {
    let db = Connection::usable(vm, this)?;
    let known = crate::constants::OTHERS
        .iter()
        .any(|(name, n)| name.starts_with("SQLITE_DBCONFIG_") && *n == i64::from(op));
    if !known {
        return Err(vm.value_error(format!("unknown config 'op': {op}")));
    }
    db.config(op, set).map_err(|code| of_code(vm, code))
}

macro_rules! exceptions {
    ($($name:ident)*) => {
        /// The attributes.
        #[allow(non_snake_case)]
        #[pymethods(partial = ATTRIBUTES, class = "Connection")]
        impl Connection {
            $(
                #[pygetset]
                fn $name(vm: &Vm, _this: &Value) -> TypeRef {
                    class(vm, stringify!($name))
                }
            )*
            #[pygetset]
            fn isolation_level(vm: &Vm, this: &Ref<Connection>) -> PyResult<Option<&'static str>> {
                Connection::db(vm, this)?;
                Ok(this.isolation.get())
            }
            #[pysetter(isolation_level)]
            fn set_isolation_level(
                vm: &Vm,
                this: &Ref<Connection>,
                value: Option<&Value>,
            ) -> PyResult<()> {
                let value = value.ok_or_else(|| delete_refused(vm))?;
                let level = Connection::level(vm, value)?;
                this.isolation.set(level);
                if level.is_none() {
                    // Statements commit by themselves again.
                    return Connection::end(vm, this, c"COMMIT");
                }
                Ok(())
            }
            #[pygetset]
            fn autocommit(vm: &Vm, this: &Ref<Connection>) -> PyResult {
                Connection::usable(vm, this)?;
                Ok(match this.autocommit.get() {
                    LEGACY => vm.new_int(i64::from(LEGACY)),
                    mode => Value::bool(mode != 0),
                })
            }
            #[pysetter(autocommit)]
            fn set_autocommit(
                vm: &Vm,
                this: &Ref<Connection>,
                value: Option<&Value>,
            ) -> PyResult<()> {
                let db = Connection::usable(vm, this)?;
                let value = value.ok_or_else(|| delete_refused(vm))?;
                let mode = Connection::autocommit_mode(vm, value)?;
                if mode == 1 && !db.is_autocommit() {
                    Connection::sql(vm, this, c"COMMIT")?;
                } else if mode == 0 && db.is_autocommit() {
                    Connection::sql(vm, this, c"BEGIN")?;
                }
                this.autocommit.set(mode);
                Ok(())
            }
            #[pygetset]
            fn total_changes(vm: &Vm, this: &Ref<Connection>) -> PyResult<i64> {
                Ok(Connection::db(vm, this)?.total_changes())
            }
            #[pygetset]
            fn in_transaction(vm: &Vm, this: &Ref<Connection>) -> PyResult<bool> {
                Ok(!Connection::db(vm, this)?.is_autocommit())
            }
            #[pygetset]
            fn row_factory(this: &Ref<Connection>) -> Option<Value> {
                this.row_factory.get()
            }
            #[pysetter(row_factory)]
            fn set_row_factory(this: &Ref<Connection>, value: Option<&Value>) -> PyResult<()> {
                this.row_factory.set(value.cloned().unwrap_or(Value::NONE));
                Ok(())
            }
            #[pygetset]
            fn text_factory(this: &Ref<Connection>) -> Option<Value> {
                this.text_factory.get()
            }
            #[pysetter(text_factory)]
            fn set_text_factory(
                vm: &Vm,
                this: &Ref<Connection>,
                value: Option<&Value>,
            ) -> PyResult<()> {
                let value = value.unwrap_or(vm.types.str.as_value());
                this.text_factory.set(value.clone());
                Ok(())
            }
        }
    };
}

exceptions! {
    Warning Error InterfaceError DatabaseError DataError OperationalError IntegrityError
    InternalError ProgrammingError NotSupportedError
}
