//! Gaussian integrals by the trapezoidal rule, with a bound on everything that it leaves out.

use super::QuadraticHamiltonian;
use crate::numeric::Enclosure;
use crate::numeric::linalg::SymmetricMatrix;
use num_traits::{One, Zero};
use thiserror::Error;

/// Most lattice points that a quadrature visits.
const MAX_POINTS: u64 = 1 << 22;

/// Why an integral was not computed.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum QuadratureError {
    /// The quadratic form is not certainly positive definite.
    #[error("the quadratic form has the eigenvalue {eigenvalue}, so the integral may diverge")]
    NotPositiveDefinite {
        /// Its smallest eigenvalue.
        eigenvalue: Enclosure,
    },
    /// Too many lattice points.
    #[error("{points} lattice points are more than the limit of {limit}")]
    TooLarge {
        /// What is needed.
        points: u64,
        /// What is allowed.
        limit: u64,
    },
    /// Numbers left the range of doubles.
    #[error("the integrand leaves the range of double precision")]
    Range,
}

/// `∫ dᵏw exp(−½ wᵀPw + J·w)`, by summing the integrand f over the lattice hℤᵏ.
///
/// Poisson: `hᵏ Σ f = Σ_q F(2πq/h)` with the Fourier transform F, and F(0) is the integral. Moving the
/// contour from ℝᵏ to `ℝᵏ + iω/Λ`, with Λ at least the largest eigenvalue of P, gives
///
/// ```text
/// |F(ω)| ≤ e^{−|ω|²/Λ} ∫ |f(w + iω/Λ)| dw ≤ e^{−|ω|²/(2Λ)} F(0)
/// |hᵏ Σ f − F(0)| ≤ (θᵏ − 1) F(0),   θ = Σ_{q∈ℤ} e^{−2π²q²/(h²Λ)} ≤ 1 + 2r/(1 − r),  r = e^{−2π²/(h²Λ)}
/// ```
/// which needs neither the value of the integral nor a determinant nor an inverse. What lies outside
/// the box is bounded by `f(w) ≤ ∏ g_i(w_i)`, `g_i(u) = e^{−½λu² + |J_i u|}` with λ at most the
/// smallest eigenvalue, and a geometric series.
///
/// # Errors
/// [`QuadratureError`].
/// # Panics
/// If J does not fit P.
/// # Accuracy
/// Relative width about 1e-12: test `quadrature_contains_the_closed_form`.
pub fn gaussian_integral(
    p: &SymmetricMatrix,
    j: &[Enclosure],
) -> Result<Enclosure, QuadratureError> {
    let k = p.size();
    assert_eq!(j.len(), k, "the linear part must fit the quadratic one");
    let eigenvalue = p.smallest_eigenvalue();
    if !eigenvalue.is_positive() {
        return Err(QuadratureError::NotPositiveDefinite { eigenvalue });
    }
    let (lambda, top) = (eigenvalue.lo(), p.spectral_bound());
    let h = short_step(0.7 / top.sqrt());
    let reach: Vec<u64> = j
        .iter()
        .map(|j| {
            // ½λL² − |J|L ≥ 42, then e^{−42} ≈ 6e-19.
            let pull = j.magnitude();
            let length = (pull + (pull * pull + 84.0 * lambda).sqrt()) / lambda;
            (length / h).ceil() as u64 + 1
        })
        .collect();
    let points = reach
        .iter()
        .fold(1_u64, |n, r| n.saturating_mul(r.saturating_mul(2) + 1));
    if points > MAX_POINTS {
        return Err(QuadratureError::TooLarge {
            points,
            limit: MAX_POINTS,
        });
    }
    let lattice = Lattice::new(
        p,
        j,
        h,
        &reach.iter().map(|&r| r as i64).collect::<Vec<_>>(),
    );
    let step = Enclosure::exact(h);
    let inside = lattice.sum(0, &mut vec![0; k], Enclosure::one()) * step.powi(k as i32);
    let outside = outside(lambda, j, h, &lattice.reach);
    let sum = inside + Enclosure::new(0.0, outside.hi());
    let two = Enclosure::exact(2.0);
    let exponent = two * Enclosure::pi().square() / (step.square() * Enclosure::exact(top));
    let r = (-exponent).exp();
    let theta = Enclosure::one() + two * r / (Enclosure::one() - r);
    let delta = (theta.powi(k as i32) - Enclosure::one()).hi();
    let integral = sum / Enclosure::new(1.0 - delta, 1.0 + delta);
    if integral.is_positive() && integral.hi().is_finite() {
        Ok(integral)
    } else {
        Err(QuadratureError::Range)
    }
}

/// A step at most `h` with few digits, so that multiples of it are exact.
fn short_step(h: f64) -> f64 {
    let scale = libm::exp2(h.log2().floor() - 4.0);
    (h / scale).floor() * scale
}

/// Tables of the integrand's factors on the lattice: the integrand at `h·n` is
/// `∏_i single_i(n_i) ∏_{i<l} pair_il(n_i n_l)`.
struct Lattice {
    reach: Vec<i64>,
    single: Vec<Vec<Enclosure>>,
    pair: Vec<Vec<Vec<Enclosure>>>,
}

