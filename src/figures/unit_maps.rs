//! Maps of hidden units on a square lattice: how local they are, and how like another map.

use super::block_levels::shuffled_labels;
use crate::random::Seed;

/// `⟨v_i h_a⟩` of all hidden units on a periodic square lattice, a row for each unit.
#[derive(Clone, Debug)]
pub(super) struct UnitMaps {
    /// Sites along a side.
    pub(super) side: usize,
    /// A map for each unit.
    pub(super) rows: Vec<Vec<f64>>,
}

impl UnitMaps {
    /// From a matrix, row after row.
    pub(super) fn new(side: usize, matrix: &[f64]) -> Self {
        Self {
            side,
            rows: matrix
                .chunks_exact(side * side)
                .map(<[f64]>::to_vec)
                .collect(),
        }
    }

    /// The same maps with site i showing what stood at `labels[i]`.
    pub(super) fn relabelled(&self, labels: &[usize]) -> Self {
        Self {
            side: self.side,
            rows: self
                .rows
                .iter()
                .map(|row| labels.iter().map(|&i| row[i]).collect())
                .collect(),
        }
    }

    /// [`locality`] of every unit.
    pub(super) fn localities(&self, window: usize) -> Vec<f64> {
        self.rows
            .iter()
            .map(|row| locality(row, self.side, window))
            .collect()
    }

    /// The permutation test of "the labels of the sites mean nothing": the p-value of the mean locality
    /// over all units among `shuffles` relabellings of the sites, and the mean of those. Its size is
    /// exact at multiples of `1/(shuffles + 1)`, whatever the maps.
    pub(super) fn permutation_test(
        &self,
        window: usize,
        shuffles: usize,
        seed: Seed,
        purpose: &str,
    ) -> (f64, f64) {
        let observed = mean(&self.localities(window));
        let (mut as_large, mut sum) = (1, 0.0);
        for k in 0..shuffles {
            let labels = shuffled_labels(self.side * self.side, seed, &format!("{purpose} {k}"));
            let here = mean(&self.relabelled(&labels).localities(window));
            sum += here;
            if here >= observed {
                as_large += 1;
            }
        }
        (
            f64::from(as_large) / (shuffles + 1) as f64,
            sum / shuffles as f64,
        )
    }

    /// The best likeness of each unit to a template; see [`likeness`].
    pub(super) fn likenesses(&self, template: &[f64]) -> Vec<f64> {
        let template = standardised(template);
        self.rows
            .iter()
            .map(|row| likeness(&standardised(row), &template, self.side))
            .collect()
    }

    /// (largest − smallest magnitude)/(largest magnitude) of each unit, its sign turned so that the
    /// largest is positive.
    pub(super) fn contrasts(&self) -> Vec<f64> {
        self.rows.iter().map(|row| contrast(row)).collect()
    }

    /// In how many cells of `cell × cell` sites some unit has its extreme.
    pub(super) fn cells_with_an_extreme(&self, cell: usize) -> usize {
        let mut cells: Vec<usize> = self
            .rows
            .iter()
            .map(|row| {
                let middle = mean(row);
                let at = (0..row.len()).fold(0, |best, i| {
                    if (row[i] - middle).abs() > (row[best] - middle).abs() {
                        i
                    } else {
                        best
                    }
                });
                at / self.side / cell * self.side + at % self.side / cell
            })
            .collect();
        cells.sort_unstable();
        cells.dedup();
        cells.len()
    }
}

/// As [`UnitMaps::contrasts`], of one map.
pub(super) fn contrast(row: &[f64]) -> f64 {
    let largest = row
        .iter()
        .fold(0.0_f64, |m, &x| if x.abs() > m.abs() { x } else { m });
    let lowest = row
        .iter()
        .map(|x| x * largest.signum())
        .fold(f64::INFINITY, f64::min);
    (largest.abs() - lowest) / largest.abs().max(f64::MIN_POSITIVE)
}

/// The mean of numbers.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The middle of numbers.
pub(super) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len();
    f64::midpoint(sorted[(n - 1) / 2], sorted[n / 2])
}

