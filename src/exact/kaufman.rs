//! The homogeneous Ising torus without a field, of any size: Kaufman's four products.
//!
//! # How nothing cancels
//! With `x = e^{−2K₁}`, `w = e^{−2K₂}` (K₁ along a ring of L sites, K₂ along the M rings) and
//! `y_l = 2 sin²(π l / 2L)` everything follows from three numbers of each mode that are sums of positive
//! terms, and from one that carries the distance to the critical point with its sign:
//!
//! ```text
//! b     = 1 − x − w − x w                      (zero at the critical point, positive below T_c)
//! F − S = b² + 2w(1 − x²) y_l
//! F + S = F − S + 4x(1 − w²)                   (S = 2x(1 − w²))
//! G     = √((F − S)(F + S)),   G₀ = b √(F + S)
//! e^{−γ_l} = S/(F + G),        2φ_l = γ_l + ln(2 sinh 2K₂) = 2K₁ + 2K₂ + ln((F + G)/2)
//! ```
//! `γ_l` is Onsager's, `cosh γ_l = cosh 2K₁ coth 2K₂ − sinh 2K₁ cos θ_l / sinh 2K₂`. The products are, over
//! odd l (P₁, P₂) and even l (P₃, P₄) below 2L,
//!
//! ```text
//! P₁, P₃ = (2 sinh 2K₂)^{LM/2} ∏ 2cosh(Mγ_l/2) = e^{M Σφ_l} ∏ (1 + e^{−Mγ_l})
//! P₂/P₁, P₄/P₃ = ∏ tanh(Mγ_l/2)                 (γ₀ with its sign, so P₄ < 0 above T_c)
//! Z = ½ P₁ [1 + P₂/P₁ + (P₃/P₁)(1 + P₄/P₃)]
//! ```
//! The bracket's terms are not negative and its first is one. `K → λK` is carried through all of it to
//! second order, so energy and heat capacity are derivatives of the formulas, not differences; `b` is
//! smooth through `T_c` and so is everything else. No exponential grows: `x` and `w` are at most one.
//!
//! A ring of even length with a negative coupling is the positive one after flipping every other
//! spin. One odd ring with a negative coupling is a positive one with a seam, whose two parities of
//! fermions change places: `Z = ½ P₁ [1 − P₂/P₁ + (P₃/P₁)(1 − P₄/P₃)]`, again without cancellation.
//!
//! # References
//! B. Kaufman, Phys. Rev. 76 (1949) 1232; A. E. Ferdinand and M. E. Fisher, Phys. Rev. 185 (1969) 832.

use super::kaufman_cold::cold_heat_capacity;
use super::{Method, Plan};
use crate::numeric::{DoubleDouble, Enclosure};
use num_traits::{One, Zero};
use std::ops::{Add, Div, Mul, Sub};
use thiserror::Error;

/// Longest ring that is taken.
const LONGEST: usize = 1 << 20;
/// Largest magnitude of a coupling.
const STRONGEST: f64 = 1e6;
/// Nanoseconds a mode takes.
const NS_MODE: f64 = 6e3;

/// `1 − x − w − x w` from which on a torus is far enough below `T_c` for the cold formulas.
const ORDERED: f64 = 0.1;
/// Width of the heat capacity, relative to itself, from which on it is computed again in more bits.
const POOR: f64 = 1e-10;
/// Most modes of that.
const MOST_COLD_MODES: usize = 1 << 13;

/// What the four products give.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TorusThermodynamics {
    /// `ln Z`.
    pub log_z: Enclosure,
    /// `⟨−𝒦⟩ = −d ln Z/dλ` under `K → λK`: `⟨H⟩` in units of the temperature, extensive.
    pub mean_energy: Enclosure,
    /// `d² ln Z/dλ²`, the variance of 𝒦: the heat capacity in units of Boltzmann's constant, extensive.
    pub heat_capacity: Enclosure,
}

/// Why there is no answer.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum KaufmanError {
    /// No sites, or a ring too long.
    #[error("a torus of {rows} × {columns} sites; each side is 1 to {LONGEST}")]
    Size {
        /// Number of rows.
        rows: usize,
        /// Number of columns.
        columns: usize,
    },
    /// A coupling that is not a number of sensible size.
    #[error("the coupling {value:e} is not a finite number of magnitude up to {STRONGEST:e}")]
    Coupling {
        /// The coupling.
        value: f64,
    },
    /// Both rings are odd with a negative coupling: the products have both signs there.
    #[error(
        "negative couplings along odd rings in both directions ({rows} × {columns}) are not taken"
    )]
    FrustratedBothWays {
        /// Number of rows.
        rows: usize,
        /// Number of columns.
        columns: usize,
    },
}

