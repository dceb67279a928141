//! Energies as integers: sums without drift, and their exponentials.
//!
//! A coupling K is stored as the integer nearest to `K/ln 2 · 2^b`, so that a weight is
//! `e^𝒦 = 2^{E/2^b}` with an integer E. Sums and differences of energies are exact however many there
//! are; the integer part of `E/2^b` is an exponent of a double, and only the fractional part meets a
//! table and a polynomial.

use super::ExactError;
use crate::model::SpinHamiltonian;
use crate::numeric::{DoubleDouble, Enclosure};
use num_bigint::BigInt;
use num_traits::{One, ToPrimitive, Zero};
use std::sync::OnceLock;

/// Unit roundoff of double precision.
pub(super) const U: f64 = 0.5 * f64::EPSILON;
/// Bound on `Σ|K|`: beyond it energies would be coarser than 2⁻¹⁰.
const STRONGEST: f64 = 1e30;
/// Fractional bits where the couplings leave room for them.
const MOST_FRACTION_BITS: u32 = 96;
/// Bits of `1/ln 2`.
const RECIPROCAL_BITS: u32 = 320;

/// The number of fractional bits b of one model's energies, and how well they hold its couplings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    bits: u32,
}

/// `2^320 / ln 2`, to a few units.
fn reciprocal_of_ln_2() -> &'static BigInt {
    static VALUE: OnceLock<BigInt> = OnceLock::new();
    VALUE.get_or_init(|| {
        let bits = RECIPROCAL_BITS + 32;
        let one = BigInt::one() << bits;
        // ln 2 = Σ 1/(k 2^k); each quotient is truncated by less than a unit of 2⁻³⁵².
        let ln_2 = (1..=bits).fold(BigInt::zero(), |sum, k| sum + (&one >> k) / BigInt::from(k));
        (BigInt::one() << (bits + RECIPROCAL_BITS)) / ln_2
    })
}

impl Scale {
    /// Chooses b so that no energy of the couplings overflows 128 bits, with 6 bits to spare.
    ///
    /// # Errors
    /// [`ExactError::TooStrong`] naming the largest coupling if `Σ|K| > 1e30`,
    /// [`ExactError::NotFinite`] if one is not a number.
    pub(super) fn for_couplings(
        couplings: impl Iterator<Item = f64> + Clone,
        what: &'static str,
    ) -> Result<Self, ExactError> {
        for (index, value) in couplings.clone().enumerate() {
            if !value.is_finite() {
                return Err(ExactError::NotFinite { what, index, value });
            }
        }
        let sum: f64 = couplings.clone().map(f64::abs).sum();
        if sum > STRONGEST {
            let (index, value) = couplings
                .enumerate()
                .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))
                .unwrap_or((0, sum));
            return Err(ExactError::TooStrong {
                what,
                index,
                value,
                limit: STRONGEST,
            });
        }
        // 1/ln 2 < 2^0.53, and the rounded sum is off by less than a part in two.
        let integer_bits = (sum.max(1.0).log2().ceil() as u32) + 2;
        Ok(Self {
            bits: (120 - integer_bits).min(MOST_FRACTION_BITS),
        })
    }

    /// For the terms of a Hamiltonian.
    pub(super) fn for_model(model: &SpinHamiltonian) -> Result<Self, ExactError> {
        Self::for_couplings(
            model.terms().iter().map(|t| t.coupling),
            "the coupling of term",
        )
    }

    /// `K/ln 2` in units of `2^{−b}`, off by less than one unit.
    pub(super) fn fixed(self, coupling: f64) -> i128 {
        if coupling == 0.0 {
            return 0;
        }
        let (fraction, exponent) = libm::frexp(coupling.abs());
        // |coupling| = mantissa · 2^{exponent − 53} with an integer mantissa.
        let mantissa = BigInt::from((fraction * 9_007_199_254_740_992.0) as u64);
        let shift = i64::from(exponent) - 53 + i64::from(self.bits) - i64::from(RECIPROCAL_BITS);
        let product = mantissa * reciprocal_of_ln_2();
        let rounded = if shift >= 0 {
            product << shift
        } else {
            let half = BigInt::one() << (-shift - 1);
            (product + half) >> -shift
        };
        let magnitude = rounded.to_i128().unwrap_or(0);
        if coupling < 0.0 {
            -magnitude
        } else {
            magnitude
        }
    }

    /// Bound on the error of an energy that is the sum of `terms` couplings, in nats.
    pub(super) fn energy_error(self, terms: usize) -> f64 {
        terms as f64 * 0.7 * libm::ldexp(1.0, -(self.bits as i32))
    }

    /// The integer part of an energy, towards −∞.
    #[inline]
    pub(super) fn floor(self, energy: i128) -> i128 {
        // A constant shift for the usual case is one instruction; a variable one is ten.
        if self.bits == MOST_FRACTION_BITS {
            energy >> MOST_FRACTION_BITS
        } else {
            energy >> self.bits
        }
    }

    /// The energy whose integer part is `exponent` and whose fraction is zero.
    #[inline]
    pub(super) fn of_exponent(self, exponent: i128) -> i128 {
        exponent << self.bits
    }

    /// The fractional part of an energy as a multiple of 2⁻⁶⁴, truncated.
    #[inline]
    pub(super) fn fraction(self, energy: i128) -> u64 {
        if self.bits == MOST_FRACTION_BITS {
            (energy >> (MOST_FRACTION_BITS - 64)) as u64
        } else if self.bits >= 64 {
            (energy >> (self.bits - 64)) as u64
        } else {
            ((energy << (64 - self.bits)) as u128) as u64
        }
    }

    /// `2^{E/2^b}` for `E/2^b` below 1000; zero below `2^{−lowest}`.
    ///
    /// # Accuracy
    /// Relative error 1.05 u where it is not flushed. Test `powers_have_their_bound`.
    #[inline]
    pub(super) fn power(self, table: &PowerTable, energy: i128, lowest: i32) -> f64 {
        let exponent = self.floor(energy);
        if exponent < -i128::from(lowest) {
            return 0.0;
        }
        table.exp2_fraction(self.fraction(energy)) * power_of_two(exponent as i32)
    }
}

