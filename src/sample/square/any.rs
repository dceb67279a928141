//! Any of the kernels for rectangles, chosen at run time.

use super::{
    SquareHeatBath, SquareIsing, SquareMetropolis, SquareRule, SquareSwendsenWang, SquareWolff,
};
use crate::random::Chooser;
use crate::sample::{Irreducibility, Kernel, KernelError, SingleSite, SiteOrder, SpinState};

/// A kernel for the homogeneous Ising model on a rectangle.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SquareKernel {
    /// Metropolis or heat bath.
    SingleSite(SingleSite<SquareRule>),
    /// One cluster.
    Wolff(SquareWolff),
    /// All clusters.
    SwendsenWang(SquareSwendsenWang),
}

impl SquareKernel {
    /// The names that [`SquareKernel::by_name`] knows.
    pub const NAMES: [&'static str; 4] = [
        "square-metropolis-checkerboard",
        "square-heat-bath-checkerboard",
        "square-wolff",
        "square-swendsen-wang",
    ];

    /// The kernel whose [`Kernel::name`] this is; `None` if there is none.
    ///
    /// # Errors
    /// [`KernelError`] if it does not run on the rectangle.
    pub fn by_name(name: &str, model: SquareIsing) -> Option<Result<Self, KernelError>> {
        let order = SiteOrder::Checkerboard;
        Some(match name {
            "square-metropolis-checkerboard" => {
                SquareMetropolis::new(model, order).map(Self::SingleSite)
            }
            "square-heat-bath-checkerboard" => {
                SquareHeatBath::new(model, order).map(Self::SingleSite)
            }
            "square-wolff" => SquareWolff::new(model).map(Self::Wolff),
            "square-swendsen-wang" => Ok(Self::SwendsenWang(SquareSwendsenWang::new(model))),
            _ => return None,
        })
    }
}

impl Kernel<SpinState> for SquareKernel {
    fn name(&self) -> &'static str {
        match self {
            Self::SingleSite(k) => k.name(),
            Self::Wolff(k) => k.name(),
            Self::SwendsenWang(k) => k.name(),
        }
    }

    fn sweep(&mut self, state: &mut SpinState, chooser: &mut impl Chooser) {
        match self {
            Self::SingleSite(k) => k.sweep(state, chooser),
            Self::Wolff(k) => k.sweep(state, chooser),
            Self::SwendsenWang(k) => k.sweep(state, chooser),
        }
    }

    fn irreducibility(&self) -> Irreducibility {
        match self {
            Self::SingleSite(k) => k.irreducibility(),
            Self::Wolff(k) => k.irreducibility(),
            Self::SwendsenWang(k) => k.irreducibility(),
        }
    }
}
