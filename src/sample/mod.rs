//! Sampling: the kernels of Markov chains, written so that their transition matrices can be extracted.

pub mod bit_parallel;
mod rbm_gibbs;

pub use rbm_gibbs::{gibbs_sweep, sample_h_from_v, sample_layer, sample_v_from_h};
