//! Annealed importance sampling, forward and in reverse, which brackets ln Z.

use super::single_site::SiteRule;
use super::{CompiledHamiltonian, HeatBath, KernelError, SiteOrder, SpinState, sample_layer};
use crate::model::{Rbm, Units};
use crate::random::Chooser;
use std::sync::Arc;

/// A family of distributions `e^{𝒦_λ} / Z_λ` from one that is easy (λ = 0) to the wanted one (λ = 1).
pub trait AnnealedPath {
    /// What is sampled.
    type State: Clone;

    /// `ln Z_0`.
    fn log_z_base(&self) -> f64;

    /// The exponent `𝒦_λ` of a state.
    fn log_weight(&self, state: &Self::State, lambda: f64) -> f64;

    /// A draw from the easy distribution.
    fn draw_base(&self, chooser: &mut impl Chooser) -> Self::State;

    /// A step that leaves `e^{𝒦_λ}` unchanged.
    fn sweep(&self, state: &mut Self::State, lambda: f64, chooser: &mut impl Chooser);
}

/// Weights of trajectories between the easy and the wanted distribution.
///
/// ```text
/// forward: s_0 ~ p_0,  ln w = Σ_k [𝒦_{k+1}(s_k) − 𝒦_k(s_k)],  s_k → s_{k+1} by a step at λ_{k+1};   E w = Z/Z_0
/// reverse: s_K ~ p_1, the same downwards;                                                       E w = Z_0/Z
/// ```
/// By Jensen's inequality `E ln w ≤ ln(Z/Z_0)` forward, so a forward run *underestimates* ln Z on average
/// and a reverse run overestimates it. A reverse run needs a start that is an exact sample of the
/// wanted distribution; from anything else its sign is not known.
///
/// # Accuracy
/// Both expectations are exact for every ladder: test `weights_are_unbiased_on_all_branches`.
///
/// # References
/// Neal, Statistics and Computing 11 (2001) 125; Grosse, Ghahramani and Adams, arXiv:1511.02543.
#[derive(Clone, Debug)]
pub struct AnnealedImportance<P> {
    path: P,
    /// λ from 0 to 1.
    ladder: Vec<f64>,
}

impl<P: AnnealedPath> AnnealedImportance<P> {
    /// A ladder of equal steps.
    ///
    /// # Panics
    /// With no step.
    pub fn new(path: P, steps: usize) -> Self {
        assert!(steps > 0, "the ladder needs a step");
        let ladder = (0..=steps).map(|k| k as f64 / steps as f64).collect();
        Self { path, ladder }
    }

    /// A ladder with these λ; `None` unless they ascend from 0 to 1.
    pub fn with_ladder(path: P, ladder: Vec<f64>) -> Option<Self> {
        let ends = ladder.first().is_some_and(|&l| l == 0.0)
            && ladder.last().is_some_and(|l| (1.0..=1.0).contains(l));
        (ends && ladder.windows(2).all(|w| w[0] < w[1])).then_some(Self { path, ladder })
    }

    /// The path.
    pub fn path(&self) -> &P {
        &self.path
    }

    /// One forward trajectory: `ln Z_0 + ln w`, and the state that it ends in.
    pub fn forward(&self, chooser: &mut impl Chooser) -> (f64, P::State) {
        let mut state = self.path.draw_base(chooser);
        let mut log_weight = 0.0;
        for step in self.ladder.windows(2) {
            log_weight +=
                self.path.log_weight(&state, step[1]) - self.path.log_weight(&state, step[0]);
            self.path.sweep(&mut state, step[1], chooser);
        }
        (self.path.log_z_base() + log_weight, state)
    }

    /// One reverse trajectory from an exact sample: `ln Z_0 − ln w`.
    pub fn reverse(&self, exact: &P::State, chooser: &mut impl Chooser) -> f64 {
        let mut state = exact.clone();
        let mut log_weight = 0.0;
        for (k, step) in self.ladder.windows(2).enumerate().rev() {
            log_weight +=
                self.path.log_weight(&state, step[0]) - self.path.log_weight(&state, step[1]);
            // The state at λ = 0 weighs nothing any more.
            if k > 0 {
                self.path.sweep(&mut state, step[0], chooser);
            }
        }
        self.path.log_z_base() - log_weight
    }
}

/// What independent trajectories of one direction say about ln Z.
#[derive(Clone, Debug, PartialEq)]
pub struct LogZBound {
    /// One estimate of ln Z for each trajectory.
    values: Vec<f64>,
    reverse: bool,
}

