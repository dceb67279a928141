//! Tori with any couplings: four signed sums over the bonds that close the rectangle.
//!
//! The open rectangle is built with every spin of its edge kept on the face outside. What closes it to a torus
//! is one factor `1 + t s_a s_b` for each bond around, with `⟨…⟩` a Pfaffian of the correlators C of these
//! spins. Bonds around one way and bonds around the other cross once each, so that
//!
//! ```text
//! Z/Z̄ = Σ_W ∏_{w ∈ W} t_w ⟨s_W⟩ = ½ [P(+,+) + P(−,+) + P(+,−) − P(−,−)]
//! P(a, b) = Σ_W (−1)^{crossings} ∏ (a t_h) ∏ (b t_v) ⟨s_W⟩ = ∏ D
//! ```
//! where each P is a Pfaffian, found by eliminating one bond after the other, the one with the largest
//! `D = 1 + t A_ab` first: `A_ij' = A_ij + (t/D)(A_ib A_ja − A_ia A_jb)`, A the skew matrix of C.
//!
//! # Why the sum is within its radius
//! With γ and S as in the parent's text, expanding the product of all inserted factors and bounding each term
//! by the flips that it makes gives `|Z̃/Z − 1| ≤ y` and `|C̃ Z̃/Z − C| ≤ y`, `y = e^{γS/2} − 1`, so that
//! `|C̃ − C| ≤ 2y/(1 − y) < 2γS`. Ends that hang outside the rectangle do not enter γ: their flip costs nothing.
//!
//! With `|δ_ij| ≤ ε` the Pfaffian of 2w spins changes by `Σ_S ± Pf(A without S) Pf(δ_S)` over the sets S of 2k
//! places, k ≥ 1. The first factor is a mean of spins, at most one; the second has (2k − 1)!! terms. So it changes
//! by at most `e^{2w²ε} − 1`, and a sum P over subsets of m bonds by `2^m (e^{2m²ε} − 1) < 2^{m+2} m² ε` for
//! `2m²ε ≤ 1`. The elimination takes the numbers as they are, with a radius for its own rounding beside each
//! one; if that is too large, it is done again with more digits, which cost little.
//!
//! # How many words
//! The P are not positive and cancel: Z/Z̄ is about `e^{−2Σ|K|}` over the bonds around that are violated by the
//! rectangle's own states. The words must hold that beside γ. A first try takes half of them as violated; by
//! `Z/Z̄ ≥ ∏ e^{K⟨s_a s_b⟩}/cosh K` its correlators then say how many bits are enough.

use super::boundary::{Boundary, Couplings, PARALLEL, PrecisionLost, Step, Weight};
use super::embedding::Embedding;
use super::fixed::{Tangents, fraction_bits};
use super::signed_sum::{Around, Ball, GUARD, numbers, pfaffian};
use super::{Block, PlanarError, WANTED_BITS, WORDS, check_couplings, finish, sweep};
use crate::exact::{Limits, Method, Plan};
use crate::numeric::{CompensatedSum, Enclosure};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed};
use std::collections::HashMap;
use std::f64::consts::{LN_2, LOG2_E};

/// Nanoseconds for one product of the elimination, by powers of the number of words.
const NS_BALL: [f64; 3] = [120.0, 30.0, 0.43];
/// Bytes beside the words for two ends, of the numbers and of those that the elimination works on.
const BALL_BYTES: f64 = 90.0;

/// The torus as a rectangle and what closes it.
struct Torus {
    rows: usize,
    columns: usize,
    /// The rectangle.
    block: Block,
    /// Bonds that close the rows and the columns.
    closing_rows: Vec<f64>,
    closing_columns: Vec<f64>,
}

