//! Division of polynomials where it leaves no remainder.

use super::laurent::Integers;
use super::sparse_product::{Fields, Key, column_ranges};
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::Zero;
use std::collections::BinaryHeap;

/// Largest box of exponents in which the remainder is kept as a dense array, in entries.
const DENSE_LIMIT: u64 = 1 << 20;
/// A dense remainder may have this many places per partial product.
const DENSE_SPARSITY: u64 = 64;
/// The prime 2³¹ − 1 of the divisibility test.
const PRIME: u64 = (1 << 31) - 1;
/// Largest degree for which the divisibility test is made; it takes quadratic time.
const TEST_DEGREE: u64 = 1 << 13;

/// A polynomial as rows of exponents in ascending lexicographic order, and their coefficients.
pub(super) type Rows<'a> = (&'a [i32], &'a Integers);

/// The quotient of two non-zero primitive integer polynomials without negative exponents, over `width`
/// indeterminates; `None` if it leaves a remainder. No monomial may divide either polynomial.
///
/// By Gauss's lemma the quotient of primitive polynomials has integer coefficients, so the first
/// coefficient that is not an integer decides. Lowest and highest degrees add in a product, so a
/// quotient exponent outside their differences decides as well.
pub(super) fn quotient(
    width: usize,
    dividend: Rows<'_>,
    divisor: Rows<'_>,
) -> Option<(Vec<i32>, Integers)> {
    let division = Division::new(width, dividend, divisor)?;
    if !division.may_divide() {
        return None;
    }
    if let (Integers::Small(a), Integers::Small(b)) = (dividend.1, divisor.1)
        && let Ok(quotient) = division.run(a, b)
    {
        return quotient.map(|(rows, values)| (rows, Integers::Small(values)));
    }
    let quotient = division
        .run(&dividend.1.to_big(), &divisor.1.to_big())
        .expect("integers without bound do not overflow");
    quotient.map(|(rows, values)| (rows, Integers::from_big(values)))
}

/// An intermediate value left the machine integers.
#[derive(Debug)]
struct Overflow;

/// A quotient, or `None` where there is none.
type Quotient<T> = Option<(Vec<i32>, Vec<T>)>;

trait Coefficient: Clone + Zero {
    fn subtract_product(&mut self, a: &Self, b: &Self) -> Result<(), Overflow>;
    fn quotient(&self, divisor: &Self) -> Result<Option<Self>, Overflow>;
}

impl Coefficient for i128 {
    fn subtract_product(&mut self, &a: &i128, &b: &i128) -> Result<(), Overflow> {
        *self = a
            .checked_mul(b)
            .and_then(|product| self.checked_sub(product))
            .ok_or(Overflow)?;
        Ok(())
    }
    fn quotient(&self, &divisor: &i128) -> Result<Option<i128>, Overflow> {
        let quotient = self.checked_div(divisor).ok_or(Overflow)?;
        Ok((quotient * divisor == *self).then_some(quotient))
    }
}

impl Coefficient for BigInt {
    fn subtract_product(&mut self, a: &BigInt, b: &BigInt) -> Result<(), Overflow> {
        *self -= a * b;
        Ok(())
    }
    fn quotient(&self, divisor: &BigInt) -> Result<Option<BigInt>, Overflow> {
        let (quotient, rest) = self.div_rem(divisor);
        Ok(rest.is_zero().then_some(quotient))
    }
}

/// A division whose degrees admit a quotient. The lowest exponent of every indeterminate is zero.
struct Division<'a> {
    width: usize,
    dividend: Rows<'a>,
    divisor: Rows<'a>,
    /// The largest exponents by indeterminate, of the dividend and so of every intermediate result.
    degrees: Vec<u64>,
    divisor_degrees: Vec<u64>,
}

