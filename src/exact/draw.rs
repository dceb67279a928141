//! Independent exact configurations of a spin Hamiltonian, by the engine that draws them fastest.

use super::elimination::Elimination;
use super::select::{self, does_not_apply, hopeless_elimination, of_planar, prepare};
use super::{ExactError, Limits, Method, Plan, Planar, Quantity, Strip, StripTask, Want};
use crate::model::SpinHamiltonian;
use crate::random::Stream;

/// What [`draw`] costs by each engine that applies, in the order in which they are tried: the first one within
/// the limits draws.
///
/// # Errors
/// As [`Elimination::of_spins`].
pub fn plan_draw(model: &SpinHamiltonian, count: usize) -> Result<Vec<Plan>, ExactError> {
    let strip = Strip::recognise(model);
    let mut plans: Vec<Plan> = strip
        .iter()
        .map(|s| s.plan(StripTask::Samples(count)))
        .collect();
    plans.push(match hopeless_elimination(model) {
        Some(plan) => plan,
        None => Elimination::of_spins(model)?.plan_samples(count),
    });
    if let Ok(planar) = Planar::of_spins(model) {
        plans.extend(planar.plan_samples(count));
    }
    Ok(plans)
}

/// What [`draw_by`] costs.
///
/// # Errors
/// [`ExactError::DoesNotApply`] with the reason, and the engine's own.
pub fn plan_draw_by(
    model: &SpinHamiltonian,
    count: usize,
    method: Method,
) -> Result<Plan, ExactError> {
    Ok(named(model, count, method)?.0)
}

/// What `choose` says where there is one thread: a choice by predicted seconds must not depend on how many there are,
/// or the same seed would give other configurations elsewhere.
fn on_one_thread<T: Send>(choose: impl FnOnce() -> T + Send) -> Option<T> {
    let alone = || {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .use_current_thread()
            .build();
        pool.ok().map(|pool| pool.install(choose))
    };
    std::thread::scope(|scope| scope.spawn(alone).join().ok().flatten())
}

/// `count` independent configurations, one after another, each `spins` values ±1.
///
/// A strip of a square lattice is drawn row by row, a planar graph without a field by its boundary
/// correlators if elimination is over the limits, everything else by elimination. The limit on time is held
/// against the time on one thread.
///
/// # Errors
/// [`ExactError::TooLarge`] by the predicted cost, and the engines' own.
/// # Accuracy
/// Independence is exact; conditional probabilities carry a relative error below 1e-12 and the resolution
/// 2⁻⁵³ of a uniform variate. Tests `samples_have_the_distribution_of_the_model` of the engines.
///
/// ```
/// use blockspin::exact::{Limits, draw};
/// use blockspin::model::Lattice;
/// use blockspin::random::Seed;
/// let model = Lattice::torus(4, 4).ising(0.3, 0.0).unwrap();
/// let mut stream = Seed(1).stream("example", 0);
/// let rows = draw(&model, 10, &mut stream, &Limits::default()).unwrap();
/// assert!(rows.len() == 160 && rows.iter().all(|s| s.abs() == 1));
/// ```
pub fn draw(
    model: &SpinHamiltonian,
    count: usize,
    stream: &mut Stream,
    limits: &Limits,
) -> Result<Vec<i8>, ExactError> {
    // If no thread can be had, on all there are.
    let chosen = on_one_thread(|| choose(model, count, limits))
        .unwrap_or_else(|| choose(model, count, limits))?;
    rows_by(&chosen, model.spins(), count, stream, limits)
}

/// The same by the engine that is named.
///
/// # Errors
/// [`ExactError::DoesNotApply`] with the reason, and those of [`draw`].
/// # Accuracy
/// That of [`draw`]; test `bonds_have_their_probabilities_by_every_engine`.
pub fn draw_by(
    model: &SpinHamiltonian,
    count: usize,
    method: Method,
    stream: &mut Stream,
    limits: &Limits,
) -> Result<Vec<i8>, ExactError> {
    let (plan, engine) = named(model, count, method)?;
    limits.admit(plan)?;
    rows_by(&engine, model.spins(), count, stream, limits)
}

