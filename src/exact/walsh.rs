//! Every function of ±1 spins as couplings: the Walsh–Hadamard transform.

use crate::numeric::Enclosure;
use crate::symbolic::{Field, Ring};
use num_rational::BigRational;
use num_traits::One;
use thiserror::Error;

/// Why a list is no function on the configurations of N spins.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum WalshError {
    /// The length is not a power of two.
    #[error("{length} values are not one for each configuration of some number of ±1 spins")]
    Length {
        /// How many values there are.
        length: usize,
    },
}

fn check_length(length: usize) -> Result<(), WalshError> {
    if length.is_power_of_two() {
        Ok(())
    } else {
        Err(WalshError::Length { length })
    }
}

/// `χ_S(s) = Π_{i∈S} s_i` as `true` for −1; bit i of `state` set means `s_i = +1`, bit i of `set`
/// means `i ∈ S`.
pub fn is_negative_character(set: usize, state: usize) -> bool {
    (set & !state).count_ones() % 2 == 1
}

/// The couplings of a function of N spins.
///
/// ```text
/// f(s) = Σ_S K_S Π_{i∈S} s_i,   K_S = 2^{−N} Σ_s f(s) Π_{i∈S} s_i
/// ```
/// `values[state]` has bit i of `state` set for `s_i = +1`; entry `S` of the result has bit i set for
/// `i ∈ S`, so entry 0 is the constant and entry `1 << i` the field on site i. Every function has
/// exactly one such expansion: [`values`] is the inverse.
///
/// # Errors
/// [`WalshError::Length`] unless there are 2^N values.
/// # Accuracy
/// Exact over exact fields; over [`Enclosure`] each coupling encloses the true one (test
/// `transform_inverts_and_matches_the_definition`).
/// # Complexity
/// N 2^N additions and 2^N divisions.
///
/// ```
/// use blockspin::exact::walsh;
/// // f(s₀, s₁) = 1 + 2 s₀ + 4 s₀ s₁ at (−,−), (+,−), (−,+), (+,+)
/// let couplings = walsh::couplings(&[3.0, -1.0, -5.0, 7.0]).unwrap();
/// assert_eq!(couplings, [1.0, 2.0, 0.0, 4.0]);
/// ```
pub fn couplings<T: Field>(values: &[T]) -> Result<Vec<T>, WalshError> {
    check_length(values.len())?;
    let mut table = values.to_vec();
    // Halving at every level keeps the numbers small; the order of exact operations is free.
    let two = T::one() + T::one();
    butterflies(&mut table, |down, up| {
        (
            (up.clone() + down.clone()) / two.clone(),
            (up - down) / two.clone(),
        )
    });
    Ok(table)
}

/// The function that has these couplings, the inverse of [`couplings`].
///
/// # Errors
/// [`WalshError::Length`] unless there are 2^N couplings.
pub fn values<T: Ring>(couplings: &[T]) -> Result<Vec<T>, WalshError> {
    check_length(couplings.len())?;
    let mut table = couplings.to_vec();
    butterflies(&mut table, |without, with| {
        (without.clone() - with.clone(), without + with)
    });
    Ok(table)
}

/// Applies `step` to the pairs of entries that differ in one bit, bit by bit.
fn butterflies<T: Clone>(table: &mut [T], step: impl Fn(T, T) -> (T, T)) {
    let mut stride = 1;
    while stride < table.len() {
        for low in (0..table.len()).filter(|index| index & stride == 0) {
            let (a, b) = step(table[low].clone(), table[low | stride].clone());
            table[low] = a;
            table[low | stride] = b;
        }
        stride *= 2;
    }
}

/// The couplings of the many-body Hamiltonian whose weights these are.
///
/// ```text
/// weights(s) = e^{−H(s)} = exp Σ_S K_S Π_{i∈S} s_i
/// ```
/// For the visible weights of a Boltzmann machine this is the effective Hamiltonian of its visible
/// layer, `K_S` being couplings of the reduced Hamiltonian −H.
///
/// # Errors
/// [`WalshError::Length`] unless there are 2^N weights.
/// # Accuracy
/// Unbounded enclosures where a weight is not positive.
pub fn log_couplings(weights: &[BigRational]) -> Result<Vec<Enclosure>, WalshError> {
    let logs: Vec<Enclosure> = weights
        .iter()
        .map(|w| Enclosure::from_rational(w).ln())
        .collect();
    couplings(&logs)
}

/// One coupling of [`log_couplings`], exponentiated so that it stays in the field of the weights.
///
/// ```text
/// e^{2^N K_S} = Π_s weights(s)^{χ_S(s)}
/// ```
/// It is one exactly if the many-body Hamiltonian has no term on the set S.
///
/// # Errors
/// [`WalshError::Length`] unless there are 2^N weights.
pub fn exp_coupling<T: Field>(weights: &[T], set: usize) -> Result<T, WalshError> {
    check_length(weights.len())?;
    let mut numerator = T::one();
    let mut denominator = T::one();
    for (state, weight) in weights.iter().enumerate() {
        if is_negative_character(set, state) {
            denominator = denominator * weight.clone();
        } else {
            numerator = numerator * weight.clone();
        }
    }
    Ok(numerator / denominator)
}

/// The largest number of spins in one term of the Hamiltonian that has these weights.
///
/// # Errors
/// [`WalshError::Length`] unless there are 2^N weights.
pub fn interaction_order(weights: &[BigRational]) -> Result<u32, WalshError> {
    let mut order = 0;
    for set in 0..weights.len() {
        if set.count_ones() > order && !exp_coupling(weights, set)?.is_one() {
            order = set.count_ones();
        }
    }
    check_length(weights.len())?;
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn q(n: i64, d: i64) -> BigRational {
        BigRational::new(n.into(), d.into())
    }

    #[test]
    fn lengths_that_are_no_power_of_two_are_refused() {
        assert_eq!(
            couplings(&[q(1, 1), q(2, 1), q(3, 1)]),
            Err(WalshError::Length { length: 3 })
        );
        assert!(values::<i64>(&[]).is_err());
    }

    #[test]
    fn exponentiated_coupling_is_the_exponential_of_the_coupling() {
        let weights = [q(2, 1), q(1, 3), q(5, 7), q(4, 1)];
        let logs = log_couplings(&weights).unwrap();
        for set in 0..4 {
            let exact = Enclosure::from_rational(&exp_coupling(&weights, set).unwrap());
            assert!(exact.overlaps((logs[set] * Enclosure::exact(4.0)).exp()));
        }
        assert_eq!(interaction_order(&weights).unwrap(), 2);
        assert_eq!(
            interaction_order(&[q(6, 1), q(3, 1), q(2, 1), q(1, 1)]).unwrap(),
            1
        );
    }

    proptest! {
        #[test]
        fn transform_inverts_and_matches_the_definition(f in prop::collection::vec(-50_i64..50, 8)) {
            let f: Vec<BigRational> = f.into_iter().map(|n| q(n, 3)).collect();
            let k = couplings(&f).unwrap();
            prop_assert_eq!(&values(&k).unwrap(), &f);
            let enclosed: Vec<Enclosure> = f.iter().map(Enclosure::from_rational).collect();
            let enclosed = couplings(&enclosed).unwrap();
            for set in 0..8 {
                let direct = (0..8)
                    .map(|s| if is_negative_character(set, s) { -&f[s] } else { f[s].clone() })
                    .sum::<BigRational>() / q(8, 1);
                prop_assert_eq!(&direct, &k[set]);
                prop_assert!(enclosed[set].contains_rational(&direct));
            }
        }
    }
}
