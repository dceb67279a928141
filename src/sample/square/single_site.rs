//! Metropolis and heat bath with their probabilities in a table.

use super::SquareIsing;
use crate::model::Boundary;
use crate::random::{Chooser, Threshold};
use crate::sample::{KernelError, SingleSite, SiteOrder, SiteRule};

/// The probability to turn a spin up or over, for each sum of neighbours and each spin.
#[derive(Clone, Debug)]
pub struct SquareRule {
    model: SquareIsing,
    heat_bath: bool,
    /// By `2·(sum + 4) + (spin up)`: the probability that the spin is flipped.
    flip: [Threshold; 18],
    /// By the same index: the change of 𝒦 if it is.
    change: [f64; 18],
}

/// [`Metropolis`](crate::sample::Metropolis) on a rectangle, from a table.
#[derive(Clone, Debug)]
pub struct SquareMetropolis;

/// [`HeatBath`](crate::sample::HeatBath) on a rectangle, from a table.
#[derive(Clone, Debug)]
pub struct SquareHeatBath;

impl SquareMetropolis {
    /// The kernel.
    ///
    /// # Errors
    /// [`KernelError::NotBipartite`] for a checkerboard on a direction of odd period.
    #[expect(
        clippy::new_ret_no_self,
        reason = "names one of the two rules of a common kernel"
    )]
    pub fn new(
        model: SquareIsing,
        order: SiteOrder,
    ) -> Result<SingleSite<SquareRule>, KernelError> {
        SquareRule::kernel(model, order, false)
    }
}

impl SquareHeatBath {
    /// The kernel.
    ///
    /// # Errors
    /// [`KernelError::NotBipartite`] for a checkerboard on a direction of odd period.
    #[expect(
        clippy::new_ret_no_self,
        reason = "names one of the two rules of a common kernel"
    )]
    pub fn new(
        model: SquareIsing,
        order: SiteOrder,
    ) -> Result<SingleSite<SquareRule>, KernelError> {
        SquareRule::kernel(model, order, true)
    }
}

impl SquareRule {
    fn kernel(
        model: SquareIsing,
        order: SiteOrder,
        heat_bath: bool,
    ) -> Result<SingleSite<Self>, KernelError> {
        let lattice = model.lattice();
        let visits = match order {
            SiteOrder::Random => Vec::new(),
            SiteOrder::Sequential => (0..lattice.sites() as u32).collect(),
            SiteOrder::Checkerboard => checkerboard(model)?,
        };
        let mut rule = Self {
            model,
            heat_bath,
            flip: [Threshold::NEVER; 18],
            change: [0.0; 18],
        };
        for sum in -4..=4_i32 {
            for spin in [-1, 1] {
                let field = model.coupling() * f64::from(sum) + model.field();
                let change = -2.0 * f64::from(spin) * field;
                let index = Self::slot(sum, spin);
                rule.change[index] = change;
                rule.flip[index] = Threshold::new(if heat_bath {
                    1.0 / (1.0 + libm::exp(-change))
                } else {
                    libm::exp(change.min(0.0))
                });
            }
        }
        Ok(SingleSite::with_visits(rule, order, visits))
    }

    #[inline]
    fn slot(sum: i32, spin: i32) -> usize {
        (2 * (sum + 4) + i32::from(spin > 0)) as usize
    }
}

/// Even sites, then odd ones.
fn checkerboard(model: SquareIsing) -> Result<Vec<u32>, KernelError> {
    let (rows, columns) = (model.lattice().rows(), model.lattice().columns());
    let odd = |i: usize| (i / columns + i % columns) % 2 == 1;
    for site in 0..model.lattice().sites() {
        let near = model.neighbours((site / columns) as u32, (site % columns) as u32);
        for k in 0..4 {
            if near.bonds >> k & 1 == 1 && odd(near.sites[k] as usize) == odd(site) {
                return Err(KernelError::NotBipartite { site });
            }
        }
    }
    let all = 0..rows * columns;
    Ok(all
        .clone()
        .filter(|&i| !odd(i))
        .chain(all.filter(|&i| odd(i)))
        .map(|i| i as u32)
        .collect())
}

impl SiteRule for SquareRule {
    fn name(&self, order: SiteOrder) -> &'static str {
        match (self.heat_bath, order) {
            (false, SiteOrder::Random) => "square-metropolis-random",
            (false, SiteOrder::Sequential) => "square-metropolis-sequential",
            (false, SiteOrder::Checkerboard) => "square-metropolis-checkerboard",
            (true, SiteOrder::Random) => "square-heat-bath-random",
            (true, SiteOrder::Sequential) => "square-heat-bath-sequential",
            (true, SiteOrder::Checkerboard) => "square-heat-bath-checkerboard",
        }
    }
    fn sites(&self) -> usize {
        self.model.lattice().sites()
    }
    #[inline]
    fn update(&self, spins: &mut [i8], site: usize, chooser: &mut impl Chooser) -> f64 {
        let columns = self.model.lattice().columns() as u32;
        let near = self
            .model
            .neighbours(site as u32 / columns, site as u32 % columns);
        let mut sum = 0;
        for k in 0..4 {
            let bond = (near.bonds >> k & 1) as i32;
            sum += bond * i32::from(spins[near.sites[k] as usize]);
        }
        let spin = spins[site];
        let index = Self::slot(sum, i32::from(spin));
        let flip = chooser.accept(self.flip[index]);
        spins[site] = if flip { -spin } else { spin };
        if flip { self.change[index] } else { 0.0 }
    }
    fn always_free(&self) -> bool {
        self.heat_bath
    }
    fn is_uniform(&self) -> bool {
        let coupled = self.model.coupling() != 0.0 && !self.model.lattice().bonds().is_empty();
        !coupled && self.model.field() == 0.0
    }
    fn ground_state_of_ring(&self) -> Option<Vec<i8>> {
        let lattice = self.model.lattice();
        let closed = match (lattice.rows(), lattice.columns()) {
            (1, _) => lattice.horizontal(),
            (_, 1) => lattice.vertical(),
            _ => return None,
        };
        let n = lattice.sites();
        let (coupling, field) = (self.model.coupling(), self.model.field());
        let ring = closed == Boundary::Periodic && n >= 3 && coupling != 0.0 && field == 0.0;
        if !ring || coupling < 0.0 && n % 2 == 1 {
            return None;
        }
        let alternating = coupling < 0.0;
        Some(
            (0..n)
                .map(|i| if alternating && i % 2 == 1 { -1 } else { 1 })
                .collect(),
        )
    }
    fn reduced_hamiltonian(&self, spins: &[i8]) -> f64 {
        self.model.reduced_hamiltonian(spins)
    }
}
