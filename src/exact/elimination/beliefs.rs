//! What a bucket gives on the way down: the derivative by its largest table, and that table summed against
//! the derivative from above.
//!
//! ```text
//! D(x, m) = Σ_r above(m, r) big(x, r)        derivative(x, r) = Σ_m above(m, r) small(x, m)
//! ```
//! Here `small` is the product of all tables of the bucket but the largest. `D · small` is then, up to one
//! factor, the joint probability of all variables of `small`, the one that is summed out among them, and
//! both sums are found while an entry of `above` is at hand.

use super::table::{Made, Odometer, TASK, Table, project, strides};
use super::weight::Weight;
use rayon::prelude::*;

/// Entries that a block of the fast path reads from above.
const BLOCK: usize = 256;
/// Entries that are summed side by side.
const LANES: usize = 8;
/// Most tasks of one bucket, each with sums of its own.
const TASKS: usize = 64;
/// Most terms that are added one after another where a table is summed down.
pub(super) const TERMS: usize = 32;

/// The two sums of a bucket.
pub(super) struct Descent<W> {
    /// `D`, in the scope of `small`.
    pub(super) contracted: Table<W>,
    /// The derivative by the largest table, in its scope and in its memory.
    pub(super) derivative: Table<W>,
}

/// How the tables of a bucket lie beside each other.
///
/// `x` has two states and is slowest in `big` and `small`. The eight fastest entries of `above` are the
/// lanes; among them, variables that `big` has not (g states) must be the fastest. Behind them runs what only
/// `big` has, and all else is walked.
pub(super) struct Alignment {
    /// States of the new variables among the lanes.
    new: usize,
    /// Entries from above for which `small` repeats.
    run: usize,
    /// Where the entries of the lanes stand in `small`.
    lane_place: [usize; LANES],
    /// Where what is walked inside stands in `above` and in `small`: new variables that are not lanes.
    inner_places: Vec<(usize, usize)>,
    /// What is walked outside, with its strides in `above` and in `small`.
    outer: Vec<usize>,
    outer_strides: [Vec<usize>; 2],
}

impl Alignment {
    /// Of tables with these scopes; `None` where they do not lie so that all are read straight through.
    pub(super) fn of(
        big: &[usize],
        small: &[usize],
        above: &[usize],
        cards: &[usize],
    ) -> Option<Self> {
        if big.first().is_none_or(|&x| cards[x] != 2) {
            return None;
        }
        let in_big = |v: &usize| big.contains(v);
        let in_small = |v: &usize| small.contains(v);
        let size = |scope: &[usize]| -> usize { scope.iter().map(|&v| cards[v]).product() };
        let mut lanes_from = above.len();
        while lanes_from > 0 && size(&above[lanes_from..]) < LANES {
            lanes_from -= 1;
        }
        let lanes = &above[lanes_from..];
        let new = lanes.iter().rev().take_while(|v| !in_big(v)).count();
        let (old, new) = lanes.split_at(lanes.len() - new);
        let mut from = lanes_from;
        while from > 0 && in_big(&above[from - 1]) && !in_small(&above[from - 1]) {
            from -= 1;
        }
        let fits = size(lanes) == LANES
            && old.iter().all(in_big)
            && big[1..].iter().eq(above.iter().filter(|v| in_big(v)))
            && above.iter().all(|v| in_big(v) || in_small(v))
            && small[1..].iter().all(|v| above.contains(v));
        let new = size(new);
        if !fits || !matches!(new, 1 | 2 | 4) {
            return None;
        }
        let mut lane_place = [0; LANES];
        let of_lanes = strides(small, lanes, cards);
        for (lane, place) in lane_place.iter_mut().enumerate() {
            let mut rest = lane;
            for (&v, stride) in lanes.iter().zip(&of_lanes).rev() {
                *place += stride * (rest % cards[v]);
                rest /= cards[v];
            }
        }
        // What is walked: variables of `big` outside, new ones inside.
        let (outer, inner): (Vec<usize>, Vec<usize>) =
            above[..from].iter().copied().partition(in_big);
        let places = |scope: &[usize]| [strides(above, scope, cards), strides(small, scope, cards)];
        let digits = |scope: &[usize]| -> Vec<usize> { scope.iter().map(|&v| cards[v]).collect() };
        let inner_strides = places(&inner);
        let mut walk = Odometer::at(0, digits(&inner), &inner_strides);
        let inner_places = (0..size(&inner))
            .map(|_| {
                let place = (walk.index[0], walk.index[1]);
                walk.step();
                place
            })
            .collect();
        Some(Self {
            new,
            run: size(&above[from..]),
            lane_place,
            inner_places,
            outer_strides: places(&outer),
            outer: digits(&outer),
        })
    }