/// `2^k` for `−1022 ≤ k ≤ 1023`.
#[inline]
pub(super) fn power_of_two(k: i32) -> f64 {
    debug_assert!((-1022..=1023).contains(&k));
    f64::from_bits(((1023 + k) as u64) << 52)
}

/// `x · 2^k`, for any k.
pub(super) fn scale_by(x: f64, k: i128) -> f64 {
    libm::ldexp(x, k.clamp(-5000, 5000) as i32)
}

/// `2^{j/256}` for `0 ≤ j < 256`, each as a double and what is left of it.
#[derive(Debug)]
pub(super) struct PowerTable([(f64, f64); 256]);

impl PowerTable {
    /// The table; made once.
    pub(super) fn get() -> &'static Self {
        static TABLE: OnceLock<PowerTable> = OnceLock::new();
        TABLE.get_or_init(|| {
            Self(std::array::from_fn(|j| {
                let x = DoubleDouble::LN_2 * DoubleDouble::from(j as f64 / 256.0);
                let (m, k) = DoubleDouble::exp_scaled(x);
                let value = m.scale_by_power_of_two(k);
                (value.hi, value.lo)
            }))
        })
    }

    /// `2^{f/2^64}`, in `[1, 2]`.
    ///
    /// # Accuracy
    /// Relative error at most 1.05 u: the table holds 95 bits; with y = r ln 2 ≤ 0.00271 the
    /// polynomial leaves out `y⁶/720 < 0.006 u` and rounds by less than `6u·y ≤ 0.017 u`; the
    /// truncation of f costs `2⁻⁶⁴ < 0.001 u`; the rounded product and low word `2 · 0.0028 u`; the
    /// last addition u. Test `powers_have_their_bound`.
    #[inline]
    pub(super) fn exp2_fraction(&self, fraction: u64) -> f64 {
        let (hi, lo) = self.0[(fraction >> 56) as usize];
        let rest = (fraction & ((1 << 56) - 1)) as i64 as f64;
        let y = rest * (std::f64::consts::LN_2 / 18_446_744_073_709_551_616.0);
        let p = y * (1.0 + y * (0.5 + y * (1.0 / 6.0 + y * (1.0 / 24.0 + y * (1.0 / 120.0)))));
        hi + (hi * p + lo)
    }
}

