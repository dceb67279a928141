//! Figure 7a: the temperature after one, two and three steps of blocking.
//!
//! # How it is decided
//! - *A clear increase.* The ensemble is cut into [`BATCHES`] independent parts; from each step to the next a
//!   sign test of size [`SIZE`] on their readings must say that the later is higher, and the readings of the
//!   whole must differ by [`CLEAR`]. For the start of the text and that of the caption, every tie rule, and
//!   every thermometer that gives a mean.
//! - *The printed numbers* 2.3, 4.8 and 11, "roughly": each within [`ROUGHLY`] of the reading.
//! - *Doubling at each step*, "roughly": each ratio of successive readings in [`DOUBLE`], from the input on, or
//!   from layer 1 on as in the numbers that are printed.
//!
//! A thermometer votes only if it reads exact configurations of the sizes used, at [`KNOWN`] and at the printed
//! temperatures, within what the decision asks for: [`CLEAR`] for an increase, [`ROUGHLY`] elsewhere. So no thermometer
//! that ends at 5.9 votes on layer 3 = 11. The others are left out and counted.
//! - *Which start*: the one of text (2.7) and caption (`T_c`) for which some tie rule and thermometer give the
//!   printed numbers.

use super::super::block_levels::Level;
use super::super::entries::{beside, brief, by_scale, chart, series, temperature};
use super::super::experiment::{FigureError, Run};
use super::super::ising_data::{GroundStates, configurations};
use super::super::judgement::{mutant, not_vacuous, verdict_over};
use super::super::picture::{Mark, Panel, Picture};
use super::super::thermometers::{Method, energy_per_bond};
use super::{Kit, SIDE, STARTS, TIES};
use crate::estimate::sign_test;
use crate::exact::square_ising::temperature_of_scaled_gap;
use crate::ledger::{Basis, Finding, Number, Verdict};
use crate::numeric::Enclosure;

/// Independent parts of an ensemble.
const BATCHES: usize = 20;
/// The size of a sign test; twenty signs reach 2⁻¹⁹.
const SIZE: f64 = 1e-5;
/// Where thermometers are tried, for each start of text and caption and each number of steps.
const KNOWN: [[f64; 3]; 2] = [[3.3, 4.9, 9.4], [2.269; 3]];
/// The factor from step to step that makes an increase clear.
const CLEAR: f64 = 1.05;
/// The temperatures of the layers, as printed.
const PRINTED: [f64; 3] = [2.3, 4.8, 11.0];
/// How far "roughly" goes, as a share.
const ROUGHLY: f64 = 0.15;
/// What a rough doubling is.
const DOUBLE: std::ops::Range<f64> = 1.6..2.5;

/// Whether a reading is roughly another number.
fn roughly(reading: f64, number: f64) -> bool {
    (reading / number - 1.0).abs() <= ROUGHLY
}

/// Readings of one start by one tie rule and method.
struct Row {
    start: usize,
    tie: usize,
    method: Method,
    /// After one, two and three steps.
    whole: [f64; 3],
    /// The same of the batches.
    parts: [Vec<f64>; 3],
}

impl Row {
    /// For each layer, whether its reading is roughly the printed one.
    fn hits(&self) -> [bool; 3] {
        [0, 1, 2].map(|k| roughly(self.whole[k], PRINTED[k]))
    }

    fn printed(&self) -> bool {
        self.hits() == [true; 3]
    }

    /// Whether each step doubles: from the input on, and from layer 1 on.
    fn doubles(&self) -> [bool; 2] {
        let [first, second, third] = self.whole;
        let steps = [STARTS[self.start], first, second, third];
        let all = |steps: &[f64]| steps.windows(2).all(|w| DOUBLE.contains(&(w[1] / w[0])));
        [all(&steps), all(&steps[1..])]
    }

    fn rises(&self) -> Option<bool> {
        let [a, b, c] = &self.parts;
        match (higher(a, b), higher(b, c)) {
            (Some(x), Some(y)) => {
                let clear = self.whole.windows(2).all(|w| w[1] >= CLEAR * w[0]);
                Some(x && y && clear)
            }
            (Some(false), _) | (_, Some(false)) => Some(false),
            _ => None,
        }
    }
}