impl LogZBound {
    /// From the results of [`AnnealedImportance::forward`]; `None` if there is none or one is not finite.
    pub fn forward(values: Vec<f64>) -> Option<Self> {
        Self::from_values(values, false)
    }

    /// From the results of [`AnnealedImportance::reverse`]; `None` if there is none or one is not finite.
    pub fn reverse(values: Vec<f64>) -> Option<Self> {
        Self::from_values(values, true)
    }

    fn from_values(values: Vec<f64>, reverse: bool) -> Option<Self> {
        let usable = !values.is_empty() && values.iter().all(|v| v.is_finite());
        usable.then_some(Self { values, reverse })
    }

    /// `ln w` of the direction's own weights, whose expectation is `Z` forward and `1/Z` in reverse.
    fn log_weights(&self) -> impl Iterator<Item = f64> {
        let sign = if self.reverse { -1.0 } else { 1.0 };
        self.values.iter().map(move |v| sign * v)
    }

    /// `ln` of the mean weight as an estimate of ln Z: consistent, and in expectation below ln Z forward,
    /// above it in reverse.
    pub fn log_z(&self) -> f64 {
        let top = self.log_weights().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = self.log_weights().map(|w| libm::exp(w - top)).sum();
        let log_mean = top + libm::log(sum / self.values.len() as f64);
        if self.reverse { -log_mean } else { log_mean }
    }

    /// A bound on ln Z, below forward and above in reverse, that fails with probability at most `alpha`.
    ///
    /// ```text
    /// P(mean w ≥ E w / α) ≤ α   (Markov; the weights are positive)
    /// ```
    /// Valid for any number of trajectories and any ladder.
    pub fn bound(&self, alpha: f64) -> f64 {
        let slack = -libm::log(alpha);
        if self.reverse {
            self.log_z() + slack
        } else {
            self.log_z() - slack
        }
    }

    /// The mean of the trajectories' estimates and its standard error: below ln Z in expectation
    /// forward, above it in reverse, and with smaller fluctuations than [`LogZBound::log_z`].
    pub fn mean(&self) -> (f64, f64) {
        let n = self.values.len() as f64;
        let mean = self.values.iter().sum::<f64>() / n;
        let square: f64 = self.values.iter().map(|v| (v - mean) * (v - mean)).sum();
        (mean, (square / (n * (n - 1.0))).sqrt())
    }

    /// `(Σ w)² / Σ w²`: how many of the trajectories count. Near one, the estimate rests on a single one.
    pub fn n_eff(&self) -> f64 {
        let top = self.log_weights().fold(f64::NEG_INFINITY, f64::max);
        let (sum, square) = self.log_weights().fold((0.0, 0.0), |(sum, square), w| {
            let w = libm::exp(w - top);
            (sum + w, square + w * w)
        });
        sum * sum / square
    }
}

/// From free spins to a spin model: `𝒦_λ = λ𝒦`, with heat-bath sweeps.
#[derive(Clone, Debug)]
pub struct SpinPath {
    kernel: HeatBath,
}

impl SpinPath {
    /// The path to a model.
    ///
    /// # Errors
    /// [`KernelError`] if the model has not this order.
    pub fn new(model: Arc<CompiledHamiltonian>, order: SiteOrder) -> Result<Self, KernelError> {
        Ok(Self {
            kernel: HeatBath::new(model, order)?,
        })
    }
}

impl AnnealedPath for SpinPath {
    type State = SpinState;

    fn log_z_base(&self) -> f64 {
        self.kernel.rule().sites() as f64 * std::f64::consts::LN_2
    }
    fn log_weight(&self, state: &SpinState, lambda: f64) -> f64 {
        lambda * self.kernel.rule().reduced_hamiltonian(state.spins())
    }
    fn draw_base(&self, chooser: &mut impl Chooser) -> SpinState {
        SpinState::random(self.kernel.rule().sites(), chooser)
    }
    fn sweep(&self, state: &mut SpinState, lambda: f64, chooser: &mut impl Chooser) {
        self.kernel.scaled(lambda).sweep_sites(state, chooser);
    }
}

/// From independent units to a machine: weights and hidden biases grow with λ, visible biases stay.
///
/// ```text
/// 𝒦_λ(v) = c·v + Σ_a ln Σ_h e^{λ f_a h},   f_a = Σ_i W_ia v_i + b_a,   Z_0 = 2^{hidden} ∏_i Σ_v e^{c_i v}
/// ```
/// The state is the visible layer; a step is a sweep of block Gibbs sampling.
///
/// # References
/// Salakhutdinov and Murray, ICML 2008, 872.
#[derive(Clone, Debug)]
pub struct RbmPath {
    rbm: Arc<Rbm>,
}

