//! `blockspin explain`.

use super::exit::Exit;
use super::output::{Format, print};
use super::verify::find;
use crate::ledger::decide;
use crate::random::{DEFAULT_SEED, Seed};
use crate::report;
use crate::sources::{all_claims, expectations};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The claim, for example jefferson2019-eq17
    id: String,
    /// Seed of everything random
    #[arg(long, default_value_t = DEFAULT_SEED)]
    seed: u64,
    /// Text for a reader or JSON for a program
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let claims = all_claims();
    let claim = find(&claims, &arguments.id)?;
    let mut record = decide(claim, Seed(arguments.seed));
    record.expected_status = expectations().get(claim.id);
    print(&match arguments.format {
        Format::Text => report::explain(&record),
        Format::Json => serde_json::to_string_pretty(&record)? + "\n",
    })?;
    Ok(if record.is_as_expected() {
        Exit::Success
    } else {
        Exit::Unexpected
    })
}
