//! What the text says of the flows of a trained machine: where they end, and what agrees with the lattice there.
//!
//! # How it is decided
//! - *Towards the critical point from any snapshot.* A flow ends at `T_c` if the temperature that is read at the
//!   longest length is within [`NEAR`] of it. For a choice of what the text leaves open the statement holds if
//!   the flows from every start do: configurations at seven temperatures, independent spins, and two patterns
//!   that no temperature gives. It can only be refuted, not proved. A thermometer that misses exact configurations
//!   at `T_c` by more than [`NEAR`] does not vote.
//! - *Agreement on the largest scales.* For flows that start at 2.2 and 2.3, as in figures 3 and 4, at the
//!   longest length: ⟨m²⟩ and the correlation at half the lattice, each within [`AGREE`] of those of exact
//!   configurations at `T_c`.
//!
//! The controls are machines trained on data that know nothing of a critical point: independent spins, the
//! ground states alone, and the training data with the spins of each configuration in random order. A
//! thermometer answers with a temperature whatever it is shown; if it says `T_c` for one of these, saying `T_c`
//! shows nothing.

mod critical;
mod large_scales;

use super::block_levels::Level;
use super::entries::{by_scale, chosen, published, refused, temperature};
use super::experiment::{Experiment, FigureError, FigureRecord, Parameter, Run, Scale};
use super::flows::in_random_order;
use super::ising_data::{GroundStates, configurations, training_set};
use super::judgement::mutant;
use super::machines::{Contrast, Flow, FlowKind, TrainingChoice, trained};
use super::thermometers::{Method, Thermometers};
use crate::learn::BinaryData;
use crate::model::RbmWeights;
use crate::random::Seed;
use critical::{READINGS, critical_finding, near};
use large_scales::large_scales;

/// Sites along a side.
const SIDE: usize = 10;

/// Sites.
const SITES: usize = SIDE * SIDE;

/// The critical temperature as the document rounds it.
const CRITICAL: f64 = 2.269;

/// How near to `T_c` a flow must end, in units of J/k: one and a half steps of the network's temperatures.
const NEAR: f64 = 0.15;

/// Relative difference up to which large scales agree.
const AGREE: f64 = 0.1;

/// Temperatures of the starts.
const STARTS: [f64; 7] = [0.0, 1.0, 2.0, 2.3, 3.0, 4.0, 5.9];

/// The experiment.
pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "flow",
    title: "where the flows of a machine end, and what agrees there",
    seconds: |scale| match scale {
        Scale::Quick => 10.0,
        Scale::Paper => 350.0,
    },
    run,
};

/// Sizes of a run.
struct Sizes {
    samples: usize,
    iterations: u64,
    flows: usize,
    longest: u64,
}

fn sizes(scale: Scale) -> Sizes {
    match scale {
        Scale::Quick => Sizes {
            samples: 1000,
            iterations: 1500,
            flows: 60,
            longest: 30,
        },
        Scale::Paper => Sizes {
            samples: 20_000,
            iterations: 10_000,
            flows: 300,
            longest: 60,
        },
    }
}

/// One way to train and to flow.
struct Variant {
    label: &'static str,
    training: TrainingChoice,
    kind: FlowKind,
}

fn variants(scale: Scale) -> Vec<Variant> {
    let base = TrainingChoice {
        iterations: sizes(scale).iterations,
        ..TrainingChoice::new(81)
    };
    let with = |label, kind, change: &dyn Fn(&mut TrainingChoice)| {
        let mut training = base.clone();
        change(&mut training);
        Variant {
            label,
            training,
            kind,
        }
    };
    let mut list = vec![
        with("default", FlowKind::Means, &|_| {}),
        with("flows of samples", FlowKind::Samples, &|_| {}),
        with("samples throughout", FlowKind::Samples, &|t| {
            t.contrast = Contrast::Sampled(1);
        }),
    ];
    if scale == Scale::Paper {
        list.extend([
            with("learning rate 0.01", FlowKind::Means, &|t| {
                t.learning_rate = 0.01;
            }),
            with("learning rate 0.2", FlowKind::Means, &|t| {
                t.learning_rate = 0.2;
            }),
            with("first weights 0.1", FlowKind::Means, &|t| {
                t.initial_weights = 0.1;
            }),
        ]);
    }
    list
}

/// A named set of starting configurations.
struct Start {
    name: String,
    bits: Vec<u8>,
}

