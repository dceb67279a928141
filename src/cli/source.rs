//! Where a model comes from: a file in any format, or a lattice described on the command line.

use super::exit::Failure;
use super::output::read_bytes;
use super::units::UnitsName;
use crate::model::files::{
    AnyModel, FileError, FileFormat, Labelled, Unstated, read_evidence, read_model, without_mark,
};
use crate::model::{Boundaries, Disorder, Lattice, LatticeModel, Units};
use crate::random::{DEFAULT_SEED, Seed};
use clap::ValueEnum;
use clap::builder::PossibleValue;
use std::path::{Path, PathBuf};

impl ValueEnum for FileFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

/// Disorder of a lattice's bonds, as it is typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum DisorderName {
    /// Normal variates of standard deviation K
    Gaussian,
    /// +K or -K with equal probability
    Pmj,
}

/// The options that say what model is meant; the same for all commands that take one.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct ModelSource {
    /// Model file: JSON, UAI, libDAI .fg, dimod COO, or a machine in safetensors or .npz; - reads standard input
    #[arg(required_unless_present = "lattice")]
    model: Option<PathBuf>,
    /// An Ising model without a file: chain:N, ring:N, open:RxC, cylinder:RxC (rows closed) or torus:RxC
    #[arg(long, value_name = "KIND:SIZE", requires = "coupling")]
    lattice: Option<Lattice>,
    /// K of the lattice's bonds
    #[arg(
        long,
        value_name = "K",
        requires = "lattice",
        allow_hyphen_values = true
    )]
    coupling: Option<f64>,
    /// h on the lattice's sites
    #[arg(
        long,
        value_name = "H",
        requires = "lattice",
        allow_hyphen_values = true
    )]
    field: Option<f64>,
    /// open, periodic, or one along columns and one along rows, with a comma; overrides what the lattice's kind says
    #[arg(long, value_name = "B", requires = "lattice")]
    boundary: Option<Boundaries>,
    /// Draw the lattice's bonds at random, by --seed
    #[arg(long, value_enum, requires = "lattice")]
    disorder: Option<DisorderName>,
    /// Seed of everything drawn at random
    #[arg(long, default_value_t = DEFAULT_SEED)]
    seed: u64,
    /// Format of the model file, where its name or its first bytes do not tell
    #[arg(long, value_enum, value_name = "FORMAT", conflicts_with = "lattice")]
    from: Option<FileFormat>,
    /// Inverse temperature where the file holds energies (dimod COO); otherwise couplings are dimensionless
    #[arg(
        long,
        value_name = "BETA",
        conflicts_with = "lattice",
        allow_hyphen_values = true
    )]
    beta: Option<f64>,
    /// Units of a machine whose file does not say (default: spin)
    #[arg(long, value_enum, conflicts_with = "lattice")]
    units: Option<UnitsName>,
    /// The rows of a machine's weights are hidden units, as in torch, where neither the array's name nor the biases tell
    #[arg(long, conflicts_with = "lattice")]
    weights_by_hidden: bool,
    /// Evidence file (UAI): variables that were observed, and their states
    #[arg(long, value_name = "FILE")]
    evidence: Option<PathBuf>,
}

/// A model and what is known about it.
#[derive(Debug)]
pub(super) struct Loaded {
    /// The model, without its evidence.
    pub(super) model: AnyModel,
    /// The names of the variables.
    pub(super) labels: Vec<usize>,
    /// Observed variables with their states; for spins, state 1 is up.
    pub(super) observed: Vec<(usize, usize)>,
    /// Where it came from, for messages and records.
    pub(super) origin: String,
    /// The seed.
    pub(super) seed: Seed,
}

/// A refusal of a file by its reader, with the file's name and the right exit code.
fn refused(path: &Path, error: &FileError) -> anyhow::Error {
    let message = format!("{}: {error}", path.display());
    if error.is_too_large() {
        Failure::too_large(message)
    } else {
        Failure::bad_input(message)
    }
}

/// The format that a file's name shows.
pub(super) fn format_of_name(path: &Path) -> Option<FileFormat> {
    FileFormat::of_extension(&path.extension()?.to_str()?.to_lowercase())
}

/// Whether one of these is in the names of a machine's arrays. They stand at the beginning of a file or, in an archive,
/// also at the end.
fn names(file: &[u8], parts: &[&str]) -> bool {
    let part = file.len().min(1 << 16);
    let ends = [&file[..part], &file[file.len() - part..]];
    parts.iter().any(|name| {
        let found = |end: &[u8]| end.windows(name.len()).any(|w| w == name.as_bytes());
        ends.into_iter().any(found)
    })
}

