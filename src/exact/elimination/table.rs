//! Tables over variables, and summing one variable out of a product of tables.

use super::LOWEST;
use super::weight::{AsDouble, Weight};
use rayon::prelude::*;

/// Entries of a table that one task makes.
pub(super) const TASK: usize = 1 << 14;
/// Tables whose largest entry is within this power of two of one are left as they are.
const NEAR: i64 = 150;
/// Bounds on exponents below this are replaced by the truth.
const FAR: i64 = 300;
/// Most entries of the block in which a product of several large tables is made.
const BLOCK: usize = 64;
/// Runs shorter than this are not worth the fast path.
const SHORT: usize = 16;
/// Most entries of the product of all tables of a bucket but the largest.
pub(super) const SMALL: usize = 1 << 12;

/// A table over variables. The scope is in the order of elimination, the variable that goes first
/// slowest, so that summing it out joins contiguous slices.
#[derive(Clone, Debug)]
pub(super) struct Table<W> {
    pub(super) scope: Vec<usize>,
    pub(super) values: Vec<W>,
    /// Where the entries lie.
    pub(super) span: Span,
    /// Bound on the relative error of every entry, in u.
    pub(super) error: f64,
}

/// Values of a table, with bounds on where they lie.
pub(super) struct Made<W> {
    pub(super) values: Vec<W>,
    span: Span,
}

/// Exponents between which the entries lie that are not zero: at most as low, at least as high.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    pub(super) lowest: i64,
    pub(super) highest: i64,
    /// Whether there may be a zero. Without zeros in its factors a sum of products has none.
    zeros: bool,
}

impl Span {
    /// Of no entries.
    const NOTHING: Self = Self {
        lowest: i64::MAX,
        highest: i64::MIN,
        zeros: false,
    };

    fn either(a: Self, b: Self) -> Self {
        Self {
            lowest: a.lowest.min(b.lowest),
            highest: a.highest.max(b.highest),
            zeros: a.zeros || b.zeros,
        }
    }

    /// Of sums of `terms` products of one entry of each table; `None` if only looking at the result tells.
    fn of_products(factors: impl Iterator<Item = Self>, terms: usize) -> Option<Self> {
        let mut span = Self {
            lowest: 0,
            highest: 1 + i64::from(terms.max(1).ilog2()),
            zeros: false,
        };
        for factor in factors {
            if factor.zeros || factor.is_zero() {
                return None;
            }
            span.lowest += factor.lowest;
            // An entry is below 2^{highest + 1}.
            span.highest += factor.highest + 1;
        }
        // Bounds that have drifted far are replaced by the truth.
        let near = span.highest.abs() <= NEAR && span.lowest >= -FAR;
        near.then_some(span)
    }

    /// Whether there is nothing but zeros.
    pub(super) fn is_zero(self) -> bool {
        self.highest == i64::MIN
    }
}

/// Memory for `total` entries, with anything in it.
fn room<W: Weight>(mut spare: Vec<W>, total: usize) -> Vec<W> {
    if spare.capacity() < total {
        return vec![W::ZERO; total];
    }
    spare.resize(total, W::ZERO);
    spare
}

/// Fills `total` entries in chunks. The memory of `spare` is used again: fresh pages cost more than the
/// arithmetic.
fn fill<W: Weight>(
    spare: Vec<W>,
    total: usize,
    chunk: usize,
    make: impl Fn(usize, &mut [W]) + Sync,
) -> Vec<W> {
    let mut values = room(spare, total);
    if total <= chunk {
        // Waking another thread costs more than this table.
        make(0, &mut values);
    } else {
        values
            .par_chunks_mut(chunk)
            .enumerate()
            .for_each(|(k, out)| make(k, out));
    }
    values
}

impl<W: Weight> Made<W> {
    /// Sums of `terms` products of one entry of each factor.
    pub(super) fn of_products<'a>(
        values: Vec<W>,
        factors: impl Iterator<Item = &'a Table<W>>,
        terms: usize,
    ) -> Self {
        Self::of_spans(values, factors.map(|t| t.span), terms)
    }

    /// The same, of factors that lie there.
    pub(super) fn of_spans(
        values: Vec<W>,
        factors: impl Iterator<Item = Span>,
        terms: usize,
    ) -> Self {
        let span = Span::of_products(factors, terms);
        Self {
            span: span.unwrap_or_else(|| span_of(&values)),
            values,
        }
    }
}

