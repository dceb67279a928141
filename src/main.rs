//! The command line of `blockspin`.

use blockspin::ledger::{Expectations, decide_all};
use blockspin::random::Seed;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let claims: Vec<_> = blockspin::sources::all_claims()
        .into_iter()
        .filter(|c| wanted.is_empty() || wanted.iter().any(|w| c.id.starts_with(w.as_str())))
        .collect();
    let records = decide_all(&claims, Seed::default(), &Expectations::default(), |_| {});
    println!(
        "{}",
        serde_json::to_string_pretty(&records).unwrap_or_default()
    );
}