/// Whether the second readings are higher than the first; `None` if a sign test cannot tell.
fn higher(first: &[f64], second: &[f64]) -> Option<bool> {
    // Two infinite temperatures are equal; otherwise the order is that of −1/T.
    let cold = |t: f64| -1.0 / t.max(1e-9);
    let signs: Vec<f64> = first
        .iter()
        .zip(second)
        .map(|(&a, &b)| cold(b) - cold(a))
        .collect();
    let p = sign_test(&signs, 0.0).unwrap_or(1.0);
    (p < SIZE).then(|| signs.iter().filter(|&&s| s > 0.0).count() > signs.len() / 2)
}

fn readings(run: &Run, kit: &Kit, inputs: &[Level]) -> (Vec<Row>, Vec<Number>) {
    let mut rows = Vec::new();
    let mut numbers = Vec::new();
    for (start, input) in inputs.iter().enumerate() {
        for (tie, (rule, name)) in TIES.into_iter().enumerate() {
            let mut level = input.clone();
            let mut levels = Vec::new();
            for step in 1..=3 {
                level = level.blocked(rule, run.seed, &format!("fig7/blocks, step {step}"));
                levels.push(level.clone());
            }
            if tie == 0 {
                for (k, level) in levels.iter().enumerate() {
                    numbers.push(brief(
                        format!(
                            "energy of a bond from T = {} after {} step(s), {name}",
                            STARTS[start],
                            k + 1
                        ),
                        energy_per_bond(level),
                    ));
                }
            }
            for method in Method::ALL {
                let of = |k: usize, level: &Level| kit.by_step[k].read(level, method);
                let whole = [0, 1, 2].map(|k| of(k, &levels[k]));
                let parts = [0, 1, 2].map(|k| {
                    let each = levels[k].count() / BATCHES;
                    (0..BATCHES)
                        .map(|b| of(k, &levels[k].part(b * each, each)))
                        .collect()
                });
                rows.push(Row {
                    start,
                    tie,
                    method,
                    whole,
                    parts,
                });
            }
        }
    }
    (rows, numbers)
}

/// The temperatures of a row as numbers; an infinite one is given by its inverse.
fn numbers_of(row: &Row) -> Vec<Number> {
    (0..3)
        .map(|k| {
            let t = row.whole[k];
            let what = format!(
                "from T = {} after {} step(s), {}, {}",
                STARTS[row.start],
                k + 1,
                TIES[row.tie].1,
                row.method.name()
            );
            temperature(&what, t, PRINTED[k])
        })
        .collect()
}

/// Which layers some choice gives as printed.
fn layers_hit(rows: &[&Row], start: usize) -> String {
    let list: Vec<String> = (0..3)
        .filter(|&k| rows.iter().any(|r| r.start == start && r.hits()[k]))
        .map(|k| (k + 1).to_string())
        .collect();
    if list.is_empty() {
        "no layer".to_owned()
    } else {
        format!("layer {}", list.join(" and "))
    }
}

/// What the inverse correlation length, doubled at each step, makes of a start.
fn by_length(start: f64) -> [f64; 3] {
    [2.0, 4.0, 8.0].map(|factor| temperature_of_scaled_gap(Enclosure::exact(start), factor).mid())
}

fn joined(values: [f64; 3]) -> String {
    let word = |t: f64| {
        if t.is_finite() {
            format!("{t:.2}")
        } else {
            "∞".to_owned()
        }
    };
    format!(
        "{}, {}, {}",
        word(values[0]),
        word(values[1]),
        word(values[2])
    )
}

/// Readings of exact configurations, for each number of steps: temperature, method, reading.
pub(super) struct Trials {
    by_step: [Vec<(f64, Method, f64)>; 3],
}

impl Trials {
    /// Whether a method reads a temperature within a share of it, after a number of steps.
    fn reads(&self, step: usize, method: Method, t: f64, share: f64) -> bool {
        self.by_step[step].iter().any(|&(known, by, read)| {
            by == method && (known - t).abs() < 1e-9 && (read / t - 1.0).abs() <= share
        })
    }

    /// Whether it reads three temperatures, one after each step.
    pub(super) fn reads_all(&self, method: Method, temperatures: [f64; 3], share: f64) -> bool {
        (0..3).all(|k| self.reads(k, method, temperatures[k], share))
    }

    /// Whether it may say which numbers a start gives, for a decision that asks for a share.
    fn votes(&self, start: usize, method: Method, share: f64) -> bool {
        self.reads_all(method, KNOWN[start], share)
    }

    /// Whether it may say whether the printed temperatures are there.
    fn sees_printed(&self, method: Method) -> bool {
        self.reads_all(method, PRINTED, ROUGHLY)
    }
}

