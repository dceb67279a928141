//! A few averages of a spin model, from whatever engine knows them.

use super::super::{ExactError, Limits};
use super::reference::{Law, Reference};
use crate::model::SpinHamiltonian;
use crate::numeric::Enclosure;
use num_traits::Zero;

/// Averages that are known of a model, each as an enclosure.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Moments {
    /// `⟨−𝒦⟩` without the constant of 𝒦, extensive.
    pub energy: Option<Enclosure>,
    /// `⟨|Σ s_i|⟩`.
    pub abs_magnetization: Option<Enclosure>,
    /// `⟨(Σ s_i)²⟩`.
    pub square_magnetization: Option<Enclosure>,
    /// `⟨s_i s_j⟩` with `i < j`: of all pairs where that is cheap, otherwise of some.
    pub pairs: Vec<(usize, usize, Enclosure)>,
    /// What is not known, and why.
    pub left_out: Vec<String>,
}

/// Everything of [`Moments`] that can be had within the limits.
///
/// # Errors
/// [`ExactError`] if not even the means of the spins can be had.
/// # Accuracy
/// Test `moments_are_those_of_all_states`.
///
/// ```
/// use blockspin::exact::{Limits, spin_moments};
/// use blockspin::model::Lattice;
/// let model = Lattice::torus(4, 4).ising(0.3, 0.0).unwrap();
/// let moments = spin_moments(&model, &Limits::default()).unwrap();
/// assert!(moments.energy.unwrap().hi() < -0.3 * 8.0);
/// ```
pub fn spin_moments(model: &SpinHamiltonian, limits: &Limits) -> Result<Moments, ExactError> {
    let reference = Reference::of(model, limits)?;
    let n = model.spins() as f64;
    let mut constant = Enclosure::zero();
    if model.spins() <= 64 {
        for term in model.terms().iter().filter(|t| t.sites.is_empty()) {
            constant = constant + Enclosure::exact(term.coupling);
        }
    }
    // Only the list of all states has 𝒦 with its constant.
    let listed = |law: &Law| law.of_terms();
    let energy = match (&reference.energy, &reference.mean_energy) {
        (Some(law), _) => {
            let mean = law.mean(|x| x);
            Some(if listed(law) {
                constant - mean
            } else {
                Enclosure::zero() - mean
            })
        }
        (None, Some(known)) => Some(Enclosure::zero() - known.mean),
        (None, None) => None,
    };
    let of_law = |f: fn(f64) -> f64| {
        let law = reference.magnetization.as_ref()?;
        Some(law.mean(|ups| f(2.0 * ups - n)))
    };
    let correlator = |p: Enclosure| p + p - Enclosure::exact(1.0);
    let pairs: Vec<(usize, usize, Enclosure)> = reference
        .equal
        .iter()
        .map(|&(i, j, p)| (i.min(j), i.max(j), correlator(p)))
        .collect();
    let square_magnetization = of_law(|m| m * m).or_else(|| {
        reference.all_pairs.then(|| {
            let sum = pairs.iter().fold(Enclosure::zero(), |a, p| a + p.2);
            Enclosure::exact(n) + sum + sum
        })
    });
    let left_out = reference.left_out.iter();
    Ok(Moments {
        energy,
        abs_magnetization: of_law(f64::abs),
        square_magnetization,
        pairs,
        left_out: left_out
            .map(|(kind, reason)| format!("{kind}: {reason}"))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Lattice, Term};

    /// Plain sums over all states.
    fn by_states(model: &SpinHamiltonian) -> [f64; 4] {
        let n = model.spins();
        let constant: f64 = model
            .terms()
            .iter()
            .filter(|t| t.sites.is_empty())
            .map(|t| t.coupling)
            .sum();
        let mut sums = [0.0; 5];
        for state in 0..1_u64 << n {
            let k = model.energy_of_bits(state);
            let weight = k.exp();
            let m = 2.0 * f64::from(state.count_ones()) - n as f64;
            let equal = if (state ^ (state >> 1)) & 1 == 0 {
                1.0
            } else {
                -1.0
            };
            let values = [1.0, constant - k, m.abs(), m * m, equal];
            for (sum, x) in sums.iter_mut().zip(values) {
                *sum += weight * x;
            }
        }
        [1, 2, 3, 4].map(|i| sums[i] / sums[0])
    }

    #[test]
    fn moments_are_those_of_all_states() {
        let mut terms = Lattice::torus(3, 3)
            .ising(0.3, 0.1)
            .unwrap()
            .terms()
            .to_vec();
        terms.push(Term {
            sites: vec![],
            coupling: 1.5,
        });
        let with_constant = SpinHamiltonian::new(9, terms).unwrap();
        // Beyond the list of states: counted, and by rows.
        let counted = Lattice::torus(3, 7).ising(0.3, 0.0).unwrap();
        let field = Lattice::open(3, 7).ising(-0.2, 0.1).unwrap();
        for model in [with_constant, counted, field] {
            let found = spin_moments(&model, &Limits::default()).unwrap();
            let wanted = by_states(&model);
            let pair = found.pairs.iter().find(|p| (p.0, p.1) == (0, 1)).unwrap();
            let values = [
                found.energy.unwrap(),
                found.abs_magnetization.unwrap(),
                found.square_magnetization.unwrap(),
                pair.2,
            ];
            for (x, w) in values.into_iter().zip(wanted) {
                // 2²¹ additions of positive numbers and the width of the enclosure.
                assert!((x.mid() - w).abs() < 1e-9 * (1.0 + w.abs()), "{x} {w}");
                assert!(x.width() < 1e-9 * (1.0 + w.abs()), "{x}");
            }
        }
    }
}
