//! Data sets of binary units in `.npy` files.

use super::exit::Failure;
use super::output::read_bytes;
use crate::learn::{BinaryData, DataError};
use crate::model::Units;
use crate::model::files::{NpyValues, read_npy};
use crate::random::Seed;
use std::path::Path;

/// Reads samples: the last dimension counts the units, all others samples. Without `told`, the units are ±1 if a −1
/// is there and 0/1 if a 0 is.
///
/// # Errors
/// Exit code 2 with the place for what is no data set, 5 for reading.
pub(super) fn read_samples(
    path: &Path,
    told: Option<Units>,
) -> anyhow::Result<(BinaryData, Units)> {
    let name = path.display();
    let wrong = |e: &dyn std::fmt::Display| Failure::bad_input(format!("{name}: {e}"));
    let array = read_npy(&read_bytes(path)?).map_err(|e| wrong(&e))?;
    let [.., _, units] = *array.shape.as_slice() else {
        return Err(wrong(&format!(
            "the shape is {:?}, expected (samples, units)",
            array.shape
        )));
    };
    let values = |is: f64| match &array.values {
        NpyValues::I8(v) => v.iter().any(|&x| same(f64::from(x), is)),
        NpyValues::U8(v) => v.iter().any(|&x| same(f64::from(x), is)),
        NpyValues::I64(v) => v.iter().any(|&x| same(x as f64, is)),
        NpyValues::F32(v) => v.iter().any(|&x| same(f64::from(x), is)),
        NpyValues::F64(v) => v.iter().any(|&x| same(x, is)),
    };
    if array.values.is_empty() {
        return Err(wrong(&DataError::Empty));
    }
    let kind = match told {
        Some(kind) => kind,
        None if values(-1.0) => Units::PlusMinus,
        None if values(0.0) => Units::ZeroOne,
        None => {
            return Err(wrong(
                &"neither -1 nor 0 occurs, so the data do not tell the units; --units does",
            ));
        }
    };
    let up = match &array.values {
        NpyValues::I8(v) => bits(v, units, kind, f64::from),
        NpyValues::U8(v) => bits(v, units, kind, f64::from),
        NpyValues::I64(v) => bits(v, units, kind, |x| x as f64),
        NpyValues::F32(v) => bits(v, units, kind, f64::from),
        NpyValues::F64(v) => bits(v, units, kind, |x| x),
    };
    let data = up
        .and_then(|up| BinaryData::from_bits(up, units))
        .map_err(|e| wrong(&e))?;
    Ok((data, kind))
}

/// Equality of numbers, with −0 equal to 0 and NaN equal to nothing.
fn same(x: f64, y: f64) -> bool {
    (x + 0.0).to_bits() == y.to_bits()
}

fn bits<T: Copy>(
    values: &[T],
    units: usize,
    kind: Units,
    wide: impl Fn(T) -> f64,
) -> Result<Vec<u8>, DataError> {
    // Piece by piece, so that bytes are not blown up to doubles all at once.
    let mut up = Vec::with_capacity(values.len());
    for (k, sample) in values.chunks(units.max(1)).enumerate() {
        let row: Vec<f64> = sample.iter().map(|&x| wide(x)).collect();
        match BinaryData::from_values(&row, units, kind) {
            Ok(data) => up.extend_from_slice(data.up()),
            Err(DataError::Value {
                unit,
                value,
                expected,
                ..
            }) => {
                return Err(DataError::Value {
                    sample: k,
                    unit,
                    value,
                    expected,
                });
            }
            Err(other) => return Err(other),
        }
    }
    Ok(up)
}

/// So many samples, drawn at random and in their old order; all if there are no more.
pub(super) fn some_of(data: &BinaryData, count: usize, purpose: &str, seed: Seed) -> BinaryData {
    if count >= data.len() {
        return data.clone();
    }
    let chosen = chosen(data.len(), count, purpose, seed);
    rows(data, |k| chosen[k]).unwrap_or_else(|| data.clone())
}

/// Which of `all` are among `count` drawn at random.
pub(super) fn chosen(all: usize, count: usize, purpose: &str, seed: Seed) -> Vec<bool> {
    let mut stream = seed.stream(purpose, 0);
    let mut order: Vec<usize> = (0..all).collect();
    let mut chosen = vec![false; all];
    for k in 0..count.min(all) {
        order.swap(k, k + stream.index(all - k));
        chosen[order[k]] = true;
    }
    chosen
}

/// The samples for which `keep` says yes; `None` if there are none.
pub(super) fn rows(data: &BinaryData, keep: impl Fn(usize) -> bool) -> Option<BinaryData> {
    let samples = data.up().chunks_exact(data.units()).enumerate();
    let kept = samples.filter(|&(k, _)| keep(k)).flat_map(|(_, row)| row);
    BinaryData::from_bits(kept.copied().collect(), data.units()).ok()
}
