//! Which engine: the costs of all that apply, and the cheapest one's answer.

use super::bond_torus::{BondTorus, HomogeneousTorus};
use super::elimination::Elimination;
use super::planar::MOST_SITES;
use super::{
    ExactError, ExactResult, Limits, Method, PairTable, Plan, Planar, PlanarError, Quantity, Strip,
    Want, enumerate, plan_enumeration, plan_kaufman, plan_planar_torus, planar_torus,
};
use crate::model::{Boundary, Disorder, LatticeModel, SpinHamiltonian};
use crate::numeric::Enclosure;
use num_traits::Zero;
use std::collections::BTreeSet;

/// An enumeration below this is started without looking for another engine.
const QUICK_SECONDS: f64 = 2e-4;
/// Seconds that the search for an order of elimination takes for each spin, at the least.
pub(super) const SEARCH_SECONDS: f64 = 1e-5;
/// Seconds for each pair of spins on a large square lattice, where the search is dear: 2.6 s at 64 × 64.
const LATTICE_SEARCH_SECONDS: f64 = 1.5e-7;

/// Seconds and bytes for each spin to see that terms are those of a homogeneous torus.
const RECOGNITION_SECONDS: f64 = 6e-8;
const RECOGNITION_BYTES: f64 = 82.0;

/// Seconds from which on a plan does without a search for an order.
const LONGEST_SEARCH: f64 = 20.0;

/// An engine made ready for a model.
pub(super) enum Engine {
    Enumeration,
    Elimination(Elimination),
    Transfer(Strip),
    Kaufman(HomogeneousTorus),
    Planar(Planar),
    PlanarTorus(BondTorus),
}

/// An engine and what it will cost.
pub(super) struct Candidate {
    pub(super) plan: Plan,
    pub(super) engine: Engine,
}

/// Whether no term tells a state from its reflection: all means are zero.
pub(super) fn is_even(model: &SpinHamiltonian) -> bool {
    model
        .terms()
        .iter()
        .all(|t| t.sites.len().is_multiple_of(2) || t.coupling == 0.0)
}

/// `ln Z` with the means that symmetry gives.
pub(super) fn even_result(
    spins: usize,
    log_z: Enclosure,
    want: Want,
    method: Method,
) -> ExactResult {
    ExactResult {
        log_z,
        mean: want.means.then(|| vec![Enclosure::zero(); spins]),
        pair: None,
        method,
    }
}

/// A refusal of the planar engine.
pub(super) fn of_planar(error: PlanarError) -> ExactError {
    match error {
        PlanarError::Exact(error) => error,
        other => does_not_apply(Method::Planar, &other),
    }
}

pub(super) fn does_not_apply(method: Method, reason: &impl ToString) -> ExactError {
    ExactError::DoesNotApply {
        method,
        reason: reason.to_string(),
    }
}

/// The smaller index first.
pub(super) fn ordered(&(i, j): &(usize, usize)) -> (usize, usize) {
    (i.min(j), i.max(j))
}

/// The cost of two pieces of work, one after the other.
pub(super) fn with(first: Plan, second: Plan) -> Plan {
    Plan {
        states: first.states + second.states,
        bytes: first.bytes.max(second.bytes),
        seconds: first.seconds + second.seconds,
        ..first
    }
}

/// The cost of a homogeneous torus that is given by its terms, which are looked through.
fn recognised(plan: Plan, spins: usize) -> Plan {
    let spins = spins as f64;
    Plan {
        bytes: plan.bytes + RECOGNITION_BYTES * spins,
        seconds: plan.seconds + RECOGNITION_SECONDS * spins,
        ..plan
    }
}

