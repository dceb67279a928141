//! 512 replicas of one torus.

use super::board::{Board, Torus};
use super::counter::Count;
use super::digits::{TURNED, keys, own_digits, replica_digits};
use super::flip_table::Comparisons;
use super::scalar::check_shape;
use super::sweep::{Lane, Sweeps};
use super::{BitParallelError, FlipTable};
use crate::random::{LANES, Lanes, Path, RoundKeys, Seed, run};
use std::marker::PhantomData;

/// The name under which the keys are drawn.
pub(super) const PURPOSE: &str = "bit-parallel replicas";

/// 512 independent Ising systems on a square torus, one in each lane of the words.
///
/// # Accuracy
/// Each replica alone follows the chain with flip probabilities rounded to 73 binary digits or more: test
/// `replicas_decide_as_the_scalar_kernel`. Replicas share digits after the sixth or tenth, chosen so that
/// the variance of their mean is at most 1.03 times that of independent ones: tests
/// `enough_digits_are_taken` and `mean_over_replicas_is_not_inflated`.
#[derive(Clone, Debug)]
pub struct Replicas {
    board: Board,
    table: FlipTable,
    rule: Comparisons,
    own: usize,
    keys: RoundKeys,
    sweeps: u64,
    path: Path,
}

/// Sums over the sites of every replica.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaCounts {
    /// Spins that point up.
    pub up: [u32; LANES],
    /// Bonds between opposite spins, of 2 for each site.
    pub opposing_bonds: [u32; LANES],
}

fn comparisons(table: &FlipTable, own: usize) -> Comparisons {
    Comparisons::new(table, replica_digits(own), (own + TURNED) as u32)
}

/// Bit `k` of word `i` becomes bit `i` of word `k`.
fn transpose(words: &mut [u64; 64]) {
    let mut half = 32;
    let mut mask = 0x0000_0000_ffff_ffff_u64;
    while half > 0 {
        for first in (0..64).step_by(2 * half) {
            for i in first..first + half {
                let moved = (words[i] >> half ^ words[i + half]) & mask;
                words[i] ^= moved << half;
                words[i + half] ^= moved;
            }
        }
        half /= 2;
        mask ^= mask << half;
    }
}

impl Replicas {
    /// All spins down, at sweep 0.
    ///
    /// `index` numbers sets of replicas with the same seed.
    /// # Errors
    /// [`BitParallelError::OddSide`], [`BitParallelError::TooLarge`].
    pub fn new(
        (columns, rows): (usize, usize),
        table: &FlipTable,
        seed: Seed,
        index: u64,
    ) -> Result<Self, BitParallelError> {
        check_shape((columns, rows))?;
        let own = own_digits(table);
        Ok(Self {
            board: Board::new(columns, rows),
            table: table.clone(),
            rule: comparisons(table, own),
            own,
            keys: keys(seed, PURPOSE, index),
            sweeps: 0,
            path: Path::best(),
        })
    }

    /// Uses other instructions; the spins do not depend on it.
    ///
    /// # Panics
    /// [`Replicas::sweep`] panics if the processor does not have them.
    pub fn with_path(mut self, path: Path) -> Self {
        self.path = path;
        self
    }

    /// Whether a spin points up.
    pub fn is_up(&self, lane: usize, column: usize, row: usize) -> bool {
        self.board.word(column, row).get(lane)
    }

    /// Sets every spin from a function of lane, column and row.
    pub fn fill(&mut self, mut up: impl FnMut(usize, usize, usize) -> bool) {
        for row in 0..self.board.rows {
            for column in 0..self.board.columns {
                let word = self.board.word_mut(column, row);
                for lane in 0..LANES {
                    word.set(lane, up(lane, column, row));
                }
            }
        }
        self.board.refresh_margins::<Torus>();
    }

