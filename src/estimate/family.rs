//! Many tests that share one probability of a false alarm, and tests in stages.

use super::design::{TestError, probability};

/// The size of a whole run: the probability that any of its tests raises a false alarm.
pub const FAMILY_ALPHA: f64 = 1e-6;

/// Names of tests and their shares, collected before any is run.
#[derive(Clone, Debug, Default)]
pub struct FamilyPlan {
    tests: Vec<(String, f64)>,
}

impl FamilyPlan {
    /// An empty plan.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a test with a weight: its share of α is its weight over the sum of weights.
    ///
    /// # Errors
    /// [`TestError::Registration`] if the name is taken, or the weight is not positive and finite.
    pub fn register(&mut self, name: &str, weight: f64) -> Result<(), TestError> {
        let taken = self.tests.iter().any(|t| t.0 == name);
        if taken || !(weight > 0.0 && weight.is_finite()) {
            return Err(registration(name));
        }
        self.tests.push((name.to_owned(), weight));
        Ok(())
    }

    /// Closes the plan: shares are fixed from here on.
    ///
    /// # Errors
    /// [`TestError::NotAProbability`] unless α lies strictly between 0 and 1.
    pub fn fix(self, alpha: f64) -> Result<Family, TestError> {
        let alpha = probability("α", alpha)?;
        let total: f64 = self.tests.iter().map(|t| t.1).sum();
        let entries = self
            .tests
            .into_iter()
            .map(|(name, weight)| (name, alpha * (weight / total), None))
            .collect();
        Ok(Family { entries })
    }
}

fn registration(name: &str) -> TestError {
    TestError::Registration {
        name: name.to_owned(),
    }
}

/// Tests with fixed shares of α and the p-values that they have given so far.
///
/// By the union bound the probability of any rejection under all hypotheses is at most α, whatever
/// the dependence between the tests.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    entries: Vec<(String, f64, Option<f64>)>,
}

impl Family {
    /// The share of α that a test was given.
    ///
    /// # Errors
    /// [`TestError::Registration`] if there is no such test.
    pub fn alpha(&self, name: &str) -> Result<f64, TestError> {
        let entry = self.entries.iter().find(|e| e.0 == name);
        entry.map(|e| e.1).ok_or_else(|| registration(name))
    }

    /// Notes the p-value of a test, once, and tells whether it rejects. NaN is refused.
    ///
    /// # Errors
    /// [`TestError::Registration`] if there is no such test or it has reported before,
    /// [`TestError::OutOfBounds`] if the number is no p-value.
    pub fn report(&mut self, name: &str, p_value: f64) -> Result<bool, TestError> {
        super::design::within(&[p_value], 0.0, 1.0)?;
        let entry = self
            .entries
            .iter_mut()
            .find(|e| e.0 == name && e.2.is_none())
            .ok_or_else(|| registration(name))?;
        entry.2 = Some(p_value);
        Ok(p_value <= entry.1)
    }

    /// Names of the tests that have rejected.
    pub fn rejected(&self) -> impl Iterator<Item = &str> {
        self.entries
            .iter()
            .filter(|e| e.2.is_some_and(|p| p <= e.1))
            .map(|e| e.0.as_str())
    }

    /// Names of the tests that have not reported: while there are any, the run has not passed.
    pub fn missing(&self) -> impl Iterator<Item = &str> {
        self.entries
            .iter()
            .filter(|e| e.2.is_none())
            .map(|e| e.0.as_str())
    }
}

/// What a stage of a test decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageDecision {
    /// The hypothesis is rejected.
    Reject,
    /// It is not, and the test has ended.
    Accept,
    /// Undecided: draw fresh data for the next stage.
    Continue,
}

/// A test in at most k stages of fresh data, fixed beforehand, of size at most α in all.
///
/// ```text
/// β₁ = α/k,  γ = β₁^{1/k};   stage i: p ≤ β_i rejects, p > γ + β_i accepts, else β_{i+1} = β_i/γ
/// ```
/// Stage i is reached by p-values in `(β_j, γ + β_j]` only, so the probability `R_i` of a rejection from
/// stage i on obeys `R_i ≤ β_i + γ R_{i+1}`, and `R_1 ≤ Σ γ^{i−1} β_i = α`. It needs p-values of valid
/// size, independent from stage to stage. With k = 1 it is the plain test.
///
/// # References
/// A. Gandy, J. Scott, arXiv:2001.06465, algorithm 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StagedTest {
    beta: f64,
    gamma: f64,
    left: u32,
}

