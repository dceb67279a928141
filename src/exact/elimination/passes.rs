//! The way up and the way down through the buckets of an order.

use super::beliefs::{Alignment, TERMS, gather};
use super::layout::{Layout, Sizes};
use super::table::{SMALL, Table, derivative, product, sum_out};
use super::weight::Weight;
use super::{Elimination, LOWEST, Underflow, probabilities};
use crate::exact::fixed_energy::ScaledSum;
use crate::numeric::{DoubleDouble, Enclosure};

/// Tables from which on their memory is used again.
const POOLED: usize = 4096;

/// Bytes of the largest block that glibc's allocator takes from its heap.
const KEPT: usize = (32 << 20) - 8192;

/// Relative error of a product of two double-doubles, in u.
const DOUBLE_DOUBLE: f64 = 1e-14;

/// A model on its way up: the tables that are there, and what has been found.
pub(super) struct Passes<'a, W> {
    model: &'a Elimination,
    held: &'a [(usize, usize)],
    position: Vec<usize>,
    /// The inputs, then the message of each place; those that were dropped or not yet made are `None`.
    pub(super) tables: Vec<Option<Table<W>>>,
    inputs: usize,
    /// For each place the tables that are used there.
    pub(super) members: Vec<Vec<usize>>,
    /// The place that uses a place's message; beyond all places if it is a number.
    used: Vec<usize>,
    /// Places that have been visited.
    reached: usize,
    /// Places from here on are done with on the way down.
    done: usize,
    z: DoubleDouble,
    exponent: i64,
    zero: bool,
    error: f64,
    /// The derivative of Z by the message of each place, up to a factor, on the way down.
    adjoint: Vec<Option<Table<W>>>,
    /// Memory that waits for a table.
    pool: Vec<Vec<W>>,
    /// Entries of tables and waiting memory together.
    room: usize,
    /// For each place the largest message of those before it.
    largest_before: Vec<usize>,
}

/// What comes down.
#[derive(Default)]
pub(super) struct Marginals {
    /// For each variable the probabilities of its states.
    pub(super) singles: Vec<Vec<Enclosure>>,
    /// For each pair its joint probabilities, the second variable's state fastest.
    pub(super) pairs: Vec<Vec<Enclosure>>,
}

/// Pairs, and the places where their joint probabilities are read.
pub(super) struct Readings<'a> {
    pub(super) pairs: &'a [(usize, usize)],
    /// For each place the pairs that are read there.
    pub(super) at: Vec<Vec<usize>>,
}

impl<'a, W: Weight> Passes<'a, W> {
    /// The inputs, with some variables held.
    pub(super) fn new(
        model: &'a Elimination,
        held: &'a [(usize, usize)],
    ) -> Result<Self, Underflow> {
        let n = model.cards.len();
        let mut position = vec![0; n];
        for (p, &v) in model.order.sequence.iter().enumerate() {
            position[v] = p;
        }
        let inputs = model.inputs.len();
        let mut passes = Self {
            model,
            held,
            position,
            tables: Vec::with_capacity(inputs + n),
            inputs,
            members: vec![Vec::new(); n],
            used: vec![n; n],
            reached: 0,
            done: n,
            z: DoubleDouble::ONE,
            exponent: 0,
            zero: false,
            error: 1.0,
            adjoint: vec![None; n],
            pool: Vec::new(),
            room: 0,
            largest_before: largest_before(model),
        };
        for input in &model.inputs {
            let (table, e) = model.load::<W>(input, &passes.position, held)?;
            passes.exponent += e;
            passes.zero |= table.is_zero();
            if let Some(&first) = table.scope.first() {
                passes.members[passes.position[first]].push(passes.tables.len());
                passes.tables.push(Some(table));
            } else {
                passes.count(&table);
                passes.tables.push(None);
            }
        }
        passes.tables.resize_with(inputs + n, || None);
        Ok(passes)
    }

    /// Takes a number into Z.
    fn count(&mut self, table: &Table<W>) {
        let (m, e) = table.values[0].parts();
        let product = self.z * DoubleDouble::from(m);
        // There may be thousands of such numbers: the product is kept near one.
        let (_, shift) = libm::frexp(product.hi);
        self.z = product.scale_by_power_of_two(-shift);
        self.exponent += e + i64::from(shift);
        self.error += table.error + DOUBLE_DOUBLE;
    }

