//! Laurent polynomials in any number of indeterminates with rational coefficients.

use super::exact_division;
use super::operators::{binary_operator, negation};
use super::sparse_product::{self, column_ranges};
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

/// A Laurent polynomial `Σ c · t₀^e₀ t₁^e₁ …`: exponents may be negative, coefficients are rational.
///
/// Indeterminates are named by their index. Every polynomial has one representation, so `==` and
/// `Hash` decide equality of polynomials, and a polynomial is zero if and only if
/// [`is_zero`](Self::is_zero) says so.
///
/// ```
/// use blockspin::symbolic::Laurent;
/// let t = Laurent::var(0);
/// let sum = &t + t.pow(-1).unwrap();
/// assert_eq!(sum.pow(2).unwrap().display_with(&["t"]), "t² + 2 + t⁻²");
/// ```
/// # Panics
/// Arithmetic panics if an exponent leaves the range of `i32`.
/// # Complexity
/// Sums are linear in the number of terms. A product of n and m terms takes O(n m) operations on
/// machine integers while the coefficients fit in 128 bits (a few ns each where the exponents are
/// dense), and on big integers afterwards.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Laurent {
    /// The indeterminates that occur, ascending.
    variables: Vec<usize>,
    /// One row of `variables.len()` exponents per term, rows in ascending lexicographic order.
    exponents: Vec<i32>,
    /// Non-zero integers without a divisor that all of them share with `denominator`.
    numerators: Integers,
    denominator: BigInt,
}

/// Coefficients: in machine integers if and only if all of them fit.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Integers {
    Small(Vec<i128>),
    Big(Vec<BigInt>),
}

impl Integers {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Small(values) => values.len(),
            Self::Big(values) => values.len(),
        }
    }

    pub(super) fn from_big(values: Vec<BigInt>) -> Self {
        match values.iter().map(ToPrimitive::to_i128).collect() {
            Some(small) => Self::Small(small),
            None => Self::Big(values),
        }
    }

    pub(super) fn to_big(&self) -> Cow<'_, [BigInt]> {
        match self {
            Self::Small(values) => Cow::Owned(values.iter().map(|&v| BigInt::from(v)).collect()),
            Self::Big(values) => Cow::Borrowed(values),
        }
    }

    fn get(&self, i: usize) -> BigInt {
        match self {
            Self::Small(values) => BigInt::from(values[i]),
            Self::Big(values) => values[i].clone(),
        }
    }

    /// The coefficient of that index modulo `modulus`, in `0..modulus`.
    pub(super) fn residue(&self, i: usize, modulus: u64) -> u64 {
        let residue = match self {
            Self::Small(values) => values[i].rem_euclid(i128::from(modulus)).to_u64(),
            Self::Big(values) => values[i].mod_floor(&BigInt::from(modulus)).to_u64(),
        };
        residue.expect("a residue is smaller than its modulus")
    }

    fn scaled(&self, factor: &BigInt) -> Self {
        if factor.is_one() {
            return self.clone();
        }
        if let (Self::Small(values), Some(factor)) = (self, factor.to_i128())
            && let Some(scaled) = values.iter().map(|v| v.checked_mul(factor)).collect()
        {
            return Self::Small(scaled);
        }
        Self::from_big(self.to_big().iter().map(|v| v * factor).collect())
    }

    fn divided_exactly(&self, divisor: &BigInt) -> Self {
        if divisor.is_one() {
            return self.clone();
        }
        Self::from_big(self.to_big().iter().map(|v| v / divisor).collect())
    }

    /// The greatest common divisor of `start` and all coefficients, never negative.
    fn common_divisor(&self, start: &BigInt) -> BigInt {
        let mut divisor = start.abs();
        for i in 0..self.len() {
            if divisor.is_one() {
                break;
            }
            if let (Self::Small(values), Some(d)) = (self, divisor.to_u128()) {
                divisor = BigInt::from(d.gcd(&values[i].unsigned_abs()));
            } else {
                divisor = divisor.gcd(&self.get(i));
            }
        }
        divisor
    }
}

impl Laurent {
    /// The polynomial 0.
    pub fn zero() -> Self {
        Self {
            variables: Vec::new(),
            exponents: Vec::new(),
            numerators: Integers::Small(Vec::new()),
            denominator: BigInt::one(),
        }
    }

