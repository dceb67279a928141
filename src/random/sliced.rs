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
use super::wide::Lanes;

/// A word of 128 bits.
pub(super) trait Slice: Copy {
    /// From a number.
    fn new(bits: u128) -> Self;
    /// The two halves, low one first.
    fn halves(self) -> [u64; 2];
    /// Bitwise exclusive or.
    fn xor(self, other: Self) -> Self;
    /// Bitwise and.
    fn and(self, other: Self) -> Self;
    /// Bitwise or.
    fn or(self, other: Self) -> Self;
    /// Bitwise `self & !other`.
    fn and_not(self, other: Self) -> Self;
    /// Both halves shifted to the right.
    fn right<const BY: i32>(self) -> Self;
    /// Both halves shifted to the left.
    fn left<const BY: i32>(self) -> Self;
    /// The bytes of the low halves (the high halves) of two words in turn.
    fn in_turn(self, other: Self) -> [Self; 2];
}

/// Two halves, on any processor; where the architecture has registers that serve better, the tests use it alone.
#[cfg(any(test, not(target_arch = "x86_64")))]
#[derive(Clone, Copy, Debug)]
pub(super) struct Halves([u64; 2]);

#[cfg(any(test, not(target_arch = "x86_64")))]
impl Slice for Halves {
    #[inline(always)]
    fn new(bits: u128) -> Self {
        Self([bits as u64, (bits >> 64) as u64])
    }
    #[inline(always)]
    fn halves(self) -> [u64; 2] {
        self.0
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self([self.0[0] ^ other.0[0], self.0[1] ^ other.0[1]])
    }
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self([self.0[0] & other.0[0], self.0[1] & other.0[1]])
    }
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self([self.0[0] | other.0[0], self.0[1] | other.0[1]])
    }
    #[inline(always)]
    fn and_not(self, other: Self) -> Self {
        Self([self.0[0] & !other.0[0], self.0[1] & !other.0[1]])
    }
    #[inline(always)]
    fn right<const BY: i32>(self) -> Self {
        Self(self.0.map(|half| half >> BY))
    }
    #[inline(always)]
    fn left<const BY: i32>(self) -> Self {
        Self(self.0.map(|half| half << BY))
    }
    #[inline(always)]
    fn in_turn(self, other: Self) -> [Self; 2] {
        [0, 1].map(|half| {
            let (a, b) = (self.0[half].to_le_bytes(), other.0[half].to_le_bytes());
            Self([0, 4].map(|from| {
                u64::from_le_bytes(std::array::from_fn(|k| {
                    if k % 2 == 0 {
                        a[from + k / 2]
                    } else {
                        b[from + k / 2]
                    }
                }))
            }))
        })
    }
}

/// One bit of 128 blocks in each element; bit `b` of byte `k` is element `8 k + b`.
type Planes<S> = [S; 128];