/// A positive sum `value · 2^exponent`, known up to a relative error.
#[derive(Clone, Copy, Debug)]
pub(super) struct ScaledSum {
    pub(super) value: DoubleDouble,
    pub(super) exponent: i128,
}

impl ScaledSum {
    /// `ln` of the true sum, if that is within `relative` of this one; `absolute` is added in nats.
    ///
    /// # Accuracy
    /// The double-double logarithm and the product with ln 2 are right to 2⁻⁹⁰ of their magnitudes;
    /// rounding outward adds less than a unit in the last place on each side.
    pub(super) fn ln(&self, relative: f64, absolute: f64) -> Enclosure {
        if self.value.hi <= 0.0 || relative >= 0.5 {
            return Enclosure::UNBOUNDED;
        }
        let high = self.exponent as f64;
        let low = (self.exponent - high as i128) as f64;
        let shift = DoubleDouble::LN_2 * DoubleDouble::from_sum(high, low);
        let log = shift + DoubleDouble::ln(self.value);
        // −ln(1 − ε) ≤ ε + ε² for ε ≤ 1/2.
        let slack = relative + relative * relative + absolute;
        let own = 1e-27 * (1.0 + high.abs() + self.value.hi.log2().abs());
        let radius = (slack + own) * (1.0 + 1e-10);
        // Adding the radius to the low word first keeps the rounding at the last place of the sum.
        Enclosure::exact(log.hi) + Enclosure::around(log.lo, radius)
    }
}

#[cfg(test)]
mod tests {
    use super::super::reference::{exp, rational};
    use super::*;
    use num_rational::BigRational;
    use num_traits::Signed;
    use proptest::prelude::*;

    /// |x/y − 1| for a double x and y in units of 2⁻³²⁰.
    fn relative_error(x: f64, y: &BigInt) -> f64 {
        let exact = BigRational::new(y.clone(), BigInt::one() << 320_u32);
        ((rational(x) - &exact) / exact).abs().to_f64().unwrap()
    }

    #[test]
    fn powers_have_their_bound() {
        let table = PowerTable::get();
        let scale = Scale { bits: 96 };
        let mut worst = 0.0_f64;
        for i in 0..4000_i32 {
            let k = -(f64::from(i) * 0.003_713 + f64::from(i % 7) * 1e-9);
            let got = scale.power(table, scale.fixed(k), 300);
            worst = worst.max(relative_error(got, &exp(&rational(k))) / U);
        }
        assert!(worst <= 1.05, "{worst} u");
        // The bound is not idle: half of it is exceeded.
        assert!(worst > 0.5, "{worst} u");
    }

    proptest! {
        #[test]
        fn fixed_energies_are_within_a_unit(k in -1e6..1e6_f64, e in -60..3_i32) {
            let k = libm::ldexp(k, e);
            let scale = Scale::for_couplings([k].into_iter(), "k").unwrap();
            let (m, l) = DoubleDouble::exp_scaled(DoubleDouble::from(1.0));
            // K/ln 2 in double-double is right to 100 bits; compare on that level.
            let want = DoubleDouble::from(k) / DoubleDouble::LN_2;
            let got = scale.fixed(k);
            let hi = got as f64;
            let lo = (got - hi as i128) as f64;
            let back = DoubleDouble::from_sum(hi, lo).scale_by_power_of_two(-(scale.bits as i32));
            let err = (back - want).abs().to_f64();
            prop_assert!(err <= want.abs().to_f64() * 1e-29 + libm::ldexp(1.0, -(scale.bits as i32)));
            prop_assert!(m.hi > 0.0 && l != i32::MAX);
        }
    }

    #[test]
    fn too_strong_couplings_are_named() {
        let error = Scale::for_couplings([1.0, -2e30].into_iter(), "weight").unwrap_err();
        assert!(matches!(error, ExactError::TooStrong { index: 1, .. }));
        let error = Scale::for_couplings([1.0, f64::NAN].into_iter(), "weight").unwrap_err();
        assert!(matches!(error, ExactError::NotFinite { index: 1, .. }));
        assert!(Scale::for_couplings([1e29, 1e29].into_iter(), "weight").is_ok());
    }
}
