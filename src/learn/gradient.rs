//! The exact gradient of the divergence of a machine from data.

use crate::exact::RbmSumError;
use crate::model::RbmFactors;
use crate::numeric::Enclosure;
use crate::symbolic::Field;

/// Most visible units whose states are summed.
const MAX_VISIBLE: usize = 20;

/// One number for each parameter of a machine: averages, or a derivative with respect to it.
#[derive(Clone, Debug, PartialEq)]
pub struct RbmAverages<T> {
    /// `⟨v_i h_a⟩`, for `W_ia`; by rows, visible × hidden.
    pub pair: Vec<T>,
    /// `⟨v_i⟩`, for `c_i`.
    pub visible: Vec<T>,
    /// `⟨h_a⟩`, for `b_a`.
    pub hidden: Vec<T>,
}

impl<T: Field> RbmAverages<T> {
    /// All numbers in a row, in the order of [`RbmFactors::flattened`].
    pub fn flattened(&self) -> Vec<T> {
        [self.pair.as_slice(), &self.visible, &self.hidden].concat()
    }

    /// Number by number.
    pub fn minus(&self, other: &Self) -> Self {
        let subtract = |x: &[T], y: &[T]| {
            x.iter()
                .zip(y)
                .map(|(x, y)| x.clone() - y.clone())
                .collect()
        };
        Self {
            pair: subtract(&self.pair, &other.pair),
            visible: subtract(&self.visible, &other.visible),
            hidden: subtract(&self.hidden, &other.hidden),
        }
    }

    pub(super) fn zero(visible: usize, hidden: usize) -> Self {
        Self {
            pair: vec![T::zero(); visible * hidden],
            visible: vec![T::zero(); visible],
            hidden: vec![T::zero(); hidden],
        }
    }

    /// Adds `weight` times the averages of one pair of (mean) configurations.
    pub(super) fn add_product(&mut self, weight: &T, v: &[T], h: &[T]) {
        for (i, v) in v.iter().enumerate() {
            self.visible[i] = self.visible[i].clone() + weight.clone() * v.clone();
            for (a, h) in h.iter().enumerate() {
                let entry = &mut self.pair[i * self.hidden.len() + a];
                *entry = entry.clone() + weight.clone() * v.clone() * h.clone();
            }
        }
        for (a, h) in h.iter().enumerate() {
            self.hidden[a] = self.hidden[a].clone() + weight.clone() * h.clone();
        }
    }
}

/// Averages with the visible layer distributed as `q` and the hidden one conditionally on it.
///
/// ```text
/// ⟨v_i h_a⟩ = Σ_v q(v) v_i tanh(Σ_j W_ja v_j + b_a),  ⟨v_i⟩ = Σ_v q(v) v_i,  ⟨h_a⟩ = Σ_v q(v) tanh(Σ_j W_ja v_j + b_a)
/// ```
/// With the distribution of the data these are data averages, with `p(v)` those of the model.
///
/// # Panics
/// If `q` is not a list over all visible states.
pub fn averages_over<T: Field>(machine: &RbmFactors<T>, q: &[T]) -> RbmAverages<T> {
    let n = machine.visible();
    assert!(
        n < usize::BITS as usize && q.len() == 1 << n,
        "one probability for each visible state"
    );
    let mut sum = RbmAverages::zero(n, machine.hidden());
    for (v, q) in q.iter().enumerate().filter(|(_, q)| !q.is_zero()) {
        let spins: Vec<T> = (0..n)
            .map(|i| if v >> i & 1 == 1 { T::one() } else { -T::one() })
            .collect();
        let means: Vec<T> = (0..machine.hidden())
            .map(|a| machine.mean_h_from_v(a, v))
            .collect();
        sum.add_product(q, &spins, &means);
    }
    sum
}

