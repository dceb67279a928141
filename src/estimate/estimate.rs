//! A mean with its error, how the error was made, and whether it deserves trust.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use super::autocorrelation::gamma_method;
use super::chains::Chains;
use super::convergence::{RankDiagnostics, rank_diagnostics};

/// How an error bar was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorMethod {
    /// Γ-method with this window.
    Gamma {
        /// Lag at which the sum of autocorrelations was cut.
        window: usize,
    },
    /// Jackknife over blocks of consecutive measurements.
    Jackknife {
        /// Number of blocks.
        blocks: usize,
        /// Measurements in each.
        length: usize,
    },
}

/// Whether an error bar deserves trust. A diagnostic: it can withdraw a result, never prove one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Convergence {
    /// No [`Doubt`].
    Converged,
    /// At least one doubt, none of them grave.
    Doubtful,
    /// A grave doubt: the error bar is a lower guess at best.
    NotConverged,
}

/// What speaks against an error bar.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Doubt {
    /// The autocorrelation sum did not close within half of the shortest chain (grave).
    WindowOpen,
    /// The shortest chain lasts fewer than 100 τ (grave: fewer than 20 τ).
    Short {
        /// Length over τ.
        times: f64,
    },
    /// R-hat above 1.01 (grave: above 1.05).
    RHat(f64),
    /// Effective sample size of the bulk or the tails below 400 (grave: below 100).
    FewEffective(f64),
    /// The chain means differ more than their errors allow, probability below 1e-4 (grave: 1e-8).
    ChainsDisagree(f64),
    /// The jackknife had fewer than 64 blocks (grave: fewer than 16).
    FewBlocks(usize),
}

impl Doubt {
    /// How much the doubt weighs.
    pub fn weight(self) -> Convergence {
        let grave = match self {
            Self::WindowOpen => true,
            Self::Short { times } => times < 20.0,
            Self::RHat(r) => r > 1.05,
            Self::FewEffective(n) => n < 100.0,
            Self::ChainsDisagree(p) => p < 1e-8,
            Self::FewBlocks(n) => n < 16,
        };
        if grave {
            Convergence::NotConverged
        } else {
            Convergence::Doubtful
        }
    }
}

/// An estimated expectation `mean ± std_err`.
///
/// It is a random variable: compare it through a test of stated size, not through a tolerance.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub mean: f64,
    /// One standard error.
    pub std_err: f64,
    /// Degrees of freedom of the error: its relative standard error is `1/√(2·dof)`.
    pub dof: f64,
    /// Number of measurements.
    pub n: usize,
    /// Number of independent measurements that would give the same error, `n/(2τ)`.
    pub n_eff: f64,
    /// Integrated autocorrelation time ½ + Σρ(t), in steps between measurements.
    pub tau: f64,
    /// Its standard error.
    pub tau_err: f64,
    /// How the error was made.
    pub method: ErrorMethod,
    /// Rank diagnostics of the series behind the error.
    pub diagnostics: RankDiagnostics,
    /// What speaks against the error.
    pub doubts: Vec<Doubt>,
}

impl Estimate {
    /// Mean, error by the Γ-method and diagnostics of one observable.
    ///
    /// # Complexity
    /// O(n log n).
    pub fn from_chains(chains: &Chains<'_>) -> Self {
        let gamma = gamma_method(chains);
        let time = gamma.time;
        let diagnostics = rank_diagnostics(chains);
        let mut doubts = Vec::new();
        if !time.closed {
            doubts.push(Doubt::WindowOpen);
        }
        // Alternating chains forget within a step, whatever their τ.
        let times = chains.shortest() as f64 / time.tau.max(0.5);
        if times < 100.0 {
            doubts.push(Doubt::Short { times });
        }
        if diagnostics.r_hat.is_nan() || diagnostics.r_hat > 1.01 {
            doubts.push(Doubt::RHat(diagnostics.r_hat));
        }
        let fewest = diagnostics.bulk_ess.min(diagnostics.tail_ess);
        if fewest < 400.0 {
            doubts.push(Doubt::FewEffective(fewest));
        }
        if let Some(p) = gamma.replica_probability.filter(|&p| p < 1e-4) {
            doubts.push(Doubt::ChainsDisagree(p));
        }
        let n = chains.total();
        Self {
            mean: gamma.mean,
            std_err: gamma.std_err,
            dof: (n as f64 / (2 * time.window + 1) as f64).max(1.0),
            n,
            n_eff: 0.5 * n as f64 / time.tau,
            tau: time.tau,
            tau_err: time.tau_err,
            method: ErrorMethod::Gamma {
                window: time.window,
            },
            diagnostics,
            doubts,
        }
    }