impl<'a> Division<'a> {
    fn new(width: usize, dividend: Rows<'a>, divisor: Rows<'a>) -> Option<Self> {
        let degrees = |rows: &[i32]| -> Vec<u64> {
            column_ranges(width, rows)
                .1
                .into_iter()
                .map(|e| u64::from(e.unsigned_abs()))
                .collect()
        };
        let (degrees, divisor_degrees) = (degrees(dividend.0), degrees(divisor.0));
        let fits = degrees.iter().zip(&divisor_degrees).all(|(a, b)| b <= a);
        fits.then_some(Self {
            width,
            dividend,
            divisor,
            degrees,
            divisor_degrees,
        })
    }

    /// A necessary condition, much cheaper than a division that fails late: one indeterminate is kept,
    /// the others become numbers, and the images must divide modulo a prime.
    fn may_divide(&self) -> bool {
        let Some(kept) = (0..self.width).max_by_key(|&c| self.divisor_degrees[c]) else {
            return true;
        };
        if self.degrees[kept] > TEST_DEGREE {
            return true;
        }
        let mut divisor = self.image(kept, self.divisor);
        while divisor.pop_if(|c| *c == 0).is_some() {}
        let Some(leading) = divisor.pop() else {
            return true;
        };
        let inverse = power(leading, PRIME - 2);
        let mut remainder = self.image(kept, self.dividend);
        while remainder.len() > divisor.len()
            && let Some(top) = remainder.pop()
        {
            let factor = PRIME - top * inverse % PRIME;
            let start = remainder.len() - divisor.len();
            for (entry, c) in remainder[start..].iter_mut().zip(&divisor) {
                *entry = (*entry + factor * c) % PRIME;
            }
        }
        remainder.iter().all(|&c| c == 0)
    }

    /// The coefficients of one indeterminate modulo the prime, the others taken at fixed numbers.
    fn image(&self, kept: usize, (rows, values): Rows<'_>) -> Vec<u64> {
        let mut image = vec![0; self.degrees[kept] as usize + 1];
        for i in 0..values.len() {
            let row = &rows[i * self.width..(i + 1) * self.width];
            let mut term = values.residue(i, PRIME);
            for c in (0..self.width).filter(|&c| c != kept) {
                let base = (0x2545_F491 + 0x9E37_79B9 * c as u64) % PRIME;
                term = term * power(base, u64::from(row[c].unsigned_abs())) % PRIME;
            }
            let entry = &mut image[row[kept].unsigned_abs() as usize];
            *entry = (*entry + term) % PRIME;
        }
        image
    }

    fn run<T: Coefficient>(&self, dividend: &[T], divisor: &[T]) -> Result<Quotient<T>, Overflow> {
        let limit = DENSE_LIMIT.min((dividend.len() + divisor.len()) as u64 * DENSE_SPARSITY);
        let volume = self
            .degrees
            .iter()
            .try_fold(1u64, |v, d| v.checked_mul(d + 1));
        if let Some(volume) = volume.filter(|&v| v <= limit) {
            return self.dense(volume as usize, dividend, divisor);
        }
        let fields = Fields::new(&self.degrees);
        match fields.limbs {
            1 => self.sparse::<T, [u128; 1]>(&fields, dividend, divisor),
            2 => self.sparse::<T, [u128; 2]>(&fields, dividend, divisor),
            _ => self.sparse::<T, Vec<u128>>(&fields, dividend, divisor),
        }
    }

    /// Subtracts from the digits of a monomial those of the divisor's leading one; false if the result
    /// is no monomial of the quotient.
    fn shift(&self, digits: &mut [u64]) -> bool {
        let leading = &self.divisor.0[self.divisor.0.len() - self.width..];
        digits.iter_mut().enumerate().all(|(c, digit)| {
            let difference = digit.checked_sub(u64::from(leading[c].unsigned_abs()));
            *digit = difference.unwrap_or(u64::MAX);
            *digit <= self.degrees[c] - self.divisor_degrees[c]
        })
    }

