//! The Gaussian deep Boltzmann machine, equations 1 to 23.
//!
//! A weight `√W e^{−βE}` is compared by its two parts: W and E are rational functions of β, a, A, B,
//! the coordinates and 2π, all of them indeterminates. As functions of the parameters the parts are
//! determined by the weight, since the logarithm of a rational function is rational only if it is
//! zero. The truth is the integral of (1), one variable after the other, each by completing one
//! square; at small systems also the trapezoidal rule with its bound.

mod correlators;
mod middle;
mod prior;
mod sampled;
mod setting;
mod summary;
mod visible;

use crate::ledger::Claim;

/// The claims in the document's order.
pub(super) fn claims() -> Vec<Claim> {
    [
        middle::CLAIMS,
        prior::CLAIMS,
        visible::CLAIMS,
        summary::CLAIMS,
        correlators::CLAIMS,
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Status, decide};
    use crate::random::Seed;
    use std::collections::HashSet;

    #[test]
    fn every_equation_is_decided_with_controls() {
        let claims = claims();
        let mut equations = HashSet::new();
        for claim in &claims {
            let record = decide(claim, Seed(7));
            let id = claim.id;
            assert_ne!(
                record.printed_status,
                Status::Inconclusive,
                "{id}: {:?}",
                record.reason
            );
            assert!(record.controls.iter().all(|c| c.rejected), "{id}");
            if record.printed_status == Status::Fails {
                assert!(
                    record.correction.is_some() && record.what_was_wrong.is_some(),
                    "{id}"
                );
                assert!(record.counterexample.is_some(), "{id}");
            }
            equations.extend(claim.equation);
        }
        assert_eq!(equations.len(), 23);
    }
}
