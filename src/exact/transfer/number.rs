//! The two kinds of number that a row vector is made of.
//!
//! Doubles while their range suffices; where a model is so strong that weights which matter leave it, the
//! same pass is done with an exponent beside every entry.

use super::super::fixed_energy::{PowerTable, Scale};

/// Factors below `2^{−FLUSH}` are zero as doubles.
pub(super) const FLUSH: i32 = 1018;
/// A vector of doubles is rescaled when its largest entry leaves `2^{±DRIFT}`.
pub(super) const DRIFT: i64 = 60;
/// Entries below `2^{−960}` are zero once a row.
const SUBNORMAL_SOON: f64 = f64::from_bits((1023 - 960) << 52);
/// log₂ of a bound on what a row's 2^w entries lose to underflow together, in units of the vector's scale.
///
/// A flushed factor, below `2^{−1018}`, multiplies an entry below `2^{DRIFT + 20}` (a row of 20 spins since
/// the last rescaling): with 2²⁰ entries, 2⁶ operations and the growth 2²⁰ of the row's own later bonds that
/// is `2^{−892}`. Flushed entries add `2^{−960 + 20 + 20}`, and as much for each of a polynomial's
/// coefficients, fewer than 2²⁶.
pub(super) const LOST: i32 = -890;

/// A number of a row vector: weights, their derivatives, and signed combinations of weights.
pub(super) trait Number: Copy + Send + Sync + 'static {
    /// Whether the exponent is unbounded.
    const WIDE: bool;
    const ZERO: Self;
    const ONE: Self;
    fn of(x: f64) -> Self;
    fn plus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    fn negated(self) -> Self;
    /// `x · 2^k`, exactly unless it underflows.
    fn shifted(self, k: i64) -> Self;
    /// `m`, `e` with the number `m · 2^e`.
    fn parts(self) -> (f64, i64);
    /// An exponent e with `|x| < 2^e`, within 2 of the smallest; `None` for zero.
    fn exponent(self) -> Option<i64>;
    /// Zero if below `2^{−960}`: what is that far below the largest entry must not become subnormal, with
    /// which processors are slow.
    fn flushed(self) -> Self;
    /// `2^{E/2^b}` for `E ≤ 0`, relative error at most 1.05 u.
    fn power(scale: Scale, energy: i128) -> Self;
}

fn exponent_of(x: f64) -> Option<i64> {
    (x != 0.0).then(|| i64::from(libm::frexp(x).1))
}

impl Number for f64 {
    const WIDE: bool = false;
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    #[inline]
    fn of(x: f64) -> Self {
        x
    }
    #[inline]
    fn plus(self, other: Self) -> Self {
        self + other
    }
    #[inline]
    fn times(self, other: Self) -> Self {
        self * other
    }
    #[inline]
    fn negated(self) -> Self {
        -self
    }
    #[inline]
    fn shifted(self, k: i64) -> Self {
        libm::ldexp(self, k.clamp(-5000, 5000) as i32)
    }
    #[inline]
    fn parts(self) -> (f64, i64) {
        (self, 0)
    }
    fn exponent(self) -> Option<i64> {
        exponent_of(self)
    }
    #[inline]
    fn flushed(self) -> Self {
        if self.abs() < SUBNORMAL_SOON {
            0.0
        } else {
            self
        }
    }
    fn power(scale: Scale, energy: i128) -> Self {
        scale.power(PowerTable::get(), energy, FLUSH)
    }
}

/// `m · 2^e` with `|m|` in `[1, 2)`, or zero with e = 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wide {
    m: f64,
    e: i64,
}

impl Wide {
    #[inline]
    fn normal(m: f64, e: i64) -> Self {
        if m == 0.0 {
            return Self::ZERO;
        }
        let bits = m.to_bits();
        let shift = ((bits >> 52) & 0x7ff) as i64 - 1023;
        let m = f64::from_bits(bits & !(0x7ff << 52) | 1023 << 52);
        Self { m, e: e + shift }
    }
}

impl Number for Wide {
    const WIDE: bool = true;
    const ZERO: Self = Self { m: 0.0, e: 0 };
    const ONE: Self = Self { m: 1.0, e: 0 };
    fn of(x: f64) -> Self {
        let (m, e) = libm::frexp(x);
        Self::normal(m, i64::from(e))
    }
    /// Relative error u, and `2⁻⁶³ < u/500` of the larger one where the smaller is out of its sight.
    #[inline]
    fn plus(self, other: Self) -> Self {
        if other.m == 0.0 {
            return self;
        }
        if self.m == 0.0 {
            return other;
        }
        let (a, b) = if self.e >= other.e {
            (self, other)
        } else {
            (other, self)
        };
        let gap = a.e - b.e;
        if gap > 64 {
            return a;
        }
        let unit = f64::from_bits(((1023 - gap) as u64) << 52);
        Self::normal(a.m + b.m * unit, a.e)
    }
    #[inline]
    fn times(self, other: Self) -> Self {
        Self::normal(self.m * other.m, self.e + other.e)
    }
    #[inline]
    fn negated(self) -> Self {
        Self {
            m: -self.m,
            e: self.e,
        }
    }
    #[inline]
    fn shifted(self, k: i64) -> Self {
        if self.m == 0.0 {
            self
        } else {
            Self {
                m: self.m,
                e: self.e + k,
            }
        }
    }
    #[inline]
    fn parts(self) -> (f64, i64) {
        (self.m, self.e)
    }
    fn exponent(self) -> Option<i64> {
        (self.m != 0.0).then_some(self.e + 1)
    }
    #[inline]
    fn flushed(self) -> Self {
        self
    }
    fn power(scale: Scale, energy: i128) -> Self {
        let m = PowerTable::get().exp2_fraction(scale.fraction(energy));
        Self::normal(m, scale.floor(energy) as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;

    #[test]
    fn wide_numbers_calculate_as_doubles_do() {
        let mut stream = Seed(11).stream("wide", 0);
        for _ in 0..5000 {
            let x = stream.uniform_in(-2.0, 2.0) * libm::ldexp(1.0, stream.index(40) as i32);
            let y = stream.uniform_in(-2.0, 2.0) * libm::ldexp(1.0, stream.index(40) as i32);
            let back = |w: Wide| {
                let (m, e) = w.parts();
                libm::ldexp(m, e as i32)
            };
            let (a, b) = (Wide::of(x), Wide::of(y));
            assert_eq!(back(a.plus(b)).to_bits(), (x + y).to_bits());
            assert_eq!(back(a.times(b)).to_bits(), (x * y).to_bits());
            assert_eq!(back(a.negated()).to_bits(), (-x).to_bits());
        }
        let tiny = Wide::ONE.shifted(-1_000_000);
        assert_eq!(tiny.plus(Wide::ONE).parts(), (1.0, 0));
        assert_eq!(tiny.times(tiny).exponent(), Some(-1_999_999));
        assert_eq!(Wide::ZERO.plus(tiny).parts(), (1.0, -1_000_000));
    }
}
