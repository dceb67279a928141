//! The parameters of a machine in single precision, as training uses them.

use super::rbm::check_shape;
use super::{Layer, Rbm, RbmError, RbmParameters, Units};

/// How a unit follows its gap, which is the reduced Hamiltonian of "up" less that of "down".
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnitRule {
    /// The gap is this times the field.
    pub gap: f32,
    /// The value of a unit that is down.
    pub low: f32,
    /// The value of a unit that is up.
    pub high: f32,
}

impl Units {
    /// The gap and the values of a unit, in single precision.
    pub fn rule(self) -> UnitRule {
        match self {
            Self::PlusMinus => UnitRule {
                gap: 2.0,
                low: -1.0,
                high: 1.0,
            },
            Self::ZeroOne => UnitRule {
                gap: 1.0,
                low: 0.0,
                high: 1.0,
            },
        }
    }

    /// The values of a unit that is down and of one that is up.
    pub fn values(self) -> (f32, f32) {
        let rule = self.rule();
        (rule.low, rule.high)
    }
}

/// A restricted Boltzmann machine in single precision; also a gradient or any other list of one number for
/// each parameter.
///
/// ```text
/// 𝒦(v, h) = Σ_i c_i v_i + Σ_{i,a} v_i W_ia h_a + Σ_a b_a h_a
/// ```
/// All numbers stand in a row: `W` by rows (visible × hidden), then `c`, then `b`.
#[derive(Clone, Debug, PartialEq)]
pub struct RbmWeights {
    visible: usize,
    hidden: usize,
    units: (Units, Units),
    numbers: Vec<f32>,
}

impl RbmWeights {
    /// A machine with all parameters zero.
    ///
    /// # Errors
    /// [`RbmError`] for an empty layer or more weights than can be stored.
    pub fn zeros(
        visible: usize,
        hidden: usize,
        visible_units: Units,
        hidden_units: Units,
    ) -> Result<Self, RbmError> {
        let product = visible.saturating_mul(hidden);
        check_shape(visible, hidden, product, visible, hidden)?;
        Ok(Self {
            visible,
            hidden,
            units: (visible_units, hidden_units),
            numbers: vec![0.0; product + visible + hidden],
        })
    }

    /// The machine with the parameters rounded to single precision.
    ///
    /// # Errors
    /// [`RbmError::NotFinite`] for a parameter beyond its range.
    pub fn from_rbm(machine: &Rbm) -> Result<Self, RbmError> {
        let mut new = Self::zeros(
            machine.visible(),
            machine.hidden(),
            machine.visible_units(),
            machine.hidden_units(),
        )?;
        let all = machine.weights().iter().chain(machine.visible_bias());
        for (x, &value) in new.numbers.iter_mut().zip(all.chain(machine.hidden_bias())) {
            *x = value as f32;
        }
        new.check_finite()?;
        Ok(new)
    }

    /// The same machine in double precision, exactly.
    ///
    /// # Errors
    /// [`RbmError::NotFinite`] for a parameter that is NaN or infinite.
    pub fn to_rbm(&self) -> Result<Rbm, RbmError> {
        let wide = |list: &[f32]| list.iter().map(|&x| f64::from(x)).collect::<Vec<_>>();
        let machine = Rbm::new(
            wide(self.weights()),
            wide(self.visible_bias()),
            wide(self.hidden_bias()),
        )?;
        Ok(machine.with_units(self.units.0, self.units.1))
    }

    /// The same distribution over other units, and the constant that `ln Z` of the new machine lacks:
    /// `ln Z(old) = ln Z(new) + constant`. Computed in doubles and rounded once.
    ///
    /// # Errors
    /// [`RbmError::NotFinite`] for a parameter beyond the range of single precision.
    pub fn in_units(&self, visible: Units, hidden: Units) -> Result<(Self, f64), RbmError> {
        let changed: RbmParameters<f64> = self.to_rbm()?.doubles().in_units(visible, hidden);
        let machine = Rbm::new(
            changed.weights().to_vec(),
            changed.visible_bias().to_vec(),
            changed.hidden_bias().to_vec(),
        )?;
        let new = Self::from_rbm(&machine.with_units(visible, hidden))?;
        Ok((new, *changed.constant()))
    }

