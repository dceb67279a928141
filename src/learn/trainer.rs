//! Training: minibatches, an estimator of the gradient, an optimiser.

use super::contrastive::{ChainMemory, Draws};
use super::data::{BinaryData, DataOrder};
use super::optimiser::{Offsets, Optimiser, OptimiserState};
use super::tap::TapBatch;
use super::tempering::TemperedChains;
use super::training_config::{Estimator, TrainError, TrainingConfig, check_training};
use crate::exact::{Limits, rbm_sum};
use crate::model::RbmWeights;

/// Everything that changes from step to step; a run goes on from it bit for bit. The order of the data and
/// the random draws are functions of the seed and the step.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingState {
    /// Steps made.
    pub step: u64,
    /// The machine.
    pub machine: RbmWeights,
    /// The optimiser's memory.
    pub optimiser: OptimiserState,
    /// Offsets of centred gradients; empty without.
    pub offsets: Offsets,
    /// Persistent chains: visible configurations, or ladders of them, or empty.
    pub chains: Vec<u8>,
    /// Persistent means of the expansion, or empty.
    pub means: Vec<f32>,
}

/// Steps between copies of good parameters.
const KEEP_EVERY: u64 = 64;
/// How fast the offsets follow the minibatches.
const OFFSET_RATE: f32 = 0.01;

/// A training run.
#[derive(Debug)]
pub struct Trainer<'a> {
    data: &'a BinaryData,
    config: TrainingConfig,
    state: TrainingState,
    kept: (u64, RbmWeights),
    order: DataOrder,
    batch: Vec<u8>,
    gradient: RbmWeights,
    memory: ChainMemory,
    tap: TapBatch,
    tempered: TemperedChains,
}

/// Whether a state has the sizes of one that these settings begin with.
pub(super) fn check_state(
    config: &TrainingConfig,
    visible: usize,
    state: &TrainingState,
) -> Result<(), TrainError> {
    let (n, m) = (visible, config.hidden);
    if n != state.machine.visible() {
        return Err(TrainError::Units {
            data: n,
            machine: state.machine.visible(),
        });
    }
    let parameters = state.machine.numbers().len();
    let (mut chains, mut means) = (0, 0);
    match &config.estimator {
        Estimator::Persistent { chains: count, .. } => chains = count.saturating_mul(n),
        Estimator::Tempered {
            chains: count,
            betas,
            ..
        } => chains = count.saturating_mul(betas.len()).saturating_mul(n),
        Estimator::Tap { copies, .. } => means = copies.saturating_mul(n + m),
        _ => {}
    }
    let second = match config.optimiser {
        Optimiser::Sgd { .. } => 0,
        Optimiser::Adam { .. } => parameters,
    };
    let offsets = |units: usize| if config.centred { units } else { 0 };
    for (part, found, expected) in [
        ("the hidden layer", state.machine.hidden(), m),
        (
            "the optimiser's memory",
            state.optimiser.first.len(),
            parameters,
        ),
        (
            "the optimiser's mean squares",
            state.optimiser.second.len(),
            second,
        ),
        (
            "the visible offsets",
            state.offsets.visible.len(),
            offsets(n),
        ),
        ("the hidden offsets", state.offsets.hidden.len(), offsets(m)),
        ("the chains", state.chains.len(), chains),
        ("the means", state.means.len(), means),
    ] {
        if found != expected {
            return Err(TrainError::State {
                part,
                found,
                expected,
            });
        }
    }
    Ok(())
}