    /// Both sums at once. The derivative takes the memory of the largest table, whose entries are read just
    /// before their place is written: another stream of memory would cost more than the arithmetic.
    pub(super) fn descend<W: Weight>(
        &self,
        big: Table<W>,
        small: &Table<W>,
        above: &Table<W>,
    ) -> Descent<W> {
        let runs: usize = self.outer.iter().product();
        let turns_a_run = self.inner_places.len();
        let runs_a_task = (TASK / (self.run * turns_a_run))
            .max(runs.div_ceil(TASKS))
            .clamp(1, runs);
        let part = runs_a_task * (self.run / self.new);
        let (span, error) = (big.span, big.error);
        let (scope, mut values) = (big.scope, big.values);
        let half = values.len() / 2;
        let (low, high) = values.split_at_mut(half);
        let work = |task: usize, low: &mut [W], high: &mut [W]| -> Vec<W> {
            self.task(task * runs_a_task, small, above, [low, high])
        };
        let parts: Vec<Vec<W>> = if runs <= runs_a_task {
            vec![work(0, low, high)]
        } else {
            low.par_chunks_mut(part)
                .zip(high.par_chunks_mut(part))
                .enumerate()
                .map(|(task, (low, high))| work(task, low, high))
                .collect()
        };
        let tasks = parts.len();
        let mut sums = vec![W::ZERO; small.values.len()];
        for part in &parts {
            for (sum, &value) in sums.iter_mut().zip(part) {
                *sum = sum.plus(value);
            }
        }
        // Within lanes, over the blocks pairwise, over lanes and runs, over tasks, and the product.
        let blocks = self.run.div_ceil(BLOCK);
        let turns = runs_a_task * turns_a_run;
        let additions = BLOCK / LANES
            + 2
            + blocks.ilog2() as usize
            + LANES * turns.min(Sums::<W>::TURNS)
            + turns.div_ceil(Sums::<W>::TURNS)
            + tasks;
        let (terms, new) = (above.values.len(), self.new * turns_a_run);
        Descent {
            contracted: Table::of(
                small.scope.clone(),
                Made::of_spans(sums, [above.span, span].into_iter(), terms),
                above.error + error + additions as f64,
            ),
            derivative: Table::of(
                scope,
                Made::of_products(values, [above, small].into_iter(), new),
                above.error + small.error + new as f64,
            ),
        }
    }

    /// The runs from the place `first` on whose two halves of the largest table are `halves`; returns their `D`.
    fn task<W: Weight>(
        &self,
        first: usize,
        small: &Table<W>,
        above: &Table<W>,
        halves: [&mut [W]; 2],
    ) -> Vec<W> {
        let (here, adding): (Here<W>, Adding<W>) = match self.new {
            1 => (here::<W, 1>, adding::<W, 1>),
            2 => (here::<W, 2>, adding::<W, 2>),
            _ => (here::<W, 4>, adding::<W, 4>),
        };
        let small_slice = small.values.len() / 2;
        let stretch = self.run / self.new;
        let mut sums = Sums::<W>::new(small.values.len());
        let mut place = Odometer::at(first, self.outer.clone(), &self.outer_strides);
        let [low, high] = halves;
        let stretches = low
            .chunks_exact_mut(stretch)
            .zip(high.chunks_exact_mut(stretch));
        for (low, high) in stretches {
            // What several states of new variables need is put aside.
            let old = (self.inner_places.len() > 1).then(|| {
                let old = [low.to_vec(), high.to_vec()];
                low.fill(W::ZERO);
                high.fill(W::ZERO);
                old
            });
            for &(in_above, in_small) in &self.inner_places {
                let base = place.index[1] + in_small;
                let run = Run {
                    entries: &above.values[place.index[0] + in_above..][..self.run],
                    old: old.as_ref().map(|old| [&*old[0], &*old[1]]),
                    weights: [0, small_slice]
                        .map(|s| self.lane_place.map(|lane| small.values[s + base + lane])),
                    here,
                    adding,
                };
                let lanes = run.sum(0, self.run, [&mut *low, &mut *high]);
                for (s, lanes) in [0, small_slice].into_iter().zip(lanes) {
                    for (lane, &value) in self.lane_place.iter().zip(&lanes) {
                        let sum = &mut sums.part[s + base + lane];
                        *sum = sum.plus(value);
                    }
                }
                sums.count();
            }
            place.step();
        }
        sums.close()
    }
}

