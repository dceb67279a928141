//! `blockspin exact`.

use super::exit::{Exit, Failure};
use super::output::{Format, deliver, read_text};
use crate::exact::{ExactError, ExactResult, Limits, Want, solve};
use crate::model::SpinHamiltonian;
use crate::numeric::Enclosure;
use serde::Serialize;
use std::fmt::Write;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Model file (JSON, format "blockspin-model"); - reads standard input
    model: PathBuf,
    /// Also the mean of every spin
    #[arg(long)]
    marginals: bool,
    /// Also the correlator of every pair of spins
    #[arg(long)]
    pairs: bool,
    /// Refuse work that is predicted to take longer
    #[arg(long, value_name = "S", default_value_t = Limits::default().max_seconds)]
    max_seconds: f64,
    /// Refuse work that is predicted to need more memory
    #[arg(long, value_name = "B", default_value_t = Limits::default().max_bytes)]
    max_bytes: f64,
    /// Text for a reader or JSON for a program
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Serialize)]
struct Answer {
    method: String,
    spins: usize,
    log_z: Enclosure,
    #[serde(skip_serializing_if = "Option::is_none")]
    mean: Option<Vec<Enclosure>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pair: Option<Vec<(usize, usize, f64, f64)>>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let text = read_text(&arguments.model)?;
    let model = SpinHamiltonian::from_json(&text)
        .map_err(|e| Failure::bad_input(format!("{}: {e}", arguments.model.display())))?;
    let want = Want {
        means: arguments.marginals,
        pairs: arguments.pairs,
    };
    let limits = Limits {
        max_seconds: arguments.max_seconds,
        max_bytes: arguments.max_bytes,
    };
    let result = solve(&model, want, &limits).map_err(|e| match e {
        ExactError::TooLarge { .. } => Failure::too_large(e),
        e => Failure::bad_input(format!("{}: {e}", arguments.model.display())),
    })?;
    let shown = match arguments.format {
        Format::Text => as_text(&result),
        Format::Json => as_json(&model, result)?,
    };
    deliver(&shown, arguments.out.as_deref())?;
    Ok(Exit::Success)
}

fn as_text(result: &ExactResult) -> String {
    let mut out = String::new();
    let mut line = |name: String, e: Enclosure| {
        let _ = writeln!(out, "{name:16} {:<24} in [{}, {}]", e.mid(), e.lo(), e.hi());
    };
    line("ln Z".to_owned(), result.log_z);
    for (i, &m) in result.mean.iter().flatten().enumerate() {
        line(format!("<s{i}>"), m);
    }
    if let Some(pairs) = &result.pair {
        for (i, j, c) in pairs.iter() {
            line(format!("<s{i} s{j}>"), c);
        }
    }
    let _ = writeln!(out, "by {}; every bound is rigorous", result.method);
    out
}

fn as_json(model: &SpinHamiltonian, result: ExactResult) -> anyhow::Result<String> {
    let answer = Answer {
        method: result.method.to_string(),
        spins: model.spins(),
        log_z: result.log_z,
        mean: result.mean,
        pair: result
            .pair
            .map(|p| p.iter().map(|(i, j, c)| (i, j, c.lo(), c.hi())).collect()),
    };
    Ok(serde_json::to_string_pretty(&answer)? + "\n")
}
