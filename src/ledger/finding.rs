//! What re-running a published experiment found: numbers beside the printed ones, and a verdict.
//!
//! A finding is made by an experiment that runs for minutes or hours, is committed as JSON, and enters
//! the ledger from there.

use super::record::{Control, Status};
use serde::{Deserialize, Serialize};

/// What a re-run says of a published result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The result came out, whatever the text leaves open.
    Reproduced,
    /// It did not come out for any choice of what the text leaves open.
    NotReproduced,
    /// It depends on what the text leaves open, or the run could not tell.
    NotDecidable,
}

impl Verdict {
    /// The status of the printed statement.
    pub fn status(self) -> Status {
        match self {
            Self::Reproduced => Status::Holds,
            Self::NotReproduced => Status::Fails,
            Self::NotDecidable => Status::Inconclusive,
        }
    }

    /// For a reader.
    pub fn words(self) -> &'static str {
        match self {
            Self::Reproduced => "reproduced",
            Self::NotReproduced => "not reproduced",
            Self::NotDecidable => "not decidable from the text",
        }
    }
}

/// What a verdict rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Rigorous enclosures alone.
    Exact,
    /// A test of a stated size, valid for finitely many draws.
    Test,
    /// A stated criterion that has no size: it says what came out, and decides no claim of the ledger.
    #[default]
    Criterion,
}

/// A number of a re-run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Number {
    /// What it is, with the parameters it belongs to.
    pub name: String,
    /// Its value; the middle of the bounds of an enclosure.
    pub value: f64,
    /// One standard error of an estimate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub std_err: Option<f64>,
    /// Rigorous bounds of an enclosure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounds: Option<[f64; 2]>,
    /// What the document prints for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub printed: Option<f64>,
}

/// The decision of one published statement by a re-run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The ledger's claim.
    pub claim: String,
    /// The statement as printed.
    pub printed: String,
    /// What came out.
    pub verdict: Verdict,
    /// What the verdict rests on.
    #[serde(default)]
    pub basis: Basis,
    /// Why, in a sentence or two, with the numbers that decide.
    pub because: String,
    /// The test: its size, its power at a named effect, the number of independent draws. Empty where the
    /// numbers are exact.
    #[serde(default)]
    pub test: String,
    /// What was computed.
    pub numbers: Vec<Number>,
    /// Altered data or altered statements that the same decision must reject.
    pub controls: Vec<Control>,
}
