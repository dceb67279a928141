//! One row of the transfer matrix: the bonds along, one column at a time, then the weights of the new row.
//!
//! A vector has one *entry* for each of the 2^w states of a row, and an entry is one or more numbers: one
//! for each first row that is followed, the derivatives, or the coefficients of a polynomial. A bond
//! along couples the entries of states that differ in one spin,
//!
//! ```text
//! x′ = x + t y,   y′ = t x + y,   t = e^{−2|K|}
//! ```
//! (exchanged for K < 0), so that a row costs w·2^w of these and never 4^w. Weights are relative to
//! `e^{Σ|K|}`: none is above one, none negative.

use super::super::fixed_energy::U;
use super::number::{DRIFT, LOST, Number};
use super::strip::{Forced, Strip};
use super::symmetry::Start;
use crate::numeric::DoubleDouble;
use rayon::prelude::*;
use std::borrow::Cow;

/// Numbers of a vector that one thread takes at a time, and below which it stays on one thread.
const BLOCK: usize = 1 << 14;
/// Most entries of row weights that are kept.
const KEEP: usize = 1 << 23;

/// A bond along, between a row and the next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bond<N> {
    /// `e^{−2|K|}`.
    pub(super) t: N,
    /// `2|K|`.
    pub(super) q: N,
    /// Whether unlike spins are favoured.
    pub(super) anti: bool,
}

/// The weights of a strip in one kind of number.
pub(super) struct Rows<'a, N> {
    pub(super) strip: &'a Strip,
    pub(super) bonds: Vec<Bond<N>>,
    /// Row weights; one for all if the rows are alike, none if they are made when needed.
    diagonals: Vec<Vec<N>>,
    /// log₂ of a bound on what a row multiplies a vector's sum by.
    growth: Vec<f64>,
    pub(super) parallel: bool,
}

/// A vector with its scale: entries times `2^exponent`.
#[derive(Clone)]
pub(super) struct Scaled<N> {
    pub(super) v: Vec<N>,
    pub(super) exponent: i64,
}

impl<'a, N: Number> Rows<'a, N> {
    pub(super) fn new(strip: &'a Strip, parallel: bool) -> Self {
        let scale = strip.scale;
        let mut bonds: Vec<Bond<N>> = strip
            .along
            .iter()
            .map(|&k| Bond {
                t: N::power(scale, -2 * k.abs()),
                q: N::of(strip.nats(2 * k.abs()).mid()),
                anti: k < 0,
            })
            .collect();
        if let Some(Forced::Along(i, alike)) = strip.forced {
            bonds[i] = Bond {
                t: N::ZERO,
                q: N::ZERO,
                anti: !alike,
            };
        }
        let mut rows = Self {
            strip,
            bonds,
            diagonals: Vec::new(),
            growth: Vec::new(),
            parallel,
        };
        let w = strip.width;
        let kept = if strip.rows_alike() {
            1
        } else if strip.rows << w <= KEEP {
            strip.rows
        } else {
            0
        };
        rows.diagonals = (0..kept).map(|r| rows.make_diagonal(r)).collect();
        rows.growth = (0..strip.rows).map(|r| rows.bound_growth(r)).collect();
        rows
    }

    /// Energies, relative to their maximum, of spin c of row r: `[own up][left up]`.
    fn site_energies(&self, r: usize, c: usize) -> [[i128; 2]; 2] {
        let w = self.strip.width;
        let h = self.strip.field[r * w + c];
        let k = if c > 0 {
            self.strip.across[r * w + c - 1]
        } else {
            0
        };
        let top = h.abs() + k.abs();
        [[k - h - top, -k - h - top], [h - k - top, h + k - top]]
    }

