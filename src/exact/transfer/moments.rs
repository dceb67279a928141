//! Means, bond and pair correlators: vectors from both ends.
//!
//! ```text
//! p(row r = s) ∝ F_r(s) B_r(s)
//! ```
//! F holds the weights of all rows up to r, B of those after it. A Walsh transform of a row's
//! probabilities gives the mean of every product of its spins. A bond along, between x and its partner y
//! in the row's vector before the bond and x̄, ȳ in the vector from the other end behind it, is broken
//! with probability `t (x̄ y + ȳ x)/Z`, a sum of non-negative terms.

use super::super::fixed_energy::U;
use super::number::{DRIFT, Number, Wide};
use super::row::{Rows, Scaled, Total, add_log2, couple_column, lost_between, plain, tree_sum};
use super::strip::Strip;
use super::symmetry::{Element, Start};
use super::trace::{Partition, Underflow, groups, in_either, unit_vectors};
use crate::numeric::Enclosure;
use rayon::prelude::*;

/// Numbers that the kept vectors of one pass may hold before only some rows are kept.
const KEEP: usize = 1 << 26;

/// Means of products of spins, given one first row, times the share of Z that it and its images have.
#[derive(Clone, Debug)]
struct Sheet {
    /// The first row.
    start: u32,
    /// For each row: w spins, w bonds across, w bonds along.
    products: Vec<f64>,
}

/// What both passes give for all first rows.
pub(super) struct Moments<'a> {
    strip: &'a Strip,
    sheets: Vec<Sheet>,
    pub(super) log_z: Enclosure,
    /// Bound on the error of a mean.
    radius: f64,
}

/// `Σ_s p(s) ∏ s_i` for all products, in place.
pub(super) fn walsh(p: &mut [f64]) {
    let mut half = 1;
    while half < p.len() {
        for chunk in p.chunks_exact_mut(2 * half) {
            let (a, b) = chunk.split_at_mut(half);
            for (x, y) in a.iter_mut().zip(b) {
                // Bit set means up, so the lower half has the sign.
                (*x, *y) = (*x + *y, *y - *x);
            }
        }
        half *= 2;
    }
}

/// Picks spins and bonds across out of a transformed row.
pub(super) fn read_products(p: &[f64], w: usize, out: &mut [f64]) {
    for c in 0..w {
        out[c] += p[1 << c];
        let next = (c + 1) % w;
        out[w + c] += if next == c {
            p[0]
        } else {
            p[1 << c | 1 << next]
        };
    }
}

/// The rows of the pass from one end, kept all or every few and made again.
pub(super) struct Forward<N> {
    /// Rows between two that are kept.
    every: usize,
    kept: Vec<Scaled<N>>,
    /// The rows of one section.
    section: Vec<Scaled<N>>,
    first: usize,
    pub(super) after: Vec<(usize, i64)>,
}

impl<N: Number> Forward<N> {
    pub(super) fn new(rows: &Rows<'_, N>, first: Scaled<N>, lanes: usize) -> Self {
        let count = rows.strip.rows;
        let all = count * first.v.len();
        let every = if all <= KEEP {
            count
        } else {
            (count as f64).sqrt().ceil() as usize
        };
        let mut after = Vec::with_capacity(count);
        let mut kept = Vec::new();
        let mut section = Vec::new();
        let mut vector = first;
        for r in 0..count {
            if r % every == 0 {
                kept.push(vector.clone());
                section.clear();
            }
            section.push(vector.clone());
            after.push((r, vector.exponent));
            if r + 1 < count {
                rows.advance(&mut vector, lanes, r);
            }
        }
        Self {
            every,
            first: (count - 1) / every * every,
            kept,
            section,
            after,
        }
    }

    /// The vector of row r; rows are asked for from the last to the first.
    pub(super) fn row(&mut self, rows: &Rows<'_, N>, lanes: usize, r: usize) -> &Scaled<N> {
        if r < self.first {
            self.first -= self.every;
            let mut vector = self.kept[self.first / self.every].clone();
            self.section.clear();
            for at in self.first..=r {
                if at > self.first {
                    rows.advance(&mut vector, lanes, at - 1);
                }
                self.section.push(vector.clone());
            }
        }
        &self.section[r - self.first]
    }
}

