//! Decimation of the Ising chain: every second spin is summed over, and the flow that results.

use crate::exact::{chain_inverse_correlation_length, chain_log_z_per_spin};
use crate::numeric::Enclosure;
use crate::symbolic::Field;
use serde::Serialize;
use thiserror::Error;

/// Most steps of a flow; after far fewer every chain has reached its fixed point.
const MAX_STEPS: usize = 1000;
/// Largest coupling or field that a flow starts from.
const MAX_COUPLING: f64 = 1e6;
/// Up to here `sinh` is a double, square included.
const DIRECT: f64 = 300.0;

/// Coupling and field of a chain in the powers in which decimation is a rational map.
#[derive(Clone, Debug, PartialEq)]
pub struct ReducedBond<T> {
    /// `e^{4K}`.
    pub k4: T,
    /// `e^{2h}`.
    pub h2: T,
}

/// Sums over every second spin of a chain, in rational arithmetic of any field.
///
/// ```text
/// V(K, h)² = e^{g′} V(K′, h′),  q = e^{4K}, y = e^{2h}:
/// q′ = (q + 1/q + y + 1/y)/(y + 2 + 1/y),   y′ = y (q y + 1)/(q + y),
/// e^{4g′} = (q + 1/q + y + 1/y)(y + 2 + 1/y)
/// ```
/// Returns the new bond and `e^{4g′}`.
/// # References
/// Pathria, Statistical Mechanics, 2nd ed., chapter 13.
pub fn decimate_reduced<T: Field>(bond: &ReducedBond<T>) -> (ReducedBond<T>, T) {
    let (q, y) = (&bond.k4, &bond.h2);
    let two = T::one() + T::one();
    let y_sum = y.clone() + T::one() / y.clone();
    let like = q.clone() + T::one() / q.clone() + y_sum.clone();
    let unlike = y_sum + two;
    let h2 = y.clone() * (q.clone() * y.clone() + T::one()) / (q.clone() + y.clone());
    (
        ReducedBond {
            k4: like.clone() / unlike.clone(),
            h2,
        },
        like * unlike,
    )
}

/// A bond after one decimation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct DecimatedBond {
    /// Coupling K′ of neighbouring survivors.
    pub k: Enclosure,
    /// Field h′ on the survivors.
    pub h: Enclosure,
    /// Constant g′ for each survivor.
    pub g: Enclosure,
}

/// Sums over every second spin of a chain, for real coupling and field.
///
/// ```text
/// K′ = ¼ ln(1 + (sinh 2K / cosh h)²),   h′ = h + artanh(tanh 2K · tanh h),
/// g′ = ln 2 + ¼ [ln cosh(2K+h) + ln cosh(2K−h) + 2 ln cosh h]
/// ```
/// # Accuracy
/// These forms keep the relative precision of a small coupling; test
/// `real_and_rational_decimation_agree`.
pub fn decimate_bond(k: Enclosure, h: Enclosure) -> DecimatedBond {
    let quarter = Enclosure::exact(0.25);
    let two_k = k + k;
    let k_next = if two_k.magnitude() < DIRECT {
        // A field that is large makes the ratio small, so nothing overflows.
        let ratio = two_k.sinh() * (-log_cosh(h)).exp();
        quarter * ratio.square().ln_1p()
    } else {
        let magnitude = two_k.abs();
        let log_sinh =
            magnitude + (-(-(magnitude + magnitude)).exp()).ln_1p() - Enclosure::exact(2.0).ln();
        let doubled = Enclosure::exact(2.0) * (log_sinh - log_cosh(h));
        if doubled.lo() > 0.0 {
            quarter * (doubled + (-doubled).exp().ln_1p())
        } else {
            quarter * doubled.exp().ln_1p()
        }
    };
    let product = two_k.tanh() * h.tanh();
    let shift = product
        .atanh()
        .intersection(Enclosure::exact(0.5) * (log_cosh(two_k + h) - log_cosh(two_k - h)))
        .unwrap_or(Enclosure::UNBOUNDED);
    let g = Enclosure::exact(2.0).ln()
        + quarter * (log_cosh(two_k + h) + log_cosh(two_k - h) + log_cosh(h) + log_cosh(h));
    DecimatedBond {
        // Squares make K′ ≥ 0 whatever the sign of K.
        k: Enclosure::new(k_next.lo().max(0.0), k_next.hi()),
        h: h + shift,
        g,
    }
}

/// `ln cosh x` without overflow.
fn log_cosh(x: Enclosure) -> Enclosure {
    let x = x.abs();
    x + ((-(x + x)).exp().ln_1p() - Enclosure::exact(2.0).ln())
}

