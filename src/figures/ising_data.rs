//! Independent exact configurations of periodic Ising lattices: the data that the experiments start from.

use super::experiment::{FigureError, Run};
use crate::exact::{Limits, Strip, StripSamples};
use crate::learn::BinaryData;
use crate::model::Lattice;
use crate::random::{Seed, Stream};
use crate::sample::{CompiledHamiltonian, CouplingFromThePast, ExactSampler};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Widest lattice that is drawn through the transfer matrix; wider ones are drawn by coupling from the past.
const WIDEST_STRIP: usize = 10;
/// Configurations that share a stream.
const BATCH: usize = 64;

/// What stands for a configuration at T = 0, where the Boltzmann weight has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroundStates {
    /// All spins up or all down, each with probability 1/2: the limit T → 0 of a finite lattice.
    Both,
    /// All spins up.
    Up,
}

/// The sixty temperatures 0, 0.1, …, 5.9, in units of J/k.
pub fn temperatures() -> Vec<f64> {
    (0..60).map(|tenths| f64::from(tenths) / 10.0).collect()
}

/// So many independent configurations of a periodic square lattice of this side at this temperature; one byte
/// a spin, 1 where it is up, row after row, configuration after configuration.
///
/// Draws are exact: through the transfer matrix up to side 10, by coupling from the past above.
/// The bytes depend on seed, purpose, side, temperature and count alone, not on the number of threads.
///
/// # Errors
/// [`FigureError::Refused`] for a side or temperature that no sampler takes.
/// # Accuracy
/// As [`Strip::samples`] and [`CouplingFromThePast`]; test `energies_are_those_of_the_lattice`.
pub fn configurations(
    side: usize,
    temperature: f64,
    count: usize,
    ground: GroundStates,
    seed: Seed,
    purpose: &str,
) -> Result<Vec<u8>, FigureError> {
    let what = || format!("configurations of a lattice of side {side} at T = {temperature}");
    let refused = |cause: &dyn std::fmt::Display| FigureError::Refused {
        what: what(),
        cause: cause.to_string(),
    };
    if !(temperature.is_finite() && temperature >= 0.0) {
        return Err(refused(&"a temperature is a finite number from 0 on"));
    }
    let purpose = format!("{purpose}/side {side}/T {temperature}");
    if temperature <= 0.0 {
        return Ok(ground_states(
            side * side,
            count,
            ground,
            &mut seed.stream(&purpose, 0),
        ));
    }
    let lattice = Lattice::torus(side, side);
    if side <= WIDEST_STRIP {
        let strip = Strip::homogeneous(lattice, 1.0 / temperature, 0.0).map_err(|e| refused(&e))?;
        let samples = strip
            .samples(count, &mut seed.stream(&purpose, 0), &Limits::default())
            .map_err(|e| refused(&e))?;
        return Ok(bits_of(&samples));
    }
    let model = lattice
        .ising(1.0 / temperature, 0.0)
        .map_err(|e| refused(&e))?;
    let compiled = CompiledHamiltonian::new(&model).map_err(|e| refused(&e))?;
    let sampler = CouplingFromThePast::new(&compiled).map_err(|e| refused(&e))?;
    let batches = count.div_ceil(BATCH);
    let drawn: Result<Vec<Vec<u8>>, FigureError> = (0..batches)
        .into_par_iter()
        .map_init(
            || sampler.clone(),
            |sampler, batch| {
                let mut stream = seed.stream(&purpose, batch as u64);
                let here = BATCH.min(count - batch * BATCH);
                let mut bits = Vec::with_capacity(here * side * side);
                for _ in 0..here {
                    let state = sampler.draw(&mut stream).map_err(|e| refused(&e))?;
                    bits.extend(state.spins().iter().map(|&s| u8::from(s > 0)));
                }
                Ok(bits)
            },
        )
        .collect();
    Ok(drawn?.concat())
}

/// As [`configurations`] above T = 0, of the lattice with open edges and side up to 20.
///
/// # Errors
/// [`FigureError::Refused`] for a side or temperature that the transfer matrix does not take.
pub fn open_configurations(
    side: usize,
    temperature: f64,
    count: usize,
    seed: Seed,
    purpose: &str,
) -> Result<Vec<u8>, FigureError> {
    let refused = |e: &dyn std::fmt::Display| FigureError::Refused {
        what: format!("configurations of an open lattice of side {side} at T = {temperature}"),
        cause: e.to_string(),
    };
    let strip = Strip::homogeneous(Lattice::open(side, side), 1.0 / temperature, 0.0)
        .map_err(|e| refused(&e))?;
    let mut stream = seed.stream(&format!("{purpose}/open side {side}/T {temperature}"), 0);
    let samples = strip
        .samples(count, &mut stream, &Limits::default())
        .map_err(|e| refused(&e))?;
    Ok(bits_of(&samples))
}

/// Bytes of samples.
fn bits_of(samples: &StripSamples) -> Vec<u8> {
    let mut spins = vec![0_i8; samples.spins()];
    let mut bits = Vec::with_capacity(samples.len() * spins.len());
    for i in 0..samples.len() {
        samples.write(i, &mut spins);
        bits.extend(spins.iter().map(|&s| u8::from(s > 0)));
    }
    bits
}

