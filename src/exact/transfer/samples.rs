//! Exact independent samples: the steps of a pass retraced from the last bond to the first.
//!
//! Before the bond of column c the spin there belongs to the row above, behind it to the row below. With
//! all other spins known the upper one is up with probability
//!
//! ```text
//! x₁ t(1, b) / (x₀ t(0, b) + x₁ t(1, b))
//! ```
//! where x₀ and x₁ are the entries before the bond and b is the spin below. All samples go through a bond
//! together, so that its entries are read from the cache. On a closed strip a first row is drawn by its
//! weight, up to symmetry; its samples are retraced together, and each is moved by a symmetry drawn at random.

use super::moments::{Forward, first_vector};
use super::number::{DRIFT, Number, Wide};
use super::row::{Rows, Scaled, Total, couple_column, plain};
use super::strip::Strip;
use super::symmetry::Start;
use super::trace::{Partition, Underflow, groups, in_either, unit_vectors};
use crate::random::Stream;
use rayon::prelude::*;

/// Configurations of a strip, one bit a spin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StripSamples {
    rows: usize,
    width: usize,
    transposed: bool,
    /// Rows of one sample one after another; bit c set if the spin of column c is up.
    states: Vec<u32>,
}

impl StripSamples {
    /// Number of samples.
    pub fn len(&self) -> usize {
        self.states.len() / self.rows
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    /// Number of spins of one sample.
    pub fn spins(&self) -> usize {
        self.rows * self.width
    }

    /// Writes sample i as ±1 in the order of the model's sites.
    ///
    /// # Panics
    /// If there is no such sample or `out` has another length than the number of spins.
    pub fn write(&self, i: usize, out: &mut [i8]) {
        assert_eq!(out.len(), self.spins(), "one number for each spin");
        let states = &self.states[i * self.rows..][..self.rows];
        for (r, &state) in states.iter().enumerate() {
            for c in 0..self.width {
                let at = if self.transposed {
                    c * self.rows + r
                } else {
                    r * self.width + c
                };
                out[at] = (state >> c & 1) as i8 * 2 - 1;
            }
        }
    }

    /// Σ s of sample i.
    pub fn magnetization(&self, i: usize) -> i64 {
        let states = &self.states[i * self.rows..][..self.rows];
        let up: u32 = states.iter().map(|s| s.count_ones()).sum();
        2 * i64::from(up) - self.spins() as i64
    }
}

/// A table of cumulated weights to draw an index from.
struct Cumulated(Vec<f64>);

impl Cumulated {
    fn new(weights: impl Iterator<Item = f64>) -> Self {
        let mut sum = 0.0;
        Self(
            weights
                .map(|w| {
                    sum += w;
                    sum
                })
                .collect(),
        )
    }

