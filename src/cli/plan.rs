//! `blockspin plan`: which engines apply to a model, and what each will cost.

use super::exit::{Exit, Failure};
use super::output::{Format, deliver};
use super::source::{Loaded, ModelSource};
use crate::exact::{Elimination, Limits, Plan, Want, plan_all, plan_large_torus, plan_rbm};
use crate::model::SpinHamiltonian;
use crate::model::files::AnyModel;
use crate::model::spins_of_rbm;
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    source: ModelSource,
    /// The cost with the mean of every spin
    #[arg(long)]
    marginals: bool,
    /// The cost with the correlator of every pair
    #[arg(long)]
    pairs: bool,
    /// The limit on seconds that the choice is made for
    #[arg(long, value_name = "S", default_value_t = Limits::default().max_seconds)]
    max_seconds: f64,
    /// The limit on bytes that the choice is made for
    #[arg(long, value_name = "B", default_value_t = Limits::default().max_bytes)]
    max_bytes: f64,
    /// Text for a reader or JSON for a program
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

fn plans(loaded: &Loaded, want: Want) -> anyhow::Result<Vec<Plan>> {
    let spins = |model: &SpinHamiltonian| {
        let up: Vec<(usize, bool)> = loaded
            .observed
            .iter()
            .map(|&(i, state)| (i, state == 1))
            .collect();
        plan_all(&model.given(&up), want)
    };
    Ok(match &loaded.model {
        AnyModel::Spins(model) => spins(model),
        AnyModel::Rbm(rbm) => {
            let pairwise = spins_of_rbm(rbm)
                .map_err(|e| Failure::bad_input(format!("{}: {e}", loaded.origin)))?;
            let mut plans = spins(&pairwise);
            if loaded.observed.is_empty() && !want.pairs {
                plans.push(plan_rbm(rbm, want.means));
            }
            plans.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
            plans
        }
        AnyModel::Factors(graph) => {
            let ready = Elimination::of_graph(&graph.given(&loaded.observed));
            vec![ready.plan(want.anything())]
        }
    })
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let want = Want {
        means: arguments.marginals,
        pairs: arguments.pairs,
    };
    let limits = Limits {
        max_seconds: arguments.max_seconds,
        max_bytes: arguments.max_bytes,
    };
    // A lattice that one engine alone can do is not written out term by term.
    let described = arguments.source.described();
    let large = described.and_then(|d| Some((d.lattice.sites(), plan_large_torus(&d, want)?)));
    let (variables, plans) = if let Some((sites, plan)) = large {
        (sites, vec![plan])
    } else {
        let loaded = arguments.source.load()?;
        (loaded.model.variables(), plans(&loaded, want)?)
    };
    let chosen = plans
        .iter()
        .position(|plan| limits.exceeded_by(plan).is_none());
    let shown = match arguments.format {
        Format::Text => text(&plans, chosen, &limits),
        Format::Json => {
            let entry = |(k, plan): (usize, &Plan)| -> Value {
                json!({
                    "method": plan.method.to_string(),
                    "states": plan.states,
                    "bytes": plan.bytes,
                    "seconds": plan.seconds,
                    "exceeds": limits.exceeded_by(plan).map(|q| q.to_string()),
                    "chosen": chosen == Some(k),
                })
            };
            let entries: Vec<Value> = plans.iter().enumerate().map(entry).collect();
            let answer = json!({ "variables": variables, "plans": entries });
            serde_json::to_string_pretty(&answer)? + "\n"
        }
    };
    deliver(&shown, arguments.out.as_deref())?;
    Ok(if chosen.is_some() {
        Exit::Success
    } else {
        Exit::TooLarge
    })
}

fn text(plans: &[Plan], chosen: Option<usize>, limits: &Limits) -> String {
    let mut out = String::new();
    for (k, plan) in plans.iter().enumerate() {
        let mark = if chosen == Some(k) { "*" } else { " " };
        let over = limits
            .exceeded_by(plan)
            .map_or(String::new(), |q| format!("  (over the limit on {q})"));
        let _ = writeln!(out, "{mark} {plan}{over}");
    }
    out.push_str(match chosen {
        Some(_) => "* is what `exact` uses\n",
        None => "no engine is within the limits\n",
    });
    out
}
