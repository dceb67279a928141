//! The Callan–Symanzik operator on exactly solved chains.

use crate::exact::free_field::pairings;
use crate::symbolic::RationalFunction;
use num_rational::BigRational;

/// Index of the coupling q, the correlation of neighbours over the correlation of a site with itself.
const COUPLING: usize = 0;
/// Index of ln q.
const LOG_COUPLING: usize = 1;
/// Index of the scale μ, one over the lattice spacing.
const SCALE: usize = 2;
/// Index of the first power `q^{x μ}`.
const FIRST_POWER: usize = 3;

/// Which chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chain {
    /// The Ising chain, `q = tanh K`; the spin is not rescaled.
    Ising,
    /// The Gaussian chain `S = Σ ½(φ_i − φ_{i+1})² + ½ r φ_i²`, `r = q + 1/q − 2`; the field is rescaled so
    /// that the gradient term keeps its factor.
    Gaussian,
}

/// Correlations of a chain as rational functions of q, ln q, μ and the powers `q^{x_s μ}`, one for each
/// stretch `x_s` between neighbouring points.
///
/// ```text
/// μ ∂_μ q^{xμ} = xμ ln q · q^{xμ},   ∂_q q^{xμ} = xμ/q · q^{xμ},   ∂_q ln q = 1/q
/// ```
/// Treating these as independent is only stronger: what vanishes identically vanishes on the curve.
#[derive(Clone, Debug)]
pub struct ScaledChain {
    chain: Chain,
    stretches: Vec<BigRational>,
}

impl ScaledChain {
    /// A chain and the physical distances between `stretches.len() + 1` points on it.
    pub fn new(chain: Chain, stretches: Vec<BigRational>) -> Self {
        Self { chain, stretches }
    }

    /// The number of points, which is the number of fields in the correlation.
    pub fn points(&self) -> usize {
        self.stretches.len() + 1
    }

    fn power(from: usize, to: usize) -> RationalFunction {
        (from.min(to)..from.max(to)).fold(RationalFunction::one(), |p, s| {
            p * RationalFunction::var(FIRST_POWER + s)
        })
    }

    /// The correlation of one field at every point.
    ///
    /// ```text
    /// Ising:     ⟨s₀ s₁ s₂ s₃ …⟩ = q^{x₀₁μ} q^{x₂₃μ} …
    /// Gaussian:  ⟨φ φ⟩ = q^{xμ} / (1/q − q), more by Wick's theorem
    /// ```
    pub fn correlation(&self) -> RationalFunction {
        let points: Vec<usize> = (0..self.points()).collect();
        match self.chain {
            Chain::Ising if points.len() % 2 == 1 => RationalFunction::zero(),
            Chain::Ising => points.chunks(2).fold(RationalFunction::one(), |p, pair| {
                p * Self::power(pair[0], pair[1])
            }),
            Chain::Gaussian => {
                let q = RationalFunction::var(COUPLING);
                let amplitude = &q / (RationalFunction::one() - &q * &q);
                pairings(&points, &|a, b| Self::power(a, b) * &amplitude)
            }
        }
    }

    /// `μ ∂_μ` of a function of the powers.
    pub fn scale_slope(&self, f: &RationalFunction) -> RationalFunction {
        let mu = RationalFunction::var(SCALE);
        let log = RationalFunction::var(LOG_COUPLING);
        let mut slope = f.derivative(SCALE) * &mu;
        for (s, x) in self.stretches.iter().enumerate() {
            let power = RationalFunction::var(FIRST_POWER + s);
            let x = RationalFunction::constant(x.clone());
            slope = slope + f.derivative(FIRST_POWER + s) * power * x * &mu * &log;
        }
        slope
    }

    /// `∂/∂q` of a function of the powers.
    pub fn coupling_slope(&self, f: &RationalFunction) -> RationalFunction {
        let q = RationalFunction::var(COUPLING);
        let mu = RationalFunction::var(SCALE);
        let mut slope = f.derivative(COUPLING) + f.derivative(LOG_COUPLING) / &q;
        for (s, x) in self.stretches.iter().enumerate() {
            let power = RationalFunction::var(FIRST_POWER + s);
            let x = RationalFunction::constant(x.clone());
            slope = slope + f.derivative(FIRST_POWER + s) * power * x * &mu / &q;
        }
        slope
    }

    /// `β = μ dq/dμ = −q ln q`: decimation by a factor b of length takes q to `q^b`.
    pub fn beta(&self) -> RationalFunction {
        -(RationalFunction::var(COUPLING) * RationalFunction::var(LOG_COUPLING))
    }

    /// `γ = −μ d ln φ/dμ` of the rescaled field.
    ///
    /// ```text
    /// Ising: 0,   Gaussian: ½ ln q (1 + q²)/(1 − q²), which tends to (d − 2)/2 = −½ as q → 1
    /// ```
    pub fn gamma(&self) -> RationalFunction {
        match self.chain {
            Chain::Ising => RationalFunction::zero(),
            Chain::Gaussian => {
                let one = RationalFunction::one();
                let q = RationalFunction::var(COUPLING);
                let square = &q * &q;
                RationalFunction::var(LOG_COUPLING) * (&one + &square)
                    / (RationalFunction::integer(2) * (&one - &square))
            }
        }
    }

    /// `(β ∂_q + n γ)` of the correlation.
    pub fn flow_slope(
        &self,
        beta: &RationalFunction,
        n_gamma: &RationalFunction,
    ) -> RationalFunction {
        let correlation = self.correlation();
        beta * self.coupling_slope(&correlation) + n_gamma * &correlation
    }
}
