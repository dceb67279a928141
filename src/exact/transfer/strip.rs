//! The model: an Ising rectangle with any bonds and fields, laid out for the transfer matrix.

use super::super::ExactError;
use super::super::fixed_energy::Scale;
use super::symmetry::Symmetry;
use crate::model::{Boundary, Lattice, SpinHamiltonian};
use crate::numeric::{DoubleDouble, Enclosure};
use thiserror::Error;

/// Widest row.
pub(super) const MOST_WIDTH: usize = 20;
/// Largest sum of magnitudes of couplings.
const STRONGEST: f64 = 1e12;

/// Why a model is not a strip for the transfer matrix.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum StripError {
    /// An array has not one number for each site.
    #[error("{found} {what} were given for {expected} sites")]
    Length {
        /// Which array.
        what: &'static str,
        /// Its length.
        found: usize,
        /// Number of sites.
        expected: usize,
    },
    /// A number where the lattice has no bond.
    #[error("{what} {index} is {value}, but the lattice ends there")]
    NoBond {
        /// Which array.
        what: &'static str,
        /// Its position.
        index: usize,
        /// The coupling.
        value: f64,
    },
    /// The model has not as many spins as the lattice has sites.
    #[error("the model has {spins} spins and the lattice {sites} sites")]
    Sites {
        /// Spins of the model.
        spins: usize,
        /// Sites of the lattice.
        sites: usize,
    },
    /// A term that is neither a constant, a field, nor a bond of the lattice.
    #[error("terms[{term}] is neither a field nor a bond of the lattice")]
    NotOnLattice {
        /// Position in the list of terms.
        term: usize,
    },
    /// Both sides are too long.
    #[error("the shorter side has {width} sites; the transfer matrix takes {limit}")]
    TooWide {
        /// The shorter side.
        width: usize,
        /// What is allowed.
        limit: usize,
    },
    /// A coupling that is not finite or too strong.
    #[error(transparent)]
    Coupling(#[from] ExactError),
}

/// A square-lattice Ising model on a strip, a cylinder or a torus, with any bonds and fields.
///
/// ```text
/// 𝒦(s) = Σ along(r,c) s(r,c) s(r+1,c) + Σ across(r,c) s(r,c) s(r,c+1) + Σ field(r,c) s(r,c) + constant
/// ```
/// Rows and columns are chosen so that the transfer matrix is cheap; sites keep the numbers that they
/// have in the model. The shorter side has at most 20 sites, the other any number.
#[derive(Clone, Debug)]
pub struct Strip {
    pub(super) rows: usize,
    pub(super) width: usize,
    /// Whether the last row meets the first.
    pub(super) closed: bool,
    /// Whether the model's rows are this one's columns.
    pub(super) transposed: bool,
    pub(super) across: Vec<i128>,
    pub(super) along: Vec<i128>,
    pub(super) field: Vec<i128>,
    pub(super) constant: i128,
    pub(super) scale: Scale,
    /// Error of an energy, in nats.
    pub(super) energy_error: f64,
    pub(super) symmetry: Symmetry,
    /// A bond whose spins are held alike or unlike; its coupling is zero.
    pub(super) forced: Option<Forced>,
}

/// A bond that is held: its slot, and whether its spins are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Forced {
    /// From a site to the next column.
    Across(usize, bool),
    /// From a site to the next row.
    Along(usize, bool),
}

/// Where a term goes.
enum Slot {
    Constant,
    Field(usize),
    /// From site `(r, c)` to the next column.
    Horizontal(usize),
    /// From site `(r, c)` to the next row.
    Vertical(usize),
}

