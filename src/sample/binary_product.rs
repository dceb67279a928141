//! Products of matrices of which one is binary: sums of four rows are looked up instead of multiplied.
//!
//! The columns of the binary factor are taken in groups of four. For a group, all 16 signed sums of the
//! four rows of the other factor are tabulated; a row of the result then takes one addition a group
//! where a general product takes four multiplications (the "four Russians", on floats). The tables of a
//! few groups and a strip of columns stay in the first-level cache.

#![expect(
    clippy::inline_always,
    reason = "what a vectorised kernel calls must be inlined into it"
)]

use crate::numeric::{Kernel, vectorised};

/// Columns of the result in a strip.
const STRIP: usize = 64;
/// Groups tabulated at a time: 8 · 16 rows of a strip are 32 KiB.
const TABLES: usize = 8;
/// Binary columns in a group.
const GROUP: usize = 4;
/// Entries of a table.
const SUMS: usize = 1 << GROUP;

/// One row of a strip, on a cache line.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line<const W: usize>([f32; W]);

/// A binary matrix, four entries of a row to a code.
///
/// With `q = ⌈columns/4⌉`, code `g` of a row holds its entries `g, g + q, g + 2q, g + 3q` in its bits
/// (missing columns count as zero). Codes are kept eight groups at a time, row by row.
#[derive(Clone, Debug, Default)]
pub struct BinaryCodes {
    rows: usize,
    columns: usize,
    codes: Vec<[u8; TABLES]>,
}

impl BinaryCodes {
    /// The matrix whose rows stand one after the other in `bits`, entries 0 or 1.
    ///
    /// # Panics
    /// If the length of `bits` is not a multiple of `columns`.
    pub fn from_rows(bits: &[u8], columns: usize) -> Self {
        let mut codes = Self::default();
        codes.set_rows(bits, columns);
        codes
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    fn groups(&self) -> usize {
        self.columns.div_ceil(GROUP)
    }

    fn reset(&mut self, rows: usize, columns: usize) {
        (self.rows, self.columns) = (rows, columns);
        self.codes.clear();
        self.codes
            .resize(rows * self.groups().div_ceil(TABLES), [0; TABLES]);
    }

    /// As [`BinaryCodes::from_rows`], in the memory that is already there.
    ///
    /// # Panics
    /// If the length of `bits` is not a multiple of `columns`.
    pub fn set_rows(&mut self, bits: &[u8], columns: usize) {
        assert!(
            columns > 0 && bits.len().is_multiple_of(columns),
            "whole rows"
        );
        let rows = bits.len() / columns;
        self.reset(rows, columns);
        vectorised(PackRows { codes: self, bits });
    }

    /// The transpose of the matrix whose rows stand in `bits`: entry (i, s) is `bits[s · rows + i]`.
    ///
    /// # Panics
    /// If the length of `bits` is not a multiple of `rows`.
    pub fn set_columns(&mut self, bits: &[u8], rows: usize) {
        assert!(rows > 0 && bits.len().is_multiple_of(rows), "whole columns");
        let columns = bits.len() / rows;
        self.reset(rows, columns);
        vectorised(PackColumns { codes: self, bits });
    }
}

struct PackRows<'a> {
    codes: &'a mut BinaryCodes,
    bits: &'a [u8],
}

impl Kernel for PackRows<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { codes, bits } = self;
        let (q, rows) = (codes.groups(), codes.rows);
        let mut code = vec![0_u8; q.next_multiple_of(TABLES)];
        for (row, bits) in bits.chunks_exact(codes.columns).enumerate() {
            code[..q].copy_from_slice(&bits[..q]);
            for j in 1..GROUP {
                let bits = bits.get(j * q..).unwrap_or(&[]);
                for (code, bit) in code.iter_mut().zip(bits).take(q) {
                    *code |= bit << j;
                }
            }
            for (block, code) in code.as_chunks::<TABLES>().0.iter().enumerate() {
                codes.codes[block * rows + row] = *code;
            }
        }
    }
}

