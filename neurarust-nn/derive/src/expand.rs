//! The generated code. For
//!
//! ```text
//! #[derive(Module)]
//! struct Net { fc: Linear, #[module(buffer)] mean: Tensor }
//! ```
//!
//! it is
//!
//! ```text
//! impl Visit for Net {
//!     fn visit(&self, visitor: &mut Visitor<'_>) {
//!         visitor.at(self).module("Net", &|| String::new(), &mut |visitor| {
//!             visitor.field("fc", Role::Parameter, &self.fc);
//!             visitor.field("mean", Role::Buffer, &self.mean);
//!         });
//!     }
//!     fn visit_mut(&mut self, visitor: &mut VisitorMut<'_>) { … the same fields … }
//! }
//! impl Module for Net {}
//! impl Debug for Net { … the tree … }
//! ```

use crate::attributes::{OnField, OnStruct, Role};
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{
    Data, DeriveInput, Error, Generics, Index, LitStr, Member, Path, Result, Type, ext::IdentExt,
    parse_quote, spanned::Spanned,
};

/// The expansion, or the compile error that says why there is none.
pub fn run(input: TokenStream, default_crate: Path) -> TokenStream {
    syn::parse2(input)
        .and_then(|input| expand(&input, default_crate))
        .unwrap_or_else(Error::into_compile_error)
}

/// A field that the walk visits.
struct Field<'a> {
    member: Member,
    name: LitStr,
    role: Role,
    ty: &'a Type,
}

fn expand(input: &DeriveInput, default_crate: Path) -> Result<TokenStream> {
    let data = match &input.data {
        Data::Struct(data) => data,
        Data::Enum(data) => {
            return Err(Error::new(
                data.enum_token.span(),
                "Module can be derived for structs; put an enum's variants into `Box<dyn Forward>`, or implement \
                 `Visit` and `Module` for it by hand",
            ));
        }
        Data::Union(data) => {
            return Err(Error::new(
                data.union_token.span(),
                "Module can be derived for structs, not for unions",
            ));
        }
    };
    let on_struct = OnStruct::read(&input.attrs)?;
    let mut fields = Vec::new();
    // Fields that are wrong are reported all at once.
    let mut errors: Option<Error> = None;
    for (i, field) in data.fields.iter().enumerate() {
        match OnField::read(&field.attrs).and_then(|on| read_field(i, field, on)) {
            Ok(field) => fields.extend(field),
            Err(e) => match &mut errors {
                Some(all) => all.combine(e),
                None => errors = Some(e),
            },
        }
    }
    if let Some(errors) = errors {
        return Err(errors);
    }
    for (i, field) in fields.iter().enumerate() {
        if fields[..i]
            .iter()
            .any(|f| f.name.value() == field.name.value())
        {
            return Err(Error::new(
                field.name.span(),
                format!("two fields are named `{}`", field.name.value()),
            ));
        }
    }

    let krate = on_struct.krate.clone().unwrap_or(default_crate);
    let private = quote!(#krate::derive_support);
    let name = &input.ident;
    let kind = name.unraw().to_string();
    let describe = match &on_struct.describe {
        Some(function) => quote_spanned!(function.span()=> #function(self)),
        None => quote!(#private::String::new()),
    };
    let walk = |exclusive: bool| {
        let visits = fields.iter().map(|f| {
            let Field { member, name, .. } = f;
            let role = match f.role {
                Role::Buffer => quote!(Buffer),
                Role::Transient => quote!(Transient),
                _ => quote!(Parameter),
            };
            // At the field's type, so that "can't be a field of a module" points there.
            let at = f.ty.span().resolved_at(Span::call_site());
            let mutable = exclusive.then(|| quote_spanned!(at=> mut));
            quote_spanned!(at=> visitor.field(#name, #private::Role::#role, &#mutable self.#member);)
        });
        quote!(#(#visits)*)
    };
    let shared = walk(false);
    let exclusive = walk(true);

    let bounded = bounds(&input.generics, &fields, &private);
    let (impl_generics, type_generics, _) = input.generics.split_for_impl();
    let bounds = &bounded.where_clause;
    let debug = (!on_struct.no_debug).then(|| {
        quote! {
            #[automatically_derived]
            impl #impl_generics #private::Debug for #name #type_generics #bounds {
                fn fmt(&self, f: &mut #private::Formatter<'_>) -> #private::FmtResult {
                    #private::fmt_tree(self, f)
                }
            }
        }
    });
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics #private::Visit for #name #type_generics #bounds {
            fn visit(&self, visitor: &mut #private::Visitor<'_>) {
                visitor.at(self).module(#kind, &|| #describe, &mut |visitor| {
                    let _ = &visitor;
                    #shared
                });
            }
            fn visit_mut(&mut self, visitor: &mut #private::VisitorMut<'_>) {
                visitor.module(&mut |visitor| {
                    let _ = &visitor;
                    #exclusive
                });
            }
        }
        #[automatically_derived]
        impl #impl_generics #private::Module for #name #type_generics #bounds {}
        #debug
    })
}

/// What the walk does with a field; nothing for a skipped one.
fn read_field(index: usize, field: &syn::Field, on: OnField) -> Result<Option<Field<'_>>> {
    if on.role == Role::Skip {
        return Ok(None);
    }
    if let Type::Reference(reference) = &field.ty
        && reference
            .lifetime
            .as_ref()
            .is_none_or(|l| l.ident != "static")
    {
        return Err(Error::new(
            field.ty.span(),
            "a module owns its fields; tensors are cheap to clone and share their elements, so store a clone, or mark \
             the field with #[module(skip)]",
        ));
    }
    let member: Member = match &field.ident {
        Some(ident) => ident.clone().into(),
        None => Index {
            index: index as u32,
            span: field.ty.span(),
        }
        .into(),
    };
    let name = on.rename.unwrap_or_else(|| match &field.ident {
        Some(ident) => LitStr::new(&ident.unraw().to_string(), ident.span()),
        None => LitStr::new(&index.to_string(), Span::call_site()),
    });
    Ok(Some(Field {
        member,
        name,
        role: on.role,
        ty: &field.ty,
    }))
}

/// The struct's generics, with what the walk needs: fields whose types mention a type parameter can be
/// visited, and the whole can be shared between threads.
fn bounds(generics: &Generics, fields: &[Field], private: &TokenStream) -> Generics {
    let mut out = generics.clone();
    let parameters: Vec<_> = generics
        .type_params()
        .map(|p| p.ident.to_string())
        .collect();
    if parameters.is_empty() {
        return out;
    }
    let clause = out.make_where_clause();
    for field in fields {
        let ty = field.ty;
        if mentions(ty.to_token_stream(), &parameters) {
            clause.predicates.push(parse_quote!(#ty: #private::Visit));
        }
    }
    clause
        .predicates
        .push(parse_quote!(Self: #private::Send + #private::Sync));
    out
}

fn mentions(tokens: TokenStream, names: &[String]) -> bool {
    tokens.into_iter().any(|t| match t {
        TokenTree::Ident(ident) => names.contains(&ident.to_string()),
        TokenTree::Group(group) => mentions(group.stream(), names),
        _ => false,
    })
}
