//! The cumulant series of an energy with equidistant levels, and where it converges.
//!
//! ```text
//! K_X(t) = ln⟨e^{tX}⟩ = Σ_{n≥1} κ_n tⁿ/n!,   converges for |t| < R = distance of the nearest zero of ⟨e^{tX}⟩
//! ```
//! With `X = u k` for integers k, `⟨e^{tX}⟩` is a polynomial in `e^{t u}`, whose zeros are enclosed; so R
//! is known rigorously, and so is what a partial sum leaves out.

use super::zeros::{ZeroDisc, ZerosError, polynomial_zeros};
use crate::numeric::Enclosure;
use crate::symbolic::moments_to_cumulants;
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use thiserror::Error;

/// A partial sum is taken far enough for what it leaves out to be below this.
const WANTED_REMAINDER: f64 = 1e-12;
/// Orbits `±k` of a zero under `t → t + 2πi/u` whose distance is bounded one by one.
const ORBIT: i32 = 64;

/// Why levels and weights are not a distribution.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum CumulantError {
    /// No level has weight.
    #[error("no level has a positive weight")]
    Empty,
    /// A weight below zero.
    #[error("level {level} has a negative weight")]
    NegativeWeight {
        /// The level.
        level: i64,
    },
    /// The zeros of the generating function could not be enclosed.
    #[error(transparent)]
    Zeros(#[from] ZerosError),
}

/// The distribution of an integer k.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelDistribution {
    /// The lowest level.
    lowest: i64,
    /// Greatest common divisor of the distances between levels; 1 if there is only one.
    spacing: i64,
    /// The probability of `lowest + spacing · index`.
    probabilities: Vec<BigRational>,
}

impl LevelDistribution {
    /// Normalizes weights of levels; a level that is named twice has the sum of its weights.
    ///
    /// # Errors
    /// [`CumulantError`] if a weight is negative or all are zero.
    pub fn new(
        weights: impl IntoIterator<Item = (i64, BigRational)>,
    ) -> Result<Self, CumulantError> {
        let mut levels: Vec<(i64, BigRational)> = Vec::new();
        for (level, weight) in weights {
            if weight.is_negative() {
                return Err(CumulantError::NegativeWeight { level });
            }
            if !weight.is_zero() {
                levels.push((level, weight));
            }
        }
        levels.sort_by_key(|l| l.0);
        let (Some(first), Some(last)) = (levels.first(), levels.last()) else {
            return Err(CumulantError::Empty);
        };
        let (lowest, highest) = (first.0, last.0);
        let spacing = levels.iter().fold(0, |g, l| g.gcd(&(l.0 - lowest))).max(1);
        let total: BigRational = levels.iter().map(|l| &l.1).sum();
        let size = (highest - lowest) / spacing + 1;
        let mut probabilities = vec![BigRational::zero(); size as usize];
        for (level, weight) in levels {
            probabilities[((level - lowest) / spacing) as usize] += weight / &total;
        }
        Ok(Self {
            lowest,
            spacing,
            probabilities,
        })
    }

    /// The levels and their probabilities.
    pub fn levels(&self) -> impl Iterator<Item = (i64, &BigRational)> {
        let level = |index: usize| self.lowest + self.spacing * index as i64;
        self.probabilities
            .iter()
            .enumerate()
            .map(move |(i, p)| (level(i), p))
    }

    /// `⟨k⟩, ⟨k²⟩, …, ⟨k^order⟩`.
    pub fn moments(&self, order: usize) -> Vec<BigRational> {
        let mut terms: Vec<BigRational> = self.probabilities.clone();
        (0..order)
            .map(|_| {
                for ((level, _), term) in self.levels().zip(&mut terms) {
                    *term *= BigRational::from_integer(level.into());
                }
                terms.iter().sum()
            })
            .collect()
    }

