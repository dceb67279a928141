//! One large torus, cut into 512 tiles.

use super::board::{Board, Boundary};
use super::counter::Count;
use super::digits::{TILE_DIGITS, keys};
use super::flip_table::Comparisons;
use super::scalar::check_shape;
use super::sweep::{Lane, Sweeps};
use super::{BitParallelError, FlipTable};
use crate::random::{Lanes, Path, RoundKeys, Seed, run};
use std::marker::PhantomData;

/// The name under which the keys are drawn.
pub(super) const PURPOSE: &str = "bit-parallel tiles";

/// Tiles side by side.
const ACROSS: usize = 16;
/// Tiles one below the other.
const DOWN: usize = 32;

/// Lane `ACROSS · j + i` is the tile in column `i` and row `j`.
#[derive(Clone, Copy, Debug)]
struct Tiles;

/// The lowest and the highest bit of each 16.
const LOWEST: u64 = 0x0001_0001_0001_0001;
const HIGHEST: u64 = LOWEST << 15;

impl Boundary for Tiles {
    #[inline]
    fn east(word: Lanes) -> Lanes {
        Lanes(word.0.map(|w| (w >> 1 & !HIGHEST) | (w << 15 & HIGHEST)))
    }
    #[inline]
    fn west(word: Lanes) -> Lanes {
        Lanes(word.0.map(|w| (w << 1 & !LOWEST) | (w >> 15 & LOWEST)))
    }
    #[inline]
    fn south(word: Lanes) -> Lanes {
        let w = word.0;
        Lanes(std::array::from_fn(|k| w[k] >> 16 | w[(k + 1) % 8] << 48))
    }
    #[inline]
    fn north(word: Lanes) -> Lanes {
        let w = word.0;
        Lanes(std::array::from_fn(|k| w[k] << 16 | w[(k + 7) % 8] >> 48))
    }
}

/// Columns and rows of a tile.
pub(super) fn tile_shape((columns, rows): (usize, usize)) -> (usize, usize) {
    (columns / ACROSS, rows / DOWN)
}

/// The site inside its tile, and the lane of the tile.
pub(super) fn locate(shape: (usize, usize), column: usize, row: usize) -> ((usize, usize), usize) {
    let (width, height) = tile_shape(shape);
    let lane = ACROSS * (row / height) + column / width;
    ((column % width, row % height), lane)
}

/// One Ising system on a square torus, 512 sites updated at a time.
///
/// # Accuracy
/// Every decision has random digits of its own; flip probabilities are rounded to 64 binary digits:
/// test `tiles_decide_as_the_scalar_kernel`.
#[derive(Clone, Debug)]
pub struct TiledLattice {
    shape: (usize, usize),
    board: Board,
    table: FlipTable,
    rule: Comparisons,
    keys: RoundKeys,
    sweeps: u64,
    path: Path,
}

impl TiledLattice {
    /// All spins down, at sweep 0.
    ///
    /// `index` numbers lattices with the same seed.
    /// # Errors
    /// [`BitParallelError::NotTileable`] unless columns are a multiple of 32 and rows of 64;
    /// [`BitParallelError::TooLarge`].
    pub fn new(
        (columns, rows): (usize, usize),
        table: &FlipTable,
        seed: Seed,
        index: u64,
    ) -> Result<Self, BitParallelError> {
        let divides = columns % (2 * ACROSS) == 0 && rows % (2 * DOWN) == 0;
        if columns == 0 || rows == 0 || !divides {
            return Err(BitParallelError::NotTileable { columns, rows });
        }
        check_shape((columns, rows))?;
        let (width, height) = tile_shape((columns, rows));
        Ok(Self {
            shape: (columns, rows),
            board: Board::new(width, height),
            table: table.clone(),
            rule: Comparisons::new(table, TILE_DIGITS, TILE_DIGITS),
            keys: keys(seed, PURPOSE, index),
            sweeps: 0,
            path: Path::best(),
        })
    }

    /// Uses other instructions; the spins do not depend on it.
    ///
    /// # Panics
    /// [`TiledLattice::sweep`] panics if the processor does not have them.
    pub fn with_path(mut self, path: Path) -> Self {
        self.path = path;
        self
    }

    /// Whether a spin points up.
    pub fn is_up(&self, column: usize, row: usize) -> bool {
        let (site, lane) = locate(self.shape, column, row);
        self.board.word(site.0, site.1).get(lane)
    }

    /// Sets every spin from a function of column and row.
    pub fn fill(&mut self, mut up: impl FnMut(usize, usize) -> bool) {
        for row in 0..self.shape.1 {
            for column in 0..self.shape.0 {
                let (site, lane) = locate(self.shape, column, row);
                let word = self.board.word_mut(site.0, site.1);
                word.set(lane, up(column, row));
            }
        }
        self.board.refresh_margins::<Tiles>();
    }

    /// The spins, site `row · columns + column` after the other.
    ///
    /// # Panics
    /// If the slice is shorter than the lattice.
    pub fn write_spins(&self, spins: &mut [i8]) {
        let (width, height) = tile_shape(self.shape);
        for y in 0..height {
            for x in 0..width {
                let word = self.board.word(x, y).0;
                for j in 0..DOWN {
                    let bits = word[j / 4] >> (ACROSS * (j % 4));
                    let first = (j * height + y) * self.shape.0 + x;
                    for i in 0..ACROSS {
                        spins[first + i * width] = 2 * (bits >> i & 1) as i8 - 1;
                    }
                }
            }
        }
    }

    /// Continues from sweep `sweeps`: they number the random words.
    pub fn at_sweep(mut self, sweeps: u64) -> Self {
        self.sweeps = sweeps;
        self
    }

