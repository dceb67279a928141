//! The couplings of block spins: exactly on small systems, by pseudo-likelihood from samples.
//!
//! The renormalized Hamiltonian of a small system is known state by state, and its expansion in products of
//! spins gives all its couplings ([`exact_effective_couplings`]). From samples of a larger torus a few
//! translation-invariant couplings are found by maximising the probability of each spin given all others
//! ([`EffectiveCouplings`]), for which no partition function is needed.

use super::monte_carlo_rg::Operator;
use super::{BlockError, BlockTransformation};
use crate::exact::walsh;
use crate::numeric::Enclosure;
use faer::Mat;
use faer::linalg::solvers::Solve;
use thiserror::Error;

/// The couplings of the coarse spins of a transformation.
///
/// ```text
/// ln Σ_χ p(χ′|χ) e^{𝒦(χ)} = Σ_S K′_S Π_{j ∈ S} V_j
/// ```
/// Entry S of the result is the coupling of the coarse spins whose bits are set in S; entry 0 is the constant.
///
/// # Errors
/// [`BlockError::TooManySpins`] for more than 12 coarse spins.
/// # Accuracy
/// Enclosures, unbounded where a coarse state has weight zero. Test `decimated_ring_has_its_one_coupling`.
/// # Complexity
/// A sum over all fine states for each coarse state.
pub fn exact_effective_couplings(
    transformation: &BlockTransformation<Enclosure>,
) -> Result<Vec<Enclosure>, BlockError> {
    let spins = transformation.coarse_spins();
    if spins > 12 {
        return Err(BlockError::TooManySpins { spins });
    }
    let logs: Vec<Enclosure> = (0..1_u32 << spins)
        .map(|coarse| transformation.renormalized_weight_by_blocks(coarse).ln())
        .collect();
    Ok(walsh::couplings(&logs).unwrap_or_default())
}

/// Why no couplings are found.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum CouplingsError {
    /// A side no longer than an operator: a spin would meet itself.
    #[error("a {rows} × {columns} torus is no wider than an operator")]
    TooSmall {
        /// Number of rows.
        rows: usize,
        /// Number of columns.
        columns: usize,
    },
    /// Fewer samples than couplings and one, so that there is no error.
    #[error("{samples} samples do not determine {operators} couplings with their errors")]
    TooFew {
        /// Samples.
        samples: usize,
        /// Couplings.
        operators: usize,
    },
    /// The largest pseudo-likelihood is at infinite couplings, or not unique.
    #[error("the pseudo-likelihood has no maximum that Newton's method finds")]
    NoMaximum,
}

/// A coupling found from samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FittedCoupling {
    /// The coupling.
    pub value: f64,
    /// One standard error, for independent samples.
    pub std_err: f64,
}

/// Samples of a torus, kept as what the pseudo-likelihood needs.
///
/// ```text
/// 𝒦 = Σ_α K_α S_α,   s_i's field = Σ_α K_α f_αi,   ln PL = −Σ_samples Σ_i ln(1 + e^{−2 Σ_α K_α s_i f_αi})
/// ```
/// `f_αi` is the sum over the terms of `S_α` that contain site i of the products of their other spins. The maximum
/// is unique if the operators are independent, and consistent if the samples are of such a 𝒦; if they are not,
/// it is the set of conditional probabilities of this form that is closest, and the error is that of this.
///
/// # References
/// J. Besag, J. R. Stat. Soc. D 24 (1975) 179 (pseudo-likelihood); H. White, Econometrica 50 (1982) 1 (errors).
#[derive(Clone, Debug)]
pub struct EffectiveCouplings {
    rows: usize,
    columns: usize,
    operators: usize,
    /// For each operator and term with a given site: the offsets of its other sites.
    others: Vec<Vec<Vec<(usize, usize)>>>,
    /// `s_i f_αi`, site by site, sample after sample.
    features: Vec<i8>,
    samples: usize,
}

