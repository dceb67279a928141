//! Sweeps of a board, generic over the instructions.

use super::board::{Board, Boundary, Near};
use super::digits::{
    BLOCK, OWN, REMAINDER_WORD, TILE_DIGITS, TURNED, own_word, replica_region, tile_region,
    turned_word,
};
use super::flip_table::{CLASSES, Comparisons, Threshold};
use crate::random::{Lanes, Program, RoundKeys, Word};
use std::marker::PhantomData;
use std::ops::Range;

/// Whether the lanes are replicas (which may share late digits) or tiles (which share none).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    Replica,
    Tile,
}

/// Sweeps numbered by a range.
pub(super) struct Sweeps<'a, B> {
    pub(super) board: &'a mut Board,
    pub(super) rule: &'a Comparisons,
    pub(super) keys: &'a RoundKeys,
    pub(super) numbers: Range<u64>,
    pub(super) lane: Lane,
    pub(super) boundary: PhantomData<B>,
}

impl<B: Boundary> Program for Sweeps<'_, B> {
    type Output = ();

    #[inline(always)]
    fn run<W: Word>(self) {
        let rows = self.board.rows;
        for number in self.numbers.clone() {
            let mut update = |colour: usize, row: usize| {
                let shape = (self.board.columns, rows);
                let (own, near) = self.board.row_mut(colour, row);
                let place = Place {
                    keys: self.keys,
                    shape,
                    number,
                    colour,
                    row,
                };
                match (self.lane, self.rule.is_plain) {
                    (Lane::Replica, true) => replica_row::<W, true>(own, near, self.rule, &place),
                    (Lane::Replica, false) => replica_row::<W, false>(own, near, self.rule, &place),
                    (Lane::Tile, _) => tile_row::<W>(own, near, self.rule, &place),
                }
                self.board.refresh_margin::<B>(colour, row);
            };
            // The second colour follows two rows behind, while its neighbours are in the cache; a
            // row of it waits until the first colour no longer needs it and is done around it.
            for row in 0..rows {
                update(0, row);
                if row >= 2 {
                    update(1, row - 1);
                }
            }
            update(1, rows - 1);
            update(1, 0);
        }
    }
}

/// Where a row stands in the numbering of the random words.
struct Place<'a> {
    keys: &'a RoundKeys,
    shape: (usize, usize),
    number: u64,
    colour: usize,
    row: usize,
}

/// One row of one colour, late digits shared within blocks of sites.
#[inline(always)]
fn replica_row<W: Word, const PLAIN: bool>(
    own: &mut [Lanes],
    near: Near<'_>,
    rule: &Comparisons,
    place: &Place<'_>,
) {
    for (block, words) in own.chunks_mut(BLOCK).enumerate() {
        let number = replica_region(place.shape, place.colour, place.row, block);
        let region = W::region(place.keys, number, place.number);
        let late = late_digits::<W>(&region, &rule.thresholds);
        let near = near.map(|side| &side[block * BLOCK..][..words.len()]);
        for j in 0..words.len() {
            let spin = W::load(&words[j]);
            let around = near.map(|side| W::load(&side[j]));
            let flip = if PLAIN {
                let [one, none] = [0, 1].map(|t| {
                    early_digits(&region, &rule.thresholds[t], late[t].rotate(j), j)
                });
                plain_flips(spin, around, one, none)
            } else {
                let classes = classes(spin, around);
                let mut flip = select(&classes, &rule.always);
                for (threshold, late) in rule.thresholds.iter().zip(late) {
                    let below = early_digits(&region, threshold, late.rotate(j), j);
                    flip = flip.or(below.and(select(&classes, &threshold.classes)));
                }
                flip
            };
            spin.xor(flip).store(&mut words[j]);
        }
    }
}

/// The comparisons from the last digit up to the first that lanes do not share.
#[inline(always)]
fn late_digits<W: Word>(region: &W::Region, thresholds: &[Threshold]) -> [W; CLASSES] {
    let remainder = W::draw(region, REMAINDER_WORD);
    let turned: [W; TURNED] = std::array::from_fn(|k| W::draw(region, turned_word(k)));
    let mut below = [W::splat(0); CLASSES];
    for (below, threshold) in below.iter_mut().zip(thresholds) {
        *below = remainder.elements_below(threshold.remainder);
        for k in (0..TURNED).rev() {
            *below = below.less_step(turned[k], W::splat(threshold.digits[OWN + k]));
        }
    }
    below
}