/// A function of λ at λ = 1 with its first two derivatives.
#[derive(Clone, Copy, Debug)]
struct Jet([Enclosure; 3]);

fn number(x: f64) -> Enclosure {
    Enclosure::exact(x)
}

impl Jet {
    fn constant(x: Enclosure) -> Self {
        Self([x, Enclosure::zero(), Enclosure::zero()])
    }

    /// The function `f(self)` from `f`, `f'` and `f''` there.
    fn compose(self, f: Enclosure, first: Enclosure, second: Enclosure) -> Self {
        let [_, d, dd] = self.0;
        Self([f, first * d, first * dd + second * d.square()])
    }

    fn scale(self, by: Enclosure) -> Self {
        Self(self.0.map(|x| x * by))
    }

    fn square(self) -> Self {
        let v = self.0[0];
        self.compose(v.square(), v + v, number(2.0))
    }

    fn sqrt(self) -> Self {
        let root = self.0[0].sqrt();
        let first = number(0.5) / root;
        self.compose(root, first, -first / (self.0[0] + self.0[0]))
    }

    fn ln(self) -> Self {
        let inverse = Enclosure::one() / self.0[0];
        self.compose(self.0[0].ln(), inverse, -inverse.square())
    }

    fn ln_1p(self) -> Self {
        let inverse = Enclosure::one() / (Enclosure::one() + self.0[0]);
        self.compose(self.0[0].ln_1p(), inverse, -inverse.square())
    }

    fn exp(self) -> Self {
        let e = self.0[0].exp();
        self.compose(e, e, e)
    }

    /// `1 − e^{self}`, which keeps its digits where the argument is small.
    fn gap(self) -> Self {
        let half = self.0[0] * number(0.5);
        let e = half.exp();
        self.compose(-(e + e) * half.sinh(), -e.square(), -e.square())
    }

    /// `self^n` for a base in `[0, 1]` and `n ≥ 1`.
    fn power(self, n: usize) -> Self {
        let power = |k: usize| {
            let p = self.0[0].powi(k as i32);
            // A power of a base below one that underflows must not reach below zero.
            Enclosure::new(p.lo().max(0.0), p.hi().max(0.0))
        };
        let count = number(n as f64);
        let second = if n > 1 {
            count * number(n as f64 - 1.0) * power(n - 2)
        } else {
            Enclosure::zero()
        };
        self.compose(power(n), count * power(n - 1), second)
    }
}

impl Add for Jet {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] + o.0[i]))
    }
}

impl Sub for Jet {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] - o.0[i]))
    }
}

impl Mul for Jet {
    type Output = Self;
    fn mul(self, o: Self) -> Self {
        let ([a, b, c], [p, q, r]) = (self.0, o.0);
        let bq = b * q;
        Self([a * p, a * q + b * p, a * r + c * p + bq + bq])
    }
}

impl Div for Jet {
    type Output = Self;
    fn div(self, o: Self) -> Self {
        let inverse = Enclosure::one() / o.0[0];
        let minus_square = -inverse.square();
        self * o.compose(
            inverse,
            minus_square,
            -(minus_square + minus_square) * inverse,
        )
    }
}

/// `sin²(π n / 2d)` for `n ≤ d`.
///
/// The angle is brought below π/4, and the series of sine or cosine is cut where its next term is below
/// `(π/4)^27/27! < 2⁻¹⁰²`. Each of the 26 double-double steps rounds by less than `2⁻¹⁰⁰` relative to terms
/// below one, so the square is right to `2⁻⁹⁴` of itself (the sine is at least 0.9 of its first term).
fn sine_square(n: usize, d: usize) -> Enclosure {
    const PI: DoubleDouble = DoubleDouble {
        hi: std::f64::consts::PI,
        lo: 1.224_646_799_147_353_2e-16,
    };
    let low = 2 * n <= d;
    let part = if low { n } else { d - n };
    let x = PI * DoubleDouble::from(part as f64) / DoubleDouble::from(2.0 * d as f64);
    let x2 = x * x;
    let mut series = DoubleDouble::ONE;
    // Horner from the last term: 1 − x²/(k(k−1)) (1 − …).
    for step in (1..=13_u32).rev() {
        let k = f64::from(2 * step + u32::from(low));
        series = DoubleDouble::ONE - x2 * series / DoubleDouble::from(k * (k - 1.0));
    }
    let value = if low { x * series } else { series };
    let square = value * value;
    let slack = square.hi * 2.0_f64.powi(-94);
    number(square.hi) + Enclosure::around(square.lo, slack)
}

