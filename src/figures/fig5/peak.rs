//! A peak around the place of the hidden spin.

use super::super::block_levels::{Level, correlations, shuffled_labels};
use super::super::entries::{brief, mean_of};
use super::super::ising_data::spin_values;
use super::super::judgement::{mutant, not_vacuous, verdict_over};
use super::{Pair, Rule, SIZE, panels};
use crate::estimate::empirical_bernstein_p_value;
use crate::ledger::{Basis, Finding, Number};
use crate::random::Seed;

/// What a configuration says of a peak: own block less the shell around it.
pub(super) fn contrasts(pair: &Pair) -> Vec<f64> {
    let (side, coarse, ratio) = (pair.side, pair.coarse, pair.ratio());
    let (n, m) = (side * side, coarse * coarse);
    let wide = ratio + 2;
    let shell = (wide * wide - ratio * ratio) as f64;
    pair.visible
        .chunks_exact(n)
        .zip(pair.hidden.chunks_exact(m))
        .map(|(v, h)| {
            let mut sum = 0.0;
            for (a, &h) in h.iter().enumerate() {
                let (top, left) = (a / coarse * ratio, a % coarse * ratio);
                let (mut own, mut all) = (0.0, 0.0);
                for r in 0..wide {
                    for c in 0..wide {
                        let x =
                            v[(top + r + side - 1) % side * side + (left + c + side - 1) % side];
                        all += x;
                        if (1..=ratio).contains(&r) && (1..=ratio).contains(&c) {
                            own += x;
                        }
                    }
                }
                let inside = f64::from(own) / (ratio * ratio) as f64;
                sum += f64::from(h) * (inside - f64::from(all - own) / shell);
            }
            sum / m as f64
        })
        .collect()
}

/// Whether independent numbers in [−2, 2] have a positive mean; `None` if the test cannot tell from zero.
pub(super) fn positive(values: &[f64]) -> Option<bool> {
    let p = empirical_bernstein_p_value(values, -2.0, 2.0, 0.0).unwrap_or(1.0);
    (p < SIZE).then(|| values.iter().sum::<f64>() > 0.0)
}

/// Whether there is a peak in the own block of the hidden spins.
fn has_peak(pair: &Pair) -> bool {
    positive(&contrasts(pair)) == Some(true)
}

pub(super) fn peak_finding(
    seed: Seed,
    input: &Level,
    peaks: &[Option<bool>],
    numbers: Vec<Number>,
    lowest: f64,
) -> Finding {
    let count = input.count();
    let n = input.sites();
    let [pair, _, wide] = panels(input, Rule::ALL[0], seed);
    let map = correlations(&pair.visible, n, &pair.hidden, pair.coarse * pair.coarse);
    let at_home = map
        .chunks_exact(n)
        .enumerate()
        .filter(|(a, row)| {
            let largest = (0..n).fold(0, |best, i| if row[i] > row[best] { i } else { best });
            let (r, c) = (largest / pair.side, largest % pair.side);
            r / 2 * pair.coarse + c / 2 == *a
        })
        .count();
    // The same decision on what must not have a peak.
    let labels = shuffled_labels(n, seed, "fig5/shuffled labels");
    let shuffled = Pair {
        visible: spin_values(&input.relabelled(&labels).bits),
        hidden: pair.hidden.clone(),
        ..pair
    };
    let strangers = Pair {
        visible: pair.visible[n..].to_vec(),
        hidden: pair.hidden[..pair.hidden.len() - pair.coarse * pair.coarse].to_vec(),
        ..pair
    };
    let half = pair.side / 2;
    let moved: Vec<usize> = (0..n)
        .map(|k| (k / pair.side + half) % pair.side * pair.side + k % pair.side)
        .collect();
    let moved = Pair {
        visible: spin_values(&input.relabelled(&moved).bits),
        hidden: pair.hidden.clone(),
        ..pair
    };
    let mut stream = seed.stream("fig5/independent spins", 0);
    let bits = (0..n * count)
        .map(|_| (stream.next_u64() >> 63) as u8)
        .collect();
    let [independent, ..] = panels(&Level::new(pair.side, bits), Rule::ALL[0], seed);
    let mut numbers = numbers;
    numbers.push(brief(
        format!(
            "hidden spins whose largest correlation is in their own block, of {}",
            pair.coarse * pair.coarse
        ),
        at_home as f64,
    ));
    numbers.push(mean_of(
        "5c, own 4 by 4 sites less the shell around them, ties at random",
        &contrasts(&wide),
    ));
    Finding {
        claim: "demellokoch2019-fig5a".to_owned(),
        basis: Basis::Test,
        printed: "⟨v_i h_a⟩ between the 32 by 32 input at T_c and the lattice after one step: a peak around the \
                  place of the hidden spin"
            .to_owned(),
        verdict: verdict_over(peaks.iter().copied()),
        because: format!(
            "the correlation with the four sites of the own block exceeds that with the twelve sites around it for every \
             rule; {at_home} of {} hidden spins have their largest correlation in their own block; the background at the \
             largest distance is {:.0} % of the peak",
            pair.coarse * pair.coarse,
            100.0 * lowest
        ),
        test: format!(
            "{count} independent configurations, empirical Bernstein bound of size {SIZE:e} for each of {} rules",
            Rule::ALL.len()
        ),
        numbers,
        controls: vec![
            mutant("sites of the input shuffled", has_peak(&shuffled)),
            mutant("block spins of the configuration before", has_peak(&strangers)),
            mutant("place moved by half the lattice", has_peak(&moved)),
            not_vacuous("blocks of independent spins have a peak", has_peak(&independent)),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rg::Tie;

    #[test]
    fn contrast_of_one_spin_up() {
        // One hidden spin on a 4 by 4 lattice with blocks of 2: own sites up, all others down.
        let mut visible = vec![-1.0; 16];
        for site in [0, 1, 4, 5] {
            visible[site] = 1.0;
        }
        let pair = Pair {
            side: 4,
            coarse: 2,
            unit: 1.0,
            visible,
            hidden: vec![1.0, 0.0, 0.0, 0.0],
        };
        // Own mean 1, the twelve others −1; a quarter of the units.
        assert!((contrasts(&pair)[0] - 0.5).abs() < 1e-12);
    }

    #[test]
    fn blocks_of_independent_spins_have_a_peak_and_strangers_do_not() {
        // The peak is the rule's, not the lattice's: ⟨v h⟩ = 3/8 in the own block and 0 elsewhere.
        let mut stream = Seed(4).stream("test", 0);
        let bits = (0..2000 * 64)
            .map(|_| (stream.next_u64() >> 63) as u8)
            .collect();
        let [pair, _, _] = panels(&Level::new(8, bits), Rule::Sign(Tie::Fair), Seed(4));
        assert!(has_peak(&pair));
        let mean = contrasts(&pair).iter().sum::<f64>() / 2000.0;
        // Standard error of a mean over 2000 configurations of 16 blocks below 1/178: five of them.
        assert!((mean - 0.375).abs() < 5.0 / 178.0, "{mean}");
        let strangers = Pair {
            visible: pair.visible[64..].to_vec(),
            hidden: pair.hidden[..1999 * 16].to_vec(),
            ..pair
        };
        assert!(!has_peak(&strangers));
    }
}
