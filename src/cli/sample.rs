//! `blockspin sample`: chains or independent draws of a spin model, resumable, with error bars for what they show.
//!
//! While a run lasts, its samples grow in `FILE.npy.partial` and `FILE.npy.checkpoint` says where it stands; the same
//! command continues from there. `FILE.npy` appears when it is complete.

use super::exact_engine::ExactEngine;
use super::exit::{Exit, Failure};
use super::interrupt;
use super::output::{Format, print};
use super::source::{Loaded, ModelSource};
use crate::estimate::{Chains, Convergence, Doubt, Estimate};
use crate::exact::{ExactError, Limits, homogeneous_lattice};
use crate::model::files::AnyModel;
use crate::model::{Disorder, SpinHamiltonian, Units, spins_of_factors, spins_of_rbm};
use crate::random::Seed;
use crate::sample::{
    AdvanceError, Checkpoint, CheckpointFiles, CompiledHamiltonian, ContentHash, Irreducibility,
    RecordedSeries, Run, RunIdentity, SampleFile, Sampler, Schedule, SquareIsing, StartState,
    Subject, UnitValues, model_hash,
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
/// Draws by the engines that solve the model.
const EXACT: &str = "exact";

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    source: ModelSource,
    /// The kernel; --help lists them
    ///
    /// On any model:
    ///   metropolis-random, metropolis-sequential, heat-bath-random, heat-bath-sequential, parallel-tempering
    /// On any model of two colours:
    ///   metropolis-checkerboard, heat-bath-checkerboard
    /// On pairs and fields, clusters:
    ///   wolff, swendsen-wang
    /// Independent draws, each of them a sweep, without frustration and where an engine solves the model:
    ///   coupling-from-the-past, exact
    /// On a rectangle with one coupling and one field, with tables:
    ///   square-metropolis-checkerboard, square-heat-bath-checkerboard, square-wolff, square-swendsen-wang
    /// On such a torus with even sides, 512 chains at once, however many are asked for:
    ///   bit-parallel-metropolis, bit-parallel-heat-bath
    /// On such a torus of 64 rows and 32 columns or multiples, 512 spins of each chain at once:
    ///   tiled-metropolis, tiled-heat-bath
    /// On a restricted Boltzmann machine:
    ///   rbm-block-gibbs
    ///
    /// metropolis and heat-bath stand for metropolis-random and heat-bath-sequential. Each sixteenth sweep of
    /// bit-parallel-metropolis and tiled-metropolis is one of the heat bath, since Metropolis alone does not reach
    /// every state.
    #[arg(
        long,
        value_name = "KERNEL",
        default_value = "heat-bath",
        value_parser = kernel_name,
        verbatim_doc_comment
    )]
    kernel: &'static str,
    /// Sweeps of each chain that are measured; for wolff, clusters
    #[arg(long, value_name = "N")]
    sweeps: u64,
    /// Sweeps of each chain before those (default: a tenth of them, for independent draws none)
    #[arg(long, value_name = "N")]
    discard: Option<u64>,
    /// Keep every N-th state
    #[arg(long, value_name = "N", default_value_t = 1)]
    every: u64,
    /// Number of chains; they run in parallel, those of bit-parallel kernels in sets of 512
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
    /// For the kernel exact: refuse engines that are predicted to take longer for a draw
    #[arg(long, value_name = "S", default_value_t = Limits::default().max_seconds)]
    max_seconds: f64,
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
    let names: Vec<&'static str> = Subject::names().chain([EXACT]).collect();
    names
        .iter()
        .find(|&&name| name == full)
        .copied()
        .ok_or_else(|| format!("not one of metropolis, heat-bath, {}", names.join(", ")))
}