/// Sums that many runs add to: a few at a time, so that no path has many additions.
struct Sums<W> {
    part: Vec<W>,
    whole: Vec<W>,
    turns: usize,
}

impl<W: Weight> Sums<W> {
    /// Runs that add to one part.
    const TURNS: usize = 16;

    fn new(entries: usize) -> Self {
        Self {
            part: vec![W::ZERO; entries],
            whole: vec![W::ZERO; entries],
            turns: 0,
        }
    }

    fn flush(&mut self) {
        for (whole, part) in self.whole.iter_mut().zip(&mut self.part) {
            *whole = whole.plus(*part);
            *part = W::ZERO;
        }
        self.turns = 0;
    }

    fn count(&mut self) {
        self.turns += 1;
        if self.turns == Self::TURNS {
            self.flush();
        }
    }

    fn close(mut self) -> Vec<W> {
        self.flush();
        self.whole
    }
}

/// The largest table's entries are read from where the derivative is written.
type Here<W> = fn(&[W], &[[W; LANES]; 2], [&mut [W]; 2]) -> [[W; LANES]; 2];
/// They are read elsewhere, and the derivative is added to.
type Adding<W> = fn(&[W], [&[W]; 2], &[[W; LANES]; 2], [&mut [W]; 2]) -> [[W; LANES]; 2];

/// Entries for which `small` repeats.
struct Run<'a, W> {
    entries: &'a [W],
    /// The largest table's, if they are not where the derivative goes.
    old: Option<[&'a [W]; 2]>,
    weights: [[W; LANES]; 2],
    here: Here<W>,
    adding: Adding<W>,
}

impl<W: Weight> Run<'_, W> {
    fn sum(&self, from: usize, to: usize, out: [&mut [W]; 2]) -> [[W; LANES]; 2] {
        let [low, high] = out;
        if to - from <= BLOCK {
            let entries = &self.entries[from..to];
            let Some(old) = self.old else {
                return (self.here)(entries, &self.weights, [low, high]);
            };
            let g = self.entries.len() / old[0].len();
            let old = old.map(|old| &old[from / g..to / g]);
            return (self.adding)(entries, old, &self.weights, [low, high]);
        }
        let middle = from + (to - from) / 2 / LANES * LANES;
        let at = low.len() * (middle - from) / (to - from);
        let (low_a, low_b) = low.split_at_mut(at);
        let (high_a, high_b) = high.split_at_mut(at);
        let mut a = self.sum(from, middle, [low_a, high_a]);
        let b = self.sum(middle, to, [low_b, high_b]);
        for (a, b) in a.iter_mut().zip(b) {
            for (a, b) in a.iter_mut().zip(b) {
                *a = a.plus(b);
            }
        }
        a
    }
}

fn here<W: Weight, const G: usize>(
    above: &[W],
    weights: &[[W; LANES]; 2],
    out: [&mut [W]; 2],
) -> [[W; LANES]; 2] {
    let (above, _) = above.as_chunks::<LANES>();
    let mut sums = [[W::ZERO; LANES]; 2];
    let [low, high] = out;
    let halves = low
        .chunks_exact_mut(LANES / G)
        .zip(high.chunks_exact_mut(LANES / G));
    for (a, (p, q)) in above.iter().zip(halves) {
        for k in 0..LANES {
            sums[0][k] = sums[0][k].plus(a[k].times(p[k / G]));
            sums[1][k] = sums[1][k].plus(a[k].times(q[k / G]));
        }
        for (m, (p, q)) in p.iter_mut().zip(q).enumerate() {
            [*p, *q] = products::<W, G>(a, weights, m);
        }
    }
    sums
}

