//! The homogeneous Ising model on a rectangle, where tables and bit masks replace lists of neighbours.

mod any;
mod single_site;
mod swendsen_wang;
mod wolff;

pub use any::SquareKernel;
pub use single_site::{SquareHeatBath, SquareMetropolis, SquareRule};
pub use swendsen_wang::SquareSwendsenWang;
pub use wolff::SquareWolff;

use super::KernelError;
use super::compiled::finite_strength;
use crate::model::{Boundary, Lattice};

/// `𝒦 = K Σ_⟨ij⟩ s_i s_j + h Σ_i s_i` on a rectangle of any boundary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SquareIsing {
    lattice: Lattice,
    coupling: f64,
    field: f64,
}

/// The four neighbours of a site, and which of them have a bond to it.
#[derive(Clone, Copy, Debug)]
struct Neighbours {
    /// Right, below, left, above, round the edges.
    sites: [u32; 4],
    /// Bit k is set if there is a bond to `sites[k]`.
    bonds: u32,
}

impl SquareIsing {
    /// The model.
    ///
    /// # Errors
    /// [`KernelError::NotFinite`] if a sum of couplings can overflow.
    pub fn new(lattice: Lattice, coupling: f64, field: f64) -> Result<Self, KernelError> {
        let strength = 2.0 * coupling.abs() + field.abs();
        finite_strength(strength * lattice.sites() as f64)?;
        Ok(Self {
            lattice,
            coupling,
            field,
        })
    }

    /// The rectangle.
    pub fn lattice(self) -> Lattice {
        self.lattice
    }

    /// K.
    pub fn coupling(self) -> f64 {
        self.coupling
    }

    /// h.
    pub fn field(self) -> f64 {
        self.field
    }

    /// `Σ_⟨ij⟩ s_i s_j`.
    ///
    /// # Panics
    /// If there are fewer spins than sites.
    pub fn bond_sum(self, spins: &[i8]) -> i64 {
        let (rows, columns) = (self.lattice.rows(), self.lattice.columns());
        let mut sum = 0;
        for r in 0..rows {
            let row = &spins[r * columns..(r + 1) * columns];
            sum += dot(&row[1..], &row[..columns - 1]);
            if self.lattice.horizontal() == Boundary::Periodic && columns > 1 {
                sum += i64::from(row[0] * row[columns - 1]);
            }
            if r + 1 < rows {
                sum += dot(row, &spins[(r + 1) * columns..(r + 2) * columns]);
            } else if self.lattice.vertical() == Boundary::Periodic && rows > 1 {
                sum += dot(row, &spins[..columns]);
            }
        }
        sum
    }

    /// 𝒦(s).
    pub fn reduced_hamiltonian(self, spins: &[i8]) -> f64 {
        let up: i64 = spins.iter().map(|&s| i64::from(s)).sum();
        self.coupling * self.bond_sum(spins) as f64 + self.field * up as f64
    }

    /// The neighbours of the site in row `r` and column `c`.
    #[inline]
    fn neighbours(self, r: u32, c: u32) -> Neighbours {
        let (rows, columns) = (self.lattice.rows() as u32, self.lattice.columns() as u32);
        let (across, down) = (
            self.lattice.horizontal() == Boundary::Periodic && columns > 1,
            self.lattice.vertical() == Boundary::Periodic && rows > 1,
        );
        let right = if c + 1 == columns { 0 } else { c + 1 };
        let left = if c == 0 { columns - 1 } else { c - 1 };
        let below = if r + 1 == rows { 0 } else { r + 1 };
        let above = if r == 0 { rows - 1 } else { r - 1 };
        let bonds = u32::from((c + 1 != columns) | across)
            | u32::from((r + 1 != rows) | down) << 1
            | u32::from((c != 0) | across) << 2
            | u32::from((r != 0) | down) << 3;
        Neighbours {
            sites: [
                r * columns + right,
                below * columns + c,
                r * columns + left,
                above * columns + c,
            ],
            bonds,
        }
    }
}

/// `Σ a_i b_i` of spins.
fn dot(a: &[i8], b: &[i8]) -> i64 {
    a.chunks(1 << 14)
        .zip(b.chunks(1 << 14))
        .map(|(a, b)| {
            i64::from(
                a.iter()
                    .zip(b)
                    .map(|(&x, &y)| i16::from(x * y))
                    .sum::<i16>(),
            )
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;
    use crate::sample::{CompiledHamiltonian, SpinState};

    #[test]
    fn the_rectangle_is_the_compiled_model() {
        for lattice in [
            "chain:1",
            "chain:5",
            "ring:2",
            "ring:7",
            "open:3x4",
            "cylinder:3x2",
            "torus:2x2",
            "torus:5x3",
            "torus:1x4",
            "torus:70x3",
        ] {
            let lattice: Lattice = lattice.parse().unwrap();
            let square = SquareIsing::new(lattice, 0.37, -0.2).unwrap();
            let compiled = CompiledHamiltonian::new(&lattice.ising(0.37, -0.2).unwrap()).unwrap();
            let state = SpinState::random(lattice.sites(), &mut Seed(3).stream("square", 0));
            let (a, b) = (
                square.reduced_hamiltonian(state.spins()),
                compiled.reduced_hamiltonian(state.spins()),
            );
            assert!((a - b).abs() < 1e-12, "{lattice:?} {a} {b}");
            for i in 0..lattice.sites() {
                let columns = lattice.columns();
                let near = square.neighbours((i / columns) as u32, (i % columns) as u32);
                let sum: i8 = (0..4)
                    .filter(|k| near.bonds >> k & 1 == 1)
                    .map(|k| state.spins()[near.sites[k] as usize])
                    .sum();
                let field = 0.37 * f64::from(sum) - 0.2;
                assert!((field - compiled.local_field(state.spins(), i)).abs() < 1e-14);
            }
        }
    }
}
