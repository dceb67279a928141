//! Signed sums over chords of a face, with a radius beside every number.
//!
//! For bonds `w` between spins of one face, with correlators that are Pfaffians,
//!
//! ```text
//! P = Σ_W (−1)^{crossings in W} ∏_{w ∈ W} t_w ⟨s_W⟩ = ∏ D
//! ```
//! is found by eliminating one bond after the other, the one with the largest `D = 1 + t A_ab` first:
//! `A_ij' = A_ij + (t/D)(A_ib A_ja − A_ia A_jb)`, A the skew matrix of the correlators in the order of the face.

use super::boundary::{Boundary, PrecisionLost};
use super::fixed::{fraction_bits, to_big};
use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};

/// Bits of the elimination beyond those of the correlators.
pub(super) const GUARD: u64 = 128;

/// A number within a radius, both in units of `2^{−bits}`.
#[derive(Clone, Debug)]
pub(super) struct Ball {
    pub(super) mid: BigInt,
    pub(super) radius: BigInt,
}

impl Ball {
    pub(super) fn plus(&self, other: &Self) -> Self {
        Self {
            mid: &self.mid + &other.mid,
            radius: &self.radius + &other.radius,
        }
    }

    pub(super) fn negative(&self) -> Self {
        Self {
            mid: -&self.mid,
            radius: self.radius.clone(),
        }
    }
}

/// A bound from above, `m · 2^e` with m in `[1/2, 1)`, or zero. A radius needs no more digits.
#[derive(Clone, Copy, Debug)]
struct Bound {
    m: f64,
    e: i64,
}

impl Bound {
    const ZERO: Self = Self { m: 0.0, e: 0 };
    const TWO: Self = Self { m: 0.5, e: 2 };
    /// More than the few roundings of one operation take away.
    const UP: f64 = 1.0 + 16.0 * f64::EPSILON;

    /// Of a non-negative number times `2^e`.
    fn new(m: f64, e: i64) -> Self {
        if m <= 0.0 {
            return Self::ZERO;
        }
        let (m, shift) = libm::frexp(m * Self::UP);
        Self {
            m,
            e: e + i64::from(shift),
        }
    }

    /// Of the magnitude of a number, by its first two words.
    fn of(x: &BigInt) -> Self {
        let mut words = x.magnitude().iter_u64_digits();
        let count = words.len() as i64;
        let (Some(first), second) = (words.next_back(), words.next_back()) else {
            return Self::ZERO;
        };
        let word = 18_446_744_073_709_551_616.0;
        match second {
            None => Self::new(first as f64, 0),
            Some(second) => Self::new(first as f64 * word + second as f64 + 1.0, 64 * (count - 2)),
        }
    }

    fn times(self, other: Self) -> Self {
        Self::new(self.m * other.m, self.e + other.e)
    }

    fn plus(self, other: Self) -> Self {
        let (low, high) = if self.m == 0.0 || other.m > 0.0 && self.e <= other.e {
            (self, other)
        } else {
            (other, self)
        };
        // What is more than 60 binary places lower is less than what is added anyway.
        let gap = (high.e - low.e).min(60) as i32;
        let low = if low.m == 0.0 {
            0.0
        } else {
            libm::ldexp(low.m, -gap)
        };
        Self::new(high.m + low, high.e)
    }

    fn shifted(self, k: i64) -> Self {
        Self {
            m: self.m,
            e: self.e + k,
        }
    }

    /// An integer that is not below it.
    fn to_big(self) -> BigInt {
        if self.m <= 0.0 {
            BigInt::zero()
        } else if self.e > 60 {
            BigInt::from(libm::ldexp(self.m, 60) as u64 + 1) << (self.e - 60)
        } else {
            BigInt::from(libm::ldexp(self.m, self.e.max(-60) as i32) as u64 + 1)
        }
    }
}

/// A number within a radius of few digits, in units of `2^{−bits}`.
#[derive(Clone, Debug)]
struct Disc {
    mid: BigInt,
    radius: Bound,
}

