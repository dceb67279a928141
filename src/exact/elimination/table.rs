//! Tables over variables, and summing one variable out of a product of tables.

use crate::exact::fixed_energy::{power_of_two, scale_by};
use rayon::prelude::*;

/// Entries of a table that one task makes.
const TASK: usize = 1 << 14;
/// Most entries of the block in which a product of several large tables is made.
const BLOCK: usize = 64;
/// Runs shorter than this are not worth the fast path.
const SHORT: usize = 16;
/// Most entries of the product of the small tables of a bucket.
const SMALL: usize = 1 << 12;

/// A non-negative number in a table.
pub(super) trait Weight: Copy + Send + Sync + 'static {
    /// Zero.
    const ZERO: Self;
    /// Whether entries have an exponent of their own, so that nothing underflows.
    const WIDE: bool;
    /// `m · 2^e`.
    fn new(m: f64, e: i64) -> Self;
    /// Mantissa in `[1, 2)` and exponent; mantissa zero for zero.
    fn parts(self) -> (f64, i64);
    /// Product.
    fn times(self, other: Self) -> Self;
    /// Sum.
    fn plus(self, other: Self) -> Self;
    /// Multiplied by a power of two.
    fn scaled(self, e: i64) -> Self;
    /// The exponent of a bound from above and from below: `2^e ≤ x < 2^{e+1}`; `None` for zero.
    fn exponent(self) -> Option<i64> {
        let (m, e) = self.parts();
        (m > 0.0).then_some(e)
    }
}

impl Weight for f64 {
    const ZERO: Self = 0.0;
    const WIDE: bool = false;
    fn new(m: f64, e: i64) -> Self {
        scale_by(m, i128::from(e))
    }
    #[inline]
    fn parts(self) -> (f64, i64) {
        if self == 0.0 {
            return (0.0, 0);
        }
        let (m, e) = libm::frexp(self);
        (2.0 * m, i64::from(e) - 1)
    }
    #[inline]
    fn times(self, other: Self) -> Self {
        self * other
    }
    #[inline]
    fn plus(self, other: Self) -> Self {
        self + other
    }
    #[inline]
    fn scaled(self, e: i64) -> Self {
        self * power_of_two(e.clamp(-1000, 1000) as i32)
    }
}

/// A double with an exponent beside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wide {
    /// In `[1, 2)`, or zero.
    m: f64,
    e: i64,
}

impl Wide {
    #[inline]
    fn normal(m: f64, e: i64) -> Self {
        if m == 0.0 {
            return Self::ZERO;
        }
        // m is a product or sum of numbers in [1, 2): its exponent is 0 or 1 and no subnormal.
        let shift = (m.to_bits() >> 52) as i64 - 1023;
        Self {
            m: m * power_of_two(-shift as i32),
            e: e + shift,
        }
    }
}

impl Weight for Wide {
    const ZERO: Self = Self { m: 0.0, e: 0 };
    const WIDE: bool = true;
    fn new(m: f64, e: i64) -> Self {
        let (m, shift) = m.parts();
        Self { m, e: e + shift }
    }
    fn parts(self) -> (f64, i64) {
        (self.m, self.e)
    }
    #[inline]
    fn times(self, other: Self) -> Self {
        Self::normal(self.m * other.m, self.e + other.e)
    }
    #[inline]
    fn plus(self, other: Self) -> Self {
        if self.m == 0.0 {
            return other;
        }
        if other.m == 0.0 {
            return self;
        }
        let (a, b) = if self.e >= other.e {
            (self, other)
        } else {
            (other, self)
        };
        let gap = a.e - b.e;
        if gap > 1000 {
            // Less than a rounding, and counted as one.
            return a;
        }
        Self::normal(a.m + b.m * power_of_two(-gap as i32), a.e)
    }
    fn scaled(self, e: i64) -> Self {
        if self.m == 0.0 {
            self
        } else {
            Self {
                m: self.m,
                e: self.e + e,
            }
        }
    }
}

