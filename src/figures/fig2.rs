//! Figure 2: `Δ_m` against the length of the flow.
//!
//! Equation (36) is fitted to the mean of |m| at T = 2.1, 2.2, 2.3 with `T_c` = 2.269. The statement holds for a
//! choice of what the text leaves open if |`Δ_m` − 1/8| ≤ 0.0125 (a tenth of it, about what a plot shows) at every
//! length from 8 to the longest. The same fit is made of exact values of ⟨|m|⟩ for lattices of several sizes.

use super::correlations::{Method, power_of};
use super::entries::{chosen, enclosed, estimate, plain};
use super::exact_curves::absolute_magnetisation;
use super::experiment::{Experiment, FigureError, FigureRecord, Run, Scale};
use super::flows::{
    CRITICAL, Data, FlowChoice, SITES, Sizes, Workshop, choices, mean_absolute, parameters,
};
use super::ising_data::{kept_configurations, spin_values};
use super::judgement::{mutant, not_vacuous, verdict_over};
use super::picture::{Axis, Chart, Mark, Panel, Picture, Series, Style};
use crate::ledger::{Basis, Finding, Number};
use crate::numeric::Enclosure;

/// The value of the continuum.
const TARGET: f64 = 0.125;
/// How near counts as there.
const NEAR: f64 = 0.0125;
/// The length from which on it is said to be there.
const SETTLED: usize = 8;
/// The temperatures of the fit.
const TEMPERATURES: [f64; 3] = [2.1, 2.2, 2.3];

/// The experiment.
pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "fig2",
    title: "Δ_m against the length of the flow",
    seconds: |scale| match scale {
        Scale::Quick => 20.0,
        Scale::Paper => 500.0,
    },
    run,
};

/// `Δ_m` of (36) for the three magnetisations.
fn delta_m(m: [f64; 3], temperatures: [f64; 3], method: Method) -> Option<f64> {
    let points: Vec<(f64, f64, f64)> = temperatures
        .iter()
        .zip(m)
        .map(|(t, m)| ((t - CRITICAL).abs(), m, 1.0))
        .collect();
    power_of(&points, method)
}

/// The same through logarithms, with bounds.
fn delta_m_bounds(m: [Enclosure; 3]) -> Enclosure {
    let x = TEMPERATURES.map(|t| (t - CRITICAL).abs().ln());
    let mean = x.iter().sum::<f64>() / 3.0;
    let spread: f64 = x.iter().map(|x| (x - mean).powi(2)).sum();
    let term = |k: usize| m[k].ln() * Enclosure::exact((x[k] - mean) / spread);
    term(0) + term(1) + term(2)
}

/// `Δ_m` through logarithms and its standard error, of independent magnetisations with theirs.
fn delta_m_estimate(m: [(f64, f64); 3]) -> (f64, f64) {
    let x = TEMPERATURES.map(|t| (t - CRITICAL).abs().ln());
    let mean = x.iter().sum::<f64>() / 3.0;
    let spread: f64 = x.iter().map(|x| (x - mean).powi(2)).sum();
    let (mut value, mut variance) = (0.0, 0.0);
    for (x, (m, error)) in x.iter().zip(m) {
        let c = (x - mean) / spread;
        value += c * m.ln();
        variance += (c * error / m).powi(2);
    }
    (value, variance.sqrt())
}

/// Whether the curve is at the target from length 8 on.
fn settles(curve: &[Option<f64>], target: f64) -> bool {
    curve.len() > SETTLED
        && curve[SETTLED..]
            .iter()
            .all(|x| x.is_some_and(|x| (x - target).abs() <= NEAR))
}

/// `⟨|m|⟩` with its error, by length and temperature.
type Means = Vec<Vec<Option<(f64, f64)>>>;

/// `Δ_m` by length.
fn curve(means: &Means, temperatures: [f64; 3], method: Method) -> Vec<Option<f64>> {
    let three = |m: &Vec<Option<(f64, f64)>>| Some([m[0]?.0, m[1]?.0, m[2]?.0]);
    means
        .iter()
        .map(|m| delta_m(three(m)?, temperatures, method))
        .collect()
}

