//! Every configuration of two layers of spins with its weight: the truth that formulas are held against.

use super::RbmSumError;
use super::walsh::is_negative_character;
use crate::model::RbmFactors;
use crate::symbolic::{Field, Ring};

/// Most units of both layers together.
const MAX_UNITS: usize = 20;

/// One number for each configuration of visible and hidden ±1 spins, usually `e^{−E(v,h)}`, and what
/// follows from them by adding up.
///
/// ```text
/// Z = Σ_{v,h} w(v, h),    p(v, h) = w(v, h)/Z,    p(h_a = +1 | v) = Σ_{h: h_a = +1} w(v, h) / Σ_h w(v, h)
/// ```
/// Nothing here knows that the layers are conditionally independent or what a hyperbolic tangent is.
/// Configurations are words as in [`RbmFactors`]: bit i set means that spin i is +1.
#[derive(Clone, Debug, PartialEq)]
pub struct JointTable<T> {
    visible: usize,
    hidden: usize,
    /// By rows: `v` outer, `h` inner.
    entries: Vec<T>,
}

fn add<T: Ring>(terms: impl Iterator<Item = T>) -> T {
    terms.fold(T::zero(), |sum, x| sum + x)
}

/// `x` times the spin at bit `k`.
fn times_spin<T: Ring>(x: T, word: usize, k: usize) -> T {
    if word >> k & 1 == 1 { x } else { -x }
}

impl<T> JointTable<T> {
    /// The table with entries `f(v, h)`.
    ///
    /// # Errors
    /// [`RbmSumError::TooLarge`] for more than 20 units.
    pub fn from_fn(
        visible: usize,
        hidden: usize,
        f: impl FnMut(usize, usize) -> T,
    ) -> Result<Self, RbmSumError> {
        let units = visible.saturating_add(hidden);
        if units > MAX_UNITS {
            return Err(RbmSumError::TooLarge {
                units,
                limit: MAX_UNITS,
                states: 2.0_f64.powf(units as f64),
            });
        }
        Ok(Self::fill(visible, hidden, f))
    }

    fn fill(visible: usize, hidden: usize, mut f: impl FnMut(usize, usize) -> T) -> Self {
        let states = (0..1 << visible).flat_map(|v| (0..1 << hidden).map(move |h| (v, h)));
        Self {
            visible,
            hidden,
            entries: states.map(|(v, h)| f(v, h)).collect(),
        }
    }

    /// A table of the same shape with entries `f(v, h, w(v, h))`.
    pub fn map<U>(&self, mut f: impl FnMut(usize, usize, &T) -> U) -> JointTable<U> {
        JointTable::fill(self.visible, self.hidden, |v, h| f(v, h, self.at(v, h)))
    }

    /// Number of visible spins.
    pub fn visible(&self) -> usize {
        self.visible
    }

    /// Number of hidden spins.
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

    /// All entries, the hidden configuration running fastest.
    pub fn entries(&self) -> &[T] {
        &self.entries
    }

    /// The entry `w(v, h)`.
    ///
    /// # Panics
    /// If `v` or `h` is out of range.
    pub fn at(&self, v: usize, h: usize) -> &T {
        assert!(h < 1 << self.hidden, "hidden configuration {h}");
        &self.entries[(v << self.hidden) + h]
    }
}

impl<T: Ring> JointTable<T> {
    /// `Z = Σ_{v,h} w(v,h)`, the partition function of a table of Boltzmann weights.
    pub fn total(&self) -> T {
        add(self.entries.iter().cloned())
    }

    /// `Z p(v) = Σ_h w(v,h)`.
    pub fn weight_of_v(&self, v: usize) -> T {
        add(self.hidden_states().map(|h| self.at(v, h).clone()))
    }

    /// `Z p(h) = Σ_v w(v,h)`.
    pub fn weight_of_h(&self, h: usize) -> T {
        add(self.visible_states().map(|v| self.at(v, h).clone()))
    }

    /// `Σ_h w(v,h)` for each v.
    pub fn sum_over_hidden(&self) -> Vec<T> {
        self.visible_states().map(|v| self.weight_of_v(v)).collect()
    }

    /// `Σ_v w(v,h)` for each h.
    pub fn sum_over_visible(&self) -> Vec<T> {
        self.hidden_states().map(|h| self.weight_of_h(h)).collect()
    }

