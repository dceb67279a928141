//! To be filled.

use crate::ledger::Claim;

pub(super) const CLAIMS: &[Claim] = &[];
