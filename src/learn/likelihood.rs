//! How good a machine is: likelihood, free energies, reconstruction, pseudo-likelihood; in double precision.

#![expect(
    clippy::inline_always,
    reason = "what a vectorised kernel calls must be inlined into it"
)]

use super::BinaryData;
use crate::exact::{ExactError, Limits, rbm_sum};
use crate::model::{Layer, RbmError, RbmWeights, Units};
use crate::numeric::{Kernel, vectorised};
use rayon::prelude::*;
use thiserror::Error;

/// Why a machine cannot be judged.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum LikelihoodError {
    /// Layers that do not fit.
    #[error("the data have {data} units, the machine {machine} visible ones")]
    Units {
        /// Units of a sample.
        data: usize,
        /// Visible units.
        machine: usize,
    },
    /// A parameter that is no number.
    #[error(transparent)]
    Machine(#[from] RbmError),
    /// `ln Z` is out of reach.
    #[error(transparent)]
    Exact(#[from] ExactError),
}

/// `ln Σ_h e^{f h}` of a unit with field f.
pub(super) fn log_sum_of_unit(units: Units, field: f64) -> f64 {
    let (size, extra) = match units {
        Units::PlusMinus => (field.abs(), 2.0 * field.abs()),
        Units::ZeroOne => (field.max(0.0), field.abs()),
    };
    size + libm::log1p(libm::exp(-extra))
}

/// The machine in double precision, for sums over one sample after another.
struct Wide {
    weights: Vec<f64>,
    visible_bias: Vec<f64>,
    hidden_bias: Vec<f64>,
    values: (f64, f64),
    hidden_units: Units,
}

impl Wide {
    fn new(machine: &RbmWeights) -> Self {
        let wide = |list: &[f32]| list.iter().map(|&x| f64::from(x)).collect();
        let (low, high) = machine.units(Layer::Visible).values();
        Self {
            weights: wide(machine.weights()),
            visible_bias: wide(machine.visible_bias()),
            hidden_bias: wide(machine.hidden_bias()),
            values: (f64::from(low), f64::from(high)),
            hidden_units: machine.units(Layer::Hidden),
        }
    }

    /// Writes the fields on the hidden units and returns `Σ c_i v_i`.
    fn fields(&self, v: &[u8], fields: &mut [f64]) -> f64 {
        vectorised(FieldsOf {
            machine: self,
            v,
            into: fields,
        })
    }

    /// What `of` makes of each configuration, in their order; it is lent room for the fields.
    fn of_each(&self, up: &[u8], of: impl Fn(&[u8], &mut [f64]) -> f64 + Sync) -> Vec<f64> {
        up.par_chunks(self.visible_bias.len())
            .map_init(
                || vec![0.0; self.hidden_bias.len()],
                |fields, v| of(v, fields),
            )
            .collect()
    }

    fn log_weight(&self, v: &[u8], fields: &mut [f64]) -> f64 {
        let linear = self.fields(v, fields);
        linear
            + fields
                .iter()
                .map(|&f| log_sum_of_unit(self.hidden_units, f))
                .sum::<f64>()
    }
}

struct FieldsOf<'a> {
    machine: &'a Wide,
    v: &'a [u8],
    into: &'a mut [f64],
}

impl Kernel for FieldsOf<'_> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let Self {
            machine,
            v,
            into: fields,
        } = self;
        fields.copy_from_slice(&machine.hidden_bias);
        let rows = machine.weights.chunks_exact(fields.len());
        let mut linear = 0.0;
        for ((&up, row), c) in v.iter().zip(rows).zip(&machine.visible_bias) {
            let value = if up == 1 {
                machine.values.1
            } else {
                machine.values.0
            };
            linear += value * c;
            for (f, w) in fields.iter_mut().zip(row) {
                *f += value * w;
            }
        }
        linear
    }
}

/// The free energies `−ln Σ_h e^{𝒦(v, h)}` of visible configurations, without `ln Z`.
///
/// The mean over data less the mean over held-out data falls below zero as a machine overfits, and needs
/// no `ln Z`.
///
/// # Panics
/// If the bytes do not divide into samples of the machine.
pub fn free_energies(machine: &RbmWeights, up: &[u8]) -> Vec<f64> {
    assert_eq!(up.len() % machine.visible(), 0, "whole samples");
    let wide = Wide::new(machine);
    wide.of_each(up, |v, fields| -wide.log_weight(v, fields))
}

/// The mean of [`free_energies`] over a data set.
///
/// # Errors
/// [`LikelihoodError::Units`] if the layers do not fit.
pub fn mean_free_energy(machine: &RbmWeights, data: &BinaryData) -> Result<f64, LikelihoodError> {
    fits(machine, data)?;
    let all = free_energies(machine, data.up());
    Ok(all.iter().sum::<f64>() / all.len() as f64)
}

/// The mean of `ln p(v)` over a data set, with `ln Z` summed exactly.
///
/// # Errors
/// [`LikelihoodError`] if the layers do not fit or the smaller one is too large to sum.
///
/// # Accuracy
/// `ln Z` is good to 1e-12, the rest to the rounding of `visible · hidden` sums in doubles.
pub fn exact_log_likelihood(
    machine: &RbmWeights,
    data: &BinaryData,
    limits: &Limits,
) -> Result<f64, LikelihoodError> {
    let log_z = rbm_sum(&machine.to_rbm()?, false, limits)?.log_z.mid();
    Ok(-mean_free_energy(machine, data)? - log_z)
}

