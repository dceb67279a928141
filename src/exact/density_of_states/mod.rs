//! Exact integers g(E, M): how many states of a homogeneous lattice have so many broken bonds and so many up
//! spins.
//!
//! ```text
//! Z(x, y) = Σ_s x^{broken bonds} y^{up spins} = Σ g(b, k) x^b y^k
//! ```
//! The polynomial is evaluated by a transfer matrix at enough points modulo two primes (`modular`),
//! interpolated there, and its coefficients, below 2¹⁰⁰, follow from their two remainders. Any temperature
//! and field can then be had to any number of digits (`certified`): this is the reference that
//! engines in floating point are held against.

mod certified;
mod modular;

pub use certified::{CertifiedValues, CertifiedValuesError};

use crate::model::{Boundary, Lattice};
use modular::{Field, Shape, evaluate, interpolate_palindrome, interpolate_powers};
use rayon::prelude::*;
use thiserror::Error;

/// Most sites: coefficients stay below the product of two primes.
const MOST_SITES: usize = 100;

/// Why there is no density of states.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum DensityOfStatesError {
    /// Too many sites for the arithmetic.
    #[error("a lattice of {sites} sites; densities of states go to {MOST_SITES}")]
    TooLarge {
        /// Number of sites.
        sites: usize,
    },
    /// The remainders do not fit together; a fault of the machine or of this program.
    #[error("the counts of a lattice of {sites} sites do not add up to 2^{sites}")]
    Inconsistent {
        /// Number of sites.
        sites: usize,
    },
}

/// The number of states with each number of broken bonds and of up spins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DensityOfStates {
    lattice: Lattice,
    bonds: usize,
    counts: Vec<u128>,
}

impl DensityOfStates {
    /// Counts the states of a lattice of at most 100 sites.
    ///
    /// # Errors
    /// [`DensityOfStatesError`]. That all counts add up to `2^N` is checked.
    /// # Accuracy
    /// Integers, exact. Tests `small_lattices_are_counted` and `known_counts_of_large_lattices`.
    /// # Complexity
    /// `O(bonds · N · S L 2^w w)` word operations for L rows of w ≤ L; S is one on a strip open along the
    /// rows, else the number of bracelets of w beads: 36 s on one core of a 2.5 GHz server for the 10×10 torus.
    ///
    /// ```
    /// use blockspin::exact::DensityOfStates;
    /// use blockspin::model::Lattice;
    /// let g = DensityOfStates::of(Lattice::torus(4, 4)).unwrap();
    /// assert_eq!(g.count(0, 16), 1);
    /// // One spin down breaks four bonds.
    /// assert_eq!(g.count(4, 15), 16);
    /// ```
    pub fn of(lattice: Lattice) -> Result<Self, DensityOfStatesError> {
        let sites = lattice.sites();
        if sites > MOST_SITES {
            return Err(DensityOfStatesError::TooLarge { sites });
        }
        let shape = Shape::of(lattice);
        let bonds = lattice.bonds().len();
        // Every broken bond of a closed line comes with another one.
        let step = if shape.all_lines_closed() { 2 } else { 1 };
        let x_points = bonds / step + 1;
        let y_points = sites / 2 + 1;
        let fields = [Field::below(1 << 52), {
            let first = Field::below(1 << 52);
            Field::below(first.prime())
        }];
        let points: Vec<(usize, usize, usize)> = (0..fields.len())
            .flat_map(|f| (0..x_points).flat_map(move |i| (0..y_points).map(move |j| (f, i, j))))
            .collect();
        let values: Vec<u64> = points
            .par_iter()
            .map(|&(f, i, j)| evaluate(&shape, fields[f], i as u64 + 1, j as u64 + 1))
            .collect();
        let per_field = x_points * y_points;
        let remainders: Vec<Vec<u64>> = fields
            .iter()
            .zip(values.chunks_exact(per_field))
            .map(|(&field, values)| coefficients(field, values, sites, step, x_points, y_points))
            .collect();
        let mut counts = vec![0; (bonds + 1) * (sites + 1)];
        for i in 0..x_points {
            for k in 0..=sites {
                let at = i * (sites + 1) + k;
                counts[i * step * (sites + 1) + k] =
                    modular::combine(fields, [remainders[0][at], remainders[1][at]]);
            }
        }
        let total = counts.iter().fold(0_u128, |sum, &g| sum.wrapping_add(g));
        let found = Self {
            lattice,
            bonds,
            counts,
        };
        if total == 1 << sites {
            Ok(found)
        } else {
            Err(DensityOfStatesError::Inconsistent { sites })
        }
    }

    /// The lattice.
    pub fn lattice(&self) -> Lattice {
        self.lattice
    }

    /// Number of bonds; two sites may share two.
    pub fn bonds(&self) -> usize {
        self.bonds
    }

    /// Number of sites N.
    pub fn sites(&self) -> usize {
        self.lattice.sites()
    }

    /// g: how many states have `broken` pairs of unlike neighbours and `up` up spins; zero out of range.
    ///
    /// The energy is `E = −J (bonds − 2 broken)`, the magnetisation `M = 2 up − N`.
    pub fn count(&self, broken: usize, up: usize) -> u128 {
        if broken > self.bonds || up > self.sites() {
            0
        } else {
            self.counts[broken * (self.sites() + 1) + up]
        }
    }

    /// How many states have so many broken bonds, whatever their magnetisation.
    pub fn count_of_energy(&self, broken: usize) -> u128 {
        (0..=self.sites()).map(|up| self.count(broken, up)).sum()
    }
}

