//! Tests on samples as evidence: their size is shared out before anything is drawn.

use super::docket::{Docket, Form};
use super::record::{Counterexample, EvidenceKind};
use crate::estimate::{Design, FAMILY_ALPHA, TestError};
use crate::random::{Seed, Stream};
use serde::Serialize;

/// How much a run of the ledger does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Depth {
    /// Everything that is exact, and the tests on samples that take no time to speak of.
    #[default]
    Quick,
    /// All registered tests on samples too.
    Full,
}

/// In how many shares the size [`FAMILY_ALPHA`] of a whole run is cut.
pub const FAMILY_SHARES: u32 = 1000;

/// The power of every test on samples at the effect that its evidence names. A control at that effect is
/// lost with the rest of the probability.
pub const PLANNED_POWER: f64 = 1.0 - 1e-6;

/// A test on samples that a claim registers. All tests of all claims together have
/// [`FAMILY_SHARES`] shares at most, so that a full run raises a false alarm with probability
/// [`FAMILY_ALPHA`] at most, whatever part of it is run.
#[derive(Clone, Copy, Debug)]
pub struct SampledTest {
    /// Its name, unlike that of any other test.
    pub name: &'static str,
    /// The form that it is evidence for.
    pub form: Form,
    /// Its part of the family's size.
    pub shares: u32,
    /// The least run that it is a part of.
    pub depth: Depth,
    /// Plans, draws and judges.
    pub run: fn(&mut Trial) -> Result<(), TrialError>,
}

impl SampledTest {
    /// Its size.
    pub fn alpha(&self) -> f64 {
        FAMILY_ALPHA * f64::from(self.shares) / f64::from(FAMILY_SHARES)
    }
}

/// What broke off a test on samples: it is then undecided.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TrialError {
    /// Size, power or data are none that can be tested.
    #[error(transparent)]
    Test(#[from] TestError),
    /// The plan was made twice, or never, or judged by another number of p-values.
    #[error("{planned} hypotheses were planned and {judged} judged")]
    Plan {
        /// Number planned.
        planned: usize,
        /// Number judged.
        judged: usize,
    },
    /// Draws, their effect or a control was left out, without which a p-value says little.
    #[error("the test has no {what}")]
    Missing {
        /// What was left out.
        what: &'static str,
    },
    /// No effect is found with the planned power.
    #[error("no effect is found with the planned power in {what}")]
    NoPower {
        /// Which hypothesis.
        what: String,
    },
    /// A model, an exact engine or a sampler refused.
    #[error("{what}: {cause}")]
    Refused {
        /// What was asked for.
        what: &'static str,
        /// What it said.
        cause: String,
    },
}

impl TrialError {
    /// For `map_err` on the errors of other rooms.
    pub fn refused<E: std::fmt::Display>(what: &'static str) -> impl Fn(E) -> Self {
        move |error| Self::Refused {
            what,
            cause: error.to_string(),
        }
    }
}

/// What was fixed before the draws, and what came out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TestRecord {
    /// Name of the test.
    pub name: &'static str,
    /// Its size: probability of a rejection if all its hypotheses are true.
    pub alpha: f64,
    /// Number of hypotheses, which share the size equally.
    pub hypotheses: usize,
    /// Independent draws in all.
    pub draws: u64,
    /// Probability of a rejection at the effect.
    pub power: f64,
    /// The smallest effects that are found with this power, by the plan.
    pub effect: Vec<String>,
    /// The smallest p-value times the number of hypotheses, at most one.
    pub p_value: f64,
}

/// A test on samples while it runs: first the plan, then the draws, then the verdicts.
#[derive(Debug)]
pub struct Trial {
    test: SampledTest,
    claim: &'static str,
    seed: Seed,
    hypotheses: usize,
    draws: u64,
    effect: Vec<String>,
    p_values: Vec<f64>,
    rejected: Option<Counterexample>,
    controls: Vec<(String, bool)>,
    notes: Vec<String>,
}

