//! `blockspin evaluate`: `ln Z` and likelihood of one machine by every way there is, side by side.

use super::annealing::Annealing;
use super::exit::{Exit, Failure};
use super::output::{Format, print, read_bytes};
use super::samples::{read_samples, some_of};
use super::units::UnitsName;
use crate::exact::{ExactError, Limits, rbm_sum};
use crate::learn::{
    AisConfig, AisEstimate, BinaryData, EXACT_DRAW_UNITS, LogZInterval, TapOrder, ais_backward,
    ais_forward, chain_draws, exact_draws, free_energies, log_pseudo_likelihood,
    reconstruction_error, sampled_log_likelihood, tap_log_z_from_data,
};
use crate::model::files::{AnyModel, FileFormat, Unstated, read_model};
use crate::model::{Layer, RbmWeights, Units};
use crate::random::{DEFAULT_SEED, Seed};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Samples from which the expansion is started, beside their mean.
const TAP_STARTS: usize = 8;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The machine, in safetensors or .npz: of this program, of scikit-learn, of `PyTorch` (see the manual for the names)
    weights: PathBuf,
    /// Samples: an .npy array whose last dimension counts the units
    data: PathBuf,
    /// Units of a machine whose file does not say (default: spin)
    #[arg(long, value_enum)]
    units: Option<UnitsName>,
    /// Steps of annealed importance sampling
    #[arg(long, value_name = "N", default_value_t = 1000)]
    temperatures: usize,
    /// Its chains in each direction
    #[arg(long, value_name = "N", default_value_t = 200)]
    chains: usize,
    /// Draws of the machine for the sampled likelihood
    #[arg(long, value_name = "N", default_value_t = 2000)]
    draws: usize,
    /// Sweeps from the data to each draw, where the machine is too large for exact draws
    #[arg(long, value_name = "N", default_value_t = 1000)]
    sweeps: usize,
    /// Samples, drawn at random, that the sampled likelihood and the pseudo-likelihood look at
    #[arg(long, value_name = "N", default_value_t = 1000)]
    samples: usize,
    /// Leave out the exact sum if it is predicted to take longer; above 300, chains and draws may take as long
    #[arg(long, value_name = "S", default_value_t = 60.0)]
    max_seconds: f64,
    /// Seed of everything drawn at random
    #[arg(long, default_value_t = DEFAULT_SEED)]
    seed: u64,
    /// Text for a reader or JSON for a program
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// One way to `ln Z`.
struct Row {
    method: &'static str,
    log_z: f64,
    /// What is known of its error: one sigma, or none.
    std_err: Option<f64>,
    /// Ends of an interval.
    interval: Option<(f64, f64)>,
    log_likelihood: f64,
    /// In which direction `log_z` errs.
    bias: &'static str,
    note: String,
}

fn read_machine(path: &Path, units: Units) -> anyhow::Result<(RbmWeights, bool)> {
    let name = path.display();
    let wrong = |e: &dyn std::fmt::Display| Failure::bad_input(format!("{name}: {e}"));
    let bytes = read_bytes(path)?;
    let format = match FileFormat::of_content(&bytes) {
        Some(format) if format.has_machines() => format,
        _ => return Err(wrong(&"neither safetensors nor .npz")),
    };
    let unstated = Unstated {
        units,
        ..Unstated::default()
    };
    let model = read_model(&bytes, format, unstated).map_err(|e| {
        if e.is_too_large() {
            Failure::too_large(format!("{name}: {e}"))
        } else {
            wrong(&e)
        }
    })?;
    let AnyModel::Rbm(rbm) = model.model else {
        return Err(wrong(&"no restricted machine"));
    };
    let machine = RbmWeights::from_rbm(&rbm).map_err(|e| wrong(&e))?;
    let rounded = machine.to_rbm().map_err(|e| wrong(&e))? != rbm;
    Ok((machine, rounded))
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let units = arguments.units.map_or(Units::PlusMinus, UnitsName::units);
    let (machine, rounded) = read_machine(&arguments.weights, units)?;
    let visible_units = machine.units(Layer::Visible);
    let (data, _) = read_samples(&arguments.data, Some(visible_units))?;
    if data.units() != machine.visible() {
        return Err(Failure::bad_input(format!(
            "{}: {} units, the machine has {} visible ones",
            arguments.data.display(),
            data.units(),
            machine.visible()
        )));
    }
    for (name, value, least) in [
        ("--temperatures", arguments.temperatures, 1),
        ("--chains", arguments.chains, 2),
        ("--draws", arguments.draws, 20),
        ("--samples", arguments.samples, 1),
    ] {
        if value < least {
            return Err(Failure::bad_input(format!(
                "{name} {value}: expected at least {least}"
            )));
        }
    }
    check_size(arguments, &machine, data.len())?;
    let result = evaluate(arguments, &machine, &data, rounded)?;
    print(&match arguments.format {
        Format::Json => serde_json::to_string_pretty(&result)? + "\n",
        Format::Text => text(&result),
    })?;
    Ok(Exit::Success)
}