    /// The polynomial 1.
    pub fn one() -> Self {
        Self::integer(1)
    }

    /// A polynomial without indeterminates.
    pub fn constant(value: BigRational) -> Self {
        Self::monomial(value, &[])
    }

    /// An integer as a polynomial.
    pub fn integer(value: i64) -> Self {
        let numerators = if value == 0 {
            Vec::new()
        } else {
            vec![i128::from(value)]
        };
        Self {
            numerators: Integers::Small(numerators),
            ..Self::zero()
        }
    }

    /// The indeterminate of that index.
    pub fn var(index: usize) -> Self {
        Self {
            variables: vec![index],
            exponents: vec![1],
            numerators: Integers::Small(vec![1]),
            denominator: BigInt::one(),
        }
    }

    /// `coefficient · Π t_index^exponent`; an index may be repeated, its exponents add.
    ///
    /// # Panics
    /// If the exponents of a repeated index add up to more than `i32` holds.
    pub fn monomial(coefficient: BigRational, powers: &[(usize, i32)]) -> Self {
        Self::from_terms([(powers.to_vec(), coefficient)])
    }

    /// The sum of terms in any order, the inverse of [`terms`](Self::terms). Like monomials are added.
    ///
    /// # Panics
    /// If the exponents of an index repeated in one term add up to more than `i32` holds.
    /// # Complexity
    /// O(n log n) in the number of terms, where adding them one by one would be O(n²).
    pub fn from_terms(terms: impl IntoIterator<Item = (Vec<(usize, i32)>, BigRational)>) -> Self {
        let terms: Vec<(BTreeMap<usize, i32>, BigRational)> = terms
            .into_iter()
            .map(|(powers, coefficient)| {
                let mut row = BTreeMap::new();
                for (index, exponent) in powers {
                    let sum: &mut i32 = row.entry(index).or_default();
                    *sum = sum.checked_add(exponent).expect("exponent leaves i32");
                }
                (row, coefficient)
            })
            .collect();
        let mut variables: Vec<usize> = terms
            .iter()
            .flat_map(|(row, _)| row.keys().copied())
            .collect();
        variables.sort_unstable();
        variables.dedup();
        let mut sums: BTreeMap<Vec<i32>, BigRational> = BTreeMap::new();
        for (powers, coefficient) in terms {
            let row = variables
                .iter()
                .map(|v| powers.get(v).copied().unwrap_or(0))
                .collect();
            *sums.entry(row).or_insert_with(BigRational::zero) += coefficient;
        }
        sums.retain(|_, coefficient| !coefficient.is_zero());
        let denominator = sums
            .values()
            .fold(BigInt::one(), |lcm, c| lcm.lcm(c.denom()));
        let numerators = sums
            .values()
            .map(|c| c.numer() * (&denominator / c.denom()))
            .collect();
        let exponents = sums.into_keys().flatten().collect();
        Self::normalised(
            variables,
            exponents,
            Integers::from_big(numerators),
            denominator,
        )
    }

    /// The one representation of a polynomial whose rows are sorted and whose coefficients are not zero.
    fn normalised(
        mut variables: Vec<usize>,
        mut exponents: Vec<i32>,
        numerators: Integers,
        denominator: BigInt,
    ) -> Self {
        let width = variables.len();
        let mut occurs = vec![false; width];
        for row in exponents.chunks_exact(width.max(1)) {
            for (flag, &exponent) in occurs.iter_mut().zip(row) {
                *flag |= exponent != 0;
            }
        }
        if occurs.contains(&false) {
            exponents = exponents
                .into_iter()
                .enumerate()
                .filter_map(|(i, exponent)| occurs[i % width].then_some(exponent))
                .collect();
            let mut flags = occurs.iter();
            variables.retain(|_| flags.next() == Some(&true));
        }
        if denominator.is_one() {
            return Self {
                variables,
                exponents,
                numerators,
                denominator,
            };
        }
        if numerators.len() == 0 {
            return Self::zero();
        }
        let mut divisor = numerators.common_divisor(&denominator);
        if denominator.is_negative() {
            divisor = -divisor;
        }
        Self {
            variables,
            exponents,
            numerators: numerators.divided_exactly(&divisor),
            denominator: denominator / divisor,
        }
    }

    /// Whether this is the polynomial 0.
    pub fn is_zero(&self) -> bool {
        self.n_terms() == 0
    }

