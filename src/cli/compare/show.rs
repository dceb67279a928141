//! A comparison as text, JSON and picture.

use super::contest::{Entry, Verdict};
use super::log_z::STEPS;
use super::starts::CHAINS;
use super::{Exit, FAMILY_ALPHA, Report};
use crate::figures::{Axis, Chart, Mark, Panel, Picture, Series, Style};
use crate::numeric::Enclosure;
use serde_json::{Value, json};
use std::fmt::Write;

/// Name and version of the layout.
const SCHEMA: &str = "blockspin-compare-1";

fn bounds(e: Enclosure) -> Value {
    json!([e.lo(), e.hi()])
}

/// A p-value for a reader.
fn p_text(p: Option<f64>) -> String {
    match p {
        None => "-".to_owned(),
        Some(p) if p < 1e-3 => format!("{p:.1e}"),
        Some(p) => format!("{p:.3}"),
    }
}

/// Seconds for a reader.
fn seconds(s: Option<f64>) -> String {
    s.map_or("-".to_owned(), |s| format!("{s:.2e}"))
}

impl Report {
    /// 1 if a sampler was rejected, 3 if one could not be judged, 0 otherwise.
    pub(super) fn exit(&self) -> Exit {
        let mut verdicts: Vec<Verdict> = self.entries.iter().map(|e| e.verdict).collect();
        verdicts.extend(self.estimators.iter().filter_map(|e| e.verdict));
        if verdicts.contains(&Verdict::Rejected) {
            Exit::Unexpected
        } else if verdicts.is_empty() || verdicts.contains(&Verdict::Inconclusive) {
            Exit::Inconclusive
        } else {
            Exit::Success
        }
    }

