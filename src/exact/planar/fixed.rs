//! Fixed-point numbers of N words, for correlators: magnitudes below four, the same absolute error everywhere.

use num_bigint::{BigInt, BigUint, Sign};
use num_traits::{One, Signed, ToPrimitive, Zero};

/// A number in units of `2^{3 − 64N}`, two's complement, lowest word first.
pub(super) type Fixed<const N: usize> = [u64; N];

/// Sign and magnitude; the magnitude is shifted up so that a product needs no shift.
#[derive(Clone, Copy)]
pub(super) struct Factor<const N: usize> {
    pub(super) negative: bool,
    pub(super) magnitude: [u64; N],
}

impl<const N: usize> Factor<N> {
    pub(super) const ZERO: Self = Self {
        negative: false,
        magnitude: [0; N],
    };
}

/// Bits after the point.
pub(super) const fn fraction_bits(words: usize) -> u64 {
    64 * words as u64 - 3
}

/// The words from `2^{64N}` up of a product; what is cut off is less than N units.
///
/// The columns below word `N − 1` are not formed. They hold at most `N − 1` partial products each, in all
/// less than `(N − 1)·2^{64N}`, and the word `N − 1` itself is cut off at the end.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "the innermost loop, unrolled for every N"
)]
fn high_product<const N: usize>(a: &[u64; N], b: &[u64; N]) -> [u64; N] {
    let mut out = [0_u64; N];
    let mut guard = 0_u64;
    for i in 0..N {
        let x = u128::from(a[i]);
        let t = x * u128::from(b[N - 1 - i]) + u128::from(guard);
        guard = t as u64;
        let mut carry = (t >> 64) as u64;
        for j in N - i..N {
            let t = x * u128::from(b[j]) + u128::from(out[i + j - N]) + u128::from(carry);
            out[i + j - N] = t as u64;
            carry = (t >> 64) as u64;
        }
        out[i] = carry;
    }
    out
}

/// `c + p` or `c − p`.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "the innermost loop, unrolled for every N"
)]
fn accumulate<const N: usize>(c: &mut Fixed<N>, p: &[u64; N], negative: bool) {
    let mask = 0_u64.wrapping_sub(u64::from(negative));
    let mut carry = negative;
    for k in 0..N {
        let (s, one) = c[k].overflowing_add(p[k] ^ mask);
        let (s, two) = s.overflowing_add(u64::from(carry));
        c[k] = s;
        carry = one | two;
    }
}

/// `c + x y`, or `c − x y`; off by less than N units. One factor is [`small`], the other [`large`].
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "the innermost loop, unrolled for every N"
)]
pub(super) fn add_product<const N: usize>(
    c: &mut Fixed<N>,
    x: &Factor<N>,
    y: &Factor<N>,
    negative: bool,
) {
    let p = high_product(&x.magnitude, &y.magnitude);
    accumulate(c, &p, x.negative ^ y.negative ^ negative);
}

pub(super) fn is_negative<const N: usize>(x: &Fixed<N>) -> bool {
    x[N - 1] >> 63 == 1
}

pub(super) fn negate<const N: usize>(x: &Fixed<N>) -> Fixed<N> {
    let mut out = [0; N];
    accumulate(&mut out, x, true);
    out
}

pub(super) fn add<const N: usize>(x: &Fixed<N>, y: &Fixed<N>) -> Fixed<N> {
    let mut out = *x;
    accumulate(&mut out, y, false);
    out
}

pub(super) fn shift_up<const N: usize>(x: &Fixed<N>, bits: usize) -> Fixed<N> {
    let (words, bits) = (bits / 64, bits % 64);
    std::array::from_fn(|k| {
        let word = |k: usize| if k < words { 0 } else { x[k - words] };
        if bits == 0 {
            word(k)
        } else {
            word(k) << bits
                | if k == 0 {
                    0
                } else {
                    word(k - 1) >> (64 - bits)
                }
        }
    })
}

fn factor<const N: usize>(x: &Fixed<N>, shift: usize) -> Factor<N> {
    let negative = is_negative(x);
    let magnitude = if negative { negate(x) } else { *x };
    Factor {
        negative,
        magnitude: shift_up(&magnitude, shift),
    }
}

/// A factor of magnitude below two, to be multiplied with a [`large`] one.
pub(super) fn small<const N: usize>(x: &Fixed<N>) -> Factor<N> {
    factor(x, 2)
}

/// A factor of magnitude below four, to be multiplied with a [`small`] one.
pub(super) fn large<const N: usize>(x: &Fixed<N>) -> Factor<N> {
    factor(x, 1)
}

/// Whether the magnitude is at most `1 + 2⁻⁸`.
pub(super) fn is_correlator<const N: usize>(x: &Fixed<N>) -> bool {
    let top = if is_negative(x) { !x[N - 1] } else { x[N - 1] };
    top <= (1 << 61) + (1 << 53)
}

pub(super) fn to_big<const N: usize>(x: &Fixed<N>) -> BigInt {
    let negative = is_negative(x);
    let magnitude = if negative { negate(x) } else { *x };
    let mut bytes = Vec::with_capacity(8 * N);
    for word in magnitude {
        bytes.extend_from_slice(&word.to_le_bytes());
    }
    let sign = if negative { Sign::Minus } else { Sign::Plus };
    BigInt::from_bytes_le(sign, &bytes)
}

