//! Size and power of a test, fixed before the data are seen.

use thiserror::Error;

/// Why a test of valid size cannot be planned or run.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum TestError {
    /// A number that should lie strictly between 0 and 1.
    #[error("{what} is {value}, not strictly between 0 and 1")]
    NotAProbability {
        /// Which number.
        what: &'static str,
        /// The number.
        value: f64,
    },
    /// Too few values.
    #[error("{got} values, {needed} are needed")]
    TooFew {
        /// Number of values.
        got: usize,
        /// The least number.
        needed: usize,
    },
    /// A value that is not finite or leaves its bounds.
    #[error("value {index} is {value}, outside [{low}, {high}]")]
    OutOfBounds {
        /// Which value, from 0.
        index: usize,
        /// The value.
        value: f64,
        /// Lower bound.
        low: f64,
        /// Upper bound.
        high: f64,
    },
    /// Counts and probabilities that do not fit each other, or do not add up to one.
    #[error("{counts} counts for {probabilities} probabilities of sum {sum}")]
    Law {
        /// Number of counts.
        counts: usize,
        /// Number of probabilities.
        probabilities: usize,
        /// Sum of the probabilities.
        sum: f64,
    },
    /// More successes than trials.
    #[error("{successes} successes in {trials} trials")]
    Counts {
        /// Successes.
        successes: u64,
        /// Trials.
        trials: u64,
    },
    /// The decision has been made: no more data may be looked at.
    #[error("the test has ended")]
    Ended,
    /// A test that was not registered, or registered twice.
    #[error("test `{name}` is not registered exactly once")]
    Registration {
        /// Its name.
        name: String,
    },
}

pub(super) fn probability(what: &'static str, value: f64) -> Result<f64, TestError> {
    if value > 0.0 && value < 1.0 {
        Ok(value)
    } else {
        Err(TestError::NotAProbability { what, value })
    }
}

/// Refuses values that are not finite or outside `[low, high]`.
pub(super) fn within(values: &[f64], low: f64, high: f64) -> Result<(), TestError> {
    match values
        .iter()
        .position(|v| !(v.is_finite() && *v >= low && *v <= high))
    {
        None => Ok(()),
        Some(index) => Err(TestError::OutOfBounds {
            index,
            value: values[index],
            low,
            high,
        }),
    }
}

/// Size α of a two-sided test and the power at the effect that it names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Design {
    alpha: f64,
    power: f64,
}

impl Design {
    /// Fixes both.
    ///
    /// # Errors
    /// [`TestError::NotAProbability`] unless both lie strictly between 0 and 1.
    pub fn new(alpha: f64, power: f64) -> Result<Self, TestError> {
        Ok(Self {
            alpha: probability("α", alpha)?,
            power: probability("the power", power)?,
        })
    }

    /// The size.
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// The power.
    pub fn power(&self) -> f64 {
        self.power
    }

    /// `ln(2/α)`: the exponent at which a two-sided exponential bound reaches α.
    pub(super) fn size_exponent(&self) -> f64 {
        (2.0 / self.alpha).ln()
    }

    /// `ln(1/(1 − power))`.
    pub(super) fn miss_exponent(&self) -> f64 {
        -(1.0 - self.power).ln()
    }

    /// The smallest effect that is found, with at least the planned power, among `n` draws by a test
    /// that rejects where `2 e^{−2nδ²} ≤ α` and whose statistic falls short of its mean by x with
    /// probability at most `e^{−2nx²}`: [`hoeffding_p_value`](super::hoeffding_p_value) for the mean
    /// in units of the range, [`dkw_p_value`](super::dkw_p_value) for the distance.
    ///
    /// For two samples of n and m put `nm/(n + m)`.
    pub fn detectable_deviation(&self, n: f64) -> f64 {
        (self.size_exponent() / (2.0 * n)).sqrt() + (self.miss_exponent() / (2.0 * n)).sqrt()
    }

    /// The number of draws for which [`Design::detectable_deviation`] is at most `effect`.
    ///
    /// # Errors
    /// [`TestError::NotAProbability`] unless `0 < effect < 1`.
    pub fn draws_for_deviation(&self, effect: f64) -> Result<u64, TestError> {
        let effect = probability("the effect", effect)?;
        Ok((self.detectable_deviation(1.0) / effect).powi(2).ceil() as u64)
    }
}

/// The smallest `n` in `1..=2^52` with `good(n)`, for a condition that stays true; `None` if none.
pub(super) fn smallest(good: impl Fn(u64) -> bool) -> Option<u64> {
    let mut high = 1;
    while !good(high) {
        high *= 2;
        if high > 1 << 52 {
            return None;
        }
    }
    let mut low = high / 2;
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if good(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_and_deviation_invert_each_other() {
        let design = Design::new(1e-9, 0.999).unwrap();
        for effect in [0.5, 0.03, 1e-4] {
            let n = design.draws_for_deviation(effect).unwrap();
            assert!(design.detectable_deviation(n as f64) <= effect * (1.0 + 1e-12));
            assert!(design.detectable_deviation((n - 1) as f64) > effect);
        }
        assert!(Design::new(0.0, 0.9).is_err());
        assert!(Design::new(0.1, f64::NAN).is_err());
        assert!(design.draws_for_deviation(0.0).is_err());
        assert_eq!(smallest(|n| n >= 37), Some(37));
        assert_eq!(smallest(|_| false), None);
    }
}
