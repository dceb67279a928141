//! Time series of one observable, from one chain or several replicas, checked once.

use thiserror::Error;

use crate::numeric::CompensatedSum;

/// Fewest measurements of a chain from which anything is estimated.
pub const SHORTEST_CHAIN: usize = 8;

/// Why a set of chains cannot be analysed.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ChainsError {
    /// There is no chain.
    #[error("no chains")]
    Empty,
    /// A chain has too few measurements.
    #[error("chain {chain} has {length} measurements, {needed} are needed")]
    TooShort {
        /// Which chain, from 0.
        chain: usize,
        /// Its length.
        length: usize,
        /// The least length.
        needed: usize,
    },
    /// A measurement is infinite or not a number.
    #[error("measurement {index} of chain {chain} is {value}")]
    NotFinite {
        /// Which chain, from 0.
        chain: usize,
        /// Which measurement, from 0.
        index: usize,
        /// Its value.
        value: f64,
    },
    /// Every measurement is the same: the fluctuations, and so the error, cannot be estimated.
    #[error("every measurement is {value}: no error can be estimated from a constant series")]
    Constant {
        /// The value.
        value: f64,
    },
    /// The squares of the fluctuations overflow or underflow.
    #[error("fluctuations between {low} and {high} are outside the range of squares of doubles")]
    Scale {
        /// Smallest measurement.
        low: f64,
        /// Largest measurement.
        high: f64,
    },
    /// Observables that should have been measured together have different shapes.
    #[error("observable {observable} was not measured at the same times as observable 0")]
    Mismatched {
        /// Which observable, from 0.
        observable: usize,
    },
    /// A function of the means is not finite at the means, or next to them.
    #[error("the derived quantity is {value} where it is needed")]
    NotDefined {
        /// What the function returned.
        value: f64,
    },
}

/// One observable measured along one or more chains of the same law; finite and not constant.
#[derive(Clone, Debug)]
pub struct Chains<'a> {
    series: Vec<&'a [f64]>,
    total: usize,
    mean: f64,
}

impl<'a> Chains<'a> {
    /// Takes chains, which may differ in length.
    ///
    /// # Errors
    /// [`ChainsError`] if there are no chains, one is shorter than [`SHORTEST_CHAIN`], a value is not
    /// finite, all values are the same, or their squared differences leave the range of doubles.
    ///
    /// # Complexity
    /// O(n) time; the measurements are borrowed.
    pub fn new(chains: &[&'a [f64]]) -> Result<Self, ChainsError> {
        if chains.is_empty() {
            return Err(ChainsError::Empty);
        }
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        let mut total = 0;
        for (chain, values) in chains.iter().enumerate() {
            if values.len() < SHORTEST_CHAIN {
                return Err(ChainsError::TooShort {
                    chain,
                    length: values.len(),
                    needed: SHORTEST_CHAIN,
                });
            }
            for (index, &value) in values.iter().enumerate() {
                if !value.is_finite() {
                    return Err(ChainsError::NotFinite {
                        chain,
                        index,
                        value,
                    });
                }
                low = low.min(value);
                high = high.max(value);
            }
            total += values.len();
        }
        if low >= high {
            return Err(ChainsError::Constant { value: low });
        }
        let spread = high - low;
        if !(spread * spread * total as f64).is_finite() || spread * spread < f64::MIN_POSITIVE {
            return Err(ChainsError::Scale { low, high });
        }
        let mut sum = CompensatedSum::new();
        for &value in chains.iter().copied().flatten() {
            // Scaled, so that the sum of large values stays finite.
            sum.add(value / total as f64);
        }
        Ok(Self {
            series: chains.to_vec(),
            total,
            mean: sum.value(),
        })
    }

    /// Takes a single chain.
    ///
    /// # Errors
    /// As [`Chains::new`].
    pub fn single(chain: &'a [f64]) -> Result<Self, ChainsError> {
        Self::new(&[chain])
    }

    /// The chains.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'a [f64]> + '_ {
        self.series.iter().copied()
    }

    /// Number of chains.
    pub fn n_chains(&self) -> usize {
        self.series.len()
    }

    /// Number of measurements in all chains together.
    pub fn total(&self) -> usize {
        self.total
    }

    /// Length of the shortest chain.
    pub fn shortest(&self) -> usize {
        self.series.iter().map(|c| c.len()).min().unwrap_or(0)
    }

    /// Mean over all measurements of all chains.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Whether another observable has the same number of measurements in each chain.
    pub fn same_shape(&self, other: &Chains<'_>) -> bool {
        self.series.len() == other.series.len()
            && self
                .series
                .iter()
                .zip(&other.series)
                .all(|(a, b)| a.len() == b.len())
    }

    /// The differences from the common mean.
    pub(super) fn centred(&self) -> Vec<Vec<f64>> {
        self.series
            .iter()
            .map(|c| c.iter().map(|x| x - self.mean).collect())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_is_refused_by_name() {
        let good = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
        assert!((Chains::single(&good).unwrap().mean() - 3.5).abs() < 1e-15);
        assert_eq!(Chains::new(&[]).unwrap_err(), ChainsError::Empty);
        assert!(matches!(
            Chains::new(&[&good, &good[..3]]).unwrap_err(),
            ChainsError::TooShort {
                chain: 1,
                length: 3,
                ..
            }
        ));
        let mut bad = good;
        bad[5] = f64::NAN;
        assert!(matches!(
            Chains::new(&[&good, &bad]).unwrap_err(),
            ChainsError::NotFinite {
                chain: 1,
                index: 5,
                ..
            }
        ));
        assert_eq!(
            Chains::single(&[2.5; 9]).unwrap_err(),
            ChainsError::Constant { value: 2.5 }
        );
        for scale in [1e200, 1e-200] {
            let extreme: Vec<f64> = good.iter().map(|x| x * scale).collect();
            assert!(matches!(
                Chains::single(&extreme).unwrap_err(),
                ChainsError::Scale { .. }
            ));
        }
    }

    #[test]
    fn the_mean_of_large_values_does_not_overflow() {
        let mut large = [1e308; 10];
        large[0] = 1e308 - 1e150;
        // Spread below the resolution of 1e308: the same number.
        assert!(Chains::single(&large).is_err());
        let far = [1e150, 1.1e150, 1e150, 1e150, 1e150, 1e150, 1e150, 1e150];
        assert!(Chains::single(&far).unwrap().mean().is_finite());
    }
}
