//! Samplers behind one face: whatever walks through the states of ±1 spins, chosen at run time.

use super::bit_parallel::{
    BitParallelError, ReplicaChains, Replicas, TiledChains, TiledLattice, TorusRule,
};
use super::resumable::spins_of_units;
use super::samplers::{LADDER, coupling, ladder};
use super::{
    CompiledHamiltonian, CouplingFromThePast, ExactSampler, HeatBath, Irreducibility, Kernel,
    KernelError, ParallelTempering, RbmGibbs, RbmState, SpinKernel, SpinState, SquareIsing,
    SquareKernel,
};
use crate::model::Rbm;
use crate::random::{LANES, Seed, Stream};
use std::sync::Arc;

/// A sampler of ±1 spins with a state of its own.
pub trait Walk {
    /// The name, in kebab case.
    fn name(&self) -> &'static str;

    /// Whether every state is reached.
    fn irreducibility(&self) -> Irreducibility;

    /// Whether each step is an independent draw, whatever came before.
    fn is_independent(&self) -> bool {
        false
    }

    /// Steps that cost about as much together as one alone.
    fn batch(&self) -> u64 {
        1
    }

    /// Chains that a step moves together; more than one have one scale.
    ///
    /// Each alone is a chain like any other. Together they may share late digits of their decisions, see
    /// [`Replicas`](super::bit_parallel::Replicas): a mean over them has at most 1.03 times its variance.
    fn lanes(&self) -> usize {
        1
    }

    /// Steps after which all parts of the rule have been used.
    fn period(&self) -> u64 {
        1
    }

    /// Scales of 𝒦 of the replicas that it keeps; the first is 1, and is what [`Walk::spins`] shows.
    fn scales(&self) -> &[f64] {
        &[1.0]
    }

    /// Begins anew from these spins, one row for each of [`Walk::scales`], or for the first of [`Walk::lanes`], which
    /// the others repeat.
    ///
    /// # Panics
    /// If there are fewer rows, or spins that are not ±1.
    fn start(&mut self, rows: &[&[i8]]);

    /// One sweep, cluster or draw.
    ///
    /// # Errors
    /// The reason, if a draw cannot be had.
    fn step(&mut self, stream: &mut Stream) -> Result<(), String>;

    /// Lets [`Walk::spins`] show the present state of a chain, where that is not for free; the number is below
    /// [`Walk::lanes`].
    fn show(&mut self, _lane: usize) {}

    /// The spins; those of the last [`Walk::show`].
    fn spins(&self) -> &[i8];
}

fn state_of(row: &[i8]) -> SpinState {
    SpinState::new(row.to_vec()).expect("spins are ±1")
}

/// A kernel for spins with its state.
#[derive(Clone, Debug)]
pub struct KernelWalk<K> {
    kernel: K,
    state: SpinState,
}

impl<K: Kernel<SpinState>> KernelWalk<K> {
    /// A walk that begins with all spins up.
    pub fn new(kernel: K, sites: usize) -> Self {
        Self {
            kernel,
            state: SpinState::up(sites),
        }
    }
}

impl<K: Kernel<SpinState>> Walk for KernelWalk<K> {
    fn name(&self) -> &'static str {
        self.kernel.name()
    }
    fn irreducibility(&self) -> Irreducibility {
        self.kernel.irreducibility()
    }
    fn start(&mut self, rows: &[&[i8]]) {
        self.state = state_of(rows[0]);
    }
    fn step(&mut self, stream: &mut Stream) -> Result<(), String> {
        self.kernel.sweep(&mut self.state, stream);
        Ok(())
    }
    fn spins(&self) -> &[i8] {
        self.state.spins()
    }
}

struct TemperingWalk {
    ladder: ParallelTempering<HeatBath>,
    states: Vec<SpinState>,
}

