//! `blockspin exact --observables`: what the transfer matrix knows of a square lattice.

use super::exit::Failure;
use super::source::Loaded;
use crate::exact::{
    BondCorrelator, ExactError, Limits, Magnetization, Strip, StripCorrelators, Thermodynamics,
};
use crate::model::files::AnyModel;
use crate::numeric::Enclosure;
use serde_json::{Value, json};
use std::fmt::Write;

/// Averages of an Ising model on a strip, a cylinder or a torus.
pub(super) struct Observables {
    spins: usize,
    thermodynamics: Thermodynamics,
    magnetization: Magnetization,
    correlators: StripCorrelators,
}

impl Observables {
    /// Computes them; the correlators are those with site 0 and the bond beside it.
    pub(super) fn of(loaded: &Loaded, limits: &Limits) -> anyhow::Result<Self> {
        let AnyModel::Spins(model) = &loaded.model else {
            return Err(unfit(loaded, "the model is no spin Hamiltonian"));
        };
        if !loaded.observed.is_empty() {
            return Err(unfit(loaded, "it takes no --evidence"));
        }
        let strip = Strip::recognise(model).ok_or_else(|| {
            unfit(
                loaded,
                "the model is no strip of a square lattice up to 20 sites wide, its sites row by row",
            )
        })?;
        let refused = |e: ExactError| match e {
            ExactError::TooLarge { .. } => Failure::too_large(e),
            e => Failure::bad_input(format!("{}: {e}", loaded.origin)),
        };
        Ok(Self {
            spins: strip.spins(),
            thermodynamics: strip.thermodynamics(limits).map_err(refused)?,
            magnetization: strip.magnetization(limits).map_err(refused)?,
            correlators: strip.correlators(0, limits).map_err(refused)?,
        })
    }

    fn named(&self) -> [(&'static str, Enclosure); 7] {
        let (t, m) = (&self.thermodynamics, &self.magnetization);
        [
            ("log_z", t.log_z),
            ("mean_energy", -t.mean),
            ("heat_capacity", t.variance),
            ("mean_m", m.mean),
            ("mean_abs_m", m.absolute),
            ("mean_m2", m.square),
            ("mean_m4", m.fourth),
        ]
    }

    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        let mut line = |name: &str, e: Enclosure| {
            let _ = writeln!(out, "{name:16} {:<24} in [{}, {}]", e.mid(), e.lo(), e.hi());
        };
        for (name, value) in self.named() {
            line(name, value);
        }
        for (up, &p) in self.magnetization.probability.iter().enumerate() {
            line(&format!("P(M={})", 2 * up as i64 - self.spins as i64), p);
        }
        for (i, &c) in self.correlators.spins.iter().enumerate() {
            line(&format!("<s0 s{i}>"), c);
        }
        if let Some((a, b)) = self.correlators.source_bond {
            for &BondCorrelator {
                bond: (i, j),
                value,
            } in &self.correlators.bonds
            {
                line(&format!("<s{a} s{b} s{i} s{j}>"), value);
            }
        }
        out.push_str(
            "energy is -<K>, heat capacity <K^2> - <K>^2 of the reduced Hamiltonian K; m = M/N\n",
        );
        out.push_str("by transfer-matrix; every bound is rigorous\n");
        out
    }

    pub(super) fn json(&self) -> anyhow::Result<String> {
        let bounds = |e: &Enclosure| json!([e.lo(), e.hi()]);
        let mut answer = json!({ "method": "transfer-matrix", "spins": self.spins });
        for (name, value) in self.named() {
            answer[name] = json!({ "lo": value.lo(), "hi": value.hi() });
        }
        let list = |values: &[Enclosure]| -> Value { values.iter().map(bounds).collect() };
        // Entry k belongs to k spins up, M = 2k − N.
        answer["probability_of_ups"] = list(&self.magnetization.probability);
        answer["spin_correlator"] = list(&self.correlators.spins);
        let bonds: Vec<Value> = self
            .correlators
            .bonds
            .iter()
            .map(|b| json!([b.bond.0, b.bond.1, b.value.lo(), b.value.hi()]))
            .collect();
        answer["bond"] = json!(self.correlators.source_bond);
        answer["bond_correlator"] = Value::Array(bonds);
        Ok(serde_json::to_string_pretty(&answer)? + "\n")
    }
}

fn unfit(loaded: &Loaded, reason: &str) -> anyhow::Error {
    Failure::bad_input(format!("{}: --observables: {reason}", loaded.origin))
}
