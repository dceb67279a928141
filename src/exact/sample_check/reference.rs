//! What is known exactly of a model, as far as the limits allow.

use super::super::bond_torus::HomogeneousTorus;
use super::super::select::is_even;
use super::super::{
    DensityOfStates, ExactError, Limits, PairTable, Strip, StripTask, Want, kaufman,
    pairs_in_terms, plan_all, solve, solve_edges,
};
use super::Kind;
use crate::model::{Boundary, Lattice, SpinHamiltonian};
use crate::numeric::Enclosure;
use num_traits::Zero;
use std::collections::BTreeMap;

/// Most spins whose states are listed one by one.
const LISTED: usize = 20;
/// Most spins whose states are each tested.
const HISTOGRAM: usize = 12;
/// Correlators of all pairs, rather than of those that share a term, are asked for below this cost.
const ALL_PAIRS_SECONDS: f64 = 2.0;
/// Nanoseconds for one word operation of a density of states, by its own documentation 12 s for the 10×10 torus.
const NS_COUNT: f64 = 0.055;

/// A number that each row has, by which rows are put in an order.
#[derive(Clone, Debug)]
pub(super) enum Statistic {
    /// 𝒦 as its terms add up in double precision; up to 64 spins.
    Hamiltonian,
    /// 𝒦 of a homogeneous lattice, from the number of its broken bonds and of up spins.
    Lattice {
        bonds: Vec<(usize, usize)>,
        coupling: f64,
        field: f64,
    },
    /// Number of up spins.
    Ups,
}

fn lattice_energy(coupling: f64, field: f64, aligned: i64, magnetization: i64) -> f64 {
    coupling * aligned as f64 + field * magnetization as f64
}

impl Statistic {
    pub(super) fn of(&self, model: &SpinHamiltonian, row: &[i8]) -> f64 {
        match self {
            Self::Hamiltonian => {
                let bits = row.iter().rev().fold(0, |b, &s| b << 1 | u64::from(s > 0));
                model.energy_of_bits(bits)
            }
            Self::Lattice {
                bonds,
                coupling,
                field,
            } => {
                let aligned = bonds.iter().map(|&(i, j)| i64::from(row[i] * row[j])).sum();
                let m = row.iter().map(|&s| i64::from(s)).sum();
                lattice_energy(*coupling, *field, aligned, m)
            }
            Self::Ups => row.iter().filter(|&&s| s > 0).count() as f64,
        }
    }
}

/// The distribution of a statistic: its values in order, and their probabilities.
#[derive(Clone, Debug)]
pub(super) struct Law {
    pub(super) statistic: Statistic,
    pub(super) values: Vec<f64>,
    pub(super) probability: Vec<Enclosure>,
}

/// A finite double in the order of doubles, with one zero.
#[derive(Clone, Copy, PartialEq)]
struct Ordered(f64);

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.0 + 0.0).total_cmp(&(other.0 + 0.0))
    }
}

impl Law {
    fn of(statistic: Statistic, entries: impl Iterator<Item = (f64, Enclosure)>) -> Self {
        let mut law = BTreeMap::<Ordered, Enclosure>::new();
        for (value, p) in entries {
            law.entry(Ordered(value))
                .and_modify(|q| *q = *q + p)
                .or_insert(p);
        }
        Self {
            statistic,
            values: law.keys().map(|k| k.0).collect(),
            probability: law.into_values().collect(),
        }
    }

    /// Whether the statistic is 𝒦 with its constant.
    pub(super) fn of_terms(&self) -> bool {
        matches!(self.statistic, Statistic::Hamiltonian)
    }

    /// The mean of a function that is exact in double precision.
    pub(super) fn mean(&self, f: impl Fn(f64) -> f64) -> Enclosure {
        let terms = self.values.iter().zip(&self.probability);
        terms.fold(Enclosure::zero(), |sum, (&x, &p)| {
            sum + Enclosure::exact(f(x)) * p
        })
    }

    /// The position of a value; `None` for one that no state has.
    pub(super) fn position(&self, value: f64) -> Option<usize> {
        self.values
            .binary_search_by(|x| Ordered(*x).cmp(&Ordered(value)))
            .ok()
    }

    /// `P(statistic ≤ values[k])` for each k.
    pub(super) fn cumulative(&self) -> Vec<Enclosure> {
        let mut sum = Enclosure::zero();
        self.probability
            .iter()
            .map(|&p| {
                sum = sum + p;
                Enclosure::new(sum.lo().clamp(0.0, 1.0), sum.hi().clamp(0.0, 1.0))
            })
            .collect()
    }
}

