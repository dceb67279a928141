//! Sign test, Wilcoxon's signed-rank test and the Mann–Whitney test.

use statrs::distribution::{Binomial, DiscreteCDF};
use statrs::function::erf::erfc;

use super::design::{Design, TestError, smallest, within};
use super::ranks::doubled_ranks;

/// Steps of an exact recursion that are still worth their time.
const MOST_STEPS: usize = 20_000_000;
/// Margin for the rounding of an exact recursion: its terms are positive, its depth below 10⁴.
const ROUNDING: f64 = 1.0 + 1e-11;

/// Two-sided p-value of `P(x > median) = P(x < median)`; values equal to it are left out.
///
/// Exact given the number of values that differ. Plan it with
/// [`BinomialTest::plan_for_effect`](super::BinomialTest::plan_for_effect) at probability ½.
///
/// # Errors
/// [`TestError`] without values or with one that is not finite.
///
/// # Complexity
/// O(n).
pub fn sign_test(values: &[f64], median: f64) -> Result<f64, TestError> {
    check(values)?;
    within(&[median], f64::MIN, f64::MAX)?;
    let above = values.iter().filter(|&&x| x > median).count() as u64;
    let below = values.iter().filter(|&&x| x < median).count() as u64;
    Ok(match Binomial::new(0.5, above + below) {
        Ok(b) if above + below > 0 => (2.0 * b.cdf(above.min(below))).min(1.0),
        _ => 1.0,
    })
}

/// Two-sided p-value of "symmetric about `centre`" (Wilcoxon's signed ranks; ties share ranks, values
/// equal to the centre are left out).
///
/// Given the distances from the centre, the signs are fair coins whatever the ties. Up to about 200
/// values (2·10⁷ steps) the distribution of their sum is computed; beyond, with `z = S/√Σr²`,
///
/// ```text
/// p = 2 min(e^{−z²/2}, Φ̄(z)/(4Φ̄(√2)))
/// ```
/// which holds for all weights: no normal approximation.
///
/// # Errors
/// [`TestError`] without values or with one that is not finite.
///
/// # Accuracy
/// Tests `sign_and_signed_rank_are_exact_by_enumeration`, `bounds_lie_above_the_exact_values`.
///
/// # Complexity
/// O(n log n), plus at most 2·10⁷ steps.
///
/// # References
/// Hoeffding 1963, theorem 2; V. K. Bentkus, D. Dzindzalieta, Bernoulli 21 (2015) 1231 for the second.
pub fn signed_rank_test(values: &[f64], centre: f64) -> Result<f64, TestError> {
    check(values)?;
    within(&[centre], f64::MIN, f64::MAX)?;
    let differences: Vec<f64> = values
        .iter()
        .map(|x| x - centre)
        .filter(|d| d.abs() > 0.0)
        .collect();
    let sizes: Vec<f64> = differences.iter().map(|d| d.abs()).collect();
    let ranks = doubled_ranks(&sizes);
    let total: u64 = ranks.iter().sum();
    let above: u64 = ranks
        .iter()
        .zip(&differences)
        .filter(|(_, d)| **d > 0.0)
        .map(|(r, _)| r)
        .sum();
    let low = above.min(total - above);
    if ranks.is_empty() {
        return Ok(1.0);
    }
    let steps = ranks.len().saturating_mul(total as usize);
    Ok(if steps <= MOST_STEPS {
        coin_sum_tail(&ranks, low)
    } else {
        coin_sum_bound(&ranks, low)
    })
}

/// `2 P(Σ r_i c_i ≤ low)` for fair coins c, at most one.
fn coin_sum_tail(ranks: &[u64], low: u64) -> f64 {
    let mut chance = vec![0.0; low as usize + 1];
    chance[0] = 1.0;
    for &r in ranks {
        let r = r as usize;
        for s in (0..chance.len()).rev() {
            let with = if s >= r { chance[s - r] } else { 0.0 };
            chance[s] = 0.5 * (chance[s] + with);
        }
    }
    (2.0 * chance.iter().sum::<f64>() * ROUNDING).min(1.0)
}

