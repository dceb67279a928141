//! Deciding claims, and what the project expects of them.

use super::record::{Record, Status};
use super::{Claim, Depth, Docket};
use crate::random::Seed;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use thiserror::Error;

/// The committed status of every claim. It is compared with what a run finds and feeds no status.
#[derive(Clone, Debug, Default)]
pub struct Expectations(BTreeMap<String, Status>);

/// Why a text is not a list of expectations.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExpectationsError {
    /// A line that is not `id status`.
    #[error("line {line}: expected a claim id and a status, found {text:?}")]
    Line {
        /// Line number from one.
        line: usize,
        /// The line.
        text: String,
    },
    /// A claim that is named twice.
    #[error("line {line}: {id} is named twice")]
    Twice {
        /// Line number from one.
        line: usize,
        /// The claim.
        id: String,
    },
}

impl Expectations {
    /// Reads lines `id status`; empty lines and those that begin with `#` do not count.
    ///
    /// # Errors
    /// [`ExpectationsError`] naming the line.
    pub fn parse(text: &str) -> Result<Self, ExpectationsError> {
        let mut map = BTreeMap::new();
        for (index, raw) in text.lines().enumerate() {
            let line = index + 1;
            if raw.trim().is_empty() || raw.starts_with('#') {
                continue;
            }
            let mut words = raw.split_whitespace();
            let parsed = match (
                words.next(),
                words.next().and_then(Status::from_word),
                words.next(),
            ) {
                (Some(id), Some(status), None) => (id.to_owned(), status),
                _ => {
                    return Err(ExpectationsError::Line {
                        line,
                        text: raw.to_owned(),
                    });
                }
            };
            if map.insert(parsed.0.clone(), parsed.1).is_some() {
                return Err(ExpectationsError::Twice { line, id: parsed.0 });
            }
        }
        Ok(Self(map))
    }

    /// The expected status of a claim.
    pub fn get(&self, id: &str) -> Option<Status> {
        self.0.get(id).copied()
    }

    /// All ids that have an expectation.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// Decides one claim by a quick run. A panic inside is caught and makes it inconclusive.
pub fn decide(claim: &Claim, seed: Seed) -> Record {
    decide_at(claim, seed, Depth::Quick)
}

/// Decides one claim. A panic inside is caught and makes it inconclusive.
pub fn decide_at(claim: &Claim, seed: Seed, depth: Depth) -> Record {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut docket = Docket::new(claim.id, seed);
        (claim.decide)(&mut docket);
        for test in claim.sampled.iter().filter(|t| t.depth <= depth) {
            docket.sample(test);
        }
        docket
    }));
    let mut record = match outcome {
        Ok(docket) => docket.close(claim),
        Err(panic) => {
            let message = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("no message");
            let mut record = Record::of(claim, Status::Inconclusive, seed.0);
            record.reason = Some(format!("the decision broke off: {message}"));
            record
        }
    };
    record.not_run = claim
        .sampled
        .iter()
        .filter(|t| t.depth > depth)
        .map(|t| t.name)
        .collect();
    if depth == Depth::Full {
        record.reproduce.push_str(" --full");
    }
    record
}

/// [`decide_all_at`] for a quick run.
pub fn decide_all(
    claims: &[Claim],
    seed: Seed,
    expectations: &Expectations,
    progress: impl Fn(&Record) + Sync,
) -> Vec<Record> {
    decide_all_at(claims, seed, Depth::Quick, expectations, progress)
}

/// Decides all the claims, on as many threads as there are, and returns the records in order.
///
/// The records do not depend on the number of threads. `progress` is called once for each claim.
pub fn decide_all_at(
    claims: &[Claim],
    seed: Seed,
    depth: Depth,
    expectations: &Expectations,
    progress: impl Fn(&Record) + Sync,
) -> Vec<Record> {
    claims
        .par_iter()
        .with_max_len(1)
        .map(|claim| {
            let mut record = decide_at(claim, seed, depth);
            record.expected_status = expectations.get(claim.id);
            progress(&record);
            record
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_inconclusive_with_its_message() {
        let claim = Claim {
            id: "x",
            decide: |_| panic!("out of luck"),
            ..Claim::BLANK
        };
        let record = decide(&claim, Seed(1));
        assert_eq!(record.printed_status, Status::Inconclusive);
        assert!(record.reason.unwrap().contains("out of luck"));
    }

    #[test]
    fn expectations_are_read_strictly() {
        let e = Expectations::parse("# all\n\na holds\nb fails\n").unwrap();
        assert_eq!(
            (e.get("a"), e.get("b"), e.get("c")),
            (Some(Status::Holds), Some(Status::Fails), None)
        );
        assert!(matches!(
            Expectations::parse("a perhaps"),
            Err(ExpectationsError::Line { line: 1, .. })
        ));
        assert!(matches!(
            Expectations::parse("a holds\na fails"),
            Err(ExpectationsError::Twice { line: 2, .. })
        ));
    }
}
