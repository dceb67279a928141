//! Intervals of the estimates that `blockspin sample` prints cover the exact values as often as they say.
//!
//! The full study, with ten thousand comparisons, is `examples/coverage`.

#[path = "../examples/coverage/random_run.rs"]
#[expect(dead_code, reason = "the example prints more of a comparison")]
mod random_run;

use blockspin::estimate::{BinomialTest, Convergence};
use blockspin::random::Seed;
use random_run::{Comparison, Observable, comparison};
use rayon::prelude::*;

/// Longest chain, in measurements.
const LONGEST: f64 = 3000.0;

#[test]
fn intervals_of_converged_estimates_cover() {
    let all: Vec<Comparison> = (0..600)
        .into_par_iter()
        .map(|i| comparison(Seed(7), i, LONGEST))
        .collect();
    let converged: Vec<&Comparison> = all
        .iter()
        .filter(|c| c.flag() == Some(Convergence::Converged))
        .collect();
    assert!(converged.len() >= 150, "{} comparisons", converged.len());
    for observable in Observable::ALL {
        let of = converged.iter().filter(|c| c.observable == observable);
        assert!(of.count() >= 20, "{}", observable.name());
    }
    // Each level is claimed up to one part in two hundred; the size of each test is 1e-6.
    for level in [0.5, 0.9, 0.99] {
        let hits = converged.iter().filter(|c| c.covers(level)).count() as u64;
        let n = converged.len() as u64;
        let (low, high) = (level - 0.005, level + 0.005);
        let test = BinomialTest::plan_between(n, 1e-6, 0.999, low, high).unwrap();
        assert!(!test.rejects(hits).unwrap(), "{level}: {hits} of {n}");
        // Error bars that are too small by a half would have been seen at the lower levels.
        if level < 0.95 {
            let halved = converged
                .iter()
                .filter(|c| {
                    c.estimate.as_ref().is_some_and(|e| {
                        let (low, high) = e.interval(level).unwrap();
                        (e.mean - c.exact).abs() <= 0.25 * (high - low)
                    })
                })
                .count() as u64;
            assert!(test.rejects(halved).unwrap(), "{level}: {halved} of {n}");
        }
    }
}