impl Walk for TemperingWalk {
    fn name(&self) -> &'static str {
        Kernel::<Vec<SpinState>>::name(&self.ladder)
    }
    fn irreducibility(&self) -> Irreducibility {
        Kernel::<Vec<SpinState>>::irreducibility(&self.ladder)
    }
    fn scales(&self) -> &[f64] {
        &LADDER
    }
    fn start(&mut self, rows: &[&[i8]]) {
        self.states = rows[..LADDER.len()].iter().map(|r| state_of(r)).collect();
    }
    fn step(&mut self, stream: &mut Stream) -> Result<(), String> {
        self.ladder.sweep(&mut self.states, stream);
        Ok(())
    }
    fn spins(&self) -> &[i8] {
        self.states[0].spins()
    }
}

struct MachineWalk {
    kernel: RbmGibbs,
    state: RbmState,
    /// Visible units, then hidden ones.
    spins: Vec<i8>,
}

impl Walk for MachineWalk {
    fn name(&self) -> &'static str {
        self.kernel.name()
    }
    fn irreducibility(&self) -> Irreducibility {
        self.kernel.irreducibility()
    }
    fn start(&mut self, rows: &[&[i8]]) {
        let (v, h) = rows[0].split_at(self.state.v.len());
        self.state.v = v.iter().map(|&s| s > 0).collect();
        self.state.h = h.iter().map(|&s| s > 0).collect();
        self.spins = rows[0].to_vec();
    }
    fn step(&mut self, stream: &mut Stream) -> Result<(), String> {
        self.kernel.sweep(&mut self.state, stream);
        self.spins = spins_of_units(&self.state);
        Ok(())
    }
    fn spins(&self) -> &[i8] {
        &self.spins
    }
}

struct CouplingWalk {
    sampler: CouplingFromThePast,
    state: SpinState,
}

impl Walk for CouplingWalk {
    fn name(&self) -> &'static str {
        "coupling-from-the-past"
    }
    fn irreducibility(&self) -> Irreducibility {
        Irreducibility::Positive
    }
    fn is_independent(&self) -> bool {
        true
    }
    fn start(&mut self, _: &[&[i8]]) {}
    fn step(&mut self, stream: &mut Stream) -> Result<(), String> {
        self.state = self.sampler.draw(stream).map_err(|e| e.to_string())?;
        Ok(())
    }
    fn spins(&self) -> &[i8] {
        self.state.spins()
    }
}

/// Lanes, or tiles, that begin with the first step: their keys come from its stream.
struct BitWalk<C: BitChains> {
    name: &'static str,
    rule: Irreducibility,
    period: u64,
    chains: C,
    set: Option<C::Set>,
    /// What it begins from, until then.
    rows: Vec<Vec<i8>>,
    shown: Vec<i8>,
}

impl<C: BitChains> BitWalk<C> {
    fn new(name: &'static str, rule: &TorusRule, chains: C, sites: usize) -> Self {
        Self {
            name,
            rule: rule.irreducibility(),
            period: rule.period(),
            chains,
            set: None,
            rows: vec![vec![1; sites]],
            shown: vec![1; sites],
        }
    }
}

/// Chains that begin together from a key of their own.
trait BitChains {
    /// What is carried from sweep to sweep.
    type Set;
    /// States that move at once.
    const LANES: usize;

    /// The chains from these states, in turn, with the key.
    fn begin(&self, rows: &[Vec<i8>], key: Seed) -> Self::Set;
    fn sweep_once(&mut self, set: &mut Self::Set);
    fn show(set: &Self::Set, lane: usize, spins: &mut Vec<i8>);
}

impl BitChains for ReplicaChains {
    type Set = Replicas;
    const LANES: usize = LANES;

    fn begin(&self, rows: &[Vec<i8>], key: Seed) -> Replicas {
        let mut set = self.set(key, 0);
        for lane in 0..LANES {
            set.set_lane(lane, &rows[lane % rows.len()]);
        }
        set
    }
    fn sweep_once(&mut self, set: &mut Replicas) {
        self.sweep(set, 1);
    }
    fn show(set: &Replicas, lane: usize, spins: &mut Vec<i8>) {
        spins.clear();
        spins.extend(set.lane(lane));
    }
}