/// Tries every thermometer on exact configurations; their biases as numbers.
pub(super) fn trials(run: &Run, kit: &Kit) -> Result<(Trials, Vec<Number>), FigureError> {
    let count = by_scale(run, 100, 1000);
    let mut numbers = Vec::new();
    let mut tried = Trials {
        by_step: Default::default(),
    };
    for (k, thermometers) in kit.by_step.iter().enumerate() {
        let side = SIDE >> (k + 1);
        let mut wanted = vec![1.5, 2.269, 3.3, 4.9];
        for t in [KNOWN[0][k], KNOWN[1][k], PRINTED[k]] {
            if !wanted.contains(&t) {
                wanted.push(t);
            }
        }
        for t in wanted {
            let ground = GroundStates::Both;
            // As many spins on every lattice.
            let count = count << (2 * k);
            let bits = configurations(side, t, count, ground, run.seed, "fig7/known")?;
            let level = Level::new(side, bits);
            for method in Method::ALL {
                let read = thermometers.read(&level, method);
                tried.by_step[k].push((t, method, read));
                let bias = read - t;
                let what = format!("bias at T = {t}, side {side}, {}", method.name());
                if bias.is_finite() && method != Method::NetworkPeak {
                    numbers.push(brief(what, bias));
                }
            }
        }
    }
    Ok((tried, numbers))
}

/// Findings and pictures of figure 7a.
pub(super) fn decide(
    run: &Run,
    kit: &Kit,
    inputs: &[Level],
    (tried, biases): &(Trials, Vec<Number>),
) -> (Vec<Finding>, Vec<Picture>) {
    (run.progress)("temperatures of blocked lattices");
    let (rows, mut energies) = readings(run, kit, inputs);
    energies.retain(|n| n.name.contains("2.7"));
    energies.extend(biases.iter().cloned());
    let main = |start: usize, method: Method| {
        rows.iter()
            .find(|r| r.start == start && r.tie == 0 && r.method == method)
    };
    let say = |start: usize| {
        let of = |method| main(start, method).map_or([0.0; 3], |r| r.whole);
        format!(
            "from {}: {} by energy, {} by the network",
            STARTS[start],
            joined(of(Method::Energy)),
            joined(of(Method::Network))
        )
    };
    let test = format!(
        "{} independent configurations in {BATCHES} batches, sign tests of size {SIZE:e} from step to step",
        inputs[0].count()
    );
    let findings = vec![
        increase(&rows, tried, &say, test),
        printed_numbers(&rows, tried, &say, &energies),
        which_start(&rows, tried, &say),
        doubling(&rows, tried, &say),
    ];
    (
        findings,
        vec![picture(&rows), distributions(run, kit, inputs)],
    )
}

fn increase(rows: &[Row], tried: &Trials, say: &dyn Fn(usize) -> String, test: String) -> Finding {
    let (decided, left_out): (Vec<&Row>, Vec<&Row>) = rows
        .iter()
        .filter(|r| r.start < 2 && r.method != Method::NetworkPeak)
        .partition(|r| tried.votes(r.start, r.method, CLEAR - 1.0));
    let yes = |start: usize| {
        let here = decided.iter().filter(|r| r.start == start);
        let all = here.clone().count();
        format!(
            "{} of {all}",
            here.filter(|r| r.rises() == Some(true)).count()
        )
    };
    let text = rows.iter().find(|r| r.start == 0);
    let reversed = text.is_some_and(|r| {
        let [a, b, c] = &r.parts;
        higher(c, b) == Some(true) && higher(b, a) == Some(true)
    });
    let same = text.is_some_and(|r| {
        // Batch k beside batch k + 1, cyclically: the pairs are not independent, so this is a control and no test.
        let mut next = r.parts[1].clone();
        next.rotate_left(1);
        higher(&r.parts[1], &next) == Some(true)
    });
    let below = rows.iter().any(|r| r.start == 2 && r.rises() == Some(true));
    let doubled = text.is_some_and(|r| {
        let times = |f: f64| r.parts[0].iter().map(|t| f * t).collect();
        let row = Row {
            whole: [1.0, 2.0, 4.0].map(|f| f * r.whole[0]),
            parts: [times(1.0), times(2.0), times(4.0)],
            ..*r
        };
        row.rises() == Some(true)
    });
    Finding {
        claim: "demellokoch2019-fig7a".to_owned(),
        basis: Basis::Criterion,
        printed: "There is a clear increase in the measured temperature as the number of RG steps increases".to_owned(),
        verdict: verdict_over(decided.iter().map(|r| r.rises())),
        because: format!(
            "{}; {}. The temperature rises at each step for {} choices of tie rule and thermometer from 2.7 (text) and for \
             {} from T_c (caption); {} choices left out, since their thermometer reads exact configurations wrong by more \
             than {:.0} %",
            say(0),
            say(1),
            yes(0),
            yes(1),
            left_out.len(),
            100.0 * (CLEAR - 1.0)
        ),
        test,
        numbers: rows
            .iter()
            .filter(|r| r.tie == 0 && r.start < 2)
            .flat_map(numbers_of)
            .collect(),
        controls: vec![
            mutant("the steps in reverse order", reversed),
            mutant("one step against itself, each batch beside the next (dependent pairs, a control only)", same),
            mutant("T = 2 as start, below T_c", below),
            not_vacuous("doubling at each step", doubled),
        ],
    }
}