/// A table over variables. The scope is in the order of elimination, the variable that goes first
/// slowest, so that summing it out joins contiguous slices.
#[derive(Clone, Debug)]
pub(super) struct Table<W> {
    pub(super) scope: Vec<usize>,
    pub(super) values: Vec<W>,
    /// Exponents between which the entries that are not zero lie.
    pub(super) lowest: i64,
    pub(super) highest: i64,
}

impl<W: Weight> Table<W> {
    /// Takes the values and finds their range.
    pub(super) fn new(scope: Vec<usize>, values: Vec<W>) -> Self {
        let (lowest, highest) = values
            .par_chunks(TASK)
            .map(range)
            .reduce(|| (i64::MAX, i64::MIN), |a, b| (a.0.min(b.0), a.1.max(b.1)));
        Self {
            scope,
            values,
            lowest,
            highest,
        }
    }

    /// Whether every entry is zero.
    pub(super) fn is_zero(&self) -> bool {
        self.highest == i64::MIN
    }

    /// Brings the largest entry into `[1, 2)`; returns the exponent that was taken out.
    pub(super) fn normalize(&mut self) -> i64 {
        let e = self.highest;
        if self.is_zero() || e == 0 {
            return 0;
        }
        self.values
            .par_iter_mut()
            .with_min_len(TASK)
            .for_each(|x| *x = x.scaled(-e));
        self.lowest -= e;
        self.highest = 0;
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
fn range<W: Weight>(values: &[W]) -> (i64, i64) {
    if W::WIDE {
        return values
            .iter()
            .filter_map(|x| x.exponent())
            .fold((i64::MAX, i64::MIN), |a, e| (a.0.min(e), a.1.max(e)));
    }
    // Doubles: compare as numbers, take exponents of the ends.
    let mut low = f64::INFINITY;
    let mut high = 0.0_f64;
    for x in values {
        let x = x.as_double();
        low = if x > 0.0 && x < low { x } else { low };
        high = if x > high { x } else { high };
    }
    match (low.is_finite(), Weight::exponent(low), high.exponent()) {
        (true, Some(l), Some(h)) => (l, h),
        _ => (i64::MAX, i64::MIN),
    }
}

/// The number itself, for tables of doubles.
trait AsDouble {
    fn as_double(&self) -> f64;
}

impl<W: Weight> AsDouble for W {
    #[inline]
    fn as_double(&self) -> f64 {
        let any: &dyn std::any::Any = self;
        any.downcast_ref::<f64>().copied().unwrap_or(0.0)
    }
}

/// Strides of a table's variables in the order of another scope; zero where it has them not.
fn strides(scope: &[usize], of: &[usize], cards: &[usize]) -> Vec<usize> {
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
struct Odometer<'a> {
    cards: Vec<usize>,
    digits: Vec<usize>,
    strides: &'a [Vec<usize>],
    index: Vec<usize>,
}

impl<'a> Odometer<'a> {
    fn at(mut place: usize, cards: Vec<usize>, strides: &'a [Vec<usize>]) -> Self {
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
    fn step(&mut self) {
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
pub(super) fn product<W: Weight>(inputs: &[&Table<W>], scope: &[usize], cards: &[usize]) -> Vec<W> {
    project(inputs, scope, cards)
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
) -> Vec<W> {
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
        let small = Table::new(small_scope.clone(), product(&rest, &small_scope, cards));
        return join(x, inputs[largest], &small, scope, cards);
    }
    project(inputs, scope, cards)
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
) -> Vec<W> {
    let in_big = |v: usize| big.scope.contains(&v);
    let in_small = |v: usize| small.scope.contains(&v);
    let (g, _, rest) = block_and_run(scope, cards, |v| !in_big(v), |_| false);
    let (h, r, rest) = block_and_run(rest, cards, &in_small, |v| in_big(v) && !in_small(v));
    let only_big = rest.iter().all(|&v| in_big(v) || in_small(v));
    if g * h * r < SHORT || !only_big {
        return project(&[big, small], scope, cards);
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
    let mut out = vec![W::ZERO; total];
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
    out.par_chunks_mut(run * runs)
        .enumerate()
        .for_each(|(k, chunk)| {
            let mut place = Odometer::at(k * runs, digits.clone(), &strides);
            for out in chunk.chunks_mut(run) {
                let (a, b) = (place.index[0], place.index[1]);
                let a = |s: usize| &big.values[a + s * slice..][..h * r];
                let b = |s: usize| &small.values[b + s * small_slice..][..g * h];
                if let Some(two) = two {
                    two(a(0), a(1), b(0), b(1), out);
                } else {
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
    out
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
pub(super) fn project<W: Weight>(inputs: &[&Table<W>], scope: &[usize], cards: &[usize]) -> Vec<W> {
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
    let mut out = vec![W::ZERO; scope.iter().map(|&v| cards[v]).product()];
    let blocks = (TASK / (inner * block)).max(1);
    out.par_chunks_mut(block * blocks)
        .enumerate()
        .for_each(|(k, chunk)| {
            let mut place = Odometer::at(k * blocks * inner, digits.clone(), &strides);
            let mut weights = vec![W::ZERO; block];
            for sums in chunk.chunks_exact_mut(block) {
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
    out
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

/// `Σ a b` slice by slice: one number for each state of the slowest variable.
pub(super) fn dots<W: Weight>(a: &Table<W>, b: &[W], q: usize) -> Vec<W> {
    let slice = a.values.len() / q;
    (0..q)
        .map(|s| {
            let (a, b) = (&a.values[s * slice..][..slice], &b[s * slice..][..slice]);
            let parts: Vec<W> = a
                .par_chunks(TASK)
                .zip(b.par_chunks(TASK))
                .map(|(a, b)| {
                    tree(a.len(), &|range| {
                        a[range.clone()]
                            .iter()
                            .zip(&b[range])
                            .fold(W::ZERO, |sum, (x, y)| sum.plus(x.times(*y)))
                    })
                })
                .collect();
            tree(parts.len(), &|range| {
                parts[range].iter().fold(W::ZERO, |sum, x| sum.plus(*x))
            })
        })
        .collect()
}

/// Sums parts of at most 32 numbers, then the parts pairwise: few roundings on any path.
fn tree<W: Weight>(length: usize, part: &impl Fn(std::ops::Range<usize>) -> W) -> W {
    fn go<W: Weight>(from: usize, to: usize, part: &impl Fn(std::ops::Range<usize>) -> W) -> W {
        if to - from <= 32 {
            return part(from..to);
        }
        let middle = from.midpoint(to);
        go(from, middle, part).plus(go(middle, to, part))
    }
    go(0, length, part)
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
) -> Vec<W> {
    let Some(largest) = (0..tables.len()).max_by_key(|&i| tables[i].values.len()) else {
        return project(tables, scope, cards);
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
        return project(tables, scope, cards);
    }
    let small = product(&rest, &small_scope, cards);
    let small = Table::new(small_scope, small);
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
        return project(&[big, &small], scope, cards);
    }
    let strides = [
        strides(&big.scope, outer, cards),
        strides(&small.scope, outer, cards),
    ];
    let digits: Vec<usize> = outer.iter().map(|&v| cards[v]).collect();
    let mut out = vec![W::ZERO; scope.iter().map(|&v| cards[v]).product()];
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
    out.par_chunks_mut(run * runs)
        .enumerate()
        .for_each(|(k, chunk)| {
            let mut place = Odometer::at(k * runs, digits.clone(), &strides);
            for out in chunk.chunks_mut(run) {
                let a = &big.values[place.index[0]..][..run * g];
                let b = &small.values[place.index[1]..][..g * h];
                if let Some(fold) = fold {
                    fold(a, b, out);
                } else {
                    for (out, a) in out.chunks_exact_mut(h).zip(a.chunks_exact(g * h)) {
                        for (k, out) in out.iter_mut().enumerate() {
                            *out = (k * g..(k + 1) * g)
                                .fold(W::ZERO, |sum, i| sum.plus(a[i].times(b[i])));
                        }
                    }
                }
                place.step();
            }
        });
    out
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
