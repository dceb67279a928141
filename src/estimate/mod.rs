//! Estimates and tests whose size is valid at finite sample size.

mod autocorrelation;
mod binomial_test;
mod chains;
mod finite_chain;
mod lag_products;
#[cfg(test)]
mod synthetic;

pub use autocorrelation::{AutocorrelationTime, GammaAnalysis, gamma_method};
pub use binomial_test::{BinomialTest, BinomialTestError};
pub use chains::{Chains, ChainsError, SHORTEST_CHAIN};
pub use finite_chain::{FiniteChain, FiniteChainError};
