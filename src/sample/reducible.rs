//! Finding out that a sweep in fixed order does not reach every state.

use super::{SingleSite, SiteOrder, SiteRule};
use crate::random::{Chooser, for_each_choice};

/// Most sites for which all states are walked.
pub(super) const WALKED_SITES: usize = 12;
/// Sweeps after which a state without decisions must have come back to be called closed.
const ORBIT_SWEEPS: usize = 4;

/// A proof that a kernel is not irreducible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reducible {
    /// How it is known.
    pub trapped: TrappedStates,
    /// A state that the chain does not reach from all spins up, or does not leave.
    pub witness: Vec<i8>,
}

/// How it is known that a kernel does not reach every state.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrappedStates {
    /// All states were walked, and these many are reached from all spins up.
    Walked {
        /// States reached.
        reached: usize,
        /// All states.
        states: usize,
    },
    /// From the witness no decision is ever made: it comes back after these many sweeps.
    ClosedOrbit {
        /// Sweeps until it is back.
        sweeps: usize,
    },
    /// A ring of one coupling strength without field and frustration, whose kinks move by rule.
    Ring {
        /// The states in the class of the ground states; `None` if they are too many to count here.
        reached: Option<usize>,
    },
    /// All states weigh the same, so every update flips and the parity of the flips is fixed.
    EveryUpdateFlips,
}

impl std::fmt::Display for Reducible {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.trapped {
            TrappedStates::Walked { reached, states } => {
                write!(
                    f,
                    "from all spins up it reaches {reached} of {states} states"
                )
            }
            TrappedStates::ClosedOrbit { sweeps } => write!(
                f,
                "some states are never left: every update of them is certain, and they come back after {sweeps} sweeps"
            ),
            TrappedStates::Ring { .. } => {
                write!(
                    f,
                    "on a ring without field the kinks of a ground state move by rule only"
                )
            }
            TrappedStates::EveryUpdateFlips => {
                write!(
                    f,
                    "all states weigh the same, so every update flips its spin"
                )
            }
        }
    }
}

/// Remembers whether a decision was free.
#[derive(Default)]
struct Spy {
    free: bool,
}

impl Chooser for Spy {
    fn bernoulli(&mut self, p: f64) -> bool {
        self.free |= p > 0.0 && p < 1.0;
        p >= 1.0
    }
    fn index(&mut self, n: usize) -> usize {
        self.free |= n > 1;
        0
    }
    fn normal(&mut self) -> f64 {
        self.free = true;
        0.0
    }
}

/// What is known about the sweep of a kernel.
pub(super) fn of_sweep<R: SiteRule>(kernel: &SingleSite<R>) -> Option<Reducible> {
    if kernel.rule().always_free() {
        return None;
    }
    let n = kernel.rule().sites();
    if kernel.order() == SiteOrder::Random {
        // N updates flip N spins.
        let parity = kernel.rule().is_uniform() && n.is_multiple_of(2);
        return parity.then(|| Reducible {
            trapped: TrappedStates::EveryUpdateFlips,
            witness: std::iter::once(-1).chain((1..n).map(|_| 1)).collect(),
        });
    }
    if n <= WALKED_SITES {
        return walk(kernel);
    }
    if let Some(ground) = kernel.rule().ground_state_of_ring() {
        return Some(ring(kernel.order(), ground));
    }
    candidates(n).find_map(|spins| {
        closed_orbit(kernel, &spins).map(|sweeps| Reducible {
            trapped: TrappedStates::ClosedOrbit { sweeps },
            witness: spins,
        })
    })
}

fn bits(spins: &[i8]) -> usize {
    spins
        .iter()
        .enumerate()
        .map(|(i, &s)| usize::from(s > 0) << i)
        .sum()
}

fn spins_of(bits: usize, n: usize) -> Vec<i8> {
    (0..n)
        .map(|i| if bits >> i & 1 == 1 { 1 } else { -1 })
        .collect()
}

/// Decides by walking all states.
///
/// The weights of all states are positive and unchanged by the sweep, so no state is transient and
/// reaching every state from one is enough.
fn walk<R: SiteRule>(kernel: &SingleSite<R>) -> Option<Reducible> {
    let n = kernel.rule().sites();
    let reached = class_of(kernel, &vec![1; n]);
    let missing = reached.iter().position(|r| !r)?;
    Some(Reducible {
        trapped: TrappedStates::Walked {
            reached: reached.iter().filter(|&&r| r).count(),
            states: reached.len(),
        },
        witness: spins_of(missing, n),
    })
}

