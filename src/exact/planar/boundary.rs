//! The correlators of the spins on the face that a planar graph still grows into.
//!
//! # The state
//! For a planar graph whose spins `1 … w` lie in this order around one face, the correlators of any even
//! number of them are Pfaffians of the pair correlators `C_ij = ⟨s_i s_j⟩` (Groeneveld, Boel and
//! Kasteleyn 1978). So Z and the w × w matrix C are all that the rest of the graph can feel of it. Three
//! steps build every planar graph:
//!
//! ```text
//! extend a by v:  Z' = Z · 2 cosh K,   C_vj = t C_aj                        (t = tanh K)
//! join a and b:   Z' = Z · cosh K · D,  D = 1 + t C_ab                      (a, b neighbours)
//!                 C_ij' = C_ij + C_aj w_i − C_ai w_j,   w_i = t (C_bi + σ C_ai)/D,   σ = sign t
//!                 C_ai' = ρ C_ai + w_i,   C_bi' = ρ C_bi + σ w_i,   ρ = (1 − |t|)/D
//! drop a:         its row and column go
//! ```
//! (i before j when going around from b to a.) Every number is bounded by one, whatever the couplings:
//! `|⟨s_i s_b (1 + σ s_a s_b)⟩| ≤ 1 + σ C_ab ≤ D/|t|`, so `|w_i| ≤ 1`, and `ρ ≤ 1`. That makes fixed-point
//! arithmetic right: one absolute error for all.
//!
//! # References
//! J. Groeneveld, R. J. Boel and P. W. Kasteleyn, Physica A 93 (1978) 138.

use super::fixed::{
    Factor, Fixed, Tangents, add, add_product, fraction_bits, from_big, is_correlator, large,
    negate, shift_up, small, to_big,
};
use crate::numeric::DoubleDouble;
use num_bigint::BigInt;
use num_traits::{One, Signed, ToPrimitive, Zero};
use rayon::prelude::*;
use std::collections::HashMap;

/// Word products in one step from which on it is worth two threads.
pub(super) const PARALLEL: usize = 60_000;

/// One step; spins are named by their places in the matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The first spin.
    Start { at: usize },
    /// A new spin in the place of the one it hangs on, which nothing else will touch.
    Replace { host: usize, edge: usize },
    /// A new spin beside its host.
    Attach { at: usize, host: usize, edge: usize },
    /// A bond between neighbours on the face.
    Join { a: usize, b: usize, edge: usize },
    /// A spin that is done with.
    Drop { at: usize },
    /// Another order around the face, of the same spins.
    Order(Vec<usize>),
}

/// The numbers ran out of the bounds that hold for correlators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PrecisionLost;

/// A positive number as `m · 2^e`, `m` in `[1, 2)`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weight {
    pub(super) mantissa: DoubleDouble,
    pub(super) exponent: i64,
    /// Products on the way, each right to 2⁻¹⁰⁰.
    pub(super) factors: f64,
}

impl Weight {
    pub(super) const ONE: Self = Self {
        mantissa: DoubleDouble::ONE,
        exponent: 0,
        factors: 0.0,
    };

    pub(super) fn multiply(&mut self, by: DoubleDouble, exponent: i64) {
        let product = self.mantissa * by;
        let (_, shift) = libm::frexp(product.hi);
        self.mantissa = product.scale_by_power_of_two(1 - shift);
        self.exponent += exponent + i64::from(shift) - 1;
        self.factors += 1.0;
    }

    /// Multiplies by `x · 2^{−bits}`.
    fn multiply_big(&mut self, x: &BigInt, bits: u64) {
        let drop = x.bits().saturating_sub(120);
        let top = x >> drop;
        let high = top.to_f64().unwrap_or(0.0);
        // Both words of a number of 120 bits.
        let exact = BigInt::from(high as i128);
        let low = (&top - exact).to_f64().unwrap_or(0.0);
        self.multiply(DoubleDouble::from_sum(high, low), drop as i64 - bits as i64);
    }
}

/// Z and C of a growing graph, in numbers of N words.
#[derive(Clone)]
pub(super) struct Boundary<const N: usize> {
    /// Lower triangle: row i holds `C_ij`, `j < i`.
    rows: Vec<Vec<Fixed<N>>>,
    /// The places in use, around the face.
    pub(super) order: Vec<usize>,
    /// `∏ D`.
    pub(super) weight: Weight,
    /// Ordered pairs that were rounded: with the units of one rounding, the size of all perturbations.
    pub(super) rounded: f64,
}

/// `tanh K` of all edges in N words.
pub(super) struct Couplings<const N: usize> {
    tanh: Vec<Fixed<N>>,
}

