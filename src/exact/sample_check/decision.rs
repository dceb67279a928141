//! The tests, what they share of α, the verdict, and what would have been seen.

use super::super::{ExactError, Limits};
use super::independence::{Series, order, thin};
use super::reference::{Law, MeanEnergy, Reference};
use super::report::{Finding, Kind, KindReport, SampleReport, Verdict};
use super::samples::Samples;
use crate::estimate::{
    BinomialTest, BinomialTestError, Design, Family, FamilyPlan, TestError, dkw_p_value,
    empirical_bernstein_detectable, empirical_bernstein_p_value,
};
use crate::model::SpinHamiltonian;
use crate::numeric::Enclosure;
use rayon::prelude::*;
use thiserror::Error;

/// Most findings of a kind that a report lists.
const LISTED_FINDINGS: usize = 20;

/// What is done with rows that are not in random order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Correlated {
    /// Rows many autocorrelation times apart are tested.
    #[default]
    Thin,
    /// Nothing is decided.
    Refuse,
    /// They are rejected: the rows were said to be independent.
    Reject,
}

/// What is asked of a check, before the samples are looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SampleSettings {
    /// Probability of rejecting independent samples of the model, for all tests together.
    pub alpha: f64,
    /// Probability with which the detectable deviation is detected.
    pub power: f64,
    /// The deviation that every kind of test is to be able to detect; `None` if any will do.
    pub detect: Option<f64>,
    /// What is done with correlated rows.
    pub correlated: Correlated,
}

impl Default for SampleSettings {
    /// α = 1e-6, power 0.999, any deviation, thinning.
    fn default() -> Self {
        Self {
            alpha: crate::estimate::FAMILY_ALPHA,
            power: 0.999,
            detect: None,
            correlated: Correlated::Thin,
        }
    }
}

