//! A comparison of an estimate with the exact value, of a model, kernel and length drawn at random.

use blockspin::estimate::{Chains, ChainsError, Convergence, Estimate};
use blockspin::model::{Boundary, Lattice, SpinHamiltonian, Term};
use blockspin::numeric::CompensatedSum;
use blockspin::random::{Seed, Stream};
use blockspin::sample::{
    ChainRun, CompiledHamiltonian, Irreducibility, Kernel, RecordedSeries, Schedule, SpinKernel,
    StartState, UnitValues,
};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Most spins of a model: its exact averages are sums over all states.
const MOST_SPINS: usize = 12;

/// What is estimated, per site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Observable {
    Energy,
    Magnetisation,
    AbsMagnetisation,
}

impl Observable {
    pub(crate) const ALL: [Self; 3] = [Self::Energy, Self::Magnetisation, Self::AbsMagnetisation];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Energy => "energy",
            Self::Magnetisation => "magnetisation",
            Self::AbsMagnetisation => "|magnetisation|",
        }
    }
}

/// How a comparison came out.
#[derive(Clone, Debug)]
pub(crate) struct Comparison {
    pub(crate) model: &'static str,
    pub(crate) kernel: &'static str,
    pub(crate) observable: Observable,
    pub(crate) chains: usize,
    pub(crate) exact: f64,
    /// `None` if every measurement was the same: there is no estimate then.
    pub(crate) estimate: Option<Estimate>,
}

impl Comparison {
    pub(crate) fn flag(&self) -> Option<Convergence> {
        self.estimate.as_ref().map(Estimate::convergence)
    }

    /// Whether the interval of this level covers the exact value.
    pub(crate) fn covers(&self, level: f64) -> bool {
        self.estimate
            .as_ref()
            .and_then(|e| e.interval(level))
            // The exact value is a sum of doubles.
            .is_some_and(|(low, high)| low <= self.exact + 1e-12 && self.exact - 1e-12 <= high)
    }
}

fn pick<T: Copy>(stream: &mut Stream, of: &[T]) -> T {
    of[stream.index(of.len())]
}

fn between(stream: &mut Stream, low: usize, high: usize) -> usize {
    low + stream.index(high - low + 1)
}

/// A field for every site, or none.
fn random_fields(stream: &mut Stream, spins: usize, terms: &mut Vec<Term>) {
    match stream.index(3) {
        0 => {}
        1 => {
            let h = stream.uniform_in(-0.5, 0.5);
            terms.extend((0..spins).map(|i| Term {
                sites: vec![i],
                coupling: h,
            }));
        }
        _ => {
            for i in 0..spins {
                let coupling = 0.4 * stream.normal();
                terms.push(Term {
                    sites: vec![i],
                    coupling,
                });
            }
        }
    }
}

fn random_model(stream: &mut Stream) -> (&'static str, SpinHamiltonian) {
    let mut terms = Vec::new();
    let boundary = [Boundary::Open, Boundary::Periodic];
    let kind = stream.index(5);
    let (name, spins) = match kind {
        0 | 1 => {
            let rows = between(stream, 1, 4);
            let columns = between(stream, 2, MOST_SPINS / rows);
            let lattice = Lattice::new(
                rows,
                columns,
                pick(stream, &boundary),
                pick(stream, &boundary),
            );
            let strength = stream.uniform_in(-0.6, 0.7);
            for (i, j) in lattice.bonds() {
                let coupling = if kind == 0 {
                    strength
                } else {
                    0.5 * stream.normal()
                };
                terms.push(Term {
                    sites: vec![i, j],
                    coupling,
                });
            }
            (["lattice", "lattice, random bonds"][kind], lattice.sites())
        }
        2 | 3 => {
            let spins = between(stream, 2, MOST_SPINS);
            for i in 0..spins {
                for j in 0..i {
                    if stream.uniform() < 0.5 {
                        let size = stream.normal() / (spins as f64).sqrt();
                        let coupling = if kind == 2 { size } else { size.abs() };
                        terms.push(Term {
                            sites: vec![j, i],
                            coupling,
                        });
                    }
                }
            }
            (["random graph", "random ferromagnet"][kind - 2], spins)
        }
        _ => {
            let spins = between(stream, 3, MOST_SPINS);
            for i in 0..spins {
                let sites = vec![i, (i + 1) % spins, (i + 2) % spins];
                let coupling = 0.5 * stream.normal();
                terms.push(Term { sites, coupling });
            }
            ("three-spin ring", spins)
        }
    };
    random_fields(stream, spins, &mut terms);
    let model = SpinHamiltonian::new(spins, terms).expect("distinct sites, finite couplings");
    (name, model)
}

