//! What is computed on: spin Hamiltonians, lattices, Boltzmann machines, and the files they come in.

mod conversion;
mod factor_graph;
pub mod files;
mod gaussian_dbm;
mod json;
mod lattice;
mod lattice_model;
mod observation;
mod rbm;
mod rbm_factors;
mod rbm_parameters;
mod rbm_weights;
mod spin_hamiltonian;

pub use conversion::{ConversionError, factors_of_spins, spins_of_factors, spins_of_rbm};
pub use factor_graph::{Factor, FactorGraph, FactorGraphError};
pub use gaussian_dbm::{GaussianDbm, GaussianDbmError, GaussianDbmFileError};
pub use json::JsonError;
pub use lattice::{Boundary, Lattice, LatticeError};
pub use lattice_model::{Boundaries, BoundariesError, Disorder, LatticeModel};
pub use rbm::{Layer, Rbm, RbmError, Units};
pub use rbm_factors::RbmFactors;
pub use rbm_parameters::RbmParameters;
pub use rbm_weights::{RbmWeights, UnitRule};
pub use spin_hamiltonian::{ModelError, ModelFileError, SpinHamiltonian, Term};
