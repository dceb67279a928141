//! Correlations between the spins of two levels of a blocking hierarchy.

/// The mean product of a coarse spin with a fine one, as a function of where the fine one stands.
///
/// ```text
/// G(r) = (1/N_c) Σ_a ⟨V_a s_{x(a)+r}⟩,   x(a) = the corner (first row, first column) of block a
/// ```
/// Both lattices are tori; a block has `fine rows / coarse rows` by `fine columns / coarse columns` sites. Any
/// two levels can be taken, next to each other or not. The mean over translations by blocks is taken within a
/// configuration, and the error from configurations, which are taken to be independent.
///
/// The block itself is at `0 ≤ r < block`. A level with itself is the usual two-point function.
#[derive(Clone, Debug, PartialEq)]
pub struct LevelCorrelators {
    fine: (usize, usize),
    coarse: (usize, usize),
    samples: u64,
    sums: Vec<f64>,
    squares: Vec<f64>,
    /// Fine rows, each twice over, so that a shifted row is a slice.
    doubled: Vec<i32>,
    products: Vec<i32>,
}

/// A correlator and its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CorrelatorValue {
    /// The mean.
    pub mean: f64,
    /// One standard error; infinite for fewer than two samples.
    pub std_err: f64,
}

impl LevelCorrelators {
    /// No samples yet; sides are (rows, columns). `None` unless the coarse sides divide the fine ones.
    pub fn new(fine: (usize, usize), coarse: (usize, usize)) -> Option<Self> {
        let divides = |c: usize, f: usize| c > 0 && f > 0 && f.is_multiple_of(c);
        let sites = fine.0 * fine.1;
        (divides(coarse.0, fine.0) && divides(coarse.1, fine.1)).then(|| Self {
            fine,
            coarse,
            samples: 0,
            sums: vec![0.0; sites],
            squares: vec![0.0; sites],
            doubled: vec![0; 2 * sites],
            products: vec![0; sites],
        })
    }

    /// Rows and columns of the fine lattice.
    pub fn fine(&self) -> (usize, usize) {
        self.fine
    }

    /// Rows and columns of a block.
    pub fn block(&self) -> (usize, usize) {
        (self.fine.0 / self.coarse.0, self.fine.1 / self.coarse.1)
    }

    /// Number of samples.
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// Adds a configuration of ±1 and its coarse one.
    ///
    /// # Panics
    /// If there is not one spin for each site.
    ///
    /// # Complexity
    /// One product for each pair of a fine and a coarse site.
    pub fn add(&mut self, fine: &[i8], coarse: &[i8]) {
        let (rows, columns) = self.fine;
        assert_eq!(fine.len(), rows * columns, "spins of the fine lattice");
        assert_eq!(
            coarse.len(),
            self.coarse.0 * self.coarse.1,
            "spins of the coarse lattice"
        );
        let (down, across) = self.block();
        for (twice, row) in self
            .doubled
            .chunks_exact_mut(2 * columns)
            .zip(fine.chunks_exact(columns))
        {
            let (first, second) = twice.split_at_mut(columns);
            for ((a, b), &s) in first.iter_mut().zip(second).zip(row) {
                *a = i32::from(s);
                *b = *a;
            }
        }
        self.products.fill(0);
        for (a, &v) in coarse.iter().enumerate() {
            let top = a / self.coarse.1 * down;
            let left = a % self.coarse.1 * across;
            for (dr, out) in self.products.chunks_exact_mut(columns).enumerate() {
                let row = (top + dr) % rows * 2 * columns + left;
                let shifted = &self.doubled[row..row + columns];
                for (x, &s) in out.iter_mut().zip(shifted) {
                    *x += i32::from(v) * s;
                }
            }
        }
        let blocks = coarse.len() as f64;
        for ((sum, square), &x) in self
            .sums
            .iter_mut()
            .zip(&mut self.squares)
            .zip(&self.products)
        {
            let g = f64::from(x) / blocks;
            *sum += g;
            *square += g * g;
        }
        self.samples += 1;
    }

    /// Adds the samples of another accumulator of the same levels.
    ///
    /// # Panics
    /// If the levels differ.
    pub fn merge(&mut self, other: &Self) {
        assert_eq!(
            (self.fine, self.coarse),
            (other.fine, other.coarse),
            "levels of correlators"
        );
        self.samples += other.samples;
        for (a, b) in self.sums.iter_mut().zip(&other.sums) {
            *a += b;
        }
        for (a, b) in self.squares.iter_mut().zip(&other.squares) {
            *a += b;
        }
    }

    /// G at a displacement from the block's corner, modulo the sides.
    pub fn at(&self, row: usize, column: usize) -> CorrelatorValue {
        let site = row % self.fine.0 * self.fine.1 + column % self.fine.1;
        let n = self.samples as f64;
        let mean = self.sums[site] / n;
        // Products are at most one, so the difference loses nothing that matters.
        let variance = (self.squares[site] / n - mean * mean).max(0.0);
        let std_err = if self.samples < 2 {
            f64::INFINITY
        } else {
            (variance / (n - 1.0)).sqrt()
        };
        CorrelatorValue { mean, std_err }
    }

