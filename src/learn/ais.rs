//! `ln Z` by annealed importance sampling, forward from independent units and backward from the machine.
//!
//! Between a base of independent units with biases `c⁰` and the machine, through
//!
//! ```text
//! 𝒦_β(v, h) = Σ_i ((1 − β) c⁰_i + β c_i) v_i + β Σ v W h + β Σ b h,    0 = β_0 < … < β_K = 1
//! ```
//! Forward: `E e^w = Z/Z_0`, so `ln Ẑ` falls short on average and lies above `ln Z + ln(1/α)` with
//! probability at most α (Markov). Backward, from exact draws of the machine: `E e^{−w} = Z_0/Z`, and
//! everything the other way round. Together they bracket `ln Z`.
//!
//! # References
//! R. M. Neal, Stat. Comput. 11 (2001) 125; R. Salakhutdinov and I. Murray, ICML 2008;
//! Y. Burda, R. Grosse and R. Salakhutdinov, AISTATS 2015 (backward).

use super::BinaryData;
use super::likelihood::log_sum_of_unit;
use crate::model::{Layer, RbmError, RbmWeights, Units};
use crate::numeric::{Kernel, vectorised};
use crate::random::Seed;
use crate::sample::{BatchMemory, CHAINS_PER_STREAM, draw_batch, lanes_of_batch};
use rayon::prelude::*;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};
use thiserror::Error;

/// Why no estimate is made.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum AisError {
    /// Too few chains or temperatures.
    #[error("{what} is {value}: expected at least {least}")]
    TooFew {
        /// Of what.
        what: &'static str,
        /// How many.
        value: usize,
        /// How many are needed.
        least: usize,
    },
    /// Layers that do not fit.
    #[error("{what} has {found} units, the machine {machine} visible ones")]
    Units {
        /// What does not fit.
        what: &'static str,
        /// Its units.
        found: usize,
        /// Visible units.
        machine: usize,
    },
    /// No machine.
    #[error(transparent)]
    Machine(#[from] RbmError),
}

/// The settings of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct AisConfig {
    /// K: steps between the base and the machine.
    pub temperatures: usize,
    /// Independent chains.
    pub chains: usize,
    /// The visible biases of the base; `None` for zeros.
    pub base: Option<Vec<f32>>,
    /// The seed.
    pub seed: Seed,
}

impl Default for AisConfig {
    fn default() -> Self {
        Self {
            temperatures: 1000,
            chains: 200,
            base: None,
            seed: Seed::default(),
        }
    }
}

impl AisConfig {
    /// The base with the means of a data set, kept off 0 and 1 by one sample more of each.
    pub fn with_base_of(mut self, data: &BinaryData, units: Units) -> Self {
        let n = data.len() as f64;
        let bias = |p: f64| {
            let p = (p * n + 1.0) / (n + 2.0);
            let gap = libm::log(p / (1.0 - p));
            match units {
                Units::PlusMinus => (gap / 2.0) as f32,
                Units::ZeroOne => gap as f32,
            }
        };
        self.base = Some(data.fraction_up().into_iter().map(bias).collect());
        self
    }
}

/// An estimate of `ln Z` from one direction.
#[derive(Clone, Debug, PartialEq)]
pub struct AisEstimate {
    /// The estimate; too low on average forward, too high backward.
    pub log_z: f64,
    /// Its standard error by the spread of the weights (delta method, jackknife bias taken off).
    pub std_err: f64,
    /// The effective number of chains, `(Σ w)²/Σ w²`. Where it is near 1, believe neither number.
    pub n_eff: f64,
    /// The logarithms of `Z_0 e^w` (forward) or of `e^{−w}/Z_0` (backward) chain by chain.
    pub log_weights: Vec<f64>,
}

impl AisEstimate {
    /// The interval `ln Ẑ ± t σ` with 95 %, t the 97.5 % point of Student's distribution with one degree of freedom
    /// less than there are chains. Asymptotic in the number of chains.
    pub fn interval(&self) -> (f64, f64) {
        let half = student_point(self.log_weights.len() as f64 - 1.0) * self.std_err;
        (self.log_z - half, self.log_z + half)
    }
}

