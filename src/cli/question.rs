//! What is asked of a model: the options that `exact` and `plan` share.

use super::exit::Failure;
use super::limits::ExactLimits;
use super::source::{Loaded, ModelSource};
use crate::exact::{Limits, Method, Plan, Want, hopeless_lattice};
use clap::ValueEnum;

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Asked {
    /// Also the mean of every spin, or the probabilities of every variable's states
    #[arg(long)]
    pub(super) marginals: bool,
    /// Also the correlator, or the joint probabilities, of every pair
    #[arg(long)]
    pub(super) pairs: bool,
    /// Marginals, and the correlators of the pairs that share a term
    #[arg(long, conflicts_with = "pairs")]
    pub(super) edges: bool,
    /// Energy, heat capacity, magnetisation and correlators of a square lattice, by its transfer matrix; of a wider
    /// --lattice torus without a field the first two
    #[arg(long, conflicts_with_all = ["pairs", "edges", "marginals"])]
    pub(super) observables: bool,
    /// The engine
    #[arg(long, value_enum, default_value = "auto")]
    pub(super) method: MethodName,
    #[command(flatten)]
    limits: ExactLimits,
}

/// The engines that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum MethodName {
    /// The one that is predicted to be fastest
    Auto,
    /// All states, in blocks
    Enumeration,
    /// Variable elimination
    Elimination,
    /// Row by row, for strips, cylinders and tori of a square lattice up to 20 sites wide
    TransferMatrix,
    /// Kaufman's products, for homogeneous tori without a field
    Kaufman,
    /// Boundary correlators, for planar graphs without a field
    Planar,
    /// The smaller layer of a machine
    LayerSum,
}

impl MethodName {
    /// The engine, unless the choice is left to the program.
    pub(super) fn engine(self) -> Option<Method> {
        match self {
            Self::Auto => None,
            Self::Enumeration => Some(Method::Enumeration),
            Self::Elimination => Some(Method::Elimination),
            Self::TransferMatrix => Some(Method::TransferMatrix),
            Self::Kaufman => Some(Method::Kaufman),
            Self::Planar => Some(Method::Planar),
            Self::LayerSum => Some(Method::LayerSum),
        }
    }
}

impl Asked {
    pub(super) fn limits(&self) -> Limits {
        self.limits.resolved()
    }

    /// Refuses an engine that has not what is asked for; tori of Kaufman's products have been taken before.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        let transfer = matches!(self.method, MethodName::Auto | MethodName::TransferMatrix);
        if self.observables && !transfer {
            return Err(Failure::bad_input(
                "--method: --observables are found by transfer-matrix alone",
            ));
        }
        Ok(())
    }

    /// What an engine for spins is asked for; correlators with an observed spin are means.
    pub(super) fn of_engine(&self, observed: bool) -> Want {
        Want {
            means: self.marginals || self.pairs && observed,
            pairs: self.pairs,
        }
    }

    /// What is asked of a torus that is described and not written out, if that can do.
    pub(super) fn of_large_torus(&self) -> Option<Want> {
        let by_name = matches!(self.method, MethodName::Auto | MethodName::Kaufman);
        (by_name && !self.edges && !self.observables).then_some(Want {
            means: self.marginals,
            pairs: self.pairs,
        })
    }

    /// The sites of a lattice on the command line, and the cost of the least bad engine, if that is too much and so is
    /// listing the lattice.
    pub(super) fn hopeless(&self, source: &ModelSource) -> Option<(usize, Plan)> {
        let by_name = matches!(self.method, MethodName::Auto | MethodName::Elimination);
        let described = source
            .described()
            .filter(|_| by_name && !self.observables)?;
        Some((described.lattice.sites(), hopeless_lattice(&described)?))
    }

    /// Whether a machine is summed over its smaller layer rather than as spins.
    pub(super) fn by_layer(&self, loaded: &Loaded) -> bool {
        match self.method {
            MethodName::LayerSum => true,
            MethodName::Auto => loaded.observed.is_empty() && !self.pairs,
            _ => false,
        }
    }
}

/// Bytes of so many samples of n variables when they are written, whichever engine drew them.
pub(super) fn sample_bytes(count: usize, n: usize) -> f64 {
    count as f64 * n as f64
}
