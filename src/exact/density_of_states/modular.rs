//! The partition polynomial at one point modulo a prime, and polynomials from their values.
//!
//! With bonds along that are 1 between like spins and x between unlike ones the transfer along a row is
//! diagonal after a Walsh transform: with k bits set in the index of the transform
//!
//! ```text
//! λ_k = (1 + x)^{w−k} (1 − x)^k / 2^w
//! ```
//! so that a row costs two transforms, which only add, and two multiplications a state. Sums are not
//! reduced on the way: 2^10 numbers below 2^53 fit a word with its sign.

/// Widest row.
pub(super) const MOST_WIDTH: usize = 10;

/// How the lattice is laid out: rows that are `ring`s or lines, the last one bound to the first if `along`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) rows: usize,
    pub(super) width: usize,
    pub(super) along: bool,
    pub(super) ring: bool,
}

/// Integers modulo a prime below 2^52.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    p: u64,
}

/// A factor with what makes its products fast (Shoup): `⌊factor · 2^64 / p⌋`.
#[derive(Clone, Copy, Debug, Default)]
struct Factor {
    value: u64,
    ratio: u64,
}

impl Field {
    /// With the largest prime below a bound of at most 2^52.
    pub(super) fn below(bound: u64) -> Self {
        let mut p = (bound - 1) | 1;
        if p >= bound {
            p -= 2;
        }
        while !is_prime(p) {
            p -= 2;
        }
        Self { p }
    }

    pub(super) fn prime(self) -> u64 {
        self.p
    }

    fn add(self, a: u64, b: u64) -> u64 {
        (a + b) % self.p
    }

    fn sub(self, a: u64, b: u64) -> u64 {
        (a + self.p - b) % self.p
    }

    fn mul(self, a: u64, b: u64) -> u64 {
        (u128::from(a) * u128::from(b) % u128::from(self.p)) as u64
    }

    pub(super) fn power(self, base: u64, mut exponent: u64) -> u64 {
        let (mut result, mut base) = (1, base % self.p);
        while exponent > 0 {
            if exponent & 1 == 1 {
                result = self.mul(result, base);
            }
            base = self.mul(base, base);
            exponent >>= 1;
        }
        result
    }

    fn inverse(self, a: u64) -> u64 {
        self.power(a, self.p - 2)
    }

    fn factor(self, value: u64) -> Factor {
        Factor {
            value,
            ratio: ((u128::from(value) << 64) / u128::from(self.p)) as u64,
        }
    }

    /// `x · factor` in `[0, 2p)`, for `|x| ≤ 2^11 p`.
    #[inline]
    fn scale(self, x: i64, factor: Factor) -> i64 {
        // Lifted by a multiple of p the word is not negative and below 2^12 p ≤ 2^64; the quotient is
        // then short by less than two.
        let lifted = (x as u64).wrapping_add(self.p << 11);
        let quotient = ((u128::from(lifted) * u128::from(factor.ratio)) >> 64) as u64;
        lifted
            .wrapping_mul(factor.value)
            .wrapping_sub(quotient.wrapping_mul(self.p)) as i64
    }
}

/// Deterministic for 64-bit numbers with these bases (Sorenson and Webster 2015).
fn is_prime(n: u64) -> bool {
    const BASES: [u64; 12] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];
    if let Some(&divisor) = BASES.iter().find(|&&b| n.is_multiple_of(b)) {
        return n == divisor;
    }
    if n < 2 {
        return false;
    }
    let twos = (n - 1).trailing_zeros();
    let odd = (n - 1) >> twos;
    let field = Field { p: n };
    BASES.iter().all(|&base| {
        let mut x = field.power(base, odd);
        if x == 1 || x == n - 1 {
            return true;
        }
        (1..twos).any(|_| {
            x = field.mul(x, x);
            x == n - 1
        })
    })
}

/// Walsh transform without reductions.
fn walsh(v: &mut [i64]) {
    let mut half = 1;
    if v.len() >= 8 {
        for c in v.chunks_exact_mut(8) {
            let (a0, a1) = (c[0] + c[1], c[0] - c[1]);
            let (a2, a3) = (c[2] + c[3], c[2] - c[3]);
            let (a4, a5) = (c[4] + c[5], c[4] - c[5]);
            let (a6, a7) = (c[6] + c[7], c[6] - c[7]);
            let (b0, b1, b2, b3) = (a0 + a2, a1 + a3, a0 - a2, a1 - a3);
            let (b4, b5, b6, b7) = (a4 + a6, a5 + a7, a4 - a6, a5 - a7);
            c[0] = b0 + b4;
            c[1] = b1 + b5;
            c[2] = b2 + b6;
            c[3] = b3 + b7;
            c[4] = b0 - b4;
            c[5] = b1 - b5;
            c[6] = b2 - b6;
            c[7] = b3 - b7;
        }
        half = 8;
    }
    while half < v.len() {
        for chunk in v.chunks_exact_mut(2 * half) {
            let (a, b) = chunk.split_at_mut(half);
            for (x, y) in a.iter_mut().zip(b) {
                (*x, *y) = (*x + *y, *x - *y);
            }
        }
        half *= 2;
    }
}

