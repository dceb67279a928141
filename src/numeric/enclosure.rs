//! Intervals of doubles with outward rounding.

use super::double_double::{DoubleDouble, two_product, two_sum};
use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A real number known to lie in `[lo, hi]`.
///
/// Arithmetic rounds outward by at most one unit in the last place and not at all where the result
/// is exact. An operation that is not defined on the whole interval (division by one that contains
/// zero, logarithm of one that reaches zero) returns [`Enclosure::UNBOUNDED`]: still true, and never
/// narrow, so no comparison can be won with it. Infinite bounds mean "no bound on this side".
///
/// # Accuracy
/// Test `operations_contain_the_rational_result`; elementary functions are within 2 units in the
/// last place, test `elementary_functions_are_tight_and_contain_high_precision_values`.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Enclosure {
    lo: f64,
    hi: f64,
}

/// Below this magnitude the error of a product is no longer a double, so exactness is not claimed.
const EXACT_PRODUCT_FLOOR: f64 = 1e-280;

#[inline]
fn down(x: f64) -> f64 {
    x.next_down()
}

#[inline]
fn up(x: f64) -> f64 {
    x.next_up()
}

/// The two doubles around `a + b`.
#[inline]
fn add_bounds(a: f64, b: f64) -> (f64, f64) {
    let (s, e) = two_sum(a, b);
    if !s.is_finite() {
        return overflow_bounds(s);
    }
    (
        if e < 0.0 { down(s) } else { s },
        if e > 0.0 { up(s) } else { s },
    )
}

/// What is known of a finite result that rounded to `s`, an infinity.
fn overflow_bounds(s: f64) -> (f64, f64) {
    if s == f64::INFINITY {
        (f64::MAX, f64::INFINITY)
    } else if s == f64::NEG_INFINITY {
        (f64::NEG_INFINITY, f64::MIN)
    } else {
        (f64::NEG_INFINITY, f64::INFINITY)
    }
}

#[inline]
fn mul_bounds(a: f64, b: f64) -> (f64, f64) {
    if a == 0.0 || b == 0.0 {
        return (0.0, 0.0);
    }
    let (p, e) = two_product(a, b);
    if !p.is_finite() {
        return overflow_bounds(p);
    }
    if p.abs() < EXACT_PRODUCT_FLOOR {
        return (down(p), up(p));
    }
    (
        if e < 0.0 { down(p) } else { p },
        if e > 0.0 { up(p) } else { p },
    )
}

#[inline]
fn div_bounds(a: f64, b: f64) -> (f64, f64) {
    if a == 0.0 {
        return (0.0, 0.0);
    }
    let q = a / b;
    if !q.is_finite() {
        return overflow_bounds(q);
    }
    // The remainder a − q b is a double unless it underflows.
    let r = f64::mul_add(-q, b, a);
    if r == 0.0 && q.abs() > EXACT_PRODUCT_FLOOR && a.abs() > EXACT_PRODUCT_FLOOR {
        (q, q)
    } else {
        (down(q), up(q))
    }
}

impl Enclosure {
    /// The whole line: nothing is known.
    pub const UNBOUNDED: Self = Self {
        lo: f64::NEG_INFINITY,
        hi: f64::INFINITY,
    };

    /// The interval `[lo, hi]`; if the bounds are out of order or NaN, [`Enclosure::UNBOUNDED`].
    #[inline]
    pub fn new(lo: f64, hi: f64) -> Self {
        if lo <= hi && lo < f64::INFINITY && hi > f64::NEG_INFINITY {
            Self { lo, hi }
        } else {
            Self::UNBOUNDED
        }
    }

    /// The double `x` itself, taken as exact; [`Enclosure::UNBOUNDED`] if it is not finite.
    #[inline]
    pub fn exact(x: f64) -> Self {
        Self::new(x, x)
    }

    /// `[mid − radius, mid + radius]`, rounded outward.
    #[inline]
    pub fn around(mid: f64, radius: f64) -> Self {
        Self::new(
            add_bounds(mid, -radius.abs()).0,
            add_bounds(mid, radius.abs()).1,
        )
    }

    /// The tightest enclosure of a rational number.
    pub fn from_rational(q: &BigRational) -> Self {
        if q.is_zero() {
            return Self::exact(0.0);
        }
        let magnitude = rational_bounds(q.numer().magnitude(), q.denom().magnitude());
        if q.is_negative() {
            -magnitude
        } else {
            magnitude
        }
    }

    /// Lower bound.
    #[inline]
    pub fn lo(self) -> f64 {
        self.lo
    }

