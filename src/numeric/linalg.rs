//! Symmetric matrices in double precision, with certificates that hold for the true matrix.
//!
//! Factorisations and eigenvectors come from `faer` and are only candidates. What is returned as an
//! [`Enclosure`] follows from a residual that is computed with outward rounding, so it does not rest
//! on how accurate the candidate is; a bad candidate gives a wide bound or none.

use super::Enclosure;
use faer::{Mat, Side};
use num_traits::{One, Zero};

/// A symmetric matrix whose entries are known within enclosures.
#[derive(Clone, Debug)]
pub struct SymmetricMatrix {
    size: usize,
    /// Row by row, both triangles.
    entries: Vec<Enclosure>,
}

/// A proof that a symmetric matrix M is positive definite, and what follows from it.
///
/// With a lower triangular matrix X of doubles, `X M Xᵀ = 1 + F` and a bound `‖F‖₂ ≤ ‖F‖_∞ ≤ ε < 1`:
/// M is positive definite by congruence, the eigenvalues of `1 + F` lie in `[1 − ε, 1 + ε]`, and
///
/// ```text
/// ln|M| = −2 Σ ln X_ii + ln|1 + F|,   M⁻¹ = Xᵀ (1 + F)⁻¹ X
/// ```
#[derive(Clone, Debug)]
pub struct PositiveDefinite {
    size: usize,
    /// X, row by row; zero above the diagonal.
    whitening: Vec<f64>,
    /// ε.
    defect: f64,
}

impl SymmetricMatrix {
    /// The matrix with the entries `f(i, j)` for `i ≤ j`, mirrored.
    pub fn from_fn(size: usize, mut f: impl FnMut(usize, usize) -> Enclosure) -> Self {
        let mut entries = vec![Enclosure::zero(); size * size];
        for i in 0..size {
            for j in i..size {
                let value = f(i, j);
                entries[i * size + j] = value;
                entries[j * size + i] = value;
            }
        }
        Self { size, entries }
    }

    /// Number of rows.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The entry.
    ///
    /// # Panics
    /// Outside the matrix.
    pub fn get(&self, row: usize, col: usize) -> Enclosure {
        assert!(row < self.size && col < self.size, "no such entry");
        self.entries[row * self.size + col]
    }

    fn candidate(&self) -> Mat<f64> {
        Mat::from_fn(self.size, self.size, |i, j| self.get(i, j).mid())
    }

    fn is_finite(&self) -> bool {
        self.entries.iter().all(|e| e.magnitude().is_finite())
    }

    /// Upper bound of the largest magnitude of an eigenvalue: the largest sum of a row's magnitudes.
    pub fn spectral_bound(&self) -> f64 {
        (0..self.size)
            .map(|i| {
                (0..self.size)
                    .map(|j| self.get(i, j).abs())
                    .sum::<Enclosure>()
                    .hi()
            })
            .fold(0.0, f64::max)
    }

    /// The eigenvalues as `faer` finds them, ascending and without bounds. `None` if it does not converge.
    pub fn approximate_eigenvalues(&self) -> Option<Vec<f64>> {
        if !self.is_finite() {
            return None;
        }
        self.candidate().self_adjoint_eigenvalues(Side::Lower).ok()
    }

    /// An enclosure of the smallest eigenvalue.
    ///
    /// The upper bound is the Rayleigh quotient of an approximate eigenvector; the lower bound is a
    /// shift s for which `M − s·1` has a certificate. Unbounded on a side that could not be shown.
    pub fn smallest_eigenvalue(&self) -> Enclosure {
        if !self.is_finite() || self.size == 0 {
            return Enclosure::UNBOUNDED;
        }
        let Ok(eigen) = self.candidate().self_adjoint_eigen(Side::Lower) else {
            return Enclosure::UNBOUNDED;
        };
        let vector: Vec<Enclosure> = (0..self.size)
            .map(|i| Enclosure::exact(eigen.U()[(i, 0)]))
            .collect();
        let product =
            |i: usize| -> Enclosure { (0..self.size).map(|j| self.get(i, j) * vector[j]).sum() };
        let form: Enclosure = (0..self.size).map(|i| vector[i] * product(i)).sum();
        let norm: Enclosure = vector.iter().map(|v| v.square()).sum();
        let quotient = form / norm;
        let scale = self.spectral_bound().max(f64::MIN_POSITIVE);
        let mut slack = 1e-14 * scale;
        while slack < 4.0 * scale {
            let shift = quotient.lo() - slack;
            if self.shifted(shift).certify().is_some() {
                return Enclosure::new(shift, quotient.hi());
            }
            slack *= 4.0;
        }
        Enclosure::new(-scale, quotient.hi())
    }

