//! `ln Z`.

use super::super::fixed_energy::{PowerTable, ScaledSum, U};
use super::number::{Number, Wide};
use super::row::{Rows, Scaled, Total, add_log2, tree_sum};
use super::strip::Strip;
use super::symmetry::Start;
use crate::numeric::{DoubleDouble, Enclosure};
use rayon::prelude::*;

/// What underflow may take from Z, as a binary exponent: far below the unit roundoff.
const NEGLIGIBLE: f64 = -100.0;
/// Numbers of a vector of several first rows together.
const TOGETHER: usize = 1 << 15;

/// Doubles do not hold what matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Underflow;

/// Z relative to the largest conceivable weight, and what underflow took from it at most, relative to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Partition {
    pub(super) z: Total,
    pub(super) lost: f64,
}

impl Partition {
    /// # Errors
    /// [`Underflow`] if what was lost could be felt.
    pub(super) fn new(z: Total, lost_log2: f64) -> Result<Self, Underflow> {
        let lost = lost_log2 - z.log2();
        if lost <= NEGLIGIBLE {
            Ok(Self {
                z,
                lost: lost.max(-1000.0).exp2(),
            })
        } else {
            Err(Underflow)
        }
    }

    /// `ln Z` of the model from Z relative to the top.
    pub(super) fn log_z(&self, strip: &Strip, relative: f64) -> Enclosure {
        let energy = strip.top() + strip.constant;
        let part = PowerTable::get().exp2_fraction(strip.scale.fraction(energy));
        ScaledSum {
            value: self.z.value * DoubleDouble::from(part),
            exponent: strip.scale.floor(energy) + i128::from(self.z.exponent),
        }
        .ln(relative + 2.0 * U + self.lost, strip.energy_error)
    }
}

/// First rows in groups that are carried together.
pub(super) fn groups(strip: &Strip) -> Vec<Vec<Start>> {
    let together = (TOGETHER >> strip.width).clamp(1, 32);
    strip
        .symmetry
        .starts(strip.width)
        .chunks(together)
        .map(<[Start]>::to_vec)
        .collect()
}

/// The vector of first rows: entry s of lane k is one if s is the k-th start.
pub(super) fn unit_vectors<N: Number>(width: usize, starts: &[Start]) -> Scaled<N> {
    let lanes = starts.len();
    let mut v = vec![N::ZERO; lanes << width];
    for (k, start) in starts.iter().enumerate() {
        v[start.state as usize * lanes + k] = N::ONE;
    }
    Scaled { v, exponent: 0 }
}

/// Does the work in doubles, or if they do not hold it in wide numbers.
pub(super) fn in_either<T>(
    double: impl FnOnce() -> Result<T, Underflow>,
    wide: impl FnOnce() -> Result<T, Underflow>,
) -> T {
    double().unwrap_or_else(|Underflow| {
        wide().unwrap_or_else(|Underflow| unreachable!("wide numbers do not underflow"))
    })
}

/// `ln Z` by one pass.
pub(super) fn log_z(strip: &Strip) -> Enclosure {
    in_either(|| pass::<f64>(strip), || pass::<Wide>(strip))
}

fn pass<N: Number>(strip: &Strip) -> Result<Enclosure, Underflow> {
    let mut z = Total::ZERO;
    let mut lost = f64::NEG_INFINITY;
    let last = strip.rows - 1;
    if strip.closed {
        let rows = Rows::<N>::new(strip, false);
        let groups = groups(strip);
        let traces: Vec<(Total, f64)> = groups
            .par_iter()
            .map(|starts| {
                let lanes = starts.len();
                let mut vector = unit_vectors::<N>(strip.width, starts);
                let mut after = Vec::with_capacity(strip.rows);
                for r in 0..strip.rows {
                    rows.advance(&mut vector, lanes, r);
                    after.push(((r + 1) % strip.rows, vector.exponent));
                }
                let mut z = Total::ZERO;
                for (k, start) in starts.iter().enumerate() {
                    let weight = vector.v[start.state as usize * lanes + k];
                    z.add(weight.times(N::of(f64::from(start.size))), vector.exponent);
                }
                (z, rows.lost_of(&z, &after, Some(starts)))
            })
            .collect();
        for (part, part_lost) in traces {
            z.add(part.value.hi, part.exponent);
            z.add(part.value.lo, part.exponent);
            lost = add_log2(lost, part_lost + strip.width as f64);
        }
        return Ok(Partition::new(z, lost)?.log_z(strip, rows.path_error() + U));
    }
    let rows = Rows::<N>::new(strip, true);
    let mut vector = rows.first();
    let mut after = vec![(0, vector.exponent)];
    for r in 0..last {
        rows.advance(&mut vector, 1, r);
        after.push((r + 1, vector.exponent));
    }
    z.add(tree_sum(&vector.v), vector.exponent);
    let relative = rows.path_error() + (strip.width + 1) as f64 * U;
    Ok(Partition::new(z, rows.lost_of(&z, &after, None))?.log_z(strip, relative))
}