/// The substitution of AES without its constant 0x63, lowest bit first.
///
/// The circuit of Boyar and Peralta: a linear map to 22 sums, the inverse by way of subfields, and a linear
/// map of 18 products.
#[inline(always)]
fn substitute<S: Slice>(x: [S; 8]) -> [S; 8] {
    let [x7, x6, x5, x4, x3, x2, x1, x0] = x;
    // Sums of the input.
    let y14 = x3.xor(x5);
    let y13 = x0.xor(x6);
    let y9 = x0.xor(x3);
    let y8 = x0.xor(x5);
    let t0 = x1.xor(x2);
    let y1 = t0.xor(x7);
    let y4 = y1.xor(x3);
    let y12 = y13.xor(y14);
    let y2 = y1.xor(x0);
    let y5 = y1.xor(x6);
    let y3 = y5.xor(y8);
    let t1 = x4.xor(y12);
    let y15 = t1.xor(x5);
    let y20 = t1.xor(x1);
    let y6 = y15.xor(x7);
    let y10 = y15.xor(t0);
    let y11 = y20.xor(y9);
    let y7 = x7.xor(y11);
    let y17 = y10.xor(y11);
    let y19 = y10.xor(y8);
    let y16 = t0.xor(y11);
    let y21 = y13.xor(y16);
    let y18 = x0.xor(y16);
    // The norm in the field of 16 elements.
    let t2 = y12.and(y15);
    let t4 = y3.and(y6).xor(t2);
    let t6 = y4.and(x7).xor(t2);
    let t7 = y13.and(y16);
    let t9 = y5.and(y1).xor(t7);
    let t11 = y2.and(y7).xor(t7);
    let t12 = y9.and(y11);
    let t14 = y14.and(y17).xor(t12);
    let t16 = y8.and(y10).xor(t12);
    let t21 = t4.xor(t14).xor(y20);
    let t22 = t6.xor(t16).xor(y19);
    let t23 = t9.xor(t14).xor(y21);
    let t24 = t11.xor(t16).xor(y18);
    // Its inverse.
    let t25 = t21.xor(t22);
    let t26 = t21.and(t23);
    let t27 = t24.xor(t26);
    let t29 = t25.and(t27).xor(t22);
    let t30 = t23.xor(t24);
    let t33 = t22.xor(t26).and(t30).xor(t24);
    let t34 = t23.xor(t33);
    let t35 = t27.xor(t33);
    let t36 = t24.and(t35);
    let t37 = t36.xor(t34);
    let t38 = t27.xor(t36);
    let t40 = t25.xor(t29.and(t38));
    let t41 = t40.xor(t37);
    let t42 = t29.xor(t33);
    let t43 = t29.xor(t40);
    let t44 = t33.xor(t37);
    let t45 = t42.xor(t41);
    // Products of the inverse with the input.
    let z0 = t44.and(y15);
    let z1 = t37.and(y6);
    let z2 = t33.and(x7);
    let z3 = t43.and(y16);
    let z4 = t40.and(y1);
    let z5 = t29.and(y7);
    let z6 = t42.and(y11);
    let z7 = t45.and(y17);
    let z8 = t41.and(y10);
    let z9 = t44.and(y12);
    let z10 = t37.and(y3);
    let z11 = t33.and(y4);
    let z12 = t43.and(y13);
    let z13 = t40.and(y5);
    let z14 = t29.and(y2);
    let z15 = t42.and(y9);
    let z16 = t45.and(y14);
    let z17 = t41.and(y8);
    // Sums of the products.
    let u46 = z15.xor(z16);
    let u48 = z5.xor(z13);
    let u53 = z0.xor(z3);
    let u54 = z6.xor(z7);
    let u57 = z2.xor(z12).xor(u53);
    let u58 = z4.xor(u46);
    let u59 = z3.xor(u54);
    let u62 = z7.xor(z8).xor(u58);
    let u63 = z9.xor(z10).xor(u58);
    let u64 = z4.xor(u59);
    let u65 = z14.xor(u57).xor(u62);
    let u66 = z1.xor(u63);
    let s0 = u59.xor(u63);
    let s6 = z12.xor(u48).xor(u62);
    let s7 = u48.xor(u46.xor(u57));
    let s3 = u53.xor(u66);
    let s4 = z2.xor(z5).xor(u66);
    let s5 = z10.xor(z11).xor(u65);
    let s1 = u64.xor(s3);
    let s2 = z16.xor(z17).xor(u64.xor(u65));
    [s7, s6, s5, s4, s3, s2, s1, s0]
}

/// One byte of all blocks.
#[inline(always)]
fn byte<S: Slice>(planes: &Planes<S>, at: usize) -> [S; 8] {
    std::array::from_fn(|k| planes[8 * at + k])
}

/// Where the byte of a row and column comes from: row `r` is turned by `r` columns.
const fn source(column: usize, row: usize) -> usize {
    4 * ((column + row) % 4) + row
}

/// Substitution of all bytes.
#[inline(always)]
fn substitute_all<S: Slice>(state: &mut Planes<S>) {
    for at in 0..16 {
        let s = substitute(byte(state, at));
        state[8 * at..8 * at + 8].copy_from_slice(&s);
    }
}

/// Turns the rows, mixes the columns, adds a key.
#[inline(always)]
fn mix<S: Slice>(state: &Planes<S>, key: &Planes<S>, mixed: &mut Planes<S>) {
    for column in 0..4 {
        let from = [0, 1, 2, 3].map(|row| 8 * source(column, row));
        // A row plus the next, bit by bit: doubled in the field, it is what the row needs besides the sum of the
        // three others.
        let top = pairs(state, from, 7);
        let mut below = top;
        for k in 0..8 {
            let pairs = pairs(state, from, k);
            let all = pairs[0].xor(pairs[2]);
            for row in 0..4 {
                let to = 8 * (4 * column + row) + k;
                let twice = if k == 1 || k == 3 || k == 4 {
                    below[row].xor(top[row])
                } else {
                    below[row]
                };
                let others = state[from[row] + k].xor(all);
                mixed[to] = others.xor(twice).xor(key[to]);
            }
            below = pairs;
        }
    }
}

/// Bit `k` of each row plus the next.
#[inline(always)]
fn pairs<S: Slice>(state: &Planes<S>, from: [usize; 4], k: usize) -> [S; 4] {
    let [a, b, c, d] = from.map(|at| state[at + k]);
    [a.xor(b), b.xor(c), c.xor(d), d.xor(a)]
}

