//! Markov chains on few states, whose autocorrelation times are known exactly.

use thiserror::Error;

use crate::random::Stream;

/// Why a matrix is no chain that can be analysed.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum FiniteChainError {
    /// Not square, or empty.
    #[error("row {row} has {length} entries in a matrix of {size} rows")]
    Shape {
        /// Which row.
        row: usize,
        /// Its length.
        length: usize,
        /// Number of rows.
        size: usize,
    },
    /// A row that is no probability distribution.
    #[error("row {row} is no probability distribution (sum {sum})")]
    Row {
        /// Which row.
        row: usize,
        /// Sum of its entries.
        sum: f64,
    },
    /// More than one stationary distribution.
    #[error("the stationary distribution is not unique")]
    Reducible,
    /// An observable that is constant, not finite, or of the wrong length.
    #[error("the observable has no finite positive variance over {size} states")]
    Observable {
        /// Number of states.
        size: usize,
    },
}

/// A transition matrix `P[i][j] = P(i → j)` with its stationary distribution π.
#[derive(Clone, Debug, PartialEq)]
pub struct FiniteChain {
    transition: Vec<Vec<f64>>,
    stationary: Vec<f64>,
}

impl FiniteChain {
    /// Checks the matrix and solves `πP = π`.
    ///
    /// # Errors
    /// [`FiniteChainError`] if the matrix is not square, a row is no distribution (sum within 1e-12
    /// of one), or the stationary distribution is not unique.
    ///
    /// # Complexity
    /// O(n³).
    pub fn new(transition: Vec<Vec<f64>>) -> Result<Self, FiniteChainError> {
        let size = transition.len();
        if size == 0 {
            return Err(FiniteChainError::Shape {
                row: 0,
                length: 0,
                size,
            });
        }
        for (row, entries) in transition.iter().enumerate() {
            let length = entries.len();
            if length != size {
                return Err(FiniteChainError::Shape { row, length, size });
            }
            let sum: f64 = entries.iter().sum();
            if entries.iter().any(|p| p.is_nan() || *p < 0.0) || (sum - 1.0).abs() > 1e-12 {
                return Err(FiniteChainError::Row { row, sum });
            }
        }
        // (I − P + J/n)ᵀ π = 1/n with J all ones has one solution exactly if π is unique.
        let share = 1.0 / size as f64;
        let matrix = (0..size)
            .map(|i| {
                (0..size)
                    .map(|j| f64::from(u8::from(i == j)) - transition[j][i] + share)
                    .collect()
            })
            .collect();
        let stationary = solve(matrix, vec![share; size]).ok_or(FiniteChainError::Reducible)?;
        Ok(Self {
            transition,
            stationary,
        })
    }

    /// The stationary distribution.
    pub fn stationary(&self) -> &[f64] {
        &self.stationary
    }

    /// Stationary mean of an observable, given by its value in each state.
    pub fn mean(&self, f: &[f64]) -> f64 {
        self.stationary.iter().zip(f).map(|(p, x)| p * x).sum()
    }

    /// The exact integrated autocorrelation time of an observable.
    ///
    /// ```text
    /// τ = ½ + Σ_{t≥1} ρ(t) = ⟨f̄, g⟩/⟨f̄, f̄⟩ − ½,   (I − P + 1πᵀ) g = f̄ = f − ⟨f⟩
    /// ```
    /// For a periodic chain it is the Abel (or Cesàro) value of the sum, which is what the variance of
    /// a long average needs.
    ///
    /// # Errors
    /// [`FiniteChainError::Observable`] if `f` has the wrong length, is not finite or has no variance.
    ///
    /// # Accuracy
    /// Test `two_states_have_their_closed_form`.
    ///
    /// # Complexity
    /// O(n³).
    pub fn autocorrelation_time(&self, f: &[f64]) -> Result<f64, FiniteChainError> {
        let size = self.stationary.len();
        let refusal = FiniteChainError::Observable { size };
        if f.len() != size {
            return Err(refusal);
        }
        let mean = self.mean(f);
        let centred: Vec<f64> = f.iter().map(|x| x - mean).collect();
        let product = |g: &[f64]| -> f64 {
            (0..size)
                .map(|i| self.stationary[i] * centred[i] * g[i])
                .sum()
        };
        let variance = product(&centred);
        if !(variance > 0.0 && variance.is_finite()) {
            return Err(refusal);
        }
        let matrix = (0..size)
            .map(|i| {
                (0..size)
                    .map(|j| {
                        f64::from(u8::from(i == j)) - self.transition[i][j] + self.stationary[j]
                    })
                    .collect()
            })
            .collect();
        let g = solve(matrix, centred.clone()).ok_or(FiniteChainError::Reducible)?;
        Ok(product(&g) / variance - 0.5)
    }

