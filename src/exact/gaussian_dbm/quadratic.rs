//! Quadratic Hamiltonians and their Gaussian integrals, over any field.

use crate::model::GaussianDbm;
use crate::symbolic::{Field, Matrix};

/// `H(u) = −ln(W)/(2β) + c − b·u + ½ uᵀQu`, so that `e^{−βH} = √W e^{−β(c − b·u + ½ uᵀQu)}`.
///
/// A Gaussian integral multiplies a weight by the square root of a rational function of the
/// parameters and of 2π. Kept squared, as `W`, it stays in the field of the parameters, and
/// identities between integrals are decided there. 2π is handed in as an element of the field:
/// an indeterminate over rational functions (π is transcendental over ℚ, so nothing is lost), an
/// enclosure over enclosures.
#[derive(Clone, Debug, PartialEq)]
pub struct QuadraticHamiltonian<T> {
    beta: T,
    weight_squared: T,
    constant: T,
    linear: Vec<T>,
    quadratic: Matrix<T>,
}

/// The value of a weight, `√weight_squared · e^{−β energy}`.
#[derive(Clone, Debug, PartialEq)]
pub struct SplitWeight<T> {
    /// The square of the factor that Gaussian integrals have left.
    pub weight_squared: T,
    /// The rational part of the energy.
    pub energy: T,
}

fn half<T: Field>() -> T {
    T::one() / (T::one() + T::one())
}

/// `xⁿ`.
pub(super) fn power<T: Field>(x: &T, n: usize) -> T {
    (0..n).fold(T::one(), |product, _| product * x.clone())
}

impl<T: Field> QuadraticHamiltonian<T> {
    /// The Hamiltonian with this linear part b and quadratic part Q, `W = 1` and `c = 0`. Only the
    /// form `uᵀQu` counts, so Q is replaced by its symmetric part.
    ///
    /// # Panics
    /// If Q is not square of the length of b.
    pub fn new(beta: T, linear: Vec<T>, quadratic: &Matrix<T>) -> Self {
        let k = linear.len();
        assert!(
            quadratic.rows() == k && quadratic.cols() == k,
            "linear and quadratic part must have the same number of variables"
        );
        let symmetric = Matrix::from_fn(k, k, |i, j| {
            (quadratic[(i, j)].clone() + quadratic[(j, i)].clone()) * half()
        });
        Self {
            beta,
            weight_squared: T::one(),
            constant: T::zero(),
            linear,
            quadratic: symmetric,
        }
    }

    /// The Hamiltonian H(x, y, z) of the machine; the variables are x, then y, then z.
    ///
    /// ```text
    /// b = (a, 0, 0),   Q = ⎛  0   −A   0 ⎞
    ///                      ⎜ −Aᵀ   1  −B ⎟
    ///                      ⎝  0   −Bᵀ  1 ⎠
    /// ```
    pub fn joint(machine: &GaussianDbm<T>) -> Self {
        let (n, m, p) = (machine.n_visible(), machine.n_middle(), machine.n_deep());
        let mut linear = machine.fields().to_vec();
        linear.resize(n + m + p, T::zero());
        let layer = |i: usize| {
            if i < n {
                (0, i)
            } else if i < n + m {
                (1, i - n)
            } else {
                (2, i - n - m)
            }
        };
        let quadratic = Matrix::from_fn(n + m + p, n + m + p, |i, j| {
            match (layer(i.min(j)), layer(i.max(j))) {
                ((0, r), (1, s)) => -machine.a()[(r, s)].clone(),
                ((1, r), (2, s)) => -machine.b()[(r, s)].clone(),
                ((1 | 2, _), (1 | 2, _)) if i == j => T::one(),
                _ => T::zero(),
            }
        });
        Self::new(machine.beta().clone(), linear, &quadratic)
    }

    /// The same with `W` multiplied by `factor`.
    pub fn weighted(mut self, factor: T) -> Self {
        self.weight_squared = self.weight_squared * factor;
        self
    }

    /// The same with `c` raised by `energy`.
    pub fn raised(mut self, energy: T) -> Self {
        self.constant = self.constant + energy;
        self
    }

