//! One native function: checks the Rust parameters against the Python
//! signature and writes the wrapper that parses the arguments.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{FnArg, GenericArgument, Ident, LitStr, PathArguments, Result, Type};

use crate::attrs::plain_name;
use crate::signature::{DefaultValue, Param, ParamKind, Signature};

/// What the wrapper is called as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// A function of a module.
    Function,
    Instance,
    Class,
    Static,
    /// The slots of these names, with a Python signature.
    New,
    Init,
    Call,
}

impl Role {
    /// The receiver's name in a Python signature.
    fn receiver(self) -> Option<&'static str> {
        match self {
            Role::Function | Role::Static => None,
            Role::Class | Role::New => Some("cls"),
            Role::Instance | Role::Init | Role::Call => Some("self"),
        }
    }
    fn kind(self) -> TokenStream {
        let kind = match self {
            Role::Function => "Function",
            Role::Class => "Class",
            Role::Static => "Static",
            _ => "Instance",
        };
        let kind = Ident::new(kind, proc_macro2::Span::call_site());
        quote!(::taipan_object::native::MethodKind::#kind)
    }
}

/// A function to be wrapped.
pub struct Native<'a> {
    pub role: Role,
    pub func: &'a syn::Signature,
    pub signature: Signature,
    /// Name in Python and in most messages.
    pub name: String,
    /// Name with its class or module, for the other messages.
    pub qualified: String,
    /// Path of the Rust function.
    pub target: TokenStream,
}

/// Whether a type is `&Vm`.
fn is_vm(ty: &Type) -> bool {
    matches!(ty, Type::Reference(r) if last_segment(&r.elem).is_some_and(|s| s == "Vm"))
}

fn last_segment(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|s| plain_name(&s.ident)),
        Type::Paren(inner) => last_segment(&inner.elem),
        _ => None,
    }
}

/// `T` of `Option<T>`.
fn option_inner(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    if last.ident != "Option" {
        return None;
    }
    match &last.arguments {
        PathArguments::AngleBracketed(args) => args.args.iter().find_map(|a| match a {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        }),
        _ => None,
    }
}

/// The typed parameters of a function; a `self` parameter is an error.
pub fn typed_params(func: &syn::Signature) -> Result<Vec<&Type>> {
    if let Some(bad) = func.generics.params.first() {
        return Err(syn::Error::new_spanned(
            bad,
            "a native function cannot be generic",
        ));
    }
    func.inputs
        .iter()
        .map(|input| match input {
            FnArg::Typed(typed) => Ok(&*typed.ty),
            FnArg::Receiver(receiver) => Err(syn::Error::new_spanned(
                receiver,
                "write the receiver as `this: &Ref<Self>` or `this: &Value`",
            )),
        })
        .collect()
}

/// Splits an optional leading `&Vm` off.
pub fn split_vm<'t, 'a>(types: &'t [&'a Type]) -> (bool, &'t [&'a Type]) {
    match types {
        [first, rest @ ..] if is_vm(first) => (true, rest),
        _ => (false, types),
    }
}

