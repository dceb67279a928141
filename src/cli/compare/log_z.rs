//! Annealed importance sampling, forward and in reverse: estimates of ln Z with a known direction of their bias.

use super::Job;
use super::contest::Verdict;
use super::starts::Starts;
use crate::numeric::Enclosure;
use crate::sample::{
    AnnealedImportance, AnnealedPath, LogZBound, RbmPath, SiteOrder, SpinPath, SpinState,
};
use std::time::Instant;

pub(super) const NAMES: [&str; 2] = ["ais-forward", "ais-reverse"];
/// Steps of the ladder.
pub(super) const STEPS: usize = 100;
/// Most trajectories.
const MOST: u64 = 200_000;
/// Points of a curve of convergence.
const CURVE: f64 = 40.0;

/// One direction.
pub(super) struct Estimator {
    pub(super) name: &'static str,
    pub(super) reverse: bool,
    pub(super) seconds_per_trajectory: f64,
    pub(super) trajectories: u64,
    pub(super) log_z: f64,
    /// Of `log_z`, by the spread of the weights: a diagnostic.
    pub(super) std_err: f64,
    pub(super) n_eff: f64,
    /// `ln Z` lies beyond this with probability at most α.
    pub(super) bound: f64,
    /// By Markov's inequality.
    pub(super) p_value: Option<f64>,
    pub(super) verdict: Option<Verdict>,
    /// Trajectories, and the estimate up to there.
    pub(super) curve: Vec<[f64; 2]>,
}

impl Estimator {
    pub(super) fn bias(&self) -> &'static str {
        if self.reverse { "above" } else { "below" }
    }

    /// Seconds until the error of ln Z is a tenth.
    pub(super) fn seconds_per_digit(&self) -> Option<f64> {
        let error = 10.0 * self.std_err;
        let seconds = error * error * self.trajectories as f64 * self.seconds_per_trajectory;
        seconds.is_finite().then_some(seconds)
    }
}

/// Runs one direction; an error is the reason why it cannot.
pub(super) fn run(
    job: &Job,
    starts: &Starts,
    name: &'static str,
    sweeps: Option<u64>,
    share: Option<f64>,
    exact: Option<Enclosure>,
    alpha: f64,
) -> Result<Estimator, String> {
    let with = Run {
        job,
        starts,
        name,
        sweeps,
        share,
        exact,
        alpha,
    };
    // A machine's units are free at λ = 0 but for the visible biases, which is nearer than free spins.
    if let Some(machine) = &job.machine {
        let visible = machine.visible();
        let path = RbmPath::new(machine.clone());
        return with.path(path, 0.0, |row| {
            row[..visible].iter().map(|&s| s > 0).collect()
        });
    }
    let path =
        SpinPath::new(job.model.clone(), SiteOrder::Sequential).map_err(|e| e.to_string())?;
    with.path(path, job.constant.mid(), |row| {
        SpinState::new(row.to_vec()).expect("draws are ±1")
    })
}

struct Run<'a> {
    job: &'a Job,
    starts: &'a Starts,
    name: &'static str,
    sweeps: Option<u64>,
    share: Option<f64>,
    exact: Option<Enclosure>,
    alpha: f64,
}

impl Run<'_> {
    fn path<P: AnnealedPath>(
        &self,
        path: P,
        constant: f64,
        state: impl Fn(&[i8]) -> P::State,
    ) -> Result<Estimator, String> {
        let reverse = self.name == "ais-reverse";
        if reverse && !self.starts.has(&[1.0]) {
            return Err(
                "it starts from independent draws of the model, and there are none".to_owned(),
            );
        }
        let annealed = AnnealedImportance::new(path, STEPS);
        let purpose = format!("compare-{}", self.name);
        let trajectory = |index: u64| {
            let mut stream = self.job.seed.stream(&purpose, index);
            if !reverse {
                return annealed.forward(&mut stream).0 + constant;
            }
            let rows = self.starts.rows(&[1.0], index as usize);
            let row = rows.map_or(&[][..], |r| r[0]);
            annealed.reverse(&state(row), &mut stream) + constant
        };
        let limit = self.share.map_or(0.02, |s| (0.05 * s).min(0.02));
        let begin = Instant::now();
        let mut tried = 0;
        while tried == 0 || (begin.elapsed().as_secs_f64() < limit && tried < 1000) {
            std::hint::black_box(trajectory(tried % self.starts.draws.max(1) as u64));
            tried += 1;
        }
        let each = (begin.elapsed().as_secs_f64() / tried as f64).max(1e-9);
        let wanted = self
            .sweeps
            .map_or_else(
                || (0.8 * self.share.unwrap_or(1.0) / each) as u64,
                |sweeps| sweeps / STEPS as u64,
            )
            .clamp(16, MOST);
        // In reverse each trajectory has a draw of its own.
        let count = if reverse {
            wanted.min(self.starts.draws as u64)
        } else {
            wanted
        };
        let values: Vec<f64> = (0..count).map(trajectory).collect();
        let bound = |values: &[f64]| {
            let values = values.to_vec();
            if reverse {
                LogZBound::reverse(values)
            } else {
                LogZBound::forward(values)
            }
        };
        let all = bound(&values).ok_or("a weight is not finite")?;
        let mut curve = Vec::new();
        let mut at = 8.0;
        let factor = (count as f64 / 8.0).max(1.0).powf(1.0 / CURVE);
        while at < count as f64 {
            if let Some(part) = bound(&values[..at as usize]) {
                curve.push([at.floor(), part.log_z()]);
            }
            at = (at * factor).max(at + 1.0);
        }
        curve.push([count as f64, all.log_z()]);
        // E w = Z, so P(mean w ≥ Z/p) ≤ p; in reverse the same for 1/Z.
        let p_value = self.exact.map(|exact| {
            let excess = if reverse {
                exact.lo() - all.log_z()
            } else {
                all.log_z() - exact.hi()
            };
            (-excess.max(0.0)).exp()
        });
        let n_eff = all.n_eff();
        Ok(Estimator {
            name: self.name,
            reverse,
            seconds_per_trajectory: each,
            trajectories: count,
            log_z: all.log_z(),
            std_err: ((count as f64 / n_eff - 1.0).max(0.0) / count as f64).sqrt(),
            n_eff,
            bound: all.bound(self.alpha),
            p_value,
            verdict: p_value
                .filter(|p| *p <= self.alpha)
                .map(|_| Verdict::Rejected),
            curve,
        })
    }
}
