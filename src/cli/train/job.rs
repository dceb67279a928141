//! What is run: settings and data, resolved and found possible.

use super::super::annealing::Annealing;
use super::super::exit::Failure;
use super::super::samples::{chosen, read_samples, rows};
use super::super::units::UnitsName;
use super::monitor::Monitor;
use super::settings::{EstimatorName, LogZName, OptimiserName, ScheduleName, Settings};
use super::{Arguments, refused};
use crate::exact::{Limits, plan_rbm};
use crate::learn::{
    BinaryData, Estimator, Optimiser, Penalties, Schedule, TapOrder, TrainError, TrainingConfig,
    check_training, data_hash,
};
use crate::model::files::with_suffix;
use crate::model::{Rbm, RbmWeights, Units};
use crate::random::{DEFAULT_SEED, Seed};
use crate::sample::CheckpointFiles;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The files of one machine.
pub(super) struct MachineFiles {
    pub(super) weights: PathBuf,
    pub(super) checkpoints: CheckpointFiles,
}

/// What is run.
pub(super) struct Job {
    pub(super) data: BinaryData,
    pub(super) held_out: Option<BinaryData>,
    pub(super) seed: Seed,
    /// One for each machine, the one at the data first.
    pub(super) machines: Vec<TrainingConfig>,
    pub(super) files: Vec<MachineFiles>,
    pub(super) log: PathBuf,
    pub(super) epochs: u64,
    steps: u64,
    pub(super) monitor: Monitor,
    pub(super) interval: Duration,
    /// Everything on which the bytes of the results depend, but for the data themselves.
    pub(super) header: Map<String, Value>,
    pub(super) threads: Option<usize>,
}

/// A seed of its own for a purpose.
pub(super) fn derived(seed: Seed, purpose: &str, index: u64) -> Seed {
    Seed(seed.stream(purpose, index).next_u64())
}

fn bad(message: impl std::fmt::Display) -> anyhow::Error {
    Failure::bad_input(message)
}

impl Job {
    #[expect(clippy::too_many_lines, reason = "what the user may set, in one place")]
    pub(super) fn resolve(arguments: &Arguments) -> anyhow::Result<Self> {
        let mut settings = arguments.settings.clone();
        if let Some(path) = &arguments.config {
            settings = settings.or(Settings::read(path)?);
        }
        let stack = match (&settings.hidden, &settings.stack) {
            (Some(hidden), None) => vec![*hidden],
            (None, Some(stack)) if !stack.is_empty() => stack.clone(),
            (None, _) => return Err(bad("no hidden layer: --hidden M, or --stack M,M…")),
            (Some(_), Some(_)) => return Err(bad("both hidden and stack are set: one of them")),
        };
        let seconds = arguments.checkpoint_seconds;
        if !(0.0..=3600.0).contains(&seconds) {
            return Err(bad("--checkpoint-seconds: not between 0 and 3600"));
        }
        let told = settings.units.map(UnitsName::units);
        let (all, units) = read_samples(&arguments.data, told)?;
        let seed = Seed(settings.seed.unwrap_or(DEFAULT_SEED));
        let (data, held_out) = held_out(&settings, all, units, seed)?;
        let epochs = settings.epochs.unwrap_or(10);
        let first = config(&settings, &data, epochs, seed, units)?;
        let monitor = monitor(&settings)?;
        if arguments.max_bytes.is_nan() || arguments.max_bytes <= 0.0 {
            return Err(bad("--max-bytes: no positive number"));
        }
        let mut machines: Vec<TrainingConfig> = Vec::new();
        let mut visible = data.units();
        for (index, &hidden) in stack.iter().enumerate() {
            let bytes = bytes_of(&first, visible, hidden);
            // No more than can be addressed, whatever is allowed.
            if bytes > arguments.max_bytes.min(1e18) {
                return Err(Failure::too_large(format!(
                    "machine {index} of {visible} visible and {hidden} hidden units takes {bytes:.3e} bytes; \
                     --max-bytes overrides"
                )));
            }
            machines.push(TrainingConfig {
                hidden,
                visible_units: if index == 0 {
                    units
                } else {
                    first.hidden_units
                },
                // Machines of one run share no random words.
                seed: if index == 0 {
                    seed
                } else {
                    derived(seed, "machine of a stack", index as u64)
                },
                ..first.clone()
            });
            let config = &machines[index];
            check_machine(config, data.len(), visible).map_err(|e| refused(index, &e))?;
            let sums = [
                (
                    first.estimator == Estimator::Exact,
                    true,
                    "--estimator exact",
                ),
                (monitor.sums(visible, hidden), false, "--log-z exact"),
            ];
            for (_, averages, what) in sums.into_iter().filter(|s| s.0) {
                check_sum(visible, hidden, averages, settings.threads)
                    .map_err(|e| Failure::too_large(format!("machine {index}, {what}: {e}")))?;
            }
            if monitor.anneals(visible, hidden) {
                let cost = Annealing {
                    visible,
                    hidden,
                    chains: monitor.chains,
                    temperatures: monitor.temperatures,
                };
                let limits = Limits {
                    max_bytes: arguments.max_bytes,
                    ..Limits::default()
                };
                cost.check(&limits).map_err(|e| {
                    Failure::too_large(format!(
                        "machine {index}: {e}; fewer --ais-chains or --ais-temperatures, or --log-z none"
                    ))
                })?;
            }
            visible = hidden;
        }
        let pass = data.len().div_ceil(first.batch) as u64;
        let steps = epochs
            .checked_mul(pass)
            .filter(|steps| steps.checked_mul(machines.len() as u64).is_some())
            .ok_or_else(|| {
                Failure::too_large(format!("{epochs} epochs: more steps than are counted"))
            })?;
        let (files, log) = files(arguments, machines.len())?;
        let header = json!({
            "version": env!("CARGO_PKG_VERSION"),
            "machines": machines.iter().map(|m| format!("{m:?}")).collect::<Vec<_>>(),
            "epochs": epochs,
            "samples": data.len(),
            "held_out_samples": held_out.as_ref().map_or(0, BinaryData::len),
            "held_out": held_out.as_ref().map(data_hash),
            "monitor": format!("{monitor:?}"),
        });
        let Value::Object(header) = header else {
            return Err(bad("the settings make no object"));
        };
        Ok(Self {
            data,
            held_out,
            seed,
            machines,
            files,
            log,
            epochs,
            steps,
            monitor,
            interval: Duration::from_secs_f64(seconds),
            header,
            threads: settings.threads,
        })
    }

