//! The decimation of a machine in floating point: couplings, constants, log Z and correlators.

use super::marginals::induced_middle_coupling;
use crate::model::GaussianDbm;
use crate::numeric::Enclosure;
use crate::numeric::linalg::{PositiveDefinite, SymmetricMatrix};
use crate::symbolic::Matrix;
use num_traits::{One, Zero};
use rayon::prelude::*;
use serde::Serialize;
use thiserror::Error;

/// Most visible units whose 2ⁿ states are summed.
const MAX_VISIBLE: usize = 20;
/// Most interval operations of one decimation, some twenty seconds' worth.
const MAX_OPERATIONS: u64 = 4_000_000_000;

/// Why a machine was not decimated.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum GaussianDbmDecimationError {
    /// The partition function diverges.
    #[error(
        "the machine is not normalisable: 1 − BBᵀ has the eigenvalue {eigenvalue}, and all of them \
         must be above zero"
    )]
    NotNormalisable {
        /// The smallest eigenvalue of `1 − BBᵀ`.
        eigenvalue: Enclosure,
    },
    /// Double precision cannot tell whether the partition function is finite.
    #[error(
        "cannot tell whether the machine is normalisable: the smallest eigenvalue of 1 − BBᵀ is \
         {eigenvalue}, too close to zero for double precision"
    )]
    NearlySingular {
        /// The smallest eigenvalue of `1 − BBᵀ`.
        eigenvalue: Enclosure,
    },
    /// Weights that double precision cannot hold.
    #[error(
        "ln Z has no bound in double precision: the parameters are too large, beta is too small, or 1 - B Bt is too nearly singular"
    )]
    Range,
    /// Too much work.
    #[error(
        "{visible} visible and {hidden} hidden units take {states:.0} states and about \
         {operations:.1e} operations; the limits are {max_visible} visible units and \
         {max_operations:.1e} operations"
    )]
    TooLarge {
        /// Visible units.
        visible: usize,
        /// Hidden units of both layers.
        hidden: usize,
        /// 2ⁿ.
        states: f64,
        /// Predicted interval operations.
        operations: f64,
        /// The limit on visible units.
        max_visible: usize,
        /// The limit on operations.
        max_operations: f64,
    },
}

/// Partition function and correlators by one of the three distributions.
#[derive(Clone, Debug, Serialize)]
pub struct DistributionReport {
    /// `p(x,y,z)`, `p(x,y)` or `p(x)`: what was summed and integrated.
    pub distribution: &'static str,
    /// ln Z.
    pub log_z: Enclosure,
    /// `⟨x_i⟩`.
    pub mean: Vec<Enclosure>,
    /// `⟨x_i x_j⟩` for i < j, as `[i, j, lo, hi]`.
    pub pair: Vec<(usize, usize, f64, f64)>,
}

/// What marginalising the hidden layers of a machine leaves.
#[derive(Clone, Debug, Serialize)]
pub struct GaussianDbmReport {
    /// Visible units n.
    pub n_visible: usize,
    /// Middle units m.
    pub n_middle: usize,
    /// Deep units p.
    pub n_deep: usize,
    /// Inverse temperature β.
    pub beta: f64,
    /// Smallest eigenvalue of `1 − BBᵀ`; above zero.
    pub smallest_eigenvalue: Enclosure,
    /// `B′ = BBᵀ`, m×m.
    pub b_prime: Vec<Vec<Enclosure>>,
    /// A′ = A(1 − B′)⁻¹Aᵀ, n×n; H(x) = g − a·x − ½ xᵀA′x.
    pub a_prime: Vec<Vec<Enclosure>>,
    /// f(β) = (p/2β) ln(β/2π).
    pub f: Enclosure,
    /// g(β) = (1/2β) ln((β/2π)^{m+p} |1 − B′|).
    pub g: Enclosure,
    /// ln Z (natural logarithm), the points common to the three routes.
    pub log_z: Enclosure,
    /// The same averages by p(x,y,z), p(x,y) and p(x).
    pub distributions: Vec<DistributionReport>,
}

