//! Wolff's algorithm on a rectangle, without branches that depend on chance.

use super::SquareIsing;
use crate::random::{Chooser, Threshold};
use crate::sample::wolff::bond_threshold;
use crate::sample::{Irreducibility, Kernel, KernelError, LogWeight, SpinState};

/// [`Wolff`](crate::sample::Wolff) for `K ≥ 0` on a rectangle.
///
/// # References
/// Wolff, Phys. Rev. Lett. 62 (1989) 361.
#[derive(Clone, Debug)]
pub struct SquareWolff {
    model: SquareIsing,
    bond: Threshold,
    /// Row and column of the sites found so far; the first `found` are valid.
    cluster: Vec<(u32, u32)>,
    found: usize,
}

impl SquareWolff {
    /// The kernel.
    ///
    /// # Errors
    /// [`KernelError::NotFerromagnetic`]: with negative couplings a flipped spin is no mark of membership.
    pub fn new(model: SquareIsing) -> Result<Self, KernelError> {
        if model.coupling() < 0.0 {
            return Err(KernelError::NotFerromagnetic {
                kernel: "square-wolff",
                coupling: model.coupling(),
            });
        }
        Ok(Self {
            model,
            bond: bond_threshold(model.coupling()),
            // Candidates are written before it is known whether they count.
            cluster: vec![(0, 0); model.lattice().sites() + 4],
            found: 0,
        })
    }

    /// Number of sites of the last cluster, flipped or not.
    pub fn cluster_size(&self) -> usize {
        self.found
    }

    /// Grows the cluster of a site, flipping its spins on the way.
    #[inline]
    fn grow(&mut self, spins: &mut [i8], seed: usize, chooser: &mut impl Chooser) {
        let columns = self.model.lattice().columns();
        let old = spins[seed];
        spins[seed] = -old;
        self.cluster[0] = ((seed / columns) as u32, (seed % columns) as u32);
        self.found = 1;
        let mut next = 0;
        while next < self.found {
            let (r, c) = self.cluster[next];
            next += 1;
            let near = self.model.neighbours(r, c);
            let mut alike = 0;
            for k in 0..4 {
                alike |= u32::from(spins[near.sites[k] as usize] == old) << k;
            }
            let accepted = chooser.accept_nibble(self.bond, alike & near.bonds);
            for k in 0..4 {
                // Both bonds of a side of length two lead to the same site, which counts once.
                let spin = &mut spins[near.sites[k] as usize];
                let joins = accepted >> k & u32::from(*spin == old);
                // A flip of ±1 changes all bits but the lowest.
                *spin ^= (joins as i8) * -2;
                self.cluster[self.found] = near.places[k];
                self.found += joins as usize;
            }
        }
    }
}

impl Kernel<SpinState> for SquareWolff {
    fn name(&self) -> &'static str {
        "square-wolff"
    }

    fn sweep(&mut self, state: &mut SpinState, chooser: &mut impl Chooser) {
        let spins = state.spins_mut();
        let seed = chooser.index(spins.len());
        let old = spins[seed];
        self.grow(spins, seed, chooser);
        let field = self.model.field();
        if field != 0.0 {
            let gain = -2.0 * field * f64::from(old) * self.found as f64;
            if gain < 0.0 && !chooser.bernoulli(libm::exp(gain)) {
                let columns = self.model.lattice().columns() as u32;
                for &(r, c) in &self.cluster[..self.found] {
                    spins[(r * columns + c) as usize] = old;
                }
            }
        }
    }

    fn irreducibility(&self) -> Irreducibility {
        Irreducibility::Irreducible
    }
}

impl LogWeight<SpinState> for SquareWolff {
    fn log_weight(&self, state: &SpinState) -> f64 {
        self.model.reduced_hamiltonian(state.spins())
    }
}
