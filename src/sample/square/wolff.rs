//! Wolff's algorithm on a rectangle, without branches that depend on chance.

use super::SquareIsing;
use crate::model::Boundary;
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
    /// The places of the sites found so far; the first `found` are valid.
    cluster: Vec<u64>,
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
            cluster: vec![0; model.lattice().sites() + 4],
            found: 0,
        })
    }

    /// Number of sites of the last cluster, flipped or not.
    pub fn cluster_size(&self) -> usize {
        self.found
    }

    /// Grows the cluster of a site, flipping its spins on the way.
    ///
    /// With `DISTINCT` all sites have four neighbours, no two of them the same.
    #[inline]
    fn grow<const DISTINCT: bool>(
        &mut self,
        spins: &mut [i8],
        seed: usize,
        chooser: &mut impl Chooser,
    ) {
        // Copies, since the compiler cannot know that writing to the lists does not change these.
        let (model, bond) = (self.model, self.bond);
        let cluster = self.cluster.as_mut_slice();
        let rectangle = Rectangle::new(model);
        let old = spins[seed];
        spins[seed] = -old;
        cluster[0] = rectangle.place(seed);
        let mut found = 1;
        let mut next = 0;
        while next < found {
            let place = cluster[next];
            next += 1;
            let near = rectangle.around(place);
            let around = near.map(|place| spins[site(place)]);
            let mut alike = 0;
            for k in 0..4 {
                alike |= u32::from(around[k] == old) << k;
            }
            if !DISTINCT {
                let row = site(place) as u64 / rectangle.columns;
                alike &= model.neighbours(row as u32, (place >> 32) as u32).bonds;
            }
            let accepted = chooser.accept_nibble(bond, alike);
            for k in 0..4 {
                let spin = &mut spins[site(near[k])];
                let mut joins = accepted >> k & 1;
                if !DISTINCT {
                    // Both bonds of a side of length two lead to the same site, which counts once.
                    joins &= u32::from(*spin == old);
                }
                // A flip of ±1 changes all bits but the lowest.
                let before = if DISTINCT { around[k] } else { *spin };
                *spin = before ^ ((joins as i8) * -2);
                cluster[found] = near[k];
                found += joins as usize;
            }
        }
        self.found = found;
    }
}

/// A place is a site in the low half and its column in the high half of a word, so that one addition
/// moves both.
#[derive(Clone, Copy)]
struct Rectangle {
    columns: u64,
    sites: u64,
}

/// One column to the right.
const RIGHT: u64 = 1 << 32 | 1;

#[inline]
fn site(place: u64) -> usize {
    place as u32 as usize
}

impl Rectangle {
    fn new(model: SquareIsing) -> Self {
        Self {
            columns: model.lattice().columns() as u64,
            sites: model.lattice().sites() as u64,
        }
    }

    fn place(self, site: usize) -> u64 {
        site as u64 | (site as u64 % self.columns) << 32
    }

    /// Right, below, left and above, round the edges.
    #[inline]
    fn around(self, place: u64) -> [u64; 4] {
        let (columns, site) = (self.columns, place & 0xffff_ffff);
        let right = place + RIGHT;
        let below = place + columns;
        [
            if right >> 32 == columns {
                right - columns * RIGHT
            } else {
                right
            },
            if site + columns >= self.sites {
                below - self.sites
            } else {
                below
            },
            if place >> 32 == 0 {
                place + (columns - 1) * RIGHT
            } else {
                place - RIGHT
            },
            if site < columns {
                place + (self.sites - columns)
            } else {
                place - columns
            },
        ]
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
        let lattice = self.model.lattice();
        let periodic = [lattice.vertical(), lattice.horizontal()] == [Boundary::Periodic; 2];
        if periodic && lattice.rows() > 2 && lattice.columns() > 2 {
            self.grow::<true>(spins, seed, chooser);
        } else {
            self.grow::<false>(spins, seed, chooser);
        }
        let field = self.model.field();
        if field != 0.0 {
            let gain = -2.0 * field * f64::from(old) * self.found as f64;
            if gain < 0.0 && !chooser.bernoulli(libm::exp(gain)) {
                for &place in &self.cluster[..self.found] {
                    spins[site(place)] = old;
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
    fn adopt(&self, state: &mut SpinState) {
        state.forget();
    }
}
