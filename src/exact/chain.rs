//! The Ising chain by its 2×2 transfer matrix: open or closed, with a field, of any length.
//!
//! ```text
//! 𝒦(s) = K Σ s_i s_{i+1} + h Σ s_i,   V(s, s′) = e^{K s s′ + h (s + s′)/2}
//! ```

use crate::numeric::Enclosure;
use crate::symbolic::{Field, Ring};

/// The symmetric 2×2 matrix of a bond's weights, over any ring.
///
/// ```text
/// V = ( plus   mixed )  =  ( e^{K+h}  e^{−K}  )
///     ( mixed  minus )     ( e^{−K}   e^{K−h} )
/// ```
/// Products are only ever taken of powers of one matrix, which are symmetric too.
#[derive(Clone, Debug, PartialEq)]
pub struct TransferMatrix<T> {
    /// Weight of a bond between two up spins.
    pub plus: T,
    /// Weight of a bond between unlike spins.
    pub mixed: T,
    /// Weight of a bond between two down spins.
    pub minus: T,
}

impl<T: Field> TransferMatrix<T> {
    /// The matrix of an Ising bond with `t = e^K` and `x = e^h`.
    pub fn ising(t: &T, x: &T) -> Self {
        Self {
            plus: t.clone() * x.clone(),
            mixed: T::one() / t.clone(),
            minus: t.clone() / x.clone(),
        }
    }

    /// The coupling, field and constant of the Ising bond that has this matrix.
    ///
    /// ```text
    /// V = e^g V(K, h):   e^{4K} = V₊₊V₋₋/V₊₋²,   e^{2h} = V₊₊/V₋₋,   e^{4g} = V₊₊V₋₋V₊₋²
    /// ```
    /// Returns `(e^{4K}, e^{2h}, e^{4g})`: these powers, and no lower ones, are rational in the entries.
    pub fn couplings(&self) -> (T, T, T) {
        let like = self.plus.clone() * self.minus.clone();
        let unlike = self.mixed.clone() * self.mixed.clone();
        (
            like.clone() / unlike.clone(),
            self.plus.clone() / self.minus.clone(),
            like * unlike,
        )
    }
}

impl<T: Ring> TransferMatrix<T> {
    fn identity() -> Self {
        Self {
            plus: T::one(),
            mixed: T::zero(),
            minus: T::one(),
        }
    }

    /// The product with another power of the same matrix.
    fn times(&self, other: &Self) -> Self {
        let cross = self.mixed.clone() * other.mixed.clone();
        Self {
            plus: self.plus.clone() * other.plus.clone() + cross.clone(),
            mixed: self.plus.clone() * other.mixed.clone()
                + self.mixed.clone() * other.minus.clone(),
            minus: cross + self.minus.clone() * other.minus.clone(),
        }
    }

    /// The matrix of `length` bonds in a row with the spins between them summed over.
    pub fn pow(&self, length: u32) -> Self {
        let mut result = Self::identity();
        for bit in (0..u32::BITS - length.leading_zeros()).rev() {
            result = result.times(&result);
            if length >> bit & 1 == 1 {
                result = result.times(self);
            }
        }
        result
    }

    /// Z of a ring, `tr V^n`; a ring of one spin has a bond from the spin to itself.
    pub fn ring_partition(&self, spins: u32) -> T {
        let power = self.pow(spins);
        power.plus + power.minus
    }

    /// `Σ_s s₀ e^𝒦 = tr(σ V^n)` of a ring, which is Z times the magnetization.
    pub fn ring_spin_sum(&self, spins: u32) -> T {
        let power = self.pow(spins);
        power.plus - power.minus
    }

    /// `Σ_s s₀ s_r e^𝒦 = tr(σ V^r σ V^{n−r})` of a ring, which is Z times the correlator.
    ///
    /// # Panics
    /// If the distance is more than the number of spins.
    pub fn ring_pair_sum(&self, spins: u32, distance: u32) -> T {
        assert!(distance <= spins, "a distance goes around the ring once");
        let near = self.pow(distance);
        let far = self.pow(spins - distance);
        let cross = near.mixed * far.mixed;
        near.plus * far.plus + near.minus * far.minus - (cross.clone() + cross)
    }
}

