//! `_SSLSocket`: a connection.

use std::cell::{Cell, RefCell};
use std::ffi::CString;
use std::thread::ThreadId;
use std::time::Duration;

use taipan_macros::pymethods;
use taipan_object::bytes::Bytes;
use taipan_object::bytes_ops::arg::BytesArg;
use taipan_object::weakref::{WeakRef, new_ref};
use taipan_object::{PyResult, Raised, Ref, Value, Vm, payload};
use taipan_openssl::connection::{ERROR_WANT_READ, ERROR_WANT_WRITE, ERROR_ZERO_RETURN};
use taipan_openssl::{Code, Connection, Expected, Outcome, objects};
use taipan_stdlib_data::support::Field;
use taipan_stdlib_os::socket::{Socket, Wait};

use crate::certificate::{SslCertificate, der, info};
use crate::context::{SslContext, TLS_CLIENT, TLS_SERVER};
use crate::errors;
use crate::events::Asked;
use crate::memory::MemoryBio;
use crate::session::SslSession;
use crate::wait::{Waited, wait};

pub struct SslSocket {
    connection: Connection,
    /// The socket, referenced weakly; empty with buffers.
    socket: Field,
    /// The object of `ssl`, referenced weakly.
    owner: Field,
    pub context: RefCell<Ref<SslContext>>,
    server: bool,
    hostname: Field,
    /// What callbacks raised.
    error: Field,
    /// The thread whose call is running.
    busy: Cell<Option<ThreadId>>,
    /// Whether our own end was closed.
    closing: Cell<bool>,
}
payload!(SslSocket, gc, |this, visit| {
    for field in [&this.socket, &this.owner, &this.hostname, &this.error] {
        field.visit(visit);
    }
    visit(this.context.borrow().as_value());
});

/// What a connection's bytes go through.
pub enum Through<'a> {
    Socket(&'a Ref<Socket>),
    Buffers(&'a Ref<MemoryBio>, &'a Ref<MemoryBio>),
}

/// What a connection is made with.
pub struct Parts {
    pub server: bool,
    pub hostname: Option<String>,
    pub owner: Value,
    pub session: Value,
}

/// What the methods need of the socket: its descriptor, and how long to wait.
struct Line {
    fd: i32,
    limit: Wait,
    has_socket: bool,
}

/// Gives a connection back to other threads.
struct Busy<'a>(&'a SslSocket);
impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.busy.set(None);
    }
}