    /// Upper bound.
    #[inline]
    pub fn hi(self) -> f64 {
        self.hi
    }

    /// A double near the middle.
    #[inline]
    pub fn mid(self) -> f64 {
        if self.lo.is_finite() && self.hi.is_finite() {
            self.lo + 0.5 * (self.hi - self.lo)
        } else if self.lo.is_finite() {
            self.lo
        } else if self.hi.is_finite() {
            self.hi
        } else {
            0.0
        }
    }

    /// Upper bound of `hi − lo`.
    #[inline]
    pub fn width(self) -> f64 {
        add_bounds(self.hi, -self.lo).1
    }

    /// Whether the double `x` lies inside.
    #[inline]
    pub fn contains(self, x: f64) -> bool {
        self.lo <= x && x <= self.hi
    }

    /// Whether the rational `q` lies inside; decided exactly.
    pub fn contains_rational(self, q: &BigRational) -> bool {
        BigRational::from_float(self.lo).is_none_or(|lo| &lo <= q)
            && BigRational::from_float(self.hi).is_none_or(|hi| q <= &hi)
    }

    /// Whether the two have a point in common.
    #[inline]
    pub fn overlaps(self, other: Self) -> bool {
        self.lo <= other.hi && other.lo <= self.hi
    }

    /// The smallest interval that holds both.
    #[inline]
    pub fn hull(self, other: Self) -> Self {
        Self::new(self.lo.min(other.lo), self.hi.max(other.hi))
    }

    /// Points common to both, if there are any. Sound if both enclose the same number.
    pub fn intersection(self, other: Self) -> Option<Self> {
        self.overlaps(other)
            .then(|| Self::new(self.lo.max(other.lo), self.hi.min(other.hi)))
    }

    /// Largest magnitude in the interval.
    #[inline]
    pub fn magnitude(self) -> f64 {
        self.lo.abs().max(self.hi.abs())
    }

    /// Whether every point is above zero.
    #[inline]
    pub fn is_positive(self) -> bool {
        self.lo > 0.0
    }

    /// Whether every point is below zero.
    #[inline]
    pub fn is_negative(self) -> bool {
        self.hi < 0.0
    }

    /// `|x|`.
    pub fn abs(self) -> Self {
        if self.lo >= 0.0 {
            self
        } else if self.hi <= 0.0 {
            -self
        } else {
            Self::new(0.0, self.magnitude())
        }
    }

    /// `x²`, without the loss of `x·x` on an interval around zero.
    pub fn square(self) -> Self {
        let a = self.abs();
        Self::new(mul_bounds(a.lo, a.lo).0, mul_bounds(a.hi, a.hi).1)
    }

    /// `x^n`.
    pub fn powi(self, n: i32) -> Self {
        if n < 0 {
            return Self::one() / self.powi(-n);
        }
        if n % 2 == 0 {
            let (mut result, mut base, mut k) = (Self::one(), self.square(), n / 2);
            while k > 0 {
                if k % 2 == 1 {
                    result = result * base;
                }
                base = base.square();
                k /= 2;
            }
            result
        } else {
            self * self.powi(n - 1)
        }
    }

    /// `√x`; unbounded if the interval reaches below zero.
    pub fn sqrt(self) -> Self {
        if self.lo < 0.0 {
            return Self::UNBOUNDED;
        }
        let bound = |x: f64| {
            let s = x.sqrt();
            if x == 0.0 || (x.is_finite() && x > EXACT_PRODUCT_FLOOR && s.mul_add(s, -x) == 0.0) {
                (s, s)
            } else {
                (down(s).max(0.0), up(s))
            }
        };
        Self::new(bound(self.lo).0, bound(self.hi).1)
    }

    /// `e^x`.
    pub fn exp(self) -> Self {
        Self::new(exp_bounds(self.lo).0, exp_bounds(self.hi).1)
    }

    /// `ln x`; unbounded unless the interval is above zero.
    pub fn ln(self) -> Self {
        if self.lo > 0.0 {
            Self::new(ln_bounds(self.lo).0, ln_bounds(self.hi).1)
        } else {
            Self::UNBOUNDED
        }
    }

