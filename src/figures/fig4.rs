//! Figure 4: `Δ_ε` from the two-point function of the energy operator (35).
//!
//! Rules, for each choice of what the text leaves open:
//! - 4a: the curve `Δ_ε(T)` of the lattice passes 1, upwards or downwards, within 0.05 of `T_c`, half the distance of the
//!   temperatures, on 10 by 10 and on 9 by 9;
//! - 4b: at none of T = 2.2, 2.3, 2.4 does `Δ_ε` of the flows converge; it converges if it exists from half the longest
//!   length on and stays there within 0.05 or its 90 % interval of the last value.

use super::correlations::{Centre, Protocol, TwoPoint, energy_fields};
use super::entries::{chart, chosen, enclosed, estimate, plain};
use super::exact_curves::energy_correlations;
use super::experiment::{Experiment, FigureError, FigureRecord, Run, Scale};
use super::flows::{CRITICAL, Data, FlowChoice, SIDE, Sizes, Workshop, choices, parameters};
use super::ising_data::{GroundStates, configurations, open_configurations, spin_values};
use super::ising_dimensions::{HALF_STEP, curve, passes};
use super::judgement::{accepted_by_any, all_crossings, mutant, not_vacuous, verdict_over};
use super::picture::{Band, Chart, Mark, Panel, Picture, Series, Style};
use crate::ledger::{Basis, Finding, Number};
use crate::numeric::Enclosure;

/// The dimension of the energy operator.
const TARGET: f64 = 1.0;
/// Change of `Δ_ε` that counts as none.
const STILL: f64 = 0.05;
/// Student's t with 19 degrees of freedom, two-sided 90 %.
const T90: f64 = 1.729;

/// The experiment.
pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "fig4",
    title: "Δ_ε from the correlation of the energy operator",
    seconds: |scale| match scale {
        Scale::Quick => 30.0,
        Scale::Paper => 500.0,
    },
    run,
};

/// The fits, without the torus: its function for ε with the mean subtracted is another one.
fn protocols() -> Vec<Protocol> {
    Protocol::all(true)
}

/// The fit that is shown: along the axes through the logarithms, to the end of the lattice.
fn shown(side: usize) -> Protocol {
    Protocol {
        to: (side / 2) as f64,
        ..Protocol::PLAIN
    }
}

fn curve_temperatures(scale: Scale) -> Vec<f64> {
    let mut list: Vec<f64> = match scale {
        Scale::Quick => vec![2.0, 2.2, 2.4, 2.6],
        Scale::Paper => (19..=28).map(|t| f64::from(t) / 10.0).collect(),
    };
    list.push(CRITICAL);
    list.sort_by(f64::total_cmp);
    list
}

/// Correlations of a lattice against temperature: bounds, and what 20000 configurations estimate.
struct Lattices {
    side: usize,
    exact: Vec<(f64, Vec<Enclosure>)>,
    sampled: Vec<(f64, TwoPoint)>,
    open: Vec<(f64, TwoPoint)>,
}

impl Lattices {
    fn new(run: &Run, side: usize) -> Result<Self, FigureError> {
        let (mut exact, mut sampled, mut open) = (Vec::new(), Vec::new(), Vec::new());
        let count = match run.scale {
            Scale::Quick => 2000,
            Scale::Paper => 20_000,
        };
        for t in curve_temperatures(run.scale) {
            (run.progress)(&format!("correlation of the energy, side {side}, T = {t}"));
            exact.push((t, kept_energy_correlations(run, side, t)?));
            let bits = configurations(side, t, count, GroundStates::Both, run.seed, "fig4")?;
            let fields = energy_fields(side, true, &spin_values(&bits));
            sampled.push((t, TwoPoint::of_fields(side, true, &fields)));
            let bits = open_configurations(side, t, count, run.seed, "fig4")?;
            let fields = energy_fields(side, false, &spin_values(&bits));
            open.push((t, TwoPoint::of_fields(side, false, &fields)));
        }
        Ok(Self {
            side,
            exact,
            sampled,
            open,
        })
    }

