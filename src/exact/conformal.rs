//! Möbius maps of the plane and the correlations that they fix.

use num_complex::Complex;
use num_rational::BigRational;
use num_traits::{One, Zero};

/// A point of the plane with rational coordinates.
pub type Point = Complex<BigRational>;

/// The map `z ↦ (a z + b)/(c z + d)`.
#[derive(Clone, Debug)]
pub struct Moebius {
    entries: [Point; 4],
}

/// `|z|²`.
pub fn square_modulus(z: &Point) -> BigRational {
    &z.re * &z.re + &z.im * &z.im
}

impl Moebius {
    /// The map that takes `from` to `to`; `None` if two points of a triple coincide.
    pub fn through(from: &[Point; 3], to: &[Point; 3]) -> Option<Self> {
        let standard = |p: &[Point; 3]| {
            // (z − p₀)(p₁ − p₂) / ((z − p₂)(p₁ − p₀)) takes p to 0, 1, ∞.
            let a = &p[1] - &p[2];
            let c = &p[1] - &p[0];
            let (b, d) = (-(&p[0] * &a), -(&p[2] * &c));
            Self {
                entries: [a, b, c, d],
            }
        };
        let distinct = |p: &[Point; 3]| p[0] != p[1] && p[0] != p[2] && p[1] != p[2];
        (distinct(from) && distinct(to)).then(|| standard(to).inverse().after(&standard(from)))
    }

    fn inverse(&self) -> Self {
        let [a, b, c, d] = &self.entries;
        Self {
            entries: [d.clone(), -b.clone(), -c.clone(), a.clone()],
        }
    }

    fn after(&self, first: &Self) -> Self {
        let [a, b, c, d] = &self.entries;
        let [e, f, g, h] = &first.entries;
        Self {
            entries: [a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h],
        }
    }

    /// The image of a point; `None` if it is sent to infinity.
    pub fn apply(&self, z: &Point) -> Option<Point> {
        let [a, b, c, d] = &self.entries;
        let below = c * z + d;
        (!below.is_zero()).then(|| (a * z + b) / below)
    }

    /// `|f′(z)|²`, the square of the local change of scale; `None` at the pole.
    pub fn square_scale(&self, z: &Point) -> Option<BigRational> {
        let [a, b, c, d] = &self.entries;
        let below = square_modulus(&(c * z + d));
        (!below.is_zero()).then(|| square_modulus(&(a * d - b * c)) / (&below * &below))
    }
}

/// What conformal invariance makes of the correlation of primary fields of dimension `eighths/8` at
/// `points`, relative to the same at `reference`, raised to the sixteenth power.
///
/// ```text
/// ⟨φ(z₁) φ(z₂) …⟩ = ∏ |f′(z_i)|^Δ ⟨φ(f(z₁)) φ(f(z₂)) …⟩,   f the map from points to reference
/// ```
/// No form of the correlation is assumed. `None` if `map` does not take the points to the reference.
pub fn covariant_ratio(
    map: &Moebius,
    points: &[Point],
    reference: &[Point],
    eighths: u32,
) -> Option<BigRational> {
    let mut product = BigRational::one();
    for (z, w) in points.iter().zip(reference) {
        if map.apply(z).as_ref() != Some(w) {
            return None;
        }
        product *= map.square_scale(z)?;
    }
    Some(num_traits::pow(product, eighths as usize))
}

/// `∏ (|w_ij| / |z_ij|)^{a_ij}` to the sixteenth power for three points z and w, with the exponents in
/// eighths and the pairs in the order 12, 13, 23: the ratio of a three-point function
/// `B / (|x₁₂|^{a₁₂} |x₁₃|^{a₁₃} |x₂₃|^{a₂₃})` at z and at w.
pub fn power_law_ratio(
    points: &[Point; 3],
    reference: &[Point; 3],
    eighths: [u32; 3],
) -> BigRational {
    let square = |p: &[Point; 3], i: usize, j: usize| square_modulus(&(&p[i] - &p[j]));
    [(0, 1), (0, 2), (1, 2)].into_iter().zip(eighths).fold(
        BigRational::one(),
        |product, ((i, j), power)| {
            let ratio = square(reference, i, j) / square(points, i, j);
            product * num_traits::pow(ratio, power as usize)
        },
    )
}

/// The scaling dimensions `Δ = 2 h_{r,s}` of the scalar primary fields of the unitary minimal model of
/// index m (3 is the Ising model), in increasing order, each once.
///
/// ```text
/// h_{r,s} = ((r (m+1) − s m)² − 1) / (4 m (m+1)),   1 ≤ r < m,  1 ≤ s ≤ m
/// ```
/// # References
/// D. Friedan, Z. Qiu and S. Shenker, Phys. Rev. Lett. 52 (1984) 1575.
pub fn minimal_model_dimensions(m: i64) -> Vec<BigRational> {
    let weights = (1..m).flat_map(|r| (1..=m).map(move |s| (r * (m + 1) - s * m).pow(2) - 1));
    let mut dimensions: Vec<_> = weights
        .map(|n| BigRational::new(n.into(), (2 * m * (m + 1)).into()))
        .collect();
    dimensions.sort();
    dimensions.dedup();
    dimensions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_goes_through_its_points() {
        let p = |x: i64, y: i64| {
            let q = |n: i64| BigRational::from_integer(n.into());
            Complex::new(q(x), q(y))
        };
        let from = [p(0, 1), p(2, 3), p(-1, 4)];
        let to = [p(1, 1), p(5, 0), p(0, 2)];
        let map = Moebius::through(&from, &to).unwrap();
        for (z, w) in from.iter().zip(&to) {
            assert_eq!(map.apply(z).as_ref(), Some(w));
        }
    }
}
