//! Gibbs sampling of the Gaussian deep Boltzmann machine.

use super::{Irreducibility, Kernel, KernelError, LogWeight};
use crate::model::GaussianDbm;
use crate::random::{Chooser, Threshold};
use std::sync::Arc;

/// A state of the three layers.
#[derive(Clone, Debug, PartialEq)]
pub struct GaussianDbmState {
    /// Visible units, ±1.
    pub x: Vec<i8>,
    /// Middle units.
    pub y: Vec<f64>,
    /// Deep units.
    pub z: Vec<f64>,
}

/// Which layers are drawn together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GibbsScheme {
    /// `y | x, z`, then `x | y` and `z | y`.
    Layers,
    /// `(y, z) | x` at once, then `x | y`.
    Joint,
}

/// Block Gibbs sampling with exact conditional distributions.
///
/// ```text
/// x_i up with 1/(1 + e^{−2β(a + A y)_i}),   z | y ~ N(Bᵀy, 1/β),   y | x,z ~ N(Aᵀx + B z, 1/β)
/// y | x ~ N(M⁻¹Aᵀx, M⁻¹/β),   M = 1 − BBᵀ
/// ```
/// Irreducible and aperiodic: every conditional probability and density is positive. The joint scheme
/// forgets the hidden layers in every sweep, so on x it is a chain of its own.
#[derive(Clone, Debug)]
pub struct GaussianDbmGibbs {
    machine: Arc<GaussianDbm>,
    scheme: GibbsScheme,
    /// L of `M = L Lᵀ`, by rows.
    cholesky: Vec<f64>,
}

/// Cholesky factor by rows, lower triangle; or the pivot that is not positive.
fn cholesky(size: usize, entry: impl Fn(usize, usize) -> f64) -> Result<Vec<f64>, (usize, f64)> {
    let mut l = vec![0.0; size * size];
    for i in 0..size {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| l[i * size + k] * l[j * size + k]).sum();
            let rest = entry(i, j) - dot;
            if i == j {
                // Written so that NaN is refused.
                if !(rest > 0.0 && rest.is_finite()) {
                    return Err((i, rest));
                }
                l[i * size + i] = rest.sqrt();
            } else {
                l[i * size + j] = rest / l[j * size + j];
            }
        }
    }
    Ok(l)
}

impl GaussianDbmGibbs {
    /// The kernel of a machine.
    ///
    /// # Errors
    /// [`KernelError::NotNormalisable`] unless `1 − BBᵀ` is positive definite in floating point; without
    /// that there is no distribution, though the layer scheme could be run.
    pub fn new(machine: Arc<GaussianDbm>, scheme: GibbsScheme) -> Result<Self, KernelError> {
        let b = machine.b();
        let cholesky = cholesky(machine.n_middle(), |i, j| {
            let dot: f64 = (0..machine.n_deep()).map(|k| b[(i, k)] * b[(j, k)]).sum();
            f64::from(u8::from(i == j)) - dot
        })
        .map_err(|(pivot, value)| KernelError::NotNormalisable { pivot, value })?;
        Ok(Self {
            machine,
            scheme,
            cholesky,
        })
    }

    /// The visible units at random, the hidden ones at zero.
    pub fn random_state(&self, chooser: &mut impl Chooser) -> GaussianDbmState {
        GaussianDbmState {
            x: (0..self.machine.n_visible())
                .map(|_| {
                    if chooser.accept(Threshold::HALF) {
                        1
                    } else {
                        -1
                    }
                })
                .collect(),
            y: vec![0.0; self.machine.n_middle()],
            z: vec![0.0; self.machine.n_deep()],
        }
    }

    /// `(Aᵀx)_j`.
    fn visible_field(&self, x: &[i8], j: usize) -> f64 {
        x.iter()
            .enumerate()
            .map(|(i, &s)| self.machine.a()[(i, j)] * f64::from(s))
            .sum()
    }

    /// Draws `y | x, z`.
    pub fn sample_y_from_x_and_z(&self, state: &mut GaussianDbmState, chooser: &mut impl Chooser) {
        let sigma = 1.0 / self.machine.beta().sqrt();
        for j in 0..state.y.len() {
            let deep: f64 = state
                .z
                .iter()
                .enumerate()
                .map(|(k, z)| self.machine.b()[(j, k)] * z)
                .sum();
            state.y[j] = self.visible_field(&state.x, j) + deep + sigma * chooser.normal();
        }
    }

    /// Draws `z | y`.
    pub fn sample_z_from_y(&self, state: &mut GaussianDbmState, chooser: &mut impl Chooser) {
        let sigma = 1.0 / self.machine.beta().sqrt();
        for k in 0..state.z.len() {
            let mean: f64 = state
                .y
                .iter()
                .enumerate()
                .map(|(j, y)| self.machine.b()[(j, k)] * y)
                .sum();
            state.z[k] = mean + sigma * chooser.normal();
        }
    }

