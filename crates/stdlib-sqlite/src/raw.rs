//! Databases, statements and blobs of SQLite, with a safe face.
//!
//! A call that can take long gives up the interpreter's lock, unless the database has callbacks into Python: those run inside the call
//! and need the lock. [`current`] is the thread state for them; it is set exactly while the lock is held around such a call.

use std::cell::Cell;
use std::ffi::{CStr, CString};
use std::ptr;
use std::rc::Rc;

use libsqlite3_sys as ffi;
use taipan_object::Vm;

pub use ffi::{SQLITE_DONE, SQLITE_OK, SQLITE_ROW};

unsafe extern "C" {
    // The bindings leave it out.
    fn sqlite3_close_v2(db: *mut ffi::sqlite3) -> std::ffi::c_int;
}

thread_local! {
    static CURRENT: Cell<*const Vm> = const { Cell::new(ptr::null()) };
}

/// Restores the thread state that callbacks see.
struct Entered(*const Vm);
impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

fn enter(vm: *const Vm) -> Entered {
    Entered(CURRENT.replace(vm))
}

/// The thread state for callbacks, if Python code may run.
pub fn current<'a>() -> Option<&'a Vm> {
    // SAFETY: set from a live reference by `enter`, and taken back before that reference ends; callbacks run in between.
    unsafe { CURRENT.get().as_ref() }
}

/// A pointer that goes to a call without the lock. SQLite is built for use by several threads.
struct Ptr<T>(*mut T);
// SAFETY: only handed to functions of SQLite, which lock the database themselves.
unsafe impl<T> Send for Ptr<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Ptr<T> {}
impl<T> Clone for Ptr<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Ptr<T> {}
impl<T> Ptr<T> {
    fn get(self) -> *mut T {
        self.0
    }
}

/// Text of SQLite's own, copied.
///
/// # Safety
/// Null, or text that ends with a zero byte and lives during the call.
pub unsafe fn owned(text: *const std::ffi::c_char) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: the caller's promise.
    let text = unsafe { CStr::from_ptr(text) };
    Some(text.to_string_lossy().into_owned())
}

/// A database.
pub struct Db {
    raw: Cell<*mut ffi::sqlite3>,
    /// Python code may be called from inside SQLite.
    pub hooked: Cell<bool>,
}

