//! The bound on the free energy of a torus.

use super::potential::STATES;
use super::{KadanoffError, P_MOST, PlaquettePotential};
use crate::numeric::Enclosure;

/// Where the search for the parameters begins, near the critical one.
const P_GUESS: f64 = 0.76;
/// Most passes over all parameters.
const SWEEPS: usize = 40;

/// The place of the minimum of a function with one minimum in `[0, 4]`, by golden sections.
fn minimum(f: impl Fn(f64) -> f64) -> f64 {
    let golden = 0.5 * (5.0_f64.sqrt() - 1.0);
    let (mut a, mut b) = (0.0, P_MOST);
    let (mut x, mut y) = (b - golden * (b - a), a + golden * (b - a));
    let (mut fx, mut fy) = (f(x), f(y));
    while b - a > 1e-8 {
        if fx <= fy {
            (b, y, fy) = (y, x, fx);
            x = b - golden * (b - a);
            fx = f(x);
        } else {
            (a, x, fx) = (x, y, fy);
            y = a + golden * (b - a);
            fy = f(y);
        }
    }
    0.5 * (a + b)
}

/// An upper bound on `ln Z` per site of a torus, that is a lower bound on its free energy.
#[derive(Clone, Debug, PartialEq)]
pub struct KadanoffBound {
    /// `ln Z/N ≤` the upper end of this; the value of the bound is enclosed.
    pub log_z_per_site: Enclosure,
    /// The parameter of each step, which makes the bound smallest.
    pub p: Vec<f64>,
}

/// The bound of a `2ⁿ × 2ⁿ` Ising torus at coupling K ≥ 0 with given parameters, n of them.
///
/// # Errors
/// [`KadanoffError::Parameter`].
/// # Accuracy
/// A bound for any p: tests `the_bound_is_above_the_exact_value` and `every_p_is_a_bound`.
pub fn kadanoff_bound_with(coupling: f64, p: &[f64]) -> Result<KadanoffBound, KadanoffError> {
    let good = |x: f64| (0.0..f64::INFINITY).contains(&x);
    if !good(coupling) || !p.iter().all(|&p| good(p)) {
        return Err(KadanoffError::Parameter);
    }
    let mut v = PlaquettePotential::enclosed_ising(coupling);
    for &p in p {
        v = v.enclosed_step(p);
    }
    let share = Enclosure::exact(0.25_f64.powi(p.len() as i32));
    let (up, down) = (v.0[STATES - 1], v.0[0]);
    let top = Enclosure::exact(up.hi().max(down.hi()));
    let log_z = top + ((up - top).exp() + (down - top).exp()).ln();
    Ok(KadanoffBound {
        log_z_per_site: log_z * share,
        p: p.to_vec(),
    })
}

/// The bound of a `2ⁿ × 2ⁿ` Ising torus at coupling K ≥ 0, with the parameters that make it small.
///
/// Each p is moved in turn to the minimum of the bound until all stand; whatever they are, it is a bound.
///
/// # Errors
/// [`KadanoffError::Parameter`].
/// # Complexity
/// A few hundred times n² steps of 256 exponentials.
pub fn kadanoff_bound(coupling: f64, steps: usize) -> Result<KadanoffBound, KadanoffError> {
    let mut p = vec![P_GUESS; steps];
    if !(0.0..f64::INFINITY).contains(&coupling) {
        return Err(KadanoffError::Parameter);
    }
    for _ in 0..SWEEPS {
        let before = p.clone();
        for k in 0..steps {
            let mut start = PlaquettePotential::ising(coupling, 0.0);
            for &p in &p[..k] {
                start = start.step(p);
            }
            let rest = p[k + 1..].to_vec();
            p[k] = minimum(|x| {
                let mut v = start.step(x);
                for &p in &rest {
                    v = v.step(p);
                }
                v.0[0].max(v.0[STATES - 1])
            });
        }
        if p.iter().zip(&before).all(|(a, b)| (a - b).abs() < 1e-7) {
            break;
        }
    }
    kadanoff_bound_with(coupling, &p)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::kaufman;

    #[test]
    fn the_bound_is_above_the_exact_value() {
        for steps in [1, 2, 4, 6] {
            for coupling in [0.0, 0.1, 0.3, 0.440_686_8, 0.6, 1.5] {
                let side = 1 << steps;
                let exact = kaufman(side, side, coupling, coupling).unwrap().log_z;
                let exact = exact * Enclosure::exact(0.25_f64.powi(steps));
                let bound = kadanoff_bound(coupling, steps as usize).unwrap();
                // Never further than a fiftieth.
                let (value, gap) = (bound.log_z_per_site, bound.log_z_per_site - exact);
                assert!(value.hi() >= exact.lo(), "{steps} {coupling} {gap:?}");
                assert!(gap.hi() < 0.02, "{steps} {coupling} {gap:?}");
            }
        }
        // Not by chance: with K three per cent larger the critical value is above the bound of K.
        let exact = kaufman(64, 64, 0.440_686_8 * 1.03, 0.440_686_8 * 1.03).unwrap();
        let bound = kadanoff_bound(0.440_686_8, 6).unwrap();
        assert!(exact.log_z.lo() / 4096.0 > bound.log_z_per_site.hi());
    }

    #[test]
    fn every_p_is_a_bound() {
        let coupling = 0.44;
        let exact = kaufman(8, 8, coupling, coupling).unwrap().log_z;
        let best = kadanoff_bound(coupling, 3).unwrap().log_z_per_site;
        for p in [0.0, 0.2, 0.5, 0.76, 1.0, 2.0, 10.0] {
            let bound = kadanoff_bound_with(coupling, &[p, 0.7, p]).unwrap();
            let value = bound.log_z_per_site;
            assert!(value.lo() * 64.0 >= exact.lo(), "{p}");
            assert!(value.hi() >= best.lo() - 1e-12, "{p}");
            assert!(value.width() < 1e-12);
        }
        assert!(kadanoff_bound_with(-0.1, &[1.0]).is_err());
        assert!(kadanoff_bound_with(0.1, &[f64::NAN]).is_err());
    }
}
