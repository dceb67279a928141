//! Integrated autocorrelation time with automatic window: the Γ-method.

use statrs::function::gamma::gamma_ur;

use super::chains::Chains;
use super::lag_products::LagProducts;

/// Ratio `S = τ_exp/τ_int` that the window assumes (Wolff's default).
const S: f64 = 1.5;

/// An integrated autocorrelation time `τ = ½ + Σ_{t≥1} ρ(t)`, in steps between measurements.
///
/// ½ for independent draws, below ½ for alternating ones; `n_eff = n/(2τ)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AutocorrelationTime {
    /// The time.
    pub tau: f64,
    /// Its standard error, `τ √(4 (W + ½ − τ)/n)`, or that of `W + ½` alone if τ is larger.
    pub tau_err: f64,
    /// The lag W at which the sum was cut.
    pub window: usize,
    /// Whether the window closed within half of the shortest chain. If not, τ is a lower guess.
    pub closed: bool,
}

/// What the Γ-method says about the mean of one observable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GammaAnalysis {
    /// Mean over all chains.
    pub mean: f64,
    /// Standard error of the mean, `√(2τ Γ(0)/n)`.
    pub std_err: f64,
    /// Standard error of `std_err`.
    pub std_err_err: f64,
    /// Variance Γ(0) of a single measurement.
    pub variance: f64,
    /// The autocorrelation time.
    pub time: AutocorrelationTime,
    /// Probability of chain means at least as far apart if all chains have the same law
    /// (asymptotic: a diagnostic, no test of valid size); `None` for one chain.
    pub replica_probability: Option<f64>,
}

/// Mean, error and autocorrelation time of an observable from all its chains together.
///
/// ```text
/// Γ(t) = Σ_r Σ_i (a_i − ā)(a_{i+t} − ā) / (n − R t),    C(W) = Γ(0) + 2 Σ_{t=1..W} Γ(t)
/// τ(W) = C(W) / 2Γ(0),   W = first with e^{−W/τ'} < τ'/√(W n),   S/τ' = ln((2τ+1)/(2τ−1))
/// ```
/// Γ is then corrected for the subtraction of the estimated mean by `Γ(t) += C(W)/n`.
/// Where ρ(1) is negative the window is chosen with Σ|ρ|, so that an alternating series is not cut
/// after its first, negative, term.
///
/// # Errors
/// None beyond those of [`Chains::new`]: valid chains can always be analysed, and `closed` says
/// whether the result deserves trust.
///
/// # Accuracy
/// Truncation bias is of relative order `e^{−W/τ}`, noise `√(2(2W+1)/n)`. Tests
/// `exact_autocorrelations_give_the_exact_time`, `ar1_time_is_recovered`,
/// `finite_chain_times_are_recovered`.
///
/// # Complexity
/// O(64 n) if the window closes by lag 64, else O(n log n).
///
/// # References
/// U. Wolff, Comput. Phys. Commun. 156 (2004) 143, hep-lat/0306017, sections 3 and 4.
pub fn gamma_method(chains: &Chains<'_>) -> GammaAnalysis {
    let centred = chains.centred();
    let n = chains.total() as f64;
    let replicas = chains.n_chains() as f64;
    let mut products = LagProducts::new(&centred);
    let mut gamma = |t: usize| products.get(t) / (n - replicas * t as f64);
    let longest_window = (chains.shortest() / 2).max(1);
    let cut = window(&mut gamma, n, longest_window);
    let variance_0 = gamma(0);
    let (mut c, window) = (cut.sum, cut.window);
    let mut closed = cut.closed;
    if c <= 0.0 {
        // Noise has eaten an alternating sum. The uncorrelated value is then too large, not too small.
        c = variance_0;
        closed = false;
    }
    let bias = c / n;
    let variance = variance_0 + bias;
    let c = c + (2 * window + 1) as f64 * bias;
    let tau = 0.5 * c / variance;
    let width = window as f64 + 0.5;
    let spread = if width > tau { width - tau } else { width };
    let std_err = (c / n).sqrt();
    GammaAnalysis {
        mean: chains.mean(),
        std_err,
        std_err_err: std_err * (width / n).sqrt(),
        variance,
        time: AutocorrelationTime {
            tau,
            tau_err: tau * (4.0 * spread / n).sqrt(),
            window,
            closed,
        },
        replica_probability: replica_probability(&centred, c),
    }
}

