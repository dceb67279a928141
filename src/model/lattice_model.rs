//! An Ising model on a lattice, described in a few words instead of a file.

use super::{Boundary, Lattice, ModelError, SpinHamiltonian, Term};
use crate::random::Seed;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// How the couplings of the bonds differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Disorder {
    /// All are K.
    #[default]
    None,
    /// Independent normal variates of mean 0 and standard deviation K.
    Gaussian,
    /// Independently +K or −K, each with probability one half.
    PlusMinus,
}

/// What closes a lattice, in both directions or in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Boundaries {
    /// Along a column.
    pub vertical: Boundary,
    /// Along a row.
    pub horizontal: Boundary,
}

/// A text that is no boundary.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "{text:?} is not a boundary; expected open, periodic, or VERTICAL,HORIZONTAL such as open,periodic"
)]
pub struct BoundariesError {
    text: String,
}

impl FromStr for Boundaries {
    type Err = BoundariesError;

    /// `open`, `periodic`, or both with a comma: along columns, then along rows.
    fn from_str(text: &str) -> Result<Self, BoundariesError> {
        let one = |word: &str| match word {
            "open" => Ok(Boundary::Open),
            "periodic" => Ok(Boundary::Periodic),
            _ => Err(BoundariesError {
                text: text.to_owned(),
            }),
        };
        let (vertical, horizontal) = text.split_once(',').unwrap_or((text, text));
        Ok(Self {
            vertical: one(vertical)?,
            horizontal: one(horizontal)?,
        })
    }
}

/// Lattice, coupling, field and disorder: all that makes an Ising model.
///
/// ```text
/// 𝒦 = Σ_⟨ij⟩ K_ij s_i s_j + h Σ_i s_i
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LatticeModel {
    /// Sites and bonds.
    pub lattice: Lattice,
    /// K of the reduced Hamiltonian.
    pub coupling: f64,
    /// h of the reduced Hamiltonian.
    pub field: f64,
    /// How the bonds differ.
    pub disorder: Disorder,
    /// Where disorder comes from.
    pub seed: Seed,
}

impl LatticeModel {
    /// The Hamiltonian, a term for each bond in the order of [`Lattice::bonds`], then one for each site unless the
    /// field is zero. Bonds draw one after another from the stream "lattice disorder" of the seed.
    ///
    /// # Errors
    /// [`ModelError`] if a coupling is not finite.
    pub fn hamiltonian(&self) -> Result<SpinHamiltonian, ModelError> {
        let mut stream = self.seed.stream("lattice disorder", 0);
        let plain = self.lattice.ising(self.coupling, self.field)?;
        let bonds = self.lattice.bonds().len();
        let mut terms: Vec<Term> = plain.terms().to_vec();
        for term in &mut terms[..bonds] {
            term.coupling *= match self.disorder {
                Disorder::None => 1.0,
                Disorder::Gaussian => stream.normal(),
                Disorder::PlusMinus => [-1.0, 1.0][stream.index(2)],
            };
        }
        SpinHamiltonian::new(plain.spins(), terms)
    }
}

impl fmt::Display for LatticeModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, columns) = (self.lattice.rows(), self.lattice.columns());
        let word = |boundary| match boundary {
            Boundary::Open => "open",
            Boundary::Periodic => "periodic",
        };
        write!(
            f,
            "lattice of {rows} x {columns} sites, {} along columns and {} along rows, K = {}, h = {}",
            word(self.lattice.vertical()),
            word(self.lattice.horizontal()),
            self.coupling,
            self.field
        )?;
        match self.disorder {
            Disorder::None => Ok(()),
            Disorder::Gaussian => {
                write!(f, ", bonds K times a normal variate, seed {}", self.seed.0)
            }
            Disorder::PlusMinus => write!(f, ", bonds +K or -K, seed {}", self.seed.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(disorder: Disorder, seed: u64) -> LatticeModel {
        LatticeModel {
            lattice: Lattice::torus(20, 20),
            coupling: 0.5,
            field: 0.25,
            disorder,
            seed: Seed(seed),
        }
    }

    #[test]
    fn without_disorder_it_is_the_homogeneous_model() {
        let built = model(Disorder::None, 1).hamiltonian().unwrap();
        assert_eq!(built, Lattice::torus(20, 20).ising(0.5, 0.25).unwrap());
    }

    #[test]
    fn disorder_has_its_moments_and_follows_the_seed() {
        for disorder in [Disorder::Gaussian, Disorder::PlusMinus] {
            let built = model(disorder, 1).hamiltonian().unwrap();
            assert_eq!(built, model(disorder, 1).hamiltonian().unwrap());
            assert_ne!(built, model(disorder, 2).hamiltonian().unwrap());
            let bonds: Vec<f64> = built.terms()[..800].iter().map(|t| t.coupling).collect();
            assert!(
                built.terms()[800..]
                    .iter()
                    .all(|t| t.coupling.to_bits() == 0.25_f64.to_bits())
            );
            // Means of 800 draws with these variances, within six standard errors.
            let mean = bonds.iter().sum::<f64>() / 800.0;
            let square = bonds.iter().map(|k| k * k).sum::<f64>() / 800.0;
            assert!(mean.abs() < 6.0 * 0.5 / 800.0_f64.sqrt(), "{mean}");
            let spread = if disorder == Disorder::Gaussian {
                2.0_f64.sqrt() * 0.25
            } else {
                0.0
            };
            assert!(
                (square - 0.25).abs() <= 6.0 * spread / 800.0_f64.sqrt() + 1e-12,
                "{square}"
            );
        }
    }

    #[test]
    fn boundaries_are_one_word_or_two() {
        let both = "periodic".parse::<Boundaries>().unwrap();
        assert_eq!(
            (both.vertical, both.horizontal),
            (Boundary::Periodic, Boundary::Periodic)
        );
        let mixed = "open,periodic".parse::<Boundaries>().unwrap();
        assert_eq!(
            (mixed.vertical, mixed.horizontal),
            (Boundary::Open, Boundary::Periodic)
        );
        for text in ["", "closed", "open,", "open,open,open"] {
            assert!(text.parse::<Boundaries>().is_err(), "{text}");
        }
    }
}
