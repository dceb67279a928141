//! Estimates with their errors, and tests whose size is valid at finite sample size.
//!
//! Two halves that must not be mixed up. The first makes error bars: [`Chains`] are checked series,
//! [`gamma_method`], [`binning()`] and [`Jackknife`] turn them into an [`Estimate`], and [`Convergence`]
//! says whether that deserves trust. All of it is asymptotic, so all of it is diagnostic.
//!
//! The second makes decisions: p-values with `P(p ≤ α) ≤ α` for every α and every number of draws, if
//! the draws are independent (one per chain that starts in an exact draw, say). [`Design`] fixes size
//! and power beforehand and gives the number of draws for an effect, or the effect for a number of
//! draws; [`Family`] shares one α among many tests; [`StagedTest`] allows a second look.
//!
//! Autocorrelation times are `½ + Σ_{t≥1} ρ(t)`: ½ for independent draws, `n_eff = n/(2τ)`.

mod autocorrelation;
mod binning;
mod binomial_test;
mod chains;
mod clopper_pearson;
mod convergence;
mod cumulant_test;
mod design;
mod dkw;
#[expect(
    clippy::module_inception,
    reason = "the type gives the folder its name"
)]
mod estimate;
mod exact_mean;
mod family;
mod finite_chain;
mod hoeffding;
mod jackknife;
mod lag_products;
mod rank_test;
mod ranks;
#[cfg(test)]
mod reference;
mod runs_test;
#[cfg(test)]
mod synthetic;

pub use autocorrelation::{AutocorrelationTime, GammaAnalysis, gamma_method};
pub use binning::{Binning, BinningLevel, binning};
pub use binomial_test::{BinomialTest, BinomialTestError};
pub use chains::{Chains, ChainsError, SHORTEST_CHAIN};
pub use clopper_pearson::{Coverage, clopper_pearson};
pub use convergence::{RankDiagnostics, rank_diagnostics};
pub use cumulant_test::CumulantTest;
pub use design::{Design, TestError};
pub use dkw::{
    TwoSample, discrete_distance, dkw_band, dkw_p_value, kolmogorov_distance, two_sample_kolmogorov,
};
pub use estimate::{Convergence, Doubt, ErrorMethod, Estimate};
pub use exact_mean::{exact_mean_detectable, exact_mean_p_value};
pub use family::{FAMILY_ALPHA, Family, FamilyPlan, StageDecision, StagedTest};
pub use finite_chain::{FiniteChain, FiniteChainError};
pub use hoeffding::{
    empirical_bernstein_detectable, empirical_bernstein_draws, empirical_bernstein_p_value,
    hoeffding_interval, hoeffding_p_value,
};
pub use jackknife::{
    DerivedQuantity, Jackknife, JackknifeValue, binder_cumulant, second_moment_correlation_length,
    specific_heat, susceptibility,
};
pub use rank_test::{
    mann_whitney_detectable, mann_whitney_draws, mann_whitney_test, sign_test,
    signed_rank_detectable, signed_rank_draws, signed_rank_test,
};
pub use runs_test::{runs_p_value, runs_p_value_of};
