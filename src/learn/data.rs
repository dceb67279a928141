//! Binary data sets, minibatches and their order.

use crate::model::Units;
use crate::random::{Chooser, Seed};
use thiserror::Error;

/// Why numbers are no data set.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum DataError {
    /// No samples, or samples without units.
    #[error("the data set is empty")]
    Empty,
    /// Numbers that do not divide into samples.
    #[error("{numbers} numbers do not divide into samples of {units} units")]
    Shape {
        /// How many numbers.
        numbers: usize,
        /// Units of a sample.
        units: usize,
    },
    /// A number that a unit does not take.
    #[error("sample {sample}, unit {unit} is {value}: {expected}")]
    Value {
        /// Which sample.
        sample: usize,
        /// Which unit.
        unit: usize,
        /// The number.
        value: f64,
        /// What units take.
        expected: &'static str,
    },
}

/// Samples of binary units: one byte for each, 1 where it is up; sample after sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BinaryData {
    units: usize,
    up: Vec<u8>,
}

impl BinaryData {
    /// A data set from the values of its units.
    ///
    /// # Errors
    /// [`DataError`] for no samples, numbers that do not divide into samples, values outside the unit type.
    pub fn from_values(values: &[f64], units: usize, kind: Units) -> Result<Self, DataError> {
        let (low, high, expected) = match kind {
            Units::PlusMinus => (-1.0, 1.0, "expected -1 or 1"),
            Units::ZeroOne => (0.0, 1.0, "expected 0 or 1"),
        };
        let mut up = Vec::with_capacity(values.len());
        for (k, &value) in values.iter().enumerate() {
            // Bits are compared so that -0 counts as 0 and NaN as neither.
            if (value + 0.0).to_bits() == f64::to_bits(low) {
                up.push(0);
            } else if value.to_bits() == f64::to_bits(high) {
                up.push(1);
            } else {
                return Err(DataError::Value {
                    sample: k / units.max(1),
                    unit: k % units.max(1),
                    value,
                    expected,
                });
            }
        }
        Self::from_bits(up, units)
    }

    /// A data set from bytes; a unit is up where its byte is not zero.
    ///
    /// # Errors
    /// [`DataError`] for no samples or bytes that do not divide into samples.
    pub fn from_bits(mut up: Vec<u8>, units: usize) -> Result<Self, DataError> {
        if up.is_empty() || units == 0 {
            return Err(DataError::Empty);
        }
        if !up.len().is_multiple_of(units) {
            let numbers = up.len();
            return Err(DataError::Shape { numbers, units });
        }
        for x in &mut up {
            *x = u8::from(*x != 0);
        }
        Ok(Self { units, up })
    }

    /// As [`BinaryData::from_bits`], of bytes that are 0 or 1 and whole samples already.
    pub(super) fn from_checked_bits(up: Vec<u8>, units: usize) -> Self {
        Self { units, up }
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.up.len() / self.units
    }

    /// Whether there are no samples; never true.
    pub fn is_empty(&self) -> bool {
        self.up.is_empty()
    }

    /// Units of a sample.
    pub fn units(&self) -> usize {
        self.units
    }

    /// All bytes.
    pub fn up(&self) -> &[u8] {
        &self.up
    }

    /// The mean fraction of samples in which each unit is up.
    pub fn fraction_up(&self) -> Vec<f64> {
        let mut count = vec![0_u64; self.units];
        for sample in self.up.chunks_exact(self.units) {
            for (count, &up) in count.iter_mut().zip(sample) {
                *count += u64::from(up);
            }
        }
        let n = self.len() as f64;
        count.into_iter().map(|c| c as f64 / n).collect()
    }
}

/// The order in which samples are seen: a new permutation for every pass, a function of the seed and the
/// number of the pass. The last minibatch of a pass is filled up from the front of the same permutation.
#[derive(Clone, Debug)]
pub(super) struct DataOrder {
    seed: Seed,
    pass: Option<u64>,
    order: Vec<usize>,
}

impl DataOrder {
    pub(super) fn new(seed: Seed) -> Self {
        Self {
            seed,
            pass: None,
            order: Vec::new(),
        }
    }

    /// Copies the minibatch of a step.
    pub(super) fn minibatch(
        &mut self,
        data: &BinaryData,
        step: u64,
        size: usize,
        into: &mut Vec<u8>,
    ) {
        let samples = data.len();
        let steps = samples.div_ceil(size) as u64;
        let pass = step / steps;
        if self.pass != Some(pass) {
            self.order = (0..samples).collect();
            let mut stream = self.seed.stream("data order", pass);
            stream.shuffle(&mut self.order);
            self.pass = Some(pass);
        }
        let first = (step % steps) as usize * size;
        into.clear();
        for k in first..first + size {
            let sample = self.order[k % samples];
            into.extend_from_slice(&data.up[sample * data.units..(sample + 1) * data.units]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_data_is_refused_with_its_place() {
        let of = |values: &[f64], units| BinaryData::from_values(values, units, Units::PlusMinus);
        let text = of(&[1.0, -1.0, 0.0, 1.0], 2).unwrap_err().to_string();
        assert_eq!(text, "sample 1, unit 0 is 0: expected -1 or 1");
        assert!(of(&[f64::NAN], 1).is_err());
        assert_eq!(of(&[], 3).unwrap_err(), DataError::Empty);
        assert_eq!(
            of(&[1.0; 4], 3).unwrap_err(),
            DataError::Shape {
                numbers: 4,
                units: 3
            }
        );
        let zero_one = BinaryData::from_values(&[0.0, -0.0, 1.0], 3, Units::ZeroOne).unwrap();
        assert_eq!(zero_one.up(), [0, 0, 1]);
    }

    #[test]
    fn a_pass_sees_every_sample_and_passes_differ() {
        let data = BinaryData::from_bits(
            (0..10)
                .flat_map(|k| [k & 1, k >> 1 & 1, k >> 2 & 1, k >> 3])
                .collect(),
            4,
        )
        .unwrap();
        let mut order = DataOrder::new(Seed(2));
        let mut pass = |first: u64| {
            let (mut batch, mut all) = (Vec::new(), Vec::new());
            for step in first..first + 2 {
                order.minibatch(&data, step, 5, &mut batch);
                all.extend(batch.chunks(4).map(<[u8]>::to_vec));
            }
            all
        };
        let (one, two, again) = (pass(0), pass(2), pass(0));
        assert_ne!(one, two);
        assert_eq!(one, again);
        let mut sorted = one.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), 10);
    }
}
