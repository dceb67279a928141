//! Perfect sampling of ferromagnets by coupling from the past.

use super::{CompiledHamiltonian, ExactSampler, KernelError, SpinState};
use crate::numeric::UnionFind;
use crate::random::{Chooser, Threshold};
use thiserror::Error;

/// Sweeps of the first attempt; each further attempt starts twice as far back.
const FIRST_ATTEMPT: usize = 8;

/// Exact, independent samples of a pair model without frustration, at every temperature.
///
/// Spins are drawn from the random-cluster (Fortuin–Kasteleyn) representation: bonds with weight
///
/// ```text
/// ∏_{open} p_e ∏_{closed} (1 − p_e) · 2^{clusters},   p_e = 1 − e^{−2K_e}
/// ```
/// and then a fair sign for each cluster. The heat bath of one bond opens it with probability p if its
/// ends are connected without it and with p/(2 − p) = tanh K otherwise; it is monotone, so the chains from
/// all bonds open and from none enclose every other one. When they meet at time 0, started far enough in
/// the past with the same decisions, the common state is distributed exactly. Fields are bonds to a
/// ghost spin. Models that a change of sign of some spins turns into `K ≥ 0, h ≥ 0` are turned so.
///
/// The time that a draw takes is not independent of its outcome: giving up on long draws biases the
/// others. There is no limit unless one is set, and then a draw beyond it is an error, after which
/// the draws that were made should be thrown away too.
///
/// # Complexity
/// At the critical point about 10 to 20 sweeps of the bonds, most decided without looking at connections; the others
/// search from both ends until one side is exhausted.
///
/// # References
/// Propp and Wilson, Random Struct. Algorithms 9 (1996) 223; Sweeny, Phys. Rev. B 27 (1983) 4445.
#[derive(Clone, Debug)]
pub struct CouplingFromThePast {
    /// Signs that make the model ferromagnetic.
    gauge: Vec<i8>,
    /// Ends of the pair bonds, then (site, [`GHOST`]).
    bonds: Vec<Bond>,
    /// The bonds at site `i` stand at `offsets[i]..offsets[i + 1]` of `far_ends`.
    offsets: Vec<u32>,
    far_ends: Vec<u32>,
    first_attempt: usize,
    limit: Option<usize>,
    past: Vec<Decisions>,
    upper: Bonds,
    lower: Bonds,
    search: Search,
    clusters: UnionFind,
    sweeps: usize,
}

const GHOST: u32 = u32::MAX;

#[derive(Clone, Debug)]
struct Bond {
    ends: [u32; 2],
    /// Its two places in the lists of neighbours; of a ghost bond none.
    slots: [u32; 2],
    /// tanh K: open whatever is connected.
    open: Threshold,
    /// Otherwise, with probability p/2: open if the ends are connected.
    ask: Threshold,
}

/// The decisions of one sweep: a bit for each bond.
#[derive(Clone, Debug, Default)]
struct Decisions {
    open: Vec<u64>,
    ask: Vec<u64>,
}

/// Which bonds are open.
#[derive(Clone, Debug, Default)]
struct Bonds {
    /// For each slot.
    slots: Vec<bool>,
    /// For each site, whether its bond to the ghost is open.
    ghost: Vec<bool>,
}

/// Scratch space of a search for a connection.
#[derive(Clone, Debug, Default)]
struct Search {
    /// Marks of the two sides are `epoch` and `epoch + 1`.
    marks: Vec<u32>,
    epoch: u32,
    open: [Vec<u32>; 2],
}

/// Why there is no perfect sampler or sample.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum CouplingError {
    /// The model is not of pairs and fields.
    #[error(transparent)]
    Kernel(#[from] KernelError),
    /// No change of signs makes the model ferromagnetic.
    #[error(
        "coupling from the past needs a model without frustration; the couplings at site {site} cannot all be satisfied"
    )]
    Frustrated {
        /// A site where the signs clash.
        site: usize,
    },
    /// The limit that the caller set was passed.
    #[error(
        "the chains had not met after {sweeps} sweeps; leaving out such draws biases the others"
    )]
    NotCoalesced {
        /// Sweeps of the last attempt.
        sweeps: usize,
    },
}

