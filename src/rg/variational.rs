//! Variational renormalization: the operator that couples visible spins to hidden ones, and the
//! Hamiltonian that it leaves for the hidden ones.
//!
//! Everything is kept as Boltzmann weights, `e^{−E(v,h)}` rather than `E(v,h)`, so that over rational
//! numbers or rational functions of `t = e^K` each identity of the construction is decided exactly:
//!
//! ```text
//! machine          w(v,h) = e^{−E(v,h)}
//! microscopic      e^{−H(v)}
//! operator         e^{T(v,h)} = e^{−E(v,h) + H(v)}
//! coarse grained   e^{−H_RG(h)} = Σ_v e^{T(v,h) − H(v)}
//! exact step       Σ_h e^{T(v,h)} = 1 for every v
//! ```
//!
//! # References
//! L. P. Kadanoff, Phys. Rev. Lett. 34, 1005 (1975); P. Mehta and D. J. Schwab, arXiv:1410.3831.

use crate::exact::walsh::is_negative_character;
use crate::numeric::Enclosure;
use crate::symbolic::{Field, Ring};
use num_rational::BigRational;
use thiserror::Error;

/// Most spins of a table, visible and hidden together.
const MAX_SPINS: usize = 24;

/// Why something is not a machine or a table.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum VariationalError {
    /// The weights are not one for each pair of visible and hidden unit.
    #[error(
        "row {row} of the weights has {found} entries, expected one for each of {hidden} hidden units"
    )]
    Row {
        /// The visible unit.
        row: usize,
        /// How many weights it has.
        found: usize,
        /// Number of hidden units.
        hidden: usize,
    },
    /// The weights have not one row for each visible unit.
    #[error("{found} rows of weights for {visible} visible units")]
    Rows {
        /// How many rows there are.
        found: usize,
        /// Number of visible units.
        visible: usize,
    },
    /// More configurations than a table holds.
    #[error(
        "{spins} spins have more configurations than a table holds; the limit is {MAX_SPINS} spins"
    )]
    TooManySpins {
        /// Visible and hidden spins together.
        spins: usize,
    },
}

/// Sum in a ring; zero if there is nothing.
fn sum<T: Ring>(terms: impl IntoIterator<Item = T>) -> T {
    terms.into_iter().fold(T::zero(), |a, b| a + b)
}

/// `x^s` for a spin: `x` where the bit is set (+1), `1/x` otherwise.
fn to_the_spin<T: Field>(x: &T, state: usize, site: usize) -> T {
    if state >> site & 1 == 1 {
        x.clone()
    } else {
        T::one() / x.clone()
    }
}

/// A restricted Boltzmann machine of ±1 units by the exponentials of its parameters.
///
/// ```text
/// E(v,h) = −Σ_i c_i v_i − Σ_ia v_i W_ia h_a − Σ_a b_a h_a
/// ```
/// With `e^{c_i}`, `e^{b_a}` and `e^{W_ia}` rational every Boltzmann weight is rational; with
/// indeterminates it is a monomial.
#[derive(Clone, Debug, PartialEq)]
pub struct MachineWeights<T> {
    visible: Vec<T>,
    hidden: Vec<T>,
    weights: Vec<Vec<T>>,
}

impl<T: Field> MachineWeights<T> {
    /// The machine with `visible[i] = e^{c_i}`, `hidden[a] = e^{b_a}`, `weights[i][a] = e^{W_ia}`.
    ///
    /// # Errors
    /// [`VariationalError`] if the shapes do not fit or the table of weights would be too large.
    pub fn new(
        visible: Vec<T>,
        hidden: Vec<T>,
        weights: Vec<Vec<T>>,
    ) -> Result<Self, VariationalError> {
        if weights.len() != visible.len() {
            return Err(VariationalError::Rows {
                found: weights.len(),
                visible: visible.len(),
            });
        }
        if let Some(row) = weights.iter().position(|r| r.len() != hidden.len()) {
            return Err(VariationalError::Row {
                row,
                found: weights[row].len(),
                hidden: hidden.len(),
            });
        }
        check_spins(visible.len() + hidden.len())?;
        Ok(Self {
            visible,
            hidden,
            weights,
        })
    }

    /// Number of visible units.
    pub fn n_visible(&self) -> usize {
        self.visible.len()
    }

