//! What is computed on: spin Hamiltonians, lattices, Boltzmann machines, and the files they come in.

mod lattice;
mod rbm;
mod spin_hamiltonian;

pub use lattice::{Boundary, Lattice, LatticeError};
pub use rbm::{Rbm, RbmError, Units};
pub use spin_hamiltonian::{ModelError, ModelFileError, SpinHamiltonian, Term};