fn printed_numbers(
    rows: &[Row],
    tried: &Trials,
    say: &dyn Fn(usize) -> String,
    energies: &[Number],
) -> Finding {
    let text: Vec<&Row> = rows.iter().filter(|r| r.start == 0).collect();
    let voting: Vec<&Row> = text
        .iter()
        .copied()
        .filter(|r| tried.sees_printed(r.method))
        .collect();
    let hits = voting.iter().filter(|r| r.printed()).count();
    let length = by_length(STARTS[0]);
    let row = Row {
        start: 0,
        tie: 0,
        method: Method::Energy,
        whole: PRINTED,
        parts: Default::default(),
    };
    let altered = |values: [f64; 3]| {
        Row {
            whole: values,
            parts: Default::default(),
            ..row
        }
        .printed()
    };
    let mut numbers: Vec<Number> = text.iter().flat_map(|r| numbers_of(r)).collect();
    numbers.extend(energies.iter().cloned());
    numbers.extend((0..3).map(|k| {
        beside(
            brief(
                format!("T from 2.7 if 1/ξ doubles, {} step(s)", k + 1),
                length[k],
            ),
            PRINTED[k],
        )
    }));
    Finding {
        claim: "demellokoch2019-text-fig7a-temperatures".to_owned(),
        basis: Basis::Criterion,
        printed: "The temperature of each layer is roughly 2.3, 4.8 and 11 for layers 1, 2 and 3 respectively [64 by 64 \
                  input at T = 2.7]"
            .to_owned(),
        verdict: verdict_over(voting.iter().map(|r| r.printed())),
        because: format!(
            "{}; if the inverse correlation length doubles: {}. All three are within {:.0} % of the printed numbers for \
             {hits} of {} choices of tie rule and thermometer, {} for some; {} choices left out, since their thermometer \
             does not read exact configurations at the printed temperatures so well",
            say(0),
            joined(length),
            100.0 * ROUGHLY,
            voting.len(),
            layers_hit(&voting, 0),
            text.len() - voting.len()
        ),
        test: "readings of ensembles whose errors are far below the tolerance".to_owned(),
        numbers,
        controls: vec![
            not_vacuous("the printed numbers themselves", row.printed()),
            mutant("layers 2 and 3 exchanged", altered([2.3, 11.0, 4.8])),
            mutant("T halved", altered([1.15, 2.4, 5.5])),
            mutant("doubling from 2.7", altered([5.4, 10.8, 21.6])),
        ],
    }
}

