//! The many-body Hamiltonian of ±1 spins, and its JSON file.

use super::json::{self, JsonError};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Most spins that a model may have; caps allocations before they happen.
pub(crate) const MAX_SPINS: usize = 1 << 26;
/// Most terms that a model may have.
const MAX_TERMS: usize = 1 << 28;
/// Largest model file that is read, in bytes.
const MAX_FILE_BYTES: usize = 1 << 31;
const FORMAT: &str = "blockspin-model";

/// One term `coupling · ∏ s_i` of a reduced Hamiltonian.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// Sites whose spins are multiplied; distinct. Empty for a constant.
    pub sites: Vec<usize>,
    /// The coupling K of the reduced Hamiltonian 𝒦 = −βH, dimensionless.
    pub coupling: f64,
}

/// A reduced Hamiltonian of `spins` variables `s_i = ±1`.
///
/// ```text
/// 𝒦(s) = Σ_t K_t ∏_{i ∈ t} s_i,   p(s) = e^{𝒦(s)} / Z
/// ```
/// Terms may repeat the same set of sites; their couplings add up.
#[derive(Clone, Debug, PartialEq)]
pub struct SpinHamiltonian {
    spins: usize,
    terms: Vec<Term>,
}

/// Why a list of terms is not a Hamiltonian.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ModelError {
    /// There is nothing to sum over.
    #[error("a model needs at least one spin")]
    NoSpins,
    /// More spins than the format allows.
    #[error("{spins} spins are more than the format's limit of {limit}")]
    TooManySpins {
        /// What was asked for.
        spins: usize,
        /// What is allowed.
        limit: usize,
    },
    /// More terms than the format allows.
    #[error("{terms} terms are more than the format's limit of {limit}")]
    TooManyTerms {
        /// What was asked for.
        terms: usize,
        /// What is allowed.
        limit: usize,
    },
    /// A coupling is NaN or infinite.
    #[error("terms[{term}].coupling is {value}, not a finite number")]
    NotFinite {
        /// Position in the list of terms.
        term: usize,
        /// The coupling.
        value: f64,
    },
    /// A site that does not exist.
    #[error("terms[{term}].sites names site {site}, but the model has sites 0 to {}", .spins - 1)]
    SiteOutOfRange {
        /// Position in the list of terms.
        term: usize,
        /// The site.
        site: usize,
        /// How many spins there are.
        spins: usize,
    },
    /// The same site twice in one term; since s² = 1 the author must have meant something else.
    #[error("terms[{term}].sites names site {site} twice")]
    RepeatedSite {
        /// Position in the list of terms.
        term: usize,
        /// The site.
        site: usize,
    },
}

/// Why a text is not a model file.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ModelFileError {
    /// Not JSON, or JSON of another shape; carries line and column.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The wrong `format` key.
    #[error("\"format\" is {found:?}, expected {FORMAT:?}")]
    Format {
        /// What stood there.
        found: String,
    },
    /// A version that this program does not know.
    #[error("\"version\" is {found}, this program reads version 1")]
    Version {
        /// What stood there.
        found: u64,
    },
    /// Too long to be read.
    #[error("the file has {bytes} bytes, more than the limit of {MAX_FILE_BYTES}")]
    TooLong {
        /// Length of the text.
        bytes: usize,
    },
    /// The terms do not make a Hamiltonian.
    #[error(transparent)]
    Model(#[from] ModelError),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelFile {
    format: String,
    version: u64,
    spins: usize,
    terms: Vec<Term>,
}