struct Cut {
    window: usize,
    /// `C(W) = Γ(0) + 2 Σ Γ(t)`.
    sum: f64,
    closed: bool,
}

/// The automatic window for an autocovariance function of `n` measurements.
fn window(gamma: &mut impl FnMut(usize) -> f64, n: f64, longest: usize) -> Cut {
    let gamma_0 = gamma(0);
    let alternating = gamma(1) < 0.0;
    let (mut sum, mut absolute) = (gamma_0, gamma_0);
    for w in 1..=longest {
        let g = gamma(w);
        sum += 2.0 * g;
        absolute += 2.0 * g.abs();
        let tau = 0.5 * if alternating { absolute } else { sum } / gamma_0;
        let decay = if tau > 0.5 {
            S / ((2.0 * tau + 1.0) / (2.0 * tau - 1.0)).ln()
        } else {
            f64::MIN_POSITIVE
        };
        let w_ = w as f64;
        if (-w_ / decay).exp() < decay / (w_ * n).sqrt() || decay <= f64::MIN_POSITIVE {
            return Cut {
                window: w,
                sum,
                closed: true,
            };
        }
    }
    Cut {
        window: longest,
        sum,
        closed: false,
    }
}

/// `P(χ²_{R−1} ≥ Σ_r n_r (ā_r − ā)²/C)`.
fn replica_probability(centred: &[Vec<f64>], c: f64) -> Option<f64> {
    if centred.len() < 2 {
        return None;
    }
    let chi_squared: f64 = centred
        .iter()
        .map(|x| {
            let sum: f64 = x.iter().sum();
            sum * sum / x.len() as f64
        })
        .sum::<f64>()
        / c;
    // Chains whose means are all the same, to the last bit, are common where there are few values.
    Some(if chi_squared <= 0.0 {
        1.0
    } else if chi_squared.is_finite() {
        gamma_ur(0.5 * (centred.len() - 1) as f64, 0.5 * chi_squared)
    } else {
        0.0
    })
}

#[cfg(test)]
mod tests {
    use super::super::finite_chain::FiniteChain;
    use super::super::synthetic::ar1;
    use super::*;
    use crate::random::Seed;

    #[test]
    fn exact_autocorrelations_give_the_exact_time() {
        // Γ(t) = ρ^t exactly: what is missing is the tail behind the window, ρ^{W+1}/(1 − ρ).
        for rho in [-0.8_f64, -0.3, 0.1, 0.5, 0.9, 0.99] {
            let n = 1e6;
            let cut = window(&mut |t| rho.powi(t as i32), n, 500_000);
            let tau = 0.5 * (1.0 + rho) / (1.0 - rho);
            let tail = rho.powi(cut.window as i32 + 1) / (1.0 - rho);
            assert!(cut.closed);
            assert!((0.5 * cut.sum + tail - tau).abs() < 1e-12 * (1.0 + tau));
            // The window balances truncation e^{−W/Sτ} with noise: the truncation is below √(W/n).
            let noise = tau * (4.0 * (cut.window as f64 + 0.5) / n).sqrt();
            assert!(tail.abs() < noise, "ρ = {rho}: tail {tail}, noise {noise}");
        }
        assert!(!window(&mut |_| 1.0, 100.0, 5).closed);
    }

