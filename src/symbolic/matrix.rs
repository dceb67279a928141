//! Small dense matrices over a commutative ring, without divisions where none are needed.

use super::ring::{Field, Ring};
use std::ops::Index;

/// Why matrices do not go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MatrixError {
    /// The number of entries is not rows × columns.
    #[error("a {rows} × {cols} matrix cannot have {entries} entries")]
    Entries {
        /// Rows asked for.
        rows: usize,
        /// Columns asked for.
        cols: usize,
        /// Entries given.
        entries: usize,
    },
    /// Two matrices whose shapes do not fit the operation.
    #[error("shapes {} × {} and {} × {} do not fit", left.0, left.1, right.0, right.1)]
    Shapes {
        /// Rows and columns of the left matrix.
        left: (usize, usize),
        /// Rows and columns of the right matrix.
        right: (usize, usize),
    },
    /// The operation is defined for square matrices only.
    #[error("the matrix is {rows} × {cols}, not square")]
    NotSquare {
        /// Rows of the matrix.
        rows: usize,
        /// Columns of the matrix.
        cols: usize,
    },
}

/// A dense matrix with entries in `C`, row-major.
///
/// Determinant and adjugate divide nothing (Samuelson and Berkowitz), so they are exact over any
/// [`Ring`], [`Laurent`](super::Laurent) polynomials included. They are meant for exact entries: over
/// `f64` a pivoting factorisation is more accurate.
///
/// ```
/// use blockspin::symbolic::{Laurent, Matrix};
/// let t = Laurent::var(0);
/// let bond = Matrix::from_fn(2, 2, |i, j| t.pow(if i == j { 1 } else { -1 }).unwrap());
/// let ring = bond.pow(3).unwrap().trace().unwrap();
/// assert_eq!(ring.display_with(&["t"]), "2·t³ + 6·t⁻¹");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix<C> {
    rows: usize,
    cols: usize,
    entries: Vec<C>,
}

impl<C> Matrix<C> {
    /// The matrix with these entries, row by row.
    ///
    /// # Errors
    /// [`MatrixError::Entries`] unless there are rows × columns of them.
    pub fn new(rows: usize, cols: usize, entries: Vec<C>) -> Result<Self, MatrixError> {
        if rows.checked_mul(cols) != Some(entries.len()) {
            return Err(MatrixError::Entries {
                rows,
                cols,
                entries: entries.len(),
            });
        }
        Ok(Self {
            rows,
            cols,
            entries,
        })
    }

    /// The matrix with entries `f(row, column)`.
    pub fn from_fn(rows: usize, cols: usize, mut f: impl FnMut(usize, usize) -> C) -> Self {
        let entries = (0..rows).flat_map(|i| (0..cols).map(move |j| (i, j)));
        let entries = entries.map(|(i, j)| f(i, j)).collect();
        Self {
            rows,
            cols,
            entries,
        }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// The entries, row by row.
    pub fn entries(&self) -> &[C] {
        &self.entries
    }

    /// The entry; `None` outside the matrix. `matrix[(row, col)]` panics there instead.
    pub fn get(&self, row: usize, col: usize) -> Option<&C> {
        (row < self.rows && col < self.cols).then(|| &self.entries[row * self.cols + col])
    }

    fn square(&self) -> Result<usize, MatrixError> {
        if self.rows == self.cols {
            return Ok(self.rows);
        }
        Err(MatrixError::NotSquare {
            rows: self.rows,
            cols: self.cols,
        })
    }
}

impl<C> Index<(usize, usize)> for Matrix<C> {
    type Output = C;

    /// # Panics
    /// Outside the matrix.
    fn index(&self, (row, col): (usize, usize)) -> &C {
        self.get(row, col)
            .expect("the entry lies outside the matrix")
    }
}

impl<C: Ring> Matrix<C> {
    /// The identity matrix.
    pub fn identity(size: usize) -> Self {
        Self::from_fn(size, size, |i, j| if i == j { C::one() } else { C::zero() })
    }

    /// Rows and columns exchanged.
    pub fn transpose(&self) -> Self {
        Self::from_fn(self.cols, self.rows, |i, j| self[(j, i)].clone())
    }

    /// The sum.
    ///
    /// # Errors
    /// [`MatrixError::Shapes`] unless the shapes are equal.
    pub fn add(&self, other: &Self) -> Result<Self, MatrixError> {
        self.zipped(other, |a, b| a + b)
    }

