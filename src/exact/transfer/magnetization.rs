//! The distribution of the magnetisation: polynomials in a variable that counts up spins.

use super::super::fixed_energy::U;
use super::number::{Number, Wide};
use super::row::{Rows, Scaled, Total, add_log2, plain};
use super::strip::Strip;
use super::symmetry::Start;
use super::trace::{Partition, Underflow, in_either};
use crate::numeric::Enclosure;
use rayon::prelude::*;

/// The distribution of `M = Σ s_i` and its moments, `m = M/N`.
#[derive(Clone, Debug, PartialEq)]
pub struct Magnetization {
    /// `ln Z`.
    pub log_z: Enclosure,
    /// Probability of k up spins, `M = 2k − N`, for `k = 0 … N`.
    pub probability: Vec<Enclosure>,
    /// `⟨m⟩`.
    pub mean: Enclosure,
    /// `⟨|m|⟩`.
    pub absolute: Enclosure,
    /// `⟨m²⟩`.
    pub square: Enclosure,
    /// `⟨m⁴⟩`.
    pub fourth: Enclosure,
}

/// Multiplies the entries, of `used` coefficients, by the row's weights and counts its up spins.
fn weigh<N: Number>(rows: &Rows<'_, N>, v: &mut [N], lanes: usize, used: usize, r: usize) {
    let d = rows.diagonal(r);
    rows.each(v, lanes, |s, entry| {
        let up = s.count_ones() as usize;
        let d = d[s];
        for k in (0..used).rev() {
            entry[k + up] = entry[k].times(d).flushed();
        }
        entry[..up].fill(N::ZERO);
    });
}

/// The coefficients of Z by up spins, with their scale, and what underflow took.
fn carry<N: Number>(rows: &Rows<'_, N>, start: Option<Start>) -> (Scaled<N>, f64) {
    let strip = rows.strip;
    let w = strip.width;
    let lanes = strip.spins() + 1;
    let mut vector = Scaled {
        v: vec![N::ZERO; lanes << w],
        exponent: 0,
    };
    let mut after = Vec::with_capacity(strip.rows);
    let mut used = 1;
    if let Some(start) = start {
        vector.v[start.state as usize * lanes] = N::ONE;
    } else {
        for entry in vector.v.chunks_exact_mut(lanes) {
            entry[0] = N::ONE;
        }
        weigh(rows, &mut vector.v, lanes, used, 0);
        used += w;
        after.push((0, 0));
    }
    for r in 0..strip.rows - usize::from(start.is_none()) {
        rows.couple(&mut vector.v, lanes, r, |a, b, bond| {
            for (x, y) in a.chunks_exact_mut(lanes).zip(b.chunks_exact_mut(lanes)) {
                plain(&mut x[..used], &mut y[..used], bond);
            }
        });
        let next = (r + 1) % strip.rows;
        weigh(rows, &mut vector.v, lanes, used, next);
        used += w;
        vector.rescale();
        after.push((next, vector.exponent));
    }
    let lost = rows.lost(&after);
    let v = if let Some(start) = start {
        let size = N::of(f64::from(start.size));
        let entry = &vector.v[start.state as usize * lanes..][..lanes];
        entry.iter().map(|x| x.times(size)).collect()
    } else {
        add_entries(&vector.v, lanes)
    };
    let exponent = vector.exponent;
    (Scaled { v, exponent }, lost)
}

/// The sum of all entries, by halving.
fn add_entries<N: Number>(v: &[N], lanes: usize) -> Vec<N> {
    if v.len() == lanes {
        return v.to_vec();
    }
    let (a, b) = v.split_at(v.len() / 2);
    let (mut a, b) = (add_entries(a, lanes), add_entries(b, lanes));
    for (x, y) in a.iter_mut().zip(b) {
        *x = x.plus(y);
    }
    a
}

fn pass<N: Number>(strip: &Strip) -> Result<Magnetization, Underflow> {
    // A field shared by all spins only weighs the coefficients, and without it spins may be reversed.
    let (bare, field) = strip.without_common_field();
    let n = bare.spins();
    let rows = Rows::<N>::new(&bare, !bare.closed);
    let parts: Vec<(Scaled<N>, f64)> = if bare.closed {
        bare.symmetry
            .starts(bare.width)
            .into_par_iter()
            .map(|start| carry(&rows, Some(start)))
            .collect()
    } else {
        vec![carry(&rows, None)]
    };
    let mut coefficients = vec![Total::ZERO; n + 1];
    let mut lost = f64::NEG_INFINITY;
    for (part, part_lost) in parts {
        for (total, &x) in coefficients.iter_mut().zip(&part.v) {
            total.add(x, part.exponent);
        }
        let starts = if bare.closed { bare.width as f64 } else { 0.0 };
        lost = add_log2(lost, part_lost + starts);
    }
    let flips = bare.symmetry.elements.iter().any(|g| g.flip);
    // A first row stands for its reversal too; half of the group reverses.
    let wide = |t: &Total| Wide::of(t.value.to_f64()).shifted(t.exponent);
    let half = Wide::of(0.5);
    let weights: Vec<Wide> = (0..=n)
        .map(|k| {
            let own = wide(&coefficients[k]);
            let own = if flips {
                own.plus(wide(&coefficients[n - k])).times(half)
            } else {
                own
            };
            let m = 2 * k as i128 - n as i128;
            let energy = field * m - field.abs() * n as i128;
            own.times(Wide::power(bare.scale, energy))
        })
        .collect();
    let mut z = Total::ZERO;
    for &x in &weights {
        z.add(x, 0);
    }
    let partition = Partition::new(z, lost)?;
    let relative = rows.path_error() + (f64::from(strip.width as u32) + 6.0) * U;
    let energy = strip.energy_error * 2.0;
    let error = (2.0 * relative + energy + 4.0 * U) * (1.0 + 1e-6);
    let around = |x: f64| {
        let x = Enclosure::around(x, x * error + partition.lost);
        Enclosure::new(x.lo().max(0.0), x.hi().min(1.0))
    };
    let probability = weights.iter().map(|&x| around(z.share(x, 0))).collect();
    // Sums of non-negative terms; each meets n sums and four roundings of its own.
    let moment = |value: &dyn Fn(f64) -> f64| {
        let terms = weights
            .iter()
            .enumerate()
            .map(|(k, &x)| z.share(x, 0) * value((2.0 * k as f64 - n as f64) / n as f64));
        let sum: f64 = terms.sum();
        let x = Enclosure::around(sum, sum * (error + (n as f64 + 8.0) * U) + partition.lost);
        Enclosure::new(x.lo().max(0.0), x.hi().min(1.0))
    };
    let mean = if flips && field == 0 {
        Enclosure::exact(0.0)
    } else {
        moment(&|m| m.max(0.0)) - moment(&|m| (-m).max(0.0))
    };
    // In the model with the field the coefficients are relative to a top that holds the field.
    Ok(Magnetization {
        log_z: partition.log_z(strip, relative),
        probability,
        mean: Enclosure::new(mean.lo().max(-1.0), mean.hi().min(1.0)),
        absolute: moment(&f64::abs),
        square: moment(&|m| m * m),
        fourth: moment(&|m| (m * m) * (m * m)),
    })
}

/// The distribution of the magnetisation.
pub(super) fn magnetization(strip: &Strip) -> Magnetization {
    in_either(|| pass::<f64>(strip), || pass::<Wide>(strip))
}
