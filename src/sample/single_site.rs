//! Kernels that update one spin at a time: Metropolis and heat bath, in random or fixed order.

use super::reducible::{self, Reducible};
use super::{CompiledHamiltonian, Irreducibility, Kernel, KernelError, LogWeight, SpinState};
use crate::random::Chooser;
use std::sync::Arc;

/// In what order a sweep visits the sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteOrder {
    /// N times a site chosen uniformly.
    Random,
    /// Each site once, by index.
    Sequential,
    /// Each site once, first one colour of a bipartite model, then the other.
    Checkerboard,
}

/// How one spin is updated.
pub trait SiteRule {
    /// The name of the kernel that visits the sites in this order.
    fn name(&self, order: SiteOrder) -> &'static str;

    /// Number of sites.
    fn sites(&self) -> usize;

    /// Updates the spin of a site and returns the change of 𝒦.
    fn update(&self, spins: &mut [i8], site: usize, chooser: &mut impl Chooser) -> f64;

    /// Whether each update can fall both ways whatever the state.
    fn always_free(&self) -> bool;

    /// Whether all states have the same weight.
    fn is_uniform(&self) -> bool;

    /// A state with all bonds satisfied, if the model is a ring in order of the indices, of three sites
    /// or more, of one coupling strength and without field.
    fn ground_state_of_ring(&self) -> Option<Vec<i8>>;

    /// 𝒦 of the distribution that the rule leaves unchanged.
    fn reduced_hamiltonian(&self, spins: &[i8]) -> f64;
}

/// A rule applied to site after site.
///
/// In a fixed order the transition matrix of a sweep is the product of the matrices of its updates,
/// `P = U_{v_1} U_{v_2} ⋯ U_{v_N}` acting on rows from the left; in random order it is the N-th power
/// of their mean. Tests extract the factors; `a_sweep_is_the_product_of_its_updates` ties them to the sweep.
#[derive(Clone, Debug)]
pub struct SingleSite<R> {
    rule: R,
    order: SiteOrder,
    /// The sites in the order of their visits; empty for a random order.
    visits: Vec<u32>,
}

/// Metropolis: flip with probability `min(1, e^{Δ𝒦})`.
///
/// In a fixed order, where a flip with Δ𝒦 ≥ 0 is certain, not irreducible on many models:
/// [`SingleSite::known_reducible`]. In random order irreducible, unless all states weigh the same.
///
/// # References
/// Metropolis et al., J. Chem. Phys. 21 (1953) 1087.
pub type Metropolis = SingleSite<MetropolisRule>;

/// Heat bath: draw the spin from its distribution given all others.
///
/// Irreducible and aperiodic in every order, since each draw can fall both ways.
///
/// # References
/// Creutz, Phys. Rev. D 21 (1980) 2308; Geman and Geman, IEEE PAMI 6 (1984) 721.
pub type HeatBath = SingleSite<HeatBathRule>;

/// The acceptance of [`Metropolis`].
#[derive(Clone, Debug)]
pub struct MetropolisRule {
    model: Arc<CompiledHamiltonian>,
    scale: f64,
}

/// The conditional distribution of [`HeatBath`].
#[derive(Clone, Debug)]
pub struct HeatBathRule {
    model: Arc<CompiledHamiltonian>,
    scale: f64,
}

impl SiteRule for MetropolisRule {
    fn name(&self, order: SiteOrder) -> &'static str {
        match order {
            SiteOrder::Random => "metropolis-random",
            SiteOrder::Sequential => "metropolis-sequential",
            SiteOrder::Checkerboard => "metropolis-checkerboard",
        }
    }
    fn sites(&self) -> usize {
        self.model.spins()
    }
    #[inline]
    fn update(&self, spins: &mut [i8], site: usize, chooser: &mut impl Chooser) -> f64 {
        let spin = spins[site];
        let change = -2.0 * self.scale * f64::from(spin) * self.model.local_field(spins, site);
        if change >= 0.0 || chooser.bernoulli(libm::exp(change)) {
            spins[site] = -spin;
            return change;
        }
        0.0
    }
    fn always_free(&self) -> bool {
        false
    }
    fn is_uniform(&self) -> bool {
        self.scale == 0.0 || self.model.is_constant()
    }
    fn ground_state_of_ring(&self) -> Option<Vec<i8>> {
        self.model.ground_state_of_ring(self.scale)
    }
    fn reduced_hamiltonian(&self, spins: &[i8]) -> f64 {
        self.scale * self.model.reduced_hamiltonian(spins)
    }
}

