//! Draws from a machine, and what they say about its likelihood.

use super::likelihood::LikelihoodError;
use super::{BinaryData, free_energies};
use crate::model::{Layer, RbmWeights};
use crate::random::Seed;
use crate::sample::{BatchMemory, CHAINS_PER_STREAM, lanes_of_batch};
use rayon::prelude::*;

/// Units of the smaller layer up to which [`exact_draws`] draws.
pub const EXACT_DRAW_UNITS: usize = 16;

/// The machine with its layers exchanged.
fn exchanged(machine: &RbmWeights) -> Option<RbmWeights> {
    let (n, m) = (machine.visible(), machine.hidden());
    let units = (machine.units(Layer::Visible), machine.units(Layer::Hidden));
    let mut new = RbmWeights::zeros(m, n, units.1, units.0).ok()?;
    let (w, c, b) = new.parts_mut();
    for a in 0..m {
        for i in 0..n {
            w[a * n + i] = machine.weights()[i * m + a];
        }
    }
    c.copy_from_slice(machine.hidden_bias());
    b.copy_from_slice(machine.visible_bias());
    Some(new)
}

/// Independent draws of the visible layer: the smaller layer by the probabilities of all its states, the visible one
/// given it. `None` if both layers have more than [`EXACT_DRAW_UNITS`] units or a parameter is no finite number.
///
/// # Accuracy
/// Test `draws_have_the_probabilities_of_the_machine`.
///
/// # Complexity
/// `O(2^k · visible · hidden)` for k units of the smaller layer.
pub fn exact_draws(machine: &RbmWeights, count: usize, seed: Seed) -> Option<BinaryData> {
    let (n, m) = (machine.visible(), machine.hidden());
    let k = n.min(m);
    if k > EXACT_DRAW_UNITS || machine.check_finite().is_err() || count == 0 {
        return None;
    }
    let states: Vec<u8> = (0..1_u32 << k)
        .flat_map(|s| (0..k).map(move |i| (s >> i & 1) as u8))
        .collect();
    let by_visible = n <= m;
    let energies = if by_visible {
        free_energies(machine, &states)
    } else {
        free_energies(&exchanged(machine)?, &states)
    };
    let least = energies.iter().copied().fold(f64::INFINITY, f64::min);
    let mut total = 0.0;
    let cumulative: Vec<f64> = energies
        .iter()
        .map(|f| {
            total += libm::exp(least - f);
            total
        })
        .collect();
    let mut stream = seed.stream("states of the smaller layer", 0);
    let mut smaller = Vec::with_capacity(count * k);
    for _ in 0..count {
        let u = stream.uniform() * total;
        let state = cumulative
            .partition_point(|&c| c <= u)
            .min(energies.len() - 1);
        smaller.extend_from_slice(&states[state * k..(state + 1) * k]);
    }
    if by_visible {
        return BinaryData::from_bits(smaller, n).ok();
    }
    let mut up = vec![0; count * n];
    let mut lanes = lanes_of_batch(seed, "visible given hidden draws", 0, 0, count);
    BatchMemory::default().sample(machine, Layer::Visible, &smaller, &mut lanes, &mut up);
    BinaryData::from_bits(up, n).ok()
}

/// The visible layer of independent chains after so many sweeps of block Gibbs sampling, chain k from sample k of
/// `start` (in turn if there are fewer).
///
/// Draws from the machine only in the limit of many sweeps: chains that start in the modes of the data may never leave
/// them.
///
/// # Errors
/// [`LikelihoodError::Units`] if the layers do not fit.
pub fn chain_draws(
    machine: &RbmWeights,
    start: &BinaryData,
    chains: usize,
    sweeps: usize,
    seed: Seed,
) -> Result<Vec<u8>, LikelihoodError> {
    let (n, m) = (machine.visible(), machine.hidden());
    if start.units() != n {
        return Err(LikelihoodError::Units {
            data: start.units(),
            machine: n,
        });
    }
    let rows = start.up().chunks_exact(n).cycle().take(chains);
    let mut up: Vec<u8> = rows.flatten().copied().collect();
    up.par_chunks_mut(CHAINS_PER_STREAM * n)
        .enumerate()
        .for_each(|(block, v)| {
            let mut memory = BatchMemory::default();
            let count = v.len() / n;
            let mut h = vec![0; count * m];
            let first = block * CHAINS_PER_STREAM;
            for sweep in 0..sweeps as u64 {
                let mut lanes = lanes_of_batch(seed, "chains of draws", sweep, first, count);
                memory.sample(machine, Layer::Hidden, v, &mut lanes, &mut h);
                memory.sample(machine, Layer::Visible, &h, &mut lanes, v);
            }
        });
    Ok(up)
}

