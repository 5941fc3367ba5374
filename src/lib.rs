//! NeuraRust.