impl EffectiveCouplings {
    /// No samples yet.
    ///
    /// # Errors
    /// [`CouplingsError::TooSmall`].
    pub fn new(
        (rows, columns): (usize, usize),
        operators: &[Operator],
    ) -> Result<Self, CouplingsError> {
        let widest = operators
            .iter()
            .flat_map(Operator::images)
            .flatten()
            .map(|&(r, c)| r.max(c))
            .max()
            .unwrap_or(0);
        if rows.min(columns) <= widest {
            return Err(CouplingsError::TooSmall { rows, columns });
        }
        let others = operators
            .iter()
            .map(|operator| {
                let sites = operator.images().iter();
                let pairs = sites.flat_map(|image| image.iter().map(move |site| (image, site)));
                pairs
                    .map(|(image, site)| {
                        image
                            .iter()
                            .filter(|other| *other != site)
                            .map(|&(r, c)| {
                                ((rows + r - site.0) % rows, (columns + c - site.1) % columns)
                            })
                            .collect()
                    })
                    .collect()
            })
            .collect();
        Ok(Self {
            rows,
            columns,
            operators: operators.len(),
            others,
            features: Vec::new(),
            samples: 0,
        })
    }

    /// Adds a configuration of ±1.
    ///
    /// # Panics
    /// If there is not one spin for each site.
    pub fn add(&mut self, spins: &[i8]) {
        let (rows, columns) = (self.rows, self.columns);
        assert_eq!(spins.len(), rows * columns, "spins of a torus");
        for site in 0..rows * columns {
            let (r, c) = (site / columns, site % columns);
            for terms in &self.others {
                let field: i8 = terms
                    .iter()
                    .map(|others| {
                        let product = others
                            .iter()
                            .map(|&(dr, dc)| spins[(r + dr) % rows * columns + (c + dc) % columns]);
                        product.product::<i8>()
                    })
                    .sum();
                self.features.push(spins[site] * field);
            }
        }
        self.samples += 1;
    }

    /// Gradient and Hessian of −ln PL, and the sum over samples of the outer products of their gradients.
    fn derivatives(&self, couplings: &[f64]) -> [Vec<f64>; 3] {
        let n = self.operators;
        let mut all = [vec![0.0; n], vec![0.0; n * n], vec![0.0; n * n]];
        let mut own = vec![0.0; n];
        for sample in self.features.chunks_exact(n * self.rows * self.columns) {
            own.fill(0.0);
            for f in sample.chunks_exact(n) {
                let field: f64 = f
                    .iter()
                    .zip(couplings)
                    .map(|(&f, k)| f64::from(f) * k)
                    .sum();
                let tanh = libm::tanh(field);
                let curvature = 1.0 - tanh * tanh;
                for a in 0..n {
                    let fa = f64::from(f[a]);
                    own[a] -= (1.0 - tanh) * fa;
                    for b in 0..=a {
                        all[1][a * n + b] += curvature * fa * f64::from(f[b]);
                    }
                }
            }
            for a in 0..n {
                all[0][a] += own[a];
                for b in 0..=a {
                    all[2][a * n + b] += own[a] * own[b];
                }
            }
        }
        for matrix in &mut all[1..] {
            for a in 0..n {
                for b in 0..a {
                    matrix[b * n + a] = matrix[a * n + b];
                }
            }
        }
        all
    }

