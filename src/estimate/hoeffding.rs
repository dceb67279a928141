//! Tests of the mean of bounded independent draws: Hoeffding and empirical Bernstein.

use super::design::{Design, TestError, probability, smallest, within};

fn bounded_mean(values: &[f64], low: f64, high: f64) -> Result<f64, TestError> {
    if values.is_empty() {
        return Err(TestError::TooFew { got: 0, needed: 1 });
    }
    within(&[low, high], f64::MIN, f64::MAX)?;
    if low >= high {
        return Err(TestError::OutOfBounds {
            index: 0,
            value: high,
            low,
            high: f64::MAX,
        });
    }
    within(values, low, high)?;
    let width = high - low;
    Ok(values.iter().map(|x| (x - low) / width).sum::<f64>() / values.len() as f64)
}

/// `x ln(x/m) + (1−x) ln((1−x)/(1−m))`, the divergence of two coins.
fn coin_divergence(x: f64, m: f64) -> f64 {
    let part = |a: f64, b: f64| if a > 0.0 { a * (a / b).ln() } else { 0.0 };
    (part(x, m) + part(1.0 - x, 1.0 - m)).max(0.0)
}

/// Two-sided p-value of `E x = mean` for independent draws in `[low, high]`.
///
/// ```text
/// P(x̄ ≥ x) ≤ e^{−n kl(x, μ)} for x > μ in units of the range;  p = min(1, 2 e^{−n kl(x̄, μ)})
/// ```
/// Valid at every n and for every law in the bounds; at least as sharp as `2 e^{−2nδ²}`, so
/// [`Design::detectable_deviation`] plans it, with effects in units of the range.
///
/// # Errors
/// [`TestError`] without values, with a value or `mean` outside the bounds, or empty bounds.
///
/// # Accuracy
/// Size and power by enumeration: tests `sizes_are_valid_for_every_coin`, `planned_power_is_reached`.
///
/// # References
/// W. Hoeffding, J. Amer. Statist. Assoc. 58 (1963) 13, theorem 1 (equation 2.1).
pub fn hoeffding_p_value(values: &[f64], low: f64, high: f64, mean: f64) -> Result<f64, TestError> {
    let x = bounded_mean(values, low, high)?;
    within(&[mean], low, high)?;
    let m = (mean - low) / (high - low);
    let divergence = coin_divergence(x, m);
    if divergence.is_nan() {
        return Ok(1.0);
    }
    Ok((2.0 * (-(values.len() as f64) * divergence).exp()).min(1.0))
}

