//! What is left of a decision: a record that can be printed, compared and stored.

use super::sampled::TestRecord;
use super::{Claim, Source};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What the evidence says of the printed form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// True as printed, on everything that was looked at.
    Holds,
    /// True under a condition that the source does not state.
    Conditional,
    /// Not true as printed.
    Fails,
    /// Nothing to decide.
    Definition,
    /// Could not be decided, with the reason in the record.
    Inconclusive,
}

impl Status {
    /// The word that stands in records.
    pub fn word(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Conditional => "conditional",
            Self::Fails => "fails",
            Self::Definition => "definition",
            Self::Inconclusive => "inconclusive",
        }
    }

    /// The status with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [
            Self::Holds,
            Self::Conditional,
            Self::Fails,
            Self::Definition,
            Self::Inconclusive,
        ]
        .into_iter()
        .find(|s| s.word() == word)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// Kinds of evidence, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EvidenceKind {
    /// A machine-checked theorem, for all sizes.
    Proof,
    /// Both sides equal as polynomials or rational functions, at the listed sizes.
    Symbolic,
    /// Both sides equal in ℚ at the listed points.
    Rational,
    /// Rigorous bounds overlap and are narrow.
    Enclosure,
    /// A transition matrix extracted from the production sampler.
    Kernel,
    /// A test with valid size; α, power and effect fixed before the run.
    Statistical,
    /// A second implementation or a published table.
    Independent,
}

impl fmt::Display for EvidenceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Proof => "proof",
            Self::Symbolic => "symbolic",
            Self::Rational => "rational",
            Self::Enclosure => "enclosure",
            Self::Kernel => "kernel",
            Self::Statistical => "statistical",
            Self::Independent => "independent",
        })
    }
}

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evidence {
    /// How strong it is.
    pub kind: EvidenceKind,
    /// Which form it is about, and what it covers.
    pub scope: String,
    /// What was found.
    pub detail: String,
    /// Size, power and effect, if it is a test on samples.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<TestRecord>,
}

/// A mutant that a sound check must reject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Control {
    /// What was changed.
    pub name: String,
    /// Whether the check saw it.
    pub rejected: bool,
}

/// Where the printed form fails, and the values of both sides there.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Counterexample {
    /// The system and its parameters.
    pub instance: String,
    /// Value of the printed form.
    pub printed_value: String,
    /// Value by an independent route.
    pub true_value: String,
}

/// The decision on one claim.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Record {
    /// The claim's permanent name.
    pub id: &'static str,
    /// The document's key.
    #[serde(serialize_with = "as_key")]
    pub source: Source,
    /// Number of the equation, if the claim is a numbered one.
    pub equation: Option<&'static str>,
    /// A few words.
    pub title: &'static str,
    /// The formula as printed.
    pub printed: &'static str,
    /// What the evidence says of the printed form.
    pub printed_status: Status,
    /// What the committed expectation says.
    pub expected_status: Option<Status>,
    /// The right form, if the printed one fails.
    pub correction: Option<&'static str>,
    /// What is wrong with the printed form.
    pub what_was_wrong: Option<&'static str>,
    /// The unstated condition under which the printed form is true.
    pub condition: Option<&'static str>,
    /// Units, signs, logarithms.
    pub conventions: &'static [&'static str],
    /// What the document assumes.
    pub assumptions: &'static [&'static str],
    /// Why nothing could be decided, if so.
    pub reason: Option<String>,
    /// All evidence, strongest first.
    pub evidence: Vec<Evidence>,
    /// All controls.
    pub controls: Vec<Control>,
    /// Where the printed form fails.
    pub counterexample: Option<Counterexample>,
    /// Tests on samples that are registered but were not a part of this run.
    pub not_run: Vec<&'static str>,
    /// The command that repeats this decision.
    pub reproduce: String,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde calls"
)]
fn as_key<S: serde::Serializer>(source: &Source, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(source.key())
}

impl Record {
    /// Whether the status is the committed one and no control survived.
    pub fn is_as_expected(&self) -> bool {
        self.expected_status == Some(self.printed_status)
            && self.controls.iter().all(|c| c.rejected)
    }

    /// How many controls were rejected.
    pub fn controls_rejected(&self) -> usize {
        self.controls.iter().filter(|c| c.rejected).count()
    }

    /// The strongest evidence, if there is any.
    pub fn strongest(&self) -> Option<EvidenceKind> {
        self.evidence.iter().map(|e| e.kind).min()
    }

    /// What stands in the record before any evidence.
    pub(super) fn of(claim: &Claim, status: Status, seed: u64) -> Self {
        let fails = status == Status::Fails;
        Self {
            id: claim.id,
            source: claim.source,
            equation: claim.equation,
            title: claim.title,
            printed: claim.printed,
            printed_status: status,
            expected_status: None,
            correction: if fails || status == Status::Conditional {
                claim.corrected
            } else {
                None
            },
            what_was_wrong: if fails { claim.wrong } else { None },
            condition: if status == Status::Conditional {
                claim.condition
            } else {
                None
            },
            conventions: claim.conventions,
            assumptions: claim.assumptions,
            reason: None,
            evidence: Vec::new(),
            controls: Vec::new(),
            counterexample: None,
            not_run: Vec::new(),
            reproduce: format!("blockspin verify --claim {} --seed {seed}", claim.id),
        }
    }
}
