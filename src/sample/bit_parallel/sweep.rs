//! Sweeps of a board, generic over the instructions.

use super::board::{Board, Boundary, Near};
use super::digits::{
    BLOCK, FEW, MANY, REMAINDER_WORD, TILE_DIGITS, TURNED, own_word, replica_region, tile_region,
    turned_word,
};
use super::flip_table::{CLASSES, Classes, Comparisons, Threshold};
use crate::random::{AHEAD, Lanes, Program, RoundKeys, Unit, Word};
use std::marker::PhantomData;
use std::ops::Range;

/// Whether the lanes are replicas (which may share late digits) or tiles (which share none).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// With this many digits of their own, [`FEW`] or [`MANY`].
    Replica(usize),
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
    fn run<W: Word>(mut self) {
        let rows = self.board.rows;
        let mut cipher = W::cipher(self.keys, unit(self.lane));
        for number in self.numbers.clone() {
            // The second colour follows one row behind, while its neighbours are in the cache: a
            // row of it waits until the first colour is done with it and around it, and its first
            // row waits for the last of the first colour.
            for step in 0..2 * rows {
                let (colour, row) = if step < 2 {
                    (0, step)
                } else if step >= 2 * rows - 2 {
                    (1, (2 * rows - 1 - step) * (rows - 1))
                } else if step % 2 == 0 {
                    (0, step / 2 + 1)
                } else {
                    (1, step / 2)
                };
                self.row::<W>(&mut cipher, number, colour, row);
            }
        }
    }
}

/// What the sites draw in one go.
fn unit(lane: Lane) -> Unit {
    match lane {
        Lane::Replica(own) => Unit {
            words: 1 + TURNED + own * BLOCK,
            step: 2,
        },
        // Nearly all lanes are decided by then; the rest of the words is drawn one by one.
        Lane::Tile => Unit { words: 16, step: 1 },
    }
}

impl<B: Boundary> Sweeps<'_, B> {
    #[inline(always)]
    fn row<W: Word>(&mut self, cipher: &mut W::Cipher, number: u64, colour: usize, row: usize) {
        let shape = (self.board.columns, self.board.rows);
        let (own, near) = self.board.row_mut(colour, row);
        let place = Place {
            shape,
            number,
            colour,
            row,
        };
        match (self.lane, self.rule.is_plain) {
            (Lane::Replica(FEW), true) => {
                replica_row::<W, true, FEW>(own, near, self.rule, &place, cipher);
            }
            (Lane::Replica(FEW), false) => {
                replica_row::<W, false, FEW>(own, near, self.rule, &place, cipher);
            }
            (Lane::Replica(_), true) => {
                replica_row::<W, true, MANY>(own, near, self.rule, &place, cipher);
            }
            (Lane::Replica(_), false) => {
                replica_row::<W, false, MANY>(own, near, self.rule, &place, cipher);
            }
            (Lane::Tile, _) => tile_row::<W>(own, near, self.rule, &place, cipher),
        }
        self.board.refresh_margin::<B>(colour, row);
    }
}

/// Where a row stands in the numbering of the random words.
struct Place {
    shape: (usize, usize),
    number: u64,
    colour: usize,
    row: usize,
}

impl Place {
    /// Blocks of eight sites from this one on whose turn comes one after the other: the second colour begins
    /// with its second row.
    fn units_left(&self, block: usize) -> usize {
        let (blocks, rows) = ((self.shape.0 / 2).div_ceil(BLOCK), self.shape.1);
        let rows_left = if self.colour == 1 && self.row == 0 {
            1
        } else {
            rows - self.row
        };
        rows_left * blocks - block
    }

    /// The words of a site of a tile.
    #[inline(always)]
    fn tile<W: Word>(&self, cipher: &mut W::Cipher, k: usize) -> W::Region {
        let number = tile_region(self.shape, self.colour, self.row, k);
        let left = self.shape.0 / 2 - k;
        W::regions(cipher, 0, number, self.number, left)[0]
    }
}