/// Marginalises the deep and then the middle layer, and sums over the 2ⁿ visible states.
///
/// The three distributions take three routes: p(x,y,z) integrates both hidden layers at once for each
/// x, through a certificate for the (m+p)×(m+p) form; p(x,y) integrates the middle layer for each x,
/// with B′ and f; p(x) sums over x with A′ and g.
///
/// # Errors
/// [`GaussianDbmDecimationError`]: too large, not normalisable (with the eigenvalue), or too close to that.
/// # Accuracy
/// Enclosures hold for the given doubles taken as exact: tests `report_contains_the_exact_values` and
/// `the_three_distributions_agree`.
/// # Complexity
/// O(2ⁿ n (n + m + p) + (m + p)³).
pub fn decimate_gaussian_dbm(
    machine: &GaussianDbm,
) -> Result<GaussianDbmReport, GaussianDbmDecimationError> {
    let (n, m, p) = (machine.n_visible(), machine.n_middle(), machine.n_deep());
    refuse_large(n, m + p)?;
    let beta = Enclosure::exact(*machine.beta());
    let exact = machine.map(|&x| Enclosure::exact(x));
    let b_prime = induced_middle_coupling(&exact);
    let identity = |i: usize, j: usize| {
        if i == j {
            Enclosure::one()
        } else {
            Enclosure::zero()
        }
    };
    let stiffness = SymmetricMatrix::from_fn(m, |i, j| identity(i, j) - b_prime[(i, j)]);
    let whole = SymmetricMatrix::from_fn(m + p, |i, j| {
        if i < m && j >= m {
            -exact.b()[(i, j - m)]
        } else {
            identity(i, j)
        }
    });
    let smallest_eigenvalue = stiffness.smallest_eigenvalue();
    let certificates = stiffness.certify().zip(whole.certify());
    let Some((middle, joint)) = certificates.filter(|_| smallest_eigenvalue.is_positive()) else {
        let eigenvalue = smallest_eigenvalue;
        return Err(if eigenvalue.hi() <= 0.0 {
            GaussianDbmDecimationError::NotNormalisable { eigenvalue }
        } else {
            GaussianDbmDecimationError::NearlySingular { eigenvalue }
        });
    };
    let half = Enclosure::exact(0.5);
    let ln_ratio = (Enclosure::exact(2.0) * Enclosure::pi() / beta).ln();
    let units = |k: usize| Enclosure::exact(k as f64);
    // −βf and −βg.
    let minus_beta_f = half * units(p) * ln_ratio;
    let minus_beta_g = half * (units(m + p) * ln_ratio - middle.ln_det());
    let columns = |certificate: &PositiveDefinite, size: usize| -> Vec<Vec<Enclosure>> {
        (0..n)
            .map(|i| {
                let mut row: Vec<Enclosure> = (0..m).map(|j| exact.a()[(i, j)]).collect();
                row.resize(size, Enclosure::zero());
                certificate.whiten(&row)
            })
            .collect()
    };
    let middle_columns = columns(&middle, m);
    let a_prime: Vec<Vec<Enclosure>> = (0..n)
        .map(|i| {
            (0..n)
                .map(|j| middle.inverse_form(&middle_columns[i], &middle_columns[j]))
                .collect()
        })
        .collect();
    let visible = Visible {
        beta,
        fields: exact.fields(),
    };
    let distributions = vec![
        visible.average(
            "p(x,y,z)",
            &visible.integrated(
                half * (units(m + p) * ln_ratio - joint.ln_det()),
                &columns(&joint, m + p),
                joint.spread(),
            ),
        ),
        visible.average(
            "p(x,y)",
            &visible.integrated(
                minus_beta_f + half * (units(m) * ln_ratio - middle.ln_det()),
                &middle_columns,
                middle.spread(),
            ),
        ),
        visible.average("p(x)", &visible.coupled(minus_beta_g, &a_prime)),
    ];
    let log_z = distributions
        .iter()
        .try_fold(Enclosure::UNBOUNDED, |common, d| {
            common.intersection(d.log_z)
        })
        .filter(|log_z| log_z.magnitude().is_finite())
        .ok_or(GaussianDbmDecimationError::Range)?;
    let rows = |m: &Matrix<Enclosure>| {
        (0..m.rows())
            .map(|i| (0..m.cols()).map(|j| m[(i, j)]).collect())
            .collect()
    };
    Ok(GaussianDbmReport {
        n_visible: n,
        n_middle: m,
        n_deep: p,
        beta: *machine.beta(),
        smallest_eigenvalue,
        b_prime: rows(&b_prime),
        a_prime,
        f: -minus_beta_f / beta,
        g: -minus_beta_g / beta,
        log_z,
        distributions,
    })
}

fn refuse_large(visible: usize, hidden: usize) -> Result<(), GaussianDbmDecimationError> {
    let states = libm::exp2(visible as f64);
    let (n, k) = (visible as f64, hidden as f64);
    let operations = states * (n * (2.0 * k + n) + 100.0) + 4.0 * k * k * k;
    if visible <= MAX_VISIBLE && operations <= MAX_OPERATIONS as f64 {
        return Ok(());
    }
    Err(GaussianDbmDecimationError::TooLarge {
        visible,
        hidden,
        states,
        operations,
        max_visible: MAX_VISIBLE,
        max_operations: MAX_OPERATIONS as f64,
    })
}

