//! Samplers behind one face: whatever walks through the states of ±1 spins, chosen at run time.

use super::resumable::spins_of_units;
use super::samplers::{LADDER, coupling, ladder};
use super::{
    CompiledHamiltonian, CouplingFromThePast, ExactSampler, HeatBath, Irreducibility, Kernel,
    KernelError, ParallelTempering, RbmGibbs, RbmState, SpinKernel, SpinState, SquareIsing,
    SquareKernel,
};
use crate::model::Rbm;
use crate::random::Stream;
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

    /// Scales of 𝒦 of the replicas that it keeps; the first is 1, and is what [`Walk::spins`] shows.
    fn scales(&self) -> &[f64] {
        &[1.0]
    }

    /// Begins anew from these spins, one row for each of [`Walk::scales`].
    ///
    /// # Panics
    /// If there are fewer rows, or spins that are not ±1.
    fn start(&mut self, rows: &[&[i8]]);

    /// One sweep, cluster or draw.
    ///
    /// # Errors
    /// The reason, if a draw cannot be had.
    fn step(&mut self, stream: &mut Stream) -> Result<(), String>;

    /// The spins.
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
    use crate::random::Seed;

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
                assert!(name.starts_with("metropolis-") || name.starts_with("square-metropolis"));
                continue;
            };
            assert_eq!(walk.name(), name);
            walk.start(&vec![&row[..]; walk.scales().len()]);
            let mut stream = Seed(1).stream("walk", 0);
            let mut seen = std::collections::BTreeSet::new();
            for _ in 0..50 {
                walk.step(&mut stream).unwrap();
                seen.insert(walk.spins().to_vec());
            }
            assert!(seen.len() > 20, "{name} {}", seen.len());
            names.push(name);
        }
        assert!(names.len() >= 10, "{names:?}");
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
