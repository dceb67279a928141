//! Moments of operators at two neighbouring levels, and the linearised transformation from them.

use faer::Mat;
use faer::linalg::solvers::Solve;

/// Sums of the operators of one parity at a level and the next, and of their products.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Moments {
    operators: usize,
    count: f64,
    /// `S_β`, `S'_α`, `S'_α S_β` (by rows α), `S'_α S'_γ`.
    sums: Vec<f64>,
}

impl Moments {
    /// Numbers of a set of moments.
    pub(super) const fn length(operators: usize) -> usize {
        2 * operators * (1 + operators)
    }

    pub(super) fn new(operators: usize) -> Self {
        Self {
            operators,
            count: 0.0,
            sums: vec![0.0; Self::length(operators)],
        }
    }

    /// Adds one measurement: the operators, as fractions of their largest values, at both levels.
    pub(super) fn add(&mut self, fine: &[f64], coarse: &[f64]) {
        let n = self.operators;
        self.count += 1.0;
        let (means, products) = self.sums.split_at_mut(2 * n);
        for k in 0..n {
            means[k] += fine[k];
            means[n + k] += coarse[k];
        }
        let (cross, own) = products.split_at_mut(n * n);
        for a in 0..n {
            for b in 0..n {
                cross[a * n + b] += coarse[a] * fine[b];
                own[a * n + b] += coarse[a] * coarse[b];
            }
        }
    }

    /// The means.
    pub(super) fn means(&self) -> impl Iterator<Item = f64> + '_ {
        self.sums.iter().map(|x| x / self.count)
    }
}

/// Which part of the means belongs to a matrix of the first `used` operators.
#[derive(Clone, Copy, Debug)]
pub(super) struct Linearised {
    /// Operators that were measured.
    pub operators: usize,
    /// How many of them, from the first, are used.
    pub used: usize,
    /// Whether their means vanish by symmetry.
    pub odd: bool,
}

impl Linearised {
    /// Eigenvalues of `T = C⁻¹ A` from the means, real parts descending, as (real, imaginary); `None` if C
    /// is singular or the algorithm does not converge.
    ///
    /// ```text
    /// A_αβ = ⟨S'_α S_β⟩ − ⟨S'_α⟩⟨S_β⟩,   C_αγ = ⟨S'_α S'_γ⟩ − ⟨S'_α⟩⟨S'_γ⟩,   T_γβ = ∂K'_γ/∂K_β
    /// ```
    /// `fine` and `coarse` are the largest values of the operators: T is that of the sums, not of the
    /// fractions that were measured.
    pub(super) fn eigenvalues(
        self,
        means: &[f64],
        fine: &[f64],
        coarse: &[f64],
    ) -> Option<Vec<(f64, f64)>> {
        let (n, m) = (self.operators, self.used);
        let mean = |k: usize| if self.odd { 0.0 } else { means[k] };
        let cross = |a: usize, b: usize| means[2 * n + a * n + b] - mean(n + a) * mean(b);
        let own = |a: usize, b: usize| means[2 * n + n * n + a * n + b] - mean(n + a) * mean(n + b);
        let c = Mat::from_fn(m, m, |a, b| own(a, b) * coarse[b]);
        let a = Mat::from_fn(m, m, |a, b| cross(a, b) * fine[b]);
        let t = c.partial_piv_lu().solve(&a);
        if !t.col_iter().all(|c| c.iter().all(|x| x.is_finite())) {
            return None;
        }
        let mut values: Vec<(f64, f64)> = t
            .eigenvalues()
            .ok()?
            .into_iter()
            .map(|z| (z.re, z.im))
            .collect();
        values.sort_by(|x, y| y.0.total_cmp(&x.0));
        Some(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_relation_is_found() {
        // S = Mᵀ S' + noise that is independent of S', and the two S' are correlated. Then A = C M, T = M.
        let m = [[3.0, 1.0], [0.5, 2.0]];
        let mut moments = Moments::new(2);
        for state in 0..8 {
            let sign = |bit: i32| f64::from(1 - 2 * (state >> bit & 1));
            // Means that do not vanish must drop out.
            let coarse = [sign(0) + 0.25, sign(0) + sign(1) - 0.5];
            let fine = [0, 1].map(|b| m[0][b] * coarse[0] + m[1][b] * coarse[1] + sign(2) + 1.5);
            moments.add(&fine, &coarse);
        }
        let means: Vec<f64> = moments.means().collect();
        let part = |used, odd| Linearised {
            operators: 2,
            used,
            odd,
        };
        let one = [1.0; 2];
        let values = part(2, false).eigenvalues(&means, &one, &one).unwrap();
        // λ² − 5λ + 5.5 = 0.
        let root = 0.75_f64.sqrt();
        assert!((values[0].0 - (2.5 + root)).abs() < 1e-12, "{values:?}");
        assert!((values[1].0 - (2.5 - root)).abs() < 1e-12);
        let single = part(1, false).eigenvalues(&means, &one, &one).unwrap();
        // The first alone stands in for the second, with which it has covariance one: 3 + 0.5.
        assert!((single[0].0 - 3.5).abs() < 1e-12);
        // With the means taken for zero it is another matrix, and fractions are scaled back.
        let wrong = part(2, true).eigenvalues(&means, &one, &one).unwrap();
        assert!((wrong[0].0 - values[0].0).abs() > 0.01);
        let scaled = part(2, false)
            .eigenvalues(&means, &[8.0; 2], &[2.0; 2])
            .unwrap();
        assert!((scaled[0].0 - 4.0 * values[0].0).abs() < 1e-11);
    }

    #[test]
    fn a_singular_matrix_has_no_eigenvalues() {
        let mut moments = Moments::new(2);
        moments.add(&[1.0, 1.0], &[1.0, 1.0]);
        moments.add(&[-1.0, -1.0], &[-1.0, -1.0]);
        let means: Vec<f64> = moments.means().collect();
        let all = Linearised {
            operators: 2,
            used: 2,
            odd: false,
        };
        let values = all.eigenvalues(&means, &[1.0; 2], &[1.0; 2]);
        assert!(values.is_none(), "{values:?}");
    }
}