/// The bound of [`signed_rank_test`] above [`coin_sum_tail`].
fn coin_sum_bound(ranks: &[u64], low: u64) -> f64 {
    let total: u64 = ranks.iter().sum();
    let squares: f64 = ranks.iter().map(|&r| (r as f64).powi(2)).sum();
    let z = (total - 2 * low) as f64 / squares.sqrt();
    let constant = 1.0 / (2.0 * erfc(1.0));
    let gauss = constant * 0.5 * erfc(z * core::f64::consts::FRAC_1_SQRT_2);
    (2.0 * gauss.min((-0.5 * z * z).exp())).min(1.0)
}

/// The smallest `P(x₁ + x₂ > 2·centre) − ½` (over two independent draws) that [`signed_rank_test`]
/// finds among `n` draws from a law without atoms with at least the planned power; may exceed ½, and
/// then nothing is sure to be found.
///
/// The fraction of pairs is a U-statistic, which falls short of its mean by t with probability at
/// most `e^{−2⌊n/2⌋t²}`.
///
/// # References
/// Hoeffding 1963, section 5a.
pub fn signed_rank_detectable(design: &Design, n: u64) -> f64 {
    if n < 2 {
        return f64::INFINITY;
    }
    let half = (n / 2) as f64;
    let n = n as f64;
    let pairs = 0.5 * n * (n - 1.0);
    let norm = (n * (n + 1.0) * (2.0 * n + 1.0) / 6.0).sqrt();
    let needed = 0.25 * n * (n + 1.0) + 0.5 * norm * (2.0 * design.size_exponent()).sqrt();
    needed / pairs - 0.5 + (design.miss_exponent() / (2.0 * half)).sqrt()
}

/// The smallest number of draws at which [`signed_rank_detectable`] is at most `effect`; `None` if
/// there is none below 2⁵².
pub fn signed_rank_draws(design: &Design, effect: f64) -> Option<u64> {
    // Even sizes only: an odd draw leaves ⌊n/2⌋ behind.
    smallest(|h| signed_rank_detectable(design, 2 * h) <= effect).map(|h| 2 * h)
}

/// Two-sided p-value of "both samples are independent draws of one law" that looks at
/// `P(x < y) + ½P(x = y)` (Mann–Whitney; ties share ranks).
///
/// Small samples: the rank sum over all choices of n among the pooled ranks, exact with ties. Beyond
/// 2·10⁷ steps:
///
/// ```text
/// p = 2 exp(−(U − nm/2)²/(2V)),   V = nm(n + m + 1)/12
/// ```
/// The generating function of U, `Π_{i≤n} sinh((m+i)h) i/(sinh(ih)(m+i))`, has
/// `(ln(sinh(ax)/sinh(bx)))' ≤ (a² − b²)x/3`, by the partial fractions of coth, so U is
/// sub-Gaussian with its own variance; averaging ranks over ties only lowers the function (Jensen).
///
/// # Errors
/// [`TestError`] if a sample is empty or a value is not finite.
///
/// # Accuracy
/// Tests `mann_whitney_is_valid_by_enumeration`, `bounds_lie_above_the_exact_values`,
/// `the_rank_sum_is_sub_gaussian_with_its_own_variance`.
///
/// # Complexity
/// O(N log N), plus at most 2·10⁷ steps.
pub fn mann_whitney_test(first: &[f64], second: &[f64]) -> Result<f64, TestError> {
    check(first)?;
    check(second)?;
    let (small, large) = if first.len() <= second.len() {
        (first, second)
    } else {
        (second, first)
    };
    let ranks = doubled_ranks(&[small, large].concat());
    let sum: u64 = ranks[..small.len()].iter().sum();
    let top: u64 = ranks.iter().sum();
    let steps = ranks
        .len()
        .saturating_mul(small.len())
        .saturating_mul(top as usize);
    Ok(if steps <= MOST_STEPS {
        rank_sum_tail(&ranks, small.len(), sum)
    } else {
        rank_sum_bound(small.len(), large.len(), sum)
    })
}