/// Signs σ with `K_ij σ_i σ_j > 0` and `h_i σ_i > 0` for all terms.
fn gauge(model: &CompiledHamiltonian) -> Result<Vec<i8>, CouplingError> {
    let n = model.spins();
    let mut sign: Vec<i8> = model
        .fields()
        .iter()
        .map(|&h| i8::from(h > 0.0) - i8::from(h < 0.0))
        .collect();
    let mut open: Vec<usize> = (0..n).filter(|&i| sign[i] != 0).collect();
    for start in 0..=n {
        while let Some(i) = open.pop() {
            for (j, k) in model.neighbours(i) {
                let wanted = if k > 0.0 { sign[i] } else { -sign[i] };
                if sign[j] == 0 {
                    sign[j] = wanted;
                    open.push(j);
                } else if sign[j] != wanted {
                    return Err(CouplingError::Frustrated { site: j });
                }
            }
        }
        if start < n && sign[start] == 0 {
            sign[start] = 1;
            open.push(start);
        }
    }
    Ok(sign)
}

impl CouplingFromThePast {
    /// The sampler of a model.
    ///
    /// # Errors
    /// [`CouplingError::Kernel`] with products of more than two spins, [`CouplingError::Frustrated`].
    pub fn new(model: &CompiledHamiltonian) -> Result<Self, CouplingError> {
        model.pairwise("coupling-from-the-past")?;
        let gauge = gauge(model)?;
        let n = model.spins();
        let mut offsets = vec![0_u32; n + 1];
        for i in 0..n {
            offsets[i + 1] = offsets[i] + model.slots(i).len() as u32;
        }
        let mut next = offsets.clone();
        let mut far_ends = vec![0; offsets[n] as usize];
        let bond = |ends, slots, coupling: f64| {
            let k = coupling.abs();
            let (p, open) = (-libm::expm1(-2.0 * k), libm::tanh(k));
            Bond {
                ends,
                slots,
                open: Threshold::new(open),
                // The share (p − tanh K)/(1 − tanh K) of those that are not open anyway.
                ask: Threshold::new(0.5 * p),
            }
        };
        let mut bonds = Vec::with_capacity(model.edges().len());
        for &(i, j, k) in model.edges() {
            let slots = [next[i as usize], next[j as usize]];
            far_ends[slots[0] as usize] = j;
            far_ends[slots[1] as usize] = i;
            next[i as usize] += 1;
            next[j as usize] += 1;
            bonds.push(bond([i, j], slots, k));
        }
        for (i, &h) in model.fields().iter().enumerate().filter(|f| *f.1 != 0.0) {
            bonds.push(bond([i as u32, GHOST], [0, 0], h));
        }
        Ok(Self {
            gauge,
            bonds,
            offsets,
            far_ends,
            first_attempt: FIRST_ATTEMPT,
            limit: None,
            past: Vec::new(),
            upper: Bonds::default(),
            lower: Bonds::default(),
            search: Search {
                marks: vec![0; n],
                epoch: 0,
                open: [Vec::new(), Vec::new()],
            },
            clusters: UnionFind::default(),
            sweeps: 0,
        })
    }

    /// Refuses to go back further than this many sweeps; see the warning above.
    pub fn with_limit(mut self, sweeps: usize) -> Self {
        self.limit = Some(sweeps);
        self
    }

    /// How far back the last draw started, in sweeps.
    pub fn sweeps(&self) -> usize {
        self.sweeps
    }

    /// Draws the decisions of one more sweep.
    fn decide(&self, chooser: &mut impl Chooser) -> Decisions {
        let mut decisions = Decisions::default();
        for block in self.bonds.chunks(64) {
            let all = u64::MAX >> (64 - block.len());
            let (open, ask) = if block.iter().all(|b| b.open == block[0].open) {
                let open = chooser.accept_mask(block[0].open, all);
                (open, chooser.accept_mask(block[0].ask, all & !open))
            } else {
                let (mut open, mut ask) = (0, 0);
                for (k, bond) in block.iter().enumerate() {
                    if chooser.accept(bond.open) {
                        open |= 1 << k;
                    } else if chooser.accept(bond.ask) {
                        ask |= 1 << k;
                    }
                }
                (open, ask)
            };
            decisions.open.push(open);
            decisions.ask.push(ask);
        }
        decisions
    }

