//! Estimates and tests whose size is valid at finite sample size.

mod binomial_test;

pub use binomial_test::{BinomialTest, BinomialTestError};
