//! Gaussian fields with finitely many modes.

use crate::symbolic::{Field, Laurent, Matrix};
use num_rational::BigRational;
use num_traits::{One, Zero};
use thiserror::Error;

/// Why there is no such field.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum FreeFieldError {
    /// The matrix of the action is not square or not symmetric.
    #[error("the matrix of an action must be square and symmetric")]
    NotSymmetric,
    /// The modes to be integrated out have a singular action.
    #[error("the action of the modes to be integrated out is singular")]
    Singular,
}

/// A field with the action `S = ½ φᵀ M φ` and the measure `[dφ] = ∏ dφ_k / √(2π)`.
///
/// ```text
/// ∫[dφ] e^{−S} = (det M)^{−1/2},   ⟨φ_i φ_j⟩ = (M⁻¹)_ij
/// ```
/// With this measure the integrals of polynomials are rational wherever M is a square of a rational
/// triangular matrix, so that nothing has to be rounded.
#[derive(Clone, Debug)]
pub struct FreeField<C> {
    matrix: Matrix<C>,
}

/// What is left when some modes are integrated out: `S_eff = ½ φ_<ᵀ M_eff φ_< + ½ ln det M_>>`.
#[derive(Clone, Debug)]
pub struct Eliminated<C> {
    /// The field of the modes that stay, in their old order.
    pub low: FreeField<C>,
    /// `det M_>>`, whose `(…)^{−1/2}` is the constant factor of `e^{−S_eff}`.
    pub determinant: C,
}

impl<C: Field> FreeField<C> {
    /// The field with this matrix in its action.
    ///
    /// # Errors
    /// [`FreeFieldError::NotSymmetric`].
    pub fn new(matrix: Matrix<C>) -> Result<Self, FreeFieldError> {
        let n = matrix.rows();
        let symmetric = n == matrix.cols()
            && (0..n).all(|i| {
                (0..i).all(|j| (matrix[(i, j)].clone() - matrix[(j, i)].clone()).is_zero())
            });
        if symmetric {
            Ok(Self { matrix })
        } else {
            Err(FreeFieldError::NotSymmetric)
        }
    }

    /// The matrix M of the action.
    pub fn matrix(&self) -> &Matrix<C> {
        &self.matrix
    }

    /// The number of modes.
    pub fn modes(&self) -> usize {
        self.matrix.rows()
    }

    /// `det M`.
    pub fn determinant(&self) -> C {
        self.matrix
            .determinant()
            .unwrap_or_else(|_| unreachable!("checked to be square"))
    }

    /// `⟨φ_{a} φ_{b} …⟩` normalised, by Wick's sum over pairings of the entries of M⁻¹; `None` if M is
    /// singular.
    pub fn wick(&self, fields: &[usize]) -> Option<C> {
        let covariance = self.matrix.inverse()?;
        Some(pairings(fields, &|a, b| covariance[(a, b)].clone()))
    }

    /// Integrates out the modes in `high`.
    ///
    /// ```text
    /// M_eff = M_<< − M_<> (M_>>)⁻¹ M_><
    /// ```
    /// # Errors
    /// [`FreeFieldError::Singular`] if `det M_>> = 0`.
    pub fn integrate_out(&self, high: &[usize]) -> Result<Eliminated<C>, FreeFieldError> {
        let low: Vec<usize> = (0..self.modes()).filter(|k| !high.contains(k)).collect();
        let part = |rows: &[usize], cols: &[usize]| {
            Matrix::from_fn(rows.len(), cols.len(), |i, j| {
                self.matrix[(rows[i], cols[j])].clone()
            })
        };
        let block = part(high, high);
        let determinant = block
            .determinant()
            .unwrap_or_else(|_| unreachable!("a square block"));
        let inverse = block.inverse().ok_or(FreeFieldError::Singular)?;
        let correction = part(&low, high)
            .mul(&inverse)
            .and_then(|m| m.mul(&part(high, &low)))
            .unwrap_or_else(|_| unreachable!("the blocks fit"));
        let matrix = part(&low, &low)
            .sub(&correction)
            .unwrap_or_else(|_| unreachable!("equal shapes"));
        Ok(Eliminated {
            low: Self { matrix },
            determinant,
        })
    }
}

/// Wick's theorem: the sum over all pairings of `fields` of the product of `contraction`s.
pub fn pairings<C: Field>(fields: &[usize], contraction: &impl Fn(usize, usize) -> C) -> C {
    let Some((&first, rest)) = fields.split_first() else {
        return C::one();
    };
    let mut sum = C::zero();
    for k in 0..rest.len() {
        let others: Vec<usize> = rest
            .iter()
            .enumerate()
            .filter(|&(i, _)| i != k)
            .map(|(_, &f)| f)
            .collect();
        sum = sum + contraction(first, rest[k]) * pairings(&others, contraction);
    }
    sum
}

/// `∫[dφ] e^{−S} φ_a φ_b …` for `M = L Lᵀ`, by the change of variables `φ = L^{−T} y` to independent
/// standard normal y and their moments; no inverse of M and no pairing is used.
///
/// Not normalised: for no fields at all it is the partition function `1/|det L|`. `None` unless `lower`
/// is square with a diagonal that has no zero.
pub fn integral_by_whitening(lower: &Matrix<BigRational>, fields: &[usize]) -> Option<BigRational> {
    let n = lower.rows();
    let inverse = lower.inverse()?;
    let mut product = Laurent::one();
    for &field in fields {
        // φ_f = Σ_k (L⁻¹)_kf y_k.
        let linear =
            Laurent::from_terms((0..n).map(|k| (vec![(k, 1)], inverse[(k, field)].clone())));
        product = &product * &linear;
    }
    let mut sum = BigRational::zero();
    for (powers, coefficient) in product.terms() {
        let mut term = coefficient;
        for (_, power) in powers {
            term *= normal_moment(power);
        }
        sum += term;
    }
    let jacobian = (0..n).fold(BigRational::one(), |p, k| p * &lower[(k, k)]);
    Some(sum / jacobian)
}

/// `E[y^power]` of a standard normal: 1·3·5…(power − 1), or zero.
fn normal_moment(power: i32) -> BigRational {
    if power % 2 != 0 {
        return BigRational::zero();
    }
    (1..power).step_by(2).fold(BigRational::one(), |p, k| {
        p * BigRational::from_integer(k.into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn q(n: i64) -> BigRational {
        BigRational::from_integer(n.into())
    }

    fn lower() -> Matrix<BigRational> {
        Matrix::new(3, 3, [2, 0, 0, -1, 3, 0, 1, 1, 1].map(q).to_vec()).unwrap()
    }

    #[test]
    fn whitening_and_pairings_agree() {
        let field = FreeField::new(lower().mul(&lower().transpose()).unwrap()).unwrap();
        let z = integral_by_whitening(&lower(), &[]).unwrap();
        assert_eq!(&z * &z, q(1) / field.determinant());
        for fields in [
            vec![0, 1],
            vec![0, 0, 1, 2],
            vec![2, 2, 2, 1, 1, 0],
            vec![1],
        ] {
            let by_pairs = field.wick(&fields).unwrap();
            assert_eq!(
                integral_by_whitening(&lower(), &fields).unwrap(),
                by_pairs * &z
            );
        }
    }

    #[test]
    fn an_action_is_symmetric() {
        assert_eq!(
            FreeField::new(lower()).unwrap_err(),
            FreeFieldError::NotSymmetric
        );
    }
}
