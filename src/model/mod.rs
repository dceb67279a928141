//! What is computed on: spin Hamiltonians, lattices, Boltzmann machines, and the files they come in.

mod factor_graph;
mod gaussian_dbm;
mod lattice;
mod rbm;
mod rbm_factors;
mod rbm_parameters;
mod rbm_weights;
mod spin_hamiltonian;

pub use factor_graph::{Factor, FactorGraph, FactorGraphError};
pub use gaussian_dbm::{GaussianDbm, GaussianDbmError, GaussianDbmFileError};
pub use lattice::{Boundary, Lattice, LatticeError};
pub use rbm::{Layer, Rbm, RbmError, Units};
pub use rbm_factors::RbmFactors;
pub use rbm_parameters::RbmParameters;
pub use rbm_weights::{RbmWeights, UnitRule};
pub use spin_hamiltonian::{ModelError, ModelFileError, SpinHamiltonian, Term};
