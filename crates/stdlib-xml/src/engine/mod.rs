//! An incremental XML parser with expat's events, errors and positions.
//!
//! Text is fed in pieces of any size; [`Engine::next`] then gives one event after the other. Nothing of the parser is borrowed while an
//! event is handled, and entities are read from a stack of texts, so that neither handlers nor nesting cost native stack.

pub mod account;
mod chars;
mod content;
mod decl;
mod declaration;
pub mod dtd;
pub mod error;
pub mod event;
pub mod input;
pub mod model;
mod names;
mod namespace;
mod prolog;
mod scan;
mod tag;
mod token;
mod values;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use account::Account;
use decl::Decl;
use dtd::{Dtd, Entity};
use error::{Code, Failure};
use event::{Event, Handler, Maybe};
use input::{Encoding, Input, Mark};
use namespace::Namespaces;
use scan::Stop;
use tag::Tag;

type Outcome<T> = Result<T, Failure>;

/// What a parser reads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Document,
    /// An external entity that content refers to.
    General,
    /// The external subset, or an external parameter entity.
    Parameter,
}

/// Which part of the document comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Prolog,
    /// A section of the external subset that is skipped: how many are nested.
    Ignored(usize),
    /// Content that may begin with a text declaration.
    EntityStart,
    Content,
    Cdata,
    Epilog,
    Done,
}

/// When external parameter entities are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamParsing {
    Never,
    UnlessStandalone,
    Always,
}

/// An internal entity that is being read.
struct Opened {
    entity: Rc<Entity>,
    text: Rc<[u8]>,
    at: usize,
    /// How many elements were open at its start.
    level: usize,
    /// A parameter entity between declarations.
    between: bool,
}

/// What is done once an event was handled.
enum Asked {
    Standalone,
    External(Rc<Entity>),
    Parameter(Rc<Entity>),
    Doctype { had_refs: bool, has_system: bool },
    Foreign { had_refs: bool },
    Encoding(usize),
}

struct Queued {
    event: Event,
    at: usize,
    asked: Option<Asked>,
}

/// A parser.
pub struct Engine {
    input: Input,
    /// How much of the input was read.
    at: usize,
    /// Where the token that is being read starts.
    mark: usize,
    event_at: usize,
    opened: Vec<Opened>,
    queue: VecDeque<Queued>,
    kind: Kind,
    phase: Phase,
    /// Bits of the handlers that are set.
    pub want: u32,
    dtd: Rc<RefCell<Dtd>>,
    pub account: Rc<Account>,
    tags: Vec<Tag>,
    namespaces: Option<Namespaces>,
    pub base: Maybe,
    decl: Decl,
    params: ParamParsing,
    foreign_dtd: bool,
    started: bool,
    asked: Option<Asked>,
    reply: bool,
    table: Option<Encoding>,
    /// The declaration was read: decoding goes on, in this encoding if any.
    resume: Option<Option<Encoding>>,
    failed: Option<Failure>,
    last: Option<Failure>,
    pub defers: bool,
    /// How much text was there when a token last turned out to be incomplete.
    partial: usize,
    /// How much had been read when text was last fed.
    fed_at: usize,
}

