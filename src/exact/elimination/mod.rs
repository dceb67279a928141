//! Summing out one variable after another: exact for every discrete model of small width.
//!
//! Each variable in turn is summed out of the product of the tables that hold it, which leaves a table
//! (a *message*) over its neighbours. The cost is the size of these tables, known from the order alone
//! before any work. Tables are normalised by powers of two; weights are not negative, so that relative
//! errors only add up, one unit roundoff for every operation on the way of a number.
//!
//! Where the entries of a table spread over more than the range of a double the whole pass is done
//! again with an exponent beside every entry.

mod beliefs;
mod layout;
mod order;
mod pairs;
mod passes;
#[cfg(test)]
mod range_tests;
mod table;
mod weight;

use super::fixed_energy::{PowerTable, Scale, ScaledSum, U};
use super::{ExactError, ExactResult, Limits, Method, PairTable, Plan, Quantity, Want};
use crate::model::{FactorGraph, SpinHamiltonian};
use crate::numeric::{DoubleDouble, Enclosure};
use crate::random::Stream;
use layout::{LAST_REPEATS, Layout, Sizes};
use num_traits::Zero;
use order::{Order, best_order};
use passes::{Marginals, Passes, Readings};
use std::collections::BTreeMap;
use table::{Table, product};
use weight::{Weight, Wide};

/// Exponents below this, relative to the largest entry, call for wide numbers.
const LOWEST: i64 = -960;
/// Nanoseconds a step, that is an entry of a message and a state of the variable summed out.
const NS_STEP: f64 = 0.7;
/// Nanoseconds a variable and factor for setting up.
const NS_OVERHEAD: f64 = 3000.0;
/// Memory that is held, in terms of the tables at their peak: what waits to be used again does not always fit.
const HELD: f64 = 1.1;
/// Bytes of code and stack that a first computation touches.
const FIRST_BYTES: f64 = 1.1e6;
/// Bytes a variable and factor.
const PIECE_BYTES: f64 = 500.0;
/// Bytes and nanoseconds for a state of a variable whose probability is found.
const STATE_BYTES: f64 = 64.0;
const NS_STATE: f64 = 60.0;
/// Time of the way down, in ways up.
const DOWN: f64 = 2.0;
/// Nanoseconds to draw one variable of a sample.
const NS_DRAWN: f64 = 300.0;
/// Bytes of one variable of a sample: its state, and that as a byte.
const DRAWN_BYTES: f64 = 9.0;
/// Bytes of a sample beside its variables: where its list is, and what the allocator keeps of it.
const SAMPLE_BYTES: f64 = 40.0;
/// Bytes of a wide number, in doubles.
const WIDE_BYTES: f64 = 2.0;
/// Time of the work with wide numbers, in that with doubles.
const WIDE_TIME: f64 = 6.0;
/// Largest `|ln ψ|` range that exponents beside the entries can hold.
const STRONGEST: f64 = 1e15;

/// `m · 2^e` with m in `[1, 2)`, or zero.
type Entry = (f64, i64);
/// `ln Z` and the probabilities of all states of all variables.
type Singles = (Enclosure, Vec<Vec<Enclosure>>);

/// A table as it comes from the model.
#[derive(Clone, Debug)]
struct Input {
    scope: Vec<usize>,
    /// The last variable of the scope fastest.
    entries: Vec<Entry>,
}

/// A model made ready for elimination: its tables and the order.
#[derive(Clone, Debug)]
pub struct Elimination {
    cards: Vec<usize>,
    inputs: Vec<Input>,
    order: Order,
    /// What is kept of the way up while marginals are found.
    layout: Layout,
    /// Most entries at once for `ln Z`.
    upward: f64,
    /// Relative error of the product of all inputs, in u.
    input_error: f64,
    /// Error of exponents, in nats.
    energy_error: f64,
}

/// A table needs wide numbers.
struct Underflow;

/// What the whole of a request was predicted to cost, with doubles, and what it may cost.
#[derive(Clone, Copy)]
struct Budget<'a> {
    plan: Plan,
    limits: &'a Limits,
}

