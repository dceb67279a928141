//! Probabilities prepared for integer comparison.

/// A probability as a multiple of 2⁻⁶³, so that a decision is one integer comparison.
///
/// ```text
/// accepted  ⇔  ⌊word / 2⌋ < t,   P = t / 2⁶³,   t ∈ {0, …, 2⁶³}
/// ```
/// Both ends are exact: 0 never and 1 always accepts.
///
/// # Accuracy
/// [`Threshold::new`] moves a probability by at most 2⁻⁶⁴, and not at all from 2⁻¹⁰ on: test
/// `probabilities_are_kept`. Below 2⁻⁶⁴ a probability becomes 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Threshold(u64);

/// 2⁶³.
const ONE: u64 = 1 << 63;

impl Threshold {
    /// Accepts nothing.
    pub const NEVER: Self = Self(0);
    /// A fair coin.
    pub const HALF: Self = Self(ONE / 2);
    /// Accepts everything.
    pub const ALWAYS: Self = Self(ONE);

    /// The threshold of a probability; values outside `[0, 1]` count as the nearer end, NaN as 0.
    #[inline]
    pub fn new(p: f64) -> Self {
        // The conversion saturates, and sends NaN to 0.
        Self(((p * ONE as f64).round() as u64).min(ONE))
    }

    /// The probability with which it accepts, rounded to a double.
    #[inline]
    pub fn probability(self) -> f64 {
        self.0 as f64 / ONE as f64
    }

    /// Whether a uniform word is accepted.
    #[inline]
    pub fn accepts(self, word: u64) -> bool {
        word >> 1 < self.0
    }

    /// For each bit of `mask` an independent decision, by comparing all digits of one place at once.
    ///
    /// A lane is decided at the first binary place where its random number differs from the
    /// threshold; 64 lanes need 7.3 words on average. Eight are taken before the first question whether
    /// that was enough, which would be hard to predict; a threshold of fewer digits takes one for each.
    #[inline]
    pub fn accept_mask(self, mask: u64, mut word: impl FnMut() -> u64) -> u64 {
        const AT_ONCE: u32 = 8;
        if self.0 == ONE || mask == 0 {
            return mask;
        }
        let mut digits = self.0 << 1;
        let (mut undecided, mut accepted) = (mask, 0);
        let mut compare = |digits: &mut u64| {
            let random = word();
            let digit = ((*digits as i64) >> 63) as u64;
            accepted |= undecided & digit & !random;
            undecided &= !(random ^ digit);
            *digits <<= 1;
            undecided
        };
        let mut left = mask;
        if digits << (AT_ONCE - 1) != 0 {
            for _ in 0..AT_ONCE {
                left = compare(&mut digits);
            }
        }
        while left != 0 && digits != 0 {
            left = compare(&mut digits);
        }
        accepted
    }

