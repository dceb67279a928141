//! What is asked of a factor graph, and of the pairs of a model that share a term.

use super::elimination::Elimination;
use super::select::{SEARCH_SECONDS, plan_planar_edges, planar_edges};
use super::{
    ExactError, ExactResult, Limits, Method, Plan, Quantity, Strip, StripTask, Want, enumerate,
    plan_enumeration,
};
use crate::model::{FactorGraph, SpinHamiltonian};
use crate::numeric::Enclosure;
use std::collections::{BTreeMap, BTreeSet};

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

/// What [`solve_edges`] returns.
#[derive(Clone, Debug, PartialEq)]
pub struct EdgeResult {
    /// `ln Z` and all means.
    pub result: ExactResult,
    /// `(i, j, ⟨s_i s_j⟩)` of the pairs that were asked for.
    pub edge: Vec<(usize, usize, Enclosure)>,
}

/// An engine that gives the correlators of pairs.
enum EdgeEngine {
    Enumeration,
    Elimination(Elimination),
    Transfer(Strip),
}

/// The engines for all means and some pairs, cheapest first. The transfer matrix is among them if all pairs share
/// a term, although it refuses a bond that its lattice has not.
fn edge_engines(
    model: &SpinHamiltonian,
    pairs: &[(usize, usize)],
    limits: &Limits,
) -> Vec<(Plan, EdgeEngine)> {
    let mut found = vec![(plan_enumeration(model, Want::ALL), EdgeEngine::Enumeration)];
    let bonds = pairs_in_terms(model);
    let bond = |&(i, j): &(usize, usize)| bonds.binary_search(&(i.min(j), i.max(j))).is_ok();
    if pairs.iter().all(bond)
        && let Some(strip) = Strip::recognise(model)
    {
        let plan = strip.plan(StripTask::Marginals);
        found.push((plan, EdgeEngine::Transfer(strip)));
    }
    let search = SEARCH_SECONDS * model.spins() as f64;
    if found.iter().all(|(plan, _)| plan.seconds > search)
        && let Ok(ready) = Elimination::of_spins(model)
    {
        let ready = ready.fitting(limits).unwrap_or(ready);
        found.push((ready.plan_pairs(pairs), EdgeEngine::Elimination(ready)));
    }
    found.sort_by(|a, b| a.0.seconds.total_cmp(&b.0.seconds));
    found
}

/// What [`solve_edges`] costs by each engine that applies, in the order in which they are tried: cheapest
/// first, the planar one last.
pub fn plan_edges(model: &SpinHamiltonian, pairs: &[(usize, usize)]) -> Vec<Plan> {
    plan_edges_within(model, pairs, &Limits::NONE)
}

