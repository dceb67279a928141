//! What is computed on: spin Hamiltonians, lattices, Boltzmann machines, and the files they come in.

mod gaussian_dbm;
mod lattice;
mod spin_hamiltonian;

pub use gaussian_dbm::{GaussianDbm, GaussianDbmError, GaussianDbmFileError};
pub use lattice::{Boundary, Lattice, LatticeError};
pub use spin_hamiltonian::{ModelError, ModelFileError, SpinHamiltonian, Term};