/// In how many ways `n` of the ranks have each sum.
fn rank_sum_ways(ranks: &[u64], n: usize) -> Vec<f64> {
    let top = ranks.iter().sum::<u64>() as usize;
    let mut ways = vec![vec![0.0; top + 1]; n + 1];
    ways[0][0] = 1.0;
    for &r in ranks {
        let r = r as usize;
        for k in (1..=n).rev() {
            let (fewer, these) = ways.split_at_mut(k);
            for (to, from) in these[0][r..].iter_mut().zip(&fewer[k - 1]) {
                *to += from;
            }
        }
    }
    ways.swap_remove(n)
}

/// Twice the smaller tail of the sum of `n` of the ranks, chosen uniformly.
fn rank_sum_tail(ranks: &[u64], n: usize, sum: u64) -> f64 {
    let ways = rank_sum_ways(ranks, n);
    let (below, above) = (&ways[..=sum as usize], &ways[sum as usize..]);
    let all: f64 = ways.iter().sum();
    let tail = below.iter().sum::<f64>().min(above.iter().sum());
    (2.0 * tail / all * ROUNDING).min(1.0)
}

/// `Var U` without ties.
fn rank_sum_variance(n: f64, m: f64) -> f64 {
    n * m * (n + m + 1.0) / 12.0
}

/// The bound of [`mann_whitney_test`] above [`rank_sum_tail`].
fn rank_sum_bound(n: usize, m: usize, sum: u64) -> f64 {
    let (n, m) = (n as f64, m as f64);
    let deviation = 0.5 * sum as f64 - 0.5 * n * (n + m + 1.0);
    (2.0 * (-deviation * deviation / (2.0 * rank_sum_variance(n, m))).exp()).min(1.0)
}

/// The smallest `|P(x < y) + ½P(x = y) − ½|` that [`mann_whitney_test`] finds with at least the
/// planned power, for samples of n and m; may exceed ½, and then nothing is sure to be found.
///
/// U/(nm) falls short of its mean by t with probability at most `e^{−2 min(n,m) t²}`.
///
/// # References
/// Hoeffding 1963, section 5b.
pub fn mann_whitney_detectable(design: &Design, n: u64, m: u64) -> f64 {
    let fewer = n.min(m) as f64;
    let (n, m) = (n as f64, m as f64);
    let critical = (design.size_exponent() * (n + m + 1.0) / (6.0 * n * m)).sqrt();
    critical + (design.miss_exponent() / (2.0 * fewer)).sqrt()
}

/// The smallest size of both samples at which [`mann_whitney_detectable`] is at most `effect`; `None`
/// if there is none below 2⁵².
pub fn mann_whitney_draws(design: &Design, effect: f64) -> Option<u64> {
    smallest(|n| mann_whitney_detectable(design, n, n) <= effect)
}

