//! What an experiment is given and what it leaves.

use super::picture::Picture;
use crate::ledger::Finding;
use crate::random::Seed;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How much work a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// Everything, with less training and fewer samples: minutes.
    Quick,
    /// The published sizes: hours.
    Paper,
}

/// Finished stages of a run, kept so that an interrupted one goes on.
///
/// A stage is a function of its key: scale, seed and all parameters go into it.
pub trait Stages {
    /// What was kept under this key.
    ///
    /// # Errors
    /// [`FigureError::Stage`] if there is something that cannot be read.
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, FigureError>;

    /// Keeps the result of a stage.
    ///
    /// # Errors
    /// [`FigureError::Stage`] if it cannot be written.
    fn put(&self, key: &str, bytes: &[u8]) -> Result<(), FigureError>;
}

/// Why an experiment broke off.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FigureError {
    /// A stage could not be kept or read back.
    #[error("stage {key}: {cause}")]
    Stage {
        /// The stage.
        key: String,
        /// What went wrong.
        cause: String,
    },
    /// A part of the library refused.
    #[error("{what}: {cause}")]
    Refused {
        /// What was to be computed.
        what: String,
        /// What the library said.
        cause: String,
    },
}

/// What an experiment is given.
pub struct Run<'a> {
    /// How much work.
    pub scale: Scale,
    /// The seed of the whole run; streams are named after experiment and purpose.
    pub seed: Seed,
    /// Finished stages.
    pub stages: &'a dyn Stages,
    /// Told what is being done, for a reader who waits.
    pub progress: &'a (dyn Fn(&str) + Sync),
}

/// A parameter of the experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its value in the main run.
    pub value: String,
    /// Whether the document states it; otherwise it was chosen here.
    pub published: bool,
    /// The values that were tried besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub swept: Vec<String>,
}

/// What an experiment leaves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FigureRecord {
    /// Name of the experiment.
    pub experiment: String,
    /// What it is about.
    pub title: String,
    /// How much work was done.
    pub scale: Scale,
    /// The seed.
    pub seed: u64,
    /// Everything that was set.
    pub parameters: Vec<Parameter>,
    /// The decisions.
    pub findings: Vec<Finding>,
    /// What there is to see.
    pub pictures: Vec<Picture>,
}

/// One published experiment.
#[derive(Clone, Copy)]
pub struct Experiment {
    /// What it is called on the command line: `fig2`, `fig3`, `flow`.
    pub name: &'static str,
    /// What it is about.
    pub title: &'static str,
    /// Expected processor seconds at this scale on one core of a current server, for the notice before the
    /// start.
    pub seconds: fn(Scale) -> f64,
    /// Runs it.
    pub run: fn(&Run) -> Result<FigureRecord, FigureError>,
}

impl Experiment {
    /// What a run of it leaves.
    pub(super) fn record(
        &self,
        run: &Run,
        parameters: Vec<Parameter>,
        findings: Vec<Finding>,
        pictures: Vec<Picture>,
    ) -> FigureRecord {
        FigureRecord {
            experiment: self.name.to_owned(),
            title: self.title.to_owned(),
            scale: run.scale,
            seed: run.seed.0,
            parameters,
            findings,
            pictures,
        }
    }
}

/// All experiments in the order of the document.
pub fn experiments() -> Vec<Experiment> {
    vec![
        super::fig2::EXPERIMENT,
        super::fig3::EXPERIMENT,
        super::fig4::EXPERIMENT,
        super::fig5::EXPERIMENT,
        super::fig6::EXPERIMENT,
        super::fig7::EXPERIMENT,
        super::flow::EXPERIMENT,
    ]
}