fn rows_by(
    engine: &Engine,
    n: usize,
    count: usize,
    stream: &mut Stream,
    limits: &Limits,
) -> Result<Vec<i8>, ExactError> {
    let sign = |up: bool| if up { 1 } else { -1 };
    // Admitted; what remains to be seen is how much memory wide numbers need.
    let limits = &Limits {
        max_seconds: f64::INFINITY,
        ..*limits
    };
    Ok(match engine {
        Engine::Strip(strip) => {
            let drawn = strip.samples(count, stream, limits)?;
            let mut rows = vec![0; count * n];
            for (i, row) in rows.chunks_exact_mut(n.max(1)).enumerate() {
                drawn.write(i, row);
            }
            rows
        }
        Engine::Planar(planar) => {
            let drawn = planar.samples(count, stream, limits).map_err(of_planar)?;
            drawn.into_iter().flatten().map(sign).collect()
        }
        Engine::Elimination(ready) => ready
            .samples(count, stream, limits)?
            .into_iter()
            .flatten()
            .map(|state| sign(state == 1))
            .collect(),
    })
}

/// An engine that draws within the limits.
enum Engine {
    Strip(Strip),
    Planar(Planar),
    Elimination(Elimination),
}

/// The engine of a method, with its cost.
fn named(
    model: &SpinHamiltonian,
    count: usize,
    method: Method,
) -> Result<(Plan, Engine), ExactError> {
    let none = Err(does_not_apply(
        method,
        &"it draws no samples of this model; elimination does",
    ));
    if method == Method::LayerSum {
        return none;
    }
    Ok(match prepare(model, Want::LOG_Z, method)?.engine {
        select::Engine::Transfer(strip) => {
            let plan = strip.plan(StripTask::Samples(count));
            (plan, Engine::Strip(strip))
        }
        select::Engine::Elimination(ready) => {
            (ready.plan_samples(count), Engine::Elimination(ready))
        }
        select::Engine::Planar(planar) => {
            let plan = planar.plan_samples(count).map_err(of_planar)?;
            (plan, Engine::Planar(planar))
        }
        _ => return none,
    })
}