impl Trial {
    fn new(claim: &'static str, seed: Seed, test: SampledTest) -> Self {
        Self {
            test,
            claim,
            seed,
            hypotheses: 0,
            draws: 0,
            effect: Vec::new(),
            p_values: Vec::new(),
            rejected: None,
            controls: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Fixes the number of hypotheses, once. Each gets an equal part of the size; the power is
    /// [`PLANNED_POWER`].
    ///
    /// # Errors
    /// [`TrialError::Plan`] if there is a plan already, or none is asked for.
    pub fn plan(&mut self, hypotheses: usize) -> Result<Design, TrialError> {
        if self.hypotheses > 0 || hypotheses == 0 {
            return Err(TrialError::Plan {
                planned: hypotheses,
                judged: self.p_values.len(),
            });
        }
        self.hypotheses = hypotheses;
        Ok(Design::new(
            self.test.alpha() / hypotheses as f64,
            PLANNED_POWER,
        )?)
    }

    /// Says, before the draws, how many independent ones there will be of something and what effect they show.
    pub fn expect(&mut self, draws: u64, effect: impl Into<String>) {
        self.draws += draws;
        self.effect.push(effect.into());
    }

    /// A random stream of this test; the same whatever else is run.
    pub fn stream(&self, purpose: &str, index: u64) -> Stream {
        let (claim, name) = (self.claim, self.test.name);
        self.seed
            .stream(&format!("{claim}/{name}/{purpose}"), index)
    }

    /// A seed of this test, for what makes streams of its own.
    pub fn seed(&self, purpose: &str, index: u64) -> Seed {
        Seed(self.stream(purpose, index).next_u64())
    }

    fn each(&self) -> f64 {
        self.test.alpha() / self.hypotheses.max(1) as f64
    }

    /// Judges one of the planned hypotheses by its p-value; `found` and `exact` are for a reader.
    ///
    /// # Errors
    /// [`TestError::OutOfBounds`] if it is no p-value.
    pub fn hypothesis(
        &mut self,
        what: &str,
        p_value: f64,
        found: impl std::fmt::Display,
        exact: impl std::fmt::Display,
    ) -> Result<(), TrialError> {
        check(p_value)?;
        self.p_values.push(p_value);
        if p_value <= self.each() && self.rejected.is_none() {
            self.rejected = Some(Counterexample {
                instance: format!("{what}, p = {p_value:.2e}"),
                printed_value: exact.to_string(),
                true_value: found.to_string(),
            });
        }
        Ok(())
    }

    /// Enters a control: the p-values of the same hypotheses with data that were made wrongly. It is rejected
    /// if one of them is at or below the size that each hypothesis has.
    ///
    /// # Errors
    /// [`TestError::OutOfBounds`] if one is no p-value.
    pub fn control(
        &mut self,
        name: impl Into<String>,
        p_values: impl IntoIterator<Item = f64>,
    ) -> Result<(), TrialError> {
        let mut seen = false;
        for p in p_values {
            check(p)?;
            seen |= p <= self.each();
        }
        let name = format!("{}: {}", self.test.name, name.into());
        self.controls.push((name, seen));
        Ok(())
    }

    /// Adds a sentence on what was found.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    fn finish(self) -> Result<Finished, TrialError> {
        if self.hypotheses == 0 || self.p_values.len() != self.hypotheses {
            return Err(TrialError::Plan {
                planned: self.hypotheses,
                judged: self.p_values.len(),
            });
        }
        for (missing, what) in [
            (self.draws == 0, "draws"),
            (self.effect.is_empty(), "smallest effect"),
            (self.controls.is_empty(), "negative control"),
        ] {
            if missing {
                return Err(TrialError::Missing { what });
            }
        }
        let smallest = self.p_values.iter().copied().fold(1.0, f64::min);
        Ok(Finished {
            record: TestRecord {
                name: self.test.name,
                alpha: self.test.alpha(),
                hypotheses: self.hypotheses,
                draws: self.draws,
                power: PLANNED_POWER,
                effect: self.effect,
                p_value: (smallest * self.hypotheses as f64).min(1.0),
            },
            rejected: self.rejected,
            controls: self.controls,
            notes: self.notes,
        })
    }
}

fn check(p_value: f64) -> Result<(), TestError> {
    if (0.0..=1.0).contains(&p_value) {
        Ok(())
    } else {
        Err(TestError::NotAProbability {
            what: "the p-value",
            value: p_value,
        })
    }
}

/// A trial with all its verdicts.
struct Finished {
    record: TestRecord,
    rejected: Option<Counterexample>,
    controls: Vec<(String, bool)>,
    notes: Vec<String>,
}

impl Docket {
    /// Runs a registered test and enters what it found.
    pub(super) fn sample(&mut self, test: &SampledTest) {
        let mut trial = Trial::new(self.id(), self.seed(), *test);
        let outcome = (test.run)(&mut trial).and_then(|()| trial.finish());
        let kind = EvidenceKind::Statistical;
        match outcome {
            Err(error) => self.undecided_entry(test.form, kind, test.name, &error.to_string()),
            Ok(done) => {
                for (name, seen) in done.controls {
                    self.sampled_control(name, seen);
                }
                self.sampled_entry(test.form, kind, done.record, done.rejected, &done.notes);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::Status;
    use super::super::run::{decide, decide_at};
    use super::super::{Case, Claim, Record};
    use super::*;
    use crate::estimate::{BinomialTest, hoeffding_p_value};
    use num_rational::BigRational;

    fn q(n: i64) -> BigRational {
        BigRational::from_integer(n.into())
    }

    fn square(docket: &mut Docket) {
        let cases: Vec<_> = (1..4)
            .map(|n| Case::new(n as usize, format!("n = {n}"), n))
            .collect();
        docket
            .on("n < 4", &cases, |&n| q(n * n))
            .printed(|&n| q(n).pow(2))
            .mutant("n³", |&n| q(n * n * n))
            .mutant("2n", |&n| q(2 * n))
            .mutant("n² + 1", |&n| q(n * n + 1))
            .finish();
    }

    /// A coin with this probability of heads, said to be fair.
    fn coin(trial: &mut Trial, probability: f64) -> Result<(), TrialError> {
        let design = trial.plan(1)?;
        let draws = 2000;
        let test = BinomialTest::plan(draws, design.alpha(), design.power(), 0.5)
            .map_err(TrialError::refused("the coin"))?;
        let (up, _) = test.detectable_effect();
        let up = up.ok_or(TrialError::NoPower {
            what: "coin".into(),
        })?;
        trial.expect(draws, format!("probability of heads off by {up:.4}"));
        let toss = |purpose: &str, p: f64, trial: &Trial| -> u64 {
            let mut stream = trial.stream(purpose, 0);
            (0..draws).filter(|_| stream.uniform() < p).count() as u64
        };
        let judge = |heads| test.p_value(heads).map_err(TrialError::refused("the coin"));
        let heads = toss("coin", probability, trial);
        trial.hypothesis("heads", judge(heads)?, heads, draws / 2)?;
        let wrong = toss("wrong coin", 0.5 + up, trial);
        trial.control("a wrong coin", [judge(wrong)?])
    }

    fn registered(run: fn(&mut Trial) -> Result<(), TrialError>, depth: Depth) -> Record {
        let tests: &'static [SampledTest] = Box::leak(Box::new([SampledTest {
            name: "coin",
            form: Form::Printed,
            shares: 10,
            depth: Depth::Full,
            run,
        }]));
        let claim = Claim {
            decide: square,
            sampled: tests,
            ..Claim::BLANK
        };
        decide_at(&claim, Seed(4), depth)
    }

