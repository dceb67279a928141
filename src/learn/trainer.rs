//! Training: minibatches, an estimator of the gradient, an optimiser.

use super::contrastive::{ChainMemory, Draws};
use super::data::{BinaryData, DataOrder};
use super::optimiser::{Offsets, Optimiser, OptimiserState, Penalties, Schedule};
use super::tap::{TapBatch, TapOrder};
use super::tempering::TemperedChains;
use crate::exact::{ExactError, Limits, rbm_sum};
use crate::model::{RbmError, RbmWeights, Units};
use crate::random::Seed;
use thiserror::Error;

/// What stands in for the averages of the model.
#[derive(Clone, Debug, PartialEq)]
pub enum Estimator {
    /// The averages themselves; for machines with a small layer.
    Exact,
    /// Markov chains of so many steps from the data.
    ContrastiveDivergence {
        /// k.
        steps: usize,
    },
    /// Means in place of samples: equations (12) to (20) of `demellokoch2019`.
    MeanField {
        /// Reconstructions.
        steps: usize,
    },
    /// Markov chains that go on from step to step (Tieleman 2008).
    Persistent {
        /// k.
        steps: usize,
        /// How many chains.
        chains: usize,
    },
    /// The same, each a ladder of inverse temperatures with exchanges between neighbours.
    Tempered {
        /// k.
        steps: usize,
        /// How many ladders.
        chains: usize,
        /// The inverse temperatures, the first of them 1.
        betas: Vec<f32>,
    },
    /// The expansion of the free energy.
    Tap {
        /// How far.
        order: TapOrder,
        /// Iterations a step.
        iterations: usize,
        /// Copies of the means, which persist from step to step.
        copies: usize,
    },
}

/// How to train.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingConfig {
    /// Hidden units.
    pub hidden: usize,
    /// Values of the visible units.
    pub visible_units: Units,
    /// Values of the hidden units.
    pub hidden_units: Units,
    /// Samples in a minibatch.
    pub batch: usize,
    /// The estimator.
    pub estimator: Estimator,
    /// The optimiser.
    pub optimiser: Optimiser,
    /// η.
    pub learning_rate: f64,
    /// How η changes.
    pub schedule: Schedule,
    /// L1 and L2.
    pub penalties: Penalties,
    /// Whether gradients are centred.
    pub centred: bool,
    /// Standard deviation of the first weights.
    pub initial_weights: f64,
    /// The magnitude of a parameter beyond which training counts as diverged. The default 1000 is far
    /// beyond where a unit with one such weight ever turns.
    pub largest_parameter: f32,
    /// The seed.
    pub seed: Seed,
}

impl TrainingConfig {
    /// ±1 units, CD-1 with minibatches of 512, plain gradient descent with rate 0.05.
    pub fn new(hidden: usize) -> Self {
        Self {
            hidden,
            visible_units: Units::PlusMinus,
            hidden_units: Units::PlusMinus,
            batch: 512,
            estimator: Estimator::ContrastiveDivergence { steps: 1 },
            optimiser: Optimiser::Sgd { momentum: 0.0 },
            learning_rate: 0.05,
            schedule: Schedule::Constant,
            penalties: Penalties::default(),
            centred: false,
            initial_weights: 0.01,
            largest_parameter: 1000.0,
            seed: Seed::default(),
        }
    }
}

/// Why training cannot start or go on.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum TrainError {
    /// A setting that makes no sense.
    #[error("{setting} is {value}: {expected}")]
    Setting {
        /// Which.
        setting: &'static str,
        /// Its value.
        value: f64,
        /// What it should be.
        expected: &'static str,
    },
    /// More samples in a minibatch than there are.
    #[error("a minibatch of {batch} samples is larger than the data set of {samples}")]
    BatchTooLarge {
        /// Samples in a minibatch.
        batch: usize,
        /// Samples.
        samples: usize,
    },
    /// Layers that do not fit.
    #[error("the data have {data} units, the machine {machine} visible ones")]
    Units {
        /// Units of a sample.
        data: usize,
        /// Visible units.
        machine: usize,
    },
    /// A state of other sizes than this run has.
    #[error("{part}: {found} there, {expected} expected")]
    State {
        /// Which part of it.
        part: &'static str,
        /// Its size.
        found: usize,
        /// That of this run.
        expected: usize,
    },
    /// No machine.
    #[error(transparent)]
    Machine(#[from] RbmError),
    /// Exact averages are out of reach.
    #[error("exact averages: {0}")]
    Exact(#[from] ExactError),
    /// A parameter became too large or no number.
    #[error(
        "training diverged in step {step}: a parameter reached {largest} with learning rate {rate}; \
         the parameters after step {good} are kept"
    )]
    Diverged {
        /// The step, counted from 0.
        step: u64,
        /// The largest magnitude of a parameter.
        largest: f32,
        /// The learning rate.
        rate: f64,
        /// Steps made when the parameters that are kept were seen to be good.
        good: u64,
    },
}

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

/// Refuses settings that make no sense for so many samples.
///
/// # Errors
/// [`TrainError::Setting`] and [`TrainError::BatchTooLarge`].
pub fn check_training(config: &TrainingConfig, samples: usize) -> Result<(), TrainError> {
    let setting = |setting, value, expected| {
        Err(TrainError::Setting {
            setting,
            value,
            expected,
        })
    };
    if !(config.learning_rate.is_finite() && config.learning_rate >= 0.0) {
        return setting(
            "the learning rate",
            config.learning_rate,
            "expected a finite number from 0 on",
        );
    }
    if !(config.initial_weights.is_finite() && config.initial_weights >= 0.0) {
        return setting(
            "the spread of the first weights",
            config.initial_weights,
            "expected a finite number from 0 on",
        );
    }
    if config.batch == 0 {
        return setting("the minibatch", 0.0, "expected at least one sample");
    }
    if config.batch > samples {
        return Err(TrainError::BatchTooLarge {
            batch: config.batch,
            samples,
        });
    }
    let counts = match &config.estimator {
        Estimator::Exact => vec![],
        Estimator::ContrastiveDivergence { steps } | Estimator::MeanField { steps } => vec![*steps],
        Estimator::Persistent { steps, chains } | Estimator::Tempered { steps, chains, .. } => {
            vec![*steps, *chains]
        }
        Estimator::Tap {
            iterations, copies, ..
        } => vec![*iterations, *copies],
    };
    if counts.contains(&0) {
        return setting(
            "a count of steps, chains, iterations or copies",
            0.0,
            "expected at least 1",
        );
    }
    if let Estimator::Tempered { betas, .. } = &config.estimator {
        let falling = betas.windows(2).all(|b| b[1] < b[0] && b[1] >= 0.0);
        if betas.first().map(|b| b.to_bits()) != Some(1.0_f32.to_bits()) || !falling {
            let first = betas.first().map_or(f64::NAN, |&b| f64::from(b));
            return setting(
                "the ladder's first inverse temperature",
                first,
                "expected 1 and then falling numbers from 0 on",
            );
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