fn slot(lattice: Lattice, sites: &[usize]) -> Option<Slot> {
    let (rows, columns) = (lattice.rows(), lattice.columns());
    match *sites {
        [] => Some(Slot::Constant),
        [i] => Some(Slot::Field(i)),
        [i, j] => {
            let (i, j) = (i.min(j), i.max(j));
            let (r, c) = (i / columns, i % columns);
            let (r2, c2) = (j / columns, j % columns);
            if r == r2 && c2 == c + 1 {
                Some(Slot::Horizontal(i))
            } else if c == c2 && r2 == r + 1 {
                Some(Slot::Vertical(i))
            } else if r == r2
                && c == 0
                && c2 + 1 == columns
                && lattice.horizontal() == Boundary::Periodic
            {
                Some(Slot::Horizontal(j))
            } else if c == c2
                && r == 0
                && r2 + 1 == rows
                && lattice.vertical() == Boundary::Periodic
            {
                Some(Slot::Vertical(j))
            } else {
                None
            }
        }
        _ => None,
    }
}

/// Energies of the lattice's slots, in the model's own orientation.
struct Slots {
    lattice: Lattice,
    horizontal: Vec<i128>,
    vertical: Vec<i128>,
    field: Vec<i128>,
    constant: i128,
}

impl Strip {
    /// From one coupling for each site: to the right `(r, c)–(r, c+1)`, down `(r, c)–(r+1, c)`, and the
    /// field; a bond across an open edge must be zero.
    ///
    /// # Errors
    /// [`StripError`].
    pub fn new(
        lattice: Lattice,
        right: &[f64],
        down: &[f64],
        field: &[f64],
    ) -> Result<Self, StripError> {
        let expected = lattice.sites();
        for (what, array) in [
            ("bonds to the right", right),
            ("bonds down", down),
            ("fields", field),
        ] {
            if array.len() != expected {
                return Err(StripError::Length {
                    what,
                    found: array.len(),
                    expected,
                });
            }
        }
        let (rows, columns) = (lattice.rows(), lattice.columns());
        for index in 0..expected {
            let edge_right = index % columns + 1 == columns
                && (lattice.horizontal() == Boundary::Open || columns == 1);
            let edge_down =
                index / columns + 1 == rows && (lattice.vertical() == Boundary::Open || rows == 1);
            for (edge, what, value) in [
                (edge_right, "bond to the right", right[index]),
                (edge_down, "bond down", down[index]),
            ] {
                if edge && value != 0.0 {
                    return Err(StripError::NoBond { what, index, value });
                }
            }
        }
        let all = right.iter().chain(down).chain(field).copied();
        let scale = checked_scale(all.clone(), "the coupling")?;
        let fixed = |array: &[f64]| array.iter().map(|&k| scale.fixed(k)).collect();
        Self::lay_out(
            &Slots {
                lattice,
                horizontal: fixed(right),
                vertical: fixed(down),
                field: fixed(field),
                constant: 0,
            },
            scale,
            scale.energy_error(3 * expected),
        )
    }

    /// The homogeneous model of a lattice.
    ///
    /// # Errors
    /// [`StripError::TooWide`], [`StripError::Coupling`].
    pub fn homogeneous(lattice: Lattice, coupling: f64, field: f64) -> Result<Self, StripError> {
        match lattice.ising(coupling, field) {
            Ok(model) => Self::of_spins(&model, lattice),
            Err(_) => Err(ExactError::NotFinite {
                what: "the coupling",
                index: 0,
                value: if coupling.is_finite() {
                    field
                } else {
                    coupling
                },
            }
            .into()),
        }
    }

    /// From a Hamiltonian whose pairs are bonds of the lattice.
    ///
    /// # Errors
    /// [`StripError`]; [`StripError::NotOnLattice`] names the first term that does not belong.
    pub fn of_spins(model: &SpinHamiltonian, lattice: Lattice) -> Result<Self, StripError> {
        let sites = lattice.sites();
        if model.spins() != sites {
            return Err(StripError::Sites {
                spins: model.spins(),
                sites,
            });
        }
        let scale = checked_scale(
            model.terms().iter().map(|t| t.coupling),
            "the coupling of term",
        )?;
        let mut slots = Slots {
            lattice,
            horizontal: vec![0; sites],
            vertical: vec![0; sites],
            field: vec![0; sites],
            constant: 0,
        };
        for (term, t) in model.terms().iter().enumerate() {
            let k = scale.fixed(t.coupling);
            match slot(lattice, &t.sites) {
                Some(Slot::Constant) => slots.constant += k,
                Some(Slot::Field(i)) => slots.field[i] += k,
                Some(Slot::Horizontal(i)) => slots.horizontal[i] += k,
                Some(Slot::Vertical(i)) => slots.vertical[i] += k,
                None => return Err(StripError::NotOnLattice { term }),
            }
        }
        Self::lay_out(&slots, scale, scale.energy_error(model.terms().len()))
    }

