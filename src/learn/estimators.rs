//! Contrastive divergence with means in place of samples: reconstructions, their averages, the flow.
//!
//! All functions are generic in the numbers and in the non-linearity `f`, which is the hyperbolic
//! tangent for ±1 units: identities that only concern indices can then be decided in a polynomial
//! ring, and derivatives come from [`Dual`](crate::numeric::Dual) numbers.

use super::RbmAverages;
use crate::model::{RbmFactors, RbmParameters};
use crate::symbolic::{Field, Ring};

/// `f(Σ_i W_ia v_i + b_a)` of all hidden units.
///
/// # Panics
/// If `v` has not one number for each visible unit.
pub fn hidden_means<T: Ring>(machine: &RbmParameters<T>, v: &[T], f: &impl Fn(T) -> T) -> Vec<T> {
    assert_eq!(
        v.len(),
        machine.visible(),
        "one number for each visible unit"
    );
    (0..machine.hidden())
        .map(|a| {
            let bias = machine.hidden_bias()[a].clone();
            f(v.iter().enumerate().fold(bias, |sum, (i, v)| {
                sum + machine.weight(i, a).clone() * v.clone()
            }))
        })
        .collect()
}

/// `f(Σ_a W_ia h_a + c_i)` of all visible units.
///
/// # Panics
/// If `h` has not one number for each hidden unit.
pub fn visible_means<T: Ring>(machine: &RbmParameters<T>, h: &[T], f: &impl Fn(T) -> T) -> Vec<T> {
    assert_eq!(h.len(), machine.hidden(), "one number for each hidden unit");
    (0..machine.visible())
        .map(|i| {
            let bias = machine.visible_bias()[i].clone();
            f(h.iter().enumerate().fold(bias, |sum, (a, h)| {
                sum + machine.weight(i, a).clone() * h.clone()
            }))
        })
        .collect()
}

/// What one step of the mean-field chain makes of a visible configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Reconstruction<T> {
    /// `ĥ`, the hidden means given the data.
    pub hidden_of_data: Vec<T>,
    /// `ṽ`, the visible means given `ĥ`.
    pub visible: Vec<T>,
    /// `h̃`, the hidden means given `ṽ`.
    pub hidden: Vec<T>,
}

/// One step of the mean-field chain.
///
/// ```text
/// ĥ = f(v̂ W + b),    ṽ = f(W ĥ + c),    h̃ = f(ṽ W + b)
/// ```
/// # Panics
/// If `v` has not one number for each visible unit.
pub fn reconstruct<T: Ring>(
    machine: &RbmParameters<T>,
    v: &[T],
    f: &impl Fn(T) -> T,
) -> Reconstruction<T> {
    let hidden_of_data = hidden_means(machine, v, f);
    let visible = visible_means(machine, &hidden_of_data, f);
    let hidden = hidden_means(machine, &visible, f);
    Reconstruction {
        hidden_of_data,
        visible,
        hidden,
    }
}

/// The two halves of the contrastive-divergence update with means.
#[derive(Clone, Debug, PartialEq)]
pub struct Contrast<T> {
    /// Averages of `v̂ ĥ`, `v̂`, `ĥ`.
    pub data: RbmAverages<T>,
    /// Averages of `ṽ h̃`, `ṽ`, `h̃`, which stand in for the averages of the model.
    pub model: RbmAverages<T>,
}

/// Averages over samples `(weight, v̂)`; the weights add up to one.
///
/// ```text
/// ⟨v_i h_a⟩_data = Σ_A w_A v̂_i ĥ_a,    ⟨v_i h_a⟩_model ≈ Σ_A w_A ṽ_i h̃_a,    and so for v_i and h_a
/// ```
/// The data half is exact. The model half is biased: see the claims on equations (16), (18), (20) of
/// `demellokoch2019`.
///
/// # Panics
/// If a sample has not one number for each visible unit.
pub fn mean_field_contrast<T: Field>(
    machine: &RbmParameters<T>,
    samples: &[(T, Vec<T>)],
    f: &impl Fn(T) -> T,
) -> Contrast<T> {
    let zero = || RbmAverages::zero(machine.visible(), machine.hidden());
    let (mut data, mut model) = (zero(), zero());
    for (weight, v) in samples {
        let r = reconstruct(machine, v, f);
        data.add_product(weight, v, &r.hidden_of_data);
        model.add_product(weight, &r.visible, &r.hidden);
    }
    Contrast { data, model }
}

