//! Rigorous bounds on correlations of Ising lattices that are too large to sum.

use super::open_rectangle::pair_sums;
use crate::numeric::Enclosure;
use num_traits::One;

/// A lower bound of `⟨s_a s_b⟩` for two sites `distance` rows apart on a periodic `side × side` lattice.
///
/// By the second Griffiths inequality, leaving out bonds of a ferromagnet lowers no correlation: what is
/// left here is an open rectangle of `side` rows and `columns` columns, the two sites in its middle
/// column.
///
/// # Panics
/// If the rectangle does not fit, or has more than 20 columns.
pub fn lower_bound(side: usize, distance: usize, columns: usize, coupling: Enclosure) -> f64 {
    assert!(columns <= side && distance < side, "the rectangle must fit");
    let unlike = (-(coupling + coupling)).exp();
    let first = (side - distance) / 2;
    let column = columns / 2;
    let (z, pair) = pair_sums(
        side,
        columns,
        &unlike,
        (first, column),
        (first + distance, column),
    );
    (pair / z).lo().max(0.0)
}

/// An upper bound of `⟨s_a s_b⟩` for two sites at least `distance` steps apart on any lattice with four
/// neighbours: there are at most 4·3^{n−1} self-avoiding walks of n steps.
///
/// ```text
/// ⟨s_a s_b⟩ ≤ Σ_{walks} (tanh K)^n ≤ (4/3) (3 tanh K)^distance / (1 − 3 tanh K)
/// ```
/// One if `3 tanh K ≥ 1`, where the sum does not converge.
///
/// # References
/// M. E. Fisher, Phys. Rev. 162 (1967) 480.
pub fn upper_bound(distance: i32, coupling: Enclosure) -> f64 {
    let x = coupling.tanh() * Enclosure::exact(3.0);
    if x.hi() >= 1.0 {
        return 1.0;
    }
    let four_thirds = Enclosure::exact(4.0) / Enclosure::exact(3.0);
    (four_thirds * x.powi(distance) / (Enclosure::one() - x))
        .hi()
        .min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_hold_on_a_small_torus() {
        // 4×4 torus, two sites two rows apart.
        let bonds = crate::model::Lattice::torus(4, 4).bonds();
        for t in [2.269, 10.0] {
            let (mut z, mut pair) = (0.0, 0.0);
            for state in 0..1_u64 << 16 {
                let unlike = bonds
                    .iter()
                    .filter(|(i, j)| (state >> i ^ state >> j) & 1 == 1)
                    .count();
                let w = (-2.0 / t * unlike as f64).exp();
                z += w;
                pair += if (state >> 2 ^ state >> 10) & 1 == 1 {
                    -w
                } else {
                    w
                };
            }
            let k = Enclosure::one() / Enclosure::exact(t);
            let value = pair / z;
            let mut last = 0.0;
            for columns in 1..=4 {
                let bound = lower_bound(4, 2, columns, k);
                assert!(last < bound && bound < value);
                last = bound;
            }
            assert!(upper_bound(2, k) > value);
        }
    }
}