/// The 97.5 % point of Student's distribution.
///
/// # Accuracy
/// Beyond 1000 degrees of freedom by the first term of its expansion, within `3 ν⁻²`: test
/// `points_of_student_are_those_of_the_tables`.
fn student_point(dof: f64) -> f64 {
    match StudentsT::new(0.0, 1.0, dof) {
        Ok(t) if dof <= 1000.0 => t.inverse_cdf(0.975),
        _ => {
            let z = Normal::standard().inverse_cdf(0.975);
            z * (1.0 + (z * z + 1.0) / (4.0 * dof))
        }
    }
}

/// Both directions together.
#[derive(Clone, Debug, PartialEq)]
pub struct LogZInterval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl LogZInterval {
    /// Contains `ln Z` with probability at least `1 − 2α` whatever the machine, if the backward chains
    /// started from exact draws: `ln Ẑ_forward − ln(1/α) ≤ ln Z ≤ ln Ẑ_backward + ln(1/α)`, by Markov's
    /// inequality. Wide by `2 ln(1/α)` at least.
    pub fn certain(forward: &AisEstimate, backward: &AisEstimate, alpha: f64) -> Self {
        let slack = -libm::log(alpha);
        let raw = |e: &AisEstimate| log_mean(&e.log_weights);
        Self {
            low: raw(forward) - slack,
            high: -raw(backward) + slack,
        }
    }

    /// From the lowest to the highest end of the two intervals `ln Ẑ ± t σ`. Asymptotic in the number of
    /// chains; covers `ln Z` at least as often as either of the two.
    ///
    /// # Accuracy
    /// Coverage over 200 random machines: test `intervals_cover`.
    pub fn normal(forward: &AisEstimate, backward: &AisEstimate, t: f64) -> Self {
        let ends = [forward, backward].map(|e| (e.log_z - t * e.std_err, e.log_z + t * e.std_err));
        Self {
            low: ends[0].0.min(ends[1].0),
            high: ends[0].1.max(ends[1].1),
        }
    }

    /// Whether a value lies within.
    pub fn contains(&self, log_z: f64) -> bool {
        self.low <= log_z && log_z <= self.high
    }
}

/// The logarithm of the mean of exponentials.
fn log_mean(logs: &[f64]) -> f64 {
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logs.iter().map(|x| libm::exp(x - top)).sum();
    top + libm::log(sum / logs.len() as f64)
}

/// The estimate from logarithms of weights; `sign` −1 for weights of 1/Z.
fn estimate(log_weights: Vec<f64>, sign: f64) -> AisEstimate {
    let n = log_weights.len() as f64;
    let mean = log_mean(&log_weights);
    let relative: Vec<f64> = log_weights.iter().map(|w| libm::exp(w - mean)).collect();
    let squares: f64 = relative.iter().map(|r| r * r).sum();
    let variance = relative.iter().map(|r| (r - 1.0) * (r - 1.0)).sum::<f64>() / (n - 1.0);
    // ln of a mean is too low by half its relative variance.
    let bias = -variance / (2.0 * n);
    AisEstimate {
        log_z: sign * (mean - bias),
        std_err: (variance / n).sqrt(),
        n_eff: n * n / squares,
        log_weights,
    }
}

/// One block of chains with its memory. The fields on the hidden units always belong to the visible ones.
struct Block<'a> {
    machine: &'a RbmWeights,
    base: &'a [f32],
    purpose: &'a str,
    seed: Seed,
    first: usize,
    memory: BatchMemory,
    v: Vec<u8>,
    h: Vec<u8>,
    fields: Vec<f32>,
    work: Vec<f64>,
}

