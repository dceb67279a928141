//! Every sampler of ±1 spins by name.

use super::bit_parallel::{
    BitParallelError, HEAT_BATH_EVERY, ReplicaChains, TiledChains, TorusRule,
};
use super::{
    CompiledHamiltonian, CouplingError, CouplingFromThePast, HeatBath, Kernel, KernelError,
    ParallelTempering, RbmGibbs, Sampler, SiteOrder, SpinKernel, SquareIsing, SquareKernel,
    TemperingError,
};
use crate::model::{Lattice, Rbm};
use std::sync::Arc;
use thiserror::Error;

/// Most sweeps into the past; a draw that needs more is refused.
pub(super) const LONGEST_PAST: usize = 1 << 16;
/// Scales of 𝒦 of the replicas of parallel tempering.
pub(super) const LADDER: [f64; 4] = [1.0, 0.85, 0.7, 0.55];

/// What samplers may know of a model.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The model.
    pub model: Arc<CompiledHamiltonian>,
    /// The same as a rectangle, if it is one.
    pub square: Option<SquareIsing>,
    /// The machine whose units the spins are, visible ones first, if it is one.
    pub machine: Option<Arc<Rbm>>,
}

/// Why a sampler does not run on a model.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum SamplerError {
    /// The kernel's own reason.
    #[error(transparent)]
    Kernel(#[from] KernelError),
    /// Coupling from the past.
    #[error(transparent)]
    Coupling(#[from] CouplingError),
    /// Bit-parallel chains.
    #[error(transparent)]
    BitParallel(#[from] BitParallelError),
    /// Parallel tempering.
    #[error(transparent)]
    Tempering(#[from] TemperingError),
    /// It needs a rectangle.
    #[error("it needs a rectangle with one coupling on all bonds and one field on all sites")]
    NotHomogeneous,
    /// It needs two layers.
    #[error("it needs a restricted Boltzmann machine, without evidence")]
    NotAMachine,
}

/// The ladder of parallel tempering over the heat bath.
///
/// # Errors
/// [`SamplerError::Kernel`].
pub(super) fn ladder(
    model: &Arc<CompiledHamiltonian>,
) -> Result<ParallelTempering<HeatBath>, SamplerError> {
    let kernels = LADDER
        .iter()
        .map(|&scale| HeatBath::at_scale(model.clone(), SiteOrder::Sequential, scale))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(ParallelTempering::new(kernels)?)
}

/// Coupling from the past that refuses to go further than [`LONGEST_PAST`].
pub(super) fn coupling(model: &CompiledHamiltonian) -> Result<CouplingFromThePast, SamplerError> {
    Ok(CouplingFromThePast::new(model)?.with_limit(LONGEST_PAST))
}

fn of_lattice(lattice: Lattice) -> String {
    format!("{} rows of {} sites", lattice.rows(), lattice.columns())
}

/// What the replicas of a set have in common.
const SHARED_DIGITS: &str = "chains of a set of 512 share late digits of their decisions: a mean over them has at most \
                             1.03 times the variance of independent ones";

impl Subject {
    /// The samplers besides those of [`SpinKernel::NAMES`] and [`SquareKernel::NAMES`].
    const OTHER_NAMES: [&'static str; 7] = [
        "bit-parallel-metropolis",
        "bit-parallel-heat-bath",
        "tiled-metropolis",
        "tiled-heat-bath",
        "rbm-block-gibbs",
        "parallel-tempering",
        "coupling-from-the-past",
    ];

    /// The names that [`Subject::sampler`] knows.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SpinKernel::NAMES
            .into_iter()
            .chain(SquareKernel::NAMES)
            .chain(Self::OTHER_NAMES)
    }

    /// Whether the sampler of this name needs [`Subject::square`].
    pub fn needs_square(name: &str) -> bool {
        ["square-", "bit-parallel-", "tiled-"]
            .iter()
            .any(|kind| name.starts_with(kind))
    }

    /// The sampler of a name; `None` if there is none. It may be one that does not reach every state.
    ///
    /// # Errors
    /// [`SamplerError`] if it does not run on the model.
    pub fn sampler(&self, name: &str) -> Option<Result<Sampler, SamplerError>> {
        let name = Self::names().find(|&known| known == name)?;
        Some(self.known(name))
    }

    fn known(&self, name: &'static str) -> Result<Sampler, SamplerError> {
        if let Some(kernel) = SpinKernel::by_name(name, self.model.clone()) {
            return Ok(Sampler::of_kernel(kernel?));
        }
        if Self::needs_square(name) {
            return Self::on_rectangle(name, self.square.ok_or(SamplerError::NotHomogeneous)?);
        }
        match name {
            "rbm-block-gibbs" => {
                let machine = self.machine.clone().ok_or(SamplerError::NotAMachine)?;
                let kernel = RbmGibbs::new(machine);
                let irreducibility = kernel.irreducibility();
                Ok(Sampler::new(name, irreducibility, kernel))
            }
            "parallel-tempering" => {
                let ladder = ladder(&self.model)?;
                let irreducibility = ladder.irreducibility();
                let settings = format!("replicas at {LADDER:?} of the reduced Hamiltonian");
                Ok(Sampler::new(name, irreducibility, ladder).with_settings(settings))
            }
            _ => {
                let settings = format!("at most {LONGEST_PAST} sweeps into the past");
                Ok(Sampler::of_draws(coupling(&self.model)?).with_settings(settings))
            }
        }
    }

    fn on_rectangle(name: &'static str, square: SquareIsing) -> Result<Sampler, SamplerError> {
        let mut settings = of_lattice(square.lattice());
        if let Some(kernel) = SquareKernel::by_name(name, square) {
            return Ok(Sampler::of_kernel(kernel?).with_settings(settings));
        }
        let metropolis = name.ends_with("metropolis");
        let rule = if metropolis {
            settings = format!("{settings}, each {HEAT_BATH_EVERY}th sweep by the heat bath");
            TorusRule::metropolis(square)?
        } else {
            TorusRule::heat_bath(square)?
        };
        let irreducibility = rule.irreducibility();
        let sampler = if name.starts_with("tiled-") {
            Sampler::new(name, irreducibility, TiledChains::new(rule)?)
        } else {
            settings = format!("{settings}, {SHARED_DIGITS}");
            Sampler::new(name, irreducibility, ReplicaChains::new(rule))
        };
        Ok(sampler.with_settings(settings))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Seed, Stream};
    use crate::sample::{
        ContentHash, ExactSampler, Irreducibility, Schedule, SpinState, StartState, UnitValues,
    };
    use std::collections::BTreeSet;
    use std::sync::Mutex;
    use std::time::Duration;

    fn subject(lattice: &str, coupling: f64, field: f64) -> Subject {
        let lattice: Lattice = lattice.parse().unwrap();
        let model = lattice.ising(coupling, field).unwrap();
        Subject {
            model: Arc::new(CompiledHamiltonian::new(&model).unwrap()),
            square: SquareIsing::new(lattice, coupling, field).ok(),
            machine: None,
        }
    }

    fn machine() -> Subject {
        let rbm = Rbm::new(
            vec![0.5, -0.25, 0.75, 1.0, 0.125, -0.5],
            vec![0.25, -0.5, 0.1],
            vec![-0.75, 0.375],
        )
        .unwrap();
        let model = crate::model::spins_of_rbm(&rbm).unwrap();
        Subject {
            model: Arc::new(CompiledHamiltonian::new(&model).unwrap()),
            square: None,
            machine: Some(Arc::new(rbm)),
        }
    }

    /// All samples of a run that, if asked, pauses as often as it can and goes on from what a checkpoint would hold.
    fn samples(
        sampler: &Sampler,
        schedule: Schedule,
        sites: usize,
        interrupted: bool,
    ) -> Vec<Vec<u8>> {
        let values = UnitValues::spins(sites);
        let mut run = sampler.start(schedule, values.clone(), StartState::Random, Seed(5));
        let made = Mutex::new(vec![Vec::new(); schedule.chains]);
        let time = if interrupted {
            Duration::ZERO
        } else {
            Duration::from_hours(1)
        };
        while !run.is_complete() {
            let keep = |chain: usize, first: u64, rows: &[u8]| {
                let mine = &mut made.lock().unwrap()[chain];
                assert_eq!(mine.len() as u64, first * sites as u64);
                mine.extend(rows);
                Ok(())
            };
            run.advance(time, &keep, &|_| ()).unwrap();
            if interrupted {
                let at = run.positions();
                let again = sampler.resume(schedule, values.clone(), &at, Seed(5));
                run = again.unwrap();
                // What was put down is what was taken up.
                for (a, b) in at.iter().zip(run.positions()) {
                    assert_eq!((a.sweeps, &a.state), (b.sweeps, &b.state));
                }
            }
        }
        assert_eq!(
            run.sweeps_done(),
            schedule.sweeps() * schedule.chains as u64
        );
        let made = made.into_inner().unwrap();
        let hashes = run.positions().into_iter().flat_map(|p| p.made);
        for (rows, expected) in made.iter().zip(hashes) {
            let mut hash = ContentHash::new();
            hash.add(rows);
            assert_eq!(hash, expected);
            assert_eq!(rows.len() as u64, schedule.samples * sites as u64);
        }
        made
    }

    /// Names of the samplers that run on a subject and reach all its states.
    fn those_that_run(subject: &Subject) -> Vec<Sampler> {
        Subject::names()
            .filter_map(|name| {
                let sampler = subject.sampler(name).unwrap().ok()?;
                assert_eq!(sampler.name(), name);
                let stuck = matches!(sampler.irreducibility(), Irreducibility::Reducible(_));
                (!stuck).then_some(sampler)
            })
            .collect()
    }

    #[test]
    fn every_sampler_continues_with_the_same_samples() {
        let mut seen = BTreeSet::new();
        for (subject, sites, chains) in [
            (subject("torus:4x6", 0.3, 0.0), 24, 3),
            (subject("torus:64x32", 0.4, 0.1), 2048, 2),
            (machine(), 5, 3),
        ] {
            for sampler in those_that_run(&subject) {
                let name = sampler.name();
                // Large lattices are for the tiles.
                if sites > 1000 && seen.contains(name) {
                    continue;
                }
                seen.insert(name);
                // A block between two looks at the clock has 682 or 8 or 3276 sweeps.
                let schedule = Schedule::new(chains, 7, 4000.min(400_000 / sites), 3).unwrap();
                let schedule = if sampler.is_independent() {
                    Schedule::new(chains, 0, 1500, 2).unwrap()
                } else {
                    schedule
                };
                let whole = samples(&sampler, schedule, sites as usize, false);
                let pieces = samples(&sampler, schedule, sites as usize, true);
                assert!(whole == pieces, "{name} on {sites} sites");
                assert_ne!(whole[0], whole[1], "{name}");
                let distinct: BTreeSet<&[u8]> = whole[0].chunks(sites as usize).collect();
                assert!(distinct.len() > 20, "{name}: {} states", distinct.len());
                let more = Schedule {
                    chains: chains + 1,
                    ..schedule
                };
                let more = samples(&sampler, more, sites as usize, false);
                assert!(more[..chains] == whole, "{name}: another number of chains");
            }
        }
        let all: BTreeSet<&str> = Subject::names()
            .filter(|n| {
                !n.contains("metropolis-sequential") && !n.contains("metropolis-checkerboard")
            })
            .collect();
        assert!(seen.is_superset(&all), "{seen:?}");
    }

    #[test]
    fn refusals_have_reasons() {
        let reason = |subject: &Subject, name: &str| {
            let refused = subject.sampler(name).unwrap().err();
            refused.map_or(String::new(), |e| e.to_string())
        };
        let torus = subject("torus:4x4", 0.3, 0.0);
        assert!(torus.sampler("identity").is_none());
        for (lattice, name, part) in [
            ("torus:4x5", "bit-parallel-metropolis", "even sides"),
            ("ring:8", "bit-parallel-heat-bath", "a torus is needed"),
            (
                "cylinder:4x4",
                "bit-parallel-heat-bath",
                "a torus is needed",
            ),
            (
                "torus:32x32",
                "tiled-heat-bath",
                "rows in multiples of 64 and columns of 32",
            ),
            ("torus:5x4", "square-heat-bath-checkerboard", "bipartite"),
            ("torus:4x4", "rbm-block-gibbs", "Boltzmann machine"),
        ] {
            let found = reason(&subject(lattice, 0.3, 0.0), name);
            assert!(found.contains(part), "{lattice}, {name}: {found:?}");
        }
        assert!(reason(&machine(), "square-wolff").contains("rectangle"));
        assert!(reason(&machine(), "tiled-metropolis").contains("rectangle"));
        let frustrated = subject("ring:3", -0.3, 0.0);
        assert!(reason(&frustrated, "coupling-from-the-past").contains("frustration"));
        let antiferromagnet = subject("torus:4x4", -0.3, 0.0);
        assert!(reason(&antiferromagnet, "square-wolff").contains("zero or more"));
    }

    #[test]
    fn a_position_of_another_sampler_is_refused() {
        let torus = subject("torus:4x6", 0.3, 0.0);
        let schedule = Schedule::new(2, 0, 9, 3).unwrap();
        let positions = |name: &str| {
            let sampler = torus.sampler(name).unwrap().unwrap();
            let run = sampler.start(schedule, UnitValues::spins(24), StartState::Up, Seed(1));
            (sampler, run.positions())
        };
        let groups = [
            &["wolff", "square-swendsen-wang"][..],
            &["parallel-tempering"],
            &["bit-parallel-metropolis", "bit-parallel-heat-bath"],
            &["coupling-from-the-past"],
        ];
        for (g, &group) in groups.iter().enumerate() {
            for (h, &other) in groups.iter().enumerate() {
                for (a, b) in group.iter().flat_map(|a| other.iter().map(move |b| (a, b))) {
                    let (sampler, _) = positions(a);
                    let (_, at) = positions(b);
                    let taken = sampler.resume(schedule, UnitValues::spins(24), &at, Seed(1));
                    // Within a group the identity of the run tells them apart.
                    assert_eq!(taken.is_some(), g == h, "{a} from {b}");
                }
            }
        }
    }

    #[test]
    fn a_draw_that_fails_stops_the_run() {
        /// Fails at the fifth draw.
        #[derive(Clone)]
        struct Fifth(usize);
        impl ExactSampler<SpinState, Stream> for Fifth {
            type Error = String;
            fn name(&self) -> &'static str {
                "fifth"
            }
            fn draw(&mut self, stream: &mut Stream) -> Result<SpinState, String> {
                self.0 += 1;
                if self.0 == 5 {
                    return Err("no more".to_owned());
                }
                Ok(SpinState::random(3, stream))
            }
        }
        let sampler = Sampler::of_draws(Fifth(0));
        let schedule = Schedule::new(1, 0, 9, 1).unwrap();
        let mut run = sampler.start(schedule, UnitValues::spins(3), StartState::Up, Seed(1));
        let stopped = run.advance(Duration::from_hours(1), &|_, _, _| Ok(()), &|_| ());
        assert_eq!(stopped.unwrap_err().to_string(), "chain 0: draw 5: no more");
    }
}