fn check(values: &[f64]) -> Result<(), TestError> {
    if values.is_empty() {
        return Err(TestError::TooFew { got: 0, needed: 1 });
    }
    within(values, f64::MIN, f64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::reference::{MANN_WHITNEY, SIGNED_RANK};
    use super::super::synthetic::uniforms;
    use super::super::{BinomialTest, clopper_pearson};
    use super::*;
    use crate::random::{Seed, Stream};

    /// `P(p ≤ α) ≤ α` at every attainable α, over equally likely outcomes; returns the largest ratio.
    fn assert_valid(p: &[f64]) -> f64 {
        let mut sharpest = 0.0_f64;
        for &alpha in p {
            let size = p.iter().filter(|&&q| q <= alpha).count() as f64 / p.len() as f64;
            assert!(size <= alpha * (1.0 + 1e-12), "{size} > {alpha}");
            sharpest = sharpest.max(size / alpha);
        }
        sharpest
    }

    #[test]
    fn sign_and_signed_rank_are_exact_by_enumeration() {
        for sizes in [
            vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0],
            vec![1.0, 1.0, 2.0, 2.0, 2.0, 7.0, 8.0, 8.0, 9.0, 0.0],
        ] {
            for test in [sign_test, signed_rank_test] {
                let p: Vec<f64> = (0_u32..1 << sizes.len())
                    .map(|mask| {
                        let signed =
                            |(i, s): (usize, &f64)| if mask >> i & 1 == 1 { -s } else { *s };
                        let values: Vec<f64> = sizes.iter().enumerate().map(signed).collect();
                        test(&values, 0.0).unwrap()
                    })
                    .collect();
                assert!(assert_valid(&p) > 0.999);
            }
        }
    }

    #[test]
    fn mann_whitney_is_valid_by_enumeration() {
        for pooled in [
            [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0],
            [1.0, 1.0, 1.0, 2.0, 2.0, 5.0, 5.0, 5.0, 5.0, 6.0],
        ] {
            let p: Vec<f64> = (0_u32..1 << 10)
                .filter(|mask| mask.count_ones() == 4)
                .map(|mask| {
                    let pick = |bit: u32| -> Vec<f64> {
                        (0..10)
                            .filter(|i| mask >> i & 1 == bit)
                            .map(|i| pooled[i])
                            .collect()
                    };
                    mann_whitney_test(&pick(1), &pick(0)).unwrap()
                })
                .collect();
            assert!(assert_valid(&p) > 0.5);
        }
    }

    #[test]
    fn reference_values_are_met() {
        for (n, shift, want) in SIGNED_RANK {
            let got = signed_rank_test(&uniforms(n, 777), shift).unwrap();
            assert!((got / want - 1.0).abs() < 1e-9, "{got} not {want}");
        }
        for (n, m, shift, want) in MANN_WHITNEY {
            let x: Vec<f64> = uniforms(n, 777).iter().map(|u| u + shift).collect();
            let y = uniforms(m, 4242);
            for got in [mann_whitney_test(&x, &y), mann_whitney_test(&y, &x)] {
                assert!(
                    (got.clone().unwrap() / want - 1.0).abs() < 1e-9,
                    "{got:?} not {want}"
                );
            }
        }
    }

    #[test]
    fn bounds_lie_above_the_exact_values() {
        let plain: Vec<u64> = (1..=60).map(|r| 2 * r).collect();
        let tied = doubled_ranks(
            &uniforms(60, 5)
                .iter()
                .map(|u| (u * 8.0).floor())
                .collect::<Vec<_>>(),
        );
        for ranks in [plain, tied] {
            let total: u64 = ranks.iter().sum();
            for low in (0..=total / 2).step_by(7) {
                let (exact, bound) = (coin_sum_tail(&ranks, low), coin_sum_bound(&ranks, low));
                assert!(exact <= bound, "signs, {low}: {exact} > {bound}");
            }
            for n in [3, 12, 30] {
                for sum in (0..=total).step_by(61) {
                    let exact = rank_sum_tail(&ranks, n, sum);
                    let bound = rank_sum_bound(n, 60 - n, sum);
                    assert!(exact <= bound, "ranks, {n}, {sum}: {exact} > {bound}");
                }
            }
        }
    }

    #[test]
    fn the_rank_sum_is_sub_gaussian_with_its_own_variance() {
        let plain: Vec<u64> = (1..=24).map(|r| 2 * r).collect();
        let tied: Vec<u64> = doubled_ranks(&(0..24).map(|i| f64::from(i / 5)).collect::<Vec<_>>());
        for n in [1, 5, 12] {
            let (variance, centre) = (
                rank_sum_variance(n as f64, (24 - n) as f64),
                12.5 * n as f64,
            );
            // ln E e^{λ(U−μ)} over λ²V/2, from the counted distribution.
            let ratio = |ranks: &[u64], lambda: f64| -> f64 {
                let ways = rank_sum_ways(ranks, n);
                let all: f64 = ways.iter().sum();
                let excess =
                    |(s, w): (usize, &f64)| w / all * (lambda * (0.5 * s as f64 - centre)).exp_m1();
                ways.iter().enumerate().map(excess).sum::<f64>().ln_1p()
                    / (0.5 * lambda * lambda * variance)
            };
            for step in 1..40 {
                let lambda = 0.05 * f64::from(step) / variance.sqrt();
                let (without, with) = (ratio(&plain, lambda), ratio(&tied, lambda));
                assert!(
                    without <= 1.0 + 1e-9 && with < without,
                    "{n}, λ {lambda}: {without}, {with}"
                );
            }
            // The fourth cumulant is of the order of the variance squared: 1 − O(λ²V).
            assert!(ratio(&plain, 0.05 / variance.sqrt()) > 1.0 - 0.05_f64.powi(2));
        }
    }

    /// A law without atoms for which `P(x₁ + x₂ > 0)` and `P(x < y)` are known: uniform on [0, 1), moved.
    fn draws(n: u64, shift: f64, s: &mut Stream) -> Vec<f64> {
        (0..n).map(|_| s.uniform() + shift).collect()
    }

    #[test]
    fn large_samples_keep_size_and_power() {
        // Sizes for which the bounds are used. Rejections are counted; the Clopper–Pearson interval at
        // 1e-9 must reach down to α, and up to the planned power.
        let design = Design::new(0.01, 0.95).unwrap();
        let runs = 400;
        let count = |reject: &mut dyn FnMut(&mut Stream) -> bool, purpose: &str| -> (f64, f64) {
            let hits = (0..runs)
                .filter(|&r| reject(&mut Seed(8).stream(purpose, r)))
                .count();
            clopper_pearson(hits as u64, runs, 1e-9).unwrap()
        };
        let n = signed_rank_draws(&design, 0.15).unwrap().max(300);
        // x = u − ½ + δ: P(x₁ + x₂ > 0) = 1 − (1 − 2δ)²/2 = 0.65.
        let delta = 0.5 * (1.0 - 0.7_f64.sqrt());
        let signed = |shift: f64, purpose: &str| {
            count(
                &mut |s| signed_rank_test(&draws(n, shift - 0.5, s), 0.0).unwrap() <= 0.01,
                purpose,
            )
        };
        assert!(signed(0.0, "signed size").0 <= 0.01);
        assert!(signed(delta, "signed power").1 >= 0.95);
        assert!(signed(delta / 5.0, "signed small").1 < 0.95);
        let m = mann_whitney_draws(&design, 0.15).unwrap();
        // y = x + δ': P(x < y) = 1 − (1 − δ')²/2 = 0.65.
        let delta = 1.0 - 0.7_f64.sqrt();
        let two = |shift: f64, purpose: &str| {
            count(
                &mut |s| mann_whitney_test(&draws(m, 0.0, s), &draws(m, shift, s)).unwrap() <= 0.01,
                purpose,
            )
        };
        assert!(two(0.0, "two size").0 <= 0.01);
        assert!(two(delta, "two power").1 >= 0.95);
        assert!(two(delta / 5.0, "two small").1 < 0.95);
    }

    #[test]
    fn the_sign_test_is_planned_by_the_binomial() {
        let test = BinomialTest::plan_for_effect(1e-3, 0.99, 0.5, 0.1).unwrap();
        let n = test.draws();
        assert!(test.power_at(0.6) >= 0.99 && test.power_at(0.4) >= 0.99);
        assert!(
            BinomialTest::plan(n / 2, 1e-3, 0.99, 0.5)
                .unwrap()
                .power_at(0.6)
                < 0.99
        );
        let values =
            |k: u64| -> Vec<f64> { (0..n).map(|i| if i < k { 1.0 } else { -1.0 }).collect() };
        for k in (0..=n).step_by(5) {
            let (a, b) = (
                sign_test(&values(k), 0.0).unwrap(),
                test.p_value(k).unwrap(),
            );
            assert!((a - b).abs() <= 1e-9 * b);
        }
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(sign_test(&[], 0.0).is_err());
        assert!(signed_rank_test(&[1.0, f64::NAN], 0.0).is_err());
        assert!(mann_whitney_test(&[1.0], &[]).is_err());
        assert!(sign_test(&[0.0, 0.0], 0.0).unwrap() >= 1.0);
        assert!(signed_rank_test(&[0.0, 0.0], 0.0).unwrap() >= 1.0);
        assert!(mann_whitney_test(&[1.0, 1.0], &[1.0]).unwrap() >= 1.0);
    }
}
