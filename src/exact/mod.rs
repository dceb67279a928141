//! Exact engines: partition functions and averages with rigorous bounds.

pub mod gaussian_hidden;
pub mod walsh;
