//! Figure 7: temperatures of blocked lattices (a) and of the layers of a stack (b).
//!
//! Ensembles are read by several thermometers, each tried on configurations of known temperature: the exact
//! energy of a torus of that side inverted; a supervised network for the sixty temperatures 0 to 5.9, as the
//! text describes it (its size is a choice); the exact posterior distribution over the same temperatures,
//! which no network can beat; and the same over 0 to 20, since the text reports a temperature of 11.

mod block_steps;
mod layers;

use super::block_levels::Level;
use super::entries::{by_scale, chosen, published};
use super::experiment::{Experiment, FigureError, FigureRecord, Parameter, Run, Scale};
use super::ising_data::kept_configurations;
use super::thermometers::{Method, Thermometers};
use crate::rg::Tie;

/// Sites along a side of the input.
const SIDE: usize = 64;
/// Temperatures of the inputs: that of the text of figure 7a, that of its caption, and the third of 7b.
const STARTS: [f64; 3] = [2.7, 2.269, 2.0];
/// Tie rules that are tried, the default first.
const TIES: [(Tie, &str); 3] = [
    (Tie::Fair, "ties at random"),
    (Tie::Up, "ties up"),
    (Tie::First, "ties by the first spin"),
];

/// The experiment.
pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "fig7",
    title: "temperatures after steps of blocking, and in the layers of a stack 4096–1024–256–64",
    seconds: |scale| match scale {
        Scale::Quick => 25.0,
        Scale::Paper => 500.0,
    },
    run,
};

/// Thermometers of the three smaller lattices.
struct Kit {
    by_step: [Thermometers; 3],
}

impl Kit {
    fn new(run: &Run) -> Result<Self, FigureError> {
        Ok(Self {
            by_step: [
                Thermometers::new(run, SIDE / 2)?,
                Thermometers::new(run, SIDE / 4)?,
                Thermometers::new(run, SIDE / 8)?,
            ],
        })
    }
}

fn run(run: &Run) -> Result<FigureRecord, FigureError> {
    let count = by_scale(run, 160, 500);
    let mut inputs = Vec::new();
    for t in STARTS {
        let bits = kept_configurations(run, SIDE, t, count, "64 by 64")?;
        inputs.push(Level::new(SIDE, bits));
    }
    let kit = Kit::new(run)?;
    let tried = block_steps::trials(run, &kit)?;
    let (mut findings, mut pictures) = block_steps::decide(run, &kit, &inputs, &tried);
    let (more, drawn) = layers::decide(run, &kit, &inputs, &tried.0)?;
    findings.extend(more);
    pictures.extend(drawn);
    let mut parameters = vec![
        published("side of the input", SIDE),
        published("temperatures of the inputs", "2.7, 2.269, 2"),
        chosen("configurations at each temperature", count, &[]),
        chosen(
            "block spin where the four spins are in a tie",
            TIES[0].1,
            &[TIES[1].1, TIES[2].1],
        ),
        chosen("thermometer", Method::ALL[0].name(), &Method::others()),
        Parameter {
            published: true,
            ..chosen("temperatures of the network", "0, 0.1, …, 5.9", &[])
        },
        chosen("hidden units of the network", "64, rectified", &[]),
    ];
    parameters.extend(layers::parameters(run.scale));
    Ok(EXPERIMENT.record(run, parameters, findings, pictures))
}