#[cfg(test)]
mod tests {
    use super::super::super::reference::Reference;
    use super::*;
    use crate::model::{Lattice, SpinHamiltonian, Term};
    use crate::random::{Seed, Stream};

    /// A model with random bonds and fields on a lattice.
    fn random_model(lattice: Lattice, strength: f64, stream: &mut Stream) -> SpinHamiltonian {
        let pairs = lattice.bonds().into_iter().map(|(i, j)| vec![i, j]);
        let fields = (0..lattice.sites()).map(|i| vec![i]);
        let terms = pairs
            .chain(fields)
            .map(|sites| Term {
                sites,
                coupling: strength * stream.normal(),
            })
            .collect();
        SpinHamiltonian::new(lattice.sites(), terms).unwrap()
    }

    #[test]
    fn log_z_contains_the_reference() {
        let mut stream = Seed(5).stream("strips", 0);
        for text in [
            "open:2x3",
            "open:3x3",
            "cylinder:3x3",
            "torus:3x3",
            "torus:2x4",
            "torus:2x2",
            "ring:7",
            "chain:6",
            "cylinder:4x2",
            "torus:3x4",
        ] {
            let lattice: Lattice = text.parse().unwrap();
            for strength in [0.3, 5.0, 1000.0] {
                let model = random_model(lattice, strength, &mut stream);
                let strip = Strip::of_spins(&model, lattice).unwrap();
                let got = log_z(&strip);
                let reference = Reference::new(&model);
                assert!(reference.log_z_lies_in(got), "{text} {strength} {got:?}");
                let width = 1e-13 * (1.0 + got.magnitude());
                assert!(got.width() < width, "{text} {strength} {got:?}");
                let wide = pass::<Wide>(&strip).unwrap();
                assert!(reference.log_z_lies_in(wide), "{text} {strength} {wide:?}");
            }
        }
    }

    #[test]
    fn long_strips_stay_within_doubles() {
        let mut stream = Seed(6).stream("strips", 0);
        for (text, strength) in [
            ("open:3x5000", 0.5),
            ("cylinder:2000x4", 1.0),
            ("open:700x2", 9.0),
            ("torus:3000x4", 0.5),
            ("torus:400x3", 8.0),
        ] {
            let lattice: Lattice = text.parse().unwrap();
            let model = random_model(lattice, strength, &mut stream);
            let strip = Strip::of_spins(&model, lattice).unwrap();
            let double = pass::<f64>(&strip).unwrap();
            let wide = pass::<Wide>(&strip).unwrap();
            // Both are mostly the roundings that the path's error allows for.
            assert!(double.overlaps(wide), "{text} {double:?} {wide:?}");
            assert!(double.width() < 1.01 * wide.width(), "{text}");
            // What doubles would be given up for, were every row's loss to grow as much as it could.
            let rows = Rows::<f64>::new(&strip, false);
            let start = Start { state: 0, size: 1 };
            let (mut vector, mut after) = if strip.closed {
                (unit_vectors(strip.width, &[start]), Vec::new())
            } else {
                let first = rows.first();
                let after = vec![(0, first.exponent)];
                (first, after)
            };
            for r in 0..strip.rows - usize::from(!strip.closed) {
                rows.advance(&mut vector, 1, r);
                after.push(((r + 1) % strip.rows, vector.exponent));
            }
            let found = if strip.closed {
                vector.v[0]
            } else {
                tree_sum(&vector.v)
            };
            let mut z = Total::ZERO;
            z.add(found, vector.exponent);
            assert!(rows.lost(&after) - z.log2() > NEGLIGIBLE, "{text}");
        }
    }
}
