//! What a run shows in the end.

use super::super::source::Loaded;
use super::job::Job;
use super::{Arguments, Observable};
use crate::estimate::{Chains, Convergence, Doubt, Estimate};
use crate::sample::RecordedSeries;
use serde_json::{Map, Value, json};
use std::fmt::Write;
use std::path::Path;

/// What is shown in the end; it depends on nothing but the run's identity.
pub(super) struct Results<'a> {
    job: &'a Job,
    origin: &'a str,
    out: &'a Path,
    estimates: Vec<(&'static str, Result<Estimate, String>)>,
}

fn flag(convergence: Convergence) -> &'static str {
    match convergence {
        Convergence::Converged => "converged",
        Convergence::Doubtful => "doubtful",
        Convergence::NotConverged => "not converged",
    }
}

fn doubt(doubt: Doubt) -> String {
    match doubt {
        Doubt::WindowOpen => "the autocorrelations do not end within half a chain".to_owned(),
        Doubt::Short { times } => format!("a chain lasts {times:.1} autocorrelation times"),
        Doubt::RHat(r) => format!("R-hat is {r:.4}"),
        Doubt::FewEffective(n) => format!("{n:.0} effective samples"),
        Doubt::ChainsDisagree(p) => format!("the chains disagree, p = {p:.1e}"),
        Doubt::FewBlocks(n) => format!("{n} blocks"),
    }
}

impl<'a> Results<'a> {
    pub(super) fn new(
        job: &'a Job,
        loaded: &'a Loaded,
        arguments: &'a Arguments,
        series: &[RecordedSeries],
    ) -> Self {
        let mut asked: Vec<Observable> = Vec::new();
        for &observable in &arguments.observables {
            if !asked.contains(&observable) {
                asked.push(observable);
            }
        }
        let estimates = asked
            .into_iter()
            .map(|observable| {
                let chains: Vec<&[f64]> = series.iter().map(|s| observable.of(s)).collect();
                let estimate = Chains::new(&chains)
                    .map(|chains| Estimate::from_chains(&chains))
                    .map_err(|e| e.to_string());
                (observable.key(), estimate)
            })
            .collect();
        Self {
            job,
            origin: &loaded.origin,
            out: &arguments.out,
            estimates,
        }
    }

    pub(super) fn json(&self) -> anyhow::Result<String> {
        let every = self.job.schedule.every;
        let observables: Map<String, Value> = self
            .estimates
            .iter()
            .map(|(name, estimate)| {
                let value = match estimate {
                    Ok(e) => json!({
                        "mean": e.mean,
                        "std_err": e.std_err,
                        "dof": e.dof,
                        "n": e.n,
                        "n_eff": e.n_eff,
                        "tau": e.tau * every as f64,
                        "tau_err": e.tau_err * every as f64,
                        "r_hat": e.diagnostics.r_hat,
                        "bulk_ess": e.diagnostics.bulk_ess,
                        "tail_ess": e.diagnostics.tail_ess,
                        "convergence": flag(e.convergence()),
                        "doubts": e.doubts.iter().map(|&d| doubt(d)).collect::<Vec<_>>(),
                    }),
                    Err(reason) => json!({ "mean": null, "reason": reason }),
                };
                ((*name).to_owned(), value)
            })
            .collect();
        let identity = &self.job.identity;
        let mut shown = json!({
            "version": identity.version,
            "model": self.origin,
            "model_hash": format!("{:016x}", identity.model),
            "spins": identity.sites,
            "kernel": identity.kernel,
            "irreducibility": self.job.irreducibility,
            "start": identity.start,
            "seed": identity.seed,
            "chains": self.job.schedule.chains,
            "discard": self.job.schedule.discard,
            "every": every,
            "samples_per_chain": self.job.schedule.samples,
            "file": self.out.display().to_string(),
            "tau_unit": "sweeps, 1/2 of --every for independent samples",
            "observables": observables,
        });
        if !identity.settings.is_empty() {
            shown["settings"] = json!(identity.settings);
        }
        if self.job.sampler.is_independent() {
            shown["independent"] = json!(true);
        }
        Ok(serde_json::to_string_pretty(&shown)? + "\n")
    }

    pub(super) fn text(&self) -> String {
        let schedule = self.job.schedule;
        let mut out = format!(
            "{}: {} by {}, seed {}: {} chains, {} samples each, {} sweeps apart after {}\n",
            self.out.display(),
            self.origin,
            self.job.identity.kernel,
            self.job.identity.seed,
            schedule.chains,
            schedule.samples,
            schedule.every,
            schedule.discard
        );
        for (name, estimate) in &self.estimates {
            let _ = match estimate {
                Ok(e) => writeln!(
                    out,
                    "{name:<27} {:>12.6e} ± {:.1e}  tau {:.2} ± {:.2} sweeps  n_eff {:.0}  {}",
                    e.mean,
                    e.std_err,
                    e.tau * schedule.every as f64,
                    e.tau_err * schedule.every as f64,
                    e.n_eff,
                    flag(e.convergence())
                ),
                Err(reason) => writeln!(out, "{name:<27} {reason}"),
            };
            for &d in estimate.iter().flat_map(|e| &e.doubts) {
                let _ = writeln!(out, "{:<27} {}", "", doubt(d));
            }
        }
        out
    }
}
