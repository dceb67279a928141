//! One sampler's turn: how fast it is, what it estimates, and whether it leaves the model's distribution alone.

use super::Job;
use super::observed::{Observed, measure};
use super::starts::{CHAINS, Starts};
use crate::estimate::{
    Chains, Design, Doubt, Estimate, exact_mean_detectable, exact_mean_p_value,
    two_sample_kolmogorov,
};
use crate::random::Stream;
use crate::sample::{Irreducibility, Walk};
use std::time::Instant;

/// Most measurements of all long chains together.
const MOST_MEASURED: u64 = 1 << 17;
/// Seconds that finding a sampler's rate may take, and the part of its share.
const CALIBRATION: (f64, f64) = (0.02, 0.05);
/// Rounds of which the fastest is the rate.
const ROUNDS: usize = 3;
/// Distance of a long run from the exact value, in standard errors, that leaves nothing decided. The errors are
/// asymptotic, so it rejects nothing either.
const FAR: f64 = 6.0;
/// Points of a curve of convergence.
const CURVE: usize = 40;

/// What is the same for all samplers.
pub(super) struct Contest<'a> {
    pub(super) job: &'a Job,
    pub(super) starts: &'a Starts,
    pub(super) observed: &'a [Observed],
    pub(super) design: Design,
}

/// What the tests say of a sampler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Consistent,
    Rejected,
    Inconclusive,
}

impl Verdict {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Consistent => "consistent",
            Self::Rejected => "rejected",
            Self::Inconclusive => "inconclusive",
        }
    }
}

/// One observable by one sampler.
pub(super) struct Measured {
    pub(super) estimate: Result<Estimate, String>,
    /// Sweeps of all long chains, and the mean up to there.
    pub(super) curve: Vec<[f64; 2]>,
    pub(super) p_value: Option<f64>,
    pub(super) rejected: bool,
    /// Distance from the exact or the common value in standard errors: a diagnostic.
    pub(super) z: Option<f64>,
}

impl Measured {
    fn tau(&self) -> Option<f64> {
        self.estimate.as_ref().ok().map(|e| e.tau)
    }
}

/// One sampler.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) independent: bool,
    pub(super) irreducibility: &'static str,
    /// Chains that move together.
    pub(super) lanes: usize,
    /// Of one of those chains.
    pub(super) seconds_per_sweep: f64,
    /// All sweeps: measured, discarded and of the tested chains.
    pub(super) sweeps: u64,
    pub(super) length: u64,
    pub(super) discarded: u64,
    pub(super) draws: usize,
    pub(super) test_sweeps: u64,
    /// The deviation that the tests see, as a part of the range; `None` without tests.
    pub(super) detectable: Option<f64>,
    pub(super) measured: Vec<Measured>,
    pub(super) verdict: Verdict,
    pub(super) doubts: Vec<String>,
}

impl Entry {
    /// The longest autocorrelation time, in sweeps; ½ for independent draws.
    pub(super) fn tau(&self) -> Option<f64> {
        let longest = self
            .measured
            .iter()
            .filter_map(Measured::tau)
            .fold(f64::NAN, f64::max);
        (longest > 0.0).then_some(longest)
    }

    /// Seconds for one independent sample by the slowest observable.
    pub(super) fn seconds_per_sample(&self) -> Option<f64> {
        self.tau()
            .map(|tau| 2.0 * tau.max(0.5) * self.seconds_per_sweep)
    }

    /// Effective samples in a second.
    pub(super) fn ess_per_second(&self, e: &Estimate) -> f64 {
        1.0 / (2.0 * e.tau * self.seconds_per_sweep)
    }

    /// Seconds until the error is a tenth of the value: one digit. Each digit more takes a hundred times as long.
    pub(super) fn seconds_per_digit(&self, e: &Estimate) -> Option<f64> {
        let error = 10.0 * e.std_err / e.mean.abs();
        let seconds = error * error * e.n as f64 * self.seconds_per_sweep;
        seconds.is_finite().then_some(seconds)
    }
}