/// The share of Σ (x − x̄)² that lies in the best square of `window × window` sites, round the edges.
pub(super) fn locality(row: &[f64], side: usize, window: usize) -> f64 {
    let middle = mean(row);
    let squares: Vec<f64> = row.iter().map(|x| (x - middle).powi(2)).collect();
    let total: f64 = squares.iter().sum();
    if total <= 0.0 {
        return (window * window) as f64 / (side * side) as f64;
    }
    // Sums along rows, then of these along columns, each by moving the window on.
    let along = |values: &[f64], at: &dyn Fn(usize, usize) -> usize| -> Vec<f64> {
        let mut sums = vec![0.0; side * side];
        for line in 0..side {
            let mut sum: f64 = (0..window).map(|k| values[at(line, k)]).sum();
            for k in 0..side {
                sums[at(line, k)] = sum;
                sum += values[at(line, (k + window) % side)] - values[at(line, k)];
            }
        }
        sums
    };
    let rows = along(&squares, &|line, k| line * side + k);
    let both = along(&rows, &|line, k| k * side + line);
    both.into_iter().fold(0.0, f64::max) / total
}

/// Mean zero, sum of squares one; all zeros stay.
fn standardised(row: &[f64]) -> Vec<f64> {
    let middle = mean(row);
    let norm = row.iter().map(|x| (x - middle).powi(2)).sum::<f64>().sqrt();
    let scale = if norm > 0.0 { norm.recip() } else { 0.0 };
    row.iter().map(|x| (x - middle) * scale).collect()
}

/// The largest correlation coefficient, in magnitude, of a map with a template moved to any place of the
/// periodic lattice; both standardised.
fn likeness(row: &[f64], template: &[f64], side: usize) -> f64 {
    let mut best = 0.0_f64;
    for top in 0..side {
        for left in 0..side {
            let mut sum = 0.0;
            for r in 0..side {
                let line = &row[(r + top) % side * side..][..side];
                let model = &template[r * side..][..side];
                let (before, after) = line.split_at(left);
                let (first, second) = model.split_at(side - left);
                sum += after.iter().zip(first).map(|(a, b)| a * b).sum::<f64>();
                sum += before.iter().zip(second).map(|(a, b)| a * b).sum::<f64>();
            }
            best = best.max(sum.abs());
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(side: usize, top: usize, left: usize) -> Vec<f64> {
        (0..side * side)
            .map(|k| {
                let away = |x: usize, c: usize| {
                    let d = (x + side - c) % side;
                    d.min(side - d)
                };
                let d2 = away(k / side, top).pow(2) + away(k % side, left).pow(2);
                0.3 + (-(d2 as f64) / 2.0).exp()
            })
            .collect()
    }

    #[test]
    fn locality_is_found_by_trying_all_squares() {
        let row = spot(8, 7, 1);
        let middle = mean(&row);
        let total: f64 = row.iter().map(|x| (x - middle).powi(2)).sum();
        let mut best = 0.0_f64;
        for top in 0..8 {
            for left in 0..8 {
                let sum: f64 = (0..9)
                    .map(|k| {
                        let i = (top + k / 3) % 8 * 8 + (left + k % 3) % 8;
                        (row[i] - middle).powi(2)
                    })
                    .sum();
                best = best.max(sum / total);
            }
        }
        assert!((locality(&row, 8, 3) - best).abs() < 1e-12);
        assert!(best > 0.8);
    }

    #[test]
    fn a_moved_and_turned_spot_is_recognised_and_a_shuffled_one_is_not() {
        let template = spot(8, 0, 0);
        let turned: Vec<f64> = spot(8, 5, 6).iter().map(|x| -x).collect();
        let maps = UnitMaps::new(8, &turned);
        assert!((maps.likenesses(&template)[0] - 1.0).abs() < 1e-12);
        assert_eq!(maps.cells_with_an_extreme(4), 1);
        let labels = shuffled_labels(64, Seed(1), "test");
        assert!(maps.relabelled(&labels).likenesses(&template)[0] < 0.7);
        let (p, null) = maps.permutation_test(3, 99, Seed(2), "test");
        assert!((p - 0.01).abs() < 1e-12 && null < 0.8);
        let other = maps
            .relabelled(&labels)
            .permutation_test(3, 99, Seed(2), "test");
        assert!(other.0 > 0.01);
    }

    #[test]
    fn contrast_does_not_depend_on_the_sign() {
        assert!((contrast(&[0.2, 0.8]) - 0.75).abs() < 1e-12);
        assert!((contrast(&[-0.2, -0.8]) - 0.75).abs() < 1e-12);
    }
}