struct PackColumns<'a> {
    codes: &'a mut BinaryCodes,
    bits: &'a [u8],
}

impl Kernel for PackColumns<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { codes, bits } = self;
        let (q, rows, columns) = (codes.groups(), codes.rows, codes.columns);
        let mut code = vec![0_u8; rows];
        for g in 0..q {
            code.copy_from_slice(&bits[g * rows..(g + 1) * rows]);
            for j in 1..GROUP {
                let column = g + j * q;
                if column < columns {
                    let bits = &bits[column * rows..(column + 1) * rows];
                    for (code, bit) in code.iter_mut().zip(bits) {
                        *code |= bit << j;
                    }
                }
            }
            let block = g / TABLES * rows;
            for (target, code) in codes.codes[block..block + rows].iter_mut().zip(&code) {
                target[g % TABLES] = *code;
            }
        }
    }
}

/// The other factor: entry (k, c) of a matrix in a slice.
#[derive(Clone, Copy, Debug)]
pub enum Factor<'a> {
    /// At `k · stride + c`.
    Rows {
        /// The numbers.
        data: &'a [f32],
        /// Numbers from one row to the next.
        stride: usize,
    },
    /// At `c · stride + k`.
    Columns {
        /// The numbers.
        data: &'a [f32],
        /// Numbers from one column to the next.
        stride: usize,
    },
}

impl Factor<'_> {
    /// Copies as many entries of row k, from column c on, as there is room for.
    #[inline(always)]
    fn copy(&self, k: usize, c: usize, into: &mut [f32]) {
        match *self {
            Self::Rows { data, stride } => {
                into.copy_from_slice(&data[k * stride + c..][..into.len()]);
            }
            Self::Columns { data, stride } => {
                for (x, column) in into.iter_mut().zip(data[c * stride..].chunks(stride)) {
                    *x = column[k];
                }
            }
        }
    }
}

/// What the product is added to.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a> {
    /// The same row of numbers for every row of the result.
    Row(&'a [f32]),
    /// What is there.
    Present,
}

/// `out = start + B X`, where an entry of B is `low` where the code's bit is clear and `high` where it
/// is set; `out` is stored by rows, `columns` numbers each.
///
/// # Accuracy
/// With K columns of B the error of an entry is at most `(K/4 + 9) 2⁻²⁴ Σ_k |B_k| |X_k|`: at most 8
/// roundings in a table and one a group. The order of the additions does not depend on how the rows are
/// cut between callers, so neither do the bits of the result: test `rows_may_be_cut_anywhere`.
///
/// # Panics
/// If the sizes do not fit.
pub fn binary_product(
    codes: &BinaryCodes,
    (low, high): (f32, f32),
    factor: Factor<'_>,
    start: Start<'_>,
    columns: usize,
    out: &mut [f32],
) {
    binary_product_of_rows(codes, 0, (low, high), factor, start, columns, out);
}

/// The rows of [`binary_product`] from `first` on, as many as `out` has.
///
/// # Panics
/// If the sizes do not fit.
pub fn binary_product_of_rows(
    codes: &BinaryCodes,
    first: usize,
    (low, high): (f32, f32),
    factor: Factor<'_>,
    start: Start<'_>,
    columns: usize,
    out: &mut [f32],
) {
    let rows = out.len() / columns;
    assert!(
        rows * columns == out.len() && first + rows <= codes.rows,
        "the result has whole rows of the codes"
    );
    let task = &Task {
        codes,
        first,
        rows,
        low,
        step: high - low,
        factor,
        start,
        columns,
    };
    let mut at = 0;
    while at < columns {
        // A strip is as wide as what is left needs, in steps of 16.
        let width = (columns - at).min(STRIP);
        match width.div_ceil(16) {
            1 => vectorised(Strip::<16> {
                task,
                at,
                width,
                out,
            }),
            2 => vectorised(Strip::<32> {
                task,
                at,
                width,
                out,
            }),
            3 => vectorised(Strip::<48> {
                task,
                at,
                width,
                out,
            }),
            _ => vectorised(Strip::<64> {
                task,
                at,
                width,
                out,
            }),
        }
        at += width;
    }
}