    /// Number of hidden units.
    pub fn n_hidden(&self) -> usize {
        self.hidden.len()
    }

    /// `e^{W_ia}`.
    pub fn weight(&self, i: usize, a: usize) -> &T {
        &self.weights[i][a]
    }

    /// The machine whose parameters have all changed sign, so that its energy is −E.
    pub fn reversed(&self) -> Self {
        self.map(|x| T::one() / x.clone(), |x| T::one() / x.clone())
    }

    /// The machine with every weight `W_ia` set to zero and the biases kept.
    pub fn uncoupled(&self) -> Self {
        self.map(T::clone, |_| T::one())
    }

    /// Visible and hidden units exchanged.
    pub fn transposed(&self) -> Self {
        Self {
            visible: self.hidden.clone(),
            hidden: self.visible.clone(),
            weights: (0..self.hidden.len())
                .map(|a| self.weights.iter().map(|row| row[a].clone()).collect())
                .collect(),
        }
    }

    fn map(&self, bias: impl Fn(&T) -> T, weight: impl Fn(&T) -> T) -> Self {
        Self {
            visible: self.visible.iter().map(&bias).collect(),
            hidden: self.hidden.iter().map(&bias).collect(),
            weights: self
                .weights
                .iter()
                .map(|row| row.iter().map(&weight).collect())
                .collect(),
        }
    }

    /// `e^{−E(v,h)}` for all configurations.
    ///
    /// # Complexity
    /// O(2^(n+m) n m).
    pub fn table(&self) -> JointTable<T> {
        let (n, m) = (self.n_visible(), self.n_hidden());
        JointTable::fill(n, m, |v, h| {
            let mut w = T::one();
            for i in 0..n {
                w = w * to_the_spin(&self.visible[i], v, i);
                for a in 0..m {
                    let aligned = (v >> i & 1) == (h >> a & 1);
                    w = w * to_the_spin(&self.weights[i][a], usize::from(aligned), 0);
                }
            }
            for a in 0..m {
                w = w * to_the_spin(&self.hidden[a], h, a);
            }
            w
        })
    }

    /// `e^{b_a + Σ_i W_ia v_i}`, the exponential of the field on a hidden unit.
    pub fn hidden_field(&self, a: usize, v: usize) -> T {
        (0..self.n_visible()).fold(self.hidden[a].clone(), |x, i| {
            x * to_the_spin(&self.weights[i][a], v, i)
        })
    }

    /// The visible weights by carrying out the sum over each hidden unit on its own.
    ///
    /// ```text
    /// e^{−H_RBM(v)} = Π_i e^{c_i v_i} · Π_a 2 cosh(b_a + Σ_i W_ia v_i)
    /// ```
    /// # Complexity
    /// O(2^n n m), where summing the table takes O(2^(n+m)).
    pub fn visible_weights(&self) -> Vec<T> {
        (0..1 << self.n_visible())
            .map(|v| {
                let bias = (0..self.n_visible())
                    .fold(T::one(), |w, i| w * to_the_spin(&self.visible[i], v, i));
                (0..self.n_hidden()).fold(bias, |w, a| {
                    let x = self.hidden_field(a, v);
                    w * (x.clone() + T::one() / x)
                })
            })
            .collect()
    }

    /// The hidden weights `e^{−H_RBM(h)}`; see [`visible_weights`](Self::visible_weights).
    pub fn hidden_weights(&self) -> Vec<T> {
        self.transposed().visible_weights()
    }

    /// `p(h|v) = Π_a x_a^{h_a} / (x_a + 1/x_a)` with `x_a` the [`hidden_field`](Self::hidden_field).
    pub fn hidden_given_visible(&self) -> TransferOperator<T> {
        TransferOperator::new(JointTable::fill(
            self.n_visible(),
            self.n_hidden(),
            |v, h| {
                (0..self.n_hidden()).fold(T::one(), |p, a| {
                    let x = self.hidden_field(a, v);
                    let norm = x.clone() + T::one() / x.clone();
                    p * to_the_spin(&x, h, a) / norm
                })
            },
        ))
    }
}

fn check_spins(spins: usize) -> Result<(), VariationalError> {
    if spins > MAX_SPINS {
        Err(VariationalError::TooManySpins { spins })
    } else {
        Ok(())
    }
}