/// The visible configurations of a flow of `steps` mean-field steps, the first one made from `v`.
///
/// ```text
/// ṽ_1 = f(W f(v W + b) + c),    ṽ_k = f(W f(ṽ_{k−1} W + b) + c)
/// ```
/// # Panics
/// If `v` has not one number for each visible unit.
pub fn mean_field_flow<T: Ring>(
    machine: &RbmParameters<T>,
    v: &[T],
    steps: usize,
    f: &impl Fn(T) -> T,
) -> Vec<Vec<T>> {
    let mut flow: Vec<Vec<T>> = Vec::with_capacity(steps);
    for k in 0..steps {
        let from = if k == 0 { v } else { &flow[k - 1] };
        let next = visible_means(machine, &hidden_means(machine, from, f), f);
        flow.push(next);
    }
    flow
}

/// The expectation of the sampled contrastive divergence, one Gibbs step: data averages less averages
/// after the step. Every probability is rational in the factors of the machine.
///
/// ```text
/// Σ_v q(v) v_i ⟨h_a⟩_v − Σ_{v,h,v′} q(v) p(h|v) p(v′|h) v′_i ⟨h_a⟩_{v′}
/// ```
/// # Panics
/// If `q` is not a list over all visible states.
pub fn expected_contrast<T: Field>(machine: &RbmFactors<T>, q: &[T]) -> RbmAverages<T> {
    let after = visible_after_one_step(machine, q);
    super::averages_over(machine, q).minus(&super::averages_over(machine, &after))
}

/// The distribution of the visible layer one Gibbs step after `q`.
///
/// # Panics
/// If `q` is not a list over all visible states.
pub fn visible_after_one_step<T: Field>(machine: &RbmFactors<T>, q: &[T]) -> Vec<T> {
    let (n, m) = (machine.visible(), machine.hidden());
    assert!(
        n.max(m) < usize::BITS as usize && q.len() == 1 << n,
        "one probability for each visible state"
    );
    let given = |up: &[T], state: usize| {
        up.iter().enumerate().fold(T::one(), |p, (k, up)| {
            let factor = if state >> k & 1 == 1 {
                up.clone()
            } else {
                T::one() - up.clone()
            };
            p * factor
        })
    };
    let mut hidden = vec![T::zero(); 1 << m];
    for (v, q) in q.iter().enumerate() {
        let up: Vec<T> = (0..m).map(|a| machine.probability_h_up(a, v)).collect();
        for (h, sum) in hidden.iter_mut().enumerate() {
            *sum = sum.clone() + q.clone() * given(&up, h);
        }
    }
    let mut visible = vec![T::zero(); 1 << n];
    for (h, p) in hidden.iter().enumerate() {
        let up: Vec<T> = (0..n).map(|i| machine.probability_v_up(i, h)).collect();
        for (v, sum) in visible.iter_mut().enumerate() {
            *sum = sum.clone() + p.clone() * given(&up, v);
        }
    }
    visible
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
    fn reconstruction_by_hand_with_a_square() {
        let m = RbmParameters::new(
            vec![q(2, 1), q(3, 1)],
            vec![q(1, 1)],
            vec![q(0, 1), q(1, 1)],
        )
        .unwrap();
        let f = |x: BigRational| &x * &x;
        let r = reconstruct(&m, &[q(1, 1)], &f);
        // ĥ = (2², 4²), ṽ = (2·4 + 3·16 + 1)² = 57², h̃ = ((2·57²)², (3·57² + 1)²).
        assert_eq!(r.hidden_of_data, [q(4, 1), q(16, 1)]);
        assert_eq!(r.visible, [q(3249, 1)]);
        assert_eq!(r.hidden, [q(6498 * 6498, 1), q(9748 * 9748, 1)]);
        let flow = mean_field_flow(&m, &[q(1, 1)], 2, &f);
        assert_eq!(flow[0], r.visible);
        assert_eq!(flow[1], reconstruct(&m, &flow[0], &f).visible);
    }

    #[test]
    fn the_marginal_of_the_machine_is_stationary() {
        let m = RbmFactors::new(
            vec![q(2, 1), q(3, 4), q(1, 3), q(5, 2)],
            vec![q(1, 2), q(3, 1)],
            vec![q(4, 3), q(2, 5)],
        )
        .unwrap();
        let p = JointTable::enumerate(&m).unwrap().marginal_of_v();
        assert_eq!(visible_after_one_step(&m, &p), p);
        let none = expected_contrast(&m, &p).flattened();
        assert!(none.iter().all(|x| *x == q(0, 1)));
    }
}
