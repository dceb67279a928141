//! `blockspin exact`: `ln Z`, averages and independent samples of a model in any format.

use super::answer::{Answer, Averages, Correlators};
use super::exit::{Exit, Failure};
use super::observables::{Observables, Products};
use super::output::{deliver, write_pieces};
use super::question::{Asked, MethodName, sample_bytes};
use super::source::{Loaded, ModelSource};
use crate::exact::{
    Elimination, ExactError, draw, draw_by, pairs_in_factors, pairs_in_terms, rbm_sum, solve,
    solve_by, solve_edges, solve_edges_by, solve_factors, solve_large_torus,
};
use crate::model::files::{AnyModel, npy_header};
use crate::model::{FactorGraph, Rbm, SpinHamiltonian, Units, spins_of_rbm};
use crate::numeric::Enclosure;
use clap::ValueEnum;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    source: ModelSource,
    #[command(flatten)]
    asked: Asked,
    /// Draw N independent samples into the .npy file of --out, one row each, int8: the values of spins and units, the
    /// numbers of states, from 0, of variables with tables
    #[arg(long, value_name = "N", requires = "out")]
    samples: Option<usize>,
    /// How to show the answer
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Write the answer, or with --samples the samples, to this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// The forms of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a reader
    Text,
    /// For a program; numbers keep all their digits
    Json,
    /// UAI result file of task PR: log10 of Z
    UaiPr,
    /// UAI result file of task MAR: all single marginals
    UaiMar,
}

const NO_RESULT_FILE: &str = "--observables are shown as text or json";

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let mut asked = arguments.asked;
    asked.marginals |= asked.edges || arguments.format == Format::UaiMar;
    let limits = asked.limits();
    if arguments.samples.is_none()
        && let Some(answer) = large_torus(&arguments.source, &asked)?
    {
        show(
            &answer,
            arguments.format,
            arguments.out.as_deref(),
            "the lattice",
        )?;
        return Ok(Exit::Success);
    }
    if let (None, Some(torus)) = (
        arguments.samples,
        Products::asked_of(&arguments.source, &asked),
    ) {
        let json = match arguments.format {
            Format::Json => true,
            Format::Text => false,
            _ => return Err(Failure::bad_input(NO_RESULT_FILE)),
        };
        deliver(&torus.shown(&limits, json)?, arguments.out.as_deref())?;
        return Ok(Exit::Success);
    }
    asked.check()?;
    if let Some((_, plan)) = asked.hopeless(&arguments.source) {
        limits.admit(plan).map_err(Failure::too_large)?;
    }
    let loaded = arguments.source.load()?;
    let mut file = arguments.out.as_deref();
    if let (Some(count), Some(path)) = (
        arguments.samples,
        file.take_if(|_| arguments.samples.is_some()),
    ) {
        if path.as_os_str() == "-" {
            return Err(Failure::bad_input(
                "--out: samples are written to a file, the answer to standard output",
            ));
        }
        write_samples(&loaded, count, path, &asked)?;
    }
    if asked.observables {
        let found = Observables::of(&loaded, &limits)?;
        let shown = match arguments.format {
            Format::Json => found.json()?,
            Format::Text => found.text(),
            Format::UaiPr | Format::UaiMar => {
                return Err(Failure::bad_input(NO_RESULT_FILE));
            }
        };
        deliver(&shown, file)?;
        return Ok(Exit::Success);
    }
    let answer = answer(&loaded, &asked)?;
    show(&answer, arguments.format, file, &loaded.origin)?;
    Ok(Exit::Success)
}

fn show(answer: &Answer, format: Format, file: Option<&Path>, origin: &str) -> anyhow::Result<()> {
    let shown = match format {
        Format::Text => answer.text(),
        Format::Json => answer.json()?,
        Format::UaiPr => answer.uai_pr(),
        Format::UaiMar => answer.uai_mar().ok_or_else(|| {
            Failure::bad_input(format!("{origin}: Z = 0, and nothing has a marginal"))
        })?,
    };
    deliver(&shown, file)
}

/// The answer for a lattice whose terms need not be written out.
fn large_torus(source: &ModelSource, asked: &Asked) -> anyhow::Result<Option<Answer>> {
    let (Some(model), Some(want)) = (source.described(), asked.of_large_torus()) else {
        return Ok(None);
    };
    let result = match solve_large_torus(&model, want, &asked.limits()) {
        None => return Ok(None),
        Some(Ok(result)) => result,
        Some(Err(error @ ExactError::TooLarge { .. })) => return Err(Failure::too_large(error)),
        Some(Err(error)) => return Err(Failure::bad_input(format!("{model}: {error}"))),
    };
    Ok(Some(Answer {
        method: result.method,
        labels: Vec::new(),
        log_z: Some(result.log_z),
        averages: Averages::Spins {
            units: vec![Units::PlusMinus; model.lattice.sites()],
            mean: result.mean,
            pair: None,
            edge: None,
        },
    }))
}

