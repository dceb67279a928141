//! Delete-block jackknife for functions of several means.

use super::chains::{Chains, ChainsError};
use super::estimate::{Doubt, ErrorMethod, Estimate};

/// Blocks of this many autocorrelation times miss about 2 % of the variance.
const TIMES_PER_BLOCK: f64 = 50.0;
/// More blocks than this only cost time: the error is then known to 2 %.
const MOST_BLOCKS: usize = 1024;
/// Fewer blocks than this leave the error too uncertain, so blocks are made shorter instead.
const WANTED_BLOCKS: usize = 64;

/// A function of the means of several observables.
pub type DerivedQuantity<'a> = &'a dyn Fn(&[f64]) -> f64;

/// Block means of observables that were measured together.
#[derive(Clone, Debug, PartialEq)]
pub struct Jackknife {
    /// Mean over all blocks, per observable.
    means: Vec<f64>,
    /// Deviation of the block mean from the mean: `[block][observable]`.
    deviations: Vec<Vec<f64>>,
    length: usize,
}

/// A function of means with its bias removed to first order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JackknifeValue {
    /// `f(means)`.
    pub plain: f64,
    /// `plain` minus the estimated bias.
    pub value: f64,
    /// Standard error.
    pub std_err: f64,
}

impl Jackknife {
    /// Cuts the chains into blocks; none crosses two chains, and what is left at the front of a chain,
    /// closest to its start, is dropped.
    ///
    /// # Errors
    /// [`ChainsError::Empty`] without observables, [`ChainsError::Mismatched`] if they have different
    /// shapes, [`ChainsError::TooShort`] if there are fewer than two blocks.
    ///
    /// # Complexity
    /// O(n) per observable.
    pub fn new(observables: &[Chains<'_>], length: usize) -> Result<Self, ChainsError> {
        let first = observables.first().ok_or(ChainsError::Empty)?;
        if let Some(observable) = observables.iter().position(|o| !o.same_shape(first)) {
            return Err(ChainsError::Mismatched { observable });
        }
        let length = length.max(1);
        let blocks: usize = first.iter().map(|c| c.len() / length).sum();
        if blocks < 2 {
            return Err(ChainsError::TooShort {
                chain: 0,
                length: first.shortest(),
                needed: 2 * length,
            });
        }
        let mut deviations = vec![vec![0.0; observables.len()]; blocks];
        let mut means = Vec::with_capacity(observables.len());
        for (k, chains) in observables.iter().enumerate() {
            let all = chains
                .iter()
                .flat_map(|c| c[c.len() % length..].chunks_exact(length));
            for (row, block) in deviations.iter_mut().zip(all) {
                row[k] = block.iter().map(|x| x - chains.mean()).sum::<f64>() / block.len() as f64;
            }
            // The mean over the blocks differs from that of the chains by what was dropped.
            let shift = deviations.iter().map(|row| row[k]).sum::<f64>() / blocks as f64;
            for row in &mut deviations {
                row[k] -= shift;
            }
            means.push(chains.mean() + shift);
        }
        Ok(Self {
            means,
            deviations,
            length,
        })
    }

    /// Number of blocks.
    pub fn blocks(&self) -> usize {
        self.deviations.len()
    }

    /// Measurements in each block.
    pub fn block_length(&self) -> usize {
        self.length
    }

    /// Means over the blocks.
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// `f` with each block left out in turn.
    fn replicates(&self, f: DerivedQuantity<'_>) -> Result<Vec<f64>, ChainsError> {
        let others = (self.blocks() - 1) as f64;
        let mut point = self.means.clone();
        self.deviations
            .iter()
            .map(|row| {
                for ((p, m), d) in point.iter_mut().zip(&self.means).zip(row) {
                    *p = m - d / others;
                }
                defined(f(&point))
            })
            .collect()
    }

    /// Value and error of a function of the means.
    ///
    /// ```text
    /// θ̂ = g θ − (g−1) θ̄,   err² = (g−1)/g Σ_i (θ_(i) − θ̄)²,   θ_(i) = f(means without block i)
    /// ```
    /// # Errors
    /// [`ChainsError::NotDefined`] if `f` is not finite at the means or at a replicate.
    pub fn derive(&self, f: DerivedQuantity<'_>) -> Result<JackknifeValue, ChainsError> {
        let plain = defined(f(&self.means))?;
        let replicates = self.replicates(f)?;
        let g = self.blocks() as f64;
        let excess: f64 = replicates.iter().map(|x| x - plain).sum::<f64>() / g;
        let squares: f64 = replicates
            .iter()
            .map(|x| (x - plain - excess).powi(2))
            .sum();
        Ok(JackknifeValue {
            plain,
            value: plain - (g - 1.0) * excess,
            std_err: (squares * (g - 1.0) / g).sqrt(),
        })
    }

    /// Covariance matrix of several functions of the means, from the same blocks.
    ///
    /// # Errors
    /// As [`Jackknife::derive`].
    pub fn covariance(
        &self,
        functions: &[DerivedQuantity<'_>],
    ) -> Result<Vec<Vec<f64>>, ChainsError> {
        let g = self.blocks() as f64;
        let mut centred = Vec::with_capacity(functions.len());
        for f in functions {
            let plain = defined(f(&self.means))?;
            let mut r: Vec<f64> = self.replicates(f)?.iter().map(|x| x - plain).collect();
            let mean = r.iter().sum::<f64>() / g;
            for x in &mut r {
                *x -= mean;
            }
            centred.push(r);
        }
        let product = |a: &[f64], b: &[f64]| -> f64 {
            a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>() * (g - 1.0) / g
        };
        Ok(centred
            .iter()
            .map(|a| centred.iter().map(|b| product(a, b)).collect())
            .collect())
    }
}

fn defined(value: f64) -> Result<f64, ChainsError> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(ChainsError::NotDefined { value })
    }
}

