//! Which engine: the costs of all that apply, and the cheapest one's answer.

use super::elimination::Elimination;
use super::{
    EdgeResult, ExactError, ExactResult, Limits, Method, Plan, Planar, PlanarError, Quantity,
    Strip, Want, enumerate, kaufman, plan_enumeration, plan_kaufman, plan_planar_torus,
    planar_torus,
};
use crate::model::SpinHamiltonian;
use crate::numeric::Enclosure;
use num_traits::Zero;

/// An enumeration below this is started without looking for another engine.
const QUICK_SECONDS: f64 = 2e-4;
/// Seconds that the search for an order of elimination takes for each spin, at the least.
pub(super) const SEARCH_SECONDS: f64 = 1e-5;
/// Seconds for each pair of spins on a large square lattice, where the search is dear: 2.6 s at 64 × 64.
const LATTICE_SEARCH_SECONDS: f64 = 1.5e-7;

/// An engine made ready for a model.
enum Engine {
    Enumeration,
    Elimination(Elimination),
    Transfer(Strip),
    Kaufman(HomogeneousTorus),
    Planar(Planar),
    PlanarTorus(BondTorus),
}

/// An engine and what it will cost.
struct Candidate {
    plan: Plan,
    engine: Engine,
}

/// The bonds of a torus without fields, its sites row by row; sides of at least three.
#[derive(Clone, Debug, PartialEq)]
struct BondTorus {
    rows: usize,
    columns: usize,
    /// In the order of [`crate::model::Lattice::bonds`].
    couplings: Vec<f64>,
    constant: Enclosure,
}