    /// As [`Threshold::accept_mask`] for the low four bits, with one word in almost every case: each lane
    /// compares 15 bits, and takes another word only where these are equal.
    #[inline]
    pub fn accept_nibble(self, mask: u32, mut word: impl FnMut() -> u64) -> u32 {
        // Four lanes of 16 bits, of which the highest stays free to receive the borrow.
        const LOWEST: u64 = 0x0001_0001_0001_0001;
        const HIGHEST: u64 = LOWEST << 15;
        const REST: u32 = 63 - 15;
        // Gathers the lowest bits of the lanes in the top nibble's low bits.
        let gather = |lanes: u64| (lanes.wrapping_mul(0x0001_0002_0004_0008) >> 48) as u32 & 0xf;
        let digits = word() & !HIGHEST;
        let threshold = (self.0 >> REST) * LOWEST;
        let below = !((digits | HIGHEST) - threshold) & HIGHEST;
        let equal = !(((digits ^ threshold) | HIGHEST) - LOWEST) & HIGHEST;
        let mut accepted = gather(below >> 15);
        if equal != 0 {
            let mut equal = gather(equal >> 15) & mask & !accepted;
            while equal != 0 {
                let lane = equal.trailing_zeros();
                equal &= equal - 1;
                let rest = self.0 & ((1 << REST) - 1);
                accepted |= u32::from(word() >> (64 - REST) < rest) << lane;
            }
        }
        accepted & mask
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;

    #[test]
    fn probabilities_are_kept() {
        for p in [0.0, 1.0, 0.5, 0.1, 1.0 / 3.0, 1.0 / 1024.0, 1.0 - 1e-16] {
            assert!((Threshold::new(p).probability() - p).abs() <= 0.0, "{p}");
        }
        for p in [1e-4, 1e-9, 3e-17, 1e-30] {
            assert!((Threshold::new(p).probability() - p).abs() <= 0.5 / ONE as f64);
        }
        assert_eq!(Threshold::new(-1.0), Threshold::NEVER);
        assert_eq!(Threshold::new(7.0), Threshold::ALWAYS);
        assert_eq!(Threshold::new(f64::NAN), Threshold::NEVER);
        assert!(Threshold::ALWAYS.accepts(u64::MAX) && !Threshold::NEVER.accepts(0));
    }

    /// The lane's random number, most significant digit first, from the words that were drawn.
    fn lane_word(words: &[u64], lane: u32) -> u64 {
        words
            .iter()
            .enumerate()
            .fold(0, |sum, (k, w)| sum | (w >> lane & 1) << (63 - k))
    }

    #[test]
    fn a_mask_decides_each_lane_as_its_own_word_would() {
        let mut stream = Seed(3).stream("threshold mask", 0);
        for trial in 0..500 {
            let t = match trial {
                0 => Threshold::NEVER,
                1 => Threshold::ALWAYS,
                2 => Threshold::HALF,
                _ => Threshold::new(stream.uniform().powi(1 + trial % 5)),
            };
            let words: Vec<u64> = (0..64).map(|_| stream.next_u64()).collect();
            let mask = stream.next_u64();
            let mut next = words.iter();
            let got = t.accept_mask(mask, || *next.next().unwrap());
            for lane in 0..64 {
                let want = mask >> lane & 1 == 1 && t.accepts(lane_word(&words, lane));
                assert_eq!(got >> lane & 1 == 1, want, "lane {lane} of trial {trial}");
            }
        }
    }

    #[test]
    fn a_nibble_decides_each_lane_as_its_digits_would() {
        let mut stream = Seed(4).stream("threshold nibble", 0);
        for trial in 0..2000 {
            let t = Threshold::new(stream.uniform().powi(1 + trial % 4));
            let mut first = stream.next_u64();
            let more: Vec<u64> = (0..4).map(|_| stream.next_u64()).collect();
            // Force ties, which chance would bring once in 2¹³ draws.
            let tied = stream.index(16);
            let high = t.0 >> 48;
            for lane in (0..4).filter(|lane| tied >> lane & 1 == 1) {
                first = first & !(0x7fff << (16 * lane)) | high << (16 * lane);
            }
            let mask = stream.index(16) as u32;
            let mut drawn = 0;
            let got = t.accept_nibble(mask, || {
                drawn += 1;
                if drawn == 1 { first } else { more[drawn - 2] }
            });
            let mut ties = 0;
            for lane in 0..4 {
                let mut word = (first >> (16 * lane) & 0x7fff) << 49;
                if word >> 49 == high && mask >> lane & 1 == 1 {
                    word |= more[ties] >> 15;
                    ties += 1;
                }
                let want = mask >> lane & 1 == 1 && t.accepts(word);
                assert_eq!(got >> lane & 1 == 1, want, "lane {lane} of trial {trial}");
            }
            assert_eq!(drawn, 1 + ties);
        }
        assert_eq!(Threshold::ALWAYS.accept_nibble(0b1011, || u64::MAX), 0b1011);
        assert_eq!(Threshold::ALWAYS.accept_nibble(0b1111, || 0), 0b1111);
        assert_eq!(Threshold::NEVER.accept_nibble(0b1111, || 0), 0);
    }
}
