//! Values with one directional derivative, both within bounds.

use super::Enclosure;
use num_traits::{One, Zero};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// `value + slope·ε` with `ε² = 0`: computing with it carries an exact derivative along.
///
/// A function evaluated at `(x, 1)` returns enclosures of its value and of its derivative at `x`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dual {
    /// The value.
    pub value: Enclosure,
    /// The derivative.
    pub slope: Enclosure,
}

impl Dual {
    /// A number that does not depend on the variable.
    pub fn constant(value: Enclosure) -> Self {
        Self {
            value,
            slope: Enclosure::zero(),
        }
    }

    /// The variable itself.
    pub fn variable(value: Enclosure) -> Self {
        Self {
            value,
            slope: Enclosure::one(),
        }
    }

    /// `tanh`, whose derivative is `1 − tanh²`.
    pub fn tanh(self) -> Self {
        let t = self.value.tanh();
        Self {
            value: t,
            slope: self.slope * (Enclosure::one() - t.square()),
        }
    }
}

impl Add for Dual {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            slope: self.slope + other.slope,
        }
    }
}

impl Sub for Dual {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self {
            value: self.value - other.value,
            slope: self.slope - other.slope,
        }
    }
}

impl Neg for Dual {
    type Output = Self;
    fn neg(self) -> Self {
        Self {
            value: -self.value,
            slope: -self.slope,
        }
    }
}

impl Mul for Dual {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self {
            value: self.value * other.value,
            slope: self.slope * other.value + self.value * other.slope,
        }
    }
}

impl Div for Dual {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let value = self.value / other.value;
        Self {
            value,
            slope: (self.slope - value * other.slope) / other.value,
        }
    }
}

impl Zero for Dual {
    fn zero() -> Self {
        Self::constant(Enclosure::zero())
    }
    fn is_zero(&self) -> bool {
        self.value.is_zero() && self.slope.is_zero()
    }
}

impl One for Dual {
    fn one() -> Self {
        Self::constant(Enclosure::one())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_of_the_operations() {
        // f(x) = x² tanh(x)/(1 − x) − x at 1/2, derivative by hand.
        let x = Dual::variable(Enclosure::exact(0.5));
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
