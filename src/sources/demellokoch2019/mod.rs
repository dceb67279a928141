//! "Is Deep Learning an RG Flow?": equations 1 to 62 and the statements beside them.

mod counterexample;
mod critical;
mod experiments;
mod field_theory;
mod figures;
mod ising;
mod rbm;
mod sampled;
mod temperature;
mod variational;
mod variational_rg;

use crate::ledger::Claim;

/// All claims of the document, in its order.
pub(super) fn claims() -> Vec<Claim> {
    [
        rbm::CLAIMS,
        field_theory::CLAIMS,
        variational::CLAIMS,
        counterexample::CLAIMS,
        variational_rg::CLAIMS,
        ising::CLAIMS,
        critical::CLAIMS,
        experiments::CLAIMS,
        temperature::CLAIMS,
        figures::CLAIMS,
    ]
    .concat()
}
