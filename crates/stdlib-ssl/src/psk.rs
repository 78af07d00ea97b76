//! Keys that both ends know before.

use std::ffi::CString;

use taipan_macros::pymethods;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, Value, Vm};
use taipan_openssl::{Code, Hook};

use crate::context::{SslContext, TLS_CLIENT, TLS_SERVER};
use crate::errors;
use crate::settings::set_callback;

const WRONG: &str = "callback must be callable";

#[pymethods(partial = PSK, class = "_SSLContext")]
impl SslContext {
    /// Sets what gives a client's identity and key, called with the server's hint.
    #[pymethod("(self, callback)")]
    fn set_psk_client_callback(vm: &Vm, this: &Ref<SslContext>, callback: &Value) -> PyResult<()> {
        if this.protocol == TLS_SERVER {
            let text = "Cannot add PSK client callback to a PROTOCOL_TLS_SERVER context";
            return Err(errors::with_text(vm, text));
        }
        set_callback(vm, this, &this.client_key, Hook::ClientKey, callback, WRONG)
    }
    /// Sets what gives the key of a client, called with its identity.
    #[pymethod("(self, callback, identity_hint=None)")]
    fn set_psk_server_callback(
        vm: &Vm,
        this: &Ref<SslContext>,
        callback: &Value,
        identity_hint: Option<&Ref<Str>>,
    ) -> PyResult<()> {
        if this.protocol == TLS_CLIENT {
            let text = "Cannot add PSK server callback to a PROTOCOL_TLS_CLIENT context";
            return Err(errors::with_text(vm, text));
        }
        if !callback.is_none() {
            let hint = identity_hint
                .map(|h| CString::new(h.to_string()))
                .transpose();
            let hint = hint.map_err(|_| vm.value_error("embedded null character"))?;
            if !this.context.set_key_hint(hint.as_deref()) {
                return Err(errors::library(vm, Code::take()));
            }
        }
        set_callback(vm, this, &this.server_key, Hook::ServerKey, callback, WRONG)
    }
}