impl Torus {
    /// The rectangle with all ends outside: the state, and the ends around it.
    fn rectangle<const N: usize>(&self) -> Result<Boundary<N>, PrecisionLost> {
        let (rows, columns) = (self.rows, self.columns);
        let mut couplings = Couplings::<N>::new(&self.block.couplings);
        let equal = couplings.push_equal();
        let horizontal = |r: usize, c: usize| r * (columns - 1) + c;
        let vertical = |r: usize, c: usize| rows * (columns - 1) + r * columns + c;
        let (top, left, right) = (columns, 2 * columns, 2 * columns + rows);
        let mut state = Boundary::<N>::new(2 * columns + 2 * rows);
        let order = |r: usize, c: usize, has_right: bool| -> Vec<usize> {
            let front = if r == 0 { c + 1 } else { columns };
            let tops = if self.closing_columns.is_empty() {
                0
            } else {
                front
            };
            let (rights, lefts) = if self.closing_rows.is_empty() {
                (0, 0)
            } else {
                (r + usize::from(has_right), r + 1)
            };
            (0..front)
                .chain((right..right + rights).rev())
                .chain((top..top + tops).rev())
                .chain(left..left + lefts)
                .collect()
        };
        for r in 0..rows {
            for c in 0..columns {
                let step = match (r, c) {
                    (0, 0) => Step::Start { at: 0 },
                    (0, _) => Step::Attach {
                        at: c,
                        host: c - 1,
                        edge: horizontal(0, c - 1),
                    },
                    _ => Step::Replace {
                        host: c,
                        edge: vertical(r - 1, c),
                    },
                };
                state.step(&step, &couplings)?;
                if r > 0 && c > 0 {
                    let edge = horizontal(r, c - 1);
                    state.step(
                        &Step::Join {
                            a: c,
                            b: c - 1,
                            edge,
                        },
                        &couplings,
                    )?;
                }
                let mut hang = |at: usize| {
                    state.step(
                        &Step::Attach {
                            at,
                            host: c,
                            edge: equal,
                        },
                        &couplings,
                    )
                };
                if r == 0 && !self.closing_columns.is_empty() {
                    hang(top + c)?;
                }
                if c == 0 && !self.closing_rows.is_empty() {
                    hang(left + r)?;
                }
                let last = c + 1 == columns && !self.closing_rows.is_empty();
                if last {
                    hang(right + r)?;
                }
                state.step(&Step::Order(order(r, c, last)), &couplings)?;
            }
        }
        Ok(state)
    }

    /// The bracket of the module's text, in numbers of N words.
    fn sums<const N: usize>(&self) -> Result<Sums, PrecisionLost> {
        let state = self.rectangle::<N>()?;
        let units = Boundary::<N>::units();
        let error_log2 = self.block.radius_log2(N, state.rounded, units);
        let closing = (self.closing_rows.len() + self.closing_columns.len()) as f64;
        // Of all four sums, of correlators within four times the error.
        let off = error_log2 + closing + 2.0 * closing.max(1.0).log2() + 6.0;
        // Neither `2m²ε ≤ 1` nor a bound on the rectangle otherwise.
        if off.is_nan() || off > closing {
            return Err(PrecisionLost);
        }
        let mut place = vec![0; 2 * self.columns + 2 * self.rows];
        for (k, &p) in state.order.iter().enumerate() {
            place[p] = k;
        }
        let mut out = Sums {
            weight: state.weight,
            sum: None,
            error: self.block.radius(N, state.rounded, units),
            lost: self.lost_at_most(&state),
        };
        // Rounding of the elimination itself grows as the pivots shrink; its digits are cheap.
        let whole = fraction_bits(N);
        for guard in [GUARD, GUARD + whole / 2, GUARD + 2 * whole] {
            let bits = whole + guard;
            let Ok(mut sum) = self.four_sums(&state, &place, guard) else {
                continue;
            };
            let input = BigInt::one() << (off.ceil() as i64 + bits as i64).max(0);
            let done = sum.radius <= input || (&sum.radius << 52) <= sum.mid;
            sum.radius += input;
            // Half of it, by one bit of the point.
            out.sum = Some((sum, bits + 1));
            if done {
                break;
            }
        }
        Ok(out)
    }

