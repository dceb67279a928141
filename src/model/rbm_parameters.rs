//! The parameters of a machine in any field, and the exact change of units.

use super::Units;
use super::rbm::{RbmError, check_shape};
use crate::symbolic::{Field, Ring};

/// `W`, `c` and `b` of a machine as elements of `T`, with a constant in the reduced Hamiltonian.
///
/// ```text
/// 𝒦(v, h) = Σ_i c_i v_i + Σ_{i,a} v_i W_ia h_a + Σ_a b_a h_a + k
/// ```
/// In ℚ the change of units is exact; over enclosures it is as tight as its roundings.
#[derive(Clone, Debug, PartialEq)]
pub struct RbmParameters<T> {
    pub(super) visible: usize,
    pub(super) hidden: usize,
    pub(super) weights: Vec<T>,
    pub(super) visible_bias: Vec<T>,
    pub(super) hidden_bias: Vec<T>,
    pub(super) visible_units: Units,
    pub(super) hidden_units: Units,
    pub(super) constant: T,
}

impl<T: Ring> RbmParameters<T> {
    /// The parameters of a machine with ±1 units; the sizes are those of the biases.
    ///
    /// # Errors
    /// [`RbmError`] for an empty layer or a wrong number of weights.
    pub fn new(
        weights: Vec<T>,
        visible_bias: Vec<T>,
        hidden_bias: Vec<T>,
    ) -> Result<Self, RbmError> {
        let (visible, hidden) = (visible_bias.len(), hidden_bias.len());
        check_shape(visible, hidden, weights.len(), visible, hidden)?;
        Ok(Self {
            visible,
            hidden,
            weights,
            visible_bias,
            hidden_bias,
            visible_units: Units::PlusMinus,
            hidden_units: Units::PlusMinus,
            constant: T::zero(),
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

    /// `W_ia`.
    ///
    /// # Panics
    /// If `i` or `a` is out of range.
    pub fn weight(&self, i: usize, a: usize) -> &T {
        assert!(a < self.hidden, "hidden unit {a} of {}", self.hidden);
        &self.weights[i * self.hidden + a]
    }

    /// `W` by rows.
    pub fn weights(&self) -> &[T] {
        &self.weights
    }

    /// The biases of the visible units.
    pub fn visible_bias(&self) -> &[T] {
        &self.visible_bias
    }

    /// The biases of the hidden units.
    pub fn hidden_bias(&self) -> &[T] {
        &self.hidden_bias
    }

    /// What values the visible units take.
    pub fn visible_units(&self) -> Units {
        self.visible_units
    }

    /// What values the hidden units take.
    pub fn hidden_units(&self) -> Units {
        self.hidden_units
    }

    /// The constant in 𝒦, which is also one in `ln Z`.
    pub fn constant(&self) -> &T {
        &self.constant
    }

    /// All parameters in a row: `W` by rows, then `c`, then `b`.
    pub fn flattened(&self) -> Vec<T> {
        [
            self.weights.as_slice(),
            &self.visible_bias,
            &self.hidden_bias,
        ]
        .concat()
    }

    /// The parameters with `image` applied to each; it is given the position in
    /// [`RbmParameters::flattened`], or `None` for the constant.
    pub fn map<U>(&self, image: impl Fn(Option<usize>, &T) -> U) -> RbmParameters<U> {
        let first_c = self.weights.len();
        let first_b = first_c + self.visible;
        let of = |list: &[T], first: usize| {
            list.iter()
                .enumerate()
                .map(|(k, x)| image(Some(first + k), x))
                .collect()
        };
        RbmParameters {
            visible: self.visible,
            hidden: self.hidden,
            weights: of(&self.weights, 0),
            visible_bias: of(&self.visible_bias, first_c),
            hidden_bias: of(&self.hidden_bias, first_b),
            visible_units: self.visible_units,
            hidden_units: self.hidden_units,
            constant: image(None, &self.constant),
        }
    }

    /// The machine with its layers exchanged.
    pub fn transposed(&self) -> Self {
        let weights = (0..self.hidden)
            .flat_map(|a| (0..self.visible).map(move |i| (i, a)))
            .map(|(i, a)| self.weight(i, a).clone())
            .collect();
        Self {
            visible: self.hidden,
            hidden: self.visible,
            weights,
            visible_bias: self.hidden_bias.clone(),
            hidden_bias: self.visible_bias.clone(),
            visible_units: self.hidden_units,
            hidden_units: self.visible_units,
            constant: self.constant.clone(),
        }
    }

    /// 𝒦 of a configuration; bit `i` of `v` (bit `a` of `h`) is set where the unit is up.
    ///
    /// # Panics
    /// If a layer has more units than a word has bits.
    pub fn reduced_hamiltonian(&self, v: usize, h: usize) -> T {
        assert!(
            self.visible.max(self.hidden) <= usize::BITS as usize,
            "a layer does not fit in a word"
        );
        let times = |x: &T, units: Units, up: bool| match units.value(up) {
            1 => x.clone(),
            0 => T::zero(),
            _ => -x.clone(),
        };
        let mut sum = self.constant.clone();
        for a in 0..self.hidden {
            let mut field = self.hidden_bias[a].clone();
            for i in 0..self.visible {
                field = field + times(self.weight(i, a), self.visible_units, v >> i & 1 == 1);
            }
            sum = sum + times(&field, self.hidden_units, h >> a & 1 == 1);
        }
        for i in 0..self.visible {
            sum = sum + times(&self.visible_bias[i], self.visible_units, v >> i & 1 == 1);
        }
        sum
    }
}

impl<T: Field> RbmParameters<T> {
    /// The same distribution over units of another kind, up is up; what falls out of the weights and
    /// biases goes into the constant.
    ///
    /// ```text
    /// v = (1 + s)/2:  c → c/2,  W → W/2,  b_a → b_a + Σ_i W_ia/2,  k → k + Σ_i c_i/2
    /// s = 2v − 1:     c → 2c,   W → 2W,   b_a → b_a − Σ_i W_ia,    k → k − Σ_i c_i
    /// ```
    /// and the same for the hidden layer.
    pub fn in_units(&self, visible: Units, hidden: Units) -> Self {
        self.in_visible_units(visible)
            .transposed()
            .in_visible_units(hidden)
            .transposed()
    }

    fn in_visible_units(&self, units: Units) -> Self {
        if units == self.visible_units {
            return self.clone();
        }
        // A unit is `scale · new + shift` with the new unit.
        let two = T::one() + T::one();
        let (scale, shift) = match units {
            Units::PlusMinus => (T::one() / two.clone(), T::one() / two),
            Units::ZeroOne => (two, -T::one()),
        };
        let mut new = self.clone();
        for a in 0..self.hidden {
            for i in 0..self.visible {
                let moved = self.weight(i, a).clone() * shift.clone();
                new.hidden_bias[a] = new.hidden_bias[a].clone() + moved;
            }
        }
        for x in &self.visible_bias {
            new.constant = new.constant + x.clone() * shift.clone();
        }
        for x in new.weights.iter_mut().chain(&mut new.visible_bias) {
            *x = x.clone() * scale.clone();
        }
        new.visible_units = units;
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Rbm;

    #[test]
    fn change_of_units_keeps_the_hamiltonian_exactly() {
        let rbm = Rbm::new(
            vec![0.3, -1.7, 0.1, 2.5, -0.9, 0.0],
            vec![0.2, -0.6],
            vec![1.1, -0.3, 0.7],
        )
        .unwrap();
        let all = [Units::PlusMinus, Units::ZeroOne];
        for from in all.iter().flat_map(|&v| all.iter().map(move |&h| (v, h))) {
            let given = rbm.clone().with_units(from.0, from.1).rationals();
            for to in all.iter().flat_map(|&v| all.iter().map(move |&h| (v, h))) {
                let made = given.in_units(to.0, to.1);
                assert_eq!((made.visible_units(), made.hidden_units()), to);
                for v in 0..4 {
                    for h in 0..8 {
                        assert_eq!(
                            made.reduced_hamiltonian(v, h),
                            given.reduced_hamiltonian(v, h),
                            "{from:?} to {to:?}, v = {v:b}, h = {h:b}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn flattened_and_map_agree_on_positions() {
        let p = Rbm::new(vec![1.0, 2.0], vec![3.0], vec![4.0, 5.0])
            .unwrap()
            .enclosures();
        let flat = p.flattened();
        let same = p.map(|k, x| k.map_or(*x, |k| flat[k]));
        assert_eq!(same, p);
    }
}