    fn dense<T: Coefficient>(
        &self,
        volume: usize,
        dividend: &[T],
        divisor: &[T],
    ) -> Result<Quotient<T>, Overflow> {
        let places = |rows: &[i32], count: usize| -> Vec<usize> {
            let place = |i: usize| {
                let row = &rows[i * self.width..(i + 1) * self.width];
                row.iter()
                    .zip(&self.degrees)
                    .fold(0, |place, (exponent, degree)| {
                        place * (*degree as usize + 1) + exponent.unsigned_abs() as usize
                    })
            };
            (0..count).map(place).collect()
        };
        let mut remainder = vec![T::zero(); volume];
        for (place, c) in places(self.dividend.0, dividend.len())
            .into_iter()
            .zip(dividend)
        {
            remainder[place] = c.clone();
        }
        let divisor_places = places(self.divisor.0, divisor.len());
        let last = divisor.len() - 1;
        let mut rows: Vec<Vec<i32>> = Vec::new();
        let mut values = Vec::new();
        let mut digits = vec![0u64; self.width];
        for place in (0..volume).rev() {
            if remainder[place].is_zero() {
                continue;
            }
            let mut rest = place as u64;
            for c in (0..self.width).rev() {
                digits[c] = rest % (self.degrees[c] + 1);
                rest /= self.degrees[c] + 1;
            }
            if !self.shift(&mut digits) {
                return Ok(None);
            }
            let Some(factor) = remainder[place].quotient(&divisor[last])? else {
                return Ok(None);
            };
            let window = &mut remainder[place - divisor_places[last]..];
            for (&place, c) in divisor_places.iter().zip(divisor) {
                window[place].subtract_product(&factor, c)?;
            }
            rows.push(digits.iter().map(|&digit| digit as i32).collect());
            values.push(factor);
        }
        rows.reverse();
        values.reverse();
        Ok(Some((rows.concat(), values)))
    }

    /// Division with a heap of the pending products (Johnson 1974): each quotient term contributes one
    /// entry, its product with the divisor's highest term that is not yet subtracted.
    fn sparse<T: Coefficient, K: Key>(
        &self,
        fields: &Fields,
        dividend: &[T],
        divisor: &[T],
    ) -> Result<Quotient<T>, Overflow> {
        let origin = vec![0; self.width];
        let dividend_keys: Vec<K> = fields.keys(self.dividend.0, &origin, dividend.len());
        let divisor_keys: Vec<K> = fields.keys(self.divisor.0, &origin, divisor.len());
        let last = divisor.len() - 1;
        let mut next = dividend.len();
        let mut pending: BinaryHeap<(K, usize, usize)> = BinaryHeap::new();
        let mut keys: Vec<K> = Vec::new();
        let mut rows: Vec<Vec<i32>> = Vec::new();
        let mut values: Vec<T> = Vec::new();
        loop {
            let own = next.checked_sub(1).map(|i| &dividend_keys[i]);
            let Some(top) = own.max(pending.peek().map(|entry| &entry.0)).cloned() else {
                break;
            };
            let mut value = T::zero();
            if own == Some(&top) {
                next -= 1;
                value = dividend[next].clone();
            }
            while pending.peek().is_some_and(|entry| entry.0 == top)
                && let Some((_, i, j)) = pending.pop()
            {
                value.subtract_product(&values[i], &divisor[j])?;
                if j > 0 {
                    pending.push((keys[i].times(&divisor_keys[j - 1]), i, j - 1));
                }
            }
            if value.is_zero() {
                continue;
            }
            let mut digits: Vec<u64> = (0..self.width).map(|c| fields.digit(&top, c)).collect();
            if !self.shift(&mut digits) {
                return Ok(None);
            }
            let Some(factor) = value.quotient(&divisor[last])? else {
                return Ok(None);
            };
            let row: Vec<i32> = digits.into_iter().map(|digit| digit as i32).collect();
            let key = fields.keys::<K>(&row, &origin, 1).swap_remove(0);
            if last > 0 {
                pending.push((key.times(&divisor_keys[last - 1]), values.len(), last - 1));
            }
            keys.push(key);
            rows.push(row);
            values.push(factor);
        }
        rows.reverse();
        values.reverse();
        Ok(Some((rows.concat(), values)))
    }
}