    /// `Σ_{v,h} w(v,h) Π_{i∈S} v_i Π_{a∈R} h_a`, the sets given by their bits.
    pub fn moment(&self, visible_set: usize, hidden_set: usize) -> T {
        add(self.visible_states().flat_map(|v| {
            self.hidden_states().map(move |h| {
                let weight = self.at(v, h).clone();
                if is_negative_character(visible_set, v) == is_negative_character(hidden_set, h) {
                    weight
                } else {
                    -weight
                }
            })
        }))
    }
}

impl<T: Field> JointTable<T> {
    /// All configurations of a machine.
    ///
    /// # Errors
    /// [`RbmSumError::TooLarge`] for more than 20 units.
    /// # Complexity
    /// `O(2^{N_v + N_h} · N_v · N_h)` products in `T`.
    pub fn enumerate(machine: &RbmFactors<T>) -> Result<Self, RbmSumError> {
        Self::from_fn(machine.visible(), machine.hidden(), |v, h| {
            machine.weight(v, h)
        })
    }

    /// The table divided by its total: `p(v,h) = w(v,h)/Z`.
    pub fn normalised(&self) -> Self {
        let z = self.total();
        self.map(|_, _, w| w.clone() / z.clone())
    }

    /// `⟨Π_{i∈S} v_i Π_{a∈R} h_a⟩`.
    pub fn mean(&self, visible_set: usize, hidden_set: usize) -> T {
        self.moment(visible_set, hidden_set) / self.total()
    }

    /// `⟨χ_S(v) χ_R(h)⟩ − ⟨χ_S(v)⟩⟨χ_R(h)⟩`.
    pub fn covariance(&self, visible_set: usize, hidden_set: usize) -> T {
        self.mean(visible_set, hidden_set) - self.mean(visible_set, 0) * self.mean(0, hidden_set)
    }

    /// `p(v, h)`.
    pub fn joint(&self, v: usize, h: usize) -> T {
        self.at(v, h).clone() / self.total()
    }

    /// `p(v)` of all visible configurations.
    pub fn marginal_of_v(&self) -> Vec<T> {
        let z = self.total();
        self.visible_states()
            .map(|v| self.weight_of_v(v) / z.clone())
            .collect()
    }

    /// `p(h)` of all hidden configurations.
    pub fn marginal_of_h(&self) -> Vec<T> {
        let z = self.total();
        self.hidden_states()
            .map(|h| self.weight_of_h(h) / z.clone())
            .collect()
    }

    /// `p(h_a = +1 | v)`.
    pub fn probability_h_up(&self, a: usize, v: usize) -> T {
        let up = self.hidden_states().filter(|h| h >> a & 1 == 1);
        add(up.map(|h| self.at(v, h).clone())) / self.weight_of_v(v)
    }

    /// `p(v_i = +1 | h)`.
    pub fn probability_v_up(&self, i: usize, h: usize) -> T {
        let up = self.visible_states().filter(|v| v >> i & 1 == 1);
        add(up.map(|v| self.at(v, h).clone())) / self.weight_of_h(h)
    }

    /// `⟨h_a⟩` given `v`.
    pub fn mean_h_from_v(&self, a: usize, v: usize) -> T {
        let signed = self
            .hidden_states()
            .map(|h| times_spin(self.at(v, h).clone(), h, a));
        add(signed) / self.weight_of_v(v)
    }

    /// `⟨v_i⟩`.
    pub fn mean_v(&self, i: usize) -> T {
        let signed = self
            .visible_states()
            .map(|v| times_spin(self.weight_of_v(v), v, i));
        add(signed) / self.total()
    }

    /// `⟨h_a⟩`.
    pub fn mean_h(&self, a: usize) -> T {
        let signed = self
            .hidden_states()
            .map(|h| times_spin(self.weight_of_h(h), h, a));
        add(signed) / self.total()
    }

    /// `⟨v_i h_a⟩`.
    pub fn mean_pair(&self, i: usize, a: usize) -> T {
        let signed = self.visible_states().flat_map(|v| {
            self.hidden_states()
                .map(move |h| times_spin(times_spin(self.at(v, h).clone(), h, a), v, i))
        });
        add(signed) / self.total()
    }

    /// The same table with the visible marginal exchanged for `q`: `q(v) p(h|v)`.
    ///
    /// # Panics
    /// If there are fewer probabilities than visible configurations.
    pub fn with_data(&self, q: &[T]) -> Self {
        let rows = self.sum_over_hidden();
        self.map(|v, _, w| q[v].clone() * w.clone() / rows[v].clone())
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
        assert_eq!(t.total(), q(5, 1));
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
