//! A machine given by the exponentials of its parameters, so that probabilities are rational.

use super::rbm::{RbmError, check_shape};
use super::{RbmParameters, Units};
use crate::numeric::Enclosure;
use crate::symbolic::{Field, RationalFunction};

/// A machine of ±1 units given by `e^{W_ia}`, `e^{c_i}` and `e^{b_a}`.
///
/// ```text
/// e^{𝒦(v, h)} = ∏_i (e^{c_i})^{v_i} · ∏_{i,a} (e^{W_ia})^{v_i h_a} · ∏_a (e^{b_a})^{h_a}
/// ```
/// Every weight is a Laurent monomial in the factors, so with rational factors all probabilities are
/// rational, and with indeterminates they are rational functions. Configurations are words: bit `i`
/// of `v` (bit `a` of `h`) is set where the spin is +1.
#[derive(Clone, Debug, PartialEq)]
pub struct RbmFactors<T> {
    visible: usize,
    hidden: usize,
    weights: Vec<T>,
    visible_bias: Vec<T>,
    hidden_bias: Vec<T>,
}

/// `x^s` for a spin.
fn to_the_spin<T: Field>(x: &T, up: bool) -> T {
    if up { x.clone() } else { T::one() / x.clone() }
}

/// `tanh f` from `e^f`: `(e^{2f} − 1)/(e^{2f} + 1)`.
fn tanh_of_log<T: Field>(exp: &T) -> T {
    let square = exp.clone() * exp.clone();
    (square.clone() - T::one()) / (square + T::one())
}

/// `e^f/(e^f + e^{−f})` from `e^f`, the probability of a spin +1 in the field `f`.
fn probability_up<T: Field>(exp: &T) -> T {
    let square = exp.clone() * exp.clone();
    square.clone() / (square + T::one())
}

impl<T: Field> RbmFactors<T> {
    /// A machine; the sizes are those of the biases. Factors must be units of the field.
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

    /// `e^{W_ia}` by rows.
    pub fn weights(&self) -> &[T] {
        &self.weights
    }

    /// `e^{c_i}`.
    pub fn visible_bias(&self) -> &[T] {
        &self.visible_bias
    }

    /// `e^{b_a}`.
    pub fn hidden_bias(&self) -> &[T] {
        &self.hidden_bias
    }

    /// All factors in a row: the weights by rows, then the visible, then the hidden biases.
    pub fn flattened(&self) -> Vec<T> {
        [
            self.weights.as_slice(),
            &self.visible_bias,
            &self.hidden_bias,
        ]
        .concat()
    }

    /// The machine with `image` applied to every factor, given its position in
    /// [`RbmFactors::flattened`].
    pub fn map<U>(&self, image: impl Fn(usize, &T) -> U) -> RbmFactors<U> {
        let first_c = self.weights.len();
        let first_b = first_c + self.visible;
        let of = |list: &[T], first: usize| {
            list.iter()
                .enumerate()
                .map(|(k, x)| image(first + k, x))
                .collect()
        };
        RbmFactors {
            visible: self.visible,
            hidden: self.hidden,
            weights: of(&self.weights, 0),
            visible_bias: of(&self.visible_bias, first_c),
            hidden_bias: of(&self.hidden_bias, first_b),
        }
    }

    /// The machine whose parameters have all changed sign, so that its energy is −E.
    pub fn reversed(&self) -> Self {
        self.map(|_, x| T::one() / x.clone())
    }

    /// The machine with every weight `W_ia` set to zero and the biases kept.
    pub fn uncoupled(&self) -> Self {
        let weights = self.weights.len();
        self.map(|k, x| if k < weights { T::one() } else { x.clone() })
    }

    /// The machine with its layers exchanged.
    pub fn transposed(&self) -> Self {
        let weights = (0..self.hidden)
            .flat_map(|a| (0..self.visible).map(move |i| (i, a)))
            .map(|(i, a)| self.weights[i * self.hidden + a].clone())
            .collect();
        Self {
            visible: self.hidden,
            hidden: self.visible,
            weights,
            visible_bias: self.hidden_bias.clone(),
            hidden_bias: self.visible_bias.clone(),
        }
    }