/// A kernel that runs on the model and reaches every state.
fn random_kernel(stream: &mut Stream, model: &Arc<CompiledHamiltonian>) -> SpinKernel {
    loop {
        let name = pick(stream, &SpinKernel::NAMES);
        if let Some(Ok(kernel)) = SpinKernel::by_name(name, model.clone())
            && matches!(
                kernel.irreducibility(),
                Irreducibility::Positive | Irreducibility::Irreducible
            )
        {
            return kernel;
        }
    }
}

/// The average over all states.
fn exact(model: &SpinHamiltonian, compiled: &CompiledHamiltonian, observable: Observable) -> f64 {
    let n = model.spins();
    let states: Vec<Vec<i8>> = (0..1_u32 << n)
        .map(|s| {
            (0..n)
                .map(|i| if s >> i & 1 == 1 { 1 } else { -1 })
                .collect()
        })
        .collect();
    let exponents: Vec<f64> = states
        .iter()
        .map(|s| compiled.reduced_hamiltonian(s))
        .collect();
    let top = exponents.iter().copied().fold(f64::MIN, f64::max);
    let (mut z, mut sum) = (CompensatedSum::new(), CompensatedSum::new());
    for (state, k) in states.iter().zip(exponents) {
        let weight = (k - top).exp();
        let m: i64 = state.iter().map(|&s| i64::from(s)).sum();
        let value = match observable {
            Observable::Energy => -k,
            Observable::Magnetisation => m as f64,
            Observable::AbsMagnetisation => m.abs() as f64,
        };
        z.add(weight);
        sum.add(weight * value);
    }
    sum.value() / z.value() / n as f64
}

/// Comparison number `index`: the same whatever else is compared. Chains of up to `longest` measurements.
pub(crate) fn comparison(seed: Seed, index: u64, longest: f64) -> Comparison {
    let mut stream = seed.stream("coverage", index);
    let (name, model) = random_model(&mut stream);
    let compiled = Arc::new(CompiledHamiltonian::new(&model).expect("finite couplings"));
    let kernel = random_kernel(&mut stream, &compiled);
    let chains = pick(&mut stream, &[1, 2, 4, 4, 8]);
    let shortest: f64 = 200.0;
    let length = (shortest * (longest / shortest).powf(stream.uniform())) as u64;
    let every = pick(&mut stream, &[1, 1, 1, 3]);
    let sweeps = length * every;
    let start = pick(&mut stream, &[StartState::Random, StartState::Up]);
    let observable = pick(&mut stream, &Observable::ALL);
    let schedule = Schedule::new(chains, sweeps / 10, sweeps, every).expect("some samples");
    let values = UnitValues::spins(model.spins());
    let kernel_name = kernel.name();
    let seed = Seed(stream.next_u64());
    let mut run = ChainRun::start(kernel, schedule, values.clone(), start, seed);
    let series = Mutex::new(vec![RecordedSeries::default(); chains]);
    while !run.is_complete() {
        run.advance(
            Duration::from_hours(1),
            |chain, _, rows| {
                let mut series = series.lock().map_err(|_| ())?;
                series[chain].add(&compiled, &values, rows).ok_or(())
            },
            |_| (),
        )
        .expect("samples that were just written");
    }
    let series = series.into_inner().expect("no chain panicked");
    let views: Vec<&[f64]> = series
        .iter()
        .map(|s| match observable {
            Observable::Energy => s.energy.as_slice(),
            Observable::Magnetisation => s.magnetisation.as_slice(),
            Observable::AbsMagnetisation => s.abs_magnetisation.as_slice(),
        })
        .collect();
    let estimate = match Chains::new(&views) {
        Ok(chains) => Some(Estimate::from_chains(&chains)),
        Err(ChainsError::Constant { .. }) => None,
        Err(error) => panic!("comparison {index}: {error}"),
    };
    Comparison {
        model: name,
        kernel: kernel_name,
        observable,
        chains,
        exact: exact(&model, &compiled, observable),
        estimate,
    }
}