/// The first rows of one class under rotation and reflection, and how many they are.
fn bracelets(width: usize) -> Vec<(usize, u64)> {
    let mask = (1_u32 << width) - 1;
    let mut found = Vec::new();
    for state in 0..1_u32 << width {
        let mirror = state.reverse_bits() >> (32 - width);
        let mut images: Vec<u32> = [state, mirror]
            .iter()
            .flat_map(|&s| (0..width).map(move |k| (s << k | s >> (width - k)) & mask))
            .collect();
        images.sort_unstable();
        images.dedup();
        if images[0] == state {
            found.push((state as usize, images.len() as u64));
        }
    }
    found
}

/// `Z(x, y)` modulo the field's prime.
///
/// With T the transfer along and D the rows' weights the matrix of a row is T D; D T D … is symmetric, so
/// vectors are carried to the middle only: `Z = Σ D(s) g_a(s) g_b(s)`, `g_{k+1} = T D g_k`.
pub(super) fn evaluate(shape: &Shape, field: Field, x: u64, y: u64) -> u64 {
    let w = shape.width;
    let states = 1_usize << w;
    let eigenvalues = eigenvalues(field, w, x);
    let row = row_weights(shape, field, x, y);
    let weights: Vec<Factor> = row.iter().map(|&d| field.factor(d)).collect();
    // g → T g, entries left in [0, 2p) times the range of a transform.
    let along = |v: &mut [i64]| {
        walsh(v);
        for (s, z) in v.iter_mut().enumerate() {
            *z = field.scale(*z, eigenvalues[s.count_ones() as usize]);
        }
        walsh(v);
    };
    let weigh = |v: &mut [i64]| {
        for (z, &d) in v.iter_mut().zip(&weights) {
            *z = field.scale(*z, d);
        }
    };
    let one = field.factor(1);
    let product = |a: &[i64], b: &[i64]| {
        let mut sum = 0_u64;
        for ((&a, &b), &d) in a.iter().zip(b).zip(&weights) {
            let left = field.scale(a, one) as u64 % field.p;
            let right = field.scale(b, d) as u64 % field.p;
            sum = field.add(sum, field.mul(left, right));
        }
        sum
    };
    // Σ D g_a g_b from g_1, where b is a or a + 1.
    let meeting = |v: &mut [i64], a: usize, b: usize| {
        for _ in 1..a {
            weigh(v);
            along(v);
        }
        let halfway = v.to_vec();
        if b > a {
            weigh(v);
            along(v);
        }
        product(&halfway, v)
    };
    let mut v = vec![0_i64; states];
    if shape.along {
        let (a, b) = (shape.rows / 2, shape.rows - shape.rows / 2);
        let starts = if shape.ring {
            bracelets(w)
        } else {
            (0..states).map(|s| (s, 1)).collect()
        };
        let mut z = 0;
        for (start, size) in starts {
            v.fill(0);
            v[start] = 1;
            along(&mut v);
            let weight = field.mul(row[start], size % field.p);
            z = field.add(z, field.mul(weight, meeting(&mut v, a, b)));
        }
        return z;
    }
    // Open along: g_1 = 1 and a + b = rows + 1.
    let (a, b) = (shape.rows.div_ceil(2), shape.rows / 2 + 1);
    v.fill(1);
    meeting(&mut v, a, b)
}

fn eigenvalues(field: Field, w: usize, x: u64) -> Vec<Factor> {
    let (sum, difference) = (field.add(1, x), field.sub(1, x));
    let scale = field.inverse(field.power(2, w as u64));
    (0..=w)
        .map(|k| {
            let like = field.power(sum, (w - k) as u64);
            let unlike = field.power(difference, k as u64);
            field.factor(field.mul(scale, field.mul(like, unlike)))
        })
        .collect()
}

/// `x^{broken} y^{up}` of all states of a row.
fn row_weights(shape: &Shape, field: Field, x: u64, y: u64) -> Vec<u64> {
    let w = shape.width;
    let bonds = if shape.ring { w } else { w - 1 };
    let powers = |base: u64| -> Vec<u64> { (0..=w as u64).map(|k| field.power(base, k)).collect() };
    let (of_x, of_y) = (powers(x), powers(y));
    (0..1_u64 << w)
        .map(|s| {
            let broken = (0..bonds)
                .filter(|&c| s >> c & 1 != s >> ((c + 1) % w) & 1)
                .count();
            field.mul(of_x[broken], of_y[s.count_ones() as usize])
        })
        .collect()
}