    /// The strip that a Hamiltonian is, if its sites are those of a rectangle row by row.
    ///
    /// Every factorisation of the number of spins is tried with both directions closed; of those that
    /// hold all bonds the cheapest is taken. `None` also if the couplings are beyond the engine.
    pub fn recognise(model: &SpinHamiltonian) -> Option<Self> {
        let n = model.spins();
        let pairs_and_fields = model.terms().iter().all(|t| t.sites.len() <= 2);
        let sides = (1..=MOST_WIDTH.min(n)).filter(|d| n.is_multiple_of(*d));
        if !pairs_and_fields {
            return None;
        }
        sides
            .flat_map(|d| [(d, n / d), (n / d, d)])
            .filter_map(|(rows, columns)| Self::of_spins(model, Lattice::torus(rows, columns)).ok())
            .min_by(|a, b| a.steps().total_cmp(&b.steps()))
    }

    fn lay_out(slots: &Slots, scale: Scale, energy_error: f64) -> Result<Self, StripError> {
        let lattice = slots.lattice;
        let width = lattice.rows().min(lattice.columns());
        if width > MOST_WIDTH {
            return Err(StripError::TooWide {
                width,
                limit: MOST_WIDTH,
            });
        }
        let upright = (lattice.columns() <= MOST_WIDTH)
            .then(|| Self::oriented(slots, scale, energy_error, false));
        let turned = (lattice.rows() <= MOST_WIDTH)
            .then(|| Self::oriented(slots, scale, energy_error, true));
        match (upright, turned) {
            (Some(a), Some(b)) => Ok(if a.steps() <= b.steps() { a } else { b }),
            (Some(a), None) | (None, Some(a)) => Ok(a),
            (None, None) => Err(StripError::TooWide {
                width,
                limit: MOST_WIDTH,
            }),
        }
    }

    fn oriented(slots: &Slots, scale: Scale, energy_error: f64, transposed: bool) -> Self {
        let (r0, c0) = (slots.lattice.rows(), slots.lattice.columns());
        let (rows, width) = if transposed { (c0, r0) } else { (r0, c0) };
        let turn = |array: &[i128]| -> Vec<i128> {
            if transposed {
                (0..rows * width)
                    .map(|i| array[(i % width) * c0 + i / width])
                    .collect()
            } else {
                array.to_vec()
            }
        };
        let (mut across, mut along) = if transposed {
            (turn(&slots.vertical), turn(&slots.horizontal))
        } else {
            (turn(&slots.horizontal), turn(&slots.vertical))
        };
        // Two bonds between the same two sites are one.
        if width == 2 {
            for r in 0..rows {
                across[2 * r] += std::mem::take(&mut across[2 * r + 1]);
            }
        }
        if rows == 2 {
            for c in 0..width {
                along[c] += std::mem::take(&mut along[width + c]);
            }
        }
        let closed = along[(rows - 1) * width..].iter().any(|&k| k != 0);
        let field = turn(&slots.field);
        let symmetry = Symmetry::of(width, closed, &across, &along, &field);
        Self {
            rows,
            width,
            closed,
            transposed,
            across,
            along,
            field,
            constant: slots.constant,
            scale,
            energy_error,
            symmetry,
            forced: None,
        }
    }

    /// The same model with rows and columns exchanged.
    pub(super) fn turned(&self) -> Self {
        let (rows, width) = (self.width, self.rows);
        let turn = |array: &[i128]| -> Vec<i128> {
            (0..rows * width)
                .map(|i| array[(i % width) * rows + i / width])
                .collect()
        };
        let (across, along) = (turn(&self.along), turn(&self.across));
        let field = turn(&self.field);
        let closed = along[(rows - 1) * width..].iter().any(|&k| k != 0);
        Self {
            rows,
            width,
            closed,
            transposed: !self.transposed,
            symmetry: Symmetry::of(width, closed, &across, &along, &field),
            across,
            along,
            field,
            ..self.clone()
        }
    }