    /// Draws `x | y`.
    pub fn sample_x_from_y(&self, state: &mut GaussianDbmState, chooser: &mut impl Chooser) {
        for i in 0..state.x.len() {
            let field = state
                .y
                .iter()
                .enumerate()
                .fold(self.machine.fields()[i], |sum, (j, y)| {
                    sum + self.machine.a()[(i, j)] * y
                });
            let up = chooser.bernoulli(1.0 / (1.0 + libm::exp(-2.0 * self.machine.beta() * field)));
            state.x[i] = if up { 1 } else { -1 };
        }
    }

    /// Draws `y | x`, the deep layer integrated out: `y = L⁻ᵀ (L⁻¹Aᵀx + ξ/√β)`, ξ normal.
    pub fn sample_y_from_x(&self, state: &mut GaussianDbmState, chooser: &mut impl Chooser) {
        let m = state.y.len();
        let l = &self.cholesky;
        let sigma = 1.0 / self.machine.beta().sqrt();
        for i in 0..m {
            let dot: f64 = (0..i).map(|k| l[i * m + k] * state.y[k]).sum();
            state.y[i] = (self.visible_field(&state.x, i) - dot) / l[i * m + i];
        }
        for y in &mut state.y {
            *y += sigma * chooser.normal();
        }
        for i in (0..m).rev() {
            let dot: f64 = (i + 1..m).map(|k| l[k * m + i] * state.y[k]).sum();
            state.y[i] = (state.y[i] - dot) / l[i * m + i];
        }
    }
}

impl Kernel<GaussianDbmState> for GaussianDbmGibbs {
    fn name(&self) -> &'static str {
        match self.scheme {
            GibbsScheme::Layers => "gaussian-dbm-gibbs-layers",
            GibbsScheme::Joint => "gaussian-dbm-gibbs-joint",
        }
    }

    fn sweep(&mut self, state: &mut GaussianDbmState, chooser: &mut impl Chooser) {
        match self.scheme {
            GibbsScheme::Layers => self.sample_y_from_x_and_z(state, chooser),
            GibbsScheme::Joint => self.sample_y_from_x(state, chooser),
        }
        self.sample_x_from_y(state, chooser);
        // Given y the deep layer depends on nothing else, so this completes the joint draw too.
        self.sample_z_from_y(state, chooser);
    }

    fn irreducibility(&self) -> Irreducibility {
        Irreducibility::Positive
    }
}

impl LogWeight<GaussianDbmState> for GaussianDbmGibbs {
    fn log_weight(&self, state: &GaussianDbmState) -> f64 {
        let m = &*self.machine;
        let visible: f64 = m
            .fields()
            .iter()
            .zip(&state.x)
            .map(|(a, &x)| a * f64::from(x))
            .sum();
        let square: f64 = state.y.iter().chain(&state.z).map(|y| y * y).sum();
        let couplings: f64 = state
            .y
            .iter()
            .enumerate()
            .map(|(j, y)| {
                let deep: f64 = state
                    .z
                    .iter()
                    .enumerate()
                    .map(|(k, z)| m.b()[(j, k)] * z)
                    .sum();
                y * (self.visible_field(&state.x, j) + deep)
            })
            .sum();
        m.beta() * (visible - 0.5 * square + couplings)
    }
    fn adopt(&self, _: &mut GaussianDbmState) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::TransitionMatrix;

    fn machine(b: f64) -> Arc<GaussianDbm> {
        Arc::new(
            GaussianDbm::from_rows(
                0.8,
                vec![0.3, -0.2],
                &[vec![0.5, 0.1], vec![-0.2, 0.4]],
                &[vec![b], vec![-0.3]],
            )
            .unwrap(),
        )
    }

    fn small() -> Arc<GaussianDbm> {
        Arc::new(
            GaussianDbm::from_rows(1.3, vec![0.2, -0.4], &[vec![0.5], vec![-0.3]], &[vec![0.6]])
                .unwrap(),
        )
    }

    fn spins(bits: usize) -> Vec<i8> {
        (0..2)
            .map(|i| if bits >> i & 1 == 1 { 1 } else { -1 })
            .collect()
    }

    fn bits(x: &[i8]) -> usize {
        x.iter()
            .enumerate()
            .map(|(i, &s)| usize::from(s > 0) << i)
            .sum()
    }