    /// Whether this is a single non-zero term, that is, a unit of the ring.
    pub fn is_monomial(&self) -> bool {
        self.n_terms() == 1
    }

    /// The number of terms.
    pub fn n_terms(&self) -> usize {
        self.numerators.len()
    }

    /// The indeterminates that occur, ascending.
    pub fn variables(&self) -> &[usize] {
        &self.variables
    }

    fn row(&self, i: usize) -> &[i32] {
        let width = self.variables.len();
        &self.exponents[i * width..(i + 1) * width]
    }

    fn coefficient(&self, i: usize) -> BigRational {
        let numerator = self.numerators.get(i);
        if self.denominator.is_one() {
            return BigRational::from_integer(numerator);
        }
        BigRational::new(numerator, self.denominator.clone())
    }

    /// The terms as non-zero powers (indices ascending) and coefficient, in descending lexicographic
    /// order of the exponents.
    pub fn terms(&self) -> impl Iterator<Item = (Vec<(usize, i32)>, BigRational)> + '_ {
        (0..self.n_terms()).rev().map(|i| {
            let powers = self
                .variables
                .iter()
                .copied()
                .zip(self.row(i).iter().copied());
            (
                powers.filter(|&(_, exponent)| exponent != 0).collect(),
                self.coefficient(i),
            )
        })
    }

    /// The value at `t_i = point[i]`.
    ///
    /// `None` on a division by zero, that is, a negative power of a coordinate that is zero, and if an
    /// indeterminate that occurs has no coordinate.
    pub fn eval(&self, point: &[BigRational]) -> Option<BigRational> {
        if self.is_zero() {
            return Some(BigRational::zero());
        }
        // With t = p/q and exponents from low to high, t^e = p^(e-low) q^(high-e) · p^low / q^high:
        // the sum runs over integers, and one reduction at the end suffices.
        let (low, high) = column_ranges(self.variables.len(), &self.exponents);
        let mut scale = BigRational::new(BigInt::one(), self.denominator.clone());
        let mut powers = Vec::with_capacity(self.variables.len());
        for (c, &variable) in self.variables.iter().enumerate() {
            let value = point.get(variable)?;
            scale *= rational_power(&BigRational::from_integer(value.numer().clone()), low[c])?;
            scale /= rational_power(&BigRational::from_integer(value.denom().clone()), high[c])?;
            let mut table: HashMap<i32, BigInt> = HashMap::new();
            for i in 0..self.n_terms() {
                let exponent = self.row(i)[c];
                table.entry(exponent).or_insert_with(|| {
                    value.numer().pow(exponent.abs_diff(low[c]))
                        * value.denom().pow(high[c].abs_diff(exponent))
                });
            }
            powers.push(table);
        }
        let mut sum = BigInt::zero();
        for i in 0..self.n_terms() {
            let mut term = self.numerators.get(i);
            for (table, exponent) in powers.iter().zip(self.row(i)) {
                term *= &table[exponent];
            }
            sum += term;
        }
        Some(scale * sum)
    }

    /// `∂/∂t_index`.
    ///
    /// # Panics
    /// If an exponent leaves the range of `i32`.
    pub fn derivative(&self, index: usize) -> Self {
        let Ok(c) = self.variables.binary_search(&index) else {
            return Self::zero();
        };
        let mut exponents = Vec::with_capacity(self.exponents.len());
        let mut numerators = Vec::with_capacity(self.n_terms());
        for i in 0..self.n_terms() {
            let row = self.row(i);
            if row[c] == 0 {
                continue;
            }
            exponents.extend_from_slice(row);
            let place = exponents.len() - row.len() + c;
            exponents[place] = row[c].checked_sub(1).expect("exponent leaves i32");
            numerators.push(self.numerators.get(i) * row[c]);
        }
        let numerators = Integers::from_big(numerators);
        Self::normalised(
            self.variables.clone(),
            exponents,
            numerators,
            self.denominator.clone(),
        )
    }

    /// Smallest and largest exponent of an indeterminate; `None` for the polynomial 0, and (0, 0) for
    /// an indeterminate that does not occur.
    pub fn degree_range(&self, index: usize) -> Option<(i32, i32)> {
        if self.is_zero() {
            return None;
        }
        let Ok(c) = self.variables.binary_search(&index) else {
            return Some((0, 0));
        };
        let column = (0..self.n_terms()).map(|i| self.row(i)[c]);
        column.clone().min().zip(column.max())
    }

    /// The coefficients of the powers of one indeterminate, as polynomials in the others.
    pub(super) fn coefficients_of(&self, index: usize) -> BTreeMap<i32, Self> {
        let Ok(c) = self.variables.binary_search(&index) else {
            return BTreeMap::from([(0, self.clone())]);
        };
        let mut parts: BTreeMap<i32, (Vec<i32>, Vec<BigInt>)> = BTreeMap::new();
        for i in 0..self.n_terms() {
            let row = self.row(i);
            let (exponents, numerators) = parts.entry(row[c]).or_default();
            exponents.extend_from_slice(row);
            let place = exponents.len() - row.len() + c;
            exponents[place] = 0;
            numerators.push(self.numerators.get(i));
        }
        let finish = |(exponents, numerators)| {
            let numerators = Integers::from_big(numerators);
            Self::normalised(
                self.variables.clone(),
                exponents,
                numerators,
                self.denominator.clone(),
            )
        };
        parts
            .into_iter()
            .map(|(power, part)| (power, finish(part)))
            .collect()
    }

    /// The polynomial with `replacement` in place of an indeterminate.
    ///
    /// `None` if the indeterminate occurs with a negative power and the replacement is not a monomial:
    /// the result would be a rational function.
    ///
    /// # Panics
    /// If an exponent leaves the range of `i32`.
    pub fn substitute(&self, index: usize, replacement: &Self) -> Option<Self> {
        let mut result = Self::zero();
        for (power, coefficient) in self.coefficients_of(index) {
            result = result + coefficient * replacement.pow(power)?;
        }
        Some(result)
    }

    /// The integer power; `None` for a negative power of anything but a monomial.
    ///
    /// # Panics
    /// If an exponent leaves the range of `i32`.
    pub fn pow(&self, exponent: i32) -> Option<Self> {
        if self.is_monomial() {
            let scaled = |e: &i32| e.checked_mul(exponent).expect("exponent leaves i32");
            let coefficient = rational_power(&self.coefficient(0), exponent)?;
            let powers = self
                .variables
                .iter()
                .copied()
                .zip(self.exponents.iter().map(scaled));
            return Some(Self::monomial(coefficient, &powers.collect::<Vec<_>>()));
        }
        let exponent = u32::try_from(exponent).ok()?;
        let mut result = Self::one();
        for bit in (0..u32::BITS - exponent.leading_zeros()).rev() {
            result = &result * &result;
            if exponent >> bit & 1 == 1 {
                result = &result * self;
            }
        }
        Some(result)
    }

    /// The quotient, if it is a Laurent polynomial: `Some(q)` with `q · divisor = self`, else `None`
    /// (also for a divisor 0).
    pub fn divide_exactly(&self, divisor: &Self) -> Option<Self> {
        if divisor.is_zero() {
            return None;
        }
        if self.is_zero() {
            return Some(Self::zero());
        }
        if divisor.is_monomial() {
            return Some(self * divisor.pow(-1)?);
        }
        let (dividend_unit, dividend) = self.clone().split_unit();
        let (divisor_unit, divisor) = divisor.clone().split_unit();
        let (variables, left, right) = aligned(&dividend, &divisor);
        let (exponents, numerators) = exact_division::quotient(
            variables.len(),
            (&left, &dividend.numerators),
            (&right, &divisor.numerators),
        )?;
        let quotient = Self::normalised(variables, exponents, numerators, BigInt::one());
        Some(quotient * dividend_unit * divisor_unit.pow(-1)?)
    }

    /// Splits a non-zero polynomial into a monomial and the associate that has no negative power, no
    /// monomial divisor, coprime integer coefficients and a positive leading one.
    pub(super) fn split_unit(self) -> (Self, Self) {
        let mut content = self.numerators.common_divisor(&BigInt::zero());
        if self.numerators.get(self.n_terms() - 1).is_negative() {
            content = -content;
        }
        let width = self.variables.len();
        let (low, _) = column_ranges(width, &self.exponents);
        let powers: Vec<(usize, i32)> = self
            .variables
            .iter()
            .copied()
            .zip(low.iter().copied())
            .collect();
        let exponents = self.exponents.iter().enumerate().map(|(i, &exponent)| {
            exponent
                .checked_sub(low[i % width])
                .expect("exponent leaves i32")
        });
        let part = Self::normalised(
            self.variables,
            exponents.collect(),
            self.numerators.divided_exactly(&content),
            BigInt::one(),
        );
        let content = BigRational::new(content, self.denominator);
        (Self::monomial(content, &powers), part)
    }

    /// The polynomial as text, with `names[i]` for `t_i` and `t{i}` where names run out.
    ///
    /// Terms are in descending order and factors are separated by `·`: `3/2·t²·x + 2 - t⁻¹`.
    pub fn display_with(&self, names: &[&str]) -> String {
        let mut text = String::new();
        for (powers, coefficient) in self.terms() {
            match (text.is_empty(), coefficient.is_negative()) {
                (true, true) => text.push('-'),
                (true, false) => {}
                (false, true) => text.push_str(" - "),
                (false, false) => text.push_str(" + "),
            }
            let mut factors = Vec::with_capacity(powers.len() + 1);
            let size = coefficient.abs();
            if !size.is_one() || powers.is_empty() {
                factors.push(size.to_string());
            }
            for (index, exponent) in powers {
                let name = names
                    .get(index)
                    .map_or_else(|| format!("t{index}"), ToString::to_string);
                factors.push(name + &superscript(exponent));
            }
            text.push_str(&factors.join("·"));
        }
        if text.is_empty() {
            "0".to_owned()
        } else {
            text
        }
    }
}

