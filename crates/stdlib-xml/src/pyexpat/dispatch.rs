//! Events become calls of handlers.

use std::rc::Rc;

use taipan_object::{PyResult, Ref, Value, Vm};

use super::parser::Parser;
use crate::engine::event::{Event, Handler, Maybe};
use crate::engine::model::Model;

/// Calls the handler of an event, if it is set. Whether the parser may go on, for events that ask.
pub fn dispatch(vm: &Vm, this: &Ref<Parser>, event: Event) -> PyResult<bool> {
    let intern = |text: &str| this.name(vm, text);
    let maybe = |text: &Maybe| match text {
        Some(text) => this.name(vm, text),
        None => Ok(Value::NONE),
    };
    let plain = |text: &str| vm.new_str(text).into_value();
    let shown = |text: &Option<String>| text.as_deref().map_or(Value::NONE, plain);
    let (handler, args): (Handler, Vec<Value>) = match &event {
        Event::Characters(text) => {
            Parser::characters(vm, this, text)?;
            return Ok(true);
        }
        Event::StartElement {
            name,
            attributes,
            specified,
        } => {
            if !this.has(Handler::StartElement) {
                return Ok(true);
            }
            let attributes = self::attributes(vm, this, attributes, *specified)?;
            (Handler::StartElement, vec![intern(name)?, attributes])
        }
        Event::EndElement(name) => (Handler::EndElement, vec![intern(name)?]),
        Event::ProcessingInstruction(target, data) => (
            Handler::ProcessingInstruction,
            vec![intern(target)?, plain(data)],
        ),
        Event::UnparsedEntity {
            name,
            base,
            system,
            public,
            notation,
        } => (
            Handler::UnparsedEntityDecl,
            vec![
                intern(name)?,
                maybe(base)?,
                maybe(system)?,
                maybe(public)?,
                maybe(notation)?,
            ],
        ),
        Event::Notation {
            name,
            base,
            system,
            public,
        } => (
            Handler::NotationDecl,
            vec![intern(name)?, maybe(base)?, maybe(system)?, maybe(public)?],
        ),
        Event::StartNamespace(prefix, uri) => (
            Handler::StartNamespaceDecl,
            vec![maybe(prefix)?, maybe(uri)?],
        ),
        Event::EndNamespace(prefix) => (Handler::EndNamespaceDecl, vec![maybe(prefix)?]),
        Event::Comment(text) => (Handler::Comment, vec![plain(text)]),
        Event::StartCdata => (Handler::StartCdata, Vec::new()),
        Event::EndCdata => (Handler::EndCdata, Vec::new()),
        Event::Default(text) => (this.handlers.default_handler(), vec![plain(text)]),
        Event::NotStandalone => (Handler::NotStandalone, Vec::new()),
        Event::ExternalEntity {
            context,
            base,
            system,
            public,
        } => (
            Handler::ExternalEntityRef,
            vec![shown(context), maybe(base)?, maybe(system)?, maybe(public)?],
        ),
        Event::StartDoctype {
            name,
            system,
            public,
            has_subset,
        } => (
            Handler::StartDoctype,
            vec![
                intern(name)?,
                maybe(system)?,
                maybe(public)?,
                vm.new_int(i64::from(*has_subset)),
            ],
        ),
        Event::EndDoctype => (Handler::EndDoctype, Vec::new()),
        Event::Entity {
            name,
            is_parameter,
            value,
            base,
            system,
            public,
            notation,
        } => (
            Handler::EntityDecl,
            vec![
                intern(name)?,
                vm.new_int(i64::from(*is_parameter)),
                shown(value),
                maybe(base)?,
                maybe(system)?,
                maybe(public)?,
                maybe(notation)?,
            ],
        ),
        Event::XmlDecl {
            version,
            encoding,
            standalone,
        } => (
            Handler::XmlDecl,
            vec![shown(version), shown(encoding), vm.new_int(*standalone)],
        ),
        Event::Element(name, model) => {
            let model = content(vm, this, model)?;
            (Handler::ElementDecl, vec![intern(name)?, model])
        }
        Event::Attlist {
            element,
            name,
            kind,
            default,
            required,
        } => (
            Handler::AttlistDecl,
            vec![
                intern(element)?,
                intern(name)?,
                plain(kind),
                shown(default),
                vm.new_int(i64::from(*required)),
            ],
        ),
        Event::Skipped(name, is_parameter) => (
            Handler::SkippedEntity,
            vec![intern(name)?, vm.new_int(i64::from(*is_parameter))],
        ),
        Event::UnknownEncoding(name) => {
            if let Some(table) = Parser::table(vm, name)? {
                this.engine.borrow_mut().set_table(table);
            }
            return Ok(true);
        }
    };
    if !this.has(handler) {
        return Ok(true);
    }
    Parser::flush(vm, this)?;
    // Flushing may have called a handler that took this one away.
    let Some(function) = this.handlers.get(handler) else {
        return Ok(true);
    };
    let result = vm.call(&function, &args)?;
    match handler {
        Handler::NotStandalone | Handler::ExternalEntityRef => Ok(vm.index_i64(&result)? != 0),
        _ => Ok(true),
    }
}

/// The attributes of an element: a dict, or a list of names and values in turn.
fn attributes(
    vm: &Vm,
    this: &Ref<Parser>,
    attributes: &[(Rc<str>, String)],
    specified: usize,
) -> PyResult {
    let count = if this.specified.get() {
        specified
    } else {
        attributes.len()
    };
    let attributes = &attributes[..count];
    if this.ordered.get() {
        let mut items = Vec::with_capacity(2 * count);
        for (name, value) in attributes {
            items.push(this.name(vm, name)?);
            items.push(vm.new_str(value).into_value());
        }
        return Ok(vm.list_value(items));
    }
    let dict = vm.new_dict();
    for (name, value) in attributes {
        let name = this.name(vm, name)?;
        dict.insert(vm, name, vm.new_str(value).into_value())?;
    }
    Ok(dict.into_value())
}

/// A content model as nested tuples (type, quantifier, name, children).
fn content(vm: &Vm, this: &Ref<Parser>, model: &Model) -> PyResult {
    if model.deepest >= vm.recursion_limit.get() as usize {
        return Err(vm.raise_str(
            &vm.exc.recursion_error,
            "maximum recursion depth exceeded in conv_content_model",
        ));
    }
    let mut children: Vec<Vec<Value>> = model.nodes.iter().map(|_| Vec::new()).collect();
    // Parents come before their children: from the last on, all children are there.
    for (index, node) in model.nodes.iter().enumerate().rev() {
        let mut inner = std::mem::take(&mut children[index]);
        inner.reverse();
        let name = match &node.name {
            Some(name) => this.name(vm, name)?,
            None => Value::NONE,
        };
        let made = vm.tuple_value([
            vm.new_int(node.kind as i64),
            vm.new_int(node.quantifier as i64),
            name,
            vm.tuple_from_slice(&inner).into_value(),
        ]);
        match node.parent {
            Some(parent) => children[parent].push(made),
            None => return Ok(made),
        }
    }
    Ok(Value::NONE)
}
