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

#[cfg(test)]
mod tests {
    use super::super::laurent::tests::{points, polynomials, rational};
    use super::super::ring::Field;
    use super::*;
    use proptest::prelude::*;

    fn functions() -> impl Strategy<Value = RationalFunction> {
        (polynomials(), polynomials())
            .prop_filter_map("zero denominator", |(p, q)| RationalFunction::new(p, q))
    }

    fn t() -> RationalFunction {
        RationalFunction::var(0)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn field_axioms(a in functions(), b in functions(), c in functions()) {
            prop_assert_eq!(&a + &b, &b + &a);
            prop_assert_eq!(&a * &b, &b * &a);
            prop_assert_eq!((&a + &b) + &c, &a + (&b + &c));
            prop_assert_eq!((&a * &b) * &c, &a * (&b * &c));
            prop_assert_eq!(&a * (&b + &c), &a * &b + &a * &c);
            prop_assert!((&a - &a).is_zero());
            if !b.is_zero() {
                prop_assert_eq!((&a / &b) * &b, a.clone());
                prop_assert_eq!(&b * b.recip().unwrap(), RationalFunction::one());
                prop_assert_ne!(&a + &b, a);
            }
        }

        #[test]
        fn evaluation_is_a_homomorphism(a in functions(), b in functions(), x in points()) {
            if let (Some(at), Some(bt)) = (a.eval(&x), b.eval(&x)) {
                prop_assert_eq!((&a + &b).eval(&x), Some(&at + &bt));
                prop_assert_eq!((&a - &b).eval(&x), Some(&at - &bt));
                prop_assert_eq!((&a * &b).eval(&x), Some(&at * &bt));
                if !bt.is_zero() {
                    prop_assert_eq!((&a / &b).eval(&x), Some(at / bt));
                }
            }
        }

        #[test]
        fn the_representation_is_normalised(p in polynomials(), q in polynomials(), x in points()) {
            prop_assume!(!q.is_zero() && !p.is_zero());
            let f = RationalFunction::new(p.clone(), q.clone()).unwrap();
            let (unit, part) = f.denominator().clone().split_unit();
            prop_assert_eq!(unit, Laurent::one());
            let (_, leading) = f.denominator().terms().next().unwrap();
            prop_assert!(leading > rational(0, 1) && leading.is_integer());
            prop_assert_eq!(&part, f.denominator());
            prop_assert_eq!(f.numerator() * &q, f.denominator() * &p);
            prop_assert_eq!(RationalFunction::new(&p * &q, q).unwrap().to_laurent(), Some(p.clone()));
            if let Some(value) = f.eval(&x) {
                prop_assert_eq!(value * f.denominator().eval(&x).unwrap(), f.numerator().eval(&x).unwrap());
            }
        }

        #[test]
        fn derivative_obeys_product_and_quotient_rule(a in functions(), b in functions()) {
            prop_assert_eq!((&a * &b).derivative(1), a.derivative(1) * &b + &a * b.derivative(1));
            if !b.is_zero() {
                let expected = (a.derivative(1) * &b - &a * b.derivative(1)) / (&b * &b);
                prop_assert_eq!((&a / &b).derivative(1), expected);
            }
        }

        #[test]
        fn substitution_commutes_with_evaluation(a in functions(), b in functions(), x in points()) {
            if let (Some(c), Some(value)) = (a.substitute(0, &b), b.eval(&x)) {
                let mut inner = x.clone();
                inner[0] = value;
                if let (Some(left), Some(right)) = (c.eval(&x), a.eval(&inner)) {
                    prop_assert_eq!(left, right);
                }
            }
        }
    }

    #[test]
    fn division_cancels_where_one_side_divides() {
        let one = RationalFunction::one();
        let f = (&t() * &t() - &one) / (&t() - &one);
        assert_eq!(f.to_laurent(), Some(Laurent::var(0) + Laurent::one()));
        assert_eq!(f.denominator(), &Laurent::one());
        let g = (&t() - &one) / (&t() * &t() - &one);
        assert_eq!(g.numerator(), &Laurent::one());
        assert_eq!(g.display_with(&["t"]), "(1)/(t + 1)");
    }

    #[test]
    fn equality_sees_through_common_factors() {
        let linear = |c: i64| Laurent::var(0) + Laurent::integer(c);
        let common = RationalFunction::new(linear(1) * linear(2), linear(2) * linear(3)).unwrap();
        let plain = RationalFunction::new(linear(1), linear(3)).unwrap();
        let other = RationalFunction::new(linear(1), linear(4)).unwrap();
        assert!(
            common.denominator() != plain.denominator(),
            "no common factor left to see through"
        );
        assert!(common.equals(&plain) && common == plain);
        assert!(!common.equals(&other) && common != other);
    }

    #[test]
    fn powers_and_reciprocals() {
        let f = (t() + RationalFunction::one()) / (t() - RationalFunction::integer(2));
        assert_eq!(f.pow(3), Some(&f * &f * &f));
        assert_eq!(f.pow(-2), Some((&f * &f).recip().unwrap()));
        assert_eq!(f.pow(0), Some(RationalFunction::one()));
        assert_eq!(RationalFunction::zero().pow(-1), None);
        assert_eq!(RationalFunction::zero().recip(), None);
        assert_eq!(RationalFunction::new(Laurent::one(), Laurent::zero()), None);
    }

    #[test]
    fn derivative_and_poles() {
        let f = (t() - RationalFunction::one()).recip().unwrap();
        assert_eq!(f.derivative(0), -f.pow(2).unwrap());
        assert_eq!(f.eval(&[rational(1, 1)]), None);
        assert_eq!(f.eval(&[rational(3, 1)]), Some(rational(1, 2)));
        assert_eq!(f.substitute(0, &RationalFunction::one()), None);
        assert_eq!(
            t().recip()
                .unwrap()
                .substitute(0, &RationalFunction::zero()),
            None
        );
        let inverted = f.substitute(0, &t().recip().unwrap()).unwrap();
        assert_eq!(inverted, t() / (RationalFunction::one() - t()));
    }

    /// `tanh(K₁ + K₂)` from `tanh K = (t² − 1)/(t² + 1)`, and that a wrong sign is noticed.
    #[test]
    fn addition_theorem_of_tanh() {
        let tanh = |x: &RationalFunction| {
            let square = x * x;
            (&square - RationalFunction::one()) / (&square + RationalFunction::one())
        };
        let (x, y) = (RationalFunction::var(0), RationalFunction::var(1));
        let (a, b) = (tanh(&x), tanh(&y));
        let sum = tanh(&(&x * &y));
        assert_eq!(sum, (&a + &b) / (RationalFunction::one() + &a * &b));
        assert_ne!(sum, (&a + &b) / (RationalFunction::one() - &a * &b));
    }

    #[test]
    fn generic_code_runs_over_every_field() {
        fn decimated<T: Field>(x: T) -> T {
            let four = T::one() + T::one() + T::one() + T::one();
            (x.clone() * x.clone() + four) / (-x - T::one())
        }
        assert!((decimated(1.0_f64) + 2.5).abs() < 1e-15);
        assert_eq!(decimated(rational(1, 1)), rational(-5, 2));
        assert_eq!(
            decimated(t()).eval(&[rational(1, 1)]),
            Some(rational(-5, 2))
        );
    }

    #[test]
    #[should_panic(expected = "division by the rational function 0")]
    fn division_by_zero_panics() {
        let _ = t() / RationalFunction::zero();
    }
}