    /// Z and its relative error in u, after the way up; `None` if it is zero.
    pub(super) fn z(&self) -> (Option<ScaledSum>, f64) {
        let sum = ScaledSum {
            value: self.z,
            exponent: i128::from(self.exponent),
        };
        ((!self.zero).then_some(sum), self.error)
    }

    /// Entries that the large tables and the waiting memory hold.
    fn entries(&self) -> usize {
        let tables = self.tables.iter().chain(&self.adjoint).flatten();
        let large = tables.map(|t| t.values.capacity()).filter(|&c| c >= POOLED);
        large.sum::<usize>() + self.pool.iter().map(Vec::capacity).sum::<usize>()
    }

    /// Memory for so many entries, if some waits; what waits in vain makes room for fresh memory.
    fn take(&mut self, entries: usize) -> Vec<W> {
        if entries < POOLED {
            return Vec::new();
        }
        // Far larger memory is used only once nothing of its size is to come.
        let to_come = self.largest_before.get(self.done).copied().unwrap_or(0);
        let fits = |room: usize| room >= entries && (room <= 2 * entries || room > to_come);
        let fit = (0..self.pool.len())
            .filter(|&i| fits(self.pool[i].capacity()))
            .min_by_key(|&i| self.pool[i].capacity());
        if let Some(fit) = fit {
            let mut values = self.pool.swap_remove(fit);
            if values.capacity() > 2 * entries {
                // The rest is free for other tables, its pages touched already.
                values.clear();
                values.shrink_to(entries);
            }
            return values;
        }
        while !self.pool.is_empty() && self.entries() + entries > self.room {
            self.pool.swap_remove(0);
        }
        Vec::new()
    }

    /// Keeps memory for a later table.
    fn give(&mut self, values: Vec<W>) {
        if values.capacity() >= POOLED && self.entries() + values.capacity() <= self.room {
            self.pool.push(values);
        }
    }

    fn drop_table(&mut self, slot: usize) {
        if let Some(table) = self.tables[slot].take() {
            self.give(table.values);
        }
    }

    /// Sums out the variable of one place.
    fn step(&mut self, p: usize) -> Result<(), Underflow> {
        let first_time = p >= self.reached;
        self.reached = self.reached.max(p + 1);
        let cards = &self.model.cards;
        let x = self.model.order.sequence[p];
        if self.held.iter().any(|h| h.0 == x) {
            return Ok(());
        }
        let slot = self.inputs + p;
        if !first_time && (self.tables[slot].is_some() || self.used[p] >= self.done) {
            return Ok(());
        }
        let neighbours = &self.model.order.neighbours[p];
        let size: usize = neighbours.iter().map(|&v| cards[v]).product();
        let spare = self.take(size);
        let inputs: Vec<&Table<W>> = self.members[p]
            .iter()
            .filter_map(|&i| self.tables[i].as_ref())
            .collect();
        let mut scope: Vec<usize> = neighbours
            .iter()
            .copied()
            .filter(|v| inputs.iter().any(|t| t.scope.contains(v)))
            .collect();
        scope.sort_unstable_by_key(|&v| self.position[v]);
        if !W::WIDE && out_of_range(&inputs) {
            return Err(Underflow);
        }
        let mut message = if inputs.is_empty() {
            Table::new(scope, vec![W::new(cards[x] as f64, 0)])
        } else {
            let error = inputs.iter().map(|t| t.error).sum::<f64>()
                + (inputs.len() - 1 + cards[x] - 1) as f64;
            let made = sum_out(x, &inputs, &scope, cards, spare);
            Table::of(scope, made, error)
        };
        let taken_out = message.normalize();
        if first_time {
            self.exponent += taken_out;
            self.zero |= message.is_zero();
            if let Some(&first) = message.scope.first() {
                self.used[p] = self.position[first];
                self.members[self.used[p]].push(slot);
            } else {
                self.count(&message);
            }
        }
        if !message.scope.is_empty() {
            self.tables[slot] = Some(message);
        }
        Ok(())
    }

    /// Goes up; keeps of the messages only those that are used at `to` or later, or all.
    pub(super) fn up(&mut self, from: usize, to: usize, keep: bool) -> Result<(), Underflow> {
        for p in from..to {
            self.step(p)?;
            if !keep {
                for slot in self.members[p].clone() {
                    if slot >= self.inputs + from {
                        self.drop_table(slot);
                    }
                }
            }
        }
        Ok(())
    }