impl Lattice {
    fn new(p: &SymmetricMatrix, j: &[Enclosure], h: f64, reach: &[i64]) -> Self {
        let k = reach.len();
        let (half, h) = (Enclosure::exact(0.5), Enclosure::exact(h));
        let single = (0..k)
            .map(|i| {
                (-reach[i]..=reach[i])
                    .map(|n| {
                        let w = h * Enclosure::exact(n as f64);
                        (w * j[i] - half * p.get(i, i) * w.square()).exp()
                    })
                    .collect()
            })
            .collect();
        let pair = (0..k)
            .map(|l| {
                (0..l)
                    .map(|i| {
                        let most = reach[i] * reach[l];
                        (-most..=most)
                            .map(|s| {
                                (-(p.get(i, l) * h.square() * Enclosure::exact(s as f64))).exp()
                            })
                            .collect()
                    })
                    .collect()
            })
            .collect();
        Self {
            reach: reach.to_vec(),
            single,
            pair,
        }
    }

    /// The sum over the coordinates from `l` on, times `product`, the earlier ones being fixed.
    fn sum(&self, l: usize, point: &mut Vec<i64>, product: Enclosure) -> Enclosure {
        if l == self.reach.len() {
            return product;
        }
        let mut total = Enclosure::zero();
        for n in -self.reach[l]..=self.reach[l] {
            let mut factor = product * self.single[l][(n + self.reach[l]) as usize];
            for i in 0..l {
                let most = self.reach[i] * self.reach[l];
                factor = factor * self.pair[l][i][(n * point[i] + most) as usize];
            }
            point[l] = n;
            total = total + self.sum(l + 1, point, factor);
        }
        total
    }
}

/// Upper bound of `hᵏ Σ f` over the lattice points outside the box.
fn outside(lambda: f64, j: &[Enclosure], h: f64, reach: &[i64]) -> Enclosure {
    let (lambda, h) = (Enclosure::exact(lambda), Enclosure::exact(h));
    let half = Enclosure::exact(0.5);
    // For each coordinate the sum of g over all of hℤ and over what is outside.
    let sums: Vec<(Enclosure, Enclosure)> = j
        .iter()
        .zip(reach)
        .map(|(j, &reach)| {
            let pull = Enclosure::exact(j.magnitude());
            let g = |n: i64| {
                let u = h * Enclosure::exact(n as f64);
                (pull * u - half * lambda * u.square()).exp()
            };
            // g(n + 1)/g(n) falls with n, so the tail is below a geometric series.
            let first = g(reach + 1);
            let step = Enclosure::exact((2 * reach + 3) as f64);
            let ratio = (pull * h - half * lambda * h.square() * step).exp();
            let tail = Enclosure::exact(2.0) * h * first / (Enclosure::one() - ratio);
            let two = Enclosure::exact(2.0);
            let near: Enclosure = (1..=reach).map(|n| two * g(n)).sum::<Enclosure>() + g(0);
            (near * h + tail, tail)
        })
        .collect();
    (0..j.len())
        .map(|i| {
            (0..j.len()).fold(Enclosure::one(), |product, l| {
                product * if l == i { sums[l].1 } else { sums[l].0 }
            })
        })
        .sum()
}

impl QuadraticHamiltonian<Enclosure> {
    /// `ln ∫ dw e^{−βH(u, w)}` with the first variables fixed at `fixed` and all others integrated,
    /// by [`gaussian_integral`].
    ///
    /// # Errors
    /// [`QuadratureError`].
    /// # Panics
    /// If more variables are fixed than there are.
    pub fn ln_integral(&self, fixed: &[Enclosure]) -> Result<Enclosure, QuadratureError> {
        let (first, beta) = (fixed.len(), *self.beta());
        let k = self.n_variables() - first;
        let p = SymmetricMatrix::from_fn(k, |r, s| beta * self.quadratic()[(first + r, first + s)]);
        let j: Vec<Enclosure> = (0..k)
            .map(|r| {
                let coupled: Enclosure = fixed
                    .iter()
                    .enumerate()
                    .map(|(u, x)| self.quadratic()[(first + r, u)] * *x)
                    .sum();
                beta * (self.linear()[first + r] - coupled)
            })
            .collect();
        let mut point = fixed.to_vec();
        point.resize(first + k, Enclosure::zero());
        let at = self.at(&point);
        let prefactor = at.weight_squared.ln() * Enclosure::exact(0.5) - beta * at.energy;
        Ok(gaussian_integral(&p, &j)?.ln() + prefactor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn quadrature_contains_the_closed_form(
            k in 1_usize..4,
            off in prop::collection::vec(-0.3..0.3_f64, 3),
            diagonal in prop::collection::vec(0.8..3.0_f64, 3),
            j in prop::collection::vec(-2.0..2.0_f64, 3),
        ) {
            let p = SymmetricMatrix::from_fn(k, |r, s| {
                Enclosure::exact(if r == s { diagonal[r] } else { off[r + s - 1] })
            });
            let j: Vec<Enclosure> = j[..k].iter().map(|&x| Enclosure::exact(x)).collect();
            let integral = gaussian_integral(&p, &j).unwrap();
            let certificate = p.certify().unwrap();
            let white = certificate.whiten(&j);
            let half = Enclosure::exact(0.5);
            let two_pi = Enclosure::exact(2.0) * Enclosure::pi();
            let closed = half
                * (Enclosure::exact(k as f64) * two_pi.ln() - certificate.ln_det()
                    + certificate.inverse_form(&white, &white));
            prop_assert!(integral.ln().overlaps(closed), "{integral:?} {:?}", closed.exp());
            prop_assert!(integral.width() < 1e-10 * integral.hi(), "{integral:?}");
        }
    }

    #[test]
    fn a_flat_or_inverted_form_is_refused() {
        for q in [0.0, -1.0] {
            let p = SymmetricMatrix::from_fn(1, |_, _| Enclosure::exact(q));
            assert!(matches!(
                gaussian_integral(&p, &[Enclosure::zero()]),
                Err(QuadratureError::NotPositiveDefinite { .. })
            ));
        }
    }
}
