//! Encoding and decoding of text streams: natively for the usual encodings.

use std::cell::RefCell;

use taipan_object::codecs::errors::Handler;
use taipan_object::codecs::{self, Known};
use taipan_object::str::{Str, StrView};
use taipan_object::{PyResult, Ref, Value, Vm};

use super::call0;

/// The two halves of an encoding, as a stream uses it.
pub struct Codec {
    known: Option<Known>,
    pub name: Ref<Str>,
    pub errors: Ref<Str>,
    /// Objects of the codec, made when needed.
    info: Option<Value>,
    encoder: RefCell<Option<Value>>,
    decoder: RefCell<Option<Value>>,
    /// Bytes of an incomplete character.
    rest: RefCell<Vec<u8>>,
}

impl Codec {
    /// Looks an encoding up.
    ///
    /// # Errors
    /// LookupError.
    pub fn new(vm: &Vm, name: &Ref<Str>, errors: &Ref<Str>) -> PyResult<Codec> {
        let known = codecs::known(name.view())
            .filter(|k| matches!(k, Known::Utf8 | Known::Latin1 | Known::Ascii));
        let info = match known {
            Some(_) => None,
            None => {
                let info = codecs::registry::lookup(vm, name)?;
                if let Some(is_text) = vm.getattr_opt(&info, &vm.intern_str("_is_text_encoding"))?
                    && !vm.is_true(&is_text)?
                {
                    return Err(vm.raise_str(
                        &vm.exc.lookup_error,
                        format!("'{name}' is not a text encoding; use codecs.open() to handle arbitrary codecs"),
                    ));
                }
                Some(info)
            }
        };
        Ok(Codec {
            known,
            name: name.clone(),
            errors: errors.clone(),
            info,
            encoder: RefCell::default(),
            decoder: RefCell::default(),
            rest: RefCell::default(),
        })
    }
    pub fn visit(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.name.as_value());
        visit(self.errors.as_value());
        self.info.iter().for_each(&mut *visit);
        self.encoder.borrow().iter().for_each(&mut *visit);
        self.decoder.borrow().iter().for_each(visit);
    }
    fn handler(&self) -> Handler {
        Handler::of(Some(&self.errors))
    }
    fn object(&self, vm: &Vm, place: &RefCell<Option<Value>>, kind: &str) -> PyResult {
        if let Some(o) = &*place.borrow() {
            return Ok(o.clone());
        }
        let Some(info) = &self.info else {
            return Err(vm.type_error("no codec"));
        };
        let made = vm.call_method(info, &vm.intern_str(kind), &[self.errors.to_value()])?;
        *place.borrow_mut() = Some(made.clone());
        Ok(made)
    }
    /// Whether ASCII text is its own encoding.
    pub fn encodes_ascii(&self) -> bool {
        self.known.is_some()
    }
    /// Appends encoded text.
    ///
    /// # Errors
    /// UnicodeEncodeError.
    pub fn encode(&self, vm: &Vm, text: &Ref<Str>, out: &mut Vec<u8>) -> PyResult<()> {
        if self.known.is_some()
            && let StrView::Ascii(s) = text.view()
        {
            out.extend_from_slice(s.as_bytes());
            return Ok(());
        }
        let bytes = match self.known {
            Some(Known::Utf8) => codecs::utf8::encode(vm, text, &self.handler())?,
            Some(Known::Latin1) => codecs::single_byte::encode_latin1(vm, text, &self.handler())?,
            Some(_) => codecs::single_byte::encode_ascii(vm, text, &self.handler())?,
            None => {
                let encoder = self.object(vm, &self.encoder, "incrementalencoder")?;
                let r = vm.call_method(&encoder, &vm.intern_str("encode"), &[text.to_value()])?;
                taipan_vm::util::bytes_of(vm, &r)?
            }
        };
        out.extend_from_slice(&bytes);
        Ok(())
    }
    /// Decodes the next bytes.
    ///
    /// # Errors
    /// UnicodeDecodeError.
    pub fn decode(&self, vm: &Vm, bytes: &[u8], last: bool) -> PyResult<Ref<Str>> {
        match self.known {
            Some(Known::Utf8) => {
                let joined;
                let all = if self.rest.borrow().is_empty() {
                    bytes
                } else {
                    joined = [&std::mem::take(&mut *self.rest.borrow_mut())[..], bytes].concat();
                    &joined
                };
                let (text, used) = codecs::utf8::decode(vm, all, &self.handler(), last)?;
                *self.rest.borrow_mut() = all[used..].to_vec();
                Ok(text)
            }
            Some(Known::Latin1) => Ok(vm.new_from_view(StrView::Latin1(bytes))),
            Some(_) => codecs::single_byte::decode_ascii(vm, bytes, &self.handler()),
            None => {
                let decoder = self.object(vm, &self.decoder, "incrementaldecoder")?;
                let data = vm.new_bytes(bytes.to_vec()).into_value();
                let r = vm.call_method(
                    &decoder,
                    &vm.intern_str("decode"),
                    &[data, Value::bool(last)],
                )?;
                r.downcast_owned::<Str>().map_err(|r| {
                    vm.type_error(format!(
                        "decoder should return a string result, not '{}'",
                        vm.type_name(&r)
                    ))
                })
            }
        }
    }
    /// Bytes held back and flags of the decoder.
    pub fn state(&self, vm: &Vm) -> PyResult<(Vec<u8>, i64)> {
        let decoder = self.decoder.borrow().clone();
        match decoder {
            _ if self.known.is_some() => Ok((self.rest.borrow().clone(), 0)),
            None => Ok((Vec::new(), 0)),
            Some(d) => {
                let state = call0(vm, &d, "getstate")?;
                let (bytes, flags) = (
                    vm.get_item(&state, &vm.new_int(0))?,
                    vm.get_item(&state, &vm.new_int(1))?,
                );
                Ok((
                    taipan_vm::util::bytes_of(vm, &bytes)?,
                    vm.index_i64(&flags)?,
                ))
            }
        }
    }
    pub fn set_state(&self, vm: &Vm, bytes: Vec<u8>, flags: i64) -> PyResult<()> {
        if self.known.is_some() {
            *self.rest.borrow_mut() = bytes;
            return Ok(());
        }
        let decoder = self.object(vm, &self.decoder, "incrementaldecoder")?;
        if bytes.is_empty() && flags == 0 {
            return call0(vm, &decoder, "reset").map(drop);
        }
        let state = vm.tuple_value([vm.new_bytes(bytes).into_value(), vm.new_int(flags)]);
        vm.call_method(&decoder, &vm.intern_str("setstate"), &[state])
            .map(drop)
    }
    /// Makes the encoder start afresh: at the beginning of the stream, or elsewhere (no byte order mark then).
    pub fn reset_encoder(&self, vm: &Vm, at_start: bool) -> PyResult<()> {
        if self.known.is_some() {
            return Ok(());
        }
        let encoder = self.object(vm, &self.encoder, "incrementalencoder")?;
        if at_start {
            return call0(vm, &encoder, "reset").map(drop);
        }
        vm.call_method(&encoder, &vm.intern_str("setstate"), &[vm.new_int(0)])
            .map(drop)
    }
}