    fn exact_curve(&self, protocol: Protocol) -> Vec<(f64, f64)> {
        curve(protocol, self.side, &self.exact)
    }

    fn sampled_curve(&self, protocol: Protocol, centre: Centre) -> Vec<(f64, (f64, f64))> {
        self.sampled
            .iter()
            .filter_map(|(t, two)| {
                Some((
                    *t,
                    two.derived(centre, |g| protocol.dimension(self.side, true, g))?,
                ))
            })
            .collect()
    }
}

/// Bounds kept as a stage: they take seconds each.
fn kept_energy_correlations(
    run: &Run,
    side: usize,
    temperature: f64,
) -> Result<Vec<Enclosure>, FigureError> {
    let key = format!("energy correlations/side={side}/T={temperature}");
    if let Some(bytes) = run.stages.get(&key)? {
        let ends: Vec<f64> = bytes
            .as_chunks::<8>()
            .0
            .iter()
            .map(|w| f64::from_le_bytes(*w))
            .collect();
        let pairs = ends.as_chunks::<2>().0;
        if pairs.len() == super::correlations::displacements(side, true).len() {
            return Ok(pairs.iter().map(|p| Enclosure::new(p[0], p[1])).collect());
        }
    }
    let found = energy_correlations(side, temperature)?;
    let bytes: Vec<u8> = found
        .iter()
        .flat_map(|g| [g.lo(), g.hi()])
        .flat_map(f64::to_le_bytes)
        .collect();
    run.stages.put(&key, &bytes)?;
    Ok(found)
}