    fn verdict(&self) -> &'static str {
        match self.exit() {
            Exit::Unexpected => "rejected",
            Exit::Success => "consistent",
            _ => "inconclusive",
        }
    }

    /// Options that make the same numbers, whatever the clock says.
    fn repeat(&self) -> String {
        let mut names = Vec::new();
        let mut sweeps = Vec::new();
        for e in self.entries.iter().filter(|e| e.name != "planted") {
            names.push(e.name.clone());
            sweeps.push(e.sweeps.to_string());
        }
        for e in &self.estimators {
            names.push(e.name.to_owned());
            sweeps.push((e.trajectories * STEPS as u64).to_string());
        }
        format!(
            "--seed {} --draws {} --kernels {} --sweeps {}",
            self.job.seed.0,
            self.job.draws,
            names.join(","),
            sweeps.join(",")
        )
    }

    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(
            out,
            "{}: {} samplers, seed {}; chains that are tested start from: {}",
            self.job.origin,
            self.entries.len(),
            self.job.seed.0,
            self.starts
        );
        for o in &self.observed {
            let exact = o.exact.map_or("not known".to_owned(), |e| e.to_string());
            let _ = writeln!(out, "  exact {:<28} {exact}", o.name);
        }
        if let Some(log_z) = self.log_z {
            let _ = writeln!(out, "  exact {:<28} {log_z}", "log_z");
        }
        for note in &self.notes {
            let _ = writeln!(out, "  note: {note}");
        }
        if self.exact.is_none() && self.log_z.is_none() {
            out.push_str(
                "No exact engine fits the limits: the samplers are compared with one another.\n",
            );
        }
        out.push_str("\nCheapest independent sample first:\n");
        for entry in &self.entries {
            self.entry_text(&mut out, entry);
        }
        for e in &self.estimators {
            let _ = writeln!(
                out,
                "{}: ln Z {:.6} ± {:.1e} (bias: {} ln Z), {} trajectories of {STEPS} steps, n_eff {:.0}, {:.2e} s each, \
                 {} s for an error of 0.1\n    with α {:.1e} ln Z is {} {:.4}; p {}{}",
                e.name,
                e.log_z,
                e.std_err,
                e.bias(),
                e.trajectories,
                e.n_eff,
                e.seconds_per_trajectory,
                seconds(e.seconds_per_digit()),
                self.alpha,
                if e.reverse { "below" } else { "above" },
                e.bound,
                p_text(e.p_value),
                if e.verdict.is_some() {
                    "  REJECTED"
                } else {
                    ""
                },
            );
        }
        for (name, reason) in &self.left_out {
            let _ = writeln!(out, "left out: {name}: {reason}");
        }
        let _ = writeln!(
            out,
            "\n{}: all tests together reject right samplers with probability at most {FAMILY_ALPHA:.0e}, each {:.1e}\n\
             the same numbers again: {}",
            self.verdict(),
            self.alpha,
            self.repeat()
        );
        out
    }

    fn entry_text(&self, out: &mut String, entry: &Entry) {
        let kind = if entry.independent {
            "independent draws".to_owned()
        } else if entry.lanes > 1 {
            let (length, lanes) = (entry.length, entry.lanes);
            format!("{CHAINS} chains of {length} sweeps, of {lanes} that move together")
        } else {
            format!("{CHAINS} chains of {} sweeps", entry.length)
        };
        let _ = writeln!(
            out,
            "{}: {}, {} s for an independent sample, {:.2e} s a sweep; {kind}; {} tested after {}",
            entry.name,
            entry.verdict.name(),
            seconds(entry.seconds_per_sample()),
            entry.seconds_per_sweep,
            entry.draws,
            entry.test_sweeps
        );
        for (o, m) in self.observed.iter().zip(&entry.measured) {
            let p = p_text(m.p_value);
            let _ = match &m.estimate {
                Ok(e) => writeln!(
                    out,
                    "    {:<28} {:>12.6} ± {:.1e}  p {p}  z {}  tau {:.2}  ESS/s {:.2e}  s/digit {}{}",
                    o.name,
                    e.mean,
                    e.std_err,
                    m.z.map_or("-".to_owned(), |z| format!("{z:+.1}")),
                    e.tau,
                    entry.ess_per_second(e),
                    seconds(entry.seconds_per_digit(e)),
                    if m.rejected { "  REJECTED" } else { "" }
                ),
                Err(reason) => writeln!(
                    out,
                    "    {:<28} p {p}{}  {reason}",
                    o.name,
                    if m.rejected { "  REJECTED" } else { "" }
                ),
            };
        }
        if entry.irreducibility == "unknown" {
            out.push_str("    note: whether it reaches every state of this model is not known\n");
        }
        for doubt in &entry.doubts {
            let _ = writeln!(out, "    inconclusive: {doubt}");
        }
    }

    pub(super) fn json(&self) -> anyhow::Result<String> {
        let observables: Vec<Value> = self
            .observed
            .iter()
            .map(|o| json!({ "name": o.name, "range": o.bounds, "exact": o.exact.map(bounds) }))
            .collect();
        let entries: Vec<Value> = self.entries.iter().map(|e| self.entry_json(e)).collect();
        let estimators: Vec<Value> = self
            .estimators
            .iter()
            .map(|e| {
                json!({
                    "name": e.name,
                    "log_z": e.log_z,
                    "std_err": e.std_err,
                    "bias": e.bias(),
                    "n_eff": e.n_eff,
                    "trajectories": e.trajectories,
                    "steps": STEPS,
                    "seconds_per_trajectory": e.seconds_per_trajectory,
                    "seconds_per_digit": e.seconds_per_digit(),
                    "bound": e.bound,
                    "p_value": e.p_value,
                    "rejected": e.verdict.is_some(),
                })
            })
            .collect();
        let left_out: Vec<Value> = self
            .left_out
            .iter()
            .map(|(name, reason)| json!({ "name": name, "reason": reason }))
            .collect();
        let shown = json!({
            "schema": SCHEMA,
            "version": env!("CARGO_PKG_VERSION"),
            "model": self.job.origin,
            "spins": self.job.bare.spins(),
            "seed": self.job.seed.0,
            "budget_seconds": self.job.budget,
            "alpha": FAMILY_ALPHA,
            "alpha_per_test": self.alpha,
            "power": self.job.design_power,
            "detect": self.job.detect,
            "starts": self.starts,
            "reference": if self.exact.is_some() { "exact" } else { "each other" },
            "notes": self.notes,
            "observables": observables,
            "log_z": self.log_z.map(bounds),
            "samplers": entries,
            "log_z_estimators": estimators,
            "left_out": left_out,
            "verdict": self.verdict(),
            "repeat": self.repeat(),
            "tau_unit": "sweeps, 1/2 for independent samples; for wolff, clusters",
        });
        Ok(serde_json::to_string_pretty(&shown)? + "\n")
    }

    fn entry_json(&self, entry: &Entry) -> Value {
        let observables: Vec<Value> = self
            .observed
            .iter()
            .zip(&entry.measured)
            .map(|(o, m)| {
                let estimate = m.estimate.as_ref().ok();
                json!({
                    "name": o.name,
                    "mean": estimate.map(|e| e.mean),
                    "std_err": estimate.map(|e| e.std_err),
                    "tau": estimate.map(|e| e.tau),
                    "tau_err": estimate.map(|e| e.tau_err),
                    "n_eff": estimate.map(|e| e.n_eff),
                    "ess_per_second": estimate.map(|e| entry.ess_per_second(e)),
                    "seconds_per_digit": estimate.and_then(|e| entry.seconds_per_digit(e)),
                    "z_diagnostic": m.z,
                    "p_value": m.p_value,
                    "rejected": m.rejected,
                    "reason": m.estimate.as_ref().err(),
                })
            })
            .collect();
        json!({
            "name": entry.name,
            "verdict": entry.verdict.name(),
            "doubts": entry.doubts,
            "irreducibility": entry.irreducibility,
            "independent_draws": entry.independent,
            "sweeps": entry.sweeps,
            "chains": CHAINS,
            "chains_that_move_together": entry.lanes,
            "sweeps_per_chain": entry.length,
            "discarded_per_chain": entry.discarded,
            "tested_draws": entry.draws,
            "sweeps_per_tested_draw": entry.test_sweeps,
            "detectable": entry.detectable,
            "seconds_per_sweep": entry.seconds_per_sweep,
            "seconds_per_independent_sample": entry.seconds_per_sample(),
            "observables": observables,
        })
    }

    /// How the estimates converge.
    pub(super) fn picture(&self) -> Picture {
        let mut panels = Vec::new();
        for (i, o) in self.observed.iter().enumerate() {
            let curves = || {
                self.entries.iter().map(|e| {
                    let points = &e.measured[i].curve;
                    let timed = points.iter().map(|p| [p[0] * e.seconds_per_sweep, p[1]]);
                    (e.name.as_str(), timed.collect::<Vec<_>>())
                })
            };
            let marks = o
                .exact
                .map(|e| Mark::Horizontal(e.mid(), "exact".to_owned()));
            panels.push(chart(&o.name, "mean so far", false, curves(), marks));
            if let Some(exact) = o.exact.filter(|_| i == 0) {
                let errors = curves().map(|(name, points)| {
                    let distance = points.iter().map(|p| [p[0], (p[1] - exact.mid()).abs()]);
                    (name, distance.collect())
                });
                let title = format!("{}: distance from the exact value", o.name);
                panels.push(chart(&title, "distance", true, errors, None));
            }
        }
        if !self.estimators.is_empty() {
            let curves = self.estimators.iter().map(|e| {
                let timed = e.curve.iter();
                let points = timed.map(|p| [p[0] * e.seconds_per_trajectory, p[1]]);
                (e.name, points.collect())
            });
            let marks = self
                .log_z
                .map(|e| Mark::Horizontal(e.mid(), "exact".to_owned()));
            panels.push(chart("ln Z", "estimate so far", false, curves, marks));
        }
        Picture {
            name: "compare".to_owned(),
            title: format!("{}: estimates against time", self.job.origin),
            columns: 2,
            panels,
        }
    }
}

fn chart<'a>(
    title: &str,
    label: &str,
    logarithmic: bool,
    curves: impl Iterator<Item = (&'a str, Vec<[f64; 2]>)>,
    marks: Option<Mark>,
) -> Panel {
    let series = curves.enumerate().map(|(i, (name, points))| Series {
        label: name.to_owned(),
        points,
        // Colours repeat after seven.
        style: if i < 7 { Style::Line } else { Style::Dashed },
        band: None,
    });
    Panel::Chart(Chart {
        title: title.to_owned(),
        x: Axis {
            label: "seconds".to_owned(),
            logarithmic: true,
            range: None,
        },
        y: Axis {
            label: label.to_owned(),
            logarithmic,
            range: None,
        },
        series: series.collect(),
        marks: marks.into_iter().collect(),
    })
}