    /// That every parameter is a finite number.
    ///
    /// # Errors
    /// [`RbmError::NotFinite`] naming the first that is none.
    pub fn check_finite(&self) -> Result<(), RbmError> {
        for (what, list) in [
            ("weights", self.weights()),
            ("visible_bias", self.visible_bias()),
            ("hidden_bias", self.hidden_bias()),
        ] {
            if let Some((index, &value)) = list.iter().enumerate().find(|(_, x)| !x.is_finite()) {
                let value = f64::from(value);
                return Err(RbmError::NotFinite { what, index, value });
            }
        }
        Ok(())
    }

    /// Number of units of a layer.
    pub fn size(&self, layer: Layer) -> usize {
        match layer {
            Layer::Visible => self.visible,
            Layer::Hidden => self.hidden,
        }
    }

    /// What values the units of a layer take.
    pub fn units(&self, layer: Layer) -> Units {
        match layer {
            Layer::Visible => self.units.0,
            Layer::Hidden => self.units.1,
        }
    }

    /// Number of visible units.
    pub fn visible(&self) -> usize {
        self.visible
    }

    /// Number of hidden units.
    pub fn hidden(&self) -> usize {
        self.hidden
    }

    /// All numbers: `W` by rows, `c`, `b`.
    pub fn numbers(&self) -> &[f32] {
        &self.numbers
    }

    /// All numbers, to change.
    pub fn numbers_mut(&mut self) -> &mut [f32] {
        &mut self.numbers
    }

    /// `W`, `c` and `b`, to change.
    pub fn parts_mut(&mut self) -> (&mut [f32], &mut [f32], &mut [f32]) {
        let (weights, biases) = self.numbers.split_at_mut(self.visible * self.hidden);
        let (visible, hidden) = biases.split_at_mut(self.visible);
        (weights, visible, hidden)
    }

    /// `W` by rows.
    pub fn weights(&self) -> &[f32] {
        &self.numbers[..self.visible * self.hidden]
    }

    /// The biases of a layer.
    pub fn bias(&self, layer: Layer) -> &[f32] {
        match layer {
            Layer::Visible => self.visible_bias(),
            Layer::Hidden => self.hidden_bias(),
        }
    }

    /// `c`.
    pub fn visible_bias(&self) -> &[f32] {
        let first = self.visible * self.hidden;
        &self.numbers[first..first + self.visible]
    }

    /// `b`.
    pub fn hidden_bias(&self) -> &[f32] {
        &self.numbers[self.visible * self.hidden + self.visible..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn change_of_units_moves_log_z_by_the_constant() {
        let rbm = Rbm::new(
            vec![0.5, -1.25, 0.75, 2.0, 0.125, -0.5],
            vec![0.25, -0.5, 1.0],
            vec![-0.75, 0.375],
        )
        .unwrap();
        let log_z = |m: &RbmWeights| {
            let m = m.to_rbm().unwrap().doubles();
            let states = (0..8).flat_map(|v| (0..4).map(move |h| (v, h)));
            states
                .map(|(v, h)| m.reduced_hamiltonian(v, h).exp())
                .sum::<f64>()
                .ln()
        };
        for from in [Units::PlusMinus, Units::ZeroOne] {
            let old = RbmWeights::from_rbm(&rbm.clone().with_units(from, from)).unwrap();
            for (v, h) in [
                (Units::PlusMinus, Units::ZeroOne),
                (Units::ZeroOne, Units::PlusMinus),
            ] {
                // The numbers are dyadic, so nothing is rounded.
                let (new, constant) = old.in_units(v, h).unwrap();
                assert!((log_z(&old) - log_z(&new) - constant).abs() < 1e-13);
                assert!(constant != 0.0);
            }
        }
    }

    #[test]
    fn numbers_out_of_range_are_named() {
        let big = Rbm::new(vec![1e39], vec![0.0], vec![0.0]).unwrap();
        let text = RbmWeights::from_rbm(&big).unwrap_err().to_string();
        assert_eq!(text, "weights[0] is inf, not a finite number");
    }
}