impl Engine {
    /// A parser for documents. With `separator` it knows namespaces; names are then joined by that character, if there is one.
    pub fn new(encoding: Option<Encoding>, separator: Option<Option<char>>) -> Engine {
        Engine {
            input: Input::new(encoding),
            at: 0,
            mark: 0,
            event_at: 0,
            opened: Vec::new(),
            queue: VecDeque::new(),
            kind: Kind::Document,
            phase: Phase::Prolog,
            want: 0,
            dtd: Rc::default(),
            account: Rc::default(),
            tags: Vec::new(),
            namespaces: separator.map(Namespaces::new),
            base: None,
            decl: Decl::new(false),
            params: ParamParsing::Never,
            foreign_dtd: false,
            started: false,
            asked: None,
            reply: true,
            table: None,
            resume: None,
            failed: None,
            last: None,
            defers: true,
            partial: 0,
            fed_at: 0,
        }
    }
    /// A parser for an external entity of this parser's document: a general one if there is a context.
    pub fn external(&self, context: Option<&str>, encoding: Option<Encoding>) -> Engine {
        let mut inner = Engine::new(encoding, None);
        inner.kind = match context {
            Some(_) => Kind::General,
            None => Kind::Parameter,
        };
        if context.is_some() {
            inner.phase = Phase::EntityStart;
        }
        inner.decl = Decl::new(context.is_none());
        inner.want = self.want;
        inner.dtd = self.dtd.clone();
        inner.account = self.account.clone();
        inner.base = self.base.clone();
        inner.params = self.params;
        inner.defers = self.defers;
        inner.namespaces = self
            .namespaces
            .as_ref()
            .map(|n| n.for_context(context.unwrap_or("")));
        inner
    }
    pub fn is_root(&self) -> bool {
        self.kind == Kind::Document
    }
    pub fn has_started(&self) -> bool {
        self.started
    }
    /// Fixes the encoding before the first text.
    pub fn fix_encoding(&mut self, encoding: Encoding) {
        self.input.fix(encoding);
    }
    /// Whether names keep their prefixes.
    pub fn set_triplets(&mut self, on: bool) {
        if let Some(namespaces) = &mut self.namespaces {
            namespaces.triplets = on;
        }
    }
    /// Sets when external parameter entities are read; whether it could be set.
    pub fn set_params(&mut self, params: ParamParsing) -> bool {
        if !self.started {
            self.params = params;
        }
        !self.started
    }
    /// Asks for an external subset even if the document has none.
    ///
    /// # Errors
    /// Text was fed already.
    pub fn set_foreign_dtd(&mut self, on: bool) -> Result<(), Code> {
        if self.started {
            return Err(Code::CantChange);
        }
        self.foreign_dtd = on;
        Ok(())
    }
    /// Takes more text.
    ///
    /// # Errors
    /// The document ended or failed already.
    pub fn feed(&mut self, data: &[u8], is_final: bool) -> Outcome<()> {
        if let Some(failure) = self.last {
            return Err(failure);
        }
        if self.phase == Phase::Done || self.input.is_final {
            return Err(Failure {
                code: Code::Finished,
                at: self.event_at,
            });
        }
        self.started = true;
        if self.kind == Kind::Parameter {
            self.dtd.borrow_mut().param_read = true;
        }
        if self.queue.is_empty() && self.at > 4096 {
            self.input.drop_before(self.at);
            self.mark = 0;
            self.event_at = 0;
            self.at = 0;
        }
        self.fed_at = self.at;
        self.input.feed(data, is_final);
        Ok(())
    }
    /// The next event; none when more text is needed or the document has ended.
    ///
    /// # Errors
    /// What is wrong with the document. Later calls give the same.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Outcome<Option<Event>> {
        loop {
            if let Some(asked) = self.asked.take() {
                if let Err(failure) = self.resolve(asked) {
                    self.queue.clear();
                    self.failed = Some(failure);
                }
                self.reply = true;
            }
            if let Some(queued) = self.queue.pop_front() {
                self.event_at = queued.at;
                self.asked = queued.asked;
                return Ok(Some(queued.event));
            }
            if let Some(failure) = self.failed {
                self.event_at = failure.at;
                self.last = Some(failure);
                return Err(failure);
            }
            if self.waits_for_more() {
                return Ok(None);
            }
            match self.step() {
                Ok(true) => {}
                Ok(false) => {
                    self.partial = if self.at == self.fed_at {
                        self.input.text.len() - self.at
                    } else {
                        0
                    };
                    self.event_at = self.at;
                    return Ok(None);
                }
                Err(failure) => self.failed = Some(failure),
            }
        }
    }
    /// Answers an event that asks: 0 from the handler stops the parser.
    pub fn answer(&mut self, goes_on: bool) {
        self.reply = goes_on;
    }
    /// Answers [`Event::UnknownEncoding`] with the characters of all bytes.
    pub fn set_table(&mut self, table: Box<[i32; 256]>) {
        self.table = Encoding::table(table);
    }
    /// The position of the event that is being handled, or of the error.
    pub fn position(&self) -> Mark {
        self.input.locate(self.event_at)
    }
    /// The text from the current event on.
    pub fn context(&self) -> &[u8] {
        &self.input.text[self.event_at.min(self.input.text.len())..]
    }

    /// A token that was incomplete is not tried again before there is twice as much text.
    fn waits_for_more(&self) -> bool {
        self.defers
            && !self.input.is_final
            && self.opened.is_empty()
            && self.input.text.len() - self.at < 2 * self.partial
    }
    fn wants(&self, handler: Handler) -> bool {
        self.want & handler.bit() != 0
    }
    fn wants_default(&self) -> bool {
        self.want & (Handler::Default.bit() | Handler::DefaultExpand.bit()) != 0
    }
    fn push(&mut self, event: Event, asked: Option<Asked>) {
        let at = self.mark;
        self.queue.push_back(Queued { event, at, asked });
    }
    /// Reports an event if somebody wants it; whether somebody does.
    fn emit(&mut self, handler: Handler, event: impl FnOnce() -> Event) -> bool {
        let wanted = self.wants(handler);
        if wanted {
            self.push(event(), None);
        }
        wanted
    }
    /// Reports markup to the default handler.
    fn emit_raw(&mut self, raw: &[u8]) {
        if self.wants_default() && !raw.is_empty() {
            self.push(Event::Default(chars::text(raw)), None);
        }
    }
    /// Asks whether a document that is not standalone is welcome.
    fn ask_standalone(&mut self) {
        if !self.dtd.borrow().standalone && self.wants(Handler::NotStandalone) {
            self.push(Event::NotStandalone, Some(Asked::Standalone));
        }
    }
    /// An error at an offset of the text that is being read; inside entities, at the reference to the outermost.
    fn fail(&self, code: Code, at: usize) -> Failure {
        let at = if self.opened.is_empty() {
            at
        } else {
            self.mark
        };
        Failure { code, at }
    }
    fn may_wait(&self) -> bool {
        self.opened.is_empty() && !self.input.is_final && !self.input.is_bad
    }
    /// Nothing more comes out of the text for now, or something is wrong with it.
    fn stop(&self, stop: Stop, at: usize, text: &[u8]) -> Outcome<bool> {
        let is_input = self.opened.is_empty();
        match stop {
            Stop::Bad(bad) => Err(self.fail(Code::InvalidToken, bad)),
            Stop::Partial if is_input && self.input.is_bad => {
                Err(self.fail(Code::InvalidToken, text.len()))
            }
            Stop::Partial if self.may_wait() => Ok(false),
            Stop::Partial
                if is_input && self.input.has_tail() && !self.input.encoding.is_wide() =>
            {
                Err(self.fail(Code::PartialChar, at))
            }
            Stop::Partial => Err(self.fail(Code::UnclosedToken, at)),
        }
    }
    /// The text of the input ends here: what to do if that is no proper end.
    fn input_end(&self, at: usize) -> Outcome<Option<bool>> {
        if self.input.is_bad {
            return Err(self.fail(Code::InvalidToken, at));
        }
        if self.may_wait() {
            return Ok(Some(false));
        }
        if self.input.has_tail() {
            let code = if self.input.encoding.is_wide() {
                Code::UnclosedToken
            } else {
                Code::PartialChar
            };
            return Err(self.fail(code, at));
        }
        Ok(None)
    }
    fn cursor(&self) -> usize {
        self.opened.last().map_or(self.at, |o| o.at)
    }
    /// Takes the text up to an offset as read.
    fn advance(&mut self, to: usize) -> Outcome<()> {
        let n = to - self.cursor();
        match self.opened.last_mut() {
            Some(opened) => opened.at = to,
            None => self.at = to,
        }
        if self.opened.is_empty() && self.kind == Kind::Document {
            self.account.add_direct(n);
            return Ok(());
        }
        let counted = self.account.add_indirect(n);
        counted.map_err(|code| self.fail(code, to))
    }
    /// Reads one token; whether there was one.
    fn step(&mut self) -> Outcome<bool> {
        if let Some(opened) = self.opened.last() {
            let text = opened.text.clone();
            return self.step_in(&text);
        }
        self.mark = self.at;
        let text = std::mem::take(&mut self.input.text);
        let outcome = self.step_in(&text);
        self.input.text = text;
        if let Some(encoding) = self.resume.take() {
            self.input.resume(encoding);
        }
        outcome
    }
    fn step_in(&mut self, text: &[u8]) -> Outcome<bool> {
        match self.phase {
            Phase::Prolog => self.prolog(text),
            Phase::Ignored(level) => self.ignored(text, level),
            Phase::EntityStart => self.entity_start(text),
            Phase::Content => self.content(text),
            Phase::Cdata => self.cdata(text),
            Phase::Epilog => self.epilog(text),
            Phase::Done => Ok(false),
        }
    }
    /// Opens an internal entity: its text comes next.
    fn open(&mut self, entity: &Rc<Entity>, between: bool) {
        let Some(text) = entity.text.clone() else {
            return;
        };
        entity.open.set(true);
        self.opened.push(Opened {
            entity: entity.clone(),
            text,
            at: 0,
            level: self.tags.len(),
            between,
        });
    }
    fn close(&mut self) {
        if let Some(opened) = self.opened.pop() {
            opened.entity.open.set(false);
        }
    }
    /// Goes on after an event that asked something.
    fn resolve(&mut self, asked: Asked) -> Outcome<()> {
        let refused = !self.reply;
        let check = |code, at| {
            if refused {
                Err(Failure { code, at })
            } else {
                Ok(())
            }
        };
        match asked {
            Asked::Standalone => check(Code::NotStandalone, self.mark),
            Asked::External(entity) => {
                entity.open.set(false);
                check(Code::ExternalHandling, self.mark)
            }
            Asked::Parameter(entity) => {
                entity.open.set(false);
                check(Code::ExternalHandling, self.mark)?;
                let mut dtd = self.dtd.borrow_mut();
                if !dtd.param_read {
                    dtd.keeps = dtd.standalone;
                    return Ok(());
                }
                drop(dtd);
                self.ask_standalone();
                Ok(())
            }
            Asked::Doctype {
                had_refs,
                has_system,
            } => {
                check(Code::ExternalHandling, self.mark)?;
                self.after_subset(had_refs && !has_system, has_system);
                self.emit(Handler::EndDoctype, || Event::EndDoctype);
                Ok(())
            }
            Asked::Foreign { had_refs } => {
                check(Code::ExternalHandling, self.mark)?;
                self.after_subset(had_refs, false);
                Ok(())
            }
            Asked::Encoding(at) => match self.table.take() {
                Some(encoding) => {
                    self.input.resume(Some(encoding));
                    Ok(())
                }
                None => Err(Failure {
                    code: Code::UnknownEncoding,
                    at,
                }),
            },
        }
    }
    /// The handler of the external subset has returned.
    fn after_subset(&mut self, had_refs: bool, has_system: bool) {
        let mut dtd = self.dtd.borrow_mut();
        if dtd.param_read {
            drop(dtd);
            self.ask_standalone();
        } else if !has_system {
            dtd.has_param_refs = had_refs;
        }
    }
}