    /// Runs both chains over the decisions of the past; true if they meet.
    fn attempt(&mut self) -> bool {
        let n = self.gauge.len();
        let past = std::mem::take(&mut self.past);
        let (mut upper, mut lower) = (
            std::mem::take(&mut self.upper),
            std::mem::take(&mut self.lower),
        );
        for (chain, open) in [(&mut upper, true), (&mut lower, false)] {
            chain.slots.clear();
            chain.slots.resize(self.far_ends.len(), open);
            chain.ghost.clear();
            chain.ghost.resize(n, false);
            for bond in self.bonds.iter().filter(|b| b.ends[1] == GHOST) {
                chain.ghost[bond.ends[0] as usize] = open;
            }
        }
        let mut different = self.bonds.len();
        for decisions in past.iter().rev() {
            for index in 0..self.bonds.len() {
                let bit = |words: &[u64]| words[index / 64] >> (index % 64) & 1 == 1;
                let (open, ask) = (bit(&decisions.open), bit(&decisions.ask));
                let bond = &self.bonds[index];
                let differed = upper.is_open(bond) != lower.is_open(bond);
                let (mut above, mut below) = (open, open);
                if ask {
                    // Joined below means joined above; before they meet both may have to be asked.
                    below = self
                        .search
                        .joined(&mut lower, bond, &self.offsets, &self.far_ends);
                    above = below
                        || different > 0
                            && self
                                .search
                                .joined(&mut upper, bond, &self.offsets, &self.far_ends);
                }
                upper.set(bond, above);
                lower.set(bond, below);
                different = different + usize::from(above != below) - usize::from(differed);
            }
        }
        self.sweeps = past.len();
        self.past = past;
        self.upper = upper;
        self.lower = lower;
        different == 0
    }

    /// Signs for the clusters of the bonds that are open in the lower chain.
    fn colour(&mut self, chooser: &mut impl Chooser) -> SpinState {
        let n = self.gauge.len();
        self.clusters.reset(n);
        let mut pinned = vec![false; n];
        for bond in self.bonds.iter().filter(|b| self.lower.is_open(b)) {
            if bond.ends[1] != GHOST {
                self.clusters.union(bond.ends[0], bond.ends[1]);
            }
        }
        for i in (0..n).filter(|&i| self.lower.ghost[i]) {
            pinned[self.clusters.find(i as u32) as usize] = true;
        }
        let mut state = SpinState::up(n);
        let spins = state.spins_mut();
        for i in 0..n {
            let parent = self.clusters.parents()[i] as usize;
            spins[i] = if parent < i {
                // Its parent has its final sign, in the gauge of the parent.
                spins[parent] * self.gauge[parent] * self.gauge[i]
            } else if pinned[i] || chooser.accept(Threshold::HALF) {
                self.gauge[i]
            } else {
                -self.gauge[i]
            };
        }
        state
    }
}

impl Bonds {
    fn is_open(&self, bond: &Bond) -> bool {
        if bond.ends[1] == GHOST {
            self.ghost[bond.ends[0] as usize]
        } else {
            self.slots[bond.slots[0] as usize]
        }
    }

    fn set(&mut self, bond: &Bond, open: bool) {
        if bond.ends[1] == GHOST {
            self.ghost[bond.ends[0] as usize] = open;
        } else {
            self.slots[bond.slots[0] as usize] = open;
            self.slots[bond.slots[1] as usize] = open;
        }
    }
}

impl Search {
    /// Whether the ends of a bond are connected without it; leaves it closed.
    fn joined(
        &mut self,
        bonds: &mut Bonds,
        bond: &Bond,
        offsets: &[u32],
        far_ends: &[u32],
    ) -> bool {
        bonds.set(bond, false);
        let [a, b] = bond.ends;
        if self.epoch > u32::MAX - 4 {
            self.marks.fill(0);
            self.epoch = 0;
        }
        self.epoch += 2;
        // The ghost as an end is a side that has been found to touch the ghost.
        let mut touched = [
            bonds.ghost[a as usize],
            b == GHOST || bonds.ghost[b as usize],
        ];
        if touched == [true; 2] {
            return true;
        }
        for (side, site) in [a, b].into_iter().enumerate() {
            self.open[side].clear();
            if site != GHOST {
                self.open[side].push(site);
                self.marks[site as usize] = self.epoch + side as u32;
            }
        }
        loop {
            for side in [0, 1] {
                // A side that touches the ghost waits for the other one to do so, to meet it or to end.
                if touched[side] {
                    continue;
                }
                let Some(site) = self.open[side].pop() else {
                    return false;
                };
                let (mine, other) = (self.epoch + side as u32, self.epoch + 1 - side as u32);
                for slot in offsets[site as usize] as usize..offsets[site as usize + 1] as usize {
                    if !bonds.slots[slot] {
                        continue;
                    }
                    let next = far_ends[slot];
                    let mark = &mut self.marks[next as usize];
                    if *mark == other {
                        return true;
                    }
                    if *mark != mine {
                        *mark = mine;
                        self.open[side].push(next);
                        if bonds.ghost[next as usize] {
                            touched[side] = true;
                        }
                    }
                }
                if touched == [true; 2] {
                    return true;
                }
            }
        }
    }
}

