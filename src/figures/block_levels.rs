//! Blocking of sampled configurations, and correlations between two levels.

use crate::numeric::matrix_product::{Matrix, product};
use crate::random::{Chooser, Seed};
use crate::rg::Tie;
use crate::rg::square_blocks::blocks;

/// Configurations that share a stream.
const BATCH: usize = 64;

/// Configurations of a square lattice, bytes 0 or 1, row after row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Level {
    /// Sites along a side.
    pub(super) side: usize,
    /// One configuration after the other.
    pub(super) bits: Vec<u8>,
}

impl Level {
    /// A level from its bytes.
    ///
    /// # Panics
    /// If the bytes are not whole configurations.
    pub(super) fn new(side: usize, bits: Vec<u8>) -> Self {
        assert!(bits.len().is_multiple_of(side * side), "configurations");
        Self { side, bits }
    }

    /// Sites of a configuration.
    pub(super) fn sites(&self) -> usize {
        self.side * self.side
    }

    /// Number of configurations.
    pub(super) fn count(&self) -> usize {
        self.bits.len() / self.sites()
    }

    /// Configurations `from..from + count`.
    pub(super) fn part(&self, from: usize, count: usize) -> Self {
        let n = self.sites();
        Self::new(self.side, self.bits[from * n..(from + count) * n].to_vec())
    }

    /// The same numbers on other sites: site i shows what stood at `labels[i]`.
    pub(super) fn relabelled(&self, labels: &[usize]) -> Self {
        let n = self.sites();
        let rows = self.bits.chunks_exact(n);
        let bits = rows.flat_map(|row| labels.iter().map(|&i| row[i]));
        Self::new(self.side, bits.collect())
    }

    /// One step of blocking: each 2 × 2 block gives the sign of its sum, a block whose sum is zero what
    /// the tie rule says. The bytes do not depend on the number of threads.
    pub(super) fn blocked(&self, tie: Tie, seed: Seed, purpose: &str) -> Self {
        let corners = blocks(self.side);
        let mut bits = Vec::with_capacity(self.count() * corners.len());
        for (batch, rows) in self.bits.chunks(BATCH * self.sites()).enumerate() {
            let mut stream = seed.stream(purpose, batch as u64);
            for row in rows.chunks_exact(self.sites()) {
                for block in &corners {
                    let up: u8 = block.iter().map(|&i| row[i]).sum();
                    bits.push(match (up, tie) {
                        (0 | 1, _) => 0,
                        (3 | 4, _) | (_, Tie::Up) => 1,
                        (_, Tie::First) => row[block[0]],
                        (_, Tie::Fair) => (stream.next_u64() >> 63) as u8,
                    });
                }
            }
        }
        Self::new(self.side / 2, bits)
    }

    /// The averages of the 2 × 2 blocks, not normalised.
    pub(super) fn block_averages(&self) -> Vec<f32> {
        let corners = blocks(self.side);
        let rows = self.bits.chunks_exact(self.sites());
        rows.flat_map(|row| {
            corners.iter().map(|block| {
                let up: u8 = block.iter().map(|&i| row[i]).sum();
                f32::from(up) * 0.5 - 1.0
            })
        })
        .collect()
    }
}

/// A permutation of 0..n.
pub(super) fn shuffled_labels(n: usize, seed: Seed, purpose: &str) -> Vec<usize> {
    let mut labels: Vec<usize> = (0..n).collect();
    seed.stream(purpose, 0).shuffle(&mut labels);
    labels
}

/// `⟨v_i h_a⟩` over the configurations: `units × n`, a row for each hidden unit.
///
/// # Panics
/// If there are not as many hidden as visible configurations.
/// # Accuracy
/// Products of a thousand configurations are summed in single precision, exactly where the hidden values are
/// ±1, and these sums in double precision.
pub(super) fn correlations(visible: &[f32], n: usize, hidden: &[f32], units: usize) -> Vec<f64> {
    const PART: usize = 1000;
    let count = visible.len() / n;
    assert_eq!(count * units, hidden.len(), "one hidden for each visible");
    let mut sum = vec![0.0_f64; units * n];
    let mut part = vec![0.0_f32; units * n];
    for (v, h) in visible.chunks(PART * n).zip(hidden.chunks(PART * units)) {
        let rows = v.len() / n;
        let h = Matrix::by_rows(h, rows, units).transposed();
        product(&mut part, false, 1.0, h, Matrix::by_rows(v, rows, n));
        for (s, &x) in sum.iter_mut().zip(&part) {
            *s += f64::from(x);
        }
    }
    for s in &mut sum {
        *s /= count as f64;
    }
    sum
}

/// The mean over all hidden units of maps moved so that the unit's own block begins at site 0: entry
/// `r·side + c` belongs to the displacement (r, c). `map` as [`correlations`] for a coarse lattice of
/// `coarse × coarse` units.
pub(super) fn centred_map(map: &[f64], side: usize, coarse: usize) -> Vec<f64> {
    let ratio = side / coarse;
    let mut mean = vec![0.0; side * side];
    for (a, row) in map.chunks_exact(side * side).enumerate() {
        let (top, left) = (a / coarse * ratio, a % coarse * ratio);
        for r in 0..side {
            for c in 0..side {
                mean[r * side + c] += row[(r + top) % side * side + (c + left) % side];
            }
        }
    }
    for x in &mut mean {
        *x /= (coarse * coarse) as f64;
    }
    mean
}

