//! Rows of spins, in one or more chains.

use crate::random::Stream;
use thiserror::Error;

/// Why numbers are not samples.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum SamplesError {
    /// No rows, or no spins.
    #[error("there are no samples")]
    Empty,
    /// The numbers do not fill the rows.
    #[error("{found} numbers for {chains} chains of {length} rows of {spins} spins")]
    Shape {
        /// How many numbers there are.
        found: usize,
        /// Chains.
        chains: usize,
        /// Rows of each chain.
        length: usize,
        /// Spins of each row.
        spins: usize,
    },
    /// A number that is neither −1 nor +1.
    #[error("row {row}, spin {spin} is {value}, not -1 or 1")]
    Value {
        /// The row, all chains one after another.
        row: usize,
        /// The spin.
        spin: usize,
        /// The number.
        value: i8,
    },
    /// Not one weight for each row.
    #[error("{found} weights for {rows} rows")]
    Weights {
        /// Number of weights.
        found: usize,
        /// Number of rows.
        rows: usize,
    },
    /// A weight that is negative, not finite or above the bound.
    #[error("weight {row} is {value}, not between 0 and the bound {bound}")]
    Weight {
        /// Its row.
        row: usize,
        /// The weight.
        value: f64,
        /// The bound that was given.
        bound: f64,
    },
}

/// Configurations of ±1 spins: rows in the order in which they were drawn, chain after chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Samples {
    spins: usize,
    /// Rows of each chain.
    lengths: Vec<usize>,
    values: Vec<i8>,
}

impl Samples {
    /// Takes `chains × length × spins` numbers ±1, the spin running fastest.
    ///
    /// # Errors
    /// [`SamplesError`] naming the first number that is wrong.
    pub fn new(
        chains: usize,
        length: usize,
        spins: usize,
        values: Vec<i8>,
    ) -> Result<Self, SamplesError> {
        let expected = chains
            .checked_mul(length)
            .and_then(|rows| rows.checked_mul(spins));
        if expected != Some(values.len()) {
            return Err(SamplesError::Shape {
                found: values.len(),
                chains,
                length,
                spins,
            });
        }
        if values.is_empty() {
            return Err(SamplesError::Empty);
        }
        if let Some(at) = values.iter().position(|v| v.unsigned_abs() != 1) {
            return Err(SamplesError::Value {
                row: at / spins,
                spin: at % spins,
                value: values[at],
            });
        }
        Ok(Self {
            spins,
            lengths: vec![length; chains],
            values,
        })
    }

    /// Spins of a row.
    pub fn spins(&self) -> usize {
        self.spins
    }

    /// Rows of all chains together.
    pub fn rows(&self) -> usize {
        self.values.len() / self.spins
    }

    /// Number of chains.
    pub fn chains(&self) -> usize {
        self.lengths.len()
    }