/// The mean of 𝒦 without its constant, where the distribution is not at hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct MeanEnergy {
    pub(super) mean: Enclosure,
    /// |𝒦| is nowhere larger.
    pub(super) bound: f64,
}

/// Everything known of a model.
#[derive(Clone, Debug, Default)]
pub(super) struct Reference {
    /// `P(s_i = +1)` of every spin.
    pub(super) up: Vec<Enclosure>,
    /// `P(s_i = s_j)`.
    pub(super) equal: Vec<(usize, usize, Enclosure)>,
    /// Whether these are all pairs.
    pub(super) all_pairs: bool,
    pub(super) energy: Option<Law>,
    pub(super) mean_energy: Option<MeanEnergy>,
    pub(super) magnetization: Option<Law>,
    /// The probability of each state, bit i set where spin i is up.
    pub(super) states: Option<Vec<Enclosure>>,
    /// What could not be had, and why.
    pub(super) left_out: Vec<(Kind, String)>,
}

/// `(1 + ⟨x⟩)/2` for `x = ±1`.
fn probability(mean: Enclosure) -> Enclosure {
    let half = Enclosure::exact(0.5);
    let p = half + half * mean;
    Enclosure::new(p.lo().clamp(0.0, 1.0), p.hi().clamp(0.0, 1.0))
}

/// Weights over their sum.
fn normalised(log_weights: &[Enclosure]) -> Vec<Enclosure> {
    let top = log_weights
        .iter()
        .map(|w| w.hi())
        .fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<Enclosure> = log_weights
        .iter()
        .map(|&w| (w - Enclosure::exact(top)).exp())
        .collect();
    // In blocks, so that the outward roundings of a million additions stay small.
    let sum = weights
        .chunks(1024)
        .map(|block| block.iter().fold(Enclosure::zero(), |a, &b| a + b))
        .fold(Enclosure::zero(), |a, b| a + b);
    weights.into_iter().map(|w| w / sum).collect()
}

/// The number that all are, if they are one.
fn shared(mut all: impl Iterator<Item = f64>) -> Option<f64> {
    let first = all.next()?;
    all.all(|x| x.total_cmp(&first).is_eq()).then_some(first)
}

/// The homogeneous lattice that a Hamiltonian is, with K and h; terms that are lost in another one's rounding are
/// passed over, for no sample shows them.
pub fn homogeneous_lattice(model: &SpinHamiltonian) -> Option<(Lattice, f64, f64)> {
    let n = model.spins();
    let mut bonds = BTreeMap::<(usize, usize), (usize, f64)>::new();
    let mut field: Vec<Option<f64>> = vec![None; n];
    let is_lost_in = |small: f64, k: f64| small.abs() <= f64::EPSILON / 2.0 * k.abs();
    for term in model.terms() {
        match *term.sites.as_slice() {
            [i] => match field[i] {
                Some(h) if is_lost_in(term.coupling, h) => {}
                Some(_) => return None,
                None => field[i] = Some(term.coupling),
            },
            [] => {}
            [i, j] => {
                let bond = bonds
                    .entry((i.min(j), i.max(j)))
                    .or_insert((0, term.coupling));
                if bond.0 > 0 && is_lost_in(term.coupling, bond.1) && bond.1 != 0.0 {
                    continue;
                }
                if bond.1.total_cmp(&term.coupling).is_ne() {
                    return None;
                }
                bond.0 += 1;
            }
            _ => return None,
        }
    }
    let coupling = shared(bonds.values().map(|b| b.1))?;
    let field = shared(field.iter().map(|h| h.unwrap_or(0.0)))?;
    let both = [Boundary::Open, Boundary::Periodic];
    (1..=n)
        .filter(|rows| n.is_multiple_of(*rows))
        .flat_map(|rows| both.map(|v| both.map(|h| Lattice::new(rows, n / rows, v, h))))
        .flatten()
        .find(|lattice| {
            let mut wanted = BTreeMap::new();
            for (i, j) in lattice.bonds() {
                *wanted.entry((i.min(j), i.max(j))).or_insert(0) += 1;
            }
            wanted.len() == bonds.len()
                && wanted
                    .iter()
                    .all(|(b, count)| bonds.get(b).is_some_and(|x| x.0 == *count))
        })
        .map(|lattice| (lattice, coupling, field))
}