/// Z of an open chain by the row of its partial sums, for `t = e^K` and `x = e^h`.
///
/// ```text
/// v₁(s) = x^s,   v_{i+1}(s′) = x^{s′} Σ_s t^{s s′} v_i(s),   Z = Σ_s v_n(s)
/// ```
/// # Panics
/// If there is no spin.
pub fn open_chain_partition<T: Field>(spins: u32, t: &T, x: &T) -> T {
    assert!(spins > 0, "a chain needs a spin");
    let (t_inverse, x_inverse) = (T::one() / t.clone(), T::one() / x.clone());
    let (mut up, mut down) = (x.clone(), x_inverse.clone());
    for _ in 1..spins {
        let next_up = x.clone() * (t.clone() * up.clone() + t_inverse.clone() * down.clone());
        down = x_inverse.clone() * (t_inverse.clone() * up + t.clone() * down);
        up = next_up;
    }
    up + down
}

/// How a chain ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChainEnds {
    /// `n − 1` bonds.
    Open,
    /// `n` bonds, the last one back to the first spin.
    Closed,
}

/// Z of a chain by summing all 2^n states, for `t = e^K` and `x = e^h`; shares nothing with the
/// transfer matrix.
///
/// # Panics
/// For no spin or more than 24.
pub fn chain_by_enumeration<T: Field>(spins: u32, ends: ChainEnds, t: &T, x: &T) -> T {
    assert!(
        (1..=24).contains(&spins),
        "1 to 24 spins can be enumerated here"
    );
    let n = spins as usize;
    let bonds = if ends == ChainEnds::Closed { n } else { n - 1 };
    // How many states have a given number of unsatisfied bonds and of down spins.
    let mut counts = vec![vec![0_u32; n + 1]; bonds + 1];
    for state in 0..1_u32 << n {
        let spin = |i: usize| state >> (i % n) & 1;
        let unlike = (0..bonds).filter(|&i| spin(i) != spin(i + 1)).count();
        let down = (0..n).filter(|&i| spin(i) == 0).count();
        counts[unlike][down] += 1;
    }
    let t_powers = signed_powers(t, bonds);
    let x_powers = signed_powers(x, n);
    let mut sum = T::zero();
    for (unlike, row) in counts.into_iter().enumerate() {
        let mut inner = T::zero();
        for (down, count) in row.into_iter().enumerate() {
            inner = inner + times(count, &x_powers[down]);
        }
        sum = sum + t_powers[unlike].clone() * inner;
    }
    sum
}

/// `b^n, b^{n−2}, …, b^{−n}`.
fn signed_powers<T: Field>(base: &T, n: usize) -> Vec<T> {
    let down = T::one() / (base.clone() * base.clone());
    let mut power = (0..n).fold(T::one(), |p, _| p * base.clone());
    let mut powers = vec![power.clone()];
    for _ in 0..n {
        power = power * down.clone();
        powers.push(power.clone());
    }
    powers
}

/// `count` times a ring element.
fn times<T: Ring>(count: u32, value: &T) -> T {
    let mut result = T::zero();
    for bit in (0..u32::BITS - count.leading_zeros()).rev() {
        result = result.clone() + result;
        if count >> bit & 1 == 1 {
            result = result + value.clone();
        }
    }
    result
}

/// `ln λ₊(K, h)`, the logarithm of Z per spin of the infinite chain.
///
/// ```text
/// λ₊ = e^K cosh h + √(e^{2K} sinh² h + e^{−2K})
/// ```
/// # Accuracy
/// The largest exponential is taken out first, so that nothing overflows:
/// test `eigenvalue_is_right_at_extreme_couplings`.
pub fn chain_log_z_per_spin(k: Enclosure, h: Enclosure) -> Enclosure {
    let h = h.abs();
    let largest = Enclosure::exact((k + h).mid().max((-k).mid()));
    let falloff = (-(h + h)).exp();
    let half = Enclosure::exact(0.5);
    let like = (k + h - largest).exp();
    let unlike = (-k - largest).exp();
    let even = like * half * (Enclosure::exact(1.0) + falloff);
    let odd = like * half * (Enclosure::exact(1.0) - falloff);
    largest + (even + (odd.square() + unlike.square()).sqrt()).ln()
}

