//! The part of OpenSSL's C interface that is used here. Functions with `set` of macros in C are called through `SSL_ctrl`.

use std::ffi::{c_char, c_int, c_long, c_uchar, c_uint, c_ulong, c_void};

macro_rules! opaque {
    ($($name:ident)*) => { $(
        #[repr(C)]
        pub struct $name { _private: [u8; 0] }
    )* };
}
opaque! {
    SSL SSL_CTX SSL_METHOD SSL_SESSION SSL_CIPHER BIO BIO_METHOD X509 X509_NAME X509_NAME_ENTRY X509_STORE X509_OBJECT
    X509_STORE_CTX X509_VERIFY_PARAM DH ASN1_OBJECT ASN1_STRING STACK
}

/// `GENERAL_NAME`: the kind says what the pointer is.
#[repr(C)]
pub struct GENERAL_NAME {
    pub kind: c_int,
    pub value: *mut c_void,
}
/// `ACCESS_DESCRIPTION`.
#[repr(C)]
pub struct ACCESS_DESCRIPTION {
    pub method: *mut ASN1_OBJECT,
    pub location: *mut GENERAL_NAME,
}
/// `DIST_POINT`.
#[repr(C)]
pub struct DIST_POINT {
    pub name: *mut DIST_POINT_NAME,
    pub reasons: *mut ASN1_STRING,
    pub issuer: *mut STACK,
}
/// `DIST_POINT_NAME`: kind 0 has general names.
#[repr(C)]
pub struct DIST_POINT_NAME {
    pub kind: c_int,
    pub full: *mut STACK,
}

pub type VerifyCallback = unsafe extern "C" fn(c_int, *mut X509_STORE_CTX) -> c_int;
pub type PasswordCallback = unsafe extern "C" fn(*mut c_char, c_int, c_int, *mut c_void) -> c_int;
pub type AlpnCallback = unsafe extern "C" fn(
    *mut SSL,
    *mut *const c_uchar,
    *mut c_uchar,
    *const c_uchar,
    c_uint,
    *mut c_void,
) -> c_int;
pub type MessageCallback =
    unsafe extern "C" fn(c_int, c_int, c_int, *const c_void, usize, *mut SSL, *mut c_void);
pub type KeyLogCallback = unsafe extern "C" fn(*const SSL, *const c_char);
pub type PskClientCallback = unsafe extern "C" fn(
    *mut SSL,
    *const c_char,
    *mut c_char,
    c_uint,
    *mut c_uchar,
    c_uint,
) -> c_uint;
pub type PskServerCallback =
    unsafe extern "C" fn(*mut SSL, *const c_char, *mut c_uchar, c_uint) -> c_uint;
pub type ServerNameCallback = unsafe extern "C" fn(*mut SSL, *mut c_int, *mut c_void) -> c_int;