/// The mean over a data set of `Σ_i ln p(v_i | the other visible units)`, hidden units summed out.
///
/// # Errors
/// [`LikelihoodError::Units`] if the layers do not fit.
///
/// # Complexity
/// `O(samples · visible · hidden)` exponentials.
pub fn log_pseudo_likelihood(
    machine: &RbmWeights,
    data: &BinaryData,
) -> Result<f64, LikelihoodError> {
    fits(machine, data)?;
    let wide = Wide::new(machine);
    let m = machine.hidden();
    let sums = wide.of_each(data.up(), |v, fields| {
        let _ = wide.fields(v, fields);
        let flip = |i: usize| {
            let step = wide.values.1 - wide.values.0;
            let step = if v[i] == 1 { -step } else { step };
            let mut gap = step * wide.visible_bias[i];
            for (f, w) in fields.iter().zip(&wide.weights[i * m..(i + 1) * m]) {
                gap += log_sum_of_unit(wide.hidden_units, f + step * w)
                    - log_sum_of_unit(wide.hidden_units, *f);
            }
            // ln 1/(1 + e^gap)
            -log_sum_of_unit(Units::ZeroOne, gap)
        };
        (0..v.len()).map(flip).sum()
    });
    Ok(sums.iter().sum::<f64>() / data.len() as f64)
}

/// The mean over samples and units of the squared distance, as probabilities, between a unit and its mean
/// given the means of the hidden units given the sample.
///
/// # Errors
/// [`LikelihoodError::Units`] if the layers do not fit.
pub fn reconstruction_error(
    machine: &RbmWeights,
    data: &BinaryData,
) -> Result<f64, LikelihoodError> {
    fits(machine, data)?;
    let wide = Wide::new(machine);
    let m = machine.hidden();
    let visible_units = machine.units(Layer::Visible);
    let mean = |units: Units, field: f64| {
        let p = units.probability_up(field);
        match units {
            Units::PlusMinus => 2.0 * p - 1.0,
            Units::ZeroOne => p,
        }
    };
    let sums = wide.of_each(data.up(), |v, fields| {
        let _ = wide.fields(v, fields);
        for f in fields.iter_mut() {
            *f = mean(wide.hidden_units, *f);
        }
        let back = wide.weights.chunks_exact(m).zip(&wide.visible_bias);
        v.iter()
            .zip(back)
            .map(|(&up, (row, c))| {
                let field = row.iter().zip(&*fields).map(|(w, h)| w * h).sum::<f64>() + c;
                (f64::from(up) - visible_units.probability_up(field)).powi(2)
            })
            .sum()
    });
    Ok(sums.iter().sum::<f64>() / data.up().len() as f64)
}

fn fits(machine: &RbmWeights, data: &BinaryData) -> Result<(), LikelihoodError> {
    if machine.visible() == data.units() {
        Ok(())
    } else {
        Err(LikelihoodError::Units {
            data: data.units(),
            machine: machine.visible(),
        })
    }
}

/// `p(v)` of all states of a small machine.
#[cfg(test)]
pub(super) fn probabilities(machine: &RbmWeights) -> Vec<f64> {
    let n = machine.visible();
    (0..1 << n)
        .map(|v| {
            let bits = (0..n).map(|i| (v >> i & 1) as u8).collect();
            let one = BinaryData::from_bits(bits, n).unwrap();
            exact_log_likelihood(machine, &one, &Limits::default())
                .unwrap()
                .exp()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Rbm;
    use crate::random::Seed;

    fn machine(units: (Units, Units)) -> RbmWeights {
        let mut s = Seed(21).stream("likelihood", 0);
        let mut list = |n: usize| (0..n).map(|_| s.normal()).collect::<Vec<_>>();
        let rbm = Rbm::new(list(12), list(4), list(3)).unwrap();
        RbmWeights::from_rbm(&rbm.with_units(units.0, units.1)).unwrap()
    }

    #[test]
    fn probabilities_add_up_to_one_and_condition_as_they_should() {
        for units in [
            (Units::PlusMinus, Units::PlusMinus),
            (Units::ZeroOne, Units::PlusMinus),
            (Units::PlusMinus, Units::ZeroOne),
        ] {
            let m = machine(units);
            let states: Vec<u8> = (0..16)
                .flat_map(|v| (0..4).map(move |i| v >> i & 1))
                .collect();
            let limits = Limits::default();
            let p: Vec<f64> = states
                .chunks(4)
                .map(|v| {
                    let one = BinaryData::from_bits(v.to_vec(), 4).unwrap();
                    exact_log_likelihood(&m, &one, &limits).unwrap().exp()
                })
                .collect();
            // Sixteen terms, each good to about 1e-14.
            assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            let data = BinaryData::from_bits(states[4 * 5..4 * 9].to_vec(), 4).unwrap();
            let want: f64 = (5..9)
                .flat_map(|v| (0..4).map(move |i| (v, i)))
                .map(|(v, i): (usize, usize)| (p[v] / (p[v] + p[v ^ 1 << i])).ln())
                .sum();
            let found = log_pseudo_likelihood(&m, &data).unwrap();
            assert!((found - want / 4.0).abs() < 1e-12);
        }
    }

    #[test]
    fn reconstruction_of_a_machine_without_weights_is_the_spread_of_its_bias() {
        let rbm = Rbm::new(vec![0.0; 2], vec![0.5, -0.25], vec![1.0]).unwrap();
        let m = RbmWeights::from_rbm(&rbm).unwrap();
        let data = BinaryData::from_bits(vec![1, 1, 0, 1], 2).unwrap();
        let p = [0.5, -0.25].map(|c| Units::PlusMinus.probability_up(c));
        let want = ((1.0 - p[0]).powi(2) + p[0].powi(2) + 2.0 * (1.0 - p[1]).powi(2)) / 4.0;
        assert!((reconstruction_error(&m, &data).unwrap() - want).abs() < 1e-15);
        assert!(reconstruction_error(&m, &BinaryData::from_bits(vec![1; 3], 3).unwrap()).is_err());
    }
}