    #[test]
    fn a_fair_coin_is_evidence_and_a_wrong_one_refutes() {
        let record = registered(|t| coin(t, 0.5), Depth::Full);
        assert_eq!(record.printed_status, Status::Holds);
        let found = record
            .evidence
            .iter()
            .find_map(|e| e.test.as_ref())
            .unwrap();
        assert!((found.alpha - 1e-8).abs() < 1e-20);
        assert!(found.p_value > found.alpha && found.draws == 2000);
        assert!(
            record
                .controls
                .iter()
                .any(|c| c.name == "coin: a wrong coin")
        );
        assert!(record.not_run.is_empty());
        let record = registered(|t| coin(t, 0.6), Depth::Full);
        // No correction is given, but the printed form is refuted.
        assert_eq!(record.printed_status, Status::Fails);
        assert!(record.counterexample.unwrap().instance.contains("p = "));
    }

    #[test]
    fn what_a_quick_run_leaves_out_is_named() {
        let record = registered(|t| coin(t, 0.6), Depth::Quick);
        assert_eq!(record.printed_status, Status::Holds);
        assert_eq!(record.not_run, ["coin"]);
        let claim = Claim {
            decide: square,
            ..Claim::BLANK
        };
        assert!(decide(&claim, Seed(4)).not_run.is_empty());
    }

    #[test]
    fn a_trial_that_breaks_its_plan_is_undecided() {
        type Decide = fn(&mut Trial) -> Result<(), TrialError>;
        let broken: [Decide; 6] = [
            |_| Ok(()),
            |t| {
                t.plan(2)
                    .and_then(|_| t.hypothesis("one of two", 0.5, 1, 1))
            },
            |t| {
                t.plan(1)?;
                t.hypothesis("no p-value", f64::NAN, 1, 1)
            },
            |t| {
                t.plan(1)?;
                t.plan(1).map(|_| ())
            },
            |t| {
                t.plan(1)?;
                t.hypothesis("no draws", 0.5, 1, 1)?;
                t.control("wrong", [1e-12])
            },
            |t| {
                t.plan(1)?;
                t.expect(2, "all");
                t.hypothesis("no control", 0.5, 1, 1)
            },
        ];
        for run in broken {
            let record = registered(run, Depth::Full);
            assert_eq!(record.printed_status, Status::Inconclusive);
        }
    }

    #[test]
    fn a_control_that_survives_is_inconclusive() {
        let record = registered(
            |t| {
                let design = t.plan(1)?;
                t.expect(2, "all");
                let p = hoeffding_p_value(&[0.4, 0.6], 0.0, 1.0, 0.5)?;
                assert!(p > design.alpha());
                t.hypothesis("two draws", p, 0.5, 0.5)?;
                t.control("the same draws", [p])
            },
            Depth::Full,
        );
        assert_eq!(record.printed_status, Status::Inconclusive);
        assert!(record.reason.unwrap().contains("the same draws"));
    }
}
