//! The cipher without instructions for it: 128 blocks at a time, one bit of all of them in a word of 128.
//!
//! A round is then a circuit. Its only part that is not linear, the inverse in the field of 256 elements, takes
//! 115 gates a byte. The first two rounds are nearly free: they are a constant of the region and what the lowest
//! byte of the counter adds to it ([`RegionStart`]), which stays the same for many regions. So 48 bytes of 80
//! go through the circuit, in all some 55 gates for each random bit, and 13 for turning bits back into blocks.
//!
//! Blocks are made for [`AHEAD`] units at once, a unit being what one consumer draws: the first words of one
//! region or of two. Units follow each other without gaps, whatever their size.

use super::ars::{Diagonal, RegionStart, RoundKeys};
use super::circuit::{Planes, Slice, last_round, mix, planes_of, substitute, substitute_all};
use super::wide::Lanes;

/// Eight bits as eight bytes.
static SPREAD: [u64; 256] = {
    let mut table = [0; 256];
    let mut x = 0;
    while x < 256 {
        let mut k = 0;
        while k < 8 {
            table[x] |= (x as u64 >> k & 1) << (8 * k);
            k += 1;
        }
        x += 1;
    }
    table
};

/// Most regions that 128 blocks in a row belong to: units are at least 64 blocks long, or have two regions.
const MOST_REGIONS: usize = 3;

/// The state after two rounds, what is known of it plus a constant for each region; substituted.
#[inline]
fn start<S: Slice>(
    known: &Planes<S>,
    regions: &[(u128, u128); MOST_REGIONS],
    state: &mut Planes<S>,
) {
    let mut sums = [S::new(0); 1 << MOST_REGIONS];
    for (k, sum) in sums.iter_mut().enumerate() {
        let chosen = regions.iter().enumerate().filter(|(r, _)| k >> r & 1 == 1);
        *sum = S::new(chosen.fold(0, |all, (_, region)| all ^ region.0));
    }
    let [a, b, c] = regions.map(|(_, constant)| constant.to_le_bytes());
    for at in 0..16 {
        let [a, b, c] = [a[at], b[at], c[at]].map(|byte| SPREAD[usize::from(byte)]);
        let which = (a | b << 1 | c << 2).to_le_bytes();
        let x = std::array::from_fn(|k| known[8 * at + k].xor(sums[usize::from(which[k] & 7)]));
        state[8 * at..8 * at + 8].copy_from_slice(&substitute(x));
    }
}

/// Units that are made at once, where the cipher is no instruction.
pub const AHEAD: usize = 8;

/// What a consumer draws in one go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Words: a multiple of four, from 16 up to 128; those from 64 on are of the next region.
    pub words: usize,
    /// From the region of a unit to that of the next.
    pub step: u64,
}

/// Units that lie ready.
#[derive(Clone, Debug)]
struct Ready {
    first: u64,
    count: usize,
    high: u64,
    words: Vec<Lanes>,
}

/// The cipher with its keys, and the words that it has made ahead.
#[derive(Clone, Debug)]
pub(super) struct Sliced<S> {
    keys: RoundKeys,
    /// Keys of the rounds after the second, with the constant of the substitution.
    key_planes: Vec<Planes<S>>,
    unit: Unit,
    /// What the lowest bytes add, for each 128 blocks of [`AHEAD`] units; and for which diagonal.
    known: Vec<Planes<S>>,
    diagonal: Option<Diagonal>,
    ready: [Ready; 2],
}

impl<S: Slice> Sliced<S> {
    /// Nothing ready yet.
    ///
    /// # Panics
    /// If the unit has not the words that it may have.
    pub(super) fn new(keys: &RoundKeys, unit: Unit) -> Self {
        assert!(
            unit.words.is_multiple_of(4) && (16..=128).contains(&unit.words),
            "{unit:?}"
        );
        let constant = u128::MAX / 0xFF * 0x63;
        let plane = |key: u128| std::array::from_fn(|p| S::new(0_u128.wrapping_sub(key >> p & 1)));
        let ready = Ready {
            first: 0,
            count: 0,
            high: 0,
            words: vec![Lanes::default(); AHEAD * unit.words],
        };
        Self {
            keys: keys.clone(),
            key_planes: keys.0[3..].iter().map(|k| plane(k ^ constant)).collect(),
            unit,
            known: Vec::new(),
            diagonal: None,
            ready: [ready.clone(), ready],
        }
    }

    /// The keys.
    pub(super) fn keys(&self) -> &RoundKeys {
        &self.keys
    }

    /// Words per unit.
    #[inline]
    pub(super) fn words(&self) -> usize {
        self.unit.words
    }