fn superscript(exponent: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    if exponent == 1 {
        return String::new();
    }
    exponent
        .to_string()
        .chars()
        .map(|c| c.to_digit(10).map_or('⁻', |d| DIGITS[d as usize]))
        .collect()
}

/// An integer power of a rational; `None` for a negative power of zero.
pub(super) fn rational_power(base: &BigRational, exponent: i32) -> Option<BigRational> {
    if exponent < 0 && base.is_zero() {
        return None;
    }
    Some(base.pow(exponent))
}

/// The union of the indeterminates of two polynomials, and the rows of each over it.
fn aligned<'a>(a: &'a Laurent, b: &'a Laurent) -> (Vec<usize>, Cow<'a, [i32]>, Cow<'a, [i32]>) {
    if a.variables == b.variables {
        return (
            a.variables.clone(),
            Cow::Borrowed(&a.exponents),
            Cow::Borrowed(&b.exponents),
        );
    }
    let mut variables = [a.variables.as_slice(), &b.variables].concat();
    variables.sort_unstable();
    variables.dedup();
    let spread = |p: &'a Laurent| -> Cow<'a, [i32]> {
        if p.variables == variables {
            return Cow::Borrowed(&p.exponents);
        }
        let places: Vec<Option<usize>> = variables
            .iter()
            .map(|v| p.variables.binary_search(v).ok())
            .collect();
        let mut rows = Vec::with_capacity(p.n_terms() * variables.len());
        for i in 0..p.n_terms() {
            let row = p.row(i);
            rows.extend(places.iter().map(|place| place.map_or(0, |c| row[c])));
        }
        Cow::Owned(rows)
    };
    let (left, right) = (spread(a), spread(b));
    (variables, left, right)
}