    /// `e^{𝒦(v, h)}`, multiplied out factor by factor.
    pub fn weight(&self, v: usize, h: usize) -> T {
        let spin = |word: usize, k: usize| word >> k & 1 == 1;
        let mut product = T::one();
        for i in 0..self.visible {
            product = product * to_the_spin(&self.visible_bias[i], spin(v, i));
            for a in 0..self.hidden {
                // v_i h_a = +1 where the two spins are equal.
                let aligned = spin(v, i) == spin(h, a);
                product = product * to_the_spin(&self.weights[i * self.hidden + a], aligned);
            }
        }
        for a in 0..self.hidden {
            product = product * to_the_spin(&self.hidden_bias[a], spin(h, a));
        }
        product
    }

    /// `e^f` of the field `f = Σ_i W_ia v_i + b_a` on hidden unit `a`.
    pub fn exp_field_on_hidden(&self, a: usize, v: usize) -> T {
        let mut product = self.hidden_bias[a].clone();
        for i in 0..self.visible {
            let factor = to_the_spin(&self.weights[i * self.hidden + a], v >> i & 1 == 1);
            product = product * factor;
        }
        product
    }

    /// `e^f` of the field `f = Σ_a W_ia h_a + c_i` on visible unit `i`.
    pub fn exp_field_on_visible(&self, i: usize, h: usize) -> T {
        let mut product = self.visible_bias[i].clone();
        for a in 0..self.hidden {
            let factor = to_the_spin(&self.weights[i * self.hidden + a], h >> a & 1 == 1);
            product = product * factor;
        }
        product
    }

    /// `⟨h_a⟩` given `v`: `tanh(Σ_i W_ia v_i + b_a)`.
    pub fn mean_h_from_v(&self, a: usize, v: usize) -> T {
        tanh_of_log(&self.exp_field_on_hidden(a, v))
    }

    /// `⟨v_i⟩` given `h`: `tanh(Σ_a W_ia h_a + c_i)`.
    pub fn mean_v_from_h(&self, i: usize, h: usize) -> T {
        tanh_of_log(&self.exp_field_on_visible(i, h))
    }

    /// `p(h_a = +1 | v) = (1 + tanh(Σ_i W_ia v_i + b_a))/2`.
    pub fn probability_h_up(&self, a: usize, v: usize) -> T {
        probability_up(&self.exp_field_on_hidden(a, v))
    }

    /// `p(v_i = +1 | h) = (1 + tanh(Σ_a W_ia h_a + c_i))/2`.
    pub fn probability_v_up(&self, i: usize, h: usize) -> T {
        probability_up(&self.exp_field_on_visible(i, h))
    }

    /// `Z p(v) = e^{Σ_i c_i v_i} ∏_a 2 cosh(Σ_i W_ia v_i + b_a)`: the hidden layer summed by factors.
    pub fn marginal_weight_of_v(&self, v: usize) -> T {
        let mut product = T::one();
        for i in 0..self.visible {
            product = product * to_the_spin(&self.visible_bias[i], v >> i & 1 == 1);
        }
        for a in 0..self.hidden {
            let exp = self.exp_field_on_hidden(a, v);
            product = product * (exp.clone() + T::one() / exp);
        }
        product
    }

    /// `Z p(h) = e^{Σ_a b_a h_a} ∏_i 2 cosh(Σ_a W_ia h_a + c_i)`: the visible layer summed by factors.
    pub fn marginal_weight_of_h(&self, h: usize) -> T {
        let mut product = T::one();
        for a in 0..self.hidden {
            product = product * to_the_spin(&self.hidden_bias[a], h >> a & 1 == 1);
        }
        for i in 0..self.visible {
            let exp = self.exp_field_on_visible(i, h);
            product = product * (exp.clone() + T::one() / exp);
        }
        product
    }

