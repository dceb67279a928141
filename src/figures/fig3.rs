//! Figure 3: `Δ_s` from the two-point function of the spins, along flows (3a) and of Ising data (3b, and the text).
//!
//! The rule of 3a, for each choice of what the text leaves open and each fit of (32): at length 8 `Δ_s` < 1/8 at T = 2.2
//! and `Δ_s` > 1/8 at T = 2.3. The rules of the others are in `ising_dimensions`.

use super::correlations::{Centre, Protocol, TwoPoint};
use super::entries::{chart, chosen, estimate};
use super::experiment::{Experiment, FigureError, FigureRecord, Run, Scale};
use super::flows::{CRITICAL, Data, FlowChoice, SIDE, Sizes, Workshop, choices, parameters};
use super::ising_dimensions::{finding_of_curve, finding_of_text};
use super::judgement::{mutant, not_vacuous, verdict_over};
use super::picture::{Chart, Mark, Panel, Picture, Series, Style};
use crate::ledger::{Basis, Finding, Verdict};

/// The dimension of the spin.
const TARGET: f64 = 0.125;
/// Where flows are judged: where `Δ_m` is said to be at its value.
const LENGTH: usize = 8;

/// The experiment.
pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "fig3",
    title: "Δ_s from the correlation of spins",
    seconds: |scale| match scale {
        Scale::Quick => 15.0,
        Scale::Paper => 300.0,
    },
    run,
};

/// `Δ_s` with its error by protocol, length and temperature.
type Curves = Vec<Vec<Vec<Option<(f64, f64)>>>>;

fn flow_curves(
    workshop: &mut Workshop,
    choice: &FlowChoice,
    temperatures: &[f64],
) -> Result<Curves, FigureError> {
    let found = workshop.follow(choice, temperatures, |values| {
        TwoPoint::of_fields(SIDE, true, values)
    })?;
    Ok(Protocol::few_of_spins()
        .iter()
        .map(|p| {
            found
                .iter()
                .map(|row| {
                    row.iter()
                        .map(|two| {
                            two.as_ref()?
                                .derived(Centre::Ensemble, |g| p.dimension(SIDE, true, g))
                        })
                        .collect()
                })
                .collect()
        })
        .collect())
}

/// Below on the one side, above on the other.
fn brackets(row: &[Option<(f64, f64)>], level: f64) -> bool {
    matches!(row, [Some((below, _)), Some((above, _)), ..] if *below < level && *above > level)
}