/// `Δ_m` of equilibrium: exact up to side 12, from independent configurations above.
fn equilibrium(run: &Run) -> Result<(Vec<Number>, Vec<[f64; 2]>), FigureError> {
    let (mut numbers, mut points) = (Vec::new(), Vec::new());
    let (exact, sampled): (&[usize], &[(usize, usize)]) = match run.scale {
        Scale::Quick => (&[4, 6, 8, 10], &[(16, 200)]),
        Scale::Paper => (&[4, 6, 8, 10, 12], &[(16, 2000), (32, 1000), (64, 300)]),
    };
    for &side in exact {
        (run.progress)(&format!("exact magnetisation, side {side}"));
        let mut m = [Enclosure::UNBOUNDED; 3];
        for (m, t) in m.iter_mut().zip(TEMPERATURES) {
            *m = absolute_magnetisation(side, t)?;
        }
        let delta = delta_m_bounds(m);
        numbers.push(enclosed(
            format!("Δ_m of exact ⟨|m|⟩, {side} by {side}"),
            delta,
        ));
        points.push([side as f64, delta.mid()]);
    }
    for &(side, count) in sampled {
        // The error of ln m is that of m over m; the three temperatures are independent.
        let mut m = [(0.0, 0.0); 3];
        for (m, t) in m.iter_mut().zip(TEMPERATURES) {
            let bits = kept_configurations(run, side, t, count, "fig2")?;
            *m = mean_absolute(&spin_values(&bits), side * side);
        }
        let (value, std_err) = delta_m_estimate(m);
        numbers.push(estimate(
            format!("Δ_m of {count} independent configurations, {side} by {side}"),
            (value, std_err),
        ));
        points.push([side as f64, value]);
    }
    Ok((numbers, points))
}

#[expect(
    clippy::too_many_lines,
    reason = "one experiment from its choices to its finding"
)]
fn run(run: &Run) -> Result<FigureRecord, FigureError> {
    let mut workshop = Workshop::new(run);
    let all = choices(run.scale);
    let (mut numbers, mut series, mut outcomes) = (Vec::new(), Vec::new(), Vec::new());
    for choice in &all {
        let means = workshop.follow(choice, &TEMPERATURES, |v| mean_absolute(v, SITES))?;
        for method in [Method::LogLog, Method::LeastSquares] {
            outcomes.push(settles(&curve(&means, TEMPERATURES, method), TARGET));
        }
        for length in [0, SETTLED, means.len() - 1] {
            if let [Some(a), Some(b), Some(c)] = means[length][..] {
                let name = format!("Δ_m, {}, length {length}", choice.label);
                numbers.push(estimate(name, delta_m_estimate([a, b, c])));
            }
        }
        let points = curve(&means, TEMPERATURES, Method::LogLog);
        series.push(Series {
            label: choice.label.clone(),
            points: points
                .iter()
                .enumerate()
                .filter_map(|(n, x)| x.map(|x| [n as f64, x]))
                .collect(),
            style: if choice.label == "default" {
                Style::LinePoints
            } else {
                Style::Line
            },
            band: None,
        });
    }
    let default = &all[0];
    let shuffled = FlowChoice {
        data: Data::Shuffled,
        label: "spins in random order".to_owned(),
        ..default.clone()
    };
    let mut by_logs = |choice: &FlowChoice, temperatures: [f64; 3]| -> Result<_, FigureError> {
        let means = workshop.follow(choice, &temperatures, |v| mean_absolute(v, SITES))?;
        Ok(curve(&means, temperatures, Method::LogLog))
    };
    let own = by_logs(default, TEMPERATURES)?;
    let wrong = by_logs(default, [3.1, 3.2, 3.3])?;
    let without_lattice = by_logs(&shuffled, TEMPERATURES)?;
    let constant: Vec<Option<f64>> = vec![delta_m([0.08; 3], TEMPERATURES, Method::LogLog); 20];
    let law = TEMPERATURES.map(|t| (t - CRITICAL).abs().powf(TARGET));
    let lawful: Vec<Option<f64>> = vec![delta_m(law, TEMPERATURES, Method::LogLog); 20];
    let controls = vec![
        mutant("flows at T = 3.1, 3.2, 3.3", settles(&wrong, TARGET)),
        mutant(
            "independent spins: the same |m| at all temperatures",
            settles(&constant, TARGET),
        ),
        mutant("1/4 in place of 1/8", settles(&own, 0.25)),
        mutant("1/16 in place of 1/8", settles(&own, 0.0625)),
        not_vacuous("the law (36) itself is accepted", settles(&lawful, TARGET)),
    ];
    let (equilibrium, by_side) = equilibrium(run)?;
    let yes = outcomes.iter().filter(|&&x| x).count();
    let verdict = verdict_over(outcomes.iter().copied());
    let at = |side: f64| {
        by_side
            .iter()
            .find(|p| (p[0] - side).abs() < 0.5)
            .map_or(f64::NAN, |p| p[1])
    };
    let last = by_side.last().map_or([f64::NAN; 2], |p| *p);
    let end = |c: &[Option<f64>]| c.last().copied().flatten().unwrap_or(f64::NAN);
    let because = format!(
        "{yes} of {} choices (training, kind and selection of flows, fit) are within {NEAR} of 1/8 at every length from \
         {SETTLED} on; the default ends at {:.4}. The fit to exact ⟨|m|⟩ gives {:.4} on 4 by 4, {:.4} on 10 by 10 and \
         {:.3} at side {:.0}: T = 2.3 lies above T_c, where |m| vanishes with growing lattice, so that the estimator \
         grows without bound with the lattice and passes 1/8 at no size for a reason. A machine trained on \
         the same configurations with the spins of each in random order ends at {:.4}.",
        outcomes.len(),
        end(&own),
        at(4.0),
        at(10.0),
        last[1],
        last[0],
        end(&without_lattice),
    );
    numbers.push(plain(
        "Δ_m, spins in random order, longest",
        end(&without_lattice),
    ));
    numbers.extend(equilibrium);
    let finding = Finding {
        claim: "demellokoch2019-fig2".to_owned(),
        basis: Basis::Criterion,
        printed: "After approximately 8 flows, Δ_m converges to the critical value 0.125"
            .to_owned(),
        verdict,
        because,
        test: format!(
            "decision |Δ_m − 1/8| ≤ {NEAR} at every length from {SETTLED} to {}; {} flows at each temperature",
            Sizes::of(run.scale).longest,
            Sizes::of(run.scale).flows
        ),
        numbers,
        controls,
    };
    let mut parameters = parameters(run.scale);
    parameters.push(chosen(
        "fit of (36), T_c = 2.269",
        "log-log",
        &["least squares"],
    ));
    Ok(EXPERIMENT.record(
        run,
        parameters,
        vec![finding],
        vec![picture(series, by_side)],
    ))
}

