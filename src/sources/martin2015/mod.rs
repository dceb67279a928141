//! "Why Deep Learning Works II: the Renormalization Group": its displayed equations.

mod flow;
mod machines;

use crate::ledger::Claim;

/// All claims of the document, in its order.
pub(super) fn claims() -> Vec<Claim> {
    [flow::CLAIMS, machines::CLAIMS].concat()
}
