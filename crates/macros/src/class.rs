//! `#[pymethods]`: a Python class from an `impl` block.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Ident, ImplItem, ImplItemFn, ItemImpl, LitStr, Path, Result, Type};

use crate::attrs::{
    ClassArgs, cfg_attributes, doc_text, function_args, ident_arg, plain_name, take_own,
};
use crate::function::{Native, Role, bind_receiver, split_vm, typed_params};

const ATTRIBUTES: &[&str] = &[
    "pymethod",
    "pyclassmethod",
    "pystaticmethod",
    "pygetset",
    "pysetter",
    "pyslot",
    "pynew",
    "pyinit",
    "pycall",
];

/// What the functions of the block came to.
#[derive(Default)]
struct Parts {
    /// Wrappers, in an `impl` block of their own.
    wrappers: TokenStream,
    methods: Vec<TokenStream>,
    getters: Vec<Getter>,
    setters: Vec<(String, TokenStream, proc_macro2::Span)>,
    /// Statements that set slots.
    fill: TokenStream,
    /// From `#[pynew]`.
    class_signature: Option<String>,
}

struct Getter {
    name: String,
    doc: String,
    wrapper: TokenStream,
    cfg: TokenStream,
}

struct Block<'a> {
    class_name: String,
    target: &'a Type,
    parts: Parts,
}

pub fn expand(args: ClassArgs, mut item: ItemImpl) -> Result<TokenStream> {
    if let Some((path, _)) = &item.trait_ {
        return Err(syn::Error::new_spanned(
            path,
            "#[pymethods] stands on an inherent impl block",
        ));
    }
    let target = (*item.self_ty).clone();
    let class_name = args
        .class
        .as_ref()
        .or(args.name.as_ref())
        .map_or_else(|| default_name(&target), LitStr::value);
    let mut block = Block {
        class_name,
        target: &target,
        parts: Parts::default(),
    };
    for member in &mut item.items {
        let ImplItem::Fn(function) = member else {
            continue;
        };
        if let Some(attribute) = take_own(&mut function.attrs, ATTRIBUTES)? {
            block.member(&attribute, function)?;
        }
    }
    let Block { parts, .. } = block;
    let wrappers = &parts.wrappers;
    let tables = match &args.partial {
        Some(name) => partial_tables(name, &target, &parts)?,
        None => class_tables(&args, &target, &parts)?,
    };
    Ok(quote! {
        #item
        #[allow(non_snake_case)]
        impl #target { #wrappers }
        #tables
    })
}

/// The class name if none is given: the Rust type's in lower case.
fn default_name(target: &Type) -> String {
    match target {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .map(|s| s.ident.to_string().to_lowercase())
            .unwrap_or_default(),
        _ => String::new(),
    }
}

