//! Flow maps, their fixed points, the renormalization-group equation and its linear rescaling.
//!
//! The equation is decided on maps that are exact: decimation of the Ising chain with a field, and the
//! diamond lattice, on which the number of bonds falls by 4 while the length falls by 2.

mod energy;
mod maps;
mod rescaling;
mod trajectory;

use crate::ledger::Claim;

pub(super) const CLAIMS: &[Claim] = &[
    maps::FLOW_MAP,
    maps::FIXED_POINT,
    maps::LINEAR_FLOW_MAP,
    maps::SPECTRAL_EXPANSION,
    energy::COARSE_GRAINING,
    energy::SIZE_EXTENSIVE,
    energy::SCALE_INVARIANT,
    energy::RGE,
    energy::RECURSION,
    rescaling::LINEAR_RESCALING,
    trajectory::CRITICAL_TRAJECTORY,
];
