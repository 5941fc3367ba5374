//! `#[derive(Module)]`: writes the one `visit` over the fields of a model, from which everything else follows.
