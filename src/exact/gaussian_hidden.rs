//! A Boltzmann machine whose hidden units are Gaussian is a Hopfield network.
//!
//! ```text
//! ∫ Π_a dh_a/√(2π) exp(−½ Σ_a h_a² + Σ_ia v_i W_ia h_a + Σ_a b_a h_a) = exp(½ Σ_a (b_a + Σ_i W_ia v_i)²)
//! ```
//! The exponent has pair couplings and nothing of higher order, whatever the number of units.

use crate::symbolic::{Field, Matrix};
use thiserror::Error;

/// Why a matrix and a vector are no machine.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum GaussianHiddenError {
    /// The biases are not one for each hidden unit.
    #[error("{biases} biases for {hidden} hidden units")]
    Biases {
        /// How many biases there are.
        biases: usize,
        /// Columns of the weights.
        hidden: usize,
    },
}

/// Reduced Hamiltonian of a Hopfield network, `𝒦(v) = K₀ + Σ_i B_i v_i + Σ_{i<j} J_ij v_i v_j`.
#[derive(Clone, Debug, PartialEq)]
pub struct HopfieldCouplings<T> {
    /// `K₀ = ½ Σ_ia W_ia² + ½ Σ_a b_a²`; the diagonal of W Wᵀ ends here because `v_i² = 1`.
    pub constant: T,
    /// `B_i = Σ_a W_ia b_a`.
    pub fields: Vec<T>,
    /// J = W Wᵀ; only the entries off the diagonal are couplings.
    pub pairs: Matrix<T>,
}

impl<T: Field> HopfieldCouplings<T> {
    /// Integrates out the hidden units, of unit variance and with biases b, of weights W (visible ×
    /// hidden).
    ///
    /// ```text
    /// K₀ = ½ tr W Wᵀ + ½ b·b,   B = W b,   J = W Wᵀ
    /// ```
    /// # Errors
    /// [`GaussianHiddenError`] if the shapes do not fit.
    pub fn of_gaussian_hidden(
        weights: &Matrix<T>,
        bias: &[T],
    ) -> Result<Self, GaussianHiddenError> {
        if bias.len() != weights.cols() {
            return Err(GaussianHiddenError::Biases {
                biases: bias.len(),
                hidden: weights.cols(),
            });
        }
        let dot = |f: &dyn Fn(usize) -> T| (0..weights.cols()).fold(T::zero(), |s, a| s + f(a));
        let pairs = Matrix::from_fn(weights.rows(), weights.rows(), |i, j| {
            dot(&|a| weights[(i, a)].clone() * weights[(j, a)].clone())
        });
        let fields = (0..weights.rows())
            .map(|i| dot(&|a| weights[(i, a)].clone() * bias[a].clone()))
            .collect();
        let twice = (0..weights.rows())
            .fold(dot(&|a| bias[a].clone() * bias[a].clone()), |s, i| {
                s + pairs[(i, i)].clone()
            });
        Ok(Self {
            constant: twice / (T::one() + T::one()),
            fields,
            pairs,
        })
    }

    /// 𝒦(v); bit i of the state set means `v_i = +1`.
    pub fn evaluate(&self, state: usize) -> T {
        let spin = |x: &T, negative: bool| if negative { -x.clone() } else { x.clone() };
        let down = |i: usize| state >> i & 1 == 0;
        let mut value = self.constant.clone();
        for i in 0..self.fields.len() {
            value = value + spin(&self.fields[i], down(i));
            for j in 0..i {
                value = value + spin(&self.pairs[(i, j)], down(i) != down(j));
            }
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_rational::BigRational;

    #[test]
    fn exponent_is_half_the_square_of_the_field() {
        let q = |n: i64| BigRational::from_integer(n.into());
        let w = Matrix::from_fn(3, 2, |i, a| q((2 * i + 3 * a) as i64 - 2));
        let b = [q(1), q(-4)];
        let hopfield = HopfieldCouplings::of_gaussian_hidden(&w, &b).unwrap();
        for state in 0..8 {
            let square: BigRational = (0..2)
                .map(|a| {
                    let x = (0..3).fold(b[a].clone(), |x, i| {
                        if state >> i & 1 == 1 {
                            x + &w[(i, a)]
                        } else {
                            x - &w[(i, a)]
                        }
                    });
                    &x * &x
                })
                .sum();
            assert_eq!(hopfield.evaluate(state), square / q(2));
        }
        assert!(HopfieldCouplings::of_gaussian_hidden(&w, &b[..1]).is_err());
    }
}