/// Why there is no check.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum SampleCheckError {
    /// Rows of another length than the model's.
    #[error("rows of {found} spins for a model of {expected}")]
    Spins {
        /// Spins of a row.
        found: usize,
        /// Spins of the model.
        expected: usize,
    },
    /// A setting that is no probability.
    #[error(transparent)]
    Setting(#[from] TestError),
    /// Nothing is known exactly of the model within the limits.
    #[error(transparent)]
    Exact(#[from] ExactError),
}

impl From<BinomialTestError> for SampleCheckError {
    fn from(error: BinomialTestError) -> Self {
        match error {
            BinomialTestError::NotAProbability { what, value } => {
                TestError::NotAProbability { what, value }.into()
            }
            BinomialTestError::Counts { successes, draws } => TestError::Counts {
                successes,
                trials: draws,
            }
            .into(),
        }
    }
}

/// Tests whether samples come from a model.
///
/// Each kind of test has an equal share of α and shares it equally among its tests; the shares depend on the
/// model and the settings, not on the samples. For independent rows drawn from the model the verdict is
/// [`Verdict::Rejected`] with probability at most α, at every number of rows: all tests are exact
/// or bounds for finite samples, and every expected number is an enclosure that is read in the samples' favour.
///
/// Whether rows are in random order is one of the tests. If it rejects, [`Correlated`] says what happens; what
/// is then decided about thinned rows has size α only as far as rows ten autocorrelation times apart are
/// independent.
///
/// # Errors
/// [`SampleCheckError`]; [`ExactError::TooLarge`] if the model is beyond exact solution within the limits.
/// # Accuracy
/// Tests `samples_of_the_model_pass_as_often_as_promised`, `planted_faults_are_rejected`,
/// `what_is_called_detectable_is_detected`.
/// # Complexity
/// O(rows · (terms + spins²/64)), and the exact solution.
///
/// ```
/// use blockspin::exact::{Limits, SampleSettings, Samples, Verdict, check_samples, draw};
/// use blockspin::model::Lattice;
/// use blockspin::random::Seed;
/// let model = Lattice::torus(3, 3).ising(0.3, 0.1).unwrap();
/// let mut stream = Seed(1).stream("example", 0);
/// let rows = draw(&model, 5000, &mut stream, &Limits::default()).unwrap();
/// let samples = Samples::new(1, 5000, 9, rows).unwrap();
/// let settings = SampleSettings::default();
/// let check = |m| check_samples(&m, &samples, &settings, &Limits::default()).unwrap().verdict;
/// assert_eq!(check(model), Verdict::Consistent);
/// let hotter = Lattice::torus(3, 3).ising(0.2, 0.1).unwrap();
/// assert_eq!(check(hotter), Verdict::Rejected);
/// ```
pub fn check_samples(
    model: &SpinHamiltonian,
    samples: &Samples,
    settings: &SampleSettings,
    limits: &Limits,
) -> Result<SampleReport, SampleCheckError> {
    if samples.spins() != model.spins() {
        return Err(SampleCheckError::Spins {
            found: samples.spins(),
            expected: model.spins(),
        });
    }
    Design::new(settings.alpha, settings.power)?;
    let reference = Reference::of(model, limits)?;
    let mut family = family(&reference, settings.alpha)?;
    let series = Series::of(model, samples);
    let order = order(samples, &series);
    let alpha = family.alpha(Kind::Independence.name())?;
    let p_order = (order.p_value * order.tests as f64).min(1.0);
    let dependent = family.report(Kind::Independence.name(), p_order)?;
    let independence = KindReport {
        kind: Kind::Independence,
        tests: order.tests,
        alpha,
        p_value: p_order,
        worst: Finding {
            of: order.at,
            observed: f64::NAN,
            expected: Enclosure::UNBOUNDED,
            p_value: order.p_value,
        },
        detectable: None,
        rejected: Vec::new(),
    };
    let mut report = SampleReport {
        verdict: Verdict::Consistent,
        p_value: p_order,
        rows: samples.rows(),
        tested: samples.rows(),
        chains: samples.chains(),
        thinning: None,
        kinds: vec![independence],
        left_out: reference.left_out.clone(),
        all_pairs: reference.all_pairs,
        beta: (None, None),
    };
    let thinned = if dependent && settings.correlated != Correlated::Reject {
        let (how, rows) = thin(model, samples, &series, alpha);
        report.thinning = Some(how);
        match rows.filter(|_| settings.correlated == Correlated::Thin) {
            None => {
                report.verdict = Verdict::Correlated;
                report.tested = 0;
                return Ok(report);
            }
            thinned => thinned,
        }
    } else {
        None
    };
    let (samples, series) = match &thinned {
        Some(rows) => (rows, Series::of(model, rows)),
        None => (samples, series),
    };
    report.tested = samples.rows();
    let kinds = reference.test(model, samples, &series, &family, settings)?;
    let members = kinds.len() as f64 + 1.0;
    for kind in &kinds {
        family.report(kind.kind.name(), kind.p_value)?;
    }
    let rejected = family
        .rejected()
        .any(|name| thinned.is_none() || name != Kind::Independence.name());
    let smallest = kinds.iter().map(|k| k.p_value).fold(1.0, f64::min);
    let smallest = if thinned.is_none() {
        smallest.min(p_order)
    } else {
        smallest
    };
    report.p_value = (members * smallest).min(1.0);
    if let Some(law) = &reference.energy {
        let found = kinds.iter().find(|k| k.kind == Kind::Energy);
        if let Some(d) = found.and_then(|k| k.detectable) {
            report.beta = detectable_beta(law, d);
        }
    }
    let blind = |k: &KindReport| {
        k.detectable
            .is_none_or(|d| settings.detect.is_some_and(|want| d > want))
    };
    let too_few = match settings.detect {
        Some(_) => kinds.iter().any(blind),
        None => kinds.iter().all(blind),
    };
    report.kinds.extend(kinds);
    report.verdict = if rejected {
        Verdict::Rejected
    } else if too_few {
        Verdict::TooFew
    } else {
        Verdict::Consistent
    };
    Ok(report)
}

/// Equal shares for all kinds that the reference has.
fn family(reference: &Reference, alpha: f64) -> Result<Family, TestError> {
    let mut plan = FamilyPlan::new();
    for (kind, there) in [
        (Kind::Independence, true),
        (Kind::Energy, reference.energy.is_some()),
        (Kind::MeanEnergy, reference.mean_energy.is_some()),
        (Kind::Magnetization, reference.magnetization.is_some()),
        (Kind::Spins, true),
        (Kind::Pairs, !reference.equal.is_empty()),
        (Kind::States, reference.states.is_some()),
    ] {
        if there {
            plan.register(kind.name(), 1.0)?;
        }
    }
    plan.fix(alpha)
}

/// A coin of a kind: its name is made only if it is shown.
struct Coin {
    of: (usize, usize),
    successes: u64,
    probability: Enclosure,
}

impl Reference {
    /// All tests against the model.
    fn test(
        &self,
        model: &SpinHamiltonian,
        samples: &Samples,
        series: &Series,
        family: &Family,
        settings: &SampleSettings,
    ) -> Result<Vec<KindReport>, SampleCheckError> {
        let n = samples.rows();
        let mut kinds = Vec::new();
        for (kind, law) in [
            (Kind::Energy, &self.energy),
            (Kind::Magnetization, &self.magnetization),
        ] {
            if let Some(law) = law {
                let values = samples.iter().map(|row| law.statistic.of(model, row));
                let design = Design::new(family.alpha(kind.name())?, settings.power)?;
                kinds.push(test_law(kind, law, values, n, &design));
            }
        }
        if let Some(mean) = &self.mean_energy {
            let design = Design::new(family.alpha(Kind::MeanEnergy.name())?, settings.power)?;
            kinds.push(test_mean(*mean, &series.energy, &design)?);
        }
        let columns = samples.columns();
        let count = |words: &mut dyn Iterator<Item = u64>| -> u64 {
            words.map(|w| u64::from(w.count_ones())).sum()
        };
        let tested = |kind: Kind, coins: &[Coin]| {
            let alpha = family.alpha(kind.name())?;
            test_coins(kind, coins, n, alpha, settings.power)
        };
        let up = self.up.iter().enumerate().map(|(i, &probability)| Coin {
            of: (i, i),
            successes: count(&mut columns[i].iter().copied()),
            probability,
        });
        kinds.push(tested(Kind::Spins, &up.collect::<Vec<_>>())?);
        if !self.equal.is_empty() {
            let equal = self.equal.par_iter().map(|&(i, j, probability)| Coin {
                of: (i, j),
                successes: n as u64
                    - count(&mut columns[i].iter().zip(&columns[j]).map(|(a, b)| a ^ b)),
                probability,
            });
            kinds.push(tested(Kind::Pairs, &equal.collect::<Vec<_>>())?);
        }
        if let Some(states) = &self.states {
            let mut counts = vec![0_u64; states.len()];
            for row in samples.iter() {
                counts[row
                    .iter()
                    .rev()
                    .fold(0, |s, &x| s << 1 | usize::from(x > 0))] += 1;
            }
            let coin = |(s, (&successes, &probability))| Coin {
                of: (s, s),
                successes,
                probability,
            };
            let coins: Vec<Coin> = counts.iter().zip(states).enumerate().map(coin).collect();
            kinds.push(tested(Kind::States, &coins)?);
        }
        Ok(kinds)
    }
}

/// How far a number is outside an enclosure.
fn outside(x: f64, e: Enclosure) -> f64 {
    (x - e.hi()).max(e.lo() - x).max(0.0)
}

/// The largest distance of the samples' distribution function from the law's.
fn test_law(
    kind: Kind,
    law: &Law,
    values: impl Iterator<Item = f64>,
    n: usize,
    design: &Design,
) -> KindReport {
    let mut counts = vec![0_u64; law.values.len()];
    // A value that no state has cannot come from rows of the model: there is none, but if there were, it is
    // counted below everything, where nothing should be.
    let mut impossible = 0;
    for value in values {
        match law.position(value) {
            Some(k) => counts[k] += 1,
            None => impossible += 1,
        }
    }
    let (mut seen, mut worst) = (impossible, (0, 0.0, -1.0));
    let cumulative = law.cumulative();
    for (k, (&count, &f)) in counts.iter().zip(&cumulative).enumerate() {
        seen += count;
        let frequency = seen as f64 / n as f64;
        let distance = outside(frequency, f);
        if distance > worst.2 {
            worst = (k, frequency, distance);
        }
    }
    let p_value = dkw_p_value(worst.2, n as u64);
    let widest = cumulative.iter().map(|f| f.width()).fold(0.0, f64::max);
    let detectable = design.detectable_deviation(n as f64) + widest;
    let finding = Finding {
        of: format!("at most {}", law.values[worst.0]),
        observed: worst.1,
        expected: cumulative[worst.0],
        p_value,
    };
    KindReport {
        kind,
        tests: 1,
        alpha: design.alpha(),
        p_value,
        rejected: if p_value <= design.alpha() {
            vec![finding.clone()]
        } else {
            Vec::new()
        },
        worst: finding,
        detectable: (detectable < 1.0).then_some(detectable),
    }
}

fn test_mean(
    expected: MeanEnergy,
    energy: &[f64],
    design: &Design,
) -> Result<KindReport, SampleCheckError> {
    let n = energy.len();
    // Rows' energies are rounded: a range a little too wide only weakens the bound.
    let bound = (expected.bound * (1.0 + 1e-9)).max(f64::MIN_POSITIVE);
    let mean = energy.iter().sum::<f64>() / n as f64;
    let clamped = mean.clamp(
        expected.mean.lo().max(-bound),
        expected.mean.hi().min(bound),
    );
    let p_value = if n < 2 {
        1.0
    } else {
        empirical_bernstein_p_value(energy, -bound, bound, clamped)?
    };
    let variance = energy.iter().map(|e| (e - mean).powi(2)).sum::<f64>() / (n.max(2) - 1) as f64;
    let sd = (variance.sqrt() / (2.0 * bound)).clamp(1e-12, 0.5);
    let detectable = if n < 2 {
        None
    } else {
        let d = empirical_bernstein_detectable(design, n as u64, sd)?;
        let d = d + expected.mean.width() / (2.0 * bound);
        (d < 1.0).then_some(d)
    };
    let finding = Finding {
        of: "mean".to_owned(),
        observed: mean,
        expected: expected.mean,
        p_value,
    };
    Ok(KindReport {
        kind: Kind::MeanEnergy,
        tests: 1,
        alpha: design.alpha(),
        p_value,
        rejected: if p_value <= design.alpha() {
            vec![finding.clone()]
        } else {
            Vec::new()
        },
        worst: finding,
        detectable,
    })
}

/// The smallest deviation that a test finds in every direction in which it is possible.
fn detectable_by(test: &BinomialTest, probability: Enclosure) -> Option<f64> {
    let room = (1.0 - probability.hi(), probability.lo());
    match test.detectable_effect() {
        (None, None) => None,
        (up, down) => Some(up.unwrap_or(room.0).max(down.unwrap_or(room.1))),
    }
}

fn test_coins(
    kind: Kind,
    coins: &[Coin],
    n: usize,
    alpha: f64,
    power: f64,
) -> Result<KindReport, SampleCheckError> {
    let each = alpha / coins.len() as f64;
    let name = |(i, j): (usize, usize)| match kind {
        Kind::Spins => format!("spin {i}"),
        Kind::Pairs => format!("spins {i} and {j}"),
        _ => format!("state {i}"),
    };
    // Symmetry makes many coins alike: their detectable deviation is worked out once.
    let mut distinct: Vec<Enclosure> = coins.iter().map(|c| c.probability).collect();
    distinct.sort_unstable_by(|a, b| a.lo().total_cmp(&b.lo()).then(a.hi().total_cmp(&b.hi())));
    distinct
        .dedup_by(|a, b| a.lo().total_cmp(&b.lo()).is_eq() && a.hi().total_cmp(&b.hi()).is_eq());
    let plan = |p: Enclosure| BinomialTest::plan_between(n as u64, each, power, p.lo(), p.hi());
    let detectable: Vec<Option<f64>> = distinct
        .par_iter()
        .map(|&p| Ok(detectable_by(&plan(p)?, p)))
        .collect::<Result<_, BinomialTestError>>()?;
    let mut p_values: Vec<(usize, f64)> = coins
        .par_iter()
        .enumerate()
        .map(|(k, c)| {
            let p = BinomialTest::p_value_between(
                n as u64,
                c.successes,
                c.probability.lo(),
                c.probability.hi(),
            )?;
            Ok((k, p))
        })
        .collect::<Result<_, BinomialTestError>>()?;
    p_values.sort_by(|a, b| a.1.total_cmp(&b.1));
    let finding = |&(k, p_value): &(usize, f64)| Finding {
        of: name(coins[k].of),
        observed: coins[k].successes as f64 / n as f64,
        expected: coins[k].probability,
        p_value,
    };
    Ok(KindReport {
        kind,
        tests: coins.len(),
        alpha,
        p_value: (p_values[0].1 * coins.len() as f64).min(1.0),
        worst: finding(&p_values[0]),
        detectable: detectable
            .into_iter()
            .try_fold(0.0, |largest: f64, d| Some(largest.max(d?))),
        rejected: p_values
            .iter()
            .take(LISTED_FINDINGS)
            .filter(|(_, p)| *p <= each)
            .map(finding)
            .collect(),
    })
}

/// The relative changes ε of β, down and up, at which the energy's distribution function has moved by `distance`.
///
/// ```text
/// p_ε(E) ∝ p(E) e^{ε 𝒦(E)}
/// ```
/// At every threshold the distribution function is monotone in ε, so every larger change moves it further.
fn detectable_beta(law: &Law, distance: f64) -> (Option<f64>, Option<f64>) {
    let p: Vec<f64> = law.probability.iter().map(|p| p.mid()).collect();
    let moved = |epsilon: f64| {
        let exponent = |e: f64| epsilon * e;
        let top = law
            .values
            .iter()
            .map(|&e| exponent(e))
            .fold(f64::NEG_INFINITY, f64::max);
        let tilted: Vec<f64> = law
            .values
            .iter()
            .zip(&p)
            .map(|(&e, p)| p * (exponent(e) - top).exp())
            .collect();
        let (sum, total): (f64, f64) = (tilted.iter().sum(), p.iter().sum());
        let (mut a, mut b, mut largest) = (0.0, 0.0, 0.0_f64);
        for (t, p) in tilted.iter().zip(&p) {
            a += t / sum;
            b += p / total;
            largest = largest.max((a - b).abs());
        }
        largest
    };
    let toward = |far: f64| {
        if moved(far).partial_cmp(&distance) != Some(std::cmp::Ordering::Greater) {
            return None;
        }
        let (mut near, mut far) = (0.0, far);
        for _ in 0..40 {
            let middle = 0.5 * (near + far);
            if moved(middle) > distance {
                far = middle;
            } else {
                near = middle;
            }
        }
        Some(far.abs())
    };
    (toward(-1.0), toward(1.0))
}
