//! `blockspin sample`: Markov chains of a spin model, resumable, with error bars for what they show.
//!
//! While a run lasts, its samples grow in `FILE.npy.partial` and `FILE.npy.checkpoint` says where it stands; the same
//! command continues from there. `FILE.npy` appears when it is complete.

use super::exit::{Exit, Failure};
use super::interrupt;
use super::output::{Format, print};
use super::source::{Loaded, ModelSource};
use crate::estimate::{Chains, Convergence, Doubt, Estimate};
use crate::exact::Limits;
use crate::model::files::AnyModel;
use crate::model::{SpinHamiltonian, Units, spins_of_factors, spins_of_rbm};
use crate::sample::{
    ChainRun, Checkpoint, CheckpointFiles, CompiledHamiltonian, Irreducibility, Kernel,
    RecordedSeries, RunIdentity, SampleFile, Schedule, SpinKernel, StartState, UnitValues,
    model_hash,
};
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use serde_json::{Map, Value, json};
use std::fmt::Write;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The kernel that reaches every state of every model.
const SAFE_KERNEL: &str = "heat-bath-sequential";

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    source: ModelSource,
    /// The kernel: metropolis or heat-bath, with -random, -sequential or -checkerboard; wolff; swendsen-wang
    #[arg(long, value_name = "KERNEL", default_value = "heat-bath", value_parser = kernel_name)]
    kernel: &'static str,
    /// Sweeps of each chain that are measured; for wolff, clusters
    #[arg(long, value_name = "N")]
    sweeps: u64,
    /// Sweeps of each chain before those (default: a tenth of them)
    #[arg(long, value_name = "N")]
    discard: Option<u64>,
    /// Keep every N-th state
    #[arg(long, value_name = "N", default_value_t = 1)]
    every: u64,
    /// Number of chains; they run in parallel
    #[arg(long, value_name = "C", default_value_t = 4)]
    chains: usize,
    /// What the chains start from
    #[arg(long, value_enum, default_value = "random")]
    start: StartName,
    /// The .npy file of the samples: int8 of shape (chains, samples, units)
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// What is estimated
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["energy", "magnetisation", "abs-magnetisation"])]
    observables: Vec<Observable>,
    /// Seconds between two checkpoints: a run that is killed loses no more, unless a single sweep lasts longer
    #[arg(long, value_name = "S", default_value_t = 2.0)]
    checkpoint_seconds: f64,
    /// Replace FILE if it exists
    #[arg(long)]
    overwrite: bool,
    /// Start anew where a checkpoint would be continued
    #[arg(long)]
    restart: bool,
    /// Refuse a file, or memory, predicted to be larger
    #[arg(long, value_name = "B", default_value_t = Limits::default().max_bytes)]
    max_bytes: f64,
    /// Text for a reader or JSON for a program
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// What the chains start from, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum StartName {
    /// Each spin up or down with probability 1/2
    Random,
    /// All spins up
    Up,
}

/// What is estimated, each per site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Observable {
    /// The reduced energy, minus the reduced Hamiltonian
    Energy,
    /// The sum of the spins
    Magnetisation,
    /// Its absolute value
    AbsMagnetisation,
}

impl Observable {
    fn key(self) -> &'static str {
        match self {
            Self::Energy => "energy_per_spin",
            Self::Magnetisation => "magnetisation_per_spin",
            Self::AbsMagnetisation => "abs_magnetisation_per_spin",
        }
    }

    fn of(self, series: &RecordedSeries) -> &[f64] {
        match self {
            Self::Energy => &series.energy,
            Self::Magnetisation => &series.magnetisation,
            Self::AbsMagnetisation => &series.abs_magnetisation,
        }
    }
}

/// The kernel of a name; the two rules without an order have the order that is safe and fast.
fn kernel_name(typed: &str) -> Result<&'static str, String> {
    let full = match typed {
        "metropolis" => "metropolis-random",
        "heat-bath" => SAFE_KERNEL,
        other => other,
    };
    SpinKernel::NAMES
        .into_iter()
        .find(|&name| name == full)
        .ok_or_else(|| {
            format!(
                "not one of metropolis, heat-bath, {}",
                SpinKernel::NAMES.join(", ")
            )
        })
}

