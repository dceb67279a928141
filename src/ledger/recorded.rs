//! Findings of committed runs as evidence.

use super::docket::{Docket, Form};
use super::finding::{Finding, Verdict};
use super::record::EvidenceKind;
use super::value::Comparison;
use serde::Deserialize;

/// How a control against vacuity begins.
const NOT_VACUOUS: &str = "not vacuous: ";

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
    /// Evidence is `statistical` if the finding names a test and `enclosure` if its numbers are exact. A verdict
    /// "not reproduced" refutes the printed form and stands behind the claim's correction, which says what came out
    /// instead.
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
        let kind = if finding.test.is_empty() {
            EvidenceKind::Enclosure
        } else {
            EvidenceKind::Statistical
        };
        let scope = format!(
            "recorded run: blockspin reproduce {} --scale {} --seed {}",
            run.experiment, run.scale, run.seed
        );
        let mut enter = |form: Form, comparison: &Comparison| {
            self.check(form, kind, &scope, 1, &scope, comparison);
            self.note(form, kind, &scope, finding.because.clone());
        };
        match finding.verdict {
            Verdict::Reproduced => enter(Form::Printed, &Comparison::Agrees),
            Verdict::NotReproduced => {
                let differs = Comparison::Differs {
                    left: finding.printed.clone(),
                    right: finding.because.clone(),
                };
                enter(Form::Printed, &differs);
                enter(Form::Corrected, &Comparison::Agrees);
            }
            Verdict::NotDecidable => {
                let why = finding.because.clone();
                enter(Form::Printed, &Comparison::Undecided { why });
            }
        }
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

    fn record(verdict: Verdict, survivor: bool) -> String {
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
            because: "of this".to_owned(),
            test: "size 0.01".to_owned(),
            numbers: Vec::new(),
            controls,
        };
        serde_json::json!({ "experiment": "fig0", "scale": "paper", "seed": 7, "findings": [finding] })
            .to_string()
    }

    fn closed(text: &'static str) -> Record {
        // A function pointer carries no text, so the cases are told apart here.
        let claim = |decide| Claim {
            id: ID,
            corrected: Some("otherwise"),
            decide,
            ..Claim::BLANK
        };
        let claim = match text {
            "reproduced" => claim(|d| d.recorded(ID, &record(Verdict::Reproduced, false))),
            "not" => claim(|d| d.recorded(ID, &record(Verdict::NotReproduced, false))),
            "undecided" => claim(|d| d.recorded(ID, &record(Verdict::NotDecidable, false))),
            "survivor" => claim(|d| d.recorded(ID, &record(Verdict::Reproduced, true))),
            "another" => claim(|d| d.recorded("other", &record(Verdict::Reproduced, false))),
            _ => claim(|d| d.recorded(ID, "{")),
        };
        decide(&claim, Seed(1))
    }

    #[test]
    fn verdicts_become_statuses() {
        for (text, status) in [
            ("reproduced", Status::Holds),
            ("not", Status::Fails),
            ("undecided", Status::Inconclusive),
            ("survivor", Status::Inconclusive),
            ("another", Status::Inconclusive),
            ("broken", Status::Inconclusive),
        ] {
            assert_eq!(closed(text).printed_status, status, "{text}");
        }
        let failed = closed("not");
        assert_eq!(failed.evidence[0].kind, EvidenceKind::Statistical);
        assert!(
            failed.evidence[0]
                .scope
                .contains("reproduce fig0 --scale paper --seed 7")
        );
        assert_eq!(failed.counterexample.unwrap().true_value, "of this");
    }
}
