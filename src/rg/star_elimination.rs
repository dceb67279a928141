//! The interactions that appear when one spin is summed over.

use num_rational::BigRational;
use num_traits::One;

/// The interactions among the z neighbours of an Ising spin that is summed over, as the sets of
/// neighbours (bit masks) with a coupling that is not zero; the constant is left out.
///
/// ```text
/// Σ_{s₀} e^{K s₀ (s₁ + … + s_z)} = exp(Σ_S c_S ∏_{i∈S} s_i),   2^z c_S = Σ_s ∏_{i∈S} s_i · ln W(s)
/// ```
/// With `e^K = growth` rational, `e^{2^z c_S}` is rational, and is compared with 1 exactly.
///
/// # Panics
/// If there are more than 8 neighbours.
pub fn generated_terms(neighbours: usize, growth: &BigRational) -> Vec<u32> {
    assert!(
        neighbours <= 8,
        "2^{neighbours} states, products of as many weights"
    );
    let states = 1_u32 << neighbours;
    let weight = |state: u32| {
        let sum = neighbours as i32 - 2 * state.count_ones() as i32;
        growth.pow(sum) + growth.pow(-sum)
    };
    let weights: Vec<BigRational> = (0..states).map(weight).collect();
    (1..states)
        .filter(|set| {
            let exponential = (0..states).fold(BigRational::one(), |product, state| {
                if (state & set).count_ones() % 2 == 0 {
                    product * &weights[state as usize]
                } else {
                    product / &weights[state as usize]
                }
            });
            !exponential.is_one()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chain_closes_and_the_square_lattice_does_not() {
        let growth = BigRational::new(3.into(), 2.into());
        assert_eq!(generated_terms(2, &growth), [0b11]);
        let square = generated_terms(4, &growth);
        assert_eq!(square.len(), 7);
        assert!(square.contains(&0b1111));
    }
}