/// Exchanges bit `j` of word `k` with bit `k` of word `j`, in each byte.
#[inline(always)]
fn turn_bits<S: Slice>(mut x: [S; 8]) -> [S; 8] {
    macro_rules! stage {
        ($by:literal, $mask:literal) => {
            let mask = S::new($mask << 64 | $mask);
            for k in 0..8 {
                if k & $by == 0 {
                    let t = x[k].right::<$by>().xor(x[k + $by]).and(mask);
                    x[k + $by] = x[k + $by].xor(t);
                    x[k] = x[k].xor(t.left::<$by>());
                }
            }
        };
    }
    stage!(1, 0x5555_5555_5555_5555_u128);
    stage!(2, 0x3333_3333_3333_3333_u128);
    stage!(4, 0x0f0f_0f0f_0f0f_0f0f_u128);
    x
}

/// Exchanges byte `j` of word `k` with byte `k` of word `j`.
#[inline(always)]
fn turn_bytes<S: Slice>(x: [S; 16]) -> [S; 16] {
    interleave(interleave(interleave(interleave(x))))
}

/// The bytes of words `k` and `k + 8` in turn, as words `2 k` and `2 k + 1`.
#[inline(always)]
fn interleave<S: Slice>(from: [S; 16]) -> [S; 16] {
    let mut x = from;
    for k in 0..8 {
        [x[2 * k], x[2 * k + 1]] = from[k].in_turn(from[k + 8]);
    }
    x
}

/// The planes of 128 blocks.
fn planes_of<S: Slice>(blocks: &[S; 128]) -> Planes<S> {
    let mut planes = *blocks;
    for bit in 0..8 {
        let bytes = turn_bytes(std::array::from_fn(|k| blocks[8 * k + bit]));
        for k in 0..16 {
            planes[8 * k + bit] = bytes[k];
        }
    }
    for k in 0..16 {
        let bits = turn_bits(byte(&planes, k));
        planes[8 * k..8 * k + 8].copy_from_slice(&bits);
    }
    planes
}

/// The last round: substitution, rows turned, a key; and back from planes to blocks.
#[inline(always)]
fn last_round<S: Slice>(
    state: &Planes<S>,
    key: &Planes<S>,
    turned: &mut Planes<S>,
    mut write: impl FnMut(usize, S),
) {
    for column in 0..4 {
        for row in 0..4 {
            let mut x = substitute(byte(state, source(column, row)));
            let to = 8 * (4 * column + row);
            for k in 0..8 {
                x[k] = x[k].xor(key[to + k]);
            }
            turned[to..to + 8].copy_from_slice(&turn_bits(x));
        }
    }
    for bit in 0..8 {
        let bytes = turn_bytes(std::array::from_fn(|k| turned[8 * k + bit]));
        for k in 0..16 {
            write(8 * k + bit, bytes[k]);
        }
    }
}

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
#[inline(always)]
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

/// Units that are made at once.
pub(super) const AHEAD: usize = 8;

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
            unit.words % 4 == 0 && (16..=128).contains(&unit.words),
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
    #[inline(always)]
    pub(super) fn words(&self) -> usize {
        self.unit.words
    }

    /// Word of a sequence, counted from the place that [`Sliced::place`] gave.
    #[inline(always)]
    pub(super) fn word(&self, sequence: usize, at: usize) -> &Lanes {
        &self.ready[sequence].words[at]
    }

    /// Where the unit of a region begins, made now if it is not ready; `left` units will follow, this one counted.
    #[inline(always)]
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
    use crate::random::ars::SUBSTITUTION;
    use crate::random::{ROUNDS, Seed, ars};

    #[test]
    fn circuit_is_the_substitution_of_the_standard() {
        for half in 0..2_usize {
            let planes: [Halves; 8] = std::array::from_fn(|bit| {
                let ones = (0..128).filter(|x| (128 * half + x) >> bit & 1 == 1);
                Halves::new(ones.fold(0, |all, x| all | 1 << x))
            });
            let out = substitute(planes);
            for x in 0..128 {
                let byte = (0..8).fold(0, |byte, bit| {
                    byte | ((out[bit].halves()[x / 64] >> (x % 64) & 1) as u8) << bit
                });
                assert_eq!(byte ^ 0x63, SUBSTITUTION[128 * half + x], "{x}");
            }
        }
    }

    #[test]
    fn planes_are_the_bits_of_blocks() {
        let mut stream = Seed(6).stream("sliced", 0);
        let blocks: [Halves; 128] =
            std::array::from_fn(|_| Halves([stream.next_u64(), stream.next_u64()]));
        let planes = planes_of(&blocks);
        for (p, plane) in planes.iter().enumerate() {
            for (b, block) in blocks.iter().enumerate() {
                assert_eq!(
                    plane.halves()[b / 64] >> (b % 64) & 1,
                    block.halves()[p / 64] >> (p % 64) & 1
                );
            }
        }
    }

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