    /// Relative error at most `2.05 (w + 1) u`: for each spin, and the bond that closes the row, a power and a product.
    fn make_diagonal(&self, r: usize) -> Vec<N> {
        let w = self.strip.width;
        let scale = self.strip.scale;
        let mut d = vec![N::ONE];
        d.reserve(1 << w);
        for c in 0..w {
            let f = self
                .site_energies(r, c)
                .map(|own| own.map(|e| N::power(scale, e)));
            let left = if c > 0 { 1 << (c - 1) } else { 0 };
            for s in 0..1_usize << c {
                let l = usize::from(s & left != 0);
                let x = d[s];
                d.push(x.times(f[1][l]));
                d[s] = x.times(f[0][l]);
            }
        }
        let k = self.strip.across[r * w + w - 1];
        if k != 0 && w > 1 {
            let unlike = N::power(scale, -2 * k.abs());
            for (s, x) in d.iter_mut().enumerate() {
                let like = s & 1 == s >> (w - 1) & 1;
                if like != (k > 0) {
                    *x = x.times(unlike);
                }
            }
        }
        if let Some(Forced::Across(i, alike)) = self.strip.forced
            && i / w == r
        {
            let (a, b) = (i % w, (i + 1) % w);
            for (s, x) in d.iter_mut().enumerate() {
                if (s >> a & 1 == s >> b & 1) != alike {
                    *x = N::ZERO;
                }
            }
        }
        d
    }

