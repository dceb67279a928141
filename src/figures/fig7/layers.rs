//! Figure 7b: the temperatures of the layers of a stack 4096–1024–256–64, trained at `T_c`.
//!
//! A thermometer of square lattices needs to know where a unit stands and which of its values is up. The hidden
//! units of a machine have neither: with their order permuted or their signs turned, weights and biases with
//! them, it is the same machine, with the same distribution of the visible units. So the units are read in
//! several arrangements: in the order and with the signs that training happened to give; with the signs turned
//! so that each unit goes with the magnetisation of the input; and placed on the lattice by where their
//! correlations with the input are largest. The control puts them in random order.
//!
//! # How it is decided
//! For inputs at 2 and 2.269 the temperature "jumps in the first step and then stays" if in that step it rises
//! by at least a factor [`JUMP`] and in the next changes by at most [`SAME`]; the first step is that from layer 1
//! to layer 2, as the conclusions have it, or that from the input to layer 1. Machines trained for fewer updates or on fewer
//! configurations than the document's do not vote, nor does a reading that misses exact configurations by more than
//! [`SAME`]; what is left out is counted. For 2.7 "layer 2 is higher than
//! layer 3" if by more than [`SAME`]. Reproduced if all this holds for every
//! arrangement, first step and reading that votes.

use super::super::block_levels::{Level, correlations, shuffled_labels};
use super::super::entries::{brief, by_scale, chart, chosen, published, refused, series};
use super::super::experiment::{FigureError, Parameter, Run, Scale};
use super::super::ising_data::{kept_configurations, spin_values};
use super::super::judgement::{mutant, not_vacuous, verdict_over};
use super::super::machines::{TrainingChoice, trained};
use super::super::picture::{Panel, Picture};
use super::super::thermometers::{Method, energy_per_bond};
use super::block_steps::Trials;
use super::{Kit, SIDE, STARTS};
use crate::learn::{BinaryData, sample_hidden};
use crate::ledger::{Basis, Finding, Number};
use crate::model::RbmWeights;
use crate::random::Seed;

/// Growth that counts as a jump.
const JUMP: f64 = 1.3;
/// Relative change that counts as none.
const SAME: f64 = 0.1;
/// Updates of the machines that the document trains.
const PUBLISHED_UPDATES: u64 = 10_000;
/// Its configurations at a temperature.
const PUBLISHED_COUNT: usize = 20_000;
/// Temperatures at which a reading that votes must be within [`SAME`] on exact configurations of each layer's size.
const TRIED: [f64; 3] = [2.269, 3.3, 4.9];
/// Readings that decide: what a network for 0 to 5.9 says, and the best that it could say.
const METHODS: [Method; 3] = [Method::Network, Method::NetworkPeak, Method::Ideal];

/// How the hidden units are put on a lattice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arrangement {
    AsTrained,
    SignsTurned,
    Placed,
    Shuffled,
}

impl Arrangement {
    const ALL: [Self; 4] = [
        Self::AsTrained,
        Self::SignsTurned,
        Self::Placed,
        Self::Shuffled,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::AsTrained => "units as training left them",
            Self::SignsTurned => "signs turned along the magnetisation",
            Self::Placed => "signs turned, units placed by their correlations",
            Self::Shuffled => "signs turned, units in random order",
        }
    }
}

/// Order and signs of the units of a layer: place k shows unit `order[k]`, turned if `turned[order[k]]`.
struct Layout {
    order: Vec<usize>,
    turned: Vec<bool>,
}

impl Layout {
    fn apply(&self, side: usize, layer: &BinaryData) -> Level {
        let rows = layer.up().chunks_exact(layer.units());
        let bits = rows.flat_map(|row| {
            self.order
                .iter()
                .map(|&a| row[a] ^ u8::from(self.turned[a]))
        });
        Level::new(side, bits.collect())
    }
}

/// Places units on a lattice: the pairs (unit, place) are taken in the order of their scores, each unit and each
/// place once. `scores` is units × places.
fn assign(scores: &[f64], n: usize) -> Vec<usize> {
    let mut pairs: Vec<usize> = (0..n * n).collect();
    pairs.sort_unstable_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
    let mut order = vec![usize::MAX; n];
    let mut used = vec![false; n];
    for pair in pairs {
        let (unit, place) = (pair / n, pair % n);
        if !used[unit] && order[place] == usize::MAX {
            used[unit] = true;
            order[place] = unit;
        }
    }
    order
}