/// The vector of the first row: unit vectors, or the weights of a row.
pub(super) fn first_vector<N: Number>(rows: &Rows<'_, N>, starts: Option<&[Start]>) -> Scaled<N> {
    match starts {
        Some(starts) => unit_vectors(rows.strip.width, starts),
        None => rows.first(),
    }
}

/// Raw products of one lane: relative to `2^exponent` of each.
struct Lane {
    z: Total,
    products: Vec<(f64, i64)>,
}

/// Both passes for a group of first rows; products relative to each lane's Z.
fn both_ways<N: Number>(rows: &Rows<'_, N>, starts: Option<&[Start]>) -> (Vec<Lane>, f64) {
    let strip = rows.strip;
    let (w, count) = (strip.width, strip.rows);
    let lanes = starts.map_or(1, <[Start]>::len);
    let states = 1_usize << w;
    let mut forward = Forward::new(rows, first_vector(rows, starts), lanes);
    let mut back_lost = f64::NEG_INFINITY;
    let mut backward = match starts {
        Some(starts) => unit_vectors(w, starts),
        None => Scaled {
            v: vec![N::ONE; states],
            exponent: 0,
        },
    };
    let mut out: Vec<Lane> = (0..lanes)
        .map(|_| Lane {
            z: Total::ZERO,
            products: vec![(0.0, 0); 3 * w * count],
        })
        .collect();
    let mut steps: Vec<Vec<N>> = Vec::new();
    let mut p = vec![N::ZERO; states];
    let mut real = vec![0.0; states];
    let mut products = vec![0.0; 2 * w];
    // A closed strip is entered from its first row once more.
    for r in (0..count).rev() {
        let before = backward.exponent;
        if r + 1 < count || strip.closed {
            // Through row r + 1 and the bonds before it, each broken one counted.
            let next = (r + 1) % count;
            rows.weigh(&mut backward.v, lanes, next);
            let front = forward.row(rows, lanes, r);
            steps.clear();
            let mut v = front.v.clone();
            for c in 0..w {
                steps.push(v.clone());
                couple_column(&mut v, lanes << c, &rows.bonds[r * w + c], plain);
            }
            let exponent = front.exponent + backward.exponent;
            for c in (0..w).rev() {
                let bond = &rows.bonds[r * w + c];
                for k in 0..lanes {
                    let broken = unlike_sum(&steps[c], &backward.v, lanes, k, c);
                    let (m, e) = if bond.anti {
                        broken.parts()
                    } else {
                        broken.times(bond.t).parts()
                    };
                    out[k].products[r * 3 * w + 2 * w + c] = (m, e + exponent);
                }
                couple_column(&mut backward.v, lanes << c, bond, plain);
            }
            backward.rescale();
        }
        let front = forward.row(rows, lanes, r);
        let exponent = front.exponent + backward.exponent;
        for (k, lane) in out.iter_mut().enumerate() {
            for (s, p) in p.iter_mut().enumerate() {
                *p = front.v[s * lanes + k].times(backward.v[s * lanes + k]);
            }
            let mut sum = Total::ZERO;
            sum.add(tree_sum(&p), exponent);
            if r == count - 1 {
                lane.z = sum;
            }
            for (x, &p) in real.iter_mut().zip(&p) {
                *x = sum.share(p, exponent);
            }
            // What the vector from the other end lost is multiplied by all of this one's.
            let mass = (0..states).fold(N::ZERO, |m, s| m.plus(front.v[s * lanes + k]));
            let mass = mass.exponent().map_or(f64::NEG_INFINITY, |e| e as f64);
            if !N::WIDE {
                let lost = lost_between(before, backward.exponent);
                back_lost = add_log2(back_lost, mass + front.exponent as f64 + lost);
            }
            walsh(&mut real);
            products.fill(0.0);
            read_products(&real, w, &mut products);
            for (slot, &x) in lane.products[r * 3 * w..].iter_mut().zip(&products) {
                *slot = (x, i64::MIN);
            }
        }
    }
    let lost = rows.lost_of(&total(&out, starts), &forward.after, starts);
    (out, add_log2(lost, back_lost))
}

/// Z of some first rows, each with those that it stands for.
fn total(lanes: &[Lane], starts: Option<&[Start]>) -> Total {
    let mut z = Total::ZERO;
    for (k, lane) in lanes.iter().enumerate() {
        let size = starts.map_or(1, |starts| starts[k].size);
        z.add(lane.z.value.hi * f64::from(size), lane.z.exponent);
    }
    z
}

