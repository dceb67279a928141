//! What is computed on: spin Hamiltonians, lattices, Boltzmann machines, and the files they come in.

mod factor_graph;
mod lattice;
mod rbm;
mod spin_hamiltonian;

pub use factor_graph::{Factor, FactorGraph, FactorGraphError};
pub use lattice::{Boundary, Lattice, LatticeError};
pub use rbm::{Rbm, RbmError, Units};
pub use spin_hamiltonian::{ModelError, ModelFileError, SpinHamiltonian, Term};
