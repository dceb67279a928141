//! Findings of committed runs as evidence.

use super::docket::{Docket, Form};
use super::finding::{Basis, Finding, Verdict};
use super::record::EvidenceKind;
use super::value::Comparison;
use serde::Deserialize;

/// How a control against vacuity begins.
const NOT_VACUOUS: &str = "not vacuous: ";

/// The scale of the sizes that the documents state; no other decides.
const PUBLISHED_SCALE: &str = "paper";

/// What is read of a committed run.
#[derive(Debug, Deserialize)]
struct RecordedRun {
    experiment: String,
    scale: String,
    seed: u64,
    findings: Vec<Finding>,
}

impl Docket {
    /// Enters the finding that a committed run (the JSON of `blockspin reproduce`) has for this claim: its
    /// verdict as evidence, its controls as controls. Without a finding, nothing is decided.
    ///
    /// Evidence is `statistical` for a test of a stated size and `enclosure` for exact numbers. A verdict by a
    /// criterion that has no size decides nothing, nor does a run of less than the published scale. A verdict "not
    /// reproduced" refutes the printed form; it is no evidence for any correction.
    pub fn recorded(&mut self, claim: &str, record: &str) {
        let run: RecordedRun = match serde_json::from_str(record) {
            Ok(run) => run,
            Err(e) => return self.cannot_decide(format!("the record cannot be read: {e}")),
        };
        match run.findings.iter().find(|f| f.claim == claim) {
            Some(finding) => self.enter_finding(finding, &run),
            None => self.cannot_decide("the record says nothing of this claim"),
        }
    }

    fn enter_finding(&mut self, finding: &Finding, run: &RecordedRun) {
        for control in &finding.controls {
            match control.name.strip_prefix(NOT_VACUOUS) {
                Some(what) => self.not_vacuous(what, control.rejected),
                None => self.mutant(&control.name, &seen(control.rejected)),
            }
        }
        let kind = if finding.basis == Basis::Exact {
            EvidenceKind::Enclosure
        } else {
            EvidenceKind::Statistical
        };
        let scope = format!(
            "recorded run: blockspin reproduce {} --scale {} --seed {}",
            run.experiment, run.scale, run.seed
        );
        let mut enter = |comparison: &Comparison| {
            self.check(Form::Printed, kind, &scope, 1, &scope, comparison);
            self.note(Form::Printed, kind, &scope, finding.because.clone());
        };
        enter(&what_it_says(finding, run));
    }
}

/// The printed form against the finding.
fn what_it_says(finding: &Finding, run: &RecordedRun) -> Comparison {
    let (words, because) = (finding.verdict.words(), &finding.because);
    let undecided = |why: String| Comparison::Undecided { why };
    match (finding.verdict, finding.basis) {
        (Verdict::NotDecidable, _) => undecided(because.clone()),
        (_, Basis::Criterion) => undecided(format!(
            "{words} by a stated criterion, which is no test of a stated size: {because}"
        )),
        _ if run.scale != PUBLISHED_SCALE => undecided(format!(
            "{words} at the scale {}, which is not the published one: {because}",
            run.scale
        )),
        (Verdict::Reproduced, _) => Comparison::Agrees,
        (Verdict::NotReproduced, _) => Comparison::Differs {
            left: finding.printed.clone(),
            right: because.clone(),
        },
    }
}

