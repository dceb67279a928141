//! A Hamiltonian cut into inner and outer spins, and the walk over the outer ones.

use crate::exact::fixed_energy::Scale;
use crate::model::SpinHamiltonian;
use std::collections::BTreeMap;

/// One term that depends on outer spins, filed under one of them.
#[derive(Clone, Copy, Debug)]
struct Change {
    /// Where its energy goes: 0 the block's own energy, `1 + i` the field of inner spin i, beyond
    /// that the inner monomials of [`Split::mixed`].
    target: usize,
    /// Outer spins of the term, by bit.
    outer: u64,
    /// Twice the coupling, as an energy.
    twice: i128,
}

/// A Hamiltonian as a function of the outer spins, for each setting of which the inner ones see
///
/// ```text
/// 𝒦 = E(σ) + Σ_i f_i(σ) s_i + Σ_m g_m(σ) ∏_{i∈m} s_i + 𝒦_in(s)
/// ```
#[derive(Debug)]
pub(super) struct Split {
    pub(super) inner: usize,
    pub(super) outer: usize,
    /// `𝒦_in`, the energy of every inner state from terms of two or more inner spins and no outer one.
    pub(super) inside: Vec<i128>,
    /// Inner monomials m, two spins or more, whose coefficient depends on outer spins.
    pub(super) mixed: Vec<usize>,
    /// Energies that depend on no outer spin: the constant, and the fields.
    fixed: Vec<i128>,
    /// For each outer spin the terms that it is in with no other outer spin: where the energy goes, and
    /// twice the coupling.
    single: Vec<Vec<(usize, i128)>>,
    /// For each outer spin the terms that it is in with others.
    changes: Vec<Vec<Change>>,
    /// All terms, merged: the mask of their sites and their energy.
    terms: Vec<(u64, i128)>,
}

/// The sign of a product of spins, `1` for an even number of down spins.
#[inline]
fn sign(mask: u64, state: u64) -> i128 {
    1 - 2 * i128::from((mask & !state).count_ones() & 1)
}

impl Split {
    /// Cuts the model after its first `inner` spins, with its terms on equal sites merged.
    ///
    /// The model has at most 62 spins.
    pub(super) fn new(model: &SpinHamiltonian, scale: Scale, inner: usize) -> Self {
        let mut merged = BTreeMap::<u64, i128>::new();
        for term in model.terms() {
            let mask = term.sites.iter().fold(0, |mask, &i| mask | 1_u64 << i);
            *merged.entry(mask).or_default() += scale.fixed(term.coupling);
        }
        let outer = model.spins() - inner;
        let low = (1_u64 << inner) - 1;
        let mut split = Self {
            inner,
            outer,
            inside: vec![0; 1 << inner],
            mixed: Vec::new(),
            fixed: vec![0; 1 + inner],
            single: vec![Vec::new(); outer],
            changes: vec![Vec::new(); outer],
            terms: merged.into_iter().filter(|t| t.1 != 0).collect(),
        };
        let mut monomials = BTreeMap::<u64, usize>::new();
        for &(mask, energy) in &split.terms {
            let (inside, outside) = (mask & low, mask >> inner);
            let target = match inside.count_ones() {
                0 => 0,
                1 => 1 + inside.trailing_zeros() as usize,
                _ if outside == 0 => {
                    // As a coefficient; made an energy per state below.
                    split.inside[inside as usize] = energy;
                    continue;
                }
                _ => *monomials.entry(inside).or_insert_with(|| {
                    split.mixed.push(inside as usize);
                    split.fixed.push(0);
                    split.fixed.len() - 1
                }),
            };
            if outside == 0 {
                split.fixed[target] += energy;
            }
            if outside.is_power_of_two() {
                split.single[outside.trailing_zeros() as usize].push((target, 2 * energy));
                continue;
            }
            for (j, list) in split.changes.iter_mut().enumerate() {
                if outside >> j & 1 == 1 {
                    list.push(Change {
                        target,
                        outer: outside,
                        twice: 2 * energy,
                    });
                }
            }
        }
        coefficients_to_energies(&mut split.inside);
        split
    }

    /// 𝒦 of a whole configuration.
    pub(super) fn energy(&self, state: u64) -> i128 {
        self.terms
            .iter()
            .map(|&(mask, k)| sign(mask, state) * k)
            .sum()
    }

