//! The product of two sparse polynomials: packed exponents, and the cheapest arithmetic that is exact.
//!
//! Exponents are packed per product, relative to the smallest exponent of each indeterminate, so that
//! the monomials multiply by adding integers. The product is made in ranges of keys that fit in the
//! cache: where the box of all possible exponents is not much larger than the number of partial
//! products they are summed in a dense array, otherwise they are sorted. Sums are taken in i128 where
//! a bound or a check excludes overflow.

use super::laurent::Integers;
use num_bigint::BigInt;
use num_traits::Zero;

/// Entries of a dense accumulator, 2 MiB of i128.
const DENSE_BLOCK: usize = 1 << 17;
/// A dense box may have this many places per partial product.
const DENSE_SPARSITY: u64 = 12;
/// Partial products that are sorted together, on average.
const SORT_BLOCK: usize = 1 << 12;
/// Partial products looked at to place one boundary between sorted blocks.
const SAMPLES_PER_BLOCK: usize = 16;

/// Multiplies two polynomials given as rows of `width` exponents in ascending lexicographic order and
/// their coefficients. Returns the same form, without zero coefficients.
///
/// # Panics
/// If an exponent of the product leaves the range of `i32`.
pub(super) fn product(
    width: usize,
    left: (&[i32], &Integers),
    right: (&[i32], &Integers),
) -> (Vec<i32>, Integers) {
    // Each range of keys costs a step for every row, so the shorter factor gives the rows.
    let (left, right) = if left.1.len() <= right.1.len() {
        (left, right)
    } else {
        (right, left)
    };
    if left.1.len() == 0 {
        return (Vec::new(), Integers::Small(Vec::new()));
    }
    let exponent_box = ExponentBox::new(width, left.0, right.0);
    if let (Integers::Small(a), Integers::Small(b)) = (left.1, right.1) {
        if let Some((a, b)) = as_words(a, b) {
            if let Some((rows, sums)) = exponent_box.run::<Words>(left.0, &a, right.0, &b) {
                return (rows, Integers::Small(sums));
            }
        } else if let Some((rows, sums)) = exponent_box.run::<Checked>(left.0, a, right.0, b) {
            return (rows, Integers::Small(sums));
        }
    }
    let (rows, sums) = exponent_box
        .run::<Unbounded>(left.0, &left.1.to_big(), right.0, &right.1.to_big())
        .expect("integers without bound do not overflow");
    (rows, Integers::from_big(sums))
}

/// Both factors in 64 bits, if then no sum of partial products can leave i128:
/// every coefficient of the product is at most `max|a| · Σ|b|`.
fn as_words(a: &[i128], b: &[i128]) -> Option<(Vec<i64>, Vec<i64>)> {
    let narrow = |values: &[i128]| -> Option<Vec<i64>> {
        values.iter().map(|&v| i64::try_from(v).ok()).collect()
    };
    let words = (narrow(a)?, narrow(b)?);
    let largest = a.iter().map(|v| v.unsigned_abs()).max()?;
    let total = b
        .iter()
        .try_fold(0u128, |sum, v| sum.checked_add(v.unsigned_abs()))?;
    (largest.checked_mul(total)? <= i128::MAX as u128).then_some(words)
}

/// The arithmetic of one product; `None` reports an overflow.
trait Arithmetic {
    type Factor;
    type Sum: Clone + Zero;
    fn add_product(sum: &mut Self::Sum, a: &Self::Factor, b: &Self::Factor) -> Option<()>;
    fn add(sum: &mut Self::Sum, other: &Self::Sum) -> Option<()>;
}

/// 64-bit factors, sums known in advance to fit.
enum Words {}
/// 128-bit factors and sums, each step checked.
enum Checked {}
/// Big integers.
enum Unbounded {}

impl Arithmetic for Words {
    type Factor = i64;
    type Sum = i128;
    fn add_product(sum: &mut i128, &a: &i64, &b: &i64) -> Option<()> {
        *sum = sum.wrapping_add(i128::from(a).wrapping_mul(i128::from(b)));
        Some(())
    }
    fn add(sum: &mut i128, &other: &i128) -> Option<()> {
        *sum = sum.wrapping_add(other);
        Some(())
    }
}

impl Arithmetic for Checked {
    type Factor = i128;
    type Sum = i128;
    fn add_product(sum: &mut i128, &a: &i128, &b: &i128) -> Option<()> {
        *sum = sum.checked_add(a.checked_mul(b)?)?;
        Some(())
    }
    fn add(sum: &mut i128, &other: &i128) -> Option<()> {
        *sum = sum.checked_add(other)?;
        Some(())
    }
}

