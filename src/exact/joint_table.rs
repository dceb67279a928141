//! Every configuration of a small machine with its weight: the truth that formulas are held against.

use super::RbmSumError;
use crate::model::RbmFactors;
use crate::symbolic::Field;

/// Most units of both layers together.
const MAX_UNITS: usize = 20;

/// The weights of all configurations of a machine, and what follows from them by adding up.
///
/// ```text
/// Z = Σ_{v,h} w(v, h),    p(v, h) = w(v, h)/Z,    p(h_a = +1 | v) = Σ_{h: h_a = +1} w(v, h) / Σ_h w(v, h)
/// ```
/// Nothing here knows that the layers are conditionally independent or what a hyperbolic tangent is.
/// Configurations are words as in [`RbmFactors`].
#[derive(Clone, Debug, PartialEq)]
pub struct JointTable<T> {
    visible: usize,
    hidden: usize,
    /// By rows: `v` outer, `h` inner.
    weights: Vec<T>,
    z: T,
}

fn add<T: Field>(terms: impl Iterator<Item = T>) -> T {
    terms.fold(T::zero(), |sum, x| sum + x)
}

/// `x` times the spin at bit `k`.
fn times_spin<T: Field>(x: T, word: usize, k: usize) -> T {
    if word >> k & 1 == 1 { x } else { -x }
}

impl<T: Field> JointTable<T> {
    /// Lists all configurations.
    ///
    /// # Errors
    /// [`RbmSumError::TooLarge`] for more than 20 units.
    /// # Complexity
    /// `O(2^{N_v + N_h} · N_v · N_h)` products in `T`.
    pub fn enumerate(machine: &RbmFactors<T>) -> Result<Self, RbmSumError> {
        Self::of_weights(machine.visible(), machine.hidden(), |v, h| {
            machine.weight(v, h)
        })
    }

    /// The table of any weights over two layers of spins.
    ///
    /// # Errors
    /// [`RbmSumError::TooLarge`] for more than 20 units.
    pub fn of_weights(
        visible: usize,
        hidden: usize,
        weight: impl Fn(usize, usize) -> T,
    ) -> Result<Self, RbmSumError> {
        let units = visible.saturating_add(hidden);
        if units > MAX_UNITS {
            return Err(RbmSumError::TooLarge {
                units,
                limit: MAX_UNITS,
                states: 2.0_f64.powf(units as f64),
            });
        }
        let weights: Vec<T> = (0..1_usize << visible)
            .flat_map(|v| (0..1_usize << hidden).map(move |h| (v, h)))
            .map(|(v, h)| weight(v, h))
            .collect();
        let z = add(weights.iter().cloned());
        Ok(Self {
            visible,
            hidden,
            weights,
            z,
        })
    }

    /// Number of visible units.
    pub fn visible(&self) -> usize {
        self.visible
    }

    /// Number of hidden units.
    pub fn hidden(&self) -> usize {
        self.hidden
    }

    /// All visible configurations.
    pub fn visible_states(&self) -> std::ops::Range<usize> {
        0..1 << self.visible
    }

    /// All hidden configurations.
    pub fn hidden_states(&self) -> std::ops::Range<usize> {
        0..1 << self.hidden
    }

    /// Z.
    pub fn z(&self) -> &T {
        &self.z
    }

    /// `w(v, h)`.
    ///
    /// # Panics
    /// If `v` or `h` is out of range.
    pub fn weight(&self, v: usize, h: usize) -> &T {
        assert!(h < 1 << self.hidden, "hidden configuration {h}");
        &self.weights[(v << self.hidden) + h]
    }

    /// `p(v, h)`.
    pub fn joint(&self, v: usize, h: usize) -> T {
        self.weight(v, h).clone() / self.z.clone()
    }

    /// `Z p(v)`.
    pub fn weight_of_v(&self, v: usize) -> T {
        add(self.hidden_states().map(|h| self.weight(v, h).clone()))
    }

    /// `Z p(h)`.
    pub fn weight_of_h(&self, h: usize) -> T {
        add(self.visible_states().map(|v| self.weight(v, h).clone()))
    }

