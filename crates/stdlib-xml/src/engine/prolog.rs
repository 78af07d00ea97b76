//! The prolog: the declaration of the document, its type, and what stands between declarations.

use std::rc::Rc;

use super::chars::{is_bad, text as owned, width};
use super::decl::State;
use super::declaration;
use super::dtd::Entity;
use super::error::Code;
use super::event::{Event, Handler};
use super::input::Encoding;
use super::scan::Stop;
use super::token::{Token, token};
use super::{Asked, Engine, Kind, Outcome, ParamParsing, Phase};

impl Engine {
    pub(super) fn prolog(&mut self, text: &[u8]) -> Outcome<bool> {
        let at = self.cursor();
        if at == text.len() {
            return self.prolog_end(at);
        }
        let (found, end) = match token(text, at, self.colons()) {
            Err(stop) => return self.stop(stop, at, text),
            Ok((_, _, true)) if self.may_wait() => return Ok(false),
            Ok((found, end, _)) => (found, end),
        };
        // Entities that a token opens are read after it.
        let opened = self.opened.len();
        self.advance(end)?;
        if !self.role(text, found, at, end)? && self.opened.len() == opened {
            self.emit_raw(&text[at..end]);
        }
        Ok(true)
    }
    fn prolog_end(&mut self, at: usize) -> Outcome<bool> {
        if let Some(opened) = self.opened.last() {
            if opened.between && self.decl.state != State::Subset {
                return Err(self.fail(Code::IncompleteParam, at));
            }
            self.close();
            return Ok(true);
        }
        if let Some(goes_on) = self.input_end(at)? {
            return Ok(goes_on);
        }
        if self.kind != Kind::Parameter {
            return Err(self.fail(Code::NoElements, at));
        }
        let is_whole = matches!(self.decl.state, State::Subset | State::EntityStart);
        if !is_whole || self.decl.included > 0 {
            return Err(self.fail(Code::IncompleteParam, at));
        }
        self.phase = Phase::Done;
        Ok(false)
    }
    /// The declaration `<?xml … ?>`.
    pub(super) fn xml_decl(
        &mut self,
        text: &[u8],
        at: usize,
        end: usize,
        in_entity: bool,
    ) -> Outcome<()> {
        let found = declaration::parse(text, at, end, in_entity).map_err(|bad| {
            let code = if in_entity {
                Code::TextDecl
            } else {
                Code::XmlDecl
            };
            self.fail(code, bad)
        })?;
        if found.standalone == Some(true) && !in_entity {
            self.dtd.borrow_mut().standalone = true;
            if self.params == ParamParsing::UnlessStandalone {
                self.params = ParamParsing::Never;
            }
        }
        let (name, place) = match found.encoding {
            Some((name, place)) => (Some(name), place),
            None => (None, at),
        };
        let made = self.emit(Handler::XmlDecl, || Event::XmlDecl {
            version: found.version,
            encoding: name.clone(),
            standalone: found.standalone.map_or(-1, i64::from),
        });
        if !made {
            self.emit_raw(&text[at..end]);
        }
        let Some(name) = name.filter(|_| !self.input.is_fixed()) else {
            self.resume = Some(None);
            return Ok(());
        };
        let current = &self.input.encoding;
        match Encoding::named(&name, Some(current)) {
            Some(encoding) => {
                let same_order = match (&encoding, current) {
                    (Encoding::Utf16 { big: a }, Encoding::Utf16 { big: b }) => a == b,
                    (a, b) => a.is_wide() == b.is_wide(),
                };
                if !same_order {
                    return Err(self.fail(Code::IncorrectEncoding, place));
                }
                self.resume = Some(Some(encoding));
            }
            None => {
                let asked = Some(Asked::Encoding(place));
                self.push(Event::UnknownEncoding(name), asked);
            }
        }
        Ok(())
    }
    /// What a token outside of declarations means; whether it was reported.
    pub(super) fn between(
        &mut self,
        text: &[u8],
        found: Token,
        at: usize,
        end: usize,
    ) -> Outcome<Option<bool>> {
        match found {
            Token::Space => Ok(Some(false)),
            Token::Comment(start, stop) => {
                self.comment(text, at, (start, stop), end);
                Ok(Some(true))
            }
            Token::Instruction { target, data } => {
                self.instruction(text, at, target, data, end);
                Ok(Some(true))
            }
            _ => Ok(None),
        }
    }
    /// The first element begins.
    pub(super) fn instance_start(&mut self) {
        self.phase = Phase::Content;
        if std::mem::take(&mut self.foreign_dtd) {
            let had_refs = self.note_param_refs();
            if self.params != ParamParsing::Never && self.wants(Handler::ExternalEntityRef) {
                self.dtd.borrow_mut().param_read = false;
                let event = Event::ExternalEntity {
                    context: None,
                    base: self.base.clone(),
                    system: None,
                    public: None,
                };
                self.push(event, Some(Asked::Foreign { had_refs }));
            }
        }
    }
    /// The document type ends.
    pub(super) fn doctype_end(&mut self) -> bool {
        let mut handled = false;
        if let Some(name) = self.decl.doctype.take() {
            let (system, public) = (self.decl.system.clone(), self.decl.public.clone());
            handled |= self.emit(Handler::StartDoctype, || Event::StartDoctype {
                name,
                system,
                public,
                has_subset: false,
            });
        }
        let foreign = std::mem::take(&mut self.foreign_dtd);
        let subset = self.decl.subset.clone();
        if subset.is_some() || foreign {
            let has_system = subset.is_some();
            let had_refs = self.note_param_refs();
            if self.params != ParamParsing::Never && self.wants(Handler::ExternalEntityRef) {
                self.dtd.borrow_mut().param_read = false;
                let (system, public) = subset.unwrap_or_default();
                let event = Event::ExternalEntity {
                    context: None,
                    base: self.base.clone(),
                    system,
                    public,
                };
                let asked = Asked::Doctype {
                    had_refs,
                    has_system,
                };
                self.push(event, Some(asked));
                return true;
            }
        }
        handled | self.emit(Handler::EndDoctype, || Event::EndDoctype)
    }
    /// The document has declarations elsewhere; whether it was known.
    fn note_param_refs(&mut self) -> bool {
        std::mem::replace(&mut self.dtd.borrow_mut().has_param_refs, true)
    }
    /// A reference to a parameter entity. `between`: it stands between declarations.
    pub(super) fn param_ref(&mut self, name: &[u8], at: usize, between: bool) -> Outcome<bool> {
        let name = owned(name);
        self.dtd.borrow_mut().has_param_refs = true;
        if self.params == ParamParsing::Never {
            let mut dtd = self.dtd.borrow_mut();
            dtd.keeps = dtd.standalone;
            drop(dtd);
            self.ask_standalone();
            return Ok(false);
        }
        let (entity, standalone) = {
            let dtd = self.dtd.borrow();
            (dtd.parameter.get(name.as_str()).cloned(), dtd.standalone)
        };
        let must_exist = self.kind == Kind::Document && standalone && self.opened.is_empty();
        let Some(entity) = entity else {
            if must_exist {
                return Err(self.fail(Code::UndefinedEntity, at));
            }
            self.dtd.borrow_mut().keeps = standalone;
            return Ok(
                between && self.emit(Handler::SkippedEntity, || Event::Skipped(name.into(), true))
            );
        };
        if must_exist && !entity.is_internal {
            return Err(self.fail(Code::DeclaredInParam, at));
        }
        if entity.open.get() {
            return Err(self.fail(Code::RecursiveEntity, at));
        }
        if entity.text.is_some() {
            self.open(&entity, between);
            return Ok(true);
        }
        self.external_param(entity, between)
    }
    fn external_param(&mut self, entity: Rc<Entity>, between: bool) -> Outcome<bool> {
        if !between || !self.wants(Handler::ExternalEntityRef) {
            let mut dtd = self.dtd.borrow_mut();
            dtd.keeps = dtd.standalone;
            return Ok(false);
        }
        self.dtd.borrow_mut().param_read = false;
        entity.open.set(true);
        let event = Event::ExternalEntity {
            context: None,
            base: entity.base.clone(),
            system: entity.system.clone(),
            public: entity.public.clone(),
        };
        self.push(event, Some(Asked::Parameter(entity)));
        Ok(true)
    }
    /// A section of the external subset that is skipped.
    pub(super) fn ignored(&mut self, text: &[u8], mut level: usize) -> Outcome<bool> {
        let start = self.cursor();
        let mut at = start;
        while at < text.len() {
            let rest = &text[at..];
            if rest.starts_with(b"<![") {
                (level, at) = (level + 1, at + 3);
            } else if rest.starts_with(b"]]>") {
                (level, at) = (level - 1, at + 3);
                if level == 0 {
                    self.phase = Phase::Prolog;
                    self.emit_raw(&text[start..at]);
                    self.advance(at)?;
                    return Ok(true);
                }
            } else if is_bad(text, at) {
                return Err(self.fail(Code::InvalidToken, at));
            } else {
                at += width(rest[0]);
            }
        }
        match self.stop(Stop::Partial, start, text) {
            // An entity may not end here.
            Err(failure) if failure.code == Code::UnclosedToken => {
                Err(self.fail(Code::Syntax, start))
            }
            other => other,
        }
    }
}
