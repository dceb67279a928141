//! The Gaussian prior of a hidden layer and its cumulants.

use super::quadratic::power;
use crate::symbolic::Field;

/// The square of the density's factor: `q(z) = (β/2π)^{k/2} exp(−½β zᵀz)` in k dimensions has
/// `(β/2π)^k`.
pub fn prior_weight<T: Field>(beta: &T, dimensions: usize, two_pi: &T) -> T {
    power(&(beta.clone() / two_pi.clone()), dimensions)
}

/// The cumulant generating function of the prior, `K_z(t) = ln⟨e^{t·z}⟩ = t·t/(2β)`.
pub fn prior_cumulant_function<T: Field>(beta: &T, t: &[T]) -> T {
    let square = t
        .iter()
        .fold(T::zero(), |sum, s| sum + s.clone() * s.clone());
    square / (beta.clone() + beta.clone())
}

/// The moments ⟨z⟩, ⟨z²⟩, …, ⟨z^order⟩ of one Gaussian unit of variance 1/β: the number of ways to
/// pair k factors, over β^{k/2}; zero for odd k.
pub fn gaussian_moments<T: Field>(beta: &T, order: usize) -> Vec<T> {
    // A factor is paired with one of the k − 1 others, and k − 2 remain.
    let mut moments = vec![T::one()];
    let mut number = T::zero();
    for k in 1..=order {
        moments.push(if k == 1 {
            T::zero()
        } else {
            number.clone() * moments[k - 2].clone() / beta.clone()
        });
        number = number + T::one();
    }
    moments.split_off(1)
}

/// The cumulants `κ₁, …, κ_order` of one Gaussian unit of variance 1/β: `0, 1/β, 0, 0, …`.
pub fn gaussian_cumulants<T: Field>(beta: &T, order: usize) -> Vec<T> {
    (1..=order)
        .map(|k| {
            if k == 2 {
                T::one() / beta.clone()
            } else {
                T::zero()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbolic::{RationalFunction as R, moments_to_cumulants};

    #[test]
    fn the_moments_have_these_cumulants() {
        let beta = R::var(0);
        assert_eq!(
            moments_to_cumulants(&gaussian_moments(&beta, 8)),
            gaussian_cumulants(&beta, 8)
        );
        let fourth = gaussian_moments(&R::integer(1), 4)[3].clone();
        assert_eq!(fourth, R::integer(3));
    }
}
