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
//! Both are reproduced if they hold for every choice of what the text leaves open.

use super::block_levels::{Level, centred_map, correlations, shuffled_labels};
use super::entries::{
    by_scale, chart, chosen, control, map_panel, plain, published, refused, series, verdict_of,
};
use super::experiment::{Experiment, FigureError, FigureRecord, Parameter, Run, Scale};
use super::ising_data::{kept_configurations, spin_values};
use super::machines::{Contrast, TrainingChoice, trained};
use super::picture::{Panel, Picture};
use super::unit_maps::{UnitMaps, contrast, mean, median};
use crate::learn::{BinaryData, sample_hidden};
use crate::ledger::{Finding, Number};
use crate::model::{RbmWeights, Units};
use crate::random::Seed;
use crate::rg::Tie;

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
        Scale::Quick => 30.0,
        Scale::Paper => 1_200.0,
    },
    run,
};

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
        Variant {
            label: label.to_owned(),
            training,
        }
    };
    vec![
        Variant {
            label: "default".to_owned(),
            training: base.clone(),
        },
        with("trained with samples", &|t| {
            t.contrast = Contrast::Sampled(1);
        }),
        with("first weights 0.1", &|t| t.initial_weights = 0.1),
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
    for (k, variant) in variants(run.scale).into_iter().enumerate() {
        let machines = train(run, &data, key, &variant.training)?;
        (run.progress)(&format!("maps, {}", variant.label));
        let maps = panels(&data, &machines, run.seed);
        let random = panels(&data, &random_machines(&machines, run.seed)?, run.seed);
        outcomes.add(run, &variant.label, k == 0, (&maps, &random), &blocks);
        if k == 0 {
            pictures = draw(&maps, &blocks);
            outcomes.controls(run, &data, &variant.training, &maps, &blocks)?;
        }
    }
    let findings = outcomes.findings(run, count);
    Ok(FigureRecord {
        experiment: EXPERIMENT.name.to_owned(),
        title: EXPERIMENT.title.to_owned(),
        scale: run.scale,
        seed: run.seed.0,
        parameters: parameters(run.scale, count),
        findings,
        pictures,
    })
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

/// What the variants said.
#[derive(Default)]
struct Outcomes {
    alike: Vec<Option<bool>>,
    spots: Vec<Option<bool>>,
    alike_numbers: Vec<Number>,
    spot_numbers: Vec<Number>,
    alike_controls: Vec<crate::ledger::Control>,
    spot_controls: Vec<crate::ledger::Control>,
    likeness_range: Option<[f64; 2]>,
    share_range: Option<[f64; 2]>,
    random_likeness: f64,
}

fn widen(range: &mut Option<[f64; 2]>, x: f64) {
    let [low, high] = range.unwrap_or([x, x]);
    *range = Some([low.min(x), high.max(x)]);
}

fn shuffles(run: &Run) -> usize {
    by_scale(run, 99, 999)
}

/// Whether maps have spots that random weights do not have.
fn has_spots(run: &Run, maps: &UnitMaps, random: &UnitMaps) -> (f64, f64, f64, bool) {
    let (p, _) = maps.permutation_test(WINDOW, shuffles(run), run.seed, "fig6/shuffle");
    let own = mean(&maps.localities(WINDOW));
    let other = mean(&random.localities(WINDOW));
    let least = 1.0 / (shuffles(run) + 1) as f64;
    (own, other, p, p <= least * 1.5 && own >= FACTOR * other)
}

impl Outcomes {
    fn add(
        &mut self,
        run: &Run,
        label: &str,
        main: bool,
        (maps, random): (&Panels, &Panels),
        blocks: &Blocks,
    ) {
        let pairs = [
            ("6a-i", &maps.first, &random.first, &blocks.one),
            ("6a-iii", &maps.stack, &random.stack, &blocks.two),
            ("6b", &maps.single, &random.single, &blocks.two),
        ];
        for (panel, own, other, template) in pairs {
            let (like, relative, alike) = similar(own, template);
            let random_like = similar(other, template);
            if panel != "6a-i" {
                // The sentence is about the maps of 64 units over the input.
                self.alike.push(Some(alike));
                widen(&mut self.likeness_range, like);
            }
            let number = |what: &str, x| plain(format!("{panel}, {what}, {label}"), x);
            self.alike_numbers.extend([
                number("likeness of the middle unit to a block spin", like),
                number("contrast over that of a block spin", relative),
                number(
                    "likeness with random weights of the same size",
                    random_like.0,
                ),
            ]);
            if main && panel == "6b" {
                self.random_likeness = random_like.0;
                self.alike_controls
                    .push(control("random weights of the same size", !random_like.2));
            }
            let (own_share, other_share, p, spots) = has_spots(run, own, other);
            self.spots.push(Some(spots));
            widen(&mut self.share_range, own_share / other_share);
            self.spot_numbers.extend([
                number("share in the best 8 by 8 square", own_share),
                number("the same, random weights", other_share),
                number("p-value of the permutation test", p),
            ]);
            if main {
                let cell = if panel == "6a-i" { 2 } else { 4 };
                self.spot_numbers.push(number(
                    &format!("cells of {cell} by {cell} sites with a unit's extreme"),
                    own.cells_with_an_extreme(cell) as f64,
                ));
            }
        }
        if main {
            let (p, null) =
                maps.middle
                    .permutation_test(WINDOW / 2, shuffles(run), run.seed, "fig6/middle");
            self.spot_numbers.extend([
                plain(
                    format!(
                        "6a-ii, share in the best 4 by 4 square of the first layer's order, {label}"
                    ),
                    mean(&maps.middle.localities(WINDOW / 2)),
                ),
                plain(
                    "6a-ii, the same with the units of the first layer shuffled",
                    null,
                ),
                plain("6a-ii, p-value of the permutation test", p),
            ]);
            let (share, two) = (
                mean(&blocks.units.localities(WINDOW)),
                similar(&blocks.units, &blocks.two),
            );
            self.spot_numbers
                .push(plain("5c, share in the best 8 by 8 square", share));
            self.alike_numbers.push(plain(
                "5c, likeness of single block spins to their mean map",
                two.0,
            ));
        }
    }

    fn controls(
        &mut self,
        run: &Run,
        data: &BinaryData,
        training: &TrainingChoice,
        maps: &Panels,
        blocks: &Blocks,
    ) -> Result<(), FigureError> {
        let labels = shuffled_labels(SIDE * SIDE, run.seed, "fig6/control");
        let shuffled = maps.single.relabelled(&labels);
        self.alike_controls.push(control(
            "labels of the sites shuffled",
            !similar(&shuffled, &blocks.two).2,
        ));
        self.alike_controls.push(control(
            "not vacuous: block spins are like their own mean",
            similar(&blocks.units, &blocks.two).2,
        ));
        // Independent spins: nothing but noise to learn.
        let count = data.len();
        let mut stream = run.seed.stream("fig6/independent spins", 0);
        let bits = (0..count * SIDE * SIDE)
            .map(|_| (stream.next_u64() >> 63) as u8)
            .collect();
        let noise = BinaryData::from_bits(bits, SIDE * SIDE)
            .map_err(|e| refused("independent spins", e))?;
        let choice = TrainingChoice {
            hidden: 64,
            iterations: training.iterations.min(300),
            ..training.clone()
        };
        let machine = trained(run, "independent spins", &noise, &choice)?;
        let hidden = sample_hidden(&machine, &noise, run.seed, 3);
        let map = correlations(
            &spin_values(noise.up()),
            SIDE * SIDE,
            &spin_values(hidden.up()),
            64,
        );
        let map = UnitMaps::new(SIDE, &map);
        self.alike_controls.push(control(
            "trained on independent spins",
            !similar(&map, &blocks.two).2,
        ));
        self.spot_controls.push(control(
            "labels of the sites shuffled",
            !has_spots(
                run,
                &shuffled,
                &maps
                    .single
                    .relabelled(&shuffled_labels(SIDE * SIDE, run.seed, "fig6/other")),
            )
            .3,
        ));
        self.spot_controls.push(control(
            "trained on independent spins",
            !has_spots(run, &map, &shuffled).3,
        ));
        let template = UnitMaps {
            side: SIDE,
            rows: blocks.units.rows.clone(),
        };
        self.spot_controls.push(control(
            "not vacuous: block spins have spots against shuffled ones",
            has_spots(run, &template, &template.relabelled(&labels)).3,
        ));
        Ok(())
    }

    fn findings(self, run: &Run, count: usize) -> Vec<Finding> {
        let [low, high] = self.likeness_range.unwrap_or([0.0; 2]);
        let [least, most] = self.share_range.unwrap_or([0.0; 2]);
        let yes = |list: &[Option<bool>]| list.iter().filter(|&&x| x == Some(true)).count();
        vec![
            Finding {
                claim: "demellokoch2019-fig6".to_owned(),
                printed: "Correlations of a stack 1024–256–64 (a) and of a single machine 1024–64 (b) show patterns very \
                          similar to those of the RG"
                    .to_owned(),
                verdict: verdict_of(self.alike.iter().copied()),
                because: format!(
                    "the middle hidden unit's map has a correlation coefficient of {low:.2} to {high:.2} (over trainings) with \
                     that of a block spin in the best place, {:.2} with random weights in place of trained ones; {LIKE} and \
                     half the contrast was asked: so for {} of {} maps",
                    self.random_likeness,
                    yes(&self.alike),
                    self.alike.len()
                ),
                test: format!("{count} independent configurations; a stated criterion, not a test"),
                numbers: self.alike_numbers,
                controls: self.alike_controls,
            },
            Finding {
                claim: "demellokoch2019-text-bright-spots".to_owned(),
                printed: "The numerical results do indeed show a dark background with emerging bright spots".to_owned(),
                verdict: verdict_of(self.spots.iter().copied()),
                because: format!(
                    "the share of the variance of a map in the best 8 by 8 square is {least:.2} to {most:.2} times that of \
                     random weights of the same size ({FACTOR} was asked); {} of {} maps pass that and the test against \
                     shuffled sites",
                    yes(&self.spots),
                    self.spots.len()
                ),
                test: format!(
                    "{count} independent configurations; permutation test of the sites' labels, {} shuffles, size {:.1e} for \
                     each map",
                    shuffles(run),
                    1.0 / (shuffles(run) + 1) as f64
                ),
                numbers: self.spot_numbers,
                controls: self.spot_controls,
            },
        ]
    }
}

/// Shares of the entries of a matrix by value, in forty bins from −1 to 1.
fn histogram(rows: &[Vec<f64>]) -> Vec<(f64, f64)> {
    let mut counts = [0_usize; 40];
    let mut all = 0;
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