    /// All the way up, without what it took.
    pub(super) fn up_once(&mut self) -> Result<(), Underflow> {
        let sizes = Sizes::new(&self.model.order, &self.model.cards);
        self.room = sizes.upward() as usize;
        keep_freed_memory();
        self.up(0, self.model.cards.len(), false)
    }

    /// The whole way up and down. Nothing comes down if Z is zero.
    pub(super) fn up_and_down(&mut self, readings: &Readings<'_>) -> Result<Marginals, Underflow> {
        let model = self.model;
        let sizes = Sizes::new(&model.order, &model.cards);
        let layout: Layout = model.layout;
        self.room = layout.peak as usize;
        keep_freed_memory();
        let n = model.cards.len();
        let mut down = Down {
            marginals: Marginals {
                singles: vec![Vec::new(); n],
                pairs: vec![Vec::new(); readings.pairs.len()],
            },
            readings,
        };
        self.segment(&sizes, 0, n, layout.repeats, layout.room, &mut down)?;
        Ok(down.marginals)
    }

    /// Up and down through the places of a segment, whose tables from below are there.
    fn segment(
        &mut self,
        sizes: &Sizes,
        from: usize,
        to: usize,
        level: usize,
        room: f64,
        down: &mut Down<'_>,
    ) -> Result<(), Underflow> {
        if level == 0 {
            self.up(from, to, true)?;
            if self.zero {
                return Ok(());
            }
            for p in (from..to).rev() {
                self.descend(p, down)?;
            }
            return Ok(());
        }
        let mut cuts = vec![(from, room)];
        let (mut at, mut rest) = (from, room);
        loop {
            let end = sizes.end(at, level - 1, rest);
            if end >= to {
                break;
            }
            self.up(at, end, false)?;
            rest -= sizes.kept(at, end);
            at = end;
            cuts.push((at, rest));
        }
        let mut end = to;
        for &(at, rest) in cuts.iter().rev() {
            self.segment(sizes, at, end, level - 1, rest, down)?;
            if self.zero {
                return Ok(());
            }
            end = at;
        }
        Ok(())
    }

