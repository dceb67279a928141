//! Thermodynamics to any number of digits, from exact counts.
//!
//! ```text
//! Z = Σ g(b, k) e^{K (bonds − 2b) + h (2k − N)}
//! ```
//! in integers of many bits, with K and h exactly the doubles that they are given as.

use super::DensityOfStates;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use thiserror::Error;

/// Fractional bits of all numbers.
const BITS: u32 = 2048;
/// Largest sum of the magnitudes of all couplings: gaps of `e^{−400}` leave a thousand bits.
const STRONGEST: f64 = 1e5;

/// Why there are no values.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum CertifiedValuesError {
    /// Not a number, or so strong that the bits do not hold the variance.
    #[error(
        "coupling {coupling} and field {field}: magnitudes must add up to less than {STRONGEST:e}"
    )]
    Coupling {
        /// K.
        coupling: f64,
        /// h.
        field: f64,
    },
}

/// Values of one lattice at one coupling and field, in units of 2⁻²⁰⁴⁸.
///
/// # Accuracy
/// Each is off by less than `2⁻¹⁹⁰⁰` of the largest energy squared: additions are exact, and some 10⁴
/// products are truncated. Test `values_agree_with_closed_forms`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertifiedValues {
    log_z: BigInt,
    mean: BigInt,
    variance: BigInt,
    magnetization: BigInt,
    absolute: BigInt,
    square: BigInt,
    fourth: BigInt,
}

impl CertifiedValues {
    /// The names of the values, in the order of [`Self::decimals`].
    pub const NAMES: [&str; 7] = [
        "log_z",
        "mean_energy",
        "heat_capacity",
        "m",
        "abs_m",
        "m2",
        "m4",
    ];

    /// All values to so many significant digits, rounded to the nearest.
    ///
    /// `ln Z`; `⟨𝒦⟩`, the mean of the reduced energy; its variance; `⟨m⟩`, `⟨|m|⟩`, `⟨m²⟩`, `⟨m⁴⟩` with
    /// `m = M/N`. Magnitudes below 10⁻³⁰⁰ are zero.
    pub fn decimals(&self, digits: usize) -> [String; 7] {
        [
            &self.log_z,
            &self.mean,
            &self.variance,
            &self.magnetization,
            &self.absolute,
            &self.square,
            &self.fourth,
        ]
        .map(|x| decimal(x, digits))
    }
}

fn one() -> BigInt {
    BigInt::one() << BITS
}

fn times(a: &BigInt, b: &BigInt) -> BigInt {
    (a * b) >> BITS
}

/// ln 2 = Σ 1/(k 2^k).
fn ln_2() -> BigInt {
    (1..=BITS).fold(BigInt::zero(), |sum, k| {
        sum + (one() >> k) / BigInt::from(k)
    })
}

/// The rational number in units of 2⁻²⁰⁴⁸.
fn fixed(q: &BigRational) -> BigInt {
    (q.numer() << BITS) / q.denom()
}

/// `e^x`, for `x ≤ 0`.
fn exp(x: &BigInt, ln_2: &BigInt) -> BigInt {
    // x = r − k ln 2 with r in [0, ln 2), and e^r by 64 squarings' worth of halving: (e^{r/2^16})^{2^16}.
    let k: BigInt = (-x) / ln_2 + BigInt::one();
    let Some(k) = k.to_usize().filter(|&k| k < 2 * BITS as usize) else {
        return BigInt::zero();
    };
    let r = x + ln_2 * BigInt::from(k);
    let small = r >> 16;
    let mut term = one();
    let mut sum = one();
    let mut n = 1_u32;
    while !term.is_zero() {
        term = times(&term, &small) / BigInt::from(n);
        sum += &term;
        n += 1;
    }
    for _ in 0..16 {
        sum = times(&sum, &sum);
    }
    sum >> k
}

