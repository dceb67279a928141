//! `blockspin train`: restricted Boltzmann machines and stacks of them, resumable, with their likelihood while they are
//! trained.
//!
//! While a run lasts, `WEIGHTS.checkpoint` says where it stands and the log grows; the same command continues from
//! there and ends with the same bytes.

mod job;
mod journal;
mod monitor;
mod progress;
mod settings;

use super::exit::{Exit, Failure};
use super::interrupt;
use super::output::{Format, print, write_bytes};
use super::samples::some_of;
use super::units::UnitsName;
use crate::exact::ExactError;
use crate::learn::{
    BinaryData, CheckpointError, TrainError, Trainer, TrainingState, read_checkpoint,
    sample_hidden, write_checkpoint,
};
use crate::model::files::write_weights_safetensors;
use crate::model::{Layer, RbmWeights};
use job::{Job, derived, last_good};
use journal::Journal;
use monitor::Judged;
use progress::Progress;
use serde_json::{Map, Value, json};
use settings::Settings;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Samples: an .npy array whose last dimension counts the units
    data: PathBuf,
    #[command(flatten)]
    settings: Settings,
    /// Settings in a TOML file, under the names of the options; what is typed overrides them
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The weights, if it ends in .safetensors; else a folder for weights and log
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
    /// Seconds between two checkpoints: a run that is killed loses no more, unless a single step lasts longer
    #[arg(long, value_name = "S", default_value_t = 5.0)]
    checkpoint_seconds: f64,
    /// Replace weights and log if they exist
    #[arg(long)]
    overwrite: bool,
    /// Start anew where a checkpoint would be continued
    #[arg(long)]
    restart: bool,
    /// Refuse a machine that is predicted to need more memory
    #[arg(long, value_name = "B", default_value_t = job::default_max_bytes())]
    max_bytes: f64,
    /// Text for a reader or JSON for a program
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let job = Job::resolve(arguments)?;
    interrupt::watch();
    let Some(threads) = job.threads else {
        return train(&job, arguments);
    };
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|e| Failure::bad_input(format!("threads {threads}: {e}")))?
        .install(|| train(&job, arguments))
}

/// A trainer's refusal, with its exit code.
fn refused(index: usize, error: &TrainError) -> anyhow::Error {
    match error {
        TrainError::Exact(ExactError::TooLarge { .. }) => {
            Failure::too_large(format!("machine {index}: {error}"))
        }
        _ => Failure::bad_input(format!("machine {index}: {error}")),
    }
}

fn train(job: &Job, arguments: &Arguments) -> anyhow::Result<Exit> {
    let continued = !arguments.restart && job.files.iter().any(|f| f.checkpoints.exist());
    if !continued {
        job.check_free(arguments.overwrite || arguments.restart)?;
        remove(job)?;
        // After this a kill leaves nothing that the next run would have to ask about.
        match std::fs::remove_file(&job.log) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(Failure::io(format!("{}: {e}", job.log.display())));
            }
            _ => {}
        }
    }
    let mut journal = None;
    let mut progress = Progress::new(job.steps(), job.machines.len());
    let (mut data, mut held_out) = (job.data.clone(), job.held_out.clone());
    let mut trained = Vec::new();
    for (index, config) in job.machines.iter().enumerate() {
        let files = &job.files[index];
        let found = load(job, index, &data)?;
        let fresh = found.is_none();
        let trainer = match found {
            Some(state) => Trainer::resume(&data, config.clone(), state),
            None => Trainer::new(&data, config.clone()),
        };
        let trainer = trainer.map_err(|e| refused(index, &e))?;
        if fresh {
            save(job, index, &data, &trainer)?;
        }
        let journal = match &mut journal {
            Some(journal) => journal,
            none => none.insert(Journal::open(&job.log, &job.header, continued)?),
        };
        let mut layer = TrainedLayer {
            job,
            index,
            data: &data,
            held_out: held_out.as_ref(),
            trainer,
        };
        let Some(last) = layer.run(journal, &mut progress)? else {
            progress.finish();
            eprintln!(
                "interrupted after {} steps of machine {index}; the same command continues",
                layer.trainer.state().step
            );
            return Ok(Exit::Interrupted);
        };
        let machine = layer.trainer.machine().clone();
        write_bytes(&files.weights, &weights_file(job, index, &machine))?;
        data = sample_hidden(&machine, &data, config.seed, index);
        held_out = held_out.map(|held| {
            let seed = derived(config.seed, "held-out hidden data", 0);
            sample_hidden(&machine, &held, seed, index)
        });
        trained.push(Trained { machine, last });
    }
    progress.finish();
    let results = results(job, arguments, &trained);
    print(&match arguments.format {
        Format::Json => serde_json::to_string_pretty(&results)? + "\n",
        Format::Text => text(&results),
    })?;
    // Last, so that the same command shows the results again if they could not be shown.
    remove(job)?;
    Ok(Exit::Success)
}