/// A log-likelihood from draws of the hidden layer.
#[derive(Clone, Debug, PartialEq)]
pub struct SampledLikelihood {
    /// The mean over the data of `ln p̂(v)`; too low on average.
    pub log_likelihood: f64,
    /// Its standard error by the draws, a jackknife over ten groups of them.
    pub std_err: f64,
}

/// The conservative sampling-based likelihood: the mean over the data of
///
/// ```text
/// ln p̂(v) = ln (1/S) Σ_s p(v | h_s)
/// ```
/// with `h_s` the hidden units of S draws of the visible layer `draws`, one draw of them each. `E p̂(v) = p(v)` if the
/// draws come from the machine, so `ln p̂(v)` is too low on average, by far where few draws are near v.
///
/// # Errors
/// [`LikelihoodError::Units`] if the layers do not fit.
///
/// # Panics
/// If there are fewer than 20 draws.
///
/// # Complexity
/// `O(S · visible · (hidden + samples))`.
///
/// # References
/// Y. Bengio, L. Yao and K. Cho, arXiv:1311.6184 (2013).
pub fn sampled_log_likelihood(
    machine: &RbmWeights,
    data: &BinaryData,
    draws: &BinaryData,
    seed: Seed,
) -> Result<SampledLikelihood, LikelihoodError> {
    const GROUPS: usize = 10;
    let (n, m) = (machine.visible(), machine.hidden());
    for set in [data, draws] {
        if set.units() != n {
            return Err(LikelihoodError::Units {
                data: set.units(),
                machine: n,
            });
        }
    }
    let count = draws.len();
    assert!(count >= 2 * GROUPS, "at least twenty draws");
    let mut hidden = vec![0; count * m];
    let mut lanes = lanes_of_batch(seed, "hidden of draws", 0, 0, count);
    let mut memory = BatchMemory::default();
    memory.sample(machine, Layer::Hidden, draws.up(), &mut lanes, &mut hidden);
    let mut fields = vec![0.0; count * n];
    memory.fields(machine, Layer::Visible, &hidden, &mut fields);
    let units = machine.units(Layer::Visible);
    // ln p(up) − ln p(down) is the gap of a unit; the sum of ln p(down) belongs to the draw.
    let scale = f64::from(units.rule().gap);
    let gaps: Vec<f64> = fields.iter().map(|&f| scale * f64::from(f)).collect();
    let down: Vec<f64> = gaps
        .chunks_exact(n)
        .map(|row| row.iter().map(|&g| -softplus(g)).sum())
        .collect();
    // Draw s belongs to group s mod 10: chains next to each other are as independent as any.
    let logs: Vec<[f64; GROUPS]> = data
        .up()
        .par_chunks(n)
        .map(|v| {
            let terms: Vec<f64> = gaps
                .chunks_exact(n)
                .zip(&down)
                .map(|(row, base)| {
                    let ups = row.iter().zip(v).filter(|(_, up)| **up == 1);
                    base + ups.map(|(g, _)| g).sum::<f64>()
                })
                .collect();
            let mut sums = [f64::NEG_INFINITY; GROUPS];
            for (g, sum) in sums.iter_mut().enumerate() {
                let group = terms.iter().skip(g).step_by(GROUPS);
                *sum = log_sum(group.copied());
            }
            sums
        })
        .collect();
    let group_size = |g: usize| (count - g).div_ceil(GROUPS);
    let mean_without = |left_out: Option<usize>| -> f64 {
        let size = count - left_out.map_or(0, group_size);
        let sum: f64 = logs
            .iter()
            .map(|sums| {
                let kept = sums
                    .iter()
                    .enumerate()
                    .filter(|(g, _)| Some(*g) != left_out);
                log_sum(kept.map(|(_, x)| *x))
            })
            .sum();
        sum / logs.len() as f64 - libm::log(size as f64)
    };
    let left: Vec<f64> = (0..GROUPS).map(|g| mean_without(Some(g))).collect();
    let mean = left.iter().sum::<f64>() / GROUPS as f64;
    let squares: f64 = left.iter().map(|x| (x - mean) * (x - mean)).sum();
    Ok(SampledLikelihood {
        log_likelihood: mean_without(None),
        std_err: (squares * (GROUPS - 1) as f64 / GROUPS as f64).sqrt(),
    })
}

