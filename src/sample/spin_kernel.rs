//! Any of the kernels for spins, chosen at run time.

use super::{
    CompiledHamiltonian, HeatBath, Irreducibility, Kernel, KernelError, Metropolis, SiteOrder,
    SpinState, SwendsenWang, Wolff,
};
use crate::random::Chooser;
use std::sync::Arc;

/// A kernel for any spin Hamiltonian that its own constructor accepts.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SpinKernel {
    /// Metropolis in some order.
    Metropolis(Metropolis),
    /// Heat bath in some order.
    HeatBath(HeatBath),
    /// One cluster.
    Wolff(Wolff),
    /// All clusters.
    SwendsenWang(SwendsenWang),
}

impl SpinKernel {
    /// The names that [`SpinKernel::by_name`] knows.
    pub const NAMES: [&'static str; 8] = [
        "metropolis-random",
        "metropolis-sequential",
        "metropolis-checkerboard",
        "heat-bath-random",
        "heat-bath-sequential",
        "heat-bath-checkerboard",
        "wolff",
        "swendsen-wang",
    ];

    /// A name in full: the two rules without an order have the order that is safe and fast.
    pub fn full_name(typed: &str) -> &str {
        match typed {
            "metropolis" => "metropolis-random",
            "heat-bath" => "heat-bath-sequential",
            other => other,
        }
    }

    /// The kernel whose [`Kernel::name`] this is; `None` if there is none.
    ///
    /// # Errors
    /// [`KernelError`] if it does not run on the model.
    pub fn by_name(
        name: &str,
        model: Arc<CompiledHamiltonian>,
    ) -> Option<Result<Self, KernelError>> {
        let metropolis = |order| Metropolis::new(model.clone(), order).map(Self::Metropolis);
        let heat_bath = |order| HeatBath::new(model.clone(), order).map(Self::HeatBath);
        Some(match name {
            "metropolis-random" => metropolis(SiteOrder::Random),
            "metropolis-sequential" => metropolis(SiteOrder::Sequential),
            "metropolis-checkerboard" => metropolis(SiteOrder::Checkerboard),
            "heat-bath-random" => heat_bath(SiteOrder::Random),
            "heat-bath-sequential" => heat_bath(SiteOrder::Sequential),
            "heat-bath-checkerboard" => heat_bath(SiteOrder::Checkerboard),
            "wolff" => Wolff::new(model).map(Self::Wolff),
            "swendsen-wang" => SwendsenWang::new(model).map(Self::SwendsenWang),
            _ => return None,
        })
    }
}

impl Kernel<SpinState> for SpinKernel {
    fn name(&self) -> &'static str {
        match self {
            Self::Metropolis(k) => k.name(),
            Self::HeatBath(k) => k.name(),
            Self::Wolff(k) => k.name(),
            Self::SwendsenWang(k) => k.name(),
        }
    }

    fn sweep(&mut self, state: &mut SpinState, chooser: &mut impl Chooser) {
        match self {
            Self::Metropolis(k) => k.sweep(state, chooser),
            Self::HeatBath(k) => k.sweep(state, chooser),
            Self::Wolff(k) => k.sweep(state, chooser),
            Self::SwendsenWang(k) => k.sweep(state, chooser),
        }
    }

    fn irreducibility(&self) -> Irreducibility {
        match self {
            Self::Metropolis(k) => k.irreducibility(),
            Self::HeatBath(k) => k.irreducibility(),
            Self::Wolff(k) => k.irreducibility(),
            Self::SwendsenWang(k) => k.irreducibility(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Lattice;
    use std::str::FromStr;

    #[test]
    fn every_name_makes_the_kernel_of_that_name() {
        let lattice = Lattice::from_str("ring:6").unwrap();
        let model = CompiledHamiltonian::new(&lattice.ising(0.3, 0.1).unwrap()).unwrap();
        let model = Arc::new(model);
        for name in SpinKernel::NAMES {
            let kernel = SpinKernel::by_name(name, model.clone()).unwrap().unwrap();
            assert_eq!(kernel.name(), name);
        }
        assert!(SpinKernel::by_name("identity", model).is_none());
    }
}