/// One number for each configuration of visible and hidden ±1 spins, usually `e^{−E(v,h)}`.
///
/// Bit i of a state set means that spin i is +1.
#[derive(Clone, Debug, PartialEq)]
pub struct JointTable<T> {
    visible: usize,
    hidden: usize,
    entries: Vec<T>,
}

impl<T> JointTable<T> {
    fn fill(visible: usize, hidden: usize, mut f: impl FnMut(usize, usize) -> T) -> Self {
        let states = (0..1 << visible).flat_map(|v| (0..1 << hidden).map(move |h| (v, h)));
        Self {
            visible,
            hidden,
            entries: states.map(|(v, h)| f(v, h)).collect(),
        }
    }

    /// The table with entries `f(v, h)`.
    ///
    /// # Errors
    /// [`VariationalError::TooManySpins`].
    pub fn from_fn(
        visible: usize,
        hidden: usize,
        f: impl FnMut(usize, usize) -> T,
    ) -> Result<Self, VariationalError> {
        check_spins(visible.saturating_add(hidden))?;
        Ok(Self::fill(visible, hidden, f))
    }

    /// Number of visible spins.
    pub fn n_visible(&self) -> usize {
        self.visible
    }

    /// Number of hidden spins.
    pub fn n_hidden(&self) -> usize {
        self.hidden
    }

    /// All entries, the hidden state running fastest.
    pub fn entries(&self) -> &[T] {
        &self.entries
    }

    /// The entry of one configuration.
    ///
    /// # Panics
    /// If a state does not exist.
    pub fn at(&self, v: usize, h: usize) -> &T {
        assert!(h < 1 << self.hidden, "there is no such hidden state");
        &self.entries[v << self.hidden | h]
    }
}

impl<T: Ring> JointTable<T> {
    /// `Σ_h w(v,h)` for each v.
    pub fn sum_over_hidden(&self) -> Vec<T> {
        self.entries
            .chunks(1 << self.hidden)
            .map(|row| sum(row.iter().cloned()))
            .collect()
    }

    /// `Σ_v w(v,h)` for each h.
    pub fn sum_over_visible(&self) -> Vec<T> {
        (0..1 << self.hidden)
            .map(|h| sum((0..1 << self.visible).map(|v| self.at(v, h).clone())))
            .collect()
    }

    /// `Σ_{v,h} w(v,h)`, the partition function of a table of Boltzmann weights.
    pub fn total(&self) -> T {
        sum(self.entries.iter().cloned())
    }

    /// `Σ_{v,h} w(v,h) Π_{i∈S} v_i Π_{a∈R} h_a`, the sets given by their bits.
    pub fn moment(&self, visible_set: usize, hidden_set: usize) -> T {
        sum((0..1 << self.visible).flat_map(|v| {
            (0..1 << self.hidden).map(move |h| {
                let negative =
                    is_negative_character(visible_set, v) != is_negative_character(hidden_set, h);
                if negative {
                    -self.at(v, h).clone()
                } else {
                    self.at(v, h).clone()
                }
            })
        }))
    }
}

impl<T: Field> JointTable<T> {
    /// The table divided by its total: `p(v,h) = e^{−E(v,h)} / 𝒵`.
    pub fn normalised(&self) -> Self {
        let z = self.total();
        Self {
            visible: self.visible,
            hidden: self.hidden,
            entries: self.entries.iter().map(|w| w.clone() / z.clone()).collect(),
        }
    }

    /// `⟨Π_{i∈S} v_i Π_{a∈R} h_a⟩`.
    pub fn mean(&self, visible_set: usize, hidden_set: usize) -> T {
        self.moment(visible_set, hidden_set) / self.total()
    }

    /// `⟨χ_S(v) χ_R(h)⟩ − ⟨χ_S(v)⟩⟨χ_R(h)⟩`.
    pub fn covariance(&self, visible_set: usize, hidden_set: usize) -> T {
        self.mean(visible_set, hidden_set) - self.mean(visible_set, 0) * self.mean(0, hidden_set)
    }
}

/// The operator of a variational renormalization step, kept as `e^{T(v,h)}`.
#[derive(Clone, Debug, PartialEq)]
pub struct TransferOperator<T>(JointTable<T>);

impl<T: Field> TransferOperator<T> {
    /// The operator with these values of `e^{T(v,h)}`.
    pub fn new(table: JointTable<T>) -> Self {
        Self(table)
    }

