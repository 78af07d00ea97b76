//! Contexts: what connections have in common; sessions and ciphers.

use std::ffi::{CStr, c_int, c_long, c_void};
use std::ptr::{self, NonNull};

use crate::bio::Bio;
use crate::errors::{self, Code, static_text};
use crate::x509::Certificate;
use crate::{callbacks, ffi};

/// Which ends of a connection a context is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Both,
    Client,
    Server,
}

/// An owned reference to a context.
pub struct Context(NonNull<ffi::SSL_CTX>);

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: owns one reference.
        unsafe { ffi::SSL_CTX_free(self.0.as_ptr()) };
    }
}

/// Which functions a context calls.
#[derive(Clone, Copy)]
pub enum Hook {
    ServerName,
    Message,
    KeyLog,
    ClientKey,
    ServerKey,
}

const SET_MIN: c_int = 123;
const SET_MAX: c_int = 124;
const GET_MIN: c_int = 130;
const GET_MAX: c_int = 131;

impl Context {
    pub fn new(side: Side) -> Option<Context> {
        errors::clear();
        // SAFETY: the tables of methods are never freed.
        let raw = unsafe {
            ffi::SSL_CTX_new(match side {
                Side::Both => ffi::TLS_method(),
                Side::Client => ffi::TLS_client_method(),
                Side::Server => ffi::TLS_server_method(),
            })
        };
        let context = Context(NonNull::new(raw)?);
        // Free the buffers of idle connections.
        context.control(33, 0x10, ptr::null_mut());
        // SAFETY: the context is new.
        unsafe { ffi::SSL_CTX_set_post_handshake_auth(raw, 0) };
        Some(context)
    }
    pub(crate) fn as_ptr(&self) -> *mut ffi::SSL_CTX {
        self.0.as_ptr()
    }
    fn control(&self, command: c_int, n: c_long, p: *mut c_void) -> c_long {
        // SAFETY: a live context; callers pass what the command wants.
        unsafe { ffi::SSL_CTX_ctrl(self.as_ptr(), command, n, p) }
    }
    pub fn options(&self) -> u64 {
        // SAFETY: a live context.
        unsafe { ffi::SSL_CTX_get_options(self.as_ptr()) }
    }
    pub fn change_options(&self, clear: u64, set: u64) {
        // SAFETY: a live context.
        unsafe {
            ffi::SSL_CTX_clear_options(self.as_ptr(), clear);
            ffi::SSL_CTX_set_options(self.as_ptr(), set);
        }
    }
    pub fn verify_mode(&self) -> i32 {
        // SAFETY: a live context.
        unsafe { ffi::SSL_CTX_get_verify_mode(self.as_ptr()) }
    }
    pub fn set_verify_mode(&self, mode: i32) {
        // SAFETY: a live context.
        unsafe { ffi::SSL_CTX_set_verify(self.as_ptr(), mode, None) }
    }
    pub fn verify_flags(&self) -> u64 {
        // SAFETY: the rules live as long as the context.
        unsafe { ffi::X509_VERIFY_PARAM_get_flags(ffi::SSL_CTX_get0_param(self.as_ptr())) as u64 }
    }
    pub fn change_verify_flags(&self, clear: u64, set: u64) -> bool {
        // SAFETY: the rules live as long as the context.
        unsafe {
            let rules = ffi::SSL_CTX_get0_param(self.as_ptr());
            (clear == 0 || ffi::X509_VERIFY_PARAM_clear_flags(rules, clear as _) == 1)
                && (set == 0 || ffi::X509_VERIFY_PARAM_set_flags(rules, set as _) == 1)
        }
    }
    pub fn set_host_flags(&self, flags: u32) {
        // SAFETY: the rules live as long as the context.
        unsafe {
            ffi::X509_VERIFY_PARAM_set_hostflags(ffi::SSL_CTX_get0_param(self.as_ptr()), flags);
        }
    }
    /// The lowest or highest version; 0 if there is no limit.
    pub fn version_limit(&self, highest: bool) -> i64 {
        let command = if highest { GET_MAX } else { GET_MIN };
        self.control(command, 0, ptr::null_mut()) as i64
    }
    pub fn set_version_limit(&self, highest: bool, version: i32) -> bool {
        let command = if highest { SET_MAX } else { SET_MIN };
        self.control(command, version.into(), ptr::null_mut()) == 1
    }
    pub fn security_level(&self) -> i32 {
        // SAFETY: a live context.
        unsafe { ffi::SSL_CTX_get_security_level(self.as_ptr()) }
    }
    pub fn tickets(&self) -> usize {
        // SAFETY: a live context.
        unsafe { ffi::SSL_CTX_get_num_tickets(self.as_ptr()) }
    }
    pub fn set_tickets(&self, n: usize) -> bool {
        // SAFETY: a live context.
        unsafe { ffi::SSL_CTX_set_num_tickets(self.as_ptr(), n) == 1 }
    }
    /// A counter of sessions, `SSL_CTRL_SESS_…`.
    pub fn session_count(&self, which: i32) -> i64 {
        self.control(which, 0, ptr::null_mut()) as i64
    }
    pub fn set_ciphers(&self, list: &CStr) -> bool {
        // SAFETY: a live context; the text is read at once.
        let ok = unsafe { ffi::SSL_CTX_set_cipher_list(self.as_ptr(), list.as_ptr()) == 1 };
        errors::clear();
        ok
    }
    /// The ciphers of a new connection.
    pub fn ciphers(&self) -> Option<Vec<Cipher>> {
        // SAFETY: the connection is freed after its list was read; ciphers are never freed.
        unsafe {
            let ssl = ffi::SSL_new(self.as_ptr());
            if ssl.is_null() {
                return None;
            }
            let list = ffi::SSL_get_ciphers(ssl);
            let count = if list.is_null() {
                0
            } else {
                ffi::OPENSSL_sk_num(list)
            };
            let ciphers =
                (0..count).filter_map(|i| Cipher::of(ffi::OPENSSL_sk_value(list, i).cast()));
            let ciphers = ciphers.collect();
            ffi::SSL_free(ssl);
            Some(ciphers)
        }
    }
    /// The protocols to offer and to choose from, each after a byte with its length.
    pub fn set_protocols(&self, list: &[u8]) -> bool {
        // SAFETY: the list is copied.
        unsafe {
            if ffi::SSL_CTX_set_alpn_protos(self.as_ptr(), list.as_ptr(), list.len() as u32) != 0 {
                return false;
            }
            ffi::SSL_CTX_set_alpn_select_cb(
                self.as_ptr(),
                Some(callbacks::select_protocol),
                ptr::null_mut(),
            );
        }
        true
    }
    /// Calls `Events` for something, or no longer.
    pub fn hook(&self, hook: Hook, on: bool) {
        let raw = self.as_ptr();
        // SAFETY: a live context; the functions have the types that it wants.
        unsafe {
            match hook {
                Hook::ServerName => {
                    let f: Option<ffi::ServerNameCallback> = on.then_some(callbacks::server_name);
                    ffi::SSL_CTX_callback_ctrl(raw, 53, f);
                }
                Hook::Message => {
                    let f: Option<ffi::MessageCallback> = on.then_some(callbacks::message);
                    ffi::SSL_CTX_set_msg_callback(raw, f);
                }
                Hook::KeyLog => {
                    let f: Option<ffi::KeyLogCallback> = on.then_some(callbacks::key_log);
                    ffi::SSL_CTX_set_keylog_callback(raw, f);
                }
                Hook::ClientKey => {
                    let f: Option<ffi::PskClientCallback> = on.then_some(callbacks::client_key);
                    ffi::SSL_CTX_set_psk_client_callback(raw, f);
                }
                Hook::ServerKey => {
                    let f: Option<ffi::PskServerCallback> = on.then_some(callbacks::server_key);
                    ffi::SSL_CTX_set_psk_server_callback(raw, f);
                }
            }
        }
    }
    pub fn set_key_hint(&self, hint: Option<&CStr>) -> bool {
        let hint = hint.map_or(ptr::null(), CStr::as_ptr);
        // SAFETY: the text is copied.
        unsafe { ffi::SSL_CTX_use_psk_identity_hint(self.as_ptr(), hint) == 1 }
    }
    /// Loads a chain of certificates and a key. `password` is asked for passwords, given how long they may be.
    ///
    /// # Errors
    /// The error and, if the system refused something, its number.
    pub fn load_chain(
        &self,
        certificates: &CStr,
        key: &CStr,
        mut password: Option<&mut dyn FnMut(usize) -> Option<Vec<u8>>>,
    ) -> Result<(), Option<Code>> {
        let raw = self.as_ptr();
        errors::clear();
        // SAFETY: a live context; the texts are read at once, the pointer to the closure is taken back.
        let ok = unsafe {
            match &mut password {
                Some(ask) => {
                    ffi::SSL_CTX_set_default_passwd_cb(raw, Some(callbacks::password));
                    ffi::SSL_CTX_set_default_passwd_cb_userdata(raw, ptr::from_mut(ask).cast());
                }
                None => ffi::SSL_CTX_set_default_passwd_cb(raw, Some(callbacks::no_password)),
            }
            let ok = ffi::SSL_CTX_use_certificate_chain_file(raw, certificates.as_ptr()) == 1
                && ffi::SSL_CTX_use_PrivateKey_file(raw, key.as_ptr(), 1) == 1
                && ffi::SSL_CTX_check_private_key(raw) == 1;
            ffi::SSL_CTX_set_default_passwd_cb(raw, None);
            ffi::SSL_CTX_set_default_passwd_cb_userdata(raw, ptr::null_mut());
            ok
        };
        let code = Code::take();
        if ok { Ok(()) } else { Err(code) }
    }
    /// Trusts the certificates in a file or a folder.
    ///
    /// # Errors
    /// The last error.
    pub fn load_trusted(
        &self,
        file: Option<&CStr>,
        folder: Option<&CStr>,
    ) -> Result<(), Option<Code>> {
        errors::clear();
        let pointer = |text: Option<&CStr>| text.map_or(ptr::null(), CStr::as_ptr);
        // SAFETY: a live context; the texts are read at once.
        let ok = unsafe {
            ffi::SSL_CTX_load_verify_locations(self.as_ptr(), pointer(file), pointer(folder)) == 1
        };
        let code = Code::take();
        if ok { Ok(()) } else { Err(code) }
    }
    pub fn load_default_trusted(&self) -> bool {
        // SAFETY: a live context.
        unsafe { ffi::SSL_CTX_set_default_verify_paths(self.as_ptr()) == 1 }
    }
    /// Trusts the certificates in DER or PEM; how many there were, and the error at which reading ended.
    pub fn add_trusted(&self, data: &[u8], pem: bool) -> Option<(usize, Option<Code>)> {
        errors::clear();
        let store = self.store();
        let mut loaded = 0;
        Bio::with_bytes(data, |bio| {
            while let Some(certificate) = Certificate::read(bio, pem) {
                // SAFETY: both live; the store takes a reference of its own.
                let added = unsafe { ffi::X509_STORE_add_cert(store, certificate.as_ptr()) == 1 };
                let known = Code::last().is_some_and(|c| {
                    c.is(errors::LIB_X509, errors::X509_CERT_ALREADY_IN_HASH_TABLE)
                });
                if !added && !known {
                    break;
                }
                errors::clear();
                loaded += 1;
            }
        })?;
        Some((loaded, Code::take()))
    }
    fn store(&self) -> *mut ffi::X509_STORE {
        // SAFETY: the store lives as long as the context.
        unsafe { ffi::SSL_CTX_get_cert_store(self.as_ptr()) }
    }
    /// What is in the store: for each object its kind (1: certificate, 2: list of revoked ones).
    pub fn stored(&self) -> Vec<(i32, Option<Certificate>)> {
        let mut objects = Vec::new();
        // SAFETY: the list and its objects are owned here and freed.
        unsafe {
            let stack = ffi::X509_STORE_get1_objects(self.store());
            if stack.is_null() {
                return objects;
            }
            for i in 0..ffi::OPENSSL_sk_num(stack) {
                let object = ffi::OPENSSL_sk_value(stack, i).cast();
                let kind = ffi::X509_OBJECT_get_type(object);
                let certificate = Certificate::shared(ffi::X509_OBJECT_get0_X509(object));
                objects.push((kind, certificate.filter(|_| kind == 1)));
            }
            loop {
                let object = ffi::OPENSSL_sk_pop(stack);
                if object.is_null() {
                    break;
                }
                ffi::X509_OBJECT_free(object.cast());
            }
            ffi::OPENSSL_sk_free(stack);
        }
        objects
    }
    /// Parameters for Diffie-Hellman, in PEM.
    ///
    /// # Errors
    /// The last error.
    pub fn load_dh(&self, pem: &[u8]) -> Result<(), Option<Code>> {
        errors::clear();
        // SAFETY: the context copies the parameters, which are owned here.
        let ok = Bio::with_bytes(pem, |bio| unsafe {
            let (none, no_data) = (ptr::null_mut(), ptr::null_mut());
            let dh = ffi::PEM_read_bio_DHparams(bio, none, Some(callbacks::no_password), no_data);
            if dh.is_null() {
                return false;
            }
            let ok = self.control(3, 0, dh.cast()) == 1;
            ffi::DH_free(dh);
            ok
        });
        let code = Code::take();
        if ok == Some(true) { Ok(()) } else { Err(code) }
    }
    /// The only curve for key exchange; `None` if there is no such curve.
    pub fn set_curve(&self, name: &CStr) -> Option<bool> {
        // SAFETY: the text is read at once.
        let mut nid = unsafe { ffi::OBJ_sn2nid(name.as_ptr()) };
        if nid == 0 {
            return None;
        }
        Some(self.control(91, 1, (&raw mut nid).cast()) == 1)
    }
}