    /// The weights of the states of row r.
    pub(super) fn diagonal(&self, r: usize) -> Cow<'_, [N]> {
        match self.diagonals.len() {
            0 => Cow::Owned(self.make_diagonal(r)),
            1 => Cow::Borrowed(&self.diagonals[0]),
            _ => Cow::Borrowed(&self.diagonals[r]),
        }
    }

    /// The vector of the first row of an open strip.
    pub(super) fn first(&self) -> Scaled<N> {
        let v = self.diagonal(0).into_owned();
        let mut first = Scaled { v, exponent: 0 };
        first.rescale();
        first
    }

    /// How far the energies of row r's states are below the largest conceivable, in nats.
    pub(super) fn row_gaps(&self, r: usize) -> Vec<N> {
        let strip = self.strip;
        let w = strip.width;
        let mut gaps = vec![N::ZERO];
        gaps.reserve(1 << w);
        for c in 0..w {
            let f = self
                .site_energies(r, c)
                .map(|own| own.map(|e| N::of(strip.nats(-e).mid())));
            let left = if c > 0 { 1 << (c - 1) } else { 0 };
            for s in 0..1_usize << c {
                let l = usize::from(s & left != 0);
                let x = gaps[s];
                gaps.push(x.plus(f[1][l]));
                gaps[s] = x.plus(f[0][l]);
            }
        }
        let k = strip.across[r * w + w - 1];
        if k != 0 && w > 1 {
            let q = N::of(strip.nats(2 * k.abs()).mid());
            for (s, x) in gaps.iter_mut().enumerate() {
                let like = s & 1 == s >> (w - 1) & 1;
                if like != (k > 0) {
                    *x = x.plus(q);
                }
            }
        }
        gaps
    }

    /// Σ over a new row's states of its weight and its bonds to the row before is at most the product over
    /// columns of the largest sum over the spin's two values, whatever its neighbours are.
    fn bound_growth(&self, r: usize) -> f64 {
        let strip = self.strip;
        let w = strip.width;
        let before = (r + strip.rows - 1) % strip.rows;
        (0..w)
            .map(|c| {
                let own = self.site_energies(r, c);
                let k = strip.along[before * w + c];
                let weight = |up: usize, left: usize, above: usize| {
                    let unlike = (up == above) != (k >= 0);
                    let e = own[up][left] - if unlike { 2 * k.abs() } else { 0 };
                    f64::power(strip.scale, e)
                };
                let mut most = 0.0_f64;
                for left in 0..2 {
                    for above in 0..2 {
                        most = most.max(weight(0, left, above) + weight(1, left, above));
                    }
                }
                most.max(1e-300).log2() + 1e-9
            })
            .sum()
    }

    /// log₂ of a bound on what underflow took from Z on the way of one vector: what was lost in a row is
    /// multiplied by no more than the growth of the rows after it.
    ///
    /// `after` lists rows with the vector's exponent behind each; the vector starts with exponent 0.
    pub(super) fn lost(&self, after: &[(usize, i64)]) -> f64 {
        if N::WIDE {
            return f64::NEG_INFINITY;
        }
        let mut later = 0.0;
        let mut total = f64::NEG_INFINITY;
        for (k, &(row, exponent)) in after.iter().enumerate().rev() {
            let before = if k == 0 { 0 } else { after[k - 1].1 };
            total = add_log2(total, lost_between(before, exponent) + later);
            later += self.growth[row];
        }
        total
    }

    /// The same for a vector that ends with `z`, or for those of some first rows together, where that is less.
    ///
    /// A state is carried to the end of an open strip with a weight that depends on it only through the bonds to the next
    /// row, so by no more than a factor `∏ 1/t`. The share of Z that a row loses is then at most this times its
    /// loss over the sum of its vector. If the vector is not zero its largest entry is above `2^{−DRIFT−2}` in units
    /// of its scale, and if it is zero once it ends with zero. However long the strip is, shares only add up. A
    /// share up to a half of the true Z is at most twice that of what was found.
    ///
    /// In a closed one the loss may belong to one first row and the largest entry to another. Their weights of coming
    /// back differ by no more than `∏ 1/t` of the last bonds and the weights of the two rows, and a first row stands for
    /// at most 2^w. A vector that has come back is compared with the one before it, for of it only the entries of the first
    /// rows count in Z.
    pub(super) fn lost_of(
        &self,
        z: &Total,
        after: &[(usize, i64)],
        starts: Option<&[Start]>,
    ) -> f64 {
        let lost = self.lost(after);
        if N::WIDE {
            return lost;
        }
        let (w, last) = (self.strip.width, after.len() - 1);
        // A factor of zero is one that was flushed or forced: nothing is known of its states.
        let bits = |x: N| -x.parts().0.log2();
        let spread = |row: usize| -> f64 {
            let bonds = &self.bonds[row * w..][..w];
            bonds.iter().map(|b| bits(b.t)).sum()
        };
        let back = starts.map_or(0.0, |starts| {
            let first = self.diagonal(0);
            let weights = starts.iter().map(|start| bits(first[start.state as usize]));
            weights.fold(0.0, f64::max) + spread(self.strip.rows - 1) + w as f64
        });
        let mut before = 0;
        let mut share = f64::NEG_INFINITY;
        for (k, &(row, exponent)) in after.iter().enumerate() {
            let (kept, onward) = match (k == last, starts) {
                (false, _) => (exponent, spread(row)),
                (true, None) => (exponent, 0.0),
                (true, Some(_)) => (exponent.min(before), 0.0),
            };
            let kept = (kept - DRIFT - 3) as f64;
            share = add_log2(share, lost_between(before, exponent) + onward + back - kept);
            before = exponent;
        }
        // No bound if a factor was zero, which makes the share infinite or no number.
        if z.value.hi > 0.0 && share <= -1.0 {
            lost.min(z.log2() + share + 1.0)
        } else {
            lost
        }
    }

    /// The bonds from row r to the next, on entries of `lanes` numbers.
    pub(super) fn couple(
        &self,
        v: &mut [N],
        lanes: usize,
        r: usize,
        op: impl Fn(&mut [N], &mut [N], &Bond<N>) + Sync + Copy,
    ) {
        let w = self.strip.width;
        let bonds = &self.bonds[r * w..][..w];
        let inside = (0..w).take_while(|c| lanes << (c + 1) <= BLOCK).count();
        let low = |block: &mut [N]| {
            for (c, bond) in bonds[..inside].iter().enumerate() {
                couple_column(block, lanes << c, bond, op);
            }
        };
        let parallel = self.parallel && v.len() > BLOCK;
        let block = lanes << inside;
        if parallel {
            v.par_chunks_mut(block).for_each(low);
        } else {
            v.chunks_mut(block).for_each(low);
        }
        for (c, bond) in bonds.iter().enumerate().skip(inside) {
            let half = lanes << c;
            // A piece holds whole entries.
            let piece = (BLOCK / lanes).max(1) * lanes;
            for chunk in v.chunks_exact_mut(2 * half) {
                let (a, b) = chunk.split_at_mut(half);
                if parallel {
                    a.par_chunks_mut(piece)
                        .zip(b.par_chunks_mut(piece))
                        .for_each(|(a, b)| op(a, b, bond));
                } else {
                    op(a, b, bond);
                }
            }
        }
    }

    /// Applies `op(state, entry)` to all entries.
    pub(super) fn each(&self, v: &mut [N], lanes: usize, op: impl Fn(usize, &mut [N]) + Sync) {
        if self.parallel && v.len() > BLOCK {
            let states = (BLOCK / lanes).max(1);
            v.par_chunks_mut(states * lanes)
                .enumerate()
                .for_each(|(i, block)| {
                    for (k, entry) in block.chunks_exact_mut(lanes).enumerate() {
                        op(i * states + k, entry);
                    }
                });
        } else {
            for (s, entry) in v.chunks_exact_mut(lanes).enumerate() {
                op(s, entry);
            }
        }
    }

    /// Multiplies by the weights of row r.
    pub(super) fn weigh(&self, v: &mut [N], lanes: usize, r: usize) {
        let d = self.diagonal(r);
        if lanes == 1 {
            for (x, d) in v.iter_mut().zip(d.iter()) {
                *x = x.times(*d).flushed();
            }
        } else {
            self.each(v, lanes, |s, entry| {
                for x in entry {
                    *x = x.times(d[s]).flushed();
                }
            });
        }
    }

    /// From the vector of row r to that of the next row.
    pub(super) fn advance(&self, vector: &mut Scaled<N>, lanes: usize, r: usize) {
        self.couple(&mut vector.v, lanes, r, plain);
        self.weigh(&mut vector.v, lanes, (r + 1) % self.strip.rows);
        vector.rescale();
    }

    /// Relative error of a path's weight through all rows: a bond along costs its factor, a product and a
    /// sum (3.05 u), the row's weights 2.05 u for each spin and the closing bond, their product u.
    pub(super) fn path_error(&self) -> f64 {
        let (rows, w) = (self.strip.rows as f64, self.strip.width as f64);
        rows * (3.05 * w + 2.05 * (w + 1.0) + 1.0) * U
    }
}

