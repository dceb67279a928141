//! What can be set, on the command line or in a TOML file under the same names.

use super::super::exit::Failure;
use super::super::output::read_text;
use super::super::units::UnitsName;
use clap::ValueEnum;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Every setting is optional; those typed override those of the file.
#[derive(Clone, Debug, Default, PartialEq, clap::Args, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Settings {
    /// Hidden units of one machine
    #[arg(long, value_name = "M", conflicts_with = "stack")]
    pub(super) hidden: Option<usize>,
    /// Hidden units of machine after machine, each trained on the hidden units of the one below
    #[arg(long, value_name = "M,M…", value_delimiter = ',')]
    pub(super) stack: Option<Vec<usize>>,
    /// Values of the visible units (default: what the data show)
    #[arg(long, value_enum)]
    pub(super) units: Option<UnitsName>,
    /// Values of the hidden units (default: those of the visible ones)
    #[arg(long, value_enum)]
    pub(super) hidden_units: Option<UnitsName>,
    /// What stands in for the averages of the machine: cd-K, pcd-K, mean-field-K, tempered-K, tap2, tap3 or exact,
    /// K steps [default: cd-1]
    #[arg(long, value_name = "NAME")]
    pub(super) estimator: Option<EstimatorName>,
    /// Persistent chains of pcd (default: a minibatch), ladders of tempered (64)
    #[arg(long, value_name = "C")]
    pub(super) chains: Option<usize>,
    /// Inverse temperatures of tempered, falling from 1 (default: 1, 0.9, … 0)
    #[arg(long, value_name = "B,B…", value_delimiter = ',')]
    pub(super) betas: Option<Vec<f32>>,
    /// Iterations of tap2 and tap3 in a step [default: 3]
    #[arg(long, value_name = "N")]
    pub(super) iterations: Option<usize>,
    /// Copies of the means of tap2 and tap3 (default: a minibatch)
    #[arg(long, value_name = "N")]
    pub(super) copies: Option<usize>,
    /// The optimiser [default: sgd]
    #[arg(long, value_enum)]
    pub(super) optimiser: Option<OptimiserName>,
    /// Momentum of sgd [default: 0]
    #[arg(long, value_name = "X")]
    pub(super) momentum: Option<f32>,
    /// The learning rate [default: 0.05, adam 0.001]
    #[arg(long, value_name = "X")]
    pub(super) learning_rate: Option<f64>,
    /// How it changes: constant, linear (to 0 at the end), halving:E or inverse:E, E epochs [default: constant]
    #[arg(long, value_name = "NAME")]
    pub(super) schedule: Option<ScheduleName>,
    /// Samples in a minibatch (default: 512, or all there are)
    #[arg(long, value_name = "N")]
    pub(super) batch: Option<usize>,
    /// How often each machine sees every sample [default: 10]
    #[arg(long, value_name = "N")]
    pub(super) epochs: Option<u64>,
    /// Penalty on the magnitudes of the weights [default: 0]
    #[arg(long, value_name = "X")]
    pub(super) l1: Option<f32>,
    /// Penalty on the squares of the weights [default: 0]
    #[arg(long, value_name = "X")]
    pub(super) l2: Option<f32>,
    /// Centred gradients [default: false]
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub(super) centred: Option<bool>,
    /// Standard deviation of the first weights [default: 0.01]
    #[arg(long, value_name = "X")]
    pub(super) initial_weights: Option<f64>,
    /// Seed of everything drawn at random [default: 20190612]
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,
    /// Threads (default: all); they change no byte
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<usize>,
    /// Fraction of the samples, drawn at random, on which the machine is judged and not trained
    #[arg(long, value_name = "X", conflicts_with = "held_out_file")]
    pub(super) held_out: Option<f64>,
    /// The same from another .npy file
    #[arg(long, value_name = "FILE")]
    pub(super) held_out_file: Option<PathBuf>,
    /// Judge the machine every N steps (default: about 20 times)
    #[arg(long, value_name = "N")]
    pub(super) monitor_every: Option<u64>,
    /// On so many samples of either kind, drawn at random [default: 2000]
    #[arg(long, value_name = "N")]
    pub(super) monitor_samples: Option<usize>,
    /// How ln Z is found meanwhile (auto: exact up to 18 units in the smaller layer, else ais) [default: auto]
    #[arg(long, value_enum)]
    pub(super) log_z: Option<LogZName>,
    /// Steps of annealed importance sampling [default: 300]
    #[arg(long, value_name = "N")]
    pub(super) ais_temperatures: Option<usize>,
    /// Its chains [default: 100]
    #[arg(long, value_name = "N")]
    pub(super) ais_chains: Option<usize>,
}

/// The optimisers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum OptimiserName {
    /// Gradient descent
    Sgd,
    /// Adam
    Adam,
}

/// How ln Z is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum LogZName {
    /// Exact where it is cheap, else by annealing
    Auto,
    /// The sum over the smaller layer
    Exact,
    /// Annealed importance sampling, forward
    Ais,
    /// Not at all
    None,
}

/// The estimators, with their steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) enum EstimatorName {
    Exact,
    Cd(usize),
    MeanField(usize),
    Pcd(usize),
    Tempered(usize),
    Tap2,
    Tap3,
}