    /// The model without the coupling of a bond, whose spins are alike or unlike.
    pub(super) fn holding(&self, bond: Forced, alike: bool) -> Self {
        let mut held = self.clone();
        // A coupling that no other bond can have, so that symmetries keep the bond in its place.
        let (across, along) = (&mut held.across, &mut held.along);
        let (marked, forced) = match bond {
            Forced::Across(i, _) => (&mut across[i], Forced::Across(i, alike)),
            Forced::Along(i, _) => (&mut along[i], Forced::Along(i, alike)),
        };
        *marked = i128::MAX;
        held.symmetry = Symmetry::of(
            self.width,
            held.closed,
            &held.across,
            &held.along,
            &held.field,
        );
        match bond {
            Forced::Across(i, _) => held.across[i] = 0,
            Forced::Along(i, _) => held.along[i] = 0,
        }
        held.forced = Some(forced);
        held
    }

    /// Whether there is a bond from row `r`, column `c` to the next column.
    pub(super) fn has_across(&self, r: usize, c: usize) -> bool {
        let i = r * self.width + c;
        c + 1 < self.width
            || self.across[i] != 0
            || matches!(self.forced, Some(Forced::Across(at, _)) if at == i)
    }

    /// Number of spins.
    pub fn spins(&self) -> usize {
        self.rows * self.width
    }

    /// Number of spins in a row, of which there are 2^width states.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many first rows have to be followed: one unless the last row meets the first.
    pub(super) fn start_estimate(&self) -> f64 {
        if self.closed {
            (2.0_f64.powi(self.width as i32) / self.symmetry.elements.len() as f64).max(1.0)
        } else {
            1.0
        }
    }

    /// Entries written by one pass for Z.
    pub(super) fn steps(&self) -> f64 {
        let states = 2.0_f64.powi(self.width as i32);
        self.start_estimate() * states * (self.rows * (self.width + 1)) as f64
    }

    /// Whether all rows have the same bonds across and fields.
    pub(super) fn rows_alike(&self) -> bool {
        let w = self.width;
        let alike = |array: &[i128]| array.chunks_exact(w).all(|row| row == &array[..w]);
        let held = matches!(self.forced, Some(Forced::Across(..)));
        !held && alike(&self.across) && alike(&self.field)
    }

    /// The site of the model at row `r`, column `c` of this strip.
    pub(super) fn site(&self, r: usize, c: usize) -> usize {
        if self.transposed {
            c * self.rows + r
        } else {
            r * self.width + c
        }
    }

    /// Row and column of a site of the model.
    pub(super) fn place(&self, site: usize) -> (usize, usize) {
        if self.transposed {
            (site % self.rows, site / self.rows)
        } else {
            (site / self.width, site % self.width)
        }
    }

    /// The same model with row `first` as the first of a closed strip.
    pub(super) fn rotated(&self, first: usize) -> Self {
        let mut turned = self.clone();
        for array in [&mut turned.across, &mut turned.along, &mut turned.field] {
            array.rotate_left(first * self.width);
        }
        turned
    }

    /// The field shared by all spins, if they share one, and the model without it.
    pub(super) fn without_common_field(&self) -> (Self, i128) {
        let common = self.field[0];
        if common == 0 || self.field.iter().any(|&h| h != common) {
            return (self.clone(), 0);
        }
        let mut bare = self.clone();
        bare.field = vec![0; self.spins()];
        bare.symmetry = Symmetry::of(
            self.width,
            bare.closed,
            &bare.across,
            &bare.along,
            &bare.field,
        );
        (bare, common)
    }

    /// Σ of the magnitudes of all couplings: the energy that weights are relative to.
    pub(super) fn top(&self) -> i128 {
        let all = self.across.iter().chain(&self.along).chain(&self.field);
        all.map(|k| k.abs()).sum()
    }

