//! The Swendsen–Wang algorithm on any model of pairs and fields.

use super::wolff::bond_threshold;
use super::{CompiledHamiltonian, Irreducibility, Kernel, KernelError, LogWeight, SpinState};
use crate::numeric::UnionFind;
use crate::random::{Chooser, Threshold};
use std::sync::Arc;

/// Draws a bond on every satisfied pair and then a sign for every cluster.
///
/// A bond `K_ij s_i s_j > 0` is set with probability `1 − e^{−2|K_ij|}`, whatever the sign of `K_ij`. A
/// field is a bond to a ghost spin that stays up: with probability `1 − e^{−2|h_i|}` where `h_i s_i > 0`;
/// clusters that are bound to the ghost keep their spins, all others are flipped with probability ½.
///
/// Irreducible and aperiodic: with positive probability no bond is set, and then every state may follow.
///
/// # References
/// Swendsen and Wang, Phys. Rev. Lett. 58 (1987) 86.
#[derive(Clone, Debug)]
pub struct SwendsenWang {
    model: Arc<CompiledHamiltonian>,
    bonds: Vec<Threshold>,
    ghost_bonds: Vec<Threshold>,
    clusters: UnionFind,
    flipped: Vec<bool>,
    pinned: Vec<bool>,
}

impl SwendsenWang {
    /// The kernel of a model.
    ///
    /// # Errors
    /// [`KernelError::NotPairwise`].
    pub fn new(model: Arc<CompiledHamiltonian>) -> Result<Self, KernelError> {
        model.pairwise("swendsen-wang")?;
        Ok(Self {
            bonds: model.edges().iter().map(|e| bond_threshold(e.2)).collect(),
            ghost_bonds: model.fields().iter().map(|&h| bond_threshold(h)).collect(),
            clusters: UnionFind::default(),
            flipped: vec![false; model.spins()],
            pinned: vec![false; model.spins()],
            model,
        })
    }
}

impl Kernel<SpinState> for SwendsenWang {
    fn name(&self) -> &'static str {
        "swendsen-wang"
    }

    fn sweep(&mut self, state: &mut SpinState, chooser: &mut impl Chooser) {
        let spins = state.spins_mut();
        let n = spins.len();
        self.clusters.reset(n);
        for (&(i, j, coupling), &bond) in self.model.edges().iter().zip(&self.bonds) {
            let satisfied = coupling * f64::from(spins[i as usize] * spins[j as usize]) > 0.0;
            if satisfied && chooser.accept(bond) {
                self.clusters.union(i, j);
            }
        }
        self.pinned.fill(false);
        for (i, (&field, &bond)) in self
            .model
            .fields()
            .iter()
            .zip(&self.ghost_bonds)
            .enumerate()
        {
            if field * f64::from(spins[i]) > 0.0 && chooser.accept(bond) {
                let root = self.clusters.find(i as u32);
                self.pinned[root as usize] = true;
            }
        }
        for i in 0..n {
            // A parent is never above its child, so it has been decided.
            let parent = self.clusters.parents()[i] as usize;
            self.flipped[i] = if parent == i {
                !self.pinned[i] && chooser.accept(Threshold::HALF)
            } else {
                self.flipped[parent]
            };
            if self.flipped[i] {
                spins[i] = -spins[i];
            }
        }
    }

    fn irreducibility(&self) -> Irreducibility {
        Irreducibility::Positive
    }
}

impl LogWeight<SpinState> for SwendsenWang {
    fn log_weight(&self, state: &SpinState) -> f64 {
        self.model.reduced_hamiltonian(state.spins())
    }
    fn adopt(&self, state: &mut SpinState) {
        state.forget();
    }
}
