//! Spin correlations of the infinite square lattice along a diagonal, as Toeplitz determinants.

use crate::numeric::Enclosure;
use crate::symbolic::{Matrix, PowerSeries, Ring};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};

/// `⟨σ_{0,0} σ_{N,N}⟩ = det(a_{i−j})`, i, j = 0 … N−1, from the entries of the Toeplitz matrix.
///
/// ```text
/// a_n = (1/2π) ∫ dθ e^{−inθ} [(1 − α e^{−iθ})/(1 − α e^{iθ})]^{1/2},   α = 1/sinh²2K
/// ```
/// # References
/// B. M. `McCoy` and T. T. Wu, The Two-Dimensional Ising Model, chapters VIII and XI; J. Stephenson,
/// J. Math. Phys. 5 (1964) 1009.
pub fn toeplitz_determinant<C: Ring>(n: usize, entry: impl Fn(i64) -> C) -> C {
    let matrix = Matrix::from_fn(n, n, |i, j| entry(i as i64 - j as i64));
    let determinant = matrix.determinant();
    determinant.unwrap_or_else(|_| unreachable!("the matrix is square"))
}

/// `a_n` at the critical point (α = 1) in units of 2/π: `1/(2n + 1)`.
pub fn critical_entry(n: i64) -> BigRational {
    BigRational::new(BigInt::one(), (2 * n + 1).into())
}

/// `(π/2)^N ⟨σ_{0,0} σ_{N,N}⟩` at the critical point, from the determinant.
pub fn critical_correlator(n: usize) -> BigRational {
    toeplitz_determinant(n, critical_entry)
}

/// The same from its product form, which is a Cauchy determinant.
///
/// ```text
/// (π/2)^N ⟨σ_{0,0} σ_{N,N}⟩ = ∏_{l=1}^{N−1} (1 − 1/(4l²))^{l−N}
/// ```
pub fn critical_correlator_product(n: usize) -> BigRational {
    let mut product = BigRational::one();
    for l in 1..n {
        let square = BigInt::from(4 * l * l);
        let factor = BigRational::new(square.clone(), square - 1);
        for _ in 0..n - l {
            product *= &factor;
        }
    }
    product
}

/// Where `N ln(D_N / D_{N+1})` lies for this and all larger N, `D_N = ⟨σ_{0,0} σ_{N,N}⟩` at the
/// critical point. Its limit is the exponent η of `D_N ~ N^{−η}`, so the enclosure contains η.
///
/// ```text
/// D_{N+1}/D_N = ∏_{l>N} (1 − 1/(4l²))          (Wallis: the product over all l is 2/π)
/// 1/(4(N+1)) < −ln ∏_{l>N} (1 − 1/(4l²)) < 1/(4N+2)
/// ```
/// The upper bound is −ln(1−x) < x/(1−x) and a telescope of 1/(4l²−1); the lower one is −ln(1−x) > x
/// and a telescope of 1/(4l(l+1)).
/// # Accuracy
/// Test `the_ratio_bounds_hold`.
pub fn critical_exponent(n: u64) -> Enclosure {
    let n = BigRational::from_integer(n.into());
    let four = BigRational::from_integer(4.into());
    let lower = &n / (&four * (&n + BigRational::one()));
    let upper = BigRational::one() / &four;
    Enclosure::from_rational(&lower).hull(Enclosure::from_rational(&upper))
}

/// `⟨ε_0 ε_N⟩ − ⟨ε_0⟩²` at the critical point for the pairs `ε_n = σ_{n,n} σ_{n+1,n+1}`, in units of
/// (2/π)²: the part `−a_N a_{−N}` of the determinant over the rows and columns 0 and N.
pub fn critical_pair_correlator(n: i64) -> BigRational {
    let minor = toeplitz_determinant(2, |step| critical_entry(n * step));
    minor - critical_entry(0) * critical_entry(0)
}

/// Where `ln(E_N / E_{2N}) / ln 2` lies for this and all larger N, `E_N` the
/// [`critical_pair_correlator`]; the enclosure contains its limit, the exponent of `E_N ~ N^{−x}`.
///
/// `E_N/E_{2N}` falls to its limit, so the value at N bounds it from above; from below the bound is
/// `E_N/E_{2N} > 4`, decided exactly.
pub fn critical_pair_exponent(n: i64) -> Enclosure {
    let ratio = critical_pair_correlator(n) / critical_pair_correlator(2 * n);
    let ln2 = Enclosure::exact(2.0).ln();
    let upper = Enclosure::from_rational(&ratio).ln() / ln2;
    if ratio > BigRational::from_integer(4.into()) {
        upper.hull(Enclosure::exact(2.0))
    } else {
        Enclosure::UNBOUNDED
    }
}

/// Coefficients of `(1 − y)^{power/2}` for power = ±1, to the given order.
fn root_coefficients(power: i64, order: usize) -> Vec<BigRational> {
    let mut c = vec![BigRational::one()];
    for k in 1..=order {
        // c_k = c_{k−1} (k − 1 − power/2)/k
        let factor = BigRational::new((2 * (k as i64 - 1) - power).into(), (2 * k as i64).into());
        let next = &c[k - 1] * factor;
        c.push(next);
    }
    c
}

