//! Rational functions as quotients of Laurent polynomials.

use super::laurent::Laurent;
use super::operators::{binary_operator, negation};
use num_rational::BigRational;
use num_traits::{One, Zero};
use std::fmt;

/// A quotient of Laurent polynomials, an element of the field `ℚ(t₀, t₁, …)`.
///
/// The denominator has no negative powers, no monomial divisor, coprime integer coefficients and a
/// positive leading one, and where numerator or denominator divides the other the quotient is taken.
/// Common factors beyond that may remain, so two equal functions can be written differently;
/// equality is decided by cross-multiplication and is exact.
///
/// ```
/// use blockspin::symbolic::RationalFunction;
/// let t = RationalFunction::var(0);
/// let one = RationalFunction::one();
/// let a = (&t * &t - &one) / ((&t - &one) * (&t * &t + &one));
/// assert_eq!(a, (&t + &one) / (&t * &t + &one));
/// ```
#[derive(Clone)]
pub struct RationalFunction {
    numerator: Laurent,
    denominator: Laurent,
}

impl RationalFunction {
    /// `numerator / denominator`; `None` if the denominator is zero.
    pub fn new(numerator: Laurent, denominator: Laurent) -> Option<Self> {
        (!denominator.is_zero()).then(|| Self::reduced(numerator, denominator))
    }

    /// The cheap normal form of a quotient whose denominator is not zero.
    fn reduced(numerator: Laurent, denominator: Laurent) -> Self {
        if numerator.is_zero() {
            return Self::zero();
        }
        if denominator == Laurent::one() {
            return Self::from_laurent(numerator);
        }
        if denominator.is_monomial() {
            return Self::from_laurent(numerator * inverse(&denominator));
        }
        let (unit, denominator) = denominator.split_unit();
        let numerator = numerator * inverse(&unit);
        if let Some(quotient) = numerator.divide_exactly(&denominator) {
            return Self::from_laurent(quotient);
        }
        if !numerator.is_monomial()
            && let Some(quotient) = denominator.divide_exactly(&numerator)
        {
            let (unit, denominator) = quotient.split_unit();
            return Self {
                numerator: inverse(&unit),
                denominator,
            };
        }
        Self {
            numerator,
            denominator,
        }
    }

    /// A Laurent polynomial as a rational function.
    pub fn from_laurent(polynomial: Laurent) -> Self {
        Self {
            numerator: polynomial,
            denominator: Laurent::one(),
        }
    }

    /// The indeterminate of that index.
    pub fn var(index: usize) -> Self {
        Self::from_laurent(Laurent::var(index))
    }

    /// A constant function.
    pub fn constant(value: BigRational) -> Self {
        Self::from_laurent(Laurent::constant(value))
    }

    /// An integer as a rational function.
    pub fn integer(value: i64) -> Self {
        Self::from_laurent(Laurent::integer(value))
    }

    /// The function 0.
    pub fn zero() -> Self {
        Self::integer(0)
    }

    /// The function 1.
    pub fn one() -> Self {
        Self::integer(1)
    }

    /// The numerator of the representation (see the type).
    pub fn numerator(&self) -> &Laurent {
        &self.numerator
    }

    /// The denominator of the representation, never zero.
    pub fn denominator(&self) -> &Laurent {
        &self.denominator
    }

    /// The polynomial that this function is, if it is one.
    pub fn to_laurent(&self) -> Option<Laurent> {
        self.numerator.divide_exactly(&self.denominator)
    }

    /// Whether this is the function 0.
    pub fn is_zero(&self) -> bool {
        self.numerator.is_zero()
    }

    /// The value at `t_i = point[i]`.
    ///
    /// `None` where the representation divides by zero (a pole, or a common zero of numerator and
    /// denominator), and if an indeterminate that occurs has no coordinate.
    pub fn eval(&self, point: &[BigRational]) -> Option<BigRational> {
        let denominator = self.denominator.eval(point)?;
        if denominator.is_zero() {
            return None;
        }
        Some(self.numerator.eval(point)? / denominator)
    }

    /// `∂/∂t_index`.
    pub fn derivative(&self, index: usize) -> Self {
        let (p, q) = (&self.numerator, &self.denominator);
        let q_slope = q.derivative(index);
        if q_slope.is_zero() {
            return Self::reduced(p.derivative(index), q.clone());
        }
        Self::reduced(p.derivative(index) * q - p * q_slope, q * q)
    }

    /// The function with `replacement` in place of an indeterminate; `None` if a denominator becomes
    /// zero.
    pub fn substitute(&self, index: usize, replacement: &Self) -> Option<Self> {
        let numerator = substituted(&self.numerator, index, replacement)?;
        let denominator = substituted(&self.denominator, index, replacement)?;
        (!denominator.is_zero()).then(|| quotient(&numerator, &denominator))
    }

    /// `1 / self`; `None` for the function 0.
    pub fn recip(&self) -> Option<Self> {
        if self.is_zero() {
            return None;
        }
        let (unit, denominator) = self.numerator.clone().split_unit();
        Some(Self {
            numerator: &self.denominator * inverse(&unit),
            denominator,
        })
    }

