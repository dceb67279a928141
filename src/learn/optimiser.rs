//! Optimisers: how a gradient moves the parameters.

use crate::model::RbmWeights;
use rayon::prelude::*;

/// The rule of the step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Optimiser {
    /// Gradient descent with momentum: `u ← μ u − η g`, `θ ← θ + u`.
    Sgd {
        /// μ in `[0, 1)`.
        momentum: f32,
    },
    /// Adam (Kingma and Ba 2015), with the corrections of the first steps.
    Adam {
        /// Decay of the mean gradient.
        beta1: f32,
        /// Decay of the mean squared gradient.
        beta2: f32,
        /// Added to the root of the mean square.
        epsilon: f32,
    },
}

impl Optimiser {
    /// Adam with its authors' numbers.
    pub const ADAM: Self = Self::Adam {
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
    };
}

/// The learning rate η as a function of the step t.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Schedule {
    /// η.
    Constant,
    /// `η (1 − t/T)`, and 0 from step T on.
    Linear {
        /// T.
        steps: u64,
    },
    /// `η 2^{−t/T}`.
    Halving {
        /// T.
        steps: u64,
    },
    /// `η / (1 + t/T)`.
    Inverse {
        /// T.
        steps: u64,
    },
}

impl Schedule {
    /// The factor of the learning rate at a step.
    pub fn factor(self, step: u64) -> f64 {
        let of = |steps: u64| step as f64 / steps.max(1) as f64;
        match self {
            Self::Constant => 1.0,
            Self::Linear { steps } => (1.0 - of(steps)).max(0.0),
            Self::Halving { steps } => libm::exp2(-of(steps)),
            Self::Inverse { steps } => 1.0 / (1.0 + of(steps)),
        }
    }
}

/// Penalties on the weights, not on the biases: `λ₁ Σ|W| + λ₂/2 Σ W²` is added to what is minimised.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Penalties {
    /// λ₁.
    pub l1: f32,
    /// λ₂.
    pub l2: f32,
}

/// What an optimiser remembers: one or two numbers for each parameter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OptimiserState {
    /// The velocity, or Adam's mean gradient.
    pub first: Vec<f32>,
    /// Adam's mean squared gradient; empty for gradient descent.
    pub second: Vec<f32>,
}

/// Parameters that one task moves.
const PART: usize = 1 << 15;

impl OptimiserState {
    /// Nothing remembered yet.
    pub fn new(optimiser: Optimiser, parameters: usize) -> Self {
        let second = match optimiser {
            Optimiser::Sgd { .. } => 0,
            Optimiser::Adam { .. } => parameters,
        };
        Self {
            first: vec![0.0; parameters],
            second: vec![0.0; second],
        }
    }

    /// Moves the parameters against the gradient; `step` counts from 0. Returns the largest magnitude of a
    /// parameter afterwards, or NaN if there is one.
    ///
    /// # Panics
    /// If the gradient has another number of parameters.
    pub fn update(
        &mut self,
        optimiser: Optimiser,
        rate: f32,
        penalties: Penalties,
        step: u64,
        machine: &mut RbmWeights,
        gradient: &RbmWeights,
    ) -> f32 {
        let weights = machine.weights().len();
        let numbers = machine.numbers_mut();
        let penalised = (penalties, weights);
        self.update_numbers(
            optimiser,
            rate,
            penalised,
            step,
            numbers,
            gradient.numbers(),
        )
    }