fn adding<W: Weight, const G: usize>(
    above: &[W],
    old: [&[W]; 2],
    weights: &[[W; LANES]; 2],
    out: [&mut [W]; 2],
) -> [[W; LANES]; 2] {
    let (above, _) = above.as_chunks::<LANES>();
    let mut sums = [[W::ZERO; LANES]; 2];
    let width = LANES / G;
    let [low, high] = out;
    for (((a, p), q), (low, high)) in above
        .iter()
        .zip(old[0].chunks_exact(width))
        .zip(old[1].chunks_exact(width))
        .zip(
            low.chunks_exact_mut(width)
                .zip(high.chunks_exact_mut(width)),
        )
    {
        for k in 0..LANES {
            sums[0][k] = sums[0][k].plus(a[k].times(p[k / G]));
            sums[1][k] = sums[1][k].plus(a[k].times(q[k / G]));
        }
        for m in 0..width {
            let [l, h] = products::<W, G>(a, weights, m);
            low[m] = low[m].plus(l);
            high[m] = high[m].plus(h);
        }
    }
    sums
}

/// The derivative at the m-th entry of the lanes, for both states of `x`.
#[inline]
fn products<W: Weight, const G: usize>(
    a: &[W; LANES],
    weights: &[[W; LANES]; 2],
    m: usize,
) -> [W; 2] {
    [0, 1].map(|s| {
        (m * G + 1..(m + 1) * G).fold(a[m * G].times(weights[s][m * G]), |sum, k| {
            sum.plus(a[k].times(weights[s][k]))
        })
    })
}

/// `Σ ∏ tables` over all variables that are not in the scope, a few of them at a time: few roundings.
pub(super) fn gather<W: Weight>(
    tables: &[&Table<W>],
    scope: &[usize],
    cards: &[usize],
) -> Table<W> {
    let mut kept: Vec<usize> = scope.to_vec();
    let mut summed: Vec<usize> = Vec::new();
    for &v in tables.iter().flat_map(|t| &t.scope) {
        if !kept.contains(&v) && !summed.contains(&v) {
            summed.push(v);
        }
    }
    let mut error =
        tables.iter().map(|t| t.error).sum::<f64>() + (tables.len() as f64 - 1.0).max(0.0);
    let mut current: Option<Table<W>> = None;
    loop {
        let mut terms = 1;
        while let Some(&v) = summed.last()
            && (terms == 1 || terms * cards[v] <= TERMS)
        {
            terms *= cards[v];
            summed.pop();
        }
        kept.truncate(scope.len());
        kept.extend(&summed);
        let made = match &current {
            None => project(tables, &kept, cards, Vec::new()),
            Some(table) => project(&[table], &kept, cards, Vec::new()),
        };
        error += terms as f64 - 1.0;
        let mut table = Table::of(kept.clone(), made, error);
        table.normalize();
        if summed.is_empty() {
            return table;
        }
        current = Some(table);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;

    #[test]
    fn both_sums_are_those_of_the_plain_projection() {
        // Entries are small integers, so that every order of summation gives the same number.
        let mut stream = Seed(5).stream("descend", 0);
        let n = 14;
        let cards = vec![2; n];
        let (mut fast, mut several) = (0, 0);
        for round in 0..90 {
            // Variable 0 goes; the last one or two are new to the largest table, or one that is anywhere.
            let new = round % 3;
            let far = if round % 4 == 0 {
                1 + stream.index(n - 1)
            } else {
                n
            };
            let big_scope: Vec<usize> = (0..n - new).filter(|&v| v != far).collect();
            let small_scope: Vec<usize> = (0..n)
                .filter(|v| !big_scope.contains(v) || *v == 0 || stream.index(5) == 0)
                .collect();
            let above_scope: Vec<usize> = (1..n).collect();
            let mut table = |scope: &[usize]| {
                let size = 1 << scope.len();
                let values = (0..size).map(|_| stream.index(4) as f64).collect();
                Table::new(scope.to_vec(), values)
            };
            let (big, small, above) = (table(&big_scope), table(&small_scope), table(&above_scope));
            let Some(aligned) = Alignment::of(&big_scope, &small_scope, &above_scope, &cards)
            else {
                continue;
            };
            fast += 1;
            several += usize::from(aligned.inner_places.len() > 1);
            let got = aligned.descend(big.clone(), &small, &above);
            let plain = project(&[&above, &big], &small_scope, &cards, Vec::new());
            assert!(plain.values == got.contracted.values, "{small_scope:?}");
            let plain = project(&[&above, &small], &big_scope, &cards, Vec::new());
            assert!(plain.values == got.derivative.values, "{small_scope:?}");
            let plain = gather(&[&above, &big], &small_scope, &cards);
            assert!(plain.values == got.contracted.values);
        }
        assert!(fast > 60 && several > 0, "{fast} {several}");
    }
}
