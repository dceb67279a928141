//! What a check of samples says: the verdict, and the numbers of every kind of test.

use super::independence::Thinning;
use crate::numeric::Enclosure;
use std::fmt;

/// A kind of test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// Whether rows are in random order.
    Independence,
    /// The distribution of 𝒦.
    Energy,
    /// The mean of 𝒦.
    MeanEnergy,
    /// The distribution of the number of up spins.
    Magnetization,
    /// How often each spin is up.
    Spins,
    /// How often two spins are equal.
    Pairs,
    /// How often each state occurs.
    States,
}

impl Kind {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Independence => "independence",
            Self::Energy => "energy",
            Self::MeanEnergy => "mean-energy",
            Self::Magnetization => "magnetization",
            Self::Spins => "spins",
            Self::Pairs => "pairs",
            Self::States => "states",
        }
    }

    /// What is tested, how, and in what deviations are measured.
    pub fn description(self) -> &'static str {
        match self {
            Self::Independence => "order of the rows, exact runs tests",
            Self::Energy => {
                "distribution of the energy, DKW; deviation of its distribution function"
            }
            Self::MeanEnergy => {
                "mean energy, empirical Bernstein; deviation as a fraction of the energy's range"
            }
            Self::Magnetization => {
                "distribution of the magnetisation, DKW; deviation of its distribution function"
            }
            Self::Spins => "each spin up, exact binomial; deviation of the probability",
            Self::Pairs => "two spins equal, exact binomial; deviation of the probability",
            Self::States => "each state, exact binomial; deviation of the probability",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One test's numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What was tested: `spin 3`, `spins 3 and 4`, `at most -2.5`.
    pub of: String,
    /// What was seen: a frequency, or a mean.
    pub observed: f64,
    /// What it should be.
    pub expected: Enclosure,
    /// The p-value of this test alone.
    pub p_value: f64,
}

/// What became of all tests of a kind.
#[derive(Clone, Debug, PartialEq)]
pub struct KindReport {
    /// The kind.
    pub kind: Kind,
    /// Number of tests.
    pub tests: usize,
    /// The share of α of the kind.
    pub alpha: f64,
    /// The p-value of the kind: that of its smallest one among so many.
    pub p_value: f64,
    /// The test with the smallest p-value; for the order of rows there is only its name.
    pub worst: Finding,
    /// The smallest deviation that every test of the kind detects with the planned power, if so many
    /// independent rows deviate by it; `None` if some test detects none. Not for the order of rows.
    pub detectable: Option<f64>,
    /// The rejected tests, the worst first, at most 20.
    pub rejected: Vec<Finding>,
}

/// The decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was rejected.
    Consistent,
    /// The samples do not come from the model.
    Rejected,
    /// Too few samples to detect what was asked for with the power asked for.
    TooFew,
    /// Rows are correlated, and nothing was decided.
    Correlated,
}

impl Verdict {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Consistent => "consistent",
            Self::Rejected => "rejected",
            Self::TooFew => "too-few",
            Self::Correlated => "correlated",
        }
    }
}

/// What [`check_samples`](super::check_samples) found.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleReport {
    /// The decision.
    pub verdict: Verdict,
    /// p-value of all tests together: at most x with probability at most x for independent samples of the model.
    pub p_value: f64,
    /// Rows that were given.
    pub rows: usize,
    /// Rows that were tested against the model.
    pub tested: usize,
    /// Chains that they came in.
    pub chains: usize,
    /// What was done about correlations; `None` where the order of rows looked random.
    pub thinning: Option<Thinning>,
    /// All kinds of test, the order of rows first.
    pub kinds: Vec<KindReport>,
    /// Kinds that were left out, and why.
    pub left_out: Vec<(Kind, String)>,
    /// Whether [`Kind::Pairs`] has all pairs, or only those that share a term.
    pub all_pairs: bool,
    /// Relative errors of β, down and up, beyond which the energy's distribution detects them with the planned
    /// power.
    pub beta: (Option<f64>, Option<f64>),
}
