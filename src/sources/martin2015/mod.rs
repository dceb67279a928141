//! "Why Deep Learning Works II: the Renormalization Group": its displayed equations.

mod added_layers;
mod comments;
mod flow;
mod machines;
mod training;

use crate::ledger::Claim;

/// All claims of the document, in its order.
pub(super) fn claims() -> Vec<Claim> {
    [
        flow::CLAIMS,
        machines::CLAIMS,
        training::CLAIMS,
        comments::CLAIMS,
        added_layers::CLAIMS,
    ]
    .concat()
}