impl RbmPath {
    /// The path to a machine.
    pub fn new(rbm: Arc<Rbm>) -> Self {
        Self { rbm }
    }

    /// `f_a`.
    fn hidden_field(&self, v: &[bool], a: usize) -> f64 {
        let units = self.rbm.visible_units();
        v.iter()
            .enumerate()
            .fold(self.rbm.hidden_bias()[a], |sum, (i, &up)| {
                sum + self.rbm.weight(i, a) * f64::from(units.value(up))
            })
    }
}

/// `ln Σ_u e^{f u}` over the two values of a unit.
fn log_sum_over_unit(units: Units, f: f64) -> f64 {
    match units {
        Units::PlusMinus => f.abs() + libm::log1p(libm::exp(-2.0 * f.abs())),
        Units::ZeroOne => f.max(0.0) + libm::log1p(libm::exp(-f.abs())),
    }
}

impl AnnealedPath for RbmPath {
    type State = Vec<bool>;

    fn log_z_base(&self) -> f64 {
        let hidden = self.rbm.hidden() as f64 * std::f64::consts::LN_2;
        let units = self.rbm.visible_units();
        let visible: f64 = self
            .rbm
            .visible_bias()
            .iter()
            .map(|&c| log_sum_over_unit(units, c))
            .sum();
        hidden + visible
    }
    fn log_weight(&self, v: &Vec<bool>, lambda: f64) -> f64 {
        let units = self.rbm.visible_units();
        let visible: f64 = self
            .rbm
            .visible_bias()
            .iter()
            .zip(v)
            .map(|(c, &up)| c * f64::from(units.value(up)))
            .sum();
        let hidden: f64 = (0..self.rbm.hidden())
            .map(|a| log_sum_over_unit(self.rbm.hidden_units(), lambda * self.hidden_field(v, a)))
            .sum();
        visible + hidden
    }
    fn draw_base(&self, chooser: &mut impl Chooser) -> Vec<bool> {
        let mut v = vec![false; self.rbm.visible()];
        let units = self.rbm.visible_units();
        let up = |i: usize| units.probability_up(self.rbm.visible_bias()[i]);
        sample_layer(chooser, up, &mut v);
        v
    }
    fn sweep(&self, v: &mut Vec<bool>, lambda: f64, chooser: &mut impl Chooser) {
        let rbm = &*self.rbm;
        let mut h = vec![false; rbm.hidden()];
        let hidden = rbm.hidden_units();
        sample_layer(
            chooser,
            |a| hidden.probability_up(lambda * self.hidden_field(v, a)),
            &mut h,
        );
        let up = |i: usize| {
            let field: f64 = (0..rbm.hidden())
                .map(|a| rbm.weight(i, a) * f64::from(hidden.value(h[a])))
                .sum();
            rbm.visible_units()
                .probability_up(rbm.visible_bias()[i] + lambda * field)
        };
        sample_layer(chooser, up, v);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{SpinHamiltonian, Term};
    use crate::random::{Seed, for_each_choice};

    fn spin_model() -> Arc<CompiledHamiltonian> {
        let term = |sites: &[usize], coupling| Term {
            sites: sites.to_vec(),
            coupling,
        };
        let terms = vec![
            term(&[0, 1], 0.9),
            term(&[1, 2], -0.7),
            term(&[0, 1, 2], 0.4),
            term(&[2], 0.3),
            term(&[], 1.5),
        ];
        Arc::new(CompiledHamiltonian::new(&SpinHamiltonian::new(3, terms).unwrap()).unwrap())
    }

    fn machine(units: Units) -> Arc<Rbm> {
        let rbm = Rbm::new(vec![0.8, -0.5, 1.1, 0.3], vec![0.4, -0.6], vec![0.2, -0.3]).unwrap();
        Arc::new(rbm.with_units(units, units))
    }

    /// Every branch of both directions, against the sum over `states`.
    fn check<P: AnnealedPath>(
        path: P,
        states: &[P::State],
        log_z_base_weight: impl Fn(&P::State) -> f64,
    ) {
        let z: f64 = states.iter().map(|s| path.log_weight(s, 1.0).exp()).sum();
        let z0: f64 = states.iter().map(|s| path.log_weight(s, 0.0).exp()).sum();
        assert!((path.log_z_base() - z0.ln()).abs() < 1e-14);
        for s in states {
            assert!((path.log_weight(s, 0.0) - log_z_base_weight(s)).abs() < 1e-14);
        }
        let ais = AnnealedImportance::with_ladder(path, vec![0.0, 0.3, 1.0]).unwrap();
        let (mut mean, mut log_mean) = (0.0, 0.0);
        for_each_choice(
            |chooser| ais.forward(chooser).0,
            |value: f64, p| {
                mean += p * value.exp();
                log_mean += p * value;
            },
        );
        assert!((mean / z - 1.0).abs() < 1e-13, "{mean} {z}");
        assert!(log_mean < z.ln() - 1e-4);
        let (mut mean, mut log_mean) = (0.0, 0.0);
        for s in states {
            let start = ais.path().log_weight(s, 1.0).exp() / z;
            for_each_choice(
                |chooser| ais.reverse(s, chooser),
                |value: f64, p| {
                    mean += start * p * (-value).exp();
                    log_mean += start * p * value;
                },
            );
        }
        assert!((mean * z - 1.0).abs() < 1e-13, "{mean} {z}");
        assert!(log_mean > z.ln() + 1e-4);
    }

    #[test]
    fn weights_are_unbiased_on_all_branches() {
        let states: Vec<SpinState> = (0..8).map(|bits| SpinState::from_bits(3, bits)).collect();
        check(
            SpinPath::new(spin_model(), SiteOrder::Sequential).unwrap(),
            &states,
            |_| 0.0,
        );
        let layers: Vec<Vec<bool>> = (0..4).map(|w| vec![w & 1 == 1, w >> 1 & 1 == 1]).collect();
        for units in [Units::PlusMinus, Units::ZeroOne] {
            let rbm = machine(units);
            check(RbmPath::new(rbm.clone()), &layers, |v| {
                let value = |i: usize| f64::from(units.value(v[i]));
                0.4 * value(0) - 0.6 * value(1) + 2.0 * 2.0_f64.ln()
            });
        }
    }

    #[test]
    fn bounds_hold_in_their_direction() {
        let model = spin_model();
        let path = SpinPath::new(model.clone(), SiteOrder::Sequential).unwrap();
        let ais = AnnealedImportance::new(path, 200);
        let mut stream = Seed(4).stream("annealed", 0);
        let weights: Vec<f64> = (0..8)
            .map(|b| {
                model
                    .reduced_hamiltonian(SpinState::from_bits(3, b).spins())
                    .exp()
            })
            .collect();
        let z: f64 = weights.iter().sum();
        let forward: Vec<f64> = (0..400).map(|_| ais.forward(&mut stream).0).collect();
        let reverse: Vec<f64> = (0..400)
            .map(|_| {
                let mut u = stream.uniform() * z;
                let start = weights.iter().position(|w| {
                    u -= w;
                    u < 0.0
                });
                ais.reverse(
                    &SpinState::from_bits(3, start.unwrap_or(7) as u64),
                    &mut stream,
                )
            })
            .collect();
        let (lower, upper) = (
            LogZBound::forward(forward).unwrap(),
            LogZBound::reverse(reverse).unwrap(),
        );
        assert!(lower.bound(1e-9) < z.ln() && z.ln() < upper.bound(1e-9));
        assert!((lower.bound(0.01) - lower.log_z() - 0.01_f64.ln()).abs() < 1e-12);
        assert!((upper.bound(0.01) - upper.log_z() + 0.01_f64.ln()).abs() < 1e-12);
        for bound in [&lower, &upper] {
            let (mean, err) = bound.mean();
            assert!((mean - z.ln()).abs() < 0.05 && err < 0.02);
            assert!(bound.n_eff() > 300.0 && bound.n_eff() <= 400.0);
        }
        assert!(LogZBound::forward(vec![]).is_none());
        assert!(LogZBound::forward(vec![f64::NAN]).is_none());
    }

    #[test]
    fn the_estimate_is_the_log_of_a_mean() {
        let values = vec![1000.0 + 1.0_f64.ln(), 1000.0 + 3.0_f64.ln()];
        let forward = LogZBound::forward(values.clone()).unwrap();
        assert!((forward.log_z() - 1000.0 - 2.0_f64.ln()).abs() < 1e-12);
        assert!((forward.n_eff() - 1.6).abs() < 1e-12);
        // The mean of 1 and 1/3 is 2/3.
        let reverse = LogZBound::reverse(values).unwrap();
        assert!((reverse.log_z() - 1000.0 - 1.5_f64.ln()).abs() < 1e-12);
    }
}