/// The beta function of decimation without a field, `dK / d ln b` at scale factor b = 1.
///
/// ```text
/// tanh K_b = tanh^b K   ⇒   dK/d ln b = ½ sinh 2K · ln tanh K
/// ```
/// Negative for every finite K > 0: the coupling falls as the length scale grows, and the only
/// fixed points are K = 0 and K = ∞. Unbounded unless K > 0.
pub fn chain_beta_function(k: Enclosure) -> Enclosure {
    // −ln tanh K = 2 artanh e^{−2K} keeps its precision where tanh K is close to one.
    let log_tanh = if k.lo() > 0.5 {
        -Enclosure::exact(2.0) * (-(k + k)).exp().atanh()
    } else {
        k.tanh().ln()
    };
    Enclosure::exact(0.5) * (k + k).sinh() * log_tanh
}

/// One stage of the flow.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChainStep {
    /// How many decimations have been done.
    pub step: usize,
    /// Coupling K between neighbouring survivors.
    pub k: Enclosure,
    /// Field h on the survivors.
    pub h: Enclosure,
    /// Constant for each survivor that the last decimation brought; 0 before the first.
    pub g: Enclosure,
    /// `1/ξ` in units of the current lattice constant; doubles with every step.
    pub inverse_correlation_length: Enclosure,
    /// ξ in units of the current lattice constant; unbounded where `1/ξ` may be zero.
    pub correlation_length: Enclosure,
    /// `−ln Z` for each spin of the *original* chain, from the constants so far and bounds on the rest.
    pub free_energy_per_spin: Enclosure,
}

/// The flow of a chain under decimation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChainFlow {
    /// The stages, the original chain first.
    pub steps: Vec<ChainStep>,
    /// `−ln λ₊` of the original chain by its transfer matrix.
    pub free_energy_per_spin: Enclosure,
}

/// Why there is no flow.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ChainError {
    /// A coupling or field that is not a number of usual size.
    #[error("{name} is {value}; it must be finite and at most {MAX_COUPLING:e} in size")]
    OutOfRange {
        /// `"K"` or `"h"`.
        name: &'static str,
        /// What was given.
        value: f64,
    },
    /// More steps than are useful.
    #[error("{steps} steps are more than {MAX_STEPS}")]
    TooManySteps {
        /// What was asked for.
        steps: usize,
    },
}

/// Decimates an infinite Ising chain `𝒦 = K Σ s_i s_{i+1} + h Σ s_i` again and again.
///
/// ```text
/// F_k = ½ (g_{k+1} + F_{k+1})   for F = ln Z per spin, so   F_0 = Σ_{k=1}^{n} g_k/2^k + F_n/2^n,
/// ln(2 cosh h_n) − max(0, −K_n) ≤ F_n ≤ ln(2 cosh h_n) + |K_n|
/// ```
/// The last line bounds what is left by an average over independent spins (Jensen below, the largest
/// weight above), so the rebuilt free energy owes nothing to the transfer matrix that it is set beside.
///
/// # Errors
/// [`ChainError`] for a coupling that is not finite or too many steps.
/// # Accuracy
/// Test `free_energy_is_rebuilt_from_the_constants`.
pub fn decimate_chain(k: f64, h: f64, steps: usize) -> Result<ChainFlow, ChainError> {
    for (name, value) in [("K", k), ("h", h)] {
        if value.is_nan() || value.abs() > MAX_COUPLING {
            return Err(ChainError::OutOfRange { name, value });
        }
    }
    if steps > MAX_STEPS {
        return Err(ChainError::TooManySteps { steps });
    }
    let (mut k, mut h) = (Enclosure::exact(k), Enclosure::exact(h));
    let free_energy_per_spin = -chain_log_z_per_spin(k, h);
    let mut g = Enclosure::exact(0.0);
    let mut constants = Enclosure::exact(0.0);
    let mut weight = Enclosure::exact(1.0);
    let mut stages = Vec::with_capacity(steps + 1);
    for step in 0..=steps {
        let inverse = chain_inverse_correlation_length(k, h);
        stages.push(ChainStep {
            step,
            k,
            h,
            g,
            inverse_correlation_length: inverse,
            correlation_length: Enclosure::exact(1.0) / inverse,
            free_energy_per_spin: -(constants + weight * log_z_bounds(k, h)),
        });
        let next = decimate_bond(k, h);
        (k, h, g) = (next.k, next.h, next.g);
        weight = weight * Enclosure::exact(0.5);
        constants = constants + weight * g;
    }
    Ok(ChainFlow {
        steps: stages,
        free_energy_per_spin,
    })
}