    /// The sums of the numbers as they are, each sign, with the radius of the elimination alone.
    fn four_sums<const N: usize>(
        &self,
        state: &Boundary<N>,
        place: &[usize],
        guard: u64,
    ) -> Result<Ball, PrecisionLost> {
        let bits = fraction_bits(N) + guard;
        let matrix = numbers(state, guard, &BigInt::ZERO);
        let tangents = Tangents::new(bits);
        let mut known = HashMap::<u64, BigInt>::new();
        let mut bond = |(x, y): (usize, usize), k: f64, along: bool| Around {
            a: place[x].min(place[y]),
            b: place[x].max(place[y]),
            t: Ball {
                mid: known
                    .entry(k.to_bits())
                    .or_insert_with(|| tangents.tanh(k))
                    .clone(),
                radius: BigInt::from(2),
            },
            along,
        };
        let mut bonds: Vec<Around> = Vec::new();
        for (r, &k) in self.closing_rows.iter().enumerate() {
            bonds.push(bond(self.row_ends(r), k, true));
        }
        for (c, &k) in self.closing_columns.iter().enumerate() {
            bonds.push(bond(self.column_ends(c), k, false));
        }
        let sector = |signs| pfaffian(&matrix, &bonds, signs, bits);
        let mut sum = sector((true, true))?.negative();
        for signs in [(false, false), (true, false), (false, true)] {
            sum = sum.plus(&sector(signs)?);
        }
        Ok(sum)
    }

    /// The places of the ends that row r hangs out.
    fn row_ends(&self, r: usize) -> (usize, usize) {
        (2 * self.columns + r, 2 * self.columns + self.rows + r)
    }

    /// The places of the ends that column c hangs out.
    fn column_ends(&self, c: usize) -> (usize, usize) {
        (c, self.columns + c)
    }

    /// About the most bits that Z/Z̄ can lie below one, `Σ (ln cosh K − K ⟨s_a s_b⟩)` over the closing bonds,
    /// since the mean of an exponential is not below the exponential of the mean.
    fn lost_at_most<const N: usize>(&self, state: &Boundary<N>) -> f64 {
        let rows = self.closing_rows.iter().enumerate();
        let columns = self.closing_columns.iter().enumerate();
        let ends = rows
            .map(|(r, &k)| (self.row_ends(r), k))
            .chain(columns.map(|(c, &k)| (self.column_ends(c), k)));
        let nats: f64 = ends
            .map(|((x, y), k)| {
                let top = state.get(x, y)[N - 1].cast_signed();
                let mean = top as f64 / (1_u64 << 61) as f64;
                let log_cosh = k.abs() + libm::log1p(libm::exp(-2.0 * k.abs())) - LN_2;
                log_cosh - k * mean
            })
            .sum();
        nats.max(0.0) * LOG2_E
    }

    /// The bits that Z/Z̄ is first taken to lie below one.
    ///
    /// Without frustration in the rectangle it has, in the gauge of its ground state, only means that are not
    /// negative, so that no bond lowers the sum but those around that are violated, each by the factor `1 − |t|`.
    /// Otherwise half of the bonds around are taken to be violated.
    fn lost_first(&self) -> f64 {
        let (rows, columns) = (self.rows, self.columns);
        let open = &self.block.couplings;
        let horizontal = |r: usize, c: usize| open[r * (columns - 1) + c];
        let vertical = |r: usize, c: usize| open[rows * (columns - 1) + r * columns + c];
        let sign = |k: f64| if k < 0.0 { -1.0 } else { 1.0 };
        let mut spin = vec![1.0; rows * columns];
        let mut frustrated = false;
        for r in 0..rows {
            for c in 0..columns {
                let here = r * columns + c;
                let above = (r > 0).then(|| spin[here - columns] * sign(vertical(r - 1, c)));
                let beside = (c > 0).then(|| spin[here - 1] * sign(horizontal(r, c - 1)));
                spin[here] = beside.or(above).unwrap_or(1.0);
                frustrated |= c > 0 && r > 0 && vertical(r - 1, c) != 0.0 && above != beside;
            }
        }
        let ends = |k: f64, a: usize, b: usize| (k, k * spin[a] * spin[b] < 0.0);
        let rows_closed = self.closing_rows.iter().enumerate();
        let columns_closed = self.closing_columns.iter().enumerate();
        rows_closed
            .map(|(r, &k)| ends(k, r * columns, (r + 1) * columns - 1))
            .chain(columns_closed.map(|(c, &k)| ends(k, c, (rows - 1) * columns + c)))
            .map(|(k, violated)| match (frustrated, violated) {
                (true, _) => k.abs() * LOG2_E,
                (false, true) => 2.0 * k.abs() * LOG2_E,
                (false, false) => 0.0,
            })
            .sum()
    }