/// What is run, resolved and found possible.
struct Job {
    model: Arc<CompiledHamiltonian>,
    values: UnitValues,
    kernel: SpinKernel,
    irreducibility: &'static str,
    schedule: Schedule,
    start: StartState,
    identity: RunIdentity,
    interval: Duration,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let loaded = arguments.source.load()?;
    let job = Job::resolve(arguments, &loaded)?;
    let files = Files::beside(&arguments.out)?;
    let (file, run) = begin(&job, &files, arguments, &loaded)?;
    if !complete(&job, &files, &file, run)? {
        eprintln!("interrupted; the same command continues");
        return Ok(Exit::Interrupted);
    }
    let series = measure(&job, &files, &file)?;
    if files.partial.exists() {
        file.publish(&files.partial, &files.out)
            .map_err(|e| unwritable(&files.out, &e))?;
    }
    let results = Results::new(&job, &loaded, arguments, &series);
    print(&match arguments.format {
        Format::Json => results.json()?,
        Format::Text => results.text(),
    })?;
    // Last, so that the same command shows the results again if they could not be shown.
    files
        .checkpoints
        .remove()
        .map_err(|e| unwritable(files.checkpoints.paths()[0], &e))?;
    Ok(Exit::Success)
}

fn unwritable(path: &Path, error: &io::Error) -> anyhow::Error {
    Failure::io(format!("{}: cannot be written: {error}", path.display()))
}

/// The model's spins, what is written for them, and what was observed.
fn spins_of(loaded: &Loaded) -> anyhow::Result<(SpinHamiltonian, UnitValues)> {
    let wrong = |e: &dyn std::fmt::Display| Failure::bad_input(format!("{}: {e}", loaded.origin));
    let model = match &loaded.model {
        AnyModel::Spins(model) => model.clone(),
        AnyModel::Rbm(rbm) => spins_of_rbm(rbm).map_err(|e| wrong(&e))?,
        AnyModel::Factors(graph) => spins_of_factors(graph).map_err(|e| wrong(&e))?,
    };
    let units = |i: usize| match &loaded.model {
        AnyModel::Rbm(rbm) if i < rbm.visible() => rbm.visible_units(),
        AnyModel::Rbm(rbm) => rbm.hidden_units(),
        AnyModel::Spins(_) => Units::PlusMinus,
        // States are numbered.
        AnyModel::Factors(_) => Units::ZeroOne,
    };
    let mut values: Vec<[i8; 2]> = (0..model.spins())
        .map(|i| [units(i).value(false), units(i).value(true)])
        .collect();
    let mut observed = Vec::new();
    for &(i, state) in &loaded.observed {
        let up = state == 1;
        values[i] = [units(i).value(up); 2];
        observed.push((i, up));
    }
    Ok((model.given(&observed), UnitValues::new(values)))
}

impl Job {
    fn resolve(arguments: &Arguments, loaded: &Loaded) -> anyhow::Result<Self> {
        let schedule = Schedule::new(
            arguments.chains,
            arguments.discard.unwrap_or(arguments.sweeps / 10),
            arguments.sweeps,
            arguments.every,
        )
        .map_err(Failure::bad_input)?;
        let seconds = arguments.checkpoint_seconds;
        if !(0.0..=3600.0).contains(&seconds) {
            return Err(Failure::bad_input(
                "--checkpoint-seconds: not between 0 and 3600",
            ));
        }
        let (model, values) = spins_of(loaded)?;
        let sites = values.sites();
        let origin = &loaded.origin;
        if sites == 0 {
            return Err(Failure::bad_input(format!("{origin}: it has no spins")));
        }
        let states = schedule.chains as f64 * schedule.samples as f64;
        // Three observables of each state, with room for what the estimates make of them; state, kernel and position of each chain.
        let memory = states * 96.0 + schedule.chains as f64 * (2.0 * sites as f64 + 256.0);
        for (what, bytes) in [
            ("the file", SampleFile::bytes(schedule, sites)),
            ("memory", memory),
        ] {
            if bytes > arguments.max_bytes {
                return Err(Failure::too_large(format!(
                    "{states} samples of {sites} spins: {what} takes {bytes:.3e} bytes; fewer --sweeps or a larger \
                     --every need less, --max-bytes overrides"
                )));
            }
        }
        let wrong = |e: &dyn std::fmt::Display| Failure::bad_input(format!("{origin}: {e}"));
        let compiled = Arc::new(CompiledHamiltonian::new(&model).map_err(|e| wrong(&e))?);
        let name = arguments.kernel;
        let kernel = SpinKernel::by_name(name, compiled.clone())
            .ok_or_else(|| wrong(&"no such kernel"))?
            .map_err(|e| {
                wrong(&format!(
                    "--kernel {name}: {e}; {SAFE_KERNEL} runs on every model"
                ))
            })?;
        let irreducibility = match kernel.irreducibility() {
            Irreducibility::Reducible(reason) => {
                return Err(wrong(&format!(
                    "--kernel {name} does not reach every state: {reason}; {SAFE_KERNEL} does"
                )));
            }
            Irreducibility::Positive => "positive",
            Irreducibility::Irreducible => "irreducible",
            _ => {
                eprintln!(
                    "note: whether {name} reaches every state of this model is not known; {SAFE_KERNEL} does"
                );
                "unknown"
            }
        };
        let (start, start_name) = match arguments.start {
            StartName::Random => (StartState::Random, "random"),
            StartName::Up => (StartState::Up, "up"),
        };
        let identity = RunIdentity {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            model: model_hash(&model, &values),
            sites,
            kernel: name.to_owned(),
            start: start_name.to_owned(),
            seed: loaded.seed.0,
            schedule,
        };
        Ok(Self {
            model: compiled,
            values,
            kernel,
            irreducibility,
            schedule,
            start,
            identity,
            interval: Duration::from_secs_f64(seconds),
        })
    }
}