/// Which states can follow, in any number of sweeps.
fn class_of<R: SiteRule>(kernel: &SingleSite<R>, start: &[i8]) -> Vec<bool> {
    let n = kernel.rule().sites();
    let states = 1_usize << n;
    // For each visit and state: may the spin stay, may it flip.
    let outcomes: Vec<Vec<[bool; 2]>> = kernel
        .visits()
        .iter()
        .map(|&site| {
            let site = site as usize;
            (0..states)
                .map(|bits| {
                    let old = spins_of(bits, n);
                    let mut spins = old.clone();
                    let mut seen = [false; 2];
                    for_each_choice(
                        |chooser| {
                            spins.copy_from_slice(&old);
                            kernel.rule().update(&mut spins, site, chooser);
                            spins[site] != old[site]
                        },
                        |flipped, _| seen[usize::from(flipped)] = true,
                    );
                    seen
                })
                .collect()
        })
        .collect();
    let mut reached = vec![false; states];
    reached[bits(start)] = true;
    let mut fresh = vec![bits(start)];
    while !fresh.is_empty() {
        let mut now = vec![false; states];
        for &bits in &fresh {
            now[bits] = true;
        }
        for (&site, outcome) in kernel.visits().iter().zip(&outcomes) {
            let mut next = vec![false; states];
            for bits in (0..states).filter(|&bits| now[bits]) {
                next[bits] |= outcome[bits][0];
                next[bits ^ 1 << site] |= outcome[bits][1];
            }
            now = next;
        }
        fresh = (0..states)
            .filter(|&bits| now[bits] && !reached[bits])
            .collect();
        for &bits in &fresh {
            reached[bits] = true;
        }
    }
    reached
}

/// Why a ring of N ≥ 3 sites with equal |K|, no field and no frustration is never explored.
///
/// Let `d_i = 1` where the bond between sites i − 1 and i is not satisfied. An update of site i swaps
/// `d_i` and `d_{i+1}` if they differ (Δ𝒦 = 0, so always), takes a pair away if both are one (always), and makes
/// one with probability `e^{−4|K|}` if both are zero.
/// - By index: a pair made at site k is carried to the end of the sweep, so from a ground state only
///   the 2N states are reached in which the sites from some k on are flipped, and back.
/// - By colours: the sites of a colour own disjoint pairs (even bond, odd bond); a swap changes the sign
///   of `D = Σ_even d − Σ_odd d` and nothing else changes D, so a sweep conserves it.
fn ring(order: SiteOrder, ground: Vec<i8>) -> Reducible {
    let n = ground.len();
    let mut witness = ground;
    witness[1] = -witness[1];
    let reached = if order == SiteOrder::Sequential {
        Some(2 * n)
    } else {
        // Two kinks on bonds of one parity.
        witness[0] = -witness[0];
        None
    };
    Reducible {
        trapped: TrappedStates::Ring { reached },
        witness,
    }
}

