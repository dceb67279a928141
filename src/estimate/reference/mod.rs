//! Written by `make_reference.py` with arviz 0.23.4 and scipy 1.17.1; do not edit.

#![expect(
    clippy::unreadable_literal,
    reason = "numbers as the other program prints them"
)]

use super::synthetic::CongruentialCase;

/// (case, rank-normalised split R-hat, bulk ESS, tail ESS).
pub(super) const RANK_DIAGNOSTICS: [(CongruentialCase, f64, f64, f64); 7] = [
    (
        CongruentialCase {
            chains: 4,
            length: 1000,
            smoothing: 0.0,
            rounded: false,
        },
        1.0002038308617178,
        3591.001830028488,
        3845.6375509625227,
    ),
    (
        CongruentialCase {
            chains: 4,
            length: 1000,
            smoothing: 0.9,
            rounded: false,
        },
        1.0225908019602148,
        213.69151403193953,
        409.8252711679826,
    ),
    (
        CongruentialCase {
            chains: 2,
            length: 501,
            smoothing: 0.5,
            rounded: false,
        },
        1.012303139108251,
        359.4503500072938,
        558.0696248806113,
    ),
    (
        CongruentialCase {
            chains: 3,
            length: 401,
            smoothing: 0.7,
            rounded: false,
        },
        1.0093193846988688,
        256.94324497860896,
        507.58686633746925,
    ),
    (
        CongruentialCase {
            chains: 3,
            length: 250,
            smoothing: 0.6,
            rounded: true,
        },
        1.0162962937409306,
        239.2248843034402,
        342.9686780125492,
    ),
    (
        CongruentialCase {
            chains: 4,
            length: 2000,
            smoothing: 0.99,
            rounded: false,
        },
        1.2209913955922145,
        14.942626772640894,
        145.7152898393617,
    ),
    (
        CongruentialCase {
            chains: 2,
            length: 64,
            smoothing: 0.3,
            rounded: false,
        },
        1.001455678759191,
        62.716173581161854,
        92.40411543287331,
    ),
];

/// (pairs, shift, two-sided exact p) of the Wilcoxon signed-rank test on `u − shift`.
pub(super) const SIGNED_RANK: [(usize, f64, f64); 3] = [
    (12, 0.3, 0.90966796875),
    (25, 0.4, 0.5424043536186218),
    (60, 0.35, 0.04350117210882054),
];

/// (first size, second size, shift, two-sided exact p) of the Mann–Whitney test.
pub(super) const MANN_WHITNEY: [(usize, usize, f64, f64); 3] = [
    (6, 9, 0.3, 0.3276723276723276),
    (20, 20, 0.25, 0.5290969229064697),
    (15, 40, -0.2, 0.00039630850169541693),
];

/// (first size, second size, shift, exact p) of the two-sample Kolmogorov–Smirnov test.
pub(super) const TWO_SAMPLE_KS: [(usize, usize, f64, f64); 4] = [
    (10, 10, 0.3, 0.41752365281777043),
    (50, 50, 0.25, 0.039194586195352224),
    (15, 40, -0.2, 0.004344284734894034),
    (200, 200, 0.15, 0.004304993380033157),
];

/// (successes, trials, level, lower, upper) of the Clopper–Pearson interval.
pub(super) const CLOPPER_PEARSON: [(u64, u64, f64, f64, f64); 5] = [
    (0, 10, 0.95, 0.0, 0.30849710781876294),
    (7, 10, 0.95, 0.3475471499399921, 0.9332604888222655),
    (9900, 10000, 0.99, 0.9871424857532342, 0.9923792134493749),
    (
        500000,
        1000000,
        0.999999,
        0.49755369601260563,
        0.5024463039873943,
    ),
    (10, 10, 0.5, 0.8705505632961241, 1.0),
];