impl Block<'_> {
    /// One sweep of block Gibbs sampling at β.
    fn sweep(&mut self, beta: f64, step: u64) {
        let machine = self.machine;
        let chains = self.v.len() / machine.visible();
        let mut lanes = lanes_of_batch(self.seed, self.purpose, step, self.first, chains);
        let mut rule = machine.units(Layer::Hidden).rule();
        rule.gap *= beta as f32;
        draw_batch::<false>(
            rule,
            machine.hidden(),
            &mut lanes,
            &mut self.fields,
            &mut self.h,
        );
        let offset: Vec<f32> = self
            .base
            .iter()
            .zip(machine.visible_bias())
            .map(|(&c0, &c)| ((1.0 - beta) * f64::from(c0) + beta * f64::from(c)) as f32)
            .collect();
        let biases = (beta as f32, offset.as_slice());
        self.memory
            .sample_visible_with(machine, biases, &self.h, &mut lanes, &mut self.v);
        self.set_fields();
    }

    /// Brings the fields on the hidden units up to date with the visible ones.
    fn set_fields(&mut self) {
        self.memory
            .fields(self.machine, Layer::Hidden, &self.v, &mut self.fields);
    }

    /// Adds `ln f_{β'}(v) − ln f_β(v)` to the work, where `f_β(v) = Σ_h e^{𝒦_β}`.
    fn add_work(&mut self, from: f64, to: f64) {
        let machine = self.machine;
        let (n, m) = (machine.visible(), machine.hidden());
        let units = machine.units(Layer::Hidden);
        let (low, high) = machine.units(Layer::Visible).values();
        let steps: Vec<[f64; 2]> = self
            .base
            .iter()
            .zip(machine.visible_bias())
            .map(|(&c0, &c)| {
                let slope = (to - from) * (f64::from(c) - f64::from(c0));
                [slope * f64::from(low), slope * f64::from(high)]
            })
            .collect();
        let rows = self.v.chunks_exact(n).zip(self.fields.chunks_exact(m));
        for (work, (v, fields)) in self.work.iter_mut().zip(rows) {
            let linear: f64 = v
                .iter()
                .zip(&steps)
                .map(|(&up, s)| s[usize::from(up)])
                .sum();
            *work += linear + log_ratio(units, fields, from, to);
        }
    }
}

/// `Σ_a (ln Σ_h e^{β' f_a h} − ln Σ_h e^{β f_a h})`.
///
/// The exponentials that are below one are multiplied up before a logarithm is taken.
fn log_ratio(units: Units, fields: &[f32], from: f64, to: f64) -> f64 {
    let (linear, scale) = match units {
        // ln 2 cosh x = |x| + ln(1 + e^{−2|x|});  ln(1 + e^x) = max(x, 0) + ln(1 + e^{−|x|})
        Units::PlusMinus => (fields.iter().map(|&f| f64::from(f.abs())).sum::<f64>(), 2.0),
        Units::ZeroOne => (
            fields.iter().map(|&f| f64::from(f.max(0.0))).sum::<f64>(),
            1.0,
        ),
    };
    let logs = vectorised(LogOfProducts {
        fields,
        from: -scale * from,
        to: -scale * to,
    });
    (to - from) * linear + logs
}

/// `Σ (ln(1 + e^{to |f|}) − ln(1 + e^{from |f|}))`.
struct LogOfProducts<'a> {
    fields: &'a [f32],
    from: f64,
    to: f64,
}

impl Kernel for LogOfProducts<'_> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        const LANES: usize = 8;
        // Factors are at most 2, so 64 of each of 8 lanes stay below 2^512.
        const FACTORS: usize = 64 * LANES;
        let mut logs = 0.0;
        for part in self.fields.chunks(FACTORS) {
            let mut top = [1.0_f64; LANES];
            let mut bottom = [1.0_f64; LANES];
            let (whole, rest) = part.as_chunks::<LANES>();
            for f in whole {
                for l in 0..LANES {
                    let size = f64::from(f[l].abs());
                    top[l] *= 1.0 + exp_of_negative(self.to * size);
                    bottom[l] *= 1.0 + exp_of_negative(self.from * size);
                }
            }
            for (l, f) in rest.iter().enumerate() {
                let size = f64::from(f.abs());
                top[l] *= 1.0 + exp_of_negative(self.to * size);
                bottom[l] *= 1.0 + exp_of_negative(self.from * size);
            }
            logs += libm::log(top.iter().product::<f64>() / bottom.iter().product::<f64>());
        }
        logs
    }
}

