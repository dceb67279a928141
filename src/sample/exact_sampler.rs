//! Independent draws from the distribution itself.

use super::resumable::{ChainStopped, Resumable, SetPosition, stream_of_chain};
use super::{SpinState, StartState, UnitValues};
use crate::random::{Seed, Stream};
use std::fmt::Display;

/// A sampler whose draws are independent and exactly distributed, up to the rounding of probabilities.
///
/// Implemented by [`CouplingFromThePast`](super::CouplingFromThePast) for any
/// [`Chooser`](crate::random::Chooser) as the source of its decisions; engines that compute conditional
/// probabilities exactly plug in here with the source that they need.
pub trait ExactSampler<State, Source> {
    /// Why a draw may fail. A draw that fails must not depend on the state that it would have had,
    /// or the samples that remain are biased; a sampler for which it does must say so.
    type Error;

    /// The name, in kebab case.
    fn name(&self) -> &'static str;

    /// One draw, independent of all others.
    ///
    /// # Errors
    /// As the sampler says.
    fn draw(&mut self, source: &mut Source) -> Result<State, Self::Error>;

    /// Draws that are worth making together, at most.
    fn batch(&self) -> usize {
        1
    }

    /// Several draws. They need not be those that one draw after the other would have made.
    ///
    /// # Errors
    /// As the sampler says; then there is none of them.
    fn draw_many(&mut self, count: usize, source: &mut Source) -> Result<Vec<State>, Self::Error> {
        (0..count).map(|_| self.draw(source)).collect()
    }
}

/// Draws of the first batch of a chain, if so many are worth making together.
const FIRST_BATCH: u64 = 16;

/// First draw and number of draws of the batch that draw number `draw` is in: each batch has twice as many as the one
/// before, up to `most`, so that little is drawn in vain and little is set up again.
fn batch_of(draw: u64, most: u64) -> (u64, u64) {
    let (mut first, mut size) = (0, FIRST_BATCH.min(most));
    while size < most && draw >= first + size {
        first += size;
        size = most.min(2 * size);
    }
    (first + (draw - first) / size * size, size)
}

/// A "chain" of independent draws: each sweep is one, whatever it starts from.
#[derive(Clone, Debug)]
pub struct IndependentDraws<D>(D);

/// The draws of one chain.
#[derive(Clone, Debug)]
pub struct DrawnSet {
    /// As it was before the batch.
    before: Stream,
    /// As it is after the batch.
    after: Stream,
    /// The batch, if it is not still to be drawn.
    batch: Vec<SpinState>,
    /// Draws that the chain has made.
    draws: u64,
}

impl<D> IndependentDraws<D> {
    /// The draws of this sampler.
    pub fn new(sampler: D) -> Self {
        Self(sampler)
    }
}

