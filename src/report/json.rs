//! The ledger as one JSON object.

use crate::ledger::Record;
use crate::random::Seed;
use serde::Serialize;

/// Name and version of the layout; a change that breaks readers changes it.
const SCHEMA: &str = "blockspin-ledger-1";

#[derive(Serialize)]
struct Ledger<'a> {
    schema: &'static str,
    version: &'static str,
    seed: u64,
    claims: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    #[serde(flatten)]
    record: &'a Record,
    as_expected: bool,
}

/// The records with schema, program version and seed; numbers keep all their digits.
///
/// # Errors
/// Those of the serializer; none are known for these types.
pub fn ledger_json(records: &[Record], seed: Seed) -> Result<String, serde_json::Error> {
    let claims = records
        .iter()
        .map(|record| Entry {
            record,
            as_expected: record.is_as_expected(),
        })
        .collect();
    let ledger = Ledger {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        seed: seed.0,
        claims,
    };
    serde_json::to_string_pretty(&ledger)
}
