//! Truncated power series in one variable, and the map between moments and cumulants.

use super::operators::{binary_operator, negation};
use super::ring::{Field, Ring, integer};

/// Why a power series has no such function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PowerSeriesError {
    /// The reciprocal of a series without a constant term.
    #[error("the constant term is zero, so the series has no reciprocal")]
    ConstantTermZero,
    /// `exp`, or the inner series of a composition, wants the constant term zero.
    #[error("the constant term must be zero")]
    ConstantTermNotZero,
    /// `ln` wants the constant term one.
    #[error("the constant term must be one")]
    ConstantTermNotOne,
    /// The derivative of a series of order zero: not even its constant term is known.
    #[error("no coefficient of the result is known")]
    NothingKnown,
}

/// `c₀ + c₁ x + … + c_n xⁿ + O(xⁿ⁺¹)` with coefficients in `C`; n is the [`order`](Self::order).
///
/// The coefficients beyond the order are unknown, not zero: a sum or product of series has the
/// smaller of the two orders.
///
/// ```
/// use blockspin::symbolic::PowerSeries;
/// let x = PowerSeries::<f64>::variable(3);
/// assert_eq!(x.exp().unwrap().coefficients(), [1.0, 1.0, 0.5, 1.0 / 6.0]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PowerSeries<C> {
    /// Never empty.
    coefficients: Vec<C>,
}

impl<C: Ring> PowerSeries<C> {
    /// The series with these coefficients, known to `order`: filled with zeros or cut to `order + 1`.
    pub fn new(mut coefficients: Vec<C>, order: usize) -> Self {
        coefficients.resize(order + 1, C::zero());
        Self { coefficients }
    }

    /// The constant `c`, known to `order`.
    pub fn constant(c: C, order: usize) -> Self {
        Self::new(vec![c], order)
    }

    /// The variable `x`, known to `order`.
    pub fn variable(order: usize) -> Self {
        Self::new(vec![C::zero(), C::one()], order)
    }

    /// The coefficient of `x^k`; `None` beyond the order, where it is unknown.
    pub fn coefficient(&self, k: usize) -> Option<&C> {
        self.coefficients.get(k)
    }

    /// The coefficients of `1, x, …, x^order`.
    pub fn coefficients(&self) -> &[C] {
        &self.coefficients
    }

    /// The highest power whose coefficient is known.
    pub fn order(&self) -> usize {
        self.coefficients.len() - 1
    }

    /// The series times a constant.
    pub fn scale(&self, factor: &C) -> Self {
        let coefficients = self
            .coefficients
            .iter()
            .map(|c| c.clone() * factor.clone())
            .collect();
        Self { coefficients }
    }

    /// `self(inner(x))` by Horner's rule.
    ///
    /// # Errors
    /// [`PowerSeriesError::ConstantTermNotZero`] if `inner` has a constant term.
    pub fn compose(&self, inner: &Self) -> Result<Self, PowerSeriesError> {
        if !inner.coefficients[0].is_zero() {
            return Err(PowerSeriesError::ConstantTermNotZero);
        }
        let order = self.order().min(inner.order());
        let mut result = Self::constant(C::zero(), order);
        for c in self.coefficients.iter().take(order + 1).rev() {
            result = &result * inner;
            result.coefficients[0] = result.coefficients[0].clone() + c.clone();
        }
        Ok(result)
    }

    /// The derivative, of an order one lower.
    ///
    /// # Errors
    /// [`PowerSeriesError::NothingKnown`] for a series of order zero.
    pub fn derivative(&self) -> Result<Self, PowerSeriesError> {
        if self.order() == 0 {
            return Err(PowerSeriesError::NothingKnown);
        }
        let terms = self.coefficients.iter().enumerate().skip(1);
        Ok(Self {
            coefficients: terms.map(|(k, c)| integer::<C>(k) * c.clone()).collect(),
        })
    }
}

impl<C: Field> PowerSeries<C> {
    /// The integral without a constant term, of an order one higher.
    pub fn integrate(&self) -> Self {
        let terms = self
            .coefficients
            .iter()
            .enumerate()
            .map(|(k, c)| c.clone() / integer(k + 1));
        Self {
            coefficients: std::iter::once(C::zero()).chain(terms).collect(),
        }
    }

