//! The exact binomial test: is a coin the one it is said to be, with a size valid at every n.

use statrs::distribution::{Binomial, DiscreteCDF};
use thiserror::Error;

use super::design::smallest;

/// Why a test cannot be planned or run.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum BinomialTestError {
    /// A number that is no probability of the kind asked for.
    #[error("{what} is {value}, not a probability strictly between 0 and 1")]
    NotAProbability {
        /// Which number.
        what: &'static str,
        /// The number.
        value: f64,
    },
    /// No draws, or more successes than draws.
    #[error("{successes} successes in {draws} draws")]
    Counts {
        /// Successes.
        successes: u64,
        /// Draws.
        draws: u64,
    },
}

/// A two-sided test of `P(success) = p`, fixed before the draws are made.
///
/// The rejection region is `k < lower` or `k > upper`, each tail with probability at most `α/2` under
/// the hypothesis, so the size is at most α at every number of draws (test `size_is_below_alpha`).
#[derive(Clone, Debug, PartialEq)]
pub struct BinomialTest {
    draws: u64,
    alpha: f64,
    power: f64,
    /// The hypothesis: the probability lies between these two.
    low: f64,
    high: f64,
    lower: u64,
    upper: u64,
}

fn within(what: &'static str, value: f64) -> Result<f64, BinomialTestError> {
    if value > 0.0 && value < 1.0 {
        Ok(value)
    } else {
        Err(BinomialTestError::NotAProbability { what, value })
    }
}

/// `P(K ≤ k)` for `draws` draws.
fn cdf(draws: u64, p: f64, k: u64) -> f64 {
    match Binomial::new(p, draws) {
        Ok(b) => b.cdf(k),
        Err(_) => f64::NAN,
    }
}

/// `P(K > k)`, without cancellation.
fn tail(draws: u64, p: f64, k: u64) -> f64 {
    match Binomial::new(p, draws) {
        Ok(b) => b.sf(k),
        Err(_) => f64::NAN,
    }
}

