//! Python signatures written as strings: `"(self, sep=None, /, *, key=<unset>)"`.

/// How a parameter can be given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParamKind {
    PositionalOnly,
    PositionalOrKeyword,
    KeywordOnly,
    VarArgs,
    VarKeywords,
}

/// A simple literal as default.
#[derive(Clone, PartialEq, Debug)]
pub enum DefaultValue {
    /// `<unset>`: no value is visible from Python.
    Unset,
    None,
    Bool(bool),
    Int(i64),
    Float(String),
    Str(String),
    EmptyTuple,
}

/// One parameter.
#[derive(Clone, PartialEq, Debug)]
pub struct Param {
    pub name: String,
    pub kind: ParamKind,
    pub default: Option<DefaultValue>,
    /// The default as it was written.
    pub default_text: String,
}

/// A parsed signature, without the receiver.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Signature {
    /// `self`, `cls` or the like, if the text began with it.
    pub receiver: Option<String>,
    pub params: Vec<Param>,
}

impl Signature {
    /// Parses a signature; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Signature, String> {
        let inner = text
            .trim()
            .strip_prefix('(')
            .and_then(|t| t.strip_suffix(')'))
            .ok_or_else(|| "a signature stands in parentheses: \"(self, x, /)\"".to_owned())?;
        let mut signature = Signature::default();
        let mut keyword_only = false;
        let mut slash_seen = false;
        let pieces = split_commas(inner)?;
        for (index, piece) in pieces.iter().enumerate() {
            match piece.as_str() {
                "/" if slash_seen || keyword_only => return Err("misplaced '/'".to_owned()),
                "/" => {
                    slash_seen = true;
                    signature
                        .params
                        .iter_mut()
                        .for_each(|p| p.kind = ParamKind::PositionalOnly);
                }
                "*" if keyword_only => return Err("misplaced '*'".to_owned()),
                "*" => keyword_only = true,
                "self" | "cls" | "$self" | "$type" | "$module" if index == 0 => {
                    signature.receiver = Some(piece.trim_start_matches('$').to_owned());
                }
                _ => {
                    let param = parse_param(piece, keyword_only)?;
                    keyword_only |= param.kind == ParamKind::VarArgs;
                    signature.push(param)?;
                }
            }
        }
        Ok(signature)
    }

    fn push(&mut self, param: Param) -> Result<(), String> {
        if let Some(last) = self.params.last() {
            if last.kind == ParamKind::VarKeywords {
                return Err(format!("nothing can follow **{}", last.name));
            }
            let positional = param.kind == ParamKind::PositionalOrKeyword;
            if positional && last.default.is_some() && param.default.is_none() {
                return Err(format!(
                    "parameter '{}' without a default follows one with a default",
                    param.name
                ));
            }
        }
        if self.params.iter().any(|p| p.name == param.name) {
            return Err(format!("duplicate parameter '{}'", param.name));
        }
        self.params.push(param);
        Ok(())
    }

    pub fn has(&self, kind: ParamKind) -> bool {
        self.params.iter().any(|p| p.kind == kind)
    }
    /// Parameters that have a slot: all but `*args` and `**kwargs`.
    pub fn named(&self) -> impl Iterator<Item = &Param> {
        self.params
            .iter()
            .filter(|p| !matches!(p.kind, ParamKind::VarArgs | ParamKind::VarKeywords))
    }
    pub fn count(&self, kind: ParamKind) -> usize {
        self.params.iter().filter(|p| p.kind == kind).count()
    }
    /// Whether no argument can be given by name.
    pub fn positional_only(&self) -> bool {
        self.params
            .iter()
            .all(|p| matches!(p.kind, ParamKind::PositionalOnly | ParamKind::VarArgs))
    }

    /// `__text_signature__`, with `receiver` (such as `$self`) in front.
    pub fn text(&self, receiver: Option<&str>) -> String {
        let mut out: Vec<String> = receiver.map(str::to_owned).into_iter().collect();
        let slash_after = self
            .params
            .iter()
            .rposition(|p| p.kind == ParamKind::PositionalOnly);
        if slash_after.is_none() && receiver.is_some() {
            out.push("/".to_owned());
        }
        let mut star_seen = false;
        for (index, param) in self.params.iter().enumerate() {
            let prefix = match param.kind {
                ParamKind::VarArgs => {
                    star_seen = true;
                    "*"
                }
                ParamKind::VarKeywords => "**",
                ParamKind::KeywordOnly if !star_seen => {
                    out.push("*".to_owned());
                    star_seen = true;
                    ""
                }
                _ => "",
            };
            let default = match param.default {
                None => String::new(),
                Some(DefaultValue::Unset) => "=<unrepresentable>".to_owned(),
                Some(_) => format!("={}", param.default_text),
            };
            out.push(format!("{prefix}{}{default}", param.name));
            if slash_after == Some(index) {
                out.push("/".to_owned());
            }
        }
        format!("({})", out.join(", "))
    }
}