impl Db {
    /// Opens a file; on failure the code and the message.
    pub fn open(vm: &Vm, path: &CStr, uri: bool, timeout: i32) -> Result<Rc<Db>, (i32, String)> {
        let flags = ffi::SQLITE_OPEN_READWRITE
            | ffi::SQLITE_OPEN_CREATE
            | if uri { ffi::SQLITE_OPEN_URI } else { 0 };
        let (code, raw) = {
            let _entered = enter(ptr::null());
            taipan_vm::threads::unlocked(vm, || {
                let mut raw = ptr::null_mut();
                // SAFETY: the path ends with a zero byte; `raw` takes the handle.
                let code = unsafe {
                    ffi::sqlite3_open_v2(path.as_ptr(), &raw mut raw, flags, ptr::null())
                };
                if code == SQLITE_OK {
                    // SAFETY: an open database.
                    unsafe { ffi::sqlite3_busy_timeout(raw, timeout) };
                }
                (code, Ptr(raw))
            })
        };
        let db = Db {
            raw: Cell::new(raw.get()),
            hooked: Cell::new(false),
        };
        if raw.get().is_null() {
            return Err((ffi::SQLITE_NOMEM, "out of memory".into()));
        }
        if code != SQLITE_OK {
            return Err((db.code(), db.message()));
        }
        // SAFETY: as above.
        unsafe { ffi::sqlite3_extended_result_codes(raw.get(), 1) };
        Ok(Rc::new(db))
    }
    pub fn raw(&self) -> *mut ffi::sqlite3 {
        self.raw.get()
    }
    pub fn is_open(&self) -> bool {
        !self.raw.get().is_null()
    }
    /// Runs something of SQLite's that may take long or call back.
    fn call<R: Send>(&self, vm: &Vm, f: impl FnOnce() -> R + Send) -> R {
        if self.hooked.get() {
            let _entered = enter(vm);
            return f();
        }
        let _entered = enter(ptr::null());
        taipan_vm::threads::unlocked(vm, f)
    }
    /// Takes the hooks away that the connection owns: statements may outlive it.
    pub fn unhook(&self) {
        if !self.is_open() {
            return;
        }
        // SAFETY: an open database.
        unsafe {
            ffi::sqlite3_set_authorizer(self.raw(), None, ptr::null_mut());
            ffi::sqlite3_progress_handler(self.raw(), 0, None, ptr::null_mut());
            ffi::sqlite3_trace_v2(self.raw(), 0, None, ptr::null_mut());
        }
    }
    /// Closes it; statements that are left keep their own hold on it.
    pub fn close(&self, vm: Option<&Vm>) {
        let raw = self.raw.replace(ptr::null_mut());
        if raw.is_null() {
            return;
        }
        let _entered = enter(vm.map_or(ptr::null(), |vm| vm));
        // SAFETY: an open database that nobody uses afterwards.
        unsafe { sqlite3_close_v2(raw) };
    }
    /// The extended code of the last error.
    pub fn code(&self) -> i32 {
        if !self.is_open() {
            return ffi::SQLITE_MISUSE;
        }
        // SAFETY: an open database, here and below.
        unsafe { ffi::sqlite3_extended_errcode(self.raw()) }
    }
    pub fn message(&self) -> String {
        if !self.is_open() {
            return "bad parameter or other API misuse".into();
        }
        // SAFETY: the text lives until the next call.
        unsafe { owned(ffi::sqlite3_errmsg(self.raw())) }.unwrap_or_default()
    }
    /// Whether no transaction is open.
    pub fn is_autocommit(&self) -> bool {
        // SAFETY: the functions take null, too.
        !self.is_open() || unsafe { ffi::sqlite3_get_autocommit(self.raw()) } != 0
    }
    pub fn changes(&self) -> i64 {
        if !self.is_open() {
            return 0;
        }
        // SAFETY: as above.
        unsafe { ffi::sqlite3_changes64(self.raw()) }
    }
    pub fn total_changes(&self) -> i64 {
        if !self.is_open() {
            return 0;
        }
        // SAFETY: as above.
        unsafe { ffi::sqlite3_total_changes64(self.raw()) }
    }
    pub fn last_rowid(&self) -> i64 {
        if !self.is_open() {
            return 0;
        }
        // SAFETY: as above.
        unsafe { ffi::sqlite3_last_insert_rowid(self.raw()) }
    }
    pub fn interrupt(&self) {
        if self.is_open() {
            // SAFETY: as above.
            unsafe { ffi::sqlite3_interrupt(self.raw()) };
        }
    }
    /// A limit; sets it unless the new one is negative.
    pub fn limit(&self, category: i32, new: i32) -> i32 {
        if !self.is_open() {
            return -1;
        }
        // SAFETY: as above.
        unsafe { ffi::sqlite3_limit(self.raw(), category, new) }
    }
    /// Reads a switch of the database, or sets it.
    pub fn config(&self, op: i32, set: Option<bool>) -> Result<bool, i32> {
        let mut now: std::ffi::c_int = 0;
        // SAFETY: these operations take an int and a place for one.
        let code = unsafe {
            ffi::sqlite3_db_config(self.raw(), op, set.map_or(-1, i32::from), &raw mut now)
        };
        if code == SQLITE_OK {
            Ok(now != 0)
        } else {
            Err(code)
        }
    }
    /// The first statement of a text, and where it ends.
    pub fn prepare(self: &Rc<Db>, vm: &Vm, sql: &CStr) -> Result<(Statement, usize), i32> {
        let db = Ptr(self.raw());
        if !self.is_open() {
            return Err(ffi::SQLITE_MISUSE);
        }
        let n = i32::try_from(sql.count_bytes() + 1).map_err(|_| ffi::SQLITE_TOOBIG)?;
        let (code, raw, used) = self.call(vm, || {
            let (mut raw, mut tail) = (ptr::null_mut(), ptr::null());
            // SAFETY: text of `n` bytes; the places take statement and tail.
            let code = unsafe {
                ffi::sqlite3_prepare_v2(db.get(), sql.as_ptr(), n, &raw mut raw, &raw mut tail)
            };
            let used = if tail.is_null() {
                sql.count_bytes()
            } else {
                tail as usize - sql.as_ptr() as usize
            };
            (code, Ptr(raw), used)
        });
        if code != SQLITE_OK {
            return Err(code);
        }
        let statement = Statement {
            raw: raw.get(),
            db: self.clone(),
            is_dml: Cell::new(false),
            in_use: Cell::new(false),
        };
        Ok((statement, used))
    }
    /// Runs one statement to its end.
    pub fn run(self: &Rc<Db>, vm: &Vm, sql: &CStr) -> Result<(), i32> {
        let (statement, _) = self.prepare(vm, sql)?;
        match statement.step(vm) {
            SQLITE_DONE | SQLITE_ROW => Ok(()),
            code => Err(code),
        }
    }
    /// The bytes of a database of this connection.
    pub fn serialize(&self, vm: &Vm, name: &CStr) -> Option<Vec<u8>> {
        let db = Ptr(self.raw());
        self.call(vm, || {
            let mut size = 0;
            // SAFETY: the result is null or `size` bytes, ours to free.
            unsafe {
                let data = ffi::sqlite3_serialize(db.get(), name.as_ptr(), &raw mut size, 0);
                if data.is_null() {
                    return None;
                }
                let bytes = std::slice::from_raw_parts(data, size as usize).to_vec();
                ffi::sqlite3_free(data.cast());
                Some(bytes)
            }
        })
    }
    /// Puts bytes in the place of a database.
    pub fn deserialize(&self, vm: &Vm, data: &[u8], name: &CStr) -> i32 {
        let db = Ptr(self.raw());
        let size = data.len() as i64;
        self.call(vm, || {
            // SAFETY: the copy is SQLite's to free.
            unsafe {
                let copy: *mut u8 = ffi::sqlite3_malloc64(size.max(1) as u64).cast();
                if copy.is_null() {
                    return ffi::SQLITE_NOMEM;
                }
                ptr::copy_nonoverlapping(data.as_ptr(), copy, data.len());
                let flags =
                    ffi::SQLITE_DESERIALIZE_FREEONCLOSE | ffi::SQLITE_DESERIALIZE_RESIZEABLE;
                ffi::sqlite3_deserialize(db.get(), name.as_ptr(), copy, size, size, flags as _)
            }
        })
    }
    pub fn enable_extensions(&self, on: bool) -> i32 {
        // SAFETY: an open database.
        unsafe { ffi::sqlite3_enable_load_extension(self.raw(), i32::from(on)) }
    }
    /// Loads an extension; the message of what went wrong.
    pub fn load_extension(&self, name: &CStr, entry: Option<&CStr>) -> Result<(), String> {
        let mut message = ptr::null_mut();
        let entry = entry.map_or(ptr::null(), CStr::as_ptr);
        // SAFETY: texts that end with a zero byte; the message is ours to free.
        unsafe {
            let code =
                ffi::sqlite3_load_extension(self.raw(), name.as_ptr(), entry, &raw mut message);
            let text = owned(message).unwrap_or_else(|| self.message());
            ffi::sqlite3_free(message.cast());
            if code == SQLITE_OK { Ok(()) } else { Err(text) }
        }
    }
}

