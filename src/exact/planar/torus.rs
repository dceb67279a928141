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
//! The sums P are not positive and may cancel, so this part carries a radius with every number and is
//! done again in more words until the radius of the result is small.
//!
//! # Why the correlators are within their radius
//! With γ and S as in the parent's text, expanding the product of all inserted factors and bounding each term
//! by the flips that it makes gives `|Z̃/Z − 1| ≤ y` and `|C̃ Z̃/Z − C| ≤ y`, `y = e^{γS/2} − 1`, so that
//! `|C̃ − C| ≤ 2y/(1 − y) < 2γS`. Ends that hang outside the rectangle do not enter γ: their flip costs nothing.

use super::boundary::{Boundary, Couplings, PrecisionLost, Step, Weight};
use super::embedding::Embedding;
use super::fixed::{Tangents, fraction_bits};
use super::signed_sum::{Around, Ball, GUARD, correlators, pfaffian};
use super::{Block, PlanarError, WANTED_BITS, WORDS, check_couplings, finish, sweep};
use crate::exact::{Limits, Method, Plan};
use crate::numeric::{CompensatedSum, Enclosure};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed};

/// Nanoseconds for one product of the elimination.
const NS_BALL: f64 = 400.0;

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

    /// `∏ D` of the rectangle, the bracket of the module's text as an integer interval in units of
    /// `2^{−bits}`, the bits, and the error bound of the first one's logarithm.
    fn sums<const N: usize>(&self) -> Result<(Weight, Ball, u64, f64), PrecisionLost> {
        let state = self.rectangle::<N>()?;
        let error = self.block.radius(N, state.rounded, Boundary::<N>::units());
        if error.is_nan() || error > 0.25 {
            return Err(PrecisionLost);
        }
        let bits = fraction_bits(N) + GUARD;
        let around = &state.order;
        let matrix = correlators(&state, error);
        let mut place = vec![0; 2 * self.columns + 2 * self.rows];
        for (k, &p) in around.iter().enumerate() {
            place[p] = k;
        }
        let tangents = Tangents::new(bits);
        let bond = |x: usize, y: usize, k: f64, along: bool| Around {
            a: place[x].min(place[y]),
            b: place[x].max(place[y]),
            t: Ball {
                mid: tangents.tanh(k),
                radius: BigInt::from(2),
            },
            along,
        };
        let (rows, columns) = (self.rows, self.columns);
        let mut bonds: Vec<Around> = Vec::new();
        for (r, &k) in self.closing_rows.iter().enumerate() {
            bonds.push(bond(2 * columns + r, 2 * columns + rows + r, k, true));
        }
        for (c, &k) in self.closing_columns.iter().enumerate() {
            bonds.push(bond(c, columns + c, k, false));
        }
        let sector = |signs| pfaffian(&matrix, &bonds, signs, bits);
        let mut sum = sector((true, true))?.negative();
        for signs in [(false, false), (true, false), (false, true)] {
            sum = sum.plus(&sector(signs)?);
        }
        // Half of it, by one bit of the point.
        Ok((state.weight, sum, bits + 1, error))
    }

    fn plan(&self, words: usize) -> Plan {
        let (rows, columns) = (self.rows as f64, self.columns as f64);
        let ends = 2.0 * (rows + columns);
        // Joins with all ends that hang outside so far.
        let entries = rows * columns * (columns * columns * 4.0 + rows * rows * 4.0 / 3.0) / 2.0;
        let products = 4.0 * ends * ends * ends / 6.0;
        let words = words as f64;
        Plan {
            method: Method::Planar,
            states: entries * words * (words + 1.0),
            bytes: super::FIRST_BYTES + ends * ends * words * 8.0 * 8.0,
            seconds: (entries * (words * (words + 1.0) * super::NS_WORD + 4.0)
                + products * NS_BALL)
                * 1e-9,
        }
    }
}

/// The torus made ready, and the bits that its rectangle asks for.
fn prepare(rows: usize, columns: usize, couplings: &[f64]) -> Result<(Torus, f64), PlanarError> {
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
    let closing: f64 = closing_rows
        .iter()
        .chain(&closing_columns)
        .copied()
        .map(f64::abs)
        .sum();
    let start = block.bits(WANTED_BITS) + 8.0 + closing * std::f64::consts::LOG2_E;
    let torus = Torus {
        rows,
        columns,
        block,
        closing_rows,
        closing_columns,
    };
    Ok((torus, start))
}

/// What [`planar_torus`] will cost, in the precision that it tries first.
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
    let (torus, start) = prepare(rows, columns, couplings)?;
    WORDS
        .into_iter()
        .find(|&w| fraction_bits(w) as f64 >= start)
        .map(|words| torus.plan(words))
        .ok_or(PlanarError::TooCold {
            bits: start,
            most: 64 * WORDS[WORDS.len() - 1],
        })
}

/// `ln Z` of a torus with one coupling for each bond, in the order of [`crate::model::Lattice::torus`].
///
/// # Errors
/// [`PlanarError`] for couplings that do not fit or are too cold, and by the predicted cost.
/// # Accuracy
/// The closing bonds are eliminated with a radius beside every number, in as many words as make the result's
/// radius small. Test `tori_agree_with_other_engines`.
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
    let (torus, start) = prepare(rows, columns, couplings)?;
    let mut failure = PlanarError::TooCold {
        bits: start,
        most: 64 * WORDS[WORDS.len() - 1],
    };
    for words in WORDS {
        if (fraction_bits(words) as f64) < start {
            continue;
        }
        let plan = torus.plan(words);
        limits.admit(plan)?;
        let t = &torus;
        let sums = with_words!(words, closed(t));
        let Ok((weight, sum, bits, error)) = sums else {
            failure = PlanarError::PrecisionLost;
            continue;
        };
        // The radius at most 2⁻⁵⁰ of the sum, or once more.
        if !sum.mid.is_positive() || (&sum.radius << 50) > sum.mid {
            failure = PlanarError::PrecisionLost;
            continue;
        }
        let top = sum.mid.bits();
        let unit = BigInt::one() << top;
        let part = |x: BigInt| Enclosure::from_rational(&BigRational::new(x, unit.clone()));
        let bracket = part(&sum.mid - &sum.radius)
            .hull(part(&sum.mid + &sum.radius))
            .ln();
        let mut weight = weight;
        weight.exponent += top as i64 - bits as i64;
        let sites = rows * columns;
        let value = finish(CompensatedSum::new(), weight, sites, couplings, error);
        return Ok(value + bracket);
    }
    Err(failure)
}

fn closed<const N: usize>(torus: &Torus) -> Result<(Weight, Ball, u64, f64), PrecisionLost> {
    torus.sums::<N>()
}