/// The same where memory is limited: elimination then makes its messages again more often rather than refuse.
pub fn plan_edges_within(
    model: &SpinHamiltonian,
    pairs: &[(usize, usize)],
    limits: &Limits,
) -> Vec<Plan> {
    edge_engines(model, pairs, limits)
        .into_iter()
        .map(|(plan, _)| plan)
        .chain(plan_planar_edges(model, pairs))
        .collect()
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

/// `ln Z`, all means and the correlators of some pairs of different spins, by the engine that is predicted to be
/// fastest within the limits; where all are over the limits, those of a planar model without a field by the planar
/// engine.
///
/// # Errors
/// As [`crate::exact::solve`].
/// # Accuracy
/// Tests `edges_are_those_among_all_pairs` and `engines_agree_on_edges`.
pub fn solve_edges(
    model: &SpinHamiltonian,
    pairs: &[(usize, usize)],
    limits: &Limits,
) -> Result<EdgeResult, ExactError> {
    let engines = edge_engines(model, pairs, limits);
    let mut refusal = None;
    for (plan, engine) in &engines {
        if limits.exceeded_by(plan).is_none() {
            match edges_by(model, pairs, engine, limits) {
                Ok(found) => return bounded(found),
                Err(error) => refusal = refusal.or(Some(error)),
            }
        }
    }
    if let Some(error) = refusal {
        return Err(error);
    }
    if let Ok(planar) = planar_edges(model, pairs, limits) {
        return bounded(planar);
    }
    // Enumeration also says what size would fit.
    match engines.first() {
        Some((_, EdgeEngine::Elimination(ready))) => edges_by_elimination(pairs, ready, limits),
        Some((plan, EdgeEngine::Transfer(_))) => Err(ExactError::TooLarge {
            plan: *plan,
            exceeded: limits.exceeded_by(plan).unwrap_or(Quantity::Seconds),
            largest: None,
            size_unit: "",
        }),
        _ => edges_by(model, pairs, &EdgeEngine::Enumeration, limits),
    }
}

/// The result, unless a number of it has no bound.
fn bounded(found: EdgeResult) -> Result<EdgeResult, ExactError> {
    let result = found.result.bounded()?;
    if found.edge.iter().all(|e| e.2.width().is_finite()) {
        let edge = found.edge;
        return Ok(EdgeResult { result, edge });
    }
    Err(ExactError::Unbounded {
        method: result.method,
        what: "a correlator",
    })
}

/// Correlators as an engine gives them, within their range.
fn within(e: Enclosure) -> Enclosure {
    Enclosure::new(e.lo().clamp(-1.0, 1.0), e.hi().clamp(-1.0, 1.0))
}

fn edges_by_elimination(
    pairs: &[(usize, usize)],
    ready: &Elimination,
    limits: &Limits,
) -> Result<EdgeResult, ExactError> {
    let joint = ready.joint_of_pairs(pairs, limits)?;
    let mean = joint.singles.iter().map(|p| within(p[1] - p[0])).collect();
    let correlator = |p: &[Enclosure]| within((p[0] + p[3]) - (p[1] + p[2]));
    Ok(EdgeResult {
        result: ExactResult {
            log_z: joint.log_z,
            mean: Some(mean),
            pair: None,
            method: Method::Elimination,
        },
        edge: pairs
            .iter()
            .zip(&joint.pairs)
            .map(|(&(i, j), p)| (i, j, correlator(p)))
            .collect(),
    })
}

fn edges_by(
    model: &SpinHamiltonian,
    pairs: &[(usize, usize)],
    engine: &EdgeEngine,
    limits: &Limits,
) -> Result<EdgeResult, ExactError> {
    match engine {
        EdgeEngine::Elimination(ready) => edges_by_elimination(pairs, ready, limits),
        EdgeEngine::Transfer(strip) => {
            let found = strip.marginals(limits)?;
            let bonds: BTreeMap<(usize, usize), Enclosure> = found
                .bonds
                .iter()
                .map(|&(i, j, c)| ((i.min(j), i.max(j)), c))
                .collect();
            let edge = pairs
                .iter()
                .map(|&(i, j)| Some((i, j, within(*bonds.get(&(i.min(j), i.max(j)))?))))
                .collect::<Option<Vec<_>>>();
            Ok(EdgeResult {
                result: ExactResult {
                    log_z: found.log_z,
                    mean: Some(found.means),
                    pair: None,
                    method: Method::TransferMatrix,
                },
                edge: edge.ok_or(ExactError::DoesNotApply {
                    method: Method::TransferMatrix,
                    reason: "a pair is no bond of the lattice".into(),
                })?,
            })
        }
        EdgeEngine::Enumeration => {
            let mut result = enumerate(model, Want::ALL, limits)?;
            let table = result.pair.take();
            let get = |i, j| table.as_ref().map_or(Enclosure::UNBOUNDED, |t| t.get(i, j));
            let edge = pairs.iter().map(|&(i, j)| (i, j, get(i, j))).collect();
            Ok(EdgeResult { result, edge })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::eliminate;
    use super::*;
    use crate::model::{Factor, Lattice, LatticeModel};
    use crate::random::Seed;

    #[test]
    fn edges_are_those_among_all_pairs() {
        for (seed, lattice, method) in [
            (0, Lattice::torus(3, 4), None),
            (1, Lattice::open(2, 20), Some(Method::Elimination)),
            (2, Lattice::open(2, 20), Some(Method::Elimination)),
        ] {
            let model = LatticeModel {
                lattice,
                coupling: 0.7,
                field: 0.2,
                disorder: crate::model::Disorder::Gaussian,
                seed: Seed(seed),
            }
            .hamiltonian()
            .unwrap();
            let pairs = pairs_in_terms(&model);
            assert_eq!(pairs.len(), lattice.bonds().len());
            let limits = Limits::default();
            let ready = Elimination::of_spins(&model).unwrap();
            let joint = ready.joint_of_pairs(&pairs, &limits).unwrap();
            let found = solve_edges(&model, &pairs, &limits).unwrap();
            // Where all states are too many, by holding one spin after another.
            let truth = if method.is_some() {
                eliminate(&model, Want::ALL, &limits).unwrap()
            } else {
                enumerate(&model, Want::ALL, &limits).unwrap()
            };
            let table = truth.pair.unwrap();
            for (k, &(i, j, c)) in found.edge.iter().enumerate() {
                let p = &joint.pairs[k];
                let other = (p[0] + p[3]) - (p[1] + p[2]);
                assert!(c.overlaps(table.get(i, j)) && other.overlaps(table.get(i, j)));
                assert!(c.width() < 1e-12 && other.width() < 1e-12);
            }
            for (a, b) in found.result.mean.unwrap().iter().zip(truth.mean.unwrap()) {
                assert!(a.overlaps(b));
            }
        }
    }

    #[test]
    fn engines_agree_on_edges() {
        let mut engines_seen = BTreeSet::new();
        for (seed, lattice) in [
            (0, Lattice::torus(3, 4)),
            (1, Lattice::open(4, 5)),
            (2, Lattice::torus(4, 4)),
        ] {
            let model = LatticeModel {
                lattice,
                coupling: 0.6,
                field: 0.3,
                disorder: crate::model::Disorder::Gaussian,
                seed: Seed(seed),
            }
            .hamiltonian()
            .unwrap();
            let pairs = pairs_in_terms(&model);
            let mut engines = edge_engines(&model, &pairs, &Limits::NONE);
            let ready = Elimination::of_spins(&model).unwrap();
            engines.push((ready.plan_pairs(&pairs), EdgeEngine::Elimination(ready)));
            let limits = Limits::NONE;
            let all: Vec<EdgeResult> = engines
                .iter()
                .map(|(_, engine)| edges_by(&model, &pairs, engine, &limits).unwrap())
                .collect();
            for found in &all {
                engines_seen.insert(found.result.method.to_string());
                assert!(found.result.log_z.overlaps(all[0].result.log_z));
                let (a, b) = (&found.result.mean, &all[0].result.mean);
                let (a, b) = (a.as_ref().unwrap(), b.as_ref().unwrap());
                assert!(a.iter().zip(b).all(|(a, b)| a.overlaps(*b)));
                for (a, b) in found.edge.iter().zip(&all[0].edge) {
                    assert!((a.0, a.1) == (b.0, b.1) && a.2.overlaps(b.2), "{a:?} {b:?}");
                    assert!(a.2.width() < 1e-12);
                }
            }
        }
        assert_eq!(engines_seen.len(), 3);
    }

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