    /// The derivatives of Z by the messages of one bucket, and the marginals that are read there.
    #[expect(
        clippy::too_many_lines,
        reason = "the cases of one bucket share its tables"
    )]
    fn descend(&mut self, p: usize, down: &mut Down<'_>) -> Result<(), Underflow> {
        self.done = p;
        let cards = &self.model.cards;
        let x = self.model.order.sequence[p];
        let q = cards[x];
        if let Some(&(_, s)) = self.held.iter().find(|h| h.0 == x) {
            down.marginals.singles[x] = (0..q)
                .map(|k| Enclosure::exact(if k == s { 1.0 } else { 0.0 }))
                .collect();
            return Ok(());
        }
        let above = self.adjoint[p].take();
        let slots: Vec<usize> = self.members[p]
            .iter()
            .copied()
            .filter(|&i| self.tables[i].is_some())
            .collect();
        let is_message = |k: usize| slots[k] >= self.inputs;
        let entries = |k: usize| self.tables[slots[k]].as_ref().map(|t| t.values.len());
        // Of equal ones a message: its derivative is asked for.
        let Some(largest) = (0..slots.len()).max_by_key(|&k| (entries(k), k)) else {
            // A term too weak for the fixed-point energies may be all that it has.
            let even = vec![W::new(1.0, 0); q];
            down.marginals.singles[x] = self.model.probabilities(&even, 0.0);
            return Ok(());
        };
        let rest: Vec<usize> = (0..slots.len()).filter(|&k| k != largest).collect();
        let mut small_scope: Vec<usize> = vec![x];
        for table in rest.iter().filter_map(|&k| self.tables[slots[k]].as_ref()) {
            for &v in &table.scope {
                if !small_scope.contains(&v) {
                    small_scope.push(v);
                }
            }
        }
        small_scope.sort_unstable_by_key(|&v| self.position[v]);
        let small_size = small_scope
            .iter()
            .try_fold(1_usize, |s, &v| s.checked_mul(cards[v]))
            .unwrap_or(usize::MAX);
        // Where nothing more is read from the largest message its derivative takes its memory.
        let read_in_small = down.readings.at[p].iter().all(|&r| {
            let (i, j) = down.readings.pairs[r];
            small_scope.contains(&i) && small_scope.contains(&j)
        });
        let aligned = match (&above, &self.tables[slots[largest]]) {
            (Some(above), Some(big))
                if is_message(largest) && small_size <= SMALL && read_in_small =>
            {
                Alignment::of(&big.scope, &small_scope, &above.scope, cards)
            }
            _ => None,
        };
        let (own, mut spare) = if aligned.is_some() {
            (self.tables[slots[largest]].take(), Vec::new())
        } else {
            let entries = entries(largest).unwrap_or(0);
            (None, self.take(entries))
        };
        let is_message = |k: usize| slots[k] >= self.inputs;
        let others: Vec<&Table<W>> = rest
            .iter()
            .filter_map(|&k| self.tables[slots[k]].as_ref())
            .collect();
        // What is not used up: all tables, or all but the largest.
        let all: Vec<&Table<W>> = slots
            .iter()
            .filter_map(|&i| self.tables[i].as_ref())
            .chain(above.as_ref())
            .collect();
        if !W::WIDE {
            let with_own: Vec<&Table<W>> = all.iter().copied().chain(own.as_ref()).collect();
            if out_of_range(&with_own) {
                return Err(Underflow);
            }
        }
        let mut made: Vec<(usize, Table<W>)> = Vec::new();
        let mut unread = down.readings.at[p].clone();
        let read = |belief: &Table<W>, unread: &mut Vec<usize>, down: &mut Down<'_>| {
            unread.retain(|&r| {
                let (i, j) = down.readings.pairs[r];
                if !belief.scope.contains(&i) || !belief.scope.contains(&j) {
                    return true;
                }
                let mut pair = [i, j];
                pair.sort_unstable_by_key(|&v| self.position[v]);
                let table = gather(&[belief], &pair, cards);
                let states = (0..cards[i] * cards[j]).map(|k| {
                    let (a, b) = (k / cards[j], k % cards[j]);
                    table.values[if pair[0] == i { k } else { b * cards[i] + a }]
                });
                let weights: Vec<W> = states.collect();
                down.marginals.pairs[r] = self.model.probabilities(&weights, table.error);
                false
            });
        };
        let single = |belief: &Table<W>, down: &mut Down<'_>| {
            let table = gather(&[belief], &[x], cards);
            down.marginals.singles[x] = self.model.probabilities(&table.values, table.error);
        };
        if small_size <= SMALL {
            let error = others.iter().map(|t| t.error + 1.0).sum::<f64>() - 1.0;
            let small = Table::of(
                small_scope.clone(),
                product(&others, &small_scope, cards),
                error.max(0.0),
            );
            let contracted =
                if let (Some(aligned), Some(big), Some(above)) = (&aligned, own, &above) {
                    let fast = aligned.descend(big, &small, above);
                    made.push((largest, fast.derivative));
                    fast.contracted
                } else {
                    let big = self.tables[slots[largest]].as_ref();
                    if let Some(big) = big.filter(|_| is_message(largest)) {
                        let factors: Vec<&Table<W>> = above.iter().chain([&small]).collect();
                        let spare = std::mem::take(&mut spare);
                        made.push((largest, derive(&factors, big, cards, spare)));
                    }
                    let factors: Vec<&Table<W>> = above.iter().chain(big).collect();
                    gather(&factors, &small_scope, cards)
                };
            // What was contracted has been scaled since the tables were looked at.
            let last: Vec<&Table<W>> = others.iter().copied().chain([&contracted]).collect();
            if !W::WIDE && out_of_range(&last) {
                return Err(Underflow);
            }
            let belief = gather(&[&contracted, &small], &small_scope, cards);
            single(&belief, down);
            read(&belief, &mut unread, down);
            for (&k, table) in rest.iter().zip(&others) {
                if is_message(k) {
                    let factors: Vec<&Table<W>> = others
                        .iter()
                        .copied()
                        .filter(|other| !std::ptr::eq(*other, *table))
                        .chain([&contracted])
                        .collect();
                    let mut scope = table.scope.clone();
                    scope.sort_unstable_by_key(|&v| self.position[v]);
                    made.push((k, gather(&factors, &scope, cards)));
                }
            }
        } else {
            for (k, table) in (0..slots.len()).zip(&all) {
                if is_message(k) {
                    let factors: Vec<&Table<W>> = all
                        .iter()
                        .copied()
                        .filter(|other| !std::ptr::eq(*other, *table))
                        .collect();
                    let spare = std::mem::take(&mut spare);
                    made.push((k, derive(&factors, table, cards, spare)));
                }
            }
            if unread.is_empty() {
                single(&gather(&all, &[x], cards), down);
            }
        }
        // The rest are read from the whole clique, as many at once as one small table holds.
        let mut first = small_size > SMALL;
        while let Some(&last) = unread.last() {
            let (i, j) = down.readings.pairs[last];
            let mut scope = vec![x];
            let mut states = q;
            for &v in [i, j].iter().chain(unread.iter().rev().flat_map(|&r| {
                let (i, j) = &down.readings.pairs[r];
                [i, j]
            })) {
                if !scope.contains(&v) && (states * cards[v] <= SMALL || scope.len() < 3) {
                    scope.push(v);
                    states *= cards[v];
                }
            }
            scope.sort_unstable_by_key(|&v| self.position[v]);
            let belief = gather(&all, &scope, cards);
            if first {
                single(&belief, down);
                first = false;
            }
            read(&belief, &mut unread, down);
        }
        for (k, mut table) in made {
            table.normalize();
            self.adjoint[slots[k] - self.inputs] = Some(table);
        }
        for slot in slots {
            if slot >= self.inputs {
                self.drop_table(slot);
            }
        }
        if let Some(table) = above {
            self.give(table.values);
        }
        Ok(())
    }
}