/// One row of one colour, late digits shared within blocks of sites.
#[inline(always)]
fn replica_row<W: Word, const PLAIN: bool, const OWN: usize>(
    own: &mut [Lanes],
    near: Near<'_>,
    rule: &Comparisons,
    place: &Place,
    cipher: &mut W::Cipher,
) {
    for (block, words) in own.chunks_mut(BLOCK).enumerate() {
        let number = replica_region(place.shape, place.colour, place.row, block);
        let left = place.units_left(block);
        let regions = W::regions(cipher, place.colour, number, place.number, left);
        let mut late = late_digits::<W, OWN>(cipher, &regions[0], &rule.thresholds);
        for j in 0..words.len() {
            let spin = W::load(&words[j]);
            let opposing = opposing(spin, near, block * BLOCK + j);
            let own = own_digits::<W, OWN>(cipher, &regions, j);
            let flip = if PLAIN {
                let one = early_digits(&own, &rule.thresholds[0], late[0]);
                let none = early_digits(&own, &rule.thresholds[1], late[1]);
                let [_, some, two] = sums(opposing);
                two.or(some.and(one)).or(none)
            } else {
                let classes = classes(spin, opposing);
                let mut flip = select(&classes, &rule.always);
                for (threshold, late) in rule.thresholds.iter().zip(&late) {
                    let below = early_digits(&own, threshold, *late);
                    flip = flip.or(below.and(select(&classes, &threshold.classes)));
                }
                flip
            };
            spin.xor(flip).store(&mut words[j]);
            // The next site reads the shared digits one element further.
            for below in &mut late[..if PLAIN { 2 } else { rule.thresholds.len() }] {
                *below = below.rotate(1);
            }
        }
    }
}

/// Which neighbours of a site oppose it. (Loops instead of closures: those would be compiled
/// without the instructions of the path.)
#[inline(always)]
fn opposing<W: Word>(spin: W, near: Near<'_>, at: usize) -> [W; 4] {
    [
        spin.xor(W::load(&near[0][at])),
        spin.xor(W::load(&near[1][at])),
        spin.xor(W::load(&near[2][at])),
        spin.xor(W::load(&near[3][at])),
    ]
}

/// None, at least one, at least two of four.
#[inline(always)]
fn sums<W: Word>([a, b, c, d]: [W; 4]) -> [W; 3] {
    let (some_ab, some_cd) = (a.or(b), c.or(d));
    let some = some_ab.or(some_cd);
    let two = a.and(b).or(c.and(d)).or(some_ab.and(some_cd));
    [W::splat(u64::MAX).and_not(some), some, two]
}

/// The comparisons from the last digit up to the first that lanes do not share.
#[inline(always)]
fn late_digits<W: Word, const OWN: usize>(
    cipher: &W::Cipher,
    region: &W::Region,
    thresholds: &[Threshold],
) -> [W; CLASSES] {
    let remainder = W::draw(cipher, region, REMAINDER_WORD);
    let mut turned = [remainder; TURNED];
    for k in 0..TURNED {
        turned[k] = W::draw(cipher, region, turned_word(k));
    }
    let mut below = [W::splat(0); CLASSES];
    for (below, threshold) in below.iter_mut().zip(thresholds) {
        *below = remainder.elements_below(threshold.remainder);
        for k in (0..TURNED).rev() {
            *below = below.less_step(turned[k], W::splat(threshold.digits[OWN + k]));
        }
    }
    below
}

/// The digits of a site's own.
#[inline(always)]
fn own_digits<W: Word, const OWN: usize>(
    cipher: &W::Cipher,
    regions: &[W::Region; 2],
    site: usize,
) -> [W; OWN] {
    let mut own = [W::splat(0); OWN];
    for k in 0..OWN {
        let (region, index) = own_word(OWN, site, k);
        own[k] = W::draw(cipher, &regions[region], index);
    }
    own
}

/// Continues a comparison through the digits of the site's own.
#[inline(always)]
fn early_digits<W: Word, const OWN: usize>(own: &[W; OWN], threshold: &Threshold, late: W) -> W {
    let mut below = late;
    for k in (0..OWN).rev() {
        below = below.less_step(own[k], W::splat(threshold.digits[k]));
    }
    below
}

/// One word for each class of site, see [`CLASSES`].
#[inline(always)]
fn classes<W: Word>(spin: W, [a, b, c, d]: [W; 4]) -> [W; CLASSES] {
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
    let mut classes = [all; CLASSES];
    for (opposing, count) in counts.into_iter().enumerate() {
        classes[opposing] = count.and_not(spin);
        classes[5 + opposing] = count.and(spin);
    }
    classes
}

#[inline(always)]
fn select<W: Word>(classes: &[W; CLASSES], chosen: &Classes) -> W {
    let mut all = W::splat(0);
    for class in chosen.list() {
        all = all.or(classes[usize::from(*class)]);
    }
    all
}

/// The words of sites of a tile.
#[inline(always)]
fn tile_regions<W: Word, const N: usize>(
    place: &Place,
    cipher: &mut W::Cipher,
    first: usize,
) -> [W::Region; N] {
    let mut regions = [place.tile::<W>(cipher, first); N];
    for i in 1..N {
        regions[i] = place.tile::<W>(cipher, first + i);
    }
    regions
}