impl ModelSource {
    /// Reads the file or builds the lattice.
    ///
    /// # Errors
    /// Exit codes 2 for a file that is wrong or options that do not fit it, 4 for size, 5 for reading.
    pub(super) fn load(&self) -> anyhow::Result<Loaded> {
        let (file, origin) = match (&self.lattice, &self.model) {
            (Some(_), Some(path)) => {
                return Err(Failure::bad_input(format!(
                    "{}: --lattice: the model is either a file or a lattice",
                    path.display()
                )));
            }
            (Some(lattice), None) => self.build(*lattice)?,
            (None, Some(path)) => (self.read(path)?, path.display().to_string()),
            (None, None) => return Err(Failure::bad_input("no model: name a file or a --lattice")),
        };
        let labels = file.names();
        let model = file.model;
        let observed = match &self.evidence {
            None => Vec::new(),
            Some(path) => {
                let bytes = read_bytes(path)?;
                let text = String::from_utf8_lossy(without_mark(&bytes));
                read_evidence(&text, &labels, &model.cardinality())
                    .map_err(|e| refused(path, &e))?
            }
        };
        Ok(Loaded {
            model,
            labels,
            observed,
            origin,
            seed: Seed(self.seed),
        })
    }

    /// The model and the file that stands behind it on a command line; behind a lattice the file stands alone.
    ///
    /// # Errors
    /// Exit code 2 if that file is not named.
    pub(super) fn and_file<'a>(
        &'a self,
        last: Option<&'a Path>,
        what: &str,
    ) -> anyhow::Result<(Self, &'a Path)> {
        match (last, &self.model) {
            (Some(last), _) => Ok((self.clone(), last)),
            (None, Some(file)) if self.lattice.is_some() => {
                let lattice = Self {
                    model: None,
                    ..self.clone()
                };
                Ok((lattice, file))
            }
            _ => Err(Failure::bad_input(format!("{what} is not named"))),
        }
    }

    /// The lattice on the command line, if it is all there is: no file and no evidence.
    pub(super) fn described(&self) -> Option<LatticeModel> {
        let only = self.evidence.is_none() && self.model.is_none();
        let lattice = self.lattice.filter(|_| only)?;
        Some(self.describe(lattice))
    }

    fn describe(&self, kind: Lattice) -> LatticeModel {
        let lattice = self.boundary.map_or(kind, |b| {
            Lattice::new(kind.rows(), kind.columns(), b.vertical, b.horizontal)
        });
        LatticeModel {
            lattice,
            coupling: self.coupling.unwrap_or_default(),
            field: self.field.unwrap_or_default(),
            disorder: match self.disorder {
                None => Disorder::None,
                Some(DisorderName::Gaussian) => Disorder::Gaussian,
                Some(DisorderName::Pmj) => Disorder::PlusMinus,
            },
            seed: Seed(self.seed),
        }
    }

    fn build(&self, kind: Lattice) -> anyhow::Result<(Labelled<AnyModel>, String)> {
        let described = self.describe(kind);
        let model = described
            .hamiltonian()
            .map_err(|e| Failure::bad_input(format!("{described}: {e}")))?;
        let model = AnyModel::Spins(model);
        let labels = Vec::new();
        Ok((Labelled { model, labels }, described.to_string()))
    }

    fn read(&self, path: &Path) -> anyhow::Result<Labelled<AnyModel>> {
        let name = path.display();
        let bytes = read_bytes(path)?;
        let known = self.from.or_else(|| format_of_name(path));
        let Some(format) = known.or_else(|| FileFormat::of_content(&bytes)) else {
            return Err(Failure::bad_input(format!(
                "{name}: neither its name nor its first bytes tell the format; --from names it"
            )));
        };
        if self.beta.is_some() && !format.has_energies() {
            return Err(Failure::bad_input(format!(
                "{name}: --beta: the format {} has no energies, its numbers are dimensionless",
                format.name()
            )));
        }
        if self.beta.is_some_and(|beta| !beta.is_finite()) {
            return Err(Failure::bad_input("--beta: not a finite number"));
        }
        if self.units.is_some() && !format.has_machines() {
            return Err(Failure::bad_input(format!(
                "{name}: --units: the format {} holds no machine",
                format.name()
            )));
        }
        if self.weights_by_hidden && !format.has_machines() {
            return Err(Failure::bad_input(format!(
                "{name}: --weights-by-hidden: the format {} holds no machine",
                format.name()
            )));
        }
        let unstated = Unstated {
            beta: self.beta.unwrap_or(1.0),
            units: self.units.map_or(Units::PlusMinus, UnitsName::units),
            weights_by_hidden: self.weights_by_hidden,
        };
        let found = read_model(&bytes, format, unstated).map_err(|e| refused(path, &e))?;
        if let AnyModel::Rbm(rbm) = &found.model
            && !self.weights_by_hidden
            && (rbm.visible() == rbm.hidden() || !names(&bytes, &["bias", "intercept"]))
            && !names(&bytes, &["visible_units", "components_"])
        {
            eprintln!(
                "note: {name}: the weights are read as visible x hidden; --weights-by-hidden if their rows are hidden units"
            );
        }
        Ok(found)
    }
}
