//! Stacks of machines, trained one after the other: the hidden units of one are the data of the next.

use super::{BinaryData, TrainError, Trainer, TrainingConfig, free_energies};
use crate::model::{Layer, RbmWeights};
use crate::random::Seed;
use crate::sample::{BatchMemory, CHAINS_PER_STREAM, lanes_of_batch};
use rayon::prelude::*;
use thiserror::Error;

/// Why machines do not make a stack.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum StackError {
    /// No machines.
    #[error("a stack needs at least one machine")]
    Empty,
    /// Neighbours that do not chain.
    #[error("machine {index} has {visible} visible units, the one below it {hidden} hidden ones")]
    Sizes {
        /// Which machine, counted from 0 at the data.
        index: usize,
        /// Its visible units.
        visible: usize,
        /// Hidden units of the one below.
        hidden: usize,
    },
    /// Neighbours whose shared layer has different units.
    #[error(
        "machine {index} and the one below it disagree on the values of the units between them"
    )]
    Units {
        /// Which machine, counted from 0 at the data.
        index: usize,
    },
    /// A machine could not be trained.
    #[error("machine {index}: {source}")]
    Training {
        /// Which machine, counted from 0 at the data.
        index: usize,
        /// Why.
        source: TrainError,
    },
}

/// Machines of which each has the hidden layer of the one below as its visible layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Stack {
    machines: Vec<RbmWeights>,
}

impl Stack {
    /// A stack from its machines, the one at the data first.
    ///
    /// # Errors
    /// [`StackError`] if there are none or neighbours do not fit.
    pub fn new(machines: Vec<RbmWeights>) -> Result<Self, StackError> {
        if machines.is_empty() {
            return Err(StackError::Empty);
        }
        for (index, pair) in machines.windows(2).enumerate() {
            let (visible, hidden) = (pair[1].visible(), pair[0].hidden());
            let index = index + 1;
            if visible != hidden {
                return Err(StackError::Sizes {
                    index,
                    visible,
                    hidden,
                });
            }
            if pair[1].units(Layer::Visible) != pair[0].units(Layer::Hidden) {
                return Err(StackError::Units { index });
            }
        }
        Ok(Self { machines })
    }

    /// The machines, the one at the data first.
    pub fn machines(&self) -> &[RbmWeights] {
        &self.machines
    }

    /// Trains machine after machine, each for its number of steps, on samples of the hidden units of the one
    /// below given its data. `progress` is called after every step with the index of the machine.
    ///
    /// # Errors
    /// [`StackError`] naming the machine.
    pub fn train(
        data: &BinaryData,
        settings: &[(TrainingConfig, u64)],
        mut progress: impl FnMut(usize, &Trainer<'_>),
    ) -> Result<Self, StackError> {
        let mut machines = Vec::new();
        let mut above: Option<BinaryData> = None;
        for (index, (config, steps)) in settings.iter().enumerate() {
            let fault = |source| StackError::Training { index, source };
            let data = above.as_ref().unwrap_or(data);
            let mut trainer = Trainer::new(data, config.clone()).map_err(fault)?;
            for _ in 0..*steps {
                trainer.step().map_err(fault)?;
                progress(index, &trainer);
            }
            let machine = trainer.machine().clone();
            let next = sample_hidden(&machine, data, config.seed, index);
            machines.push(machine);
            above = Some(next);
        }
        Self::new(machines)
    }

    /// The mean free energy of every machine over the data of its layer, as [`Stack::layers`] draws them.
    ///
    /// A machine's is that of its visible layer; how far it changes from one machine to the next says how
    /// far it is preserved.
    ///
    /// # Panics
    /// If the data do not fit the first machine.
    pub fn mean_free_energies(&self, data: &BinaryData, seed: Seed) -> Vec<f64> {
        let layers = self.layers(data, seed);
        let mean = |(machine, layer): (&RbmWeights, &BinaryData)| {
            free_energies(machine, layer.up()).iter().sum::<f64>() / layer.len() as f64
        };
        self.machines.iter().zip(&layers).map(mean).collect()
    }

    /// Data seen at every layer: the data itself, then samples of the hidden units of each machine given the
    /// layer below.
    ///
    /// # Panics
    /// If the data do not fit the first machine.
    pub fn layers(&self, data: &BinaryData, seed: Seed) -> Vec<BinaryData> {
        let mut layers = vec![data.clone()];
        for (index, machine) in self.machines.iter().enumerate() {
            layers.push(sample_hidden(machine, &layers[index], seed, index));
        }
        layers
    }
}

/// One draw of the hidden units for every sample.
///
/// # Panics
/// If the data do not fit the machine.
pub fn sample_hidden(
    machine: &RbmWeights,
    data: &BinaryData,
    seed: Seed,
    index: usize,
) -> BinaryData {
    const ROWS: usize = 8 * CHAINS_PER_STREAM;
    let (n, m) = (machine.visible(), machine.hidden());
    assert_eq!(data.units(), n, "the data fit the machine");
    let mut up = vec![0; data.len() * m];
    data.up()
        .par_chunks(ROWS * n)
        .zip(up.par_chunks_mut(ROWS * m))
        .enumerate()
        .for_each_init(BatchMemory::default, |memory, (k, (v, up))| {
            let chains = v.len() / n;
            // Streams are numbered within a block of rows; the block takes the place of the step.
            let purpose = format!("hidden data {index}");
            let mut lanes = lanes_of_batch(seed, &purpose, k as u64, 0, chains);
            memory.sample(machine, Layer::Hidden, v, &mut lanes, up);
        });
    BinaryData::from_checked_bits(up, m)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Units;

    #[test]
    fn stacks_chain_and_are_the_same_for_any_number_of_threads() {
        let bits = (0..700 * 16_u32)
            .map(|k| (k.wrapping_mul(2_654_435_761) >> 31) as u8)
            .collect();
        let data = BinaryData::from_bits(bits, 16).unwrap();
        let settings: Vec<_> = [9, 4, 2]
            .map(|hidden| {
                (
                    TrainingConfig {
                        batch: 100,
                        ..TrainingConfig::new(hidden)
                    },
                    5,
                )
            })
            .to_vec();
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| {
                let mut seen = Vec::new();
                let stack = Stack::train(&data, &settings, |index, _| seen.push(index)).unwrap();
                assert_eq!(seen, [[0; 5], [1; 5], [2; 5]].concat());
                let layers = stack.layers(&data, Seed(1));
                (stack, layers)
            })
        };
        let (stack, layers) = run(1);
        assert_eq!(
            layers.iter().map(BinaryData::units).collect::<Vec<_>>(),
            [16, 9, 4, 2]
        );
        let energies = stack.mean_free_energies(&data, Seed(1));
        let last = crate::learn::mean_free_energy(&stack.machines()[2], &layers[2]).unwrap();
        assert!(energies.len() == 3 && (energies[2] - last).abs() < 1e-12);
        assert_eq!(run(3), (stack.clone(), layers));
        let mut machines = stack.machines().to_vec();
        machines.remove(1);
        let text = Stack::new(machines).unwrap_err().to_string();
        assert_eq!(
            text,
            "machine 1 has 4 visible units, the one below it 9 hidden ones"
        );
        let odd = RbmWeights::zeros(2, 2, Units::ZeroOne, Units::ZeroOne).unwrap();
        let both = vec![stack.machines()[2].clone(), odd];
        assert_eq!(
            Stack::new(both).unwrap_err(),
            StackError::Units { index: 1 }
        );
        assert_eq!(Stack::new(vec![]).unwrap_err(), StackError::Empty);
    }
}