/// The visible layer, whose states are numbered by the bits of their down units.
struct Visible<'a> {
    beta: Enclosure,
    fields: &'a [Enclosure],
}

impl Visible<'_> {
    fn n(&self) -> usize {
        self.fields.len()
    }

    /// `Σ_i v_i x_i` in the given state.
    fn signed_sum(state: usize, values: impl Iterator<Item = Enclosure>) -> Enclosure {
        values
            .enumerate()
            .map(|(i, v)| if state >> i & 1 == 0 { v } else { -v })
            .sum()
    }

    /// `ln ∫ e^{−βH(x, w)} dw = βa·x + prefactor + (β/2) |X (Aᵀx, 0)|² · spread` for every x.
    fn integrated(
        &self,
        prefactor: Enclosure,
        columns: &[Vec<Enclosure>],
        spread: Enclosure,
    ) -> Vec<Enclosure> {
        let half = Enclosure::exact(0.5);
        (0..1_usize << self.n())
            .into_par_iter()
            .map(|state| {
                let square: Enclosure = (0..columns[0].len())
                    .map(|r| Self::signed_sum(state, columns.iter().map(|c| c[r])).square())
                    .sum();
                let field = Self::signed_sum(state, self.fields.iter().copied());
                prefactor + self.beta * (field + half * square * spread)
            })
            .collect()
    }

    /// `−βH(x) = −βg + βa·x + ½β xᵀA′x` for every x.
    fn coupled(&self, minus_beta_g: Enclosure, a_prime: &[Vec<Enclosure>]) -> Vec<Enclosure> {
        let half = Enclosure::exact(0.5);
        let diagonal: Enclosure = (0..self.n()).map(|i| a_prime[i][i]).sum();
        (0..1_usize << self.n())
            .into_par_iter()
            .map(|state| {
                let pull = self.fields.iter().enumerate().map(|(i, field)| {
                    let above = a_prime[i][i + 1..].iter().enumerate();
                    let coupled: Enclosure = above
                        .map(|(j, a)| {
                            if state >> (i + 1 + j) & 1 == 0 {
                                *a
                            } else {
                                -*a
                            }
                        })
                        .sum();
                    *field + coupled
                });
                minus_beta_g + self.beta * (Self::signed_sum(state, pull) + half * diagonal)
            })
            .collect()
    }

    /// Partition function, means and pair correlators from the logarithms of all weights, by one
    /// Walsh–Hadamard transform: its component of a set of units is `Σ_x w(x) ∏ x_i` over the set.
    fn average(&self, distribution: &'static str, log_weights: &[Enclosure]) -> DistributionReport {
        let n = self.n();
        let top = log_weights
            .iter()
            .map(|w| w.mid())
            .fold(f64::NEG_INFINITY, f64::max);
        let mut sums: Vec<Enclosure> = log_weights
            .par_iter()
            .map(|w| (*w - Enclosure::exact(top)).exp())
            .collect();
        for unit in 0..n {
            for block in sums.chunks_mut(2 << unit) {
                let (up, down) = block.split_at_mut(1 << unit);
                for (u, d) in up.iter_mut().zip(down) {
                    (*u, *d) = (*u + *d, *u - *d);
                }
            }
        }
        let average = |set: usize| {
            let ratio = sums[set] / sums[0];
            ratio
                .intersection(Enclosure::new(-1.0, 1.0))
                .unwrap_or(ratio)
        };
        DistributionReport {
            distribution,
            log_z: Enclosure::exact(top) + sums[0].ln(),
            mean: (0..n).map(|i| average(1 << i)).collect(),
            pair: (0..n)
                .flat_map(|i| (i + 1..n).map(move |j| (i, j)))
                .map(|(i, j)| {
                    let c = average(1 << i | 1 << j);
                    (i, j, c.lo(), c.hi())
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::gaussian_dbm::{QuadraticHamiltonian, visible_hamiltonian};
    use num_rational::BigRational;
    use proptest::prelude::*;

    fn machine(n: usize, m: usize, p: usize, numbers: &[i32], scale: f64) -> GaussianDbm {
        let mut numbers = numbers.iter().cycle().map(|&k| f64::from(k) / 16.0);
        let mut next = || numbers.next().unwrap();
        let fields = (0..n).map(|_| next()).collect();
        let a = Matrix::from_fn(n, m, |_, _| next());
        let b = Matrix::from_fn(m, p, |_, _| scale * next());
        GaussianDbm::new(1.25, fields, a, b).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn report_contains_the_exact_values(
            (n, m, p) in (1_usize..4, 1_usize..4, 1_usize..4),
            numbers in prop::collection::vec(-8_i32..9, 23),
        ) {
            let machine = machine(n, m, p, &numbers, 0.5);
            let rational = machine.map(|&x| BigRational::from_float(x).unwrap());
            let two_pi = BigRational::from_integer(1.into());
            match decimate_gaussian_dbm(&machine) {
                Ok(report) => {
                    let exact = visible_hamiltonian(&rational, &two_pi).unwrap();
                    for i in 0..n {
                        for j in 0..n {
                            let a = -exact.quadratic()[(i, j)].clone();
                            prop_assert!(report.a_prime[i][j].contains_rational(&a));
                            prop_assert!(report.a_prime[i][j].width() < 1e-10);
                        }
                    }
                }
                Err(error) => {
                    let bad = matches!(error, GaussianDbmDecimationError::NotNormalisable { .. });
                    prop_assert!(bad, "{error}");
                    // Then elimination in exact arithmetic meets a pivot that is not positive.
                    let order: Vec<usize> = (n..n + m + p).rev().collect();
                    let mut rest = QuadraticHamiltonian::joint(&rational);
                    let mut pivots = Vec::new();
                    for k in order {
                        pivots.push(rest.quadratic()[(k, k)].clone());
                        match rest.integrate(k, &two_pi) {
                            Some(next) => rest = next,
                            None => break,
                        }
                    }
                    let zero = BigRational::from_integer(0.into());
                    prop_assert!(pivots.iter().any(|q| *q <= zero));
                }
            }
        }

        #[test]
        fn the_three_distributions_agree(
            (n, m, p) in (1_usize..6, 1_usize..5, 1_usize..5),
            numbers in prop::collection::vec(-8_i32..9, 31),
        ) {
            let machine = machine(n, m, p, &numbers, 0.25);
            let report = decimate_gaussian_dbm(&machine).unwrap();
            let first = &report.distributions[0];
            prop_assert!(report.log_z.width() < 1e-11);
            for other in &report.distributions[1..] {
                prop_assert!(first.log_z.overlaps(other.log_z));
                for (a, b) in first.mean.iter().zip(&other.mean) {
                    prop_assert!(a.overlaps(*b) && a.width() < 1e-11);
                }
                for (a, b) in first.pair.iter().zip(&other.pair) {
                    prop_assert!(Enclosure::new(a.2, a.3).overlaps(Enclosure::new(b.2, b.3)));
                }
            }
        }
    }

    #[test]
    fn log_z_is_the_integral_by_quadrature() {
        let machine = machine(2, 1, 2, &[3, -5, 7, 2, 6, 4, 1], 1.0);
        let report = decimate_gaussian_dbm(&machine).unwrap();
        let joint = QuadraticHamiltonian::joint(&machine.map(|&x| Enclosure::exact(x)));
        let z: Enclosure = [[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]]
            .iter()
            .map(|x| {
                let x: Vec<Enclosure> = x.iter().map(|&s| Enclosure::exact(s)).collect();
                joint.ln_integral(&x).unwrap().exp()
            })
            .sum();
        assert!(z.ln().overlaps(report.log_z));
    }

    #[test]
    fn a_machine_without_a_partition_function_is_refused_with_its_eigenvalue() {
        let with = |b: f64| {
            let rows = GaussianDbm::from_rows(1.0, vec![0.0], &[vec![1.0]], &[vec![b]]).unwrap();
            decimate_gaussian_dbm(&rows)
        };
        let message = with(2.0).unwrap_err().to_string();
        assert!(message.contains("eigenvalue -3"), "{message}");
        assert!(matches!(
            with(1.0),
            Err(GaussianDbmDecimationError::NotNormalisable { .. })
        ));
        assert!(with(0.999).is_ok());
        // |1 − BBᵀ| = 9 > 0 with two negative eigenvalues: a determinant would not see it.
        let b = [vec![2.0, 0.0], vec![0.0, 2.0]];
        let two = GaussianDbm::from_rows(1.0, vec![0.0], &[vec![1.0, 1.0]], &b).unwrap();
        assert!(matches!(
            decimate_gaussian_dbm(&two),
            Err(GaussianDbmDecimationError::NotNormalisable { .. })
        ));
    }

    #[test]
    fn weights_beyond_double_precision_are_refused() {
        let huge = GaussianDbm::from_rows(1.0, vec![0.0], &[vec![1e200]], &[vec![0.5]]).unwrap();
        assert_eq!(
            decimate_gaussian_dbm(&huge).unwrap_err(),
            GaussianDbmDecimationError::Range
        );
    }

    #[test]
    fn too_many_visible_units_are_refused_with_the_cost() {
        let error = decimate_gaussian_dbm(&machine(21, 1, 1, &[1], 1.0)).unwrap_err();
        assert!(error.to_string().contains("2097152 states"), "{error}");
    }
}
