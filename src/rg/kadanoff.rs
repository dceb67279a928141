//! Kadanoff's variational transformation of the square lattice: a bound on the free energy at every step.
//!
//! Every plaquette carries a potential v of its four spins. A coarse spin μ stands in every fourth plaquette
//! (A) and is tied to its spins by a weight that sums to one,
//!
//! ```text
//! Σ_μ exp(p μ (s₁+s₂+s₃+s₄) − ln 2cosh p(s₁+s₂+s₃+s₄)) = 1
//! ```
//! The potentials of all plaquettes, and the logarithm above, are moved to the plaquettes between four coarse
//! spins (C), one in four. By translation symmetry what is moved has mean zero, so by Jensen's inequality ln Z
//! does not fall; and each fine spin then belongs to one C plaquette, so the sum over fine spins factorises:
//!
//! ```text
//! v′(μ₁…μ₄) = ln Σ_s exp(4 v(s) + p Σ_i μ_i s_i − ln 2cosh(p Σ_i s_i)),      ln Z[v] ≤ ln Z′[v′]
//! ```
//! for every p. On a torus of 2ⁿ × 2ⁿ sites n steps leave a single site whose Z is `Σ_± e^{v(±±±±)}`.
//!
//! # References
//! L. P. Kadanoff, Phys. Rev. Lett. 34 (1975) 1005; L. P. Kadanoff, A. Houghton and M. C. Yalabik, J. Stat.
//! Phys. 14 (1976) 171.

use crate::numeric::Enclosure;
use faer::Mat;
use faer::linalg::solvers::Solve;
use num_traits::Zero;
use thiserror::Error;

/// States of a plaquette: bit i is set where spin i is up; spins go round the plaquette.
const STATES: usize = 16;
/// Even classes of states under the symmetries of the square, by a representative with their members: all alike,
/// one unlike, two neighbours alike, diagonals alike.
const CLASSES: [usize; 4] = [0b1111, 0b0111, 0b0011, 0b0101];

/// Why there is no fixed point.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum KadanoffError {
    /// The parameter or the coupling is negative or not finite.
    #[error("p and K are finite and not negative")]
    Parameter,
    /// The flow of nearest-neighbour couplings shows no critical point, or Newton's method did not converge.
    #[error("no critical fixed point was found at this p")]
    NoFixedPoint,
    /// The bound is not stationary in the interval.
    #[error("the bound has no stationary p in the interval")]
    NotStationary,
}

/// The class of a state, and whether it is more down than up (turned over with respect to the class).
fn class_of(state: usize) -> (usize, bool) {
    let up = state.count_ones();
    match up {
        0 | 4 => (0, up == 0),
        1 | 3 => (1, up == 1),
        _ => {
            let diagonal = state == 0b0101 || state == 0b1010;
            (if diagonal { 3 } else { 2 }, false)
        }
    }
}

fn spin(state: usize, i: usize) -> f64 {
    2.0 * (state >> i & 1) as f64 - 1.0
}

/// `Σ_i μ_i s_i`.
fn overlap(a: usize, b: usize) -> f64 {
    4.0 - 2.0 * f64::from(((a ^ b) as u32).count_ones())
}

/// The potential of a plaquette, for its sixteen states.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaquettePotential<T>([T; STATES]);

impl PlaquettePotential<f64> {
    /// The Ising model with coupling K and field h: each bond is shared by two plaquettes, each site by four.
    pub fn ising(coupling: f64, field: f64) -> Self {
        Self(std::array::from_fn(|state| {
            let bonds: f64 = (0..4)
                .map(|i| spin(state, i) * spin(state, (i + 1) % 4))
                .sum();
            let sites: f64 = (0..4).map(|i| spin(state, i)).sum();
            0.5 * coupling * bonds + 0.25 * field * sites
        }))
    }

    /// All pairs coupled alike: nearest neighbours by K, diagonal ones by K/2, since a diagonal is part of one
    /// plaquette.
    pub fn equal_pairs(coupling: f64) -> Self {
        Self(std::array::from_fn(|state| {
            let m: f64 = (0..4).map(|i| spin(state, i)).sum();
            0.5 * coupling * 0.5 * (m * m - 4.0)
        }))
    }

    /// One step.
    ///
    /// # Panics
    /// If p is not finite.
    pub fn step(&self, p: f64) -> Self {
        assert!(p.is_finite(), "p = {p}");
        Self(std::array::from_fn(|mu| {
            let (top, sum) = self.terms(p, mu);
            top + libm::log(sum.iter().sum())
        }))
    }

