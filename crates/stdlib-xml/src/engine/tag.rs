//! Start and end tags.

use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::chars::{is_bad, is_space, text as owned, width};
use super::error::Code;
use super::event::{Event, Handler};
use super::scan::{Scan, Stop, qualified, reference, skip_space};
use super::{Engine, Kind, Outcome, Phase};

/// An element that is open.
pub struct Tag {
    raw: Rc<str>,
    name: Rc<str>,
    /// The prefixes that it binds.
    bindings: Vec<Rc<str>>,
}

/// An attribute as it stands in a tag: bounds of name and value.
struct Attribute {
    name: (usize, usize),
    value: (usize, usize),
    /// The value needs no work.
    plain: bool,
}

struct Start {
    name: (usize, usize),
    attributes: Vec<Attribute>,
    is_empty: bool,
    end: usize,
}

fn scan_start(text: &[u8], at: usize, namespaces: bool) -> Scan<Start> {
    let name_end = qualified(text, at + 1, namespaces)?;
    let mut start = Start {
        name: (at + 1, name_end),
        attributes: Vec::new(),
        is_empty: false,
        end: 0,
    };
    let mut at = name_end;
    loop {
        let next = skip_space(text, at);
        match text.get(next) {
            None => return Err(Stop::Partial),
            Some(b'>') => {
                start.end = next + 1;
                return Ok(start);
            }
            Some(b'/') => {
                return match text.get(next + 1) {
                    None => Err(Stop::Partial),
                    Some(b'>') => {
                        (start.is_empty, start.end) = (true, next + 2);
                        Ok(start)
                    }
                    Some(_) => Err(Stop::Bad(next + 1)),
                };
            }
            Some(_) if next == at => return Err(Stop::Bad(at)),
            Some(_) => {}
        }
        let attribute = scan_attribute(text, next, namespaces)?;
        at = attribute.value.1 + 1;
        start.attributes.push(attribute);
    }
}

fn scan_attribute(text: &[u8], at: usize, namespaces: bool) -> Scan<Attribute> {
    let name_end = qualified(text, at, namespaces)?;
    let equals = skip_space(text, name_end);
    match text.get(equals) {
        None => return Err(Stop::Partial),
        Some(b'=') => {}
        Some(_) => return Err(Stop::Bad(equals)),
    }
    let open = skip_space(text, equals + 1);
    let quote = match text.get(open) {
        None => return Err(Stop::Partial),
        Some(&q @ (b'"' | b'\'')) => q,
        Some(_) => return Err(Stop::Bad(open)),
    };
    let (mut i, mut plain) = (open + 1, true);
    loop {
        match text.get(i) {
            None => return Err(Stop::Partial),
            Some(&b) if b == quote => break,
            Some(b'<') => return Err(Stop::Bad(i)),
            Some(b'&') => {
                plain = false;
                i = reference(text, i, !namespaces)?.1;
            }
            Some(&b) if is_space(b) => {
                plain = false;
                i += 1;
            }
            Some(_) if is_bad(text, i) => return Err(Stop::Bad(i)),
            Some(&b) => i += width(b),
        }
    }
    Ok(Attribute {
        name: (at, name_end),
        value: (open + 1, i),
        plain,
    })
}

/// The prefix that an attribute binds, if it does.
fn bound_prefix(name: &str) -> Option<&str> {
    match name.strip_prefix("xmlns")? {
        "" => Some(""),
        rest => rest.strip_prefix(':'),
    }
}

