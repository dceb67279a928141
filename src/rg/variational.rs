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

use crate::exact::{JointTable, RbmSumError};
use crate::model::RbmFactors;
use crate::numeric::Enclosure;
use crate::symbolic::{Field, Ring};
use num_rational::BigRational;

/// Sum in a ring; zero if there is nothing.
fn sum<T: Ring>(terms: impl IntoIterator<Item = T>) -> T {
    terms.into_iter().fold(T::zero(), |a, b| a + b)
}

/// `p(h|v) = Π_a x_a^{h_a} / (x_a + 1/x_a)` with `x_a = e^{b_a + Σ_i W_ia v_i}`, as an operator.
///
/// # Errors
/// [`RbmSumError::TooLarge`] for a machine of more than 20 units.
pub fn hidden_given_visible<T: Field>(
    machine: &RbmFactors<T>,
) -> Result<TransferOperator<T>, RbmSumError> {
    JointTable::from_fn(machine.visible(), machine.hidden(), |v, h| {
        (0..machine.hidden()).fold(T::one(), |p, a| {
            let up = machine.probability_h_up(a, v);
            p * if h >> a & 1 == 1 { up } else { T::one() - up }
        })
    })
    .map(TransferOperator::new)
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
        Self(machine.map(|v, _, w| w.clone() / microscopic[v].clone()))
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
        Self(self.0.map(|v, _, w| w.clone() / sums[v].clone()))
    }

    /// `e^{T(v,h) − H(v)}`.
    ///
    /// # Panics
    /// If there are fewer microscopic weights than visible configurations.
    pub fn joint(&self, microscopic: &[T]) -> JointTable<T> {
        self.0.map(|v, _, w| w.clone() * microscopic[v].clone())
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
        .entries()
        .iter()
        .zip(moved.entries())
        .map(|(w, m)| w * m)
        .collect();
    let mean = joint
        .normalised()
        .entries()
        .iter()
        .zip(moved.entries())
        .fold(Enclosure::exact(0.0), |mean, (p, m)| {
            mean - Enclosure::from_rational(p) * Enclosure::from_rational(m).ln()
        });
    (free_energy(&products), free_energy(joint.entries()), mean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_traits::One;
    use proptest::prelude::*;

    fn q(n: i64, d: i64) -> BigRational {
        BigRational::new(n.into(), d.into())
    }

    fn machine(n: usize, m: usize, seed: &[i64]) -> RbmFactors<BigRational> {
        let parameters = seed
            .iter()
            .cycle()
            .enumerate()
            .map(|(k, x)| q(k as i64 + 2, *x));
        let all: Vec<BigRational> = parameters.take(n + m + n * m).collect();
        let (visible, rest) = all.split_at(n);
        let (hidden, weights) = rest.split_at(m);
        RbmFactors::new(weights.to_vec(), visible.to_vec(), hidden.to_vec()).unwrap()
    }

    fn table(machine: &RbmFactors<BigRational>) -> JointTable<BigRational> {
        JointTable::enumerate(machine).unwrap()
    }

    proptest! {
        #[test]
        fn sums_of_the_table_are_the_products(
            n in 1_usize..4, m in 1_usize..4, seed in prop::collection::vec(1_i64..9, 3)
        ) {
            let machine = machine(n, m, &seed);
            let table = table(&machine);
            prop_assert_eq!(table.sum_over_hidden(), machine.visible_weights());
            prop_assert_eq!(table.sum_over_visible(), machine.hidden_weights());
        }

        #[test]
        fn own_marginal_makes_the_step_exact(
            n in 1_usize..4, m in 1_usize..4, seed in prop::collection::vec(1_i64..9, 4)
        ) {
            let machine = machine(n, m, &seed);
            let own = machine.visible_weights();
            let step = TransferOperator::of_machine(&table(&machine), &own);
            prop_assert!(step.row_sums().iter().all(One::is_one));
            prop_assert_eq!(&step, &hidden_given_visible(&machine).unwrap());
            prop_assert_eq!(step.coarse_weights(&own), machine.hidden_weights());
            let foreign: Vec<_> = own.iter().enumerate().map(|(v, w)| w * q(v as i64 + 2, 1)).collect();
            let step = TransferOperator::of_machine(&table(&machine), &foreign);
            let difference = free_energy_difference(&step, &foreign);
            let mean = Enclosure::from_rational(&step.mean_row_sum(&foreign)).ln();
            prop_assert!(difference.overlaps(-mean) && difference.width() < 1e-12);
            prop_assert!(step.made_exact().row_sums().iter().all(One::is_one));
        }

        #[test]
        fn moving_bonds_obeys_its_bound(seed in prop::collection::vec(1_i64..9, 5)) {
            let joint = table(&machine(2, 2, &seed));
            let moved = table(&machine(2, 2, &seed[2..]));
            let (after, before, mean) = moved_bonds(&joint, &moved);
            prop_assert!(after.lo() <= (before + mean).hi());
        }
    }
}
