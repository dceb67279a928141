//! Rank-normalised split R-hat and effective sample sizes of the bulk and the tails.

use statrs::distribution::{ContinuousCDF, Normal};

use super::chains::Chains;
use super::lag_products::LagProducts;
use super::ranks::doubled_ranks;

/// Diagnostics of Vehtari et al. 2021. They can cast doubt on an error bar, never vouch for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankDiagnostics {
    /// The larger of R-hat of the ranks and R-hat of the folded ranks; near one if the halves of all
    /// chains agree in place and in scale.
    pub r_hat: f64,
    /// Effective sample size of the rank-normalised values.
    pub bulk_ess: f64,
    /// The smaller effective sample size of the indicators of the lower and the upper 5 %.
    pub tail_ess: f64,
}

/// Computes the diagnostics after splitting each chain in two.
///
/// Chains of unequal length are cut to the last measurements, as many as the shortest has; of an odd
/// number the middle one is left out.
///
/// ```text
/// z = Φ⁻¹((rank − 3/8)/(S + 1/4)),   R̂ = √((n−1)/n + B/(nW)),
/// τ̂ = −1 + 2 Σ_k P̂_k,  P̂_k = ρ̂(2k) + ρ̂(2k+1), initial positive and monotone,   ESS = S/τ̂
/// ```
/// # Accuracy
/// Agrees to 1e-9 with the numbers of another implementation: test `reference_values_are_met`.
///
/// # Complexity
/// O(n log n).
///
/// # References
/// A. Vehtari, A. Gelman, D. Simpson, B. Carpenter, P.-C. Bürkner, Bayesian Analysis 16 (2021) 667,
/// arXiv:1903.08008; C. J. Geyer, Statist. Sci. 7 (1992) 473 for the sequences.
pub fn rank_diagnostics(chains: &Chains<'_>) -> RankDiagnostics {
    let length = chains.shortest();
    let whole: Vec<&[f64]> = chains.iter().map(|c| &c[c.len() - length..]).collect();
    let all: Vec<f64> = whole.concat();
    let mut sorted = all.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let halves: Vec<&[f64]> = whole
        .iter()
        .flat_map(|c| [&c[..length / 2], &c[length - length / 2..]])
        .collect();

    let z = normal_scores(&halves);
    let values = halves.concat();
    let centre = median(values.clone());
    let folded: Vec<Vec<f64>> = halves
        .iter()
        .map(|c| c.iter().map(|x| (x - centre).abs()).collect())
        .collect();
    let folded: Vec<&[f64]> = folded.iter().map(Vec::as_slice).collect();
    let tail = |probability: f64| {
        let bound = quantile(&sorted, probability);
        let below = |c: &&[f64]| c.iter().map(|&x| f64::from(u8::from(x <= bound))).collect();
        effective_size(&halves.iter().map(below).collect::<Vec<_>>())
    };
    RankDiagnostics {
        r_hat: r_hat(&z).max(r_hat(&normal_scores(&folded))),
        bulk_ess: effective_size(&z),
        tail_ess: tail(0.05).min(tail(0.95)),
    }
}

/// Normal scores of the ranks among all chains, with Blom's offset 3/8.
fn normal_scores(chains: &[&[f64]]) -> Vec<Vec<f64>> {
    let ranks = doubled_ranks(&chains.concat());
    let total = ranks.len() as f64;
    let normal = Normal::standard();
    let mut rest = ranks.as_slice();
    chains
        .iter()
        .map(|c| {
            let (mine, others) = rest.split_at(c.len());
            rest = others;
            mine.iter()
                .map(|&r| normal.inverse_cdf((0.5 * r as f64 - 0.375) / (total + 0.25)))
                .collect()
        })
        .collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    let n = values.len();
    let (below, middle, _) = values.select_nth_unstable_by(n / 2, f64::total_cmp);
    let middle = *middle;
    if n % 2 == 1 {
        middle
    } else {
        let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        0.5 * (lower + middle)
    }
}

/// The quantile that interpolates linearly between order statistics (type 7 of Hyndman and Fan).
fn quantile(sorted: &[f64], probability: f64) -> f64 {
    let position = probability * (sorted.len() - 1) as f64;
    let (index, part) = (position.floor() as usize, position.fract());
    let next = sorted[(index + 1).min(sorted.len() - 1)];
    // The difference first: between equal neighbours the quantile is that value exactly.
    sorted[index] + part * (next - sorted[index])
}

/// Mean and variance with divisor n − 1.
fn moments(x: impl ExactSizeIterator<Item = f64> + Clone) -> (f64, f64) {
    let n = x.len() as f64;
    let mean = x.clone().sum::<f64>() / n;
    (
        mean,
        x.map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0),
    )
}