fn parse_param(piece: &str, keyword_only: bool) -> Result<Param, String> {
    let (kind, rest) = if let Some(rest) = piece.strip_prefix("**") {
        (ParamKind::VarKeywords, rest)
    } else if let Some(rest) = piece.strip_prefix('*') {
        if keyword_only {
            return Err("only one '*' is possible".to_owned());
        }
        (ParamKind::VarArgs, rest)
    } else if keyword_only {
        (ParamKind::KeywordOnly, piece)
    } else {
        (ParamKind::PositionalOrKeyword, piece)
    };
    let (name, default_text) = match rest.split_once('=') {
        Some((name, default)) => (name.trim(), Some(default.trim())),
        None => (rest.trim(), None),
    };
    let first = name.chars().next();
    if first.is_none_or(|c| c.is_ascii_digit())
        || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    {
        return Err(format!("'{name}' is no parameter name"));
    }
    if default_text.is_some() && matches!(kind, ParamKind::VarArgs | ParamKind::VarKeywords) {
        return Err(format!("'{name}' cannot have a default"));
    }
    let default = default_text.map(parse_default).transpose()?;
    Ok(Param {
        name: name.to_owned(),
        kind,
        default,
        default_text: default_text.unwrap_or_default().to_owned(),
    })
}

fn parse_default(text: &str) -> Result<DefaultValue, String> {
    Ok(match text {
        "None" => DefaultValue::None,
        "True" => DefaultValue::Bool(true),
        "False" => DefaultValue::Bool(false),
        "<unset>" | "<unrepresentable>" => DefaultValue::Unset,
        "()" => DefaultValue::EmptyTuple,
        // What CPython writes for PY_SSIZE_T_MAX.
        "sys.maxsize" => DefaultValue::Int(i64::MAX),
        _ => {
            if let Ok(n) = text.parse::<i64>() {
                return Ok(DefaultValue::Int(n));
            }
            if text.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '.')
                && text.parse::<f64>().is_ok()
            {
                return Ok(DefaultValue::Float(text.to_owned()));
            }
            return string_default(text).map(DefaultValue::Str);
        }
    })
}

fn string_default(text: &str) -> Result<String, String> {
    let unknown = || format!("default {text} is not a simple literal; use <unset>");
    let quote = text
        .chars()
        .next()
        .filter(|c| matches!(c, '\'' | '"'))
        .ok_or_else(unknown)?;
    let inner = text[1..].strip_suffix(quote).ok_or_else(unknown)?;
    let mut out = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some('0') => '\0',
                Some(c @ ('\\' | '\'' | '"')) => c,
                _ => return Err(unknown()),
            },
            c => c,
        });
    }
    Ok(out)
}

/// Splits at commas outside of quotes and brackets.
fn split_commas(text: &str) -> Result<Vec<String>, String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut depth = 0usize;
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if let Some(q) = quote {
            piece.push(c);
            if c == '\\' {
                piece.extend(chars.next());
            } else if c == q {
                quote = None;
            }
            continue;
        }
        match c {
            '\'' | '"' => quote = Some(c),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.checked_sub(1).ok_or("unbalanced brackets")?,
            ',' if depth == 0 => {
                pieces.push(std::mem::take(&mut piece).trim().to_owned());
                continue;
            }
            _ => {}
        }
        piece.push(c);
    }
    if quote.is_some() || depth != 0 {
        return Err("unbalanced quotes or brackets".to_owned());
    }
    let last = piece.trim();
    if !last.is_empty() {
        pieces.push(last.to_owned());
    }
    if pieces.iter().any(String::is_empty) {
        return Err("empty parameter".to_owned());
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(text: &str, receiver: &str) -> String {
        Signature::parse(text).map_or_else(|e| e, |s| s.text(Some(receiver)))
    }

    #[test]
    fn text_signatures_are_those_of_argument_clinic() {
        assert_eq!(
            round_trip("(self, sep=None, maxsplit=-1)", "$self"),
            "($self, /, sep=None, maxsplit=-1)"
        );
        assert_eq!(
            round_trip("(self, object, /)", "$self"),
            "($self, object, /)"
        );
        assert_eq!(round_trip("(self)", "$self"), "($self, /)");
        assert_eq!(
            round_trip("(x, /, *, start=1)", "$module"),
            "($module, x, /, *, start=1)"
        );
        assert_eq!(
            round_trip("(*args, sep=', ', **kw)", "$module"),
            "($module, /, *args, sep=', ', **kw)"
        );
        assert_eq!(
            round_trip("(x=<unset>)", "$module"),
            "($module, /, x=<unrepresentable>)"
        );
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(
            round_trip("self", ""),
            "a signature stands in parentheses: \"(self, x, /)\""
        );
        assert_eq!(
            round_trip("(a=1, b)", ""),
            "parameter 'b' without a default follows one with a default"
        );
        assert_eq!(round_trip("(a, a)", ""), "duplicate parameter 'a'");
        assert_eq!(round_trip("(a, /, b, /)", ""), "misplaced '/'");
        assert_eq!(
            round_trip("(a=f(1))", ""),
            "default f(1) is not a simple literal; use <unset>"
        );
        assert_eq!(round_trip("(**k, a)", ""), "nothing can follow **k");
    }
}