    /// The marginal of x: `exp(β a·x + ½β xᵀA M⁻¹ Aᵀx)`, M inverted as a 1×1 or 2×2 matrix.
    fn marginal(m: &GaussianDbm) -> Vec<f64> {
        let size = m.n_middle();
        let entry =
            |i: usize, j: usize| f64::from(u8::from(i == j)) - m.b()[(i, 0)] * m.b()[(j, 0)];
        let mut weights: Vec<f64> = (0..4)
            .map(|word| {
                let x = spins(word);
                let u: Vec<f64> = (0..size)
                    .map(|j| (0..2).map(|i| m.a()[(i, j)] * f64::from(x[i])).sum())
                    .collect();
                let form = if size == 1 {
                    u[0] * u[0] / entry(0, 0)
                } else {
                    let det = entry(0, 0) * entry(1, 1) - entry(0, 1) * entry(1, 0);
                    (u[0] * u[0] * entry(1, 1) - 2.0 * u[0] * u[1] * entry(0, 1)
                        + u[1] * u[1] * entry(0, 0))
                        / det
                };
                let field: f64 = m
                    .fields()
                    .iter()
                    .zip(&x)
                    .map(|(a, &s)| a * f64::from(s))
                    .sum();
                (m.beta() * (field + 0.5 * form)).exp()
            })
            .collect();
        let z: f64 = weights.iter().sum();
        for w in &mut weights {
            *w /= z;
        }
        weights
    }

    #[test]
    fn the_joint_scheme_leaves_the_visible_marginal_unchanged() {
        for machine in [small(), machine(0.5)] {
            let kernel = GaussianDbmGibbs::new(machine.clone(), GibbsScheme::Joint).unwrap();
            // The deep layer is not looked at by the next sweep, so its draw is left out.
            let p = TransitionMatrix::extract(4, |from, chooser| {
                let mut state = GaussianDbmState {
                    x: spins(from),
                    y: vec![0.0; machine.n_middle()],
                    z: vec![0.0],
                };
                kernel.sample_y_from_x(&mut state, chooser);
                kernel.sample_x_from_y(&mut state, chooser);
                bits(&state.x)
            });
            let pi = marginal(&machine);
            assert!(p.normalisation_defect() < 1e-13);
            assert!(
                p.stationarity_defect(&pi) < 1e-12,
                "{:e}",
                p.stationarity_defect(&pi)
            );
            assert!(p.detailed_balance_defect(&pi) < 1e-12);
            assert_eq!(p.period(), Some(1));
            let mut wrong = pi.clone();
            wrong[0] += 1e-9;
            assert!(p.stationarity_defect(&wrong) > 1e-12);
        }
    }

    #[test]
    fn whole_sweeps_leave_the_visible_marginal_unchanged() {
        let machine = small();
        let pi = marginal(&machine);
        let (beta, a, b) = (*machine.beta(), machine.a(), machine.b()[(0, 0)]);
        for scheme in [GibbsScheme::Layers, GibbsScheme::Joint] {
            let mut kernel = GaussianDbmGibbs::new(machine.clone(), scheme).unwrap();
            let p = TransitionMatrix::extract(4, |from, chooser| {
                let x = spins(from);
                // z | x is normal with mean b u/(1 − b²) and variance 1/(β(1 − b²)), u = Aᵀx.
                let u: f64 = (0..2).map(|i| a[(i, 0)] * f64::from(x[i])).sum();
                let rest = 1.0 - b * b;
                let z = match scheme {
                    GibbsScheme::Layers => b * u / rest + chooser.normal() / (beta * rest).sqrt(),
                    GibbsScheme::Joint => 0.0,
                };
                let mut state = GaussianDbmState {
                    x,
                    y: vec![0.0],
                    z: vec![z],
                };
                match scheme {
                    // The last draw of a sweep does not change x and would multiply the branches.
                    GibbsScheme::Layers => {
                        kernel.sample_y_from_x_and_z(&mut state, chooser);
                        kernel.sample_x_from_y(&mut state, chooser);
                    }
                    GibbsScheme::Joint => kernel.sweep(&mut state, chooser),
                }
                bits(&state.x)
            });
            assert!(
                p.stationarity_defect(&pi) < 1e-12,
                "{:e}",
                p.stationarity_defect(&pi)
            );
        }
    }

    #[test]
    fn the_deep_layer_has_its_conditional_moments() {
        // Exact by the rule's exactness for polynomials: ⟨z⟩ = b y, Var z = 1/β.
        let machine = small();
        let kernel = GaussianDbmGibbs::new(machine, GibbsScheme::Layers).unwrap();
        let (mut mean, mut square) = (0.0, 0.0);
        crate::random::for_each_choice(
            |chooser| {
                let mut state = GaussianDbmState {
                    x: vec![1, 1],
                    y: vec![0.7],
                    z: vec![0.0],
                };
                kernel.sample_z_from_y(&mut state, chooser);
                state.z[0]
            },
            |z: f64, p| {
                mean += p * z;
                square += p * z * z;
            },
        );
        assert!((mean - 0.42).abs() < 1e-14);
        assert!((square - mean * mean - 1.0 / 1.3).abs() < 1e-13);
    }

    #[test]
    fn a_machine_without_distribution_is_refused() {
        assert!(matches!(
            GaussianDbmGibbs::new(machine(0.96), GibbsScheme::Joint),
            Err(KernelError::NotNormalisable { pivot: 1, .. })
        ));
    }
}