/// Refuses chains and draws that are predicted to be over the limits.
fn check_size(arguments: &Arguments, machine: &RbmWeights, samples: usize) -> anyhow::Result<()> {
    let limits = Limits {
        max_seconds: arguments.max_seconds.max(Limits::default().max_seconds),
        ..Limits::default()
    };
    let (visible, hidden) = (machine.visible(), machine.hidden());
    let draws = arguments.draws.max(arguments.chains);
    let exact = visible.min(hidden) <= EXACT_DRAW_UNITS;
    let looked_at = arguments.samples.min(samples);
    for (what, chains, temperatures) in [
        ("annealing", arguments.chains, arguments.temperatures),
        ("draws", draws, if exact { 0 } else { arguments.sweeps }),
        // Every draw gives every sample its probability: a product with one row of the weights' size at most.
        (
            "sampled likelihood",
            draws,
            looked_at.div_ceil(hidden.max(1)),
        ),
    ] {
        let cost = Annealing {
            visible,
            hidden,
            chains,
            temperatures,
        };
        cost.check(&limits).map_err(|e| {
            Failure::too_large(format!(
                "{what}: {e}; fewer --chains, --draws, --temperatures or --sweeps fit, more time by --max-seconds"
            ))
        })?;
    }
    Ok(())
}

/// The sum over the smaller layer, or the reason why it is not made.
fn exact_row(
    machine: &RbmWeights,
    free: f64,
    limits: &Limits,
) -> anyhow::Result<Result<Row, String>> {
    match rbm_sum(&machine.to_rbm()?, false, limits) {
        Ok(sum) => Ok(Ok(Row {
            method: "exact",
            log_z: sum.log_z.mid(),
            std_err: None,
            interval: Some((sum.log_z.lo(), sum.log_z.hi())),
            log_likelihood: -free - sum.log_z.mid(),
            bias: "none",
            note: "rigorous bounds".to_owned(),
        })),
        Err(error @ ExactError::TooLarge { .. }) => Ok(Err(error.to_string())),
        Err(error) => Err(Failure::bad_input(error)),
    }
}

fn ais_row(
    method: &'static str,
    found: &AisEstimate,
    free: f64,
    bias: &'static str,
    more: &str,
) -> Row {
    Row {
        method,
        log_z: found.log_z,
        std_err: Some(found.std_err),
        interval: Some(found.interval()),
        log_likelihood: -free - found.log_z,
        bias,
        note: format!("{:.1} effective chains{more}", found.n_eff),
    }
}

/// A machine and the data on which it is judged.
struct Evaluation<'a> {
    arguments: &'a Arguments,
    machine: &'a RbmWeights,
    data: &'a BinaryData,
    /// Some of the data, for what is slow.
    few: BinaryData,
    /// The mean free energy of the data.
    free: f64,
    seed: Seed,
}

/// Draws of the visible layer, and how they were made.
struct Draws {
    up: BinaryData,
    by: String,
}

