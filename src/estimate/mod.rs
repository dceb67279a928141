//! Estimates and tests whose size is valid at finite sample size.

mod autocorrelation;
mod binning;
mod binomial_test;
mod chains;
mod convergence;
#[expect(clippy::module_inception, reason = "the type gives the folder its name")]
mod estimate;
mod finite_chain;
mod jackknife;
mod lag_products;
mod ranks;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod synthetic;

pub use autocorrelation::{AutocorrelationTime, GammaAnalysis, gamma_method};
pub use binning::{Binning, BinningLevel, binning};
pub use binomial_test::{BinomialTest, BinomialTestError};
pub use chains::{Chains, ChainsError, SHORTEST_CHAIN};
pub use convergence::{RankDiagnostics, rank_diagnostics};
pub use estimate::{Convergence, Doubt, ErrorMethod, Estimate};
pub use finite_chain::{FiniteChain, FiniteChainError};
pub use jackknife::{
    Jackknife, JackknifeValue, binder_cumulant, second_moment_correlation_length, specific_heat,
    susceptibility,
};