fn ground_states(sites: usize, count: usize, ground: GroundStates, stream: &mut Stream) -> Vec<u8> {
    let mut bits = Vec::with_capacity(count * sites);
    for _ in 0..count {
        let up = match ground {
            GroundStates::Both => (stream.next_u64() >> 63) as u8,
            GroundStates::Up => 1,
        };
        bits.resize(bits.len() + sites, up);
    }
    bits
}

/// As [`configurations`], kept as a finished stage, eight spins a byte.
///
/// # Errors
/// As [`configurations`], and [`FigureError::Stage`].
pub fn kept_configurations(
    run: &Run,
    side: usize,
    temperature: f64,
    count: usize,
    purpose: &str,
) -> Result<Vec<u8>, FigureError> {
    let spins = count * side * side;
    let key = format!(
        "configurations/{purpose}/side={side}/T={temperature}/count={count}/seed={}",
        run.seed.0
    );
    if let Some(packed) = run.stages.get(&key)?
        && packed.len() == spins.div_ceil(8)
    {
        return Ok((0..spins).map(|i| packed[i / 8] >> (i % 8) & 1).collect());
    }
    (run.progress)(&format!(
        "drawing {count} configurations of {side} by {side} at T = {temperature}"
    ));
    let bits = configurations(
        side,
        temperature,
        count,
        GroundStates::Both,
        run.seed,
        purpose,
    )?;
    let packed: Vec<u8> = bits
        .chunks(8)
        .map(|byte| byte.iter().rev().fold(0, |packed, bit| packed << 1 | bit))
        .collect();
    run.stages.put(&key, &packed)?;
    Ok(bits)
}

/// The training data of the published 10 by 10 experiment: `count` configurations at each of
/// [`temperatures`], in their order. 1.2 million of them take about 120 MB and a few seconds, so they are
/// drawn anew in every run.
///
/// # Errors
/// As [`configurations`].
pub fn training_set(
    side: usize,
    count: usize,
    ground: GroundStates,
    seed: Seed,
) -> Result<BinaryData, FigureError> {
    let all: Result<Vec<Vec<u8>>, FigureError> = temperatures()
        .into_iter()
        .map(|t| configurations(side, t, count, ground, seed, "training data"))
        .collect();
    BinaryData::from_bits(all?.concat(), side * side).map_err(|e| FigureError::Refused {
        what: "training data".to_owned(),
        cause: e.to_string(),
    })
}

/// ±1 values of configurations given as bytes.
pub fn spin_values(bits: &[u8]) -> Vec<f32> {
    bits.iter().map(|&b| f32::from(b) * 2.0 - 1.0).collect()
}

/// Σ s s′ over the bonds of a periodic square lattice, one configuration of bytes.
pub fn bond_sum(side: usize, bits: &[u8]) -> i64 {
    let mut like = 0_i64;
    for r in 0..side {
        for c in 0..side {
            let here = bits[r * side + c];
            like += i64::from(here == bits[r * side + (c + 1) % side]);
            like += i64::from(here == bits[(r + 1) % side * side + c]);
        }
    }
    2 * like - 2 * (side * side) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::hoeffding_p_value;

    #[test]
    fn energies_are_those_of_the_lattice() {
        // Against exact energies, side 6 by transfer matrix and side 12 (above the border) by the closed
        // form of the torus; bonds per site lie in [-2, 2]. Two temperatures each, level 1e-7 each.
        for (side, count) in [(6, 4000), (12, 600)] {
            for temperature in [1.8, 2.6] {
                let torus = Lattice::torus(side, side);
                // The mean of 𝒦 is the coupling times the mean bond sum.
                let exact = if side == 6 {
                    let strip = Strip::homogeneous(torus, 1.0 / temperature, 0.0).unwrap();
                    strip.thermodynamics(&Limits::default()).unwrap().mean.mid() * temperature
                } else {
                    let k = 1.0 / temperature;
                    let found = crate::exact::kaufman(side, side, k, k);
                    -found.unwrap().mean_energy.mid() * temperature
                };
                let sites = (side * side) as f64;
                let draw = |t: f64| -> Vec<f64> {
                    configurations(side, t, count, GroundStates::Both, Seed(3), "test")
                        .unwrap()
                        .chunks(side * side)
                        .map(|bits| bond_sum(side, bits) as f64 / sites)
                        .collect()
                };
                let p =
                    |values: &[f64]| hoeffding_p_value(values, -2.0, 2.0, exact / sites).unwrap();
                assert!(p(&draw(temperature)) > 1e-7);
                // The check sees a wrong temperature.
                assert!(p(&draw(temperature * 1.6)) < 1e-7);
            }
        }
    }

    #[test]
    fn ground_states_are_what_was_chosen() {
        let draw = |g| configurations(4, 0.0, 64, g, Seed(1), "test").unwrap();
        let both = draw(GroundStates::Both);
        let up: usize = both.chunks(16).filter(|c| c[0] == 1).count();
        assert!(both.chunks(16).all(|c| c.iter().all(|&b| b == c[0])));
        // P(outside) < 2⁻⁶³ · 2.
        assert!(up > 0 && up < 64);
        assert!(draw(GroundStates::Up).iter().all(|&b| b == 1));
        assert!(configurations(4, f64::NAN, 1, GroundStates::Up, Seed(1), "test").is_err());
    }
}
