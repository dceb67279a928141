//! Exact engines: partition functions and averages with rigorous bounds.

pub mod conformal;
pub mod correlation_bounds;
pub mod critical_row;
pub mod diagonal_correlator;
pub mod duality;
pub mod free_field;
pub mod low_temperature;
pub mod open_rectangle;
pub mod square_ising;
