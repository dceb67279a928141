//! All means and the correlators of some pairs of spins, such as those that share a term: less work than all pairs.

use super::select::{
    Candidate, Engine, SEARCH_SECONDS, does_not_apply, even_result, fitting, hopeless_elimination,
    of_planar, ordered, prepare, with,
};
use super::{
    Elimination, ExactError, ExactResult, Limits, Method, Plan, Planar, Quantity, Strip, StripTask,
    Want, enumerate, pairs_in_terms, plan_enumeration,
};
use crate::model::SpinHamiltonian;
use crate::numeric::{Enclosure, UnionFind};
use std::collections::BTreeMap;

/// What [`solve_edges`] returns.
#[derive(Clone, Debug, PartialEq)]
pub struct EdgeResult {
    /// `ln Z` and all means.
    pub result: ExactResult,
    /// `(i, j, ⟨s_i s_j⟩)` of the pairs that were asked for.
    pub edge: Vec<(usize, usize, Enclosure)>,
}

/// Whether all pairs are bonds of a planar model.
fn are_bonds(ready: &Planar, pairs: &[(usize, usize)]) -> bool {
    let joined = ready.bonds();
    pairs.iter().all(|pair| joined.contains(&ordered(pair)))
}

/// One engine made ready for `ln Z`, all means and some pairs.
fn prepare_edges(
    model: &SpinHamiltonian,
    pairs: &[(usize, usize)],
    method: Method,
    limits: &Limits,
) -> Result<Candidate, ExactError> {
    let ready = prepare(model, Want::MEANS, method)?;
    let mut ready = fitting(ready, Want::MEANS, limits);
    ready.plan = match &ready.engine {
        Engine::Enumeration => plan_enumeration(model, Want::ALL),
        Engine::Elimination(ready) => {
            // Where most pairs are far apart, one spin held after another gives all of them sooner.
            let (some, all) = (ready.plan_pairs(pairs), ready.plan_spins(Want::ALL));
            let fits = |plan| limits.exceeded_by(plan).is_none();
            if all.seconds < some.seconds && (fits(&all) || !fits(&some)) {
                all
            } else {
                some
            }
        }
        Engine::Transfer(strip) => {
            let bonds = pairs_in_terms(model);
            let is_bond = |pair| bonds.binary_search(&ordered(pair)).is_ok();
            if pairs.iter().all(is_bond) {
                strip.plan(StripTask::Marginals)
            } else {
                strip.plan_solve(Want::ALL)
            }
        }
        Engine::Planar(planar) => {
            let part = if are_bonds(planar, pairs) {
                planar.plan_bonds()
            } else {
                planar.plan_pairs(pairs.len())
            };
            with(ready.plan, part.map_err(|e| does_not_apply(method, &e))?)
        }
        // They say why they have no pairs at all.
        Engine::Kaufman(_) | Engine::PlanarTorus(_) => {
            return prepare(model, Want::ALL, method);
        }
    };
    Ok(ready)
}

/// The engines for all means and some pairs, in the order in which they are tried: cheapest first, and at the end
/// the planar one, made ready only when its turn comes. The search for an order of elimination is left out if it
/// alone would take longer than another engine.
fn candidates(
    model: &SpinHamiltonian,
    pairs: &[(usize, usize)],
    limits: &Limits,
) -> impl Iterator<Item = Candidate> {
    let ready = |method| prepare_edges(model, pairs, method, limits);
    let mut found: Vec<Candidate> = [Method::Enumeration, Method::TransferMatrix]
        .into_iter()
        .filter_map(|method| ready(method).ok())
        .collect();
    let search = SEARCH_SECONDS * model.spins() as f64;
    if found.iter().all(|c| c.plan.seconds > search) && hopeless_elimination(model).is_none() {
        found.extend(ready(Method::Elimination));
    }
    found.sort_by(|a, b| a.plan.seconds.total_cmp(&b.plan.seconds));
    let planar = std::iter::once_with(move || ready(Method::Planar).ok());
    found.into_iter().chain(planar.flatten())
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
    let [joined, _] = by_components(model, pairs);
    let found = candidates(model, &joined, limits);
    found.map(|c| c.plan).collect()
}

/// What [`solve_edges_by`] costs.
///
/// # Errors
/// [`ExactError::DoesNotApply`] with the reason, and the engine's own.
pub fn plan_edges_by(
    model: &SpinHamiltonian,
    pairs: &[(usize, usize)],
    method: Method,
    limits: &Limits,
) -> Result<Plan, ExactError> {
    let [joined, _] = by_components(model, pairs);
    Ok(prepare_edges(model, &joined, method, limits)?.plan)
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
    let [joined, apart] = by_components(model, pairs);
    if !apart.is_empty() {
        return Ok(with_products(solve_edges(model, &joined, limits)?, pairs));
    }
    let (mut cheapest, mut refusal) = (None::<Plan>, None);
    for candidate in candidates(model, pairs, limits) {
        if cheapest.is_none_or(|plan| candidate.plan.seconds < plan.seconds) {
            cheapest = Some(candidate.plan);
        }
        if limits.exceeded_by(&candidate.plan).is_none() {
            // What an engine refuses after all, for its numbers, another one may do.
            match edges_by(model, pairs, &candidate, limits) {
                Ok(found) => return Ok(found),
                Err(error) => refusal = refusal.or(Some(error)),
            }
        }
    }
    if let Some(error) = refusal {
        return Err(error);
    }
    match cheapest {
        // Enumeration also says what size would fit.
        Some(plan) if plan.method != Method::Enumeration => Err(ExactError::TooLarge {
            exceeded: limits.exceeded_by(&plan).unwrap_or(Quantity::Seconds),
            plan,
            largest: None,
            size_unit: "",
        }),
        _ => by_enumeration(model, pairs, limits),
    }
}

