//! A connection, and who is asked while a call of it runs.

use std::cell::Cell;
use std::ffi::{CStr, c_int, c_void};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{self, NonNull};

use crate::bio::{Bio, Transport};
use crate::context::{Cipher, Context, Session};
use crate::errors::{self, Code};
use crate::ffi;
use crate::x509::Certificate;

/// What a connection asks and tells while one of its calls runs.
pub trait Events {
    /// Takes bytes that came in; 0 at the end.
    fn receive(&self, into: &mut [u8]) -> io::Result<usize>;
    fn send(&self, bytes: &[u8]) -> io::Result<usize>;
    /// A client asks for a server; `Err` is the alert that refuses it.
    fn server_name(&self, name: Option<&[u8]>) -> Result<(), i32>;
    /// The protocols that this end speaks, each after a byte with its length.
    fn protocols(&self) -> Vec<u8>;
    fn message(&self, written: bool, version: i32, content: i32, bytes: &[u8]);
    fn key_log(&self, line: &[u8]);
    /// The identity and the key for a server that gave a hint. Neither may be longer than the numbers say.
    fn client_key(&self, hint: Option<&[u8]>, most: (usize, usize)) -> Option<(Vec<u8>, Vec<u8>)>;
    /// The key of a client.
    fn server_key(&self, identity: Option<&[u8]>, most: usize) -> Option<Vec<u8>>;
}

/// What a call came to.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// What the call returned; above 0 if it succeeded.
    pub result: i32,
    /// What `SSL_get_error` says of it.
    pub error: i32,
    /// The last error of the queue.
    pub code: Option<Code>,
    /// The error of the system behind it.
    pub errno: Option<i32>,
}

impl Outcome {
    pub fn is_ok(&self) -> bool {
        self.result > 0
    }
}

/// What `SSL_get_error` says.
pub const ERROR_NONE: i32 = 0;
pub const ERROR_SSL: i32 = 1;
pub const ERROR_WANT_READ: i32 = 2;
pub const ERROR_WANT_WRITE: i32 = 3;
pub const ERROR_WANT_X509_LOOKUP: i32 = 4;
pub const ERROR_SYSCALL: i32 = 5;
pub const ERROR_ZERO_RETURN: i32 = 6;
pub const ERROR_WANT_CONNECT: i32 = 7;

/// What the connection points to while a call runs.
struct Current<'a>(&'a dyn Events);

/// Asks whoever runs a call of a connection. `None` if nobody does, or if the answer was a panic.
pub(crate) fn current<R>(ssl: *const ffi::SSL, f: impl FnOnce(&dyn Events) -> R) -> Option<R> {
    if ssl.is_null() {
        return None;
    }
    // SAFETY: a live connection; what it points to lives as long as the call that set it (`Connection::call`).
    let current = unsafe { ffi::SSL_get_ex_data(ssl, 0).cast::<Current<'_>>().as_ref() }?;
    catch_unwind(AssertUnwindSafe(|| f(current.0))).ok()
}

/// One end of a connection.
pub struct Connection {
    ssl: NonNull<ffi::SSL>,
    transport: Box<Transport>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        // SAFETY: owns the connection; its streams point to the transport, which is dropped after that.
        unsafe { ffi::SSL_free(self.ssl.as_ptr()) };
    }
}