impl SslSocket {
    pub fn make(
        vm: &Vm,
        context: &Ref<SslContext>,
        through: Through<'_>,
        parts: Parts,
    ) -> PyResult<Ref<SslSocket>> {
        let forbidden = match (parts.server, context.protocol) {
            (true, TLS_CLIENT) => {
                Some("Cannot create a server socket with a PROTOCOL_TLS_CLIENT context")
            }
            (false, TLS_SERVER) => {
                Some("Cannot create a client socket with a PROTOCOL_TLS_SERVER context")
            }
            _ => None,
        };
        if let Some(text) = forbidden {
            return Err(errors::with_text(vm, text));
        }
        let buffers = match &through {
            Through::Buffers(incoming, outgoing) => Some((&incoming.bio, &outgoing.bio)),
            Through::Socket(_) => None,
        };
        let connection = Connection::new(&context.context, buffers, parts.server)
            .ok_or_else(|| errors::library(vm, Code::take()))?;
        if context.late_certificate.get() {
            connection.allow_late_certificate(parts.server);
        }
        if let Some(name) = &parts.hostname {
            expect_host(vm, context, &connection, name)?;
        }
        let weak = |object: &Value| new_ref(vm, &vm.types.weakref, object, None);
        let socket = match through {
            Through::Socket(socket) => Field::new(weak(socket.as_value())?),
            Through::Buffers(..) => Field::empty(),
        };
        let owner = if parts.owner.is_none() {
            Field::empty()
        } else {
            Field::new(weak(&parts.owner)?)
        };
        let hostname = parts.hostname.map(|name| vm.new_str(&name).into_value());
        let this = SslSocket {
            connection,
            socket,
            owner,
            context: RefCell::new(context.clone()),
            server: parts.server,
            hostname: hostname.map_or_else(Field::empty, Field::new),
            error: Field::empty(),
            busy: Cell::new(None),
            closing: Cell::new(false),
        };
        let this = vm.heap.alloc(&vm.add_native_type::<SslSocket>(), this);
        if !parts.session.is_none() {
            SslSocket::set_session(vm, &this, Some(&parts.session))?;
        }
        Ok(this)
    }
    /// The owner if it lives; else the connection itself.
    pub fn owner_or_self(this: &Ref<SslSocket>) -> Value {
        match weak_target(&this.owner) {
            Some(owner) => owner,
            None => this.to_value(),
        }
    }
    /// Whether there was an owner that is gone.
    pub fn is_orphan(&self) -> bool {
        !self.owner.is_empty() && weak_target(&self.owner).is_none()
    }
    /// Keeps what a callback raised, to raise it when OpenSSL returns.
    pub fn keep_error(&self, error: Value) {
        self.error.set(error);
    }
    /// The socket's descriptor and time limit.
    fn line(&self, vm: &Vm) -> PyResult<Line> {
        if self.socket.is_empty() {
            return Ok(Line {
                fd: -1,
                limit: Wait::Never,
                has_socket: false,
            });
        }
        let socket = weak_target(&self.socket);
        let Some(socket) = socket.as_ref().and_then(|s| s.downcast::<Socket>()) else {
            return Err(errors::with_text(vm, "Underlying socket connection gone"));
        };
        let fd = socket.fd.get();
        if fd < 0 {
            return Err(errors::with_text(vm, "Underlying socket has been closed."));
        }
        Ok(Line {
            fd,
            limit: socket.wait(),
            has_socket: true,
        })
    }
    /// Makes one call of OpenSSL. Callbacks may let other threads run, which wait here.
    fn call<R>(
        vm: &Vm,
        this: &Ref<SslSocket>,
        fd: i32,
        f: impl FnOnce(&Asked<'_>) -> R,
    ) -> PyResult<R> {
        let me = std::thread::current().id();
        while let Some(thread) = this.busy.get() {
            if thread == me {
                return Err(vm.runtime_error("a call of this connection is running"));
            }
            taipan_vm::threads::unlocked(vm, || std::thread::sleep(Duration::from_micros(200)));
            (vm.hooks.get().poll)(vm)?;
        }
        this.busy.set(Some(me));
        let _busy = Busy(this);
        Ok(f(&Asked { vm, this, fd }))
    }
    /// Repeats a call while it asks to wait and the socket does wait.
    fn repeat<R>(
        vm: &Vm,
        this: &Ref<SslSocket>,
        line: &Line,
        what: &str,
        mut f: impl FnMut(&Asked<'_>) -> (Outcome, R),
    ) -> PyResult<(Outcome, R)> {
        loop {
            let (outcome, result) = SslSocket::call(vm, this, line.fd, &mut f)?;
            let write = match outcome.error {
                ERROR_WANT_READ => false,
                ERROR_WANT_WRITE => true,
                _ => return Ok((outcome, result)),
            };
            if outcome.is_ok() || !this.error.is_empty() {
                return Ok((outcome, result));
            }
            (vm.hooks.get().poll)(vm)?;
            match wait(vm, line.fd, write, &line.limit)? {
                Waited::Ready => {}
                Waited::Never => return Ok((outcome, result)),
                Waited::TimedOut => return Err(errors::timed_out(vm, what)),
            }
            // It may have been closed meanwhile.
            this.line(vm)?;
        }
    }
    /// Raises what callbacks raised.
    fn check_error(&self, vm: &Vm) -> PyResult<()> {
        match self.error.take() {
            Some(error) => Err(vm.restore(error)),
            None => Ok(()),
        }
    }
    /// The exception of a call that failed.
    #[cold]
    fn failed(&self, vm: &Vm, outcome: &Outcome, has_socket: bool) -> Raised {
        if let Some(error) = self.error.take() {
            return vm.restore(error);
        }
        errors::of_outcome(vm, outcome, has_socket, || {
            let code = self.connection.verify_result();
            let host = self.hostname.get().and_then(|h| vm.str(&h).ok());
            let host = host.map(|h| h.to_string()).unwrap_or_default();
            let why = match code {
                62 => format!("Hostname mismatch, certificate is not valid for '{host}'."),
                64 => format!("IP address mismatch, certificate is not valid for '{host}'."),
                code => taipan_openssl::errors::verify_text(code).to_owned(),
            };
            (code, why)
        })
    }
    fn certificates(vm: &Vm, chain: Vec<taipan_openssl::Certificate>) -> Value {
        let items = chain
            .into_iter()
            .map(|c| SslCertificate::make(vm, c).into_value());
        vm.list_value(items.collect())
    }
}

/// The object behind a weak reference.
fn weak_target(field: &Field) -> Option<Value> {
    field
        .get()?
        .downcast::<WeakRef>()?
        .get()
        .filter(|v| !v.is_none())
}

/// The value of an attribute that cannot be deleted.
fn given<'a>(vm: &Vm, value: Option<&'a Value>, name: &str) -> PyResult<&'a Value> {
    value.ok_or_else(|| {
        let message = format!("attribute '{name}' of '_ssl._SSLSocket' objects cannot be deleted");
        vm.raise_str(&vm.exc.attribute_error, message)
    })
}