/// One pass in either kind of number.
enum Pass<'a> {
    Double(Passes<'a, f64>),
    Wide(Passes<'a, Wide>),
}

impl Elimination {
    /// Prepares a spin Hamiltonian; state 1 of a variable is spin up.
    ///
    /// # Errors
    /// [`ExactError::TooStrong`] if couplings add up to more than 1e15; [`ExactError::TooLarge`] if a term
    /// has more than 20 sites.
    pub fn of_spins(model: &SpinHamiltonian) -> Result<Self, ExactError> {
        let scale = Scale::for_model(model)?;
        let sum: f64 = model.terms().iter().map(|t| t.coupling.abs()).sum();
        if sum > STRONGEST {
            return Err(ExactError::TooStrong {
                what: "the coupling of term",
                index: 0,
                value: model.terms()[0].coupling,
                limit: STRONGEST,
            });
        }
        let mut merged = BTreeMap::<Vec<usize>, i128>::new();
        for term in model.terms() {
            let mut sites = term.sites.clone();
            sites.sort_unstable();
            *merged.entry(sites).or_default() += scale.fixed(term.coupling);
        }
        merged.retain(|sites, k| *k != 0 || sites.is_empty());
        let cards = vec![2; model.spins()];
        if let Some(sites) = merged
            .keys()
            .max_by_key(|s| s.len())
            .filter(|s| s.len() > 20)
        {
            let entries = 2.0_f64.powi(sites.len() as i32);
            return Err(ExactError::TooLarge {
                plan: Plan {
                    method: Method::Elimination,
                    states: entries,
                    bytes: 8.0 * entries,
                    seconds: entries * NS_STEP * 1e-9,
                },
                exceeded: Quantity::Engine,
                largest: Some(20),
                size_unit: "sites in a term",
            });
        }
        let powers = PowerTable::get();
        let inputs: Vec<Input> = merged
            .into_iter()
            .map(|(scope, k)| {
                let entries = (0..1_usize << scope.len())
                    .map(|state| {
                        let down = scope.len() as u32 - state.count_ones();
                        let energy = if down.is_multiple_of(2) { k } else { -k };
                        let m = powers.exp2_fraction(scale.fraction(energy));
                        let (m, e) = m.parts();
                        (m, e + scale.floor(energy) as i64)
                    })
                    .collect();
                Input { scope, entries }
            })
            .collect();
        let input_error = 1.05 * inputs.len() as f64;
        Ok(Self::prepare(
            cards,
            inputs,
            input_error,
            scale.energy_error(model.terms().len()),
        ))
    }

    /// Prepares a factor graph.
    pub fn of_graph(graph: &FactorGraph) -> Self {
        let inputs = graph
            .factors()
            .iter()
            .map(|f| Input {
                scope: f.scope.clone(),
                entries: f.values.iter().map(|x| x.parts()).collect(),
            })
            .collect();
        Self::prepare(graph.cardinality().to_vec(), inputs, 0.0, 0.0)
    }

    fn prepare(cards: Vec<usize>, inputs: Vec<Input>, input_error: f64, energy_error: f64) -> Self {
        let scopes: Vec<&[usize]> = inputs.iter().map(|i| i.scope.as_slice()).collect();
        let order = best_order(&cards, &scopes);
        Self::ordered(cards, inputs, order, input_error, energy_error)
    }

    fn ordered(
        cards: Vec<usize>,
        inputs: Vec<Input>,
        order: Order,
        input_error: f64,
        energy_error: f64,
    ) -> Self {
        let sizes = Sizes::new(&order, &cards);
        Self {
            layout: sizes.layout(),
            upward: sizes.upward(),
            cards,
            inputs,
            order,
            input_error,
            energy_error,
        }
    }

    /// Number of variables.
    pub fn variables(&self) -> usize {
        self.cards.len()
    }

    /// log₂ of the entries of the largest message: the width, for binary variables.
    pub fn width(&self) -> f64 {
        self.order.largest.log2()
    }

    /// What `ln Z`, or `ln Z` and all single marginals, will cost.
    pub fn plan(&self, marginals: bool) -> Plan {
        let threads = if self.order.largest > 3e4 {
            rayon::current_num_threads() as f64
        } else {
            1.0
        };
        let pieces = (self.cards.len() + self.inputs.len()) as f64;
        let (factor, live, listed) = if marginals {
            let repeats = self.layout.repeats as f64;
            let listed: f64 = self.cards.iter().map(|&q| q as f64).sum();
            (1.0 + repeats + DOWN, self.layout.peak, listed)
        } else {
            (1.0, self.upward, 0.0)
        };
        Plan {
            method: Method::Elimination,
            states: self.order.steps * factor,
            bytes: FIRST_BYTES + 8.0 * HELD * live + PIECE_BYTES * pieces + STATE_BYTES * listed,
            seconds: (self.order.steps * factor * NS_STEP / threads
                + pieces * NS_OVERHEAD
                + listed * NS_STATE)
                * 1e-9,
        }
    }

    /// The same model, its messages made again more often, if marginals else need more memory than there is and
    /// then do not.
    pub(super) fn fitting(&self, limits: &Limits) -> Option<Self> {
        if self.plan(true).bytes <= limits.max_bytes {
            return None;
        }
        let sizes = Sizes::new(&self.order, &self.cards);
        let mut other = self.clone();
        (self.layout.repeats + 1..=LAST_REPEATS)
            .any(|repeats| {
                other.layout = sizes.repeating(repeats);
                other.plan(true).bytes <= limits.max_bytes
            })
            .then_some(other)
    }

    /// What it will cost to keep all tables, for samples and for a largest weight.
    fn plan_kept(&self) -> Plan {
        let plan = self.plan(false);
        Plan {
            bytes: FIRST_BYTES
                + 8.0 * (self.order.entries + self.order.largest)
                + PIECE_BYTES * (self.cards.len() + self.inputs.len()) as f64,
            ..plan
        }
    }

    /// Whether the work may be done again with wide numbers, if it was planned for doubles.
    fn admit_wide(&self, budget: Budget<'_>) -> Result<(), ExactError> {
        let plan = Plan {
            bytes: WIDE_BYTES * budget.plan.bytes,
            // What was done with doubles is done.
            seconds: WIDE_TIME * budget.plan.seconds,
            ..budget.plan
        };
        self.admit(plan, budget.limits)
    }

    /// What [`Self::samples`] will cost.
    pub fn plan_samples(&self, count: usize) -> Plan {
        let mut plan = self.plan_kept();
        let drawn = count as f64 * self.cards.len() as f64;
        plan.seconds += drawn * NS_DRAWN * 1e-9;
        plan.bytes += drawn * DRAWN_BYTES + count as f64 * SAMPLE_BYTES;
        plan
    }

    fn admit(&self, plan: Plan, limits: &Limits) -> Result<(), ExactError> {
        let exceeded = if self.order.largest > 2.0_f64.powi(40) {
            Some(Quantity::Engine)
        } else {
            limits.exceeded_by(&plan)
        };
        match exceeded {
            None => Ok(()),
            Some(exceeded) => Err(ExactError::TooLarge {
                plan,
                exceeded,
                largest: None,
                size_unit: "",
            }),
        }
    }

    /// `ln Z`; `None` if Z is zero.
    ///
    /// # Errors
    /// [`ExactError::TooLarge`] by the predicted cost.
    /// # Accuracy
    /// One unit roundoff for every product, sum and table entry on the way of a number: about 4 u for each
    /// variable of a grid. Tests `enclosures_contain_the_reference` and
    /// `wide_and_double_numbers_agree`.
    pub fn log_z(&self, limits: &Limits) -> Result<Option<Enclosure>, ExactError> {
        let plan = self.plan(false);
        self.admit(plan, limits)?;
        let budget = Budget { plan, limits };
        Ok(self.log_of(self.clamped_pass(&[], false, budget)?.z()))
    }

    fn log_of(&self, (z, roundings): (Option<ScaledSum>, f64)) -> Option<Enclosure> {
        z.map(|z| z.ln(self.relative(roundings), self.energy_error))
    }

    fn relative(&self, roundings: f64) -> f64 {
        (roundings + self.input_error) * U * (1.0 + 1e-6)
    }

    /// The way up with some variables held fixed, all messages kept or none.
    fn clamped_pass<'a>(
        &'a self,
        held: &'a [(usize, usize)],
        keep: bool,
        budget: Budget<'_>,
    ) -> Result<Pass<'a>, ExactError> {
        if let Ok(upward) = self.upward::<f64>(held, keep) {
            return Ok(Pass::Double(upward));
        }
        self.admit_wide(budget)?;
        let Ok(upward) = self.upward::<Wide>(held, keep) else {
            unreachable!("wide numbers do not underflow")
        };
        Ok(Pass::Wide(upward))
    }

    /// Sums out all variables in order.
    fn upward<'a, W: Weight>(
        &'a self,
        held: &'a [(usize, usize)],
        keep: bool,
    ) -> Result<Passes<'a, W>, Underflow> {
        let mut passes = Passes::new(self, held)?;
        if keep {
            passes.up(0, self.cards.len(), true)?;
        } else {
            passes.up_once()?;
        }
        Ok(passes)
    }

    /// One input with its variables in the order of elimination, largest entry in `[1, 2)`.
    fn load<W: Weight>(
        &self,
        input: &Input,
        position: &[usize],
        held: &[(usize, usize)],
    ) -> Result<(Table<W>, i64), Underflow> {
        let state_of = |v: usize| held.iter().find(|h| h.0 == v).map(|h| h.1);
        let mut scope: Vec<usize> = input
            .scope
            .iter()
            .copied()
            .filter(|&v| state_of(v).is_none())
            .collect();
        scope.sort_unstable_by_key(|&v| position[v]);
        let size: usize = scope.iter().map(|&v| self.cards[v]).product();
        let mut state = vec![0; input.scope.len()];
        let mut entries = Vec::with_capacity(size);
        for index in 0..size {
            let mut rest = index;
            for &v in scope.iter().rev() {
                let place = input.scope.iter().position(|&w| w == v).unwrap_or(0);
                state[place] = rest % self.cards[v];
                rest /= self.cards[v];
            }
            for (place, &v) in input.scope.iter().enumerate() {
                if let Some(s) = state_of(v) {
                    state[place] = s;
                }
            }
            let from = input
                .scope
                .iter()
                .zip(&state)
                .fold(0, |i, (&v, &s)| i * self.cards[v] + s);
            entries.push(input.entries[from]);
        }
        let range = entries.iter().filter(|e| e.0 > 0.0).map(|e| e.1);
        let (low, high) = (range.clone().min(), range.max());
        let (low, high) = (low.unwrap_or(0), high.unwrap_or(0));
        if !W::WIDE && low - high < LOWEST {
            return Err(Underflow);
        }
        let values = entries
            .iter()
            .map(|&(m, e)| {
                if m == 0.0 {
                    W::ZERO
                } else {
                    W::new(m, e - high)
                }
            })
            .collect();
        Ok((Table::new(scope, values), high))
    }

    /// `ln Z` and the probabilities of all states of all variables.
    ///
    /// # Errors
    /// [`ExactError::TooLarge`], [`ExactError::ZeroPartition`].
    /// # Accuracy
    /// Relative error of each probability at most twice that of Z and a few u: test
    /// `enclosures_contain_the_reference`.
    pub fn singles(&self, limits: &Limits) -> Result<(Enclosure, Vec<Vec<Enclosure>>), ExactError> {
        if let Some(other) = self.fitting(limits) {
            return other.singles(limits);
        }
        let plan = self.plan(true);
        self.admit(plan, limits)?;
        let found = self.clamped_singles(&[], Budget { plan, limits })?;
        found.ok_or(ExactError::ZeroPartition)
    }

    /// The same with some variables held; `None` if that has no weight.
    fn clamped_singles(
        &self,
        held: &[(usize, usize)],
        budget: Budget<'_>,
    ) -> Result<Option<Singles>, ExactError> {
        let at = vec![Vec::new(); self.cards.len()];
        let found = self.marginals(held, &Readings { pairs: &[], at }, budget)?;
        Ok(found.map(|(log_z, marginals)| (log_z, marginals.singles)))
    }

    /// `ln Z` and what is read on the way down; `None` if there is no weight.
    fn marginals(
        &self,
        held: &[(usize, usize)],
        readings: &Readings<'_>,
        budget: Budget<'_>,
    ) -> Result<Option<(Enclosure, Marginals)>, ExactError> {
        if let Ok(found) = self.marginals_in::<f64>(held, readings) {
            return Ok(found);
        }
        self.admit_wide(budget)?;
        let Ok(found) = self.marginals_in::<Wide>(held, readings) else {
            unreachable!("wide numbers do not underflow")
        };
        Ok(found)
    }

    /// The same in one kind of number.
    fn marginals_in<W: Weight>(
        &self,
        held: &[(usize, usize)],
        readings: &Readings<'_>,
    ) -> Result<Option<(Enclosure, Marginals)>, Underflow> {
        let mut passes = Passes::<W>::new(self, held)?;
        let marginals = passes.up_and_down(readings)?;
        Ok(self.log_of(passes.z()).map(|log| (log, marginals)))
    }

    /// The joint probabilities of some variables, the last one fastest.
    ///
    /// Each state of all but the last variable is held in turn, so the cost is that of [`Self::singles`]
    /// times the number of these states.
    /// # Errors
    /// [`ExactError::TooLarge`], [`ExactError::NoSuchVariable`], [`ExactError::ZeroPartition`].
    pub fn joint(
        &self,
        variables: &[usize],
        limits: &Limits,
    ) -> Result<Vec<Enclosure>, ExactError> {
        self.check_variables(variables)?;
        let Some((&last, before)) = variables.split_last() else {
            return Ok(vec![Enclosure::exact(1.0)]);
        };
        let mut plan = self.plan(true);
        let runs: f64 = before.iter().map(|&v| self.cards[v] as f64).product();
        plan.seconds *= runs;
        plan.states *= runs;
        self.admit(plan, limits)?;
        let budget = Budget { plan, limits };
        let Some(total) = self.log_of(self.clamped_pass(&[], false, budget)?.z()) else {
            return Err(ExactError::ZeroPartition);
        };
        let mut out = Vec::new();
        for index in 0..runs as usize {
            let mut rest = index;
            let mut held: Vec<(usize, usize)> = Vec::new();
            let mut possible = true;
            for &v in before.iter().rev() {
                let s = rest % self.cards[v];
                rest /= self.cards[v];
                match held.iter().find(|h| h.0 == v) {
                    Some(&(_, t)) => possible &= s == t,
                    None => held.push((v, s)),
                }
            }
            let clamped = if possible {
                self.clamped_singles(&held, budget)?
            } else {
                None
            };
            match clamped {
                Some((log, singles)) => {
                    let weight = (log - total).exp();
                    out.extend(singles[last].iter().map(|&p| clip(weight * p, 0.0)));
                }
                None => out.extend(vec![Enclosure::zero(); self.cards[last]]),
            }
        }
        Ok(out)
    }

    fn check_variables(&self, variables: &[usize]) -> Result<(), ExactError> {
        match variables.iter().find(|&&v| v >= self.cards.len()) {
            Some(&variable) => Err(ExactError::NoSuchVariable {
                variable,
                variables: self.cards.len(),
            }),
            None => Ok(()),
        }
    }

    /// Independent samples of all variables, each drawn from the last variable of the order to the first.
    ///
    /// # Errors
    /// [`ExactError::TooLarge`], [`ExactError::ZeroPartition`].
    /// # Accuracy
    /// Conditional probabilities carry the rounding of the tables, a relative error of some 1e-13, and the
    /// resolution 2⁻⁵³ of a uniform variate; independence is exact.
    pub fn samples(
        &self,
        count: usize,
        stream: &mut Stream,
        limits: &Limits,
    ) -> Result<Vec<Vec<usize>>, ExactError> {
        let plan = self.plan_samples(count);
        self.admit(plan, limits)?;
        let pass = self.clamped_pass(&[], true, Budget { plan, limits })?;
        if pass.z().0.is_none() {
            return Err(ExactError::ZeroPartition);
        }
        Ok((0..count)
            .map(|_| match &pass {
                Pass::Double(up) => self.sample(up, stream),
                Pass::Wide(up) => self.sample(up, stream),
            })
            .collect())
    }

    fn sample<W: Weight>(&self, up: &Passes<'_, W>, stream: &mut Stream) -> Vec<usize> {
        let mut state = vec![0; self.cards.len()];
        for p in (0..self.cards.len()).rev() {
            let x = self.order.sequence[p];
            let weights: Vec<W> = (0..self.cards[x])
                .map(|s| {
                    state[x] = s;
                    let tables = up.members[p].iter().filter_map(|&i| up.tables[i].as_ref());
                    tables.fold(W::new(1.0, 0), |w, table| {
                        w.times(table.values[table.index(&self.cards, &state)])
                    })
                })
                .collect();
            let weights = relative_weights(&weights);
            let mut rest = stream.uniform() * weights.iter().sum::<f64>();
            state[x] = self.cards[x] - 1;
            for (s, &w) in weights.iter().enumerate() {
                if rest < w {
                    state[x] = s;
                    break;
                }
                rest -= w;
            }
            // Rounding must not end on a state without weight.
            while weights[state[x]] <= 0.0 && state[x] > 0 {
                state[x] -= 1;
            }
        }
        state
    }

    /// A state of largest weight and the logarithm of that weight.
    ///
    /// # Errors
    /// [`ExactError::TooLarge`], [`ExactError::ZeroPartition`].
    /// # Accuracy
    /// No state has a weight larger by more than the width of the returned enclosure; among states
    /// closer than that any may be returned.
    pub fn most_likely(&self, limits: &Limits) -> Result<(Vec<usize>, Enclosure), ExactError> {
        // All tables are of wide numbers, twice as large.
        let mut plan = self.plan_kept();
        plan.bytes *= 2.0;
        self.admit(plan, limits)?;
        let n = self.cards.len();
        let mut position = vec![0; n];
        for (p, &v) in self.order.sequence.iter().enumerate() {
            position[v] = p;
        }
        // Max-product: the same tables in wide numbers, the largest product in place of the sum.
        let mut tables: Vec<Table<Wide>> = Vec::new();
        let mut buckets: Vec<Vec<usize>> = vec![Vec::new(); n];
        for input in &self.inputs {
            let Ok((table, _)) = self.load::<Wide>(input, &position, &[]) else {
                continue;
            };
            if table.is_zero() {
                return Err(ExactError::ZeroPartition);
            }
            if let Some(&first) = table.scope.first() {
                buckets[position[first]].push(tables.len());
                tables.push(table);
            }
        }
        for p in 0..n {
            let x = self.order.sequence[p];
            let inputs: Vec<&Table<Wide>> = buckets[p].iter().map(|&i| &tables[i]).collect();
            if inputs.is_empty() {
                continue;
            }
            let mut scope: Vec<usize> = self.order.neighbours[p].clone();
            scope.retain(|v| inputs.iter().any(|t| t.scope.contains(v)));
            scope.sort_unstable_by_key(|&v| position[v]);
            let full: Vec<usize> = scope.iter().copied().chain([x]).collect();
            let all = product(&inputs, &full, &self.cards).values;
            let values: Vec<Wide> = all
                .chunks_exact(self.cards[x])
                .map(|c| c.iter().copied().fold(Wide::ZERO, larger))
                .collect();
            let mut message = Table::new(scope, values);
            if message.is_zero() {
                return Err(ExactError::ZeroPartition);
            }
            message.normalize();
            if let Some(&first) = message.scope.first() {
                buckets[position[first]].push(tables.len());
                tables.push(message);
            }
        }
        let mut state = vec![0; n];
        for p in (0..n).rev() {
            let x = self.order.sequence[p];
            let mut best = (0, Wide::ZERO);
            for s in 0..self.cards[x] {
                state[x] = s;
                let w = buckets[p].iter().fold(Wide::new(1.0, 0), |w, &i| {
                    w.times(tables[i].values[tables[i].index(&self.cards, &state)])
                });
                if s == 0 || larger(w, best.1).parts() != best.1.parts() {
                    best = (s, w);
                }
            }
            state[x] = best.0;
        }
        let mut weight = DoubleDouble::ONE;
        let mut exponent = 0_i128;
        for input in &self.inputs {
            let index = input
                .scope
                .iter()
                .fold(0, |i, &v| i * self.cards[v] + state[v]);
            let (m, e) = input.entries[index];
            if m == 0.0 {
                return Err(ExactError::ZeroPartition);
            }
            let product = weight * DoubleDouble::from(m);
            let (_, shift) = libm::frexp(product.hi);
            weight = product.scale_by_power_of_two(-shift);
            exponent += i128::from(e) + i128::from(shift);
        }
        let sum = ScaledSum {
            value: weight,
            exponent,
        };
        let choices = (self.inputs.len() + n) as f64;
        let log = sum.ln(self.relative(2.0 * choices), self.energy_error);
        Ok((state, log))
    }
}

