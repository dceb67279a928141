//! `blockspin plan`: which engines apply to a model, and what each will cost.

use super::exact::check_states;
use super::exit::{Exit, Failure};
use super::observables::{self, Products};
use super::output::{Format, deliver};
use super::question::{Asked, MethodName, sample_bytes};
use super::source::{Loaded, ModelSource};
use crate::exact::{
    Elimination, ExactError, Limits, Plan, pairs_in_factors, pairs_in_terms, plan_all_within,
    plan_by_within, plan_draw, plan_draw_by, plan_edges_by, plan_edges_within, plan_factors,
    plan_large_torus, plan_rbm,
};
use crate::model::files::AnyModel;
use crate::model::{FactorGraph, Rbm, SpinHamiltonian, spins_of_rbm};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::fmt::Write;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    source: ModelSource,
    #[command(flatten)]
    asked: Asked,
    /// Also the cost of so many independent samples
    #[arg(long, value_name = "N")]
    samples: Option<usize>,
    /// Text for a reader or JSON for a program
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What an engine says against the question or the model.
fn unfit(loaded: &Loaded, error: &ExactError) -> anyhow::Error {
    match error {
        ExactError::TooLarge { .. } => Failure::too_large(error),
        e => Failure::bad_input(format!("{}: {e}", loaded.origin)),
    }
}

/// The model with what was observed.
fn given<'a>(loaded: &Loaded, model: &'a SpinHamiltonian) -> Cow<'a, SpinHamiltonian> {
    let up: Vec<(usize, bool)> = loaded
        .observed
        .iter()
        .map(|&(i, state)| (i, state == 1))
        .collect();
    model.given(&up)
}

fn couplings(loaded: &Loaded, rbm: &Rbm) -> anyhow::Result<SpinHamiltonian> {
    spins_of_rbm(rbm).map_err(|e| Failure::bad_input(format!("{}: {e}", loaded.origin)))
}

fn of_spins(
    loaded: &Loaded,
    model: &SpinHamiltonian,
    asked: &Asked,
) -> Result<Vec<Plan>, ExactError> {
    let want = asked.of_engine(!loaded.observed.is_empty());
    let given = given(loaded, model);
    let limits = asked.limits();
    let mut plans = match asked.method.engine() {
        Some(method) if asked.edges => {
            let pairs = pairs_in_terms(model);
            vec![plan_edges_by(&given, &pairs, method, &limits)?]
        }
        None if asked.edges => plan_edges_within(&given, &pairs_in_terms(model), &limits),
        Some(method) => vec![plan_by_within(&given, want, method, &limits)?],
        None => plan_all_within(&given, want, &limits),
    };
    // The engines count what they need beside the model. When they are done, the answer is laid out.
    let n = model.spins() as f64;
    let answer = if asked.pairs {
        PAIR_BYTES * 0.5 * n * (n - 1.0)
    } else {
        0.0
    };
    for plan in &mut plans {
        plan.bytes = plan.bytes.max(answer) + TERM_BYTES * model.terms().len() as f64;
    }
    Ok(plans)
}

/// Bytes of a term of one or two sites, with its place in the list.
const TERM_BYTES: f64 = 64.0;
/// Bytes of a pair's correlator in the list of an answer, and of its line.
const PAIR_BYTES: f64 = 32.0 + 88.0;

fn of_factors(
    loaded: &Loaded,
    graph: &FactorGraph,
    asked: &Asked,
) -> Result<Vec<Plan>, ExactError> {
    let n = graph.cardinality().len();
    let pairs: Option<Vec<(usize, usize)>> = if asked.pairs {
        let all = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
        Some(all.collect())
    } else {
        asked.edges.then(|| pairs_in_factors(graph))
    };
    let given = graph.given(&loaded.observed);
    let marginals = asked.marginals || pairs.is_some();
    Ok(vec![plan_factors(
        &given,
        marginals,
        pairs.as_deref(),
        &asked.limits(),
    )?])
}