/// Makes one engine ready.
pub(super) fn prepare(
    model: &SpinHamiltonian,
    want: Want,
    method: Method,
) -> Result<Candidate, ExactError> {
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
                    "the model is no homogeneous torus without a field, its sites row by row and its sides three or more",
                );
            };
            torus.check()?;
            Candidate {
                plan: recognised(plan_kaufman(torus.rows, torus.columns), model.spins()),
                engine: Engine::Kaufman(torus),
            }
        }
        Method::Planar => {
            // Refused before its bonds are put in order.
            if model.spins() > MOST_SITES && rectangle_side(model).is_some() {
                return unfit("a rectangle of more than 2^20 sites");
            }
            if let Some(torus) = BondTorus::recognise(model) {
                if want.pairs {
                    return unfit(
                        "of a torus it gives ln Z, not the correlators of pairs, since a path between two \
                         spins does not cut a torus open into a planar graph; elimination and the transfer \
                         matrix give them on tori",
                    );
                }
                return Ok(Candidate {
                    plan: plan_planar_torus(torus.rows, torus.columns, &torus.couplings)
                        .map_err(|e| does_not_apply(method, &e))?,
                    engine: Engine::PlanarTorus(torus),
                });
            }
            let ready = Planar::of_spins(model).map_err(|e| does_not_apply(method, &e))?;
            let mut plan = ready.plan().map_err(|e| does_not_apply(method, &e))?;
            if want.pairs {
                let n = model.spins();
                let pairs = ready.plan_pairs(n * (n - 1) / 2);
                plan = with(plan, pairs.map_err(|e| does_not_apply(method, &e))?);
            }
            Candidate {
                plan,
                engine: Engine::Planar(ready),
            }
        }
        Method::LayerSum => return unfit("it takes a Boltzmann machine"),
    })
}

/// What an engine gives, unless a number of it has no bound.
pub(super) fn run(
    model: &SpinHamiltonian,
    want: Want,
    candidate: &Candidate,
    limits: &Limits,
) -> Result<ExactResult, ExactError> {
    run_engine(model, want, candidate, limits)?.bounded()
}

fn run_engine(
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
        Engine::Kaufman(t) => t.solve(want),
        Engine::Planar(ready) => {
            limits.admit(candidate.plan)?;
            let log_z = ready.log_z(limits).map_err(of_planar)?;
            let n = model.spins();
            let mut result = even_result(n, log_z, want, method);
            if want.pairs {
                let pairs: Vec<(usize, usize)> = (0..n)
                    .flat_map(|i| (i + 1..n).map(move |j| (i, j)))
                    .collect();
                let found = ready.pair_correlators(&pairs, limits).map_err(of_planar)?;
                let mut found = found.into_iter();
                let next = |_, _| found.next().unwrap_or(Enclosure::UNBOUNDED);
                result.pair = Some(PairTable::of_spins(n, next));
            }
            Ok(result)
        }
        Engine::PlanarTorus(t) => {
            let log_z = planar_torus(t.rows, t.columns, &t.couplings, limits).map_err(of_planar)?;
            Ok(even_result(model.spins(), log_z + t.constant, want, method))
        }
    }
}

/// The candidate with more work and less memory, if it is over the limit on memory and then is not.
pub(super) fn fitting(candidate: Candidate, want: Want, limits: &Limits) -> Candidate {
    match &candidate.engine {
        Engine::Elimination(ready) if want.anything() => match ready.fitting(limits) {
            Some(other) => Candidate {
                plan: other.plan_spins(want),
                engine: Engine::Elimination(other),
            },
            None => candidate,
        },
        _ => candidate,
    }
}

/// The shorter side of the open rectangle of sites, row by row, all of whose bonds a model has. Whatever else it has,
/// elimination makes a table of at least so many spins.
fn rectangle_side(model: &SpinHamiltonian) -> Option<usize> {
    let n = model.spins();
    let bonds = || {
        let couples = model.terms().iter().filter(|t| t.coupling != 0.0);
        couples.filter_map(|t| match *t.sites {
            [a, b] => Some(ordered(&(a, b))),
            _ => None,
        })
    };
    let below_first: BTreeSet<usize> = bonds()
        .filter(|&(a, b)| a == 0 && b > 1 && n.is_multiple_of(b))
        .map(|(_, b)| b)
        .collect();
    let is_rectangle = |columns: usize| {
        let (mut right, mut down) = (vec![false; n], vec![false; n]);
        for (a, b) in bonds() {
            right[a] |= b == a + 1;
            down[a] |= b == a + columns;
        }
        (0..n).all(|i| (right[i] || (i + 1) % columns == 0) && (down[i] || i + columns >= n))
    };
    below_first
        .into_iter()
        .filter(|&columns| is_rectangle(columns))
        .map(|columns| columns.min(n / columns))
        .max()
}

