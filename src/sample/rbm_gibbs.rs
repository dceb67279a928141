//! Block Gibbs sampling of a machine: one layer given the other.

use super::{Irreducibility, Kernel, LogWeight};
use crate::model::Rbm;
use crate::random::Chooser;
use std::sync::Arc;

/// Draws a layer unit by unit, each up with its probability; `up[k]` is set where unit `k` is up.
#[inline]
pub fn sample_layer(
    chooser: &mut impl Chooser,
    probability_up: impl Fn(usize) -> f64,
    up: &mut [bool],
) {
    for (k, unit) in up.iter_mut().enumerate() {
        *unit = chooser.bernoulli(probability_up(k));
    }
}

/// Draws the hidden layer given the visible one, from `p(h | v)`.
///
/// ```text
/// p(h_a up | v) = 1/(1 + e^{−Δ_a}),   Δ_a = 2 f_a for ±1 units, f_a for 0/1 units,   f_a = Σ_i W_ia v_i + b_a
/// ```
/// # Panics
/// If a slice has not the length of its layer.
pub fn sample_h_from_v(rbm: &Rbm, v: &[bool], h: &mut [bool], chooser: &mut impl Chooser) {
    assert_eq!((v.len(), h.len()), (rbm.visible(), rbm.hidden()), "layers");
    let units = rbm.visible_units();
    let up = |a: usize| {
        let field = (0..rbm.visible()).fold(rbm.hidden_bias()[a], |sum, i| {
            sum + rbm.weight(i, a) * f64::from(units.value(v[i]))
        });
        rbm.hidden_units().probability_up(field)
    };
    sample_layer(chooser, up, h);
}

/// Draws the visible layer given the hidden one, from `p(v | h)`.
///
/// # Panics
/// If a slice has not the length of its layer.
pub fn sample_v_from_h(rbm: &Rbm, h: &[bool], v: &mut [bool], chooser: &mut impl Chooser) {
    assert_eq!((v.len(), h.len()), (rbm.visible(), rbm.hidden()), "layers");
    let units = rbm.hidden_units();
    let up = |i: usize| {
        let field = (0..rbm.hidden()).fold(rbm.visible_bias()[i], |sum, a| {
            sum + rbm.weight(i, a) * f64::from(units.value(h[a]))
        });
        rbm.visible_units().probability_up(field)
    };
    sample_layer(chooser, up, v);
}

/// One sweep of block Gibbs sampling: the hidden layer given the visible one, then the visible layer.
///
/// Irreducible and aperiodic, since every transition has positive probability (as long as no
/// probability rounds to 0 or 1); leaves `p(v, h)` unchanged.
///
/// # Panics
/// If a slice has not the length of its layer.
pub fn gibbs_sweep(rbm: &Rbm, v: &mut [bool], h: &mut [bool], chooser: &mut impl Chooser) {
    sample_h_from_v(rbm, v, h, chooser);
    sample_v_from_h(rbm, h, v, chooser);
}

/// A state of both layers; `true` where a unit is up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RbmState {
    /// The visible units.
    pub v: Vec<bool>,
    /// The hidden units.
    pub h: Vec<bool>,
}

/// [`gibbs_sweep`] as a kernel.
///
/// # References
/// Geman and Geman, IEEE PAMI 6 (1984) 721; Hinton, Neural Computation 14 (2002) 1771.
#[derive(Clone, Debug)]
pub struct RbmGibbs {
    rbm: Arc<Rbm>,
}

impl RbmGibbs {
    /// The kernel of a machine.
    pub fn new(rbm: Arc<Rbm>) -> Self {
        Self { rbm }
    }

    /// The machine.
    pub fn machine(&self) -> &Rbm {
        &self.rbm
    }

    /// A state with every unit up or down with probability ½.
    pub fn random_state(&self, chooser: &mut impl Chooser) -> RbmState {
        let mut state = RbmState {
            v: vec![false; self.rbm.visible()],
            h: vec![false; self.rbm.hidden()],
        };
        sample_layer(chooser, |_| 0.5, &mut state.v);
        sample_layer(chooser, |_| 0.5, &mut state.h);
        state
    }
}

