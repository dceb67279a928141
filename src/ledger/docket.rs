//! Where a claim's function enters what it computed.

use super::record::{Control, Counterexample, Evidence, EvidenceKind, Record, Status};
use super::sampled::TestRecord;
use super::theorem::{Role, Theorem};
use super::{Claim, Comparison};
use crate::random::{Seed, Stream};

/// Fewest mutants that a claim must reject, the control against vacuity not counted.
const FEWEST_MUTANTS: usize = 3;

/// Which statement a comparison is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The form as printed, under the document's own assumptions.
    Printed,
    /// The form as printed, where the claim's unstated condition is met as well.
    Conditional,
    /// The corrected form.
    Corrected,
}

impl Form {
    fn words(self) -> &'static str {
        match self {
            Self::Printed => "printed form",
            Self::Conditional => "printed form under the condition",
            Self::Corrected => "corrected form",
        }
    }
}

/// Comparisons of one form by one kind of evidence over one scope.
#[derive(Debug)]
struct Entry {
    form: Form,
    kind: EvidenceKind,
    scope: String,
    agree: usize,
    differ: usize,
    undecided: Option<String>,
    /// What a caller wants said besides the counts.
    note: Option<String>,
    /// Size, power and effect of a test on samples.
    test: Option<TestRecord>,
}

#[derive(Debug)]
struct Refutation {
    size: usize,
    counterexample: Counterexample,
}

/// The evidence for and against one claim while it is being collected.
#[derive(Debug)]
pub struct Docket {
    id: &'static str,
    seed: Seed,
    entries: Vec<Entry>,
    controls: Vec<Control>,
    mutants: usize,
    vacuity_checked: bool,
    smallest: Option<Refutation>,
    undecided: Option<String>,
}

impl Docket {
    pub(super) fn new(id: &'static str, seed: Seed) -> Self {
        Self {
            id,
            seed,
            entries: Vec::new(),
            controls: Vec::new(),
            mutants: 0,
            vacuity_checked: false,
            smallest: None,
            undecided: None,
        }
    }

    /// A random stream of this claim; the same whatever other claims run.
    pub fn stream(&self, purpose: &str, index: u64) -> Stream {
        self.seed.stream(&format!("{}/{purpose}", self.id), index)
    }

    /// Enters one comparison. `comparison` has the form's value on the left and the truth on the right.
    pub fn check(
        &mut self,
        form: Form,
        kind: EvidenceKind,
        scope: &str,
        size: usize,
        instance: &str,
        comparison: &Comparison,
    ) {
        let entry = self.entry(form, kind, scope);
        match comparison {
            Comparison::Agrees => entry.agree += 1,
            Comparison::Undecided { why } => {
                entry
                    .undecided
                    .get_or_insert_with(|| format!("{instance}: {why}"));
            }
            Comparison::Differs { left, right } => {
                entry.differ += 1;
                if form == Form::Printed && self.smallest.as_ref().is_none_or(|s| size < s.size) {
                    self.smallest = Some(Refutation {
                        size,
                        counterexample: Counterexample {
                            instance: instance.to_owned(),
                            printed_value: left.clone(),
                            true_value: right.clone(),
                        },
                    });
                }
            }
        }
    }

    /// Adds a sentence to the evidence of this form, kind and scope.
    pub fn note(&mut self, form: Form, kind: EvidenceKind, scope: &str, note: impl Into<String>) {
        self.entry(form, kind, scope).note = Some(note.into());
    }

    /// Enters a mutant: `comparison` sets it against the truth, and it must differ.
    pub fn mutant(&mut self, name: impl Into<String>, comparison: &Comparison) {
        self.mutants += 1;
        self.control(
            name.into(),
            matches!(comparison, Comparison::Differs { .. }),
        );
    }

    /// Enters a mutant that is rejected if any of the comparisons sees it.
    pub fn mutant_anywhere(
        &mut self,
        name: impl Into<String>,
        comparisons: impl IntoIterator<Item = Comparison>,
    ) {
        let seen = comparisons
            .into_iter()
            .any(|c| matches!(c, Comparison::Differs { .. }));
        self.mutants += 1;
        self.control(name.into(), seen);
    }