    /// [`marginal_weight_of_v`](Self::marginal_weight_of_v) of all visible configurations.
    ///
    /// # Complexity
    /// `O(2^{N_v} · N_v · N_h)`, where adding up all configurations takes `O(2^{N_v + N_h})`.
    pub fn visible_weights(&self) -> Vec<T> {
        (0..1 << self.visible)
            .map(|v| self.marginal_weight_of_v(v))
            .collect()
    }

    /// [`marginal_weight_of_h`](Self::marginal_weight_of_h) of all hidden configurations.
    pub fn hidden_weights(&self) -> Vec<T> {
        (0..1 << self.hidden)
            .map(|h| self.marginal_weight_of_h(h))
            .collect()
    }
}

impl RbmFactors<RationalFunction> {
    /// The machine of this size with every factor an indeterminate, numbered as in
    /// [`RbmFactors::flattened`].
    ///
    /// # Errors
    /// [`RbmError`] for an empty layer.
    pub fn symbolic(visible: usize, hidden: usize) -> Result<Self, RbmError> {
        let vars = |first: usize, n: usize| {
            (first..first + n)
                .map(RationalFunction::var)
                .collect::<Vec<_>>()
        };
        let first_c = visible * hidden;
        Self::new(
            vars(0, first_c),
            vars(first_c, visible),
            vars(first_c + visible, hidden),
        )
    }
}

impl RbmFactors<Enclosure> {
    /// The factors of a machine that is given by its parameters; the constant is left out.
    pub fn of_parameters(parameters: &RbmParameters<Enclosure>) -> Self {
        let p = parameters.in_units(Units::PlusMinus, Units::PlusMinus);
        let exp = |list: &[Enclosure]| list.iter().map(|x| x.exp()).collect();
        Self {
            visible: p.visible(),
            hidden: p.hidden(),
            weights: exp(p.weights()),
            visible_bias: exp(p.visible_bias()),
            hidden_bias: exp(p.hidden_bias()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Rbm;
    use num_rational::BigRational;

    fn q(n: i64, d: i64) -> BigRational {
        BigRational::new(n.into(), d.into())
    }

    #[test]
    fn one_by_one_by_hand() {
        // e^W = 2, e^c = 3, e^b = 5: weights cW b of (+,+), (+,−), (−,+), (−,−).
        let m = RbmFactors::new(vec![q(2, 1)], vec![q(3, 1)], vec![q(5, 1)]).unwrap();
        assert_eq!(m.weight(1, 1), q(30, 1));
        assert_eq!(m.weight(1, 0), q(3, 10));
        assert_eq!(m.weight(0, 1), q(5, 6));
        assert_eq!(m.weight(0, 0), q(2, 15));
        assert_eq!(m.marginal_weight_of_v(1), q(303, 10));
        assert_eq!(m.marginal_weight_of_h(0), q(3, 10) + q(2, 15));
        // p(h = + | v = +) = 30/30.3.
        assert_eq!(m.probability_h_up(0, 1), q(100, 101));
        assert_eq!(m.mean_h_from_v(0, 1), q(99, 101));
        assert_eq!(m.transposed().weight(0, 1), m.weight(1, 0));
    }

    #[test]
    fn factors_of_parameters_have_the_weights_of_the_hamiltonian() {
        let p = Rbm::new(vec![0.5, -0.25, 1.5, 0.75], vec![0.1, -0.2], vec![0.3, 0.4])
            .unwrap()
            .enclosures();
        let m = RbmFactors::of_parameters(&p);
        for v in 0..4 {
            for h in 0..4 {
                let direct = p.reduced_hamiltonian(v, h).exp();
                assert!(direct.overlaps(m.weight(v, h)));
                assert!(direct.width() < 1e-13 && m.weight(v, h).width() < 1e-13);
            }
        }
    }
}
