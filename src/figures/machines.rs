//! Machines trained for the experiments, and the flows that their weights make of configurations.

use super::experiment::{FigureError, Parameter, Run};
use crate::learn::{BinaryData, Estimator, Trainer, TrainingConfig};
use crate::model::{Layer, RbmWeights, Units};
use crate::numeric::matrix_product::{Matrix, product};
use crate::random::Seed;
use crate::sample::{BatchMemory, lanes_of_batch};

/// What the trained machine reconstructs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contrast {
    /// Means in place of samples, equations (12) to (20).
    MeanField,
    /// Sampled units, contrastive divergence with this many steps.
    Sampled(usize),
}

/// Everything that training needs and most of which the document leaves open.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingChoice {
    /// Hidden units.
    pub hidden: usize,
    /// Updates; stated as 10000 for the machine of 100 and 81 units.
    pub iterations: u64,
    /// Samples in a minibatch. Not stated.
    pub batch: usize,
    /// η. Not stated.
    pub learning_rate: f64,
    /// Standard deviation of the first weights. Not stated.
    pub initial_weights: f64,
    /// Equations (12) to (20) say means; the text before them says samples.
    pub contrast: Contrast,
}

impl TrainingChoice {
    /// 10000 updates with minibatches of 500, rate 0.05, first weights of 0.01, means as in (12) to (20).
    pub fn new(hidden: usize) -> Self {
        Self {
            hidden,
            iterations: 10_000,
            batch: 500,
            learning_rate: 0.05,
            initial_weights: 0.01,
            contrast: Contrast::MeanField,
        }
    }

    /// As a key of a stage: everything that the weights depend on, besides the data and the seed.
    pub fn key(&self) -> String {
        format!(
            "hidden={}/iterations={}/batch={}/rate={}/initial={}/contrast={}",
            self.hidden,
            self.iterations,
            self.batch,
            self.learning_rate,
            self.initial_weights,
            self.contrast.name()
        )
    }

    /// As entries of a record.
    pub fn parameters(&self) -> Vec<Parameter> {
        let entry = |name: &str, value: String, published| Parameter {
            name: name.to_owned(),
            value,
            published,
            swept: Vec::new(),
        };
        vec![
            entry("hidden units", self.hidden.to_string(), true),
            entry(
                "updates",
                self.iterations.to_string(),
                self.iterations == 10_000,
            ),
            entry("minibatch", self.batch.to_string(), false),
            entry("learning rate", self.learning_rate.to_string(), false),
            entry(
                "standard deviation of the first weights",
                self.initial_weights.to_string(),
                false,
            ),
            entry("reconstruction", self.contrast.name(), false),
        ]
    }

    fn config(&self, seed: Seed) -> TrainingConfig {
        TrainingConfig {
            batch: self.batch,
            estimator: match self.contrast {
                Contrast::MeanField => Estimator::MeanField { steps: 1 },
                Contrast::Sampled(steps) => Estimator::ContrastiveDivergence { steps },
            },
            learning_rate: self.learning_rate,
            initial_weights: self.initial_weights,
            seed,
            ..TrainingConfig::new(self.hidden)
        }
    }
}

impl Contrast {
    /// A word for it.
    pub fn name(self) -> String {
        match self {
            Self::MeanField => "means".to_owned(),
            Self::Sampled(steps) => format!("samples, {steps} step(s)"),
        }
    }
}

/// Updates between two lines of progress.
const REPORT_EVERY: u64 = 2500;