/// The layout of a layer from its correlations with the input, `units × sites`.
fn layout(map: &[f64], units: usize, arrangement: Arrangement, seed: Seed) -> Layout {
    let sites = SIDE * SIDE;
    let turned: Vec<bool> = map
        .chunks_exact(sites)
        .map(|row| arrangement != Arrangement::AsTrained && row.iter().sum::<f64>() < 0.0)
        .collect();
    let order = match arrangement {
        Arrangement::AsTrained | Arrangement::SignsTurned => (0..units).collect(),
        Arrangement::Shuffled => shuffled_labels(units, seed, &format!("fig7/order {units}")),
        Arrangement::Placed => {
            // Score of a place: the mean correlation with the sites of its block.
            let side = units.isqrt();
            let ratio = SIDE / side;
            let mut scores = vec![0.0; units * units];
            for (a, row) in map.chunks_exact(sites).enumerate() {
                let sign = if turned[a] { -1.0 } else { 1.0 };
                let mean = row.iter().sum::<f64>() / sites as f64;
                for (i, x) in row.iter().enumerate() {
                    let place = i / SIDE / ratio * side + i % SIDE / ratio;
                    scores[a * units + place] += sign * (x - mean);
                }
            }
            assign(&scores, units)
        }
    };
    Layout { order, turned }
}

fn updates(scale: Scale) -> [u64; 3] {
    match scale {
        Scale::Quick => [40, 200, 400],
        Scale::Paper => [600, 3_000, 10_000],
    }
}

fn training(scale: Scale, layer: usize) -> TrainingChoice {
    TrainingChoice {
        iterations: updates(scale)[layer],
        batch: 50,
        ..TrainingChoice::new([1024, 256, 64][layer])
    }
}

/// Parameters of the stack.
pub(super) fn parameters(scale: Scale) -> Vec<Parameter> {
    let [a, b, c] = updates(scale);
    let mut list = vec![
        published("layers of the stack", "4096, 1024, 256, 64"),
        published("temperature of the training data of the stack", 2.269),
        chosen(
            "updates of the three machines (10000 are stated for the machines of figures 2 and 6)",
            format!("{a}, {b}, {c}"),
            &[],
        ),
    ];
    list.extend(training(scale, 0).parameters().into_iter().skip(2));
    let [first, rest @ ..] = Arrangement::ALL;
    list.push(chosen(
        "arrangement of the hidden units",
        first.name(),
        &rest[..2].iter().map(|a| a.name()).collect::<Vec<_>>(),
    ));
    list
}

fn stack(run: &Run, data: &BinaryData) -> Result<[RbmWeights; 3], FigureError> {
    let key = "64 by 64 at 2.269";
    let first = trained(run, key, data, &training(run.scale, 0))?;
    let one = sample_hidden(&first, data, run.seed, 0);
    let key = format!("{key} above {}", training(run.scale, 0).key());
    let second = trained(run, &key, &one, &training(run.scale, 1))?;
    let two = sample_hidden(&second, &one, run.seed, 1);
    let key = format!("{key} above {}", training(run.scale, 1).key());
    let third = trained(run, &key, &two, &training(run.scale, 2))?;
    Ok([first, second, third])
}

fn layers(machines: &[RbmWeights; 3], data: &BinaryData, seed: Seed) -> [BinaryData; 3] {
    let one = sample_hidden(&machines[0], data, seed, 10);
    let two = sample_hidden(&machines[1], &one, seed, 11);
    let three = sample_hidden(&machines[2], &two, seed, 12);
    [one, two, three]
}

/// Readings of the three layers for one input, arrangement and method.
struct Row {
    start: usize,
    arrangement: Arrangement,
    method: Method,
    layers: [f64; 3],
}

/// Which step is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FirstStep {
    FromLayerOne,
    FromInput,
}

const FIRST_STEPS: [FirstStep; 2] = [FirstStep::FromLayerOne, FirstStep::FromInput];

/// What figure 7b shows of an input that was read so: a jump and then a constant, or for 2.7 a fall.
fn as_printed(start: usize, step: FirstStep, [first, second, third]: [f64; 3]) -> bool {
    if start == 0 {
        return third / second - 1.0 < -SAME;
    }
    let [before, after, then] = match step {
        FirstStep::FromLayerOne => [first, second, third],
        FirstStep::FromInput => [STARTS[start], first, second],
    };
    after >= JUMP * before && (then / after - 1.0).abs() <= SAME
}