/// `1/ξ = −ln|λ₋/λ₊|` of the chain, per lattice constant.
///
/// ```text
/// 1/ξ = 2 artanh σ (K ≥ 0),  2 artanh(1/σ) (K < 0),   σ = √(tanh² h + e^{−4K}/cosh² h)
/// ```
/// A coupling known only to lie around zero gives no upper bound, since ξ = 0 at K = 0.
/// # Accuracy
/// Two forms are intersected, one without cancellation for long and one for short correlations:
/// test `correlation_length_has_small_relative_error`.
pub fn chain_inverse_correlation_length(k: Enclosure, h: Enclosure) -> Enclosure {
    let one = Enclosure::exact(1.0);
    let two = Enclosure::exact(2.0);
    let h = h.abs();
    let falloff = (-(h + h)).exp();
    let tanh = (one - falloff) / (one + falloff);
    // 4/(1 + e^{−2h})², so that 1/cosh² h = e^{−2h} times it.
    let scale = (two / (one + falloff)).square();
    let four_k = Enclosure::exact(4.0) * k.abs();
    let log_cosh = h + (falloff.ln_1p() - Enclosure::exact(2.0).ln());
    // ln|1 − e^{−4|K|}|, to relative precision at both ends.
    let gap = ((two * k.abs()).sinh() * two).ln() - two * k.abs();
    let gap = if four_k.lo() > 1.0 {
        (-(-four_k).exp()).ln_1p()
    } else {
        gap
    };
    if k.hi() < 0.0 {
        let sigma_squared = tanh.square() + (four_k - (h + h)).exp() * scale;
        let by_ratio = if (four_k - (h + h)).lo() > 600.0 {
            // 1/σ ≤ cosh h e^{−2|K|}, too small to matter beyond this bound.
            let small = ((h + h - four_k) * Enclosure::exact(0.5)).exp();
            Enclosure::new(0.0, (small + small).hi())
        } else {
            two * (one / sigma_squared.sqrt()).atanh()
        };
        // (σ + 1)²/(σ² − 1) = ((1/σ + 1)² σ²)/(σ² − 1) with σ² − 1 = (e^{4|K|} − 1)/cosh² h.
        let inverse = one / sigma_squared.sqrt();
        let by_gap = two * inverse.ln_1p() + sigma_squared.ln() - gap - four_k + two * log_cosh;
        return by_ratio.intersection(by_gap).unwrap_or(by_ratio);
    }
    let sigma = (tanh.square() + (-four_k - (h + h)).exp() * scale).sqrt();
    let by_ratio = two * sigma.atanh();
    let by_gap = two * sigma.ln_1p() - gap + two * log_cosh;
    by_ratio.intersection(by_gap).unwrap_or(by_ratio)
}

