//! 512 replicas of one torus.

use super::board::{Board, Torus};
use super::counter::Count;
use super::digits::{OWN, REPLICA_DIGITS, TURNED, keys};
use super::flip_table::Comparisons;
use super::scalar::check_shape;
use super::sweep::{Lane, Sweeps};
use super::{BitParallelError, FlipTable};
use crate::random::{LANES, Path, RoundKeys, Seed, run};
use std::marker::PhantomData;

/// The name under which the keys are drawn.
pub(super) const PURPOSE: &str = "bit-parallel replicas";

/// 512 independent Ising systems on a square torus, one in each lane of the words.
///
/// # Accuracy
/// Each replica alone follows the chain with flip probabilities rounded to 72 binary digits: test
/// `replicas_decide_as_the_scalar_kernel`. Replicas share digits from the sixth on, see
/// the module on digits: test `mean_over_replicas_is_not_inflated`.
#[derive(Clone, Debug)]
pub struct Replicas {
    board: Board,
    rule: Comparisons,
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
        Ok(Self {
            board: Board::new(columns, rows),
            rule: Comparisons::new(table, REPLICA_DIGITS, (OWN + TURNED) as u32),
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

    /// Updates every spin of every replica this many times.
    ///
    /// # Complexity
    /// 5.5 random words for each site of the torus and sweep.
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
                lane: Lane::Replica,
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