    /// `M − shift · 1`.
    fn shifted(&self, shift: f64) -> Self {
        Self::from_fn(self.size, |i, j| {
            if i == j {
                self.get(i, j) - Enclosure::exact(shift)
            } else {
                self.get(i, j)
            }
        })
    }

    /// Proves that the matrix is positive definite, whatever its entries are within their
    /// enclosures; `None` if that cannot be shown, which is no proof of the contrary.
    ///
    /// # Complexity
    /// O(size³) interval operations.
    pub fn certify(&self) -> Option<PositiveDefinite> {
        if !self.is_finite() {
            return None;
        }
        let k = self.size;
        let factor = self.candidate().llt(Side::Lower).ok()?;
        let lower = factor.L();
        // X ≈ L⁻¹ by forward substitution, a column at a time.
        let mut whitening = vec![0.0; k * k];
        for col in 0..k {
            whitening[col * k + col] = 1.0 / lower[(col, col)];
            for row in col + 1..k {
                let dot: f64 = (col..row)
                    .map(|j| lower[(row, j)] * whitening[j * k + col])
                    .sum();
                whitening[row * k + col] = -dot / lower[(row, row)];
            }
        }
        let positive = (0..k).all(|i| whitening[i * k + i] > 0.0);
        if !positive || whitening.iter().any(|x| !x.is_finite()) {
            return None;
        }
        let x = |i: usize, j: usize| Enclosure::exact(whitening[i * k + j]);
        let mut defect = 0.0_f64;
        for i in 0..k {
            let row: Vec<Enclosure> = (0..k)
                .map(|j| (0..=i).map(|l| x(i, l) * self.get(l, j)).sum())
                .collect();
            let magnitudes: Enclosure = (0..k)
                .map(|j| {
                    let entry: Enclosure = (0..=j).map(|l| row[l] * x(j, l)).sum();
                    if i == j {
                        (entry - Enclosure::one()).abs()
                    } else {
                        entry.abs()
                    }
                })
                .sum();
            defect = defect.max(magnitudes.hi());
        }
        (defect < 1.0).then_some(PositiveDefinite {
            size: k,
            whitening,
            defect,
        })
    }
}

impl PositiveDefinite {
    /// The bound ε on how far `X M Xᵀ` is from the identity.
    pub fn defect(&self) -> f64 {
        self.defect
    }

    /// `ln|M|`.
    ///
    /// # Accuracy
    /// Test `bounds_contain_the_exact_values`.
    pub fn ln_det(&self) -> Enclosure {
        let k = Enclosure::exact(self.size as f64);
        let correction = k * Enclosure::exact(-self.defect)
            .ln_1p()
            .hull(Enclosure::exact(self.defect).ln_1p());
        let diagonal: Enclosure = (0..self.size)
            .map(|i| Enclosure::exact(self.whitening[i * self.size + i]).ln())
            .sum();
        correction - diagonal * Enclosure::exact(2.0)
    }

    /// `X v`; then `vᵀM⁻¹v` is within [`PositiveDefinite::spread`] times `|X v|²`.
    ///
    /// # Panics
    /// If v has the wrong length.
    pub fn whiten(&self, v: &[Enclosure]) -> Vec<Enclosure> {
        assert_eq!(v.len(), self.size, "the vector must fit the matrix");
        (0..self.size)
            .map(|i| {
                (0..=i)
                    .map(|j| Enclosure::exact(self.whitening[i * self.size + j]) * v[j])
                    .sum()
            })
            .collect()
    }

    /// `[1/(1 + ε), 1/(1 − ε)]`, where the eigenvalues of `(1 + F)⁻¹` lie.
    pub fn spread(&self) -> Enclosure {
        let e = Enclosure::exact(self.defect);
        let one = Enclosure::one();
        (one / (one + e)).hull(one / (one - e))
    }