struct Task<'a> {
    codes: &'a BinaryCodes,
    first: usize,
    rows: usize,
    low: f32,
    step: f32,
    factor: Factor<'a>,
    start: Start<'a>,
    columns: usize,
}

/// One strip of the result, at most `W` columns from `at` on.
struct Strip<'a, const W: usize> {
    task: &'a Task<'a>,
    at: usize,
    width: usize,
    out: &'a mut [f32],
}

impl<const W: usize> Kernel for Strip<'_, W> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.task.strip::<W>(self.at, self.width, self.out);
    }
}

impl Task<'_> {
    #[inline(always)]
    fn strip<const W: usize>(&self, at: usize, width: usize, out: &mut [f32]) {
        let mut sums = vec![Line([0.0_f32; W]); self.rows];
        for (line, out) in sums.iter_mut().zip(out.chunks_exact(self.columns)) {
            match self.start {
                Start::Row(row) => line.0[..width].copy_from_slice(&row[at..at + width]),
                Start::Present => line.0[..width].copy_from_slice(&out[at..at + width]),
            }
        }
        let groups = self.codes.groups();
        let mut tables = vec![[Line([0.0_f32; W]); SUMS]; TABLES];
        for block in 0..groups.div_ceil(TABLES) {
            let count = TABLES.min(groups - block * TABLES);
            for (g, table) in tables[..count].iter_mut().enumerate() {
                self.tabulate(block * TABLES + g, at, width, table);
            }
            let codes = &self.codes.codes[block * self.codes.rows + self.first..][..self.rows];
            if count == TABLES {
                for (line, code) in sums.iter_mut().zip(codes) {
                    add_lines::<W, TABLES>(line, code, &tables);
                }
            } else {
                for (line, code) in sums.iter_mut().zip(codes) {
                    let mut sum = line.0;
                    for (table, &code) in tables[..count].iter().zip(code) {
                        let entry = &table[usize::from(code) % SUMS].0;
                        for k in 0..W {
                            sum[k] += entry[k];
                        }
                    }
                    line.0 = sum;
                }
            }
        }
        for (line, out) in sums.iter().zip(out.chunks_exact_mut(self.columns)) {
            out[at..at + width].copy_from_slice(&line.0[..width]);
        }
    }

    /// All sums of the four rows of a group.
    #[inline(always)]
    fn tabulate<const W: usize>(
        &self,
        group: usize,
        at: usize,
        width: usize,
        table: &mut [Line<W>; SUMS],
    ) {
        let mut rows = [[0.0_f32; W]; GROUP];
        for (j, row) in rows.iter_mut().enumerate() {
            let k = group + j * self.codes.groups();
            if k < self.codes.columns {
                self.factor.copy(k, at, &mut row[..width]);
            }
        }
        for k in 0..W {
            table[0].0[k] = self.low * ((rows[0][k] + rows[1][k]) + (rows[2][k] + rows[3][k]));
        }
        for (j, row) in rows.iter().enumerate() {
            for entry in 0..1 << j {
                for k in 0..W {
                    table[entry | 1 << j].0[k] = table[entry].0[k] + self.step * row[k];
                }
            }
        }
    }
}