/// The same by the engine that is named.
///
/// # Errors
/// As [`crate::exact::solve_by`].
/// # Accuracy
/// Test `engines_agree_on_edges`.
pub fn solve_edges_by(
    model: &SpinHamiltonian,
    pairs: &[(usize, usize)],
    method: Method,
    limits: &Limits,
) -> Result<EdgeResult, ExactError> {
    let [joined, _] = by_components(model, pairs);
    let ready = prepare_edges(model, &joined, method, limits)?;
    Ok(with_products(
        edges_by(model, &joined, &ready, limits)?,
        pairs,
    ))
}

/// The pairs that some terms join, and those that none do, whose spins are independent: a term of strength zero joins
/// nothing.
fn by_components(model: &SpinHamiltonian, pairs: &[(usize, usize)]) -> [Vec<(usize, usize)>; 2] {
    let mut sets = UnionFind::default();
    sets.reset(model.spins());
    for term in model.terms().iter().filter(|t| t.coupling != 0.0) {
        for pair in term.sites.windows(2) {
            sets.union(pair[0] as u32, pair[1] as u32);
        }
    }
    let mut set = |i: usize| sets.find(i as u32);
    // What is no spin is left to the engines, which say so.
    let n = model.spins();
    let (joined, apart) = pairs
        .iter()
        .partition(|&&(i, j)| i.max(j) >= n || set(i) == set(j));
    [joined, apart]
}

/// All pairs, when those that are missing are of independent spins.
fn with_products(mut found: EdgeResult, pairs: &[(usize, usize)]) -> EdgeResult {
    let mean = found.result.mean.as_deref().unwrap_or_default();
    let product = |&(i, j): &(usize, usize)| (i, j, within(mean[i] * mean[j]));
    let mut joined = found.edge.iter().peekable();
    let edge = pairs
        .iter()
        .map(|pair| {
            let known = joined.next_if(|e| (e.0, e.1) == *pair);
            known.copied().unwrap_or_else(|| product(pair))
        })
        .collect();
    found.edge = edge;
    found
}

/// What an engine gives, unless a number of it has no bound.
fn edges_by(
    model: &SpinHamiltonian,
    pairs: &[(usize, usize)],
    candidate: &Candidate,
    limits: &Limits,
) -> Result<EdgeResult, ExactError> {
    let method = candidate.plan.method;
    let found = match &candidate.engine {
        Engine::Enumeration => by_enumeration(model, pairs, limits)?,
        Engine::Elimination(ready) if candidate.plan == ready.plan_spins(Want::ALL) => {
            among_all(ready.spins(Want::ALL, limits)?, pairs)
        }
        Engine::Elimination(ready) => by_elimination(pairs, ready, limits)?,
        Engine::Transfer(strip) => by_transfer(pairs, strip, limits)?,
        Engine::Planar(ready) => {
            limits.admit(candidate.plan)?;
            by_planar(model, pairs, ready, limits)?
        }
        Engine::Kaufman(_) | Engine::PlanarTorus(_) => {
            return Err(does_not_apply(
                method,
                &"it gives ln Z, not the correlators of pairs",
            ));
        }
    };
    let result = found.result.bounded()?;
    if found.edge.iter().all(|e| e.2.width().is_finite()) {
        let edge = found.edge;
        return Ok(EdgeResult { result, edge });
    }
    Err(ExactError::Unbounded {
        method,
        what: "a correlator",
    })
}

/// Correlators as an engine gives them, within their range.
fn within(e: Enclosure) -> Enclosure {
    Enclosure::new(e.lo().clamp(-1.0, 1.0), e.hi().clamp(-1.0, 1.0))
}

/// Some of all pairs.
fn among_all(mut result: ExactResult, pairs: &[(usize, usize)]) -> EdgeResult {
    let table = result.pair.take();
    let get = |i, j| table.as_ref().map_or(Enclosure::UNBOUNDED, |t| t.get(i, j));
    let edge = pairs.iter().map(|&(i, j)| (i, j, get(i, j))).collect();
    EdgeResult { result, edge }
}

fn by_enumeration(
    model: &SpinHamiltonian,
    pairs: &[(usize, usize)],
    limits: &Limits,
) -> Result<EdgeResult, ExactError> {
    Ok(among_all(enumerate(model, Want::ALL, limits)?, pairs))
}

