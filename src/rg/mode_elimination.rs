//! Momentum shells, and integrating out the fast modes of a ring of spins.

use num_rational::BigRational;
use num_traits::{One, Zero};
use std::collections::BTreeMap;

/// The momenta of a ring of `sites`, in units of 2π/sites: `−⌊(sites−1)/2⌋ … ⌊sites/2⌋`.
pub fn momenta(sites: i64) -> Vec<i64> {
    (-((sites - 1) / 2)..=sites / 2).collect()
}

/// The modes below the cutoff split into those with `|k| < (1−ε)Λ` and those with `(1−ε)Λ < |k| < Λ`.
pub fn shells(modes: &[i64], cutoff: &BigRational, epsilon: &BigRational) -> (Vec<i64>, Vec<i64>) {
    let edge = (BigRational::one() - epsilon) * cutoff;
    let size = |k: &i64| BigRational::from_integer(k.abs().into());
    let low = modes.iter().copied().filter(|k| size(k) < edge);
    let high = modes
        .iter()
        .copied()
        .filter(|k| edge < size(k) && size(k) < *cutoff);
    (low.collect(), high.collect())
}

/// What is left of a ring of four Ising spins when its mode of momentum π is summed over.
///
/// The slow modes are `φ(0) = Σ s` and `φ(±π/2) = Σ s e^{∓iπx/2}`, kept as the integers
/// `(φ(0), Re φ(π/2), Im φ(π/2))`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlowModes {
    /// `e^{−S_eff}` of every value of the slow modes.
    pub weights: BTreeMap<[i64; 3], BigRational>,
}

/// The slow modes of four spins.
pub fn slow_modes(spins: [i64; 4]) -> [i64; 3] {
    [spins.iter().sum(), spins[0] - spins[2], spins[3] - spins[1]]
}

/// All states of four spins.
pub fn four_spins() -> impl Iterator<Item = [i64; 4]> {
    (0..16_i64).map(|bits| [0, 1, 2, 3].map(|i| 1 - 2 * (bits >> i & 1)))
}

/// The weight of four spins in a ring with bonds of weight `like` and `1/like`.
pub fn ring_weight(spins: [i64; 4], like: &BigRational) -> BigRational {
    (0..4).fold(BigRational::one(), |w, i| {
        if spins[i] == spins[(i + 1) % 4] {
            w * like
        } else {
            w / like
        }
    })
}

impl SlowModes {
    /// Sums the mode of momentum π, `Σ s (−1)^x`, out of a ring of four spins.
    pub fn of_ring(weight: impl Fn([i64; 4]) -> BigRational) -> Self {
        let mut weights: BTreeMap<[i64; 3], BigRational> = BTreeMap::new();
        for spins in four_spins() {
            *weights
                .entry(slow_modes(spins))
                .or_insert_with(BigRational::zero) += weight(spins);
        }
        Self { weights }
    }

    /// `Σ e^{−S_eff} O(φ_<)`.
    pub fn integral(&self, observable: impl Fn([i64; 3]) -> i64) -> BigRational {
        self.weights.iter().fold(BigRational::zero(), |s, (m, w)| {
            s + BigRational::from_integer(observable(*m).into()) * w
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_of_rings() {
        assert_eq!(momenta(4), [-1, 0, 1, 2]);
        assert_eq!(momenta(5), [-2, -1, 0, 1, 2]);
    }

    #[test]
    fn the_fast_mode_distinguishes_states_with_equal_slow_modes() {
        let ring = SlowModes::of_ring(|_| BigRational::one());
        assert!(ring.weights.len() < 16);
    }
}