/// The engines for the answer, in the order in which `exact` tries them.
fn plans(loaded: &Loaded, asked: &Asked) -> anyhow::Result<Vec<Plan>> {
    if asked.observables {
        return Ok(vec![observables::plan(loaded)?]);
    }
    let found = match &loaded.model {
        AnyModel::Spins(model) => of_spins(loaded, model, asked),
        AnyModel::Rbm(rbm) if asked.by_layer(loaded) => {
            if !loaded.observed.is_empty() || asked.pairs {
                return Err(Failure::bad_input(format!(
                    "{}: --method: layer-sum takes neither --evidence nor --pairs",
                    loaded.origin
                )));
            }
            Ok(vec![plan_rbm(rbm, asked.marginals)])
        }
        AnyModel::Rbm(rbm) => of_spins(loaded, &couplings(loaded, rbm)?, asked),
        AnyModel::Factors(_)
            if !matches!(asked.method, MethodName::Auto | MethodName::Elimination) =>
        {
            return Err(Failure::bad_input(format!(
                "{}: --method: tables are solved by elimination",
                loaded.origin
            )));
        }
        AnyModel::Factors(graph) => of_factors(loaded, graph, asked),
    };
    found.map_err(|e| unfit(loaded, &e))
}

/// The engines for samples, in the order in which `exact` tries them.
fn sample_plans(loaded: &Loaded, count: usize, asked: &Asked) -> anyhow::Result<Vec<Plan>> {
    check_states(loaded)?;
    let spins = |model: &SpinHamiltonian| -> Result<Vec<Plan>, ExactError> {
        let given = given(loaded, model);
        match asked.method.engine() {
            None => plan_draw(&given, count),
            Some(method) => Ok(vec![plan_draw_by(&given, count, method)?]),
        }
    };
    let found = match &loaded.model {
        AnyModel::Spins(model) => spins(model),
        AnyModel::Rbm(rbm) => spins(&couplings(loaded, rbm)?),
        AnyModel::Factors(graph) => {
            let ready = Elimination::of_graph(&graph.given(&loaded.observed));
            Ok(vec![ready.plan_samples(count)])
        }
    };
    let mut plans = found.map_err(|e| unfit(loaded, &e))?;
    for plan in &mut plans {
        plan.bytes = plan
            .bytes
            .max(sample_bytes(count, loaded.model.variables()));
    }
    Ok(plans)
}

/// Engines in the order in which they are tried, and the first within the limits.
struct List {
    plans: Vec<Plan>,
    chosen: Option<usize>,
}

impl List {
    fn new(plans: Vec<Plan>, limits: &Limits) -> Self {
        let chosen = plans
            .iter()
            .position(|plan| limits.exceeded_by(plan).is_none());
        Self { plans, chosen }
    }

    fn json(&self, limits: &Limits) -> Value {
        let entry = |(k, plan): (usize, &Plan)| -> Value {
            json!({
                "method": plan.method.to_string(),
                "states": plan.states,
                "bytes": plan.bytes,
                "seconds": plan.seconds,
                "exceeds": limits.exceeded_by(plan).map(|q| q.to_string()),
                "chosen": self.chosen == Some(k),
            })
        };
        self.plans.iter().enumerate().map(entry).collect()
    }
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let mut asked = arguments.asked;
    asked.marginals |= asked.edges;
    let limits = asked.limits();
    // A lattice that one engine alone can do is not written out term by term.
    let large = arguments.source.described().and_then(|d| {
        let want = asked
            .of_large_torus()
            .filter(|_| arguments.samples.is_none())?;
        Some((d.lattice.sites(), plan_large_torus(&d, want)?))
    });
    let large = large.or_else(|| {
        let torus = Products::asked_of(&arguments.source, &asked);
        let torus = torus.filter(|_| arguments.samples.is_none())?;
        Some((torus.sites(), torus.plan()))
    });
    let large = large.or_else(|| asked.hopeless(&arguments.source));
    let (variables, answer, samples) = if let Some((sites, plan)) = large {
        (sites, vec![plan], None)
    } else {
        asked.check()?;
        let loaded = arguments.source.load()?;
        let samples = arguments
            .samples
            .map(|count| sample_plans(&loaded, count, &asked));
        let answer = plans(&loaded, &asked)?;
        (loaded.model.variables(), answer, samples.transpose()?)
    };
    let answer = List::new(answer, &limits);
    let samples = samples.map(|plans| List::new(plans, &limits));
    let shown = match arguments.format {
        Format::Text => {
            let mut out = text(&answer.plans, answer.chosen, &limits);
            if let Some(list) = &samples {
                out.push_str("samples:\n");
                out += &text(&list.plans, list.chosen, &limits);
            }
            out
        }
        Format::Json => {
            let mut shown = json!({ "variables": variables, "plans": answer.json(&limits) });
            if let Some(list) = &samples {
                shown["sample_plans"] = list.json(&limits);
            }
            serde_json::to_string_pretty(&shown)? + "\n"
        }
    };
    deliver(&shown, arguments.out.as_deref())?;
    let within = samples.iter().chain([&answer]).all(|l| l.chosen.is_some());
    Ok(if within {
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