/// `ln Z` of a ring of `spins` spins, however many.
///
/// ```text
/// ln Z = n ln λ₊ + ln(1 + (λ₋/λ₊)^n)
/// ```
/// λ₋ has the sign of K.
pub fn ring_log_z(spins: u64, k: Enclosure, h: Enclosure) -> Enclosure {
    let n = Enclosure::exact(spins as f64);
    let decay = (-(n * chain_inverse_correlation_length(k, h))).exp();
    let decay = Enclosure::new(decay.lo().max(0.0), decay.hi().min(1.0));
    let ratio = if k.lo() >= 0.0 || spins.is_multiple_of(2) {
        decay
    } else if k.hi() < 0.0 {
        -decay
    } else {
        decay.hull(-decay)
    };
    n * chain_log_z_per_spin(k, h) + ratio.ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbolic::RationalFunction;
    use num_rational::BigRational;

    fn q(n: i64, d: i64) -> BigRational {
        BigRational::new(n.into(), d.into())
    }

    #[test]
    fn transfer_matrix_is_the_sum_over_states() {
        let (t, x) = (q(3, 2), q(5, 4));
        let v = TransferMatrix::ising(&t, &x);
        for n in 1..=7 {
            assert_eq!(
                v.ring_partition(n),
                chain_by_enumeration(n, ChainEnds::Closed, &t, &x)
            );
            assert_eq!(
                open_chain_partition(n, &t, &x),
                chain_by_enumeration(n, ChainEnds::Open, &t, &x)
            );
        }
    }

    #[test]
    fn couplings_recover_the_bond() {
        let (t, x) = (RationalFunction::var(0), RationalFunction::var(1));
        let (k4, h2, g4) = TransferMatrix::ising(&t, &x).couplings();
        assert_eq!(k4, t.pow(4).unwrap());
        assert_eq!(h2, x.pow(2).unwrap());
        assert_eq!(g4, RationalFunction::one());
    }

    #[test]
    fn ring_correlator_at_distance_zero_and_around_is_one() {
        let v = TransferMatrix::ising(&q(2, 1), &q(3, 1));
        assert_eq!(v.ring_pair_sum(5, 0), v.ring_partition(5));
        assert_eq!(v.ring_pair_sum(5, 5), v.ring_partition(5));
        assert_eq!(v.ring_pair_sum(5, 2), v.ring_pair_sum(5, 3));
    }

    fn enclosed_ring(n: u32, k: f64, h: f64) -> Enclosure {
        let (k, h) = (Enclosure::exact(k), Enclosure::exact(h));
        TransferMatrix::ising(&k.exp(), &h.exp())
            .ring_partition(n)
            .ln()
    }

    #[test]
    fn logarithms_agree_with_the_power_of_the_matrix() {
        for n in [1_u32, 2, 7, 40] {
            for (k, h) in [
                (0.3, 0.2),
                (-0.7, 0.4),
                (-0.7, -0.1),
                (1.5, 0.0),
                (-2.0, 0.0),
                (1e-9, 0.3),
            ] {
                let direct = enclosed_ring(n, k, h);
                let closed = ring_log_z(n.into(), Enclosure::exact(k), Enclosure::exact(h));
                assert!(
                    direct.overlaps(closed),
                    "{n} {k} {h}: {direct:?} {closed:?}"
                );
                assert!(closed.width() < 1e-9, "{n} {k} {h}: {closed:?}");
            }
        }
    }

    #[test]
    fn eigenvalue_is_right_at_extreme_couplings() {
        let at = |k, h| chain_log_z_per_spin(Enclosure::exact(k), Enclosure::exact(h));
        assert!(at(1e4, 1e4).contains(2e4) && at(1e4, 1e4).width() < 1e-10);
        assert!(at(-1e4, 5.0).contains(1e4));
        assert!(at(0.0, 1e3).contains(1e3));
    }

    #[test]
    fn correlation_length_has_small_relative_error() {
        let at = |k, h| chain_inverse_correlation_length(Enclosure::exact(k), Enclosure::exact(h));
        for k in [1e-8, 0.1, 1.0, 10.0, 100.0] {
            for sign in [1.0, -1.0] {
                let x = at(sign * k, 0.0);
                let expected = if k < 1.0 {
                    -Enclosure::exact(k).tanh().ln()
                } else {
                    Enclosure::exact(2.0) * Enclosure::exact(-2.0 * k).exp().atanh()
                };
                assert!(x.overlaps(expected), "{sign} {k}: {x:?} {expected:?}");
                assert!(x.width() <= 1e-13 * x.mid(), "{sign} {k}: {x:?}");
            }
        }
        for (k, h) in [(0.5, 0.7), (-0.5, 0.7), (3.0, -2.0), (-3.0, 5.0)] {
            let x = at(k, h);
            let (kf, hf): (f64, f64) = (k, h);
            let even = kf.exp() * hf.cosh();
            let odd = (kf.exp() * hf.sinh()).hypot((-kf).exp());
            let plain = -((even - odd) / (even + odd)).abs().ln();
            assert!((x.mid() - plain).abs() < 1e-9 * (1.0 + plain), "{k} {h}");
        }
    }
}
