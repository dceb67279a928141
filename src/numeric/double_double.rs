//! Unevaluated sums of two doubles: about 106 bits, for the few places where 53 are not enough.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// `hi + lo` with `|lo| ≤ ulp(hi)/2`.
///
/// Error bounds of one operation, relative to the result and with `u = 2⁻⁵³`, hold while nothing
/// over- or underflows: sum `3u²`, product `5u²`, quotient `10u²` (Joldes, Muller and Popescu 2017,
/// "Tight and rigorous error bounds for basic building blocks of double-word arithmetic").
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DoubleDouble {
    /// The value rounded to double precision.
    pub hi: f64,
    /// What is left of it.
    pub lo: f64,
}

/// `a + b = s + e` exactly (Knuth).
#[inline]
pub(crate) fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let s = a + b;
    let t = s - a;
    (s, (a - (s - t)) + (b - t))
}

/// `a + b = s + e` exactly if `|a| ≥ |b|` or `a = 0` (Dekker).
#[inline]
fn quick_two_sum(a: f64, b: f64) -> (f64, f64) {
    let s = a + b;
    (s, b - (s - a))
}

/// `a · b = p + e` exactly, barring underflow.
#[inline]
pub(crate) fn two_product(a: f64, b: f64) -> (f64, f64) {
    let p = a * b;
    (p, f64::mul_add(a, b, -p))
}

impl DoubleDouble {
    /// Zero.
    pub const ZERO: Self = Self { hi: 0.0, lo: 0.0 };
    /// One.
    pub const ONE: Self = Self { hi: 1.0, lo: 0.0 };
    /// ln 2 to 106 bits.
    pub const LN_2: Self = Self {
        hi: std::f64::consts::LN_2,
        lo: 2.319_046_813_846_299_6e-17,
    };

    /// The exact sum of two doubles.
    #[inline]
    pub fn from_sum(a: f64, b: f64) -> Self {
        let (hi, lo) = two_sum(a, b);
        Self { hi, lo }
    }

    /// The exact product of two doubles, barring underflow.
    #[inline]
    pub fn from_product(a: f64, b: f64) -> Self {
        let (hi, lo) = two_product(a, b);
        Self { hi, lo }
    }

    /// Absolute value.
    #[inline]
    pub fn abs(self) -> Self {
        if self.hi < 0.0 || (self.hi == 0.0 && self.lo < 0.0) {
            -self
        } else {
            self
        }
    }

    /// The nearest double.
    #[inline]
    pub fn to_f64(self) -> f64 {
        self.hi + self.lo
    }

    /// Multiplies by `2^k` exactly, barring over- and underflow.
    #[inline]
    pub fn scale_by_power_of_two(self, k: i32) -> Self {
        Self {
            hi: libm::ldexp(self.hi, k),
            lo: libm::ldexp(self.lo, k),
        }
    }

    /// `e^x` for `|x| ≤ 745`, as `m · 2^k` with `m` in about `[0.7, 1.42]`.
    ///
    /// # Accuracy
    /// Relative error at most `2⁻⁹⁵`: the reduced argument `r = x − k ln 2` is off by less than
    /// `2⁻¹⁰²`, the Taylor polynomial of degree 24 by `0.35²⁵/25! < 2⁻¹²⁰`, and its 24 Horner steps
    /// round by less than `24 · 8u² < 2⁻⁹⁸`. Test `exp_agrees_with_rational_series`.
    pub fn exp_scaled(x: Self) -> (Self, i32) {
        // ln 2 in three parts that add up to it within 2.2e-39.
        const LN2_A: f64 = 0.693_147_180_369_123_8;
        const LN2_B: f64 = 1.908_214_929_268_704_3e-10;
        const LN2_C: f64 = 1.883_502_979_478_968_5e-22;
        let k = (x.hi / std::f64::consts::LN_2).round();
        let mut r = x - Self::from_product(k, LN2_A);
        r = r - Self::from_product(k, LN2_B);
        r = r - Self::from_product(k, LN2_C);
        let mut sum = Self::ONE;
        let mut n = 24.0;
        while n >= 1.0 {
            sum = Self::ONE + sum * r / Self::from(n);
            n -= 1.0;
        }
        (sum, k as i32)
    }

    /// Natural logarithm of a positive, normal number.
    ///
    /// # Accuracy
    /// Absolute error at most `2⁻⁹³ (1 + |ln x|)`: one Newton step `y + (x e^{−y} − 1)` from a start
    /// that is right to `2⁻⁵⁰`, with the quadratic term kept. Test `ln_inverts_exp`.
    pub fn ln(x: Self) -> Self {
        let (mantissa, k) = libm::frexp(x.hi);
        let m = x.scale_by_power_of_two(-k);
        let y = libm::log(mantissa);
        let (e, shift) = Self::exp_scaled(Self::from(-y));
        let d = m * e.scale_by_power_of_two(shift) - Self::ONE;
        let correction = d - d * d * Self::from(0.5) + d * d * d / Self::from(3.0);
        Self::LN_2 * Self::from(f64::from(k)) + (Self::from(y) + correction)
    }
}

