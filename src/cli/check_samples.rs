//! `blockspin check-samples`: do samples that some program wrote come from the model?

use super::exit::{Exit, Failure};
use super::limits::ExactLimits;
use super::output::{Format, deliver, read_bytes};
use super::source::{Loaded, ModelSource};
use crate::estimate::FAMILY_ALPHA;
use crate::exact::{
    Correlated, ExactError, Finding, Kind, KindReport, SampleCheckError, SampleReport,
    SampleSettings, Samples, SamplesError, Verdict, check_samples,
};
use crate::model::files::{AnyModel, Npy, NpyValues, read_npy};
use crate::model::{SpinHamiltonian, Units, spins_of_factors, spins_of_rbm};
use clap::ValueEnum;
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    source: ModelSource,
    /// Samples: an .npy array of shape (rows, spins) or (chains, rows, spins), rows in the order they were drawn
    samples: Option<PathBuf>,
    /// What the array holds; by default ±1, for a machine its own units, for tables 0 and 1
    #[arg(long, value_enum)]
    values: Option<ValuesName>,
    /// Importance weights, an .npy array of float64, one for each row; needs --weight-bound
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// A number that no weight can exceed, seen or unseen: rows are kept with probability weight / bound
    #[arg(long, value_name = "W", requires = "weights")]
    weight_bound: Option<f64>,
    /// Probability of rejecting independent samples of the model, for all tests together
    #[arg(long, value_name = "A", default_value_t = FAMILY_ALPHA)]
    alpha: f64,
    /// Probability with which the reported smallest deviation is detected
    #[arg(long, value_name = "P", default_value_t = SampleSettings::default().power)]
    power: f64,
    /// The deviation of a probability that every test is to detect; fewer samples than that end with code 3
    #[arg(long, value_name = "D")]
    detect: Option<f64>,
    /// What to do with correlated rows
    #[arg(long, value_enum, default_value = "thin")]
    correlated: CorrelatedName,
    #[command(flatten)]
    limits: ExactLimits,
    /// Text for a reader or JSON for a program
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What an array of samples holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ValuesName {
    /// -1 and +1
    Spin,
    /// 0 and 1
    Binary,
}

/// What is done with correlated rows, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CorrelatedName {
    /// Test rows ten autocorrelation times apart
    Thin,
    /// Decide nothing, with code 3
    Refuse,
    /// Reject them: they were said to be independent
    Reject,
}

impl CorrelatedName {
    fn resolved(self) -> Correlated {
        match self {
            Self::Thin => Correlated::Thin,
            Self::Refuse => Correlated::Refuse,
            Self::Reject => Correlated::Reject,
        }
    }
}

