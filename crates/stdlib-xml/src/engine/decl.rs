//! Declarations of document types, token by token.

use std::cell::Cell;
use std::rc::Rc;

use super::chars::{is_public_id, text as owned};
use super::dtd::{AttributeDef, Entity, predefined};
use super::error::Code;
use super::event::{Event, Handler, Maybe};
use super::model::{Kind as Part, Model, Quantifier};
use super::token::Token;
use super::{Engine, Kind, Outcome, ParamParsing, Phase};

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The start of a document, where its declaration may stand.
    Start,
    /// Before the document type.
    Before,
    /// After the document type.
    After,
    DoctypeName,
    DoctypeIds,
    DoctypePublic,
    DoctypeSystem,
    DoctypeSubset,
    DoctypeClose,
    /// The start of an external entity, where its declaration may stand.
    EntityStart,
    /// Between declarations.
    Subset,
    Section,
    SectionInclude,
    SectionIgnore,
    EntityName,
    EntityParamName,
    EntityValue,
    EntityPublic,
    EntitySystem,
    EntityEnd,
    EntityNotation,
    NotationName,
    NotationIds,
    NotationPublic,
    NotationSystem,
    NotationAfterPublic,
    AttlistElement,
    AttributeName,
    AttributeType,
    AttributeEnum,
    AttributeEnumNext,
    AttributeNotations,
    AttributeNotation,
    AttributeNotationNext,
    AttributeDefault,
    AttributeFixed,
    ElementName,
    ElementContent,
    ElementFirst,
    ElementMixed,
    ElementMixedName,
    ElementMixedNext,
    ElementPart,
    ElementNext,
    /// Nothing but the end of a declaration, whose handler is given.
    Close(Handler),
}

/// The declaration that is being read.
pub struct Decl {
    pub state: State,
    external: bool,
    /// How many sections are open in the external subset.
    pub included: usize,
    pub doctype: Option<Rc<str>>,
    /// Identifiers of the external subset: system, public.
    pub subset: Option<(Maybe, Maybe)>,
    name: Rc<str>,
    is_param: bool,
    /// The declaration counts: it is the first of its name.
    is_first: bool,
    pub public: Maybe,
    pub system: Maybe,
    element: Rc<str>,
    kind: String,
    is_id: bool,
    model: Model,
}

impl Decl {
    pub fn new(external: bool) -> Decl {
        Decl {
            state: if external {
                State::EntityStart
            } else {
                State::Start
            },
            external,
            included: 0,
            doctype: None,
            subset: None,
            name: "".into(),
            is_param: false,
            is_first: false,
            public: None,
            system: None,
            element: "".into(),
            kind: String::new(),
            is_id: false,
            model: Model::default(),
        }
    }
}

/// A public identifier with its white space as it counts.
fn normalized(bytes: &[u8]) -> Rc<str> {
    let words: Vec<&[u8]> = bytes
        .split(|b| matches!(b, b' ' | b'\r' | b'\n'))
        .filter(|w| !w.is_empty())
        .collect();
    owned(&words.join(&b' ')).into()
}

const ONCE: Quantifier = Quantifier::Once;

