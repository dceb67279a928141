//! Wolff's algorithm on any model of pairs and fields.

use super::{CompiledHamiltonian, Irreducibility, Kernel, KernelError, LogWeight, SpinState};
use crate::random::{Chooser, Threshold};
use std::sync::Arc;

/// Grows one cluster from a random site and flips it.
///
/// A satisfied bond, `K_ij s_i s_j > 0`, is followed with probability `1 − e^{−2|K_ij|}`, whatever the
/// sign of `K_ij`; so frustrated models are allowed, though there the clusters need not help. With
/// fields the flip of cluster C is accepted with probability `min(1, exp(−2 Σ_{i ∈ C} h_i s_i))`.
///
/// Irreducible: any site may be a cluster of its own and be flipped. Without any coupling and field
/// every step flips exactly one spin, and the chain has period 2.
///
/// # References
/// Wolff, Phys. Rev. Lett. 62 (1989) 361.
#[derive(Clone, Debug)]
pub struct Wolff {
    model: Arc<CompiledHamiltonian>,
    /// For each neighbour slot of the model.
    bonds: Vec<Threshold>,
    cluster: Vec<u32>,
    /// Which sites are in the cluster; all false between sweeps. In a frustrated model membership
    /// cannot be read off the flipped spins, since unsatisfied bonds may join two members.
    member: Vec<bool>,
}

impl Wolff {
    /// The kernel of a model.
    ///
    /// # Errors
    /// [`KernelError::NotPairwise`].
    pub fn new(model: Arc<CompiledHamiltonian>) -> Result<Self, KernelError> {
        model.pairwise("wolff")?;
        let bonds = model
            .slot_couplings()
            .iter()
            .map(|&k| bond_threshold(k))
            .collect();
        let member = vec![false; model.spins()];
        Ok(Self {
            model,
            bonds,
            cluster: Vec::new(),
            member,
        })
    }

    /// Number of sites of the last cluster, flipped or not.
    pub fn cluster_size(&self) -> usize {
        self.cluster.len()
    }
}

/// `1 − e^{−2|K|}`.
pub(super) fn bond_threshold(coupling: f64) -> Threshold {
    Threshold::new(-libm::expm1(-2.0 * coupling.abs()))
}

impl Kernel<SpinState> for Wolff {
    fn name(&self) -> &'static str {
        "wolff"
    }

    fn sweep(&mut self, state: &mut SpinState, chooser: &mut impl Chooser) {
        let spins = state.spins_mut();
        let model = &*self.model;
        let seed = chooser.index(spins.len());
        self.cluster.clear();
        self.cluster.push(seed as u32);
        self.member[seed] = true;
        let mut next = 0;
        let mut gain = 0.0;
        while next < self.cluster.len() {
            let site = self.cluster[next] as usize;
            next += 1;
            gain -= 2.0 * model.fields()[site] * f64::from(spins[site]);
            for slot in model.slots(site) {
                let j = model.neighbour_in_slot(slot);
                let satisfied =
                    model.slot_couplings()[slot] * f64::from(spins[site] * spins[j]) > 0.0;
                if satisfied && !self.member[j] && chooser.accept(self.bonds[slot]) {
                    self.member[j] = true;
                    self.cluster.push(j as u32);
                }
            }
        }
        let flip = gain >= 0.0 || chooser.bernoulli(libm::exp(gain));
        for &site in &self.cluster {
            self.member[site as usize] = false;
            if flip {
                spins[site as usize] = -spins[site as usize];
            }
        }
    }

    fn irreducibility(&self) -> Irreducibility {
        Irreducibility::Irreducible
    }
}

impl LogWeight<SpinState> for Wolff {
    fn log_weight(&self, state: &SpinState) -> f64 {
        self.model.reduced_hamiltonian(state.spins())
    }
    fn adopt(&self, state: &mut SpinState) {
        state.forget();
    }
}
