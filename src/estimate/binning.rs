//! Error of a mean from bins of doubling length, with its plateau.

use super::chains::Chains;

/// Fewest bins of a level: the error is then known to 13 %.
const FEWEST_BINS: usize = 32;

/// The error of the mean as seen with bins of one length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinningLevel {
    /// Measurements in a bin, a power of two.
    pub length: usize,
    /// Number of bins.
    pub bins: usize,
    /// Standard error of the mean, as if the bins were independent.
    pub std_err: f64,
    /// Standard error of `std_err` for independent normal bins, `std_err/√(2(bins − 1))`.
    pub std_err_err: f64,
}

/// The error of a mean by bin length.
#[derive(Clone, Debug, PartialEq)]
pub struct Binning {
    /// One entry for each length with at least 32 bins.
    pub levels: Vec<BinningLevel>,
    /// The first level from which the error no longer grows; `None` if it grows to the end.
    pub plateau: Option<usize>,
}

/// Bins all chains, no bin across two chains; what is left at the front of a chain is dropped.
///
/// The plateau is the first level whose next two levels both exist and exceed it by less than two
/// standard errors of the difference, `σ √(1/(2 n_{k+j}) − 1/(2 n_k))` since the levels are nested.
/// A diagnostic: a slow mode of small amplitude stays unseen until the bins are as long as it lasts.
///
/// # Complexity
/// O(n).
pub fn binning(chains: &Chains<'_>) -> Binning {
    let mut current: Vec<Vec<f64>> = chains.centred();
    let mut levels = Vec::new();
    let mut length = 1;
    loop {
        let bins: usize = current.iter().map(Vec::len).sum();
        if bins < FEWEST_BINS {
            break;
        }
        let count = bins as f64;
        let mean = current.iter().flatten().sum::<f64>() / count;
        let squares: f64 = current.iter().flatten().map(|x| (x - mean).powi(2)).sum();
        let std_err = (squares / (count - 1.0) / count).sqrt();
        levels.push(BinningLevel {
            length,
            bins,
            std_err,
            std_err_err: std_err / (2.0 * (count - 1.0)).sqrt(),
        });
        length *= 2;
        for chain in &mut current {
            let odd = chain.len() % 2;
            *chain = chain[odd..]
                .chunks_exact(2)
                .map(|pair| 0.5 * (pair[0] + pair[1]))
                .collect();
        }
    }
    let flat = |k: usize, next: usize| {
        let (a, b) = (&levels[k], &levels[next]);
        let noise = (0.5 / b.bins as f64 - 0.5 / a.bins as f64).max(0.0).sqrt();
        b.std_err - a.std_err < 2.0 * noise * a.std_err
    };
    let plateau = (0..levels.len().saturating_sub(2)).find(|&k| flat(k, k + 1) && flat(k, k + 2));
    Binning { levels, plateau }
}

#[cfg(test)]
mod tests {
    use super::super::synthetic::ar1;
    use super::*;
    use crate::random::Seed;

    #[test]
    fn levels_are_errors_of_bin_means() {
        let x: Vec<f64> = (0..130).map(|i| f64::from(i * i % 17)).collect();
        let b = binning(&Chains::single(&x).unwrap());
        assert_eq!(b.levels.len(), 3);
        let level = b.levels[2];
        // 130 → 65 → 32 bins: the front measurement pair is dropped at the second step.
        assert_eq!((level.length, level.bins), (4, 32));
        let means: Vec<f64> = x[2..]
            .chunks(4)
            .map(|c| c.iter().sum::<f64>() / 4.0)
            .collect();
        let mean = means.iter().sum::<f64>() / 32.0;
        let variance = means.iter().map(|m| (m - mean).powi(2)).sum::<f64>() / 31.0;
        assert!((level.std_err - (variance / 32.0).sqrt()).abs() < 1e-12);
    }

    #[test]
    fn the_plateau_of_ar1_is_its_error() {
        let n = 40_000;
        for rho in [0.0, 0.5, 0.9] {
            let exact = ((1.0 + rho) / (1.0 - rho) / f64::from(n)).sqrt();
            for run in 0..5 {
                let x = ar1(rho, n as usize, &mut Seed(4).stream("binning", run));
                let b = binning(&Chains::single(&x).unwrap());
                let level = b.levels[b.plateau.unwrap()];
                // Bins of length b miss the fraction ρ/(b(1−ρ)²) of 2τ in the variance.
                let bins = level.length as f64;
                let missed = rho / (bins * (1.0 - rho) * (1.0 - rho)) * (1.0 - rho) / (1.0 + rho);
                let margin = 5.0 * level.std_err_err + missed * exact;
                assert!(
                    (level.std_err - exact).abs() < margin,
                    "ρ = {rho}: {level:?}"
                );
                // The first level sees no correlation.
                assert!(rho < 0.1 || b.levels[0].std_err < 0.7 * exact);
            }
        }
    }

    #[test]
    fn a_drift_has_no_plateau() {
        let x: Vec<f64> = (0..5000).map(f64::from).collect();
        assert_eq!(binning(&Chains::single(&x).unwrap()).plateau, None);
    }
}
