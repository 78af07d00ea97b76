//! What OpenSSL asks and tells while a method of a connection runs.

use std::io;

use taipan_object::bytes_ops::arg::bytes_like;
use taipan_object::str::Str;
use taipan_object::{PyResult, Raised, Ref, Value, Vm};
use taipan_openssl::Events;

use crate::context::SslContext;
use crate::socket::SslSocket;

/// Does not wait.
const MSG_DONTWAIT: i32 = 0x40;
/// No signal when the other end is gone.
const MSG_NOSIGNAL: i32 = 0x4000;

const ALERT_HANDSHAKE_FAILURE: i32 = 40;
const ALERT_INTERNAL_ERROR: i32 = 80;

/// The method that runs: whose it is, and the descriptor behind it.
pub struct Asked<'a> {
    pub vm: &'a Vm,
    pub this: &'a Ref<SslSocket>,
    pub fd: i32,
}

impl Asked<'_> {
    fn context(&self) -> Ref<SslContext> {
        self.this.context.borrow().clone()
    }
    /// Shows an exception that nobody can catch.
    fn report(&self, raised: Raised, callback: &Value) {
        let error = self.vm.take_exception(raised);
        let message = "Exception ignored while calling a callback of ssl";
        (self.vm.hooks.get().unraisable)(self.vm, error, message, Some(callback));
    }
    fn optional_text(&self, bytes: Option<&[u8]>) -> Value {
        bytes.map_or(Value::NONE, |b| {
            self.vm.new_str(&String::from_utf8_lossy(b)).into_value()
        })
    }
    fn ask_server_name(&self, callback: &Value, name: Option<&[u8]>) -> Result<(), i32> {
        let name = match name {
            Some(bytes) if !bytes.is_ascii() => {
                let decoded = self.vm.call_method(
                    self.vm.new_bytes(bytes).as_value(),
                    &self.vm.intern_str("decode"),
                    &[self.vm.intern_str("ascii").into_value()],
                );
                decoded.map_err(|raised| {
                    self.report(raised, callback);
                    ALERT_INTERNAL_ERROR
                })?
            }
            name => self.optional_text(name),
        };
        let args = [
            SslSocket::owner_or_self(self.this),
            name,
            self.context().into_value(),
        ];
        let answer = self.vm.call(callback, &args).map_err(|raised| {
            self.report(raised, callback);
            ALERT_HANDSHAKE_FAILURE
        })?;
        if answer.is_none() {
            return Ok(());
        }
        let number = answer
            .as_int()
            .is_some()
            .then(|| self.vm.index_i64(&answer));
        let number = number.unwrap_or_else(|| Err(self.vm.type_error("an integer is required")));
        Err(match number {
            Ok(number) => number as i32,
            Err(raised) => {
                self.report(raised, callback);
                ALERT_INTERNAL_ERROR
            }
        })
    }
    fn tell_message(
        &self,
        callback: &Value,
        written: bool,
        version: i32,
        content: i32,
        bytes: &[u8],
    ) -> PyResult<()> {
        let byte = |i: usize| bytes.get(i).copied().map_or(-1, i32::from);
        let (version, kind) = match content {
            // A change of cipher.
            20 => (version, 0x0101),
            // Handshake, inner type.
            22 | 257 => (version, byte(0)),
            // The header of a record.
            256 => (byte(1) << 8 | byte(2), byte(0)),
            // An alert.
            21 => (version, byte(1)),
            _ => (version, -1),
        };
        let vm = self.vm;
        let direction = if written { "write" } else { "read" };
        let number = |n: i32| vm.new_int(n.into());
        vm.call(
            callback,
            &[
                SslSocket::owner_or_self(self.this),
                vm.intern_str(direction).into_value(),
                number(version),
                number(content),
                number(kind),
                vm.new_bytes(bytes).into_value(),
            ],
        )?;
        Ok(())
    }
    fn ask_client_key(
        &self,
        callback: &Value,
        hint: Option<&[u8]>,
        most: (usize, usize),
    ) -> PyResult<(Vec<u8>, Vec<u8>)> {
        let vm = self.vm;
        let answer = vm.call(callback, &[self.optional_text(hint)])?;
        let Some([identity, key]) = answer
            .downcast::<taipan_object::tuple::Tuple>()
            .and_then(|t| <&[Value; 2]>::try_from(t.items()).ok())
        else {
            return Err(vm.type_error("Invalid PSK client callback response: a pair is required"));
        };
        let identity = match identity.downcast::<Str>() {
            Some(text) => text.to_string().into_bytes(),
            None if identity.is_none() => Vec::new(),
            None => return Err(vm.type_error("the PSK identity must be str or None")),
        };
        let key = bytes_like(vm, key)?.to_vec();
        if identity.len() > most.0 || key.len() > most.1 {
            return Err(vm.value_error("PSK identity or key too long"));
        }
        Ok((identity, key))
    }
    fn ask_server_key(
        &self,
        callback: &Value,
        identity: Option<&[u8]>,
        most: usize,
    ) -> PyResult<Vec<u8>> {
        let vm = self.vm;
        let identity = identity.filter(|i| !i.is_empty());
        let answer = vm.call(callback, &[self.optional_text(identity)])?;
        let key = bytes_like(vm, &answer)?.to_vec();
        if key.len() > most {
            return Err(vm.value_error("PSK key too long"));
        }
        Ok(key)
    }
}

impl Events for Asked<'_> {
    fn receive(&self, into: &mut [u8]) -> io::Result<usize> {
        taipan_host::socket::receive(self.fd, into, MSG_DONTWAIT)
    }
    fn send(&self, bytes: &[u8]) -> io::Result<usize> {
        taipan_host::socket::send(self.fd, bytes, MSG_DONTWAIT | MSG_NOSIGNAL)
    }
    fn server_name(&self, name: Option<&[u8]>) -> Result<(), i32> {
        if self.this.is_orphan() {
            return Err(ALERT_INTERNAL_ERROR);
        }
        match self.context().sni_callback.get() {
            Some(callback) => self.ask_server_name(&callback, name),
            None => Ok(()),
        }
    }
    fn protocols(&self) -> Vec<u8> {
        self.context().protocols.borrow().clone()
    }
    fn message(&self, written: bool, version: i32, content: i32, bytes: &[u8]) {
        let Some(callback) = self.context().message_callback.get() else {
            return;
        };
        if let Err(raised) = self.tell_message(&callback, written, version, content, bytes) {
            self.this.keep_error(self.vm.take_exception(raised));
        }
    }
    fn key_log(&self, line: &[u8]) {
        if let Err(raised) = self.context().log_key(self.vm, line) {
            self.this.keep_error(self.vm.take_exception(raised));
        }
    }
    fn client_key(&self, hint: Option<&[u8]>, most: (usize, usize)) -> Option<(Vec<u8>, Vec<u8>)> {
        let callback = self.context().client_key.get()?;
        let hint = hint.filter(|h| !h.is_empty());
        let answer = self.ask_client_key(&callback, hint, most);
        answer.map_err(|raised| self.report(raised, &callback)).ok()
    }
    fn server_key(&self, identity: Option<&[u8]>, most: usize) -> Option<Vec<u8>> {
        let callback = self.context().server_key.get()?;
        let answer = self.ask_server_key(&callback, identity, most);
        answer.map_err(|raised| self.report(raised, &callback)).ok()
    }
}