    /// `1 / self`.
    ///
    /// # Errors
    /// [`PowerSeriesError::ConstantTermZero`].
    pub fn recip(&self) -> Result<Self, PowerSeriesError> {
        if self.coefficients[0].is_zero() {
            return Err(PowerSeriesError::ConstantTermZero);
        }
        let first = C::one() / self.coefficients[0].clone();
        let mut result = vec![first.clone()];
        for n in 1..=self.order() {
            let sum = convolution(&self.coefficients, &result, 1..=n, n);
            result.push(-(first.clone() * sum));
        }
        Ok(Self {
            coefficients: result,
        })
    }

    /// `e^self`, from `E′ = S′ E`.
    ///
    /// # Errors
    /// [`PowerSeriesError::ConstantTermNotZero`]: the exponential of the constant need not lie in `C`.
    pub fn exp(&self) -> Result<Self, PowerSeriesError> {
        if !self.coefficients[0].is_zero() {
            return Err(PowerSeriesError::ConstantTermNotZero);
        }
        let slopes = self.slopes();
        let mut result = vec![C::one()];
        for n in 1..=self.order() {
            result.push(convolution(&slopes, &result, 1..=n, n) / integer(n));
        }
        Ok(Self {
            coefficients: result,
        })
    }

    /// `ln self`, from `S L′ = S′`.
    ///
    /// # Errors
    /// [`PowerSeriesError::ConstantTermNotOne`].
    pub fn ln(&self) -> Result<Self, PowerSeriesError> {
        if !(self.coefficients[0].clone() - C::one()).is_zero() {
            return Err(PowerSeriesError::ConstantTermNotOne);
        }
        let slopes = self.slopes();
        // k · l_k, of which the recursion needs the earlier ones.
        let mut result_slopes = vec![C::zero()];
        let mut result = vec![C::zero()];
        for n in 1..=self.order() {
            let known = convolution(&result_slopes, &self.coefficients, 1..=n - 1, n);
            let slope = slopes[n].clone() - known;
            result.push(slope.clone() / integer(n));
            result_slopes.push(slope);
        }
        Ok(Self {
            coefficients: result,
        })
    }

    /// `k c_k`, the coefficients of `x S′`.
    fn slopes(&self) -> Vec<C> {
        self.coefficients
            .iter()
            .enumerate()
            .map(|(k, c)| integer::<C>(k) * c.clone())
            .collect()
    }
}

/// `Σ a_k b_{n−k}` over the given k.
fn convolution<C: Ring>(a: &[C], b: &[C], k: std::ops::RangeInclusive<usize>, n: usize) -> C {
    k.fold(C::zero(), |sum, k| sum + a[k].clone() * b[n - k].clone())
}

fn zipped<C: Ring>(
    a: &PowerSeries<C>,
    b: &PowerSeries<C>,
    f: impl Fn(C, C) -> C,
) -> PowerSeries<C> {
    let pairs = a.coefficients.iter().zip(&b.coefficients);
    PowerSeries {
        coefficients: pairs.map(|(a, b)| f(a.clone(), b.clone())).collect(),
    }
}

fn sum<C: Ring>(a: &PowerSeries<C>, b: &PowerSeries<C>) -> PowerSeries<C> {
    zipped(a, b, |a, b| a + b)
}

fn difference<C: Ring>(a: &PowerSeries<C>, b: &PowerSeries<C>) -> PowerSeries<C> {
    zipped(a, b, |a, b| a - b)
}

fn product<C: Ring>(a: &PowerSeries<C>, b: &PowerSeries<C>) -> PowerSeries<C> {
    let order = a.order().min(b.order());
    let terms = (0..=order).map(|n| convolution(&a.coefficients, &b.coefficients, 0..=n, n));
    PowerSeries {
        coefficients: terms.collect(),
    }
}

fn negated<C: Ring>(a: &PowerSeries<C>) -> PowerSeries<C> {
    PowerSeries {
        coefficients: a.coefficients.iter().map(|c| -c.clone()).collect(),
    }
}

binary_operator!([C: Ring] PowerSeries<C>, Add, add, sum);
binary_operator!([C: Ring] PowerSeries<C>, Sub, sub, difference);
binary_operator!([C: Ring] PowerSeries<C>, Mul, mul, product);
negation!([C: Ring] PowerSeries<C>, negated);

