//! The source documents: each equation, and each checkable statement beside it, as a claim.

mod demellokoch2019;
mod example_machines;
mod jefferson2019;
mod martin2015;

use crate::ledger::{Claim, Expectations};
use std::sync::OnceLock;

/// All claims, by source and in the order of the documents.
pub fn all_claims() -> Vec<Claim> {
    [
        jefferson2019::claims(),
        demellokoch2019::claims(),
        martin2015::claims(),
    ]
    .concat()
}

/// The committed status of every claim, against which a run is compared.
///
/// # Panics
/// If the committed list is malformed, which a test rules out.
pub fn expectations() -> &'static Expectations {
    static LIST: OnceLock<Expectations> = OnceLock::new();
    LIST.get_or_init(|| {
        Expectations::parse(include_str!("expected.txt"))
            .expect("the committed list is well-formed")
    })
}
