//! The runs test of exchangeability: do like values stand together more, or less, than in a random order?

use statrs::function::gamma::ln_gamma;

/// Terms of a tail below this fraction of its sum are bounded by a geometric series, not added.
const NEGLIGIBLE: f64 = 1e-18;

/// `ln C(n, k)`; minus infinity where there is no such choice.
fn ln_choose(n: u64, k: u64) -> f64 {
    if k > n {
        return f64::NEG_INFINITY;
    }
    let ln_factorial = |m: u64| ln_gamma(m as f64 + 1.0);
    ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k)
}

/// `ln P(R = runs)` for a random order of `ones` ones and `zeros` zeros, both positive.
fn ln_point(ones: u64, zeros: u64, runs: u64) -> f64 {
    let half = runs / 2;
    let cut = |k: u64| {
        if k == 0 {
            f64::NEG_INFINITY
        } else {
            ln_choose(ones - 1, k - 1)
        }
    };
    let other = |k: u64| {
        if k == 0 {
            f64::NEG_INFINITY
        } else {
            ln_choose(zeros - 1, k - 1)
        }
    };
    let ways = if runs.is_multiple_of(2) {
        std::f64::consts::LN_2 + cut(half) + other(half)
    } else {
        // The symbol that begins has one run more.
        let (a, b) = (cut(half + 1) + other(half), cut(half) + other(half + 1));
        let top = a.max(b);
        if top > f64::NEG_INFINITY {
            top + ((a - top).exp() + (b - top).exp()).ln()
        } else {
            top
        }
    };
    ways - ln_choose(ones + zeros, ones)
}

/// Two-sided p-value of the number of runs in a sequence of labels, twice the smaller tail and at most one.
///
/// ```text
/// P(R = 2k)   = 2 C(a−1, k−1) C(b−1, k−1) / C(a+b, a)
/// P(R = 2k+1) = [C(a−1, k) C(b−1, k−1) + C(a−1, k−1) C(b−1, k)] / C(a+b, a)
/// ```
/// given a ones and b zeros. Valid at every length if the order is exchangeable, whatever the law of the
/// labels and however a rule that does not look at the order has made them from the data: a threshold at
/// the sample median, say. A sequence of one label has nothing to tell: its p-value is one.
///
/// # Accuracy
/// Logarithms of factorials are right to a relative 1e-14, the result is enlarged by what that can make of it.
/// Test `size_is_exact_by_enumeration`.
/// # Complexity
/// O(n), and some `√n` terms of a tail.
/// # References
/// A. Wald, J. Wolfowitz, Ann. Math. Statist. 11 (1940) 147.
pub fn runs_p_value(labels: impl Iterator<Item = bool>) -> f64 {
    let (mut counts, mut runs, mut last) = ([0_u64; 2], 0_u64, None);
    for label in labels {
        counts[usize::from(label)] += 1;
        runs += u64::from(last != Some(label));
        last = Some(label);
    }
    runs_p_value_of(counts[1], counts[0], runs)
}

/// [`runs_p_value`] of a sequence that has been counted: its ones, zeros and runs.
pub fn runs_p_value_of(ones: u64, zeros: u64, runs: u64) -> f64 {
    if zeros == 0 || ones == 0 {
        return 1.0;
    }
    let most = 2 * zeros.min(ones) + u64::from(zeros != ones);
    let point = |r: u64| ln_point(ones, zeros, r).exp();
    // Outward from what was seen, the law being unimodal up to the alternation of even and odd.
    let tail = |step: &dyn Fn(u64) -> Option<u64>| {
        let (mut sum, mut at, mut last) = (0.0, Some(runs), f64::INFINITY);
        while let Some(r) = at {
            let p = point(r);
            sum += p;
            if sum > 0.5 || (p.max(last) < NEGLIGIBLE * sum) {
                break;
            }
            last = p;
            at = step(r);
        }
        sum
    };
    let below = tail(&|r| (r > 2).then(|| r - 1));
    let above = tail(&|r| (r < most).then(|| r + 1));
    let n = (zeros + ones) as f64;
    // Nine logarithms of factorials up to n ln n, each off by a few parts in 10¹⁵.
    let slack = 1.0 + 2e-14 * (n * n.ln()).max(1.0);
    (2.0 * below.min(above) * slack).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;

    #[test]
    fn size_is_exact_by_enumeration() {
        for n in 1..=14_u32 {
            for ones in 0..=n {
                let all: Vec<f64> = (0..1_u32 << n)
                    .filter(|s| s.count_ones() == ones)
                    .map(|s| runs_p_value((0..n).map(|i| s >> i & 1 == 1)))
                    .collect();
                for &alpha in &all {
                    let size =
                        all.iter().filter(|&&p| p <= alpha).count() as f64 / all.len() as f64;
                    assert!(size <= alpha * (1.0 + 1e-9), "{n} {ones}: {size} > {alpha}");
                }
                // Not a bound but the law: two tails that reach the smallest p-value exactly.
                let smallest = all.iter().copied().fold(1.0, f64::min);
                let hits = all.iter().filter(|&&p| p <= smallest).count() as f64;
                assert!(smallest >= 1.0 || 2.0 * hits / all.len() as f64 >= smallest * 0.999_999);
            }
        }
    }

    #[test]
    fn sticky_and_alternating_sequences_are_seen_and_fair_ones_pass() {
        let n = 4000;
        let mut stream = Seed(5).stream("runs", 0);
        let mut chain = |keep: f64| {
            let mut x = false;
            let labels: Vec<bool> = (0..n)
                .map(|_| {
                    x = if stream.uniform() < keep { x } else { !x };
                    x
                })
                .collect();
            runs_p_value(labels.into_iter())
        };
        // The number of changes is binomial: 1/2 ± 0.075 is 9.5 standard deviations of 1/(2√n).
        assert!(chain(0.575) < 1e-9 && chain(0.425) < 1e-9);
        assert!(chain(0.5) > 1e-9);
        assert!(runs_p_value(std::iter::repeat_n(true, 50)) >= 1.0);
        assert!(runs_p_value(std::iter::empty()) >= 1.0);
    }

    #[test]
    fn long_sequences_keep_their_digits() {
        // 10⁶ labels with as many runs as expected, and with 5000 fewer: z = 2·5000/10³ = 10.
        let sequence = |block: usize, blocks: usize| {
            (0..1_000_000).map(move |i| {
                let long = i < block * blocks;
                if long {
                    (i / block).is_multiple_of(2)
                } else {
                    (i / 2).is_multiple_of(2)
                }
            })
        };
        assert!(runs_p_value(sequence(2, 0)) > 0.9);
        let p = runs_p_value(sequence(4, 5000));
        // 2 Φ(−10) = 1.52e-23, up to the correction of order 1/√n that the discrete law has.
        assert!((p.ln() - 1.52e-23_f64.ln()).abs() < 0.1, "{p:e}");
    }
}