/// Bounds of ln Z per spin that need no eigenvalue.
fn log_z_bounds(k: Enclosure, h: Enclosure) -> Enclosure {
    let independent = Enclosure::exact(2.0).ln() + log_cosh(h);
    let (above, below) = (k.magnitude(), (-k.lo()).max(0.0));
    independent + Enclosure::new(-below, above)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::TransferMatrix;
    use crate::symbolic::RationalFunction;
    use num_rational::BigRational;

    fn q(n: i64, d: i64) -> BigRational {
        BigRational::new(n.into(), d.into())
    }

    #[test]
    fn decimation_is_the_square_of_the_transfer_matrix() {
        let (t, x) = (RationalFunction::var(0), RationalFunction::var(1));
        let bond = ReducedBond {
            k4: t.pow(4).unwrap(),
            h2: x.pow(2).unwrap(),
        };
        let (next, g4) = decimate_reduced(&bond);
        let square = TransferMatrix::ising(&t, &x).pow(2).couplings();
        assert_eq!((next.k4, next.h2, g4), square);
    }

    #[test]
    fn real_and_rational_decimation_agree() {
        for (k4, h2) in [(q(16, 1), q(9, 4)), (q(1, 81), q(4, 1)), (q(3, 2), q(1, 1))] {
            let quarter = Enclosure::exact(0.25);
            let k = quarter * Enclosure::from_rational(&k4).ln();
            let h = Enclosure::exact(0.5) * Enclosure::from_rational(&h2).ln();
            let real = decimate_bond(k, h);
            let (next, g4) = decimate_reduced(&ReducedBond { k4, h2 });
            let exact = [
                quarter * Enclosure::from_rational(&next.k4).ln(),
                Enclosure::exact(0.5) * Enclosure::from_rational(&next.h2).ln(),
                quarter * Enclosure::from_rational(&g4).ln(),
            ];
            for (a, b) in [real.k, real.h, real.g].into_iter().zip(exact) {
                assert!(a.overlaps(b) && a.width() < 1e-14, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn free_energy_is_rebuilt_from_the_constants() {
        for (k, h) in [
            (0.5, 0.0),
            (2.0, 0.1),
            (-1.0, 0.7),
            (10.0, 0.0),
            (0.0, -2.0),
            (400.0, 350.0),
            (-500.0, 0.25),
        ] {
            let flow = decimate_chain(k, h, 60).unwrap();
            for stage in &flow.steps {
                assert!(
                    stage
                        .free_energy_per_spin
                        .overlaps(flow.free_energy_per_spin),
                    "{k} {h} {stage:?}"
                );
            }
            let last = flow.steps.last().unwrap().free_energy_per_spin;
            assert!(
                last.width() < 1e-13 * (1.0 + last.mid().abs()),
                "{k} {h} {last:?}"
            );
        }
    }

    #[test]
    fn correlation_length_halves_and_the_flow_ends_at_independent_spins() {
        for (k, h) in [(1.5, 0.0), (0.8, 0.3), (-0.6, 0.2), (6.0, 0.0)] {
            let flow = decimate_chain(k, h, 26).unwrap();
            for pair in flow.steps.windows(2) {
                let doubled = pair[0].inverse_correlation_length * Enclosure::exact(2.0);
                assert!(doubled.overlaps(pair[1].inverse_correlation_length));
            }
            assert!(flow.steps[26].k.magnitude() < 1e-9 && flow.steps[26].k.lo() >= 0.0);
        }
        // Large couplings stay finite and the zero coupling does not move.
        let fixed = decimate_chain(0.0, 0.4, 3).unwrap();
        assert!(fixed.steps[3].k.contains(0.0) && fixed.steps[3].h.contains(0.4));
    }

    #[test]
    fn beta_function_integrates_to_a_decimation() {
        // Over ln b from 0 to ln 2 in n pieces: −ln tanh K grows by the factor b.
        let k = Enclosure::exact(0.9);
        let n = 4096;
        let inverse = chain_inverse_correlation_length(k, Enclosure::exact(0.0));
        let log_two = Enclosure::exact(2.0).ln();
        let at = |i: i32| {
            let b = (log_two * Enclosure::exact(f64::from(i) / f64::from(n))).exp();
            (-(b * inverse)).exp().atanh()
        };
        let mut sum = Enclosure::exact(0.0);
        for i in 0..n {
            let piece = at(i).hull(at(i + 1));
            sum = sum + chain_beta_function(piece);
        }
        let change = sum * log_two / Enclosure::exact(f64::from(n));
        let next = decimate_bond(k, Enclosure::exact(0.0)).k;
        assert!(
            change.overlaps(next - k) && change.width() < 2e-3,
            "{change:?}"
        );
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(matches!(
            decimate_chain(f64::NAN, 0.0, 1),
            Err(ChainError::OutOfRange { name: "K", .. })
        ));
        assert!(matches!(
            decimate_chain(0.0, f64::INFINITY, 1),
            Err(ChainError::OutOfRange { name: "h", .. })
        ));
        assert!(matches!(
            decimate_chain(0.0, 0.0, usize::MAX),
            Err(ChainError::TooManySteps { .. })
        ));
    }
}
