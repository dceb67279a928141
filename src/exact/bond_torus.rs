//! Tori of pairs without a field, recognised from their terms or from a description.

use super::kaufman::{check_torus, kaufman_log_z};
use super::select::{does_not_apply, even_result};
use super::{ExactError, ExactResult, Limits, Method, Plan, Want, plan_kaufman};
use crate::model::{Boundary, Disorder, LatticeModel, SpinHamiltonian};
use crate::numeric::Enclosure;
use num_traits::Zero;

/// Sites up to which a torus is solved from its terms, by whichever engine is fastest.
const LARGE: usize = 1 << 16;

/// The bonds of a torus without fields, its sites row by row; sides of at least three.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct BondTorus {
    pub(super) rows: usize,
    pub(super) columns: usize,
    /// In the order of [`crate::model::Lattice::bonds`].
    pub(super) couplings: Vec<f64>,
    /// With what was lost when terms of the same bond were added up.
    pub(super) constant: Enclosure,
}

impl BondTorus {
    /// The torus that a Hamiltonian is; `O(N)`.
    pub(super) fn recognise(model: &SpinHamiltonian) -> Option<Self> {
        let n = model.spins();
        let mut constant = Enclosure::zero();
        let mut pairs: Vec<(usize, usize, f64)> = Vec::new();
        for term in model.terms() {
            match *term.sites.as_slice() {
                [] => constant = constant + Enclosure::exact(term.coupling),
                [i, j] => pairs.push((i.min(j), i.max(j), term.coupling)),
                _ => return None,
            }
        }
        // Terms of the same pair are added up. ln Z changes by no more than the couplings do.
        pairs.sort_by_key(|&(i, j, _)| (i, j));
        let mut lost = 0.0;
        pairs.dedup_by(|next, kept| {
            let same = (next.0, next.1) == (kept.0, kept.1);
            if same {
                let sum = Enclosure::exact(kept.2) + Enclosure::exact(next.2);
                (kept.2, lost) = (sum.mid(), lost + sum.width());
            }
            same
        });
        constant = constant + Enclosure::around(0.0, lost * 1.000_001);
        if pairs.len() != 2 * n {
            return None;
        }
        // Among the four neighbours of site 0 is the first one of the second row.
        let mut lengths: Vec<usize> = pairs.iter().filter(|p| p.0 == 0).map(|p| p.1).collect();
        lengths.retain(|&c| c > 2 && n.is_multiple_of(c) && n / c > 2);
        lengths.into_iter().find_map(|columns| {
            Some(Self {
                rows: n / columns,
                columns,
                couplings: Self::couplings(&pairs, n / columns, columns)?,
                constant,
            })
        })
    }

    /// The couplings in the order of the lattice's bonds, if the pairs are its bonds, each once.
    fn couplings(pairs: &[(usize, usize, f64)], rows: usize, columns: usize) -> Option<Vec<f64>> {
        let n = rows * columns;
        let mut couplings = vec![None; 2 * n];
        for &(i, j, k) in pairs {
            let (r, c) = (i / columns, i % columns);
            let slot = if j == i + 1 && c + 1 < columns {
                i
            } else if j == i + columns {
                n + i
            } else if c == 0 && j + 1 == i + columns {
                j
            } else if r == 0 && j == i + (rows - 1) * columns {
                n + j
            } else {
                return None;
            };
            if couplings[slot].replace(k).is_some() {
                return None;
            }
        }
        couplings.into_iter().collect()
    }
}

/// A torus with one coupling along each direction and nothing else.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct HomogeneousTorus {
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) horizontal: f64,
    pub(super) vertical: f64,
    pub(super) constant: Enclosure,
}

impl HomogeneousTorus {
    /// The torus that a Hamiltonian is, its sites row by row; sides of at least three.
    pub(super) fn recognise(model: &SpinHamiltonian) -> Option<Self> {
        let torus = BondTorus::recognise(model)?;
        let (along, across) = torus.couplings.split_at(torus.couplings.len() / 2);
        let (horizontal, vertical) = (along[0], across[0]);
        let all = |list: &[f64], k: f64| list.iter().all(|x| x.total_cmp(&k).is_eq());
        (all(along, horizontal) && all(across, vertical)).then_some(Self {
            rows: torus.rows,
            columns: torus.columns,
            horizontal,
            vertical,
            constant: torus.constant,
        })
    }
    /// The torus that a described lattice is, without its terms; `None` too for a field or disorder.
    pub(super) fn described(model: &LatticeModel) -> Option<Self> {
        let LatticeModel {
            lattice,
            coupling,
            field,
            disorder,
            ..
        } = *model;
        let closed = lattice.vertical() == Boundary::Periodic
            && lattice.horizontal() == Boundary::Periodic
            && lattice.rows().min(lattice.columns()) > 2;
        (closed && field == 0.0 && disorder == Disorder::None).then_some(Self {
            rows: lattice.rows(),
            columns: lattice.columns(),
            horizontal: coupling,
            vertical: coupling,
            constant: Enclosure::zero(),
        })
    }

    /// Refuses what the products do not take.
    pub(super) fn check(&self) -> Result<(), ExactError> {
        check_torus(self.rows, self.columns, self.horizontal, self.vertical)
            .map_err(|e| does_not_apply(Method::Kaufman, &e))
    }

