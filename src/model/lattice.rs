//! Rectangular lattices with nearest-neighbour bonds.

use super::{ModelError, SpinHamiltonian, Term};
use std::str::FromStr;
use thiserror::Error;

/// What closes a lattice in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// No bond across the edge.
    Open,
    /// A bond from the last site back to the first.
    Periodic,
}

/// A `rows × columns` rectangle of sites, site `(r, c)` at index `r·columns + c`.
///
/// A direction of length 2 with periodic boundary has both bonds between its two sites, as the
/// transfer matrix has them; a direction of length 1 has none (s·s = 1 would be a constant).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lattice {
    rows: usize,
    columns: usize,
    vertical: Boundary,
    horizontal: Boundary,
}

/// Why a text is not a lattice.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum LatticeError {
    /// Not of the form `kind:size`.
    #[error(
        "{text:?} is not a lattice; expected chain:N, ring:N, open:RxC, cylinder:RxC or torus:RxC"
    )]
    Syntax {
        /// What was given.
        text: String,
    },
    /// A side of length zero, or more sites than can be indexed.
    #[error("lattice {text:?} has no sites or too many")]
    Size {
        /// What was given.
        text: String,
    },
}

impl Lattice {
    /// A rectangle with its two boundaries; `vertical` closes each column, `horizontal` each row.
    ///
    /// # Panics
    /// If a side is zero.
    pub fn new(rows: usize, columns: usize, vertical: Boundary, horizontal: Boundary) -> Self {
        assert!(rows > 0 && columns > 0, "a lattice needs sites");
        Self {
            rows,
            columns,
            vertical,
            horizontal,
        }
    }

    /// Periodic in both directions.
    pub fn torus(rows: usize, columns: usize) -> Self {
        Self::new(rows, columns, Boundary::Periodic, Boundary::Periodic)
    }

    /// Open in both directions.
    pub fn open(rows: usize, columns: usize) -> Self {
        Self::new(rows, columns, Boundary::Open, Boundary::Open)
    }

    /// Number of rows.
    pub fn rows(self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn columns(self) -> usize {
        self.columns
    }

    /// Boundary in the direction along a column.
    pub fn vertical(self) -> Boundary {
        self.vertical
    }

    /// Boundary in the direction along a row.
    pub fn horizontal(self) -> Boundary {
        self.horizontal
    }

    /// Number of sites.
    pub fn sites(self) -> usize {
        self.rows * self.columns
    }

    /// All bonds `(i, j)`: first those along rows, then those along columns, each in site order.
    pub fn bonds(self) -> Vec<(usize, usize)> {
        let mut bonds = Vec::with_capacity(2 * self.sites());
        for r in 0..self.rows {
            for c in 0..self.columns {
                if c + 1 < self.columns {
                    bonds.push((r * self.columns + c, r * self.columns + c + 1));
                } else if self.horizontal == Boundary::Periodic && self.columns > 1 {
                    bonds.push((r * self.columns + c, r * self.columns));
                }
            }
        }
        for r in 0..self.rows {
            for c in 0..self.columns {
                if r + 1 < self.rows {
                    bonds.push((r * self.columns + c, (r + 1) * self.columns + c));
                } else if self.vertical == Boundary::Periodic && self.rows > 1 {
                    bonds.push((r * self.columns + c, c));
                }
            }
        }
        bonds
    }

    /// The homogeneous Ising model `𝒦 = K Σ_⟨ij⟩ s_i s_j + h Σ_i s_i`.
    ///
    /// # Errors
    /// [`ModelError`] if a coupling is not finite or the lattice is over the model's limits.
    pub fn ising(self, coupling: f64, field: f64) -> Result<SpinHamiltonian, ModelError> {
        let mut terms: Vec<Term> = self
            .bonds()
            .into_iter()
            .map(|(i, j)| Term {
                sites: vec![i, j],
                coupling,
            })
            .collect();
        if field != 0.0 {
            terms.extend((0..self.sites()).map(|i| Term {
                sites: vec![i],
                coupling: field,
            }));
        }
        SpinHamiltonian::new(self.sites(), terms)
    }
}

impl FromStr for Lattice {
    type Err = LatticeError;

    /// `chain:N` (open), `ring:N`, `open:RxC`, `cylinder:RxC` (rows closed), `torus:RxC`.
    fn from_str(text: &str) -> Result<Self, LatticeError> {
        let syntax = || LatticeError::Syntax {
            text: text.to_owned(),
        };
        let (kind, size) = text.split_once(':').ok_or_else(syntax)?;
        let number = |s: &str| s.parse::<usize>().map_err(|_| syntax());
        let (rows, columns, vertical, horizontal) = match kind {
            "chain" => (1, number(size)?, Boundary::Open, Boundary::Open),
            "ring" => (1, number(size)?, Boundary::Open, Boundary::Periodic),
            "open" | "cylinder" | "torus" => {
                let (r, c) = size.split_once('x').ok_or_else(syntax)?;
                let closed = |yes| {
                    if yes {
                        Boundary::Periodic
                    } else {
                        Boundary::Open
                    }
                };
                (
                    number(r)?,
                    number(c)?,
                    closed(kind == "torus"),
                    closed(kind != "open"),
                )
            }
            _ => return Err(syntax()),
        };
        match rows.checked_mul(columns) {
            Some(n) if n > 0 && n <= super::spin_hamiltonian::MAX_SPINS => {
                Ok(Self::new(rows, columns, vertical, horizontal))
            }
            _ => Err(LatticeError::Size {
                text: text.to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bond_counts_follow_the_boundary() {
        assert_eq!(Lattice::torus(3, 4).bonds().len(), 24);
        assert_eq!(Lattice::open(3, 4).bonds().len(), 3 * 3 + 2 * 4);
        assert_eq!(Lattice::torus(2, 2).bonds().len(), 8);
        assert_eq!("ring:5".parse::<Lattice>().unwrap().bonds().len(), 5);
        assert_eq!(
            "cylinder:2x3".parse::<Lattice>().unwrap().bonds().len(),
            6 + 3
        );
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "torus",
            "torus:3",
            "torus:0x3",
            "open:3xx",
            "blob:3",
            "chain:-1",
            "torus:99999999999x9",
        ] {
            assert!(text.parse::<Lattice>().is_err(), "{text}");
        }
    }
}
