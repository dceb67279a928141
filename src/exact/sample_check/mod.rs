//! Do samples that some program wrote come from a model? A decision with a stated size.
//!
//! `reference` finds out what is known exactly of the model: how likely each spin is up, how likely two
//! spins are equal, the laws of the energy and the magnetisation, the probability of each state.
//! `samples` holds rows of ±1 in one or more chains. `independence` asks first whether the rows could be
//! in random order, and thins them if not. `decision` tests each number, shares one α among all tests, and
//! tells what deviation so many samples would have shown; `report` holds what it says.
//!
//! Everything known is an enclosure, and every test takes the value inside that fits the samples best, so
//! that an error of an engine within its bound cannot reject anybody.

mod decision;
mod independence;
mod moments;
mod reference;
mod report;
mod samples;
#[cfg(test)]
mod tests;

pub use decision::{Correlated, SampleCheckError, SampleSettings, check_samples};
pub use independence::Thinning;
pub use moments::{Moments, spin_moments};
pub use reference::homogeneous_lattice;
pub use report::{Finding, Kind, KindReport, SampleReport, Verdict};
pub use samples::{Samples, SamplesError};