/// Importance weights, and what became of them.
#[derive(Clone, Copy, Debug)]
struct Accepted {
    rows: usize,
    bound: f64,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let (source, path) = arguments
        .source
        .and_file(arguments.samples.as_deref(), "SAMPLES, an .npy file,")?;
    let settings = SampleSettings {
        alpha: arguments.alpha,
        power: arguments.power,
        detect: arguments.detect,
        correlated: arguments.correlated.resolved(),
    };
    if let Some(detect) = arguments.detect.filter(|d| !(*d > 0.0 && *d < 1.0)) {
        return Err(Failure::bad_input(format!(
            "--detect: {detect} is not a change of a probability between 0 and 1"
        )));
    }
    if arguments.weights.is_some() && arguments.weight_bound.is_none() {
        return Err(Failure::bad_input(
            "--weights: a test of self-normalised averages has no valid size at a finite number of rows, \
             since a heavy weight may not have been drawn yet; --weight-bound W, a bound on all weights \
             that could occur, makes it exact by rejection",
        ));
    }
    let loaded = source.load()?;
    let model = spins(&loaded)?;
    let samples = read_samples(path, &loaded, arguments.values)?;
    let rows = samples.rows();
    let (samples, accepted) = match (&arguments.weights, arguments.weight_bound) {
        (Some(file), Some(bound)) => {
            let weights = read_weights(file)?;
            let mut stream = loaded.seed.stream("accepted samples", 0);
            match samples.accepted(&weights, bound, &mut stream) {
                Ok(left) => (left, Some(Accepted { rows, bound })),
                Err(SamplesError::Empty) => {
                    eprintln!("{}: no row was accepted: too few samples", file.display());
                    return Ok(Exit::Inconclusive);
                }
                Err(e) => return Err(Failure::bad_input(format!("{}: {e}", file.display()))),
            }
        }
        _ => (samples, None),
    };
    let limits = arguments.limits.resolved();
    let report = check_samples(&model, &samples, &settings, &limits).map_err(|e| match e {
        SampleCheckError::Exact(e @ ExactError::TooLarge { .. }) => Failure::too_large(e),
        SampleCheckError::Exact(e) => Failure::bad_input(format!("{}: {e}", loaded.origin)),
        SampleCheckError::Spins { .. } => Failure::bad_input(format!("{}: {e}", path.display())),
        e => Failure::bad_input(e),
    })?;
    let shown = match arguments.format {
        Format::Text => text(&report, &settings, accepted),
        Format::Json => json_text(&report, &settings, accepted, &loaded, arguments.correlated)?,
    };
    deliver(&shown, arguments.out.as_deref())?;
    Ok(match report.verdict {
        Verdict::Consistent => Exit::Success,
        Verdict::Rejected => Exit::Unexpected,
        Verdict::TooFew | Verdict::Correlated => Exit::Inconclusive,
    })
}

/// The model in ±1 spins, up where a unit or a state is 1.
fn spins(loaded: &Loaded) -> anyhow::Result<SpinHamiltonian> {
    if !loaded.observed.is_empty() {
        return Err(Failure::bad_input(
            "--evidence: samples are checked against the whole model",
        ));
    }
    match &loaded.model {
        AnyModel::Spins(model) => Ok(model.clone()),
        AnyModel::Rbm(rbm) => spins_of_rbm(rbm),
        AnyModel::Factors(graph) => spins_of_factors(graph),
    }
    .map_err(|e| Failure::bad_input(format!("{}: {e}", loaded.origin)))
}

fn read_array(path: &Path) -> anyhow::Result<Npy> {
    read_npy(&read_bytes(path)?).map_err(|e| Failure::bad_input(format!("{}: {e}", path.display())))
}

fn read_samples(
    path: &Path,
    loaded: &Loaded,
    values: Option<ValuesName>,
) -> anyhow::Result<Samples> {
    let array = read_array(path)?;
    let name = path.display();
    let n = loaded.model.variables();
    let (chains, length) = match *array.shape.as_slice() {
        [rows, spins] if spins == n => (1, rows),
        [chains, rows, spins] if spins == n => (chains, rows),
        _ => {
            return Err(Failure::bad_input(format!(
                "{name}: the shape is {:?}, expected (rows, {n}) or (chains, rows, {n})",
                array.shape
            )));
        }
    };
    if array.values.is_empty() {
        return Err(Failure::bad_input(format!("{name}: there are no samples")));
    }
    let units = |i: usize| match (values, &loaded.model) {
        (Some(ValuesName::Spin), _) | (None, AnyModel::Spins(_)) => Units::PlusMinus,
        (Some(ValuesName::Binary), _) | (None, AnyModel::Factors(_)) => Units::ZeroOne,
        (None, AnyModel::Rbm(rbm)) if i < rbm.visible() => rbm.visible_units(),
        (None, AnyModel::Rbm(rbm)) => rbm.hidden_units(),
    };
    let down: Vec<f64> = (0..n).map(|i| f64::from(units(i).value(false))).collect();
    let mut spins = Vec::with_capacity(array.values.len());
    // Adding zero makes −0 the one zero there is.
    let same = |x: f64, y: f64| (x + 0.0).total_cmp(&y).is_eq();
    let mut take = |x: f64| -> Result<(), f64> {
        let down = down[spins.len() % n];
        if same(x, 1.0) {
            spins.push(1);
        } else if same(x, down) {
            spins.push(-1);
        } else {
            return Err(x);
        }
        Ok(())
    };
    let taken = match &array.values {
        NpyValues::I8(v) => v.iter().try_for_each(|&x| take(f64::from(x))),
        NpyValues::U8(v) => v.iter().try_for_each(|&x| take(f64::from(x))),
        NpyValues::I64(v) => v.iter().try_for_each(|&x| take(x as f64)),
        NpyValues::F32(v) => v.iter().try_for_each(|&x| take(f64::from(x))),
        NpyValues::F64(v) => v.iter().try_for_each(|&x| take(x)),
    };
    if let Err(value) = taken {
        let at = spins.len();
        let (row, spin) = (at / n, at % n);
        let place = match array.shape.len() {
            2 => format!("[{row}, {spin}]"),
            _ => format!("[{}, {}, {spin}]", row / length, row % length),
        };
        let hint = if values.is_none() && same(value, 0.0) {
            "; --values binary reads 0 and 1"
        } else {
            ""
        };
        return Err(Failure::bad_input(format!(
            "{name}: entry {place} is {value}, not {} or 1{hint}",
            down[spin]
        )));
    }
    Samples::new(chains, length, n, spins).map_err(|e| Failure::bad_input(format!("{name}: {e}")))
}