/// Long chains that are measured of each set, and sets.
fn sets_of_long_chains(lanes: usize) -> (usize, usize) {
    let together = lanes.min(CHAINS);
    (together, CHAINS.div_ceil(together))
}

/// Sweeps of the two runs.
#[derive(Debug, PartialEq, Eq)]
struct Work {
    length: u64,
    discarded: u64,
    draws: usize,
    test_sweeps: u64,
}

impl Work {
    /// The work that sweeps buy; they are counted for each chain that moves, whether it is looked at or not.
    /// A tested chain runs the whole rule once at least, which takes `period` sweeps, even if that is more.
    fn of(
        sweeps: u64,
        (lanes, period): (usize, u64),
        draws: usize,
        independent: bool,
        started: bool,
    ) -> Self {
        let (_, sets) = sets_of_long_chains(lanes);
        let set = (sets * lanes) as u64;
        // Where only some of the chains of a set are measured, measuring costs next to nothing.
        let part = if lanes == 1 { sweeps / 4 } else { sweeps / 2 };
        let length = (part / set).clamp(1, MOST_MEASURED / CHAINS as u64);
        let discarded = if started || independent {
            0
        } else {
            length / 10
        };
        let left = sweeps.saturating_sub(set * length);
        let draws = (draws as u64).min(left.max(1));
        let moved = draws.next_multiple_of(lanes as u64);
        Self {
            length: length - discarded,
            discarded,
            draws: draws as usize,
            test_sweeps: if independent {
                1
            } else {
                (left / moved).max(period)
            },
        }
    }
}