fn product(a: &Laurent, b: &Laurent) -> Laurent {
    let (variables, left, right) = aligned(a, b);
    let (exponents, numerators) = sparse_product::product(
        variables.len(),
        (&left, &a.numerators),
        (&right, &b.numerators),
    );
    Laurent::normalised(
        variables,
        exponents,
        numerators,
        &a.denominator * &b.denominator,
    )
}

fn sum(a: &Laurent, b: &Laurent) -> Laurent {
    if a.is_zero() {
        return b.clone();
    }
    if b.is_zero() {
        return a.clone();
    }
    let (variables, left, right) = aligned(a, b);
    let denominator = a.denominator.lcm(&b.denominator);
    let a = a.numerators.scaled(&(&denominator / &a.denominator));
    let b = b.numerators.scaled(&(&denominator / &b.denominator));
    let width = variables.len();
    if let (Integers::Small(a), Integers::Small(b)) = (&a, &b)
        && let Some((exponents, sums)) =
            merged(width, (&left, a), (&right, b), |a, b| a.checked_add(*b))
    {
        return Laurent::normalised(variables, exponents, Integers::Small(sums), denominator);
    }
    let (exponents, sums) = merged(
        width,
        (&left, &a.to_big()),
        (&right, &b.to_big()),
        |a, b| Some(a + b),
    )
    .expect("integers without bound do not overflow");
    Laurent::normalised(variables, exponents, Integers::from_big(sums), denominator)
}

