//! The thermometer that knows the Hamiltonian: no network can do better.

use super::reading::TemperaturePosterior;
use crate::exact::KaufmanError;
use crate::exact::kaufman;
use crate::model::Lattice;
use crate::sample::KernelError;
use crate::sample::SquareIsing;
use thiserror::Error;

/// Why there is no ideal thermometer.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum IdealThermometerError {
    /// No temperature, or one that is negative or not a number.
    #[error("temperatures are a non-empty list of numbers from 0 to infinity")]
    Temperatures,
    /// The torus or the coupling is not taken.
    #[error(transparent)]
    Torus(#[from] KaufmanError),
    /// The model is not taken.
    #[error(transparent)]
    Model(#[from] KernelError),
}

/// The exact posterior distribution of the temperature of a configuration of the Ising torus (J = k = 1, no
/// field), if all temperatures of the list are equally likely.
///
/// ```text
/// p(T_k|s) ∝ e^{β_k B(s)}/Z(β_k),   B = Σ_⟨ij⟩ s_i s_j,   β_k = 1/T_k
/// ```
/// At T = 0 the two configurations of largest B have probability ½ each; T = ∞ is allowed. Its cross-entropy
/// is the least of all thermometers, and where its readings are biased, so are theirs: one configuration of a
/// small lattice does not tell its temperature.
#[derive(Clone, Debug)]
pub struct IdealThermometer {
    model: SquareIsing,
    temperatures: Vec<f64>,
    log_z: Vec<f64>,
}

impl IdealThermometer {
    /// The thermometer of a `rows × columns` torus.
    ///
    /// # Errors
    /// [`IdealThermometerError`] for a bad list of temperatures or a torus that [`kaufman`] does not take.
    pub fn new(
        (rows, columns): (usize, usize),
        temperatures: &[f64],
    ) -> Result<Self, IdealThermometerError> {
        if temperatures.is_empty() || temperatures.iter().any(|t| !(0.0..).contains(t)) {
            return Err(IdealThermometerError::Temperatures);
        }
        let log_z = temperatures
            .iter()
            .map(|&t| {
                if t > 0.0 {
                    kaufman(rows, columns, t.recip(), t.recip()).map(|z| z.log_z.mid())
                } else {
                    Ok(std::f64::consts::LN_2)
                }
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            model: SquareIsing::new(Lattice::torus(rows, columns), 1.0, 0.0)?,
            temperatures: temperatures.to_vec(),
            log_z,
        })
    }
}

impl TemperaturePosterior for IdealThermometer {
    fn temperatures(&self) -> &[f64] {
        &self.temperatures
    }

    fn spins(&self) -> usize {
        self.model.lattice().sites()
    }

    fn posteriors(&self, up: &[u8], out: &mut Vec<f32>) {
        let most = self.model.lattice().bonds().len() as i64;
        out.clear();
        let mut logs = vec![0.0; self.temperatures.len()];
        for sample in up.chunks_exact(self.spins()) {
            let spins: Vec<i8> = sample.iter().map(|&u| 2 * (u as i8) - 1).collect();
            let bonds = self.model.bond_sum(&spins);
            for ((log, &t), log_z) in logs.iter_mut().zip(&self.temperatures).zip(&self.log_z) {
                *log = if t > 0.0 {
                    bonds as f64 / t - log_z
                } else if bonds == most {
                    -log_z
                } else {
                    f64::NEG_INFINITY
                };
            }
            let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = logs.iter().map(|&x| libm::exp(x - top)).sum();
            out.extend(logs.iter().map(|&x| (libm::exp(x - top) / sum) as f32));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn posterior_of_all_states_averages_to_the_prior() {
        // Σ_s p(T_k|s) Σ_j p(s|T_j)/n = 1/n for every k, summed over all states of the 3 × 3 torus.
        let temperatures = [0.0, 1.0, 2.5, f64::INFINITY];
        let ideal = IdealThermometer::new((3, 3), &temperatures).unwrap();
        let model = ideal.model;
        let weight = |bonds: i64, t: f64| {
            if t > 0.0 {
                (bonds as f64 / t).exp()
            } else {
                f64::from(u8::from(bonds == 18))
            }
        };
        let mut z = [0.0; 4];
        let mut states = Vec::new();
        for state in 0..512_u32 {
            let up: Vec<u8> = (0..9).map(|i| (state >> i & 1) as u8).collect();
            let spins: Vec<i8> = up.iter().map(|&u| 2 * (u as i8) - 1).collect();
            let bonds = model.bond_sum(&spins);
            for (z, &t) in z.iter_mut().zip(&temperatures) {
                *z += weight(bonds, t);
            }
            states.push((up, bonds));
        }
        let mut mean = [0.0; 4];
        let mut row = Vec::new();
        for (up, bonds) in &states {
            ideal.posteriors(up, &mut row);
            let p: f64 = (0..4)
                .map(|j| weight(*bonds, temperatures[j]) / z[j] / 4.0)
                .sum();
            for (m, &x) in mean.iter_mut().zip(&row) {
                *m += p * f64::from(x);
            }
        }
        for m in mean {
            // Each posterior is rounded to single precision once.
            assert!((m - 0.25).abs() < f64::from(f32::EPSILON), "{mean:?}");
        }
    }

    #[test]
    fn bad_lists_are_refused() {
        for list in [&[][..], &[-1.0], &[f64::NAN]] {
            assert_eq!(
                IdealThermometer::new((4, 4), list).unwrap_err(),
                IdealThermometerError::Temperatures
            );
        }
        // β² overflows nothing, but is over what the torus takes.
        assert!(IdealThermometer::new((4, 4), &[1e-9]).is_err());
    }
}