/// The files of a run.
struct Files {
    out: PathBuf,
    partial: PathBuf,
    checkpoints: CheckpointFiles,
}

impl Files {
    fn beside(out: &Path) -> anyhow::Result<Self> {
        let Some(name) = out.file_name().filter(|&name| name != "-") else {
            return Err(Failure::bad_input(format!(
                "--out {}: samples go to a file, beside which a checkpoint has room",
                out.display()
            )));
        };
        let mut partial = name.to_owned();
        partial.push(".partial");
        Ok(Self {
            out: out.to_owned(),
            partial: out.with_file_name(partial),
            checkpoints: CheckpointFiles::beside(out),
        })
    }

    /// Refuses to replace samples unasked.
    fn check_free(&self, arguments: &Arguments) -> anyhow::Result<()> {
        if self.out.exists() && !arguments.overwrite {
            return Err(Failure::bad_input(format!(
                "{}: it exists; --overwrite replaces it",
                self.out.display()
            )));
        }
        Ok(())
    }
}

/// Takes up the run where a checkpoint left it, or starts it.
fn begin(
    job: &Job,
    files: &Files,
    arguments: &Arguments,
    loaded: &Loaded,
) -> anyhow::Result<(SampleFile, ChainRun<SpinKernel>)> {
    if files.checkpoints.exist() && !arguments.restart {
        return resume(job, files, arguments);
    }
    files.check_free(arguments)?;
    let unwritable = |e: io::Error| unwritable(&files.partial, &e);
    let file =
        SampleFile::create(&files.partial, job.schedule, job.values.sites()).map_err(unwritable)?;
    files.checkpoints.remove().map_err(unwritable)?;
    let run = ChainRun::start(
        job.kernel.clone(),
        job.schedule,
        job.values.clone(),
        job.start,
        loaded.seed,
    );
    save(job, files, &run)?;
    Ok((file, run))
}

fn save(job: &Job, files: &Files, run: &ChainRun<SpinKernel>) -> anyhow::Result<()> {
    let checkpoint = Checkpoint {
        identity: job.identity.clone(),
        positions: run.positions().to_vec(),
    };
    files.checkpoints.save(&checkpoint).map_err(|e| {
        Failure::io(format!(
            "{}: cannot be written: {e}",
            files.checkpoints.paths()[0].display()
        ))
    })
}

