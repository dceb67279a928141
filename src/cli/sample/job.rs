//! What is run: the model, the sampler, and whether it fits.

use super::super::exact_engine::ExactEngine;
use super::super::exit::Failure;
use super::super::source::{Loaded, ModelSource};
use super::{Arguments, StartName};
use crate::exact::{ExactError, Limits, homogeneous_lattice};
use crate::model::files::AnyModel;
use crate::model::{Disorder, SpinHamiltonian, Units, spins_of_factors, spins_of_rbm};
use crate::random::Seed;
use crate::sample::{
    CompiledHamiltonian, Irreducibility, RunIdentity, SampleFile, Sampler, Schedule, SpinKernel,
    SquareIsing, StartState, Subject, UnitValues, model_hash,
};
use std::cmp::Ordering;
use std::sync::Arc;
use std::time::Duration;

/// The kernel that reaches every state of every model.
pub(super) const SAFE_KERNEL: &str = "heat-bath-sequential";
/// Draws by the engines that solve the model.
const EXACT: &str = "exact";

/// The kernel of a name.
pub(super) fn kernel_name(typed: &str) -> Result<&'static str, String> {
    let full = SpinKernel::full_name(typed);
    let names: Vec<&'static str> = Subject::names().chain([EXACT]).collect();
    names
        .iter()
        .find(|&&name| name == full)
        .copied()
        .ok_or_else(|| format!("not one of metropolis, heat-bath, {}", names.join(", ")))
}

/// What is run, resolved and found possible.
pub(super) struct Job {
    pub(super) model: Arc<CompiledHamiltonian>,
    pub(super) values: UnitValues,
    pub(super) sampler: Sampler,
    pub(super) irreducibility: &'static str,
    pub(super) schedule: Schedule,
    pub(super) start: StartState,
    pub(super) seed: Seed,
    pub(super) identity: RunIdentity,
    pub(super) interval: Duration,
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
    Ok((model.given(&observed).into_owned(), UnitValues::new(values)))
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
            // All chains may hold their engine's tables at once.
            max_bytes: arguments.max_bytes / arguments.chains.max(1) as f64,
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
    pub(super) fn resolve(arguments: &Arguments, loaded: &Loaded) -> anyhow::Result<Self> {
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
            // A limit that is NaN admits nothing.
            if !matches!(
                bytes.partial_cmp(&arguments.max_bytes),
                Some(Ordering::Less | Ordering::Equal)
            ) {
                return Err(Failure::too_large(format!(
                    "{states} samples of {sites} spins: {what} takes {bytes:.3e} bytes; fewer --sweeps or --chains, or \
                     a larger --every, need less, --max-bytes overrides"
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
        if arguments.start.is_some() && sampler.is_independent() {
            return Err(Failure::bad_input(format!(
                "{origin}: --start: the draws of {} are independent and start from nothing",
                sampler.name()
            )));
        }
        let (start, start_name) = match arguments.start {
            None | Some(StartName::Random) => (StartState::Random, "random"),
            Some(StartName::Up) => (StartState::Up, "up"),
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