impl Pass<'_> {
    fn z(&self) -> (Option<ScaledSum>, f64) {
        match self {
            Self::Double(up) => up.z(),
            Self::Wide(up) => up.z(),
        }
    }
}

fn larger(a: Wide, b: Wide) -> Wide {
    let ((m, e), (n, f)) = (a.parts(), b.parts());
    match (m > 0.0, n > 0.0) {
        (false, _) => b,
        (_, false) => a,
        _ if (e, m) > (f, n) => a,
        _ => b,
    }
}

/// The weights divided by their largest, as doubles.
fn relative_weights<W: Weight>(weights: &[W]) -> Vec<f64> {
    let top = weights.iter().filter_map(|w| w.exponent()).max();
    weights
        .iter()
        .map(|w| {
            let (m, e) = w.parts();
            top.map_or(0.0, |top| {
                super::fixed_energy::scale_by(m, i128::from(e - top))
            })
        })
        .collect()
}

/// Probabilities of weights whose relative errors are at most `radius`.
fn probabilities<W: Weight>(weights: &[W], radius: f64, energy_error: f64) -> Vec<Enclosure> {
    let error = radius + 2.0 * energy_error;
    let error = error * (1.0 + 1e-6);
    let weights: Vec<Enclosure> = relative_weights(weights)
        .into_iter()
        .zip(weights)
        .map(|(w, weight)| {
            if weight.exponent().is_some() && w < f64::MIN_POSITIVE {
                // Not zero, but too small for a double.
                return Enclosure::new(0.0, (f64::MIN_POSITIVE * (1.0 + error)).next_up());
            }
            let radius = w * error;
            if w <= 0.0 || error <= 0.0 || radius >= f64::MIN_POSITIVE {
                Enclosure::around(w, radius)
            } else {
                // The product was rounded by up to half of the smallest double.
                Enclosure::around(w, radius.next_up())
            }
        })
        .collect();
    // What stands before a state and what stands behind it.
    let mut behind: Vec<Enclosure> = Vec::with_capacity(weights.len());
    let mut sum = Enclosure::zero();
    for &w in weights.iter().rev() {
        behind.push(sum);
        sum = sum + w;
    }
    let mut before = Enclosure::zero();
    (0..weights.len())
        .map(|s| {
            // w/(w + rest) is monotone in both, which the plain quotient would not know.
            let rest = before + behind[weights.len() - 1 - s];
            before = before + weights[s];
            let ratio = |w: f64, r: f64| {
                if w <= 0.0 {
                    Enclosure::zero()
                } else {
                    Enclosure::exact(w) / (Enclosure::exact(w) + Enclosure::exact(r))
                }
            };
            let (lo, hi) = (weights[s].lo().max(0.0), weights[s].hi());
            let p = ratio(lo, rest.hi()).hull(ratio(hi, rest.lo().max(0.0)));
            clip(p, 0.0)
        })
        .collect()
}

