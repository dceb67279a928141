//! Exact engines: partition functions and averages with rigorous bounds.

pub mod gaussian_dbm;
