//! JSON as `--json` writes it.

use std::fmt::{self, Display, Formatter};

/// A JSON value. Objects keep the order of their members.
#[derive(Clone, Debug)]
pub enum Json {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    pub fn text(text: impl Into<String>) -> Json {
        Json::Text(text.into())
    }
    /// An object from names that are known here.
    pub fn object<const N: usize>(members: [(&str, Json); N]) -> Json {
        Json::Object(members.map(|(k, v)| (k.to_owned(), v)).into())
    }
    pub fn list(items: impl IntoIterator<Item = Json>) -> Json {
        Json::List(items.into_iter().collect())
    }
    pub fn option<T>(value: Option<T>, f: impl FnOnce(T) -> Json) -> Json {
        value.map_or(Json::Null, f)
    }
    /// An object from pairs of texts.
    pub fn pairs(pairs: &[(String, String)]) -> Json {
        Json::Object(
            pairs
                .iter()
                .map(|(k, v)| (k.clone(), Json::text(v)))
                .collect(),
        )
    }

    fn is_plain(&self) -> bool {
        !matches!(self, Json::List(_) | Json::Object(_))
    }

    fn put(&self, f: &mut Formatter<'_>, depth: usize) -> fmt::Result {
        let inner = depth + 1;
        match self {
            Json::Null => f.write_str("null"),
            Json::Bool(b) => write!(f, "{b}"),
            Json::Int(n) => write!(f, "{n}"),
            Json::Text(text) => string(f, text),
            Json::List(items) if items.iter().all(Json::is_plain) => {
                f.write_str("[")?;
                for (n, item) in items.iter().enumerate() {
                    f.write_str(if n > 0 { ", " } else { "" })?;
                    item.put(f, inner)?;
                }
                f.write_str("]")
            }
            Json::List(items) => {
                f.write_str("[")?;
                for (n, item) in items.iter().enumerate() {
                    new_line(f, n, inner)?;
                    item.put(f, inner)?;
                }
                new_line(f, 0, depth)?;
                f.write_str("]")
            }
            Json::Object(members) if members.iter().all(|(_, v)| v.is_plain()) => {
                f.write_str("{")?;
                for (n, (name, value)) in members.iter().enumerate() {
                    f.write_str(if n > 0 { ", " } else { "" })?;
                    string(f, name)?;
                    f.write_str(": ")?;
                    value.put(f, inner)?;
                }
                f.write_str("}")
            }
            Json::Object(members) => {
                f.write_str("{")?;
                for (n, (name, value)) in members.iter().enumerate() {
                    new_line(f, n, inner)?;
                    string(f, name)?;
                    f.write_str(": ")?;
                    value.put(f, inner)?;
                }
                new_line(f, 0, depth)?;
                f.write_str("}")
            }
        }
    }
}

impl<T: Into<i64>> From<T> for Json {
    fn from(n: T) -> Json {
        Json::Int(n.into())
    }
}

impl Display for Json {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.put(f, 0)
    }
}

fn new_line(f: &mut Formatter<'_>, item: usize, depth: usize) -> fmt::Result {
    let comma = if item > 0 { "," } else { "" };
    write!(f, "{comma}\n{:1$}", "", depth)
}

fn string(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            c if c < ' ' || c == '\u{7f}' => write!(f, "\\u{:04x}", c as u32)?,
            c => write!(f, "{c}")?,
        }
    }
    f.write_str("\"")
}