impl Block<'_> {
    fn member(&mut self, attribute: &Attribute, function: &ImplItemFn) -> Result<()> {
        let name = attribute
            .path()
            .get_ident()
            .map(plain_name)
            .unwrap_or_default();
        match name.as_str() {
            "pymethod" => self.method(Role::Instance, attribute, function),
            "pyclassmethod" => self.method(Role::Class, attribute, function),
            "pystaticmethod" => self.method(Role::Static, attribute, function),
            "pynew" => self.constructor(Role::New, "new", attribute, function),
            "pyinit" => self.constructor(Role::Init, "init", attribute, function),
            "pycall" => self.constructor(Role::Call, "call", attribute, function),
            "pygetset" => self.getter(attribute, function),
            "pysetter" => self.setter(attribute, function),
            _ => self.slot(attribute, function),
        }
    }

    fn path(&self, function: &ImplItemFn) -> TokenStream {
        let (target, ident) = (self.target, &function.sig.ident);
        quote_spanned!(ident.span()=> <#target>::#ident)
    }

    fn wrapper_path(&self, wrapper: &Ident) -> TokenStream {
        let target = self.target;
        quote!(<#target>::#wrapper)
    }

    fn method(&mut self, role: Role, attribute: &Attribute, function: &ImplItemFn) -> Result<()> {
        let args = function_args(attribute)?;
        let Some(signature) = &args.signature else {
            return Err(syn::Error::new_spanned(
                attribute,
                "the Python signature is missing: \"(self, x, /)\"",
            ));
        };
        let name = args
            .name
            .map_or_else(|| plain_name(&function.sig.ident), |n| n.value());
        let qualified = format!("{}.{name}", self.class_name);
        let native = Native::new(
            role,
            &function.sig,
            signature,
            name,
            qualified,
            self.path(function),
        )?;
        let wrapper = format_ident!("__py_{}", plain_name(&function.sig.ident));
        let cfg = cfg_attributes(&function.attrs);
        let code = native.wrapper(&wrapper)?;
        let def = native.method_def(&self.wrapper_path(&wrapper), &doc_text(&function.attrs));
        self.parts.wrappers.extend(quote!(#(#cfg)* #code));
        self.parts.methods.push(quote!(#(#cfg)* #def));
        Ok(())
    }

    fn constructor(
        &mut self,
        role: Role,
        slot: &str,
        attribute: &Attribute,
        function: &ImplItemFn,
    ) -> Result<()> {
        let args = function_args(attribute)?;
        let Some(signature) = &args.signature else {
            return Err(syn::Error::new_spanned(
                attribute,
                "the Python signature is missing: \"(x, /)\"",
            ));
        };
        // Some classes go by the name of the function that makes them.
        let name = args
            .name
            .as_ref()
            .map_or_else(|| self.class_name.clone(), LitStr::value);
        let native = Native::new(
            role,
            &function.sig,
            signature,
            name.clone(),
            name,
            self.path(function),
        )?;
        // Blocks that share a payload have functions of different names.
        let wrapper = format_ident!("__slot_{}", plain_name(&function.sig.ident));
        let slot = Ident::new(slot, attribute.span());
        self.parts.wrappers.extend(native.wrapper(&wrapper)?);
        if role == Role::New || role == Role::Init {
            self.parts.class_signature.get_or_insert_with(|| {
                let mut text = native.signature.text(None);
                text.shrink_to_fit();
                text
            });
        }
        let path = self.wrapper_path(&wrapper);
        self.parts
            .fill
            .extend(quote!(slots.#slot.set(::core::option::Option::Some(#path));));
        Ok(())
    }

    fn getter(&mut self, attribute: &Attribute, function: &ImplItemFn) -> Result<()> {
        let args = function_args(attribute)?;
        let name = args
            .name
            .map_or_else(|| plain_name(&function.sig.ident), |n| n.value());
        let types = typed_params(&function.sig)?;
        let (takes_vm, rest) = split_vm(&types);
        let [receiver] = rest else {
            return Err(syn::Error::new_spanned(
                &function.sig.inputs,
                "a getter takes `vm` and `this`",
            ));
        };
        let bind = bind_receiver(receiver, &name)?;
        let path = self.path(function);
        let vm = takes_vm.then(|| quote!(__vm,));
        let wrapper = format_ident!("__get_{}", plain_name(&function.sig.ident));
        let cfg = cfg_attributes(&function.attrs);
        self.parts.wrappers.extend(quote! {
            #(#cfg)*
            #[doc(hidden)]
            #[allow(clippy::all)]
            fn #wrapper(
                __vm: &::taipan_object::vm::Vm,
                __receiver: &::taipan_object::value::Value,
            ) -> ::taipan_object::vm::PyResult {
                #bind
                ::taipan_object::native::IntoResult::into_result(#path(#vm __this), __vm)
            }
        });
        self.parts.getters.push(Getter {
            name,
            doc: doc_text(&function.attrs),
            wrapper: self.wrapper_path(&wrapper),
            cfg: quote!(#(#cfg)*),
        });
        Ok(())
    }

    fn setter(&mut self, attribute: &Attribute, function: &ImplItemFn) -> Result<()> {
        let Some(name) = ident_arg(attribute)? else {
            return Err(syn::Error::new_spanned(
                attribute,
                "name the attribute: #[pysetter(x)]",
            ));
        };
        let types = typed_params(&function.sig)?;
        let (takes_vm, rest) = split_vm(&types);
        let [receiver, _] = rest else {
            return Err(syn::Error::new_spanned(
                &function.sig.inputs,
                "a setter takes `vm`, `this` and `value: Option<&Value>`",
            ));
        };
        let bind = bind_receiver(receiver, &plain_name(&name))?;
        let path = self.path(function);
        let vm = takes_vm.then(|| quote!(__vm,));
        let wrapper = format_ident!("__set_{}", plain_name(&function.sig.ident));
        self.parts.wrappers.extend(quote! {
            #[doc(hidden)]
            #[allow(clippy::all)]
            fn #wrapper(
                __vm: &::taipan_object::vm::Vm,
                __receiver: &::taipan_object::value::Value,
                __value: ::core::option::Option<&::taipan_object::value::Value>,
            ) -> ::taipan_object::vm::PyResult<()> {
                #bind
                #path(#vm __this, __value)
            }
        });
        self.parts
            .setters
            .push((plain_name(&name), self.wrapper_path(&wrapper), name.span()));
        Ok(())
    }

    /// A slot function; a receiver of type `&Ref<…>` gets a wrapper that checks it.
    fn slot(&mut self, attribute: &Attribute, function: &ImplItemFn) -> Result<()> {
        let slot = ident_arg(attribute)?.unwrap_or_else(|| function.sig.ident.clone());
        let types = typed_params(&function.sig)?;
        let plain = self.path(function);
        let is_new = plain_name(&slot) == "new";
        let typed_receiver = match types.get(1) {
            Some(Type::Reference(reference)) if !is_new => match &*reference.elem {
                Type::Path(path) => path
                    .path
                    .segments
                    .last()
                    .is_some_and(|s| s.ident == "Ref" || s.ident == "TypeRef"),
                _ => false,
            },
            _ => false,
        };
        let path = if typed_receiver {
            let bind = bind_receiver(types[1], &plain_name(&slot))?;
            let rest = &types[2..];
            let names: Vec<_> = (0..rest.len()).map(|i| format_ident!("__a{i}")).collect();
            let output = &function.sig.output;
            let wrapper = format_ident!("__slot_{}", plain_name(&function.sig.ident));
            self.parts.wrappers.extend(quote! {
                #[doc(hidden)]
                #[allow(clippy::all)]
                fn #wrapper(
                    __vm: &::taipan_object::vm::Vm,
                    __receiver: &::taipan_object::value::Value,
                    #(#names: #rest),*
                ) #output {
                    #bind
                    #plain(__vm, __this, #(#names),*)
                }
            });
            self.wrapper_path(&wrapper)
        } else {
            plain
        };
        self.parts.fill.extend(
            quote_spanned!(slot.span()=> slots.#slot.set(::core::option::Option::Some(#path));),
        );
        Ok(())
    }
}

fn getset_table(parts: &Parts) -> Result<TokenStream> {
    for (name, _, span) in &parts.setters {
        if !parts.getters.iter().any(|g| g.name == *name) {
            return Err(syn::Error::new(
                *span,
                format!("there is no #[pygetset] {name}"),
            ));
        }
    }
    let entries = parts.getters.iter().map(|getter| {
        let Getter { name, doc, wrapper, cfg } = getter;
        let set = match parts.setters.iter().find(|(n, ..)| n == name) {
            Some((_, path, _)) => quote!(::core::option::Option::Some(#path)),
            None => quote!(::core::option::Option::None),
        };
        quote! { #cfg ::taipan_object::native::GetSetDef { name: #name, doc: #doc, get: #wrapper, set: #set } }
    });
    Ok(quote!(&[#(#entries),*]))
}

fn partial_tables(name: &Ident, target: &Type, parts: &Parts) -> Result<TokenStream> {
    let methods = &parts.methods;
    let getsets = getset_table(parts)?;
    let fill = &parts.fill;
    let (getsets_name, slots_name) = (
        format_ident!("{name}_GETSETS"),
        format_ident!("{name}_SLOTS"),
    );
    let _ = target;
    Ok(quote! {
        /// Methods of this block.
        pub const #name: &[::taipan_object::native::MethodDef] = &[#(#methods),*];
        /// Computed attributes of this block.
        pub const #getsets_name: &[::taipan_object::native::GetSetDef] = #getsets;
        /// Sets the slots of this block.
        pub const #slots_name: fn(&::taipan_object::slots::Slots) = |slots| { let _ = slots; #fill };
    })
}

/// `path` with a suffix on its last name.
fn suffixed(path: &Path, suffix: &str) -> Path {
    let mut path = path.clone();
    if let Some(last) = path.segments.last_mut() {
        last.ident = format_ident!("{}{suffix}", last.ident);
    }
    path
}

fn class_tables(args: &ClassArgs, target: &Type, parts: &Parts) -> Result<TokenStream> {
    let Some(name) = &args.name else {
        return Err(syn::Error::new_spanned(
            target,
            "the class has no name: #[pymethods(name = \"…\")]",
        ));
    };
    let module = args
        .module
        .as_ref()
        .map_or_else(|| "builtins".to_owned(), LitStr::value);
    let doc = args.doc.as_ref().map_or_else(String::new, LitStr::value);
    let signature = match (&args.signature, &parts.class_signature) {
        (Some(text), _) => text.value(),
        (None, Some(text)) => text.clone(),
        (None, None) => String::new(),
    };
    let flags = args.flags.iter().fold(
        quote!(::taipan_object::ty::TypeFlags(0)),
        |sum, flag| quote_spanned!(flag.span()=> #sum | ::taipan_object::ty::TypeFlags::#flag),
    );
    let (methods, fill) = (&parts.methods, &parts.fill);
    let getsets = getset_table(parts)?;
    let extra = &args.extra;
    let extra_getsets = extra.iter().map(|p| suffixed(p, "_GETSETS"));
    let extra_slots = extra.iter().map(|p| suffixed(p, "_SLOTS"));
    let payload = args
        .payload
        .as_ref()
        .map_or_else(|| quote!(#target), |p| quote!(#p));
    let spec = quote! {
        fn spec() -> ::taipan_object::native::TypeSpec {
                const METHODS: &[&[::taipan_object::native::MethodDef]] = &[&[#(#methods),*], #(#extra),*];
                const GETSETS: &[&[::taipan_object::native::GetSetDef]] = &[#getsets, #(#extra_getsets),*];
                fn fill(slots: &::taipan_object::slots::Slots) {
                    let _ = slots;
                    #fill
                    #(#extra_slots(slots);)*
                }
                ::taipan_object::native::TypeSpec {
                    name: #name,
                    module: #module,
                    doc: #doc,
                    signature: #signature,
                    flags: #flags,
                    vtable: <#payload as ::taipan_object::header::Payload>::vtable(),
                    fill,
                    methods: METHODS,
                    getsets: GETSETS,
                }
            }
    };
    // A class that shares another's payload is no `NativeClass`: its module makes it by `make_native_type`.
    Ok(match &args.payload {
        None => quote!(impl ::taipan_object::native::NativeClass for #target { #spec }),
        Some(_) => quote! {
            impl #target {
                /// The class's description.
                pub #spec
            }
        },
    })
}
