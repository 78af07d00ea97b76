//! Values of attributes and entities: references in them are replaced.

use std::rc::Rc;

use super::Engine;
use super::chars::{is_bad, is_space, text as owned, width};
use super::dtd::{Entity, predefined};
use super::error::{Code, Failure};
use super::scan::{Reference, Stop, name, reference};
use super::{Kind, Outcome};

/// Texts inside texts: the entities whose values are being replaced, and how far.
struct Nested {
    stack: Vec<(Rc<Entity>, usize)>,
}

impl Nested {
    fn open(&mut self, entity: Rc<Entity>) {
        entity.open.set(true);
        self.stack.push((entity, 0));
    }
    fn close(&mut self) -> bool {
        match self.stack.pop() {
            Some((entity, _)) => {
                entity.open.set(false);
                true
            }
            None => false,
        }
    }
}

impl Drop for Nested {
    fn drop(&mut self) {
        while self.close() {}
    }
}

impl Engine {
    fn fail_inside(&self, nested: &Nested, code: Code, at: usize) -> Failure {
        if nested.stack.is_empty() {
            self.fail(code, at)
        } else {
            self.fail(code, self.mark)
        }
    }
    fn stop_inside(&self, nested: &Nested, stop: Stop, at: usize) -> Failure {
        match stop {
            Stop::Bad(at) => self.fail_inside(nested, Code::InvalidToken, at),
            Stop::Partial => self.fail_inside(nested, Code::InvalidToken, at),
        }
    }
    /// The value of an attribute. `is_default`: it stands in the document type.
    pub(super) fn attribute_value(
        &mut self,
        text: &[u8],
        bounds: (usize, usize),
        is_cdata: bool,
        is_default: bool,
    ) -> Outcome<String> {
        let mut out: Vec<u8> = Vec::with_capacity(bounds.1 - bounds.0);
        let mut nested = Nested { stack: Vec::new() };
        let mut outer = bounds.0;
        loop {
            let inner = nested
                .stack
                .last()
                .and_then(|(e, at)| Some((e.text.clone()?, *at)));
            let (source, at) = match &inner {
                Some((source, at)) => (&**source, *at),
                None => (&text[..bounds.1], outer),
            };
            let Some(&byte) = source.get(at) else {
                if nested.close() {
                    continue;
                }
                break;
            };
            let mut opens = None;
            let next = match byte {
                b'&' => {
                    let (found, end) = reference(source, at, self.colons())
                        .map_err(|stop| self.stop_inside(&nested, stop, at))?;
                    match found {
                        Reference::Char(None) => {
                            return Err(self.fail_inside(&nested, Code::BadCharRef, at));
                        }
                        Reference::Char(Some(' ')) => push_space(&mut out, is_cdata),
                        Reference::Char(Some(c)) => push(&mut out, c),
                        Reference::Entity(start, stop) => {
                            let name = &source[start..stop];
                            match predefined(name) {
                                Some(c) => push(&mut out, c),
                                None => {
                                    opens = self
                                        .value_entity(name, is_default)
                                        .map_err(|code| self.fail_inside(&nested, code, at))?;
                                }
                            }
                        }
                    }
                    end
                }
                b'\r' if source.get(at + 1) == Some(&b'\n') => {
                    push_space(&mut out, is_cdata);
                    at + 2
                }
                _ if is_space(byte) => {
                    push_space(&mut out, is_cdata);
                    at + 1
                }
                _ if byte == b'<' || is_bad(source, at) => {
                    return Err(self.fail_inside(&nested, Code::InvalidToken, at));
                }
                _ => {
                    let end = at + width(byte);
                    out.extend_from_slice(&source[at..end]);
                    end
                }
            };
            match nested.stack.last_mut() {
                Some((_, at)) => *at = next,
                None => outer = next,
            }
            if let Some(entity) = opens {
                let n = entity.text.as_ref().map_or(0, |t| t.len());
                let counted = self.account.add_indirect(n);
                counted.map_err(|code| self.fail_inside(&nested, code, self.mark))?;
                nested.open(entity);
            }
        }
        if !is_cdata && out.last() == Some(&b' ') {
            out.pop();
        }
        Ok(owned(&out))
    }
    /// The entity that a value refers to; none if it is unknown and may be.
    fn value_entity(&self, name: &[u8], is_default: bool) -> Result<Option<Rc<Entity>>, Code> {
        let dtd = self.dtd.borrow();
        let must_exist = if !is_default {
            !dtd.has_param_refs || dtd.standalone
        } else if self.kind == Kind::Parameter {
            false
        } else if dtd.standalone {
            self.opened.is_empty()
        } else {
            !dtd.has_param_refs
        };
        let Some(entity) = dtd.general.get(owned(name).as_str()) else {
            return if must_exist {
                Err(Code::UndefinedEntity)
            } else {
                Ok(None)
            };
        };
        if must_exist && !entity.is_internal {
            Err(Code::DeclaredInParam)
        } else if entity.open.get() {
            Err(Code::RecursiveEntity)
        } else if entity.notation.is_some() {
            Err(Code::BinaryEntity)
        } else if entity.text.is_none() {
            Err(Code::AttributeExternal)
        } else {
            Ok(Some(entity.clone()))
        }
    }
    /// The value of an entity: references to parameter entities and characters are replaced, others stay.
    /// What stands before an error counts.
    pub(super) fn entity_value(
        &mut self,
        text: &[u8],
        bounds: (usize, usize),
        out: &mut Vec<u8>,
    ) -> Outcome<()> {
        let mut nested = Nested { stack: Vec::new() };
        let mut outer = bounds.0;
        loop {
            let inner = nested
                .stack
                .last()
                .and_then(|(e, at)| Some((e.text.clone()?, *at)));
            let (source, at) = match &inner {
                Some((source, at)) => (&**source, *at),
                None => (&text[..bounds.1], outer),
            };
            let Some(&byte) = source.get(at) else {
                if nested.close() {
                    continue;
                }
                break;
            };
            let mut opens = None;
            let next = match byte {
                b'&' => {
                    let (found, end) = reference(source, at, self.colons())
                        .map_err(|stop| self.stop_inside(&nested, stop, at))?;
                    match found {
                        Reference::Char(None) => {
                            return Err(self.fail_inside(&nested, Code::BadCharRef, at));
                        }
                        Reference::Char(Some(c)) => push(out, c),
                        Reference::Entity(..) => out.extend_from_slice(&source[at..end]),
                    }
                    end
                }
                b'%' => {
                    let end = name(source, at + 1, self.colons())
                        .map_err(|stop| self.stop_inside(&nested, stop, at))?;
                    if source[end] != b';' {
                        return Err(self.fail_inside(&nested, Code::InvalidToken, end));
                    }
                    if self.kind != Kind::Parameter && self.opened.is_empty() {
                        return Err(self.fail_inside(&nested, Code::ParamEntityRef, at));
                    }
                    let known = owned(&source[at + 1..end]);
                    let entity = self.dtd.borrow().parameter.get(known.as_str()).cloned();
                    match entity {
                        Some(e) if e.open.get() => {
                            return Err(self.fail_inside(&nested, Code::RecursiveEntity, at));
                        }
                        Some(e) if e.text.is_some() => opens = Some(e),
                        _ => {
                            let mut dtd = self.dtd.borrow_mut();
                            dtd.keeps = dtd.standalone;
                            return Ok(());
                        }
                    }
                    end + 1
                }
                b'\r' => {
                    out.push(b'\n');
                    at + 1 + usize::from(source.get(at + 1) == Some(&b'\n'))
                }
                _ if is_bad(source, at) => {
                    return Err(self.fail_inside(&nested, Code::InvalidToken, at));
                }
                _ => {
                    let end = at + width(byte);
                    out.extend_from_slice(&source[at..end]);
                    end
                }
            };
            match nested.stack.last_mut() {
                Some((_, at)) => *at = next,
                None => outer = next,
            }
            if let Some(entity) = opens {
                let n = entity.text.as_ref().map_or(0, |t| t.len());
                let counted = self.account.add_indirect(n);
                counted.map_err(|code| self.fail_inside(&nested, code, self.mark))?;
                nested.open(entity);
            }
        }
        let counted = self.account.add_memory(out.len());
        counted.map_err(|code| self.fail(code, self.mark))?;
        Ok(())
    }
}

fn push(out: &mut Vec<u8>, c: char) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

/// A space; values of types with several words keep only single ones between words.
fn push_space(out: &mut Vec<u8>, is_cdata: bool) {
    if is_cdata || !matches!(out.last(), None | Some(b' ')) {
        out.push(b' ');
    }
}