impl Contest<'_> {
    /// Seconds of a sweep of one chain, alone and as it is in a long chain, with measurements, by the clock: the
    /// shortest of several rounds, so that other programs count little.
    fn rates(&self, walk: &mut dyn Walk, share: Option<f64>) -> Result<[f64; 2], String> {
        let limit = share.map_or(CALIBRATION.0, |s| CALIBRATION.0.min(s * CALIBRATION.1));
        let mut stream = self.job.seed.stream("compare-calibration", 2);
        let rows = self.starts.random_rows(walk.scales().len(), 0);
        walk.start(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let (together, _) = sets_of_long_chains(walk.lanes());
        let mut rates = [0.0; 2];
        let mut sink = 0.0;
        for (measured, rate) in rates.iter_mut().enumerate() {
            let mut block = walk.batch();
            let mut rounds = 0;
            loop {
                let begin = Instant::now();
                for _ in 0..block {
                    walk.step(&mut stream)?;
                    for lane in 0..measured * together {
                        walk.show(lane);
                        measure(self.observed, &self.job.model, walk.spins(), |_, x| {
                            sink += x;
                        });
                    }
                }
                let seconds = begin.elapsed().as_secs_f64().max(1e-9);
                let here = seconds / (block as f64 * walk.lanes() as f64);
                if seconds >= limit {
                    // Other programs make some rounds slower, none faster.
                    *rate = if rounds == 0 { here } else { rate.min(here) };
                    rounds += 1;
                    if rounds == ROUNDS || seconds > 4.0 * limit {
                        break;
                    }
                } else {
                    block *= 2;
                }
            }
        }
        // The sum is used, so that the measurements are not optimised away.
        std::hint::black_box(sink);
        Ok(rates)
    }

    /// Runs a sampler; an error is the reason why it cannot.
    pub(super) fn run(
        &self,
        walk: &mut dyn Walk,
        sweeps: Option<u64>,
        share: Option<f64>,
    ) -> Result<Entry, String> {
        let rates = self.rates(walk, share)?;
        let lanes = walk.lanes();
        let sweeps = sweeps.unwrap_or_else(|| {
            let seconds = share.unwrap_or(1.0);
            let (_, sets) = sets_of_long_chains(lanes);
            // A part of the sweeps is measured, up to a number.
            let part = if lanes == 1 { 4.0 } else { 2.0 };
            let most = MOST_MEASURED / CHAINS as u64 * (sets * lanes) as u64;
            let parts = (0.9 * part * seconds / ((part - 1.0) * rates[0] + rates[1])) as u64;
            let rest = (0.9 * seconds - most as f64 * rates[1]) / rates[0];
            parts
                .min(part as u64 * most)
                .max(rest.max(0.0) as u64)
                .max(512 * lanes as u64)
        });
        let (independent, started) = (walk.is_independent(), self.starts.has(walk.scales()));
        let moves = (lanes, walk.period());
        let work = Work::of(sweeps, moves, self.starts.draws, independent, started);
        let chains = self.long_chains(walk, &work)?;
        let mut measured = self.estimates(&chains);
        let tested = independent || started;
        let mut doubts = Vec::new();
        let mut detectable = None;
        if tested {
            let finals = self.tested_chains(walk, &work)?;
            for ((m, o), values) in measured.iter_mut().zip(self.observed).zip(&finals) {
                m.p_value = p_value(o, values);
                m.rejected = m.p_value.is_some_and(|p| p <= self.design.alpha());
            }
            detectable = self.detectable(work.draws);
        }
        let mut entry = Entry {
            name: walk.name().to_owned(),
            independent,
            irreducibility: match walk.irreducibility() {
                Irreducibility::Positive => "positive",
                Irreducibility::Irreducible => "irreducible",
                _ => "unknown",
            },
            lanes,
            seconds_per_sweep: rates[0],
            sweeps,
            length: work.length,
            discarded: work.discarded,
            draws: if tested { work.draws } else { 0 },
            test_sweeps: work.test_sweeps,
            detectable,
            measured,
            verdict: Verdict::Consistent,
            doubts: Vec::new(),
        };
        if !tested {
            doubts.push("no independent draws to start from, so nothing is tested".to_owned());
        } else if detectable.is_none_or(|d| d > self.job.detect) {
            doubts.push(match detectable {
                Some(seen) => format!(
                    "{} draws see deviations from {seen:.3} of the range on, not {}",
                    work.draws, self.job.detect
                ),
                None => format!("{} draws are too few to see any deviation", work.draws),
            });
        }
        if tested && entry.measured.iter().all(|m| m.p_value.is_none()) {
            doubts.push("no observable could be tested".to_owned());
        }
        for (m, o) in entry.measured.iter().zip(self.observed) {
            let known = o.exact.is_some() || !o.reference.is_empty();
            if tested && known && m.p_value.is_none() {
                doubts.push(format!("{} could not be tested", o.name));
            }
            doubts.extend(far_off(m, o));
        }
        let tau = entry.tau();
        if tested && !independent {
            // A wrong kernel that has hardly moved still looks like its start.
            let open = entry
                .measured
                .iter()
                .any(|m| matches!(&m.estimate, Ok(e) if e.doubts.contains(&Doubt::WindowOpen)));
            if open {
                doubts.push("the autocorrelations do not end within half a chain".to_owned());
            } else if let Some(tau) = tau.filter(|t| (work.test_sweeps as f64) < 2.0 * t) {
                doubts.push(format!(
                    "tested chains of {} sweeps are shorter than two autocorrelation times, {:.1}",
                    work.test_sweeps,
                    2.0 * tau
                ));
            }
        }
        entry.verdict = if entry.measured.iter().any(|m| m.rejected) {
            Verdict::Rejected
        } else if doubts.is_empty() {
            Verdict::Consistent
        } else {
            Verdict::Inconclusive
        };
        entry.doubts = doubts;
        Ok(entry)
    }

    /// The deviation that every test sees, fixed by the numbers of draws: of a mean as a part of the range, or
    /// of a distribution function between two samples.
    fn detectable(&self, draws: usize) -> Option<f64> {
        let one = |o: &Observed| match (o.exact, o.reference.len()) {
            (Some(_), _) => exact_mean_detectable(&self.design, draws as u64).ok(),
            (None, 0) => None,
            (None, m) => {
                let (n, m) = (draws as f64, m as f64);
                Some(self.design.detectable_deviation(n * m / (n + m)))
            }
        };
        // More than the whole range is nothing.
        let seen = self.observed.iter().filter_map(one).reduce(f64::max);
        seen.filter(|deviation| *deviation < 1.0)
    }

    fn stream(&self, walk: &dyn Walk, purpose: &str, index: usize) -> Stream {
        let purpose = format!("compare-{purpose}-{}", walk.name());
        self.job.seed.stream(&purpose, index as u64)
    }

    /// Begins from the draw of this number, and chains that move along from those that follow.
    fn begin(&self, walk: &mut dyn Walk, index: usize, together: usize) {
        let scales = walk.scales().to_vec();
        let drawn: Option<Vec<Vec<&[i8]>>> = (index..index + together)
            .map(|i| self.starts.rows(&scales, i))
            .collect();
        if let Some(rows) = drawn {
            walk.start(&rows.concat());
        } else {
            let rows: Vec<Vec<i8>> = (index..index + together)
                .flat_map(|i| self.starts.random_rows(scales.len(), i))
                .collect();
            walk.start(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>());
        }
    }

    /// Every observable of every long chain.
    fn long_chains(&self, walk: &mut dyn Walk, work: &Work) -> Result<Vec<Vec<Vec<f64>>>, String> {
        let mut series = vec![vec![Vec::new(); CHAINS]; self.observed.len()];
        let (together, _) = sets_of_long_chains(walk.lanes());
        for first in (0..CHAINS).step_by(together) {
            let mut stream = self.stream(walk, "chain", first);
            let together = together.min(CHAINS - first);
            self.begin(walk, self.starts.draws + first, together);
            for _ in 0..work.discarded {
                walk.step(&mut stream)?;
            }
            for _ in 0..work.length {
                walk.step(&mut stream)?;
                for lane in 0..together {
                    walk.show(lane);
                    measure(self.observed, &self.job.model, walk.spins(), |i, x| {
                        series[i][first + lane].push(x);
                    });
                }
            }
        }
        Ok(series)
    }

    /// Every observable of the last state of every tested chain.
    fn tested_chains(&self, walk: &mut dyn Walk, work: &Work) -> Result<Vec<Vec<f64>>, String> {
        let mut finals = vec![Vec::new(); self.observed.len()];
        let independent = walk.is_independent();
        let mut stream = self.stream(walk, "test", 0);
        if independent {
            self.begin(walk, 0, 1);
        }
        for draw in (0..work.draws).step_by(walk.lanes()) {
            let together = walk.lanes().min(work.draws - draw);
            if !independent {
                stream = self.stream(walk, "test", draw);
                self.begin(walk, draw, together);
            }
            for _ in 0..work.test_sweeps {
                walk.step(&mut stream)?;
            }
            for lane in 0..together {
                walk.show(lane);
                measure(self.observed, &self.job.model, walk.spins(), |i, x| {
                    finals[i].push(x);
                });
            }
        }
        Ok(finals)
    }

    fn estimates(&self, series: &[Vec<Vec<f64>>]) -> Vec<Measured> {
        series
            .iter()
            .zip(self.observed)
            .map(|(chains, observed)| {
                let slices: Vec<&[f64]> = chains.iter().map(Vec::as_slice).collect();
                let estimate = Chains::new(&slices)
                    .map(|c| Estimate::from_chains(&c))
                    .map_err(|e| e.to_string());
                let z = match (&estimate, observed.exact) {
                    (Ok(e), Some(exact)) if e.std_err > 0.0 => {
                        let nearest = e.mean.clamp(exact.lo(), exact.hi());
                        Some((e.mean - nearest) / e.std_err)
                    }
                    _ => None,
                };
                Measured {
                    estimate,
                    curve: curve(chains),
                    p_value: None,
                    rejected: false,
                    z,
                }
            })
            .collect()
    }
}

