//! Values with one directional derivative: forward differentiation, exact or within bounds.

use super::Enclosure;
use num_traits::{One, Zero};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// `value + slope·ε` with `ε² = 0`: computing with it carries the derivative along.
///
/// A function evaluated at `(x, 1)` returns its value and its derivative at `x`, exactly in an exact
/// field and enclosed over [`Enclosure`]. Divide only by numbers whose value is not zero.
///
/// ```
/// use blockspin::numeric::Dual;
/// let x = Dual { value: 3.0, slope: 1.0 };
/// assert_eq!((x * x).slope, 6.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dual<T> {
    /// The value.
    pub value: T,
    /// The derivative.
    pub slope: T,
}

impl<T: Zero> Dual<T> {
    /// A number that does not depend on the variable.
    pub fn constant(value: T) -> Self {
        Self {
            value,
            slope: T::zero(),
        }
    }
}

impl Dual<Enclosure> {
    /// `tanh`, whose derivative is `1 − tanh²`.
    pub fn tanh(self) -> Self {
        let t = self.value.tanh();
        Self {
            value: t,
            slope: self.slope * (Enclosure::one() - t.square()),
        }
    }
}

impl<T: Add<Output = T>> Add for Dual<T> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            slope: self.slope + other.slope,
        }
    }
}

impl<T: Sub<Output = T>> Sub for Dual<T> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self {
            value: self.value - other.value,
            slope: self.slope - other.slope,
        }
    }
}

impl<T: Neg<Output = T>> Neg for Dual<T> {
    type Output = Self;
    fn neg(self) -> Self {
        Self {
            value: -self.value,
            slope: -self.slope,
        }
    }
}

impl<T: Clone + Add<Output = T> + Mul<Output = T>> Mul for Dual<T> {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self {
            slope: self.slope * other.value.clone() + self.value.clone() * other.slope,
            value: self.value * other.value,
        }
    }
}

impl<T: Clone + Sub<Output = T> + Mul<Output = T> + Div<Output = T>> Div for Dual<T> {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let value = self.value / other.value.clone();
        Self {
            slope: (self.slope - value.clone() * other.slope) / other.value,
            value,
        }
    }
}

impl<T: Zero> Zero for Dual<T> {
    fn zero() -> Self {
        Self::constant(T::zero())
    }
    fn is_zero(&self) -> bool {
        self.value.is_zero() && self.slope.is_zero()
    }
}

impl<T: Clone + Zero + One> One for Dual<T> {
    fn one() -> Self {
        Self::constant(T::one())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_of_the_operations() {
        // f(x) = x² tanh(x)/(1 − x) − x at 1/2, derivative by hand.
        let x = Dual {
            value: Enclosure::exact(0.5),
            slope: Enclosure::one(),
        };
        let f = x * x * x.tanh() / (Dual::one() - x) + (-x);
        let t = Enclosure::exact(0.5).tanh();
        // d/dx [x²/(1 − x)] = (2x − x²)/(1 − x)² = 3, and x²/(1 − x) = 1/2.
        let want = Enclosure::exact(3.0) * t
            + Enclosure::exact(0.5) * (Enclosure::one() - t.square())
            - Enclosure::one();
        assert!(f.slope.overlaps(want) && f.slope.width() < 1e-14);
        let half = Enclosure::exact(0.5);
        assert!(f.value.overlaps(half * t - half));
        let c = Dual::constant(half);
        assert!((c * c - c).slope.is_zero() && (c - c).is_zero());
    }
}