/// The averages of the machine itself.
///
/// # Errors
/// [`RbmSumError::TooLarge`] for more than 20 visible units.
pub fn model_averages<T: Field>(machine: &RbmFactors<T>) -> Result<RbmAverages<T>, RbmSumError> {
    let units = machine.visible();
    if units > MAX_VISIBLE {
        return Err(RbmSumError::TooLarge {
            units,
            limit: MAX_VISIBLE,
            states: 2.0_f64.powf(units as f64),
        });
    }
    let weights: Vec<T> = (0..1_usize << machine.visible())
        .map(|v| machine.marginal_weight_of_v(v))
        .collect();
    let z = weights.iter().fold(T::zero(), |sum, w| sum + w.clone());
    let p: Vec<T> = weights.into_iter().map(|w| w / z.clone()).collect();
    Ok(averages_over(machine, &p))
}

/// The gradient of `D(q‖p)` by the parameters.
///
/// ```text
/// ∂D/∂W_ia = ⟨v_i h_a⟩_model − ⟨v_i h_a⟩_data,   ∂D/∂c_i = ⟨v_i⟩_model − ⟨v_i⟩_data,   ∂D/∂b_a = ⟨h_a⟩_model − ⟨h_a⟩_data
/// ```
/// for `p ∝ e^{𝒦}` with `𝒦 = Σ c v + Σ v W h + Σ b h`.
///
/// # Errors
/// [`RbmSumError::TooLarge`] for more than 20 visible units.
pub fn divergence_gradient<T: Field>(
    machine: &RbmFactors<T>,
    q: &[T],
) -> Result<RbmAverages<T>, RbmSumError> {
    Ok(model_averages(machine)?.minus(&averages_over(machine, q)))
}

/// The derivative at a point as an enclosure, from two values of the function near it.
///
/// ```text
/// f′(x) ∈ (f(x + δ) − f(x − δ))/(2δ) ± δ²/6 · max|f‴|
/// ```
/// `f` is given the step from the point; `third` bounds `|f‴|` within `δ` of it.
pub fn central_difference(f: impl Fn(Enclosure) -> Enclosure, delta: f64, third: f64) -> Enclosure {
    let step = Enclosure::exact(delta);
    let quotient = (f(step) - f(-step)) / (step + step);
    let remainder = step.square() * Enclosure::exact(third) / Enclosure::exact(6.0);
    quotient + (-remainder).hull(remainder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::JointTable;
    use num_rational::BigRational;

    fn q(n: i64, d: i64) -> BigRational {
        BigRational::new(n.into(), d.into())
    }

    #[test]
    fn gradient_vanishes_at_the_model() {
        let m = RbmFactors::new(
            vec![q(2, 1), q(3, 4), q(1, 3), q(5, 2)],
            vec![q(1, 2), q(3, 1)],
            vec![q(4, 3), q(2, 5)],
        )
        .unwrap();
        let p = JointTable::enumerate(&m).unwrap().marginal_of_v();
        let zero = divergence_gradient(&m, &p).unwrap().flattened();
        assert!(zero.iter().all(|x| *x == q(0, 1)));
        let uniform = vec![q(1, 4); 4];
        let moved = divergence_gradient(&m, &uniform).unwrap().flattened();
        assert!(moved.iter().any(|x| *x != q(0, 1)));
    }

    #[test]
    fn central_difference_contains_the_derivative() {
        let x = Enclosure::exact(0.75);
        let d = central_difference(|s| (x + s).tanh(), 1e-4, 2.0);
        let want = Enclosure::exact(1.0) - x.tanh().square();
        assert!(d.overlaps(want) && d.width() < 1e-8);
        // The parabola has no remainder, so the bound may be zero.
        let d = central_difference(|s| (x + s).square(), 0.25, 0.0);
        assert!(d.contains(1.5) && d.width() < 1e-14);
    }

    #[test]
    fn large_machines_are_refused() {
        let one = q(1, 1);
        let m = RbmFactors::new(vec![one.clone(); 21], vec![one.clone(); 21], vec![one]).unwrap();
        assert!(model_averages(&m).is_err());
    }
}
