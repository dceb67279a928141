//! Chains that can be put down between two sweeps and taken up again.

use super::checkpoint::ContentHash;
use super::{HeatBath, RbmGibbs, RbmState};
use super::{Kernel, ParallelTempering, SpinState, StartState, UnitValues};
use crate::random::{Seed, Stream};
use thiserror::Error;

/// Why a chain cannot go on.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct ChainStopped(pub String);

/// Where a set of chains stands: its future depends on nothing else, since what samplers keep is scratch space.
#[derive(Clone, Debug)]
pub struct SetPosition {
    /// Sweeps done.
    pub sweeps: u64,
    /// Where its decisions come from; `None` if they are numbered by the sweep.
    pub stream: Option<Stream>,
    /// The states, as the sampler packs them.
    pub state: Vec<u8>,
    /// Hash of the samples that each chain has made.
    pub made: Vec<ContentHash>,
}

/// A sampler of chains that can be put down between any two sweeps and taken up again.
///
/// Chain `k` is number `k mod width` of set `k / width`, and what it does depends on the seed and on `k` alone.
pub trait Resumable: Clone + Send + Sync {
    /// What moves: the states of the chains of a set, and where their decisions come from.
    type Set: Send;

    /// Chains that move together.
    fn width(&self) -> usize {
        1
    }

    /// A set at its start.
    fn begin(&self, index: usize, sites: usize, start: StartState, seed: Seed) -> Self::Set;

    /// Some sweeps of all its chains. How many at once changes nothing.
    ///
    /// # Errors
    /// [`ChainStopped`].
    fn advance(&mut self, set: &mut Self::Set, sweeps: u64) -> Result<(), ChainStopped>;

    /// Appends the state of each of its first chains to the rows of that chain.
    fn write(&self, set: &Self::Set, values: &UnitValues, rows: &mut [Vec<u8>]);

    /// What [`SetPosition`] says of a set.
    fn put_down(&self, set: &Self::Set) -> (Option<Stream>, Vec<u8>);

    /// The set of a position; `None` if it is none of this sampler's.
    fn take_up(
        &self,
        position: &SetPosition,
        index: usize,
        sites: usize,
        seed: Seed,
    ) -> Option<Self::Set>;

    /// Bytes of memory of a set that has done these sweeps, about.
    fn bytes(&self, sites: usize, _sweeps: u64) -> f64 {
        2.0 * sites as f64 + 256.0
    }
}

/// One bit for each spin, the first in the lowest bit, filled up to whole bytes.
pub(super) fn pack(spins: &[i8]) -> Vec<u8> {
    spins
        .chunks(8)
        .map(|block| {
            let bits = block.iter().enumerate();
            bits.fold(0, |byte, (k, &s)| byte | u8::from(s > 0) << k)
        })
        .collect()
}

/// The inverse of [`pack`]; `None` if there are not as many bytes.
pub(super) fn unpack(bytes: &[u8], sites: usize) -> Option<Vec<i8>> {
    let spin = |i: usize| {
        if bytes[i / 8] >> (i % 8) & 1 == 1 {
            1
        } else {
            -1
        }
    };
    (bytes.len() == sites.div_ceil(8)).then(|| (0..sites).map(spin).collect())
}

/// The stream of a chain.
pub(super) fn stream_of_chain(seed: Seed, chain: usize) -> Stream {
    seed.stream("chain", chain as u64)
}

/// A start of all spins of a chain.
pub(super) fn start_of_spins(sites: usize, start: StartState, stream: &mut Stream) -> SpinState {
    match start {
        StartState::Random => SpinState::random(sites, stream),
        StartState::Up => SpinState::up(sites),
    }
}

/// So many sweeps of a chain with its own stream.
fn sweep_on<S>(kernel: &mut impl Kernel<S>, (state, stream): &mut (S, Stream), sweeps: u64) {
    for _ in 0..sweeps {
        kernel.sweep(state, stream);
    }
}

/// Any kernel for spins: a chain draws its start and its decisions from its stream.
impl<K: Kernel<SpinState> + Clone + Send + Sync> Resumable for K {
    type Set = (SpinState, Stream);