impl Arithmetic for Unbounded {
    type Factor = BigInt;
    type Sum = BigInt;
    fn add_product(sum: &mut BigInt, a: &BigInt, b: &BigInt) -> Option<()> {
        *sum += a * b;
        Some(())
    }
    fn add(sum: &mut BigInt, other: &BigInt) -> Option<()> {
        *sum += other;
        Some(())
    }
}

/// A packed monomial: ordered as its exponents are, multiplied by adding.
pub(super) trait Key: Clone + Ord {
    fn pack(limbs: &[u128]) -> Self;
    fn times(&self, other: &Self) -> Self;
    fn limb(&self, index: usize) -> u128;
}

impl<const N: usize> Key for [u128; N] {
    fn pack(limbs: &[u128]) -> Self {
        std::array::from_fn(|i| limbs[i])
    }
    fn times(&self, other: &Self) -> Self {
        std::array::from_fn(|i| self[i] + other[i])
    }
    fn limb(&self, index: usize) -> u128 {
        self[index]
    }
}

impl Key for Vec<u128> {
    fn pack(limbs: &[u128]) -> Self {
        limbs.to_vec()
    }
    fn times(&self, other: &Self) -> Self {
        self.iter().zip(other).map(|(a, b)| a + b).collect()
    }
    fn limb(&self, index: usize) -> u128 {
        self[index]
    }
}

/// The smallest exponent of each indeterminate in each factor, and the span in the product.
struct ExponentBox {
    width: usize,
    left_low: Vec<i32>,
    right_low: Vec<i32>,
    /// Largest minus smallest exponent in the product, by indeterminate.
    spans: Vec<u64>,
}

/// Column-wise smallest and largest exponents of non-empty rows.
pub(super) fn column_ranges(width: usize, rows: &[i32]) -> (Vec<i32>, Vec<i32>) {
    let mut low = rows[..width].to_vec();
    let mut high = low.clone();
    for row in rows.chunks_exact(width.max(1)) {
        for c in 0..width {
            low[c] = low[c].min(row[c]);
            high[c] = high[c].max(row[c]);
        }
    }
    (low, high)
}

impl ExponentBox {
    fn new(width: usize, left: &[i32], right: &[i32]) -> Self {
        let (left_low, left_high) = column_ranges(width, left);
        let (right_low, right_high) = column_ranges(width, right);
        let spans = (0..width)
            .map(|c| {
                let low = left_low[c].checked_add(right_low[c]);
                let high = left_high[c].checked_add(right_high[c]);
                let (low, high) = low.zip(high).expect("exponent of a product leaves i32");
                (i64::from(high) - i64::from(low)) as u64
            })
            .collect();
        Self {
            width,
            left_low,
            right_low,
            spans,
        }
    }

    fn run<A: Arithmetic>(
        &self,
        left_rows: &[i32],
        left: &[A::Factor],
        right_rows: &[i32],
        right: &[A::Factor],
    ) -> Option<(Vec<i32>, Vec<A::Sum>)> {
        let partial_products = (left.len() as u64).saturating_mul(right.len() as u64);
        let limit = partial_products.saturating_mul(DENSE_SPARSITY);
        let volume = self
            .spans
            .iter()
            .try_fold(1u64, |v, s| v.checked_mul(s + 1));
        if let Some(volume) = volume.filter(|&v| v <= limit) {
            return self.dense::<A>(volume as usize, left_rows, left, right_rows, right);
        }
        let fields = Fields::new(&self.spans);
        match fields.limbs {
            1 => self.sorted::<A, [u128; 1]>(&fields, left_rows, left, right_rows, right),
            2 => self.sorted::<A, [u128; 2]>(&fields, left_rows, left, right_rows, right),
            _ => self.sorted::<A, Vec<u128>>(&fields, left_rows, left, right_rows, right),
        }
    }