    #[test]
    fn ar1_time_is_recovered() {
        // Means over 40 runs: their error is τ_err/√40; 6 of them plus the truncation, which the
        // test above bounds by one τ_err.
        for (rho, n) in [(0.0, 5000), (0.5, 5000), (0.9, 20_000), (-0.5, 5000)] {
            let tau = 0.5 * (1.0 + rho) / (1.0 - rho);
            let (runs, mut sum, mut error, mut pull) = (40_u32, 0.0, 0.0, 0.0);
            for run in 0..runs {
                let x = ar1(rho, n, &mut Seed(11).stream("ar1", u64::from(run)));
                let g = gamma_method(&Chains::single(&x).unwrap());
                assert!(g.time.closed);
                sum += g.time.tau;
                error += g.time.tau_err;
                pull += (g.mean / g.std_err).powi(2);
            }
            let runs = f64::from(runs);
            let (mean, error) = (sum / runs, error / runs);
            let margin = error * (6.0 / runs.sqrt() + 0.5);
            assert!((mean - tau).abs() < margin, "ρ = {rho}: {mean} not {tau}");
            // χ² of 40 standardised means: 6 standard deviations of 2·40.
            assert!((pull - runs).abs() < 6.0 * (2.0 * runs).sqrt(), "{pull}");
        }
    }

    #[test]
    fn finite_chain_times_are_recovered() {
        // Two states and a lazy walk on five, whose exact times come from a linear solve.
        let two = FiniteChain::new(vec![vec![0.9, 0.1], vec![0.3, 0.7]]).unwrap();
        let mut walk = vec![vec![0.0; 5]; 5];
        for i in 0..5_usize {
            walk[i][i.saturating_sub(1)] += 0.3;
            walk[i][(i + 1).min(4)] += 0.3;
            walk[i][i] += 0.4;
        }
        let walk = FiniteChain::new(walk).unwrap();
        for (chain, f) in [
            (two, vec![1.0, -1.0]),
            (walk, vec![0.0, 1.0, 4.0, 9.0, 16.0]),
        ] {
            let exact = chain.autocorrelation_time(&f).unwrap();
            let mut s = Seed(5).stream("finite chain", 0);
            let series: Vec<Vec<f64>> = (0..6).map(|_| chain.sample(&f, 20_000, &mut s)).collect();
            let views: Vec<&[f64]> = series.iter().map(Vec::as_slice).collect();
            let g = gamma_method(&Chains::new(&views).unwrap());
            let time = g.time;
            assert!(
                (time.tau - exact).abs() < 5.0 * time.tau_err,
                "{time:?}, exact {exact}"
            );
            assert!((g.mean - chain.mean(&f)).abs() < 5.0 * g.std_err);
            assert!(g.replica_probability.unwrap() > 1e-5);
        }
    }

    #[test]
    fn replicas_with_the_same_mean_agree() {
        let x: Vec<f64> = (0..40).map(|i| f64::from(i % 3)).collect();
        let g = gamma_method(&Chains::new(&[&x, &x, &x]).unwrap());
        assert!(g.replica_probability.unwrap() >= 1.0);
        // Chains that never moved, apart.
        let g = gamma_method(&Chains::new(&[&[0.0; 40], &[1.0; 40]]).unwrap());
        assert!(g.replica_probability.unwrap() < 1.0);
    }

    #[test]
    fn replicas_that_disagree_are_seen() {
        let mut s = Seed(5).stream("replicas", 0);
        let a = ar1(0.5, 2000, &mut s);
        let b: Vec<f64> = ar1(0.5, 2000, &mut s).iter().map(|x| x + 0.5).collect();
        let together = gamma_method(&Chains::new(&[&a, &b]).unwrap());
        assert!(together.replica_probability.unwrap() < 1e-3);
        // Two chains know more than one: the error shrinks by √2, up to its own error.
        let c = ar1(0.5, 2000, &mut s);
        let one = gamma_method(&Chains::single(&a).unwrap());
        let two = gamma_method(&Chains::new(&[&a, &c]).unwrap());
        let ratio = one.std_err / two.std_err;
        let noise = 6.0 * (one.std_err_err / one.std_err).hypot(two.std_err_err / two.std_err);
        assert!((ratio / 2.0_f64.sqrt() - 1.0).abs() < noise, "{ratio}");
    }
}