/// An engine's refusal, with the model's origin and the right exit code.
fn refused(loaded: &Loaded, error: ExactError) -> anyhow::Error {
    match error {
        ExactError::TooLarge { .. } => Failure::too_large(error),
        ExactError::Unbounded { .. } => {
            Failure::inconclusive(format!("{}: {error}", loaded.origin))
        }
        e => Failure::bad_input(format!("{}: {e}", loaded.origin)),
    }
}

fn answer(loaded: &Loaded, asked: &Asked) -> anyhow::Result<Answer> {
    let found = match &loaded.model {
        AnyModel::Spins(model) => {
            of_spins(loaded, model, vec![Units::PlusMinus; model.spins()], asked)
        }
        AnyModel::Factors(graph) => of_factors(loaded, graph, asked),
        AnyModel::Rbm(rbm) => {
            if asked.by_layer(loaded) {
                of_machine(loaded, rbm, asked)
            } else {
                let units = [rbm.visible_units(), rbm.hidden_units()];
                let [v, h] = [rbm.visible(), rbm.hidden()];
                let units = [vec![units[0]; v], vec![units[1]; h]].concat();
                of_spins(loaded, &couplings(loaded, rbm)?, units, asked)
            }
        }
    };
    found.map_err(|error| match error.downcast::<ExactError>() {
        Ok(error) => refused(loaded, error),
        Err(other) => other,
    })
}

/// The machine's units as spins, which are up where a 0/1 unit is 1.
fn couplings(loaded: &Loaded, rbm: &Rbm) -> anyhow::Result<SpinHamiltonian> {
    spins_of_rbm(rbm).map_err(|e| Failure::bad_input(format!("{}: {e}", loaded.origin)))
}

fn unfit(loaded: &Loaded, reason: &str) -> anyhow::Error {
    Failure::bad_input(format!("{}: --method: {reason}", loaded.origin))
}

/// Means and correlators of spins as those of the units that they stand for: a unit that is 0 and 1 is (1 + s)/2.
fn in_own_values<'a>(
    units: &[Units],
    mean: &mut [Enclosure],
    pairs: impl Iterator<Item = &'a mut (usize, usize, Enclosure)>,
) {
    let half = Enclosure::exact(0.5);
    let zero_one = |i: usize| units[i] == Units::ZeroOne;
    for (i, j, c) in pairs {
        *c = match (zero_one(*i), zero_one(*j)) {
            (false, false) => *c,
            (true, false) => half * (mean[*j] + *c),
            (false, true) => half * (mean[*i] + *c),
            (true, true) => half * half * (Enclosure::exact(1.0) + mean[*i] + mean[*j] + *c),
        };
    }
    for (i, m) in mean.iter_mut().enumerate() {
        if zero_one(i) {
            *m = half * (Enclosure::exact(1.0) + *m);
        }
    }
}

fn of_spins(
    loaded: &Loaded,
    model: &SpinHamiltonian,
    units: Vec<Units>,
    asked: &Asked,
) -> anyhow::Result<Answer> {
    let observed: Vec<(usize, bool)> = loaded
        .observed
        .iter()
        .map(|&(i, state)| (i, state == 1))
        .collect();
    let given = model.given(&observed);
    let edges = asked.edges.then(|| pairs_in_terms(model));
    let mut want = asked.of_engine(!observed.is_empty());
    // A product of units that are 0 and 1 is one of means, too.
    want.means |= want.pairs && units.contains(&Units::ZeroOne);
    let limits = &asked.limits();
    let (mut result, mut edge) = if let Some(pairs) = &edges {
        let solved = match asked.method.engine() {
            None => solve_edges(&given, pairs, limits)?,
            Some(method) => solve_edges_by(&given, pairs, method, limits)?,
        };
        (solved.result, Some(solved.edge))
    } else {
        let solved = match asked.method.engine() {
            None => solve(&given, want, limits)?,
            Some(method) => solve_by(&given, want, method, limits)?,
        };
        (solved, None)
    };
    let mut pair: Option<Correlators> = result.pair.map(|table| table.iter().collect());
    // An observed spin was left free, in two states instead of one.
    let free = Enclosure::exact(observed.len() as f64) * Enclosure::exact(2.0).ln();
    let sign = |up: bool| Enclosure::exact(if up { 1.0 } else { -1.0 });
    if let Some(mean) = &mut result.mean {
        for &(i, up) in &observed {
            mean[i] = sign(up);
        }
        let known: Vec<bool> = (0..model.spins())
            .map(|i| observed.iter().any(|o| o.0 == i))
            .collect();
        for (i, j, c) in pair.iter_mut().chain(&mut edge).flatten() {
            if known[*i] || known[*j] {
                *c = mean[*i] * mean[*j];
            }
        }
    }
    if let Some(mean) = &mut result.mean {
        in_own_values(&units, mean, pair.iter_mut().chain(&mut edge).flatten());
    }
    Ok(Answer {
        method: result.method,
        labels: loaded.labels.clone(),
        log_z: Some(if observed.is_empty() {
            result.log_z
        } else {
            result.log_z - free
        }),
        averages: Averages::Spins {
            units,
            mean: result.mean.filter(|_| asked.marginals),
            pair,
            edge,
        },
    })
}