    /// The integer power; `None` for a negative power of the function 0.
    pub fn pow(&self, exponent: i32) -> Option<Self> {
        let base = if exponent < 0 {
            self.recip()?
        } else {
            self.clone()
        };
        let mut result = Self::one();
        let exponent = exponent.unsigned_abs();
        for bit in (0..u32::BITS - exponent.leading_zeros()).rev() {
            result = result.squared();
            if exponent >> bit & 1 == 1 {
                result = product(&result, &base);
            }
        }
        Some(result)
    }

    /// The square: what divides neither way divides neither way in the square, so nothing cancels.
    fn squared(&self) -> Self {
        Self {
            numerator: &self.numerator * &self.numerator,
            denominator: &self.denominator * &self.denominator,
        }
    }

    /// Whether both are the same function, decided exactly by cross-multiplication; `==` is the same.
    pub fn equals(&self, other: &Self) -> bool {
        if self.denominator == other.denominator {
            return self.numerator == other.numerator;
        }
        &self.numerator * &other.denominator == &other.numerator * &self.denominator
    }

    /// The function as text, with `names[i]` for `t_i`: `(t + 1)/(t² + 2)`, or a polynomial alone.
    pub fn display_with(&self, names: &[&str]) -> String {
        let numerator = self.numerator.display_with(names);
        if self.denominator == Laurent::one() {
            return numerator;
        }
        format!("({numerator})/({})", self.denominator.display_with(names))
    }
}

/// The inverse of a monomial.
fn inverse(unit: &Laurent) -> Laurent {
    unit.pow(-1).expect("a monomial is a unit")
}

/// A polynomial with a rational function in place of an indeterminate.
fn substituted(
    polynomial: &Laurent,
    index: usize,
    replacement: &RationalFunction,
) -> Option<RationalFunction> {
    let Some((low, high)) = polynomial.degree_range(index) else {
        return Some(RationalFunction::zero());
    };
    // Over the common denominator, so that nothing has to be cancelled term by term.
    let (low, high) = (low.min(0), high.max(0));
    let (p, q) = (&replacement.numerator, &replacement.denominator);
    let mut sum = Laurent::zero();
    for (power, coefficient) in polynomial.coefficients_of(index) {
        sum = sum + coefficient * p.pow(power - low)? * q.pow(high - power)?;
    }
    let denominator = p.pow(-low)? * q.pow(high)?;
    RationalFunction::new(sum, denominator)
}

fn sum(a: &RationalFunction, b: &RationalFunction) -> RationalFunction {
    if a.denominator == b.denominator {
        return RationalFunction::reduced(&a.numerator + &b.numerator, a.denominator.clone());
    }
    if let Some(factor) = a.denominator.divide_exactly(&b.denominator) {
        let numerator = &a.numerator + &b.numerator * factor;
        return RationalFunction::reduced(numerator, a.denominator.clone());
    }
    if let Some(factor) = b.denominator.divide_exactly(&a.denominator) {
        let numerator = &a.numerator * factor + &b.numerator;
        return RationalFunction::reduced(numerator, b.denominator.clone());
    }
    let numerator = &a.numerator * &b.denominator + &b.numerator * &a.denominator;
    RationalFunction::reduced(numerator, &a.denominator * &b.denominator)
}

fn negated(a: &RationalFunction) -> RationalFunction {
    RationalFunction {
        numerator: -&a.numerator,
        denominator: a.denominator.clone(),
    }
}

fn difference(a: &RationalFunction, b: &RationalFunction) -> RationalFunction {
    sum(a, &negated(b))
}

fn product(a: &RationalFunction, b: &RationalFunction) -> RationalFunction {
    // Crosswise first: what cancels here need not be multiplied out.
    let first = RationalFunction::reduced(a.numerator.clone(), b.denominator.clone());
    let second = RationalFunction::reduced(b.numerator.clone(), a.denominator.clone());
    RationalFunction::reduced(
        first.numerator * second.numerator,
        first.denominator * second.denominator,
    )
}

/// # Panics
/// If `b` is zero.
fn quotient(a: &RationalFunction, b: &RationalFunction) -> RationalFunction {
    product(a, &b.recip().expect("division by the rational function 0"))
}

binary_operator!([] RationalFunction, Add, add, sum);
binary_operator!([] RationalFunction, Sub, sub, difference);
binary_operator!([] RationalFunction, Mul, mul, product);
binary_operator!([] RationalFunction, Div, div, quotient);
negation!([] RationalFunction, negated);

impl From<i64> for RationalFunction {
    fn from(value: i64) -> Self {
        Self::integer(value)
    }
}

impl From<Laurent> for RationalFunction {
    fn from(polynomial: Laurent) -> Self {
        Self::from_laurent(polynomial)
    }
}

impl PartialEq for RationalFunction {
    fn eq(&self, other: &Self) -> bool {
        self.equals(other)
    }
}

impl Eq for RationalFunction {}

impl Zero for RationalFunction {
    fn zero() -> Self {
        Self::zero()
    }
    fn is_zero(&self) -> bool {
        self.is_zero()
    }
}

impl One for RationalFunction {
    fn one() -> Self {
        Self::one()
    }
}

impl fmt::Display for RationalFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.display_with(&[]))
    }
}

impl fmt::Debug for RationalFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RationalFunction({self})")
    }
}
