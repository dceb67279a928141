//! How to train: the settings, and which of them are refused.

use super::optimiser::{Optimiser, Penalties, Schedule};
use super::tap::TapOrder;
use crate::exact::ExactError;
use crate::model::{RbmError, Units};
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
