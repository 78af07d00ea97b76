//! The matcher: runs a program on a text, with the choices still open on a stack of its own.

use super::chars::{Char, Fold, is_word};
use super::codes::MAX_REPEAT;
use super::program::{Op, Program, Run};
use super::scan;
use super::tree::{At, Kind};

/// Stands for a mark that is not set, and for no place.
pub const UNSET: usize = usize::MAX;
/// Most entries of the stack: 1 GiB.
const MAX_ENTRIES: usize = (1 << 30) / size_of::<Entry>();
/// Steps between two looks at what the caller wants.
const POLL_INTERVAL: u32 = 1 << 15;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The stack would grow too large.
    Memory,
    /// The caller's `poll` said so.
    Interrupted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A match anywhere from the start on.
    Search,
    /// A match at the start.
    Match,
    /// A match at the start that reaches to the end.
    Full,
}

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    pub mode: Mode,
    pub start: usize,
    /// The match must not be empty and lie at the start.
    pub must_advance: bool,
}

/// A match. Its groups are in the [`Scratch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    pub start: usize,
    pub end: usize,
}

/// What a choice left open, or how a change is taken back.
#[derive(Clone, Copy, Debug)]
enum Tag {
    /// Go on at the operation, at place `x`.
    Goto,
    /// A run that ends at `x` may give back down to `y`.
    Greedy,
    /// A run that ends at `x` may grow up to `y`.
    Lazy,
    /// The ways of an Alt from `y` (index, end) on, at place `x`.
    Alt,
    /// A mark was `x`, the last group `y`.
    Mark,
    /// A loop had run `x` times, the last time from `y`.
    Loop,
    /// A lazy loop may run again from `x`.
    Again,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    tag: Tag,
    arg: u32,
    x: usize,
    y: usize,
}

/// Memory of a matcher, kept between matches.
#[derive(Debug, Default)]
pub struct Scratch {
    stack: Vec<Entry>,
    /// Places of the group starts and ends, or [`UNSET`].
    pub marks: Vec<usize>,
    /// The group that ended last, from 1; 0: none.
    pub last_group: usize,
    /// How often a loop has run, and from where the last time.
    loops: Vec<(usize, usize)>,
    slots: Vec<usize>,
}

impl Scratch {
    /// Makes room for a program.
    fn prepare(&mut self, program: &Program) -> Result<(), Stop> {
        fn fill<T: Clone>(v: &mut Vec<T>, len: usize, value: T) -> Result<(), Stop> {
            v.clear();
            v.try_reserve(len).map_err(|_| Stop::Memory)?;
            v.resize(len, value);
            Ok(())
        }
        self.stack.clear();
        self.last_group = 0;
        fill(&mut self.marks, program.groups * 2, UNSET)?;
        if self.loops.len() != program.loops.len() {
            fill(&mut self.loops, program.loops.len(), (0, UNSET))?;
        }
        if self.slots.len() != program.slots {
            fill(&mut self.slots, program.slots, 0)?;
        }
        Ok(())
    }
    /// Whether it holds so much that it is better given back.
    pub fn is_large(&self) -> bool {
        self.stack.capacity() > 1 << 16
    }
}

/// Looks for a match of `program` in `text`. `poll` is called now and then; `false` ends the search.
///
/// # Errors
/// See [`Stop`].
pub fn find<C: Char>(
    program: &Program,
    text: &[C],
    request: Request,
    scratch: &mut Scratch,
    poll: &mut dyn FnMut() -> bool,
) -> Result<Option<Found>, Stop> {
    scratch.prepare(program)?;
    if request.start > text.len() {
        return Ok(None);
    }
    let mut matcher = Matcher {
        program,
        text,
        full: request.mode == Mode::Full,
        barred: if request.must_advance {
            request.start
        } else {
            UNSET
        },
        dirty: false,
        run_end: 0,
        budget: POLL_INTERVAL,
        scratch,
        poll,
    };
    match request.mode {
        Mode::Search => matcher.search(request.start),
        Mode::Match | Mode::Full => {
            let start = request.start;
            Ok(matcher.attempt(start)?.map(|end| Found { start, end }))
        }
    }
}