/// log₂ of what a row's vector loses, whose exponent goes from one to another: factors and entries are flushed before
/// it is rescaled.
pub(super) fn lost_between(before: i64, after: i64) -> f64 {
    before.max(after) as f64 + f64::from(LOST)
}

/// `log₂(2^a + 2^b)`, not below it by more than rounding.
pub(super) fn add_log2(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        return f64::NAN;
    }
    let (low, high) = (a.min(b), a.max(b));
    if low == f64::NEG_INFINITY || high == f64::INFINITY {
        high
    } else {
        high + (low - high).exp2().ln_1p() / std::f64::consts::LN_2
    }
}

/// The bond of one column; `stride` numbers lie between an entry and its partner.
pub(super) fn couple_column<N: Number>(
    v: &mut [N],
    stride: usize,
    bond: &Bond<N>,
    op: impl Fn(&mut [N], &mut [N], &Bond<N>),
) {
    for chunk in v.chunks_exact_mut(2 * stride) {
        let (a, b) = chunk.split_at_mut(stride);
        op(a, b, bond);
    }
}

/// Couples two runs of numbers.
#[inline]
pub(super) fn plain<N: Number>(a: &mut [N], b: &mut [N], bond: &Bond<N>) {
    let t = bond.t;
    if bond.anti {
        for (x, y) in a.iter_mut().zip(b) {
            let (p, q) = (*x, *y);
            *x = t.times(p).plus(q);
            *y = p.plus(t.times(q));
        }
    } else {
        for (x, y) in a.iter_mut().zip(b) {
            let (p, q) = (*x, *y);
            *x = p.plus(t.times(q));
            *y = t.times(p).plus(q);
        }
    }
}