fn picture(series: Vec<Series>, by_side: Vec<[f64; 2]>) -> Picture {
    let axis = |label: &str, logarithmic| Axis {
        label: label.to_owned(),
        logarithmic,
        range: None,
    };
    let line = || vec![Mark::Horizontal(TARGET, "1/8".to_owned())];
    Picture {
        name: "fig2".to_owned(),
        title: "Δ_m of equation (36) at T = 2.1, 2.2, 2.3".to_owned(),
        columns: 2,
        panels: vec![
            Panel::Chart(Chart {
                title: "flows, by choice".to_owned(),
                x: axis("length of the flow", false),
                y: axis("Δ_m", false),
                series,
                marks: line(),
            }),
            Panel::Chart(Chart {
                title: "the same estimator in equilibrium".to_owned(),
                x: axis("side of the lattice", true),
                y: axis("Δ_m", false),
                series: vec![Series {
                    label: String::new(),
                    points: by_side,
                    style: Style::LinePoints,
                    band: None,
                }],
                marks: line(),
            }),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_law_gives_its_exponent() {
        let m = TEMPERATURES.map(|t| 1.3 * (t - CRITICAL).abs().powf(0.3));
        for method in [Method::LogLog, Method::LeastSquares] {
            assert!((delta_m(m, TEMPERATURES, method).unwrap() - 0.3).abs() < 1e-6);
        }
        let bounds = delta_m_bounds(m.map(Enclosure::exact));
        assert!((bounds.mid() - 0.3).abs() < 1e-12);
    }

    #[test]
    fn settling_needs_every_length() {
        let mut curve = vec![Some(0.5); 8];
        curve.extend(vec![Some(0.13); 4]);
        assert!(settles(&curve, TARGET));
        curve[10] = Some(0.14);
        assert!(!settles(&curve, TARGET));
        curve[10] = None;
        assert!(!settles(&curve, TARGET));
        assert!(!settles(&curve[..8], TARGET));
    }
}
