//! Which engine: the costs of all that apply, and the cheapest one's answer.

use super::elimination::Elimination;
use super::{
    ExactError, ExactResult, Limits, Method, Plan, Want, enumerate, plan_elimination,
    plan_enumeration,
};
use crate::model::SpinHamiltonian;

/// An enumeration below this is started without looking for an order of elimination.
const QUICK_SECONDS: f64 = 2e-4;
/// Seconds that the search for an order takes for each spin, at the least.
const SEARCH_SECONDS: f64 = 1e-5;

/// The costs of all engines that apply to the model, cheapest first.
///
/// An engine applies if it could answer given enough time and memory; whether a plan is within limits
/// is decided by [`solve`]. Engines that refuse the model for its numbers are left out.
pub fn plan_all(model: &SpinHamiltonian, want: Want) -> Vec<Plan> {
    let mut plans = vec![plan_enumeration(model, want)];
    // The search for an order costs more than a small enumeration.
    if plans[0].seconds > QUICK_SECONDS {
        plans.extend(plan_elimination(model, want));
    }
    plans.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    plans
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
/// assert_eq!(result.method, Method::Elimination);
/// assert!(result.log_z.width() < 1e-9);
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
    // Even the search for an order may be over the limit.
    let search = Plan {
        method: Method::Elimination,
        states: 2.0 * model.spins() as f64,
        bytes: 1e3 * model.spins() as f64,
        seconds: SEARCH_SECONDS * model.spins() as f64,
    };
    if let Some(exceeded) = limits.exceeded_by(&search) {
        let largest = limits.max_seconds.max(0.0) / SEARCH_SECONDS;
        return Err(ExactError::TooLarge {
            plan: search,
            exceeded,
            largest: Some(largest.min(limits.max_bytes.max(0.0) / 1e3) as usize),
            size_unit: "spins",
        });
    }
    let Ok(ready) = Elimination::of_spins(model) else {
        // Couplings or terms beyond elimination may still be within enumeration.
        return enumerate(model, want, limits);
    };
    let by_elimination = ready.plan_spins(want);
    let cheaper = by_elimination.seconds < by_states.seconds;
    let fits = |plan: &Plan| limits.exceeded_by(plan).is_none();
    // The cheaper one, unless only the other one is within the limits.
    let eliminate = match (fits(&by_states), fits(&by_elimination)) {
        (true, false) => false,
        (false, true) => true,
        _ => cheaper,
    };
    if eliminate {
        ready.spins(want, limits)
    } else {
        enumerate(model, want, limits)
    }
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
    fn dense_models_are_enumerated_and_sparse_ones_eliminated() {
        let result = solve(&dense(18), Want::ALL, &Limits::default()).unwrap();
        assert_eq!(result.method, Method::Enumeration);
        let chain = Lattice::open(1, 200).ising(0.3, 0.1).unwrap();
        let result = solve(&chain, Want::MEANS, &Limits::default()).unwrap();
        assert_eq!(result.method, Method::Elimination);
        assert_eq!(plan_all(&chain, Want::LOG_Z)[0].method, Method::Elimination);
        assert_eq!(
            plan_all(&dense(24), Want::LOG_Z)[0].method,
            Method::Enumeration
        );
    }

    #[test]
    fn a_search_that_takes_too_long_is_not_started() {
        let free = SpinHamiltonian::new(3_000_000, Vec::new()).unwrap();
        let limits = Limits {
            max_seconds: 1.0,
            ..Limits::default()
        };
        match solve(&free, Want::LOG_Z, &limits).unwrap_err() {
            ExactError::TooLarge { largest, .. } => assert_eq!(largest, Some(100_000)),
            other => panic!("{other}"),
        }
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
