//! The exceptions of DB-API 2, and which code of SQLite raises which.

use libsqlite3_sys as ffi;
use taipan_object::{Raised, TypeRef, Vm};
use taipan_stdlib_data::support::exception;

use crate::raw::{Db, code_message};

/// The classes: name and name of the base.
pub const CLASSES: [(&str, &str); 10] = [
    ("sqlite3.Warning", ""),
    ("sqlite3.Error", ""),
    ("sqlite3.InterfaceError", "Error"),
    ("sqlite3.DatabaseError", "Error"),
    ("sqlite3.InternalError", "DatabaseError"),
    ("sqlite3.OperationalError", "DatabaseError"),
    ("sqlite3.ProgrammingError", "DatabaseError"),
    ("sqlite3.IntegrityError", "DatabaseError"),
    ("sqlite3.DataError", "DatabaseError"),
    ("sqlite3.NotSupportedError", "DatabaseError"),
];

/// A class by its name.
pub fn class(vm: &Vm, name: &str) -> TypeRef {
    let found = CLASSES
        .iter()
        .find(|(full, _)| full.strip_prefix("sqlite3.") == Some(name));
    match found {
        Some(&(full, "")) => exception(vm, full, &vm.exc.exception),
        Some(&(full, base)) => exception(vm, full, &class(vm, base)),
        None => vm.exc.exception.clone(),
    }
}

#[cold]
pub fn raise(vm: &Vm, name: &str, message: impl AsRef<str>) -> Raised {
    vm.raise_str(&class(vm, name), message)
}

#[cold]
pub fn programming(vm: &Vm, message: impl AsRef<str>) -> Raised {
    raise(vm, "ProgrammingError", message)
}

/// The class of a code.
fn class_name(code: i32) -> &'static str {
    match code & 0xFF {
        ffi::SQLITE_INTERNAL | ffi::SQLITE_NOTFOUND => "InternalError",
        ffi::SQLITE_ERROR
        | ffi::SQLITE_PERM
        | ffi::SQLITE_ABORT
        | ffi::SQLITE_BUSY
        | ffi::SQLITE_LOCKED
        | ffi::SQLITE_READONLY
        | ffi::SQLITE_INTERRUPT
        | ffi::SQLITE_IOERR
        | ffi::SQLITE_FULL
        | ffi::SQLITE_CANTOPEN
        | ffi::SQLITE_PROTOCOL
        | ffi::SQLITE_EMPTY
        | ffi::SQLITE_SCHEMA => "OperationalError",
        ffi::SQLITE_TOOBIG => "DataError",
        ffi::SQLITE_CONSTRAINT | ffi::SQLITE_MISMATCH => "IntegrityError",
        ffi::SQLITE_MISUSE | ffi::SQLITE_RANGE => "InterfaceError",
        _ => "DatabaseError",
    }
}

/// The exception of a code with a message.
#[cold]
pub fn with_code(vm: &Vm, code: i32, message: &str) -> Raised {
    if code & 0xFF == ffi::SQLITE_NOMEM {
        return vm.memory_error();
    }
    let raised = raise(vm, class_name(code), message);
    let exception = vm.take_exception(raised);
    let name = crate::constants::code_name(code).unwrap_or("unknown");
    for (attribute, value) in [
        ("sqlite_errorcode", vm.new_int(i64::from(code))),
        ("sqlite_errorname", vm.new_str(name).into_value()),
    ] {
        if let Err(raised) = vm.setattr(&exception, &vm.intern_str(attribute), &value) {
            return raised;
        }
    }
    vm.restore(exception)
}

/// The exception of a database's last error; what Python code raised meanwhile comes first.
#[cold]
pub fn of(vm: &Vm, db: &Db) -> Raised {
    with_code(vm, db.code(), &db.message())
}

/// The exception of a code by itself.
#[cold]
pub fn of_code(vm: &Vm, code: i32) -> Raised {
    with_code(vm, code, &code_message(code))
}