impl<N: Number> Scaled<N> {
    /// Brings the largest entry back to about one when it has drifted far.
    pub(super) fn rescale(&mut self) {
        if N::WIDE {
            return;
        }
        let Some(e) = largest_exponent(&self.v) else {
            return;
        };
        if e < -1000 {
            // The unit is no double.
            for x in &mut self.v {
                *x = x.shifted(-e);
            }
            self.exponent += e;
        } else if e.abs() > DRIFT {
            let unit = N::ONE.shifted(-e);
            for x in &mut self.v {
                *x = x.times(unit);
            }
            self.exponent += e;
        }
    }
}

/// Exponent of the largest magnitude.
fn largest_exponent<N: Number>(v: &[N]) -> Option<i64> {
    let mut lanes = [0.0_f64; 8];
    let mut chunks = v.chunks_exact(8);
    for chunk in &mut chunks {
        for (top, x) in lanes.iter_mut().zip(chunk) {
            let m = x.parts().0.abs();
            *top = if m > *top { m } else { *top };
        }
    }
    let rest = chunks.remainder().iter().map(|x| x.parts().0.abs());
    let top = lanes.into_iter().chain(rest).fold(0.0, f64::max);
    top.exponent()
}

/// A sum of positive numbers of any size.
#[derive(Clone, Copy, Debug)]
pub(super) struct Total {
    pub(super) value: DoubleDouble,
    pub(super) exponent: i64,
}

impl Total {
    pub(super) const ZERO: Self = Self {
        value: DoubleDouble::ZERO,
        exponent: 0,
    };

    /// Adds `x · 2^exponent`.
    pub(super) fn add<N: Number>(&mut self, x: N, exponent: i64) {
        let (m, e) = x.parts();
        let Some(top) = m.exponent() else {
            return;
        };
        // The unit is kept at the largest term, whose mantissa is then about one.
        let (m, e) = (m.shifted(-top), e + exponent + top);
        if self.value.hi == 0.0 {
            *self = Self {
                value: m.into(),
                exponent: e,
            };
        } else if e > self.exponent {
            let down = (self.exponent - e).max(-2000) as i32;
            self.value = self.value.scale_by_power_of_two(down) + m.into();
            self.exponent = e;
        } else {
            self.value = self.value + m.shifted(e - self.exponent).into();
        }
    }

    /// `x · 2^exponent` divided by this sum, as a double.
    pub(super) fn share<N: Number>(&self, x: N, exponent: i64) -> f64 {
        let (m, e) = x.parts();
        if m == 0.0 || self.value.hi == 0.0 {
            return 0.0;
        }
        (m / self.value.hi).shifted(e + exponent - self.exponent)
    }

    /// log₂ of the sum.
    pub(super) fn log2(&self) -> f64 {
        if self.value.hi > 0.0 {
            self.value.hi.log2() + self.exponent as f64
        } else {
            f64::NEG_INFINITY
        }
    }
}

/// Sum of non-negative numbers by halving: relative error at most log₂ of their number, in u.
pub(super) fn tree_sum<N: Number>(v: &[N]) -> N {
    if v.len() <= 8 {
        return v.iter().fold(N::ZERO, |sum, &x| sum.plus(x));
    }
    let (a, b) = v.split_at(v.len() / 2);
    tree_sum(a).plus(tree_sum(b))
}