impl Disc {
    fn of(ball: &Ball) -> Self {
        Self {
            mid: ball.mid.clone(),
            radius: Bound::of(&ball.radius),
        }
    }

    fn ball(&self) -> Ball {
        Ball {
            mid: self.mid.clone(),
            radius: self.radius.to_big(),
        }
    }

    fn negative(&self) -> Self {
        Self {
            mid: -&self.mid,
            radius: self.radius,
        }
    }

    fn times(&self, other: &Self, bits: u64) -> Self {
        let (x, y) = (Bound::of(&self.mid), Bound::of(&other.mid));
        Self {
            mid: (&self.mid * &other.mid) >> bits,
            radius: spread((x, self.radius), (y, other.radius), bits).plus(Bound::TWO),
        }
    }

    /// `1/self`, unless it may be zero.
    fn inverse(&self, bits: u64) -> Option<Self> {
        let radius = self.radius.to_big();
        let least = self.mid.abs() - &radius;
        if !least.is_positive() {
            return None;
        }
        let one = BigInt::one() << (2 * bits);
        let spread = (radius << (2 * bits)) / (self.mid.abs() * least) + 2;
        Some(Self {
            mid: one / &self.mid,
            radius: Bound::of(&spread),
        })
    }
}

/// How far a product may be off, of two numbers given by bounds on their size and their radii.
fn spread(a: (Bound, Bound), b: (Bound, Bound), bits: u64) -> Bound {
    let radius = a.0.plus(a.1).times(b.1).plus(b.0.times(a.1));
    radius.shifted(-(bits as i64))
}

/// A bond around the torus: places in the order of the matrix, `tanh K`, and which way it goes.
pub(super) struct Around {
    pub(super) a: usize,
    pub(super) b: usize,
    pub(super) t: Ball,
    /// The first kind, which `signs.0` is the sign of.
    pub(super) along: bool,
}

/// P for the signs of the two kinds of bonds.
pub(super) fn pfaffian(
    matrix: &[Vec<Ball>],
    bonds: &[Around],
    signs: (bool, bool),
    bits: u64,
) -> Result<Ball, PrecisionLost> {
    let mut a: Vec<Vec<Disc>> = matrix
        .iter()
        .map(|row| row.iter().map(Disc::of).collect())
        .collect();
    // Row i holds A_ij for j > i.
    let entry = |a: &[Vec<Disc>], i: usize, j: usize| {
        if i < j {
            a[i][j - i - 1].clone()
        } else {
            a[j][i - j - 1].negative()
        }
    };
    let one = Disc {
        mid: BigInt::one() << bits,
        radius: Bound::ZERO,
    };
    let signed = |bond: &Around| {
        let t = Disc::of(&bond.t);
        let negative = if bond.along { signs.0 } else { signs.1 };
        if negative { t.negative() } else { t }
    };
    let mut left: Vec<&Around> = bonds.iter().collect();
    let mut alive: Vec<usize> = (0..matrix.len()).collect();
    let mut product = one.clone();
    while !left.is_empty() {
        let pivots: Vec<Disc> = left
            .iter()
            .map(|w| {
                let mut pivot = signed(w).times(&entry(&a, w.a, w.b), bits);
                pivot.mid += &one.mid;
                pivot
            })
            .collect();
        let index = (0..left.len())
            .max_by(|&k, &l| pivots[k].mid.magnitude().cmp(pivots[l].mid.magnitude()))
            .unwrap_or(0);
        let bond = left.swap_remove(index);
        product = product.times(&pivots[index], bits);
        if left.is_empty() {
            break;
        }
        let factor = signed(bond).times(&pivots[index].inverse(bits).ok_or(PrecisionLost)?, bits);
        alive.retain(|&i| i != bond.a && i != bond.b);
        let column = |b: usize| -> Vec<Disc> { alive.iter().map(|&i| entry(&a, i, b)).collect() };
        let (u, v) = (column(bond.a), column(bond.b));
        let scaled: Vec<Disc> = v.iter().map(|x| x.times(&factor, bits)).collect();
        let size = |x: &Disc| (Bound::of(&x.mid), x.radius);
        let u_size: Vec<(Bound, Bound)> = u.iter().map(size).collect();
        let scaled_size: Vec<(Bound, Bound)> = scaled.iter().map(size).collect();
        for (p, &i) in alive.iter().enumerate() {
            for (q, &j) in alive.iter().enumerate().skip(p + 1) {
                let change = &scaled[p].mid * &u[q].mid - &scaled[q].mid * &u[p].mid;
                let radius = spread(scaled_size[p], u_size[q], bits)
                    .plus(spread(scaled_size[q], u_size[p], bits))
                    .plus(Bound::TWO);
                let slot = &mut a[i][j - i - 1];
                slot.mid += change >> bits;
                slot.radius = slot.radius.plus(radius);
            }
        }
    }
    Ok(product.ball())
}

