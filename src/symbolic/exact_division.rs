//! Division of polynomials where it leaves no remainder.

use super::sparse_product::column_ranges;
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::Zero;
use std::collections::BTreeMap;

/// The quotient of two non-zero primitive integer polynomials, given as `width` non-negative exponents
/// per row with coefficients, rows in ascending lexicographic order; `None` if it leaves a remainder.
///
/// By Gauss's lemma the quotient of primitive polynomials has integer coefficients, so the first
/// coefficient that is not an integer decides. Lowest and highest degrees add in a product, so a
/// quotient exponent outside their differences decides as well.
pub(super) fn quotient(
    width: usize,
    (dividend_rows, dividend): (&[i32], &[BigInt]),
    (divisor_rows, divisor): (&[i32], &[BigInt]),
) -> Option<(Vec<i32>, Vec<BigInt>)> {
    let (low, high) = column_ranges(width, dividend_rows);
    let (divisor_low, divisor_high) = column_ranges(width, divisor_rows);
    let quotient_low: Vec<i32> = (0..width).map(|c| low[c] - divisor_low[c]).collect();
    let quotient_high: Vec<i32> = (0..width).map(|c| high[c] - divisor_high[c]).collect();
    if (0..width).any(|c| quotient_high[c] < quotient_low[c]) {
        return None;
    }
    // A necessary condition at one point, much cheaper than a division that fails late.
    let divisor_value = value_at_primes(width, divisor_rows, divisor);
    if !divisor_value.is_zero()
        && !value_at_primes(width, dividend_rows, dividend).is_multiple_of(&divisor_value)
    {
        return None;
    }
    let row = |rows: &[i32], i: usize| rows[i * width..(i + 1) * width].to_vec();
    let mut remainder: BTreeMap<Vec<i32>, BigInt> = dividend
        .iter()
        .enumerate()
        .map(|(i, c)| (row(dividend_rows, i), c.clone()))
        .collect();
    let leading_row = row(divisor_rows, divisor.len() - 1);
    let (leading, trailing) = divisor.split_last()?;
    let mut terms: Vec<(Vec<i32>, BigInt)> = Vec::new();
    while let Some((top, coefficient)) = remainder.pop_last() {
        let (factor, rest) = coefficient.div_rem(leading);
        if !rest.is_zero() {
            return None;
        }
        let shift: Vec<i32> = top.iter().zip(&leading_row).map(|(a, b)| a - b).collect();
        if (0..width).any(|c| shift[c] < quotient_low[c] || shift[c] > quotient_high[c]) {
            return None;
        }
        for (i, c) in trailing.iter().enumerate() {
            let target: Vec<i32> = divisor_rows[i * width..(i + 1) * width]
                .iter()
                .zip(&shift)
                .map(|(a, b)| a + b)
                .collect();
            let entry = remainder.entry(target);
            let change = &factor * c;
            match entry {
                std::collections::btree_map::Entry::Vacant(place) => {
                    place.insert(-change);
                }
                std::collections::btree_map::Entry::Occupied(mut place) => {
                    *place.get_mut() -= change;
                    if place.get().is_zero() {
                        place.remove();
                    }
                }
            }
        }
        terms.push((shift, factor));
    }
    terms.reverse();
    let (rows, values): (Vec<Vec<i32>>, Vec<BigInt>) = terms.into_iter().unzip();
    Some((rows.concat(), values))
}

/// The value where each indeterminate is a different small prime, or 2 once they run out.
fn value_at_primes(width: usize, rows: &[i32], coefficients: &[BigInt]) -> BigInt {
    const PRIMES: [u32; 12] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];
    let mut value = BigInt::zero();
    for (i, coefficient) in coefficients.iter().enumerate() {
        let mut term = coefficient.clone();
        for c in 0..width {
            let prime = BigInt::from(PRIMES.get(c).copied().unwrap_or(2));
            term *= prime.pow(rows[i * width + c].unsigned_abs());
        }
        value += term;
    }
    value
}