fn of_factors(loaded: &Loaded, graph: &FactorGraph, asked: &Asked) -> anyhow::Result<Answer> {
    if !matches!(asked.method, MethodName::Auto | MethodName::Elimination) {
        return Err(unfit(loaded, "tables are solved by elimination"));
    }
    let n = graph.cardinality().len();
    let pairs = if asked.pairs {
        Some(
            (0..n)
                .flat_map(|i| (i + 1..n).map(move |j| (i, j)))
                .collect(),
        )
    } else {
        asked.edges.then(|| pairs_in_factors(graph))
    };
    let given = graph.given(&loaded.observed);
    // Joint probabilities are shown beside those of single variables.
    let marginals = asked.marginals || pairs.is_some();
    let found = solve_factors(&given, marginals, pairs.as_deref(), &asked.limits())?;
    Ok(Answer {
        method: found.method,
        labels: loaded.labels.clone(),
        log_z: found.log_z,
        averages: Averages::Factors {
            marginal: found.marginal,
            pair: found.pair.filter(|_| pairs.is_some()),
        },
    })
}

fn of_machine(loaded: &Loaded, rbm: &Rbm, asked: &Asked) -> anyhow::Result<Answer> {
    if !loaded.observed.is_empty() || asked.pairs {
        return Err(unfit(
            loaded,
            "layer-sum takes neither --evidence nor --pairs",
        ));
    }
    let found = rbm_sum(rbm, asked.marginals, &asked.limits())?;
    let (mean, product) = match found.averages {
        Some(a) => (Some([a.visible, a.hidden].concat()), Some(a.product)),
        None => (None, None),
    };
    Ok(Answer {
        method: found.method,
        labels: loaded.labels.clone(),
        log_z: Some(found.log_z),
        averages: Averages::Machine {
            units: (rbm.visible_units(), rbm.hidden_units()),
            visible: rbm.visible(),
            mean,
            product: product.filter(|_| asked.edges),
        },
    })
}

/// Refuses samples of variables whose states int8 cannot number.
pub(super) fn check_states(loaded: &Loaded) -> anyhow::Result<()> {
    match loaded.model.cardinality().iter().position(|&q| q > 128) {
        None => Ok(()),
        Some(variable) => Err(Failure::bad_input(format!(
            "{}: --samples: variable {variable} has more than the 128 states that int8 can number",
            loaded.origin
        ))),
    }
}

/// Draws samples and writes them: the values of spins or units, the numbers of other states.
fn write_samples(loaded: &Loaded, count: usize, path: &Path, asked: &Asked) -> anyhow::Result<()> {
    let limits = &asked.limits();
    let n = loaded.model.variables();
    let bytes = sample_bytes(count, n);
    if bytes > limits.max_bytes {
        return Err(Failure::too_large(format!(
            "--samples: {count} samples of {n} variables take {bytes:.3e} bytes; --max-bytes overrides"
        )));
    }
    let spin_states: Vec<(usize, bool)> = loaded
        .observed
        .iter()
        .map(|&(i, state)| (i, state == 1))
        .collect();
    check_states(loaded)?;
    let mut stream = loaded.seed.stream("exact samples", 0);
    let mut spins = |model: &SpinHamiltonian| {
        let given = model.given(&spin_states);
        match asked.method.engine() {
            None => draw(&given, count, &mut stream, limits),
            Some(method) => draw_by(&given, count, method, &mut stream, limits),
        }
    };
    let states: Result<Vec<i8>, ExactError> = match &loaded.model {
        AnyModel::Spins(model) => spins(model),
        AnyModel::Rbm(rbm) => spins(&couplings(loaded, rbm)?),
        AnyModel::Factors(graph) => Elimination::of_graph(&graph.given(&loaded.observed))
            .samples(count, &mut stream, limits)
            .map(|drawn| drawn.into_iter().flatten().map(|s| s as i8).collect()),
    };
    let mut values = states.map_err(|e| refused(loaded, e))?;
    let value = |i: usize, up: bool| -> i8 {
        match &loaded.model {
            AnyModel::Rbm(rbm) if i < rbm.visible() => rbm.visible_units().value(up),
            AnyModel::Rbm(rbm) => rbm.hidden_units().value(up),
            AnyModel::Spins(_) | AnyModel::Factors(_) => Units::PlusMinus.value(up),
        }
    };
    let spins = !matches!(loaded.model, AnyModel::Factors(_));
    for row in values.chunks_exact_mut(n.max(1)) {
        for (i, x) in row.iter_mut().enumerate().filter(|_| spins) {
            *x = value(i, *x > 0);
        }
        for &(i, observed) in &loaded.observed {
            row[i] = if spins {
                value(i, observed == 1)
            } else {
                observed as i8
            };
        }
    }
    // In place: with a second copy, the samples would take twice the memory.
    let content: Vec<u8> = values.into_iter().map(i8::cast_unsigned).collect();
    write_pieces(path, &[&npy_header("|i1", &[count, n]), &content])
}