impl<C: Chooser> ExactSampler<SpinState, C> for CouplingFromThePast {
    type Error = CouplingError;

    fn name(&self) -> &'static str {
        "coupling-from-the-past"
    }

    /// # Errors
    /// [`CouplingError::NotCoalesced`] if a limit was set and passed.
    fn draw(&mut self, chooser: &mut C) -> Result<SpinState, CouplingError> {
        self.past.clear();
        let mut back = self.first_attempt;
        loop {
            let stop = self.limit.is_some_and(|limit| limit <= back);
            if let Some(limit) = self.limit {
                back = back.min(limit);
            }
            while self.past.len() < back {
                let decisions = self.decide(chooser);
                self.past.push(decisions);
            }
            if self.attempt() {
                return Ok(self.colour(chooser));
            }
            if stop {
                return Err(CouplingError::NotCoalesced { sweeps: back });
            }
            back *= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Lattice, SpinHamiltonian, Term};
    use crate::random::{Seed, for_each_choice};
    use crate::sample::TransitionMatrix;

    fn compiled(spins: usize, terms: &[(&[usize], f64)]) -> CompiledHamiltonian {
        let terms = terms
            .iter()
            .map(|&(sites, coupling)| Term {
                sites: sites.to_vec(),
                coupling,
            })
            .collect();
        CompiledHamiltonian::new(&SpinHamiltonian::new(spins, terms).unwrap()).unwrap()
    }

    fn models() -> Vec<CompiledHamiltonian> {
        vec![
            compiled(3, &[(&[0, 1], 0.5), (&[1, 2], 0.7), (&[0, 2], 0.3)]),
            compiled(
                3,
                &[(&[0, 1], 0.5), (&[1, 2], -0.7), (&[0], 0.2), (&[2], -0.4)],
            ),
            compiled(
                4,
                &[
                    (&[0, 1], 0.4),
                    (&[1, 2], 0.4),
                    (&[2, 3], 0.4),
                    (&[3, 0], 0.4),
                    (&[0, 2], 0.4),
                ],
            ),
        ]
    }

    fn boltzmann(model: &CompiledHamiltonian) -> Vec<f64> {
        let n = model.spins();
        let mut pi: Vec<f64> = (0..1_u64 << n)
            .map(|bits| {
                model
                    .reduced_hamiltonian(SpinState::from_bits(n, bits).spins())
                    .exp()
            })
            .collect();
        let z: f64 = pi.iter().sum();
        for p in &mut pi {
            *p /= z;
        }
        pi
    }

    fn load(sampler: &CouplingFromThePast, word: usize) -> Bonds {
        let mut bonds = Bonds {
            slots: vec![false; sampler.far_ends.len()],
            ghost: vec![false; sampler.gauge.len()],
        };
        for (k, bond) in sampler.bonds.iter().enumerate() {
            bonds.set(bond, word >> k & 1 == 1);
        }
        bonds
    }

    /// The state of bond `index` after its update.
    fn update(
        sampler: &mut CouplingFromThePast,
        word: usize,
        index: usize,
        open: bool,
        ask: bool,
    ) -> usize {
        let mut bonds = load(sampler, word);
        let bond = sampler.bonds[index].clone();
        let set = open
            || ask
                && sampler
                    .search
                    .joined(&mut bonds, &bond, &sampler.offsets, &sampler.far_ends);
        word & !(1 << index) | usize::from(set) << index
    }

    #[test]
    fn the_heat_bath_of_a_bond_keeps_the_random_cluster_weights() {
        for model in models() {
            let mut sampler = CouplingFromThePast::new(&model).unwrap();
            let n = model.spins();
            let states = 1 << sampler.bonds.len();
            let couplings: Vec<f64> = model
                .edges()
                .iter()
                .map(|e| e.2)
                .chain(model.fields().iter().copied().filter(|&h| h != 0.0))
                .collect();
            let mut pi: Vec<f64> = (0..states)
                .map(|word| {
                    // Clusters by spreading labels; the ghost is site n and its cluster is not counted.
                    let mut label: Vec<usize> = (0..=n).collect();
                    let mut weight = 1.0;
                    for (k, bond) in sampler.bonds.iter().enumerate() {
                        let p = 1.0 - (-2.0 * couplings[k].abs()).exp();
                        weight *= if word >> k & 1 == 1 { p } else { 1.0 - p };
                        if word >> k & 1 == 1 {
                            let (a, b) = (bond.ends[0] as usize, (bond.ends[1] as usize).min(n));
                            let (old, new) = (label[a], label[b]);
                            label
                                .iter_mut()
                                .filter(|l| **l == old)
                                .for_each(|l| *l = new);
                        }
                    }
                    label.sort_unstable();
                    label.dedup();
                    weight * f64::from(1 << label.len())
                })
                .collect();
            let z: f64 = pi.iter().sum();
            for p in &mut pi {
                *p /= z;
            }
            let sweep = TransitionMatrix::product((0..sampler.bonds.len()).map(|index| {
                TransitionMatrix::extract(states, |word, chooser| {
                    let bond = sampler.bonds[index].clone();
                    let open = chooser.accept(bond.open);
                    let ask = !open && chooser.accept(bond.ask);
                    update(&mut sampler, word, index, open, ask)
                })
            }))
            .unwrap();
            assert!(
                sweep.stationarity_defect(&pi) < 1e-12,
                "{:e}",
                sweep.stationarity_defect(&pi)
            );
            assert_eq!(sweep.period(), Some(1));
        }
    }

    #[test]
    fn updates_are_monotone() {
        for model in models() {
            let mut sampler = CouplingFromThePast::new(&model).unwrap();
            for index in 0..sampler.bonds.len() {
                for high in 0..1_usize << sampler.bonds.len() {
                    for low in (0..=high).filter(|low| low & !high == 0) {
                        for (open, ask) in [(true, false), (false, true), (false, false)] {
                            let h = update(&mut sampler, high, index, open, ask);
                            let l = update(&mut sampler, low, index, open, ask);
                            assert_eq!(l & !h, 0);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn draws_that_end_in_time_never_exceed_the_distribution() {
        // P(x drawn within T sweeps) = π(x) − P(x, later) ≤ π(x), and what is missing is small.
        for (model, sweeps, share) in [(&models()[0], 3, 0.9), (&models()[1], 2, 0.7)] {
            let mut sampler = CouplingFromThePast::new(model).unwrap().with_limit(sweeps);
            // Several attempts, so that decisions out of order or drawn anew would show.
            sampler.first_attempt = 1;
            let pi = boltzmann(model);
            let mut drawn = vec![0.0; pi.len()];
            for_each_choice(
                |chooser| sampler.clone().draw(chooser),
                |state, p| {
                    if let Ok(state) = state {
                        drawn[state.bits() as usize] += p;
                    }
                },
            );
            let total: f64 = drawn.iter().sum();
            assert!(total > share, "{total}");
            for (d, p) in drawn.iter().zip(&pi) {
                assert!(*d <= p + 1e-13, "{d} {p}");
                assert!(p - d <= 1.0 - total + 1e-13);
            }
        }
    }

    #[test]
    fn the_energy_of_a_torus_is_right() {
        // 4000 independent draws of the 3×3 torus against the sum over its 512 states.
        let model =
            CompiledHamiltonian::new(&Lattice::torus(3, 3).ising(0.4, 0.0).unwrap()).unwrap();
        let pi = boltzmann(&model);
        let energy = |bits: u64| model.reduced_hamiltonian(SpinState::from_bits(9, bits).spins());
        let moment = |k| -> f64 { (0..512).map(|b| pi[b as usize] * energy(b).powi(k)).sum() };
        let (mean, variance) = (moment(1), moment(2) - moment(1).powi(2));
        let mut sampler = CouplingFromThePast::new(&model).unwrap();
        let mut stream = Seed(1).stream("perfect", 0);
        let n = 4000.0;
        let sum: f64 = (0..4000)
            .map(|_| energy(sampler.draw(&mut stream).unwrap().bits()))
            .sum();
        // Six standard errors: a false alarm would have had probability 2e-9 when the seed was chosen.
        assert!((sum / n - mean).abs() < 6.0 * (variance / n).sqrt());
    }

    #[test]
    fn frustration_is_refused() {
        let triangle = compiled(3, &[(&[0, 1], 0.5), (&[1, 2], 0.7), (&[0, 2], -0.3)]);
        assert!(matches!(
            CouplingFromThePast::new(&triangle),
            Err(CouplingError::Frustrated { .. })
        ));
        let fields = compiled(2, &[(&[0, 1], 0.5), (&[0], 0.7), (&[1], -0.3)]);
        assert!(CouplingFromThePast::new(&fields).is_err());
        let limited = CouplingFromThePast::new(&models()[2])
            .unwrap()
            .with_limit(0);
        assert!(matches!(
            limited.clone().draw(&mut Seed(1).stream("perfect", 1)),
            Err(CouplingError::NotCoalesced { sweeps: 0 })
        ));
    }
}