    /// The difference.
    ///
    /// # Errors
    /// [`MatrixError::Shapes`] unless the shapes are equal.
    pub fn sub(&self, other: &Self) -> Result<Self, MatrixError> {
        self.zipped(other, |a, b| a - b)
    }

    fn zipped(&self, other: &Self, f: impl Fn(C, C) -> C) -> Result<Self, MatrixError> {
        if (self.rows, self.cols) != (other.rows, other.cols) {
            return Err(self.misfit(other));
        }
        let pairs = self.entries.iter().zip(&other.entries);
        let entries = pairs.map(|(a, b)| f(a.clone(), b.clone())).collect();
        Ok(Self {
            rows: self.rows,
            cols: self.cols,
            entries,
        })
    }

    /// The matrix product.
    ///
    /// # Errors
    /// [`MatrixError::Shapes`] unless `self` has as many columns as `other` has rows.
    pub fn mul(&self, other: &Self) -> Result<Self, MatrixError> {
        if self.cols != other.rows {
            return Err(self.misfit(other));
        }
        Ok(Self::from_fn(self.rows, other.cols, |i, j| {
            (0..self.cols).fold(C::zero(), |sum, k| {
                sum + self[(i, k)].clone() * other[(k, j)].clone()
            })
        }))
    }

    fn misfit(&self, other: &Self) -> MatrixError {
        MatrixError::Shapes {
            left: (self.rows, self.cols),
            right: (other.rows, other.cols),
        }
    }

    /// Every entry times `factor`.
    pub fn scale(&self, factor: &C) -> Self {
        Self::from_fn(self.rows, self.cols, |i, j| {
            self[(i, j)].clone() * factor.clone()
        })
    }

    /// The sum of the diagonal.
    ///
    /// # Errors
    /// [`MatrixError::NotSquare`].
    pub fn trace(&self) -> Result<C, MatrixError> {
        let n = self.square()?;
        Ok((0..n).fold(C::zero(), |sum, i| sum + self[(i, i)].clone()))
    }

    /// The matrix power; the zeroth is the identity.
    ///
    /// # Errors
    /// [`MatrixError::NotSquare`].
    pub fn pow(&self, exponent: u32) -> Result<Self, MatrixError> {
        let mut result = Self::identity(self.square()?);
        for bit in (0..u32::BITS - exponent.leading_zeros()).rev() {
            result = result.mul(&result)?;
            if exponent >> bit & 1 == 1 {
                result = result.mul(self)?;
            }
        }
        Ok(result)
    }

    /// The coefficients of `det(λ − A)`, from λⁿ down to λ⁰, without a division.
    ///
    /// # Errors
    /// [`MatrixError::NotSquare`].
    /// # Complexity
    /// O(n⁴) ring operations.
    /// # References
    /// S. J. Berkowitz, Information Processing Letters 18 (1984) 147.
    pub fn characteristic_polynomial(&self) -> Result<Vec<C>, MatrixError> {
        let n = self.square()?;
        let mut polynomial = vec![C::one()];
        // Bordering the leading k × k block M with the row R, the column S and the corner a multiplies
        // its polynomial by the Toeplitz matrix of 1, −a, −RS, −RMS, −RM²S, …
        for k in 0..n {
            let mut border = vec![C::one(), -self[(k, k)].clone()];
            let mut column: Vec<C> = (0..k).map(|i| self[(i, k)].clone()).collect();
            for _ in 0..k {
                let dot = (0..k).fold(C::zero(), |sum, i| {
                    sum + self[(k, i)].clone() * column[i].clone()
                });
                border.push(-dot);
                column = (0..k)
                    .map(|i| {
                        (0..k).fold(C::zero(), |sum, j| {
                            sum + self[(i, j)].clone() * column[j].clone()
                        })
                    })
                    .collect();
            }
            polynomial = (0..=k + 1)
                .map(|i| {
                    (0..=i.min(k)).fold(C::zero(), |sum, j| {
                        sum + border[i - j].clone() * polynomial[j].clone()
                    })
                })
                .collect();
        }
        Ok(polynomial)
    }

    /// The determinant, without a division; 1 for the empty matrix.
    ///
    /// # Errors
    /// [`MatrixError::NotSquare`].
    /// # Complexity
    /// O(n⁴) ring operations.
    pub fn determinant(&self) -> Result<C, MatrixError> {
        let polynomial = self.characteristic_polynomial()?;
        let last = polynomial[self.rows].clone();
        Ok(if self.rows.is_multiple_of(2) {
            last
        } else {
            -last
        })
    }

