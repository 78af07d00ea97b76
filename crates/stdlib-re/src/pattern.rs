//! `re.Pattern`.

use std::cell::Cell;

use taipan_macros::pymethods;
use taipan_object::dict::Dict;
use taipan_object::hash::hash_bytes;
use taipan_object::iter::new_callable_iterator;
use taipan_object::mappingproxy::MappingProxy;
use taipan_object::slots::CmpOp;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

use crate::engine::{Mode, Program, Scratch};
use crate::join::Joiner;
use crate::match_object::Match;
use crate::scanner;
use crate::search::{Cursor, bounds, subject};
use crate::subject::Subject;
use crate::template::{self, Template};

/// A compiled pattern.
pub struct Pattern {
    /// A str, bytes-like object or None.
    pub pattern: Value,
    pub flags: i32,
    pub groups: usize,
    /// Group numbers by name.
    pub group_index: Ref<Dict>,
    /// Names or None by number.
    pub index_group: Ref<Tuple>,
    /// Whether it is for bytes; unknown without a pattern.
    pub is_bytes: Option<bool>,
    /// The codes as bytes, to compare and hash.
    pub codes: Box<[u8]>,
    pub program: Program,
    pub match_class: TypeRef,
    /// Memory for the next match.
    pub scratch: Cell<Option<Box<Scratch>>>,
}
payload!(Pattern, gc, |this, visit| {
    visit(&this.pattern);
    visit(this.group_index.as_value());
    visit(this.index_group.as_value());
    visit(this.match_class.as_value());
});

/// Flags as `repr` shows them.
const FLAGS: &[(i32, &str)] = &[
    (2, "re.IGNORECASE"),
    (4, "re.LOCALE"),
    (8, "re.MULTILINE"),
    (16, "re.DOTALL"),
    (UNICODE, "re.UNICODE"),
    (64, "re.VERBOSE"),
    (128, "re.DEBUG"),
    (256, "re.ASCII"),
];
const UNICODE: i32 = 32;
const LOCALE_UNICODE_ASCII: i32 = 4 | 32 | 256;
/// Most characters of the pattern that `repr` shows.
const SHOWN: usize = 200;

fn one(
    vm: &Vm,
    this: &Ref<Pattern>,
    string: &Value,
    pos: isize,
    endpos: isize,
    mode: Mode,
) -> PyResult<Option<Ref<Match>>> {
    let subject = subject(vm, this, string)?;
    let mut cursor = Cursor::new(vm, this, &subject, bounds(subject.len(), pos, endpos));
    match cursor.next(mode)? {
        Some(found) => cursor.match_object(found).map(Some),
        None => Ok(None),
    }
}

fn new_scanner(
    vm: &Vm,
    this: &Ref<Pattern>,
    string: &Value,
    pos: isize,
    endpos: isize,
) -> PyResult<Ref<scanner::Scanner>> {
    let subject = subject(vm, this, string)?;
    let bounds = bounds(subject.len(), pos, endpos);
    Ok(scanner::new(vm, this, subject, bounds))
}

/// What takes the place of a match.
enum Replacement {
    Literal(Value),
    Template(Ref<Template>),
    Function(Value),
}

fn replacement(vm: &Vm, this: &Ref<Pattern>, repl: &Value) -> PyResult<Replacement> {
    if vm.type_of(repl).slots.call.get().is_some() {
        return Ok(Replacement::Function(repl.clone()));
    }
    let plain = match Subject::new(vm, repl) {
        Ok(text) => !text.has(b'\\'),
        Err(_) => {
            drop(vm.take_pending());
            false
        }
    };
    if plain {
        return Ok(Replacement::Literal(repl.clone()));
    }
    let template = template::compiled(vm, this, repl)?;
    Ok(if template.items.is_empty() {
        Replacement::Literal(template.literal.clone())
    } else {
        Replacement::Template(template)
    })
}

/// `sub` and `subn`: the text and the number of replacements.
fn substitute(
    vm: &Vm,
    this: &Ref<Pattern>,
    repl: &Value,
    string: &Value,
    count: isize,
) -> PyResult<(Value, usize)> {
    let replacement = replacement(vm, this, repl)?;
    let subject = subject(vm, this, string)?;
    let len = subject.len();
    let mut cursor = Cursor::new(vm, this, &subject, (0, len));
    let mut out = Joiner::new(subject.is_bytes());
    let limit = if count == 0 { isize::MAX } else { count };
    let (mut done, mut from) = (0, 0);
    while done < limit {
        let Some(found) = cursor.next(Mode::Search)? else {
            break;
        };
        if from < found.start {
            out.push_part(&subject, from, found.start);
        }
        match &replacement {
            Replacement::Literal(text) => out.push(vm, text),
            Replacement::Template(template) => {
                if !template.expand_into(vm, &cursor, &mut out)? {
                    let m = cursor.match_object(found)?;
                    let text = template.expand(vm, &m)?;
                    out.push(vm, &text);
                }
            }
            Replacement::Function(function) => {
                let m = cursor.match_object(found)?.into_value();
                let text = vm.call(function, std::slice::from_ref(&m))?;
                if !text.is_none() {
                    out.push(vm, &text);
                }
            }
        }
        from = found.end;
        done += 1;
    }
    if done == 0 {
        return Ok((subject.slice(vm, 0, len), 0));
    }
    if from < len {
        out.push_part(&subject, from, len);
    }
    Ok((out.finish(vm)?, done as usize))
}