/// The decaying exponential `x = e^{−2λK}` and `1 − x²`, for K ≥ 0.
fn decay(coupling: f64) -> (Jet, Jet) {
    let k = number(coupling);
    let rate = -(k + k);
    let x = rate.exp();
    let jet = Jet([x, rate * x, rate.square() * x]);
    let square = jet.square();
    // 1 − x² = 2 x sinh 2K keeps its digits where K is small.
    let gap = if coupling < 0.1 {
        number(2.0) * x * (k + k).sinh()
    } else {
        Enclosure::one() - square.0[0]
    };
    (jet, Jet([gap, -square.0[1], -square.0[2]]))
}

/// Sums over the modes of one parity.
struct Sector {
    /// `Σ ln((F + G)/2)/2`: `Σφ_l` without its `K₁ + K₂` a mode.
    phase: Jet,
    /// `Σ ln(1 + e^{−Mγ})`.
    above: Jet,
    /// `Σ ln tanh(Mγ/2)`, the mode l = 0 left out.
    tangent: Jet,
    /// `tanh(Mγ₀/2)` with its sign, one for the odd modes.
    zero_mode: Jet,
    /// The logarithm of that, where it is known to be positive.
    zero_tangent: Option<Jet>,
}

impl Sector {
    fn new() -> Self {
        let zero = Jet::constant(Enclosure::zero());
        Self {
            phase: zero,
            above: zero,
            tangent: zero,
            zero_mode: Jet::constant(Enclosure::one()),
            zero_tangent: Some(zero),
        }
    }

    fn add(&mut self, sum: Jet, s: Jet, length: usize, times: f64) -> Jet {
        let times = number(times);
        let e = (s / sum).power(length);
        let half = Jet(sum.0.map(|x| x * number(0.5)));
        self.phase = self.phase + half.ln().scale(number(0.5) * times);
        self.above = self.above + e.ln_1p().scale(times);
        e
    }
}

/// The two sectors: odd and even l.
fn sectors(ring: usize, rings: usize, k1: f64, k2: f64) -> [Sector; 2] {
    let one = Jet::constant(Enclosure::one());
    let zero = Jet::constant(Enclosure::zero());
    let ((x, x_gap), (w, w_gap)) = (decay(k1), decay(k2));
    let b = one - x - w - x * w;
    let b_square = b.square();
    let s = x.scale(number(2.0)) * w_gap;
    let s_twice = s.scale(number(2.0));
    let slope = w.scale(number(2.0)) * x_gap;
    let mut odd_and_even = [Sector::new(), Sector::new()];
    for l in 0..=ring {
        let sector = &mut odd_and_even[1 - l % 2];
        if l == 0 {
            // Above T_c the formulas are taken at −b, so that e^{−Mγ} stays below one.
            let above = b.0[0].hi() < 0.0;
            let root = (b_square + s_twice).sqrt();
            let g = if above { (zero - b) * root } else { b * root };
            let e = sector.add(b_square + s + g, s, rings, 1.0);
            let tanh = (one - e) / (one + e);
            let below = b.0[0].lo() > 0.0 && e.0[0].hi() < 1.0;
            sector.zero_mode = if above { zero - tanh } else { tanh };
            sector.zero_tangent = below.then(|| (zero - e).ln_1p() - e.ln_1p());
            continue;
        }
        let y = sine_square(l, ring);
        let difference = b_square + slope.scale(y + y);
        let g = (difference * (difference + s_twice)).sqrt();
        let times = if l == ring { 1.0 } else { 2.0 };
        let e = sector.add(difference + s + g, s, rings, times);
        let tangent = (zero - e).ln_1p() - e.ln_1p();
        sector.tangent = sector.tangent + tangent.scale(number(times));
    }
    odd_and_even
}

