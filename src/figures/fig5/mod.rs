//! Figure 5: ⟨v h⟩ of the 32 by 32 lattice with its block spins, after one and two steps.
//!
//! # How it is decided
//! - *A peak* (figure 5a). In each configuration the mean of h v over the four sites of h's own block, less
//!   the mean over the twelve sites around it, averaged over all blocks. These numbers are independent from one
//!   configuration to the next and lie in [−2, 2]; there is a peak if their mean is positive and zero is
//!   rejected by the empirical Bernstein bound at [`SIZE`].
//! - *Larger patches* (5b, 5c). The configurations are cut into [`BATCHES`] independent batches. The radius of
//!   a patch in one of them is where the radial mean first falls below a level; which level and which unit of
//!   length the text does not say: half between peak and background, half of the peak, or half of figure 5a's
//!   contrast in all panels; in sites of the panel, or in sites of the input. "Larger" if a sign test at
//!   [`SIZE`] over the batches says so. A level that a panel nowhere falls below in most batches bounds no
//!   patch, and such a choice is left out and counted. The statement is reproduced if "larger" is the
//!   answer for every other choice of level, unit and tie rule.
//! - *Dropped to zero.* As in the ledger: below 1/20 at half the lattice, if the empirical Bernstein bound
//!   rejects 1/20 at [`SIZE`].

mod half_lattice;
mod patches;
mod peak;

use super::block_levels::{Level, centred_map, correlations};
use super::entries::{
    by_scale, chart, chosen, map_panel, mean_and_error, mean_of, published, series,
};
use super::experiment::{Experiment, FigureError, FigureRecord, Parameter, Run, Scale};
use super::ising_data::{kept_configurations, spin_values};
use super::picture::{Panel, Picture};
use crate::random::Seed;
use crate::rg::Tie;
use crate::rg::square_blocks::blocks;
use half_lattice::dropped_finding;
use patches::{LevelRule, Patch, Row, patches, radii, size_findings};
use peak::{contrasts, peak_finding, positive};

/// The size of each test.
const SIZE: f64 = 1e-7;

/// Independent parts of the configurations; their sign test can reach 2⁻²⁹.
const BATCHES: usize = 30;

/// Sites along a side of the input.
const SIDE: usize = 32;

/// The temperature, as printed.
const TEMPERATURE: f64 = 2.269;

/// What counts as zero, as a share of the correlation of a spin with itself.
const ZERO: f64 = 0.05;

/// The experiment.
pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "fig5",
    title: "correlations of spins with block spins, 32 by 32 to 8 by 8",
    seconds: |scale| match scale {
        Scale::Quick => 10.0,
        Scale::Paper => 100.0,
    },
    run,
};

/// How a block's value is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    Sign(Tie),
    Average,
}

impl Rule {
    const ALL: [Self; 4] = [
        Self::Sign(Tie::Fair),
        Self::Sign(Tie::Up),
        Self::Sign(Tie::First),
        Self::Average,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Sign(Tie::Fair) => "ties at random",
            Self::Sign(Tie::Up) => "ties up",
            Self::Sign(Tie::First) => "ties by the first spin",
            Self::Average => "the average itself",
        }
    }
}

/// Visible and hidden values of one panel.
struct Pair {
    side: usize,
    coarse: usize,
    /// Sites of the input along one site of the visible lattice.
    unit: f64,
    visible: Vec<f32>,
    hidden: Vec<f32>,
}

impl Pair {
    fn ratio(&self) -> usize {
        self.side / self.coarse
    }

    /// Centred maps of independent batches.
    fn maps(&self) -> Vec<Vec<f64>> {
        let (n, m) = (self.side * self.side, self.coarse * self.coarse);
        let each = self.visible.len() / n / BATCHES;
        (0..BATCHES)
            .map(|b| {
                let v = &self.visible[b * each * n..(b + 1) * each * n];
                let h = &self.hidden[b * each * m..(b + 1) * each * m];
                centred_map(&correlations(v, n, h, m), self.side, self.coarse)
            })
            .collect()
    }
}

/// The three panels by one rule.
fn panels(input: &Level, rule: Rule, seed: Seed) -> [Pair; 3] {
    let averages_of = |values: &[f32], side: usize| -> Vec<f32> {
        let corners = blocks(side);
        values
            .chunks_exact(side * side)
            .flat_map(|row| {
                corners
                    .iter()
                    .map(|b| b.iter().map(|&i| row[i]).sum::<f32>() / 4.0)
            })
            .collect()
    };
    let v0 = spin_values(&input.bits);
    let (v1, v2) = match rule {
        Rule::Sign(tie) => {
            let one = input.blocked(tie, seed, "fig5/blocks of the input");
            let two = one.blocked(tie, seed, "fig5/blocks of the blocks");
            (spin_values(&one.bits), spin_values(&two.bits))
        }
        Rule::Average => {
            let one = input.block_averages();
            let two = averages_of(&one, input.side / 2);
            (one, two)
        }
    };
    let side = input.side;
    let pair = |side: usize, coarse: usize, unit, visible: &[f32], hidden: &[f32]| Pair {
        side,
        coarse,
        unit,
        visible: visible.to_vec(),
        hidden: hidden.to_vec(),
    };
    [
        pair(side, side / 2, 1.0, &v0, &v1),
        pair(side / 2, side / 4, 2.0, &v1, &v2),
        pair(side, side / 4, 1.0, &v0, &v2),
    ]
}

fn mean_map(maps: &[Vec<f64>]) -> Vec<f64> {
    (0..maps[0].len())
        .map(|k| maps.iter().map(|m| m[k]).sum::<f64>() / maps.len() as f64)
        .collect()
}

