//! Layers, losses and initialisers with PyTorch's names, defaults and meanings.
//!
//! A [`Module`] is a struct with tensors in it; `#[derive(Module)]` finds them. A layer that maps one tensor to one is a
//! [`Forward`] as well, and [`sequential!`] chains those.

#![forbid(unsafe_code)]

// The derive's code names this crate from outside; it is used inside as well.
extern crate self as neurarust_nn;

mod builder;
mod call;
pub mod init;
mod layers;
mod loss;
mod module;
mod state;
mod summary;
mod tree;
mod visit;

pub use call::called;
pub use init::{FanMode, Nonlinearity};
pub use layers::*;
pub use loss::*;
pub use module::{Forward, Module};
pub use neurarust_core::ops::loss::Reduction;
pub use neurarust_core::{ConvOptions, Padding, PerDim};
pub use neurarust_nn_derive::Module;
pub use state::{LoadReport, MisShaped, StateDict};
pub use summary::{Layer, Summary, summary, summary_by};
pub use visit::{Observer, Role, Training, Visit, Visitor, VisitorMut};

/// The derive for crates that know this one as `neurarust::nn`; the facade exports it as `Module`.
#[doc(hidden)]
pub use neurarust_nn_derive::FacadeModule;

/// What the derive's code names. No part of the interface.
#[doc(hidden)]
pub mod derive_support {
    pub use crate::module::Module;
    pub use crate::tree::fmt_tree;
    pub use crate::visit::{Role, Visit, Visitor, VisitorMut};
    pub use std::fmt::{Debug, Formatter, Result as FmtResult};
    pub use std::marker::{Send, Sync};
    pub use std::string::String;
}
