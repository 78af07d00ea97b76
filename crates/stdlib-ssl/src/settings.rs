//! The settings of contexts: attributes, ciphers, protocols.

use std::ffi::CString;

use taipan_macros::pymethods;
use taipan_object::bytes_ops::arg::BytesArg;
use taipan_object::dict::Dict;
use taipan_object::int::IntRef;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, Value, Vm};
use taipan_openssl::{Cipher, Code, Hook};
use taipan_stdlib_data::support::{Field, os_error};

use crate::context::{SslContext, TLS, TLS_CLIENT, TLS_SERVER};
use crate::errors;

/// Options that forbid versions.
const NO_VERSIONS: u64 = 0x3E00_0000;
const MINIMUM: i64 = -2;
const MAXIMUM: i64 = -1;
const TLS_1_0: i64 = 0x301;
const TLS_1_3: i64 = 0x304;

/// Counters of sessions, with OpenSSL's numbers.
const COUNTERS: &[(&str, i32)] = &[
    ("number", 20),
    ("connect", 21),
    ("connect_good", 22),
    ("connect_renegotiate", 23),
    ("accept", 24),
    ("accept_good", 25),
    ("accept_renegotiate", 26),
    ("hits", 27),
    ("misses", 29),
    ("timeouts", 30),
    ("cache_full", 31),
];

/// The value of an attribute that cannot be deleted.
fn given<'a>(vm: &Vm, value: Option<&'a Value>, name: &str) -> PyResult<&'a Value> {
    value.ok_or_else(|| {
        let message = format!("attribute '{name}' of '_ssl._SSLContext' objects cannot be deleted");
        vm.raise_str(&vm.exc.attribute_error, message)
    })
}

fn small(vm: &Vm, value: &Value) -> PyResult<i32> {
    i32::try_from(vm.index_i64(value)?)
        .map_err(|_| vm.overflow_error("Python int too large to convert to C int"))
}

/// A number without sign of 64 bits.
fn wide(vm: &Vm, value: &Value) -> PyResult<u64> {
    if value.as_int().is_none() {
        let name = vm.type_name(value);
        return Err(vm.type_error(format!("argument must be int, not {name}")));
    }
    let number = match value.as_int() {
        Some(IntRef::Small(n)) => Some(i128::from(n)),
        Some(IntRef::Big(n)) => i128::try_from(n).ok(),
        None => None,
    };
    match number {
        Some(n) if n < 0 => Err(vm.value_error("Cannot convert negative int")),
        Some(n) if n <= u64::MAX.into() => Ok(n as u64),
        _ => Err(vm.overflow_error("Python int too large for C unsigned long long")),
    }
}

fn optional(vm: &Vm, text: Option<&str>) -> Value {
    text.map_or(Value::NONE, |t| vm.new_str(t).into_value())
}

/// Sets a callback or takes it away.
pub fn set_callback(
    vm: &Vm,
    this: &Ref<SslContext>,
    field: &Field,
    hook: Hook,
    callback: &Value,
    wrong: &str,
) -> PyResult<()> {
    let callable = vm.type_of(callback).slots.call.get().is_some();
    // A wrong one takes away the one for names of servers, and leaves the others.
    if callable || callback.is_none() || matches!(hook, Hook::ServerName) {
        field.clear();
        this.context.hook(hook, false);
    }
    if callback.is_none() {
        return Ok(());
    }
    if !callable {
        return Err(vm.type_error(wrong));
    }
    field.set(callback.clone());
    this.context.hook(hook, true);
    Ok(())
}

fn cipher_dict(vm: &Vm, cipher: Cipher) -> Value {
    let dict = vm.new_dict();
    let put = |name: &str, value: Value| dict.insert_str(vm, &vm.intern_str(name), value);
    let (strength, algorithm) = cipher.bits();
    let [symmetric, digest, kea, auth] = cipher.parts();
    put("id", vm.new_int(cipher.id().into()));
    put("name", optional(vm, cipher.name()));
    put("protocol", optional(vm, cipher.version()));
    put(
        "description",
        optional(vm, Some(cipher.description().trim_end_matches('\n'))),
    );
    put("strength_bits", vm.new_int(strength.into()));
    put("alg_bits", vm.new_int(algorithm.into()));
    put("aead", Value::bool(cipher.is_aead()));
    put("symmetric", optional(vm, symmetric));
    put("digest", optional(vm, digest));
    put("kea", optional(vm, kea));
    put("auth", optional(vm, auth));
    dict.into_value()
}