/// An owned reference to a session.
pub struct Session(NonNull<ffi::SSL_SESSION>);

impl Drop for Session {
    fn drop(&mut self) {
        // SAFETY: owns one reference.
        unsafe { ffi::SSL_SESSION_free(self.0.as_ptr()) };
    }
}

impl Session {
    /// Takes a reference over.
    pub(crate) fn of(raw: *mut ffi::SSL_SESSION) -> Option<Session> {
        NonNull::new(raw).map(Session)
    }
    pub(crate) fn as_ptr(&self) -> *mut ffi::SSL_SESSION {
        self.0.as_ptr()
    }
    /// A copy that its connection will not change.
    pub fn copy(&self) -> Option<Session> {
        // SAFETY: asked for the size first; both calls move the pointers that they are given, not the bytes.
        unsafe {
            let len = ffi::i2d_SSL_SESSION(self.as_ptr(), ptr::null_mut());
            let mut bytes = vec![0; usize::try_from(len).ok().filter(|&n| n > 0)?];
            let mut end = bytes.as_mut_ptr();
            if ffi::i2d_SSL_SESSION(self.as_ptr(), &mut end) != len {
                return None;
            }
            let mut start = bytes.as_ptr();
            Session::of(ffi::d2i_SSL_SESSION(
                ptr::null_mut(),
                &mut start,
                len.into(),
            ))
        }
    }
    pub fn id(&self) -> Vec<u8> {
        let mut len = 0;
        // SAFETY: gives a piece of the session, copied at once.
        unsafe {
            let start = ffi::SSL_SESSION_get_id(self.as_ptr(), &mut len);
            if start.is_null() {
                return Vec::new();
            }
            std::slice::from_raw_parts(start, len as usize).to_vec()
        }
    }
    pub fn time(&self) -> i64 {
        // SAFETY: a live session.
        unsafe { ffi::SSL_SESSION_get_time(self.as_ptr()) as i64 }
    }
    pub fn timeout(&self) -> i64 {
        // SAFETY: a live session.
        unsafe { ffi::SSL_SESSION_get_timeout(self.as_ptr()) as i64 }
    }
    pub fn has_ticket(&self) -> bool {
        // SAFETY: a live session.
        unsafe { ffi::SSL_SESSION_has_ticket(self.as_ptr()) != 0 }
    }
    pub fn ticket_lifetime(&self) -> u64 {
        // SAFETY: a live session.
        unsafe { ffi::SSL_SESSION_get_ticket_lifetime_hint(self.as_ptr()) as u64 }
    }
}