impl Drop for Db {
    fn drop(&mut self) {
        self.close(None);
    }
}

/// A statement.
pub struct Statement {
    raw: *mut ffi::sqlite3_stmt,
    pub db: Rc<Db>,
    pub is_dml: Cell<bool>,
    pub in_use: Cell<bool>,
}

/// A value of a column.
pub enum Datum<'a> {
    Null,
    Int(i64),
    Float(f64),
    Text(&'a [u8]),
    Blob(&'a [u8]),
}

/// # Safety
/// `data` is null or has `n` bytes that live as long as `'a`.
unsafe fn bytes<'a>(data: *const u8, n: i32) -> &'a [u8] {
    if data.is_null() || n <= 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(data, n as usize) }
}

impl Statement {
    /// Whether there was nothing but comments.
    pub fn is_empty(&self) -> bool {
        self.raw.is_null()
    }
    pub fn step(&self, vm: &Vm) -> i32 {
        if self.is_empty() {
            return SQLITE_DONE;
        }
        let raw = Ptr(self.raw);
        // SAFETY: a live statement, here and below; null is taken where it is not excluded.
        self.db.call(vm, || unsafe { ffi::sqlite3_step(raw.get()) })
    }
    /// Makes it ready to run again.
    pub fn reset(&self, vm: &Vm) -> i32 {
        self.in_use.set(false);
        if self.is_empty() {
            return SQLITE_OK;
        }
        let raw = Ptr(self.raw);
        // SAFETY: as above.
        self.db
            .call(vm, || unsafe { ffi::sqlite3_reset(raw.get()) })
    }
    /// As [`Statement::reset`], when nobody waits for it: what SQLite would call is not called.
    pub fn release(&self) {
        self.in_use.set(false);
        let _entered = enter(ptr::null());
        // SAFETY: null is taken.
        unsafe { ffi::sqlite3_reset(self.raw) };
    }
    pub fn clear_bindings(&self) {
        // SAFETY: as above.
        if !self.is_empty() {
            unsafe { ffi::sqlite3_clear_bindings(self.raw) };
        }
    }
    pub fn is_readonly(&self) -> bool {
        // SAFETY: null is taken.
        unsafe { ffi::sqlite3_stmt_readonly(self.raw) != 0 }
    }
    pub fn parameters(&self) -> i32 {
        // SAFETY: null is taken.
        unsafe { ffi::sqlite3_bind_parameter_count(self.raw) }
    }
    /// The name of a parameter with its mark, counted from 1.
    pub fn parameter_name(&self, index: i32) -> Option<String> {
        // SAFETY: the name lives as long as the statement.
        unsafe { owned(ffi::sqlite3_bind_parameter_name(self.raw, index)) }
    }
    pub fn bind(&self, index: i32, datum: &Datum<'_>) -> i32 {
        // SAFETY: texts and blobs are copied during the call.
        unsafe {
            match *datum {
                Datum::Null => ffi::sqlite3_bind_null(self.raw, index),
                Datum::Int(n) => ffi::sqlite3_bind_int64(self.raw, index, n),
                Datum::Float(x) => ffi::sqlite3_bind_double(self.raw, index, x),
                Datum::Text(t) => ffi::sqlite3_bind_text64(
                    self.raw,
                    index,
                    t.as_ptr().cast(),
                    t.len() as u64,
                    ffi::SQLITE_TRANSIENT(),
                    ffi::SQLITE_UTF8 as u8,
                ),
                Datum::Blob(b) => {
                    // An empty blob is no null.
                    let data = if b.is_empty() {
                        b"".as_ptr()
                    } else {
                        b.as_ptr()
                    };
                    ffi::sqlite3_bind_blob64(
                        self.raw,
                        index,
                        data.cast(),
                        b.len() as u64,
                        ffi::SQLITE_TRANSIENT(),
                    )
                }
            }
        }
    }
    pub fn columns(&self) -> i32 {
        // SAFETY: null is taken.
        unsafe { ffi::sqlite3_column_count(self.raw) }
    }
    /// How many columns the current row has; 0 if there is none.
    pub fn data_count(&self) -> i32 {
        // SAFETY: null is taken.
        unsafe { ffi::sqlite3_data_count(self.raw) }
    }
    pub fn column_name(&self, index: i32) -> Option<String> {
        // SAFETY: the name lives until the next call.
        unsafe { owned(ffi::sqlite3_column_name(self.raw, index)) }
    }
    pub fn column_type(&self, index: i32) -> Option<String> {
        // SAFETY: as above.
        unsafe { owned(ffi::sqlite3_column_decltype(self.raw, index)) }
    }
    /// Copies a value of the current row out, by way of a function that makes no other call on the statement.
    pub fn column<R>(&self, index: i32, f: impl FnOnce(Datum<'_>) -> R) -> R {
        // SAFETY: a row is there; the bytes live during `f`.
        unsafe {
            let datum = match ffi::sqlite3_column_type(self.raw, index) {
                ffi::SQLITE_INTEGER => Datum::Int(ffi::sqlite3_column_int64(self.raw, index)),
                ffi::SQLITE_FLOAT => Datum::Float(ffi::sqlite3_column_double(self.raw, index)),
                ffi::SQLITE_TEXT => {
                    let data = ffi::sqlite3_column_text(self.raw, index);
                    Datum::Text(bytes(data, ffi::sqlite3_column_bytes(self.raw, index)))
                }
                ffi::SQLITE_BLOB => {
                    let data = ffi::sqlite3_column_blob(self.raw, index);
                    Datum::Blob(bytes(
                        data.cast(),
                        ffi::sqlite3_column_bytes(self.raw, index),
                    ))
                }
                _ => Datum::Null,
            };
            f(datum)
        }
    }
    /// A value as bytes, for converters; none if it is null.
    pub fn column_bytes(&self, index: i32) -> Option<Vec<u8>> {
        // SAFETY: as above.
        unsafe {
            if ffi::sqlite3_column_type(self.raw, index) == ffi::SQLITE_NULL {
                return None;
            }
            let data = ffi::sqlite3_column_blob(self.raw, index);
            Some(bytes(data.cast(), ffi::sqlite3_column_bytes(self.raw, index)).to_vec())
        }
    }
}

impl Drop for Statement {
    fn drop(&mut self) {
        // SAFETY: ours alone; null is taken.
        unsafe { ffi::sqlite3_finalize(self.raw) };
    }
}

/// A value that SQLite hands to a function.
///
/// # Safety
/// A protected value that lives during the call of the function.
pub unsafe fn datum<'a>(value: *mut ffi::sqlite3_value) -> Datum<'a> {
    // SAFETY: the caller's promise.
    unsafe {
        match ffi::sqlite3_value_type(value) {
            ffi::SQLITE_INTEGER => Datum::Int(ffi::sqlite3_value_int64(value)),
            ffi::SQLITE_FLOAT => Datum::Float(ffi::sqlite3_value_double(value)),
            ffi::SQLITE_TEXT => {
                let data = ffi::sqlite3_value_text(value);
                Datum::Text(bytes(data, ffi::sqlite3_value_bytes(value)))
            }
            ffi::SQLITE_BLOB => {
                let data = ffi::sqlite3_value_blob(value);
                Datum::Blob(bytes(data.cast(), ffi::sqlite3_value_bytes(value)))
            }
            _ => Datum::Null,
        }
    }
}

/// Whether a text is a whole statement.
pub fn is_complete(sql: &CStr) -> bool {
    // SAFETY: a text that ends with a zero byte.
    unsafe { ffi::sqlite3_complete(sql.as_ptr()) == 1 }
}

/// SQLite's version.
pub fn version() -> String {
    // SAFETY: a constant text.
    unsafe { owned(ffi::sqlite3_libversion()) }.unwrap_or_default()
}

/// The message of a code.
pub fn code_message(code: i32) -> String {
    // SAFETY: a constant text.
    unsafe { owned(ffi::sqlite3_errstr(code)) }.unwrap_or_default()
}

/// Text for SQLite; none if it has a zero byte.
pub fn c_text(text: impl Into<Vec<u8>>) -> Option<CString> {
    CString::new(text).ok()
}

/// A copy of one database to another that is under way.
pub struct Copying {
    raw: *mut ffi::sqlite3_backup,
    from: Rc<Db>,
    _to: Rc<Db>,
}

impl Copying {
    pub fn start(to: &Rc<Db>, from: &Rc<Db>, name: &CStr) -> Option<Copying> {
        // SAFETY: two open databases, which stay alive with the copy.
        let raw = unsafe {
            ffi::sqlite3_backup_init(to.raw(), c"main".as_ptr(), from.raw(), name.as_ptr())
        };
        (!raw.is_null()).then(|| Copying {
            raw,
            from: from.clone(),
            _to: to.clone(),
        })
    }
    /// Copies some pages.
    pub fn step(&self, vm: &Vm, pages: i32) -> i32 {
        let raw = Ptr(self.raw);
        // SAFETY: a copy that is under way, here and below.
        self.from
            .call(vm, || unsafe { ffi::sqlite3_backup_step(raw.get(), pages) })
    }
    pub fn remaining(&self) -> i32 {
        // SAFETY: as above.
        unsafe { ffi::sqlite3_backup_remaining(self.raw) }
    }
    pub fn page_count(&self) -> i32 {
        // SAFETY: as above.
        unsafe { ffi::sqlite3_backup_pagecount(self.raw) }
    }
    pub fn finish(mut self) -> i32 {
        let raw = std::mem::replace(&mut self.raw, ptr::null_mut());
        // SAFETY: as above; not used afterwards.
        unsafe { ffi::sqlite3_backup_finish(raw) }
    }
}

impl Drop for Copying {
    fn drop(&mut self) {
        // SAFETY: null is taken.
        unsafe { ffi::sqlite3_backup_finish(self.raw) };
    }
}

/// A blob that is read and written in place.
pub struct Handle {
    raw: Cell<*mut ffi::sqlite3_blob>,
    db: Rc<Db>,
}

impl Handle {
    pub fn open(
        vm: &Vm,
        db: &Rc<Db>,
        place: [&CStr; 3],
        row: i64,
        writes: bool,
    ) -> Result<Handle, i32> {
        let raw_db = Ptr(db.raw());
        let (code, raw) = db.call(vm, || {
            let mut raw = ptr::null_mut();
            let [name, table, column] = place;
            // SAFETY: an open database, texts that end with a zero byte, and a place for the handle.
            let code = unsafe {
                ffi::sqlite3_blob_open(
                    raw_db.get(),
                    name.as_ptr(),
                    table.as_ptr(),
                    column.as_ptr(),
                    row,
                    i32::from(writes),
                    &raw mut raw,
                )
            };
            (code, Ptr(raw))
        });
        if code != SQLITE_OK {
            return Err(code);
        }
        Ok(Handle {
            raw: Cell::new(raw.get()),
            db: db.clone(),
        })
    }
    pub fn is_open(&self) -> bool {
        !self.raw.get().is_null()
    }
    pub fn close(&self) {
        // SAFETY: ours alone; null is taken.
        unsafe { ffi::sqlite3_blob_close(self.raw.replace(ptr::null_mut())) };
    }
    /// Bytes of the blob.
    pub fn size(&self) -> usize {
        if !self.is_open() {
            return 0;
        }
        // SAFETY: an open handle, here and below.
        unsafe { ffi::sqlite3_blob_bytes(self.raw.get()) }.max(0) as usize
    }
    /// Reads bytes, which must lie inside.
    pub fn read(&self, vm: &Vm, out: &mut [u8], offset: usize) -> i32 {
        let raw = Ptr(self.raw.get());
        let data = Ptr(out.as_mut_ptr());
        let n = out.len() as i32;
        // SAFETY: room for `n` bytes; SQLite checks the bounds of the blob.
        self.db.call(vm, || unsafe {
            ffi::sqlite3_blob_read(raw.get(), data.get().cast(), n, offset as i32)
        })
    }
    /// Writes bytes, which must fit.
    pub fn write(&self, vm: &Vm, data: &[u8], offset: usize) -> i32 {
        let raw = Ptr(self.raw.get());
        // SAFETY: as above.
        self.db.call(vm, || unsafe {
            ffi::sqlite3_blob_write(
                raw.get(),
                data.as_ptr().cast(),
                data.len() as i32,
                offset as i32,
            )
        })
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.close();
    }
}