/// Binds `__this` from the value `__receiver` as the type of the receiver asks.
pub fn bind_receiver(ty: &Type, name: &str) -> Result<TokenStream> {
    let Type::Reference(reference) = ty else {
        return Err(syn::Error::new_spanned(
            ty,
            "the receiver is `&Ref<…>`, `&Value` or `&TypeRef`",
        ));
    };
    Ok(match last_segment(&reference.elem).as_deref() {
        Some("Value") => quote_spanned!(ty.span()=> let __this: #ty = __receiver;),
        Some("Ref" | "TypeRef") => quote_spanned! {ty.span()=>
            let ::core::option::Option::Some(__this) = __receiver.downcast() else {
                return ::core::result::Result::Err(::taipan_object::args::wrong_receiver(
                    __vm, __receiver, #name,
                ));
            };
            let __this: #ty = __this;
        },
        _ => {
            return Err(syn::Error::new_spanned(
                ty,
                "the receiver is `&Ref<…>`, `&Value` or `&TypeRef`",
            ));
        }
    })
}

impl<'a> Native<'a> {
    /// Parses and checks the Python signature.
    pub fn new(
        role: Role,
        func: &'a syn::Signature,
        signature_text: &'a LitStr,
        name: String,
        qualified: String,
        target: TokenStream,
    ) -> Result<Self> {
        let mut signature = Signature::parse(&signature_text.value())
            .map_err(|e| syn::Error::new(signature_text.span(), e))?;
        match (role.receiver(), signature.receiver.take()) {
            (Some(want), Some(_)) if matches!(role, Role::New) && want == "cls" => {}
            (None, Some(got)) => {
                return Err(syn::Error::new(
                    signature_text.span(),
                    format!("no '{got}' here: this is not bound to an object"),
                ));
            }
            (Some(want), None) if !matches!(role, Role::New | Role::Init | Role::Call) => {
                return Err(syn::Error::new(
                    signature_text.span(),
                    format!("the signature starts with '{want}'"),
                ));
            }
            _ => {}
        }
        Ok(Self {
            role,
            func,
            signature,
            name,
            qualified,
            target,
        })
    }

    /// `__text_signature__`.
    pub fn text_signature(&self) -> String {
        self.signature.text(match self.role {
            Role::Function => Some("$module"),
            Role::Instance | Role::Init | Role::Call => Some("$self"),
            Role::Class => Some("$type"),
            Role::Static | Role::New => None,
        })
    }

    /// The `MethodDef` that names the wrapper.
    pub fn method_def(&self, wrapper: &TokenStream, doc: &str) -> TokenStream {
        let (name, signature, kind) = (&self.name, self.text_signature(), self.role.kind());
        quote! {
            ::taipan_object::native::MethodDef {
                name: #name, doc: #doc, signature: #signature, kind: #kind, call: #wrapper,
            }
        }
    }

    /// The wrapper function.
    pub fn wrapper(&self, wrapper: &Ident) -> Result<TokenStream> {
        let all = typed_params(self.func)?;
        let (takes_vm, mut types) = split_vm(&all);
        let mut call_args = Vec::new();
        if takes_vm {
            call_args.push(quote!(__vm));
        }
        let mut receiver = TokenStream::new();
        if self.role.receiver().is_some() {
            let [first, rest @ ..] = types else {
                return Err(syn::Error::new_spanned(
                    &self.func.ident,
                    "the function takes no receiver (`this` or `cls`)",
                ));
            };
            receiver = self.receiver(first)?;
            call_args.push(quote!(__this));
            types = rest;
        }
        if types.len() != self.signature.params.len() {
            let names: Vec<_> = self
                .signature
                .params
                .iter()
                .map(|p| p.name.as_str())
                .collect();
            let message = format!(
                "the signature has {} parameters ({}), the Rust function takes {} after `vm` and the receiver",
                names.len(),
                names.join(", "),
                types.len()
            );
            return Err(syn::Error::new_spanned(&self.func.inputs, message));
        }
        let bind = self.bind_slots();
        let mut convert = TokenStream::new();
        for (index, (param, ty)) in self.signature.params.iter().zip(types).enumerate() {
            convert.extend(self.convert(index, param, ty)?);
            let value = format_ident!("__a{index}");
            call_args.push(quote!(#value));
        }
        let params = self.params_const();
        let target = &self.target;
        let call = quote_spanned!(self.func.ident.span()=> #target(#(#call_args),*));
        let (head, output, result) = match self.role {
            Role::New => (
                quote!(__receiver: &::taipan_object::header::TypeRef, __args: ::taipan_object::vm::Args<'_>),
                quote!(::taipan_object::vm::PyResult),
                quote!(::taipan_object::native::IntoResult::into_result(#call, __vm)),
            ),
            Role::Init => (
                quote!(__receiver: &::taipan_object::value::Value, __args: ::taipan_object::vm::Args<'_>),
                quote!(::taipan_object::vm::PyResult<()>),
                call,
            ),
            Role::Call => (
                quote!(__receiver: &::taipan_object::value::Value, __args: ::taipan_object::vm::Args<'_>),
                quote!(::taipan_object::vm::PyResult),
                quote!(::taipan_object::native::IntoResult::into_result(#call, __vm)),
            ),
            _ => (
                quote!(__args: ::taipan_object::vm::Args<'_>),
                quote!(::taipan_object::vm::PyResult),
                quote!(::taipan_object::native::IntoResult::into_result(#call, __vm)),
            ),
        };
        Ok(quote! {
            #[doc(hidden)]
            #[allow(unused_variables, clippy::all)]
            fn #wrapper(__vm: &::taipan_object::vm::Vm, #head) -> #output {
                #params
                #receiver
                #bind
                #convert
                #result
            }
        })
    }

    fn receiver(&self, ty: &Type) -> Result<TokenStream> {
        if self.role == Role::New {
            return Ok(quote! {
                let __this = __receiver;
                let __args = __PARAMS.for_new(__vm, __this, __args);
            });
        }
        let bind = bind_receiver(ty, &self.name)?;
        if matches!(self.role, Role::Init | Role::Call) {
            return Ok(bind);
        }
        Ok(quote! {
            let ::core::option::Option::Some((__receiver, __args)) = __args.split_receiver() else {
                return ::core::result::Result::Err(__PARAMS.no_receiver(__vm));
            };
            #bind
        })
    }

    fn params_const(&self) -> TokenStream {
        let (name, qualified) = (&self.name, &self.qualified);
        let signature = &self.signature;
        let names: Vec<_> = signature.named().map(|p| p.name.as_str()).collect();
        let positional_only = signature.count(ParamKind::PositionalOnly);
        let positional = positional_only + signature.count(ParamKind::PositionalOrKeyword);
        let required: u64 = signature
            .named()
            .take(64)
            .enumerate()
            .filter(|(_, p)| p.default.is_none())
            .map(|(i, _)| 1u64 << i)
            .sum();
        let (varargs, varkw) = (
            signature.has(ParamKind::VarArgs),
            signature.has(ParamKind::VarKeywords),
        );
        let is_class = matches!(self.role, Role::New | Role::Init | Role::Call);
        quote! {
            const __PARAMS: &::taipan_object::args::Params = &::taipan_object::args::Params {
                function: #name,
                qualified: #qualified,
                names: &[#(#names),*],
                positional_only: #positional_only,
                positional: #positional,
                required: #required,
                varargs: #varargs,
                varkw: #varkw,
                is_class: #is_class,
            };
        }
    }

    /// Binds `__v0`, `__v1` … for the named parameters, and `__varargs`, `__varkw`.
    fn bind_slots(&self) -> TokenStream {
        let signature = &self.signature;
        let named: Vec<&Param> = signature.named().collect();
        let slots: Vec<_> = (0..named.len()).map(|i| format_ident!("__v{i}")).collect();
        if !signature.positional_only() {
            return self.bind_by_name(&named, &slots);
        }
        let required = named.iter().filter(|p| p.default.is_none()).count();
        let (first, optional) = slots.split_at(required);
        let positions = 0..optional.len();
        let rest = if optional.is_empty() && !signature.has(ParamKind::VarArgs) {
            TokenStream::new()
        } else {
            quote!(__rest @ ..)
        };
        let too_many = if signature.has(ParamKind::VarArgs) || optional.is_empty() {
            quote!(true)
        } else {
            let most = optional.len();
            quote!(__rest.len() <= #most)
        };
        let varargs = if signature.has(ParamKind::VarArgs) {
            let most = optional.len();
            quote!(let __varargs: &[::taipan_object::value::Value] = __rest.get(#most..).unwrap_or(&[]);)
        } else {
            TokenStream::new()
        };
        quote! {
            let [#(#first,)* #rest] = __args.values else {
                return ::core::result::Result::Err(__PARAMS.reject(__vm, &__args));
            };
            if !(#too_many && __args.keyword_count() == 0) {
                return ::core::result::Result::Err(__PARAMS.reject(__vm, &__args));
            }
            #(let #optional = __rest.get(#positions);)*
            #varargs
        }
    }

    fn bind_by_name(&self, named: &[&Param], slots: &[Ident]) -> TokenStream {
        let count = slots.len();
        let mut out = quote! {
            let [#(#slots),*] = __PARAMS.parse::<#count>(__vm, &__args)?;
        };
        for (index, (param, slot)) in named.iter().zip(slots).enumerate() {
            if param.default.is_none() {
                out.extend(quote! {
                    let ::core::option::Option::Some(#slot) = #slot else {
                        return ::core::result::Result::Err(__PARAMS.missing(__vm, #index));
                    };
                });
            }
        }
        if self.signature.has(ParamKind::VarArgs) {
            out.extend(quote!(let __varargs = __PARAMS.varargs(&__args);));
        }
        if self.signature.has(ParamKind::VarKeywords) {
            out.extend(quote!(let __varkw = ::taipan_object::args::KwArgs::new(__PARAMS, __args);));
        }
        out
    }

    /// `let __aN: T = …;`
    fn convert(&self, index: usize, param: &Param, ty: &Type) -> Result<TokenStream> {
        let value = format_ident!("__a{index}");
        match param.kind {
            ParamKind::VarArgs => {
                return Ok(quote_spanned!(ty.span()=> let #value: #ty = __varargs;));
            }
            ParamKind::VarKeywords => {
                return Ok(quote_spanned!(ty.span()=> let #value: #ty = __varkw;));
            }
            _ => {}
        }
        let at = self
            .signature
            .named()
            .position(|p| p.name == param.name)
            .unwrap_or(index);
        let slot = format_ident!("__v{at}");
        let what = self.what(at, param);
        let name = &self.name;
        let from = |source: TokenStream| {
            quote_spanned! {ty.span()=>
                ::taipan_object::native::FromArg::from_arg(__vm, #source, #name, #what)?
            }
        };
        let Some(default) = &param.default else {
            let converted = from(quote!(#slot));
            return Ok(quote_spanned!(ty.span()=> let #value: #ty = #converted;));
        };
        let given = from(quote!(__given));
        if *default == DefaultValue::Unset {
            if option_inner(ty).is_none() {
                return Err(syn::Error::new_spanned(
                    ty,
                    format!("'{}' may be unset: its type is Option<…>", param.name),
                ));
            }
            return Ok(quote_spanned! {ty.span()=>
                let #value: #ty = match #slot {
                    ::core::option::Option::Some(__given) => ::core::option::Option::Some(#given),
                    ::core::option::Option::None => ::core::option::Option::None,
                };
            });
        }
        let (hold, default) = self.default(index, default, ty, &from);
        Ok(quote_spanned! {ty.span()=>
            #hold
            let #value: #ty = match #slot {
                ::core::option::Option::Some(__given) => #given,
                ::core::option::Option::None => #default,
            };
        })
    }

    /// How messages name an argument.
    fn what(&self, at: usize, param: &Param) -> String {
        let alone = self.signature.params.len() == 1 && param.default.is_none();
        match param.kind {
            ParamKind::PositionalOnly if alone && !matches!(self.role, Role::New) => {
                "argument".to_owned()
            }
            ParamKind::PositionalOnly => format!("argument {}", at + 1),
            _ => format!("argument '{}'", param.name),
        }
    }

    /// Code for a default: what must be declared before, and the expression.
    fn default(
        &self,
        index: usize,
        default: &DefaultValue,
        ty: &Type,
        from: &dyn Fn(TokenStream) -> TokenStream,
    ) -> (TokenStream, TokenStream) {
        if let Some(inner) = option_inner(ty) {
            if *default == DefaultValue::None {
                return (TokenStream::new(), quote!(::core::option::Option::None));
            }
            let (hold, expr) = self.default(index, default, inner, from);
            if literal(default, inner).is_some() {
                return (hold, quote!(::core::option::Option::Some(#expr)));
            }
            return (hold, expr);
        }
        if let Some(literal) = literal(default, ty) {
            return (TokenStream::new(), literal);
        }
        let constant = match default {
            DefaultValue::Bool(b) => Some(quote!(::taipan_object::value::Value::bool(#b))),
            DefaultValue::Int(n) if (-(1 << 62)..1 << 62).contains(n) => {
                Some(quote!(::taipan_object::args::small_int(#n)))
            }
            DefaultValue::None | DefaultValue::Unset => {
                Some(quote!(::taipan_object::value::Value::NONE))
            }
            _ => None,
        };
        if let Some(constant) = constant {
            let converted = from(quote!(__DEFAULT));
            return (
                TokenStream::new(),
                quote!({
                    const __DEFAULT: &::taipan_object::value::Value = &#constant;
                    #converted
                }),
            );
        }
        let made = match default {
            DefaultValue::Str(text) => quote!(__vm.intern_str(#text).into_value()),
            DefaultValue::Int(n) => quote!(__vm.new_int(#n)),
            DefaultValue::Float(text) => {
                let number: f64 = text.parse().unwrap_or_default();
                quote!(__vm.new_float(#number))
            }
            _ => quote!(__vm.empty_tuple.to_value()),
        };
        let hold = format_ident!("__d{index}");
        let converted = from(quote!(&#hold));
        (
            quote!(let #hold: ::taipan_object::value::Value;),
            quote!({
                #hold = #made;
                #converted
            }),
        )
    }
}

/// A default as a literal of the Rust type, where it has one.
fn literal(default: &DefaultValue, ty: &Type) -> Option<TokenStream> {
    if let Type::Reference(reference) = ty {
        return match (default, last_segment(&reference.elem)?.as_str()) {
            (DefaultValue::Str(text), "str") => Some(quote!(#text)),
            _ => None,
        };
    }
    let name = last_segment(ty)?;
    match default {
        DefaultValue::Bool(b) if name == "bool" => Some(quote!(#b)),
        DefaultValue::Int(n) if matches!(name.as_str(), "i64" | "isize" | "i32" | "i16" | "i8") => {
            let number = proc_macro2::Literal::i64_unsuffixed(*n);
            Some(quote!(#number))
        }
        DefaultValue::Int(n)
            if *n >= 0 && matches!(name.as_str(), "u64" | "usize" | "u32" | "u16" | "u8") =>
        {
            let number = proc_macro2::Literal::i64_unsuffixed(*n);
            Some(quote!(#number))
        }
        DefaultValue::Int(n) if name == "f64" => {
            let number = proc_macro2::Literal::f64_suffixed(*n as f64);
            Some(quote!(#number))
        }
        DefaultValue::Float(text) if name == "f64" => {
            let number = text.parse::<f64>().ok()?;
            Some(quote!(#number))
        }
        DefaultValue::Str(text) if name == "String" => {
            Some(quote!(::std::string::String::from(#text)))
        }
        _ => None,
    }
}
