//! The joint probabilities of many pairs of variables.
//!
//! A pair of variables that meet in a table, or in a bucket, is read from that bucket on the one way down that
//! gives the single marginals. For any other pair a further variable y is put in, which says in what joint state
//! the pair is: a table that is one where y is right and zero elsewhere. Then the pair meets in that table. Or it
//! gets a table of ones, and all variables another order, where that is less work.

use super::order::preceded;
use super::passes::Readings;
use super::{Budget, Elimination, Input};
use crate::exact::{ExactError, Limits, Plan, Quantity};
use crate::numeric::Enclosure;
use num_traits::Zero;
use std::collections::BTreeMap;

/// Bytes of a pair's place and its probabilities.
const PAIR_BYTES: f64 = 300.0;
/// Seconds for each pair, on top of the tables.
const PAIR_SECONDS: f64 = 5e-6;

/// Entries of tables that say in what joint state a pair is, all together, up to which they are made.
const MOST_ENTRIES: f64 = 1e8;
/// Bytes and seconds for each of these entries, at the least.
const ENTRY_BYTES: f64 = 24.0;
const ENTRY_SECONDS: f64 = 1e-9;

/// The cost with that of the pairs themselves.
fn for_pairs(plan: Plan, pairs: &[(usize, usize)]) -> Plan {
    Plan {
        bytes: plan.bytes + PAIR_BYTES * pairs.len() as f64,
        seconds: plan.seconds + PAIR_SECONDS * pairs.len() as f64,
        ..plan
    }
}

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
        Self::ordered(cards, inputs, order, self.input_error, self.energy_error)
    }

    /// Of each pair that shares a table where the first such table is used.
    fn places_of_tables(&self, position: &[usize]) -> BTreeMap<(usize, usize), usize> {
        let mut of_tables = BTreeMap::<(usize, usize), usize>::new();
        for input in &self.inputs {
            let first = input.scope.iter().map(|&v| position[v]).min().unwrap_or(0);
            for (k, &i) in input.scope.iter().enumerate() {
                for &j in &input.scope[..k] {
                    let place = of_tables.entry((i.min(j), i.max(j))).or_insert(first);
                    *place = first.min(*place);
                }
            }
        }
        of_tables
    }

    /// For each pair the place where both variables are at hand, if there is one: where the first table that
    /// has both is used, or where the first of the two is summed out.
    fn places(&self, pairs: &[(usize, usize)]) -> Vec<Option<usize>> {
        let mut position = vec![0; self.cards.len()];
        for (p, &v) in self.order.sequence.iter().enumerate() {
            position[v] = p;
        }
        let of_tables = self.places_of_tables(&position);
        let place = |&(i, j): &(usize, usize)| {
            of_tables.get(&(i.min(j), i.max(j))).copied().or_else(|| {
                let (first, other) = if position[i] < position[j] {
                    (i, j)
                } else {
                    (j, i)
                };
                let p = position[first];
                self.order.neighbours[p].contains(&other).then_some(p)
            })
        };
        pairs.iter().map(place).collect()
    }

    /// The model in which each pair is at hand somewhere: this one, or one with variables for the others. As an
    /// error the cost, if the tables of those variables alone are too large to be made for a plan.
    fn with_all_at_hand(&self, pairs: &[(usize, usize)]) -> Result<Option<Self>, Plan> {
        let places = self.places(pairs);
        let far: Vec<(usize, usize)> = pairs
            .iter()
            .zip(places)
            .filter_map(|(&pair, place)| place.is_none().then_some(pair))
            .collect();
        let entries =
            |&(i, j): &(usize, usize)| (self.cards[i] as f64 * self.cards[j] as f64).powi(2);
        let entries: f64 = far.iter().map(entries).sum();
        if entries > MOST_ENTRIES {
            let plan = self.plan(true);
            return Err(Plan {
                states: plan.states + entries,
                bytes: plan.bytes + ENTRY_BYTES * entries,
                seconds: plan.seconds + ENTRY_SECONDS * entries,
                ..plan
            });
        }
        Ok((!far.is_empty()).then(|| {
            let (one, few) = (self.with_pairs(&far), far.len() <= 4 * self.cards.len());
            let other = few.then(|| self.with_joined(pairs));
            other
                .filter(|other| other.order.cost < one.order.cost)
                .unwrap_or(one)
        }))
    }

    /// The model with a table of ones for each pair that shares none, in an order that knows of them.
    fn with_joined(&self, pairs: &[(usize, usize)]) -> Self {
        let shared = self.places_of_tables(&vec![0; self.cards.len()]);
        let apart = pairs
            .iter()
            .filter(|p| !shared.contains_key(&(p.0.min(p.1), p.0.max(p.1))));
        let ones = apart.map(|&(i, j)| Input {
            scope: vec![i, j],
            entries: vec![(1.0, 0); self.cards[i] * self.cards[j]],
        });
        let inputs: Vec<Input> = self.inputs.iter().cloned().chain(ones).collect();
        let (cards, input_error) = (self.cards.clone(), self.input_error);
        Self::prepare(cards, inputs, input_error, self.energy_error)
    }

    /// The cost of [`Elimination::joint_of_pairs`].
    pub(crate) fn plan_pairs(&self, pairs: &[(usize, usize)]) -> Plan {
        match self.with_all_at_hand(pairs) {
            Ok(other) => for_pairs(other.as_ref().unwrap_or(self).plan(true), pairs),
            Err(plan) => for_pairs(plan, pairs),
        }
    }

    /// `ln Z`, all singles and the joint probabilities of the given pairs of different variables, from one way
    /// up and down.
    ///
    /// The two variables of a pair that shares a table are together in the bucket of that table; the pair is
    /// read there. For a pair that is nowhere together a variable is put in.
    /// # Errors
    /// [`ExactError::TooLarge`], [`ExactError::ZeroPartition`].
    /// # Accuracy
    /// As [`Elimination::singles`]: test `pairs_are_those_found_by_holding_variables`.
    pub(crate) fn joint_of_pairs(
        &self,
        pairs: &[(usize, usize)],
        limits: &Limits,
    ) -> Result<Joint, ExactError> {
        let other = self.with_all_at_hand(pairs).map_err(|plan| {
            // Larger than any memory it was made for.
            let exceeded = limits.exceeded_by(&plan).unwrap_or(Quantity::Bytes);
            ExactError::TooLarge {
                plan,
                exceeded,
                largest: None,
                size_unit: "",
            }
        })?;
        let model = other.as_ref().unwrap_or(self);
        let fitting = model.fitting(limits);
        let model = fitting.as_ref().unwrap_or(model);
        let plan = for_pairs(model.plan(true), pairs);
        model.admit(plan, limits)?;
        let mut at = vec![Vec::new(); model.cards.len()];
        for (k, place) in model.places(pairs).into_iter().enumerate() {
            // Every pair is at hand now.
            at[place.unwrap_or_else(|| unreachable!("every pair is at hand now"))].push(k);
        }
        let found = model.marginals(&[], &Readings { pairs, at }, Budget { plan, limits })?;
        let (log_z, mut found) = found.ok_or(ExactError::ZeroPartition)?;
        found.singles.truncate(self.cards.len());
        Ok(Joint {
            log_z,
            singles: found.singles,
            pairs: found.pairs,
        })
    }

    /// The cost of [`Elimination::joint_of_all`].
    pub(crate) fn plan_all_pairs(&self) -> Plan {
        let mut plan = self.plan(true);
        let runs: f64 = 1.0 + self.cards.iter().map(|&q| q as f64).sum::<f64>();
        plan.states *= runs;
        plan.seconds *= runs;
        plan.bytes += 16.0 * (runs - 1.0).powi(2);
        plan
    }

    /// The same for all pairs `i < j`, in order, by holding each variable in each of its states.
    ///
    /// # Errors
    /// [`ExactError::TooLarge`], [`ExactError::ZeroPartition`].
    pub(crate) fn joint_of_all(&self, limits: &Limits) -> Result<Joint, ExactError> {
        if let Some(other) = self.fitting(limits) {
            return other.joint_of_all(limits);
        }
        let n = self.cards.len();
        let plan = self.plan_all_pairs();
        self.admit(plan, limits)?;
        let budget = Budget { plan, limits };
        let found = self.clamped_singles(&[], budget)?;
        let (log_z, singles) = found.ok_or(ExactError::ZeroPartition)?;
        let mut pairs = Vec::with_capacity(n * n.saturating_sub(1) / 2);
        for i in 0..n {
            let mut held: Vec<Option<Vec<Vec<Enclosure>>>> = Vec::new();
            for s in 0..self.cards[i] {
                let found = self.clamped_singles(&[(i, s)], budget)?;
                held.push(found.map(|(_, singles)| singles));
            }
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
    fn pairs_of_sparse_models_are_those_found_by_holding_variables() {
        let mut stream = Seed(9).stream("sparse pairs", 0);
        let (mut near, mut far) = (0, 0);
        for _ in 0..200 {
            let n = 8 + stream.index(5);
            let mut factors = Vec::new();
            let mut list = Vec::new();
            for i in 0..n {
                for j in i + 1..n {
                    let draw = stream.index(10);
                    if draw < 2 {
                        let values = (0..4).map(|_| 0.1 + stream.uniform()).collect();
                        let scope = vec![i, j];
                        factors.push(Factor { scope, values });
                    }
                    if draw < 4 {
                        list.push((i, j));
                    }
                }
            }
            let graph = FactorGraph::new(vec![2; n], factors).unwrap();
            let ready = Elimination::of_graph(&graph);
            let tables = ready.places_of_tables(&vec![0; n]);
            for (pair, place) in list.iter().zip(ready.places(&list)) {
                near += usize::from(place.is_some() && !tables.contains_key(pair));
                far += usize::from(place.is_none());
            }
            let some = ready.joint_of_pairs(&list, &Limits::default()).unwrap();
            let all = ready.joint_of_all(&Limits::default()).unwrap();
            let mut pairs = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
            for (pair, joint) in list.iter().zip(&some.pairs) {
                let k = pairs.clone().position(|p| p == *pair).unwrap();
                for (a, b) in joint.iter().zip(&all.pairs[k]) {
                    assert!(a.overlaps(*b) && a.width() < 1e-12, "{pair:?} {a:?} {b:?}");
                }
            }
            assert!(pairs.next().is_some());
        }
        // Pairs that meet in a bucket without a table, and such as meet nowhere.
        assert!(near > 30 && far > 1000, "{near} {far}");
    }

    #[test]
    fn pairs_are_those_found_by_holding_variables() {
        let mut stream = Seed(8).stream("pairs", 0);
        for _ in 0..40 {
            let cards: Vec<usize> = (0..6).map(|_| 1 + stream.index(3)).collect();
            let factors = (0..7)
                .map(|_| {
                    let mut scope: Vec<usize> = (0..6).collect();
                    for k in 0..4 {
                        scope.swap(k, k + stream.index(6 - k));
                    }
                    scope.truncate(1 + stream.index(4));
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
                    let ways = [&alone.pairs[0], &together.pairs[k], &all.pairs[k]];
                    for (way, other) in ways.into_iter().enumerate() {
                        let agree = other[s].overlaps(*d) && other[s].width() < 1e-12;
                        assert!(agree, "{cards:?} {i} {j} {s} {way}: {:?} {d:?}", other[s]);
                    }
                }
                for (p, q) in alone.singles[i].iter().zip(&all.singles[i]) {
                    assert!(p.overlaps(*q));
                }
            }
        }
    }
}
