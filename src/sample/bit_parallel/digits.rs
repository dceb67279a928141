//! Which random bits decide on which spin.
//!
//! The cipher gives 512-bit words, numbered by (sweep, region, index). The fraction that decides on
//! lane `l` at site `j` of a block of eight sites of one row and colour is made of
//! ```text
//! digits 1 to 6     bit l of words of their own: no other spin has them
//! digits 7 to 9     bit l + 64 j (modulo 512) of three words that serve the eight sites
//! digits 10 to 73   element (l + 64 j)/64 (modulo 8) of one word that serves them
//! ```
//! so that 52 words serve eight sites. Within a lane no bit is used twice (test
//! `a_lane_uses_no_bit_twice`), hence every replica on its own is an exact realisation of the chain.
//! Between lanes, a spin shares digits 7 to 9 only with spins at other sites, seven of them, and
//! digits 10 to 73 with 63 lanes at the same site. The correlation of two decisions that share all
//! after digit `m` is at most
//! ```text
//! 2^{−2m} / (4 p (1 − p)):   4·10⁻⁴ at m = 6 and 7·10⁻⁶ at m = 9, for p = 0.17
//! ```
//! `examples/replica_independence.rs` measures what it does to the variance of the mean over
//! replicas. With five digits of their own it was 1.013 ± 0.002 times too large for the energy of
//! the 8 × 8 torus at the critical point; hence six.
//!
//! Tiles of one lattice share nothing: each site has a region of its own with 64 words, one for each
//! digit, read until no lane is undecided.

use super::flip_table::Verdict;
use crate::random::{Chooser, LANES, ROUNDS, RoundKeys, Seed, ars};

/// Sites of a row that share the words of a region.
pub(super) const BLOCK: usize = 8;
/// Digits of a lane's own.
pub(super) const OWN: usize = 6;
/// Digits from words that serve a block.
pub(super) const TURNED: usize = 3;
/// All digits of a comparison between replicas: the remainder has 64.
pub(super) const REPLICA_DIGITS: u32 = (OWN + TURNED) as u32 + 64;
/// All digits of a comparison between tiles.
pub(super) const TILE_DIGITS: u32 = 64;

/// Index of the word with the remainders.
pub(super) const REMAINDER_WORD: usize = 0;

/// Index of the word with digit `OWN + k`.
pub(super) const fn turned_word(k: usize) -> usize {
    1 + k
}

/// Index of the word with digit `k` of site `j`.
pub(super) const fn own_word(j: usize, k: usize) -> usize {
    1 + TURNED + OWN * j + k
}

/// Region of block `block` in row `row`.
#[inline]
pub(super) fn replica_region(
    (columns, rows): (usize, usize),
    colour: usize,
    row: usize,
    block: usize,
) -> u64 {
    ((colour * rows + row) * (columns / 2).div_ceil(BLOCK) + block) as u64
}

/// Region of a site of a tile; `k` numbers the sites of the colour in the row.
#[inline]
pub(super) fn tile_region(
    (columns, rows): (usize, usize),
    colour: usize,
    row: usize,
    k: usize,
) -> u64 {
    ((colour * rows + row) * (columns / 2) + k) as u64
}

/// The keys of a run.
pub(super) fn keys(seed: Seed, purpose: &str, index: u64) -> RoundKeys {
    let mut stream = seed.stream(purpose, index);
    let low = u128::from(stream.next_u64());
    RoundKeys::new(u128::from(stream.next_u64()) << 64 | low)
}

/// Bits `64 element ..` of a word of a region, in plain code.
fn element(keys: &RoundKeys, sweep: u64, region: u64, word: usize, element: usize) -> u64 {
    let low = region << 8 | (4 * word + element / 2) as u64;
    let block = ars(u128::from(sweep) << 64 | u128::from(low), keys.0[0], ROUNDS);
    (block >> (64 * (element % 2))) as u64
}

fn bit(keys: &RoundKeys, sweep: u64, region: u64, word: usize, lane: usize) -> bool {
    element(keys, sweep, region, word, lane / 64) >> (lane % 64) & 1 == 1
}

/// Position of a decision in a sweep: colour, row, number in the row among its colour.
fn place(decision: usize, (columns, rows): (usize, usize)) -> (usize, usize, usize) {
    let row = decision / (columns / 2);
    (row / rows, row % rows, decision % (columns / 2))
}

/// The decisions of one replica, one after the other, in plain code.
///
/// As a [`Chooser`] of [`CheckerboardSpins::sweep`](super::CheckerboardSpins::sweep) it moves that
/// system exactly as [`Replicas`](super::Replicas) moves this lane.
#[derive(Clone, Debug)]
pub struct ReplicaDigits {
    keys: RoundKeys,
    shape: (usize, usize),
    lane: usize,
    decisions: u64,
}