/// Seconds that the density of states will take.
fn counting_seconds(lattice: Lattice) -> f64 {
    let (w, l) = (
        lattice.rows().min(lattice.columns()) as f64,
        lattice.rows().max(lattice.columns()) as f64,
    );
    let starts = (w.exp2() / (2.0 * w)).max(1.0);
    let n = w * l;
    2.0 * n * n * starts * l * w.exp2() * w * NS_COUNT * 1e-9
}

impl Reference {
    /// Finds out what can be known within the limits.
    ///
    /// # Errors
    /// [`ExactError`] if not even the means of the spins can be had, and for models that no engine takes.
    pub(super) fn of(model: &SpinHamiltonian, limits: &Limits) -> Result<Self, ExactError> {
        let mut found = Self::default();
        found.singles_and_pairs(model, limits)?;
        if model.spins() <= LISTED {
            found.list(model);
        } else {
            found.count(model, limits);
            found.magnetize(model, limits);
            found.average(model, limits);
        }
        if model.spins() > HISTOGRAM {
            let reason = format!("more than {HISTOGRAM} spins");
            found.left_out.push((Kind::States, reason));
        }
        Ok(found)
    }

    fn singles_and_pairs(
        &mut self,
        model: &SpinHamiltonian,
        limits: &Limits,
    ) -> Result<(), ExactError> {
        let cheap = plan_all(model, Want::ALL)
            .first()
            .is_some_and(|p| p.seconds <= ALL_PAIRS_SECONDS && limits.exceeded_by(p).is_none());
        if cheap {
            let result = solve(model, Want::ALL, limits)?;
            let pairs = result.pair.iter().flat_map(PairTable::iter);
            self.equal = pairs.map(|(i, j, c)| (i, j, probability(c))).collect();
            self.up = result.mean.into_iter().flatten().map(probability).collect();
            self.all_pairs = true;
            return Ok(());
        }
        let by_rows = Strip::recognise(model)
            .filter(|s| limits.exceeded_by(&s.plan(StripTask::Marginals)).is_none());
        if let Some(strip) = by_rows {
            let found = strip.marginals(limits)?;
            self.up = found.means.into_iter().map(probability).collect();
            self.equal = found
                .bonds
                .into_iter()
                .map(|(i, j, c)| (i.min(j), i.max(j), probability(c)))
                .collect();
            return Ok(());
        }
        let refusal = match solve_edges(model, &pairs_in_terms(model), limits) {
            Ok(found) => {
                self.up = found
                    .result
                    .mean
                    .into_iter()
                    .flatten()
                    .map(probability)
                    .collect();
                self.equal = found
                    .edge
                    .iter()
                    .map(|&(i, j, c)| (i, j, probability(c)))
                    .collect();
                return Ok(());
            }
            Err(error) => error,
        };
        if !is_even(model) {
            return Err(refusal);
        }
        // Without a field either sign is as likely.
        self.up = vec![Enclosure::exact(0.5); model.spins()];
        if let Some(t) = HomogeneousTorus::recognise(model)
            && t.horizontal.total_cmp(&t.vertical).is_eq()
            && t.horizontal != 0.0
            && let Ok(exact) = kaufman(t.rows, t.columns, t.horizontal, t.vertical)
        {
            // All bonds are alike if both directions have as many sites, all of a direction otherwise.
            let total = -exact.mean_energy;
            if t.rows == t.columns {
                let bonds = Enclosure::exact(2.0 * model.spins() as f64);
                let each = total / (bonds * Enclosure::exact(t.horizontal));
                let each = probability(each);
                self.equal = pairs_in_terms(model)
                    .iter()
                    .map(|&(i, j)| (i, j, each))
                    .collect();
            } else {
                self.left_out.push((Kind::Pairs, refusal.to_string()));
            }
            self.mean_energy = Some(MeanEnergy {
                mean: total,
                bound: bound(model),
            });
        } else {
            self.left_out.push((Kind::Pairs, refusal.to_string()));
        }
        Ok(())
    }

    /// All states, one by one.
    fn list(&mut self, model: &SpinHamiltonian) {
        let n = model.spins();
        let strength: f64 = model.terms().iter().map(|t| t.coupling.abs()).sum();
        // A sum of m numbers of magnitudes adding up to S is right to m u S.
        let error = model.terms().len() as f64 * f64::EPSILON * strength;
        let energy: Vec<f64> = (0..1_u64 << n).map(|s| model.energy_of_bits(s)).collect();
        let log_weights: Vec<Enclosure> = energy
            .iter()
            .map(|&e| Enclosure::around(e, error))
            .collect();
        let p = normalised(&log_weights);
        self.energy = Some(Law::of(
            Statistic::Hamiltonian,
            energy.into_iter().zip(p.iter().copied()),
        ));
        let ups = (0..1_u64 << n).map(|s| f64::from(s.count_ones()));
        self.magnetization = Some(Law::of(Statistic::Ups, ups.zip(p.iter().copied())));
        self.states = (n <= HISTOGRAM).then_some(p);
    }

