//! Equations 19 to 23.

use crate::ledger::Claim;

pub(super) const CLAIMS: &[Claim] = &[];