impl Engine {
    /// What a token means where it stands; whether it was reported.
    pub(super) fn role(
        &mut self,
        text: &[u8],
        found: Token,
        at: usize,
        end: usize,
    ) -> Outcome<bool> {
        use State as S;
        let word = &text[at..end];
        match self.decl.state {
            S::Start | S::Before | S::After => self.outside(text, found, at, end),
            S::EntityStart | S::Subset => self.inside(text, found, at, end),
            S::DoctypeName
            | S::DoctypeIds
            | S::DoctypePublic
            | S::DoctypeSystem
            | S::DoctypeSubset
            | S::DoctypeClose => self.doctype(found, word, at),
            S::Section | S::SectionInclude | S::SectionIgnore => self.section(found, word, at),
            S::Close(handler) => match found {
                Token::Space => Ok(self.none(handler)),
                Token::DeclClose => {
                    self.decl.state = S::Subset;
                    Ok(self.none(handler))
                }
                _ => self.unexpected(found, word, at),
            },
            S::NotationName
            | S::NotationIds
            | S::NotationPublic
            | S::NotationSystem
            | S::NotationAfterPublic => self.notation(found, word, at),
            S::AttlistElement
            | S::AttributeName
            | S::AttributeType
            | S::AttributeEnum
            | S::AttributeEnumNext
            | S::AttributeNotations
            | S::AttributeNotation
            | S::AttributeNotationNext
            | S::AttributeDefault
            | S::AttributeFixed => self.attlist(text, found, at, end),
            S::ElementName
            | S::ElementContent
            | S::ElementFirst
            | S::ElementMixed
            | S::ElementMixedName
            | S::ElementMixedNext
            | S::ElementPart
            | S::ElementNext => self.element(found, word, at),
            _ => self.entity_decl(text, found, at, end),
        }
    }
    /// A token that nobody is told about, because a handler hears of the declaration as a whole.
    fn none(&self, handler: Handler) -> bool {
        let counts = !matches!(handler, Handler::AttlistDecl | Handler::EntityDecl)
            || self.dtd.borrow().keeps;
        counts && self.wants(handler)
    }
    /// A token that does not belong here; references to parameter entities may stand anywhere in the external subset.
    fn unexpected(&mut self, found: Token, word: &[u8], at: usize) -> Outcome<bool> {
        match found {
            Token::ParamRef if self.kind == Kind::Parameter => {
                self.param_ref(&word[1..word.len() - 1], at, false)
            }
            Token::ParamRef => Err(self.fail(Code::ParamEntityRef, at)),
            Token::XmlDecl => Err(self.fail(Code::MisplacedXmlDecl, at)),
            _ => Err(self.fail(Code::Syntax, at)),
        }
    }
    fn outside(&mut self, text: &[u8], found: Token, at: usize, end: usize) -> Outcome<bool> {
        let state = self.decl.state;
        if state == State::Start {
            self.decl.state = State::Before;
            // What is no declaration says nothing about the encoding.
            if found != Token::XmlDecl {
                self.resume = Some(None);
            }
        }
        if let Some(handled) = self.between(text, found, at, end)? {
            return Ok(handled);
        }
        match found {
            Token::XmlDecl if state == State::Start => {
                self.xml_decl(text, at, end, false)?;
                Ok(true)
            }
            Token::DeclOpen(name) if state != State::After && &text[name..end] == b"DOCTYPE" => {
                self.decl.state = State::DoctypeName;
                Ok(self.wants(Handler::StartDoctype))
            }
            Token::InstanceStart => {
                self.instance_start();
                Ok(true)
            }
            _ => self.unexpected(found, &text[at..end], at),
        }
    }
    fn inside(&mut self, text: &[u8], found: Token, at: usize, end: usize) -> Outcome<bool> {
        if self.decl.state == State::EntityStart {
            self.decl.state = State::Subset;
            self.resume = Some(None);
            if found == Token::XmlDecl {
                self.resume = None;
                self.xml_decl(text, at, end, true)?;
                return Ok(true);
            }
        }
        if let Some(handled) = self.between(text, found, at, end)? {
            return Ok(handled);
        }
        match found {
            Token::DeclOpen(name) => {
                let (state, handler) = match &text[name..end] {
                    b"ENTITY" => (State::EntityName, Handler::EntityDecl),
                    b"ATTLIST" => (State::AttlistElement, Handler::AttlistDecl),
                    b"ELEMENT" => (State::ElementName, Handler::ElementDecl),
                    b"NOTATION" => (State::NotationName, Handler::NotationDecl),
                    _ => return self.unexpected(found, &text[at..end], at),
                };
                self.decl.state = state;
                self.decl.is_param = false;
                (self.decl.public, self.decl.system) = (None, None);
                Ok(self.none(handler))
            }
            Token::ParamRef => self.param_ref(&text[at + 1..end - 1], at, true),
            Token::CloseBracket if !self.decl.external => {
                // The subset may not end inside an entity.
                if !self.opened.is_empty() {
                    return Err(self.fail(Code::InvalidToken, at));
                }
                self.decl.state = State::DoctypeClose;
                Ok(self.wants(Handler::StartDoctype))
            }
            Token::SectionOpen if self.decl.external => {
                self.decl.state = State::Section;
                Ok(false)
            }
            Token::SectionClose if self.decl.included > 0 => {
                self.decl.included -= 1;
                Ok(false)
            }
            _ => self.unexpected(found, &text[at..end], at),
        }
    }
    fn section(&mut self, found: Token, word: &[u8], at: usize) -> Outcome<bool> {
        match (self.decl.state, found) {
            (_, Token::Space) => {}
            (State::Section, Token::Name(ONCE)) if word == b"INCLUDE" => {
                self.decl.state = State::SectionInclude;
            }
            (State::Section, Token::Name(ONCE)) if word == b"IGNORE" => {
                self.decl.state = State::SectionIgnore;
            }
            (State::SectionInclude, Token::OpenBracket) => {
                self.decl.state = State::Subset;
                self.decl.included += 1;
            }
            (State::SectionIgnore, Token::OpenBracket) => {
                self.decl.state = State::Subset;
                self.phase = Phase::Ignored(1);
            }
            _ => return self.unexpected(found, word, at),
        }
        Ok(false)
    }
    fn public_id(&self, word: &[u8], at: usize) -> Outcome<Maybe> {
        let inner = &word[1..word.len() - 1];
        match inner.iter().position(|&b| !is_public_id(b)) {
            Some(bad) => Err(self.fail(Code::PublicId, at + 1 + bad)),
            None => Ok(Some(normalized(inner))),
        }
    }
    fn doctype(&mut self, found: Token, word: &[u8], at: usize) -> Outcome<bool> {
        use State as S;
        let wanted = self.wants(Handler::StartDoctype);
        match (self.decl.state, found) {
            (_, Token::Space) => {}
            (S::DoctypeName, Token::Name(ONCE) | Token::Prefixed(ONCE)) => {
                self.decl.doctype = Some(owned(word).into());
                self.decl.state = S::DoctypeIds;
            }
            (S::DoctypeIds, Token::Name(ONCE)) if word == b"SYSTEM" => {
                self.decl.state = S::DoctypeSystem;
            }
            (S::DoctypeIds, Token::Name(ONCE)) if word == b"PUBLIC" => {
                self.decl.state = S::DoctypePublic;
            }
            (S::DoctypePublic, Token::Literal) => {
                self.foreign_dtd = false;
                self.dtd.borrow_mut().has_param_refs = true;
                self.decl.public = self.public_id(word, at)?;
                self.decl.state = S::DoctypeSystem;
            }
            (S::DoctypeSystem, Token::Literal) => {
                self.foreign_dtd = false;
                self.dtd.borrow_mut().has_param_refs = true;
                self.decl.system = Some(owned(&word[1..word.len() - 1]).into());
                self.decl.subset = Some((self.decl.system.clone(), self.decl.public.clone()));
                self.decl.state = S::DoctypeSubset;
                if self.params == ParamParsing::Never {
                    self.ask_standalone();
                }
            }
            (S::DoctypeIds | S::DoctypeSubset, Token::OpenBracket) => {
                self.decl.state = S::Subset;
                if let Some(name) = self.decl.doctype.take() {
                    let (system, public) = (self.decl.system.clone(), self.decl.public.clone());
                    self.emit(Handler::StartDoctype, || Event::StartDoctype {
                        name,
                        system,
                        public,
                        has_subset: true,
                    });
                }
            }
            (S::DoctypeIds | S::DoctypeSubset | S::DoctypeClose, Token::DeclClose) => {
                self.decl.state = S::After;
                return Ok(self.doctype_end());
            }
            _ => return self.unexpected(found, word, at),
        }
        Ok(wanted)
    }
    fn notation(&mut self, found: Token, word: &[u8], at: usize) -> Outcome<bool> {
        use State as S;
        let handler = Handler::NotationDecl;
        match (self.decl.state, found) {
            (_, Token::Space) => {}
            (S::NotationName, Token::Name(ONCE)) => {
                self.decl.name = owned(word).into();
                self.decl.state = S::NotationIds;
            }
            (S::NotationIds, Token::Name(ONCE)) if word == b"SYSTEM" => {
                self.decl.state = S::NotationSystem;
            }
            (S::NotationIds, Token::Name(ONCE)) if word == b"PUBLIC" => {
                self.decl.state = S::NotationPublic;
            }
            (S::NotationPublic, Token::Literal) => {
                self.decl.public = self.public_id(word, at)?;
                self.decl.state = S::NotationAfterPublic;
            }
            (S::NotationSystem | S::NotationAfterPublic, Token::Literal) => {
                self.decl.system = Some(owned(&word[1..word.len() - 1]).into());
                self.decl.state = S::Close(handler);
                self.notation_end();
            }
            (S::NotationAfterPublic, Token::DeclClose) => {
                self.decl.state = S::Subset;
                self.notation_end();
            }
            _ => return self.unexpected(found, word, at),
        }
        Ok(self.wants(handler))
    }
    fn notation_end(&mut self) {
        let event = Event::Notation {
            name: self.decl.name.clone(),
            base: self.base.clone(),
            system: self.decl.system.clone(),
            public: self.decl.public.clone(),
        };
        self.emit(Handler::NotationDecl, || event);
    }
    fn entity_decl(&mut self, text: &[u8], found: Token, at: usize, end: usize) -> Outcome<bool> {
        use State as S;
        let word = &text[at..end];
        let handler = Handler::EntityDecl;
        // Names and values are left to the default handler when the declaration does not count.
        let mut counts = true;
        match (self.decl.state, found) {
            (_, Token::Space) => {}
            (S::EntityName, Token::Percent) => {
                self.decl.is_param = true;
                self.decl.state = S::EntityParamName;
            }
            (S::EntityName | S::EntityParamName, Token::Name(ONCE)) => {
                self.entity_name(word);
                counts = self.decl.is_first;
                self.decl.state = S::EntityValue;
            }
            (S::EntityValue, Token::Name(ONCE)) if word == b"SYSTEM" => {
                self.decl.state = S::EntitySystem;
            }
            (S::EntityValue, Token::Name(ONCE)) if word == b"PUBLIC" => {
                self.decl.state = S::EntityPublic;
            }
            (S::EntityValue, Token::Literal) => {
                self.decl.state = S::Close(handler);
                counts = false;
                if self.dtd.borrow().keeps {
                    let mut value = Vec::with_capacity(word.len());
                    let outcome = self.entity_value(text, (at + 1, end - 1), &mut value);
                    let handled = self.internal_entity(value)?;
                    return outcome.map(|()| handled);
                }
            }
            (S::EntityPublic, Token::Literal) => {
                self.decl.public = self.public_id(word, at)?;
                counts = self.decl.is_first;
                self.decl.state = S::EntitySystem;
            }
            (S::EntitySystem, Token::Literal) => {
                self.decl.system = Some(owned(&word[1..word.len() - 1]).into());
                self.decl.state = S::EntityEnd;
                counts = self.decl.is_first;
            }
            (S::EntityEnd, Token::DeclClose) => {
                self.decl.state = S::Subset;
                return self.external_entity(None);
            }
            (S::EntityEnd, Token::Name(ONCE)) if word == b"NDATA" && !self.decl.is_param => {
                self.decl.state = S::EntityNotation;
            }
            (S::EntityNotation, Token::Name(ONCE)) => {
                self.decl.state = S::Close(handler);
                return self.external_entity(Some(owned(word).into()));
            }
            _ => return self.unexpected(found, word, at),
        }
        Ok(counts && self.none(handler))
    }
    fn entity_name(&mut self, word: &[u8]) {
        let name: Rc<str> = owned(word).into();
        let dtd = self.dtd.borrow();
        self.decl.is_first = dtd.keeps
            && if self.decl.is_param {
                !dtd.parameter.contains_key(&name)
            } else {
                predefined(word).is_none() && !dtd.general.contains_key(&name)
            };
        drop(dtd);
        self.decl.name = name;
    }
    /// Remembers an entity.
    fn define(&mut self, text: Option<Vec<u8>>, notation: Maybe) -> Outcome<()> {
        let name = self.decl.name.clone();
        let counted = self.account.add_memory(128 + 2 * name.len());
        counted.map_err(|code| self.fail(code, self.mark))?;
        let entity = Rc::new(Entity {
            name: name.clone(),
            base: text.is_none().then(|| self.base.clone()).flatten(),
            text: text.map(Rc::from),
            system: self.decl.system.clone(),
            public: self.decl.public.clone(),
            notation,
            is_internal: self.kind != Kind::Parameter && self.opened.is_empty(),
            open: Cell::new(false),
        });
        let mut dtd = self.dtd.borrow_mut();
        if self.decl.is_param {
            dtd.parameter.insert(name, entity);
        } else {
            dtd.general.insert(name, entity);
        }
        Ok(())
    }
    fn entity_event(&self, value: Option<String>, notation: Maybe) -> Event {
        let is_external = value.is_none();
        Event::Entity {
            name: self.decl.name.clone(),
            is_parameter: self.decl.is_param,
            value,
            base: self.base.clone(),
            system: self.decl.system.clone().filter(|_| is_external),
            public: self.decl.public.clone().filter(|_| is_external),
            notation,
        }
    }
    fn internal_entity(&mut self, value: Vec<u8>) -> Outcome<bool> {
        if !self.decl.is_first {
            return Ok(false);
        }
        let shown = owned(&value);
        self.define(Some(value), None)?;
        let event = self.entity_event(Some(shown), None);
        Ok(self.emit(Handler::EntityDecl, || event))
    }
    fn external_entity(&mut self, notation: Maybe) -> Outcome<bool> {
        if !self.decl.is_first {
            return Ok(false);
        }
        self.define(None, notation.clone())?;
        if let Some(notation) = &notation
            && self.wants(Handler::UnparsedEntityDecl)
        {
            let event = Event::UnparsedEntity {
                name: self.decl.name.clone(),
                base: self.base.clone(),
                system: self.decl.system.clone(),
                public: self.decl.public.clone(),
                notation: Some(notation.clone()),
            };
            self.push(event, None);
            return Ok(true);
        }
        let event = self.entity_event(None, notation);
        Ok(self.emit(Handler::EntityDecl, || event))
    }
    fn attlist(&mut self, text: &[u8], found: Token, at: usize, end: usize) -> Outcome<bool> {
        use State as S;
        let word = &text[at..end];
        let is_name = matches!(found, Token::Name(ONCE) | Token::Prefixed(ONCE));
        match (self.decl.state, found) {
            (_, Token::Space) => {}
            (S::AttlistElement, _) if is_name => {
                self.decl.element = owned(word).into();
                self.decl.state = S::AttributeName;
            }
            (S::AttributeName, Token::DeclClose) => self.decl.state = S::Subset,
            (S::AttributeName, _) if is_name => {
                self.decl.name = owned(word).into();
                self.decl.kind.clear();
                self.decl.is_id = false;
                self.decl.state = S::AttributeType;
            }
            (S::AttributeType, Token::OpenParen) => {
                self.decl.kind.push('(');
                self.decl.state = S::AttributeEnum;
            }
            (S::AttributeType, Token::Name(ONCE)) if word == b"NOTATION" => {
                self.decl.kind.push_str("NOTATION(");
                self.decl.state = S::AttributeNotations;
            }
            (S::AttributeType, Token::Name(ONCE)) if is_type(word) => {
                self.decl.kind = owned(word);
                self.decl.is_id = word == b"ID";
                self.decl.state = S::AttributeDefault;
            }
            (S::AttributeEnum, Token::NmWord) => self.choice(word, S::AttributeEnumNext),
            (S::AttributeEnum, _) if is_name => self.choice(word, S::AttributeEnumNext),
            (S::AttributeEnumNext, Token::Or) => {
                self.decl.kind.push('|');
                self.decl.state = S::AttributeEnum;
            }
            (S::AttributeNotations, Token::OpenParen) => self.decl.state = S::AttributeNotation,
            (S::AttributeNotation, Token::Name(ONCE)) => {
                self.choice(word, S::AttributeNotationNext);
            }
            (S::AttributeNotationNext, Token::Or) => {
                self.decl.kind.push('|');
                self.decl.state = S::AttributeNotation;
            }
            (S::AttributeEnumNext | S::AttributeNotationNext, Token::CloseParen(ONCE)) => {
                self.decl.kind.push(')');
                self.decl.state = S::AttributeDefault;
            }
            (S::AttributeDefault, Token::PoundName) => match word {
                b"#IMPLIED" => self.attribute_end(None, false)?,
                b"#REQUIRED" => self.attribute_end(None, true)?,
                b"#FIXED" => self.decl.state = S::AttributeFixed,
                _ => return self.unexpected(found, word, at),
            },
            (S::AttributeDefault | S::AttributeFixed, Token::Literal) => {
                let is_fixed = self.decl.state == S::AttributeFixed;
                let mut value = None;
                if self.dtd.borrow().keeps {
                    let is_cdata = self.decl.kind == "CDATA";
                    value = Some(self.attribute_value(text, (at + 1, end - 1), is_cdata, true)?);
                }
                self.attribute_end(value, is_fixed)?;
            }
            _ => return self.unexpected(found, word, at),
        }
        Ok(self.none(Handler::AttlistDecl))
    }
    fn choice(&mut self, word: &[u8], next: State) {
        self.decl.kind.push_str(&owned(word));
        self.decl.state = next;
    }
    fn attribute_end(&mut self, default: Option<String>, required: bool) -> Outcome<()> {
        self.decl.state = State::AttributeName;
        let (element, name) = (self.decl.element.clone(), self.decl.name.clone());
        let mut dtd = self.dtd.borrow_mut();
        if !dtd.keeps {
            return Ok(());
        }
        let n = 64 + name.len() + default.as_ref().map_or(0, String::len);
        dtd.elements
            .entry(element.clone())
            .or_default()
            .define(AttributeDef {
                name: name.clone(),
                is_cdata: self.decl.kind == "CDATA",
                default: default.clone(),
            });
        drop(dtd);
        let counted = self.account.add_memory(n);
        counted.map_err(|code| self.fail(code, self.mark))?;
        let kind = self.decl.kind.clone();
        self.emit(Handler::AttlistDecl, || Event::Attlist {
            element,
            name,
            kind,
            default,
            required,
        });
        Ok(())
    }
    fn element(&mut self, found: Token, word: &[u8], at: usize) -> Outcome<bool> {
        use State as S;
        let part = match found {
            Token::Name(q) | Token::Prefixed(q) => {
                let marked = usize::from(q != ONCE);
                Some((&word[..word.len() - marked], q))
            }
            _ => None,
        };
        match (self.decl.state, found) {
            (_, Token::Space) => {}
            (S::ElementName, Token::Name(ONCE) | Token::Prefixed(ONCE)) => {
                self.decl.name = owned(word).into();
                self.decl.model = Model::default();
                self.decl.state = S::ElementContent;
            }
            (S::ElementContent, Token::Name(ONCE)) if word == b"EMPTY" || word == b"ANY" => {
                let kind = if word == b"ANY" {
                    Part::Any
                } else {
                    Part::Empty
                };
                self.decl.model = Model::leaf(kind);
                self.element_end();
            }
            (S::ElementContent, Token::OpenParen) => {
                self.decl.model.open_group();
                self.decl.state = S::ElementFirst;
            }
            (S::ElementFirst, Token::PoundName) if word == b"#PCDATA" => {
                self.decl.model.mixed();
                self.decl.state = S::ElementMixed;
            }
            (S::ElementMixed, Token::CloseParen(q @ (ONCE | Quantifier::Any))) => {
                self.close_group(q);
            }
            (S::ElementMixed | S::ElementMixedNext, Token::Or) => {
                self.decl.state = S::ElementMixedName;
            }
            (S::ElementMixedName, Token::Name(ONCE) | Token::Prefixed(ONCE)) => {
                self.decl.model.name(owned(word).into(), ONCE);
                self.decl.state = S::ElementMixedNext;
            }
            (S::ElementMixedNext, Token::CloseParen(Quantifier::Any)) => {
                self.close_group(Quantifier::Any);
            }
            (S::ElementFirst | S::ElementPart, Token::OpenParen) => {
                self.decl.model.open_group();
                self.decl.state = S::ElementPart;
            }
            (S::ElementFirst | S::ElementPart, Token::Name(_) | Token::Prefixed(_)) => {
                let Some((name, quantifier)) = part else {
                    return Ok(false);
                };
                self.decl.model.name(owned(name).into(), quantifier);
                self.decl.state = S::ElementNext;
            }
            (S::ElementNext, Token::CloseParen(q)) => self.close_group(q),
            (S::ElementNext, Token::Comma | Token::Or) => {
                let kind = match found {
                    Token::Or => Part::Choice,
                    _ => Part::Sequence,
                };
                if !self.decl.model.separator(kind) {
                    return Err(self.fail(Code::Syntax, at));
                }
                self.decl.state = S::ElementPart;
            }
            _ => return self.unexpected(found, word, at),
        }
        Ok(self.wants(Handler::ElementDecl))
    }
    fn close_group(&mut self, quantifier: Quantifier) {
        if self.decl.model.close_group(quantifier) {
            self.element_end();
        } else {
            self.decl.state = State::ElementNext;
        }
    }
    fn element_end(&mut self) {
        self.decl.state = State::Close(Handler::ElementDecl);
        let model = std::mem::take(&mut self.decl.model);
        let name = self.decl.name.clone();
        self.emit(Handler::ElementDecl, || Event::Element(name, model));
    }
}

/// The types of attributes that are one word.
fn is_type(word: &[u8]) -> bool {
    matches!(
        word,
        b"CDATA"
            | b"ID"
            | b"IDREF"
            | b"IDREFS"
            | b"ENTITY"
            | b"ENTITIES"
            | b"NMTOKEN"
            | b"NMTOKENS"
    )
}
