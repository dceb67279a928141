//! The size of a patch, by every level and unit that the text leaves open.

use super::super::block_levels::{peak, radial_profile, radius_at};
use super::super::entries::mean_of;
use super::super::judgement::{mutant, not_vacuous, verdict_over};
use super::{BATCHES, Pair, Rule, SIZE};
use crate::estimate::sign_test;
use crate::ledger::{Basis, Finding};

/// The radii of the batches at a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LevelRule {
    HalfContrast,
    HalfPeak,
    Common,
}

impl LevelRule {
    pub(super) const ALL: [Self; 3] = [Self::HalfContrast, Self::HalfPeak, Self::Common];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::HalfContrast => "half between peak and background",
            Self::HalfPeak => "half of the peak",
            Self::Common => "one level for all panels",
        }
    }
}

/// One batch of a panel.
pub(super) struct Patch {
    pub(super) profile: Vec<(f64, f64)>,
    pub(super) peak: f64,
    pub(super) background: f64,
}

pub(super) fn patches(pair: &Pair, maps: &[Vec<f64>]) -> Vec<Patch> {
    maps.iter()
        .map(|map| {
            let profile = radial_profile(map, pair.side, pair.ratio());
            Patch {
                peak: peak(map, pair.side, pair.ratio()),
                background: profile.last().map_or(0.0, |p| p.1),
                profile,
            }
        })
        .collect()
}

/// Radii in sites of the panel, batch by batch; `None` if most of them are bounded by the lattice only.
/// `common` is the level of [`LevelRule::Common`].
pub(super) fn radii(patches: &[Patch], rule: LevelRule, common: f64) -> Option<Vec<f64>> {
    let farthest = patches[0].profile.last().map_or(0.0, |p| p.0);
    let radii: Vec<f64> = patches
        .iter()
        .map(|p| {
            let level = match rule {
                LevelRule::HalfContrast => f64::midpoint(p.peak, p.background),
                LevelRule::HalfPeak => 0.5 * p.peak,
                LevelRule::Common => common,
            };
            radius_at(&p.profile, level)
        })
        .collect();
    let bounded = radii.iter().filter(|&&r| r < farthest).count();
    (2 * bounded > patches.len()).then_some(radii)
}

/// Whether the second radii are larger than the first; `None` if a sign test cannot tell.
fn larger(first: &[f64], second: &[f64]) -> Option<bool> {
    let differences: Vec<f64> = first.iter().zip(second).map(|(a, b)| b - a).collect();
    let p = sign_test(&differences, 0.0).unwrap_or(1.0);
    (p < SIZE).then(|| differences.iter().filter(|&&d| d > 0.0).count() > BATCHES / 2)
}

/// Radii of the three panels by one rule and level, batch by batch.
pub(super) struct Row {
    pub(super) rule: Rule,
    pub(super) level: LevelRule,
    pub(super) radius: Vec<Option<Vec<f64>>>,
    pub(super) units: [f64; 3],
}

impl Row {
    /// Radii of a panel; `None` if its patches have no end.
    fn in_units(&self, panel: usize, input: bool) -> Option<Vec<f64>> {
        let unit = if input { self.units[panel] } else { 1.0 };
        let radii = self.radius[panel].as_ref()?;
        Some(radii.iter().map(|r| r * unit).collect())
    }
}

