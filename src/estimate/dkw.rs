//! Kolmogorov distances and the Dvoretzky–Kiefer–Wolfowitz bound; exact for two samples.

use super::design::{TestError, within};

/// Steps of the exact recursion for samples of unequal size that are still worth their time.
const LARGEST_LATTICE: usize = 10_000_000;

/// `sup_x |F_n(x) − F(x)|` for a continuous distribution function.
///
/// # Errors
/// [`TestError`] without values, or if a value is not finite or F is outside `[0, 1]` there.
///
/// # Complexity
/// O(n log n).
pub fn kolmogorov_distance(values: &[f64], cdf: impl Fn(f64) -> f64) -> Result<f64, TestError> {
    let sorted = sorted(values)?;
    let n = sorted.len() as f64;
    let mut distance = 0.0_f64;
    for (i, &x) in sorted.iter().enumerate() {
        let f = cdf(x);
        within(&[f], 0.0, 1.0)?;
        distance = distance.max((i + 1) as f64 / n - f).max(f - i as f64 / n);
    }
    Ok(distance)
}

/// `max_k |Σ_{j≤k} (counts_j/n − p_j)|` for counts of ordered outcomes, such as energy levels.
///
/// # Errors
/// [`TestError::Law`] unless there is one probability for each count and they add up to one within
/// 1e-9; [`TestError::TooFew`] if all counts are zero.
pub fn discrete_distance(counts: &[u64], probabilities: &[f64]) -> Result<f64, TestError> {
    let sum: f64 = probabilities.iter().sum();
    if counts.len() != probabilities.len() || sum.is_nan() || (sum - 1.0).abs() > 1e-9 {
        return Err(TestError::Law {
            counts: counts.len(),
            probabilities: probabilities.len(),
            sum,
        });
    }
    within(probabilities, 0.0, 1.0)?;
    let n = counts.iter().sum::<u64>();
    if n == 0 {
        return Err(TestError::TooFew { got: 0, needed: 1 });
    }
    let (mut seen, mut law, mut distance) = (0, 0.0, 0.0_f64);
    for (&count, &p) in counts.iter().zip(probabilities) {
        seen += count;
        law += p;
        distance = distance.max((seen as f64 / n as f64 - law).abs());
    }
    Ok(distance)
}

/// P-value of a Kolmogorov distance of `n` independent draws, `min(1, 2 e^{−2nD²})`.
///
/// Valid at every n and for every law, continuous or not. [`Design::detectable_deviation`] plans it:
/// at the place of the largest difference the sample frequency is a mean of bounded draws.
///
/// # Accuracy
/// Tests `sizes_are_valid_by_enumeration`, `planned_power_is_reached`.
///
/// # References
/// P. Massart, Ann. Probab. 18 (1990) 1269, for the constant 2.
///
/// [`Design::detectable_deviation`]: super::Design::detectable_deviation
pub fn dkw_p_value(distance: f64, n: u64) -> f64 {
    (2.0 * (-2.0 * n as f64 * distance * distance).exp()).min(1.0)
}

/// Half-width of the band around `F_n` that holds F everywhere with probability at least 1 − α.
pub fn dkw_band(n: u64, alpha: f64) -> f64 {
    ((2.0 / alpha).ln() / (2.0 * n as f64)).sqrt()
}

/// Largest difference of two empirical distribution functions, and its p-value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TwoSample {
    /// `sup_x |F_n(x) − G_m(x)|`.
    pub distance: f64,
    /// `P(D ≥ distance)` if both samples are independent draws of one law, or a bound above it.
    pub p_value: f64,
}

