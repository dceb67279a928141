//! Could the rows be in random order? If not, how far apart must rows be?

use super::samples::Samples;
use crate::estimate::{Chains, gamma_method, runs_p_value, runs_p_value_of};
use crate::model::SpinHamiltonian;

/// Longest distance of rows that are compared: chains that were written row by row in turn are seen up to
/// so many.
const LONGEST_LAG: usize = 64;
/// Rows are kept that are so many autocorrelation times apart. Where correlations decay exponentially those
/// left are e^{−10}, and the variance of a mean is right to 1 part in 10⁴.
const TIMES: f64 = 10.0;
/// Fewest rows that thinning may leave.
const FEWEST: usize = 16;

/// Energy and magnetisation of each row.
pub(super) struct Series {
    /// 𝒦, without any constant.
    pub(super) energy: Vec<f64>,
    /// Σ s.
    pub(super) magnetization: Vec<f64>,
}

impl Series {
    pub(super) fn of(model: &SpinHamiltonian, samples: &Samples) -> Self {
        let energy = samples.iter().map(|row| {
            model
                .terms()
                .iter()
                .filter(|t| !t.sites.is_empty())
                .map(|t| {
                    let down = t.sites.iter().filter(|&&i| row[i] < 0).count();
                    if down.is_multiple_of(2) {
                        t.coupling
                    } else {
                        -t.coupling
                    }
                })
                .sum()
        });
        let magnetization = samples
            .iter()
            .map(|row| row.iter().map(|&s| f64::from(s)).sum());
        Self {
            energy: energy.collect(),
            magnetization: magnetization.collect(),
        }
    }
}

/// The smallest p-value of all runs tests, and which one gave it.
pub(super) struct Order {
    pub(super) p_value: f64,
    pub(super) tests: usize,
    pub(super) at: String,
}

/// Whether the rows are in random order, by runs tests: energy and magnetisation above or below a value near
/// their median, at lags 1 to 64, and each spin at lag 1.
///
/// A lag of h is a lag of 1 after the rows have been put in the order 0, h, 2h …, 1, h+1, …, which leaves an
/// exchangeable sequence exchangeable. The thresholds depend on the set of values alone, not on their order.
pub(super) fn order(samples: &Samples, series: &Series) -> Order {
    let n = samples.rows();
    let lags = LONGEST_LAG.min(n / FEWEST).max(1);
    let mut found = Order {
        p_value: 1.0,
        tests: 2 * lags + samples.spins(),
        at: String::from("energy, lag 1"),
    };
    let mut note = |p: f64, at: &dyn Fn() -> String| {
        if p < found.p_value {
            found.p_value = p;
            found.at = at();
        }
    };
    for (name, values) in [
        ("energy", &series.energy),
        ("magnetisation", &series.magnetization),
    ] {
        let label = halves(values);
        for lag in 1..=lags {
            let turned = (0..lag).flat_map(|first| label[first..].iter().step_by(lag).copied());
            note(runs_p_value(turned), &|| format!("{name}, lag {lag}"));
        }
    }
    let mut ups = vec![0_u64; samples.spins()];
    let mut runs = vec![1_u64; samples.spins()];
    let mut before: Option<&[i8]> = None;
    for row in samples.iter() {
        for (i, &s) in row.iter().enumerate() {
            ups[i] += u64::from(s > 0);
            runs[i] += u64::from(before.is_some_and(|b| b[i] != s));
        }
        before = Some(row);
    }
    for (i, (&up, &r)) in ups.iter().zip(&runs).enumerate() {
        note(runs_p_value_of(up, n as u64 - up, r), &|| {
            format!("spin {i}, lag 1")
        });
    }
    found
}

/// Which values lie above a threshold that cuts them as evenly as ties allow.
fn halves(values: &[f64]) -> Vec<bool> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len();
    let middle = sorted[n / 2];
    let above = n - sorted.partition_point(|&x| x <= middle);
    let from = n - sorted.partition_point(|&x| x < middle);
    let strictly = above.abs_diff(n - above) <= from.abs_diff(n - from);
    values
        .iter()
        .map(|&x| if strictly { x > middle } else { x >= middle })
        .collect()
}

/// How correlated rows were dealt with.
#[derive(Clone, Debug, PartialEq)]
pub struct Thinning {
    /// The largest integrated autocorrelation time of energy and magnetisation, in rows; ½ for independent rows.
    /// `None` where the chains are too short to tell.
    pub time: Option<f64>,
    /// Every so-manieth row of a chain was kept; `None` if no thinning left rows in random order.
    pub every: Option<usize>,
}

/// The largest autocorrelation time, two standard errors up; `None` if a window does not close.
fn time(samples: &Samples, series: &Series) -> Option<(f64, f64)> {
    let mut largest = (0.5_f64, 0.5_f64);
    for values in [&series.energy, &series.magnetization] {
        if values.iter().all(|x| x.total_cmp(&values[0]).is_eq()) {
            continue;
        }
        let found = gamma_method(&Chains::new(&samples.by_chain(values)).ok()?).time;
        if !found.closed {
            return None;
        }
        largest.0 = largest.0.max(found.tau);
        largest.1 = largest.1.max(found.tau + 2.0 * found.tau_err);
    }
    Some(largest)
}

/// Thins correlated rows until their order looks random at level α.
pub(super) fn thin(
    model: &SpinHamiltonian,
    samples: &Samples,
    series: &Series,
    alpha: f64,
) -> (Thinning, Option<Samples>) {
    let Some((tau, upper)) = time(samples, series) else {
        let time = None;
        return (Thinning { time, every: None }, None);
    };
    let time = Some(tau);
    let mut every = (TIMES * upper).ceil() as usize;
    while samples.rows() / every >= FEWEST {
        let thinned = samples.thinned(every);
        let order = order(&thinned, &Series::of(model, &thinned));
        if order.p_value * order.tests as f64 > alpha {
            let every = Some(every);
            return (Thinning { time, every }, Some(thinned));
        }
        every *= 2;
    }
    (Thinning { time, every: None }, None)
}
