//! "Is Deep Learning an RG Flow?": equations 1 to 62 and the statements beside them.

mod field_theory;
mod rbm;
mod variational;

use crate::ledger::Claim;

/// All claims of the document, in its order.
pub(super) fn claims() -> Vec<Claim> {
    [rbm::CLAIMS, field_theory::CLAIMS, variational::CLAIMS].concat()
}