    /// Sets the spins of one replica, site `row · columns + column` after the other.
    ///
    /// # Panics
    /// If there are fewer spins than sites, or no such lane.
    pub fn set_lane(&mut self, lane: usize, spins: &[i8]) {
        for row in 0..self.board.rows {
            for column in 0..self.board.columns {
                let up = spins[row * self.board.columns + column] > 0;
                self.board.word_mut(column, row).set(lane, up);
            }
        }
        self.board.refresh_margins::<Torus>();
    }

    /// The spins of one replica, in the same order.
    pub fn lane(&self, lane: usize) -> impl Iterator<Item = i8> {
        let (columns, rows) = (self.board.columns, self.board.rows);
        (0..columns * rows).map(move |i| {
            let up = self.is_up(lane, i % columns, i / columns);
            if up { 1 } else { -1 }
        })
    }

    /// The spins of lanes `64 group` to `64 group + 63` in the same order: bit `i mod 64` of word `i / 64` of the part
    /// of `bits` that belongs to the lane is set where the spin at site `i` is up. Parts have the same length.
    ///
    /// # Panics
    /// If `group` is not below 8.
    pub fn bits_of_group(&self, group: usize, bits: &mut Vec<u64>) {
        let sites = self.board.columns * self.board.rows;
        let part = sites.div_ceil(64);
        bits.clear();
        bits.resize(64 * part, 0);
        let mut block = [0; 64];
        let mut filled = 0;
        let mut words = 0;
        for row in 0..self.board.rows {
            for column in 0..self.board.columns {
                block[filled] = self.board.word(column, row).0[group];
                filled += 1;
                if filled == 64 || words * 64 + filled == sites {
                    block[filled..].fill(0);
                    transpose(&mut block);
                    for (lane, &word) in block.iter().enumerate() {
                        bits[lane * part + words] = word;
                    }
                    words += 1;
                    filled = 0;
                }
            }
        }
    }

    /// All spins of all lanes as bytes: 64 for each site, in the same order, the first lane in the lowest bit.
    pub fn state(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(64 * self.board.columns * self.board.rows);
        for row in 0..self.board.rows {
            for column in 0..self.board.columns {
                let word = self.board.word(column, row);
                bytes.extend(word.0.iter().flat_map(|w| w.to_le_bytes()));
            }
        }
        bytes
    }

