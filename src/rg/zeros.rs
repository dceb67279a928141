//! Complex zeros of a polynomial with rational coefficients, each inside a disc that surely holds it.

use num_bigint::BigInt;
use num_complex::Complex;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use thiserror::Error;

use crate::numeric::Enclosure;

type Exact = Complex<BigRational>;
type Plain = Complex<f64>;

/// A disc that holds exactly one zero, of this multiplicity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ZeroDisc {
    /// Real part of the centre.
    pub re: f64,
    /// Imaginary part of the centre.
    pub im: f64,
    /// Upper bound of the distance from the centre to the zero.
    pub radius: f64,
    /// How often the zero counts.
    pub multiplicity: usize,
}

/// Why the zeros of a polynomial were not enclosed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ZerosError {
    /// All coefficients are zero.
    #[error("every number is a zero of the polynomial 0")]
    ZeroPolynomial,
    /// The discs overlap: two zeros are too close for double precision.
    #[error("the zeros lie too close together to be told apart in double precision")]
    NotSeparated,
}

/// All complex zeros of `Σ c_k z^k`, with their multiplicities.
///
/// Multiple zeros are split off first by greatest common divisors in `ℚ[z]`; the simple ones are found in
/// double precision (Aberth) and then enclosed by Smith's discs, computed in exact arithmetic:
/// ```text
/// every zero of c ∏ (z − ζ_i) lies in a disc |z − z_i| ≤ n |p(z_i)| / |c ∏_{j≠i} (z_i − z_j)|,
/// and a disc that meets no other holds exactly one
/// ```
/// # Errors
/// [`ZerosError`] for the polynomial 0, and if two discs meet.
/// # References
/// B. T. Smith, J. ACM 17 (1970) 661.
pub fn polynomial_zeros(coefficients: &[BigRational]) -> Result<Vec<ZeroDisc>, ZerosError> {
    let polynomial = trimmed(coefficients.to_vec());
    if polynomial.is_empty() {
        return Err(ZerosError::ZeroPolynomial);
    }
    let mut discs = Vec::new();
    for (factor, multiplicity) in squarefree_factors(&polynomial) {
        discs.extend(simple_zeros(&factor, multiplicity)?);
    }
    Ok(discs)
}

fn trimmed(mut p: Vec<BigRational>) -> Vec<BigRational> {
    while p.last().is_some_and(Zero::is_zero) {
        p.pop();
    }
    p
}

fn monic(p: Vec<BigRational>) -> Vec<BigRational> {
    match p.last().cloned() {
        Some(lead) => p.into_iter().map(|c| c / &lead).collect(),
        None => p,
    }
}

fn derivative(p: &[BigRational]) -> Vec<BigRational> {
    let terms = p.iter().enumerate().skip(1);
    terms
        .map(|(k, c)| c * BigRational::from_integer(BigInt::from(k)))
        .collect()
}

fn difference(a: &[BigRational], b: &[BigRational]) -> Vec<BigRational> {
    let at = |p: &[BigRational], k: usize| p.get(k).cloned().unwrap_or_else(BigRational::zero);
    trimmed(
        (0..a.len().max(b.len()))
            .map(|k| at(a, k) - at(b, k))
            .collect(),
    )
}

/// Quotient and remainder; the divisor is not 0.
fn divide(a: &[BigRational], b: &[BigRational]) -> (Vec<BigRational>, Vec<BigRational>) {
    let mut rest = a.to_vec();
    let mut quotient = vec![BigRational::zero(); (a.len() + 1).saturating_sub(b.len())];
    for k in (0..quotient.len()).rev() {
        let factor = &rest[k + b.len() - 1] / &b[b.len() - 1];
        for (j, c) in b.iter().enumerate() {
            rest[k + j] -= &factor * c;
        }
        quotient[k] = factor;
    }
    (trimmed(quotient), trimmed(rest))
}

fn gcd(a: &[BigRational], b: &[BigRational]) -> Vec<BigRational> {
    let (mut a, mut b) = (monic(a.to_vec()), monic(b.to_vec()));
    while !b.is_empty() {
        let rest = monic(divide(&a, &b).1);
        (a, b) = (b, rest);
    }
    a
}

/// Yun's algorithm: monic factors without multiple zeros, with their multiplicities.
fn squarefree_factors(p: &[BigRational]) -> Vec<(Vec<BigRational>, usize)> {
    let p = monic(p.to_vec());
    let slope = derivative(&p);
    let common = gcd(&p, &slope);
    let mut b = divide(&p, &common).0;
    let mut d = difference(&divide(&slope, &common).0, &derivative(&b));
    let mut factors = Vec::new();
    let mut multiplicity = 1;
    while b.len() > 1 {
        let factor = gcd(&b, &d);
        b = divide(&b, &factor).0;
        let c = divide(&d, &factor).0;
        d = difference(&c, &derivative(&b));
        if factor.len() > 1 {
            factors.push((factor, multiplicity));
        }
        multiplicity += 1;
    }
    factors
}

fn simple_zeros(p: &[BigRational], multiplicity: usize) -> Result<Vec<ZeroDisc>, ZerosError> {
    let mut zeros = approximate_zeros(p);
    for _ in 0..3 {
        zeros = (0..zeros.len())
            .map(|i| {
                let step = plain(&weierstrass(p, &zeros, i));
                let moved = zeros[i] - step;
                if moved.is_finite() { moved } else { zeros[i] }
            })
            .collect();
    }
    let n = zeros.len();
    let discs: Vec<ZeroDisc> = (0..n)
        .map(|i| {
            let correction = Enclosure::from_rational(&weierstrass(p, &zeros, i).norm_sqr()).sqrt();
            ZeroDisc {
                re: zeros[i].re,
                im: zeros[i].im,
                radius: (correction * Enclosure::exact(n as f64)).hi(),
                multiplicity,
            }
        })
        .collect();
    let meet = |a: &ZeroDisc, b: &ZeroDisc| {
        let (re, im) = (
            Enclosure::exact(a.re) - Enclosure::exact(b.re),
            Enclosure::exact(a.im) - Enclosure::exact(b.im),
        );
        let distance = (re.square() + im.square()).sqrt();
        (Enclosure::exact(a.radius) + Enclosure::exact(b.radius)).hi() >= distance.lo()
    };
    for i in 0..n {
        if !discs[i].radius.is_finite() || (0..i).any(|j| meet(&discs[i], &discs[j])) {
            return Err(ZerosError::NotSeparated);
        }
    }
    Ok(discs)
}

