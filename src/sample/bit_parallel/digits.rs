//! Which random bits decide on which spin.
//!
//! The cipher gives 512-bit words, numbered by (sweep, region, index). The fraction that decides on
//! lane `l` at site `j` of a block of eight sites of one row and colour is made of
//! ```text
//! digits 1 to m      bit l of words of their own: no other spin has them
//! m + 1 to m + 3     bit l + 64 j (modulo 512) of three words that serve the eight sites
//! m + 4 to m + 67    element (l + 64 j)/64 (modulo 8) of one word that serves them
//! ```
//! with m = 6 or 10, so that 52 or 84 words serve eight sites. Within a lane no bit is used twice
//! (test `a_lane_uses_no_bit_twice`), hence every replica on its own is an exact realisation of the
//! chain. Between lanes, a spin shares digits from m + 1 on only with spins at other sites, seven of
//! them, and digits from m + 4 on with 63 lanes at the same site. Two decisions with probability p
//! that share all digits after the first n have the correlation
//! ```text
//! c(n, p) = 2^{−2n} φ (1 − φ) / (p (1 − p)),   φ the fractional part of 2^n p
//! ```
//! which is below 2⁻ⁿ/(1 − p), and observables of two chains are correlated no more than their
//! decisions. So the variance of the mean over replicas is at most 1 + 7 c(m, p) + 63 c(m + 3, p)
//! times that of independent replicas, p the worst of the flip probabilities up to one half
//! ([`inflation_bound`]). Six digits are taken where this is at most 1.01, as it is for Metropolis at
//! the critical point (1.007; `examples/replica_independence.rs` measures 1.007 ± 0.002 for the energy
//! and 1.009 ± 0.002 for |m| on 8 × 8, with five digits 1.013 ± 0.002 and 1.008 ± 0.002); else ten,
//! for which it is at most 1.03 (measured at K = 0.8: 1.004 ± 0.005).
//!
//! Tiles of one lattice share nothing: each site has a region of its own with 64 words, one for each
//! digit, read until no lane is undecided.

use super::FlipTable;
use super::flip_table::Verdict;
use crate::random::{Chooser, LANES, ROUNDS, RoundKeys, Seed, ars};

/// Sites of a row that share the words of a region.
pub(super) const BLOCK: usize = 8;
/// Digits of a lane's own, where few are enough.
pub(super) const FEW: usize = 6;
/// Digits of a lane's own, where they are not.
pub(super) const MANY: usize = 10;
/// Digits from words that serve a block.
pub(super) const TURNED: usize = 3;
/// All digits of a comparison between replicas: the remainder has 64.
pub(super) const fn replica_digits(own: usize) -> u32 {
    (own + TURNED) as u32 + 64
}
/// All digits of a comparison between tiles.
pub(super) const TILE_DIGITS: u32 = 64;

/// Index of the word with the remainders.
pub(super) const REMAINDER_WORD: usize = 0;

/// Index of the word with the first digits but `k` that are shared.
pub(super) const fn turned_word(k: usize) -> usize {
    1 + k
}

/// Region (0 or 1 of the block) and index of the word with digit `k` of site `j`.
pub(super) const fn own_word(own: usize, j: usize, k: usize) -> (usize, usize) {
    let word = 1 + TURNED + own * j + k;
    (word / 64, word % 64)
}

/// Correlation of two decisions with probability `p` that share all digits after the first `n`.
fn shared_correlation(n: usize, p: f64) -> f64 {
    let scale = 2_f64.powi(n as i32);
    let fraction = (p * scale).fract();
    fraction * (1.0 - fraction) / (scale * scale * p * (1.0 - p))
}

/// Bound on the variance of the mean over replicas, relative to independent ones.
pub(super) fn inflation_bound(table: &FlipTable, own: usize) -> f64 {
    let mut worst = 1.0_f64;
    for class in 0..10 {
        let p = table.probability(class / 5 == 1, class % 5);
        if p > 0.0 && p < 1.0 {
            let at_other_sites = (BLOCK - 1) as f64 * shared_correlation(own, p);
            let at_this_site = 63.0 * shared_correlation(own + TURNED, p);
            worst = worst.max(1.0 + at_other_sites + at_this_site);
        }
    }
    worst
}

/// Digits of a lane's own for a rule.
pub(super) fn own_digits(table: &FlipTable) -> usize {
    if inflation_bound(table, FEW) <= 1.01 {
        FEW
    } else {
        MANY
    }
}