/// `ln Z`, energy and heat capacity of a `rows × columns` torus without a field.
///
/// `horizontal` couples neighbours in a row, `vertical` in a column; a side of length 2 has both bonds
/// between its sites and a side of length 1 has none, as [`crate::model::Lattice`] counts them.
///
/// # Errors
/// [`KaufmanError`] for a side over 2²⁰, a coupling over 1e6, and negative couplings along odd rings in
/// both directions.
/// # Accuracy
/// Every step is outward rounded. `ln Z` is within a few 1e-16 of itself on small tori; at 4096² its width is 2e-14 of itself at K = 0.44 and 2e-13
/// at K = 0.01; energy and heat capacity have an
/// absolute width of about 1e-15 a site relative to `K` and `K²`. The heat capacity of an ordered torus up to
/// 8192 sites across has at least 10 digits of its own, however cold (the same products in more bits); below the
/// smallest double its enclosure is `[0, 1e-323]`. Tests
/// `small_tori_agree_with_enumeration_in_high_precision`, `derivatives_are_those_of_log_z` and
/// `widths_stay_at_rounding_level_over_all_temperatures`.
/// # Complexity
/// O(shorter side), 6 µs a mode, and some 0.2 ms a mode for the heat capacity where doubles are too short.
///
/// ```
/// use blockspin::exact::kaufman;
/// let torus = kaufman(4096, 4096, 0.44, 0.44).unwrap();
/// assert!(torus.log_z.width() < 3e-14 * torus.log_z.mid());
/// ```
pub fn kaufman(
    rows: usize,
    columns: usize,
    horizontal: f64,
    vertical: f64,
) -> Result<TorusThermodynamics, KaufmanError> {
    let (mut found, ring) = four_products(rows, columns, horizontal, vertical)?;
    let c = found.heat_capacity;
    if let Some(Ring {
        sites,
        rings,
        k1,
        k2,
    }) = ring
        && c.width() > POOR * c.lo()
        && sites <= MOST_COLD_MODES
    {
        let cold = cold_heat_capacity(sites, rings, k1, k2);
        // Both contain the truth. If they do not meet one of the two is wrong: the hull still holds the other.
        let both = c.intersection(cold);
        debug_assert!(both.is_some(), "disjoint heat capacities {c:?} {cold:?}");
        found.heat_capacity = both.unwrap_or_else(|| c.hull(cold));
    }
    Ok(found)
}

/// `ln Z` alone, which the heat capacity of a cold torus does not slow down.
pub(super) fn kaufman_log_z(
    rows: usize,
    columns: usize,
    horizontal: f64,
    vertical: f64,
) -> Result<Enclosure, KaufmanError> {
    Ok(four_products(rows, columns, horizontal, vertical)?.0.log_z)
}

/// An ordered torus as the products take it.
struct Ring {
    sites: usize,
    rings: usize,
    k1: f64,
    k2: f64,
}

/// Whether a ring is frustrated.
fn seam((side, k): (usize, f64)) -> bool {
    side % 2 == 1 && k < 0.0
}

/// What the products run around, and across what. Kaufman's formulas take a seam in one direction only.
fn directions(
    rows: usize,
    columns: usize,
    horizontal: f64,
    vertical: f64,
) -> Result<[(usize, f64); 2], KaufmanError> {
    let fits = |side: usize| (1..=LONGEST).contains(&side);
    if !fits(rows) || !fits(columns) {
        return Err(KaufmanError::Size { rows, columns });
    }
    for value in [horizontal, vertical] {
        if !value.is_finite() || value.abs() > STRONGEST {
            return Err(KaufmanError::Coupling { value });
        }
    }
    // A side of length one has no bonds.
    let coupling = |side: usize, k: f64| if side == 1 { 0.0 } else { k };
    let along = (columns, coupling(columns, horizontal));
    let across = (rows, coupling(rows, vertical));
    match (seam(along), seam(across)) {
        (true, true) => Err(KaufmanError::FrustratedBothWays { rows, columns }),
        (true, false) => Ok([along, across]),
        // The modes run around the shorter side.
        (false, false) if columns <= rows => Ok([along, across]),
        (false, _) => Ok([across, along]),
    }
}

/// Whether [`kaufman`] takes such a torus.
pub(super) fn check_torus(
    rows: usize,
    columns: usize,
    horizontal: f64,
    vertical: f64,
) -> Result<(), KaufmanError> {
    directions(rows, columns, horizontal, vertical).map(|_| ())
}

