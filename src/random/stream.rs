//! Independent random streams derived from one seed.

use super::words::{self, RandomWords};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// The seed that is used when none is given.
pub const DEFAULT_SEED: u64 = 20_190_612;

/// The seed of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(pub u64);

impl Default for Seed {
    fn default() -> Self {
        Self(DEFAULT_SEED)
    }
}

/// One random stream; xoshiro256++ keyed by (seed, purpose, index).
///
/// The 256-bit state is filled from a hash of the key, so two streams overlap within 2⁶⁴ draws with
/// probability below 2⁻¹²⁰. Value stability: test `stream_values_are_fixed`.
#[derive(Clone, Debug)]
pub struct Stream(Xoshiro256PlusPlus);

/// Mixing function of `SplitMix64` (Steele, Lea and Flood 2014), a bijection of the 64-bit words.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Seed {
    /// The stream for one purpose; `index` numbers batches, chains or points of the same purpose.
    pub fn stream(self, purpose: &str, index: u64) -> Stream {
        const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut key = [0_u8; 32];
        for (lane, chunk) in key.chunks_exact_mut(8).enumerate() {
            let mut h = mix(self.0.wrapping_add(GOLDEN.wrapping_mul(lane as u64 + 1)));
            h = mix(h ^ index.wrapping_mul(GOLDEN).wrapping_add(lane as u64));
            for &byte in purpose.as_bytes() {
                h = mix(h
                    .wrapping_mul(31)
                    .wrapping_add(u64::from(byte))
                    .wrapping_add(GOLDEN));
            }
            // The length closes the name, so that no name is a prefix of another.
            h = mix(h ^ (purpose.len() as u64).wrapping_mul(GOLDEN));
            chunk.copy_from_slice(&h.to_le_bytes());
        }
        Stream(Xoshiro256PlusPlus::from_seed(key))
    }
}

impl Stream {
    /// Where the stream stands, for a checkpoint: four words of xoshiro256++, little endian.
    pub fn state(&self) -> [u8; 32] {
        self.0.state()
    }

    /// The stream that stands there; `None` for all zeros, where the generator would not move.
    ///
    /// Value stability: test `a_stream_continues_from_its_state`.
    pub fn from_state(state: [u8; 32]) -> Option<Self> {
        (state != [0; 32]).then(|| Self(Xoshiro256PlusPlus::from_seed(state)))
    }

    /// 64 random bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A word for the state of another generator: mixed once more, so that the linear parts of the
    /// two generators have nothing to do with each other.
    pub(super) fn key_word(&mut self) -> u64 {
        mix(self.next_u64() ^ 0x6c61_6e65_735f_6b65)
    }

    /// A double in `[0, 1)`: a multiple of 2⁻⁵³, each equally likely.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        words::uniform(self.next_u64())
    }

    /// A double in `[low, high)`, up to rounding.
    #[inline]
    pub fn uniform_in(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// An index in `0..n`, exactly uniform (Lemire's multiplication with rejection).
    ///
    /// # Panics
    /// If `n` is zero.
    #[inline]
    pub fn index(&mut self, n: usize) -> usize {
        words::index(self, n)
    }

    /// A standard normal variate by the polar method of Marsaglia; the second one is dropped.
    pub fn normal(&mut self) -> f64 {
        words::normal(|| self.uniform())
    }
}

impl RandomWords for Stream {
    #[inline]
    fn next_word(&mut self) -> u64 {
        self.next_u64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stream_values_are_fixed() {
        let mut s = Seed(1).stream("test", 0);
        let first = [s.next_u64(), s.next_u64(), s.next_u64()];
        assert_eq!(first, EXPECTED);
    }
    const EXPECTED: [u64; 3] = [
        2_989_000_439_380_122_814,
        9_158_609_321_514_624_043,
        3_054_992_134_581_039_109,
    ];

    #[test]
    fn a_stream_continues_from_its_state() {
        let mut s = Seed(1).stream("test", 0);
        s.next_u64();
        let mut again = Stream::from_state(s.state()).unwrap();
        assert_eq!([again.next_u64(), again.next_u64()], EXPECTED[1..]);
        assert!(Stream::from_state([0; 32]).is_none());
        // The words 1, 2, 3, 4: the first output of the generator, (s₀ + s₃) rotated by 23, plus s₀.
        let mut words = [0; 32];
        for k in 0..4 {
            words[8 * k] = k as u8 + 1;
        }
        let first = Stream::from_state(words).unwrap().next_u64();
        assert_eq!(first, (5 << 23) + 1);
    }

    #[test]
    fn purpose_index_and_seed_all_matter() {
        let draw = |seed, purpose: &str, index| Seed(seed).stream(purpose, index).next_u64();
        let all = [
            draw(1, "a", 0),
            draw(2, "a", 0),
            draw(1, "b", 0),
            draw(1, "a", 1),
            draw(1, "aa", 0),
        ];
        for i in 0..all.len() {
            for j in 0..i {
                assert_ne!(all[i], all[j], "{i} and {j}");
            }
        }
    }

    #[test]
    fn index_and_uniform_have_their_moments() {
        // Means of n draws stay within 6 standard errors except with probability 2e-9.
        let n = 200_000_u32;
        let mut s = Seed(7).stream("moments", 0);
        let (mut u, mut k, mut g, mut g2) = (0.0, 0.0, 0.0, 0.0);
        for _ in 0..n {
            u += s.uniform();
            k += s.index(7) as f64;
            let z = s.normal();
            g += z;
            g2 += z * z;
        }
        let n = f64::from(n);
        assert!((u / n - 0.5).abs() < 6.0 * (1.0 / 12.0 / n).sqrt());
        assert!((k / n - 3.0).abs() < 6.0 * (4.0 / n).sqrt());
        assert!((g / n).abs() < 6.0 / n.sqrt());
        assert!((g2 / n - 1.0).abs() < 6.0 * (2.0 / n).sqrt());
    }
}