    /// As [`OptimiserState::update`] for parameters in a slice, of which the first `penalised.1` are
    /// weights in the sense of [`Penalties`].
    pub(super) fn update_numbers(
        &mut self,
        optimiser: Optimiser,
        rate: f32,
        penalised: (Penalties, usize),
        step: u64,
        numbers: &mut [f32],
        gradient: &[f32],
    ) -> f32 {
        let (penalties, weights) = penalised;
        assert_eq!(
            numbers.len(),
            gradient.len(),
            "one gradient for each parameter"
        );
        let slope = |k: usize, x: f32, g: f32| {
            if k < weights && (penalties.l1 != 0.0 || penalties.l2 != 0.0) {
                let sign = if x == 0.0 { 0.0 } else { x.signum() };
                g + penalties.l1 * sign + penalties.l2 * x
            } else {
                g
            }
        };
        let parts = numbers
            .par_chunks_mut(PART)
            .zip(gradient.par_chunks(PART))
            .zip(self.first.par_chunks_mut(PART))
            .enumerate();
        let largest: Vec<f32> = match optimiser {
            Optimiser::Sgd { momentum } => parts
                .map(|(part, ((x, g), u))| {
                    for (k, ((x, g), u)) in x.iter_mut().zip(g).zip(u).enumerate() {
                        *u = momentum * *u - rate * slope(part * PART + k, *x, *g);
                        *x += *u;
                    }
                    largest_magnitude(x)
                })
                .collect(),
            Optimiser::Adam {
                beta1,
                beta2,
                epsilon,
            } => {
                let t = (step + 1) as f64;
                let first_scale = (1.0 - libm::pow(f64::from(beta1), t)).recip() as f32;
                let second_scale = (1.0 - libm::pow(f64::from(beta2), t)).recip() as f32;
                parts
                    .zip(self.second.par_chunks_mut(PART))
                    .map(|((part, ((x, g), u)), q)| {
                        let all = x.iter_mut().zip(g).zip(u).zip(q).enumerate();
                        for (k, (((x, g), u), q)) in all {
                            let g = slope(part * PART + k, *x, *g);
                            *u = beta1 * *u + (1.0 - beta1) * g;
                            *q = beta2 * *q + (1.0 - beta2) * g * g;
                            *x -=
                                rate * (*u * first_scale) / ((*q * second_scale).sqrt() + epsilon);
                        }
                        largest_magnitude(x)
                    })
                    .collect()
            }
        };
        largest
            .into_iter()
            .fold(0.0, |a: f32, b| if a.is_nan() || a > b { a } else { b })
    }
}

/// The largest magnitude, NaN if there is one: integers order the magnitudes of floats, NaN above all.
fn largest_magnitude(x: &[f32]) -> f32 {
    f32::from_bits(
        x.iter()
            .map(|x| x.to_bits() & 0x7fff_ffff)
            .max()
            .unwrap_or(0),
    )
}

/// Averages of the units that are taken off in centred gradients, following the data.
///
/// ```text
/// D_W = D⟨v h⟩ − μ D⟨h⟩ᵀ − D⟨v⟩ λᵀ,    D_c = D⟨v⟩ − D_W λ,    D_b = D⟨h⟩ − D_Wᵀ μ
/// ```
/// with D the difference of model and data: the gradient of the machine written in `v − μ` and `h − λ`, read
/// back. Its inner product with the plain gradient is never negative.
///
/// # References
/// J. Melchior, A. Fischer and L. Wiskott, "How to center deep Boltzmann machines", JMLR 17 (2016) 99.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Offsets {
    /// μ.
    pub visible: Vec<f32>,
    /// λ.
    pub hidden: Vec<f32>,
}