impl<W: Weight> Table<W> {
    /// Takes values as they are in the model and finds where they lie.
    pub(super) fn new(scope: Vec<usize>, values: Vec<W>) -> Self {
        let span = span_of(&values);
        Self::of(scope, Made { values, span }, 0.0)
    }

    /// Takes values that were made, with their error in u.
    pub(super) fn of(scope: Vec<usize>, made: Made<W>, error: f64) -> Self {
        Self {
            scope,
            values: made.values,
            span: made.span,
            error,
        }
    }

    /// Whether every entry is zero.
    pub(super) fn is_zero(&self) -> bool {
        self.span.is_zero()
    }

    /// Where the entries lie, exactly.
    pub(super) fn true_span(&self) -> Span {
        span_of(&self.values)
    }

    /// Brings the largest entry into `[1, 2)` if it has gone far from there; returns the exponent that was
    /// taken out. A table of doubles stays as it is where that would take its smallest entry out of range:
    /// whoever uses it next then finds that wide numbers are called for.
    pub(super) fn normalize(&mut self) -> i64 {
        if self.is_zero() || self.span.highest.abs() <= NEAR {
            return 0;
        }
        self.span = self.true_span();
        let e = self.span.highest;
        if self.is_zero() || e.abs() <= NEAR {
            return 0;
        }
        if !W::WIDE && self.span.lowest - e < LOWEST {
            return 0;
        }
        let scale = |x: &mut W| *x = x.scaled(-e);
        if self.values.len() <= TASK {
            self.values.iter_mut().for_each(scale);
        } else {
            self.values
                .par_iter_mut()
                .with_min_len(TASK)
                .for_each(scale);
        }
        self.span.lowest -= e;
        self.span.highest = 0;
        e
    }

    /// Index of a state of all variables.
    pub(super) fn index(&self, cards: &[usize], state: &[usize]) -> usize {
        self.scope
            .iter()
            .fold(0, |index, &v| index * cards[v] + state[v])
    }
}

/// Lowest and highest exponent of what is not zero.
fn span_of<W: Weight>(values: &[W]) -> Span {
    if values.len() <= TASK {
        return span_in(values);
    }
    values
        .par_chunks(TASK)
        .map(span_in)
        .reduce(|| Span::NOTHING, Span::either)
}

fn span_in<W: Weight>(values: &[W]) -> Span {
    if W::WIDE {
        return values.iter().fold(Span::NOTHING, |span, x| {
            let of_x = x.exponent().map_or(
                Span {
                    zeros: true,
                    ..Span::NOTHING
                },
                |e| Span {
                    lowest: e,
                    highest: e,
                    zeros: false,
                },
            );
            Span::either(span, of_x)
        });
    }
    // Doubles: compare as numbers, take exponents of the ends.
    let mut lows = [f64::INFINITY; 8];
    let mut highs = [0.0_f64; 8];
    let mut least = [f64::INFINITY; 8];
    let mut see = |lane: usize, x: f64| {
        let positive = if x > 0.0 { x } else { f64::INFINITY };
        lows[lane] = if positive < lows[lane] {
            positive
        } else {
            lows[lane]
        };
        least[lane] = if x < least[lane] { x } else { least[lane] };
        highs[lane] = if x > highs[lane] { x } else { highs[lane] };
    };
    let (chunks, rest) = values.as_chunks::<8>();
    for chunk in chunks {
        for (lane, x) in chunk.iter().enumerate() {
            see(lane, x.as_double());
        }
    }
    for x in rest {
        see(0, x.as_double());
    }
    let low = lows.into_iter().fold(f64::INFINITY, f64::min);
    let high = highs.into_iter().fold(0.0, f64::max);
    let zeros = least.into_iter().any(|x| x <= 0.0);
    match (low.is_finite(), Weight::exponent(low), high.exponent()) {
        (true, Some(lowest), Some(highest)) => Span {
            lowest,
            highest,
            zeros,
        },
        _ => Span {
            zeros,
            ..Span::NOTHING
        },
    }
}

