//! Independent draws of the model, from which chains start that are tested.

use super::super::exact_engine::ExactEngine;
use super::{Field, Job};
use crate::exact::{ExactError, draw};
use crate::model::{SpinHamiltonian, Term};
use crate::random::{Seed, Stream};
use crate::sample::{ExactSampler, Irreducibility, SpinState, Walk};
use std::sync::Arc;
use std::time::Instant;

/// Long chains of each sampler.
pub(super) const CHAINS: usize = 4;
/// Part of a sampler's share of the budget that draws to start from may take, if each of them is dear.
const PART: f64 = 0.5;
/// Most spins of all starts together.
const MOST_SPINS: usize = 1 << 29;

/// `scale · 𝒦`.
fn scaled(model: &SpinHamiltonian, scale: f64) -> Option<SpinHamiltonian> {
    let terms = model.terms().iter().map(|t| Term {
        sites: t.sites.clone(),
        coupling: scale * t.coupling,
    });
    SpinHamiltonian::new(model.spins(), terms.collect()).ok()
}

/// Rows of independent draws at each scale that a sampler asks for.
pub(super) struct Starts {
    spins: usize,
    seed: Seed,
    /// Scale and rows; without a row there is no draw at this scale.
    drawn: Vec<(f64, Vec<i8>)>,
    origin: &'static str,
    /// Chains that are tested.
    pub(super) draws: usize,
    /// Draws of their own, for what is not known exactly.
    pub(super) reference: Vec<i8>,
}

impl Starts {
    /// Draws for every sampler of the field.
    pub(super) fn draw(job: &Job, field: &Field, share: Option<f64>) -> Self {
        let n = job.bare.spins();
        let mut scales: Vec<f64> = Vec::new();
        for &scale in field.walks.iter().flat_map(|c| c.walk.scales()) {
            if !scales.iter().any(|s| s.total_cmp(&scale).is_eq()) {
                scales.push(scale);
            }
        }
        if scales.is_empty() {
            scales.push(1.0);
        }
        let mut draws = job.draws.min(MOST_SPINS / (n * (scales.len() + 1)));
        let mut starts = Self {
            spins: n,
            seed: job.seed,
            drawn: Vec::new(),
            origin: "exact draws",
            draws,
            reference: Vec::new(),
        };
        for (k, &scale) in scales.iter().enumerate() {
            let mut stream = job.seed.stream("compare-starts", k as u64);
            let rows = scaled(&job.bare, scale)
                .and_then(|m| draw(&m, draws + CHAINS, &mut stream, &job.limits).ok());
            starts.drawn.push((scale, rows.unwrap_or_default()));
        }
        if !starts.drawn[0].1.is_empty() {
            let mut stream = job.seed.stream("compare-reference", 0);
            starts.reference = draw(&job.bare, draws, &mut stream, &job.limits).unwrap_or_default();
            return starts;
        }
        starts.origin = "none";
        let coupling = crate::sample::walks(&job.model, None, None)
            .into_iter()
            .find(|w| w.0 == "coupling-from-the-past");
        let Some((_, Ok(mut walk))) = coupling else {
            return starts;
        };
        if let Some(share) = share {
            let mut stream = job.seed.stream("compare-calibration", 0);
            let begin = Instant::now();
            if walk.step(&mut stream).is_err() {
                return starts;
            }
            let each = begin.elapsed().as_secs_f64().max(1e-9);
            draws = draws.min(((PART * share / each) as usize).max(2));
            starts.draws = draws;
        }
        let mut take = |purpose: &str, count: usize| -> Vec<i8> {
            let mut stream = job.seed.stream(purpose, 0);
            let mut rows = Vec::with_capacity(count * n);
            for _ in 0..count {
                if walk.step(&mut stream).is_err() {
                    return Vec::new();
                }
                rows.extend_from_slice(walk.spins());
            }
            rows
        };
        let rows = take("compare-starts", draws + CHAINS);
        if !rows.is_empty() {
            starts.reference = take("compare-reference", draws);
            starts.drawn[0].1 = rows;
            starts.origin = "coupling from the past";
        }
        starts
    }

    /// Where the draws come from.
    pub(super) fn origin(&self) -> &'static str {
        self.origin
    }

    /// Whether there are draws at all these scales.
    pub(super) fn has(&self, scales: &[f64]) -> bool {
        scales.iter().all(|s| !self.rows_at(*s).is_empty())
    }

    fn rows_at(&self, scale: f64) -> &[i8] {
        self.drawn
            .iter()
            .find(|d| d.0.total_cmp(&scale).is_eq())
            .map_or(&[], |d| &d.1)
    }

    /// Draw number `index` at each scale; those from [`Starts::draws`] on are for long chains.
    pub(super) fn rows(&self, scales: &[f64], index: usize) -> Option<Vec<&[i8]>> {
        scales
            .iter()
            .map(|&s| self.rows_at(s).chunks_exact(self.spins).nth(index))
            .collect()
    }

    /// Spins at random, for chains that have no draw to start from.
    pub(super) fn random_rows(&self, scales: usize, chain: usize) -> Vec<Vec<i8>> {
        let mut stream = self.seed.stream("compare-random-starts", chain as u64);
        (0..scales)
            .map(|_| SpinState::random(self.spins, &mut stream).spins().to_vec())
            .collect()
    }
}

/// Independent draws by the engines that solve the model.
struct ExactWalk {
    engine: ExactEngine,
    batch: Vec<SpinState>,
    at: usize,
}

/// The draws of the engines as a sampler, if one is within the limits.
pub(super) fn exact_walk(job: &Job) -> Result<Box<dyn Walk>, ExactError> {
    let mut stream = job.seed.stream("compare-calibration", 1);
    let model = Arc::new(job.bare.clone());
    let engine = ExactEngine::new(model, job.limits, &mut stream)?;
    let batch = vec![SpinState::up(job.bare.spins())];
    Ok(Box::new(ExactWalk {
        engine,
        batch,
        at: 0,
    }))
}

impl Walk for ExactWalk {
    fn name(&self) -> &'static str {
        self.engine.name()
    }
    fn irreducibility(&self) -> Irreducibility {
        Irreducibility::Positive
    }
    fn is_independent(&self) -> bool {
        true
    }
    fn batch(&self) -> u64 {
        self.engine.batch() as u64
    }
    fn start(&mut self, _: &[&[i8]]) {
        // What is left belongs to another stream.
        self.at = self.batch.len() - 1;
    }
    fn step(&mut self, stream: &mut Stream) -> Result<(), String> {
        self.at += 1;
        if self.at >= self.batch.len() {
            let count = self.engine.batch();
            let drawn = self.engine.draw_many(count, stream);
            self.batch = drawn.map_err(|e| e.to_string())?;
            self.at = 0;
        }
        Ok(())
    }
    fn spins(&self) -> &[i8] {
        self.batch[self.at].spins()
    }
}
