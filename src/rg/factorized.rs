//! The product of a joint distribution's marginals: it has the same marginals and no correlations.
//!
//! ```text
//! A(v,h) = ρ(v) ρ̃(h),   ρ(v) = Σ_h p(v,h),   ρ̃(h) = Σ_v p(v,h)
//! D_KL(p‖A) = I(v;h) = S(v) + S(h) − S(v,h) ≥ 0
//! ```
//! It is zero exactly if p itself is a product, that is if the table of p has rank one; for a Boltzmann
//! machine, exactly if every weight `W_ia` is zero.

use crate::exact::JointTable;
use crate::model::RbmFactors;
use crate::numeric::Enclosure;
use crate::symbolic::Field;
use num_rational::BigRational;
use num_traits::{One, Zero};

/// The two marginals of a distribution.
#[derive(Clone, Debug, PartialEq)]
pub struct Marginals<T> {
    /// `ρ(v) = Σ_h p(v,h)`.
    pub visible: Vec<T>,
    /// `ρ̃(h) = Σ_v p(v,h)`.
    pub hidden: Vec<T>,
}

impl<T: Field> Marginals<T> {
    /// The marginals of the distribution with these weights, which need not be normalised.
    pub fn of(weights: &JointTable<T>) -> Self {
        let p = weights.normalised();
        Self {
            visible: p.sum_over_hidden(),
            hidden: p.sum_over_visible(),
        }
    }

    /// A(v,h) = ρ(v) ρ̃(h), which forgets how v and h depend on each other.
    ///
    /// # Panics
    /// If a marginal has not a power of two of entries.
    pub fn product(&self) -> JointTable<T> {
        let bits = |n: usize| n.trailing_zeros() as usize;
        assert!(
            self.visible.len().is_power_of_two() && self.hidden.len().is_power_of_two(),
            "a marginal has one entry for each configuration of its spins"
        );
        JointTable::from_fn(bits(self.visible.len()), bits(self.hidden.len()), |v, h| {
            self.visible[v].clone() * self.hidden[h].clone()
        })
        .expect("the table that the marginals come from is no smaller")
    }
}

/// Whether a table is a product f(v) g(h): whether it has rank at most one.
///
/// ```text
/// w(v,h) w(v′,h′) = w(v,h′) w(v′,h)   for all v, v′, h, h′
/// ```
/// Looks at all minors, so zeros are no trouble.
pub fn is_product<T: Field + PartialEq>(table: &JointTable<T>) -> bool {
    let (n, m) = (1 << table.visible(), 1 << table.hidden());
    (0..n).all(|v| {
        (0..v).all(|w| {
            (0..m).all(|h| {
                (0..h).all(|g| {
                    table.at(v, h).clone() * table.at(w, g).clone()
                        == table.at(v, g).clone() * table.at(w, h).clone()
                })
            })
        })
    })
}

/// Whether all the weights `W_ia` of a machine are zero.
pub fn is_uncoupled<T: Field + PartialEq>(machine: &RbmFactors<T>) -> bool {
    machine.weights().iter().all(|w| *w == T::one())
}

/// `S = −Σ p ln p`, in nats; states of probability zero do not contribute.
pub fn entropy(p: &[BigRational]) -> Enclosure {
    p.iter()
        .filter(|x| !x.is_zero())
        .fold(Enclosure::exact(0.0), |s, x| {
            let x = Enclosure::from_rational(x);
            s - x * x.ln()
        })
}

/// `D_KL(p‖q) = Σ p ln(p/q)`, in nats; unbounded where q is zero and p is not.
///
/// The logarithm is taken of the exact ratio, and of a ratio of one it is exactly zero.
pub fn kl_divergence(p: &[BigRational], q: &[BigRational]) -> Enclosure {
    p.iter()
        .zip(q)
        .filter(|(p, _)| !p.is_zero())
        .fold(Enclosure::exact(0.0), |d, (p, q)| {
            if q.is_zero() {
                return Enclosure::UNBOUNDED;
            }
            let ratio = p / q;
            if ratio.is_one() {
                return d;
            }
            d + Enclosure::from_rational(p) * Enclosure::from_rational(&ratio).ln()
        })
}

/// `I(v;h) = S(v) + S(h) − S(v,h)`, in nats.
pub fn mutual_information(weights: &JointTable<BigRational>) -> Enclosure {
    let marginals = Marginals::of(weights);
    entropy(&marginals.visible) + entropy(&marginals.hidden)
        - entropy(weights.normalised().entries())
}

/// The dimension of the family of joint distributions that share given marginals.
///
/// ```text
/// (2^n − 1)(2^m − 1)
/// ```
/// for n visible and m hidden spins: the marginals determine the joint distribution only if one of the
/// layers is empty.
pub fn freedom_beyond_marginals(visible: u32, hidden: u32) -> u64 {
    ((1_u64 << visible) - 1) * ((1_u64 << hidden) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn q(n: i64, d: i64) -> BigRational {
        BigRational::new(n.into(), d.into())
    }

    fn table() -> JointTable<BigRational> {
        JointTable::from_fn(1, 2, |v, h| q((3 * v + h * h + 1) as i64, 1)).unwrap()
    }

    #[test]
    fn product_keeps_the_marginals_and_is_a_product() {
        let marginals = Marginals::of(&table());
        let a = marginals.product();
        assert_eq!(Marginals::of(&a), marginals);
        assert!(is_product(&a) && !is_product(&table()));
        assert!(a.covariance(1, 2).is_zero() && !table().covariance(1, 2).is_zero());
    }

    #[test]
    fn divergence_from_the_product_is_the_mutual_information() {
        let p = table().normalised();
        let a = Marginals::of(&p).product();
        let d = kl_divergence(p.entries(), a.entries());
        assert!(d.overlaps(mutual_information(&p)) && d.is_positive() && d.width() < 1e-13);
        assert!(kl_divergence(a.entries(), a.entries()).is_zero());
    }

    #[test]
    fn zeros_are_counted_right() {
        let p = [q(0, 1), q(1, 1)];
        assert!(entropy(&p).is_zero());
        assert_eq!(kl_divergence(&[q(1, 2), q(1, 2)], &p), Enclosure::UNBOUNDED);
        assert_eq!(freedom_beyond_marginals(1, 2), 3);
    }
}