/// Findings and pictures of figure 7b.
pub(super) fn decide(
    run: &Run,
    kit: &Kit,
    inputs: &[Level],
    tried: &Trials,
) -> Result<(Vec<Finding>, Vec<Picture>), FigureError> {
    let wrong = |e| refused("data of the stack", e);
    // Trained on configurations of its own, read on those of figure 7a.
    let count = by_scale(run, 100, 500);
    let bits = kept_configurations(run, SIDE, STARTS[1], count, "64 by 64, training")?;
    let data = BinaryData::from_bits(bits, SIDE * SIDE).map_err(wrong)?;
    let machines = stack(run, &data)?;
    (run.progress)("temperatures of the layers of the stack");
    let seen = layers(&machines, &data, run.seed);
    let v = spin_values(data.up());
    let maps: Vec<Vec<f64>> = seen
        .iter()
        .map(|layer| correlations(&v, SIDE * SIDE, &spin_values(layer.up()), layer.units()))
        .collect();
    let mut rows = Vec::new();
    let mut numbers = Vec::new();
    let mut lines = Vec::new();
    for (start, input) in inputs.iter().enumerate() {
        let input = BinaryData::from_bits(input.bits.clone(), SIDE * SIDE).map_err(wrong)?;
        let outputs = layers(&machines, &input, run.seed);
        for arrangement in Arrangement::ALL {
            let levels = [0, 1, 2].map(|k| {
                let units = outputs[k].units();
                let layout = layout(&maps[k], units, arrangement, run.seed);
                layout.apply(units.isqrt(), &outputs[k])
            });
            for (k, level) in levels.iter().enumerate() {
                numbers.push(brief(
                    format!(
                        "energy of a bond, input {}, layer {}, {}",
                        STARTS[start],
                        k + 1,
                        arrangement.name()
                    ),
                    energy_per_bond(level),
                ));
                if arrangement == Arrangement::AsTrained
                    && let Some(reading) = kit.by_step[k].distribution(level, Method::Network)
                {
                    let points: Vec<(f64, f64)> = kit.by_step[k]
                        .network_temperatures()
                        .iter()
                        .copied()
                        .zip(reading.distribution)
                        .collect();
                    lines.push((start, series(format!("layer {}", k + 1), &points)));
                }
            }
            for method in METHODS {
                let layers = [0, 1, 2].map(|k| kit.by_step[k].read(&levels[k], method));
                if method == Method::Network {
                    numbers.extend((0..3).map(|k| {
                        brief(
                            format!(
                                "T, input {}, layer {}, {}, {}",
                                STARTS[start],
                                k + 1,
                                arrangement.name(),
                                method.name()
                            ),
                            layers[k],
                        )
                    }));
                }
                rows.push(Row {
                    start,
                    arrangement,
                    method,
                    layers,
                });
            }
        }
    }
    let panels = [1, 2, 0].map(|start| {
        let here = lines.iter().filter(|(s, _)| *s == start);
        Panel::Chart(chart(
            format!("input at T = {}", STARTS[start]),
            "temperature",
            "average probability",
            here.map(|(_, line)| line.clone()).collect(),
        ))
    });
    let picture = Picture {
        name: "fig7b-distributions".to_owned(),
        title: "average distribution of the network over the layers of the stack, units as training left them"
            .to_owned(),
        columns: 3,
        panels: panels.to_vec(),
    };
    Ok((
        vec![finding(run, &rows, tried, numbers, count)],
        vec![picture],
    ))
}

/// The answer for one arrangement, method and first step over all inputs.
fn answer(rows: &[Row], arrangement: Arrangement, method: Method, step: FirstStep) -> bool {
    let mut here = rows
        .iter()
        .filter(|r| r.arrangement == arrangement && r.method == method);
    here.all(|r| as_printed(r.start, step, r.layers))
}

/// Whether machines trained so can speak of the published ones.
fn long_enough(updates: [u64; 3], count: usize) -> bool {
    updates.iter().all(|&u| u >= PUBLISHED_UPDATES) && count >= PUBLISHED_COUNT
}

