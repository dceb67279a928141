//! What a kernel is, and what it says of itself.

use super::Reducible;
use crate::random::Chooser;
use thiserror::Error;

/// One step of a Markov chain that leaves a distribution unchanged.
///
/// Every decision of [`Kernel::sweep`] goes through the chooser, and the new state is a function of the
/// old one and the decisions alone: what a kernel keeps between sweeps is scratch space.
///
/// A state must have as many units as the model; kernels index it without asking, and panic if it is short.
pub trait Kernel<State> {
    /// The name, in kebab case.
    fn name(&self) -> &'static str;

    /// One sweep; for [`Wolff`](super::Wolff) one cluster.
    fn sweep(&mut self, state: &mut State, chooser: &mut impl Chooser);

    /// Whether every state can be reached from every other one.
    fn irreducibility(&self) -> Irreducibility;
}

/// A kernel whose distribution is known up to a factor.
pub trait LogWeight<State> {
    /// The reduced Hamiltonian 𝒦 of the kernel's own distribution `e^𝒦 / Z`.
    fn log_weight(&self, state: &State) -> f64;

    /// Takes over a state from another kernel; what the state keeps of the other's 𝒦 must be dropped.
    fn adopt(&self, state: &mut State);
}

/// Whether a kernel reaches every state.
///
/// A decision whose probability is within 2⁻⁵³ of 0 or 1 may be rounded to a certain one; the statement
/// is about models where none is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Irreducibility {
    /// Proved: every state may follow every other one in a single sweep, so the chain is aperiodic too.
    Positive,
    /// Proved, for the reason named in the documentation of the kernel; aperiodic too unless all states
    /// weigh the same.
    Irreducible,
    /// Proved not to: the kernel never samples its distribution from some starts.
    Reducible(Reducible),
    /// Neither proved nor refuted.
    Unknown,
}

/// Why a kernel does not run on a model.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum KernelError {
    /// A cluster kernel met a product of more than two spins.
    #[error(
        "{kernel} needs pair couplings and fields, but the model couples {sites} spins in one term"
    )]
    NotPairwise {
        /// The kernel.
        kernel: &'static str,
        /// Spins in the term.
        sites: usize,
    },
    /// A kernel for ferromagnets met another coupling.
    #[error("{kernel} needs couplings of zero or more, but the coupling is {coupling}")]
    NotFerromagnetic {
        /// The kernel.
        kernel: &'static str,
        /// The coupling.
        coupling: f64,
    },
    /// A checkerboard needs two colours.
    #[error("a checkerboard needs a bipartite model; site {site} closes an odd cycle")]
    NotBipartite {
        /// A site on the odd cycle.
        site: usize,
    },
    /// Windings are counted on a torus.
    #[error("the lattice has an open side; only on a torus do clusters go round")]
    NotATorus,
    /// Not positive definite, so there is no distribution to sample.
    #[error(
        "1 − BBᵀ is not positive definite (pivot {pivot} is {value:e}); the machine has no distribution"
    )]
    NotNormalisable {
        /// The pivot of the Cholesky factorisation.
        pivot: usize,
        /// Its value.
        value: f64,
    },
    /// Couplings overflow when they are summed.
    #[error("{what} is {value}, not a finite number")]
    NotFinite {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: f64,
    },
}
