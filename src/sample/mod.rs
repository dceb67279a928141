//! Sampling: the kernels of Markov chains, written so that their transition matrices can be extracted.
//!
//! Batches of chains in single precision are sampled by the same rule with the random words of [`Lanes`];
//! their decisions are tied to those of the scalar rule word by word.
//!
//! [`Lanes`]: crate::random::Lanes

pub mod binary_product;
pub mod logistic;
mod rbm_batch;
mod rbm_gibbs;

pub(crate) use rbm_batch::draw_batch;
pub use rbm_batch::{BatchMemory, CHAINS_PER_STREAM, fields_on, lanes_of_batch};
pub use rbm_gibbs::{gibbs_sweep, sample_h_from_v, sample_layer, sample_v_from_h};
