//! Renormalization: decimation, block spins, cumulants, the variational transformation.
