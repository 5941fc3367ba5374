//! What `#[module(…)]` can say: about a struct, and about a field.

use syn::{Attribute, ExprPath, LitStr, Path, Result, meta::ParseNestedMeta};

/// `#[module(…)]` on the struct.
#[derive(Default)]
pub struct OnStruct {
    /// `crate = path`: where the generated code finds `neurarust-nn`.
    pub krate: Option<Path>,
    /// `describe = path`: a function `&Self -> String` for what stands between the parentheses of the printed tree.
    pub describe: Option<ExprPath>,
    /// `no_debug`: the user writes `Debug`.
    pub no_debug: bool,
}

/// What a field is to the walk.
#[derive(Clone, Copy, Default, PartialEq)]
pub enum Role {
    /// Tensors inside are parameters, unless a module in between says otherwise.
    #[default]
    Parameter,
    /// `buffer`
    Buffer,
    /// `transient`
    Transient,
    /// `skip`
    Skip,
}

/// `#[module(…)]` on a field.
#[derive(Default)]
pub struct OnField {
    /// `buffer`, `transient` or `skip`.
    pub role: Role,
    /// `rename = "…"`: the name in paths.
    pub rename: Option<LitStr>,
}

/// Calls `read` with each item of each `#[module(…)]`.
fn each(
    attributes: &[Attribute],
    mut read: impl FnMut(ParseNestedMeta) -> Result<()>,
) -> Result<()> {
    attributes
        .iter()
        .filter(|a| a.path().is_ident("module"))
        .try_for_each(|a| a.parse_nested_meta(&mut read))
}

impl OnStruct {
    pub fn read(attributes: &[Attribute]) -> Result<OnStruct> {
        let mut out = OnStruct::default();
        each(attributes, |meta| {
            if meta.path.is_ident("crate") {
                out.krate = Some(meta.value()?.call(Path::parse_mod_style)?);
            } else if meta.path.is_ident("describe") {
                out.describe = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("no_debug") {
                out.no_debug = true;
            } else {
                return Err(meta.error(
                    "a module's struct takes `crate = path`, `describe = function` and `no_debug`; \
                     `buffer`, `transient`, `skip` and `rename` belong on its fields",
                ));
            }
            Ok(())
        })?;
        Ok(out)
    }
}

impl OnField {
    pub fn read(attributes: &[Attribute]) -> Result<OnField> {
        let mut out = OnField::default();
        each(attributes, |meta| {
            let role = if meta.path.is_ident("buffer") {
                Role::Buffer
            } else if meta.path.is_ident("transient") {
                Role::Transient
            } else if meta.path.is_ident("skip") {
                Role::Skip
            } else if meta.path.is_ident("rename") {
                let name: LitStr = meta.value()?.parse()?;
                if name.value().is_empty() || name.value().contains('.') {
                    return Err(syn::Error::new(
                        name.span(),
                        "expected a name that isn't empty and has no dots: dots join the names of a path",
                    ));
                }
                out.rename = Some(name);
                return Ok(());
            } else {
                return Err(meta.error(
                    "a module's field takes `buffer` (kept in the state, not trained), `transient` (neither kept nor \
                     trained), `skip` (no part of the module) and `rename = \"name\"`",
                ));
            };
            if out.role != Role::Parameter {
                return Err(meta.error("a field is one of `buffer`, `transient` and `skip`"));
            }
            out.role = role;
            Ok(())
        })?;
        Ok(out)
    }
}