/// Coefficients `[broken / step][up]` from the values at all points.
fn coefficients(
    field: Field,
    values: &[u64],
    sites: usize,
    step: usize,
    x_points: usize,
    y_points: usize,
) -> Vec<u64> {
    // First in x, for each y.
    let mut in_x = vec![0; x_points * y_points];
    let nodes: Vec<u64> = (1..=x_points as u64)
        .map(|x| field.power(x, step as u64))
        .collect();
    for j in 0..y_points {
        let column: Vec<u64> = (0..x_points).map(|i| values[i * y_points + j]).collect();
        for (i, c) in interpolate_powers(field, &nodes, &column)
            .into_iter()
            .enumerate()
        {
            in_x[i * y_points + j] = c;
        }
    }
    in_x.chunks_exact(y_points)
        .flat_map(|row| interpolate_palindrome(field, row, sites))
        .collect()
}

impl Shape {
    fn of(lattice: Lattice) -> Self {
        let closed = |boundary, length| boundary == Boundary::Periodic && length > 1;
        let upright = Self {
            rows: lattice.rows(),
            width: lattice.columns(),
            along: closed(lattice.vertical(), lattice.rows()),
            ring: closed(lattice.horizontal(), lattice.columns()),
        };
        let turned = Self {
            rows: upright.width,
            width: upright.rows,
            along: upright.ring,
            ring: upright.along,
        };
        // Narrow rows first; among those that fit, a strip that is open along has one first row.
        let cost = |s: &Self| {
            let starts = if s.along { s.width as f64 } else { 0.0 };
            s.width as f64 + starts
        };
        let fits = |s: &Self| s.width <= modular::MOST_WIDTH;
        match (fits(&upright), fits(&turned)) {
            (true, true) if cost(&turned) < cost(&upright) => turned,
            (false, _) => turned,
            _ => upright,
        }
    }

    fn all_lines_closed(&self) -> bool {
        (self.along || self.rows == 1) && (self.ring || self.width == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn by_enumeration(lattice: Lattice) -> BTreeMap<(usize, usize), u128> {
        let bonds = lattice.bonds();
        let mut counts = BTreeMap::new();
        for s in 0..1_u32 << lattice.sites() {
            let broken = bonds
                .iter()
                .filter(|(i, j)| s >> i & 1 != s >> j & 1)
                .count();
            *counts.entry((broken, s.count_ones() as usize)).or_insert(0) += 1;
        }
        counts
    }

    #[test]
    fn small_lattices_are_counted() {
        for text in [
            "torus:2x2",
            "torus:3x3",
            "torus:4x4",
            "torus:3x4",
            "torus:2x5",
            "open:3x4",
            "open:4x4",
            "cylinder:3x4",
            "cylinder:4x3",
            "ring:9",
            "chain:13",
            "chain:1",
            "open:2x7",
        ] {
            let lattice: Lattice = text.parse().unwrap();
            let found = DensityOfStates::of(lattice).unwrap();
            let want = by_enumeration(lattice);
            for broken in 0..=found.bonds() {
                for up in 0..=found.sites() {
                    let want = want.get(&(broken, up)).copied().unwrap_or(0);
                    assert_eq!(found.count(broken, up), want, "{text} {broken} {up}");
                }
            }
        }
    }

    #[test]
    fn known_counts_of_large_lattices() {
        // Lowest levels of an L×L torus, by hand: a spin down breaks 4 bonds (N ways), a pair of
        // neighbours 6 (2N ways); two separate spins, three in a line or a corner, or a square of four
        // break 8: N(N−5)/2, 2N and 4N, N ways (L ≥ 5, so that no line closes round the torus).
        for l in [5_usize, 6] {
            let n = (l * l) as u128;
            let g = DensityOfStates::of(Lattice::torus(l, l)).unwrap();
            assert_eq!(g.count(0, l * l), 1);
            assert_eq!(g.count(4, l * l - 1), n);
            assert_eq!(g.count(6, l * l - 2), 2 * n);
            assert_eq!(g.count(8, l * l - 2), n * (n - 5) / 2);
            assert_eq!(g.count(8, l * l - 3), 6 * n);
            assert_eq!(g.count(8, l * l - 4), n);
            for broken in 0..=g.bonds() {
                for up in 0..=g.sites() {
                    assert_eq!(g.count(broken, up), g.count(broken, g.sites() - up));
                }
                // On an even torus one sublattice reversed turns broken bonds into whole ones.
                if l % 2 == 0 {
                    let other = g.count_of_energy(g.bonds() - broken);
                    assert_eq!(g.count_of_energy(broken), other);
                }
            }
        }
    }

    #[test]
    fn moments_over_all_states_are_those_of_independent_spins() {
        // Σ g (bonds − 2b)² = 2^N Σ over pairs of bonds of ⟨ss·ss⟩ = 2^N · bonds where no two bonds
        // join the same sites; Σ g M⁴ = 2^N (3N² − 2N).
        let g = DensityOfStates::of("cylinder:5x6".parse().unwrap()).unwrap();
        let (n, bonds) = (g.sites() as i128, g.bonds() as i128);
        let (mut energy, mut fourth) = (0_i128, 0_i128);
        for broken in 0..=g.bonds() {
            for up in 0..=g.sites() {
                let count = g.count(broken, up) as i128;
                energy += count * (bonds - 2 * broken as i128).pow(2);
                fourth += count * (2 * up as i128 - n).pow(4);
            }
        }
        assert_eq!(energy, bonds << n);
        assert_eq!(fourth, (3 * n * n - 2 * n) << n);
    }

    #[test]
    fn more_than_a_hundred_sites_are_refused() {
        assert_eq!(
            DensityOfStates::of(Lattice::torus(10, 11)).unwrap_err(),
            DensityOfStatesError::TooLarge { sites: 110 }
        );
    }
}