/// Strides of a table's variables in the order of another scope; zero where it has them not.
pub(super) fn strides(scope: &[usize], of: &[usize], cards: &[usize]) -> Vec<usize> {
    let mut stride = 1;
    let mut own = vec![0; of.len()];
    for &v in scope.iter().rev() {
        if let Some(place) = of.iter().position(|&w| w == v) {
            own[place] = stride;
        }
        stride *= cards[v];
    }
    own
}

/// Walks through the states of a scope, the last variable fastest, with the index in several tables.
pub(super) struct Odometer<'a> {
    cards: Vec<usize>,
    digits: Vec<usize>,
    strides: &'a [Vec<usize>],
    pub(super) index: Vec<usize>,
}

impl<'a> Odometer<'a> {
    pub(super) fn at(mut place: usize, cards: Vec<usize>, strides: &'a [Vec<usize>]) -> Self {
        let mut digits = vec![0; cards.len()];
        for (digit, &q) in digits.iter_mut().zip(&cards).rev() {
            *digit = place % q;
            place /= q;
        }
        let index = strides
            .iter()
            .map(|s| s.iter().zip(&digits).map(|(s, d)| s * d).sum())
            .collect();
        Self {
            cards,
            digits,
            strides,
            index,
        }
    }

    #[inline]
    pub(super) fn step(&mut self) {
        for k in (0..self.digits.len()).rev() {
            self.digits[k] += 1;
            if self.digits[k] < self.cards[k] {
                for (index, strides) in self.index.iter_mut().zip(self.strides) {
                    *index += strides[k];
                }
                return;
            }
            self.digits[k] = 0;
            for (index, strides) in self.index.iter_mut().zip(self.strides) {
                *index -= strides[k] * (self.cards[k] - 1);
            }
        }
    }
}

/// Product of tables over a scope that holds all their variables.
pub(super) fn product<W: Weight>(
    inputs: &[&Table<W>],
    scope: &[usize],
    cards: &[usize],
) -> Made<W> {
    project(inputs, scope, cards, Vec::new())
}

/// `Σ_x ∏ inputs` over the scope; every input has x, slowest.
///
/// All but the largest input are multiplied first if their product is small, so that an entry costs a
/// product and a sum for each state of x.
pub(super) fn sum_out<W: Weight>(
    x: usize,
    inputs: &[&Table<W>],
    scope: &[usize],
    cards: &[usize],
    spare: Vec<W>,
) -> Made<W> {
    let largest = (0..inputs.len())
        .max_by_key(|&i| (inputs[i].values.len(), i))
        .unwrap_or(0);
    let rest: Vec<&Table<W>> = (0..inputs.len())
        .filter(|&i| i != largest)
        .map(|i| inputs[i])
        .collect();
    let small_scope: Vec<usize> = std::iter::once(x)
        .chain(
            scope
                .iter()
                .copied()
                .filter(|v| rest.iter().any(|t| t.scope.contains(v))),
        )
        .collect();
    let size = small_scope
        .iter()
        .try_fold(1_usize, |s, &v| s.checked_mul(cards[v]))
        .unwrap_or(usize::MAX);
    if size <= SMALL && !inputs.is_empty() {
        let small = product(&rest, &small_scope, cards);
        let small = Table::of(small_scope, small, 0.0);
        return join(x, inputs[largest], &small, scope, cards, spare);
    }
    project(inputs, scope, cards, spare)
}

