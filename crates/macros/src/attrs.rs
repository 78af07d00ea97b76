//! The arguments of the attributes.

use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Expr, Ident, LitStr, Meta, Path, Result, Token, parenthesized};

/// `#[pymethods(…)]`.
#[derive(Default)]
pub struct ClassArgs {
    pub name: Option<LitStr>,
    pub module: Option<LitStr>,
    pub doc: Option<LitStr>,
    pub signature: Option<LitStr>,
    /// The class name in messages of a partial block.
    pub class: Option<LitStr>,
    pub partial: Option<Ident>,
    /// The payload, if it is not the type of the block.
    pub payload: Option<Path>,
    pub flags: Vec<Ident>,
    pub extra: Vec<Path>,
}

impl Parse for ClassArgs {
    fn parse(input: ParseStream) -> Result<Self> {
        let mut args = ClassArgs::default();
        while !input.is_empty() {
            let key = Ident::parse_any(input)?;
            match key.to_string().as_str() {
                "name" => args.name = Some(text_value(input)?),
                "module" => args.module = Some(text_value(input)?),
                "doc" => args.doc = Some(text_value(input)?),
                "signature" => args.signature = Some(text_value(input)?),
                "class" => args.class = Some(text_value(input)?),
                "partial" => {
                    input.parse::<Token![=]>()?;
                    args.partial = Some(input.parse()?);
                }
                "payload" => {
                    input.parse::<Token![=]>()?;
                    args.payload = Some(Path::parse_mod_style(input)?);
                }
                "flags" => {
                    let inner;
                    parenthesized!(inner in input);
                    args.flags = inner
                        .parse_terminated(Ident::parse, Token![|])?
                        .into_iter()
                        .collect();
                }
                "extra" => args.extra = paths(input)?,
                _ => {
                    return Err(syn::Error::new(
                        key.span(),
                        "expected name, module, doc, signature, class, partial, payload, flags(…) or extra(…)",
                    ));
                }
            }
            comma(input)?;
        }
        Ok(args)
    }
}

/// `#[pymodule(…)]`.
#[derive(Default)]
pub struct ModuleArgs {
    pub name: Option<LitStr>,
    pub doc: Option<LitStr>,
    pub partial: bool,
    pub classes: Vec<Path>,
    pub extra: Vec<Path>,
}

impl Parse for ModuleArgs {
    fn parse(input: ParseStream) -> Result<Self> {
        let mut args = ModuleArgs::default();
        while !input.is_empty() {
            let key = Ident::parse_any(input)?;
            match key.to_string().as_str() {
                "name" => args.name = Some(text_value(input)?),
                "doc" => args.doc = Some(text_value(input)?),
                "partial" => args.partial = true,
                "classes" => args.classes = paths(input)?,
                "extra" => args.extra = paths(input)?,
                _ => {
                    return Err(syn::Error::new(
                        key.span(),
                        "expected name, doc, partial, classes(…) or extra(…)",
                    ));
                }
            }
            comma(input)?;
        }
        Ok(args)
    }
}

fn text_value(input: ParseStream) -> Result<LitStr> {
    input.parse::<Token![=]>()?;
    input.parse()
}

fn paths(input: ParseStream) -> Result<Vec<Path>> {
    let inner;
    parenthesized!(inner in input);
    Ok(inner
        .parse_terminated(Path::parse_mod_style, Token![,])?
        .into_iter()
        .collect())
}

fn comma(input: ParseStream) -> Result<()> {
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(())
}

/// `("(self, x)", name = "y")`, after a function's attribute.
#[derive(Default)]
pub struct FunctionArgs {
    pub signature: Option<LitStr>,
    pub name: Option<LitStr>,
}

impl Parse for FunctionArgs {
    fn parse(input: ParseStream) -> Result<Self> {
        let mut args = FunctionArgs::default();
        while !input.is_empty() {
            if input.peek(LitStr) {
                args.signature = Some(input.parse()?);
            } else {
                let key = Ident::parse_any(input)?;
                if key != "name" {
                    return Err(syn::Error::new(
                        key.span(),
                        "expected a signature string or name = \"…\"",
                    ));
                }
                args.name = Some(text_value(input)?);
            }
            comma(input)?;
        }
        Ok(args)
    }
}

/// Parses what stands in the parentheses of an attribute; nothing if there are none.
pub fn function_args(attribute: &Attribute) -> Result<FunctionArgs> {
    match &attribute.meta {
        Meta::Path(_) => Ok(FunctionArgs::default()),
        _ => attribute.parse_args(),
    }
}

/// The identifier in `#[pyslot(len)]`, without `r#`.
pub fn ident_arg(attribute: &Attribute) -> Result<Option<Ident>> {
    match &attribute.meta {
        Meta::Path(_) => Ok(None),
        _ => attribute.parse_args_with(Ident::parse_any).map(Some),
    }
}

/// An identifier's text without `r#`.
pub fn plain_name(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// Takes the one attribute of ours off an item's list.
pub fn take_own(attributes: &mut Vec<Attribute>, known: &[&str]) -> Result<Option<Attribute>> {
    let mut found: Option<Attribute> = None;
    let mut at = 0;
    while at < attributes.len() {
        if known
            .iter()
            .any(|name| attributes[at].path().is_ident(name))
        {
            let attribute = attributes.remove(at);
            if found.is_some() {
                return Err(syn::Error::new_spanned(
                    attribute,
                    "an item takes one of these attributes",
                ));
            }
            found = Some(attribute);
        } else {
            at += 1;
        }
    }
    Ok(found)
}

/// The doc comment as one text.
pub fn doc_text(attributes: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attribute in attributes {
        if let Meta::NameValue(pair) = &attribute.meta
            && pair.path.is_ident("doc")
            && let Expr::Lit(literal) = &pair.value
            && let syn::Lit::Str(text) = &literal.lit
        {
            let text = text.value();
            lines.push(
                text.strip_prefix(' ')
                    .unwrap_or(&text)
                    .trim_end()
                    .to_owned(),
            );
        }
    }
    lines.join("\n")
}

/// The attributes that a generated companion must repeat.
pub fn cfg_attributes(attributes: &[Attribute]) -> Vec<&Attribute> {
    attributes
        .iter()
        .filter(|a| a.path().is_ident("cfg"))
        .collect()
}
