//! Sampled evidence on the Ising model: Boltzmann averages on tori (28 to 30), the critical temperature
//! (31), and the dimension of the spin (32).
//!
//! Every draw is independent: a chain of its own that starts in an exact draw and then runs a production
//! kernel. If the kernel leaves the distribution unchanged, as it should, the end is an exact draw again.

mod tori;
mod transition;

pub(super) use tori::{AVERAGES, PARTITION, PROBABILITY};
pub(super) use transition::{CRITICAL_TEMPERATURE, SPIN_DIMENSION};

use crate::exact::{Limits, Strip};
use crate::ledger::{Trial, TrialError};
use crate::model::Lattice;
use crate::sample::{
    CompiledHamiltonian, CouplingFromThePast, ExactSampler, Kernel, SiteOrder, SpinState,
    SquareHeatBath, SquareIsing, SquareMetropolis, SquareSwendsenWang, SquareWolff,
};
use rayon::prelude::*;

/// Where exact draws come from.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Source {
    /// Transfer matrix; narrow lattices.
    Transfer,
    /// Coupling from the past.
    Past,
}

/// A kernel and how often it is applied.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Update {
    SwendsenWang(usize),
    Wolff(usize),
    HeatBath(usize),
    Metropolis(usize),
}

impl Update {
    fn name(self) -> &'static str {
        match self {
            Self::SwendsenWang(_) => "Swendsen–Wang",
            Self::Wolff(_) => "Wolff",
            Self::HeatBath(_) => "heat bath",
            Self::Metropolis(_) => "Metropolis",
        }
    }
}

/// Exact draws of the Ising model on a rectangle, with the streams that go on from them.
struct ExactDraws<'a> {
    trial: &'a Trial,
    purpose: String,
    model: SquareIsing,
    states: Vec<SpinState>,
}

impl<'a> ExactDraws<'a> {
    fn new(
        trial: &'a Trial,
        purpose: &str,
        lattice: Lattice,
        coupling: f64,
        (source, draws): (Source, u64),
    ) -> Result<Self, TrialError> {
        let model = SquareIsing::new(lattice, coupling, 0.0)
            .map_err(TrialError::refused("the Ising model"))?;
        let states = match source {
            Source::Transfer => by_transfer(trial, purpose, model, draws)?,
            Source::Past => from_the_past(trial, purpose, model, draws)?,
        };
        Ok(Self {
            trial,
            purpose: purpose.to_owned(),
            model,
            states,
        })
    }

    /// A number of every state after a kernel for another coupling (the same, unless it is a control) has
    /// gone on from it.
    fn after<T: Send>(
        &self,
        update: Update,
        coupling: f64,
        measure: impl Fn(&SpinState) -> T + Sync,
    ) -> Result<Vec<T>, TrialError> {
        let model = SquareIsing::new(self.model.lattice(), coupling, 0.0)
            .map_err(TrialError::refused("the Ising model"))?;
        match update {
            Update::SwendsenWang(n) => Ok(self.run(
                &SquareSwendsenWang::new(model),
                (update, coupling, n),
                measure,
            )),
            Update::Wolff(n) => {
                let kernel = SquareWolff::new(model).map_err(TrialError::refused("Wolff"))?;
                Ok(self.run(&kernel, (update, coupling, n), measure))
            }
            Update::HeatBath(n) => {
                let kernel = SquareHeatBath::new(model, SiteOrder::Sequential)
                    .map_err(TrialError::refused("heat bath"))?;
                Ok(self.run(&kernel, (update, coupling, n), measure))
            }
            Update::Metropolis(n) => {
                let kernel = SquareMetropolis::new(model, SiteOrder::Random)
                    .map_err(TrialError::refused("Metropolis"))?;
                Ok(self.run(&kernel, (update, coupling, n), measure))
            }
        }
    }

    fn run<K: Kernel<SpinState> + Clone + Send + Sync, T: Send>(
        &self,
        kernel: &K,
        (update, coupling, times): (Update, f64, usize),
        measure: impl Fn(&SpinState) -> T + Sync,
    ) -> Vec<T> {
        let purpose = format!("{}/{}/K = {coupling}", self.purpose, update.name());
        self.states
            .par_iter()
            .enumerate()
            .map_init(
                || kernel.clone(),
                |kernel, (i, start)| {
                    let mut stream = self.trial.stream(&purpose, i as u64);
                    let mut state = start.clone();
                    for _ in 0..times {
                        kernel.sweep(&mut state, &mut stream);
                    }
                    measure(&state)
                },
            )
            .collect()
    }
}

fn by_transfer(
    trial: &Trial,
    purpose: &str,
    model: SquareIsing,
    draws: u64,
) -> Result<Vec<SpinState>, TrialError> {
    let refused = TrialError::refused("the transfer matrix");
    let strip = Strip::homogeneous(model.lattice(), model.coupling(), 0.0)
        .map_err(TrialError::refused("the transfer matrix"))?;
    let samples = strip
        .samples(
            draws as usize,
            &mut trial.stream(purpose, 0),
            &Limits::default(),
        )
        .map_err(refused)?;
    let mut spins = vec![0; samples.spins()];
    Ok((0..samples.len())
        .filter_map(|i| {
            samples.write(i, &mut spins);
            SpinState::new(spins.clone())
        })
        .collect())
}

fn from_the_past(
    trial: &Trial,
    purpose: &str,
    model: SquareIsing,
    draws: u64,
) -> Result<Vec<SpinState>, TrialError> {
    let refused = TrialError::refused("the Ising model");
    let terms = model
        .lattice()
        .ising(model.coupling(), 0.0)
        .map_err(TrialError::refused("the Ising model"))?;
    let compiled = CompiledHamiltonian::new(&terms).map_err(refused)?;
    let sampler = CouplingFromThePast::new(&compiled)
        .map_err(TrialError::refused("coupling from the past"))?;
    (0..draws)
        .into_par_iter()
        .map_init(
            || sampler.clone(),
            |sampler, i| {
                sampler
                    .draw(&mut trial.stream(purpose, i))
                    .map_err(TrialError::refused("coupling from the past"))
            },
        )
        .collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