/// The machine that this choice makes of these data, ±1 units on both sides; kept as a finished stage, as
/// the single-precision numbers of [`RbmWeights`].
///
/// `data_key` names the data: with the choice and the run's seed it is all that the weights depend on.
///
/// # Errors
/// [`FigureError::Refused`] if training refuses or diverges; [`FigureError::Stage`].
pub fn trained(
    run: &Run,
    data_key: &str,
    data: &BinaryData,
    choice: &TrainingChoice,
) -> Result<RbmWeights, FigureError> {
    let key = format!(
        "machine/{data_key}/visible={}/samples={}/{}/seed={}",
        data.units(),
        data.len(),
        choice.key(),
        run.seed.0
    );
    let refused = |cause: &dyn std::fmt::Display| FigureError::Refused {
        what: format!("training of {key}"),
        cause: cause.to_string(),
    };
    let mut machine = RbmWeights::zeros(
        data.units(),
        choice.hidden,
        Units::PlusMinus,
        Units::PlusMinus,
    )
    .map_err(|e| refused(&e))?;
    if let Some(bytes) = run.stages.get(&key)?
        && bytes.len() == 4 * machine.numbers().len()
    {
        for (x, word) in machine
            .numbers_mut()
            .iter_mut()
            .zip(bytes.as_chunks::<4>().0)
        {
            *x = f32::from_le_bytes(*word);
        }
        machine.check_finite().map_err(|e| refused(&e))?;
        return Ok(machine);
    }
    let mut trainer = Trainer::new(data, choice.config(run.seed)).map_err(|e| refused(&e))?;
    while trainer.state().step < choice.iterations {
        let step = trainer.state().step;
        (run.progress)(&format!(
            "training {} by {} on {data_key}: update {step} of {}",
            data.units(),
            choice.hidden,
            choice.iterations
        ));
        trainer
            .run(REPORT_EVERY.min(choice.iterations - step))
            .map_err(|e| refused(&e))?;
    }
    let machine = trainer.machine().clone();
    let bytes: Vec<u8> = machine
        .numbers()
        .iter()
        .flat_map(|x| x.to_le_bytes())
        .collect();
    run.stages.put(&key, &bytes)?;
    Ok(machine)
}

/// What moves along a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowKind {
    /// Means, equation (34): numbers between −1 and 1.
    Means,
    /// Sampled units, ±1.
    Samples,
}

/// A flow that stands at some length, for many configurations at once.
#[derive(Clone, Debug)]
pub struct Flow<'a> {
    machine: &'a RbmWeights,
    kind: FlowKind,
    seed: Seed,
    length: u64,
    values: Vec<f32>,
    bits: Vec<u8>,
    hidden: Vec<f32>,
    memory: BatchMemory,
}

impl<'a> Flow<'a> {
    /// The flow of length 0: the configurations themselves, bytes 0 or 1.
    ///
    /// # Panics
    /// If the bytes are not whole configurations of the machine's visible units, or the machine's units
    /// are not ±1.
    pub fn new(machine: &'a RbmWeights, kind: FlowKind, bits: &[u8], seed: Seed) -> Self {
        assert!(
            bits.len().is_multiple_of(machine.visible()),
            "whole configurations"
        );
        let units = [Layer::Visible, Layer::Hidden].map(|l| machine.units(l));
        assert_eq!(units, [Units::PlusMinus; 2], "units of (34)");
        Self {
            machine,
            kind,
            seed,
            length: 0,
            values: super::ising_data::spin_values(bits),
            bits: bits.to_vec(),
            hidden: Vec::new(),
            memory: BatchMemory::default(),
        }
    }

    /// How many times (13) was applied.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The visible values: means, or ±1.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Bytes: 1 where a value is positive.
    pub fn bits(&self) -> &[u8] {
        &self.bits
    }

    /// One step further: visible to hidden to visible.
    ///
    /// # Accuracy
    /// Single precision; test `means_are_those_of_the_equation`.
    pub fn step(&mut self) {
        let (n, m) = (self.machine.visible(), self.machine.hidden());
        let count = self.bits.len() / n;
        match self.kind {
            FlowKind::Means => {
                let weights = Matrix::by_rows(self.machine.weights(), n, m);
                self.hidden.resize(count * m, 0.0);
                let v = Matrix::by_rows(&self.values, count, n);
                product(&mut self.hidden, false, 1.0, v, weights);
                add_and_squash(&mut self.hidden, self.machine.hidden_bias());
                let h = Matrix::by_rows(&self.hidden, count, m);
                product(&mut self.values, false, 1.0, h, weights.transposed());
                add_and_squash(&mut self.values, self.machine.visible_bias());
                for (bit, &x) in self.bits.iter_mut().zip(&self.values) {
                    *bit = u8::from(x > 0.0);
                }
            }
            FlowKind::Samples => {
                let mut lanes = lanes_of_batch(self.seed, "flow, hidden", self.length, 0, count);
                let mut hidden = vec![0_u8; count * m];
                self.memory.sample(
                    self.machine,
                    Layer::Hidden,
                    &self.bits,
                    &mut lanes,
                    &mut hidden,
                );
                let mut lanes = lanes_of_batch(self.seed, "flow, visible", self.length, 0, count);
                self.memory.sample(
                    self.machine,
                    Layer::Visible,
                    &hidden,
                    &mut lanes,
                    &mut self.bits,
                );
                self.values = super::ising_data::spin_values(&self.bits);
            }
        }
        self.length += 1;
    }
}