/// Tells a client whom it wants to talk to.
fn expect_host(
    vm: &Vm,
    context: &Ref<SslContext>,
    connection: &Connection,
    name: &str,
) -> PyResult<()> {
    if name.is_empty() || name.starts_with('.') {
        return Err(vm.value_error(
            "server_hostname cannot be an empty string or start with a leading dot.",
        ));
    }
    let text = CString::new(name).map_err(|_| vm.value_error("embedded null character"))?;
    let address = objects::address_bytes(name);
    let expected = match &address {
        _ if !context.check_hostname.get() => Expected::Nothing,
        Some(bytes) => Expected::Address(bytes),
        None => Expected::Host(&text),
    };
    let indication = address.is_none().then_some(text.as_c_str());
    if connection.expect(&expected, indication) {
        Ok(())
    } else {
        Err(errors::library(vm, Code::take()))
    }
}

/// A cipher as Python sees it.
fn cipher_tuple(vm: &Vm, cipher: taipan_openssl::Cipher) -> Value {
    let text = |text: Option<&str>| text.map_or(Value::NONE, |t| vm.new_str(t).into_value());
    vm.tuple_value([
        text(cipher.name()),
        text(cipher.version()),
        vm.new_int(cipher.bits().0.into()),
    ])
}

#[pymethods(
    name = "_SSLSocket",
    module = "_ssl",
    doc = "An encrypted connection.",
    flags(DISALLOW_INSTANTIATION),
    extra(crate::socket::FACTS)
)]
impl SslSocket {
    /// Agrees on keys with the other end.
    #[pymethod("(self, /)")]
    fn do_handshake(vm: &Vm, this: &Ref<SslSocket>) -> PyResult<()> {
        let line = this.line(vm)?;
        let (outcome, ()) = SslSocket::repeat(vm, this, &line, "handshake", |asked| {
            (this.connection.handshake(asked), ())
        })?;
        if !outcome.is_ok() {
            return Err(this.failed(vm, &outcome, line.has_socket));
        }
        this.check_error(vm)
    }
    /// Writes bytes; how many were taken.
    #[pymethod("(self, b, /)")]
    fn write(vm: &Vm, this: &Ref<SslSocket>, b: BytesArg<'_>) -> PyResult<usize> {
        let line = this.line(vm)?;
        let (outcome, n) = SslSocket::repeat(vm, this, &line, "write", |asked| {
            this.connection.write(asked, &b)
        })?;
        if !outcome.is_ok() {
            return Err(this.failed(vm, &outcome, line.has_socket));
        }
        this.check_error(vm)?;
        Ok(n)
    }
    /// read(size[, buffer]): up to so many bytes, or how many were put into the buffer.
    #[pymethod("(self, *args)")]
    fn read(vm: &Vm, this: &Ref<SslSocket>, args: &[Value]) -> PyResult {
        let (size, target) = match args {
            [size] => (size, None),
            [size, target] => (size, Some(target)),
            _ => return Err(vm.type_error("_ssl._SSLSocket.read requires 1 to 2 arguments")),
        };
        let size = vm.index_isize(size)?;
        let line = this.line(vm)?;
        let wanted = match target {
            None => {
                usize::try_from(size).map_err(|_| vm.value_error("size should not be negative"))?
            }
            Some(target) => {
                let room = taipan_vm::util::with_writable(vm, target, |b| b.len())?;
                usize::try_from(size)
                    .ok()
                    .filter(|&n| n > 0 && n <= room)
                    .unwrap_or(room)
            }
        };
        let finish = |bytes: Vec<u8>| match target {
            None => Ok(vm.new_bytes(bytes).into_value()),
            Some(target) => {
                let n = taipan_vm::util::with_writable(vm, target, |room| {
                    let n = bytes.len().min(room.len());
                    room[..n].copy_from_slice(&bytes[..n]);
                    n
                })?;
                Ok(vm.new_int(n as i64))
            }
        };
        if wanted == 0 {
            return finish(Vec::new());
        }
        let mut buffer = Vec::new();
        // No record is longer, and pending bytes are of one record.
        let room = wanted.min((16 << 10).max(this.connection.pending()));
        if buffer.try_reserve_exact(room).is_err() {
            return Err(vm.memory_error());
        }
        buffer.resize(room, 0);
        let (outcome, n) = SslSocket::repeat(vm, this, &line, "read", |asked| {
            this.connection.read(asked, &mut buffer)
        })?;
        if !outcome.is_ok() {
            let ended = outcome.error == ERROR_ZERO_RETURN && this.connection.is_half_closed();
            if ended && this.error.is_empty() {
                return finish(Vec::new());
            }
            return Err(this.failed(vm, &outcome, line.has_socket));
        }
        this.check_error(vm)?;
        buffer.truncate(n);
        finish(buffer)
    }
    /// How many bytes can be read at once.
    #[pymethod("(self, /)")]
    fn pending(this: &Ref<SslSocket>) -> usize {
        this.connection.pending()
    }
    /// Ends the encryption, with the other end if that answers; the socket.
    #[pymethod("(self, /)")]
    fn shutdown(vm: &Vm, this: &Ref<SslSocket>) -> PyResult {
        let line = this.line(vm)?;
        let mut tries = 0;
        let outcome = loop {
            if this.closing.get() {
                this.connection.set_read_ahead(false);
            }
            let outcome =
                SslSocket::call(vm, this, line.fd, |asked| this.connection.shutdown(asked))?;
            if outcome.result > 0 {
                break outcome;
            }
            if outcome.result == 0 {
                // Our end is closed; once more for the other one.
                tries += 1;
                if tries > 1 {
                    break outcome;
                }
                this.closing.set(true);
                continue;
            }
            let (write, what) = match outcome.error {
                ERROR_WANT_READ => (false, "read"),
                ERROR_WANT_WRITE => (true, "write"),
                _ => break outcome,
            };
            match wait(vm, line.fd, write, &line.limit)? {
                Waited::Ready => {}
                Waited::Never => break outcome,
                Waited::TimedOut => return Err(errors::timed_out(vm, what)),
            }
        };
        if outcome.result < 0 {
            return Err(this.failed(vm, &outcome, line.has_socket));
        }
        this.check_error(vm)?;
        Ok(weak_target(&this.socket).unwrap_or(Value::NONE))
    }
    /// Asks the client for its certificate.
    #[pymethod("(self, /)")]
    fn verify_client_post_handshake(vm: &Vm, this: &Ref<SslSocket>) -> PyResult<()> {
        let line = this.line(vm)?;
        let outcome = SslSocket::call(vm, this, line.fd, |asked| {
            this.connection.verify_client(asked)
        })?;
        if !outcome.is_ok() {
            return Err(errors::library(vm, outcome.code));
        }
        Ok(())
    }
}

