//! `_SSLContext`: making one, and making connections of it.

use std::cell::{Cell, RefCell};
use std::ffi::CString;

use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};
use taipan_openssl::{Context, Side};
use taipan_stdlib_data::support::Field;
use taipan_stdlib_os::socket::Socket;

use crate::errors;
use crate::memory::MemoryBio;
use crate::socket::{Parts, SslSocket, Through};

/// Protocols that contexts are made for.
pub const TLS: i32 = 2;
pub const TLS_1: i32 = 3;
pub const TLS_1_1: i32 = 4;
pub const TLS_1_2: i32 = 5;
pub const TLS_CLIENT: i32 = 16;
pub const TLS_SERVER: i32 = 17;

/// What a context chooses from unless it is told something else: forward secrecy, authenticated ciphers first.
pub const DEFAULT_CIPHERS: &str =
    "@SECLEVEL=2:ECDH+AESGCM:ECDH+CHACHA20:ECDH+AES:DHE+AES:!aNULL:!eNULL:!aDSS:!SHA1:!AESCCM";

pub struct SslContext {
    pub context: Context,
    pub protocol: i32,
    pub check_hostname: Cell<bool>,
    pub host_flags: Cell<u32>,
    pub late_certificate: Cell<bool>,
    /// Each after a byte with its length.
    pub protocols: RefCell<Vec<u8>>,
    pub sni_callback: Field,
    pub message_callback: Field,
    pub client_key: Field,
    pub server_key: Field,
    pub key_log_name: Field,
    /// -1 without a log.
    pub key_log: Cell<i32>,
}
payload!(
    SslContext,
    gc,
    |this, visit| {
        for field in this.fields() {
            field.visit(visit);
        }
    },
    clear | this | {
        for field in this.fields() {
            field.clear();
        }
    }
);

impl Drop for SslContext {
    fn drop(&mut self) {
        if self.key_log.get() >= 0 {
            let _ = taipan_host::fd::close(self.key_log.get());
        }
    }
}

const NO_SSL2_3: u64 = 1 << 25;
const NO_COMPRESSION: u64 = 1 << 17;
const SERVER_PREFERENCE: u64 = 1 << 22;
const IGNORE_UNEXPECTED_END: u64 = 1 << 7;
/// `OP_ALL`.
const WORKAROUNDS: u64 = 0x8000_0050;
const MIDDLEBOXES: u64 = 1 << 20;
const TLS_1_2_VERSION: i32 = 0x303;
const TRUSTED_FIRST: u64 = 0x8000;
/// No wildcards for parts of labels.
const HOST_FLAGS: u32 = 4;
const REQUIRED: i32 = 3;

impl SslContext {
    fn fields(&self) -> [&Field; 5] {
        [
            &self.sni_callback,
            &self.message_callback,
            &self.client_key,
            &self.server_key,
            &self.key_log_name,
        ]
    }
    /// Sets what all contexts begin with.
    fn set_up(&self) -> bool {
        let context = &self.context;
        context.change_options(
            IGNORE_UNEXPECTED_END,
            WORKAROUNDS | NO_SSL2_3 | NO_COMPRESSION | SERVER_PREFERENCE | MIDDLEBOXES,
        );
        let limits = match self.protocol {
            TLS_1 => Some(0x301),
            TLS_1_1 => Some(0x302),
            TLS_1_2 => Some(TLS_1_2_VERSION),
            _ => None,
        };
        let versions = match limits {
            Some(only) => {
                context.set_version_limit(false, only) && context.set_version_limit(true, only)
            }
            None => context.set_version_limit(false, TLS_1_2_VERSION),
        };
        context.set_host_flags(HOST_FLAGS);
        let ciphers = CString::new(DEFAULT_CIPHERS).unwrap_or_default();
        versions && context.change_verify_flags(0, TRUSTED_FIRST) && context.set_ciphers(&ciphers)
    }
    /// A connection.
    fn connect(
        vm: &Vm,
        this: &Ref<SslContext>,
        through: Through<'_>,
        server: bool,
        hostname: &Value,
        owner: &Value,
        session: &Value,
    ) -> PyResult<Ref<SslSocket>> {
        let hostname = match hostname.downcast::<Str>() {
            None if hostname.is_none() => None,
            None => {
                let name = vm.type_name(hostname);
                return Err(vm.type_error(format!("argument must be str, not {name}")));
            }
            Some(text) => Some(host_text(vm, hostname, text)?),
        };
        let parts = Parts {
            server,
            hostname,
            owner: owner.clone(),
            session: session.clone(),
        };
        SslSocket::make(vm, this, through, parts)
    }
}

