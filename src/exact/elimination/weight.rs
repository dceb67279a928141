//! The two kinds of number that tables are made of: doubles, and doubles with an exponent beside them.

use crate::exact::fixed_energy::{power_of_two, scale_by};

/// A non-negative number in a table.
pub(super) trait Weight: Copy + Send + Sync + 'static {
    /// Zero.
    const ZERO: Self;
    /// Whether entries have an exponent of their own, so that nothing underflows.
    const WIDE: bool;
    /// `m · 2^e`.
    fn new(m: f64, e: i64) -> Self;
    /// Mantissa in `[1, 2)` and exponent; mantissa zero for zero.
    fn parts(self) -> (f64, i64);
    /// Product.
    fn times(self, other: Self) -> Self;
    /// Sum.
    fn plus(self, other: Self) -> Self;
    /// Multiplied by a power of two.
    fn scaled(self, e: i64) -> Self;
    /// The exponent of a bound from above and from below: `2^e ≤ x < 2^{e+1}`; `None` for zero.
    fn exponent(self) -> Option<i64> {
        let (m, e) = self.parts();
        (m > 0.0).then_some(e)
    }
}

impl Weight for f64 {
    const ZERO: Self = 0.0;
    const WIDE: bool = false;
    fn new(m: f64, e: i64) -> Self {
        scale_by(m, i128::from(e))
    }
    #[inline]
    fn parts(self) -> (f64, i64) {
        if self == 0.0 {
            return (0.0, 0);
        }
        let (m, e) = libm::frexp(self);
        (2.0 * m, i64::from(e) - 1)
    }
    #[inline]
    fn times(self, other: Self) -> Self {
        self * other
    }
    #[inline]
    fn plus(self, other: Self) -> Self {
        self + other
    }
    #[inline]
    fn scaled(self, e: i64) -> Self {
        self * power_of_two(e.clamp(-1000, 1000) as i32)
    }
}

/// A double with an exponent beside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wide {
    /// In `[1, 2)`, or zero.
    m: f64,
    e: i64,
}

impl Wide {
    #[inline]
    fn normal(m: f64, e: i64) -> Self {
        if m == 0.0 {
            return Self::ZERO;
        }
        // m is a product or sum of numbers in [1, 2): its exponent is 0 or 1 and no subnormal.
        let shift = (m.to_bits() >> 52) as i64 - 1023;
        Self {
            m: m * power_of_two(-shift as i32),
            e: e + shift,
        }
    }
}

impl Weight for Wide {
    const ZERO: Self = Self { m: 0.0, e: 0 };
    const WIDE: bool = true;
    fn new(m: f64, e: i64) -> Self {
        let (m, shift) = m.parts();
        Self { m, e: e + shift }
    }
    fn parts(self) -> (f64, i64) {
        (self.m, self.e)
    }
    #[inline]
    fn times(self, other: Self) -> Self {
        Self::normal(self.m * other.m, self.e + other.e)
    }
    #[inline]
    fn plus(self, other: Self) -> Self {
        if self.m == 0.0 {
            return other;
        }
        if other.m == 0.0 {
            return self;
        }
        let (a, b) = if self.e >= other.e {
            (self, other)
        } else {
            (other, self)
        };
        let gap = a.e - b.e;
        if gap > 1000 {
            // Less than a rounding, and counted as one.
            return a;
        }
        Self::normal(a.m + b.m * power_of_two(-gap as i32), a.e)
    }
    fn scaled(self, e: i64) -> Self {
        if self.m == 0.0 {
            self
        } else {
            Self {
                m: self.m,
                e: self.e + e,
            }
        }
    }
}

/// The number itself, for tables of doubles.
pub(super) trait AsDouble {
    fn as_double(&self) -> f64;
}

impl<W: Weight> AsDouble for W {
    #[inline]
    fn as_double(&self) -> f64 {
        let any: &dyn std::any::Any = self;
        any.downcast_ref::<f64>().copied().unwrap_or(0.0)
    }
}
