//! The Gaussian deep Boltzmann machine, marginalised layer by layer.
//!
//! Four routes lead to the visible Hamiltonian, and none uses another's formula:
//! - [`marginals`](middle_hamiltonian): the closed forms with B′, A′, f and g, over any field;
//! - [`QuadraticHamiltonian::integrate`]: one variable after the other, by completing one square;
//! - [`QuadraticHamiltonian::integrate_block`]: a block at once, by determinant and inverse;
//! - [`QuadraticHamiltonian::ln_integral`]: the trapezoidal rule with a bound on its error.
//!
//! [`decimate_gaussian_dbm`] is the closed form in floating point, with rigorous bounds.

mod marginals;
mod prior;
mod quadratic;
mod quadrature;
mod report;

pub use marginals::{
    induced_middle_coupling, induced_visible_coupling, middle_constant, middle_hamiltonian,
    visible_constant, visible_hamiltonian,
};
pub use prior::{gaussian_cumulants, gaussian_moments, prior_cumulant_function, prior_weight};
pub use quadratic::{QuadraticHamiltonian, SplitWeight};
pub use quadrature::{QuadratureError, gaussian_integral};
pub use report::{
    DistributionReport, GaussianDbmDecimationError, GaussianDbmReport, decimate_gaussian_dbm,
};