    /// Word of a sequence, counted from the place that [`Sliced::place`] gave.
    #[inline]
    pub(super) fn word(&self, sequence: usize, at: usize) -> &Lanes {
        &self.ready[sequence].words[at]
    }

    /// Where the unit of a region begins, made now if it is not ready; `left` units will follow, this one counted.
    #[inline]
    pub(super) fn place(&mut self, sequence: usize, region: u64, high: u64, left: usize) -> usize {
        let ready = &self.ready[sequence];
        let ahead = region.wrapping_sub(ready.first) / self.unit.step;
        if ready.high == high && ahead < ready.count as u64 {
            ahead as usize * self.unit.words
        } else {
            self.make(sequence, region, high, left.min(AHEAD));
            0
        }
    }

    /// Makes `count` units.
    #[inline(never)]
    fn make(&mut self, sequence: usize, first: u64, high: u64, count: usize) {
        let per_unit = 4 * self.unit.words;
        let starts = |block: usize| {
            let region = first + self.unit.step * (block / per_unit) as u64;
            let region = region + (block % per_unit / 256) as u64;
            RegionStart::new(&self.keys, region << 8, high)
        };
        let diagonal = starts(0).diagonal;
        if self.diagonal != Some(diagonal) {
            self.diagonal = Some(diagonal);
            self.known = (0..AHEAD * per_unit)
                .step_by(128)
                .map(|from| {
                    planes_of(&std::array::from_fn(|b| {
                        S::new(diagonal.adds(((from + b) % per_unit) as u8))
                    }))
                })
                .collect();
        }
        let blocks = count * per_unit;
        let [third, fourth, fifth] = [0, 1, 2].map(|r| &self.key_planes[r]);
        let mut state = [S::new(0); 128];
        let mut mixed = state;
        let mut last: Option<(usize, RegionStart)> = None;
        let ready = &mut self.ready[sequence];
        for (from, known) in (0..blocks).step_by(128).zip(&self.known) {
            let mut regions = [(0, 0); MOST_REGIONS];
            let mut at = from;
            for region in &mut regions {
                if at == blocks.min(from + 128) {
                    break;
                }
                let begin = at / per_unit * per_unit + at % per_unit / 256 * 256;
                let end = (at / per_unit * per_unit + per_unit)
                    .min(begin + 256)
                    .min(from + 128);
                let start = match last {
                    Some((b, start)) if b == begin => start,
                    _ => starts(begin),
                };
                // A diagonal holds for 2³² regions; consumers use fewer.
                assert_eq!(start.diagonal, diagonal, "regions too far apart");
                last = Some((begin, start));
                let mask = (u128::MAX >> (128 - (end - at))) << (at - from);
                *region = (mask, start.second);
                at = end;
            }
            start(known, &regions, &mut state);
            mix(&state, third, &mut mixed);
            substitute_all(&mut mixed);
            mix(&mixed, fourth, &mut state);
            let words = &mut ready.words[from / 4..from / 4 + 32];
            last_round(&state, fifth, &mut mixed, |block, bits| {
                let halves = bits.halves();
                words[block / 4].0[2 * (block % 4)..2 * (block % 4) + 2].copy_from_slice(&halves);
            });
        }
        (ready.first, ready.count, ready.high) = (first, count, high);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::circuit::Halves;
    use crate::random::{ROUNDS, Seed, ars};

    #[test]
    fn words_are_those_of_the_plain_cipher() {
        let mut stream = Seed(6).stream("sliced", 1);
        // Units of which two, three and four begin in 128 blocks; last column full and not full.
        for (words, step, left) in [(16, 1, 8), (20, 3, 5), (52, 2, 8), (84, 2, 7), (128, 2, 3)] {
            let [high, a, b] = [(); 3].map(|()| stream.next_u64());
            let first = stream.next_u64() >> 20;
            let key = u128::from(a) << 64 | u128::from(b);
            let mut sliced = Sliced::<Halves>::new(&RoundKeys::new(key), Unit { words, step });
            for turn in 0..10 {
                let region = first + step * turn;
                let at = sliced.place(1, region, high, left);
                assert_eq!(at, turn as usize % left * words);
                for word in 0..words {
                    let region = region + (word / 64) as u64;
                    for block in 0..4 {
                        let low = region << 8 | (4 * (word % 64) + block) as u64;
                        let counter = u128::from(high) << 64 | u128::from(low);
                        let got = &sliced.word(1, at + word).0[2 * block..][..2];
                        let expected = ars(counter, key, ROUNDS);
                        assert_eq!(got, [expected as u64, (expected >> 64) as u64]);
                    }
                }
            }
        }
    }
}