impl ReplicaDigits {
    /// The decisions of a lane from sweep 0 on.
    pub fn new(shape: (usize, usize), seed: Seed, index: u64, lane: usize) -> Self {
        Self {
            keys: keys(seed, super::replicas::PURPOSE, index),
            shape,
            lane,
            decisions: 0,
        }
    }

    fn fraction(&self) -> u128 {
        let sites = (self.shape.0 * self.shape.1) as u64;
        let sweep = self.decisions / sites;
        let (colour, row, k) = place((self.decisions % sites) as usize, self.shape);
        let (block, j) = (k / BLOCK, k % BLOCK);
        let region = replica_region(self.shape, colour, row, block);
        let turned = (self.lane + 64 * j) % LANES;
        let mut fraction = 0;
        for d in 0..OWN {
            let own = bit(&self.keys, sweep, region, own_word(j, d), self.lane);
            fraction = fraction << 1 | u128::from(own);
        }
        for d in 0..TURNED {
            let shared = bit(&self.keys, sweep, region, turned_word(d), turned);
            fraction = fraction << 1 | u128::from(shared);
        }
        let remainder = element(&self.keys, sweep, region, REMAINDER_WORD, turned / 64);
        fraction << 64 | u128::from(remainder)
    }
}

impl Chooser for ReplicaDigits {
    fn bernoulli(&mut self, p: f64) -> bool {
        let yes = Verdict::new(p, REPLICA_DIGITS).says_yes(self.fraction());
        self.decisions += 1;
        yes
    }
    /// # Panics
    /// Always: the rules of a checkerboard choose no index.
    fn index(&mut self, _: usize) -> usize {
        unimplemented!("single-site rules in fixed order choose no index")
    }
}

/// The decisions on a tiled lattice, one after the other, in plain code.
///
/// As a [`Chooser`] of [`CheckerboardSpins::sweep`](super::CheckerboardSpins::sweep) it moves that
/// system exactly as [`TiledLattice`](super::TiledLattice) moves.
#[derive(Clone, Debug)]
pub struct TileDigits {
    keys: RoundKeys,
    shape: (usize, usize),
    decisions: u64,
}

impl TileDigits {
    /// The decisions from sweep 0 on.
    pub fn new(shape: (usize, usize), seed: Seed, index: u64) -> Self {
        Self {
            keys: keys(seed, super::tiles::PURPOSE, index),
            shape,
            decisions: 0,
        }
    }

    fn fraction(&self) -> u128 {
        let (columns, rows) = self.shape;
        let sweep = self.decisions / (columns * rows) as u64;
        let (colour, row, k) = place(
            (self.decisions % (columns * rows) as u64) as usize,
            self.shape,
        );
        let column = 2 * k + (row + colour) % 2;
        let (tile, lane) = super::tiles::locate(self.shape, column, row);
        let shape = super::tiles::tile_shape(self.shape);
        let region = tile_region(shape, colour, tile.1, tile.0 / 2);
        (0..TILE_DIGITS as usize).fold(0, |x, d| {
            x << 1 | u128::from(bit(&self.keys, sweep, region, d, lane))
        })
    }
}

impl Chooser for TileDigits {
    fn bernoulli(&mut self, p: f64) -> bool {
        let yes = Verdict::new(p, TILE_DIGITS).says_yes(self.fraction());
        self.decisions += 1;
        yes
    }
    /// # Panics
    /// Always: the rules of a checkerboard choose no index.
    fn index(&mut self, _: usize) -> usize {
        unimplemented!("single-site rules in fixed order choose no index")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_lane_uses_no_bit_twice() {
        for lane in 0..LANES {
            let mut used = HashSet::new();
            for j in 0..BLOCK {
                let turned = (lane + 64 * j) % LANES;
                for d in 0..OWN {
                    assert!(used.insert((own_word(j, d), lane)));
                }
                for d in 0..TURNED {
                    assert!(used.insert((turned_word(d), turned)));
                }
                // The whole element counts as its first bit.
                assert!(used.insert((REMAINDER_WORD, turned / 64 * 64)));
            }
            assert!(used.iter().all(|u| u.0 < 64), "a region has 64 words");
        }
    }

    #[test]
    fn regions_of_a_sweep_differ() {
        for (columns, rows) in [(2, 2), (18, 4), (64, 6)] {
            let mut regions = HashSet::new();
            let mut sites = HashSet::new();
            for colour in 0..2 {
                for row in 0..rows {
                    for block in 0..(columns / 2_usize).div_ceil(BLOCK) {
                        let shape = (columns, rows);
                        assert!(regions.insert(replica_region(shape, colour, row, block)));
                    }
                    for k in 0..columns / 2 {
                        assert!(sites.insert(tile_region((columns, rows), colour, row, k)));
                    }
                }
            }
        }
    }
}
