//! Equations 24 to 34: block spins, the split into terms inside and between blocks, and the cumulant
//! expansion of the latter; and the remark on the 1d Ising model before them.
//!
//! Every equation is set against a push-forward that knows no blocks' partition functions: each fine
//! state sends its weight to the coarse states that the rule gives it, one block after another.

mod averages;
mod decimation;
mod even_spins;
mod kernel;
mod partitions;
mod series;
mod systems;
mod weights;

use crate::ledger::Claim;

pub(super) const CLAIMS: &[Claim] = &[
    decimation::BETA,
    even_spins::EVEN_SPINS,
    decimation::DECIMATION,
    weights::EQ24,
    weights::EQ25,
    weights::EQ26,
    partitions::BLOCK_SIZE,
    kernel::EQ27,
    weights::EQ28,
    partitions::Z_BLOCK,
    partitions::Z_INTRA,
    partitions::EQ29,
    averages::EQ30,
    averages::PRODUCT,
    averages::EQ31,
    averages::EQ32,
    series::EQ33,
    series::FACTOR,
    series::EQ34,
];
