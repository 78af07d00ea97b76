//! `Cursor`: statements are run and rows fetched.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};
use taipan_stdlib_core::field::Field;

use crate::connection::Connection;
use crate::convert::{bind, text_value};
use crate::errors::{of, programming, raise};
use crate::raw::{Datum, SQLITE_DONE, SQLITE_ROW, Statement};

/// Asks for converters by the declared types of columns, and by their names.
pub const PARSE_DECLTYPES: i32 = 1;
pub const PARSE_COLNAMES: i32 = 2;

/// `Cursor`.
#[derive(Default)]
pub struct Cursor {
    connection: Field,
    pub description: Field,
    row_factory: Field,
    /// A converter for each column, if any has one.
    converters: RefCell<Vec<Option<Value>>>,
    statement: RefCell<Option<Rc<Statement>>>,
    array_size: Cell<u32>,
    row_count: Cell<i64>,
    last_rowid: Cell<Option<i64>>,
    closed: Cell<bool>,
    locked: Cell<bool>,
    ready: Cell<bool>,
}
payload!(
    Cursor,
    gc,
    |this, visit| {
        this.connection.visit(visit);
        this.description.visit(visit);
        this.row_factory.visit(visit);
        this.converters
            .borrow()
            .iter()
            .flatten()
            .for_each(&mut *visit);
    },
    clear | this | {
        this.connection.clear();
        this.row_factory.clear();
        drop(this.converters.take());
    }
);

impl Drop for Cursor {
    fn drop(&mut self) {
        // A statement in the middle of its rows holds a lock on the database.
        if let Some(statement) = self.statement.take() {
            statement.release();
        }
    }
}

/// Marks a cursor as being used while it lives.
struct Locked<'a>(&'a Cursor);
impl Drop for Locked<'_> {
    fn drop(&mut self) {
        self.0.locked.set(false);
    }
}