impl Evaluation<'_> {
    fn draws(&self) -> anyhow::Result<Draws> {
        let (machine, arguments) = (self.machine, self.arguments);
        let wanted = arguments.draws.max(arguments.chains);
        if let Some(up) = exact_draws(machine, wanted, self.seed) {
            let by = "exact draws".to_owned();
            return Ok(Draws { up, by });
        }
        let up = chain_draws(machine, self.data, wanted, arguments.sweeps, self.seed)?;
        Ok(Draws {
            up: BinaryData::from_bits(up, machine.visible())?,
            by: format!("draws by {} sweeps from the data", arguments.sweeps),
        })
    }

    /// Both directions, and the ends between which `ln Z` lies with probability 95 %.
    fn annealed(&self, draws: &Draws) -> anyhow::Result<([Row; 2], LogZInterval)> {
        let config = AisConfig {
            temperatures: self.arguments.temperatures,
            chains: self.arguments.chains,
            base: None,
            seed: self.seed,
        }
        .with_base_of(self.data, self.machine.units(Layer::Visible));
        let forward = ais_forward(self.machine, &config)?;
        let backward = ais_backward(self.machine, &draws.up, &config)?;
        let rows = [
            ais_row(
                "ais forward",
                &forward,
                self.free,
                "ln Z too low on average, so the likelihood too high",
                "",
            ),
            ais_row(
                "ais backward",
                &backward,
                self.free,
                "ln Z too high on average, so the likelihood too low, if the draws come from the machine",
                &format!("; {}", draws.by),
            ),
        ];
        // Each end is missed with probability at most 0.025.
        Ok((rows, LogZInterval::certain(&forward, &backward, 0.025)))
    }

    fn expansion(&self, method: &'static str, order: TapOrder) -> anyhow::Result<Row> {
        let each = self.machine.weights().len() * TAP_STARTS;
        let iterations = (500_000_000 / each).clamp(50, 2000);
        let found = tap_log_z_from_data(self.machine, order, self.data, TAP_STARTS, iterations)?;
        Ok(Row {
            method,
            log_z: found.log_z,
            std_err: None,
            interval: None,
            log_likelihood: -self.free - found.log_z,
            bias: "either way: an expansion for weak weights, no bound",
            note: format!(
                "last change of a mean {:.1e} after {} iterations",
                found.residual, found.iterations
            ),
        })
    }

    fn sampled(&self, draws: &Draws) -> anyhow::Result<Row> {
        let found = sampled_log_likelihood(self.machine, &self.few, &draws.up, self.seed)?;
        let energies = free_energies(self.machine, self.few.up());
        let free = energies.iter().sum::<f64>() / energies.len() as f64;
        // ln p(v) + ln Z is minus the free energy, sample by sample.
        let log_z = -free - found.log_likelihood;
        Ok(Row {
            method: "sampled",
            log_z,
            std_err: Some(found.std_err),
            interval: None,
            log_likelihood: -self.free - log_z,
            bias: "ln Z too high on average, so the likelihood too low, if the draws come from the machine",
            note: format!(
                "{} {}, {} samples",
                draws.up.len(),
                draws.by,
                self.few.len()
            ),
        })
    }
}