fn choose(model: &SpinHamiltonian, count: usize, limits: &Limits) -> Result<Engine, ExactError> {
    let fits = |plan: &Plan| limits.exceeded_by(plan).is_none();
    if let Some(strip) = Strip::recognise(model)
        && fits(&strip.plan(StripTask::Samples(count)))
    {
        return Ok(Engine::Strip(strip));
    }
    let plan = if let Some(plan) = hopeless_elimination(model) {
        plan
    } else {
        let ready = Elimination::of_spins(model)?;
        let plan = ready.plan_samples(count);
        if fits(&plan) {
            return Ok(Engine::Elimination(ready));
        }
        plan
    };
    if let Ok(planar) = Planar::of_spins(model)
        && let Ok(by_planar) = planar.plan_samples(count)
    {
        limits.admit(by_planar)?;
        return Ok(Engine::Planar(planar));
    }
    Err(ExactError::TooLarge {
        plan,
        exceeded: limits.exceeded_by(&plan).unwrap_or(Quantity::Seconds),
        largest: None,
        size_unit: "",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::BinomialTest;
    use crate::exact::{Want, enumerate};
    use crate::model::{Lattice, Term};
    use crate::random::Seed;

    /// The number of bonds of one sign, against its probability, for each engine that `draw` can take.
    #[test]
    fn bonds_have_their_probabilities_by_every_engine() {
        let strip = Lattice::torus(3, 4).ising(0.4, 0.1).unwrap();
        let planar = Lattice::open(3, 3).ising(0.4, 0.0).unwrap();
        // The complete graph of five spins is neither a strip nor planar.
        let dense: Vec<Term> = (0..5)
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .map(|(i, j)| Term {
                sites: vec![i, j],
                coupling: 0.1 * (i + j) as f64,
            })
            .collect();
        let dense = SpinHamiltonian::new(5, dense).unwrap();
        for (k, (model, method)) in [
            (&strip, None),
            (&strip, Some(Method::TransferMatrix)),
            (&strip, Some(Method::Elimination)),
            (&planar, Some(Method::Planar)),
            (&dense, None),
        ]
        .into_iter()
        .enumerate()
        {
            let exact = enumerate(model, Want::ALL, &Limits::default()).unwrap();
            let c = exact.pair.unwrap().get(0, 1).mid();
            let mut stream = Seed(3).stream("draw", k as u64);
            let count = 20_000;
            let limits = Limits::default();
            let rows = match method {
                None => draw(model, count, &mut stream, &limits),
                Some(method) => draw_by(model, count, method, &mut stream, &limits),
            }
            .unwrap();
            let n = model.spins();
            let equal = rows.chunks(n).filter(|s| s[0] == s[1]).count();
            let test = |c: f64| {
                BinomialTest::plan(count as u64, 1e-9, 0.999, f64::midpoint(1.0, c)).unwrap()
            };
            assert!(
                !test(c).rejects(equal as u64).unwrap(),
                "{equal} of {count}"
            );
            // A correlator off by a tenth would be seen.
            assert!(test(c - 0.1).rejects(equal as u64).unwrap());
        }
    }

    #[test]
    fn an_engine_that_cannot_draw_says_so() {
        let torus = Lattice::torus(3, 4).ising(0.4, 0.0).unwrap();
        for method in [
            Method::Kaufman,
            Method::Enumeration,
            Method::Planar,
            Method::LayerSum,
        ] {
            let mut stream = Seed(3).stream("draw", 0);
            let refused = draw_by(&torus, 1, method, &mut stream, &Limits::default());
            assert!(
                matches!(refused, Err(ExactError::DoesNotApply { method: m, .. }) if m == method)
            );
        }
    }

    #[test]
    fn the_engine_does_not_depend_on_the_number_of_threads() {
        // An open rectangle with fields, its columns mirrored in each second row: no strip, and not planar without a
        // field. Its tables are large enough to be made by all threads.
        let (rows, columns) = (16, 16);
        let name = |i: usize| {
            let (r, c) = (i / columns, i % columns);
            r * columns + if r % 2 == 0 { c } else { columns - 1 - c }
        };
        let mut stream = Seed(5).stream("threads", 0);
        let mut terms = Vec::new();
        for (i, j) in Lattice::open(rows, columns).bonds() {
            terms.push(Term {
                sites: vec![name(i), name(j)],
                coupling: stream.normal(),
            });
        }
        for i in 0..rows * columns {
            terms.push(Term {
                sites: vec![i],
                coupling: 0.1 * stream.normal(),
            });
        }
        let model = SpinHamiltonian::new(rows * columns, terms).unwrap();
        assert!(Strip::recognise(&model).is_none());
        let pool = |threads| {
            let builder = rayon::ThreadPoolBuilder::new().num_threads(threads);
            builder.build().unwrap()
        };
        let seconds = |threads: usize| {
            let plan = || Elimination::of_spins(&model).unwrap().plan_samples(1);
            pool(threads).install(plan).seconds
        };
        let between = 0.5 * (seconds(1) + seconds(4));
        assert!(seconds(4) < 0.9 * between, "threads are predicted to help");
        for max_seconds in [between, 2.0 * seconds(1)] {
            let limits = Limits {
                max_seconds,
                ..Limits::default()
            };
            let drawn = |threads: usize| {
                let draw_one = || draw(&model, 1, &mut Seed(6).stream("row", 0), &limits).ok();
                pool(threads).install(draw_one)
            };
            assert_eq!(drawn(1), drawn(4));
            assert_eq!(drawn(4).is_some(), max_seconds > between);
        }
    }
}
