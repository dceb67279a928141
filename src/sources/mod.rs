//! The source documents: each equation, and each checkable statement beside it, as a claim.

mod demellokoch2019;
mod example_machines;
mod jefferson2019;
mod martin2015;

use crate::ledger::Claim;

/// All claims, by source and in the order of the documents.
pub fn all_claims() -> Vec<Claim> {
    [
        jefferson2019::claims(),
        demellokoch2019::claims(),
        martin2015::claims(),
    ]
    .concat()
}
