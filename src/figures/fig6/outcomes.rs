//! What the trainings said, and the findings that this makes.

use super::super::block_levels::{correlations, shuffled_labels};
use super::super::entries::{brief, refused};
use super::super::experiment::{FigureError, Run};
use super::super::ising_data::spin_values;
use super::super::judgement::{mutant, not_vacuous, verdict_over};
use super::super::machines::{TrainingChoice, trained};
use super::super::unit_maps::{UnitMaps, mean};
use super::{Blocks, FACTOR, LIKE, Panels, SIDE, WINDOW, has_spots, shuffles, similar};
use crate::learn::{BinaryData, sample_hidden};
use crate::ledger::{Basis, Control, Finding, Number};

/// What a training counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The main one.
    Default,
    /// Another choice of what the text leaves open.
    Choice,
    /// One that is too short to decide.
    Comparison,
}

/// What the variants said.
#[derive(Default)]
pub(super) struct Outcomes {
    alike: Vec<bool>,
    spots: Vec<bool>,
    alike_numbers: Vec<Number>,
    spot_numbers: Vec<Number>,
    alike_controls: Vec<Control>,
    spot_controls: Vec<Control>,
    likeness_range: Option<[f64; 2]>,
    share_range: Option<[f64; 2]>,
    random_likeness: f64,
}

fn widen(range: &mut Option<[f64; 2]>, x: f64) {
    let [low, high] = range.unwrap_or([x, x]);
    *range = Some([low.min(x), high.max(x)]);
}

impl Outcomes {
    pub(super) fn add(
        &mut self,
        run: &Run,
        label: &str,
        role: Role,
        (maps, random): (&Panels, &Panels),
        blocks: &Blocks,
    ) {
        let (main, decides) = (role == Role::Default, role != Role::Comparison);
        let pairs = [
            ("6a-i", &maps.first, &random.first, &blocks.one),
            ("6a-iii", &maps.stack, &random.stack, &blocks.two),
            ("6b", &maps.single, &random.single, &blocks.two),
        ];
        for (panel, own, other, template) in pairs {
            let (like, relative, alike) = similar(own, template);
            let random_like = similar(other, template);
            if decides && panel != "6a-i" {
                // The sentence is about the maps of 64 units over the input.
                self.alike.push(alike);
                widen(&mut self.likeness_range, like);
            }
            let number = |what: &str, x| brief(format!("{panel}, {what}, {label}"), x);
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
                    .push(mutant("random weights of the same size", random_like.2));
            }
            let (own_share, other_share, p, spots) = has_spots(run, own, other);
            if main && panel == "6b" {
                self.spot_controls.push(mutant(
                    "random weights in place of trained ones",
                    has_spots(run, other, other).3,
                ));
            }
            if decides {
                self.spots.push(spots);
                widen(&mut self.share_range, own_share / other_share);
            }
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
                brief(
                    format!(
                        "6a-ii, share in the best 4 by 4 square of the first layer's order, {label}"
                    ),
                    mean(&maps.middle.localities(WINDOW / 2)),
                ),
                brief(
                    "6a-ii, the same with the units of the first layer shuffled",
                    null,
                ),
                brief("6a-ii, p-value of the permutation test", p),
            ]);
            let (share, two) = (
                mean(&blocks.units.localities(WINDOW)),
                similar(&blocks.units, &blocks.two),
            );
            self.spot_numbers
                .push(brief("5c, share in the best 8 by 8 square", share));
            self.alike_numbers.push(brief(
                "5c, likeness of single block spins to their mean map",
                two.0,
            ));
        }
    }

    pub(super) fn controls(
        &mut self,
        run: &Run,
        data: &BinaryData,
        training: &TrainingChoice,
        maps: &Panels,
        blocks: &Blocks,
    ) -> Result<(), FigureError> {
        let labels = shuffled_labels(SIDE * SIDE, run.seed, "fig6/control");
        let shuffled = maps.single.relabelled(&labels);
        self.alike_controls.push(mutant(
            "labels of the sites shuffled",
            similar(&shuffled, &blocks.two).2,
        ));
        self.alike_controls.push(not_vacuous(
            "block spins are like their own mean",
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
        self.alike_controls.push(mutant(
            "trained on independent spins",
            similar(&map, &blocks.two).2,
        ));
        self.spot_controls.push(mutant(
            "labels of the sites shuffled",
            has_spots(
                run,
                &shuffled,
                &maps
                    .single
                    .relabelled(&shuffled_labels(SIDE * SIDE, run.seed, "fig6/other")),
            )
            .3,
        ));
        self.spot_controls.push(mutant(
            "trained on independent spins",
            has_spots(run, &map, &shuffled).3,
        ));
        let template = UnitMaps {
            side: SIDE,
            rows: blocks.units.rows.clone(),
        };
        self.spot_controls.push(not_vacuous(
            "block spins have spots against shuffled ones",
            has_spots(run, &template, &template.relabelled(&labels)).3,
        ));
        Ok(())
    }

    pub(super) fn findings(self, run: &Run, count: usize) -> Vec<Finding> {
        let [low, high] = self.likeness_range.unwrap_or([0.0; 2]);
        let [least, most] = self.share_range.unwrap_or([0.0; 2]);
        let yes = |list: &[bool]| list.iter().filter(|&&x| x).count();
        vec![
            Finding {
                claim: "demellokoch2019-fig6".to_owned(),
                basis: Basis::Criterion,
                printed: "Correlations of a stack 1024–256–64 (a) and of a single machine 1024–64 (b) show patterns very \
                          similar to those of the RG"
                    .to_owned(),
                verdict: verdict_over(self.alike.iter().copied()),
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
                basis: Basis::Criterion,
                printed: "The numerical results do indeed show a dark background with emerging bright spots".to_owned(),
                verdict: verdict_over(self.spots.iter().copied()),
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