/// What elimination of a rectangle costs row by row, if that is a day or more, so that no order is looked for.
pub(super) fn hopeless_elimination(model: &SpinHamiltonian) -> Option<Plan> {
    // A short side would be looked for in vain.
    let side = rectangle_side(model).filter(|_| model.spins() > 1000)?;
    hopeless_rectangle(model.spins(), side)
}

/// What elimination costs of a lattice that no engine takes, so large that listing its terms takes long; `None` for any
/// other, and for homogeneous tori without a field.
pub fn hopeless_lattice(model: &LatticeModel) -> Option<Plan> {
    let lattice = model.lattice;
    let side = lattice.rows().min(lattice.columns());
    let closed = [lattice.vertical(), lattice.horizontal()] == [Boundary::Periodic; 2];
    let products = closed && model.disorder == Disorder::None && model.field == 0.0;
    if model.coupling == 0.0 || products || lattice.sites() <= MOST_SITES {
        return None;
    }
    hopeless_rectangle(lattice.sites(), side)
}

/// An estimate: that some table has as many spins as the shorter side is certain, that a quarter of them do is not.
fn hopeless_rectangle(spins: usize, side: usize) -> Option<Plan> {
    let entries = (side as f64).exp2();
    let states = 0.25 * spins as f64 * entries;
    let plan = Plan {
        method: Method::Elimination,
        states,
        bytes: 8.0 * entries,
        seconds: 1e-10 * states,
    };
    (plan.seconds > 1e5).then_some(plan)
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
    if within && best(&found) > search && hopeless_elimination(model).is_none() {
        let candidate = prepare(model, want, Method::Elimination);
        found.extend(candidate.map(|c| fitting(c, want, limits)));
    }
    found.sort_by(|a, b| a.plan.seconds.total_cmp(&b.plan.seconds));
    found
}

/// The costs of all engines that apply to the model, in the order in which [`solve`] tries them: cheapest first,
/// before all others the sum over states if it takes no time, and last those that it has no need to look at.
///
/// An engine applies if it could answer given enough time and memory; whether a plan is within limits
/// is decided by [`solve`]. Engines that refuse the model for its form or its numbers are left out, and so is
/// elimination where the search for an order would take longer than 20 seconds and another engine
/// is done sooner. Of elimination that takes a day or more the cost row by row is given where the model holds a rectangle.
pub fn plan_all(model: &SpinHamiltonian, want: Want) -> Vec<Plan> {
    plan_all_within(model, want, &Limits::NONE)
}

/// The same where memory is limited: elimination then makes its messages again more often rather than refuse.
pub fn plan_all_within(model: &SpinHamiltonian, want: Want, limits: &Limits) -> Vec<Plan> {
    let mut plans: Vec<Plan> = quick_enumeration(model, want, limits).into_iter().collect();
    let lists = |plans: &[Plan], method| plans.iter().any(|plan| plan.method == method);
    for candidate in candidates(model, want, limits) {
        if !lists(&plans, candidate.plan.method) {
            plans.push(candidate.plan);
        }
    }
    // Those that `solve` has no need to look at.
    let mut others: Vec<Plan> = [Method::Planar, Method::TransferMatrix, Method::Kaufman]
        .into_iter()
        .filter(|&method| !lists(&plans, method))
        .filter_map(|method| Some(prepare(model, want, method).ok()?.plan))
        .collect();
    if !lists(&plans, Method::Elimination) {
        let search = LATTICE_SEARCH_SECONDS * (model.spins() as f64).powi(2);
        let mut all = plans.iter().chain(&others);
        if let Some(plan) = hopeless_elimination(model) {
            others.push(plan);
        } else if search < LONGEST_SEARCH || all.all(|plan| plan.seconds > search) {
            let candidate = prepare(model, want, Method::Elimination);
            others.extend(candidate.map(|c| fitting(c, want, limits).plan));
        }
    }
    others.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    plans.extend(others);
    plans
}

