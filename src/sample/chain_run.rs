//! Many chains of one kernel, advanced a bounded time at once, so that a run can be put down and taken up again.

use super::checkpoint::ContentHash;
use super::resumable::{ChainStopped, Resumable, SetPosition};
use super::{CompiledHamiltonian, UnitValues};
use crate::random::Seed;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use thiserror::Error;

/// Spin updates between two looks at the clock.
const UPDATES_BETWEEN_LOOKS: usize = 1 << 14;
/// Bytes of samples of one chain that are collected before they are handed on, and of all chains of a set.
const BYTES_COLLECTED: (usize, usize) = (1 << 20, 1 << 24);

/// How many chains there are, and which of their states are samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Number of chains.
    pub chains: usize,
    /// Sweeps of each chain before its first sample is due.
    pub discard: u64,
    /// Sweeps from sample to sample.
    pub every: u64,
    /// Samples of each chain.
    pub samples: u64,
}

/// Why there is nothing to run.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScheduleError {
    /// No chain is asked for.
    #[error("no chains: at least one is needed")]
    NoChains,
    /// Samples are zero sweeps apart.
    #[error("samples that are 0 sweeps apart are the same state: at least 1 is needed")]
    NoDistance,
    /// No sample is asked for.
    #[error("{sweeps} sweeps hold no sample, if every {every}th state is one")]
    NoSamples {
        /// Sweeps asked for.
        sweeps: u64,
        /// Sweeps from sample to sample.
        every: u64,
    },
    /// The sweeps of all chains cannot be counted.
    #[error("more than 2⁶⁴ sweeps")]
    TooMany,
}

impl Schedule {
    /// Every `every`-th state of `sweeps` sweeps that follow `discard` others, in each of the chains.
    ///
    /// # Errors
    /// [`ScheduleError`] if nothing is asked for, or more than can be counted.
    pub fn new(
        chains: usize,
        discard: u64,
        sweeps: u64,
        every: u64,
    ) -> Result<Self, ScheduleError> {
        if chains == 0 {
            return Err(ScheduleError::NoChains);
        }
        if every == 0 {
            return Err(ScheduleError::NoDistance);
        }
        let samples = sweeps / every;
        if samples == 0 {
            return Err(ScheduleError::NoSamples { sweeps, every });
        }
        sweeps
            .checked_add(discard)
            .and_then(|all| all.checked_mul(chains as u64))
            .ok_or(ScheduleError::TooMany)?;
        Ok(Self {
            chains,
            discard,
            every,
            samples,
        })
    }

    /// Sweeps of each chain, from its start to its last sample.
    pub fn sweeps(&self) -> u64 {
        self.discard + self.every * self.samples
    }

    /// Sweeps of a chain when its next sample is due, if it has done so many.
    pub fn next_sample(&self, sweeps: u64) -> u64 {
        self.discard + self.every * (self.samples_after(sweeps) + 1)
    }

    /// Samples that a chain has made after so many sweeps.
    pub fn samples_after(&self, sweeps: u64) -> u64 {
        sweeps.saturating_sub(self.discard) / self.every
    }
}

/// What a chain starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartState {
    /// Each spin up or down with probability ½.
    Random,
    /// All spins up.
    Up,
}

/// Chains that move together, how far they are, and what they have made.
struct Moving<T> {
    set: T,
    sweeps: u64,
    /// One for each chain of the set that is asked for.
    made: Vec<ContentHash>,
}

/// Why a run does not go on.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum AdvanceError<E> {
    /// Samples could not be kept.
    #[error("samples could not be kept")]
    Keep(E),
    /// A chain ended before its time. The samples that there are must not be used: what stopped it may depend on
    /// what it would have shown.
    #[error("chain {chain}: {reason}")]
    Stopped {
        /// The chain, or the first of its set.
        chain: usize,
        /// Why.
        reason: ChainStopped,
    },
}

/// Chains, each with decisions of its own but for the late digits that
/// [`Replicas`](super::bit_parallel::Replicas) share: samples do not depend on the number of threads, nor on
/// the number of chains, nor on when [`ChainRun::advance`] paused.
pub struct ChainRun<S: Resumable> {
    sampler: S,
    schedule: Schedule,
    values: UnitValues,
    sets: Vec<Moving<S::Set>>,
}

