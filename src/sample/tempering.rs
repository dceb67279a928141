//! Parallel tempering over any kernels.

use super::{Irreducibility, Kernel, LogWeight};
use crate::random::Chooser;
use thiserror::Error;

/// Why kernels do not make a tempering ladder.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum TemperingError {
    /// Nothing to exchange with.
    #[error("parallel tempering needs at least two replicas, found {found}")]
    TooFewReplicas {
        /// How many there are.
        found: usize,
    },
}

/// Replicas with a kernel each, whose states are exchanged between neighbours.
///
/// A sweep sweeps every replica and then offers the exchanges (0,1), (2,3), … and after them (1,2), (3,4), …,
/// each accepted with
///
/// ```text
/// min(1, exp(𝒦_a(s_b) + 𝒦_b(s_a) − 𝒦_a(s_a) − 𝒦_b(s_b)))
/// ```
/// so that the product of all distributions is left unchanged. The kernels may be of any kind and at
/// any temperature or coupling, as long as they know their weights. If each kernel reaches every state
/// in one sweep, so does the ladder; more is not claimed.
///
/// # References
/// Geyer, Computing Science and Statistics 23 (1991) 156; Hukushima and Nemoto, J. Phys. Soc. Jpn. 65 (1996) 1604.
#[derive(Clone, Debug)]
pub struct ParallelTempering<K> {
    kernels: Vec<K>,
    offered: Vec<u64>,
    accepted: Vec<u64>,
}

impl<K> ParallelTempering<K> {
    /// The ladder of these kernels.
    ///
    /// # Errors
    /// [`TemperingError::TooFewReplicas`] below two.
    pub fn new(kernels: Vec<K>) -> Result<Self, TemperingError> {
        if kernels.len() < 2 {
            return Err(TemperingError::TooFewReplicas {
                found: kernels.len(),
            });
        }
        let pairs = kernels.len() - 1;
        Ok(Self {
            kernels,
            offered: vec![0; pairs],
            accepted: vec![0; pairs],
        })
    }

    /// The kernels.
    pub fn kernels(&self) -> &[K] {
        &self.kernels
    }

    /// The share of accepted exchanges between replicas `k` and `k + 1`; `None` before the first offer.
    pub fn exchange_rates(&self) -> Vec<Option<f64>> {
        self.offered
            .iter()
            .zip(&self.accepted)
            .map(|(&n, &k)| (n > 0).then(|| k as f64 / n as f64))
            .collect()
    }

    /// Offers all exchanges.
    pub fn exchange<S>(&mut self, states: &mut [S], chooser: &mut impl Chooser)
    where
        K: LogWeight<S>,
    {
        for first in [0, 1] {
            for a in (first..self.kernels.len() - 1).step_by(2) {
                let (here, there) = (&self.kernels[a], &self.kernels[a + 1]);
                let gain = here.log_weight(&states[a + 1]) + there.log_weight(&states[a])
                    - here.log_weight(&states[a])
                    - there.log_weight(&states[a + 1]);
                self.offered[a] += 1;
                if gain >= 0.0 || chooser.bernoulli(libm::exp(gain)) {
                    self.accepted[a] += 1;
                    states.swap(a, a + 1);
                    here.adopt(&mut states[a]);
                    there.adopt(&mut states[a + 1]);
                }
            }
        }
    }
}

/// A state of the ladder: one state for each kernel, in order.
impl<S, K: Kernel<S> + LogWeight<S>> Kernel<Vec<S>> for ParallelTempering<K> {
    fn name(&self) -> &'static str {
        "parallel-tempering"
    }

    /// # Panics
    /// If there are not as many states as kernels.
    fn sweep(&mut self, states: &mut Vec<S>, chooser: &mut impl Chooser) {
        assert_eq!(
            states.len(),
            self.kernels.len(),
            "one state for each kernel"
        );
        for (kernel, state) in self.kernels.iter_mut().zip(states.iter_mut()) {
            kernel.sweep(state, chooser);
        }
        self.exchange(states, chooser);
    }

    fn irreducibility(&self) -> Irreducibility {
        // After positive kernels any states may be exchanged, and each is the outcome of some exchange.
        // Exchanges that are certain could undo what weaker kernels connect.
        let proved = |k: &K| k.irreducibility() == Irreducibility::Positive;
        if self.kernels.iter().all(proved) {
            Irreducibility::Positive
        } else {
            Irreducibility::Unknown
        }
    }
}

impl<S, K: LogWeight<S>> LogWeight<Vec<S>> for ParallelTempering<K> {
    fn log_weight(&self, states: &Vec<S>) -> f64 {
        self.kernels
            .iter()
            .zip(states)
            .map(|(k, s)| k.log_weight(s))
            .sum()
    }
    fn adopt(&self, states: &mut Vec<S>) {
        for (kernel, state) in self.kernels.iter().zip(states) {
            kernel.adopt(state);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Lattice;
    use crate::random::Seed;
    use crate::sample::{CompiledHamiltonian, HeatBath, SiteOrder, SpinState};
    use std::sync::Arc;

    #[test]
    fn exchanged_states_do_not_keep_the_energy_of_the_other_kernel() {
        let model = Lattice::torus(4, 4).ising(1.0, 0.1).unwrap();
        let model = Arc::new(CompiledHamiltonian::new(&model).unwrap());
        let kernels: Vec<HeatBath> = [0.2, 0.25, 0.3]
            .map(|k| HeatBath::at_scale(model.clone(), SiteOrder::Sequential, k).unwrap())
            .to_vec();
        let mut ladder = ParallelTempering::new(kernels).unwrap();
        let mut stream = Seed(3).stream("adopt", 0);
        let mut states = vec![SpinState::up(16); 3];
        for _ in 0..50 {
            ladder.sweep(&mut states, &mut stream);
            for (kernel, state) in ladder.kernels().iter().zip(&mut states) {
                let fresh = kernel.log_weight(state);
                let kept = state.reduced_hamiltonian(|_| fresh);
                // 50 sweeps of 16 updates, each rounding a number below 16.
                assert!(
                    (kept - fresh).abs() < 800.0 * 16.0 * f64::EPSILON,
                    "{kept} {fresh}"
                );
            }
        }
        assert!(
            ladder
                .exchange_rates()
                .iter()
                .all(|r| r.is_some_and(|r| r > 0.1))
        );
    }
}
