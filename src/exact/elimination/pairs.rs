//! The joint probabilities of many pairs of variables.
//!
//! For each pair a further variable y is put in, which says in what joint state the pair is: a table that is one
//! where y is right and zero elsewhere. Its probabilities are those of the pair, and all of them come from the one
//! pass that gives the single marginals. A pair that shares a table makes no other table larger.

use super::order::preceded;
use super::{Elimination, Input};
use crate::exact::{ExactError, Limits, Plan};
use crate::numeric::Enclosure;
use num_traits::Zero;

/// `ln Z`, the probabilities of single variables, and those of pairs, the second one's state fastest.
pub(crate) struct Joint {
    pub(crate) log_z: Enclosure,
    pub(crate) singles: Vec<Vec<Enclosure>>,
    pub(crate) pairs: Vec<Vec<Enclosure>>,
}

impl Elimination {
    /// The model with a variable for each pair.
    fn with_pairs(&self, pairs: &[(usize, usize)]) -> Self {
        let mut cards = self.cards.clone();
        let mut inputs = self.inputs.clone();
        for &(i, j) in pairs {
            let states = self.cards[i] * self.cards[j];
            let y = cards.len();
            cards.push(states);
            let right = |k: usize| if k / states == k % states { 1.0 } else { 0.0 };
            inputs.push(Input {
                scope: vec![i, j, y],
                entries: (0..states * states).map(|k| (right(k), 0)).collect(),
            });
        }
        let scopes: Vec<&[usize]> = inputs.iter().map(|i| i.scope.as_slice()).collect();
        let order = preceded(&self.order, &cards, &scopes);
        Self {
            cards,
            inputs,
            order,
            input_error: self.input_error,
            energy_error: self.energy_error,
        }
    }

    /// The cost of [`Elimination::joint_of_pairs`].
    pub(crate) fn plan_pairs(&self, pairs: &[(usize, usize)]) -> Plan {
        self.with_pairs(pairs).plan(true)
    }

    /// `ln Z`, all singles and the joint probabilities of the given pairs of different variables, from one pass.
    ///
    /// # Errors
    /// [`ExactError::TooLarge`], [`ExactError::ZeroPartition`].
    /// # Accuracy
    /// As [`Elimination::singles`]: test `pairs_are_those_found_by_holding_variables`.
    pub(crate) fn joint_of_pairs(
        &self,
        pairs: &[(usize, usize)],
        limits: &Limits,
    ) -> Result<Joint, ExactError> {
        let (log_z, mut singles) = self.with_pairs(pairs).singles(limits)?;
        let pairs = singles.split_off(self.cards.len());
        Ok(Joint {
            log_z,
            singles,
            pairs,
        })
    }

    /// The same for all pairs `i < j`, in order, by holding each variable in each of its states.
    ///
    /// # Errors
    /// [`ExactError::TooLarge`], [`ExactError::ZeroPartition`].
    pub(crate) fn joint_of_all(&self, limits: &Limits) -> Result<Joint, ExactError> {
        let n = self.cards.len();
        let mut plan = self.plan(true);
        let runs: f64 = 1.0 + self.cards.iter().map(|&q| q as f64).sum::<f64>();
        let entries = (runs - 1.0).powi(2);
        plan.states *= runs;
        plan.seconds *= runs;
        plan.bytes += 16.0 * entries;
        self.admit(plan, limits)?;
        let (log_z, singles) = self.singles(&Limits::NONE)?;
        let mut pairs = Vec::with_capacity(n * n.saturating_sub(1) / 2);
        for i in 0..n {
            let held: Vec<Option<Vec<Vec<Enclosure>>>> = (0..self.cards[i])
                .map(|s| self.clamped_singles(&[(i, s)]).map(|(_, singles)| singles))
                .collect();
            for j in i + 1..n {
                let joint = held.iter().enumerate().flat_map(|(s, given)| {
                    (0..self.cards[j]).map(move |t| (s, given.as_ref().map(|g| g[j][t])))
                });
                let joint =
                    joint.map(|(s, p)| p.map_or_else(Enclosure::zero, |p| p * singles[i][s]));
                pairs.push(joint.collect());
            }
        }
        Ok(Joint {
            log_z,
            singles,
            pairs,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Factor, FactorGraph};
    use crate::random::Seed;

    #[test]
    fn pairs_are_those_found_by_holding_variables() {
        let mut stream = Seed(8).stream("pairs", 0);
        for _ in 0..40 {
            let cards: Vec<usize> = (0..6).map(|_| 1 + stream.index(3)).collect();
            let factors = (0..7)
                .map(|_| {
                    let mut scope: Vec<usize> = (0..6).collect();
                    for k in 0..3 {
                        scope.swap(k, k + stream.index(6 - k));
                    }
                    scope.truncate(1 + stream.index(3));
                    let size = scope.iter().map(|&v| cards[v]).product();
                    // Some zeros; the first state of all variables keeps weight.
                    let mut values: Vec<f64> = (0..size)
                        .map(|_| {
                            if stream.index(4) == 0 {
                                0.0
                            } else {
                                stream.uniform()
                            }
                        })
                        .collect();
                    values[0] = 0.5;
                    Factor { scope, values }
                })
                .collect();
            let graph = FactorGraph::new(cards.clone(), factors).unwrap();
            let ready = Elimination::of_graph(&graph);
            let limits = Limits::default();
            let all = ready.joint_of_all(&limits).unwrap();
            let list: Vec<(usize, usize)> = (0..6)
                .flat_map(|i| (i + 1..6).map(move |j| (i, j)))
                .collect();
            // One at a time, neighbours or not, and all at once.
            let together = ready.joint_of_pairs(&list, &limits).unwrap();
            assert!(together.log_z.overlaps(all.log_z));
            for (k, &(i, j)) in list.iter().enumerate() {
                let direct = ready.joint(&[i, j], &limits).unwrap();
                let alone = ready.joint_of_pairs(&[(i, j)], &limits).unwrap();
                for (s, d) in direct.iter().enumerate() {
                    for other in [&alone.pairs[0], &together.pairs[k], &all.pairs[k]] {
                        assert!(other[s].overlaps(*d) && other[s].width() < 1e-12);
                    }
                }
                for (p, q) in alone.singles[i].iter().zip(&all.singles[i]) {
                    assert!(p.overlaps(*q));
                }
            }
        }
    }
}