    /// Steps that a machine is trained for.
    pub(super) fn steps(&self) -> u64 {
        self.steps
    }

    /// Refuses to replace files unasked.
    pub(super) fn check_free(&self, arguments: &Arguments) -> anyhow::Result<()> {
        let mut weights = self.files.iter().map(|f| &f.weights);
        // A log without a line is all that is left of a run that was killed as it began.
        let logged = !arguments.restart && self.log.metadata().is_ok_and(|m| m.len() > 0);
        let found = weights.find(|path| path.exists());
        match found.or(logged.then_some(&self.log)) {
            Some(path) if !arguments.overwrite => Err(bad(format!(
                "{}: it exists; --overwrite replaces it",
                path.display()
            ))),
            _ => Ok(()),
        }
    }
}

/// Refuses what training would refuse, before anything is touched.
fn check_machine(
    config: &TrainingConfig,
    samples: usize,
    visible: usize,
) -> Result<(), TrainError> {
    check_training(config, samples)?;
    if config.hidden == 0 {
        RbmWeights::zeros(visible, 0, config.visible_units, config.hidden_units)?;
    }
    Ok(())
}

/// Refuses an exact sum that is predicted to be over the limits, as [`rbm_sum`](crate::exact::rbm_sum) would.
fn check_sum(
    visible: usize,
    hidden: usize,
    averages: bool,
    threads: Option<usize>,
) -> Result<(), String> {
    let limits = Limits::default();
    let small = visible.min(hidden);
    if small > 32 {
        return Err(format!(
            "refused, the smaller layer has {small} units, more than the 32 that are summed"
        ));
    }
    let zeros = |count: usize| vec![0.0; count];
    let machine = Rbm::new(zeros(visible * hidden), zeros(visible), zeros(hidden))
        .map_err(|e| e.to_string())?;
    let plan_now = || plan_rbm(&machine, averages);
    let plan = match threads.map(|n| rayon::ThreadPoolBuilder::new().num_threads(n).build()) {
        Some(Ok(pool)) => pool.install(plan_now),
        _ => plan_now(),
    };
    match limits.exceeded_by(&plan) {
        Some(exceeded) => Err(format!("refused, {plan}; over the limit on {exceeded}")),
        None => Ok(()),
    }
}

