//! The two halves of a gradient: averages of `v h`, `v` and `h` over a batch.

use crate::model::{Layer, RbmWeights};
use crate::numeric::matrix_product::{Matrix, product};
use crate::sample::binary_product::{BinaryCodes, Factor, Start, binary_product_of_rows};
use rayon::prelude::*;

/// Adds `weight` times the averages of a batch with binary visible units and real hidden ones.
///
/// # Panics
/// If the sizes do not fit.
pub(super) fn add_binary_phase(
    gradient: &mut RbmWeights,
    weight: f32,
    v: &[u8],
    h: &[f32],
    codes: &mut BinaryCodes,
) {
    let (n, m) = (gradient.visible(), gradient.hidden());
    let batch = v.len() / n;
    assert_eq!((v.len(), h.len()), (batch * n, batch * m), "a batch");
    let (low, high) = gradient.units(Layer::Visible).values();
    let share = weight / batch as f32;
    codes.set_columns(v, n);
    let codes = &*codes;
    let (pair, visible, hidden) = gradient.parts_mut();
    // Cuts do not change the bits of a row, so there may be one for each thread.
    let rows = n.div_ceil(rayon::current_num_threads());
    pair.par_chunks_mut(rows * m)
        .enumerate()
        .for_each(|(k, out)| {
            let values = (low * share, high * share);
            let factor = Factor::Rows { data: h, stride: m };
            binary_product_of_rows(codes, k * rows, values, factor, Start::Present, m, out);
        });
    let mut count = vec![0_u32; n];
    for sample in v.chunks_exact(n) {
        for (count, &up) in count.iter_mut().zip(sample) {
            *count += u32::from(up);
        }
    }
    for (sum, &count) in visible.iter_mut().zip(&count) {
        *sum += share * (low * batch as f32 + (high - low) * count as f32);
    }
    add_rows(hidden, share, h);
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
    for row in rows.chunks_exact(sums.len()) {
        for (total, x) in total.iter_mut().zip(row) {
            *total += x;
        }
    }
    for (sum, total) in sums.iter_mut().zip(&total) {
        *sum += share * total;
    }
}
