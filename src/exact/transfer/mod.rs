//! Transfer matrix for square-lattice Ising models on strips, cylinders and tori.
//!
//! A vector over the 2^w states of a row is carried from row to row (`row`), one bond at a time. On a
//! strip that is open along, one vector is enough. On a closed one the trace needs every state of the
//! first row; those that a symmetry of the model maps on each other are followed once (`symmetry`), and
//! several are carried together as one vector of wider entries.
//!
//! What is carried decides what comes out: weights (`ln Z`), weights with two derivatives (`thermodynamics`),
//! polynomials in a variable that counts up spins (`magnetization`), vectors from both ends (`moments`), with a
//! bond held in either state (`energy`), or the steps of a pass kept and retraced with random choices
//! (`samples`).
//!
//! Weights are never negative and never subtracted, so relative errors only add up, and the enclosures
//! follow from counting roundings. What underflows is bounded; where it could matter the pass is done
//! again in numbers with an unbounded exponent (`number`).

mod energy;
mod engine;
mod magnetization;
mod moments;
mod number;
mod row;
mod samples;
mod strip;
mod symmetry;
#[cfg(test)]
mod tests;
mod thermodynamics;
mod trace;

pub use energy::{EnergyCorrelator, EnergyCorrelators};
pub use engine::{BondCorrelator, StripCorrelators, StripMarginals, StripTask};
pub use magnetization::Magnetization;
pub use samples::StripSamples;
pub use strip::{Strip, StripError};
pub use thermodynamics::Thermodynamics;
