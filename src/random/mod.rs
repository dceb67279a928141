//! Seeds, named streams, and the one trait through which samplers make decisions.
//!
//! The only place of the crate that makes a generator. A stream is keyed by (seed, purpose, index),
//! so that a new consumer shifts no other and streams do not depend on the number of threads.
//! Kernels that update 512 spins at a time draw whole words from a counter-based cipher instead,
//! on whatever vector instructions the processor has.

mod ars;
mod chooser;
mod circuit;
mod lanes;
mod portable;
mod r250;
mod sliced;
mod stream;
mod threshold;
mod wide;
mod words;

pub use ars::{ROUNDS, RoundKeys, ars};
pub use chooser::{Chooser, EnumeratingChooser, enumerate_choices, for_each_choice};
pub use lanes::StreamLanes;
pub use r250::R250;
pub use sliced::{AHEAD, Unit};
pub use stream::{DEFAULT_SEED, Seed, Stream};
pub use threshold::Threshold;
pub use wide::{LANES, Lanes, Path, Program, Word, run};
pub use words::RandomWords;