/// Means of the first parts of all chains, with lengths that grow by the same factor.
fn curve(chains: &[Vec<f64>]) -> Vec<[f64; 2]> {
    let length = chains.iter().map(Vec::len).min().unwrap_or(0);
    let mut points = Vec::new();
    let (mut sum, mut next) = (0.0, 4.0_f64.min(length as f64));
    let factor = (length as f64 / 4.0).max(1.0).powf(1.0 / CURVE as f64);
    for t in 0..length {
        sum += chains.iter().map(|c| c[t]).sum::<f64>();
        let so_far = (t + 1) as f64;
        if so_far >= next || t + 1 == length {
            let total = so_far * chains.len() as f64;
            points.push([total, sum / total]);
            next = (next * factor).max(so_far + 1.0);
        }
    }
    points
}

/// Of valid size at every number of draws; `None` if there is nothing to test against.
fn p_value(observed: &Observed, values: &[f64]) -> Option<f64> {
    match observed.exact {
        Some(exact) => exact_mean_p_value(values, observed.bounds, [exact.lo(), exact.hi()]).ok(),
        None if observed.reference.is_empty() => None,
        None => two_sample_kolmogorov(values, &observed.reference)
            .ok()
            .map(|t| t.p_value),
    }
}

/// What a distance too large for chance makes doubtful.
fn far_off(measured: &Measured, observed: &Observed) -> Option<String> {
    let z = measured.z.filter(|z| z.abs() > FAR && !measured.rejected)?;
    Some(format!(
        "{} of the long chains is {z:+.1} standard errors off, which the tested draws are too few to decide",
        observed.name
    ))
}