    fn dense<A: Arithmetic>(
        &self,
        volume: usize,
        left_rows: &[i32],
        left: &[A::Factor],
        right_rows: &[i32],
        right: &[A::Factor],
    ) -> Option<(Vec<i32>, Vec<A::Sum>)> {
        let left_keys = self.places(left_rows, &self.left_low, left.len());
        let right_keys = self.places(right_rows, &self.right_low, right.len());
        let mut cursors = vec![0; left.len()];
        let mut rows = Vec::new();
        let mut values = Vec::new();
        let mut row = vec![0i32; self.width];
        for start in (0..volume).step_by(DENSE_BLOCK) {
            let end = volume.min(start + DENSE_BLOCK);
            let mut sums = vec![A::Sum::zero(); end - start];
            for ((&offset, a), cursor) in left_keys.iter().zip(left).zip(&mut cursors) {
                let rest = &right_keys[*cursor..];
                let count = rest.partition_point(|&place| place + offset < end);
                let Some(&first) = rest[..count].first() else {
                    continue;
                };
                let window = &mut sums[first + offset - start..];
                for (&place, b) in rest[..count].iter().zip(&right[*cursor..]) {
                    A::add_product(&mut window[place - first], a, b)?;
                }
                *cursor += count;
            }
            for (place, sum) in (start..).zip(sums) {
                if sum.is_zero() {
                    continue;
                }
                let mut rest = place as u64;
                for c in (0..self.width).rev() {
                    let radix = self.spans[c] + 1;
                    row[c] = self.exponent(c, rest % radix);
                    rest /= radix;
                }
                rows.extend_from_slice(&row);
                values.push(sum);
            }
        }
        Some((rows, values))
    }

    /// Mixed-radix places in the dense array, first indeterminate most significant.
    fn places(&self, rows: &[i32], low: &[i32], count: usize) -> Vec<usize> {
        (0..count)
            .map(|i| {
                let row = &rows[i * self.width..(i + 1) * self.width];
                (0..self.width).fold(0u64, |place, c| {
                    place * (self.spans[c] + 1) + u64::from(row[c].abs_diff(low[c]))
                }) as usize
            })
            .collect()
    }

    fn exponent(&self, column: usize, digit: u64) -> i32 {
        // The range was checked when the box was made.
        (i64::from(self.left_low[column]) + i64::from(self.right_low[column]) + digit as i64) as i32
    }

    fn sorted<A: Arithmetic, K: Key>(
        &self,
        fields: &Fields,
        left_rows: &[i32],
        left: &[A::Factor],
        right_rows: &[i32],
        right: &[A::Factor],
    ) -> Option<(Vec<i32>, Vec<A::Sum>)> {
        let left_keys: Vec<K> = fields.keys(left_rows, &self.left_low, left.len());
        let right_keys: Vec<K> = fields.keys(right_rows, &self.right_low, right.len());
        let mut cursors = vec![0; left.len()];
        let mut block: Vec<(K, A::Sum)> = Vec::new();
        let mut terms: Vec<(K, A::Sum)> = Vec::new();
        for end in boundaries(&left_keys, &right_keys)
            .into_iter()
            .map(Some)
            .chain([None])
        {
            for ((key, a), cursor) in left_keys.iter().zip(left).zip(&mut cursors) {
                while let Some(right_key) = right_keys.get(*cursor) {
                    let product = key.times(right_key);
                    if end.as_ref().is_some_and(|end| product >= *end) {
                        break;
                    }
                    let mut sum = A::Sum::zero();
                    A::add_product(&mut sum, a, &right[*cursor])?;
                    block.push((product, sum));
                    *cursor += 1;
                }
            }
            block.sort_unstable_by(|a, b| a.0.cmp(&b.0));
            for (key, sum) in block.drain(..) {
                match terms.last_mut() {
                    Some((last, total)) if *last == key => A::add(total, &sum)?,
                    _ => terms.push((key, sum)),
                }
            }
        }
        let mut rows = Vec::with_capacity(terms.len() * self.width);
        let mut values = Vec::with_capacity(terms.len());
        for (key, sum) in terms {
            if sum.is_zero() {
                continue;
            }
            for c in 0..self.width {
                rows.push(self.exponent(c, fields.digit(&key, c)));
            }
            values.push(sum);
        }
        Some((rows, values))
    }
}

/// Keys that cut the products into blocks of about [`SORT_BLOCK`], by sampling the products.
fn boundaries<K: Key>(left_keys: &[K], right_keys: &[K]) -> Vec<K> {
    let products = left_keys.len().saturating_mul(right_keys.len());
    let samples = products / SORT_BLOCK * SAMPLES_PER_BLOCK;
    let mut keys: Vec<K> = (0..samples)
        .map(|k| {
            let index = k * (products / samples);
            left_keys[index / right_keys.len()].times(&right_keys[index % right_keys.len()])
        })
        .collect();
    keys.sort_unstable();
    keys.into_iter()
        .skip(SAMPLES_PER_BLOCK)
        .step_by(SAMPLES_PER_BLOCK)
        .collect()
}