/// Chains of each set of `width`, of which the last may have fewer.
fn chains_of_sets(chains: usize, width: usize) -> impl Iterator<Item = usize> {
    (0..chains)
        .step_by(width)
        .map(move |first| width.min(chains - first))
}

impl<S: Resumable> ChainRun<S> {
    /// The chains at their start: chain `k` draws its start from stream ("chain", k).
    pub fn start(
        sampler: S,
        schedule: Schedule,
        values: UnitValues,
        start: StartState,
        seed: Seed,
    ) -> Self {
        let sets = chains_of_sets(schedule.chains, sampler.width())
            .enumerate()
            .map(|(index, chains)| Moving {
                set: sampler.begin(index, values.sites(), start, seed),
                sweeps: 0,
                made: vec![ContentHash::new(); chains],
            })
            .collect();
        Self {
            sampler,
            schedule,
            values,
            sets,
        }
    }

    /// The chains where they were; `None` if there are not as many, or spins or sweeps do not fit.
    pub fn resume(
        sampler: S,
        schedule: Schedule,
        values: UnitValues,
        positions: &[SetPosition],
        seed: Seed,
    ) -> Option<Self> {
        let width = sampler.width();
        if positions.len() != schedule.chains.div_ceil(width) {
            return None;
        }
        let sets = chains_of_sets(schedule.chains, width)
            .zip(positions)
            .enumerate()
            .map(|(index, (chains, position))| {
                let fits = position.made.len() == chains && position.sweeps <= schedule.sweeps();
                fits.then_some(Moving {
                    set: sampler.take_up(position, index, values.sites(), seed)?,
                    sweeps: position.sweeps,
                    made: position.made.clone(),
                })
            })
            .collect::<Option<_>>()?;
        Some(Self {
            sampler,
            schedule,
            values,
            sets,
        })
    }

    /// Where the chains stand.
    pub fn positions(&self) -> Vec<SetPosition> {
        self.sets
            .iter()
            .map(|moving| {
                let (stream, state) = self.sampler.put_down(&moving.set);
                SetPosition {
                    sweeps: moving.sweeps,
                    stream,
                    state,
                    made: moving.made.clone(),
                }
            })
            .collect()
    }

    /// Sweeps done by all chains together.
    pub fn sweeps_done(&self) -> u64 {
        self.sets
            .iter()
            .map(|m| m.sweeps * m.made.len() as u64)
            .sum()
    }

    /// Whether all samples are made.
    pub fn is_complete(&self) -> bool {
        self.first_unfinished().is_none()
    }

    fn first_unfinished(&self) -> Option<usize> {
        let last = self.schedule.sweeps();
        self.sets.iter().position(|m| m.sweeps < last)
    }

    /// Advances the chains for about this time, in parallel, and at least one set of them by a sweep.
    ///
    /// `keep(chain, first, rows)` gets samples number `first` and following of a chain, one byte for each unit, before
    /// the chain counts them as made; `swept` is told of sweeps as they are done.
    ///
    /// A chain is not interrupted within a sweep, so one that lasts longer than the time is waited for.
    ///
    /// # Errors
    /// The first error of `keep`, or a chain that cannot go on; the run must not be continued, since some samples may
    /// be lost.
    pub fn advance<E: Send>(
        &mut self,
        time: Duration,
        keep: impl Fn(usize, u64, &[u8]) -> Result<(), E> + Sync,
        swept: impl Fn(u64) + Sync,
    ) -> Result<(), AdvanceError<E>> {
        let Some(first) = self.first_unfinished() else {
            return Ok(());
        };
        let last = self.schedule.sweeps();
        let unfinished = self.sets.iter().filter(|m| m.sweeps < last).count();
        let share = rayon::current_num_threads() as f64 / unfinished as f64;
        let slice = time.mul_f64(share.min(1.0));
        let end = Instant::now() + time;
        let (schedule, values, sampler) = (self.schedule, &self.values, &self.sampler);
        let width = sampler.width();
        let block = (UPDATES_BETWEEN_LOOKS / values.sites().max(1)).max(1) as u64;
        self.sets.par_iter_mut().enumerate().try_for_each_init(
            || sampler.clone(),
            |sampler, (index, moving)| {
                let now = Instant::now();
                // The first of them moves even where no time is left, so that every call gets further.
                if moving.sweeps == last || now >= end && index != first {
                    return Ok(());
                }
                let until = end.min(now + slice);
                let mut rows = Rows {
                    chain: index * width,
                    first: schedule.samples_after(moving.sweeps),
                    chains: vec![Vec::new(); moving.made.len()],
                };
                loop {
                    let before = moving.sweeps;
                    let pause = last.min(before + block);
                    while moving.sweeps < pause {
                        let due = schedule.next_sample(moving.sweeps);
                        let sweeps = due.min(pause) - moving.sweeps;
                        sampler.advance(&mut moving.set, sweeps).map_err(|reason| {
                            let chain = index * width;
                            AdvanceError::Stopped { chain, reason }
                        })?;
                        moving.sweeps += sweeps;
                        if moving.sweeps == due {
                            sampler.write(&moving.set, values, &mut rows.chains);
                            if rows.are_many() {
                                rows.hand_on(values.sites(), &mut moving.made, &keep)?;
                            }
                        }
                    }
                    swept((moving.sweeps - before) * moving.made.len() as u64);
                    if moving.sweeps == last || Instant::now() >= until {
                        break;
                    }
                }
                rows.hand_on(values.sites(), &mut moving.made, &keep)
            },
        )
    }
}

