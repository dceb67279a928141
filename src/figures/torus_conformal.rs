//! The critical Ising model on a torus in the continuum: the spin correlation.

use std::f64::consts::PI;

/// Terms of the theta series beyond which `e^{−π n²}` is below the resolution of a double.
const TERMS: i32 = 6;

/// θ₁ … θ₄ at `z = x + i y` (period 1 in x) for the square torus, nome `q = e^{−π}`; their moduli.
///
/// ```text
/// θ₁ = 2 Σ (−1)ⁿ q^{(n+½)²} sin((2n+1)πz)     θ₂ = 2 Σ q^{(n+½)²} cos((2n+1)πz)
/// θ₃ = 1 + 2 Σ q^{n²} cos(2nπz)               θ₄ = 1 + 2 Σ (−1)ⁿ q^{n²} cos(2nπz)
/// ```
fn theta_moduli(x: f64, y: f64) -> [f64; 4] {
    // cos(a + ib) = cos a cosh b − i sin a sinh b, sin(a + ib) = sin a cosh b + i cos a sinh b.
    let cosine = |k: f64| {
        let (a, b) = (k * PI * x, k * PI * y);
        (a.cos() * b.cosh(), -a.sin() * b.sinh())
    };
    let sine = |k: f64| {
        let (a, b) = (k * PI * x, k * PI * y);
        (a.sin() * b.cosh(), a.cos() * b.sinh())
    };
    let mut theta = [(0.0, 0.0), (0.0, 0.0), (1.0, 0.0), (1.0, 0.0)];
    let mut add = |at: usize, factor: f64, (re, im): (f64, f64)| {
        theta[at].0 += factor * re;
        theta[at].1 += factor * im;
    };
    for n in 0..TERMS {
        let sign = if n % 2 == 0 { 1.0 } else { -1.0 };
        let half = f64::from(n) + 0.5;
        let weight = 2.0 * (-PI * half * half).exp();
        add(0, sign * weight, sine(2.0 * half));
        add(1, weight, cosine(2.0 * half));
        if n > 0 {
            let k = f64::from(n);
            let weight = 2.0 * (-PI * k * k).exp();
            add(2, weight, cosine(2.0 * k));
            add(3, sign * weight, cosine(2.0 * k));
        }
    }
    theta.map(|(re, im)| re.hypot(im))
}

/// What a square torus of unit side makes of the power law of two critical spins at displacement (x, y):
/// the factor f in `⟨σσ⟩ = C r^{−1/4} f`, which is 1 for r → 0.
///
/// ```text
/// ⟨σ(z) σ(0)⟩ = C |θ₁′(0)/θ₁(z)|^{1/4} Σ_ν |θ_ν(z/2)| / Σ_ν |θ_ν(0)|,   ν = 1 … 4
/// ```
/// # Accuracy
/// 1e-14 for displacements within half a side; against the lattice: test `the_lattice_follows_it`.
/// # References
/// P. Di Francesco, H. Saleur and J.-B. Zuber, Nucl. Phys. B 290 (1987) 527.
pub(super) fn torus_spin_factor(x: f64, y: f64) -> f64 {
    let r = x.hypot(y);
    if r <= 0.0 {
        return 1.0;
    }
    // θ₁′(0) = π θ₂(0) θ₃(0) θ₄(0).
    let zero = theta_moduli(0.0, 0.0);
    let slope = PI * zero[1] * zero[2] * zero[3];
    let half = theta_moduli(x / 2.0, y / 2.0);
    let chord = theta_moduli(x, y)[0] / slope;
    let sectors = half.iter().sum::<f64>() / zero.iter().sum::<f64>();
    (r / chord).powf(0.25) * sectors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::{Limits, Strip};
    use crate::model::Lattice;

    #[test]
    fn it_is_periodic_and_symmetric() {
        let whole = |x: f64, y: f64| torus_spin_factor(x, y) * x.hypot(y).powf(-0.25);
        for (x, y) in [(0.1, 0.3), (0.5, 0.2), (0.45, 0.45)] {
            assert!((whole(x, y) - whole(y, x)).abs() < 1e-13);
            assert!((whole(x, y) - whole(1.0 - x, y)).abs() < 1e-13);
            assert!((whole(x, y) - whole(x, 1.0 - y)).abs() < 1e-12);
        }
        assert!((torus_spin_factor(1e-4, 0.0) - 1.0).abs() < 1e-3);
    }

    #[test]
    fn the_lattice_follows_it() {
        let critical = (1.0 + 2.0_f64.sqrt()).ln() / 2.0;
        let side = 8;
        let strip = Strip::homogeneous(Lattice::torus(side, side), critical, 0.0).unwrap();
        let g = strip.correlators(0, &Limits::default()).unwrap().spins;
        // C on the lattice; corrections are of order 1/r².
        let c = 0.703_38;
        for (x, y) in [(3, 0), (4, 0), (3, 3), (4, 4), (2, 4)] {
            let r = f64::hypot(x as f64, y as f64);
            let l = side as f64;
            let want = c * r.powf(-0.25) * torus_spin_factor(x as f64 / l, y as f64 / l);
            let found = g[y * side + x].mid();
            assert!(
                (found / want - 1.0).abs() < 0.02,
                "({x}, {y}): {found} {want}"
            );
            // The bare power law is seen to fail.
            assert!((found / (c * r.powf(-0.25)) - 1.0).abs() > 0.05);
        }
    }
}