impl BondTorus {
    /// The torus that a Hamiltonian is; `O(N)`.
    fn recognise(model: &SpinHamiltonian) -> Option<Self> {
        let n = model.spins();
        let mut constant = Enclosure::zero();
        let mut pairs = Vec::new();
        for term in model.terms() {
            match *term.sites.as_slice() {
                [] => constant = constant + Enclosure::exact(term.coupling),
                [i, j] => pairs.push((i.min(j), i.max(j), term.coupling)),
                _ => return None,
            }
        }
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
            // A bond written twice would have to be added up with rounding; other engines do.
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
}

/// Whether no term tells a state from its reflection: all means are zero.
pub(super) fn is_even(model: &SpinHamiltonian) -> bool {
    model
        .terms()
        .iter()
        .all(|t| t.sites.len().is_multiple_of(2) || t.coupling == 0.0)
}

/// `ln Z` with the means that symmetry gives.
fn even_result(
    model: &SpinHamiltonian,
    log_z: Enclosure,
    want: Want,
    method: Method,
) -> ExactResult {
    ExactResult {
        log_z,
        mean: want.means.then(|| vec![Enclosure::zero(); model.spins()]),
        pair: None,
        method,
    }
}

/// A refusal of the planar engine.
fn of_planar(error: PlanarError) -> ExactError {
    match error {
        PlanarError::Exact(error) => error,
        other => does_not_apply(Method::Planar, &other),
    }
}

fn does_not_apply(method: Method, reason: &impl ToString) -> ExactError {
    ExactError::DoesNotApply {
        method,
        reason: reason.to_string(),
    }
}

/// Makes one engine ready.
fn prepare(model: &SpinHamiltonian, want: Want, method: Method) -> Result<Candidate, ExactError> {
    let unfit = |reason: &str| Err(does_not_apply(method, &reason));
    Ok(match method {
        Method::Enumeration => Candidate {
            plan: plan_enumeration(model, want),
            engine: Engine::Enumeration,
        },
        Method::Elimination => {
            let ready = Elimination::of_spins(model)?;
            Candidate {
                plan: ready.plan_spins(want),
                engine: Engine::Elimination(ready),
            }
        }
        Method::TransferMatrix => {
            let Some(strip) = Strip::recognise(model) else {
                return unfit(
                    "the model is no strip of a square lattice up to 20 sites wide, its sites row by row",
                );
            };
            Candidate {
                plan: strip.plan_solve(want),
                engine: Engine::Transfer(strip),
            }
        }
        Method::Kaufman => {
            if want.pairs {
                return unfit("it gives ln Z, not the correlators of pairs");
            }
            let Some(torus) = HomogeneousTorus::recognise(model) else {
                return unfit(
                    "the model is no homogeneous torus without a field, its sites row by row",
                );
            };
            Candidate {
                plan: plan_kaufman(torus.rows, torus.columns),
                engine: Engine::Kaufman(torus),
            }
        }
        Method::Planar => {
            if want.pairs {
                return unfit("it gives the correlators of bonds, not of all pairs");
            }
            if let Some(torus) = BondTorus::recognise(model) {
                return Ok(Candidate {
                    plan: plan_planar_torus(torus.rows, torus.columns, &torus.couplings)
                        .map_err(|e| does_not_apply(method, &e))?,
                    engine: Engine::PlanarTorus(torus),
                });
            }
            let ready = Planar::of_spins(model).map_err(|e| does_not_apply(method, &e))?;
            Candidate {
                plan: ready.plan().map_err(|e| does_not_apply(method, &e))?,
                engine: Engine::Planar(ready),
            }
        }
        Method::LayerSum => return unfit("it takes a Boltzmann machine"),
    })
}

fn run(
    model: &SpinHamiltonian,
    want: Want,
    candidate: &Candidate,
    limits: &Limits,
) -> Result<ExactResult, ExactError> {
    let method = candidate.plan.method;
    match &candidate.engine {
        Engine::Enumeration => enumerate(model, want, limits),
        Engine::Elimination(ready) => ready.spins(want, limits),
        Engine::Transfer(strip) => strip.solve(want, limits),
        Engine::Kaufman(t) => {
            let found = kaufman(t.rows, t.columns, t.horizontal, t.vertical)
                .map_err(|e| does_not_apply(method, &e))?;
            Ok(even_result(model, found.log_z + t.constant, want, method))
        }
        Engine::Planar(ready) => {
            let log_z = ready.log_z(limits).map_err(of_planar)?;
            Ok(even_result(model, log_z, want, method))
        }
        Engine::PlanarTorus(t) => {
            let log_z = planar_torus(t.rows, t.columns, &t.couplings, limits).map_err(of_planar)?;
            Ok(even_result(model, log_z + t.constant, want, method))
        }
    }
}

/// The engines that apply, cheapest first; the search for an order of elimination is left out if it alone
/// would take longer than another engine within the limits.
fn candidates(model: &SpinHamiltonian, want: Want, limits: &Limits) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = [Method::Enumeration, Method::Kaufman, Method::TransferMatrix]
        .into_iter()
        .filter_map(|method| prepare(model, want, method).ok())
        .collect();
    let best = |found: &[Candidate]| {
        found
            .iter()
            .filter(|c| limits.exceeded_by(&c.plan).is_none())
            .map(|c| c.plan.seconds)
            .fold(f64::INFINITY, f64::min)
    };
    let search = SEARCH_SECONDS * model.spins() as f64;
    if is_even(model) && best(&found) > search {
        found.extend(prepare(model, want, Method::Planar));
    }
    // A planar model that is done sooner than a lattice is searched needs no other engine.
    let planar = best(&found);
    if planar < LATTICE_SEARCH_SECONDS * (model.spins() as f64).powi(2)
        && found.iter().any(|c| c.plan.method == Method::Planar)
    {
        found.sort_by(|a, b| a.plan.seconds.total_cmp(&b.plan.seconds));
        return found;
    }
    let within = limits.max_seconds >= search && limits.max_bytes >= 1e3 * model.spins() as f64;
    if within && best(&found) > search {
        found.extend(prepare(model, want, Method::Elimination));
    }
    found.sort_by(|a, b| a.plan.seconds.total_cmp(&b.plan.seconds));
    found
}

/// The costs of all engines that apply to the model, cheapest first.
///
/// An engine applies if it could answer given enough time and memory; whether a plan is within limits
/// is decided by [`solve`]. Engines that refuse the model for its form or its numbers are left out.
pub fn plan_all(model: &SpinHamiltonian, want: Want) -> Vec<Plan> {
    let mut plans: Vec<Plan> = [
        Method::Enumeration,
        Method::Kaufman,
        Method::TransferMatrix,
        Method::Planar,
        Method::Elimination,
    ]
    .into_iter()
    .filter_map(|method| Some(prepare(model, want, method).ok()?.plan))
    .collect();
    plans.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    plans
}

