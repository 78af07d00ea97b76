//! `re.Match`.

use smallvec::SmallVec;
use taipan_macros::pymethods;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, Value, Vm, payload};

use crate::engine::run::UNSET;
use crate::pattern::Pattern;
use crate::subject::{self, Subject};
use crate::template;

/// Start and end of a group.
pub type Span = (usize, usize);
/// Of a group that did not match.
pub const UNMATCHED: Span = (UNSET, UNSET);

/// The result of a match.
pub struct Match {
    pub string: Value,
    pub pattern: Ref<Pattern>,
    pub pos: usize,
    pub endpos: usize,
    /// The group that ended last; 0: none.
    pub last_index: usize,
    /// The whole match, then the groups; see [`Match::span_of`].
    pub spans: SmallVec<[Span; 4]>,
}
payload!(Match, gc, |this, visit| {
    visit(&this.string);
    visit(this.pattern.as_value());
});

impl Match {
    /// The number of a group that is given by number or name.
    fn group_number(&self, vm: &Vm, group: &Value) -> PyResult<usize> {
        let number = if group.as_int().is_some() || vm.type_of(group).slots.index.get().is_some() {
            vm.index_clamped(group)?
        } else {
            match self.pattern.group_index.get(vm, group)? {
                Some(number) if number.as_int().is_some() => vm.index_clamped(&number)?,
                _ => -1,
            }
        };
        usize::try_from(number)
            .ok()
            .filter(|&n| n < self.spans.len())
            .ok_or_else(|| vm.index_error("no such group"))
    }
    /// Where a group that is there lies, if it matched.
    fn span_of(&self, group: usize) -> Option<Span> {
        Some(self.spans[group]).filter(|span| *span != UNMATCHED)
    }
    /// The text of a group that is there; `default` if it did not match.
    ///
    /// # Errors
    /// TypeError if the string gives no buffer any more.
    pub fn slice(&self, vm: &Vm, group: usize, default: &Value) -> PyResult {
        let Some((start, end)) = self.span_of(group) else {
            return Ok(default.clone());
        };
        if let Some(s) = self.string.downcast::<Str>() {
            return Ok(subject::slice_str(vm, s, start, end));
        }
        let subject = Subject::new(vm, &self.string)?;
        // A bytearray may have become shorter.
        let end = end.min(subject.len());
        Ok(subject.slice(vm, start.min(end), end))
    }
    fn span_value(vm: &Vm, span: Option<Span>) -> Value {
        let (start, end) = span.map_or((-1, -1), |(start, end)| (start as i64, end as i64));
        vm.tuple_value([vm.new_int(start), vm.new_int(end)])
    }
}