/// Samples of the chains of one set that were not handed on yet.
struct Rows {
    /// The first chain of the set.
    chain: usize,
    /// Number of the first sample of each.
    first: u64,
    chains: Vec<Vec<u8>>,
}

impl Rows {
    fn are_many(&self) -> bool {
        let (of_one, of_all) = BYTES_COLLECTED;
        self.chains[0].len() >= of_one.min(of_all / self.chains.len())
    }

    fn hand_on<E>(
        &mut self,
        sites: usize,
        made: &mut [ContentHash],
        keep: &impl Fn(usize, u64, &[u8]) -> Result<(), E>,
    ) -> Result<(), AdvanceError<E>> {
        let samples = self.chains[0].len() / sites.max(1);
        if samples == 0 {
            return Ok(());
        }
        for (k, (rows, made)) in self.chains.iter_mut().zip(made).enumerate() {
            keep(self.chain + k, self.first, rows).map_err(AdvanceError::Keep)?;
            made.add(rows);
            rows.clear();
        }
        self.first += samples as u64;
        Ok(())
    }
}

/// Observables of the samples of one chain, in their order, each per site.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecordedSeries {
    /// `−𝒦/N`
    pub energy: Vec<f64>,
    /// `Σ s_i / N`
    pub magnetisation: Vec<f64>,
    /// Its absolute value.
    pub abs_magnetisation: Vec<f64>,
}