    /// `ln(1 + x)`, without cancellation for small `x`; unbounded unless `x > −1`.
    pub fn ln_1p(self) -> Self {
        let bound = |x: f64| {
            if !x.is_finite() {
                return (f64::MAX.ln() - 1.0, f64::INFINITY);
            }
            // A small argument is not rounded when one is added to it in double-double, and the
            // absolute error of the logarithm is then below 2⁻⁹³; below 2⁻³⁰ a relative bound is
            // wanted and the alternating series x − x²/2 < ln(1+x) < x − x²/2 + x³/3 (x > 0)
            // or x − x²/2 − |x|³ < ln(1+x) < x − x²/2 (x < 0) gives it.
            if x.abs() < 1e-9 {
                let e = Self::exact(x);
                let base = e - e.square() * Self::exact(0.5);
                let tail = Self::new(0.0, (e.abs() * e.square()).hi);
                let s = if x > 0.0 { base + tail } else { base - tail };
                return (s.lo, s.hi);
            }
            let l = DoubleDouble::ln(DoubleDouble::from_sum(1.0, x));
            (down(l.hi), up(l.hi))
        };
        if self.lo > -1.0 {
            Self::new(bound(self.lo).0, bound(self.hi).1)
        } else {
            Self::UNBOUNDED
        }
    }

    /// `tanh x`.
    pub fn tanh(self) -> Self {
        // Odd and increasing: bound the two ends, each through the form that does not cancel.
        let bound = |x: f64| {
            let a = Self::exact(x.abs());
            let t = if x.abs() < 0.25 {
                let s = a.sinh_small();
                s / (Self::one() + s.square()).sqrt()
            } else {
                let e = (a * Self::exact(-2.0)).exp();
                (Self::one() - e) / (Self::one() + e)
            };
            let t = Self::new(t.lo.max(0.0), t.hi.min(1.0));
            if x < 0.0 { -t } else { t }
        };
        if self.lo.is_finite() && self.hi.is_finite() {
            Self::new(bound(self.lo).lo, bound(self.hi).hi)
        } else {
            Self::new(-1.0, 1.0)
        }
    }

    /// `sinh` of a point in `[0, 1/4]` by its series, whose tail is below twice the first term left out.
    fn sinh_small(self) -> Self {
        let x2 = self.square();
        let mut term = self;
        let mut sum = self;
        for n in 1..9_i32 {
            let k = f64::from(2 * n);
            term = term * x2 / Self::exact(k * (k + 1.0));
            sum = sum + term;
        }
        sum + Self::new(0.0, term.hi)
    }

    /// `cosh x`.
    pub fn cosh(self) -> Self {
        let a = self.abs();
        let c = |x: f64| {
            let e = Self::exact(x).exp();
            (e + Self::one() / e) * Self::exact(0.5)
        };
        Self::new(c(a.lo).lo.max(1.0), c(a.hi).hi)
    }

    /// `sinh x`.
    pub fn sinh(self) -> Self {
        let s = |x: f64| {
            let a = Self::exact(x.abs());
            let v = if x.abs() < 0.25 {
                a.sinh_small()
            } else {
                let e = a.exp();
                (e - Self::one() / e) * Self::exact(0.5)
            };
            if x < 0.0 { -v } else { v }
        };
        if self.lo.is_finite() && self.hi.is_finite() {
            Self::new(s(self.lo).lo, s(self.hi).hi)
        } else {
            Self::UNBOUNDED
        }
    }

    /// `artanh x`; unbounded unless the interval lies in `(−1, 1)`.
    pub fn atanh(self) -> Self {
        if self.lo > -1.0 && self.hi < 1.0 {
            let f = |x: f64| {
                let x = Self::exact(x);
                ((x + x) / (Self::one() - x)).ln_1p() * Self::exact(0.5)
            };
            Self::new(f(self.lo).lo, f(self.hi).hi)
        } else {
            Self::UNBOUNDED
        }
    }

    /// Enclosure of π.
    pub fn pi() -> Self {
        Self::new(std::f64::consts::PI, up(std::f64::consts::PI))
    }
}

/// Bounds of `n/d` for positive integers, to the last place.
fn rational_bounds(n: &BigUint, d: &BigUint) -> Enclosure {
    // Scale so that the integer quotient has 53 or 54 bits.
    let shift = 54 + d.bits() as i64 - n.bits() as i64;
    let (num, den) = if shift >= 0 {
        (n << shift.unsigned_abs(), d.clone())
    } else {
        (n.clone(), d << shift.unsigned_abs())
    };
    let (q, r) = num.div_rem(&den);
    // q < 2^55: drop two bits at most to make it a double exactly.
    let drop = q.bits().saturating_sub(53);
    let head = (&q >> drop).to_f64().unwrap_or(f64::INFINITY);
    let exact = r.is_zero() && (&q >> drop) << drop == q;
    let e = drop as i64 - shift;
    if !(-1000..=1020 - 53).contains(&e) {
        // Far out of the range of normal doubles: bounds that are true if not tight.
        return if e > 0 {
            Enclosure::new(1e300, f64::INFINITY)
        } else {
            Enclosure::new(
                0.0,
                libm::ldexp(head, e.max(-2000) as i32) + f64::MIN_POSITIVE,
            )
        };
    }
    let lo = libm::ldexp(head, e as i32);
    Enclosure::new(lo, if exact { lo } else { up(lo) })
}