/// Figure 3a, and its curves.
#[expect(
    clippy::too_many_lines,
    reason = "one experiment from its choices to its finding"
)]
fn finding_3a(run: &Run) -> Result<(Finding, Vec<Series>), FigureError> {
    let mut workshop = Workshop::new(run);
    let all = choices(run.scale);
    let wanted = [2.2, 2.3];
    let (mut numbers, mut series) = (Vec::new(), Vec::new());
    // Fits of (32), and with the torus divided out.
    let (mut plain, mut on_torus) = (Vec::new(), Vec::new());
    let mut default_rows = Vec::new();
    for choice in &all {
        let found = flow_curves(&mut workshop, choice, &wanted)?;
        for (protocol, by_length) in Protocol::few_of_spins().iter().zip(&found) {
            let outcome = brackets(&by_length[LENGTH], TARGET);
            if protocol.torus {
                on_torus.push(outcome);
            } else {
                plain.push(outcome);
            }
            if *protocol == Protocol::PLAIN {
                for (k, t) in wanted.iter().enumerate() {
                    if let Some(x) = by_length[LENGTH][k] {
                        numbers.push(estimate(
                            format!(
                                "Δ_s, {}, T = {t}, length {LENGTH}, {}",
                                choice.label,
                                protocol.name()
                            ),
                            x,
                        ));
                    }
                }
            }
            if choice.label == "default" {
                default_rows.push(by_length[LENGTH].clone());
                for (k, t) in wanted.iter().enumerate() {
                    let points: Vec<[f64; 2]> = by_length
                        .iter()
                        .enumerate()
                        .filter_map(|(n, row)| row[k].map(|x| [n as f64, x.0]))
                        .collect();
                    if *protocol == Protocol::PLAIN || *protocol == Protocol::ON_TORUS {
                        series.push(Series {
                            label: format!(
                                "T = {t}{}",
                                if protocol.torus {
                                    ", torus divided out"
                                } else {
                                    ""
                                }
                            ),
                            points,
                            style: if protocol.torus {
                                Style::Line
                            } else {
                                Style::LinePoints
                            },
                            band: None,
                        });
                    }
                }
            }
        }
    }
    let default = &all[0];
    let shuffled = FlowChoice {
        data: Data::Shuffled,
        label: "shuffled".to_owned(),
        ..default.clone()
    };
    let at_length = |found: &Curves, level: f64| {
        found
            .iter()
            .any(|by_length| brackets(&by_length[LENGTH], level))
    };
    let cold = flow_curves(&mut workshop, default, &[1.5, 1.6])?;
    let hot = flow_curves(&mut workshop, default, &[4.5, 5.5])?;
    let without_lattice = flow_curves(&mut workshop, &shuffled, &wanted)?;
    let turned = flow_curves(&mut workshop, default, &[2.3, 2.2])?;
    let controls = vec![
        mutant("flows at T = 1.5 and 1.6", at_length(&cold, TARGET)),
        mutant("flows at T = 4.5 and 5.5", at_length(&hot, TARGET)),
        mutant(
            "spins of each configuration in random order",
            at_length(&without_lattice, TARGET),
        ),
        mutant("the two temperatures exchanged", at_length(&turned, TARGET)),
        not_vacuous(
            "values on either side are accepted",
            brackets(&[Some((0.12, 0.0)), Some((0.13, 0.0))], TARGET),
        ),
    ];
    let yes = |outcomes: &[bool]| {
        let count = outcomes.iter().filter(|&&x| x).count();
        format!("{count} of {}", outcomes.len())
    };
    let verdict = verdict_over(plain.iter().chain(&on_torus).copied());
    let value = |fit: usize, k: usize| {
        default_rows
            .get(fit)
            .and_then(|row| row[k])
            .map_or(f64::NAN, |x| x.0)
    };
    let torus = Protocol::few_of_spins()
        .iter()
        .position(|p| p.torus)
        .unwrap_or(0);
    let because = format!(
        "{}at length {LENGTH} Δ_s is below 1/8 at T = 2.2 and above it at T = 2.3 for {} \
         combinations of choice and plain fit, and for {} with the torus divided out, which presupposes Δ = 1/8. The \
         default gives {:.4} and {:.4} with the plain fit (axes, r = 1 to 5, logarithms), {:.4} and {:.4} with the torus \
         divided out.",
        if verdict == Verdict::NotDecidable {
            "It depends on the protocol: "
        } else {
            ""
        },
        yes(&plain),
        yes(&on_torus),
        value(0, 0),
        value(0, 1),
        value(torus, 0),
        value(torus, 1),
    );
    Ok((
        Finding {
            claim: "demellokoch2019-fig3a".to_owned(),
            basis: Basis::Criterion,
            printed: "Flows at T = 2.2 slightly underestimate Δ_s, flows at T = 2.3 overestimate it; at T_c the value would be \
                      very close to 0.125"
                .to_owned(),
            verdict,
            because,
            test: format!(
                "Δ_s(2.2) < 1/8 < Δ_s(2.3) at length {LENGTH}; {} flows at each temperature",
                Sizes::of(run.scale).flows
            ),
            numbers,
            controls,
        },
        series,
    ))
}

fn run(run: &Run) -> Result<FigureRecord, FigureError> {
    let (b, curves) = finding_of_curve(run)?;
    let text = finding_of_text(run)?;
    let (a, flows) = finding_3a(run)?;
    let mut parameters = parameters(run.scale);
    parameters.extend([
        chosen("displacements of the fit", "axes", &["all vectors"]),
        chosen(
            "distances of the fit",
            "1 to 5",
            &["from 2", "to 3", "to 4", "to all"],
        ),
        chosen("fit of (32)", "log-log", &["least squares"]),
        chosen(
            "periodic lattice",
            "ignored",
            &["divided out by the continuum's function of the torus"],
        ),
        chosen(
            "boundary of the Ising data",
            "periodic",
            &["open (for the value of the text)"],
        ),
        chosen(
            "σ̄ in s = σ − σ̄",
            "mean of all configurations",
            &["mean of each configuration"],
        ),
    ]);
    Ok(EXPERIMENT.record(
        run,
        parameters,
        vec![a, b, text],
        vec![picture(flows, curves)],
    ))
}

fn picture(flows: Vec<Series>, curves: Vec<Series>) -> Picture {
    let level = || Mark::Horizontal(TARGET, "1/8".to_owned());
    Picture {
        name: "fig3".to_owned(),
        title: "Δ_s from the correlation of spins, 10 by 10".to_owned(),
        columns: 2,
        panels: vec![
            Panel::Chart(Chart {
                marks: vec![level()],
                ..chart(
                    "flows of the default choice",
                    "length of the flow",
                    "Δ_s",
                    flows,
                )
            }),
            Panel::Chart(Chart {
                marks: vec![level(), Mark::Vertical(CRITICAL, "2.269".to_owned())],
                ..chart("exact, by fit", "T (J/k)", "Δ_s", curves)
            }),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_need_both_sides() {
        let row = |a: f64, b: f64| [Some((a, 0.0)), Some((b, 0.0))];
        assert!(brackets(&row(0.12, 0.13), TARGET));
        assert!(!brackets(&row(0.13, 0.12), TARGET));
        assert!(!brackets(&row(0.12, 0.124), TARGET));
        assert!(!brackets(&[None, Some((0.13, 0.0))], TARGET));
    }
}