/// Reads a scope from its fastest end: the length of a block of variables that `block` accepts, at most
/// 16 entries, then that of a run of variables that `run` accepts. Returns both and what is left.
fn block_and_run<'a>(
    scope: &'a [usize],
    cards: &[usize],
    block: impl Fn(usize) -> bool,
    run: impl Fn(usize) -> bool,
) -> (usize, usize, &'a [usize]) {
    let take = |mut rest: &'a [usize], most: usize, accept: &dyn Fn(usize) -> bool| {
        let mut length = 1;
        while let Some((&v, before)) = rest.split_last()
            && accept(v)
            && length * cards[v] <= most
        {
            length *= cards[v];
            rest = before;
        }
        (length, rest)
    };
    let (h, rest) = take(scope, 16, &block);
    let (r, rest) = take(rest, TASK, &run);
    (h, r, rest)
}

/// `out(scope) = Σ_x big(x, ·) small(x, ·)`.
///
/// The fastest variables of the scope that only the small table has (g states) run innermost, then those
/// that both have (h), then those that only the big one has (r): all three tables are then read and
/// written straight through.
fn join<W: Weight>(
    x: usize,
    big: &Table<W>,
    small: &Table<W>,
    scope: &[usize],
    cards: &[usize],
    spare: Vec<W>,
) -> Made<W> {
    let in_big = |v: usize| big.scope.contains(&v);
    let in_small = |v: usize| small.scope.contains(&v);
    let (g, _, rest) = block_and_run(scope, cards, |v| !in_big(v), |_| false);
    let (h, r, rest) = block_and_run(
        rest,
        cards,
        |v| in_big(v) && in_small(v),
        |v| in_big(v) && !in_small(v),
    );
    if g * h * r < SHORT {
        return project(&[big, small], scope, cards, spare);
    }
    let q = cards[x];
    let strides = [
        strides(&big.scope, rest, cards),
        strides(&small.scope, rest, cards),
    ];
    let slice = big.values.len() / q;
    let small_slice = small.values.len() / q;
    let digits: Vec<usize> = rest.iter().map(|&v| cards[v]).collect();
    let total: usize = scope.iter().map(|&v| cards[v]).product();
    let run = g * h * r;
    let runs = (TASK / run).max(1);
    let two = match (q, h, g) {
        (2, 1, 1) => Some(join_two::<W, 1, 1, 1> as JoinTwo<W>),
        (2, 1, 2) => Some(join_two::<W, 1, 2, 2> as JoinTwo<W>),
        (2, 2, 1) => Some(join_two::<W, 2, 1, 2> as JoinTwo<W>),
        (2, 2, 2) => Some(join_two::<W, 2, 2, 4> as JoinTwo<W>),
        (2, 4, 1) => Some(join_two::<W, 4, 1, 4> as JoinTwo<W>),
        (2, 4, 2) => Some(join_two::<W, 4, 2, 8> as JoinTwo<W>),
        (2, 1, 4) => Some(join_two::<W, 1, 4, 4> as JoinTwo<W>),
        (2, 2, 4) => Some(join_two::<W, 2, 4, 8> as JoinTwo<W>),
        _ => None,
    };
    let values = fill(spare, total, run * runs, |k, chunk| {
        let mut place = Odometer::at(k * runs, digits.clone(), &strides);
        for out in chunk.chunks_mut(run) {
            let (a, b) = (place.index[0], place.index[1]);
            let a = |s: usize| &big.values[a + s * slice..][..h * r];
            let b = |s: usize| &small.values[b + s * small_slice..][..g * h];
            if let Some(two) = two {
                two(a(0), a(1), b(0), b(1), out);
            } else {
                out.fill(W::ZERO);
                for s in 0..q {
                    for (out, a) in out.chunks_exact_mut(g * h).zip(a(s).chunks_exact(h)) {
                        for (k, (out, &b)) in out.iter_mut().zip(b(s)).enumerate() {
                            *out = out.plus(a[k / g].times(b));
                        }
                    }
                }
            }
            place.step();
        }
    });
    Made::of_products(values, [big, small].into_iter(), q)
}

type JoinTwo<W> = fn(&[W], &[W], &[W], &[W], &mut [W]);