    /// Values of an observable along a run of given length that starts in a stationary draw.
    ///
    /// # Panics
    /// If `f` has fewer entries than there are states.
    pub fn sample(&self, f: &[f64], length: usize, stream: &mut Stream) -> Vec<f64> {
        let mut state = draw(&self.stationary, stream);
        (0..length)
            .map(|_| {
                let value = f[state];
                state = draw(&self.transition[state], stream);
                value
            })
            .collect()
    }
}

/// An index with the given probabilities.
fn draw(probabilities: &[f64], stream: &mut Stream) -> usize {
    let mut left = stream.uniform();
    for (i, p) in probabilities.iter().enumerate() {
        left -= p;
        if left < 0.0 {
            return i;
        }
    }
    // Rounding left a remainder: the last index that can occur.
    probabilities.iter().rposition(|&p| p > 0.0).unwrap_or(0)
}

/// Gaussian elimination with row pivots; `None` if a pivot vanishes to rounding.
fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Option<Vec<f64>> {
    let n = b.len();
    for col in 0..n {
        let pivot = (col..n).max_by(|&i, &j| a[i][col].abs().total_cmp(&a[j][col].abs()))?;
        if a[pivot][col].abs() < 1e-13 {
            return None;
        }
        a.swap(col, pivot);
        b.swap(col, pivot);
        let (above, below) = a.split_at_mut(col + 1);
        let top = &above[col];
        let b_top = b[col];
        for (row, rhs) in below.iter_mut().zip(&mut b[col + 1..]) {
            let factor = row[col] / top[col];
            for k in col..n {
                row[k] -= factor * top[k];
            }
            *rhs -= factor * b_top;
        }
    }
    for col in (0..n).rev() {
        let known: f64 = (col + 1..n).map(|k| a[col][k] * b[k]).sum();
        b[col] = (b[col] - known) / a[col][col];
    }
    Some(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_states_have_their_closed_form() {
        // Second eigenvalue λ = 1 − a − b, so τ = ½ (1 + λ)/(1 − λ) for every observable.
        for (a, b) in [(0.1, 0.3), (0.5, 0.5), (0.9, 0.8), (1e-4, 2e-4), (1.0, 1.0)] {
            let chain = FiniteChain::new(vec![vec![1.0 - a, a], vec![b, 1.0 - b]]).unwrap();
            let lambda: f64 = 1.0 - a - b;
            let want = 0.5 * (1.0 + lambda) / (1.0 - lambda);
            let got = chain.autocorrelation_time(&[3.0, -1.5]).unwrap();
            assert!(
                (got - want).abs() < 1e-10 * (1.0 + want),
                "{a}, {b}: {got} not {want}"
            );
            assert!((chain.stationary()[0] - b / (a + b)).abs() < 1e-12);
        }
    }

    #[test]
    fn the_time_is_the_sum_of_autocorrelations() {
        // A chain without detailed balance, against P^t summed until it is below rounding.
        let p = vec![
            vec![0.1, 0.7, 0.2],
            vec![0.2, 0.1, 0.7],
            vec![0.6, 0.3, 0.1],
        ];
        let chain = FiniteChain::new(p.clone()).unwrap();
        let f = [1.0, 5.0, -2.0];
        let mean = chain.mean(&f);
        let centred: Vec<f64> = f.iter().map(|x| x - mean).collect();
        let cov = |g: &[f64]| -> f64 {
            (0..3)
                .map(|i| chain.stationary()[i] * centred[i] * g[i])
                .sum()
        };
        let (mut g, mut tau) = (centred.clone(), 0.5);
        for _ in 0..200 {
            g = (0..3)
                .map(|i| (0..3).map(|j| p[i][j] * g[j]).sum())
                .collect();
            tau += cov(&g) / cov(&centred);
        }
        assert!((chain.autocorrelation_time(&f).unwrap() - tau).abs() < 1e-12);
    }

    #[test]
    fn nonsense_is_refused() {
        let identity = vec![vec![1.0, 0.0], vec![0.0, 1.0]];
        assert_eq!(
            FiniteChain::new(identity).unwrap_err(),
            FiniteChainError::Reducible
        );
        assert!(FiniteChain::new(vec![]).is_err());
        assert!(FiniteChain::new(vec![vec![0.5, 0.5]]).is_err());
        assert!(FiniteChain::new(vec![vec![0.5, 0.6], vec![0.5, 0.5]]).is_err());
        assert!(FiniteChain::new(vec![vec![f64::NAN, 0.6], vec![0.5, 0.5]]).is_err());
        let fair = FiniteChain::new(vec![vec![0.5, 0.5], vec![0.5, 0.5]]).unwrap();
        assert!(fair.autocorrelation_time(&[1.0, 1.0]).is_err());
        assert!(fair.autocorrelation_time(&[1.0]).is_err());
    }
}