impl Kernel<RbmState> for RbmGibbs {
    fn name(&self) -> &'static str {
        "rbm-block-gibbs"
    }
    fn sweep(&mut self, state: &mut RbmState, chooser: &mut impl Chooser) {
        gibbs_sweep(&self.rbm, &mut state.v, &mut state.h, chooser);
    }
    fn irreducibility(&self) -> Irreducibility {
        Irreducibility::Positive
    }
}

impl LogWeight<RbmState> for RbmGibbs {
    fn log_weight(&self, state: &RbmState) -> f64 {
        let rbm = &*self.rbm;
        let v = |i: usize| f64::from(rbm.visible_units().value(state.v[i]));
        let h = |a: usize| f64::from(rbm.hidden_units().value(state.h[a]));
        let visible: f64 = (0..rbm.visible())
            .map(|i| rbm.visible_bias()[i] * v(i))
            .sum();
        let hidden: f64 = (0..rbm.hidden())
            .map(|a| {
                let field = (0..rbm.visible())
                    .fold(rbm.hidden_bias()[a], |sum, i| sum + rbm.weight(i, a) * v(i));
                field * h(a)
            })
            .sum();
        visible + hidden
    }
    fn adopt(&self, _: &mut RbmState) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Units;
    use crate::random::enumerate_choices;

    fn word(bits: &[bool]) -> usize {
        bits.iter()
            .enumerate()
            .map(|(k, &b)| usize::from(b) << k)
            .sum()
    }

    #[test]
    fn the_log_weight_is_the_reduced_hamiltonian() {
        let rbm = Rbm::new(
            vec![0.5, -1.25, 0.75, 2.0],
            vec![0.25, -0.5],
            vec![-0.75, 0.375],
        )
        .unwrap()
        .with_units(Units::PlusMinus, Units::ZeroOne);
        let exact = rbm.rationals();
        let kernel = RbmGibbs::new(Arc::new(rbm));
        for (v, h) in (0..4).flat_map(|v| (0..4).map(move |h| (v, h))) {
            let bits = |word: usize| vec![word & 1 == 1, word >> 1 & 1 == 1];
            let state = RbmState {
                v: bits(v),
                h: bits(h),
            };
            // All numbers are short binary fractions, so both sides are exact.
            let want = crate::numeric::Enclosure::from_rational(&exact.reduced_hamiltonian(v, h));
            assert!(want.contains(kernel.log_weight(&state)));
        }
    }

    #[test]
    fn transition_matrix_leaves_the_distribution_unchanged() {
        let rbm = Rbm::new(
            vec![0.5, -1.25, 0.75, 2.0, 0.125, -0.5],
            vec![0.25, -0.5, 1.0],
            vec![-0.75, 0.375],
        )
        .unwrap();
        for units in [Units::PlusMinus, Units::ZeroOne] {
            let rbm = rbm.clone().with_units(units, units);
            let p = rbm.rationals();
            let weight = |v: usize, h: usize| {
                let k = p.reduced_hamiltonian(v, h);
                let mid = crate::numeric::Enclosure::from_rational(&k).mid();
                mid.exp()
            };
            let mut pi: Vec<f64> = (0..8).map(|v| (0..4).map(|h| weight(v, h)).sum()).collect();
            let z: f64 = pi.iter().sum();
            for x in &mut pi {
                *x /= z;
            }
            let mut next = vec![0.0; 8];
            for (from, mass) in pi.iter().enumerate() {
                let start: Vec<bool> = (0..3).map(|i| from >> i & 1 == 1).collect();
                let outcomes = enumerate_choices(|chooser| {
                    let (mut v, mut h) = (start.clone(), vec![false; 2]);
                    gibbs_sweep(&rbm, &mut v, &mut h, chooser);
                    word(&v)
                });
                assert_eq!(outcomes.len(), 32);
                for (to, p) in outcomes {
                    assert!(p > 0.0);
                    next[to] += mass * p;
                }
            }
            let distance: f64 = pi.iter().zip(&next).map(|(a, b)| (a - b).abs()).sum();
            assert!(distance < 1e-14, "{units:?}: {distance:e}");
        }
    }
}