    /// The largest energy that coordinate ascent finds from a few fixed starts: a lower bound of ln Z.
    pub(super) fn good_energy(&self) -> i128 {
        let spins = self.inner + self.outer;
        let all = (1_u64 << spins) - 1;
        let starts = [
            all,
            0,
            0x5555_5555_5555_5555 & all,
            0x9e37_79b9_7f4a_7c15 & all,
        ];
        let mut best = i128::MIN;
        for mut state in starts {
            let mut energy = self.energy(state);
            // Every accepted flip raises the energy; a few sweeps are enough for a start.
            for _ in 0..4 {
                let before = energy;
                for i in 0..spins {
                    let bit = 1 << i;
                    let change: i128 = self
                        .terms
                        .iter()
                        .filter(|t| t.0 & bit != 0)
                        .map(|&(mask, k)| -2 * sign(mask, state) * k)
                        .sum();
                    if change > 0 {
                        state ^= bit;
                        energy += change;
                    }
                }
                if energy == before {
                    break;
                }
            }
            best = best.max(energy);
        }
        best
    }
}

/// Replaces coefficients of inner monomials by the energies of inner states, exactly.
pub(super) fn coefficients_to_energies(values: &mut [i128]) {
    let mut half = 1;
    while half < values.len() {
        for pair in values.chunks_exact_mut(2 * half) {
            let (down, up) = pair.split_at_mut(half);
            for (d, u) in down.iter_mut().zip(up) {
                (*d, *u) = (*d - *u, *d + *u);
            }
        }
        half *= 2;
    }
}

/// A place in the walk over the outer spins, with the energies there. They are integers: no drift.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    split: &'a Split,
    /// Outer spins, bit set for up.
    pub(super) state: u64,
    energies: Vec<i128>,
}

impl<'a> Walk<'a> {
    /// Starts at the given outer spins.
    pub(super) fn at(split: &'a Split, state: u64) -> Self {
        let mut energies = split.fixed.clone();
        for (j, terms) in split.single.iter().enumerate() {
            for &(target, twice) in terms {
                energies[target] += sign(1 << j, state) * twice / 2;
            }
        }
        for (j, changes) in split.changes.iter().enumerate() {
            for change in changes {
                // A term of several outer spins is in several lists; count it in its lowest one.
                if change.outer.trailing_zeros() as usize == j {
                    energies[change.target] += sign(change.outer, state) * change.twice / 2;
                }
            }
        }
        Self {
            split,
            state,
            energies,
        }
    }

    /// Flips an outer spin.
    #[inline]
    pub(super) fn flip(&mut self, j: usize) {
        self.state ^= 1 << j;
        // All ones for a minus: x ^ m − m is then −x, without a branch on a random sign.
        let minus = i128::from(self.state >> j & 1) - 1;
        for &(target, twice) in &self.split.single[j] {
            self.energies[target] += (twice ^ minus) - minus;
        }
        for change in &self.split.changes[j] {
            let mut down = change.outer & !self.state;
            let mut minus = 0;
            while down != 0 {
                minus = !minus;
                down &= down - 1;
            }
            self.energies[change.target] += (change.twice ^ minus) - minus;
        }
    }

    /// `E(σ)`.
    #[inline]
    pub(super) fn own(&self) -> i128 {
        self.energies[0]
    }

    /// `f_i(σ)` of all inner spins.
    #[inline]
    pub(super) fn fields(&self) -> &[i128] {
        &self.energies[1..=self.split.inner]
    }

    /// `g_m(σ)` of the mixed monomials.
    #[inline]
    fn mixed(&self) -> &[i128] {
        &self.energies[self.split.inner + 1..]
    }

    /// The energies of all inner states at these outer spins.
    pub(super) fn inner_energies(&self, energies: &mut [i128]) {
        energies.fill(0);
        energies[0] = self.own();
        for (i, &f) in self.fields().iter().enumerate() {
            energies[1 << i] = f;
        }
        for (&m, &g) in self.split.mixed.iter().zip(self.mixed()) {
            energies[m] = g;
        }
        coefficients_to_energies(energies);
        for (e, inside) in energies.iter_mut().zip(&self.split.inside) {
            *e += inside;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Term;
    use crate::random::Seed;

    #[test]
    fn walks_reproduce_every_energy_exactly() {
        let mut stream = Seed(5).stream("split", 0);
        let terms = (0..40)
            .map(|_| {
                let mut sites: Vec<usize> = (0..7).filter(|_| stream.uniform() < 0.4).collect();
                sites.truncate(4);
                Term {
                    sites,
                    coupling: stream.uniform_in(-3.0, 3.0),
                }
            })
            .collect();
        let model = SpinHamiltonian::new(7, terms).unwrap();
        let scale = Scale::for_model(&model).unwrap();
        for inner in 0..=7 {
            let split = Split::new(&model, scale, inner);
            let mut walk = Walk::at(&split, 0);
            let mut energies = vec![0; 1 << inner];
            for step in 0..200 {
                walk.inner_energies(&mut energies);
                for (s, &e) in energies.iter().enumerate() {
                    assert_eq!(e, split.energy(s as u64 | walk.state << inner));
                }
                if inner < 7 {
                    walk.flip((step * 5 + step / 3) % (7 - inner));
                }
            }
        }
    }
}
