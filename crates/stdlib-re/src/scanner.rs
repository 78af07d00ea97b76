//! `SRE_Scanner`: goes through a subject match by match.

use std::cell::Cell;

use taipan_macros::pymethods;
use taipan_object::{PyResult, Ref, Value, Vm, payload};

use crate::engine::Mode;
use crate::pattern::Pattern;
use crate::search::Cursor;
use crate::subject::Subject;

/// What `Pattern.scanner` and `Pattern.finditer` use.
pub struct Scanner {
    pattern: Ref<Pattern>,
    subject: Subject,
    pos: usize,
    end: usize,
    /// Where the next match may start; nothing after a failure.
    start: Cell<Option<usize>>,
    must_advance: Cell<bool>,
}
payload!(Scanner, gc, |this, visit| {
    visit(this.pattern.as_value());
    this.subject.visit(visit);
});

/// A scanner from `pos` to `end`.
pub fn new(
    vm: &Vm,
    pattern: &Ref<Pattern>,
    subject: Subject,
    (pos, end): (usize, usize),
) -> Ref<Scanner> {
    let scanner = Scanner {
        pattern: pattern.clone(),
        subject,
        pos,
        end,
        start: Cell::new(Some(pos)),
        must_advance: Cell::new(false),
    };
    vm.heap.alloc(&vm.add_native_type::<Scanner>(), scanner)
}

fn step(vm: &Vm, this: &Ref<Scanner>, mode: Mode) -> PyResult {
    let Some(start) = this.start.get() else {
        return Ok(Value::NONE);
    };
    let mut cursor = Cursor::new(vm, &this.pattern, &this.subject, (this.pos, this.end));
    cursor.start = start;
    cursor.must_advance = this.must_advance.get();
    match cursor.next(mode)? {
        Some(found) => {
            this.start.set(Some(cursor.start));
            this.must_advance.set(cursor.must_advance);
            Ok(cursor.match_object(found)?.into_value())
        }
        None => {
            this.start.set(None);
            Ok(Value::NONE)
        }
    }
}

#[pymethods(
    name = "SRE_Scanner",
    module = "_sre",
    doc = "",
    flags(DISALLOW_INSTANTIATION)
)]
impl Scanner {
    /// The next match, if it starts where the one before ended.
    #[pymethod("(self)", name = "match")]
    fn py_match(vm: &Vm, this: &Ref<Scanner>) -> PyResult {
        step(vm, this, Mode::Match)
    }
    /// The next match.
    #[pymethod("(self)")]
    fn search(vm: &Vm, this: &Ref<Scanner>) -> PyResult {
        step(vm, this, Mode::Search)
    }
}

/// Attributes that show as members.
#[pymethods(partial = FIELDS, class = "SRE_Scanner")]
impl Scanner {
    /// The pattern.
    #[pygetset]
    fn pattern(this: &Ref<Scanner>) -> Value {
        this.pattern.to_value()
    }
}