impl Cursor {
    fn lock(&self) -> Locked<'_> {
        self.locked.set(true);
        Locked(self)
    }
    fn check_free(&self, vm: &Vm) -> PyResult<()> {
        if !self.ready.get() {
            return Err(programming(vm, "Base Cursor.__init__ not called."));
        }
        if self.locked.get() {
            return Err(programming(vm, "Recursive use of cursors not allowed."));
        }
        Ok(())
    }
    /// The connection, if all is well with it and this cursor.
    fn check(&self, vm: &Vm) -> PyResult<Ref<Connection>> {
        self.check_free(vm)?;
        if self.closed.get() {
            return Err(programming(vm, "Cannot operate on a closed cursor."));
        }
        let connection = self.connection.get().and_then(|c| c.downcast_owned().ok());
        let Some(connection) = connection else {
            return Err(programming(vm, "Base Cursor.__init__ not called."));
        };
        Connection::check_thread(vm, &connection)?;
        Connection::db(vm, &connection)?;
        Ok(connection)
    }
    fn drop_statement(&self, vm: &Vm) {
        let old = self.statement.take();
        if let Some(statement) = old {
            statement.reset(vm);
        }
    }
    /// The converters of the columns of a statement.
    fn find_converters(&self, vm: &Vm, connection: &Connection, s: &Statement) -> PyResult<()> {
        let detect = connection.detect.get();
        let mut found = Vec::new();
        if detect != 0 {
            let known = crate::state::converters(vm);
            let lookup = |key: &str| {
                let key = vm.new_str(&key.to_ascii_uppercase());
                known.get(vm, key.as_value())
            };
            for index in 0..s.columns() {
                let mut converter = None;
                if detect & PARSE_COLNAMES != 0
                    && let Some(name) = s.column_name(index)
                    && let Some(start) = name.find('[')
                    && let Some(length) = name[start + 1..].find(']')
                {
                    converter = lookup(&name[start + 1..start + 1 + length])?;
                }
                if converter.is_none()
                    && detect & PARSE_DECLTYPES != 0
                    && let Some(kind) = s.column_type(index)
                {
                    let end = kind.find([' ', '(']).unwrap_or(kind.len());
                    converter = lookup(&kind[..end])?;
                }
                found.push(converter);
            }
        }
        let old = self.converters.replace(found);
        drop(old);
        Ok(())
    }
    fn describe(&self, vm: &Vm, connection: &Connection, s: &Statement) -> PyResult<()> {
        let cuts = connection.detect.get() & PARSE_COLNAMES != 0;
        let mut columns = Vec::new();
        for index in 0..s.columns() {
            let name = s.column_name(index).ok_or_else(|| vm.memory_error())?;
            let mut shown = name.as_str();
            if cuts && let Some(bracket) = shown.find('[') {
                let cut = &shown[..bracket];
                shown = cut.strip_suffix(' ').unwrap_or(cut);
            }
            let mut parts = vec![Value::NONE; 7];
            parts[0] = vm.new_str(shown).into_value();
            columns.push(vm.tuple_from_slice(&parts).into_value());
        }
        self.description
            .set(vm.tuple_from_slice(&columns).into_value());
        Ok(())
    }
    /// The row that the statement stands on.
    fn row(&self, vm: &Vm, connection: &Connection, s: &Statement) -> PyResult {
        let converters = self.converters.borrow().clone();
        let mut items = Vec::new();
        for index in 0..s.data_count() {
            let converter = converters.get(index as usize).cloned().flatten();
            let item = match converter {
                Some(converter) => match s.column_bytes(index) {
                    Some(bytes) => vm.call(&converter, &[vm.new_bytes(bytes).into_value()])?,
                    None => Value::NONE,
                },
                None => Cursor::item(vm, connection, s, index)?,
            };
            items.push(item);
        }
        Ok(vm.tuple_from_slice(&items).into_value())
    }
    fn item(vm: &Vm, connection: &Connection, s: &Statement, index: i32) -> PyResult {
        /// What a column holds, with texts copied out before anything of Python runs.
        enum Item {
            Done(Value),
            Text(Vec<u8>),
        }
        let item = s.column(index, |datum| match datum {
            Datum::Text(bytes) => Item::Text(bytes.to_vec()),
            other => Item::Done(crate::convert::outgoing(vm, &other)),
        });
        let bytes = match item {
            Item::Done(value) => return Ok(value),
            Item::Text(bytes) => bytes,
        };
        let factory = connection.text_factory.get();
        let is = |t: &TypeRef| factory.as_ref().is_some_and(|f| f.is(t.as_value()));
        if factory.is_none() || is(&vm.types.str) {
            let decoded = text_value(vm, &bytes);
            return match vm.ignore(decoded, &vm.exc.unicode_decode_error)? {
                Some(text) => Ok(text),
                None => {
                    let name = s.column_name(index).unwrap_or_default();
                    let text = String::from_utf8_lossy(&bytes);
                    let message =
                        format!("Could not decode to UTF-8 column '{name}' with text '{text}'");
                    Err(raise(vm, "OperationalError", message))
                }
            };
        }
        let object = vm.new_bytes(bytes).into_value();
        match factory {
            Some(_) if is(&vm.types.bytes) => Ok(object),
            Some(factory) => vm.call(&factory, &[object]),
            None => Ok(object),
        }
    }
    /// Runs a statement once, or for each of many sets of parameters.
    fn run(
        vm: &Vm,
        this: &Ref<Cursor>,
        sql: &Ref<Str>,
        parameters: Option<&Value>,
        many: bool,
    ) -> PyResult<()> {
        let connection = this.check(vm)?;
        let _locked = this.lock();
        let rows = match parameters {
            Some(p) if many => Some(vm.iter(p)?),
            _ => None,
        };
        this.drop_statement(vm);
        this.description.set(Value::NONE);
        let outcome = Cursor::run_inner(vm, this, &connection, sql, parameters, rows.as_ref());
        if outcome.is_err() {
            this.drop_statement(vm);
            this.row_count.set(-1);
        }
        outcome
    }
    fn run_inner(
        vm: &Vm,
        this: &Ref<Cursor>,
        connection: &Ref<Connection>,
        sql: &Ref<Str>,
        parameters: Option<&Value>,
        rows: Option<&Value>,
    ) -> PyResult<()> {
        let db = Connection::db(vm, connection)?;
        let statement = Connection::statement(vm, connection, sql)?;
        statement.in_use.set(true);
        *this.statement.borrow_mut() = Some(statement.clone());
        let is_dml = statement.is_dml.get();
        if rows.is_some() && statement.is_readonly() {
            return Err(programming(
                vm,
                "executemany() can only execute DML statements.",
            ));
        }
        statement.reset(vm);
        statement.in_use.set(true);
        this.row_count.set(if is_dml { 0 } else { -1 });
        if is_dml && db.is_autocommit() {
            Connection::begin(vm, connection)?;
        }
        let empty = vm.empty_tuple.to_value();
        loop {
            let given = match rows {
                Some(rows) => match vm.next(rows)? {
                    Some(given) => given,
                    None => break,
                },
                None => parameters.unwrap_or(&empty).clone(),
            };
            statement.in_use.set(true);
            statement.clear_bindings();
            bind(vm, &statement, &given)?;
            let code = statement.step(vm);
            if code != SQLITE_DONE && code != SQLITE_ROW {
                return Err(Connection::failed(vm, &db));
            }
            this.find_converters(vm, connection, &statement)?;
            if statement.columns() > 0 && this.description.get().is_none_or(|d| d.is_none()) {
                this.describe(vm, connection, &statement)?;
            }
            if code == SQLITE_DONE {
                if is_dml {
                    this.row_count.set(this.row_count.get() + db.changes());
                }
                statement.reset(vm);
            }
            if rows.is_none() {
                this.last_rowid.set(Some(db.last_rowid()));
                if code == SQLITE_DONE {
                    drop(this.statement.take());
                }
                return Ok(());
            }
            statement.reset(vm);
        }
        this.drop_statement(vm);
        Ok(())
    }
    fn next_row(vm: &Vm, this: &Ref<Cursor>) -> PyResult<Option<Value>> {
        let connection = this.check(vm)?;
        let statement = this.statement.borrow().clone();
        let Some(statement) = statement else {
            return Ok(None);
        };
        if statement.data_count() == 0 {
            this.drop_statement(vm);
            return Ok(None);
        }
        let row = {
            let _locked = this.lock();
            this.row(vm, &connection, &statement)?
        };
        let code = {
            let _locked = this.lock();
            statement.step(vm)
        };
        if code == SQLITE_DONE {
            if statement.is_dml.get() {
                this.row_count.set(statement.db.changes());
            }
            this.drop_statement(vm);
        } else if code != SQLITE_ROW {
            let raised = Connection::failed(vm, &statement.db);
            this.drop_statement(vm);
            return Err(raised);
        }
        match this.row_factory.get().filter(|f| !f.is_none()) {
            Some(factory) => {
                let _locked = this.lock();
                vm.call(&factory, &[this.to_value(), row]).map(Some)
            }
            None => Ok(Some(row)),
        }
    }
    fn many(vm: &Vm, this: &Ref<Cursor>, most: Option<usize>) -> PyResult {
        let mut rows = Vec::new();
        while most.is_none_or(|most| rows.len() < most) {
            match Cursor::next_row(vm, this)? {
                Some(row) => rows.push(row),
                None => break,
            }
        }
        Ok(vm.list_value(rows))
    }
}