/// How peers are checked, beyond the context's rules.
pub enum Expected<'a> {
    Nothing,
    Host(&'a CStr),
    Address(&'a [u8]),
}

impl Connection {
    /// A connection through two buffers, or through its events.
    pub fn new(
        context: &Context,
        buffers: Option<(&Bio, &Bio)>,
        server: bool,
    ) -> Option<Connection> {
        errors::clear();
        // SAFETY: a live context.
        let ssl = NonNull::new(unsafe { ffi::SSL_new(context.as_ptr()) })?;
        let transport = Box::new(Transport {
            ssl: Cell::new(ssl.as_ptr()),
            at_end: Cell::new(false),
            failure: Cell::new(None),
        });
        let connection = Connection { ssl, transport };
        let raw = ssl.as_ptr();
        // Moving write buffers, automatic retries.
        connection.control(33, 2 | 4, ptr::null_mut());
        // SAFETY: a live connection, which takes the references to the streams.
        unsafe {
            match buffers {
                Some((incoming, outgoing)) => {
                    ffi::SSL_set_bio(raw, incoming.share(), outgoing.share());
                }
                None => {
                    let bio = Bio::of_events(&*connection.transport)?;
                    let shared = bio.share();
                    // One reference each for reading and writing; OpenSSL takes one if both are the same.
                    ffi::SSL_set_bio(raw, shared, shared);
                }
            }
            ffi::SSL_set_read_ahead(raw, 0);
            if server {
                ffi::SSL_set_session_id_context(raw, b"Python".as_ptr(), 6);
                ffi::SSL_set_accept_state(raw);
            } else {
                ffi::SSL_set_connect_state(raw);
            }
        }
        Some(connection)
    }
    fn raw(&self) -> *mut ffi::SSL {
        self.ssl.as_ptr()
    }
    fn control(&self, command: c_int, n: std::ffi::c_long, p: *mut c_void) -> bool {
        // SAFETY: a live connection; callers pass what the command wants.
        unsafe { ffi::SSL_ctrl(self.raw(), command, n, p) > 0 }
    }
    /// Makes a call; `events` is asked meanwhile.
    fn call(&self, events: &dyn Events, f: impl FnOnce(*mut ffi::SSL) -> c_int) -> Outcome {
        struct Restore(*mut ffi::SSL, *mut c_void);
        impl Drop for Restore {
            fn drop(&mut self) {
                // SAFETY: the connection outlives its call.
                unsafe { ffi::SSL_set_ex_data(self.0, 0, self.1) };
            }
        }
        let raw = self.raw();
        let mine = Current(events);
        errors::clear();
        self.transport.failure.set(None);
        // SAFETY: the pointer is taken back before `mine` goes.
        let _restore = unsafe {
            let before = Restore(raw, ffi::SSL_get_ex_data(raw, 0));
            ffi::SSL_set_ex_data(raw, 0, (&raw const mine).cast_mut().cast());
            before
        };
        let result = f(raw);
        // SAFETY: asked right after the call.
        let error = unsafe { ffi::SSL_get_error(raw, result) };
        Outcome {
            result,
            error,
            code: Code::take(),
            errno: self.transport.failure.get(),
        }
    }
    pub fn handshake(&self, events: &dyn Events) -> Outcome {
        // SAFETY: a live connection.
        self.call(events, |ssl| unsafe { ffi::SSL_do_handshake(ssl) })
    }
    /// Reads bytes; how many.
    pub fn read(&self, events: &dyn Events, into: &mut [u8]) -> (Outcome, usize) {
        let mut n = 0;
        // SAFETY: the buffer has room for as many bytes as are asked for.
        let outcome = self.call(events, |ssl| unsafe {
            ffi::SSL_read_ex(ssl, into.as_mut_ptr().cast(), into.len(), &mut n)
        });
        (outcome, n)
    }
    pub fn write(&self, events: &dyn Events, bytes: &[u8]) -> (Outcome, usize) {
        let mut n = 0;
        // SAFETY: reads as many bytes as there are.
        let outcome = self.call(events, |ssl| unsafe {
            ffi::SSL_write_ex(ssl, bytes.as_ptr().cast(), bytes.len(), &mut n)
        });
        (outcome, n)
    }
    pub fn shutdown(&self, events: &dyn Events) -> Outcome {
        // SAFETY: a live connection.
        self.call(events, |ssl| unsafe { ffi::SSL_shutdown(ssl) })
    }
    /// Whether the other end said that it will send no more, and this one has not.
    pub fn is_half_closed(&self) -> bool {
        // SAFETY: a live connection.
        unsafe { ffi::SSL_get_shutdown(self.raw()) == 2 }
    }
    /// Asks the client for its certificate.
    pub fn verify_client(&self, events: &dyn Events) -> Outcome {
        // SAFETY: a live connection.
        self.call(events, |ssl| unsafe {
            ffi::SSL_verify_client_post_handshake(ssl)
        })
    }
    /// Bytes that can be read without asking for more.
    pub fn pending(&self) -> usize {
        // SAFETY: a live connection.
        usize::try_from(unsafe { ffi::SSL_pending(self.raw()) }).unwrap_or(0)
    }
    pub fn is_finished(&self) -> bool {
        // SAFETY: a live connection.
        unsafe { ffi::SSL_is_init_finished(self.raw()) != 0 }
    }
    /// Reads ahead or not.
    pub fn set_read_ahead(&self, on: bool) {
        // SAFETY: a live connection.
        unsafe { ffi::SSL_set_read_ahead(self.raw(), on.into()) }
    }
    /// Whom a client wants to talk to.
    pub fn expect(&self, expected: &Expected<'_>, indication: Option<&CStr>) -> bool {
        if let Some(name) = indication
            && !self.control(55, 0, name.as_ptr().cast_mut().cast())
        {
            return false;
        }
        // SAFETY: a live connection, whose rules live as long; texts and bytes are copied.
        unsafe {
            let rules = ffi::SSL_get0_param(self.raw());
            match expected {
                Expected::Nothing => true,
                Expected::Host(name) => {
                    ffi::X509_VERIFY_PARAM_set1_host(rules, name.as_ptr(), name.count_bytes()) == 1
                }
                Expected::Address(bytes) => {
                    ffi::X509_VERIFY_PARAM_set1_ip(rules, bytes.as_ptr(), bytes.len()) == 1
                }
            }
        }
    }
    /// Lets certificates be asked for after the handshake.
    pub fn allow_late_certificate(&self, server: bool) {
        // SAFETY: a live connection.
        unsafe {
            if server {
                let mode = ffi::SSL_get_verify_mode(self.raw());
                if mode & 1 != 0 {
                    ffi::SSL_set_verify(self.raw(), mode | 8, None);
                }
            } else {
                ffi::SSL_set_post_handshake_auth(self.raw(), 1);
            }
        }
    }
    pub fn set_context(&self, context: &Context) {
        // SAFETY: both live; the connection takes a reference of its own.
        unsafe { ffi::SSL_set_SSL_CTX(self.raw(), context.as_ptr()) };
    }
    pub fn verify_mode(&self) -> i32 {
        // SAFETY: a live connection.
        unsafe { ffi::SSL_get_verify_mode(self.raw()) }
    }
    pub fn verify_result(&self) -> i64 {
        // SAFETY: a live connection.
        unsafe { ffi::SSL_get_verify_result(self.raw()) as i64 }
    }
    pub fn version(&self) -> &'static str {
        // SAFETY: gives texts that are never freed.
        unsafe { errors::static_text(ffi::SSL_get_version(self.raw())) }.unwrap_or("unknown")
    }
    pub fn cipher(&self) -> Option<Cipher> {
        // SAFETY: a live connection.
        Cipher::of(unsafe { ffi::SSL_get_current_cipher(self.raw()) })
    }
    /// The ciphers of the client that this server has too.
    pub fn shared_ciphers(&self) -> Option<Vec<Cipher>> {
        // SAFETY: the lists live as long as the connection, and are not changed by the search.
        unsafe {
            let theirs = ffi::SSL_get_client_ciphers(self.raw());
            let ours = ffi::SSL_get_ciphers(self.raw());
            if theirs.is_null() || ours.is_null() {
                return None;
            }
            let shared = (0..ffi::OPENSSL_sk_num(theirs)).filter_map(|i| {
                let cipher = ffi::OPENSSL_sk_value(theirs, i);
                (ffi::OPENSSL_sk_find(ours, cipher) >= 0).then(|| Cipher::of(cipher.cast()))?
            });
            Some(shared.collect())
        }
    }
    pub fn protocol(&self) -> Option<Vec<u8>> {
        let (mut start, mut len) = (ptr::null(), 0);
        // SAFETY: gives a piece of memory of the connection, copied at once.
        unsafe {
            ffi::SSL_get0_alpn_selected(self.raw(), &mut start, &mut len);
            (!start.is_null()).then(|| std::slice::from_raw_parts(start, len as usize).to_vec())
        }
    }
    /// The last message of a handshake, of this end or the other one.
    pub fn finished(&self, other: bool) -> Vec<u8> {
        let mut buffer = [0; 128];
        let (start, len) = (buffer.as_mut_ptr().cast(), buffer.len());
        // SAFETY: writes at most as many bytes as there is room for.
        let n = unsafe {
            if other {
                ffi::SSL_get_peer_finished(self.raw(), start, len)
            } else {
                ffi::SSL_get_finished(self.raw(), start, len)
            }
        };
        buffer[..n.min(len)].to_vec()
    }
    pub fn is_resumed(&self) -> bool {
        // SAFETY: a live connection.
        unsafe { ffi::SSL_session_reused(self.raw()) != 0 }
    }
    pub fn session(&self) -> Option<Session> {
        // SAFETY: gives a reference of its own.
        Session::of(unsafe { ffi::SSL_get1_session(self.raw()) })
    }
    pub fn set_session(&self, session: &Session) -> bool {
        // SAFETY: both live; the connection takes a reference of its own.
        unsafe { ffi::SSL_set_session(self.raw(), session.as_ptr()) == 1 }
    }
    pub fn peer_certificate(&self) -> Option<Certificate> {
        // SAFETY: gives a reference of its own.
        unsafe { Certificate::owned(ffi::SSL_get1_peer_certificate(self.raw())) }
    }
    /// The certificates that the other end sent. Servers get those after the first one.
    pub fn peer_chain(&self) -> Option<Vec<Certificate>> {
        // SAFETY: the list lives as long as the connection.
        unsafe { Certificate::of_stack(ffi::SSL_get_peer_cert_chain(self.raw())) }
    }
    pub fn verified_chain(&self) -> Option<Vec<Certificate>> {
        // SAFETY: the list lives as long as the connection.
        unsafe { Certificate::of_stack(ffi::SSL_get0_verified_chain(self.raw())) }
    }
}