    /// The first `order` cumulants κ₁, κ₂, … of k, exactly.
    ///
    /// Computed in integers for the index of a level, whose cumulants differ by powers of the spacing
    /// and, in κ₁, by the lowest level: with D the common denominator of the probabilities the moments
    /// of D times the index are integers.
    pub fn cumulants(&self, order: usize) -> Vec<BigRational> {
        let common = self
            .probabilities
            .iter()
            .fold(BigInt::one(), |d, p| d.lcm(p.denom()));
        let mut terms: Vec<BigInt> = self
            .probabilities
            .iter()
            .map(|p| p.numer() * (&common / p.denom()))
            .collect();
        let moments: Vec<BigInt> = (0..order)
            .map(|n| {
                for (index, term) in terms.iter_mut().enumerate() {
                    *term *= BigInt::from(index);
                    if n > 0 {
                        *term *= &common;
                    }
                }
                terms.iter().sum()
            })
            .collect();
        let spacing = BigInt::from(self.spacing);
        let (mut scale, mut denominator) = (BigInt::one(), BigInt::one());
        let mut cumulants: Vec<BigRational> = moments_to_cumulants(&moments)
            .into_iter()
            .map(|c| {
                scale *= &spacing;
                denominator *= &common;
                BigRational::new(c * &scale, denominator.clone())
            })
            .collect();
        if let Some(mean) = cumulants.first_mut() {
            *mean += BigRational::from_integer(self.lowest.into());
        }
        cumulants
    }
}

/// What the cumulant series does at t = 1.
#[derive(Clone, Debug, PartialEq)]
pub enum SeriesAtOne {
    /// t = 1 lies inside the circle of convergence.
    Converges {
        /// The sum of the whole series: a partial sum, widened by a bound of what it leaves out.
        sum: Enclosure,
        /// How many terms were added.
        order: usize,
    },
    /// A zero of `⟨e^{tX}⟩` lies inside the unit circle, so the terms grow without bound.
    Diverges {
        /// Partial sums of one to `order` terms.
        partial_sums: Vec<Enclosure>,
    },
    /// The nearest zero is too close to the unit circle, or too many terms would be needed.
    Undecided,
}

/// `X = unit · k` for a distribution of integers k.
#[derive(Clone, Debug)]
pub struct CumulantSeries {
    distribution: LevelDistribution,
    unit: Enclosure,
    zeros: Vec<ZeroDisc>,
}

impl CumulantSeries {
    /// Finds the zeros of the generating function.
    ///
    /// # Errors
    /// [`CumulantError::Zeros`] if they could not be enclosed.
    pub fn new(distribution: LevelDistribution, unit: Enclosure) -> Result<Self, CumulantError> {
        let zeros = polynomial_zeros(&distribution.probabilities)?;
        Ok(Self {
            distribution,
            unit,
            zeros,
        })
    }

    /// The distribution of k.
    pub fn distribution(&self) -> &LevelDistribution {
        &self.distribution
    }

    /// `ln⟨e^X⟩`, summed over the levels.
    pub fn log_mean_exp(&self) -> Enclosure {
        let sum: Enclosure = self
            .distribution
            .levels()
            .map(|(k, p)| {
                Enclosure::from_rational(p) * (self.unit * Enclosure::exact(k as f64)).exp()
            })
            .sum();
        sum.ln()
    }

    /// |t| of the zero of `⟨e^{tX}⟩` that is nearest to 0 among those which a zero of the polynomial
    /// stands for, `t = (ln|z| + i arg z + 2πi k)/(spacing · unit)`.
    fn distance(&self, zero: &ZeroDisc) -> Enclosure {
        let (re, im) = (Enclosure::exact(zero.re), Enclosure::exact(zero.im));
        let modulus = (re.square() + im.square()).sqrt();
        let radius = Enclosure::around(0.0, zero.radius);
        let log_modulus = (modulus + radius).ln();
        // arcsin(r/|z|) is at most π/2 times its argument.
        let turn = (Enclosure::exact(zero.radius) / modulus * Enclosure::exact(1.6)).hi();
        let angle = absolute_angle(re, im) + Enclosure::around(0.0, turn);
        (log_modulus.square() + angle.square()).sqrt() / self.period()
    }

    /// `spacing · |unit|`.
    fn period(&self) -> Enclosure {
        Enclosure::exact(self.distribution.spacing as f64) * self.unit.abs()
    }

    /// The radius of convergence; `None` if it is infinite, for an X of one value.
    pub fn radius(&self) -> Option<Enclosure> {
        self.zeros
            .iter()
            .map(|zero| self.distance(zero))
            .reduce(|a, b| Enclosure::new(a.lo().min(b.lo()), a.hi().min(b.hi())))
    }

