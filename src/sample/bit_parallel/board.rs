//! Words on a checkerboard, each colour with a margin that holds the neighbours across the boundary.

use crate::random::Lanes;

/// What lies beyond an edge of the board: the words of the opposite edge, their lanes moved.
pub(super) trait Boundary {
    /// Seen beyond the last column: the first column of the lane to the east.
    fn east(word: Lanes) -> Lanes;
    /// Seen before the first column: the last column of the lane to the west.
    fn west(word: Lanes) -> Lanes;
    /// Seen beyond the last row: the first row of the lane to the south.
    fn south(word: Lanes) -> Lanes;
    /// Seen before the first row: the last row of the lane to the north.
    fn north(word: Lanes) -> Lanes;
}

/// Each lane is a torus.
#[derive(Clone, Copy, Debug)]
pub(super) struct Torus;

impl Boundary for Torus {
    #[inline]
    fn east(word: Lanes) -> Lanes {
        word
    }
    #[inline]
    fn west(word: Lanes) -> Lanes {
        word
    }
    #[inline]
    fn south(word: Lanes) -> Lanes {
        word
    }
    #[inline]
    fn north(word: Lanes) -> Lanes {
        word
    }
}

/// Sites of one colour, row by row, `columns / 2 + 2` words a row and two more rows.
///
/// Word `k` of a row stands for the column `2k + (row + colour) mod 2`.
#[derive(Clone, Debug)]
pub(super) struct Board {
    pub(super) columns: usize,
    pub(super) rows: usize,
    colours: [Vec<Lanes>; 2],
}

/// Neighbours of the sites of one row and colour: above, in the row twice, below.
pub(super) type Near<'a> = [&'a [Lanes]; 4];

impl Board {
    /// All bits clear.
    pub(super) fn new(columns: usize, rows: usize) -> Self {
        let words = vec![Lanes::default(); (columns / 2 + 2) * (rows + 2)];
        Self {
            columns,
            rows,
            colours: [words.clone(), words],
        }
    }

    fn stride(&self) -> usize {
        self.columns / 2 + 2
    }

    fn index(&self, column: usize, row: usize) -> (usize, usize) {
        let colour = (column + row) % 2;
        (colour, (row + 1) * self.stride() + 1 + column / 2)
    }

    /// The word of a site.
    pub(super) fn word(&self, column: usize, row: usize) -> &Lanes {
        let (colour, at) = self.index(column, row);
        &self.colours[colour][at]
    }

    /// The word of a site; [`Board::refresh_margins`] before the next update.
    pub(super) fn word_mut(&mut self, column: usize, row: usize) -> &mut Lanes {
        let (colour, at) = self.index(column, row);
        &mut self.colours[colour][at]
    }

    /// The sites of one row and colour with their neighbours.
    #[inline]
    pub(super) fn row_mut(&mut self, colour: usize, row: usize) -> (&mut [Lanes], Near<'_>) {
        let (stride, half) = (self.stride(), self.columns / 2);
        let start = (row + 1) * stride;
        let [first, second] = &mut self.colours;
        let (own, other) = if colour == 0 {
            (first, &*second)
        } else {
            (second, &*first)
        };
        // Even sites of the row have their western neighbour one word before, odd ones the eastern
        // one word after.
        let side = start + 2 * ((row + colour) % 2);
        let near = [start - stride + 1, start + 1, side, start + stride + 1]
            .map(|at| &other[at..at + half]);
        (&mut own[start + 1..=start + half], near)
    }

    /// The same for reading.
    #[inline]
    pub(super) fn row(&self, colour: usize, row: usize) -> (&[Lanes], Near<'_>) {
        let (stride, half) = (self.stride(), self.columns / 2);
        let start = (row + 1) * stride;
        let other = &self.colours[1 - colour];
        let side = start + 2 * ((row + colour) % 2);
        let near = [start - stride + 1, start + 1, side, start + stride + 1]
            .map(|at| &other[at..at + half]);
        (&self.colours[colour][start + 1..=start + half], near)
    }

    /// Repeats a row of one colour in the margin.
    #[inline]
    pub(super) fn refresh_margin<B: Boundary>(&mut self, colour: usize, row: usize) {
        let (stride, half, rows) = (self.stride(), self.columns / 2, self.rows);
        let words = &mut self.colours[colour];
        let start = (row + 1) * stride;
        words[start] = B::west(words[start + half]);
        words[start + half + 1] = B::east(words[start + 1]);
        if row == 0 {
            for k in 1..=half {
                words[(rows + 1) * stride + k] = B::south(words[stride + k]);
            }
        }
        if row == rows - 1 {
            for k in 1..=half {
                words[k] = B::north(words[rows * stride + k]);
            }
        }
    }

    /// Repeats all rows in the margin.
    pub(super) fn refresh_margins<B: Boundary>(&mut self) {
        for colour in 0..2 {
            for row in 0..self.rows {
                self.refresh_margin::<B>(colour, row);
            }
        }
    }
}
