//! The restricted Boltzmann machine: sizes, weights, biases and the values that its units take.

use super::RbmParameters;
use crate::numeric::Enclosure;
use num_rational::BigRational;
use num_traits::Zero;
use thiserror::Error;

/// Most weights that a machine may have; caps allocations before they happen.
const MAX_WEIGHTS: usize = 1 << 28;

/// The two values of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Units {
    /// −1 and +1.
    PlusMinus,
    /// 0 and 1.
    ZeroOne,
}

impl Units {
    /// The value of a unit that is up (`true`) or down.
    pub fn value(self, up: bool) -> i8 {
        match (self, up) {
            (_, true) => 1,
            (Self::PlusMinus, false) => -1,
            (Self::ZeroOne, false) => 0,
        }
    }

    /// The probability that a unit is up, given its field `f = ∂𝒦/∂(unit)`.
    ///
    /// ```text
    /// ±1 units: e^f / (e^f + e^−f) = (1 + tanh f) / 2,     0/1 units: 1 / (1 + e^−f)
    /// ```
    #[inline]
    pub fn probability_up(self, field: f64) -> f64 {
        // Both are the logistic function of the gap in 𝒦 between the two values.
        let gap = match self {
            Self::PlusMinus => 2.0 * field,
            Self::ZeroOne => field,
        };
        1.0 / (1.0 + libm::exp(-gap))
    }
}

/// One of the two layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layer {
    /// The layer that is given data.
    Visible,
    /// The other one.
    Hidden,
}

impl std::fmt::Display for Layer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Visible => "visible",
            Self::Hidden => "hidden",
        })
    }
}

/// Why numbers do not make a machine.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum RbmError {
    /// A layer without units.
    #[error("the {layer} layer has no units")]
    NoUnits {
        /// Which layer.
        layer: Layer,
    },
    /// More weights than can be stored.
    #[error("{visible} × {hidden} weights are more than the limit of {limit}")]
    TooManyWeights {
        /// Visible units.
        visible: usize,
        /// Hidden units.
        hidden: usize,
        /// What is allowed.
        limit: usize,
    },
    /// A list of the wrong length.
    #[error("{what}: expected {expected} numbers, found {found}")]
    Shape {
        /// Which list.
        what: &'static str,
        /// Its length by the sizes of the layers.
        expected: usize,
        /// Its length.
        found: usize,
    },
    /// A number that is NaN or infinite.
    #[error("{what}[{index}] is {value}, not a finite number")]
    NotFinite {
        /// Which list.
        what: &'static str,
        /// Position in the list.
        index: usize,
        /// The number.
        value: f64,
    },
}

/// Checks sizes against lengths.
pub(super) fn check_shape(
    visible: usize,
    hidden: usize,
    weights: usize,
    visible_bias: usize,
    hidden_bias: usize,
) -> Result<(), RbmError> {
    for (n, layer) in [(visible, Layer::Visible), (hidden, Layer::Hidden)] {
        if n == 0 {
            return Err(RbmError::NoUnits { layer });
        }
    }
    let Some(product) = visible.checked_mul(hidden).filter(|&n| n <= MAX_WEIGHTS) else {
        return Err(RbmError::TooManyWeights {
            visible,
            hidden,
            limit: MAX_WEIGHTS,
        });
    };
    for (what, expected, found) in [
        ("weights", product, weights),
        ("visible_bias", visible, visible_bias),
        ("hidden_bias", hidden, hidden_bias),
    ] {
        if expected != found {
            return Err(RbmError::Shape {
                what,
                expected,
                found,
            });
        }
    }
    Ok(())
}

/// A restricted Boltzmann machine.
///
/// ```text
/// 𝒦(v, h) = Σ_i c_i v_i + Σ_{i,a} v_i W_ia h_a + Σ_a b_a h_a,    p(v, h) = e^{𝒦(v, h)} / Z
/// ```
/// `W` is stored by rows, `visible × hidden`; `c` are the visible and `b` the hidden biases.
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

