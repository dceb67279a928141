//! `blockspin compare`: every sampler that runs on a model against the exact answer, and what a digit costs.
//!
//! Two runs of each sampler. A few long chains give estimates, autocorrelation times and rates; their z-scores
//! are diagnostics. Many short chains that start from independent draws of the model give one independent draw
//! each, and those are tested: the p-values hold at every number of draws. The clock decides how many sweeps a
//! budget buys and how rates read, and nothing else.

mod contest;
mod log_z;
mod observed;
mod show;
mod starts;

use self::contest::{Contest, Entry};
use self::observed::Observed;
use self::starts::Starts;
use super::exit::{Exit, Failure};
use super::limits::limit;
use super::output::{Format, print, write_bytes};
use super::source::{Loaded, ModelSource};
use crate::estimate::{Design, FAMILY_ALPHA};
use crate::exact::{ExactError, Limits, Moments, Want, homogeneous_lattice, solve, spin_moments};
use crate::model::files::AnyModel;
use crate::model::{Rbm, SpinHamiltonian, Term, spins_of_factors, spins_of_rbm};
use crate::numeric::Enclosure;
use crate::random::{Seed, Stream};
use crate::report::{picture_png, picture_svg};
use crate::sample::{
    CompiledHamiltonian, HeatBath, Irreducibility, KernelWalk, SiteOrder, SpinKernel, SquareIsing,
    Walk, walks,
};
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    source: ModelSource,
    /// Samplers by their names in sample's --kernel, ais-forward and ais-reverse, with commas (default: all that run
    /// on the model and reach all its states)
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    kernels: Vec<String>,
    /// Time for all samplers together: 60s, 2m, 500ms
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    budget: f64,
    /// Sweeps of each sampler instead of a budget: one number, or one for each of --kernels; the numbers that come
    /// out do then not depend on the clock
    #[arg(
        long,
        value_name = "N",
        value_delimiter = ',',
        conflicts_with = "budget"
    )]
    sweeps: Vec<u64>,
    /// Independent chains that are tested for each sampler
    #[arg(long, value_name = "R", default_value_t = 5000)]
    draws: usize,
    /// The deviation of a mean, as a part of the observable's range, that every test must be able to see
    #[arg(long, value_name = "D", default_value_t = 0.1)]
    detect: f64,
    /// Probability with which it must be seen
    #[arg(long, value_name = "P", default_value_t = 0.999)]
    power: f64,
    /// Refuse exact work that is predicted to take longer, and compare samplers with one another
    #[arg(long, value_name = "S", default_value_t = 60.0, value_parser = limit)]
    max_seconds: f64,
    /// Refuse exact work that is predicted to need more memory
    #[arg(long, value_name = "B", default_value_t = Limits::default().max_bytes, value_parser = limit)]
    max_bytes: f64,
    /// Text for a reader or JSON for a program
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Draw how each estimate converges, as .svg or .png
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Add a heat bath that samples this multiple of 𝒦 and must be rejected
    #[arg(long, value_name = "X", hide = true)]
    planted: Option<f64>,
}

/// Seconds of `60`, `60s`, `2m`, `500ms`.
fn duration(text: &str) -> Result<f64, String> {
    let (number, unit) = match text {
        t if t.ends_with("ms") => (&t[..t.len() - 2], 1e-3),
        t if t.ends_with('s') => (&t[..t.len() - 1], 1.0),
        t if t.ends_with('m') => (&t[..t.len() - 1], 60.0),
        t if t.ends_with('h') => (&t[..t.len() - 1], 3600.0),
        t => (t, 1.0),
    };
    let seconds = number.parse::<f64>().map_err(|e| e.to_string())? * unit;
    if seconds > 0.0 && seconds <= 1e6 {
        Ok(seconds)
    } else {
        Err("not above zero and at most 10⁶ seconds".to_owned())
    }
}

/// What was typed, resolved.
pub(super) struct Job {
    origin: String,
    seed: Seed,
    /// Without its constant.
    model: Arc<CompiledHamiltonian>,
    bare: SpinHamiltonian,
    /// The constant of 𝒦.
    constant: Enclosure,
    machine: Option<Arc<Rbm>>,
    budget: Option<f64>,
    draws: usize,
    detect: f64,
    design_power: f64,
    limits: Limits,
}

/// Everything that was found.
pub(super) struct Report {
    job: Job,
    exact: Option<Moments>,
    /// Why nothing exact is known, or parts of it.
    notes: Vec<String>,
    log_z: Option<Enclosure>,
    starts: &'static str,
    observed: Vec<Observed>,
    alpha: f64,
    entries: Vec<Entry>,
    estimators: Vec<log_z::Estimator>,
    left_out: Vec<(String, String)>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let ending = match arguments.out.as_ref().map(|p| (p, p.extension())) {
        None => None,
        Some((_, Some(e))) if e == "svg" || e == "png" => Some(e.to_owned()),
        Some((path, _)) => {
            return Err(Failure::bad_input(format!(
                "--out {}: a picture's name ends in .svg or .png",
                path.display()
            )));
        }
    };
    let loaded = arguments.source.load()?;
    let job = resolve(arguments, &loaded)?;
    let report = compare(job, arguments)?;
    print(&match arguments.format {
        Format::Text => report.text(),
        Format::Json => report.json()?,
    })?;
    if let (Some(path), Some(ending)) = (&arguments.out, ending) {
        let picture = report.picture();
        let bytes = if ending == "svg" {
            picture_svg(&picture).into_bytes()
        } else {
            picture_png(&picture)
        };
        write_bytes(path, &bytes)?;
    }
    Ok(report.exit())
}