unsafe extern "C" {
    // Errors.
    pub fn ERR_peek_last_error() -> c_ulong;
    pub fn ERR_clear_error();
    pub fn ERR_reason_error_string(code: c_ulong) -> *const c_char;
    pub fn X509_verify_cert_error_string(code: c_long) -> *const c_char;

    // Contexts.
    pub fn TLS_method() -> *const SSL_METHOD;
    pub fn TLS_client_method() -> *const SSL_METHOD;
    pub fn TLS_server_method() -> *const SSL_METHOD;
    pub fn SSL_CTX_new(method: *const SSL_METHOD) -> *mut SSL_CTX;
    pub fn SSL_CTX_free(ctx: *mut SSL_CTX);
    pub fn SSL_CTX_ctrl(ctx: *mut SSL_CTX, cmd: c_int, n: c_long, p: *mut c_void) -> c_long;
    pub fn SSL_CTX_callback_ctrl(
        ctx: *mut SSL_CTX,
        cmd: c_int,
        f: Option<ServerNameCallback>,
    ) -> c_long;
    pub fn SSL_CTX_get_options(ctx: *const SSL_CTX) -> u64;
    pub fn SSL_CTX_set_options(ctx: *mut SSL_CTX, options: u64) -> u64;
    pub fn SSL_CTX_clear_options(ctx: *mut SSL_CTX, options: u64) -> u64;
    pub fn SSL_CTX_set_verify(ctx: *mut SSL_CTX, mode: c_int, f: Option<VerifyCallback>);
    pub fn SSL_CTX_get_verify_mode(ctx: *const SSL_CTX) -> c_int;
    pub fn SSL_CTX_get0_param(ctx: *mut SSL_CTX) -> *mut X509_VERIFY_PARAM;
    pub fn SSL_CTX_set_post_handshake_auth(ctx: *mut SSL_CTX, on: c_int);
    pub fn SSL_CTX_set_cipher_list(ctx: *mut SSL_CTX, text: *const c_char) -> c_int;
    pub fn SSL_CTX_use_certificate_chain_file(ctx: *mut SSL_CTX, file: *const c_char) -> c_int;
    pub fn SSL_CTX_use_PrivateKey_file(
        ctx: *mut SSL_CTX,
        file: *const c_char,
        kind: c_int,
    ) -> c_int;
    pub fn SSL_CTX_check_private_key(ctx: *const SSL_CTX) -> c_int;
    pub fn SSL_CTX_set_default_passwd_cb(ctx: *mut SSL_CTX, f: Option<PasswordCallback>);
    pub fn SSL_CTX_set_default_passwd_cb_userdata(ctx: *mut SSL_CTX, data: *mut c_void);
    pub fn SSL_CTX_load_verify_locations(
        ctx: *mut SSL_CTX,
        file: *const c_char,
        folder: *const c_char,
    ) -> c_int;
    pub fn SSL_CTX_set_default_verify_paths(ctx: *mut SSL_CTX) -> c_int;
    pub fn SSL_CTX_get_cert_store(ctx: *const SSL_CTX) -> *mut X509_STORE;
    pub fn SSL_CTX_set_alpn_protos(ctx: *mut SSL_CTX, list: *const c_uchar, len: c_uint) -> c_int;
    pub fn SSL_CTX_set_alpn_select_cb(
        ctx: *mut SSL_CTX,
        f: Option<AlpnCallback>,
        data: *mut c_void,
    );
    pub fn SSL_CTX_set_msg_callback(ctx: *mut SSL_CTX, f: Option<MessageCallback>);
    pub fn SSL_CTX_set_keylog_callback(ctx: *mut SSL_CTX, f: Option<KeyLogCallback>);
    pub fn SSL_CTX_set_psk_client_callback(ctx: *mut SSL_CTX, f: Option<PskClientCallback>);
    pub fn SSL_CTX_set_psk_server_callback(ctx: *mut SSL_CTX, f: Option<PskServerCallback>);
    pub fn SSL_CTX_use_psk_identity_hint(ctx: *mut SSL_CTX, hint: *const c_char) -> c_int;
    pub fn SSL_CTX_set_num_tickets(ctx: *mut SSL_CTX, n: usize) -> c_int;
    pub fn SSL_CTX_get_num_tickets(ctx: *const SSL_CTX) -> usize;
    pub fn SSL_CTX_get_security_level(ctx: *const SSL_CTX) -> c_int;

    // Connections.
    pub fn SSL_new(ctx: *mut SSL_CTX) -> *mut SSL;
    pub fn SSL_free(ssl: *mut SSL);
    pub fn SSL_ctrl(ssl: *mut SSL, cmd: c_int, n: c_long, p: *mut c_void) -> c_long;
    pub fn SSL_set_SSL_CTX(ssl: *mut SSL, ctx: *mut SSL_CTX) -> *mut SSL_CTX;
    pub fn SSL_set_ex_data(ssl: *mut SSL, index: c_int, data: *mut c_void) -> c_int;
    pub fn SSL_get_ex_data(ssl: *const SSL, index: c_int) -> *mut c_void;
    pub fn SSL_set_session_id_context(ssl: *mut SSL, id: *const c_uchar, len: c_uint) -> c_int;
    pub fn SSL_set_bio(ssl: *mut SSL, read: *mut BIO, write: *mut BIO);
    pub fn SSL_set_connect_state(ssl: *mut SSL);
    pub fn SSL_set_accept_state(ssl: *mut SSL);
    pub fn SSL_get0_param(ssl: *mut SSL) -> *mut X509_VERIFY_PARAM;
    pub fn SSL_set_verify(ssl: *mut SSL, mode: c_int, f: Option<VerifyCallback>);
    pub fn SSL_get_verify_mode(ssl: *const SSL) -> c_int;
    pub fn SSL_get_verify_result(ssl: *const SSL) -> c_long;
    pub fn SSL_set_post_handshake_auth(ssl: *mut SSL, on: c_int);
    pub fn SSL_verify_client_post_handshake(ssl: *mut SSL) -> c_int;
    pub fn SSL_get_servername(ssl: *const SSL, kind: c_int) -> *const c_char;
    pub fn SSL_do_handshake(ssl: *mut SSL) -> c_int;
    pub fn SSL_read_ex(ssl: *mut SSL, buffer: *mut c_void, len: usize, n: *mut usize) -> c_int;
    pub fn SSL_write_ex(ssl: *mut SSL, buffer: *const c_void, len: usize, n: *mut usize) -> c_int;
    pub fn SSL_shutdown(ssl: *mut SSL) -> c_int;
    pub fn SSL_get_shutdown(ssl: *const SSL) -> c_int;
    pub fn SSL_set_read_ahead(ssl: *mut SSL, on: c_int);
    pub fn SSL_get_error(ssl: *const SSL, result: c_int) -> c_int;
    pub fn SSL_pending(ssl: *const SSL) -> c_int;
    pub fn SSL_is_init_finished(ssl: *const SSL) -> c_int;
    pub fn SSL_get_version(ssl: *const SSL) -> *const c_char;
    pub fn SSL_get_current_cipher(ssl: *const SSL) -> *const SSL_CIPHER;
    pub fn SSL_get_ciphers(ssl: *const SSL) -> *mut STACK;
    pub fn SSL_get_client_ciphers(ssl: *const SSL) -> *mut STACK;
    pub fn SSL_get0_alpn_selected(ssl: *const SSL, list: *mut *const c_uchar, len: *mut c_uint);
    pub fn SSL_get_finished(ssl: *const SSL, buffer: *mut c_void, len: usize) -> usize;
    pub fn SSL_get_peer_finished(ssl: *const SSL, buffer: *mut c_void, len: usize) -> usize;
    pub fn SSL_get1_peer_certificate(ssl: *const SSL) -> *mut X509;
    pub fn SSL_get_peer_cert_chain(ssl: *const SSL) -> *mut STACK;
    pub fn SSL_get0_verified_chain(ssl: *const SSL) -> *mut STACK;
    pub fn SSL_session_reused(ssl: *const SSL) -> c_int;
    pub fn SSL_get1_session(ssl: *mut SSL) -> *mut SSL_SESSION;
    pub fn SSL_set_session(ssl: *mut SSL, session: *mut SSL_SESSION) -> c_int;

    // Ciphers.
    pub fn SSL_CIPHER_get_name(c: *const SSL_CIPHER) -> *const c_char;
    pub fn SSL_CIPHER_get_version(c: *const SSL_CIPHER) -> *const c_char;
    pub fn SSL_CIPHER_get_bits(c: *const SSL_CIPHER, algorithm: *mut c_int) -> c_int;
    pub fn SSL_CIPHER_get_id(c: *const SSL_CIPHER) -> u32;
    pub fn SSL_CIPHER_description(c: *const SSL_CIPHER, b: *mut c_char, n: c_int) -> *mut c_char;
    pub fn SSL_CIPHER_is_aead(c: *const SSL_CIPHER) -> c_int;
    pub fn SSL_CIPHER_get_cipher_nid(c: *const SSL_CIPHER) -> c_int;
    pub fn SSL_CIPHER_get_digest_nid(c: *const SSL_CIPHER) -> c_int;
    pub fn SSL_CIPHER_get_kx_nid(c: *const SSL_CIPHER) -> c_int;
    pub fn SSL_CIPHER_get_auth_nid(c: *const SSL_CIPHER) -> c_int;

    // Sessions.
    pub fn SSL_SESSION_free(s: *mut SSL_SESSION);
    pub fn i2d_SSL_SESSION(s: *const SSL_SESSION, out: *mut *mut c_uchar) -> c_int;
    pub fn d2i_SSL_SESSION(
        s: *mut *mut SSL_SESSION,
        from: *mut *const c_uchar,
        len: c_long,
    ) -> *mut SSL_SESSION;
    pub fn SSL_SESSION_get_id(s: *const SSL_SESSION, len: *mut c_uint) -> *const c_uchar;
    pub fn SSL_SESSION_get_time(s: *const SSL_SESSION) -> c_long;
    pub fn SSL_SESSION_get_timeout(s: *const SSL_SESSION) -> c_long;
    pub fn SSL_SESSION_has_ticket(s: *const SSL_SESSION) -> c_int;
    pub fn SSL_SESSION_get_ticket_lifetime_hint(s: *const SSL_SESSION) -> c_ulong;

    // Streams of bytes.
    pub fn BIO_new(method: *const BIO_METHOD) -> *mut BIO;
    pub fn BIO_s_mem() -> *const BIO_METHOD;
    pub fn BIO_new_mem_buf(buffer: *const c_void, len: c_int) -> *mut BIO;
    pub fn BIO_free(bio: *mut BIO) -> c_int;
    pub fn BIO_up_ref(bio: *mut BIO) -> c_int;
    pub fn BIO_read_ex(bio: *mut BIO, buffer: *mut c_void, len: usize, n: *mut usize) -> c_int;
    pub fn BIO_write_ex(bio: *mut BIO, buffer: *const c_void, len: usize, n: *mut usize) -> c_int;
    pub fn BIO_ctrl(bio: *mut BIO, cmd: c_int, n: c_long, p: *mut c_void) -> c_long;
    pub fn BIO_ctrl_pending(bio: *mut BIO) -> usize;
    pub fn BIO_set_flags(bio: *mut BIO, flags: c_int);
    pub fn BIO_clear_flags(bio: *mut BIO, flags: c_int);
    pub fn BIO_set_data(bio: *mut BIO, data: *mut c_void);
    pub fn BIO_get_data(bio: *mut BIO) -> *mut c_void;
    pub fn BIO_set_init(bio: *mut BIO, on: c_int);
    pub fn BIO_get_new_index() -> c_int;
    pub fn BIO_meth_new(kind: c_int, name: *const c_char) -> *mut BIO_METHOD;
    pub fn BIO_meth_set_write_ex(
        m: *mut BIO_METHOD,
        f: unsafe extern "C" fn(*mut BIO, *const c_char, usize, *mut usize) -> c_int,
    ) -> c_int;
    pub fn BIO_meth_set_read_ex(
        m: *mut BIO_METHOD,
        f: unsafe extern "C" fn(*mut BIO, *mut c_char, usize, *mut usize) -> c_int,
    ) -> c_int;
    pub fn BIO_meth_set_ctrl(
        m: *mut BIO_METHOD,
        f: unsafe extern "C" fn(*mut BIO, c_int, c_long, *mut c_void) -> c_long,
    ) -> c_int;

    // Certificates and names.
    pub fn X509_free(x: *mut X509);
    pub fn X509_up_ref(x: *mut X509) -> c_int;
    pub fn X509_cmp(a: *const X509, b: *const X509) -> c_int;
    pub fn X509_subject_name_hash(x: *mut X509) -> c_ulong;
    pub fn X509_check_ca(x: *mut X509) -> c_int;
    pub fn X509_get_version(x: *const X509) -> c_long;
    pub fn X509_get_subject_name(x: *const X509) -> *mut X509_NAME;
    pub fn X509_get_issuer_name(x: *const X509) -> *mut X509_NAME;
    pub fn X509_get0_serialNumber(x: *const X509) -> *const ASN1_STRING;
    pub fn X509_get0_notBefore(x: *const X509) -> *const ASN1_STRING;
    pub fn X509_get0_notAfter(x: *const X509) -> *const ASN1_STRING;
    pub fn X509_get_ext_d2i(
        x: *const X509,
        nid: c_int,
        a: *mut c_int,
        b: *mut c_int,
    ) -> *mut c_void;
    pub fn i2d_X509(x: *const X509, out: *mut *mut c_uchar) -> c_int;
    pub fn d2i_X509_bio(bio: *mut BIO, x: *mut *mut X509) -> *mut X509;
    pub fn PEM_read_bio_X509(
        bio: *mut BIO,
        x: *mut *mut X509,
        f: Option<PasswordCallback>,
        data: *mut c_void,
    ) -> *mut X509;
    pub fn PEM_write_bio_X509(bio: *mut BIO, x: *const X509) -> c_int;
    pub fn X509_NAME_print_ex(
        bio: *mut BIO,
        name: *const X509_NAME,
        indent: c_int,
        flags: c_ulong,
    ) -> c_int;
    pub fn X509_NAME_entry_count(name: *const X509_NAME) -> c_int;
    pub fn X509_NAME_get_entry(name: *const X509_NAME, i: c_int) -> *mut X509_NAME_ENTRY;
    pub fn X509_NAME_ENTRY_set(entry: *const X509_NAME_ENTRY) -> c_int;
    pub fn X509_NAME_ENTRY_get_object(entry: *const X509_NAME_ENTRY) -> *mut ASN1_OBJECT;
    pub fn X509_NAME_ENTRY_get_data(entry: *const X509_NAME_ENTRY) -> *mut ASN1_STRING;
    pub fn X509_STORE_add_cert(store: *mut X509_STORE, x: *mut X509) -> c_int;
    pub fn X509_STORE_get1_objects(store: *mut X509_STORE) -> *mut STACK;
    pub fn X509_OBJECT_get_type(o: *const X509_OBJECT) -> c_int;
    pub fn X509_OBJECT_get0_X509(o: *const X509_OBJECT) -> *mut X509;
    pub fn X509_OBJECT_free(o: *mut X509_OBJECT);
    pub fn X509_VERIFY_PARAM_get_flags(p: *const X509_VERIFY_PARAM) -> c_ulong;
    pub fn X509_VERIFY_PARAM_set_flags(p: *mut X509_VERIFY_PARAM, flags: c_ulong) -> c_int;
    pub fn X509_VERIFY_PARAM_clear_flags(p: *mut X509_VERIFY_PARAM, flags: c_ulong) -> c_int;
    pub fn X509_VERIFY_PARAM_set_hostflags(p: *mut X509_VERIFY_PARAM, flags: c_uint);
    pub fn X509_VERIFY_PARAM_set1_host(
        p: *mut X509_VERIFY_PARAM,
        name: *const c_char,
        len: usize,
    ) -> c_int;
    pub fn X509_VERIFY_PARAM_set1_ip(
        p: *mut X509_VERIFY_PARAM,
        ip: *const c_uchar,
        len: usize,
    ) -> c_int;
    pub fn X509_get_default_cert_file() -> *const c_char;
    pub fn X509_get_default_cert_file_env() -> *const c_char;
    pub fn X509_get_default_cert_dir() -> *const c_char;
    pub fn X509_get_default_cert_dir_env() -> *const c_char;
    pub fn GENERAL_NAME_free(name: *mut GENERAL_NAME);
    pub fn GENERAL_NAME_print(bio: *mut BIO, name: *mut GENERAL_NAME) -> c_int;
    pub fn ACCESS_DESCRIPTION_free(a: *mut ACCESS_DESCRIPTION);
    pub fn DIST_POINT_free(d: *mut DIST_POINT);

    // Values.
    pub fn OPENSSL_sk_num(stack: *const STACK) -> c_int;
    pub fn OPENSSL_sk_value(stack: *const STACK, i: c_int) -> *mut c_void;
    pub fn OPENSSL_sk_pop(stack: *mut STACK) -> *mut c_void;
    pub fn OPENSSL_sk_free(stack: *mut STACK);
    pub fn OPENSSL_sk_find(stack: *mut STACK, item: *const c_void) -> c_int;
    pub fn OBJ_nid2obj(nid: c_int) -> *mut ASN1_OBJECT;
    pub fn OBJ_obj2nid(o: *const ASN1_OBJECT) -> c_int;
    pub fn OBJ_nid2sn(nid: c_int) -> *const c_char;
    pub fn OBJ_nid2ln(nid: c_int) -> *const c_char;
    pub fn OBJ_sn2nid(name: *const c_char) -> c_int;
    pub fn OBJ_txt2obj(text: *const c_char, no_name: c_int) -> *mut ASN1_OBJECT;
    pub fn OBJ_obj2txt(b: *mut c_char, n: c_int, o: *const ASN1_OBJECT, no_name: c_int) -> c_int;
    pub fn ASN1_OBJECT_free(o: *mut ASN1_OBJECT);
    pub fn ASN1_STRING_length(s: *const ASN1_STRING) -> c_int;
    pub fn ASN1_STRING_get0_data(s: *const ASN1_STRING) -> *const c_uchar;
    pub fn ASN1_STRING_to_UTF8(out: *mut *mut c_uchar, s: *const ASN1_STRING) -> c_int;
    pub fn ASN1_TIME_print(bio: *mut BIO, time: *const ASN1_STRING) -> c_int;
    pub fn i2a_ASN1_INTEGER(bio: *mut BIO, n: *const ASN1_STRING) -> c_int;
    pub fn CRYPTO_free(p: *mut c_void, file: *const c_char, line: c_int);
    pub fn DH_free(dh: *mut DH);
    pub fn PEM_read_bio_DHparams(
        bio: *mut BIO,
        dh: *mut *mut DH,
        f: Option<PasswordCallback>,
        data: *mut c_void,
    ) -> *mut DH;

    // Random numbers and the library itself.
    pub fn RAND_add(buffer: *const c_void, n: c_int, entropy: f64);
    pub fn RAND_bytes(buffer: *mut c_uchar, n: c_int) -> c_int;
    pub fn RAND_status() -> c_int;
    pub fn OpenSSL_version(kind: c_int) -> *const c_char;
    pub fn OpenSSL_version_num() -> c_ulong;
    pub fn OPENSSL_init_crypto(options: u64, settings: *const c_void) -> c_int;
}
