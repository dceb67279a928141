//! Correlators of the two ends of every bond.
//!
//! A factor `1 + s_a s_b` on a bond makes its ends equal, so `1 + ⟨s_a s_b⟩ = (1 + t) Z̄(t → 1)/Z̄`, where Z̄ is Z
//! over `∏ cosh K`, and likewise `1 − ⟨s_a s_b⟩` with `t → −1`. Each is a ratio of two positive sums.
//!
//! For a rectangle all bonds are found together: above and below each gap between rows stand two boundary
//! states, which the bonds across the gap join. Joining all columns but a pair leaves the correlators of the
//! four spins at that pair; halving the set of columns again and again gets every pair for the price
//! of O(1) complete joinings.

use super::boundary::{Boundary, Couplings, PrecisionLost, Step};
use super::cost::{build_seconds, copy_seconds, join_seconds, state_bytes, update_seconds};
use super::fixed::{Fixed, fraction_bits, to_big};
use super::{Block, Planar, PlanarError, WANTED_BITS, build};
use crate::exact::{Limits, Plan};
use crate::numeric::{DoubleDouble, Enclosure};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::One;
use std::collections::BTreeSet;

/// What the constraint `s_a = ±s_b` on a bond can add to log₂ γ: a path that crossed the bond goes around
/// one of its ends instead.
fn detour(block: &Block, edges: &[(usize, usize)]) -> f64 {
    let mut star = vec![0.0; block.sites.len()];
    for (&(a, b), k) in edges.iter().zip(&block.couplings) {
        star[a] += k.abs();
        star[b] += k.abs();
    }
    let most = edges
        .iter()
        .map(|&(a, b)| f64::min(star[a], star[b]))
        .fold(0.0, f64::max);
    2.0 * most * std::f64::consts::LOG2_E
}

/// Bits after the point with which the ends of a block's bonds are joined.
fn bits_to_join(block: &Block, edges: &[(usize, usize)]) -> f64 {
    block.bits(WANTED_BITS) + detour(block, edges) + 3.0
}

fn rational<const N: usize>(x: &Fixed<N>) -> BigRational {
    BigRational::new(to_big(x), BigInt::one() << fraction_bits(N))
}

/// `[−1, 1]` and within the radius.
fn correlator(value: Enclosure, radius: f64) -> Enclosure {
    let wide = value + Enclosure::around(0.0, radius);
    wide.intersection(Enclosure::new(-1.0, 1.0)).unwrap_or(wide)
}

/// The correlators of a rectangle's bonds, in the order of its bonds.
fn rectangle<const N: usize>(
    height: usize,
    width: usize,
    block: &Block,
) -> Result<Vec<Enclosure>, PrecisionLost> {
    let couplings = Couplings::<N>::new(&block.couplings);
    let along = |r: usize, c: usize| r * (width - 1) + c;
    let down = |r: usize, c: usize| height * (width - 1) + r * width + c;
    // The front runs along the shorter side: a wide one is read by columns.
    let turned = width > height;
    let (rows, columns) = (height.max(width), height.min(width));
    let horizontal = |r: usize, c: usize| if turned { down(c, r) } else { along(r, c) };
    let vertical = |r: usize, c: usize| if turned { along(c, r) } else { down(r, c) };
    // The state after each row, from the top or from the bottom.
    let states = |down: bool| -> Result<Vec<Boundary<N>>, PrecisionLost> {
        let mut states = Vec::with_capacity(rows);
        let mut state = Boundary::<N>::new(columns);
        for k in 0..rows {
            let r = if down { k } else { rows - 1 - k };
            for c in 0..columns {
                if k == 0 {
                    let step = if c == 0 {
                        Step::Start { at: 0 }
                    } else {
                        let edge = horizontal(r, c - 1);
                        Step::Attach {
                            at: c,
                            host: c - 1,
                            edge,
                        }
                    };
                    state.step(&step, &couplings)?;
                    continue;
                }
                let edge = vertical(if down { r - 1 } else { r }, c);
                state.step(&Step::Replace { host: c, edge }, &couplings)?;
                if c > 0 {
                    let edge = horizontal(r, c - 1);
                    state.step(
                        &Step::Join {
                            a: c,
                            b: c - 1,
                            edge,
                        },
                        &couplings,
                    )?;
                }
            }
            states.push(state.clone());
        }
        Ok(states)
    };
    let (above, below) = (states(true)?, states(false)?);
    let edges = crate::model::Lattice::open(height, width).bonds();
    let mut constrained = block.clone();
    constrained.sensitivity += detour(block, &edges);
    let mut out = vec![Enclosure::UNBOUNDED; block.couplings.len()];
    for gap in 0..rows - 1 {
        let (top, bottom) = (&above[gap], &below[rows - 2 - gap]);
        let both = Boundary::beside(top, bottom, columns);
        for offset in 0..2 {
            // Pairs of columns, starting with a single one the second time.
            let mut cuts: Vec<usize> = (offset..columns).step_by(2).collect();
            if cuts.first() != Some(&0) {
                cuts.insert(0, 0);
            }
            cuts.push(columns);
            let mut read = |l: usize, r: usize, state: &Boundary<N>| {
                // The rounding of every join that a state has seen counts, and the constraint's once more.
                let radius = 6.0 * constrained.radius(N, state.rounded, Boundary::<N>::units());
                let mut set = |e: usize, i: usize, j: usize| {
                    let value = Enclosure::from_rational(&rational(&state.get(i, j)));
                    out[e] = correlator(value, radius);
                };
                for c in l..r {
                    set(vertical(gap, c), c, columns + c);
                }
                if r - l == 2 {
                    set(horizontal(gap, l), l, l + 1);
                    set(horizontal(gap + 1, l), columns + l, columns + l + 1);
                }
            };
            halve(
                &both,
                &cuts,
                columns,
                &|c| vertical(gap, c),
                &couplings,
                &mut read,
            )?;
        }
    }
    Ok(out)
}