/// `Σ (x̄ y + ȳ x)` over the pairs of one lane whose states differ in column c.
fn unlike_sum<N: Number>(front: &[N], back: &[N], lanes: usize, k: usize, c: usize) -> N {
    let states = front.len() / lanes;
    let half = 1 << c;
    let mut blocks = Vec::with_capacity(states / 128 + 1);
    let mut sum = N::ZERO;
    let mut terms = 0;
    for low in (0..states).filter(|s| s & half == 0) {
        let (i, j) = (low * lanes + k, (low | half) * lanes + k);
        sum = sum.plus(back[i].times(front[j]).plus(back[j].times(front[i])));
        terms += 1;
        if terms % 64 == 0 {
            blocks.push(sum);
            sum = N::ZERO;
        }
    }
    blocks.push(sum);
    tree_sum(&blocks)
}

fn pass<N: Number>(strip: &Strip) -> Result<Moments<'_>, Underflow> {
    let rows = Rows::<N>::new(strip, !strip.closed);
    let w = strip.width;
    let groups = if strip.closed {
        groups(strip)
    } else {
        Vec::new()
    };
    let parts: Vec<(Vec<Lane>, f64)> = if strip.closed {
        groups
            .par_iter()
            .map(|starts| both_ways(&rows, Some(starts)))
            .collect()
    } else {
        vec![both_ways(&rows, None)]
    };
    let none = Start { state: 0, size: 1 };
    let starts: Vec<Start> = if strip.closed {
        groups.concat()
    } else {
        vec![none]
    };
    let mut lost = f64::NEG_INFINITY;
    let mut lanes = Vec::new();
    for (part, part_lost) in parts {
        let all = if strip.closed { w as f64 } else { 0.0 };
        lost = add_log2(lost, part_lost + all);
        lanes.extend(part);
    }
    let z = total(&lanes, Some(&starts));
    let partition = Partition::new(z, lost)?;
    let sheets: Vec<Sheet> = lanes
        .iter()
        .zip(&starts)
        .map(|(lane, start)| {
            let size = f64::from(start.size);
            let weight = z.share(lane.z.value.hi * size, lane.z.exponent);
            let products = lane
                .products
                .iter()
                .enumerate()
                .map(|(at, &(m, e))| {
                    if at % (3 * w) < 2 * w {
                        m * weight
                    } else {
                        weight - 2.0 * z.share(m * size, e)
                    }
                })
                .collect();
            Sheet {
                start: start.state,
                products,
            }
        })
        .collect();
    let relative = rows.path_error() + (w as f64 + 10.0) * U;
    // Products meet the path's error in the numerator and in Z, w sums of a transform and as many
    // of a tree and its blocks, then a sum over first rows and one over the group.
    let sums = (sheets.len() + strip.symmetry.elements.len() + 2 * w + 140) as f64;
    let radius = (4.0 * relative + sums * U) * (1.0 + 1e-6)
        + 4.0 * partition.lost
        + 2.0 * strip.energy_error;
    Ok(Moments {
        strip,
        sheets,
        log_z: partition.log_z(strip, relative),
        radius,
    })
}

impl<'a> Moments<'a> {
    pub(super) fn of(strip: &'a Strip) -> Self {
        in_either(|| pass::<f64>(strip), || pass::<Wide>(strip))
    }

    fn around(&self, x: f64) -> Enclosure {
        around(x, self.radius)
    }

    /// `Σ` over first rows and their images of `sign(first row) × product`.
    ///
    /// `image` gives for a symmetry the product that stands for the wanted one, `sign` the sign that a
    /// first row gives it.
    fn sum(
        &self,
        image: impl Fn(&Element) -> usize,
        sign: impl Fn(&Element, u32) -> f64,
    ) -> Enclosure {
        let elements = &self.strip.symmetry.elements;
        if !self.strip.closed {
            let g = &elements[0];
            let at = image(g);
            return self.around(
                self.sheets
                    .iter()
                    .map(|s| s.products[at] * sign(g, s.start))
                    .sum(),
            );
        }
        let total: f64 = elements
            .iter()
            .map(|g| {
                let at = image(g);
                let part: f64 = self
                    .sheets
                    .iter()
                    .map(|s| s.products[at] * sign(g, s.start))
                    .sum();
                part
            })
            .sum();
        self.around(total / elements.len() as f64)
    }

