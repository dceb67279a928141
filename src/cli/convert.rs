//! `blockspin convert`.

use super::exit::{Exit, Failure};
use super::output::{print_bytes, write_bytes};
use super::source::{ModelSource, format_of_name};
use crate::model::ConversionError;
use crate::model::files::{AnyModel, FileFormat, Labelled, write_model};
use crate::model::{FactorGraph, factors_of_spins, spins_of_rbm};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    source: ModelSource,
    /// File to write; - writes to standard output
    out: Option<PathBuf>,
    /// Format to write, where the file's name does not tell; coo is coo-spin
    #[arg(long, value_enum, value_name = "FORMAT")]
    to: Option<FileFormat>,
    /// Write dimod COO although it has no place for the model's constant, which ln Z then lacks
    #[arg(long)]
    drop_constant: bool,
}

/// Reads one format and writes another.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let (source, out) = arguments
        .source
        .and_file(arguments.out.as_deref(), "OUT, the file to write,")?;
    let name = out.display();
    let Some(format) = arguments.to.or_else(|| format_of_name(out)) else {
        return Err(Failure::bad_input(format!(
            "{name}: its name does not tell the format; --to names it"
        )));
    };
    let loaded = source.load()?;
    let refused = |e: ConversionError| {
        let message = match e {
            ConversionError::Constant { .. } => {
                format!("{name}: {e}; --drop-constant leaves it out")
            }
            _ => format!("{name}: {e}"),
        };
        match e {
            ConversionError::TooLarge { .. } => Failure::too_large(message),
            _ => Failure::bad_input(message),
        }
    };
    let model = if loaded.observed.is_empty() {
        loaded.model
    } else {
        let graph = tables(&loaded.model).map_err(refused)?;
        AnyModel::Factors(graph.given(&loaded.observed))
    };
    let labels = loaded.labels;
    let renamed = labels.iter().enumerate().any(|(i, &label)| i != label);
    if renamed && !format.has_energies() && format != FileFormat::Fg {
        eprintln!("note: the format has no labels; variables are numbered in the order of theirs");
    }
    let file = Labelled { model, labels };
    // Energies are written at β = 1: the file means what was read at the β given.
    let (bytes, dropped) =
        write_model(&file, format, 1.0, arguments.drop_constant).map_err(refused)?;
    if dropped != 0.0 {
        eprintln!("note: the constant {dropped} was left out, which ln Z of the file lacks");
    }
    if out.as_os_str() == "-" {
        print_bytes(&bytes)?;
    } else {
        write_bytes(out, &bytes)?;
    }
    Ok(Exit::Success)
}

/// The model as tables, which can hold what was observed.
fn tables(model: &AnyModel) -> Result<FactorGraph, ConversionError> {
    match model {
        AnyModel::Factors(graph) => Ok(graph.clone()),
        AnyModel::Spins(spins) => factors_of_spins(spins),
        AnyModel::Rbm(rbm) => factors_of_spins(&spins_of_rbm(rbm)?),
    }
}
