//! The two halves of a gradient: averages of `v h`, `v` and `h` over a batch.

use crate::model::{Layer, RbmWeights};
use crate::numeric::matrix_product::{Matrix, product};
use crate::sample::binary_product::{BinaryCodes, Factor, Start, binary_product_of_rows};
use rayon::prelude::*;

/// A batch with binary visible units and real hidden ones, of which a gradient takes the averages.
#[derive(Clone, Copy, Debug)]
pub(super) struct BinaryPhase<'a> {
    /// What the averages are multiplied by.
    pub(super) weight: f32,
    pub(super) v: &'a [u8],
    pub(super) h: &'a [f32],
}

/// What a batch is made into before the product: its codes, and the sums of its units.
#[derive(Clone, Debug, Default)]
pub(super) struct PhaseMemory {
    codes: BinaryCodes,
    up: Vec<u32>,
    hidden: Vec<f32>,
}

impl PhaseMemory {
    fn set(&mut self, phase: BinaryPhase<'_>, (n, m): (usize, usize)) {
        self.codes.set_columns(phase.v, n);
        self.up.clear();
        self.up.resize(n, 0);
        for sample in phase.v.chunks_exact(n) {
            for (count, &up) in self.up.iter_mut().zip(sample) {
                *count += u32::from(up);
            }
        }
        self.hidden.clear();
        self.hidden.resize(m, 0.0);
        sum_rows(&mut self.hidden, phase.h);
    }
}

/// Adds the averages of each batch, one after the other.
///
/// The batches are prepared in parallel, and each thread takes rows of the product through all of them.
///
/// # Panics
/// If the sizes do not fit.
pub(super) fn add_binary_phases<const PHASES: usize>(
    gradient: &mut RbmWeights,
    phases: [BinaryPhase<'_>; PHASES],
    memory: &mut [PhaseMemory; PHASES],
) {
    let (n, m) = (gradient.visible(), gradient.hidden());
    let (low, high) = gradient.units(Layer::Visible).values();
    let batches = phases.map(|phase| phase.v.len() / n);
    for (phase, batch) in phases.iter().zip(batches) {
        assert_eq!(
            (phase.v.len(), phase.h.len()),
            (batch * n, batch * m),
            "a batch"
        );
    }
    memory
        .par_iter_mut()
        .zip(&phases)
        .for_each(|(memory, phase)| memory.set(*phase, (n, m)));
    let (pair, visible, hidden) = gradient.parts_mut();
    // Cuts do not change the bits of a row, so there may be one for each thread.
    let rows = n.div_ceil(rayon::current_num_threads());
    let memory = &*memory;
    pair.par_chunks_mut(rows * m)
        .enumerate()
        .for_each(|(k, out)| {
            for ((phase, memory), batch) in phases.iter().zip(memory).zip(batches) {
                let share = phase.weight / batch as f32;
                let values = (low * share, high * share);
                let factor = Factor::Rows {
                    data: phase.h,
                    stride: m,
                };
                let start = Start::Present;
                binary_product_of_rows(&memory.codes, k * rows, values, factor, start, m, out);
            }
        });
    for ((phase, memory), batch) in phases.iter().zip(memory).zip(batches) {
        let share = phase.weight / batch as f32;
        for (sum, &count) in visible.iter_mut().zip(&memory.up) {
            *sum += share * (low * batch as f32 + (high - low) * count as f32);
        }
        for (sum, total) in hidden.iter_mut().zip(&memory.hidden) {
            *sum += share * total;
        }
    }
}

/// Adds `weight` times the averages of a batch with real units in both layers.
///
/// # Panics
/// If the sizes do not fit.
pub(super) fn add_real_phase(gradient: &mut RbmWeights, weight: f32, v: &[f32], h: &[f32]) {
    let (n, m) = (gradient.visible(), gradient.hidden());
    let batch = v.len() / n;
    let share = weight / batch as f32;
    let (pair, visible, hidden) = gradient.parts_mut();
    add_pairs(pair, share, v, h, (n, m));
    add_rows(visible, share, v);
    add_rows(hidden, share, h);
}

/// Adds `share · Σ_s v_is h_as`.
pub(super) fn add_pairs(
    pair: &mut [f32],
    share: f32,
    v: &[f32],
    h: &[f32],
    (n, m): (usize, usize),
) {
    let batch = v.len() / n;
    let v = Matrix::by_rows(v, batch, n).transposed();
    product(pair, true, share, v, Matrix::by_rows(h, batch, m));
}

/// Adds `share` times the sum of rows.
fn add_rows(sums: &mut [f32], share: f32, rows: &[f32]) {
    let mut total = vec![0.0_f32; sums.len()];
    sum_rows(&mut total, rows);
    for (sum, total) in sums.iter_mut().zip(&total) {
        *sum += share * total;
    }
}

/// Adds rows.
fn sum_rows(total: &mut [f32], rows: &[f32]) {
    for row in rows.chunks_exact(total.len()) {
        for (total, x) in total.iter_mut().zip(row) {
            *total += x;
        }
    }
}
