//! What the engines are asked for and what they return.

use super::ExactError;
use crate::numeric::Enclosure;
use num_traits::One;
use std::fmt;

/// What to compute besides `ln Z`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Want {
    /// The means `⟨s_i⟩`.
    pub means: bool,
    /// The correlators `⟨s_i s_j⟩` of all pairs.
    pub pairs: bool,
}

impl Want {
    /// Only `ln Z`.
    pub const LOG_Z: Self = Self {
        means: false,
        pairs: false,
    };
    /// `ln Z` and all means.
    pub const MEANS: Self = Self {
        means: true,
        pairs: false,
    };
    /// `ln Z`, all means and all pair correlators.
    pub const ALL: Self = Self {
        means: true,
        pairs: true,
    };

    /// Whether anything but `ln Z` is wanted.
    pub fn anything(self) -> bool {
        self.means || self.pairs
    }
}

/// The engine that made a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Method {
    /// All states, in blocks.
    Enumeration,
    /// Variable elimination on a tree decomposition.
    Elimination,
    /// A transfer matrix, row by row.
    TransferMatrix,
    /// The smaller layer of a Boltzmann machine, in blocks.
    LayerSum,
    /// Kaufman's four products of a homogeneous torus.
    Kaufman,
    /// Boundary correlators of a growing planar graph.
    Planar,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Enumeration => "enumeration",
            Self::Elimination => "elimination",
            Self::TransferMatrix => "transfer-matrix",
            Self::LayerSum => "layer-sum",
            Self::Kaufman => "kaufman",
            Self::Planar => "planar",
        })
    }
}

/// The correlators `⟨s_i s_j⟩` of all pairs of `n` variables; symmetric.
#[derive(Clone, Debug, PartialEq)]
pub struct PairTable {
    n: usize,
    /// Rows of the strict upper triangle, one after another.
    upper: Vec<Enclosure>,
    diagonal: Vec<Enclosure>,
}

impl PairTable {
    /// Builds the table of `n` ±1 spins from its strict upper triangle, `f(i, j)` with `i < j`.
    ///
    /// The diagonal is exactly one.
    pub fn of_spins(n: usize, mut f: impl FnMut(usize, usize) -> Enclosure) -> Self {
        let mut upper = Vec::with_capacity(n * n.saturating_sub(1) / 2);
        for i in 0..n {
            for j in i + 1..n {
                upper.push(f(i, j));
            }
        }
        Self {
            n,
            upper,
            diagonal: vec![Enclosure::one(); n],
        }
    }

    /// Builds the table of `n` 0/1 units, whose diagonal `⟨x_i x_i⟩` is their mean.
    pub fn of_units(diagonal: Vec<Enclosure>, f: impl FnMut(usize, usize) -> Enclosure) -> Self {
        let mut table = Self::of_spins(diagonal.len(), f);
        table.diagonal = diagonal;
        table
    }

    /// Number of variables.
    pub fn len(&self) -> usize {
        self.n
    }

    /// Whether there are no variables.
    pub fn is_empty(&self) -> bool {
        self.n == 0
    }

    /// `⟨s_i s_j⟩`.
    ///
    /// # Panics
    /// If `i` or `j` is out of range.
    pub fn get(&self, i: usize, j: usize) -> Enclosure {
        assert!(i < self.n && j < self.n, "pair ({i}, {j}) of {}", self.n);
        if i == j {
            return self.diagonal[i];
        }
        let (i, j) = (i.min(j), i.max(j));
        self.upper[i * (2 * self.n - i - 1) / 2 + j - i - 1]
    }

    /// All `(i, j, ⟨s_i s_j⟩)` with `i < j`, in order.
    pub fn iter(&self) -> impl Iterator<Item = (usize, usize, Enclosure)> + '_ {
        (0..self.n).flat_map(move |i| (i + 1..self.n).map(move |j| (i, j, self.get(i, j))))
    }
}

/// What an engine returns.
#[derive(Clone, Debug, PartialEq)]
pub struct ExactResult {
    /// `ln Z`, natural logarithm.
    pub log_z: Enclosure,
    /// `⟨s_i⟩` of all spins, if asked for.
    pub mean: Option<Vec<Enclosure>>,
    /// `⟨s_i s_j⟩` of all pairs, if asked for.
    pub pair: Option<PairTable>,
    /// The engine.
    pub method: Method,
}

impl ExactResult {
    /// The result, unless a number of it has no bound at all.
    ///
    /// # Errors
    /// [`ExactError::Unbounded`].
    pub(super) fn bounded(self) -> Result<Self, ExactError> {
        let unbounded = |what| ExactError::Unbounded {
            method: self.method,
            what,
        };
        let lost = |e: Enclosure| !e.width().is_finite();
        if lost(self.log_z) {
            return Err(unbounded("ln Z"));
        }
        if self.mean.iter().flatten().any(|&m| lost(m)) {
            return Err(unbounded("a mean"));
        }
        if self.pair.iter().flat_map(|t| &t.upper).any(|&c| lost(c)) {
            return Err(unbounded("a correlator"));
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_without_a_bound_is_no_answer() {
        let good = ExactResult {
            log_z: Enclosure::one(),
            mean: Some(vec![Enclosure::one(); 3]),
            pair: Some(PairTable::of_spins(3, |_, _| Enclosure::one())),
            method: Method::Planar,
        };
        assert_eq!(good.clone().bounded(), Ok(good.clone()));
        let lost = Enclosure::UNBOUNDED;
        let mut log_z = good.clone();
        log_z.log_z = lost;
        let mut mean = good.clone();
        mean.mean = Some(vec![Enclosure::one(), lost]);
        let mut pair = good;
        pair.pair = Some(PairTable::of_spins(3, |i, _| {
            if i == 1 { lost } else { Enclosure::one() }
        }));
        for (result, name) in [(log_z, "ln Z"), (mean, "a mean"), (pair, "a correlator")] {
            match result.bounded() {
                Err(ExactError::Unbounded { what, .. }) => assert_eq!(what, name),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn pair_table_is_symmetric_with_unit_diagonal() {
        let table = PairTable::of_spins(5, |i, j| Enclosure::exact((10 * i + j) as f64));
        for i in 0..5 {
            for j in 0..5 {
                let want = if i == j {
                    1.0
                } else {
                    (10 * i.min(j) + i.max(j)) as f64
                };
                assert!(table.get(i, j) == Enclosure::exact(want));
            }
        }
        assert_eq!(table.iter().count(), 10);
    }
}