/// Compares two samples of independent draws.
///
/// Samples of equal size have the closed form of Gnedenko and Korolyuk; unequal ones are walked on
/// the lattice if `n m ≤ 10⁷`, and beyond that bounded by
/// `4 exp(−2nmD²/(√n + √m)²)` from two one-sample bounds, which costs up to √2 in the distance:
/// prefer equal sizes. Ties make the test conservative, since breaking them at random could only
/// enlarge the distance.
///
/// # Errors
/// [`TestError`] if a sample is empty or a value is not finite.
///
/// # Accuracy
/// Tests `reference_values_are_met`, `two_sample_sizes_are_valid_by_enumeration`.
///
/// # Complexity
/// O(n log n), plus O(nm) at most 10⁷ for unequal sizes.
pub fn two_sample_kolmogorov(first: &[f64], second: &[f64]) -> Result<TwoSample, TestError> {
    let (x, y) = (sorted(first)?, sorted(second)?);
    let (n, m) = (x.len() as i128, y.len() as i128);
    let (mut i, mut j, mut steps) = (0, 0, 0_i128);
    while i < x.len() && j < y.len() {
        let here = x[i].min(y[j]);
        while i < x.len() && x[i] <= here {
            i += 1;
        }
        while j < y.len() && y[j] <= here {
            j += 1;
        }
        steps = steps.max((i as i128 * m - j as i128 * n).abs());
    }
    let distance = steps as f64 / (n as f64 * m as f64);
    let p = if n == m {
        equal_sizes(x.len(), (steps / n) as usize)
    } else if x.len().saturating_mul(y.len()) <= LARGEST_LATTICE {
        lattice(x.len(), y.len(), steps)
    } else {
        let (a, b) = ((n as f64).sqrt(), (m as f64).sqrt());
        4.0 * (-2.0 * (a * b * distance / (a + b)).powi(2)).exp()
    };
    Ok(TwoSample {
        distance,
        // The recursions multiply up to n + m rounded factors: far below 1e-9 for 10⁶ draws.
        p_value: (p * (1.0 + 1e-9)).min(1.0),
    })
}

fn sorted(values: &[f64]) -> Result<Vec<f64>, TestError> {
    if values.is_empty() {
        return Err(TestError::TooFew { got: 0, needed: 1 });
    }
    within(values, f64::MIN, f64::MAX)?;
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    Ok(sorted)
}

/// `P(D ≥ k/n) = 2 Σ_{j≥1} (−1)^{j−1} C(2n, n−jk)/C(2n, n)` for two samples of n.
fn equal_sizes(n: usize, k: usize) -> f64 {
    if k == 0 {
        return 1.0;
    }
    let (mut ratio, mut sum, mut sign) = (1.0, 0.0, 2.0);
    for a in 0..n {
        ratio *= (n - a) as f64 / (n + a + 1) as f64;
        if (a + 1) % k == 0 {
            sum += sign * ratio;
            sign = -sign;
            if ratio < 1e-20 * sum {
                break;
            }
        }
    }
    sum
}

/// Probability that a random path from (0,0) to (n,m) meets `|i m − j n| ≥ steps`, backwards: a sum
/// of positive terms, so that small values keep their digits.
fn lattice(n: usize, m: usize, steps: i128) -> f64 {
    let outside =
        |i: usize, j: usize| (i as i128 * m as i128 - j as i128 * n as i128).abs() >= steps;
    let mut row = vec![0.0; m + 1];
    for i in (0..=n).rev() {
        for j in (0..=m).rev() {
            row[j] = if outside(i, j) {
                1.0
            } else {
                let left = (n - i + m - j).max(1) as f64;
                let right = if j < m { row[j + 1] } else { 0.0 };
                // row[j] still holds the value at (i + 1, j).
                ((n - i) as f64 * row[j] + (m - j) as f64 * right) / left
            };
        }
    }
    row[0]
}

#[cfg(test)]
mod tests {
    use super::super::synthetic::{binomial_point, uniforms};
    use super::super::{Design, reference::TWO_SAMPLE_KS};
    use super::*;

    #[test]
    fn reference_values_are_met() {
        for (n, m, shift, want) in TWO_SAMPLE_KS {
            let x: Vec<f64> = uniforms(n, 777).iter().map(|u| u + shift).collect();
            let got = two_sample_kolmogorov(&x, &uniforms(m, 4242)).unwrap();
            assert!(
                (got.p_value / want - 1.0).abs() < 1e-8,
                "{got:?} not {want}"
            );
        }
    }

