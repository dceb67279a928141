//! Renormalization: decimation, block spins, cumulants, the variational transformation.

pub mod added_layer;
pub mod factorized;
pub mod variational;