    /// `p(v)` of all visible configurations.
    pub fn marginal_of_v(&self) -> Vec<T> {
        self.visible_states()
            .map(|v| self.weight_of_v(v) / self.z.clone())
            .collect()
    }

    /// `p(h)` of all hidden configurations.
    pub fn marginal_of_h(&self) -> Vec<T> {
        self.hidden_states()
            .map(|h| self.weight_of_h(h) / self.z.clone())
            .collect()
    }

    /// `p(h_a = +1 | v)`.
    pub fn probability_h_up(&self, a: usize, v: usize) -> T {
        let up = self.hidden_states().filter(|h| h >> a & 1 == 1);
        add(up.map(|h| self.weight(v, h).clone())) / self.weight_of_v(v)
    }

    /// `p(v_i = +1 | h)`.
    pub fn probability_v_up(&self, i: usize, h: usize) -> T {
        let up = self.visible_states().filter(|v| v >> i & 1 == 1);
        add(up.map(|v| self.weight(v, h).clone())) / self.weight_of_h(h)
    }

    /// `⟨h_a⟩` given `v`.
    pub fn mean_h_from_v(&self, a: usize, v: usize) -> T {
        let signed = self
            .hidden_states()
            .map(|h| times_spin(self.weight(v, h).clone(), h, a));
        add(signed) / self.weight_of_v(v)
    }

    /// `⟨v_i⟩`.
    pub fn mean_v(&self, i: usize) -> T {
        let signed = self
            .visible_states()
            .map(|v| times_spin(self.weight_of_v(v), v, i));
        add(signed) / self.z.clone()
    }

    /// `⟨h_a⟩`.
    pub fn mean_h(&self, a: usize) -> T {
        let signed = self
            .hidden_states()
            .map(|h| times_spin(self.weight_of_h(h), h, a));
        add(signed) / self.z.clone()
    }

    /// `⟨v_i h_a⟩`.
    pub fn mean_pair(&self, i: usize, a: usize) -> T {
        let signed = self.visible_states().flat_map(|v| {
            self.hidden_states()
                .map(move |h| times_spin(times_spin(self.weight(v, h).clone(), h, a), v, i))
        });
        add(signed) / self.z.clone()
    }

    /// The same weights with the visible marginal exchanged for `q`: `q(v) p(h|v)`, normalised.
    pub fn with_data(&self, q: &[T]) -> Self {
        let mut weights = Vec::with_capacity(self.weights.len());
        for v in self.visible_states() {
            let row = self.weight_of_v(v);
            for h in self.hidden_states() {
                weights.push(q[v].clone() * self.weight(v, h).clone() / row.clone());
            }
        }
        let z = add(q.iter().cloned());
        Self {
            weights,
            z,
            ..*self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_rational::BigRational;

    fn q(n: i64, d: i64) -> BigRational {
        BigRational::new(n.into(), d.into())
    }

    #[test]
    fn one_by_one_by_hand() {
        let m = RbmFactors::new(vec![q(2, 1)], vec![q(1, 1)], vec![q(1, 1)]).unwrap();
        let t = JointTable::enumerate(&m).unwrap();
        // Weights 2, 1/2, 1/2, 2: Z = 5, ⟨vh⟩ = (4 − 1)/5.
        assert_eq!(t.z(), &q(5, 1));
        assert_eq!(t.mean_pair(0, 0), q(3, 5));
        assert_eq!(t.mean_v(0), q(0, 1));
        assert_eq!(t.probability_h_up(0, 1), q(4, 5));
        assert_eq!(t.mean_h_from_v(0, 0), q(-3, 5));
        let data = t.with_data(&[q(1, 4), q(3, 4)]);
        assert_eq!(data.mean_v(0), q(1, 2));
        assert_eq!(data.mean_pair(0, 0), q(3, 5));
        assert_eq!(data.mean_h(0), q(3, 10));
    }

    #[test]
    fn large_machines_are_refused() {
        let m = RbmFactors::new(vec![q(1, 1); 110], vec![q(1, 1); 11], vec![q(1, 1); 10]).unwrap();
        assert!(matches!(
            JointTable::enumerate(&m),
            Err(RbmSumError::TooLarge {
                units: 21,
                limit: 20,
                ..
            })
        ));
    }
}