/// `out[i GH + k] = a0[i H + k/G] b0[k] + a1[i H + k/G] b1[k]` for k below GH, with its sizes known.
fn join_two<W: Weight, const H: usize, const G: usize, const GH: usize>(
    a0: &[W],
    a1: &[W],
    b0: &[W],
    b1: &[W],
    out: &mut [W],
) {
    let (Some(b0), Some(b1)) = (b0.first_chunk::<GH>(), b1.first_chunk::<GH>()) else {
        return;
    };
    let (b0, b1) = (*b0, *b1);
    let (out, _) = out.as_chunks_mut::<GH>();
    let ((a0, _), (a1, _)) = (a0.as_chunks::<H>(), a1.as_chunks::<H>());
    for ((out, a0), a1) in out.iter_mut().zip(a0).zip(a1) {
        for k in 0..GH {
            out[k] = a0[k / G].times(b0[k]).plus(a1[k / G].times(b1[k]));
        }
    }
}

/// `Σ ∏ inputs` over the variables that are in an input but not in the scope.
///
/// The fastest variables of the scope make a block of a few dozen entries, for which the places in every
/// table are found once; the walk over the rest then costs little.
pub(super) fn project<W: Weight>(
    inputs: &[&Table<W>],
    scope: &[usize],
    cards: &[usize],
    spare: Vec<W>,
) -> Made<W> {
    let mut summed: Vec<usize> = Vec::new();
    for table in inputs {
        for &v in &table.scope {
            if !scope.contains(&v) && !summed.contains(&v) {
                summed.push(v);
            }
        }
    }
    let mut block = 1;
    let mut kept = scope.len();
    while kept > 0 && block * cards[scope[kept - 1]] <= BLOCK {
        kept -= 1;
        block *= cards[scope[kept]];
    }
    let (high, low) = scope.split_at(kept);
    let walked: Vec<usize> = high.iter().chain(&summed).copied().collect();
    let places: Vec<Places> = inputs
        .iter()
        .map(|t| Places::of(&strides(&t.scope, low, cards), low, cards, block))
        .collect();
    let strides: Vec<_> = inputs
        .iter()
        .map(|t| strides(&t.scope, &walked, cards))
        .collect();
    let digits: Vec<usize> = walked.iter().map(|&v| cards[v]).collect();
    let inner: usize = summed.iter().map(|&v| cards[v]).product();
    let total = scope.iter().map(|&v| cards[v]).product();
    let blocks = (TASK / (inner * block)).max(1);
    let values = fill(spare, total, block * blocks, |k, chunk| {
        let mut place = Odometer::at(k * blocks * inner, digits.clone(), &strides);
        let mut weights = vec![W::ZERO; block];
        for sums in chunk.chunks_exact_mut(block) {
            sums.fill(W::ZERO);
            for _ in 0..inner {
                weights.fill(W::new(1.0, 0));
                for ((table, places), &base) in inputs.iter().zip(&places).zip(&place.index) {
                    places.multiply(&table.values[base..], &mut weights);
                }
                for (sum, &w) in sums.iter_mut().zip(&weights) {
                    *sum = sum.plus(w);
                }
                place.step();
            }
        }
    });
    Made::of_products(values, inputs.iter().copied(), inner)
}

/// Where the entries of a block stand in one table, from the block's first.
enum Places {
    /// All in the same place.
    One,
    /// One after another.
    Run,
    /// Anywhere.
    Each(Vec<u32>),
}

impl Places {
    fn of(strides: &[usize], low: &[usize], cards: &[usize], block: usize) -> Self {
        let each: Vec<u32> = (0..block)
            .map(|j| {
                let mut rest = j;
                let mut place = 0;
                for (&v, stride) in low.iter().zip(strides).rev() {
                    place += stride * (rest % cards[v]);
                    rest /= cards[v];
                }
                place as u32
            })
            .collect();
        if each.iter().all(|&p| p == 0) {
            Self::One
        } else if each.iter().enumerate().all(|(j, &p)| p as usize == j) {
            Self::Run
        } else {
            Self::Each(each)
        }
    }

