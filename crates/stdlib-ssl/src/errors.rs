//! The exceptions of `ssl`, and those that OpenSSL's errors become.

use taipan_object::exception_types::exception_spec;
use taipan_object::native::TypeSpec;
use taipan_object::str::Str;
use taipan_object::type_ops::ClassSpec;
use taipan_object::{PyResult, Raised, TypeRef, Value, Vm};
use taipan_openssl::connection as ssl;
use taipan_openssl::{Code, Outcome, errors};
use taipan_stdlib_data::support::{exception, once};

/// Our stand-in for the place in CPython's source that its messages name.
const PLACE: &str = "(_ssl.c:1000)";

/// Kinds of errors of connections that OpenSSL does not number.
const ERROR_EOF: i32 = 8;
const ERROR_INVALID: i32 = 10;

/// `SSLError`.
pub fn base(vm: &Vm) -> TypeRef {
    once(vm, "ssl.SSLError", || {
        let spec = TypeSpec {
            name: "SSLError",
            module: "ssl",
            fill: |slots| slots.str.set(Some(text)),
            methods: &[],
            getsets: &[],
            ..exception_spec(
                "SSLError",
                "Something went wrong with an encrypted connection.",
            )
        };
        vm.make_native_type(&spec, &vm.exc.os_error)
    })
}
/// The message alone, if the error has a number.
fn text(vm: &Vm, this: &Value) -> PyResult {
    let text = vm.getattr_opt(this, &vm.intern_str("strerror"))?;
    match text.filter(|t| t.downcast::<Str>().is_some()) {
        Some(text) => Ok(text),
        None => {
            let args = vm.getattr(this, &vm.intern_str("args"))?;
            Ok(vm.str(&args)?.into_value())
        }
    }
}
pub fn zero_return(vm: &Vm) -> TypeRef {
    exception(vm, "ssl.SSLZeroReturnError", &base(vm))
}
pub fn want_read(vm: &Vm) -> TypeRef {
    exception(vm, "ssl.SSLWantReadError", &base(vm))
}
pub fn want_write(vm: &Vm) -> TypeRef {
    exception(vm, "ssl.SSLWantWriteError", &base(vm))
}
pub fn system_call(vm: &Vm) -> TypeRef {
    exception(vm, "ssl.SSLSyscallError", &base(vm))
}
pub fn end_of_file(vm: &Vm) -> TypeRef {
    exception(vm, "ssl.SSLEOFError", &base(vm))
}
/// `SSLCertVerificationError`, which is a ValueError too.
pub fn verification(vm: &Vm) -> TypeRef {
    once(vm, "ssl.SSLCertVerificationError", || {
        let dict = vm.new_dict();
        dict.insert_str(vm, &vm.names.__module__, vm.intern_str("ssl").into_value());
        let spec = ClassSpec {
            name: vm.intern_str("SSLCertVerificationError"),
            qualname: vm.intern_str("SSLCertVerificationError").into_value(),
            bases: vec![base(vm), vm.exc.value_error.clone()],
            dict,
            members: Vec::new(),
            add_dict: true,
            add_weakref: true,
        };
        vm.new_class(&vm.types.type_, spec).unwrap_or_else(|_| {
            drop(vm.take_pending());
            base(vm)
        })
    })
}

/// What the parts of an error are.
struct Report<'a> {
    class: TypeRef,
    number: i32,
    text: Option<&'a str>,
    code: Option<Code>,
    /// Why a certificate was refused: number and text.
    refusal: Option<(i64, String)>,
}

impl Report<'_> {
    #[cold]
    fn raise(self, vm: &Vm) -> Raised {
        let library = self.code.and_then(Code::library_name);
        let reason = self.code.and_then(Code::reason_name);
        let text = match (self.text, self.code) {
            (Some(text), _) => text,
            (None, Some(code)) => code.text().unwrap_or("unknown error"),
            (None, None) => "unknown error",
        };
        let message = match (library, reason, &self.refusal) {
            (Some(library), Some(reason), Some((_, why))) => {
                format!("[{library}: {reason}] {text}: {why} {PLACE}")
            }
            (Some(library), Some(reason), None) => format!("[{library}: {reason}] {text} {PLACE}"),
            (Some(library), None, _) => format!("[{library}] {text} {PLACE}"),
            (None, ..) => format!("{text} {PLACE}"),
        };
        let args = [
            vm.new_int(self.number.into()),
            vm.new_str(&message).into_value(),
        ];
        let error = match vm.call(self.class.as_value(), &args) {
            Ok(error) => error,
            Err(raised) => return raised,
        };
        let optional =
            |text: Option<&str>| text.map_or(Value::NONE, |t| vm.new_str(t).into_value());
        let mut attributes = vec![("reason", optional(reason)), ("library", optional(library))];
        if let Some((number, why)) = &self.refusal {
            attributes.push(("verify_code", vm.new_int(*number)));
            attributes.push(("verify_message", vm.new_str(why).into_value()));
        }
        for (name, value) in attributes {
            if let Err(raised) = vm.setattr(&error, &vm.intern_str(name), &value) {
                return raised;
            }
        }
        vm.raise(error)
    }
}