fn exp_bounds(x: f64) -> (f64, f64) {
    if x == 0.0 {
        return (1.0, 1.0);
    }
    if x.is_nan() {
        return (0.0, f64::INFINITY);
    }
    if x > 709.0 {
        return (f64::MAX.sqrt(), f64::INFINITY);
    }
    if x < -700.0 {
        return (0.0, 1e-300);
    }
    let (m, k) = DoubleDouble::exp_scaled(DoubleDouble::from(x));
    // |m.lo| ≤ ulp/2 and its own error is below 2⁻⁹⁵, so one step each way is enough.
    (
        libm::ldexp(
            if m.lo < 0.0 || m.lo.abs() < 1e-27 {
                down(m.hi)
            } else {
                m.hi
            },
            k,
        ),
        libm::ldexp(
            if m.lo > 0.0 || m.lo.abs() < 1e-27 {
                up(m.hi)
            } else {
                m.hi
            },
            k,
        ),
    )
}

fn ln_bounds(x: f64) -> (f64, f64) {
    if x.to_bits() == 1.0_f64.to_bits() {
        return (0.0, 0.0);
    }
    if x == f64::INFINITY {
        return (709.0, f64::INFINITY);
    }
    if x < f64::MIN_POSITIVE {
        return (-745.2, -708.0);
    }
    let l = DoubleDouble::ln(DoubleDouble::from(x));
    // Near one the result is small and the absolute error 2⁻⁹³ is what counts.
    let slack = 1e-27 * (1.0 + l.hi.abs());
    let lo = add_bounds(l.hi, l.lo - slack).0;
    let hi = add_bounds(l.hi, l.lo + slack).1;
    (lo, hi)
}

impl From<f64> for Enclosure {
    fn from(x: f64) -> Self {
        Self::exact(x)
    }
}

impl From<&BigRational> for Enclosure {
    fn from(q: &BigRational) -> Self {
        Self::from_rational(q)
    }
}

impl From<&BigInt> for Enclosure {
    fn from(n: &BigInt) -> Self {
        Self::from_rational(&BigRational::from_integer(n.clone()))
    }
}

impl fmt::Debug for Enclosure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{:e}, {:e}]", self.lo, self.hi)
    }
}

/// A number with all its digits, but not hundreds of zeros.
struct Shown(f64);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.abs();
        if size == 0.0 || (1e-5..1e17).contains(&size) {
            write!(f, "{}", self.0)
        } else {
            write!(f, "{:e}", self.0)
        }
    }
}

impl fmt::Display for Enclosure {
    /// The midpoint, then half the width: `0.645002448 ± 1e-16`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.lo.to_bits() == self.hi.to_bits() {
            return write!(f, "{}", Shown(self.lo));
        }
        if !(self.lo.is_finite() && self.hi.is_finite()) {
            return write!(f, "[{}, {}]", Shown(self.lo), Shown(self.hi));
        }
        write!(f, "{} ± {:.0e}", Shown(self.mid()), 0.5 * self.width())
    }
}

impl Neg for Enclosure {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        Self {
            lo: -self.hi,
            hi: -self.lo,
        }
    }
}

impl Add for Enclosure {
    type Output = Self;
    #[inline]
    fn add(self, o: Self) -> Self {
        Self::new(add_bounds(self.lo, o.lo).0, add_bounds(self.hi, o.hi).1)
    }
}

impl Sub for Enclosure {
    type Output = Self;
    #[inline]
    fn sub(self, o: Self) -> Self {
        self + -o
    }
}

impl Mul for Enclosure {
    type Output = Self;
    fn mul(self, o: Self) -> Self {
        if self.lo >= 0.0 && o.lo >= 0.0 {
            return Self::new(mul_bounds(self.lo, o.lo).0, mul_bounds(self.hi, o.hi).1);
        }
        let c = [
            mul_bounds(self.lo, o.lo),
            mul_bounds(self.lo, o.hi),
            mul_bounds(self.hi, o.lo),
            mul_bounds(self.hi, o.hi),
        ];
        Self::new(
            c.iter().map(|b| b.0).fold(f64::INFINITY, f64::min),
            c.iter().map(|b| b.1).fold(f64::NEG_INFINITY, f64::max),
        )
    }
}

