//! Learning: gradients of restricted Boltzmann machines and the estimators that stand in for them.

mod divergence;
mod estimators;
mod gradient;

pub use divergence::{divergence_of_machine, exp_of_total_divergence, kl_divergence};
pub use estimators::{
    Contrast, Reconstruction, expected_contrast, hidden_means, mean_field_contrast,
    mean_field_flow, reconstruct, visible_after_one_step, visible_means,
};
pub use gradient::{
    RbmAverages, averages_over, central_difference, divergence_gradient, model_averages,
};