    #[test]
    fn two_sample_sizes_are_valid_by_enumeration() {
        // All arrangements of n and m values are equally likely; without ties the test is exact.
        for (n, m) in [(5, 5), (4, 7)] {
            let total = n + m;
            let p: Vec<f64> = (0_u32..1 << total)
                .filter(|mask| mask.count_ones() == n)
                .map(|mask| {
                    let pick = |bit: u32| -> Vec<f64> {
                        (0..total)
                            .filter(|i| mask >> i & 1 == bit)
                            .map(f64::from)
                            .collect()
                    };
                    two_sample_kolmogorov(&pick(1), &pick(0)).unwrap().p_value
                })
                .collect();
            for &alpha in &p {
                let size = p.iter().filter(|&&q| q <= alpha).count() as f64 / p.len() as f64;
                assert!(
                    size <= alpha && size > alpha * (1.0 - 1e-8),
                    "{size} {alpha}"
                );
            }
        }
        // The bound for large unequal samples lies above the exact value.
        let (n, m) = (300_usize, 500_usize);
        for steps in [20_000, 30_000] {
            let d = f64::from(steps) / (n * m) as f64;
            let (a, b) = ((n as f64).sqrt(), (m as f64).sqrt());
            let bound = 4.0 * (-2.0 * (a * b * d / (a + b)).powi(2)).exp();
            assert!(lattice(n, m, i128::from(steps)) < bound);
        }
        assert!((lattice(40, 40, 400) - equal_sizes(40, 10)).abs() < 1e-13);
    }

    #[test]
    fn sizes_are_valid_by_enumeration() {
        // Three ordered outcomes: every pair of counts.
        for (n, law) in [(6_u64, [0.2, 0.5, 0.3]), (40, [0.5, 0.1, 0.4])] {
            let mut outcomes = Vec::new();
            for a in 0..=n {
                for b in 0..=n - a {
                    let d = discrete_distance(&[a, b, n - a - b], &law).unwrap();
                    let chance = binomial_point(n, law[0], a)
                        * binomial_point(n - a, law[1] / (1.0 - law[0]), b);
                    outcomes.push((dkw_p_value(d, n), chance));
                }
            }
            for &(alpha, _) in &outcomes {
                let size: f64 = outcomes.iter().filter(|o| o.0 <= alpha).map(|o| o.1).sum();
                assert!(size <= alpha * (1.0 + 1e-9), "{size} > {alpha}");
            }
        }
    }

    #[test]
    fn planned_power_is_reached() {
        let design = Design::new(1e-3, 0.99).unwrap();
        let n = design.draws_for_deviation(0.2).unwrap();
        let power = |truth: f64| -> f64 {
            (0..=n)
                .filter(|&k| {
                    let d = discrete_distance(&[k, n - k], &[0.4, 0.6]).unwrap();
                    dkw_p_value(d, n) <= 1e-3
                })
                .map(|k| binomial_point(n, truth, k))
                .sum()
        };
        assert!(power(0.6) >= 0.99 && power(0.2) >= 0.99 && power(0.46) < 0.5);
        assert!((dkw_p_value(dkw_band(n, 1e-3), n) / 1e-3 - 1.0).abs() < 1e-9);
    }

    #[test]
    fn one_sample_distance_looks_at_both_sides_of_a_step() {
        let d = kolmogorov_distance(&[0.5, 0.5], |x| x).unwrap();
        assert!((d - 0.5).abs() < 1e-15);
        let d = kolmogorov_distance(&[0.9, 0.1], |x| x).unwrap();
        assert!((d - 0.4).abs() < 1e-15);
        assert!(kolmogorov_distance(&[], |x| x).is_err());
        assert!(kolmogorov_distance(&[f64::NAN], |x| x).is_err());
        assert!(discrete_distance(&[1, 2], &[0.5, 0.6]).is_err());
        assert!(discrete_distance(&[0, 0], &[0.5, 0.5]).is_err());
        assert!(discrete_distance(&[1], &[0.5, 0.5]).is_err());
    }
}
