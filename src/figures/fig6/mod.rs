//! Figure 6: ⟨v h⟩ of the stack 1024–256–64 and of the machine 1024–64, beside that of block spins.
//!
//! # How it is decided
//! "Very similar" has no measure in the text. Here a map of a hidden unit is like the map of a block spin if
//! - its *likeness*, the largest correlation coefficient (in magnitude) with the mean block-spin map moved to any
//!   place of the lattice, is at least [`LIKE`] for the middle one of the units, and
//! - its *contrast*, (largest − smallest)/largest, is at least half of the block spin's for the middle unit.
//!
//! "A dark background with bright spots" is decided by *locality*: the share of Σ (x − x̄)² in the best square of
//! [`WINDOW`] by [`WINDOW`] sites. It must be larger than with the sites' labels shuffled (a permutation test on
//! all units together, of exact size) and at least [`FACTOR`] times that of a machine with random weights: spins
//! that are near each other are correlated, so random weights make patches too, and patches by themselves do
//! not show that anything was learned.
//!
//! Both are reproduced if they hold for every choice of what the text leaves open, among those that are trained
//! for as many updates as the default.

mod outcomes;

use super::block_levels::{Level, centred_map, correlations};
use super::entries::{by_scale, chart, chosen, map_panel, published, refused, series};
use super::experiment::{Experiment, FigureError, FigureRecord, Parameter, Run, Scale};
use super::ising_data::{kept_configurations, spin_values};
use super::machines::{Contrast, TrainingChoice, trained};
use super::picture::{Panel, Picture};
use super::unit_maps::{UnitMaps, contrast, mean, median};
use crate::learn::{BinaryData, sample_hidden};
use crate::model::{RbmWeights, Units};
use crate::random::Seed;
use crate::rg::Tie;
use outcomes::{Outcomes, Role};

/// Sites along a side of the input.
const SIDE: usize = 32;

/// The temperature, as printed.
const TEMPERATURE: f64 = 2.269;

/// Likeness from which on two maps are very similar.
const LIKE: f64 = 0.9;

/// Side of the square in which a spot is looked for: twice that of a 4 by 4 block.
const WINDOW: usize = 8;

/// How much more local than random weights.
const FACTOR: f64 = 1.5;

/// The experiment.
pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "fig6",
    title: "correlations of visible with hidden units of trained machines, 1024–256–64 and 1024–64",
    seconds: |scale| match scale {
        Scale::Quick => 20.0,
        Scale::Paper => 450.0,
    },
    run,
};

/// Most updates of the last choice. A training that is shorter than the default gives numbers for comparison, and
/// does not decide.
const TRIED: u64 = 10_000;

/// One training of both networks.
struct Variant {
    label: String,
    training: TrainingChoice,
}

fn variants(scale: Scale) -> Vec<Variant> {
    let base = TrainingChoice {
        iterations: match scale {
            Scale::Quick => 300,
            Scale::Paper => 10_000,
        },
        batch: 100,
        ..TrainingChoice::new(64)
    };
    let with = |label: &str, change: &dyn Fn(&mut TrainingChoice)| {
        let mut training = base.clone();
        change(&mut training);
        let label = if training.iterations < base.iterations {
            format!("{label}, {TRIED} updates")
        } else {
            label.to_owned()
        };
        Variant { label, training }
    };
    vec![
        Variant {
            label: "default".to_owned(),
            training: base.clone(),
        },
        with("trained with samples", &|t| {
            t.contrast = Contrast::Sampled(1);
        }),
        with("first weights 0.1", &|t| {
            t.initial_weights = 0.1;
            t.iterations = t.iterations.min(TRIED);
        }),
    ]
}

/// The machines of one training: the two of the stack, and the single one.
struct Machines {
    stack: [RbmWeights; 2],
    single: RbmWeights,
}

fn train(
    run: &Run,
    data: &BinaryData,
    key: &str,
    choice: &TrainingChoice,
) -> Result<Machines, FigureError> {
    let sized = |hidden| TrainingChoice {
        hidden,
        ..choice.clone()
    };
    let first = trained(run, key, data, &sized(256))?;
    let middle = sample_hidden(&first, data, run.seed, 0);
    let second = trained(
        run,
        &format!("{key} above {}", choice.key()),
        &middle,
        &sized(64),
    )?;
    let single = trained(run, key, data, &sized(64))?;
    Ok(Machines {
        stack: [first, second],
        single,
    })
}

