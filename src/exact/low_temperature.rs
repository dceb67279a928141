//! Low-temperature series of the square-lattice Ising model, by enumeration of boxes inside an
//! aligned environment.

use crate::symbolic::PowerSeries;
use num_bigint::BigInt;
use num_rational::BigRational;

/// Product of spins averaged in a box whose surroundings are all +1, as a series in `u = e^{−4K}`.
///
/// The box has `2 half_width + 1` rows and columns, places are counted from its centre. Every
/// unsatisfied bond weighs `e^{−2K} = √u`, and closed contours have even length, so only whole powers
/// of u occur.
///
/// # Accuracy
/// Up to the order returned, `half_width − reach + 2` with `reach` the largest coordinate of a place,
/// the series is that of the infinite lattice: a contour (or a chain of touching contours) that
/// encloses a place and leaves the box has at least `2 (half_width − reach + 2) + 2` bonds. Test
/// `larger_boxes_change_no_known_coefficient`.
/// # Panics
/// If a place lies outside the box or the box is wider than 11.
/// # Complexity
/// O(2^w w² n) for width w and n coefficients: the box is built site by site.
pub fn aligned_box_series(half_width: usize, places: &[(i64, i64)]) -> PowerSeries<BigRational> {
    let half = half_width as i64;
    let width = 2 * half_width + 1;
    assert!(width <= 11, "2^{width} states");
    let reach = places.iter().map(|p| p.0.abs().max(p.1.abs())).max();
    let reach = reach.unwrap_or(0);
    assert!(reach <= half, "a place lies outside the box");
    let order = (half - reach + 2) as usize;
    let inserted: Vec<usize> = places
        .iter()
        .map(|&(r, c)| ((r + half) * (2 * half + 1) + c + half) as usize)
        .collect();
    let series = |insert: &[usize]| {
        let counts = contour_counts(width, 2 * order, insert);
        PowerSeries::new(
            counts
                .iter()
                .step_by(2)
                .map(|&n| BigRational::from_integer(BigInt::from(n)))
                .collect(),
            order,
        )
    };
    &series(&inserted) * &series(&[]).recip().expect("the aligned state counts one")
}

/// Σ over states of the product of the inserted spins, by the number of unsatisfied bonds up to `most`.
fn contour_counts(width: usize, most: usize, inserted: &[usize]) -> Vec<i64> {
    let n = most + 1;
    // Bit c of a state is set where the lowest spin placed so far in column c points down.
    let states = 1_usize << width;
    let mut counts = vec![0_i64; states * n];
    counts[0] = 1;
    for site in 0..width * width {
        let (row, column) = (site / width, site % width);
        let bit = 1 << column;
        let sign = if inserted.iter().filter(|&&i| i == site).count() % 2 == 1 {
            -1
        } else {
            1
        };
        let mut next = vec![0_i64; states * n];
        for old in 0..states {
            for down in [false, true] {
                let new = if down { old | bit } else { old & !bit };
                let above = old & bit != 0;
                let left = column > 0 && old & (bit >> 1) != 0;
                let mut cost = usize::from(above != down) + usize::from(left != down);
                // The surroundings on the right and below; those above and on the left are the
                // initial state and the default of `left`.
                cost += usize::from(down && column + 1 == width);
                cost += usize::from(down && row + 1 == width);
                let factor = if down { sign } else { 1 };
                for k in cost..n {
                    next[new * n + k] += factor * counts[old * n + k - cost];
                }
            }
        }
        counts = next;
    }
    let mut total = vec![0_i64; n];
    for (k, count) in counts.into_iter().enumerate() {
        total[k % n] += count;
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integers(series: &PowerSeries<BigRational>) -> Vec<i64> {
        series
            .coefficients()
            .iter()
            .map(|c| i64::try_from(c.to_integer()).unwrap())
            .collect()
    }

    #[test]
    fn magnetisation_series() {
        // Published: 1 − 2u² − 8u³ − 34u⁴ − 152u⁵ − 714u⁶ − …
        let m = aligned_box_series(3, &[(0, 0)]);
        assert_eq!(integers(&m), [1, 0, -2, -8, -34, -152]);
    }

    #[test]
    fn larger_boxes_change_no_known_coefficient() {
        for places in [vec![(0, 0)], vec![(0, 0), (1, 1)], vec![(0, 0), (0, 1)]] {
            let small = aligned_box_series(2, &places);
            let large = aligned_box_series(3, &places);
            let n = small.order() + 1;
            assert_eq!(small.coefficients(), &large.coefficients()[..n]);
        }
    }
}