/// The smallest `k` in `0..=n` with `good(k)`, where `good` is false and then true; `n + 1` if none.
fn first(n: u64, good: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, n + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if good(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

impl BinomialTest {
    /// Fixes the test: number of draws, size α, the power that [`BinomialTest::detectable_effect`]
    /// is to have, and the hypothetical probability.
    ///
    /// # Errors
    /// [`BinomialTestError`] if α, the power or the probability is not strictly between 0 and 1, or
    /// there are no draws.
    pub fn plan(
        draws: u64,
        alpha: f64,
        power: f64,
        probability: f64,
    ) -> Result<Self, BinomialTestError> {
        let probability = within("the hypothetical probability", probability)?;
        Self::plan_between(draws, alpha, power, probability, probability)
    }

    /// A test of `low ≤ P(success) ≤ high`, whose size is at most α for every probability in between: each tail is
    /// that of the end which makes it largest. The ends may be 0 and 1.
    ///
    /// # Errors
    /// As [`BinomialTest::plan`], or unless `0 ≤ low ≤ high ≤ 1`.
    pub fn plan_between(
        draws: u64,
        alpha: f64,
        power: f64,
        low: f64,
        high: f64,
    ) -> Result<Self, BinomialTestError> {
        let alpha = within("α", alpha)?;
        let power = within("the power", power)?;
        for (what, value, good) in [
            ("the lower bound", low, low >= 0.0 && low <= high),
            ("the upper bound", high, high <= 1.0),
        ] {
            if !good {
                return Err(BinomialTestError::NotAProbability { what, value });
            }
        }
        if draws == 0 {
            return Err(BinomialTestError::Counts {
                successes: 0,
                draws,
            });
        }
        let half = alpha / 2.0;
        // The largest region that keeps both tails within α/2.
        let lower = first(draws, |k| cdf(draws, low, k) > half);
        let upper = first(draws, |k| tail(draws, high, k) <= half);
        Ok(Self {
            draws,
            alpha,
            power,
            low,
            high,
            lower,
            upper,
        })
    }

    /// The test with the fewest draws found whose power at `probability ± effect`, wherever that is a
    /// probability, is at least the planned one (power is not quite monotone in the number of draws:
    /// a slightly smaller one may exist).
    ///
    /// # Errors
    /// As [`BinomialTest::plan`], or if neither side is a probability strictly between 0 and 1 or 2⁵²
    /// draws are not enough.
    pub fn plan_for_effect(
        alpha: f64,
        power: f64,
        probability: f64,
        effect: f64,
    ) -> Result<Self, BinomialTestError> {
        Self::plan(1, alpha, power, probability)?;
        within("the effect", effect)?;
        let sides: Vec<f64> = [probability - effect, probability + effect]
            .into_iter()
            .filter(|&q| q > 0.0 && q < 1.0)
            .collect();
        let refusal = BinomialTestError::NotAProbability {
            what: "the effect, at that probability,",
            value: effect,
        };
        if sides.is_empty() {
            return Err(refusal);
        }
        let enough = |n: u64| {
            Self::plan(n, alpha, power, probability)
                .is_ok_and(|t| sides.iter().all(|&q| t.power_at(q) >= power))
        };
        let draws = smallest(enough).ok_or(refusal)?;
        Self::plan(draws, alpha, power, probability)
    }

    /// Whether so many successes are in the rejection region.
    ///
    /// # Errors
    /// [`BinomialTestError::Counts`] if there are more successes than draws.
    pub fn rejects(&self, successes: u64) -> Result<bool, BinomialTestError> {
        if successes > self.draws {
            return Err(BinomialTestError::Counts {
                successes,
                draws: self.draws,
            });
        }
        Ok(successes < self.lower || successes > self.upper)
    }

    /// The two-sided p-value, twice the smaller tail and at most one.
    ///
    /// # Errors
    /// [`BinomialTestError::Counts`] if there are more successes than draws.
    pub fn p_value(&self, successes: u64) -> Result<f64, BinomialTestError> {
        Self::p_value_between(self.draws, successes, self.low, self.high)
    }

    /// The p-value of `low ≤ P(success) ≤ high`, without a plan.
    ///
    /// # Errors
    /// [`BinomialTestError::Counts`] if there are more successes than draws.
    pub fn p_value_between(
        draws: u64,
        successes: u64,
        low: f64,
        high: f64,
    ) -> Result<f64, BinomialTestError> {
        if successes > draws {
            return Err(BinomialTestError::Counts { successes, draws });
        }
        let below = cdf(draws, low, successes);
        let above = match successes {
            0 => 1.0,
            k => tail(draws, high, k - 1),
        };
        Ok((2.0 * below.min(above)).min(1.0))
    }

    /// The probability that the test rejects if the coin has another probability.
    pub fn power_at(&self, other: f64) -> f64 {
        let below = match self.lower {
            0 => 0.0,
            k => cdf(self.draws, other, k - 1),
        };
        below + tail(self.draws, other, self.upper)
    }

    /// The smallest deviation, up and down, that is rejected with the planned power; `None` where
    /// even probability 0 or 1 is not. It is counted from the end of the hypothesis on its side.
    pub fn detectable_effect(&self) -> (Option<f64>, Option<f64>) {
        let toward = |p: f64, end: f64| {
            let at = |x: f64| p + x * (end - p);
            let (mut low, mut high) = (0.0, 1.0 - 1e-12);
            if self.power_at(at(high)) < self.power {
                return None;
            }
            for _ in 0..60 {
                let middle = 0.5 * (low + high);
                if self.power_at(at(middle)) >= self.power {
                    high = middle;
                } else {
                    low = middle;
                }
            }
            Some((at(high) - p).abs())
        };
        (toward(self.high, 1.0), toward(self.low, 0.0))
    }

    /// Number of draws.
    pub fn draws(&self) -> u64 {
        self.draws
    }

    /// The size α.
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// The planned power.
    pub fn power(&self) -> f64 {
        self.power
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `P(K = k)` by plain products in logarithms, an independent route.
    fn point(n: u64, p: f64, k: u64) -> f64 {
        let mut log = 0.0;
        for j in 0..k {
            log += ((n - j) as f64 / (k - j) as f64).ln();
        }
        (log + k as f64 * p.ln() + (n - k) as f64 * (1.0 - p).ln()).exp()
    }

    #[test]
    fn size_is_below_alpha() {
        for (n, p, alpha) in [
            (1, 0.5, 0.05),
            (20, 0.3, 0.05),
            (50, 0.01, 0.01),
            (300, 0.77, 1e-6),
            (40, 0.999, 0.1),
        ] {
            let test = BinomialTest::plan(n, alpha, 0.9, p).unwrap();
            let (mut size, mut lost) = (0.0, 0.0);
            for k in 0..=n {
                let rejects = test.rejects(k).unwrap();
                assert_eq!(
                    rejects,
                    test.p_value(k).unwrap() <= alpha,
                    "n = {n}, k = {k}"
                );
                if rejects {
                    size += point(n, p, k);
                } else {
                    lost += point(n, p, k);
                }
            }
            assert!(size <= alpha * (1.0 + 1e-9), "n = {n}: size {size}");
            assert!((size + lost - 1.0).abs() < 1e-9);
            // Maximal: the next count inward would break α/2 on its side.
            if test.lower < n {
                let more: f64 = (0..=test.lower).map(|k| point(n, p, k)).sum();
                assert!(more > alpha / 2.0 * (1.0 - 1e-9));
            }
        }
    }

    #[test]
    fn the_detectable_effect_is_detected_with_the_planned_power() {
        let test = BinomialTest::plan(400, 1e-3, 0.99, 0.4).unwrap();
        let (up, down) = test.detectable_effect();
        for q in [0.4 + up.unwrap(), 0.4 - down.unwrap()] {
            let power: f64 = (0..=400)
                .filter(|&k| test.rejects(k).unwrap())
                .map(|k| point(400, q, k))
                .sum();
            assert!((power - 0.99).abs() < 1e-6, "{power}");
        }
        let hopeless = BinomialTest::plan(2, 1e-3, 0.9, 0.5).unwrap();
        assert_eq!(hopeless.detectable_effect(), (None, None));
        assert!(!hopeless.rejects(0).unwrap());
    }

    #[test]
    fn a_hypothesis_with_width_is_tested_at_its_worst() {
        let (n, alpha) = (60, 0.05);
        let test = BinomialTest::plan_between(n, alpha, 0.9, 0.4, 0.45).unwrap();
        for p in [0.4, 0.41, 0.43, 0.45] {
            let single = BinomialTest::plan(n, alpha, 0.9, p).unwrap();
            let mut size = 0.0;
            for k in 0..=n {
                assert!(test.p_value(k).unwrap() >= single.p_value(k).unwrap());
                assert_eq!(test.rejects(k).unwrap(), test.p_value(k).unwrap() <= alpha);
                if test.rejects(k).unwrap() {
                    size += point(n, p, k);
                }
            }
            assert!(size <= alpha);
        }
        // A coin that cannot fall on one side: once is too often.
        let never = BinomialTest::plan_between(n, alpha, 0.9, 0.0, 0.0).unwrap();
        assert!(!never.rejects(0).unwrap() && never.rejects(1).unwrap());
        assert!(never.p_value(1).unwrap() == 0.0 && never.detectable_effect().1.is_none());
        assert!(BinomialTest::plan_between(n, alpha, 0.9, 0.5, 0.4).is_err());
        assert!(BinomialTest::plan_between(n, alpha, 0.9, f64::NAN, 0.4).is_err());
        assert!(BinomialTest::plan_between(n, alpha, 0.9, 0.4, 1.1).is_err());
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(BinomialTest::plan(10, 0.0, 0.9, 0.5).is_err());
        assert!(BinomialTest::plan(10, 0.1, 0.9, 1.0).is_err());
        assert!(BinomialTest::plan(10, 0.1, f64::NAN, 0.5).is_err());
        assert!(BinomialTest::plan(0, 0.1, 0.9, 0.5).is_err());
        let test = BinomialTest::plan(10, 0.1, 0.9, 0.5).unwrap();
        assert!(test.rejects(11).is_err());
    }
}