    /// `⟨s⟩` of all sites of the model.
    pub(super) fn means(&self) -> Vec<Enclosure> {
        let strip = self.strip;
        let w = strip.width;
        (0..strip.spins())
            .map(|site| {
                let (r, c) = strip.place(site);
                self.sum(
                    |g| r * 3 * w + g.column(c, w),
                    |g, _| if g.flip { -1.0 } else { 1.0 },
                )
            })
            .collect()
    }

    /// `⟨s s′⟩` of all bonds, as pairs of sites of the model.
    pub(super) fn bonds(&self) -> Vec<(usize, usize, Enclosure)> {
        let strip = self.strip;
        let (w, rows) = (strip.width, strip.rows);
        let mut out = Vec::new();
        for r in 0..rows {
            for c in 0..w {
                let site = strip.site(r, c);
                if strip.has_across(r, c) {
                    let other = strip.site(r, (c + 1) % w);
                    let mean = self.sum(|g| r * 3 * w + w + g.bond(c, w), |_, _| 1.0);
                    out.push((site, other, mean));
                }
                if r + 1 < rows || strip.closed {
                    let other = strip.site((r + 1) % rows, c);
                    let mean = self.sum(|g| r * 3 * w + 2 * w + g.column(c, w), |_, _| 1.0);
                    out.push((site, other, mean));
                }
            }
        }
        out
    }

    /// Correlators of all bonds, as [`Self::bonds`] lists them, with the bond across from column c of the first
    /// row; only of a closed strip.
    pub(super) fn with_first_bond(&self, c: usize) -> Vec<Enclosure> {
        let strip = self.strip;
        let (w, rows) = (strip.width, strip.rows);
        let next = (c + 1) % w;
        let sign = |g: &Element, start: u32| {
            let up = |column: usize| start >> g.column(column, w) & 1;
            if up(c) == up(next) { 1.0 } else { -1.0 }
        };
        let mut out = Vec::new();
        for r in 0..rows {
            for to in 0..w {
                if strip.has_across(r, to) {
                    out.push(self.sum(|g| r * 3 * w + w + g.bond(to, w), sign));
                }
                if r + 1 < rows || strip.closed {
                    out.push(self.sum(|g| r * 3 * w + 2 * w + g.column(to, w), sign));
                }
            }
        }
        out
    }

    /// Correlators with the spin at column c of the first row and with the bond across from it; only
    /// of a closed strip, whose first row is known in each term.
    pub(super) fn with_first_row(&self, c: usize) -> RowCorrelators {
        let w = self.strip.width;
        let up = |state: u32, column: usize| state >> column & 1 == 1;
        let next = (c + 1) % w;
        let each = |offset: usize, bonds: bool| -> Vec<Enclosure> {
            (0..self.strip.spins())
                .map(|i| {
                    let (r, to) = (i / w, i % w);
                    self.sum(
                        |g| {
                            let to = if bonds {
                                g.bond(to, w)
                            } else {
                                g.column(to, w)
                            };
                            r * 3 * w + offset + to
                        },
                        |g, start| {
                            // The image of the source under the same symmetry; reversals cancel.
                            let odd = if bonds {
                                up(start, g.column(c, w)) != up(start, g.column(next, w))
                            } else {
                                !up(start, g.column(c, w))
                            };
                            if odd { -1.0 } else { 1.0 }
                        },
                    )
                })
                .collect()
        };
        RowCorrelators {
            spins: each(0, false),
            bonds: each(w, true),
        }
    }
}

fn around(x: f64, radius: f64) -> Enclosure {
    let x = Enclosure::around(x, radius);
    Enclosure::new(x.lo().clamp(-1.0, 1.0), x.hi().clamp(-1.0, 1.0))
}

/// Correlators with one spin and one bond across, in the strip's own order.
pub(super) struct RowCorrelators {
    /// With the spin: those of all spins.
    pub(super) spins: Vec<Enclosure>,
    /// With the bond: those of all bonds across.
    pub(super) bonds: Vec<Enclosure>,
}