/// All in doubles, and the torus if it is ordered.
fn four_products(
    rows: usize,
    columns: usize,
    horizontal: f64,
    vertical: f64,
) -> Result<(TorusThermodynamics, Option<Ring>), KaufmanError> {
    let [ring, rings] = directions(rows, columns, horizontal, vertical)?;
    let (k1, k2) = (ring.1.abs(), rings.1.abs());
    let [odd, even] = sectors(ring.0, rings.0, k1, k2);
    let one = Jet::constant(Enclosure::one());
    let length = number(rings.0 as f64);
    let log_p1 = odd.phase.scale(length) + odd.above;
    let log_p3 = even.phase.scale(length) + even.above;
    let ratio = (log_p3 - log_p1).exp();
    let r2 = odd.tangent.exp();
    let r4 = even.zero_mode * even.tangent.exp();
    let bracket = if seam(ring) {
        let rest = even
            .zero_tangent
            .map_or(one - r4, |t| (t + even.tangent).gap());
        odd.tangent.gap() + ratio * rest
    } else {
        (one + r2) + ratio * (one + r4)
    };
    let sites = number(rows as f64) * number(columns as f64);
    let ground = sites * (number(k1) + number(k2));
    let excess = log_p1 + bracket.scale(number(0.5)).ln();
    let variance = excess.0[2];
    let (x, w) = (libm::exp(-2.0 * k1), libm::exp(-2.0 * k2));
    let ordered = !seam(ring) && 1.0 - x - w - x * w > ORDERED;
    let found = TorusThermodynamics {
        log_z: ground + excess.0[0],
        mean_energy: -(ground + excess.0[1]),
        // A variance is not negative.
        heat_capacity: Enclosure::new(variance.lo().max(0.0), variance.hi().max(0.0)),
    };
    let ring = ordered.then_some(Ring {
        sites: ring.0,
        rings: rings.0,
        k1,
        k2,
    });
    Ok((found, ring))
}

/// What [`kaufman`] will cost.
pub fn plan_kaufman(rows: usize, columns: usize) -> Plan {
    let modes = rows.min(columns) as f64;
    Plan {
        method: Method::Kaufman,
        states: modes,
        bytes: 4096.0,
        seconds: modes * NS_MODE * 1e-9,
    }
}

#[cfg(test)]
mod tests {
    use super::super::reference::{Reference, holds, rational};
    use super::*;
    use crate::model::{Lattice, SpinHamiltonian};
    use num_rational::BigRational;

    /// The torus with two couplings.
    fn model(rows: usize, columns: usize, horizontal: f64, vertical: f64) -> SpinHamiltonian {
        let lattice = Lattice::torus(rows, columns);
        let plain = lattice.ising(1.0, 0.0).unwrap();
        let along = if columns > 1 { rows * columns } else { 0 };
        let mut terms = plain.terms().to_vec();
        for (index, term) in terms.iter_mut().enumerate() {
            term.coupling = if index < along { horizontal } else { vertical };
        }
        SpinHamiltonian::new(rows * columns, terms).unwrap()
    }

    /// K at which sinh 2K = 1.
    const CRITICAL: f64 = 0.440_686_793_509_771_5;

    #[test]
    fn small_tori_agree_with_enumeration_in_high_precision() {
        let sides = [
            (1, 1),
            (1, 4),
            (5, 1),
            (2, 2),
            (2, 3),
            (3, 2),
            (3, 3),
            (2, 4),
        ];
        let couplings = [
            (0.001, 0.001),
            (0.3, 0.3),
            (CRITICAL, CRITICAL),
            (0.7, 0.2),
            (0.1, 1.1),
            (0.0, 0.6),
            (0.6, 0.0),
            (3.0, 3.0),
            (-0.5, 0.4),
            (0.4, -0.5),
            (-0.7, -0.7),
            (-2.5, 2.0),
        ];
        let mut answered = 0;
        for (rows, columns) in sides {
            for (h, v) in couplings {
                let Ok(result) = kaufman(rows, columns, h, v) else {
                    assert!(h < 0.0 && v < 0.0 && rows % 2 == 1 && columns % 2 == 1);
                    continue;
                };
                answered += 1;
                let what = format!("{rows}x{columns} {h} {v}: {result:?}");
                let model = model(rows, columns, h, v);
                let reference = Reference::new(&model);
                assert!(reference.log_z_lies_in(result.log_z), "{what}");
                assert!(result.log_z.width() < 1e-12, "{what}");
                let energy: BigRational = model
                    .terms()
                    .iter()
                    .map(|t| -reference.pair(t.sites[0], t.sites[1]) * rational(t.coupling))
                    .sum();
                assert!(holds(result.mean_energy, &energy), "{what}");
                assert!(result.mean_energy.width() < 1e-11, "{what}");
                // The variance in plain double precision, relative to the ground state.
                let energies: Vec<f64> = (0..1_u64 << (rows * columns))
                    .map(|s| model.energy_of_bits(s))
                    .collect();
                let top = energies.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
                let moment = |k: i32| -> f64 {
                    energies
                        .iter()
                        .map(|e| (e - top).exp() * (e - top).powi(k))
                        .sum()
                };
                let (z, m) = (moment(0), moment(1) / moment(0));
                let variance = moment(2) / z - m * m;
                let bound = Enclosure::around(variance, 1e-12 * (1.0 + m * m));
                assert!(result.heat_capacity.overlaps(bound), "{variance} {what}");
                assert!(result.heat_capacity.width() < 1e-9, "{what}");
            }
        }
        assert_eq!(answered, sides.len() * couplings.len() - 1);
    }