    /// The partial sums `Σ_{n≤N} κ_n/n!` for N from 1 to `order`.
    pub fn partial_sums(&self, order: usize) -> Vec<Enclosure> {
        let mut sum = Enclosure::exact(0.0);
        let mut factor = Enclosure::exact(1.0);
        self.distribution
            .cumulants(order)
            .iter()
            .zip(1..)
            .map(|(cumulant, n)| {
                factor = factor * self.unit / Enclosure::exact(f64::from(n));
                sum = sum + factor * Enclosure::from_rational(cumulant);
                sum
            })
            .collect()
    }

    /// The series of `tX`, so that [`at_one`](Self::at_one) is `K_X(t)`.
    pub fn scaled(&self, t: Enclosure) -> Self {
        Self {
            unit: self.unit * t,
            ..self.clone()
        }
    }

    /// What the series does at t = 1, with at most `limit` terms.
    ///
    /// The remainder is bounded through the zeros `t_j` of `⟨e^{tX}⟩`, an entire function of order one:
    /// ```text
    /// κ_n/n! = −(1/n) Σ_j t_j^{−n}  (n ≥ 2),   |Σ_{n>N} κ_n/n!| ≤ Σ_j |t_j|^{−N−1} / ((N+1)(1 − 1/R))
    /// ```
    pub fn at_one(&self, limit: usize) -> SeriesAtOne {
        let Some(radius) = self.radius() else {
            return self.converged(1, Enclosure::exact(0.0));
        };
        if radius.hi() < 1.0 {
            return SeriesAtOne::Diverges {
                partial_sums: self.partial_sums(limit),
            };
        }
        if radius.lo() <= 1.0 {
            return SeriesAtOne::Undecided;
        }
        (1..=limit)
            .step_by(4)
            .find_map(|order| {
                let remainder = self.remainder(order);
                (remainder.hi() < WANTED_REMAINDER).then(|| self.converged(order, remainder))
            })
            .unwrap_or(SeriesAtOne::Undecided)
    }

    fn converged(&self, order: usize, remainder: Enclosure) -> SeriesAtOne {
        let last = self.partial_sums(order).last().copied();
        SeriesAtOne::Converges {
            sum: last.unwrap_or(Enclosure::UNBOUNDED) + Enclosure::around(0.0, remainder.hi()),
            order,
        }
    }

    /// Upper bound of what the terms beyond `order` add up to, for a radius above 1.
    fn remainder(&self, order: usize) -> Enclosure {
        let one = Enclosure::exact(1.0);
        let power = order as i32 + 1;
        // The others of an orbit lie at least (2k − 1)π/period away, and no nearer than its first.
        let unit_distance = Enclosure::pi() / self.period();
        let mut bound = Enclosure::exact(0.0);
        for zero in &self.zeros {
            let nearest = self.distance(zero);
            let mut orbit = one / nearest.powi(power);
            for k in 1..=ORBIT {
                let away = unit_distance * Enclosure::exact(f64::from(2 * k - 1));
                let lowest = away.lo().max(nearest.lo());
                orbit = orbit + Enclosure::exact(2.0) / Enclosure::exact(lowest).powi(power);
            }
            // Σ_{k>K} (2k − 1)^{−N−1} ≤ (2K − 1)^{−N}/(2N)
            let beyond = one
                / (unit_distance.powi(power)
                    * Enclosure::exact(f64::from(2 * ORBIT - 1)).powi(order as i32)
                    * Enclosure::exact(order as f64));
            let times = Enclosure::exact(zero.multiplicity as f64);
            let ratio = one - one / nearest;
            bound = bound + times * (orbit + beyond) / (Enclosure::exact(f64::from(power)) * ratio);
        }
        bound
    }
}

/// `|arg(re + i im)|` in `[0, π]`.
fn absolute_angle(re: Enclosure, im: Enclosure) -> Enclosure {
    let (a, b) = (im.abs(), re.abs());
    let acute = if a.hi() <= b.lo() {
        arctangent(a / b)
    } else {
        Enclosure::pi() * Enclosure::exact(0.5) - arctangent(b / a)
    };
    if re.is_negative() {
        Enclosure::pi() - acute
    } else {
        acute
    }
}

