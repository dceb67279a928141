//! What a bucket gives on the way down: the derivative by its largest table, and that table summed against
//! the derivative from above.
//!
//! ```text
//! D(x, m) = Σ_r above(m, r) big(x, r)        derivative(x, r) = Σ_m above(m, r) small(x, m)
//! ```
//! Here `small` is the product of all tables of the bucket but the largest. `D · small` is then, up to one
//! factor, the joint probability of all variables of `small`, the one that is summed out among them, and
//! both sums are found while an entry of `above` is at hand.

use super::table::{Made, Odometer, TASK, Table, project, room, strides};
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
    /// The derivative by the largest table, in its scope.
    pub(super) derivative: Table<W>,
}

/// Both sums at once; the memory is given back where the tables do not lie so that all are read straight
/// through.
///
/// `x` has two states and is slowest in `big` and `small`. The eight fastest entries of `above` are the
/// lanes; among them, variables that `big` has not (g states) must be the fastest. Behind them runs what only
/// `big` has, and all else is walked.
#[expect(
    clippy::too_many_lines,
    reason = "one loop nest and the strides that it needs"
)]
pub(super) fn descend<W: Weight>(
    big: &Table<W>,
    small: &Table<W>,
    above: &Table<W>,
    cards: &[usize],
    spare: Vec<W>,
) -> Result<Descent<W>, Vec<W>> {
    if big.scope.first().is_none_or(|&x| cards[x] != 2) {
        return Err(spare);
    }
    let in_big = |v: &usize| big.scope.contains(v);
    let in_small = |v: &usize| small.scope.contains(v);
    let size = |scope: &[usize]| -> usize { scope.iter().map(|&v| cards[v]).product() };
    let end = above.scope.len();
    let mut lanes_from = end;
    while lanes_from > 0 && size(&above.scope[lanes_from..]) < LANES {
        lanes_from -= 1;
    }
    let lanes = &above.scope[lanes_from..];
    let new = lanes.iter().rev().take_while(|v| !in_big(v)).count();
    let (old, new) = lanes.split_at(lanes.len() - new);
    let mut from = lanes_from;
    while from > 0 && in_big(&above.scope[from - 1]) && !in_small(&above.scope[from - 1]) {
        from -= 1;
    }
    let fits = size(lanes) == LANES
        && old.iter().all(in_big)
        && big.scope[1..]
            .iter()
            .eq(above.scope.iter().filter(|v| in_big(v)))
        && above.scope.iter().all(|v| in_big(v) || in_small(v))
        && small.scope[1..].iter().all(|v| above.scope.contains(v));
    let g = size(new);
    let kernels: [Kernel<W>; 2] = match g {
        1 => [kernel::<W, 1, false>, kernel::<W, 1, true>],
        2 => [kernel::<W, 2, false>, kernel::<W, 2, true>],
        4 => [kernel::<W, 4, false>, kernel::<W, 4, true>],
        _ => return Err(spare),
    };
    if !fits {
        return Err(spare);
    }
    let run = size(&above.scope[from..]);
    let small_slice = small.values.len() / 2;
    // Where the entries of the lanes stand in `small`, and which of them share a place.
    let mut lane_place = [0; LANES];
    let of_lanes = strides(&small.scope, lanes, cards);
    for (lane, place) in lane_place.iter_mut().enumerate() {
        let mut rest = lane;
        for (&v, stride) in lanes.iter().zip(&of_lanes).rev() {
            *place += stride * (rest % cards[v]);
            rest /= cards[v];
        }
    }
    // What is walked: variables of `big` outside, new ones inside.
    let walked: Vec<usize> = above.scope[..from].to_vec();
    let (outer, inner): (Vec<usize>, Vec<usize>) = walked.into_iter().partition(in_big);
    let outer_strides = [
        strides(&above.scope, &outer, cards),
        strides(&small.scope, &outer, cards),
    ];
    let outer_digits: Vec<usize> = outer.iter().map(|&v| cards[v]).collect();
    let inner_strides = [
        strides(&above.scope, &inner, cards),
        strides(&small.scope, &inner, cards),
    ];
    let inner_digits: Vec<usize> = inner.iter().map(|&v| cards[v]).collect();
    let mut walk = Odometer::at(0, inner_digits, &inner_strides);
    let inner_places: Vec<(usize, usize)> = (0..size(&inner))
        .map(|_| {
            let place = (walk.index[0], walk.index[1]);
            walk.step();
            place
        })
        .collect();
    let runs = size(&outer);
    let runs_a_task = (TASK / (run * inner_places.len()))
        .max(runs.div_ceil(TASKS))
        .clamp(1, runs);
    let stretch = run / g;
    let part = runs_a_task * stretch;
    let mut values = room(spare, big.values.len());
    let (low, high) = values.split_at_mut(big.values.len() / 2);
    let (big_low, big_high) = big.values.split_at(big.values.len() / 2);
    let work = |task: usize, low: &mut [W], high: &mut [W]| -> Vec<W> {
        let mut sums = Sums::<W>::new(small.values.len());
        let mut place = Odometer::at(task * runs_a_task, outer_digits.clone(), &outer_strides);
        let here = low
            .chunks_exact_mut(stretch)
            .zip(high.chunks_exact_mut(stretch));
        for (k, (low, high)) in here.enumerate() {
            let at = task * part + k * stretch;
            for (turn, &(in_above, in_small)) in inner_places.iter().enumerate() {
                let base = place.index[1] + in_small;
                let weights =
                    [0, small_slice].map(|s| lane_place.map(|lane| small.values[s + base + lane]));
                let here = Run {
                    entries: &above.values[place.index[0] + in_above..][..run],
                    big: [&big_low[at..][..stretch], &big_high[at..][..stretch]],
                    weights,
                    // The first begins the derivative, the others add to it.
                    kernel: kernels[usize::from(turn > 0)],
                };
                let lanes = here.sum(0, run, [&mut *low, &mut *high]);
                for (s, lanes) in [0, small_slice].into_iter().zip(lanes) {
                    for (lane, &value) in lane_place.iter().zip(&lanes) {
                        let sum = &mut sums.part[s + base + lane];
                        *sum = sum.plus(value);
                    }
                }
                sums.count();
            }
            place.step();
        }
        sums.close()
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
    let blocks = run.div_ceil(BLOCK);
    let turns = runs_a_task * inner_places.len();
    let additions = BLOCK / LANES
        + 2
        + blocks.ilog2() as usize
        + LANES * turns.min(Sums::<W>::TURNS)
        + turns.div_ceil(Sums::<W>::TURNS)
        + tasks;
    let (terms, new) = (above.values.len(), g * inner_places.len());
    Ok(Descent {
        contracted: Table::of(
            small.scope.clone(),
            Made::of_products(sums, [above, big].into_iter(), terms),
            above.error + big.error + additions as f64,
        ),
        derivative: Table::of(
            big.scope.clone(),
            Made::of_products(values, [above, small].into_iter(), new),
            above.error + small.error + new as f64,
        ),
    })
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

/// One product for each state of `x` and each entry from above.
type Kernel<W> = fn(&[W], [&[W]; 2], &[[W; LANES]; 2], [&mut [W]; 2]) -> [[W; LANES]; 2];

/// Entries for which `small` repeats.
struct Run<'a, W> {
    entries: &'a [W],
    big: [&'a [W]; 2],
    weights: [[W; LANES]; 2],
    kernel: Kernel<W>,
}

impl<W: Weight> Run<'_, W> {
    fn sum(&self, from: usize, to: usize, out: [&mut [W]; 2]) -> [[W; LANES]; 2] {
        let [low, high] = out;
        let g = self.entries.len() / self.big[0].len();
        if to - from <= BLOCK {
            let big = self.big.map(|big| &big[from / g..to / g]);
            let entries = &self.entries[from..to];
            return (self.kernel)(entries, big, &self.weights, [low, high]);
        }
        let middle = from + (to - from) / 2 / LANES * LANES;
        let (low_a, low_b) = low.split_at_mut((middle - from) / g);
        let (high_a, high_b) = high.split_at_mut((middle - from) / g);
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

fn kernel<W: Weight, const G: usize, const ADD: bool>(
    above: &[W],
    big: [&[W]; 2],
    weights: &[[W; LANES]; 2],
    out: [&mut [W]; 2],
) -> [[W; LANES]; 2] {
    let (above, _) = above.as_chunks::<LANES>();
    let mut sums = [[W::ZERO; LANES]; 2];
    let width = LANES / G;
    let [low, high] = out;
    for (((a, p), q), (low, high)) in above
        .iter()
        .zip(big[0].chunks_exact(width))
        .zip(big[1].chunks_exact(width))
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
            let (mut l, mut h) = (
                a[m * G].times(weights[0][m * G]),
                a[m * G].times(weights[1][m * G]),
            );
            for k in m * G + 1..(m + 1) * G {
                l = l.plus(a[k].times(weights[0][k]));
                h = h.plus(a[k].times(weights[1][k]));
            }
            if ADD {
                l = low[m].plus(l);
                h = high[m].plus(h);
            }
            low[m] = l;
            high[m] = h;
        }
    }
    sums
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
        let mut fast = 0;
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
            let old = vec![3.0; 1000 * round];
            let Ok(got) = descend(&big, &small, &above, &cards, old) else {
                continue;
            };
            fast += 1;
            let plain = project(&[&above, &big], &small_scope, &cards, Vec::new());
            assert!(plain.values == got.contracted.values, "{small_scope:?}");
            let plain = project(&[&above, &small], &big_scope, &cards, Vec::new());
            assert!(plain.values == got.derivative.values, "{small_scope:?}");
            let plain = gather(&[&above, &big], &small_scope, &cards);
            assert!(plain.values == got.contracted.values);
        }
        assert!(fast > 60, "{fast}");
    }
}