/// `e^x` for x ≤ 0 (0 below −700), as vector code.
///
/// # Accuracy
/// Relative error below 1e-13: test `exponential_keeps_its_error`.
#[inline(always)]
fn exp_of_negative(x: f64) -> f64 {
    // As the exponential of `sample::logistic`, in doubles: 1.5 · 2⁵² rounds, ln 2 in two parts.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    let x = x.max(-700.0);
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = (x - k * LN_2_HIGH) - k * LN_2_LOW;
    // Taylor to order 11: the rest is r¹²/12! < 7e-15 at |r| = ln 2/2.
    let mut p = 1.0 / 39_916_800.0;
    let series = [
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ];
    for coefficient in series {
        p = p * r + coefficient;
    }
    let power = shifted
        .to_bits()
        .wrapping_sub(ROUND.to_bits())
        .wrapping_add(1023)
        << 52;
    p * f64::from_bits(power)
}

fn check(machine: &RbmWeights, config: &AisConfig) -> Result<Vec<f32>, AisError> {
    machine.check_finite()?;
    for (what, value, least) in [
        ("the number of chains", config.chains, 2),
        ("the number of temperatures", config.temperatures, 1),
    ] {
        if value < least {
            return Err(AisError::TooFew { what, value, least });
        }
    }
    let base = config
        .base
        .clone()
        .unwrap_or_else(|| vec![0.0; machine.visible()]);
    if base.len() != machine.visible() {
        return Err(AisError::Units {
            what: "the base",
            found: base.len(),
            machine: machine.visible(),
        });
    }
    Ok(base)
}

/// `ln Z_0` of the base: its visible units, and hidden units without field.
fn log_z_of_base(machine: &RbmWeights, base: &[f32]) -> f64 {
    let visible = machine.units(Layer::Visible);
    let sum: f64 = base
        .iter()
        .map(|&c| log_sum_of_unit(visible, f64::from(c)))
        .sum();
    sum + machine.hidden() as f64 * std::f64::consts::LN_2
}

/// Runs all blocks; `start` draws the first configurations of a block.
fn run(
    machine: &RbmWeights,
    config: &AisConfig,
    base: &[f32],
    purpose: &str,
    backward: bool,
    start: impl Fn(usize, &mut Vec<u8>) + Sync,
) -> Vec<f64> {
    let steps = config.temperatures;
    let beta = |k: usize| k as f64 / steps as f64;
    // Cuts at whole streams change no bit, so there may be one for each thread.
    let streams = config.chains.div_ceil(CHAINS_PER_STREAM);
    let size = streams.div_ceil(rayon::current_num_threads()) * CHAINS_PER_STREAM;
    let parts: Vec<Vec<f64>> = (0..config.chains.div_ceil(size))
        .into_par_iter()
        .map(|index| {
            let first = index * size;
            let chains = size.min(config.chains - first);
            let mut v = vec![0; chains * machine.visible()];
            start(first, &mut v);
            let mut block = Block {
                machine,
                base,
                purpose,
                seed: config.seed,
                first,
                memory: BatchMemory::default(),
                v,
                h: vec![0; chains * machine.hidden()],
                fields: vec![0.0; chains * machine.hidden()],
                work: vec![0.0; chains],
            };
            block.set_fields();
            for k in 0..steps {
                if backward {
                    // The transition at β comes before the step down from it.
                    let k = steps - k;
                    block.sweep(beta(k), k as u64);
                    block.add_work(beta(k), beta(k - 1));
                } else {
                    block.add_work(beta(k), beta(k + 1));
                    if k + 1 < steps {
                        block.sweep(beta(k + 1), k as u64 + 1);
                    }
                }
            }
            block.work
        })
        .collect();
    parts.concat()
}