/// Where nothing exact is known, the distance of each sampler from the mean of all of them; one that is far off is
/// no longer called consistent.
pub(super) fn against_each_other(entries: &mut [Entry], observed: &[Observed]) {
    for (i, o) in observed.iter().enumerate() {
        if o.exact.is_some() {
            continue;
        }
        let (mut weight, mut sum) = (0.0, 0.0);
        for e in entries
            .iter()
            .filter_map(|e| e.measured[i].estimate.as_ref().ok())
        {
            let w = 1.0 / (e.std_err * e.std_err);
            if w.is_finite() {
                weight += w;
                sum += w * e.mean;
            }
        }
        for entry in &mut *entries {
            let measured = &mut entry.measured[i];
            if let Ok(e) = &measured.estimate
                && e.std_err > 0.0
                && weight > 0.0
            {
                measured.z = Some((e.mean - sum / weight) / e.std_err);
            }
            if let Some(doubt) = far_off(measured, o) {
                entry.doubts.push(doubt);
                if entry.verdict == Verdict::Consistent {
                    entry.verdict = Verdict::Inconclusive;
                }
            }
        }
    }
}

/// The cheapest independent sample first; what has none comes last.
pub(super) fn rank(entries: &mut [Entry]) {
    let cost = |e: &Entry| e.seconds_per_sample().unwrap_or(f64::INFINITY);
    entries.sort_by(|a, b| cost(a).total_cmp(&cost(b)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sweeps_buy_the_work_that_they_count() {
        for (sweeps, length, test_sweeps) in
            [(512, 32, 1), (40_000, 2500, 6), (1 << 30, 1 << 15, 214_722)]
        {
            let work = Work::of(sweeps, (1, 1), 5000, false, true);
            assert_eq!((work.length, work.test_sweeps), (length, test_sweeps));
        }
        // 512 chains at once: half of the sweeps for the set with the long chains, and all sets are paid for.
        let work = Work::of(512 * 2000, (512, 64), 5000, false, true);
        assert_eq!(
            (work.length, work.draws, work.test_sweeps),
            (1000, 5000, 100)
        );
        let work = Work::of(512 * 2000, (512, 64), 5000, false, false);
        assert_eq!((work.length, work.discarded), (900, 100));
        let few = Work::of(64, (512, 1), 5000, false, true);
        assert_eq!((few.length, few.draws, few.test_sweeps), (1, 1, 1));
        // Not without the sweep that is another one.
        let few = Work::of(64, (512, 64), 5000, false, true);
        assert_eq!(few.test_sweeps, 64);
    }
}