/// A name of a host in ASCII.
fn host_text(vm: &Vm, value: &Value, text: &Ref<Str>) -> PyResult<String> {
    if !text.is_ascii() {
        // Raises UnicodeEncodeError.
        let encoding = [vm.intern_str("ascii").into_value()];
        vm.call_method(value, &vm.intern_str("encode"), &encoding)?;
    }
    let text = text.to_string();
    if text.contains('\0') {
        return Err(vm.type_error("argument must be encoded string without null bytes, not str"));
    }
    Ok(text)
}

#[pymethods(
    name = "_SSLContext",
    module = "_ssl",
    doc = "What encrypted connections have in common.",
    flags(BASETYPE),
    extra(crate::settings::SETTINGS, crate::loading::LOADING, crate::psk::PSK),
    signature = ""
)]
impl SslContext {
    #[pynew("(protocol, /)")]
    fn new(vm: &Vm, cls: &TypeRef, protocol: i32) -> PyResult<Ref<SslContext>> {
        let old = match protocol {
            TLS_CLIENT | TLS_SERVER => None,
            TLS => Some("PROTOCOL_TLS"),
            TLS_1 => Some("PROTOCOL_TLSv1"),
            TLS_1_1 => Some("PROTOCOL_TLSv1_1"),
            TLS_1_2 => Some("PROTOCOL_TLSv1_2"),
            _ => {
                return Err(vm.value_error(format!(
                    "invalid or unsupported protocol version {protocol}"
                )));
            }
        };
        if let Some(name) = old {
            let message = format!("ssl.{name} is deprecated");
            (vm.hooks.get().warn)(vm, &vm.exc.deprecation_warning, &message, 2)?;
        }
        taipan_openssl::objects::initialize();
        let side = match protocol {
            TLS_CLIENT => Side::Client,
            TLS_SERVER => Side::Server,
            _ => Side::Both,
        };
        let context =
            Context::new(side).ok_or_else(|| errors::library(vm, taipan_openssl::Code::take()))?;
        let client = protocol == TLS_CLIENT;
        if client {
            context.set_verify_mode(REQUIRED);
        }
        let this = SslContext {
            context,
            protocol,
            check_hostname: Cell::new(client),
            host_flags: Cell::new(HOST_FLAGS),
            late_certificate: Cell::new(false),
            protocols: RefCell::default(),
            sni_callback: Field::empty(),
            message_callback: Field::empty(),
            client_key: Field::empty(),
            server_key: Field::empty(),
            key_log_name: Field::empty(),
            key_log: Cell::new(-1),
        };
        if !this.set_up() {
            return Err(errors::library(vm, taipan_openssl::Code::take()));
        }
        Ok(alloc_instance(vm, cls, this))
    }
    /// A connection through a socket.
    #[pymethod("(self, sock, server_side, server_hostname=None, *, owner=None, session=None)")]
    fn _wrap_socket(
        vm: &Vm,
        this: &Ref<SslContext>,
        sock: &Value,
        server_side: bool,
        server_hostname: &Value,
        owner: &Value,
        session: &Value,
    ) -> PyResult<Ref<SslSocket>> {
        let Some(socket) = sock.downcast::<Socket>() else {
            return Err(taipan_object::native::bad_argument(
                vm,
                sock,
                "_wrap_socket",
                "argument 'sock'",
                "_socket.socket",
            ));
        };
        let through = Through::Socket(socket);
        SslContext::connect(
            vm,
            this,
            through,
            server_side,
            server_hostname,
            owner,
            session,
        )
    }
    /// A connection through two buffers.
    #[pymethod(
        "(self, incoming, outgoing, server_side, server_hostname=None, *, owner=None, session=None)"
    )]
    fn _wrap_bio(
        vm: &Vm,
        this: &Ref<SslContext>,
        incoming: &Value,
        outgoing: &Value,
        server_side: bool,
        server_hostname: &Value,
        owner: &Value,
        session: &Value,
    ) -> PyResult<Ref<SslSocket>> {
        let bad = |value: &Value, name: &str| {
            let what = format!("argument '{name}'");
            taipan_object::native::bad_argument(vm, value, "_wrap_bio", &what, "_ssl.MemoryBIO")
        };
        let Some(a) = incoming.downcast::<MemoryBio>() else {
            return Err(bad(incoming, "incoming"));
        };
        let Some(b) = outgoing.downcast::<MemoryBio>() else {
            return Err(bad(outgoing, "outgoing"));
        };
        let through = Through::Buffers(a, b);
        SslContext::connect(
            vm,
            this,
            through,
            server_side,
            server_hostname,
            owner,
            session,
        )
    }
}
