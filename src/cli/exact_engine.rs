//! The engines that solve a model, as a sampler of independent draws.

use crate::exact::{ExactError, Limits, draw};
use crate::model::SpinHamiltonian;
use crate::random::Stream;
use crate::sample::{ExactSampler, SpinState};
use std::sync::Arc;

/// Rows that are drawn together, at most.
pub(super) const BATCH: usize = 4096;

/// Whichever engine of [`draw`] is within the limits.
#[derive(Clone, Debug)]
pub(super) struct ExactEngine {
    model: Arc<SpinHamiltonian>,
    limits: Limits,
}

impl ExactEngine {
    /// The engines for a model, if one of them draws from it within the limits.
    ///
    /// # Errors
    /// That of [`draw`] for a single draw, which `trial` is used for.
    pub(super) fn new(
        model: Arc<SpinHamiltonian>,
        limits: Limits,
        trial: &mut Stream,
    ) -> Result<Self, ExactError> {
        draw(&model, 1, trial, &limits)?;
        Ok(Self { model, limits })
    }

    /// What the draws depend on besides the model and the stream: it decides which engine they are from.
    pub(super) fn settings(&self) -> String {
        let Limits {
            max_seconds,
            max_bytes,
        } = self.limits;
        format!("engines within {max_seconds} s and {max_bytes} bytes")
    }
}

impl ExactSampler<SpinState, Stream> for ExactEngine {
    type Error = ExactError;

    fn name(&self) -> &'static str {
        "exact"
    }

    fn draw(&mut self, stream: &mut Stream) -> Result<SpinState, ExactError> {
        let mut one = self.draw_many(1, stream)?;
        Ok(one.swap_remove(0))
    }

    fn batch(&self) -> usize {
        BATCH
    }

    /// As one batch, or as halves if that is over the limits.
    fn draw_many(
        &mut self,
        count: usize,
        stream: &mut Stream,
    ) -> Result<Vec<SpinState>, ExactError> {
        match draw(&self.model, count, stream, &self.limits) {
            Ok(rows) => Ok(rows
                .chunks_exact(self.model.spins())
                .map(|row| SpinState::new(row.to_vec()).expect("engines draw ±1"))
                .collect()),
            Err(ExactError::TooLarge { .. }) if count > 1 => {
                let mut draws = self.draw_many(count / 2, stream)?;
                draws.extend(self.draw_many(count - count / 2, stream)?);
                Ok(draws)
            }
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Lattice;
    use crate::random::Seed;
    use crate::sample::{Sampler, Schedule, StartState, UnitValues};
    use std::sync::Mutex;
    use std::time::Duration;

    fn engine(limits: Limits) -> Result<ExactEngine, ExactError> {
        let model = Arc::new(Lattice::torus(3, 4).ising(0.3, 0.0).unwrap());
        ExactEngine::new(model, limits, &mut Seed(1).stream("trial", 0))
    }

    #[test]
    fn a_batch_over_the_limits_is_drawn_in_parts() {
        let roomy = engine(Limits::default()).unwrap();
        let mut stream = Seed(2).stream("engine", 0);
        let whole = roomy.clone().draw_many(BATCH, &mut stream.clone()).unwrap();
        assert_eq!(whole.len(), BATCH);
        // The least memory that one draw fits into is too little for a batch.
        let mut max_bytes = 1.0;
        let tight = loop {
            let limits = Limits {
                max_bytes,
                ..Limits::default()
            };
            match engine(limits) {
                Ok(engine) => break engine,
                Err(_) => max_bytes *= 1.02,
            }
        };
        let refused = draw(&tight.model, BATCH, &mut stream.clone(), &tight.limits);
        assert!(matches!(refused, Err(ExactError::TooLarge { .. })));
        assert_eq!(
            tight.clone().draw_many(BATCH, &mut stream).unwrap().len(),
            BATCH
        );
        assert_ne!(tight.settings(), roomy.settings());
    }

    #[test]
    fn an_interrupted_run_draws_the_same() {
        let schedule = Schedule::new(3, 0, 900, 1).unwrap();
        let values = UnitValues::spins(12);
        let (start, seed) = (StartState::Random, Seed(3));
        let sampler = Sampler::of_draws(engine(Limits::default()).unwrap());
        let rows = |interrupted: bool| {
            let made = Mutex::new(vec![Vec::<u8>::new(); 3]);
            let keep = |chain: usize, _: u64, rows: &[u8]| {
                made.lock().unwrap()[chain].extend(rows);
                Ok(())
            };
            let mut run = sampler.start(schedule, values.clone(), start, seed);
            while !run.is_complete() {
                let hours = Duration::from_hours(u64::from(!interrupted));
                run.advance(hours, &keep, &|_| ()).unwrap();
                let at = run.positions();
                run = sampler.resume(schedule, values.clone(), &at, seed).unwrap();
            }
            made.into_inner().unwrap()
        };
        let whole = rows(false);
        assert_eq!(whole[2].len(), 900 * 12);
        assert!(whole == rows(true));
        assert_ne!(whole[0], whole[1]);
    }
}