    /// Goes to such a state, after so many sweeps; `None` if it has another length.
    pub fn at_state(mut self, state: &[u8], sweeps: u64) -> Option<Self> {
        let (columns, rows) = (self.board.columns, self.board.rows);
        let (words, rest) = state.as_chunks::<8>();
        if words.len() != 8 * columns * rows || !rest.is_empty() {
            return None;
        }
        let sites = (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row)));
        for ((column, row), word) in sites.zip(words.as_chunks().0) {
            *self.board.word_mut(column, row) = Lanes(word.map(u64::from_le_bytes));
        }
        self.board.refresh_margins::<Torus>();
        self.sweeps = sweeps;
        Some(self)
    }

    /// Sweeps done since the start; they number the random words.
    pub fn sweeps(&self) -> u64 {
        self.sweeps
    }

    /// Takes another rule from here on.
    pub fn set_rule(&mut self, table: &FlipTable) {
        if self.table != *table {
            self.table = table.clone();
            self.own = own_digits(table);
            self.rule = comparisons(table, self.own);
        }
    }

    /// Updates every spin of every replica this many times.
    ///
    /// # Complexity
    /// 6.5 random words for each site of the torus and sweep where six digits are enough, else 10.5.
    pub fn sweep(&mut self, sweeps: u64) {
        let numbers = self.sweeps..self.sweeps + sweeps;
        self.sweeps = numbers.end;
        run(
            self.path,
            Sweeps::<Torus> {
                board: &mut self.board,
                rule: &self.rule,
                keys: &self.keys,
                numbers,
                lane: Lane::Replica(self.own),
                boundary: PhantomData,
            },
        );
    }

    /// Magnetisation and energy of every replica, as counts.
    pub fn counts(&self) -> ReplicaCounts {
        let (up, opposing_bonds) = run(self.path, Count(&self.board));
        ReplicaCounts { up, opposing_bonds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;
    use crate::sample::bit_parallel::{CheckerboardSpins, ReplicaDigits};

    fn rules() -> [FlipTable; 5] {
        [
            FlipTable::metropolis(1.0, 0.0).unwrap(),
            FlipTable::metropolis(0.440_686_8, 0.0).unwrap(),
            FlipTable::heat_bath(0.440_686_8, 0.0).unwrap(),
            FlipTable::metropolis(0.3, 0.25).unwrap(),
            FlipTable::heat_bath(-0.2, -0.5).unwrap(),
        ]
    }

    fn random_bit(stream: &mut Stream) -> bool {
        stream.next_u64() >> 63 == 1
    }

    #[test]
    fn replicas_decide_as_the_scalar_kernel() {
        let (seed, index, sweeps) = (Seed(3), 5, 3);
        for shape in [(2, 2), (6, 4), (18, 2), (16, 6)] {
            for table in rules() {
                let mut stream = Seed(4).stream("start", 0);
                let mut replicas = Replicas::new(shape, &table, seed, index).unwrap();
                replicas.fill(|_, _, _| random_bit(&mut stream));
                let start = replicas.clone();
                replicas.sweep(1);
                replicas.sweep(sweeps - 1);
                let counts = replicas.counts();
                for lane in (0..LANES).step_by(13).chain([LANES - 1]) {
                    let mut spins = CheckerboardSpins::new(shape.0, shape.1).unwrap();
                    for (column, row) in CheckerboardSpins::order(shape.0, shape.1) {
                        spins.set(column, row, start.is_up(lane, column, row));
                    }
                    let mut digits = ReplicaDigits::new(shape, &table, seed, index, lane);
                    for _ in 0..sweeps {
                        spins.sweep(&table, &mut digits);
                    }
                    let (mut up, mut opposing) = (0, 0);
                    for (column, row) in CheckerboardSpins::order(shape.0, shape.1) {
                        let expected = spins.is_up(column, row);
                        let got = replicas.is_up(lane, column, row);
                        assert_eq!(got, expected, "{shape:?}, lane {lane}, {column}, {row}");
                        up += u32::from(expected);
                        opposing += spins.opposing(column, row) as u32;
                    }
                    assert_eq!(counts.up[lane], up);
                    assert_eq!(2 * counts.opposing_bonds[lane], opposing);
                }
            }
        }
    }

    #[test]
    fn lanes_are_read_and_written_alike() {
        for shape in [(2, 2), (6, 4), (8, 8), (10, 14)] {
            let table = &rules()[0];
            let mut stream = Seed(5).stream("lanes", 0);
            let mut replicas = Replicas::new(shape, table, Seed(1), 0).unwrap();
            replicas.fill(|_, _, _| random_bit(&mut stream));
            let mut copy = Replicas::new(shape, table, Seed(1), 0).unwrap();
            let (sites, part) = (shape.0 * shape.1, (shape.0 * shape.1).div_ceil(64));
            let mut bits = Vec::new();
            for lane in 0..LANES {
                let spins: Vec<i8> = replicas.lane(lane).collect();
                copy.set_lane(lane, &spins);
                replicas.bits_of_group(lane / 64, &mut bits);
                let mine = &bits[lane % 64 * part..][..part];
                for (i, &spin) in spins.iter().enumerate() {
                    let up = replicas.is_up(lane, i % shape.0, i / shape.0);
                    assert_eq!(spin > 0, up);
                    assert_eq!(mine[i / 64] >> (i % 64) & 1 == 1, up, "{lane}, {i}");
                }
                let filled = (sites - 1) % 64 + 1;
                assert_eq!(mine[part - 1].checked_shr(filled as u32).unwrap_or(0), 0);
            }
            assert_eq!(copy.state(), replicas.state());
            // Put down and taken up in the middle, with a change of the rule.
            replicas.sweep(2);
            let fresh = Replicas::new(shape, &rules()[2], Seed(1), 0).unwrap();
            let mut again = fresh.at_state(&replicas.state(), 2).unwrap();
            replicas.set_rule(&rules()[2]);
            replicas.sweep(3);
            again.sweep(3);
            assert_eq!(again.state(), replicas.state());
            assert_eq!(again.sweeps(), 5);
            assert_ne!(copy.state(), replicas.state());
            let short = &replicas.state()[1..];
            assert!(copy.at_state(short, 2).is_none());
        }
    }

    #[test]
    fn every_path_gives_the_same_spins() {
        for shape in [(2, 4), (10, 10), (32, 4)] {
            for table in rules() {
                let mut plain = Replicas::new(shape, &table, Seed(8), 0)
                    .unwrap()
                    .with_path(Path::Portable);
                let start = plain.clone();
                plain.sweep(4);
                for path in Path::ALL.into_iter().filter(|p| p.is_available()) {
                    let mut other = start.clone().with_path(path);
                    other.sweep(4);
                    assert_eq!(other.counts(), plain.counts());
                    for (column, row) in CheckerboardSpins::order(shape.0, shape.1) {
                        let (a, b) = (&plain.board, &other.board);
                        assert_eq!(a.word(column, row), b.word(column, row), "{path:?}");
                    }
                }
            }
        }
    }

    /// Variance of the mean over replicas, times their number, over the variance of one replica:
    /// one if replicas are independent.
    fn inflation(series: &[[f64; LANES]]) -> f64 {
        let n = LANES as f64;
        let (mut means, mut within) = (Vec::new(), 0.0);
        for x in series {
            let mean = x.iter().sum::<f64>() / n;
            within += x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
            means.push(mean);
        }
        let times = series.len() as f64;
        let mean = means.iter().sum::<f64>() / times;
        let between = means.iter().map(|m| (m - mean).powi(2)).sum::<f64>() / (times - 1.0);
        between * n / (within / times)
    }

    #[test]
    fn mean_over_replicas_is_not_inflated() {
        // Of T independent times the ratio is χ²/(T − 1) with T − 1 degrees of freedom, up to terms
        // of order 1/512; the cube of Wilson and Hilferty at z = 6 (one in 10⁹) is the limit. Times
        // are 40 sweeps apart, several relaxation times of a 4 × 4 torus at T_c. Lanes that share
        // all digits would show 512.
        const TIMES: usize = 2000;
        let limit = |z: f64| {
            let a = 2.0 / (9.0 * (TIMES - 1) as f64);
            (1.0 - a + z * a.sqrt()).powi(3)
        };
        let table = FlipTable::metropolis(0.5 * 2_f64.sqrt().ln_1p(), 0.0).unwrap();
        let mut replicas = Replicas::new((4, 4), &table, Seed(21), 0).unwrap();
        let (mut m, mut e) = (Vec::new(), Vec::new());
        for _ in 0..TIMES {
            replicas.sweep(40);
            let counts = replicas.counts();
            m.push(counts.up.map(|up| (f64::from(up) - 8.0).abs()));
            e.push(counts.opposing_bonds.map(f64::from));
        }
        for (name, ratio) in [("|m|", inflation(&m)), ("e", inflation(&e))] {
            println!("{name} {ratio}");
            assert!(ratio < limit(6.0), "{name}: {ratio}");
            assert!(ratio > limit(-6.0), "{name}: {ratio}");
        }
    }

    #[test]
    fn odd_and_huge_shapes_are_refused() {
        let table = &rules()[0];
        let new = |shape| Replicas::new(shape, table, Seed(0), 0).err();
        assert!(matches!(
            new((3, 4)),
            Some(BitParallelError::OddSide { .. })
        ));
        assert!(matches!(
            new((0, 4)),
            Some(BitParallelError::OddSide { .. })
        ));
        let huge = new((1 << 40, 1 << 40));
        assert!(matches!(huge, Some(BitParallelError::TooLarge { .. })));
    }
}