    /// The number of variables.
    pub fn n_variables(&self) -> usize {
        self.linear.len()
    }

    /// β.
    pub fn beta(&self) -> &T {
        &self.beta
    }

    /// W, the square of the factor that Gaussian integrals have left.
    pub fn weight_squared(&self) -> &T {
        &self.weight_squared
    }

    /// The linear part b.
    pub fn linear(&self) -> &[T] {
        &self.linear
    }

    /// The quadratic part Q, symmetric.
    pub fn quadratic(&self) -> &Matrix<T> {
        &self.quadratic
    }

    /// The weight at a point.
    ///
    /// # Panics
    /// If the point has another number of coordinates than there are variables.
    pub fn at(&self, point: &[T]) -> SplitWeight<T> {
        assert_eq!(
            point.len(),
            self.n_variables(),
            "a point needs a coordinate for each variable"
        );
        let mut energy = self.constant.clone();
        for (i, u) in point.iter().enumerate() {
            let pull = (0..point.len()).fold(T::zero(), |sum, j| {
                sum + self.quadratic[(i, j)].clone() * point[j].clone()
            });
            energy = energy + u.clone() * (pull * half() - self.linear[i].clone());
        }
        SplitWeight {
            weight_squared: self.weight_squared.clone(),
            energy,
        }
    }

    /// Integrates one variable over ℝ by completing its square; the later variables move up.
    /// `None` if its quadratic coefficient q is zero.
    ///
    /// ```text
    /// ∫ du e^{−½βq u² + βs u} = √(2π/(βq)) e^{βs²/(2q)},   s = b_k − Σ_j Q_kj u_j
    /// ```
    /// The integral converges for q > 0; over indeterminates that is the reader's condition.
    ///
    /// # Panics
    /// If there is no such variable.
    pub fn integrate(&self, variable: usize, two_pi: &T) -> Option<Self> {
        let k = variable;
        let q = &self.quadratic[(k, k)];
        if q.is_zero() {
            return None;
        }
        let others: Vec<usize> = (0..self.n_variables()).filter(|&i| i != k).collect();
        let ratio = |i: usize| self.quadratic[(k, i)].clone() / q.clone();
        let b = &self.linear[k];
        Some(Self {
            beta: self.beta.clone(),
            weight_squared: self.weight_squared.clone() * two_pi.clone()
                / (self.beta.clone() * q.clone()),
            constant: self.constant.clone() - b.clone() * b.clone() / q.clone() * half(),
            linear: others
                .iter()
                .map(|&i| self.linear[i].clone() - b.clone() * ratio(i))
                .collect(),
            quadratic: Matrix::from_fn(others.len(), others.len(), |r, s| {
                let (i, j) = (others[r], others[s]);
                self.quadratic[(i, j)].clone() - self.quadratic[(k, i)].clone() * ratio(j)
            }),
        })
    }

    /// Integrates the variables from `first` on, one after the other in the given order of their
    /// present numbers; see [`QuadraticHamiltonian::integrate`].
    ///
    /// # Panics
    /// If `order` names a variable twice or one that is not there.
    pub fn integrate_in_order(&self, order: &[usize], two_pi: &T) -> Option<Self> {
        let mut gone: Vec<usize> = Vec::with_capacity(order.len());
        let mut rest = self.clone();
        for &variable in order {
            assert!(!gone.contains(&variable), "variable {variable} is gone");
            let shift = gone.iter().filter(|&&g| g < variable).count();
            rest = rest.integrate(variable - shift, two_pi)?;
            gone.push(variable);
        }
        Some(rest)
    }

