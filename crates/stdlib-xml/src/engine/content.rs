//! Content: text, references, sections, and what follows the last element.

use std::rc::Rc;

use super::chars::{is_bad, is_plain, text as owned, width, with_newlines};
use super::dtd::predefined;
use super::error::Code;
use super::event::{Event, Handler};
use super::scan::{Reference, Stop, comment, instruction, reference};
use super::token::{Token, token};
use super::{Asked, Engine, Kind, Outcome, Phase};

/// The longest piece of text that is reported at once when it had to be converted.
const PIECE: usize = 1024;

impl Engine {
    pub(super) fn colons(&self) -> bool {
        self.namespaces.is_none()
    }
    /// An external entity: it may begin with a text declaration.
    pub(super) fn entity_start(&mut self, text: &[u8]) -> Outcome<bool> {
        let head = &text[self.at..];
        let n = head.len().min(5);
        if head[..n] == b"<?xml"[..n] && self.may_wait() && n < 5 {
            return Ok(false);
        }
        self.resume = Some(None);
        if n == 5 && &head[..5] == b"<?xml" {
            match instruction(text, self.at, self.colons()) {
                Err(stop) => return self.stop(stop, self.at, text),
                Ok(found) if found.declares => {
                    self.xml_decl(text, self.at, found.end, true)?;
                    self.advance(found.end)?;
                }
                Ok(_) => {}
            }
        }
        self.phase = Phase::Content;
        Ok(true)
    }
    pub(super) fn content(&mut self, text: &[u8]) -> Outcome<bool> {
        let at = self.cursor();
        let Some(&byte) = text.get(at) else {
            return self.content_end(at);
        };
        match byte {
            b'<' => self.markup(text, at),
            b'&' => match reference(text, at, self.colons()) {
                Err(stop) => self.stop(stop, at, text),
                Ok((Reference::Char(None), _)) => Err(self.fail(Code::BadCharRef, at)),
                Ok((Reference::Char(Some(c)), end)) => {
                    self.character(c, &text[at..end]);
                    self.advance(end)?;
                    Ok(true)
                }
                Ok((Reference::Entity(start, stop), end)) => {
                    self.entity(text, at, (start, stop), end)
                }
            },
            _ => self.data(text, at),
        }
    }
    fn content_end(&mut self, at: usize) -> Outcome<bool> {
        if let Some(opened) = self.opened.last() {
            if opened.level != self.tags.len() {
                return Err(self.fail(Code::AsyncEntity, at));
            }
            self.close();
            return Ok(true);
        }
        if let Some(goes_on) = self.input_end(at)? {
            return Ok(goes_on);
        }
        match self.kind {
            Kind::General if self.tags.is_empty() => {
                self.phase = Phase::Done;
                Ok(false)
            }
            Kind::General => Err(self.fail(Code::AsyncEntity, at)),
            _ => Err(self.fail(Code::NoElements, at)),
        }
    }
    fn markup(&mut self, text: &[u8], at: usize) -> Outcome<bool> {
        let stop = match text.get(at + 1) {
            None => Stop::Partial,
            Some(b'/') => return self.end_tag(text, at),
            Some(b'?') => match instruction(text, at, self.colons()) {
                Err(stop) => stop,
                Ok(found) if found.declares => return Err(self.fail(Code::MisplacedXmlDecl, at)),
                Ok(found) => {
                    let (target, data) = (found.target, found.data);
                    self.instruction(text, at, target, data, found.end);
                    self.advance(found.end)?;
                    return Ok(true);
                }
            },
            Some(b'!') => match text.get(at + 2) {
                None => Stop::Partial,
                Some(b'-') => match comment(text, at) {
                    Err(stop) => stop,
                    Ok((start, stop, end)) => {
                        self.comment(text, at, (start, stop), end);
                        self.advance(end)?;
                        return Ok(true);
                    }
                },
                Some(b'[') => return self.cdata_start(text, at),
                Some(_) => Stop::Bad(at + 2),
            },
            Some(_) => return self.start_tag(text, at),
        };
        self.stop(stop, at, text)
    }
    pub(super) fn comment(&mut self, text: &[u8], at: usize, inner: (usize, usize), end: usize) {
        let content = || Event::Comment(with_newlines(&text[inner.0..inner.1]));
        if !self.emit(Handler::Comment, content) {
            self.emit_raw(&text[at..end]);
        }
    }
    pub(super) fn instruction(
        &mut self,
        text: &[u8],
        at: usize,
        target: (usize, usize),
        data: (usize, usize),
        end: usize,
    ) {
        let made = self.emit(Handler::ProcessingInstruction, || {
            let target = owned(&text[target.0..target.1]);
            Event::ProcessingInstruction(target, with_newlines(&text[data.0..data.1]))
        });
        if !made {
            self.emit_raw(&text[at..end]);
        }
    }
    fn cdata_start(&mut self, text: &[u8], at: usize) -> Outcome<bool> {
        const HEAD: &[u8] = b"<![CDATA[";
        let rest = &text[at..];
        let same = rest.iter().zip(HEAD).take_while(|(a, b)| a == b).count();
        if same < HEAD.len() {
            let stop = if same == rest.len() {
                Stop::Partial
            } else {
                Stop::Bad(at + same)
            };
            return self.stop(stop, at, text);
        }
        if !self.emit(Handler::StartCdata, || Event::StartCdata) {
            self.emit_raw(HEAD);
        }
        self.phase = Phase::Cdata;
        self.advance(at + HEAD.len())?;
        Ok(true)
    }
    pub(super) fn cdata(&mut self, text: &[u8]) -> Outcome<bool> {
        let at = self.cursor();
        let rest = &text[at..];
        if rest.is_empty() || rest == b"]" || rest == b"]]" || rest == b"\r" {
            if self.opened.is_empty() {
                if self.input.is_bad {
                    return Err(self.fail(Code::InvalidToken, text.len()));
                }
                if self.may_wait() {
                    return Ok(false);
                }
                if self.input.has_tail() {
                    return Err(self.fail(Code::PartialChar, at));
                }
            }
            return Err(self.fail(Code::UnclosedCdata, at));
        }
        if rest.starts_with(b"]]>") {
            if !self.emit(Handler::EndCdata, || Event::EndCdata) {
                self.emit_raw(b"]]>");
            }
            self.phase = Phase::Content;
            self.advance(at + 3)?;
            return Ok(true);
        }
        if let Some(end) = newline(text, at) {
            self.line_end(&text[at..end]);
            self.advance(end)?;
            return Ok(true);
        }
        if is_bad(text, at) {
            return Err(self.fail(Code::InvalidToken, at));
        }
        let mut end = at + width(text[at]);
        while end < text.len() && !matches!(text[end], b']' | b'\n' | b'\r') && !is_bad(text, end) {
            end += width(text[end]);
        }
        self.characters(&text[at..end]);
        self.advance(end)?;
        Ok(true)
    }
    fn data(&mut self, text: &[u8], at: usize) -> Outcome<bool> {
        if let Some(end) = newline(text, at) {
            if end == text.len() && text[at] == b'\r' && end == at + 1 && self.may_wait() {
                return Ok(false);
            }
            self.line_end(&text[at..end]);
            self.advance(end)?;
            return Ok(true);
        }
        let mut end = at;
        while let Some(&byte) = text.get(end) {
            if is_plain(byte) {
                end += 1;
                continue;
            }
            match byte {
                b']' => match (text.get(end + 1), text.get(end + 2)) {
                    (Some(b']'), Some(b'>')) => {
                        return Err(self.fail(Code::InvalidToken, end + 2));
                    }
                    // The end of a section may be cut in two.
                    (None, _) | (Some(b']'), None) if self.may_wait() => {
                        if end == at {
                            return Ok(false);
                        }
                        break;
                    }
                    _ => end += 1,
                },
                0xEF if !is_bad(text, end) => end += 3,
                _ => break,
            }
        }
        if end == at {
            return Err(self.fail(Code::InvalidToken, at));
        }
        self.characters(&text[at..end]);
        self.advance(end)?;
        Ok(true)
    }
    fn line_end(&mut self, raw: &[u8]) {
        if !self.emit(Handler::CharacterData, || Event::Characters("\n".into())) {
            self.emit_raw(raw);
        }
    }
    fn character(&mut self, c: char, raw: &[u8]) {
        if !self.emit(Handler::CharacterData, || Event::Characters(c.into())) {
            self.emit_raw(raw);
        }
    }
    fn characters(&mut self, mut raw: &[u8]) {
        if !self.wants(Handler::CharacterData) {
            return self.emit_raw(raw);
        }
        // Text of other encodings is converted in pieces.
        while raw.len() > PIECE && self.opened.is_empty() && !self.input.encoding.is_utf8() {
            let mut cut = PIECE;
            while raw[cut] & 0xC0 == 0x80 {
                cut -= 1;
            }
            self.push(Event::Characters(owned(&raw[..cut])), None);
            raw = &raw[cut..];
        }
        self.push(Event::Characters(owned(raw)), None);
    }
    /// A reference to an entity.
    fn entity(
        &mut self,
        text: &[u8],
        at: usize,
        name: (usize, usize),
        end: usize,
    ) -> Outcome<bool> {
        let name = &text[name.0..name.1];
        if let Some(c) = predefined(name) {
            self.character(c, &text[at..end]);
            self.advance(end)?;
            return Ok(true);
        }
        let name = owned(name);
        let (entity, must_exist) = {
            let dtd = self.dtd.borrow();
            let entity = dtd.general.get(name.as_str()).cloned();
            (entity, !dtd.has_param_refs || dtd.standalone)
        };
        let Some(entity) = entity else {
            if must_exist {
                return Err(self.fail(Code::UndefinedEntity, at));
            }
            self.skipped(name.into(), &text[at..end]);
            self.advance(end)?;
            return Ok(true);
        };
        if must_exist && !entity.is_internal {
            return Err(self.fail(Code::DeclaredInParam, at));
        }
        if entity.open.get() {
            return Err(self.fail(Code::RecursiveEntity, at));
        }
        if entity.notation.is_some() {
            return Err(self.fail(Code::BinaryEntity, at));
        }
        self.advance(end)?;
        if entity.text.is_some() {
            if self.wants(Handler::Default) {
                self.skipped(entity.name.clone(), &text[at..end]);
            } else {
                self.open(&entity, false);
            }
        } else if self.wants(Handler::ExternalEntityRef) {
            entity.open.set(true);
            let event = Event::ExternalEntity {
                context: Some(self.context_of(&entity.name)),
                base: entity.base.clone(),
                system: entity.system.clone(),
                public: entity.public.clone(),
            };
            self.push(event, Some(Asked::External(entity)));
        } else {
            self.emit_raw(&text[at..end]);
        }
        Ok(true)
    }
    fn skipped(&mut self, name: Rc<str>, raw: &[u8]) {
        if !self.emit(Handler::SkippedEntity, || Event::Skipped(name, false)) {
            self.emit_raw(raw);
        }
    }
    /// What an external entity must know about the place that refers to it.
    fn context_of(&self, name: &str) -> String {
        let mut parts = match &self.namespaces {
            Some(namespaces) => namespaces.context(),
            None => Vec::new(),
        };
        parts.extend(self.opened.iter().map(|o| o.entity.name.to_string()));
        parts.push(name.to_owned());
        parts.join("\u{C}")
    }
    /// What follows the last element.
    pub(super) fn epilog(&mut self, text: &[u8]) -> Outcome<bool> {
        let at = self.at;
        if at == text.len() {
            if let Some(goes_on) = self.input_end(at)? {
                return Ok(goes_on);
            }
            self.phase = Phase::Done;
            return Ok(false);
        }
        match token(text, at, self.colons()) {
            Err(stop) => self.stop(stop, at, text),
            Ok((_, _, true)) if self.may_wait() => Ok(false),
            Ok((found, end, _)) => {
                match found {
                    Token::Space => self.emit_raw(&text[at..end]),
                    Token::Comment(start, stop) => self.comment(text, at, (start, stop), end),
                    Token::Instruction { target, data } => {
                        self.instruction(text, at, target, data, end);
                    }
                    _ => return Err(self.fail(Code::JunkAfterDocument, at)),
                }
                self.advance(end)?;
                Ok(true)
            }
        }
    }
}

/// The end of the end of line that starts here.
fn newline(text: &[u8], at: usize) -> Option<usize> {
    match text[at] {
        b'\n' => Some(at + 1),
        b'\r' if text.get(at + 1) == Some(&b'\n') => Some(at + 2),
        b'\r' => Some(at + 1),
        _ => None,
    }
}