impl RecordedSeries {
    /// Measures samples as [`ChainRun::advance`] hands them on; `None` if a value is none that it writes.
    ///
    /// A function of the samples alone, so that a run that was interrupted has the same series.
    pub fn add(
        &mut self,
        model: &CompiledHamiltonian,
        values: &UnitValues,
        rows: &[u8],
    ) -> Option<()> {
        let mut spins = vec![1; values.sites()];
        let n = values.sites() as f64;
        for row in rows.chunks_exact(values.sites().max(1)) {
            values.read(row, &mut spins)?;
            let sum: i64 = spins.iter().map(|&s| i64::from(s)).sum();
            self.energy.push(-model.reduced_hamiltonian(&spins) / n);
            self.magnetisation.push(sum as f64 / n);
            self.abs_magnetisation.push(sum.abs() as f64 / n);
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Lattice;
    use crate::sample::{HeatBath, Kernel, SiteOrder, SpinState, Wolff};
    use std::str::FromStr;
    use std::sync::{Arc, Mutex};

    fn ring(n: usize, k: f64) -> Arc<CompiledHamiltonian> {
        let lattice = Lattice::from_str(&format!("ring:{n}")).unwrap();
        Arc::new(CompiledHamiltonian::new(&lattice.ising(k, 0.0).unwrap()).unwrap())
    }

    /// All samples of a run that pauses after `pause` and, if asked, is rebuilt from its positions each time.
    fn samples<S: Resumable>(
        sampler: &S,
        schedule: Schedule,
        sites: usize,
        pause: Duration,
        rebuilt: bool,
    ) -> (Vec<Vec<u8>>, usize) {
        let values = UnitValues::spins(sites);
        let start = StartState::Random;
        let mut run = ChainRun::start(sampler.clone(), schedule, values.clone(), start, Seed(5));
        let made = Mutex::new(vec![Vec::new(); schedule.chains]);
        let mut calls = 0;
        while !run.is_complete() {
            let keep = |chain: usize, first: u64, rows: &[u8]| -> Result<(), ()> {
                let mine = &mut made.lock().unwrap()[chain];
                assert_eq!(mine.len() as u64, first * sites as u64);
                mine.extend(rows);
                Ok(())
            };
            run.advance(pause, keep, |_| ()).unwrap();
            calls += 1;
            if rebuilt {
                let at = run.positions();
                let again =
                    ChainRun::resume(sampler.clone(), schedule, values.clone(), &at, Seed(5));
                run = again.unwrap();
            }
        }
        let made = made.into_inner().unwrap();
        let hashes = run.positions().into_iter().flat_map(|p| p.made);
        for (rows, hash) in made.iter().zip(hashes) {
            let mut whole = ContentHash::new();
            whole.add(rows);
            assert_eq!(whole, hash);
            assert_eq!(rows.len() as u64, schedule.samples * sites as u64);
        }
        (made, calls)
    }

    #[test]
    fn pauses_change_no_sample() {
        let model = ring(40, 0.4);
        let schedule = Schedule::new(3, 7, 3000, 3).unwrap();
        let bath = HeatBath::new(model.clone(), SiteOrder::Sequential).unwrap();
        let wolff = Wolff::new(model).unwrap();
        let long = Duration::from_hours(1);
        let (whole, calls) = samples(&bath, schedule, 40, long, false);
        assert_eq!(calls, 1);
        let (pieces, calls) = samples(&bath, schedule, 40, Duration::ZERO, true);
        // No time at all: only the first unfinished chain moves, by one block of 409 sweeps.
        assert_eq!(calls, 3 * 3007_usize.div_ceil(409));
        assert_eq!(whole, pieces);
        assert_ne!(whole[0], whole[1]);
        let (whole, _) = samples(&wolff, schedule, 40, long, false);
        let (pieces, _) = samples(&wolff, schedule, 40, Duration::ZERO, true);
        assert_eq!(whole, pieces);
    }

    #[test]
    fn a_sample_is_the_state_after_the_right_sweep() {
        let model = ring(9, 0.3);
        let bath = HeatBath::new(model.clone(), SiteOrder::Random).unwrap();
        let schedule = Schedule::new(2, 5, 23, 4).unwrap();
        assert_eq!((schedule.samples, schedule.sweeps()), (5, 25));
        let (made, _) = samples(&bath, schedule, 9, Duration::ZERO, false);
        for (chain, rows) in made.iter().enumerate() {
            let mut stream = Seed(5).stream("chain", chain as u64);
            let mut state = SpinState::random(9, &mut stream);
            let mut bath = bath.clone();
            for sweep in 1..=25_usize {
                bath.sweep(&mut state, &mut stream);
                if sweep > 5 && (sweep - 5) % 4 == 0 {
                    let k = (sweep - 5) / 4 - 1;
                    let row: Vec<i8> = rows[9 * k..9 * k + 9]
                        .iter()
                        .map(|b| b.cast_signed())
                        .collect();
                    assert_eq!(row, state.spins());
                }
            }
        }
    }

    #[test]
    fn nothing_to_do_is_refused() {
        assert_eq!(Schedule::new(0, 0, 1, 1), Err(ScheduleError::NoChains));
        assert_eq!(Schedule::new(1, 0, 1, 0), Err(ScheduleError::NoDistance));
        assert_eq!(
            Schedule::new(1, 9, 2, 3),
            Err(ScheduleError::NoSamples {
                sweeps: 2,
                every: 3
            })
        );
        for (chains, discard) in [(2, 0), (1, 2)] {
            let large = Schedule::new(chains, discard, u64::MAX - 1, 1);
            assert_eq!(large, Err(ScheduleError::TooMany));
        }
    }

    #[test]
    fn series_follow_from_the_written_values() {
        let model = ring(4, 0.5);
        let values = UnitValues::new(vec![[0, 1], [0, 1], [-1, 1], [1, 1]]);
        let mut series = RecordedSeries::default();
        let rows = [1, 1, 1, 1, 0, 1, 255, 1];
        series.add(&model, &values, &rows).unwrap();
        assert_eq!(series.energy, [-0.5, 0.5]);
        assert_eq!(series.magnetisation, [1.0, 0.0]);
        assert!(series.add(&model, &values, &[1, 1, 1, 0]).is_none());
    }
}