    /// Enters the control against vacuity: the assumptions can be met and what is compared is no
    /// constant. [`Cases::finish`](super::Cases::finish) does this by itself where the values vary from case to case.
    pub fn not_vacuous(&mut self, what: impl Into<String>, varies: bool) {
        self.vacuity_checked = true;
        self.control(format!("not vacuous: {}", what.into()), varies);
    }

    /// Says why nothing can be decided; the claim is then inconclusive whatever else is entered.
    pub fn cannot_decide(&mut self, why: impl Into<String>) {
        self.undecided.get_or_insert(why.into());
    }

    /// Enters a theorem, if its statement is the one that the claim was written against.
    fn theorem(&mut self, theorem: &Theorem) {
        let form = match theorem.role {
            Role::Proves | Role::Refutes => Form::Printed,
            Role::ProvesUnderCondition => Form::Conditional,
            Role::ProvesCorrection => Form::Corrected,
        };
        let scope = format!("theorem {}", theorem.name);
        let valid = theorem.check();
        let entry = self.entry(form, EvidenceKind::Proof, &scope);
        entry.note = theorem.statement();
        match valid {
            Err(why) => entry.undecided = Some(why),
            Ok(()) if theorem.role == Role::Refutes => entry.differ += 1,
            Ok(()) => entry.agree += 1,
        }
    }

    pub(super) fn id(&self) -> &'static str {
        self.id
    }

    pub(super) fn seed(&self) -> Seed {
        self.seed
    }

    /// A test on samples that broke off.
    pub(super) fn undecided_entry(
        &mut self,
        form: Form,
        kind: EvidenceKind,
        scope: &str,
        why: &str,
    ) {
        self.entry(form, kind, scope).undecided = Some(why.to_owned());
    }

    /// A control of a test on samples: a mutant as any other.
    pub(super) fn sampled_control(&mut self, name: String, rejected: bool) {
        self.mutants += 1;
        self.control(name, rejected);
    }

    /// A test on samples that ran to its end; samples make no smallest counterexample unless there is no
    /// other.
    pub(super) fn sampled_entry(
        &mut self,
        form: Form,
        kind: EvidenceKind,
        test: TestRecord,
        rejected: Option<Counterexample>,
        notes: &[String],
    ) {
        let entry = self.entry(form, kind, test.name);
        match &rejected {
            None => entry.agree += 1,
            Some(_) => entry.differ += 1,
        }
        entry.test = Some(test);
        entry.note = (!notes.is_empty()).then(|| notes.join("; "));
        if let (Form::Printed, Some(counterexample), None) = (form, rejected, &self.smallest) {
            self.smallest = Some(Refutation {
                size: usize::MAX,
                counterexample,
            });
        }
    }

    fn control(&mut self, name: String, rejected: bool) {
        self.controls.push(Control { name, rejected });
    }

    fn entry(&mut self, form: Form, kind: EvidenceKind, scope: &str) -> &mut Entry {
        let found = self
            .entries
            .iter()
            .position(|e| e.form == form && e.kind == kind && e.scope == scope);
        let index = found.unwrap_or_else(|| {
            self.entries.push(Entry {
                form,
                kind,
                scope: scope.to_owned(),
                agree: 0,
                differ: 0,
                undecided: None,
                note: None,
                test: None,
            });
            self.entries.len() - 1
        });
        &mut self.entries[index]
    }

    fn refuted(&self, form: Form) -> bool {
        self.entries.iter().any(|e| e.form == form && e.differ > 0)
    }

    fn stands(&self, form: Form) -> bool {
        self.entries.iter().any(|e| e.form == form && e.agree > 0) && !self.refuted(form)
    }

    fn first_undecided(&self) -> Option<String> {
        self.undecided
            .clone()
            .or_else(|| self.entries.iter().find_map(|e| e.undecided.clone()))
    }

    /// A theorem and a computation that cannot both be right, if there are any.
    fn contradiction(&self) -> Option<String> {
        [Form::Printed, Form::Conditional, Form::Corrected]
            .into_iter()
            .find_map(|form| {
                let proved = self
                    .entries
                    .iter()
                    .find(|e| e.form == form && e.kind == EvidenceKind::Proof && e.agree > 0)?;
                self.refuted(form)
                    .then(|| format!("the {} is refuted, yet {}", form.words(), proved.scope))
            })
    }

    /// The status, and why it is inconclusive if it is.
    fn status(&self, claim: &Claim) -> (Status, Option<String>) {
        let inconclusive = |why: String| (Status::Inconclusive, Some(why));
        if let Some(control) = self.controls.iter().find(|c| !c.rejected) {
            return inconclusive(format!("the control \"{}\" survived", control.name));
        }
        if let Some(why) = self.first_undecided() {
            return inconclusive(why);
        }
        if let Some(why) = self.contradiction() {
            return inconclusive(why);
        }
        if claim.definition {
            return if self.entries.iter().any(|e| e.differ > 0) {
                inconclusive("a definition was refuted, so it is a claim".to_owned())
            } else {
                (Status::Definition, None)
            };
        }
        if self.mutants < FEWEST_MUTANTS {
            return inconclusive(format!(
                "{} mutants were tried, {FEWEST_MUTANTS} are wanted",
                self.mutants
            ));
        }
        if !self.vacuity_checked {
            return inconclusive("nothing shows that what was compared is no constant".to_owned());
        }
        if !self.refuted(Form::Printed) {
            return if self.stands(Form::Printed) {
                (Status::Holds, None)
            } else {
                inconclusive("the printed form was not compared with anything".to_owned())
            };
        }
        if claim.condition.is_some() {
            return if self.stands(Form::Conditional) {
                (Status::Conditional, None)
            } else {
                inconclusive("the printed form was not found true under its condition".to_owned())
            };
        }
        if claim.corrected.is_some() && !self.stands(Form::Corrected) {
            return inconclusive("the correction was not found true".to_owned());
        }
        (Status::Fails, None)
    }

    /// Closes the docket.
    pub(super) fn close(mut self, claim: &Claim) -> Record {
        for theorem in claim.theorems {
            self.theorem(theorem);
        }
        // A printed form that fails is itself a control of its correction: the same comparison
        // that accepts the correction has refused it.
        if self.refuted(Form::Printed) && self.stands(Form::Corrected) {
            self.control("the printed form".to_owned(), true);
        }
        let (status, reason) = self.status(claim);
        let mut record = Record::of(claim, status, self.seed.0);
        record.reason = reason;
        self.entries.sort_by_key(|e| e.kind);
        record.evidence = self.entries.iter().map(Entry::evidence).collect();
        record.controls = self.controls;
        record.counterexample = self.smallest.map(|s| s.counterexample);
        record
    }
}