struct Matcher<'a, C> {
    program: &'a Program,
    text: &'a [C],
    /// The match must end where the text does.
    full: bool,
    /// A match must not end here if it starts here; unset after the first attempt.
    barred: usize,
    /// Marks were set by the last attempt.
    dirty: bool,
    /// Where the leading run ended in the last attempt.
    run_end: usize,
    budget: u32,
    scratch: &'a mut Scratch,
    poll: &'a mut dyn FnMut() -> bool,
}

impl<C: Char> Matcher<'_, C> {
    fn search(&mut self, start: usize) -> Result<Option<Found>, Stop> {
        let Some(last) = self.text.len().checked_sub(self.program.min) else {
            return Ok(None);
        };
        let mut at = start;
        while at <= last {
            match scan::candidate(self.program, self.text, at) {
                Some(place) if place <= last => at = place,
                _ => return Ok(None),
            }
            if self.program.is_literal {
                let end = at + self.program.min;
                return Ok(Some(Found { start: at, end }));
            }
            self.run_end = 0;
            if let Some(end) = self.attempt(at)? {
                return Ok(Some(Found { start: at, end }));
            }
            self.barred = UNSET;
            self.tick()?;
            // A run that began here and led to nothing leads to nothing from any later place in it either.
            at = self.run_end.max(at + 1);
        }
        Ok(None)
    }

    #[inline(always)]
    fn tick(&mut self) -> Result<(), Stop> {
        self.budget -= 1;
        if self.budget == 0 {
            self.poll()
        } else {
            Ok(())
        }
    }
    #[cold]
    fn poll(&mut self) -> Result<(), Stop> {
        self.budget = POLL_INTERVAL;
        if (self.poll)() {
            Ok(())
        } else {
            Err(Stop::Interrupted)
        }
    }
    #[inline(always)]
    fn push(&mut self, tag: Tag, arg: u32, x: usize, y: usize) -> Result<(), Stop> {
        if self.scratch.stack.len() == self.scratch.stack.capacity() {
            self.grow()?;
        }
        self.scratch.stack.push(Entry { tag, arg, x, y });
        Ok(())
    }
    #[cold]
    fn grow(&mut self) -> Result<(), Stop> {
        let stack = &mut self.scratch.stack;
        if stack.len() >= MAX_ENTRIES {
            return Err(Stop::Memory);
        }
        let more = stack.len().max(64);
        stack.try_reserve_exact(more).map_err(|_| Stop::Memory)
    }
    /// Notes how to take a change back, unless there is nothing to go back to.
    #[inline(always)]
    fn undo(&mut self, tag: Tag, arg: u32, x: usize, y: usize) -> Result<(), Stop> {
        if self.scratch.stack.is_empty() {
            Ok(())
        } else {
            self.push(tag, arg, x, y)
        }
    }
    #[inline(always)]
    fn char_at(&self, at: usize) -> Option<u32> {
        self.text.get(at).map(|c| c.point())
    }

    /// A match that starts at `start`: its end.
    fn attempt(&mut self, start: usize) -> Result<Option<usize>, Stop> {
        if self.dirty {
            self.scratch.marks.fill(UNSET);
            self.scratch.last_group = 0;
            self.dirty = false;
        }
        let program = self.program;
        let (mut pc, mut at) = (0usize, start);
        loop {
            let went_on = match program.ops[pc] {
                Op::Accept => {
                    if self.full && at != self.text.len() || at == self.barred && at == start {
                        false
                    } else {
                        self.scratch.stack.clear();
                        return Ok(Some(at));
                    }
                }
                Op::Fail => false,
                Op::One(single) => match self.char_at(at) {
                    Some(c) if scan::holds(single, &program.sets, c) => {
                        at += 1;
                        pc += 1;
                        true
                    }
                    _ => false,
                },
                Op::Literal { at: from, len } => {
                    let literal = &program.literals[from as usize..(from + len) as usize];
                    match self.text.get(at..at + literal.len()) {
                        Some(part) if same(part, literal) => {
                            at += literal.len();
                            pc += 1;
                            true
                        }
                        _ => false,
                    }
                }
                Op::At(condition) => {
                    pc += 1;
                    self.is_at(condition, at)
                }
                Op::Mark(mark) => {
                    self.mark(mark, at)?;
                    pc += 1;
                    true
                }
                Op::Jump(to) => {
                    pc = to as usize;
                    true
                }
                Op::Split(index) => {
                    let split = &program.splits[index as usize];
                    let ways = match self.char_at(at) {
                        Some(c) => split.table.get(c as usize).copied().unwrap_or(split.wide),
                        None => split.end,
                    };
                    if ways == 3 {
                        self.push(Tag::Goto, split.second, at, 0)?;
                    }
                    pc = if ways & 1 != 0 {
                        split.first
                    } else {
                        split.second
                    } as usize;
                    ways != 0
                }
                Op::Alt(index) => {
                    let alt = &program.alts[index as usize];
                    let list = match self.char_at(at) {
                        Some(c) => alt.table.get(c as usize).copied().unwrap_or(alt.wide),
                        None => alt.end,
                    };
                    let (first, count) = alt.lists[list as usize];
                    if count == 0 {
                        false
                    } else {
                        if count > 1 {
                            let rest = (first as usize + 1) | ((first + count) as usize) << 32;
                            self.push(Tag::Alt, index, at, rest)?;
                        }
                        pc = alt.targets[first as usize] as usize;
                        true
                    }
                }
                Op::Run(index) => match self.run(index, at)? {
                    Some(end) => {
                        at = end;
                        pc += 1;
                        true
                    }
                    None => false,
                },
                Op::Ref { group, fold } => match self.reference(group, fold, at) {
                    Some(end) => {
                        at = end;
                        pc += 1;
                        true
                    }
                    None => false,
                },
                Op::Cond { group, no } => {
                    pc = if self.group(group).is_some() {
                        pc + 1
                    } else {
                        no as usize
                    };
                    true
                }
                Op::LoopInit(index) => {
                    let (count, last) = self.scratch.loops[index as usize];
                    self.undo(Tag::Loop, index, count, last)?;
                    self.scratch.loops[index as usize] = (UNSET, UNSET);
                    pc = program.loops[index as usize].next as usize;
                    true
                }
                Op::LoopNext(index) => match self.loop_next(index, at)? {
                    Some(to) => {
                        pc = to as usize;
                        true
                    }
                    None => false,
                },
                Op::LoopKeep(index) => {
                    let slot = program.loops[index as usize].slot;
                    self.keep_changes(self.scratch.slots[slot as usize]);
                    pc += 1;
                    true
                }
                Op::AtomicBegin(slot) => {
                    self.scratch.slots[slot as usize] = self.scratch.stack.len();
                    pc += 1;
                    true
                }
                Op::AtomicEnd(slot) => {
                    self.keep_changes(self.scratch.slots[slot as usize]);
                    pc += 1;
                    true
                }
                Op::LookBegin { slot, behind } => match at.checked_sub(behind as usize) {
                    Some(from) => {
                        self.scratch.slots[slot as usize] = self.scratch.stack.len();
                        self.scratch.slots[slot as usize + 1] = at;
                        at = from;
                        pc += 1;
                        true
                    }
                    None => false,
                },
                Op::LookEnd(slot) => {
                    self.keep_changes(self.scratch.slots[slot as usize]);
                    at = self.scratch.slots[slot as usize + 1];
                    pc += 1;
                    true
                }
                Op::NotBegin(index) => {
                    let not = &program.nots[index as usize];
                    match at.checked_sub(not.behind as usize) {
                        Some(from) => {
                            self.scratch.slots[not.slot as usize] = self.scratch.stack.len();
                            self.push(Tag::Goto, not.after, at, 0)?;
                            at = from;
                            pc += 1;
                        }
                        None => pc = not.after as usize,
                    }
                    true
                }
                Op::NotEnd(slot) => {
                    self.unwind(self.scratch.slots[slot as usize]);
                    false
                }
            };
            if !went_on {
                match self.back()? {
                    Some((to, place)) => (pc, at) = (to as usize, place),
                    None => return Ok(None),
                }
            }
        }
    }

    /// Goes back to the last open choice: where to go on.
    fn back(&mut self) -> Result<Option<(u32, usize)>, Stop> {
        self.tick()?;
        let program = self.program;
        while let Some(entry) = self.scratch.stack.pop() {
            let Entry { tag, arg, x, y } = entry;
            match tag {
                Tag::Goto => return Ok(Some((arg, x))),
                Tag::Greedy => {
                    let run = &program.runs[arg as usize];
                    if let Some(end) = run.filter.last(self.text, y, x - 1) {
                        if end > y {
                            self.push(Tag::Greedy, arg, end, y)?;
                        }
                        return Ok(Some((run.next, end)));
                    }
                }
                Tag::Lazy => {
                    let run = &program.runs[arg as usize];
                    let grows = self
                        .char_at(x)
                        .is_some_and(|c| scan::holds(run.single, &program.sets, c));
                    if grows && let Some(end) = self.grow_lazy(run, arg, x + 1, y)? {
                        return Ok(Some((run.next, end)));
                    }
                }
                Tag::Alt => {
                    let alt = &program.alts[arg as usize];
                    let (next, end) = (y & 0xFFFF_FFFF, y >> 32);
                    if next + 1 < end {
                        self.push(Tag::Alt, arg, x, (next + 1) | end << 32)?;
                    }
                    return Ok(Some((alt.targets[next], x)));
                }
                Tag::Mark | Tag::Loop => self.take_back(&entry),
                Tag::Again => {
                    let l = &program.loops[arg as usize];
                    let (count, last) = self.scratch.loops[arg as usize];
                    if (l.max == MAX_REPEAT || count < l.max as usize) && x != last {
                        self.push(Tag::Loop, arg, count, last)?;
                        self.scratch.loops[arg as usize] = (count, x);
                        return Ok(Some((l.body, x)));
                    }
                }
            }
        }
        Ok(None)
    }
    fn take_back(&mut self, entry: &Entry) {
        match entry.tag {
            Tag::Mark => {
                self.scratch.marks[entry.arg as usize] = entry.x;
                self.scratch.last_group = entry.y;
            }
            Tag::Loop => self.scratch.loops[entry.arg as usize] = (entry.x, entry.y),
            _ => {}
        }
    }
    /// Takes all back that was done since the stack had this height.
    fn unwind(&mut self, height: usize) {
        while self.scratch.stack.len() > height {
            if let Some(entry) = self.scratch.stack.pop() {
                self.take_back(&entry);
            }
        }
    }
    /// Drops the choices made since the stack had this height; what they changed can still be taken back.
    fn keep_changes(&mut self, height: usize) {
        let stack = &mut self.scratch.stack;
        if height == 0 {
            stack.clear();
            return;
        }
        let mut kept = height;
        for i in height..stack.len() {
            if matches!(stack[i].tag, Tag::Mark | Tag::Loop) {
                stack[kept] = stack[i];
                kept += 1;
            }
        }
        stack.truncate(kept);
    }

    #[inline(always)]
    fn mark(&mut self, mark: u32, at: usize) -> Result<(), Stop> {
        let old = self.scratch.marks[mark as usize];
        self.undo(Tag::Mark, mark, old, self.scratch.last_group)?;
        self.scratch.marks[mark as usize] = at;
        if mark & 1 == 1 {
            self.scratch.last_group = mark as usize / 2 + 1;
        }
        self.dirty = true;
        Ok(())
    }
    /// Where a group that has matched lies.
    fn group(&self, group: u32) -> Option<(usize, usize)> {
        let start = self.scratch.marks[group as usize * 2];
        let end = self.scratch.marks[group as usize * 2 + 1];
        (start != UNSET && end != UNSET && start <= end).then_some((start, end))
    }
    fn reference(&self, group: u32, fold: Fold, at: usize) -> Option<usize> {
        let (start, end) = self.group(group)?;
        let after = at.checked_add(end - start)?;
        let (before, here) = (self.text.get(start..end)?, self.text.get(at..after)?);
        let same = match fold {
            Fold::None => before == here,
            _ => before
                .iter()
                .zip(here)
                .all(|(a, b)| a == b || fold.lower(a.point()) == fold.lower(b.point())),
        };
        same.then_some(after)
    }

    #[inline]
    fn run(&mut self, index: u32, at: usize) -> Result<Option<usize>, Stop> {
        let program = self.program;
        let run = &program.runs[index as usize];
        let len = self.text.len();
        if run.min > len - at {
            return Ok(None);
        }
        let limit = len.min(at.saturating_add(run.max));
        if run.kind == Kind::Lazy {
            let from = at + run.min;
            if run.min > 0 && scan::run(run.single, &program.sets, self.text, at, from) < from {
                return Ok(None);
            }
            return self.grow_lazy(run, index, from, limit);
        }
        let end = scan::run(run.single, &program.sets, self.text, at, limit);
        if run.leads {
            self.run_end = end;
        }
        let low = at + run.min;
        if end <= low || (if C::WIDE { run.keeps_wide } else { run.keeps }) {
            return Ok((end >= low).then_some(end));
        }
        let found = run.filter.last(self.text, low, end);
        if let Some(found) = found
            && found > low
        {
            self.push(Tag::Greedy, index, found, low)?;
        }
        Ok(found)
    }
    /// The first place from `from` on where a lazy run can end; the next ones stay open.
    fn grow_lazy(
        &mut self,
        run: &Run,
        index: u32,
        from: usize,
        limit: usize,
    ) -> Result<Option<usize>, Stop> {
        let sets = &self.program.sets;
        let found = run.filter.first(run.single, sets, self.text, from, limit);
        if let Some(found) = found
            && found < limit
        {
            self.push(Tag::Lazy, index, found, limit)?;
        }
        Ok(found)
    }

    /// A counted loop after its body, or before it the first time: where to go on.
    fn loop_next(&mut self, index: u32, at: usize) -> Result<Option<u32>, Stop> {
        self.tick()?;
        let l = &self.program.loops[index as usize];
        let (before, last) = self.scratch.loops[index as usize];
        let count = before.wrapping_add(1);
        let more = l.max == MAX_REPEAT || count < l.max as usize;
        if count < l.min as usize {
            self.undo(Tag::Loop, index, before, last)?;
            self.scratch.loops[index as usize] = (count, last);
            self.scratch.slots[l.slot as usize] = self.scratch.stack.len();
            return Ok(Some(l.body));
        }
        match l.kind {
            Kind::Greedy | Kind::Possessive if !more || at == last => Ok(Some(l.exit)),
            Kind::Greedy | Kind::Possessive => {
                self.undo(Tag::Loop, index, before, last)?;
                self.scratch.slots[l.slot as usize] = self.scratch.stack.len();
                self.push(Tag::Goto, l.exit, at, 0)?;
                self.scratch.loops[index as usize] = (count, at);
                Ok(Some(l.body))
            }
            Kind::Lazy => {
                self.undo(Tag::Loop, index, before, last)?;
                self.scratch.loops[index as usize] = (count, last);
                self.push(Tag::Again, index, at, 0)?;
                Ok(Some(l.exit))
            }
        }
    }

    fn is_at(&self, condition: At, at: usize) -> bool {
        let len = self.text.len();
        match condition {
            At::Begin => at == 0,
            At::BeginLine => at == 0 || self.char_at(at - 1) == Some(0x0A),
            At::End => at == len || at + 1 == len && self.char_at(at) == Some(0x0A),
            At::EndLine => at == len || self.char_at(at) == Some(0x0A),
            At::EndString => at == len,
            At::Boundary { unicode } => self.is_boundary(at, unicode),
            At::NonBoundary { unicode } => !self.is_boundary(at, unicode),
        }
    }
    #[inline]
    fn is_boundary(&self, at: usize, unicode: bool) -> bool {
        let word = |at: usize| self.char_at(at).is_some_and(|c| is_word(c, unicode));
        (at > 0 && word(at - 1)) != word(at)
    }
}

#[inline(always)]
fn same<C: Char>(text: &[C], literal: &[u8]) -> bool {
    text.iter()
        .zip(literal)
        .all(|(c, &x)| c.point() == u32::from(x))
}