    #[test]
    fn larger_tori_agree_with_elimination() {
        use super::super::{Limits, Want, eliminate};
        for (rows, columns, h, v) in [
            (9, 10, 0.44, 0.44),
            (8, 7, 0.3, 0.6),
            (10, 6, -0.5, 0.45),
            (7, 8, -0.4, 0.5),
            (6, 9, 2.0, -1.5),
        ] {
            let sum = eliminate(&model(rows, columns, h, v), Want::LOG_Z, &Limits::NONE).unwrap();
            let result = kaufman(rows, columns, h, v).unwrap();
            assert!(result.log_z.overlaps(sum.log_z), "{result:?} {sum:?}");
            assert!(result.log_z.width() < 1e-12 * result.log_z.magnitude());
        }
    }

    #[test]
    fn derivatives_are_those_of_log_z() {
        // Central differences of ln Z with step 2⁻¹⁰ are off by λ²/6 of a higher derivative: about 1e-6
        // of the scale here, and the critical point lies between the outer two.
        let step = 2.0_f64.powi(-10);
        for k in [0.2, CRITICAL, CRITICAL * (1.0 + 1e-9), 0.6] {
            let at = |scale: f64| kaufman(16, 24, k * scale, k * scale).unwrap();
            let (low, mid, high) = (at(1.0 - step), at(1.0), at(1.0 + step));
            let slope = (high.log_z.mid() - low.log_z.mid()) / (2.0 * step);
            assert!(
                (slope + mid.mean_energy.mid()).abs() < 2e-5 * slope,
                "{k} {slope} {mid:?}"
            );
            // The energy at scale λ is −λ d ln Z/dλ.
            let rise = high.mean_energy.mid() / (1.0 + step) - low.mean_energy.mid() / (1.0 - step);
            let curve = -rise / (2.0 * step);
            assert!(
                (curve - mid.heat_capacity.mid()).abs() < 2e-4 * curve,
                "{k}"
            );
        }
    }

    #[test]
    fn widths_stay_at_rounding_level_over_all_temperatures() {
        for temperature in [
            1e-3,
            1e-2,
            0.1,
            0.5,
            1.0,
            2.269_185_314_213_022,
            3.0,
            10.0,
            1e3,
        ] {
            let k = 1.0 / temperature;
            let r = kaufman(256, 4096, k, k).unwrap();
            let sites = 256.0 * 4096.0;
            assert!(
                r.log_z.width() < 2e-14 * r.log_z.magnitude(),
                "{temperature} {r:?}"
            );
            assert!(
                r.mean_energy.width() < 1e-13 * sites * k,
                "{temperature} {r:?}"
            );
            assert!(
                r.heat_capacity.width() < 1e-11 * sites * k * k,
                "{temperature} {r:?}"
            );
        }
    }

    #[test]
    fn sines_are_right() {
        for d in [1, 2, 3, 6, 4096] {
            for n in 0..=d {
                let x = (std::f64::consts::FRAC_PI_2 * n as f64 / d as f64).sin();
                let s = sine_square(n, d);
                assert!(s.overlaps(Enclosure::around(x * x, 4e-16)), "{n}/{d}");
                assert!(s.width() <= 5e-16 * s.hi(), "{n}/{d} {s:?}");
                assert!((s + sine_square(d - n, d)).contains(1.0));
            }
        }
        assert!(sine_square(1, 3).contains(0.25));
    }

    #[test]
    fn what_is_not_taken_is_refused() {
        assert!(kaufman(0, 3, 0.1, 0.1).is_err());
        assert!(kaufman(3, 3, f64::NAN, 0.1).is_err());
        assert!(matches!(
            kaufman(3, 3, -0.1, -0.1),
            Err(KaufmanError::FrustratedBothWays { .. })
        ));
    }
}