    /// The operator that turns a machine into a renormalization step of `H(v)`.
    ///
    /// ```text
    /// T(v,h) = −E(v,h) + H(v)
    /// ```
    /// `machine` holds `e^{−E(v,h)}` and `microscopic` holds `e^{−H(v)}`. The step is exact, that is
    /// all [`row_sums`](Self::row_sums) are one, only if H(v) is the machine's own marginal
    /// Hamiltonian `−ln Σ_h e^{−E(v,h)}`.
    ///
    /// # Panics
    /// If there are fewer microscopic weights than visible configurations.
    pub fn of_machine(machine: &JointTable<T>, microscopic: &[T]) -> Self {
        Self(JointTable::fill(machine.visible, machine.hidden, |v, h| {
            machine.at(v, h).clone() / microscopic[v].clone()
        }))
    }

    /// `e^{T(v,h)}`.
    pub fn table(&self) -> &JointTable<T> {
        &self.0
    }

    /// `Σ_h e^{T(v,h)}` for each v; all one if the step is exact.
    pub fn row_sums(&self) -> Vec<T> {
        self.0.sum_over_hidden()
    }

    /// The operator divided by its row sums, which makes the step exact.
    pub fn made_exact(&self) -> Self {
        let sums = self.row_sums();
        Self(JointTable::fill(self.0.visible, self.0.hidden, |v, h| {
            self.0.at(v, h).clone() / sums[v].clone()
        }))
    }

    /// `e^{T(v,h) − H(v)}`.
    ///
    /// # Panics
    /// If there are fewer microscopic weights than visible configurations.
    pub fn joint(&self, microscopic: &[T]) -> JointTable<T> {
        JointTable::fill(self.0.visible, self.0.hidden, |v, h| {
            self.0.at(v, h).clone() * microscopic[v].clone()
        })
    }

    /// `e^{−H_RG(h)} = Σ_v e^{T(v,h) − H(v)}` for each h.
    ///
    /// # Panics
    /// If there are fewer microscopic weights than visible configurations.
    pub fn coarse_weights(&self, microscopic: &[T]) -> Vec<T> {
        self.joint(microscopic).sum_over_visible()
    }

    /// How far the step is from preserving the partition function.
    ///
    /// ```text
    /// Σ_h e^{−H_RG(h)} / Σ_v e^{−H(v)} = ⟨Σ_h e^{T(v,h)}⟩   over e^{−H(v)}/Z
    /// ```
    /// Computed as the average on the right, without `H_RG`.
    ///
    /// # Panics
    /// If there are fewer microscopic weights than visible configurations.
    pub fn mean_row_sum(&self, microscopic: &[T]) -> T {
        let weighted = self
            .row_sums()
            .into_iter()
            .zip(microscopic)
            .map(|(r, w)| r * w.clone());
        sum(weighted) / sum(microscopic.iter().cloned())
    }
}

/// `−ln Σ weights`, the free energy of a layer that has these Boltzmann weights.
///
/// # Accuracy
/// Unbounded if the sum is not positive.
pub fn free_energy(weights: &[BigRational]) -> Enclosure {
    -Enclosure::from_rational(&weights.iter().sum::<BigRational>()).ln()
}

/// `F_h − F_v = ln Σ_v e^{−H(v)} − ln Σ_h e^{−H_RG(h)}`, what a variational step tries to make zero.
///
/// It equals `−ln ⟨Σ_h e^T⟩` (see [`TransferOperator::mean_row_sum`]): zero for every exact step and
/// without a lower bound otherwise, since adding a constant to T lowers it by that constant.
///
/// # Panics
/// If there are fewer microscopic weights than visible configurations.
pub fn free_energy_difference(
    operator: &TransferOperator<BigRational>,
    microscopic: &[BigRational],
) -> Enclosure {
    free_energy(&operator.coarse_weights(microscopic)) - free_energy(microscopic)
}

