//! Renormalization: decimation, block spins, cumulants, the variational transformation.
//!
//! [`decimate_chain`] follows the Ising chain to its fixed points. [`BlockTransformation`] is the
//! block-spin transformation of a small system with the coarse-graining rule of your choice, exact over
//! any field, and [`CumulantSeries`] the cumulant expansion of its couplings between blocks, with the
//! radius inside which that expansion converges.
//!
//! With samples: [`Blocking`] coarsens configurations, [`LevelCorrelators`] correlates any two levels,
//! [`EnergyThermometer`] turns a mean energy into the temperatures that it allows, [`effective_couplings`] finds
//! the couplings of block spins, and [`monte_carlo_rg`] the exponents. [`kadanoff`] has them, and a bound on the
//! free energy, without samples.

mod block;
mod blocking;
mod chain;
mod cumulants;
mod energy_thermometer;
mod level_correlators;
mod zeros;

pub use block::{BlockError, BlockRule, BlockTransformation, Interaction, Tie};
pub use blocking::{Blocking, BlockingError};
pub use chain::{
    ChainError, ChainFlow, ChainStep, DecimatedBond, ReducedBond, chain_beta_function,
    decimate_bond, decimate_chain, decimate_reduced,
};
pub use cumulants::{CumulantError, CumulantSeries, LevelDistribution, SeriesAtOne};
pub use energy_thermometer::{EnergyTemperature, EnergyThermometer};
pub use level_correlators::{CorrelatorValue, LevelCorrelators};
pub use zeros::{ZeroDisc, ZerosError, polynomial_zeros};

pub mod callan_symanzik;
pub mod effective_couplings;
pub mod kadanoff;
pub mod mode_elimination;
pub mod monte_carlo_rg;
pub mod square_blocks;
pub mod star_elimination;
pub mod temperature_flow;

pub mod added_layer;
pub mod factorized;
pub mod variational;
