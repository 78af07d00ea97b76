//! Namespaces: which prefix stands for which name.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::error::Code;
use super::event::Maybe;

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// The bindings in force. The default namespace has the empty prefix.
pub struct Namespaces {
    separator: Option<char>,
    pub triplets: bool,
    bound: FxHashMap<Rc<str>, Vec<Rc<str>>>,
    /// Prefixes in the order in which they were first met.
    order: Vec<Rc<str>>,
}

/// A name in its parts.
pub struct Expanded {
    pub uri: Rc<str>,
    pub local: usize,
}

impl Namespaces {
    pub fn new(separator: Option<char>) -> Namespaces {
        let mut this = Namespaces {
            separator,
            triplets: false,
            bound: FxHashMap::default(),
            order: Vec::new(),
        };
        this.add("xml".into(), XML.into());
        this
    }
    /// The bindings of an external entity, from the context that its handler was given.
    pub fn for_context(&self, context: &str) -> Namespaces {
        let mut this = Namespaces::new(self.separator);
        this.triplets = self.triplets;
        for part in context.split('\u{C}') {
            if let Some((prefix, uri)) = part.split_once('=')
                && prefix != "xml"
            {
                this.add(prefix.into(), uri.into());
            }
        }
        this
    }
    /// The bindings as text, for the handler of an external entity.
    pub fn context(&self) -> Vec<String> {
        let default = std::iter::once("");
        let prefixes = default.chain(self.order.iter().map(|p| &**p).filter(|p| !p.is_empty()));
        prefixes
            .filter_map(|prefix| {
                let uri = self.uri(prefix)?;
                Some(format!("{prefix}={uri}"))
            })
            .collect()
    }
    fn add(&mut self, prefix: Rc<str>, uri: Rc<str>) {
        if !self.bound.contains_key(&prefix) {
            self.order.push(prefix.clone());
        }
        self.bound.entry(prefix).or_default().push(uri);
    }
    fn uri(&self, prefix: &str) -> Option<&Rc<str>> {
        let uri = self.bound.get(prefix)?.last()?;
        (!uri.is_empty()).then_some(uri)
    }
    /// Binds a prefix; what to report.
    pub fn bind(&mut self, prefix: &str, uri: &str) -> Result<(Maybe, Maybe), Code> {
        if !prefix.is_empty() && uri.is_empty() {
            return Err(Code::UndeclaringPrefix);
        }
        if prefix == "xmlns" {
            return Err(Code::ReservedXmlns);
        }
        if prefix == "xml" && uri != XML {
            return Err(Code::ReservedXml);
        }
        if prefix != "xml" && uri == XML || uri == XMLNS {
            return Err(Code::ReservedUri);
        }
        // A separator inside the name would make expanded names ambiguous.
        if let Some(separator) = self.separator
            && !is_uri_char(separator)
            && uri.contains(separator)
        {
            return Err(Code::Syntax);
        }
        self.add(prefix.into(), uri.into());
        let known = |text: &str| (!text.is_empty()).then(|| Rc::from(text));
        Ok((known(prefix), known(uri)))
    }
    pub fn unbind(&mut self, prefix: &str) {
        if let Some(uris) = self.bound.get_mut(prefix) {
            uris.pop();
        }
    }
    /// What a name's prefix stands for; none if the name stays as it is.
    pub fn resolve(&self, name: &str, is_attribute: bool) -> Result<Option<Expanded>, Code> {
        let Some(colon) = name.find(':') else {
            let uri = if is_attribute { None } else { self.uri("") };
            return Ok(uri.map(|uri| Expanded {
                uri: uri.clone(),
                local: 0,
            }));
        };
        match self.uri(&name[..colon]) {
            Some(uri) => Ok(Some(Expanded {
                uri: uri.clone(),
                local: colon + 1,
            })),
            None => Err(Code::UnboundPrefix),
        }
    }
    /// An expanded name as it is reported.
    pub fn join(&self, name: &str, expanded: &Expanded) -> Rc<str> {
        let mut out = String::with_capacity(expanded.uri.len() + name.len() + 2);
        out.push_str(&expanded.uri);
        out.extend(self.separator);
        out.push_str(&name[expanded.local..]);
        if let Some(separator) = self.separator
            && self.triplets
            && expanded.local > 0
        {
            out.push(separator);
            out.push_str(&name[..expanded.local - 1]);
        }
        out.into()
    }
}

/// Characters of addresses (RFC 3986): those may be separators although they stand in the names of namespaces.
fn is_uri_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "%-._~:/?#[]@!$&'()*+,;=".contains(c)
}
