//! What coarse graining does to the temperature of an Ising chain.

use num_rational::BigRational;
use num_traits::One;

/// `tanh K` for `e^K = growth`.
pub fn tanh_of(growth: &BigRational) -> BigRational {
    let square = growth * growth;
    (&square - BigRational::one()) / (square + BigRational::one())
}

/// `tanh K′` after every second spin of an Ising chain with `e^K = growth` is summed over.
///
/// ```text
/// e^{2K′} = W(↑↑)/W(↑↓),   W(s, s″) = Σ_{s′} e^{K s s′ + K s′ s″}
/// ```
/// The two weights are summed from the states of the spin in the middle.
pub fn decimated_tanh(growth: &BigRational) -> BigRational {
    let bond = |a: i32, b: i32| {
        if a == b {
            growth.clone()
        } else {
            BigRational::one() / growth
        }
    };
    let weight = |a: i32, b: i32| bond(a, 1) * bond(1, b) + bond(a, -1) * bond(-1, b);
    let ratio = weight(1, 1) / weight(1, -1);
    (&ratio - BigRational::one()) / (ratio + BigRational::one())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hyperbolic_tangent_is_squared() {
        let growth = BigRational::new(5.into(), 2.into());
        let t = tanh_of(&growth);
        assert_eq!(decimated_tanh(&growth), &t * &t);
    }
}
