//! What the parser reports, and to whom.

use std::rc::Rc;

macro_rules! handlers {
    ($($name:ident = $text:literal;)*) => {
        /// Who is told about events: expat's handlers.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Handler { $($name),* }

        impl Handler {
            pub const ALL: &'static [(Handler, &'static str)] = &[$((Handler::$name, $text)),*];
            pub const COUNT: usize = Handler::ALL.len();
            /// Its bit in a set of handlers.
            pub const fn bit(self) -> u32 {
                1 << self as u32
            }
        }
    };
}

handlers! {
    StartElement = "StartElementHandler";
    EndElement = "EndElementHandler";
    ProcessingInstruction = "ProcessingInstructionHandler";
    CharacterData = "CharacterDataHandler";
    UnparsedEntityDecl = "UnparsedEntityDeclHandler";
    NotationDecl = "NotationDeclHandler";
    StartNamespaceDecl = "StartNamespaceDeclHandler";
    EndNamespaceDecl = "EndNamespaceDeclHandler";
    Comment = "CommentHandler";
    StartCdata = "StartCdataSectionHandler";
    EndCdata = "EndCdataSectionHandler";
    Default = "DefaultHandler";
    DefaultExpand = "DefaultHandlerExpand";
    NotStandalone = "NotStandaloneHandler";
    ExternalEntityRef = "ExternalEntityRefHandler";
    StartDoctype = "StartDoctypeDeclHandler";
    EndDoctype = "EndDoctypeDeclHandler";
    EntityDecl = "EntityDeclHandler";
    XmlDecl = "XmlDeclHandler";
    ElementDecl = "ElementDeclHandler";
    AttlistDecl = "AttlistDeclHandler";
    SkippedEntity = "SkippedEntityHandler";
}

/// Text that may be absent.
pub type Maybe = Option<Rc<str>>;

/// One report.
pub enum Event {
    StartElement {
        name: Rc<str>,
        attributes: Vec<(Rc<str>, String)>,
        /// How many of the attributes stand in the tag; the rest are defaults.
        specified: usize,
    },
    EndElement(Rc<str>),
    ProcessingInstruction(String, String),
    Characters(String),
    UnparsedEntity {
        name: Rc<str>,
        base: Maybe,
        system: Maybe,
        public: Maybe,
        notation: Maybe,
    },
    Notation {
        name: Rc<str>,
        base: Maybe,
        system: Maybe,
        public: Maybe,
    },
    StartNamespace(Maybe, Maybe),
    EndNamespace(Maybe),
    Comment(String),
    StartCdata,
    EndCdata,
    /// Markup or text that no other handler wants, as it stands in the document.
    Default(String),
    /// Answered by [`super::Engine::answer`].
    NotStandalone,
    /// Answered by [`super::Engine::answer`].
    ExternalEntity {
        context: Option<String>,
        base: Maybe,
        system: Maybe,
        public: Maybe,
    },
    StartDoctype {
        name: Rc<str>,
        system: Maybe,
        public: Maybe,
        has_subset: bool,
    },
    EndDoctype,
    Entity {
        name: Rc<str>,
        is_parameter: bool,
        value: Option<String>,
        base: Maybe,
        system: Maybe,
        public: Maybe,
        notation: Maybe,
    },
    XmlDecl {
        version: Option<String>,
        encoding: Option<String>,
        standalone: i64,
    },
    Element(Rc<str>, super::model::Model),
    Attlist {
        element: Rc<str>,
        name: Rc<str>,
        kind: String,
        default: Option<String>,
        required: bool,
    },
    Skipped(Rc<str>, bool),
    /// Answered by [`super::Engine::set_table`].
    UnknownEncoding(String),
}
