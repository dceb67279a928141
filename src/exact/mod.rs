//! Exact engines: partition functions, marginals and correlators with rigorous bounds.
//!
//! Every engine takes a model, says beforehand what the work will cost ([`Plan`]), refuses what is
//! over its [`Limits`], and returns an [`ExactResult`] whose numbers are enclosures.
//!
//! [`solve`] picks the engine for a spin Hamiltonian: [`enumerate`] sums all its states in blocks,
//! [`eliminate`] sums out one spin after another and reaches far where few spins meet. [`Elimination`]
//! also takes factor graphs of any cardinality, draws exact samples and finds a largest weight.
//! [`rbm_sum`] sums the smaller layer of a Boltzmann machine. [`rational_partition`] sums all states in
//! ℚ, by a plain loop that shares no code with the others, for models whose `e^K` are rational.

mod elimination;
mod enumeration;
mod fixed_energy;
mod layer_sum;
mod plan;
mod rational;
#[cfg(test)]
mod reference;
mod result;
mod select;

pub use elimination::{Elimination, eliminate, plan_elimination};
pub use enumeration::{enumerate, plan_enumeration};
pub use layer_sum::{RbmAverages, RbmResult, plan_rbm, rbm_sum};
pub use plan::{ExactError, Limits, Plan, Quantity};
pub use rational::{RationalError, RationalResult, rational_partition};
pub use result::{ExactResult, Method, PairTable, Want};
pub use select::{plan_all, solve};