pub(super) fn size_findings(table: &[Row]) -> [Finding; 2] {
    let finding = |panel: usize, name: &str| {
        let mut answers = Vec::new();
        let mut numbers = Vec::new();
        let mut by_unit = [Vec::new(), Vec::new()];
        let mut endless = 0;
        for row in table {
            let [Some(own), Some(other)] = [row.in_units(0, true), row.in_units(panel, false)]
            else {
                endless += 1;
                continue;
            };
            for (k, input) in [true, false].into_iter().enumerate() {
                let other = row.in_units(panel, input).unwrap_or_default();
                let answer = larger(&own, &other);
                answers.push(answer);
                by_unit[k].push(answer);
            }
            if row.rule == Rule::ALL[0] || row.level == LevelRule::HalfContrast {
                let what = format!("{}, {}", row.level.name(), row.rule.name());
                numbers.push(mean_of(
                    format!("radius of 5a in sites of the input: {what}"),
                    &own,
                ));
                numbers.push(mean_of(
                    format!("radius of {name} in sites of the panel: {what}"),
                    &other,
                ));
            }
        }
        let count = |list: &[Option<bool>], what| list.iter().filter(|&&x| x == what).count();
        let say = |list: &[Option<bool>]| {
            format!(
                "larger for {}, smaller for {}, not told apart for {} of {} choices",
                count(list, Some(true)),
                count(list, Some(false)),
                count(list, None),
                list.len()
            )
        };
        let first = &table[0];
        let [own, other] = [0, panel].map(|k| first.in_units(k, true).unwrap_or_default());
        let times = |f: f64| -> Vec<f64> { own.iter().map(|r| f * r).collect() };
        // Batch k beside batch k + 1, cyclically: the pairs are not independent, so this is a control and no test.
        let mut next = own.clone();
        if !next.is_empty() {
            next.rotate_left(1);
        }
        Finding {
            claim: format!("demellokoch2019-fig{name}"),
            basis: Basis::Test,
            printed: format!(
                "The patches of large correlation in {name} are larger in size than those of figure 5a"
            ),
            verdict: verdict_over(answers),
            because: format!(
                "in sites of the input {}; in sites of the panel {}; {endless} choices left out, since no part of the \
                 lattice is below their level",
                say(&by_unit[0]),
                say(&by_unit[1])
            ),
            test: format!(
                "{BATCHES} independent batches, sign test of size {SIZE:e} for each choice of level, unit and tie rule"
            ),
            numbers,
            controls: vec![
                mutant(
                    "figure 5a in place of the other panel, each batch beside the next (dependent pairs, a control only)",
                    own.is_empty() || larger(&own, &next) == Some(true),
                ),
                mutant(
                    "the panels exchanged",
                    own.is_empty() || larger(&other, &own) == Some(true),
                ),
                mutant(
                    "larger by a factor of eight",
                    larger(&times(8.0), &other) == Some(true),
                ),
                not_vacuous(
                    "figure 5a with radii half as large again",
                    larger(&own, &times(1.5)) == Some(true),
                ),
            ],
        }
    };
    [finding(1, "5b"), finding(2, "5c")]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patch(width: f64) -> Patch {
        let profile: Vec<(f64, f64)> = (0..12)
            .map(|r| {
                let r = f64::from(r);
                (r, 0.4 + 0.5 * (-r / width).exp())
            })
            .collect();
        Patch {
            peak: 0.9,
            background: 0.4,
            profile,
        }
    }

    #[test]
    fn a_wider_patch_is_larger_and_one_without_an_end_is_left_out() {
        let batch = |width: f64| -> Vec<Patch> {
            (0..BATCHES)
                .map(|k| patch(width * (1.0 + 0.001 * k as f64)))
                .collect()
        };
        let (narrow, wide) = (batch(1.0), batch(1.5));
        let of = |p: &[Patch]| radii(p, LevelRule::HalfContrast, 0.0).unwrap();
        assert_eq!(larger(&of(&narrow), &of(&wide)), Some(true));
        assert_eq!(larger(&of(&wide), &of(&narrow)), Some(false));
        assert_eq!(larger(&of(&wide), &of(&wide)), None);
        // e^{-r} falls to one half at ln 2; the straight line from r = 0 to 1 a little later.
        let first = of(&narrow)[0];
        assert!((first - 0.5 / (1.0 - (-1.0_f64).exp())).abs() < 1e-12);
        // The signs of a control over all batches can reach its size.
        let mut next = of(&wide);
        next.rotate_left(1);
        assert_eq!(larger(&of(&narrow), &next), Some(true));
        // Half of the peak, 0.45, is above the background; 0.39 is below all of the lattice.
        assert!(radii(&narrow, LevelRule::HalfPeak, 0.0).is_some());
        assert!(radii(&narrow, LevelRule::Common, 0.39).is_none());
    }
}
