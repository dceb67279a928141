//! Series with known answers, for the tests of the error analysis.

use crate::random::Stream;

/// A stationary Gaussian AR(1) series `x_{t+1} = ρ x_t + √(1−ρ²) ξ_t` of unit variance and mean zero;
/// its integrated autocorrelation time is `½ (1 + ρ)/(1 − ρ)`.
pub(super) fn ar1(rho: f64, length: usize, stream: &mut Stream) -> Vec<f64> {
    let kick = (1.0 - rho * rho).sqrt();
    let mut x = stream.normal();
    (0..length)
        .map(|_| {
            let now = x;
            x = rho * x + kick * stream.normal();
            now
        })
        .collect()
}

/// Names a deterministic set of chains: number of chains, their length, how strong a smoothing
/// correlates them, and whether the values are cut to ten integers (ties).
#[derive(Clone, Copy, Debug)]
pub(super) struct CongruentialCase {
    pub(super) chains: u32,
    pub(super) length: usize,
    pub(super) smoothing: f64,
    pub(super) rounded: bool,
}

/// Deterministic irregular chains that any program can make: a linear congruence modulo 2³¹ − 1 (exact
/// in integers), smoothed by `x ← a x + (1 − a) u` (the same double operations in the same order).
pub(super) fn congruential_chains(case: CongruentialCase) -> Vec<Vec<f64>> {
    (0..case.chains)
        .map(|c| {
            let mut state = 12_345 + 1000 * u64::from(c);
            let mut x = 0.5;
            (0..case.length)
                .map(|_| {
                    state = state * 48_271 % 2_147_483_647;
                    let u = state as f64 / 2_147_483_647.0;
                    x = case.smoothing * x + (1.0 - case.smoothing) * u;
                    if case.rounded { (x * 10.0).floor() } else { x }
                })
                .collect()
        })
        .collect()
}

/// `P(K = k)` of a binomial by plain products, an independent route.
pub(super) fn binomial_point(n: u64, p: f64, k: u64) -> f64 {
    let choose: f64 = (0..k).map(|j| (n - j) as f64 / (k - j) as f64).product();
    choose * p.powi(k as i32) * (1.0 - p).powi((n - k) as i32)
}

/// Deterministic irregular numbers in (0, 1), as `make_reference.py` makes them.
pub(super) fn uniforms(n: usize, seed: u64) -> Vec<f64> {
    let mut state = seed;
    (0..n)
        .map(|_| {
            state = state * 48_271 % 2_147_483_647;
            state as f64 / 2_147_483_647.0
        })
        .collect()
}
