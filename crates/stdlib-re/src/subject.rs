//! What is searched: a str or a bytes-like object, held while a search runs.

use taipan_object::buffer::Buffer;
use taipan_object::bytes::Bytes;
use taipan_object::str::{Str, StrView};
use taipan_object::{PyResult, Ref, Value, Vm};

use crate::engine::chars::Char;

/// A str or the buffer of a bytes-like object.
pub struct Subject {
    /// The object as it was given.
    pub object: Value,
    text: Text,
}

enum Text {
    Str(Ref<Str>),
    Bytes(Ref<Bytes>),
    Buffer(Buffer),
}

/// The characters, by width.
#[derive(Clone, Copy)]
pub enum View<'a> {
    One(&'a [u8]),
    Two(&'a [u16]),
    Four(&'a [u32]),
}

/// Runs code with the characters as a slice of their own type.
macro_rules! by_width {
    ($view:expr, |$text:ident| $body:expr) => {
        match $view {
            $crate::subject::View::One($text) => $body,
            $crate::subject::View::Two($text) => $body,
            $crate::subject::View::Four($text) => $body,
        }
    };
}
pub(crate) use by_width;

impl Subject {
    /// # Errors
    /// TypeError for other objects.
    pub fn new(vm: &Vm, object: &Value) -> PyResult<Subject> {
        let text = if let Some(s) = object.downcast::<Str>() {
            Text::Str(s.clone())
        } else if let Some(b) = object.downcast::<Bytes>() {
            Text::Bytes(b.clone())
        } else {
            Text::Buffer(buffer(vm, object)?)
        };
        Ok(Subject {
            object: object.clone(),
            text,
        })
    }
    pub fn is_bytes(&self) -> bool {
        !matches!(self.text, Text::Str(_))
    }
    pub fn view(&self) -> View<'_> {
        match &self.text {
            Text::Str(s) => match s.view() {
                StrView::Ascii(s) => View::One(s.as_bytes()),
                StrView::Latin1(s) => View::One(s),
                StrView::Ucs2(s) => View::Two(s),
                StrView::Ucs4(s) => View::Four(s),
            },
            Text::Bytes(b) => View::One(&b.data),
            Text::Buffer(b) => View::One(b.bytes()),
        }
    }
    pub fn len(&self) -> usize {
        by_width!(self.view(), |text| text.len())
    }
    /// The characters of a str.
    pub fn str_view(&self) -> Option<StrView<'_>> {
        match &self.text {
            Text::Str(s) => Some(s.view()),
            _ => None,
        }
    }
    /// The bytes of anything else.
    pub fn bytes(&self) -> Option<&[u8]> {
        match &self.text {
            Text::Str(_) => None,
            Text::Bytes(b) => Some(&b.data),
            Text::Buffer(b) => Some(b.bytes()),
        }
    }
    /// A part as a new str or bytes; the same object if it is all of an exact one.
    #[inline]
    pub fn slice(&self, vm: &Vm, start: usize, end: usize) -> Value {
        match &self.text {
            Text::Str(s) => slice_str(vm, s, start, end),
            Text::Bytes(b) => {
                let whole = start == 0 && end == b.data.len();
                if whole && b.ty().is(&vm.types.bytes) {
                    b.to_value()
                } else {
                    new_bytes(vm, &b.data[start..end])
                }
            }
            Text::Buffer(b) => new_bytes(vm, &b.bytes()[start..end]),
        }
    }
    /// An empty str or bytes.
    pub fn empty(&self, vm: &Vm) -> Value {
        match self.text {
            Text::Str(_) => vm.empty_str.to_value(),
            _ => vm.empty_bytes.clone(),
        }
    }
    /// Visits what it owns, for the collector.
    pub fn visit(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.object);
        match &self.text {
            Text::Str(s) => visit(s.as_value()),
            Text::Bytes(b) => visit(b.as_value()),
            Text::Buffer(b) => visit(&b.owner),
        }
    }
    /// Whether a character occurs.
    pub fn has(&self, c: u8) -> bool {
        by_width!(self.view(), |text| Char::find(text, u32::from(c)).is_some())
    }
}

/// A part of a str as a new one; the same object if it is all of an exact one.
#[inline]
pub fn slice_str(vm: &Vm, s: &Ref<Str>, start: usize, end: usize) -> Value {
    match s.view() {
        view if start == 0 && end == view.len() => vm.copy_to_plain_str(s).into_value(),
        StrView::Ascii(text) => vm.new_ascii(&text.as_bytes()[start..end]).into_value(),
        view => vm.new_from_view(view.slice(start, end)).into_value(),
    }
}

fn new_bytes(vm: &Vm, bytes: &[u8]) -> Value {
    if bytes.is_empty() {
        vm.empty_bytes.clone()
    } else {
        vm.new_bytes(bytes).into_value()
    }
}

fn buffer(vm: &Vm, object: &Value) -> PyResult<Buffer> {
    let wrong = || {
        vm.type_error(format!(
            "expected string or bytes-like object, got '{}'",
            vm.type_name(object)
        ))
    };
    let Some(get) = vm.type_of(object).slots.buffer.get() else {
        return Err(wrong());
    };
    match get(vm, object, false) {
        Ok(buffer) if buffer.is_c_contiguous() => Ok(buffer),
        Ok(_) => Err(wrong()),
        Err(_) => {
            drop(vm.take_pending());
            Err(wrong())
        }
    }
}
