//! Exact engines: partition functions, marginals and correlators with rigorous bounds.
//!
//! Every engine takes a model, says beforehand what the work will cost ([`Plan`]), refuses what is
//! over its [`Limits`], and returns an [`ExactResult`] whose numbers are enclosures.
//!
//! [`solve`] picks the engine for a spin Hamiltonian: [`enumerate`] sums all its states in blocks,
//! [`eliminate`] sums out one spin after another and reaches far where few spins meet. [`Elimination`]
//! also takes factor graphs of any cardinality, draws exact samples and finds a largest weight.
//! [`Strip`] carries a transfer matrix along square-lattice strips, cylinders and tori; [`DensityOfStates`]
//! counts the states of small homogeneous ones exactly, for reference values of any number of digits.
//! [`kaufman`] has homogeneous tori of any size in closed form; [`Planar`] and [`planar_torus`] take planar
//! graphs and tori with any couplings and no field, also deep in a glass phase.
//! [`rbm_sum`] sums the smaller layer of a Boltzmann machine. [`rational_partition`] sums all states in
//! ℚ, by a plain loop that shares no code with the others, for models whose `e^K` are rational.

pub mod conformal;
pub mod correlation_bounds;
pub mod critical_row;
pub mod diagonal_correlator;
pub mod duality;
pub mod free_field;
pub mod gaussian_dbm;
pub mod gaussian_hidden;
pub mod low_temperature;
pub mod open_rectangle;
pub mod square_ising;
pub mod walsh;

mod bond_torus;
mod chain;
mod density_of_states;
mod draw;
mod edges;
mod elimination;
mod enumeration;
mod factors;
mod fixed_energy;
mod joint_table;
mod kaufman;
mod kaufman_cold;
mod layer_sum;
mod plan;
mod planar;
mod rational;
mod rbm;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod reference_table;
mod result;
mod sample_check;
mod select;
mod transfer;

pub use bond_torus::{plan_large_torus, solve_large_torus};
pub use chain::{
    ChainEnds, TransferMatrix, chain_by_enumeration, chain_inverse_correlation_length,
    chain_log_z_per_spin, open_chain_partition, ring_log_z,
};
pub use density_of_states::{
    CertifiedValues, CertifiedValuesError, DensityOfStates, DensityOfStatesError,
};
pub use draw::{draw, draw_by, plan_draw, plan_draw_by};
pub use edges::{
    EdgeResult, plan_edges, plan_edges_by, plan_edges_within, solve_edges, solve_edges_by,
};
pub use elimination::{Elimination, eliminate, plan_elimination};
pub use enumeration::{enumerate, plan_enumeration};
pub use factors::{
    FactorResult, PairMarginal, pairs_in_factors, pairs_in_terms, plan_factors, solve_factors,
};
pub use joint_table::JointTable;
pub use kaufman::{KaufmanError, TorusThermodynamics, kaufman, plan_kaufman};
pub use layer_sum::{RbmAverages, RbmResult, plan_rbm, rbm_sum};
pub use plan::{ExactError, Limits, Plan, Quantity};
pub use planar::{Planar, PlanarError, plan_planar_torus, planar_torus};
pub use rational::{RationalError, RationalResult, rational_partition};
pub use rbm::{RbmExact, RbmSumError, sum_smaller_layer, sum_smaller_layer_of};
pub use result::{ExactResult, Method, PairTable, Want};
pub use sample_check::{
    Correlated, Finding, Kind, KindReport, Moments, SampleCheckError, SampleReport, SampleSettings,
    Samples, SamplesError, Thinning, Verdict, check_samples, homogeneous_lattice, spin_moments,
};
pub use select::{
    hopeless_lattice, plan_all, plan_all_within, plan_by, plan_by_within, solve, solve_by,
};
pub use transfer::{
    BondCorrelator, EnergyCorrelator, EnergyCorrelators, Magnetization, Strip, StripCorrelators,
    StripError, StripMarginals, StripSamples, StripTask, Thermodynamics,
};
