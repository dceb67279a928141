//! Ising spins on a square torus, 512 at a time.
//!
//! A word holds one spin of 512 systems: either of 512 replicas of one torus ([`Replicas`]), or of
//! 512 tiles of one large torus ([`TiledLattice`]). Both update the sites of one colour of the
//! checkerboard, then those of the other, by carry-save sums of the neighbours and by comparing
//! random binary fractions digit by digit with the flip probabilities of a [`FlipTable`]. The
//! digits come from the counter-based cipher of [`crate::random`], numbered by sweep and site: no
//! order of work and no choice of instructions can change them.
//!
//! The same moves written for one system through the [`Chooser`](crate::random::Chooser) stand in
//! [`CheckerboardSpins`]. Their transition matrix is extracted exactly, and the words are tied to
//! them by equality of every decision under the same digits.
#![expect(
    clippy::inline_always,
    reason = "generic code must be compiled inside the function that enables the instructions"
)]

mod board;
mod counter;
mod digits;
mod flip_table;
mod replicas;
mod scalar;
mod sweep;
mod tiles;
mod torus_rule;

pub use digits::{ReplicaDigits, TileDigits};
pub use flip_table::FlipTable;
pub use replicas::{ReplicaCounts, Replicas};
pub use scalar::CheckerboardSpins;
pub use tiles::TiledLattice;
pub use torus_rule::{HEAT_BATH_EVERY, ReplicaChains, TiledChains, TorusRule};

/// Why a lattice or a rule was refused.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BitParallelError {
    /// The checkerboard of a torus needs even sides.
    #[error("a checkerboard torus needs even sides of at least 2, not {rows} by {columns}")]
    OddSide {
        /// Sites in a row.
        columns: usize,
        /// Number of rows.
        rows: usize,
    },
    /// There are no edges to wrap round.
    #[error("the lattice has an open side; a torus is needed")]
    NotATorus,
    /// The tiles need sides that they divide.
    #[error(
        "a tiled torus needs at least 64 by 32 sites, rows in multiples of 64 and columns of 32, not {rows} by {columns}"
    )]
    NotTileable {
        /// Sites in a row.
        columns: usize,
        /// Number of rows.
        rows: usize,
    },
    /// More sites than the counters hold.
    #[error("{rows} by {columns} sites are more than 2^29")]
    TooLarge {
        /// Sites in a row.
        columns: usize,
        /// Number of rows.
        rows: usize,
    },
    /// A coupling or field is not a finite number.
    #[error("coupling {coupling} and field {field} must be finite")]
    NotFinite {
        /// Coupling K of the reduced Hamiltonian.
        coupling: f64,
        /// Field H of the reduced Hamiltonian.
        field: f64,
    },
}