impl Engine {
    pub(super) fn start_tag(&mut self, text: &[u8], at: usize) -> Outcome<bool> {
        let start = match scan_start(text, at, self.namespaces.is_some()) {
            Ok(start) => start,
            Err(stop) => return self.stop(stop, at, text),
        };
        let raw: Rc<str> = owned(&text[start.name.0..start.name.1]).into();
        let mut bindings = Vec::new();
        let (mut attributes, specified) = self.attributes(text, &raw, &start, &mut bindings)?;
        let mut name = raw.clone();
        if self.namespaces.is_some() {
            self.expand(&mut attributes, at)?;
            let resolved = self.namespaces.as_ref().map(|n| n.resolve(&raw, false));
            if let Some(resolved) = resolved
                && let Some(expanded) = resolved.map_err(|code| self.fail(code, at))?
                && let Some(namespaces) = &self.namespaces
            {
                name = namespaces.join(&raw, &expanded);
            }
        }
        let made = self.emit(Handler::StartElement, || Event::StartElement {
            name: name.clone(),
            attributes,
            specified,
        });
        let by_its_end = start.is_empty && self.wants(Handler::EndElement);
        if !made && !by_its_end {
            self.emit_raw(&text[at..start.end]);
        }
        let tag = Tag {
            raw,
            name,
            bindings,
        };
        if start.is_empty {
            let moves = self.wants(Handler::StartElement) && self.wants(Handler::EndElement);
            if self.opened.is_empty() && moves {
                self.mark = start.end;
            }
            self.end(tag, &[]);
        } else {
            self.tags.push(tag);
        }
        self.advance(start.end)?;
        self.after_end();
        Ok(true)
    }
    /// The attributes of a tag with their values, then those that have defaults.
    fn attributes(
        &mut self,
        text: &[u8],
        element: &str,
        start: &Start,
        bindings: &mut Vec<Rc<str>>,
    ) -> Outcome<(Vec<(Rc<str>, String)>, usize)> {
        let mut attributes: Vec<(Rc<str>, String)> = Vec::with_capacity(start.attributes.len());
        let dtd = self.dtd.clone();
        let has_type = dtd.borrow().elements.contains_key(element);
        let mut seen = FxHashSet::default();
        let many = start.attributes.len() > 8;
        for attribute in &start.attributes {
            let name: Rc<str> = owned(&text[attribute.name.0..attribute.name.1]).into();
            // Few attributes are compared, many are looked up.
            let again = if many || self.namespaces.is_some() {
                !seen.insert(name.clone())
            } else {
                attributes.iter().any(|(known, _)| *known == name)
            };
            if again {
                return Err(self.fail(Code::DuplicateAttribute, attribute.name.0));
            }
            let is_cdata = !has_type || {
                let dtd = dtd.borrow();
                let def = dtd.elements.get(element).and_then(|e| e.attribute(&name));
                def.is_none_or(|def| def.is_cdata)
            };
            let value = if attribute.plain {
                owned(&text[attribute.value.0..attribute.value.1])
            } else {
                self.attribute_value(text, attribute.value, is_cdata, false)?
            };
            if !self.bind(&name, &value, bindings)? {
                attributes.push((name, value));
            }
        }
        let specified = attributes.len();
        if has_type {
            let dtd = dtd.borrow();
            let defs = dtd.elements.get(element).map_or(&[][..], |e| &e.attributes);
            for def in defs {
                let Some(default) = &def.default else {
                    continue;
                };
                let known = if many || self.namespaces.is_some() {
                    seen.contains(&def.name)
                } else {
                    attributes[..specified].iter().any(|(n, _)| *n == def.name)
                };
                if !known && !self.bind(&def.name, default, bindings)? {
                    attributes.push((def.name.clone(), default.clone()));
                }
            }
        }
        Ok((attributes, specified))
    }
    /// Binds a prefix if that is what an attribute does; whether it is.
    fn bind(&mut self, name: &str, value: &str, bindings: &mut Vec<Rc<str>>) -> Outcome<bool> {
        let mark = self.mark;
        let (Some(namespaces), Some(prefix)) = (&mut self.namespaces, bound_prefix(name)) else {
            return Ok(false);
        };
        let bound = namespaces.bind(prefix, value);
        let (known, uri) = bound.map_err(|code| self.fail(code, mark))?;
        bindings.push(prefix.into());
        let event = || Event::StartNamespace(known, uri);
        self.emit(Handler::StartNamespaceDecl, event);
        Ok(true)
    }
    /// Expands the names of attributes.
    fn expand(&self, attributes: &mut [(Rc<str>, String)], at: usize) -> Outcome<()> {
        let Some(namespaces) = &self.namespaces else {
            return Ok(());
        };
        let mut seen = FxHashSet::default();
        for (name, _) in attributes {
            let resolved = namespaces
                .resolve(name, true)
                .map_err(|code| self.fail(code, at))?;
            if let Some(expanded) = resolved {
                let local: Rc<str> = name[expanded.local..].into();
                if !seen.insert((expanded.uri.clone(), local)) {
                    return Err(self.fail(Code::DuplicateAttribute, at));
                }
                *name = namespaces.join(name, &expanded);
            }
        }
        Ok(())
    }
    pub(super) fn end_tag(&mut self, text: &[u8], at: usize) -> Outcome<bool> {
        let scanned = qualified(text, at + 2, self.namespaces.is_some()).and_then(|end| {
            let close = skip_space(text, end);
            match text.get(close) {
                None => Err(Stop::Partial),
                Some(b'>') => Ok((end, close + 1)),
                Some(_) => Err(Stop::Bad(close)),
            }
        });
        let (name_end, end) = match scanned {
            Ok(found) => found,
            Err(stop) => return self.stop(stop, at, text),
        };
        let level = self.opened.last().map_or(0, |o| o.level);
        if self.tags.len() == level {
            return Err(self.fail(Code::AsyncEntity, at));
        }
        let Some(tag) = self.tags.pop() else {
            return Err(self.fail(Code::AsyncEntity, at));
        };
        if tag.raw.as_bytes() != &text[at + 2..name_end] {
            return Err(self.fail(Code::TagMismatch, at + 2));
        }
        self.end(tag, &text[at..end]);
        self.advance(end)?;
        self.after_end();
        Ok(true)
    }
    fn end(&mut self, tag: Tag, raw: &[u8]) {
        let name = tag.name;
        if !self.emit(Handler::EndElement, || Event::EndElement(name)) {
            self.emit_raw(raw);
        }
        for prefix in tag.bindings.into_iter().rev() {
            if let Some(namespaces) = &mut self.namespaces {
                namespaces.unbind(&prefix);
            }
            self.emit(Handler::EndNamespaceDecl, || {
                Event::EndNamespace((!prefix.is_empty()).then_some(prefix))
            });
        }
    }
    /// The document's content ends with its outermost element.
    fn after_end(&mut self) {
        if self.tags.is_empty() && self.opened.is_empty() && self.kind == Kind::Document {
            self.phase = Phase::Epilog;
        }
    }
}