fn finding(run: &Run, rows: &[Row], tried: &Trials, numbers: Vec<Number>, count: usize) -> Finding {
    let over = |arrangements: &[Arrangement]| -> Vec<bool> {
        let each = arrangements.iter().flat_map(|&a| METHODS.map(|m| (a, m)));
        each.flat_map(|(a, m)| FIRST_STEPS.map(|step| answer(rows, a, m, step)))
            .collect()
    };
    let decided = over(&Arrangement::ALL[..3]);
    let long = long_enough(updates(run.scale), count);
    let sound = |m: Method| TRIED.iter().all(|&t| tried.reads_all(m, [t; 3], SAME));
    // In the order of `over`: for each arrangement and method one answer a first step.
    let may_vote = (0..3).flat_map(|_| METHODS.map(|m| [long && sound(m); 2]).concat());
    let voting: Vec<bool> = decided
        .iter()
        .zip(may_vote)
        .filter_map(|(&answer, may)| may.then_some(answer))
        .collect();
    let left_out = decided.len() - voting.len();
    let biased = METHODS.iter().filter(|&&m| !sound(m)).count();
    let apart = |one: Arrangement, other: Arrangement| {
        let of = |a: Arrangement| {
            rows.iter()
                .filter(move |r| r.arrangement == a && r.method == Method::Ideal)
        };
        let pairs = of(one).zip(of(other));
        let differences =
            pairs.flat_map(|(a, b)| [0, 1, 2].map(|k| (a.layers[k] - b.layers[k]).abs()));
        differences.fold(0.0, f64::max)
    };
    let say = |arrangement: Arrangement| {
        let words: Vec<String> = [2, 1, 0]
            .into_iter()
            .filter_map(|start| {
                let row = rows.iter().find(|r| {
                    r.start == start && r.arrangement == arrangement && r.method == Method::Network
                })?;
                let [a, b, c] = row.layers;
                Some(format!("{a:.2}, {b:.2}, {c:.2} for {}", STARTS[start]))
            })
            .collect();
        format!("{}: {}", arrangement.name(), words.join("; "))
    };
    let shuffled = over(&Arrangement::ALL[3..]).contains(&true);
    let yes = decided.iter().filter(|&&d| d).count();
    let of = decided.len();
    let kept = |f: &dyn Fn(usize) -> [f64; 3]| {
        FIRST_STEPS
            .iter()
            .any(|&step| (0..3).all(|s| as_printed(s, step, f(s))))
    };
    let [a, b, c] = updates(run.scale);
    Finding {
        claim: "demellokoch2019-fig7b".to_owned(),
        basis: Basis::Criterion,
        printed: "Outputs of a stack 4096–1024–256–64: for T = 2 and 2.269 the temperature jumps in the first step and then \
                  stays; for T = 2.7 layer 2 is at a higher temperature than layer 3"
            .to_owned(),
        verdict: verdict_over(voting),
        because: format!(
            "{left_out} of {of} choices do not vote: the machines had {a}, {b} and {c} updates where {PUBLISHED_UPDATES} are \
             published, and {count} configurations, and {biased} of {} readings miss exact configurations by more than \
             {:.0} %. As printed, without any vote, for {yes} of {of}. The readings are of an arrangement of the hidden units that the machine does \
             not have: turning signs moves them by up to {:.1}, random order by up to {:.1}. {}. {}. {}",
            METHODS.len(),
            100.0 * SAME,
            apart(Arrangement::AsTrained, Arrangement::SignsTurned),
            apart(Arrangement::SignsTurned, Arrangement::Shuffled),
            say(Arrangement::AsTrained),
            say(Arrangement::SignsTurned),
            say(Arrangement::Placed)
        ),
        test: format!(
            "stack trained on {count} independent configurations and read on others; a stated criterion, not a test"
        ),
        numbers,
        controls: vec![
            mutant("units in random order", shuffled),
            mutant("a layer that keeps the temperature of its input", kept(&|s| [STARTS[s]; 3])),
            mutant("doubling at each step", kept(&|s| [2.0, 4.0, 8.0].map(|f| f * STARTS[s]))),
            not_vacuous("a jump and a constant, and a fall for 2.7", kept(&|s| {
                    if s == 0 {
                        [3.0, 5.0, 4.0]
                    } else {
                        [2.3, 5.0, 5.0]
                    }
                })),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_placed_by_their_scores() {
        // Unit 1 wants place 0 most, unit 0 also wants it and gets what is left.
        assert_eq!(assign(&[0.8, 0.1, 0.9, 0.5], 2), [1, 0]);
    }

    #[test]
    fn short_trainings_do_not_vote() {
        assert!(long_enough([PUBLISHED_UPDATES; 3], PUBLISHED_COUNT));
        assert!(!long_enough([600, 3_000, 10_000], PUBLISHED_COUNT));
        assert!(!long_enough([PUBLISHED_UPDATES; 3], 500));
    }

    #[test]
    fn a_layout_turns_and_moves() {
        let layer = BinaryData::from_bits(vec![1, 0, 0, 0], 4).unwrap();
        let layout = Layout {
            order: vec![3, 2, 1, 0],
            turned: vec![false, true, false, false],
        };
        assert_eq!(layout.apply(2, &layer).bits, [0, 0, 1, 1]);
    }

    #[test]
    fn a_block_map_places_its_unit() {
        // Four units that each go with one quarter of the input, in reverse order, one of them turned.
        let sites = SIDE * SIDE;
        let map: Vec<f64> = (0..4 * sites)
            .map(|k| {
                let (a, i) = (k / sites, k % sites);
                let quarter = i / SIDE / 32 * 2 + i % SIDE / 32;
                let x = if quarter == 3 - a { 0.9 } else { 0.4 };
                if a == 2 { -x } else { x }
            })
            .collect();
        let placed = layout(&map, 4, Arrangement::Placed, Seed(1));
        assert_eq!(placed.order, [3, 2, 1, 0]);
        assert_eq!(placed.turned, [false, false, true, false]);
        let raw = layout(&map, 4, Arrangement::AsTrained, Seed(1));
        assert!(raw.turned.iter().all(|t| !t));
    }
}