    fn begin(&self, index: usize, sites: usize, start: StartState, seed: Seed) -> Self::Set {
        let mut stream = stream_of_chain(seed, index);
        (start_of_spins(sites, start, &mut stream), stream)
    }
    fn advance(&mut self, set: &mut Self::Set, sweeps: u64) -> Result<(), ChainStopped> {
        sweep_on(self, set, sweeps);
        Ok(())
    }
    fn write(&self, (state, _): &Self::Set, values: &UnitValues, rows: &mut [Vec<u8>]) {
        values.write(state.spins(), &mut rows[0]);
    }
    fn put_down(&self, (state, stream): &Self::Set) -> (Option<Stream>, Vec<u8>) {
        (Some(stream.clone()), pack(state.spins()))
    }
    fn take_up(
        &self,
        position: &SetPosition,
        _: usize,
        sites: usize,
        _: Seed,
    ) -> Option<Self::Set> {
        let state = SpinState::new(unpack(&position.state, sites)?)?;
        Some((state, position.stream.clone()?))
    }
}

/// A ladder over one model: all replicas start and are kept, the first is written.
impl Resumable for ParallelTempering<HeatBath> {
    type Set = (Vec<SpinState>, Stream);

    fn begin(&self, index: usize, sites: usize, start: StartState, seed: Seed) -> Self::Set {
        let mut stream = stream_of_chain(seed, index);
        let states = (0..self.kernels().len())
            .map(|_| start_of_spins(sites, start, &mut stream))
            .collect();
        (states, stream)
    }
    fn advance(&mut self, set: &mut Self::Set, sweeps: u64) -> Result<(), ChainStopped> {
        sweep_on(self, set, sweeps);
        Ok(())
    }
    fn write(&self, (states, _): &Self::Set, values: &UnitValues, rows: &mut [Vec<u8>]) {
        values.write(states[0].spins(), &mut rows[0]);
    }
    fn put_down(&self, (states, stream): &Self::Set) -> (Option<Stream>, Vec<u8>) {
        let rows = states.iter().flat_map(|s| pack(s.spins()));
        (Some(stream.clone()), rows.collect())
    }
    fn take_up(
        &self,
        position: &SetPosition,
        _: usize,
        sites: usize,
        _: Seed,
    ) -> Option<Self::Set> {
        let rows = position.state.chunks(sites.div_ceil(8).max(1));
        let states = rows
            .map(|row| SpinState::new(unpack(row, sites)?))
            .collect::<Option<Vec<_>>>()?;
        let fits = states.len() == self.kernels().len();
        Some((fits.then_some(states)?, position.stream.clone()?))
    }
    fn bytes(&self, sites: usize, _: u64) -> f64 {
        self.kernels().len() as f64 * (2.0 * sites as f64 + 64.0) + 256.0
    }
}

impl RbmGibbs {
    fn state_of(&self, spins: &[i8]) -> Option<RbmState> {
        let (v, h) = spins.split_at_checked(self.machine().visible())?;
        let up = |spins: &[i8]| spins.iter().map(|&s| s > 0).collect();
        (h.len() == self.machine().hidden()).then(|| RbmState { v: up(v), h: up(h) })
    }
}

/// Visible units, then hidden ones.
pub(super) fn spins_of_units(state: &RbmState) -> Vec<i8> {
    let units = state.v.iter().chain(&state.h);
    units.map(|&up| if up { 1 } else { -1 }).collect()
}

/// The units of a machine, visible ones first.
impl Resumable for RbmGibbs {
    type Set = (RbmState, Stream);

    /// # Panics
    /// If the machine has not as many units.
    fn begin(&self, index: usize, sites: usize, start: StartState, seed: Seed) -> Self::Set {
        let mut stream = stream_of_chain(seed, index);
        let spins = start_of_spins(sites, start, &mut stream);
        let state = self.state_of(spins.spins());
        (state.expect("the units of the machine"), stream)
    }
    fn advance(&mut self, set: &mut Self::Set, sweeps: u64) -> Result<(), ChainStopped> {
        sweep_on(self, set, sweeps);
        Ok(())
    }
    fn write(&self, (state, _): &Self::Set, values: &UnitValues, rows: &mut [Vec<u8>]) {
        values.write(&spins_of_units(state), &mut rows[0]);
    }
    fn put_down(&self, (state, stream): &Self::Set) -> (Option<Stream>, Vec<u8>) {
        (Some(stream.clone()), pack(&spins_of_units(state)))
    }
    fn take_up(
        &self,
        position: &SetPosition,
        _: usize,
        sites: usize,
        _: Seed,
    ) -> Option<Self::Set> {
        let state = self.state_of(&unpack(&position.state, sites)?)?;
        Some((state, position.stream.clone()?))
    }
}