    fn draw(&self, stream: &mut Stream) -> usize {
        let total = self.0.last().copied().unwrap_or(0.0);
        let x = stream.uniform() * total;
        // The first index whose cumulated weight is above x; its own weight is then positive.
        self.0.partition_point(|&c| c <= x).min(self.0.len() - 1)
    }
}

/// Retraces rows from the last to the first; `current` holds the states of the row after `from`.
fn retrace<N: Number>(
    rows: &Rows<'_, N>,
    forward: &mut Forward<N>,
    from: usize,
    to: usize,
    current: &mut [u32],
    stream: &mut Stream,
    mut found: impl FnMut(usize, &[u32]),
) {
    let w = rows.strip.width;
    let mut steps: Vec<Vec<N>> = Vec::with_capacity(w);
    for r in (to..=from).rev() {
        steps.clear();
        let mut v = forward.row(rows, 1, r).v.clone();
        for c in 0..w {
            steps.push(v.clone());
            if c + 1 < w {
                couple_column(&mut v, 1 << c, &rows.bonds[r * w + c], plain);
            }
        }
        for c in (0..w).rev() {
            let bond = &rows.bonds[r * w + c];
            let bit = 1_u32 << c;
            let table = &steps[c];
            // Weight of an upper spin that is down, up, if the lower one is down, up.
            let (like, unlike) = if bond.anti {
                (bond.t, N::ONE)
            } else {
                (N::ONE, bond.t)
            };
            for state in current.iter_mut() {
                let lower_up = *state & bit != 0;
                let (f0, f1) = if lower_up {
                    (unlike, like)
                } else {
                    (like, unlike)
                };
                let down = *state & !bit;
                let x0 = table[down as usize].times(f0);
                let x1 = table[(down | bit) as usize].times(f1);
                let up = chooses_second(x0, x1, stream.uniform());
                *state = down | if up { bit } else { 0 };
            }
        }
        found(r, current);
    }
}

/// Draws the second of two weights with its probability.
#[inline]
fn chooses_second<N: Number>(x0: N, x1: N, u: f64) -> bool {
    if N::WIDE {
        let ((m0, e0), (m1, e1)) = (x0.parts(), x1.parts());
        if m0 == 0.0 || m1 == 0.0 {
            return m0 == 0.0;
        }
        let top = e0.max(e1);
        let (a, b) = (m0.shifted(e0 - top), m1.shifted(e1 - top));
        return u * (a + b) < b;
    }
    let (a, b) = (x0.parts().0, x1.parts().0);
    u * (a + b) < b
}

fn open_samples<N: Number>(
    strip: &Strip,
    count: usize,
    stream: &mut Stream,
) -> Result<Vec<u32>, Underflow> {
    let rows = Rows::<N>::new(strip, true);
    let mut forward = Forward::new(&rows, first_vector(&rows, None), 1);
    let last = strip.rows - 1;
    let end = forward.row(&rows, 1, last).clone();
    let mut z = Total::ZERO;
    for &x in &end.v {
        z.add(x, end.exponent);
    }
    Partition::new(z, rows.lost_of(&z, &forward.after, None))?;
    let table = Cumulated::new(end.v.iter().map(|&x| z.share(x, end.exponent)));
    let mut states = vec![0_u32; count * strip.rows];
    let mut current: Vec<u32> = (0..count).map(|_| table.draw(stream) as u32).collect();
    let mut store = |r: usize, current: &[u32]| {
        for (i, &s) in current.iter().enumerate() {
            states[i * strip.rows + r] = s;
        }
    };
    store(last, &current);
    if last > 0 {
        retrace(
            &rows,
            &mut forward,
            last - 1,
            0,
            &mut current,
            stream,
            store,
        );
    }
    Ok(states)
}

/// The weights of all first rows.
fn start_weights<N: Number>(rows: &Rows<'_, N>) -> Result<(Vec<Start>, Cumulated), Underflow> {
    let strip = rows.strip;
    let groups = groups(strip);
    let parts: Vec<(Vec<(N, i64)>, f64)> = groups
        .par_iter()
        .map(|starts| {
            let lanes = starts.len();
            let mut vector = unit_vectors::<N>(strip.width, starts);
            let mut after = Vec::with_capacity(strip.rows);
            for r in 0..strip.rows {
                rows.advance(&mut vector, lanes, r);
                after.push(((r + 1) % strip.rows, vector.exponent));
            }
            let weights: Vec<(N, i64)> = starts
                .iter()
                .enumerate()
                .map(|(k, start)| {
                    let x = vector.v[start.state as usize * lanes + k];
                    (x.times(N::of(f64::from(start.size))), vector.exponent)
                })
                .collect();
            let mut z = Total::ZERO;
            for &(x, e) in &weights {
                z.add(x, e);
            }
            // A first row that is drawn is carried once more alone, in units that may be larger by as much as both
            // vectors' largest entries may drift.
            let lost = rows.lost_of(&z, &after, Some(starts)) + (2 * DRIFT + 4) as f64;
            (weights, lost + strip.width as f64)
        })
        .collect();
    let mut z = Total::ZERO;
    let mut lost = f64::NEG_INFINITY;
    let mut weights = Vec::new();
    for (part, part_lost) in parts {
        lost = super::row::add_log2(lost, part_lost);
        weights.extend(part);
    }
    for &(x, e) in &weights {
        z.add(x, e);
    }
    Partition::new(z, lost)?;
    let table = Cumulated::new(weights.iter().map(|&(x, e)| z.share(x, e)));
    Ok((groups.concat(), table))
}

fn closed_samples<N: Number>(
    strip: &Strip,
    count: usize,
    stream: &mut Stream,
) -> Result<Vec<u32>, Underflow> {
    let rows = Rows::<N>::new(strip, false);
    let (starts, table) = start_weights(&rows)?;
    let drawn: Vec<u32> = (0..count).map(|_| table.draw(stream) as u32).collect();
    // Samples in the order of their first rows, so that each is prepared once.
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); starts.len()];
    for (i, &k) in drawn.iter().enumerate() {
        members[k as usize].push(i as u32);
    }
    let mut states = vec![0_u32; count * strip.rows];
    let elements = &strip.symmetry.elements;
    for (start, members) in starts.iter().zip(&members) {
        if members.is_empty() {
            continue;
        }
        let first: Scaled<N> = unit_vectors(strip.width, &[*start]);
        let mut forward = Forward::new(&rows, first, 1);
        let mut current = vec![start.state; members.len()];
        let moves: Vec<usize> = members
            .iter()
            .map(|_| stream.index(elements.len()))
            .collect();
        let mut store = |r: usize, current: &[u32]| {
            for ((&i, &s), &g) in members.iter().zip(current).zip(&moves) {
                states[i as usize * strip.rows + r] = elements[g].apply(s, strip.width);
            }
        };
        store(0, &current);
        // The first row itself is known.
        retrace(
            &rows,
            &mut forward,
            strip.rows - 1,
            1,
            &mut current,
            stream,
            store,
        );
    }
    Ok(states)
}

/// Exact independent samples.
pub(super) fn samples(strip: &Strip, count: usize, stream: &mut Stream) -> StripSamples {
    let states = if strip.closed {
        let again = &mut stream.clone();
        in_either(
            || closed_samples::<f64>(strip, count, stream),
            || closed_samples::<Wide>(strip, count, again),
        )
    } else {
        let again = &mut stream.clone();
        in_either(
            || open_samples::<f64>(strip, count, stream),
            || open_samples::<Wide>(strip, count, again),
        )
    };
    StripSamples {
        rows: strip.rows,
        width: strip.width,
        transposed: strip.transposed,
        states,
    }
}