/// Everything there is to say, as JSON.
fn evaluate(
    arguments: &Arguments,
    machine: &RbmWeights,
    data: &BinaryData,
    rounded: bool,
) -> anyhow::Result<Value> {
    let seed = Seed(arguments.seed);
    let energies = free_energies(machine, data.up());
    let count = energies.len() as f64;
    let free = energies.iter().sum::<f64>() / count;
    let squares: f64 = energies.iter().map(|f| (f - free) * (f - free)).sum();
    let spread = squares / (count - 1.0).max(1.0);
    let evaluation = Evaluation {
        arguments,
        machine,
        data,
        few: some_of(data, arguments.samples, "evaluated samples", seed),
        free,
        seed,
    };
    let limits = Limits {
        max_seconds: arguments.max_seconds,
        ..Limits::default()
    };
    let mut rows = Vec::new();
    let not_exact = exact_row(machine, free, &limits)?
        .map(|row| rows.push(row))
        .err();
    let exact = rows.first().map(|row| row.log_z);
    let draws = evaluation.draws()?;
    let (annealed, certain) = evaluation.annealed(&draws)?;
    rows.extend(annealed);
    rows.push(evaluation.expansion("tap 2", TapOrder::Second)?);
    rows.push(evaluation.expansion("tap 3", TapOrder::Third)?);
    rows.push(evaluation.sampled(&draws)?);
    let estimates: Vec<Value> = rows.iter().map(|row| row.json(exact)).collect();
    let few = &evaluation.few;
    Ok(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "weights": arguments.weights.display().to_string(),
        "data": arguments.data.display().to_string(),
        "visible": machine.visible(),
        "hidden": machine.hidden(),
        "visible_units": UnitsName::of(machine.units(Layer::Visible)),
        "hidden_units": UnitsName::of(machine.units(Layer::Hidden)),
        "rounded_to_single_precision": rounded,
        "samples": data.len(),
        "seed": arguments.seed,
        "mean_free_energy": free,
        "mean_free_energy_std_err_by_data": (spread / count).sqrt(),
        "log_pseudo_likelihood": log_pseudo_likelihood(machine, few)?,
        "reconstruction_error": reconstruction_error(machine, few)?,
        "estimates": estimates,
        "exact_left_out": not_exact,
        "log_z_bracket": {
            "low": certain.low,
            "high": certain.high,
            "level": 0.95,
            "holds_if": "the backward chains start from draws of the machine; no other assumption",
            "draws": draws.by,
        },
    }))
}

impl Row {
    fn json(&self, exact: Option<f64>) -> Value {
        json!({
            "method": self.method,
            "log_z": self.log_z,
            "log_z_std_err": self.std_err,
            "log_z_low": self.interval.map(|i| i.0),
            "log_z_high": self.interval.map(|i| i.1),
            "log_likelihood": self.log_likelihood,
            "log_z_minus_exact": exact.map(|e| self.log_z - e),
            "bias": self.bias,
            "note": self.note,
        })
    }
}

fn text(result: &Value) -> String {
    let mut out = format!(
        "{}: {} visible ({}), {} hidden units ({}); {} samples of {}\n",
        result["weights"].as_str().unwrap_or_default(),
        result["visible"],
        result["visible_units"].as_str().unwrap_or_default(),
        result["hidden"],
        result["hidden_units"].as_str().unwrap_or_default(),
        result["samples"],
        result["data"].as_str().unwrap_or_default(),
    );
    // Writing to a string does not fail.
    let _ = writeln!(
        out,
        "{:<13} {:>16} {:>9} {:>16}  bias of ln Z; how it was made",
        "", "ln Z", "±", "ln L per sample"
    );
    for row in result["estimates"].as_array().into_iter().flatten() {
        let number = |name: &str| row[name].as_f64().unwrap_or(f64::NAN);
        let error = row["log_z_std_err"].as_f64();
        let _ = writeln!(
            out,
            "{:<13} {:>16.6} {:>9} {:>16.6}  {}; {}",
            row["method"].as_str().unwrap_or_default(),
            number("log_z"),
            error.map_or_else(|| "–".to_owned(), |e| format!("{e:.1e}")),
            number("log_likelihood"),
            row["bias"].as_str().unwrap_or_default(),
            row["note"].as_str().unwrap_or_default()
        );
    }
    if let Some(reason) = result["exact_left_out"].as_str() {
        let _ = writeln!(out, "{:<13} {reason}", "exact");
    }
    let bracket = &result["log_z_bracket"];
    let _ = writeln!(
        out,
        "ln Z lies in [{:.6}, {:.6}] with probability 95 % at least, if {}",
        bracket["low"].as_f64().unwrap_or(f64::NAN),
        bracket["high"].as_f64().unwrap_or(f64::NAN),
        bracket["holds_if"].as_str().unwrap_or_default()
    );
    for name in [
        "mean_free_energy",
        "mean_free_energy_std_err_by_data",
        "log_pseudo_likelihood",
        "reconstruction_error",
    ] {
        let _ = writeln!(
            out,
            "{name:<34} {:.6}",
            result[name].as_f64().unwrap_or(f64::NAN)
        );
    }
    if result["rounded_to_single_precision"] == true {
        let _ = writeln!(out, "the parameters were rounded to single precision");
    }
    out
}