#[inline(always)]
fn add_lines<const W: usize, const G: usize>(
    line: &mut Line<W>,
    code: &[u8; G],
    tables: &[[Line<W>; SUMS]],
) {
    let mut sum = line.0;
    for g in 0..G {
        let entry = &tables[g][usize::from(code[g]) % SUMS].0;
        for k in 0..W {
            sum[k] += entry[k];
        }
    }
    line.0 = sum;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;

    struct Case {
        bits: Vec<u8>,
        factor: Vec<f32>,
        bias: Vec<f32>,
    }

    fn case(rows: usize, inner: usize, columns: usize) -> Case {
        let mut s = Seed(3).stream(
            "binary product",
            (rows * 1000 + inner * 10 + columns) as u64,
        );
        Case {
            bits: (0..rows * inner)
                .map(|_| u8::from(s.uniform() < 0.4))
                .collect(),
            factor: (0..inner * columns).map(|_| s.normal() as f32).collect(),
            bias: (0..columns).map(|_| s.normal() as f32).collect(),
        }
    }

    fn transposed(x: &[f32], columns: usize) -> Vec<f32> {
        let rows = x.len() / columns;
        (0..columns * rows)
            .map(|k| x[k % rows * columns + k / rows])
            .collect()
    }

    #[test]
    fn agrees_with_the_sum_in_doubles() {
        for (rows, inner, columns) in [
            (1, 1, 1),
            (3, 5, 17),
            (7, 33, 64),
            (70, 100, 81),
            (5, 64, 112),
            (9, 130, 47),
        ] {
            let c = case(rows, inner, columns);
            let by_columns = transposed(&c.factor, columns);
            let codes = BinaryCodes::from_rows(&c.bits, inner);
            let mut other = BinaryCodes::default();
            let flipped: Vec<u8> = (0..inner * rows)
                .map(|k| c.bits[k % rows * inner + k / rows])
                .collect();
            other.set_columns(&flipped, rows);
            assert_eq!(codes.codes, other.codes);
            for (low, high) in [(-1.0_f32, 1.0_f32), (0.0, 1.0), (1.0, -1.0)] {
                let mut by_row = vec![0.5; rows * columns];
                let rows_factor = Factor::Rows {
                    data: &c.factor,
                    stride: columns,
                };
                binary_product(
                    &codes,
                    (low, high),
                    rows_factor,
                    Start::Row(&c.bias),
                    columns,
                    &mut by_row,
                );
                let mut by_column = vec![0.5; rows * columns];
                let columns_factor = Factor::Columns {
                    data: &by_columns,
                    stride: inner,
                };
                binary_product(
                    &codes,
                    (low, high),
                    columns_factor,
                    Start::Row(&c.bias),
                    columns,
                    &mut by_column,
                );
                assert_eq!(by_row, by_column);
                let mut added = vec![0.5; rows * columns];
                binary_product(
                    &codes,
                    (low, high),
                    rows_factor,
                    Start::Present,
                    columns,
                    &mut added,
                );
                for r in 0..rows {
                    for k in 0..columns {
                        let (mut sum, mut size) = (0.0, 0.0);
                        for i in 0..inner {
                            let value = if c.bits[r * inner + i] == 1 {
                                high
                            } else {
                                low
                            };
                            let term = f64::from(value) * f64::from(c.factor[i * columns + k]);
                            sum += term;
                            size += f64::from(c.factor[i * columns + k]).abs();
                        }
                        let bound = |start: f64| {
                            (inner as f64 / 4.0 + 9.0) * 2.0_f64.powi(-24) * (size + start.abs())
                        };
                        let bias = f64::from(c.bias[k]);
                        let at = r * columns + k;
                        assert!((f64::from(by_row[at]) - sum - bias).abs() <= bound(bias));
                        assert!((f64::from(added[at]) - sum - 0.5).abs() <= bound(0.5));
                    }
                }
            }
        }
    }

    #[test]
    fn rows_may_be_cut_anywhere() {
        let (rows, inner, columns) = (37, 45, 70);
        let c = case(rows, inner, columns);
        let codes = BinaryCodes::from_rows(&c.bits, inner);
        let factor = Factor::Rows {
            data: &c.factor,
            stride: columns,
        };
        let mut whole = vec![0.0; rows * columns];
        binary_product(
            &codes,
            (-1.0, 1.0),
            factor,
            Start::Row(&c.bias),
            columns,
            &mut whole,
        );
        for cut in [1, 8, 20] {
            let mut parts = vec![0.0; rows * columns];
            for (k, part) in parts.chunks_mut(cut * columns).enumerate() {
                let start = Start::Row(&c.bias);
                binary_product_of_rows(&codes, k * cut, (-1.0, 1.0), factor, start, columns, part);
            }
            assert_eq!(parts, whole);
        }
    }
}
