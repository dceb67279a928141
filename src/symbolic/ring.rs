//! What generic algebra asks of a coefficient.

use num_traits::{One, Zero};
use std::ops::{Div, Neg, Sub};

/// A commutative ring: what [`Matrix`](super::Matrix) and [`PowerSeries`](super::PowerSeries) compute
/// with. Implemented by every type that has the operations (`Zero` brings `+`, `One` brings `×`).
///
/// Rounding types satisfy the bounds but not the axioms; results over them are as good as the order
/// of operations allows, and no better.
pub trait Ring: Clone + Zero + One + Sub<Output = Self> + Neg<Output = Self> {}

impl<T: Clone + Zero + One + Sub<Output = T> + Neg<Output = T>> Ring for T {}

/// A [`Ring`] with division by non-zero elements, of characteristic zero.
pub trait Field: Ring + Div<Output = Self> {}

impl<T: Ring + Div<Output = T>> Field for T {}

/// The image of `n` in the ring, `1 + 1 + … + 1`, in O(log n) additions.
pub(super) fn integer<C: Ring>(n: usize) -> C {
    let mut value = C::zero();
    for bit in (0..usize::BITS - n.leading_zeros()).rev() {
        value = value.clone() + value;
        if n >> bit & 1 == 1 {
            value = value + C::one();
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integer_is_the_sum_of_ones() {
        for n in 0..70 {
            assert_eq!(integer::<i64>(n), n as i64);
        }
    }
}