impl SiteRule for HeatBathRule {
    fn name(&self, order: SiteOrder) -> &'static str {
        match order {
            SiteOrder::Random => "heat-bath-random",
            SiteOrder::Sequential => "heat-bath-sequential",
            SiteOrder::Checkerboard => "heat-bath-checkerboard",
        }
    }
    fn sites(&self) -> usize {
        self.model.spins()
    }
    #[inline]
    fn update(&self, spins: &mut [i8], site: usize, chooser: &mut impl Chooser) -> f64 {
        let field = self.scale * self.model.local_field(spins, site);
        let up = chooser.bernoulli(1.0 / (1.0 + libm::exp(-2.0 * field)));
        let new = if up { 1 } else { -1 };
        let change = f64::from(new - spins[site]) * field;
        spins[site] = new;
        change
    }
    fn always_free(&self) -> bool {
        true
    }
    fn is_uniform(&self) -> bool {
        self.scale == 0.0 || self.model.is_constant()
    }
    fn ground_state_of_ring(&self) -> Option<Vec<i8>> {
        self.model.ground_state_of_ring(self.scale)
    }
    fn reduced_hamiltonian(&self, spins: &[i8]) -> f64 {
        self.scale * self.model.reduced_hamiltonian(spins)
    }
}

impl Metropolis {
    /// The kernel for `e^𝒦`.
    ///
    /// # Errors
    /// [`KernelError`] for a checkerboard on a model that has none.
    pub fn new(model: Arc<CompiledHamiltonian>, order: SiteOrder) -> Result<Self, KernelError> {
        Self::at_scale(model, order, 1.0)
    }

    /// The kernel for `e^{scale·𝒦}`.
    ///
    /// # Errors
    /// As [`Metropolis::new`]; [`KernelError::NotFinite`].
    pub fn at_scale(
        model: Arc<CompiledHamiltonian>,
        order: SiteOrder,
        scale: f64,
    ) -> Result<Self, KernelError> {
        let visits = visits(&model, order, scale)?;
        Ok(Self::with_visits(
            MetropolisRule { model, scale },
            order,
            visits,
        ))
    }
}

impl HeatBath {
    /// The kernel for `e^𝒦`.
    ///
    /// # Errors
    /// [`KernelError`] for a checkerboard on a model that has none.
    pub fn new(model: Arc<CompiledHamiltonian>, order: SiteOrder) -> Result<Self, KernelError> {
        Self::at_scale(model, order, 1.0)
    }

    /// The kernel for `e^{scale·𝒦}`.
    ///
    /// # Errors
    /// As [`HeatBath::new`]; [`KernelError::NotFinite`].
    pub fn at_scale(
        model: Arc<CompiledHamiltonian>,
        order: SiteOrder,
        scale: f64,
    ) -> Result<Self, KernelError> {
        let visits = visits(&model, order, scale)?;
        Ok(Self::with_visits(
            HeatBathRule { model, scale },
            order,
            visits,
        ))
    }
}

impl HeatBath {
    /// The same kernel at another scale.
    pub(super) fn scaled(&self, scale: f64) -> Self {
        let mut kernel = self.clone();
        kernel.rule.scale = scale;
        kernel
    }
}

fn visits(
    model: &CompiledHamiltonian,
    order: SiteOrder,
    scale: f64,
) -> Result<Vec<u32>, KernelError> {
    model.check_scale(scale)?;
    Ok(match order {
        SiteOrder::Random => Vec::new(),
        SiteOrder::Sequential => (0..model.spins() as u32).collect(),
        SiteOrder::Checkerboard => model.checkerboard()?,
    })
}

impl<R: SiteRule> SingleSite<R> {
    pub(super) fn with_visits(rule: R, order: SiteOrder, visits: Vec<u32>) -> Self {
        Self {
            rule,
            order,
            visits,
        }
    }

    /// The rule.
    pub fn rule(&self) -> &R {
        &self.rule
    }

    /// In what order the sites are visited.
    pub fn order(&self) -> SiteOrder {
        self.order
    }

    /// The sites in the order of their visits; empty for a random order.
    pub fn visits(&self) -> &[u32] {
        &self.visits
    }