    /// Entries that the joins of the rectangle update, with all ends that hang outside so far.
    fn entries(&self) -> f64 {
        let (rows, columns) = (self.rows as f64, self.columns as f64);
        // Half of Σ (2 L + 2 r)², L joins in row r.
        rows * columns * (columns * (columns + rows) + rows * rows / 3.0) * 2.0
    }

    /// Bits after the point that numbers need if Z/Z̄ lies `lost` bits below one.
    fn bits(&self, lost: f64) -> f64 {
        let closing = (self.closing_rows.len() + self.closing_columns.len()) as f64;
        let ends = 2.0 * (self.rows + self.columns) as f64;
        let rounded = 2.0 * self.entries() + 6.0 * (self.rows * self.columns) as f64 * ends;
        let wanted = closing + 2.0 * closing.max(1.0).log2() + 8.0 + WANTED_BITS;
        self.block.bits_if_rounded(rounded, wanted + lost)
    }

    fn plan(&self, words: usize) -> Plan {
        let ends = 2.0 * (self.rows + self.columns) as f64;
        let entries = self.entries();
        let eliminated = 4.0 * ends * ends * ends / 6.0;
        let words = words as f64;
        let products = words * (words + 1.0);
        let threads = if 0.5 * ends * ends * words * words > PARALLEL as f64 {
            rayon::current_num_threads() as f64
        } else {
            1.0
        };
        let ns_ball = NS_BALL[0] + words * (NS_BALL[1] + words * NS_BALL[2]);
        Plan {
            method: Method::Planar,
            states: entries * products,
            // The state, its numbers, and those that the elimination works on.
            bytes: super::FIRST_BYTES + ends * ends * (words * 12.0 + BALL_BYTES),
            seconds: (entries * (products * super::NS_WORD + 4.0) / threads + eliminated * ns_ball)
                * 1e-9,
        }
    }
}

/// What one try found.
struct Sums {
    /// `∏ D` of the rectangle.
    weight: Weight,
    /// The bracket of the module's text in units of `2^{−bits}`, and these bits.
    sum: Option<(Ball, u64)>,
    /// Error bound of the logarithm of the first.
    error: f64,
    /// About the most bits that the bracket can lie below one.
    lost: f64,
}

impl Sums {
    /// The bracket's sum, if its radius is at most `2⁻⁵⁰` of it.
    fn good(&self) -> Option<(&Ball, u64)> {
        let (sum, bits) = self.sum.as_ref()?;
        (sum.mid.is_positive() && (&sum.radius << 50) <= sum.mid).then_some((sum, *bits))
    }

    /// The bits that it lies below one, by what is known after this try.
    fn below_one(&self) -> f64 {
        match &self.sum {
            Some((sum, bits)) if sum.mid > &sum.radius << 1 => {
                self.lost.min(*bits as f64 - sum.mid.bits() as f64 + 2.0)
            }
            _ => self.lost,
        }
    }
}

/// The torus made ready.
fn prepare(rows: usize, columns: usize, couplings: &[f64]) -> Result<Torus, PlanarError> {
    check_couplings(couplings)?;
    let lattice = crate::model::Lattice::torus(rows, columns);
    let bonds = lattice.bonds();
    if bonds.len() != couplings.len() {
        return Err(PlanarError::Couplings {
            couplings: couplings.len(),
            bonds: bonds.len(),
        });
    }
    let along = if columns > 1 { rows * columns } else { 0 };
    let (mut open, mut closing_rows, mut closing_columns) = (Vec::new(), Vec::new(), Vec::new());
    for (e, &k) in couplings.iter().enumerate() {
        if e < along && e % columns + 1 == columns {
            closing_rows.push(k);
        } else if e >= along && rows > 1 && (e - along) / columns + 1 == rows {
            closing_columns.push(k);
        } else {
            open.push(k);
        }
    }
    let graph = Embedding::rectangle(rows, columns).ok_or(PlanarError::NotAnEmbedding)?;
    let order: Vec<usize> = (0..rows * columns).collect();
    let program = sweep::program(&graph, &order).ok_or(PlanarError::NotAnEmbedding)?;
    let block = Block::new(&graph, order, open, program);
    Ok(Torus {
        rows,
        columns,
        block,
        closing_rows,
        closing_columns,
    })
}