    /// Energy and magnetisation from the number of states with each, where that can be counted.
    fn count(&mut self, model: &SpinHamiltonian, limits: &Limits) {
        let Some((lattice, coupling, field)) = homogeneous_lattice(model) else {
            return;
        };
        let seconds = counting_seconds(lattice);
        if lattice.sites() > 100 || seconds > limits.max_seconds {
            return;
        }
        let Ok(g) = DensityOfStates::of(lattice) else {
            return;
        };
        let (n, bonds) = (g.sites() as i64, g.bonds() as i64);
        let mut levels = Vec::new();
        for b in 0..=g.bonds() {
            for up in 0..=g.sites() {
                let count = g.count(b, up);
                if count > 0 {
                    levels.push((bonds - 2 * b as i64, 2 * up as i64 - n, count));
                }
            }
        }
        let log_weights: Vec<Enclosure> = levels
            .iter()
            .map(|&(aligned, m, count)| {
                let count = count as f64;
                let exact = |x: i64| Enclosure::exact(x as f64);
                Enclosure::around(count, count * f64::EPSILON).ln()
                    + Enclosure::exact(coupling) * exact(aligned)
                    + Enclosure::exact(field) * exact(m)
            })
            .collect();
        let p = normalised(&log_weights);
        let energy = levels
            .iter()
            .map(|l| lattice_energy(coupling, field, l.0, l.1));
        let statistic = Statistic::Lattice {
            bonds: lattice.bonds(),
            coupling,
            field,
        };
        self.energy = Some(Law::of(statistic, energy.zip(p.iter().copied())));
        let ups = levels.iter().map(|l| i64::midpoint(l.1, n) as f64);
        self.magnetization = Some(Law::of(Statistic::Ups, ups.zip(p)));
    }

    fn magnetize(&mut self, model: &SpinHamiltonian, limits: &Limits) {
        if self.magnetization.is_some() {
            return;
        }
        let found = match Strip::recognise(model) {
            None => Err("no strip of a square lattice up to 20 sites wide".to_owned()),
            Some(strip) => strip.magnetization(limits).map_err(|e| e.to_string()),
        };
        match found {
            Ok(m) => {
                let entries = m.probability.into_iter().enumerate();
                let law = Law::of(Statistic::Ups, entries.map(|(k, p)| (k as f64, p)));
                self.magnetization = Some(law);
            }
            Err(reason) => self.left_out.push((Kind::Magnetization, reason)),
        }
    }

    /// The mean of 𝒦 from the means of its terms, where its distribution is not known.
    fn average(&mut self, model: &SpinHamiltonian, limits: &Limits) {
        if self.energy.is_some() {
            return;
        }
        let reason = "the states of each energy are not counted for this model".to_owned();
        self.left_out.push((Kind::Energy, reason));
        if self.mean_energy.is_some() || limits.max_seconds <= 0.0 {
            return;
        }
        let pairs: BTreeMap<(usize, usize), Enclosure> =
            self.equal.iter().map(|&(i, j, p)| ((i, j), p)).collect();
        let mean = |p: Enclosure| p + p - Enclosure::exact(1.0);
        let mut total = Enclosure::zero();
        for term in model.terms() {
            let average = match *term.sites.as_slice() {
                [] => continue,
                [i] => self.up.get(i).copied(),
                [i, j] => pairs.get(&(i.min(j), i.max(j))).copied(),
                _ => None,
            };
            match average {
                Some(p) => total = total + Enclosure::exact(term.coupling) * mean(p),
                None if term.coupling == 0.0 => {}
                None => {
                    let reason = "the mean of a term is not known".to_owned();
                    self.left_out.push((Kind::MeanEnergy, reason));
                    return;
                }
            }
        }
        self.mean_energy = Some(MeanEnergy {
            mean: total,
            bound: bound(model),
        });
    }
}

/// Σ of the magnitudes of all terms with spins, rounded up.
fn bound(model: &SpinHamiltonian) -> f64 {
    let terms = model.terms().iter().filter(|t| !t.sites.is_empty());
    let sum: f64 = terms.map(|t| t.coupling.abs()).sum();
    sum * (1.0 + model.terms().len() as f64 * f64::EPSILON)
}