/// First of the two regions of block `block` in row `row`.
#[inline]
pub(super) fn replica_region(
    (columns, rows): (usize, usize),
    colour: usize,
    row: usize,
    block: usize,
) -> u64 {
    2 * ((colour * rows + row) * (columns / 2).div_ceil(BLOCK) + block) as u64
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
    own: usize,
    lane: usize,
    decisions: u64,
}

impl ReplicaDigits {
    /// The decisions of a lane from sweep 0 on, for a rule.
    pub fn new(
        shape: (usize, usize),
        table: &FlipTable,
        seed: Seed,
        index: u64,
        lane: usize,
    ) -> Self {
        Self {
            keys: keys(seed, super::replicas::PURPOSE, index),
            shape,
            own: own_digits(table),
            lane,
            decisions: 0,
        }
    }

    /// Goes on with the decisions of another rule, as [`Replicas::set_rule`](super::Replicas::set_rule) does.
    pub fn set_rule(&mut self, table: &FlipTable) {
        self.own = own_digits(table);
    }

    fn fraction(&self) -> u128 {
        let sites = (self.shape.0 * self.shape.1) as u64;
        let sweep = self.decisions / sites;
        let (colour, row, k) = place((self.decisions % sites) as usize, self.shape);
        let (block, j) = (k / BLOCK, k % BLOCK);
        let region = replica_region(self.shape, colour, row, block);
        let turned = (self.lane + 64 * j) % LANES;
        let mut fraction = 0;
        for d in 0..self.own {
            let (next, word) = own_word(self.own, j, d);
            let own = bit(&self.keys, sweep, region + next as u64, word, self.lane);
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
        let yes = Verdict::new(p, replica_digits(self.own)).says_yes(self.fraction());
        self.decisions += 1;
        yes
    }
    /// # Panics
    /// Always: the rules of a checkerboard choose no index.
    fn index(&mut self, _: usize) -> usize {
        unreachable!("single-site rules in fixed order choose no index")
    }
    /// # Panics
    /// Always: spins have no normal variates.
    fn normal(&mut self) -> f64 {
        unreachable!("spins have no normal variates")
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
        unreachable!("single-site rules in fixed order choose no index")
    }
    /// # Panics
    /// Always: spins have no normal variates.
    fn normal(&mut self) -> f64 {
        unreachable!("spins have no normal variates")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_lane_uses_no_bit_twice() {
        for own in [FEW, MANY] {
            for lane in 0..LANES {
                let mut used = HashSet::new();
                for j in 0..BLOCK {
                    let turned = (lane + 64 * j) % LANES;
                    for d in 0..own {
                        assert!(used.insert((own_word(own, j, d), lane)));
                    }
                    for d in 0..TURNED {
                        assert!(used.insert(((0, turned_word(d)), turned)));
                    }
                    // The whole element counts as its first bit.
                    assert!(used.insert(((0, REMAINDER_WORD), turned / 64 * 64)));
                }
                assert!(used.iter().all(|u| u.0.0 < 2), "a block has two regions");
            }
        }
    }

    #[test]
    fn enough_digits_are_taken() {
        for k in 0..300 {
            for h in [0.0, 0.1, 1.0] {
                let k = 0.01 * f64::from(k);
                let rules = [FlipTable::metropolis(k, h), FlipTable::heat_bath(k, h)];
                for table in rules.map(Result::unwrap) {
                    let bound = inflation_bound(&table, own_digits(&table));
                    assert!(bound < 1.03, "{bound} at {k}, {h}");
                }
            }
        }
        let critical = FlipTable::metropolis(0.5 * 2_f64.sqrt().ln_1p(), 0.0).unwrap();
        assert_eq!(own_digits(&critical), FEW);
        let cold = FlipTable::metropolis(1.0, 0.0).unwrap();
        assert_eq!(own_digits(&cold), MANY);
    }

    #[test]
    fn shared_digits_correlate_decisions_as_the_formula_says() {
        // All fractions of n + 8 digits; the last 8 are shared.
        for (n, p) in [(2, 0.3), (3, 0.0625 + 3.0 / 256.0), (4, 0.9)] {
            let bound = (p * 2_f64.powi(n + 8)).round() as u32;
            let p = f64::from(bound) / 2_f64.powi(n + 8);
            let (own, shared) = (1_u32 << n, 1_u32 << 8);
            let both: f64 = (0..shared)
                .map(|low| (0..own).filter(|high| high << 8 | low < bound).count() as f64)
                .map(|below| (below / f64::from(own)).powi(2))
                .sum();
            let correlation = (both / f64::from(shared) - p * p) / (p * (1.0 - p));
            assert!((correlation - shared_correlation(n as usize, p)).abs() < 1e-12);
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
