//! Closed forms for the square-lattice Ising model without a field.

use crate::numeric::Enclosure;
use crate::symbolic::{Field, Laurent, RationalFunction};
use num_rational::BigRational;

/// The critical temperature in units of energy over the Boltzmann constant, for one coupling J > 0.
///
/// ```text
/// k T_c = 2 J / ln(1 + √2)
/// ```
/// # References
/// H. A. Kramers and G. H. Wannier, Phys. Rev. 60 (1941) 252; L. Onsager, Phys. Rev. 65 (1944) 117.
pub fn critical_temperature(coupling: Enclosure) -> Enclosure {
    let silver = Enclosure::exact(1.0) + Enclosure::exact(2.0).sqrt();
    (coupling + coupling) / silver.ln()
}

/// The eighth power of the spontaneous magnetisation in `u = e^{−4K}`, up to the critical point.
///
/// ```text
/// m⁸ = 1 − sinh⁻⁴(2K) = 1 − 16 u²/(1 − u)⁴
/// ```
/// # References
/// C. N. Yang, Phys. Rev. 85 (1952) 808.
pub fn magnetisation_to_the_eighth<C: Field>(u: C) -> C {
    let gap = C::one() - u.clone();
    let ratio = (u.clone() + u) / (gap.clone() * gap);
    let ratio = ratio.clone() + ratio;
    C::one() - ratio.clone() * ratio
}

/// The exponent of `m ~ (T_c − T)^β`: the order of the zero of `m⁸` in u at `u_c = 3 − 2√2`, over eight
/// (T is a smooth function of u with a slope, so the order is the same in T).
pub fn magnetisation_exponent() -> BigRational {
    let u = Laurent::var(0);
    let factor = &u * &u - Laurent::integer(6) * &u + Laurent::integer(1);
    let mut rest = magnetisation_to_the_eighth(RationalFunction::var(0))
        .numerator()
        .clone();
    let mut order = 0;
    while let Some(quotient) = rest.divide_exactly(&factor) {
        rest = quotient;
        order += 1;
    }
    BigRational::new(order.into(), 8.into())
}

/// The spontaneous magnetisation at temperature T (J = k = 1): zero from the critical point on.
pub fn spontaneous_magnetisation(temperature: Enclosure) -> Enclosure {
    let critical = critical_temperature(Enclosure::exact(1.0));
    if temperature.lo() >= critical.hi() {
        return Enclosure::exact(0.0);
    }
    let u = (Enclosure::exact(-4.0) / temperature).exp();
    let eighth = magnetisation_to_the_eighth(u);
    if temperature.hi() <= critical.lo() {
        eighth.sqrt().sqrt().sqrt()
    } else {
        // On both sides at once.
        Enclosure::new(0.0, eighth.hi().max(0.0))
            .sqrt()
            .sqrt()
            .sqrt()
    }
}

/// The inverse correlation length along an axis, in inverse lattice spacings (the surface tension
/// below the critical point): the distance of K from its dual.
///
/// ```text
/// 1/ξ = |ln coth K − 2K| = 2 |K* − K|
/// ```
/// # References
/// L. Onsager, Phys. Rev. 65 (1944) 117, section 8.
pub fn inverse_correlation_length(coupling: Enclosure) -> Enclosure {
    (signed_gap(coupling)).abs()
}

/// `2(K* − K)`, positive above the critical temperature and decreasing in K.
fn signed_gap(coupling: Enclosure) -> Enclosure {
    -coupling.tanh().ln() - coupling - coupling
}

/// The temperature (J = k = 1) at which `2(K* − K)` has grown by `factor`: what a change of the length
/// scale by that factor does to the temperature, as far as the correlation length tells.
///
/// Found by bisection in K; every decision compares enclosures, and the bracket is what is returned.
pub fn temperature_of_scaled_gap(temperature: Enclosure, factor: f64) -> Enclosure {
    let target = signed_gap(Enclosure::exact(1.0) / temperature) * Enclosure::exact(factor);
    let (mut low, mut high) = (1e-6_f64, 40.0_f64);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        let gap = signed_gap(Enclosure::exact(middle));
        if gap.lo() > target.hi() {
            low = middle;
        } else if gap.hi() < target.lo() {
            high = middle;
        } else {
            break;
        }
    }
    // The loop ends on the first undecided point; widen from there on each side separately.
    let edge = |mut good: f64, mut open: f64, decided: &dyn Fn(Enclosure) -> bool| {
        for _ in 0..80 {
            let middle = f64::midpoint(good, open);
            if decided(signed_gap(Enclosure::exact(middle))) {
                good = middle;
            } else {
                open = middle;
            }
        }
        good
    };
    let middle = f64::midpoint(low, high);
    let k_low = edge(low, middle, &|g| g.lo() > target.hi());
    let k_high = edge(high, middle, &|g| g.hi() < target.lo());
    Enclosure::exact(1.0) / Enclosure::new(k_low, k_high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        let tc = critical_temperature(Enclosure::exact(1.0));
        assert!(tc.contains(2.269_185_314_213_022), "{tc:?}");
        let m = spontaneous_magnetisation(Enclosure::exact(2.0));
        assert!((m.mid() - 0.911_319_377_877_496).abs() < 1e-14);
        let above = spontaneous_magnetisation(Enclosure::exact(2.3));
        assert!(above.width() <= 0.0 && above.contains(0.0));
    }

    #[test]
    fn the_gap_scales() {
        let t = temperature_of_scaled_gap(Enclosure::exact(2.7), 2.0);
        assert!(t.width() < 1e-12, "{t:?}");
        let gap = |t: Enclosure| inverse_correlation_length(Enclosure::exact(1.0) / t);
        let doubled = gap(Enclosure::exact(2.7)) * Enclosure::exact(2.0);
        assert!(gap(t).overlaps(doubled));
    }
}