/// The sum over states, if it takes no time: then no other engine is looked for.
fn quick_enumeration(model: &SpinHamiltonian, want: Want, limits: &Limits) -> Option<Plan> {
    let plan = plan_enumeration(model, want);
    (plan.seconds <= QUICK_SECONDS && limits.exceeded_by(&plan).is_none()).then_some(plan)
}

/// The cost of one engine.
///
/// # Errors
/// [`ExactError::DoesNotApply`] with the reason, and the engine's own.
pub fn plan_by(model: &SpinHamiltonian, want: Want, method: Method) -> Result<Plan, ExactError> {
    plan_by_within(model, want, method, &Limits::NONE)
}

/// The same where memory is limited, as [`plan_all_within`].
///
/// # Errors
/// As [`plan_by`].
pub fn plan_by_within(
    model: &SpinHamiltonian,
    want: Want,
    method: Method,
    limits: &Limits,
) -> Result<Plan, ExactError> {
    Ok(fitting(prepare(model, want, method)?, want, limits).plan)
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
    if quick_enumeration(model, want, limits).is_some() {
        return enumerate(model, want, limits)?.bounded();
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
    fn what_is_planned_first_is_what_solves() {
        let limits = Limits::default();
        for (lattice, k, h, want) in [
            ("torus:9x11", -0.6, 0.0, Want::LOG_Z),
            ("torus:9x10", -0.6, 0.0, Want::LOG_Z),
            ("ring:19", 2.0, 0.0, Want::MEANS),
            ("ring:19", 2.0, 0.1, Want::ALL),
            ("open:10x10", 0.0, 0.0, Want::LOG_Z),
            ("open:10x10", 0.5, 0.0, Want::MEANS),
            ("open:10x12", 0.5, 0.1, Want::MEANS),
            ("cylinder:3x40", 0.5, 0.1, Want::ALL),
            ("chain:3000", 0.5, 0.0, Want::LOG_Z),
            ("open:4x4", 0.5, 0.0, Want::ALL),
        ] {
            let lattice: Lattice = lattice.parse().unwrap();
            let model = lattice.ising(k, h).unwrap();
            let plans = plan_all_within(&model, want, &limits);
            let first = plans.iter().find(|p| limits.exceeded_by(p).is_none());
            let solved = solve(&model, want, &limits).unwrap();
            assert_eq!(
                first.map(|p| p.method),
                Some(solved.method),
                "{lattice:?} {plans:?}"
            );
        }
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
    fn a_rectangle_is_seen_among_other_terms() {
        let fields = Lattice::torus(4, 6).ising(0.4, 0.1).unwrap();
        assert_eq!(rectangle_side(&fields), Some(4));
        let open = Lattice::open(7, 3).ising(0.4, 0.1).unwrap();
        assert_eq!(rectangle_side(&open), Some(3));
        for (missing, side) in [(Some(0), None), (Some(3), None), (None, Some(3))] {
            let terms = Lattice::open(3, 3)
                .ising(0.4, 0.0)
                .unwrap()
                .terms()
                .to_vec();
            let kept = terms
                .into_iter()
                .enumerate()
                .filter(|t| Some(t.0) != missing);
            let terms = kept.map(|t| t.1).collect();
            let model = SpinHamiltonian::new(9, terms).unwrap();
            assert_eq!(rectangle_side(&model), side, "{missing:?}");
        }
        assert_eq!(rectangle_side(&dense(6)), Some(2));
        assert!(hopeless_elimination(&fields).is_none());
        for large in [Lattice::open(42, 42), Lattice::torus(64, 64)] {
            let model = large.ising(0.4, 0.1).unwrap();
            assert!(hopeless_elimination(&model).is_some());
        }
        let model = Lattice::open(42, 42).ising(0.4, 0.1).unwrap();
        let bound = hopeless_elimination(&model).unwrap();
        let found = prepare(&model, Want::LOG_Z, Method::Elimination);
        let found = found.unwrap().plan;
        assert!(bound.seconds < found.seconds && bound.bytes < found.bytes);
        let narrow = Lattice::open(32, 250).ising(0.4, 0.1).unwrap();
        assert!(hopeless_elimination(&narrow).is_none());
        let narrower = Lattice::open(30, 40).ising(0.4, 0.1).unwrap();
        assert!(hopeless_elimination(&narrower).is_none());
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