impl Entry {
    fn evidence(&self) -> Evidence {
        let total = self.agree + self.differ;
        let mut detail = match (self.agree, self.differ) {
            (1, 0) if self.test.is_some() => "not rejected".to_owned(),
            (0, 1) if self.test.is_some() => "rejected".to_owned(),
            (1, 0) if self.kind == EvidenceKind::Proof => {
                "proved (proofs/check repeats it)".to_owned()
            }
            (0, 1) if self.kind == EvidenceKind::Proof => {
                "the negation is proved (proofs/check repeats it)".to_owned()
            }
            (_, 0) => format!("agrees in {total} of {total} cases"),
            (0, _) => format!("refuted in {total} of {total} cases"),
            (_, differ) => format!("refuted in {differ} of {total} cases"),
        };
        if let Some(test) = &self.test {
            detail = format!(
                "{detail} at α = {:.1e} (p = {:.2e}, {} hypotheses, {} independent draws); found with probability 1 − {:.0e}: {}",
                test.alpha,
                test.p_value,
                test.hypotheses,
                test.draws,
                1.0 - test.power,
                test.effect.join(", ")
            );
        }
        if let Some(why) = &self.undecided {
            detail = format!("{detail}; undecided: {why}");
        }
        if let Some(note) = &self.note {
            detail = format!("{detail}; {note}");
        }
        Evidence {
            kind: self.kind,
            scope: format!("{}: {}", self.form.words(), self.scope),
            detail,
            test: self.test.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Case;
    use num_rational::BigRational;

    fn q(n: i64) -> BigRational {
        BigRational::from_integer(n.into())
    }

    fn cases() -> Vec<Case<i64>> {
        (1..5)
            .rev()
            .map(|n| Case::new(n as usize, format!("n = {n}"), n))
            .collect()
    }

    fn square(docket: &mut Docket) {
        docket
            .on("n ≤ 4", &cases(), |&n| q(n * n))
            .printed(|&n| q(n).pow(2))
            .mutant("n³", |&n| q(n * n * n))
            .mutant("2n", |&n| q(2 * n))
            .mutant("n² + 1", |&n| q(n * n + 1))
            .finish();
    }

    fn close(claim: &Claim, fill: impl Fn(&mut Docket)) -> Record {
        let mut docket = Docket::new("test", Seed(1));
        fill(&mut docket);
        docket.close(claim)
    }

    #[test]
    fn agreement_everywhere_holds() {
        let record = close(&Claim::BLANK, square);
        assert_eq!(record.printed_status, Status::Holds);
        assert_eq!(record.controls.len(), 4);
    }

    #[test]
    fn a_surviving_mutant_is_inconclusive() {
        let record = close(&Claim::BLANK, |d| {
            square(d);
            d.on("n ≤ 4", &cases(), |&n| q(n))
                .mutant("the same", |&n| q(n))
                .finish();
        });
        assert_eq!(record.printed_status, Status::Inconclusive);
        assert!(record.reason.unwrap().contains("the same"));
    }

    #[test]
    fn too_few_mutants_or_a_constant_are_inconclusive() {
        let few = close(&Claim::BLANK, |d| {
            d.on("n ≤ 4", &cases(), |&n| q(n))
                .printed(|&n| q(n))
                .finish();
        });
        assert_eq!(few.printed_status, Status::Inconclusive);
        let constant = close(&Claim::BLANK, |d| {
            square(d);
            d.on("one", &cases(), |_| q(1)).printed(|_| q(1)).finish();
        });
        assert_eq!(constant.printed_status, Status::Inconclusive);
    }

    #[test]
    fn refutation_keeps_the_smallest_counterexample() {
        let claim = Claim {
            corrected: Some("n²"),
            wrong: Some("the power"),
            ..Claim::BLANK
        };
        let record = close(&claim, |d| {
            square(d);
            d.on("n ≤ 4", &cases(), |&n| q(n * n))
                .printed(|&n| q(2 * n))
                .corrected(|&n| q(n * n))
                .finish();
        });
        assert_eq!(record.printed_status, Status::Fails);
        // 2n = n² at n = 2, so the smallest counterexample is n = 1.
        let found = record.counterexample.unwrap();
        assert_eq!(
            (found.instance.as_str(), found.printed_value.as_str()),
            ("n = 1", "2")
        );
        assert_eq!(record.correction, Some("n²"));
    }

    #[test]
    fn a_correction_that_fails_is_inconclusive() {
        let claim = Claim {
            corrected: Some("n³"),
            ..Claim::BLANK
        };
        let record = close(&claim, |d| {
            square(d);
            d.on("n ≤ 4", &cases(), |&n| q(n * n))
                .printed(|&n| q(2 * n))
                .corrected(|&n| q(n * n * n))
                .finish();
        });
        assert_eq!(record.printed_status, Status::Inconclusive);
    }

    #[test]
    fn a_condition_must_make_it_true() {
        let claim = Claim {
            condition: Some("n = 2"),
            ..Claim::BLANK
        };
        let with = |met: fn(&i64) -> bool| {
            close(&claim, |d| {
                d.on("n ≤ 4", &cases(), |&n| q(n * n))
                    .printed_if(met, |&n| q(2 * n))
                    .mutant("n³", |&n| q(n * n * n))
                    .mutant("n", |&n| q(n))
                    .mutant("3n", |&n| q(3 * n))
                    .finish();
            })
            .printed_status
        };
        assert_eq!(with(|&n| n == 2), Status::Conditional);
        assert_eq!(with(|&n| n <= 2), Status::Inconclusive);
    }
}
