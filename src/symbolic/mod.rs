//! Exact algebra: Laurent polynomials, rational functions, truncated power series, and small matrices
//! over any of them.
//!
//! With `t = e^K` a partition function of discrete spins is a [`Laurent`] polynomial with integer
//! coefficients and an expectation value is a [`RationalFunction`]; both have a decidable equality, so
//! an identity between them is proved at its size rather than checked to some digits. Algorithms that
//! are generic in [`Ring`] or [`Field`] run unchanged over `f64`, rationals, enclosures and these.
//!
//! The ring is the crate's own because the candidates did not fit: `feanor-math` needs a nightly
//! compiler, `algebraeon` is under the GPL, and `yui-core` multiplied two to seventy times slower.

mod exact_division;
mod laurent;
mod matrix;
mod operators;
mod power_series;
mod rational_function;
mod ring;
mod sparse_product;

pub use laurent::Laurent;
pub use matrix::{Matrix, MatrixError};
pub use power_series::{PowerSeries, PowerSeriesError, cumulants_to_moments, moments_to_cumulants};
pub use rational_function::RationalFunction;
pub use ring::{Field, Ring};
