//! Equations (1) to (20), (34) and (51) to (56): the restricted Boltzmann machine, its training by
//! contrastive divergence, the flow made of its weights, and its expectation values.

mod averages;
mod conditionals;
mod contrast;
mod distributions;
mod gradients;
mod machines;
mod reconstruction;
mod sampled;

use crate::ledger::Claim;

/// The claims of this part, in the order of the document.
pub(super) const CLAIMS: &[Claim] = &[
    conditionals::TEXT_OUTPUTS,
    distributions::EQ01,
    distributions::EQ02,
    distributions::EQ03,
    distributions::EQ04,
    distributions::EQ05,
    distributions::TEXT_INFORMATION,
    distributions::EQ06,
    gradients::EQ07,
    gradients::EQ08,
    gradients::EQ09,
    conditionals::TEXT_SAMPLING,
    conditionals::EQ10,
    conditionals::EQ11,
    reconstruction::TEXT_RECONSTRUCTIONS,
    reconstruction::EQ12,
    reconstruction::EQ13,
    reconstruction::EQ14,
    contrast::EQ15,
    contrast::EQ16,
    contrast::EQ17,
    contrast::EQ18,
    contrast::EQ19,
    contrast::EQ20,
    contrast::TEXT_NOT_A_GRADIENT,
    reconstruction::EQ34,
    reconstruction::EQ34_SHAPES,
    reconstruction::TEXT_FLOW_LENGTH,
    averages::EQ51,
    averages::EQ52,
    averages::EQ53,
    averages::EQ54,
    averages::EQ55,
    averages::EQ56,
];
