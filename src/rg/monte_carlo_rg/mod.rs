//! Swendsen's Monte Carlo renormalization group of the square Ising model.
//!
//! Configurations are sampled and coarsened level by level; the linearised transformation of the couplings
//! follows from correlations between operators at neighbouring levels,
//!
//! ```text
//! ∂⟨S'_α⟩/∂K_β = Σ_γ (∂⟨S'_α⟩/∂K'_γ) (∂K'_γ/∂K_β)   ⟹   T = ∂K'/∂K = C⁻¹ A
//! A_αβ = ⟨S'_α S_β⟩ − ⟨S'_α⟩⟨S_β⟩,   C_αγ = ⟨S'_α S'_γ⟩ − ⟨S'_α⟩⟨S'_γ⟩
//! ```
//! and its eigenvalues are `b^y` at the fixed point. The couplings themselves are never needed. What is not
//! exact: finitely many operators, finitely many levels (the start is not the fixed point), and the finite
//! lattice, of which part drops out since both sides are measured on lattices of the same kind.
//!
//! # References
//! R. H. Swendsen, Phys. Rev. Lett. 42 (1979) 859; Phys. Rev. B 30 (1984) 3866.

mod experiment;
mod moments;
mod operators;

pub use experiment::{
    MeasuredExponent, MonteCarloRg, MonteCarloRgError, MonteCarloRgResult, Parity,
};
pub use operators::{Operator, OperatorError, PackedSpins};