/// Joins all columns outside each group and hands out what is left.
fn halve<const N: usize>(
    state: &Boundary<N>,
    cuts: &[usize],
    columns: usize,
    edge: &dyn Fn(usize) -> usize,
    couplings: &Couplings<N>,
    read: &mut dyn FnMut(usize, usize, &Boundary<N>),
) -> Result<(), PrecisionLost> {
    let join = |state: &mut Boundary<N>, c: usize, drop: bool| -> Result<(), PrecisionLost> {
        let (a, b) = (c, columns + c);
        state.step(
            &Step::Join {
                a,
                b,
                edge: edge(c),
            },
            couplings,
        )?;
        if drop {
            state.order.retain(|&x| x != a && x != b);
        }
        Ok(())
    };
    let groups = cuts.len() - 1;
    let (first, last) = (cuts[0], cuts[groups]);
    if groups == 1 {
        let mut state = state.in_use();
        for c in (first..last).rev() {
            join(&mut state, c, false)?;
        }
        read(first, last, &state);
        return Ok(());
    }
    let middle = groups / 2;
    let mut left = state.in_use();
    for c in (cuts[middle]..last).rev() {
        join(&mut left, c, true)?;
    }
    halve(&left, &cuts[..=middle], columns, edge, couplings, read)?;
    drop(left);
    let mut right = state.in_use();
    for c in first..cuts[middle] {
        join(&mut right, c, true)?;
    }
    halve(&right, &cuts[middle..], columns, edge, couplings, read)
}

/// The correlators of one block, each from the sums with the bond's ends made equal or opposite.
fn one_by_one<const N: usize>(
    block: &Block,
    edges: &[(usize, usize)],
) -> Result<Vec<Enclosure>, PrecisionLost> {
    let couplings = Couplings::<N>::new(&block.couplings);
    let (plain, error) = build::<N>(block)?;
    let mut constrained = block.clone();
    constrained.sensitivity += detour(block, edges);
    let mut out = Vec::with_capacity(edges.len());
    for edge in 0..edges.len() {
        // The likelier of the two sums, from the sign of the bond.
        let opposite = block.couplings[edge] < 0.0;
        let mut boundary = Boundary::<N>::new(block.program.places);
        let fixed = couplings.with_equal_ends(edge, opposite);
        for step in &block.program.steps {
            boundary.step(step, &fixed)?;
        }
        let radius = constrained.radius(N, boundary.rounded, Boundary::<N>::units()) + error;
        let t = rational(&couplings.get(edge));
        let gain = Enclosure::from_rational(&(BigRational::one() + if opposite { -t } else { t }));
        let ratio = boundary.weight.mantissa / plain.mantissa;
        let exponent = boundary.weight.exponent - plain.exponent;
        let small = ratio.scale_by_power_of_two(exponent.clamp(-1000, 1) as i32);
        let DoubleDouble { hi, lo } = small;
        // The quotient is right to a few units in 2⁻⁹⁰ for each factor.
        let slack = hi * (plain.factors + boundary.weight.factors + 9.0) * 2.0_f64.powi(-90);
        let ratio = Enclosure::exact(hi) + Enclosure::around(lo, slack);
        let value = gain * ratio - Enclosure::one();
        let value = if opposite { -value } else { value };
        out.push(correlator(value, 6.0 * radius));
    }
    Ok(out)
}

