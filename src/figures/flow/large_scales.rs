//! What agrees with the lattice at the end of a flow, on the largest scales.

use super::super::block_levels::Level;
use super::super::entries::{by_scale, mean_and_error, mean_of};
use super::super::experiment::{FigureError, Run};
use super::super::ising_data::{GroundStates, configurations};
use super::super::judgement::{mutant, not_vacuous, verdict_over};
use super::{AGREE, CRITICAL, SIDE, SITES, Sizes, Variant, end_of};
use crate::ledger::{Basis, Finding, Number};
use crate::model::RbmWeights;

/// m², the correlation at half the lattice and that of neighbours, configuration by configuration.
fn scales(level: &Level) -> [Vec<f64>; 3] {
    let mut found = [Vec::new(), Vec::new(), Vec::new()];
    for bits in level.bits.chunks_exact(SITES) {
        let spin = |k: usize| f64::from(bits[k]) * 2.0 - 1.0;
        let m = (0..SITES).map(spin).sum::<f64>() / SITES as f64;
        let at = |d: usize| {
            let both = (0..SITES).map(|k| {
                let across = k / SIDE * SIDE + (k % SIDE + d) % SIDE;
                let down = (k + d * SIDE) % SITES;
                spin(k) * (spin(across) + spin(down))
            });
            both.sum::<f64>() / (2 * SITES) as f64
        };
        found[0].push(m * m);
        found[1].push(at(SIDE / 2));
        found[2].push(at(1));
    }
    found
}

pub(super) fn large_scales(
    run: &Run,
    sizes: &Sizes,
    (all, machines): (&[Variant], &[RbmWeights]),
) -> Result<Finding, FigureError> {
    let count = by_scale(run, 20_000, 100_000);
    let exact = |t: f64, purpose: &str, count: usize| -> Result<[Vec<f64>; 3], FigureError> {
        let bits = configurations(SIDE, t, count, GroundStates::Both, run.seed, purpose)?;
        Ok(scales(&Level::new(SIDE, bits)))
    };
    let names = ["⟨m²⟩", "⟨s s′⟩ at distance 5", "⟨s s′⟩ of neighbours"];
    let reference = exact(CRITICAL, "flow/exact at T_c", count)?;
    let wanted = [0, 1, 2].map(|k| mean_and_error(&reference[k]).0);
    let off = |found: &[Vec<f64>; 3], k: usize| mean_and_error(&found[k]).0 / wanted[k] - 1.0;
    let agrees = |found: &[Vec<f64>; 3]| (0..2).all(|k| off(found, k).abs() <= AGREE);
    let mut numbers: Vec<Number> = (0..3)
        .map(|k| mean_of(format!("{} at T_c, exact draws", names[k]), &reference[k]))
        .collect();
    let mut answers = Vec::new();
    let mut worst = 0.0_f64;
    let mut least = f64::INFINITY;
    for (variant, machine) in all.iter().zip(machines) {
        for t in [2.2, 2.3] {
            let bits = configurations(
                SIDE,
                t,
                4 * sizes.flows,
                GroundStates::Both,
                run.seed,
                "flow/starts near T_c",
            )?;
            let end = end_of(machine, variant.kind, &bits, run.seed, sizes.longest);
            let found = scales(&end);
            answers.push(agrees(&found));
            let here = off(&found, 0).abs().max(off(&found, 1).abs());
            worst = worst.max(here);
            least = least.min(here);
            for k in 0..3 {
                numbers.push(mean_of(
                    format!(
                        "{} at length {} from T = {t}, {}",
                        names[k], sizes.longest, variant.label
                    ),
                    &found[k],
                ));
            }
        }
    }
    let yes = answers.iter().filter(|&&a| a).count();
    let controls = vec![
        mutant(
            "exact draws at T = 2.0",
            agrees(&exact(2.0, "flow/control", 4000)?),
        ),
        mutant(
            "exact draws at T = 3.5",
            agrees(&exact(3.5, "flow/control", 4000)?),
        ),
        mutant(
            "exact draws at T = 2.6",
            agrees(&exact(2.6, "flow/control", 4000)?),
        ),
        not_vacuous(
            "other exact draws at T_c",
            agrees(&exact(CRITICAL, "flow/control", 4000)?),
        ),
    ];
    Ok(Finding {
        claim: "demellokoch2019-text-largest-scales".to_owned(),
        basis: Basis::Criterion,
        printed: "the RBM flow and RG are distinct, but they do agree on the largest scale structure of the generated \
                  patterns"
            .to_owned(),
        because: format!(
            "of {} flows (training, start) {yes} have ⟨m²⟩ and the correlation at half the lattice within {:.0} % of the \
             exact ones at T_c; the larger of the two differences is {:.0} % to {:.0} %",
            answers.len(),
            100.0 * AGREE,
            100.0 * least,
            100.0 * worst
        ),
        verdict: verdict_over(answers),
        test: format!(
            "{} independent flows for each; {count} exact draws; a stated criterion, not a test",
            4 * sizes.flows
        ),
        numbers,
        controls,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_of_patterns() {
        let up = Level::new(SIDE, vec![1; SITES]);
        for values in scales(&up) {
            assert!((values[0] - 1.0).abs() < 1e-15);
        }
        let rows = Level::new(SIDE, (0..SITES).map(|k| (k / SIDE % 2) as u8).collect());
        let [m, half, next] = scales(&rows);
        // Five rows on, the sign has changed; along a row it has not.
        assert!(m[0].abs() < 1e-15 && half[0].abs() < 1e-15 && next[0].abs() < 1e-15);
    }
}