/// The number, if its magnitude is below four.
pub(super) fn from_big<const N: usize>(x: &BigInt) -> Option<Fixed<N>> {
    if x.bits() >= 64 * N as u64 {
        return None;
    }
    let mut words = x.magnitude().iter_u64_digits();
    let magnitude: Fixed<N> = std::array::from_fn(|_| words.next().unwrap_or(0));
    Some(if x.is_negative() {
        negate(&magnitude)
    } else {
        magnitude
    })
}

/// `ln 2` in units of `2^{−bits}`, off by less than `bits + 1` units below.
fn ln_2(bits: u64) -> BigInt {
    let one = BigInt::one() << bits;
    let mut sum = BigInt::zero();
    let mut power = one;
    let mut k = 1_u64;
    while !power.is_zero() {
        power >>= 1;
        sum += &power / BigInt::from(k);
        k += 1;
    }
    sum
}

/// Hyperbolic tangents to a given number of bits.
pub(super) struct Tangents {
    bits: u64,
    working: u64,
    ln_2: BigInt,
}

impl Tangents {
    /// For results in units of `2^{−bits}`.
    pub(super) fn new(bits: u64) -> Self {
        let working = bits + 96;
        Self {
            bits,
            working,
            ln_2: ln_2(working + 32) >> 32,
        }
    }

    /// `tanh k` for `|k| ≤ 2²⁰`, off by at most two units.
    ///
    /// `e^{−2k}` is found as `2^{−n} e^{−r}`, `0 ≤ r < ln 2`, by squaring the series of `e^{−r/2^s}` s times. The
    /// argument is off by `n + 2 < 2²³` working units, the series by one a term, and squaring doubles that s
    /// times: with s ≤ 24 it is below `2⁻⁴⁰` of the result's unit, which the final division rounds once.
    pub(super) fn tanh(&self, k: f64) -> BigInt {
        let magnitude = k.abs();
        if magnitude == 0.0 {
            return BigInt::zero();
        }
        // The double exactly, then in working units.
        let bits = magnitude.to_bits();
        let exponent = (bits >> 52) as i64;
        let mantissa = if exponent == 0 {
            (bits & ((1 << 52) - 1)) << 1
        } else {
            bits & ((1 << 52) - 1) | 1 << 52
        };
        let shift = exponent - 1075 + 1 + self.working as i64;
        let twice = BigInt::from(mantissa);
        let twice = if shift >= 0 {
            twice << shift
        } else {
            twice >> -shift
        };
        let n = &twice / &self.ln_2;
        let r = &twice - &n * &self.ln_2;
        let n = n.to_u64().unwrap_or(u64::MAX);
        let one = BigInt::one() << self.working;
        let halvings = (self.working.isqrt() / 2).min(24);
        let x = &r >> halvings;
        let (mut term, mut e) = (one.clone(), one.clone());
        let mut j = 1_i64;
        loop {
            term = -((&term * &x) >> self.working) / BigInt::from(j);
            if term.magnitude() <= &BigUint::one() {
                break;
            }
            e += &term;
            j += 1;
        }
        for _ in 0..halvings {
            e = (&e * &e) >> self.working;
        }
        let e = if n > self.working {
            BigInt::zero()
        } else {
            e >> n
        };
        let tanh = ((&one - &e) << self.bits) / (&one + &e);
        if k < 0.0 { -tanh } else { tanh }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;

    fn random<const N: usize>(stream: &mut crate::random::Stream) -> Fixed<N> {
        let mut x: Fixed<N> = std::array::from_fn(|_| stream.next_u64());
        // A random number of leading zeros, magnitude below one.
        let zeros = 3 + stream.index(64 * N - 3);
        for k in 0..zeros {
            x[N - 1 - k / 64] &= !(1 << (63 - k % 64));
        }
        if stream.index(2) == 0 { negate(&x) } else { x }
    }

    fn check<const N: usize>() {
        let mut stream = Seed(3).stream("fixed", N as u64);
        for _ in 0..200 {
            let [a, b, c]: [Fixed<N>; 3] = std::array::from_fn(|_| random(&mut stream));
            assert_eq!(from_big::<N>(&to_big(&a)), Some(a));
            assert_eq!(to_big(&add(&a, &b)), to_big(&a) + to_big(&b));
            for negative in [false, true] {
                let mut got = c;
                add_product(&mut got, &small(&a), &large(&b), negative);
                let product = to_big(&a) * to_big(&b);
                let scaled = (to_big(&got) - to_big(&c)) << fraction_bits(N);
                let error = if negative {
                    scaled + product
                } else {
                    scaled - product
                };
                assert!(error.abs() < BigInt::from(N) << fraction_bits(N));
            }
        }
    }

    #[test]
    fn products_are_right_within_n_units() {
        check::<2>();
        check::<3>();
        check::<4>();
        check::<9>();
    }

    #[test]
    fn tangents_satisfy_the_addition_theorem_and_double_precision() {
        let bits = 500;
        let tangents = Tangents::new(bits);
        let one = BigInt::one() << bits;
        for i in -40..=40 {
            let k = f64::from(i) * 0.37;
            let t = tangents.tanh(k);
            let value = (&t >> (bits - 62)).to_f64().unwrap() * 2.0_f64.powi(-62);
            assert!((value - k.tanh()).abs() < 4e-16);
            // tanh 2k (1 + tanh² k) = 2 tanh k; each tangent is off by two units.
            let double = tangents.tanh(2.0 * k);
            let residue: BigInt = &double * (&one * &one + &t * &t) - ((&t * &one * &one) << 1);
            assert!(residue.abs() <= BigInt::from(16) << (2 * bits), "{k}");
        }
        assert_eq!(tangents.tanh(1e6), one);
        assert!(tangents.tanh(5e-324).is_zero());
    }
}
