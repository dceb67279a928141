//! A state of ±1 spins with the observables that come for free.

use crate::random::{Chooser, Threshold};

/// Spins ±1, with magnetisation and reduced Hamiltonian kept up to date where a kernel knows how they
/// change and recomputed on demand otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct SpinState {
    spins: Vec<i8>,
    magnetisation: Option<i64>,
    reduced_hamiltonian: Option<f64>,
}

impl SpinState {
    /// All spins up.
    pub fn up(sites: usize) -> Self {
        Self::from_valid(vec![1; sites])
    }

    /// The state with these spins; `None` if one of them is not ±1.
    pub fn new(spins: Vec<i8>) -> Option<Self> {
        spins
            .iter()
            .all(|s| s.abs() == 1)
            .then(|| Self::from_valid(spins))
    }

    fn from_valid(spins: Vec<i8>) -> Self {
        Self {
            spins,
            magnetisation: None,
            reduced_hamiltonian: None,
        }
    }

    /// The state whose spin `i` is up where bit `i` is set.
    ///
    /// # Panics
    /// If `sites` is above 64.
    pub fn from_bits(sites: usize, bits: u64) -> Self {
        assert!(sites <= 64, "a word has 64 bits");
        Self::from_valid(
            (0..sites)
                .map(|i| if bits >> i & 1 == 1 { 1 } else { -1 })
                .collect(),
        )
    }

    /// Each spin up or down with probability ½.
    pub fn random(sites: usize, chooser: &mut impl Chooser) -> Self {
        let mut spins = vec![-1; sites];
        for block in spins.chunks_mut(64) {
            let up = chooser.accept_mask(Threshold::HALF, u64::MAX >> (64 - block.len()));
            for (k, spin) in block.iter_mut().enumerate() {
                *spin = ((up >> k & 1) << 1) as i8 - 1;
            }
        }
        Self::from_valid(spins)
    }

    /// The inverse of [`SpinState::from_bits`].
    ///
    /// # Panics
    /// If there are more than 64 spins.
    pub fn bits(&self) -> u64 {
        assert!(self.spins.len() <= 64, "a word has 64 bits");
        self.spins
            .iter()
            .enumerate()
            .fold(0, |word, (i, &s)| word | u64::from(s > 0) << i)
    }

    /// The spins.
    pub fn spins(&self) -> &[i8] {
        &self.spins
    }

    /// `Σ s_i`.
    pub fn magnetisation(&mut self) -> i64 {
        let spins = &self.spins;
        *self.magnetisation.get_or_insert_with(|| sum(spins))
    }

    /// 𝒦 of the model that the state belongs to, from `compute` unless it is known already.
    ///
    /// # Accuracy
    /// After n flips by a single-site kernel within a few n roundings of the largest value it had; a
    /// cluster kernel makes it be computed anew. Test `increments_agree_with_the_sum`.
    pub fn reduced_hamiltonian(&mut self, compute: impl FnOnce(&[i8]) -> f64) -> f64 {
        let spins = &self.spins;
        *self
            .reduced_hamiltonian
            .get_or_insert_with(|| compute(spins))
    }

    /// The spins, to be changed by a kernel that does not know how the observables change.
    pub fn spins_mut(&mut self) -> &mut [i8] {
        self.forget();
        &mut self.spins
    }

    /// Drops what is known of the observables, as a kernel of another model must.
    pub fn forget(&mut self) {
        self.magnetisation = None;
        self.reduced_hamiltonian = None;
    }

    /// The spins, to be changed by a kernel that calls [`SpinState::advance`] afterwards.
    pub(super) fn spins_to_advance(&mut self) -> &mut [i8] {
        &mut self.spins
    }

    /// Books the changes of the observables.
    pub(super) fn advance(&mut self, magnetisation: i64, reduced_hamiltonian: f64) {
        if let Some(m) = &mut self.magnetisation {
            *m += magnetisation;
        }
        if let Some(k) = &mut self.reduced_hamiltonian {
            *k += reduced_hamiltonian;
        }
    }
}

fn sum(spins: &[i8]) -> i64 {
    // Blocks short enough that a sum fits into 16 bits are summed by vector instructions.
    spins
        .chunks(1 << 14)
        .map(|block| i64::from(block.iter().map(|&s| i16::from(s)).sum::<i16>()))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;

    #[test]
    fn bits_and_spins_are_inverse() {
        for bits in 0..32 {
            let mut state = SpinState::from_bits(5, bits);
            assert_eq!(state.bits(), bits);
            assert_eq!(state.magnetisation(), 2 * i64::from(bits.count_ones()) - 5);
        }
        assert!(SpinState::new(vec![1, 0]).is_none());
        assert!(SpinState::new(vec![1, -1]).is_some());
    }

    #[test]
    fn long_sums_do_not_overflow() {
        assert_eq!(SpinState::up(100_000).magnetisation(), 100_000);
        let mut state = SpinState::random(100_003, &mut Seed(1).stream("random state", 0));
        let plain: i64 = state.spins().iter().map(|&s| i64::from(s)).sum();
        assert_eq!(state.magnetisation(), plain);
        // |M| ≤ 6 √N but for a chance of 2e-9.
        assert!(plain.abs() < 1900);
    }
}
