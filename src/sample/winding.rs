//! How the open bonds of a spin state wind round the torus.

use super::wolff::bond_threshold;
use super::{KernelError, SpinState};
use crate::model::{Boundary, Lattice};
use crate::random::{Chooser, Threshold};

/// In how many independent directions the random clusters of a ferromagnet on a torus close.
///
/// Bonds between equal spins are opened with probability `p = 1 − e^{−2K}`, which turns a spin state drawn
/// from the model into a bond state drawn from the random-cluster model (Fortuin and Kasteleyn). The rank r
/// is that of the winding numbers of its closed paths: 0 if no cluster goes round, 1 if some do in one
/// direction, 2 if one does in both.
///
/// ```text
/// weight(ω) = (p/(1−p))^{bonds} 2^{clusters};   clusters(ω*) = bonds(ω) − sites + clusters(ω) − r(ω) + 1
/// at p/(1−p) = √2, where K = ½ ln(1+√2):   weight(ω*) = weight(ω) 2^{1−r},   r(ω*) = 2 − r(ω)
/// so P(r = 2) = 2 P(r = 0) on every torus
/// ```
/// Here ω* is the bond state of the dual torus: open where the bond that crosses it is closed. Raising K raises
/// `P(r = 2)/P(r = 0)`, since one event is increasing and the other decreasing: there is one K with this ratio.
/// Test `two_windings_are_twice_as_likely_as_none_at_the_self_dual_point`.
///
/// # References
/// C. Fortuin, P. Kasteleyn, Physica 57 (1972) 536.
#[derive(Clone, Debug)]
pub struct WindingRank {
    lattice: Lattice,
    bond: Threshold,
    /// Parent of each site and the way to it, in steps right and down.
    parent: Vec<u32>,
    way: Vec<[i32; 2]>,
}

impl WindingRank {
    /// For a torus with this coupling K on all bonds.
    ///
    /// # Errors
    /// [`KernelError::NotFerromagnetic`] unless `K ≥ 0`; [`KernelError::NotATorus`] with an open side.
    pub fn new(lattice: Lattice, coupling: f64) -> Result<Self, KernelError> {
        if coupling.is_nan() || coupling < 0.0 {
            return Err(KernelError::NotFerromagnetic {
                kernel: "winding-rank",
                coupling,
            });
        }
        if [lattice.vertical(), lattice.horizontal()] != [Boundary::Periodic; 2] {
            return Err(KernelError::NotATorus);
        }
        Ok(Self {
            lattice,
            bond: bond_threshold(coupling),
            parent: Vec::new(),
            way: Vec::new(),
        })
    }

    /// The root of a site's cluster and the way from the site to it.
    fn root(&mut self, site: usize) -> (usize, [i32; 2]) {
        let (mut at, mut way) = (site, [0, 0]);
        while self.parent[at] as usize != at {
            way = [way[0] + self.way[at][0], way[1] + self.way[at][1]];
            at = self.parent[at] as usize;
        }
        // Shorten the path, so that later searches are short.
        let (root, total) = (at, way);
        let (mut at, mut rest) = (site, total);
        while self.parent[at] as usize != at {
            let (next, step) = (self.parent[at] as usize, self.way[at]);
            self.parent[at] = root as u32;
            self.way[at] = rest;
            rest = [rest[0] - step[0], rest[1] - step[1]];
            at = next;
        }
        (root, total)
    }

    /// The rank for bonds that are open as `open(site, downward)` says.
    fn rank(&mut self, mut open: impl FnMut(usize, bool) -> bool) -> usize {
        let (rows, columns) = (self.lattice.rows(), self.lattice.columns());
        let sites = rows * columns;
        self.parent.clear();
        self.parent.extend(0..sites as u32);
        self.way.clear();
        self.way.resize(sites, [0, 0]);
        let mut winding: Option<[i32; 2]> = None;
        let mut rank = 0;
        for site in 0..sites {
            let (r, c) = (site / columns, site % columns);
            let right = (r * columns + (c + 1) % columns, [1, 0]);
            let down = ((r + 1) % rows * columns + c, [0, 1]);
            for (downward, (other, step)) in [(false, right), (true, down)] {
                if !open(site, downward) {
                    continue;
                }
                let (a, from_site) = self.root(site);
                let (b, from_other) = self.root(other);
                // From the root of the site back to it, over the bond, and on to the other root.
                let path = [
                    step[0] + from_other[0] - from_site[0],
                    step[1] + from_other[1] - from_site[1],
                ];
                if a != b {
                    self.parent[a] = b as u32;
                    self.way[a] = path;
                } else if path != [0, 0] {
                    match winding {
                        None => {
                            winding = Some(path);
                            rank = 1;
                        }
                        Some(first) if first[0] * path[1] != first[1] * path[0] => return 2,
                        Some(_) => {}
                    }
                }
            }
        }
        rank
    }