    /// The exponent's maximum and the terms over its exponential.
    fn terms(&self, p: f64, mu: usize) -> (f64, [f64; STATES]) {
        let exponents: [f64; STATES] = std::array::from_fn(|s| {
            4.0 * self.0[s] + p * overlap(mu, s) - ln_2_cosh(p * overlap(s, 0b1111))
        });
        let top = exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (top, exponents.map(|x| libm::exp(x - top)))
    }

    /// `P(s|μ)`, the weights of the sum that gives v′(μ).
    fn posterior(&self, p: f64, mu: usize) -> [f64; STATES] {
        let (_, terms) = self.terms(p, mu);
        let total: f64 = terms.iter().sum();
        terms.map(|x| x / total)
    }

    /// `∂v′(μ)/∂p = ⟨Σ_i μ_i s_i − m tanh(p m)⟩`, m the sum of the spins, given μ.
    fn slope_in_p(&self, p: f64, mu: usize) -> f64 {
        let weights = self.posterior(p, mu);
        (0..STATES)
            .map(|s| {
                let m = overlap(s, 0b1111);
                weights[s] * (overlap(mu, s) - m * libm::tanh(p * m))
            })
            .sum()
    }

    /// `∂v′/∂v` at fixed p between the classes of one parity: `4 Σ_{s ∈ class} ± P(s|μ)`.
    fn linearised(&self, p: f64, odd: bool) -> Mat<f64> {
        let n = if odd { 2 } else { 4 };
        let mut t = Mat::zeros(n, n);
        for (row, &mu) in CLASSES[..n].iter().enumerate() {
            for (s, weight) in self.posterior(p, mu).into_iter().enumerate() {
                let (class, turned) = class_of(s);
                if class < n {
                    t[(row, class)] += 4.0 * if odd && turned { -weight } else { weight };
                }
            }
        }
        t
    }
}

impl<T: Copy> PlaquettePotential<T> {
    /// The potential of a state: bit i set where spin i is up, the spins in order round the plaquette.
    ///
    /// # Panics
    /// If there is no such state.
    pub fn at(&self, state: usize) -> T {
        self.0[state]
    }
}

fn ln_2_cosh(x: f64) -> f64 {
    let x = x.abs();
    x + libm::log1p(libm::exp(-2.0 * x))
}

impl PlaquettePotential<Enclosure> {
    /// The Ising model; exact in K.
    pub fn enclosed_ising(coupling: f64) -> Self {
        Self(std::array::from_fn(|state| {
            let bonds: f64 = (0..4)
                .map(|i| spin(state, i) * spin(state, (i + 1) % 4))
                .sum();
            Enclosure::exact(coupling) * Enclosure::exact(0.5 * bonds)
        }))
    }

    /// One step with outward rounding.
    fn enclosed_step(&self, p: f64) -> Self {
        let p = Enclosure::exact(p);
        let ln_2_cosh = |m: f64| {
            let x = p * Enclosure::exact(m.abs());
            x + (-(x + x)).exp().ln_1p()
        };
        let weights = [0.0, 2.0, 4.0].map(ln_2_cosh);
        Self(std::array::from_fn(|mu| {
            let exponents: [Enclosure; STATES] = std::array::from_fn(|s| {
                let m = overlap(s, 0b1111).abs() as usize / 2;
                Enclosure::exact(4.0) * self.0[s] + p * Enclosure::exact(overlap(mu, s))
                    - weights[m]
            });
            let top = exponents.iter().map(|x| x.hi()).fold(f64::MIN, f64::max);
            let top = Enclosure::exact(top);
            let sum = exponents
                .iter()
                .fold(Enclosure::zero(), |sum, &x| sum + (x - top).exp());
            top + sum.ln()
        }))
    }
}

/// An upper bound on `ln Z` per site of a torus, that is a lower bound on its free energy.
#[derive(Clone, Debug, PartialEq)]
pub struct KadanoffBound {
    /// `ln Z/N ≤` the upper end of this; the value of the bound is enclosed.
    pub log_z_per_site: Enclosure,
    /// The parameter of each step, which makes the bound smallest.
    pub p: Vec<f64>,
}