/// `ln(1 + e^x)`.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + libm::log1p(libm::exp(-x.abs()))
}

fn log_sum(terms: impl Iterator<Item = f64> + Clone) -> f64 {
    let top = terms.clone().fold(f64::NEG_INFINITY, f64::max);
    if top == f64::NEG_INFINITY {
        return top;
    }
    top + libm::log(terms.map(|x| libm::exp(x - top)).sum::<f64>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::BinomialTest;
    use crate::exact::Limits;
    use crate::learn::exact_log_likelihood;
    use crate::learn::likelihood::probabilities;
    use crate::model::{Rbm, Units};

    fn machine(n: usize, m: usize, units: Units, scale: f64) -> RbmWeights {
        let mut s = Seed(41).stream("machine of draws", (10 * n + m) as u64);
        let mut list = |k: usize| (0..k).map(|_| scale * s.normal()).collect::<Vec<_>>();
        let rbm = Rbm::new(list(n * m), list(n), list(m)).unwrap();
        RbmWeights::from_rbm(&rbm.with_units(units, units)).unwrap()
    }

    /// Whether an exact binomial test of every state, all of size 1e-6 together, lets the draws pass.
    fn pass(p: &[f64], up: &[u8], n: usize) -> bool {
        let count = (up.len() / n) as u64;
        let mut seen = vec![0_u64; p.len()];
        for v in up.chunks(n) {
            seen[v.iter().rev().fold(0, |s, &b| 2 * s + usize::from(b))] += 1;
        }
        p.iter().zip(&seen).all(|(&p, &k)| {
            let test = BinomialTest::plan(count, 1e-6 / 16.0, 0.9, p).unwrap();
            !test.rejects(k).unwrap()
        })
    }

    #[test]
    fn draws_have_the_probabilities_of_the_machine() {
        for units in [Units::PlusMinus, Units::ZeroOne] {
            for (n, m) in [(4, 3), (3, 4)] {
                let machine = machine(n, m, units, 0.7);
                let p = probabilities(&machine);
                let draws = exact_draws(&machine, 20_000, Seed(1)).unwrap();
                assert!(pass(&p, draws.up(), n), "{units:?} {n}x{m}");
                let start = BinaryData::from_bits(vec![1; n], n).unwrap();
                let chains = chain_draws(&machine, &start, 20_000, 100, Seed(1)).unwrap();
                assert!(pass(&p, &chains, n), "{units:?} {n}x{m}");
                // Where the chains start is not enough, and another machine is told apart.
                let none = chain_draws(&machine, &start, 20_000, 0, Seed(1)).unwrap();
                assert!(!pass(&p, &none, n), "{units:?} {n}x{m}");
                let mut other = machine.clone();
                other.parts_mut().1[0] += 1.0;
                assert!(
                    !pass(&probabilities(&other), &chains, n),
                    "{units:?} {n}x{m}"
                );
            }
        }
        assert!(exact_draws(&machine(17, 17, Units::ZeroOne, 0.1), 1, Seed(1)).is_none());
    }

    #[test]
    fn sampled_likelihood_nears_the_exact_one_from_below() {
        for units in [Units::PlusMinus, Units::ZeroOne] {
            let machine = machine(4, 3, units, 0.7);
            let data = exact_draws(&machine, 300, Seed(2)).unwrap();
            let exact = exact_log_likelihood(&machine, &data, &Limits::default()).unwrap();
            let (mut low, mut within) = (0.0, 0_u64);
            let runs = 200;
            for k in 0..runs {
                let draws = exact_draws(&machine, 100, Seed(100 + k)).unwrap();
                let found = sampled_log_likelihood(&machine, &data, &draws, Seed(k)).unwrap();
                low += (found.log_likelihood - exact) / runs as f64;
                within += u64::from((found.log_likelihood - exact).abs() < 4.0 * found.std_err);
            }
            // Jensen: about half a relative variance over 100 draws, which is below 16 states of weight 1.
            assert!(low < 0.0 && low > -16.0 / 200.0, "{low}");
            assert!(within > 190, "{within}");
        }
    }
}
