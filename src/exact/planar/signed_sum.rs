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
    fn times(&self, other: &Self, bits: u64) -> Self {
        let radius =
            (self.mid.abs() + &self.radius) * &other.radius + other.mid.abs() * &self.radius;
        Self {
            mid: (&self.mid * &other.mid) >> bits,
            radius: (radius >> bits) + 2,
        }
    }

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

    /// `1/self`, unless it may be zero.
    fn inverse(&self, bits: u64) -> Option<Self> {
        let least = self.mid.abs() - &self.radius;
        if !least.is_positive() {
            return None;
        }
        let one = BigInt::one() << (2 * bits);
        let spread = (&self.radius << (2 * bits)) / (self.mid.abs() * least) + 1;
        Some(Self {
            mid: one / &self.mid,
            radius: spread + 1,
        })
    }
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
    let mut a: Vec<Vec<Ball>> = matrix.to_vec();
    // Row i holds A_ij for j > i.
    let entry = |a: &[Vec<Ball>], i: usize, j: usize| {
        if i < j {
            a[i][j - i - 1].clone()
        } else {
            a[j][i - j - 1].negative()
        }
    };
    let one = Ball {
        mid: BigInt::one() << bits,
        radius: BigInt::zero(),
    };
    let signed = |bond: &Around| {
        let negative = if bond.along { signs.0 } else { signs.1 };
        if negative {
            bond.t.negative()
        } else {
            bond.t.clone()
        }
    };
    let mut left: Vec<&Around> = bonds.iter().collect();
    let mut alive: Vec<usize> = (0..matrix.len()).collect();
    let mut product = one.clone();
    while !left.is_empty() {
        let pivots: Vec<Ball> = left
            .iter()
            .map(|w| one.plus(&signed(w).times(&entry(&a, w.a, w.b), bits)))
            .collect();
        let index = (0..left.len())
            .max_by_key(|&k| pivots[k].mid.abs())
            .unwrap_or(0);
        let bond = left.swap_remove(index);
        product = product.times(&pivots[index], bits);
        if left.is_empty() {
            break;
        }
        let factor = signed(bond).times(&pivots[index].inverse(bits).ok_or(PrecisionLost)?, bits);
        alive.retain(|&i| i != bond.a && i != bond.b);
        let column = |b: usize| -> Vec<Ball> { alive.iter().map(|&i| entry(&a, i, b)).collect() };
        let (u, v) = (column(bond.a), column(bond.b));
        let scaled: Vec<Ball> = v.iter().map(|x| x.times(&factor, bits)).collect();
        for (p, &i) in alive.iter().enumerate() {
            for (q, &j) in alive.iter().enumerate().skip(p + 1) {
                let change = scaled[p]
                    .times(&u[q], bits)
                    .plus(&scaled[q].times(&u[p], bits).negative());
                let slot = &mut a[i][j - i - 1];
                *slot = slot.plus(&change);
            }
        }
    }
    Ok(product)
}

/// The correlators of a state, in its order around the face, row i from j = i + 1 on, each within `4 error`.
pub(super) fn correlators<const N: usize>(state: &Boundary<N>, error: f64) -> Vec<Vec<Ball>> {
    let bits = fraction_bits(N) + GUARD;
    // The radius as an integer, rounded up: 2^k above twice the bound.
    let exponent = i64::from(libm::frexp(4.0 * error.max(1e-300)).1) + bits as i64;
    let radius = BigInt::one() << exponent.max(0);
    let radius = radius.max(BigInt::one() << (GUARD + 16));
    let around = &state.order;
    (0..around.len())
        .map(|i| {
            (i + 1..around.len())
                .map(|j| Ball {
                    mid: to_big(&state.get(around[i], around[j])) << GUARD,
                    radius: radius.clone(),
                })
                .collect()
        })
        .collect()
}