fn clip(p: Enclosure, lowest: f64) -> Enclosure {
    Enclosure::new(p.lo().clamp(lowest, 1.0), p.hi().clamp(lowest, 1.0))
}

/// `ln Z`, means and pair correlators of a spin Hamiltonian by elimination.
///
/// Pairs are found by holding each spin in turn: their cost is twice the number of spins times that of
/// the means.
/// # Errors
/// [`ExactError::TooLarge`] by the predicted cost, [`ExactError::TooStrong`].
/// # Accuracy
/// See [`Elimination::log_z`] and [`Elimination::singles`].
pub fn eliminate(
    model: &SpinHamiltonian,
    want: Want,
    limits: &Limits,
) -> Result<ExactResult, ExactError> {
    Elimination::of_spins(model)?.spins(want, limits)
}

/// What [`eliminate`] will cost; the search for an order is part of the planning.
///
/// # Errors
/// As [`Elimination::of_spins`].
pub fn plan_elimination(model: &SpinHamiltonian, want: Want) -> Result<Plan, ExactError> {
    Ok(Elimination::of_spins(model)?.plan_spins(want))
}

impl Elimination {
    /// The cost of [`Self::spins`].
    pub(super) fn plan_spins(&self, want: Want) -> Plan {
        let mut plan = self.plan(want.anything());
        if want.pairs {
            let runs = 1.0 + self.variables() as f64;
            plan.states *= runs;
            plan.seconds *= runs;
            plan.bytes += 24.0 * (self.variables() as f64).powi(2);
        }
        plan
    }