/// `arctan x` for `0 ≤ x ≤ 1`: halved three times, then its alternating series.
fn arctangent(x: Enclosure) -> Enclosure {
    let one = Enclosure::exact(1.0);
    let small = (0..3).fold(x, |x, _| x / (one + (one + x.square()).sqrt()));
    let square = small.square();
    let mut power = small;
    let mut sum = Enclosure::exact(0.0);
    for n in 0..12 {
        let term = power / Enclosure::exact(f64::from(2 * n + 1));
        sum = if n % 2 == 0 { sum + term } else { sum - term };
        power = power * square;
    }
    // Terms alternate and shrink, so the error is below the first one left out.
    let rest = (power / Enclosure::exact(25.0)).hi();
    (sum + Enclosure::around(0.0, rest)) * Enclosure::exact(8.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbolic::PowerSeries;

    fn q(n: i64, d: i64) -> BigRational {
        BigRational::new(n.into(), d.into())
    }

    fn coin(up: i64, down: i64) -> LevelDistribution {
        LevelDistribution::new([(1, q(up, 1)), (-1, q(down, 1))]).unwrap()
    }

    #[test]
    fn cumulants_are_the_logarithm_of_the_power_series() {
        let d = LevelDistribution::new([(-3, q(1, 2)), (1, q(2, 3)), (5, q(1, 7))]).unwrap();
        let order = 9;
        let mut coefficients = vec![q(1, 1)];
        let mut factorial = q(1, 1);
        for (n, m) in (1..).zip(d.moments(order)) {
            factorial *= q(n, 1);
            coefficients.push(m / &factorial);
        }
        let log = PowerSeries::new(coefficients, order).ln().unwrap();
        let mut factorial = q(1, 1);
        for (n, c) in (1..).zip(d.cumulants(order)) {
            factorial *= q(n, 1);
            assert_eq!(log.coefficient(n as usize), Some(&(c / &factorial)));
        }
    }

    #[test]
    fn radius_of_a_biased_coin_is_known() {
        // p e^{tu} + q e^{−tu} = 0 at t = (ln(q/p) + iπ)/(2u).
        for (up, down, unit) in [(1, 1, 2.0), (4, 1, 0.5), (1, 9, -1.25)] {
            let series = CumulantSeries::new(coin(up, down), Enclosure::exact(unit)).unwrap();
            let log = Enclosure::from_rational(&q(down, up)).ln();
            let expected = (log.square() + Enclosure::pi().square()).sqrt()
                / Enclosure::exact(2.0 * unit.abs());
            let radius = series.radius().unwrap();
            assert!(
                radius.overlaps(expected) && radius.width() < 1e-13,
                "{radius:?}"
            );
        }
    }

    #[test]
    fn the_sum_inside_the_circle_is_the_logarithm() {
        for unit in [0.25, -0.5, 1.0] {
            for (up, down) in [(1, 1), (4, 1), (1, 9)] {
                let series = CumulantSeries::new(coin(up, down), Enclosure::exact(unit)).unwrap();
                let SeriesAtOne::Converges { sum, .. } = series.at_one(120) else {
                    panic!("{unit} {up} {down} is inside");
                };
                assert!(sum.overlaps(series.log_mean_exp()) && sum.width() < 1e-11);
            }
        }
    }

    #[test]
    fn outside_the_circle_the_terms_grow() {
        let series = CumulantSeries::new(coin(1, 1), Enclosure::exact(2.0)).unwrap();
        let SeriesAtOne::Diverges { partial_sums } = series.at_one(60) else {
            panic!("π/4 < 1");
        };
        let step = |n: usize| (partial_sums[n] - partial_sums[n - 1]).abs();
        assert!(step(59).lo() > 1e3 && step(59).lo() > step(39).hi());
    }

    #[test]
    fn a_constant_has_an_infinite_radius() {
        let one = LevelDistribution::new([(3, q(2, 1))]).unwrap();
        let series = CumulantSeries::new(one, Enclosure::exact(0.5)).unwrap();
        assert!(series.radius().is_none());
        assert!(
            matches!(series.at_one(9), SeriesAtOne::Converges { sum, .. } if sum.contains(1.5))
        );
    }

    #[test]
    fn arctangent_contains_a_quarter_of_pi() {
        let x = arctangent(Enclosure::exact(1.0)) * Enclosure::exact(4.0);
        assert!(x.overlaps(Enclosure::pi()) && x.width() < 1e-13);
    }

    #[test]
    fn nonsense_is_refused() {
        assert_eq!(LevelDistribution::new([]), Err(CumulantError::Empty));
        assert!(matches!(
            LevelDistribution::new([(2, q(-1, 1))]),
            Err(CumulantError::NegativeWeight { level: 2 })
        ));
    }
}
