//! The whole partition function as a rational number: the reference of the float engines.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use thiserror::Error;

/// Most spins that are summed.
const MAX_SPINS: usize = 24;

/// Exact thermodynamics of a model whose weights are rational.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RationalResult {
    /// Z.
    pub z: BigRational,
    /// `⟨s_i⟩`.
    pub mean: Vec<BigRational>,
    /// `⟨s_i s_j⟩` for `i < j`, in lexicographic order.
    pub pair: Vec<(usize, usize, BigRational)>,
}

/// Why there is no rational result.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum RationalError {
    /// More spins than a plain loop can sum.
    #[error("{spins} spins are more than the {limit} that are summed in rational arithmetic")]
    TooManySpins {
        /// What was asked for.
        spins: usize,
        /// What is allowed.
        limit: usize,
    },
    /// `e^K` is never zero or negative.
    #[error("the factor of term {term} is not positive")]
    NotPositive {
        /// Position in the list of terms.
        term: usize,
    },
    /// A site that does not exist.
    #[error("term {term} names site {site} of {spins}")]
    SiteOutOfRange {
        /// Position in the list of terms.
        term: usize,
        /// The site.
        site: usize,
        /// How many spins there are.
        spins: usize,
    },
}

/// Z, means and pair correlators in ℚ, each term given by its sites and the rational number `e^K`.
///
/// ```text
/// Z = Σ_s ∏_t (e^{K_t})^{∏_{i∈t} s_i}
/// ```
/// A plain loop over all states, each weight multiplied out from its terms, so that it shares nothing
/// with the engines that are tested against it. A site named twice in a term counts twice.
///
/// # Errors
/// [`RationalError`] for more than 24 spins, a factor that is not positive, a site out of range.
/// # Complexity
/// O(2^N · terms) big-rational products.
pub fn rational_partition(
    spins: usize,
    terms: &[(Vec<usize>, BigRational)],
) -> Result<RationalResult, RationalError> {
    if spins > MAX_SPINS {
        return Err(RationalError::TooManySpins {
            spins,
            limit: MAX_SPINS,
        });
    }
    for (term, (sites, factor)) in terms.iter().enumerate() {
        if !factor.is_positive() {
            return Err(RationalError::NotPositive { term });
        }
        if let Some(&site) = sites.iter().find(|&&site| site >= spins) {
            return Err(RationalError::SiteOutOfRange { term, site, spins });
        }
    }
    let spin = |state: u32, i: usize| if state >> i & 1 == 1 { 1 } else { -1 };
    let mut z = BigRational::zero();
    let mut mean = vec![BigRational::zero(); spins];
    let mut pair: Vec<(usize, usize, BigRational)> = (0..spins)
        .flat_map(|i| (i + 1..spins).map(move |j| (i, j, BigRational::zero())))
        .collect();
    for state in 0..1_u32 << spins {
        let mut weight = BigRational::one();
        for (sites, factor) in terms {
            let product: i32 = sites.iter().map(|&i| spin(state, i)).product();
            if product > 0 {
                weight *= factor;
            } else {
                weight /= factor;
            }
        }
        for (i, sum) in mean.iter_mut().enumerate() {
            *sum += &weight * BigInt::from(spin(state, i));
        }
        for (i, j, sum) in &mut pair {
            *sum += &weight * BigInt::from(spin(state, *i) * spin(state, *j));
        }
        z += weight;
    }
    for sum in &mut mean {
        *sum /= &z;
    }
    for (_, _, sum) in &mut pair {
        *sum /= &z;
    }
    Ok(RationalResult { z, mean, pair })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn q(n: i64, d: i64) -> BigRational {
        BigRational::new(n.into(), d.into())
    }

    #[test]
    fn two_spins_by_hand() {
        // e^K = 2 on the bond: weights 2, 1/2, 1/2, 2, so Z = 5 and ⟨s s⟩ = (4 − 1)/5.
        let r = rational_partition(2, &[(vec![0, 1], q(2, 1))]).unwrap();
        assert_eq!(r.z, q(5, 1));
        assert_eq!(r.mean, [q(0, 1), q(0, 1)]);
        assert_eq!(r.pair, [(0, 1, q(3, 5))]);
        // A field e^h = 3 on one spin: Z = 3 + 1/3, ⟨s⟩ = (3 − 1/3)/(3 + 1/3) = 4/5.
        let r = rational_partition(1, &[(vec![0], q(3, 1)), (vec![], q(7, 1))]).unwrap();
        assert_eq!(r.z, q(70, 3));
        assert_eq!(r.mean, [q(4, 5)]);
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(rational_partition(1, &[(vec![0], q(0, 1))]).is_err());
        assert!(rational_partition(1, &[(vec![1], q(1, 1))]).is_err());
        assert!(rational_partition(25, &[]).is_err());
    }
}