/// `p(z_i)/∏_{j≠i}(z_i − z_j)` of a monic polynomial, exactly.
fn weierstrass(p: &[BigRational], zeros: &[Plain], i: usize) -> Exact {
    let z = exact(zeros[i]);
    let value = p.iter().rev().fold(Exact::zero(), |v, c| {
        v * z.clone() + Exact::new(c.clone(), BigRational::zero())
    });
    let product = (0..zeros.len())
        .filter(|&j| j != i)
        .fold(Exact::one(), |d, j| d * (z.clone() - exact(zeros[j])));
    if product.is_zero() {
        return Exact::new(BigRational::one(), BigRational::zero());
    }
    value / product
}

fn exact(z: Plain) -> Exact {
    let part = |x: f64| BigRational::from_float(x).unwrap_or_else(BigRational::zero);
    Exact::new(part(z.re), part(z.im))
}

fn plain(z: &Exact) -> Plain {
    Plain::new(nearest(&z.re), nearest(&z.im))
}

fn nearest(q: &BigRational) -> f64 {
    q.to_f64().unwrap_or(f64::NAN)
}

/// Aberth's iteration from a circle; only as good as double precision, and trusted for nothing.
fn approximate_zeros(p: &[BigRational]) -> Vec<Plain> {
    let largest = p
        .iter()
        .map(Signed::abs)
        .max()
        .unwrap_or_else(BigRational::one);
    let c: Vec<f64> = p.iter().map(|c| nearest(&(c / &largest))).collect();
    let n = c.len() - 1;
    let scale = (c[0] / c[n]).abs().powf(1.0 / n as f64);
    let scale = if scale.is_finite() && scale > 0.0 {
        scale
    } else {
        1.0
    };
    let mut z: Vec<Plain> = (0..n)
        .map(|i| {
            let angle = std::f64::consts::TAU * (i as f64 + 0.3) / n as f64;
            Plain::from_polar(scale * (1.0 + 0.1 * i as f64 / n as f64), angle)
        })
        .collect();
    for _ in 0..200 {
        let mut moved = 0.0_f64;
        for i in 0..n {
            let (mut value, mut slope) = (Plain::zero(), Plain::zero());
            for &a in c.iter().rev() {
                slope = slope * z[i] + value;
                value = value * z[i] + a;
            }
            let newton = value / slope;
            let repulsion: Plain = (0..n)
                .filter(|&j| j != i)
                .map(|j| (z[i] - z[j]).inv())
                .sum();
            let step = newton / (Plain::one() - newton * repulsion);
            if step.is_finite() {
                z[i] -= step;
                moved = moved.max(step.norm() / (1e-300 + z[i].norm()));
            }
        }
        if moved < 1e-15 {
            break;
        }
    }
    z
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integers(c: &[i64]) -> Vec<BigRational> {
        c.iter()
            .map(|&c| BigRational::from_integer(c.into()))
            .collect()
    }

    #[test]
    fn multiple_zeros_are_split_off_and_enclosed() {
        // (z − 1)³ (z + 2)² (z² + 1)
        let factors = [
            integers(&[-1, 1]),
            integers(&[-1, 1]),
            integers(&[-1, 1]),
            integers(&[2, 1]),
            integers(&[2, 1]),
            integers(&[1, 0, 1]),
        ];
        let p = factors.iter().fold(integers(&[1]), |a, b| {
            let mut c = vec![BigRational::zero(); a.len() + b.len() - 1];
            for (i, x) in a.iter().enumerate() {
                for (j, y) in b.iter().enumerate() {
                    c[i + j] += x * y;
                }
            }
            c
        });
        let zeros = polynomial_zeros(&p).unwrap();
        let expected = [(1.0, 0.0, 3), (-2.0, 0.0, 2), (0.0, 1.0, 1), (0.0, -1.0, 1)];
        assert_eq!(zeros.len(), expected.len());
        for (re, im, multiplicity) in expected {
            assert!(
                zeros
                    .iter()
                    .any(|d| (d.re - re).hypot(d.im - im) <= d.radius + 1e-15
                        && d.multiplicity == multiplicity
                        && d.radius < 1e-13),
                "{re} {im}: {zeros:?}"
            );
        }
    }

    #[test]
    fn zeros_of_unity_are_inside_their_discs() {
        let mut p = integers(&[-1]);
        p.extend(integers(&[0; 11]));
        p.extend(integers(&[1]));
        let zeros = polynomial_zeros(&p).unwrap();
        assert_eq!(zeros.len(), 12);
        assert!(
            zeros
                .iter()
                .all(|d| d.radius < 1e-14 && (d.re.hypot(d.im) - 1.0).abs() < 1e-14)
        );
    }

    #[test]
    fn the_zero_polynomial_and_constants() {
        assert_eq!(
            polynomial_zeros(&integers(&[0, 0])),
            Err(ZerosError::ZeroPolynomial)
        );
        assert_eq!(polynomial_zeros(&integers(&[3])), Ok(vec![]));
    }
}