/// `ln x` for `x ≥ 1`.
fn ln(x: &BigInt, ln_2: &BigInt) -> BigInt {
    let k = x.bits() - u64::from(BITS) - 1;
    let m = x >> k;
    // 2 artanh((m − 1)/(m + 1)), the argument below 1/3.
    let z = ((&m - one()) << BITS) / (&m + one());
    let z2 = times(&z, &z);
    let mut power = z.clone();
    let mut sum = BigInt::zero();
    let mut n = 1_u32;
    while !power.is_zero() {
        sum += &power / BigInt::from(n);
        power = times(&power, &z2);
        n += 2;
    }
    sum * 2 + ln_2 * BigInt::from(k)
}

/// Scientific notation with so many digits, rounded to the nearest.
fn decimal(x: &BigInt, digits: usize) -> String {
    let magnitude = x.abs();
    let ten = |k: usize| num_traits::pow(BigInt::from(10), k);
    if (&magnitude * ten(300)) >> BITS == BigInt::zero() {
        return "0".to_owned();
    }
    // x = q / 2^BITS with 10^e ≤ x < 10^{e+1}.
    let mut e =
        ((magnitude.bits() as f64 - f64::from(BITS)) * std::f64::consts::LOG10_2).floor() as i64;
    let scaled = |e: i64| -> BigInt {
        let shift = digits as i64 - 1 - e;
        let half = BigInt::one() << (BITS - 1);
        if shift >= 0 {
            (&magnitude * ten(shift as usize) + half) >> BITS
        } else {
            let unit = ten((-shift) as usize) << BITS;
            (&magnitude * 2 + &unit) / (unit * 2)
        }
    };
    let mut q = scaled(e);
    while q >= ten(digits) {
        e += 1;
        q = scaled(e);
    }
    while q < ten(digits - 1) {
        e -= 1;
        q = scaled(e);
    }
    let text = q.to_string();
    let sign = if x.is_negative() { "-" } else { "" };
    format!("{sign}{}.{}e{e}", &text[..1], &text[1..])
}

