//! Counting set bits lane by lane, in binary digits that are words themselves.

use super::board::Board;
use crate::random::{LANES, Lanes, Program, Word};

/// Digits: enough for 2³¹ words.
const LEVELS: usize = 32;

/// Sums of bits in every lane.
///
/// At each level there are a digit and, in every second step, a word that waits: two words that
/// arrive at a level go through one full adder with its digit, and the carry goes up. One full
/// adder a word, whatever their number.
struct LaneSums<W> {
    digits: [W; LEVELS],
    waiting: [W; LEVELS],
    words: u64,
}

impl<W: Word> LaneSums<W> {
    #[inline(always)]
    fn new() -> Self {
        Self {
            digits: [W::splat(0); LEVELS],
            waiting: [W::splat(0); LEVELS],
            words: 0,
        }
    }

    #[inline(always)]
    fn add(&mut self, word: W) {
        let mut carry = word;
        let mut level = 0;
        while self.words >> level & 1 == 1 {
            let (digit, other) = (self.digits[level], self.waiting[level]);
            self.digits[level] = digit.parity(other, carry);
            carry = digit.majority(other, carry);
            level += 1;
        }
        self.waiting[level] = carry;
        self.words += 1;
    }

    #[inline(always)]
    fn sums(&self) -> [u32; LANES] {
        let mut sums = [0; LANES];
        let levels = (64 - self.words.leading_zeros()) as usize;
        for level in 0..levels {
            let mut parts = [Lanes::default(); 2];
            self.digits[level].store(&mut parts[0]);
            if self.words >> level & 1 == 1 {
                self.waiting[level].store(&mut parts[1]);
            }
            for lanes in parts {
                for (element, part) in lanes.0.iter().zip(sums.chunks_exact_mut(64)) {
                    for (k, sum) in part.iter_mut().enumerate() {
                        *sum += ((element >> k & 1) as u32) << level;
                    }
                }
            }
        }
        sums
    }
}

/// Set bits, and bonds between a set and a clear bit, in every lane.
pub(super) struct Count<'a>(pub(super) &'a Board);

impl Program for Count<'_> {
    type Output = ([u32; LANES], [u32; LANES]);

    #[inline(always)]
    fn run<W: Word>(self) -> Self::Output {
        let (mut set, mut unequal) = (LaneSums::<W>::new(), LaneSums::<W>::new());
        for row in 0..self.0.rows {
            for colour in 0..2 {
                let (own, near) = self.0.row(colour, row);
                for (k, word) in own.iter().enumerate() {
                    let word = W::load(word);
                    set.add(word);
                    if colour == 0 {
                        // Every bond has one end of this colour.
                        for side in near {
                            unequal.add(word.xor(W::load(&side[k])));
                        }
                    }
                }
            }
        }
        (set.sums(), unequal.sums())
    }
}
