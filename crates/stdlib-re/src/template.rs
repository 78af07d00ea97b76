//! `SRE_Template`: a replacement text with references to groups.

use taipan_macros::pymethods;
use taipan_object::bytes::Bytes;
use taipan_object::list::List;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, Value, Vm, payload};

use crate::join::Joiner;
use crate::match_object::Match;
use crate::pattern::Pattern;
use crate::search::Cursor;
use crate::subject::Subject;

/// A compiled replacement: a literal, then groups with a literal behind each.
pub struct Template {
    pub literal: Value,
    pub items: Vec<(usize, Option<Value>)>,
}
payload!(Template, gc, |this, visit| {
    visit(&this.literal);
    for (_, literal) in &this.items {
        literal.iter().for_each(&mut *visit);
    }
});

#[pymethods(
    name = "SRE_Template",
    module = "_sre",
    doc = "",
    flags(DISALLOW_INSTANTIATION)
)]
impl Template {}

fn is_empty_literal(literal: &Value) -> bool {
    literal.downcast::<Str>().is_some_and(|s| s.is_empty())
        || literal
            .downcast::<Bytes>()
            .is_some_and(|b| b.data.is_empty())
}

/// A template of the list that `re._parser.parse_template` makes: literal, group, literal, …
///
/// # Errors
/// TypeError "invalid template".
pub fn new(vm: &Vm, parts: &Ref<List>) -> PyResult<Ref<Template>> {
    let invalid = || vm.type_error("invalid template");
    let parts = parts.to_vec();
    let Some((literal, rest)) = parts.split_first() else {
        return Err(invalid());
    };
    if rest.len() % 2 != 0 {
        return Err(invalid());
    }
    let mut items = Vec::with_capacity(rest.len() / 2);
    for pair in rest.chunks_exact(2) {
        if pair[0].as_int().is_none() {
            return Err(vm.type_error("an integer is required"));
        }
        let group = vm.index_isize(&pair[0])?;
        let group = usize::try_from(group).map_err(|_| invalid())?;
        items.push((
            group,
            (!is_empty_literal(&pair[1])).then(|| pair[1].clone()),
        ));
    }
    let template = Template {
        literal: literal.clone(),
        items,
    };
    Ok(vm.heap.alloc(&vm.add_native_type::<Template>(), template))
}

/// The template of a replacement text, made by the library.
///
/// # Errors
/// What the library's parser raises.
pub fn compiled(vm: &Vm, pattern: &Ref<Pattern>, text: &Value) -> PyResult<Ref<Template>> {
    let module = (vm.hooks.get().import)(vm, "re")?;
    let function = vm.getattr_str(&module, "_compile_template")?;
    let mut result = vm.call(&function, &[pattern.to_value(), text.clone()]);
    if result.is_err() && vm.exception_is(&vm.exc.type_error) {
        // Text that cannot be hashed is tried again as a plain str or bytes.
        let plain = if let Some(s) = text.downcast::<Str>().filter(|s| !s.ty().is(&vm.types.str)) {
            Some(vm.copy_to_plain_str(s).into_value())
        } else if text.downcast::<Str>().is_none()
            && !vm.type_of(text).is(&vm.types.bytes)
            && vm.type_of(text).slots.buffer.get().is_some()
        {
            let pending = vm.take_pending();
            let subject = Subject::new(vm, text)?;
            drop(pending);
            Some(vm.new_bytes(subject.bytes().unwrap_or(&[])).into_value())
        } else {
            None
        };
        if let Some(plain) = plain {
            drop(vm.take_pending());
            result = vm.call(&function, &[pattern.to_value(), plain]);
        }
    }
    result?.downcast_owned::<Template>().map_err(|other| {
        vm.runtime_error(format!(
            "the result of compiling a replacement string is {}, not a template",
            vm.type_name(&other)
        ))
    })
}

impl Template {
    fn is_bytes(&self) -> bool {
        self.literal.downcast::<Str>().is_none()
    }
    /// The text for a match object.
    ///
    /// # Errors
    /// IndexError for groups that are not there; TypeError for mixed kinds of text.
    pub fn expand(&self, vm: &Vm, m: &Match) -> PyResult {
        if self.items.is_empty() {
            return Ok(self.literal.clone());
        }
        let mut out = Joiner::new(self.is_bytes());
        out.push(vm, &self.literal);
        for (group, literal) in &self.items {
            if *group >= m.spans.len() {
                return Err(vm.index_error("no such group"));
            }
            let text = m.slice(vm, *group, &Value::NONE)?;
            if !text.is_none() {
                out.push(vm, &text);
            }
            if let Some(literal) = literal {
                out.push(vm, literal);
            }
        }
        out.finish(vm)
    }
    /// Appends the text for the last match of a search; whether the kinds of text allowed it.
    pub fn expand_into(&self, vm: &Vm, cursor: &Cursor<'_>, out: &mut Joiner) -> PyResult<bool> {
        if self.is_bytes() != cursor.subject.is_bytes() {
            return Ok(false);
        }
        if !is_empty_literal(&self.literal) {
            out.push(vm, &self.literal);
        }
        for (group, literal) in &self.items {
            if let Some((start, end)) = cursor.span(*group)? {
                out.push_part(cursor.subject, start, end);
            }
            if let Some(literal) = literal {
                out.push(vm, literal);
            }
        }
        Ok(true)
    }
}