fn read_weights(path: &Path) -> anyhow::Result<Vec<f64>> {
    match read_array(path)?.values {
        NpyValues::F64(weights) => Ok(weights),
        _ => Err(Failure::bad_input(format!(
            "{}: weights are float64",
            path.display()
        ))),
    }
}

/// What the verdict means, in a sentence.
fn meaning(report: &SampleReport, settings: &SampleSettings) -> String {
    match report.verdict {
        Verdict::Consistent => "nothing tells the samples from the model's".to_owned(),
        Verdict::Rejected => "the samples do not come from the model".to_owned(),
        Verdict::TooFew => match settings.detect {
            Some(d) => format!("too few samples to detect a deviation of {d} in every test"),
            None => "too few samples to detect anything at this power".to_owned(),
        },
        Verdict::Correlated => {
            "rows are correlated, and nothing was decided about the model".to_owned()
        }
    }
}

fn handled(report: &SampleReport) -> String {
    let Some(thinning) = &report.thinning else {
        return "all rows tested".to_owned();
    };
    let time = thinning
        .time
        .map_or("longer than the chains can tell".to_owned(), |t| {
            format!("{t:.2} rows")
        });
    match thinning.every {
        Some(every) if report.tested > 0 => format!(
            "correlated, autocorrelation time {time}: thinned to one row in {every} of each chain, {} rows tested; \
             alpha holds as far as these are independent",
            report.tested
        ),
        Some(every) => {
            format!(
                "correlated, autocorrelation time {time}: refused; one row in {every} of each chain would do"
            )
        }
        None => format!("correlated, autocorrelation time {time}: no thinning leaves enough rows"),
    }
}

fn kind_name(kind: Kind, all_pairs: bool) -> String {
    match kind {
        Kind::Pairs if !all_pairs => "pairs of a term".to_owned(),
        kind => kind.name().to_owned(),
    }
}

