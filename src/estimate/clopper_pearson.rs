//! Interval for a probability, and the coverage of other intervals.

use statrs::function::beta::beta_reg;

use super::binomial_test::{BinomialTest, BinomialTestError};
use super::design::{TestError, probability};

/// The Clopper–Pearson interval: covers the probability with at least 1 − α for every n.
///
/// # Errors
/// [`TestError`] unless `successes ≤ trials`, `trials > 0` and α lies strictly between 0 and 1.
///
/// # Accuracy
/// Ends by bisection, rounded outward. Tests `reference_values_are_met`, `coverage_is_at_least_nominal`.
///
/// # References
/// C. J. Clopper, E. S. Pearson, Biometrika 26 (1934) 404.
pub fn clopper_pearson(successes: u64, trials: u64, alpha: f64) -> Result<(f64, f64), TestError> {
    let alpha = probability("α", alpha)?;
    if successes > trials || trials == 0 {
        return Err(TestError::Counts { successes, trials });
    }
    // P(K ≥ k) = I_p(k, n − k + 1), increasing in p.
    let reaches = |k: u64, level: f64| -> (f64, f64) {
        let (a, b) = (k as f64, (trials - k + 1) as f64);
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..90 {
            let middle = 0.5 * (low + high);
            if beta_reg(a, b, middle) < level {
                low = middle;
            } else {
                high = middle;
            }
        }
        (low, high)
    };
    let low = match successes {
        0 => 0.0,
        k => reaches(k, 0.5 * alpha).0,
    };
    let high = match successes {
        k if k == trials => 1.0,
        k => reaches(k + 1, 1.0 - 0.5 * alpha).1,
    };
    Ok((low, high))
}

/// Counts how often an interval held the value that it should.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Intervals that held the value.
    pub hits: u64,
    /// All intervals.
    pub trials: u64,
}

impl Coverage {
    /// Notes one interval; an interval with an end that is NaN holds nothing.
    pub fn record(&mut self, interval: (f64, f64), value: f64) {
        self.trials += 1;
        self.hits += u64::from(interval.0 <= value && value <= interval.1);
    }

    /// Fraction of hits, NaN of nothing.
    pub fn fraction(&self) -> f64 {
        self.hits as f64 / self.trials as f64
    }

    /// Interval for the coverage probability at 1 − α.
    ///
    /// # Errors
    /// [`TestError`] if nothing was recorded or α is no probability.
    pub fn interval(&self, alpha: f64) -> Result<(f64, f64), TestError> {
        clopper_pearson(self.hits, self.trials, alpha)
    }

    /// Two-sided exact p-value of the coverage being `nominal`.
    ///
    /// # Errors
    /// [`BinomialTestError`] if nothing was recorded or `nominal` is no probability.
    pub fn p_value(&self, nominal: f64) -> Result<f64, BinomialTestError> {
        BinomialTest::plan(self.trials, 0.5, 0.5, nominal)?.p_value(self.hits)
    }
}

#[cfg(test)]
mod tests {
    use super::super::reference::CLOPPER_PEARSON;
    use super::super::synthetic::binomial_point;
    use super::*;

    #[test]
    fn reference_values_are_met() {
        for (k, n, level, low, high) in CLOPPER_PEARSON {
            let got = clopper_pearson(k, n, 1.0 - level).unwrap();
            // 1 − level is rounded: relative 1e-10 of α at α = 1e-6.
            assert!(
                (got.0 - low).abs() < 1e-9 && (got.1 - high).abs() < 1e-9,
                "{got:?}"
            );
        }
    }

    #[test]
    fn coverage_is_at_least_nominal() {
        for n in [1, 9, 40] {
            for p in [0.003, 0.2, 0.5, 0.93] {
                let mut covered = 0.0;
                for k in 0..=n {
                    let mut c = Coverage::default();
                    c.record(clopper_pearson(k, n, 0.1).unwrap(), p);
                    covered += c.fraction() * binomial_point(n, p, k);
                }
                assert!(
                    (0.9..=1.0 + 1e-12).contains(&covered),
                    "{n}, {p}: {covered}"
                );
            }
        }
    }

    #[test]
    fn coverage_is_counted() {
        let mut c = Coverage::default();
        for _ in 0..90 {
            c.record((0.0, 1.0), 0.5);
        }
        for _ in 0..9 {
            c.record((0.0, 0.1), 0.5);
        }
        c.record((f64::NAN, 1.0), 0.5);
        assert_eq!((c.hits, c.trials), (90, 100));
        assert!(c.p_value(0.99).unwrap() < 1e-6 && c.p_value(0.9).unwrap() > 0.5);
        let (low, high) = c.interval(0.01).unwrap();
        assert!(low < 0.9 && 0.9 < high && high < 0.99);
        assert!(clopper_pearson(2, 1, 0.1).is_err() && clopper_pearson(0, 0, 0.1).is_err());
        assert!(clopper_pearson(1, 2, 1.0).is_err());
    }
}
