//! `blockspin decimate` and `blockspin gaussian-dbm`.

use super::exit::{Exit, Failure};
use super::output::{Format, deliver, read_text};
use crate::exact::gaussian_dbm::{
    GaussianDbmDecimationError, GaussianDbmReport, decimate_gaussian_dbm,
};
use crate::model::GaussianDbm;
use crate::numeric::Enclosure;
use crate::rg::{ChainFlow, decimate_chain};
use std::fmt::Write;
use std::path::PathBuf;
use std::str::FromStr;

#[derive(Debug, clap::Args)]
pub(super) struct ChainArguments {
    /// Coupling and field of the reduced Hamiltonian, as K,h; or K alone for no field
    #[arg(long, value_name = "K,h", allow_hyphen_values = true)]
    chain: Chain,
    /// How many decimations
    #[arg(long, default_value_t = 6)]
    steps: usize,
    /// Text for a reader or JSON for a program
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Chain {
    k: f64,
    h: f64,
}

impl FromStr for Chain {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |part: &str| {
            part.trim()
                .parse::<f64>()
                .map_err(|_| format!("{part:?} is not a number"))
        };
        let mut parts = text.split(',');
        let k = number(parts.next().unwrap_or_default())?;
        let h = parts.next().map_or(Ok(0.0), number)?;
        match parts.next() {
            Some(_) => Err("expected K,h: two numbers".to_owned()),
            None => Ok(Self { k, h }),
        }
    }
}

pub(super) fn run_chain(arguments: &ChainArguments) -> anyhow::Result<Exit> {
    let Chain { k, h } = arguments.chain;
    let flow = decimate_chain(k, h, arguments.steps).map_err(|e| {
        Failure::bad_input(format!("--chain {k},{h} --steps {}: {e}", arguments.steps))
    })?;
    let shown = match arguments.format {
        Format::Text => chain_text(&flow),
        Format::Json => serde_json::to_string_pretty(&flow)? + "\n",
    };
    deliver(&shown, arguments.out.as_deref())?;
    Ok(Exit::Success)
}

/// A correlation length, which has no upper bound where its inverse may be zero.
fn length_text(length: Enclosure) -> String {
    if length.hi().is_finite() {
        format!("{:.8e}", length.mid())
    } else if length.lo().is_finite() && length.lo() > 0.0 {
        format!("> {:.5e}", length.lo())
    } else {
        "unbounded".to_owned()
    }
}

fn chain_text(flow: &ChainFlow) -> String {
    let mut out = format!(
        "{:>4}  {:>22}  {:>22}  {:>22}  {:>14}  -ln Z per original spin, rebuilt from g\n",
        "step", "K", "h", "g per survivor", "xi"
    );
    for s in &flow.steps {
        let _ = writeln!(
            out,
            "{:>4}  {:>22.15e}  {:>22.15e}  {:>22.15e}  {:>14}  {}",
            s.step,
            s.k.mid(),
            s.h.mid(),
            s.g.mid(),
            length_text(s.correlation_length),
            s.free_energy_per_spin
        );
    }
    let _ = writeln!(out, "by the transfer matrix: {}", flow.free_energy_per_spin);
    out.push_str("K, h, g and xi are midpoints; --format json has their bounds.\n");
    out
}

#[derive(Debug, clap::Args)]
pub(super) struct GaussianDbmArguments {
    /// Machine file (JSON, format "blockspin-gaussian-dbm"); - reads standard input
    machine: PathBuf,
    /// Text for a reader or JSON for a program
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run_gaussian_dbm(arguments: &GaussianDbmArguments) -> anyhow::Result<Exit> {
    let name = arguments.machine.display();
    let text = read_text(&arguments.machine)?;
    let machine =
        GaussianDbm::from_json(&text).map_err(|e| Failure::bad_input(format!("{name}: {e}")))?;
    let report = decimate_gaussian_dbm(&machine).map_err(|e| match e {
        GaussianDbmDecimationError::TooLarge { .. } => Failure::too_large(format!("{name}: {e}")),
        e => Failure::bad_input(format!("{name}: {e}")),
    })?;
    let shown = match arguments.format {
        Format::Text => gaussian_dbm_text(&report),
        Format::Json => serde_json::to_string_pretty(&report)? + "\n",
    };
    deliver(&shown, arguments.out.as_deref())?;
    Ok(Exit::Success)
}

fn matrix(out: &mut String, name: &str, rows: &[Vec<Enclosure>]) {
    let _ = writeln!(out, "{name} =");
    for row in rows {
        let entries: Vec<String> = row.iter().map(|e| format!("{:>22.15e}", e.mid())).collect();
        let _ = writeln!(out, "  {}", entries.join("  "));
    }
}

fn gaussian_dbm_text(r: &GaussianDbmReport) -> String {
    let mut out = format!(
        "{} visible, {} middle and {} deep units at beta = {}\n\
         smallest eigenvalue of 1 - B': {}\nf = {}\ng = {}\nln Z = {}\n",
        r.n_visible, r.n_middle, r.n_deep, r.beta, r.smallest_eigenvalue, r.f, r.g, r.log_z
    );
    matrix(&mut out, "B' = B Bt", &r.b_prime);
    matrix(&mut out, "A' = A (1 - B')^-1 At", &r.a_prime);
    for d in &r.distributions {
        let _ = writeln!(out, "by {}: ln Z = {}", d.distribution, d.log_z);
        for (i, m) in d.mean.iter().enumerate() {
            let _ = writeln!(out, "  <x{i}> = {m}");
        }
        for &(i, j, lo, hi) in &d.pair {
            let _ = writeln!(out, "  <x{i} x{j}> = {}", Enclosure::new(lo, hi));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_are_one_or_two_numbers() {
        assert_eq!("0.5,-0.1".parse::<Chain>(), Ok(Chain { k: 0.5, h: -0.1 }));
        assert_eq!("1".parse::<Chain>(), Ok(Chain { k: 1.0, h: 0.0 }));
        assert!("1,2,3".parse::<Chain>().is_err() && ",".parse::<Chain>().is_err());
    }
}