fn starts(run: &Run, count: usize) -> Result<Vec<Start>, FigureError> {
    let mut list = Vec::new();
    for t in STARTS {
        list.push(Start {
            name: format!("T = {t}"),
            bits: configurations(SIDE, t, count, GroundStates::Both, run.seed, "flow/starts")?,
        });
    }
    let mut stream = run.seed.stream("flow/independent starts", 0);
    let mut pattern = |name: &str, of: &dyn Fn(usize) -> Option<u8>| Start {
        name: name.to_owned(),
        bits: (0..count * SITES)
            .map(|k| of(k % SITES).unwrap_or_else(|| (stream.next_u64() >> 63) as u8))
            .collect(),
    };
    list.push(pattern("independent spins", &|_| None));
    list.push(pattern("checkerboard", &|i| {
        Some(((i / SIDE + i % SIDE) % 2) as u8)
    }));
    list.push(pattern("left half up", &|i| {
        Some(u8::from(i % SIDE < SIDE / 2))
    }));
    Ok(list)
}

/// The configurations where a flow has a length.
fn end_of(machine: &RbmWeights, kind: FlowKind, bits: &[u8], seed: Seed, longest: u64) -> Level {
    let mut flow = Flow::new(machine, kind, bits, seed);
    for _ in 0..longest {
        flow.step();
    }
    Level::new(SIDE, flow.bits().to_vec())
}

/// The machines that know no critical point.
fn control_machines(
    run: &Run,
    data: &BinaryData,
    choice: &TrainingChoice,
) -> Result<Vec<(&'static str, RbmWeights)>, FigureError> {
    let count = by_scale(run, 4_000, 20_000);
    let choice = TrainingChoice {
        iterations: choice.iterations.min(2_000),
        ..choice.clone()
    };
    let wrong = |e| refused("data of a control", e);
    let mut stream = run.seed.stream("flow/independent data", 0);
    let independent = (0..count * SITES)
        .map(|_| (stream.next_u64() >> 63) as u8)
        .collect();
    let independent = BinaryData::from_bits(independent, SITES).map_err(wrong)?;
    let ground = configurations(
        SIDE,
        0.0,
        count,
        GroundStates::Both,
        run.seed,
        "flow/ground states",
    )?;
    let ground = BinaryData::from_bits(ground, SITES).map_err(wrong)?;
    let scattered = in_random_order(data, run.seed, "flow/order of spins")?;
    Ok(vec![
        (
            "trained on independent spins",
            trained(run, "independent spins, 10 by 10", &independent, &choice)?,
        ),
        (
            "trained on ground states",
            trained(run, "ground states, 10 by 10", &ground, &choice)?,
        ),
        (
            "trained without the lattice: spins of each configuration in random order",
            trained(run, "without lattice, 10 by 10", &scattered, &choice)?,
        ),
    ])
}

fn run(run: &Run) -> Result<FigureRecord, FigureError> {
    let sizes = sizes(run.scale);
    let thermometers = Thermometers::new(run, SIDE)?;
    (run.progress)("drawing training data");
    let data = training_set(SIDE, sizes.samples, GroundStates::Both, run.seed)?;
    let starts = starts(run, sizes.flows)?;
    let all = variants(run.scale);
    let mut machines = Vec::new();
    for variant in &all {
        machines.push(trained(run, "Ising", &data, &variant.training)?);
    }
    let controls = control_machines(run, &data, &all[0].training)?;
    // What a machine that learned its data perfectly would give: all temperatures at once.
    let mixture = Level::new(SIDE, data.up().to_vec());
    drop(data);
    let of_mixture = READINGS.map(|m| (m, thermometers.read(&mixture, m)));
    drop(mixture);
    (run.progress)("flows");
    let (mut critical, picture) = critical_finding(
        run,
        &sizes,
        &thermometers,
        &starts,
        (&all, &machines),
        &controls,
    );
    critical.numbers.extend(of_mixture.map(|(method, t)| {
        temperature(
            &format!(
                "of the training data, all temperatures at once, {}",
                method.name()
            ),
            t,
            CRITICAL,
        )
    }));
    critical.controls.push(mutant(
        "the training data themselves, of all temperatures",
        of_mixture.iter().all(|&(_, t)| near(t)),
    ));
    let large = large_scales(run, &sizes, (&all, &machines))?;
    let mut parameters = vec![
        published("visible units", SITES),
        Parameter {
            published: run.scale == Scale::Paper,
            ..published(
                "training configurations at each of 60 temperatures",
                sizes.samples,
            )
        },
    ];
    parameters.extend(all[0].training.parameters());
    parameters.extend([
        chosen(
            "training and flow",
            all[0].label,
            &all[1..].iter().map(|v| v.label).collect::<Vec<_>>(),
        ),
        chosen("longest flow", sizes.longest, &[]),
        chosen("flows from each start", sizes.flows, &[]),
        chosen(
            "thermometer",
            Method::Energy.name(),
            &[Method::Network.name(), Method::Ideal.name()],
        ),
        chosen("what is read of a flow", "the signs of its values", &[]),
        chosen("how near to T_c a flow must end", NEAR, &[]),
        chosen(
            "relative difference up to which large scales agree",
            AGREE,
            &[],
        ),
    ]);
    Ok(EXPERIMENT.record(run, parameters, vec![critical, large], vec![picture]))
}