    /// The couplings of largest pseudo-likelihood, in the order of the operators.
    ///
    /// # Errors
    /// [`CouplingsError::TooFew`], [`CouplingsError::NoMaximum`].
    /// # Accuracy
    /// Errors are those of independent samples: test `couplings_of_exact_samples_come_back`.
    pub fn fit(&self) -> Result<Vec<FittedCoupling>, CouplingsError> {
        let n = self.operators;
        if self.samples <= n {
            return Err(CouplingsError::TooFew {
                samples: self.samples,
                operators: n,
            });
        }
        let mut couplings = vec![0.0; n];
        for _ in 0..100 {
            let [gradient, hessian, squares] = self.derivatives(&couplings);
            let h = Mat::from_fn(n, n, |a, b| hessian[a * n + b]);
            let g = Mat::from_fn(n, 1, |a, _| gradient[a]);
            let h = h.partial_piv_lu();
            let step = h.solve(&g);
            let size = (0..n).map(|a| step[(a, 0)].abs()).fold(0.0, f64::max);
            let finite = (0..n).all(|a| step[(a, 0)].is_finite());
            if !finite || couplings.iter().any(|k: &f64| k.abs() > 50.0) {
                break;
            }
            // Newton's step, shortened where it is long: the function is convex.
            let factor = (1.0 / size).min(1.0);
            for (a, k) in couplings.iter_mut().enumerate() {
                *k -= factor * step[(a, 0)];
            }
            if size < 1e-10 {
                let j = Mat::from_fn(n, n, |a, b| squares[a * n + b]);
                let half = h.solve(&j);
                let sandwich = h.solve(half.transpose());
                // Degrees of freedom that the fit took from the scatter of the gradients.
                let scale = self.samples as f64 / (self.samples - n) as f64;
                return Ok(couplings
                    .iter()
                    .enumerate()
                    .map(|(a, &value)| FittedCoupling {
                        value,
                        std_err: (scale * sandwich[(a, a)]).sqrt(),
                    })
                    .collect());
            }
        }
        Err(CouplingsError::NoMaximum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::{Limits, Strip};
    use crate::model::Lattice;
    use crate::random::Seed;
    use crate::rg::square_blocks::blocks;
    use crate::rg::{BlockRule, Interaction, Tie};

    fn transformation(
        spins: usize,
        blocks: Vec<Vec<usize>>,
        bonds: &[(usize, usize)],
        coupling: f64,
        rule: BlockRule<Enclosure>,
    ) -> BlockTransformation<Enclosure> {
        let terms: Vec<_> = bonds
            .iter()
            .map(|&(i, j)| Interaction {
                sites: vec![i, j],
                weight: Enclosure::exact(coupling).exp(),
            })
            .collect();
        BlockTransformation::new(spins, blocks, &terms, rule).unwrap()
    }

    #[test]
    fn decimated_ring_has_its_one_coupling() {
        let bonds: Vec<_> = (0..8).map(|i| (i, (i + 1) % 8)).collect();
        let pairs = (0..4).map(|j| vec![2 * j, 2 * j + 1]).collect();
        let ring = transformation(8, pairs, &bonds, 0.7, BlockRule::Keep(0));
        let couplings = exact_effective_couplings(&ring).unwrap();
        let k = Enclosure::exact(0.7).tanh().square().atanh();
        for (set, coupling) in couplings.iter().enumerate().skip(1) {
            let bond = (0..4).any(|j| set == 1 << j | 1 << ((j + 1) % 4));
            let want = if bond { k } else { Enclosure::exact(0.0) };
            assert!(coupling.overlaps(want), "{set} {coupling:?}");
            assert!(coupling.width() < 1e-12);
        }
    }

    #[test]
    fn majority_on_the_smallest_torus_has_the_symmetries() {
        let lattice = Lattice::torus(4, 4);
        let four = blocks(4).iter().map(|b| b.to_vec()).collect::<Vec<_>>();
        let of = |coupling| {
            let rule = BlockRule::Majority(Tie::Fair);
            let torus = transformation(16, four.clone(), &lattice.bonds(), coupling, rule);
            exact_effective_couplings(&torus).unwrap()
        };
        let k = of(0.4);
        for (set, coupling) in k.iter().enumerate() {
            assert!(coupling.width() < 1e-9);
            if set.count_ones() % 2 == 1 {
                assert!(coupling.contains(0.0));
            }
        }
        // Rows of the coarse torus are blocks 0 and 1: bonds 01, 23, 02, 13 are alike, 03 and 12 diagonal.
        for bond in [0b1100, 0b0101, 0b1010] {
            assert!(k[bond].overlaps(k[0b0011]));
        }
        assert!(k[0b1001].overlaps(k[0b0110]) && !k[0b1001].overlaps(k[0b0011]));
        // Each pair has two bonds between it; the flow is to weaker couplings here.
        assert!(k[0b0011].lo() > 0.4 && k[0b0011].hi() < 0.8);
        for coupling in &of(0.0)[1..] {
            assert!(coupling.contains(0.0));
        }
    }

    #[test]
    fn couplings_of_exact_samples_come_back() {
        let lattice = Lattice::torus(6, 6);
        let strip = Strip::homogeneous(lattice, 0.3, 0.0).unwrap();
        let operators = &Operator::even()[..4];
        let mut squares = 0.0;
        let repetitions = 20;
        let (mut sums, mut variances) = ([0.0; 4], [0.0; 4]);
        for index in 0..repetitions {
            let mut stream = Seed(6).stream("pseudo-likelihood", index);
            let drawn = strip.samples(400, &mut stream, &Limits::default()).unwrap();
            let mut fit = EffectiveCouplings::new((6, 6), operators).unwrap();
            let mut spins = [0; 36];
            for k in 0..drawn.len() {
                drawn.write(k, &mut spins);
                fit.add(&spins);
            }
            let found = fit.fit().unwrap();
            for (a, (k, truth)) in found.iter().zip([0.3, 0.0, 0.0, 0.0]).enumerate() {
                squares += ((k.value - truth) / k.std_err).powi(2);
                sums[a] += k.value - truth;
                variances[a] += k.std_err * k.std_err;
            }
        }
        // 80 squared deviations, correlated within four: variance at most 4 times that of χ² with 80.
        let n = 4.0 * repetitions as f64;
        assert!(
            (squares - n).abs() < 5.0 * (4.0 * 2.0 * n).sqrt(),
            "{squares}"
        );
        // The maximum of 400 samples is biased by its curvature, by less than a tenth of its error.
        for (sum, variance) in sums.iter().zip(variances) {
            let err = f64::sqrt(variance);
            let bias = 0.1 * (variance * repetitions as f64).sqrt();
            assert!(sum.abs() < 5.0 * err + bias, "{sums:?} {err}");
            assert!(err < 0.02 * (repetitions as f64).sqrt());
        }
    }

    #[test]
    fn fields_are_derivatives_of_the_sums() {
        let mut stream = Seed(7).stream("fields", 0);
        let operators: Vec<Operator> = Operator::even()
            .into_iter()
            .chain(Operator::odd())
            .collect();
        let mut spins: Vec<i8> = (0..20).map(|_| 2 * stream.index(2) as i8 - 1).collect();
        let mut fit = EffectiveCouplings::new((4, 5), &operators).unwrap();
        fit.add(&spins);
        let sums = |spins: &[i8]| {
            let packed = super::super::monte_carlo_rg::PackedSpins::new((4, 5), spins).unwrap();
            operators.iter().map(|o| o.sum(&packed)).collect::<Vec<_>>()
        };
        let before = sums(&spins);
        for site in 0..20 {
            spins[site] = -spins[site];
            for (a, after) in sums(&spins).into_iter().enumerate() {
                let feature = fit.features[site * operators.len() + a];
                assert_eq!(before[a] - after, 2 * i64::from(feature));
            }
            spins[site] = -spins[site];
        }
    }

    #[test]
    fn what_cannot_be_fitted_is_refused() {
        let operators = Operator::even();
        assert!(matches!(
            EffectiveCouplings::new((2, 6), &operators),
            Err(CouplingsError::TooSmall { .. })
        ));
        let mut fit = EffectiveCouplings::new((4, 4), &operators[..1]).unwrap();
        fit.add(&[1; 16]);
        assert!(matches!(fit.fit(), Err(CouplingsError::TooFew { .. })));
        for _ in 0..10 {
            fit.add(&[1; 16]);
        }
        assert_eq!(fit.fit(), Err(CouplingsError::NoMaximum));
    }
}
