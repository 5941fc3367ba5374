//! Claims about what the derive refuses, and with which words.

use crate::expand::run;
use quote::quote;
use syn::parse_quote;

fn expansion(input: proc_macro2::TokenStream) -> String {
    run(input, parse_quote!(::neurarust_nn)).to_string()
}

#[track_caller]
fn refused(input: proc_macro2::TokenStream, words: &str) {
    let text = expansion(input);
    assert!(text.contains("compile_error !"), "{text}");
    assert!(text.contains(words), "{text}");
}

#[test]
fn enums_and_unions_are_refused() {
    refused(
        quote!(
            enum E {
                A(Tensor),
            }
        ),
        "Module can be derived for structs; put",
    );
    refused(quote!(union U { a: u8 }), "not for unions");
}

#[test]
fn unknown_attributes_are_refused_with_the_known_ones() {
    refused(
        quote!(
            struct S {
                #[module(bufer)]
                a: Tensor,
            }
        ),
        "a module's field takes `buffer`",
    );
    refused(
        quote!(
            #[module(buffer)]
            struct S {
                a: Tensor,
            }
        ),
        "belong on its fields",
    );
    refused(
        quote!(
            struct S {
                #[module(buffer, skip)]
                a: Tensor,
            }
        ),
        "one of `buffer`",
    );
    refused(
        quote!(
            struct S {
                #[module(rename = "a.b")]
                a: Tensor,
            }
        ),
        "has no dots",
    );
    refused(
        quote!(
            struct S {
                #[module(rename = "b")]
                a: Tensor,
                b: Tensor,
            }
        ),
        "two fields are named `b`",
    );
}

#[test]
fn wrong_fields_are_reported_together() {
    let text = expansion(quote!(
        struct S<'a> {
            #[module(x)]
            a: Tensor,
            b: &'a Tensor,
        }
    ));
    assert!(
        text.contains("takes `buffer`") && text.contains("a module owns its fields"),
        "{text}"
    );
    assert_eq!(text.matches("compile_error !").count(), 2);
}

#[test]
fn borrowed_fields_may_be_skipped_and_static_ones_visited() {
    let text = expansion(quote!(
        struct S<'a> {
            #[module(skip)]
            b: &'a Tensor,
            c: &'static str,
        }
    ));
    assert!(!text.contains("compile_error"), "{text}");
    assert!(
        text.contains("self . c") && !text.contains("self . b"),
        "{text}"
    );
}

#[test]
fn paths_start_where_the_attribute_says() {
    let text = expansion(quote!(
        #[module(crate = my::nn)]
        struct S;
    ));
    assert!(
        text.contains("my :: nn :: derive_support") && !text.contains("neurarust_nn"),
        "{text}"
    );
}