impl SslContext {
    fn limit(this: &Ref<SslContext>, highest: bool) -> i64 {
        match this.context.version_limit(highest) {
            0 if highest => MAXIMUM,
            0 => MINIMUM,
            version => version,
        }
    }
    fn set_limit(vm: &Vm, this: &Ref<SslContext>, highest: bool, value: &Value) -> PyResult<()> {
        let version = i64::from(small(vm, value)?);
        let old = match version {
            0x300 => Some("SSLv3"),
            0x301 => Some("TLSv1"),
            0x302 => Some("TLSv1_1"),
            _ => None,
        };
        if let Some(name) = old {
            let message = format!("ssl.TLSVersion.{name} is deprecated");
            (vm.hooks.get().warn)(vm, &vm.exc.deprecation_warning, &message, 2)?;
        }
        if !matches!(this.protocol, TLS | TLS_CLIENT | TLS_SERVER) {
            return Err(vm.value_error(
                "The context's protocol doesn't support modification of highest and lowest version.",
            ));
        }
        let wanted = match (version, highest) {
            (MINIMUM, false) | (MAXIMUM, true) => 0,
            (MINIMUM, true) => TLS_1_0,
            (MAXIMUM, false) => TLS_1_3,
            _ => version,
        };
        if !this.context.set_version_limit(highest, wanted as i32) {
            taipan_openssl::errors::clear();
            let message = format!("Unsupported TLS/SSL version 0x{:x}", version as i32);
            return Err(vm.value_error(message));
        }
        Ok(())
    }
    /// Writes a line to the log of keys.
    pub fn log_key(&self, vm: &Vm, line: &[u8]) -> PyResult<()> {
        let fd = self.key_log.get();
        if fd < 0 {
            return Ok(());
        }
        let line = [line, b"\n"].concat();
        taipan_host::fd::write_all(fd, &line).map_err(|e| os_error(vm, &e))
    }
    fn open_key_log(vm: &Vm, this: &Ref<SslContext>, value: &Value) -> PyResult<()> {
        // O_WRONLY, O_CREAT, O_APPEND, O_CLOEXEC.
        const FLAGS: i32 = 1 | 0o100 | 0o2000 | 0o2000000;
        let path = taipan_vm::util::fs_bytes(vm, value)?;
        let fd = taipan_host::fd::open(&path, FLAGS, 0o666)
            .map_err(|e| taipan_vm::os_error::raise(vm, &e, Some(value)))?;
        this.key_log.set(fd);
        this.key_log_name.set(value.clone());
        if taipan_host::fd::seek(fd, 0, 2).is_ok_and(|at| at == 0) {
            this.log_key(vm, b"# TLS secrets log file, generated by OpenSSL / Python")?;
        }
        this.context.hook(Hook::KeyLog, true);
        Ok(())
    }
}

