//! Attribute macros that declare native modules, classes and functions:
//! they turn Rust functions and Python signatures into the static tables of
//! `taipan_object::native`. `docs/native-modules.md` shows their use.

mod attrs;
mod class;
mod function;
mod module;
mod signature;

use proc_macro::TokenStream;
use syn::parse_macro_input;

/// Makes a Python class of an `impl` block: `impl NativeClass`, or with
/// `partial = NAME` only the tables `NAME`, `NAME_GETSETS` and `NAME_SLOTS`.
#[proc_macro_attribute]
pub fn pymethods(args: TokenStream, item: TokenStream) -> TokenStream {
    let args = parse_macro_input!(args as attrs::ClassArgs);
    let item = parse_macro_input!(item as syn::ItemImpl);
    class::expand(args, item)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Makes a native module of an inline `mod`: `MODULE`, `module_def()` and `FUNCTIONS`.
#[proc_macro_attribute]
pub fn pymodule(args: TokenStream, item: TokenStream) -> TokenStream {
    let args = parse_macro_input!(args as attrs::ModuleArgs);
    let item = parse_macro_input!(item as syn::ItemMod);
    module::expand(args, item)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
