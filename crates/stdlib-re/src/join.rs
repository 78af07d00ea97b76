//! Putting the result of a substitution together.

use taipan_object::str::Str;
use taipan_object::text::StrBuilder;
use taipan_object::{PyResult, Value, Vm};

use crate::subject::Subject;

enum Text {
    Str(StrBuilder),
    Bytes(Vec<u8>),
}

/// Collects pieces of one kind of text. A piece of another kind is an error at the end, as in `str.join`.
pub struct Joiner {
    text: Text,
    pieces: usize,
    /// The only piece so far, if it is a whole str.
    only: Option<Value>,
    wrong: Option<(usize, String)>,
}

impl Joiner {
    pub fn new(bytes: bool) -> Joiner {
        Joiner {
            text: if bytes {
                Text::Bytes(Vec::new())
            } else {
                Text::Str(StrBuilder::new())
            },
            pieces: 0,
            only: None,
            wrong: None,
        }
    }
    /// Part of a subject of the same kind.
    #[inline]
    pub fn push_part(&mut self, subject: &Subject, start: usize, end: usize) {
        self.pieces += 1;
        self.only = None;
        match &mut self.text {
            Text::Str(out) => {
                if let Some(view) = subject.str_view() {
                    out.push(view.slice(start, end));
                }
            }
            Text::Bytes(out) => {
                if let Some(bytes) = subject.bytes() {
                    out.extend_from_slice(&bytes[start..end]);
                }
            }
        }
    }
    /// An object that should be of the same kind.
    #[inline]
    pub fn push(&mut self, vm: &Vm, piece: &Value) {
        let index = self.pieces;
        self.pieces += 1;
        self.only = (index == 0).then(|| piece.clone());
        match &mut self.text {
            Text::Str(out) => {
                if let Some(s) = piece.downcast::<Str>() {
                    return out.push(s.view());
                }
            }
            Text::Bytes(out) => {
                if piece.downcast::<Str>().is_none() {
                    match Subject::new(vm, piece) {
                        Ok(subject) => {
                            return out.extend_from_slice(subject.bytes().unwrap_or(&[]));
                        }
                        Err(_) => drop(vm.take_pending()),
                    }
                }
            }
        }
        if self.wrong.is_none() {
            self.wrong = Some((index, vm.type_name(piece)));
        }
    }
    /// # Errors
    /// TypeError for a piece of another kind; MemoryError.
    pub fn finish(self, vm: &Vm) -> PyResult {
        if let Some((index, name)) = self.wrong {
            let expected = match self.text {
                Text::Str(_) => "expected str instance",
                Text::Bytes(_) => "expected a bytes-like object",
            };
            return Err(vm.type_error(format!("sequence item {index}: {expected}, {name} found")));
        }
        if let Some(only) = self.only
            && (vm.type_of(&only).is(&vm.types.str) || vm.type_of(&only).is(&vm.types.bytes))
        {
            return Ok(only);
        }
        match self.text {
            Text::Str(out) => Ok(out.finish(vm)?.into_value()),
            Text::Bytes(out) if out.is_empty() => Ok(vm.empty_bytes.clone()),
            Text::Bytes(out) => Ok(vm.new_bytes(out).into_value()),
        }
    }
}