impl Estimate {
    /// Estimate of a function of the means of observables that were measured together.
    ///
    /// The series `Σ_k ∂f/∂a_k (a_k(i) − ā_k)`, with differences over one naive standard error for the
    /// derivatives, gives τ and the diagnostics; blocks are 50 τ long if that leaves 64 of them, and
    /// the jackknife gives value and error.
    ///
    /// # Errors
    /// [`ChainsError`] as [`Jackknife::new`] and [`Jackknife::derive`], or if `f` does not vary.
    ///
    /// # Complexity
    /// O(n log n), and at most 1024 evaluations of `f` beyond those for the derivatives.
    pub fn derived(
        observables: &[Chains<'_>],
        f: DerivedQuantity<'_>,
    ) -> Result<Self, ChainsError> {
        let first = observables.first().ok_or(ChainsError::Empty)?;
        if let Some(observable) = observables.iter().position(|o| !o.same_shape(first)) {
            return Err(ChainsError::Mismatched { observable });
        }
        let means: Vec<f64> = observables.iter().map(Chains::mean).collect();
        let mut point = means.clone();
        let mut series: Vec<Vec<f64>> = first.iter().map(|c| vec![0.0; c.len()]).collect();
        for (k, chains) in observables.iter().enumerate() {
            let total = chains.total() as f64;
            let centred = chains.centred();
            let squares: f64 = centred.iter().flatten().map(|d| d * d).sum();
            let step = squares.sqrt() / total;
            point[k] = means[k] + step;
            let above = defined(f(&point))?;
            point[k] = means[k] - step;
            let below = defined(f(&point))?;
            point[k] = means[k];
            let slope = (above - below) / (2.0 * step);
            for (sum, d) in series.iter_mut().flatten().zip(centred.iter().flatten()) {
                *sum += slope * d;
            }
        }
        let views: Vec<&[f64]> = series.iter().map(Vec::as_slice).collect();
        let projected = Chains::new(&views)?;
        let mut estimate = Self::from_chains(&projected);
        let tau = estimate.tau;
        let n = projected.total();
        let length = ((TIMES_PER_BLOCK * tau).ceil() as usize)
            .min(n / WANTED_BLOCKS)
            .min(projected.shortest() / 2)
            .max(n / MOST_BLOCKS)
            .max(1);
        let blocks = Jackknife::new(observables, length)?;
        let result = blocks.derive(f)?;
        if blocks.blocks() < WANTED_BLOCKS {
            estimate.doubts.push(Doubt::FewBlocks(blocks.blocks()));
        }
        if (length as f64) < 0.2 * TIMES_PER_BLOCK * tau {
            let times = length as f64 / tau;
            estimate.doubts.push(Doubt::Short { times });
        }
        estimate.mean = result.value;
        estimate.std_err = result.std_err;
        estimate.dof = (blocks.blocks() - 1) as f64;
        estimate.method = ErrorMethod::Jackknife {
            blocks: blocks.blocks(),
            length,
        };
        Ok(estimate)
    }
}

/// Binder cumulant `1 − ⟨m⁴⟩/(3⟨m²⟩²)` of the means `[⟨m²⟩, ⟨m⁴⟩]`.
///
/// # Panics
/// With fewer than two means; so do the other functions of means here with fewer than they name.
pub fn binder_cumulant(means: &[f64]) -> f64 {
    1.0 - means[1] / (3.0 * means[0] * means[0])
}

/// Specific heat per site `β² n (⟨e²⟩ − ⟨e⟩²)` of the means `[⟨e⟩, ⟨e²⟩]` of the energy per site.
///
/// Where ⟨e⟩² is large against the fluctuations, subtract a constant from e first.
pub fn specific_heat(means: &[f64], beta: f64, n_sites: f64) -> f64 {
    beta * beta * n_sites * (means[1] - means[0] * means[0])
}

/// Susceptibility `β n (⟨m²⟩ − ⟨|m|⟩²)` of the means `[⟨|m|⟩, ⟨m²⟩]` per site.
pub fn susceptibility(means: &[f64], beta: f64, n_sites: f64) -> f64 {
    beta * n_sites * (means[1] - means[0] * means[0])
}

/// Second-moment correlation length `√(S(0)/S(k) − 1)/(2 sin(π/L))` of the means `[S(0), S(k)]` of the
/// structure factor at zero and at the smallest wave vector `k = 2π/L`.
pub fn second_moment_correlation_length(means: &[f64], side: f64) -> f64 {
    (means[0] / means[1] - 1.0).sqrt() / (2.0 * (core::f64::consts::PI / side).sin())
}

#[cfg(test)]
mod tests {
    use super::super::synthetic::ar1;
    use super::*;
    use crate::random::Seed;

