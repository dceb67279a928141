//! Independent exact configurations of a spin Hamiltonian, by the engine that draws them fastest.

use super::elimination::Elimination;
use super::{ExactError, Limits, Plan, Planar, PlanarError, Strip, StripTask};
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
    plans.push(Elimination::of_spins(model)?.plan_samples(count));
    if let Ok(planar) = Planar::of_spins(model) {
        plans.extend(planar.plan_samples(count));
    }
    Ok(plans)
}

/// `count` independent configurations, one after another, each `spins` values ±1.
///
/// A strip of a square lattice is drawn row by row, a planar graph without a field by its boundary
/// correlators if elimination is over the limits, everything else by elimination.
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
    let n = model.spins();
    let fits = |plan: &Plan| limits.exceeded_by(plan).is_none();
    let strip = Strip::recognise(model);
    let by_rows = strip.as_ref().map(|s| s.plan(StripTask::Samples(count)));
    if let (Some(strip), Some(plan)) = (&strip, &by_rows)
        && fits(plan)
    {
        let drawn = strip.samples(count, stream, limits)?;
        let mut rows = vec![0; count * n];
        for (i, row) in rows.chunks_exact_mut(n.max(1)).enumerate() {
            drawn.write(i, row);
        }
        return Ok(rows);
    }
    let ready = Elimination::of_spins(model)?;
    let plan = ready.plan_samples(count);
    let sign = |up: bool| if up { 1 } else { -1 };
    if !fits(&plan)
        && let Ok(planar) = Planar::of_spins(model)
    {
        match planar.samples(count, stream, limits) {
            Ok(drawn) => return Ok(drawn.into_iter().flatten().map(sign).collect()),
            Err(PlanarError::Exact(error)) => return Err(error),
            Err(_) => {}
        }
    }
    match limits.exceeded_by(&plan) {
        Some(exceeded) => Err(ExactError::TooLarge {
            plan,
            exceeded,
            largest: None,
            size_unit: "",
        }),
        None => Ok(ready
            .samples(count, stream, limits)?
            .into_iter()
            .flatten()
            .map(|state| sign(state == 1))
            .collect()),
    }
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
        // The complete graph of five spins is neither a strip nor planar.
        let dense: Vec<Term> = (0..5)
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .map(|(i, j)| Term {
                sites: vec![i, j],
                coupling: 0.1 * (i + j) as f64,
            })
            .collect();
        let dense = SpinHamiltonian::new(5, dense).unwrap();
        for (k, model) in [strip, dense].into_iter().enumerate() {
            let exact = enumerate(&model, Want::ALL, &Limits::default()).unwrap();
            let c = exact.pair.unwrap().get(0, 1).mid();
            let mut stream = Seed(3).stream("draw", k as u64);
            let count = 20_000;
            let rows = draw(&model, count, &mut stream, &Limits::default()).unwrap();
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
}