/// Cumulants κ₁, κ₂, … from the moments m₁ = ⟨X⟩, m₂ = ⟨X²⟩, … (m₀ = 1 is not passed).
///
/// ```text
/// K(t) = ln⟨e^{tX}⟩ = Σ κ_n tⁿ/n!,   κ_n = m_n − Σ_{k=1}^{n−1} C(n−1, k−1) κ_k m_{n−k}
/// ```
/// The recursion has integer coefficients, so it needs no division.
///
/// ```
/// use blockspin::symbolic::moments_to_cumulants;
/// assert_eq!(moments_to_cumulants(&[1, 2, 5]), [1, 1, 1]); // Poisson, mean 1
/// ```
pub fn moments_to_cumulants<C: Ring>(moments: &[C]) -> Vec<C> {
    let mut cumulants: Vec<C> = Vec::with_capacity(moments.len());
    let mut binomials = vec![C::one()];
    for n in 1..=moments.len() {
        let lower = mixed_terms(&binomials, &cumulants, moments, n);
        cumulants.push(moments[n - 1].clone() - lower);
        binomials = next_binomials(&binomials);
    }
    cumulants
}

/// Moments m₁, m₂, … from the cumulants κ₁, κ₂, …, the inverse of [`moments_to_cumulants`].
pub fn cumulants_to_moments<C: Ring>(cumulants: &[C]) -> Vec<C> {
    let mut moments: Vec<C> = Vec::with_capacity(cumulants.len());
    let mut binomials = vec![C::one()];
    for n in 1..=cumulants.len() {
        let lower = mixed_terms(&binomials, cumulants, &moments, n);
        moments.push(cumulants[n - 1].clone() + lower);
        binomials = next_binomials(&binomials);
    }
    moments
}

/// `Σ_{k=1}^{n−1} C(n−1, k−1) κ_k m_{n−k}`, given row n−1 of Pascal's triangle.
fn mixed_terms<C: Ring>(binomials: &[C], cumulants: &[C], moments: &[C], n: usize) -> C {
    (1..n).fold(C::zero(), |sum, k| {
        sum + binomials[k - 1].clone() * cumulants[k - 1].clone() * moments[n - k - 1].clone()
    })
}