fn resolve(arguments: &Arguments, loaded: &Loaded) -> anyhow::Result<Job> {
    let origin = &loaded.origin;
    let wrong = |e: &dyn std::fmt::Display| Failure::bad_input(format!("{origin}: {e}"));
    let option = |name: &str, x: f64| {
        if x > 0.0 && x < 1.0 {
            Ok(())
        } else {
            Err(Failure::bad_input(format!(
                "{name}: {x} is not between 0 and 1"
            )))
        }
    };
    option("--detect", arguments.detect)?;
    option("--power", arguments.power)?;
    if !(2..=1_000_000).contains(&arguments.draws) {
        return Err(Failure::bad_input("--draws: not between 2 and 1000000"));
    }
    if arguments.sweeps.iter().any(|n| !(64..=1 << 40).contains(n)) {
        return Err(Failure::bad_input("--sweeps: not between 64 and 2^40"));
    }
    if arguments.sweeps.len() > 1 && arguments.sweeps.len() != arguments.kernels.len() {
        return Err(Failure::bad_input(format!(
            "--sweeps: {} numbers for {} --kernels",
            arguments.sweeps.len(),
            arguments.kernels.len()
        )));
    }
    if !loaded.observed.is_empty() {
        return Err(wrong(&"compare takes no --evidence"));
    }
    let (model, machine) = match &loaded.model {
        AnyModel::Spins(model) => (model.clone(), None),
        AnyModel::Rbm(rbm) => {
            let spins = spins_of_rbm(rbm).map_err(|e| wrong(&e))?;
            (spins, Some(Arc::new(rbm.clone())))
        }
        AnyModel::Factors(graph) => (spins_of_factors(graph).map_err(|e| wrong(&e))?, None),
    };
    if model.spins() == 0 {
        return Err(wrong(&"it has no spins"));
    }
    let mut constant = Enclosure::exact(0.0);
    let mut terms: Vec<Term> = Vec::new();
    for term in model.terms() {
        if term.sites.is_empty() {
            constant = constant + Enclosure::exact(term.coupling);
        } else {
            terms.push(term.clone());
        }
    }
    let bare = SpinHamiltonian::new(model.spins(), terms).map_err(|e| wrong(&e))?;
    let compiled = CompiledHamiltonian::new(&bare).map_err(|e| wrong(&e))?;
    Ok(Job {
        origin: origin.clone(),
        seed: loaded.seed,
        model: Arc::new(compiled),
        bare,
        constant,
        machine,
        budget: arguments.sweeps.is_empty().then_some(arguments.budget),
        draws: arguments.draws,
        detect: arguments.detect,
        design_power: arguments.power,
        limits: Limits {
            max_seconds: arguments.max_seconds,
            max_bytes: arguments.max_bytes,
        },
    })
}

/// A sampler that was chosen, with the sweeps asked of it.
struct Chosen {
    walk: Box<dyn Walk>,
    sweeps: Option<u64>,
}

/// A sampler of another distribution, under a name of its own.
struct Planted(KernelWalk<HeatBath>);

impl Walk for Planted {
    fn name(&self) -> &'static str {
        "planted"
    }
    fn irreducibility(&self) -> Irreducibility {
        self.0.irreducibility()
    }
    fn start(&mut self, rows: &[&[i8]]) {
        self.0.start(rows);
    }
    fn step(&mut self, stream: &mut Stream) -> Result<(), String> {
        self.0.step(stream)
    }
    fn spins(&self) -> &[i8] {
        self.0.spins()
    }
}