impl<'a> Trainer<'a> {
    /// A run from the beginning: normal weights, biases zero, chains from random units.
    ///
    /// # Errors
    /// [`TrainError`] for settings that make no sense or do not fit the data.
    pub fn new(data: &'a BinaryData, config: TrainingConfig) -> Result<Self, TrainError> {
        check_training(&config, data.len())?;
        let (n, m) = (data.units(), config.hidden);
        let mut machine = RbmWeights::zeros(n, m, config.visible_units, config.hidden_units)?;
        let mut stream = config.seed.stream("initial weights", 0);
        for w in machine.parts_mut().0 {
            *w = (config.initial_weights * stream.normal()) as f32;
        }
        let mut stream = config.seed.stream("initial chains", 0);
        let mut random = |count: usize| {
            (0..count)
                .map(|_| (stream.next_u64() >> 63) as u8)
                .collect()
        };
        let (mut chains, mut means) = (Vec::new(), Vec::new());
        match &config.estimator {
            Estimator::Persistent { chains: count, .. } => chains = random(count * n),
            Estimator::Tempered {
                chains: count,
                betas,
                ..
            } => chains = random(count * betas.len() * n),
            Estimator::Tap { copies, .. } => {
                let mut stream = config.seed.stream("initial means", 0);
                for (count, units) in [(n, config.visible_units), (m, config.hidden_units)] {
                    let (low, high) = units.values();
                    // Off the centre, where ±1 machines without biases have a saddle.
                    means.extend((0..copies * count).map(|_| {
                        let u = stream.uniform_in(0.25, 0.75) as f32;
                        low + (high - low) * u
                    }));
                }
            }
            _ => {}
        }
        let offsets = if config.centred {
            let (low, high) = config.visible_units.values();
            let hidden = config.hidden_units.values();
            Offsets {
                visible: data
                    .fraction_up()
                    .iter()
                    .map(|&p| low + (high - low) * p as f32)
                    .collect(),
                hidden: vec![0.5 * (hidden.0 + hidden.1); m],
            }
        } else {
            Offsets::default()
        };
        let optimiser = OptimiserState::new(config.optimiser, machine.numbers().len());
        let state = TrainingState {
            step: 0,
            machine,
            optimiser,
            offsets,
            chains,
            means,
        };
        Self::resume(data, config, state)
    }

    /// A run that goes on from a state.
    ///
    /// # Errors
    /// [`TrainError`] for settings that make no sense, a machine that does not fit the data, or a state that is
    /// none of this run.
    pub fn resume(
        data: &'a BinaryData,
        config: TrainingConfig,
        state: TrainingState,
    ) -> Result<Self, TrainError> {
        check_training(&config, data.len())?;
        check_state(&config, data.units(), &state)?;
        if config.estimator == Estimator::Exact {
            rbm_sum(&state.machine.to_rbm()?, true, &Limits::default())?;
        }
        let mut gradient = state.machine.clone();
        gradient.numbers_mut().fill(0.0);
        Ok(Self {
            data,
            kept: (state.step, state.machine.clone()),
            order: DataOrder::new(config.seed),
            config,
            state,
            batch: Vec::new(),
            gradient,
            memory: ChainMemory::default(),
            tap: TapBatch::default(),
            tempered: TemperedChains::default(),
        })
    }

    /// The state.
    pub fn state(&self) -> &TrainingState {
        &self.state
    }

    /// The machine as it is.
    pub fn machine(&self) -> &RbmWeights {
        &self.state.machine
    }

    /// How it is trained.
    pub fn config(&self) -> &TrainingConfig {
        &self.config
    }

    /// The estimate of the gradient of `D(data‖model)` by the parameters that the last step took.
    pub fn gradient(&self) -> &RbmWeights {
        &self.gradient
    }

    /// The learning rate of the next step.
    pub fn learning_rate(&self) -> f64 {
        self.config.learning_rate * self.config.schedule.factor(self.state.step)
    }

    /// Steps that see every sample once.
    pub fn steps_per_pass(&self) -> u64 {
        self.data.len().div_ceil(self.config.batch) as u64
    }