/// The bound of a `2ⁿ × 2ⁿ` Ising torus at coupling K ≥ 0 with given parameters, n of them.
///
/// # Errors
/// [`KadanoffError::Parameter`].
/// # Accuracy
/// A bound for any p: tests `the_bound_is_above_the_exact_value` and `every_p_is_a_bound`.
pub fn kadanoff_bound_with(coupling: f64, p: &[f64]) -> Result<KadanoffBound, KadanoffError> {
    let good = |x: f64| (0.0..f64::INFINITY).contains(&x);
    if !good(coupling) || !p.iter().all(|&p| good(p)) {
        return Err(KadanoffError::Parameter);
    }
    let mut v = PlaquettePotential::enclosed_ising(coupling);
    for &p in p {
        v = v.enclosed_step(p);
    }
    let share = Enclosure::exact(0.25_f64.powi(p.len() as i32));
    let (up, down) = (v.0[STATES - 1], v.0[0]);
    let top = Enclosure::exact(up.hi().max(down.hi()));
    let log_z = top + ((up - top).exp() + (down - top).exp()).ln();
    Ok(KadanoffBound {
        log_z_per_site: log_z * share,
        p: p.to_vec(),
    })
}

/// The bound of a `2ⁿ × 2ⁿ` Ising torus at coupling K ≥ 0, with the parameters that make it small.
///
/// Each p is moved in turn to the minimum of the bound until all stand; whatever they are, it is a bound.
///
/// # Errors
/// [`KadanoffError::Parameter`].
/// # Complexity
/// A few hundred times n² steps of 256 exponentials.
pub fn kadanoff_bound(coupling: f64, steps: usize) -> Result<KadanoffBound, KadanoffError> {
    let mut p = vec![P_GUESS; steps];
    if !(0.0..f64::INFINITY).contains(&coupling) {
        return Err(KadanoffError::Parameter);
    }
    for _ in 0..SWEEPS {
        let before = p.clone();
        for k in 0..steps {
            let mut start = PlaquettePotential::ising(coupling, 0.0);
            for &p in &p[..k] {
                start = start.step(p);
            }
            let rest = p[k + 1..].to_vec();
            p[k] = minimum(|x| {
                let mut v = start.step(x);
                for &p in &rest {
                    v = v.step(p);
                }
                v.0[0].max(v.0[STATES - 1])
            });
        }
        if p.iter().zip(&before).all(|(a, b)| (a - b).abs() < 1e-7) {
            break;
        }
    }
    kadanoff_bound_with(coupling, &p)
}

/// Where the search for the parameters begins, near the critical one.
const P_GUESS: f64 = 0.76;
/// Largest parameter that is tried.
const P_MOST: f64 = 4.0;
/// Most passes over all parameters.
const SWEEPS: usize = 40;

/// The place of the minimum of a function with one minimum in `[0, 4]`, by golden sections.
fn minimum(f: impl Fn(f64) -> f64) -> f64 {
    let golden = 0.5 * (5.0_f64.sqrt() - 1.0);
    let (mut a, mut b) = (0.0, P_MOST);
    let (mut x, mut y) = (b - golden * (b - a), a + golden * (b - a));
    let (mut fx, mut fy) = (f(x), f(y));
    while b - a > 1e-8 {
        if fx <= fy {
            (b, y, fy) = (y, x, fx);
            x = b - golden * (b - a);
            fx = f(x);
        } else {
            (a, x, fx) = (x, y, fy);
            y = a + golden * (b - a);
            fy = f(y);
        }
    }
    0.5 * (a + b)
}

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

/// Without the constant, and with the symmetries of the square and of all spins exact.
fn normalised(v: &PlaquettePotential<f64>) -> PlaquettePotential<f64> {
    let zero = v.0[CLASSES[3]];
    of_classes(CLASSES.map(|state| v.0[state] - zero))
}