impl FromStr for EstimatorName {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        let (name, steps) = match typed.rsplit_once('-') {
            Some((name, k)) if k.starts_with(|c: char| c.is_ascii_digit()) => {
                let steps = k.parse().map_err(|e| format!("{k:?}: {e}"))?;
                (name, Some(steps))
            }
            _ => (typed, None),
        };
        let k = steps.unwrap_or(1);
        match (name, steps) {
            ("cd", _) => Ok(Self::Cd(k)),
            ("mean-field", _) => Ok(Self::MeanField(k)),
            ("pcd", _) => Ok(Self::Pcd(k)),
            ("tempered", _) => Ok(Self::Tempered(k)),
            ("exact", None) => Ok(Self::Exact),
            ("tap2", None) => Ok(Self::Tap2),
            ("tap3", None) => Ok(Self::Tap3),
            _ => Err(format!(
                "{typed:?} is not one of cd-K, pcd-K, mean-field-K, tempered-K, tap2, tap3, exact"
            )),
        }
    }
}

impl TryFrom<String> for EstimatorName {
    type Error = String;

    fn try_from(typed: String) -> Result<Self, String> {
        typed.parse()
    }
}

/// The schedules, with their epochs.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub(super) enum ScheduleName {
    Constant,
    Linear,
    Halving(f64),
    Inverse(f64),
}

impl FromStr for ScheduleName {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        let epochs = |text: &str| match text.parse::<f64>() {
            Ok(x) if x.is_finite() && x > 0.0 => Ok(x),
            _ => Err(format!("{text:?} is no positive number of epochs")),
        };
        match typed.split_once(':') {
            None if typed == "constant" => Ok(Self::Constant),
            None if typed == "linear" => Ok(Self::Linear),
            Some(("halving", e)) => Ok(Self::Halving(epochs(e)?)),
            Some(("inverse", e)) => Ok(Self::Inverse(epochs(e)?)),
            _ => Err(format!(
                "{typed:?} is not one of constant, linear, halving:EPOCHS, inverse:EPOCHS"
            )),
        }
    }
}

impl TryFrom<String> for ScheduleName {
    type Error = String;

    fn try_from(typed: String) -> Result<Self, String> {
        typed.parse()
    }
}

macro_rules! first_of {
    ($typed:ident, $file:ident: $($field:ident),*) => {
        Settings { $($field: $typed.$field.or($file.$field)),* }
    };
}

impl Settings {
    /// The settings of a file.
    ///
    /// # Errors
    /// Exit code 2 with the line for what is no TOML, has an unknown key or a wrong value; 5 for reading.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        toml::from_str(&read_text(path)?)
            .map_err(|e| Failure::bad_input(format!("{}: {e}", path.display())))
    }

    /// These, and where they say nothing those of the file.
    pub(super) fn or(self, file: Self) -> Self {
        let (typed, mut file) = (self, file);
        // One way to say a thing replaces the other.
        if typed.hidden.is_some() || typed.stack.is_some() {
            (file.hidden, file.stack) = (None, None);
        }
        if typed.held_out.is_some() || typed.held_out_file.is_some() {
            (file.held_out, file.held_out_file) = (None, None);
        }
        first_of!(typed, file: hidden, stack, units, hidden_units, estimator, chains, betas, iterations, copies,
            optimiser, momentum, learning_rate, schedule, batch, epochs, l1, l2, centred, initial_weights, seed,
            threads, held_out, held_out_file, monitor_every, monitor_samples, log_z, ais_temperatures, ais_chains)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_settings_override_those_of_the_file() {
        let file: Settings = toml::from_str(
            "hidden = 5\nestimator = \"pcd-3\"\nlearning-rate = 0.5\nbetas = [1.0, 0.5]\nschedule = \"halving:2.5\"\n",
        )
        .unwrap();
        assert_eq!(file.estimator, Some(EstimatorName::Pcd(3)));
        assert_eq!(file.schedule, Some(ScheduleName::Halving(2.5)));
        let typed = Settings {
            stack: Some(vec![4, 2]),
            learning_rate: Some(0.25),
            ..Settings::default()
        };
        let both = typed.or(file.clone());
        assert_eq!((both.hidden, both.stack), (None, Some(vec![4, 2])));
        assert_eq!(both.learning_rate, Some(0.25));
        assert_eq!(both.betas, file.betas);
    }

    #[test]
    fn unknown_keys_and_names_are_refused_by_name() {
        let refused = |text: &str, reason: &str| {
            let error = toml::from_str::<Settings>(text).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        };
        refused("learning_rate = 0.1", "learning_rate");
        refused("hidden = -1", "hidden");
        refused("estimator = \"cd-\"", "cd-");
        refused("estimator = \"tap4\"", "tap4");
        refused("estimator = \"exact-2\"", "exact-2");
        refused("schedule = \"halving:0\"", "0");
        refused("units = \"plus\"", "plus");
        assert_eq!("cd-12".parse(), Ok(EstimatorName::Cd(12)));
        assert_eq!("mean-field-2".parse(), Ok(EstimatorName::MeanField(2)));
        assert_eq!("tempered".parse(), Ok(EstimatorName::Tempered(1)));
    }
}