fn remove(job: &Job) -> anyhow::Result<()> {
    for files in &job.files {
        files
            .checkpoints
            .remove()
            .map_err(|e| Failure::io(format!("{}: {e}", files.weights.display())))?;
    }
    Ok(())
}

/// The state of the newest checkpoint that is whole.
fn load(job: &Job, index: usize, data: &BinaryData) -> anyhow::Result<Option<TrainingState>> {
    let files = &job.files[index].checkpoints;
    let mut broken = Vec::new();
    for (generation, path) in files.paths().into_iter().enumerate() {
        if !path.exists() {
            continue;
        }
        match read_checkpoint(path, &job.machines[index], data) {
            Ok(state) if state.step > job.steps() => {
                return Err(Failure::bad_input(format!(
                    "{}: a checkpoint after {} steps, more than the {} of this run; --restart discards it",
                    path.display(),
                    state.step,
                    job.steps()
                )));
            }
            Ok(state) => {
                if generation > 0 {
                    for reason in &broken {
                        eprintln!("note: {reason}; continued from the checkpoint before");
                    }
                    // It must not become the previous generation in place of this one.
                    let newest = files.paths()[0];
                    if newest.exists() {
                        std::fs::remove_file(newest)
                            .map_err(|e| Failure::io(format!("{}: {e}", newest.display())))?;
                    }
                }
                eprintln!(
                    "continued from {}: {} of {} steps were done",
                    path.display(),
                    state.step,
                    job.steps()
                );
                return Ok(Some(state));
            }
            Err(error @ (CheckpointError::Configuration { .. } | CheckpointError::Data { .. })) => {
                return Err(Failure::bad_input(format!(
                    "{error}; --restart discards it"
                )));
            }
            Err(error) => broken.push(error.to_string()),
        }
    }
    if broken.is_empty() {
        return Ok(None);
    }
    Err(Failure::bad_input(format!(
        "no checkpoint can be continued: {}; --restart starts anew",
        broken.join("; ")
    )))
}

fn save(job: &Job, index: usize, data: &BinaryData, trainer: &Trainer) -> anyhow::Result<()> {
    let path = job.files[index].checkpoints.paths()[0];
    write_checkpoint(path, &job.machines[index], data, trainer.state()).map_err(Failure::io)
}

fn weights_file(job: &Job, index: usize, machine: &RbmWeights) -> Vec<u8> {
    let config = &job.machines[index];
    let notes = [
        (
            "program",
            format!("blockspin {}", env!("CARGO_PKG_VERSION")),
        ),
        ("machine", index.to_string()),
        ("seed", job.seed.0.to_string()),
        ("steps", job.steps().to_string()),
        ("training", format!("{config:?}")),
        (
            "visible_units",
            UnitsName::of(machine.units(Layer::Visible)).to_owned(),
        ),
        (
            "hidden_units",
            UnitsName::of(machine.units(Layer::Hidden)).to_owned(),
        ),
    ];
    write_weights_safetensors(machine, &notes)
}

/// A machine in training.
struct TrainedLayer<'a> {
    job: &'a Job,
    index: usize,
    data: &'a BinaryData,
    held_out: Option<&'a BinaryData>,
    trainer: Trainer<'a>,
}

