//! Persistent chains on a ladder of inverse temperatures, with exchanges between neighbours.

use super::contrastive::Draws;
use super::phase::{BinaryPhase, PhaseMemory, add_binary_phases};
use crate::model::{Layer, RbmWeights};
use crate::sample::{BatchMemory, lanes_of_batch};
use rayon::prelude::*;

/// Memory of the ladders, kept from step to step.
#[derive(Clone, Debug, Default)]
pub(super) struct TemperedChains {
    levels: Vec<Level>,
    means: Vec<f32>,
    phase: [PhaseMemory; 1],
}

/// All chains of one inverse temperature.
#[derive(Clone, Debug, Default)]
struct Level {
    memory: BatchMemory,
    h: Vec<u8>,
    exponents: Vec<f64>,
    fields: Vec<f32>,
}

impl Level {
    /// One sweep of the chains `v` in the distribution `e^{β 𝒦}`, then 𝒦 of each.
    fn sweep(&mut self, machine: &RbmWeights, beta: f32, v: &mut [u8], draws: Draws, index: u64) {
        let (n, m) = (machine.visible(), machine.hidden());
        let chains = v.len() / n;
        self.h.resize(chains * m, 0);
        let mut lanes = lanes_of_batch(
            draws.seed,
            &format!("ladder {index}"),
            draws.step,
            0,
            chains,
        );
        self.memory
            .sample_at(machine, Layer::Hidden, beta, v, &mut lanes, &mut self.h);
        self.memory
            .sample_at(machine, Layer::Visible, beta, &self.h, &mut lanes, v);
        self.fields.resize(chains * m, 0.0);
        self.memory
            .fields(machine, Layer::Hidden, v, &mut self.fields);
        let value = |(low, high): (f32, f32), up: u8| f64::from(if up == 1 { high } else { low });
        let (vu, hu) = (
            machine.units(Layer::Visible).values(),
            machine.units(Layer::Hidden).values(),
        );
        let rows = v.chunks(n).zip(self.h.chunks(m).zip(self.fields.chunks(m)));
        self.exponents.clear();
        self.exponents.extend(rows.map(|(v, (h, fields))| {
            let visible = v
                .iter()
                .zip(machine.visible_bias())
                .map(|(&v, &c)| value(vu, v) * f64::from(c));
            let hidden = h
                .iter()
                .zip(fields)
                .map(|(&h, &f)| value(hu, h) * f64::from(f));
            visible.sum::<f64>() + hidden.sum::<f64>()
        }));
    }
}

impl TemperedChains {
    /// Adds the averages of the model from the chains at β = 1, after `steps` sweeps of all, each followed by
    /// exchanges of neighbours with probability `min(1, e^{(β_k − β_{k+1})(𝒦_{k+1} − 𝒦_k)})`, first of the even
    /// pairs, then of the odd ones in turn. `chains` holds the visible units of level 0, then of level 1, …
    ///
    /// The product of the distributions of the levels is unchanged by both moves: test
    /// `chains_at_one_have_the_moments_of_the_machine` in the trainer.
    pub(super) fn add_model_phase(
        &mut self,
        machine: &RbmWeights,
        betas: &[f32],
        chains: &mut [u8],
        steps: usize,
        draws: Draws,
        gradient: &mut RbmWeights,
    ) {
        let (n, m) = (machine.visible(), machine.hidden());
        let count = chains.len() / (betas.len() * n);
        self.levels.resize_with(betas.len(), Level::default);
        for k in 0..steps as u64 {
            let draws = Draws {
                step: draws.step * steps as u64 + k,
                ..draws
            };
            self.levels
                .par_iter_mut()
                .zip(chains.par_chunks_mut(count * n))
                .zip(betas)
                .enumerate()
                .for_each(|(index, ((level, v), &beta))| {
                    level.sweep(machine, beta, v, draws, index as u64);
                });
            let mut stream = draws.seed.stream("exchanges", draws.step);
            for lower in ((draws.step % 2) as usize..betas.len().saturating_sub(1)).step_by(2) {
                let gap = f64::from(betas[lower]) - f64::from(betas[lower + 1]);
                for c in 0..count {
                    let difference =
                        self.levels[lower + 1].exponents[c] - self.levels[lower].exponents[c];
                    if stream.uniform() < libm::exp((gap * difference).min(0.0)) {
                        let (cold, hot) = chains.split_at_mut((lower + 1) * count * n);
                        let cold = &mut cold[(lower * count + c) * n..][..n];
                        cold.swap_with_slice(&mut hot[c * n..][..n]);
                    }
                }
            }
        }
        let cold = &chains[..count * n];
        self.means.resize(count * m, 0.0);
        self.levels[0]
            .memory
            .means(machine, Layer::Hidden, cold, &mut self.means);
        let phase = BinaryPhase {
            weight: 1.0,
            v: cold,
            h: &self.means,
        };
        add_binary_phases(gradient, [phase], &mut self.phase);
    }
}
