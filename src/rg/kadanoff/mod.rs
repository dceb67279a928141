//! Kadanoff's variational transformation of the square lattice: a bound on the free energy at every step.
//!
//! Every plaquette carries a potential v of its four spins. A coarse spin μ stands in every fourth plaquette
//! (A) and is tied to its spins by a weight that sums to one,
//!
//! ```text
//! Σ_μ exp(p μ (s₁+s₂+s₃+s₄) − ln 2cosh p(s₁+s₂+s₃+s₄)) = 1
//! ```
//! The potentials of all plaquettes, and the logarithm above, are moved to the plaquettes between four coarse
//! spins (C), one in four. By translation symmetry what is moved has mean zero, so by Jensen's inequality ln Z
//! does not fall; and each fine spin then belongs to one C plaquette, so the sum over fine spins factorises:
//!
//! ```text
//! v′(μ₁…μ₄) = ln Σ_s exp(4 v(s) + p Σ_i μ_i s_i − ln 2cosh(p Σ_i s_i)),      ln Z[v] ≤ ln Z′[v′]
//! ```
//! for every p. On a torus of 2ⁿ × 2ⁿ sites n steps leave a single site whose Z is `Σ_± e^{v(±±±±)}`.
//!
//! # References
//! L. P. Kadanoff, Phys. Rev. Lett. 34 (1975) 1005; L. P. Kadanoff, A. Houghton and M. C. Yalabik, J. Stat.
//! Phys. 14 (1976) 171.

mod bound;
mod fixed_point;
mod potential;

pub use bound::{KadanoffBound, kadanoff_bound, kadanoff_bound_with};
pub use fixed_point::{
    KadanoffFixedPoint, PlaquetteSymmetry, kadanoff_fixed_point, optimal_kadanoff_fixed_point,
};
pub use potential::PlaquettePotential;

use thiserror::Error;

/// Why there is no bound or no fixed point.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum KadanoffError {
    /// The parameter or the coupling is negative or not finite.
    #[error("p and K are finite and not negative")]
    Parameter,
    /// The flow of nearest-neighbour couplings shows no critical point, or Newton's method did not converge.
    #[error("no critical fixed point was found at this p")]
    NoFixedPoint,
    /// The bound is not stationary in the interval.
    #[error("the bound has no stationary p in the interval")]
    NotStationary,
}

/// Largest parameter that is tried.
const P_MOST: f64 = 4.0;
