//! Critical fixed points, their exponents, and the parameter where the bound is stationary.

use super::potential::{CLASSES, STATES, normalised, of_classes};
use super::{KadanoffError, P_MOST, PlaquettePotential};
use faer::Mat;
use faer::linalg::solvers::Solve;

/// The critical fixed point of the recursion at a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct KadanoffFixedPoint {
    /// p.
    pub p: f64,
    /// The potential, with that of diagonal neighbours alike set to zero.
    pub potential: PlaquettePotential<f64>,
    /// The coupling of the model that flows to it, [`PlaquettePotential::ising`] or
    /// [`PlaquettePotential::equal_pairs`]: its critical point in this approximation.
    pub critical_coupling: f64,
    /// `ln λ/ln 2` of the even eigenvalues with the symmetry of the square, except that of the constant, which is 4; real parts descending. The
    /// first is `y_T`.
    pub even_exponents: Vec<f64>,
    /// The same of the odd ones with the symmetry of the square; the first is `y_h`.
    pub odd_exponents: Vec<f64>,
    /// Derivative of the bound on ln Z per plaquette with respect to p at the fixed point, times four.
    pub slope: f64,
}

impl KadanoffFixedPoint {
    /// `y_T = 1/ν`.
    pub fn thermal_exponent(&self) -> f64 {
        self.even_exponents[0]
    }

    /// `y_h`.
    pub fn magnetic_exponent(&self) -> f64 {
        self.odd_exponents[0]
    }
}

/// How much a plaquette prefers four spins alike to two and two next to each other: positive at the end of the
/// flow from the ordered phase, negative at that from the other, where only the weights of the coarse spins are
/// left.
fn order(v: &PlaquettePotential<f64>) -> f64 {
    v.0[CLASSES[0]] - v.0[CLASSES[2]]
}

fn change(a: &PlaquettePotential<f64>, b: &PlaquettePotential<f64>) -> f64 {
    let both = a.0.iter().zip(&b.0);
    both.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// Follows the flow from a coupling to its end; whether that is ordered, and the potential where the flow first
/// was slowest.
fn flow(symmetry: PlaquetteSymmetry, coupling: f64, p: f64) -> (bool, PlaquettePotential<f64>) {
    let mut v = normalised(&match symmetry {
        PlaquetteSymmetry::Square => PlaquettePotential::ising(coupling, 0.0),
        PlaquetteSymmetry::Permutations => PlaquettePotential::equal_pairs(coupling),
    });
    let (mut slowest, mut least, mut falling) = (v.clone(), f64::INFINITY, true);
    for _ in 0..500 {
        let next = normalised(&v.step(p));
        let moved = change(&v, &next);
        falling &= moved < least;
        if falling {
            (least, slowest) = (moved, next.clone());
        }
        v = next;
        if moved < 1e-14 {
            break;
        }
    }
    (order(&v) > 0.0, slowest)
}

/// The symmetry of the models that flow to a fixed point.
///
/// The recursion keeps a potential symmetric under all permutations of the four spins of a plaquette, if it was
/// so before. Below p ≈ 0.7455 nearest-neighbour models flow to a fixed point that has this symmetry; above, that
/// fixed point is unstable against breaking it, and they flow to another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaquetteSymmetry {
    /// That of the square: the flow starts with nearest neighbours alone.
    Square,
    /// All permutations: all six pairs of a plaquette are coupled alike.
    Permutations,
}

/// The fixed point at a given p, the same at every step.
///
/// # Errors
/// [`KadanoffError::NoFixedPoint`] where the flow has no critical point.
/// # Accuracy
/// By Newton's method to rounding; not enclosed. Test `published_exponents_are_met`.
pub fn kadanoff_fixed_point(
    symmetry: PlaquetteSymmetry,
    p: f64,
) -> Result<KadanoffFixedPoint, KadanoffError> {
    if !(0.0..=P_MOST).contains(&p) {
        return Err(KadanoffError::Parameter);
    }
    let (mut disordered, mut ordered) = (0.0, 3.0);
    if flow(symmetry, disordered, p).0 || !flow(symmetry, ordered, p).0 {
        return Err(KadanoffError::NoFixedPoint);
    }
    for _ in 0..60 {
        let middle = 0.5 * (disordered + ordered);
        if flow(symmetry, middle, p).0 {
            ordered = middle;
        } else {
            disordered = middle;
        }
    }
    let potential = newton(flow(symmetry, ordered, p).1, p)?;
    let even = exponents(&potential.linearised(p, false));
    let odd = exponents(&potential.linearised(p, true));
    // The constant's eigenvalue, 4, is the largest of the even ones.
    let even = even.get(1..).map(<[f64]>::to_vec).unwrap_or_default();
    if even.is_empty() || odd.is_empty() || even[0] <= 0.0 {
        return Err(KadanoffError::NoFixedPoint);
    }
    Ok(KadanoffFixedPoint {
        p,
        slope: slope_of_bound(&potential, p),
        potential,
        critical_coupling: 0.5 * (disordered + ordered),
        even_exponents: even,
        odd_exponents: odd,
    })
}

/// `ln λ/ln 2` of the positive real eigenvalues, descending.
fn exponents(t: &Mat<f64>) -> Vec<f64> {
    let mut y: Vec<f64> = t
        .eigenvalues()
        .unwrap_or_default()
        .into_iter()
        .filter(|z| z.re > 0.0 && z.im.abs() < 1e-9 * z.re)
        .map(|z| libm::log2(z.re))
        .collect();
    y.sort_by(|a, b| b.total_cmp(a));
    y
}