    /// Computes the gradient for the minibatch of this step, before penalties and centring.
    fn estimate(&mut self) -> Result<(), TrainError> {
        let state = &mut self.state;
        let (machine, gradient) = (&state.machine, &mut self.gradient);
        let draws = Draws {
            seed: self.config.seed,
            step: state.step,
        };
        let (memory, batch) = (&mut self.memory, self.batch.as_slice());
        match &self.config.estimator {
            Estimator::Exact => {
                memory.data_phase(machine, batch, gradient);
                add_exact_averages(machine, gradient)?;
            }
            Estimator::ContrastiveDivergence { steps } => {
                memory.contrastive_divergence(machine, batch, *steps, draws, gradient);
            }
            Estimator::MeanField { steps } => memory.mean_field(machine, batch, *steps, gradient),
            Estimator::Persistent { steps, .. } => {
                memory.persistent(machine, batch, &mut state.chains, *steps, draws, gradient);
            }
            Estimator::Tempered { steps, betas, .. } => {
                memory.data_phase(machine, batch, gradient);
                self.tempered.add_model_phase(
                    machine,
                    betas,
                    &mut state.chains,
                    *steps,
                    draws,
                    gradient,
                );
            }
            Estimator::Tap {
                order, iterations, ..
            } => {
                memory.data_phase(machine, batch, gradient);
                self.tap
                    .add_model_phase(machine, *order, *iterations, &mut state.means, gradient);
            }
        }
        Ok(())
    }

    /// One step.
    ///
    /// # Errors
    /// [`TrainError::Diverged`] if a parameter is too large or no number; the machine is then the last one
    /// that was kept, at most 64 steps old.
    pub fn step(&mut self) -> Result<(), TrainError> {
        let step = self.state.step;
        if step.is_multiple_of(KEEP_EVERY) {
            self.kept = (step, self.state.machine.clone());
        }
        self.order
            .minibatch(self.data, step, self.config.batch, &mut self.batch);
        self.estimate()?;
        if self.config.centred {
            self.follow_means();
            self.state.offsets.centre(&mut self.gradient);
        }
        let rate = self.learning_rate();
        let state = &mut self.state;
        let largest = state.optimiser.update(
            self.config.optimiser,
            rate as f32,
            self.config.penalties,
            step,
            &mut state.machine,
            &self.gradient,
        );
        if largest.is_nan() || largest > self.config.largest_parameter {
            let good = self.kept.0;
            self.state.machine.clone_from(&self.kept.1);
            return Err(TrainError::Diverged {
                step,
                largest,
                rate,
                good,
            });
        }
        state.step += 1;
        Ok(())
    }

    /// Lets the offset of the hidden units follow the means of the minibatch.
    fn follow_means(&mut self) {
        let m = self.state.machine.hidden();
        let means = self.memory.data_means(&self.state.machine, &self.batch);
        let rows = (means.len() / m) as f32;
        let mut sums = vec![0.0_f32; m];
        for row in means.chunks_exact(m) {
            for (sum, x) in sums.iter_mut().zip(row) {
                *sum += x;
            }
        }
        for (offset, sum) in self.state.offsets.hidden.iter_mut().zip(sums) {
            *offset += OFFSET_RATE * (sum / rows - *offset);
        }
    }

    /// So many steps.
    ///
    /// # Errors
    /// As [`Trainer::step`].
    pub fn run(&mut self, steps: u64) -> Result<(), TrainError> {
        for _ in 0..steps {
            self.step()?;
        }
        Ok(())
    }
}

/// Adds the averages of the machine itself.
fn add_exact_averages(machine: &RbmWeights, gradient: &mut RbmWeights) -> Result<(), TrainError> {
    let sums = rbm_sum(&machine.to_rbm()?, true, &Limits::default())?;
    if let Some(averages) = sums.averages {
        let all = averages
            .product
            .iter()
            .chain(&averages.visible)
            .chain(&averages.hidden);
        for (g, average) in gradient.numbers_mut().iter_mut().zip(all) {
            *g += average.mid() as f32;
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "trainer_tests.rs"]
mod tests;
