//! Chains of any sampler behind one face, chosen at run time.

use super::{
    AdvanceError, ChainRun, ExactSampler, IndependentDraws, Irreducibility, Kernel, Resumable,
    Schedule, SetPosition, SpinState, StartState, UnitValues,
};
use crate::random::{Seed, Stream};
use std::fmt::Display;
use std::io;
use std::time::Duration;

/// A [`ChainRun`] of any sampler whose samples go to a file.
pub trait Run {
    /// As [`ChainRun::positions`].
    fn positions(&self) -> Vec<SetPosition>;
    /// As [`ChainRun::sweeps_done`].
    fn sweeps_done(&self) -> u64;
    /// As [`ChainRun::is_complete`].
    fn is_complete(&self) -> bool;
    /// As [`ChainRun::advance`].
    ///
    /// # Errors
    /// As there.
    fn advance(
        &mut self,
        time: Duration,
        keep: &Keep<'_>,
        swept: &(dyn Fn(u64) + Sync),
    ) -> Result<(), AdvanceError<io::Error>>;
}

/// What takes the samples of a [`Run`]: chain, number of the first sample, bytes.
pub type Keep<'a> = dyn Fn(usize, u64, &[u8]) -> io::Result<()> + Sync + 'a;

impl<S: Resumable> Run for ChainRun<S> {
    fn positions(&self) -> Vec<SetPosition> {
        self.positions()
    }
    fn sweeps_done(&self) -> u64 {
        self.sweeps_done()
    }
    fn is_complete(&self) -> bool {
        self.is_complete()
    }
    fn advance(
        &mut self,
        time: Duration,
        keep: &Keep<'_>,
        swept: &(dyn Fn(u64) + Sync),
    ) -> Result<(), AdvanceError<io::Error>> {
        self.advance(time, keep, swept)
    }
}

/// What begins and continues runs of one sampler.
trait Begin: Send + Sync {
    fn begin(
        &self,
        schedule: Schedule,
        values: UnitValues,
        start: StartState,
        seed: Seed,
    ) -> Box<dyn Run>;
    fn resume(
        &self,
        schedule: Schedule,
        values: UnitValues,
        positions: &[SetPosition],
        seed: Seed,
    ) -> Option<Box<dyn Run>>;
    fn bytes(&self, schedule: Schedule, sites: usize) -> f64;
}

impl<S: Resumable + 'static> Begin for S {
    fn begin(
        &self,
        schedule: Schedule,
        values: UnitValues,
        start: StartState,
        seed: Seed,
    ) -> Box<dyn Run> {
        Box::new(ChainRun::start(self.clone(), schedule, values, start, seed))
    }
    fn resume(
        &self,
        schedule: Schedule,
        values: UnitValues,
        positions: &[SetPosition],
        seed: Seed,
    ) -> Option<Box<dyn Run>> {
        let run = ChainRun::resume(self.clone(), schedule, values, positions, seed)?;
        Some(Box::new(run))
    }
    fn bytes(&self, schedule: Schedule, sites: usize) -> f64 {
        let sets = schedule.chains.div_ceil(self.width());
        sets as f64 * self.bytes(sites, schedule.sweeps())
    }
}

/// A sampler that was found to run on a model.
pub struct Sampler {
    name: &'static str,
    settings: String,
    irreducibility: Irreducibility,
    independent: bool,
    chains: Box<dyn Begin>,
}

impl Sampler {
    /// A sampler of chains.
    pub fn new(
        name: &'static str,
        irreducibility: Irreducibility,
        chains: impl Resumable + 'static,
    ) -> Self {
        Self {
            name,
            settings: String::new(),
            irreducibility,
            independent: false,
            chains: Box::new(chains),
        }
    }

    /// A kernel for spins.
    pub fn of_kernel<K>(kernel: K) -> Self
    where
        K: Kernel<SpinState> + Clone + Send + Sync + 'static,
    {
        Self::new(kernel.name(), kernel.irreducibility(), kernel)
    }

    /// A sampler whose sweeps are independent draws.
    pub fn of_draws<D>(sampler: D) -> Self
    where
        D: ExactSampler<SpinState, Stream, Error: Display> + Clone + Send + Sync + 'static,
    {
        Self {
            independent: true,
            ..Self::new(
                sampler.name(),
                Irreducibility::Positive,
                IndependentDraws::new(sampler),
            )
        }
    }

    /// What its samples depend on besides model, seed and schedule, in words.
    pub fn with_settings(self, settings: String) -> Self {
        Self { settings, ..self }
    }

    /// The name, in kebab case.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What its samples depend on besides model, seed and schedule; empty if nothing.
    pub fn settings(&self) -> &str {
        &self.settings
    }

    /// Whether every state is reached.
    pub fn irreducibility(&self) -> &Irreducibility {
        &self.irreducibility
    }

    /// Whether each sweep is an independent draw, whatever came before.
    pub fn is_independent(&self) -> bool {
        self.independent
    }

    /// Bytes of memory of all chains, about.
    pub fn bytes(&self, schedule: Schedule, sites: usize) -> f64 {
        self.chains.bytes(schedule, sites)
    }

    /// As [`ChainRun::start`].
    pub fn start(
        &self,
        schedule: Schedule,
        values: UnitValues,
        start: StartState,
        seed: Seed,
    ) -> Box<dyn Run> {
        self.chains.begin(schedule, values, start, seed)
    }

    /// As [`ChainRun::resume`].
    pub fn resume(
        &self,
        schedule: Schedule,
        values: UnitValues,
        positions: &[SetPosition],
        seed: Seed,
    ) -> Option<Box<dyn Run>> {
        self.chains.resume(schedule, values, positions, seed)
    }
}