    /// `ln Z`, and the means, which are zero.
    pub(super) fn solve(&self, want: Want) -> Result<ExactResult, ExactError> {
        let log_z = kaufman_log_z(self.rows, self.columns, self.horizontal, self.vertical)
            .map_err(|e| does_not_apply(Method::Kaufman, &e))?
            + self.constant;
        let spins = self.rows * self.columns;
        Ok(even_result(spins, log_z, want, Method::Kaufman))
    }
}

/// What Kaufman's products cost for a lattice that they alone can do: a homogeneous torus of more than 65536 sites
/// without a field. The lattice's terms are not made.
pub fn plan_large_torus(model: &LatticeModel, want: Want) -> Option<Plan> {
    let torus = HomogeneousTorus::described(model)?;
    let large = torus.rows.checked_mul(torus.columns)? > LARGE;
    (large && !want.pairs).then(|| plan_kaufman(torus.rows, torus.columns))
}

/// `ln Z` and means of such a lattice, as [`crate::exact::solve`] gives them for its terms; `None` for other lattices.
///
/// # Errors
/// [`ExactError::TooLarge`] by the plan, [`ExactError::DoesNotApply`] for a coupling that is not taken.
///
/// ```
/// use blockspin::exact::{Limits, Want, solve_large_torus};
/// use blockspin::model::{Disorder, Lattice, LatticeModel};
/// use blockspin::random::Seed;
/// let model = LatticeModel {
///     lattice: Lattice::torus(4096, 4096),
///     coupling: 0.44,
///     field: 0.0,
///     disorder: Disorder::None,
///     seed: Seed(0),
/// };
/// let result = solve_large_torus(&model, Want::LOG_Z, &Limits::default()).unwrap().unwrap();
/// assert!(result.log_z.width() < 3e-14 * result.log_z.mid());
/// ```
pub fn solve_large_torus(
    model: &LatticeModel,
    want: Want,
    limits: &Limits,
) -> Option<Result<ExactResult, ExactError>> {
    let mut plan = plan_large_torus(model, want)?;
    let torus = HomogeneousTorus::described(model)?;
    if want.means {
        plan.bytes += 16.0 * torus.rows as f64 * torus.columns as f64;
    }
    Some(limits.admit(plan).and_then(|()| torus.solve(want)))
}

#[cfg(test)]
mod tests {
    use super::super::solve;
    use super::*;
    use crate::model::Lattice;
    use crate::random::Seed;

    #[test]
    fn nearly_homogeneous_tori_are_not_taken_for_such() {
        let torus = Lattice::torus(4, 6).ising(0.4, 0.0).unwrap();
        let found = HomogeneousTorus::recognise(&torus).unwrap();
        assert_eq!((found.rows, found.columns), (4, 6));
        let mut terms = torus.terms().to_vec();
        terms[7].coupling += 1e-15;
        let other = SpinHamiltonian::new(24, terms.clone()).unwrap();
        assert_eq!(HomogeneousTorus::recognise(&other), None);
        terms[7].coupling = 0.4;
        terms[7].sites = vec![0, 14];
        let other = SpinHamiltonian::new(24, terms).unwrap();
        assert_eq!(HomogeneousTorus::recognise(&other), None);
        let cylinder = Lattice::new(4, 6, Boundary::Open, Boundary::Periodic);
        let cylinder = cylinder.ising(0.4, 0.0).unwrap();
        assert_eq!(HomogeneousTorus::recognise(&cylinder), None);
    }

    #[test]
    fn a_large_torus_has_the_same_answer_without_its_terms() {
        let described = |lattice, coupling, field, disorder| LatticeModel {
            lattice,
            coupling,
            field,
            disorder,
            seed: Seed(1),
        };
        let torus = Lattice::torus(200, 331);
        for k in [0.3, -0.5, 1.25] {
            let model = described(torus, k, 0.0, Disorder::None);
            let short = solve_large_torus(&model, Want::MEANS, &Limits::NONE).unwrap();
            let terms = model.hamiltonian().unwrap();
            let long = solve(&terms, Want::MEANS, &Limits::NONE).unwrap();
            assert_eq!(long.method, Method::Kaufman);
            assert_eq!(short, Ok(long), "{k}");
        }
        // What is not such a torus is left to its terms.
        let others = [
            described(Lattice::torus(8, 8), 0.3, 0.0, Disorder::None),
            described(torus, 0.3, 0.1, Disorder::None),
            described(torus, 0.3, 0.0, Disorder::PlusMinus),
            described(Lattice::open(300, 300), 0.3, 0.0, Disorder::None),
            described(Lattice::torus(2, 40_000), 0.3, 0.0, Disorder::None),
        ];
        for model in others {
            assert!(plan_large_torus(&model, Want::LOG_Z).is_none(), "{model}");
        }
        let model = described(torus, f64::NAN, 0.0, Disorder::None);
        let refused = solve_large_torus(&model, Want::LOG_Z, &Limits::NONE).unwrap();
        assert!(matches!(refused, Err(ExactError::DoesNotApply { .. })));
    }
}
