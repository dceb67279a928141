//! A mean of independent draws against an enclosure of what it should be.

use super::design::{Design, TestError, within};
use super::hoeffding::{empirical_bernstein_detectable, empirical_bernstein_p_value};

/// Two-sided p-value of "the mean lies in `exact`" for independent draws in `bounds`: the largest one over the
/// values in the enclosure, by [`empirical_bernstein_p_value`].
///
/// Valid at every number of draws and for every law in the bounds.
///
/// # Errors
/// [`TestError`] with fewer than two values, or values or an enclosure that leave the bounds.
///
/// # Accuracy
/// Size by that of the test underneath; test `an_enclosure_is_read_in_favour_of_the_draws`.
pub fn exact_mean_p_value(
    values: &[f64],
    bounds: [f64; 2],
    exact: [f64; 2],
) -> Result<f64, TestError> {
    let [low, high] = bounds;
    within(&exact, f64::MIN, f64::MAX)?;
    // A rounding error of an engine may reach over a bound that the mean itself cannot cross.
    let [from, to] = exact.map(|x| x.clamp(low, high));
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    let mean = if mean.is_nan() { from } else { mean };
    empirical_bernstein_p_value(values, low, high, mean.clamp(from, to))
}

/// The smallest deviation of the mean, as a part of the range, that `n` draws show with the planned power,
/// whatever the law: [`empirical_bernstein_detectable`] at the largest standard deviation of all, half the range.
///
/// # Errors
/// [`TestError`] with fewer than two draws.
pub fn exact_mean_detectable(design: &Design, n: u64) -> Result<f64, TestError> {
    empirical_bernstein_detectable(design, n, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;

    #[test]
    fn an_enclosure_is_read_in_favour_of_the_draws() {
        let mut stream = Seed(5).stream("exact-mean", 0);
        let values: Vec<f64> = (0..4000).map(|_| stream.uniform()).collect();
        let p = |exact| exact_mean_p_value(&values, [0.0, 1.0], exact).unwrap();
        assert!(p([0.4, 0.6]) >= 1.0 && p([0.5, 0.5]) > 1e-3);
        // The near end decides.
        let near = p([0.6, 0.7]);
        assert!((near - p([0.6, 0.6])).abs() < 1e-300 + 1e-12 * near && near < 1e-9);
        assert!(p([1.0 - 1e-17, 1.0 + 1e-12]) < 1e-9);
        assert!(exact_mean_p_value(&values, [0.0, 1.0], [f64::NAN, 1.0]).is_err());
        assert!(exact_mean_p_value(&[2.0, 0.0], [0.0, 1.0], [0.5, 0.5]).is_err());
        let design = Design::new(1e-8, 0.999).unwrap();
        assert!(exact_mean_detectable(&design, 5000).unwrap() < 0.1);
    }
}