#[pymethods(
    name = "Match",
    module = "re",
    doc = "The result of a match; always true.",
    flags(DISALLOW_INSTANTIATION | SUBSCRIPT_ONLY)
)]
impl Match {
    /// The texts of groups by number or name; of the whole match without arguments.
    #[pymethod("(self, *groups)")]
    fn group(vm: &Vm, this: &Ref<Match>, groups: &[Value]) -> PyResult {
        match groups {
            [] => this.slice(vm, 0, &Value::NONE),
            [one] => this.slice(vm, this.group_number(vm, one)?, &Value::NONE),
            many => {
                let items = many
                    .iter()
                    .map(|g| this.slice(vm, this.group_number(vm, g)?, &Value::NONE))
                    .collect::<PyResult<Vec<Value>>>()?;
                Ok(vm.new_tuple(items).into_value())
            }
        }
    }
    /// Where a group starts; -1 if it did not match.
    #[pymethod("(self, group=0, /)")]
    fn start(vm: &Vm, this: &Ref<Match>, group: &Value) -> PyResult<i64> {
        let span = this.span_of(this.group_number(vm, group)?);
        Ok(span.map_or(-1, |s| s.0 as i64))
    }
    /// Where a group ends; -1 if it did not match.
    #[pymethod("(self, group=0, /)")]
    fn end(vm: &Vm, this: &Ref<Match>, group: &Value) -> PyResult<i64> {
        let span = this.span_of(this.group_number(vm, group)?);
        Ok(span.map_or(-1, |s| s.1 as i64))
    }
    /// Start and end of a group.
    #[pymethod("(self, group=0, /)")]
    fn span(vm: &Vm, this: &Ref<Match>, group: &Value) -> PyResult {
        Ok(Match::span_value(
            vm,
            this.span_of(this.group_number(vm, group)?),
        ))
    }
    /// The texts of all groups.
    #[pymethod("(self, default=None)")]
    fn groups(vm: &Vm, this: &Ref<Match>, default: &Value) -> PyResult {
        let items = (1..this.spans.len())
            .map(|group| this.slice(vm, group, default))
            .collect::<PyResult<Vec<Value>>>()?;
        Ok(vm.new_tuple(items).into_value())
    }
    /// The texts of the named groups by name.
    #[pymethod("(self, default=None)")]
    fn groupdict(vm: &Vm, this: &Ref<Match>, default: &Value) -> PyResult {
        let dict = vm.new_dict();
        for (name, _) in this.pattern.group_index.items() {
            let text = this.slice(vm, this.group_number(vm, &name)?, default)?;
            dict.insert(vm, name, text)?;
        }
        Ok(dict.into_value())
    }
    /// A template with the groups of this match filled in.
    #[pymethod("(self, template)")]
    fn expand(vm: &Vm, this: &Ref<Match>, template: &Value) -> PyResult {
        template::compiled(vm, &this.pattern, template)?.expand(vm, this)
    }
    #[pymethod("(self)")]
    fn __copy__(this: &Ref<Match>) -> Value {
        this.to_value()
    }
    #[pymethod("(self, memo, /)")]
    fn __deepcopy__(this: &Ref<Match>, _memo: &Value) -> Value {
        this.to_value()
    }
    /// `Match[str]`, for annotations.
    #[pyclassmethod("(cls, object, /)")]
    fn __class_getitem__(vm: &Vm, cls: &Value, object: &Value) -> PyResult {
        taipan_object::generic_alias::new_generic_alias(vm, cls, object)
    }

    /// The group that ended last.
    #[pygetset]
    fn lastindex(this: &Ref<Match>) -> Option<usize> {
        (this.last_index > 0).then_some(this.last_index)
    }
    /// The name of the group that ended last.
    #[pygetset]
    fn lastgroup(this: &Ref<Match>) -> Value {
        match this.last_index {
            0 => Value::NONE,
            n => this
                .pattern
                .index_group
                .items()
                .get(n)
                .cloned()
                .unwrap_or(Value::NONE),
        }
    }
    /// The spans of the whole match and all groups.
    #[pygetset]
    fn regs(vm: &Vm, this: &Ref<Match>) -> Value {
        let spans: Vec<Value> = (0..this.spans.len())
            .map(|group| Match::span_value(vm, this.span_of(group)))
            .collect();
        vm.new_tuple(spans).into_value()
    }

    #[pyslot]
    fn getitem(vm: &Vm, this: &Ref<Match>, key: &Value) -> PyResult {
        this.slice(vm, this.group_number(vm, key)?, &Value::NONE)
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Match>) -> PyResult {
        let text = this.slice(vm, 0, &Value::NONE)?;
        let (start, end) = this.spans[0];
        let name = this.ty().display_name();
        let mut out = format!("<{name} object; span=({start}, {end}), match=").into_bytes();
        taipan_object::seq::push_repr(vm, &mut out, &text)?;
        out.push(b'>');
        Ok(vm.new_wtf8(&out).into_value())
    }
}

/// Attributes that show as members.
#[pymethods(partial = FIELDS, class = "Match")]
impl Match {
    /// What was searched.
    #[pygetset]
    fn string(this: &Ref<Match>) -> Value {
        this.string.clone()
    }
    /// The pattern.
    #[pygetset]
    fn re(this: &Ref<Match>) -> Value {
        this.pattern.to_value()
    }
    /// Where the search started.
    #[pygetset]
    fn pos(this: &Ref<Match>) -> usize {
        this.pos
    }
    /// Where the search ended.
    #[pygetset]
    fn endpos(this: &Ref<Match>) -> usize {
        this.endpos
    }
}