    /// `uᵀM⁻¹v` from the whitened vectors `X u` and `X v`.
    pub fn inverse_form(&self, white_u: &[Enclosure], white_v: &[Enclosure]) -> Enclosure {
        let dot: Enclosure = white_u.iter().zip(white_v).map(|(a, b)| *a * *b).sum();
        let norm = |w: &[Enclosure]| w.iter().map(|x| x.square()).sum::<Enclosure>().sqrt();
        // |aᵀ((1 + F)⁻¹ − 1)b| ≤ ε/(1 − ε) |a||b|.
        let e = Enclosure::exact(self.defect);
        let slack = e / (Enclosure::one() - e) * norm(white_u) * norm(white_v);
        dot + Enclosure::new(-slack.hi(), slack.hi())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigInt;
    use num_rational::BigRational;
    use proptest::prelude::*;

    /// Determinant and vᵀM⁻¹v by exact elimination; `None` unless every pivot is positive.
    fn exact(m: &[Vec<i64>], v: &[i64]) -> Option<(BigRational, BigRational)> {
        let q = |x: i64| BigRational::from_integer(BigInt::from(x));
        let mut a: Vec<Vec<BigRational>> = m
            .iter()
            .zip(v)
            .map(|(row, &b)| row.iter().map(|&x| q(x)).chain([q(b)]).collect())
            .collect();
        let (mut det, mut form) = (q(1), q(0));
        for k in 0..m.len() {
            let pivot = a[k][k].clone();
            if pivot <= q(0) {
                return None;
            }
            let last = a[k][m.len()].clone();
            form += &last * &last / &pivot;
            for i in k + 1..m.len() {
                let ratio = &a[i][k] / &pivot;
                for j in k..=m.len() {
                    let change = &ratio * &a[k][j];
                    a[i][j] -= change;
                }
            }
            det *= pivot;
        }
        Some((det, form))
    }

    fn matrix(m: &[Vec<i64>]) -> SymmetricMatrix {
        SymmetricMatrix::from_fn(m.len(), |i, j| Enclosure::exact(m[i][j] as f64))
    }

    proptest! {
        #[test]
        fn bounds_contain_the_exact_values(
            size in 1_usize..7,
            numbers in prop::collection::vec(-9_i64..10, 36),
            v in prop::collection::vec(-9_i64..10, 6),
            shift in 0_i64..40,
        ) {
            let m: Vec<Vec<i64>> = (0..size)
                .map(|i| (0..size).map(|j| {
                    let (r, s) = (i.min(j), i.max(j));
                    numbers[6 * r + s] + if i == j { shift } else { 0 }
                }).collect())
                .collect();
            let matrix = matrix(&m);
            let certificate = matrix.certify();
            match exact(&m, &v[..size]) {
                None => prop_assert!(certificate.is_none(), "certified an indefinite matrix"),
                Some((det, form)) => {
                    // Positive definite integer matrices of this size are far from singular.
                    let certificate = certificate.expect("positive definite");
                    let ln_det = certificate.ln_det();
                    prop_assert!(ln_det.overlaps(Enclosure::from_rational(&det).ln()));
                    prop_assert!(ln_det.width() < 1e-9);
                    let v: Vec<Enclosure> =
                        v[..size].iter().map(|&x| Enclosure::exact(x as f64)).collect();
                    let white = certificate.whiten(&v);
                    let bound = certificate.inverse_form(&white, &white);
                    prop_assert!(bound.contains_rational(&form), "{bound:?} {form}");
                    // faer's own values lie where the bounds say, up to its rounding.
                    let eigenvalues = matrix.approximate_eigenvalues().unwrap();
                    let sum: f64 = eigenvalues.iter().map(|x| x.ln()).sum();
                    prop_assert!(Enclosure::around(sum, 1e-9).overlaps(ln_det));
                }
            }
            let smallest = matrix.smallest_eigenvalue();
            let candidate = matrix.approximate_eigenvalues().unwrap()[0];
            prop_assert!(smallest.overlaps(Enclosure::around(candidate, 1e-11)));
            prop_assert!(smallest.width() < 1e-9);
        }
    }

    #[test]
    fn the_smallest_eigenvalue_of_a_known_matrix() {
        // Eigenvalues −3, −3 and 1, 3.
        let both = matrix(&[vec![-3, 0], vec![0, -3]]).smallest_eigenvalue();
        assert!(both.contains(-3.0) && both.is_negative());
        let other = matrix(&[vec![2, 1], vec![1, 2]]).smallest_eigenvalue();
        assert!(other.contains(1.0) && other.width() < 1e-10);
        let zero = matrix(&[vec![0]]).smallest_eigenvalue();
        assert!(zero.hi() <= 0.0 && zero.contains(0.0));
    }

    #[test]
    fn a_singular_matrix_has_no_certificate() {
        assert!(matrix(&[vec![1, 1], vec![1, 1]]).certify().is_none());
    }
}
