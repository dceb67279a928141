//! Restricted Boltzmann machines with binary units.

use thiserror::Error;

/// Most units of one layer; caps allocations before they happen.
const MAX_UNITS: usize = 1 << 20;
/// Most weights.
const MAX_WEIGHTS: usize = 1 << 28;

/// The two values of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Units {
    /// −1 and +1.
    PlusMinus,
    /// 0 and 1.
    ZeroOne,
}

impl Units {
    /// The unit's value in its lower and its upper state.
    pub fn values(self) -> [f64; 2] {
        match self {
            Self::PlusMinus => [-1.0, 1.0],
            Self::ZeroOne => [0.0, 1.0],
        }
    }
}

/// A restricted Boltzmann machine.
///
/// ```text
/// p(v, h) = exp(Σ_ij v_i W_ij h_j + Σ_i a_i v_i + Σ_j b_j h_j) / Z
/// ```
/// Weights are row-major, `W_ij` at `i · hidden + j`.
#[derive(Clone, Debug, PartialEq)]
pub struct Rbm {
    visible: usize,
    hidden: usize,
    weights: Vec<f64>,
    visible_bias: Vec<f64>,
    hidden_bias: Vec<f64>,
    visible_units: Units,
    hidden_units: Units,
}

/// Why some numbers are not a machine.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum RbmError {
    /// A layer without units.
    #[error("a machine needs at least one {layer} unit")]
    NoUnits {
        /// Which layer.
        layer: &'static str,
    },
    /// More than the limits allow.
    #[error("{visible} visible and {hidden} hidden units are more than the limits allow")]
    TooLarge {
        /// Visible units.
        visible: usize,
        /// Hidden units.
        hidden: usize,
    },
    /// A list of the wrong length.
    #[error("{list} has {found} entries, expected {expected}")]
    Shape {
        /// Which list.
        list: &'static str,
        /// Its length.
        found: usize,
        /// What fits the layers.
        expected: usize,
    },
    /// A parameter is NaN or infinite.
    #[error("{list}[{index}] is {value}, not a finite number")]
    NotFinite {
        /// Which list.
        list: &'static str,
        /// Position in it.
        index: usize,
        /// The parameter.
        value: f64,
    },
}

impl Rbm {
    /// Checks shapes and numbers and builds the machine; the layers' sizes are those of the biases.
    ///
    /// # Errors
    /// [`RbmError`] naming the list and the entry.
    pub fn new(
        weights: Vec<f64>,
        visible_bias: Vec<f64>,
        hidden_bias: Vec<f64>,
        visible_units: Units,
        hidden_units: Units,
    ) -> Result<Self, RbmError> {
        let (visible, hidden) = (visible_bias.len(), hidden_bias.len());
        for (layer, n) in [("visible", visible), ("hidden", hidden)] {
            if n == 0 {
                return Err(RbmError::NoUnits { layer });
            }
        }
        let expected = visible
            .checked_mul(hidden)
            .filter(|&n| visible <= MAX_UNITS && hidden <= MAX_UNITS && n <= MAX_WEIGHTS)
            .ok_or(RbmError::TooLarge { visible, hidden })?;
        if weights.len() != expected {
            return Err(RbmError::Shape {
                list: "weights",
                found: weights.len(),
                expected,
            });
        }
        for (list, numbers) in [
            ("weights", &weights),
            ("visible_bias", &visible_bias),
            ("hidden_bias", &hidden_bias),
        ] {
            if let Some((index, &value)) = numbers.iter().enumerate().find(|x| !x.1.is_finite()) {
                return Err(RbmError::NotFinite { list, index, value });
            }
        }
        Ok(Self {
            visible,
            hidden,
            weights,
            visible_bias,
            hidden_bias,
            visible_units,
            hidden_units,
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

    /// The weights, row-major, visible × hidden.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// `W_ij`.
    ///
    /// # Panics
    /// If `i` or `j` is out of range.
    pub fn weight(&self, i: usize, j: usize) -> f64 {
        assert!(j < self.hidden, "hidden unit {j} of {}", self.hidden);
        self.weights[i * self.hidden + j]
    }

    /// a, the biases of the visible units.
    pub fn visible_bias(&self) -> &[f64] {
        &self.visible_bias
    }

    /// b, the biases of the hidden units.
    pub fn hidden_bias(&self) -> &[f64] {
        &self.hidden_bias
    }

    /// The values of the visible units.
    pub fn visible_units(&self) -> Units {
        self.visible_units
    }

    /// The values of the hidden units.
    pub fn hidden_units(&self) -> Units {
        self.hidden_units
    }

    /// The exponent of one joint state in plain double precision; a set bit is a unit's upper state.
    ///
    /// # Panics
    /// If a layer has more than 64 units.
    pub fn exponent_of_bits(&self, v: u64, h: u64) -> f64 {
        assert!(self.visible <= 64 && self.hidden <= 64);
        let value = |units: Units, bits: u64, i: usize| units.values()[(bits >> i & 1) as usize];
        let mut sum = 0.0;
        for i in 0..self.visible {
            let x = value(self.visible_units, v, i);
            sum += self.visible_bias[i] * x;
            for j in 0..self.hidden {
                sum += x * self.weight(i, j) * value(self.hidden_units, h, j);
            }
        }
        for j in 0..self.hidden {
            sum += self.hidden_bias[j] * value(self.hidden_units, h, j);
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_machines_are_refused_by_name() {
        let new = |w: &[f64], a: &[f64], b: &[f64]| {
            Rbm::new(
                w.to_vec(),
                a.to_vec(),
                b.to_vec(),
                Units::PlusMinus,
                Units::ZeroOne,
            )
        };
        assert!(new(&[1.0, 2.0], &[0.0], &[0.0, 0.0]).is_ok());
        assert!(matches!(
            new(&[], &[], &[0.0]),
            Err(RbmError::NoUnits { layer: "visible" })
        ));
        assert!(matches!(
            new(&[1.0], &[0.0], &[0.0, 0.0]),
            Err(RbmError::Shape {
                list: "weights",
                found: 1,
                expected: 2
            })
        ));
        assert!(matches!(
            new(&[1.0], &[0.0], &[f64::NAN]),
            Err(RbmError::NotFinite {
                list: "hidden_bias",
                index: 0,
                ..
            })
        ));
    }

    #[test]
    fn exponents_follow_the_units() {
        let machine = |v, h| Rbm::new(vec![2.0], vec![0.5], vec![-0.25], v, h).unwrap();
        let spins = machine(Units::PlusMinus, Units::PlusMinus);
        assert!((spins.exponent_of_bits(1, 0) - (-2.0 + 0.5 + 0.25)).abs() < 1e-15);
        let units = machine(Units::ZeroOne, Units::ZeroOne);
        assert!((units.exponent_of_bits(1, 0) - 0.5).abs() < 1e-15);
        assert!((units.exponent_of_bits(1, 1) - 2.25).abs() < 1e-15);
    }
}