/// Solves `v′ = v + constant` for even, symmetric v.
fn newton(
    mut v: PlaquettePotential<f64>,
    p: f64,
) -> Result<PlaquettePotential<f64>, KadanoffError> {
    for _ in 0..50 {
        let next = normalised(&v.step(p));
        let t = v.linearised(p, false);
        let jacobian = Mat::from_fn(3, 3, |a, b| {
            t[(a, b)] - t[(3, b)] - f64::from(u8::from(a == b))
        });
        let residual = Mat::from_fn(3, 1, |a, _| v.0[CLASSES[a]] - next.0[CLASSES[a]]);
        let change = jacobian.partial_piv_lu().solve(&residual);
        let moved = [0, 1, 2].map(|a| v.0[CLASSES[a]] + change[(a, 0)]);
        if moved.iter().any(|x| !x.is_finite()) {
            break;
        }
        v = of_classes([moved[0], moved[1], moved[2], 0.0]);
        let size = (0..3).map(|a| change[(a, 0)].abs()).fold(0.0, f64::max);
        if size < 1e-13 {
            return Ok(v);
        }
    }
    Err(KadanoffError::NoFixedPoint)
}

/// `Σ_μ w(μ) ∂v′(μ)/∂p` with w the left eigenvector of `∂v′/∂v` with eigenvalue 4, summing to one: what the
/// bound on ln Z per coarse plaquette gains with p, at this step and all after it counted once.
fn slope_of_bound(v: &PlaquettePotential<f64>, p: f64) -> f64 {
    // w is the stationary distribution of the chain μ → s with probabilities P(s|μ).
    let posteriors: Vec<[f64; STATES]> = (0..STATES).map(|mu| v.posterior(p, mu)).collect();
    let mut w = [1.0 / STATES as f64; STATES];
    for _ in 0..5000 {
        let mut next = [0.0; STATES];
        for (weight, row) in w.iter().zip(&posteriors) {
            for (next, p) in next.iter_mut().zip(row) {
                *next += weight * p;
            }
        }
        let change: f64 = w.iter().zip(&next).map(|(a, b)| (a - b).abs()).sum();
        w = next;
        if change < 1e-15 {
            break;
        }
    }
    (0..STATES).map(|mu| w[mu] * v.slope_in_p(p, mu)).sum()
}

/// The fixed point at the p where the bound is stationary.
///
/// # Errors
/// [`KadanoffError`] if there is none between 0.7 and 0.9.
/// # Accuracy
/// Test `published_exponents_are_met`.
pub fn optimal_kadanoff_fixed_point(
    symmetry: PlaquetteSymmetry,
) -> Result<KadanoffFixedPoint, KadanoffError> {
    let (mut a, mut b) = (0.7, 0.9);
    let (low, high) = (
        kadanoff_fixed_point(symmetry, a)?.slope,
        kadanoff_fixed_point(symmetry, b)?.slope,
    );
    if low * high >= 0.0 {
        return Err(KadanoffError::NotStationary);
    }
    while b - a > 1e-12 {
        let middle = 0.5 * (a + b);
        if kadanoff_fixed_point(symmetry, middle)?.slope * low > 0.0 {
            a = middle;
        } else {
            b = middle;
        }
    }
    kadanoff_fixed_point(symmetry, 0.5 * (a + b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_points_are_fixed_and_their_bound_is_stationary() {
        for symmetry in [PlaquetteSymmetry::Square, PlaquetteSymmetry::Permutations] {
            let best = optimal_kadanoff_fixed_point(symmetry).unwrap();
            let next = normalised(&best.potential.step(best.p));
            assert!(change(&best.potential, &next) < 1e-12);
            let alike = (best.potential.at(0b0011) - best.potential.at(0b0101)).abs() < 1e-9;
            assert_eq!(alike, symmetry == PlaquetteSymmetry::Permutations);
            // Slopes to 1e-11, as exact as p is known.
            assert!(best.slope.abs() < 1e-10, "{best:?}");
            let off = kadanoff_fixed_point(symmetry, best.p + 0.01).unwrap();
            assert!(off.slope > 1e-3);
        }
        assert!(kadanoff_fixed_point(PlaquetteSymmetry::Square, -1.0).is_err());
    }

    #[test]
    fn published_exponents_are_met() {
        // With all permutations: α = 2 − 2/y_T and δ = y_h/(2 − y_h) are published as 0.001756 and 15.04.
        let best = optimal_kadanoff_fixed_point(PlaquetteSymmetry::Permutations).unwrap();
        let alpha = 2.0 - 2.0 / best.thermal_exponent();
        let delta = best.magnetic_exponent() / (2.0 - best.magnetic_exponent());
        assert!((alpha - 0.001_756).abs() < 5e-7, "{alpha} {best:?}");
        assert!((delta - 15.04).abs() < 0.005, "{delta} {best:?}");
        // This fixed point is unstable against unlike pairs, and nearest neighbours flow to another.
        assert!(best.even_exponents[1] > 0.1);
        let square = optimal_kadanoff_fixed_point(PlaquetteSymmetry::Square).unwrap();
        assert!((square.p - 0.7609).abs() < 1e-4, "{square:?}");
        assert!(square.even_exponents[1] < 0.0);
        assert!((square.thermal_exponent() - 1.0).abs() < 0.02);
        assert!((square.magnetic_exponent() - 1.875).abs() < 0.004);
        // The constant has eigenvalue 4: rows of T sum to four.
        let t = best.potential.linearised(best.p, false);
        for row in 0..4 {
            let sum: f64 = (0..4).map(|c| t[(row, c)]).sum();
            assert!((sum - 4.0).abs() < 1e-12);
        }
    }
}