/// The number of sweeps after which the state is back without a decision having been made.
fn closed_orbit<R: SiteRule>(kernel: &SingleSite<R>, start: &[i8]) -> Option<usize> {
    let mut spins = start.to_vec();
    for sweep in 1..=ORBIT_SWEEPS {
        for &site in kernel.visits() {
            let mut spy = Spy::default();
            kernel.rule().update(&mut spins, site as usize, &mut spy);
            if spy.free {
                return None;
            }
        }
        if spins == start {
            return Some(sweep);
        }
    }
    None
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Patterns on every R×C rectangle of N sites in which all local fields of an Ising model can cancel.
///
/// By index: `s(r,c) = f(r − c)`, `f(k + g) = −f(k)`: when a site is visited its left and upper
/// neighbour have been flipped, so the field is `f(k − 1) + f(k + 1) − f(k + 1) − f(k − 1) = 0`, and across
/// the edges by the change of sign. By colours: `s(r,c) = f(r + c)`, `f(k + 2) = −f(k)`.
fn candidates(n: usize) -> impl Iterator<Item = Vec<i8>> {
    let sign = |positive: bool| if positive { 1 } else { -1 };
    (1..=n)
        .take_while(move |rows| rows * rows <= n)
        .filter(move |rows| n.is_multiple_of(*rows))
        .flat_map(move |small| [small, n / small])
        .flat_map(move |rows| {
            let columns = n / rows;
            let g = gcd(rows, columns);
            let diagonal = (rows / g % 2 == 1 && columns / g % 2 == 1).then(|| {
                (0..n)
                    .map(|i| sign((i / columns + 2 * n - i % columns) % (2 * g) < g))
                    .collect()
            });
            let fits = |side: usize| side == 1 || side.is_multiple_of(4);
            let stairs = (fits(rows) && fits(columns)).then(|| {
                (0..n)
                    .map(|i| sign((i / columns + i % columns) % 4 < 2))
                    .collect()
            });
            diagonal.into_iter().chain(stairs)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Lattice;
    use crate::sample::{
        CompiledHamiltonian, Irreducibility, Kernel, Metropolis, SquareIsing, SquareMetropolis,
    };
    use std::str::FromStr;
    use std::sync::Arc;

    fn metropolis(lattice: &str, field: f64, order: SiteOrder) -> Metropolis {
        let model = lattice
            .parse::<Lattice>()
            .unwrap()
            .ising(0.3, field)
            .unwrap();
        Metropolis::new(Arc::new(CompiledHamiltonian::new(&model).unwrap()), order).unwrap()
    }

    #[test]
    fn every_square_torus_traps_sequential_sweeps() {
        for side in [4, 5, 6, 7, 10, 32] {
            let kernel = metropolis(&format!("torus:{side}x{side}"), 0.0, SiteOrder::Sequential);
            let reason = kernel.known_reducible().unwrap();
            assert_eq!(
                reason.trapped,
                TrappedStates::ClosedOrbit { sweeps: 2 },
                "{side}"
            );
        }
        assert!(
            metropolis("torus:15x9", 0.0, SiteOrder::Sequential)
                .known_reducible()
                .is_some()
        );
        assert!(
            metropolis("torus:8x12", 0.0, SiteOrder::Checkerboard)
                .known_reducible()
                .is_some()
        );
        assert!(
            metropolis("ring:101", 0.0, SiteOrder::Sequential)
                .known_reducible()
                .is_some()
        );
        assert!(
            metropolis("torus:8x8", 0.01, SiteOrder::Sequential)
                .known_reducible()
                .is_none()
        );
        assert_eq!(
            metropolis("torus:8x8", 0.01, SiteOrder::Sequential).irreducibility(),
            Irreducibility::Unknown
        );
    }

    #[test]
    fn rings_reach_as_many_states_as_the_proof_says() {
        for n in 3..=14 {
            for coupling in [0.3, -0.3] {
                if coupling < 0.0 && n % 2 == 1 {
                    continue;
                }
                let model = Lattice::from_str(&format!("ring:{n}"))
                    .unwrap()
                    .ising(coupling, 0.0)
                    .unwrap();
                let model = Arc::new(CompiledHamiltonian::new(&model).unwrap());
                let kernel = Metropolis::new(model.clone(), SiteOrder::Sequential).unwrap();
                let ground = kernel.rule().ground_state_of_ring().unwrap();
                let said = ring(SiteOrder::Sequential, ground.clone());
                assert_eq!(
                    said.trapped,
                    TrappedStates::Ring {
                        reached: Some(2 * n)
                    }
                );
                let class = class_of(&kernel, &ground);
                assert_eq!(class.iter().filter(|&&r| r).count(), 2 * n);
                assert!(!class[bits(&said.witness)]);
                if n % 2 == 0 {
                    let kernel = Metropolis::new(model, SiteOrder::Checkerboard).unwrap();
                    let said = ring(SiteOrder::Checkerboard, ground.clone());
                    assert!(!class_of(&kernel, &ground)[bits(&said.witness)]);
                }
            }
        }
        for ring in ["ring:30", "ring:31", "torus:1x50"] {
            let kernel = metropolis(ring, 0.0, SiteOrder::Sequential);
            let reason = kernel.known_reducible().unwrap();
            assert!(
                matches!(reason.trapped, TrappedStates::Ring { .. }),
                "{reason}"
            );
        }
        assert!(
            metropolis("ring:30", 0.1, SiteOrder::Sequential)
                .known_reducible()
                .is_none()
        );
        assert!(
            metropolis("chain:30", 0.0, SiteOrder::Sequential)
                .known_reducible()
                .is_none()
        );
        let square = SquareIsing::new(Lattice::from_str("ring:30").unwrap(), -0.2, 0.0).unwrap();
        let kernel = SquareMetropolis::new(square, SiteOrder::Checkerboard).unwrap();
        assert!(matches!(
            kernel.irreducibility(),
            Irreducibility::Reducible(_)
        ));
    }

    #[test]
    fn small_lattices_with_and_without_traps() {
        let count = |lattice: &str, order| match metropolis(lattice, 0.0, order).known_reducible() {
            Some(Reducible {
                trapped: TrappedStates::Walked { reached, .. },
                ..
            }) => Some(reached),
            None => None,
            Some(other) => panic!("{other}"),
        };
        let sequential = |lattice| count(lattice, SiteOrder::Sequential);
        let checkerboard = |lattice| count(lattice, SiteOrder::Checkerboard);
        assert_eq!(sequential("torus:2x2"), Some(12));
        assert_eq!(sequential("torus:3x3"), Some(504));
        assert_eq!(sequential("torus:2x3"), None);
        assert_eq!(sequential("chain:5"), None);
        assert_eq!(sequential("open:2x2"), Some(12));
        assert_eq!(sequential("open:3x3"), None);
        assert_eq!(checkerboard("torus:2x4"), Some(252));
        // 2·C(8, 4) states without a difference between even and odd kinks.
        assert_eq!(checkerboard("ring:8"), Some(140));
        // Any field makes every update of an aligned state free.
        assert!(
            metropolis("ring:8", 0.1, SiteOrder::Sequential)
                .known_reducible()
                .is_none()
        );
    }
}