/// Merges two sorted lists of terms; `None` if `add` fails.
fn merged<T: Clone + Zero>(
    width: usize,
    (left, a): (&[i32], &[T]),
    (right, b): (&[i32], &[T]),
    add: impl Fn(&T, &T) -> Option<T>,
) -> Option<(Vec<i32>, Vec<T>)> {
    let mut rows = Vec::with_capacity(left.len() + right.len());
    let mut sums = Vec::with_capacity(a.len() + b.len());
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        let (row, other) = (
            &left[i * width..(i + 1) * width],
            &right[j * width..(j + 1) * width],
        );
        match row.cmp(other) {
            std::cmp::Ordering::Less => {
                rows.extend_from_slice(row);
                sums.push(a[i].clone());
                i += 1;
            }
            std::cmp::Ordering::Greater => {
                rows.extend_from_slice(other);
                sums.push(b[j].clone());
                j += 1;
            }
            std::cmp::Ordering::Equal => {
                let value = add(&a[i], &b[j])?;
                if !value.is_zero() {
                    rows.extend_from_slice(row);
                    sums.push(value);
                }
                i += 1;
                j += 1;
            }
        }
    }
    rows.extend_from_slice(&left[i * width..]);
    sums.extend_from_slice(&a[i..]);
    rows.extend_from_slice(&right[j * width..]);
    sums.extend_from_slice(&b[j..]);
    Some((rows, sums))
}

fn negated(a: &Laurent) -> Laurent {
    Laurent {
        numerators: a.numerators.scaled(&BigInt::from(-1)),
        ..a.clone()
    }
}

fn difference(a: &Laurent, b: &Laurent) -> Laurent {
    sum(a, &negated(b))
}

binary_operator!([] Laurent, Add, add, sum);
binary_operator!([] Laurent, Sub, sub, difference);
binary_operator!([] Laurent, Mul, mul, product);
negation!([] Laurent, negated);

impl Zero for Laurent {
    fn zero() -> Self {
        Self::zero()
    }
    fn is_zero(&self) -> bool {
        self.is_zero()
    }
}

impl One for Laurent {
    fn one() -> Self {
        Self::one()
    }
}

impl fmt::Display for Laurent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.display_with(&[]))
    }
}

