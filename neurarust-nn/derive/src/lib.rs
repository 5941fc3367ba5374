//! `#[derive(Module)]`: writes the walk over a struct's fields from which everything else about a module follows.
//!
//! The same macro is exported under two names that differ in the path of the generated code: [`Module`] for users of
//! `neurarust-nn`, [`FacadeModule`] (which the facade exports as `Module` again) for users of `neurarust`. So the derive
//! works whichever of the two a crate depends on.

mod attributes;
mod expand;

use proc_macro::TokenStream;
use syn::parse_quote;

/// Makes a struct a `Module`; documented where `neurarust-nn` exports it.
#[proc_macro_derive(Module, attributes(module))]
pub fn derive_module(input: TokenStream) -> TokenStream {
    expand::run(input.into(), parse_quote!(::neurarust_nn)).into()
}

/// As [`Module`](macro@Module), for crates that depend on the facade `neurarust`.
#[proc_macro_derive(FacadeModule, attributes(module))]
pub fn derive_facade_module(input: TokenStream) -> TokenStream {
    expand::run(input.into(), parse_quote!(::neurarust::nn)).into()
}

#[cfg(test)]
mod tests;