impl<D: ExactSampler<SpinState, Stream, Error: Display> + Clone + Send + Sync> Resumable
    for IndependentDraws<D>
{
    type Set = DrawnSet;

    fn begin(&self, index: usize, _: usize, _: StartState, seed: Seed) -> DrawnSet {
        let stream = stream_of_chain(seed, index);
        DrawnSet {
            before: stream.clone(),
            after: stream,
            batch: Vec::new(),
            draws: 0,
        }
    }
    fn advance(&mut self, set: &mut DrawnSet, sweeps: u64) -> Result<(), ChainStopped> {
        let most = self.0.batch().max(1) as u64;
        for _ in 0..sweeps {
            let (first, size) = batch_of(set.draws, most);
            if set.batch.is_empty() || set.draws == first {
                if set.draws == first {
                    set.before = set.after.clone();
                }
                set.after = set.before.clone();
                set.batch = self
                    .0
                    .draw_many(size as usize, &mut set.after)
                    .map_err(|e| ChainStopped(format!("draw {}: {e}", set.draws + 1)))?;
            }
            set.draws += 1;
        }
        Ok(())
    }
    /// # Panics
    /// Before the first sweep after the start, or after [`Resumable::take_up`].
    fn write(&self, set: &DrawnSet, values: &UnitValues, rows: &mut [Vec<u8>]) {
        let draw = set.draws - 1;
        let (first, _) = batch_of(draw, self.0.batch().max(1) as u64);
        values.write(set.batch[(draw - first) as usize].spins(), &mut rows[0]);
    }
    fn put_down(&self, set: &DrawnSet) -> (Option<Stream>, Vec<u8>) {
        let most = self.0.batch().max(1) as u64;
        let between = batch_of(set.draws, most).0 == set.draws;
        let stream = if between { &set.after } else { &set.before };
        (Some(stream.clone()), Vec::new())
    }
    fn take_up(&self, position: &SetPosition, _: usize, _: usize, _: Seed) -> Option<DrawnSet> {
        let stream = position.stream.clone()?;
        position.state.is_empty().then_some(DrawnSet {
            before: stream.clone(),
            after: stream,
            batch: Vec::new(),
            draws: position.sweeps,
        })
    }
    fn bytes(&self, sites: usize, sweeps: u64) -> f64 {
        let (_, size) = batch_of(sweeps, self.0.batch().max(1) as u64);
        size as f64 * (sites as f64 + 64.0) + 256.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_follow_each_other() {
        for most in [1, 5, 16, 40, 4096] {
            let mut expected = (0, FIRST_BATCH.min(most));
            for draw in 0..10_000 {
                if draw == expected.0 + expected.1 {
                    expected = (draw, most.min(2 * expected.1));
                }
                assert_eq!(batch_of(draw, most), expected, "{draw} of {most}");
            }
        }
    }

    /// Draws whose bits are words of the stream, several of them made last one first.
    #[derive(Clone)]
    struct Words;

    impl ExactSampler<SpinState, Stream> for Words {
        type Error = ChainStopped;
        fn name(&self) -> &'static str {
            "words"
        }
        fn batch(&self) -> usize {
            64
        }
        fn draw(&mut self, stream: &mut Stream) -> Result<SpinState, ChainStopped> {
            Ok(SpinState::from_bits(64, stream.next_u64()))
        }
        fn draw_many(
            &mut self,
            count: usize,
            stream: &mut Stream,
        ) -> Result<Vec<SpinState>, ChainStopped> {
            let mut draws = Vec::new();
            for _ in 0..count {
                draws.push(self.draw(stream)?);
            }
            draws.reverse();
            Ok(draws)
        }
    }

    #[test]
    fn a_batch_that_was_interrupted_is_drawn_again() {
        let values = UnitValues::spins(64);
        let mut sampler = IndependentDraws::new(Words);
        let mut whole = sampler.begin(3, 64, StartState::Random, Seed(4));
        let mut rows = [Vec::new()];
        for _ in 0..500 {
            sampler.advance(&mut whole, 1).unwrap();
            sampler.write(&whole, &values, &mut rows);
        }
        // All draws differ: no word is used twice.
        let seen: std::collections::BTreeSet<&[u8]> = rows[0].chunks(64).collect();
        assert_eq!(seen.len(), 500);
        for pause in [1, 15, 16, 17, 48, 100, 111, 112, 113, 400] {
            let mut set = sampler.begin(3, 64, StartState::Random, Seed(4));
            sampler.advance(&mut set, pause).unwrap();
            let (stream, state) = sampler.put_down(&set);
            let position = SetPosition {
                sweeps: pause,
                stream,
                state,
                made: Vec::new(),
            };
            let mut again = sampler.take_up(&position, 3, 64, Seed(4)).unwrap();
            // Put down again before it moved.
            assert_eq!(
                sampler.put_down(&again).0.map(|s| s.state()),
                position.stream.map(|s| s.state())
            );
            let mut rest = [Vec::new()];
            for _ in pause..500 {
                sampler.advance(&mut again, 1).unwrap();
                sampler.write(&again, &values, &mut rest);
            }
            assert!(rest[0] == rows[0][64 * pause as usize..], "{pause}");
        }
    }
}