fn script_text(vm: &Vm, value: &Value) -> PyResult<Vec<u8>> {
    let Some(text) = value.downcast::<Str>() else {
        return Err(taipan_object::native::bad_argument(
            vm,
            value,
            "executescript",
            "argument",
            "str",
        ));
    };
    crate::convert::utf8(vm, text)
}

/// A count of rows.
fn count(vm: &Vm, value: &Value) -> PyResult<u32> {
    let n = vm.index(value)?;
    match n.as_i64() {
        Some(n) if n < 0 => Err(vm.value_error("value must be positive")),
        Some(n) if u32::try_from(n).is_ok() => Ok(n as u32),
        _ => Err(vm.overflow_error("Python int too large to convert to C uint32_t")),
    }
}

#[pymethods(
    name = "Cursor",
    module = "sqlite3",
    doc = "SQLite database cursor class.",
    flags(BASETYPE)
)]
impl Cursor {
    #[pynew("(*args, **kwargs)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        _args: &[Value],
        _kwargs: taipan_object::args::KwArgs<'_>,
    ) -> Value {
        alloc_instance(vm, cls, Cursor::default()).into_value()
    }
    #[pyinit("(connection, /)")]
    fn start(vm: &Vm, this: &Ref<Cursor>, connection: &Value) -> PyResult<()> {
        let Some(known) = connection.downcast::<Connection>() else {
            return Err(vm.type_error(format!(
                "Cursor() argument 1 must be sqlite3.Connection, not {}",
                vm.type_of(connection).display_name()
            )));
        };
        if this.ready.get() && this.locked.get() {
            return Err(programming(vm, "Recursive use of cursors not allowed."));
        }
        this.drop_statement(vm);
        this.connection.set(connection.clone());
        this.description.set(Value::NONE);
        this.row_factory.set(Value::NONE);
        this.array_size.set(1);
        this.row_count.set(-1);
        this.last_rowid.set(None);
        this.closed.set(false);
        Connection::check_thread(vm, known)?;
        this.ready.set(true);
        Ok(())
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<Cursor>) -> PyResult<Option<Value>> {
        Cursor::next_row(vm, this)
    }
    /// Runs an SQL statement.
    #[pymethod("(self, sql, parameters=<unset>, /)")]
    fn execute(
        vm: &Vm,
        this: &Ref<Cursor>,
        sql: &Ref<Str>,
        parameters: Option<&Value>,
    ) -> PyResult<Ref<Cursor>> {
        Cursor::run(vm, this, sql, parameters, false)?;
        Ok(this.clone())
    }
    /// Runs an SQL statement for each set of parameters.
    #[pymethod("(self, sql, seq_of_parameters, /)")]
    fn executemany(
        vm: &Vm,
        this: &Ref<Cursor>,
        sql: &Ref<Str>,
        parameters: &Value,
    ) -> PyResult<Ref<Cursor>> {
        Cursor::run(vm, this, sql, Some(parameters), true)?;
        Ok(this.clone())
    }
    /// Runs many SQL statements.
    #[pymethod("(self, sql_script, /)")]
    fn executescript(vm: &Vm, this: &Ref<Cursor>, script: &Value) -> PyResult<Ref<Cursor>> {
        let text = script_text(vm, script)?;
        let connection = this.check(vm)?;
        let db = Connection::db(vm, &connection)?;
        if text.len() > db.limit(crate::connection::LIMIT_SQL_LENGTH, -1).max(0) as usize {
            return Err(raise(vm, "DataError", "query string is too large"));
        }
        let Some(text) = crate::raw::c_text(text) else {
            return Err(vm.value_error("embedded null character"));
        };
        Connection::commit_before_script(vm, &connection)?;
        let mut rest = text.as_c_str();
        loop {
            let prepared = db.prepare(vm, rest);
            let Ok((statement, used)) = prepared else {
                return Err(Connection::failed(vm, &db));
            };
            let mut code = SQLITE_ROW;
            while code == SQLITE_ROW {
                code = statement.step(vm);
            }
            if code != SQLITE_DONE {
                return Err(Connection::failed(vm, &db));
            }
            drop(statement);
            let after = &rest.to_bytes_with_nul()[used.min(rest.count_bytes())..];
            match std::ffi::CStr::from_bytes_with_nul(after) {
                Ok(after) if !after.is_empty() && used > 0 => rest = after,
                _ => return Ok(this.clone()),
            }
        }
    }
    /// The next row.
    #[pymethod("(self, /)")]
    fn fetchone(vm: &Vm, this: &Ref<Cursor>) -> PyResult<Option<Value>> {
        Cursor::next_row(vm, this)
    }
    /// Some rows.
    #[pymethod("(self, size=<unset>)")]
    fn fetchmany(vm: &Vm, this: &Ref<Cursor>, size: Option<&Value>) -> PyResult {
        let size = match size {
            Some(size) => count(vm, size)?,
            None => this.array_size.get(),
        };
        Cursor::many(vm, this, Some(size as usize))
    }
    /// All rows that are left.
    #[pymethod("(self, /)")]
    fn fetchall(vm: &Vm, this: &Ref<Cursor>) -> PyResult {
        Cursor::many(vm, this, None)
    }
    /// Does nothing.
    #[pymethod("(self, sizes, /)")]
    fn setinputsizes(_this: &Ref<Cursor>, _sizes: &Value) {}
    /// Does nothing.
    #[pymethod("(self, size, column=None, /)")]
    fn setoutputsize(_this: &Ref<Cursor>, _size: &Value, _column: &Value) {}
    /// Closes the cursor.
    #[pymethod("(self, /)")]
    fn close(vm: &Vm, this: &Ref<Cursor>) -> PyResult<()> {
        this.check_free(vm)?;
        let connection = this.connection.get().and_then(|c| c.downcast_owned().ok());
        let Some(connection) = connection else {
            return Err(programming(vm, "Base Cursor.__init__ not called."));
        };
        Connection::check_thread(vm, &connection)?;
        Connection::db(vm, &connection)?;
        this.drop_statement(vm);
        this.closed.set(true);
        Ok(())
    }
    #[pygetset]
    fn connection(this: &Ref<Cursor>) -> Option<Value> {
        this.connection.get()
    }
    #[pygetset]
    fn description(this: &Ref<Cursor>) -> Option<Value> {
        this.description.get()
    }
    #[pygetset]
    fn lastrowid(this: &Ref<Cursor>) -> Option<i64> {
        this.last_rowid.get()
    }
    #[pygetset]
    fn rowcount(this: &Ref<Cursor>) -> i64 {
        this.row_count.get()
    }
    #[pygetset]
    fn arraysize(this: &Ref<Cursor>) -> u32 {
        this.array_size.get()
    }
    #[pysetter(arraysize)]
    fn set_arraysize(vm: &Vm, this: &Ref<Cursor>, value: Option<&Value>) -> PyResult<()> {
        let value = value
            .ok_or_else(|| vm.raise_str(&vm.exc.attribute_error, "cannot delete attribute"))?;
        this.array_size.set(count(vm, value)?);
        Ok(())
    }
    #[pygetset]
    fn row_factory(this: &Ref<Cursor>) -> Option<Value> {
        this.row_factory.get()
    }
    #[pysetter(row_factory)]
    fn set_row_factory(this: &Ref<Cursor>, value: Option<&Value>) -> PyResult<()> {
        this.row_factory.set(value.cloned().unwrap_or(Value::NONE));
        Ok(())
    }
}

/// A failure of SQLite as an exception, unless one is on its way.
pub fn failure(vm: &Vm, db: &crate::raw::Db) -> taipan_object::Raised {
    match vm.take_pending() {
        Some(exception) => vm.restore(exception),
        None => of(vm, db),
    }
}
