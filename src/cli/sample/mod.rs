//! `blockspin sample`: chains or independent draws of a spin model, resumable, with error bars for what they show.
//!
//! While a run lasts, its samples grow in `FILE.npy.partial` and `FILE.npy.checkpoint` says where it stands; the same
//! command continues from there. `FILE.npy` appears when it is complete.

mod job;
mod results;

use self::job::{Job, SAFE_KERNEL, kernel_name};
use self::results::Results;
use super::exit::{Exit, Failure};
use super::interrupt;
use super::limits::limit;
use super::output::{Format, print};
use super::source::ModelSource;
use crate::exact::Limits;
use crate::sample::{
    AdvanceError, Checkpoint, CheckpointFiles, ContentHash, RecordedSeries, Run, SampleFile,
};
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

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
    /// metropolis and heat-bath stand for metropolis-random and heat-bath-sequential. Each 64th sweep of
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
    /// What the chains start from (default: random; independent draws start from nothing)
    #[arg(long, value_enum)]
    start: Option<StartName>,
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
    #[arg(long, value_name = "B", default_value_t = Limits::default().max_bytes, value_parser = limit)]
    max_bytes: f64,
    /// For the kernel exact: refuse engines that are predicted to take longer for a draw
    #[arg(long, value_name = "S", default_value_t = Limits::default().max_seconds, value_parser = limit)]
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