/// Machines with normal weights of the same size as the trained ones' and no training.
fn random_machines(like: &Machines, seed: Seed) -> Result<Machines, FigureError> {
    let random = |machine: &RbmWeights, index: u64| -> Result<RbmWeights, FigureError> {
        let (n, m) = (machine.visible(), machine.hidden());
        let square: f32 = machine.weights().iter().map(|w| w * w).sum();
        let scale = (square / (n * m) as f32).sqrt();
        let mut other = RbmWeights::zeros(n, m, Units::PlusMinus, Units::PlusMinus)
            .map_err(|e| refused("a machine with random weights", e))?;
        let mut stream = seed.stream("fig6/random weights", index);
        for w in other.parts_mut().0 {
            *w = scale * stream.normal() as f32;
        }
        Ok(other)
    };
    Ok(Machines {
        stack: [random(&like.stack[0], 0)?, random(&like.stack[1], 1)?],
        single: random(&like.single, 2)?,
    })
}

/// Units of a layer that are looked at, evenly spread.
const LOOKED_AT: usize = 64;

/// The four panels.
struct Panels {
    /// 6a-i, input with [`LOOKED_AT`] units of the first layer.
    first: UnitMaps,
    /// 6a-ii, first with second layer, the units of the first in their order.
    middle: UnitMaps,
    /// 6a-iii, input with second layer.
    stack: UnitMaps,
    /// 6b, input with the hidden units of the single machine.
    single: UnitMaps,
}

fn panels(data: &BinaryData, machines: &Machines, seed: Seed) -> Panels {
    let one = sample_hidden(&machines.stack[0], data, seed, 0);
    let two = sample_hidden(&machines.stack[1], &one, seed, 1);
    let alone = sample_hidden(&machines.single, data, seed, 2);
    let [v, h1, h2, h] = [data, &one, &two, &alone].map(|d| spin_values(d.up()));
    let n = SIDE * SIDE;
    let mut first = UnitMaps::new(SIDE, &correlations(&v, n, &h1, 256));
    let every = first.rows.len() / LOOKED_AT;
    first.rows = first.rows.into_iter().step_by(every).collect();
    Panels {
        first,
        middle: UnitMaps::new(SIDE / 2, &correlations(&h1, 256, &h2, 64)),
        stack: UnitMaps::new(SIDE, &correlations(&v, n, &h2, 64)),
        single: UnitMaps::new(SIDE, &correlations(&v, n, &h, 64)),
    }
}

/// The mean maps of block spins, one step and two, and all maps of two steps.
struct Blocks {
    one: Vec<f64>,
    two: Vec<f64>,
    units: UnitMaps,
}

fn block_maps(input: &Level, seed: Seed) -> Blocks {
    let n = SIDE * SIDE;
    let one = input.blocked(Tie::Fair, seed, "fig6/blocks of the input");
    let two = one.blocked(Tie::Fair, seed, "fig6/blocks of the blocks");
    let v = spin_values(&input.bits);
    let first = correlations(&v, n, &spin_values(&one.bits), 256);
    let second = correlations(&v, n, &spin_values(&two.bits), 64);
    Blocks {
        one: centred_map(&first, SIDE, SIDE / 2),
        two: centred_map(&second, SIDE, SIDE / 4),
        units: UnitMaps::new(SIDE, &second),
    }
}

/// Whether maps are very similar to a template: the likeness of the middle unit, its contrast over that of
/// the template, and the answer.
fn similar(maps: &UnitMaps, template: &[f64]) -> (f64, f64, bool) {
    let like = median(&maps.likenesses(template));
    let relative = median(&maps.contrasts()) / contrast(template);
    (like, relative, like >= LIKE && relative >= 0.5)
}

fn run(run: &Run) -> Result<FigureRecord, FigureError> {
    let count = by_scale(run, 3_000, 30_000);
    let bits = kept_configurations(run, SIDE, TEMPERATURE, count, "32 by 32")?;
    let input = Level::new(SIDE, bits);
    let key = "32 by 32 at 2.269";
    let data = BinaryData::from_bits(input.bits.clone(), input.sites())
        .map_err(|e| refused("training data", e))?;
    let blocks = block_maps(&input, run.seed);
    let mut outcomes = Outcomes::default();
    let mut pictures = Vec::new();
    let all = variants(run.scale);
    for (k, variant) in all.iter().enumerate() {
        let decides = variant.training.iterations == all[0].training.iterations;
        let machines = train(run, &data, key, &variant.training)?;
        (run.progress)(&format!("maps, {}", variant.label));
        let maps = panels(&data, &machines, run.seed);
        let random = panels(&data, &random_machines(&machines, run.seed)?, run.seed);
        let role = if k == 0 {
            Role::Default
        } else if decides {
            Role::Choice
        } else {
            Role::Comparison
        };
        outcomes.add(run, &variant.label, role, (&maps, &random), &blocks);
        if k == 0 {
            pictures = draw(&maps, &blocks);
            outcomes.controls(run, &data, &variant.training, &maps, &blocks)?;
        }
    }
    let findings = outcomes.findings(run, count);
    Ok(EXPERIMENT.record(run, parameters(run.scale, count), findings, pictures))
}