impl TrainedLayer<'_> {
    /// Trains to the end and returns the last line of the log; `None` if the run was interrupted.
    fn run(
        &mut self,
        journal: &mut Journal,
        progress: &mut Progress,
    ) -> anyhow::Result<Option<Map<String, Value>>> {
        let (job, index) = (self.job, self.index);
        let steps = job.steps();
        let every = job.monitor.every.unwrap_or((steps / 20).max(1));
        let seed = job.machines[index].seed;
        let some =
            |data: &BinaryData, purpose: &str| some_of(data, job.monitor.samples, purpose, seed);
        let judged = Judged {
            training: some(self.data, "monitored samples"),
            held_out: self.held_out.map(|d| some(d, "monitored held-out samples")),
        };
        progress.begin(index, self.trainer.state().step);
        let mut saved = Instant::now();
        loop {
            let step = self.trainer.state().step;
            let mut last = None;
            if step.is_multiple_of(every) || step == steps {
                last = Some(self.judge(journal, &judged, progress)?);
            }
            progress.at(step);
            if step == steps {
                journal.sync()?;
                save(job, index, self.data, &self.trainer)?;
                return Ok(last);
            }
            let interrupted = interrupt::asked();
            if interrupted || saved.elapsed() >= job.interval {
                journal.sync()?;
                save(job, index, self.data, &self.trainer)?;
                saved = Instant::now();
            }
            if interrupted {
                return Ok(None);
            }
            self.trainer.step().map_err(|error| self.stopped(&error))?;
        }
    }

    /// The line of this step, from the log if it is there.
    fn judge(
        &self,
        journal: &mut Journal,
        judged: &Judged,
        progress: &mut Progress,
    ) -> anyhow::Result<Map<String, Value>> {
        let step = self.trainer.state().step;
        let position = (self.index as u64, step);
        if let Some(line) = journal.line(position) {
            return Ok(line.clone());
        }
        let seed = derived(self.trainer.config().seed, "monitor", step);
        let machine = self.trainer.machine();
        let mut line = self.job.monitor.values(machine, judged, seed)?;
        let epoch = step as f64 / self.trainer.steps_per_pass() as f64;
        for (name, value) in [
            ("machine", json!(self.index)),
            ("step", json!(step)),
            ("epoch", json!(epoch)),
            ("learning_rate", json!(self.trainer.learning_rate())),
        ] {
            line.insert(name.to_owned(), value);
        }
        journal.put(position, line.clone())?;
        progress.show(&line);
        Ok(line)
    }

    /// A run that cannot go on: where it stands and what is left of it.
    fn stopped(&self, error: &TrainError) -> anyhow::Error {
        let TrainError::Diverged { .. } = error else {
            return refused(self.index, error);
        };
        let files = &self.job.files[self.index];
        let good = last_good(&files.weights);
        let bytes = weights_file(self.job, self.index, self.trainer.machine());
        let kept = match write_bytes(&good, &bytes) {
            Ok(()) => format!("in {}", good.display()),
            Err(e) => format!("lost ({e})"),
        };
        Failure::bad_input(format!(
            "machine {}: {error}: they are {kept}, the last checkpoint is {}; with a smaller learning rate, --restart",
            self.index,
            files.checkpoints.paths()[0].display()
        ))
    }
}

/// A machine at the end of its training, with the last line of the log.
struct Trained {
    machine: RbmWeights,
    last: Map<String, Value>,
}

fn results(job: &Job, arguments: &Arguments, trained: &[Trained]) -> Value {
    let shown = |path: &Path| path.display().to_string();
    let number = |k: usize, name: &str| trained[k].last.get(name).and_then(Value::as_f64);
    let machines: Vec<Value> = trained
        .iter()
        .enumerate()
        .map(|(k, t)| {
            let change = match (k.checked_sub(1), number(k, "mean_free_energy")) {
                (Some(below), Some(free)) => {
                    number(below, "mean_free_energy").map(|before| free - before)
                }
                _ => None,
            };
            json!({
                "weights": shown(&job.files[k].weights),
                "visible": t.machine.visible(),
                "hidden": t.machine.hidden(),
                "visible_units": UnitsName::of(t.machine.units(Layer::Visible)),
                "hidden_units": UnitsName::of(t.machine.units(Layer::Hidden)),
                "last": t.last,
                "free_energy_change_from_below": change,
            })
        })
        .collect();
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "data": shown(&arguments.data),
        "samples": job.data.len(),
        "held_out_samples": job.held_out.as_ref().map_or(0, BinaryData::len),
        "seed": job.seed.0,
        "epochs": job.epochs,
        "steps": job.steps(),
        "log": shown(&job.log),
        "machines": machines,
    })
}

fn text(results: &Value) -> String {
    let mut out = String::new();
    for machine in results["machines"].as_array().into_iter().flatten() {
        let _ = writeln!(
            out,
            "{}: {} visible, {} hidden units, {} steps",
            machine["weights"].as_str().unwrap_or_default(),
            machine["visible"],
            machine["hidden"],
            results["steps"]
        );
        for (name, value) in machine["last"].as_object().into_iter().flatten() {
            let _ = writeln!(out, "  {name:<28} {value}");
        }
        let change = &machine["free_energy_change_from_below"];
        if !change.is_null() {
            let _ = writeln!(out, "  {:<28} {change}", "free_energy_change");
        }
    }
    out
}