    /// An energy in nats.
    pub(super) fn nats(&self, energy: i128) -> Enclosure {
        let unit = self.scale.of_exponent(1) as f64;
        let high = energy as f64;
        let low = (energy - high as i128) as f64;
        let x = DoubleDouble::from_sum(high / unit, low / unit) * DoubleDouble::LN_2;
        // The unit is a power of two; the product and the rounding of `low` are right to 2⁻¹⁰⁰.
        Enclosure::exact(x.hi) + Enclosure::around(x.lo, x.hi.abs() * 1e-29 + self.energy_error)
    }
}

fn checked_scale(
    couplings: impl Iterator<Item = f64> + Clone,
    what: &'static str,
) -> Result<Scale, ExactError> {
    let scale = Scale::for_couplings(couplings.clone(), what)?;
    if couplings.clone().map(f64::abs).sum::<f64>() > STRONGEST {
        let strongest = couplings
            .enumerate()
            .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
        let (index, value) = strongest.unwrap_or((0, 0.0));
        return Err(ExactError::TooStrong {
            what,
            index,
            value,
            limit: STRONGEST,
        });
    }
    Ok(scale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Term;

    #[test]
    fn the_cheap_direction_is_across() {
        let strip = Strip::homogeneous(Lattice::open(3, 9), 0.4, 0.0).unwrap();
        assert_eq!(
            (strip.width(), strip.rows(), strip.transposed),
            (3, 9, true)
        );
        for site in 0..27 {
            let (r, c) = strip.place(site);
            assert_eq!(strip.site(r, c), site);
        }
        // A cylinder with rows closed: rows of the strip are its rings, and it is open along.
        let cylinder = Strip::homogeneous("cylinder:9x8".parse().unwrap(), 0.4, 0.0).unwrap();
        assert!(!cylinder.closed && cylinder.width() == 8);
    }

    #[test]
    fn what_is_not_a_strip_is_named() {
        let term = |sites: &[usize]| Term {
            sites: sites.to_vec(),
            coupling: 0.5,
        };
        let diagonal = SpinHamiltonian::new(9, vec![term(&[0, 1]), term(&[0, 4])]).unwrap();
        assert_eq!(
            Strip::of_spins(&diagonal, Lattice::torus(3, 3)).unwrap_err(),
            StripError::NotOnLattice { term: 1 }
        );
        assert!(Strip::recognise(&diagonal).is_none());
        let wrap = SpinHamiltonian::new(9, vec![term(&[0, 2])]).unwrap();
        assert!(Strip::of_spins(&wrap, Lattice::open(3, 3)).is_err());
        assert!(Strip::of_spins(&wrap, Lattice::torus(3, 3)).is_ok());
        assert!(matches!(
            Strip::homogeneous(Lattice::torus(21, 21), 0.1, 0.0).unwrap_err(),
            StripError::TooWide { width: 21, .. }
        ));
        assert!(matches!(
            Strip::new(Lattice::open(2, 2), &[1.0; 4], &[0.0; 4], &[0.0; 4]).unwrap_err(),
            StripError::NoBond { index: 1, .. }
        ));
        assert!(matches!(
            Strip::homogeneous(Lattice::open(2, 2), f64::NAN, 0.0).unwrap_err(),
            StripError::Coupling(ExactError::NotFinite { .. })
        ));
        assert!(matches!(
            Strip::homogeneous(Lattice::open(2, 2), 1e13, 0.0).unwrap_err(),
            StripError::Coupling(ExactError::TooStrong { .. })
        ));
    }

    #[test]
    fn lattices_are_recognised() {
        for text in [
            "torus:4x6",
            "open:5x3",
            "cylinder:3x7",
            "ring:12",
            "chain:30",
        ] {
            let lattice: Lattice = text.parse().unwrap();
            let found = Strip::recognise(&lattice.ising(0.3, 0.1).unwrap()).unwrap();
            let told = Strip::homogeneous(lattice, 0.3, 0.1).unwrap();
            assert_eq!(found.closed, told.closed, "{text}");
            assert_eq!(
                found.width().max(found.rows()),
                told.width().max(told.rows())
            );
        }
    }
}
