//! Many chains of one kernel, advanced a bounded time at once, so that a run can be put down and taken up again.

use super::checkpoint::ContentHash;
use super::{CompiledHamiltonian, Kernel, SpinState};
use crate::random::{Seed, Stream};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use thiserror::Error;

/// Spin updates between two looks at the clock.
const UPDATES_BETWEEN_LOOKS: usize = 1 << 14;
/// Bytes of samples of one chain that are collected before they are handed on.
const BYTES_COLLECTED: usize = 1 << 20;

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

/// Where a chain stands: its future depends on nothing else, since what kernels keep is scratch space.
#[derive(Clone, Debug)]
pub struct ChainPosition {
    /// The state.
    pub state: SpinState,
    /// Where its decisions come from.
    pub stream: Stream,
    /// Sweeps done.
    pub sweeps: u64,
    /// Hash of the samples that it has made.
    pub made: ContentHash,
}

/// Independent chains, each with a stream of its own: samples do not depend on the number of threads, nor on
/// when [`ChainRun::advance`] paused.
#[derive(Clone, Debug)]
pub struct ChainRun<K> {
    kernel: K,
    schedule: Schedule,
    values: UnitValues,
    positions: Vec<ChainPosition>,
}

/// What is written for each unit: the value of a spin that is down, and of one that is up.
///
/// A unit that was observed has one value; spins are −1 and 1, units of a machine may be 0 and 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitValues(Vec<[i8; 2]>);

impl UnitValues {
    /// Spins ±1.
    pub fn spins(sites: usize) -> Self {
        Self(vec![[-1, 1]; sites])
    }

    /// These values, of down and of up; a value above zero is read as up.
    pub fn new(values: Vec<[i8; 2]>) -> Self {
        Self(values)
    }

    /// Number of units.
    pub fn sites(&self) -> usize {
        self.0.len()
    }

    /// The values.
    pub fn as_slice(&self) -> &[[i8; 2]] {
        &self.0
    }

    /// Appends a state.
    fn write(&self, spins: &[i8], row: &mut Vec<u8>) {
        row.extend(
            spins
                .iter()
                .zip(&self.0)
                .map(|(&s, v)| v[usize::from(s > 0)].cast_unsigned()),
        );
    }

    /// Reads a state; `None` if a value is not one that is written.
    fn read(&self, row: &[u8], spins: &mut [i8]) -> Option<()> {
        for ((&byte, values), spin) in row.iter().zip(&self.0).zip(spins) {
            let value = byte.cast_signed();
            if !values.contains(&value) {
                return None;
            }
            *spin = if value > 0 { 1 } else { -1 };
        }
        Some(())
    }
}

impl<K: Kernel<SpinState> + Clone + Send + Sync> ChainRun<K> {
    /// The chains at their start: chain `k` draws its start and its decisions from stream ("chain", k).
    pub fn start(
        kernel: K,
        schedule: Schedule,
        values: UnitValues,
        start: StartState,
        seed: Seed,
    ) -> Self {
        let positions = (0..schedule.chains)
            .map(|k| {
                let mut stream = seed.stream("chain", k as u64);
                let state = match start {
                    StartState::Random => SpinState::random(values.sites(), &mut stream),
                    StartState::Up => SpinState::up(values.sites()),
                };
                ChainPosition {
                    state,
                    stream,
                    sweeps: 0,
                    made: ContentHash::new(),
                }
            })
            .collect();
        Self {
            kernel,
            schedule,
            values,
            positions,
        }
    }

    /// The chains where they were; `None` if there are not as many, or spins or sweeps do not fit.
    pub fn resume(
        kernel: K,
        schedule: Schedule,
        values: UnitValues,
        positions: Vec<ChainPosition>,
    ) -> Option<Self> {
        let fits = |p: &ChainPosition| {
            p.state.spins().len() == values.sites() && p.sweeps <= schedule.sweeps()
        };
        (positions.len() == schedule.chains && positions.iter().all(fits)).then_some(Self {
            kernel,
            schedule,
            values,
            positions,
        })
    }

    /// Where the chains stand.
    pub fn positions(&self) -> &[ChainPosition] {
        &self.positions
    }

    /// Sweeps done by all chains together.
    pub fn sweeps_done(&self) -> u64 {
        self.positions.iter().map(|p| p.sweeps).sum()
    }

    /// Whether all samples are made.
    pub fn is_complete(&self) -> bool {
        self.first_unfinished().is_none()
    }

    fn first_unfinished(&self) -> Option<usize> {
        let last = self.schedule.sweeps();
        self.positions.iter().position(|p| p.sweeps < last)
    }