impl BitChains for TiledChains {
    type Set = TiledLattice;
    const LANES: usize = 1;

    fn begin(&self, rows: &[Vec<i8>], key: Seed) -> TiledLattice {
        self.lattice(&rows[0], key, 0)
    }
    fn sweep_once(&mut self, lattice: &mut TiledLattice) {
        self.sweep(lattice, 1);
    }
    fn show(lattice: &TiledLattice, _: usize, spins: &mut Vec<i8>) {
        lattice.write_spins(spins);
    }
}

impl<C: BitChains> Walk for BitWalk<C> {
    fn name(&self) -> &'static str {
        self.name
    }
    fn irreducibility(&self) -> Irreducibility {
        self.rule.clone()
    }
    fn period(&self) -> u64 {
        self.period
    }
    fn lanes(&self) -> usize {
        C::LANES
    }
    fn start(&mut self, rows: &[&[i8]]) {
        self.set = None;
        self.rows = rows.iter().map(|r| r.to_vec()).collect();
    }
    fn step(&mut self, stream: &mut Stream) -> Result<(), String> {
        let (chains, rows) = (&self.chains, &self.rows);
        let set = self
            .set
            .get_or_insert_with(|| chains.begin(rows, Seed(stream.next_u64())));
        self.chains.sweep_once(set);
        Ok(())
    }
    fn show(&mut self, lane: usize) {
        match &self.set {
            Some(set) => C::show(set, lane, &mut self.shown),
            None => self.shown.clone_from(&self.rows[lane % self.rows.len()]),
        }
    }
    fn spins(&self) -> &[i8] {
        &self.shown
    }
}