fn parameters(scale: Scale, count: usize) -> Vec<Parameter> {
    let all = variants(scale);
    let mut list = vec![
        published("side of the input", SIDE),
        published("temperature", TEMPERATURE),
        Parameter {
            published: scale == Scale::Paper,
            ..published("configurations", count)
        },
        published("layers of the stack", "1024, 256, 64"),
        published("layers of the single machine", "1024, 64"),
    ];
    list.extend(all[0].training.parameters().into_iter().skip(1));
    list.push(chosen(
        "training",
        &all[0].label,
        &all[1..]
            .iter()
            .map(|v| v.label.as_str())
            .collect::<Vec<_>>(),
    ));
    list.extend([
        chosen("likeness that counts as very similar", LIKE, &[]),
        chosen(
            "side of the square in which a spot is looked for",
            WINDOW,
            &[],
        ),
        chosen("locality over that of random weights", FACTOR, &[]),
    ]);
    list
}

fn shuffles(run: &Run) -> usize {
    by_scale(run, 99, 399)
}

/// Whether maps have spots that random weights do not have.
fn has_spots(run: &Run, maps: &UnitMaps, random: &UnitMaps) -> (f64, f64, f64, bool) {
    let (p, _) = maps.permutation_test(WINDOW, shuffles(run), run.seed, "fig6/shuffle");
    let own = mean(&maps.localities(WINDOW));
    let other = mean(&random.localities(WINDOW));
    let least = 1.0 / (shuffles(run) + 1) as f64;
    (own, other, p, p <= least * 1.5 && own >= FACTOR * other)
}

/// Shares of the entries of a matrix by value, in forty bins from −1 to 1.
fn histogram(rows: &[Vec<f64>]) -> Vec<(f64, f64)> {
    let mut counts = [0_usize; 40];
    let mut all = 0_usize;
    for &x in rows.iter().flatten() {
        counts[(((x + 1.0) * 20.0) as usize).min(39)] += 1;
        all += 1;
    }
    counts
        .iter()
        .enumerate()
        .map(|(k, &n)| (k as f64 / 20.0 - 0.975, n as f64 / all as f64))
        .collect()
}

fn draw(maps: &Panels, blocks: &Blocks) -> Vec<Picture> {
    let units = |name: &str, maps: &UnitMaps, which: &[usize]| -> Vec<Panel> {
        which
            .iter()
            .map(|&a| {
                let short: Vec<f64> = maps.rows[a]
                    .iter()
                    .map(|x| (x * 1e3).round() / 1e3)
                    .collect();
                map_panel(format!("{name}, hidden unit {a}"), maps.side, &short)
            })
            .collect()
    };
    let mut panels = units("6a-i", &maps.first, &[0, 30]);
    panels.extend(units("6a-ii", &maps.middle, &[0, 30]));
    panels.extend(units("6a-iii", &maps.stack, &[0, 30]));
    panels.extend(units("6b", &maps.single, &[0, 30]));
    let lines = vec![
        series(
            "block spins, two steps (5c)",
            &histogram(&blocks.units.rows),
        ),
        series("stack (6a-iii)", &histogram(&maps.stack.rows)),
        series("single machine (6b)", &histogram(&maps.single.rows)),
    ];
    vec![
        Picture {
            name: "fig6-maps".to_owned(),
            title: "⟨v h⟩ of single hidden units over the lattice".to_owned(),
            columns: 4,
            panels,
        },
        Picture {
            name: "fig6-frequencies".to_owned(),
            title: "how often each value of ⟨v h⟩ occurs".to_owned(),
            columns: 1,
            panels: vec![Panel::Chart(chart(
                "entries of the correlation matrix",
                "⟨v h⟩",
                "share of the entries",
                lines,
            ))],
        },
    ]
}
