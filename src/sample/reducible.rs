//! Finding out that a sweep in fixed order does not reach every state.

use super::{SingleSite, SiteOrder, SiteRule};
use crate::random::{Chooser, enumerate_choices};

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
    /// All states weigh the same, so every update flips and the parity of the flips is fixed.
    EveryUpdateFlips,
}

impl std::fmt::Display for Reducible {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.trapped {
            TrappedStates::Walked { reached, states } => {
                write!(f, "from all spins up it reaches {reached} of {states} states")
            }
            TrappedStates::ClosedOrbit { sweeps } => write!(
                f,
                "some states are never left: every update of them is certain, and they come back after {sweeps} sweeps"
            ),
            TrappedStates::EveryUpdateFlips => {
                write!(f, "all states weigh the same, so every update flips its spin")
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
        let parity = kernel.rule().is_uniform() && n % 2 == 0;
        return parity.then(|| Reducible {
            trapped: TrappedStates::EveryUpdateFlips,
            witness: std::iter::once(-1).chain((1..n).map(|_| 1)).collect(),
        });
    }
    if n <= WALKED_SITES {
        return walk(kernel);
    }
    candidates(n).find_map(|spins| {
        closed_orbit(kernel, &spins).map(|sweeps| Reducible {
            trapped: TrappedStates::ClosedOrbit { sweeps },
            witness: spins,
        })
    })
}

/// Follows the support of the sweep from all spins up.
///
/// The weights of all states are positive and unchanged by the sweep, so no state is transient and
/// reaching every state from one is enough.
fn walk<R: SiteRule>(kernel: &SingleSite<R>) -> Option<Reducible> {
    let n = kernel.rule().sites();
    let states = 1_usize << n;
    let spins_of = |bits: usize| -> Vec<i8> {
        (0..n).map(|i| if bits >> i & 1 == 1 { 1 } else { -1 }).collect()
    };
    // For each visit and state: may the spin stay, may it flip.
    let outcomes: Vec<Vec<[bool; 2]>> = kernel
        .visits()
        .iter()
        .map(|&site| {
            (0..states)
                .map(|bits| {
                    let mut seen = [false; 2];
                    for (flipped, _) in enumerate_choices(|chooser| {
                        let mut spins = spins_of(bits);
                        let before = spins[site as usize];
                        kernel.rule().update(&mut spins, site as usize, chooser);
                        spins[site as usize] != before
                    }) {
                        seen[usize::from(flipped)] = true;
                    }
                    seen
                })
                .collect()
        })
        .collect();
    let mut reached = vec![false; states];
    reached[states - 1] = true;
    let mut fresh = vec![states - 1];
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
        fresh = (0..states).filter(|&bits| now[bits] && !reached[bits]).collect();
        for &bits in &fresh {
            reached[bits] = true;
        }
    }
    let missing = reached.iter().position(|r| !r)?;
    Some(Reducible {
        trapped: TrappedStates::Walked {
            reached: reached.iter().filter(|&&r| r).count(),
            states,
        },
        witness: spins_of(missing),
    })
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
        .filter(move |rows| n % rows == 0)
        .flat_map(move |small| [small, n / small])
        .flat_map(move |rows| {
            let columns = n / rows;
            let g = gcd(rows, columns);
            let diagonal = (rows / g % 2 == 1 && columns / g % 2 == 1).then(|| {
                (0..n)
                    .map(|i| sign((i / columns + 2 * n - i % columns) % (2 * g) < g))
                    .collect()
            });
            let fits = |side: usize| side == 1 || side % 4 == 0;
            let stairs = (fits(rows) && fits(columns)).then(|| {
                (0..n).map(|i| sign((i / columns + i % columns) % 4 < 2)).collect()
            });
            diagonal.into_iter().chain(stairs)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Lattice;
    use crate::sample::{CompiledHamiltonian, Irreducibility, Kernel, Metropolis};
    use std::sync::Arc;

    fn metropolis(lattice: &str, field: f64, order: SiteOrder) -> Metropolis {
        let model = lattice.parse::<Lattice>().unwrap().ising(0.3, field).unwrap();
        Metropolis::new(Arc::new(CompiledHamiltonian::new(&model)), order).unwrap()
    }

    #[test]
    fn every_square_torus_traps_sequential_sweeps() {
        for side in [4, 5, 6, 7, 10, 32] {
            let kernel = metropolis(&format!("torus:{side}x{side}"), 0.0, SiteOrder::Sequential);
            let reason = kernel.known_reducible().unwrap();
            assert_eq!(reason.trapped, TrappedStates::ClosedOrbit { sweeps: 2 }, "{side}");
        }
        assert!(metropolis("torus:15x9", 0.0, SiteOrder::Sequential).known_reducible().is_some());
        assert!(metropolis("torus:8x12", 0.0, SiteOrder::Checkerboard).known_reducible().is_some());
        assert!(metropolis("ring:101", 0.0, SiteOrder::Sequential).known_reducible().is_some());
        assert!(metropolis("torus:8x8", 0.01, SiteOrder::Sequential).known_reducible().is_none());
        assert_eq!(
            metropolis("torus:8x8", 0.01, SiteOrder::Sequential).irreducibility(),
            Irreducibility::Unknown
        );
    }

    #[test]
    fn print_reducible() {
        for lattice in ["chain:5","chain:12","ring:3","ring:4","ring:5","ring:6","ring:7","ring:8","ring:9","ring:10","ring:11","ring:12","torus:2x2","torus:2x3","torus:3x2","torus:3x3","torus:2x4","torus:4x2","torus:2x5","torus:2x6","torus:3x4","torus:4x3","open:2x2","open:3x3","open:3x4","cylinder:2x3","cylinder:3x3","cylinder:3x4","cylinder:2x4", "cylinder:2x5"] {
            for field in [0.0, 0.1, 0.6] {
                for order in [SiteOrder::Sequential, SiteOrder::Checkerboard] {
                    let model = lattice.parse::<Lattice>().unwrap().ising(0.3, field).unwrap();
                    if let Ok(k)=Metropolis::new(Arc::new(CompiledHamiltonian::new(&model)), order) {
                        println!("{lattice} h {field} {order:?}: {:?}", k.known_reducible());
                    }
                }
            }
        }
    }
}