    /// Advances the chains for about this time, in parallel, and at least one of them by a sweep.
    ///
    /// `keep(chain, first, rows)` gets samples number `first` and following of a chain, one byte for each unit, before
    /// the chain counts them as made; `swept` is told of sweeps as they are done.
    ///
    /// A chain is not interrupted within a sweep, so one that lasts longer than the time is waited for.
    ///
    /// # Errors
    /// The first error of `keep`; the run must not be continued, since some samples may be lost.
    pub fn advance<E: Send>(
        &mut self,
        time: Duration,
        keep: impl Fn(usize, u64, &[u8]) -> Result<(), E> + Sync,
        swept: impl Fn(u64) + Sync,
    ) -> Result<(), E> {
        let Some(first) = self.first_unfinished() else {
            return Ok(());
        };
        let last = self.schedule.sweeps();
        let unfinished = self.positions.iter().filter(|p| p.sweeps < last).count();
        let share = rayon::current_num_threads() as f64 / unfinished as f64;
        let slice = time.mul_f64(share.min(1.0));
        let end = Instant::now() + time;
        let (schedule, values, kernel) = (self.schedule, &self.values, &self.kernel);
        self.positions.par_iter_mut().enumerate().try_for_each_init(
            || kernel.clone(),
            |kernel, (chain, position)| {
                let now = Instant::now();
                // The first of them moves even where no time is left, so that every call gets further.
                if position.sweeps == last || now >= end && chain != first {
                    return Ok(());
                }
                let until = end.min(now + slice);
                let first_row = schedule.samples_after(position.sweeps);
                let mut rows = Rows::new(chain, first_row);
                let sites = values.sites();
                let block = (UPDATES_BETWEEN_LOOKS / sites.max(1)).max(1) as u64;
                loop {
                    let sweeps = block.min(last - position.sweeps);
                    for _ in 0..sweeps {
                        kernel.sweep(&mut position.state, &mut position.stream);
                        position.sweeps += 1;
                        let measured = position.sweeps.saturating_sub(schedule.discard);
                        if measured > 0 && measured.is_multiple_of(schedule.every) {
                            values.write(position.state.spins(), &mut rows.bytes);
                            if rows.bytes.len() >= BYTES_COLLECTED {
                                rows.hand_on(sites, &mut position.made, &keep)?;
                            }
                        }
                    }
                    swept(sweeps);
                    if position.sweeps == last || Instant::now() >= until {
                        break;
                    }
                }
                rows.hand_on(sites, &mut position.made, &keep)
            },
        )
    }
}

/// Samples of one chain that were not handed on yet.
struct Rows {
    chain: usize,
    first: u64,
    bytes: Vec<u8>,
}

impl Rows {
    fn new(chain: usize, first: u64) -> Self {
        Self {
            chain,
            first,
            bytes: Vec::new(),
        }
    }

    fn hand_on<E>(
        &mut self,
        sites: usize,
        made: &mut ContentHash,
        keep: &impl Fn(usize, u64, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        keep(self.chain, self.first, &self.bytes)?;
        made.add(&self.bytes);
        self.first += (self.bytes.len() / sites) as u64;
        self.bytes.clear();
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
    use crate::sample::{HeatBath, SiteOrder, Wolff};
    use std::str::FromStr;
    use std::sync::{Arc, Mutex};

    fn ring(n: usize, k: f64) -> Arc<CompiledHamiltonian> {
        let lattice = Lattice::from_str(&format!("ring:{n}")).unwrap();
        Arc::new(CompiledHamiltonian::new(&lattice.ising(k, 0.0).unwrap()).unwrap())
    }

    /// All samples of a run that pauses after `pause` and, if asked, is rebuilt from its positions each time.
    fn samples<K: Kernel<SpinState> + Clone + Send + Sync>(
        kernel: &K,
        schedule: Schedule,
        sites: usize,
        pause: Duration,
        rebuilt: bool,
    ) -> (Vec<Vec<u8>>, usize) {
        let values = UnitValues::spins(sites);
        let mut run = ChainRun::start(
            kernel.clone(),
            schedule,
            values.clone(),
            StartState::Random,
            Seed(5),
        );
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
                let again = run
                    .positions()
                    .iter()
                    .map(|p| ChainPosition {
                        state: SpinState::new(p.state.spins().to_vec()).unwrap(),
                        stream: Stream::from_state(p.stream.state()).unwrap(),
                        ..p.clone()
                    })
                    .collect();
                run = ChainRun::resume(kernel.clone(), schedule, values.clone(), again).unwrap();
            }
        }
        let made = made.into_inner().unwrap();
        for (rows, position) in made.iter().zip(run.positions()) {
            let mut whole = ContentHash::new();
            whole.add(rows);
            assert_eq!(whole, position.made);
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