fn by_elimination(
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

fn by_transfer(
    pairs: &[(usize, usize)],
    strip: &Strip,
    limits: &Limits,
) -> Result<EdgeResult, ExactError> {
    let found = strip.marginals(limits)?;
    let bonds: BTreeMap<(usize, usize), Enclosure> = found
        .bonds
        .iter()
        .map(|&(i, j, c)| (ordered(&(i, j)), c))
        .collect();
    let edge = pairs
        .iter()
        .map(|pair| Some((pair.0, pair.1, within(*bonds.get(&ordered(pair))?))))
        .collect::<Option<Vec<_>>>();
    let Some(edge) = edge else {
        // A pair is no bond of the lattice, though it may share a term of strength zero.
        return Ok(among_all(strip.solve(Want::ALL, limits)?, pairs));
    };
    Ok(EdgeResult {
        result: ExactResult {
            log_z: found.log_z,
            mean: Some(found.means),
            pair: None,
            method: Method::TransferMatrix,
        },
        edge,
    })
}

/// All bonds at once if the pairs are bonds.
fn by_planar(
    model: &SpinHamiltonian,
    pairs: &[(usize, usize)],
    ready: &Planar,
    limits: &Limits,
) -> Result<EdgeResult, ExactError> {
    let log_z = ready.log_z(limits).map_err(of_planar)?;
    let result = even_result(model.spins(), log_z, Want::MEANS, Method::Planar);
    let edge = if are_bonds(ready, pairs) {
        let bonds = ready.bond_correlators(limits).map_err(of_planar)?;
        let value = |pair: &(usize, usize)| {
            let at = bonds.binary_search_by_key(&ordered(pair), |b| (b.0, b.1));
            at.map_or(Enclosure::UNBOUNDED, |k| bonds[k].2)
        };
        pairs.iter().map(|p| (p.0, p.1, value(p))).collect()
    } else {
        let values = ready.pair_correlators(pairs, limits).map_err(of_planar)?;
        pairs
            .iter()
            .zip(values)
            .map(|(p, v)| (p.0, p.1, v))
            .collect()
    };
    Ok(EdgeResult { result, edge })
}

#[cfg(test)]
mod tests {
    use super::super::eliminate;
    use super::*;
    use crate::model::{Lattice, LatticeModel};
    use crate::random::Seed;
    use std::collections::BTreeSet;

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
    fn bonds_of_strength_zero_cost_little_more_than_others() {
        let mut stream = Seed(3).stream("diluted", 0);
        let lattice = Lattice::open(4, 5);
        for kept in [0, 3, 6, 8] {
            let mut terms = lattice.ising(0.7, 0.3).unwrap().terms().to_vec();
            for term in terms.iter_mut().filter(|t| t.sites.len() == 2) {
                let coupling = 0.7 * stream.normal();
                term.coupling = if stream.index(10) < kept {
                    coupling
                } else {
                    0.0
                };
            }
            let model = SpinHamiltonian::new(20, terms).unwrap();
            let pairs = pairs_in_terms(&model);
            assert_eq!(pairs.len(), lattice.bonds().len());
            let truth = enumerate(&model, Want::ALL, &Limits::NONE).unwrap();
            let table = truth.pair.unwrap();
            for method in [
                None,
                Some(Method::Elimination),
                Some(Method::TransferMatrix),
            ] {
                let found = match method {
                    None => solve_edges(&model, &pairs, &Limits::NONE),
                    Some(method) => solve_edges_by(&model, &pairs, method, &Limits::NONE),
                };
                let edge = found.unwrap().edge;
                assert_eq!(edge.len(), pairs.len());
                for (&(i, j, c), pair) in edge.iter().zip(&pairs) {
                    assert_eq!((i, j), *pair);
                    assert!(c.overlaps(table.get(i, j)) && c.width() < 1e-12);
                }
            }
        }
        // Large ones, in which nearly all, some or no bonds are there.
        for kept in [0, 5, 9] {
            let mut terms = Lattice::open(14, 14)
                .ising(0.7, 0.3)
                .unwrap()
                .terms()
                .to_vec();
            for term in terms.iter_mut().filter(|t| t.sites.len() == 2) {
                if stream.index(10) >= kept {
                    term.coupling = 0.0;
                }
            }
            let model = SpinHamiltonian::new(196, terms).unwrap();
            let plan = plan_edges_by(
                &model,
                &pairs_in_terms(&model),
                Method::Elimination,
                &Limits::NONE,
            );
            // With all bonds there: 14·14·2¹⁵ steps, three times.
            let plan = plan.unwrap();
            assert!(plan.states < 3e7, "{kept} {plan:?}");
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
            let all: Vec<EdgeResult> = [
                Method::Enumeration,
                Method::Elimination,
                Method::TransferMatrix,
            ]
            .map(|method| solve_edges_by(&model, &pairs, method, &Limits::NONE).unwrap())
            .into();
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
}