/// The samplers to run, and those that are left out.
struct Field {
    walks: Vec<Chosen>,
    /// Names and sweeps.
    estimators: Vec<(&'static str, Option<u64>)>,
    left_out: Vec<(String, String)>,
}

fn field_of(job: &Job, arguments: &Arguments) -> anyhow::Result<Field> {
    let square = homogeneous_lattice(&job.bare)
        .and_then(|(lattice, k, h)| SquareIsing::new(lattice, k, h).ok());
    let mut found = walks(&job.model, square, job.machine.as_ref());
    let exact = starts::exact_walk(job);
    let too_large = matches!(exact, Err(ExactError::TooLarge { .. }));
    found.push(("exact", exact.map_err(|e| e.to_string())));
    let mut names: Vec<&'static str> = found.iter().map(|f| f.0).collect();
    names.extend(log_z::NAMES);
    let in_full = |typed: &String| SpinKernel::full_name(typed).to_owned();
    let asked: Vec<String> = arguments.kernels.iter().map(in_full).collect();
    if let Some(unknown) = asked.iter().find(|k| !names.contains(&k.as_str())) {
        return Err(Failure::bad_input(format!(
            "--kernels: {unknown} is not one of {}",
            names.join(", ")
        )));
    }
    if let Some(twice) = asked
        .iter()
        .enumerate()
        .find(|(i, k)| asked[..*i].contains(k))
    {
        return Err(Failure::bad_input(format!("--kernels: {} twice", twice.1)));
    }
    let position = |name: &str| asked.iter().position(|k| k == name);
    let wanted = |name: &str| asked.is_empty() || position(name).is_some();
    let sweeps = |name: &str| match arguments.sweeps.as_slice() {
        [] => None,
        [n] => Some(*n),
        many => position(name).map(|i| many[i]),
    };
    let mut field = Field {
        walks: Vec::new(),
        estimators: Vec::new(),
        left_out: Vec::new(),
    };
    for (name, walk) in found {
        match walk {
            _ if !wanted(name) => {}
            Ok(walk) => field.walks.push(Chosen {
                walk,
                sweeps: sweeps(name),
            }),
            Err(reason) if asked.is_empty() => field.left_out.push((name.to_owned(), reason)),
            Err(reason) => {
                let message = format!("{}: --kernels {name}: {reason}", job.origin);
                return Err(if name == "exact" && too_large {
                    Failure::too_large(message)
                } else {
                    Failure::bad_input(message)
                });
            }
        }
    }
    for name in log_z::NAMES.into_iter().filter(|n| wanted(n)) {
        field.estimators.push((name, sweeps(name)));
    }
    if let Some(scale) = arguments.planted {
        let kernel = HeatBath::at_scale(job.model.clone(), SiteOrder::Sequential, scale)
            .map_err(|e| Failure::bad_input(format!("--planted: {e}")))?;
        let walk = Box::new(Planted(KernelWalk::new(kernel, job.bare.spins())));
        let sweeps = arguments.sweeps.first().copied();
        field.walks.push(Chosen { walk, sweeps });
    }
    Ok(field)
}

fn compare(job: Job, arguments: &Arguments) -> anyhow::Result<Report> {
    let mut field = field_of(&job, arguments)?;
    let mut notes = Vec::new();
    let exact = match spin_moments(&job.bare, &job.limits) {
        Ok(moments) => {
            // All states are not tested one by one here, few or many.
            let left_out = moments
                .left_out
                .iter()
                .filter(|n| !n.starts_with("states:"));
            notes.extend(left_out.cloned());
            Some(moments)
        }
        Err(e) => {
            notes.push(format!("no exact averages: {e}"));
            None
        }
    };
    let log_z = match solve(&job.bare, Want::LOG_Z, &job.limits) {
        Ok(result) => Some(result.log_z + job.constant),
        Err(e) => {
            notes.push(format!("no exact ln Z: {e}"));
            None
        }
    };
    let runners = field.walks.len() + field.estimators.len();
    if runners == 0 {
        return Err(Failure::bad_input(format!(
            "{}: no sampler runs on it",
            job.origin
        )));
    }
    let share = job.budget.map(|b| b / runners as f64);
    let starts = Starts::draw(&job, &field, share);
    let observed = Observed::of(&job, exact.as_ref(), &starts);
    let tests = field.walks.len() * observed.len() + field.estimators.len();
    let alpha = FAMILY_ALPHA / tests.max(1) as f64;
    let design = Design::new(alpha, job.design_power).map_err(Failure::bad_input)?;
    let contest = Contest {
        job: &job,
        starts: &starts,
        observed: &observed,
        design,
    };
    let mut entries = Vec::new();
    for chosen in &mut field.walks {
        let name = chosen.walk.name();
        match contest.run(chosen.walk.as_mut(), chosen.sweeps, share) {
            Ok(entry) => entries.push(entry),
            Err(reason) if arguments.kernels.is_empty() => {
                field.left_out.push((name.to_owned(), reason));
            }
            Err(reason) => {
                return Err(Failure::too_large(format!(
                    "{}: --kernels {name}: {reason}",
                    job.origin
                )));
            }
        }
    }
    contest::against_each_other(&mut entries, &observed);
    contest::rank(&mut entries);
    let mut estimators = Vec::new();
    for &(name, sweeps) in &field.estimators {
        match log_z::run(&job, &starts, name, sweeps, share, log_z, alpha) {
            Ok(estimator) => estimators.push(estimator),
            Err(reason) => field.left_out.push((name.to_owned(), reason)),
        }
    }
    Ok(Report {
        starts: starts.origin(),
        job,
        exact,
        notes,
        log_z,
        observed,
        alpha,
        entries,
        estimators,
        left_out: field.left_out,
    })
}