    /// Integrates all variables from `first` on at once. `None` if their block of Q is singular.
    ///
    /// ```text
    /// ∫ dᵏz exp(−½ zᵀMz + Jᵀz) = √((2π)ᵏ/|M|) exp(½ JᵀM⁻¹J),   M symmetric and positive definite
    /// ```
    /// with `M = βQ_zz` and `J = β(b_z − Q_zu u)`.
    pub fn integrate_block(&self, first: usize, two_pi: &T) -> Option<Self> {
        let k = self.n_variables().checked_sub(first)?;
        let scaled = Matrix::from_fn(k, k, |i, j| {
            self.beta.clone() * self.quadratic[(first + i, first + j)].clone()
        });
        let determinant = scaled.determinant().ok()?;
        let inverse = scaled.inverse()?;
        let beta = &self.beta;
        // J = β(b_z − Q_zu u): the coefficient of every kept variable, and the constant in front.
        let source = |kept: Option<usize>| -> Vec<T> {
            (0..k)
                .map(|i| match kept {
                    None => beta.clone() * self.linear[first + i].clone(),
                    Some(u) => -(beta.clone() * self.quadratic[(first + i, u)].clone()),
                })
                .collect()
        };
        let form = |left: &[T], right: &[T]| {
            (0..k).fold(T::zero(), |sum, i| {
                (0..k).fold(sum, |sum, j| {
                    sum + left[i].clone() * inverse[(i, j)].clone() * right[j].clone()
                })
            })
        };
        let sources: Vec<Vec<T>> = (0..first).map(|u| source(Some(u))).collect();
        let offset = source(None);
        let per_beta = |value: T| value / beta.clone();
        Some(Self {
            beta: beta.clone(),
            weight_squared: self.weight_squared.clone() * power(two_pi, k) / determinant,
            constant: self.constant.clone() - per_beta(form(&offset, &offset)) * half(),
            linear: (0..first)
                .map(|u| self.linear[u].clone() + per_beta(form(&offset, &sources[u])))
                .collect(),
            quadratic: Matrix::from_fn(first, first, |u, v| {
                self.quadratic[(u, v)].clone() - per_beta(form(&sources[u], &sources[v]))
            }),
        })
    }

    /// The Hamiltonian over another field.
    pub fn map<U>(&self, mut f: impl FnMut(&T) -> U) -> QuadraticHamiltonian<U> {
        QuadraticHamiltonian {
            beta: f(&self.beta),
            weight_squared: f(&self.weight_squared),
            constant: f(&self.constant),
            linear: self.linear.iter().map(&mut f).collect(),
            quadratic: Matrix::from_fn(self.quadratic.rows(), self.quadratic.cols(), |i, j| {
                f(&self.quadratic[(i, j)])
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbolic::RationalFunction as R;

    fn indeterminate_machine(n: usize, m: usize, p: usize) -> GaussianDbm<R> {
        let mut next = 0;
        let mut var = || {
            next += 1;
            R::var(next)
        };
        let beta = var();
        let fields = (0..n).map(|_| var()).collect();
        let a = Matrix::from_fn(n, m, |_, _| var());
        let b = Matrix::from_fn(m, p, |_, _| var());
        GaussianDbm::new(beta, fields, a, b).unwrap()
    }

    #[test]
    fn the_order_of_integration_does_not_matter() {
        let joint = QuadraticHamiltonian::joint(&indeterminate_machine(1, 2, 1));
        let tau = R::var(0);
        let whole = joint.integrate_block(1, &tau).unwrap();
        for order in [[1, 2, 3], [3, 2, 1], [2, 3, 1]] {
            assert_eq!(joint.integrate_in_order(&order, &tau).unwrap(), whole);
        }
    }

    #[test]
    fn linear_terms_of_the_integrated_variables_are_kept() {
        // ∫ dz e^{−β(½z² − (u + v)z)}: energy −½(u + v)².
        let (tau, beta, v) = (R::var(0), R::var(1), R::var(2));
        let q = Matrix::from_fn(2, 2, |i, j| match (i, j) {
            (1, 1) => R::integer(1),
            (0, 0) => R::integer(0),
            _ => R::integer(-1),
        });
        let h = QuadraticHamiltonian::new(beta, vec![R::integer(0), v.clone()], &q);
        let (one, block) = (
            h.integrate(1, &tau).unwrap(),
            h.integrate_block(1, &tau).unwrap(),
        );
        assert_eq!(one, block);
        let u = R::var(3);
        let sum = u.clone() + v;
        let expected = -(sum.clone() * sum) / R::integer(2);
        assert_eq!(one.at(&[u]).energy, expected);
    }
}