/// Makes the allocator keep freed tables for the next ones instead of giving their pages back.
///
/// The allocator of glibc maps large blocks one by one until a mapped block is freed, and from then on takes
/// what is smaller than that block, up to 32 MiB, from its heap. Mapped tables would be zeroed by the kernel each
/// time: half of the pages that a 20 × 20 grid touches. Elsewhere this is an allocation that nobody uses.
fn keep_freed_memory() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(KEPT)));
}

/// For each place, and beyond them all, the entries of the largest message of the places before it.
fn largest_before(model: &Elimination) -> Vec<usize> {
    let neighbours = model.order.neighbours.iter();
    let sizes = neighbours.map(|s| s.iter().map(|&v| model.cards[v]).product::<usize>());
    let mut largest = vec![0];
    largest.extend(sizes.scan(0, |most, size| {
        *most = size.max(*most);
        Some(*most)
    }));
    largest
}

/// On the way down.
struct Down<'a> {
    marginals: Marginals,
    readings: &'a Readings<'a>,
}

/// The derivative by a table: the others, summed over what it does not have.
fn derive<W: Weight>(
    others: &[&Table<W>],
    by: &Table<W>,
    cards: &[usize],
    spare: Vec<W>,
) -> Table<W> {
    let mut terms = 1.0;
    let mut seen: Vec<usize> = Vec::new();
    for &v in others.iter().flat_map(|t| &t.scope) {
        if !by.scope.contains(&v) && !seen.contains(&v) {
            seen.push(v);
            terms *= cards[v] as f64;
        }
    }
    if terms > TERMS as f64 {
        return gather(others, &by.scope, cards);
    }
    let error = others.iter().map(|t| t.error + 1.0).sum::<f64>() + terms - 2.0;
    Table::of(
        by.scope.clone(),
        derivative(others, &by.scope, cards, spare),
        error,
    )
}

/// Whether a product of one entry of each table, or of some of them, could leave the range of doubles.
fn out_of_range<W: Weight>(tables: &[&Table<W>]) -> bool {
    let outside = |spans: &mut dyn Iterator<Item = (i64, i64)>| {
        let (low, high) = spans.fold((0, 0), |(low, high), (l, h)| {
            (low + l.min(0), high + h.max(0) + 1)
        });
        low < LOWEST || high > -LOWEST
    };
    let used = || tables.iter().filter(|t| !t.is_zero());
    // Bounds are cheap; where they do not suffice the entries are looked at.
    outside(&mut used().map(|t| (t.span.lowest, t.span.highest)))
        && outside(&mut used().map(|t| {
            let span = t.true_span();
            (span.lowest, span.highest)
        }))
}

impl Elimination {
    /// Probabilities of weights with a relative error of at most `error` u beside that of the inputs.
    fn probabilities<W: Weight>(&self, weights: &[W], error: f64) -> Vec<Enclosure> {
        probabilities(weights, self.relative(error), self.energy_error)
    }
}
