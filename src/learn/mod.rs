//! Learning: gradients of restricted Boltzmann machines and the estimators that stand in for them.

mod ais;
mod checkpoint;
mod contrastive;
mod data;
mod divergence;
mod draws;
mod estimators;
mod gradient;
mod likelihood;
mod optimiser;
mod phase;
mod stack;
mod tap;
mod tempering;
mod trainer;
mod training_config;

pub mod thermometer;

pub use ais::{AisConfig, AisError, AisEstimate, LogZInterval, ais_backward, ais_forward};
pub use checkpoint::{
    CheckpointError, data_hash, previous_checkpoint, read_checkpoint, write_checkpoint,
};
pub use data::{BinaryData, DataError};
pub use divergence::{divergence_of_machine, exp_of_total_divergence, kl_divergence};
pub use draws::{
    EXACT_DRAW_UNITS, SampledLikelihood, chain_draws, exact_draws, sampled_log_likelihood,
};
pub use estimators::{
    Contrast, Reconstruction, expected_contrast, hidden_means, mean_field_contrast,
    mean_field_flow, reconstruct, visible_after_one_step, visible_means,
};
pub use gradient::{
    RbmAverages, averages_over, central_difference, divergence_gradient, model_averages,
};
pub use likelihood::{
    LikelihoodError, exact_log_likelihood, free_energies, log_pseudo_likelihood, mean_free_energy,
    reconstruction_error,
};
pub use optimiser::{Offsets, Optimiser, OptimiserState, Penalties, Schedule};
pub use stack::{Stack, StackError, sample_hidden};
pub use tap::{TapOrder, TapSolution, tap_log_z, tap_log_z_from_data};
pub use trainer::{Trainer, TrainingState};
pub use training_config::{Estimator, TrainError, TrainingConfig, check_training};
