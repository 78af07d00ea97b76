//! The handlers of a parser, as its attributes.

use std::cell::{Cell, RefCell};

use taipan_macros::pymethods;
use taipan_object::{PyResult, Ref, Value, Vm};

use super::parser::Parser;
use crate::engine::event::Handler;

/// Handlers by their numbers.
pub struct Handlers {
    all: RefCell<[Option<Value>; Handler::COUNT]>,
    /// Which of the two default handlers was set last.
    default: Cell<Handler>,
}

impl Default for Handlers {
    fn default() -> Self {
        Handlers {
            all: RefCell::default(),
            default: Cell::new(Handler::Default),
        }
    }
}

impl Handlers {
    pub fn get(&self, handler: Handler) -> Option<Value> {
        self.all.borrow()[handler as usize].clone()
    }
    pub fn set(&self, handler: Handler, value: Option<Value>) {
        if matches!(handler, Handler::Default | Handler::DefaultExpand) {
            self.default.set(handler);
        }
        let old = std::mem::replace(&mut self.all.borrow_mut()[handler as usize], value);
        drop(old);
    }
    pub fn clear(&self) {
        let old = std::mem::take(&mut *self.all.borrow_mut());
        drop(old);
    }
    /// A copy, for the parser of an external entity.
    pub fn copy(&self) -> Handlers {
        Handlers {
            all: RefCell::new(self.all.borrow().clone()),
            default: self.default.clone(),
        }
    }
    /// The default handler in force.
    pub fn default_handler(&self) -> Handler {
        self.default.get()
    }
    /// The handlers that are set, as bits.
    pub fn bits(&self) -> u32 {
        let all = self.all.borrow();
        let defaults = Handler::Default.bit() | Handler::DefaultExpand.bit();
        let set = Handler::ALL
            .iter()
            .filter(|(h, _)| all[*h as usize].is_some());
        let bits = set.fold(0, |bits, (h, _)| bits | h.bit());
        bits & !defaults | bits & self.default.get().bit()
    }
    /// For `payload!`.
    pub fn visit(&self, visit: &mut dyn FnMut(&Value)) {
        self.all.borrow().iter().flatten().for_each(visit);
    }
}

fn set(vm: &Vm, this: &Ref<Parser>, handler: Handler, value: Option<&Value>) -> PyResult<()> {
    let Some(value) = value else {
        return Err(vm.runtime_error("Cannot delete attribute"));
    };
    if handler == Handler::CharacterData {
        Parser::flush(vm, this)?;
    }
    this.set_handler(handler, (!value.is_none()).then(|| value.clone()));
    Ok(())
}

macro_rules! attributes {
    ($($name:ident $setter:ident $handler:ident;)*) => {
        #[allow(non_snake_case)]
        #[pymethods(partial = HANDLERS, class = "xmlparser")]
        impl Parser {
            $(
                #[pygetset]
                fn $name(this: &Ref<Parser>) -> Option<Value> {
                    this.handlers.get(Handler::$handler)
                }
                #[pysetter($name)]
                fn $setter(vm: &Vm, this: &Ref<Parser>, value: Option<&Value>) -> PyResult<()> {
                    set(vm, this, Handler::$handler, value)
                }
            )*
        }
    };
}

attributes! {
    StartElementHandler set_start_element StartElement;
    EndElementHandler set_end_element EndElement;
    ProcessingInstructionHandler set_instruction ProcessingInstruction;
    CharacterDataHandler set_characters CharacterData;
    UnparsedEntityDeclHandler set_unparsed UnparsedEntityDecl;
    NotationDeclHandler set_notation NotationDecl;
    StartNamespaceDeclHandler set_start_namespace StartNamespaceDecl;
    EndNamespaceDeclHandler set_end_namespace EndNamespaceDecl;
    CommentHandler set_comment Comment;
    StartCdataSectionHandler set_start_cdata StartCdata;
    EndCdataSectionHandler set_end_cdata EndCdata;
    DefaultHandler set_default Default;
    DefaultHandlerExpand set_default_expand DefaultExpand;
    NotStandaloneHandler set_not_standalone NotStandalone;
    ExternalEntityRefHandler set_external ExternalEntityRef;
    StartDoctypeDeclHandler set_start_doctype StartDoctype;
    EndDoctypeDeclHandler set_end_doctype EndDoctype;
    EntityDeclHandler set_entity EntityDecl;
    XmlDeclHandler set_xml_decl XmlDecl;
    ElementDeclHandler set_element_decl ElementDecl;
    AttlistDeclHandler set_attlist AttlistDecl;
    SkippedEntityHandler set_skipped SkippedEntity;
}