/// The correlators of a state, in its order around the face, row i from j = i + 1 on, each within a radius of
/// four times the error whose log₂ is given.
pub(super) fn correlators<const N: usize>(state: &Boundary<N>, error_log2: f64) -> Vec<Vec<Ball>> {
    let bits = fraction_bits(N) + GUARD;
    // The radius as an integer, rounded up to a power of two.
    let exponent = error_log2.ceil() as i64 + 2 + bits as i64;
    let radius = BigInt::one() << exponent.max(GUARD as i64 + 16);
    numbers(state, GUARD, &radius)
}

/// The numbers of a state, in its order around the face, row i from j = i + 1 on, with so many bits more.
pub(super) fn numbers<const N: usize>(
    state: &Boundary<N>,
    guard: u64,
    radius: &BigInt,
) -> Vec<Vec<Ball>> {
    let around = &state.order;
    (0..around.len())
        .map(|i| {
            (i + 1..around.len())
                .map(|j| Ball {
                    mid: to_big(&state.get(around[i], around[j])) << guard,
                    radius: radius.clone(),
                })
                .collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;

    #[test]
    fn bounds_are_not_below_what_they_bound_and_hardly_above() {
        let mut stream = Seed(23).stream("bounds", 0);
        let mut draw = || -> BigInt {
            let words = stream.index(5);
            (0..words).fold(
                BigInt::from(stream.next_u64() >> stream.index(64)),
                |x, _| (x << 64) + stream.next_u64(),
            )
        };
        for _ in 0..20_000 {
            let (x, y) = (draw(), draw());
            let (a, b) = (Bound::of(&x), Bound::of(&-&y));
            for (bound, exact) in [
                (a, x.clone()),
                (b, y.clone()),
                (a.times(b), &x * &y),
                (a.plus(b), &x + &y),
                (a.shifted(70), &x << 70),
            ] {
                let above = bound.to_big() - &exact;
                assert!(!above.is_negative(), "{exact}");
                assert!(above <= (exact >> 40) + 2);
            }
        }
    }

    #[test]
    fn a_product_of_discs_holds_those_of_their_ends() {
        let mut stream = Seed(24).stream("discs", 0);
        let bits = 200;
        for _ in 0..2000 {
            let mut disc = || {
                let mid = BigInt::from(stream.next_u64() as i64) << stream.index(140);
                let radius = BigInt::from(stream.next_u64()) << stream.index(100);
                Disc::of(&Ball { mid, radius })
            };
            let (a, b) = (disc(), disc());
            let ends = |d: &Disc| {
                let r = d.radius.to_big();
                [&d.mid - &r, &d.mid + &r]
            };
            let found = a.times(&b, bits);
            let [low, high] = ends(&found).map(|x| x << bits);
            for x in ends(&a) {
                for y in ends(&b) {
                    let exact = &x * &y;
                    // The ends of the discs are themselves rounded up to whole units.
                    let slack = (BigInt::from(4) << bits) + (x.abs() + y.abs()) * 4;
                    assert!(&low - &slack <= exact && exact <= &high + &slack);
                }
            }
            if let Some(inverse) = a.inverse(bits) {
                let one = a.times(&inverse, bits);
                let [low, high] = ends(&one);
                let unit = BigInt::one() << bits;
                assert!(low <= unit && unit <= high);
            }
        }
    }
}