/// Figure 4a, and its curves.
#[expect(
    clippy::too_many_lines,
    reason = "one experiment from its choices to its finding"
)]
fn finding_4a(run: &Run) -> Result<(Finding, Vec<Series>), FigureError> {
    let lattices = [Lattices::new(run, 10)?, Lattices::new(run, 9)?];
    let mut outcomes = Vec::new();
    for protocol in protocols() {
        // Both lattices must pass.
        let exact = lattices
            .iter()
            .all(|l| passes(&l.exact_curve(protocol), TARGET));
        outcomes.push(exact);
        outcomes.push(lattices.iter().all(|l| {
            let points: Vec<(f64, f64)> = l
                .sampled_curve(protocol, Centre::Configuration)
                .iter()
                .map(|&(t, (d, _))| (t, d))
                .collect();
            passes(&points, TARGET)
        }));
    }
    for protocol in Protocol::all(false) {
        outcomes.push(lattices.iter().all(|l| {
            let value =
                |two: &TwoPoint| protocol.dimension(l.side, false, &two.values(Centre::Ensemble));
            let points: Vec<(f64, f64)> = l
                .open
                .iter()
                .filter_map(|(t, two)| Some((*t, value(two)?)))
                .collect();
            passes(&points, TARGET)
        }));
    }
    let (mut numbers, mut series): (Vec<Number>, Vec<Series>) = (Vec::new(), Vec::new());
    let mut at_critical = Vec::new();
    for lattice in &lattices {
        let side = lattice.side;
        let protocol = shown(side);
        let exact = lattice.exact_curve(protocol);
        let sampled = lattice.sampled_curve(protocol, Centre::Ensemble);
        if let Some((_, g)) = lattice
            .exact
            .iter()
            .find(|(t, _)| (t - CRITICAL).abs() < 1e-9)
            && let Some(bounds) = protocol.dimension_bounds(side, g)
        {
            at_critical.push(bounds.mid());
            numbers.push(Number {
                printed: Some(TARGET),
                ..enclosed(
                    format!("Δ_ε at 2.269, {side} by {side}, exact, {}", protocol.name()),
                    bounds,
                )
            });
        }
        if let Some(&(_, x)) = sampled.iter().find(|(t, _)| (t - CRITICAL).abs() < 1e-9) {
            numbers.push(estimate(
                format!(
                    "Δ_ε at 2.269, {side} by {side}, independent configurations, {}",
                    protocol.name()
                ),
                x,
            ));
        }
        for t in all_crossings(&exact, TARGET) {
            numbers.push(plain(
                format!("T where Δ_ε = 1, {side} by {side}, {}", protocol.name()),
                t,
            ));
        }
        series.push(Series {
            label: format!("{side} by {side}, exact"),
            points: exact.iter().map(|&(t, d)| [t, d]).collect(),
            style: Style::Line,
            band: None,
        });
        series.push(Series {
            label: format!("{side} by {side}, sampled, 90 %"),
            points: sampled.iter().map(|&(t, (d, _))| [t, d]).collect(),
            style: Style::Points,
            band: Some(Band::Bars(
                sampled
                    .iter()
                    .map(|&(_, (d, e))| [d - T90 * e, d + T90 * e])
                    .collect(),
            )),
        });
    }
    let mut crossings: Vec<f64> = Vec::new();
    for lattice in &lattices {
        for protocol in protocols() {
            crossings.extend(all_crossings(&lattice.exact_curve(protocol), TARGET));
        }
    }
    crossings.sort_by(f64::total_cmp);
    // The crossings on either side of the critical temperature that are next to it.
    let below = crossings.iter().rfind(|t| **t < CRITICAL).copied();
    let above = crossings.iter().find(|t| **t >= CRITICAL).copied();
    let (low, high) = (below.unwrap_or(f64::NAN), above.unwrap_or(f64::NAN));
    let accepts = |p: Protocol, by: f64, level: f64| {
        lattices.iter().all(|l| {
            let curve = l.exact_curve(p);
            let shifted: Vec<(f64, f64)> = curve.iter().map(|&(t, d)| (t + by, d)).collect();
            passes(&shifted, level)
        })
    };
    let any = |by: f64, level: f64| accepted_by_any(&protocols(), |&p| accepts(p, by, level));
    let read_too_high = protocols()
        .into_iter()
        .filter(|&p| accepts(p, 0.1, TARGET))
        .count();
    let lawful = |p: &Protocol, side: usize| {
        let points: Vec<(f64, f64)> = curve_temperatures(run.scale)
            .iter()
            .filter_map(|&t| {
                let law = p.law(side, true, t - CRITICAL + TARGET);
                Some((t, p.dimension(side, true, &law)?))
            })
            .collect();
        passes(&points, TARGET)
    };
    let controls = vec![
        mutant("1/2 in place of 1", any(0.0, 0.5)),
        mutant("1/8 in place of 1", any(0.0, 0.125)),
        mutant("2 in place of 1", any(0.0, 2.0)),
        not_vacuous(
            "every fit accepts exact power laws whose Δ is 1 at T_c, on both lattices",
            protocols().iter().all(|p| lawful(p, 10) && lawful(p, 9)),
        ),
    ];
    let yes = outcomes.iter().filter(|&&x| x).count();
    let values: Vec<String> = at_critical.iter().map(|x| format!("{x:.3}")).collect();
    let because = format!(
        "{yes} of {} fits (distances, vectors, method, what is subtracted, boundary) pass 1 within {HALF_STEP} of T_c on both \
         lattices; by the exact correlations the passages next to T_c, of any fit and either lattice, are at T = {low:.3} \
         and {high:.3}. Along the axes through the logarithms the curve has a minimum near T = 2.4 and Δ_ε at 2.269 is {} \
         on 10 by 10 and 9 by 9. With temperatures read 0.1 too high {read_too_high} of {} fits to the exact correlations \
         would pass: where the passage is depends on the fit.",
        outcomes.len(),
        values.join(" and "),
        protocols().len(),
    );
    let finding = Finding {
        claim: "demellokoch2019-fig4a".to_owned(),
        basis: Basis::Criterion,
        printed: "Interpolating the Ising data for lattices of 10 by 10 and 9 by 9 spins, the curve passes through Δ_ε = 1 at \
                  T_c, with 90 % confidence intervals"
            .to_owned(),
        verdict: verdict_over(outcomes.iter().copied()),
        because,
        test: "passage of 1 within 0.05 of T_c on both lattices; intervals of the picture by the jackknife over 20 blocks"
            .to_owned(),
        numbers,
        controls,
    };
    Ok((finding, series))
}