/// Coefficients of the polynomial through the values at distinct nodes (Newton's divided differences).
pub(super) fn interpolate_powers(field: Field, nodes: &[u64], values: &[u64]) -> Vec<u64> {
    let n = nodes.len();
    let mut divided = values.to_vec();
    for k in 1..n {
        for i in (k..n).rev() {
            let difference = field.sub(divided[i], divided[i - 1]);
            let gap = field.sub(nodes[i], nodes[i - k]);
            divided[i] = field.mul(difference, field.inverse(gap));
        }
    }
    let mut coefficients = vec![0; n];
    for i in (0..n).rev() {
        // coefficients ← coefficients · (X − node) + divided
        for k in (0..n).rev() {
            let lower = if k > 0 { coefficients[k - 1] } else { 0 };
            coefficients[k] = field.sub(lower, field.mul(nodes[i], coefficients[k]));
        }
        coefficients[0] = field.add(coefficients[0], divided[i]);
    }
    coefficients
}

/// Coefficients of a polynomial of degree n that reads the same backwards, from its values at 1, 2, ….
///
/// For even n it is `y^{n/2} Q(y + 1/y)`; for odd n it has the factor 1 + y besides.
pub(super) fn interpolate_palindrome(field: Field, values: &[u64], n: usize) -> Vec<u64> {
    let half = n / 2;
    let mut nodes = Vec::new();
    let mut reduced = Vec::new();
    for (j, &value) in values.iter().enumerate() {
        let y = j as u64 + 1;
        let inverse = field.inverse(y);
        nodes.push(field.add(y, inverse));
        let mut value = field.mul(value, field.power(inverse, half as u64));
        if n % 2 == 1 {
            value = field.mul(value, field.inverse(field.add(1, y)));
        }
        reduced.push(value);
    }
    let q = interpolate_powers(field, &nodes, &reduced);
    // Σ q_j (y + 1/y)^j, the power k of y at index half + k.
    let mut out = vec![0; n + 1];
    for (j, &c) in q.iter().enumerate() {
        let mut binomial = 1_u64;
        for i in 0..=j {
            let at = half + j - 2 * i;
            out[at] = field.add(out[at], field.mul(c, binomial));
            let next = field.mul(binomial, (j - i) as u64);
            binomial = field.mul(next, field.inverse(i as u64 + 1));
        }
    }
    if n % 2 == 1 {
        for k in (1..=n).rev() {
            out[k] = field.add(out[k], out[k - 1]);
        }
    }
    out
}

/// The number below the product of both primes that has these remainders.
pub(super) fn combine(fields: [Field; 2], remainders: [u64; 2]) -> u128 {
    let [first, second] = fields;
    let inverse = second.inverse(first.p % second.p);
    let gap = second.sub(remainders[1], remainders[0] % second.p);
    u128::from(remainders[0]) + u128::from(first.p) * u128::from(second.mul(gap, inverse))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primes_are_prime_and_products_are_reduced() {
        for n in 0..2000_u64 {
            let plain = n > 1 && (2..n).take_while(|d| d * d <= n).all(|d| n % d != 0);
            assert_eq!(is_prime(n), plain, "{n}");
        }
        let field = Field::below(1 << 52);
        let p = i128::from(field.p);
        for (x, f) in [
            (0, 5),
            (-(p << 11), 7),
            ((p << 11) - 1, field.p - 1),
            (-1, 3),
            (12345, 1),
        ] {
            let got = i128::from(field.scale(x as i64, field.factor(f)));
            assert!((0..2 * p).contains(&got), "{got}");
            assert_eq!(got.rem_euclid(p), (x * i128::from(f)).rem_euclid(p));
        }
    }

    #[test]
    fn remainders_give_the_number_back() {
        let first = Field::below(1 << 52);
        let fields = [first, Field::below(first.p)];
        for n in [
            0_u128,
            1,
            (1 << 100) - 1,
            1 << 99,
            123_456_789_012_345_678_901_234_567,
        ] {
            let remainders = fields.map(|f| (n % u128::from(f.p)) as u64);
            assert_eq!(combine(fields, remainders), n);
        }
    }

    #[test]
    fn palindromes_are_recovered() {
        let field = Field::below(1 << 52);
        for want in [
            vec![1_u64, 4, 6, 4, 1],
            vec![2, 3, 3, 2],
            vec![7],
            vec![5, 5],
        ] {
            let n = want.len() - 1;
            let values: Vec<u64> = (1..=n as u64 / 2 + 1)
                .map(|y| {
                    want.iter()
                        .rev()
                        .fold(0, |v, &c| field.add(field.mul(v, y), c))
                })
                .collect();
            assert_eq!(interpolate_palindrome(field, &values, n), want);
        }
    }
}