    /// Sweeps done since the start.
    pub fn sweeps(&self) -> u64 {
        self.sweeps
    }

    /// Takes another rule from here on.
    pub fn set_rule(&mut self, table: &FlipTable) {
        if self.table != *table {
            self.table = table.clone();
            self.rule = Comparisons::new(table, TILE_DIGITS, TILE_DIGITS);
        }
    }

    /// Updates every spin this many times.
    ///
    /// # Complexity
    /// About 12 random words for 512 sites and sweep.
    pub fn sweep(&mut self, sweeps: u64) {
        let numbers = self.sweeps..self.sweeps + sweeps;
        self.sweeps = numbers.end;
        run(
            self.path,
            Sweeps::<Tiles> {
                board: &mut self.board,
                rule: &self.rule,
                keys: &self.keys,
                numbers,
                lane: Lane::Tile,
                boundary: PhantomData,
            },
        );
    }

    fn counts(&self) -> (u64, u64) {
        let (up, opposing) = run(self.path, Count(&self.board));
        let sum = |lanes: &[u32]| lanes.iter().map(|&n| u64::from(n)).sum();
        (sum(&up), sum(&opposing))
    }

    /// Spins that point up.
    pub fn up(&self) -> u64 {
        self.counts().0
    }

    /// Bonds between opposite spins, of two for each site.
    pub fn opposing_bonds(&self) -> u64 {
        self.counts().1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::bit_parallel::{CheckerboardSpins, TileDigits};

    #[test]
    fn tiles_decide_as_the_scalar_kernel() {
        let (seed, index, sweeps) = (Seed(3), 2, 2);
        // Tiles of 2 × 2, and of 10 × 2, which has a group of sites and one left over.
        for shape in [(32, 64), (160, 64)] {
            for table in [
                FlipTable::metropolis(0.440_686_8, 0.0).unwrap(),
                FlipTable::heat_bath(0.3, 0.1).unwrap(),
            ] {
                let mut stream = Seed(4).stream("start", 0);
                let mut tiled = TiledLattice::new(shape, &table, seed, index).unwrap();
                tiled.fill(|_, _| stream.next_u64() >> 63 == 1);
                let mut spins = CheckerboardSpins::new(shape.0, shape.1).unwrap();
                let order = || CheckerboardSpins::order(shape.0, shape.1);
                for (column, row) in order() {
                    spins.set(column, row, tiled.is_up(column, row));
                }
                tiled.sweep(sweeps);
                let mut digits = TileDigits::new(shape, seed, index);
                for _ in 0..sweeps {
                    spins.sweep(&table, &mut digits);
                }
                let wrong = order()
                    .filter(|&(c, r)| spins.is_up(c, r) != tiled.is_up(c, r))
                    .count();
                assert_eq!(wrong, 0, "{shape:?}");
                let up = order().filter(|&(c, r)| spins.is_up(c, r)).count();
                let opposing: usize = order().map(|(c, r)| spins.opposing(c, r)).sum();
                assert_eq!(tiled.up(), up as u64);
                assert_eq!(2 * tiled.opposing_bonds(), opposing as u64);
            }
        }
    }

    #[test]
    fn a_lattice_continues_from_its_spins() {
        let shape = (64, 128);
        let (first, second) = (
            FlipTable::metropolis(0.4, 0.0).unwrap(),
            FlipTable::heat_bath(0.4, 0.1).unwrap(),
        );
        let mut lattice = TiledLattice::new(shape, &first, Seed(6), 3).unwrap();
        lattice.sweep(3);
        let mut spins = vec![0; shape.0 * shape.1];
        lattice.write_spins(&mut spins);
        for (column, row) in CheckerboardSpins::order(shape.0, shape.1) {
            let up = lattice.is_up(column, row);
            assert_eq!(spins[row * shape.0 + column], if up { 1 } else { -1 });
        }
        let fresh = TiledLattice::new(shape, &second, Seed(6), 3).unwrap();
        let mut again = fresh.at_sweep(3);
        again.fill(|column, row| spins[row * shape.0 + column] > 0);
        lattice.set_rule(&second);
        lattice.sweep(2);
        again.sweep(2);
        assert_eq!(again.sweeps(), 5);
        let mut sites = CheckerboardSpins::order(shape.0, shape.1);
        assert!(sites.all(|(c, r)| lattice.is_up(c, r) == again.is_up(c, r)));
    }

    #[test]
    fn every_path_gives_the_same_spins() {
        let (columns, rows) = (160, 128);
        for table in [
            FlipTable::metropolis(0.440_686_8, 0.0).unwrap(),
            FlipTable::metropolis(0.3, 0.1).unwrap(),
        ] {
            let start = TiledLattice::new((columns, rows), &table, Seed(8), 0).unwrap();
            let mut plain = start.clone().with_path(Path::Portable);
            plain.sweep(4);
            assert!(plain.up() > 0);
            for path in Path::ALL.into_iter().filter(|p| p.is_available()) {
                let mut other = start.clone().with_path(path);
                other.sweep(4);
                let mut sites = CheckerboardSpins::order(columns, rows);
                assert!(sites.all(|(c, r)| plain.is_up(c, r) == other.is_up(c, r)));
            }
        }
    }

    #[test]
    fn shapes_that_tiles_do_not_divide_are_refused() {
        let table = FlipTable::metropolis(0.4, 0.0).unwrap();
        for shape in [(0, 0), (16, 64), (32, 32), (48, 64), (64, 96)] {
            let refused = TiledLattice::new(shape, &table, Seed(0), 0);
            let (columns, rows) = shape;
            let expected = BitParallelError::NotTileable { columns, rows };
            assert_eq!(refused.err(), Some(expected));
        }
    }
}