    /// What is known to keep this kernel from reaching every state; `None` if nothing is.
    ///
    /// ```text
    /// fixed order, no field, equal |K|:
    /// rings of 3 sites or more: by index, 2N of the 2^N states are reached from a ground state;
    /// R×C tori by index, R/g and C/g odd, g = gcd(R, C), so every square torus: spins f(r − c) with
    ///     f(k + g) = −f(k) all flip in every sweep, and no other state is reached from them;
    /// R×C tori by colours, R and C multiples of 4: the same of f(r + c) with f(k + 2) = −f(k).
    /// ```
    /// On rings and the smallest lattices the averages are wrong; the closed states of a large torus
    /// weigh next to nothing, and harm only a chain that starts in one of them.
    ///
    /// Up to 2¹² states decided by walking all of them; beyond, by states that are found to be closed.
    pub fn known_reducible(&self) -> Option<Reducible> {
        reducible::of_sweep(self)
    }

    /// Updates the spin of one site.
    #[inline]
    pub fn update(&self, state: &mut SpinState, site: usize, chooser: &mut impl Chooser) {
        let spins = state.spins_to_advance();
        let before = spins[site];
        let change = self.rule.update(spins, site, chooser);
        let flipped = i64::from(spins[site] - before);
        state.advance(flipped, change);
    }

    /// The sweep in a fixed order over any chooser; also asked for deterministic states.
    pub(super) fn sweep_sites(&self, state: &mut SpinState, chooser: &mut impl Chooser) {
        let n = self.rule.sites();
        let spins = state.spins_to_advance();
        let (mut flipped, mut change) = (0, 0.0);
        let mut visit = |site: usize, chooser: &mut _| {
            let before = spins[site];
            change += self.rule.update(spins, site, chooser);
            flipped += i64::from(spins[site] - before);
        };
        if self.order == SiteOrder::Random {
            for _ in 0..n {
                let site = chooser.index(n);
                visit(site, chooser);
            }
        } else {
            for &site in &self.visits {
                visit(site as usize, chooser);
            }
        }
        state.advance(flipped, change);
    }
}

impl<R: SiteRule> Kernel<SpinState> for SingleSite<R> {
    fn name(&self) -> &'static str {
        self.rule.name(self.order)
    }
    fn sweep(&mut self, state: &mut SpinState, chooser: &mut impl Chooser) {
        self.sweep_sites(state, chooser);
    }
    fn irreducibility(&self) -> Irreducibility {
        if self.rule.always_free() {
            return Irreducibility::Positive;
        }
        match reducible::of_sweep(self) {
            Some(reason) => Irreducibility::Reducible(reason),
            // In random order any site may be the next one to flip, and unless all weights are equal
            // some flip may be refused, so that no parity is kept.
            None if self.order == SiteOrder::Random => Irreducibility::Irreducible,
            None if self.rule.sites() <= reducible::WALKED_SITES => Irreducibility::Irreducible,
            None => Irreducibility::Unknown,
        }
    }
}

impl<R: SiteRule> LogWeight<SpinState> for SingleSite<R> {
    fn log_weight(&self, state: &SpinState) -> f64 {
        self.rule.reduced_hamiltonian(state.spins())
    }
    fn adopt(&self, state: &mut SpinState) {
        state.forget();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;
    use crate::sample::compiled::tests::random_model;

    #[test]
    fn increments_agree_with_the_sum() {
        let model = Arc::new(CompiledHamiltonian::new(&random_model(30, 3, 1)).unwrap());
        let mut stream = Seed(2).stream("increments", 0);
        let mut state = SpinState::random(30, &mut stream);
        state.magnetisation();
        state.reduced_hamiltonian(|s| model.reduced_hamiltonian(s));
        let mut kernel = Metropolis::new(model.clone(), SiteOrder::Random).unwrap();
        let mut bath = HeatBath::new(model.clone(), SiteOrder::Sequential).unwrap();
        for _ in 0..200 {
            kernel.sweep(&mut state, &mut stream);
            bath.sweep(&mut state, &mut stream);
        }
        let mut fresh = SpinState::new(state.spins().to_vec()).unwrap();
        assert_eq!(state.magnetisation(), fresh.magnetisation());
        let kept = state.reduced_hamiltonian(|_| f64::NAN);
        let sum = fresh.reduced_hamiltonian(|s| model.reduced_hamiltonian(s));
        // 12,000 updates of |𝒦| < 64, each rounded by at most 2⁻⁴⁷.
        assert!(
            (kept - sum).abs() < 12_000.0 * 2.0_f64.powi(-47),
            "{kept} {sum}"
        );
    }
}