impl From<f64> for DoubleDouble {
    fn from(hi: f64) -> Self {
        Self { hi, lo: 0.0 }
    }
}

impl Neg for DoubleDouble {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        Self {
            hi: -self.hi,
            lo: -self.lo,
        }
    }
}

impl Add for DoubleDouble {
    type Output = Self;
    #[inline]
    fn add(self, o: Self) -> Self {
        let (s, e) = two_sum(self.hi, o.hi);
        let (t, f) = two_sum(self.lo, o.lo);
        let (s, e) = quick_two_sum(s, e + t);
        let (hi, lo) = quick_two_sum(s, e + f);
        Self { hi, lo }
    }
}

impl Sub for DoubleDouble {
    type Output = Self;
    #[inline]
    fn sub(self, o: Self) -> Self {
        self + -o
    }
}

impl Mul for DoubleDouble {
    type Output = Self;
    #[inline]
    fn mul(self, o: Self) -> Self {
        let (p, e) = two_product(self.hi, o.hi);
        let e = f64::mul_add(self.lo, o.hi, f64::mul_add(self.hi, o.lo, e));
        let (hi, lo) = quick_two_sum(p, e);
        Self { hi, lo }
    }
}

impl Div for DoubleDouble {
    type Output = Self;
    #[inline]
    fn div(self, o: Self) -> Self {
        let q = self.hi / o.hi;
        let r = self - o * Self::from(q);
        let q2 = r.hi / o.hi;
        let r = r - o * Self::from(q2);
        let (hi, lo) = quick_two_sum(q, q2);
        Self { hi, lo } + Self::from(r.hi / o.hi)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigInt;
    use num_rational::BigRational;
    use num_traits::{One, Signed};

    fn rational(x: DoubleDouble) -> BigRational {
        BigRational::from_float(x.hi).unwrap() + BigRational::from_float(x.lo).unwrap()
    }

    fn two_to(k: i64) -> BigRational {
        let p = BigRational::from_integer(BigInt::one() << k.unsigned_abs());
        if k < 0 { p.recip() } else { p }
    }

    /// Taylor series in ℚ; the tail is below twice the first dropped term for |x| ≤ 1.
    fn exp_rational(x: &BigRational) -> BigRational {
        let mut term = BigRational::one();
        let mut sum = BigRational::one();
        for n in 1..40_i64 {
            term = term * x / BigRational::from_integer(n.into());
            sum += &term;
        }
        sum
    }

    #[test]
    fn exp_agrees_with_rational_series() {
        for i in -200..=200 {
            let x = f64::from(i) / 201.0;
            let exact = exp_rational(&BigRational::from_float(x).unwrap());
            let (m, k) = DoubleDouble::exp_scaled(DoubleDouble::from(x));
            let got = rational(m) * two_to(i64::from(k));
            assert!(((got - &exact) / exact).abs() < two_to(-95), "x = {x}");
        }
    }

    #[test]
    fn exp_multiplies_over_its_whole_range() {
        // e^x · e^{−x} = 1 ties large arguments, where the reduction is at stake, to each other,
        // and e^x = (e^{x/512})^512 ties them to small ones.
        for i in 1..=700 {
            let x = f64::from(i) + 0.377;
            let (a, j) = DoubleDouble::exp_scaled(DoubleDouble::from(x));
            let (b, k) = DoubleDouble::exp_scaled(DoubleDouble::from(-x));
            let product = rational(a) * rational(b) * two_to(i64::from(j) + i64::from(k));
            assert!(
                (product - BigRational::one()).abs() < two_to(-94),
                "x = {x}"
            );
            let (s, l) = DoubleDouble::exp_scaled(DoubleDouble::from(x / 512.0));
            let mut power = s.scale_by_power_of_two(l);
            for _ in 0..9 {
                power = power * power;
            }
            let direct = a.scale_by_power_of_two(j);
            assert!(
                ((power - direct) / direct).to_f64().abs() < 1e-27,
                "x = {x}"
            );
        }
    }

    #[test]
    fn ln_inverts_exp() {
        for i in -300..300 {
            let x = f64::from(i) * 0.731 + 0.1;
            let (m, k) = DoubleDouble::exp_scaled(DoubleDouble::from(x));
            let back = DoubleDouble::ln(m.scale_by_power_of_two(k));
            let err = (back - DoubleDouble::from(x)).to_f64().abs();
            assert!(
                err <= 2.0_f64.powi(-93) * (1.0 + x.abs()),
                "x = {x}, err = {err}"
            );
        }
    }
}