    /// All rows, chain after chain.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[i8]> + Clone {
        self.values.chunks_exact(self.spins)
    }

    /// Cuts a series with one number for each row into its chains.
    pub(super) fn by_chain<'a>(&self, series: &'a [f64]) -> Vec<&'a [f64]> {
        let mut rest = series;
        self.lengths
            .iter()
            .map(|&length| {
                let (chain, other) = rest.split_at(length);
                rest = other;
                chain
            })
            .collect()
    }

    /// The rows of each chain that `keep(row of the chain, row of all)` asks for.
    fn kept(&self, mut keep: impl FnMut(usize, usize) -> bool) -> Self {
        let mut rows = self.iter().enumerate();
        let mut values = Vec::new();
        let mut lengths = Vec::new();
        for &length in &self.lengths {
            let mut left = 0;
            for (t, (row, spins)) in rows.by_ref().take(length).enumerate() {
                if keep(t, row) {
                    values.extend_from_slice(spins);
                    left += 1;
                }
            }
            lengths.push(left);
        }
        Self {
            spins: self.spins,
            lengths,
            values,
        }
    }

    /// Every k-th row of each chain, the first k − 1 being left out.
    pub(super) fn thinned(&self, k: usize) -> Self {
        self.kept(|t, _| (t + 1).is_multiple_of(k))
    }

    /// Rows of the law that importance weights lead to, by rejection: each row stays with probability
    /// `weight / bound`.
    ///
    /// If rows are independent draws of a law q, and the weights are proportional to p/q and nowhere above the
    /// bound, then the rows that stay are independent draws of p. A bound read off the weights themselves will
    /// not do: the largest weight seen is no bound.
    ///
    /// # Errors
    /// [`SamplesError::Weights`], [`SamplesError::Weight`]; [`SamplesError::Empty`] if no row stays.
    pub fn accepted(
        &self,
        weights: &[f64],
        bound: f64,
        stream: &mut Stream,
    ) -> Result<Self, SamplesError> {
        if weights.len() != self.rows() {
            return Err(SamplesError::Weights {
                found: weights.len(),
                rows: self.rows(),
            });
        }
        let good = |w: f64| bound > 0.0 && bound.is_finite() && w >= 0.0 && w <= bound;
        if let Some(row) = weights.iter().position(|&w| !good(w)) {
            return Err(SamplesError::Weight {
                row,
                value: weights[row],
                bound,
            });
        }
        let left = self.kept(|_, row| stream.uniform() < weights[row] / bound);
        if left.values.is_empty() {
            return Err(SamplesError::Empty);
        }
        Ok(left)
    }

    /// For each spin the rows in which it is up, 64 rows to a word.
    pub(super) fn columns(&self) -> Vec<Vec<u64>> {
        let words = self.rows().div_ceil(64);
        let mut columns = vec![vec![0_u64; words]; self.spins];
        for (t, row) in self.iter().enumerate() {
            for (column, &s) in columns.iter_mut().zip(row) {
                column[t / 64] |= u64::from(s > 0) << (t % 64);
            }
        }
        columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;

    #[test]
    fn what_is_no_sample_is_named() {
        let new = Samples::new;
        assert_eq!(new(1, 0, 3, vec![]).unwrap_err(), SamplesError::Empty);
        assert!(matches!(
            new(1, 2, 2, vec![1; 5]),
            Err(SamplesError::Shape { .. })
        ));
        assert!(new(usize::MAX, 2, 2, vec![1; 4]).is_err());
        assert_eq!(
            new(1, 2, 2, vec![1, -1, 0, 1]).unwrap_err(),
            SamplesError::Value {
                row: 1,
                spin: 0,
                value: 0
            }
        );
        assert!(new(1, 1, 2, vec![i8::MIN, 1]).is_err());
    }

    #[test]
    fn thinning_keeps_every_kth_row_of_each_chain() {
        // Row r of 14 spells its number in binary.
        let values: Vec<i8> = (0..14)
            .flat_map(|r| (0..4).map(move |i| if r >> i & 1 == 1 { 1 } else { -1 }))
            .collect();
        let samples = Samples::new(2, 7, 4, values).unwrap();
        let number = |row: &[i8]| (0..4).map(|i| usize::from(row[i] > 0) << i).sum::<usize>();
        let thin = samples.thinned(3);
        assert_eq!(thin.iter().map(number).collect::<Vec<_>>(), [2, 5, 9, 12]);
        assert_eq!((thin.chains(), thin.rows()), (2, 4));
        let series: Vec<f64> = (0..4).map(f64::from).collect();
        assert_eq!(thin.by_chain(&series), [[0.0, 1.0], [2.0, 3.0]]);
        for (i, column) in samples.columns().iter().enumerate() {
            for r in 0..14 {
                assert_eq!(column[0] >> r & 1, r >> i & 1);
            }
        }
    }

    #[test]
    fn rows_stay_in_proportion_to_their_weights() {
        let n = 40_000;
        let values: Vec<i8> = (0..n).map(|r| if r % 2 == 0 { 1 } else { -1 }).collect();
        let samples = Samples::new(1, n, 1, values).unwrap();
        let weights: Vec<f64> = (0..n).map(|r| if r % 2 == 0 { 3.0 } else { 1.0 }).collect();
        let mut stream = Seed(1).stream("weights", 0);
        let left = samples.accepted(&weights, 4.0, &mut stream).unwrap();
        let up = left.iter().filter(|r| r[0] > 0).count();
        // 20000 coins each, of 3/4 and of 1/4: six standard deviations of √(20000 · 3/16) = 61.
        assert!(up.abs_diff(15_000) < 370 && (left.rows() - up).abs_diff(5000) < 370);
        for (bad, bound) in [
            (vec![1.0; 3], 4.0),
            (weights.clone(), 2.0),
            (weights, f64::NAN),
        ] {
            assert!(samples.accepted(&bad, bound, &mut stream).is_err());
        }
        assert!(
            samples
                .accepted(&vec![f64::NAN; n], 1.0, &mut stream)
                .is_err()
        );
        assert!(samples.accepted(&vec![0.0; n], 1.0, &mut stream).is_err());
    }
}
