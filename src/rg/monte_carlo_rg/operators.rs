//! Sums of products of spins over a torus, counted 128 spins at a time.

use thiserror::Error;

/// Longest side: the columns of a row are the bits of a word.
const LONGEST: usize = 128;
/// Largest coordinate of a site of a shape.
const WIDEST: usize = 8;

/// Why an operator is not counted.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum OperatorError {
    /// A shape without sites, one with a site twice, or one wider than is taken.
    #[error("a shape has between 1 and 16 different sites with coordinates up to {WIDEST}")]
    Shape,
    /// A torus that is not taken.
    #[error("a {rows} × {columns} torus; sides are 1 to {LONGEST}")]
    Sides {
        /// Number of rows.
        rows: usize,
        /// Number of columns.
        columns: usize,
    },
}

/// The sum over a torus of the products of the spins of a shape, in all its orientations.
///
/// ```text
/// S = Σ_images Σ_x Π_{r ∈ image} s_{x+r}
/// ```
/// The images are the different ones among the eight rotations and reflections of the shape, up to
/// translation. A shape with an even number of sites is even under the turning over of all spins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    images: Vec<Vec<(usize, usize)>>,
}

impl Operator {
    /// The operator of a shape, given by its sites (row, column).
    ///
    /// # Errors
    /// [`OperatorError::Shape`].
    pub fn new(shape: &[(usize, usize)]) -> Result<Self, OperatorError> {
        let mut sites = shape.to_vec();
        sites.sort_unstable();
        sites.dedup();
        let fits = !sites.is_empty()
            && sites.len() == shape.len()
            && sites.len() <= 16
            && sites.iter().all(|&(r, c)| r <= WIDEST && c <= WIDEST);
        if !fits {
            return Err(OperatorError::Shape);
        }
        let mut images = Vec::new();
        for turn in 0..8 {
            let moved: Vec<(i64, i64)> = sites
                .iter()
                .map(|&(r, c)| {
                    let (r, c) = (r as i64, c as i64);
                    let (r, c) = if turn & 1 == 0 { (r, c) } else { (c, r) };
                    (
                        if turn & 2 == 0 { r } else { -r },
                        if turn & 4 == 0 { c } else { -c },
                    )
                })
                .collect();
            let top = moved.iter().map(|x| x.0).min().unwrap_or(0);
            let left = moved.iter().map(|x| x.1).min().unwrap_or(0);
            let mut image: Vec<(usize, usize)> = moved
                .into_iter()
                .map(|(r, c)| ((r - top) as usize, (c - left) as usize))
                .collect();
            image.sort_unstable();
            images.push(image);
        }
        images.sort_unstable();
        images.dedup();
        Ok(Self { images })
    }

    /// The orientations, each with its sites.
    pub fn images(&self) -> &[Vec<(usize, usize)>] {
        &self.images
    }

    /// Whether the operator keeps its sign when all spins are turned over.
    pub fn is_even(&self) -> bool {
        self.images[0].len().is_multiple_of(2)
    }

    /// S of a configuration.
    pub fn sum(&self, spins: &PackedSpins) -> i64 {
        let sites = spins.rows.len() * spins.columns;
        let mut unlike = 0;
        for image in &self.images {
            for row in 0..spins.rows.len() {
                let word = image.iter().fold(0, |word, &(r, c)| {
                    word ^ spins.shifted((row + r) % spins.rows.len(), c)
                });
                unlike += i64::from(word.count_ones());
            }
        }
        (sites * self.images.len()) as i64 - 2 * unlike
    }

    /// Swendsen's even operators and more, from the simplest on: neighbours (1,0), diagonal (1,1), (2,0),
    /// the four spins of a plaquette, (2,1), (2,2), and the four neighbours of a site.
    ///
    /// # References
    /// R. H. Swendsen, Phys. Rev. Lett. 42 (1979) 859.
    pub fn even() -> Vec<Self> {
        Self::all(&[
            &[(0, 0), (0, 1)],
            &[(0, 0), (1, 1)],
            &[(0, 0), (0, 2)],
            &[(0, 0), (0, 1), (1, 0), (1, 1)],
            &[(0, 0), (1, 2)],
            &[(0, 0), (2, 2)],
            &[(0, 1), (1, 0), (1, 2), (2, 1)],
        ])
    }