impl<const N: usize> Couplings<N> {
    pub(super) fn new(couplings: &[f64]) -> Self {
        let tangents = Tangents::new(fraction_bits(N));
        let mut known = HashMap::<u64, Fixed<N>>::new();
        let tanh = couplings
            .iter()
            .map(|&k| {
                *known
                    .entry(k.abs().to_bits())
                    .or_insert_with(|| from_big(&tangents.tanh(k.abs())).unwrap_or([0; N]))
            })
            .zip(couplings)
            .map(|(t, &k)| if k < 0.0 { negate(&t) } else { t })
            .collect();
        Self { tanh }
    }

    pub(super) fn get(&self, edge: usize) -> Fixed<N> {
        self.tanh[edge]
    }

    /// One more bond, that makes its ends equal.
    pub(super) fn push_equal(&mut self) -> usize {
        self.tanh.push(one());
        self.tanh.len() - 1
    }

    /// The same with the ends of one bond made equal, or opposite.
    pub(super) fn with_equal_ends(&self, edge: usize, opposite: bool) -> Self {
        let mut tanh = self.tanh.clone();
        tanh[edge] = if opposite { negate(&one()) } else { one() };
        Self { tanh }
    }
}

fn one<const N: usize>() -> Fixed<N> {
    let mut x = [0; N];
    x[N - 1] = 1 << 61;
    x
}

/// `x y`, off by less than N units.
fn product<const N: usize>(x: &Factor<N>, y: &Fixed<N>) -> Fixed<N> {
    let mut out = [0; N];
    add_product(&mut out, x, &large(y), false);
    out
}

impl<const N: usize> Boundary<N> {
    pub(super) fn new(places: usize) -> Self {
        Self {
            rows: (0..places).map(|i| vec![[0; N]; i]).collect(),
            order: Vec::new(),
            weight: Weight::ONE,
            rounded: 0.0,
        }
    }

    /// Units by which an entry that is rounded once may be off.
    ///
    /// A join: two products, N each; `w` is off by 2 from the rounded `t/D̂` times at most 2, and N of its own
    /// product, and enters twice. The rows of a and b lose less.
    pub(super) fn units() -> f64 {
        4.0 * N as f64 + 16.0
    }

    pub(super) fn get(&self, i: usize, j: usize) -> Fixed<N> {
        if i == j {
            one()
        } else {
            self.rows[i.max(j)][i.min(j)]
        }
    }

    /// Two boundaries side by side, the places of the second after those of the first and running back.
    pub(super) fn beside(first: &Self, second: &Self, places: usize) -> Self {
        let mut both = Self::new(2 * places);
        for i in 0..places {
            both.rows[i].clone_from(&first.rows[i]);
            both.rows[places + i][places..].clone_from_slice(&second.rows[i]);
        }
        let back = second.order.iter().rev().map(|&x| places + x);
        both.order = first.order.iter().copied().chain(back).collect();
        both.rounded = first.rounded + second.rounded;
        both
    }

    /// Bytes of all numbers.
    #[cfg(test)]
    pub(super) fn bytes_of_rows(&self) -> usize {
        let numbers: usize = self.rows.iter().map(Vec::capacity).sum();
        8 * N * numbers
    }

    /// The same state without the numbers of places that are not in use.
    pub(super) fn in_use(&self) -> Self {
        let mut rows = vec![Vec::new(); self.rows.len()];
        for &i in &self.order {
            rows[i].clone_from(&self.rows[i]);
        }
        Self {
            rows,
            order: self.order.clone(),
            weight: self.weight,
            rounded: self.rounded,
        }
    }

    /// Makes two neighbours equal, or opposite.
    pub(super) fn equate(&mut self, a: usize, b: usize, equal: bool) -> Result<(), PrecisionLost> {
        let t = if equal { one() } else { negate(&one()) };
        self.join(a, b, &t)
    }

    fn set(&mut self, i: usize, j: usize, x: Fixed<N>) {
        self.rows[i.max(j)][i.min(j)] = x;
    }

    /// Takes one step.
    pub(super) fn step(
        &mut self,
        step: &Step,
        couplings: &Couplings<N>,
    ) -> Result<(), PrecisionLost> {
        match *step {
            Step::Start { at } => self.order.push(at),
            Step::Replace { host, edge } => {
                let t = small(&couplings.tanh[edge]);
                for k in 0..self.order.len() {
                    let j = self.order[k];
                    if j != host {
                        let x = product(&t, &self.get(host, j));
                        self.set(host, j, x);
                    }
                }
                self.rounded += 2.0 * self.order.len() as f64;
            }
            Step::Attach { at, host, edge } => {
                let t = couplings.tanh[edge];
                let t_factor = small(&t);
                for k in 0..self.order.len() {
                    let j = self.order[k];
                    let x = if j == host {
                        t
                    } else {
                        product(&t_factor, &self.get(host, j))
                    };
                    self.set(at, j, x);
                }
                self.rounded += 2.0 * self.order.len() as f64;
                let place = self.order.iter().position(|&x| x == host).unwrap_or(0);
                self.order.insert(place + 1, at);
            }
            Step::Join { a, b, edge } => {
                let t = couplings.tanh[edge];
                self.join(a, b, &t)?;
            }
            Step::Drop { at } => self.order.retain(|&x| x != at),
            Step::Order(ref order) => self.order.clone_from(order),
        }
        Ok(())
    }