fn which_start(all: &[Row], tried: &Trials, say: &dyn Fn(usize) -> String) -> Finding {
    let rows: Vec<&Row> = all
        .iter()
        .filter(|r| tried.sees_printed(r.method))
        .collect();
    let left_out = all.len() - rows.len();
    let gives = |start: usize| rows.iter().any(|r| r.start == start && r.printed());
    // Whether text or caption would give other numbers.
    let scaled = |f: f64| {
        rows.iter().any(|r| {
            let mut pairs = r.whole.iter().zip(PRINTED);
            r.start < 2 && pairs.all(|(t, p)| roughly(*t, f * p))
        })
    };
    let distance = |start: usize| {
        rows.iter()
            .filter(|r| r.start == start)
            .map(|r| {
                let logs = r.whole.iter().zip(PRINTED);
                logs.map(|(t, p)| (t / p).ln().abs().min(99.0))
                    .fold(0.0, f64::max)
            })
            .fold(f64::INFINITY, f64::min)
    };
    let (text, caption) = (gives(0), gives(1));
    Finding {
        claim: "demellokoch2019-text-fig7a-input".to_owned(),
        basis: Basis::Criterion,
        printed: "Figure 7a: an input lattice of size 64 by 64, at a temperature of T = 2.7 (text); an input lattice at T_c \
                  with 4096 sites (caption)"
            .to_owned(),
        // They cannot both be right: either none gives the numbers, or the run points to one.
        verdict: if text || caption || rows.is_empty() {
            Verdict::NotDecidable
        } else {
            Verdict::NotReproduced
        },
        because: match (text, caption) {
            (true, true) => format!("both starts give the printed numbers for some choice; {}; {}", say(0), say(1)),
            (true, false) => format!("only T = 2.7, the text's start, gives the printed numbers; {}; {}", say(0), say(1)),
            (false, true) => format!("only T_c, the caption's start, gives the printed numbers; {}; {}", say(0), say(1)),
            (false, false) => format!(
                "neither start gives the printed 2.3, 4.8 and 11 for any tie rule or thermometer: 2.7 gives {} for some \
                 choice, T_c gives {}, 2 gives {}; {left_out} choices left out, since their thermometer does not read \
                 exact configurations at the printed temperatures. {}; {}; {}",
                layers_hit(&rows, 0),
                layers_hit(&rows, 1),
                layers_hit(&rows, 2),
                say(0),
                say(1),
                say(2)
            ),
        },
        test: "readings of ensembles whose errors are far below the tolerance".to_owned(),
        numbers: STARTS
            .iter()
            .enumerate()
            .map(|(k, t)| {
                brief(
                    format!("largest |ln(T/printed)| of the best choice, start {t}"),
                    distance(k),
                )
            })
            .collect(),
        controls: vec![
            mutant("T = 2 as start", gives(2)),
            mutant("the printed numbers halved", scaled(0.5)),
            mutant("the printed numbers doubled", scaled(2.0)),
            not_vacuous("some start gives what is read from 2.7", rows.first().is_some_and(|own| {
                    rows.iter().any(|r| {
                        let mut pairs = r.whole.iter().zip(own.whole);
                        r.start < 2 && pairs.all(|(t, p)| roughly(*t, p))
                    })
                })),
        ],
    }
}

fn doubling(rows: &[Row], tried: &Trials, say: &dyn Fn(usize) -> String) -> Finding {
    let (decided, left_out): (Vec<&Row>, Vec<&Row>) = rows
        .iter()
        .filter(|r| r.start < 2)
        .partition(|r| tried.votes(r.start, r.method, ROUGHLY));
    let answers: Vec<bool> = decided.iter().flat_map(|r| r.doubles()).collect();
    let hits = answers.iter().filter(|&&d| d).count();
    let of = answers.len();
    let row = |whole: [f64; 3]| Row {
        start: 0,
        tie: 0,
        method: Method::Energy,
        whole,
        parts: Default::default(),
    };
    let mut numbers = Vec::new();
    for r in decided.iter().filter(|r| r.tie == 0) {
        let steps = [STARTS[r.start], r.whole[0], r.whole[1], r.whole[2]];
        for (k, w) in steps.windows(2).enumerate() {
            let ratio = w[1] / w[0];
            if ratio.is_finite() {
                numbers.push(beside(
                    brief(
                        format!(
                            "ratio of step {} from T = {}, {}",
                            k + 1,
                            STARTS[r.start],
                            r.method.name()
                        ),
                        ratio,
                    ),
                    2.0,
                ));
            }
        }
    }
    Finding {
        claim: "demellokoch2019-text-doubling-observed".to_owned(),
        basis: Basis::Criterion,
        printed: "The RG flows to ever higher temperatures, with (roughly) a doubling in temperature for each step. Again, \
                  this is precisely what we observe."
            .to_owned(),
        verdict: verdict_over(answers),
        because: format!(
            "{}; {}. Every ratio, from the input or from layer 1 on, is between {} and {} for {hits} of {of} choices; \
             near T_c it is the distance from T_c that grows by a factor, not T; {} choices left out, since their \
             thermometer reads exact configurations wrong by more than {:.0} %",
            say(0),
            say(1),
            DOUBLE.start,
            DOUBLE.end,
            2 * left_out.len(),
            100.0 * ROUGHLY
        ),
        test: "readings of ensembles whose errors are far below the tolerance".to_owned(),
        numbers,
        controls: vec![
            not_vacuous("an exact doubling", row([5.4, 10.8, 21.6]).doubles() == [true; 2]),
            mutant("T constant", row([2.7; 3]).doubles() != [false; 2]),
            mutant("two degrees more at each step", row([4.7, 6.7, 8.7]).doubles() != [false; 2]),
            mutant("T tripled", row([8.1, 24.3, 72.9]).doubles() != [false; 2]),
        ],
    }
}