    /// The three-valued flag: the gravest of the doubts.
    pub fn convergence(&self) -> Convergence {
        self.doubts
            .iter()
            .map(|d| d.weight())
            .max()
            .unwrap_or(Convergence::Converged)
    }

    /// An interval that covers the expectation with about this probability, by Student's t with
    /// [`Estimate::dof`] degrees of freedom; `None` unless `0 < level < 1`.
    ///
    /// Asymptotic: its coverage is measured (test `intervals_cover`), not guaranteed.
    pub fn interval(&self, level: f64) -> Option<(f64, f64)> {
        if !(level > 0.0 && level < 1.0) {
            return None;
        }
        let half = student_quantile(0.5 + 0.5 * level, self.dof) * self.std_err;
        Some((self.mean - half, self.mean + half))
    }
}

/// Quantile of Student's t distribution.
///
/// # Accuracy
/// Beyond 1000 degrees of freedom by the Cornish–Fisher series to `ν⁻²` (relative error below
/// `z⁶ ν⁻³`), since the root search for the incomplete beta function degrades there. Test
/// `both_branches_of_the_quantile_agree`.
fn student_quantile(probability: f64, dof: f64) -> f64 {
    if dof <= 1000.0
        && let Ok(t) = StudentsT::new(0.0, 1.0, dof)
    {
        return t.inverse_cdf(probability);
    }
    cornish_fisher(probability, dof)
}

fn cornish_fisher(probability: f64, dof: f64) -> f64 {
    let z = Normal::standard().inverse_cdf(probability);
    let z2 = z * z;
    let first = (z2 + 1.0) / 4.0;
    let second = ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    z * (1.0 + first / dof + second / (dof * dof))
}

#[cfg(test)]
mod tests {
    use super::super::synthetic::ar1;
    use super::*;
    use crate::estimate::BinomialTest;
    use crate::random::Seed;

    #[test]
    fn intervals_cover() {
        // 99 % intervals of a Gaussian AR(1) with τ = 2 and 100 effective draws per run. The test of
        // the count has size 1e-6 for coverage 0.985, the least that is claimed.
        let runs = 2000;
        let mut hits = 0;
        for run in 0..runs {
            let x = ar1(0.6, 400, &mut Seed(1).stream("coverage", run));
            let e = Estimate::from_chains(&Chains::single(&x).unwrap());
            let (low, high) = e.interval(0.99).unwrap();
            hits += u64::from(low <= 0.0 && 0.0 <= high);
        }
        let test = BinomialTest::plan(runs, 1e-6, 0.999, 0.985).unwrap();
        assert!(!test.rejects(hits).unwrap(), "{hits} of {runs}");
    }

    #[test]
    fn the_flag_takes_three_values() {
        let mut s = Seed(1).stream("flag", 0);
        let long: Vec<Vec<f64>> = (0..4).map(|_| ar1(0.5, 4000, &mut s)).collect();
        let views: Vec<&[f64]> = long.iter().map(Vec::as_slice).collect();
        let good = Estimate::from_chains(&Chains::new(&views).unwrap());
        assert_eq!(good.convergence(), Convergence::Converged, "{good:?}");
        let short = ar1(0.5, 120, &mut s);
        let doubtful = Estimate::from_chains(&Chains::single(&short).unwrap());
        assert!(doubtful.convergence() > Convergence::Converged);
        let slow = ar1(0.8, 2500, &mut s);
        let doubtful = Estimate::from_chains(&Chains::single(&slow).unwrap());
        assert_eq!(
            doubtful.convergence(),
            Convergence::Doubtful,
            "{doubtful:?}"
        );
        let ramp: Vec<f64> = (0..2000).map(f64::from).collect();
        let bad = Estimate::from_chains(&Chains::single(&ramp).unwrap());
        assert_eq!(bad.convergence(), Convergence::NotConverged);
    }

    #[test]
    fn both_branches_of_the_quantile_agree() {
        for p in [0.9, 0.975, 0.9995] {
            let (exact, series) = (student_quantile(p, 1000.0), cornish_fisher(p, 1000.0));
            let z = exact;
            assert!(
                (exact - series).abs() < z.powi(7) * 1e-9,
                "{exact} {series}"
            );
            assert!(student_quantile(p, 1e8) < exact);
        }
    }
}