/// A cipher of OpenSSL's tables.
#[derive(Clone, Copy)]
pub struct Cipher(NonNull<ffi::SSL_CIPHER>);

impl Cipher {
    pub(crate) fn of(raw: *const ffi::SSL_CIPHER) -> Option<Cipher> {
        NonNull::new(raw.cast_mut()).map(Cipher)
    }
    fn raw(self) -> *const ffi::SSL_CIPHER {
        self.0.as_ptr()
    }
    pub fn name(self) -> Option<&'static str> {
        // SAFETY: ciphers and their names are never freed.
        unsafe { static_text(ffi::SSL_CIPHER_get_name(self.raw())) }
    }
    pub fn version(self) -> Option<&'static str> {
        // SAFETY: as above.
        unsafe { static_text(ffi::SSL_CIPHER_get_version(self.raw())) }
    }
    /// Bits of the key that count, and bits of the algorithm.
    pub fn bits(self) -> (i32, i32) {
        let mut algorithm = 0;
        // SAFETY: as above.
        let strength = unsafe { ffi::SSL_CIPHER_get_bits(self.raw(), &mut algorithm) };
        (strength, algorithm)
    }
    pub fn id(self) -> u32 {
        // SAFETY: as above.
        unsafe { ffi::SSL_CIPHER_get_id(self.raw()) }
    }
    pub fn description(self) -> String {
        let mut buffer = [0_u8; 512];
        // SAFETY: writes a C string of at most so many bytes.
        unsafe {
            ffi::SSL_CIPHER_description(self.raw(), buffer.as_mut_ptr().cast(), 512);
        }
        let text = CStr::from_bytes_until_nul(&buffer).unwrap_or_default();
        text.to_string_lossy().into_owned()
    }
    pub fn is_aead(self) -> bool {
        // SAFETY: as above.
        unsafe { ffi::SSL_CIPHER_is_aead(self.raw()) != 0 }
    }
    /// The names of its parts: symmetric, digest, key exchange, authentication.
    pub fn parts(self) -> [Option<&'static str>; 4] {
        let raw = self.raw();
        // SAFETY: as above; the names of objects are never freed.
        unsafe {
            [
                ffi::SSL_CIPHER_get_cipher_nid(raw),
                ffi::SSL_CIPHER_get_digest_nid(raw),
                ffi::SSL_CIPHER_get_kx_nid(raw),
                ffi::SSL_CIPHER_get_auth_nid(raw),
            ]
            .map(|nid| {
                if nid == 0 {
                    None
                } else {
                    static_text(ffi::OBJ_nid2ln(nid))
                }
            })
        }
    }
}