#[pymethods(partial = SETTINGS, class = "_SSLContext")]
impl SslContext {
    /// Chooses ciphers for TLS up to version 1.2.
    #[pymethod("(self, cipherlist, /)")]
    fn set_ciphers(vm: &Vm, this: &Ref<SslContext>, cipherlist: &Ref<Str>) -> PyResult<()> {
        let list = CString::new(cipherlist.to_string())
            .map_err(|_| vm.value_error("embedded null character"))?;
        if !this.context.set_ciphers(&list) {
            return Err(errors::plain(vm, "No cipher can be selected."));
        }
        Ok(())
    }
    /// The ciphers that may be used, a dict each.
    #[pymethod("(self, /)")]
    fn get_ciphers(vm: &Vm, this: &Ref<SslContext>) -> PyResult {
        match this.context.ciphers() {
            Some(ciphers) => {
                Ok(vm.list_value(ciphers.into_iter().map(|c| cipher_dict(vm, c)).collect()))
            }
            None => Err(errors::library(vm, Code::take())),
        }
    }
    /// Sets the protocols to speak, each after a byte with its length.
    #[pymethod("(self, protos, /)")]
    fn _set_alpn_protocols(vm: &Vm, this: &Ref<SslContext>, protos: BytesArg<'_>) -> PyResult<()> {
        if u32::try_from(protos.len()).is_err() {
            return Err(vm.overflow_error(format!("protocols longer than {} bytes", u32::MAX)));
        }
        this.protocols.replace(protos.to_vec());
        if !this.context.set_protocols(&protos) {
            return Err(vm.memory_error());
        }
        Ok(())
    }
    /// How often sessions were made, resumed and so on.
    #[pymethod("(self, /)")]
    fn session_stats(vm: &Vm, this: &Ref<SslContext>) -> Ref<Dict> {
        let dict = vm.new_dict();
        for (name, which) in COUNTERS {
            let count = vm.new_int(this.context.session_count(*which));
            dict.insert_str(vm, &vm.intern_str(name), count);
        }
        dict
    }
    /// Uses one curve for the exchange of keys.
    #[pymethod("(self, name, /)")]
    fn set_ecdh_curve(vm: &Vm, this: &Ref<SslContext>, name: &Value) -> PyResult<()> {
        let bytes = taipan_vm::util::fs_bytes(vm, name)?;
        let text = CString::new(bytes).map_err(|_| vm.value_error("embedded null byte"))?;
        match this.context.set_curve(&text) {
            Some(true) => Ok(()),
            Some(false) => Err(errors::library(vm, Code::take())),
            None => {
                let mut message = b"unknown elliptic curve name ".to_vec();
                vm.repr(name)?.view().push_wtf8(&mut message);
                Err(vm.value_error(String::from_utf8_lossy(&message)))
            }
        }
    }
    /// Whether the certificate must be for the host.
    #[pygetset]
    fn check_hostname(this: &Ref<SslContext>) -> bool {
        this.check_hostname.get()
    }
    #[pysetter(check_hostname)]
    fn set_check_hostname(vm: &Vm, this: &Ref<SslContext>, value: Option<&Value>) -> PyResult<()> {
        let on = vm.is_true(given(vm, value, "check_hostname")?)?;
        if on && this.context.verify_mode() == 0 {
            this.context.set_verify_mode(3);
        }
        this.check_hostname.set(on);
        Ok(())
    }
    /// How names of hosts are compared.
    #[pygetset]
    fn _host_flags(this: &Ref<SslContext>) -> u32 {
        this.host_flags.get()
    }
    #[pysetter(_host_flags)]
    fn set_host_flags(vm: &Vm, this: &Ref<SslContext>, value: Option<&Value>) -> PyResult<()> {
        let flags = wide(vm, given(vm, value, "_host_flags")?)? as u32;
        this.host_flags.set(flags);
        this.context.set_host_flags(flags);
        Ok(())
    }
    /// The lowest version.
    #[pygetset]
    fn minimum_version(this: &Ref<SslContext>) -> i64 {
        SslContext::limit(this, false)
    }
    #[pysetter(minimum_version)]
    fn set_minimum(vm: &Vm, this: &Ref<SslContext>, value: Option<&Value>) -> PyResult<()> {
        SslContext::set_limit(vm, this, false, given(vm, value, "minimum_version")?)
    }
    /// The highest version.
    #[pygetset]
    fn maximum_version(this: &Ref<SslContext>) -> i64 {
        SslContext::limit(this, true)
    }
    #[pysetter(maximum_version)]
    fn set_maximum(vm: &Vm, this: &Ref<SslContext>, value: Option<&Value>) -> PyResult<()> {
        SslContext::set_limit(vm, this, true, given(vm, value, "maximum_version")?)
    }
    /// The file that keys are logged to.
    #[pygetset]
    fn keylog_filename(this: &Ref<SslContext>) -> Option<Value> {
        this.key_log_name.get()
    }
    #[pysetter(keylog_filename)]
    fn set_keylog(vm: &Vm, this: &Ref<SslContext>, value: Option<&Value>) -> PyResult<()> {
        let value = given(vm, value, "keylog_filename")?;
        this.context.hook(Hook::KeyLog, false);
        this.key_log_name.clear();
        let old = this.key_log.replace(-1);
        if old >= 0 {
            let _ = taipan_host::fd::close(old);
        }
        if value.is_none() {
            return Ok(());
        }
        SslContext::open_key_log(vm, this, value)
    }
    /// What is called with each message.
    #[pygetset]
    fn _msg_callback(this: &Ref<SslContext>) -> Option<Value> {
        this.message_callback.get()
    }
    #[pysetter(_msg_callback)]
    fn set_message(vm: &Vm, this: &Ref<SslContext>, value: Option<&Value>) -> PyResult<()> {
        let callback = given(vm, value, "_msg_callback")?;
        let field = &this.message_callback;
        set_callback(
            vm,
            this,
            field,
            Hook::Message,
            callback,
            "not a callable object",
        )
    }
    /// What is called when a client names a server.
    #[pygetset]
    fn sni_callback(this: &Ref<SslContext>) -> Option<Value> {
        this.sni_callback.get()
    }
    #[pysetter(sni_callback)]
    fn set_sni(vm: &Vm, this: &Ref<SslContext>, value: Option<&Value>) -> PyResult<()> {
        let callback = given(vm, value, "sni_callback")?;
        if this.protocol == TLS_CLIENT {
            return Err(vm.value_error("sni_callback cannot be set on TLS_CLIENT context"));
        }
        let field = &this.sni_callback;
        set_callback(
            vm,
            this,
            field,
            Hook::ServerName,
            callback,
            "not a callable object",
        )
    }
    /// How many tickets a server sends.
    #[pygetset]
    fn num_tickets(this: &Ref<SslContext>) -> usize {
        this.context.tickets()
    }
    #[pysetter(num_tickets)]
    fn set_num_tickets(vm: &Vm, this: &Ref<SslContext>, value: Option<&Value>) -> PyResult<()> {
        let n = vm.index_i64(given(vm, value, "num_tickets")?)?;
        let Ok(n) = usize::try_from(n) else {
            return Err(vm.value_error("value must be non-negative"));
        };
        if this.protocol != TLS_SERVER {
            return Err(vm.value_error("SSLContext is not a server context."));
        }
        if !this.context.set_tickets(n) {
            return Err(vm.value_error("failed to set num tickets."));
        }
        Ok(())
    }
    /// A set of options.
    #[pygetset]
    fn options(this: &Ref<SslContext>) -> u64 {
        this.context.options()
    }
    #[pysetter(options)]
    fn set_options(vm: &Vm, this: &Ref<SslContext>, value: Option<&Value>) -> PyResult<()> {
        let wanted = wide(vm, given(vm, value, "options")?)?;
        let now = this.context.options();
        if !now & wanted & NO_VERSIONS != 0 {
            let message = "ssl.OP_NO_SSL*/ssl.OP_NO_TLS* options are deprecated";
            (vm.hooks.get().warn)(vm, &vm.exc.deprecation_warning, message, 2)?;
        }
        this.context.change_options(now & !wanted, !now & wanted);
        Ok(())
    }
    /// Whether a client may be asked for its certificate after the handshake.
    #[pygetset]
    fn post_handshake_auth(this: &Ref<SslContext>) -> bool {
        this.late_certificate.get()
    }
    #[pysetter(post_handshake_auth)]
    fn set_late(vm: &Vm, this: &Ref<SslContext>, value: Option<&Value>) -> PyResult<()> {
        let value = value
            .ok_or_else(|| vm.raise_str(&vm.exc.attribute_error, "cannot delete attribute"))?;
        this.late_certificate.set(vm.is_true(value)?);
        Ok(())
    }
    /// The protocol that the context was made for.
    #[pygetset]
    fn protocol(this: &Ref<SslContext>) -> i32 {
        this.protocol
    }
    /// What is checked of certificates.
    #[pygetset]
    fn verify_flags(this: &Ref<SslContext>) -> u64 {
        this.context.verify_flags()
    }
    #[pysetter(verify_flags)]
    fn set_verify_flags(vm: &Vm, this: &Ref<SslContext>, value: Option<&Value>) -> PyResult<()> {
        let wanted = vm.index_i64(given(vm, value, "verify_flags")?)? as u64;
        let now = this.context.verify_flags();
        if !this
            .context
            .change_verify_flags(now & !wanted, !now & wanted)
        {
            return Err(errors::library(vm, Code::take()));
        }
        Ok(())
    }
    /// Whether the other end needs a certificate.
    #[pygetset]
    fn verify_mode(this: &Ref<SslContext>) -> i32 {
        match this.context.verify_mode() & 3 {
            0 => 0,
            1 => 1,
            _ => 2,
        }
    }
    #[pysetter(verify_mode)]
    fn set_verify_mode(vm: &Vm, this: &Ref<SslContext>, value: Option<&Value>) -> PyResult<()> {
        let mode = match small(vm, given(vm, value, "verify_mode")?)? {
            0 => 0,
            1 => 1,
            2 => 3,
            _ => return Err(vm.value_error("invalid value for verify_mode")),
        };
        if mode == 0 && this.check_hostname.get() {
            return Err(vm.value_error(
                "Cannot set verify_mode to CERT_NONE when check_hostname is enabled.",
            ));
        }
        this.context.set_verify_mode(mode);
        Ok(())
    }
    /// The level of security.
    #[pygetset]
    fn security_level(this: &Ref<SslContext>) -> i32 {
        this.context.security_level()
    }
}