/// Where each indeterminate's exponent lies in a packed key.
pub(super) struct Fields {
    columns: Vec<Field>,
    /// The number of 128-bit integers in a key.
    pub(super) limbs: usize,
}

struct Field {
    limb: usize,
    shift: u32,
    bits: u32,
}

impl Fields {
    pub(super) fn new(spans: &[u64]) -> Self {
        let mut columns = Vec::with_capacity(spans.len());
        let mut limb = 0;
        let mut used = 0;
        for &span in spans {
            let bits = u64::BITS - span.leading_zeros();
            if used + bits > u128::BITS {
                limb += 1;
                used = 0;
            }
            used += bits;
            columns.push(Field {
                limb,
                shift: u128::BITS - used,
                bits,
            });
        }
        // A shift by all 128 bits, of a first field of no bits, is not a shift.
        for field in &mut columns {
            if field.bits == 0 {
                field.shift = 0;
            }
        }
        Self {
            columns,
            limbs: limb + 1,
        }
    }

    /// The keys of `count` rows, relative to the lowest exponents.
    pub(super) fn keys<K: Key>(&self, rows: &[i32], low: &[i32], count: usize) -> Vec<K> {
        let width = self.columns.len();
        let mut limbs = vec![0u128; self.limbs];
        (0..count)
            .map(|i| {
                limbs.fill(0);
                for (c, field) in self.columns.iter().enumerate() {
                    let digit = rows[i * width + c].abs_diff(low[c]);
                    limbs[field.limb] |= u128::from(digit) << field.shift;
                }
                K::pack(&limbs)
            })
            .collect()
    }

