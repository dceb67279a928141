//! Bonds along a row of the infinite square lattice at the critical point.

use super::diagonal_correlator::toeplitz_determinant;
use crate::numeric::Enclosure;
use num_traits::One;

/// Laurent coefficients kept on each side; `(3 − 2√2)^60 < 1e−45`.
const KEPT: i64 = 60;

/// The coefficients `g_j`, |j| ≤ 60, of `[(1 − αz)/(1 − α/z)]^{1/2}`, `α = 3 − 2√2`; those left out add
/// up to less than 1e−40.
fn smooth_factor() -> Vec<(i64, Enclosure)> {
    let alpha = Enclosure::exact(3.0) - Enclosure::exact(8.0).sqrt();
    let roots = |power: f64| {
        let mut c = vec![Enclosure::one()];
        for k in 1..=2 * KEPT {
            let k = k as f64;
            let step = Enclosure::exact(2.0 * (k - 1.0) - power) / Enclosure::exact(2.0 * k);
            c.push(c[c.len() - 1] * step * alpha);
        }
        c
    };
    let (above, below) = (roots(1.0), roots(-1.0));
    (-KEPT..=KEPT)
        .map(|j| {
            let sum = (0..=KEPT as usize)
                .map(|i| {
                    let shift = j.unsigned_abs() as usize;
                    if j >= 0 {
                        above[i + shift] * below[i]
                    } else {
                        above[i] * below[i + shift]
                    }
                })
                .sum();
            (j, sum)
        })
        .collect()
}

const LEFT_OUT: f64 = 1e-40;

/// The entry `b_n` of the Toeplitz matrix of row correlations, `⟨σ_{0,0} σ_{0,N}⟩ = det(b_{i−j})`.
///
/// ```text
/// b_n = Σ_j g_j · 2/(π (2(n − j) + 1))
/// ```
/// The symbol is that of the diagonal times a smooth factor with the coefficients `g_j`.
///
/// # References
/// T. T. Wu, Phys. Rev. 149 (1966) 380; B. M. `McCoy` and T. T. Wu, chapter VIII.
pub fn entry(n: i64) -> Enclosure {
    let sum: Enclosure = smooth_factor()
        .into_iter()
        .map(|(j, g)| g / Enclosure::exact((2 * (n - j) + 1) as f64))
        .sum();
    (sum + Enclosure::around(0.0, LEFT_OUT)) * Enclosure::exact(2.0) / Enclosure::pi()
}

/// `⟨σ_{0,0} σ_{0,N}⟩` at the critical point.
pub fn correlator(n: usize) -> Enclosure {
    toeplitz_determinant(n, entry)
}

/// `⟨ε_0 ε_N⟩ − ⟨ε_0⟩²` for the horizontal bonds `ε_n = σ_{0,n} σ_{0,n+1}` of one row: `−b_N b_{−N}`.
pub fn bond_correlator(n: i64) -> Enclosure {
    -(entry(n) * entry(-n))
}

/// Where `ln(E_N/E_{2N}) / ln 2` lies for this and all larger N, `E_N` the [`bond_correlator`]; the
/// enclosure contains the exponent x of `E_N ~ N^{−x}`.
///
/// ```text
/// |π n b_{±n} ∓ 1| ≤ Σ_j |g_j| (|j| + ½)/(n − |j| − ½) + |Σ_j g_j − 1| =: r_n,   Σ_j g_j = 1 exactly
/// π² N² E_N ∈ [(1 − r_N)², (1 + r_N)²]
/// ```
/// and `r_n` falls with n. The entries themselves are held against this bound at n = 1000;
/// [`Enclosure::UNBOUNDED`] is returned if they break it.
///
/// # Panics
/// If N is below 1000.
pub fn bond_exponent(n: i64) -> Enclosure {
    assert!(n >= 1000, "the bound is for large distances");
    let (r, nearby) = (deviation(n), deviation(1000));
    let one = Enclosure::one();
    let scaled = bond_correlator(1000) * (Enclosure::pi() * Enclosure::exact(1000.0)).square();
    let allowed = (one - Enclosure::exact(nearby)).hull(one + Enclosure::exact(nearby));
    if !(allowed.square().contains(scaled.lo()) && allowed.square().contains(scaled.hi())) {
        return Enclosure::UNBOUNDED;
    }
    let spread = ((one + Enclosure::exact(r)) / (one - Enclosure::exact(r))).ln();
    let half_width = (spread + spread).hi() / std::f64::consts::LN_2 * 1.000_001;
    Enclosure::around(2.0, half_width)
}

/// `r_n` of [`bond_exponent`].
fn deviation(n: i64) -> f64 {
    let bound: Enclosure = smooth_factor()
        .into_iter()
        .map(|(j, g)| {
            let j = j.abs() as f64;
            g.abs() * Enclosure::exact(j + 0.5) / Enclosure::exact(n as f64 - j - 0.5)
        })
        .sum();
    bound.hi() + LEFT_OUT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_neighbours_and_the_wu_value() {
        // ⟨σ₀₀σ₀₁⟩ = 1/√2 and ⟨σ₀₀σ₀₂⟩ = 1 − 4/π².
        assert!(correlator(1).contains(std::f64::consts::FRAC_1_SQRT_2));
        let second = 1.0 - 4.0 / (std::f64::consts::PI * std::f64::consts::PI);
        assert!(
            (correlator(2).mid() - second).abs() < 1e-13,
            "{:?}",
            correlator(2)
        );
    }

    #[test]
    fn the_exponent_bound_contains_finite_distances() {
        let at = |n: i64| {
            (bond_correlator(n) / bond_correlator(2 * n)).ln() / Enclosure::exact(2.0).ln()
        };
        for n in [1000, 5000] {
            assert!(bond_exponent(n).overlaps(at(n)));
        }
        assert!(bond_exponent(1000).width() < 0.02);
    }
}
