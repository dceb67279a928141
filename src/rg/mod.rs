//! Renormalization: decimation, block spins, cumulants, the variational transformation.

pub mod callan_symanzik;
pub mod mode_elimination;
pub mod square_blocks;
pub mod star_elimination;
pub mod temperature_flow;
