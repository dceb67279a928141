//! Seeds, named streams, and the one trait through which samplers make decisions.
//!
//! The only place of the crate that makes a generator. A stream is keyed by (seed, purpose, index),
//! so that a new consumer shifts no other and streams do not depend on the number of threads.

mod chooser;
mod lanes;
mod stream;

pub use chooser::{Chooser, EnumeratingChooser, enumerate_choices};
pub use lanes::Lanes;
pub use stream::{DEFAULT_SEED, Seed, Stream};