impl Offsets {
    /// Turns a gradient into the centred one.
    ///
    /// # Panics
    /// If the sizes differ.
    pub fn centre(&self, gradient: &mut RbmWeights) {
        let m = gradient.hidden();
        let (pair, visible, hidden) = gradient.parts_mut();
        assert_eq!(
            (visible.len(), m),
            (self.visible.len(), self.hidden.len()),
            "layers"
        );
        let plain = hidden.to_vec();
        for ((row, c), &mu) in pair.chunks_exact_mut(m).zip(visible).zip(&self.visible) {
            let mut shift = 0.0;
            for (((w, &h), &lambda), b) in row
                .iter_mut()
                .zip(&plain)
                .zip(&self.hidden)
                .zip(&mut *hidden)
            {
                *w -= mu * h + *c * lambda;
                shift += *w * lambda;
                *b -= *w * mu;
            }
            *c -= shift;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Units;
    use crate::random::Seed;

    fn filled(purpose: &str) -> RbmWeights {
        let mut s = Seed(4).stream(purpose, 0);
        let mut w = RbmWeights::zeros(3, 2, Units::PlusMinus, Units::PlusMinus).unwrap();
        w.numbers_mut()
            .iter_mut()
            .for_each(|x| *x = s.normal() as f32);
        w
    }

    #[test]
    fn steps_by_hand() {
        let gradient = filled("gradient");
        for (optimiser, second) in [
            (Optimiser::Sgd { momentum: 0.5 }, 1.5),
            (Optimiser::ADAM, 1.0),
        ] {
            let mut machine = filled("machine");
            let before = machine.clone();
            let mut state = OptimiserState::new(optimiser, 11);
            state.update(
                optimiser,
                0.1,
                Penalties::default(),
                0,
                &mut machine,
                &gradient,
            );
            let moves = |a: &RbmWeights, b: &RbmWeights, k: usize| a.numbers()[k] - b.numbers()[k];
            // The first step of Adam has length η in every direction; so has the second, if the gradient stays.
            let unit = |k: usize| match optimiser {
                Optimiser::Sgd { .. } => -0.1 * gradient.numbers()[k],
                Optimiser::Adam { .. } => -0.1 * gradient.numbers()[k].signum(),
            };
            let once = machine.clone();
            state.update(
                optimiser,
                0.1,
                Penalties::default(),
                1,
                &mut machine,
                &gradient,
            );
            for k in 0..11 {
                // A few roundings of numbers below 4.
                let bound = 8.0 * 4.0 * f32::EPSILON;
                assert!((moves(&once, &before, k) - unit(k)).abs() < bound);
                assert!((moves(&machine, &once, k) - second * unit(k)).abs() < bound);
            }
        }
    }

    #[test]
    fn penalties_leave_biases_alone() {
        let mut machine = filled("machine");
        let before = machine.clone();
        let mut zero = machine.clone();
        zero.numbers_mut().fill(0.0);
        let sgd = Optimiser::Sgd { momentum: 0.0 };
        let mut state = OptimiserState::new(sgd, 11);
        let largest = state.update(
            sgd,
            0.5,
            Penalties { l1: 0.01, l2: 0.1 },
            0,
            &mut machine,
            &zero,
        );
        assert_eq!(machine.visible_bias(), before.visible_bias());
        assert_eq!(machine.hidden_bias(), before.hidden_bias());
        for (new, old) in machine.weights().iter().zip(before.weights()) {
            assert!((new - (old - 0.5 * (0.1 * old + 0.01 * old.signum()))).abs() < 1e-6);
        }
        let want = machine
            .numbers()
            .iter()
            .fold(0.0_f32, |a, x| a.max(x.abs()));
        assert!((largest - want).abs() <= 0.0);
        zero.numbers_mut()[4] = f32::NAN;
        assert!(
            state
                .update(sgd, 0.5, Penalties::default(), 1, &mut machine, &zero)
                .is_nan()
        );
    }

    #[test]
    fn centred_gradient_vanishes_with_the_plain_one_and_never_opposes_it() {
        let offsets = Offsets {
            visible: vec![0.5, -0.25, 0.75],
            hidden: vec![-0.5, 0.125],
        };
        for k in 0..20 {
            let plain = filled(&format!("gradient {k}"));
            let mut centred = plain.clone();
            offsets.centre(&mut centred);
            let dot: f32 = plain
                .numbers()
                .iter()
                .zip(centred.numbers())
                .map(|(a, b)| a * b)
                .sum();
            assert!(dot > 0.0);
        }
        // By hand for one weight: D_W = w − μ h − c λ.
        let mut one = RbmWeights::zeros(1, 1, Units::ZeroOne, Units::ZeroOne).unwrap();
        one.numbers_mut().copy_from_slice(&[1.0, 0.5, 0.25]);
        Offsets {
            visible: vec![0.5],
            hidden: vec![0.25],
        }
        .centre(&mut one);
        let w = 1.0 - 0.5 * 0.25 - 0.5 * 0.25;
        assert_eq!(one.numbers(), [w, 0.5 - w * 0.25, 0.25 - w * 0.5]);
    }
}
