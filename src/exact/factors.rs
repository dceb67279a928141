//! What is asked of a factor graph, and which variables stand in a term together.

use super::elimination::Elimination;
use super::{ExactError, Limits, Method, Plan};
use crate::model::{FactorGraph, SpinHamiltonian};
use crate::numeric::Enclosure;
use std::collections::BTreeSet;

/// The joint probabilities of two variables.
#[derive(Clone, Debug, PartialEq)]
pub struct PairMarginal {
    /// The first variable.
    pub i: usize,
    /// The second variable.
    pub j: usize,
    /// The probabilities; the state of the second variable runs fastest.
    pub joint: Vec<Enclosure>,
}

/// What [`solve_factors`] returns.
#[derive(Clone, Debug, PartialEq)]
pub struct FactorResult {
    /// `ln Z`; `None` where Z is zero, and then there are no marginals either.
    pub log_z: Option<Enclosure>,
    /// The probabilities of each variable's states.
    pub marginal: Option<Vec<Vec<Enclosure>>>,
    /// The joint probabilities of the pairs that were asked for.
    pub pair: Option<Vec<PairMarginal>>,
    /// The engine.
    pub method: Method,
}

/// The pairs that stand in a scope together, each once, smaller index first, in order.
fn pairs_in<'a>(scopes: impl Iterator<Item = &'a [usize]>) -> Vec<(usize, usize)> {
    let mut pairs = BTreeSet::new();
    for scope in scopes {
        for (k, &i) in scope.iter().enumerate() {
            pairs.extend(scope[..k].iter().map(|&j| (i.min(j), i.max(j))));
        }
    }
    pairs.into_iter().collect()
}

/// All pairs of variables that share a factor.
pub fn pairs_in_factors(graph: &FactorGraph) -> Vec<(usize, usize)> {
    pairs_in(graph.factors().iter().map(|f| f.scope.as_slice()))
}

/// All pairs of spins that share a term.
pub fn pairs_in_terms(model: &SpinHamiltonian) -> Vec<(usize, usize)> {
    pairs_in(model.terms().iter().map(|t| t.sites.as_slice()))
}

/// `ln Z` of a factor graph by elimination, its single marginals if asked for, and the joint probabilities of some
/// pairs.
///
/// # Errors
/// [`ExactError::TooLarge`] by the predicted cost, [`ExactError::NoSuchVariable`]. That Z is zero is an answer.
/// # Accuracy
/// [`Elimination::singles`].
pub fn solve_factors(
    graph: &FactorGraph,
    marginals: bool,
    pairs: Option<&[(usize, usize)]>,
    limits: &Limits,
) -> Result<FactorResult, ExactError> {
    let ready = Elimination::of_graph(graph);
    let n = ready.variables();
    let mut result = FactorResult {
        log_z: None,
        marginal: None,
        pair: None,
        method: Method::Elimination,
    };
    if !marginals && pairs.is_none() {
        result.log_z = ready.log_z(limits)?;
        return Ok(result);
    }
    let pairs = pairs.unwrap_or_default();
    check_pairs(pairs, n)?;
    let joint = if all_of(pairs, n) {
        ready.joint_of_all(limits)
    } else {
        ready.joint_of_pairs(pairs, limits)
    };
    match joint {
        Ok(joint) => {
            result.log_z = Some(joint.log_z);
            result.marginal = marginals.then_some(joint.singles);
            let listed = pairs.iter().zip(joint.pairs);
            result.pair = Some(
                listed
                    .map(|(&(i, j), joint)| PairMarginal { i, j, joint })
                    .collect(),
            );
            Ok(result)
        }
        Err(ExactError::ZeroPartition) => Ok(result),
        Err(other) => Err(other),
    }
}

/// What [`solve_factors`] costs.
///
/// # Errors
/// [`ExactError::NoSuchVariable`].
pub fn plan_factors(
    graph: &FactorGraph,
    marginals: bool,
    pairs: Option<&[(usize, usize)]>,
    limits: &Limits,
) -> Result<Plan, ExactError> {
    let ready = Elimination::of_graph(graph);
    let pairs = match pairs {
        None if !marginals => return Ok(ready.plan(false)),
        pairs => pairs.unwrap_or_default(),
    };
    check_pairs(pairs, ready.variables())?;
    let ready = ready.fitting(limits).unwrap_or(ready);
    Ok(if all_of(pairs, ready.variables()) {
        ready.plan_all_pairs()
    } else {
        ready.plan_pairs(pairs)
    })
}

fn check_pairs(pairs: &[(usize, usize)], variables: usize) -> Result<(), ExactError> {
    match pairs.iter().find(|(i, j)| *i.max(j) >= variables) {
        Some(&(i, j)) => Err(ExactError::NoSuchVariable {
            variable: i.max(j),
            variables,
        }),
        None => Ok(()),
    }
}

/// Whether so many pairs are all there are. All at once would join all variables; held one after another they
/// do not.
fn all_of(pairs: &[(usize, usize)], variables: usize) -> bool {
    pairs.len() == variables * variables.saturating_sub(1) / 2 && variables > 3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Factor;

    #[test]
    fn a_partition_function_of_zero_is_an_answer() {
        let factor = |values: &[f64]| Factor {
            scope: vec![0],
            values: values.to_vec(),
        };
        let graph =
            FactorGraph::new(vec![2, 2], vec![factor(&[1.0, 0.0]), factor(&[0.0, 1.0])]).unwrap();
        for marginals in [false, true] {
            let result = solve_factors(&graph, marginals, None, &Limits::default()).unwrap();
            assert_eq!((result.log_z, result.marginal), (None, None));
        }
    }
}
