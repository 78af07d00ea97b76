//! `#[pymodule]`: a native module from an inline `mod`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Attribute, Ident, Item, ItemMod, LitStr, Result, parse_quote};

use crate::attrs::{ModuleArgs, cfg_attributes, doc_text, function_args, plain_name, take_own};
use crate::function::{Native, Role, split_vm, typed_params};

#[derive(Default)]
struct Parts {
    items: TokenStream,
    functions: Vec<TokenStream>,
    /// Statements of the module's initialisation, in order.
    attributes: TokenStream,
    init: TokenStream,
}

pub fn expand(args: ModuleArgs, mut item: ItemMod) -> Result<TokenStream> {
    let span = item.ident.span();
    let Some((_, content)) = &mut item.content else {
        return Err(syn::Error::new(
            span,
            "#[pymodule] stands on a module with a body",
        ));
    };
    let name = args
        .name
        .as_ref()
        .map_or_else(|| plain_name(&item.ident), LitStr::value);
    let mut parts = Parts::default();
    for member in content.iter_mut() {
        expand_member(&name, member, &mut parts)?;
    }
    let tables = tables(&args, &name, &parts);
    let items = &parts.items;
    content.push(Item::Verbatim(quote!(#items #tables)));
    if !item.attrs.iter().any(|a| a.path().is_ident("allow")) {
        item.attrs.push(parse_quote!(#[allow(non_snake_case)]));
    }
    Ok(quote!(#item))
}

fn expand_member(module: &str, member: &mut Item, parts: &mut Parts) -> Result<()> {
    match member {
        Item::Fn(function) => {
            let Some(attribute) =
                take_own(&mut function.attrs, &["pyfunction", "pyattr", "pyinit"])?
            else {
                return Ok(());
            };
            let cfg: Vec<Attribute> = cfg_attributes(&function.attrs)
                .into_iter()
                .cloned()
                .collect();
            let ident = &function.sig.ident;
            if attribute.path().is_ident("pyinit") {
                parts
                    .init
                    .extend(quote_spanned!(ident.span()=> #(#cfg)* #ident(vm, module)?;));
                return Ok(());
            }
            let args = function_args(&attribute)?;
            let name = args.name.map_or_else(|| plain_name(ident), |n| n.value());
            if attribute.path().is_ident("pyattr") {
                let types = typed_params(&function.sig)?;
                let (takes_vm, rest) = split_vm(&types);
                if !rest.is_empty() {
                    return Err(syn::Error::new_spanned(
                        &function.sig.inputs,
                        "#[pyattr] takes only `vm: &Vm`",
                    ));
                }
                let vm = takes_vm.then(|| quote!(vm));
                parts
                    .attributes
                    .extend(set_attribute(&name, quote!(#ident(#vm)), &cfg));
                return Ok(());
            }
            let Some(signature) = &args.signature else {
                return Err(syn::Error::new_spanned(
                    attribute,
                    "the Python signature is missing: \"(x, /)\"",
                ));
            };
            let qualified = if module == "builtins" {
                name.clone()
            } else {
                format!("{module}.{name}")
            };
            let native = Native::new(
                Role::Function,
                &function.sig,
                signature,
                name,
                qualified,
                quote!(#ident),
            )?;
            let wrapper = format_ident!("__py_{}", plain_name(ident));
            let code = native.wrapper(&wrapper)?;
            let def = native.method_def(&quote!(#wrapper), &doc_text(&function.attrs));
            parts.items.extend(quote!(#(#cfg)* #code));
            parts.functions.push(quote!(#(#cfg)* #def));
        }
        Item::Const(constant) => {
            if let Some(attribute) = take_own(&mut constant.attrs, &["pyattr"])? {
                let args = function_args(&attribute)?;
                let ident: &Ident = &constant.ident;
                let name = args.name.map_or_else(|| plain_name(ident), |n| n.value());
                let cfg: Vec<Attribute> = cfg_attributes(&constant.attrs)
                    .into_iter()
                    .cloned()
                    .collect();
                parts
                    .attributes
                    .extend(set_attribute(&name, quote!(#ident), &cfg));
            }
        }
        _ => {}
    }
    Ok(())
}

fn set_attribute(name: &str, value: TokenStream, cfg: &[Attribute]) -> TokenStream {
    quote! {
        #(#cfg)*
        ::taipan_object::args::set_module_attr(
            vm, module, #name, ::taipan_object::native::IntoResult::into_result(#value, vm)?,
        )?;
    }
}

fn tables(args: &ModuleArgs, name: &str, parts: &Parts) -> TokenStream {
    let Parts {
        functions,
        attributes,
        init,
        ..
    } = parts;
    let (classes, extra) = (&args.classes, &args.extra);
    let doc = args.doc.as_ref().map_or_else(String::new, LitStr::value);
    let module = if args.partial {
        TokenStream::new()
    } else {
        quote! {
            /// The module's definition.
            pub static MODULE: ::taipan_object::native::ModuleDef = ::taipan_object::native::ModuleDef {
                name: #name, doc: #doc, functions: FUNCTIONS, init: __init_module,
            };
            /// The module's definition.
            pub fn module_def() -> &'static ::taipan_object::native::ModuleDef {
                &MODULE
            }
        }
    };
    quote! {
        #[doc(hidden)]
        const __OWN_FUNCTIONS: &[::taipan_object::native::MethodDef] = &[#(#functions),*];
        #[doc(hidden)]
        const __FUNCTION_COUNT: usize = __OWN_FUNCTIONS.len() #(+ #extra::FUNCTIONS.len())*;
        /// The functions, those of the parts included.
        pub const FUNCTIONS: &[::taipan_object::native::MethodDef] =
            &::taipan_object::args::join_functions::<__FUNCTION_COUNT>(&[__OWN_FUNCTIONS, #(#extra::FUNCTIONS),*]);
        /// Fills a fresh module.
        #[doc(hidden)]
        pub fn __init_module(
            vm: &::taipan_object::vm::Vm,
            module: &::taipan_object::header::Ref<::taipan_object::module::Module>,
        ) -> ::taipan_object::vm::PyResult<()> {
            #(::taipan_object::args::add_class::<#classes>(vm, module)?;)*
            #attributes
            #(#extra::__init_module(vm, module)?;)*
            #init
            ::core::result::Result::Ok(())
        }
        #module
    }
}
