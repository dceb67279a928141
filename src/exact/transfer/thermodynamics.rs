//! Energy and specific heat: weights carried with two derivatives.
//!
//! With all couplings multiplied by λ a state's weight is `e^{λ(top − g)}`, g ≥ 0. Each entry carries
//! `(Σ w, Σ g w, Σ g² w)`, three sums of non-negative numbers, so that ⟨g⟩ and ⟨g²⟩ come with relative
//! errors and only the variance is a difference.

use super::super::fixed_energy::U;
use super::number::{Number, Wide};
use super::row::{Bond, Rows, Scaled, Total, add_log2};
use super::strip::Strip;
use super::symmetry::Start;
use super::trace::{Partition, Underflow, groups, in_either, unit_vectors};
use crate::numeric::Enclosure;
use rayon::prelude::*;

/// `ln Z` and its first two derivatives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thermodynamics {
    /// `ln Z`.
    pub log_z: Enclosure,
    /// `⟨𝒦⟩ = −β⟨H⟩`: with all couplings multiplied by λ, `∂ ln Z/∂λ` at λ = 1.
    pub mean: Enclosure,
    /// `⟨𝒦²⟩ − ⟨𝒦⟩²`, the heat capacity in units of Boltzmann's constant: `∂² ln Z/∂λ²`.
    pub variance: Enclosure,
}

/// Couples entries of `(w, g w, g² w)`, each of `n` numbers.
fn couple_derivatives<N: Number>(a: &mut [N], b: &mut [N], n: usize, bond: &Bond<N>) {
    let (t, q) = (bond.t, bond.q);
    let (q2, qq) = (q.plus(q), q.times(q));
    for (x, y) in a.chunks_exact_mut(3 * n).zip(b.chunks_exact_mut(3 * n)) {
        for k in 0..n {
            let from = |e: &[N]| (e[k], e[n + k], e[2 * n + k]);
            let ((x0, x1, x2), (y0, y1, y2)) = (from(x), from(y));
            let unlike = |v0: N, v1: N, v2: N| {
                (
                    t.times(v0),
                    t.times(v1.plus(q.times(v0))),
                    t.times(v2.plus(q2.times(v1).plus(qq.times(v0)))),
                )
            };
            let (tx, ty) = (unlike(x0, x1, x2), unlike(y0, y1, y2));
            let (p, r) = if bond.anti {
                (
                    (tx.0.plus(y0), tx.1.plus(y1), tx.2.plus(y2)),
                    (x0.plus(ty.0), x1.plus(ty.1), x2.plus(ty.2)),
                )
            } else {
                (
                    (x0.plus(ty.0), x1.plus(ty.1), x2.plus(ty.2)),
                    (tx.0.plus(y0), tx.1.plus(y1), tx.2.plus(y2)),
                )
            };
            (x[k], x[n + k], x[2 * n + k]) = p;
            (y[k], y[n + k], y[2 * n + k]) = r;
        }
    }
}

/// Multiplies by the weights of row r, of which `gaps` is how far they are below the top.
fn weigh<N: Number>(rows: &Rows<'_, N>, v: &mut [N], n: usize, r: usize, gaps: &[N]) {
    let d = rows.diagonal(r);
    rows.each(v, 3 * n, |s, entry| {
        let (d, g) = (d[s], gaps[s]);
        let (g2, gg) = (g.plus(g), g.times(g));
        for k in 0..n {
            let (x0, x1, x2) = (entry[k], entry[n + k], entry[2 * n + k]);
            entry[k] = d.times(x0).flushed();
            entry[n + k] = d.times(x1.plus(g.times(x0))).flushed();
            entry[2 * n + k] = d.times(x2.plus(g2.times(x1).plus(gg.times(x0)))).flushed();
        }
    });
}

/// Three totals and what underflow took.
struct Sums {
    totals: [Total; 3],
    lost: f64,
}