/// Sites that wait for each other's last digits; a branch for each would cost more.
const GROUP: usize = 4;
// The words of a group must lie ready together.
const _: () = assert!(AHEAD.is_multiple_of(GROUP));

/// One row of one colour, every digit of a lane's own, until no lane is undecided.
#[inline(always)]
fn tile_row<W: Word>(
    own: &mut [Lanes],
    near: Near<'_>,
    rule: &Comparisons,
    place: &Place,
    cipher: &mut W::Cipher,
) {
    let (groups, last) = own.as_chunks_mut::<GROUP>();
    let in_groups = groups.len() * GROUP;
    for (g, group) in groups.iter_mut().enumerate() {
        tile_sites::<W, GROUP>(group, near, g * GROUP, rule, place, cipher);
    }
    for (k, site) in last.iter_mut().enumerate() {
        tile_sites::<W, 1>(
            std::array::from_mut(site),
            near,
            in_groups + k,
            rule,
            place,
            cipher,
        );
    }
}

#[inline(always)]
fn tile_sites<W: Word, const N: usize>(
    sites: &mut [Lanes; N],
    near: Near<'_>,
    first: usize,
    rule: &Comparisons,
    place: &Place,
    cipher: &mut W::Cipher,
) {
    if rule.is_plain {
        plain_tile_sites::<W, N>(sites, near, first, rule, place, cipher);
    } else {
        general_tile_sites::<W, N>(sites, near, first, rule, place, cipher);
    }
}

#[inline(always)]
fn plain_tile_sites<W: Word, const N: usize>(
    sites: &mut [Lanes; N],
    near: Near<'_>,
    first: usize,
    rule: &Comparisons,
    place: &Place,
    cipher: &mut W::Cipher,
) {
    let none = W::splat(0);
    let (mut flips, mut zero, mut undecided) = ([none; N], [none; N], [none; N]);
    let regions = tile_regions::<W, N>(place, cipher, first);
    for i in 0..N {
        let spin = W::load(&sites[i]);
        [zero[i], undecided[i], flips[i]] = sums(opposing(spin, near, first + i));
        undecided[i] = W::splat(u64::MAX).and_not(flips[i]);
    }
    let [one, other] = [&rule.thresholds[0].digits, &rule.thresholds[1].digits];
    for digit in 0..TILE_DIGITS as usize {
        let mut open = none;
        let (base, change) = (W::splat(one[digit]), W::splat(one[digit] ^ other[digit]));
        for i in 0..N {
            let own = zero[i].and(change).xor(base);
            let differs = own
                .xor(W::draw(cipher, &regions[i], digit))
                .and(undecided[i]);
            flips[i] = flips[i].or(differs.and(own));
            undecided[i] = undecided[i].and_not(differs);
            open = open.or(undecided[i]);
        }
        if digit + 1 >= ASK_AFTER && open.is_zero() {
            break;
        }
    }
    for i in 0..N {
        W::load(&sites[i]).xor(flips[i]).store(&mut sites[i]);
    }
}

#[inline(always)]
fn general_tile_sites<W: Word, const N: usize>(
    sites: &mut [Lanes; N],
    near: Near<'_>,
    first: usize,
    rule: &Comparisons,
    place: &Place,
    cipher: &mut W::Cipher,
) {
    let none = W::splat(0);
    let mut flips = [none; N];
    let mut lanes = [[none; CLASSES]; N];
    let mut undecided = [none; N];
    let regions = tile_regions::<W, N>(place, cipher, first);
    for i in 0..N {
        let spin = W::load(&sites[i]);
        let classes = classes(spin, opposing(spin, near, first + i));
        flips[i] = select(&classes, &rule.always);
        for (t, threshold) in rule.thresholds.iter().enumerate() {
            lanes[i][t] = select(&classes, &threshold.classes);
            undecided[i] = undecided[i].or(lanes[i][t]);
        }
    }
    for digit in 0..TILE_DIGITS as usize {
        let mut open = none;
        for i in 0..N {
            let mut own = none;
            for (t, threshold) in rule.thresholds.iter().enumerate() {
                own = own.or(lanes[i][t].and(W::splat(threshold.digits[digit])));
            }
            let differs = own
                .xor(W::draw(cipher, &regions[i], digit))
                .and(undecided[i]);
            flips[i] = flips[i].or(differs.and(own));
            undecided[i] = undecided[i].and_not(differs);
            open = open.or(undecided[i]);
        }
        if digit + 1 >= ASK_AFTER && open.is_zero() {
            break;
        }
    }
    for i in 0..N {
        W::load(&sites[i]).xor(flips[i]).store(&mut sites[i]);
    }
}

/// Digits after which it is worth asking whether lanes are undecided.
const ASK_AFTER: usize = 8;