/// The means that [`hoeffding_p_value`] does not reject at α: they cover with probability ≥ 1 − α.
///
/// # Errors
/// As [`hoeffding_p_value`], or α not strictly between 0 and 1.
pub fn hoeffding_interval(
    values: &[f64],
    low: f64,
    high: f64,
    alpha: f64,
) -> Result<(f64, f64), TestError> {
    let x = bounded_mean(values, low, high)?;
    let level = (2.0 / probability("α", alpha)?).ln() / values.len() as f64;
    let edge = |end: f64| {
        let (mut inside, mut outside) = (x, end);
        for _ in 0..100 {
            let middle = 0.5 * (inside + outside);
            if coin_divergence(x, middle) < level {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        low + (high - low) * outside
    };
    Ok((edge(0.0), edge(1.0)))
}

/// Half-width of the empirical Bernstein interval of exponent L for variance v, in units of the range.
fn bernstein_width(n: f64, variance: f64, exponent: f64) -> f64 {
    (2.0 * variance * exponent / n).sqrt() + 7.0 * exponent / (3.0 * (n - 1.0))
}

/// Two-sided p-value of `E x = mean` that uses the observed variance; sharper than
/// [`hoeffding_p_value`] where the variance is small against the squared range.
///
/// ```text
/// p = min(1, 4 e^{−L}),   |x̄ − μ| = √(2 V L/n) + 7L/(3(n−1)),   V with divisor n − 1, range 1
/// ```
/// # Errors
/// As [`hoeffding_p_value`]; at least two values.
///
/// # References
/// A. Maurer, M. Pontil, COLT 2009, arXiv:0907.3740, theorem 4, once for each side.
pub fn empirical_bernstein_p_value(
    values: &[f64],
    low: f64,
    high: f64,
    mean: f64,
) -> Result<f64, TestError> {
    if values.len() < 2 {
        return Err(TestError::TooFew {
            got: values.len(),
            needed: 2,
        });
    }
    let x = bounded_mean(values, low, high)?;
    within(&[mean], low, high)?;
    let (n, range) = (values.len() as f64, high - low);
    let variance = values
        .iter()
        .map(|v| ((v - low) / range - x).powi(2))
        .sum::<f64>()
        / (n - 1.0);
    let deviation = (x - (mean - low) / range).abs();
    // a L + b √L = deviation for √L ≥ 0, in the form without cancellation.
    let (a, b) = (7.0 / (3.0 * (n - 1.0)), (2.0 * variance / n).sqrt());
    let root = 2.0 * deviation / (b + (b * b + 4.0 * a * deviation).sqrt());
    Ok(if deviation > 0.0 {
        (4.0 * (-root * root).exp()).min(1.0)
    } else {
        1.0
    })
}

/// The smallest deviation of the mean, in units of the range, that [`empirical_bernstein_p_value`]
/// finds among `n` draws with at least the planned power, if the standard deviation is at most `sd`.
///
/// The miss probability is shared equally by two events: a sample deviation above
/// `sd + √(2L/(n−1))`, and a mean that falls short by Bennett's `sd√(2L/n) + L/(3n)`.
///
/// # Errors
/// [`TestError`] unless `n ≥ 2` and `0 < sd < 1`.
///
/// # References
/// Maurer and Pontil 2009, theorem 10, for the sample deviation.
pub fn empirical_bernstein_detectable(design: &Design, n: u64, sd: f64) -> Result<f64, TestError> {
    if n < 2 {
        return Err(TestError::TooFew {
            got: n as usize,
            needed: 2,
        });
    }
    let sd = probability("the standard deviation in units of the range", sd)?;
    let n = n as f64;
    let miss = design.miss_exponent() + 2.0_f64.ln();
    let largest_sd = sd + (2.0 * miss / (n - 1.0)).sqrt();
    let size = design.size_exponent() + 2.0_f64.ln();
    let shortfall = sd * (2.0 * miss / n).sqrt() + miss / (3.0 * n);
    Ok(bernstein_width(n, largest_sd * largest_sd, size) + shortfall)
}

/// The smallest number of draws for which [`empirical_bernstein_detectable`] is at most `effect`.
///
/// # Errors
/// [`TestError::NotAProbability`] unless `effect` and `sd` lie strictly between 0 and 1, or if 2⁵²
/// draws are not enough.
pub fn empirical_bernstein_draws(design: &Design, effect: f64, sd: f64) -> Result<u64, TestError> {
    let effect = probability("the effect", effect)?;
    probability("the standard deviation in units of the range", sd)?;
    smallest(|n| empirical_bernstein_detectable(design, n, sd).is_ok_and(|d| d <= effect)).ok_or(
        TestError::NotAProbability {
            what: "the effect, too small for any sample,",
            value: effect,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::super::synthetic::binomial_point;
    use super::*;

    type Test = fn(&[f64], f64, f64, f64) -> Result<f64, TestError>;

    fn coins(n: u64, k: u64) -> Vec<f64> {
        (0..n).map(|i| f64::from(u8::from(i < k))).collect()
    }

    #[test]
    fn sizes_are_valid_for_every_coin() {
        for test in [hoeffding_p_value as Test, empirical_bernstein_p_value] {
            for n in [2, 7, 60] {
                for mean in [0.01, 0.3, 0.5, 0.9] {
                    let p: Vec<f64> = (0..=n)
                        .map(|k| test(&coins(n, k), 0.0, 1.0, mean).unwrap())
                        .collect();
                    // Every attainable level.
                    for &alpha in &p {
                        let size: f64 = (0..=n)
                            .filter(|&k| p[k as usize] <= alpha)
                            .map(|k| binomial_point(n, mean, k))
                            .sum();
                        assert!(
                            size <= alpha * (1.0 + 1e-9),
                            "n {n}, μ {mean}: {size} > {alpha}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn planned_power_is_reached() {
        let design = Design::new(1e-3, 0.99).unwrap();
        let power = |test: Test, n: u64, null: f64, truth: f64| -> f64 {
            (0..=n)
                .filter(|&k| test(&coins(n, k), 0.0, 1.0, null).unwrap() <= 1e-3)
                .map(|k| binomial_point(n, truth, k))
                .sum()
        };
        let n = design.draws_for_deviation(0.2).unwrap();
        for truth in [0.3, 0.7] {
            let got = power(hoeffding_p_value, n, 0.5, truth);
            assert!(got >= 0.99, "n = {n}: {got}");
        }
        // An effect a third as large is usually missed, so the plan is not vacuous.
        assert!(power(hoeffding_p_value, n, 0.5, 0.5 + 0.2 / 3.0) < 0.5);
        let sd = (0.02_f64 * 0.98).sqrt();
        let n = empirical_bernstein_draws(&design, 0.15, sd).unwrap();
        assert!(power(empirical_bernstein_p_value, n, 0.17, 0.02) >= 0.99);
        assert!(power(empirical_bernstein_p_value, n, 0.05, 0.02) < 0.5);
    }

    #[test]
    fn intervals_hold_what_is_not_rejected() {
        let x = coins(50, 12);
        let (low, high) = hoeffding_interval(&x, 0.0, 1.0, 0.05).unwrap();
        for (end, inward) in [(low, 1e-6), (high, -1e-6)] {
            assert!(hoeffding_p_value(&x, 0.0, 1.0, end).unwrap() <= 0.05 * (1.0 + 1e-9));
            assert!(hoeffding_p_value(&x, 0.0, 1.0, end + inward).unwrap() > 0.05);
        }
        assert!(hoeffding_p_value(&x, 0.0, 1.0, 1.0).unwrap() <= 0.0);
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(hoeffding_p_value(&[], 0.0, 1.0, 0.5).is_err());
        assert!(hoeffding_p_value(&[0.5, 1.5], 0.0, 1.0, 0.5).is_err());
        assert!(hoeffding_p_value(&[f64::NAN], 0.0, 1.0, 0.5).is_err());
        assert!(hoeffding_p_value(&[0.5], 1.0, 0.0, 0.5).is_err());
        assert!(hoeffding_p_value(&[0.5], 0.0, 1.0, 2.0).is_err());
        assert!(empirical_bernstein_p_value(&[0.5], 0.0, 1.0, 0.5).is_err());
    }
}