    /// Odd operators: one spin, three of a plaquette, three in a row, and three corners of a tilted square.
    pub fn odd() -> Vec<Self> {
        Self::all(&[
            &[(0, 0)],
            &[(0, 0), (0, 1), (1, 0)],
            &[(0, 0), (0, 1), (0, 2)],
            &[(0, 1), (1, 0), (1, 2)],
        ])
    }

    fn all(shapes: &[&[(usize, usize)]]) -> Vec<Self> {
        shapes.iter().filter_map(|s| Self::new(s).ok()).collect()
    }
}

/// A configuration of a torus, one bit a spin, set where it is down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedSpins {
    rows: Vec<u128>,
    columns: usize,
}

impl PackedSpins {
    /// Packs spins of ±1 given by rows.
    ///
    /// # Errors
    /// [`OperatorError::Sides`].
    /// # Panics
    /// If there is not one spin for each site.
    pub fn new((rows, columns): (usize, usize), spins: &[i8]) -> Result<Self, OperatorError> {
        let side = 1..=LONGEST;
        if !side.contains(&rows) || !side.contains(&columns) {
            return Err(OperatorError::Sides { rows, columns });
        }
        assert_eq!(spins.len(), rows * columns, "spins of a torus");
        let rows = spins
            .chunks_exact(columns)
            .map(|row| {
                let bits = row.iter().enumerate();
                bits.fold(0, |word, (c, &s)| word | u128::from(s < 0) << c)
            })
            .collect();
        Ok(Self { rows, columns })
    }

    /// The row whose column c is column c + `shift` of this one.
    fn shifted(&self, row: usize, shift: usize) -> u128 {
        let word = self.rows[row];
        let shift = shift % self.columns;
        if shift == 0 {
            return word;
        }
        let mask = u128::MAX >> (128 - self.columns);
        (word >> shift | word << (self.columns - shift)) & mask
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;

    #[test]
    fn counts_are_those_of_plain_loops() {
        let mut stream = Seed(1).stream("operators", 0);
        for (rows, columns) in [(1, 1), (2, 2), (4, 4), (5, 7), (3, 64), (2, 128)] {
            let spins: Vec<i8> = (0..rows * columns)
                .map(|_| 2 * stream.index(2) as i8 - 1)
                .collect();
            let packed = PackedSpins::new((rows, columns), &spins).unwrap();
            for operator in Operator::even().into_iter().chain(Operator::odd()) {
                let mut sum = 0;
                for x in 0..rows * columns {
                    for image in operator.images() {
                        let product: i8 = image
                            .iter()
                            .map(|&(r, c)| {
                                let row = (x / columns + r) % rows;
                                spins[row * columns + (x % columns + c) % columns]
                            })
                            .product();
                        sum += i64::from(product);
                    }
                }
                assert_eq!(
                    operator.sum(&packed),
                    sum,
                    "{rows} × {columns} {operator:?}"
                );
            }
        }
    }

    #[test]
    fn orientations_are_counted_once() {
        let images: Vec<usize> = Operator::even().iter().map(|o| o.images().len()).collect();
        assert_eq!(images, [2, 2, 2, 1, 4, 2, 1]);
        let images: Vec<usize> = Operator::odd().iter().map(|o| o.images().len()).collect();
        assert_eq!(images, [1, 4, 2, 4]);
        assert!(Operator::even().iter().all(Operator::is_even));
        assert!(!Operator::odd().iter().any(Operator::is_even));
    }

    #[test]
    fn shapes_and_sides_are_refused() {
        for shape in [&[][..], &[(0, 0), (0, 0)], &[(0, 9)]] {
            assert_eq!(Operator::new(shape), Err(OperatorError::Shape));
        }
        assert!(PackedSpins::new((2, 129), &[1; 258]).is_err());
    }
}