/// The bit-parallel walks on a rectangle, if it is an even torus.
fn bit_walks(square: SquareIsing) -> [(&'static str, WalkOrReason); 4] {
    fn of(
        name: &'static str,
        square: SquareIsing,
        metropolis: bool,
        tiled: bool,
    ) -> Result<Box<dyn Walk>, BitParallelError> {
        let rule = if metropolis {
            TorusRule::metropolis(square)?
        } else {
            TorusRule::heat_bath(square)?
        };
        let sites = square.lattice().sites();
        Ok(if tiled {
            let chains = TiledChains::new(rule.clone())?;
            Box::new(BitWalk::new(name, &rule, chains, sites))
        } else {
            let chains = ReplicaChains::new(rule.clone());
            Box::new(BitWalk::new(name, &rule, chains, sites))
        })
    }
    [
        ("bit-parallel-metropolis", true, false),
        ("bit-parallel-heat-bath", false, false),
        ("tiled-metropolis", true, true),
        ("tiled-heat-bath", false, true),
    ]
    .map(|(name, metropolis, tiled)| {
        let walk = of(name, square, metropolis, tiled);
        (name, walk.map_err(|e| e.to_string()))
    })
}

/// A sampler, or why there is none.
pub type WalkOrReason = Result<Box<dyn Walk>, String>;

/// Every sampler by name: those that run on the model and reach all its states, and for the others the reason.
///
/// `square` is the model as a rectangle, `machine` the machine whose units the spins are, where it is one.
pub fn walks(
    model: &Arc<CompiledHamiltonian>,
    square: Option<SquareIsing>,
    machine: Option<&Arc<Rbm>>,
) -> Vec<(&'static str, WalkOrReason)> {
    fn checked<W: Walk + 'static>(walk: Result<W, KernelError>) -> WalkOrReason {
        let walk = walk.map_err(|e| e.to_string())?;
        match walk.irreducibility() {
            Irreducibility::Reducible(reason) => {
                Err(format!("it does not reach every state: {reason}"))
            }
            _ => Ok(Box::new(walk)),
        }
    }
    let n = model.spins();
    let mut found: Vec<(&'static str, WalkOrReason)> = Vec::new();
    for name in SpinKernel::NAMES {
        if let Some(kernel) = SpinKernel::by_name(name, model.clone()) {
            found.push((name, checked(kernel.map(|k| KernelWalk::new(k, n)))));
        }
    }
    if let Some(square) = square {
        for name in SquareKernel::NAMES {
            if let Some(kernel) = SquareKernel::by_name(name, square) {
                found.push((name, checked(kernel.map(|k| KernelWalk::new(k, n)))));
            }
        }
        found.extend(bit_walks(square));
    }
    if let Some(machine) = machine {
        let walk = MachineWalk {
            kernel: RbmGibbs::new(machine.clone()),
            state: RbmState {
                v: vec![true; machine.visible()],
                h: vec![true; machine.hidden()],
            },
            spins: vec![1; n],
        };
        found.push(("rbm-block-gibbs", checked(Ok(walk))));
    }
    let tempering = ladder(model).map_err(|e| e.to_string()).map(|ladder| {
        let states = vec![SpinState::up(n); LADDER.len()];
        Box::new(TemperingWalk { ladder, states }) as Box<dyn Walk>
    });
    found.push(("parallel-tempering", tempering));
    let coupling = coupling(model).map_err(|e| e.to_string()).map(|sampler| {
        let state = SpinState::up(n);
        Box::new(CouplingWalk { sampler, state }) as Box<dyn Walk>
    });
    found.push(("coupling-from-the-past", coupling));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Lattice;

    #[test]
    fn every_walk_has_its_name_and_moves_from_its_start() {
        let lattice = Lattice::torus(4, 4);
        let model = lattice.ising(0.2, 0.0).unwrap();
        let model = Arc::new(CompiledHamiltonian::new(&model).unwrap());
        let square = SquareIsing::new(lattice, 0.2, 0.0).unwrap();
        let row = [-1; 16];
        let mut names = Vec::new();
        for (name, walk) in walks(&model, Some(square), None) {
            let Ok(mut walk) = walk else {
                let reducible = name.starts_with("metropolis-") || name == SquareKernel::NAMES[0];
                assert!(reducible || name.starts_with("tiled-"), "{name}");
                continue;
            };
            assert_eq!(walk.name(), name);
            walk.start(&vec![&row[..]; walk.scales().len()]);
            let mut stream = Seed(1).stream("walk", 0);
            let mut seen = std::collections::BTreeSet::new();
            for _ in 0..50 {
                walk.step(&mut stream).unwrap();
                walk.show(walk.lanes() - 1);
                seen.insert(walk.spins().to_vec());
            }
            assert!(seen.len() > 20, "{name} {}", seen.len());
            names.push(name);
        }
        assert!(names.len() >= 12, "{names:?}");
    }

    #[test]
    fn bit_parallel_walks_begin_from_their_rows() {
        let lattice = Lattice::torus(64, 32);
        // At K = 4 a spin beside four equal ones flips once in e³² decisions.
        let square = SquareIsing::new(lattice, 4.0, 0.0).unwrap();
        let (up, down) = (vec![1; 2048], vec![-1; 2048]);
        for (name, walk) in bit_walks(square) {
            let mut walk = walk.unwrap();
            walk.start(&[&up, &down]);
            for step in 0..3 {
                for lane in [0, 1, walk.lanes() - 1] {
                    let lane = lane.min(walk.lanes() - 1);
                    walk.show(lane);
                    let expected = if lane % 2 == 0 { &up } else { &down };
                    assert!(walk.spins() == expected, "{name}, lane {lane}, step {step}");
                }
                walk.step(&mut Seed(1).stream("walk", 0)).unwrap();
            }
        }
    }

    #[test]
    fn kernels_that_do_not_reach_every_state_are_named_with_the_reason() {
        let model = Lattice::torus(2, 2).ising(0.3, 0.0).unwrap();
        let model = Arc::new(CompiledHamiltonian::new(&model).unwrap());
        let found = walks(&model, None, None);
        let reason = |name: &str| {
            let entry = found.iter().find(|f| f.0 == name).unwrap();
            entry.1.as_ref().err().cloned()
        };
        assert!(
            reason("metropolis-sequential")
                .unwrap()
                .contains("every state")
        );
        assert_eq!(reason("heat-bath-sequential"), None);
    }
}