fn resume(
    job: &Job,
    files: &Files,
    arguments: &Arguments,
) -> anyhow::Result<(SampleFile, ChainRun<SpinKernel>)> {
    let mut broken: Vec<String> = Vec::new();
    for (generation, path) in files.checkpoints.paths().into_iter().enumerate() {
        let name = path.display();
        let taken = CheckpointFiles::load(path)
            .map_err(anyhow::Error::from)
            .and_then(|checkpoint| {
                if let Some(difference) = checkpoint.identity.difference(&job.identity) {
                    return Err(Failure::bad_input(format!(
                        "{name}: a checkpoint of another run: {difference}; --restart discards it"
                    )));
                }
                take_up(job, files, arguments, checkpoint)
            });
        match taken {
            Ok(taken) => {
                if generation > 0 {
                    for reason in &broken {
                        eprintln!("note: {reason}; continued from the checkpoint before");
                    }
                    // It must not become the previous generation in place of this one.
                    let newest = files.checkpoints.paths()[0];
                    if newest.exists() {
                        std::fs::remove_file(newest).map_err(|e| unwritable(newest, &e))?;
                    }
                }
                eprintln!(
                    "continued from {name}: {} of {} sweeps were done",
                    taken.1.sweeps_done(),
                    job.schedule.sweeps() * job.schedule.chains as u64
                );
                return Ok(taken);
            }
            Err(error) if error.is::<Failure>() => return Err(error),
            Err(error) => broken.push(format!("{name}: {error}")),
        }
    }
    Err(Failure::bad_input(format!(
        "no checkpoint can be continued: {}; --restart starts anew",
        broken.join("; ")
    )))
}

/// Finds the samples of a checkpoint and compares them with their hashes; an error without an exit code is damage.
fn take_up(
    job: &Job,
    files: &Files,
    arguments: &Arguments,
    checkpoint: Checkpoint,
) -> anyhow::Result<(SampleFile, ChainRun<SpinKernel>)> {
    let last = job.schedule.sweeps();
    let complete = checkpoint.positions.iter().all(|p| p.sweeps == last);
    let path = if !files.partial.exists() && complete && files.out.exists() {
        // It was killed between the renaming and the end.
        &files.out
    } else {
        files.check_free(arguments)?;
        &files.partial
    };
    let name = path.display();
    let file =
        SampleFile::open(path, job.schedule, job.values.sites()).map_err(|e| match e.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::NotFound => anyhow::anyhow!("{name}: {e}"),
            _ => Failure::io(format!("{name}: cannot be opened: {e}")),
        })?;
    let intact = checkpoint
        .positions
        .par_iter()
        .enumerate()
        .map(|(chain, p)| Ok(file.hash(chain, job.schedule.samples_after(p.sweeps))? == p.made))
        .collect::<io::Result<Vec<bool>>>()
        .map_err(|e| Failure::io(format!("{name}: cannot be read: {e}")))?;
    if let Some(chain) = intact.iter().position(|&same| !same) {
        anyhow::bail!("{name}: the samples of chain {chain} are not those that were written");
    }
    let run = ChainRun::resume(
        job.kernel.clone(),
        job.schedule,
        job.values.clone(),
        checkpoint.positions,
    )
    .ok_or_else(|| anyhow::anyhow!("its chains do not fit the run"))?;
    Ok((file, run))
}

/// Runs to the end, with a checkpoint now and then; false if it was interrupted after one.
fn complete(
    job: &Job,
    files: &Files,
    file: &SampleFile,
    mut run: ChainRun<SpinKernel>,
) -> anyhow::Result<bool> {
    interrupt::watch();
    let total = job.schedule.sweeps() * job.schedule.chains as u64;
    let bar = if io::stderr().is_terminal() {
        let template = "{bar:40} {pos}/{len} sweeps  {per_sec}  {elapsed}, {eta} left";
        ProgressBar::new(total).with_style(
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
        )
    } else {
        ProgressBar::hidden()
    };
    // The rate is that of this process.
    bar.set_position(run.sweeps_done());
    bar.reset_eta();
    while !run.is_complete() {
        run.advance(
            job.interval,
            |chain, first, rows| file.put(chain, first, rows),
            |sweeps| bar.inc(sweeps),
        )
        .and_then(|()| file.sync())
        .map_err(|e| unwritable(&files.partial, &e))?;
        save(job, files, &run)?;
        if interrupt::asked() && !run.is_complete() {
            bar.finish_and_clear();
            return Ok(false);
        }
    }
    bar.finish_and_clear();
    Ok(true)
}

/// The observables of all chains, from the file.
fn measure(job: &Job, files: &Files, file: &SampleFile) -> anyhow::Result<Vec<RecordedSeries>> {
    (0..job.schedule.chains)
        .into_par_iter()
        .map(|chain| file.series(chain, &job.model, &job.values))
        .collect::<io::Result<_>>()
        .map_err(|e| Failure::io(format!("{}: cannot be read: {e}", files.partial.display())))
}

/// What is shown in the end; it depends on nothing but the run's identity.
struct Results<'a> {
    job: &'a Job,
    origin: &'a str,
    out: &'a Path,
    estimates: Vec<(&'static str, Result<Estimate, String>)>,
}