    /// G for all displacements, by rows of the fine lattice.
    pub fn map(&self) -> Vec<CorrelatorValue> {
        let (rows, columns) = self.fine;
        (0..rows * columns)
            .map(|r| self.at(r / columns, r % columns))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::{Limits, Strip};
    use crate::model::Lattice;
    use crate::random::Seed;
    use crate::rg::{BlockRule, Blocking, Tie};

    fn random_spins(n: usize, index: u64) -> Vec<i8> {
        let mut stream = Seed(3).stream("level correlators", index);
        (0..n).map(|_| 2 * stream.index(2) as i8 - 1).collect()
    }

    #[test]
    fn sums_are_those_of_the_definition() {
        let (fine, coarse) = ((6, 8), (3, 2));
        let mut g = LevelCorrelators::new(fine, coarse).unwrap();
        let mut want = vec![Vec::new(); 48];
        for k in 0..3 {
            let (s, v) = (random_spins(48, 2 * k), random_spins(6, 2 * k + 1));
            g.add(&s, &v);
            for (r, want) in want.iter_mut().enumerate() {
                let (dr, dc) = (r / 8, r % 8);
                let sum: i32 = (0..6)
                    .map(|a| {
                        let (row, column) = (a / 2 * 2 + dr, a % 2 * 4 + dc);
                        i32::from(v[a]) * i32::from(s[row % 6 * 8 + column % 8])
                    })
                    .sum();
                want.push(f64::from(sum) / 6.0);
            }
        }
        for (value, want) in g.map().iter().zip(&want) {
            let mean = want.iter().sum::<f64>() / 3.0;
            let variance = want.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 6.0;
            assert!((value.mean - mean).abs() < 1e-15);
            assert!((value.std_err - variance.sqrt()).abs() < 1e-8);
        }
        assert_eq!(g.at(7, 9), g.at(1, 1));
        assert!(LevelCorrelators::new((6, 8), (4, 2)).is_none());
    }

    #[test]
    fn merged_halves_are_the_whole() {
        let new = || LevelCorrelators::new((4, 4), (2, 2)).unwrap();
        let (mut whole, mut a, mut b) = (new(), new(), new());
        for k in 0..6 {
            let (s, v) = (random_spins(16, 2 * k), random_spins(4, 2 * k + 1));
            whole.add(&s, &v);
            if k < 2 { a.add(&s, &v) } else { b.add(&s, &v) }
        }
        a.merge(&b);
        // Sums of quarters and sixteenths are exact.
        assert_eq!(a.map(), whole.map());
    }

    #[test]
    fn exact_samples_give_the_exact_correlators() {
        let coupling = 0.44;
        let lattice = Lattice::torus(4, 4);
        let blocking = Blocking::new((4, 4), 2, &BlockRule::Majority(Tie::Fair)).unwrap();
        let (mut z, mut exact) = (0.0, vec![0.0; 16]);
        let bonds = lattice.bonds();
        for state in 0..1_u32 << 16 {
            let s: Vec<i8> = (0..16).map(|i| 2 * (state >> i & 1) as i8 - 1).collect();
            let sum: i32 = bonds.iter().map(|&(i, j)| i32::from(s[i] * s[j])).sum();
            let weight = (coupling * f64::from(sum)).exp();
            z += weight;
            for (a, v) in blocking.means(&s).into_iter().enumerate() {
                for (r, g) in exact.iter_mut().enumerate() {
                    let (row, column) = (a / 2 * 2 + r / 4, a % 2 * 2 + r % 4);
                    let site = row % 4 * 4 + column % 4;
                    *g += weight * v * f64::from(s[site]) / 4.0;
                }
            }
        }
        let mut g = LevelCorrelators::new((4, 4), (2, 2)).unwrap();
        let samples = 20_000;
        let mut stream = Seed(4).stream("level correlators", 0);
        let strip = Strip::homogeneous(lattice, coupling, 0.0).unwrap();
        let drawn = strip
            .samples(samples, &mut stream, &Limits::default())
            .unwrap();
        let mut spins = [0; 16];
        for k in 0..samples {
            drawn.write(k, &mut spins);
            g.add(&spins, &blocking.draw(&spins, &mut stream));
        }
        for (value, exact) in g.map().iter().zip(&exact) {
            let exact = exact / z;
            assert!(
                (value.mean - exact).abs() < 5.0 * value.std_err,
                "{value:?} {exact}"
            );
        }
        // Inside the block stronger than at the far corner, by far more than the errors.
        let (near, far) = (g.at(0, 0), g.at(3, 3));
        assert!((near.mean - g.at(1, 1).mean).abs() < 5.0 * near.std_err);
        assert!(near.mean - far.mean > 10.0 * (near.std_err + far.std_err));
    }
}