    #[inline]
    fn multiply<W: Weight>(&self, values: &[W], weights: &mut [W]) {
        match self {
            Self::One => {
                let c = values[0];
                for w in weights {
                    *w = w.times(c);
                }
            }
            Self::Run => {
                for (w, &x) in weights.iter_mut().zip(values) {
                    *w = w.times(x);
                }
            }
            Self::Each(each) => {
                for (w, &p) in weights.iter_mut().zip(each) {
                    *w = w.times(values[p as usize]);
                }
            }
        }
    }
}

/// `Σ ∏ tables` over the variables that are not in the scope: the derivative of a bucket by a table with
/// that scope.
///
/// If the summed variables are the fastest of the largest table, as they are where a variable is
/// replaced by a later one, that table is read straight through.
pub(super) fn derivative<W: Weight>(
    tables: &[&Table<W>],
    scope: &[usize],
    cards: &[usize],
    spare: Vec<W>,
) -> Made<W> {
    let Some(largest) = (0..tables.len()).max_by_key(|&i| tables[i].values.len()) else {
        return project(tables, scope, cards, spare);
    };
    let big = tables[largest];
    let rest: Vec<&Table<W>> = (0..tables.len())
        .filter(|&i| i != largest)
        .map(|i| tables[i])
        .collect();
    let kept = big.scope.iter().take_while(|v| scope.contains(v)).count();
    let summed = &big.scope[kept..];
    let all_there = |v: &usize| scope.contains(v) || summed.contains(v);
    let small_scope: Vec<usize> = scope
        .iter()
        .copied()
        .filter(|v| rest.iter().any(|t| t.scope.contains(v)))
        .chain(summed.iter().copied())
        .collect();
    let small_size = small_scope
        .iter()
        .try_fold(1_usize, |s, &v| s.checked_mul(cards[v]))
        .unwrap_or(usize::MAX);
    if small_size > SMALL
        || summed.iter().any(|v| scope.contains(v))
        || !rest.iter().flat_map(|t| &t.scope).all(all_there)
    {
        return project(tables, scope, cards, spare);
    }
    let small = product(&rest, &small_scope, cards);
    let small = Table::of(small_scope, small, 0.0);
    let g: usize = summed.iter().map(|&v| cards[v]).product();
    let in_big = |v: usize| big.scope[..kept].contains(&v);
    let in_small = |v: usize| small.scope.contains(&v);
    let (h, r, outer) = block_and_run(
        scope,
        cards,
        |v| in_big(v) && in_small(v),
        |v| in_big(v) && !in_small(v),
    );
    if h * r < SHORT {
        return project(&[big, &small], scope, cards, spare);
    }
    let strides = [
        strides(&big.scope, outer, cards),
        strides(&small.scope, outer, cards),
    ];
    let digits: Vec<usize> = outer.iter().map(|&v| cards[v]).collect();
    let total = scope.iter().map(|&v| cards[v]).product();
    let run = h * r;
    let runs = (TASK / run).max(1);
    let fold = match (h, g) {
        (1, 1) => Some(fold_tail::<W, 1, 1, 1> as Fold<W>),
        (1, 2) => Some(fold_tail::<W, 1, 2, 2> as Fold<W>),
        (2, 1) => Some(fold_tail::<W, 2, 1, 2> as Fold<W>),
        (2, 2) => Some(fold_tail::<W, 2, 2, 4> as Fold<W>),
        (4, 1) => Some(fold_tail::<W, 4, 1, 4> as Fold<W>),
        (4, 2) => Some(fold_tail::<W, 4, 2, 8> as Fold<W>),
        _ => None,
    };
    let values = fill(spare, total, run * runs, |k, chunk| {
        let mut place = Odometer::at(k * runs, digits.clone(), &strides);
        for out in chunk.chunks_mut(run) {
            let a = &big.values[place.index[0]..][..run * g];
            let b = &small.values[place.index[1]..][..g * h];
            if let Some(fold) = fold {
                fold(a, b, out);
            } else {
                for (out, a) in out.chunks_exact_mut(h).zip(a.chunks_exact(g * h)) {
                    for (k, out) in out.iter_mut().enumerate() {
                        *out =
                            (k * g..(k + 1) * g).fold(W::ZERO, |sum, i| sum.plus(a[i].times(b[i])));
                    }
                }
            }
            place.step();
        }
    });
    Made::of_products(values, [big, &small].into_iter(), g)
}