/// `x ↦ tanh(x + b)`, the biases once for each row.
fn add_and_squash(x: &mut [f32], bias: &[f32]) {
    for row in x.chunks_exact_mut(bias.len()) {
        for (x, b) in row.iter_mut().zip(bias) {
            *x = libm::tanhf(*x + b);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::experiment::{Scale, Stages};
    use crate::figures::ising_data::{GroundStates, training_set};
    use crate::learn::mean_field_flow;
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    #[derive(Default)]
    struct Memory(RefCell<BTreeMap<String, Vec<u8>>>);

    impl Stages for Memory {
        fn get(&self, key: &str) -> Result<Option<Vec<u8>>, FigureError> {
            Ok(self.0.borrow().get(key).cloned())
        }

        fn put(&self, key: &str, bytes: &[u8]) -> Result<(), FigureError> {
            self.0.borrow_mut().insert(key.to_owned(), bytes.to_vec());
            Ok(())
        }
    }

    fn machine() -> RbmWeights {
        let mut machine = RbmWeights::zeros(4, 3, Units::PlusMinus, Units::PlusMinus).unwrap();
        for (k, x) in machine.numbers_mut().iter_mut().enumerate() {
            *x = ((k * 7 % 11) as f32 - 5.0) / 6.0;
        }
        machine
    }

    #[test]
    fn means_are_those_of_the_equation() {
        let machine = machine();
        let bits = [1_u8, 0, 0, 1, 1, 1, 1, 0];
        let mut flow = Flow::new(&machine, FlowKind::Means, &bits, Seed(1));
        for _ in 0..3 {
            flow.step();
        }
        let doubles = machine.to_rbm().unwrap().doubles();
        for (row, bits) in flow.values().chunks(4).zip(bits.chunks(4)) {
            let v: Vec<f64> = bits.iter().map(|&b| f64::from(b) * 2.0 - 1.0).collect();
            let want = mean_field_flow(&doubles, &v, 3, &f64::tanh);
            for (x, want) in row.iter().zip(want.last().unwrap()) {
                // Three steps of 14 roundings each, Lipschitz constant of a step below 10.
                assert!((f64::from(*x) - want).abs() < 1e-4, "{x} {want}");
            }
        }
    }

    #[test]
    fn a_kept_machine_is_not_trained_again() {
        let data = training_set(4, 20, GroundStates::Both, Seed(1)).unwrap();
        let stages = Memory::default();
        let said = std::sync::Mutex::new(0);
        let progress = |_: &str| *said.lock().unwrap() += 1;
        let run = Run {
            scale: Scale::Quick,
            seed: Seed(1),
            stages: &stages,
            progress: &progress,
        };
        let choice = TrainingChoice {
            iterations: 20,
            batch: 50,
            ..TrainingChoice::new(3)
        };
        let first = trained(&run, "test", &data, &choice).unwrap();
        let trainings = *said.lock().unwrap();
        assert!(trainings > 0);
        assert_eq!(trained(&run, "test", &data, &choice).unwrap(), first);
        assert_eq!(*said.lock().unwrap(), trainings);
        let other = TrainingChoice {
            learning_rate: 0.1,
            ..choice
        };
        assert_ne!(trained(&run, "test", &data, &other).unwrap(), first);
    }
}