/// Continues a comparison through the digits of the site's own.
#[inline(always)]
fn early_digits<W: Word>(region: &W::Region, threshold: &Threshold, late: W, site: usize) -> W {
    let mut below = late;
    for k in (0..OWN).rev() {
        let digit = W::draw(region, own_word(site, k));
        below = below.less_step(digit, W::splat(threshold.digits[k]));
    }
    below
}

/// Two or more opposing neighbours; at least one and below its threshold; below that for none,
/// which is the smaller.
#[inline(always)]
fn plain_flips<W: Word>(spin: W, near: [W; 4], one: W, none: W) -> W {
    let [a, b, c, d] = near.map(|n| n.xor(spin));
    let (some_ab, some_cd) = (a.or(b), c.or(d));
    let two = a.and(b).or(c.and(d)).or(some_ab.and(some_cd));
    two.or(some_ab.or(some_cd).and(one)).or(none)
}

/// One word for each class of site, see [`CLASSES`].
#[inline(always)]
fn classes<W: Word>(spin: W, near: [W; 4]) -> [W; CLASSES] {
    let [a, b, c, d] = near.map(|n| n.xor(spin));
    // Carry-save sum of four bits.
    let (s, carry) = (a.parity(b, c), a.majority(b, c));
    let (ones, second) = (s.xor(d), s.and(d));
    let (twos, fours) = (carry.xor(second), carry.and(second));
    let all = W::splat(u64::MAX);
    let counts = [
        all.and_not(ones).and_not(twos).and_not(fours),
        ones.and_not(twos),
        twos.and_not(ones),
        ones.and(twos),
        fours,
    ];
    std::array::from_fn(|class| {
        let count = counts[class % 5];
        if class / 5 == 1 {
            count.and(spin)
        } else {
            count.and_not(spin)
        }
    })
}

#[inline(always)]
fn select<W: Word>(classes: &[W; CLASSES], chosen: &[u64; CLASSES]) -> W {
    classes
        .iter()
        .zip(chosen)
        .fold(W::splat(0), |all, (class, &mask)| {
            all.or(class.and(W::splat(mask)))
        })
}

/// One row of one colour, every digit of a lane's own, until no lane is undecided.
#[inline(always)]
fn tile_row<W: Word>(own: &mut [Lanes], near: Near<'_>, rule: &Comparisons, place: &Place<'_>) {
    for k in 0..own.len() {
        let number = tile_region(place.shape, place.colour, place.row, k);
        let region = W::region(place.keys, number, place.number);
        let spin = W::load(&own[k]);
        let around = near.map(|side| W::load(&side[k]));
        let flip = if rule.is_plain {
            let [a, b, c, d] = around.map(|n| n.xor(spin));
            let (some_ab, some_cd) = (a.or(b), c.or(d));
            let some = some_ab.or(some_cd);
            let two = a.and(b).or(c.and(d)).or(some_ab.and(some_cd));
            let thresholds = [&rule.thresholds[0], &rule.thresholds[1]];
            let open = [some.and_not(two), W::splat(u64::MAX).and_not(some)];
            two.or(below::<W, 2>(&region, thresholds, open))
        } else {
            let classes = classes(spin, around);
            let mut flip = select(&classes, &rule.always);
            for threshold in &rule.thresholds {
                let open = select(&classes, &threshold.classes);
                flip = flip.or(below::<W, 1>(&region, [threshold], [open]));
            }
            flip
        };
        spin.xor(flip).store(&mut own[k]);
    }
}

/// Digits after which it is worth asking whether lanes are undecided.
const ASK_AFTER: usize = 8;

/// Which of the lanes asked for are below their threshold; each belongs to one threshold at most.
#[inline(always)]
fn below<W: Word, const N: usize>(
    region: &W::Region,
    thresholds: [&Threshold; N],
    lanes: [W; N],
) -> W {
    let none = W::splat(0);
    let mut undecided = lanes.iter().fold(none, |all, l| all.or(*l));
    let mut below = none;
    for digit in 0..TILE_DIGITS as usize {
        let own = (0..N).fold(none, |all, t| {
            all.or(lanes[t].and(W::splat(thresholds[t].digits[digit])))
        });
        let random = W::draw(region, digit);
        let differs = own.xor(random).and(undecided);
        below = below.or(differs.and(own));
        undecided = undecided.and_not(differs);
        if digit + 1 >= ASK_AFTER && undecided.is_zero() {
            break;
        }
    }
    below
}