/// The first number of words that holds so many bits, more than `above`.
fn words_for(bits: f64, above: usize) -> Result<usize, PlanarError> {
    let most = WORDS[WORDS.len() - 1];
    WORDS
        .into_iter()
        .find(|&w| w > above && fraction_bits(w) as f64 >= bits)
        .ok_or(if fraction_bits(most) as f64 >= bits {
            PlanarError::PrecisionLost
        } else {
            PlanarError::TooCold {
                bits,
                most: 64 * most,
            }
        })
}

/// What [`planar_torus`] will cost in the precision that it tries first.
///
/// How far the four sums cancel is known beforehand only if the rectangle is not frustrated. Otherwise half of
/// the bonds around are taken to be violated, more than there are in most samples of random signs; where it is less
/// than there are, a second try follows, in the precision that the first one shows to be enough. At
/// most all bonds around are violated: that needs less than twice the words, and costs less than four times as
/// much beside the first try.
///
/// # Errors
/// [`PlanarError`] for couplings that do not fit or are too cold.
/// # Panics
/// If a side is zero.
pub fn plan_planar_torus(
    rows: usize,
    columns: usize,
    couplings: &[f64],
) -> Result<Plan, PlanarError> {
    let torus = prepare(rows, columns, couplings)?;
    Ok(torus.plan(words_for(torus.bits(torus.lost_first()), 0)?))
}

/// `ln Z` of a torus with one coupling for each bond, in the order of [`crate::model::Lattice::torus`].
///
/// # Errors
/// [`PlanarError`] for couplings that do not fit or are too cold, and by the predicted cost of all tries up to
/// the next.
/// # Accuracy
/// The closing bonds are eliminated with a radius beside every number, in as many words as make the result's
/// radius small. Tests `tori_agree_with_other_engines`, `cold_frustrated_tori_agree_with_elimination`.
/// # Complexity
/// O(N (L + M)²) products of p bits for the rectangle and O((L + M)³) for the four sums.
/// # Panics
/// If a side is zero.
pub fn planar_torus(
    rows: usize,
    columns: usize,
    couplings: &[f64],
    limits: &Limits,
) -> Result<Enclosure, PlanarError> {
    let torus = prepare(rows, columns, couplings)?;
    let mut bits = torus.bits(torus.lost_first());
    let (mut words, mut spent) = (0, 0.0);
    loop {
        words = words_for(bits, words)?;
        let mut plan = torus.plan(words);
        plan.seconds += spent;
        spent = plan.seconds;
        limits.admit(plan)?;
        let t = &torus;
        let tried = with_words!(words, closed(t));
        // The rectangle alone; the next number of words.
        let Ok(sums) = tried else {
            continue;
        };
        let Some((sum, unit_bits)) = sums.good() else {
            bits = torus.bits(sums.below_one());
            continue;
        };
        let top = sum.mid.bits();
        let unit = BigInt::one() << top;
        let part = |x: BigInt| Enclosure::from_rational(&BigRational::new(x, unit.clone()));
        let bracket = part(&sum.mid - &sum.radius)
            .hull(part(&sum.mid + &sum.radius))
            .ln();
        let mut weight = sums.weight;
        weight.exponent += top as i64 - unit_bits as i64;
        let sites = rows * columns;
        let value = finish(CompensatedSum::new(), weight, sites, couplings, sums.error);
        return Ok(value + bracket);
    }
}

fn closed<const N: usize>(torus: &Torus) -> Result<Sums, PrecisionLost> {
    torus.sums::<N>()
}