#[pymethods(partial = FACTS, class = "_SSLSocket")]
impl SslSocket {
    /// The certificate of the other end: a dict, empty if it was not checked; bytes if der is true.
    #[pymethod("(self, der=False, /)")]
    fn getpeercert(vm: &Vm, this: &Ref<SslSocket>, der_form: bool) -> PyResult {
        if !this.connection.is_finished() {
            return Err(vm.value_error("handshake not done yet"));
        }
        let Some(certificate) = this.connection.peer_certificate() else {
            return Ok(Value::NONE);
        };
        if der_form {
            return der(vm, &certificate);
        }
        let checked = this.context.borrow().context.verify_mode() & 1 != 0;
        if !checked {
            return Ok(vm.new_dict().into_value());
        }
        Ok(info(vm, &certificate)?.into_value())
    }
    /// Bytes that both ends know and nobody else.
    #[pymethod("(self, cb_type='tls-unique')")]
    fn get_channel_binding(
        vm: &Vm,
        this: &Ref<SslSocket>,
        cb_type: &Ref<taipan_object::str::Str>,
    ) -> PyResult<Option<Ref<Bytes>>> {
        let kind = cb_type.to_string();
        if kind != "tls-unique" {
            let text = format!("'{kind}' channel binding type not implemented");
            return Err(vm.value_error(text));
        }
        let other = this.connection.is_resumed() != this.server;
        let bytes = this.connection.finished(other);
        Ok((!bytes.is_empty()).then(|| vm.new_bytes(bytes)))
    }
    /// The cipher: name, version and bits.
    #[pymethod("(self, /)")]
    fn cipher(vm: &Vm, this: &Ref<SslSocket>) -> Option<Value> {
        this.connection.cipher().map(|c| cipher_tuple(vm, c))
    }
    /// The ciphers that both ends have; None for clients.
    #[pymethod("(self, /)")]
    fn shared_ciphers(vm: &Vm, this: &Ref<SslSocket>) -> Option<Value> {
        let ciphers = this.connection.shared_ciphers()?;
        Some(vm.list_value(ciphers.into_iter().map(|c| cipher_tuple(vm, c)).collect()))
    }
    /// The version of the protocol.
    #[pymethod("(self, /)")]
    fn version(this: &Ref<SslSocket>) -> Option<&'static str> {
        let finished = this.connection.is_finished();
        finished
            .then(|| this.connection.version())
            .filter(|v| *v != "unknown")
    }
    /// The protocol that was chosen.
    #[pymethod("(self, /)")]
    fn selected_alpn_protocol(this: &Ref<SslSocket>) -> Option<String> {
        let protocol = this.connection.protocol()?;
        Some(String::from_utf8_lossy(&protocol).into_owned())
    }
    /// The compression: always None.
    #[pymethod("(self, /)")]
    fn compression(_this: &Ref<SslSocket>) -> Option<Value> {
        None
    }
    /// The certificates that the other end sent.
    #[pymethod("(self, /)")]
    fn get_unverified_chain(vm: &Vm, this: &Ref<SslSocket>) -> Option<Value> {
        let mut chain = this.connection.peer_chain()?;
        if this.server {
            chain.splice(0..0, this.connection.peer_certificate());
        }
        Some(SslSocket::certificates(vm, chain))
    }
    /// The certificates by which the other end is trusted.
    #[pymethod("(self, /)")]
    fn get_verified_chain(vm: &Vm, this: &Ref<SslSocket>) -> Option<Value> {
        let chain = this.connection.verified_chain()?;
        Some(SslSocket::certificates(vm, chain))
    }
    /// The context.
    #[pygetset]
    fn context(this: &Ref<SslSocket>) -> Ref<SslContext> {
        this.context.borrow().clone()
    }
    #[pysetter(context)]
    fn set_context(vm: &Vm, this: &Ref<SslSocket>, value: Option<&Value>) -> PyResult<()> {
        let value = given(vm, value, "context")?;
        let Some(context) = value.downcast::<SslContext>() else {
            return Err(vm.type_error("The value must be a SSLContext"));
        };
        let old = this.context.replace(context.clone());
        drop(old);
        this.connection.set_context(&context.context);
        // The hooks of a callback that runs are those of the new context from now on.
        Ok(())
    }
    /// Whether this is the server's end.
    #[pygetset]
    fn server_side(this: &Ref<SslSocket>) -> bool {
        this.server
    }
    /// The server that the client wants to talk to.
    #[pygetset]
    fn server_hostname(this: &Ref<SslSocket>) -> Option<Value> {
        this.hostname.get()
    }
    /// The object of ssl that the connection belongs to.
    #[pygetset]
    fn owner(this: &Ref<SslSocket>) -> Option<Value> {
        weak_target(&this.owner)
    }
    #[pysetter(owner)]
    fn set_owner(vm: &Vm, this: &Ref<SslSocket>, value: Option<&Value>) -> PyResult<()> {
        let owner = given(vm, value, "owner")?;
        this.owner.set(new_ref(vm, &vm.types.weakref, owner, None)?);
        Ok(())
    }
    /// The session.
    #[pygetset]
    fn session(vm: &Vm, this: &Ref<SslSocket>) -> Option<Ref<SslSession>> {
        let session = this.connection.session()?;
        let context = this.context.borrow().clone();
        Some(SslSession::make(vm, session, context))
    }
    #[pysetter(session)]
    fn set_session(vm: &Vm, this: &Ref<SslSocket>, value: Option<&Value>) -> PyResult<()> {
        let value = given(vm, value, "session")?;
        let Some(session) = value.downcast::<SslSession>() else {
            return Err(vm.type_error("Value is not a SSLSession."));
        };
        if !session.context.is(&this.context.borrow()) {
            return Err(vm.value_error("Session refers to a different SSLContext."));
        }
        if this.server {
            return Err(vm.value_error("Cannot set session for server-side SSLSocket."));
        }
        if this.connection.is_finished() {
            return Err(vm.value_error("Cannot set session after handshake."));
        }
        let copy = session.session.copy().ok_or_else(|| vm.memory_error())?;
        if !this.connection.set_session(&copy) {
            return Err(errors::library(vm, Code::take()));
        }
        Ok(())
    }
    /// Whether a session was resumed.
    #[pygetset]
    fn session_reused(this: &Ref<SslSocket>) -> bool {
        this.connection.is_resumed()
    }
}