/// Correlators with the spin at row r, column c of a strip open along: the vectors of both ends carry the
/// sign of the spin, and that of the bond, from its row on.
fn open_pass<N: Number>(strip: &Strip, r0: usize, c0: usize) -> Result<RowCorrelators, Underflow> {
    let rows = Rows::<N>::new(strip, true);
    let (w, count) = (strip.width, strip.rows);
    let states = 1_usize << w;
    let mut fronts = vec![first_vector(&rows, None)];
    for r in 0..count - 1 {
        let mut next = fronts[r].clone();
        rows.advance(&mut next, 1, r);
        fronts.push(next);
    }
    let mut backs = vec![Scaled {
        v: vec![N::ONE; states],
        exponent: 0,
    }];
    for r in (0..count - 1).rev() {
        let mut next = backs[count - 2 - r].clone();
        rows.weigh(&mut next.v, 1, r + 1);
        rows.couple(&mut next.v, 1, r, plain);
        next.rescale();
        backs.push(next);
    }
    backs.reverse();
    let after: Vec<(usize, i64)> = fronts
        .iter()
        .enumerate()
        .map(|(r, f)| (r, f.exponent))
        .collect();
    let mut z = Total::ZERO;
    z.add(tree_sum(&fronts[count - 1].v), fronts[count - 1].exponent);
    let mut lost = rows.lost_of(&z, &after, None);
    for (r, front) in fronts.iter().enumerate() {
        let mass = tree_sum(&front.v).exponent().unwrap_or(0) + front.exponent;
        let before = backs.get(r + 1).map_or(0, |back| back.exponent);
        if !N::WIDE {
            lost = add_log2(lost, mass as f64 + lost_between(before, backs[r].exponent));
        }
    }
    // Signed entries are bounded by the weights they are made of, and so are their errors. The largest of either is within
    // `2^{±(DRIFT + 2)}` in units of the vector's scale, so what underflows in signed ones is in larger units by
    // no more than that between the two.
    let partition = Partition::new(z, lost + (2 * DRIFT + 4) as f64)?;
    let next = (c0 + 1) % w;
    let odd = |s: usize, bond: bool| (s >> c0 & 1 == 0) != (bond && s >> next & 1 == 0);
    // One bond column alone is the constant one.
    let odd = |s: usize, bond: bool| if bond && w == 1 { false } else { odd(s, bond) };
    let signed = |from: &Scaled<N>, bond: bool| Scaled {
        v: from
            .v
            .iter()
            .enumerate()
            .map(|(s, &x)| if odd(s, bond) { x.negated() } else { x })
            .collect(),
        exponent: from.exponent,
    };
    let mut out: [Vec<f64>; 2] = [vec![0.0; w * count], vec![0.0; w * count]];
    let mut real = vec![0.0; states];
    let mut products = vec![0.0; 2 * w];
    for bond in [false, true] {
        let mut read = |r: usize, front: &Scaled<N>, back: &Scaled<N>| {
            let exponent = front.exponent + back.exponent;
            for ((x, &f), &b) in real.iter_mut().zip(&front.v).zip(&back.v) {
                *x = z.share(f.times(b), exponent);
            }
            walsh(&mut real);
            products.fill(0.0);
            read_products(&real, w, &mut products);
            let from = if bond { w } else { 0 };
            out[usize::from(bond)][r * w..][..w].copy_from_slice(&products[from..from + w]);
        };
        let mut front = signed(&fronts[r0], bond);
        for r in r0..count {
            if r > r0 {
                rows.advance(&mut front, 1, r - 1);
            }
            read(r, &front, &backs[r]);
        }
        let mut back = signed(&backs[r0], bond);
        for r in (0..r0).rev() {
            rows.weigh(&mut back.v, 1, r + 1);
            rows.couple(&mut back.v, 1, r, plain);
            back.rescale();
            read(r, &fronts[r], &back);
        }
    }
    let radius = (4.0 * rows.path_error() + (3.0 * w as f64 + 20.0) * U) * (1.0 + 1e-6)
        + 8.0 * partition.lost
        + 2.0 * strip.energy_error;
    let [spins, bonds] = out.map(|v| v.into_iter().map(|x| around(x, radius)).collect());
    Ok(RowCorrelators { spins, bonds })
}

/// Correlators with the spin at row r, column c and with the bond across from it.
pub(super) fn correlators(strip: &Strip, r: usize, c: usize) -> RowCorrelators {
    if !strip.closed {
        return in_either(
            || open_pass::<f64>(strip, r, c),
            || open_pass::<Wide>(strip, r, c),
        );
    }
    let turned = strip.rotated(r);
    let mut found = Moments::of(&turned).with_first_row(c);
    let back = (strip.rows - r) % strip.rows * strip.width;
    found.spins.rotate_left(back);
    found.bonds.rotate_left(back);
    found
}
