//! How good a machine is while it is trained.

use super::super::samples::rows;
use super::settings::LogZName;
use crate::exact::{Limits, rbm_sum};
use crate::learn::{
    AisConfig, BinaryData, TapOrder, ais_forward, log_pseudo_likelihood, mean_free_energy,
    reconstruction_error, tap_log_z_from_data,
};
use crate::model::{Layer, RbmWeights};
use crate::random::Seed;
use serde_json::{Map, Value, json};

/// Units of the smaller layer up to which `auto` sums exactly: a choice by size, so that it is the same on every
/// machine.
const EXACT_UNITS: usize = 18;

/// What is looked at, and how often.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Monitor {
    pub(super) every: Option<u64>,
    pub(super) samples: usize,
    pub(super) log_z: LogZName,
    pub(super) temperatures: usize,
    pub(super) chains: usize,
}

/// The samples on which a machine is judged.
pub(super) struct Judged {
    pub(super) training: BinaryData,
    pub(super) held_out: Option<BinaryData>,
}

impl Monitor {
    /// The values of a machine, by name. They depend on nothing but the machine, the samples and the seed.
    pub(super) fn values(
        &self,
        machine: &RbmWeights,
        judged: &Judged,
        seed: Seed,
    ) -> anyhow::Result<Map<String, Value>> {
        let mut out = Map::new();
        let mut put = |name: &str, value: f64| out.insert(name.to_owned(), json!(value));
        let training = &judged.training;
        let parameters = machine.visible() * machine.hidden();
        let free = mean_free_energy(machine, training)?;
        let held = judged.held_out.as_ref();
        let held = held.map(|d| mean_free_energy(machine, d)).transpose()?;
        put("mean_free_energy", free);
        if let Some(held) = held {
            put("held_out_mean_free_energy", held);
            put("free_energy_gap", free - held);
        }
        put(
            "reconstruction_error",
            reconstruction_error(machine, training)?,
        );
        // Every unit of every sample costs a sum over the hidden units.
        let few = (5_000_000 / parameters).clamp(1, training.len());
        let few = rows(training, |k| k < few).unwrap_or_else(|| training.clone());
        put(
            "log_pseudo_likelihood",
            log_pseudo_likelihood(machine, &few)?,
        );
        let iterations = (10_000_000 / parameters).clamp(10, 300);
        let tap = tap_log_z_from_data(machine, TapOrder::Second, training, 1, iterations)?;
        put("tap_log_z", tap.log_z);
        put("tap_residual", tap.residual);
        put("tap_log_likelihood", -free - tap.log_z);
        let smaller = machine.visible().min(machine.hidden());
        let (name, log_z, error) = match self.log_z {
            LogZName::None => return Ok(out),
            LogZName::Exact => ("exact", exact(machine)?, 0.0),
            LogZName::Auto if smaller <= EXACT_UNITS => ("exact", exact(machine)?, 0.0),
            LogZName::Ais | LogZName::Auto => {
                let config = AisConfig {
                    temperatures: self.temperatures,
                    chains: self.chains,
                    base: None,
                    seed,
                }
                .with_base_of(training, machine.units(Layer::Visible));
                let found = ais_forward(machine, &config)?;
                put("ais_n_eff", found.n_eff);
                // Student's t, 97.5 %, by its expansion at many degrees of freedom.
                let t = 1.96 + 2.4 / (self.chains as f64 - 1.0);
                put("log_z_low", found.log_z - t * found.std_err);
                put("log_z_high", found.log_z + t * found.std_err);
                ("ais", found.log_z, found.std_err)
            }
        };
        put("log_z", log_z);
        put("log_z_std_err", error);
        put("log_likelihood", -free - log_z);
        if let Some(held) = held {
            put("held_out_log_likelihood", -held - log_z);
        }
        out.insert("log_z_by".to_owned(), json!(name));
        Ok(out)
    }
}

fn exact(machine: &RbmWeights) -> anyhow::Result<f64> {
    Ok(rbm_sum(&machine.to_rbm()?, false, &Limits::default())?
        .log_z
        .mid())
}
