//! The cost of a computation, known before it starts, and the refusals.

use super::Method;
use std::fmt;
use thiserror::Error;

/// The predicted cost of one engine on one model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// The engine.
    pub method: Method,
    /// Elementary steps: states for enumeration, table entries for elimination, products of words for the planar
    /// engine.
    pub states: f64,
    /// Peak memory of the work, in bytes.
    pub bytes: f64,
    /// Wall-clock seconds on the threads at hand.
    pub seconds: f64,
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} states, {}, {}",
            self.method,
            states_text(self.states),
            bytes_text(self.bytes),
            seconds_text(self.seconds)
        )
    }
}

/// A number of states for a reader.
fn states_text(states: f64) -> String {
    if states.is_finite() {
        format!("{states:.3e}")
    } else {
        "more than 1e308".to_owned()
    }
}

/// A number of bytes for a reader.
fn bytes_text(bytes: f64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut value = bytes;
    for unit in units {
        if value < 1024.0 {
            return format!("{value:.3} {unit}");
        }
        value /= 1024.0;
    }
    if bytes.is_finite() {
        format!("{bytes:.1e} B")
    } else {
        "more than 1e308 B".to_owned()
    }
}

/// A duration for a reader.
fn seconds_text(seconds: f64) -> String {
    if seconds < 600.0 {
        format!("{seconds:.2} s")
    } else if seconds < 2.0 * 86_400.0 {
        format!("{:.1} h", seconds / 3600.0)
    } else if seconds < 3e8 {
        format!("{:.0} days", seconds / 86_400.0)
    } else if seconds.is_finite() {
        format!("{:.1e} years", seconds / 31_557_600.0)
    } else {
        "more than 1e300 years".to_owned()
    }
}

/// A resource that a plan can exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Wall-clock time.
    Seconds,
    /// Memory.
    Bytes,
    /// A bound of the engine itself that no option lifts.
    Engine,
}

impl Quantity {
    /// The command-line flag that lifts the limit, if there is one.
    pub fn flag(self) -> Option<&'static str> {
        match self {
            Self::Seconds => Some("--max-seconds"),
            Self::Bytes => Some("--max-bytes"),
            Self::Engine => None,
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Seconds => "time",
            Self::Bytes => "memory",
            Self::Engine => "what the engine can count",
        })
    }
}

/// What a computation may cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Most predicted wall-clock seconds.
    pub max_seconds: f64,
    /// Most predicted bytes.
    pub max_bytes: f64,
}

impl Default for Limits {
    /// Five minutes and 4 GiB.
    fn default() -> Self {
        Self {
            max_seconds: 300.0,
            max_bytes: 4.0 * 1024.0 * 1024.0 * 1024.0,
        }
    }
}

impl Limits {
    /// No limit but those of the engines.
    pub const NONE: Self = Self {
        max_seconds: f64::INFINITY,
        max_bytes: f64::INFINITY,
    };

    /// Refuses a plan that is over a limit, where no single number says what would fit.
    ///
    /// # Errors
    /// [`ExactError::TooLarge`] with the plan.
    pub fn admit(&self, plan: Plan) -> Result<(), ExactError> {
        match self.exceeded_by(&plan) {
            None => Ok(()),
            Some(exceeded) => Err(ExactError::TooLarge {
                plan,
                exceeded,
                largest: None,
                size_unit: "",
            }),
        }
    }

    /// The first limit that the plan exceeds, memory first.
    pub fn exceeded_by(&self, plan: &Plan) -> Option<Quantity> {
        // A prediction that is NaN fits nowhere.
        if !matches!(
            plan.bytes.partial_cmp(&self.max_bytes),
            Some(std::cmp::Ordering::Less | std::cmp::Ordering::Equal)
        ) {
            Some(Quantity::Bytes)
        } else if !matches!(
            plan.seconds.partial_cmp(&self.max_seconds),
            Some(std::cmp::Ordering::Less | std::cmp::Ordering::Equal)
        ) {
            Some(Quantity::Seconds)
        } else {
            None
        }
    }
}

/// Why an engine does not answer.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ExactError {
    /// Over the limit, or more than the engine can index.
    #[error(
        "refused, {plan}; over the limit on {exceeded}{}{}",
        .largest.map_or(String::new(), |n| format!("; the largest size that fits is {n} {size_unit}")),
        .exceeded.flag().map_or(String::new(), |flag| format!("; {flag} overrides"))
    )]
    TooLarge {
        /// The predicted cost.
        plan: Plan,
        /// The limit that it exceeds.
        exceeded: Quantity,
        /// The largest size that fits, where size is one number.
        largest: Option<usize>,
        /// What that size counts.
        size_unit: &'static str,
    },
    /// A number of the model is NaN or infinite.
    #[error("{what} {index} is {value}, not a finite number")]
    NotFinite {
        /// What kind of number: "the coupling of term", "the weight".
        what: &'static str,
        /// Its position.
        index: usize,
        /// The number.
        value: f64,
    },
    /// A coupling so large that energies have no digits left beside it.
    #[error("{what} {index} is {value:e}; the engine takes magnitudes that add up to {limit:e}")]
    TooStrong {
        /// What kind of number.
        what: &'static str,
        /// Its position.
        index: usize,
        /// The number.
        value: f64,
        /// The bound on the sum of magnitudes.
        limit: f64,
    },
    /// A request names a variable that does not exist.
    #[error("variable {variable} was asked for, but there are only {variables}")]
    NoSuchVariable {
        /// The index asked for.
        variable: usize,
        /// How many there are.
        variables: usize,
    },
    /// The engine that was asked for does not take this model.
    #[error("{method} does not apply: {reason}")]
    DoesNotApply {
        /// The engine.
        method: Method,
        /// What it lacks.
        reason: String,
    },
    /// Rounding errors have grown beyond the answer, so that no bound is left.
    #[error(
        "{method} gives no bound on {what}: its rounding errors may be as large as the number itself"
    )]
    Unbounded {
        /// The engine.
        method: Method,
        /// The number: "ln Z", "a mean", "a correlator".
        what: &'static str,
    },
    /// The sum over states is zero, so that nothing has a mean and nothing can be drawn.
    #[error("the partition function is zero: no state has positive weight")]
    ZeroPartition,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_name_cost_size_and_flag() {
        let error = ExactError::TooLarge {
            plan: Plan {
                method: Method::Enumeration,
                states: 2.0_f64.powi(50),
                bytes: 3e6,
                seconds: 4e5,
            },
            exceeded: Quantity::Seconds,
            largest: Some(40),
            size_unit: "spins",
        };
        let text = error.to_string();
        for part in [
            "1.126e15",
            "2.861 MiB",
            "5 days",
            "40 spins",
            "--max-seconds",
        ] {
            assert!(text.contains(part), "{part:?} is not in {text:?}");
        }
    }

    #[test]
    fn a_prediction_that_is_not_a_number_is_over_every_limit() {
        let plan = Plan {
            method: Method::Enumeration,
            states: f64::NAN,
            bytes: f64::NAN,
            seconds: f64::NAN,
        };
        assert_eq!(Limits::NONE.exceeded_by(&plan), Some(Quantity::Bytes));
    }
}
