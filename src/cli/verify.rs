//! `blockspin verify`.

use super::exit::{Exit, Failure};
use super::output::deliver;
use crate::ledger::{Claim, Depth, Record, Source, decide_all_at};
use crate::random::{DEFAULT_SEED, Seed};
use crate::report::{ledger_json, ledger_junit, ledger_text, not_run, summary};
use crate::sources::{all_claims, expectations};
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Only the claims of this source: jefferson2019, demellokoch2019 or martin2015
    #[arg(long, value_name = "KEY")]
    source: Option<String>,
    /// Only this claim; may be given several times
    #[arg(long, value_name = "ID")]
    claim: Vec<String>,
    /// Run all tests on samples too, minutes instead of seconds
    #[arg(long)]
    full: bool,
    /// Seed of everything random
    #[arg(long, default_value_t = DEFAULT_SEED)]
    seed: u64,
    /// How to print the records
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table for a reader
    Text,
    /// One object with all records
    Json,
    /// Test cases for a continuous integration server
    Junit,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let claims = select(arguments)?;
    let seed = Seed(arguments.seed);
    let depth = if arguments.full {
        Depth::Full
    } else {
        Depth::Quick
    };
    let records = decide_with_progress(&claims, seed, depth);
    let text = match arguments.format {
        Format::Text => ledger_text(&records),
        Format::Json => ledger_json(&records, seed)? + "\n",
        Format::Junit => ledger_junit(&records),
    };
    deliver(&text, arguments.out.as_deref())?;
    if arguments.out.is_some() {
        eprint!("{}{}", summary(&records), not_run(&records));
    }
    if records.iter().all(Record::is_as_expected) {
        Ok(Exit::Success)
    } else {
        Ok(Exit::Unexpected)
    }
}

/// Decides the claims with a progress bar, if there is a terminal to show it on.
pub(super) fn decide_with_progress(claims: &[Claim], seed: Seed, depth: Depth) -> Vec<Record> {
    let bar = if std::io::stderr().is_terminal() {
        ProgressBar::new(claims.len() as u64).with_style(
            ProgressStyle::with_template("{bar:40} {pos}/{len} claims  {elapsed}  {msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar()),
        )
    } else {
        ProgressBar::hidden()
    };
    let records = decide_all_at(claims, seed, depth, expectations(), |record| {
        bar.set_message(record.id);
        bar.inc(1);
    });
    bar.finish_and_clear();
    records
}

fn select(arguments: &Arguments) -> anyhow::Result<Vec<Claim>> {
    let mut claims = all_claims();
    if let Some(key) = &arguments.source {
        let source = Source::from_key(key).ok_or_else(|| {
            let keys: Vec<&str> = Source::ALL.iter().map(|s| s.key()).collect();
            Failure::bad_input(format!(
                "--source {key:?} is not a source; the sources are {}{}",
                keys.join(", "),
                suggestion(key, keys.iter().copied())
            ))
        })?;
        claims.retain(|c| c.source == source);
    }
    if !arguments.claim.is_empty() {
        for id in &arguments.claim {
            let owner = find(&all_claims(), id)?.source;
            if !claims.iter().any(|c| c.id == id) {
                return Err(Failure::bad_input(format!(
                    "claim {id:?} belongs to --source {}",
                    owner.key()
                )));
            }
        }
        claims.retain(|c| arguments.claim.iter().any(|id| id == c.id));
    }
    Ok(claims)
}

/// The claim with this id.
pub(super) fn find<'a>(claims: &'a [Claim], id: &str) -> anyhow::Result<&'a Claim> {
    claims.iter().find(|c| c.id == id).ok_or_else(|| {
        Failure::bad_input(format!(
            "no claim {id:?}{}",
            suggestion(id, claims.iter().map(|c| c.id))
        ))
    })
}

/// `; did you mean …?` with the nearest word.
fn suggestion<'a>(typed: &str, words: impl Iterator<Item = &'a str>) -> String {
    words
        .min_by_key(|w| edit_distance(typed, w))
        .map_or(String::new(), |w| format!("; did you mean {w}?"))
}

/// Levenshtein distance.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &cb) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(ca != cb);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_word_is_suggested() {
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        let words = ["jefferson2019-eq07", "jefferson2019-eq17"];
        assert_eq!(
            suggestion("jeferson2019-eq17", words.into_iter()),
            "; did you mean jefferson2019-eq17?"
        );
    }
}
