//! Searching a subject again and again: what `findall`, `sub`, `split` and scanners share.

use taipan_object::{PyResult, Raised, Ref, Value, Vm};

use crate::engine::run::UNSET;
use crate::engine::{Found, Mode, Request, Scratch, Stop, find};
use crate::match_object::{Match, Span, UNMATCHED};
use crate::pattern::Pattern;
use crate::subject::{Subject, by_width};

/// Searches after which the caller's signals are looked at; long searches look by themselves.
const POLL_INTERVAL: u32 = 4096;

/// A pattern's scratch memory, given back when dropped.
pub struct Lease<'a> {
    pattern: &'a Pattern,
    pub scratch: Box<Scratch>,
}

impl<'a> Lease<'a> {
    pub fn new(pattern: &'a Pattern) -> Self {
        Lease {
            pattern,
            scratch: pattern.scratch.take().unwrap_or_default(),
        }
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if !self.scratch.is_large() {
            self.pattern
                .scratch
                .set(Some(std::mem::take(&mut self.scratch)));
        }
    }
}

/// Where a search stands.
pub struct Cursor<'a> {
    vm: &'a Vm,
    pattern: &'a Ref<Pattern>,
    pub subject: &'a Subject,
    lease: Lease<'a>,
    /// The part that is searched.
    pub pos: usize,
    pub end: usize,
    /// Where the next match may start, and whether it must not be an empty one there.
    pub start: usize,
    pub must_advance: bool,
    turns: u32,
    found: Found,
}

/// `pos` and `endpos`, clamped to a subject.
pub fn bounds(len: usize, pos: isize, endpos: isize) -> (usize, usize) {
    let clamp = |n: isize| usize::try_from(n).unwrap_or(0).min(len);
    let end = clamp(endpos);
    (clamp(pos), end)
}

/// A subject that suits a pattern.
///
/// # Errors
/// TypeError for other objects, and for text of the other kind.
pub fn subject(vm: &Vm, pattern: &Pattern, object: &Value) -> PyResult<Subject> {
    let subject = Subject::new(vm, object)?;
    match (pattern.is_bytes, subject.is_bytes()) {
        (Some(false), true) => {
            Err(vm.type_error("cannot use a string pattern on a bytes-like object"))
        }
        (Some(true), false) => {
            Err(vm.type_error("cannot use a bytes pattern on a string-like object"))
        }
        _ => Ok(subject),
    }
}

impl<'a> Cursor<'a> {
    pub fn new(
        vm: &'a Vm,
        pattern: &'a Ref<Pattern>,
        subject: &'a Subject,
        (pos, end): (usize, usize),
    ) -> Self {
        Cursor {
            vm,
            pattern,
            subject,
            lease: Lease::new(pattern),
            pos,
            end,
            start: pos,
            must_advance: false,
            turns: 0,
            found: Found { start: 0, end: 0 },
        }
    }
    /// The next match.
    ///
    /// # Errors
    /// MemoryError; what signal handlers raise.
    #[inline]
    pub fn next(&mut self, mode: Mode) -> PyResult<Option<Found>> {
        if self.start > self.end {
            return Ok(None);
        }
        self.turns += 1;
        if self.turns == POLL_INTERVAL {
            self.turns = 0;
            (self.vm.hooks.get().poll)(self.vm)?;
        }
        let request = Request {
            mode,
            start: self.start,
            must_advance: self.must_advance,
        };
        let vm = self.vm;
        let mut error = None;
        let mut poll = || match (vm.hooks.get().poll)(vm) {
            Ok(()) => true,
            Err(e) => {
                error = Some(e);
                false
            }
        };
        let program = &self.pattern.program;
        let scratch = &mut self.lease.scratch;
        let found = by_width!(self.subject.view(), |text| find(
            program,
            &text[..self.end],
            request,
            scratch,
            &mut poll
        ));
        match found {
            Ok(found) => {
                if let Some(found) = found {
                    self.must_advance = found.start == found.end;
                    self.start = found.end;
                    self.found = found;
                }
                Ok(found)
            }
            Err(Stop::Interrupted) => Err(error.unwrap_or_else(|| vm.memory_error())),
            Err(Stop::Memory) => Err(vm.memory_error()),
        }
    }
    /// Where a group of the last match lies; groups count from 1.
    ///
    /// # Errors
    /// SystemError for spans that only broken codes make.
    #[inline]
    pub fn group(&self, group: usize) -> PyResult<Option<Span>> {
        let marks = &self.lease.scratch.marks;
        let (start, end) = (marks[group * 2 - 2], marks[group * 2 - 1]);
        if start == UNSET || end == UNSET {
            return Ok(None);
        }
        if start > end {
            return Err(wrong_span(self.vm));
        }
        Ok(Some((start, end)))
    }
    /// As [`Cursor::group`], for the group numbers of a template: 0 is the whole match.
    ///
    /// # Errors
    /// IndexError for groups that are not there.
    pub fn span(&self, group: usize) -> PyResult<Option<Span>> {
        match group {
            0 => Ok(Some((self.found.start, self.found.end))),
            _ if group <= self.pattern.groups => self.group(group),
            _ => Err(self.vm.index_error("no such group")),
        }
    }
    /// The text of a group of the last match.
    ///
    /// # Errors
    /// As [`Cursor::group`].
    #[inline]
    pub fn group_text(&self, group: usize) -> PyResult<Option<Value>> {
        Ok(self
            .group(group)?
            .map(|(start, end)| self.subject.slice(self.vm, start, end)))
    }
    /// The last match as an object.
    ///
    /// # Errors
    /// As [`Cursor::group`].
    pub fn match_object(&self, found: Found) -> PyResult<Ref<Match>> {
        let marks = &self.lease.scratch.marks[..self.pattern.groups * 2];
        let mut spans = smallvec::SmallVec::with_capacity(self.pattern.groups + 1);
        spans.push((found.start, found.end));
        for pair in marks.chunks_exact(2) {
            spans.push(match (pair[0], pair[1]) {
                (_, UNSET) | (UNSET, _) => UNMATCHED,
                (start, end) if start > end => return Err(wrong_span(self.vm)),
                span => span,
            });
        }
        let m = Match {
            string: self.subject.object.clone(),
            pattern: self.pattern.clone(),
            pos: self.pos,
            endpos: self.end,
            last_index: self.lease.scratch.last_group,
            spans,
        };
        Ok(self.vm.heap.alloc(&self.pattern.match_class, m))
    }
}

#[cold]
fn wrong_span(vm: &Vm) -> Raised {
    vm.raise_str(
        &vm.exc.system_error,
        "The span of capturing group is wrong, please report a bug for the re module.",
    )
}