fn text(report: &SampleReport, settings: &SampleSettings, accepted: Option<Accepted>) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{}: {} (p = {:.3e}, alpha = {:e} for all tests together)",
        report.verdict.name(),
        meaning(report, settings),
        report.p_value,
        settings.alpha
    );
    if let Some(a) = accepted {
        let _ = writeln!(
            out,
            "{} of {} rows kept with probability weight / {}",
            report.rows, a.rows, a.bound
        );
    }
    let s = if report.chains == 1 { "" } else { "s" };
    let _ = writeln!(
        out,
        "{} rows in {} chain{s}: {}",
        report.rows,
        report.chains,
        handled(report)
    );
    let _ = writeln!(
        out,
        "\n{:16} {:>7} {:>10}  {:>11}  worst of them",
        "tests", "number", "p", "detectable"
    );
    for k in &report.kinds {
        let seen = match (k.kind, k.detectable) {
            (Kind::Independence, _) => String::new(),
            (_, Some(d)) => format!("{d:.3e}"),
            (_, None) => "none".to_owned(),
        };
        let worst = match k.kind {
            Kind::Independence => k.worst.of.clone(),
            _ => shown(&k.worst),
        };
        let name = kind_name(k.kind, report.all_pairs);
        let _ = writeln!(
            out,
            "{name:16} {:>7} {:>10.3e}  {seen:>11}  {worst}",
            k.tests, k.p_value
        );
        for finding in k.rejected.iter().skip(1).take(4) {
            let _ = writeln!(out, "{:49}  {}", "", shown(finding));
        }
    }
    if report.tested == 0 {
        return out;
    }
    let _ = writeln!(
        out,
        "\ndetectable: the smallest deviation that is found with probability {}, whichever test it is in",
        settings.power
    );
    for k in report.kinds.iter().map(|k| k.kind) {
        let _ = writeln!(
            out,
            "  {}: {}",
            kind_name(k, report.all_pairs),
            k.description()
        );
    }
    if let (Some(down), Some(up)) = report.beta {
        let _ = writeln!(
            out,
            "the energy finds beta too small by {:.2} % or too large by {:.2} %",
            100.0 * down,
            100.0 * up
        );
    }
    for (kind, reason) in &report.left_out {
        let _ = writeln!(out, "not tested: {kind}: {reason}");
    }
    out
}

fn shown(finding: &Finding) -> String {
    format!(
        "{}: {:.6}, expected {:.6} (p = {:.2e})",
        finding.of,
        finding.observed,
        finding.expected.mid(),
        finding.p_value
    )
}

fn finding_json(finding: &Finding) -> Value {
    json!({
        "of": finding.of,
        "observed": finding.observed,
        "expected": { "lo": finding.expected.lo(), "hi": finding.expected.hi() },
        "p_value": finding.p_value,
    })
}

fn kind_json(k: &KindReport) -> Value {
    let worst = match k.kind {
        Kind::Independence => json!({ "of": k.worst.of, "p_value": k.worst.p_value }),
        _ => finding_json(&k.worst),
    };
    json!({
        "kind": k.kind.name(),
        "description": k.kind.description(),
        "tests": k.tests,
        "alpha": k.alpha,
        "p_value": k.p_value,
        "rejected": k.p_value <= k.alpha,
        "detectable": k.detectable,
        "worst": worst,
        "findings": k.rejected.iter().map(finding_json).collect::<Vec<_>>(),
    })
}

fn json_text(
    report: &SampleReport,
    settings: &SampleSettings,
    accepted: Option<Accepted>,
    loaded: &Loaded,
    correlated: CorrelatedName,
) -> anyhow::Result<String> {
    let left_out: Vec<Value> = report
        .left_out
        .iter()
        .map(|(kind, reason)| json!({ "kind": kind.name(), "reason": reason }))
        .collect();
    let answer = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "model": loaded.origin,
        "seed": loaded.seed.0,
        "verdict": report.verdict.name(),
        "meaning": meaning(report, settings),
        "p_value": report.p_value,
        "alpha": settings.alpha,
        "power": settings.power,
        "detect": settings.detect,
        "rows": report.rows,
        "tested": report.tested,
        "chains": report.chains,
        "correlated": correlated.to_possible_value().map(|v| v.get_name().to_owned()),
        "thinning": report.thinning.as_ref().map(|t| json!({
            "autocorrelation_time": t.time,
            "every": t.every,
        })),
        "weights": accepted.map(|a| json!({ "rows": a.rows, "bound": a.bound })),
        "all_pairs": report.all_pairs,
        "kinds": report.kinds.iter().map(kind_json).collect::<Vec<_>>(),
        "detectable_beta": { "down": report.beta.0, "up": report.beta.1 },
        "not_tested": left_out,
    });
    Ok(serde_json::to_string_pretty(&answer)? + "\n")
}