/// `a_n` below the critical temperature as a series in `u = e^{−4K}`, where `α = 4u/(1−u)²`.
pub fn low_temperature_entry(n: i64, order: usize) -> PowerSeries<BigRational> {
    let integer = |k: i64| BigRational::from_integer(k.into());
    let shift = n.unsigned_abs() as usize;
    let numerator = root_coefficients(1, order);
    let denominator = root_coefficients(-1, order);
    let mut in_alpha = vec![BigRational::zero(); order + 1];
    for j in 0..=order {
        if 2 * j + shift > order {
            break;
        }
        // z^n takes j factors of z⁻¹ from the numerator and n + j of z from the denominator.
        in_alpha[2 * j + shift] = if n >= 0 {
            &numerator[j] * &denominator[j + shift]
        } else {
            &numerator[j + shift] * &denominator[j]
        };
    }
    // 4u/(1−u)² = Σ 4k u^k
    let alpha = PowerSeries::new((0..=order as i64).map(|k| integer(4 * k)).collect(), order);
    PowerSeries::new(in_alpha, order)
        .compose(&alpha)
        .unwrap_or_else(|_| unreachable!("α has no constant term"))
}

/// Enclosure of the correlation at coupling `K`, on either side of the critical point.
///
/// The entries are sums `Σ_j p_j q_{n+j} α^{n+2j}` (above the critical temperature the same in 1/α,
/// shifted by one); all |p|, |q| ≤ 1, so the tail is below `α^{2J}/(1 − α²)`. Returns
/// [`Enclosure::UNBOUNDED`] where the tail would need more than 4000 terms, close to the critical point.
pub fn correlator(n: usize, coupling: Enclosure) -> Enclosure {
    let one = Enclosure::one();
    let s = (coupling + coupling).sinh();
    let alpha = one / s.square();
    if alpha.hi() < 1.0 {
        toeplitz_enclosure(n, alpha, |m| (m, one))
    } else if alpha.lo() > 1.0 {
        // [(1−α/z)/(1−αz)]^{1/2} = −z⁻¹ [(1−z/α)/(1−1/(αz))]^{1/2}: a_n = −c_{−(n+1)} of the entries in 1/α.
        toeplitz_enclosure(n, s.square(), |m| (-(m + 1), -one))
    } else {
        Enclosure::UNBOUNDED
    }
}

fn toeplitz_enclosure(
    n: usize,
    modulus: Enclosure,
    place: impl Fn(i64) -> (i64, Enclosure),
) -> Enclosure {
    let terms = (-40.0 / modulus.hi().ln()).ceil();
    if terms.is_nan() || terms >= 4000.0 {
        return Enclosure::UNBOUNDED;
    }
    let terms = terms.max(4.0) as usize / 2 + 1;
    let length = terms + n + 3;
    let roots = |power: f64| {
        let mut c = vec![Enclosure::one()];
        for k in 1..=length {
            let k = k as f64;
            let step = Enclosure::exact(2.0 * (k - 1.0) - power) / Enclosure::exact(2.0 * k);
            c.push(c[c.len() - 1] * step);
        }
        c
    };
    let (p, q) = (roots(1.0), roots(-1.0));
    let square = modulus.square();
    let entry = |m: i64| {
        let (m, sign) = place(m);
        let shift = m.unsigned_abs() as usize;
        let mut power = modulus.powi(shift as i32);
        let mut sum = Enclosure::zero();
        for j in 0..terms {
            let c = if m >= 0 {
                p[j] * q[j + shift]
            } else {
                p[j + shift] * q[j]
            };
            sum = sum + c * power;
            power = power * square;
        }
        let tail = (power / (Enclosure::one() - square)).hi();
        sign * (sum + Enclosure::around(0.0, tail))
    };
    toeplitz_determinant(n, entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn determinant_and_product_agree_at_criticality() {
        for n in 0..9 {
            assert_eq!(critical_correlator(n), critical_correlator_product(n));
        }
    }

    #[test]
    fn the_ratio_bounds_hold() {
        let two_over_pi = Enclosure::exact(2.0) / Enclosure::pi();
        for n in 1..12_usize {
            let ratio = critical_correlator_product(n + 1) / critical_correlator_product(n);
            let decay = -(Enclosure::from_rational(&ratio) * two_over_pi).ln();
            let k = n as f64;
            assert!(decay.lo() > 1.0 / (4.0 * (k + 1.0)) && decay.hi() < 1.0 / (4.0 * k + 2.0));
        }
    }

    #[test]
    fn both_sides_meet_at_the_critical_point() {
        // 2/π at T_c; the correlation falls as the temperature rises.
        let at = |t: f64| correlator(1, Enclosure::one() / Enclosure::exact(t));
        let critical = 2.0 / std::f64::consts::PI;
        assert!(
            at(2.26).lo() > critical && at(2.26).hi() < critical + 0.03,
            "{:?}",
            at(2.26)
        );
        assert!(
            at(2.28).hi() < critical && at(2.28).lo() > critical - 0.03,
            "{:?}",
            at(2.28)
        );
    }

    #[test]
    fn high_temperature_limit() {
        // Two shortest paths: 2 tanh²K + O(tanh⁴K).
        let c = correlator(1, Enclosure::exact(0.01));
        assert!((c.mid() - 2e-4).abs() < 1e-7);
    }
}