    /// The adjugate, `A · adj(A) = det(A) · 1`, without a division.
    ///
    /// ```text
    /// (−1)^{n−1} adj(A) = A^{n−1} + c₁ A^{n−2} + … + c_{n−1}     (Cayley and Hamilton)
    /// ```
    /// # Errors
    /// [`MatrixError::NotSquare`].
    /// # Complexity
    /// O(n⁴) ring operations.
    pub fn adjugate(&self) -> Result<Self, MatrixError> {
        Ok(self.determinant_and_adjugate()?.1)
    }

    fn determinant_and_adjugate(&self) -> Result<(C, Self), MatrixError> {
        let polynomial = self.characteristic_polynomial()?;
        let n = self.rows;
        let mut sum = Self::from_fn(n, n, |_, _| C::zero());
        for c in &polynomial[..n] {
            sum = sum.mul(self)?;
            for i in 0..n {
                sum.entries[i * n + i] = sum.entries[i * n + i].clone() + c.clone();
            }
        }
        let minus = -C::one();
        let last = polynomial[n].clone();
        Ok(if n.is_multiple_of(2) {
            (last, sum.scale(&minus))
        } else {
            (-last, sum)
        })
    }
}

impl<C: Field> Matrix<C> {
    /// The inverse, `adj(A) / det(A)`; `None` if the matrix is not square or its determinant is zero.
    ///
    /// Over rational functions this divides once, where an elimination would have to cancel common
    /// factors at every step.
    pub fn inverse(&self) -> Option<Self> {
        let (determinant, adjugate) = self.determinant_and_adjugate().ok()?;
        if determinant.is_zero() {
            return None;
        }
        let entries = adjugate
            .entries
            .into_iter()
            .map(|entry| entry / determinant.clone())
            .collect();
        Some(Self {
            rows: self.rows,
            cols: self.cols,
            entries,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::laurent::tests::{polynomials, rational};
    use super::super::{Laurent, RationalFunction};
    use super::*;
    use num_rational::BigRational;
    use proptest::prelude::*;

    fn square(size: usize) -> impl Strategy<Value = Matrix<BigRational>> {
        let entry = (-6i64..7, 1i64..4).prop_map(|(p, q)| rational(p, q));
        prop::collection::vec(entry, size * size)
            .prop_map(move |entries| Matrix::new(size, size, entries).unwrap())
    }

    /// The determinant by expansion along the first row.
    fn expansion(a: &Matrix<BigRational>) -> BigRational {
        if a.rows() == 0 {
            return rational(1, 1);
        }
        (0..a.cols())
            .map(|j| {
                let minor = Matrix::from_fn(a.rows() - 1, a.cols() - 1, |r, c| {
                    a[(r + 1, if c < j { c } else { c + 1 })].clone()
                });
                let sign = rational(if j.is_multiple_of(2) { 1 } else { -1 }, 1);
                sign * &a[(0, j)] * expansion(&minor)
            })
            .sum()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn determinant_is_the_expansion(a in (0usize..5).prop_flat_map(square)) {
            prop_assert_eq!(a.determinant().unwrap(), expansion(&a));
            prop_assert_eq!(a.transpose().determinant().unwrap(), expansion(&a));
        }

        #[test]
        fn determinant_is_multiplicative(a in square(4), b in square(4)) {
            let product = a.mul(&b).unwrap().determinant().unwrap();
            prop_assert_eq!(product, a.determinant().unwrap() * b.determinant().unwrap());
        }

        #[test]
        fn matrix_times_adjugate_is_the_determinant(a in (1usize..5).prop_flat_map(square)) {
            let scaled = Matrix::identity(a.rows()).scale(&a.determinant().unwrap());
            prop_assert_eq!(a.mul(&a.adjugate().unwrap()).unwrap(), scaled.clone());
            prop_assert_eq!(a.adjugate().unwrap().mul(&a).unwrap(), scaled);
        }

        #[test]
        fn the_adjugate_needs_no_division(entries in prop::collection::vec(polynomials(), 9)) {
            let a = Matrix::new(3, 3, entries).unwrap();
            let scaled = Matrix::identity(3).scale(&a.determinant().unwrap());
            prop_assert_eq!(a.mul(&a.adjugate().unwrap()).unwrap(), scaled);
        }

        #[test]
        fn inverse(a in square(3)) {
            if let Some(inverse) = a.inverse() {
                prop_assert_eq!(a.mul(&inverse).unwrap(), Matrix::identity(3));
            } else {
                prop_assert_eq!(expansion(&a), rational(0, 1));
            }
        }

        #[test]
        fn a_matrix_solves_its_characteristic_equation(a in square(4)) {
            let zero = Matrix::from_fn(4, 4, |_, _| rational(0, 1));
            let value = a.characteristic_polynomial().unwrap().iter().fold(zero.clone(), |sum, c| {
                sum.mul(&a).unwrap().add(&Matrix::identity(4).scale(c)).unwrap()
            });
            prop_assert_eq!(value, zero);
        }
    }

    fn bond(power: i32) -> Matrix<Laurent> {
        let t = Laurent::var(0);
        Matrix::from_fn(2, 2, |i, j| {
            t.pow(if i == j { power } else { -power }).unwrap()
        })
    }

    /// `Σ_s t^{Σ s_i s_{i+1}}` over the configurations of n spins, on a ring or an open chain.
    fn enumerated(n: usize, bonds: usize) -> Laurent {
        Laurent::from_terms((0..1u32 << n).map(|state| {
            let spin = |i: usize| if state >> (i % n) & 1 == 1 { 1 } else { -1 };
            let exponent = (0..bonds).map(|i| spin(i) * spin(i + 1)).sum();
            (vec![(0, exponent)], rational(1, 1))
        }))
    }

    #[test]
    fn ising_ring_is_the_trace_of_the_transfer_matrix() {
        let ring = enumerated(4, 4);
        assert_eq!(ring.display_with(&["t"]), "2·t⁴ + 12 + 2·t⁻⁴");
        let trace = bond(1).pow(4).unwrap().trace().unwrap();
        assert_eq!(ring, trace);
        let doubled = bond(2).pow(4).unwrap().trace().unwrap();
        assert_ne!(ring, doubled, "K → 2K is not noticed");
        assert_eq!(
            doubled,
            ring.substitute(0, &Laurent::var(0).pow(2).unwrap())
                .unwrap()
        );
        assert_ne!(enumerated(4, 3), trace, "an open chain is not noticed");
        assert_ne!(
            enumerated(4, 4),
            bond(1).pow(3).unwrap().trace().unwrap(),
            "N → N − 1 is not noticed"
        );
        let open = bond(1)
            .pow(3)
            .unwrap()
            .entries()
            .iter()
            .fold(Laurent::zero(), |sum, c| sum + c);
        assert_eq!(enumerated(4, 3), open);
    }

    #[test]
    fn inverse_over_rational_functions() {
        let a = Matrix::from_fn(2, 2, |i, j| {
            RationalFunction::from_laurent(bond(1)[(i, j)].clone())
        });
        let inverse = a.inverse().unwrap();
        assert_eq!(a.mul(&inverse).unwrap(), Matrix::identity(2));
        let singular = Matrix::from_fn(2, 2, |_, j| RationalFunction::var(j));
        assert_eq!(singular.inverse(), None);
    }

    #[test]
    fn shapes_are_checked() {
        let a = Matrix::from_fn(2, 3, |i, j| (3 * i + j) as i64);
        assert_eq!(
            Matrix::new(2, 2, vec![1]),
            Err(MatrixError::Entries {
                rows: 2,
                cols: 2,
                entries: 1
            })
        );
        let misfit = MatrixError::Shapes {
            left: (2, 3),
            right: (2, 3),
        };
        assert_eq!(a.mul(&a), Err(misfit));
        assert_eq!(a.mul(&a.transpose()).unwrap().entries(), [5, 14, 14, 50]);
        let misfit = MatrixError::Shapes {
            left: (2, 3),
            right: (3, 2),
        };
        assert_eq!(a.add(&a.transpose()), Err(misfit));
        assert_eq!(a.sub(&a).unwrap(), a.scale(&0));
        assert_eq!(a.add(&a).unwrap(), a.scale(&2));
        let not_square = MatrixError::NotSquare { rows: 2, cols: 3 };
        assert_eq!(a.determinant(), Err(not_square));
        assert_eq!(a.adjugate(), Err(not_square));
        assert_eq!(a.trace(), Err(not_square));
        assert_eq!(a.pow(2), Err(not_square));
        assert_eq!(Matrix::new(1, 2, vec![1.0, 2.0]).unwrap().inverse(), None);
        assert_eq!(a.get(1, 2), Some(&5));
        assert_eq!((a.get(2, 0), a.get(0, 3)), (None, None));
    }
}