    /// What [`eliminate`] returns, for a model that was made ready from spins.
    pub(super) fn spins(&self, want: Want, limits: &Limits) -> Result<ExactResult, ExactError> {
        if want.anything()
            && let Some(other) = self.fitting(limits)
        {
            return other.spins(want, limits);
        }
        let plan = self.plan_spins(want);
        self.admit(plan, limits)?;
        let budget = Budget { plan, limits };
        let n = self.variables();
        let mean_of = |p: &[Enclosure]| -> Enclosure {
            let m = p[1] - p[0];
            clip(m, -1.0)
        };
        if !want.anything() {
            return Ok(ExactResult {
                log_z: self.log_z(limits)?.ok_or(ExactError::ZeroPartition)?,
                mean: None,
                pair: None,
                method: Method::Elimination,
            });
        }
        let found = self.clamped_singles(&[], budget)?;
        let (log_z, singles) = found.ok_or(ExactError::ZeroPartition)?;
        let mean: Vec<Enclosure> = singles.iter().map(|p| mean_of(p)).collect();
        let mut pair = None;
        if want.pairs {
            // ⟨s_i s_j⟩ = Σ_a P(s_i = a) a ⟨s_j | s_i = a⟩
            let side = |i: usize, s: usize| -> Result<Vec<Enclosure>, ExactError> {
                let found = self.clamped_singles(&[(i, s)], budget)?;
                Ok(found.map_or_else(
                    || vec![Enclosure::zero(); n],
                    |(_, singles)| singles.iter().map(|p| mean_of(p)).collect(),
                ))
            };
            let mut held = Vec::with_capacity(n);
            for (i, p) in singles.iter().enumerate() {
                let (down, up) = (side(i, 0)?, side(i, 1)?);
                let row = up.iter().zip(&down);
                let row = row.map(|(&up, &down)| clip(p[1] * up - p[0] * down, -1.0));
                held.push(row.collect::<Vec<Enclosure>>());
            }
            pair = Some(PairTable::of_spins(n, |i, j| held[i][j]));
        }
        Ok(ExactResult {
            log_z,
            mean: want.means.then_some(mean),
            pair,
            method: Method::Elimination,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::enumerate;
    use super::super::reference::{Reference, holds};
    use super::*;
    use crate::model::{Factor, Lattice, Term};
    use crate::random::Seed;
    use num_rational::BigRational;
    use proptest::prelude::*;

    fn any_model(most: usize) -> impl Strategy<Value = SpinHamiltonian> {
        (1..=most, 0..4_usize).prop_flat_map(|(n, strength)| {
            let size = [0.1, 1.0, 30.0, 1000.0][strength];
            let term = (
                prop::collection::btree_set(0..n, 0..=4.min(n)),
                -1.0..1.0_f64,
            )
                .prop_map(move |(sites, c)| Term {
                    sites: sites.into_iter().collect(),
                    coupling: size * c,
                });
            prop::collection::vec(term, 0..20)
                .prop_map(move |terms| SpinHamiltonian::new(n, terms).unwrap())
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]
        #[test]
        fn enclosures_contain_the_reference(model in any_model(8)) {
            let exact = Reference::new(&model);
            let got = eliminate(&model, Want::ALL, &Limits::NONE).unwrap();
            prop_assert!(exact.log_z_lies_in(got.log_z), "{:?}", got.log_z);
            prop_assert!(got.log_z.width() < 1e-12 * (1.0 + got.log_z.magnitude()));
            let (mean, pair) = (got.mean.unwrap(), got.pair.unwrap());
            for i in 0..model.spins() {
                prop_assert!(holds(mean[i], &exact.mean(i)), "{i}: {:?}", mean[i]);
                prop_assert!(mean[i].width() < 1e-12);
                for j in 0..i {
                    prop_assert!(holds(pair.get(i, j), &exact.pair(i, j)), "{i} {j}");
                    prop_assert!(pair.get(i, j).width() < 1e-12);
                }
            }
        }

        #[test]
        fn factor_graphs_agree_with_the_sum_over_states(
            cards in prop::collection::vec(1..4_usize, 1..6),
            draws in prop::collection::vec((any::<u64>(), 0..4_usize), 1..7),
        ) {
            // Entries are small integers, zeros among them: Z and every marginal are exact rationals.
            let n = cards.len();
            let mut factors = Vec::new();
            for (seed, arity) in draws {
                let mut s = Seed(seed).stream("factor", 0);
                let mut scope: Vec<usize> = (0..n).collect();
                for k in (1..n).rev() {
                    scope.swap(k, s.index(k + 1));
                }
                scope.truncate(arity.min(n));
                let size: usize = scope.iter().map(|&v| cards[v]).product();
                let values = (0..size).map(|_| s.index(6).saturating_sub(1) as f64).collect();
                factors.push(Factor { scope, values });
            }
            let graph = FactorGraph::new(cards.clone(), factors.clone()).unwrap();
            let size: usize = cards.iter().product();
            let mut z = 0_u128;
            let mut top = 0_u128;
            let mut joint = vec![vec![vec![vec![0_u128; 4]; 4]; n]; n];
            for index in 0..size {
                let mut rest = index;
                let state: Vec<usize> = cards.iter().map(|&q| { let s = rest % q; rest /= q; s }).collect();
                let weight: u128 = factors.iter().map(|f| {
                    let i = f.scope.iter().fold(0, |i, &v| i * cards[v] + state[v]);
                    f.values[i] as u128
                }).product();
                z += weight;
                top = top.max(weight);
                for i in 0..n {
                    for j in 0..n {
                        joint[i][j][state[i]][state[j]] += weight;
                    }
                }
            }
            let ready = Elimination::of_graph(&graph);
            let log_z = ready.log_z(&Limits::NONE).unwrap();
            prop_assert_eq!(log_z.is_none(), z == 0);
            let Some(log_z) = log_z else {
                prop_assert_eq!(ready.singles(&Limits::NONE).unwrap_err(), ExactError::ZeroPartition);
                prop_assert_eq!(ready.most_likely(&Limits::NONE).unwrap_err(), ExactError::ZeroPartition);
                return Ok(());
            };
            prop_assert!(log_z.overlaps(Enclosure::exact(z as f64).ln()));
            let ratio = |a: u128| BigRational::new(a.into(), z.into());
            let (_, singles) = ready.singles(&Limits::NONE).unwrap();
            for i in 0..n {
                for s in 0..cards[i] {
                    prop_assert!(singles[i][s].contains_rational(&ratio(joint[i][i][s][s])));
                }
                for j in 0..n {
                    let table = ready.joint(&[i, j], &Limits::NONE).unwrap();
                    for (k, p) in table.iter().enumerate() {
                        let want = ratio(joint[i][j][k / cards[j]][k % cards[j]]);
                        prop_assert!(p.contains_rational(&want), "{i} {j} {k}: {p:?} {want}");
                    }
                }
            }
            let (state, log) = ready.most_likely(&Limits::NONE).unwrap();
            prop_assert!(log.overlaps(Enclosure::exact(top as f64).ln()));
            for sample in ready.samples(20, &mut Seed(1).stream("test", 0), &Limits::NONE).unwrap().iter().chain([&state]) {
                let weight: f64 = factors.iter().map(|f| {
                    f.values[f.scope.iter().fold(0, |i, &v| i * cards[v] + sample[v])]
                }).product();
                prop_assert!(weight > 0.0);
            }
        }
    }

    #[test]
    fn large_grids_agree_with_enumeration_and_with_each_other() {
        let model = Lattice::open(4, 5).ising(0.4, 0.1).unwrap();
        let a = eliminate(&model, Want::ALL, &Limits::NONE).unwrap();
        let b = enumerate(&model, Want::ALL, &Limits::NONE).unwrap();
        assert!(a.log_z.overlaps(b.log_z));
        let (p, q) = (a.pair.unwrap(), b.pair.unwrap());
        assert!(p.iter().zip(q.iter()).all(|(x, y)| x.2.overlaps(y.2)));
        // A long strip, both ways around.
        let tall = eliminate(
            &Lattice::open(40, 6).ising(0.44, 0.2).unwrap(),
            Want::MEANS,
            &Limits::NONE,
        );
        let wide = eliminate(
            &Lattice::open(6, 40).ising(0.44, 0.2).unwrap(),
            Want::MEANS,
            &Limits::NONE,
        );
        let (tall, wide) = (tall.unwrap(), wide.unwrap());
        assert!(tall.log_z.overlaps(wide.log_z));
        assert!(tall.log_z.width() < 1e-12 * tall.log_z.mid());
        assert!(tall.mean.unwrap()[6 * 7 + 2].overlaps(wide.mean.unwrap()[40 * 2 + 7]));
    }

    #[test]
    fn a_ring_has_its_transfer_matrix() {
        let ring: Lattice = "ring:300".parse().unwrap();
        let (k, n) = (0.8, 300);
        let got = eliminate(&ring.ising(k, 0.0).unwrap(), Want::LOG_Z, &Limits::NONE).unwrap();
        let ratio = Enclosure::exact(k).tanh().powi(n).ln_1p();
        let two_cosh = (Enclosure::exact(2.0) * Enclosure::exact(k).cosh()).ln();
        assert!(
            got.log_z
                .overlaps(two_cosh * Enclosure::exact(f64::from(n)) + ratio)
        );
    }

    #[test]
    fn wide_and_double_numbers_agree() {
        let model = Lattice::torus(5, 5).ising(0.3, 0.05).unwrap();
        let ready = Elimination::of_spins(&model).unwrap();
        let Ok(double) = ready.upward::<f64>(&[], false) else {
            panic!("no underflow here")
        };
        let Ok(wide) = ready.upward::<Wide>(&[], false) else {
            panic!("never")
        };
        let a = ready.log_of(double.z()).unwrap();
        let b = ready.log_of(wide.z()).unwrap();
        assert!(a.overlaps(b) && a.width() < 1e-12);
        // Strong and frustrated: doubles must give way, and the answer is near the ground state's.
        let mut stream = Seed(2).stream("glass", 0);
        let terms: Vec<Term> = Lattice::torus(4, 4)
            .bonds()
            .into_iter()
            .map(|(i, j)| Term {
                sites: vec![i, j],
                coupling: 800.0 * stream.normal(),
            })
            .collect();
        let glass = SpinHamiltonian::new(16, terms).unwrap();
        let ready = Elimination::of_spins(&glass).unwrap();
        let budget = Budget {
            plan: ready.plan(false),
            limits: &Limits::NONE,
        };
        let pass = ready.clamped_pass(&[], false, budget);
        assert!(matches!(pass, Ok(Pass::Wide(_))));
        let a = ready.log_z(&Limits::NONE).unwrap().unwrap();
        let b = enumerate(&glass, Want::LOG_Z, &Limits::NONE).unwrap().log_z;
        assert!(a.overlaps(b), "{a} {b}");
        let (state, log) = ready.most_likely(&Limits::NONE).unwrap();
        let bits = state
            .iter()
            .enumerate()
            .fold(0, |b, (i, &s)| b | (s as u64) << i);
        assert!((log.mid() - glass.energy_of_bits(bits)).abs() < 1e-9);
        let top = (0..1 << 16)
            .map(|s| glass.energy_of_bits(s))
            .fold(f64::MIN, f64::max);
        assert!((log.mid() - top).abs() < 1e-9);
    }

    #[test]
    fn samples_have_the_marginals() {
        // Hoeffding: a mean of n independent signs is off by more than t with probability 2 exp(−n t²/2);
        // with n = 20000 and t = 0.045 that is 3e-9 a mean.
        let model = Lattice::open(3, 3).ising(0.5, 0.2).unwrap();
        let ready = Elimination::of_spins(&model).unwrap();
        let n = 20_000;
        let samples = ready
            .samples(n, &mut Seed(9).stream("samples", 0), &Limits::NONE)
            .unwrap();
        let exact = eliminate(&model, Want::ALL, &Limits::NONE).unwrap();
        let pair = exact.pair.unwrap();
        for (i, j, want) in pair.iter() {
            let mean: f64 = samples
                .iter()
                .map(|s| if s[i] == s[j] { 1.0 } else { -1.0 })
                .sum::<f64>()
                / n as f64;
            assert!((mean - want.mid()).abs() < 0.045, "{i} {j}: {mean} {want}");
        }
    }

    #[test]
    fn too_wide_is_refused_by_predicted_bytes() {
        let ready =
            Elimination::of_spins(&Lattice::torus(20, 20).ising(0.4, 0.0).unwrap()).unwrap();
        assert!(ready.width() > 30.0);
        let error = ready.log_z(&Limits::default()).unwrap_err();
        match error {
            ExactError::TooLarge { exceeded, plan, .. } => {
                assert_eq!(exceeded, Quantity::Bytes);
                assert!(plan.bytes > 1e10);
            }
            other => panic!("{other}"),
        }
        assert!(matches!(
            ready.joint(&[400], &Limits::NONE),
            Err(ExactError::NoSuchVariable { variable: 400, .. })
        ));
    }
}