/// `base^exponent` modulo the prime.
fn power(base: u64, mut exponent: u64) -> u64 {
    let (mut result, mut square) = (1, base);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * square % PRIME;
        }
        square = square * square % PRIME;
        exponent >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The factors `2x³ + 2xy + 3` and `3xy² + 5y + 7`, and their product.
    fn example() -> [(Vec<i32>, Vec<i128>); 3] {
        [
            (vec![0, 0, 1, 1, 3, 0], vec![3, 2, 2]),
            (vec![0, 0, 0, 1, 1, 2], vec![7, 5, 3]),
            (
                vec![0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 0, 3, 1, 4, 2],
                vec![21, 15, 14, 19, 6, 14, 10, 6],
            ),
        ]
    }

    fn divide<T: Coefficient>(
        values: impl Fn(&[i128]) -> Vec<T>,
        dividend: &(Vec<i32>, Vec<i128>),
        divisor: &(Vec<i32>, Vec<i128>),
    ) -> [Quotient<T>; 3] {
        let wrapped = [dividend, divisor].map(|p| Integers::Small(p.1.clone()));
        let division =
            Division::new(2, (&dividend.0, &wrapped[0]), (&divisor.0, &wrapped[1])).unwrap();
        let (a, b) = (values(&dividend.1), values(&divisor.1));
        let volume = division.degrees.iter().map(|d| d + 1).product::<u64>() as usize;
        let fields = Fields::new(&division.degrees);
        [
            division.dense(volume, &a, &b).unwrap(),
            division.sparse::<T, [u128; 1]>(&fields, &a, &b).unwrap(),
            division.sparse::<T, Vec<u128>>(&fields, &a, &b).unwrap(),
        ]
    }

    fn big(values: &[i128]) -> Vec<BigInt> {
        values.iter().map(|&v| BigInt::from(v)).collect()
    }

    #[test]
    fn all_paths_find_the_quotient() {
        let [a, b, product] = example();
        for (divisor, quotient) in [(&a, &b), (&b, &a)] {
            for result in divide(<[i128]>::to_vec, &product, divisor) {
                assert_eq!(result.as_ref(), Some(quotient));
            }
            for result in divide(big, &product, divisor) {
                assert_eq!(result, Some((quotient.0.clone(), big(&quotient.1))));
            }
        }
    }

    /// The division itself finds every remainder; the test modulo a prime finds it first.
    #[test]
    fn a_changed_coefficient_leaves_a_remainder() {
        let [a, _, product] = example();
        for i in 0..product.1.len() {
            let mut changed = product.clone();
            changed.1[i] += 1;
            assert_eq!(divide(<[i128]>::to_vec, &changed, &a), [None, None, None]);
            assert_eq!(divide(big, &changed, &a), [None, None, None]);
            let wrapped = [&changed, &a].map(|p| Integers::Small(p.1.clone()));
            let division =
                Division::new(2, (&changed.0, &wrapped[0]), (&a.0, &wrapped[1])).unwrap();
            assert!(!division.may_divide());
        }
        let wrapped = [&product, &a].map(|p| Integers::Small(p.1.clone()));
        assert!(
            Division::new(2, (&product.0, &wrapped[0]), (&a.0, &wrapped[1]))
                .unwrap()
                .may_divide()
        );
    }

    /// A carry from one exponent to the next in the packed keys is no quotient: with `y³ = x` in the
    /// first case and `y⁴ = x` in the second, `x + y² + 1` times `y² + 1` would be the dividend.
    #[test]
    fn exponents_do_not_carry() {
        let divisor = (vec![0, 0, 0, 2, 1, 0], vec![1, 1, 1]);
        for dividend in [
            (vec![0, 0, 0, 2, 1, 0, 1, 1, 1, 2], vec![1, 2, 1, 1, 1]),
            (vec![0, 0, 0, 2, 1, 0, 1, 2], vec![1, 2, 2, 1]),
        ] {
            assert_eq!(
                divide(<[i128]>::to_vec, &dividend, &divisor),
                [None, None, None]
            );
        }
    }

    #[test]
    fn power_modulo_the_prime() {
        assert_eq!(power(3, 5), 243);
        assert_eq!(power(2, 31), 1);
        assert_eq!(power(123_456_789, PRIME - 1), 1);
    }
}