/// The cost of one engine.
///
/// # Errors
/// [`ExactError::DoesNotApply`] with the reason, and the engine's own.
pub fn plan_by(model: &SpinHamiltonian, want: Want, method: Method) -> Result<Plan, ExactError> {
    Ok(prepare(model, want, method)?.plan)
}

/// `ln Z`, means and pairs by the engine that is predicted to be fastest within the limits.
///
/// # Errors
/// [`ExactError::TooLarge`] with the cheapest plan if none is within the limits, and the engines' own.
/// # Accuracy
/// That of the engine chosen; [`ExactResult::method`] names it.
///
/// ```
/// use blockspin::exact::{Limits, Method, Want, solve};
/// use blockspin::model::Lattice;
/// let strip = Lattice::open(60, 8).ising(0.4, 0.1).unwrap();
/// let result = solve(&strip, Want::MEANS, &Limits::default()).unwrap();
/// assert!(result.log_z.width() < 1e-9);
/// let torus = Lattice::torus(64, 64).ising(0.44, 0.0).unwrap();
/// let result = solve(&torus, Want::LOG_Z, &Limits::default()).unwrap();
/// assert_eq!(result.method, Method::Kaufman);
/// ```
pub fn solve(
    model: &SpinHamiltonian,
    want: Want,
    limits: &Limits,
) -> Result<ExactResult, ExactError> {
    let by_states = plan_enumeration(model, want);
    if by_states.seconds <= QUICK_SECONDS && limits.exceeded_by(&by_states).is_none() {
        return enumerate(model, want, limits);
    }
    let candidates = candidates(model, want, limits);
    let mut refusal = None;
    for candidate in &candidates {
        if limits.exceeded_by(&candidate.plan).is_some() {
            continue;
        }
        // What an engine refuses after all, for its numbers, another one may do.
        match run(model, want, candidate, limits) {
            Ok(result) => return Ok(result),
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    if let Some(error) = refusal {
        return Err(error);
    }
    match candidates.first().map(|c| c.plan) {
        // Enumeration also says what size would fit.
        Some(plan) if plan.method != Method::Enumeration => Err(ExactError::TooLarge {
            exceeded: limits.exceeded_by(&plan).unwrap_or(Quantity::Seconds),
            plan,
            largest: None,
            size_unit: "",
        }),
        _ => enumerate(model, want, limits),
    }
}

/// `ln Z`, means and pairs by the engine that is named.
///
/// # Errors
/// [`ExactError::DoesNotApply`] with the reason, [`ExactError::TooLarge`], and the engine's own.
pub fn solve_by(
    model: &SpinHamiltonian,
    want: Want,
    method: Method,
    limits: &Limits,
) -> Result<ExactResult, ExactError> {
    run(model, want, &prepare(model, want, method)?, limits)
}

/// The correlators of all bonds of a planar model without a field, and `ln Z`.
///
/// # Errors
/// [`ExactError::DoesNotApply`], [`ExactError::TooLarge`].
pub(super) fn planar_edges(
    model: &SpinHamiltonian,
    limits: &Limits,
) -> Result<EdgeResult, ExactError> {
    let method = Method::Planar;
    let candidate = prepare(model, Want::MEANS, method)?;
    let result = run(model, Want::MEANS, &candidate, limits)?;
    let Engine::Planar(ready) = &candidate.engine else {
        return Err(does_not_apply(
            method,
            &"the correlators of bonds are those of planar graphs",
        ));
    };
    let edge = ready.bond_correlators(limits).map_err(of_planar)?;
    Ok(EdgeResult { result, edge })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Lattice, Term};
    use crate::random::Seed;

    fn dense(n: usize) -> SpinHamiltonian {
        let mut stream = Seed(1).stream("select", 0);
        let mut terms = Vec::new();
        for i in 0..n {
            for j in 0..i {
                terms.push(Term {
                    sites: vec![i, j],
                    coupling: 0.1 * stream.normal(),
                });
            }
        }
        SpinHamiltonian::new(n, terms).unwrap()
    }

    #[test]
    fn the_engine_fits_the_model() {
        let limits = Limits::default();
        let result = solve(&dense(18), Want::ALL, &limits).unwrap();
        assert_eq!(result.method, Method::Enumeration);
        let tree = SpinHamiltonian::new(
            200,
            (1..200)
                .map(|i| Term {
                    sites: vec![i, i / 3],
                    coupling: 0.3,
                })
                .chain((0..200).map(|i| Term {
                    sites: vec![i],
                    coupling: 0.1,
                }))
                .collect(),
        )
        .unwrap();
        let result = solve(&tree, Want::MEANS, &limits).unwrap();
        assert_eq!(result.method, Method::Elimination);
        let torus = Lattice::torus(30, 40).ising(0.4, 0.0).unwrap();
        assert_eq!(
            solve(&torus, Want::MEANS, &limits).unwrap().method,
            Method::Kaufman
        );
        let open = Lattice::open(24, 25).ising(0.4, 0.0).unwrap();
        assert_eq!(
            solve(&open, Want::LOG_Z, &limits).unwrap().method,
            Method::Planar
        );
        assert_eq!(
            plan_all(&dense(24), Want::LOG_Z)[0].method,
            Method::Enumeration
        );
    }

    #[test]
    fn every_engine_that_applies_gives_the_same() {
        let limits = Limits::default();
        let mut stream = Seed(7).stream("engines", 0);
        let engines = [
            Method::Enumeration,
            Method::Elimination,
            Method::TransferMatrix,
            Method::Kaufman,
            Method::Planar,
        ];
        for (round, (rows, columns)) in [(3, 4), (4, 4), (3, 5), (4, 3)].into_iter().enumerate() {
            for lattice in [Lattice::torus(rows, columns), Lattice::open(rows, columns)] {
                let (k, h) = (0.7 * stream.normal(), 0.2 * stream.normal());
                let model = lattice
                    .ising(k, if round % 2 == 0 { 0.0 } else { h })
                    .unwrap();
                let all: Vec<ExactResult> = engines
                    .into_iter()
                    .filter_map(|m| solve_by(&model, Want::MEANS, m, &limits).ok())
                    .collect();
                // Three always, without a field the planar one too, and Kaufman's on a torus.
                assert!(all.len() >= if round % 2 == 0 { 4 } else { 3 });
                for pair in all.windows(2) {
                    assert!(pair[0].log_z.overlaps(pair[1].log_z), "{pair:?}");
                    let means = [&pair[0].mean, &pair[1].mean].map(|m| m.as_ref().unwrap());
                    for (a, b) in means[0].iter().zip(means[1]) {
                        assert!(a.overlaps(*b), "{a} {b}");
                    }
                }
                let exact = all[0].log_z;
                let wrong = lattice.ising(k * (1.0 + 1e-9), h).unwrap();
                let wrong = enumerate(&wrong, Want::LOG_Z, &limits).unwrap().log_z;
                assert!(!wrong.overlaps(exact), "the check sees 1e-9 in K");
            }
        }
    }

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
        let cylinder = Lattice::new(
            4,
            6,
            crate::model::Boundary::Open,
            crate::model::Boundary::Periodic,
        );
        let cylinder = cylinder.ising(0.4, 0.0).unwrap();
        assert_eq!(HomogeneousTorus::recognise(&cylinder), None);
    }

    #[test]
    fn a_search_that_takes_too_long_is_not_started() {
        let mut terms = dense(60).terms().to_vec();
        terms.push(Term {
            sites: vec![2_999_999],
            coupling: 0.5,
        });
        let model = SpinHamiltonian::new(3_000_000, terms).unwrap();
        let limits = Limits {
            max_seconds: 1.0,
            ..Limits::default()
        };
        let error = solve(&model, Want::LOG_Z, &limits).unwrap_err();
        assert!(matches!(error, ExactError::TooLarge { .. }), "{error}");
    }

    #[test]
    fn what_no_engine_can_do_is_refused_with_the_cheapest_plan() {
        let error = solve(&dense(70), Want::LOG_Z, &Limits::default()).unwrap_err();
        assert!(matches!(error, ExactError::TooLarge { .. }), "{error}");
        let torus = Lattice::torus(24, 24).ising(0.4, 0.1).unwrap();
        match solve(&torus, Want::LOG_Z, &Limits::default()).unwrap_err() {
            ExactError::TooLarge { plan, .. } => assert_eq!(plan.method, Method::Elimination),
            other => panic!("{other}"),
        }
    }
}