/// The next row of Pascal's triangle.
fn next_binomials<C: Ring>(row: &[C]) -> Vec<C> {
    let inner = row.windows(2).map(|pair| pair[0].clone() + pair[1].clone());
    std::iter::once(C::one())
        .chain(inner)
        .chain(std::iter::once(C::one()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::laurent::Laurent;
    use super::super::laurent::tests::rational;
    use super::*;
    use num_rational::BigRational;
    use num_traits::Zero;
    use proptest::prelude::*;

    type Series = PowerSeries<BigRational>;

    /// Series of order 6 with the given constant term.
    fn series(constant: i64) -> impl Strategy<Value = Series> {
        prop::collection::vec((-5i64..6, 1i64..4), 6).prop_map(move |terms| {
            let rest = terms.into_iter().map(|(p, q)| rational(p, q));
            Series::new(
                std::iter::once(rational(constant, 1)).chain(rest).collect(),
                6,
            )
        })
    }

    fn factorial(n: usize) -> BigRational {
        (1..=n).map(|k| rational(k as i64, 1)).product()
    }

    proptest! {
        #[test]
        fn ring_axioms(a in series(1), b in series(2), c in series(0)) {
            prop_assert_eq!(&a * &b, &b * &a);
            prop_assert_eq!((&a * &b) * &c, &a * (&b * &c));
            prop_assert_eq!(&a * (&b + &c), &a * &b + &a * &c);
            prop_assert_eq!((&a - &b) + &b, a.clone());
            prop_assert_eq!(-&a + &a, Series::constant(BigRational::zero(), 6));
        }

        #[test]
        fn reciprocal(a in series(3)) {
            prop_assert_eq!(&a * a.recip().unwrap(), Series::constant(rational(1, 1), 6));
        }

        #[test]
        fn exponential_and_logarithm(a in series(0), b in series(0)) {
            let (x, y) = (a.exp().unwrap(), b.exp().unwrap());
            prop_assert_eq!(x.ln().unwrap(), a.clone());
            prop_assert_eq!((&a + &b).exp().unwrap(), x * y);
        }

        #[test]
        fn logarithm_has_the_logarithmic_derivative(a in series(1)) {
            let expected = a.derivative().unwrap() * a.recip().unwrap();
            prop_assert_eq!(a.ln().unwrap().derivative().unwrap(), expected);
        }

        #[test]
        fn derivative_inverts_integral(a in series(2), b in series(1)) {
            prop_assert_eq!(a.integrate().order(), 7);
            prop_assert_eq!(a.integrate().derivative().unwrap(), a.clone());
            let product_rule = a.derivative().unwrap() * &b + &a * b.derivative().unwrap();
            prop_assert_eq!((&a * &b).derivative().unwrap(), product_rule);
        }

        #[test]
        fn composition(a in series(2), b in series(1), inner in series(0)) {
            let at = |s: &Series| s.compose(&inner).unwrap();
            prop_assert_eq!(at(&(&a * &b)), at(&a) * at(&b));
            prop_assert_eq!(a.compose(&Series::variable(6)).unwrap(), a.clone());
            prop_assert_eq!(at(&Series::variable(6).exp().unwrap()), inner.exp().unwrap());
        }

        #[test]
        fn cumulants_are_the_coefficients_of_the_logarithm(a in series(1)) {
            let moments: Vec<_> =
                (1..=6).map(|n| a.coefficient(n).unwrap() * factorial(n)).collect();
            let logarithm = a.ln().unwrap();
            let expected: Vec<_> =
                (1..=6).map(|n| logarithm.coefficient(n).unwrap() * factorial(n)).collect();
            let cumulants = moments_to_cumulants(&moments);
            prop_assert_eq!(&cumulants, &expected);
            prop_assert_eq!(cumulants_to_moments(&cumulants), moments);
        }
    }

    #[test]
    fn the_order_is_the_smaller_one() {
        let a = Series::new(vec![rational(1, 1); 9], 3);
        let b = Series::constant(rational(2, 1), 5);
        assert_eq!((a.order(), b.order()), (3, 5));
        assert_eq!(a.coefficient(4), None);
        for c in [
            &a + &b,
            &a - &b,
            &a * &b,
            b.compose(&Series::variable(3)).unwrap(),
            a.compose(&Series::variable(5)).unwrap(),
        ] {
            assert_eq!(c.order(), 3);
        }
    }

    #[test]
    fn refusals_name_the_constant_term() {
        let x = Series::variable(2);
        let one = Series::constant(rational(1, 1), 2);
        assert_eq!(x.recip(), Err(PowerSeriesError::ConstantTermZero));
        assert_eq!(one.exp(), Err(PowerSeriesError::ConstantTermNotZero));
        assert_eq!(x.compose(&one), Err(PowerSeriesError::ConstantTermNotZero));
        assert_eq!(x.ln(), Err(PowerSeriesError::ConstantTermNotOne));
        assert_eq!(
            Series::constant(rational(1, 1), 0).derivative(),
            Err(PowerSeriesError::NothingKnown)
        );
    }

    /// All moments of a Bernoulli variable are p; the cumulants are polynomials in p.
    #[test]
    fn bernoulli_cumulants() {
        let p = Laurent::var(0);
        let polynomial = |coefficients: &[i64]| {
            let powers = coefficients.iter().zip(1..);
            powers.fold(Laurent::zero(), |sum, (&c, k)| {
                sum + Laurent::integer(c) * p.pow(k).unwrap()
            })
        };
        let cumulants = moments_to_cumulants(&vec![p.clone(); 5]);
        assert_eq!(
            cumulants,
            [
                polynomial(&[1]),
                polynomial(&[1, -1]),
                polynomial(&[1, -3, 2]),
                polynomial(&[1, -7, 12, -6]),
                polynomial(&[1, -15, 50, -60, 24]),
            ]
        );
    }

    /// m, m² + s, m³ + 3ms, m⁴ + 6m²s + 3s², … have the cumulants m, s, 0, 0, …
    #[test]
    fn gaussian_cumulants() {
        let (m, s) = (Laurent::var(0), Laurent::var(1));
        let mut moments = vec![Laurent::one(), m.clone()];
        for n in 1..7 {
            let next = &m * &moments[n] + Laurent::integer(n as i64) * &s * &moments[n - 1];
            moments.push(next);
        }
        let mut expected = vec![Laurent::zero(); 7];
        expected[0] = m.clone();
        expected[1] = s.clone();
        assert_eq!(moments_to_cumulants(&moments[1..]), expected);
        assert_eq!(cumulants_to_moments(&expected), moments[1..]);
    }
}