impl Planar {
    /// The pairs of sites that are joined by a bond, the smaller first.
    pub fn bonds(&self) -> BTreeSet<(usize, usize)> {
        let of_blocks = self.blocks.iter().zip(&self.block_edges);
        of_blocks
            .flat_map(|(block, edges)| edges.iter().map(|&(a, b)| (block.sites[a], block.sites[b])))
            .chain(self.bridges.iter().map(|&(a, b, _)| (a, b)))
            .map(|(a, b)| (a.min(b), a.max(b)))
            .collect()
    }

    /// What [`Self::bond_correlators`] will cost.
    ///
    /// # Errors
    /// [`PlanarError::TooCold`].
    pub fn plan_bonds(&self) -> Result<Plan, PlanarError> {
        let mut plan = self.plan()?;
        let mut held = 0.0_f64;
        plan.seconds = 0.0;
        plan.states = 0.0;
        for (block, edges) in self.blocks.iter().zip(&self.block_edges) {
            let words = Block::words_of(bits_to_join(block, edges))?;
            let bonds = edges.len() as f64;
            let (entries, seconds) = match self.shape {
                Some((rows, columns)) => {
                    let (long, short) = (rows.max(columns) as f64, rows.min(columns) as f64);
                    let pair = state_bytes(2.0 * short, words);
                    // The states after all rows from either side, a pair of them, its copy, and the halves.
                    let alive = (2.0 * long + 2.0) * state_bytes(short, words) + 3.0 * pair;
                    held = held.max(alive + 8.0 * bonds * words as f64);
                    // For each gap, twice: half of the columns joined from 2L spins on down to L, for
                    // either half, and the same for the halves, a quarter as much each level.
                    let joined = long * short.powi(3) * (4.0 / 3.0) * (7.0 / 3.0);
                    // A join's own rows cost as much as four entries for each of its spins.
                    let joined = joined + 24.0 * long * short * short;
                    let levels = short.log2() + 1.0;
                    let seconds = 2.0 * build_seconds(block, words)
                        + update_seconds(joined, 1.4 * short, words)
                        + join_seconds(2.0 * long * short * levels, words)
                        + copy_seconds(16.0 * long * pair);
                    (2.0 * block.program.entries + joined, seconds)
                }
                None => (
                    (1.0 + bonds) * block.program.entries,
                    (1.0 + bonds) * build_seconds(block, words),
                ),
            };
            plan.states += entries * (words * (words + 1)) as f64;
            plan.seconds += seconds;
        }
        plan.bytes += held + 64.0 * self.couplings.len() as f64;
        Ok(plan)
    }

    /// `⟨s_a s_b⟩` for the ends of each bond with a coupling, as `(a, b, ⟨s_a s_b⟩)`, `a < b`, in order.
    ///
    /// # Errors
    /// [`PlanarError::TooCold`], [`PlanarError::Exact`] by the plan.
    /// # Accuracy
    /// One unit in the last place beside the bound of the module's text, in which the constrained sum has γ
    /// larger by the bonds around one end. Test `bond_correlators_agree_with_other_engines`.
    /// # Complexity
    /// About 8 times `ln Z` for a rectangle; `ln Z` times the number of bonds for other graphs.
    pub fn bond_correlators(
        &self,
        limits: &Limits,
    ) -> Result<Vec<(usize, usize, Enclosure)>, PlanarError> {
        Self::admit(self.plan_bonds()?, limits)?;
        let mut out: Vec<(usize, usize, Enclosure)> = self
            .bridges
            .iter()
            .map(|&(a, b, k)| (a, b, Enclosure::exact(k).tanh()))
            .collect();
        for (block, edges) in self.blocks.iter().zip(&self.block_edges) {
            let words = Block::words_of(bits_to_join(block, edges))?;
            let values = match self.shape {
                Some((rows, columns)) if rows > 1 && columns > 1 => {
                    with_words!(words, rectangle(rows, columns, block))?
                }
                // A row is a tree.
                Some(_) => block
                    .couplings
                    .iter()
                    .map(|&k| Enclosure::exact(k).tanh())
                    .collect(),
                None => with_words!(words, one_by_one(block, edges))?,
            };
            for (&(a, b), value) in edges.iter().zip(values) {
                out.push((block.sites[a], block.sites[b], value));
            }
        }
        for entry in &mut out {
            let value = correlator(entry.2, self.lost);
            *entry = (entry.0.min(entry.1), entry.0.max(entry.1), value);
        }
        out.sort_by_key(|x| (x.0, x.1));
        Ok(out)
    }
}
