//! Floating-point numbers that carry their error: double-double arithmetic, enclosures with outward
//! rounding, sums and log-sum-exp with derived bounds, certificates for symmetric matrices.
//!
//! An [`Enclosure`] is the only float-valued type that an exact engine returns. Its operations round
//! outward, and its elementary functions are evaluated in [`DoubleDouble`] with a stated error before
//! they are rounded, so that nothing rests on the accuracy of the platform's mathematical library.

mod double_double;
mod dual;
mod enclosure;
pub mod linalg;
pub mod matrix_product;
mod sin_cos;
mod sum;
mod union_find;
mod vectorised;

pub use double_double::DoubleDouble;
pub(crate) use double_double::two_sum;
pub use dual::Dual;
pub use enclosure::Enclosure;
pub use sum::{CompensatedSum, log_sum_exp};
pub(crate) use union_find::UnionFind;
pub use vectorised::{Kernel, vectorised};