fn moved_to_middle(map: &[f64], side: usize) -> Vec<f64> {
    let half = side / 2;
    (0..side * side)
        .map(|k| map[(k / side + half) % side * side + (k % side + half) % side])
        .collect()
}

fn run(run: &Run) -> Result<FigureRecord, FigureError> {
    let count = by_scale(run, 3_000, 30_000);
    let bits = kept_configurations(run, SIDE, TEMPERATURE, count, "32 by 32")?;
    let input = Level::new(SIDE, bits);
    (run.progress)("blocking and correlating");
    let mut findings = Vec::new();
    let mut pictures = Vec::new();
    let mut table = Vec::new();
    let mut peaks = Vec::new();
    let mut peak_numbers = Vec::new();
    let mut lowest = f64::INFINITY;
    for rule in Rule::ALL {
        let pairs = panels(&input, rule, run.seed);
        let maps: Vec<Vec<Vec<f64>>> = pairs.iter().map(Pair::maps).collect();
        let all: Vec<Vec<Patch>> = pairs
            .iter()
            .zip(&maps)
            .map(|(pair, maps)| patches(pair, maps))
            .collect();
        let contrast = contrasts(&pairs[0]);
        peaks.push(positive(&contrast));
        let of = |f: &dyn Fn(&Patch) -> f64| all[0].iter().map(f).collect::<Vec<f64>>();
        let name = rule.name();
        let mean = |values: &[f64]| mean_and_error(values).0;
        lowest = lowest.min(mean(&of(&|p| p.background)) / mean(&of(&|p| p.peak)));
        peak_numbers.push(mean_of(format!("5a, own block, {name}"), &of(&|p| p.peak)));
        peak_numbers.push(mean_of(
            format!("5a, largest distance, {name}"),
            &of(&|p| p.background),
        ));
        peak_numbers.push(mean_of(
            format!("5a, own block less the shell around it, {name}"),
            &contrast,
        ));
        let common = {
            let n = all[0].len() as f64;
            all[0]
                .iter()
                .map(|p| f64::midpoint(p.peak, p.background))
                .sum::<f64>()
                / n
        };
        for level in LevelRule::ALL {
            let radius: Vec<Option<Vec<f64>>> =
                all.iter().map(|p| radii(p, level, common)).collect();
            table.push(Row {
                rule,
                level,
                radius,
                units: [pairs[0].unit, pairs[1].unit, pairs[2].unit],
            });
        }
        if rule == Rule::ALL[0] {
            pictures.push(maps_picture(&pairs, &maps));
            pictures.push(profile_picture(&pairs, &all));
        }
    }
    findings.push(peak_finding(run.seed, &input, &peaks, peak_numbers, lowest));
    findings.extend(size_findings(&table));
    findings.push(dropped_finding(run, &input)?);
    Ok(EXPERIMENT.record(
        run,
        vec![
            published("side of the input", SIDE),
            published("temperature", TEMPERATURE),
            published("boundary", "periodic"),
            Parameter {
                published: run.scale == Scale::Paper,
                ..published("configurations", count)
            },
            chosen(
                "block spin where the four spins are in a tie",
                Rule::ALL[0].name(),
                &Rule::ALL[1..].iter().map(|r| r.name()).collect::<Vec<_>>(),
            ),
            chosen(
                "level at which a patch ends",
                LevelRule::ALL[0].name(),
                &LevelRule::ALL[1..]
                    .iter()
                    .map(|r| r.name())
                    .collect::<Vec<_>>(),
            ),
            chosen(
                "unit of length of a patch",
                "sites of the input",
                &["sites of the panel"],
            ),
            chosen("what counts as zero", ZERO, &[]),
        ],
        findings,
        pictures,
    ))
}

fn maps_picture(pairs: &[Pair; 3], maps: &[Vec<Vec<f64>>]) -> Picture {
    let titles = [
        "5a: input with one step",
        "5b: one step with two steps",
        "5c: input with two steps",
    ];
    let panel = |k: usize| {
        let side = pairs[k].side;
        map_panel(titles[k], side, &moved_to_middle(&mean_map(&maps[k]), side))
    };
    Picture {
        name: "fig5-maps".to_owned(),
        title: "⟨v h⟩ around the place of the hidden spin (middle), mean over all hidden spins"
            .to_owned(),
        columns: 3,
        panels: vec![panel(0), panel(1), panel(2)],
    }
}

fn profile_picture(pairs: &[Pair; 3], all: &[Vec<Patch>]) -> Picture {
    let names = ["5a", "5b", "5c"];
    let mean = |k: usize, unit: f64| -> Vec<(f64, f64)> {
        (0..all[k][0].profile.len())
            .map(|j| {
                let sum: f64 = all[k].iter().map(|p| p.profile[j].1).sum();
                (all[k][0].profile[j].0 * unit, sum / all[k].len() as f64)
            })
            .collect()
    };
    let panel = |title: &str, input: bool| {
        let lines = (0..3)
            .map(|k| {
                let unit = if input { pairs[k].unit } else { 1.0 };
                series(names[k], &mean(k, unit))
            })
            .collect();
        Panel::Chart(chart(
            title,
            "distance from the middle of the block",
            "⟨v h⟩",
            lines,
        ))
    };
    Picture {
        name: "fig5-profiles".to_owned(),
        title: "⟨v h⟩ against distance".to_owned(),
        columns: 2,
        panels: vec![
            panel("in sites of the input", true),
            panel("in sites of the panel", false),
        ],
    }
}