fn picture(rows: &[Row]) -> Picture {
    let panel = |method: Method| {
        let mut lines: Vec<_> = rows
            .iter()
            .filter(|r| r.method == method && r.tie == 0)
            .map(|r| {
                let mut points = vec![(0.0, STARTS[r.start])];
                points.extend((0..3).map(|k| (k as f64 + 1.0, r.whole[k].min(20.0))));
                series(format!("from {}", STARTS[r.start]), &points)
            })
            .collect();
        lines.push(series(
            "printed",
            &[(1.0, PRINTED[0]), (2.0, PRINTED[1]), (3.0, PRINTED[2])],
        ));
        let length = by_length(STARTS[0]);
        lines.push(series(
            "from 2.7 if 1/ξ doubles",
            &[
                (0.0, 2.7),
                (1.0, length[0]),
                (2.0, length[1]),
                (3.0, length[2]),
            ],
        ));
        let mut drawn = chart(
            method.name(),
            "steps",
            "temperature (at most 20 is drawn)",
            lines,
        );
        drawn.marks.push(Mark::Horizontal(2.269, "T_c".to_owned()));
        Panel::Chart(drawn)
    };
    Picture {
        name: "fig7a-temperatures".to_owned(),
        title: "temperature after steps of blocking, ties at random".to_owned(),
        columns: 2,
        panels: vec![panel(Method::Energy), panel(Method::Network)],
    }
}

fn distributions(run: &Run, kit: &Kit, inputs: &[Level]) -> Picture {
    let panel = |start: usize| {
        let mut level = inputs[start].clone();
        let mut lines = Vec::new();
        for (k, thermometers) in kit.by_step.iter().enumerate() {
            level = level.blocked(TIES[0].0, run.seed, &format!("fig7/blocks, step {}", k + 1));
            if let Some(reading) = thermometers.distribution(&level, Method::Network) {
                let points: Vec<(f64, f64)> = thermometers
                    .network_temperatures()
                    .iter()
                    .copied()
                    .zip(reading.distribution)
                    .collect();
                lines.push(series(format!("layer {}", k + 1), &points));
            }
        }
        Panel::Chart(chart(
            format!("from T = {}", STARTS[start]),
            "temperature",
            "average probability",
            lines,
        ))
    };
    Picture {
        name: "fig7a-distributions".to_owned(),
        title: "average distribution of the network after one, two and three steps of blocking"
            .to_owned(),
        columns: 2,
        panels: vec![panel(0), panel(1)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(start: usize, whole: [f64; 3]) -> Row {
        let parts = whole.map(|t| (0..BATCHES).map(|k| t + 0.01 * k as f64).collect());
        Row {
            start,
            tie: 0,
            method: Method::Energy,
            whole,
            parts,
        }
    }

    #[test]
    fn printed_numbers_are_recognised_layer_by_layer() {
        assert_eq!(row(0, [2.4, 4.9, 10.5]).hits(), [true; 3]);
        // 3.3 is 43 % above 2.3.
        assert_eq!(row(0, [3.3, 4.9, 10.9]).hits(), [false, true, true]);
        assert!(!row(0, [3.3, 4.9, f64::INFINITY]).printed());
    }

    #[test]
    fn a_rise_must_be_clear() {
        assert_eq!(row(0, [3.0, 4.0, 5.0]).rises(), Some(true));
        assert_eq!(row(0, [3.0, 2.0, 5.0]).rises(), Some(false));
        assert_eq!(row(0, [3.0, 3.03, 5.0]).rises(), Some(false));
        assert_eq!(row(0, [3.0, 3.0, 5.0]).rises(), None);
        assert_eq!(row(0, [3.0, 4.0, f64::INFINITY]).rises(), Some(true));
    }

    #[test]
    fn doubling_is_asked_of_every_step() {
        assert_eq!(row(0, [5.4, 10.0, 21.0]).doubles(), [true; 2]);
        // The printed numbers double from layer 1 on, but not from the input on.
        assert_eq!(row(0, PRINTED).doubles(), [false, true]);
        assert_eq!(row(0, [3.3, 4.9, 10.9]).doubles(), [false; 2]);
    }
}