impl StagedTest {
    /// Fixes size and number of stages.
    ///
    /// # Errors
    /// [`TestError`] unless α lies strictly between 0 and 1 and there is at least one stage.
    pub fn new(alpha: f64, stages: u32) -> Result<Self, TestError> {
        let alpha = probability("α", alpha)?;
        if stages == 0 {
            return Err(TestError::TooFew { got: 0, needed: 1 });
        }
        let beta = alpha / f64::from(stages);
        Ok(Self {
            beta,
            gamma: beta.powf(1.0 / f64::from(stages)),
            left: stages,
        })
    }

    /// The p-value at or below which the coming stage rejects.
    pub fn threshold(&self) -> f64 {
        self.beta
    }

    /// Judges the p-value of a stage.
    ///
    /// # Errors
    /// [`TestError::Ended`] after a decision, [`TestError::OutOfBounds`] if `p_value` is no p-value.
    pub fn stage(&mut self, p_value: f64) -> Result<StageDecision, TestError> {
        if self.left == 0 {
            return Err(TestError::Ended);
        }
        super::design::within(&[p_value], 0.0, 1.0)?;
        self.left -= 1;
        let decision = if p_value <= self.beta {
            StageDecision::Reject
        } else if p_value > self.gamma + self.beta || self.left == 0 {
            StageDecision::Accept
        } else {
            self.beta /= self.gamma;
            return Ok(StageDecision::Continue);
        };
        self.left = 0;
        Ok(decision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_to_alpha_and_each_test_reports_once() {
        let mut plan = FamilyPlan::new();
        plan.register("a", 1.0).unwrap();
        plan.register("b", 3.0).unwrap();
        assert!(plan.register("a", 1.0).is_err() && plan.register("c", f64::NAN).is_err());
        let mut family = plan.fix(FAMILY_ALPHA).unwrap();
        let (a, b) = (family.alpha("a").unwrap(), family.alpha("b").unwrap());
        assert!((a + b - FAMILY_ALPHA).abs() < 1e-20 && (b - 3.0 * a).abs() < 1e-20);
        assert!(family.alpha("c").is_err());
        assert!(family.report("a", f64::NAN).is_err());
        assert!(!family.report("a", 0.5).unwrap());
        assert!(family.report("a", 0.9).is_err(), "no second try");
        assert_eq!(family.missing().collect::<Vec<_>>(), ["b"]);
        assert!(family.report("b", 1e-9).unwrap());
        assert_eq!(family.rejected().collect::<Vec<_>>(), ["b"]);
    }

    /// Probability of rejection for p-values uniform on the grid 1/m, …, 1, by walking the stages.
    fn size(test: StagedTest, m: u32) -> f64 {
        // Outcomes only depend on where p lies among two thresholds: sample each cell of the grid once.
        let (mut reject, mut go_on, mut next) = (0_u32, 0_u32, None);
        for i in 1..=m {
            let mut t = test;
            match t.stage(f64::from(i) / f64::from(m)).unwrap() {
                StageDecision::Reject => reject += 1,
                StageDecision::Continue => {
                    go_on += 1;
                    next = Some(t);
                }
                StageDecision::Accept => {}
            }
        }
        let deeper = next.map_or(0.0, |t| size(t, m));
        (f64::from(reject) + f64::from(go_on) * deeper) / f64::from(m)
    }

    #[test]
    fn stages_together_have_the_size() {
        for (alpha, stages, m) in [(0.01, 1, 1000), (0.01, 2, 100_000), (0.05, 4, 100_000)] {
            let got = size(StagedTest::new(alpha, stages).unwrap(), m);
            // The grid is coarser than uniform by at most 1/m per stage.
            assert!(got <= alpha * (1.0 + 1e-9), "{got} > {alpha}");
            assert!(got > 0.98 * alpha, "{got} wastes {alpha}");
        }
    }

    #[test]
    fn a_decision_is_final() {
        let mut t = StagedTest::new(1e-6, 2).unwrap();
        assert_eq!(t.stage(0.9).unwrap(), StageDecision::Accept);
        assert_eq!(t.stage(0.0).unwrap_err(), TestError::Ended);
        let mut t = StagedTest::new(1e-6, 2).unwrap();
        assert_eq!(t.stage(1e-5).unwrap(), StageDecision::Continue);
        assert!(t.threshold() > 5e-7);
        assert!(t.stage(f64::NAN).is_err());
        assert_eq!(t.stage(1e-5).unwrap(), StageDecision::Reject);
        assert!(StagedTest::new(0.1, 0).is_err());
    }
}
