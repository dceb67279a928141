//! Block spins of single configurations: the rules of [`BlockRule`] applied to samples.

use super::BlockRule;
use crate::random::Chooser;
use thiserror::Error;

/// Most spins of a block, since the rule is tabulated over its states.
const MOST_IN_BLOCK: usize = 16;

/// Why a torus is not cut into blocks.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum BlockingError {
    /// The sides are no multiples of the block's side, or that is not 1 to 4.
    #[error(
        "a {rows} × {columns} lattice is not cut into blocks of {scale} × {scale}, with 1 to 4 a side"
    )]
    Sides {
        /// Number of rows.
        rows: usize,
        /// Number of columns.
        columns: usize,
        /// Side of a block.
        scale: usize,
    },
    /// The rule names a spin that the block does not have.
    #[error("the rule names spin {position}, but a block has {spins}")]
    Position {
        /// The position.
        position: usize,
        /// Spins of a block.
        spins: usize,
    },
}

/// A rectangle cut into square blocks, and the rule that gives each block its spin.
///
/// ```text
/// P(V_a = +1) = p(spins of block a),   block a = (A, B) holds the sites (bA + i, bB + j), 0 ≤ i, j < b
/// ```
/// Spin `i·b + j` of a block is bit `i·b + j` of the rule's argument. Sites and blocks are numbered by rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Blocking {
    rows: usize,
    columns: usize,
    scale: usize,
    /// Probability of an up spin for each state of a block.
    up: Vec<f64>,
}

impl Blocking {
    /// Blocks of `scale × scale` sites on `rows × columns`.
    ///
    /// # Errors
    /// [`BlockingError`] where the sides do not divide or the rule does not fit.
    pub fn new(
        (rows, columns): (usize, usize),
        scale: usize,
        rule: &BlockRule<f64>,
    ) -> Result<Self, BlockingError> {
        let spins = scale * scale;
        let fits = (1..=MOST_IN_BLOCK).contains(&spins)
            && rows > 0
            && columns > 0
            && rows.is_multiple_of(scale)
            && columns.is_multiple_of(scale);
        if !fits {
            return Err(BlockingError::Sides {
                rows,
                columns,
                scale,
            });
        }
        if let BlockRule::Keep(position) = *rule
            && position >= spins
        {
            return Err(BlockingError::Position { position, spins });
        }
        let up = (0..1_u32 << spins)
            .map(|state| rule.probability_up(spins, state))
            .collect();
        Ok(Self {
            rows,
            columns,
            scale,
            up,
        })
    }

    /// Rows and columns of the fine lattice.
    pub fn fine(&self) -> (usize, usize) {
        (self.rows, self.columns)
    }

    /// Rows and columns of the coarse lattice.
    pub fn coarse(&self) -> (usize, usize) {
        (self.rows / self.scale, self.columns / self.scale)
    }

    /// Side of a block.
    pub fn scale(&self) -> usize {
        self.scale
    }

    /// The states of all blocks, by rows.
    fn states<'a>(&'a self, spins: &'a [i8]) -> impl Iterator<Item = usize> + 'a {
        assert_eq!(spins.len(), self.rows * self.columns, "spins of a lattice");
        let (b, columns) = (self.scale, self.columns);
        let (coarse_rows, coarse_columns) = self.coarse();
        (0..coarse_rows * coarse_columns).map(move |a| {
            let corner = a / coarse_columns * b * columns + a % coarse_columns * b;
            let mut state = 0;
            for i in 0..b {
                let row = &spins[corner + i * columns..corner + i * columns + b];
                for (j, &s) in row.iter().enumerate() {
                    state |= usize::from(s > 0) << (i * b + j);
                }
            }
            state
        })
    }

    /// Draws the coarse spins of a configuration of ±1; only undecided blocks take random numbers.
    ///
    /// # Panics
    /// If there is not one spin for each site.
    pub fn draw(&self, spins: &[i8], chooser: &mut impl Chooser) -> Vec<i8> {
        self.states(spins)
            .map(|state| {
                let p = self.up[state];
                let up = if p <= 0.0 {
                    false
                } else {
                    p >= 1.0 || chooser.bernoulli(p)
                };
                if up { 1 } else { -1 }
            })
            .collect()
    }

    /// The expectations `2p − 1` of the coarse spins of a configuration.
    ///
    /// # Panics
    /// As [`Blocking::draw`].
    pub fn means(&self, spins: &[i8]) -> Vec<f64> {
        self.states(spins)
            .map(|state| 2.0 * self.up[state] - 1.0)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;
    use crate::rg::Tie;

    #[test]
    fn blocks_by_hand() {
        // Blocks of rows 0 and 1: (+ + + −) and (− + − +), a tie.
        let spins = [1, 1, -1, 1, 1, -1, -1, 1];
        let of = |rule| {
            let blocking = Blocking::new((2, 4), 2, &rule).unwrap();
            assert_eq!(blocking.coarse(), (1, 2));
            (
                blocking.draw(&spins, &mut Seed(1).stream("blocks", 0)),
                blocking.means(&spins),
            )
        };
        assert_eq!(
            of(BlockRule::Majority(Tie::Up)),
            (vec![1, 1], vec![1.0, 1.0])
        );
        assert_eq!(
            of(BlockRule::Majority(Tie::First)),
            (vec![1, -1], vec![1.0, -1.0])
        );
        assert_eq!(of(BlockRule::Majority(Tie::Fair)).1, [1.0, 0.0]);
        // Spin 1 is the upper right one, spin 3 the lower right one.
        assert_eq!(of(BlockRule::Keep(1)), (vec![1, 1], vec![1.0, 1.0]));
        assert_eq!(of(BlockRule::Keep(2)), (vec![1, -1], vec![1.0, -1.0]));
        assert_eq!(of(BlockRule::Keep(3)), (vec![-1, 1], vec![-1.0, 1.0]));
    }

    #[test]
    fn draws_have_the_means() {
        let blocking = Blocking::new((2, 2), 2, &BlockRule::Soft(1.3)).unwrap();
        let mut stream = Seed(2).stream("blocks", 0);
        let spins = [1, 1, 1, -1];
        let n = 20_000;
        let sum: i32 = (0..n)
            .map(|_| i32::from(blocking.draw(&spins, &mut stream)[0]))
            .sum();
        // tanh(2 ln 1.3), with five standard errors.
        let mean = (2.0 * 1.3_f64.ln()).tanh();
        assert!((blocking.means(&spins)[0] - mean).abs() < 1e-15);
        assert!((f64::from(sum) / f64::from(n) - mean).abs() < 5.0 / f64::from(n).sqrt());
    }

    #[test]
    fn sides_that_do_not_divide_are_refused() {
        let rule = BlockRule::Majority(Tie::Fair);
        for (sides, scale) in [((6, 4), 4), ((0, 4), 2), ((4, 4), 0), ((10, 10), 5)] {
            assert!(matches!(
                Blocking::new(sides, scale, &rule),
                Err(BlockingError::Sides { .. })
            ));
        }
        assert!(matches!(
            Blocking::new((4, 4), 2, &BlockRule::Keep(4)),
            Err(BlockingError::Position { position: 4, .. })
        ));
    }
}
