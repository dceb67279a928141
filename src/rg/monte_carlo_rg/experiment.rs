//! The run: independent bins, a hierarchy of lattices in each, and exponents with their errors.

use super::moments::{Linearised, Moments};
use super::operators::{Operator, OperatorError, PackedSpins};
use crate::estimate::{Chains, ChainsError, Jackknife};
use crate::model::Lattice;
use crate::random::Seed;
use crate::rg::{BlockRule, Blocking, BlockingError};
use crate::sample::{Kernel, KernelError, SpinState, SquareIsing, SquareSwendsenWang};
use rayon::prelude::*;
use thiserror::Error;

/// Why there is no result.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum MonteCarloRgError {
    /// Fewer than eight bins, no measurement, or no level.
    #[error("at least 8 bins, a measurement in each and a level are needed")]
    Settings,
    /// The sides do not divide as often as there are levels.
    #[error(transparent)]
    Blocking(#[from] BlockingError),
    /// The lattice is too large for the operators.
    #[error(transparent)]
    Operator(#[from] OperatorError),
    /// The coupling is not taken.
    #[error(transparent)]
    Kernel(#[from] KernelError),
    /// An operator does not fluctuate, or an eigenvalue is not positive within its errors.
    #[error(transparent)]
    Analysis(#[from] ChainsError),
}

/// What is run.
#[derive(Clone, Debug, PartialEq)]
pub struct MonteCarloRg {
    /// Side of the starting torus.
    pub side: usize,
    /// K of its nearest neighbours.
    pub coupling: f64,
    /// How often the lattice is coarsened.
    pub levels: usize,
    /// Side b of a block.
    pub scale: usize,
    /// How a block decides its spin.
    pub rule: BlockRule<f64>,
    /// Even operators, in the order in which they are added.
    pub even: Vec<Operator>,
    /// Odd operators.
    pub odd: Vec<Operator>,
    /// Independent bins: each starts from its own stream.
    pub bins: usize,
    /// Sweeps of each bin before it is measured, from all spins up.
    pub thermalisation: usize,
    /// Measurements of each bin.
    pub measurements: usize,
    /// Sweeps between them.
    pub between: usize,
}

impl MonteCarloRg {
    /// Swendsen's setting at a coupling: blocks of two by two by majority with ties at random, seven even and
    /// four odd operators, levels down to a side of 8 (4 for the last matrix), 32 bins of 1000 measurements.
    pub fn new(side: usize, coupling: f64) -> Self {
        Self {
            side,
            coupling,
            levels: (side / 4).max(2).ilog2() as usize,
            scale: 2,
            rule: BlockRule::Majority(crate::rg::Tie::Fair),
            even: Operator::even(),
            odd: Operator::odd(),
            bins: 32,
            thermalisation: 200,
            measurements: 1000,
            between: 2,
        }
    }

    /// Samples and measures.
    ///
    /// The result is a function of the seed alone, for any number of threads.
    ///
    /// # Errors
    /// [`MonteCarloRgError`].
    /// # Accuracy
    /// At K = 0 the eigenvalues are known exactly; the test `independent_spins_have_their_exact_eigenvalues`
    /// meets them.
    pub fn run(&self, seed: Seed) -> Result<MonteCarloRgResult, MonteCarloRgError> {
        if self.bins < 8 || self.measurements == 0 || self.levels == 0 {
            return Err(MonteCarloRgError::Settings);
        }
        let mut blockings = Vec::new();
        let mut side = self.side;
        for _ in 0..self.levels {
            let blocking = Blocking::new((side, side), self.scale, &self.rule)?;
            side = blocking.coarse().0;
            blockings.push(blocking);
        }
        let model = SquareIsing::new(Lattice::torus(self.side, self.side), self.coupling, 0.0)?;
        // Refuses a lattice that is too large before any work.
        PackedSpins::new((self.side, self.side), &vec![1; self.side * self.side])?;
        let bins = (0..self.bins as u64)
            .into_par_iter()
            .map(|bin| self.bin(model, &blockings, seed, bin))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(MonteCarloRgResult {
            setting: self.clone(),
            bins,
        })
    }

    /// The means of one bin: for each level the even moments, then the odd ones.
    fn bin(
        &self,
        model: SquareIsing,
        blockings: &[Blocking],
        seed: Seed,
        bin: u64,
    ) -> Result<Vec<[Vec<f64>; 2]>, OperatorError> {
        let mut stream = seed.stream("monte carlo rg", bin);
        let mut ties = seed.stream("monte carlo rg ties", bin);
        let mut kernel = SquareSwendsenWang::new(model);
        let mut state = SpinState::up(self.side * self.side);
        for _ in 0..self.thermalisation {
            kernel.sweep(&mut state, &mut stream);
        }
        let parities = [&self.even, &self.odd];
        let mut moments: Vec<[Moments; 2]> = blockings
            .iter()
            .map(|_| parities.map(|o| Moments::new(o.len())))
            .collect();
        for _ in 0..self.measurements {
            for _ in 0..self.between {
                kernel.sweep(&mut state, &mut stream);
            }
            let mut spins = state.spins().to_vec();
            let mut fine = self.measure(self.side, &spins)?;
            for (blocking, moments) in blockings.iter().zip(&mut moments) {
                spins = blocking.draw(&spins, &mut ties);
                let coarse = self.measure(blocking.coarse().0, &spins)?;
                for (m, (f, c)) in moments.iter_mut().zip(fine.iter().zip(&coarse)) {
                    m.add(f, c);
                }
                fine = coarse;
            }
        }
        Ok(moments
            .iter()
            .map(|level| [0, 1].map(|p| level[p].means().collect()))
            .collect())
    }

    /// All operators of a torus as fractions of their largest values.
    fn measure(&self, side: usize, spins: &[i8]) -> Result<[Vec<f64>; 2], OperatorError> {
        let packed = PackedSpins::new((side, side), spins)?;
        Ok([&self.even, &self.odd].map(|operators| {
            operators
                .iter()
                .map(|o| o.sum(&packed) as f64 / largest(o, side))
                .collect()
        }))
    }
}

/// The value of an operator with all spins up.
fn largest(operator: &Operator, side: usize) -> f64 {
    (operator.images().len() * side * side) as f64
}

/// The two parities of operators and what their largest eigenvalue means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parity {
    /// Even operators: the temperature, `y_T = 1/ν`.
    Even,
    /// Odd operators: the field, `y_h`.
    Odd,
}

/// An exponent `y = ln λ / ln b` from the largest eigenvalue λ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeasuredExponent {
    /// The exponent, its bias removed to first order by the jackknife.
    pub value: f64,
    /// One standard error, by the jackknife over bins.
    pub std_err: f64,
}

/// The moments of all bins.
#[derive(Clone, Debug, PartialEq)]
pub struct MonteCarloRgResult {
    setting: MonteCarloRg,
    /// `[bin][level][parity]`: means.
    bins: Vec<Vec<[Vec<f64>; 2]>>,
}

impl MonteCarloRgResult {
    /// What was run.
    pub fn setting(&self) -> &MonteCarloRg {
        &self.setting
    }

    /// Side of the coarser lattice of the transformation from level `level` to the next.
    pub fn coarse_side(&self, level: usize) -> usize {
        self.setting.side / self.setting.scale.pow(level as u32 + 1)
    }

    /// The exponent of the transformation from level `level` (0 is the start) to the next, from the first
    /// `used` operators of a parity.
    ///
    /// # Errors
    /// [`MonteCarloRgError::Analysis`] if an operator is constant, or the largest eigenvalue is not real and
    /// positive for all bins but one.
    /// # Panics
    /// If there is no such level or there are not as many operators.
    pub fn exponent(
        &self,
        level: usize,
        parity: Parity,
        used: usize,
    ) -> Result<MeasuredExponent, MonteCarloRgError> {
        assert!(level < self.setting.levels, "level {level}");
        let (which, operators) = match parity {
            Parity::Even => (0, &self.setting.even),
            Parity::Odd => (1, &self.setting.odd),
        };
        assert!((1..=operators.len()).contains(&used), "{used} operators");
        let n = operators.len();
        let odd = parity == Parity::Odd;
        let linearised = Linearised {
            operators: used,
            used,
            odd,
        };
        // Only moments of the operators used, and no mean of an odd one: those may well be constant.
        let kept: Vec<usize> = wanted(n, used, odd).collect();
        let series: Vec<Vec<f64>> = kept
            .iter()
            .map(|&k| self.bins.iter().map(|b| b[level][which][k]).collect())
            .collect();
        let chains = series
            .iter()
            .map(|s| Chains::single(s))
            .collect::<Result<Vec<_>, _>>()?;
        let jackknife = Jackknife::new(&chains, 1)?;
        let side = self.coarse_side(level);
        let sizes = |side: usize| -> Vec<f64> {
            operators[..used].iter().map(|o| largest(o, side)).collect()
        };
        let (fine, coarse) = (sizes(side * self.setting.scale), sizes(side));
        let scale = (self.setting.scale as f64).ln();
        let exponent = |means: &[f64]| {
            let mut all = vec![0.0; Moments::length(used)];
            let first = all.len() - means.len();
            all[first..].copy_from_slice(means);
            let values = linearised.eigenvalues(&all, &fine, &coarse);
            match values.as_deref() {
                Some([(re, im), ..]) if *re > 0.0 && im.abs() <= 0.0 => re.ln() / scale,
                _ => f64::NAN,
            }
        };
        let found = jackknife.derive(&exponent)?;
        Ok(MeasuredExponent {
            value: found.value,
            std_err: found.std_err,
        })
    }

    /// The exponents of a parity at a level for one operator, two, and so on.
    ///
    /// # Errors
    /// As [`MonteCarloRgResult::exponent`].
    pub fn exponents(
        &self,
        level: usize,
        parity: Parity,
    ) -> Result<Vec<MeasuredExponent>, MonteCarloRgError> {
        let n = match parity {
            Parity::Even => self.setting.even.len(),
            Parity::Odd => self.setting.odd.len(),
        };
        (1..=n)
            .map(|used| self.exponent(level, parity, used))
            .collect()
    }
}

/// Places, among the moments of n operators, of those of the first `used`, in their own order; without the
/// means if these vanish.
fn wanted(n: usize, used: usize, odd: bool) -> impl Iterator<Item = usize> {
    let means = (0..2 * used).map(move |k| if k < used { k } else { n + k - used });
    let products = (0..2 * used).flat_map(move |row| {
        let row = if row < used { row } else { n + row - used };
        (0..used).map(move |b| 2 * n + row * n + b)
    });
    means.filter(move |_| !odd).chain(products)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rg::Tie;

    fn small(coupling: f64) -> MonteCarloRg {
        MonteCarloRg {
            levels: 1,
            thermalisation: 20,
            bins: 16,
            measurements: 400,
            ..MonteCarloRg::new(16, coupling)
        }
    }

    #[test]
    fn independent_spins_have_their_exact_eigenvalues() {
        // K = 0: block spins are independent, so C is diagonal. One spin: ⟨V Σ s⟩ = 24/16 per block, so the
        // field has λ = 3/2. Neighbours: two bonds between blocks, each ⟨V s⟩² = (3/8)², so λ = 9/32 with the
        // single operator.
        let result = small(0.0).run(Seed(1)).unwrap();
        let y = result.exponent(0, Parity::Even, 1).unwrap();
        let exact = (9.0_f64 / 32.0).log2();
        assert!((y.value - exact).abs() < 5.0 * y.std_err, "{y:?} {exact}");
        // A and C are sums over 128 coarse bonds and 6400 configurations: λ to √(512/128/6400) = 0.025, y to
        // 0.13.
        assert!(y.std_err < 0.26);
        // A product of three block spins has no overlap with one spin, nor the other way round to first order
        // of the largest eigenvalue: T is triangular.
        for used in 1..=4 {
            let y = result.exponent(0, Parity::Odd, used).unwrap();
            let exact = 1.5_f64.log2();
            assert!((y.value - exact).abs() < 5.0 * y.std_err, "{y:?} {exact}");
            // As above with 256 and 64 spins: λ to 0.025, y to 0.024.
            assert!(y.std_err < 0.05);
        }
    }

    #[test]
    fn moments_of_a_small_torus_are_exact_ones() {
        // All states of 4 × 4 and all outcomes of its ties.
        let coupling = 0.4;
        let setting = MonteCarloRg {
            bins: 16,
            measurements: 2000,
            ..MonteCarloRg {
                side: 4,
                ..small(coupling)
            }
        };
        let blocking = Blocking::new((4, 4), 2, &BlockRule::Majority(Tie::Fair)).unwrap();
        let lattice = Lattice::torus(4, 4);
        let model = SquareIsing::new(lattice, coupling, 0.0).unwrap();
        let mut total = 0.0;
        let mut sums = [Moments::length(7), Moments::length(4)].map(|n| vec![0.0; n]);
        for state in 0..1_u64 << 16 {
            let spins = SpinState::from_bits(16, state);
            let weight = model.reduced_hamiltonian(spins.spins()).exp();
            total += weight;
            let means = blocking.means(spins.spins());
            let ties: Vec<usize> = (0..4).filter(|&a| means[a].abs() < 0.5).collect();
            let fine = setting.measure(4, spins.spins()).unwrap();
            for outcome in 0..1 << ties.len() {
                let mut coarse: Vec<i8> = means.iter().map(|&m| m as i8).collect();
                for (bit, &a) in ties.iter().enumerate() {
                    coarse[a] = 1 - 2 * (outcome >> bit & 1);
                }
                let coarse = setting.measure(2, &coarse).unwrap();
                let share = weight / f64::from(1 << ties.len());
                for p in 0..2 {
                    let mut one = Moments::new(fine[p].len());
                    one.add(&fine[p], &coarse[p]);
                    for (sum, x) in sums[p].iter_mut().zip(one.means()) {
                        *sum += share * x;
                    }
                }
            }
        }
        let result = setting.run(Seed(2)).unwrap();
        let n = result.bins.len() as f64;
        for p in 0..2 {
            for (k, sum) in sums[p].iter().enumerate() {
                let exact = sum / total;
                let values = result.bins.iter().map(|b| b[0][p][k]);
                let mean = values.clone().sum::<f64>() / n;
                let square: f64 = values.map(|x| (x - mean).powi(2)).sum();
                let err = (square / (n * (n - 1.0))).sqrt();
                // Student's t with 15 degrees of freedom is above 7 once in 200 000 times; 152 moments, and at most
                // 2²⁰ terms of a sum.
                let slack = f64::from(1 << 20) * f64::EPSILON;
                assert!(
                    (mean - exact).abs() < 7.0 * err + slack,
                    "{p} {k} {mean} {exact}"
                );
                assert!(err < 0.02);
            }
        }
    }

    #[test]
    fn exponents_tell_criticality_from_high_temperature() {
        let critical = 0.5 * 2.0_f64.sqrt().ln_1p();
        let exponents = |coupling: f64, used: usize| {
            let result = small(coupling).run(Seed(3)).unwrap();
            [Parity::Even, Parity::Odd].map(|p| result.exponent(0, p, used).unwrap())
        };
        let [thermal, magnetic] = exponents(critical, 4);
        // Literature: 1 and 15/8 in the limit; one step with few operators on 16² is within 0.1.
        assert!(
            (thermal.value - 1.0).abs() < 0.1 + 5.0 * thermal.std_err,
            "{thermal:?}"
        );
        assert!(
            (magnetic.value - 1.875).abs() < 0.03 + 5.0 * magnetic.std_err,
            "{magnetic:?}"
        );
        let [thermal, magnetic] = exponents(0.2, 2);
        assert!(thermal.value + 5.0 * thermal.std_err < 0.8, "{thermal:?}");
        assert!(
            magnetic.value + 5.0 * magnetic.std_err < 1.8,
            "{magnetic:?}"
        );
    }

    #[test]
    fn runs_do_not_depend_on_threads_and_bad_settings_are_refused() {
        let setting = MonteCarloRg {
            measurements: 5,
            bins: 8,
            ..small(0.3)
        };
        let pool = |threads| {
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap()
        };
        let run = |threads| pool(threads).install(|| setting.run(Seed(1)).unwrap());
        assert_eq!(run(1), run(3));
        let refused = |setting: MonteCarloRg| setting.run(Seed(1)).unwrap_err();
        let bins = MonteCarloRg {
            bins: 7,
            ..setting.clone()
        };
        assert_eq!(refused(bins), MonteCarloRgError::Settings);
        let levels = MonteCarloRg {
            levels: 5,
            ..setting.clone()
        };
        assert!(matches!(refused(levels), MonteCarloRgError::Blocking(_)));
        let large = MonteCarloRg {
            side: 256,
            ..setting
        };
        assert!(matches!(refused(large), MonteCarloRgError::Operator(_)));
    }
}