    /// Opens bonds of a spin state at random, one decision for each bond between equal spins, and returns
    /// the rank.
    ///
    /// # Panics
    /// If the state has not as many spins as the lattice has sites.
    pub fn draw(&mut self, state: &SpinState, chooser: &mut impl Chooser) -> usize {
        let spins = state.spins();
        let (rows, columns) = (self.lattice.rows(), self.lattice.columns());
        assert_eq!(spins.len(), rows * columns, "one spin for each site");
        let bond = self.bond;
        self.rank(|site, downward| {
            let (r, c) = (site / columns, site % columns);
            let other = if downward {
                (r + 1) % rows * columns + c
            } else {
                r * columns + (c + 1) % columns
            };
            spins[site] == spins[other] && chooser.accept(bond)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::UnionFind;
    use crate::random::{Seed, enumerate_choices};

    fn winding(rows: usize, columns: usize, coupling: f64) -> WindingRank {
        WindingRank::new(Lattice::torus(rows, columns), coupling).unwrap()
    }

    fn self_dual() -> f64 {
        0.5 * 2.0_f64.sqrt().ln_1p()
    }

    /// Probabilities of the ranks from all bond states.
    fn by_bond_states(rows: usize, columns: usize, coupling: f64) -> [f64; 3] {
        let sites = rows * columns;
        let odds = (2.0 * coupling).exp_m1();
        let mut rank = winding(rows, columns, coupling);
        let mut clusters = UnionFind::default();
        let mut weight = [0.0; 3];
        for bonds in 0_u64..1 << (2 * sites) {
            let open =
                |site: usize, downward: bool| bonds >> (2 * site + usize::from(downward)) & 1 == 1;
            clusters.reset(sites);
            for site in 0..sites {
                let (r, c) = (site / columns, site % columns);
                if open(site, false) {
                    clusters.union(site as u32, (r * columns + (c + 1) % columns) as u32);
                }
                if open(site, true) {
                    clusters.union(site as u32, ((r + 1) % rows * columns + c) as u32);
                }
            }
            let count = (0..sites as u32).filter(|&i| clusters.find(i) == i).count();
            weight[rank.rank(open)] +=
                odds.powi(bonds.count_ones() as i32) * 2.0_f64.powi(count as i32);
        }
        let z: f64 = weight.iter().sum();
        weight.map(|w| w / z)
    }

    #[test]
    fn two_windings_are_twice_as_likely_as_none_at_the_self_dual_point() {
        for (rows, columns) in [(1, 1), (1, 2), (2, 2), (2, 3), (3, 2), (3, 3), (2, 4)] {
            let p = by_bond_states(rows, columns, self_dual());
            assert!((p[2] / p[0] - 2.0).abs() < 1e-11, "{rows}×{columns}: {p:?}");
            // And nowhere else: the ratio grows with K.
            let (below, above) = (
                by_bond_states(rows, columns, 0.99 * self_dual()),
                by_bond_states(rows, columns, 1.01 * self_dual()),
            );
            assert!(below[2] / below[0] < 1.99 && above[2] / above[0] > 2.01);
        }
    }

    #[test]
    fn spin_states_lead_to_the_random_cluster_model() {
        let (rows, columns, k) = (2, 2, 0.3);
        let mut sum = [0.0; 3];
        let mut z = 0.0;
        for bits in 0..16 {
            let state = SpinState::from_bits(4, bits);
            let spins = state.spins();
            let pairs: i32 = Lattice::torus(rows, columns)
                .bonds()
                .iter()
                .map(|&(i, j)| i32::from(spins[i] * spins[j]))
                .sum();
            let weight = (k * f64::from(pairs)).exp();
            z += weight;
            let mut rank = winding(rows, columns, k);
            for (r, p) in enumerate_choices(|chooser| rank.draw(&state, chooser)) {
                sum[r] += weight * p;
            }
        }
        let known = by_bond_states(rows, columns, k);
        for (found, known) in sum.iter().zip(known) {
            assert!((found / z - known).abs() < 1e-12, "{found} {z} {known}");
        }
    }

    #[test]
    fn windings_are_told_apart() {
        let mut rank = winding(3, 4, 1.0);
        assert_eq!(rank.rank(|_, _| false), 0);
        assert_eq!(rank.rank(|_, _| true), 2);
        assert_eq!(rank.rank(|site, down| site < 4 && !down), 1);
        assert_eq!(rank.rank(|site, down| site % 4 == 2 && down), 1);
        // All but one bond of a row closes nothing.
        assert_eq!(rank.rank(|site, down| site < 3 && !down), 0);
        // Two parallel rows wind in one direction; a diagonal staircase winds once in both.
        assert_eq!(rank.rank(|site, down| site / 4 != 1 && !down), 1);
        let mut square = winding(3, 3, 1.0);
        assert_eq!(
            square.rank(|site, down| site / 3 == site % 3 && !down
                || site % 3 == (site / 3 + 1) % 3 && down),
            1
        );
        assert_eq!(
            square.rank(|site, down| (site < 3 && !down) || (site % 3 == 0 && down)),
            2
        );
    }

    #[test]
    fn open_sides_and_antiferromagnets_are_refused() {
        assert!(WindingRank::new(Lattice::open(3, 3), 0.4).is_err());
        assert!(WindingRank::new(Lattice::torus(3, 3), -0.4).is_err());
        assert!(WindingRank::new(Lattice::torus(3, 3), f64::NAN).is_err());
        let mut stream = Seed(1).stream("winding", 0);
        let mut rank = winding(4, 4, 0.0);
        assert_eq!(rank.draw(&SpinState::up(16), &mut stream), 0);
    }
}
