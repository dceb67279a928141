//! Which theorem of `proofs/` is evidence for which claim, and the statement it had when that was
//! written down.

use crate::ledger::Theorem;

/// The theorems about a claim.
pub(super) fn of(id: &str) -> &'static [Theorem] {
    TABLE.iter().find(|(claim, _)| *claim == id).map_or(&[], |(_, theorems)| theorems)
}

/// Claims and their theorems; the hash is [`crate::ledger::statement_hash`] of the statement.
const TABLE: &[(&str, &[Theorem])] = &[];
