//! The trained thermometer: a network, its temperatures, its training and its file.

use super::network::{Activations, Network};
use super::reading::TemperaturePosterior;
use crate::learn::BinaryData;
use crate::learn::optimiser::{Optimiser, OptimiserState, Penalties, Schedule};
use crate::random::{Chooser, Seed};
use thiserror::Error;

/// First bytes of a file: name and version of the format.
const MAGIC: &[u8; 8] = b"bsTherm1";
/// Most temperatures in a file.
const MOST_TEMPERATURES: usize = 1 << 16;

/// How the network is built and trained.
///
/// `demellokoch2019` says that "a supervised network is used to measure the temperature" and which temperatures
/// it knows, not how it is built; these numbers are choices.
#[derive(Clone, Debug, PartialEq)]
pub struct ThermometerTraining {
    /// Rectified units of each hidden layer; one layer of 64.
    pub hidden: Vec<usize>,
    /// Configurations of a step; 256.
    pub minibatch: usize,
    /// Times that every configuration is seen; 3.
    pub passes: u64,
    /// The rule of the step; Adam.
    pub optimiser: Optimiser,
    /// The learning rate of the first step, 0.002; it falls linearly to zero at the last.
    pub rate: f32,
    /// Whether each configuration is turned over with probability ½ when it is seen, as the symmetry of a
    /// model without field allows; true.
    pub flip: bool,
}

impl Default for ThermometerTraining {
    fn default() -> Self {
        Self {
            hidden: vec![64],
            minibatch: 256,
            passes: 3,
            optimiser: Optimiser::ADAM,
            rate: 2e-3,
            flip: true,
        }
    }
}

/// Why there is no thermometer.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ThermometerError {
    /// Fewer than two temperatures, one that is not finite or negative, or not one ensemble for each.
    #[error(
        "{temperatures} temperatures and {ensembles} ensembles: expected at least two, finite, of each"
    )]
    Temperatures {
        /// How many temperatures.
        temperatures: usize,
        /// How many ensembles.
        ensembles: usize,
    },
    /// Ensembles of different systems.
    #[error("ensemble {ensemble} has {found} spins, the first has {expected}")]
    Spins {
        /// Which.
        ensemble: usize,
        /// Its spins.
        found: usize,
        /// Those of the first.
        expected: usize,
    },
    /// A hidden layer without units, a minibatch without configurations, no pass, or a rate that is not
    /// positive.
    #[error("a training parameter is zero or not positive")]
    Training,
    /// The loss or a parameter ceased to be finite.
    #[error("the training diverged at step {step}")]
    Diverged {
        /// Where.
        step: u64,
    },
    /// Bytes that are no thermometer.
    #[error("not a thermometer file: {what}")]
    Format {
        /// What is wrong.
        what: &'static str,
    },
}

/// A network that was trained to tell the temperature of a configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct ThermometerNetwork {
    network: Network,
    temperatures: Vec<f64>,
}

/// What the training says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct ThermometerProgress {
    /// Steps done.
    pub steps: u64,
    /// Steps in all.
    pub of: u64,
    /// Mean cross-entropy of the last steps, in nats.
    pub loss: f64,
}

/// Steps between two reports of progress.
const REPORT: u64 = 500;

impl ThermometerNetwork {
    /// Trains a network on configurations labelled by their temperature: `ensembles[k]` was drawn at
    /// `temperatures[k]`. It minimises the mean of `−ln p(T_k|s)` over all configurations.
    ///
    /// The order is a new permutation for every pass. Weights, order and flips are functions of the seed; the
    /// result is the same for any number of threads. `progress` is called now and then.
    ///
    /// # Errors
    /// [`ThermometerError`] for lists that do not fit, bad parameters, and divergence.
    /// # Accuracy
    /// The cross-entropy comes within the number of parameters over that of configurations of the least
    /// possible on small tori: test `training_comes_near_the_ideal_thermometer`. On 10 × 10 spins at the sixty
    /// temperatures 0, 0.1, …, 5.9 with 20000 configurations each, the default reaches 3.06 nats where 3.005 is
    /// the least.
    /// # Complexity
    /// Six floating-point operations for each weight, configuration and pass.
    pub fn train(
        temperatures: &[f64],
        ensembles: &[&BinaryData],
        training: &ThermometerTraining,
        seed: Seed,
        mut progress: impl FnMut(&ThermometerProgress),
    ) -> Result<Self, ThermometerError> {
        let spins = check(temperatures, ensembles, training)?;
        let mut sizes = vec![spins];
        sizes.extend(&training.hidden);
        sizes.push(temperatures.len());
        let mut network = Network::random(&sizes, &mut seed.stream("thermometer weights", 0));
        // Configurations are numbered through all ensembles.
        let firsts: Vec<usize> = ensembles
            .iter()
            .scan(0, |at, e| {
                let first = *at;
                *at += e.len();
                Some(first)
            })
            .collect();
        let samples: usize = ensembles.iter().map(|e| e.len()).sum();
        let mut order: Vec<usize> = (0..samples).collect();
        let batch = training.minibatch.min(samples);
        let steps_of_pass = samples.div_ceil(batch) as u64;
        let of = training.passes * steps_of_pass;
        let schedule = Schedule::Linear { steps: of };
        let mut state = OptimiserState::new(training.optimiser, network.parameters().len());
        let mut gradient = vec![0.0; network.parameters().len()];
        let mut kept = Activations::default();
        let (mut inputs, mut labels) = (Vec::new(), Vec::new());
        let (mut step, mut loss_sum) = (0, 0.0);
        for pass in 0..training.passes {
            let mut stream = seed.stream("thermometer order", pass);
            stream.shuffle(&mut order);
            for first in (0..samples).step_by(batch) {
                inputs.clear();
                labels.clear();
                for &k in &order[first..(first + batch).min(samples)] {
                    let label = firsts.partition_point(|&f| f <= k) - 1;
                    let at = (k - firsts[label]) * spins;
                    let flip = training.flip && stream.next_u64() >> 63 == 1;
                    let high = if flip { -1.0 } else { 1.0 };
                    let up = &ensembles[label].up()[at..at + spins];
                    inputs.extend(up.iter().map(|&u| if u == 1 { high } else { -high }));
                    labels.push(label);
                }
                let loss = network.loss_and_gradient(&inputs, &labels, &mut kept, &mut gradient);
                let rate = training.rate * schedule.factor(step) as f32;
                let none = (Penalties::default(), 0);
                let numbers = network.parameters_mut();
                let largest =
                    state.update_numbers(training.optimiser, rate, none, step, numbers, &gradient);
                if !loss.is_finite() || !largest.is_finite() {
                    return Err(ThermometerError::Diverged { step });
                }
                step += 1;
                loss_sum += loss;
                if step % REPORT == 0 || step == of {
                    let since = (step - 1) % REPORT + 1;
                    progress(&ThermometerProgress {
                        steps: step,
                        of,
                        loss: loss_sum / since as f64,
                    });
                    loss_sum = 0.0;
                }
            }
        }
        Ok(Self {
            network,
            temperatures: temperatures.to_vec(),
        })
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The thermometer as bytes.
    ///
    /// ```text
    /// "bsTherm1" | layers, temperatures: u32 each | sizes: u32 | temperatures: f64 | parameters: f32
    /// ```
    /// all little-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        let sizes = self.network.sizes();
        let counts = [sizes.len(), self.temperatures.len()];
        for &n in counts.iter().chain(sizes) {
            bytes.extend((n as u32).to_le_bytes());
        }
        bytes.extend(self.temperatures.iter().flat_map(|t| t.to_le_bytes()));
        let parameters = self.network.parameters().iter();
        bytes.extend(parameters.flat_map(|x| x.to_le_bytes()));
        bytes
    }

