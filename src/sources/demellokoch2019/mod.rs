//! "Is Deep Learning an RG Flow?": equations 1 to 62 and the statements beside them.

mod critical;
mod experiments;
mod field_theory;
mod figures;
mod ising;
mod rbm;
mod temperature;
mod variational;

use crate::ledger::Claim;

/// All claims of the document, in its order.
pub(super) fn claims() -> Vec<Claim> {
    [
        rbm::CLAIMS,
        field_theory::CLAIMS,
        ising::CLAIMS,
        critical::CLAIMS,
        experiments::CLAIMS,
        temperature::CLAIMS,
        figures::CLAIMS,
        variational::CLAIMS,
    ]
    .concat()
}
