//! What a second layer does to a deep belief network: the variational bound and the probability.
//!
//! A first machine gives p(v|h), a recognition distribution Q(h|v) and, from its own marginal, p(h).
//! A second layer replaces p(h) by a better p′(h):
//!
//! ```text
//! ln p′(v) ≥ B(v) = Σ_h Q(h|v) [ln p′(h) + ln p(v|h) − ln Q(h|v)]
//! ```
//! The gap is `D_KL(Q(·|v)‖p′(·|v))`. It is zero where Q is the first machine's posterior and p′ its own
//! marginal, which is where a second machine with tied weights starts.
//!
//! # References
//! G. E. Hinton, S. Osindero and Y.-W. Teh, Neural Computation 18, 1527 (2006).

use super::variational::TransferOperator;
use crate::exact::JointTable;
use crate::numeric::Enclosure;
use num_rational::BigRational;
use num_traits::Zero;

/// A first machine under another distribution of its hidden layer.
#[derive(Clone, Debug)]
pub struct AddedLayer {
    /// p(v|h) p′(h).
    joint: JointTable<BigRational>,
    /// Q(h|v).
    recognition: TransferOperator<BigRational>,
}

impl AddedLayer {
    /// `machine` holds the first machine's weights, `prior` the weights of p′(h), not necessarily
    /// normalised, and `recognition` Q(h|v).
    ///
    /// # Panics
    /// If the shapes do not fit.
    pub fn new(
        machine: &JointTable<BigRational>,
        prior: &[BigRational],
        recognition: TransferOperator<BigRational>,
    ) -> Self {
        let columns = machine.sum_over_visible();
        assert!(
            prior.len() == columns.len()
                && recognition.table().entries().len() == machine.entries().len(),
            "the layers have different numbers of units"
        );
        let total: BigRational = prior.iter().sum();
        let joint = JointTable::from_fn(machine.visible(), machine.hidden(), |v, h| {
            machine.at(v, h) / &columns[h] * &prior[h] / &total
        })
        .expect("as large as the machine's own table");
        Self { joint, recognition }
    }

    /// `p′(v) = Σ_h p(v|h) p′(h)`, exactly.
    pub fn visible_distribution(&self) -> Vec<BigRational> {
        self.joint.sum_over_hidden()
    }

    /// ln p′(v).
    ///
    /// # Panics
    /// If there is no such state.
    pub fn log_probability(&self, v: usize) -> Enclosure {
        Enclosure::from_rational(&self.visible_distribution()[v]).ln()
    }

    /// The bound B(v).
    ///
    /// # Panics
    /// If there is no such state.
    pub fn bound(&self, v: usize) -> Enclosure {
        let mut bound = Enclosure::exact(0.0);
        for h in 0..1 << self.joint.hidden() {
            let q = self.recognition.table().at(v, h);
            if !q.is_zero() {
                let ratio = Enclosure::from_rational(&(self.joint.at(v, h) / q));
                bound = bound + Enclosure::from_rational(q) * ratio.ln();
            }
        }
        bound
    }
}

#[cfg(test)]
mod tests {
    use super::super::variational::hidden_given_visible;
    use super::*;
    use crate::model::RbmFactors;

    fn q(n: i64, d: i64) -> BigRational {
        BigRational::new(n.into(), d.into())
    }

    #[test]
    fn bound_is_tight_with_the_own_prior_and_below_elsewhere() {
        let machine = RbmFactors::new(
            vec![q(3, 1), q(1, 2)],
            vec![q(3, 2)],
            vec![q(4, 5), q(2, 1)],
        )
        .unwrap();
        let recognition = hidden_given_visible(&machine).unwrap();
        let table = JointTable::enumerate(&machine).unwrap();
        let own = AddedLayer::new(&table, &machine.hidden_weights(), recognition.clone());
        let other = AddedLayer::new(&table, &[q(1, 1), q(5, 1), q(2, 1), q(3, 1)], recognition);
        assert_eq!(
            own.visible_distribution(),
            table.normalised().sum_over_hidden()
        );
        for v in 0..2 {
            assert!(own.bound(v).overlaps(own.log_probability(v)));
            assert!((other.log_probability(v) - other.bound(v)).is_positive());
        }
    }
}