/// Means over chains of the variances within, and variance of the chain means.
fn within_and_between(chains: &[Vec<f64>]) -> (f64, f64) {
    let each: Vec<(f64, f64)> = chains.iter().map(|c| moments(c.iter().copied())).collect();
    let within = each.iter().map(|m| m.1).sum::<f64>() / each.len() as f64;
    (within, moments(each.iter().map(|m| m.0)).1)
}

fn r_hat(chains: &[Vec<f64>]) -> f64 {
    let n = chains[0].len() as f64;
    let (within, between) = within_and_between(chains);
    ((n - 1.0) / n + between / within).sqrt()
}

/// Effective sample size of chains of equal length (at least two), all of them together.
fn effective_size(chains: &[Vec<f64>]) -> f64 {
    let n = chains[0].len();
    let total = (n * chains.len()) as f64;
    let (within, between) = within_and_between(chains);
    let pooled = within * (n as f64 - 1.0) / n as f64 + between;
    if pooled <= 0.0 {
        // A constant, such as the indicator of a tail that all values share: nothing is correlated.
        return total;
    }
    let centred: Vec<Vec<f64>> = chains
        .iter()
        .map(|c| {
            let mean = c.iter().sum::<f64>() / n as f64;
            c.iter().map(|x| x - mean).collect()
        })
        .collect();
    let mut products = LagProducts::new(&centred);
    let mut rho = |t: usize| match t {
        0 => 1.0,
        _ => 1.0 - (within - products.get(t) / total) / pooled,
    };
    // Pairs ρ(2k) + ρ(2k+1) while they are positive; of the last one, only a positive even part.
    let (mut sum, mut smallest) = (0.0, f64::INFINITY);
    let mut k = 0;
    let last = loop {
        let (even, odd) = (rho(2 * k), rho(2 * k + 1));
        if even + odd < 0.0 || 2 * k + 4 >= n {
            break even.max(0.0);
        }
        smallest = f64::min(smallest, even + odd);
        sum += smallest;
        k += 1;
    };
    let tau = (2.0 * sum - 1.0 + last).max(1.0 / total.log10());
    total / tau
}

#[cfg(test)]
mod tests {
    use super::super::synthetic::{ar1, congruential_chains};
    use super::*;
    use crate::random::Seed;

    fn diagnose(chains: &[Vec<f64>]) -> RankDiagnostics {
        let views: Vec<&[f64]> = chains.iter().map(Vec::as_slice).collect();
        rank_diagnostics(&Chains::new(&views).unwrap())
    }

    #[test]
    fn reference_values_are_met() {
        for (case, r_hat, bulk, tail) in super::super::reference::RANK_DIAGNOSTICS {
            let got = diagnose(&congruential_chains(case));
            // Ranks and pairs are discrete, so the two programs agree to rounding or not at all.
            for (what, got, want) in [
                ("R-hat", got.r_hat, r_hat),
                ("bulk", got.bulk_ess, bulk),
                ("tail", got.tail_ess, tail),
            ] {
                assert!(
                    (got / want - 1.0).abs() < 1e-9,
                    "{case:?} {what}: {got} not {want}"
                );
            }
        }
    }

    #[test]
    fn one_stray_chain_is_seen_in_place_and_in_scale() {
        let mut s = Seed(2).stream("stray", 0);
        let mut chains: Vec<Vec<f64>> = (0..4).map(|_| ar1(0.3, 1000, &mut s)).collect();
        let fine = diagnose(&chains);
        assert!(fine.r_hat < 1.02 && fine.bulk_ess > 1000.0 && fine.tail_ess > 1000.0);
        for x in &mut chains[2] {
            *x += 1.0;
        }
        assert!(diagnose(&chains).r_hat > 1.05);
        for x in &mut chains[2] {
            *x = 4.0 * (*x - 1.0);
        }
        assert!(diagnose(&chains).r_hat > 1.05);
    }

    #[test]
    fn the_effective_size_of_ar1_is_that_of_its_time() {
        // ESS/n = (1 − ρ)/(1 + ρ); the noise of τ̂ is that of the Γ-method at about the same window.
        let mut s = Seed(2).stream("ess", 0);
        for rho in [0.0, 0.7] {
            let chains: Vec<Vec<f64>> = (0..4).map(|_| ar1(rho, 10_000, &mut s)).collect();
            let want = 40_000.0 * (1.0 - rho) / (1.0 + rho);
            let got = diagnose(&chains).bulk_ess;
            assert!((got / want - 1.0).abs() < 0.15, "{got} not {want}");
        }
    }
}
