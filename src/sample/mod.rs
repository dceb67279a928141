//! Sampling: the kernels of Markov chains, written so that their transition matrices can be extracted.
//!
//! A kernel is a type with the trait [`Kernel`]; all its decisions go through a
//! [`Chooser`](crate::random::Chooser), so the code that runs is the code whose exact transition
//! matrix [`TransitionMatrix`] extracts on a small system. The tests of this folder do so for every
//! kernel, boundary and field, and plant faults that must be seen.
//!
//! - any [`SpinHamiltonian`](crate::model::SpinHamiltonian), compiled to a [`CompiledHamiltonian`]:
//!   [`Metropolis`], [`HeatBath`]; with pair couplings and fields only: [`Wolff`], [`SwendsenWang`];
//! - the homogeneous Ising model on a rectangle, a [`SquareIsing`]: [`SquareMetropolis`],
//!   [`SquareHeatBath`], [`SquareWolff`], [`SquareSwendsenWang`], with tables and bit masks;
//! - many replicas of a square lattice, or one large one, bit by bit: [`bit_parallel`];
//! - machines: [`RbmGibbs`], [`GaussianDbmGibbs`];
//! - over any of them: [`ParallelTempering`];
//! - independent draws instead of a chain: [`CouplingFromThePast`], an [`ExactSampler`];
//! - partition functions: [`AnnealedImportance`], forward and in reverse.
//! - clusters that go round a torus: [`WindingRank`];
//! - any of them for spins behind one face: a [`Walk`] for one chain, a [`Sampler`] of a [`Subject`] for many;
//! - running: a [`ChainRun`] advances chains of whatever is [`Resumable`] in parallel, a [`SampleFile`] takes their
//!   samples, and a [`Checkpoint`] lets a killed run end with the bytes that it would have had.
//!
//! Batches of machines in single precision are sampled by the rule of [`RbmGibbs`] with the random words of
//! [`StreamLanes`](crate::random::StreamLanes); their decisions are tied to those of the scalar rule word by word.
//!
//! Not every kernel that leaves a distribution unchanged reaches it: see [`Reducible`].

pub mod binary_product;
pub mod bit_parallel;
pub mod logistic;

mod annealed;
mod chain_run;
mod checkpoint;
mod compiled;
mod coupling_from_the_past;
mod exact_sampler;
mod extraction;
mod gaussian_dbm_gibbs;
mod kernel;
mod rbm_batch;
mod rbm_gibbs;
mod reducible;
mod resumable;
mod sample_file;
mod sampler;
mod samplers;
mod single_site;
mod spin_kernel;
mod spin_state;
mod square;
mod swendsen_wang;
mod tempering;
mod unit_values;
mod walk;
mod winding;
mod wolff;

#[cfg(test)]
mod matrix_tests;
#[cfg(test)]
mod planted_faults;
#[cfg(test)]
mod value_stability;

pub use annealed::{AnnealedImportance, AnnealedPath, LogZBound, RbmPath, SpinPath};
pub use chain_run::{AdvanceError, ChainRun, RecordedSeries, Schedule, ScheduleError, StartState};
pub use checkpoint::{
    Checkpoint, CheckpointError, CheckpointFiles, ContentHash, RunIdentity, model_hash,
};
pub use compiled::{CompiledHamiltonian, ManyBodyTerm};
pub use coupling_from_the_past::{CouplingError, CouplingFromThePast};
pub use exact_sampler::{ExactSampler, IndependentDraws};
pub use extraction::TransitionMatrix;
pub use gaussian_dbm_gibbs::{GaussianDbmGibbs, GaussianDbmState, GibbsScheme};
pub use kernel::{Irreducibility, Kernel, KernelError, LogWeight};
pub(crate) use rbm_batch::draw_batch;
pub use rbm_batch::{BatchMemory, CHAINS_PER_STREAM, fields_on, lanes_of_batch};
pub use rbm_gibbs::{
    RbmGibbs, RbmState, gibbs_sweep, sample_h_from_v, sample_layer, sample_v_from_h,
};
pub use reducible::{Reducible, TrappedStates};
pub use resumable::{ChainStopped, Resumable, SetPosition};
pub use sample_file::SampleFile;
pub use sampler::{Keep, Run, Sampler};
pub use samplers::{SamplerError, Subject};
pub use single_site::{
    HeatBath, HeatBathRule, Metropolis, MetropolisRule, SingleSite, SiteOrder, SiteRule,
};
pub use spin_kernel::SpinKernel;
pub use spin_state::SpinState;
pub use square::{
    SquareHeatBath, SquareIsing, SquareKernel, SquareMetropolis, SquareRule, SquareSwendsenWang,
    SquareWolff,
};
pub use swendsen_wang::SwendsenWang;
pub use tempering::{ParallelTempering, TemperingError};
pub use unit_values::UnitValues;
pub use walk::{KernelWalk, Walk, WalkOrReason, walks};
pub use winding::WindingRank;
pub use wolff::Wolff;