/// Carries the vector of some first rows (none: of a strip open along) to the end.
fn carry<N: Number>(rows: &Rows<'_, N>, gaps: &[Vec<N>], starts: Option<&[Start]>) -> Sums {
    let strip = rows.strip;
    let n = starts.map_or(1, <[Start]>::len);
    let gap = |r: usize| &gaps[r % gaps.len()];
    let mut vector = Scaled {
        v: vec![N::ZERO; (3 * n) << strip.width],
        exponent: 0,
    };
    let mut after = Vec::with_capacity(strip.rows);
    if let Some(starts) = starts {
        let unit = unit_vectors::<N>(strip.width, starts).v;
        for (entry, unit) in vector.v.chunks_exact_mut(3 * n).zip(unit.chunks_exact(n)) {
            entry[..n].copy_from_slice(unit);
        }
    } else {
        for entry in vector.v.chunks_exact_mut(3) {
            entry[0] = N::ONE;
        }
        weigh(rows, &mut vector.v, n, 0, gap(0));
        after.push((0, 0));
    }
    let steps = strip.rows - usize::from(starts.is_none());
    for r in 0..steps {
        let next = (r + 1) % strip.rows;
        rows.couple(&mut vector.v, 3 * n, r, |a, b, bond| {
            couple_derivatives(a, b, n, bond);
        });
        weigh(rows, &mut vector.v, n, next, gap(next));
        vector.rescale();
        after.push((next, vector.exponent));
    }
    let mut totals = [Total::ZERO; 3];
    for (part, total) in totals.iter_mut().enumerate() {
        if let Some(starts) = starts {
            for (k, start) in starts.iter().enumerate() {
                let x = vector.v[start.state as usize * 3 * n + part * n + k];
                total.add(x.times(N::of(f64::from(start.size))), vector.exponent);
            }
        } else {
            let sum = vector
                .v
                .chunks_exact(3 * 64.min(1 << strip.width))
                .map(|c| {
                    c.iter()
                        .skip(part)
                        .step_by(3)
                        .fold(N::ZERO, |s, &x| s.plus(x))
                });
            for x in sum {
                total.add(x, vector.exponent);
            }
        }
    }
    Sums {
        totals,
        lost: rows.lost(&after),
    }
}

fn pass<N: Number>(strip: &Strip) -> Result<Thermodynamics, Underflow> {
    let rows = Rows::<N>::new(strip, !strip.closed);
    let w = strip.width;
    let kinds = if strip.rows_alike() { 1 } else { strip.rows };
    let gaps: Vec<Vec<N>> = (0..kinds).map(|r| rows.row_gaps(r)).collect();
    let mut totals = [Total::ZERO; 3];
    let mut lost = f64::NEG_INFINITY;
    if strip.closed {
        let groups = groups(strip);
        let parts: Vec<Sums> = groups
            .par_iter()
            .map(|starts| carry(&rows, &gaps, Some(starts)))
            .collect();
        for part in parts {
            for (total, sum) in totals.iter_mut().zip(part.totals) {
                total.add(sum.value.hi, sum.exponent);
                total.add(sum.value.lo, sum.exponent);
            }
            lost = add_log2(lost, part.lost + w as f64);
        }
    } else {
        let sums = carry(&rows, &gaps, None);
        totals = sums.totals;
        lost = sums.lost;
    }
    let partition = Partition::new(totals[0], lost)?;
    // The path's error and 64 sums at the end; a derivative meets one more sum in each step, and its
    // own factors where it is taken: a row's gap of w + 3 roundings, squared.
    let steps = (strip.rows * (w + 1)) as f64;
    let relative = rows.path_error() + 66.0 * U;
    let of_gap = relative + (steps + 2.0 * (w as f64 + 12.0)) * U;
    let range = strip.nats(strip.top()).hi() * 2.0;
    let ratio = |k: usize, power: f64| {
        let value = partition.z.share(totals[k].value.hi, totals[k].exponent);
        let error = value * (relative + of_gap + 4.0 * U) * (1.0 + 1e-6);
        let missing = partition.lost * (1.0 + range).powf(power);
        let x = Enclosure::around(value, error + missing + strip.energy_error * power * value);
        Enclosure::new(x.lo().max(0.0), x.hi())
    };
    let (first, second) = (ratio(1, 1.0), ratio(2, 2.0));
    let variance = second - first.square();
    Ok(Thermodynamics {
        log_z: partition.log_z(strip, relative),
        mean: strip.nats(strip.top()) + strip.nats(strip.constant) - first,
        variance: Enclosure::new(variance.lo().max(0.0), variance.hi()),
    })
}

/// `ln Z`, mean and variance of the reduced energy.
pub(super) fn thermodynamics(strip: &Strip) -> Thermodynamics {
    in_either(|| pass::<f64>(strip), || pass::<Wide>(strip))
}