/// `Δ_ε` by protocol, temperature and length.
type Curves = Vec<Vec<Vec<Option<(f64, f64)>>>>;

fn flow_curves(
    workshop: &mut Workshop,
    choice: &FlowChoice,
    temperatures: &[f64],
) -> Result<Curves, FigureError> {
    let found = workshop.follow(choice, temperatures, |values| {
        TwoPoint::of_fields(SIDE, true, &energy_fields(SIDE, true, values))
    })?;
    let read = |p: &Protocol, k: usize| -> Vec<Option<(f64, f64)>> {
        found
            .iter()
            .map(|row| {
                row[k]
                    .as_ref()?
                    .derived(Centre::Ensemble, |g| p.dimension(SIDE, true, g))
            })
            .collect()
    };
    Ok(Protocol::FEW
        .iter()
        .map(|p| (0..temperatures.len()).map(|k| read(p, k)).collect())
        .collect())
}

/// Whether a curve converges with the length.
fn converges(curve: &[Option<(f64, f64)>]) -> bool {
    let Some(&Some((last, _))) = curve.last() else {
        return false;
    };
    curve[curve.len() / 2..].iter().all(|x| {
        x.is_some_and(|(d, e)| {
            let interval = if e.is_finite() { T90 * e } else { 0.0 };
            (d - last).abs() <= STILL.max(interval)
        })
    })
}

/// Figure 4b, and its curves.
#[expect(
    clippy::too_many_lines,
    reason = "one experiment from its choices to its finding"
)]
fn finding_4b(run: &Run) -> Result<(Finding, Vec<Series>), FigureError> {
    let mut workshop = Workshop::new(run);
    let all = choices(run.scale);
    let wanted = [2.2, 2.3, 2.4];
    let none =
        |by_temperature: &[Vec<Option<(f64, f64)>>]| by_temperature.iter().all(|c| !converges(c));
    let (mut outcomes, mut numbers, mut series) = (Vec::new(), Vec::new(), Vec::new());
    let mut converging = 0;
    for choice in &all {
        let found = flow_curves(&mut workshop, choice, &wanted)?;
        for (protocol, by_temperature) in Protocol::FEW.iter().zip(&found) {
            outcomes.push(none(by_temperature));
            converging += by_temperature.iter().filter(|c| converges(c)).count();
            if *protocol != Protocol::PLAIN {
                continue;
            }
            for (curve, t) in by_temperature.iter().zip(wanted) {
                let last = curve.len() - 1;
                for length in [8, last] {
                    if let Some(x) = curve[length] {
                        numbers.push(estimate(
                            format!("Δ_ε, {}, T = {t}, length {length}", choice.label),
                            x,
                        ));
                    }
                }
                if choice.label == "default" || choice.label == "samples throughout" {
                    series.push(Series {
                        label: format!("T = {t}, {}", choice.label),
                        points: curve
                            .iter()
                            .enumerate()
                            .filter_map(|(n, x)| x.map(|x| [n as f64, x.0]))
                            .collect(),
                        style: Style::LinePoints,
                        band: None,
                    });
                }
            }
        }
    }
    let shuffled = FlowChoice {
        data: Data::Shuffled,
        label: "shuffled".to_owned(),
        ..all[0].clone()
    };
    let without_lattice = flow_curves(&mut workshop, &shuffled, &wanted)?;
    let lattice_free = without_lattice
        .iter()
        .flatten()
        .filter(|c| converges(c))
        .count();
    numbers.push(plain(
        "curves that converge, spins in random order",
        lattice_free as f64,
    ));
    // Curves of a known kind: what does not converge must be seen not to, and the other way round.
    let made = |f: &dyn Fn(f64) -> f64| -> Vec<Option<(f64, f64)>> {
        (0..=20).map(|n| Some((f(f64::from(n)), 0.001))).collect()
    };
    let absent = vec![Some((1.0, 0.001)), None];
    let controls = vec![
        mutant(
            "a curve that grows by 0.02 a step converges",
            converges(&made(&|n| 0.02 * n)),
        ),
        mutant(
            "a curve that alternates by 0.2 converges",
            converges(&made(&|n| 0.1 * (n * std::f64::consts::PI).cos())),
        ),
        mutant(
            "a curve that ends without a value converges",
            converges(&absent),
        ),
        not_vacuous(
            "a curve that approaches 1 as 2^{-n} converges",
            converges(&made(&|n| 1.0 + (-n).exp2())),
        ),
    ];
    let yes = outcomes.iter().filter(|&&x| x).count();
    let because = format!(
        "For {yes} of {} combinations of choice and fit none of the three temperatures has a Δ_ε that converges with the \
         length of the flow; {converging} of {} curves converge within {} steps. A flow of means repeats one smooth map, so \
         that it either settles in fixed points or does not settle at all: convergence alone does not tell a flow that fails \
         from one that succeeds.",
        outcomes.len(),
        3 * outcomes.len(),
        Sizes::of(run.scale).longest,
    );
    let finding = Finding {
        claim: "demellokoch2019-fig4b".to_owned(),
        basis: Basis::Criterion,
        printed: "None of the three temperatures 2.2, 2.3, 2.4 has a value of Δ_ε that converges with flow length; the error \
                  bars are larger than the range shown"
            .to_owned(),
        verdict: verdict_over(outcomes.iter().copied()),
        because,
        test: format!(
            "converges: from half the longest length on within {STILL} or the 90 % interval of the last value; {} flows at each \
             temperature",
            Sizes::of(run.scale).flows
        ),
        numbers,
        controls,
    };
    Ok((finding, series))
}

