//! "Deep learning and the renormalization group": equations 1 to 34.

mod block;
mod gaussian;

use crate::ledger::Claim;

/// All claims of the document, in its order.
pub(super) fn claims() -> Vec<Claim> {
    [gaussian::claims(), block::CLAIMS.to_vec()].concat()
}