impl DensityOfStates {
    /// `ln Z` and averages at coupling K and field h, both reduced (times β) and exactly these doubles.
    ///
    /// # Errors
    /// [`CertifiedValuesError::Coupling`].
    pub fn certified(
        &self,
        coupling: f64,
        field: f64,
    ) -> Result<CertifiedValues, CertifiedValuesError> {
        let refused = CertifiedValuesError::Coupling { coupling, field };
        let (n, bonds) = (self.sites(), self.bonds());
        let total = coupling.abs() * bonds as f64 + field.abs() * n as f64;
        if !total.is_finite() || total > STRONGEST {
            return Err(refused);
        }
        let rational = |x: f64| BigRational::from_float(x).ok_or(refused);
        let (k_unit, h_unit) = (fixed(&rational(coupling)?), fixed(&rational(field)?));
        let energy = |broken: usize, up: usize| -> BigInt {
            &k_unit * BigInt::from(bonds as i64 - 2 * broken as i64)
                + &h_unit * BigInt::from(2 * up as i64 - n as i64)
        };
        let levels: Vec<(usize, usize, u128, BigInt)> = (0..=bonds)
            .flat_map(|b| (0..=n).map(move |k| (b, k)))
            .filter_map(|(b, k)| {
                let g = self.count(b, k);
                (g > 0).then(|| (b, k, g, energy(b, k)))
            })
            .collect();
        let Some(top) = levels.iter().map(|l| l.3.clone()).max() else {
            return Err(refused);
        };
        let ln_2 = ln_2();
        // Powers of the two factors that lead away from the top by non-positive exponents do not exist
        // for all levels at once; each level has its own exponential.
        let mut z = BigInt::zero();
        let mut sums: [BigInt; 6] = std::array::from_fn(|_| BigInt::zero());
        for (_, up, g, energy) in &levels {
            let gap: BigInt = energy - &top;
            let weight = exp(&gap, &ln_2) * BigInt::from(*g);
            if weight.is_zero() {
                continue;
            }
            let m = 2 * *up as i64 - n as i64;
            let with_gap = times(&weight, &gap);
            sums[1] += times(&with_gap, &gap);
            sums[0] += with_gap;
            sums[2] += &weight * m;
            sums[3] += &weight * m.abs();
            sums[4] += &weight * (m * m);
            sums[5] += &weight * (m * m) * (m * m);
            z += weight;
        }
        let over = |sum: &BigInt, power: u32| -> BigInt {
            (sum << BITS) / (&z * num_traits::pow(BigInt::from(n), power as usize))
        };
        let mean_gap = over(&sums[0], 0);
        Ok(CertifiedValues {
            log_z: &top + ln(&z, &ln_2),
            mean: &top + &mean_gap,
            variance: over(&sums[1], 0) - times(&mean_gap, &mean_gap),
            magnetization: over(&sums[2], 1),
            absolute: over(&sums[3], 1),
            square: over(&sums[4], 2),
            fourth: over(&sums[5], 4),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::reference::{exp as other_exp, rational};
    use super::*;
    use crate::model::Lattice;

    #[test]
    fn elementary_functions_agree_with_another_program_and_each_other() {
        let ln_2 = ln_2();
        for x in [0.0, -0.3, -1.0, -17.25, -100.5] {
            let got = exp(&fixed(&rational(x)), &ln_2);
            let want = other_exp(&rational(x));
            let gap: BigInt = (&got >> (BITS - 320)) - want;
            assert!(gap.abs() <= BigInt::from(4), "{x} {gap}");
            let back = ln(&((one() << BITS) / &got), &ln_2) + fixed(&rational(x));
            assert!(back.bits() < 400, "{x} {}", back.bits());
        }
    }

    #[test]
    fn decimals_are_rounded() {
        let q = |n: i64, d: i64| fixed(&BigRational::new(n.into(), d.into()));
        assert_eq!(decimal(&q(1, 3), 5), "3.3333e-1");
        assert_eq!(decimal(&q(-2, 3), 5), "-6.6667e-1");
        assert_eq!(decimal(&q(999_999, 1000), 3), "1.00e3");
        assert_eq!(decimal(&q(12345, 1), 3), "1.23e4");
        assert_eq!(decimal(&q(0, 1), 3), "0");
        assert_eq!(decimal(&q(1, 1_000_000), 3), "1.00e-6");
    }

    #[test]
    fn values_agree_with_closed_forms() {
        // A ring of N: Z = (2 cosh K)^N + (2 sinh K)^N, in the same fixed point but from its own sum.
        let ln_2 = ln_2();
        let ring = DensityOfStates::of(Lattice::new(
            1,
            12,
            crate::model::Boundary::Open,
            crate::model::Boundary::Periodic,
        ))
        .unwrap();
        let k = 0.75_f64;
        let values = ring.certified(k, 0.0).unwrap();
        let t = exp(&fixed(&rational(-2.0 * k)), &ln_2);
        let (sum, difference) = (one() + &t, one() - &t);
        let power = |x: &BigInt| (1..12).fold(x.clone(), |p, _| times(&p, x));
        let z = power(&sum) + power(&difference);
        let want = ln(&z, &ln_2) + fixed(&rational(12.0 * k));
        assert!((want - values.log_z).bits() < 100);
        // Free spins: ⟨m⟩ = tanh h and the variance of 𝒦 is N h² (1 − tanh² h).
        let h = 0.5_f64;
        let free = ring.certified(0.0, h).unwrap();
        let e = exp(&fixed(&rational(-2.0 * h)), &ln_2);
        let tanh = ((one() - &e) << BITS) / (one() + &e);
        assert!((&free.magnetization - &tanh).bits() < 100);
        let variance: BigInt = (one() - times(&tanh, &tanh)) * 3;
        assert!((&variance - &free.variance).bits() < 100);
    }

    #[test]
    fn nonsense_is_refused() {
        let g = DensityOfStates::of(Lattice::open(2, 2)).unwrap();
        assert!(g.certified(f64::NAN, 0.0).is_err());
        assert!(g.certified(1e9, 0.0).is_err());
    }
}