    /// The exponent of one indeterminate in a key, relative to its lowest.
    pub(super) fn digit<K: Key>(&self, key: &K, column: usize) -> u64 {
        let field = &self.columns[column];
        (key.limb(field.limb) >> field.shift & ((1u128 << field.bits) - 1)) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    type Terms = BTreeMap<Vec<i32>, i128>;

    /// The product by definition.
    fn schoolbook(left: &Terms, right: &Terms) -> BTreeMap<Vec<i32>, BigInt> {
        let mut product: BTreeMap<Vec<i32>, BigInt> = BTreeMap::new();
        for (a, x) in left {
            for (b, y) in right {
                let row = a.iter().zip(b).map(|(a, b)| a + b).collect();
                *product.entry(row).or_default() += BigInt::from(*x) * y;
            }
        }
        product.retain(|_, c| !c.is_zero());
        product
    }

    fn unzipped(terms: &Terms) -> (Vec<i32>, Vec<i128>) {
        (
            terms.keys().flatten().copied().collect(),
            terms.values().copied().collect(),
        )
    }

    fn big(values: &[i128]) -> Vec<BigInt> {
        values.iter().map(|&v| BigInt::from(v)).collect()
    }

    fn terms(count: usize, range: i32, size: i128) -> impl Strategy<Value = Terms> {
        let row = prop::collection::vec(-range..=range, 3);
        let value = (-size..=size).prop_filter("not zero", |&v| v != 0);
        prop::collection::btree_map(row, value, 1..count)
    }

    fn words(values: &[i128]) -> Vec<i64> {
        values.iter().map(|&v| v as i64).collect()
    }

    /// All ways to multiply agree with the definition.
    fn check(left: &Terms, right: &Terms, small: bool) {
        let expected = schoolbook(left, right);
        let expected: (Vec<i32>, Vec<BigInt>) = (
            expected.keys().flatten().copied().collect(),
            expected.into_values().collect(),
        );
        let ((r, a), (s, b)) = (unzipped(left), unzipped(right));
        let exponent_box = ExponentBox::new(3, &r, &s);
        let volume = exponent_box.spans.iter().map(|s| s + 1).product::<u64>() as usize;
        let fields = Fields::new(&exponent_box.spans);
        let (big_a, big_b) = (big(&a), big(&b));
        let mut results = vec![
            exponent_box.dense::<Unbounded>(volume, &r, &big_a, &s, &big_b),
            exponent_box.sorted::<Unbounded, [u128; 1]>(&fields, &r, &big_a, &s, &big_b),
            exponent_box.sorted::<Unbounded, Vec<u128>>(&fields, &r, &big_a, &s, &big_b),
        ];
        if small {
            let (c, d) = (words(&a), words(&b));
            for machine in [
                exponent_box.dense::<Words>(volume, &r, &c, &s, &d),
                exponent_box.dense::<Checked>(volume, &r, &a, &s, &b),
                exponent_box.sorted::<Words, [u128; 1]>(&fields, &r, &c, &s, &d),
                exponent_box.sorted::<Checked, [u128; 1]>(&fields, &r, &a, &s, &b),
            ] {
                results.push(machine.map(|(rows, sums)| (rows, big(&sums))));
            }
        }
        for result in results {
            assert_eq!(result.as_ref(), Some(&expected));
        }
        let (rows, sums) = product(3, (&r, &Integers::Small(a)), (&s, &Integers::Small(b)));
        assert_eq!((rows, sums.to_big().into_owned()), expected);
    }

    proptest! {
        #[test]
        fn all_paths_agree(a in terms(12, 4, 9), b in terms(12, 4, 9)) {
            check(&a, &b, true);
        }

        #[test]
        fn overflow_falls_back_to_big_integers(
            a in terms(6, 2, 1 << 100), b in terms(6, 2, 1 << 100),
        ) {
            check(&a, &b, false);
        }
    }

    /// Many blocks, dense and sorted.
    #[test]
    fn blocks_join() {
        let line = |step: i32, count: i32| -> Terms {
            (0..count)
                .map(|i| {
                    (
                        vec![i * step % 61, i * step / 61, i % 7],
                        i128::from(i % 11) + 1,
                    )
                })
                .collect()
        };
        let (a, b) = (line(37, 150), line(53, 170));
        let (rows, others) = (unzipped(&a).0, unzipped(&b).0);
        let spans = ExponentBox::new(3, &rows, &others).spans;
        assert!(spans.iter().map(|s| s + 1).product::<u64>() > 2 * DENSE_BLOCK as u64);
        assert!(a.len() * b.len() > 4 * SORT_BLOCK);
        check(&a, &b, true);
    }

    #[test]
    fn checked_arithmetic_reports_overflow() {
        let one: Terms = [(vec![0, 0, 0], i128::MAX), (vec![1, 0, 0], 1)].into();
        let other: Terms = [(vec![0, 0, 0], 1), (vec![1, 0, 0], i128::MAX)].into();
        let ((r, a), (s, b)) = (unzipped(&one), unzipped(&other));
        let exponent_box = ExponentBox::new(3, &r, &s);
        assert!(exponent_box.run::<Checked>(&r, &a, &s, &b).is_none());
        check(&one, &other, false);
    }

    /// The bound for unchecked words is sharp: `2^63 · 2^63 · 2` does not fit, half of it does.
    #[test]
    fn words_are_used_only_below_the_bound() {
        let lowest = i128::from(i64::MIN);
        assert!(as_words(&[lowest], &[lowest]).is_some());
        assert!(as_words(&[lowest], &[lowest, lowest]).is_none());
        assert!(as_words(&[lowest - 1], &[1]).is_none());
        let a: Terms = (0..2).map(|i| (vec![i, 0, 0], lowest)).collect();
        check(&a, &a, false);
    }

    /// Keys of one, two and more limbs, by the number of bits that the exponents need.
    #[test]
    fn wide_exponents_take_more_limbs() {
        for (width, limbs) in [(3, 1), (6, 2), (12, 4)] {
            let row = |sign: i32, i: usize| {
                if i.is_multiple_of(2) {
                    sign * (1 << 30)
                } else {
                    -sign
                }
            };
            let rows: Vec<i32> = [-1, 1]
                .iter()
                .flat_map(|&sign| (0..width).map(move |i| row(sign, i)))
                .collect();
            let exponent_box = ExponentBox::new(width, &rows[..width], &rows);
            assert_eq!(Fields::new(&vec![1 << 32; width]).limbs, limbs);
            let half: Vec<i32> = rows.iter().map(|e| e / 2).collect();
            let values = Integers::Small(vec![1, 1]);
            let (product_rows, sums) = product(width, (&half, &values), (&half, &values));
            let zero = vec![0; width];
            let doubled: Vec<i32> = half.iter().map(|e| 2 * e).collect();
            let expected = [&doubled[..width], &zero, &doubled[width..]].concat();
            assert_eq!(
                (product_rows, sums.to_big().into_owned()),
                (expected, big(&[1, 2, 1]))
            );
            assert_eq!(exponent_box.width, width);
        }
    }
}