type Fold<W> = fn(&[W], &[W], &mut [W]);

/// `out[i H + k] = Σ_l a[(i H + k) G + l] b[k G + l]`, with its sizes known.
fn fold_tail<W: Weight, const H: usize, const G: usize, const GH: usize>(
    a: &[W],
    b: &[W],
    out: &mut [W],
) {
    let Some(b) = b.first_chunk::<GH>() else {
        return;
    };
    let b = *b;
    let (a, _) = a.as_chunks::<GH>();
    let (out, _) = out.as_chunks_mut::<H>();
    for (out, a) in out.iter_mut().zip(a) {
        for k in 0..H {
            let mut sum = a[k * G].times(b[k * G]);
            for l in 1..G {
                sum = sum.plus(a[k * G + l].times(b[k * G + l]));
            }
            out[k] = sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;

    /// Entries are small integers, so that every order of summation gives the same number.
    fn table(scope: Vec<usize>, cards: &[usize], stream: &mut crate::random::Stream) -> Table<f64> {
        let size = scope.iter().map(|&v| cards[v]).product();
        let values = (0..size).map(|_| stream.index(4) as f64).collect();
        Table::new(scope, values)
    }

    #[test]
    fn fast_paths_agree_with_the_plain_projection() {
        let mut stream = Seed(4).stream("tables", 0);
        for round in 0..400 {
            let n = 9;
            let cards: Vec<usize> = (0..n)
                .map(|_| {
                    if round % 4 == 3 {
                        1 + stream.index(3)
                    } else {
                        2
                    }
                })
                .collect();
            // Variable 0 goes first. One large table, and some small ones; spare memory with old values.
            let pick = |p: f64, stream: &mut crate::random::Stream| -> Vec<usize> {
                (0..n).filter(|&v| v == 0 || stream.uniform() < p).collect()
            };
            let scopes = [
                pick(0.9, &mut stream),
                pick(0.3, &mut stream),
                pick(0.2, &mut stream),
            ];
            let tables: Vec<Table<f64>> = scopes
                .iter()
                .map(|s| table(s.clone(), &cards, &mut stream))
                .collect();
            let inputs: Vec<&Table<f64>> = tables.iter().collect();
            let union: Vec<usize> = (1..n)
                .filter(|v| scopes.iter().any(|s| s.contains(v)))
                .collect();
            let old = vec![7.0; stream.index(1000)];
            let plain = project(&inputs, &union, &cards, Vec::new());
            let fast = sum_out(0, &inputs, &union, &cards, old.clone());
            assert!(
                plain.values == fast.values && plain.span == fast.span,
                "{scopes:?}"
            );
            // The derivative by each table, with one above that spans the union.
            let above = table(union.clone(), &cards, &mut stream);
            for k in 0..3 {
                let others: Vec<&Table<f64>> = (0..3)
                    .filter(|&l| l != k)
                    .map(|l| &tables[l])
                    .chain([&above])
                    .collect();
                let plain = project(&others, &scopes[k], &cards, Vec::new());
                let fast = derivative(&others, &scopes[k], &cards, old.clone());
                assert!(
                    plain.values == fast.values,
                    "{k} of {scopes:?} under {union:?}"
                );
            }
        }
    }

    #[test]
    fn projection_is_the_sum_over_states() {
        let mut stream = Seed(6).stream("tables", 0);
        let cards = [2, 3, 2, 4];
        let a = table(vec![0, 1, 3], &cards, &mut stream);
        let b = table(vec![1, 2], &cards, &mut stream);
        let got = project(&[&a, &b], &[2, 3], &cards, Vec::new()).values;
        for (index, &got) in got.iter().enumerate() {
            let mut want = 0.0;
            for s0 in 0..2 {
                for s1 in 0..3 {
                    let state = [s0, s1, index / 4, index % 4];
                    want += a.values[a.index(&cards, &state)] * b.values[b.index(&cards, &state)];
                }
            }
            assert!((got - want).abs() < 0.5);
        }
    }
}