    /// Multiplies by `1 + t s_a s_b`, `|t| ≤ 1`, a and b neighbours around the face.
    pub(super) fn join(&mut self, a: usize, b: usize, t: &Fixed<N>) -> Result<(), PrecisionLost> {
        let bits = fraction_bits(N);
        let big_t = to_big(t);
        if big_t.is_zero() {
            return Ok(());
        }
        let w = self.order.len();
        // Around from b to a: a and b are neighbours either way.
        let place = self
            .order
            .iter()
            .position(|&x| x == b)
            .ok_or(PrecisionLost)?;
        let forward = self.order[(place + w - 1) % w] == a;
        let around: Vec<usize> = (1..w - 1)
            .map(|k| {
                if forward {
                    self.order[(place + k) % w]
                } else {
                    self.order[(place + w - k) % w]
                }
            })
            .collect();
        debug_assert!(
            forward || self.order[(place + 1) % w] == a,
            "not neighbours"
        );
        let c_ab = self.get(a, b);
        let unit = BigInt::one() << bits;
        // D exactly, in units of 2^{−2·bits}.
        let d = (&unit << bits) + &big_t * to_big(&c_ab);
        if !d.is_positive() {
            return Err(PrecisionLost);
        }
        self.weight.multiply_big(&d, 2 * bits);
        // D̂ = D 2^shift in [1, 2), or D itself from one on.
        let shift = (2 * bits + 1).saturating_sub(d.bits());
        let quotient = (&big_t.abs() << (2 * bits)) / (&d << shift);
        let gap = &unit - big_t.abs();
        let rho = ((&gap << (2 * bits)) / &d).min(unit);
        let (Some(quotient), Some(rho)) = (from_big::<N>(&quotient), from_big::<N>(&rho)) else {
            return Err(PrecisionLost);
        };
        let (quotient, rho) = (small(&quotient), small(&rho));
        let sigma = big_t.is_negative();
        let places = self.rows.len();
        let mut u = vec![Factor::<N>::ZERO; places];
        let mut u_small = u.clone();
        let mut v = u.clone();
        let mut v_large = u.clone();
        let mut rank = vec![usize::MAX; places];
        for (k, &i) in around.iter().enumerate() {
            let (ai, bi) = (self.get(a, i), self.get(b, i));
            let signed = |x: &Fixed<N>| if sigma { negate(x) } else { *x };
            let sum = add(&bi, &signed(&ai));
            // |t|/D̂ · (C_bi + σ C_ai) 2^shift, with the sign of t.
            let sum = shift_up(&signed(&sum), shift as usize);
            let wi = product(&quotient, &sum);
            let new_a = add(&product(&rho, &ai), &wi);
            let new_b = add(&product(&rho, &bi), &signed(&wi));
            if !(is_correlator(&wi) && is_correlator(&new_a) && is_correlator(&new_b)) {
                return Err(PrecisionLost);
            }
            rank[i] = k;
            (u[i], u_small[i]) = (large(&ai), small(&ai));
            (v[i], v_large[i]) = (small(&wi), large(&wi));
            self.set(a, i, new_a);
            self.set(b, i, new_b);
        }
        // C_ab' = σ (1 − ρ (1 − σ C_ab)).
        let signed_ab = if sigma { negate(&c_ab) } else { c_ab };
        let rest = add(&one(), &negate(&signed_ab));
        let new_ab = add(&one(), &negate(&product(&rho, &rest)));
        self.set(a, b, if sigma { negate(&new_ab) } else { new_ab });
        self.rounded += (w * w) as f64;
        let mut active = around;
        active.sort_unstable();
        let update = |i: usize, row: &mut [Fixed<N>]| {
            if rank[i] == usize::MAX {
                return;
            }
            for &j in active.iter().take_while(|&&j| j < i) {
                // +C_aj w_i − C_ai w_j where i comes first, the opposite where j does.
                let opposite = rank[i] > rank[j];
                add_product(&mut row[j], &v[i], &u[j], opposite);
                add_product(&mut row[j], &u_small[i], &v_large[j], !opposite);
            }
        };
        if active.len() * active.len() / 2 * N * N > PARALLEL {
            self.rows
                .par_iter_mut()
                .enumerate()
                .with_min_len(4)
                .for_each(|(i, row)| update(i, row));
        } else {
            for (i, row) in self.rows.iter_mut().enumerate() {
                update(i, row);
            }
        }
        Ok(())
    }
}