/// A centred map against the distance from the middle of the block: (distance in sites, mean).
pub(super) fn radial_profile(map: &[f64], side: usize, ratio: usize) -> Vec<(f64, f64)> {
    let mut bins = std::collections::BTreeMap::<usize, (f64, usize)>::new();
    // Twice the displacement from the middle of the block, the shorter way round.
    let twice = |x: usize| {
        let d = (2 * x + 2 * side + 1 - ratio) % (2 * side);
        d.min(2 * side - d)
    };
    for r in 0..side {
        for c in 0..side {
            let bin = bins.entry(twice(r).pow(2) + twice(c).pow(2)).or_default();
            bin.0 += map[r * side + c];
            bin.1 += 1;
        }
    }
    bins.into_iter()
        .map(|(d, (sum, n))| ((d as f64).sqrt() / 2.0, sum / n as f64))
        .collect()
}

/// Mean of a centred map over the sites of the block.
pub(super) fn peak(map: &[f64], side: usize, ratio: usize) -> f64 {
    let own = (0..ratio * ratio).map(|k| map[k / ratio * side + k % ratio]);
    own.sum::<f64>() / (ratio * ratio) as f64
}

/// The distance at which a profile first falls below `level`, between two points on the straight line
/// through them; the largest distance if it never does.
pub(super) fn radius_at(profile: &[(f64, f64)], level: f64) -> f64 {
    let mut before: Option<(f64, f64)> = None;
    for &(r, x) in profile {
        if x < level {
            return before.map_or(r, |(r0, x0)| r0 + (r - r0) * (x0 - level) / (x0 - x));
        }
        before = Some((r, x));
    }
    before.map_or(0.0, |(r, _)| r)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::ising_data::spin_values;
    use crate::random::Seed;
    use crate::rg::{BlockRule, Blocking, LevelCorrelators};

    #[test]
    fn blocks_follow_their_rule() {
        let all: Vec<u8> = (0..16_u8)
            .flat_map(|s| [s & 1, s >> 1 & 1, s >> 2 & 1, s >> 3])
            .collect();
        let level = Level::new(2, all);
        let rule = |tie| level.blocked(tie, Seed(1), "test").bits;
        for (s, ((&up, &first), &fair)) in rule(Tie::Up)
            .iter()
            .zip(&rule(Tie::First))
            .zip(&rule(Tie::Fair))
            .enumerate()
        {
            match s.count_ones() {
                0 | 1 => assert_eq!([up, first, fair], [0; 3]),
                2 => assert_eq!((up, first), (1, (s & 1) as u8)),
                _ => assert_eq!([up, first, fair], [1; 3]),
            }
        }
        assert!((level.block_averages()[7] - 0.5).abs() < f32::EPSILON);
    }

    #[test]
    fn correlations_and_maps_are_what_they_say() {
        let bits: Vec<u8> = (0..5 * 16_u32)
            .map(|k| (k.wrapping_mul(2_654_435_761) >> 31) as u8)
            .collect();
        let fine = Level::new(4, bits);
        let coarse = fine.blocked(Tie::First, Seed(2), "test");
        let (v, h) = (spin_values(&fine.bits), spin_values(&coarse.bits));
        let map = correlations(&v, 16, &h, 4);
        let at = |a: usize, i: usize| {
            (0..5)
                .map(|s| f64::from(v[s * 16 + i] * h[s * 4 + a]))
                .sum::<f64>()
                / 5.0
        };
        for a in 0..4 {
            for i in 0..16 {
                assert!((map[a * 16 + i] - at(a, i)).abs() < 1e-12);
            }
        }
        // Displacement (1, 3) from the corners of the four blocks.
        let want = [(0, 7), (1, 5), (2, 15), (3, 13)].map(|(a, i)| at(a, i));
        let centred = centred_map(&map, 4, 2);
        assert!((centred[7] - want.iter().sum::<f64>() / 4.0).abs() < 1e-12);
        let profile = radial_profile(&centred, 4, 2);
        assert!((profile[0].0 - 0.5_f64.sqrt()).abs() < 1e-12);
        assert!((profile[0].1 - peak(&centred, 4, 2)).abs() < 1e-12);
    }

    #[test]
    fn blocks_and_maps_agree_with_those_of_single_configurations() {
        let bits: Vec<u8> = (0..6 * 64_u32)
            .map(|k| (k.wrapping_mul(2_246_822_519) >> 31) as u8)
            .collect();
        let fine = Level::new(8, bits);
        for tie in [Tie::Up, Tie::First] {
            let coarse = fine.blocked(tie, Seed(2), "test");
            let blocking = Blocking::new((8, 8), 2, &BlockRule::Majority(tie)).unwrap();
            let mut correlators = LevelCorrelators::new((8, 8), (4, 4)).unwrap();
            let signs =
                |bits: &[u8]| -> Vec<i8> { bits.iter().map(|&b| 2 * b as i8 - 1).collect() };
            let mut stream = Seed(1).stream("never used", 0);
            for (v, h) in fine.bits.chunks(64).zip(coarse.bits.chunks(16)) {
                assert_eq!(blocking.draw(&signs(v), &mut stream), signs(h));
                correlators.add(&signs(v), &signs(h));
            }
            let matrix = correlations(&spin_values(&fine.bits), 64, &spin_values(&coarse.bits), 16);
            for (x, want) in centred_map(&matrix, 8, 4).iter().zip(correlators.map()) {
                assert!((x - want.mean).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn a_radius_lies_between_the_points() {
        let profile = [(0.5, 1.0), (1.5, 0.6), (2.5, 0.2)];
        assert!((radius_at(&profile, 0.4) - 2.0).abs() < 1e-12);
        assert!((radius_at(&profile, 0.1) - 2.5).abs() < 1e-12);
        assert!((radius_at(&profile, 2.0) - 0.5).abs() < 1e-12);
    }
}