#[pymethods(
    name = "Pattern",
    module = "re",
    doc = "A compiled regular expression.",
    flags(DISALLOW_INSTANTIATION | WEAKREFABLE)
)]
impl Pattern {
    /// A match at the start of the string, or None.
    #[pymethod("(self, string, pos=0, endpos=sys.maxsize)", name = "match")]
    fn py_match(
        vm: &Vm,
        this: &Ref<Pattern>,
        string: &Value,
        pos: isize,
        endpos: isize,
    ) -> PyResult<Option<Ref<Match>>> {
        one(vm, this, string, pos, endpos, Mode::Match)
    }
    /// A match of the whole string, or None.
    #[pymethod("(self, string, pos=0, endpos=sys.maxsize)")]
    fn fullmatch(
        vm: &Vm,
        this: &Ref<Pattern>,
        string: &Value,
        pos: isize,
        endpos: isize,
    ) -> PyResult<Option<Ref<Match>>> {
        one(vm, this, string, pos, endpos, Mode::Full)
    }
    /// The first match in the string, or None.
    #[pymethod("(self, string, pos=0, endpos=sys.maxsize)")]
    fn search(
        vm: &Vm,
        this: &Ref<Pattern>,
        string: &Value,
        pos: isize,
        endpos: isize,
    ) -> PyResult<Option<Ref<Match>>> {
        one(vm, this, string, pos, endpos, Mode::Search)
    }
    /// The string with matches replaced.
    #[pymethod("(self, repl, string, count=0)")]
    fn sub(
        vm: &Vm,
        this: &Ref<Pattern>,
        repl: &Value,
        string: &Value,
        count: isize,
    ) -> PyResult<Value> {
        Ok(substitute(vm, this, repl, string, count)?.0)
    }
    /// The string with matches replaced, and how many were.
    #[pymethod("(self, repl, string, count=0)")]
    fn subn(
        vm: &Vm,
        this: &Ref<Pattern>,
        repl: &Value,
        string: &Value,
        count: isize,
    ) -> PyResult<Value> {
        let (text, done) = substitute(vm, this, repl, string, count)?;
        Ok(vm.tuple_value([text, vm.new_uint(done as u64)]))
    }
    /// The texts of all matches: of the whole, of the one group, or tuples of all groups.
    #[pymethod("(self, string, pos=0, endpos=sys.maxsize)")]
    fn findall(
        vm: &Vm,
        this: &Ref<Pattern>,
        string: &Value,
        pos: isize,
        endpos: isize,
    ) -> PyResult<Value> {
        let subject = subject(vm, this, string)?;
        let mut cursor = Cursor::new(vm, this, &subject, bounds(subject.len(), pos, endpos));
        let mut all = Vec::new();
        let text = |cursor: &Cursor<'_>, group| -> PyResult {
            Ok(cursor
                .group_text(group)?
                .unwrap_or_else(|| subject.empty(vm)))
        };
        while let Some(found) = cursor.next(Mode::Search)? {
            all.push(match this.groups {
                0 => subject.slice(vm, found.start, found.end),
                1 => text(&cursor, 1)?,
                groups => {
                    let items = (1..=groups)
                        .map(|group| text(&cursor, group))
                        .collect::<PyResult<Vec<Value>>>()?;
                    vm.new_tuple(items).into_value()
                }
            });
        }
        Ok(vm.new_list(all).into_value())
    }
    /// The parts of the string between matches, with the groups.
    #[pymethod("(self, string, maxsplit=0)")]
    fn split(vm: &Vm, this: &Ref<Pattern>, string: &Value, maxsplit: isize) -> PyResult<Value> {
        let subject = subject(vm, this, string)?;
        let len = subject.len();
        let mut cursor = Cursor::new(vm, this, &subject, (0, len));
        let limit = if maxsplit == 0 { isize::MAX } else { maxsplit };
        let mut all = Vec::new();
        let (mut done, mut from) = (0, 0);
        while done < limit {
            let Some(found) = cursor.next(Mode::Search)? else {
                break;
            };
            all.push(subject.slice(vm, from, found.start));
            for group in 1..=this.groups {
                all.push(cursor.group_text(group)?.unwrap_or(Value::NONE));
            }
            from = found.end;
            done += 1;
        }
        all.push(subject.slice(vm, from, len));
        Ok(vm.new_list(all).into_value())
    }
    /// An iterator over all matches.
    #[pymethod("(self, string, pos=0, endpos=sys.maxsize)")]
    fn finditer(
        vm: &Vm,
        this: &Ref<Pattern>,
        string: &Value,
        pos: isize,
        endpos: isize,
    ) -> PyResult<Value> {
        let scanner = new_scanner(vm, this, string, pos, endpos)?;
        let search = vm.getattr_str(scanner.as_value(), "search")?;
        Ok(new_callable_iterator(vm, search, Value::NONE))
    }
    #[pymethod("(self, string, pos=0, endpos=sys.maxsize)", name = "scanner")]
    fn py_scanner(
        vm: &Vm,
        this: &Ref<Pattern>,
        string: &Value,
        pos: isize,
        endpos: isize,
    ) -> PyResult<Ref<scanner::Scanner>> {
        new_scanner(vm, this, string, pos, endpos)
    }
    #[pymethod("(self)")]
    fn __copy__(this: &Ref<Pattern>) -> Value {
        this.to_value()
    }
    #[pymethod("(self, memo, /)")]
    fn __deepcopy__(this: &Ref<Pattern>, _memo: &Value) -> Value {
        this.to_value()
    }
    /// `Pattern[str]`, for annotations.
    #[pyclassmethod("(cls, object, /)")]
    fn __class_getitem__(vm: &Vm, cls: &Value, object: &Value) -> PyResult {
        taipan_object::generic_alias::new_generic_alias(vm, cls, object)
    }

    /// Group numbers by name.
    #[pygetset]
    fn groupindex(vm: &Vm, this: &Ref<Pattern>) -> Value {
        MappingProxy::make(vm, this.group_index.to_value())
    }

    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Pattern>) -> PyResult {
        let mut flags = this.flags;
        if this.pattern.downcast::<Str>().is_some() && flags & LOCALE_UNICODE_ASCII == UNICODE {
            flags &= !UNICODE;
        }
        let mut names = Vec::new();
        for (bit, name) in FLAGS {
            if flags & bit != 0 {
                names.push((*name).to_owned());
                flags &= !bit;
            }
        }
        if flags != 0 {
            names.push(format!("0x{flags:x}"));
        }
        let shown = vm.repr(&this.pattern)?;
        let view = shown.view();
        let mut out = b"re.compile(".to_vec();
        view.slice(0, view.len().min(SHOWN)).push_wtf8(&mut out);
        if !names.is_empty() {
            out.extend_from_slice(b", ");
            out.extend_from_slice(names.join("|").as_bytes());
        }
        out.push(b')');
        Ok(vm.new_wtf8(&out).into_value())
    }
    #[pyslot]
    fn hash(vm: &Vm, this: &Ref<Pattern>) -> PyResult<i64> {
        let hash = vm.hash(&this.pattern)?
            ^ hash_bytes(&this.codes)
            ^ i64::from(this.flags)
            ^ this.is_bytes.map_or(-1, i64::from)
            ^ (this.codes.len() / 4) as i64;
        Ok(if hash == -1 { -2 } else { hash })
    }
    #[pyslot]
    fn richcompare(vm: &Vm, this: &Ref<Pattern>, other: &Value, op: CmpOp) -> PyResult {
        let Some(other) = other
            .downcast::<Pattern>()
            .filter(|_| matches!(op, CmpOp::Eq | CmpOp::Ne))
        else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let same = this.is(other)
            || this.flags == other.flags
                && this.is_bytes == other.is_bytes
                && this.codes == other.codes
                && vm.eq(&this.pattern, &other.pattern)?;
        Ok(Value::bool(same == (op == CmpOp::Eq)))
    }
}

/// Attributes that show as members.
#[pymethods(partial = FIELDS, class = "Pattern")]
impl Pattern {
    /// The text that it was compiled from.
    #[pygetset]
    fn pattern(this: &Ref<Pattern>) -> Value {
        this.pattern.clone()
    }
    /// The flags of the compilation.
    #[pygetset]
    fn flags(this: &Ref<Pattern>) -> i32 {
        this.flags
    }
    /// How many groups there are.
    #[pygetset]
    fn groups(this: &Ref<Pattern>) -> usize {
        this.groups
    }
}