fn flag(convergence: Convergence) -> &'static str {
    match convergence {
        Convergence::Converged => "converged",
        Convergence::Doubtful => "doubtful",
        Convergence::NotConverged => "not converged",
    }
}

fn doubt(doubt: Doubt) -> String {
    match doubt {
        Doubt::WindowOpen => "the autocorrelations do not end within half a chain".to_owned(),
        Doubt::Short { times } => format!("a chain lasts {times:.1} autocorrelation times"),
        Doubt::RHat(r) => format!("R-hat is {r:.4}"),
        Doubt::FewEffective(n) => format!("{n:.0} effective samples"),
        Doubt::ChainsDisagree(p) => format!("the chains disagree, p = {p:.1e}"),
        Doubt::FewBlocks(n) => format!("{n} blocks"),
    }
}

impl<'a> Results<'a> {
    fn new(
        job: &'a Job,
        loaded: &'a Loaded,
        arguments: &'a Arguments,
        series: &[RecordedSeries],
    ) -> Self {
        let estimates = arguments
            .observables
            .iter()
            .map(|&observable| {
                let chains: Vec<&[f64]> = series.iter().map(|s| observable.of(s)).collect();
                let estimate = Chains::new(&chains)
                    .map(|chains| Estimate::from_chains(&chains))
                    .map_err(|e| e.to_string());
                (observable.key(), estimate)
            })
            .collect();
        Self {
            job,
            origin: &loaded.origin,
            out: &arguments.out,
            estimates,
        }
    }

    fn json(&self) -> anyhow::Result<String> {
        let every = self.job.schedule.every;
        let observables: Map<String, Value> = self
            .estimates
            .iter()
            .map(|(name, estimate)| {
                let value = match estimate {
                    Ok(e) => json!({
                        "mean": e.mean,
                        "std_err": e.std_err,
                        "dof": e.dof,
                        "n": e.n,
                        "n_eff": e.n_eff,
                        "tau": e.tau * every as f64,
                        "tau_err": e.tau_err * every as f64,
                        "r_hat": e.diagnostics.r_hat,
                        "bulk_ess": e.diagnostics.bulk_ess,
                        "tail_ess": e.diagnostics.tail_ess,
                        "convergence": flag(e.convergence()),
                        "doubts": e.doubts.iter().map(|&d| doubt(d)).collect::<Vec<_>>(),
                    }),
                    Err(reason) => json!({ "mean": null, "reason": reason }),
                };
                ((*name).to_owned(), value)
            })
            .collect();
        let identity = &self.job.identity;
        let shown = json!({
            "version": identity.version,
            "model": self.origin,
            "model_hash": format!("{:016x}", identity.model),
            "spins": identity.sites,
            "kernel": identity.kernel,
            "irreducibility": self.job.irreducibility,
            "start": identity.start,
            "seed": identity.seed,
            "chains": self.job.schedule.chains,
            "discard": self.job.schedule.discard,
            "every": every,
            "samples_per_chain": self.job.schedule.samples,
            "file": self.out.display().to_string(),
            "tau_unit": "sweeps, 1/2 of --every for independent samples",
            "observables": observables,
        });
        Ok(serde_json::to_string_pretty(&shown)? + "\n")
    }

    fn text(&self) -> String {
        let schedule = self.job.schedule;
        let mut out = format!(
            "{}: {} by {}, seed {}: {} chains, {} samples each, {} sweeps apart after {}\n",
            self.out.display(),
            self.origin,
            self.job.identity.kernel,
            self.job.identity.seed,
            schedule.chains,
            schedule.samples,
            schedule.every,
            schedule.discard
        );
        for (name, estimate) in &self.estimates {
            let _ = match estimate {
                Ok(e) => writeln!(
                    out,
                    "{name:<27} {:>12.6e} ± {:.1e}  tau {:.2} ± {:.2} sweeps  n_eff {:.0}  {}",
                    e.mean,
                    e.std_err,
                    e.tau * schedule.every as f64,
                    e.tau_err * schedule.every as f64,
                    e.n_eff,
                    flag(e.convergence())
                ),
                Err(reason) => writeln!(out, "{name:<27} {reason}"),
            };
            for &d in estimate.iter().flat_map(|e| &e.doubts) {
                let _ = writeln!(out, "{:<27} {}", "", doubt(d));
            }
        }
        out
    }
}
