//! What is measured of each state, and what is known of its mean.

use super::Job;
use super::starts::Starts;
use crate::exact::Moments;
use crate::numeric::Enclosure;
use crate::sample::CompiledHamiltonian;

/// A function of the spins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Energy,
    AbsMagnetisation,
    SquareMagnetisation,
    Pair(usize, usize),
}

impl What {
    fn of(self, model: &CompiledHamiltonian, spins: &[i8]) -> f64 {
        let m = || spins.iter().map(|&s| i64::from(s)).sum::<i64>() as f64 / spins.len() as f64;
        match self {
            Self::Energy => -model.reduced_hamiltonian(spins) / spins.len() as f64,
            Self::AbsMagnetisation => m().abs(),
            Self::SquareMagnetisation => m() * m(),
            Self::Pair(i, j) => f64::from(spins[i] * spins[j]),
        }
    }
}

/// An observable.
pub(super) struct Observed {
    pub(super) what: What,
    /// Added to it: the constant of the model, which samplers do not see.
    shift: f64,
    pub(super) name: String,
    /// No state is outside.
    pub(super) bounds: [f64; 2],
    pub(super) exact: Option<Enclosure>,
    /// Values of independent draws, where no engine knows the mean.
    pub(super) reference: Vec<f64>,
}

/// Every observable of one state.
pub(super) fn measure(
    observed: &[Observed],
    model: &CompiledHamiltonian,
    spins: &[i8],
    mut put: impl FnMut(usize, f64),
) {
    for (i, o) in observed.iter().enumerate() {
        put(i, o.what.of(model, spins) + o.shift);
    }
}

impl Observed {
    /// The energy, the magnetisation's size and square, and two pairs.
    pub(super) fn of(job: &Job, exact: Option<&Moments>, starts: &Starts) -> Vec<Self> {
        let n = job.bare.spins() as f64;
        let per = |e: Option<Enclosure>, by: f64| e.map(|e| e / Enclosure::exact(by));
        let strength: f64 = job.bare.terms().iter().map(|t| t.coupling.abs()).sum();
        // Room for the roundings of both sums.
        let bound = strength / n * (1.0 + 1e-9);
        let constant = -job.constant / Enclosure::exact(n);
        let room = constant.width() + 1e-15 * constant.mid().abs();
        let mut found = Vec::new();
        if bound > 0.0 {
            found.push((
                What::Energy,
                "energy_per_spin".to_owned(),
                [constant.lo() - bound - room, constant.hi() + bound + room],
                per(exact.and_then(|e| e.energy), n).map(|e| e + constant),
            ));
        }
        found.push((
            What::AbsMagnetisation,
            "abs_magnetisation_per_spin".to_owned(),
            [0.0, 1.0],
            per(exact.and_then(|e| e.abs_magnetization), n),
        ));
        found.push((
            What::SquareMagnetisation,
            "square_magnetisation_per_spin".to_owned(),
            [0.0, 1.0],
            per(exact.and_then(|e| e.square_magnetization), n * n),
        ));
        for (i, j, c) in pairs(job, exact) {
            found.push((What::Pair(i, j), format!("pair_{i}_{j}"), [-1.0, 1.0], c));
        }
        found
            .into_iter()
            .map(|(what, name, bounds, exact)| {
                let shift = if what == What::Energy {
                    constant.mid()
                } else {
                    0.0
                };
                let reference = if exact.is_none() {
                    starts
                        .reference
                        .chunks_exact(job.bare.spins())
                        .map(|row| what.of(&job.model, row) + shift)
                        .collect()
                } else {
                    Vec::new()
                };
                Self {
                    what,
                    shift,
                    name,
                    bounds,
                    exact,
                    reference,
                }
            })
            .collect()
    }
}

/// A pair that shares a term and one in the middle of the list of known ones.
fn pairs(job: &Job, exact: Option<&Moments>) -> Vec<(usize, usize, Option<Enclosure>)> {
    let coupled = job
        .bare
        .terms()
        .iter()
        .find(|t| t.sites.len() == 2)
        .map(|t| (t.sites[0].min(t.sites[1]), t.sites[0].max(t.sites[1])));
    let known = exact.map_or(&[][..], |e| &e.pairs);
    let correlator =
        |(i, j): (usize, usize)| known.iter().find(|p| (p.0, p.1) == (i, j)).map(|p| p.2);
    let n = job.bare.spins();
    let far = match known.get(known.len() / 2) {
        Some(p) => Some((p.0, p.1)),
        None => (n > 1).then_some((0, n / 2)),
    };
    let mut found: Vec<(usize, usize)> = coupled.into_iter().chain(far).collect();
    found.dedup();
    found
        .into_iter()
        .map(|p| (p.0, p.1, correlator(p)))
        .collect()
}