fn run(run: &Run) -> Result<FigureRecord, FigureError> {
    let (a, data) = finding_4a(run)?;
    let (b, flows) = finding_4b(run)?;
    let mut parameters = parameters(run.scale);
    parameters.extend([
        chosen("displacements of the fit", "axes", &["all vectors"]),
        chosen(
            "distances of the fit",
            "1 to half the lattice",
            &["from 2", "to 3", "to 4", "to all"],
        ),
        chosen("fit of (32)", "log-log", &["least squares"]),
        chosen(
            "ε̄ in (35)",
            "mean of all configurations",
            &["mean of each configuration (4a)"],
        ),
        chosen("boundary of the Ising data", "periodic", &["open (4a)"]),
    ]);
    Ok(EXPERIMENT.record(run, parameters, vec![a, b], vec![picture(data, flows)]))
}

fn picture(data: Vec<Series>, flows: Vec<Series>) -> Picture {
    let level = || Mark::Horizontal(TARGET, "1".to_owned());
    Picture {
        name: "fig4".to_owned(),
        title: "Δ_ε along the axes, r = 1 to half the lattice, log-log".to_owned(),
        columns: 2,
        panels: vec![
            Panel::Chart(Chart {
                marks: vec![level(), Mark::Vertical(CRITICAL, "2.269".to_owned())],
                ..chart("Ising data", "T (J/k)", "Δ_ε", data)
            }),
            Panel::Chart(Chart {
                marks: vec![level()],
                ..chart("flows", "length of the flow", "Δ_ε", flows)
            }),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn convergence_is_of_the_second_half() {
        let of = |values: &[f64]| -> Vec<Option<(f64, f64)>> {
            values.iter().map(|&x| Some((x, 0.0))).collect()
        };
        assert!(converges(&of(&[9.0, 5.0, 1.0, 1.04])));
        assert!(!converges(&of(&[9.0, 5.0, 1.0, 1.06])));
        assert!(!converges(&[]));
        // A wide interval hides a change.
        assert!(converges(&[
            Some((9.0, 0.0)),
            Some((1.0, 1.0)),
            Some((2.0, 0.0))
        ]));
        // An error that does not exist hides nothing.
        assert!(!converges(&[
            Some((9.0, 0.0)),
            Some((1.0, f64::NAN)),
            Some((2.0, 0.0))
        ]));
    }
}