impl Rbm {
    /// A machine with units −1 and +1 in both layers; the sizes are those of the biases.
    ///
    /// # Errors
    /// [`RbmError`] for an empty layer, a wrong number of weights, a number that is not finite.
    pub fn new(
        weights: Vec<f64>,
        visible_bias: Vec<f64>,
        hidden_bias: Vec<f64>,
    ) -> Result<Self, RbmError> {
        let (visible, hidden) = (visible_bias.len(), hidden_bias.len());
        check_shape(visible, hidden, weights.len(), visible, hidden)?;
        for (what, list) in [
            ("weights", &weights),
            ("visible_bias", &visible_bias),
            ("hidden_bias", &hidden_bias),
        ] {
            if let Some((index, &value)) = list.iter().enumerate().find(|(_, x)| !x.is_finite()) {
                return Err(RbmError::NotFinite { what, index, value });
            }
        }
        Ok(Self {
            visible,
            hidden,
            weights,
            visible_bias,
            hidden_bias,
            visible_units: Units::PlusMinus,
            hidden_units: Units::PlusMinus,
        })
    }

    /// The same numbers read with other units, which is another machine. To keep the distribution
    /// and change the units see [`RbmParameters::in_units`].
    pub fn with_units(mut self, visible: Units, hidden: Units) -> Self {
        self.visible_units = visible;
        self.hidden_units = hidden;
        self
    }

    /// Number of visible units.
    pub fn visible(&self) -> usize {
        self.visible
    }

    /// Number of hidden units.
    pub fn hidden(&self) -> usize {
        self.hidden
    }

    /// `W` by rows.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// `W_ia`.
    ///
    /// # Panics
    /// If `i` or `a` is out of range.
    #[inline]
    pub fn weight(&self, i: usize, a: usize) -> f64 {
        assert!(a < self.hidden, "hidden unit {a} of {}", self.hidden);
        self.weights[i * self.hidden + a]
    }

    /// The biases of the visible units.
    pub fn visible_bias(&self) -> &[f64] {
        &self.visible_bias
    }

    /// The biases of the hidden units.
    pub fn hidden_bias(&self) -> &[f64] {
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

    /// The parameters as rational numbers; exact, since a double is one.
    pub fn rationals(&self) -> RbmParameters<BigRational> {
        self.parameters(|x| BigRational::from_float(x).unwrap_or_else(BigRational::zero))
    }

    /// The parameters as enclosures of width zero.
    pub fn enclosures(&self) -> RbmParameters<Enclosure> {
        self.parameters(Enclosure::exact)
    }

    /// The parameters as doubles, for algebra that may round.
    pub fn doubles(&self) -> RbmParameters<f64> {
        self.parameters(|x| x)
    }

    fn parameters<T: Clone + Zero>(&self, image: impl Fn(f64) -> T) -> RbmParameters<T> {
        let of = |list: &[f64]| list.iter().map(|&x| image(x)).collect();
        RbmParameters {
            visible: self.visible,
            hidden: self.hidden,
            weights: of(&self.weights),
            visible_bias: of(&self.visible_bias),
            hidden_bias: of(&self.hidden_bias),
            visible_units: self.visible_units,
            hidden_units: self.hidden_units,
            constant: T::zero(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_machines_are_refused_by_name() {
        assert_eq!(
            Rbm::new(vec![], vec![], vec![1.0]).unwrap_err(),
            RbmError::NoUnits {
                layer: Layer::Visible
            }
        );
        assert_eq!(
            Rbm::new(vec![], vec![1.0], vec![]).unwrap_err(),
            RbmError::NoUnits {
                layer: Layer::Hidden
            }
        );
        assert_eq!(
            Rbm::new(vec![1.0; 3], vec![0.0; 2], vec![0.0; 2]).unwrap_err(),
            RbmError::Shape {
                what: "weights",
                expected: 4,
                found: 3
            }
        );
        let text = Rbm::new(vec![1.0, f64::NAN], vec![0.0; 2], vec![0.0])
            .unwrap_err()
            .to_string();
        assert_eq!(text, "weights[1] is NaN, not a finite number");
        assert!(Rbm::new(vec![1.0], vec![f64::INFINITY], vec![0.0]).is_err());
    }

    #[test]
    fn a_unit_is_up_with_the_ratio_of_its_weights() {
        for f in [-3.0_f64, -0.2, 0.0, 0.7, 40.0] {
            let plus_minus = f.exp() / (f.exp() + (-f).exp());
            assert!((Units::PlusMinus.probability_up(f) - plus_minus).abs() < 1e-15);
            let zero_one = f.exp() / (f.exp() + 1.0);
            assert!((Units::ZeroOne.probability_up(f) - zero_one).abs() < 1e-15);
        }
        assert!(Units::PlusMinus.probability_up(-1e4) >= 0.0);
    }
}