    #[test]
    fn the_square_of_a_mean_loses_its_bias_exactly() {
        // With blocks of one, the jackknife of x̄² is x̄² − s²/n identically, and that of the mean its error.
        let x = [1.0, 4.0, -2.0, 7.5, 0.0, 3.0, 3.5, -1.0, 2.0];
        let n = x.len() as f64;
        let chains = [Chains::single(&x).unwrap()];
        let jack = Jackknife::new(&chains, 1).unwrap();
        let mean = x.iter().sum::<f64>() / n;
        let s2 = x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let square = jack.derive(&|m| m[0] * m[0]).unwrap();
        assert!((square.value - (mean * mean - s2 / n)).abs() < 1e-12);
        let plain = jack.derive(&|m| m[0]).unwrap();
        assert!((plain.value - mean).abs() < 1e-13);
        assert!((plain.std_err - (s2 / n).sqrt()).abs() < 1e-13);
        let covariance = jack
            .covariance(&[&|m: &[f64]| m[0], &|m: &[f64]| -2.0 * m[0]])
            .unwrap();
        assert!((covariance[0][1] + 2.0 * s2 / n).abs() < 1e-12);
    }

    #[test]
    fn derived_quantities_of_a_gaussian_process_are_met() {
        // m AR(1) with unit variance: ⟨m²⟩ = 1, ⟨m⁴⟩ = 3, so the Binder cumulant is 0; the variance
        // ⟨m²⟩ − ⟨m⟩² is 1 with error √(2·2τ₂/n), τ₂ = ½(1 + ρ²)/(1 − ρ²).
        let rho: f64 = 0.7;
        let series: Vec<Vec<f64>> = (0..4)
            .map(|c| ar1(rho, 20_000, &mut Seed(9).stream("derived", c)))
            .collect();
        let power = |k: i32| -> Vec<Vec<f64>> {
            series
                .iter()
                .map(|c| c.iter().map(|x| x.powi(k)).collect())
                .collect()
        };
        let (m1, m2, m4) = (power(1), power(2), power(4));
        let views: Vec<Vec<&[f64]>> = [&m1, &m2, &m4]
            .iter()
            .map(|v| v.iter().map(Vec::as_slice).collect())
            .collect();
        let all: Vec<Chains<'_>> = views.iter().map(|v| Chains::new(v).unwrap()).collect();
        let binder = Estimate::derived(&all[1..], &binder_cumulant).unwrap();
        assert!(binder.mean.abs() < 5.0 * binder.std_err, "{binder:?}");
        let variance = Estimate::derived(&all[..2], &|m| susceptibility(m, 1.0, 1.0)).unwrap();
        let n = 80_000.0;
        let exact = (2.0 / n * (1.0 + rho * rho) / (1.0 - rho * rho)).sqrt();
        let noise = 6.0 / (2.0 * variance.dof).sqrt() + 1.0 / TIMES_PER_BLOCK;
        assert!(
            (variance.std_err / exact - 1.0).abs() < noise,
            "{variance:?}"
        );
        assert!((variance.mean - 1.0).abs() < 5.0 * exact);
        // Taking the errors of ⟨m²⟩ and ⟨m⁴⟩ as independent would be wrong by a large factor.
        let (e2, e4) = (
            Estimate::from_chains(&all[1]),
            Estimate::from_chains(&all[2]),
        );
        let independent = (e4.std_err / 3.0).hypot(2.0 * e2.std_err);
        assert!(binder.std_err < 0.6 * independent);
    }

    #[test]
    fn shapes_and_poles_are_refused() {
        let x = [1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0];
        let y = [1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 2.0];
        let (a, b) = (Chains::single(&x).unwrap(), Chains::single(&y).unwrap());
        assert_eq!(
            Jackknife::new(&[a.clone(), b], 1).unwrap_err(),
            ChainsError::Mismatched { observable: 1 }
        );
        assert!(Jackknife::new(&[], 1).is_err());
        assert!(Jackknife::new(core::slice::from_ref(&a), 5).is_err());
        let jack = Jackknife::new(&[a], 1).unwrap();
        assert!(jack.derive(&|m| 1.0 / m[0]).is_err());
        assert!((specific_heat(&[1.0, 3.0], 2.0, 5.0) - 40.0).abs() < 1e-12);
        assert!((second_moment_correlation_length(&[2.0, 1.0], 6.0) - 1.0).abs() < 1e-12);
    }
}
