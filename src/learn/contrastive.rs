//! Contrastive divergence and persistent chains: the gradient from short Markov chains.

use super::phase::{BinaryPhase, PhaseMemory, add_binary_phases, add_real_phase};
use crate::model::{Layer, RbmWeights};
use crate::numeric::matrix_product::{Matrix, product};
use crate::random::Seed;
use crate::sample::logistic::means_in_place;
use crate::sample::{BatchMemory, CHAINS_PER_STREAM, lanes_of_batch};
use rayon::prelude::*;

/// Memory of the estimators, kept from step to step.
#[derive(Clone, Debug, Default)]
pub(super) struct ChainMemory {
    tasks: Vec<BatchMemory>,
    phases: [PhaseMemory; 2],
    phase: [PhaseMemory; 1],
    means: Vec<f32>,
    pub(super) v: Vec<u8>,
    h: Vec<u8>,
    real: Vec<f32>,
}

/// Where the draws of a step come from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draws {
    pub(super) seed: Seed,
    pub(super) step: u64,
}

impl ChainMemory {
    /// Chains of a task: as many blocks of [`CHAINS_PER_STREAM`] as a thread gets.
    fn prepare(&mut self, chains: usize) -> usize {
        Self::cut(&mut self.tasks, chains)
    }

    fn cut(tasks: &mut Vec<BatchMemory>, chains: usize) -> usize {
        let blocks = chains.div_ceil(CHAINS_PER_STREAM);
        let threads = rayon::current_num_threads();
        let rows = blocks.div_ceil(threads) * CHAINS_PER_STREAM;
        tasks.resize_with(chains.div_ceil(rows), BatchMemory::default);
        rows
    }

    /// The gradient `⟨·⟩_model − ⟨·⟩_data` of the divergence with the averages of the model from `steps` steps
    /// of block Gibbs sampling that start from the data; the hidden units in averages are means.
    pub(super) fn contrastive_divergence(
        &mut self,
        machine: &RbmWeights,
        data: &[u8],
        steps: usize,
        draws: Draws,
        gradient: &mut RbmWeights,
    ) {
        let (n, m) = (machine.visible(), machine.hidden());
        let chains = data.len() / n;
        let rows = self.prepare(chains);
        self.means.resize(2 * chains * m, 0.0);
        self.h.resize(chains * m, 0);
        self.v.resize(chains * n, 0);
        let (first, last) = self.means.split_at_mut(chains * m);
        self.tasks
            .par_iter_mut()
            .zip(data.par_chunks(rows * n))
            .zip(self.v.par_chunks_mut(rows * n))
            .zip(self.h.par_chunks_mut(rows * m))
            .zip(first.par_chunks_mut(rows * m))
            .zip(last.par_chunks_mut(rows * m))
            .enumerate()
            .for_each(|(k, (((((memory, data), v), h), first), last))| {
                let chains = data.len() / n;
                let mut lanes = lanes_of_batch(
                    draws.seed,
                    "contrastive divergence",
                    draws.step,
                    k * rows,
                    chains,
                );
                memory.sample_with_means(machine, Layer::Hidden, data, &mut lanes, (first, h));
                memory.sample(machine, Layer::Visible, h, &mut lanes, v);
                for _ in 1..steps {
                    memory.sample(machine, Layer::Hidden, v, &mut lanes, h);
                    memory.sample(machine, Layer::Visible, h, &mut lanes, v);
                }
                memory.means(machine, Layer::Hidden, v, last);
            });
        gradient.numbers_mut().fill(0.0);
        let phases = halves((data, first), (&self.v, last));
        add_binary_phases(gradient, phases, &mut self.phases);
    }