/// What a mutant's comparison was.
fn seen(rejected: bool) -> Comparison {
    if rejected {
        Comparison::Differs {
            left: "the statement".to_owned(),
            right: "the altered data".to_owned(),
        }
    } else {
        Comparison::Agrees
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Claim, Control, Record, Status, decide};
    use super::*;
    use crate::random::Seed;

    const ID: &str = "demellokoch2019-test";

    fn record(verdict: Verdict, basis: Basis, scale: &str, survivor: bool) -> String {
        let controls: Vec<Control> = ["a", "b", "c", "not vacuous: d"]
            .into_iter()
            .map(|name| Control {
                name: name.to_owned(),
                rejected: !(survivor && name == "b"),
            })
            .collect();
        let finding = Finding {
            claim: ID.to_owned(),
            printed: "as printed".to_owned(),
            verdict,
            basis,
            because: "of this".to_owned(),
            test: "size 0.01".to_owned(),
            numbers: Vec::new(),
            controls,
        };
        serde_json::json!({ "experiment": "fig0", "scale": scale, "seed": 7, "findings": [finding] })
            .to_string()
    }

    fn at_paper(verdict: Verdict, basis: Basis) -> String {
        record(verdict, basis, "paper", false)
    }

    fn closed(decide_it: fn(&mut Docket), corrected: Option<&'static str>) -> Record {
        let claim = Claim {
            id: ID,
            corrected,
            decide: decide_it,
            ..Claim::BLANK
        };
        decide(&claim, Seed(1))
    }

    #[test]
    fn verdicts_become_statuses() {
        use Basis::{Criterion, Exact, Test};
        use Verdict::{NotDecidable, NotReproduced, Reproduced};
        type Enter = fn(&mut Docket);
        let cases: [(Enter, Status); 11] = [
            (
                |d| d.recorded(ID, &at_paper(Reproduced, Test)),
                Status::Holds,
            ),
            (
                |d| d.recorded(ID, &at_paper(Reproduced, Exact)),
                Status::Holds,
            ),
            (
                |d| d.recorded(ID, &at_paper(Reproduced, Criterion)),
                Status::Inconclusive,
            ),
            (
                |d| d.recorded(ID, &at_paper(NotReproduced, Test)),
                Status::Fails,
            ),
            (
                |d| d.recorded(ID, &at_paper(NotReproduced, Exact)),
                Status::Fails,
            ),
            (
                |d| d.recorded(ID, &at_paper(NotReproduced, Criterion)),
                Status::Inconclusive,
            ),
            (
                |d| d.recorded(ID, &at_paper(NotDecidable, Test)),
                Status::Inconclusive,
            ),
            (
                |d| d.recorded(ID, &record(Reproduced, Test, "quick", false)),
                Status::Inconclusive,
            ),
            (
                |d| d.recorded(ID, &record(Reproduced, Test, "paper", true)),
                Status::Inconclusive,
            ),
            (
                |d| d.recorded("other", &at_paper(Reproduced, Test)),
                Status::Inconclusive,
            ),
            (|d| d.recorded(ID, "{"), Status::Inconclusive),
        ];
        for (k, (decide_it, status)) in cases.into_iter().enumerate() {
            assert_eq!(closed(decide_it, None).printed_status, status, "case {k}");
        }
    }

    #[test]
    fn evidence_is_named_after_what_it_rests_on() {
        let failed = closed(
            |d| d.recorded(ID, &at_paper(Verdict::NotReproduced, Basis::Test)),
            None,
        );
        assert_eq!(failed.evidence[0].kind, EvidenceKind::Statistical);
        assert!(
            failed.evidence[0]
                .scope
                .contains("reproduce fig0 --scale paper --seed 7")
        );
        assert_eq!(failed.counterexample.unwrap().true_value, "of this");
        let exact = closed(
            |d| d.recorded(ID, &at_paper(Verdict::Reproduced, Basis::Exact)),
            None,
        );
        assert_eq!(exact.evidence[0].kind, EvidenceKind::Enclosure);
        let criterion = closed(
            |d| d.recorded(ID, &at_paper(Verdict::NotReproduced, Basis::Criterion)),
            None,
        );
        assert_eq!(
            criterion.reason.unwrap(),
            "recorded run: blockspin reproduce fig0 --scale paper --seed 7: not reproduced by a stated criterion, which is no test of a stated size: of this"
        );
    }

    #[test]
    fn a_refutation_is_no_evidence_for_a_correction() {
        let failed = closed(
            |d| d.recorded(ID, &at_paper(Verdict::NotReproduced, Basis::Test)),
            Some("otherwise"),
        );
        assert_eq!(failed.printed_status, Status::Inconclusive);
        assert_eq!(failed.reason.unwrap(), "the correction was not found true");
    }

    #[test]
    fn a_record_without_a_basis_rests_on_a_criterion() {
        let with = at_paper(Verdict::Reproduced, Basis::Test);
        let mut value: serde_json::Value = serde_json::from_str(&with).unwrap();
        value["findings"][0]
            .as_object_mut()
            .unwrap()
            .remove("basis");
        let run: RecordedRun = serde_json::from_value(value).unwrap();
        assert_eq!(run.findings[0].basis, Basis::Criterion);
    }
}