    /// The thermometer that [`ThermometerNetwork::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`ThermometerError::Format`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ThermometerError> {
        let fault = |what| ThermometerError::Format { what };
        let rest = bytes
            .strip_prefix(MAGIC)
            .ok_or_else(|| fault("another name or version"))?;
        let mut rest = rest;
        let mut word = || -> Result<usize, ThermometerError> {
            let (head, tail) = rest
                .split_first_chunk::<4>()
                .ok_or_else(|| fault("it ends too early"))?;
            rest = tail;
            Ok(u32::from_le_bytes(*head) as usize)
        };
        let (layers, count) = (word()?, word()?);
        if layers > 16 || count > MOST_TEMPERATURES {
            return Err(fault("too many layers or temperatures"));
        }
        let sizes = (0..layers).map(|_| word()).collect::<Result<Vec<_>, _>>()?;
        if sizes.last() != Some(&count) {
            return Err(fault("not one output for each temperature"));
        }
        let (head, tail) = rest
            .split_at_checked(8 * count)
            .ok_or_else(|| fault("it ends too early"))?;
        let temperatures: Vec<f64> = head
            .as_chunks::<8>()
            .0
            .iter()
            .map(|w| f64::from_le_bytes(*w))
            .collect();
        if !good_temperatures(&temperatures) {
            return Err(fault("a temperature is negative or not finite"));
        }
        let (words, left) = tail.as_chunks::<4>();
        if !left.is_empty() {
            return Err(fault("it does not end with a whole number"));
        }
        let parameters = words.iter().map(|w| f32::from_le_bytes(*w)).collect();
        let network = Network::from_parameters(sizes, parameters)
            .ok_or_else(|| fault("sizes and parameters do not fit"))?;
        Ok(Self {
            network,
            temperatures,
        })
    }
}

fn good_temperatures(temperatures: &[f64]) -> bool {
    temperatures.len() >= 2 && temperatures.iter().all(|t| t.is_finite() && *t >= 0.0)
}

/// Refuses what cannot be trained; returns the number of spins.
fn check(
    temperatures: &[f64],
    ensembles: &[&BinaryData],
    training: &ThermometerTraining,
) -> Result<usize, ThermometerError> {
    if !good_temperatures(temperatures) || ensembles.len() != temperatures.len() {
        return Err(ThermometerError::Temperatures {
            temperatures: temperatures.len(),
            ensembles: ensembles.len(),
        });
    }
    let expected = ensembles[0].units();
    for (ensemble, data) in ensembles.iter().enumerate() {
        let found = data.units();
        if found != expected {
            return Err(ThermometerError::Spins {
                ensemble,
                found,
                expected,
            });
        }
    }
    let positive = training.minibatch > 0
        && training.passes > 0
        && training.rate > 0.0
        && training.hidden.iter().all(|&n| n > 0);
    if positive {
        Ok(expected)
    } else {
        Err(ThermometerError::Training)
    }
}

impl TemperaturePosterior for ThermometerNetwork {
    fn temperatures(&self) -> &[f64] {
        &self.temperatures
    }

    fn spins(&self) -> usize {
        self.network.inputs()
    }

    fn posteriors(&self, up: &[u8], out: &mut Vec<f32>) {
        let inputs: Vec<f32> = up
            .iter()
            .map(|&u| if u == 1 { 1.0 } else { -1.0 })
            .collect();
        let mut kept = Activations::default();
        out.clear();
        out.extend_from_slice(self.network.forward(&inputs, &mut kept));
    }
}