/// Forward: from the base to the machine.
///
/// # Errors
/// [`AisError`] for settings that do not fit.
pub fn ais_forward(machine: &RbmWeights, config: &AisConfig) -> Result<AisEstimate, AisError> {
    let base = check(machine, config)?;
    let log_z0 = log_z_of_base(machine, &base);
    let units = machine.units(Layer::Visible);
    let p: Vec<f64> = base
        .iter()
        .map(|&c| units.probability_up(f64::from(c)))
        .collect();
    let start = |first: usize, v: &mut Vec<u8>| {
        for (c, v) in v.chunks_exact_mut(p.len()).enumerate() {
            let mut stream = config.seed.stream("annealing base", (first + c) as u64);
            for (up, &p) in v.iter_mut().zip(&p) {
                *up = u8::from(stream.uniform() < p);
            }
        }
    };
    let work = run(machine, config, &base, "annealing forward", false, start);
    Ok(estimate(
        work.into_iter().map(|w| log_z0 + w).collect(),
        1.0,
    ))
}

/// Backward: from visible configurations that were drawn from the machine down to the base.
///
/// The estimate is as good as the draws: with persistent chains that have not mixed it is an estimate of
/// nothing in particular. Draws are used in turn if there are fewer than chains, which makes the error bar
/// too small.
///
/// # Errors
/// [`AisError`] for settings that do not fit.
pub fn ais_backward(
    machine: &RbmWeights,
    draws: &BinaryData,
    config: &AisConfig,
) -> Result<AisEstimate, AisError> {
    let base = check(machine, config)?;
    if draws.units() != machine.visible() {
        let found = draws.units();
        return Err(AisError::Units {
            what: "a draw",
            found,
            machine: machine.visible(),
        });
    }
    let log_z0 = log_z_of_base(machine, &base);
    let start = |first: usize, v: &mut Vec<u8>| {
        for (c, v) in v.chunks_exact_mut(draws.units()).enumerate() {
            let at = (first + c) % draws.len() * draws.units();
            v.copy_from_slice(&draws.up()[at..at + draws.units()]);
        }
    };
    let work = run(machine, config, &base, "annealing backward", true, start);
    Ok(estimate(
        work.into_iter().map(|w| w - log_z0).collect(),
        -1.0,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::BinomialTest;
    use crate::exact::{Limits, rbm_sum};
    use crate::learn::free_energies;
    use crate::model::Rbm;

    fn machine(index: u64, units: Units) -> RbmWeights {
        let mut s = Seed(31).stream("annealed machine", index);
        let mut list =
            |n: usize, scale: f64| (0..n).map(|_| scale * s.normal()).collect::<Vec<_>>();
        let (w, c, b) = (list(30, 0.8), list(6, 0.4), list(5, 0.4));
        RbmWeights::from_rbm(&Rbm::new(w, c, b).unwrap().with_units(units, units)).unwrap()
    }

    /// Exact draws of the visible layer.
    fn draws(machine: &RbmWeights, count: usize, index: u64) -> BinaryData {
        let n = machine.visible();
        let states: Vec<u8> = (0..1_usize << n)
            .flat_map(|v| (0..n).map(move |i| (v >> i & 1) as u8))
            .collect();
        let p: Vec<f64> = free_energies(machine, &states)
            .iter()
            .map(|f| (-f).exp())
            .collect();
        let total: f64 = p.iter().sum();
        let mut s = Seed(32).stream("draws", index);
        let mut bits = Vec::new();
        for _ in 0..count {
            let mut u = s.uniform() * total;
            let state = p
                .iter()
                .position(|p| {
                    u -= p;
                    u < 0.0
                })
                .unwrap_or(p.len() - 1);
            bits.extend_from_slice(&states[state * n..(state + 1) * n]);
        }
        BinaryData::from_bits(bits, n).unwrap()
    }

    #[test]
    fn exponential_keeps_its_error() {
        let worst = (0..200_000).fold(0.0_f64, |worst, k| {
            let x = -f64::from(k) * 3.3e-3;
            worst.max((exp_of_negative(x) / libm::exp(x) - 1.0).abs())
        });
        assert!(worst < 1e-13, "{worst:e}");
    }

    #[test]
    fn ratios_of_sums_over_hidden_units() {
        let mut s = Seed(2).stream("ratios", 0);
        let fields: Vec<f32> = (0..1200).map(|_| (4.0 * s.normal()) as f32).collect();
        for units in [Units::PlusMinus, Units::ZeroOne] {
            let sum = |beta: f64| -> f64 {
                fields
                    .iter()
                    .map(|&f| log_sum_of_unit(units, beta * f64::from(f)))
                    .sum()
            };
            let found = log_ratio(units, &fields, 0.3, 0.7);
            // 1200 terms below 10, each good to 1e-13.
            assert!((found - (sum(0.7) - sum(0.3))).abs() < 1200.0 * 10.0 * 1e-13);
        }
    }

    #[test]
    fn intervals_cover() {
        let machines = 200;
        let (mut both, mut certain, mut forward_only, mut backward_only) =
            (0_u64, 0_u64, 0_u64, 0_u64);
        for index in 0..machines {
            let units = if index % 2 == 0 {
                Units::PlusMinus
            } else {
                Units::ZeroOne
            };
            let machine = machine(index, units);
            let exact = rbm_sum(&machine.to_rbm().unwrap(), false, &Limits::default())
                .unwrap()
                .log_z
                .mid();
            let config = AisConfig {
                temperatures: 30,
                chains: 100,
                base: None,
                seed: Seed(index),
            };
            let forward = ais_forward(&machine, &config).unwrap();
            let draws = draws(&machine, 100, index);
            let backward = ais_backward(&machine, &draws, &config).unwrap();
            let within = |e: &AisEstimate| u64::from((e.log_z - exact).abs() <= 1.984 * e.std_err);
            forward_only += within(&forward);
            backward_only += within(&backward);
            both += u64::from(LogZInterval::normal(&forward, &backward, 1.984).contains(exact));
            certain += u64::from(LogZInterval::certain(&forward, &backward, 0.025).contains(exact));
        }
        println!("{forward_only} {backward_only} {both} {certain} of {machines}");
        // 1.984 is the 97.5 % point of Student's t with 99 degrees of freedom.
        let test = BinomialTest::plan(machines, 1e-6, 0.9, 0.95).unwrap();
        for covered in [forward_only, backward_only] {
            assert!(!test.rejects(covered).unwrap(), "{covered}");
        }
        for covered in [both, certain] {
            // At least 95 %: too many are no fault.
            assert!(!test.rejects(covered.min(190)).unwrap(), "{covered}");
        }
    }

    #[test]
    fn points_of_student_are_those_of_the_tables() {
        // With one degree of freedom tan(0.475 π), with two 2·0.475·√(2/(1 − 0.95²)).
        let two = 0.95 * (2.0_f64 / (1.0 - 0.95 * 0.95)).sqrt();
        for (dof, point) in [(1.0, 12.706_204_736), (2.0, two), (99.0, 1.984_216_952)] {
            assert!((student_point(dof) - point).abs() < 1e-6, "{dof}");
        }
        let (last, next) = (student_point(1000.0), student_point(1_000.000_1));
        // z⁵/96 ν² and smaller terms are left out: 5.6e-6 at ν = 1000 at most.
        assert!((last - next).abs() < 5.6e-6, "{last} {next}");
        assert!((student_point(1e12) - 1.959_963_985).abs() < 1e-8);
    }

    #[test]
    fn the_same_for_any_number_of_threads() {
        let machine = machine(1, Units::PlusMinus);
        let config = AisConfig {
            temperatures: 5,
            chains: 150,
            ..AisConfig::default()
        };
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| ais_forward(&machine, &config).unwrap())
        };
        assert_eq!(run(1), run(3));
        let short = AisConfig {
            chains: 1,
            ..AisConfig::default()
        };
        assert!(ais_forward(&machine, &short).is_err());
        let odd = AisConfig {
            base: Some(vec![0.0; 3]),
            ..AisConfig::default()
        };
        assert!(ais_forward(&machine, &odd).is_err());
    }
}