/// SSLError that only has a message.
#[cold]
pub fn plain(vm: &Vm, message: &str) -> Raised {
    vm.raise_str(&base(vm), message)
}
/// SSLError with number 0 and a message.
#[cold]
pub fn with_text(vm: &Vm, text: &str) -> Raised {
    let report = Report {
        class: base(vm),
        number: 0,
        text: Some(text),
        code: None,
        refusal: None,
    };
    report.raise(vm)
}
/// SSLError for an error of the library.
#[cold]
pub fn library(vm: &Vm, code: Option<Code>) -> Raised {
    let report = Report {
        class: base(vm),
        number: code.map_or(0, |c| c.reason() as i32),
        text: None,
        code,
        refusal: None,
    };
    report.raise(vm)
}

/// TimeoutError of a call.
#[cold]
pub fn timed_out(vm: &Vm, what: &str) -> Raised {
    let text = format!("_ssl.c:1000: The {what} operation timed out");
    vm.raise_str(&vm.exc.timeout_error, text)
}

/// The error of a call of a connection. `refusal` says why a certificate is not accepted.
#[cold]
pub fn of_outcome(
    vm: &Vm,
    outcome: &Outcome,
    has_socket: bool,
    refusal: impl FnOnce() -> (i64, String),
) -> Raised {
    let refused = outcome
        .code
        .is_some_and(|c| c.is(errors::LIB_SSL, errors::SSL_CERTIFICATE_VERIFY_FAILED));
    let cut_off = outcome
        .code
        .is_some_and(|c| c.is(errors::LIB_SSL, errors::SSL_UNEXPECTED_EOF_WHILE_READING));
    const CUT_OFF: &str = "EOF occurred in violation of protocol";
    let (class, number, text) = match outcome.error {
        ssl::ERROR_ZERO_RETURN => (
            zero_return(vm),
            ssl::ERROR_ZERO_RETURN,
            Some("TLS/SSL connection has been closed (EOF)"),
        ),
        ssl::ERROR_WANT_READ => (
            want_read(vm),
            ssl::ERROR_WANT_READ,
            Some("The operation did not complete (read)"),
        ),
        ssl::ERROR_WANT_WRITE => (
            want_write(vm),
            ssl::ERROR_WANT_WRITE,
            Some("The operation did not complete (write)"),
        ),
        ssl::ERROR_WANT_X509_LOOKUP => (
            base(vm),
            ssl::ERROR_WANT_X509_LOOKUP,
            Some("The operation did not complete (X509 lookup)"),
        ),
        ssl::ERROR_WANT_CONNECT => (
            base(vm),
            ssl::ERROR_WANT_CONNECT,
            Some("The operation did not complete (connect)"),
        ),
        ssl::ERROR_SYSCALL if outcome.code.is_none_or(|c| c.errno().is_some()) => {
            match outcome.errno {
                Some(errno) if has_socket => {
                    return taipan_vm::os_error::raise_errno(vm, errno, None);
                }
                _ => (end_of_file(vm), ERROR_EOF, Some(CUT_OFF)),
            }
        }
        ssl::ERROR_SYSCALL if refused => (verification(vm), ssl::ERROR_SYSCALL, None),
        ssl::ERROR_SYSCALL => (system_call(vm), ssl::ERROR_SYSCALL, None),
        ssl::ERROR_SSL if cut_off => (end_of_file(vm), ERROR_EOF, Some(CUT_OFF)),
        ssl::ERROR_SSL if refused => (verification(vm), ssl::ERROR_SSL, None),
        ssl::ERROR_SSL if outcome.code.is_none() => (
            base(vm),
            ssl::ERROR_SSL,
            Some("A failure in the SSL library occurred"),
        ),
        ssl::ERROR_SSL => (base(vm), ssl::ERROR_SSL, None),
        _ => (base(vm), ERROR_INVALID, Some("Invalid error code")),
    };
    let report = Report {
        class,
        number,
        text,
        code: outcome.code,
        refusal: refused.then(refusal),
    };
    report.raise(vm)
}
