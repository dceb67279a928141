//! Independent draws from the distribution itself.

use crate::random::Chooser;

/// A sampler whose draws are independent and exactly distributed, up to the rounding of probabilities.
///
/// Implemented by [`CouplingFromThePast`](super::CouplingFromThePast); engines that compute conditional
/// probabilities exactly plug in here.
pub trait ExactSampler<State> {
    /// Why a draw may fail. A draw that fails must not depend on the state that it would have had,
    /// or the samples that remain are biased; a sampler for which it does must say so.
    type Error;

    /// The name, in kebab case.
    fn name(&self) -> &'static str;

    /// One draw, independent of all others.
    ///
    /// # Errors
    /// As the sampler says.
    fn draw(&mut self, chooser: &mut impl Chooser) -> Result<State, Self::Error>;
}