impl SpinHamiltonian {
    /// Checks the terms and builds the Hamiltonian.
    ///
    /// # Errors
    /// [`ModelError`] naming the offending term and site.
    pub fn new(spins: usize, terms: Vec<Term>) -> Result<Self, ModelError> {
        if spins == 0 {
            return Err(ModelError::NoSpins);
        }
        if spins > MAX_SPINS {
            return Err(ModelError::TooManySpins {
                spins,
                limit: MAX_SPINS,
            });
        }
        if terms.len() > MAX_TERMS {
            return Err(ModelError::TooManyTerms {
                terms: terms.len(),
                limit: MAX_TERMS,
            });
        }
        for (index, term) in terms.iter().enumerate() {
            if !term.coupling.is_finite() {
                return Err(ModelError::NotFinite {
                    term: index,
                    value: term.coupling,
                });
            }
            let mut sorted = term.sites.clone();
            sorted.sort_unstable();
            if let Some(&site) = sorted.last().filter(|&&site| site >= spins) {
                return Err(ModelError::SiteOutOfRange {
                    term: index,
                    site,
                    spins,
                });
            }
            if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
                return Err(ModelError::RepeatedSite {
                    term: index,
                    site: pair[0],
                });
            }
        }
        Ok(Self { spins, terms })
    }

    /// A Hamiltonian from parts of another one, already checked.
    pub(super) fn of_checked(spins: usize, terms: Vec<Term>) -> Self {
        Self { spins, terms }
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// [`ModelFileError`]; JSON errors carry line and column.
    pub fn from_json(text: &str) -> Result<Self, ModelFileError> {
        if text.len() > MAX_FILE_BYTES {
            return Err(ModelFileError::TooLong { bytes: text.len() });
        }
        let file: ModelFile = json::read(text)?;
        if file.format != FORMAT {
            return Err(ModelFileError::Format { found: file.format });
        }
        if file.version != 1 {
            return Err(ModelFileError::Version {
                found: file.version,
            });
        }
        Ok(Self::new(file.spins, file.terms)?)
    }

    /// Writes a model file; couplings keep all their digits.
    pub fn to_json(&self) -> String {
        let file = ModelFile {
            format: FORMAT.to_owned(),
            version: 1,
            spins: self.spins,
            terms: self.terms.clone(),
        };
        serde_json::to_string(&file).unwrap_or_default()
    }

    /// Number of spins N.
    pub fn spins(&self) -> usize {
        self.spins
    }

    /// The terms, in the order given.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// 𝒦 of one configuration in plain double precision; bit `i` set means `s_i = +1`.
    ///
    /// # Panics
    /// If the model has more than 64 spins.
    pub fn energy_of_bits(&self, state: u64) -> f64 {
        assert!(
            self.spins <= 64,
            "a state of more than 64 spins does not fit in a word"
        );
        self.terms
            .iter()
            .map(|t| {
                let down = t.sites.iter().filter(|&&i| state >> i & 1 == 0).count();
                if down % 2 == 0 {
                    t.coupling
                } else {
                    -t.coupling
                }
            })
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(sites: &[usize], coupling: f64) -> Term {
        Term {
            sites: sites.to_vec(),
            coupling,
        }
    }

    #[test]
    fn malformed_terms_are_refused_by_name() {
        let new = |n, t| SpinHamiltonian::new(n, vec![t]).unwrap_err();
        assert_eq!(
            SpinHamiltonian::new(0, vec![]).unwrap_err(),
            ModelError::NoSpins
        );
        assert!(matches!(
            new(2, term(&[0], f64::NAN)),
            ModelError::NotFinite { term: 0, .. }
        ));
        assert!(matches!(
            new(2, term(&[2], 1.0)),
            ModelError::SiteOutOfRange { site: 2, .. }
        ));
        assert!(matches!(
            new(2, term(&[1, 0, 1], 1.0)),
            ModelError::RepeatedSite { site: 1, .. }
        ));
        assert!(matches!(
            SpinHamiltonian::new(MAX_SPINS + 1, vec![]).unwrap_err(),
            ModelError::TooManySpins { .. }
        ));
    }

    #[test]
    fn files_round_trip_and_unknown_keys_are_refused() {
        let model = SpinHamiltonian::new(3, vec![term(&[0, 2], 0.1), term(&[], -2.0)]).unwrap();
        assert_eq!(SpinHamiltonian::from_json(&model.to_json()).unwrap(), model);
        let extra = r#"{"format":"blockspin-model","version":1,"spins":1,"terms":[],"beta":1}"#;
        let message = SpinHamiltonian::from_json(extra).unwrap_err().to_string();
        assert!(
            message.contains("beta") && message.contains("line 1"),
            "{message}"
        );
        let infinite = r#"{"format":"blockspin-model","version":1,"spins":1,"terms":[{"sites":[0],"coupling":1e999}]}"#;
        assert!(SpinHamiltonian::from_json(infinite).is_err());
    }

    #[test]
    fn energy_counts_down_spins() {
        let model = SpinHamiltonian::new(3, vec![term(&[0, 1, 2], 2.0), term(&[1], 0.5)]).unwrap();
        // s = (−, +, −): the product is +1, the field sees +1.
        let energy = model.energy_of_bits(0b010);
        assert!((energy - 2.5).abs() < 1e-15);
    }
}