fn of_classes(values: [f64; 4]) -> PlaquettePotential<f64> {
    PlaquettePotential(std::array::from_fn(|s| values[class_of(s).0]))
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
    use crate::exact::kaufman;

    #[test]
    fn the_bound_is_above_the_exact_value() {
        for steps in [1, 2, 4, 6] {
            for coupling in [0.0, 0.1, 0.3, 0.440_686_8, 0.6, 1.5] {
                let side = 1 << steps;
                let exact = kaufman(side, side, coupling, coupling).unwrap().log_z;
                let exact = exact * Enclosure::exact(0.25_f64.powi(steps));
                let bound = kadanoff_bound(coupling, steps as usize).unwrap();
                // Never further than a fiftieth.
                let (value, gap) = (bound.log_z_per_site, bound.log_z_per_site - exact);
                assert!(value.hi() >= exact.lo(), "{steps} {coupling} {gap:?}");
                assert!(gap.hi() < 0.02, "{steps} {coupling} {gap:?}");
            }
        }
        // Not by chance: with K three per cent larger the critical value is above the bound of K.
        let exact = kaufman(64, 64, 0.440_686_8 * 1.03, 0.440_686_8 * 1.03).unwrap();
        let bound = kadanoff_bound(0.440_686_8, 6).unwrap();
        assert!(exact.log_z.lo() / 4096.0 > bound.log_z_per_site.hi());
    }

    #[test]
    fn every_p_is_a_bound() {
        let coupling = 0.44;
        let exact = kaufman(8, 8, coupling, coupling).unwrap().log_z;
        let best = kadanoff_bound(coupling, 3).unwrap().log_z_per_site;
        for p in [0.0, 0.2, 0.5, 0.76, 1.0, 2.0, 10.0] {
            let bound = kadanoff_bound_with(coupling, &[p, 0.7, p]).unwrap();
            let value = bound.log_z_per_site;
            assert!(value.lo() * 64.0 >= exact.lo(), "{p}");
            assert!(value.hi() >= best.lo() - 1e-12, "{p}");
            assert!(value.width() < 1e-12);
        }
        assert!(kadanoff_bound_with(-0.1, &[1.0]).is_err());
        assert!(kadanoff_bound_with(0.1, &[f64::NAN]).is_err());
    }

    #[test]
    fn limits_of_p() {
        let v = PlaquettePotential::ising(0.3, 0.1);
        // p = 0: the coarse spins are free, and v′ + ln 2 is ln Σ e^{4v}, the four plaquettes as one.
        let free = v.step(0.0);
        let sum: f64 = (0..STATES).map(|s| (4.0 * v.at(s)).exp()).sum();
        for mu in 0..STATES {
            assert!((free.at(mu) - sum.ln() + 2.0_f64.ln()).abs() < 1e-13);
        }
        // p → ∞: where Σμ is not zero only states with the sign of μ remain, those with s = μ or with all
        // spins alike or three of them; where it is zero, v′ grows as 4p.
        let p = 40.0;
        let strong = v.step(p);
        for mu in 0..STATES {
            let m = overlap(mu, 0b1111);
            let want = (0..STATES)
                .map(|s| {
                    let exponent = overlap(mu, s) - overlap(s, 0b1111).abs();
                    let half = if overlap(s, 0b1111).abs() < 1.0 {
                        0.5
                    } else {
                        1.0
                    };
                    half * (4.0 * v.at(s) + p * exponent).exp()
                })
                .sum::<f64>()
                .ln();
            assert!((strong.at(mu) - want).abs() < 1e-12, "{mu}");
            let grows = m.abs() < 1.0;
            assert_eq!(strong.at(mu) > 3.9 * p, grows, "{mu}");
        }
    }

    #[test]
    fn the_linearised_step_is_its_derivative() {
        let p = 0.8;
        let v = of_classes([1.1, 0.4, 0.3, 0.0]);
        for odd in [false, true] {
            let t = v.linearised(p, odd);
            for class in 0..t.ncols() {
                let moved = |h: f64| {
                    PlaquettePotential(std::array::from_fn(|s| {
                        let (c, turned) = class_of(s);
                        let sign = if odd && turned { -1.0 } else { 1.0 };
                        v.0[s] + if c == class { sign * h } else { 0.0 }
                    }))
                    .step(p)
                };
                let (above, below) = (moved(1e-5), moved(-1e-5));
                for (row, &mu) in CLASSES[..t.nrows()].iter().enumerate() {
                    let slope = (above.0[mu] - below.0[mu]) / 2e-5;
                    // Third derivatives up to 4³, and rounding of 1e-16·10 over the step.
                    assert!(
                        (slope - t[(row, class)]).abs() < 1e-8,
                        "{odd} {class} {row}"
                    );
                }
            }
            for mu in 0..STATES {
                let slope = (v.step(p + 1e-5).0[mu] - v.step(p - 1e-5).0[mu]) / 2e-5;
                assert!((slope - v.slope_in_p(p, mu)).abs() < 1e-8);
            }
        }
    }

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