/// What is run, resolved and found possible.
struct Job {
    model: Arc<CompiledHamiltonian>,
    values: UnitValues,
    sampler: Sampler,
    irreducibility: &'static str,
    schedule: Schedule,
    start: StartState,
    seed: Seed,
    identity: RunIdentity,
    interval: Duration,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let loaded = arguments.source.load()?;
    let job = Job::resolve(arguments, &loaded)?;
    let files = Files::beside(&arguments.out)?;
    let (file, mut run) = begin(&job, &files, arguments)?;
    if !complete(&job, &files, &file, run.as_mut())? {
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

/// The model without its constants, which some engines and the recognition of lattices do not expect.
fn without_constants(model: &SpinHamiltonian) -> anyhow::Result<SpinHamiltonian> {
    let terms = model.terms().iter().filter(|t| !t.sites.is_empty());
    SpinHamiltonian::new(model.spins(), terms.cloned().collect()).map_err(Failure::bad_input)
}

/// The model as a rectangle, if it is one.
fn square_of(source: &ModelSource, model: &SpinHamiltonian) -> anyhow::Result<Option<SquareIsing>> {
    let described = source
        .described()
        .filter(|d| matches!(d.disorder, Disorder::None));
    let found = match described {
        Some(d) => Some((d.lattice, d.coupling, d.field)),
        None => homogeneous_lattice(&without_constants(model)?),
    };
    Ok(found.and_then(|(lattice, k, h)| SquareIsing::new(lattice, k, h).ok()))
}

/// The sampler that was asked for.
fn sampler_of(
    arguments: &Arguments,
    loaded: &Loaded,
    model: &SpinHamiltonian,
    compiled: &Arc<CompiledHamiltonian>,
) -> anyhow::Result<Sampler> {
    let (name, origin) = (arguments.kernel, &loaded.origin);
    let refusal = |e: &dyn std::fmt::Display| {
        format!("{origin}: --kernel {name}: {e}; {SAFE_KERNEL} runs on every model")
    };
    if name == EXACT {
        let limits = Limits {
            max_seconds: arguments.max_seconds,
            max_bytes: arguments.max_bytes,
        };
        let model = Arc::new(without_constants(model)?);
        let mut trial = loaded.seed.stream("sample-trial", 0);
        let engine = ExactEngine::new(model, limits, &mut trial).map_err(|e| match e {
            ExactError::TooLarge { .. } => Failure::too_large(refusal(&e)),
            e => Failure::bad_input(refusal(&e)),
        })?;
        let settings = engine.settings();
        return Ok(Sampler::of_draws(engine).with_settings(settings));
    }
    let subject = Subject {
        model: compiled.clone(),
        square: if Subject::needs_square(name) {
            square_of(&arguments.source, model)?
        } else {
            None
        },
        machine: match &loaded.model {
            AnyModel::Rbm(rbm) if loaded.observed.is_empty() => Some(Arc::new(rbm.clone())),
            _ => None,
        },
    };
    subject
        .sampler(name)
        .ok_or_else(|| Failure::bad_input(refusal(&"no such kernel")))?
        .map_err(|e| Failure::bad_input(refusal(&e)))
}

/// What is known of the states that a sampler reaches, if it may be all.
fn irreducibility_of(sampler: &Sampler, origin: &str) -> anyhow::Result<&'static str> {
    let name = sampler.name();
    match sampler.irreducibility() {
        Irreducibility::Reducible(reason) => Err(Failure::bad_input(format!(
            "{origin}: --kernel {name} does not reach every state: {reason}; {SAFE_KERNEL} does"
        ))),
        Irreducibility::Positive => Ok("positive"),
        Irreducibility::Irreducible => Ok("irreducible"),
        _ => {
            eprintln!(
                "note: whether {name} reaches every state of this model is not known; {SAFE_KERNEL} does"
            );
            Ok("unknown")
        }
    }
}

impl Job {
    fn resolve(arguments: &Arguments, loaded: &Loaded) -> anyhow::Result<Self> {
        let schedule = |independent: bool| {
            let discard = if independent {
                0
            } else {
                arguments.sweeps / 10
            };
            Schedule::new(
                arguments.chains,
                arguments.discard.unwrap_or(discard),
                arguments.sweeps,
                arguments.every,
            )
            .map_err(Failure::bad_input)
        };
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
        // How many samples there are does not depend on what is discarded.
        let asked = schedule(true)?;
        let states = asked.chains as f64 * asked.samples as f64;
        let refuse_above = |what: &str, bytes: f64| {
            if bytes > arguments.max_bytes {
                return Err(Failure::too_large(format!(
                    "{states} samples of {sites} spins: {what} takes {bytes:.3e} bytes; fewer --sweeps or a larger \
                     --every need less, --max-bytes overrides"
                )));
            }
            Ok(())
        };
        refuse_above("the file", SampleFile::bytes(asked, sites))?;
        // Three observables of each state, with room for what the estimates make of them.
        refuse_above("memory", states * 96.0)?;
        let wrong = |e: &dyn std::fmt::Display| Failure::bad_input(format!("{origin}: {e}"));
        let compiled = Arc::new(CompiledHamiltonian::new(&model).map_err(|e| wrong(&e))?);
        let sampler = sampler_of(arguments, loaded, &model, &compiled)?;
        let schedule = schedule(sampler.is_independent())?;
        refuse_above("memory", states * 96.0 + sampler.bytes(schedule, sites))?;
        let irreducibility = irreducibility_of(&sampler, origin)?;
        let (start, start_name) = match arguments.start {
            StartName::Random => (StartState::Random, "random"),
            StartName::Up => (StartState::Up, "up"),
        };
        let identity = RunIdentity {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            model: model_hash(&model, &values),
            sites,
            kernel: sampler.name().to_owned(),
            settings: sampler.settings().to_owned(),
            start: start_name.to_owned(),
            seed: loaded.seed.0,
            schedule,
        };
        Ok(Self {
            model: compiled,
            values,
            sampler,
            irreducibility,
            schedule,
            start,
            seed: loaded.seed,
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

/// Where samples go, and what makes them.
type Begun = (SampleFile, Box<dyn Run>);

/// Takes up the run where a checkpoint left it, or starts it.
fn begin(job: &Job, files: &Files, arguments: &Arguments) -> anyhow::Result<Begun> {
    if files.checkpoints.exist() && !arguments.restart {
        return resume(job, files, arguments);
    }
    files.check_free(arguments)?;
    let unwritable = |e: io::Error| unwritable(&files.partial, &e);
    let file =
        SampleFile::create(&files.partial, job.schedule, job.values.sites()).map_err(unwritable)?;
    files.checkpoints.remove().map_err(unwritable)?;
    let values = job.values.clone();
    let run = job.sampler.start(job.schedule, values, job.start, job.seed);
    save(job, files, run.as_ref())?;
    Ok((file, run))
}

fn save(job: &Job, files: &Files, run: &dyn Run) -> anyhow::Result<()> {
    let checkpoint = Checkpoint {
        identity: job.identity.clone(),
        positions: run.positions(),
    };
    files.checkpoints.save(&checkpoint).map_err(|e| {
        Failure::io(format!(
            "{}: cannot be written: {e}",
            files.checkpoints.paths()[0].display()
        ))
    })
}

fn resume(job: &Job, files: &Files, arguments: &Arguments) -> anyhow::Result<Begun> {
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
                take_up(job, files, arguments, &checkpoint)
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
    checkpoint: &Checkpoint,
) -> anyhow::Result<Begun> {
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
    let claims: Vec<(u64, ContentHash)> = checkpoint
        .positions
        .iter()
        .flat_map(|p| p.made.iter().map(|&made| (p.sweeps, made)))
        .collect();
    let intact = claims
        .par_iter()
        .enumerate()
        .map(|(chain, &(sweeps, made))| {
            Ok(file.hash(chain, job.schedule.samples_after(sweeps))? == made)
        })
        .collect::<io::Result<Vec<bool>>>()
        .map_err(|e| Failure::io(format!("{name}: cannot be read: {e}")))?;
    if let Some(chain) = intact.iter().position(|&same| !same) {
        anyhow::bail!("{name}: the samples of chain {chain} are not those that were written");
    }
    let values = job.values.clone();
    let run = job
        .sampler
        .resume(job.schedule, values, &checkpoint.positions, job.seed)
        .ok_or_else(|| anyhow::anyhow!("its chains do not fit the run"))?;
    Ok((file, run))
}

/// Runs to the end, with a checkpoint now and then; false if it was interrupted after one.
fn complete(
    job: &Job,
    files: &Files,
    file: &SampleFile,
    run: &mut dyn Run,
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
            &|chain, first, rows| file.put(chain, first, rows),
            &|sweeps| bar.inc(sweeps),
        )
        .map_err(|e| match e {
            AdvanceError::Keep(e) => unwritable(&files.partial, &e),
            e => Failure::too_large(format!(
                "--kernel {}: {e}; no samples are delivered, since those without it would be biased; {SAFE_KERNEL} \
                 needs no draw to end",
                job.sampler.name()
            )),
        })?;
        file.sync().map_err(|e| unwritable(&files.partial, &e))?;
        save(job, files, run)?;
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
        let mut shown = json!({
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
        if !identity.settings.is_empty() {
            shown["settings"] = json!(identity.settings);
        }
        if self.job.sampler.is_independent() {
            shown["independent"] = json!(true);
        }
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