/// The free energy after the bonds of a model have been moved, and the bound that it obeys.
///
/// ```text
/// Z[V + Δ] = Z[V] ⟨e^{−Δ}⟩_V,   F[V + Δ] ≤ F[V] + ⟨Δ⟩_V
/// ```
/// `joint` holds `e^{−H(v)−V(v,h)}` and `moved` holds `e^{−Δ(v,h)}`. Returns `(F[V+Δ], F[V], ⟨Δ⟩_V)`;
/// with `⟨Δ⟩ = 0`, Kadanoff's choice, the first is a lower bound of the second.
pub fn moved_bonds(
    joint: &JointTable<BigRational>,
    moved: &JointTable<BigRational>,
) -> (Enclosure, Enclosure, Enclosure) {
    let products: Vec<BigRational> = joint
        .entries
        .iter()
        .zip(&moved.entries)
        .map(|(w, m)| w * m)
        .collect();
    let mean = joint
        .normalised()
        .entries
        .iter()
        .zip(&moved.entries)
        .fold(Enclosure::exact(0.0), |mean, (p, m)| {
            mean - Enclosure::from_rational(p) * Enclosure::from_rational(m).ln()
        });
    (free_energy(&products), free_energy(&joint.entries), mean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_traits::One;
    use proptest::prelude::*;

    fn q(n: i64, d: i64) -> BigRational {
        BigRational::new(n.into(), d.into())
    }

    fn machine(n: usize, m: usize, seed: &[i64]) -> MachineWeights<BigRational> {
        let mut parameters = seed
            .iter()
            .cycle()
            .enumerate()
            .map(|(k, x)| q(k as i64 + 2, *x));
        let mut next =
            |count: usize| -> Vec<BigRational> { parameters.by_ref().take(count).collect() };
        let (visible, hidden) = (next(n), next(m));
        let weights = (0..n).map(|_| next(m)).collect();
        MachineWeights::new(visible, hidden, weights).unwrap()
    }

    #[test]
    fn shapes_are_checked() {
        let one = || vec![q(1, 1)];
        assert!(matches!(
            MachineWeights::new(one(), one(), vec![]),
            Err(VariationalError::Rows { .. })
        ));
        assert!(matches!(
            MachineWeights::new(one(), one(), vec![vec![]]),
            Err(VariationalError::Row {
                row: 0,
                found: 0,
                hidden: 1
            })
        ));
        assert!(JointTable::from_fn(20, 20, |_, _| 1).is_err());
    }

    #[test]
    fn energy_of_one_unit_each_is_as_documented() {
        let m = MachineWeights::new(vec![q(2, 1)], vec![q(3, 1)], vec![vec![q(5, 1)]]).unwrap();
        // (v,h) = (−,−), (−,+), (+,−), (+,+)
        let expected = [q(5, 6), q(3, 10), q(2, 15), q(30, 1)];
        assert_eq!(m.table().entries(), expected);
    }

    proptest! {
        #[test]
        fn sums_of_the_table_are_the_products(
            n in 1_usize..4, m in 1_usize..4, seed in prop::collection::vec(1_i64..9, 3)
        ) {
            let machine = machine(n, m, &seed);
            let table = machine.table();
            prop_assert_eq!(table.sum_over_hidden(), machine.visible_weights());
            prop_assert_eq!(table.sum_over_visible(), machine.hidden_weights());
        }

        #[test]
        fn own_marginal_makes_the_step_exact(
            n in 1_usize..4, m in 1_usize..4, seed in prop::collection::vec(1_i64..9, 4)
        ) {
            let machine = machine(n, m, &seed);
            let own = machine.visible_weights();
            let step = TransferOperator::of_machine(&machine.table(), &own);
            prop_assert!(step.row_sums().iter().all(One::is_one));
            prop_assert_eq!(&step, &machine.hidden_given_visible());
            prop_assert_eq!(step.coarse_weights(&own), machine.hidden_weights());
            let foreign: Vec<_> = own.iter().enumerate().map(|(v, w)| w * q(v as i64 + 2, 1)).collect();
            let step = TransferOperator::of_machine(&machine.table(), &foreign);
            let difference = free_energy_difference(&step, &foreign);
            let mean = Enclosure::from_rational(&step.mean_row_sum(&foreign)).ln();
            prop_assert!(difference.overlaps(-mean) && difference.width() < 1e-12);
            prop_assert!(step.made_exact().row_sums().iter().all(One::is_one));
        }

        #[test]
        fn moving_bonds_obeys_its_bound(seed in prop::collection::vec(1_i64..9, 5)) {
            let joint = machine(2, 2, &seed).table();
            let moved = machine(2, 2, &seed[2..]).table();
            let (after, before, mean) = moved_bonds(&joint, &moved);
            prop_assert!(after.lo() <= (before + mean).hi());
        }
    }
}
