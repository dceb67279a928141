//! Equations (1) to (20), (34) and (51) to (56): the restricted Boltzmann machine, its training by
//! contrastive divergence, the flow made of its weights, and its expectation values.

mod distributions;
mod gradients;
mod machines;

use crate::ledger::Claim;

/// The claims of this part, in the order of the document.
pub(super) const CLAIMS: &[Claim] = &[
    distributions::EQ01,
    distributions::EQ02,
    distributions::EQ03,
    distributions::EQ04,
    distributions::EQ05,
    distributions::EQ06,
    distributions::TEXT_INFORMATION,
    gradients::EQ07,
    gradients::EQ08,
    gradients::EQ09,
];