/// Memory of training: parameters, gradient, a copy of good ones, the optimiser's, and the layers of a minibatch.
fn bytes_of(config: &TrainingConfig, visible: usize, hidden: usize) -> f64 {
    let (n, m) = (visible as f64, hidden as f64);
    let copies = match &config.estimator {
        Estimator::Persistent { chains, .. } => *chains as f64,
        Estimator::Tempered { chains, betas, .. } => *chains as f64 * betas.len() as f64,
        Estimator::Tap { copies, .. } => 5.0 * *copies as f64,
        _ => 0.0,
    };
    20.0 * n * m + 16.0 * (n + m) * (config.batch as f64 + copies)
}

/// Parts the samples that are held out from those that are trained on.
fn held_out(
    settings: &Settings,
    all: BinaryData,
    units: Units,
    seed: Seed,
) -> anyhow::Result<(BinaryData, Option<BinaryData>)> {
    match (settings.held_out, &settings.held_out_file) {
        (Some(_), Some(_)) => Err(bad("both held-out and held-out-file are set: one of them")),
        (None, None) => Ok((all, None)),
        (None, Some(path)) => {
            let (held, _) = read_samples(path, Some(units))?;
            if held.units() != all.units() {
                return Err(bad(format!(
                    "{}: {} units, the data have {}",
                    path.display(),
                    held.units(),
                    all.units()
                )));
            }
            Ok((all, Some(held)))
        }
        (Some(fraction), None) => {
            let count = (fraction * all.len() as f64).round();
            if !(0.0..1.0).contains(&fraction) || count < 1.0 || count >= all.len() as f64 {
                return Err(bad(format!(
                    "held-out {fraction}: of {} samples at least one must be held out and one left",
                    all.len()
                )));
            }
            let out = chosen(all.len(), count as usize, "held-out samples", seed);
            match (rows(&all, |k| !out[k]), rows(&all, |k| out[k])) {
                (Some(training), held @ Some(_)) => Ok((training, held)),
                _ => Err(bad("held-out: nothing is left")),
            }
        }
    }
}

fn monitor(settings: &Settings) -> anyhow::Result<Monitor> {
    let monitor = Monitor {
        every: settings.monitor_every,
        samples: settings.monitor_samples.unwrap_or(2000),
        log_z: settings.log_z.unwrap_or(LogZName::Auto),
        temperatures: settings.ais_temperatures.unwrap_or(300),
        chains: settings.ais_chains.unwrap_or(100),
    };
    if monitor.every == Some(0)
        || monitor.samples == 0
        || monitor.temperatures == 0
        || monitor.chains < 2
    {
        return Err(bad(
            "monitor-every, monitor-samples and ais-temperatures are at least 1, ais-chains at least 2",
        ));
    }
    Ok(monitor)
}

fn files(arguments: &Arguments, machines: usize) -> anyhow::Result<(Vec<MachineFiles>, PathBuf)> {
    let out = &arguments.out;
    let of = |weights: PathBuf| MachineFiles {
        checkpoints: CheckpointFiles::beside(&weights),
        weights,
    };
    let is_file = out.extension().is_some_and(|e| e == "safetensors");
    if !is_file {
        std::fs::create_dir_all(out)
            .map_err(|e| Failure::io(format!("{}: cannot be made: {e}", out.display())))?;
        let list = (0..machines).map(|k| of(out.join(format!("machine-{k}.safetensors"))));
        return Ok((list.collect(), out.join("log.jsonl")));
    }
    if machines > 1 {
        return Err(bad(format!(
            "--out {}: a stack goes into a folder",
            out.display()
        )));
    }
    Ok((vec![of(out.clone())], with_suffix(out, ".log.jsonl")))
}

