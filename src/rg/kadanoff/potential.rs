//! The potential of a plaquette and its recursion.

use crate::numeric::Enclosure;
use faer::Mat;
use num_traits::Zero;

/// States of a plaquette: bit i is set where spin i is up; spins go round the plaquette.
pub(super) const STATES: usize = 16;
/// Even classes of states under the symmetries of the square, by a representative with their members: all alike,
/// one unlike, two neighbours alike, diagonals alike.
pub(super) const CLASSES: [usize; 4] = [0b1111, 0b0111, 0b0011, 0b0101];

/// The class of a state, and whether it is more down than up (turned over with respect to the class).
pub(super) fn class_of(state: usize) -> (usize, bool) {
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
pub(super) fn overlap(a: usize, b: usize) -> f64 {
    4.0 - 2.0 * f64::from(((a ^ b) as u32).count_ones())
}

/// The potential of a plaquette, for its sixteen states.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaquettePotential<T>(pub(super) [T; STATES]);

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
    pub(super) fn posterior(&self, p: f64, mu: usize) -> [f64; STATES] {
        let (_, terms) = self.terms(p, mu);
        let total: f64 = terms.iter().sum();
        terms.map(|x| x / total)
    }

    /// `∂v′(μ)/∂p = ⟨Σ_i μ_i s_i − m tanh(p m)⟩`, m the sum of the spins, given μ.
    pub(super) fn slope_in_p(&self, p: f64, mu: usize) -> f64 {
        let weights = self.posterior(p, mu);
        (0..STATES)
            .map(|s| {
                let m = overlap(s, 0b1111);
                weights[s] * (overlap(mu, s) - m * libm::tanh(p * m))
            })
            .sum()
    }

    /// `∂v′/∂v` at fixed p between the classes of one parity: `4 Σ_{s ∈ class} ± P(s|μ)`.
    pub(super) fn linearised(&self, p: f64, odd: bool) -> Mat<f64> {
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
    pub(super) fn enclosed_step(&self, p: f64) -> Self {
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

/// Without the constant, and with the symmetries of the square and of all spins exact.
pub(super) fn normalised(v: &PlaquettePotential<f64>) -> PlaquettePotential<f64> {
    let zero = v.0[CLASSES[3]];
    of_classes(CLASSES.map(|state| v.0[state] - zero))
}

pub(super) fn of_classes(values: [f64; 4]) -> PlaquettePotential<f64> {
    PlaquettePotential(std::array::from_fn(|s| values[class_of(s).0]))
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
