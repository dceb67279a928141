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
pub(super) fn locate(
    shape: (usize, usize),
    column: usize,
    row: usize,
) -> ((usize, usize), usize) {
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