/// Refuses settings that the chosen estimator or optimiser has no use for.
fn check_used(settings: &Settings, estimator: EstimatorName) -> anyhow::Result<()> {
    use EstimatorName::{Pcd, Tap2, Tap3, Tempered};
    let tap = matches!(estimator, Tap2 | Tap3);
    let adam = settings.optimiser == Some(OptimiserName::Adam);
    for (name, set, used) in [
        (
            "chains",
            settings.chains.is_some(),
            matches!(estimator, Pcd(_) | Tempered(_)),
        ),
        (
            "betas",
            settings.betas.is_some(),
            matches!(estimator, Tempered(_)),
        ),
        ("iterations", settings.iterations.is_some(), tap),
        ("copies", settings.copies.is_some(), tap),
        ("momentum", settings.momentum.is_some(), !adam),
    ] {
        if set && !used {
            return Err(bad(format!(
                "{name} is set, and neither estimator nor optimiser has a use for it"
            )));
        }
    }
    Ok(())
}

/// The training of the first machine.
fn config(
    settings: &Settings,
    data: &BinaryData,
    epochs: u64,
    seed: Seed,
    units: Units,
) -> anyhow::Result<TrainingConfig> {
    let batch = settings.batch.unwrap_or_else(|| data.len().min(512));
    let name = settings.estimator.unwrap_or(EstimatorName::Cd(1));
    check_used(settings, name)?;
    let chains = |default: usize| settings.chains.unwrap_or(default);
    let tap = |order| Estimator::Tap {
        order,
        iterations: settings.iterations.unwrap_or(3),
        copies: settings.copies.unwrap_or(batch),
    };
    let estimator = match name {
        EstimatorName::Exact => Estimator::Exact,
        EstimatorName::Cd(steps) => Estimator::ContrastiveDivergence { steps },
        EstimatorName::MeanField(steps) => Estimator::MeanField { steps },
        EstimatorName::Pcd(steps) => Estimator::Persistent {
            steps,
            chains: chains(batch),
        },
        EstimatorName::Tempered(steps) => Estimator::Tempered {
            steps,
            chains: chains(64),
            betas: match &settings.betas {
                Some(betas) => betas.clone(),
                None => (0..=10_u8).map(|k| 1.0 - f32::from(k) / 10.0).collect(),
            },
        },
        EstimatorName::Tap2 => tap(TapOrder::Second),
        EstimatorName::Tap3 => tap(TapOrder::Third),
    };
    let momentum = settings.momentum.unwrap_or(0.0);
    let penalties = Penalties {
        l1: settings.l1.unwrap_or(0.0),
        l2: settings.l2.unwrap_or(0.0),
    };
    if !(0.0..1.0).contains(&momentum) {
        return Err(bad(format!("momentum {momentum}: not in [0, 1)")));
    }
    for (name, value) in [("l1", penalties.l1), ("l2", penalties.l2)] {
        if !(value.is_finite() && value >= 0.0) {
            return Err(bad(format!(
                "{name} {value}: expected a finite number from 0 on"
            )));
        }
    }
    let (optimiser, rate) = match settings.optimiser {
        Some(OptimiserName::Adam) => (Optimiser::ADAM, 0.001),
        Some(OptimiserName::Sgd) | None => (Optimiser::Sgd { momentum }, 0.05),
    };
    if batch == 0 || epochs == 0 {
        return Err(bad("batch and epochs are at least 1"));
    }
    let pass = data.len().div_ceil(batch) as u64;
    let steps = |epochs: f64| (epochs * pass as f64).ceil().max(1.0) as u64;
    let hidden_units = settings.hidden_units.map_or(units, UnitsName::units);
    Ok(TrainingConfig {
        visible_units: units,
        hidden_units,
        batch,
        estimator,
        optimiser,
        learning_rate: settings.learning_rate.unwrap_or(rate),
        schedule: match settings.schedule {
            None | Some(ScheduleName::Constant) => Schedule::Constant,
            Some(ScheduleName::Linear) => Schedule::Linear {
                steps: pass.saturating_mul(epochs),
            },
            Some(ScheduleName::Halving(e)) => Schedule::Halving { steps: steps(e) },
            Some(ScheduleName::Inverse(e)) => Schedule::Inverse { steps: steps(e) },
        },
        penalties,
        centred: settings.centred.unwrap_or(false),
        initial_weights: settings.initial_weights.unwrap_or(0.01),
        seed,
        ..TrainingConfig::new(1)
    })
}

/// The file of the last good parameters of a run that diverged.
pub(super) fn last_good(weights: &Path) -> PathBuf {
    weights.with_extension("last-good.safetensors")
}

/// Most bytes of memory that are taken unasked.
pub(super) fn default_max_bytes() -> f64 {
    Limits::default().max_bytes
}
