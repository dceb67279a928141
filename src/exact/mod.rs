//! Exact engines: partition functions and averages with rigorous bounds.
//!
//! [`TransferMatrix`] does the Ising chain of any length over any ring; the functions beside it give
//! its largest eigenvalue and correlation length as enclosures.

mod chain;

pub use chain::{
    ChainEnds, TransferMatrix, chain_by_enumeration, chain_inverse_correlation_length,
    chain_log_z_per_spin, open_chain_partition, ring_log_z,
};