    /// The same with chains that go on from where they stand; `chains` are visible configurations.
    pub(super) fn persistent(
        &mut self,
        machine: &RbmWeights,
        data: &[u8],
        chains: &mut [u8],
        steps: usize,
        draws: Draws,
        gradient: &mut RbmWeights,
    ) {
        let (n, m) = (machine.visible(), machine.hidden());
        let (samples, count) = (data.len() / n, chains.len() / n);
        self.means.resize((samples + count) * m, 0.0);
        let rows = self.prepare(samples);
        let (first, last) = self.means.split_at_mut(samples * m);
        means_of(&mut self.tasks, machine, data, rows, first);
        let rows = Self::cut(&mut self.tasks, count);
        self.h.resize(count * m, 0);
        self.tasks
            .par_iter_mut()
            .zip(chains.par_chunks_mut(rows * n))
            .zip(self.h.par_chunks_mut(rows * m))
            .zip(last.par_chunks_mut(rows * m))
            .enumerate()
            .for_each(|(k, (((memory, v), h), means))| {
                let mut lanes = lanes_of_batch(
                    draws.seed,
                    "persistent chains",
                    draws.step,
                    k * rows,
                    v.len() / n,
                );
                for _ in 0..steps {
                    memory.sample(machine, Layer::Hidden, v, &mut lanes, h);
                    memory.sample(machine, Layer::Visible, h, &mut lanes, v);
                }
                memory.means(machine, Layer::Hidden, v, means);
            });
        gradient.numbers_mut().fill(0.0);
        let phases = halves((data, first), (chains, last));
        add_binary_phases(gradient, phases, &mut self.phases);
    }

    /// The means of the hidden units given the data.
    pub(super) fn data_means(&mut self, machine: &RbmWeights, data: &[u8]) -> &[f32] {
        let (n, m) = (machine.visible(), machine.hidden());
        let samples = data.len() / n;
        let rows = self.prepare(samples);
        self.means.resize(samples * m, 0.0);
        means_of(&mut self.tasks, machine, data, rows, &mut self.means);
        &self.means
    }

    /// Sets the gradient to `−⟨·⟩_data`.
    pub(super) fn data_phase(
        &mut self,
        machine: &RbmWeights,
        data: &[u8],
        gradient: &mut RbmWeights,
    ) {
        self.data_means(machine, data);
        gradient.numbers_mut().fill(0.0);
        let phase = BinaryPhase {
            weight: -1.0,
            v: data,
            h: &self.means,
        };
        add_binary_phases(gradient, [phase], &mut self.phase);
    }

    /// Contrastive divergence with means in place of samples, equations (12) to (20) of `demellokoch2019`:
    ///
    /// ```text
    /// ĥ = f(v̂ W + b),   ṽ = f(W ĥ + c),   h̃ = f(ṽ W + b),   f = tanh for ±1 units
    /// ```
    /// and from ṽ on again for further steps. No random numbers; a biased stand-in for the gradient.
    pub(super) fn mean_field(
        &mut self,
        machine: &RbmWeights,
        data: &[u8],
        steps: usize,
        gradient: &mut RbmWeights,
    ) {
        self.data_phase(machine, data, gradient);
        let (n, m) = (machine.visible(), machine.hidden());
        let batch = data.len() / n;
        self.real.resize(batch * n, 0.0);
        let w = Matrix::by_rows(machine.weights(), n, m);
        for _ in 0..steps {
            fill_rows(&mut self.real, machine.visible_bias());
            let h = Matrix::by_rows(&self.means, batch, m);
            product(&mut self.real, true, 1.0, h, w.transposed());
            means_in_place(machine.units(Layer::Visible).rule(), &mut self.real);
            fill_rows(&mut self.means, machine.hidden_bias());
            product(
                &mut self.means,
                true,
                1.0,
                Matrix::by_rows(&self.real, batch, n),
                w,
            );
            means_in_place(machine.units(Layer::Hidden).rule(), &mut self.means);
        }
        add_real_phase(gradient, 1.0, &self.real, &self.means);
    }
}

/// The data half and the model half of a gradient.
fn halves<'a>(data: (&'a [u8], &'a [f32]), model: (&'a [u8], &'a [f32])) -> [BinaryPhase<'a>; 2] {
    [(-1.0, data), (1.0, model)].map(|(weight, (v, h))| BinaryPhase { weight, v, h })
}

/// The means of the hidden units given the data, `rows` samples a task.
fn means_of(
    tasks: &mut [BatchMemory],
    machine: &RbmWeights,
    data: &[u8],
    rows: usize,
    means: &mut [f32],
) {
    let (n, m) = (machine.visible(), machine.hidden());
    tasks
        .par_iter_mut()
        .zip(data.par_chunks(rows * n))
        .zip(means.par_chunks_mut(rows * m))
        .for_each(|((memory, data), means)| memory.means(machine, Layer::Hidden, data, means));
}

/// Writes the same row everywhere.
pub(super) fn fill_rows(rows: &mut [f32], row: &[f32]) {
    for target in rows.chunks_exact_mut(row.len()) {
        target.copy_from_slice(row);
    }
}