impl Div for Enclosure {
    type Output = Self;
    fn div(self, o: Self) -> Self {
        if o.lo <= 0.0 && o.hi >= 0.0 {
            return Self::UNBOUNDED;
        }
        let c = [
            div_bounds(self.lo, o.lo),
            div_bounds(self.lo, o.hi),
            div_bounds(self.hi, o.lo),
            div_bounds(self.hi, o.hi),
        ];
        Self::new(
            c.iter().map(|b| b.0).fold(f64::INFINITY, f64::min),
            c.iter().map(|b| b.1).fold(f64::NEG_INFINITY, f64::max),
        )
    }
}

impl Zero for Enclosure {
    fn zero() -> Self {
        Self::exact(0.0)
    }
    /// True only for the point zero.
    fn is_zero(&self) -> bool {
        self.lo == 0.0 && self.hi == 0.0
    }
}

impl One for Enclosure {
    fn one() -> Self {
        Self::exact(1.0)
    }
}

impl std::iter::Sum for Enclosure {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::zero(), |a, b| a + b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn q(x: f64) -> BigRational {
        BigRational::from_float(x).unwrap()
    }

    proptest! {
        #[test]
        fn operations_contain_the_rational_result(
            a in -1e3..1e3_f64, wa in 0.0..1.0_f64, b in -1e3..1e3_f64, wb in 0.0..1.0_f64,
            s in 0.0..=1.0_f64, t in 0.0..=1.0_f64,
        ) {
            let (x, y) = (Enclosure::new(a, a + wa), Enclosure::new(b, b + wb));
            let (p, r) = (a + s * (x.hi() - a), b + t * (y.hi() - b));
            prop_assume!(x.contains(p) && y.contains(r));
            prop_assert!((x + y).contains_rational(&(q(p) + q(r))));
            prop_assert!((x - y).contains_rational(&(q(p) - q(r))));
            prop_assert!((x * y).contains_rational(&(q(p) * q(r))));
            prop_assert!(x.square().contains_rational(&(q(p) * q(p))));
            prop_assert!(x.powi(3).contains_rational(&(q(p) * q(p) * q(p))));
            if !y.contains(0.0) {
                prop_assert!((x / y).contains_rational(&(q(p) / q(r))));
            }
            let root = x.abs().sqrt();
            prop_assert!(root.square().contains_rational(&q(p).abs()));
        }

        #[test]
        fn rationals_are_enclosed_within_one_place(n in any::<i64>(), d in 1_i64..i64::MAX) {
            let r = BigRational::new(n.into(), d.into());
            let e = Enclosure::from_rational(&r);
            prop_assert!(e.contains_rational(&r));
            prop_assert!(up(e.lo()) >= e.hi());
        }

        #[test]
        fn elementary_functions_are_tight_and_contain_high_precision_values(x in -300.0..300.0_f64) {
            // e^x e^{−x} = 1 and ln e^x = x hold in ℝ, so the enclosures must contain them.
            let e = Enclosure::exact(x);
            prop_assert!((e.exp() * (-e).exp()).contains(1.0));
            prop_assert!(e.exp().ln().contains(x));
            prop_assert!(e.exp().width() <= 3.0 * f64::EPSILON * e.exp().hi());
            let t = e.tanh();
            prop_assert!(x.abs() > 15.0 || t.atanh().contains(x));
            let identity = e.cosh().square() - e.sinh().square();
            prop_assert!(identity.contains(1.0));
            let small = Enclosure::exact(x * 1e-12);
            let sum = Enclosure::one() + small;
            prop_assert!(sum.overlaps(small.ln_1p().exp()));
            prop_assert!(small.ln_1p().width() <= 1e-15 * small.magnitude() + 1e-300);
        }
    }

    #[test]
    fn undefined_operations_are_unbounded_not_wrong() {
        let around_zero = Enclosure::new(-1.0, 1.0);
        assert_eq!(Enclosure::one() / around_zero, Enclosure::UNBOUNDED);
        assert_eq!(around_zero.ln(), Enclosure::UNBOUNDED);
        assert_eq!(around_zero.sqrt(), Enclosure::UNBOUNDED);
        assert_eq!(Enclosure::exact(f64::NAN), Enclosure::UNBOUNDED);
        assert_eq!(Enclosure::exact(f64::INFINITY), Enclosure::UNBOUNDED);
        assert!(Enclosure::exact(1000.0).exp().hi().is_infinite());
        assert!(Enclosure::exact(1000.0).exp().lo() > 0.0);
    }
}