impl fmt::Debug for Laurent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Laurent({self})")
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::hash::{DefaultHasher, Hash, Hasher};

    pub(in crate::symbolic) fn rational(numerator: i64, denominator: i64) -> BigRational {
        BigRational::new(numerator.into(), denominator.into())
    }

    /// Polynomials of up to six terms in three indeterminates; some coefficients overflow i128 when
    /// they are multiplied.
    pub(in crate::symbolic) fn polynomials() -> impl Strategy<Value = Laurent> {
        let coefficient = (
            -9i64..10,
            1i64..5,
            prop_oneof![4 => Just(0u32), 1 => Just(100)],
        )
            .prop_map(|(p, q, bits)| rational(p, q) * BigInt::from(2).pow(bits));
        let powers = prop::collection::vec((0usize..3, -3i32..4), 0..4);
        prop::collection::vec((powers, coefficient), 0..7).prop_map(Laurent::from_terms)
    }

    /// Points of which no coordinate is zero.
    pub(in crate::symbolic) fn points() -> impl Strategy<Value = Vec<BigRational>> {
        let coordinate = (1i64..30, 1i64..30, any::<bool>());
        let coordinate =
            coordinate.prop_map(|(p, q, minus)| rational(if minus { -p } else { p }, q));
        prop::collection::vec(coordinate, 3)
    }

    fn hash(p: &Laurent) -> u64 {
        let mut hasher = DefaultHasher::new();
        p.hash(&mut hasher);
        hasher.finish()
    }

    proptest! {
        #[test]
        fn ring_axioms(a in polynomials(), b in polynomials(), c in polynomials()) {
            prop_assert_eq!(&a + &b, &b + &a);
            prop_assert_eq!(&(&a + &b) + &c, &a + &(&b + &c));
            prop_assert_eq!(&a * &b, &b * &a);
            prop_assert_eq!(&(&a * &b) * &c, &a * &(&b * &c));
            prop_assert_eq!(&a * &(&b + &c), &a * &b + &a * &c);
            prop_assert_eq!(&a + Laurent::zero(), a.clone());
            prop_assert_eq!(&a * Laurent::one(), a.clone());
            prop_assert!((&a * Laurent::zero()).is_zero());
            prop_assert!((&a + &-&a).is_zero());
            prop_assert_eq!(&a - &b, &a + &-&b);
        }

        #[test]
        fn evaluation_is_a_homomorphism(a in polynomials(), b in polynomials(), x in points()) {
            let (at, bt) = (a.eval(&x).unwrap(), b.eval(&x).unwrap());
            prop_assert_eq!((&a + &b).eval(&x).unwrap(), &at + &bt);
            prop_assert_eq!((&a - &b).eval(&x).unwrap(), &at - &bt);
            prop_assert_eq!((&a * &b).eval(&x).unwrap(), &at * &bt);
            prop_assert_eq!((-&a).eval(&x).unwrap(), -at);
        }

        #[test]
        fn evaluation_sums_the_terms(a in polynomials(), x in points()) {
            let direct: BigRational = a
                .terms()
                .map(|(powers, c)| powers.iter().fold(c, |value, &(i, e)| value * x[i].pow(e)))
                .sum();
            prop_assert_eq!(a.eval(&x).unwrap(), direct);
        }

        #[test]
        fn the_normal_form_is_unique(a in polynomials(), b in polynomials()) {
            let mut terms: Vec<_> = a.terms().collect();
            terms.reverse();
            for again in [Laurent::from_terms(terms), &(&a + &b) - &b] {
                prop_assert_eq!(&again, &a);
                prop_assert_eq!(hash(&again), hash(&a));
            }
            if !b.is_zero() {
                prop_assert_ne!(&a + &b, a);
            }
        }

        #[test]
        fn derivative_obeys_the_product_rule(a in polynomials(), b in polynomials(), i in 0usize..3) {
            let expected = a.derivative(i) * &b + &a * b.derivative(i);
            prop_assert_eq!((&a * &b).derivative(i), expected);
        }

        #[test]
        fn substitution_commutes_with_evaluation(
            a in polynomials(), b in polynomials(), mut x in points(), i in 0usize..3,
        ) {
            match a.substitute(i, &b) {
                Some(c) => {
                    let value = c.eval(&x).unwrap();
                    x[i] = b.eval(&x).unwrap();
                    // A replacement may vanish at the point although no power of it is negative.
                    prop_assert_eq!(a.eval(&x), Some(value));
                }
                None => {
                    prop_assert!(a.degree_range(i).unwrap().0 < 0 && !b.is_monomial());
                }
            }
        }

        #[test]
        fn division_inverts_multiplication(a in polynomials(), b in polynomials()) {
            prop_assume!(!b.is_zero());
            let product = &a * &b;
            prop_assert_eq!(product.divide_exactly(&b), Some(a));
            if !b.is_monomial() {
                prop_assert_eq!((product + Laurent::one()).divide_exactly(&b), None);
            }
        }
    }

    #[test]
    fn derivative_of_powers() {
        let (t, u) = (Laurent::var(0), Laurent::var(1));
        let p = t.pow(3).unwrap() * &u + u.pow(-2).unwrap();
        assert_eq!(
            p.derivative(0),
            Laurent::integer(3) * t.pow(2).unwrap() * &u
        );
        assert_eq!(
            p.derivative(1),
            t.pow(3).unwrap() - Laurent::integer(2) * u.pow(-3).unwrap()
        );
        assert!(p.derivative(2).is_zero());
    }

    #[test]
    fn integer_powers() {
        let t = Laurent::var(0);
        let two_t = Laurent::integer(2) * &t;
        assert_eq!(
            two_t.pow(-3),
            Some(Laurent::monomial(rational(1, 8), &[(0, -3)]))
        );
        let p = &t + Laurent::one();
        assert_eq!(p.pow(5), Some(&p * &p * &p * &p * &p));
        assert_eq!(p.pow(0), Some(Laurent::one()));
        assert_eq!(p.pow(-1), None);
        assert_eq!(Laurent::zero().pow(-1), None);
        assert_eq!(Laurent::zero().pow(0), Some(Laurent::one()));
        assert_eq!(
            p.substitute(0, &t.pow(-2).unwrap()),
            Some(t.pow(-2).unwrap() + Laurent::one())
        );
    }

    #[test]
    fn sums_leave_and_enter_machine_integers() {
        let largest = Laurent::constant(BigRational::from_integer(i128::MAX.into()));
        let above = &largest + Laurent::one();
        assert_eq!(
            above.eval(&[]),
            Some(BigRational::from_integer(BigInt::from(i128::MAX) + 1))
        );
        assert!(matches!(above.numerators, Integers::Big(_)));
        let back = &above - Laurent::one();
        assert_eq!(back, largest);
        assert!(matches!(back.numerators, Integers::Small(_)));
        let lowest = -&above;
        assert!(matches!(lowest.numerators, Integers::Small(_)));
        assert_eq!(-&lowest, above);
    }

    #[test]
    fn twelve_indeterminates_to_the_power_2000() {
        let sign = |i: usize| if i.is_multiple_of(2) { 1 } else { -1 };
        let powers = |scale: i32| (0..12).map(|i| (i, scale * sign(i))).collect::<Vec<_>>();
        let one = rational(1, 1);
        let high = Laurent::monomial(one.clone(), &powers(2000));
        let low = Laurent::monomial(one.clone(), &powers(-2000));
        let difference =
            Laurent::monomial(one.clone(), &powers(4000)) - Laurent::monomial(one, &powers(-4000));
        let product = (&high + &low) * (&high - &low);
        assert_eq!(product, difference);
        assert_eq!(product.degree_range(11), Some((-4000, 4000)));
        assert_eq!(product.divide_exactly(&(&high + &low)), Some(high - low));
    }

    #[test]
    fn degrees_terms_and_kinds() {
        let p = Laurent::from_terms([
            (vec![(3, 2), (3, -1)], rational(1, 2)),
            (vec![(1, -4)], rational(3, 1)),
            (vec![(3, 1)], rational(1, 2)),
        ]);
        let terms: Vec<_> = p.terms().collect();
        assert_eq!(
            terms,
            [
                (vec![(3, 1)], rational(1, 1)),
                (vec![(1, -4)], rational(3, 1))
            ]
        );
        assert_eq!(p.degree_range(1), Some((-4, 0)));
        assert_eq!(p.degree_range(0), Some((0, 0)));
        assert_eq!(Laurent::zero().degree_range(0), None);
        assert!(p.derivative(1).is_monomial() && !p.is_monomial());
        assert_eq!(p.variables(), [1, 3]);
        assert_eq!((p.clone() - p).variables(), [0usize; 0]);
    }

    #[test]
    fn evaluation_refuses_what_it_cannot_know() {
        let p = Laurent::var(0).pow(-1).unwrap() + Laurent::var(1);
        assert_eq!(p.eval(&[rational(0, 1), rational(1, 1)]), None);
        assert_eq!(p.eval(&[rational(2, 1)]), None);
        assert_eq!(
            p.eval(&[rational(2, 1), rational(0, 1)]),
            Some(rational(1, 2))
        );
    }

    #[test]
    fn display() {
        let t = Laurent::var(0);
        let square = (&t + t.pow(-1).unwrap()).pow(2).unwrap();
        assert_eq!(square.display_with(&["t"]), "t² + 2 + t⁻²");
        assert_eq!(square.to_string(), "t0² + 2 + t0⁻²");
        let p = Laurent::monomial(rational(-3, 2), &[(0, 10), (1, 1)]) - Laurent::var(1);
        assert_eq!(p.display_with(&["a"]), "-3/2·a¹⁰·t1 - t1");
        assert_eq!(Laurent::zero().to_string(), "0");
        assert_eq!(Laurent::integer(-1).to_string(), "-1");
        assert_eq!(format!("{:>4}", Laurent::one()), "   1");
    }

    #[test]
    #[should_panic(expected = "leaves i32")]
    fn high_exponents_do_not_wrap() {
        let high = Laurent::monomial(rational(1, 1), &[(0, i32::MAX)]);
        let _ = &high * &high;
    }

    #[test]
    #[should_panic(expected = "leaves i32")]
    fn low_exponents_do_not_wrap() {
        let low = Laurent::monomial(rational(1, 1), &[(0, i32::MIN)]) + Laurent::one();
        let _ = &low * Laurent::var(0).pow(-1).unwrap();
    }
}
