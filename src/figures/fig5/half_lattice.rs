//! The correlation at half the lattice.

use super::super::block_levels::Level;
use super::super::entries::{beside, by_scale, mean_and_error, mean_of};
use super::super::experiment::{FigureError, Run};
use super::super::ising_data::kept_configurations;
use super::super::judgement::{not_vacuous, verdict_over};
use super::{SIDE, SIZE, ZERO};
use crate::estimate::empirical_bernstein_p_value;
use crate::ledger::{Basis, Finding};

/// Mean of s s′ at half the lattice along both axes, for each configuration.
fn at_half(level: &Level) -> Vec<f64> {
    let (side, half) = (level.side, level.side / 2);
    level
        .bits
        .chunks_exact(level.sites())
        .map(|s| {
            let like = (0..side * side).filter(|&k| {
                let (r, c) = (k / side, k % side);
                s[k] == s[(r + half) % side * side + c]
            });
            let down = like.count();
            let across = (0..side * side)
                .filter(|&k| s[k] == s[k / side * side + (k % side + half) % side])
                .count();
            (down + across) as f64 / (side * side) as f64 - 1.0
        })
        .collect()
}

/// Whether the correlation has dropped to zero; `None` if the test cannot tell its mean from the border.
fn dropped(values: &[f64]) -> Option<bool> {
    let p = empirical_bernstein_p_value(values, -1.0, 1.0, ZERO).unwrap_or(1.0);
    (p < SIZE).then(|| mean_and_error(values).0 < ZERO)
}

pub(super) fn dropped_finding(run: &Run, input: &Level) -> Result<Finding, FigureError> {
    let values = at_half(input);
    let hot = by_scale(run, 3_000, 30_000);
    let bits = kept_configurations(run, SIDE, 10.0, hot, "32 by 32")?;
    let control_values = at_half(&Level::new(SIDE, bits));
    let answer = dropped(&values);
    let (mean, _) = mean_and_error(&values);
    Ok(Finding {
        claim: "demellokoch2019-text-correlation-dropped".to_owned(),
        basis: Basis::Test,
        printed: "this maximum distance must be large enough so that the spin-spin correlation has dropped to zero. Our \
                  lattice is large enough."
            .to_owned(),
        verdict: verdict_over([answer]),
        because: format!(
            "the correlation of two spins at distance 16 is {mean:.3}, {:.0} % of that of neighbours; below 1/20 was asked",
            100.0 * mean / std::f64::consts::FRAC_1_SQRT_2
        ),
        test: format!(
            "{} independent configurations, empirical Bernstein bound of size {SIZE:e} against 1/20",
            input.count()
        ),
        numbers: vec![
            beside(mean_of("⟨s s′⟩ at distance 16, T = 2.269", &values), 0.0),
            mean_of("⟨s s′⟩ at distance 16, T = 10", &control_values),
        ],
        // The decision sees a correlation that has dropped, and one that has not.
        controls: vec![not_vacuous("at T = 10 it has dropped", dropped(&control_values) == Some(true))],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stripes_of_half_the_lattice_are_opposite_there() {
        // Columns 0 and 1 up, 2 and 3 down: −1 across, +1 down.
        let level = Level::new(4, (0..16).map(|k| u8::from(k % 4 < 2)).collect());
        assert!(at_half(&level)[0].abs() < 1e-15);
        let up = Level::new(4, vec![1; 16]);
        assert!((at_half(&up)[0] - 1.0).abs() < 1e-15);
    }

    #[test]
    fn a_correlation_near_the_border_is_left_open() {
        let values = |mean: f64| -> Vec<f64> {
            (0..4000)
                .map(|k| mean + if k % 2 == 0 { 0.2 } else { -0.2 })
                .collect()
        };
        assert_eq!(dropped(&values(0.4)), Some(false));
        assert_eq!(dropped(&values(0.0)), Some(true));
        assert_eq!(dropped(&values(ZERO + 0.001)), None);
    }
}
